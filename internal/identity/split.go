package identity

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// Split is what a split did.
type Split struct {
	From, Made *contact.Contact
}

// SplitContact takes identifiers out of a contact to a new one, and what came
// through them: further identifiers, and through those more; places, owners and
// tags that are still there; values that nothing has replaced since, in whose
// place those before come back. Name is the new contact's, "" for what came
// through or an invented one. An identifier that the contact has not is
// not_found.
func SplitContact(ctx context.Context, tx Tx, c *contact.Contact, chosen []contact.Identifier, name string) (Split, error) {
	for at, i := range chosen {
		if !has(c, i) {
			e := errs.Gone(string(i.Kind) + " " + i.Value + " of " + don.Of(don.Contact, c.N).Display())
			e.Field = "identifiers[" + strconv.Itoa(at) + "].value"
			return Split{}, e
		}
	}
	g, err := groupOf(ctx, tx, c)
	if err != nil {
		return Split{}, err
	}
	made, err := newcomer(ctx, tx)
	if err != nil {
		return Split{}, err
	}
	from := []int64{c.N}
	for _, m := range g.each() {
		lost, err := splitMember(ctx, tx, m, chosen, made, g.latest(), m == g.root())
		if err != nil {
			return Split{}, err
		}
		if lost && m.N != c.N {
			from = append(from, m.N)
		}
	}
	if err := splitOff(ctx, tx, from, made.N); err != nil {
		return Split{}, err
	}
	if name != "" {
		made.DisplayName = name
	} else if made.DisplayName == "" {
		made.DisplayName = contact.InventName()
	}
	made.Identifiers = mainFirst(made.Identifiers)
	made.Verified = verified(made)
	return write(ctx, tx, g, c, made)
}

// newcomer starts a new contact.
func newcomer(ctx context.Context, tx Tx) (*contact.Contact, error) {
	n, err := tx.Next(ctx, don.Contact, 1)
	actor := tx.Scope().Actor.Tail()
	return &contact.Contact{
		N: n, State: "active", Version: 1, CreatedAt: tx.Now(), CreatedBy: actor, ModifiedAt: tx.Now(), ModifiedBy: actor,
	}, err
}

// write stores both sides of a split.
func write(ctx context.Context, tx Tx, g *group, before, made *contact.Contact) (Split, error) {
	touched := g.touched()
	after := g.view(g.survivor)
	if err := reindex(ctx, tx, before, after); err != nil {
		return Split{}, err
	}
	if _, err := tx.RewriteContact(ctx, before, after); err != nil {
		return Split{}, err
	}
	// They may have been obtained by what goes.
	if err := tx.RevokeAllTokens(ctx, []don.ID{don.Of(don.Contact, after.N)}, time.Time{}); err != nil {
		return Split{}, err
	}
	if before.Merged {
		if err := g.store(ctx, tx); err != nil {
			return Split{}, err
		}
	}
	if err := assign(ctx, tx, made.Identifiers, made.N, tx.Scope().Settings); err != nil {
		return Split{}, err
	}
	if err := tx.InsertContacts(ctx, []*contact.Contact{made}); err != nil {
		return Split{}, err
	}
	id := don.Of(don.Contact, after.N)
	note := Note{ID: id, Op: OpSplit, Before: before, After: after, Tell: id, Extra: map[string]any{"made": don.Of(don.Contact, made.N).Tail()}}
	_, err := tx.Record(ctx, append([]Note{note}, touched...)...)
	return Split{From: after, Made: made}, err
}

// was is one field of a delta in history.
type was[T any] struct{ Old, New T }

// pastDelta is what history keeps of a change of a contact.
type pastDelta struct {
	DisplayName, FullName, Description *was[string]
	Identifiers                        *was[[]contact.Identifier]
	Associations                       *was[[]contact.Association]
	Owners                             *was[[]int64]
	Tags                               *was[[]tag.Use]
	Custom                             *was[schema.Values]
	Subtype                            *was[string]
}

// splitMember moves from a member to a new contact those of the chosen identifiers
// that it has, and what came through them, and reports whether it has any.
func splitMember(ctx context.Context, tx Tx, m *member, chosen []contact.Identifier, made *contact.Contact, latest int64, root bool) (bool, error) {
	var mine []contact.Identifier
	for _, i := range chosen {
		if own, ok := find(m.Own, i); ok {
			mine = append(mine, own)
		}
	}
	if len(mine) == 0 {
		return false, nil
	}
	past, mine, err := through(ctx, tx, m, mine)
	if err != nil {
		return false, err
	}
	take(m, past, made)
	for _, i := range mine {
		at := position(m.Own, i)
		moved := m.Own.Identifiers[at]
		m.Own.Identifiers = slices.Delete(m.Own.Identifiers, at, at+1)
		if moved.Source == "" {
			moved.Source = sourceOf(m.Own)
		}
		if moved.Since.IsZero() {
			moved.Since = m.Own.CreatedAt
		}
		if moved.Main = false; !has(made, moved) {
			made.Identifiers = append(made.Identifiers, moved)
		}
		if !root {
			m.Lost = append(m.Lost, Lost{Kind: i.Kind, Value: i.Value, Reason: SplitOff, Holder: don.Of(don.Contact, made.N), MergeN: latest})
		}
	}
	m.Own.Identifiers = mainFirst(m.Own.Identifiers)
	m.changed(tx)
	return true, nil
}

