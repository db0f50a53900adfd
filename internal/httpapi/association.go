package httpapi

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
)

// Association is a contact's place in an account or workspace.
type Association struct {
	AssociatedTo OrgSummary `json:"associated_to"`
	Primary      bool       `json:"primary,omitempty" doc:"Stands for the contact's customer where only one can be shown."`
	Role         string     `json:"role,omitempty"`
	Since        wire.Time  `json:"since,omitzero"`
	Source       string     `json:"source,omitempty" doc:"Where the place is known from: api, import/12, …"`
	Until        wire.Time  `json:"until,omitzero"`
}

type setAssociation struct {
	AssociatedTo string              `json:"associated_to" required:"true" format:"id" doc:"An account or workspace; a workspace brings its account along."`
	Primary      wire.Opt[bool]      `json:"primary" doc:"Whether this place stands for the contact's customer where only one can be shown."`
	Role         wire.Opt[string]    `json:"role" doc:"What the contact does there; at most 256 characters."`
	Since        wire.Opt[wire.Time] `json:"since" doc:"When the place began; now for a new one when absent."`
	Until        wire.Opt[wire.Time] `json:"until" doc:"When it ended or will end."`
}

func (s setAssociation) place(c call, i int) (directory.Place, error) {
	field := element("associations", i) + ".associated_to"
	id, err := c.reference(field, s.AssociatedTo, don.Account, don.Workspace)
	p := directory.Place{ID: id, Field: field, Role: given(s.Role), Primary: given(s.Primary)}
	if s.Since.Set {
		p.Since = &s.Since.Value.Time
	}
	if s.Until.Set {
		p.Until = &s.Until.Value.Time
	}
	return p, err
}

type associationsAddIn struct {
	RevUserID    string           `json:"rev_user_id" required:"true" format:"id"`
	Associations []setAssociation `json:"associations" required:"true" minItems:"1" maxItems:"100" doc:"Places to add, or to change where the contact has them."`
}

type associationsListIn struct {
	page.Request
	RevUserID string `json:"rev_user_id" required:"true" format:"id"`
}

type associationsRemoveIn struct {
	RevUserID    string   `json:"rev_user_id" required:"true" format:"id"`
	Associations []string `json:"associations" required:"true" minItems:"1" maxItems:"100" doc:"Accounts and workspaces to take the contact out of; out of an account means out of its workspaces too."`
}

type associationsOut struct {
	Associations []Association `json:"associations"`
	page.Links
}

// linkIn has two names for each field, the second an older one.
type linkIn struct {
	ID     string `json:"id" format:"id" doc:"The contact."`
	RevOrg string `json:"rev_org" format:"id" doc:"The workspace."`
	UserID string `json:"user_don" format:"id" deprecated:"true" doc:"An older name of id."`
	OrgID  string `json:"rev_org_don" format:"id" deprecated:"true" doc:"An older name of rev_org."`
}

func (in linkIn) read(c call) (user don.ID, to directory.Place, err error) {
	userText, orgText := cmp.Or(in.ID, in.UserID), cmp.Or(in.RevOrg, in.OrgID)
	switch {
	case userText == "":
		return user, to, errs.Missing("id")
	case orgText == "":
		return user, to, errs.Missing("rev_org")
	}
	if user, err = c.object("id", userText, don.Contact); err != nil {
		return user, to, err
	}
	to.Field = "rev_org"
	to.ID, err = c.reference(to.Field, orgText, don.Workspace, don.Account)
	return user, to, err
}

func registerAssociations(api *API, d DirectoryDeps) {
	const tag = "rev-users"
	operate(api, createOp("rev-users.associations.add", "Give a contact places in accounts and workspaces", tag), d.addAssociations)
	operate(api, readOp("rev-users.associations.list", "List a contact's places in accounts and workspaces", tag), d.listAssociations)
	remove := writeOp("rev-users.associations.remove", "Take a contact out of accounts and workspaces", tag)
	remove.Status = http.StatusNoContent
	operate(api, remove, d.removeAssociations)
	operate(api, writeOp("rev-users.link", "Deprecated: use rev-users.associations.add", tag), d.link)
	operate(api, writeOp("rev-users.unlink", "Deprecated: use rev-users.associations.remove", tag), d.unlink)
}

