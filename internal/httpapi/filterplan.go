package httpapi

import (
	"context"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
)

type filterExplainIn struct {
	whereFilter
	Object string `json:"object" required:"true" enum:"account,conversation,opportunity,rev_org,rev_user,ticket" doc:"Which records the filter is for."`
}

// FilterCondition is a part of a filter.
type FilterCondition struct {
	Condition  string `json:"condition"`
	AnsweredBy string `json:"answered_by" enum:"index,rows" doc:"index: from indexes, at once. rows: by looking at the records that the other conditions leave, one by one, for up to 10 seconds a page."`
}

// FilterTree is a filter, or a part of one, as it was understood: a filter
// expression whose values are texts.
type FilterTree struct {
	Type        string       `json:"type" enum:"and,not,or,primitive,some" doc:"primitive is a condition; some holds when a related record meets the expression."`
	Expressions []FilterTree `json:"expressions,omitempty" doc:"Of and and or."`
	Expression  *FilterTree  `json:"expression,omitempty" doc:"Of not and some."`
	Field       string       `json:"field,omitempty" doc:"Of a primitive, such as tag or account.tier; of some the relation, such as account."`
	Operator    string       `json:"operator,omitempty" enum:"between,contains,empty,eq,gt,gte,in,lt,lte,ne,not_contains,not_empty,not_in,starts_with" doc:"Of a primitive."`
	Values      []string     `json:"values,omitempty" doc:"Of a primitive."`
}

type filterExplainOut struct {
	Filter     string            `json:"filter" doc:"The filter as text, as it was understood."`
	Expression *FilterTree       `json:"expression,omitempty" doc:"The filter as an expression, to be changed and sent again. Absent for one that holds for every record."`
	Indexed    bool              `json:"indexed" doc:"Whether indexes answer all of it, so that it can be grouped and counted at once."`
	Conditions []FilterCondition `json:"conditions" doc:"All of them have to hold."`
}

func registerFilters(api *API, d DirectoryDeps) {
	op := readOp("filters.explain", "Show how a filter is understood and answered", "filters")
	operate(api, op, d.explainFilter)
}

func (d DirectoryDeps) explainFilter(ctx context.Context, c call, in *filterExplainIn) (*filterExplainOut, error) {
	where, err := in.where(nil, nil)
	if err != nil {
		return nil, err
	}
	out := &filterExplainOut{Indexed: true, Conditions: []FilterCondition{}}
	if where.Tree.Op == "" {
		return out, nil
	}
	out.Filter, out.Expression = filter.Format(where.Tree), new(filterTree(where.Tree))
	list, err := d.Service.ExplainFilter(ctx, c.Scope, filteredType(in.Object), where)
	for _, x := range list {
		by := "index"
		if !x.Indexed {
			by, out.Indexed = "rows", false
		}
		out.Conditions = append(out.Conditions, FilterCondition{x.Text, by})
	}
	return out, err
}

// filteredType returns the type that a filter's object names.
func filteredType(name string) don.Type {
	for _, t := range []don.Type{don.Conversation, don.Ticket, don.Opportunity} {
		if t.Wire() == name {
			return t
		}
	}
	return objectType(name)
}

func filterTree(n filter.Node) FilterTree {
	out := FilterTree{Type: string(n.Op), Field: n.Field, Values: n.Values}
	switch n.Op {
	case filter.And, filter.Or:
		for _, child := range n.Nodes {
			out.Expressions = append(out.Expressions, filterTree(child))
		}
	case filter.Not, filter.Some:
		out.Expression = new(filterTree(n.Nodes[0]))
	default:
		out.Type, out.Operator = "primitive", string(n.Op)
	}
	return out
}
