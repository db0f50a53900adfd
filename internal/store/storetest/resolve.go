package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
)

type identityDB struct{ db *store.DB }

func (d identityDB) Write(ctx context.Context, s org.Scope, fn func(identity.Tx) error) error {
	return d.db.Write(ctx, s, func(tx *store.Tx) error { return fn(tx) })
}

func person(i int, rng *rand.Rand) identity.Observation {
	o := identity.Observation{DisplayName: fmt.Sprint("Person ", i), Source: "api"}
	add := func(k contact.Kind, v string) {
		o.Identifiers = append(o.Identifiers, contact.Identifier{Kind: k, Value: v, Proof: contact.Entered})
	}
	add(contact.KindEmail, fmt.Sprintf("p%d@example.com", i))
	if rng.IntN(2) == 0 {
		add(contact.KindRef, fmt.Sprint("ref-", i))
	}
	if rng.IntN(2) == 0 {
		add(contact.KindPhone, fmt.Sprintf("+49301%07d", i))
	}
	return o
}

// testResolve lets many clients present the same people in random order: each
// person must be one contact, and always the same one.
func testResolve(t *testing.T, open Open) {
	db := open(t)
	s := Scope(t, db, "acme")
	const clients, people = 16, 500
	r := identity.NewResolver(identityDB{db})
	ids := make([][]int64, clients)
	var wg sync.WaitGroup
	for c := range clients {
		ids[c] = make([]int64, people)
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(c)))
			for _, i := range rng.Perm(people) {
				out, err := r.Resolve(t.Context(), s, person(i, rng))
				if err != nil {
					t.Error(err)
					return
				}
				ids[c][i] = out.Contact.N
			}
		})
	}
	wg.Wait()
	distinct := map[int64]bool{}
	for i := range people {
		distinct[ids[0][i]] = true
		for c := range clients {
			if ids[c][i] != ids[0][i] {
				t.Fatalf("person %d is contact %d for client %d and %d for client 0", i, ids[c][i], c, ids[0][i])
			}
		}
	}
	if len(distinct) != people {
		t.Fatalf("%d people became %d contacts", people, len(distinct))
	}
	o := person(3, rand.New(rand.NewPCG(9, 9)))
	o.Mode = identity.CreateOnly
	if _, err := r.Resolve(t.Context(), s, o); !errs.Is(err, errs.Conflict) {
		t.Fatalf("creating a known person: %v, want a conflict", err)
	}
}
