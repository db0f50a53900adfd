package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi"
	"github.com/kith-id/kith/internal/importer"
)

// kithStub answers for one import.
type kithStub struct {
	mu     sync.Mutex
	state  importer.State
	calls  []string
	answer func(op string) // told of each call
	broken int             // answers that fail before the first that does not
}

func (k *kithStub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	op := r.URL.Path[1:]
	k.calls = append(k.calls, op)
	if k.broken > 0 {
		k.broken--
		http.Error(w, "starting", http.StatusServiceUnavailable)
		return
	}
	if op == "imports.cancel" {
		k.state = importer.Cancelling
	} else if k.state == importer.Cancelling {
		k.state = importer.Cancelled
	}
	if k.answer != nil {
		k.answer(op)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"import": map[string]any{
		"display_id": "IMP-1", "state": k.state, "progress": map[string]any{"phase": "writing", "fraction": 0.5, "rows": 2_000_000},
	}})
}

func follow(t *testing.T, k *kithStub, running bool) (*httpapi.Import, string, error) {
	t.Helper()
	srv := httptest.NewServer(k)
	t.Cleanup(srv.Close)
	var said bytes.Buffer
	e := &environment{IO: IO{Err: &said}, ctx: t.Context()}
	c := &client{http: srv.Client(), base: srv.URL, running: running, close: func() error { return nil }}
	f := &follower{env: e, kith: c, show: newDisplay(e), wait: 300 * time.Millisecond}
	m, err := f.follow(&httpapi.Import{DisplayID: "IMP-1", State: string(importer.Running)})
	return m, said.String(), err
}

func interruptSelf(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(os.Getpid(), s); err != nil {
		t.Error(err)
	}
}

func TestSecondInterruptCancels(t *testing.T) {
	k := &kithStub{state: importer.Running}
	polls := 0
	k.answer = func(op string) {
		if polls++; op == "imports.get" && polls <= 2 {
			interruptSelf(t, syscall.SIGINT)
		}
	}
	m, said, err := follow(t, k, false)
	if err != nil || m.State != string(importer.Cancelled) {
		t.Fatalf("%+v, %v; calls %v", m, err, k.calls)
	}
	for _, want := range []string{"Press Ctrl-C again to cancel IMP-1", "kith imports undo IMP-1", "Cancelling IMP-1"} {
		if !strings.Contains(said, want) {
			t.Errorf("said %q, want %q in it", said, want)
		}
	}
}

func TestFirstInterruptLeavesAServerAtWork(t *testing.T) {
	k := &kithStub{state: importer.Running}
	k.answer = func(string) {
		if len(k.calls) == 1 {
			interruptSelf(t, syscall.SIGINT)
		}
	}
	_, said, err := follow(t, k, true)
	if !errors.Is(err, context.Canceled) || strings.Contains(strings.Join(k.calls, " "), "cancel") {
		t.Errorf("%v; calls %v", err, k.calls)
	}
	if !strings.Contains(said, "kith imports show --wait IMP-1") {
		t.Errorf("does not say how to follow: %q", said)
	}
}

func TestTermination(t *testing.T) {
	k := &kithStub{state: importer.Running}
	k.answer = func(string) {
		if len(k.calls) == 1 {
			interruptSelf(t, syscall.SIGTERM)
		}
	}
	_, said, err := follow(t, k, false)
	if !errors.Is(err, context.Canceled) || !strings.Contains(said, "goes on when Kith runs next") {
		t.Errorf("%v: %q", err, said)
	}
}

func TestFollowWaitsForAServerThatRestarts(t *testing.T) {
	k := &kithStub{state: importer.Completed, broken: 3}
	m, said, err := follow(t, k, true)
	if err != nil || m.State != string(importer.Completed) || len(k.calls) != 4 {
		t.Errorf("%+v, %v; calls %v", m, err, k.calls)
	}
	if strings.Count(said, "does not answer") != 1 {
		t.Errorf("said %q", said)
	}
}

func TestPace(t *testing.T) {
	d := &display{}
	for _, c := range []struct {
		p       importer.Progress
		seconds float64
		want    string
	}{
		{importer.Progress{Phase: importer.Reading, Fraction: 0.1, Rows: 1_234_567}, 10, "1,234,567 rows  123,456 rows/s  1m30s left"},
		{importer.Progress{Phase: importer.Writing, Fraction: 0.5, Rows: 1000}, 5, "1,000 rows  100 rows/s  5s left"},
		{importer.Progress{Phase: importer.Reading, Rows: 999}, 0.1, "999 rows"},
	} {
		if got := d.pace(httpapi.ImportProgress(c.p), c.seconds); got != c.want {
			t.Errorf("%+v: %q, want %q", c.p, got, c.want)
		}
	}
}

func TestBar(t *testing.T) {
	var out bytes.Buffer
	d := &display{out: &out, live: true}
	d.draw("writing", 0.5, "2 rows")
	d.line("said")
	want := "\r\x1b[Kwriting   [############------------]  50%  2 rows\r\x1b[Ksaid\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("bar (-want +got):\n%s", diff)
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -123: "-123", -1234: "-1,234"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestExportQuery(t *testing.T) {
	got, err := exportCmd{Filter: []string{"tags=TAG-1=a b", "tags=TAG-2", " created_date.before =2026-01-31", "created_date.after=2026-01-01T10:00:00Z", "email=a&b@c.de"}}.query()
	want := "tags=TAG-1%3Da+b&tags=TAG-2&created_date.before=2026-01-31T23%3A59%3A59.999Z&created_date.after=2026-01-01T10%3A00%3A00Z&email=a%26b%40c.de"
	if err != nil || got != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
	for _, bad := range []string{"tags", "=x", ""} {
		if _, err := (exportCmd{Filter: []string{bad}}).query(); !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestSaveAsLeavesNothingHalf(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "out.csv")
	if err := os.WriteFile(name, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	fails := func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		return errors.Join(err, io.ErrUnexpectedEOF)
	}
	if err := saveAs(name, fails); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error: %v", err)
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != "old" {
		t.Errorf("the file is %q, %v", text, err)
	}
	if err := saveAs(os.DevNull, func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err }); err != nil {
		t.Errorf("%s: %v", os.DevNull, err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("%s became a file", os.DevNull)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".kith-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAsk(t *testing.T) {
	for answer, goes := range map[string]bool{"": true, "\n": true, "y\n": true, "Yes\n": true, "n\n": false, "what\n": false} {
		w, _, _ := world(answer + "rest")
		if answer == "" {
			w, _, _ = world("")
		}
		e := &environment{IO: w}
		if err := e.confirm("Go on?"); (err == nil) != goes {
			t.Errorf("%q: %v", answer, err)
		}
		if rest, err := io.ReadAll(w.In); answer != "" && (err != nil || string(rest) != "rest") {
			t.Errorf("%q: %q is left, %v", answer, rest, err)
		}
	}
}
