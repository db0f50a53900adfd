package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
)

// tokenType is a token type by its URN.
type tokenType string

// Allowed returns the types that the API knows by name.
func (tokenType) Allowed() []string {
	names := []string{"aat", "aat:act-as", "aat:public", "dev", "dev:connect", "gat", "pat", "pat:act-as", "rat", "rev", "session",
		"session:dev", "session:dev0", "session:onetime", "session:rev", "session:rev:act-as", "session:rev:public", "super", "sys"}
	for i, n := range names {
		names[i] = auth.TypePrefix + n
	}
	return append(names, "urn:ietf:params:oauth:token-type:jwt")
}

// grantType is how a token is obtained.
type grantType string

// Allowed returns the grant types.
func (grantType) Allowed() []string { return []string{auth.GrantIssue, auth.GrantSwap} }

type authToken struct {
	ID        string    `json:"id"`
	Status    string    `json:"status" doc:"active, expired or revoked."`
	Type      string    `json:"requested_token_type"`
	Subject   string    `json:"subject" doc:"Whom the token lets act."`
	ClientID  string    `json:"client_id,omitempty" doc:"Of application tokens: the application."`
	ActedBy   string    `json:"acted_by,omitempty" doc:"The service account that obtained the token to act as the subject, or for a contact."`
	Hint      string    `json:"token_hint,omitempty"`
	Scopes    []string  `json:"scopes,omitempty"`
	IssuedAt  wire.Time `json:"issued_at"`
	ExpiresAt wire.Time `json:"expires_at,omitzero"`
	CreatedAt wire.Time `json:"created_date"`
}

type tokenOut struct {
	Token authToken `json:"token"`
}

type tokenIDIn struct {
	ID string `json:"token_id" required:"true" maxLength:"512"`
}

type tokenDeleteIn struct {
	ID string `json:"token_id" maxLength:"512" doc:"The calling token itself when absent."`
}

type tokenRenameIn struct {
	ID   string `json:"token_id" required:"true" maxLength:"512"`
	Hint string `json:"token_hint" required:"true" maxLength:"256"`
}

type tokenListIn struct {
	ClientID      string    `json:"client_id" maxLength:"256" doc:"Only application tokens of this application."`
	RequestedType tokenType `json:"requested_token_type" doc:"Only tokens of this type."`
	Subject       string    `json:"subject" maxLength:"512" doc:"Whose tokens: a member's, service account's or contact's. When absent the caller's, or all application tokens when client_id or their type is given."`
}

type tokenListOut struct {
	Tokens []authToken `json:"tokens"`
}

type tokenSelfDeleteIn struct {
	RequestedType tokenType `json:"requested_token_type" doc:"Required of members. When absent a contact's token ends itself, and one of a visitor who proves nothing all of that visitor."`
}

func registerTokens(api *API, d AuthDeps) {
	tag := []string{"auth-tokens"}
	operate(api, Op{
		Path: "auth-tokens.create", Summary: "Create a token", Tags: tag, Status: http.StatusCreated,
		Description: tokenCreateDoc, Errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusTooManyRequests},
	}, d.createToken)
	Register(api, Op{Path: "auth-tokens.info", Summary: "Tell who the caller is", Tags: tag, Read: true}, d.tokenInfo)
	Register(api, Op{Path: "auth-tokens.get", Summary: "Get a token's description", Tags: tag, Read: true, Errors: []int{http.StatusNotFound}}, d.getToken)
	Register(api, Op{
		Path: "auth-tokens.list", Summary: "List tokens and sessions, the newest first", Tags: tag, Read: true,
		Description: "At most 1,000 of each kind.", Errors: []int{http.StatusNotFound},
	}, d.listTokens)
	Register(api, Op{Path: "auth-tokens.update", Summary: "Change a token's hint", Tags: tag, Errors: []int{http.StatusNotFound}}, d.renameToken)
	Register(api, Op{Path: "auth-tokens.delete", Summary: "Revoke a token", Tags: tag, Errors: []int{http.StatusNotFound}}, d.deleteToken)
	Register(api, Op{Path: "auth-tokens.self.delete", Summary: "Revoke all of the caller's tokens of a type", Tags: tag}, d.deleteOwnTokens)
}

