package httpapi

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/page"
)

type devUser struct {
	Type        string    `json:"type" doc:"Always dev_user."`
	ID          string    `json:"id"`
	DisplayID   string    `json:"display_id"`
	DisplayName string    `json:"display_name"`
	FullName    string    `json:"full_name,omitempty"`
	Email       string    `json:"email"`
	State       string    `json:"state" doc:"active or deactivated."`
	CreatedAt   wire.Time `json:"created_date"`
	ModifiedAt  wire.Time `json:"modified_date"`
}

func devUserOf(space don.Space, m org.Member) devUser {
	return devUser{
		Type: don.Member.Wire(), ID: space.Format(m.ID()), DisplayID: m.ID().Display(), DisplayName: m.DisplayName, FullName: m.FullName,
		Email: m.Email, State: string(m.State), CreatedAt: wire.At(m.CreatedAt), ModifiedAt: wire.At(m.ModifiedAt),
	}
}

type devUserOut struct {
	Member devUser `json:"dev_user"`
}

type devUserGetIn struct {
	ID string `json:"id" required:"true" maxLength:"512"`
}

type externalIdentity struct {
	ID     string `json:"id" maxLength:"512"`
	Issuer string `json:"issuer" maxLength:"512"`
}

type devUserListIn struct {
	page.Request
	Created      typedDateFilter    `json:"created_date"`
	Modified     typedDateFilter    `json:"modified_date"`
	Email        []string           `json:"email" maxItems:"100" doc:"Any of these addresses."`
	State        []string           `json:"state" enum:"active,deactivated,deleted,locked,shadow,unassigned" maxItems:"10" doc:"Any of these states."`
	External     []externalIdentity `json:"external_identity" maxItems:"100" doc:"Members have none in this release, so any value finds nobody."`
	CustomFields map[string]any     `json:"custom_fields" doc:"Custom fields; the org has none in this release."`
	SortBy       []string           `json:"sort_by" enum:"created_date:asc,created_date:desc,display_id:asc,display_id:desc,display_name:asc,display_name:desc,email:asc,email:desc,modified_date:asc,modified_date:desc" maxItems:"5"`
}

type devUserListOut struct {
	Members []devUser `json:"dev_users"`
	page.Links
}

type devOrgOut struct {
	Org auth.DevOrgSummary `json:"dev_org"`
}

func registerMembers(api *API, d AuthDeps) {
	tag := []string{"dev-users"}
	Register(api, Op{Path: "dev-users.self", Summary: "Get the calling member", Tags: tag, Read: true}, d.getSelf)
	Register(api, Op{Path: "dev-users.get", Summary: "Get a member", Tags: tag, Read: true, Errors: []int{http.StatusNotFound}}, d.getMember)
	Register(api, Op{Path: "dev-users.list", Summary: "List members", Tags: tag, Read: true}, d.listMembers)
	Register(api, Op{Path: "dev-orgs.get", Summary: "Get the caller's organisation", Tags: []string{"dev-orgs"}, Read: true}, d.getOrg)
}

func (d AuthDeps) getSelf(ctx context.Context, _ *struct{}) (*devUserOut, error) {
	a, err := self(ctx)
	if err != nil {
		return nil, err
	}
	return &devUserOut{devUserOf(a.Scope.Space, a.Member)}, nil
}

func (d AuthDeps) getMember(ctx context.Context, in *devUserGetIn) (*devUserOut, error) {
	a, _ := auth.From(ctx)
	id, err := a.Scope.Space.Parse("id", in.ID, don.Member)
	if err != nil {
		return nil, err
	}
	m, err := d.Service.Member(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return &devUserOut{devUserOf(a.Scope.Space, m)}, nil
}

func (d AuthDeps) getOrg(ctx context.Context, _ *struct{}) (*devOrgOut, error) {
	a, _ := auth.From(ctx)
	return &devOrgOut{d.Service.Summary(a.Org)}, nil
}

// listMembers sorts in memory: an org has at most 10,000 members.
func (d AuthDeps) listMembers(ctx context.Context, in *devUserListIn) (*devUserListOut, error) {
	a, _ := auth.From(ctx)
	req, err := in.Normal(page.Max)
	if err != nil {
		return nil, err
	}
	for name := range in.CustomFields {
		return nil, errs.Customization("custom_fields."+name, "field_not_in_schema", "members have no custom fields; leave it out")
	}
	if err := first(in.Created.check("created_date"), in.Modified.check("modified_date")); err != nil {
		return nil, err
	}
	wanted := memberFilter(in)
	all, err := d.Service.Members(ctx, a)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(m org.Member) bool { return !wanted(m) })
	sorting := memberSort(in.SortBy)
	slices.SortFunc(all, func(x, y org.Member) int { return sorting.compare(sorting.keys(x), sorting.keys(y)) })
	list := page.ListOf("dev-users.list", a.Scope.OrgID, in.Email, in.State, in.External, in.Created, in.Modified, in.SortBy)
	return d.memberPage(a, req, list, sorting, all)
}

