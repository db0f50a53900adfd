package storetest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/tag"
)

var listStart = time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)

// randomContact has few distinct values in every field, so that ties and
// matches abound. Numbers do not follow the order of creation.
func randomContact(rng *rand.Rand, n int64) *contact.Contact {
	names := []string{"Ada", "ada", "Ödön", "Zoë", "bob", "Bob  Smith", "李", "a"}
	moment := func() time.Time { return listStart.Add(time.Duration(rng.IntN(12)) * 1500 * time.Microsecond) }
	c := &contact.Contact{
		N: n, DisplayName: names[rng.IntN(len(names))], State: "active", Version: 1, Verified: rng.IntN(3) > 0,
		CreatedAt: moment(), CreatedBy: []string{"devu/1", "devu/2", "sysu/1"}[rng.IntN(3)], ModifiedAt: moment(), ModifiedBy: "devu/1",
	}
	add := func(k contact.Kind, v string, main bool) {
		c.Identifiers = append(c.Identifiers, contact.Identifier{Kind: k, Value: v, Proof: contact.Entered, Main: main})
	}
	if rng.IntN(4) > 0 {
		add(contact.KindEmail, fmt.Sprintf("%c%d@example.com", 'a'+rune(rng.IntN(4)), n), true)
	}
	if rng.IntN(6) == 0 {
		add(contact.KindEmail, fmt.Sprintf("%c%d@example.org", 'a'+rune(rng.IntN(4)), n), c.EmailKey() == "")
	}
	if rng.IntN(2) == 0 {
		add(contact.KindRef, fmt.Sprint("ref-", n), true)
	}
	if rng.IntN(2) == 0 {
		first := rng.IntN(5) // shared
		add(contact.KindPhone, fmt.Sprint("+4930", first), true)
		if rng.IntN(3) == 0 {
			add(contact.KindPhone, fmt.Sprint("+4930", first+1), false)
		}
	}
	for range rng.IntN(3) {
		p := contact.Association{Type: []don.Type{don.Account, don.Workspace}[rng.IntN(2)], N: int64(1 + rng.IntN(3))}
		if !slices.Contains(c.Associations, p) {
			c.Associations = append(c.Associations, p)
		}
	}
	for t := range int64(3) {
		if rng.IntN(3) == 0 {
			c.Tags = append(c.Tags, tag.Use{N: t + 1, Value: []string{"", "gold"}[rng.IntN(2)]})
		}
	}
	if rng.IntN(3) == 0 {
		c.Owners = []int64{int64(1 + rng.IntN(2))}
	}
	c.Custom = schema.Values{}
	if rng.IntN(4) > 0 {
		c.Custom["tnt__plan"] = []string{"Gold", "silver", "Ödön", "basic"}[rng.IntN(4)]
	}
	if rng.IntN(2) > 0 {
		c.Custom["tnt__seats"] = json.Number(fmt.Sprint(float64(rng.IntN(60)-30) / 4))
	}
	if rng.IntN(9) == 0 {
		c.Custom["tnt__odd"] = rng.IntN(2) == 0
	}
	return c
}

func some[T any](rng *rand.Rand, from ...T) []T {
	out := []T{from[rng.IntN(len(from))]}
	if rng.IntN(3) == 0 {
		out = append(out, from[rng.IntN(len(from))])
	}
	return out
}

