package httpapi

import (
	"context"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/ticket"
)

type conversationGroup struct {
	QueryGroup
	Conversations []chosen[Conversation] `json:"conversations"`
}

type conversationsQueryOut struct {
	QueryHead
	Conversations []chosen[Conversation] `json:"conversations" doc:"None when they are in groups."`
	Groups        []conversationGroup    `json:"groups,omitempty" doc:"The largest first, dates the latest first; at the end of the others those without a value. A conversation with several values, such as tags, is in each."`
}

type workGroup struct {
	QueryGroup
	Works []chosen[Work] `json:"works"`
}

type worksQueryOut struct {
	QueryHead
	Works  []chosen[Work] `json:"works" doc:"None when they are in groups."`
	Groups []workGroup    `json:"groups,omitempty" doc:"The largest first, dates the latest first; at the end of the others those without a value. A work with several values, such as tags, is in each."`
}

type worksQueryIn struct {
	queryIn
	Type string `json:"type" enum:"opportunity,ticket" doc:"Which works; tickets when absent."`
}

type worksGroupIn struct {
	groupByIn
	Type string `json:"type" enum:"opportunity,ticket" doc:"Which works; tickets when absent."`
}

// workType reads which works are meant.
func workType(name string) don.Type {
	if name == don.Opportunity.Wire() {
		return don.Opportunity
	}
	return don.Ticket
}

// DeskGroupCount is the conversations or works that have one value of a field.
type DeskGroupCount struct {
	GroupCount
	More bool `json:"more" doc:"Whether there are more than count."`
}

type deskGroupsOut struct {
	Groups []DeskGroupCount `json:"groups" doc:"The largest first; at the end, with an empty value, those without one. Counts are exact up to 10,000."`
	More   bool             `json:"more" doc:"Whether the field has more than 1,000 values; the others are not told."`
}

const byCustomer = " Filters and group_by take the fields of the customers as well, as contact.tag, account.tier or contact.tnt__plan; docs/filters.md has them all."

func registerDeskQueries(api *API, d DeskDeps) {
	records := DirectoryDeps{Service: d.Records, Cursors: d.Cursors}
	of := readOp("conversations.query", "Get conversations as a screen shows them: filtered, sorted, counted, in groups", "conversations")
	of.Description = "As rev-users.query does for contacts." + byCustomer
	operate(api, of, func(ctx context.Context, c call, in *queryIn) (*conversationsQueryOut, error) {
		got, err := query(ctx, records, c, in, don.Conversation, conversationSorts, func(q directory.Query) ([]Conversation, []any, []any, error) {
			p, err := d.Service.ListConversations(ctx, c.Scope, conversation.Filter{}, q)
			if err != nil || len(p.Items) == 0 {
				return []Conversation{}, nil, nil, err
			}
			return c.conversations(p), p.Next, p.Prev, nil
		})
		out := &conversationsQueryOut{QueryHead: got.head, Conversations: got.records}
		for _, g := range got.groups {
			out.Groups = append(out.Groups, conversationGroup{g.head, g.records})
		}
		return out, err
	})
	of = readOp("works.query", "Get tickets or opportunities as a screen shows them: filtered, sorted, counted, in groups", "works")
	of.Description = "As rev-users.query does for contacts." + byCustomer
	operate(api, of, func(ctx context.Context, c call, in *worksQueryIn) (*worksQueryOut, error) {
		leaf := workType(in.Type)
		got, err := query(ctx, records, c, &in.queryIn, leaf, workSorts, func(q directory.Query) ([]Work, []any, []any, error) {
			return d.worksWhere(ctx, c, ticket.Filter{Types: []don.Type{leaf}}, directory.Where{}, q)
		})
		out := &worksQueryOut{QueryHead: got.head, Works: got.records}
		for _, g := range got.groups {
			out.Groups = append(out.Groups, workGroup{g.head, g.records})
		}
		return out, err
	})
	of = readOp("conversations.group", "Count conversations by each value of a field", "conversations")
	of.Description = "By owner it tells how much each member has to do." + byCustomer
	operate(api, of, func(ctx context.Context, c call, in *groupByIn) (*deskGroupsOut, error) {
		return records.deskGroups(ctx, c, don.Conversation, *in)
	})
	of = readOp("works.group", "Count tickets or opportunities by each value of a field", "works")
	of.Description = "By owner it tells how much each member has to do." + byCustomer
	operate(api, of, func(ctx context.Context, c call, in *worksGroupIn) (*deskGroupsOut, error) {
		return records.deskGroups(ctx, c, workType(in.Type), in.groupByIn)
	})
}

func (d DirectoryDeps) deskGroups(ctx context.Context, c call, leaf don.Type, in groupByIn) (*deskGroupsOut, error) {
	out := &deskGroupsOut{Groups: []DeskGroupCount{}}
	where, err := in.grouping()
	if err != nil || !c.sees(leaf) {
		return out, err
	}
	all, err := d.Service.Group(ctx, c.Scope, leaf, where, in.GroupBy)
	if err != nil {
		return nil, err
	}
	out.More = all.More
	if all.Groups, err = d.withNone(ctx, c, leaf, where, in.GroupBy, all); err != nil {
		return nil, err
	}
	for _, g := range all.Groups {
		out.Groups = append(out.Groups, DeskGroupCount{GroupCount{g.Value, g.Label, g.Count, g.Filter}, g.More})
	}
	return out, nil
}

// onlyType refuses a filter over works of several types: each has fields of its own.
func (f workFilter) onlyType() error {
	if len(f.Type) != 1 || workType(f.Type[0]).Wire() != f.Type[0] {
		return errs.NotPermitted("filter", "is for works of one type, whose fields it names; give type as [\"ticket\"] or [\"opportunity\"] beside it")
	}
	return nil
}
