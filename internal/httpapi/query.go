package httpapi

import (
	"cmp"
	"context"
	"strings"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/page"
)

// queryIn asks for records as a screen shows them: filtered, sorted, counted, and
// in groups.
type queryIn struct {
	page.Request
	whereFilter
	SortBy      []string `json:"sort_by" doc:"Fields to sort by, each as field:asc or field:desc, as in lists. created_date:desc when absent."`
	GroupBy     string   `json:"group_by" maxLength:"200" doc:"tag, owner, account, workspace, tier, parent, subtype, a custom field such as tnt__plan, or a date as created:day, created:week, created:month, modified:day, modified:week or modified:month. Then limit is how many records of each group are told, 10 when absent, and cursor and mode are of no use."`
	GroupLimit  int      `json:"group_limit" minimum:"0" maximum:"50" doc:"Groups on a page; 10 when absent."`
	GroupCursor string   `json:"group_cursor" maxLength:"8192" doc:"Where to go on with the groups, from next_group_cursor."`
}

// queryHead is what answers have beside records.
type queryHead struct {
	page.Links
	Count           int    `json:"count" doc:"How many records meet the filter, exact up to 10,000."`
	More            bool   `json:"more" doc:"Whether there are more than that."`
	NextGroupCursor string `json:"next_group_cursor,omitempty" doc:"Absent on the last page of groups."`
}

// queryGroup is what a group has beside its records.
type queryGroup struct {
	Value      string `json:"value" doc:"As a filter takes it; of dates the first day. Empty for the group of those without a value."`
	Label      string `json:"label" doc:"For people."`
	Count      int    `json:"count" doc:"How many records the group has; exact, of dates and of those without a value up to 10,000."`
	More       bool   `json:"more" doc:"Whether there are more than count."`
	Filter     string `json:"filter" doc:"What the records of the group meet, the filter of the query included."`
	NextCursor string `json:"next_cursor,omitempty" doc:"Goes on with the records of the group: send it as cursor with the group's filter, the same limit, sort_by and time_zone, and without group_by."`
}

type revUserGroup struct {
	queryGroup
	RevUsers []RevUser `json:"rev_users"`
}

type revUsersQueryOut struct {
	queryHead
	RevUsers []RevUser      `json:"rev_users" doc:"None when they are in groups."`
	Groups   []revUserGroup `json:"groups,omitempty" doc:"The largest first, dates the latest first; at the end of the others those without a value. A record with several values, such as tags, is in each."`
}

type accountGroup struct {
	queryGroup
	Accounts []Account `json:"accounts"`
}

type accountsQueryOut struct {
	queryHead
	Accounts []Account      `json:"accounts" doc:"None when they are in groups."`
	Groups   []accountGroup `json:"groups,omitempty" doc:"The largest first, dates the latest first; at the end of the others those without a value. A record with several values, such as tags, is in each."`
}

type revOrgGroup struct {
	queryGroup
	RevOrgs []RevOrg `json:"rev_orgs"`
}

type revOrgsQueryOut struct {
	queryHead
	RevOrgs []RevOrg      `json:"rev_orgs" doc:"None when they are in groups."`
	Groups  []revOrgGroup `json:"groups,omitempty" doc:"The largest first, dates the latest first; at the end of the others those without a value. A record with several values, such as tags, is in each."`
}

func registerQueries(api *API, d DirectoryDeps) {
	describe := func(resource, plural string) Op {
		op := readOp(resource+".query", "Get "+plural+" as a screen shows them: filtered, sorted, counted, in groups", resource)
		op.Description = "With group_by the answer has groups, each with its count and first records; otherwise records. A filter that groups have to meet may hold what indexes serve."
		return op
	}
	operate(api, describe("rev-users", "contacts"), func(ctx context.Context, c call, in *queryIn) (*revUsersQueryOut, error) {
		got, err := query(ctx, d, c, in, don.Contact, contactSorts, func(q directory.Query) ([]RevUser, []any, []any, error) {
			p, err := d.Service.ListContacts(ctx, c.Scope, contact.Filter{}, q)
			return shown(c, p, view.contact), p.Next, p.Prev, err
		})
		out := &revUsersQueryOut{queryHead: got.head, RevUsers: got.records}
		for _, g := range got.groups {
			out.Groups = append(out.Groups, revUserGroup{g.head, g.records})
		}
		return out, err
	})
	operate(api, describe("accounts", "accounts"), func(ctx context.Context, c call, in *queryIn) (*accountsQueryOut, error) {
		got, err := query(ctx, d, c, in, don.Account, recordSorts, func(q directory.Query) ([]Account, []any, []any, error) {
			p, err := d.Service.ListAccounts(ctx, c.Scope, account.Filter{}, q)
			return shown(c, p, view.accountBody), p.Next, p.Prev, err
		})
		out := &accountsQueryOut{queryHead: got.head, Accounts: got.records}
		for _, g := range got.groups {
			out.Groups = append(out.Groups, accountGroup{g.head, g.records})
		}
		return out, err
	})
	operate(api, describe("rev-orgs", "workspaces"), func(ctx context.Context, c call, in *queryIn) (*revOrgsQueryOut, error) {
		got, err := query(ctx, d, c, in, don.Workspace, recordSorts, func(q directory.Query) ([]RevOrg, []any, []any, error) {
			p, err := d.Service.ListWorkspaces(ctx, c.Scope, account.WorkspaceFilter{}, nil, q)
			return shown(c, p, view.workspace), p.Next, p.Prev, err
		})
		out := &revOrgsQueryOut{queryHead: got.head, RevOrgs: got.records}
		for _, g := range got.groups {
			out.Groups = append(out.Groups, revOrgGroup{g.head, g.records})
		}
		return out, err
	})
}

