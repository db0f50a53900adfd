package search_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/search"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
)

// pages compares pages of ten, both ways, with the whole.
func (w *world) pages(what string, base search.Request) {
	w.Helper()
	base.Limit = 10_000
	base.Sort, base.Types = search.Relevance, search.Types
	base.Desc = true
	all := w.ask(base).Hits
	asc := base
	asc.Desc = false
	rev := w.ask(asc).Hits
	slices.Reverse(rev)
	same(w, what+": ascending against descending", rev, all)
	r := base
	r.Limit = 10
	same(w, what+": forward by 10", w.walk(r), all)
	r.Back = true
	same(w, what+": backward by 10", w.walk(r), all)
}

// A copied-looking query with a mistake has all its pages.
func TestLiteralSlipPages(t *testing.T) {
	onBothEngines(t, func(w *world) {
		var cs []*contact.Contact
		for i := range 30 {
			cs = append(cs, named(int64(i+1), "Bo", fmt.Sprintf("p%d@example.test", i)))
		}
		w.put(cs...)
		w.drain()
		w.pages("@exmple", search.Request{Text: "@exmple"})
	})
}

func TestLiteralHits(t *testing.T) {
	onBothEngines(t, func(w *world) {
		w.put(named(1, "smith 12"), named(2, "smitt 12"))
		w.drain()
		w.pages("smith 12", search.Request{Text: "smith 12"})
	})
}

func TestKeyPages(t *testing.T) {
	onBothEngines(t, func(w *world) {
		if _, _, err := w.dir.CreateAccount(t.Context(), w.scope, directory.AccountPatch{DisplayName: ptr("Forge"), Refs: &[]string{"smith"}}); err != nil {
			t.Fatal(err)
		}
		var cs []*contact.Contact
		for i := range 30 {
			cs = append(cs, named(int64(i+1), []string{"Bob Smith", "Bob Smith", "Bob Smitt"}[i%3]))
		}
		w.put(cs...)
		w.drain()
		w.pages("smith", search.Request{Text: "smith"})
	})
}

// Many of one kind and some of another kind have the same date.
func TestWalkSameMoment(t *testing.T) {
	onBothEngines(t, func(w *world) {
		at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
		storetest.Write(t, w.db, w.scope, func(ctx context.Context, tx *store.Tx) error {
			at = tx.Now()
			return nil
		})
		for i := range 3 {
			if _, _, err := w.dir.CreateAccount(t.Context(), w.scope, directory.AccountPatch{DisplayName: ptr(fmt.Sprint("ann ", i))}); err != nil {
				t.Fatal(err)
			}
		}
		// all of the moment of the last account, as one transaction of an import makes them
		a := w.ask(search.Request{Text: "ann", Types: []don.Type{don.Account}, Sort: search.Created, Desc: true, Limit: 1})
		at = a.Hits[0].At
		var cs []*contact.Contact
		for i := range 21_000 {
			c := named(int64(i+1), "ann")
			c.CreatedAt, c.ModifiedAt = at, at
			cs = append(cs, c)
		}
		w.put(cs...)
		w.drain()
		for _, desc := range []bool{true, false} {
			r := search.Request{Text: "ann", Types: search.Types, Sort: search.Created, Desc: desc, Limit: 1000}
			all := w.walk(r)
			if len(all) != 21_006 {
				t.Errorf("desc %v: %d hits", desc, len(all))
			}
			one := r
			one.Limit = 5
			first := w.ask(one)
			one.Edge = &first.Hits[4].Key
			same(w, fmt.Sprint("desc ", desc, " two pages of 5"), append(first.Hits, w.ask(one).Hits...), all[:10])
			r.Back = true
			same(w, fmt.Sprint("desc ", desc, " backward"), w.walk(r), all)
		}
	})
}

type counting struct {
	store.Runner[search.IndexTx]
	bulks, reads int
}

func (c *counting) Bulk(ctx context.Context, s org.Scope, fn func(search.IndexTx) error) error {
	c.bulks++
	return c.Runner.Bulk(ctx, s, fn)
}

func (c *counting) Read(ctx context.Context, s org.Scope, fn func(search.IndexTx) error) error {
	c.reads++
	return c.Runner.Read(ctx, s, fn)
}

