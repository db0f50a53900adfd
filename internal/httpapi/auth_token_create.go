package httpapi

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
)

const tokenCreateDoc = "Members create personal and application tokens. An application token with rev_info obtains a token for a contact, whom it finds or creates, " +
	"with account and workspace; with act_as, given the scope act-as, one to act as somebody. A one-time token is exchanged for a contact's token with itself in " +
	"Authorization, or in subject_token with the application's token there."

// subjectTokenType is the type of a token to exchange by its URN.
type subjectTokenType string

// Allowed returns the types that the API knows by name.
func (subjectTokenType) Allowed() []string {
	names := []string{"jwt:auth0", "jwt:dev", "rat", "rev", "revinfo", "session", "session:onetime", "sysu", "userinfo"}
	for i, n := range names {
		names[i] = auth.TypePrefix + n
	}
	return append(names, "urn:ietf:params:oauth:token-type:jwt")
}

type tokenCreateIn struct {
	GrantType        grantType           `json:"grant_type" doc:"token-issue, or token-exchange with subject_token or rev_info. Follows from the rest when absent."`
	RequestedType    tokenType           `json:"requested_token_type" doc:"For members pat (the default), aat or aat:public. For application tokens with rev_info session (the default) or session:onetime."`
	SubjectTokenType subjectTokenType    `json:"subject_token_type" doc:"What is exchanged: revinfo, or session for a one-time token."`
	SubjectToken     string              `json:"subject_token" maxLength:"16384" doc:"A one-time token to exchange."`
	RevInfo          wire.Opt[revInfoIn] `json:"rev_info" doc:"The contact to obtain a token for."`
	ActAs            string              `json:"act_as" maxLength:"512" doc:"The member, service account or contact to act as."`
	Audience         []string            `json:"aud" maxItems:"20" doc:"The aud claim, beside kith."`
	ClientID         string              `json:"client_id" maxLength:"256" doc:"The application that asks, kept as a claim. An application token is for the service account with this client id; a new one when there is none."`
	ServiceAccount   string              `json:"service_account" maxLength:"512" doc:"Of an application token: the service account that it is for, instead of client_id."`
	ExpiresIn        *uint32             `json:"expires_in" doc:"Days until the token expires; 90 when absent or 0. Tokens for contacts live for an hour, at most a day, and a longer wish is cut to that."`
	ExpiresInMins    *uint32             `json:"expires_in_mins" doc:"The same in minutes, for tokens of contacts and act-as tokens."`
	Scope            string              `json:"scope" maxLength:"4096" doc:"Scopes separated by spaces. act-as lets an application token act as others. A personal token may do what its member may, whatever its scopes."`
	Hint             string              `json:"token_hint" maxLength:"256" doc:"A name to recognise the token by."`
	VisitorSecret    string              `json:"visitor_secret" maxLength:"256" doc:"What an earlier answer to a public token gave this visitor's browser to keep. With a public token the visitor comes back to the same contact; with a private one the visitor's contact, as long as it is only claimed, becomes part of the one that rev_info names."`
}

type tokenCreateOut struct {
	AccessToken   string `json:"access_token" doc:"The secret. It is not stored and cannot be shown again."`
	TokenType     string `json:"token_type" doc:"Always bearer."`
	ExpiresIn     int64  `json:"expires_in" doc:"When the token expires, in seconds since the Unix epoch."`
	ClientID      string `json:"client_id,omitempty" doc:"Of application tokens: the application."`
	Scope         string `json:"scope,omitempty"`
	VisitorSecret string `json:"visitor_secret,omitempty" doc:"With a public token: for the visitor's browser to keep, and to no one else."`
}

