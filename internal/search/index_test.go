package search_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/search"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
)

const contactsOfMany = 240

// manyGrams are contacts with so many different grams that a block of them takes
// several transactions.
func manyGrams(from int64) []*contact.Contact {
	rng := rand.New(rand.NewPCG(uint64(from), 9))
	var out []*contact.Contact
	for i := range int64(contactsOfMany) {
		name := make([]rune, 60)
		for at := range name {
			name[at] = rune('一' + rng.IntN(8000))
		}
		out = append(out, named(from+i, "ann "+string(name)))
	}
	return out
}

// failing fails the bulk transaction with a number, before or after its body.
type failing struct {
	store.Runner[search.IndexTx]
	at    int
	after bool
}

var errKilled = errors.New("killed")

func (f *failing) Bulk(ctx context.Context, s org.Scope, fn func(search.IndexTx) error) error {
	f.at--
	if f.at != 0 {
		return f.Runner.Bulk(ctx, s, fn)
	}
	if !f.after {
		return errKilled
	}
	return f.Runner.Bulk(ctx, s, func(tx search.IndexTx) error { return errors.Join(fn(tx), errKilled) })
}

// An indexer that ends at any moment leaves a search that finds all that was
// indexed before, and another one goes on.
func TestIndexerEndsAnywhere(t *testing.T) {
	onBothEngines(t, func(w *world) {
		w.put(manyGrams(1)...)
		w.put(named(70_000, "Ann"))
		w.drain()
		indexed := numbers(w.find("ann", 1000).Hits)
		next := int64(1000)
		for at := 1; at < 20; at++ {
			ended := false
			for _, after := range []bool{false, true} {
				// One contact more, and its block is to be made anew as after an import;
				// the other one's block is above, so that this one does not grow.
				w.put(named(next, "Ann"), named(70_000+next, "Ann"))
				next++
				storetest.Write(t, w.db, w.scope, func(ctx context.Context, tx *store.Tx) error { return tx.WrittenRange(ctx, don.Contact, 0, 65_535) })
				x := w.indexer("one")
				x.DB = &failing{Runner: store.Runner[search.IndexTx]{DB: w.db}, at: at, after: after}
				err := x.Round(t.Context())
				ended = err == nil
				if err != nil && !errors.Is(err, errKilled) {
					t.Fatal(err)
				}
				got := numbers(w.find("ann", 1000).Hits)
				for _, n := range indexed {
					if !slices.Contains(got, n) {
						t.Fatalf("killed at %d: %d is not found any more", at, n)
					}
				}
				w.put(named(140_000+next, "Ann"))
				w.drain()
				indexed = numbers(w.find("ann", 1000).Hits)
				if want := contactsOfMany + 1 + 3*int(next-1000); len(indexed) != want {
					t.Fatalf("killed at %d: %d are found in the end, want %d", at, len(indexed), want)
				}
			}
			if ended {
				if at < 6 {
					t.Fatalf("indexing took %d transactions; the test wants more", at-1)
				}
				return
			}
		}
		t.Fatal("indexing takes more transactions than it should")
	})
}

// Of two processes one indexes, until it is silent for as long as its lease.
func TestOneIndexerAtATime(t *testing.T) {
	onBothEngines(t, func(w *world) {
		lease := func(name string, until time.Duration) (ours bool) {
			t.Helper()
			storetest.Write(t, w.db, w.scope, func(ctx context.Context, tx *store.Tx) (err error) {
				ours, err = tx.LeaseSearch(ctx, name, tx.Now().Add(until))
				return err
			})
			return ours
		}
		w.put(named(1, "Ann"))
		if !lease("two", time.Hour) {
			t.Fatal("nobody had the lease, and it was refused")
		}
		w.round()
		if w.behind() == 0 {
			t.Error("indexed under another one's lease")
		}
		w.finds("ann", 1) // read as it is
		if !lease("two", -time.Second) {
			t.Fatal("the lease was not renewed")
		}
		w.round()
		if w.behind() != 0 {
			t.Error("did not take over")
		}
		w.finds("ann", 1)
	})
}

// While an import fills the last block, it is left alone for a while.
func TestImportsFillABlockFirst(t *testing.T) {
	onBothEngines(t, func(w *world) {
		w.put(named(10, "Ann"), named(70_000, "Ann"))
		w.drain()
		storetest.Write(t, w.db, w.scope, func(ctx context.Context, tx *store.Tx) error {
			return tx.WrittenRange(ctx, don.Contact, 60_000, 75_000)
		})
		w.round()
		if w.behind() == 0 {
			t.Error("the block that grows was made anew at once")
		}
		time.Sleep(search.Growing)
		w.round()
		if w.behind() != 0 {
			t.Error("the block was still left alone")
		}
		w.finds("ann", 70_000, 10)
	})
}

// A large set that waits is told, and then found.
func TestBehindIsTold(t *testing.T) {
	onBothEngines(t, func(w *world) {
		var cs []*contact.Contact
		for n := range int64(1500) {
			cs = append(cs, named(2*n+1, "Ann")) // with gaps, so that each is a run of its own
		}
		w.put(cs...)
		if a := w.find("ann", 10_000); a.Behind == 0 || len(a.Hits) < 400 {
			t.Errorf("%d are found, %v behind", len(a.Hits), a.Behind)
		}
		w.drain()
		if a := w.find("ann", 10_000); a.Behind != 0 || len(a.Hits) != 1500 {
			t.Errorf("%d are found, %v behind", len(a.Hits), a.Behind)
		}
		w.put(named(5000, "Ann"))
		if a := w.find("ann", 10_000); a.Behind != 0 || len(a.Hits) != 1501 {
			t.Errorf("%d are found at once, %v behind", len(a.Hits), a.Behind)
		}
	})
}

func TestWorkStops(t *testing.T) {
	onBothEngines(t, func(w *world) {
		w.put(named(1, "Ann"))
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.index.Work(ctx) }()
		for end := time.Now().Add(20 * time.Second); w.behind() > 0; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("nothing was indexed")
			}
		}
		stop()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Fatal("did not stop")
		}
	})
}
