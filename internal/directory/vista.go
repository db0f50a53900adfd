package directory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/vista"
)

// vistaTx keeps saved views.
type vistaTx interface {
	Vista(ctx context.Context, n int64, lock bool) (*vista.Vista, error)
	VistasAfter(ctx context.Context, n int64, limit int) ([]*vista.Vista, error)
	CountVistas(ctx context.Context, createdBy string) (int, error)
	// LeadVista makes a vista the default one of its owner's for its kind of record,
	// or makes it cease to be, as it says.
	LeadVista(ctx context.Context, v *vista.Vista) error
	PutVista(ctx context.Context, v *vista.Vista) error
	DeleteVista(ctx context.Context, v *vista.Vista) error
}

// VistaPatch says what a vista shall be: everything it has on creation, what
// changes on update.
type VistaPatch struct {
	Name        *string
	Description *string
	Tree        *filter.Node
	GroupBy     *string
	Sorts       *[]string // checked by the caller
	Columns     *[]vista.Column
	Layout      *string
	Default     *bool
	Public      *bool
	With        *[]int64
}

// Seen is a vista as it can be shown: without what has been deleted since.
type Seen struct {
	*vista.Vista
	// Dropped are the fields that it names and that are no longer there.
	Dropped []string
}

// VistaFound is a vista with the names of its owner and of whom it is shared with.
type VistaFound = Found[Seen]

func (n needs) vista(v Seen) {
	n.add(don.FromTail(v.CreatedBy), don.FromTail(v.ModifiedBy))
	n.members(v.With)
}

// CreateVista saves a view. Errors: invalid, not_found for a member.
func (s *Service) CreateVista(ctx context.Context, sc org.Scope, leaf don.Type, p VistaPatch) (VistaFound, error) {
	return s.putVista(ctx, sc, p, func(tx Tx) (*vista.Vista, error) {
		v := &vista.Vista{Leaf: leaf}
		v.CreatedAt, v.CreatedBy = stamp(tx)
		has, err := tx.CountVistas(ctx, v.CreatedBy)
		if err != nil {
			return nil, err
		}
		if err := tooMany("vistas", has+1, vista.MaxOwned); err != nil {
			return nil, err
		}
		v.N, err = tx.Next(ctx, don.Vista, 1)
		return v, err
	})
}

// UpdateVista changes a vista of the caller's. Errors: invalid, not_found, also
// for one that the caller may not see, forbidden for another member's.
func (s *Service) UpdateVista(ctx context.Context, sc org.Scope, n int64, p VistaPatch) (VistaFound, error) {
	return s.putVista(ctx, sc, p, func(tx Tx) (*vista.Vista, error) { return ownVista(ctx, tx, n) })
}

func (s *Service) putVista(ctx context.Context, sc org.Scope, p VistaPatch, of func(Tx) (*vista.Vista, error)) (VistaFound, error) {
	var got VistaFound
	err := s.write(ctx, sc, func(tx Tx) error {
		v, err := of(tx)
		if err != nil {
			return err
		}
		before := *v
		if err := p.apply(ctx, tx, v); err != nil {
			return err
		}
		v.ModifiedAt, v.ModifiedBy = stamp(tx)
		if err := tx.PutVista(ctx, v); err != nil {
			return err
		}
		if p.Default != nil {
			if err := tx.LeadVista(ctx, v); err != nil {
				return err
			}
		}
		id := don.Of(don.Vista, v.N)
		note := identity.Note{ID: id, Op: identity.OpUpdated, Before: &before, After: v, Tell: id}
		if before.ModifiedBy == "" {
			note.Op = opCreated
		}
		if _, err := tx.Record(ctx, note); err != nil {
			return err
		}
		got, err = showVista(ctx, tx, v)
		return err
	})
	return got, err
}

// ownVista returns a vista to be changed.
func ownVista(ctx context.Context, tx Tx, n int64) (*vista.Vista, error) {
	v, err := tx.Vista(ctx, n, true)
	if err != nil {
		return nil, err
	}
	actor := tx.Scope().Actor
	if !v.Shown(actor) {
		return nil, errs.Gone(don.Of(don.Vista, n).Display())
	}
	if !v.Owned(actor) {
		return nil, errs.Denied("%s is another member's; make one of your own", don.Of(don.Vista, n).Display())
	}
	return v, nil
}

func (p VistaPatch) apply(ctx context.Context, tx Tx, v *vista.Vista) error {
	if err := SetText(&v.Name, "name", p.Name, contact.FullName); err != nil {
		return err
	}
	if v.Name == "" {
		return errs.Missing("name")
	}
	if err := SetText(&v.Description, "description", p.Description, contact.Description); err != nil {
		return err
	}
	g := &catalogue{ctx: ctx, tx: tx}
	if p.Tree != nil {
		if _, err := filter.Bind(*p.Tree, g.of(v.Leaf), tx.Now()); err != nil || g.err != nil {
			return cmp.Or(g.err, err)
		}
		v.View.Filter = filter.Format(*p.Tree)
	}
	if p.GroupBy != nil {
		if err := g.groupedBy(v.Leaf, *p.GroupBy); err != nil {
			return err
		}
		v.View.GroupBy = *p.GroupBy
	}
	set(&v.View.Sorts, p.Sorts)
	set(&v.View.Columns, p.Columns)
	set(&v.View.Layout, p.Layout)
	set(&v.Default, p.Default)
	set(&v.Public, p.Public)
	if err := SetMembers(ctx, tx, "shared_with", &v.With, p.With); err != nil {
		return err
	}
	return v.Check()
}

// viewGroupBy is a vista's parameter of what its records are grouped by.
const viewGroupBy = "custom_view." + groupBy

