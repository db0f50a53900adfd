package directory

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// What packages need that keep records which refer to customers, such as
// conversations and tickets.

// Wanted gathers what records refer to. The zero one wants nothing.
type Wanted struct{ needs needs }

// IDs adds records of any kind; those without a number are left out.
func (w *Wanted) IDs(ids ...don.ID) {
	if w.needs == nil {
		w.needs = newNeeds()
	}
	w.needs.add(ids...)
}

// Tails adds records that are named by the tails of their ids.
func (w *Wanted) Tails(tails ...string) {
	for _, t := range tails {
		w.IDs(don.FromTail(t))
	}
}

// Members adds members by number.
func (w *Wanted) Members(ns []int64) {
	for _, n := range ns {
		w.IDs(don.Of(don.Member, n))
	}
}

// Tags adds tags.
func (w *Wanted) Tags(uses []tag.Use) {
	for _, u := range uses {
		w.IDs(don.Of(don.Tag, u.N))
	}
}

// Custom adds the fields of a kind of record if one of it has values.
func (w *Wanted) Custom(leaf don.Type, subtype string, values schema.Values) {
	w.IDs()
	w.needs.schema(leaf, subtype, values)
}

// Names reads what is wanted. Records that were merged into others are there
// under their own numbers, as what they are now.
func (w *Wanted) Names(ctx context.Context, tx Tx) (*Names, error) {
	names := &Names{}
	if w.needs == nil {
		w.needs = newNeeds()
	}
	return names, names.load(ctx, tx, w.needs)
}

// FoundWith pairs a record with the names that collect wants for it.
func FoundWith[T any](ctx context.Context, tx Tx, collect func(*Wanted, T), item T) (Found[T], error) {
	w := &Wanted{}
	collect(w, item)
	names, err := w.Names(ctx, tx)
	return Found[T]{item, names}, err
}

// PageWith makes a page of rows with the names that collect wants for them.
func PageWith[T any](ctx context.Context, tx Tx, collect func(*Wanted, T), q Query, r Rows[T]) (Page[T], error) {
	w := &Wanted{}
	for _, item := range r.Items {
		collect(w, item)
	}
	names, err := w.Names(ctx, tx)
	return page(q, r, names), err
}

// mergeable are the types of records that can be merged.
var mergeable = []don.Type{don.Contact, don.Account, don.Workspace, don.Conversation}

// OnOneOf returns, of records that customers are or belong to and of conversations, all
// that are one with them: what was written on a record stays with it when that is merged, and
// is read with all of them. Ids of other kinds stay as they are.
func OnOneOf(ctx context.Context, tx Tx, of []don.ID) ([]don.ID, error) {
	var out []don.ID
	for _, t := range mergeable {
		ns := numbersOf(t, of)
		if len(ns) == 0 {
			continue
		}
		moved, err := tx.Survivors(ctx, t, ns)
		if err != nil {
			return nil, err
		}
		for i, n := range ns {
			if s, ok := moved[n]; ok {
				ns[i] = s
			}
			out = append(out, don.Of(t, ns[i]))
		}
		members, err := tx.Aliases(ctx, t, ns)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			out = append(out, don.Of(t, m.N))
		}
	}
	for _, id := range of {
		if !slices.Contains(mergeable, id.Type) {
			out = append(out, id)
		}
	}
	return Distinct(out), nil
}

// NowOf returns the contacts, accounts, workspaces and conversations as what they are now: not
// as what was merged into another. Others stay as they are.
func NowOf(ctx context.Context, tx Tx, ids []don.ID) ([]don.ID, error) {
	out := append([]don.ID(nil), ids...)
	for _, t := range mergeable {
		ns := numbersOf(t, ids)
		if len(ns) == 0 {
			continue
		}
		moved, err := tx.Survivors(ctx, t, ns)
		if err != nil {
			return nil, err
		}
		for i, id := range out {
			if s, ok := moved[id.N]; ok && id.Type == t {
				out[i].N = s
			}
		}
	}
	return out, nil
}

// Writable returns the members, contacts, accounts and workspaces that another
// record shall refer to, as what they are now. The first one that does not exist
// is not_found, named by its field.
func Writable(ctx context.Context, tx Tx, field string, ids []don.ID) ([]don.ID, error) {
	now, err := NowOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	w := &Wanted{}
	w.IDs(now...)
	names, err := w.Names(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, id := range now {
		if !names.Has(id) {
			return nil, missing(field, id)
		}
	}
	return now, nil
}

// Has reports whether a member, contact, account, workspace or tag is among the names.
func (n *Names) Has(id don.ID) bool {
	switch id.Type {
	case don.Member:
		_, ok := n.Members[id.N]
		return ok
	case don.Contact:
		return n.Contacts[id.N] != nil
	case don.Account:
		return n.Accounts[id.N] != nil
	case don.Workspace:
		return n.Workspaces[id.N] != nil
	case don.Tag:
		return n.Tags[id.N] != nil
	case don.Product:
		return n.Parts[id.N] != nil
	case don.Artifact:
		return n.Pictures[id.N] != nil
	default:
		return false
	}
}
