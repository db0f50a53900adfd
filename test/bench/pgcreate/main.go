// Pgcreate is a denominator of the benches: single contacts created bare in
// PostgreSQL, each a row and three claims in a transaction of its own, each
// durable before it is acknowledged. It is frozen and shares no code with Kith.
package main

import (
	"context"
	"flag"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kith-id/kith/test/bench/bare"
)

const (
	schema = `CREATE TABLE IF NOT EXISTS contacts (id BIGINT PRIMARY KEY, org_id BIGINT, external_ref TEXT, display_name TEXT,
			full_name TEXT, email TEXT, phone TEXT, description TEXT, account TEXT, tags TEXT, owned_by TEXT,
			created_at TIMESTAMPTZ, modified_at TIMESTAMPTZ);
		CREATE TABLE IF NOT EXISTS claims (key TEXT COLLATE "C" PRIMARY KEY, contact_id BIGINT)`
	insertContact = `INSERT INTO contacts VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now(), now())`
	insertClaims  = `INSERT INTO claims VALUES ($1, $4), ($2, $4), ($3, $4)`
)

func main() {
	dsn := flag.String("dsn", "", "database URL, with or without pgload's tables")
	goroutines := flag.Int("goroutines", 16, "creates under way at a time")
	connections := flag.Int("connections", 16, "connections to the server")
	ops := flag.Int("rows", 20_000, "contacts to create")
	flag.Parse()
	ctx := context.Background()
	config, err := pgxpool.ParseConfig(*dsn)
	bare.Must(err)
	config.MaxConns = int32(*connections)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	bare.Must(err)
	_, err = pool.Exec(ctx, schema)
	bare.Must(err)
	first := time.Now().UnixMicro() // above every id that an earlier run took
	figures := bare.Hammer(*goroutines, *ops, func(n int) {
		bare.Must(create(ctx, pool, bare.Person(first+int64(n))))
	})
	pool.Close()
	figures.Print()
}

func create(ctx context.Context, pool *pgxpool.Pool, c bare.Contact) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		values := []any{c.ID}
		for _, cell := range c.Cells {
			values = append(values, cell)
		}
		if _, err := tx.Exec(ctx, insertContact, values...); err != nil {
			return err
		}
		keys := c.Claims()
		_, err := tx.Exec(ctx, insertClaims, keys[0].Key, keys[1].Key, keys[2].Key, c.ID)
		return err
	})
}
