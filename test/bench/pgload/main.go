// Pgload is a denominator of the benches: the valid rows of a generated
// contacts file loaded bare into PostgreSQL by COPY over one connection. It is
// frozen and shares no code with Kith. Per contact it stores one row of 13
// columns and three claims, the unique keys (reference, e-mail, phone).
package main

import (
	"context"
	"flag"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kith-id/kith/test/bench/bare"
)

const schema = `DROP TABLE IF EXISTS contacts, claims;
	CREATE TABLE contacts (id BIGINT PRIMARY KEY, org_id BIGINT, external_ref TEXT, display_name TEXT,
		full_name TEXT, email TEXT, phone TEXT, description TEXT, account TEXT, tags TEXT, owned_by TEXT,
		created_at TIMESTAMPTZ, modified_at TIMESTAMPTZ);
	CREATE TABLE claims (key TEXT COLLATE "C" PRIMARY KEY, contact_id BIGINT)`

var columns = []string{"id", "org_id", "external_ref", "display_name", "full_name", "email", "phone", "description",
	"account", "tags", "owned_by", "created_at", "modified_at"}

func main() {
	path := flag.String("csv", "", "contacts file")
	manifest := flag.String("manifest", "", "its manifest: the rows to leave out")
	dsn := flag.String("dsn", "", "database URL; its tables contacts and claims are dropped")
	flag.Parse()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, *dsn)
	bare.Must(err)
	_, err = conn.Exec(ctx, schema)
	bare.Must(err)
	start := time.Now()
	rows := load(ctx, conn, *path, *manifest)
	bare.Figures{Rows: rows, Seconds: time.Since(start).Seconds()}.Print()
	bare.Must(conn.Close(ctx))
}

func load(ctx context.Context, conn *pgx.Conn, path, manifest string) (rows int) {
	now, err := time.Parse(time.RFC3339, bare.Now)
	bare.Must(err)
	contacts, claims := bare.Read(path, manifest)
	values := make([]any, len(columns))
	for batch := range contacts {
		copyIn(ctx, conn, "contacts", columns, batch, func(c bare.Contact) []any {
			values[0], values[1], values[11], values[12] = c.ID, int64(1), now, now
			for i, cell := range c.Cells {
				values[i+2] = cell
			}
			return values
		})
		rows += len(batch)
	}
	for part := range claims {
		copyIn(ctx, conn, "claims", []string{"key", "contact_id"}, part, func(c bare.Claim) []any {
			values[0], values[1] = c.Key, c.ID
			return values[:2]
		})
	}
	return rows
}

func copyIn[T any](ctx context.Context, conn *pgx.Conn, table string, columns []string, items []T, row func(T) []any) {
	_, err := conn.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromSlice(len(items), func(i int) ([]any, error) {
		return row(items[i]), nil
	}))
	bare.Must(err)
}
