package directory

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
)

// SourceToken is the source of identifiers that a token was obtained with.
const SourceToken = "token"

// RevInfo is what an application says of the person it asks a token for.
type RevInfo struct {
	Ref          string // the person's id in the application
	ContactN     int64  // an existing contact instead, 0 for none
	AccountRef   string
	WorkspaceRef string
	User         UserTraits
	Account      CompanyTraits
	Workspace    CompanyTraits
	Visitor      string // hash of the secret of the visitor's browser that the person is at, "" for none
}

// UserTraits describe the person. What is empty says nothing.
type UserTraits struct {
	DisplayName string
	FullName    string
	Email       string
	Description string
	Phones      []string // E.164
	Custom      map[string]any
}

// CompanyTraits describe an account or workspace. What is empty says nothing.
type CompanyTraits struct {
	DisplayName string
	Description string
	Tier        string
	Domains     []string // of a workspace at most one
	Websites    []string // of an account
	Custom      map[string]any
}

// GrantTx is what the caller of Vouch and Welcome gets to store a token with.
type GrantTx = auth.GrantTx

// Then runs in the transaction that found or made a contact.
type Then func(ctx context.Context, tx GrantTx, id don.ID) error

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// normalise checks all that can be checked without looking at records and
// brings it into its normal form.
func (in *RevInfo) normalise() (ids []contact.Identifier, err error) {
	add := func(kind contact.Kind, field, value string) error {
		if value == "" {
			return nil
		}
		i, err := identifier(kind, "rev_info."+field, value)
		i.Source = SourceToken
		if !slices.ContainsFunc(ids, func(o contact.Identifier) bool { return o.Kind == i.Kind && o.Norm() == i.Norm() }) {
			ids = append(ids, i)
		}
		return err
	}
	if err := add(contact.KindRef, "user_ref", in.Ref); err != nil {
		return nil, err
	}
	if err := add(contact.KindEmail, "user_traits.email", in.User.Email); err != nil {
		return nil, err
	}
	if err := tooMany("rev_info.user_traits.phone_numbers", len(in.User.Phones), contact.MaxPhones); err != nil {
		return nil, err
	}
	for _, p := range in.User.Phones {
		if !e164.MatchString(p) {
			return nil, errs.NotPermitted("rev_info.user_traits.phone_numbers", "%q is not in E.164 form; write + and digits alone, such as +14155550100", clip(p))
		}
		if err := add(contact.KindPhone, "user_traits.phone_numbers", p); err != nil {
			return nil, err
		}
	}
	return ids, in.normaliseTexts()
}

// proven is normalise for a word that must say whom it is about.
func (in *RevInfo) proven() ([]contact.Identifier, error) {
	if in.Ref == "" && in.ContactN == 0 {
		return nil, errs.Missing("rev_info.user_ref")
	}
	return in.normalise()
}

// clip shortens a value that a message repeats.
func clip(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "\uFFFD")); len(r) > 64 {
		return string(r[:64]) + "…"
	}
	return s
}

func (in *RevInfo) normaliseTexts() error {
	for _, t := range []struct {
		dst   *string
		field string
		norm  func(string) (string, error)
	}{
		{&in.User.DisplayName, "user_traits.display_name", contact.DisplayName},
		{&in.User.FullName, "user_traits.full_name", contact.FullName},
		{&in.User.Description, "user_traits.description", contact.Description},
		{&in.AccountRef, "account_ref", contact.Ref},
		{&in.Account.DisplayName, "account_traits.display_name", contact.DisplayName},
		{&in.Account.Description, "account_traits.description", contact.Description},
		{&in.Account.Tier, "account_traits.tier", contact.Tier},
		{&in.WorkspaceRef, "workspace_ref", contact.Ref},
		{&in.Workspace.DisplayName, "workspace_traits.display_name", contact.DisplayName},
		{&in.Workspace.Description, "workspace_traits.description", contact.Description},
		{&in.Workspace.Tier, "workspace_traits.tier", contact.Tier},
	} {
		if *t.dst == "" {
			continue
		}
		var err error
		if *t.dst, err = check("rev_info."+t.field, *t.dst, t.norm); err != nil {
			return err
		}
	}
	var err error
	if in.Account.Domains, err = normalised("rev_info.account_traits.domains", in.Account.Domains, contact.MaxDomains, contact.Domain); err != nil {
		return err
	}
	if in.Account.Websites, err = normalised("rev_info.account_traits.websites", in.Account.Websites, contact.MaxWebsites, website); err != nil {
		return err
	}
	in.Workspace.Domains, err = normalised("rev_info.workspace_traits.domain", in.Workspace.Domains, 1, contact.Domain)
	return err
}