// shown turns the records of a page into answers.
func shown[T, Out any](c call, p directory.Page[T], show func(view, T) Out) []Out {
	out, v := make([]Out, len(p.Items)), c.view(p.Names)
	for i, item := range p.Items {
		out[i] = show(v, item)
	}
	return out
}

// queried is the answer to a query.
type queried[T any] struct {
	head    queryHead
	records []T
	groups  []queriedGroup[T]
}

type queriedGroup[T any] struct {
	head    queryGroup
	records []T
}

const groupDefault = 10 // groups on a page, and records of a group

// query answers a query with the help of what lists one kind of records.
func query[T any](ctx context.Context, d DirectoryDeps, c call, in *queryIn, leaf don.Type, allowed sorts, list func(directory.Query) ([]T, []any, []any, error)) (out queried[T], err error) {
	if in.GroupBy != "" {
		in.Limit, in.Cursor, in.Mode = cmp.Or(in.Limit, groupDefault), "", ""
	}
	l, err := d.listing(c, in.Request, in.SortBy, allowed, in.whereFilter)
	if err != nil {
		return out, err
	}
	where, err := in.where(nil, nil)
	out.records = []T{}
	if err != nil || !c.sees(leaf) {
		return out, err
	}
	if where.Tree.Op == "" { // no filter; groups are conditions in a time zone nevertheless
		where.Tree = filter.All
		if where.Zone, err = org.ParseZone(in.TimeZone); err != nil {
			return out, err
		}
	}
	total, err := d.Service.Count(ctx, c.Scope, directory.SoughtBy(leaf, where))
	if err != nil {
		return out, err
	}
	out.head.Count, out.head.More = total.N, total.More
	l.query.Where = where
	if in.GroupBy == "" {
		records, next, prev, err := list(l.query)
		if err != nil {
			return out, err
		}
		out.records, out.head.Links = records, l.links(next, prev)
		return out, nil
	}
	groups, err := in.groups(ctx, d, c, leaf, where, &out.head)
	if err != nil {
		return out, err
	}
	for _, g := range groups {
		part, err := filter.Parse(g.Filter)
		if err != nil {
			return out, err
		}
		within := in.whereFilter
		text := filter.Format(filter.Node{Op: filter.And, Nodes: []filter.Node{where.Tree, part}}.Canonical())
		within.Filter = &filterIn{text: text}
		// The group's cursor is one of the query without groups.
		l, err := d.listing(c, in.Request, in.SortBy, allowed, within)
		if err != nil {
			return out, err
		}
		if l.query.Where, err = within.where(nil, nil); err != nil {
			return out, err
		}
		records, next, _, err := list(l.query)
		if err != nil {
			return out, err
		}
		out.groups = append(out.groups, queriedGroup[T]{queryGroup{g.Value, g.Label, g.Count, g.More, text, l.links(next, nil).NextCursor}, records})
	}
	return out, nil
}

// groups returns a page of the groups, and notes where the next one begins.
func (in *queryIn) groups(ctx context.Context, d DirectoryDeps, c call, leaf don.Type, where directory.Where, head *queryHead) ([]directory.Group, error) {
	limit := cmp.Or(in.GroupLimit, groupDefault)
	of := page.ListOf(c.op, c.Scope.OrgID, "groups", in.whereFilter, in.GroupBy)
	var edge any
	if in.GroupCursor != "" {
		cur, err := d.Cursors.Decode(of, in.GroupCursor)
		if err != nil {
			return nil, err
		}
		if len(cur.Keys) == 1 {
			edge = cur.Keys[0]
		}
	}
	if field, period, byDate := strings.Cut(in.GroupBy, ":"); byDate {
		before, _ := edge.(string)
		groups, next, err := d.Service.GroupDates(ctx, c.Scope, leaf, where, field, period, before, limit)
		if next != "" {
			head.NextGroupCursor = d.Cursors.Encode(of, page.Cursor{Keys: []any{next}})
		}
		return groups, err
	}
	all, err := d.Service.Group(ctx, c.Scope, leaf, where, in.GroupBy)
	if err != nil {
		return nil, err
	}
	groups, err := d.withNone(ctx, c, leaf, where, in.GroupBy, all.Groups)
	if err != nil {
		return nil, err
	}
	from, _ := edge.(int64)
	rest := groups[min(max(from, 0), int64(len(groups))):]
	if len(rest) > limit {
		rest = rest[:limit]
		head.NextGroupCursor = d.Cursors.Encode(of, page.Cursor{Keys: []any{from + int64(limit)}})
	}
	return rest, nil
}

// withNone adds the group of those that have no value, if there are any.
func (d DirectoryDeps) withNone(ctx context.Context, c call, leaf don.Type, where directory.Where, by string, groups []directory.Group) ([]directory.Group, error) {
	none := filter.Node{Op: filter.Empty, Field: by}
	where.Tree = filter.Node{Op: filter.And, Nodes: []filter.Node{where.Tree, none}}.Canonical()
	n, err := d.Service.Count(ctx, c.Scope, directory.SoughtBy(leaf, where))
	if err != nil || n.N == 0 {
		return groups, err
	}
	return append(groups, directory.Group{Filter: filter.Format(none), Count: n.N, More: n.More}), nil
}
