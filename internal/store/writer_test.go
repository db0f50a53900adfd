package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

func sqliteDB(t *testing.T) (*DB, org.Scope) {
	t.Helper()
	db, err := Open(t.Context(), Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	o, err := db.CreateOrg(t.Context(), org.Org{Name: "acme", Slug: "acme", Public: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	return db, org.Scope{OrgID: o.ID, Actor: don.Of(don.Member, 1)}
}

// Of writes that share a transaction, those that fail leave nothing and those
// that do not leave everything, wherever in the group they stand.
func TestGroupKeepsItsMembersApart(t *testing.T) {
	db, s := sqliteDB(t)
	errOwn := errors.New("the body's own")
	ends := map[string]func(context.Context, *Tx, int64) error{
		"well":  func(context.Context, *Tx, int64) error { return nil },
		"error": func(context.Context, *Tx, int64) error { return errOwn },
		"taken": func(ctx context.Context, tx *Tx, n int64) error { return insertSomeone(ctx, tx, n) },
		"panic": func(context.Context, *Tx, int64) error { panic("a bug") },
	}
	var well int64
	for round, order := range [][]string{
		{"error", "well", "taken", "well"}, {"taken", "panic", "well"}, {"panic", "error"}, {"well", "error", "well", "panic", "taken"}, {"error"}, {"well"},
	} {
		failed := runGroup(t, db, s, order, func(ctx context.Context, tx *Tx, i int) error {
			n := int64(100*round + i + 1)
			if err := insertSomeone(ctx, tx, n); err != nil {
				return err
			}
			return ends[order[i]](ctx, tx, n)
		})
		for i, end := range order {
			err := failed[i]
			if end == "well" {
				well++
			}
			if (end == "well") != (err == nil) || end == "error" && !errors.Is(err, errOwn) || end == "taken" && !errs.Is(err, errs.Conflict) {
				t.Errorf("round %d, member %d that ends with %q: %v", round, i, end, err)
			}
		}
		if diff := cmp.Diff(all(well), rowsOfContacts(t, db, s)); diff != "" {
			t.Fatalf("round %d %v: rows (-want +got):\n%s", round, order, diff)
		}
	}
}

// runGroup submits writes while the writer is busy, so that they share a
// transaction in this order.
func runGroup(t *testing.T, db *DB, s org.Scope, order []string, body func(context.Context, *Tx, int) error) []error {
	t.Helper()
	started, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := db.Bulk(t.Context(), s, func(*Tx) error {
			close(started)
			<-release
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-started
	failed := make([]error, len(order))
	queue := db.e.(*sqlite).writer.small
	for i := range order {
		wg.Go(func() {
			failed[i] = db.Write(t.Context(), s, func(tx *Tx) error { return body(t.Context(), tx, i) })
		})
		for len(queue) <= i {
			time.Sleep(time.Millisecond)
		}
	}
	close(release)
	wg.Wait()
	return failed
}

// The log is copied while writes go on, and starts over.
func TestLogStartsOver(t *testing.T) {
	db, s := sqliteDB(t)
	const long = 1 << 20
	db.e.(*sqlite).writer.long = long
	const writes = 2000
	var wg sync.WaitGroup
	for c := range 4 {
		wg.Go(func() {
			for i := range writes / 4 {
				if err := db.Write(t.Context(), s, func(tx *Tx) error { return insertSomeone(t.Context(), tx, int64(c*writes+i)) }); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if diff := cmp.Diff(all(writes), rowsOfContacts(t, db, s)); diff != "" {
		t.Fatalf("rows (-want +got):\n%s", diff)
	}
	file, log := db.e.(*sqlite).fileSizes()
	if file < long || log > 16*long {
		t.Errorf("the database has %d bytes and its log %d; the log should have been copied and started over at about %d", file, log, long)
	}
}

// A bulk write has its turn although small writes come without a pause.
func TestBulkIsNotStarved(t *testing.T) {
	db, s := sqliteDB(t)
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for g := range int64(16) {
		writers.Go(func() {
			for n := g * 1_000_000; ctx.Err() == nil; n++ {
				if err := db.Write(ctx, s, func(tx *Tx) error { return insertSomeone(ctx, tx, n+1) }); err != nil && ctx.Err() == nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 5 {
		began := time.Now()
		bulk, end := context.WithTimeout(t.Context(), 20*time.Second)
		if err := db.Bulk(bulk, s, func(*Tx) error { return nil }); err != nil {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		end()
	}
	stop()
	writers.Wait()
}
