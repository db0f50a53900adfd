package identity

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
)

// Observed is what became of an observation of a known contact.
type Observed struct {
	Contact *contact.Contact // as it is shown now
	Changed bool             // whether anything is different
	// N is the contact that the observation belongs to: Contact, or the member
	// of it whose identifier it came through. Before is that one's own state
	// before and Version its version after.
	N       int64
	Before  *contact.Contact
	Version int64
}

// Observe changes a contact by what arrived through one of its identifiers.
// Apply returns what the observation makes of a state, which it must not
// change. If others were merged into the contact, it is given the state of the
// one that the identifier belongs to. An identifier that another record holds
// is a conflict naming that record, and then nothing is written.
func Observe(ctx context.Context, tx Tx, c *contact.Contact, via Via, apply func(*contact.Contact) *contact.Contact) (Observed, error) {
	if c.Merged {
		return observeMerged(ctx, tx, c, via, apply)
	}
	after := apply(c)
	settle(c, after)
	if err := reindex(ctx, tx, c, after); err != nil {
		return Observed{}, err
	}
	changed, err := tx.ObserveContact(ctx, c, after, via)
	if err != nil || !changed {
		return Observed{Contact: c, N: c.N, Before: c, Version: c.Version}, err
	}
	return Observed{Contact: after, Changed: true, N: c.N, Before: c, Version: after.Version}, nil
}

func observeMerged(ctx context.Context, tx Tx, c *contact.Contact, via Via, apply func(*contact.Contact) *contact.Contact) (Observed, error) {
	all, err := groups(ctx, tx, c.N)
	if err != nil {
		return Observed{}, err
	}
	g := all[c.N]
	m := g.through(via)
	own := apply(clone(m.Own))
	own.Identifiers = slices.DeleteFunc(own.Identifiers, func(i contact.Identifier) bool { return g.elsewhere(tx, m, i) })
	settle(m.was, own)
	m.Own = own
	if alike(m.was, own) {
		return Observed{Contact: c, N: m.N, Before: m.was, Version: m.was.Version}, nil
	}
	out := Observed{Changed: true, N: m.N, Before: m.was}
	m.changed(tx)
	g.show(m.N, gained(m.was, own))
	note := Note{ID: don.Of(don.Contact, m.N), Op: OpUpdated, Before: m.was, After: m.Own, Via: via, Tell: don.Of(don.Contact, c.N)}
	if out.Contact, _, err = g.save(ctx, tx, c); err != nil {
		return Observed{}, err
	}
	out.Version = m.Own.Version
	_, err = tx.Record(ctx, note)
	return out, err
}

// through returns the member that an observation belongs to.
func (g *group) through(via Via) *member {
	if m := g.members[via.N]; via.Key == "" && m != nil {
		return m
	}
	return g.origin(via.Key)
}

// elsewhere reports whether an identifier that only one record can have is
// another member's.
func (g *group) elsewhere(tx Tx, m *member, i contact.Identifier) bool {
	if entryOf(i, 1, tx.Scope().Settings).Holder != 0 || has(m.was, i) {
		return false
	}
	o := g.origin(Key(i.Kind, i.Norm()))
	return o != m && o.hasKey(Key(i.Kind, i.Norm()))
}

// gained lists what of after before had not.
func gained(before, after *contact.Contact) []string {
	had := names(before)
	out := slices.DeleteFunc(names(after), func(n string) bool { return slices.Contains(had, n) })
	for _, s := range []struct{ name, was, is string }{
		{nameDisplay, before.DisplayName, after.DisplayName}, {nameFull, before.FullName, after.FullName}, {nameDescription, before.Description, after.Description},
	} {
		if s.was != s.is && s.is != "" {
			out = append(out, s.name)
		}
	}
	for name, v := range after.Custom {
		if was, had := before.Custom[name]; had && !sameValue(was, v) {
			out = append(out, nameCustom(name))
		}
	}
	return out
}

// Everywhere applies a change to a contact that is nobody's edit, such as
// taking a deleted tag off: to each of its members, if others were merged into
// it.
func Everywhere(ctx context.Context, tx Tx, c *contact.Contact, change func(*contact.Contact)) error {
	if !c.Merged {
		after := clone(c)
		change(after)
		_, err := Change(ctx, tx, c, after)
		return err
	}
	all, err := groups(ctx, tx, c.N)
	if err != nil {
		return err
	}
	g := all[c.N]
	for _, m := range g.each() {
		if change(m.Own); !alike(m.was, m.Own) {
			m.changed(tx)
		}
	}
	view, changed, err := g.save(ctx, tx, c)
	if err != nil || !changed {
		return err
	}
	id := don.Of(don.Contact, c.N)
	_, err = tx.Record(ctx, Note{ID: id, Op: OpUpdated, Before: c, After: view, Tell: id})
	return err
}

// Revert gives the part that a contact is of a merged one its state of before a
// change back, if it is still as the change left it, at version. It reports
// whether it did. An identifier that another record has taken is a conflict.
func Revert(ctx context.Context, tx Tx, n, version int64, before *contact.Contact) (bool, error) {
	survivor := n
	survivors, err := tx.Survivors(ctx, don.Contact, []int64{n})
	if err != nil {
		return false, err
	}
	if s, ok := survivors[n]; ok {
		survivor = s
	}
	found, err := tx.Contacts(ctx, []int64{survivor}, true)
	if err != nil || found[survivor] == nil || !found[survivor].Merged {
		return false, err
	}
	all, err := groups(ctx, tx, survivor)
	if err != nil {
		return false, err
	}
	m := all[survivor].members[n]
	if m == nil || m.Own.Version != version {
		return false, nil
	}
	m.Own = clone(before)
	m.Own.Version = version
	settle(m.was, m.Own)
	m.changed(tx)
	note := Note{ID: don.Of(don.Contact, n), Op: OpUpdated, Before: m.was, After: m.Own, Tell: don.Of(don.Contact, survivor)}
	if _, _, err := all[survivor].save(ctx, tx, found[survivor]); err != nil {
		return false, err
	}
	_, err = tx.Record(ctx, note)
	return err == nil, err
}
