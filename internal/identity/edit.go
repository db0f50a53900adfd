package identity

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/tag"
)

// changeMerged is Change for a contact that others were merged into. What a
// member changes about it is the survivor's, whoever brought what was changed:
// values that a member takes off are hidden where another brings them, and only
// identifiers go from whoever has them, for they are free to be taken then.
func changeMerged(ctx context.Context, tx Tx, before, after *contact.Contact) (bool, error) {
	all, err := groups(ctx, tx, before.N)
	if err != nil {
		return false, err
	}
	return all[before.N].change(ctx, tx, before, after)
}

// edit applies to the group what a member changed about its view.
func (g *group) edit(tx Tx, before, after *contact.Contact) {
	r := g.root()
	text := func(name string, own *string, before, after string) {
		if before == after {
			return
		}
		*own = after
		if after == "" || name == nameDisplay && contact.Invented(after) {
			g.hide(name)
		}
	}
	text(nameDisplay, &r.Own.DisplayName, before.DisplayName, after.DisplayName)
	text(nameFull, &r.Own.FullName, before.FullName, after.FullName)
	text(nameDescription, &r.Own.Description, before.Description, after.Description)
	r.Own.Owners = editList(g.hide, r.Own.Owners, before.Owners, after.Owners, func(o int64) int64 { return o }, nameOwner, same[int64])
	r.Own.Tags = editList(g.hide, r.Own.Tags, before.Tags, after.Tags, func(t tag.Use) int64 { return t.N }, nameTag, same[tag.Use])
	r.Own.Associations = editList(g.hide, r.Own.Associations, before.Associations, after.Associations, namePlace, func(s string) string { return s }, samePlace)
	editCustom(g.hide, custom{&r.Own.Custom, &r.Own.Subtype}, custom{&before.Custom, &before.Subtype}, custom{&after.Custom, &after.Subtype})
	if before.Blocked != after.Blocked {
		if r.Own.Blocked = after.Blocked; !after.Blocked {
			g.hide(nameBlocked)
		}
	}
	if before.Picture != after.Picture {
		if r.Own.Picture = after.Picture; after.Picture == 0 {
			g.hide(namePicture)
		}
	}
	g.editIdentifiers(tx, before, after)
	settle(r.was, r.Own)
	if !alike(r.was, r.Own) {
		r.changed(tx)
	}
}

func same[T comparable](a, b T) bool { return a == b }

func samePlace(a, b contact.Association) bool {
	at := func(t *time.Time) time.Time {
		if t == nil {
			return time.Time{}
		}
		return *t
	}
	return a.Role == b.Role && a.Primary == b.Primary && a.Source == b.Source && at(a.Since).Equal(at(b.Since)) && at(a.Until).Equal(at(b.Until))
}

// editList returns the survivor's own list after a member made before into
// after. Drop is told what the member took off, to hide it where others bring it.
func editList[T any, K comparable](drop func(name string), own, before, after []T, key func(T) K, name func(K) string, equal func(a, b T) bool) []T {
	find := func(list []T, k K) int { return slices.IndexFunc(list, func(v T) bool { return key(v) == k }) }
	out := slices.Clone(own)
	for _, v := range after {
		at := find(before, key(v))
		if at >= 0 && equal(before[at], v) {
			continue
		}
		if at = find(out, key(v)); at < 0 {
			out = append(out, v)
		} else {
			out[at] = v
		}
	}
	for _, v := range before {
		if find(after, key(v)) >= 0 {
			continue
		}
		out = slices.DeleteFunc(out, func(o T) bool { return key(o) == key(v) })
		drop(name(key(v)))
	}
	slices.SortStableFunc(out, func(a, b T) int { return find(after, key(a)) - find(after, key(b)) })
	return out
}

// names lists what of a view others can adopt or be refused.
func names(v *contact.Contact) []string {
	var out []string
	for _, s := range []struct{ name, value string }{{nameDisplay, v.DisplayName}, {nameFull, v.FullName}, {nameDescription, v.Description}} {
		if s.value != "" {
			out = append(out, s.name)
		}
	}
	if v.Blocked {
		out = append(out, nameBlocked)
	}
	if v.Picture != 0 {
		out = append(out, namePicture)
	}
	for _, o := range v.Owners {
		out = append(out, nameOwner(o))
	}
	for _, t := range v.Tags {
		out = append(out, nameTag(t.N))
	}
	for _, a := range v.Associations {
		out = append(out, namePlace(a))
	}
	return append(out, custom{&v.Custom, &v.Subtype}.names()...)
}

