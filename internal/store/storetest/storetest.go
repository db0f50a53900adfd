// Package storetest is the conformance suite that every engine of the store
// must pass.
package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/testpg"
)

// Open returns a new, migrated database of the engine under test, as one server
// process has it, and again as another has it; where only one process may have
// it, both are the same.
type Open func(t *testing.T) (db, other *store.DB)

// Engines runs a test on a new, migrated database of each engine.
func Engines(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			c := store.Config{Dir: t.TempDir()}
			if engine == "postgres" {
				c = store.Config{URL: Postgres(t)}
			}
			db, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
			if err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			test(t, db)
		})
	}
}

// Postgres returns the URL of a migrated database of the test's own.
func Postgres(t testing.TB) string {
	t.Helper()
	return testpg.Template(t, "migrated", func(dsn string) error {
		ctx := context.Background()
		db, err := store.Open(ctx, store.Config{URL: dsn})
		if err != nil {
			return err
		}
		if err := db.Migrate(ctx); err != nil {
			return errors.Join(err, db.Close())
		}
		return db.Close()
	})
}

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
	t.Run("Duplicates", func(t *testing.T) { testDuplicates(t, open) })
	t.Run("Sweep", func(t *testing.T) { testSweep(t, open) })
	t.Run("Create", func(t *testing.T) { testCreate(t, open) })
	t.Run("Numbers", func(t *testing.T) { testNumbers(t, open) })
	t.Run("Reservation", func(t *testing.T) { testReservation(t, open) })
	t.Run("Conversation", func(t *testing.T) { testConversation(t, open) })
	t.Run("Work", func(t *testing.T) { testWork(t, open) })
	t.Run("Artifacts", func(t *testing.T) { testArtifacts(t, open) })
	t.Run("Snooze", func(t *testing.T) { testSnooze(t, open) })
	t.Run("Canned", func(t *testing.T) { testCanned(t, open) })
	t.Run("Links", func(t *testing.T) { testLinks(t, open) })
	t.Run("Usage", func(t *testing.T) { testUsage(t, open) })
	t.Run("Threads", func(t *testing.T) { testThreads(t, open) })
	t.Run("Unread", func(t *testing.T) { testUnread(t, open) })
	t.Run("MergedConversations", func(t *testing.T) { testMergedConversations(t, open) })
	t.Run("Notices", func(t *testing.T) { testNotices(t, open) })
	t.Run("Widget", func(t *testing.T) { testWidget(t, open) })
	t.Run("Assignment", func(t *testing.T) { testAssignment(t, open) })
	t.Run("Comments", func(t *testing.T) { testComments(t, open) })
	t.Run("News", func(t *testing.T) { testNews(t, open) })
	t.Run("Contact", func(t *testing.T) { testContact(t, open) })
	t.Run("Rollback", func(t *testing.T) { testRollback(t, open) })
	t.Run("Tenants", func(t *testing.T) { testTenants(t, open) })
	t.Run("Counter", func(t *testing.T) { testCounter(t, open) })
}
