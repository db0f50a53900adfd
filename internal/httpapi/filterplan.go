package httpapi

import (
	"context"

	"github.com/kith-id/kith/internal/filter"
)

type filterExplainIn struct {
	whereFilter
	Object string `json:"object" required:"true" enum:"account,rev_org,rev_user" doc:"Which records the filter is for."`
}

// FilterCondition is a part of a filter.
type FilterCondition struct {
	Condition  string `json:"condition"`
	AnsweredBy string `json:"answered_by" enum:"index,rows" doc:"index: from indexes, at once. rows: by looking at the records that the other conditions leave, one by one, for up to 10 seconds a page."`
}

type filterExplainOut struct {
	Filter     string            `json:"filter" doc:"The filter as text, as it was understood."`
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
	out.Filter = filter.Format(where.Tree)
	list, err := d.Service.ExplainFilter(ctx, c.Scope, objectType(in.Object), where)
	for _, x := range list {
		by := "index"
		if !x.Indexed {
			by, out.Indexed = "rows", false
		}
		out.Conditions = append(out.Conditions, FilterCondition{x.Text, by})
	}
	return out, err
}
