package auth

import (
	"cmp"
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// Token is a secret that lets someone act. Only its hash is stored.
type Token struct {
	ID        string
	Kind      Kind
	Hash      string // base64url SHA-256 of the secret
	Subject   don.ID
	Hint      string
	Scopes    string
	ClientID  string // of application tokens: the application
	Parent    string // the id of the token that this one was obtained with, "" when a member made it
	Via       don.ID // the service account that acts as the subject, else zero
	KeyID     string // of the key that signed it; "" when it is no JWT
	CreatedAt time.Time
	ExpiresAt *time.Time
	RevokedAt *time.Time
}

// DON returns the token's id, which is no secret.
func (t Token) DON() don.ID { return don.ID{Type: don.Token, Local: t.ID} }

// Status returns active, expired or revoked.
func (t Token) Status(now time.Time) string {
	switch {
	case t.RevokedAt != nil:
		return "revoked"
	case t.ExpiresAt != nil && !now.Before(*t.ExpiresAt):
		return "expired"
	default:
		return "active"
	}
}

// Lives of secrets.
const (
	DefaultTokenDays = 90
	SessionLife      = 30 * 24 * time.Hour // since the last use
	ResetLife        = 24 * time.Hour
	sessionStep      = time.Hour // how often use is noted

	CustomerLife    = time.Hour      // of tokens for contacts, unless told otherwise
	MaxCustomerLife = 24 * time.Hour // and at most
	ActAsLife       = time.Hour
	MaxActAsLife    = 24 * time.Hour
	OneTimeLife     = 5 * time.Minute
)

// lastExpiry is the latest expiry a token can have: the store's timestamps end there.
var lastExpiry = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// Limits of what a token is given along. They are in bytes and generous.
const (
	maxHint    = 256
	maxScope   = 4096
	maxTokens  = 1000 // active ones of a member or service account
	maxAud     = 20
	maxAudText = 256
	maxSecret  = 16 << 10 // a whole token
)

// ExpiryAfter returns the moment that many days after now; 0 days means the
// default of 90.
func ExpiryAfter(now time.Time, days uint32) time.Time {
	if days == 0 {
		days = DefaultTokenDays
	}
	at := time.Unix(now.Unix()+int64(days)*24*60*60, 0).UTC()
	if at.After(lastExpiry) {
		return lastExpiry
	}
	return at
}

// hashSecret returns what the store knows a secret by. Secrets are long and
// random, so a plain hash cannot be reversed by guessing.
func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// TokenRequest describes a token to issue.
type TokenRequest struct {
	Kind     Kind          // Personal when empty
	Days     uint32        // until it expires; 0 means 90
	Life     time.Duration // the same for kinds that live for minutes; 0 means the kind's own
	Hint     string
	Scope    string // space separated
	Audience []string
	ClientID string
	Account  int64 // of application tokens: the service account, 0 for that of the client id, or a new one
}

func (r TokenRequest) check() error {
	switch {
	case len(r.Hint) > maxHint:
		return errs.NotPermitted("token_hint", "has %d bytes; at most %d are allowed", len(r.Hint), maxHint)
	case len(r.Scope) > maxScope:
		return errs.NotPermitted("scope", "has %d bytes; at most %d are allowed", len(r.Scope), maxScope)
	case len(r.ClientID) > maxHint:
		return errs.NotPermitted("client_id", "has %d bytes; at most %d are allowed", len(r.ClientID), maxHint)
	case r.Kind == PublicApplication && slices.Contains(strings.Fields(r.Scope), ScopeActAs):
		return errs.NotPermitted("scope", "%q cannot be given to a public token, which everybody can read", ScopeActAs)
	case len(r.Audience) > maxAud:
		return errs.NotPermitted("aud", "has %d elements; at most %d are allowed", len(r.Audience), maxAud)
	}
	for _, a := range r.Audience {
		if len(a) > maxAudText {
			return errs.NotPermitted("aud", "has an element of %d bytes; at most %d are allowed", len(a), maxAudText)
		}
	}
	return nil
}

// checkVisitor refuses what would make a visitor's token look like more than it
// is to others who verify it.
func (r TokenRequest) checkVisitor() error {
	const chosen = "cannot be chosen with a public token, which everybody can read; leave it out"
	switch {
	case r.Kind != Visitor:
		return nil
	case len(r.Audience) > 0:
		return errs.NotPermitted("aud", chosen)
	case r.Scope != "":
		return errs.NotPermitted("scope", chosen)
	}
	return nil
}

// claims are what a token says of itself. The names are those that clients of
// DevRev's API read.
type claims struct {
	jwt.RegisteredClaims
	AuthorizedParty string `json:"azp,omitempty"`
	Scope           string `json:"scope,omitempty"`
	ClientID        string `json:"http://devrev.ai/clientid,omitempty"`
	OrgDON          string `json:"http://devrev.ai/devo_don"`
	OrgID           string `json:"http://devrev.ai/devoid"`
	Account         string `json:"http://devrev.ai/svcacc,omitempty"`
	TokenType       string `json:"http://devrev.ai/tokentype"`
}

// kind returns the kind that the token says it is, "" for one that is no JWT of
// ours. What counts is the stored one; this only says where to look.
func (c claims) kind() Kind {
	if k := Kind(strings.TrimPrefix(c.TokenType, TypePrefix)); slices.Contains(jwtKinds, k) {
		return k
	}
	return ""
}

// defaultAudience is in every token, beside what its requester asks for.
const defaultAudience = "kith"

// IssueToken creates a token of a member or, when the request is for an
// application token, of a service account, and returns its secret, which is not
// stored. Errors: invalid, not_found, forbidden, too_many.
func (s *Service) IssueToken(ctx context.Context, a Actor, subject don.ID, req TokenRequest) (secret string, t Token, err error) {
	if err := req.check(); err != nil {
		return "", Token{}, err
	}
	if req.Kind == Application || req.Kind == PublicApplication {
		return s.issueApplication(ctx, a, req)
	}
	secret, t, err = s.signed(ctx, a, subject, req, s.stamp())
	if err != nil {
		return "", Token{}, err
	}
	defer s.cache.clear()
	err = s.db.Write(ctx, a.Scope, func(tx Tx) error {
		m, err := tx.Member(ctx, subject.N)
		if err != nil {
			return err
		}
		if m.State != org.Active {
			return errs.Denied("%s is deactivated; a token would not work", m.Email)
		}
		if err := limitTokens(ctx, tx, subject, Personal); err != nil {
			return err
		}
		return tx.InsertToken(ctx, t)
	})
	return secret, t, err
}

// issueApplication signs after the service account is known, for it may be a
// new one.
func (s *Service) issueApplication(ctx context.Context, a Actor, req TokenRequest) (secret string, t Token, err error) {
	defer s.cache.clear()
	err = s.db.Write(ctx, a.Scope, func(tx Tx) error {
		sa, err := applicationOf(ctx, tx, req)
		if err != nil {
			return err
		}
		if err := limitTokens(ctx, tx, sa.ID(), req.Kind); err != nil {
			return err
		}
		req.ClientID = sa.ClientID
		if secret, t, err = s.signed(ctx, a, sa.ID(), req, tx.Now()); err != nil {
			return err
		}
		return tx.InsertToken(ctx, t)
	})
	return secret, t, err
}

// stamp is the present as the store keeps it.
func (s *Service) stamp() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

func limitTokens(ctx context.Context, tx Tx, subject don.ID, kind Kind) error {
	ts, err := tx.TokensOf(ctx, subject, kind)
	if err != nil {
		return err
	}
	active := 0
	for _, t := range ts {
		if t.Status(tx.Now()) == "active" {
			active++
		}
	}
	if active >= maxTokens {
		return errs.New(errs.TooMany, "too_many_requests", "%s has %d active tokens already; revoke some first", subject.Display(), active)
	}
	return nil
}

// signed makes a long-lived token and its secret, a JWT.
func (s *Service) signed(ctx context.Context, a Actor, subject don.ID, req TokenRequest, now time.Time) (string, Token, error) {
	expires := ExpiryAfter(now, req.Days)
	key, keyID, err := s.keys.signing(ctx)
	if err != nil {
		return "", Token{}, err
	}
	t := Token{
		KeyID: keyID, ID: don.Random(20), Kind: cmp.Or(req.Kind, Personal), Subject: subject, Hint: req.Hint,
		Scopes: strings.Join(strings.Fields(req.Scope), " "), ClientID: req.ClientID, CreatedAt: now, ExpiresAt: &expires,
	}
	secret, err := s.sign(key, a.Scope.Space, t, req.Audience)
	t.Hash = hashSecret(secret)
	return secret, t, err
}

// sign returns the JWT of a token.
func (s *Service) sign(key *rsa.PrivateKey, space don.Space, t Token, audience []string) (string, error) {
	if !slices.Contains(audience, defaultAudience) {
		audience = append(slices.Clone(audience), defaultAudience)
	}
	kind := TypePrefix + string(t.Kind)
	party := cmp.Or(t.Via, t.Subject)
	c := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: s.issuer, Subject: space.Format(t.Subject), Audience: audience, ID: space.Format(t.DON()),
			IssuedAt: jwt.NewNumericDate(t.CreatedAt), ExpiresAt: jwt.NewNumericDate(*t.ExpiresAt),
		},
		AuthorizedParty: space.Format(party), Scope: strings.TrimSpace(kind + " " + t.Scopes), ClientID: t.ClientID,
		OrgDON: space.OrgDON(), OrgID: space.OrgDisplay(), TokenType: kind,
	}
	if party.Type == don.ServiceAccount {
		c.Account = space.Format(party)
	}
	unsigned := jwt.NewWithClaims(jwt.SigningMethodRS256, c)
	unsigned.Header["kid"] = t.KeyID
	unsigned.Header["iss"] = s.issuer
	return unsigned.SignedString(key)
}

