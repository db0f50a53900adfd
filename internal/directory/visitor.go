package directory

import (
	"context"
	"errors"

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
	visit, err := in.visit(secret)
	if err != nil {
		return nil, false, err
	}
	visit.Fresh = fresh
	return s.welcome(ctx, sc, visit, then)
}

// WelcomeBack is Welcome for a visitor who has been here before: nobody new is
// made. Known is false for who is not known by the secret.
func (s *Service) WelcomeBack(ctx context.Context, sc org.Scope, in RevInfo, secret string, then Then) (c *contact.Contact, known bool, err error) {
	visit, err := in.visit(secret)
	if err != nil {
		return nil, false, err
	}
	if known, err = s.recognises(ctx, sc, secret); err != nil || !known {
		return nil, false, err
	}
	visit.Known = true
	c, _, err = s.welcome(ctx, sc, visit, then)
	if errors.Is(err, identity.ErrUnknown) {
		return nil, false, nil
	}
	return c, err == nil, err
}

// Adopt makes the contact of the visitor with a secret part of a contact that is
// proven to be at the same browser, by the rule visitor_return and where that
// allows it, in one transaction. Errors: not_found for the contact.
func (s *Service) Adopt(ctx context.Context, sc org.Scope, n int64, secret string) error {
	if known, err := s.recognises(ctx, sc, secret); err != nil || !known {
		return err
	}
	return s.db.Write(ctx, sc, func(tx Tx) error {
		c, err := liveContact(ctx, tx, n, true)
		if err != nil {
			return err
		}
		_, err = identity.Adopt(ctx, tx, c, secret)
		return err
	})
}

// recognises reports whether a visitor's secret has been given to anybody. It tells
// most that lead nowhere from others without a write.
func (s *Service) recognises(ctx context.Context, sc org.Scope, secret string) (known bool, err error) {
	err = s.db.Read(ctx, sc, func(tx Tx) error {
		said, err := tx.ClaimsBySecret(ctx, secret)
		known = len(said) > 0
		return err
	})
	return known, err
}

// CheckVisit returns what is invalid in what a visitor says of themselves.
func (s *Service) CheckVisit(in RevInfo) error {
	_, err := in.visit("")
	return err
}

func (s *Service) welcome(ctx context.Context, sc org.Scope, visit identity.Visit, then Then) (c *contact.Contact, created bool, err error) {
	err = s.db.Write(ctx, sc, func(tx Tx) error {
		var err error
		if c, created, err = identity.Welcome(ctx, tx, visit); err != nil {
			return err
		}
		return then(ctx, tx, contactOf(c.N))
	})
	return c, created, err
}

// visit is what a visitor says of themselves, who brings the secret.
func (in RevInfo) visit(secret string) (identity.Visit, error) {
	ids, err := in.normalise()
	return identity.Visit{
		Secret: secret, DisplayName: in.User.DisplayName, FullName: in.User.FullName,
		Identifiers: ids, Account: in.AccountRef, Workspace: in.WorkspaceRef,
	}, err
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
