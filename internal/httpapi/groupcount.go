package httpapi

import (
	"context"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
)

// Count is how many records there are.
type Count struct {
	Count int  `json:"count" doc:"Exact up to 10,000."`
	More  bool `json:"more" doc:"Whether there are more than that."`
}

// GroupCount is the records that have one value of a field.
type GroupCount struct {
	Value  string `json:"value" doc:"As a filter takes it."`
	Label  string `json:"label" doc:"For people."`
	Count  int    `json:"count"`
	Filter string `json:"filter" doc:"The condition that takes this group: joined to the filter by and, it lists the group's records."`
}

type groupCountsOut struct {
	Groups []GroupCount `json:"groups" doc:"The largest first. Records without a value are in none."`
	More   bool         `json:"more" doc:"Whether the field has more than 1,000 values; the others are not told."`
}

func groupCounts(g directory.Groups, err error) (*groupCountsOut, error) {
	if err != nil {
		return nil, err
	}
	out := &groupCountsOut{Groups: []GroupCount{}, More: g.More}
	for _, x := range g.Groups {
		out.Groups = append(out.Groups, GroupCount{x.Value, x.Label, x.Count, x.Filter})
	}
	return out, nil
}

type groupByIn struct {
	whereFilter
	GroupBy string `json:"group_by" required:"true" maxLength:"200" doc:"tag, owner, account, workspace, tier, parent, subtype, or a custom field such as tnt__plan."`
}

func registerGroupCounts(api *API, d DirectoryDeps) {
	for _, of := range []struct {
		resource, plural string
		leaf             don.Type
	}{{"rev-users", "contacts", don.Contact}, {"accounts", "accounts", don.Account}, {"rev-orgs", "workspaces", don.Workspace}} {
		group := readOp(of.resource+".group", "Count "+of.plural+" by each value of a field", of.resource)
		group.Description = "The filter may hold what indexes serve; docs/filters.md tells what that is. A record with several values, such as tags, counts for each."
		operate(api, group, func(ctx context.Context, c call, in *groupByIn) (*groupCountsOut, error) {
			where, err := in.where(nil, nil)
			if err != nil || !c.sees(of.leaf) {
				return groupCounts(directory.Groups{}, err)
			}
			return groupCounts(d.Service.Group(ctx, c.Scope, of.leaf, where, in.GroupBy))
		})
	}
	operate(api, readOp("rev-users.count", "Count contacts", "rev-users"), d.countContacts)
	operate(api, readOp("accounts.count", "Count accounts", "accounts"), d.countAccounts)
}

type contactsCountIn struct{ contactFilter }

type accountsCountIn struct{ accountFilter }

func (d DirectoryDeps) countContacts(ctx context.Context, c call, in *contactsCountIn) (*Count, error) {
	f, none, err := in.read(c)
	if err != nil {
		return nil, err
	}
	where, err := in.where(in.CustomFields, nil)
	if err != nil || none {
		return &Count{}, err
	}
	return counted(d.Service.Count(ctx, c.Scope, directory.Sought{Contacts: &f, Where: where}))
}

func (d DirectoryDeps) countAccounts(ctx context.Context, c call, in *accountsCountIn) (*Count, error) {
	f, none, err := in.read(c)
	if err != nil {
		return nil, err
	}
	where, err := in.where(in.CustomFields, in.Subtype)
	if err != nil || none {
		return &Count{}, err
	}
	return counted(d.Service.Count(ctx, c.Scope, directory.Sought{Accounts: &f, Where: where}))
}

func counted(n directory.Counted, err error) (*Count, error) {
	if err != nil {
		return nil, err
	}
	return &Count{n.N, n.More}, nil
}
