package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/usage"
)

// testUsage keeps events once each, finds them by every record that they are
// about, and counts them.
func testUsage(t *testing.T, open Open) {
	db, _ := open(t)
	s, other := Scope(t, db, "acme"), Scope(t, db, "beta")
	start := time.Now().UTC().Truncate(24 * time.Hour).Add(-24 * time.Hour)
	event := func(contactN, accountN int64, name, ref string, hours int) *usage.Event {
		return &usage.Event{
			ContactN: contactN, AccountN: accountN, WorkspaceN: 2 * accountN, Name: name, Ref: ref, At: start.Add(time.Duration(hours) * time.Hour),
			Payload: []byte(`{"n":12345678901234567890}`), Context: []byte(`{}`),
		}
	}
	insert := func(want string, events ...*usage.Event) {
		t.Helper()
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
			added, err := tx.InsertTracked(ctx, events)
			if err != nil {
				return err
			}
			if got := named(added); got != want {
				t.Errorf("added %q, want %q", got, want)
			}
			return tx.CountTracked(ctx, usage.Tallies(added))
		})
	}
	first := event(1, 7, "a", "r1", 1)
	insert("a b c d e", first, event(1, 0, "b", "", 3), event(1, 0, "c", "", 2), event(2, 7, "d", "r1", 30), event(1, 7, "e", "r2", 30))
	insert("f", event(1, 7, "a", "r1", 5), event(1, 0, "f", "", 1)) // the reference stands; f is of the moment of a
	read(t, db, s, func(tx *store.Tx) {
		late, early := start.Add(3*time.Hour), start.Add(2*time.Hour)
		for _, c := range []struct {
			q    usage.Query
			want string
		}{
			{usage.Query{Of: don.Of(don.Contact, 1), Limit: 9}, "e b c f a"}, {usage.Query{Of: don.Of(don.Contact, 1), Limit: 2}, "e b"},
			{usage.Query{Of: don.Of(don.Account, 7), Limit: 9}, "e d a"}, {usage.Query{Of: don.Of(don.Workspace, 14), Limit: 9}, "e d a"},
			{usage.Query{Of: don.Of(don.Account, 8), Limit: 9}, ""}, {usage.Query{Of: don.Of(don.Contact, 1), Names: []string{"a", "c"}, Limit: 9}, "c a"},
			{usage.Query{Of: don.Of(don.Contact, 1), Before: &late, After: &early, Limit: 9}, "b c"},
			{usage.Query{Of: don.Of(don.Contact, 1), Edge: usage.Edge{At: start.Add(time.Hour), ID: first.ID + 1<<40}, Limit: 9}, "f a"},
			{usage.Query{Of: don.Of(don.Contact, 1), Edge: first.Edge(), Limit: 9}, ""},
		} {
			got, err := tx.Tracked(t.Context(), c.q)
			if named(got) != c.want || err != nil {
				t.Errorf("%+v: %q, %v, want %q", c.q, named(got), err, c.want)
			}
		}
		got, err := tx.Tracked(t.Context(), usage.Query{Of: don.Of(don.Contact, 1), Names: []string{"a"}, Limit: 9})
		if d := cmp.Diff([]*usage.Event{first}, got); err != nil || d != "" {
			t.Errorf("%v %s", err, d)
		}
		refs, err := tx.TrackedRefs(t.Context(), []int64{1, 3}, []string{"r1", "r9"})
		if len(refs) != 1 || refs[0].ContactN != 1 || err != nil {
			t.Errorf("references %v, %v", refs, err)
		}
	})
	testTallies(t, db, s, start)
	testPurgedUsage(t, db, s, other, start)
}

func named(events []*usage.Event) string {
	var names []string
	for _, e := range events {
		names = append(names, e.Name)
	}
	return strings.Join(names, " ")
}

func testTallies(t *testing.T, db *store.DB, s org.Scope, start time.Time) {
	t.Helper()
	day, at := usage.DayOf(start), func(hours int) time.Time { return start.Add(time.Duration(hours) * time.Hour) }
	of := don.Of(don.Account, 7)
	read(t, db, s, func(tx *store.Tx) {
		got, err := tx.Tallies(t.Context(), []don.ID{of}, day, 9)
		want := []usage.Tally{
			{Of: of, N: 3, First: at(1), Last: at(30)}, {Of: of, Day: day + 1, Name: "e", N: 1, First: at(30), Last: at(30)},
			{Of: of, Day: day + 1, Name: "d", N: 1, First: at(30), Last: at(30)}, {Of: of, Day: day, Name: "a", N: 1, First: at(1), Last: at(1)},
		}
		if d := cmp.Diff(want, got, cmpopts.EquateApproxTime(0)); err != nil || d != "" {
			t.Errorf("%v %s", err, d)
		}
		if got, err := tx.Tallies(t.Context(), []don.ID{of, don.Of(don.Contact, 1)}, day+1, 2); len(got) != 4 || err != nil {
			t.Errorf("of two records, at most two of days: %v, %v", got, err)
		}
		for n, want := range map[int64]int64{1: 4, 2: 0} {
			if got, err := tx.TrackedOn(t.Context(), n, day); got != want || err != nil {
				t.Errorf("of the day, REVU-%d has %d, %v, want %d", n, got, err, want)
			}
		}
	})
	for _, want := range []int64{2, 4} {
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
			got, err := tx.CountPublished(ctx, usage.ByAll, 2)
			if got != want {
				t.Errorf("published %d, want %d", got, want)
			}
			return err
		})
	}
}

// testPurgedUsage removes what was kept long enough and what an erased contact
// did, of one org only.
func testPurgedUsage(t *testing.T, db *store.DB, s, other org.Scope, start time.Time) {
	t.Helper()
	purge := func(s org.Scope, before time.Time, limit, want int) {
		t.Helper()
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
			n, err := tx.PurgeTracked(ctx, before, limit)
			if n != want {
				t.Errorf("purged %d, want %d", n, want)
			}
			return err
		})
	}
	purge(other, time.Now().Add(time.Hour), 9, 0)
	purge(s, start.Add(2*time.Hour), 9, 2)
	left := func(of don.ID) string {
		var out string
		read(t, db, s, func(tx *store.Tx) {
			got, err := tx.Tracked(t.Context(), usage.Query{Of: of, Limit: 9})
			if err != nil {
				t.Error(err)
			}
			out = named(got)
		})
		return out
	}
	if got := left(don.Of(don.Contact, 1)); got != "e b c" {
		t.Errorf("left: %q", got)
	}
	purge(s, start.Add(48*time.Hour), 2, 2)
	read(t, db, other, func(tx *store.Tx) {
		if got, err := tx.Tracked(t.Context(), usage.Query{Of: don.Of(don.Contact, 1), Limit: 9}); len(got) != 0 || err != nil {
			t.Errorf("another organisation reads %q, %v", named(got), err)
		}
	})
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		return tx.DropTrash(ctx, []don.ID{don.Of(don.Contact, 1)})
	})
	if got, others := left(don.Of(don.Contact, 1)), left(don.Of(don.Contact, 2)); got != "" || others != "d" {
		t.Errorf("left of the erased contact: %q; of another: %q", got, others)
	}
	read(t, db, s, func(tx *store.Tx) {
		if got, err := tx.Tallies(t.Context(), []don.ID{don.Of(don.Contact, 1)}, 0, 9); len(got) != 0 || err != nil {
			t.Errorf("tallies of the erased contact: %v, %v", got, err)
		}
	})
}
