// Package store keeps Kith's records in SQLite or PostgreSQL. It is the only
// package with SQL. Every statement of a tenant's data is bound to the scope's
// org; the same texts run on both engines.
package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/kith-id/kith/internal/org"
)

// DB is an open database.
type DB struct {
	e        engine
	now      func() time.Time
	onOutbox atomic.Pointer[func(orgID int64)]
}

// Config says which database to open.
type Config struct {
	// URL is a PostgreSQL connection URL; empty means SQLite in Dir.
	URL string
	// Dir is the data folder.
	Dir string
}

// Open connects to the database; it does not migrate it.
func Open(ctx context.Context, c Config) (*DB, error) {
	var e engine
	var err error
	if c.URL != "" {
		e, err = openPostgres(ctx, c.URL)
	} else {
		e, err = openSQLite(filepath.Join(c.Dir, "kith.db")) //nolint:contextcheck // its connections outlive the caller's context
	}
	if err != nil {
		return nil, err
	}
	return &DB{e: e, now: time.Now}, nil
}

// Engine returns "sqlite" or "postgres".
func (d *DB) Engine() string { return d.e.name() }

// Writers returns how many writes that could as well be one are best under way
// at a time: the next fills the pause in which another waits for the disk, where
// the engine works on several.
func (d *DB) Writers() int { return d.e.writers() }

// Close waits for running writes and closes every connection.
func (d *DB) Close() error { return d.e.close() }

// Ping reports whether the database answers and is migrated.
func (d *DB) Ping(ctx context.Context) error { return d.e.ping(ctx) }

// Migrate brings the schema to this version's. It refuses a database that a
// newer version has migrated beyond what this one can work with.
func (d *DB) Migrate(ctx context.Context) error {
	all, err := loadMigrations()
	if err != nil {
		return err
	}
	return d.e.migrate(ctx, all)
}

// Lanes returns how many Bulk transactions it pays to run at once.
func (d *DB) Lanes() int { return d.e.lanes() }

func (d *DB) tx(q querier, s org.Scope) *Tx {
	return &Tx{q: q, scope: s, now: d.now().UTC().Truncate(time.Microsecond)}
}

// Write runs fn in a transaction that is durable when Write returns nil. Fn may
// run again, so it must have no effects but the transaction's.
func (d *DB) Write(ctx context.Context, s org.Scope, fn func(*Tx) error) error {
	return d.telling(s, fn, func(body func(querier) error) error { return d.e.write(ctx, body) })
}

// telling runs a transaction, and says so when it has put something into the outbox.
func (d *DB) telling(s org.Scope, fn func(*Tx) error, run func(func(querier) error) error) error {
	var tx *Tx
	err := run(func(q querier) error {
		tx = d.tx(q, s)
		return fn(tx)
	})
	if hook := d.onOutbox.Load(); err == nil && tx.told && hook != nil {
		(*hook)(s.OrgID)
	}
	return err
}

// Bulk is Write for long loads: it lets small writes go first, and on SQLite it
// is durable only once a later Write is.
func (d *DB) Bulk(ctx context.Context, s org.Scope, fn func(*Tx) error) error {
	return d.telling(s, fn, func(body func(querier) error) error { return d.e.bulk(ctx, body) })
}

// Read runs fn on one snapshot.
func (d *DB) Read(ctx context.Context, s org.Scope, fn func(*Tx) error) error {
	return d.e.read(ctx, func(q querier) error { return fn(d.tx(q, s)) })
}

// sequence makes row ids that rise with time within a process and do not
// collide between processes: microseconds since 2020 in the upper bits, a
// counter and randomness below.
var sequence atomic.Int64

func nextID(now time.Time) int64 {
	var r [2]byte
	_, _ = rand.Read(r[:])
	floor := now.Sub(epoch).Microseconds()<<11 | int64(binary.BigEndian.Uint16(r[:])&0x7ff)
	for {
		last := sequence.Load()
		id := max(floor, last+1)
		if sequence.CompareAndSwap(last, id) {
			return id
		}
	}
}

// timeOf returns when an id was made.
func timeOf(id int64) time.Time { return epoch.Add(time.Duration(id>>11) * time.Microsecond) }

var epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

func itoa(n int) string { return strconv.Itoa(n) }