// editIdentifiers gives new identifiers to the survivor, takes released ones
// from whoever has them and changes others where they are.
func (g *group) editIdentifiers(tx Tx, before, after *contact.Contact) {
	r := g.root()
	for _, i := range after.Identifiers {
		was, known := find(before, i)
		if !known {
			i.Main = false
			r.Own.Identifiers = append(r.Own.Identifiers, i)
			continue
		}
		if was.Value != i.Value || was.Proof != i.Proof {
			g.restate(tx, i)
		}
	}
	for _, i := range before.Identifiers {
		if !has(after, i) {
			g.release(tx, i, Lost{Reason: Released})
		}
	}
	r.Own.Identifiers = mainFirst(r.Own.Identifiers)
	slices.SortStableFunc(r.Own.Identifiers, func(a, b contact.Identifier) int { return position(after, a) - position(after, b) })
	g.editMains(after)
}

func find(c *contact.Contact, want contact.Identifier) (contact.Identifier, bool) {
	if at := position(c, want); at >= 0 {
		return c.Identifiers[at], true
	}
	return contact.Identifier{}, false
}

func position(c *contact.Contact, want contact.Identifier) int {
	return slices.IndexFunc(c.Identifiers, func(i contact.Identifier) bool { return i.Kind == want.Kind && i.Norm() == want.Norm() })
}

// restate changes how an identifier is written and proven with the member that has it.
func (g *group) restate(tx Tx, i contact.Identifier) {
	m := g.origin(Key(i.Kind, i.Norm()))
	if at := position(m.Own, i); at >= 0 {
		own := &m.Own.Identifiers[at]
		own.Value, own.Key, own.Proof = i.Value, i.Key, i.Proof
		if m != g.root() {
			m.changed(tx)
		}
	}
}

// release takes an identifier from every member that has it. The survivor just
// gives it up; others remember what they lost, for their undo to tell.
func (g *group) release(tx Tx, i contact.Identifier, why Lost) {
	for _, m := range g.each() {
		at := position(m.Own, i)
		if at < 0 {
			continue
		}
		m.Own.Identifiers = mainFirst(slices.Delete(m.Own.Identifiers, at, at+1))
		if m == g.root() {
			continue // edit notes that it changed
		}
		why.Kind, why.Value, why.MergeN = i.Kind, i.Value, g.latest()
		m.Lost = append(m.Lost, why)
		m.changed(tx)
	}
}

// editMains makes the identifiers that lead their kind in after lead the view:
// among the survivor's own where it has them, else by a choice that it keeps.
func (g *group) editMains(after *contact.Contact) {
	r := g.root()
	for _, i := range after.Identifiers {
		if !i.Main {
			continue
		}
		if position(r.Own, i) >= 0 {
			for at := range r.Own.Identifiers {
				if own := &r.Own.Identifiers[at]; own.Kind == i.Kind {
					own.Main = own.Norm() == i.Norm()
				}
			}
			if _, chosen := r.Main[i.Kind]; chosen {
				delete(r.Main, i.Kind)
				r.dirty = true
			}
			continue
		}
		if now, ok := find(g.view(g.survivor), i); ok && now.Main {
			continue
		}
		if r.Main == nil {
			r.Main = map[contact.Kind]string{}
		}
		r.Main[i.Kind], r.dirty = i.Norm(), true
	}
}

// alike reports whether two states of a contact tell the same of it.
func alike(a, b *contact.Contact) bool {
	pa, pb := contact.Pack(a), contact.Pack(b)
	return pa == pb && a.DisplayName == b.DisplayName && a.FullName == b.FullName && a.Description == b.Description &&
		a.Verified == b.Verified && a.Blocked == b.Blocked && a.Picture == b.Picture && a.State == b.State && a.Subtype == b.Subtype && a.Custom.Equal(b.Custom)
}

// forgo leaves identifiers out of a contact that comes back from the trash:
// others have taken them.
func forgo(ctx context.Context, tx Tx, c *contact.Contact, kept []contact.Identifier, clashes []map[string]any) error {
	if !c.Merged {
		c.Identifiers = mainFirst(kept)
		return nil
	}
	all, err := groups(ctx, tx, c.N)
	if err != nil {
		return err
	}
	g := all[c.N]
	holders := map[string]don.ID{}
	for _, clash := range clashes {
		if h, ok := clash["holder"].(Holder); ok {
			holders[clash["value"].(string)] = h.ID
		}
	}
	for _, i := range c.Identifiers {
		if !has(&contact.Contact{Identifiers: kept}, i) {
			g.release(tx, i, Lost{Reason: TakenBy, Holder: holders[i.Value]})
			g.root().dirty = true
		}
	}
	version := c.Version
	*c = *g.view(g.survivor)
	c.Version = version
	return g.store(ctx, tx)
}
