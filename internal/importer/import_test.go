package importer_test

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
	"github.com/kith-id/kith/internal/tag"
)

// world is a database with an org in it and an importer at work.
type world struct {
	t     *testing.T
	db    *store.DB
	scope org.Scope
	svc   *importer.Service

	halt   func() // ends the importer's work; nil when it has none
	config store.Config
	fresh  func(*testing.T) store.Config // of another empty database on the same engine
}

func onBothEngines(t *testing.T, test func(*testing.T, *world)) {
	for name, config := range map[string]func(*testing.T) store.Config{
		"sqlite":   func(t *testing.T) store.Config { return store.Config{Dir: t.TempDir()} },
		"postgres": func(t *testing.T) store.Config { return store.Config{URL: storetest.Postgres(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, config(t))
			w.fresh = config
			test(t, w)
		})
	}
}

func newWorld(t *testing.T, c store.Config) *world {
	t.Helper()
	d, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: d, scope: storetest.Scope(t, d, "acme"), config: c}
	dir := c.Dir
	if dir == "" {
		dir = t.TempDir()
	}
	w.svc = &importer.Service{DB: store.Runner[importer.Tx]{DB: d}, Dir: dir, Node: "here", Partition: "kith", Log: slog.New(slog.DiscardHandler)}
	return w
}

// work runs the importer until the test ends.
func (w *world) work() {
	if w.halt != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); w.svc.Work(ctx) }()
	w.halt = func() { cancel(); <-done; w.halt = nil }
	w.t.Cleanup(func() {
		if w.halt != nil {
			w.halt()
		}
	})
}

func (w *world) write(fn func(context.Context, *store.Tx) error) {
	w.t.Helper()
	storetest.Write(w.t, w.db, w.scope, fn)
}

// edit gives a contact another description, as a member would.
func (w *world) edit(ref, description string) {
	w.t.Helper()
	c := w.contacts()[ref]
	w.write(func(ctx context.Context, tx *store.Tx) error {
		after := *c
		after.Description = description
		_, err := identity.Change(ctx, tx, c, &after)
		return err
	})
}

func (w *world) tag(n int64, name string) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.InsertTag(ctx, &tag.Tag{N: n, Name: name, CreatedAt: tx.Now(), ModifiedAt: tx.Now()})
	})
}

// run imports text and waits for its end.
func (w *world) run(text string, opt importer.Options) *importer.Import {
	w.t.Helper()
	w.work()
	m, err := w.svc.Create(w.t.Context(), w.scope, don.Contact, "test.csv", strings.NewReader(text), opt)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.wait(m.N)
}

func (w *world) wait(n int64) *importer.Import {
	w.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		m, err := w.svc.Get(w.t.Context(), w.scope, n)
		if err != nil {
			w.t.Fatal(err)
		}
		if m.Over() {
			return m
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("import %d is still %s after a minute: %+v", n, m.State, m.Progress)
		}
	}
}

type counts struct{ Rows, Created, Updated, Unchanged, Repeated, Skipped, Failed int64 }

func (w *world) want(m *importer.Import, want counts) {
	w.t.Helper()
	if m.State != importer.Completed {
		w.t.Fatalf("the import is %s: %s", m.State, m.Error)
	}
	p := m.Progress
	got := counts{p.Rows, p.Created, p.Updated, p.Unchanged, p.Repeated, p.Skipped, p.Failed}
	if d := cmp.Diff(want, got); d != "" {
		w.t.Fatalf("counts (-want +got):\n%s", d)
	}
}

