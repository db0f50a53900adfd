package identity

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Parted is what the undo of a merge did.
type Parted[T any] struct {
	Merge Merge
	// Survivor is the record that the secondary was part of, Secondary the one
	// that it is again, as they are now.
	Survivor, Secondary *T
	InTrash             bool    // both are in the trash, for the merged record was
	Lost                []Lost  // what the secondary had when it was merged and has no longer
	Edits               []Edit  // what members changed since, which stays with the survivor
	MoreEdits           bool    // whether Edits is not all of them
	Along               []Merge // merges of workspaces that would cross accounts, and of conversations that would be with two contacts, undone with it
}

// maxEdits bounds how many edits the undo of a merge lists.
const maxEdits = 100

// unmerge takes a merge back, whatever happened since: later merges stay, and
// what came through the secondary's identifiers goes with it. What members
// changed about the merged record stays with the survivor. Errors: not_found,
// invalid for a merge that is undone or whose record was removed for good.
func unmerge[T any](ctx context.Context, tx Tx, of kind[T], mergeN int64) (*Parted[T], error) {
	m, err := standing(ctx, tx, mergeN)
	if err != nil {
		return nil, err
	}
	k, before, trashed, err := kinWith(ctx, tx, of, m)
	if err != nil {
		return nil, err
	}
	// Whoever undid it first had the survivor locked.
	if ok, err := tx.EndMerge(ctx, m.N); err != nil || !ok {
		return nil, cmp.Or(err, undone(m))
	}
	now := tx.Now()
	m.State, m.UndoneAt, m.UndoneBy = Undone, &now, tx.Scope().Actor.Tail()
	out := &Parted[T]{Merge: m, InTrash: trashed}
	if err := out.listEdits(ctx, tx, k); err != nil {
		return nil, err
	}
	moved := k.within(m.Secondary)
	h, spaces := k.part(m)
	if !trashed { // else whoever brings them back looks who has what
		of.yield(k, h, m)
	}
	out.Lost = h.lostSince(m)
	write := out.bringBack
	if trashed {
		write = out.replaceDiscarded
	}
	_, op := of.ops()
	return out, inOrder(
		func() error { return write(ctx, tx, k, h, before) },
		func() error { return k.settle(ctx, tx) },
		func() error { return h.settle(ctx, tx) },
		func() error { return of.leave(ctx, k, h, spaces, out) },
		func() error { return parted(ctx, tx, m, slices.Sorted(maps.Keys(k.members)), moved) },
		func() error { return m.tell(ctx, tx, op, before, out.Survivor, k.survivor, moved, m.Secondary) })
}

// standing returns a merge that can be undone.
func standing(ctx context.Context, tx Tx, n int64) (Merge, error) {
	m, err := tx.Merge(ctx, n)
	switch {
	case err != nil:
		return m, err
	case m.State == Undone:
		return m, undone(m)
	case m.State == Purged:
		return m, purged(m)
	}
	return m, nil
}

func undone(m Merge) error {
	return errs.BadRequest("%s was undone already", don.Of(don.Merge, m.N).Display())
}

func purged(m Merge) error {
	return errs.BadRequest("%s cannot be undone: its records were deleted and have been removed for good", don.Of(don.Merge, m.N).Display())
}

// kinWith loads and locks the record that a merge's secondary is part of, with
// its members. It may be in the trash.
func kinWith[T any](ctx context.Context, tx Tx, of kind[T], m Merge) (k *kin[T], r *T, trashed bool, err error) {
	survivors, err := tx.Survivors(ctx, m.Type, []int64{m.Secondary})
	if err != nil {
		return nil, nil, false, err
	}
	n, ok := survivors[m.Secondary]
	if !ok {
		return nil, nil, false, purged(m)
	}
	found, err := of.load(ctx, []int64{n}, true)
	if err != nil {
		return nil, nil, false, err
	}
	if r = found[n]; r == nil {
		r, trashed = of.blank(n), true
		if err := tx.Discarded(ctx, don.Of(m.Type, n), r); errs.Is(err, errs.NotFound) {
			return nil, nil, false, ErrAgain // it has just been merged away or restored
		} else if err != nil {
			return nil, nil, false, err
		}
	}
	all, err := kinOf(ctx, tx, of, n)
	if err != nil {
		return nil, nil, false, err
	}
	k = all[n]
	if k == nil || k.members[m.Secondary] == nil || k.members[m.Secondary].MergeN != m.N {
		return nil, nil, false, ErrAgain // it has just been undone
	}
	of.renew(k, r)
	return k, r, trashed, nil
}

