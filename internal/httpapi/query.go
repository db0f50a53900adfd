package httpapi

import (
	"cmp"
	"context"
	"strings"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/page"
)

// queryIn asks for records as a screen shows them: filtered, sorted, counted, and
// in groups.
type queryIn struct {
	page.Request
	whereFilter
	Vista       string             `json:"vista" format:"id" doc:"A saved view of these records: its filter, group_by, sort_by and columns hold where the query does not give its own. An empty group_by shows it without groups."`
	Columns     wire.Opt[[]string] `json:"columns" maxItems:"100" doc:"The fields that the records have in the answer, beside id, display_id and subtype: names as filters have them, such as name, tag or tnt__plan, or as answers do. All when absent or empty."`
	SortBy      wire.Opt[[]string] `json:"sort_by" doc:"Fields to sort by, each as field:asc or field:desc, as in lists. created_date:desc when absent."`
	GroupBy     wire.Opt[string]   `json:"group_by" maxLength:"200" doc:"tag, owner, account, workspace, tier, parent, subtype, a custom field such as tnt__plan, or a date by day, week or month, as created:day, modified:week or tnt__renewal:month. Then limit is how many records of each group are told, 10 when absent, and cursor and mode are of no use."`
	GroupLimit  int                `json:"group_limit" minimum:"0" maximum:"50" doc:"Groups on a page; 10 when absent."`
	GroupCursor string             `json:"group_cursor" maxLength:"8192" doc:"Where to go on with the groups, from next_group_cursor."`
}

// QueryHead is what answers have beside records.
type QueryHead struct {
	page.Links
	Count           int      `json:"count" doc:"How many records meet the filter, exact up to 10,000."`
	More            bool     `json:"more" doc:"Whether there are more than that."`
	NextGroupCursor string   `json:"next_group_cursor,omitempty" doc:"Absent on the last page of groups."`
	Dropped         []string `json:"dropped_fields,omitempty" doc:"What the vista names and is no longer there, or is no field of these records: it is left out."`
}

// GroupHead is how many records have a value of a field.
type GroupHead struct {
	Value  string `json:"value" doc:"As a filter takes it; of dates the first day. Empty for the group of those without a value."`
	Label  string `json:"label" doc:"For people."`
	Count  int    `json:"count" doc:"How many records the group has; exact, of dates and of those without a value up to 10,000."`
	More   bool   `json:"more" doc:"Whether there are more than count."`
	Filter string `json:"filter" doc:"What the records of the group meet, the filter of the query or vista included."`
}

// QueryGroup is what a group has beside its records.
type QueryGroup struct {
	GroupHead
	NextCursor string `json:"next_cursor,omitempty" doc:"Goes on with the records of the group: send it as cursor with the group's filter, the same limit, sort_by, vista and time_zone, and without group_by, which is to be empty where a vista has one."`
}

type revUserGroup struct {
	QueryGroup
	RevUsers []chosen[RevUser] `json:"rev_users"`
}

type revUsersQueryOut struct {
	QueryHead
	RevUsers []chosen[RevUser] `json:"rev_users" doc:"None when they are in groups."`
	Groups   []revUserGroup    `json:"groups,omitempty" doc:"The largest first, dates the latest first; at the end of the others those without a value. A record with several values, such as tags, is in each."`
}

type accountGroup struct {
	QueryGroup
	Accounts []chosen[Account] `json:"accounts"`
}

type accountsQueryOut struct {
	QueryHead
	Accounts []chosen[Account] `json:"accounts" doc:"None when they are in groups."`
	Groups   []accountGroup    `json:"groups,omitempty" doc:"The largest first, dates the latest first; at the end of the others those without a value. A record with several values, such as tags, is in each."`
}

type revOrgGroup struct {
	QueryGroup
	RevOrgs []chosen[RevOrg] `json:"rev_orgs"`
}

type revOrgsQueryOut struct {
	QueryHead
	RevOrgs []chosen[RevOrg] `json:"rev_orgs" doc:"None when they are in groups."`
	Groups  []revOrgGroup    `json:"groups,omitempty" doc:"The largest first, dates the latest first; at the end of the others those without a value. A record with several values, such as tags, is in each."`
}

