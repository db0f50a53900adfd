package storetest

import (
	"context"
	"fmt"
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

// testUnread keeps what customers wrote and what each member has seen of it.
func testUnread(t *testing.T, open Open) {
	db, _ := open(t)
	s, other := Scope(t, db, "acme"), Scope(t, db, "beta")
	cs := someConversations()
	customer := s
	customer.Actor = don.Of(don.Contact, 1)
	ids := map[int64][]int64{} // of what the customer wrote
	for _, c := range cs {
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertConversation(ctx, c) })
		if c.N%3 == 0 {
			continue // nobody wrote in these
		}
		for i := range 3 {
			Write(t, db, customer, func(ctx context.Context, tx *store.Tx) error {
				said := &timeline.Comment{Of: don.Of(don.Conversation, c.N), Body: "x", BodyType: timeline.Text, Visibility: timeline.External}
				if i == 2 { // a later one that the team alone reads does not count
					said.Visibility = timeline.Internal
				}
				if err := tx.InsertComment(ctx, said); err != nil {
					return err
				}
				if i < 2 {
					ids[c.N] = append(ids[c.N], said.ID)
				}
				return tx.Hear(ctx, c.N, ids[c.N][0]) // late, and changes nothing
			})
		}
		Write(t, db, customer, func(ctx context.Context, tx *store.Tx) error { return tx.Hear(ctx, c.N, ids[c.N][1]) })
	}
	long := conversation.Reader{N: 1, Since: time.Now().Add(-time.Hour)}
	fresh := conversation.Reader{N: 2, Since: time.Now().Add(time.Hour)} // came after all of it
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		return tx.MarkSeen(ctx, long.N, 1, conversation.Mark{Part: 1, Seen: ids[1][0]}, false)
	})
	for range 2 {
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.MarkSeen(ctx, long.N, 2, conversation.Mark{Part: 2, Seen: ids[2][1]}, false)
		})
	}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		return tx.MarkSeen(ctx, fresh.N, 1, conversation.Mark{Part: 1, Seen: ids[1][1] - 1}, true)
	})
	read(t, db, s, func(tx *store.Tx) {
		got, err := tx.Marks(t.Context(), long, []int64{1, 2, 3})
		want := map[int64][]conversation.Mark{1: {{Part: 1, Heard: ids[1][1], Seen: ids[1][0]}}, 2: {{Part: 2, Heard: ids[2][1], Seen: ids[2][1]}}}
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%v %s", err, d)
		}
		for after, want := range map[int64]int{0: 2, ids[1][0]: 1, ids[1][1]: 0} {
			if n, err := tx.CountHeard(t.Context(), 1, after, 9); n != want || err != nil {
				t.Errorf("behind %d there are %d, %v; want %d", after, n, err, want)
			}
		}
		if n, err := tx.CountHeard(t.Context(), 1, 0, 1); n != 1 || err != nil {
			t.Errorf("counted %d, %v beyond the limit", n, err)
		}
	})
	testUnreadLists(t, db, s, cs, long, fresh)
	read(t, db, other, func(tx *store.Tx) {
		if got, err := tx.Marks(t.Context(), long, []int64{1, 2}); len(got) != 0 || err != nil {
			t.Errorf("another organisation reads %v, %v", got, err)
		}
	})
	testMuted(t, db, s, other)
	testForgottenMarks(t, db, s, cs[0], long)
}

