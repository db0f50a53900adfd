package storetest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/assignment"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/store"
)

func testAssignment(t *testing.T, open Open) {
	db, other := open(t)
	acme, bolt := Scope(t, db, "acme"), Scope(t, db, "bolt")
	late := &assignment.Rule{N: 1, Name: "Late", Position: 9, Version: 1, CreatedBy: "devu/1", ModifiedBy: "devu/1", Settings: assignment.Settings{
		Enabled: true, For: assignment.Kinds, Channels: []string{"plug"}, Contact: "verified = true", Strategy: assignment.LeastOpen, Members: []int64{3, 1}, MaxOpen: 7}}
	early := &assignment.Rule{N: 2, Name: "Early", Version: 1, CreatedBy: "devu/1", ModifiedBy: "devu/1", Settings: assignment.Settings{For: assignment.Kinds[:1], GroupN: 4}}
	Write(t, db, acme, func(ctx context.Context, tx *store.Tx) error {
		for _, r := range []*assignment.Rule{late, early} {
			r.CreatedAt, r.ModifiedAt = tx.Now(), tx.Now()
			if err := tx.InsertAssignmentRule(ctx, r); err != nil {
				return err
			}
		}
		return nil
	})
	after, chosen := *late, *early
	after.Name, after.MaxOpen, after.Members = "Later", 0, []int64{5}
	chosen.Last = 3
	Write(t, db, bolt, func(ctx context.Context, tx *store.Tx) error { // in another org there is none to change
		stolen := after
		if err := tx.UpdateAssignmentRule(ctx, late, &stolen); err != nil {
			return err
		}
		if err := tx.NoteChosen(ctx, 2, 8); err != nil {
			return err
		}
		return tx.DeleteAssignmentRule(ctx, early)
	})
	read(t, other, acme, func(tx *store.Tx) {
		got, err := tx.AssignmentRules(t.Context(), 10)
		if d := cmp.Diff([]*assignment.Rule{early, late}, got); d != "" || err != nil {
			t.Errorf("list: %v %s", err, d)
		}
		if got, err := tx.AssignmentRules(t.Context(), 1); len(got) != 1 || err != nil {
			t.Errorf("one: %v %v", got, err)
		}
	})
	Write(t, db, acme, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.AssignmentRule(ctx, 1, true); err != nil {
			return err
		}
		if err := tx.NoteChosen(ctx, 2, 3); err != nil {
			return err
		}
		return tx.UpdateAssignmentRule(ctx, late, &after)
	})
	read(t, other, acme, func(tx *store.Tx) {
		got, err := tx.AssignmentRules(t.Context(), 10)
		if d := cmp.Diff([]*assignment.Rule{&chosen, &after}, got); d != "" || err != nil || after.Version != 2 {
			t.Errorf("changed: %v %s", err, d)
		}
	})
	read(t, other, bolt, func(tx *store.Tx) {
		if _, err := tx.AssignmentRule(t.Context(), 1, false); !errs.Is(err, errs.NotFound) {
			t.Errorf("of another org: %v", err)
		}
	})
	Write(t, db, acme, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteAssignmentRule(ctx, &after) })
	read(t, other, acme, func(tx *store.Tx) {
		if _, err := tx.AssignmentRule(t.Context(), 1, false); !errs.Is(err, errs.NotFound) {
			t.Errorf("deleted: %v", err)
		}
		if n, err := tx.CountHistory(t.Context(), don.Of(don.AssignmentRule, 1), 10); err != nil || n != 3 {
			t.Errorf("%d entries of history, want 3: %v", n, err)
		}
	})
}
