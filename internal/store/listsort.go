package store

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/internal/ticket"
)

// Sort is one key of a list's order. Of custom fields, those without a value come
// last either way unless NullsFirst.
type Sort struct {
	Field      string
	Desc       bool
	NullsFirst bool
}

// The fields that lists sort by. Names sort folded, byte by byte; contacts
// without an e-mail come last whichever way the e-mails are sorted.
const (
	SortCreated  = "created_date"
	SortModified = "modified_date"
	SortName     = "display_name" // of tags: name
	SortTagName  = "name"
	SortEmail    = "email"
	SortTitle    = "title"
	SortID       = "display_id"
	SortActive   = "last_message_date" // of conversations: their last message, or their beginning
)

// Record is what lists hold.
type Record interface {
	*contact.Contact | *account.Account | *account.Workspace | *tag.Tag | *conversation.Conversation | *ticket.Work | *ticket.Part
}

// EdgeOf returns the place of a record in a list's order: one value for each
// sort and the record's number. The values are strings and int64, so they
// survive JSON.
func EdgeOf[T Record](item T, sorts []Sort) []any {
	v := valuesOf(item)
	var out []any
	for _, s := range normalSorts(sorts) {
		if isCustom(s.Field) {
			out = append(out, sortKey(customOf(item), s.Field))
		} else {
			out = append(out, v[s.Field])
		}
	}
	return append(out, v[SortID])
}

func valuesOf(item any) map[string]any {
	values := func(created, modified time.Time, name string, n int64) map[string]any {
		return map[string]any{
			SortCreated: formatTime(created), SortModified: formatTime(modified), SortName: contact.FoldName(name), SortID: n,
		}
	}
	switch r := item.(type) {
	case *contact.Contact:
		v := values(r.CreatedAt, r.ModifiedAt, r.DisplayName, r.N)
		v[SortEmail] = r.EmailKey()
		return v
	case *account.Account:
		return values(r.CreatedAt, r.ModifiedAt, r.DisplayName, r.N)
	case *account.Workspace:
		return values(r.CreatedAt, r.ModifiedAt, r.DisplayName, r.N)
	case *tag.Tag:
		v := values(r.CreatedAt, r.ModifiedAt, r.Name, r.N)
		v[SortTagName] = v[SortName]
		return v
	case *conversation.Conversation:
		v := values(r.CreatedAt, r.ModifiedAt, r.Title, r.N)
		v[SortTitle], v[SortActive] = v[SortName], formatTime(r.ActiveAt())
		return v
	case *ticket.Work:
		v := values(r.CreatedAt, r.ModifiedAt, r.Title, ticket.Key(r.ID()))
		v[SortTitle] = v[SortName]
		return v
	case *ticket.Part:
		v := values(r.CreatedAt, r.ModifiedAt, r.Name, r.N)
		v[SortTagName] = v[SortName]
		return v
	}
	panic("store: not a record of a list")
}

func customOf(item any) schema.Values {
	switch r := item.(type) {
	case *contact.Contact:
		return r.Custom
	case *account.Account:
		return r.Custom
	case *account.Workspace:
		return r.Custom
	}
	return nil
}

// normalSorts fills in the default and drops what cannot matter: a field that
// was named before, and all after the number, which no two records share. The
// number itself is left out, for it ends every order.
func normalSorts(sorts []Sort) []Sort {
	if len(sorts) == 0 {
		return []Sort{{Field: SortCreated, Desc: true}}
	}
	var out []Sort
	seen := map[string]bool{}
	for _, s := range sorts {
		if s.Field == SortID {
			break
		}
		if !seen[s.Field] {
			out = append(out, s)
		}
		seen[s.Field] = true
	}
	return out
}

// tieDesc is the direction in which records equal in every sort follow each
// other: that of the number where it is named, else of the last sort.
func tieDesc(sorts []Sort) bool {
	for _, s := range sorts {
		if s.Field == SortID {
			return s.Desc
		}
	}
	if n := normalSorts(sorts); len(n) > 0 {
		return n[len(n)-1].Desc
	}
	return false
}