// testMuted keeps who wants to be told nothing of a conversation.
func testMuted(t *testing.T, db *store.DB, s, other org.Scope) {
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		for _, m := range []struct {
			member, n int64
			is        bool
		}{{1, 1, true}, {1, 1, true}, {2, 1, true}, {1, 2, true}, {1, 2, false}, {1, 3, true}, {3, 3, false}} {
			if err := tx.Mute(ctx, m.member, m.n, m.is); err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range []struct {
		of            org.Scope
		muted, muting []int64
	}{{s, []int64{1, 3}, []int64{1, 2}}, {other, nil, nil}} {
		read(t, db, c.of, func(tx *store.Tx) {
			muted, err := tx.Muted(t.Context(), 1, []int64{1, 2, 3})
			muting, err2 := tx.Muting(t.Context(), 1)
			if !slices.Equal(muted, c.muted) || !slices.Equal(muting, c.muting) || err != nil || err2 != nil {
				t.Errorf("muted %v, muting %v, %v, %v", muted, muting, err, err2)
			}
		})
	}
}

// testUnreadLists compares lists by what is unread with a look at each conversation.
func testUnreadLists(t *testing.T, db *store.DB, s org.Scope, cs []*conversation.Conversation, readers ...conversation.Reader) {
	yes, no := true, false
	read(t, db, s, func(tx *store.Tx) {
		for _, by := range readers {
			marks, err := tx.Marks(t.Context(), by, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
			if err != nil {
				t.Fatal(err)
			}
			for name, f := range map[string]struct {
				filter conversation.Filter
				match  func(*conversation.Conversation) bool
			}{
				"unread":  {conversation.Filter{Unread: &yes, Reader: by}, func(c *conversation.Conversation) bool { return c.Unread(marks[c.N]...) }},
				"read":    {conversation.Filter{Unread: &no, Reader: by}, func(c *conversation.Conversation) bool { return !c.Unread(marks[c.N]...) }},
				"waiting": {conversation.Filter{WaitsFor: 1}, func(c *conversation.Conversation) bool { return len(c.Owners) == 0 || slices.Contains(c.Owners, 1) }},
				"nobody's": {conversation.Filter{Unread: &yes, Reader: by, WaitsFor: 7}, func(c *conversation.Conversation) bool {
					return c.Unread(marks[c.N]...) && len(c.Owners) == 0
				}},
			} {
				var want, got []int64
				for _, c := range cs {
					if f.match(c) {
						want = append(want, c.N)
					}
				}
				page, _, err := tx.ListConversations(t.Context(), f.filter, store.Query{Limit: 50, Sorts: []store.Sort{{Field: store.SortID}}})
				for _, c := range page {
					got = append(got, c.N)
				}
				if d := cmp.Diff(want, got); err != nil || d != "" {
					t.Errorf("%s of %d: %v %s", name, by.N, err, d)
				}
				if n, err := tx.CountConversations(t.Context(), f.filter, 100); n != len(want) || err != nil {
					t.Errorf("%s of %d: counts %d, %v; want %d", name, by.N, n, err, len(want))
				}
			}
		}
	})
}

// testForgottenMarks keeps marks through the trash, and no longer. Whoever is told
// of a mark is its member.
func testForgottenMarks(t *testing.T, db *store.DB, s org.Scope, c *conversation.Conversation, by conversation.Reader) {
	marks := func(want int) {
		t.Helper()
		read(t, db, s, func(tx *store.Tx) {
			if got, err := tx.Marks(t.Context(), by, []int64{c.N}); len(got) != want || err != nil {
				t.Errorf("marks %v, %v; want %d", got, err, want)
			}
		})
	}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteConversation(ctx, c) })
	marks(1)
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Number(ctx, time.Time{}, 99); err != nil {
			return err
		}
		news, err := tx.News(ctx, 0, 99)
		var got []string
		for _, n := range news {
			if n.Member() != 0 {
				got = append(got, fmt.Sprint(n.Op, " ", n.Of.N, " ", n.Member()))
			}
		}
		if d := cmp.Diff([]string{"seen 1 1", "seen 2 1", "seen 2 1", "seen 1 2"}, got); d != "" {
			t.Error(d)
		}
		return err
	})
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		return tx.DropTrash(ctx, []don.ID{don.Of(don.Conversation, c.N)})
	})
	marks(0)
	read(t, db, s, func(tx *store.Tx) {
		if got, err := tx.Muting(t.Context(), c.N); len(got) != 0 || err != nil {
			t.Errorf("still muted by %v, %v", got, err)
		}
	})
}
