package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/tag"
)

// testListWhileWriting changes, adds and deletes contacts between pages: those
// left alone must appear once each, and in the same order on the way back.
func testListWhileWriting(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	rng := rand.New(rand.NewPCG(11, 11))
	all := make([]*contact.Contact, 120)
	for i := range all {
		all[i] = randomContact(rng, int64(i+1))
	}
	addContacts(t, db, s, all)
	left := all[:60] // the others may be written to
	for range 6 {
		sorts := randomSorts(rng)
		want := slices.SortedFunc(slices.Values(left), func(a, b *contact.Contact) int { return compare(sorts, a, b) })
		q := store.Query{Sorts: sorts, Limit: 17}
		var there []int64
		var last *contact.Contact
		for more := true; more; {
			var items []*contact.Contact
			_, items, more = listContacts(t, db, s, contact.Filter{}, q)
			for _, c := range items {
				if c.N <= 60 {
					there = append(there, c.N)
				}
			}
			last = items[len(items)-1]
			q.Edge = throughJSON(t, store.EdgeOf(last, sorts))
			all = append(all, disturb(t, db, s.OrgID, rng, all, int64(1000+len(all))))
		}
		if got := numbersOf(want); !slices.Equal(there, got) {
			t.Fatalf("by %+v, forward:\n got %v\nwant %v", sorts, there, got)
		}
		back := store.Query{Sorts: sorts, Limit: 13, Backward: true, Edge: q.Edge}
		var again []int64
		for _, n := range pages(t, db, s, contact.Filter{}, back) {
			if n <= 60 && n != last.N {
				again = append(again, n)
			}
		}
		there = slices.DeleteFunc(there, func(n int64) bool { return n == last.N })
		if !slices.Equal(again, there) {
			t.Fatalf("by %+v, backward:\n got %v\nwant %v", sorts, again, there)
		}
	}
}

func numbersOf(cs []*contact.Contact) []int64 {
	ns := make([]int64, len(cs))
	for i, c := range cs {
		ns[i] = c.N
	}
	return ns
}

