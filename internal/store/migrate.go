package store

import (
	"context"
	"embed"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/errs"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migration is one step of the schema. needs is the oldest version of the
// schema that a program must know to work with a database at this step: 0 means
// that the step only adds, so older programs still work.
type migration struct {
	version int64
	needs   int64
	sql     string
}

// schemaVersion is the newest step this program knows.
func schemaVersion() (int64, error) {
	all, err := loadMigrations()
	if err != nil {
		return 0, err
	}
	return all[len(all)-1].version, nil
}

func loadMigrations() ([]migration, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var all []migration
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
		v, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, err
		}
		m := migration{version: v, needs: v, sql: string(text)}
		if strings.Contains(m.sql, "-- compatible: adds only") {
			m.needs = 0
		}
		all = append(all, m)
	}
	return all, nil
}

// runMigrations applies those of all steps that are missing, in the caller's
// transaction.
func runMigrations(ctx context.Context, q querier, all []migration, adapt func(string) string, run func(string) error) error {
	err := run(adapt(`CREATE TABLE IF NOT EXISTS schema_version (
		version BIGINT NOT NULL PRIMARY KEY, needs BIGINT NOT NULL, applied_at TIMESTAMPTZ NOT NULL)`))
	if err != nil {
		return err
	}
	var at, needs int64
	if _, err := one(ctx, q, "SELECT COALESCE(MAX(version), 0), COALESCE(MAX(needs), 0) FROM schema_version", nil, &at, &needs); err != nil {
		return err
	}
	newest := all[len(all)-1].version
	if needs > newest {
		return errs.New(errs.Unavailable, "service_unavailable",
			"the database was migrated to version %d by a newer Kith; this one knows version %d: start the newer one, or restore a backup", at, newest)
	}
	for _, m := range all {
		if m.version <= at {
			continue
		}
		if err := run(adapt(m.sql)); err != nil {
			return err
		}
		if _, err := q.exec(ctx, "INSERT INTO schema_version (version, needs, applied_at) VALUES ($1, $2, $3)", m.version, m.needs, time.Now()); err != nil {
			return err
		}
	}
	return nil
}
