package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/timeline"
)

// testNotices keeps who is told about a record, and what members are told.
func testNotices(t *testing.T, open Open) {
	db, _ := open(t)
	s, other := Scope(t, db, "acme"), Scope(t, db, "beta")
	of := don.Of(don.Conversation, 7)
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Subscribe(ctx, of, 2, true); err != nil {
			return err
		}
		for _, n := range []int64{1, 2, 3} { // what 2 has said stands
			if err := tx.Follow(ctx, of, n); err != nil {
				return err
			}
		}
		if err := tx.Subscribe(ctx, of, 3, true); err != nil {
			return err
		}
		var all []timeline.Notice
		for i := range 5 {
			all = append(all, timeline.Notice{MemberN: int64(1 + i%2), Kind: timeline.Replied, Of: of, Comment: int64(i)})
		}
		return tx.InsertNotices(ctx, all)
	})
	told := func(tx *store.Tx, unread bool, below int64, limit int) (out string, last int64) {
		t.Helper()
		got, err := tx.Notices(t.Context(), 1, unread, below, limit)
		if err != nil {
			t.Error(err)
		}
		for _, n := range got {
			if n.Of != of || n.Kind != timeline.Replied || n.Actor != "devu/1" || n.MemberN != 1 {
				t.Errorf("read %+v", n)
			}
			out, last = out+fmt.Sprint(n.Comment), n.ID
		}
		return out, last
	}
	var second int64
	read(t, db, s, func(tx *store.Tx) {
		got, err := tx.Subscriptions(t.Context(), of)
		for i := range got {
			got[i].At = time.Time{}
		}
		if d := cmp.Diff([]timeline.Subscription{{MemberN: 1}, {MemberN: 2, Off: true}, {MemberN: 3, Off: true}}, got); err != nil || d != "" {
			t.Errorf("%v %s", err, d)
		}
		page, at := told(tx, false, 0, 2)
		rest, _ := told(tx, false, at, 9)
		if n, err := tx.Notice(t.Context(), 1, at); err != nil || n.ID != at || n.Comment != 2 || n.Of != of {
			t.Errorf("one notice is %+v, %v", n, err)
		}
		if _, err := tx.Notice(t.Context(), 2, at); !errs.Is(err, errs.NotFound) {
			t.Errorf("the notice of another member: %v", err)
		}
		if second = at; page != "42" || rest != "0" {
			t.Errorf("pages %q and %q", page, rest)
		}
	})
	for range 2 { // the second time there is nothing to tell
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.MarkRead(ctx, 1, []int64{second}, false) })
	}
	testNoticeNews(t, db, s)
	read(t, db, s, func(tx *store.Tx) {
		if got, _ := told(tx, true, 0, 9); got != "40" {
			t.Errorf("unread %q", got)
		}
		for limit, want := range map[int]int{9: 2, 1: 1} {
			if n, err := tx.CountUnread(t.Context(), 1, limit); n != want || err != nil {
				t.Errorf("unread, up to %d: %d, %v", limit, n, err)
			}
		}
	})
	testPurgedNotices(t, db, s, other)
}

// testNoticeNews has each member hear of the member's own notices.
func testNoticeNews(t *testing.T, db *store.DB, s org.Scope) {
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Number(ctx, time.Time{}, 99); err != nil {
			return err
		}
		news, err := tx.News(ctx, 0, 99)
		var got []string
		for _, n := range news {
			if n.Member() != 0 {
				got = append(got, fmt.Sprintf("%d %s %v", n.Member(), n.Op, n.To != 0))
			}
		}
		want := []string{"1 notification_created true", "2 notification_created true", "1 notification_created true", "2 notification_created true", "1 notification_created true", "1 notification_updated false"}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("news %s", d)
		}
		return err
	})
}

// testPurgedNotices removes what was kept long enough, of one org only.
func testPurgedNotices(t *testing.T, db *store.DB, s, other org.Scope) {
	Write(t, db, other, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.MarkRead(ctx, 1, nil, true); err != nil {
			return err
		}
		n, err := tx.PurgeNotices(ctx, time.Now().Add(time.Hour), 9)
		if n != 0 {
			t.Errorf("another organisation purges %d", n)
		}
		return err
	})
	for _, want := range []int{4, 1, 0} {
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
			n, err := tx.PurgeNotices(ctx, time.Now().Add(time.Hour), 4)
			if n != want {
				t.Errorf("purged %d, want %d", n, want)
			}
			return err
		})
	}
}
