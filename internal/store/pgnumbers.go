package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// counterOf names the counter of an org's records of a type.
type counterOf struct {
	orgID int64
	typ   string
}

// numberRun is count numbers from first on.
type numberRun struct {
	of           counterOf
	first, count int64
}

// numberPool holds numbers that were taken and not used: by transactions that
// failed, so that a refused creation leaves no gap, and from blocks.
type numberPool struct {
	mu      sync.Mutex
	spare   []numberRun
	moved   counterOf // the counter moved last, and when
	movedAt time.Time
}

// maxSpare bounds the runs kept; beyond it there are gaps.
const maxSpare = 64

func (p *numberPool) giveBack(runs []numberRun) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range runs {
		if len(p.spare) < maxSpare {
			p.spare = append(p.spare, r)
		}
	}
}

// take returns the lowest spare numbers that follow each other, if there are as many.
func (p *numberPool) take(of counterOf, count int64) (first int64, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	best := -1
	for i, r := range p.spare {
		if r.of == of && r.count >= count && (best < 0 || r.first < p.spare[best].first) {
			best = i
		}
	}
	if best < 0 {
		return 0, false
	}
	r := &p.spare[best]
	first = r.first
	r.first, r.count = r.first+count, r.count-count
	if r.count == 0 {
		p.spare = slices.Delete(p.spare, best, best+1)
	}
	return first, true
}

// A counter that moves again so soon is moved by a block, at most so large: its
// row is a place where everybody meets.
const (
	blockTime = 20 * time.Millisecond
	blockSize = 64
)

// block returns how many numbers to take from a counter now for want of count.
func (p *numberPool) block(of counterOf, count int64) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	busy := p.moved == of && time.Since(p.movedAt) < blockTime
	p.moved, p.movedAt = of, time.Now()
	if busy {
		return max(count, blockSize)
	}
	return count
}

// next takes numbers: spare ones, else from the counter. A transaction that has
// not begun moves the counter in one of its own, so that others do not wait there
// for its end. That one need not reach the disk: the transaction that uses the
// numbers comes behind it in the log.
func (t *pgTx) next(ctx context.Context, orgID int64, typ string, count int) (int64, error) {
	want := numberRun{of: counterOf{orgID, typ}, count: int64(count)}
	var ok bool
	if want.first, ok = t.pg.numbers.take(want.of, want.count); !ok {
		if t.open {
			var last int64
			_, err := one(ctx, t, takeNumbers, []any{orgID, typ, count}, &last)
			return last - want.count + 1, err
		}
		if err := t.move(ctx, &want); err != nil {
			return 0, err
		}
	}
	t.taken = append(t.taken, want)
	return want.first, nil
}

// move moves a counter in a transaction of its own, for the numbers wanted and
// perhaps some to spare.
func (t *pgTx) move(ctx context.Context, want *numberRun) error {
	var last int64
	block := t.pg.numbers.block(want.of, want.count)
	batch := &pgx.Batch{}
	batch.Queue("BEGIN")
	batch.Queue("SET LOCAL synchronous_commit = off")
	batch.Queue(takeNumbers, want.of.orgID, want.of.typ, block).QueryRow(func(row pgx.Row) error { return row.Scan(&last) })
	batch.Queue("COMMIT")
	if err := t.conn.SendBatch(ctx, batch).Close(); err != nil {
		return err
	}
	want.first = last - block + 1
	if rest := block - want.count; rest > 0 {
		t.pg.numbers.giveBack([]numberRun{{want.of, want.first + want.count, rest}})
	}
	return nil
}