func randomFilter(rng *rand.Rand, n int) contact.Filter {
	var f contact.Filter
	moment := func() *time.Time {
		t := listStart.Add(time.Duration(rng.IntN(12))*1500*time.Microsecond + time.Duration(rng.IntN(3)-1)*400*time.Nanosecond)
		return &t
	}
	one := func() string { return fmt.Sprint(1 + rng.IntN(n)) }
	set := []func(){
		func() { f.Places = some(rng, don.Of(don.Account, 1), don.Of(don.Account, 2), don.Of(don.Workspace, 1)) },
		func() { f.Spaces = some(rng, don.Of(don.Workspace, 1), don.Of(don.Workspace, 2)) },
		func() { f.Emails = some(rng, "a"+one()+"@example.com", "b"+one()+"@example.org") },
		func() { f.Refs = some(rng, "ref-"+one(), "ref-"+one()) },
		func() { f.Phones = some(rng, "+49301", "+49302", "+49309") },
		func() { f.Tags = some(rng, tag.Use{N: 1}, tag.Use{N: 2, Value: "gold"}, tag.Use{N: 9}) },
		func() { f.Owners = some[int64](rng, 1, 2) },
		func() { f.CreatedBy = some(rng, "devu/1", "devu/2", "sysu/1") },
		func() { v := rng.IntN(2) == 0; f.Verified = &v },
		func() { f.Numbers = some(rng, int64(1+rng.IntN(n)), int64(1+rng.IntN(n))) },
		func() { f.CreatedAfter = moment() }, func() { f.CreatedBefore = moment() },
		func() { f.ModifiedAfter = moment() }, func() { f.ModifiedBefore = moment() },
	}
	for range rng.IntN(4) {
		set[rng.IntN(len(set))]()
	}
	return f
}

func anyOf[T comparable](want []T, have ...T) bool {
	return len(want) == 0 || slices.ContainsFunc(have, func(h T) bool { return slices.Contains(want, h) })
}

func within(t time.Time, after, before *time.Time) bool {
	return (after == nil || !t.Before(*after)) && (before == nil || !t.After(*before))
}

// matches is what a filter means, in Go.
func matches(f contact.Filter, c *contact.Contact) bool {
	var places []don.ID
	for _, a := range c.Associations {
		places = append(places, don.Of(a.Type, a.N))
	}
	uses := slices.Clone(c.Tags)
	for _, u := range c.Tags {
		uses = append(uses, tag.Use{N: u.N})
	}
	return anyOf(f.Places, places...) && anyOf(f.Spaces, places...) && anyOf(f.Tags, uses...) && anyOf(f.Owners, c.Owners...) && anyOf(f.CreatedBy, c.CreatedBy) &&
		anyOf(f.Emails, c.Values(contact.KindEmail)...) && anyOf(f.Refs, c.Values(contact.KindRef)...) && anyOf(f.Phones, c.Values(contact.KindPhone)...) &&
		anyOf(f.Numbers, c.N) && (f.Verified == nil || *f.Verified == c.Verified) &&
		within(c.CreatedAt, f.CreatedAfter, f.CreatedBefore) && within(c.ModifiedAt, f.ModifiedAfter, f.ModifiedBefore)
}

// compare is what the sorts mean, in Go.
func compare(sorts []store.Sort, a, b *contact.Contact) int {
	if len(sorts) == 0 {
		sorts = []store.Sort{{Field: store.SortCreated, Desc: true}}
	}
	for _, s := range sorts {
		var by int
		switch s.Field {
		case store.SortCreated:
			by = a.CreatedAt.Compare(b.CreatedAt)
		case store.SortModified:
			by = a.ModifiedAt.Compare(b.ModifiedAt)
		case store.SortName:
			by = strings.Compare(contact.FoldName(a.DisplayName), contact.FoldName(b.DisplayName))
		case store.SortID:
			by = cmp.Compare(a.N, b.N)
		case store.SortEmail:
			x, y := a.EmailKey(), b.EmailKey()
			if (x == "") != (y == "") {
				return cmp.Compare(y, x) // none is last, both ways
			}
			by = strings.Compare(x, y)
		default:
			x, y := a.Custom[s.Field], b.Custom[s.Field]
			if (x == nil) != (y == nil) {
				if (x == nil) == s.NullsFirst {
					return -1
				}
				return 1
			}
			by = compareCustom(x, y)
		}
		if s.Desc {
			by = -by
		}
		if by != 0 {
			return by
		}
	}
	return tie(sorts, a, b)
}

func compareCustom(a, b any) int {
	switch a := a.(type) {
	case string:
		return strings.Compare(contact.FoldName(a), contact.FoldName(b.(string)))
	case bool:
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	case json.Number:
		x, _ := a.Float64()
		y, _ := b.(json.Number).Float64()
		return cmp.Compare(x, y)
	}
	return 0
}

