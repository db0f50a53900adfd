package identity

import (
	"cmp"
	"context"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Parted is what the undo of a merge did.
type Parted struct {
	Merge Merge
	// Survivor is the record that the secondary was part of, Secondary the one
	// that it is again, as they are now.
	Survivor, Secondary *contact.Contact
	InTrash             bool   // both are in the trash, for the merged record was
	Lost                []Lost // what the secondary had when it was merged and has no longer
	Edits               []Edit // what members changed since, which stays with the survivor
	MoreEdits           bool   // whether Edits is not all of them
}

// maxEdits bounds how many edits the undo of a merge lists.
const maxEdits = 100

// UnmergeContacts takes a merge back, whatever happened since: later merges
// stay, and what came through the secondary's identifiers goes with it. What
// members changed about the merged record stays with the survivor. Errors:
// not_found, invalid for a merge that is undone or whose record was removed for good.
func UnmergeContacts(ctx context.Context, tx Tx, mergeN int64) (Parted, error) {
	m, err := standing(ctx, tx, mergeN)
	if err != nil {
		return Parted{}, err
	}
	g, before, trashed, err := groupWith(ctx, tx, m)
	if err != nil {
		return Parted{}, err
	}
	// Whoever undid it first had the survivor locked.
	if ok, err := tx.EndMerge(ctx, m.N); err != nil || !ok {
		return Parted{}, cmp.Or(err, undone(m))
	}
	out := Parted{Merge: m, InTrash: trashed}
	if err := out.listEdits(ctx, tx, g, m); err != nil {
		return Parted{}, err
	}
	moved := g.within(m.Secondary)
	h := g.part(m)
	out.Lost = h.lostSince(m)
	if trashed {
		err = g.replaceDiscarded(ctx, tx, h, before, &out)
	} else {
		err = g.bringBack(ctx, tx, h, before, &out)
	}
	if err != nil {
		return Parted{}, err
	}
	return out, m.tell(ctx, tx, OpUnmerged, before, out.Survivor, moved, m.Secondary)
}

// inOrder runs steps until one fails.
func inOrder(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
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

// groupWith loads and locks the group that a merge's secondary is in. Its
// survivor may be in the trash.
func groupWith(ctx context.Context, tx Tx, m Merge) (g *group, c *contact.Contact, trashed bool, err error) {
	survivors, err := tx.Survivors(ctx, m.Type, []int64{m.Secondary})
	if err != nil {
		return nil, nil, false, err
	}
	n, ok := survivors[m.Secondary]
	if !ok {
		return nil, nil, false, purged(m)
	}
	found, err := tx.Contacts(ctx, []int64{n}, true)
	if err != nil {
		return nil, nil, false, err
	}
	if c = found[n]; c == nil {
		c, trashed = &contact.Contact{}, true
		if err := tx.Discarded(ctx, don.Of(don.Contact, n), c); errs.Is(err, errs.NotFound) {
			return nil, nil, false, ErrAgain // it has just been merged away or restored
		} else if err != nil {
			return nil, nil, false, err
		}
	}
	all, err := groups(ctx, tx, n)
	if err != nil {
		return nil, nil, false, err
	}
	g = all[n]
	if g == nil || g.members[m.Secondary] == nil || g.members[m.Secondary].MergeN != m.N {
		return nil, nil, false, ErrAgain // it has just been undone
	}
	return g, c, trashed, nil
}

// listEdits lists what members changed since the merge about a record that the
// secondary was part of.
func (p *Parted) listEdits(ctx context.Context, tx Tx, g *group, m Merge) error {
	var above []int64
	for _, a := range g.path(m.Primary) {
		above = append(above, a.N)
	}
	edits, err := tx.Edits(ctx, m.Type, above, m.N, maxEdits+1)
	if err != nil {
		return err
	}
	p.MoreEdits = len(edits) > maxEdits
	p.Edits = edits[:min(len(edits), maxEdits)]
	return nil
}

// part takes a merge's secondary, with all that was merged into it, out of the
// group and returns it as a group of its own.
func (g *group) part(m Merge) *group {
	h := &group{survivor: m.Secondary, members: map[int64]*member{}}
	for _, n := range g.within(m.Secondary) {
		h.members[n] = g.members[n]
		h.members[n].Survivor, h.members[n].dirty = m.Secondary, true
		delete(g.members, n)
	}
	r := h.root()
	r.Into, r.MergeN, r.Hidden = 0, 0, nil
	view := h.view(h.survivor)
	for _, a := range g.path(m.Primary) {
		for kind, norm := range a.Main {
			if has(view, contact.Identifier{Kind: kind, Value: norm}) {
				delete(a.Main, kind)
				a.dirty = true
			}
		}
	}
	return h
}

// lostSince returns what the members of a group lost since a merge.
func (g *group) lostSince(m Merge) []Lost {
	var out []Lost
	for _, x := range g.each() {
		for _, l := range x.Lost {
			if l.MergeN >= m.N {
				out = append(out, l)
			}
		}
	}
	return out
}

// settle stores the members of a group, or forgets about it when it has but one.
func (g *group) settle(ctx context.Context, tx Tx) error {
	if len(g.members) > 1 {
		return g.store(ctx, tx)
	}
	return tx.DropAliases(ctx, don.Contact, []int64{g.survivor})
}

// alone returns the view of a parted group with a version above any that its
// record had, so that nobody takes the record for untouched.
func (g *group) alone(tx Tx, version int64) *contact.Contact {
	v := g.view(g.survivor)
	v.Version = max(v.Version, version) + 1
	v.ModifiedAt, v.ModifiedBy = tx.Now(), tx.Scope().Actor.Tail()
	return v
}

// bringBack writes both parts of a group as contacts of their own.
func (g *group) bringBack(ctx context.Context, tx Tx, h *group, before *contact.Contact, out *Parted) error {
	out.Survivor = g.view(g.survivor)
	from := *before
	from.Version = max(from.Version, g.root().Own.Version)
	if err := reindex(ctx, tx, before, out.Survivor); err != nil {
		return err
	}
	if _, err := tx.RewriteContact(ctx, &from, out.Survivor); err != nil {
		return err
	}
	out.Secondary = h.alone(tx, 0)
	if err := assign(ctx, tx, out.Secondary.Identifiers, out.Secondary.N, tx.Scope().Settings.SharedEmails); err != nil {
		return err
	}
	if err := tx.PutContact(ctx, out.Secondary); err != nil {
		return err
	}
	return inOrder(func() error { return g.settle(ctx, tx) }, func() error { return h.settle(ctx, tx) })
}

// replaceDiscarded parts a group whose survivor is in the trash: both parts are
// there then, deleted at the same time.
func (g *group) replaceDiscarded(ctx context.Context, tx Tx, h *group, before *contact.Contact, out *Parted) error {
	out.Survivor, out.Secondary = g.alone(tx, before.Version), h.alone(tx, 0)
	id, other := don.Of(don.Contact, g.survivor), don.Of(don.Contact, h.survivor)
	if err := tx.ReplaceDiscarded(ctx, id, out.Survivor); err != nil {
		return err
	}
	if err := tx.DiscardLike(ctx, other, id, out.Secondary); err != nil {
		return err
	}
	return inOrder(func() error { return g.settle(ctx, tx) }, func() error { return h.settle(ctx, tx) })
}
