// Sqlitecreate is a denominator of the benches: single contacts created bare in
// SQLite, each a row and three claims, each durable before it is acknowledged
// (synchronous=FULL). One goroutine writes and commits up to 256 waiting
// creates together. It is frozen and shares no code with Kith.
package main

import (
	"context"
	"flag"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/kith-id/kith/test/bench/bare"
)

const (
	schema = `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536;
		CREATE TABLE IF NOT EXISTS contacts (id INTEGER PRIMARY KEY, org_id INTEGER, external_ref TEXT, display_name TEXT,
			full_name TEXT, email TEXT, phone TEXT, description TEXT, account TEXT, tags TEXT, owned_by TEXT,
			created_at TEXT, modified_at TEXT);
		CREATE TABLE IF NOT EXISTS claims (key BLOB PRIMARY KEY, contact_id INTEGER) WITHOUT ROWID`
	groupMax = 256
)

// request is a contact to create; done is closed when it is durable.
type request struct {
	contact bare.Contact
	done    chan struct{}
}

func main() {
	db := flag.String("db", "", "database file: new, or one that sqliteload made")
	goroutines := flag.Int("goroutines", 16, "creates under way at a time")
	ops := flag.Int("rows", 50_000, "contacts to create")
	flag.Parse()
	conn, err := sqlite3.OpenContext(sqlite3.WithMaxMemory(context.Background(), 1<<30), *db)
	bare.Must(err)
	bare.Must(conn.Exec(schema))
	requests := make(chan request, groupMax)
	written := make(chan struct{})
	first := time.Now().UnixMicro() // above every id that an earlier run took
	go func() { write(conn, requests); close(written) }()
	figures := bare.Hammer(*goroutines, *ops, func(n int) {
		r := request{bare.Person(first + int64(n)), make(chan struct{})}
		requests <- r
		<-r.done
	})
	close(requests)
	<-written
	bare.Must(conn.Close())
	figures.Print()
}

// write takes what waits, writes it in one transaction and tells the waiting.
func write(conn *sqlite3.Conn, requests <-chan request) {
	contact, _, err := conn.Prepare("INSERT INTO contacts VALUES (?,1,?,?,?,?,?,?,?,?,?,?,?)")
	bare.Must(err)
	claims, _, err := conn.Prepare("INSERT INTO claims VALUES (?,?),(?,?),(?,?)")
	bare.Must(err)
	for r := range requests {
		group := []request{r}
		for len(group) < groupMax && len(requests) > 0 {
			group = append(group, <-requests)
		}
		bare.Must(conn.Exec("BEGIN IMMEDIATE"))
		for _, r := range group {
			insert(contact, claims, r.contact)
		}
		bare.Must(conn.Exec("COMMIT"))
		for _, r := range group {
			close(r.done)
		}
	}
	bare.Must(contact.Close())
	bare.Must(claims.Close())
}

func insert(contact, claims *sqlite3.Stmt, c bare.Contact) {
	bare.Must(contact.BindInt64(1, c.ID))
	for i, cell := range append(c.Cells[:9:9], bare.Now, bare.Now) {
		bare.Must(contact.BindText(i+2, cell))
	}
	bare.Must(contact.Exec())
	for i, claim := range c.Claims() {
		bare.Must(claims.BindText(2*i+1, claim.Key))
		bare.Must(claims.BindInt64(2*i+2, claim.ID))
	}
	bare.Must(claims.Exec())
}
