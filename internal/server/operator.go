package server

import (
	"context"
	"net/http"
	"time"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/org"
)

// OperatorHandler answers the commands: the operations below and the whole API.
// Whoever reaches it may do everything, so it is served only on the data
// folder's socket and inside the commands' own process.
func (a *App) OperatorHandler() http.Handler {
	own := map[string]bool{}
	for _, op := range a.operator.Operations() {
		own["/"+op.Path] = op.Path != "ping"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if own[r.URL.Path] {
			a.operator.ServeHTTP(w, r)
			return
		}
		a.svc.api.ServeHTTP(w, r)
	})
}

// operatorAPI registers what only the operator of the machine may do.
func operatorAPI(a *App) *httpapi.API {
	api := httpapi.New(httpapi.Config{Version: a.version, Log: a.log, Authenticate: a.admitOperator})
	httpapi.Register(api, httpapi.Op{Path: "admins.create", Auth: httpapi.Public}, a.createAdmin)
	httpapi.Register(api, httpapi.Op{Path: "tokens.create"}, a.createToken)
	httpapi.Register(api, httpapi.Op{Path: "keys.list", Auth: httpapi.Public}, a.listKeys)
	httpapi.Register(api, httpapi.Op{Path: "keys.rotate", Auth: httpapi.Public}, a.rotateKeys)
	httpapi.Register(api, httpapi.Op{Path: "members.add"}, a.addMember)
	httpapi.Register(api, httpapi.Op{Path: "members.list"}, a.listMembers)
	httpapi.Register(api, httpapi.Op{Path: "members.deactivate"}, a.changeMember(a.svc.auth.Deactivate))
	httpapi.Register(api, httpapi.Op{Path: "members.activate"}, a.changeMember(a.svc.auth.Activate))
	httpapi.Register(api, httpapi.Op{Path: "members.reset-password"}, a.resetPassword)
	httpapi.Register(api, httpapi.Op{Path: "diagnosis.get", Auth: httpapi.Public, Timeout: 10 * time.Minute}, a.diagnose)
	return api
}

func (a *App) admitOperator(r *http.Request, op httpapi.Op) (context.Context, error) {
	if !httpapi.IsOperator(r.Context()) {
		return nil, errs.Denied("only the operator of the machine may do this")
	}
	if op.Auth == httpapi.Public {
		return r.Context(), nil
	}
	actor, err := a.svc.auth.Operator(r.Context(), r.Header.Get(httpapi.OrgHeader))
	return auth.Into(r.Context(), actor), err
}

// MemberView is a member as the commands show one.
type MemberView struct {
	ID          string    `json:"id"`
	DisplayID   string    `json:"display_id"`
	DisplayName string    `json:"display_name"`
	Email       string    `json:"email"`
	State       string    `json:"state"`
	CreatedAt   wire.Time `json:"created_date"`
}

// OrgView is an org as the commands show one.
type OrgView struct {
	ID          string `json:"id"`
	DisplayID   string `json:"display_id"`
	DisplayName string `json:"display_name"`
	Slug        string `json:"dev_slug"`
}

// TokenView is a new token with its secret.
type TokenView struct {
	ID        string    `json:"token_id"`
	Secret    string    `json:"access_token"`
	ExpiresAt wire.Time `json:"expires_at"`
}

// LinkView is a one-time link by which a member sets a password.
type LinkView struct {
	Link      string    `json:"password_link"`
	ExpiresAt wire.Time `json:"password_link_expires_at"`
}

func memberView(space don.Space, m org.Member) MemberView {
	return MemberView{
		ID: space.Format(m.ID()), DisplayID: m.ID().Display(), DisplayName: m.DisplayName, Email: m.Email,
		State: string(m.State), CreatedAt: wire.At(m.CreatedAt),
	}
}

// NewAdmin is the request of admins.create.
type NewAdmin struct {
	Org      string `json:"org" required:"true"`
	Email    string `json:"email" required:"true"`
	Name     string `json:"name"`
	Password string `json:"password"`
}

// AdminView is the answer of admins.create.
type AdminView struct {
	Org    OrgView    `json:"dev_org"`
	Member MemberView `json:"dev_user"`
	TokenView
	*LinkView // absent when a password was given
}

func (a *App) createAdmin(ctx context.Context, in *NewAdmin) (*AdminView, error) {
	actor, err := a.svc.auth.Found(ctx, auth.NewOrg{Name: in.Org, Admin: auth.NewMember{Email: in.Email, DisplayName: in.Name, Password: in.Password}}, false)
	if err != nil {
		return nil, err
	}
	o := a.svc.auth.Summary(actor.Org)
	out := &AdminView{Org: OrgView{o.ID, o.DisplayID, o.DisplayName, o.Slug}, Member: memberView(actor.Scope.Space, actor.Member)}
	if out.TokenView, err = a.issue(ctx, actor, actor.Member.ID(), auth.TokenRequest{Hint: "kith admin create"}); err != nil {
		return nil, err
	}
	if in.Password == "" {
		out.LinkView, err = a.link(ctx, actor, actor.Member.ID())
	}
	return out, err
}

func (a *App) issue(ctx context.Context, actor auth.Actor, subject don.ID, req auth.TokenRequest) (TokenView, error) {
	secret, t, err := a.svc.auth.IssueToken(ctx, actor, subject, req)
	if err != nil {
		return TokenView{}, err
	}
	return TokenView{ID: actor.Scope.Space.Format(t.DON()), Secret: secret, ExpiresAt: wire.At(*t.ExpiresAt)}, nil
}

