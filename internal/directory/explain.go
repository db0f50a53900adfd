package directory

import (
	"context"

	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

// ExplainedContact is the evidence that a contact is one person, with the pairs
// that it was, or may be, one of.
type ExplainedContact struct {
	identity.Explained
	Pairs []Suspected // open and accepted ones
}

// maxExplained bounds the pairs of each state that are told.
const maxExplained = 100

// ExplainContact returns the evidence that a contact is one person. Errors:
// not_found, invalid for one that was merged into another.
func (s *Service) ExplainContact(ctx context.Context, sc org.Scope, n int64) (Found[ExplainedContact], error) {
	var got Found[ExplainedContact]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		c, err := liveContact(ctx, tx, n, false)
		if err != nil {
			return err
		}
		var e ExplainedContact
		if e.Explained, err = identity.Explain(ctx, tx, c); err != nil {
			return err
		}
		all, err := membersOf(ctx, tx, n)
		if err != nil {
			return err
		}
		for _, state := range []string{identity.DuplicateOpen, identity.DuplicateAccepted} {
			pairs, _, err := suspected(ctx, tx, DuplicateQuery{State: state, Of: all, Limit: maxExplained})
			if err != nil {
				return err
			}
			e.Pairs = append(e.Pairs, pairs...)
		}
		got, err = found(ctx, tx, needs.explained, e)
		return err
	})
	return got, err
}

func (n needs) explained(e ExplainedContact) {
	n.contact(e.Contact)
	n.add(contactOf(e.Contact.N))
	for _, m := range e.Merges {
		n.merge(m)
	}
	for _, p := range e.Pairs {
		n.suspected(p)
	}
}
