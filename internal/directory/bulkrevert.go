package directory

import (
	"context"
	"maps"
	"slices"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// NewReverter returns an editor that takes an edit back. Whatever the edit names
// may be gone by now.
func NewReverter(ctx context.Context, tx Tx, of don.Type, edit BulkEdit) (*Editor, error) {
	e := &Editor{tx: tx, of: of, edit: edit, records: map[int64]*editable{}, revert: true}
	ns := append(tagNumbers(edit.AddTags), edit.RemoveTags...)
	if len(ns) == 0 {
		return e, nil
	}
	var err error
	e.tags, err = tx.Tags(ctx, ns)
	return e, err
}

// lives reports whether a use may be put on a record again: nobody would take a
// deleted tag off it.
func (e *Editor) lives(u tag.Use) bool {
	about := tagAt(e.edit.AddTags, u.N) >= 0 || slices.Contains(e.edit.RemoveTags, u.N)
	return !about || e.tags[u.N] != nil
}

// Revert takes back in memory what the edit did to a loaded record. It reports
// whether that changes the record, and the field in which somebody has changed
// it since, which keeps what it has; "" for none.
func (e *Editor) Revert(n int64, d Edited) (changed bool, kept string) {
	r := e.records[n]
	now := e.part(r)
	if now.equal(d.Is) {
		e.put(r, d.Was)
		return true, ""
	}
	if now.equal(d.Was) {
		return false, ""
	}
	switch {
	case len(e.edit.AddTags)+len(e.edit.RemoveTags) > 0:
		kept = e.revertTags(r, d)
	case e.edit.Owners != nil:
		return false, "owned_by"
	case e.edit.AccountN != 0:
		return false, "associations"
	default: // custom values
		kept = e.revertCustom(r, d)
	}
	return !e.part(r).equal(now), kept
}

// put gives a record a part that it had.
func (e *Editor) put(r *editable, p Part) {
	switch {
	case len(e.edit.AddTags)+len(e.edit.RemoveTags) > 0:
		*r.tags = slices.DeleteFunc(slices.Clone(p.Tags), func(u tag.Use) bool { return !e.lives(u) })
	case e.edit.Owners != nil:
		*r.owners = p.Owners
	case e.edit.AccountN != 0:
		r.contact.Associations = p.Places
	default: // custom values
		for name := range e.edit.Custom {
			putValue(r, name, p.Custom)
		}
	}
}

func putValue(r *editable, name string, from schema.Values) {
	out := maps.Clone(*r.custom)
	if v, had := from[name]; had {
		if out == nil {
			out = schema.Values{}
		}
		out[name] = v
	} else {
		delete(out, name)
	}
	if len(out) == 0 {
		out = nil
	}
	*r.custom = out
}

// revertTags puts each tag of the edit back that is as the edit left it.
func (e *Editor) revertTags(r *editable, d Edited) (kept string) {
	ns := append(tagNumbers(e.edit.AddTags), e.edit.RemoveTags...)
	for _, n := range ns {
		now, is, was := useOf(*r.tags, n), useOf(d.Is.Tags, n), useOf(d.Was.Tags, n)
		switch {
		case is == was || now == was || was.N != 0 && !e.lives(was): // nothing to take back
		case now != is:
			kept = "tags"
		case was == tag.Use{}:
			*r.tags = untagged(*r.tags, n)
		case now == tag.Use{}:
			*r.tags = append(slices.Clone(*r.tags), was)
		default:
			*r.tags = slices.Clone(*r.tags)
			(*r.tags)[tagAt(*r.tags, n)] = was
		}
	}
	return kept
}

// useOf returns how a tag is among others, zero when it is not.
func useOf(uses []tag.Use, n int64) tag.Use {
	if at := tagAt(uses, n); at >= 0 {
		return uses[at]
	}
	return tag.Use{}
}

// revertCustom puts each value of the edit back that is as the edit left it.
func (e *Editor) revertCustom(r *editable, d Edited) (kept string) {
	one := func(v schema.Values, name string) schema.Values {
		if x, has := v[name]; has {
			return schema.Values{name: x}
		}
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(e.edit.Custom)) {
		now, is, was := one(*r.custom, name), one(d.Is.Custom, name), one(d.Was.Custom, name)
		switch {
		case is.Equal(was) || now.Equal(was): // nothing to take back
		case !now.Equal(is):
			kept = "custom_fields." + name
		default:
			putValue(r, name, d.Was.Custom)
		}
	}
	return kept
}

// Restore brings back a record that the edit deleted. Errors: not_found when it
// is not in the trash since then, conflict for values that others have taken;
// nothing was written in either case.
func (e *Editor) Restore(ctx context.Context, d Edited) error {
	id := don.Of(e.of, d.N)
	at, err := e.tx.DiscardedAt(ctx, id)
	if err != nil {
		return err
	}
	if !at.Equal(d.Deleted) {
		return errs.New(errs.NotFound, "not_found", "%s is not in the trash since the bulk action: it was restored, or removed for good", id.Display())
	}
	switch e.of {
	case don.Account:
		_, err = restoreAccount(ctx, e.tx, d.N, false)
	case don.Workspace:
		_, err = restoreWorkspace(ctx, e.tx, d.N, false)
	default: // contacts
		_, err = identity.Restore(ctx, e.tx, d.N, false)
	}
	return err
}
