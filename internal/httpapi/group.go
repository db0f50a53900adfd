package httpapi

import (
	"context"
	"net/http"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
)

// Group is a group of contacts or members.
type Group struct {
	Atom
	Name        string        `json:"name"`
	Description string        `json:"description"`
	IsDefault   bool          `json:"is_default" doc:"Whether every organisation has it from the beginning: Customers, Verified Customers and Customer Admins."`
	Type        string        `json:"type" enum:"dynamic,static"`
	MemberType  string        `json:"member_type" enum:"dev_user,rev_user"`
	Owner       *UserSummary  `json:"owner,omitempty"`
	Dynamic     *DynamicGroup `json:"dynamic_group_info,omitempty"`
}

// DynamicGroup says who belongs to a dynamic group.
type DynamicGroup struct {
	Expression string  `json:"membership_expression" doc:"As text, for the filter of lists."`
	State      string  `json:"state" enum:"building,following,failed" doc:"Whether its members are being worked out for the first time, follow what changes, or cannot be told: then they stay as they were, and error says why."`
	Error      string  `json:"error,omitempty"`
	Lag        float64 `json:"lag_seconds" doc:"For how long the change that waits longest has waited to be worked out; 0 when none waits."`
}

func dynamicGroup(g *group.Group) *DynamicGroup {
	out := &DynamicGroup{Expression: g.Filter, State: "following", Error: g.Fault, Lag: g.Behind.Seconds()}
	switch {
	case g.Fault != "":
		out.State = "failed"
	case g.Plain():
		out.Lag = 0
	case !g.Built:
		out.State = "building"
	}
	return out
}

// GroupMember is who belongs to a group.
type GroupMember struct {
	Member UserSummary `json:"member"`
	RevOrg *OrgSummary `json:"member_rev_org,omitempty" doc:"The workspace as which a contact was added."`
}

// The types of groups.
const (
	dynamic = "dynamic"
	static  = "static"
)

func groupType(g *group.Group) string {
	if g.Dynamic {
		return dynamic
	}
	return static
}

func (v view) group(g *group.Group) Group {
	out := Group{
		Atom: v.atom(don.Of(don.Group, g.N), g.CreatedAt, g.CreatedBy, g.ModifiedAt, g.ModifiedBy),
		Name: g.Name, Description: g.Description, IsDefault: g.Standard != "", Type: groupType(g), MemberType: g.Of.Wire(),
	}
	if g.Owner != 0 {
		owner := v.user(don.Of(don.Member, g.Owner))
		out.Owner = &owner
	}
	if g.Dynamic {
		out.Dynamic = dynamicGroup(g)
	}
	return out
}

type groupOut struct {
	Group Group `json:"group"`
}

func (c call) group(f directory.UserGroupFound, err error) (*groupOut, error) {
	if err != nil {
		return nil, err
	}
	return &groupOut{c.view(f.Names).group(f.Item)}, nil
}

type dynamicGroupIn struct {
	Expression *filterIn `json:"membership_expression" doc:"Which contacts belong to it, as the filter of lists; days are counted in the organisation's time zone. It names no groups, and members by address, not as me."`
}

type groupFields struct {
	Description wire.Opt[string]         `json:"description" doc:"At most 4,096 bytes."`
	Owner       wire.Opt[string]         `json:"owner" format:"id" doc:"A member."`
	Dynamic     wire.Opt[dynamicGroupIn] `json:"dynamic_group_info" doc:"Of a dynamic group."`
}

func (f groupFields) patch(c call) (directory.UserGroupPatch, error) {
	p := directory.UserGroupPatch{Description: given(f.Description)}
	if f.Owner.Set {
		id := don.ID{}
		if f.Owner.Value != "" {
			var err error
			if id, err = c.reference("owner", f.Owner.Value, don.Member); err != nil {
				return p, err
			}
		}
		p.Owner = &id.N
	}
	if e := f.Dynamic.Value.Expression; e != nil {
		tree, err := e.tree()
		if err != nil {
			return p, within("dynamic_group_info.membership_expression", "filter", err)
		}
		p.Tree = &tree
	}
	return p, nil
}

