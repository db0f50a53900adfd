package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pgTx is a transaction that saves round trips: statements whose outcome nobody
// waits for are queued and travel with the next one that is waited for, or with
// the commit; so does the BEGIN. An error of a queued statement shows there.
type pgTx struct {
	pg     *postgres
	conn   *pgx.Conn
	begin  string
	open   bool // the server has been told to begin
	queued []*pgx.QueuedQuery
	// reads tells that something else than a bulk insert is queued.
	reads bool
	own   bool // plans are made for the values
	taken []numberRun
}

// beginRead begins a transaction that sees one state of the database.
const beginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

// ownPlans gives the statements that follow a plan for their very values. Plans
// that the server keeps turn selective lists into full walks; for a look by key
// they are right, and making one costs more than the look.
const ownPlans = "SET LOCAL plan_cache_mode = force_custom_plan"

func (t *pgTx) choosy(ctx context.Context) error {
	if t.own {
		return nil
	}
	t.own = true
	return t.send(ctx, ownPlans)
}

func (t *pgTx) lock() string {
	if t.begin == beginRead {
		return "" // nothing that is read here will be written
	}
	return " FOR UPDATE"
}

func (t *pgTx) tell(ctx context.Context, channel, payload string) error {
	return t.send(ctx, "SELECT pg_notify($1, $2)", channel, payload)
}

func (t *pgTx) send(_ context.Context, sql string, args ...any) error {
	t.reads = true
	return t.queue(sql, args...)
}

func (t *pgTx) queue(sql string, args ...any) error {
	t.queued = append(t.queued, &pgx.QueuedQuery{SQL: sql, Arguments: args})
	return nil
}

func (t *pgTx) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := t.run(ctx, sql, args...)
	return tag.RowsAffected(), mapPostgres(err)
}

func (t *pgTx) run(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if t.open && len(t.queued) == 0 {
		return t.conn.Exec(ctx, sql, args...)
	}
	results, err := t.travel(ctx, sql, args)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := results.Exec()
	if end := results.Close(); err == nil {
		err = end
	}
	return tag, err
}

func (t *pgTx) query(ctx context.Context, sql string, args ...any) (rows, error) {
	if t.open && len(t.queued) == 0 {
		return t.conn.Query(ctx, sql, args...)
	}
	results, err := t.travel(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	rs, err := results.Query()
	if err != nil {
		_ = results.Close() // the same error
		return nil, err
	}
	return pgRows{rs, results}, nil
}

// pgRows are the rows of a statement that others travelled with.
type pgRows struct {
	pgx.Rows
	results pgx.BatchResults
}

// Close ends the exchange; Err has told of its errors.
func (r pgRows) Close() {
	r.Rows.Close()
	_ = r.results.Close()
}

// travel sends what is queued and a statement behind it in one exchange, and
// returns its results at that statement's.
func (t *pgTx) travel(ctx context.Context, sql string, args []any) (pgx.BatchResults, error) {
	batch := t.batch()
	before := batch.Len()
	batch.Queue(sql, args...)
	results := t.conn.SendBatch(ctx, batch)
	for range before {
		if _, err := results.Exec(); err != nil {
			_ = results.Close() // the same error
			return nil, err
		}
	}
	return results, nil
}

// flush sends what is queued, for a statement that cannot travel along.
func (t *pgTx) flush(ctx context.Context) error {
	if t.open && len(t.queued) == 0 {
		return nil
	}
	return t.conn.SendBatch(ctx, t.batch()).Close()
}

// batch takes what is queued, behind what begins the transaction if nothing has.
func (t *pgTx) batch() *pgx.Batch {
	batch := &pgx.Batch{}
	if !t.open {
		batch.Queue(t.begin)
		t.open = true
	}
	batch.QueuedQueries = append(batch.QueuedQueries, t.queued...)
	t.queued = nil
	return batch
}

func (t *pgTx) commit(ctx context.Context) error {
	if !t.open {
		if len(t.queued) == 0 {
			return nil
		}
		// What travels in one exchange without a BEGIN is one transaction.
		if !t.reads && t.begin != beginRead {
			return t.conn.SendBatch(ctx, &pgx.Batch{QueuedQueries: t.queued}).Close()
		}
	}
	tag, err := t.run(ctx, "COMMIT")
	if err == nil && tag.String() != "COMMIT" {
		err = errors.New("the transaction was rolled back")
	}
	return err
}

const idle = 'I' // the connection is in no transaction

func (t *pgTx) rollback(ctx context.Context) error {
	if t.conn.IsClosed() || t.conn.PgConn().TxStatus() == idle {
		return nil
	}
	// The request may be gone; its transaction must not stay behind.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, err := t.conn.Exec(end, "ROLLBACK")
	return err
}

// once runs body as one transaction.
func (p *postgres) once(ctx context.Context, begin string, body func(querier) error) (err error) {
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release() // a connection that is still in a transaction is closed
	t := &pgTx{pg: p, conn: conn.Conn(), begin: begin}
	undone := true
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic in a transaction: %v\n%s", r, debug.Stack())
		}
		if err == nil {
			return
		}
		err = errors.Join(err, t.rollback(ctx))
		if undone {
			p.numbers.giveBack(t.taken)
		}
	}()
	if err = body(t); err != nil {
		return err
	}
	err = t.commit(ctx)
	// Without word from the server nobody knows whether it has committed.
	undone = errors.As(err, new(*pgconn.PgError))
	return err
}
