package storetest

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/timeline"
)

// testComments writes comments and walks along them, those of one record only.
func testComments(t *testing.T, open Open) {
	db, _ := open(t)
	s, other := Scope(t, db, "acme"), Scope(t, db, "beta")
	of := don.Of(don.Account, 7)
	var made []*timeline.Comment
	for _, on := range []don.ID{of, don.Of(don.Contact, 7), of, don.Of(don.Account, 8), of} {
		c := &timeline.Comment{
			Of: on, Body: "b", BodyType: timeline.Text, Visibility: timeline.Private, PrivateTo: []string{"devu/2"}, Labels: []string{"x"}, Ref: "r" + on.Tail(),
		}
		if len(made) > 0 {
			c.Ref = ""
		}
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertComment(ctx, c) })
		made = append(made, c)
	}
	ids := func(list []*timeline.Comment, err error) []int64 {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
		var out []int64
		for _, c := range list {
			out = append(out, c.ID)
		}
		return out
	}
	own := []int64{made[0].ID, made[2].ID, made[4].ID}
	if !slices.IsSorted(own) {
		t.Errorf("ids %v do not rise", own)
	}
	read(t, db, s, func(tx *store.Tx) {
		got, err := tx.Comment(t.Context(), of, own[0], false)
		if d := cmp.Diff(made[0], got); err != nil || d != "" {
			t.Errorf("%v %s", err, d)
		}
		for _, c := range []struct {
			edge  int64
			down  bool
			limit int
			want  []int64
		}{
			{0, false, 9, own}, {0, false, 2, own[:2]}, {own[0], false, 9, own[1:]}, {own[2], true, 9, []int64{own[1], own[0]}}, {1 << 62, true, 1, own[2:]},
		} {
			if d := cmp.Diff(c.want, ids(tx.Comments(t.Context(), of, 0, c.edge, c.down, c.limit))); d != "" {
				t.Errorf("beyond %d, down %v, %d at most: %s", c.edge, c.down, c.limit, d)
			}
		}
	})
	read(t, db, other, func(tx *store.Tx) {
		if got := ids(tx.Comments(t.Context(), of, 0, 0, false, 9)); got != nil {
			t.Errorf("another organisation reads %v", got)
		}
	})
	testCommentReference(t, db, s, made[0])
	testExpiredReference(t, db, s, of)
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.DropTrash(ctx, []don.ID{of}) })
	read(t, db, s, func(tx *store.Tx) {
		if got := ids(tx.Comments(t.Context(), of, 0, 0, false, 9)); got != nil {
			t.Errorf("of the record that was purged: %v", got)
		}
		if got := ids(tx.Comments(t.Context(), don.Of(don.Contact, 7), 0, 0, false, 9)); len(got) != 1 {
			t.Errorf("of another one with its number: %v", got)
		}
	})
}

// testCommentReference checks that one comment of a record has a reference, and
// that a deleted one has none.
func testCommentReference(t *testing.T, db *store.DB, s org.Scope, made *timeline.Comment) {
	t.Helper()
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		again := *made
		if err := tx.InsertComment(ctx, &again); !errs.Is(err, errs.Conflict) {
			t.Errorf("a reference twice: %v", err)
		}
		gone := *made
		gone.Deleted, gone.Body, gone.Ref, gone.Labels = true, "", "", nil
		if err := tx.UpdateComment(ctx, &gone); err != nil {
			return err
		}
		again = *made // the reference is free now
		return tx.InsertComment(ctx, &again)
	})
	read(t, db, s, func(tx *store.Tx) {
		if got, err := tx.Comment(t.Context(), made.Of, made.ID, false); err != nil || !got.Deleted || got.Body != "" {
			t.Errorf("the deleted one: %+v, %v", got, err)
		}
		if got, err := tx.CommentByRef(t.Context(), made.Of, made.Ref); err != nil || got.Deleted {
			t.Errorf("by reference: %+v, %v", got, err)
		}
	})
}

// testExpiredReference checks that a comment that has gone by itself holds no reference.
func testExpiredReference(t *testing.T, db *store.DB, s org.Scope, of don.ID) {
	t.Helper()
	gone := &timeline.Comment{Of: of, Body: "b", BodyType: timeline.Text, Visibility: timeline.Internal, Ref: "brief", ExpiresAt: &listStart}
	next := &timeline.Comment{Of: of, Body: "b", BodyType: timeline.Text, Visibility: timeline.Internal, Ref: "brief"}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertComment(ctx, gone) })
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertComment(ctx, next) }) // the former's time is over
}