// disturb renames and deletes contacts above number 60 and adds one, which it
// returns.
func disturb(t *testing.T, db *store.DB, orgID int64, rng *rand.Rand, all []*contact.Contact, n int64) *contact.Contact {
	t.Helper()
	s := scopeOf(orgID)
	added := randomContact(rng, n)
	addContacts(t, db, s, []*contact.Contact{added})
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		live, err := tx.Contacts(ctx, numbersOf(all[60:]), true)
		if err != nil {
			return err
		}
		for n, c := range live {
			after := *c
			switch rng.IntN(20) {
			case 0:
				err = tx.DeleteContact(ctx, c)
			case 1:
				after.DisplayName = fmt.Sprint("Renamed ", n)
				_, err = tx.UpdateContact(ctx, c, &after)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return added
}

// testListScan: a scan sees what was there when it began, oldest first, and
// ends although more is created all the time.
func testListScan(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	rng := rand.New(rand.NewPCG(5, 5))
	var cs []*contact.Contact
	for i := range int64(90) {
		c := randomContact(rng, i+1)
		c.Tags = []tag.Use{{N: 1 + i%2}}
		cs = append(cs, c)
	}
	addContacts(t, db, s, cs)
	until := listStart.Add(12 * time.Millisecond)
	f := contact.Filter{Tags: []tag.Use{{N: 1}}}
	var want []int64
	for _, c := range slices.SortedFunc(slices.Values(cs), func(a, b *contact.Contact) int {
		return compare([]store.Sort{{Field: store.SortCreated}}, a, b)
	}) {
		if matches(f, c) && !c.CreatedAt.After(until) {
			want = append(want, c.N)
		}
	}
	var got []int64
	q := store.ScanQuery{Until: until, Limit: 7}
	for more := true; more; {
		var items []*contact.Contact
		err := db.Read(t.Context(), s, func(tx *store.Tx) error {
			var err error
			items, more, err = tx.ScanContacts(t.Context(), f, q)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, numbersOf(items)...)
		q.Edge = throughJSON(t, store.ScanEdgeOf(items[len(items)-1]))
		late := randomContact(rng, int64(1000+len(got)))
		late.CreatedAt, late.Tags = until.Add(time.Duration(len(got))*time.Second), f.Tags
		addContacts(t, db, s, []*contact.Contact{late})
		if len(got) > 1000 {
			t.Fatal("the scan does not end")
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("scan:\n got %v\nwant %v", got, want)
	}
}

// testListGhosts: index entries of contacts that an import has yet to make are
// in no list and no count.
func testListGhosts(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	rng := rand.New(rand.NewPCG(6, 6))
	var cs []*contact.Contact
	for i := range int64(40) {
		c := randomContact(rng, 2*i+1)
		c.Tags = []tag.Use{{N: 1}}
		cs = append(cs, c)
	}
	addContacts(t, db, s, cs)
	var attrs, keys []importer.Key
	for n := int64(2); n <= 400; n += 2 {
		attrs = append(attrs, importer.Key{Text: []byte(contact.AttrName + "\x00" + "bob"), N: n}, importer.Key{Text: []byte(contact.AttrTag + "\x00" + "1"), N: n})
		keys = append(keys, importer.Key{Text: fmt.Appendf(nil, "e:b%d@example.com", n), N: n, Main: true})
	}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		m := &importer.Import{N: 1, Type: don.Contact, State: importer.Running, CreatedAt: tx.Now(), CreatedBy: "devu/1"} // whose they are
		if err := tx.InsertImport(ctx, m); err != nil {
			return err
		}
		if err := tx.ReserveAttrs(ctx, attrs, false); err != nil {
			return err
		}
		return tx.Reserve(ctx, keys, don.Contact, false)
	})
	for _, f := range []contact.Filter{{}, {Tags: []tag.Use{{N: 1}}}} {
		for _, field := range []string{store.SortCreated, store.SortName, store.SortEmail} {
			sorts := []store.Sort{{Field: field}}
			want := numbersOf(slices.SortedFunc(slices.Values(cs), func(a, b *contact.Contact) int { return compare(sorts, a, b) }))
			if got := pages(t, db, s, f, store.Query{Sorts: sorts, Limit: 9}); !slices.Equal(got, want) {
				t.Errorf("%+v by %s:\n got %v\nwant %v", f, field, got, want)
			}
		}
		checkCount(t, db, s, f, len(cs))
	}
	checkCount(t, db, s, contact.Filter{Emails: []string{"b2@example.com"}}, 0)
}

// testListSharedEmail: contacts that share an e-mail follow each other by
// number, whether the address was exclusive once or not.
func testListSharedEmail(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	var cs []*contact.Contact
	var entries []identity.Entry
	for n := int64(1); n <= 30; n++ {
		mail := fmt.Sprintf("m%d@example.com", n%4)
		c := &contact.Contact{N: n, DisplayName: "Same", State: "active", Version: 1, CreatedAt: listStart, CreatedBy: "devu/1", ModifiedAt: listStart, ModifiedBy: "devu/1",
			Identifiers: []contact.Identifier{{Kind: contact.KindEmail, Value: mail, Proof: contact.Entered, Main: true}}}
		e := identity.Entries(c, org.Settings{SharedEmails: true})[0]
		if n > 12 && n <= 16 {
			e.Holder = 0 // taken before addresses could be shared
		}
		cs, entries = append(cs, c), append(entries, e)
	}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.AddIdentifiers(ctx, entries); err != nil {
			return err
		}
		return tx.InsertContacts(ctx, cs)
	})
	f := contact.Filter{CreatedBy: []string{"devu/1"}}
	for _, sorts := range [][]store.Sort{{{Field: store.SortEmail}}, {{Field: store.SortEmail, Desc: true}}, {{Field: store.SortEmail}, {Field: store.SortID, Desc: true}}} {
		want := numbersOf(slices.SortedFunc(slices.Values(cs), func(a, b *contact.Contact) int { return compare(sorts, a, b) }))
		for _, backward := range []bool{false, true} {
			if got := pages(t, db, s, f, store.Query{Sorts: sorts, Limit: 4, Backward: backward}); !slices.Equal(got, want) {
				t.Errorf("by %+v, backward %v:\n got %v\nwant %v", sorts, backward, got, want)
			}
		}
	}
}