// codes returns "row column code" for each problem of an import.
func (w *world) codes(m *importer.Import) []string {
	w.t.Helper()
	fs, err := w.svc.Failures(w.t.Context(), w.scope, m.N, 0, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, f := range fs {
		for _, p := range f.Problems {
			out = append(out, strings.Join([]string{don.Of(don.Import, f.Row).Display()[4:], p.Column, string(p.Code)}, " "))
			if p.Message == "" {
				w.t.Errorf("row %d: problem %s has no message", f.Row, p.Code)
			}
		}
	}
	return out
}

func (w *world) contacts() map[string]*contact.Contact {
	w.t.Helper()
	out := map[string]*contact.Contact{}
	err := w.db.Read(w.t.Context(), w.scope, func(tx *store.Tx) error {
		entries, err := tx.KeysBetween(w.t.Context(), "c:", "c;", 10_000)
		if err != nil {
			return err
		}
		for _, e := range entries {
			c, err := tx.Contact(w.t.Context(), e.Subject.N, false)
			if err != nil {
				return err
			}
			out[e.Key[2:]] = c
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

const people = `external_ref,display_name,email,phone_numbers,tags.name
u1,Ann Lee,Ann@Example.com,+49 30 1234567,vip
u2,Bo,bo@example.com,,
u3,,carol@example.com,,
u4,Dan,not-an-address,12,gold
u5,Eve,eve@example.com,,
u5,Eve again,eve2@example.com,,
u6,Fay,bo@example.com,,
u7,Gus
u8,Hal,hal@example.com,+4930765432,vip
`

func TestImport(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.tag(1, "VIP")
		m := w.run(people, importer.Options{})
		w.want(m, counts{Rows: 9, Created: 4, Failed: 5})
		wantCodes := []string{
			"3 display_name missing_required",
			"4 email invalid_email", "4 phone_numbers invalid_phone", "4 tags.name unknown_tag",
			"6 external_ref duplicate_in_file", "7 email duplicate_in_file", "8  ragged_row",
		}
		if d := cmp.Diff(wantCodes, w.codes(m)); d != "" {
			t.Errorf("problems (-want +got):\n%s", d)
		}
		wantByCode := map[string]int64{"missing_required": 1, "invalid_email": 1, "invalid_phone": 1, "unknown_tag": 1, "duplicate_in_file": 2, "ragged_row": 1}
		if d := cmp.Diff(wantByCode, m.Progress.ByCode); d != "" {
			t.Errorf("failed rows by code (-want +got):\n%s", d)
		}
		got := w.contacts()
		ann := got["u1"]
		if len(got) != 4 || ann == nil {
			t.Fatalf("contacts: %v", got)
		}
		if ann.Email() != "Ann@Example.com" || ann.EmailKey() != "ann@example.com" || ann.ImportN != m.N || len(ann.Tags) != 1 {
			t.Errorf("contact u1: %+v", ann)
		}
		w.want(w.run(people, importer.Options{}), counts{Rows: 9, Failed: 9})
		w.want(w.run(people, importer.Options{Update: true}), counts{Rows: 9, Unchanged: 4, Repeated: 1, Failed: 4})
		changed := strings.Replace(people, "u2,Bo,bo@example.com,,", "u2,Bo Berg,bo@work.example,+49309876543,vip", 1)
		up := w.run(changed, importer.Options{Update: true})
		w.want(up, counts{Rows: 9, Updated: 2, Unchanged: 2, Repeated: 1, Failed: 4}) // u5 stands twice, with two names
		bo := w.contacts()["u2"]
		if bo.DisplayName != "Bo Berg" || bo.Email() != "bo@work.example" || len(bo.Values(contact.KindEmail)) != 2 || bo.Version != 2 {
			t.Errorf("u2 after the update: %+v", bo)
		}
		if _, err := w.svc.Undo(t.Context(), w.scope, up.N); err != nil {
			t.Fatal(err)
		}
		if m := w.wait(up.N); m.State != importer.Undone || m.Progress.Restored < 1 {
			t.Errorf("undone update: %s %+v", m.State, m.Progress)
		}
		bo = w.contacts()["u2"]
		if bo.DisplayName != "Bo" || bo.Email() != "bo@example.com" || len(bo.Identifiers) != 2 {
			t.Errorf("u2 after the undo: %+v", bo)
		}
	})
}

// TestUpdateNeedsNoName: a blank clears nothing, so a row that matches needs no
// name; a row that would be a new record does.
func TestUpdateNeedsNoName(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.run("external_ref,display_name,email\nu1,Ann,ann@example.com\n", importer.Options{})
		const file = "external_ref,display_name,email\nu1,,ann@work.example\nu2,,bo@example.com\nu2,Bo,bo@example.com\nu3,,\nu4,Dan,dan@example.com\n"
		for _, dry := range []bool{true, false} {
			m := w.run(file, importer.Options{Update: true, DryRun: dry})
			w.want(m, counts{Rows: 5, Created: 2, Updated: 1, Failed: 2})
			if d := cmp.Diff([]string{"2 display_name missing_required", "4 display_name missing_required"}, w.codes(m)); d != "" {
				t.Errorf("problems, dry run %v (-want +got):\n%s", dry, d)
			}
		}
		got := w.contacts()
		if c := got["u1"]; c.DisplayName != "Ann" || c.Email() != "ann@work.example" || c.Version != 2 {
			t.Errorf("u1 after the update: %+v", c)
		}
		if want := []string{"c:u1", "c:u2", "c:u4", "e:ann@example.com", "e:ann@work.example", "e:bo@example.com", "e:dan@example.com"}; !slices.Equal(w.keys(), want) {
			t.Errorf("identifiers %v, want %v", w.keys(), want)
		}
		w.want(w.run("external_ref,display_name\nu9,\n", importer.Options{}), counts{Rows: 1, Failed: 1})
	})
}

// TestProblemsNameTheirValue: whoever reads a report sees which value is meant.
func TestProblemsNameTheirValue(t *testing.T) {
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	w.tag(1, "vip")
	m := w.run("external_ref,display_name,email,tags.name,owned_by,account_external_reference,workspace_external_reference\n"+
		"u1,Ann,ann@example.com,\"gold, vip=x\",bob@example.com,gamma,delta\nu2,Bo,bo@example.com,,,,\nu2,Bo,,,,,\nu3,Cy,BO@example.com,,,,\n", importer.Options{})
	fs, err := w.svc.Failures(t.Context(), w.scope, m.N, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, f := range fs {
		for _, p := range f.Problems {
			checked++
			named := strings.TrimPrefix(p.Value, "vip=")
			if p.Value == "" || !strings.Contains(p.Message, `"`+named+`"`) {
				t.Errorf("row %d, %s: %q does not name %q", f.Row, p.Code, p.Message, p.Value)
			}
		}
	}
	if checked != 7 {
		t.Errorf("%d problems, want 7: %+v", checked, fs)
	}
}

func TestDryRunChangesNothing(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.tag(1, "vip")
		w.want(w.run(people, importer.Options{DryRun: true}), counts{Rows: 9, Created: 4, Failed: 5})
		if got := w.contacts(); len(got) != 0 {
			t.Fatalf("a dry run left %v", got)
		}
		w.run(people, importer.Options{})
		before := w.contacts()
		changed := strings.Replace(people, "u2,Bo,", "u2,Bo Berg,", 1)
		w.want(w.run(changed, importer.Options{DryRun: true, Update: true}), counts{Rows: 9, Updated: 1, Unchanged: 3, Repeated: 1, Failed: 4})
		w.want(w.run(people, importer.Options{DryRun: true}), counts{Rows: 9, Failed: 9})
		if d := cmp.Diff(before, w.contacts()); d != "" {
			t.Errorf("a dry run changed (-before +after):\n%s", d)
		}
	})
}

