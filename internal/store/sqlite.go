package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unsafe"

	"github.com/ncruces/go-sqlite3"
)

// sqlite is the embedded engine: one writing connection behind a queue, several
// reading ones. Only one process may open the file, see Open.
type sqlite struct {
	path    string
	readers chan *sqliteConn
	writer  *writer
}

const (
	readerCount   = 6
	readerCacheKB = 8 << 10
	writerCacheKB = 48 << 10
	copierCacheKB = 64 // it reads no pages through its cache
	// A connection's memory is a sandbox of its own; the cache must fit well inside.
	connMemory = 192 << 20
)

func openSQLite(path string) (*sqlite, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := createPrivate(path); err != nil {
		return nil, err
	}
	w, err := openConn(path, writerCacheKB, false)
	if err != nil {
		return nil, err
	}
	k, err := openConn(path, copierCacheKB, false)
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	s := &sqlite{path: path, readers: make(chan *sqliteConn, readerCount)}
	s.writer = startWriter(w, startCheckpointer(k))
	for range readerCount {
		r, err := openConn(path, readerCacheKB, true)
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.readers <- r
	}
	return s, nil
}

// createPrivate makes the file readable by its owner only before SQLite opens it.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// uriPath spells the path of a file in a URI: people's folders have any name.
var uriPath = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

func openConn(path string, cacheKB int, readOnly bool) (*sqliteConn, error) {
	ctx := sqlite3.WithMaxMemory(context.Background(), connMemory)
	c, err := sqlite3.OpenContext(ctx, "file:"+uriPath.Replace(path))
	if err != nil {
		return nil, err
	}
	c.SetInterrupt(context.Background())
	pragmas := fmt.Sprintf(`
		PRAGMA busy_timeout = 5000;
		PRAGMA page_size = %d;
		PRAGMA journal_mode = WAL;
		PRAGMA synchronous = FULL;
		PRAGMA foreign_keys = ON;
		PRAGMA temp_store = MEMORY;
		PRAGMA wal_autocheckpoint = 0;
		PRAGMA cache_size = -%d;`, pageSize, cacheKB)
	if readOnly {
		pragmas += "PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0;"
	}
	if err := c.Exec(pragmas); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return &sqliteConn{c: c, stmts: map[string]*sqliteStmt{}, inserts: map[insertShape]string{}}, nil
}

func (s *sqlite) lanes() int { return 1 } // there is one writer

func (s *sqlite) name() string { return "sqlite" }

func (s *sqlite) writers() int { return 1 }

func (s *sqlite) write(ctx context.Context, body func(querier) error) error {
	return s.writer.submit(ctx, s.writer.small, body)
}

// notify has nobody to tell: this process is the only one.
func (s *sqlite) notify(context.Context, string, string) (bool, error) { return false, nil }

// listen waits: nobody else writes to the database.
func (s *sqlite) listen(ctx context.Context, _ []string, _ func(channel, payload string)) error {
	<-ctx.Done()
	return ctx.Err()
}

func (s *sqlite) bulk(ctx context.Context, body func(querier) error) error {
	return s.writer.submit(ctx, s.writer.large, body)
}

