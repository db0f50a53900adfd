package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/timeline"
)

// testSnooze keeps until when conversations are put off, finds those whose time
// has come in their order, and tells that one came back.
func testSnooze(t *testing.T, open Open) {
	db, _ := open(t)
	s, other := Scope(t, db, "acme"), Scope(t, db, "beta")
	past := func(hours int) time.Time { return time.Now().Add(-time.Duration(hours) * time.Hour) }
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		for n, until := range []time.Time{past(1), past(3), past(3), past(-1), {}} { // CONV-1 to CONV-5, of which the last one is not put off
			c := &conversation.Conversation{N: int64(n + 1), Version: 1, CreatedAt: listStart, CreatedBy: "devu/1", ModifiedAt: listStart, ModifiedBy: "devu/1"}
			c.Enter(conversation.Stages[1], listStart)
			if !until.IsZero() {
				c.Snooze(until, listStart)
			}
			if err := tx.InsertConversation(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
	dueIn := func(s org.Scope, behind *conversation.Conversation, limit int, want ...int64) (last *conversation.Conversation) {
		t.Helper()
		read(t, db, s, func(tx *store.Tx) {
			got, err := tx.DueConversations(t.Context(), behind, limit)
			var ns []int64
			for _, c := range got {
				ns, last = append(ns, c.N), c
			}
			if err != nil || !slices.Equal(ns, want) {
				t.Errorf("due: %v, %v; want %v", ns, err, want)
			}
		})
		return last
	}
	dueIn(s, dueIn(s, nil, 2, 2, 3), 2, 1)
	dueIn(other, nil, 9)
	orgs := func(want ...int64) {
		t.Helper()
		if got, err := db.SnoozeOrgs(t.Context()); err != nil || !slices.Equal(got, want) {
			t.Errorf("orgs with due ones: %v, %v; want %v", got, err, want)
		}
	}
	orgs(s.OrgID)

	var before *conversation.Conversation
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) (err error) {
		for n := int64(1); n <= 3; n++ {
			if before, err = tx.Conversation(ctx, n, true); err != nil {
				return err
			}
			after := *before
			after.Wake(tx.Now())
			if woken, err := tx.WakeConversation(ctx, before, &after); err != nil || !woken || after.Version != 2 {
				t.Errorf("woke %v: %v", woken, err)
			}
		}
		return nil
	})
	orgs()
	yes := true
	read(t, db, s, func(tx *store.Tx) {
		c, err := tx.Conversation(t.Context(), 3, false)
		if err != nil || c.Stage != "needs_response" || c.SnoozedUntil != nil {
			t.Errorf("woken: %+v, %v", c, err)
		}
		if n, err := tx.CountConversations(t.Context(), conversation.Filter{Snoozed: &yes}, 9); n != 1 || err != nil {
			t.Errorf("%d are put off, %v; want one", n, err)
		}
		events, err := tx.Events(t.Context(), don.Of(don.Conversation, 3), 0, false, 9)
		if err != nil || len(events) != 2 || events[1].Op != timeline.OpWoken {
			t.Fatalf("told: %+v, %v", events, err)
		}
		want := []timeline.Delta{
			{Name: "snoozed_until", Old: timeline.Value{Kind: timeline.Time, Texts: []string{before.SnoozedUntil.UTC().Format("2006-01-02T15:04:05.000Z")}}},
			{Name: "stage", Old: timeline.Value{Kind: timeline.String, Texts: []string{"hold"}}, New: timeline.Value{Kind: timeline.String, Texts: []string{"needs_response"}}},
		}
		if d := cmp.Diff(want, events[1].Deltas); d != "" {
			t.Error(d)
		}
	})
}
