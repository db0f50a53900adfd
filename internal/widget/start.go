package widget

import (
	"cmp"
	"context"
	"strings"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// Kinds of visitors, by how much is known of who they are.
const (
	Anonymous = "anonymous"
	Claimed   = "claimed"  // the page says who they are
	Verified  = "verified" // the org's backend does
)

// Start is how a page's visitor comes to a widget.
type Start struct {
	AppID    string
	Session  string            // the token that the org's backend obtained for the person, "" for none
	Identity directory.RevInfo // what the page says of the person
	Stated   bool              // the page says anything at all
	Secret   string            // what the visitor's browser has kept
	Begin    bool              // the visitor writes, so whoever is not known is to be
	Address  string            // of the client
}

// Started is what the widget is told. User is nil while nobody is known: who
// only looks leaves nothing behind.
type Started struct {
	Scope  org.Scope
	Widget *Widget
	Team   string

	User    *contact.Contact // as far as the visitor may see
	Kind    string
	Access  string // the token to call with
	Session auth.Token
	Secret  string // for the visitor's browser to keep, "" for one who is verified
}

// Find returns the widget that pages name by an app id, with the scope of its org.
// One that is off does not exist. Errors: not_found.
func (s *Service) Find(ctx context.Context, appID string) (*Widget, org.Scope, error) {
	_, w, sc, err := s.find(ctx, appID)
	return w, sc, err
}

var errNoWidget = about("app_id", errs.New(errs.NotFound, "not_found", "is of no widget that is turned on; copy it again from Settings, Widget"))

func (s *Service) find(ctx context.Context, appID string) (name string, w *Widget, sc org.Scope, err error) {
	if !strings.HasPrefix(appID, appPrefix) || len(appID) != len(appPrefix)+appRandom {
		return "", nil, sc, errNoWidget
	}
	orgs, err := s.DB.Routes(ctx, Route, appID)
	if err != nil {
		return "", nil, sc, err
	}
	if len(orgs) != 1 {
		return "", nil, sc, errNoWidget
	}
	o, sc, err := s.Auth.OrgOf(ctx, orgs[0])
	if err != nil {
		return "", nil, sc, err
	}
	err = s.DB.Read(ctx, sc, func(tx Tx) error {
		w, err = tx.WidgetByApp(ctx, appID)
		return err
	})
	if errs.Is(err, errs.NotFound) || err == nil && !w.Enabled {
		return "", nil, sc, errNoWidget
	}
	return o.Name, w, sc, err
}

// Start lets a visitor in: the person whom a session token proves, the visitor
// whom the browser's secret is of, or, once they write, a new one. Errors:
// not_found, unauthenticated for the session token, invalid, forbidden for what
// the widget does not allow, too_many.
func (s *Service) Start(ctx context.Context, in Start) (*Started, error) {
	name, w, sc, err := s.find(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	out := &Started{Scope: sc, Widget: w, Team: cmp.Or(w.Appearance.TeamName, name)}
	if in.Secret != "" || in.Begin && in.Session == "" { // whatever else comes leads to no write
		if err := s.Auth.TakeVisit(in.Address); err != nil {
			return nil, err
		}
	}
	// What comes of a visit is the system's doing, in the widget's name.
	sc.Actor, sc.Via = org.System, w.account()
	if in.Session != "" {
		return out, s.signed(ctx, sc, in, out)
	}
	return out, s.claimed(ctx, sc, in, out)
}

// signed lets in whom a session token proves. What the same browser's visitor
// wrote before becomes theirs.
func (s *Service) signed(ctx context.Context, sc org.Scope, in Start, out *Started) error {
	a, err := s.Auth.Signed(ctx, out.Scope, "session_token", in.Session)
	if err != nil {
		return err
	}
	if in.Secret != "" {
		err := s.Records.Adopt(ctx, sc, a.Contact.N, auth.VisitorHash(in.Secret))
		if errs.Is(err, errs.NotFound) { // merged or deleted at this very moment, which ended the token
			_, err = s.Auth.Signed(ctx, out.Scope, "session_token", in.Session)
		}
		if err != nil {
			return err
		}
	}
	out.User, out.Kind, out.Access, out.Session = a.Contact, Verified, in.Session, a.Token
	return nil
}

// claimed lets in who proves nothing.
func (s *Service) claimed(ctx context.Context, sc org.Scope, in Start, out *Started) error {
	switch {
	case in.Stated && !out.Widget.AllowClaimed:
		return about("identity", errs.Denied("this widget takes nobody's word for who they are; give session_token, or allow it under Settings, Widget"))
	case in.Stated || out.Widget.AllowAnonymous:
	case in.Begin:
		return errs.Denied("this widget is for people who are signed in; give session_token, or allow anonymous visitors under Settings, Widget")
	default:
		return nil
	}
	grant, err := s.Auth.WidgetGrant(ctx, out.Widget.Root, out.Widget.account())
	if err != nil {
		return err
	}
	c, secret, err := s.visitor(ctx, sc, in, out.Widget, grant)
	if err != nil || c == nil {
		return err
	}
	said, err := s.Records.Said(ctx, sc, c.N)
	if err != nil {
		return err
	}
	out.User, out.Kind, out.Secret = said.Item, Anonymous, secret
	if len(said.Item.Identifiers) > 0 {
		out.Kind = Claimed
	}
	out.Access, out.Session, err = s.Auth.Sign(auth.Actor{Scope: sc}, grant)
	return err
}

// visitor returns the contact of a visitor with the secret that it is known by,
// nil for nobody.
func (s *Service) visitor(ctx context.Context, sc org.Scope, in Start, w *Widget, grant *auth.Grant) (*contact.Contact, string, error) {
	if in.Secret != "" {
		hash := auth.VisitorHash(in.Secret)
		if err := s.Auth.TakeReturn(hash); err != nil {
			return nil, "", err
		}
		c, known, err := s.Records.WelcomeBack(ctx, sc, in.Identity, hash, grant.Store)
		if known || err != nil {
			return c, in.Secret, err
		}
	}
	if !in.Begin {
		return nil, "", s.Records.CheckVisit(in.Identity)
	}
	if err := s.Auth.TakeContact(sc, w.ID(), in.Address); err != nil {
		return nil, "", err
	}
	fresh := auth.NewVisitor()
	c, _, err := s.Records.Welcome(ctx, sc, in.Identity, "", auth.VisitorHash(fresh), grant.Store)
	return c, fresh, err
}
