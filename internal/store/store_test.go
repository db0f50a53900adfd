package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
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
	c := store.Config{URL: storetest.Postgres(t)}
	return open(t, c), open(t, c)
}

func TestSQLite(t *testing.T) { storetest.Run(t, openSQLite) }

func TestPostgres(t *testing.T) { storetest.Run(t, openPostgres) }

// TestFolderNames: a data folder may have any name, and its database is inside.
func TestFolderNames(t *testing.T) {
	for _, name := range []string{"a#b", "a?mode=ro", "50%41", "with space", "ü"} {
		dir := filepath.Join(t.TempDir(), name)
		db := open(t, store.Config{Dir: dir})
		storetest.Scope(t, db, "acme")
		if info, err := os.Stat(filepath.Join(dir, "kith.db")); err != nil || info.Size() == 0 {
			t.Errorf("the database of %q is not inside it: %v", name, err)
		}
		if rest, err := filepath.Glob(filepath.Join(filepath.Dir(dir), "*")); err != nil || len(rest) != 1 {
			t.Errorf("%q left %v beside it", name, rest)
		}
	}
}
