package search_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/search"
	"github.com/kith-id/kith/internal/search/lexical"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
)

// world is a database with an org, its directory, a search and an indexer.
type world struct {
	*testing.T
	db    *store.DB
	scope org.Scope
	dir   *directory.Service
	svc   *search.Service
	index *search.Indexer
}

func onBothEngines(t *testing.T, test func(*world)) {
	storetest.Engines(t, func(t *testing.T, db *store.DB) {
		t.Parallel()
		test(newWorld(t, db))
	})
}

func newWorld(t *testing.T, d *store.DB) *world {
	t.Helper()
	w := &world{T: t, db: d, scope: storetest.Scope(t, d, "acme"), dir: directory.New(d.Directory())}
	w.svc = &search.Service{DB: store.Runner[search.Tx]{DB: d}}
	w.index = w.indexer("one")
	return w
}

// indexer is that of another process over the same database.
func (w *world) indexer(name string) *search.Indexer {
	return &search.Indexer{DB: store.Runner[search.IndexTx]{DB: w.db}, Name: name, Log: slog.New(slog.DiscardHandler)}
}

// round indexes once.
func (w *world) round() {
	w.Helper()
	if err := w.index.Round(w.Context()); err != nil {
		w.Fatal(err)
	}
}

// behind is for how long what waits to be indexed has waited.
func (w *world) behind() (d time.Duration) {
	w.Helper()
	err := w.db.Read(w.Context(), w.scope, func(tx *store.Tx) (err error) {
		d, err = tx.SearchBehind(w.Context())
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// drain indexes until nothing waits.
func (w *world) drain() {
	w.Helper()
	for end := time.Now().Add(time.Minute); w.behind() > 0; {
		if time.Now().After(end) {
			w.Fatal("records still wait to be indexed")
		}
		w.round()
	}
}

// put stores contacts with numbers of the test's choice, as the store gets them
// from those who choose numbers.
func (w *world) put(cs ...*contact.Contact) {
	w.Helper()
	storetest.Write(w.T, w.db, w.scope, func(ctx context.Context, tx *store.Tx) error {
		for _, c := range cs {
			c.State, c.Version, c.CreatedBy, c.ModifiedBy = "active", 1, "devu/1", "devu/1"
			if c.CreatedAt.IsZero() {
				c.CreatedAt, c.ModifiedAt = tx.Now(), tx.Now()
			}
		}
		return tx.InsertContacts(ctx, cs)
	})
}

// find searches contacts and returns what it finds, best first.
func (w *world) find(text string, limit int) search.Answer {
	w.Helper()
	return w.ask(search.Request{Text: text, Limit: limit})
}

func (w *world) ask(r search.Request) search.Answer {
	w.Helper()
	if r.Sort == "" {
		r.Sort, r.Desc = search.Relevance, true
	}
	if r.Types == nil {
		r.Types = []don.Type{don.Contact}
	}
	a, err := w.svc.Find(w.Context(), w.scope, r)
	if err != nil {
		w.Fatal(err)
	}
	return a
}

func numbers(hits []search.Hit) []int64 {
	out := make([]int64, len(hits))
	for i, h := range hits {
		out[i] = h.N
	}
	return out
}

func (w *world) finds(text string, want ...int64) {
	w.Helper()
	if got := numbers(w.find(text, 100).Hits); !slices.Equal(got, want) {
		w.Errorf("%q finds %v, want %v", text, got, want)
	}
}

// must returns a, or fails the test.
func must[A any](a A, err error) func(*world) A {
	return func(w *world) A {
		w.Helper()
		if err != nil {
			w.Fatal(err)
		}
		return a
	}
}

func ptr[T any](v T) *T { return &v }

// docs is what all contacts are found by, by number.
func (w *world) docs(t don.Type) map[int64]lexical.Doc {
	w.Helper()
	out := map[int64]lexical.Doc{}
	err := w.db.Read(w.Context(), w.scope, func(tx *store.Tx) error {
		list, err := tx.SearchDocsIn(w.Context(), t, 0, 1<<40, 1<<20)
		for _, d := range list {
			out[d.N] = d
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// agrees compares what a text finds with what looking at every record finds.
func (w *world) agrees(text string, types ...don.Type) {
	w.Helper()
	for _, t := range types {
		q, err := lexical.Parse(text)
		if err != nil {
			w.Fatal(err)
		}
		var want []int64
		for n, d := range w.docs(t) {
			if q.Matches(lexical.Within, d) {
				want = append(want, n)
			}
		}
		var got []int64
		for _, h := range w.ask(search.Request{Text: text, Limit: 1000, Types: []don.Type{t}}).Hits {
			if h.Pass <= lexical.Within {
				got = append(got, h.N)
			} else if q.Matches(lexical.Within, w.docs(t)[h.N]) {
				w.Errorf("%q: %s %d is found as if it had a mistake", text, t, h.N)
			}
			if h.Snippet == "" {
				w.Errorf("%q: %s %d has no snippet", text, t, h.N)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			w.Errorf("%q among %s finds %v, want %v", text, t, got, want)
		}
	}
}

func named(n int64, name string, mails ...string) *contact.Contact {
	c := &contact.Contact{N: n, DisplayName: name}
	for i, m := range mails {
		c.Identifiers = append(c.Identifiers, contact.Identifier{Kind: contact.KindEmail, Value: m, Proof: contact.Entered, Main: i == 0})
	}
	return c
}

func numbered(list []string, i int) string { return fmt.Sprintf("%s%d", list[i%len(list)], i) }