// While another process indexes, this one rests.
func TestSpinsWithoutLease(t *testing.T) {
	onBothEngines(t, func(w *world) {
		storetest.Write(t, w.db, w.scope, func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.LeaseSearch(ctx, "two", tx.Now().Add(time.Hour)); err != nil {
				return err
			}
			for range 20_000 {
				if err := tx.WrittenRange(ctx, don.Contact, 1, 1); err != nil {
					return err
				}
			}
			return nil
		})
		ctx, stop := context.WithTimeout(t.Context(), 3*time.Second)
		defer stop()
		x := w.indexer("one")
		c := &counting{Runner: store.Runner[search.IndexTx]{DB: w.db}}
		x.DB = c
		err := x.Round(ctx)
		if err != nil {
			t.Errorf("one round under another's lease went on until it was stopped: %d reads, %d transactions, %v", c.reads, c.bulks, err)
		}
	})
}

// One org whose records cannot be indexed does not keep the others waiting.
func TestOneOrgStopsOthers(t *testing.T) {
	onBothEngines(t, func(w *world) {
		other := *w
		other.scope = storetest.Scope(t, w.db, "other")
		w.put(named(1, "Ann"))
		other.put(named(1, "Ann"))
		x := w.indexer("one")
		x.DB = &broken{Runner: store.Runner[search.IndexTx]{DB: w.db}, org: min(w.scope.OrgID, other.scope.OrgID)}
		for range 3 {
			_ = x.Round(t.Context())
		}
		last := w
		if other.scope.OrgID > w.scope.OrgID {
			last = &other
		}
		if last.behind() > 0 {
			t.Error("an org whose records cannot be indexed stops the others")
		}
	})
}

type broken struct {
	store.Runner[search.IndexTx]
	org int64
}

func (b *broken) Bulk(ctx context.Context, s org.Scope, fn func(search.IndexTx) error) error {
	if s.OrgID == b.org {
		return errors.New("a record that cannot be read")
	}
	return b.Runner.Bulk(ctx, s, fn)
}

// Of many words with one mistake, many are found.
func TestManyAlike(t *testing.T) {
	onBothEngines(t, func(w *world) {
		var cs []*contact.Contact
		n := int64(1)
		for at := range 5 {
			for r := 'a'; r <= 'z'; r++ {
				name := []rune("marin")
				if name[at] != r {
					name[at] = r
					cs = append(cs, named(n, string(name)))
					n++
				}
			}
		}
		w.put(cs...)
		w.drain()
		if got := len(w.find("marin", 1000).Hits); got < len(cs)/2 {
			t.Errorf("%d of %d names with one mistake are found", got, len(cs))
		}
	})
}

// A record that is renamed has the rank of its new name, before it is indexed and
// after, and pages around the indexing lose nothing.
func TestRankOfOldName(t *testing.T) {
	onBothEngines(t, func(w *world) {
		must(w.dir.CreateContact(t.Context(), w.scope, directory.ContactPatch{DisplayName: ptr("Ann")}, nil))(w)
		must(w.dir.CreateContact(t.Context(), w.scope, directory.ContactPatch{DisplayName: ptr("Ann")}, nil))(w)
		must(w.dir.CreateContact(t.Context(), w.scope, directory.ContactPatch{DisplayName: ptr("Ann Smith")}, nil))(w)
		w.drain()
		must(w.dir.UpdateContact(t.Context(), w.scope, 2, directory.ContactPatch{DisplayName: ptr("Joanna Smith")}))(w)
		w.finds("ann", 1, 3, 2)
		one := w.find("ann", 1)
		w.drain()
		w.finds("ann", 1, 3, 2)
		all := one.Hits
		for edge := one.Hits[0].Key; ; {
			a := w.ask(search.Request{Text: "ann", Limit: 1, Edge: &edge})
			all = append(all, a.Hits...)
			if !a.More || len(a.Hits) == 0 {
				break
			}
			edge = a.Hits[len(a.Hits)-1].Key
		}
		if got := numbers(all); !slices.Equal(got, []int64{1, 3, 2}) {
			t.Errorf("pages around indexing show %v, want 1 3 2", got)
		}
	})
}

// Values of different fields make no equal value.
func TestEqualAcrossFields(t *testing.T) {
	onBothEngines(t, func(w *world) {
		w.put(named(1, "Ann"), named(2, "Ann Smith", "joann@x.test", "bo@test.joann"))
		w.drain()
		w.finds("ann", 1, 2)
	})
}

