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

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *store.DB { return open(t, store.Config{Dir: t.TempDir()}) })
}

func TestPostgres(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *store.DB { return open(t, store.Config{URL: testpg.DSN(t)}) })
}