func (s *sqlite) read(ctx context.Context, body func(querier) error) error {
	var c *sqliteConn
	select {
	case c = <-s.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { s.readers <- c }()
	c.c.SetInterrupt(ctx)
	defer c.c.SetInterrupt(context.Background()) //nolint:contextcheck // nothing interrupts it between uses
	if _, err := c.exec(ctx, "BEGIN"); err != nil {
		return mapSQLite(err)
	}
	err := guard(body, c) // or the connection would stay within its transaction
	c.c.SetInterrupt(context.Background())
	if _, end := c.exec(ctx, "ROLLBACK"); end != nil && err == nil {
		err = end
	}
	return mapSQLite(err)
}

func (s *sqlite) ping(ctx context.Context) error {
	return s.read(ctx, func(q querier) error {
		_, err := one(ctx, q, "SELECT 1 FROM org LIMIT 1", nil, new(int64))
		return err
	})
}

func (s *sqlite) close() error {
	errs := []error{s.writer.stop()}
	for {
		select {
		case r := <-s.readers:
			errs = append(errs, r.close())
		default:
			return errors.Join(errs...)
		}
	}
}

func (s *sqlite) migrate(ctx context.Context, all []migration) error {
	return s.write(ctx, func(q querier) error {
		c := q.(*sqliteConn)
		return runMigrations(ctx, c, all, sqliteDDL, c.c.Exec)
	})
}

// fileSizes returns the bytes of the database and of its log.
func (s *sqlite) fileSizes() (db, wal int64) {
	size := func(p string) int64 {
		st, err := os.Stat(p)
		if errors.Is(err, fs.ErrNotExist) || err != nil {
			return 0
		}
		return st.Size()
	}
	return size(s.path), size(s.path + "-wal")
}

// sqliteConn is one connection with its prepared statements.
type sqliteConn struct {
	c     *sqlite3.Conn
	stmts map[string]*sqliteStmt
	// inserts are the texts of bulk inserts.
	inserts map[insertShape]string
}

type sqliteStmt struct {
	s     *sqlite3.Stmt
	order []int
	busy  bool
	keep  bool
}

// maxStatements bounds the cache: lists make many different texts.
const maxStatements = 300

func (c *sqliteConn) prepare(sql string) (*sqliteStmt, error) {
	if st, ok := c.stmts[sql]; ok && !st.busy {
		st.busy = true
		return st, nil
	}
	text, order := positional(sql)
	s, _, err := c.c.Prepare(text)
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, sql)
	}
	st := &sqliteStmt{s: s, order: order, busy: true}
	if _, taken := c.stmts[sql]; !taken {
		if len(c.stmts) >= maxStatements {
			c.forget()
		}
		st.keep = true
		c.stmts[sql] = st
	}
	return st, nil
}

func (c *sqliteConn) forget() {
	for sql, st := range c.stmts {
		if !st.busy {
			_ = st.s.Close()
			delete(c.stmts, sql)
			return
		}
	}
}

func (st *sqliteStmt) done() error {
	err := st.s.Reset()
	st.busy = false
	if !st.keep {
		return errors.Join(err, st.s.Close())
	}
	return err
}

func (c *sqliteConn) exec(_ context.Context, sql string, args ...any) (int64, error) {
	st, err := c.prepare(sql)
	if err != nil {
		return 0, err
	}
	if err := st.bind(args); err != nil {
		return 0, errors.Join(err, st.done())
	}
	err = st.s.Exec()
	if end := st.done(); err == nil {
		err = end
	}
	return c.c.Changes(), err
}

func (c *sqliteConn) send(ctx context.Context, sql string, args ...any) error {
	_, err := c.exec(ctx, sql, args...)
	return err
}

func (c *sqliteConn) next(ctx context.Context, orgID int64, typ string, count int) (int64, error) {
	var last int64
	_, err := one(ctx, c, takeNumbers, []any{orgID, typ, count}, &last)
	return last - int64(count) + 1, err
}

func (c *sqliteConn) query(_ context.Context, sql string, args ...any) (rows, error) {
	st, err := c.prepare(sql)
	if err != nil {
		return nil, err
	}
	if err := st.bind(args); err != nil {
		return nil, errors.Join(err, st.done())
	}
	return &sqliteRows{st: st}, nil
}

func (c *sqliteConn) streams() bool { return true }

func (c *sqliteConn) jsonText(column, member string) string {
	return "json_extract(NULLIF(" + column + ", ''), '$." + member + "')"
}

func (c *sqliteConn) jsonNumber(column, member string) string { return c.jsonText(column, member) }

func (c *sqliteConn) perValue(b *builder, values []string, of func(is string) string) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = "SELECT * FROM (" + of(" = "+b.arg(v)) + ") p" + itoa(i)
	}
	return strings.Join(parts, " UNION ALL ")
}

func (c *sqliteConn) jsonItems(column string) string {
	return "json_each(NULLIF(" + column + ", '')) j"
}

// lookup keeps the engine, which keeps to the order of a cross join, from reading a
// range of dates for each of the numbers: the index of a date has both columns, and
// is taken for the better one. The other tables' key is the table itself.
func (c *sqliteConn) lookup(table, _ string) string {
	hint := ""
	if table == contactList.table {
		hint = " INDEXED BY sqlite_autoindex_" + table + "_1"
	}
	return " CROSS JOIN " + table + " t" + hint
}

