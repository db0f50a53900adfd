package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
)

// testSweep erases what an import created and takes the index entries away, a
// few at a time: those of the erased contacts go, whatever their order in the
// index, all others stay, and so does another org's.
func testSweep(t *testing.T, open Open) {
	db, _ := open(t)
	scope, other := Scope(t, db, "acme"), Scope(t, db, "beta")
	var keys, attrs []importer.Key
	var made []importer.NewContact
	for n := int64(1); n <= 20; n++ {
		phone := fmt.Sprintf("+4930%07d", n%3) // shared: several records have each
		keys = append(keys, importer.Key{Text: []byte("p:" + phone), N: n, Shared: true}, importer.Key{Text: fmt.Appendf(nil, "c:%d", n*7%20), N: n, Main: true})
		attrs = append(attrs, importer.Key{Text: []byte(contact.AttrName + "\x00ann"), N: n}, importer.Key{Text: []byte(contact.AttrTag + "\x001"), N: n})
		made = append(made, importer.NewContact{N: n, DisplayName: []byte("Ann"), NameKey: []byte("ann")})
	}
	fill := func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Reserve(ctx, keys, don.Contact, true); err != nil {
			return err
		}
		if err := tx.ReserveAttrs(ctx, attrs, true); err != nil {
			return err
		}
		return tx.ImportContacts(ctx, 5, made)
	}
	Write(t, db, scope, fill)
	Write(t, db, other, fill)
	Write(t, db, scope, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.EraseCreated(ctx, 5, []int64{3, 4, 5, 6, 7, 8}); err != nil {
			return err
		}
		return tx.EraseCreated(ctx, 5, []int64{12, 13, 14})
	})
	left := map[int64]bool{}
	Write(t, db, scope, func(ctx context.Context, tx *store.Tx) error {
		got, err := tx.Created(ctx, 5, 1, 100, 100)
		for _, c := range got {
			left[c.N] = true
		}
		for _, step := range []func(context.Context, int64, int64, importer.Place, int) (*importer.Place, error){tx.SweepKeys, tx.SweepAttrs} {
			rounds := 0
			for from := (&importer.Place{}); err == nil && from != nil; rounds++ {
				from, err = step(ctx, 1, 20, *from, 3)
			}
			if rounds < 9 {
				t.Errorf("a sweep by threes took %d rounds", rounds)
			}
		}
		return err
	})
	if len(left) != 11 || left[3] || left[14] || !left[9] {
		t.Errorf("contacts left: %v", left)
	}
	// An entry that stands cannot be added anew, one that has gone can.
	for i, sc := range []org.Scope{scope, other} {
		for _, k := range keys {
			stands(t, db, sc, k, i == 1 || left[k.N], func(ctx context.Context, tx *store.Tx) error {
				return tx.Reserve(ctx, []importer.Key{k}, don.Contact, true)
			})
		}
		for _, k := range attrs {
			stands(t, db, sc, k, i == 1 || left[k.N], func(ctx context.Context, tx *store.Tx) error { return tx.ReserveAttrs(ctx, []importer.Key{k}, true) })
		}
	}
}

func stands(t *testing.T, db *store.DB, sc org.Scope, k importer.Key, want bool, add func(context.Context, *store.Tx) error) {
	t.Helper()
	err := db.Write(t.Context(), sc, func(tx *store.Tx) error { return add(t.Context(), tx) })
	if got := errs.Is(err, errs.Conflict); got != want || err != nil && !got {
		t.Errorf("%q of %d: stands %v, want %v (%v)", k.Text, k.N, got, want, err)
	}
}