// through reads what came through identifiers of a member, and through those
// that came through them, in the order in which it came.
func through(ctx context.Context, tx Tx, m *member, mine []contact.Identifier) ([]pastDelta, []contact.Identifier, error) {
	type entry struct {
		id    int64
		delta pastDelta
	}
	var all []entry
	for from := 0; from < len(mine); {
		keys := make([]string, 0, len(mine)-from)
		for _, i := range mine[from:] {
			keys = append(keys, Key(i.Kind, i.Norm()))
		}
		from = len(mine)
		err := eachPast(ctx, tx, don.Of(don.Contact, m.N), keys, func(p Past) error {
			e := entry{id: p.ID}
			if err := json.Unmarshal(p.Delta, &e.delta); err != nil {
				return err
			}
			all = append(all, e)
			if e.delta.Identifiers == nil {
				return nil
			}
			old := &contact.Contact{Identifiers: e.delta.Identifiers.Old}
			for _, i := range e.delta.Identifiers.New {
				if own, still := find(m.Own, i); still && !has(old, i) && !has(&contact.Contact{Identifiers: mine}, i) {
					mine = append(mine, own)
				}
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Compare(a.id, b.id) })
	out := make([]pastDelta, len(all))
	for i, e := range all {
		out[i] = e.delta
	}
	return out, mine, nil
}

// pastPage is how many entries of history are read at a time.
const pastPage = 500

func eachPast(ctx context.Context, tx Tx, id don.ID, keys []string, do func(Past) error) error {
	for after := int64(0); ; {
		page, err := tx.HistoryVia(ctx, id, keys, after, pastPage)
		if err != nil {
			return err
		}
		for _, p := range page {
			if err := do(p); err != nil {
				return err
			}
			after = p.ID
		}
		if len(page) < pastPage {
			return nil
		}
	}
}

// take moves what the changes brought, apart from identifiers.
func take(m *member, past []pastDelta, made *contact.Contact) {
	for _, d := range past {
		give(d.DisplayName, &made.DisplayName)
		give(d.FullName, &made.FullName)
		give(d.Description, &made.Description)
		give(d.Subtype, &made.Subtype)
		giveCustom(d.Custom, &made.Custom)
	}
	for _, d := range slices.Backward(past) {
		giveBack(d.DisplayName, &m.Own.DisplayName)
		giveBack(d.FullName, &m.Own.FullName)
		giveBack(d.Description, &m.Own.Description)
		giveBack(d.Subtype, &m.Own.Subtype)
		giveBackCustom(d.Custom, &m.Own.Custom)
		takeBack(d.Owners, &m.Own.Owners, &made.Owners, nameOwner, same[int64])
		takeBack(d.Tags, &m.Own.Tags, &made.Tags, func(t tag.Use) string { return nameTag(t.N) }, same[tag.Use])
		takeBack(d.Associations, &m.Own.Associations, &made.Associations, namePlace, samePlace)
	}
}

func give(d *was[string], field *string) {
	if d != nil && d.New != "" {
		*field = d.New
	}
}

func giveBack(d *was[string], field *string) {
	if d != nil && *field == d.New {
		*field = d.Old
	}
}

// takeBack moves the elements that a change brought from one list to another,
// and puts those back that the change replaced.
func takeBack[T any](d *was[[]T], from, to *[]T, key func(T) string, equal func(a, b T) bool) {
	if d == nil {
		return
	}
	at := func(list []T, v T) int { return slices.IndexFunc(list, func(w T) bool { return key(w) == key(v) }) }
	for _, v := range d.New {
		before, here := at(d.Old, v), at(*from, v)
		if before >= 0 && equal(d.Old[before], v) || here < 0 || !equal((*from)[here], v) {
			continue
		}
		*from = slices.Clone(*from)
		if before >= 0 {
			(*from)[here] = d.Old[before]
		} else {
			*from = slices.Delete(*from, here, here+1)
		}
		if at(*to, v) < 0 {
			*to = append([]T{v}, *to...)
		}
	}
}