// tie orders by number, in the direction of the last sort that is not a
// repetition.
func tie(sorts []store.Sort, a, b *contact.Contact) int {
	desc, seen := false, map[string]bool{}
	for _, s := range sorts {
		if !seen[s.Field] {
			desc = s.Desc
		}
		seen[s.Field] = true
	}
	if desc {
		return cmp.Compare(b.N, a.N)
	}
	return cmp.Compare(a.N, b.N)
}

func randomSorts(rng *rand.Rand) []store.Sort {
	fields := []string{store.SortCreated, store.SortModified, store.SortName, store.SortEmail, store.SortID, "tnt__plan", "tnt__seats", "tnt__odd", "tnt__none"}
	var out []store.Sort
	for range rng.IntN(4) {
		out = append(out, store.Sort{Field: fields[rng.IntN(len(fields))], Desc: rng.IntN(2) == 0, NullsFirst: rng.IntN(3) == 0})
	}
	return out
}

func addContacts(t *testing.T, db *store.DB, s org.Scope, cs []*contact.Contact) {
	t.Helper()
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		var entries []identity.Entry
		for _, c := range cs {
			entries = append(entries, identity.Entries(c, org.Settings{})...)
		}
		if stood, err := tx.AddIdentifiers(ctx, entries); err != nil || len(stood) > 0 {
			return fmt.Errorf("identifiers: %v stood, %w", stood, err)
		}
		return tx.InsertContacts(ctx, cs)
	})
}

func listContacts(t *testing.T, db *store.DB, s org.Scope, f contact.Filter, q store.Query) (ns []int64, items []*contact.Contact, more bool) {
	t.Helper()
	err := db.Read(t.Context(), s, func(tx *store.Tx) error {
		var err error
		items, more, err = tx.ListContacts(t.Context(), f, q)
		return err
	})
	if err != nil {
		t.Fatalf("list %+v %+v: %v", f, q, err)
	}
	for _, c := range items {
		ns = append(ns, c.N)
	}
	return ns, items, more
}