func TestUndoLeavesWhatWasTouched(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.tag(1, "vip")
		m := w.run(people, importer.Options{})
		w.edit("u1", "called today")
		if _, err := w.svc.Undo(t.Context(), w.scope, m.N); err != nil {
			t.Fatal(err)
		}
		m = w.wait(m.N)
		if m.State != importer.Undone || m.Progress.Removed != 3 || m.Progress.Left != 1 {
			t.Errorf("undone: %s, %+v", m.State, m.Progress)
		}
		if d := cmp.Diff([]importer.Kept{{Record: "REVU-1", Name: "Ann Lee", Reason: "was changed since"}}, m.Progress.Kept); d != "" {
			t.Errorf("records left (-want +got):\n%s", d)
		}
		got := w.contacts()
		if len(got) != 1 || got["u1"] == nil {
			t.Errorf("after the undo: %v", got)
		}
		// Everything else is free again.
		w.want(w.run(people, importer.Options{}), counts{Rows: 9, Created: 3, Failed: 6})
	})
}

// TestUndoLeavesWhatALaterImportMet: a record that a later import found as its
// row says has been imported again, although nothing about it changed.
func TestUndoLeavesWhatALaterImportMet(t *testing.T) {
	for _, wide := range []int64{1, 1 << 40} {
		importer.WideFrom(wide)
		onBothEngines(t, func(t *testing.T, w *world) {
			m := w.run("external_ref,display_name,email\nu1,Ann,ann@example.com\nu2,Bo,bo@example.com\nu3,Cy,cy@example.com\n", importer.Options{})
			w.want(w.run("external_ref,display_name\nu2,Bo\n", importer.Options{Update: true, DryRun: true}), counts{Rows: 1, Unchanged: 1})
			w.want(w.run("external_ref,display_name\nu3,Cy\n", importer.Options{Update: true}), counts{Rows: 1, Unchanged: 1})
			if _, err := w.svc.Undo(t.Context(), w.scope, m.N); err != nil {
				t.Fatal(err)
			}
			m = w.wait(m.N)
			want := []importer.Kept{{Record: "REVU-3", Name: "Cy", Reason: "was in a later import"}}
			if d := cmp.Diff(want, m.Progress.Kept); d != "" || m.Progress.Removed != 2 || m.Progress.Left != 1 {
				t.Errorf("undone: %+v\n%s", m.Progress, d)
			}
			if got := w.keys(); !slices.Equal(got, []string{"c:u3", "e:cy@example.com"}) {
				t.Errorf("identifiers after the undo: %v", got)
			}
		})
	}
}

