package storetest

import (
	"context"
	"testing"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
)

// testDuplicates finds decided pairs between contacts of several members and many
// pairs, and forgets the pairs of who is removed for good.
func testDuplicates(t *testing.T, open Open) {
	db, _ := open(t)
	scope, other := Scope(t, db, "acme"), Scope(t, db, "beta")
	pair := func(a, b int64, state string) identity.Duplicate {
		d := identity.PairOf(a, b)
		d.State = state
		return d
	}
	file := func(ctx context.Context, tx *store.Tx) error {
		for n := int64(1001); n <= 2300; n++ { // all of whom somebody told from 1000
			if err := tx.DecideDuplicate(ctx, pair(1000, n, identity.DuplicateRejected)); err != nil {
				return err
			}
		}
		return tx.FileDuplicates(ctx, []identity.Duplicate{pair(1, 2, identity.DuplicateOpen), pair(3, 7, identity.DuplicateOpen), pair(2, 9, identity.DuplicateOpen)})
	}
	Write(t, db, scope, file)
	Write(t, db, other, file)
	Write(t, db, scope, func(ctx context.Context, tx *store.Tx) error {
		many := make([]int64, 250)
		for i := range many {
			many[i] = 2300 - int64(i)
		}
		for _, c := range []struct {
			state string
			a, b  []int64
			want  int
		}{
			{identity.DuplicateOpen, []int64{1}, []int64{2}, 1}, {identity.DuplicateOpen, []int64{2}, []int64{1}, 1},
			{identity.DuplicateOpen, []int64{9, 1}, []int64{2, 7}, 2}, {identity.DuplicateOpen, []int64{1, 2}, []int64{3, 7}, 0},
			{identity.DuplicateRejected, []int64{1}, []int64{2}, 0}, {identity.DuplicateRejected, many, []int64{1000}, 250},
			{identity.DuplicateOpen, nil, []int64{2}, 0},
		} {
			got, err := tx.PairsBetween(ctx, c.state, c.a, c.b)
			if err != nil {
				return err
			}
			if len(got) != c.want {
				t.Errorf("%d %s pairs between %v and %v, want %d", len(got), c.state, clip(c.a), clip(c.b), c.want)
			}
		}
		for _, n := range []int64{1001, 2300} {
			if apart, err := identity.Rejected(ctx, tx, n, 1000); err != nil || !apart {
				t.Errorf("that 1000 and %d are two persons is forgotten: %v", n, err)
			}
		}
		return nil
	})
	forgotten(t, db, Scope(t, db, "gamma"))
	Write(t, db, other, func(ctx context.Context, tx *store.Tx) error {
		got, err := tx.PairsBetween(ctx, identity.DuplicateOpen, []int64{1, 2, 3}, []int64{2, 7, 9})
		if len(got) != 3 {
			t.Errorf("another organisation has %d of its 3 pairs", len(got))
		}
		return err
	})
}

func clip(ns []int64) []int64 { return ns[:min(len(ns), 3)] }

// forgotten removes contacts in each of the ways that there are and looks for
// pairs that still tell of them.
func forgotten(t *testing.T, db *store.DB, scope org.Scope) {
	t.Helper()
	for name, remove := range map[string]func(ctx context.Context, tx *store.Tx, n int64) error{
		"undone with its import": func(ctx context.Context, tx *store.Tx, n int64) error { return tx.EraseCreated(ctx, 5, []int64{n}) },
		"undone one by one": func(ctx context.Context, tx *store.Tx, n int64) error {
			return tx.EraseContacts(ctx, []*contact.Contact{{N: n}})
		},
		"out of the trash": func(ctx context.Context, tx *store.Tx, n int64) error {
			c, err := tx.Contact(ctx, n, true)
			if err != nil {
				return err
			}
			if err := identity.Delete(ctx, tx, c); err != nil {
				return err
			}
			return tx.DropTrash(ctx, []don.ID{don.Of(don.Contact, n)})
		},
		"with what it was merged into": func(ctx context.Context, tx *store.Tx, n int64) error {
			if _, err := identity.MergeContacts(ctx, tx, n+1, n); err != nil {
				return err
			}
			c, err := tx.Contact(ctx, n+1, true)
			if err != nil {
				return err
			}
			if err := identity.Delete(ctx, tx, c); err != nil {
				return err
			}
			return tx.DropTrash(ctx, []don.ID{don.Of(don.Contact, n+1)})
		},
	} {
		t.Run(name, func(t *testing.T) {
			Write(t, db, scope, func(ctx context.Context, tx *store.Tx) error {
				n, err := tx.Next(ctx, don.Contact, 4)
				if err != nil {
					return err
				}
				made := []importer.NewContact{}
				for i := range int64(4) {
					made = append(made, importer.NewContact{N: n + i, DisplayName: []byte("Ann"), NameKey: []byte("ann")})
				}
				if err := tx.ImportContacts(ctx, 5, made); err != nil {
					return err
				}
				gone, kept := identity.PairOf(n, n+2), identity.PairOf(n+2, n+3)
				below := identity.PairOf(n-1_000_000, n) // the one that goes is the second of the pair
				if err := tx.FileDuplicates(ctx, []identity.Duplicate{gone, kept, below}); err != nil {
					return err
				}
				if err := remove(ctx, tx, n); err != nil {
					return err
				}
				left, err := tx.PairsOf(ctx, identity.DuplicateOpen, []int64{n, n + 2}, 10)
				if len(left) != 1 || left[0].A != kept.A || left[0].B != kept.B {
					t.Errorf("pairs that are left: %v, want %d and %d", left, kept.A, kept.B)
				}
				return err
			})
		})
	}
}
