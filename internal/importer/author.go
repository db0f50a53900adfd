package importer

import (
	"context"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
)

// Authors returns the members who made the imports, by number.
func (s *Service) Authors(ctx context.Context, sc org.Scope, ms ...*Import) (found map[int64]org.Member, err error) {
	var ns []int64
	for _, m := range ms {
		if id := don.FromTail(m.CreatedBy); id.Type == don.Member {
			ns = append(ns, id.N)
		}
	}
	if len(ns) == 0 {
		return nil, nil
	}
	err = s.DB.Read(ctx, sc, func(tx Tx) error {
		found, err = tx.MembersByN(ctx, ns)
		return err
	})
	return found, err
}
