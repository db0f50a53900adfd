package auth

import (
	"context"
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

// Kind is what a stored secret lets its bearer do.
type Kind string

// The kinds of secrets.
const (
	Personal Kind = "pat"     // everything its member may do, for clients
	Session  Kind = "session" // the same, for a browser
	Reset    Kind = "reset"   // set the member's password, once
)

// Token is a secret that lets someone act. Only its hash is stored.
type Token struct {
	ID        string
	Kind      Kind
	Hash      string // base64url SHA-256 of the secret
	Subject   don.ID
	Hint      string
	Scopes    string
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
)

// lastExpiry is the latest expiry a token can have: the store's timestamps end there.
var lastExpiry = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// Limits of what a token is given along. They are in bytes and generous.
const (
	maxHint    = 256
	maxScope   = 4096
	maxTokens  = 1000 // active ones of a member
	maxAud     = 20
	maxAudText = 256
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

// TokenRequest describes a personal token to issue.
type TokenRequest struct {
	Days     uint32 // until it expires; 0 means 90
	Hint     string
	Scope    string // space separated
	Audience []string
	ClientID string
}

func (r TokenRequest) check() error {
	switch {
	case len(r.Hint) > maxHint:
		return errs.NotPermitted("token_hint", "has %d bytes; at most %d are allowed", len(r.Hint), maxHint)
	case len(r.Scope) > maxScope:
		return errs.NotPermitted("scope", "has %d bytes; at most %d are allowed", len(r.Scope), maxScope)
	case len(r.ClientID) > maxHint:
		return errs.NotPermitted("client_id", "has %d bytes; at most %d are allowed", len(r.ClientID), maxHint)
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

// claims are what a token says of itself. The names are those that clients of
// DevRev's API read.
type claims struct {
	jwt.RegisteredClaims
	AuthorizedParty string `json:"azp,omitempty"`
	Scope           string `json:"scope,omitempty"`
	ClientID        string `json:"http://devrev.ai/clientid,omitempty"`
	OrgDON          string `json:"http://devrev.ai/devo_don"`
	OrgID           string `json:"http://devrev.ai/devoid"`
	TokenType       string `json:"http://devrev.ai/tokentype"`
}

// Token types as clients name them.
const (
	TypePrefix   = "urn:devrev:params:oauth:token-type:"
	TypePersonal = TypePrefix + "pat"
	TypeSession  = TypePrefix + "session:dev0"
	GrantIssue   = "urn:devrev:params:oauth:grant-type:token-issue"
	GrantSwap    = "urn:ietf:params:oauth:grant-type:token-exchange"
)

const defaultAudience = "kith"

// IssueToken creates a personal token of a member and returns its secret, which
// is not stored. Errors: invalid, not_found, forbidden.
func (s *Service) IssueToken(ctx context.Context, a Actor, subject don.ID, req TokenRequest) (secret string, t Token, err error) {
	if err := req.check(); err != nil {
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
		if err := limitTokens(ctx, tx, subject); err != nil {
			return err
		}
		secret, t, err = s.signed(a, subject, req, tx.Now())
		if err != nil {
			return err
		}
		return tx.InsertToken(ctx, t)
	})
	return secret, t, err
}

func limitTokens(ctx context.Context, tx Tx, subject don.ID) error {
	ts, err := tx.TokensOf(ctx, subject, Personal)
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

// signed makes a token and its secret, a JWT.
func (s *Service) signed(a Actor, subject don.ID, req TokenRequest, now time.Time) (string, Token, error) {
	expires := ExpiryAfter(now, req.Days)
	t := Token{
		ID: don.Random(20), Kind: Personal, Subject: subject, Hint: req.Hint,
		Scopes: strings.Join(strings.Fields(req.Scope), " "), CreatedAt: now, ExpiresAt: &expires,
	}
	space := a.Scope.Space
	audience := req.Audience
	if len(audience) == 0 {
		audience = []string{defaultAudience}
	}
	c := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: s.issuer, Subject: space.Format(subject), Audience: audience, ID: space.Format(t.DON()),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(expires),
		},
		AuthorizedParty: space.Format(subject), Scope: strings.TrimSpace(TypePersonal + " " + t.Scopes), ClientID: req.ClientID,
		OrgDON: space.OrgDON(), OrgID: space.OrgDisplay(), TokenType: TypePersonal,
	}
	unsigned := jwt.NewWithClaims(jwt.SigningMethodRS256, c)
	unsigned.Header["kid"] = s.keys.id
	unsigned.Header["iss"] = s.issuer
	secret, err := unsigned.SignedString(s.keys.current)
	t.Hash = hashSecret(secret)
	return secret, t, err
}

// checkSignature refuses what this installation did not sign, before the
// database is asked about it.
func (s *Service) checkSignature(secret string) error {
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired(), jwt.WithTimeFunc(s.now))
	_, err := parser.ParseWithClaims(secret, &claims{}, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		if key, ok := s.keys.public[id]; ok {
			return key, nil
		}
		return nil, fmt.Errorf("unknown key id %q", id)
	})
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return errTokenExpired
	default:
		return errBadToken.Because(err)
	}
}

// Tokens returns the tokens of a member, the newest first: personal ones,
// sessions or both, by kinds.
func (s *Service) Tokens(ctx context.Context, a Actor, subject don.ID, kinds ...Kind) ([]Token, error) {
	var out []Token
	err := s.db.Read(ctx, a.Scope, func(tx Tx) error {
		out = nil
		if _, err := tx.Member(ctx, subject.N); err != nil {
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

// TokenByID returns a personal token or session of the org, or not_found.
func (s *Service) TokenByID(ctx context.Context, a Actor, id string) (t Token, err error) {
	err = s.db.Read(ctx, a.Scope, func(tx Tx) error {
		t, err = visibleToken(ctx, tx, id)
		return err
	})
	return t, err
}

// visibleToken hides password links: whoever may list tokens must not be able
// to tell that somebody is about to set a password.
func visibleToken(ctx context.Context, tx Tx, id string) (Token, error) {
	t, err := tx.TokenByID(ctx, id)
	if err == nil && t.Kind == Reset {
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

// RevokeTokens ends every token of a kind that a member has.
func (s *Service) RevokeTokens(ctx context.Context, a Actor, subject don.ID, kind Kind) error {
	defer s.cache.clear()
	return s.db.Write(ctx, a.Scope, func(tx Tx) error { return tx.RevokeTokensOf(ctx, subject, kind) })
}