// Vouch finds or creates the contact that the org's own backend speaks of, with
// its account and workspace, and runs then, all in one transaction. An id that
// the API shows for a record without a reference is no reference here: backends
// pass on what their users have chosen. Errors:
// invalid, not_found for ContactN, conflict for a workspace of another account.
func (s *Service) Vouch(ctx context.Context, sc org.Scope, in RevInfo, then Then) (identity.Outcome, error) {
	ids, err := in.proven()
	if err != nil {
		return identity.Outcome{}, err
	}
	var out identity.Outcome
	err = s.db.Write(ctx, sc, func(tx Tx) error {
		var err error
		out, err = vouch(ctx, tx, in, ids, nil)
		if err != nil {
			return err
		}
		return then(ctx, tx, contactOf(out.Contact.N))
	})
	return out, err
}

func vouch(ctx context.Context, tx Tx, in RevInfo, ids []contact.Identifier, trace *[]identity.Tried) (identity.Outcome, error) {
	places, err := revPlaces(ctx, tx, in)
	if err != nil {
		return identity.Outcome{}, err
	}
	return identity.Vouch(ctx, tx, identity.Word{
		Observation: identity.Observation{
			DisplayName: in.User.DisplayName, FullName: in.User.FullName, Description: in.User.Description, Identifiers: ids, Source: SourceToken, Trace: trace,
		},
		N: in.ContactN, Visitor: in.Visitor, Field: "user_ref",
		Edit: func(c *contact.Contact) error {
			if err := traits(ctx, tx, in.User.Custom, c); err != nil {
				return err
			}
			return settle(ctx, tx, c, places)
		},
	})
}

// traits gives a contact the custom values that the application states. They
// are of the org's own fields, which it need not say.
func traits(ctx context.Context, tx Tx, given map[string]any, c *contact.Contact) error {
	if len(given) == 0 {
		return nil
	}
	change := &schema.Change{Given: given, Spec: schema.Spec{Tenant: true}}
	return ofTraits("user_traits", SetCustom(ctx, tx, don.Contact, change, isNew(tx, c), &c.Custom, &c.Subtype))
}

// isNew reports whether a contact is made in the transaction.
func isNew(tx Tx, c *contact.Contact) bool { return c.Version == 1 && c.CreatedAt.Equal(tx.Now()) }

// companyTraits checks the custom values that the application states of an
// account or workspace, which gets those that it lacks.
func companyTraits(ctx context.Context, tx Tx, leaf don.Type, field string, given map[string]any) (schema.Values, error) {
	var values schema.Values
	var subtype string
	if len(given) == 0 {
		return nil, nil
	}
	err := SetCustom(ctx, tx, leaf, &schema.Change{Given: given, Spec: schema.Spec{Tenant: true}}, false, &values, &subtype)
	return values, ofTraits(field, err)
}

// fillCustom adds values that a record lacks.
func fillCustom(dst *schema.Values, values schema.Values) {
	out := schema.Values{}
	maps.Copy(out, values)
	maps.Copy(out, *dst)
	if len(out) > len(*dst) {
		*dst = out
	}
}

// ofTraits names the traits in an error about a custom field.
func ofTraits(of string, err error) error {
	e := errs.As(err)
	if e == nil || e.Field == "" {
		return err
	}
	named := *e
	named.Field = "rev_info." + of + "." + e.Field
	return &named
}

// settle gives a contact the places that the application states. Where a
// contact belongs to one account, it moves: the application knows where its
// user is.
func settle(ctx context.Context, tx Tx, c *contact.Contact, places []Place) error {
	if err := tooMany("rev_info.user_traits.phone_numbers", c.Known(contact.KindPhone), tx.Scope().Settings.AtMost(contact.MaxPhones)); err != nil {
		return err
	}
	if err := tooMany("rev_info.user_traits.email", c.Known(contact.KindEmail), tx.Scope().Settings.AtMost(contact.MaxEmails)); err != nil {
		return err
	}
	if len(places) == 0 {
		return nil
	}
	if tx.Scope().Settings.SingleAssociation {
		if err := leave(ctx, tx, c, places); err != nil {
			return err
		}
	}
	return place(ctx, tx, c, places, sinceNow(tx, c))
}

// sinceNow is since when a contact has a place that it gets now: nil for a new
// one, whose places are as old as it is.
func sinceNow(tx Tx, c *contact.Contact) *time.Time {
	if c.N <= 0 {
		return nil
	}
	now := tx.Now()
	return &now
}

// leave takes a contact out of the accounts and workspaces that are not among
// the places, nor lie in an account that is.
func leave(ctx context.Context, tx Tx, c *contact.Contact, places []Place) error {
	named, err := namesOf(ctx, tx, needs.contact, c)
	if err != nil {
		return err
	}
	c.Associations = slices.DeleteFunc(c.Associations, func(a contact.Association) bool {
		a.N = named.Now(don.Of(a.Type, a.N)).N
		for _, p := range places {
			if a.Type == p.ID.Type {
				return a.N != p.ID.N
			}
		}
		// Only an account is stated: a workspace of it may stay.
		return !slices.ContainsFunc(places, func(p Place) bool { return within(a, p.ID, named.Workspaces) })
	})
	return nil
}
