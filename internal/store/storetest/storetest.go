// Package storetest is the conformance suite that every engine of the store
// must pass.
package storetest

import (
	"context"
	"testing"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
)

// Open returns a new, migrated database of the engine under test.
type Open func(t *testing.T) *store.DB

// Scope makes an org and returns the scope of its first member.
func Scope(t *testing.T, db *store.DB, name string) org.Scope {
	t.Helper()
	o, err := db.CreateOrg(t.Context(), org.Org{Name: name, Slug: name, Public: don.Random(10)})
	if err != nil {
		t.Fatal(err)
	}
	return org.Scope{OrgID: o.ID, Space: don.Space{Partition: "kith", Org: o.Public}, Actor: don.Of(don.Member, 1)}
}

// Write runs fn in a transaction and fails the test on an error.
func Write(t *testing.T, db *store.DB, s org.Scope, fn func(context.Context, *store.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), s, func(tx *store.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// Run runs the whole suite.
func Run(t *testing.T, open Open) {
	t.Run("Resolve", func(t *testing.T) { testResolve(t, open) })
}
