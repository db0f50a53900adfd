package bulkaction

import (
	"context"
	"errors"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

const (
	lookEvery = 2 * time.Second // how often a worker looks for actions that others queued
	turnTime  = 5 * time.Second // after which others that wait have a turn
	maxTries  = 5               // how often an action is tried again after a fault
)

// errStopped ends a run whose action was cancelled or is another's now.
var errStopped = errors.New("the bulk action was stopped")

// Work runs due actions until the context ends. Those that wait at the same time
// take turns, so that none waits for the end of a long one.
func (s *Service) Work(ctx context.Context) {
	s.init()
	for ctx.Err() == nil {
		ran, err := s.round(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("a bulk action failed to run; it will be tried again", "error", err)
		}
		if ran && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-time.After(lookEvery):
		}
	}
}

// round gives each due action that is free a turn, and reports whether any was.
func (s *Service) round(ctx context.Context) (ran bool, err error) {
	due, err := s.DB.DueBulkActions(ctx)
	if err != nil {
		return false, err
	}
	for _, d := range due {
		r, e := s.claim(ctx, d)
		if e == nil && r != nil {
			ran = true
			e = s.attempt(ctx, d, r)
		}
		if ctx.Err() != nil {
			return ran, ctx.Err()
		}
		err = errors.Join(err, e)
	}
	return ran, err
}

// attempt gives an action its turn. One that fails again and again is ended, so
// that its user learns of it.
func (s *Service) attempt(ctx context.Context, d Due, r *run) error {
	err := r.turn() //nolint:contextcheck // a run has its context with it
	if err == nil || errors.Is(err, errStopped) {
		delete(s.tries, d)
		return nil
	}
	if ctx.Err() != nil {
		return err
	}
	if e := errs.As(err); e != nil && e.Kind != errs.Internal && e.Kind != errs.Unavailable {
		delete(s.tries, d)
		return r.end(Failed, e.Error())
	}
	if s.tries[d]++; s.tries[d] < maxTries || errs.Is(err, errs.Unavailable) {
		return err
	}
	delete(s.tries, d)
	return errors.Join(err, r.end(Failed, "a fault inside Kith stopped the bulk action; the server's log says more"))
}

// run is one action at work.
type run struct {
	svc   *Service
	ctx   context.Context //nolint:containedctx // a run is one turn's worth of work
	scope org.Scope
	token string
	began time.Time
	act   *Action // as of the last transaction
}

// claim takes the lease of an action, or returns nil when another process has it.
func (s *Service) claim(ctx context.Context, d Due) (*run, error) {
	o, err := s.DB.Org(ctx, d.OrgID)
	if err != nil {
		return nil, err
	}
	r := &run{svc: s, ctx: ctx, token: don.Random(16), began: time.Now()}
	r.scope = org.Scope{OrgID: o.ID, Space: don.Space{Partition: s.Partition, Org: o.Public}, Settings: o.Settings, Actor: org.System}
	mine := false
	err = s.DB.Write(ctx, r.scope, func(tx Tx) error {
		mine = false
		a, err := tx.BulkAction(ctx, d.N, true)
		if errs.Is(err, errs.NotFound) || err == nil && a.Over() {
			return tx.SetBulkDue(ctx, d.N, false)
		}
		if err != nil || a.Lease != "" && a.LeaseUntil != nil && a.LeaseUntil.After(tx.Now()) {
			return err
		}
		until := tx.Now().Add(leaseTime)
		a.Lease, a.LeaseUntil = r.token, &until
		mine, r.act = true, a
		return tx.SaveBulkAction(ctx, a)
	})
	if err != nil || !mine {
		return nil, err
	}
	by, via := r.act.CreatedBy, r.act.Spec.Via
	if r.act.State == Undoing {
		by, via = r.act.Spec.UndoneBy, r.act.Spec.UndoVia
	}
	r.scope.Actor, r.scope.Via = don.FromTail(by), don.FromTail(via)
	return r, nil
}

// Recover frees the leases that a former process held. It is for when there is
// none beside this one.
func (s *Service) Recover(ctx context.Context) error {
	due, err := s.DB.DueBulkActions(ctx)
	if err != nil {
		return err
	}
	for _, d := range due {
		sc := org.Scope{OrgID: d.OrgID, Actor: org.System}
		err := s.DB.Write(ctx, sc, func(tx Tx) error {
			a, err := tx.BulkAction(ctx, d.N, true)
			if err != nil {
				return err
			}
			a.Lease, a.LeaseUntil = "", nil
			return tx.SaveBulkAction(ctx, a)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// turn works on the action until it ends or others shall have a turn.
func (r *run) turn() error {
	if r.act.State == Queued {
		if err := r.pin(); err != nil {
			return err
		}
	}
	for r.act.State == Running || r.act.State == Undoing {
		last, err := r.part()
		if err != nil {
			return err
		}
		if last {
			return r.end(r.goal(), "")
		}
		if time.Since(r.began) > turnTime {
			return r.write("pause", func(_ Tx, a *Action) error { return a.release() })
		}
	}
	return nil
}

// part works on the next part, and reports whether there was none.
func (r *run) part() (last bool, err error) {
	if r.act.State == Undoing {
		return r.undoPart()
	}
	return r.applyPart()
}

// goal is the state in which the work ends.
func (r *run) goal() State {
	if r.act.State == Undoing {
		return Undone
	}
	return Completed
}

func (a *Action) release() error {
	a.Lease, a.LeaseUntil = "", nil
	return nil
}

// end ends the action. Its write is durable, and so is all before it.
func (r *run) end(to State, message string) error {
	return r.write("end", func(tx Tx, a *Action) error {
		a.end(tx, to, message)
		return a.release()
	})
}

// write runs a step of the action as a transaction that is durable.
func (r *run) write(name string, fn func(Tx, *Action) error) error {
	return r.step(r.svc.DB.Write, name, fn)
}

// bulk runs a step of the action as a transaction that lets small writes go first.
func (r *run) bulk(name string, fn func(Tx, *Action) error) error {
	return r.step(r.svc.DB.Bulk, name, fn)
}

// step runs fn with the action as it is stored, and stores what fn makes of it,
// unless the action is no longer this run's: then nothing is written.
func (r *run) step(in func(context.Context, org.Scope, func(Tx) error) error, name string, fn func(Tx, *Action) error) error {
	r.svc.at(name + " before")
	var next *Action
	err := in(r.ctx, r.scope, func(tx Tx) error {
		a, err := tx.BulkAction(r.ctx, r.act.N, true)
		if err != nil {
			return err
		}
		if a.Lease != r.token || a.State != r.act.State {
			return errStopped
		}
		until := tx.Now().Add(leaseTime)
		a.LeaseUntil = &until
		r.svc.at(name + " begun")
		if err := fn(tx, a); err != nil {
			return err
		}
		next = a
		r.svc.at(name + " written")
		if a.Over() {
			if err := tx.SetBulkDue(r.ctx, a.N, false); err != nil {
				return err
			}
		}
		return tx.SaveBulkAction(r.ctx, a)
	})
	r.svc.at(name + " after")
	if err == nil {
		r.act = next
	}
	return err
}