func registerQueries(api *API, d DirectoryDeps) {
	describe := func(resource, plural string) Op {
		op := readOp(resource+".query", "Get "+plural+" as a screen shows them: filtered, sorted, counted, in groups", resource)
		op.Description = "With group_by the answer has groups, each with its count and first records; otherwise records. A vista is run by its id. A filter that groups have to meet may hold what indexes serve."
		return op
	}
	operate(api, describe("rev-users", "contacts"), func(ctx context.Context, c call, in *queryIn) (*revUsersQueryOut, error) {
		got, err := query(ctx, d, c, in, don.Contact, contactSorts, func(q directory.Query) ([]RevUser, []any, []any, error) {
			p, err := d.Service.ListContacts(ctx, c.Scope, contact.Filter{}, q)
			return shown(c, p, view.contact), p.Next, p.Prev, err
		})
		out := &revUsersQueryOut{QueryHead: got.head, RevUsers: got.records}
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
		out := &accountsQueryOut{QueryHead: got.head, Accounts: got.records}
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
		out := &revOrgsQueryOut{QueryHead: got.head, RevOrgs: got.records}
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
	head    QueryHead
	records []chosen[T]
	groups  []queriedGroup[T]
}

type queriedGroup[T any] struct {
	head    QueryGroup
	records []chosen[T]
}

const groupDefault = 10 // groups on a page, and records of a group

// lister lists one kind of records; next and prev are the edges of its page.
type lister[T any] func(directory.Query) (records []T, next, prev []any, err error)

// query answers a query with the help of what lists one kind of records.
func query[T any](ctx context.Context, d DirectoryDeps, c call, in *queryIn, leaf don.Type, allowed sorts, list lister[T]) (out queried[T], err error) {
	out.records = []chosen[T]{}
	if out.head.Dropped, err = in.run(ctx, d, c, leaf); err != nil {
		return out, err
	}
	only, err := d.columns(ctx, c, leaf, in.Columns.Value)
	if err != nil {
		return out, err
	}
	if in.GroupBy.Value != "" {
		in.Limit, in.Cursor, in.Mode = cmp.Or(in.Limit, groupDefault), "", ""
	}
	l, err := d.listing(c, in.Request, in.SortBy.Value, allowed, in.whereFilter)
	if err != nil {
		return out, err
	}
	where, err := in.grouping()
	if err != nil || !c.sees(leaf) {
		return out, err
	}
	total, err := d.Service.Count(ctx, c.Scope, directory.SoughtBy(leaf, where))
	if err != nil {
		return out, err
	}
	out.head.Count, out.head.More = total.N, total.More
	l.query.Where, l.query.Unnamed = where, only.unnamed()
	if in.GroupBy.Value == "" {
		records, next, prev, err := list(l.query)
		if err != nil {
			return out, err
		}
		out.records, out.head.Links = chosenOf(records, only), l.links(next, prev)
		return out, nil
	}
	groups, next, err := in.groups(ctx, d, c, leaf, where)
	if err != nil {
		return out, err
	}
	out.head.NextGroupCursor = next
	for _, g := range groups {
		// The group's cursor is one of the query without groups.
		within := in.whereFilter
		within.Filter = &filterIn{text: g.Filter}
		l, err := d.listing(c, in.Request, in.SortBy.Value, allowed, within)
		if err != nil {
			return out, err
		}
		if l.query.Where, err = within.where(nil, nil); err != nil {
			return out, err
		}
		l.query.Unnamed = only.unnamed()
		records, next, _, err := list(l.query)
		if err != nil {
			return out, err
		}
		out.groups = append(out.groups, queriedGroup[T]{QueryGroup{g, l.links(next, nil).NextCursor}, chosenOf(records, only)})
	}
	return out, nil
}

// run takes from the query's vista what the query does not say itself. It returns
// what the vista names in vain. Errors: invalid for a vista of other records,
// not_found for one that the caller may not see.
func (in *queryIn) run(ctx context.Context, d DirectoryDeps, c call, leaf don.Type) (dropped []string, err error) {
	if in.Vista == "" {
		return nil, nil
	}
	v, err := d.vistaOf(ctx, c, "vista", in.Vista)
	if err != nil {
		return nil, err
	}
	if v.Leaf != leaf {
		return nil, errs.NotPermitted("vista", "%s shows %s; give a vista of %s", don.Of(don.Vista, v.N).Display(), vistaKind(v.Leaf), vistaKind(leaf))
	}
	if in.Filter == nil && v.View.Filter != "" {
		in.Filter = &filterIn{text: v.View.Filter}
	}
	if !in.GroupBy.Set {
		in.GroupBy.Value = v.View.GroupBy
	}
	if !in.SortBy.Set {
		in.SortBy.Value = v.View.Sorts
	}
	dropped = v.Dropped
	if !in.Columns.Set {
		for _, col := range v.View.Columns {
			if len(shownAs(leaf, col.Name)) == 0 { // clients save what they like
				dropped = append(dropped, col.Name)
				continue
			}
			in.Columns.Value = append(in.Columns.Value, col.Name)
		}
	}
	return dropped, nil
}

// grouping reads the filter. Groups are conditions in a time zone also where there
// is no filter.
func (w whereFilter) grouping() (directory.Where, error) {
	where, err := w.where(nil, nil)
	if err == nil && where.Tree.Op == "" {
		where.Tree = filter.All
		where.Zone, err = org.ParseZone(w.TimeZone)
	}
	return where, err
}

// groups returns a page of the groups, each with the filter of its records, and
// the cursor of the next page, "" on the last one.
func (in *queryIn) groups(ctx context.Context, d DirectoryDeps, c call, leaf don.Type, where directory.Where) (out []GroupHead, next string, err error) {
	found, edge, err := in.groupsFrom(ctx, d, c, leaf, where)
	if err != nil {
		return nil, "", err
	}
	for _, g := range found {
		part, err := filter.Parse(g.Filter)
		if err != nil {
			return nil, "", err
		}
		text := filter.Format(filter.Node{Op: filter.And, Nodes: []filter.Node{where.Tree, part}}.Canonical())
		out = append(out, GroupHead{g.Value, g.Label, g.Count, g.More, text})
	}
	if edge != nil {
		next = d.Cursors.Encode(in.groupList(c), page.Cursor{Keys: []any{edge}})
	}
	return out, next, nil
}

// groupList is the list of groups that group cursors are good for.
func (in *queryIn) groupList(c call) page.List {
	return page.ListOf(c.op, c.Scope.OrgID, "groups", in.whereFilter, in.GroupBy.Value)
}

// groupsFrom returns a page of the groups, and the edge behind which the next one
// begins, nil on the last one.
func (in *queryIn) groupsFrom(ctx context.Context, d DirectoryDeps, c call, leaf don.Type, where directory.Where) (groups []directory.Group, next any, err error) {
	limit, by := cmp.Or(in.GroupLimit, groupDefault), in.GroupBy.Value
	var edge any
	if in.GroupCursor != "" {
		cur, err := d.Cursors.Decode(in.groupList(c), in.GroupCursor)
		if err != nil {
			return nil, nil, err
		}
		if len(cur.Keys) == 1 {
			edge = cur.Keys[0]
		}
	}
	if field, period, byDate := strings.Cut(by, ":"); byDate {
		before, _ := edge.(string)
		groups, last, err := d.Service.GroupDates(ctx, c.Scope, leaf, where, field, period, before, limit)
		if last != "" {
			next = last
		}
		return groups, next, err
	}
	all, err := d.Service.Group(ctx, c.Scope, leaf, where, by)
	if err != nil {
		return nil, nil, err
	}
	if groups, err = d.withNone(ctx, c, leaf, where, by, all); err != nil {
		return nil, nil, err
	}
	from, _ := edge.(int64)
	rest := groups[min(max(from, 0), int64(len(groups))):]
	if len(rest) > limit {
		return rest[:limit], from + int64(limit), nil
	}
	return rest, nil, nil
}

// withNone adds the group of those that have no value, if there are any.
func (d DirectoryDeps) withNone(ctx context.Context, c call, leaf don.Type, where directory.Where, by string, all directory.Groups) ([]directory.Group, error) {
	groups, none := all.Groups, filter.Node{Op: filter.Empty, Field: by}
	if n := all.None; n != nil {
		if n.N > 0 {
			groups = append(groups, directory.Group{Filter: filter.Format(none), Count: n.N, More: n.More})
		}
		return groups, nil
	}
	where.Tree = filter.Node{Op: filter.And, Nodes: []filter.Node{where.Tree, none}}.Canonical()
	n, err := d.Service.Count(ctx, c.Scope, directory.SoughtBy(leaf, where))
	if err != nil || n.N == 0 {
		return groups, err
	}
	return append(groups, directory.Group{Filter: filter.Format(none), Count: n.N, More: n.More}), nil
}