func (d AuthDeps) token(a auth.Actor, t auth.Token) authToken {
	out := authToken{
		ID: a.Scope.Space.Format(t.DON()), Status: t.Status(time.Now()), Type: t.Kind.Type(), Subject: a.Scope.Space.Format(t.Subject),
		ClientID: t.ClientID, Hint: t.Hint, Scopes: strings.Fields(t.Scopes), IssuedAt: wire.At(t.CreatedAt), CreatedAt: wire.At(t.CreatedAt),
	}
	if t.Via.Type != "" {
		out.ActedBy = a.Scope.Space.Format(t.Via)
	}
	if t.ExpiresAt != nil {
		out.ExpiresAt = wire.At(*t.ExpiresAt)
	}
	return out
}

// self returns the caller, who is not the operator of the machine.
func self(ctx context.Context) (auth.Actor, error) {
	a, _ := auth.From(ctx)
	if a.Local {
		return a, errs.Denied("the operator of the machine is no member; use a member's token")
	}
	return a, nil
}

type tokenInfoOut struct {
	Organization struct {
		ID        string `json:"id"`
		DisplayID string `json:"display_id"`
		Slug      string `json:"slug"`
	} `json:"organization"`
	Token struct {
		Issuer   string `json:"issuer"`
		Subject  string `json:"subject"`
		IssuedAt int64  `json:"issued_at" doc:"In seconds since the Unix epoch."`
		Expiry   int64  `json:"expiry" doc:"In seconds since the Unix epoch."`
	} `json:"token"`
	User struct {
		Type        string `json:"type"`
		ID          string `json:"id"`
		DisplayID   string `json:"display_id"`
		DisplayName string `json:"display_name"`
		Email       string `json:"email"`
		FullName    string `json:"full_name"`
	} `json:"user"`
}

func (d AuthDeps) tokenInfo(ctx context.Context, _ *struct{}) (*tokenInfoOut, error) {
	a, err := self(ctx)
	if err != nil {
		return nil, err
	}
	org := d.Service.Summary(a.Org)
	var out tokenInfoOut
	out.Organization.ID, out.Organization.DisplayID, out.Organization.Slug = org.ID, org.DisplayID, org.Slug
	out.Token.Issuer, out.Token.Subject, out.Token.IssuedAt = d.Service.Issuer(), a.Scope.Space.Format(a.Self()), a.Token.CreatedAt.Unix()
	if a.Token.ExpiresAt != nil {
		out.Token.Expiry = a.Token.ExpiresAt.Unix()
	}
	u := &out.User
	u.Type, u.ID, u.DisplayID = a.Self().Type.Wire(), out.Token.Subject, a.Self().Display()
	switch {
	case a.Token.Kind == auth.Visitor:
		said, err := d.Records.Said(ctx, a.Scope, a.Contact.N)
		if err != nil {
			return nil, err
		}
		u.DisplayName, u.Email, u.FullName = said.Item.DisplayName, said.Item.Email(), said.Item.FullName
	case a.Contact != nil:
		u.DisplayName, u.Email, u.FullName = a.Contact.DisplayName, a.Contact.Email(), a.Contact.FullName
	case a.Account.N != 0:
		u.DisplayName = a.Account.DisplayName
	default:
		u.DisplayName, u.Email, u.FullName = a.Member.DisplayName, a.Member.Email, a.Member.FullName
	}
	return &out, nil
}

