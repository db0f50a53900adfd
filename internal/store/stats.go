package store

import (
	"context"
	"fmt"
)

// Stats are figures for the metrics and for diagnosis.
type Stats struct {
	Bytes    int64 // of the database
	LogBytes int64 // of SQLite's write-ahead log, 0 on PostgreSQL
	Queued   int   // small writes that wait for their transaction, 0 on PostgreSQL
}

// Stats returns the figures of now.
func (d *DB) Stats(ctx context.Context) (Stats, error) {
	var s Stats
	if e, ok := d.e.(*sqlite); ok {
		s.Bytes, s.LogBytes = e.fileSizes()
		s.Queued = len(e.writer.small)
		return s, nil
	}
	err := d.e.read(ctx, func(q querier) error {
		_, err := one(ctx, q, "SELECT pg_database_size(current_database())", nil, &s.Bytes)
		return err
	})
	return s, err
}

// Schema returns the version the database is at and the newest this program knows.
func (d *DB) Schema(ctx context.Context) (at, newest int64, err error) {
	if newest, err = schemaVersion(); err != nil {
		return 0, 0, err
	}
	err = d.e.read(ctx, func(q querier) error {
		_, err := one(ctx, q, "SELECT COALESCE(MAX(version), 0) FROM schema_version", nil, &at)
		return err
	})
	return at, newest, err
}

// Check looks for damage in the database as far as the engine can tell quickly:
// on SQLite it reads every page, on PostgreSQL it asks for an answer.
func (d *DB) Check(ctx context.Context) error {
	if d.Engine() != "sqlite" {
		return d.Ping(ctx)
	}
	return d.e.read(ctx, func(q querier) error {
		var verdict string
		if _, err := one(ctx, q, "PRAGMA quick_check(1)", nil, &verdict); err != nil {
			return err
		}
		if verdict != "ok" {
			return fmt.Errorf("quick_check: %s", verdict)
		}
		return nil
	})
}
