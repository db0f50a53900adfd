package importer

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
)

// The undo of an import: what it created and nobody touched since is erased,
// what it changed and nobody touched since is as it was before.

var (
	undoBatch int64 = 500   // records that one transaction handles one by one
	wideBatch int64 = 4_000 // contacts that one transaction of a wide undo erases
	wideRows  int64 = 10_000
	sweepRows       = 20_000 // index entries that one transaction of a sweep looks at
)

// wideShare is which part of an org's contacts an import must have created for
// its undo to read the whole index instead of looking up each of their keys.
const wideShare = 20

// Kept is a record that an undo left as it is.
type Kept struct {
	Record string `json:"record" doc:"The display id."`
	Name   string `json:"display_name"`
	Reason string `json:"reason"`
}

// MaxKept is how many of the records that an undo left are listed.
const MaxKept = 100

// Why an undo leaves a record.
const (
	keptChanged    = "was changed since"
	keptMatched    = "was in a later import"
	keptDeleted    = "was deleted since"
	keptContested  = "another record has one of its former identifiers"
	keptReferenced = "is referred to"
)

// keep counts a record that stays as it is.
func (p *Progress) keep(id don.ID, name, reason string) {
	p.Left++
	if len(p.Kept) < MaxKept {
		p.Kept = append(slices.Clip(p.Kept), Kept{id.Display(), cut(name), reason})
	}
}

func (r *run) undo() error {
	var err error
	if r.imp.Type == don.Account {
		err = r.undoAccounts()
	} else {
		resumed := r.imp.Progress.Phase == Reverting
		if !resumed {
			err = r.undoChanges()
		}
		if err == nil {
			err = r.undoCreated(resumed)
		}
	}
	if err != nil {
		return err
	}
	return r.finish(Undone, "")
}

// undoing runs one batch as a transaction that also stores how far the undo is.
// DoneRow is its place: the number of the last record looked at.
func (r *run) undoing(step string, batch func(Tx, *Import) error) error {
	err := r.bulk(step, func(tx Tx) error {
		if err := r.fence(tx); err != nil {
			return err
		}
		m := *r.imp
		if err := batch(tx, &m); err != nil {
			return err
		}
		r.next = m
		return tx.SaveImport(r.ctx, &m)
	})
	if err != nil {
		return err
	}
	r.imp.DoneRow, r.imp.Progress = r.next.DoneRow, r.next.Progress
	r.svc.publish(r.scope.OrgID, r.imp)
	return nil
}

