package directory

import (
	"context"

	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

// ExplainContact returns the evidence that a contact is one person. Errors:
// not_found, invalid for one that was merged into another.
func (s *Service) ExplainContact(ctx context.Context, sc org.Scope, n int64) (Found[identity.Explained], error) {
	var got Found[identity.Explained]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		c, err := liveContact(ctx, tx, n, false)
		if err != nil {
			return err
		}
		e, err := identity.Explain(ctx, tx, c)
		if err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.explained, e)
		return err
	})
	return got, err
}

func (n needs) explained(e identity.Explained) {
	n.contact(e.Contact)
	n.add(contactOf(e.Contact.N))
	for _, m := range e.Merges {
		n.merge(m)
	}
}
