package directory

import (
	"context"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/org"
)

// Condition is a part of a filter that all of the others are joined to by and.
type Condition struct {
	Text    string
	Indexed bool // answered from indexes; else row by row
}

// ExplainFilter tells of each condition of a filter for records of a type how it
// is answered, as of now: one on related records is answered from indexes as long
// as few of these meet it. Errors: invalid.
func (s *Service) ExplainFilter(ctx context.Context, sc org.Scope, leaf don.Type, where Where) ([]Condition, error) {
	tree := where.Tree.Canonical()
	parts := []filter.Node{tree}
	if tree.Op == filter.And {
		parts = tree.Nodes
	}
	out := make([]Condition, len(parts))
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		room := maxServed
		for i, p := range parts {
			a, err := ask(ctx, tx, leaf, Query{Where: Where{Tree: p, Zone: where.Zone, At: where.At}})
			if err != nil {
				return err
			}
			out[i] = Condition{Text: filter.Format(p)}
			if n := a.served.Leaves(); a.rest.IsAll() && n <= room {
				out[i].Indexed = true
				room -= n
			}
		}
		return nil
	})
	return out, err
}
