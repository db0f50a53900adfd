package bulkaction

import (
	"context"
	"errors"
	"slices"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// How many records one transaction works on. Deleting an account takes its
// workspaces along, and a merge is as much work as many edits.
var (
	fastPart = 500
	slowPart = 20
	// pinPage is how many are read at a time to see which of them match.
	pinPage = 2000
)

// pinParts is how many parts one transaction stores.
const pinParts = 40

// partSize is how many records a part of the action has.
func (a *Action) partSize() int {
	if a.Spec.Kind == Delete && a.Type != don.Contact {
		return slowPart
	}
	return fastPart
}

// pin stores the numbers of all records that match, from one snapshot: exactly
// those that match at one moment, whatever is written meanwhile.
func (r *run) pin() error {
	w, err := r.act.where()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.ctx, pinWithin)
	defer cancel()
	// What a former process has pinned is of another moment.
	if err := r.write("drop", func(tx Tx, a *Action) error { return tx.DropBulkParts(r.ctx, a.N) }); err != nil {
		return err
	}
	p := pinner{run: r, size: r.act.partSize()}
	err = r.svc.DB.Read(ctx, r.scope, func(tx Tx) error { return directory.EachMatch(ctx, tx, r.act.Type, w, pinPage, p.take) })
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return errs.BadRequest("the records could not be found within %s; add a condition to the filter that leaves fewer to look at", pinWithin)
	}
	if err != nil {
		return err
	}
	if err := p.flush(); err != nil {
		return err
	}
	return r.write("pinned", func(tx Tx, a *Action) error {
		a.pinned(tx, p.count)
		return nil
	})
}

// pinner cuts numbers into parts and stores them, many at a time.
type pinner struct {
	*run
	size  int
	count int64
	ns    []int64
}

func (p *pinner) take(ns []int64) error {
	p.count += int64(len(ns))
	if p.count > maxMatched {
		return errs.BadRequest("more than %d records match, which is the most that one bulk action takes; narrow the filter and make several", maxMatched)
	}
	if p.ns = append(p.ns, ns...); len(p.ns) < p.size*pinParts {
		return nil
	}
	whole := len(p.ns) / p.size * p.size
	err := p.store(p.ns[:whole])
	p.ns = append([]int64(nil), p.ns[whole:]...)
	return err
}

func (p *pinner) flush() error { return p.store(p.ns) }

func (p *pinner) store(ns []int64) error {
	var parts []Part
	for len(ns) > 0 {
		n := min(p.size, len(ns))
		parts = append(parts, Part{UpTo: ns[n-1], Ns: ns[:n]})
		ns = ns[n:]
	}
	return p.write("pin", func(tx Tx, a *Action) error {
		a.Progress.Matched = p.count // so far
		return tx.AddBulkParts(p.ctx, a.N, parts)
	})
}

// among reports whether a record is one of those that are pinned.
func (b *batch) among(n int64) (bool, error) {
	p, err := b.tx.NextBulkPart(b.ctx, b.act.N, n-1)
	if err != nil || p == nil {
		return false, err
	}
	_, found := slices.BinarySearch(p.Ns, n)
	return found, nil
}
