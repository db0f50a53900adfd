package directory

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// editable is a contact, account or workspace on its way through an edit: what
// all have that an edit can change, of a copy, and how it is written.
type editable struct {
	tags    *[]tag.Use
	owners  *[]int64
	custom  *schema.Values
	subtype *string
	contact *contact.Contact // the copy of a contact, else nil
	was     Part             // before
	stays   error            // why it cannot be deleted
	save    func(context.Context) error
	discard func(context.Context) error
}

// read loads records of the editor's type and locks them.
func (e *Editor) read(ctx context.Context, ns []int64) error {
	switch e.of {
	case don.Account:
		return loadEach(ctx, e, ns, e.tx.Accounts, e.account)
	case don.Workspace:
		return loadEach(ctx, e, ns, e.tx.Workspaces, e.workspace)
	default: // the others follow
	}
	return loadEach(ctx, e, ns, e.tx.Contacts, e.contact)
}

func loadEach[T any](ctx context.Context, e *Editor, ns []int64, load func(context.Context, []int64, bool) (map[int64]*T, error), of func(*T) *editable) error {
	found, err := load(ctx, ns, true)
	for n, before := range found {
		r := of(before)
		r.was = whole(r)
		e.records[n] = r
	}
	return err
}

func (e *Editor) contact(before *contact.Contact) *editable {
	c := cloneContact(before)
	return &editable{
		tags: &c.Tags, owners: &c.Owners, custom: &c.Custom, subtype: &c.Subtype, contact: c,
		save: func(ctx context.Context) error {
			_, err := identity.Change(ctx, e.tx, before, c)
			return err
		},
		discard: func(ctx context.Context) error { return identity.Delete(ctx, e.tx, before) },
	}
}

func (e *Editor) account(before *account.Account) *editable {
	a := *before
	return &editable{
		tags: &a.Tags, owners: &a.Owners, custom: &a.Custom, subtype: &a.Subtype,
		save: func(ctx context.Context) error {
			_, err := saveAccount(ctx, e.tx, before, &a)
			return err
		},
		discard: func(ctx context.Context) error { return discardAccount(ctx, e.tx, before) },
	}
}

func (e *Editor) workspace(before *account.Workspace) *editable {
	w := *before
	return &editable{
		tags: &w.Tags, owners: &w.Owners, custom: &w.Custom, subtype: &w.Subtype, stays: deletable(before),
		save:    func(ctx context.Context) error { return saveWorkspace(ctx, e.tx, before, &w) },
		discard: func(ctx context.Context) error { return discardWorkspace(ctx, e.tx, before) },
	}
}

// whole is everything of a record that edits are about. Lists and values are
// replaced by edits, never changed in place.
func whole(r *editable) Part {
	p := Part{Tags: *r.tags, Owners: *r.owners, Custom: *r.custom}
	if r.contact != nil {
		p.Places = append([]contact.Association(nil), r.contact.Associations...) // those are changed in place
	}
	return p
}

// part is what the edit is about of a record as it is.
func (e *Editor) part(r *editable) Part { return e.partOf(whole(r)) }

// partOf takes from a part what the edit is not about.
func (e *Editor) partOf(p Part) Part {
	switch {
	case len(e.edit.AddTags)+len(e.edit.RemoveTags) > 0:
		return Part{Tags: p.Tags}
	case e.edit.Owners != nil:
		return Part{Owners: p.Owners}
	case e.edit.AccountN != 0:
		return Part{Places: p.Places}
	}
	out := Part{}
	for name := range e.edit.Custom {
		if v, has := p.Custom[name]; has {
			if out.Custom == nil {
				out.Custom = schema.Values{}
			}
			out.Custom[name] = v
		}
	}
	return out
}

// equal compares parts as they are stored, where lists that are empty or nil,
// and times in any zone, are the same.
func (p Part) equal(o Part) bool {
	a, errA := json.Marshal(p)
	b, errB := json.Marshal(o)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}
