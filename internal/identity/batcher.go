package identity

import (
	"context"
	"sync"
	"time"

	"github.com/kith-id/kith/internal/don"
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
	mu     sync.Mutex
	queues map[lane]*queue
}

// lane separates what must not share a transaction's scope.
type lane struct {
	orgID      int64
	actor, via don.ID
}

type queue struct {
	waiting []*request
	leading bool
}

type request struct {
	ctx   context.Context
	scope org.Scope
	obs   Observation
	out   Outcome
	err   error
	done  chan struct{}
	lead  chan struct{} // closed when this request is to run the next batch
}

// batchTime bounds how long a batch may take.
const batchTime = 30 * time.Second

// maxBatch bounds how many observations share a transaction.
const maxBatch = 128

// NewResolver returns a resolver over db.
func NewResolver(db DB) *Resolver {
	return &Resolver{db: db, queues: map[lane]*queue{}}
}

// Resolve is Resolve for one observation. The outcome is durable when it
// returns; its error is the outcome's or the transaction's.
func (r *Resolver) Resolve(ctx context.Context, s org.Scope, o Observation) (Outcome, error) {
	q := &request{ctx: ctx, scope: s, obs: o, done: make(chan struct{}), lead: make(chan struct{})}
	at := lane{s.OrgID, s.Actor, s.Via}
	if r.join(at, q) {
		r.run(at)
	} else {
		select {
		case <-q.done:
		case <-q.lead:
			r.run(at)
		}
	}
	<-q.done
	if q.err == nil {
		q.err = q.out.Err
	}
	return q.out, q.err
}

// join queues a request and reports whether it must lead: nobody else does.
func (r *Resolver) join(at lane, q *request) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.queues[at]
	if w == nil {
		w = &queue{}
		r.queues[at] = w
	}
	w.waiting = append(w.waiting, q)
	if w.leading {
		return false
	}
	w.leading = true
	return true
}

// run executes one batch and hands the lead to whoever waits.
func (r *Resolver) run(at lane) {
	r.mu.Lock()
	w := r.queues[at]
	n := min(len(w.waiting), maxBatch)
	batch := w.waiting[:n:n]
	w.waiting = w.waiting[n:]
	r.mu.Unlock()

	r.execute(batch)
	r.mu.Lock()
	if len(w.waiting) > 0 {
		close(w.waiting[0].lead)
	} else {
		delete(r.queues, at)
	}
	r.mu.Unlock()
	for _, q := range batch {
		close(q.done)
	}
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

func (r *Resolver) together(batch []*request) error {
	obs := make([]Observation, len(batch))
	for i, q := range batch {
		obs[i] = q.obs
	}
	// A batch belongs to all of its requests, so none of their contexts ends it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(batch[0].ctx), batchTime)
	defer cancel()
	return r.db.Write(ctx, batch[0].scope, func(tx Tx) error {
		out, err := Resolve(ctx, tx, obs)
		if err != nil {
			return err
		}
		for i, q := range batch {
			q.out = out[i]
		}
		return nil
	})
}
