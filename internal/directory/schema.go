package directory

import (
	"context"
	"math"
	"slices"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
)

// schemaTx keeps the definitions of custom attributes.
type schemaTx interface {
	Fragments(ctx context.Context, leaf don.Type) ([]*schema.Fragment, error)
	FragmentsAfter(ctx context.Context, n int64, limit int) ([]*schema.Fragment, error)
	Fragment(ctx context.Context, n int64) (*schema.Fragment, error)
	LockFragment(ctx context.Context, leaf don.Type, kind schema.Kind, name string) (*schema.Fragment, error)
	PutFragment(ctx context.Context, f *schema.Fragment) (bool, error)
}

// fragmentTypes are the types of ids of fragments.
var fragmentTypes = map[schema.Kind]don.Type{schema.Tenant: don.TenantFragment, schema.Subtype: don.SubtypeFragment, schema.App: don.AppFragment}

// FragmentID returns the id of a version of a fragment.
func FragmentID(f *schema.Fragment) don.ID { return don.Of(fragmentTypes[f.Kind], f.N) }

// env is what values are checked with.
func env(sc org.Scope) schema.Env { return contact.SchemaEnv(sc.Space) }

// schemaOf returns the fields of a kind of record.
func schemaOf(ctx context.Context, tx Tx, leaf don.Type) (*schema.Set, error) {
	all, err := tx.Fragments(ctx, leaf)
	return schema.NewSet(leaf, all), err
}

// SetCustom makes a change of custom values on a record.
func SetCustom(ctx context.Context, tx Tx, leaf don.Type, c *schema.Change, create bool, values *schema.Values, subtype *string) error {
	if c == nil || c.Empty() {
		return nil
	}
	set, err := schemaOf(ctx, tx, leaf)
	if err != nil {
		return err
	}
	after, err := set.Apply(schema.Record{Values: *values, Subtype: *subtype}, *c, create, env(tx.Scope()))
	if err != nil {
		return err
	}
	*values, *subtype = after.Values, after.Subtype
	return nil
}

// SetFragment makes a new version of a fragment in place of the one that is in
// force, if there is one. Deleted are the fields that it leaves out on purpose.
// Errors: invalid.
func (s *Service) SetFragment(ctx context.Context, sc org.Scope, f schema.Fragment, deleted []string) (*schema.Fragment, error) {
	var made *schema.Fragment
	err := s.write(ctx, sc, func(tx Tx) error {
		next := f
		before, err := tx.LockFragment(ctx, f.Leaf, f.Kind, f.Name)
		if err != nil {
			return err
		}
		earlier, err := versions(ctx, tx, f)
		if err != nil {
			return err
		}
		if err := schema.Define(earlier, &next, deleted, env(sc)); err != nil {
			return err
		}
		if next.N, err = tx.Next(ctx, don.TenantFragment, 1); err != nil {
			return err
		}
		if next.Version = 1; before != nil {
			next.Version, next.Old = before.Version+1, before.N
		}
		next.CreatedAt, next.CreatedBy = stamp(tx)
		if ok, err := tx.PutFragment(ctx, &next); err != nil || !ok {
			if err == nil {
				err = identity.ErrAgain
			}
			return err
		}
		made = &next
		if err := tx.FollowGroups(ctx); err != nil { // they may ask for what there is now, or is no longer
			return err
		}
		_, err = tx.Record(ctx, identity.Note{ID: FragmentID(made), Op: opSchemaSet, Tell: FragmentID(made)})
		return err
	})
	return made, err
}

// versions returns the versions of a fragment in their order.
func versions(ctx context.Context, tx Tx, f schema.Fragment) ([]*schema.Fragment, error) {
	out, _, err := seekFragments(ctx, tx, FragmentQuery{Limit: math.MaxInt, Take: func(e *schema.Fragment) bool {
		return e.Leaf == f.Leaf && e.Kind == f.Kind && e.Name == f.Name
	}})
	return out, err
}

func seekFragments(ctx context.Context, tx Tx, q FragmentQuery) ([]*schema.Fragment, bool, error) {
	pages := func(after int64, limit int) ([]*schema.Fragment, error) { return tx.FragmentsAfter(ctx, after, limit) }
	return seek(q.After, q.Limit, pages, func(f *schema.Fragment) int64 { return f.N }, q.Take)
}

// opSchemaSet is how history and outbox name it.
const opSchemaSet = "schema_set"

// GetFragment returns any version of a fragment. Errors: not_found.
func (s *Service) GetFragment(ctx context.Context, sc org.Scope, id don.ID) (Found[*schema.Fragment], error) {
	var got Found[*schema.Fragment]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		f, err := tx.Fragment(ctx, id.N)
		if err != nil {
			return err
		}
		if f == nil || fragmentTypes[f.Kind] != id.Type {
			return errs.Gone(string(id.Type) + "/" + id.Display())
		}
		got, err = found(ctx, tx, needs.fragment, f)
		return err
	})
	return got, err
}

func (n needs) fragment(f *schema.Fragment) { n.add(don.FromTail(f.CreatedBy)) }

// FragmentQuery selects versions of fragments.
type FragmentQuery struct {
	Take  func(*schema.Fragment) bool
	After int64 // the number of the last one seen
	Limit int
}

// ListFragments returns versions of fragments in the order in which they were
// made, and whether more follow.
func (s *Service) ListFragments(ctx context.Context, sc org.Scope, q FragmentQuery) (Found[[]*schema.Fragment], bool, error) {
	var got Found[[]*schema.Fragment]
	more := false
	err := s.db.Read(ctx, sc, func(tx Tx) (err error) {
		if got.Item, more, err = seekFragments(ctx, tx, q); err != nil {
			return err
		}
		got.Names, err = namesOf(ctx, tx, needs.fragment, got.Item...)
		return err
	})
	return got, more, err
}

// Schema returns the fields of a kind of record.
func (s *Service) Schema(ctx context.Context, sc org.Scope, leaf don.Type) (set *schema.Set, err error) {
	err = s.db.Read(ctx, sc, func(tx Tx) error {
		set, err = schemaOf(ctx, tx, leaf)
		return err
	})
	return set, err
}

// NoFields returns those of the names that are no custom fields of a kind of
// record.
func (s *Service) NoFields(ctx context.Context, sc org.Scope, leaf don.Type, names []string) (absent []string, err error) {
	if len(names) == 0 {
		return nil, nil
	}
	err = s.db.Read(ctx, sc, func(tx Tx) error {
		set, err := schemaOf(ctx, tx, leaf)
		absent = slices.DeleteFunc(slices.Clone(names), func(n string) bool {
			_, known := set.Field(n)
			return known
		})
		return err
	})
	return absent, err
}
