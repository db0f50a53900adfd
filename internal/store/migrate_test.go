package store

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/testpg"
)

// onEngines runs a test on an empty database of each engine.
func onEngines(t *testing.T, test func(*testing.T, *DB)) {
	for name, config := range map[string]func(*testing.T) Config{
		"sqlite":   func(t *testing.T) Config { return Config{Dir: t.TempDir()} },
		"postgres": func(t *testing.T) Config { return Config{URL: testpg.DSN(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := Open(t.Context(), config(t))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
			test(t, db)
		})
	}
}

// migrateTo applies the steps up to a version.
func migrateTo(t *testing.T, db *DB, version int64) {
	t.Helper()
	all, err := loadMigrations()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for n < len(all) && all[n].version <= version {
		n++
	}
	if err := db.e.migrate(t.Context(), all[:n]); err != nil {
		t.Fatal(err)
	}
}

func TestMigrationOfKeys(t *testing.T) {
	onEngines(t, func(t *testing.T, db *DB) {
		migrateTo(t, db, 4)
		insert := `INSERT INTO identifier (org_id, key, holder, type, n, main) VALUES
			(1, 'a:acc', 0, 2, 1, TRUE), (1, 'd:example.com', 0, 2, 1, TRUE), (1, 'w:space', 0, 3, 1, TRUE),
			(1, 'r:r:1', 0, 1, 1, TRUE), (1, 'e:r@example.com', 0, 1, 1, TRUE), (1, 'p:+4930', 1, 1, 1, TRUE)`
		attrs := `INSERT INTO attr (org_id, field, value, n) VALUES (1, 'w.name', 'w.', 1), (1, 'c.name', 'w.x', 1), (1, 'a.name', 'x', 1)`
		lost := `INSERT INTO import_lost (org_id, type, n, key) VALUES (1, 1, 2, 'r:2')`
		exec(t, db, insert, attrs, lost)
		migrateTo(t, db, 5)
		want := []string{"A:acc", "D:example.com", "W:space", "c:r:1", "e:r@example.com", "p:+4930"}
		if d := cmp.Diff(want, texts(t, db, "SELECT key FROM identifier WHERE org_id = $1 ORDER BY key")); d != "" {
			t.Error(d)
		}
		want = []string{"W.name=w.", "a.name=x", "c.name=w.x"}
		if d := cmp.Diff(want, texts(t, db, "SELECT field || '=' || value FROM attr WHERE org_id = $1 ORDER BY field")); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]string{"c:2"}, texts(t, db, "SELECT key FROM import_lost WHERE org_id = $1")); d != "" {
			t.Error(d)
		}
	})
}

func exec(t *testing.T, db *DB, statements ...string) {
	t.Helper()
	err := db.e.write(t.Context(), func(q querier) error {
		for _, sql := range statements {
			if _, err := q.exec(t.Context(), sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func texts(t *testing.T, db *DB, sql string) (out []string) {
	t.Helper()
	err := db.e.read(t.Context(), func(q querier) (err error) {
		out, err = collect(context.Background(), q, sql, []any{int64(1)}, func(s *string) []any { return []any{s} })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Workspaces that were there before are found by their tier and environment too.
func TestMigrationOfWorkspaceAttrs(t *testing.T) {
	onEngines(t, func(t *testing.T, db *DB) {
		migrateTo(t, db, 19)
		row := func(org, n, environment, tier string) string {
			return "(" + org + ", " + n + ", 1, 'x', 'x', '', '', '', '" + environment + "', '" + tier + "', FALSE, '', '', 0, 1, '2026-01-01T00:00:00.000000Z', 'devu/1', '2026-01-01T00:00:00.000000Z', 'devu/1')"
		}
		exec(t, db, `INSERT INTO workspace (org_id, n, account_n, display_name, name_key, description, ref, domain, environment, tier, is_default, owners, tags,
			import_n, version, created_at, created_by, modified_at, modified_by) VALUES `+row("1", "1", "test", "gold")+", "+row("1", "2", "production", "")+", "+row("2", "1", "staging", "tin"))
		migrateTo(t, db, 20)
		want := []string{"W.environment=production/2", "W.environment=test/1", "W.tier=gold/1"}
		if d := cmp.Diff(want, texts(t, db, "SELECT field || '=' || value || '/' || n FROM attr WHERE org_id = $1 ORDER BY 1")); d != "" {
			t.Error(d)
		}
	})
}
