package storetest

import (
	"context"
	"errors"
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

// Crowd returns how many clients present how many people; KITH_PEOPLE raises it.
func Crowd() (clients, people int) {
	if n, err := strconv.Atoi(os.Getenv("KITH_PEOPLE")); err == nil {
		return 64, n
	}
	return 64, 150
}

// Present lets clients present the same people at the same time, each all of
// them in an order of its own, and returns the contact that each client got for
// each person. Seed tells the clients of one process from those of another.
func Present(ctx context.Context, s org.Scope, clients, people int, seed uint64, dbs ...*store.DB) ([][]int64, error) {
	var resolvers []*identity.Resolver
	for _, db := range dbs {
		resolvers = append(resolvers, identity.NewResolver(identityDB{db}, db.Writers()))
	}
	ids, failed := make([][]int64, clients), make([]error, clients)
	var wg sync.WaitGroup
	for c := range clients {
		ids[c] = make([]int64, people)
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(seed, uint64(c)))
			for _, i := range rng.Perm(people) {
				out, err := resolvers[c%len(resolvers)].Resolve(ctx, s, person(i, rng))
				if err != nil {
					failed[c] = fmt.Errorf("client %d, person %d: %w", c, i, err)
					return
				}
				ids[c][i] = out.Contact.N
			}
		})
	}
	wg.Wait()
	return ids, errors.Join(failed...)
}

// CheckPeople checks what clients got from Present: as many contacts as people,
// each person the same one for every client, and an index that agrees.
func CheckPeople(t *testing.T, db *store.DB, s org.Scope, ids [][]int64) {
	t.Helper()
	people := len(ids[0])
	distinct := map[int64]bool{}
	for i := range people {
		distinct[ids[0][i]] = true
		for c := range ids {
			if ids[c][i] != ids[0][i] {
				t.Fatalf("person %d is contact %d for client %d and %d for client 0", i, ids[c][i], c, ids[0][i])
			}
		}
	}
	if len(distinct) != people || distinct[0] {
		t.Fatalf("%d people became %d contacts", people, len(distinct))
	}
	checkWhole(t, db, s, people)
}

// testResolve lets many clients of two handles present the same people in
// random order: each person must be one contact, and the same one for everybody.
func testResolve(t *testing.T, open Open) {
	db, other := open(t)
	s := Scope(t, db, "acme")
	clients, people := Crowd()
	start := time.Now()
	ids, err := Present(t.Context(), s, clients, people, 1, db, other)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d observations in %v", clients*people, time.Since(start))
	CheckPeople(t, db, s, ids)
	o := person(3, rand.New(rand.NewPCG(9, 9)))
	o.Mode = identity.CreateOnly
	if _, err := identity.NewResolver(identityDB{db}, db.Writers()).Resolve(t.Context(), s, o); !errs.Is(err, errs.Conflict) {
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