func (c *sqliteConn) numbers(ctx context.Context, sql string, args ...any) (out []int64, err error) {
	err = c.visit(ctx, func(n int64) bool {
		out = append(out, n)
		return true
	}, sql, args...)
	return out, err
}

func (c *sqliteConn) visit(_ context.Context, each func(int64) bool, sql string, args ...any) error {
	st, err := c.prepare(sql)
	if err != nil {
		return err
	}
	if err := st.bind(args); err != nil {
		return errors.Join(err, st.done())
	}
	for st.s.Step() && each(st.s.ColumnInt64(0)) {
	}
	err = st.s.Err()
	if end := st.done(); err == nil {
		err = end
	}
	return err
}

func (c *sqliteConn) lock() string { return "" }

// tell is notify.
func (c *sqliteConn) tell(context.Context, string, string) error { return nil }

func (c *sqliteConn) choosy(context.Context) error { return nil } // plans go by the shape alone

func (c *sqliteConn) close() error {
	for _, st := range c.stmts {
		_ = st.s.Close()
	}
	return c.c.Close()
}

// timeLayout is fixed-width, so that stored times sort as text.
const timeLayout = "2006-01-02T15:04:05.000000Z"

func formatTime(t time.Time) string { return t.UTC().Format(timeLayout) }

func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

func (st *sqliteStmt) bind(args []any) error {
	for i, from := range st.order {
		if from >= len(args) {
			return fmt.Errorf("statement wants argument %d, got %d", from+1, len(args))
		}
		if err := bindOne(st.s, i+1, args[from]); err != nil {
			return err
		}
	}
	return nil
}

func bindOne(s *sqlite3.Stmt, at int, arg any) error {
	switch v := arg.(type) {
	case nil:
		return s.BindNull(at)
	case int64:
		return s.BindInt64(at, v)
	case int:
		return s.BindInt64(at, int64(v))
	case int16:
		return s.BindInt64(at, int64(v))
	case string:
		return s.BindText(at, v)
	case bool:
		return s.BindBool(at, v)
	case time.Time:
		return s.BindText(at, formatTime(v))
	case *time.Time:
		if v == nil {
			return s.BindNull(at)
		}
		return s.BindText(at, formatTime(*v))
	case []byte:
		return s.BindBlob(at, v)
	case float64:
		return s.BindFloat(at, v)
	}
	return fmt.Errorf("argument %d has type %T, which the store does not bind", at, arg)
}

type sqliteRows struct {
	st   *sqliteStmt
	err  error
	shut bool
}

func (r *sqliteRows) Next() bool {
	if r.shut {
		return false
	}
	if r.st.s.Step() {
		return true
	}
	r.err = r.st.s.Err()
	r.Close()
	return false
}

func (r *sqliteRows) Err() error { return r.err }

func (r *sqliteRows) Close() {
	if r.shut {
		return
	}
	r.shut = true
	if err := r.st.done(); err != nil && r.err == nil {
		r.err = err
	}
}

func (r *sqliteRows) Scan(dest ...any) error {
	s := r.st.s
	for i, d := range dest {
		switch p := d.(type) {
		case *string:
			*p = s.ColumnText(i)
		case *int64:
			*p = s.ColumnInt64(i)
		case *int:
			*p = s.ColumnInt(i)
		case *int16:
			*p = int16(s.ColumnInt(i))
		case *bool:
			*p = s.ColumnBool(i)
		case *[]byte:
			*p = s.ColumnBlob(i, nil)
		case *time.Time:
			t, err := time.Parse(timeLayout, s.ColumnText(i))
			if err != nil {
				return fmt.Errorf("column %d: %w", i, err)
			}
			*p = t
		case **time.Time:
			*p = nil
			if s.ColumnType(i) != sqlite3.NULL {
				t, err := time.Parse(timeLayout, s.ColumnText(i))
				if err != nil {
					return fmt.Errorf("column %d: %w", i, err)
				}
				*p = &t
			}
		default:
			return fmt.Errorf("column %d: cannot scan into %T", i, d)
		}
	}
	return nil
}
