package search_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/search"
	"github.com/kith-id/kith/internal/search/lexical"
)

func TestRanking(t *testing.T) {
	onBothEngines(t, func(w *world) {
		w.put(
			named(1, "Joanna Smith"), named(2, "Ann"), named(3, "Ann Smith"), named(70_000, "Smith, Ann"), named(5, "Annabel Smith"),
			named(140_000, "Anm Smith"), named(140_001, "Christopher Annandale"), named(140_002, "Bo", "ann@x.test"), named(140_003, "Bo", "joann@x.test"),
		)
		for _, when := range []string{"before it is indexed", "after"} {
			w.finds("ann", 2, 140_002, 70_000, 3, 140_001, 5, 140_003, 1)
			w.finds("ann smith", 3, 70_000, 5, 1)
			w.finds("Smith ANN", 70_000, 3, 5, 1)
			w.finds("ann@x.test", 140_002, 140_003)
			w.finds("christofer anandale", 140_001)
			w.finds("chrsitopher", 140_001)
			w.finds("smiht", 140_000, 70_000, 5, 3, 1)
			w.finds("smiht joanna", 1)
			w.finds("nobody")
			if w.Failed() {
				w.Fatal(when)
			}
			w.drain()
		}
	})
}

// Whatever is written, and whenever it is indexed, a search finds what looking
// at every record would.
func TestFollowsWrites(t *testing.T) {
	onBothEngines(t, func(w *world) {
		rng := rand.New(rand.NewPCG(3, 4))
		names := []string{"Ann Müller", "anna muller", "Bob O'Neil", "Bobby Tables", "Ångström", "王小明", "Ann-Marie", "Straße", "x", "El"}
		queries := []string{"ann", "muller", "oneil", "bob tables", "strasse", "王", "a", "ob", "ann1@", "x.test", "4912", "ref-1", "angstr", "marie ann", "n-m", "zz"}
		all := []don.Type{don.Contact, don.Account, don.Workspace, don.Tag}
		var contacts, accounts, spaces, tags []int64
		pick := func(list []int64) int64 { return list[rng.IntN(len(list))] }
		for step := range 120 {
			name := names[rng.IntN(len(names))] + strings.Repeat(" x", rng.IntN(2))
			ref, mail := fmt.Sprint("ref-", step), fmt.Sprintf("ann%d@x.test", step)
			phones := []string{fmt.Sprintf("+4912345%04d", step)}
			switch k := rng.IntN(14); {
			case len(contacts) < 3 || k < 3:
				c := must(w.dir.CreateContact(t.Context(), w.scope, directory.ContactPatch{DisplayName: &name, Ref: &ref, Email: &mail, Phones: &phones}, nil))(w)
				contacts = append(contacts, c.Item.N)
			case len(accounts) < 2 || k == 3:
				a, _, err := w.dir.CreateAccount(t.Context(), w.scope, directory.AccountPatch{DisplayName: &name, Refs: &[]string{ref}})
				accounts = append(accounts, must(a, err)(w).Item.N)
			case len(spaces) < 2 || k == 4:
				s := must(w.dir.CreateWorkspace(t.Context(), w.scope, pick(accounts), directory.WorkspacePatch{DisplayName: &name}))(w)
				spaces = append(spaces, s.Item.N)
			case len(tags) < 2 || k == 5:
				name = numbered(names, step)
				tags = append(tags, must(w.dir.CreateTag(t.Context(), w.scope, directory.TagPatch{Name: &name}))(w).Item.N)
			case k == 6:
				must(w.dir.UpdateContact(t.Context(), w.scope, pick(contacts), directory.ContactPatch{DisplayName: &name, Email: &mail}))(w)
			case k == 7:
				must(w.dir.UpdateAccount(t.Context(), w.scope, pick(accounts), directory.AccountPatch{DisplayName: &name}))(w)
			case k == 8:
				n := pick(contacts)
				if err := w.dir.DeleteContact(t.Context(), w.scope, n); err != nil {
					t.Fatal(err)
				}
				if rng.IntN(2) == 0 {
					must(w.dir.RestoreContact(t.Context(), w.scope, n, false))(w)
				} else {
					contacts = slices.DeleteFunc(contacts, func(o int64) bool { return o == n })
				}
			case k == 9:
				a, b := contacts[0], contacts[len(contacts)-1]
				m := must(w.dir.MergeContacts(t.Context(), w.scope, a, b))(w)
				if rng.IntN(2) == 0 {
					w.round()
					must(w.dir.UndoMerge(t.Context(), w.scope, m.Item.N))(w)
				} else {
					contacts = contacts[:len(contacts)-1]
				}
			case k == 10:
				name = numbered(names, step)
				must(w.dir.UpdateTag(t.Context(), w.scope, pick(tags), directory.TagPatch{Name: &name}))(w)
			case k == 11:
				must(w.dir.UpdateWorkspace(t.Context(), w.scope, pick(spaces), directory.WorkspacePatch{DisplayName: &name}))(w)
			default:
				w.round()
			}
			for range 3 {
				w.agrees(queries[rng.IntN(len(queries))], all...)
			}
			if t.Failed() {
				t.Fatalf("after step %d", step)
			}
		}
		w.drain()
		for _, q := range queries {
			w.agrees(q, all...)
		}
	})
}

