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
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/vista"
)

// vistaTx keeps saved views.
type vistaTx interface {
	Vista(ctx context.Context, n int64, lock bool) (*vista.Vista, error)
	VistasAfter(ctx context.Context, n int64, limit int) ([]*vista.Vista, error)
	PutVista(ctx context.Context, v *vista.Vista) error
	DeleteVista(ctx context.Context, n int64) error
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
		n, err := tx.Next(ctx, don.Vista, 1)
		v := &vista.Vista{N: n, Leaf: leaf}
		v.CreatedAt, v.CreatedBy = stamp(tx)
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
		if v.Default {
			if err := lead(ctx, tx, v); err != nil {
				return err
			}
		}
		if err := tx.PutVista(ctx, v); err != nil {
			return err
		}
		id := don.Of(don.Vista, v.N)
		note := identity.Note{ID: id, Op: identity.OpUpdated, Before: &before, After: v, Tell: id}
		if before.ModifiedBy == "" {
			note.Op = opVistaCreated
		}
		if _, err := tx.Record(ctx, note); err != nil {
			return err
		}
		got, err = showVista(ctx, tx, v)
		return err
	})
	return got, err
}

// lead makes a vista the only default one of its owner's for its kind of record.
func lead(ctx context.Context, tx Tx, v *vista.Vista) error {
	return eachVista(ctx, tx, func(o *vista.Vista) error {
		if o.N == v.N || !o.Default || o.Leaf != v.Leaf || o.CreatedBy != v.CreatedBy {
			return nil
		}
		o.Default = false
		return tx.PutVista(ctx, o)
	})
}

// vistaPage is how many are read at a time; an org has few.
const vistaPage = 200

func eachVista(ctx context.Context, tx Tx, do func(*vista.Vista) error) error {
	for after := int64(0); ; {
		page, err := tx.VistasAfter(ctx, after, vistaPage)
		if err != nil {
			return err
		}
		for _, v := range page {
			if err := do(v); err != nil {
				return err
			}
			after = v.N
		}
		if len(page) < vistaPage {
			return nil
		}
	}
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
	if err := setText(&v.Name, "name", p.Name, contact.FullName); err != nil {
		return err
	}
	if v.Name == "" {
		return errs.Missing("name")
	}
	if err := setText(&v.Description, "description", p.Description, contact.Description); err != nil {
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
		f, ok := g.of(v.Leaf).Fields[*p.GroupBy]
		if g.err != nil {
			return g.err
		}
		if *p.GroupBy != "" && (!ok || !groupable(f)) {
			return errs.NotPermitted("custom_view.group_by", "records cannot be grouped by %q", clip(*p.GroupBy))
		}
		v.View.GroupBy = *p.GroupBy
	}
	set(&v.View.Sorts, p.Sorts)
	set(&v.View.Columns, p.Columns)
	set(&v.View.Layout, p.Layout)
	set(&v.Default, p.Default)
	set(&v.Public, p.Public)
	if err := setOwners(ctx, tx, &v.With, p.With); err != nil {
		return inField("shared_with", err)
	}
	return v.Check()
}

func set[T any](dst, v *T) {
	if v != nil {
		*dst = *v
	}
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
		if _, err := ownVista(ctx, tx, n); err != nil {
			return err
		}
		if err := tx.DeleteVista(ctx, n); err != nil {
			return err
		}
		id := don.Of(don.Vista, n)
		_, err := tx.Record(ctx, identity.Note{ID: id, Op: opVistaDeleted, Tell: id})
		return err
	})
}

// How history and outbox name what happens to vistas.
const (
	opVistaCreated = "created"
	opVistaDeleted = "deleted"
)

// VistaQuery selects vistas that the caller may see.
type VistaQuery struct {
	Take  func(*vista.Vista) bool
	After int64 // the number of the last one seen
	Limit int
}

// ListVistas returns vistas in the order in which they were made, and whether
// more follow.
func (s *Service) ListVistas(ctx context.Context, sc org.Scope, q VistaQuery) (Found[[]Seen], bool, error) {
	var got Found[[]Seen]
	more := false
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		got.Item, more = nil, false
		err := eachVista(ctx, tx, func(v *vista.Vista) error {
			if more || v.N <= q.After || !v.Shown(tx.Scope().Actor) || !q.Take(v) {
				return nil
			}
			if more = len(got.Item) == q.Limit; more {
				return nil
			}
			seen, err := mended(ctx, tx, v)
			got.Item = append(got.Item, seen)
			return err
		})
		if err != nil {
			return err
		}
		got.Names, err = namesOf(ctx, tx, needs.vista, got.Item...)
		return err
	})
	return got, more, err
}

func showVista(ctx context.Context, tx Tx, v *vista.Vista) (VistaFound, error) {
	seen, err := mended(ctx, tx, v)
	if err != nil {
		return VistaFound{}, err
	}
	return found(ctx, tx, needs.vista, seen)
}

// mended leaves out of a vista what names custom fields that are gone.
func mended(ctx context.Context, tx Tx, v *vista.Vista) (Seen, error) {
	set, err := schemaOf(ctx, tx, v.Leaf)
	if err != nil {
		return Seen{}, err
	}
	m := mender{catalog: (&catalogue{ctx: ctx, tx: tx}).of(v.Leaf), set: set, tx: tx}
	out := *v
	tree, err := filter.Parse(v.View.Filter)
	if err != nil {
		return Seen{}, err
	}
	kept, any := m.keep(tree)
	if out.View.Filter = ""; any {
		out.View.Filter = filter.Format(kept)
	}
	if m.gone(v.View.GroupBy) {
		out.View.GroupBy, out.View.Layout = "", vista.List
	}
	out.View.Columns = slices.DeleteFunc(slices.Clone(v.View.Columns), func(c vista.Column) bool { return m.lacks(c.Name) })
	slices.Sort(m.dropped)
	return Seen{&out, slices.Compact(m.dropped)}, m.err
}

type mender struct {
	catalog *filter.Catalog
	set     *schema.Set
	tx      Tx
	dropped []string
	err     error
}

// keep returns a tree without conditions on fields that are gone; any reports
// whether something is left.
func (m *mender) keep(n filter.Node) (out filter.Node, any bool) {
	if len(n.Nodes) == 0 && n.Op != filter.And && n.Op != filter.Or {
		_, err := filter.Bind(n, m.catalog, m.tx.Now())
		e := errs.As(err)
		if e != nil && e.Code == "customization_validation_error" {
			m.dropped = append(m.dropped, n.Field)
			return n, false
		}
		if err != nil && e == nil {
			m.err = err
		}
		return n, true
	}
	if n.Op == filter.Some {
		_, err := filter.Bind(n, m.catalog, m.tx.Now())
		if e := errs.As(err); e != nil && e.Code == "customization_validation_error" {
			m.dropped = append(m.dropped, n.Field)
			return n, false
		}
		return n, true
	}
	out = filter.Node{Op: n.Op}
	for _, c := range n.Nodes {
		if kept, ok := m.keep(c); ok {
			out.Nodes = append(out.Nodes, kept)
		}
	}
	return out, len(out.Nodes) > 0 || len(n.Nodes) == 0
}

// gone reports whether a custom field that a vista names cannot be asked for any more.
func (m *mender) gone(field string) bool {
	if _, ok := m.catalog.Fields[field]; ok || !strings.Contains(field, "__") {
		return false
	}
	m.dropped = append(m.dropped, field)
	return true
}

// lacks reports the same of a column, which may show a field that cannot be
// filtered by.
func (m *mender) lacks(column string) bool {
	_, known := m.set.Field(column)
	return !known && m.gone(column)
}
