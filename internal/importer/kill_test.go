package importer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
)

// TestMain runs the import of a child process that TestKill means to kill.
func TestMain(m *testing.M) {
	if os.Getenv("KILL_AT") != "" {
		os.Exit(child())
	}
	os.Exit(m.Run())
}

// child works on the imports of a data folder and kills itself at the given
// step, or ends when no import is due.
func child() int {
	importer.SmallBatches()
	if os.Getenv("KILL_WIDE") != "" {
		importer.WideFrom(1)
	}
	step, nth, _ := strings.Cut(os.Getenv("KILL_AT"), "#")
	at, _ := strconv.Atoi(nth)
	d, err := store.Open(context.Background(), store.Config{URL: os.Getenv("KILL_URL"), Dir: os.Getenv("KILL_DIR")})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	steps := 0
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	svc := service(d, os.Getenv("KILL_DIR"))
	svc.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	svc.Step = func(name string) {
		if name != step {
			return
		}
		if steps++; steps == at {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	if err := svc.Recover(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	done := make(chan struct{})
	go func() { defer close(done); svc.Work(ctx) }()
	for {
		due, err := d.DueImports(ctx)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		if len(due) == 0 {
			cancel()
			<-done
			return 0
		}
	}
}

func service(d *store.DB, dir string) *importer.Service {
	return &importer.Service{DB: store.Runner[importer.Tx]{DB: d}, Dir: dir, Node: "here", Partition: "kith", Log: slog.New(slog.DiscardHandler)}
}

// killFile has every kind of row: new, invalid, repeated and clashing ones.
func killFile(rows int) string {
	rng := rand.New(rand.NewPCG(7, 7))
	var b strings.Builder
	b.WriteString("external_ref,display_name,email,phone_numbers\n")
	for i := range rows {
		ref, mail, name := i, i, "Person "+strconv.Itoa(i)
		switch rng.IntN(12) {
		case 0:
			ref = rng.IntN(i + 1)
		case 1:
			mail = rng.IntN(i + 1)
		case 2:
			name = ""
		}
		fmt.Fprintf(&b, "ref-%d,%s,p%d@example.com,+4930%07d\n", ref, name, mail, rng.IntN(rows))
	}
	return b.String()
}

// kills is how often the import is killed; KITH_KILLS raises it.
func kills() int {
	if n, err := strconv.Atoi(os.Getenv("KITH_KILLS")); err == nil {
		return n
	}
	return 30
}

// steps are the moments before, between and after the writes of an import.
var steps = []string{
	"reserve before", "reserve begun", "reserve written", "reserve after",
	"slice before", "slice begun", "slice locked", "slice fresh", "slice rest", "slice failures", "slice written", "slice after",
}

// TestKill kills an import at every step and then at random ones, resumes it
// each time, and expects exactly what an undisturbed import of the file leaves.
func TestKill(t *testing.T) {
	onBothEngines(t, func(t *testing.T, calm *world) {
		file := killFile(1000 + 60*kills())
		want := calm.run(file, importer.Options{Update: true})
		wild := calm.sibling(t)
		dir, url := t.TempDir(), wild.config.URL
		if url == "" {
			dir = wild.config.Dir
		}
		svc := service(wild.db, dir)
		m, err := svc.Create(t.Context(), wild.scope, don.Contact, "kill.csv", strings.NewReader(file), importer.Options{Update: true})
		if err != nil {
			t.Fatal(err)
		}
		if url == "" {
			if err := wild.db.Close(); err != nil { // one process at a time
				t.Fatal(err)
			}
		}
		rng := rand.New(rand.NewPCG(1, 2))
		for i := range kills() {
			step := steps[i%len(steps)]
			if i >= len(steps) {
				step = steps[rng.IntN(len(steps))]
			}
			if !runChild(t, dir, url, step+"#"+strconv.Itoa(1+rng.IntN(2))) {
				t.Fatalf("the import ended before kill %d; the file is too short", i+1)
			}
		}
		if runChild(t, dir, url, "none#0") {
			t.Fatal("a child that should finish was killed")
		}
		if url == "" {
			wild.reopen(t)
		}
		got, err := service(wild.db, dir).Get(t.Context(), wild.scope, m.N)
		if err != nil {
			t.Fatal(err)
		}
		want.Progress.Seconds, got.Progress.Seconds = 0, 0
		if d := cmp.Diff(want.Progress, got.Progress); d != "" {
			t.Errorf("progress of the killed import (-calm +killed):\n%s", d)
		}
		if d := cmp.Diff(calm.picture(t), wild.picture(t)); d != "" {
			t.Errorf("records of the killed import (-calm +killed):\n%s", d)
		}
	})
}

// undoSteps are the moments around the writes of an undo.
var undoSteps = []string{
	"restore begun", "restore written", "restore after", "erase before", "erase begun", "erase written", "erase after",
	"sweep before", "sweep begun", "sweep written", "sweep after",
}

// TestKillUndo kills an undo at every step, resumes it each time, and expects
// that nothing is left of the import but what somebody touched.
func TestKillUndo(t *testing.T) {
	for _, wide := range []string{"", "1"} {
		onBothEngines(t, func(t *testing.T, w *world) {
			t.Setenv("KILL_WIDE", wide)
			w.run("external_ref,display_name,email\nref-1,Old,old@example.com\nref-2,Older,\nref-3,Oldest,\n", importer.Options{})
			w.halt()
			before := w.contacts()
			m := w.run(killFile(900), importer.Options{Update: true})
			w.halt()
			w.edit("ref-50", "met at the fair")
			left := w.contacts()["ref-50"]
			if _, err := w.svc.Undo(t.Context(), w.scope, m.N); err != nil {
				t.Fatal(err)
			}
			w.killed(t, undoSteps)
			got, err := service(w.db, w.svc.Dir).Get(t.Context(), w.scope, m.N)
			if err != nil {
				t.Fatal(err)
			}
			if p := got.Progress; got.State != importer.Undone || p.Removed != m.Progress.Created-1 || p.Left != 1 || p.Restored == 0 {
				t.Errorf("the undo is %s: %+v, after %+v", got.State, p, m.Progress)
			}
			before["ref-50"] = left
			if d := cmp.Diff(before, w.contacts(), cmpopts.IgnoreFields(contact.Contact{}, "Version", "ModifiedAt")); d != "" {
				t.Errorf("contacts (-want +got):\n%s", d)
			}
			if got := w.keys(); len(got) != 3+1+len(left.Identifiers) {
				t.Errorf("identifiers after the undo: %v", got)
			}
		})
	}
}

// killed has children work on what is due, killing one at each of the steps
// that come to pass.
func (w *world) killed(t *testing.T, steps []string) {
	t.Helper()
	if w.config.URL == "" {
		if err := w.db.Close(); err != nil { // one process at a time
			t.Fatal(err)
		}
	}
	dir := w.svc.Dir
	if w.config.URL == "" && dir != w.config.Dir {
		t.Fatal("a child has one folder for both")
	}
	for _, step := range steps {
		if (strings.HasPrefix(step, "sweep") && os.Getenv("KILL_WIDE") == "") == runChild(t, dir, w.config.URL, step+"#1") {
			t.Fatalf("unexpected: killed at %q or not", step)
		}
	}
	if runChild(t, dir, w.config.URL, "none#0") {
		t.Fatal("a child that should finish was killed")
	}
	if w.config.URL == "" {
		w.reopen(t)
	}
}

func runChild(t *testing.T, dir, url, at string) (killed bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "KILL_AT="+at, "KILL_DIR="+dir, "KILL_URL="+url)
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return true
	}
	if err != nil {
		t.Fatalf("child: %v\n%s", err, errOut.String())
	}
	return false
}

// picture is everything an import may leave, without times.
func (w *world) picture(t *testing.T) map[string]any {
	t.Helper()
	out := map[string]any{}
	err := w.db.Write(t.Context(), w.scope, func(tx *store.Tx) error {
		for kind, bounds := range map[string][2]string{"refs": {"c:", "c;"}, "emails": {"e:", "e;"}, "phones": {"p:", "p;"}} {
			entries, err := tx.KeysBetween(t.Context(), bounds[0], bounds[1], 100_000)
			if err != nil {
				return err
			}
			out[kind] = entries
		}
		made, err := tx.Created(t.Context(), 1, 0, 1<<40, 100_000)
		if err != nil {
			return err
		}
		var ns []int64
		for _, c := range made {
			ns = append(ns, c.N)
		}
		cs, err := tx.Contacts(t.Context(), ns, false)
		if err != nil {
			return err
		}
		var plain []contact.Contact
		for _, n := range ns {
			p := *cs[n]
			p.CreatedAt, p.ModifiedAt = time.Time{}, time.Time{}
			plain = append(plain, p)
		}
		out["contacts"] = plain
		out["failures"], err = tx.Failures(t.Context(), 1, 0, 100_000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sibling is another empty world on the same engine, without a worker.
func (w *world) sibling(t *testing.T) *world {
	t.Helper()
	s := &world{t: t, config: w.fresh(t), fresh: w.fresh}
	s.reopen(t)
	if err := s.db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.scope = scopeOf(t, s.db)
	return s
}

func (w *world) reopen(t *testing.T) {
	t.Helper()
	d, err := store.Open(t.Context(), w.config)
	if err != nil {
		t.Fatal(err)
	}
	w.db = d
	t.Cleanup(func() { _ = d.Close() }) // closed earlier where a child needs the file
}

func scopeOf(t *testing.T, d *store.DB) org.Scope {
	t.Helper()
	o, err := d.CreateOrg(t.Context(), org.Org{Name: "acme", Slug: "acme", Public: don.Random(10)})
	if err != nil {
		t.Fatal(err)
	}
	return org.Scope{OrgID: o.ID, Space: don.Space{Partition: "kith", Org: o.Public}, Actor: don.Of(don.Member, 1)}
}