func (d DirectoryDeps) addAssociations(ctx context.Context, c call, in *associationsAddIn) (*struct{}, error) {
	id, err := c.object("rev_user_id", in.RevUserID, don.Contact)
	if err != nil {
		return nil, err
	}
	places := make([]directory.Place, len(in.Associations))
	for i, s := range in.Associations {
		if places[i], err = s.place(c, i); err != nil {
			return nil, err
		}
	}
	_, err = d.Service.Associate(ctx, c.Scope, id.N, places)
	return nil, err
}

func (d DirectoryDeps) removeAssociations(ctx context.Context, c call, in *associationsRemoveIn) (*struct{}, error) {
	id, err := c.object("rev_user_id", in.RevUserID, don.Contact)
	if err != nil {
		return nil, err
	}
	from := make([]directory.Place, len(in.Associations))
	for i, text := range in.Associations {
		from[i].Field = element("associations", i)
		if from[i].ID, err = c.reference(from[i].Field, text, don.Account, don.Workspace); err != nil {
			return nil, err
		}
	}
	_, err = d.Service.Dissociate(ctx, c.Scope, id.N, from)
	return nil, err
}

func (d DirectoryDeps) link(ctx context.Context, c call, in *linkIn) (*revUserOut, error) {
	user, to, err := in.read(c)
	if err != nil {
		return nil, err
	}
	return c.revUser(d.Service.Associate(ctx, c.Scope, user.N, []directory.Place{to}))
}

func (d DirectoryDeps) unlink(ctx context.Context, c call, in *linkIn) (*revUserOut, error) {
	user, from, err := in.read(c)
	if err != nil {
		return nil, err
	}
	return c.revUser(d.Service.Dissociate(ctx, c.Scope, user.N, []directory.Place{from}))
}

// listAssociations pages through the list that a contact carries, in the order
// of type and number.
func (d DirectoryDeps) listAssociations(ctx context.Context, c call, in *associationsListIn) (*associationsOut, error) {
	id, err := c.object("rev_user_id", in.RevUserID, don.Contact)
	if err != nil {
		return nil, err
	}
	l, err := d.listing(c, in.Request, nil, nil, id.N)
	if err != nil {
		return nil, err
	}
	f, err := d.Service.GetContact(ctx, c.Scope, id.N)
	if err != nil {
		return nil, err
	}
	live := f.Names.Places(f.Item)
	slices.SortFunc(live, func(a, b contact.Association) int { return comparePlaces(placeKeys(a), placeKeys(b)) })
	part, next, prev := window(live, l.query, placeKeys, comparePlaces)
	out, v := &associationsOut{Associations: []Association{}, Links: l.links(next, prev)}, c.view(f.Names)
	for _, a := range part {
		out.Associations = append(out.Associations, v.association(a))
	}
	return out, nil
}

func placeKeys(a contact.Association) []any { return []any{string(a.Type), a.N} }

func comparePlaces(a, b []any) int {
	return cmp.Or(compareKeys(a[0], b[0]), compareKeys(a[1], b[1]))
}

// window cuts a page out of a sorted list.
func window[T any](all []T, q directory.Query, keys func(T) []any, compare func(a, b []any) int) (part []T, next, prev []any) {
	from, to := 0, len(all)
	if q.Edge != nil {
		at, found := slices.BinarySearchFunc(all, q.Edge, func(item T, edge []any) int { return compare(keys(item), edge) })
		if q.Backward {
			to = at
		} else if from = at; found {
			from++
		}
	}
	if q.Backward {
		from = max(to-q.Limit, from)
	} else {
		to = min(from+q.Limit, to)
	}
	part = all[from:to]
	if len(part) == 0 {
		return nil, nil, nil
	}
	if to < len(all) {
		next = keys(part[len(part)-1])
	}
	if from > 0 {
		prev = keys(part[0])
	}
	return part, next, prev
}

func (v view) association(a contact.Association) Association {
	out := Association{AssociatedTo: v.place(don.Of(a.Type, a.N)), Primary: a.Primary, Role: a.Role, Source: a.Source}
	if a.Since != nil {
		out.Since = wire.At(*a.Since)
	}
	if a.Until != nil {
		out.Until = wire.At(*a.Until)
	}
	return out
}
