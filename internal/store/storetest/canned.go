package storetest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/canned"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/tag"
)

// testCanned keeps canned replies and macros.
func testCanned(t *testing.T, open Open) {
	db, _ := open(t)
	t.Run("replies", func(t *testing.T) { testReplies(t, db) })
	t.Run("macros", func(t *testing.T) { testMacros(t, db) })
}

// testReplies keeps replies of all, and of members alone, who may have the same
// shortcut, but each only once.
func testReplies(t *testing.T, db *store.DB) {
	s, other := Scope(t, db, "acme"), Scope(t, db, "beta")
	made := func(n, owner int64, shortcut string) *canned.Reply {
		return &canned.Reply{
			N: n, OwnerN: owner, Shortcut: shortcut, Title: "T", Body: "B " + shortcut,
			CreatedAt: listStart, CreatedBy: "devu/1", ModifiedAt: listStart, ModifiedBy: "devu/1",
		}
	}
	shared, own, others := made(1, 0, "hi"), made(2, 7, "hi"), made(3, 8, "hi")
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		for _, r := range []*canned.Reply{shared, own, others} {
			if err := tx.InsertCannedReply(ctx, r); err != nil {
				return err
			}
		}
		if err := tx.InsertCannedReply(ctx, made(4, 7, "hi")); !errs.Is(err, errs.Conflict) {
			t.Errorf("the same shortcut again: %v", err)
		}
		return nil
	})
	read(t, db, s, func(tx *store.Tx) {
		heads, err := tx.CannedReplyHeads(t.Context(), 7)
		var ns []int64
		for _, h := range heads {
			if ns = append(ns, h.N); h.Body != "" || h.Shortcut != "hi" || h.Title != "T" {
				t.Errorf("head %+v", h)
			}
		}
		if d := cmp.Diff([]int64{1, 2}, ns); err != nil || d != "" {
			t.Errorf("what member 7 may see: %v %s", err, d)
		}
		all, err := tx.CannedReplies(t.Context(), []int64{1, 3, 9})
		if d := cmp.Diff(map[int64]*canned.Reply{1: shared, 3: others}, all); err != nil || d != "" {
			t.Errorf("%v %s", err, d)
		}
		if n, err := tx.CountCannedReplies(t.Context(), 7); n != 1 || err != nil {
			t.Errorf("member 7 has %d, %v", n, err)
		}
	})
	read(t, db, other, func(tx *store.Tx) {
		if heads, err := tx.CannedReplyHeads(t.Context(), 7); len(heads) != 0 || err != nil {
			t.Errorf("another organisation's: %v, %v", heads, err)
		}
		if _, err := tx.CannedReply(t.Context(), 1, false); !errs.Is(err, errs.NotFound) {
			t.Errorf("another organisation's: %v", err)
		}
	})
	after := *own
	after.OwnerN = 0
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.UpdateCannedReply(ctx, own, &after); !errs.Is(err, errs.Conflict) {
			t.Errorf("shared under a shortcut that is taken: %v", err)
		}
		after.Shortcut = "hello"
		if err := tx.UpdateCannedReply(ctx, own, &after); err != nil {
			return err
		}
		return tx.DeleteCannedReply(ctx, 1)
	})
	read(t, db, s, func(tx *store.Tx) {
		got, err := tx.CannedReply(t.Context(), 2, false)
		if d := cmp.Diff(&after, got); err != nil || d != "" {
			t.Errorf("%v %s", err, d)
		}
		if _, err := tx.CannedReply(t.Context(), 1, false); !errs.Is(err, errs.NotFound) {
			t.Errorf("the deleted one: %v", err)
		}
	})
}

func testMacros(t *testing.T, db *store.DB) {
	s, other := Scope(t, db, "gamma"), Scope(t, db, "delta")
	made := func(n int64, name string) *canned.Macro {
		return &canned.Macro{
			N: n, Name: name, Version: 1, CreatedAt: listStart, CreatedBy: "devu/1", ModifiedAt: listStart, ModifiedBy: "devu/1",
			Actions: []canned.Action{{Kind: canned.AddTags, Tags: []tag.Use{{N: 1, Value: "x"}}}, {Kind: canned.Snooze, Minutes: 5}, {Kind: canned.Assign, MemberN: 3}},
		}
	}
	first, second := made(1, "Étape"), made(2, "apple")
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		for _, m := range []*canned.Macro{first, second} {
			if err := tx.InsertMacro(ctx, m); err != nil {
				return err
			}
		}
		if err := tx.InsertMacro(ctx, made(3, "APPLE")); !errs.Is(err, errs.Conflict) {
			t.Errorf("the same name again: %v", err)
		}
		return nil
	})
	read(t, db, s, func(tx *store.Tx) {
		all, err := tx.Macros(t.Context(), "", 9)
		if d := cmp.Diff([]*canned.Macro{second, first}, all); err != nil || d != "" {
			t.Errorf("%v %s", err, d)
		}
		if rest, err := tx.Macros(t.Context(), "apple", 1); err != nil || len(rest) != 1 || rest[0].N != 1 {
			t.Errorf("behind the first: %v, %v", rest, err)
		}
		if n, err := tx.CountMacros(t.Context()); n != 2 || err != nil {
			t.Errorf("%d macros, %v", n, err)
		}
	})
	read(t, db, other, func(tx *store.Tx) {
		if all, err := tx.Macros(t.Context(), "", 9); len(all) != 0 || err != nil {
			t.Errorf("another organisation's: %v, %v", all, err)
		}
		if _, err := tx.Macro(t.Context(), 1, false); !errs.Is(err, errs.NotFound) {
			t.Errorf("another organisation's: %v", err)
		}
	})
	after := *first
	after.Name, after.Actions = "Other", first.Actions[:1]
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.UpdateMacro(ctx, first, &after); err != nil {
			return err
		}
		return tx.DeleteMacro(ctx, 2)
	})
	read(t, db, s, func(tx *store.Tx) {
		got, err := tx.Macro(t.Context(), 1, false)
		if d := cmp.Diff(&after, got); err != nil || d != "" || got.Version != 2 {
			t.Errorf("%v %s", err, d)
		}
		if _, err := tx.Macro(t.Context(), 2, false); !errs.Is(err, errs.NotFound) {
			t.Errorf("the deleted one: %v", err)
		}
	})
}
