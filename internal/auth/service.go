package auth

import (
	"context"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// Route kinds: what may be known before the org is.
const (
	RouteToken  = "token"  // the hash of a secret
	RouteMember = "member" // a member's normalised e-mail
)

// Tx is what auth needs of a transaction.
type Tx interface {
	Now() time.Time
	Scope() org.Scope
	Next(ctx context.Context, t don.Type, count int) (int64, error)

	Settings(ctx context.Context) (org.Settings, error)
	SaveSettings(ctx context.Context, before, after org.Settings) error
	// Importing reports whether an import of the org is under way.
	Importing(ctx context.Context) (bool, error)
	// EmailsOfSeveral returns, in order, up to limit addresses behind one that
	// several contacts have; OwnEmails makes those that one alone has exclusive.
	EmailsOfSeveral(ctx context.Context, after string, limit int) ([]string, error)
	OwnEmails(ctx context.Context) error

	Members(ctx context.Context) ([]org.Member, error)
	Member(ctx context.Context, n int64) (org.Member, error)
	MembersByEmail(ctx context.Context, keys []string) (map[string]org.Member, error)
	InsertMember(ctx context.Context, m org.Member, emailKey string) error
	UpdateMember(ctx context.Context, before, after org.Member) error
	LockAdmins(ctx context.Context) ([]int64, error)

	ServiceAccounts(ctx context.Context) ([]ServiceAccount, error)
	ServiceAccount(ctx context.Context, n int64) (ServiceAccount, error)
	ServiceAccountByClient(ctx context.Context, clientID string) (ServiceAccount, error)
	InsertServiceAccount(ctx context.Context, a ServiceAccount) error
	UpdateServiceAccount(ctx context.Context, before, after ServiceAccount) error
	Contacts(ctx context.Context, ns []int64, lock bool) (map[int64]*contact.Contact, error)

	InsertToken(ctx context.Context, t Token) error
	TokenByHash(ctx context.Context, hash string) (Token, error)
	TokenByID(ctx context.Context, id string) (Token, error)
	TokensOf(ctx context.Context, subject don.ID, kind Kind) ([]Token, error)
	TokensOfClient(ctx context.Context, clientID string) ([]Token, error)
	RenameToken(ctx context.Context, t Token) error
	ExtendToken(ctx context.Context, t Token) error
	RevokeToken(ctx context.Context, t Token) (bool, error)
	RevokeTokensOf(ctx context.Context, subject don.ID, kind Kind) error
	RevokeChildren(ctx context.Context, parent string) error
	SignedBy(ctx context.Context, keyID string) (bool, error)
}

// DB runs transactions and knows what lies outside of any org.
type DB interface {
	Write(ctx context.Context, s org.Scope, fn func(Tx) error) error
	Read(ctx context.Context, s org.Scope, fn func(Tx) error) error
	Routes(ctx context.Context, kind, key string) ([]int64, error)
	Orgs(ctx context.Context) ([]org.Org, error)
	Org(ctx context.Context, id int64) (org.Org, error)
	OrgByPublic(ctx context.Context, public string) (org.Org, error)
	Found(ctx context.Context, o org.Org, partition string, first bool, fn func(Tx) error) (org.Org, error)
	SigningKeys(ctx context.Context) ([]SigningKey, error)
	AddSigningKey(ctx context.Context, k SigningKey) error
	DropSigningKey(ctx context.Context, id string) error
}

// Config is what the server supplies.
type Config struct {
	Partition string // of every DON
	Issuer    string // of tokens, ending in a slash
	Secret    Secret
	SetupCode string // asked of whoever sets up a server that others can reach
	Shared    bool   // other processes write to the same database
	Passwords Cost   // of their hashes; zero for what a server should take
}

// Service answers who calls, and looks after members and their secrets. It is
// safe for concurrent use.
type Service struct {
	db        DB
	partition string
	issuer    string
	setupCode string
	keys      *keyring
	hasher    *hasher
	throttle  *throttle // of failures to sign in
	visits    *throttle // of visitors
	cache     *cache
	loading   singleflight.Group
	now       func() time.Time
}

// New returns a service over a migrated database. On the first start it makes
// the key that signs tokens. It fails with kind unavailable when the secret is
// not the one that sealed the stored key.
func New(ctx context.Context, db DB, c Config) (*Service, error) {
	keys, err := openKeys(ctx, db, c.Secret)
	if err != nil {
		return nil, err
	}
	return &Service{
		db: db, partition: c.Partition, issuer: c.Issuer, setupCode: c.SetupCode,
		keys: keys, hasher: newHasher(c.Passwords), throttle: newThrottle(time.Now), visits: newThrottle(time.Now), cache: newCache(c.Shared), now: time.Now,
	}, nil
}

// Issuer returns the iss of every token.
func (s *Service) Issuer() string { return s.issuer }

func (s *Service) scope(o org.Org, actor don.ID) org.Scope {
	return org.Scope{OrgID: o.ID, Space: don.Space{Partition: s.partition, Org: o.Public}, Settings: o.Settings, Actor: actor}
}

// ScopeOf returns the scope in which the system itself works for an org, or not_found.
func (s *Service) ScopeOf(ctx context.Context, orgID int64) (org.Scope, error) {
	o, err := s.db.Org(ctx, orgID)
	return s.scope(o, org.System), err
}

// OrgOf returns an org with the scope in which the system itself works for it, or
// not_found.
func (s *Service) OrgOf(ctx context.Context, orgID int64) (org.Org, org.Scope, error) {
	o, err := s.db.Org(ctx, orgID)
	return o, s.scope(o, org.System), err
}

// Scopes returns the system's scope in every org.
func (s *Service) Scopes(ctx context.Context) ([]org.Scope, error) {
	all, err := s.db.Orgs(ctx)
	out := make([]org.Scope, len(all))
	for i, o := range all {
		out[i] = s.scope(o, org.System)
	}
	return out, err
}

// PublicScope returns the scope of an org by its public part, or not_found. Nobody
// acts in it yet.
func (s *Service) PublicScope(ctx context.Context, public string) (org.Scope, error) {
	o, err := s.db.OrgByPublic(ctx, public)
	return s.scope(o, don.ID{}), err
}

// Bearer returns the caller that a token stands for. Errors are of kind
// unauthenticated: unauthenticated, token_expired or token_revoked. A one-time
// token is a caller even after its use, so that its second use can be noticed.
func (s *Service) Bearer(ctx context.Context, secret string) (Actor, error) {
	hash := hashSecret(secret)
	now := s.now()
	a, generation, ok := s.cache.get(hash, now)
	if !ok {
		c, err := s.checkSignature(ctx, secret)
		if err != nil {
			return Actor{}, err
		}
		if c.kind().Brief() {
			return s.brief(ctx, c, now)
		}
		if a, err = s.loadOnce(ctx, hash, generation, c.kind(), errBadToken); err != nil {
			return Actor{}, err
		}
	}
	return a, s.ended(a.Token, now)
}

// Inspect returns the caller that a token of a caller's org stands for. One of
// another org is as unknown as one that nobody issued. Errors are those of Bearer.
func (s *Service) Inspect(ctx context.Context, a Actor, secret string) (Actor, error) {
	c, err := s.checkSignature(ctx, secret)
	if err != nil {
		return Actor{}, err
	}
	if c.OrgID != a.Scope.Space.OrgDisplay() {
		return Actor{}, errBadToken
	}
	got, err := s.Bearer(ctx, secret)
	if err == nil {
		err = s.ended(got.Token, s.now()) // a one-time token is a caller even after its use
	}
	return got, err
}

// ended returns the error of a token that is no longer valid.
func (s *Service) ended(t Token, now time.Time) error {
	switch t.Status(now) {
	case "expired":
		return errTokenExpired
	case "revoked":
		return errTokenRevoked
	}
	return nil
}

// Browser returns the caller that a session's secret stands for and notes that
// it is in use. Errors are of kind unauthenticated.
func (s *Service) Browser(ctx context.Context, secret string) (Actor, error) {
	hash := hashSecret(secret)
	now := s.now()
	a, generation, ok := s.cache.get(hash, now)
	if !ok {
		var err error
		if a, err = s.loadOnce(ctx, hash, generation, Session, errSessionOver); err != nil {
			return Actor{}, err
		}
	}
	if a.Token.Status(now) != "active" {
		return Actor{}, errSessionOver
	}
	s.extend(ctx, a, now)
	return a, nil
}

// extend moves a session's end, at most hourly. That it could not be written
// down is no reason to refuse the request.
func (s *Service) extend(ctx context.Context, a Actor, now time.Time) {
	expires := now.Add(SessionLife).UTC().Truncate(time.Microsecond)
	if expires.Sub(*a.Token.ExpiresAt) < sessionStep {
		return
	}
	t := a.Token
	t.ExpiresAt = &expires
	if err := s.db.Write(ctx, a.Scope, func(tx Tx) error { return tx.ExtendToken(ctx, t) }); err == nil {
		s.cache.clear()
	}
}

// loadOnce loads a caller for all who ask at the same time, and remembers it.
// Nobody joins a load that began before the last change.
func (s *Service) loadOnce(ctx context.Context, hash string, generation uint64, kind Kind, unknown error) (Actor, error) {
	key := strconv.FormatUint(generation, 36) + string(kind) + hash
	v, err, _ := s.loading.Do(key, func() (any, error) {
		// It serves others too, so it does not end with this request.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTime)
		defer cancel()
		began := s.now()
		a, err := s.load(ctx, hash, kind, unknown)
		if err == nil {
			s.cache.put(hash, generation, a, began)
		}
		return a, err
	})
	a, _ := v.(Actor)
	return a, err
}

const loadTime = 10 * time.Second

// load finds the caller of a secret; unknown is the error when there is none.
func (s *Service) load(ctx context.Context, hash string, kind Kind, unknown error) (Actor, error) {
	orgs, err := s.db.Routes(ctx, RouteToken, hash)
	if err != nil {
		return Actor{}, err
	}
	if len(orgs) != 1 {
		return Actor{}, unknown
	}
	o, err := s.db.Org(ctx, orgs[0])
	if err != nil {
		return Actor{}, err
	}
	a := Actor{Org: o, Scope: s.scope(o, org.System)}
	err = s.db.Read(ctx, a.Scope, func(tx Tx) error {
		if a.Token, err = tx.TokenByHash(ctx, hash); err != nil {
			return err
		}
		return a.identify(ctx, tx, a.Token.Subject)
	})
	if errs.Is(err, errs.NotFound) || err == nil && a.Token.Kind != kind {
		return Actor{}, unknown
	}
	a.Scope.Actor = a.Token.Subject
	return a, err
}

// brief finds the caller of a token that lives for minutes, afresh each time:
// the token, what it was obtained with and whom it is for must all still stand.
func (s *Service) brief(ctx context.Context, c claims, now time.Time) (Actor, error) {
	o, err := s.db.OrgByPublic(ctx, strings.TrimPrefix(c.OrgID, don.Space{}.OrgDisplay()))
	if errs.Is(err, errs.NotFound) {
		return Actor{}, errBadToken
	}
	if err != nil {
		return Actor{}, err
	}
	a := Actor{Org: o, Scope: s.scope(o, org.System)}
	id, err := a.Scope.Space.Parse("jti", c.ID, don.Token)
	if err != nil {
		return Actor{}, errBadToken.Because(err)
	}
	alive := true
	err = s.db.Read(ctx, a.Scope, func(tx Tx) error {
		if a.Token, err = tx.TokenByID(ctx, id.Local); err != nil {
			return err
		}
		if alive, err = rooted(ctx, tx, a.Token); err != nil || !alive {
			return err
		}
		return a.identify(ctx, tx, a.Token.Subject)
	})
	switch {
	case errs.Is(err, errs.NotFound) && a.Token.ID != "" || err == nil && !alive:
		return Actor{}, errTokenRevoked
	case errs.Is(err, errs.NotFound):
		return Actor{}, errBadToken
	case err != nil:
		return Actor{}, err
	case a.Token.Kind != c.kind() || a.Scope.Space.Format(a.Token.Subject) != c.Subject:
		return Actor{}, errBadToken
	}
	a.Scope.Actor, a.Scope.Claimed = a.Token.Subject, a.Token.Kind == Visitor
	if a.Token.Kind != Customer && a.Token.Kind != Visitor {
		a.Scope.Via = a.Token.Via
	}
	if a.Token.Kind == OneTime {
		return a, nil
	}
	return a, s.ended(a.Token, now)
}

// rooted reports whether nothing that a token was obtained with was revoked. A
// one-time token is revoked by its use, which does not end what it obtained.
func rooted(ctx context.Context, tx Tx, t Token) (bool, error) {
	for t.Parent != "" {
		parent, err := tx.TokenByID(ctx, t.Parent)
		if errs.Is(err, errs.NotFound) {
			return true, nil // it ended long ago and was forgotten
		}
		if err != nil {
			return false, err
		}
		if parent.RevokedAt != nil && parent.Kind != OneTime {
			return false, nil
		}
		t = parent
	}
	return true, nil
}

// identify completes an actor with who the subject is, or fails with not_found.
func (a *Actor) identify(ctx context.Context, tx Tx, subject don.ID) error {
	return a.complete(ctx, tx, subject, false)
}

// hold is identify for a transaction that gives the subject a token: a contact
// stays until its end, so that a merge or deletion cannot miss the token.
func (a *Actor) hold(ctx context.Context, tx Tx, subject don.ID) error {
	return a.complete(ctx, tx, subject, true)
}

func (a *Actor) complete(ctx context.Context, tx Tx, subject don.ID, lock bool) (err error) {
	switch subject.Type {
	case don.Member:
		a.Member, err = tx.Member(ctx, subject.N)
	case don.ServiceAccount:
		a.Account, err = tx.ServiceAccount(ctx, subject.N)
	case don.Contact:
		var found map[int64]*contact.Contact
		if found, err = tx.Contacts(ctx, []int64{subject.N}, lock); err == nil && found[subject.N] == nil {
			err = errs.Gone(subject.Display())
		}
		a.Contact = found[subject.N]
	default:
		err = errs.Gone(subject.Display())
	}
	return err
}

// Operator returns the caller that the operator of the machine is, for an org
// named by its slug, display id or DON; "" means the only org. Errors:
// not_found, invalid when there are several to choose from.
func (s *Service) Operator(ctx context.Context, ref string) (Actor, error) {
	all, err := s.db.Orgs(ctx)
	if err != nil {
		return Actor{}, err
	}
	o, err := s.choose(all, ref)
	if err != nil {
		return Actor{}, err
	}
	return Actor{Org: o, Scope: s.scope(o, org.System), Local: true}, nil
}

func (s *Service) choose(all []org.Org, ref string) (org.Org, error) {
	if len(all) == 0 {
		return org.Org{}, errs.New(errs.NotFound, "not_found", "there is no organisation yet; create one with: kith admin create --org NAME --email YOU@EXAMPLE.COM")
	}
	if ref == "" && len(all) == 1 {
		return all[0], nil
	}
	var slugs []string
	for _, o := range all {
		if s.names(o, ref) {
			return o, nil
		}
		if len(slugs) < 20 {
			slugs = append(slugs, o.Slug)
		}
	}
	if ref == "" {
		e := errs.BadRequest("there are several organisations; choose one with --org, by one of %v", slugs)
		e.Field = "org"
		return org.Org{}, e
	}
	e := errs.New(errs.NotFound, "not_found", "there is no organisation %q; there are %v", ref, slugs)
	e.Field = "org"
	return org.Org{}, e
}

// names reports whether ref is one of the org's names.
func (s *Service) names(o org.Org, ref string) bool {
	space := don.Space{Partition: s.partition, Org: o.Public}
	return ref != "" && (ref == o.Slug || ref == space.OrgDisplay() || ref == space.OrgDON() || ref == o.Name)
}
