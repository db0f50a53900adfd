package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

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

// size returns how many clients present how many people; KITH_PEOPLE raises it.
func size() (clients, people int) {
	if n, err := strconv.Atoi(os.Getenv("KITH_PEOPLE")); err == nil {
		return 64, n
	}
	return 64, 150
}

// testResolve lets many clients of two processes present the same people in
// random order: each person must be one contact, and the same one for everybody.
func testResolve(t *testing.T, open Open) {
	db, other := open(t)
	s := Scope(t, db, "acme")
	clients, people := size()
	resolvers := []*identity.Resolver{identity.NewResolver(identityDB{db}), identity.NewResolver(identityDB{other})}
	ids := make([][]int64, clients)
	start := time.Now()
	var wg sync.WaitGroup
	for c := range clients {
		ids[c] = make([]int64, people)
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(c)))
			for _, i := range rng.Perm(people) {
				out, err := resolvers[c%2].Resolve(t.Context(), s, person(i, rng))
				if err != nil {
					t.Error(err)
					return
				}
				ids[c][i] = out.Contact.N
			}
		})
	}
	wg.Wait()
	t.Logf("%d observations in %v", clients*people, time.Since(start))
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
	checkWhole(t, db, s, people)
	o := person(3, rand.New(rand.NewPCG(9, 9)))
	o.Mode = identity.CreateOnly
	if _, err := resolvers[0].Resolve(t.Context(), s, o); !errs.Is(err, errs.Conflict) {
		t.Fatalf("creating a known person: %v, want a conflict", err)
	}
}

// checkWhole checks that every index row has its contact, that every identifier
// of a contact has its index row, and that there are as many contacts as people.
func checkWhole(t *testing.T, db *store.DB, s org.Scope, people int) {
	t.Helper()
	err := db.Read(t.Context(), s, func(tx *store.Tx) error {
		rows, err := tx.KeysBetween(t.Context(), "a", "z", 1_000_000)
		if err != nil {
			return err
		}
		of := map[int64]int{}
		var ns []int64
		for _, r := range rows {
			if of[r.Subject.N]++; of[r.Subject.N] == 1 {
				ns = append(ns, r.Subject.N)
			}
		}
		found, err := tx.Contacts(t.Context(), ns, false)
		if err != nil {
			return err
		}
		if len(found) != len(ns) || len(ns) != people {
			t.Errorf("%d people, %d holders in the index, %d contacts", people, len(ns), len(found))
		}
		for n, c := range found {
			if len(c.Identifiers) != of[n] {
				t.Errorf("contact %d has %d identifiers and %d index rows", n, len(c.Identifiers), of[n])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
