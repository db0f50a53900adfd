package store_test

import (
	"testing"

	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
	"github.com/kith-id/kith/internal/testpg"
)

func open(t *testing.T, c store.Config) *store.DB {
	t.Helper()
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
	return db
}

func openSQLite(t *testing.T) (db, other *store.DB) {
	db = open(t, store.Config{Dir: t.TempDir()})
	return db, db
}

func openPostgres(t *testing.T) (db, other *store.DB) {
	c := store.Config{URL: testpg.DSN(t)}
	return open(t, c), open(t, c)
}

func TestSQLite(t *testing.T) { storetest.Run(t, openSQLite) }

func TestPostgres(t *testing.T) { storetest.Run(t, openPostgres) }