// checkSignature refuses what this installation did not sign for itself, before
// the database is asked about it, and returns what the token says. The key is
// chosen by its id among our own; nothing else in the token's head counts.
func (s *Service) checkSignature(ctx context.Context, secret string) (claims, error) {
	var c claims
	if len(secret) > maxSecret {
		return c, errBadToken
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired(), jwt.WithAudience(defaultAudience), jwt.WithTimeFunc(s.now))
	_, err := parser.ParseWithClaims(secret, &c, func(t *jwt.Token) (any, error) {
		if _, extended := t.Header["crit"]; extended {
			return nil, errors.New("the token's head asks for an extension")
		}
		id, _ := t.Header["kid"].(string)
		key, ok, err := s.keys.verifying(ctx, id)
		if err == nil && !ok {
			err = fmt.Errorf("unknown key id %q", id)
		}
		return key, err
	})
	switch {
	case err == nil && c.kind() != "":
		return c, nil
	case errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenSignatureInvalid) && !errors.Is(err, jwt.ErrTokenInvalidAudience):
		return c, errTokenExpired
	case errs.Is(err, errs.Unavailable):
		return c, err
	default:
		return c, errBadToken.Because(err)
	}
}

// Tokens returns the tokens that a member, service account or contact has of
// some kinds, the newest first. Errors: not_found for a subject that does not exist.
func (s *Service) Tokens(ctx context.Context, a Actor, subject don.ID, kinds ...Kind) ([]Token, error) {
	var out []Token
	err := s.db.Read(ctx, a.Scope, func(tx Tx) error {
		out = nil
		if err := (&Actor{}).identify(ctx, tx, subject); err != nil {
			return err
		}
		for _, k := range kinds {
			ts, err := tx.TokensOf(ctx, subject, k)
			if err != nil {
				return err
			}
			out = append(out, ts...)
		}
		return nil
	})
	slices.SortStableFunc(out, func(x, y Token) int { return y.CreatedAt.Compare(x.CreatedAt) })
	return out, err
}

