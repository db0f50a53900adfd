package main

import (
	"context"
	"errors"

	"github.com/ncruces/go-sqlite3"

	"github.com/kith-id/kith/test/bench/bare"
)

// sqlite has a few reading connections, each with its prepared statements.
type sqlite struct{ readers chan reader }

type reader struct{ token, contact *sqlite3.Stmt }

const readers = 6

var errNone = errors.New("no such row")

func openSQLite(path, hash string) *sqlite {
	conn := connect(path)
	bare.Must(conn.Exec(tokens))
	insert, _, err := conn.Prepare("INSERT OR IGNORE INTO tokens VALUES (?, 1)")
	bare.Must(err)
	bare.Must(insert.BindText(1, hash))
	bare.Must(insert.Exec())
	bare.Must(insert.Close())
	bare.Must(conn.Close())
	s := &sqlite{make(chan reader, readers)}
	for range readers {
		conn := connect(path)
		token, _, err := conn.Prepare(readToken)
		bare.Must(err)
		contact, _, err := conn.Prepare(readContact)
		bare.Must(err)
		s.readers <- reader{token, contact}
	}
	return s
}

func connect(path string) *sqlite3.Conn {
	conn, err := sqlite3.Open(path)
	bare.Must(err)
	bare.Must(conn.Exec("PRAGMA journal_mode = WAL; PRAGMA cache_size = -8192"))
	return conn
}

func (s *sqlite) org(_ context.Context, hash string) (org int64, err error) {
	r := <-s.readers
	defer func() { s.readers <- r }()
	err = first(r.token, hash, func() { org = r.token.ColumnInt64(0) })
	return org, err
}

func (s *sqlite) contact(_ context.Context, key string) (c contact, err error) {
	r := <-s.readers
	defer func() { s.readers <- r }()
	err = first(r.contact, key, func() {
		c = contact{r.contact.ColumnInt64(0), r.contact.ColumnText(1), r.contact.ColumnText(2), r.contact.ColumnText(3)}
	})
	return c, err
}

// first runs a statement for a key and reads its first row.
func first(s *sqlite3.Stmt, key string, read func()) error {
	if err := s.BindText(1, key); err != nil {
		return err
	}
	found := s.Step()
	if found {
		read()
	}
	if err := errors.Join(s.Err(), s.Reset()); err != nil || found {
		return err
	}
	return errNone
}