// listEdits lists what members changed since the merge about a record that the
// secondary was part of.
func (p *Parted[T]) listEdits(ctx context.Context, tx Tx, k *kin[T]) error {
	var above []int64
	for _, a := range k.path(p.Merge.Primary) {
		above = append(above, a.N)
	}
	edits, err := tx.Edits(ctx, p.Merge.Type, above, p.Merge.N, maxEdits+1)
	if err != nil {
		return err
	}
	p.MoreEdits = len(edits) > maxEdits
	p.Edits = edits[:min(len(edits), maxEdits)]
	return nil
}

// part takes a merge's secondary, with all that was merged into it, out of the
// kin and returns it as kin of its own, with the workspaces that its merge
// moved, for which those above it no longer answer.
func (k *kin[T]) part(m Merge) (h *kin[T], spaces []int64) {
	h = &kin[T]{k.kind, m.Secondary, map[int64]*kinsman[T]{}}
	for _, n := range k.within(m.Secondary) {
		h.members[n] = k.members[n]
		h.members[n].Survivor, h.members[n].dirty = m.Secondary, true
		delete(k.members, n)
	}
	r := h.root()
	spaces = r.Spaces
	r.Into, r.MergeN, r.Hidden, r.Spaces = 0, 0, nil, nil
	for _, a := range k.path(m.Primary) {
		if kept := without(a.Spaces, spaces); len(kept) < len(a.Spaces) {
			a.Spaces, a.dirty = kept, true
		}
	}
	return h, spaces
}

func without[T comparable](list, gone []T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(v T) bool { return slices.Contains(gone, v) })
}

// alone returns the view of a part with a version above any that its record had,
// so that nobody takes the record for untouched.
func (k *kin[T]) alone(tx Tx, version int64) *T {
	v := k.view(k.survivor)
	e := k.kind.edition(v)
	*e.version = max(*e.version, version) + 1
	e.stamp(tx)
	return v
}

// bringBack writes both parts as records of their own.
func (p *Parted[T]) bringBack(ctx context.Context, tx Tx, k, h *kin[T], before *T) error {
	of := k.kind
	from := of.clone(before)
	*of.edition(from).version = max(*of.edition(from).version, *of.edition(k.root().Own).version)
	p.Survivor, p.Secondary = k.view(k.survivor), h.alone(tx, 0)
	return inOrder(
		func() error { return of.reindex(ctx, before, p.Survivor) },
		func() error { _, err := of.rewrite(ctx, from, p.Survivor); return err },
		func() error { return of.reindex(ctx, of.blank(h.survivor), p.Secondary) },
		func() error { return of.put(ctx, p.Secondary) })
}

// replaceDiscarded parts a record of the trash: both parts are there then,
// deleted at the same time.
func (p *Parted[T]) replaceDiscarded(ctx context.Context, tx Tx, k, h *kin[T], before *T) error {
	p.Survivor, p.Secondary = k.alone(tx, *k.kind.edition(before).version), h.alone(tx, 0)
	id, other := don.Of(k.kind.of(), k.survivor), don.Of(k.kind.of(), h.survivor)
	if err := tx.ReplaceDiscarded(ctx, id, p.Survivor); err != nil {
		return err
	}
	return tx.DiscardLike(ctx, other, id, p.Secondary)
}