// undoChanges restores changed contacts that the import did not create.
func (r *run) undoChanges() error {
	for last := false; !last; {
		err := r.undoing("restore", func(tx Tx, m *Import) error {
			list, err := tx.Changes(r.ctx, m.N, don.Contact, m.DoneRow, int(undoBatch))
			last = int64(len(list)) < undoBatch
			if err == nil && len(list) > 0 {
				err = r.restore(tx, list, m)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return r.save(func(m *Import) { m.DoneRow, m.Progress.Phase = 0, Reverting })
}

// restore gives contacts that nobody touched since their former values back.
func (r *run) restore(tx Tx, list []Change, m *Import) error {
	ns := make([]int64, len(list))
	for i := range list {
		ns[i] = list[i].N
	}
	now, err := tx.Contacts(r.ctx, ns, true)
	if err != nil {
		return err
	}
	matched, err := tx.Matched(r.ctx, m.N, don.Contact, ns)
	if err != nil {
		return err
	}
	for _, ch := range list {
		m.DoneRow = ch.N
		if err := r.undoChange(tx, ch, now[ch.N], matched[ch.N], &m.Progress); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) undoChange(tx Tx, ch Change, now *contact.Contact, matched bool, p *Progress) error {
	var before contact.Contact
	if err := json.Unmarshal(ch.Before, &before); err != nil {
		return err
	}
	if before.ImportN == r.imp.N {
		return nil // created by this import: undoCreated decides
	}
	id := don.Of(don.Contact, ch.N)
	switch {
	case now == nil || now.Merged:
		return r.undoMember(tx, ch, now, &before, p)
	case now.Version != ch.Version:
		p.keep(id, now.DisplayName, keptChanged)
		return nil
	case matched:
		p.keep(id, now.DisplayName, keptMatched)
		return nil
	}
	_, err := identity.Change(r.ctx, tx, now, &before)
	if errs.Is(err, errs.Conflict) {
		p.keep(id, now.DisplayName, keptContested)
		return nil
	}
	if err == nil {
		p.Restored++
	}
	return err
}

// undoMember restores the part of a merged contact that the import changed. A
// change from before the merge stays. Now is nil when the contact was merged
// into another, or deleted.
func (r *run) undoMember(tx Tx, ch Change, now, before *contact.Contact, p *Progress) error {
	restored, err := identity.Revert(r.ctx, tx, ch.N, ch.Version, before)
	if err != nil && !errs.Is(err, errs.Conflict) {
		return err
	}
	merged, e := tx.Survivors(r.ctx, don.Contact, []int64{ch.N})
	if e != nil {
		return e
	}
	reason := keptChanged
	switch {
	case restored:
		p.Restored++
		return nil
	case err != nil:
		reason = keptContested
	case now == nil && len(merged) == 0:
		reason = keptDeleted
	}
	p.keep(don.Of(don.Contact, ch.N), before.DisplayName, reason)
	return nil
}

// undoCreated erases the contacts that the import created.
//
// Where those are many, the undo is wide: it erases the contacts without
// looking for their index entries, which are spread all over the index, and
// takes these away in key order afterwards. Meanwhile they are what
// reservations of a running import are: nobody sees them, anybody may take
// them.
func (r *run) undoCreated(resumed bool) error {
	if r.imp.To == 0 {
		return nil
	}
	wide, err := r.wide()
	if err != nil {
		return err
	}
	size, share := undoBatch, 1.0
	if wide {
		size, share = wideBatch, 0.6
	}
	for last := false; !last && err == nil; {
		err = r.undoing("erase", func(tx Tx, m *Import) error {
			made, err := tx.Created(r.ctx, m.N, max(m.From, m.DoneRow+1), m.To, int(size))
			if err != nil {
				return err
			}
			if m.DoneRow < m.From {
				// What was merged into others counts as touched, too.
				away, err := tx.MergedAway(r.ctx, don.Contact, m.From, m.To)
				if err != nil {
					return err
				}
				m.Progress.Left += away
			}
			if last = int64(len(made)) < size; len(made) > 0 {
				m.DoneRow = made[len(made)-1].N
			}
			m.Progress.Phase = Reverting
			m.Progress.Fraction = share * float64(m.DoneRow-m.From+1) / float64(m.To-m.From+1)
			return r.erase(tx, made, wide, &m.Progress)
		})
	}
	// The process before may have thought the undo wide when this one does not.
	if err == nil && (wide || resumed && r.imp.To-r.imp.From >= wideRows) {
		err = r.sweep()
	}
	return err
}

// wide reports whether the import created so many contacts that reading the
// whole index once is cheaper than looking up each of their entries.
func (r *run) wide() (wide bool, err error) {
	rows := r.imp.To - r.imp.From + 1
	if rows < wideRows {
		return false, nil
	}
	err = r.svc.DB.Write(r.ctx, r.scope, func(tx Tx) error {
		next, err := tx.Next(r.ctx, don.Contact, 0) // takes none, tells the next
		wide = rows >= next/wideShare
		return err
	})
	return wide, err
}

// erase removes those of the contacts that nobody touched since.
func (r *run) erase(tx Tx, made []Created, wide bool, p *Progress) error {
	var gone []int64
	flush := func() error {
		p.Removed += int64(len(gone))
		ns := gone
		gone = nil
		if wide {
			return tx.EraseCreated(r.ctx, r.imp.N, ns)
		}
		return r.eraseEach(tx, ns)
	}
	for _, c := range made {
		if !c.Changed && !c.Matched {
			gone = append(gone, c.N)
			continue
		}
		reason := keptChanged
		if !c.Changed {
			reason = keptMatched
		}
		p.keep(don.Of(don.Contact, c.N), c.Name, reason)
		if err := flush(); err != nil {
			return err
		}
	}
	return flush()
}

// eraseEach removes contacts with all their index entries.
func (r *run) eraseEach(tx Tx, ns []int64) error {
	found, err := tx.Contacts(r.ctx, ns, false)
	if err != nil {
		return err
	}
	var cs []*contact.Contact
	for _, n := range slices.Sorted(maps.Keys(found)) {
		if err := tx.RemoveIdentifiers(r.ctx, identity.Entries(found[n], r.scope.Settings)); err != nil {
			return err
		}
		cs = append(cs, found[n])
	}
	return tx.EraseContacts(r.ctx, cs)
}

// sweep takes away the index entries of the erased contacts. After a restart it
// begins anew, which finds little to do.
func (r *run) sweep() error {
	for i, step := range []func(Tx, Place) (*Place, error){
		func(tx Tx, from Place) (*Place, error) {
			return tx.SweepKeys(r.ctx, r.imp.From, r.imp.To, from, sweepRows)
		},
		func(tx Tx, from Place) (*Place, error) {
			return tx.SweepAttrs(r.ctx, r.imp.From, r.imp.To, from, sweepRows)
		},
	} {
		done := 0.0
		for from, next := (&Place{}), (*Place)(nil); from != nil; from = next {
			err := r.undoing("sweep", func(tx Tx, m *Import) (err error) {
				m.Progress.Fraction = 0.6 + 0.2*(float64(i)+done/(1+done)) // how much there is is not known
				next, err = step(tx, *from)
				return err
			})
			if err != nil {
				return err
			}
			done += 0.02
		}
	}
	return r.bulk("sweep", func(tx Tx) error {
		return tx.ForgetLost(r.ctx, r.imp.Type, r.imp.From, r.imp.To)
	})
}