func (in *tokenCreateIn) request() auth.TokenRequest {
	req := auth.TokenRequest{Hint: in.Hint, Scope: in.Scope, Audience: in.Audience, ClientID: in.ClientID}
	if in.ExpiresIn != nil {
		req.Days = *in.ExpiresIn
		req.Life = time.Duration(min(req.Days, 1000)) * 24 * time.Hour
	}
	if in.ExpiresInMins != nil {
		req.Life = time.Duration(*in.ExpiresInMins) * time.Minute
	}
	return req
}

// pick returns the kind asked for, the first of the allowed ones when none is.
func (in *tokenCreateIn) pick(allowed ...auth.Kind) (auth.Kind, error) {
	if in.RequestedType == "" {
		return allowed[0], nil
	}
	for _, k := range auth.KindsOf(string(in.RequestedType)) {
		if slices.Contains(allowed, k) {
			return k, nil
		}
	}
	types := make([]string, len(allowed))
	for i, k := range allowed {
		types[i] = k.Type()
	}
	return "", errs.NotPermitted("requested_token_type", "%q cannot be issued here; give %s", string(in.RequestedType), strings.Join(types, " or ")).
		With("allowed_values", types)
}

func (in *tokenCreateIn) check() error {
	forms := 0
	for _, given := range []bool{in.RevInfo.Set, in.ActAs != "", in.SubjectToken != ""} {
		if given {
			forms++
		}
	}
	switch {
	case forms > 1:
		return errs.BadRequest("rev_info, act_as and subject_token each ask for a token of their own; give one of them")
	case in.GrantType == auth.GrantSwap && in.ActAs != "":
		return errs.NotPermitted("grant_type", "%q exchanges a token; give %q to act as somebody", auth.GrantSwap, auth.GrantIssue)
	case in.SubjectToken != "" && in.GrantType == auth.GrantIssue:
		return errs.NotPermitted("grant_type", "%q exchanges nothing; give %q with subject_token", auth.GrantIssue, auth.GrantSwap)
	case in.RevInfo.Set && in.SubjectTokenType != "" && in.SubjectTokenType != auth.TypeRevInfo:
		return errs.NotPermitted("subject_token_type", "%q does not go with rev_info; give %q", string(in.SubjectTokenType), auth.TypeRevInfo)
	case in.SubjectTokenType == auth.TypeRevInfo && !in.RevInfo.Set:
		return errs.Missing("rev_info")
	case in.VisitorSecret != "" && !in.RevInfo.Set:
		return errs.NotPermitted("visitor_secret", "goes with rev_info; leave it out")
	}
	return nil
}

func (d AuthDeps) createToken(ctx context.Context, c call, in *tokenCreateIn) (*tokenCreateOut, error) {
	if _, err := self(ctx); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	switch {
	case in.ActAs != "":
		return d.actAs(ctx, c, in)
	case in.RevInfo.Set:
		return d.contactToken(ctx, c, in)
	case in.SubjectToken != "" || c.Token.Kind == auth.OneTime:
		return d.exchange(ctx, c, in)
	default:
		return d.ownToken(ctx, c, in)
	}
}

func created(secret string, t auth.Token, err error) (*tokenCreateOut, error) {
	if err != nil {
		return nil, err
	}
	out := &tokenCreateOut{AccessToken: secret, TokenType: "bearer", ExpiresIn: t.ExpiresAt.Unix(), Scope: t.Scopes}
	if slices.Contains(applicationKinds, t.Kind) {
		out.ClientID = t.ClientID
	}
	return out, nil
}