// emailKey returns a member's normalised address. What is no address stays as
// it is: no member has it, and that is the answer.
func emailKey(m org.Member) string {
	key, err := contact.Email(m.Email)
	if err != nil {
		return m.Email
	}
	return key
}

func memberFilter(in *devUserListIn) func(org.Member) bool {
	emails := make([]string, len(in.Email))
	for i, e := range in.Email {
		emails[i] = emailKey(org.Member{Email: e})
	}
	now := time.Now()
	return func(m org.Member) bool {
		return in.Created.has(m.CreatedAt, now) && in.Modified.has(m.ModifiedAt, now) &&
			(len(emails) == 0 || slices.Contains(emails, emailKey(m))) &&
			(len(in.State) == 0 || slices.Contains(in.State, string(m.State))) && len(in.External) == 0
	}
}

// memberOrder is a sort by the fields of sort_by and, last, by number.
type memberOrder []string

func memberSort(by []string) memberOrder {
	if len(by) == 0 {
		by = []string{"created_date:desc"}
	}
	_, direction, _ := strings.Cut(by[len(by)-1], ":")
	return append(slices.Clone(by), "display_id:"+direction)
}

// keys returns the member's values in the order of the sort.
func (o memberOrder) keys(m org.Member) []any {
	keys := make([]any, len(o))
	for i, by := range o {
		switch field, _, _ := strings.Cut(by, ":"); field {
		case "created_date":
			keys[i] = m.CreatedAt.UTC()
		case "modified_date":
			keys[i] = m.ModifiedAt.UTC()
		case "display_name":
			keys[i] = contact.FoldName(m.DisplayName)
		case "email":
			keys[i] = emailKey(m)
		default:
			keys[i] = m.N
		}
	}
	return keys
}

func (o memberOrder) compare(x, y []any) int {
	for i, by := range o {
		c := compareKeys(x[i], y[i])
		if strings.HasSuffix(by, ":desc") {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func compareKeys(x, y any) int {
	switch x := x.(type) {
	case time.Time:
		y, _ := y.(time.Time)
		return x.Compare(y)
	case string:
		y, _ := y.(string)
		return cmp.Compare(x, y)
	case int64:
		y, _ := y.(int64)
		return cmp.Compare(x, y)
	}
	return 0
}

func (d AuthDeps) memberPage(a auth.Actor, req page.Request, list page.List, order memberOrder, all []org.Member) (*devUserListOut, error) {
	from, to := 0, min(req.Limit, len(all))
	if req.Cursor != "" {
		cur, err := d.Cursors.Decode(list, req.Cursor)
		if err != nil {
			return nil, err
		}
		// at is where the row of the cursor stands, or would stand.
		at, found := slices.BinarySearchFunc(all, cur.Keys, func(m org.Member, keys []any) int { return order.compare(order.keys(m), keys) })
		from = at
		if found && req.Mode == page.After {
			from++
		}
		to = min(from+req.Limit, len(all))
		if req.Mode == page.Before {
			from, to = max(at-req.Limit, 0), at
		}
	} else if req.Mode == page.Before {
		from, to = max(len(all)-req.Limit, 0), len(all)
	}
	out := &devUserListOut{Members: []devUser{}}
	for _, m := range all[from:to] {
		out.Members = append(out.Members, devUserOf(a.Scope.Space, m))
	}
	if to < len(all) && to > from {
		out.NextCursor = d.Cursors.Encode(list, page.Cursor{Keys: order.keys(all[to-1])})
	}
	if from > 0 && to > from {
		out.PrevCursor = d.Cursors.Encode(list, page.Cursor{Keys: order.keys(all[from]), Back: true})
	}
	return out, nil
}