// Pages of any size, in any order and either way, show the same hits once each.
func TestPages(t *testing.T) {
	onBothEngines(t, func(w *world) {
		rng := rand.New(rand.NewPCG(5, 6))
		day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
		var cs []*contact.Contact
		for i := range 300 {
			name := []string{"ann", "ann smith", "annabel", "joann", "anna", "ansn", "smith", "bob", "channing smiht"}[rng.IntN(9)]
			c := named(int64(rng.IntN(4)<<16+i), name)
			c.CreatedAt, c.ModifiedAt = day.AddDate(0, 0, rng.IntN(40)), day.AddDate(0, 0, 40+rng.IntN(40))
			cs = append(cs, c)
		}
		w.put(cs[:200]...)
		w.drain()
		w.put(cs[200:]...)
		for i := range 30 {
			if _, _, err := w.dir.CreateAccount(t.Context(), w.scope, directory.AccountPatch{DisplayName: ptr(fmt.Sprint("ann ", i)), Refs: &[]string{fmt.Sprint("r", i)}}); err != nil {
				t.Fatal(err)
			}
		}
		for _, text := range []string{"ann", "anna", "ann smith", "smith", "smtih", "channing", "nobody at all"} {
			for _, sort := range []search.Sort{search.Relevance, search.Created, search.Modified} {
				base := search.Request{Text: text, Sort: sort, Desc: true, Types: search.Types, Limit: 10_000}
				all := w.ask(base).Hits
				w.ordered(text, sort, all)
				asc := base
				asc.Desc = false
				reversed := w.ask(asc).Hits
				slices.Reverse(reversed)
				same(w, text+" ascending", reversed, all)
				for _, limit := range []int{1, 7, 50} {
					if limit == 1 && len(all) > 20 {
						continue
					}
					r := base
					r.Limit = limit
					same(w, fmt.Sprint(text, " by ", sort, " forward by ", limit), w.walk(r), all)
					r.Back = true
					back := w.walk(r)
					same(w, fmt.Sprint(text, " by ", sort, " backward by ", limit), back, all)
				}
			}
		}
	})
}

// ordered checks the order of hits, and that there are some for what should have some.
func (w *world) ordered(text string, sort search.Sort, all []search.Hit) {
	w.Helper()
	if (len(all) == 0) != (text == "nobody at all") {
		w.Errorf("%q finds %d", text, len(all))
	}
	seen := map[don.ID]bool{}
	for i, h := range all {
		if id := don.Of(h.Type, h.N); seen[id] {
			w.Errorf("%q by %s: %v comes twice", text, sort, id)
		} else {
			seen[id] = true
		}
		if i == 0 {
			continue
		}
		before := all[i-1]
		if sort == search.Relevance && before.Pass > h.Pass || sort != search.Relevance && before.At.Before(h.At) {
			w.Errorf("%q by %s: %v comes before %v", text, sort, before, h)
		}
	}
}

// walk reads all pages of a request, and puts them in their order.
func (w *world) walk(r search.Request) (all []search.Hit) {
	w.Helper()
	for range 1000 {
		a := w.ask(r)
		if r.Back {
			all = append(slices.Clone(a.Hits), all...)
		} else {
			all = append(all, a.Hits...)
		}
		if !a.More {
			return all
		}
		edge := a.Hits[len(a.Hits)-1].Key
		if r.Back {
			edge = a.Hits[0].Key
		}
		r.Edge = &edge
	}
	w.Fatal("the pages do not end")
	return nil
}

