package directory

import (
	"context"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
)

// CustomWhere binds a filter over the custom fields of some kinds of records, of
// which the first that has a field decides what it is. Errors: invalid, also for
// what no index answers.
func CustomWhere(ctx context.Context, tx Tx, leaves []don.Type, where Where) (filter.Bound, error) {
	if where.Tree.Op == "" {
		return filter.Bound{}, nil
	}
	c := &filter.Catalog{Fields: map[string]filter.Field{}}
	for _, leaf := range leaves {
		set, err := schemaOf(ctx, tx, leaf)
		if err != nil {
			return filter.Bound{}, err
		}
		for _, f := range set.All() {
			for _, x := range f.Lookups() {
				if _, known := c.Fields[x.Name]; known || !x.Filterable {
					continue
				}
				if field, ok := x.FilterField(x.Name, env(tx.Scope())); ok {
					c.Fields[x.Name] = field
				}
			}
		}
	}
	bound, err := filter.Bind(where.Tree, c, tx.Now())
	if err != nil {
		return filter.Bound{}, err
	}
	if !tx.Serves(leaves[0], bound) {
		return filter.Bound{}, errs.NotPermitted("custom_fields", "cannot be looked for by these values; give shorter ones")
	}
	return bound, nil
}