type groupsCreateIn struct {
	Name       string `json:"name" required:"true" doc:"Unique in the org, upper and lower case being the same; at most 128 characters."`
	Type       string `json:"type" enum:"dynamic,static" doc:"static when absent: members are added and removed. A dynamic one has all contacts that meet its membership_expression."`
	MemberType string `json:"member_type" enum:"dev_user,rev_user" doc:"Contacts (rev_user) or members of the org (dev_user). When absent, rev_user for a dynamic group and dev_user for a static one."`
	groupFields
}

type groupsUpdateIn struct {
	ID   string           `json:"id" required:"true" format:"id"`
	Name wire.Opt[string] `json:"name" doc:"Unique in the org; at most 128 characters."`
	groupFields
}

type groupMemberIn struct {
	Group  string `json:"group" required:"true" format:"id"`
	Member string `json:"member" required:"true" format:"id" doc:"A contact or member, as the group's member_type has it."`
	RevOrg string `json:"member_rev_org" format:"id" doc:"A workspace of the contact's, as which it belongs to the group."`
}

func registerGroups(api *API, d DirectoryDeps) {
	const tag = "groups"
	operate(api, createOp("groups.create", "Create a group of contacts or members", tag), d.createGroup)
	operate(api, readOp("groups.get", "Get a group", tag), d.getGroup)
	operate(api, readOp("groups.list", "List groups", tag), d.listGroups)
	operate(api, writeOp("groups.update", "Update a group", tag, http.StatusConflict), d.updateGroup)
	operate(api, writeOp("groups.members.add", "Add somebody to a static group", tag), d.joinGroup)
	operate(api, writeOp("groups.members.remove", "Take somebody out of a static group", tag), d.leaveGroup)
	operate(api, readOp("groups.members.list", "List who belongs to a group", tag), d.groupMembers)
	operate(api, readOp("groups.members.count", "Count who belongs to a group", tag), d.countGroup)
}

func (d DirectoryDeps) createGroup(ctx context.Context, c call, in *groupsCreateIn) (*groupOut, error) {
	p, err := in.patch(c)
	if err != nil {
		return nil, err
	}
	p.Name = &in.Name
	of := don.Member
	if in.MemberType == don.Contact.Wire() || in.MemberType == "" && in.Type == dynamic {
		of = don.Contact
	}
	return c.group(d.Service.CreateUserGroup(ctx, c.Scope, of, in.Type == dynamic, p))
}

func (d DirectoryDeps) getGroup(ctx context.Context, c call, in *idIn) (*groupOut, error) {
	id, err := c.object("id", in.ID, don.Group)
	if err != nil {
		return nil, err
	}
	return c.group(d.Service.GetUserGroup(ctx, c.Scope, id.N))
}

func (d DirectoryDeps) updateGroup(ctx context.Context, c call, in *groupsUpdateIn) (*groupOut, error) {
	id, err := c.object("id", in.ID, don.Group)
	if err != nil {
		return nil, err
	}
	p, err := in.patch(c)
	if err != nil {
		return nil, err
	}
	p.Name = given(in.Name)
	return c.group(d.Service.UpdateUserGroup(ctx, c.Scope, id.N, p))
}

// joining reads who shall be in a group.
func (in groupMemberIn) joining(c call) (n int64, j directory.Joining, err error) {
	id, err := c.object("group", in.Group, don.Group)
	if err != nil {
		return 0, j, err
	}
	if j.ID, err = c.object("member", in.Member, don.Contact, don.Member); err != nil {
		return 0, j, err
	}
	if in.RevOrg != "" {
		place, err := c.reference("member_rev_org", in.RevOrg, don.Workspace)
		if err != nil {
			return 0, j, err
		}
		j.Place = place.N
	}
	return id.N, j, nil
}

func (d DirectoryDeps) joinGroup(ctx context.Context, c call, in *groupMemberIn) (*struct{}, error) {
	n, j, err := in.joining(c)
	if err != nil {
		return nil, err
	}
	return &struct{}{}, d.Service.JoinGroup(ctx, c.Scope, n, j)
}

func (d DirectoryDeps) leaveGroup(ctx context.Context, c call, in *groupMemberIn) (*struct{}, error) {
	n, j, err := in.joining(c)
	if err != nil {
		return nil, err
	}
	return &struct{}{}, d.Service.LeaveGroup(ctx, c.Scope, n, j)
}

