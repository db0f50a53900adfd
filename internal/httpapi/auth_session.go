package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
)

// AuthDeps is what the operations of members, tokens and sessions need.
type AuthDeps struct {
	Service *auth.Service
	Records *directory.Service
	Gate    *Gate
	Cursors *page.Codec
}

// RegisterAuth adds the operations setup.*, sessions.*, password-resets.redeem,
// auth-tokens.*, service-accounts.*, rev-users.self.*, rev-users.upsert,
// identities.*, dev-users.* and dev-orgs.*.
func RegisterAuth(api *API, d AuthDeps) {
	registerSetup(api, d)
	registerSessions(api, d)
	registerTokens(api, d)
	registerServiceAccounts(api, d)
	registerContactSelf(api, d)
	registerIdentity(api, d)
	registerMembers(api, d)
	registerSettings(api, d)
}

type setupState struct {
	NeedsSetup   bool `json:"needs_setup" doc:"Whether there is no organisation yet."`
	CodeRequired bool `json:"code_required" doc:"Whether setup.create needs the code that the server printed in its log."`
}

type setupIn struct {
	OrgName     string `json:"dev_org_name" required:"true" doc:"The name of the organisation."`
	DisplayName string `json:"display_name" doc:"The admin's name; made from the e-mail address when absent."`
	Email       string `json:"email" required:"true" doc:"The admin's e-mail address."`
	Password    string `json:"password" required:"true" doc:"At least 12 characters."`
	Code        string `json:"code" maxLength:"256" doc:"The setup code, see setup.get."`
}

type sessionOut struct {
	Member devUser            `json:"dev_user"`
	Org    auth.DevOrgSummary `json:"dev_org"`
}

func (d AuthDeps) session(a auth.Actor) *sessionOut {
	return &sessionOut{Member: devUserOf(a.Scope.Space, a.Member), Org: d.Service.Summary(a.Org)}
}

func registerSetup(api *API, d AuthDeps) {
	get := Op{Path: "setup.get", Summary: "Tell whether Kith waits for its first organisation", Tags: []string{"sessions"}, Read: true, Auth: Public, Output: setupState{}}
	RegisterRaw(api, get, func(w http.ResponseWriter, r *http.Request) {
		if err := api.decode(get, r, &struct{}{}); err != nil {
			api.WriteError(w, r, err)
			return
		}
		needed, err := d.Service.NeedsSetup(r.Context())
		if err != nil {
			api.WriteError(w, r, err)
			return
		}
		api.WriteJSON(w, r, http.StatusOK, setupState{NeedsSetup: needed, CodeRequired: d.Gate.codeRequired(r)})
	})
	create := Op{
		Path: "setup.create", Summary: "Create the first organisation and its admin, and sign in", Tags: []string{"sessions"},
		Description: "Works only while there is no organisation.", Status: http.StatusCreated, Auth: Public,
		Errors: []int{http.StatusConflict, http.StatusTooManyRequests}, Input: setupIn{}, Output: sessionOut{},
	}
	RegisterRaw(api, create, func(w http.ResponseWriter, r *http.Request) {
		var in setupIn
		if err := api.decode(create, r, &in); err != nil {
			api.WriteError(w, r, err)
			return
		}
		a, secret, err := d.Service.SetUp(r.Context(), auth.Setup{
			NewOrg: auth.NewOrg{Name: in.OrgName, Admin: auth.NewMember{Email: in.Email, DisplayName: in.DisplayName, Password: in.Password}},
			Code:   in.Code, CodeRequired: d.Gate.codeRequired(r), Address: clientFrom(r.Context()).address,
		})
		d.signedIn(api, create, w, r, a, secret, err)
	})
}

type signInIn struct {
	Email    string `json:"email" required:"true"`
	Password string `json:"password" required:"true"`
	Org      string `json:"dev_org" maxLength:"512" doc:"Which organisation, when the address belongs to several: an id or a slug."`
}

type redeemIn struct {
	Token    string `json:"token" required:"true" maxLength:"256" doc:"The last part of the link."`
	Password string `json:"password" required:"true" doc:"At least 12 characters."`
}

func registerSessions(api *API, d AuthDeps) {
	create := Op{
		Path: "sessions.create", Summary: "Sign a browser in", Tags: []string{"sessions"},
		Description: "Sets a cookie. When the address and password fit several organisations the answer is a conflict that lists them in dev_orgs.",
		Status:      http.StatusCreated, Auth: Public, Errors: []int{http.StatusConflict, http.StatusTooManyRequests}, Input: signInIn{}, Output: sessionOut{},
	}
	RegisterRaw(api, create, func(w http.ResponseWriter, r *http.Request) {
		var in signInIn
		if err := api.decode(create, r, &in); err != nil {
			api.WriteError(w, r, err)
			return
		}
		a, secret, err := d.Service.SignIn(r.Context(), auth.Credentials{
			Email: in.Email, Password: in.Password, Org: in.Org, Address: clientFrom(r.Context()).address,
		})
		d.signedIn(api, create, w, r, a, secret, err)
	})
	end := Op{Path: "sessions.delete", Summary: "Sign the calling browser out", Tags: []string{"sessions"}, Input: struct{}{}, Output: struct{}{}}
	RegisterRaw(api, end, func(w http.ResponseWriter, r *http.Request) { d.signOut(api, end, w, r) })

	Register(api, Op{
		Path: "password-resets.redeem", Summary: "Set a password with a one-time link", Tags: []string{"sessions"}, Auth: Public,
		Errors: []int{http.StatusNotFound, http.StatusTooManyRequests},
	}, func(ctx context.Context, in *redeemIn) (*struct{}, error) {
		return nil, d.Service.Redeem(ctx, clientFrom(ctx).address, in.Token, in.Password)
	})
}

func (d AuthDeps) signedIn(api *API, op Op, w http.ResponseWriter, r *http.Request, a auth.Actor, secret string, err error) {
	if err != nil {
		api.WriteError(w, r, err)
		return
	}
	// The server decides when a session ends; the browser keeps the cookie for
	// as long as browsers keep any.
	setSession(w, r, secret, 400*24*time.Hour)
	api.WriteJSON(w, r, op.status(), d.session(a))
}

func (d AuthDeps) signOut(api *API, op Op, w http.ResponseWriter, r *http.Request) {
	if err := api.decode(op, r, &struct{}{}); err != nil {
		api.WriteError(w, r, err)
		return
	}
	if a, ok := auth.From(r.Context()); ok && a.Token.Kind == auth.Session {
		if err := d.Service.SignOut(r.Context(), a); err != nil {
			api.WriteError(w, r, err)
			return
		}
	}
	setSession(w, r, "", -time.Second)
	api.WriteJSON(w, r, http.StatusOK, struct{}{})
}

func setSession(w http.ResponseWriter, r *http.Request, secret string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: secret, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: clientFrom(r.Context()).secure,
	})
}

// decode reads the request of a raw operation that has an ordinary one.
func (a *API) decode(op Op, r *http.Request, in any) error {
	return wire.Decode(r, in, wire.Options{MaxBody: a.maxBody(op), Lenient: a.cfg.Lenient})
}
