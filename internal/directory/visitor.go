package directory

import (
	"context"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

// Welcome finds or makes the contact of a visitor who proves nothing, and runs
// then, all in one transaction. Secret is the hash of what the visitor's browser
// has kept; with it the same visitor comes back to the same contact. A new
// contact is made under the fresh one. What the visitor says of accounts and
// workspaces gives no place in one. It reports whether the contact is a new one.
// Errors: invalid, forbidden.
func (s *Service) Welcome(ctx context.Context, sc org.Scope, in RevInfo, secret, fresh string, then Then) (*contact.Contact, bool, error) {
	if in.ContactN != 0 {
		e := errs.Denied("a visitor cannot claim to be an existing contact by its id; give user_ref")
		e.Field = "rev_info.user_id"
		return nil, false, e
	}
	ids, err := in.normalise()
	if err != nil {
		return nil, false, err
	}
	visit := identity.Visit{
		Secret: secret, Fresh: fresh, DisplayName: in.User.DisplayName, FullName: in.User.FullName,
		Identifiers: ids, Account: in.AccountRef, Workspace: in.WorkspaceRef,
	}
	var c *contact.Contact
	created := false
	err = s.db.Write(ctx, sc, func(tx Tx) error {
		var err error
		if c, created, err = identity.Welcome(ctx, tx, visit); err != nil {
			return err
		}
		return then(ctx, tx, contactOf(c.N))
	})
	return c, created, err
}

// Said returns what the visitor whose contact this is has said of themselves,
// or not_found. It is all that the visitor may read.
func (s *Service) Said(ctx context.Context, sc org.Scope, n int64) (ContactFound, error) {
	var got ContactFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		known, err := liveContact(ctx, tx, n, false)
		if err != nil {
			return err
		}
		c, err := identity.Said(ctx, tx, n)
		if err != nil {
			return err
		}
		c.State, c.CreatedAt, c.ModifiedAt = known.State, known.CreatedAt, known.ModifiedAt
		got = ContactFound{c, &Names{}}
		return nil
	})
	return got, err
}

// Say changes what a visitor has said of their name; nil leaves it. Errors:
// invalid, not_found.
func (s *Service) Say(ctx context.Context, sc org.Scope, n int64, p ContactPatch) error {
	var visit identity.Visit
	for _, f := range []struct {
		dst   *string
		field string
		given *string
		norm  func(string) (string, error)
	}{{&visit.DisplayName, "display_name", p.DisplayName, contact.DisplayName}, {&visit.FullName, "full_name", p.FullName, contact.FullName}} {
		if err := SetText(f.dst, f.field, f.given, f.norm); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, sc, func(tx Tx) error {
		c, err := liveContact(ctx, tx, n, true)
		if err != nil {
			return err
		}
		return identity.Say(ctx, tx, c, visit)
	})
}