// ownToken creates a member's personal token, or an application token.
func (d AuthDeps) ownToken(ctx context.Context, c call, in *tokenCreateIn) (*tokenCreateOut, error) {
	if c.Member.N == 0 {
		return nil, errs.Missing("rev_info")
	}
	switch {
	case in.GrantType == auth.GrantSwap:
		return nil, errs.NotPermitted("grant_type", "%q needs something to exchange; give %q", auth.GrantSwap, auth.GrantIssue).
			With("allowed_values", []string{auth.GrantIssue})
	case in.SubjectTokenType != "":
		return nil, errs.NotPermitted("subject_token_type", "is for exchanging a token; leave it out")
	}
	kind, err := in.pick(auth.Personal, auth.Application, auth.PublicApplication)
	if err != nil {
		return nil, err
	}
	req := in.request()
	req.Kind = kind
	switch {
	case kind == auth.Personal && in.ServiceAccount != "":
		return nil, errs.NotPermitted("service_account", "goes with requested_token_type %s", auth.Application.Type())
	case in.ServiceAccount != "":
		id, err := c.reference("service_account", in.ServiceAccount, don.ServiceAccount)
		if err != nil {
			return nil, err
		}
		req.Account = id.N
	}
	return created(d.Service.IssueToken(ctx, c.Actor, c.Member.ID(), req))
}

func (d AuthDeps) actAs(ctx context.Context, c call, in *tokenCreateIn) (*tokenCreateOut, error) {
	id, err := c.reference("act_as", in.ActAs, don.Member, don.ServiceAccount, don.Contact)
	if err != nil {
		return nil, err
	}
	req := in.request()
	if in.RequestedType != "" {
		if req.Kind, err = in.pick(auth.ActAsMember, auth.ActAsApplication, auth.ActAsCustomer); err != nil {
			return nil, err
		}
	}
	return created(d.Service.ActAs(ctx, c.Actor, id, req))
}

func (d AuthDeps) exchange(ctx context.Context, c call, in *tokenCreateIn) (*tokenCreateOut, error) {
	if _, err := in.pick(auth.Customer); err != nil {
		return nil, err
	}
	return created(d.Service.Exchange(ctx, c.Actor, in.SubjectToken, in.request()))
}

// contactToken obtains a token for the contact of rev_info.
func (d AuthDeps) contactToken(ctx context.Context, c call, in *tokenCreateIn) (*tokenCreateOut, error) {
	req := in.request()
	var err error
	if c.Token.Kind == auth.PublicApplication && in.RequestedType == auth.TypeCustomer {
		req.Kind = auth.Visitor // the best that a public token can have of a session
	} else if c.Token.Kind == auth.PublicApplication {
		req.Kind, err = in.pick(auth.Visitor, auth.Customer, auth.OneTime)
	} else {
		req.Kind, err = in.pick(auth.Customer, auth.OneTime, auth.Visitor)
	}
	if err != nil {
		return nil, err
	}
	grant, err := d.Service.ContactGrant(ctx, c.Actor, req)
	if err != nil {
		return nil, err
	}
	info, err := in.RevInfo.Value.read(c)
	if err != nil {
		return nil, err
	}
	if req.Kind == auth.Visitor {
		return d.visitorToken(ctx, c, in, info, grant)
	}
	info.Visitor = auth.VisitorHash(in.VisitorSecret)
	if _, err := d.Records.Vouch(ctx, c.OnBehalf(), info, grant.Store); err != nil {
		return nil, err
	}
	return created(d.Service.Sign(c.Actor, grant))
}

func (d AuthDeps) visitorToken(ctx context.Context, c call, in *tokenCreateIn, info directory.RevInfo, grant *auth.Grant) (*tokenCreateOut, error) {
	address := clientFrom(ctx).address
	if err := d.Service.AllowVisitor(address); err != nil {
		return nil, err
	}
	secret := auth.NewVisitor()
	_, isNew, err := d.Records.Welcome(ctx, c.OnBehalf(), info, auth.VisitorHash(in.VisitorSecret), auth.VisitorHash(secret), grant.Store)
	if err != nil {
		return nil, err
	}
	out, err := created(d.Service.Sign(c.Actor, grant))
	if err != nil {
		return nil, err
	}
	d.Service.CountVisitor(address, isNew)
	if out.VisitorSecret = in.VisitorSecret; isNew {
		out.VisitorSecret = secret
	}
	return out, nil
}