func (a *App) link(ctx context.Context, actor auth.Actor, id don.ID) (*LinkView, error) {
	secret, t, err := a.svc.auth.PasswordLink(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return &LinkView{Link: a.cfg.BaseURL(a.cfg.Listen) + "/reset/" + secret, ExpiresAt: wire.At(*t.ExpiresAt)}, nil
}

// NewToken is the request of tokens.create. A personal token needs the member,
// an application token a name for the application or its client id.
type NewToken struct {
	Kind     string `json:"kind" enum:"pat,aat,aat:public"`
	Email    string `json:"email"`
	Days     uint32 `json:"days"`
	Hint     string `json:"hint"`
	Scope    string `json:"scope"`
	ClientID string `json:"client_id"`
}

func (a *App) createToken(ctx context.Context, in *NewToken) (*TokenView, error) {
	actor, _ := auth.From(ctx)
	req := auth.TokenRequest{Kind: auth.Kind(in.Kind), Days: in.Days, Hint: in.Hint, Scope: in.Scope, ClientID: in.ClientID}
	var subject don.ID
	if req.Kind == "" || req.Kind == auth.Personal {
		_, m, err := a.named(ctx, in.Email)
		if err != nil {
			return nil, err
		}
		subject = m.ID()
	}
	t, err := a.issue(ctx, actor, subject, req)
	return &t, err
}

// KeyView is a signing key as the commands show one.
type KeyView struct {
	ID        string    `json:"kid"`
	State     string    `json:"state"` // signs or verifies
	CreatedAt wire.Time `json:"created_date"`
}

// KeysView is the answer of keys.list and keys.rotate, the newest key first.
type KeysView struct {
	Keys []KeyView `json:"keys"`
}

func keysView(keys []auth.KeyInfo, err error) (*KeysView, error) {
	out := &KeysView{Keys: []KeyView{}}
	for _, k := range keys {
		state := "verifies"
		if k.Signs {
			state = "signs"
		}
		out.Keys = append(out.Keys, KeyView{ID: k.ID, State: state, CreatedAt: wire.At(k.CreatedAt)})
	}
	return out, err
}

func (a *App) listKeys(ctx context.Context, _ *struct{}) (*KeysView, error) {
	return keysView(a.svc.auth.Keys(ctx))
}

func (a *App) rotateKeys(ctx context.Context, _ *struct{}) (*KeysView, error) {
	out, err := keysView(a.svc.auth.RotateKeys(ctx))
	if err == nil {
		a.log.Info("tokens are signed with a new key", "kid", out.Keys[0].ID)
	}
	return out, err
}

func (a *App) named(ctx context.Context, ref string) (auth.Actor, org.Member, error) {
	actor, _ := auth.From(ctx)
	m, err := a.svc.auth.MemberByRef(ctx, actor, "email", ref)
	return actor, m, err
}

// NewMember is the request of members.add.
type NewMember struct {
	Email    string `json:"email" required:"true"`
	Name     string `json:"name"`
	Password string `json:"password"`
}

// AddedView is the answer of members.add and members.reset-password.
type AddedView struct {
	Member MemberView `json:"dev_user"`
	*LinkView
}

func (a *App) addMember(ctx context.Context, in *NewMember) (*AddedView, error) {
	actor, _ := auth.From(ctx)
	m, err := a.svc.auth.AddMember(ctx, actor, auth.NewMember{Email: in.Email, DisplayName: in.Name, Password: in.Password})
	if err != nil {
		return nil, err
	}
	out := &AddedView{Member: memberView(actor.Scope.Space, m)}
	if in.Password == "" {
		out.LinkView, err = a.link(ctx, actor, m.ID())
	}
	return out, err
}

// MembersView is the answer of members.list.
type MembersView struct {
	Members []MemberView `json:"dev_users"`
}

func (a *App) listMembers(ctx context.Context, _ *struct{}) (*MembersView, error) {
	actor, _ := auth.From(ctx)
	all, err := a.svc.auth.Members(ctx, actor)
	out := &MembersView{Members: []MemberView{}}
	for _, m := range all {
		out.Members = append(out.Members, memberView(actor.Scope.Space, m))
	}
	return out, err
}

// NamedMember is the request of operations on one member: an e-mail address or id.
type NamedMember struct {
	Member string `json:"member" required:"true"`
}

// ChangedView is the answer of members.activate and members.deactivate.
type ChangedView struct {
	Member MemberView `json:"dev_user"`
}

func (a *App) changeMember(change func(context.Context, auth.Actor, don.ID) (org.Member, error)) func(context.Context, *NamedMember) (*ChangedView, error) {
	return func(ctx context.Context, in *NamedMember) (*ChangedView, error) {
		actor, m, err := a.named(ctx, in.Member)
		if err != nil {
			return nil, err
		}
		m, err = change(ctx, actor, m.ID())
		return &ChangedView{memberView(actor.Scope.Space, m)}, err
	}
}

func (a *App) resetPassword(ctx context.Context, in *NamedMember) (*AddedView, error) {
	actor, m, err := a.named(ctx, in.Member)
	if err != nil {
		return nil, err
	}
	l, err := a.link(ctx, actor, m.ID())
	return &AddedView{memberView(actor.Scope.Space, m), l}, err
}
