package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// postgres is the server engine: READ COMMITTED, correctness from keys and row
// locks, so that any number of processes may share the database.
type postgres struct {
	pool    *pgxpool.Pool
	numbers numberPool
}

func openPostgres(ctx context.Context, url string) (*postgres, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("the database URL cannot be read: %w", err)
	}
	if cfg.MaxConns < 16 {
		cfg.MaxConns = 16
	}
	// Nothing is found but by an index. A plan that the server keeps may be of a
	// time when the table was empty.
	cfg.ConnConfig.RuntimeParams["enable_seqscan"] = "off"
	// Pages are read along an index. A table that has grown since the server last
	// looked seems small to it, and it would collect and sort the rest for each page.
	cfg.ConnConfig.RuntimeParams["enable_bitmapscan"] = "off"
	// What helps reports costs lists more than it saves.
	cfg.ConnConfig.RuntimeParams["jit"] = "off"
	cfg.ConnConfig.RuntimeParams["max_parallel_workers_per_gather"] = "0"
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "kith"
	cfg.ConnConfig.StatementCacheCapacity = maxStatements
	cfg.AfterConnect = passArrays
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &postgres{pool: pool}, nil
}

// lanes: one connection keeps one of the server's processes busy.
func (p *postgres) lanes() int { return 2 }

func (p *postgres) name() string { return "postgres" }

func (p *postgres) writers() int { return 2 }

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
		err := p.once(ctx, "BEGIN", body)
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

func (p *postgres) notify(ctx context.Context, channel, payload string) (bool, error) {
	_, err := p.pool.Exec(ctx, "SELECT pg_notify($1, $2)", channel, payload)
	return true, mapPostgres(err)
}

// listen has a connection of its own, beside those of the pool.
func (p *postgres) listen(ctx context.Context, channels []string, fn func(channel, payload string)) (err error) {
	conn, err := pgx.ConnectConfig(ctx, p.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), listenPatience)
		defer cancel()
		err = errors.Join(err, conn.Close(closing))
	}()
	for _, channel := range channels {
		if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
			return err
		}
	}
	for {
		n, err := nextNotice(ctx, conn)
		if err != nil {
			return err
		}
		if n != nil {
			fn(n.Channel, n.Payload)
		}
	}
}

const (
	listenQuiet    = 30 * time.Second // after which it is asked whether the server is still there
	listenPatience = 5 * time.Second  // for its answer
)

// nextNotice waits for a notification, and returns none when nothing came for a while
// though the server is there.
func nextNotice(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	waiting, cancel := context.WithTimeout(ctx, listenQuiet)
	defer cancel()
	n, err := conn.WaitForNotification(waiting)
	if err == nil || waiting.Err() == nil || ctx.Err() != nil {
		return n, err
	}
	asking, done := context.WithTimeout(ctx, listenPatience)
	defer done()
	return nil, conn.Ping(asking)
}

func (p *postgres) bulk(ctx context.Context, body func(querier) error) error {
	return p.write(ctx, body)
}

func (p *postgres) read(ctx context.Context, body func(querier) error) error {
	return mapPostgres(p.once(ctx, beginRead, body))
}

func (p *postgres) migrate(ctx context.Context, all []migration) error {
	return p.write(ctx, func(q querier) error {
		// One process migrates at a time; the lock goes with the transaction.
		if _, err := q.exec(ctx, "SELECT pg_advisory_xact_lock(5211982)"); err != nil {
			return err
		}
		return runMigrations(ctx, q, all, func(s string) string { return s }, func(sql string) error {
			t := q.(*pgTx)
			if err := t.flush(ctx); err != nil {
				return err
			}
			_, err := t.conn.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
			return err
		})
	})
}

// copyRows is from how many rows on an insert is a COPY. It costs half as much a
// row, but is an exchange of its own.
const copyRows = 500

// insert copies large sets and queues small ones. COPY cannot skip a row that stands.
func (t *pgTx) insert(ctx context.Context, to table, m clash, count int, fill func(int, *record)) ([]int, error) {
	switch {
	case count == 0:
		return nil, nil
	case m == report:
		return t.insertReport(ctx, to, count, fill)
	case m == refuse && count >= copyRows:
		return nil, t.copy(ctx, to, count, fill)
	default:
		return nil, t.queue(arrayInsert(to, m), packRows(to, count, fill)...)
	}
}

func (t *pgTx) copy(ctx context.Context, to table, count int, fill func(int, *record)) error {
	if err := t.flush(ctx); err != nil {
		return err
	}
	src := &copyReader{cols: len(to.cols), count: count, fill: fill}
	src.buf.WriteString("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	sql := "COPY " + to.name + " (" + to.names() + ") FROM STDIN BINARY"
	_, err := t.conn.PgConn().CopyFrom(ctx, src, sql)
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

// insertReport inserts rows and returns the indexes of those that stood.
func (t *pgTx) insertReport(ctx context.Context, to table, count int, fill func(int, *record)) ([]int, error) {
	args := packRows(to, count, fill)
	keys, err := collect(ctx, t, arrayInsert(to, report), args, func(key *string) []any { return []any{key} })
	if err != nil {
		return nil, err
	}
	added := make(map[string]bool, len(keys))
	for _, key := range keys {
		added[key] = true
	}
	var stood []int
	for i, key := range keysOf(to, args, count) {
		if !added[key] {
			stood = append(stood, i)
		}
		delete(added, key) // a second row with the key in this set was not added
	}
	return stood, nil
}
