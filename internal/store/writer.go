package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/ncruces/go-sqlite3"

	"github.com/kith-id/kith/internal/errs"
)

// writer owns SQLite's one writing connection. Small writes that wait at the
// same time share a transaction, each in its own savepoint, and are
// acknowledged after COMMIT, which is what makes durable single writes fast.
// Bulk writes run alone, when no small write waits or many groups of them went
// before.
type writer struct {
	c       *sqliteConn
	copier  *checkpointer
	small   chan *member
	large   chan *member
	quit    chan struct{}
	done    chan struct{}
	closing sync.Once
	relaxed bool // synchronous is NORMAL, as for bulk writes
	pending int  // commits since the log was last looked at
	long    int  // from how many bytes on the log is copied
}

// member is one write that waits for its transaction.
type member struct {
	ctx  context.Context
	body func(querier) error
	err  error
	done chan struct{}
}

const (
	groupSize = 256
	groupTime = 20 * time.Millisecond
	// So many groups go before a bulk write that waits, lest it waits for as long as
	// small writes come without a pause.
	groupsFirst = 20
	// The log is copied into the database once it holds this many bytes.
	logBytes = 128 << 20
)

func startWriter(c *sqliteConn, copier *checkpointer) *writer {
	w := &writer{
		c: c, copier: copier, long: logBytes, small: make(chan *member, groupSize), large: make(chan *member),
		quit: make(chan struct{}), done: make(chan struct{}),
	}
	go w.run()
	return w
}

var errClosed = errs.New(errs.Unavailable, "service_unavailable", "the server is shutting down; try again in a moment")

// submit waits for the write to be durable. A context that ends while the write
// waits takes it back; one that ends later does not interrupt it.
func (w *writer) submit(ctx context.Context, queue chan *member, body func(querier) error) error {
	m := &member{ctx: ctx, body: body, done: make(chan struct{})}
	select {
	case queue <- m:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return errClosed
	}
	select {
	case <-m.done:
		return mapSQLite(m.err)
	case <-w.done:
		// The writer ends only after it has answered what it took.
		select {
		case <-m.done:
			return mapSQLite(m.err)
		default:
			return errClosed
		}
	}
}

func (w *writer) stop() error {
	var err error
	w.closing.Do(func() {
		close(w.quit)
		<-w.done
		err = w.copier.stop()
		_, _, cut := w.c.c.WALCheckpoint("main", sqlite3.CHECKPOINT_TRUNCATE)
		err = errors.Join(err, cut, w.c.close())
	})
	return err
}

func (w *writer) run() {
	defer close(w.done)
	for groups := 0; ; {
		if groups >= groupsFirst {
			groups = 0
			select {
			case m := <-w.large:
				w.alone(m, true)
			default:
			}
		}
		select {
		case m := <-w.small:
			w.group(m)
			groups++
			continue
		default:
		}
		select {
		case m := <-w.small:
			w.group(m)
			groups++
		case m := <-w.large:
			w.alone(m, true)
			groups = 0
		case <-w.quit:
			w.drain()
			return
		}
	}
}

// drain answers what was queued before the writer was told to stop.
func (w *writer) drain() {
	for {
		select {
		case m := <-w.small:
			w.group(m)
		default:
			return
		}
	}
}

// group runs first and whatever else waits as one transaction.
func (w *writer) group(first *member) {
	if err := w.begin(false); err != nil {
		finish([]*member{first}, err)
		return
	}
	var members []*member
	start, wrote := time.Now(), false
	for m := first; m != nil; m = w.next(len(members), start) {
		members = append(members, m)
		if m.err = m.ctx.Err(); m.err != nil {
			continue
		}
		if wrote {
			m.err = w.inSavepoint(m.body)
		} else {
			m.err = w.first(m.body)
			wrote = m.err == nil
		}
		if w.c.c.GetAutocommit() {
			// SQLite itself rolled everything back (disk full, I/O error): the
			// others did nothing wrong, so each gets its own transaction.
			w.separately(members)
			return
		}
	}
	if err := w.commit(); err != nil {
		w.separately(members)
		return
	}
	finish(members, nil)
	w.checkpoint()
}

// first runs a body in a transaction that holds nothing yet. It needs no
// savepoint, which would copy every page before its first change: when the body
// fails, a new transaction takes the place of this one.
func (w *writer) first(body func(querier) error) error {
	err := guard(body, w.c)
	if err == nil || w.c.c.GetAutocommit() {
		return err
	}
	if _, undo := w.c.exec(context.Background(), "ROLLBACK"); undo != nil {
		return errors.Join(err, undo)
	}
	return errors.Join(err, w.begin(false))
}

func (w *writer) next(have int, start time.Time) *member {
	if have >= groupSize || time.Since(start) > groupTime {
		return nil
	}
	select {
	case m := <-w.small:
		return m
	default:
		return nil
	}
}

func (w *writer) separately(members []*member) {
	if !w.c.c.GetAutocommit() {
		_, _ = w.c.exec(context.Background(), "ROLLBACK")
	}
	for _, m := range members {
		w.alone(m, false)
	}
}

// alone runs one write as a transaction of its own.
func (w *writer) alone(m *member, relaxed bool) {
	defer close(m.done)
	if m.err = m.ctx.Err(); m.err != nil {
		return
	}
	if m.err = w.begin(relaxed); m.err != nil {
		return
	}
	if m.err = guard(m.body, w.c); m.err == nil {
		m.err = w.commit()
	}
	if !w.c.c.GetAutocommit() {
		_, err := w.c.exec(context.Background(), "ROLLBACK")
		m.err = errors.Join(m.err, err)
	}
	w.checkpoint()
}

func (w *writer) begin(relaxed bool) error {
	if relaxed != w.relaxed {
		mode := "FULL"
		if relaxed {
			mode = "NORMAL"
		}
		if err := w.c.c.Exec("PRAGMA synchronous = " + mode); err != nil {
			return err
		}
		w.relaxed = relaxed
	}
	_, err := w.c.exec(context.Background(), "BEGIN IMMEDIATE")
	return err
}

func (w *writer) commit() error {
	_, err := w.c.exec(context.Background(), "COMMIT")
	return err
}

func (w *writer) inSavepoint(body func(querier) error) error {
	ctx := context.Background()
	if _, err := w.c.exec(ctx, "SAVEPOINT m"); err != nil {
		return err
	}
	err := guard(body, w.c)
	if err != nil && !w.c.c.GetAutocommit() {
		if _, undo := w.c.exec(ctx, "ROLLBACK TO m"); undo != nil {
			err = errors.Join(err, undo)
		}
	}
	if !w.c.c.GetAutocommit() {
		if _, end := w.c.exec(ctx, "RELEASE m"); end != nil && err == nil {
			err = end
		}
	}
	return err
}

// guard turns a panic of a body into its error, so that neither its connection nor
// the others of its group are lost with it.
func guard(body func(querier) error, q querier) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %v\n%s", p, debug.Stack())
		}
	}()
	return body(q)
}

func finish(members []*member, err error) {
	for _, m := range members {
		if err != nil {
			m.err = err
		}
		close(m.done)
	}
}