// ApplicationTokens returns the org's application tokens, the newest first, at
// most 1,000; with a client id those of one application.
func (s *Service) ApplicationTokens(ctx context.Context, a Actor, clientID string) (out []Token, err error) {
	err = s.db.Read(ctx, a.Scope, func(tx Tx) error {
		out, err = tx.TokensOfClient(ctx, clientID)
		return err
	})
	return out, err
}

// TokenByID returns a token or session of the org, or not_found.
func (s *Service) TokenByID(ctx context.Context, a Actor, id string) (t Token, err error) {
	err = s.db.Read(ctx, a.Scope, func(tx Tx) error {
		t, err = visibleToken(ctx, tx, id)
		return err
	})
	return t, err
}

// visibleToken hides password links: whoever may list tokens must not be able
// to tell that somebody is about to set a password. What belongs to a widget goes
// with the widget alone.
func visibleToken(ctx context.Context, tx Tx, id string) (Token, error) {
	t, err := tx.TokenByID(ctx, id)
	if err == nil && (t.Kind == Reset || t.Kind == Widget) {
		return Token{}, errs.Gone("the token")
	}
	return t, err
}

// RenameToken changes a token's hint and returns the token.
func (s *Service) RenameToken(ctx context.Context, a Actor, id, hint string) (t Token, err error) {
	if len(hint) > maxHint {
		return t, errs.NotPermitted("token_hint", "has %d bytes; at most %d are allowed", len(hint), maxHint)
	}
	defer s.cache.clear()
	err = s.db.Write(ctx, a.Scope, func(tx Tx) error {
		if t, err = visibleToken(ctx, tx, id); err != nil {
			return err
		}
		t.Hint = hint
		return tx.RenameToken(ctx, t)
	})
	return t, err
}

// RevokeToken ends a token at once. Revoking it again changes nothing.
func (s *Service) RevokeToken(ctx context.Context, a Actor, id string) error {
	defer s.cache.clear()
	return s.db.Write(ctx, a.Scope, func(tx Tx) error {
		t, err := visibleToken(ctx, tx, id)
		if err != nil {
			return err
		}
		_, err = tx.RevokeToken(ctx, t)
		return err
	})
}

// RevokeTokens ends every token of some kinds that a member, service account or
// contact has.
func (s *Service) RevokeTokens(ctx context.Context, a Actor, subject don.ID, kinds ...Kind) error {
	defer s.cache.clear()
	return s.db.Write(ctx, a.Scope, func(tx Tx) error { return revokeAll(ctx, tx, subject, kinds...) })
}
