package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/store"
)

func newcomer(i int) identity.Observation {
	o := identity.Observation{Mode: identity.CreateOnly, DisplayName: fmt.Sprint("Person ", i), Source: "api"}
	for kind, value := range map[contact.Kind]string{
		contact.KindEmail: fmt.Sprintf("p%d@example.com", i), contact.KindRef: fmt.Sprint("ref-", i), contact.KindPhone: fmt.Sprintf("+49301%07d", i%7),
	} {
		o.Identifiers = append(o.Identifiers, contact.Identifier{Kind: kind, Value: value, Proof: contact.Entered})
	}
	return o
}

// testCreate lets clients of two processes create the same people at once: one
// of them gets each, the other is told whom, and every row is there.
func testCreate(t *testing.T, open Open) {
	db, other := open(t)
	s := Scope(t, db, "acme")
	const people = 300
	resolvers := []*identity.Resolver{identity.NewResolver(identityDB{db}, db.Writers()), identity.NewResolver(identityDB{other}, other.Writers())}
	var mu sync.Mutex
	made, refused := map[int]int64{}, map[int]int64{}
	var wg sync.WaitGroup
	for side, r := range resolvers {
		for i := range people {
			wg.Go(func() {
				out, err := r.Resolve(t.Context(), s, newcomer(i))
				mu.Lock()
				defer mu.Unlock()
				e := errs.As(err)
				switch {
				case err == nil:
					if _, twice := made[i]; twice {
						t.Errorf("person %d was created twice", i)
					}
					made[i] = out.Contact.N
				case e != nil && e.Kind == errs.Conflict && (e.Field == "email" || e.Field == "external_ref"):
					refused[i] = e.Details["holder"].(identity.Holder).ID.N
				default:
					t.Errorf("person %d from side %d: %v", i, side, err)
				}
			})
		}
	}
	wg.Wait()
	if len(made) != people || !cmp.Equal(made, refused) {
		t.Fatalf("%d of %d people were created; refused ones name %d of them right", len(made), people, len(refused))
	}
	checkWhole(t, db, s, people)
}

// testNumbers checks that refused creations leave no gap in the numbers.
func testNumbers(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	r := identity.NewResolver(identityDB{db}, db.Writers())
	next := int64(1)
	for i := range 5 {
		for attempt := range 3 {
			out, err := r.Resolve(t.Context(), s, newcomer(i))
			switch {
			case attempt > 0 && !errs.Is(err, errs.Conflict):
				t.Fatalf("creating person %d again: %v, want a conflict", i, err)
			case attempt == 0 && err != nil:
				t.Fatal(err)
			case attempt == 0 && out.Contact.N != next:
				t.Errorf("person %d has the number %d, want %d", i, out.Contact.N, next)
			}
		}
		next++
	}
	err := db.Write(t.Context(), s, func(tx *store.Tx) error {
		if _, err := tx.Next(t.Context(), don.Contact, 3); err != nil {
			return err
		}
		return context.Canceled
	})
	if err == nil {
		t.Fatal("a write that fails succeeded")
	}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		first, err := tx.Next(ctx, don.Contact, 2)
		if first != next {
			t.Errorf("after a write that failed the next number is %d, want %d", first, next)
		}
		return err
	})
}
