package auth

import (
	"context"
	"crypto/rsa"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// GrantTx is what a grant needs of somebody else's transaction.
type GrantTx interface {
	Now() time.Time
	InsertToken(ctx context.Context, t Token) error
}

// Grant is a token for a contact that is about to be found or created. It is
// stored in the transaction that does so and signed when that is done.
type Grant struct {
	token    Token
	life     time.Duration
	audience []string
	key      *rsa.PrivateKey
}

// ContactGrant prepares a token for the contact that an application speaks of:
// Customer or OneTime for one whose word counts, Visitor for a public one.
// Errors: invalid, forbidden for callers that are no application.
func (s *Service) ContactGrant(ctx context.Context, a Actor, req TokenRequest) (*Grant, error) {
	switch a.Token.Kind {
	case Application, ActAsApplication:
		if req.Kind != Customer && req.Kind != OneTime {
			return nil, errs.Denied("an application token obtains %s and %s tokens, not %s", Customer.Type(), OneTime.Type(), req.Kind.Type())
		}
	case PublicApplication:
		if req.Kind != Visitor {
			return nil, errs.Denied("a public token obtains %s tokens, not %s: it is in everybody's hands, so what it says is only claimed", Visitor.Type(), req.Kind.Type())
		}
	default:
		return nil, errs.Denied("only an application token can obtain tokens for contacts; create one of type %s", Application.Type())
	}
	if req.Kind == OneTime {
		req.Life = OneTimeLife
	}
	if err := req.checkVisitor(); err != nil {
		return nil, err
	}
	return s.newGrant(ctx, a, req, CustomerLife, MaxCustomerLife)
}

func (s *Service) newGrant(ctx context.Context, a Actor, req TokenRequest, usual, most time.Duration) (*Grant, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	if req.Life <= 0 {
		req.Life = usual
	}
	req.Life = min(req.Life, most) // the answer tells when the token ends
	key, keyID, err := s.keys.signing(ctx)
	if err != nil {
		return nil, err
	}
	id := don.Random(20)
	return &Grant{life: req.Life, audience: req.Audience, key: key, token: Token{
		ID: id, Kind: req.Kind, Hash: briefHash(id), Hint: req.Hint, Scopes: strings.Join(strings.Fields(req.Scope), " "),
		Parent: a.Token.ID, Via: a.Token.Subject, KeyID: keyID,
	}}, nil
}

// briefHash stands in for the hash of tokens that are known by their id.
func briefHash(id string) string { return "jti:" + id }

// Store adds the token to the transaction, for the contact given. It may run again.
func (g *Grant) Store(ctx context.Context, tx GrantTx, subject don.ID) error {
	expires := tx.Now().Add(g.life).Truncate(time.Second)
	g.token.Subject, g.token.CreatedAt, g.token.ExpiresAt = subject, tx.Now(), &expires
	return tx.InsertToken(ctx, g.token)
}

// Sign returns the secret of a stored grant.
func (s *Service) Sign(a Actor, g *Grant) (secret string, t Token, err error) {
	secret, err = s.sign(g.key, a.Scope.Space, g.token, g.audience)
	return secret, g.token, err
}

// Exchange turns a one-time token into a token for its contact. It works once:
// a second exchange is refused and ends the token that the first one obtained.
// The caller is the one-time token itself, or an application of its org that
// presents it. Errors: unauthenticated, forbidden, invalid.
func (s *Service) Exchange(ctx context.Context, a Actor, presented string, req TokenRequest) (string, Token, error) {
	if !slices.Contains([]Kind{OneTime, Application, ActAsApplication}, a.Token.Kind) {
		return "", Token{}, errs.Denied("only an application token, or the one-time token itself, can exchange one")
	}
	once := a.Token
	if presented != "" {
		other, err := s.Bearer(ctx, presented)
		switch {
		case err != nil:
			return "", Token{}, about("subject_token", err)
		case other.Scope.OrgID != a.Scope.OrgID || a.Token.Kind == OneTime && other.Token.ID != a.Token.ID:
			return "", Token{}, about("subject_token", errBadToken)
		}
		once = other.Token
	}
	if once.Kind != OneTime {
		return "", Token{}, errs.Denied("only a token of type %s can be exchanged, and once", OneTime.Type())
	}
	req.Kind = Customer
	g, err := s.newGrant(ctx, Actor{Token: Token{ID: once.ID, Subject: once.Via}}, req, CustomerLife, MaxCustomerLife)
	if err != nil {
		return "", Token{}, err
	}
	if err := s.redeemOnce(ctx, a, once, g); err != nil {
		return "", Token{}, err
	}
	return s.Sign(a, g)
}

func (s *Service) redeemOnce(ctx context.Context, a Actor, once Token, g *Grant) error {
	used := false
	err := s.db.Write(ctx, a.Scope, func(tx Tx) error {
		there := (&Actor{}).hold(ctx, tx, once.Subject)
		first, err := tx.RevokeToken(ctx, once)
		if err != nil {
			return err
		}
		if used = !first; used {
			return tx.RevokeChildren(ctx, once.ID)
		}
		if there != nil {
			return there
		}
		return g.Store(ctx, tx, once.Subject)
	})
	if err == nil && used {
		return errTokenUsed
	}
	return err
}

// actAsKinds are the kinds by which an application acts as somebody.
var actAsKinds = map[don.Type]Kind{don.Member: ActAsMember, don.ServiceAccount: ActAsApplication, don.Contact: ActAsCustomer}

// ActAs creates a token by which an application acts as a member, another
// service account or a contact, and says so in the history of that one. Errors:
// forbidden unless the caller is an application token with the scope act-as,
// invalid, not_found.
func (s *Service) ActAs(ctx context.Context, a Actor, subject don.ID, req TokenRequest) (string, Token, error) {
	if a.Token.Kind != Application || !slices.Contains(strings.Fields(a.Token.Scopes), ScopeActAs) {
		return "", Token{}, errs.Denied("acting as somebody else needs an application token with the scope %q", ScopeActAs)
	}
	kind := actAsKinds[subject.Type]
	if req.Kind != "" && req.Kind != kind {
		return "", Token{}, errs.NotPermitted("requested_token_type", "does not fit act_as; %s is acted as by %s", subject.Display(), kind.Type())
	}
	req.Kind = kind
	g, err := s.newGrant(ctx, a, req, ActAsLife, MaxActAsLife)
	if err != nil {
		return "", Token{}, err
	}
	err = s.db.Write(ctx, a.Scope, func(tx Tx) error {
		var as Actor
		if err := as.hold(ctx, tx, subject); err != nil {
			return about("act_as", err)
		}
		if as.Member.N != 0 && as.Member.State != org.Active {
			return errs.Denied("%s is deactivated; nobody can act as them", as.Member.Email)
		}
		return g.Store(ctx, tx, subject)
	})
	if err != nil {
		return "", Token{}, err
	}
	return s.Sign(a, g)
}

// OnBehalf returns the scope in which an application's word about a contact is
// taken: the records are the system's, the history names the application.
func (a Actor) OnBehalf() org.Scope {
	sc := a.Scope
	sc.Actor, sc.Via = org.System, a.Token.Subject
	return sc
}

// NewVisitor returns a secret for the browser of a new visitor.
func NewVisitor() string { return don.Random(40) }

// VisitorHash returns what a visitor's secret is known by; "" stays "".
func VisitorHash(secret string) string {
	if secret == "" {
		return ""
	}
	return hashSecret("visitor " + secret)
}
