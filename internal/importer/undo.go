package importer

import (
	"encoding/json"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
)

// undoBatch is how many records one transaction of an undo handles.
const undoBatch = 500

// undo takes an import back: what it created and nobody touched since is
// erased, what it changed and nobody touched since is as it was before.
func (r *run) undo() error {
	var err error
	if r.imp.Type == don.Account {
		err = r.undoAccounts()
	} else {
		if r.imp.Progress.Phase != Reverting {
			err = r.undoChanges()
		}
		if err == nil {
			err = r.undoCreated()
		}
	}
	if err != nil {
		return err
	}
	return r.finish(Undone, "")
}

// undoChanges restores changed contacts that the import did not create. DoneRow
// is the place of the undo: the number of the last record looked at.
func (r *run) undoChanges() error {
	for {
		var n int
		err := r.bulk("restore", func(tx Tx) error {
			if err := r.fence(tx); err != nil {
				return err
			}
			m := *r.imp
			list, err := tx.Changes(r.ctx, m.N, don.Contact, m.DoneRow, undoBatch)
			if err != nil {
				return err
			}
			n = len(list)
			for _, ch := range list {
				m.DoneRow = ch.N
				if err := r.undoChange(tx, ch, &m.Progress); err != nil {
					return err
				}
			}
			r.next = m
			return tx.SaveImport(r.ctx, &m)
		})
		if err != nil {
			return err
		}
		r.imp.DoneRow, r.imp.Progress = r.next.DoneRow, r.next.Progress
		if n < undoBatch {
			break
		}
	}
	return r.save(func(m *Import) { m.DoneRow, m.Progress.Phase = 0, Reverting })
}

func (r *run) undoChange(tx Tx, ch Change, p *Progress) error {
	var before contact.Contact
	if err := json.Unmarshal(ch.Before, &before); err != nil {
		return err
	}
	if before.ImportN == r.imp.N {
		return nil // created by this import: undoCreated decides
	}
	found, err := tx.Contacts(r.ctx, []int64{ch.N}, true)
	if err != nil {
		return err
	}
	now := found[ch.N]
	if now == nil || now.Version != ch.Version {
		p.Left++ // deleted, or touched by somebody since
		return nil
	}
	_, err = identity.Change(r.ctx, tx, now, &before)
	if errs.Is(err, errs.Conflict) {
		p.Left++ // another record took one of its former identifiers
		return nil
	}
	if err != nil {
		return err
	}
	p.Restored++
	return nil
}

// undoCreated erases the contacts that the import created.
func (r *run) undoCreated() error {
	if r.imp.To == 0 {
		return nil
	}
	for {
		var n int
		err := r.bulk("erase", func(tx Tx) error {
			if err := r.fence(tx); err != nil {
				return err
			}
			m := *r.imp
			cs, err := tx.CreatedContacts(r.ctx, m.N, max(m.From, m.DoneRow+1), m.To, undoBatch)
			if err != nil {
				return err
			}
			n = len(cs)
			if err := r.erase(tx, cs, &m.Progress); err != nil {
				return err
			}
			if n > 0 {
				m.DoneRow = cs[n-1].N
			}
			m.Progress.Phase = Reverting
			m.Progress.Fraction = float64(m.DoneRow-m.From+1) / float64(m.To-m.From+1)
			r.next = m
			return tx.SaveImport(r.ctx, &m)
		})
		if err != nil {
			return err
		}
		r.imp.DoneRow, r.imp.Progress = r.next.DoneRow, r.next.Progress
		r.svc.publish(r.scope.OrgID, r.imp)
		if n < undoBatch {
			return nil
		}
	}
}

// erase removes the contacts that nobody touched since.
func (r *run) erase(tx Tx, cs []*contact.Contact, p *Progress) error {
	var gone []*contact.Contact
	for _, c := range cs {
		version := int64(1)
		if c.Version > 1 {
			own, err := tx.Changes(r.ctx, r.imp.N, don.Contact, c.N-1, 1)
			if err != nil {
				return err
			}
			if len(own) == 1 && own[0].N == c.N {
				version = own[0].Version
			}
		}
		if c.Version != version {
			p.Left++
			continue
		}
		if err := tx.RemoveIdentifiers(r.ctx, identity.Entries(c, r.scope.Settings.SharedEmails)); err != nil {
			return err
		}
		gone = append(gone, c)
	}
	p.Removed += int64(len(gone))
	return tx.EraseContacts(r.ctx, gone)
}
