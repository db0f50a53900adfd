package directory

import (
	"cmp"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/contact"
)

// few returns a page of what an org has few of: pages reads them in the order of
// their numbers, and what take holds for is sorted here, by number where the query
// does not say how. Only a page of it is kept. The edges are the values that key
// returns for the sorts, and the number behind them, so that a row which comes or
// goes moves no other between pages.
func few[T any](q Query, pages func(after int64, limit int) ([]T, error), number func(T) int64, take func(T) bool, key func(T, string) any) (Rows[T], error) {
	type row struct {
		item T
		edge []any
	}
	var rows []row
	for after, full := int64(0), true; full; {
		batch, err := pages(after, seekPage)
		if err != nil {
			return Rows[T]{}, err
		}
		for _, item := range batch {
			after = number(item)
			r := row{item, edgeIn(q, item, number, key)}
			if (q.Edge == nil || q.order(r.edge, q.Edge) > 0) && take(item) {
				rows = append(rows, r)
			}
		}
		slices.SortFunc(rows, func(a, b row) int { return q.order(a.edge, b.edge) })
		rows = rows[:min(len(rows), q.Limit+1)]
		full = len(batch) == seekPage
	}
	out := Rows[T]{More: len(rows) > q.Limit}
	rows = rows[:min(len(rows), q.Limit)]
	if q.Backward {
		slices.Reverse(rows)
	}
	for _, r := range rows {
		out.Items = append(out.Items, r.item)
	}
	if len(rows) > 0 {
		out.First, out.Last = rows[0].edge, rows[len(rows)-1].edge
	}
	return out, nil
}

// edgeIn is where a row stands in the order of the query.
func edgeIn[T any](q Query, item T, number func(T) int64, key func(T, string) any) []any {
	var out []any
	for _, s := range q.Sorts {
		out = append(out, key(item, s.Field))
	}
	return append(out, number(item))
}

// order compares edges in the direction in which the query reads. Rows that are
// equal otherwise are in the order of their numbers.
func (q Query) order(a, b []any) int {
	for i := range min(len(a), len(b)) {
		c := compare(a[i], b[i])
		if i < len(q.Sorts) && q.Sorts[i].Desc {
			c = -c
		}
		if q.Backward {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// compare compares values of one field.
func compare(a, b any) int {
	switch a := a.(type) {
	case time.Time:
		b, _ := b.(time.Time)
		return a.Compare(b)
	case string:
		b, _ := b.(string)
		return cmp.Compare(a, b)
	default: // a number
		x, _ := a.(int64)
		y, _ := b.(int64)
		return cmp.Compare(x, y)
	}
}

// sortKey is the value by which one of few records is sorted.
func sortKey(field string, n int64, name string, created, modified time.Time) any {
	switch field {
	case "created_date":
		return created
	case "modified_date":
		return modified
	case "name":
		return contact.FoldName(name)
	default: // display_id
		return n
	}
}
