// Sqliteload is a denominator of the benches: the valid rows of a generated
// contacts file loaded bare into SQLite, as fast as we know how. It is frozen
// and shares no code with Kith. Per contact it stores one row of 13 columns and
// three claims, the unique keys (reference, e-mail, phone).
//
// The order was chosen by measuring 1,000,000 rows with this driver, in
// thousand rows a second: claims sorted per 100,000 contacts and inserted one
// by one 56, the whole file's claims sorted and inserted last 64, the same with
// 200 claims in a statement 90, and, as here, also with 20 contacts in a
// statement and the claims sorted in runs on the other core 110. A larger page
// cache, larger pages and rarer checkpoints gained nothing.
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"os"
	"slices"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/kith-id/kith/test/bench/bare"
)

const schema = `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;
	PRAGMA cache_size = -65536; PRAGMA locking_mode = EXCLUSIVE;
	CREATE TABLE contacts (id INTEGER PRIMARY KEY, org_id INTEGER, external_ref TEXT, display_name TEXT,
		full_name TEXT, email TEXT, phone TEXT, description TEXT, account TEXT, tags TEXT, owned_by TEXT,
		created_at TEXT, modified_at TEXT);
	CREATE TABLE claims (key BLOB PRIMARY KEY, contact_id INTEGER) WITHOUT ROWID`

func main() {
	path := flag.String("csv", "", "contacts file")
	manifest := flag.String("manifest", "", "its manifest: the rows to leave out")
	db := flag.String("db", "", "database file, must not exist")
	flag.Parse()
	if _, err := os.Stat(*db); !errors.Is(err, os.ErrNotExist) {
		log.Fatalf("-db %q: the file must not exist", *db)
	}
	start := time.Now()
	rows := load(*db, *path, *manifest)
	bare.Figures{Rows: rows, Seconds: time.Since(start).Seconds()}.Print()
}

func load(db, path, manifest string) (rows int) {
	// The driver's own limit on memory is below what the page cache may take.
	conn, err := sqlite3.OpenContext(sqlite3.WithMaxMemory(context.Background(), 1<<30), db)
	bare.Must(err)
	bare.Must(conn.Exec(schema))
	contacts, claims := bare.Read(path, manifest)
	for batch := range contacts {
		insert(conn, "contacts", "(?,1,?,?,?,?,?,?,?,?,?,?,?)", 20, batch, func(s *sqlite3.Stmt, at int, c bare.Contact) {
			bare.Must(s.BindInt64(at*12+1, c.ID))
			for i, cell := range append(c.Cells[:9:9], bare.Now, bare.Now) {
				bare.Must(s.BindText(at*12+i+2, cell))
			}
		})
		rows += len(batch)
	}
	for part := range claims {
		insert(conn, "claims", "(?,?)", 200, part, func(s *sqlite3.Stmt, at int, c bare.Claim) {
			bare.Must(s.BindText(at*2+1, c.Key))
			bare.Must(s.BindInt64(at*2+2, c.ID))
		})
	}
	_, _, err = conn.WALCheckpoint("main", sqlite3.CHECKPOINT_TRUNCATE)
	bare.Must(err)
	bare.Must(conn.Close())
	return rows
}

// insert writes the items in one transaction, step of them with a statement.
func insert[T any](conn *sqlite3.Conn, table, row string, step int, items []T, bind func(s *sqlite3.Stmt, at int, item T)) {
	bare.Must(conn.Exec("BEGIN IMMEDIATE"))
	var stmt *sqlite3.Stmt
	for chunk := range slices.Chunk(items, step) {
		if stmt == nil || len(chunk) < step {
			bare.Must(stmt.Close())
			var err error
			stmt, _, err = conn.Prepare("INSERT INTO " + table + " VALUES " + bare.Values(row, len(chunk)))
			bare.Must(err)
		}
		for at, item := range chunk {
			bind(stmt, at, item)
		}
		bare.Must(stmt.Exec())
	}
	bare.Must(stmt.Close())
	bare.Must(conn.Exec("COMMIT"))
}
