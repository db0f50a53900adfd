package auth

import (
	"context"
	"crypto/subtle"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// NeedsSetup reports whether there is no org yet.
func (s *Service) NeedsSetup(ctx context.Context) (bool, error) {
	all, err := s.db.Orgs(ctx)
	return len(all) == 0, err
}

// NewOrg describes an org and its first admin.
type NewOrg struct {
	Name  string
	Admin NewMember
}

// Found creates an org with its first admin. Only says that there must be no
// other org yet. Errors: invalid; conflict when an org of that name exists, or
// any org does and only was asked for.
func (s *Service) Found(ctx context.Context, n NewOrg, only bool) (Actor, error) {
	name, err := orgName(n.Name)
	if err != nil {
		return Actor{}, err
	}
	m, key, err := memberFrom(n.Admin)
	if err != nil {
		return Actor{}, err
	}
	if m.Password, err = s.hashed(ctx, n.Admin.Password); err != nil {
		return Actor{}, err
	}
	o := org.Org{Name: name, Slug: slug(name), Public: don.Random(10)}
	o, err = s.db.Found(ctx, o, s.partition, only, func(tx Tx) error {
		added, err := addMember(ctx, tx, m, key)
		m.N, m.CreatedAt, m.ModifiedAt = added.N, added.CreatedAt, added.ModifiedAt
		return err
	})
	if err != nil {
		return Actor{}, err
	}
	return Actor{Org: o, Scope: s.scope(o, m.ID()), Member: m}, nil
}

func orgName(name string) (string, error) {
	if strings.TrimSpace(name) == "" {
		return "", errs.Missing("dev_org_name")
	}
	clean, err := contact.DisplayName(name)
	if err != nil {
		return "", about("dev_org_name", err)
	}
	return clean, nil
}

// slug makes a name for URLs and commands: lower-case letters, digits, dashes.
func slug(name string) string {
	var b strings.Builder
	dash := false
	for _, r := range norm.NFKD.String(contact.FoldName(name)) {
		if unicode.Is(unicode.Mn, r) {
			continue // ü is u and a mark
		}
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(r)
			dash = false
		} else {
			dash = true
		}
		if b.Len() >= 48 {
			break
		}
	}
	if b.Len() == 0 {
		return "org-" + strings.ToLower(don.Random(6))
	}
	return b.String()
}

// Setup is the first run's form.
type Setup struct {
	NewOrg
	Code         string
	CodeRequired bool   // whoever asks may be a stranger
	Address      string // of the client, for the throttle
}

// SetUp creates the first org with its admin, who is signed in at once: it
// returns the session's secret. Errors: invalid, forbidden for a wrong code,
// conflict when Kith has been set up already, too_many.
func (s *Service) SetUp(ctx context.Context, in Setup) (Actor, string, error) {
	needed, err := s.NeedsSetup(ctx)
	if err != nil {
		return Actor{}, "", err
	}
	if !needed {
		return Actor{}, "", errs.New(errs.Conflict, "conflict", "Kith has been set up already; sign in instead")
	}
	if in.CodeRequired {
		if err := s.checkCode(in); err != nil {
			return Actor{}, "", err
		}
	}
	if in.Admin.Password == "" {
		return Actor{}, "", errs.Missing("password")
	}
	a, err := s.Found(ctx, in.NewOrg, true)
	if err != nil {
		return Actor{}, "", err
	}
	return s.startSession(ctx, a)
}

func (s *Service) checkCode(in Setup) error {
	try := attempt{address: network(in.Address), account: "setup"}
	if err := s.throttle.allow(try); err != nil {
		return err
	}
	if in.Code == "" {
		return errs.Missing("code")
	}
	given := strings.ToUpper(strings.TrimSpace(in.Code))
	if s.setupCode != "" && subtle.ConstantTimeCompare([]byte(given), []byte(strings.ToUpper(s.setupCode))) == 1 {
		return nil
	}
	s.throttle.failed(try)
	e := errs.Denied("is not the setup code; the server printed it in its log when it started")
	e.Field = "code"
	return e
}