func same(w *world, what string, got, want []search.Hit) {
	w.Helper()
	if len(got) != len(want) {
		w.Errorf("%s: %d hits, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		if got[i].N != want[i].N || got[i].Type != want[i].Type {
			w.Errorf("%s: hit %d is %v, want %v", what, i, got[i].Key, want[i].Key)
			return
		}
	}
}

// Many records are sorted by date by walking along the dates.
func TestManyByDate(t *testing.T) {
	onBothEngines(t, func(w *world) {
		day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
		rng := rand.New(rand.NewPCG(7, 8))
		var cs []*contact.Contact
		for i := range 6000 {
			c := named(int64(i+1), []string{"ann", "bob"}[min(i%20, 1)^1], "")
			c.Identifiers = nil
			c.CreatedAt = day.Add(time.Duration(rng.IntN(1000)) * time.Hour)
			c.ModifiedAt = c.CreatedAt
			cs = append(cs, c)
		}
		w.put(cs...)
		w.drain()
		for text, least := range map[string]int{"bob": 200, "ann": 5500} {
			base := search.Request{Text: text, Sort: search.Created, Desc: true, Limit: 10_000}
			all := w.ask(base).Hits
			if len(all) < least {
				t.Fatalf("%q finds %d", text, len(all))
			}
			w.ordered(text, search.Created, all)
			r := base
			r.Limit = 997
			same(w, text+" forward", w.walk(r), all)
			r.Back = true
			same(w, text+" backward", w.walk(r), all)
		}
	})
}

func TestWhoTypesAKeyMakesNoMistake(t *testing.T) {
	onBothEngines(t, func(w *world) {
		w.put(named(1, "Ann", "ann.smith@x.test"), named(2, "Bo", "anm.smith@x.test"), named(3, "Bob Smith"), named(4, "Bob Smitt"))
		w.drain()
		w.finds("ann.smith@x.test", 1)
		w.finds("bob smith", 3, 4)
		w.finds("bob smithh", 3)
		w.finds("amn.smiht@x.test")
		w.finds("anm.smiht@x.test", 2)
	})
}

func TestIDs(t *testing.T) {
	onBothEngines(t, func(w *world) {
		w.put(named(7, "Ann"), named(8, "REVU-7"))
		w.drain()
		r := search.Request{Text: "REVU-7", IDs: []don.ID{don.Of(don.Contact, 7)}, Limit: 10}
		if got := numbers(w.ask(r).Hits); !slices.Equal(got, []int64{8, 7}) {
			t.Errorf("an id finds %v", got)
		}
		r.IDs[0].N = 9_000_000
		if got := numbers(w.ask(r).Hits); !slices.Equal(got, []int64{8}) {
			t.Errorf("the id of nobody finds %v", got)
		}
	})
}

// What is found by digits alone is found in whatever form they are written.
func TestPhones(t *testing.T) {
	onBothEngines(t, func(w *world) {
		must(w.dir.CreateContact(t.Context(), w.scope, directory.ContactPatch{DisplayName: ptr("Ann"), Phones: &[]string{"+49 1511 2345678"}}, nil))(w)
		must(w.dir.CreateContact(t.Context(), w.scope, directory.ContactPatch{DisplayName: ptr("Bob"), Phones: &[]string{"+1 650 253 0000"}}, nil))(w)
		for range 2 {
			for _, text := range []string{"+4915112345678", "01511 2345678", "0049 1511/2345678", "(01511) 23456-78", "2345678", "678", "+49 (0) 1511 2345678"} {
				w.finds(text, 1)
			}
			w.finds("650-253", 2)
			w.finds("99999")
			w.drain()
		}
	})
}

func TestSearchesOwnOrgOnly(t *testing.T) {
	onBothEngines(t, func(w *world) {
		w.put(named(1, "Ann"))
		other := *w
		other.scope.OrgID++
		other.finds("ann")
		w.drain()
		other.finds("ann")
		other.finds("amn")
		w.finds("ann", 1)
	})
}

func TestPassesAreOrdered(t *testing.T) {
	if lexical.Equal != 0 || lexical.Passes != lexical.TwoSlip+1 {
		t.Error("a pass is missing")
	}
}