// order is a list's order as a plan needs it: backward is worked in already.
type order struct {
	keys     []orderKey // the last one is the number
	start    bool       // there is no edge
	backward bool
}

type orderKey struct {
	field string
	desc  bool
	nulls bool // those without a value come first
	edge  any
}

// order checks a query's sorts and edge.
func (l *listing) order(q Query) (order, error) {
	for _, s := range q.Sorts {
		if _, known := l.sorts[s.Field]; !known && (l.of == don.Tag || l.of == don.Conversation || !isCustom(s.Field)) {
			return order{}, errs.BadEnum("sort_by", s.Field, l.sortNames())
		}
	}
	sorts := append(normalSorts(q.Sorts), Sort{Field: SortID, Desc: tieDesc(q.Sorts)})
	o := order{start: q.Edge == nil, backward: q.Backward}
	if !o.start && len(q.Edge) != len(sorts) {
		return o, badEdge()
	}
	for i, s := range sorts {
		k := orderKey{field: s.Field, desc: s.Desc != q.Backward, nulls: s.NullsFirst != q.Backward}
		if !o.start {
			v, err := edgeValue(s.Field, q.Edge[i])
			if err != nil {
				return o, err
			}
			k.edge = v
		}
		o.keys = append(o.keys, k)
	}
	return o, nil
}

func badEdge() error {
	e := errs.BadRequest("does not fit the list's sort; begin again at the first page")
	e.Field = "cursor"
	return e
}

// edgeValue reads one value of an edge that may have been through JSON.
func edgeValue(field string, v any) (any, error) {
	switch field {
	case SortID:
		return edgeInt(v)
	case SortCreated, SortModified, SortActive:
		if s, ok := v.(string); ok {
			if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
				return t.UTC(), nil
			}
		}
		if t, ok := v.(time.Time); ok {
			return t.UTC(), nil
		}
		return nil, badEdge()
	}
	if v == nil && isCustom(field) {
		return nil, nil
	}
	if s, ok := v.(string); ok && !strings.Contains(s, "\x00") {
		return s, nil
	}
	return nil, badEdge()
}

func edgeInt(v any) (any, error) {
	switch n := v.(type) {
	case int64:
		return n, nil
	case float64:
		if n == math.Trunc(n) && math.Abs(n) < 1<<53 {
			return int64(n), nil
		}
	case json.Number:
		if i, err := n.Int64(); err == nil {
			return i, nil
		}
	}
	return nil, badEdge()
}

// term is a sort key in SQL.
type term struct {
	expr string
	desc bool
	edge any
}

// orderBy writes the ORDER BY of the terms.
func orderBy(terms []term) string {
	parts := make([]string, len(terms))
	for i, t := range terms {
		parts[i] = t.expr
		if t.desc {
			parts[i] += " DESC"
		}
	}
	return " ORDER BY " + strings.Join(parts, ", ")
}

// beyond writes the condition that a row lies behind the edge. With one
// direction it is a comparison of rows, which both engines turn into a range of
// an index; else each term opens a range for those after it.
func beyond(b *builder, terms []term) string {
	if len(terms) == 0 {
		return "TRUE"
	}
	if alike(terms) {
		exprs, marks := make([]string, len(terms)), make([]string, len(terms))
		for i, t := range terms {
			exprs[i], marks[i] = t.expr, b.arg(t.edge)
		}
		return "(" + strings.Join(exprs, ", ") + ") " + operator(terms[0]) + " (" + strings.Join(marks, ", ") + ")"
	}
	t := terms[0]
	mark := b.arg(t.edge)
	if len(terms) == 1 {
		return t.expr + " " + operator(t) + " " + mark
	}
	return t.expr + " " + operator(t) + "= " + mark +
		" AND (" + t.expr + " " + operator(t) + " " + mark + " OR " + beyond(b, terms[1:]) + ")"
}

func alike(terms []term) bool {
	for _, t := range terms {
		if t.desc != terms[0].desc {
			return false
		}
	}
	return len(terms) > 1
}

func operator(t term) string {
	if t.desc {
		return "<"
	}
	return ">"
}