func (d AuthDeps) getToken(ctx context.Context, in *tokenIDIn) (*tokenOut, error) {
	a, _ := auth.From(ctx)
	id, err := parseTokenID(a, in.ID)
	if err != nil {
		return nil, err
	}
	t, err := d.Service.TokenByID(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return &tokenOut{d.token(a, t)}, nil
}

// parseTokenID reads a token's DON, or the random part of it alone.
func parseTokenID(a auth.Actor, text string) (string, error) {
	if id := don.FromTail(string(don.Token) + "/" + text); id.Local != "" {
		return id.Local, nil
	}
	id, err := a.Scope.Space.Parse("token_id", text, don.Token)
	return id.Local, err
}

func (d AuthDeps) listTokens(ctx context.Context, in *tokenListIn) (*tokenListOut, error) {
	a, _ := auth.From(ctx)
	kinds := listedKinds
	if in.RequestedType != "" {
		kinds = auth.KindsOf(string(in.RequestedType))
	}
	ts, err := d.tokensOf(ctx, a, in, kinds)
	if err != nil {
		return nil, err
	}
	out := &tokenListOut{Tokens: []authToken{}}
	for _, t := range ts {
		if slices.Contains(kinds, t.Kind) && (in.ClientID == "" || t.ClientID == in.ClientID) {
			out.Tokens = append(out.Tokens, d.token(a, t))
		}
	}
	return out, nil
}

var (
	applicationKinds = []auth.Kind{auth.Application, auth.PublicApplication}
	// listedKinds are shown when no type is asked for.
	listedKinds = []auth.Kind{
		auth.Personal, auth.Session, auth.Application, auth.PublicApplication, auth.Customer, auth.Visitor, auth.OneTime,
		auth.ActAsMember, auth.ActAsApplication, auth.ActAsCustomer,
	}
)

func (d AuthDeps) tokensOf(ctx context.Context, a auth.Actor, in *tokenListIn, kinds []auth.Kind) ([]auth.Token, error) {
	if in.Subject == "" {
		if in.ClientID != "" || len(kinds) > 0 && slices.Contains(applicationKinds, kinds[0]) {
			return d.Service.ApplicationTokens(ctx, a, in.ClientID)
		}
		if a.Local {
			return nil, errs.Missing("subject")
		}
		return d.Service.Tokens(ctx, a, a.Self(), kinds...)
	}
	id, err := a.Scope.Space.Parse("subject", in.Subject, don.Member, don.ServiceAccount, don.Contact)
	if err != nil {
		return nil, err
	}
	return d.Service.Tokens(ctx, a, id, kinds...)
}

func (d AuthDeps) renameToken(ctx context.Context, in *tokenRenameIn) (*tokenOut, error) {
	a, _ := auth.From(ctx)
	id, err := parseTokenID(a, in.ID)
	if err != nil {
		return nil, err
	}
	t, err := d.Service.RenameToken(ctx, a, id, in.Hint)
	if err != nil {
		return nil, err
	}
	return &tokenOut{d.token(a, t)}, nil
}

func (d AuthDeps) deleteToken(ctx context.Context, in *tokenDeleteIn) (*struct{}, error) {
	a, _ := auth.From(ctx)
	id := a.Token.ID
	if in.ID != "" {
		var err error
		if id, err = parseTokenID(a, in.ID); err != nil {
			return nil, err
		}
		if err := auth.Allow(a, "auth-tokens.delete", auth.Token{ID: id}.DON()); err != nil {
			return nil, err
		}
	}
	if id == "" {
		return nil, errs.Missing("token_id")
	}
	return nil, d.Service.RevokeToken(ctx, a, id)
}

func (d AuthDeps) deleteOwnTokens(ctx context.Context, in *tokenSelfDeleteIn) (*struct{}, error) {
	a, err := self(ctx)
	if err != nil {
		return nil, err
	}
	kinds := auth.KindsOf(string(in.RequestedType))
	switch {
	case in.RequestedType != "":
	case a.Contact == nil:
		return nil, errs.Missing("requested_token_type")
	case a.Token.Kind == auth.Visitor:
		kinds = []auth.Kind{auth.Visitor}
	default: // the same person may be signed in elsewhere
		return nil, d.Service.RevokeToken(ctx, a, a.Token.ID)
	}
	if a.Token.Kind == auth.Visitor {
		// A visitor proves nothing, and must not sign out whom the contact is proven to be.
		kinds = slices.DeleteFunc(kinds, func(k auth.Kind) bool { return k != auth.Visitor })
	}
	if len(kinds) == 0 {
		return nil, nil // there are none of that type
	}
	return nil, d.Service.RevokeTokens(ctx, a, a.Self(), kinds...)
}
