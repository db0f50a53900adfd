package store

import (
	"context"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/testpg"
)

// TestPlansOfIdentity explains what sign-ins, upserts and settings read.
func TestPlansOfIdentity(t *testing.T) {
	for engine, config := range map[string]func() Config{
		"sqlite":   func() Config { return Config{Dir: t.TempDir()} },
		"postgres": func() Config { return Config{URL: testpg.DSN(t)} },
	} {
		t.Run(engine, func(t *testing.T) {
			db, s := planDatabase(t, config())
			ctx, known := t.Context(), map[string]bool{}
			if engine == "postgres" {
				// Tables of a few rows are read whole whatever indexes they have.
				exec(t, db, "INSERT INTO claim (org_id, n, key, value, secret, created_at, seen_at) SELECT g % 50, g, 'e:' || g, '', 's' || g, now(), now() FROM generate_series(1, 20000) g",
					"INSERT INTO idempotency (org_id, caller, key, request, answer, created_at) SELECT g % 50, 'devu/1', 'k' || g, '', '', now() FROM generate_series(1, 20000) g",
					"INSERT INTO duplicate (org_id, a_n, b_n, state, likely, rule, identity_key, reasons, filed_at, decided_by) SELECT g % 50, g, g + 1, 'open', g, 'match', '', '', now(), '' FROM generate_series(1, 20000) g",
					"INSERT INTO user_group_member (org_id, group_n, type, n, place_n, added_at, added_by) SELECT g % 50, g % 7, 1, g, 0, now(), '' FROM generate_series(1, 20000) g",
					"INSERT INTO alias (org_id, type, n, survivor, into_n, merge_n, body) SELECT g % 50, 1 + g % 3, g, g / 2, 0, 0, '' FROM generate_series(1, 20000) g",
					"ANALYZE")
			}
			err := db.Write(ctx, s, func(tx *Tx) error {
				tx.q = explainer{tx.q, db.Engine(), known, func(sql, plan string) { checkPlan(t, db.Engine(), sql, plan) }}
				if _, err := tx.Claimants(ctx, "e:a@example.com", 10); err != nil {
					return err
				}
				if _, err := tx.ClaimsBySecret(ctx, "x"); err != nil {
					return err
				}
				if _, err := tx.EmailsOfSeveral(ctx, "m", 100); err != nil {
					return err
				}
				if _, err := tx.TakeKey(ctx, "k", "r", time.Now().Add(-time.Hour)); err != nil {
					return err
				}
				if stands, err := tx.TakeKey(ctx, "k", "other", time.Now().Add(-time.Hour)); err != nil || stands == nil || stands.Request != "r" {
					t.Errorf("the key is %v, %v", stands, err)
				}
				if err := readDuplicates(ctx, tx); err != nil {
					return err
				}
				if err := readGroups(ctx, tx); err != nil {
					return err
				}
				if n, err := tx.DropKeys(ctx, time.Now().Add(time.Hour), 10); err != nil || n == 0 {
					t.Errorf("%d keys dropped, %v", n, err)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// readGroups reads and changes who belongs to a group.
func readGroups(ctx context.Context, tx *Tx) error {
	g := &group.Group{N: 3, Of: don.Contact}
	for _, read := range []func() error{
		func() error { _, err := tx.GroupMembers(ctx, g, 7, 10); return err },
		func() error { _, err := tx.CountGroupMembers(ctx, g, 10); return err },
		func() error { _, err := tx.AddGroupMember(ctx, g, group.Member{N: 8}); return err },
		func() error { _, err := tx.RemoveGroupMember(ctx, g, 8); return err },
	} {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}

// readDuplicates reads pairs in every way.
func readDuplicates(ctx context.Context, tx *Tx) error {
	pair := identity.PairOf(1, 2)
	if err := tx.FileDuplicates(ctx, []identity.Duplicate{pair}); err != nil {
		return err
	}
	for _, q := range []directory.DuplicateQuery{
		{State: pair.State, Limit: 10}, {State: pair.State, Limit: 10, Below: &pair}, {State: pair.State, Limit: 10, Of: []int64{1, 7}},
	} {
		if _, err := tx.Duplicates(ctx, q); err != nil {
			return err
		}
	}
	for _, read := range []func() error{
		func() error { _, _, err := tx.Duplicate(ctx, 1, 2); return err },
		func() error { _, err := tx.MatchScores(ctx, pair.State, 10); return err },
		func() error { _, err := tx.PartedPairs(ctx, pair, 10); return err },
		func() error { _, err := tx.DropStale(ctx, time.Now(), 10); return err },
		func() error { _, err := tx.ContactsAfter(ctx, 7, 10); return err },
		func() error { _, err := tx.ContactsChanged(ctx, tx.Now(), 7, 10); return err },
		func() error {
			_, err := tx.PairsBetween(ctx, identity.DuplicateRejected, []int64{1, 7}, []int64{2, 3, 8})
			return err
		},
		func() error { return tx.forgetPairs(ctx, []int64{1, 7}) },
		func() error { _, err := tx.JudgedPairs(ctx, identity.DuplicateAccepted, 10); return err },
		func() error { return tx.RescoreDuplicates(ctx, []identity.Duplicate{identity.PairOf(1, 2)}) },
		func() error { return tx.DropDuplicates(ctx, []identity.Duplicate{identity.PairOf(1, 2)}) },
		func() error { return tx.DropTrash(ctx, []don.ID{don.Of(don.Contact, 7)}) },
	} {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}
