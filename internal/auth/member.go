package auth

import (
	"context"
	"strings"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// maxMembers bounds an org's team: lists of members are sorted in memory.
const maxMembers = 10_000

// NewMember describes a member to add.
type NewMember struct {
	Email       string
	DisplayName string // empty: the e-mail's local part
	Password    string // empty: none yet, a link sets it
}

// memberFrom checks and normalises; the password is hashed by the caller.
func memberFrom(n NewMember) (m org.Member, emailKey string, err error) {
	if n.Email == "" {
		return m, "", errs.Missing("email")
	}
	key, err := contact.Email(n.Email)
	if err != nil {
		return m, "", about("email", err)
	}
	name := n.DisplayName
	if strings.TrimSpace(name) == "" {
		name, _, _ = strings.Cut(n.Email, "@")
	}
	if name, err = contact.DisplayName(name); err != nil {
		return m, "", about("display_name", err)
	}
	return org.Member{Email: strings.TrimSpace(n.Email), DisplayName: name, State: org.Active, Role: org.Admin}, key, nil
}

// about names the field that a normaliser's error is about.
func about(field string, err error) error {
	e := errs.As(err)
	if e == nil {
		return err
	}
	c := *e
	c.Field = field
	return &c
}

// hashed returns the hash of a new password, "" when there is none.
func (s *Service) hashed(ctx context.Context, password string) (string, error) {
	if password == "" {
		return "", nil
	}
	if err := CheckPassword("password", password); err != nil {
		return "", err
	}
	return s.hasher.hash(ctx, password)
}

func addMember(ctx context.Context, tx Tx, m org.Member, emailKey string) (org.Member, error) {
	all, err := tx.Members(ctx)
	if err != nil {
		return m, err
	}
	if len(all) >= maxMembers {
		return m, errs.New(errs.TooMany, "too_many_requests", "an organisation can have at most %d members", maxMembers)
	}
	if m.N, err = tx.Next(ctx, don.Member, 1); err != nil {
		return m, err
	}
	m.CreatedAt, m.ModifiedAt = tx.Now(), tx.Now()
	return m, tx.InsertMember(ctx, m, emailKey)
}

// AddMember adds a member to the caller's org. Errors: invalid, conflict when
// the address is taken.
func (s *Service) AddMember(ctx context.Context, a Actor, n NewMember) (org.Member, error) {
	m, key, err := memberFrom(n)
	if err != nil {
		return m, err
	}
	if m.Password, err = s.hashed(ctx, n.Password); err != nil {
		return m, err
	}
	err = s.db.Write(ctx, a.Scope, func(tx Tx) error {
		added, err := addMember(ctx, tx, m, key)
		m = added
		return err
	})
	return m, err
}

// Members returns the org's members in the order of their making.
func (s *Service) Members(ctx context.Context, a Actor) (out []org.Member, err error) {
	err = s.db.Read(ctx, a.Scope, func(tx Tx) error {
		out, err = tx.Members(ctx)
		return err
	})
	return out, err
}

// Member returns one member, or not_found.
func (s *Service) Member(ctx context.Context, a Actor, id don.ID) (m org.Member, err error) {
	err = s.db.Read(ctx, a.Scope, func(tx Tx) error {
		m, err = tx.Member(ctx, id.N)
		return err
	})
	return m, err
}

// MemberByRef returns the member that an e-mail address, a display id or a DON
// names. Errors: invalid, not_found.
func (s *Service) MemberByRef(ctx context.Context, a Actor, field, ref string) (m org.Member, err error) {
	if ref == "" {
		return m, errs.Missing(field)
	}
	key, bad := contact.Email(ref)
	if bad != nil {
		id, err := a.Scope.Space.Parse(field, ref, don.Member)
		if err != nil {
			return m, err
		}
		return s.Member(ctx, a, id)
	}
	err = s.db.Read(ctx, a.Scope, func(tx Tx) error {
		found, err := tx.MembersByEmail(ctx, []string{key})
		if err != nil {
			return err
		}
		var ok bool
		if m, ok = found[key]; !ok {
			e := errs.New(errs.NotFound, "not_found", "%s has no member %s", a.Org.Name, key)
			e.Field = field
			return e
		}
		return nil
	})
	return m, err
}

// Deactivate ends everything a member may do: sessions, tokens and links are
// revoked with it. The last active admin cannot be deactivated (conflict).
func (s *Service) Deactivate(ctx context.Context, a Actor, id don.ID) (m org.Member, err error) {
	defer s.cache.clear()
	err = s.db.Write(ctx, a.Scope, func(tx Tx) error {
		admins, err := tx.LockAdmins(ctx)
		if err != nil {
			return err
		}
		before, err := tx.Member(ctx, id.N)
		if err != nil {
			return err
		}
		m = before
		if before.State == org.Deactivated {
			return nil
		}
		if len(admins) == 1 && admins[0] == id.N {
			return errs.New(errs.Conflict, "conflict", "%s is the last active admin of %s; make another one first", before.Email, a.Org.Name)
		}
		m.State, m.ModifiedAt = org.Deactivated, tx.Now()
		if err := tx.UpdateMember(ctx, before, m); err != nil {
			return err
		}
		return revokeAll(ctx, tx, id, Personal, Session, Reset, ActAsMember)
	})
	return m, err
}

// Activate lets a deactivated member in again. What was revoked stays revoked.
func (s *Service) Activate(ctx context.Context, a Actor, id don.ID) (m org.Member, err error) {
	defer s.cache.clear()
	err = s.db.Write(ctx, a.Scope, func(tx Tx) error {
		before, err := tx.Member(ctx, id.N)
		if err != nil {
			return err
		}
		m = before
		if before.State == org.Active {
			return nil
		}
		m.State, m.ModifiedAt = org.Active, tx.Now()
		return tx.UpdateMember(ctx, before, m)
	})
	return m, err
}

func revokeAll(ctx context.Context, tx Tx, subject don.ID, kinds ...Kind) error {
	for _, k := range kinds {
		if err := tx.RevokeTokensOf(ctx, subject, k); err != nil {
			return err
		}
	}
	return nil
}

// PasswordLink makes the secret of a link by which a member sets a password,
// once and within a day. Links made before stop working.
func (s *Service) PasswordLink(ctx context.Context, a Actor, id don.ID) (secret string, t Token, err error) {
	secret = don.Random(40)
	err = s.db.Write(ctx, a.Scope, func(tx Tx) error {
		m, err := tx.Member(ctx, id.N)
		if err != nil {
			return err
		}
		if m.State != org.Active {
			return errs.Denied("%s is deactivated; activate the member first", m.Email)
		}
		if err := tx.RevokeTokensOf(ctx, id, Reset); err != nil {
			return err
		}
		t = newToken(Reset, id, secret, tx.Now().Add(ResetLife), tx.Now())
		return tx.InsertToken(ctx, t)
	})
	return secret, t, err
}
