package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/internal/timeline"
)

// testNews writes, numbers meanwhile, and reads along the numbers.
func testNews(t *testing.T, open Open) {
	db, _ := open(t)
	s, other := Scope(t, db, "acme"), Scope(t, db, "beta")
	var hints sync.Map
	db.OnOutbox(func(orgID int64) { hints.Store(orgID, true) })
	number := func(limit int) (n int) {
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) (err error) {
			n, err = tx.Number(ctx, tx.Now().Add(-time.Hour), limit)
			return err
		})
		return n
	}
	add := func(name string) error {
		return db.Write(t.Context(), s, func(tx *store.Tx) error {
			n, err := tx.Next(t.Context(), don.Tag, 1)
			if err != nil {
				return err
			}
			return tx.InsertTag(t.Context(), &tag.Tag{N: n, Name: name})
		})
	}
	for number(500) > 0 {
	}
	const writers, each = 4, 25
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				if err := add(fmt.Sprintf("t-%d-%d", w, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { writing.Wait(); close(done) }()
	seen := readAlong(t, db, s, func() { number(7) }, done, writers*each)
	if _, told := hints.Load(s.OrgID); !told {
		t.Error("nobody was told that something waits")
	}
	var ns []int64
	for i, n := range seen {
		if n.Of.Type != don.Tag || n.Op != "created" || n.To != n.Of.N || time.Since(n.At) > time.Hour {
			t.Errorf("%+v", n)
		}
		if i > 0 && n.Seq != seen[i-1].Seq+1 {
			t.Errorf("%d comes behind %d", n.Seq, seen[i-1].Seq)
		}
		ns = append(ns, n.Of.N)
	}
	slices.Sort(ns)
	if got := len(slices.Compact(ns)); got != writers*each {
		t.Errorf("%d of %d are told", got, writers*each)
	}
	read(t, db, other, func(tx *store.Tx) {
		if got, err := tx.News(t.Context(), 0, 9); err != nil || len(got) > 0 && got[0].Of.Type == don.Tag {
			t.Errorf("another organisation is told %v %v", got, err)
		}
	})
	if orgs, err := db.Waiting(t.Context()); err != nil || slices.Contains(orgs, s.OrgID) {
		t.Errorf("%v wait, %v", orgs, err)
	}
	testOldNews(t, db, s, add)
}

// readAlong reads the news behind the last known, while others write and number.
func readAlong(t *testing.T, db *store.DB, s org.Scope, number func(), done <-chan struct{}, want int) []timeline.News {
	var seen []timeline.News
	var last int64
	read(t, db, s, func(tx *store.Tx) {
		var err error
		if _, last, err = tx.NewsKept(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	for over := false; len(seen) < want; {
		number()
		read(t, db, s, func(tx *store.Tx) {
			got, err := tx.News(t.Context(), last, 10)
			if err != nil {
				t.Fatal(err)
			}
			if seen = append(seen, got...); len(got) > 0 {
				last = got[len(got)-1].Seq
			} else if over {
				t.Fatalf("%d of %d are told", len(seen), want)
			}
		})
		select {
		case <-done:
			over = true
		default:
		}
	}
	return seen
}

// testOldNews lets the clock run: what has waited too long is dropped, and what
// was kept long enough is purged.
func testOldNews(t *testing.T, db *store.DB, s org.Scope, add func(string) error) {
	if err := add("late"); err != nil {
		t.Fatal(err)
	}
	if orgs, err := db.Waiting(t.Context()); err != nil || !slices.Contains(orgs, s.OrgID) {
		t.Errorf("%v wait, %v", orgs, err)
	}
	kept := func() (first, last int64) {
		read(t, db, s, func(tx *store.Tx) {
			var err error
			if first, last, err = tx.NewsKept(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
		return first, last
	}
	first, last := kept()
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Number(ctx, tx.Now().Add(time.Hour), 500)
		if n != 1 {
			t.Errorf("%d rows of the outbox were looked at", n)
		}
		return err
	})
	if f, l := kept(); f != first || l != last {
		t.Errorf("what waited too long is numbered: %d to %d, was %d to %d", f, l, first, last)
	}
	purge := func(before time.Duration, limit, want int) {
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
			n, err := tx.PurgeNews(ctx, tx.Now().Add(before), limit)
			if n != want {
				t.Errorf("%d are purged, want %d", n, want)
			}
			return err
		})
	}
	purge(-time.Hour, 500, 0)
	purge(time.Hour, 10, 10)
	if f, l := kept(); f != first+10 || l != last {
		t.Errorf("%d to %d are kept, want %d to %d", f, l, first+10, last)
	}
	purge(time.Hour, 500, int(last-first-9))
	if f, l := kept(); f != last+1 || l != last {
		t.Errorf("with none kept: %d to %d, want %d to %d", f, l, last+1, last)
	}
}
