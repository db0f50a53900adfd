package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/timeline"
)

// testMergedConversations merges two conversations and parts them again: what is kept by
// part is found under the one, and under each again.
func testMergedConversations(t *testing.T, open Open) {
	db, _ := open(t)
	s, other := Scope(t, db, "acme"), Scope(t, db, "beta")
	customer := s
	customer.Actor = don.Of(don.Contact, 1)
	cs := someConversations()
	cs[0].Members, cs[2].Members = []string{"revu/1"}, []string{"revu/1"}
	said := map[int64]int64{}
	say := func(n int64) {
		Write(t, db, customer, func(ctx context.Context, tx *store.Tx) error {
			c := &timeline.Comment{Of: don.Of(don.Conversation, n), Body: "x", BodyType: timeline.Text, Visibility: timeline.External}
			if err := tx.InsertComment(ctx, c); err != nil {
				return err
			}
			said[n] = c.ID
			return tx.Hear(ctx, n, c.ID)
		})
	}
	for _, c := range cs {
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertConversation(ctx, c) })
	}
	say(1)
	say(3)
	by := conversation.Reader{N: 1, Since: time.Now().Add(-time.Hour)}
	want := func(at string, merged []int64, marks map[int64][]int64) {
		t.Helper()
		read(t, db, s, func(tx *store.Tx) {
			got, err := tx.MergedConversationsOf(t.Context(), []int64{1, 9})
			if err != nil || !slices.Equal(got, merged) {
				t.Errorf("%s: merged are %v, %v; want %v", at, got, err, merged)
			}
			all, err := tx.Marks(t.Context(), by, []int64{1, 3})
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range []int64{1, 3} {
				var parts []int64
				for _, m := range all[n] {
					parts = append(parts, m.Part)
					if m.Heard != said[m.Part] {
						t.Errorf("%s: of %d the last heard is %d, want %d", at, m.Part, m.Heard, said[m.Part])
					}
				}
				if !slices.Equal(parts, marks[n]) {
					t.Errorf("%s: %d has marks of %v, want %v", at, n, parts, marks[n])
				}
			}
		})
		read(t, db, other, func(tx *store.Tx) {
			got, err := tx.MergedConversationsOf(t.Context(), []int64{1})
			if err != nil || len(got) > 0 {
				t.Errorf("%s: another org has %v, %v", at, got, err)
			}
		})
	}
	want("apart", nil, map[int64][]int64{1: {1}, 3: {3}})
	var merge identity.Merge
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) (err error) {
		merge, err = identity.MergeConversations(ctx, tx, 1, 3)
		return err
	})
	say(3) // by whoever did not know yet
	want("merged", []int64{1}, map[int64][]int64{1: {1, 3}})
	mergedAway(t, db, s)
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		_, err := identity.UnmergeConversations(ctx, tx, merge.N)
		return err
	})
	want("parted", nil, map[int64][]int64{1: {1}, 3: {3}})
	read(t, db, s, func(tx *store.Tx) {
		c, err := tx.Conversation(t.Context(), 3, false)
		if err != nil || c.Title != cs[2].Title || !slices.Equal(c.Members, cs[2].Members) || c.Stage != cs[2].Stage {
			t.Errorf("parted it is %+v, %v", c, err)
		}
	})
	testStandingKey(t, db)
}

// mergedAway looks at conversation 3 while it is part of 1.
func mergedAway(t *testing.T, db *store.DB, s org.Scope) {
	t.Helper()
	later := time.Now().UTC().Truncate(time.Microsecond)
	read(t, db, s, func(tx *store.Tx) {
		if _, err := tx.Conversation(t.Context(), 3, false); !errs.Is(err, errs.NotFound) {
			t.Errorf("merged away it is there: %v", err)
		}
		if n, err := tx.CountComments(t.Context(), don.Of(don.Conversation, 3), 1); n != 1 || err != nil {
			t.Errorf("counted %d, %v of two comments up to one", n, err)
		}
	})
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.TouchConversation(ctx, 3, later) })
	read(t, db, s, func(tx *store.Tx) {
		if c, err := tx.Conversation(t.Context(), 1, false); err != nil || c.LastMessageAt == nil || !c.LastMessageAt.Equal(later) {
			t.Errorf("touched by the other's number: %+v, %v", c, err)
		}
	})
}

func testStandingKey(t *testing.T, db *store.DB) {
	s, other := Scope(t, db, "keys"), Scope(t, db, "others")
	s.Actor = don.Of(don.Contact, 1)
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.TakeKey(ctx, "k", "r", time.Now().Add(-time.Hour)); err != nil {
			return err
		}
		return tx.AnswerKey(ctx, "k", []byte("7"))
	})
	read(t, db, s, func(tx *store.Tx) {
		got, err := tx.StandingKey(t.Context(), []string{"revu/9", "revu/1"}, "k", time.Now().Add(-time.Hour))
		if err != nil || got == nil || got.Request != "r" || string(got.Answer) != "7" {
			t.Errorf("stands %+v, %v", got, err)
		}
		for name, ask := range map[string]struct {
			caller, key string
			since       time.Time
		}{"another's": {"revu/2", "k", time.Now().Add(-time.Hour)}, "another": {"revu/1", "x", time.Now().Add(-time.Hour)}, "older": {"revu/1", "k", time.Now().Add(time.Hour)}} {
			if got, err := tx.StandingKey(t.Context(), []string{ask.caller}, ask.key, ask.since); got != nil || err != nil {
				t.Errorf("%s: stands %+v, %v", name, got, err)
			}
		}
	})
	read(t, db, other, func(tx *store.Tx) {
		if got, err := tx.StandingKey(t.Context(), []string{"revu/1"}, "k", time.Now().Add(-time.Hour)); got != nil || err != nil {
			t.Errorf("another org has %+v, %v", got, err)
		}
	})
}
