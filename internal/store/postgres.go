package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// postgres is the server engine: READ COMMITTED, correctness from keys and row
// locks, so that any number of processes may share the database.
type postgres struct {
	pool *pgxpool.Pool
}

func openPostgres(ctx context.Context, url string) (*postgres, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("the database URL cannot be read: %w", err)
	}
	if cfg.MaxConns < 16 {
		cfg.MaxConns = 16
	}
	// Cached generic plans turn selective lists into full walks.
	cfg.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_custom_plan"
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "kith"
	cfg.ConnConfig.StatementCacheCapacity = maxStatements
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &postgres{pool: pool}, nil
}

// lanes: one connection keeps one of the server's processes busy.
func (p *postgres) lanes() int { return 2 }

func (p *postgres) name() string { return "postgres" }

func (p *postgres) close() error {
	p.pool.Close()
	return nil
}

func (p *postgres) ping(ctx context.Context) error { return mapPostgres(p.pool.Ping(ctx)) }

// attempts bounds how often a transaction that lost a deadlock or a
// serialisation conflict is run again.
const attempts = 8

func (p *postgres) write(ctx context.Context, body func(querier) error) error {
	for try := 1; ; try++ {
		err := p.once(ctx, pgx.TxOptions{}, body)
		if !retryable(err) || try == attempts {
			return mapPostgres(err)
		}
		wait := time.Duration(1<<try) * time.Millisecond
		select {
		case <-time.After(wait/2 + rand.N(wait)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *postgres) bulk(ctx context.Context, body func(querier) error) error {
	return p.write(ctx, body)
}

func (p *postgres) read(ctx context.Context, body func(querier) error) error {
	return mapPostgres(p.once(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, body))
}

func (p *postgres) once(ctx context.Context, opt pgx.TxOptions, body func(querier) error) (err error) {
	tx, err := p.pool.BeginTx(ctx, opt)
	if err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in a transaction: %v", r)
		}
		if err == nil {
			return
		}
		// The request may be gone; its transaction must not stay behind.
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if undo := tx.Rollback(end); undo != nil && !errors.Is(undo, pgx.ErrTxClosed) {
			err = errors.Join(err, undo)
		}
	}()
	if err = body(pgQuerier{tx}); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

func (p *postgres) migrate(ctx context.Context, all []migration) error {
	return p.write(ctx, func(q querier) error {
		tx := q.(pgQuerier).tx
		// One process migrates at a time; the lock goes with the transaction.
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(5211982)"); err != nil {
			return err
		}
		return runMigrations(ctx, q, all, func(s string) string { return s }, func(sql string) error {
			_, err := tx.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
			return err
		})
	})
}

type pgQuerier struct{ tx pgx.Tx }

func (q pgQuerier) lock() string { return " FOR UPDATE" }

func (q pgQuerier) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := q.tx.Exec(ctx, sql, args...)
	return tag.RowsAffected(), err
}

func (q pgQuerier) query(ctx context.Context, sql string, args ...any) (rows, error) {
	return q.tx.Query(ctx, sql, args...)
}

// insert copies large sets and inserts small ones or ones that may clash: COPY
// costs half of INSERT per row but cannot skip a row that stands.
func (q pgQuerier) insert(ctx context.Context, t table, m clash, count int, fill func(int, *record)) ([]int, error) {
	if count == 0 {
		return nil, nil
	}
	if m != refuse || count < 50 {
		return q.insertArrays(ctx, t, m != refuse, count, fill)
	}
	return nil, q.copy(ctx, t, count, fill)
}

func (q pgQuerier) copy(ctx context.Context, t table, count int, fill func(int, *record)) error {
	src := &copyReader{cols: len(t.cols), count: count, fill: fill}
	src.buf.WriteString("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	names := make([]string, len(t.cols))
	for i, c := range t.cols {
		names[i] = c.name
	}
	sql := "COPY " + t.name + " (" + strings.Join(names, ", ") + ") FROM STDIN BINARY"
	_, err := q.tx.Conn().PgConn().CopyFrom(ctx, src, sql)
	return err
}

// copyReader writes COPY's binary format as it is read.
type copyReader struct {
	cols, count, at int
	fill            func(int, *record)
	rec             record
	buf             bytes.Buffer
	ended           bool
}

func (c *copyReader) Read(p []byte) (int, error) {
	for c.buf.Len() < len(p) && !c.ended {
		if c.at == c.count {
			c.buf.Write([]byte{0xff, 0xff})
			c.ended = true
			break
		}
		c.rec.copy = binary.BigEndian.AppendUint16(c.rec.copy[:0], uint16(c.cols))
		c.fill(c.at, &c.rec)
		c.buf.Write(c.rec.copy)
		c.at++
	}
	return c.buf.Read(p)
}

func (q pgQuerier) insertArrays(ctx context.Context, t table, skip bool, count int, fill func(int, *record)) ([]int, error) {
	a := &arraySink{cols: make([]any, len(t.cols))}
	r := &record{bind: a}
	for i := range count {
		a.at = 0
		fill(i, r)
	}
	if !skip {
		_, err := q.tx.Exec(ctx, unnestText(t, ""), a.cols...)
		return nil, err
	}
	rs, err := q.tx.Query(ctx, unnestText(t, returning(t)), a.cols...)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	added := map[string]bool{}
	for rs.Next() {
		var key string
		if err := rs.Scan(&key); err != nil {
			return nil, err
		}
		added[key] = true
	}
	if err := rs.Err(); err != nil {
		return nil, err
	}
	var stood []int
	for i := range count {
		key := a.key(t, i)
		if !added[key] {
			stood = append(stood, i)
		}
		delete(added, key) // a second row with the key in this set was not added
	}
	return stood, nil
}

// arraySink gathers the rows of an insert as one array a column.
type arraySink struct {
	cols []any
	at   int
}

func push[T any](a *arraySink, v T) {
	s, _ := a.cols[a.at].([]T)
	a.cols[a.at] = append(s, v)
	a.at++
}

func (a *arraySink) bindInt(v int64)      { push(a, v) }
func (a *arraySink) bindText(v []byte)    { push(a, string(v)) }
func (a *arraySink) bindBool(v bool)      { push(a, v) }
func (a *arraySink) bindTime(t time.Time) { push(a, t) }

// key spells the primary key of row i as returning(t) does.
func (a *arraySink) key(t table, i int) string {
	parts := make([]string, len(t.key))
	for p, col := range t.key {
		switch s := a.cols[col].(type) {
		case []int64:
			parts[p] = fmt.Sprint(s[i])
		case []string:
			parts[p] = s[i]
		}
	}
	return strings.Join(parts, "\x1f")
}