func TestQueries(t *testing.T) {
	onBothEngines(t, func(w *world) {
		must(w.dir.CreateContact(t.Context(), w.scope, directory.ContactPatch{DisplayName: ptr("Ann-Marie Müller"), Phones: &[]string{"+49 1511 2345678"}, Email: ptr("john85@acme-corp.test")}, nil))(w)
		must(w.dir.CreateContact(t.Context(), w.scope, directory.ContactPatch{DisplayName: ptr("Gǿran Ǽsop"), Email: ptr("zz@x.test")}, nil))(w)
		must(w.dir.CreateContact(t.Context(), w.scope, directory.ContactPatch{DisplayName: ptr("王小明"), Email: ptr("yy@x.test")}, nil))(w)
		for text, n := range map[string]int64{
			"01511–2345678": 1, "01511‑2345678": 1, "\u202a+49 1511 2345678\u202c": 1, "tel:+4915112345678": 1, "０１５１１２３４５６７８": 1, "Müller 01511 2345678": 1, "Müller 015112345678": 1,
			"+49 (0)1511·2345678": 1, "john85": 1,
			"goran": 2, "aesop": 2, "小明": 3, "明": 3,
		} {
			if got := numbers(w.find(text, 10).Hits); !slices.Equal(got, []int64{n}) {
				t.Errorf("%q finds %v, want %d", text, got, n)
			}
		}
	})
}

// One record that changes often does not take the place of others that wait.
func TestHotRecord(t *testing.T) {
	onBothEngines(t, func(w *world) {
		w.put(named(1, "Hot"))
		w.drain()
		w.put(named(2, "Ann"))
		for i := range 500 {
			must(w.dir.UpdateContact(t.Context(), w.scope, 1, directory.ContactPatch{DisplayName: ptr(fmt.Sprint("Hot", i))}))(w)
		}
		a := w.find("ann", 10)
		if len(a.Hits) != 1 {
			t.Errorf("two records changed, and the one written is not found; behind %v", a.Behind)
		}
	})
}

// A query whose grams tell nothing ends early, says so, and can be gone on with.
func TestTooManyAlike(t *testing.T) {
	onBothEngines(t, func(w *world) {
		const many = 25_000
		for from := 0; from < many; from += 5000 {
			var cs []*contact.Contact
			for i := from; i < from+5000; i++ {
				c := named(int64(i+1), "Bo")
				c.Identifiers = append(c.Identifiers, contact.Identifier{Kind: contact.KindRef, Value: fmt.Sprintf("C%012d", i), Proof: contact.Entered, Main: true})
				if i == 10 {
					c.Identifiers[0].Value = "C00000000000000000000"
				}
				cs = append(cs, c)
			}
			w.put(cs...)
		}
		w.drain()
		r := search.Request{Text: "00000000000000000000", Limit: 10}
		a := w.ask(r)
		if !a.Ended || a.Resume == nil || len(a.Hits) != 0 {
			t.Fatalf("%d hits, ended early: %v", len(a.Hits), a.Ended)
		}
		var got []int64
		for range 20 {
			got = append(got, numbers(a.Hits)...)
			if a.Resume == nil {
				break
			}
			r.Edge = a.Resume
			a = w.ask(r)
		}
		if !slices.Equal(got, []int64{11}) {
			t.Errorf("going on finds %v", got)
		}
	})
}

// Words of what is deleted, or has another name now, leave the index within a day.
func TestForgets(t *testing.T) {
	onBothEngines(t, func(w *world) {
		words := func() (all []string) {
			t.Helper()
			err := w.db.Read(t.Context(), w.scope, func(tx *store.Tx) error {
				lists, err := tx.SearchWords(t.Context(), don.Contact)
				for _, l := range lists {
					all = append(all, string(l))
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		c := must(w.dir.CreateContact(t.Context(), w.scope, directory.ContactPatch{DisplayName: ptr("Secretname")}, nil))(w).Item
		d := must(w.dir.CreateContact(t.Context(), w.scope, directory.ContactPatch{DisplayName: ptr("Oldname")}, nil))(w).Item
		w.drain()
		if got := words(); !slices.Contains(got, "oldname\nsecretname") {
			t.Fatalf("the words are %q", got)
		}
		if err := w.dir.DeleteContact(t.Context(), w.scope, c.N); err != nil {
			t.Fatal(err)
		}
		must(w.dir.UpdateContact(t.Context(), w.scope, d.N, directory.ContactPatch{DisplayName: ptr("Newname")}))(w)
		w.drain()
		if stale, err := w.db.StaleSearchBlocks(t.Context(), time.Now().Add(-time.Hour)); err != nil || len(stale) > 0 {
			t.Errorf("blocks of this hour are stale: %v, %v", stale, err)
		}
		if err := w.index.Sweep(t.Context(), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := words(); !slices.Equal(got, []string{"newname"}) {
			t.Errorf("the words are %q in the end", got)
		}
		w.finds("newname", d.N)
		w.finds("secretname")
	})
}
