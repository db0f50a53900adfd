package importer

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// run is one import at work.
type run struct {
	svc     *Service
	ctx     context.Context //nolint:containedctx // a run is one call's worth of work
	scope   org.Scope
	imp     *Import
	next    Import // what a slice's transaction stored; becomes imp when it is committed
	plan    *plan
	dir     string
	token   string
	resumed bool
	seen    seenAccounts
	started time.Time
	saved   time.Time // when progress was last stored
}

const (
	sourceName  = "source" // the spooled file, in the import's folder
	rowsName    = "rows"   // what the first pass makes of it
	leaseTime   = 30 * time.Second
	reportEvery = 500 * time.Millisecond
)

// errStopped ends a run whose import was cancelled or is another's now.
var errStopped = errors.New("the import was stopped")

// fence makes the transaction fail unless the import is still this run's, and
// keeps it so until the transaction ends.
func (r *run) fence(tx Tx) error {
	m, err := tx.Import(r.ctx, r.imp.N, true)
	if err != nil {
		return err
	}
	if m.Lease != r.token || m.State != r.imp.State {
		return errStopped
	}
	until := tx.Now().Add(leaseTime)
	r.imp.LeaseUntil = &until
	return nil
}

// bulk runs one step of the import as a transaction.
func (r *run) bulk(step string, fn func(Tx) error) error {
	r.svc.at(step + " before")
	err := r.svc.DB.Bulk(r.ctx, r.scope, func(tx Tx) error {
		r.svc.at(step + " begun")
		if err := fn(tx); err != nil {
			return err
		}
		r.svc.at(step + " written")
		return nil
	})
	r.svc.at(step + " after")
	return err
}

// report publishes how far the import is and stores it now and then, which also
// keeps the lease and notices a cancellation.
func (r *run) report(ph Phase, fraction float64, rows int64) error {
	p := &r.imp.Progress
	p.Phase, p.Fraction = ph, min(fraction, 1)
	if rows > 0 {
		p.Rows = rows
	}
	r.svc.publish(r.scope.OrgID, r.imp)
	now := time.Now()
	if now.Sub(r.saved) < reportEvery {
		return nil
	}
	r.saved = now
	return r.save(nil)
}

// save stores the import as it is, after change.
func (r *run) save(change func(*Import)) error {
	return r.svc.DB.Write(r.ctx, r.scope, func(tx Tx) error {
		if err := r.fence(tx); err != nil {
			return err
		}
		m := *r.imp
		if change != nil {
			change(&m)
		}
		if m.Over() {
			m.Lease, m.LeaseUntil = "", nil
			if err := tx.SetDue(r.ctx, m.N, false); err != nil {
				return err
			}
		}
		if err := tx.SaveImport(r.ctx, &m); err != nil {
			return err
		}
		// Only what changes: others read the rest at the same time.
		r.imp.State, r.imp.Progress, r.imp.DoneRow, r.imp.Error = m.State, m.Progress, m.DoneRow, m.Error
		r.imp.Lease, r.imp.LeaseUntil = m.Lease, m.LeaseUntil
		return nil
	})
}

// do runs the import to its end.
func (r *run) do() error {
	defer r.svc.publish(r.scope.OrgID, r.imp)
	if r.imp.State == Undoing {
		return r.undo()
	}
	if r.imp.State == Cancelling {
		return r.cancel()
	}
	err := r.importFile()
	switch {
	case err == nil:
		return r.finish(Completed, "")
	case errors.Is(err, errStopped) || errors.Is(err, context.Canceled):
		return err // resumed or wound up by whoever has it next
	case errs.Is(err, errs.Unavailable):
		return err
	case errs.As(err) != nil && !errs.Is(err, errs.Internal):
		return r.giveUp(errs.As(err).Message)
	}
	return err
}

func (r *run) importFile() (err error) {
	if r.plan, err = r.read(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.plan.close()) }()
	if err := r.claimNumbers(); err != nil {
		return err
	}
	f := &fates{of: make([]fate, r.plan.rows)}
	if r.imp.Type == don.Contact {
		if f, err = r.reserve(r.plan); err != nil {
			return err
		}
	}
	return r.apply(r.plan, f)
}

// claimNumbers takes a number for every row, once.
func (r *run) claimNumbers() error {
	r.resumed = r.imp.To != 0
	if r.resumed || r.plan.rows == 0 || r.imp.Options.DryRun || r.imp.Type != don.Contact {
		return nil
	}
	return r.svc.DB.Write(r.ctx, r.scope, func(tx Tx) error {
		if err := r.fence(tx); err != nil {
			return err
		}
		m := *r.imp
		first, err := tx.Next(r.ctx, don.Contact, int(r.plan.rows))
		if err != nil {
			return err
		}
		m.From, m.To = first, first+r.plan.rows-1
		if err := tx.SaveImport(r.ctx, &m); err != nil {
			return err
		}
		r.imp.From, r.imp.To = m.From, m.To
		return nil
	})
}

// finish ends the import. Its write is durable, and so is all before it.
func (r *run) finish(s State, message string) error {
	if r.imp.Type == don.Contact && s == Completed && r.imp.To > r.imp.From {
		if err := r.svc.DB.Analyze(r.ctx); err != nil {
			return err
		}
	}
	err := r.save(func(m *Import) {
		m.State, m.Error = s, message
		m.Progress.Phase, m.Progress.Fraction = "", 1
		m.Progress.Seconds += time.Since(r.started).Seconds()
		if p := &m.Progress; s == Failed || s == Cancelled { // not all of the rows that were read came to something
			p.Rows = p.Created + p.Updated + p.Unchanged + p.Repeated + p.Skipped + p.Failed
		}
	})
	if err != nil {
		return err
	}
	r.svc.publish(r.scope.OrgID, r.imp)
	return os.RemoveAll(r.dir)
}

// giveUp ends an import that cannot go on. What it applied stays, what it
// reserved is released.
func (r *run) giveUp(message string) error {
	if err := r.unwind(); err != nil {
		r.svc.Log.Warn("reservations of a failed import could not be released; whoever needs them takes them", "import", r.imp.ID().Display(), "error", err)
	}
	return r.finish(Failed, message)
}

// cancel winds an import up: what it applied stays, what it reserved is released.
func (r *run) cancel() error {
	if err := r.unwind(); err != nil {
		return err
	}
	return r.finish(Cancelled, "")
}

// unwind reads the file again to release what was reserved for its rows.
func (r *run) unwind() (err error) {
	if r.imp.To == 0 || r.imp.Type != don.Contact {
		return nil
	}
	if r.plan, err = r.read(); err != nil {
		return err
	}
	return errors.Join(r.release(r.plan), r.plan.close())
}

// folder returns where an import keeps its files.
func (s *Service) folder(orgID, n int64) string {
	return filepath.Join(s.Dir, "imports", don.Of(don.Import, n).Display()+"-"+don.Of(don.Import, orgID).Display()[4:])
}
