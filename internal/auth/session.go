package auth

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// DevOrgSummary is an org as responses show it.
type DevOrgSummary struct {
	Type        string `json:"type" doc:"Always dev_org."`
	ID          string `json:"id"`
	DisplayID   string `json:"display_id"`
	DisplayName string `json:"display_name"`
	Slug        string `json:"dev_slug"`
}

// Summary returns the org as responses show it.
func (s *Service) Summary(o org.Org) DevOrgSummary {
	space := don.Space{Partition: s.partition, Org: o.Public}
	return DevOrgSummary{Type: "dev_org", ID: space.OrgDON(), DisplayID: space.OrgDisplay(), DisplayName: o.Name, Slug: o.Slug}
}

func newToken(kind Kind, subject don.ID, secret string, expires, now time.Time) Token {
	expires = expires.UTC().Truncate(time.Microsecond)
	return Token{ID: don.Random(20), Kind: kind, Hash: hashSecret(secret), Subject: subject, CreatedAt: now, ExpiresAt: &expires}
}

// Credentials are what someone signs in with.
type Credentials struct {
	Email    string
	Password string
	Org      string // slug, display id or DON; may be empty
	Address  string // of the client, for the throttle
}

// maxOrgsPerSignIn bounds how many passwords one sign-in is compared with.
const maxOrgsPerSignIn = 8

var errWrongPassword = errs.New(errs.Unauthenticated, "unauthenticated", "the e-mail address or the password is wrong")

// SignIn starts a session and returns its secret. Errors: unauthenticated;
// conflict with dev_orgs when the address and password fit several orgs and
// none was chosen; forbidden when the member is deactivated; too_many.
func (s *Service) SignIn(ctx context.Context, c Credentials) (Actor, string, error) {
	key, err := contact.Email(c.Email)
	if err != nil {
		return Actor{}, "", about("email", err)
	}
	try := attempt{address: network(c.Address), account: key}
	if err := s.throttle.allow(try); err != nil {
		return Actor{}, "", err
	}
	matches, err := s.matches(ctx, key, c)
	if err != nil {
		return Actor{}, "", err
	}
	if len(matches) == 0 {
		s.throttle.failed(try)
		return Actor{}, "", errWrongPassword
	}
	s.throttle.succeeded(try)
	if len(matches) > 1 {
		return Actor{}, "", s.several(matches)
	}
	if err := Allow(matches[0], "sessions.create", don.ID{}); err != nil {
		return Actor{}, "", err
	}
	return s.startSession(ctx, matches[0])
}

// matches returns the members that an address and password fit. It takes the
// time of one comparison when there is no such member at all.
func (s *Service) matches(ctx context.Context, key string, c Credentials) ([]Actor, error) {
	candidates, err := s.candidates(ctx, key, c.Org)
	if err != nil {
		return nil, err
	}
	if len(candidates) == 0 {
		_, err := s.hasher.verify(ctx, "", c.Password)
		return nil, err
	}
	var out []Actor
	for _, a := range candidates {
		ok, err := s.hasher.verify(ctx, a.Member.Password, c.Password)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, a)
		}
	}
	return out, nil
}

func (s *Service) candidates(ctx context.Context, key, ref string) ([]Actor, error) {
	ids, err := s.db.Routes(ctx, RouteMember, key)
	if err != nil {
		return nil, err
	}
	slices.Sort(ids)
	var out []Actor
	for _, id := range ids {
		o, err := s.db.Org(ctx, id)
		if err != nil {
			return nil, err
		}
		if ref != "" && !s.names(o, ref) || len(out) == maxOrgsPerSignIn {
			continue
		}
		a := Actor{Org: o, Scope: s.scope(o, org.System)}
		err = s.db.Read(ctx, a.Scope, func(tx Tx) error {
			found, err := tx.MembersByEmail(ctx, []string{key})
			a.Member = found[key]
			return err
		})
		if err != nil {
			return nil, err
		}
		a.Scope.Actor = a.Member.ID()
		out = append(out, a)
	}
	return out, nil
}

func (s *Service) several(matches []Actor) error {
	var orgs []DevOrgSummary
	for _, a := range matches {
		orgs = append(orgs, s.Summary(a.Org))
	}
	return errs.Clash("dev_org", "the address belongs to several organisations; name one of them").With("dev_orgs", orgs)
}

func (s *Service) startSession(ctx context.Context, a Actor) (Actor, string, error) {
	secret := don.Random(40)
	err := s.db.Write(ctx, a.Scope, func(tx Tx) error {
		a.Token = newToken(Session, a.Member.ID(), secret, tx.Now().Add(SessionLife), tx.Now())
		return tx.InsertToken(ctx, a.Token)
	})
	return a, secret, err
}

// SignOut ends the caller's session.
func (s *Service) SignOut(ctx context.Context, a Actor) error {
	defer s.cache.clear()
	return s.db.Write(ctx, a.Scope, func(tx Tx) error {
		_, err := tx.RevokeToken(ctx, a.Token)
		return err
	})
}

var errDeadLink = errs.New(errs.NotFound, "not_found", "the link is not valid: it works once and for a day; ask an admin for a new one")

// Redeem sets the password of the member a link was made for and ends the
// member's sessions. Errors: invalid, not_found when the link is used up or
// expired, too_many.
func (s *Service) Redeem(ctx context.Context, address, secret, password string) error {
	try := attempt{address: network(address)}
	if err := s.throttle.allow(try); err != nil {
		return err
	}
	if err := CheckPassword("password", password); err != nil {
		return err
	}
	a, err := s.load(ctx, hashSecret(secret), Reset, errDeadLink)
	if err == nil && (a.Token.Status(s.now()) != "active" || a.Member.State != org.Active) {
		err = errDeadLink
	}
	if err != nil {
		s.throttle.failed(try)
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	defer s.cache.clear()
	if err := s.db.Write(ctx, a.Scope, func(tx Tx) error { return redeem(ctx, tx, a.Token, hash) }); err != nil {
		return err
	}
	if key, err := contact.Email(a.Member.Email); err == nil {
		s.throttle.pardon(attempt{address: try.address, account: key})
	}
	return nil
}

func redeem(ctx context.Context, tx Tx, link Token, hash string) error {
	mine, err := tx.RevokeToken(ctx, link)
	if err != nil {
		return err
	}
	if !mine {
		return errDeadLink // somebody else was faster
	}
	before, err := tx.Member(ctx, link.Subject.N)
	if err != nil {
		return err
	}
	after := before
	after.Password, after.ModifiedAt = hash, tx.Now()
	if err := tx.UpdateMember(ctx, before, after); err != nil {
		return err
	}
	return revokeAll(ctx, tx, link.Subject, Session, Reset)
}