// throughJSON is what a cursor does to an edge.
func throughJSON(t *testing.T, edge []any) []any {
	t.Helper()
	text, err := json.Marshal(edge)
	if err != nil {
		t.Fatal(err)
	}
	var out []any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// pages lists everything page by page in one direction.
func pages(t *testing.T, db *store.DB, s org.Scope, f contact.Filter, q store.Query) []int64 {
	t.Helper()
	var all []int64
	for {
		ns, items, more := listContacts(t, db, s, f, q)
		if len(ns) > q.Limit || more && len(ns) < q.Limit {
			t.Fatalf("a page of %d has %d items, more %v", q.Limit, len(ns), more)
		}
		if q.Backward {
			all = append(slices.Clone(ns), all...)
		} else {
			all = append(all, ns...)
		}
		if !more {
			return all
		}
		edge := items[len(items)-1]
		if q.Backward {
			edge = items[0]
		}
		q.Edge = throughJSON(t, store.EdgeOf(edge, q.Sorts))
	}
}

// testListProperty compares lists with an evaluator in memory: whatever the
// filter, sort, page size and direction, paging gives the same.
func testListProperty(t *testing.T, open Open, rounds int) {
	db, _ := open(t)
	s, other := Scope(t, db, "acme"), Scope(t, db, "other")
	rng := rand.New(rand.NewPCG(7, 7))
	const people = 300
	cs := make([]*contact.Contact, people)
	for i := range cs {
		cs[i] = randomContact(rng, int64(i+1))
	}
	addContacts(t, db, s, cs)
	addContacts(t, db, other, cs[:50])
	for round := range rounds {
		f, sorts := randomFilter(rng, people), randomSorts(rng)
		var want []int64
		sorted := slices.SortedFunc(slices.Values(cs), func(a, b *contact.Contact) int { return compare(sorts, a, b) })
		for _, c := range sorted {
			if matches(f, c) {
				want = append(want, c.N)
			}
		}
		for _, backward := range []bool{false, true} {
			q := store.Query{Sorts: sorts, Limit: 1 + rng.IntN(40), Backward: backward}
			if len(want) > 100 {
				q.Limit += 20
			}
			if got := pages(t, db, s, f, q); !slices.Equal(got, want) {
				t.Fatalf("round %d: %+v\nby %+v, %d a page, backward %v:\n got %v\nwant %v", round, f, sorts, q.Limit, backward, got, want)
			}
		}
		checkCount(t, db, s, f, len(want))
	}
}

func checkCount(t *testing.T, db *store.DB, s org.Scope, f contact.Filter, want int) {
	t.Helper()
	err := db.Read(t.Context(), s, func(tx *store.Tx) error {
		for _, limit := range []int{10, 1000} {
			got, err := tx.CountContacts(t.Context(), f, limit)
			if err != nil {
				return err
			}
			if got != min(want, limit) {
				t.Fatalf("%+v counts %d up to %d, want %d", f, got, limit, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// testListBadQueries: what fits no list is told, not guessed at.
func testListBadQueries(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	when := "2024-03-01T12:00:00.000000Z"
	for name, c := range map[string]struct {
		q     store.Query
		field string
	}{
		"sort":           {store.Query{Sorts: []store.Sort{{Field: "colour"}}, Limit: 1}, "sort_by"},
		"sort of tags":   {store.Query{Sorts: []store.Sort{{Field: store.SortTagName}}, Limit: 1}, "sort_by"},
		"short edge":     {store.Query{Edge: []any{when}, Limit: 1}, "cursor"},
		"edge of others": {store.Query{Edge: []any{"ada", int64(1)}, Limit: 1}, "cursor"},
		"number":         {store.Query{Edge: []any{when, 1.5}, Limit: 1}, "cursor"},
		"text":           {store.Query{Sorts: []store.Sort{{Field: store.SortName}}, Edge: []any{"a\x00", int64(1)}, Limit: 1}, "cursor"},
	} {
		err := db.Read(t.Context(), s, func(tx *store.Tx) error {
			_, _, err := tx.ListContacts(t.Context(), contact.Filter{}, c.q)
			return err
		})
		if e := errs.As(err); e == nil || e.Kind != errs.Invalid || e.Field != c.field {
			t.Errorf("%s: %v, want an error of %s", name, err, c.field)
		}
	}
	err := db.Read(t.Context(), s, func(tx *store.Tx) error {
		_, _, err := tx.ListContacts(t.Context(), contact.Filter{Emails: make([]string, contact.MaxFilterValues+1)}, store.Query{Limit: 1})
		return err
	})
	if e := errs.As(err); e == nil || e.Field != "email" {
		t.Errorf("too many values: %v", err)
	}
}

// RunLists runs the part of the suite about lists.
func RunLists(t *testing.T, open Open) {
	runListPlans(t, open, 80)
	t.Run("ListBadQueries", func(t *testing.T) { testListBadQueries(t, open) })
	t.Run("ListWhileWriting", func(t *testing.T) { testListWhileWriting(t, open) })
	t.Run("ListScan", func(t *testing.T) { testListScan(t, open) })
	t.Run("ListAccounts", func(t *testing.T) { testListAccounts(t, open) })
	t.Run("ListWorkspaces", func(t *testing.T) { testListWorkspaces(t, open) })
	t.Run("ListTags", func(t *testing.T) { testListTags(t, open) })
	t.Run("ListConversations", func(t *testing.T) { testListConversations(t, open) })
	t.Run("ListWorks", func(t *testing.T) { testListWorks(t, open) })
}

// RunListPlans runs what depends on how pages are found.
func RunListPlans(t *testing.T, open Open) { runListPlans(t, open, 25) }

func runListPlans(t *testing.T, open Open, rounds int) {
	t.Run("ListProperty", func(t *testing.T) { testListProperty(t, open, rounds) })
	t.Run("ListGhosts", func(t *testing.T) { testListGhosts(t, open) })
	t.Run("ListSharedEmail", func(t *testing.T) { testListSharedEmail(t, open) })
}
