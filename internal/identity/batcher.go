package identity

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// DB runs transactions.
type DB interface {
	Write(ctx context.Context, s org.Scope, fn func(Tx) error) error
}

// Resolver runs observations that arrive at the same time as one Resolve, so
// that they share its statements and its commit. An observation alone does not
// wait for others.
type Resolver struct {
	db     DB
	atOnce int
	mu     sync.Mutex
	queues map[lane]*queue
	wary   atomic.Int32 // how many more batches look before they create
}

// lane separates what must not share a transaction's scope.
type lane struct {
	orgID      int64
	actor, via don.ID
}

type queue struct {
	waiting []*request
	running int
}

type request struct {
	ctx   context.Context
	scope org.Scope
	obs   Observation
	out   Outcome
	err   error
	done  chan struct{}
	lead  chan []*request // brings the batch that this request is to run
}

// batchTime bounds how long a batch may take.
const batchTime = 30 * time.Second

// maxBatch bounds how many observations share a transaction.
const maxBatch = 128

// waryBatches is how many batches look who has an identifier before they create,
// after one that did not look met somebody.
const waryBatches = 16

// NewResolver returns a resolver over db that has so many batches of an org's
// member under way at a time: one leaves a database idle that can work on
// several, many are small ones.
func NewResolver(db DB, atOnce int) *Resolver {
	return &Resolver{db: db, atOnce: atOnce, queues: map[lane]*queue{}}
}

// Resolve is Resolve for one observation. The outcome is durable when it
// returns; its error is the outcome's or the transaction's.
func (r *Resolver) Resolve(ctx context.Context, s org.Scope, o Observation) (Outcome, error) {
	q := &request{ctx: ctx, scope: s, obs: o, done: make(chan struct{}), lead: make(chan []*request, 1)}
	at := lane{s.OrgID, s.Actor, s.Via}
	if r.join(at, q) {
		r.run(at, []*request{q}) //nolint:contextcheck // a batch belongs to all of its requests
	} else {
		select {
		case <-q.done:
		case batch := <-q.lead:
			r.run(at, batch) //nolint:contextcheck // likewise
		}
	}
	<-q.done
	if q.err == nil {
		q.err = q.out.Err
	}
	return q.out, q.err
}

// join reports whether a request may run at once, or queues it behind the
// batches that do.
func (r *Resolver) join(at lane, q *request) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.queues[at]
	if w == nil {
		w = &queue{}
		r.queues[at] = w
	}
	if w.running < r.atOnce {
		w.running++
		return true
	}
	w.waiting = append(w.waiting, q)
	return false
}

// run executes a batch and hands its place to those who wait.
func (r *Resolver) run(at lane, batch []*request) {
	r.execute(batch)
	if next := r.next(at); next != nil {
		next[0].lead <- next
	}
	for _, q := range batch {
		close(q.done)
	}
}

// next returns the batch that follows one that has ended, or gives its place up.
func (r *Resolver) next(at lane) []*request {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.queues[at]
	n := min(len(w.waiting), maxBatch)
	if n == 0 {
		if w.running--; w.running == 0 {
			delete(r.queues, at)
		}
		return nil
	}
	batch := w.waiting[:n:n]
	w.waiting = w.waiting[n:]
	return batch
}

func (r *Resolver) execute(batch []*request) {
	live := batch[:0:0]
	for _, q := range batch {
		if q.err = q.ctx.Err(); q.err == nil {
			live = append(live, q)
		}
	}
	if len(live) == 0 {
		return
	}
	err := r.together(live)
	if err == nil {
		return
	}
	if len(live) == 1 {
		live[0].err = err
		return
	}
	// One of them spoiled the transaction; the others deserve their own.
	for _, q := range live {
		q.err = r.together([]*request{q})
	}
}

// together resolves the batch's observations in one transaction.
func (r *Resolver) together(batch []*request) error {
	obs := make([]Observation, len(batch))
	for i, q := range batch {
		obs[i] = q.obs
	}
	if r.trusting() && strangers(obs) {
		err := r.write(batch, obs, createAll)
		if !errs.Is(err, errs.Conflict) {
			return err
		}
		r.wary.Store(waryBatches)
	}
	return r.write(batch, obs, Resolve)
}

// trusting reports whether new contacts may be created without a look: lately
// nobody was met so.
func (r *Resolver) trusting() bool {
	if r.wary.Load() <= 0 {
		return true
	}
	r.wary.Add(-1)
	return false
}

func (r *Resolver) write(batch []*request, obs []Observation, resolve func(context.Context, Tx, []Observation) ([]Outcome, error)) error {
	// A batch belongs to all of its requests, so none of their contexts ends it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(batch[0].ctx), batchTime)
	defer cancel()
	return r.db.Write(ctx, batch[0].scope, func(tx Tx) error {
		out, err := resolve(ctx, tx, obs)
		if err != nil {
			return err
		}
		for i, q := range batch {
			q.out = out[i]
		}
		return nil
	})
}