// keys returns all identifiers there are.
func (w *world) keys() (keys []string) {
	w.t.Helper()
	err := w.db.Read(w.t.Context(), w.scope, func(tx *store.Tx) error {
		entries, err := tx.KeysBetween(w.t.Context(), "", "z", 100_000)
		for _, e := range entries {
			keys = append(keys, e.Key)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return keys
}

func TestCancelReleases(t *testing.T) {
	importer.SmallBatches()
	onBothEngines(t, func(t *testing.T, w *world) {
		var once sync.Once
		w.svc.Step = func(name string) {
			if name == "slice after" {
				once.Do(func() {
					if _, err := w.svc.Cancel(context.Background(), w.scope, 1); err != nil {
						t.Error(err)
					}
				})
			}
		}
		var b strings.Builder
		b.WriteString("external_ref,display_name,email\n")
		for i := range 1000 {
			fmt.Fprintf(&b, "r%d,P%d,p%d@example.com\n", i, i, i)
		}
		m := w.run(b.String(), importer.Options{})
		if m.State != importer.Cancelled || m.DoneRow == 0 || m.DoneRow == 1000 {
			t.Fatalf("cancelled import: %s at row %d", m.State, m.DoneRow)
		}
		if m.Progress.Rows != m.DoneRow {
			t.Errorf("a cancelled import of %d rows counts %d", m.DoneRow, m.Progress.Rows)
		}
		if got := w.contacts(); int64(len(got)) != m.DoneRow {
			t.Errorf("%d references in the index, %d rows applied", len(got), m.DoneRow)
		}
	})
}

// fullDisk is a file on a disk that takes no more than its beginning.
type fullDisk struct{}

func (fullDisk) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
}

// stuckDB takes no bulk writes while it is stuck.
type stuckDB struct {
	store.Runner[importer.Tx]
	stuck atomic.Bool
}

func (d *stuckDB) Bulk(ctx context.Context, s org.Scope, fn func(importer.Tx) error) error {
	if d.stuck.Load() {
		return errs.New(errs.Unavailable, "service_unavailable", "the disk is full")
	}
	return d.Runner.Bulk(ctx, s, fn)
}

// TestFullDisk: whoever sends a file learns that the disk is full, and a running
// import says what it waits for.
func TestFullDisk(t *testing.T) {
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	_, err := w.svc.Create(t.Context(), w.scope, don.Contact, "full.csv", fullDisk{}, importer.Options{})
	if !errs.Is(err, errs.Unavailable) || !strings.Contains(err.Error(), "is full") {
		t.Errorf("spooling to a full disk: %v", err)
	}
	d := &stuckDB{Runner: store.Runner[importer.Tx]{DB: w.db}}
	d.stuck.Store(true)
	w.svc.DB = d
	w.work()
	m, err := w.svc.Create(t.Context(), w.scope, don.Contact, "wait.csv", strings.NewReader("external_ref,display_name\nu1,Ann\n"), importer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); m.Progress.Waiting == ""; time.Sleep(5 * time.Millisecond) {
		if m, err = w.svc.Get(t.Context(), w.scope, m.N); err != nil || time.Now().After(deadline) {
			t.Fatalf("the import does not say that it waits: %+v, %v", m, err)
		}
	}
	if m.State != importer.Running || m.Progress.Waiting != "the disk is full" {
		t.Errorf("the import is %s, waiting for %q", m.State, m.Progress.Waiting)
	}
	d.stuck.Store(false)
	if _, err := w.svc.Cancel(t.Context(), w.scope, m.N); err != nil {
		t.Fatal(err)
	}
	if m = w.wait(m.N); m.State != importer.Cancelled || m.Progress.Waiting != "" {
		t.Errorf("the import is %s, waiting for %q", m.State, m.Progress.Waiting)
	}
}

func TestFileErrors(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		tests := []struct {
			name, file, message string
			opt                 importer.Options
		}{
			{"no reference", "name,email\nAnn,a@x.io\n", "external_ref", importer.Options{}},
			{"unknown tag", "name,external_ref\nAnn,a\n", `no tag "vip"`, importer.Options{Tags: []string{"vip"}}},
			{"unknown column", "name,external_ref\nAnn,a\n", "Nom", importer.Options{Map: map[string]string{"display_name": "Nom"}}},
			{"no rows", "\n\n", "", importer.Options{}},
		}
		for _, tt := range tests {
			m := w.run(tt.file, tt.opt)
			if m.State != importer.Failed || !strings.Contains(m.Error, tt.message) || m.Error == "" {
				t.Errorf("%s: %s, %q; want failed with %q", tt.name, m.State, m.Error, tt.message)
			}
		}
		m := w.run("name,email\nAnn,a@x.io\nBo,b@x.io\n", importer.Options{RefFrom: "email"})
		w.want(m, counts{Rows: 2, Created: 2})
		if w.contacts()["a@x.io"] == nil {
			t.Errorf("contacts: %v", w.contacts())
		}
	})
}
