package identity

import (
	"context"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
)

// seen is what the observations of a batch do to one known contact.
type seen struct {
	group *group // nil unless others were merged into the contact
	at    *member
	via   Via
	steps []step // what arrived through other identifiers before
}

// step is a contact as it was after all that arrived through one identifier.
type step struct {
	via   Via
	n     int64 // the member that it belongs to
	state *contact.Contact
}

// loadGroups loads the members of those contacts of a batch that others were
// merged into. A contact that is missing because it was merged away since its
// keys were read makes the batch run again.
func (b *batch) loadGroups(ctx context.Context, ns []int64, found map[int64]*contact.Contact) error {
	var merged, absent []int64
	for _, n := range ns {
		if c := found[n]; c == nil {
			absent = append(absent, n)
		} else if c.Merged {
			merged = append(merged, n)
		}
	}
	if len(absent) > 0 {
		gone, err := b.tx.Survivors(ctx, don.Contact, absent)
		if err != nil {
			return err
		}
		if len(gone) > 0 {
			return ErrAgain
		}
	}
	if b.stale(found) {
		return ErrAgain
	}
	all, err := groups(ctx, b.tx, merged...)
	if err != nil {
		return err
	}
	for n, g := range all {
		b.touched[n].seen = &seen{group: g}
	}
	return nil
}

// stale reports whether a contact has lost a key since the keys were read, such
// as to the member that the undo of a merge gave it back to.
func (b *batch) stale(found map[int64]*contact.Contact) bool {
	for key, entries := range b.holders {
		for _, e := range entries {
			if c := found[e.Subject.N]; c != nil && e.Subject.Type == don.Contact && !carries(c, key) {
				return true
			}
		}
	}
	return false
}

// carries reports whether a contact has an identity key, as more than a claim.
func carries(c *contact.Contact, key string) bool {
	return slices.ContainsFunc(c.Identifiers, func(i contact.Identifier) bool {
		letter := letters[i.Kind]
		return i.Proof != contact.Claimed && strings.HasPrefix(key, letter) && key[len(letter):] == i.Norm()
	})
}

// through returns the state that an observation through an identifier changes.
func (w *work) through(via Via) *contact.Contact {
	if w.seen == nil {
		w.seen = &seen{}
	}
	s := w.seen
	if s.via.Key != "" && s.via != via && w.before != nil {
		st := s.step(w)
		st.state = clone(st.state)
		s.steps = append(s.steps, st)
	}
	s.via = via
	if s.group == nil {
		return w.after
	}
	s.at = s.group.through(via)
	return s.at.Own
}

func (s *seen) step(w *work) step {
	if s.group == nil {
		return step{via: s.via, n: w.after.N, state: w.after}
	}
	return step{via: s.via, n: s.at.N, state: s.at.Own}
}

// settle brings what is shown of the contact up to date with its member.
func (s *seen) settle(w *work) {
	if s.group == nil {
		return
	}
	settle(s.at.was, s.at.Own)
	s.group.show(s.at.N, gained(s.at.was, s.at.Own))
	w.after = s.group.view(w.after.N)
}

// save writes what the observations changed, each change with the identifier
// that it came through.
func (s *seen) save(ctx context.Context, tx Tx, w *work) error {
	steps := append(s.steps, s.step(w))
	if s.group != nil {
		return s.saveMerged(ctx, tx, w, steps)
	}
	before := w.before
	for _, st := range steps {
		changed, err := tx.ObserveContact(ctx, before, st.state, st.via)
		if err != nil {
			return err
		}
		if changed {
			before = st.state
		} else {
			st.state.Version, st.state.ModifiedAt, st.state.ModifiedBy = before.Version, before.ModifiedAt, before.ModifiedBy
		}
	}
	return nil
}

func (s *seen) saveMerged(ctx context.Context, tx Tx, w *work, steps []step) error {
	var notes []Note
	last := map[int64]*contact.Contact{}
	for _, st := range steps {
		m := s.group.members[st.n]
		before := last[st.n]
		if before == nil {
			before = m.was
		}
		last[st.n] = st.state
		if alike(before, st.state) {
			continue
		}
		notes = append(notes, Note{ID: don.Of(don.Contact, st.n), Op: OpUpdated, Before: before, After: st.state, Via: st.via, Tell: don.Of(don.Contact, w.after.N)})
		m.changed(tx)
	}
	if len(notes) == 0 {
		return nil
	}
	if err := remain(ctx, tx, w.before, w.after, tx.Scope().Settings); err != nil {
		return err
	}
	if _, err := tx.RewriteContact(ctx, w.before, w.after); err != nil {
		return err
	}
	if err := s.group.store(ctx, tx); err != nil {
		return err
	}
	_, err := tx.Record(ctx, notes...)
	return err
}
