package httpapi

import (
	"context"
	"net/http"
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

type tokenCreateIn struct {
	GrantType        grantType      `json:"grant_type" doc:"Only token-issue in this release; the default."`
	RequestedType    tokenType      `json:"requested_token_type" doc:"Only personal access tokens in this release; the default."`
	SubjectTokenType string         `json:"subject_token_type" doc:"Not used in this release."`
	SubjectToken     string         `json:"subject_token" doc:"Not used in this release."`
	RevInfo          map[string]any `json:"rev_info" doc:"Not used in this release."`
	ActAs            string         `json:"act_as" doc:"Not used in this release."`
	Audience         []string       `json:"aud" maxItems:"20" doc:"The aud claim."`
	ClientID         string         `json:"client_id" maxLength:"256" doc:"The application that asks, kept as a claim."`
	ExpiresIn        *uint32        `json:"expires_in" doc:"Days until the token expires; 90 when absent or 0."`
	Scope            string         `json:"scope" maxLength:"4096" doc:"Scopes separated by spaces. A personal token may do what its member may, whatever its scopes."`
	Hint             string         `json:"token_hint" maxLength:"256" doc:"A name to recognise the token by."`
}

type tokenCreateOut struct {
	AccessToken string `json:"access_token" doc:"The secret. It is not stored and cannot be shown again."`
	TokenType   string `json:"token_type" doc:"Always bearer."`
	ExpiresIn   int64  `json:"expires_in" doc:"When the token expires, in seconds since the Unix epoch."`
	Scope       string `json:"scope,omitempty"`
}

type authToken struct {
	ID        string    `json:"id"`
	Status    string    `json:"status" doc:"active, expired or revoked."`
	Type      string    `json:"requested_token_type"`
	Subject   string    `json:"subject" doc:"Whom the token lets act."`
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
	ClientID      string    `json:"client_id" maxLength:"256" doc:"Only of application tokens, of which there are none in this release."`
	RequestedType tokenType `json:"requested_token_type"`
	Subject       string    `json:"subject" maxLength:"512" doc:"Whose tokens; the caller's when absent."`
}

type tokenListOut struct {
	Tokens []authToken `json:"tokens"`
}

type tokenSelfDeleteIn struct {
	RequestedType tokenType `json:"requested_token_type" required:"true"`
}

func registerTokens(api *API, d AuthDeps) {
	tag := []string{"auth-tokens"}
	Register(api, Op{
		Path: "auth-tokens.create", Summary: "Create a personal access token", Tags: tag, Status: http.StatusCreated,
		Errors: []int{http.StatusConflict, http.StatusTooManyRequests},
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

var kindOfType = map[tokenType]auth.Kind{auth.TypePersonal: auth.Personal, auth.TypeSession: auth.Session}

func (d AuthDeps) token(a auth.Actor, t auth.Token) authToken {
	out := authToken{
		ID: a.Scope.Space.Format(t.DON()), Status: t.Status(time.Now()), Type: auth.TypePersonal, Subject: a.Scope.Space.Format(t.Subject),
		Hint: t.Hint, Scopes: strings.Fields(t.Scopes), IssuedAt: wire.At(t.CreatedAt), CreatedAt: wire.At(t.CreatedAt),
	}
	if t.Kind == auth.Session {
		out.Type = auth.TypeSession
	}
	if t.ExpiresAt != nil {
		out.ExpiresAt = wire.At(*t.ExpiresAt)
	}
	return out
}

// self returns the calling member, which the operator of the machine is not.
func self(ctx context.Context) (auth.Actor, error) {
	a, _ := auth.From(ctx)
	if a.Local {
		return a, errs.Denied("the operator of the machine is no member; use a member's token")
	}
	return a, nil
}

func (d AuthDeps) createToken(ctx context.Context, in *tokenCreateIn) (*tokenCreateOut, error) {
	a, err := self(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkTokenRequest(in); err != nil {
		return nil, err
	}
	req := auth.TokenRequest{Hint: in.Hint, Scope: in.Scope, Audience: in.Audience, ClientID: in.ClientID}
	if in.ExpiresIn != nil {
		req.Days = *in.ExpiresIn
	}
	secret, t, err := d.Service.IssueToken(ctx, a, a.Member.ID(), req)
	if err != nil {
		return nil, err
	}
	return &tokenCreateOut{AccessToken: secret, TokenType: "bearer", ExpiresIn: t.ExpiresAt.Unix(), Scope: t.Scopes}, nil
}

func checkTokenRequest(in *tokenCreateIn) error {
	only := func(field, value, allowed string) error {
		return errs.NotPermitted(field, "%q cannot be issued by this version of Kith; give %s", value, allowed).With("allowed_values", []string{allowed})
	}
	switch {
	case in.RevInfo != nil || in.ActAs != "":
		return errs.Denied("tokens for contacts, and acting as somebody else, are not part of this version of Kith; leave out rev_info and act_as")
	case in.GrantType != "" && in.GrantType != auth.GrantIssue:
		return only("grant_type", string(in.GrantType), auth.GrantIssue)
	case in.RequestedType != "" && in.RequestedType != auth.TypePersonal:
		return only("requested_token_type", string(in.RequestedType), auth.TypePersonal)
	case in.SubjectToken != "":
		return errs.NotPermitted("subject_token", "is for exchanging tokens, which this version of Kith does not do; leave it out")
	case in.SubjectTokenType != "":
		return errs.NotPermitted("subject_token_type", "is for exchanging tokens, which this version of Kith does not do; leave it out")
	}
	return nil
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
	m := devUserOf(a.Scope.Space, a.Member)
	var out tokenInfoOut
	out.Organization.ID, out.Organization.DisplayID, out.Organization.Slug = org.ID, org.DisplayID, org.Slug
	out.Token.Issuer, out.Token.Subject, out.Token.IssuedAt = d.Service.Issuer(), m.ID, a.Token.CreatedAt.Unix()
	if a.Token.ExpiresAt != nil {
		out.Token.Expiry = a.Token.ExpiresAt.Unix()
	}
	u := &out.User
	u.Type, u.ID, u.DisplayID, u.DisplayName, u.Email, u.FullName = m.Type, m.ID, m.DisplayID, m.DisplayName, m.Email, m.FullName
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
	subject := a.Member.ID()
	if in.Subject != "" || a.Local {
		if in.Subject == "" {
			return nil, errs.Missing("subject")
		}
		id, err := a.Scope.Space.Parse("subject", in.Subject, don.Member)
		if err != nil {
			return nil, err
		}
		subject = id
	}
	kinds := []auth.Kind{auth.Personal, auth.Session}
	if in.RequestedType != "" {
		kinds = kinds[:0]
		if k, ok := kindOfType[in.RequestedType]; ok {
			kinds = append(kinds, k)
		}
	}
	out := &tokenListOut{Tokens: []authToken{}}
	ts, err := d.Service.Tokens(ctx, a, subject, kinds...)
	if err != nil || in.ClientID != "" {
		return out, err
	}
	for _, t := range ts {
		out.Tokens = append(out.Tokens, d.token(a, t))
	}
	return out, nil
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
	kind, ok := kindOfType[in.RequestedType]
	if !ok {
		return nil, nil // there are none of that type
	}
	return nil, d.Service.RevokeTokens(ctx, a, a.Member.ID(), kind)
}