type groupsListIn struct {
	Name       []string `json:"name" maxItems:"200" doc:"With any of these names; upper and lower case are the same."`
	GroupType  []string `json:"group_type" enum:"dynamic,static"`
	MemberType []string `json:"member_type" enum:"dev_user,rev_user"`
	IsDefault  *bool    `json:"is_default"`
	CreatedBy  []string `json:"created_by" doc:"By any of these members."`
}

type groupsListPageIn struct {
	page.Request
	groupsListIn
	SortBy []string `json:"sort_by" doc:"Fields to sort by, each as field:asc or field:desc: created_date, modified_date, name, display_id. display_id:asc when absent." example:"name:asc"`
}

type groupsOut struct {
	page.Links
	Groups []Group `json:"groups"`
}

func (in groupsListIn) takes(authors []string) func(*group.Group) bool {
	names := make([]string, len(in.Name))
	for i, n := range in.Name {
		names[i] = contact.FoldName(n)
	}
	return func(g *group.Group) bool {
		return anyOf(names, contact.FoldName(g.Name)) && anyOf(in.GroupType, groupType(g)) && anyOf(in.MemberType, g.Of.Wire()) && anyOf(authors, g.CreatedBy) && (in.IsDefault == nil || *in.IsDefault == (g.Standard != ""))
	}
}

func (d DirectoryDeps) listGroups(ctx context.Context, c call, in *groupsListPageIn) (*groupsOut, error) {
	out := &groupsOut{Groups: []Group{}}
	s := sieve{c: c}
	authors := s.authors(in.CreatedBy)
	if s.err != nil || s.none {
		return out, s.err
	}
	l, err := d.listing(c, in.Request, in.SortBy, tagSorts, in.groupsListIn)
	if err != nil {
		return nil, err
	}
	got, err := d.Service.ListUserGroups(ctx, c.Scope, l.query, in.takes(authors))
	if err != nil {
		return nil, err
	}
	v := c.view(got.Names)
	for _, g := range got.Items {
		out.Groups = append(out.Groups, v.group(g))
	}
	out.Links = l.links(got.Next, got.Prev)
	return out, nil
}

type groupMembersIn struct {
	Group  string `json:"group" required:"true" format:"id"`
	Cursor string `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit  int    `json:"limit" minimum:"0" doc:"Members on a page. 50 when absent, at most 100."`
	Mode   string `json:"mode" enum:"after" doc:"Pages lead on only."`
}

type groupMembersOut struct {
	Members    []GroupMember `json:"members" doc:"In the order of their numbers. Deleted contacts are not among them, merged ones once."`
	NextCursor string        `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

func (d DirectoryDeps) groupMembers(ctx context.Context, c call, in *groupMembersIn) (*groupMembersOut, error) {
	id, err := c.object("group", in.Group, don.Group)
	if err != nil {
		return nil, err
	}
	list := page.ListOf(c.op, c.Scope.OrgID, id.N)
	after, limit, err := pageAt(d.Cursors, list, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	got, err := d.Service.GroupMembers(ctx, c.Scope, id.N, after, limit)
	if err != nil {
		return nil, err
	}
	out := &groupMembersOut{Members: []GroupMember{}}
	v := c.view(got.Names)
	for _, m := range got.Item.Members {
		shown := GroupMember{Member: v.user(don.Of(got.Item.Of, m.Now))}
		if m.Place != 0 && got.Names.Workspaces[m.Place] != nil {
			place := v.place(don.Of(don.Workspace, m.Place))
			shown.RevOrg = &place
		}
		out.Members = append(out.Members, shown)
	}
	if got.Item.More {
		last := got.Item.Members[len(got.Item.Members)-1]
		out.NextCursor = d.Cursors.Encode(list, page.Cursor{Keys: []any{last.N}})
	}
	return out, nil
}

type groupIDIn struct {
	Group string `json:"group" required:"true" format:"id"`
}

func (d DirectoryDeps) countGroup(ctx context.Context, c call, in *groupIDIn) (*Count, error) {
	id, err := c.object("group", in.Group, don.Group)
	if err != nil {
		return nil, err
	}
	return counted(d.Service.CountGroup(ctx, c.Scope, id.N))
}