// groupedBy refuses what records cannot be grouped by; "" is by nothing.
func (g *catalogue) groupedBy(leaf don.Type, by string) (err error) {
	if field, period, byDate := strings.Cut(by, ":"); byDate {
		_, err = g.byDateOf(viewGroupBy, leaf, field, period, nil)
	} else if by != "" {
		_, err = g.grouped(viewGroupBy, leaf, by)
	}
	return err
}

// GetVista returns a vista that the caller may see. Errors: not_found.
func (s *Service) GetVista(ctx context.Context, sc org.Scope, n int64) (VistaFound, error) {
	var got VistaFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		v, err := tx.Vista(ctx, n, false)
		if err == nil && !v.Shown(tx.Scope().Actor) {
			err = errs.Gone(don.Of(don.Vista, n).Display())
		}
		if err != nil {
			return err
		}
		got, err = showVista(ctx, tx, v)
		return err
	})
	return got, err
}

// DeleteVista removes a vista of the caller's for good. Errors as UpdateVista.
func (s *Service) DeleteVista(ctx context.Context, sc org.Scope, n int64) error {
	return s.write(ctx, sc, func(tx Tx) error {
		v, err := ownVista(ctx, tx, n)
		if err != nil {
			return err
		}
		if err := tx.DeleteVista(ctx, v); err != nil {
			return err
		}
		id := don.Of(don.Vista, n)
		_, err = tx.Record(ctx, identity.Note{ID: id, Op: opDeleted, Tell: id})
		return err
	})
}

// ListVistas returns a page of the vistas that the caller may see and take holds
// for, in the order in which they were made where the query does not say otherwise.
// They are sorted by created_date, modified_date, name or display_id.
func (s *Service) ListVistas(ctx context.Context, sc org.Scope, q Query, take func(*vista.Vista) bool) (Page[Seen], error) {
	return listPage(ctx, s, sc, q, needs.vista, func(tx Tx) (Rows[Seen], error) {
		pages := func(after int64, limit int) ([]*vista.Vista, error) { return tx.VistasAfter(ctx, after, limit) }
		rows, err := few(q, pages, func(v *vista.Vista) int64 { return v.N },
			func(v *vista.Vista) bool { return v.Shown(tx.Scope().Actor) && take(v) },
			func(v *vista.Vista, by string) any { return sortKey(by, v.N, v.Name, v.CreatedAt, v.ModifiedAt) })
		out := Rows[Seen]{More: rows.More, First: rows.First, Last: rows.Last}
		g := &catalogue{ctx: ctx, tx: tx}
		for _, v := range rows.Items {
			seen, err := mended(g, v)
			if err != nil {
				return out, err
			}
			out.Items = append(out.Items, seen)
		}
		return out, err
	})
}

func showVista(ctx context.Context, tx Tx, v *vista.Vista) (VistaFound, error) {
	seen, err := mended(&catalogue{ctx: ctx, tx: tx}, v)
	if err != nil {
		return VistaFound{}, err
	}
	return found(ctx, tx, needs.vista, seen)
}

// mended leaves out of a vista what names custom fields that are gone.
func mended(g *catalogue, v *vista.Vista) (Seen, error) {
	tree, err := filter.Parse(v.View.Filter)
	if err != nil {
		return Seen{}, err
	}
	m := mender{catalog: g.of(v.Leaf)}
	out := *v
	kept, some := m.keep(tree, m.catalog, "")
	if out.View.Filter = ""; some {
		out.View.Filter = filter.Format(kept)
	}
	if by, _, _ := strings.Cut(v.View.GroupBy, ":"); m.gone(by, m.catalog, "") {
		out.View.GroupBy, out.View.Layout = "", vista.List
	}
	shown := g.set(v.Leaf) // a column may show a field that cannot be filtered by
	out.View.Columns = slices.DeleteFunc(slices.Clone(v.View.Columns), func(c vista.Column) bool {
		_, known := shown.Field(c.Name)
		return !known && m.gone(c.Name, m.catalog, "")
	})
	out.View.Sorts = slices.DeleteFunc(slices.Clone(v.View.Sorts), func(by string) bool {
		field, _, _ := strings.Cut(by, ":")
		return m.gone(field, m.catalog, "")
	})
	slices.Sort(m.dropped)
	return Seen{&out, slices.Compact(m.dropped)}, g.err
}

type mender struct {
	catalog *filter.Catalog
	dropped []string
}

// keep returns a tree without conditions on fields that are gone; some reports
// whether something is left. path leads to the record that the tree is about.
func (m *mender) keep(n filter.Node, c *filter.Catalog, path string) (out filter.Node, some bool) {
	switch n.Op {
	case filter.And, filter.Or, filter.Not:
	case filter.Some:
		path += n.Field + "."
		c = c.Relations[n.Field]() // relations are never taken away
	default:
		return n, !m.gone(n.Field, c, path)
	}
	out = filter.Node{Op: n.Op, Field: n.Field}
	for _, part := range n.Nodes {
		if kept, ok := m.keep(part, c, path); ok {
			out.Nodes = append(out.Nodes, kept)
		}
	}
	return out, len(out.Nodes) > 0 || len(n.Nodes) == 0
}

// gone reports whether a custom field that a vista names cannot be asked for any more.
func (m *mender) gone(name string, c *filter.Catalog, path string) bool {
	field := name
	for relation, rest, dotted := strings.Cut(field, "."); dotted && c.Relations[relation] != nil; relation, rest, dotted = strings.Cut(field, ".") {
		c, field = c.Relations[relation](), rest
	}
	if _, ok := c.Fields[field]; ok || !strings.Contains(field, "__") {
		return false
	}
	m.dropped = append(m.dropped, path+name)
	return true
}
