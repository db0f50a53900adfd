package directory

import (
	"context"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/ticket"
)

// deskTx reads what a team does for its customers.
type deskTx interface {
	ConversationRows(ctx context.Context, f conversation.Filter, q Query) (Rows[*conversation.Conversation], error)
	CountConversations(ctx context.Context, f conversation.Filter, limit int) (int, error)
	WorkRows(ctx context.Context, f ticket.Filter, q Query) (Rows[*ticket.Work], error)
	CountWorks(ctx context.Context, f ticket.Filter, limit int) (int, error)
	Parts(ctx context.Context, ns []int64) (map[int64]*ticket.Part, error)
	PartRows(ctx context.Context, f ticket.PartFilter, q Query) (Rows[*ticket.Part], error)
	// GroupedVia is Grouped by a field of the contacts or accounts that a relation of
	// records on the desk leads to; without reports how many have no value.
	GroupedVia(ctx context.Context, t don.Type, served filter.Bound, relation, field string, limit int) (counts map[string]int, without int, more bool, err error)
}

// ConversationRows returns a page of the conversations that meet a filter and the
// tree of a query.
func ConversationRows(ctx context.Context, tx Tx, f conversation.Filter, q Query) (Rows[*conversation.Conversation], error) {
	a, err := ask(ctx, tx, don.Conversation, q)
	if err != nil {
		return Rows[*conversation.Conversation]{}, err
	}
	f.Where = a.served
	return sift(ctx, tx, a.rest, q, func(w *rowReader, c *conversation.Conversation) filter.Record { return conversationRecord{w, c} },
		func(q Query) (Rows[*conversation.Conversation], error) { return tx.ConversationRows(ctx, f, q) })
}

// WorkRows returns a page of the works of one type that meet a filter and the tree
// of a query. What the filter asks of custom fields already stays.
func WorkRows(ctx context.Context, tx Tx, of don.Type, f ticket.Filter, q Query) (Rows[*ticket.Work], error) {
	a, err := ask(ctx, tx, of, q)
	if err != nil {
		return Rows[*ticket.Work]{}, err
	}
	f.Types = []don.Type{of}
	f.Where = joined(f.Where, a.served)
	return sift(ctx, tx, a.rest, q, func(w *rowReader, t *ticket.Work) filter.Record { return workRecord{w, t} },
		func(q Query) (Rows[*ticket.Work], error) { return tx.WorkRows(ctx, f, q) })
}

// joined is both of two filters.
func joined(a, b filter.Bound) filter.Bound {
	if a.Op == "" {
		return b
	}
	return filter.Bound{Op: filter.And, Nodes: append([]filter.Bound{a}, b.Nodes...)}
}

// CountConversations counts those up to CountCap, row by row where no index serves
// all of the tree.
func CountConversations(ctx context.Context, tx Tx, f conversation.Filter, where Where) (Counted, error) {
	a, err := ask(ctx, tx, don.Conversation, Query{Where: where})
	if err != nil {
		return Counted{}, err
	}
	if !a.rest.IsAll() {
		rows, err := ConversationRows(ctx, tx, f, countQuery(where))
		return capped(len(rows.Items)), err
	}
	f.Where = a.served
	n, err := tx.CountConversations(ctx, f, CountCap+1)
	return capped(n), err
}

// CountWorks does the same for works of one type.
func CountWorks(ctx context.Context, tx Tx, of don.Type, f ticket.Filter, where Where) (Counted, error) {
	a, err := ask(ctx, tx, of, Query{Where: where})
	if err != nil {
		return Counted{}, err
	}
	if !a.rest.IsAll() {
		rows, err := WorkRows(ctx, tx, of, f, countQuery(where))
		return capped(len(rows.Items)), err
	}
	f.Types = []don.Type{of}
	f.Where = joined(f.Where, a.served)
	n, err := tx.CountWorks(ctx, f, CountCap+1)
	return capped(n), err
}

func countQuery(where Where) Query {
	return Query{Limit: CountCap + 1, Where: where, Sorts: []Sort{{Field: "display_id"}}}
}
