package httpapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/org"
)

// FilterExpression is a filter, or a part of one, in its JSON form.
type FilterExpression struct {
	Type        string             `json:"type" required:"true" enum:"and,not,or,primitive,some" doc:"primitive is a condition; some holds when a related record meets the expression."`
	Expressions []FilterExpression `json:"expressions" doc:"Of and and or."`
	Expression  *FilterExpression  `json:"expression" doc:"Of not and some."`
	Field       string             `json:"field" maxLength:"200" doc:"Of a primitive, such as tag or account.tier; of some the relation, such as account."`
	Operator    string             `json:"operator" enum:"between,contains,empty,eq,gt,gte,in,lt,lte,ne,not_contains,not_empty,not_in,starts_with,after,before" doc:"Of a primitive."`
	Values      []any              `json:"values" doc:"Of a primitive: texts, numbers or booleans; dates as 2026-01-31, today, or -30d for 30 days ago."`
}

// filterIn is a filter in either form.
type filterIn struct {
	FilterExpression
	text string
}

// UnmarshalText takes the filter's text; whether it is one is told when it is read.
func (f *filterIn) UnmarshalText(text []byte) error {
	f.text = string(text)
	return nil
}

// MarshalJSON tells filters apart.
func (f filterIn) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{f.text, f.FilterExpression})
}

type whereFilter struct {
	Filter   *filterIn `json:"filter" doc:"What the records shall meet besides, as text such as tag:vip and created > -30d, or as an expression. docs/filters.md has the fields and operators."`
	TimeZone string    `json:"time_zone" maxLength:"64" doc:"The time zone in which the filter counts days, such as Europe/Berlin. UTC when absent."`
}

// where reads the filter, and what lists ask of custom fields and subtypes
// besides. Errors: invalid.
func (w whereFilter) where(custom map[string]any, subtypes []string) (directory.Where, error) {
	out := directory.Where{Tree: filter.All}
	var err error
	if out.Zone, err = org.ParseZone(w.TimeZone); err != nil {
		return out, err
	}
	if w.Filter != nil {
		if out.Tree, err = w.Filter.tree(); err != nil {
			return out, err
		}
	}
	all := []filter.Node{out.Tree}
	for _, name := range slices.Sorted(maps.Keys(custom)) {
		list, several := custom[name].([]any)
		if !several {
			list = []any{custom[name]}
		}
		values, err := values(name, list)
		if err != nil {
			return out, err
		}
		if !strings.Contains(name, "__") {
			return out, errs.Customization("custom_fields."+name, "field_not_in_schema", "there is no custom field %q; names begin with tnt__, ctype__ or app_<app>__", name)
		}
		n := filter.Node{Op: filter.Or}
		for _, v := range values {
			n.Nodes = append(n.Nodes, filter.Node{Op: filter.Eq, Field: name, Values: []string{v}})
		}
		if len(values) == 0 {
			return out, errs.NotPermitted("custom_fields."+name, "has no value to look for")
		}
		all = append(all, n)
	}
	if len(subtypes) > 0 {
		all = append(all, filter.Node{Op: filter.In, Field: "subtype", Values: subtypes})
	}
	if len(all) == 1 && out.Tree.IsAll() {
		return directory.Where{}, nil
	}
	if len(all) > 1 {
		out.Tree = filter.Node{Op: filter.And, Nodes: all}
	}
	return out, filter.Check(out.Tree)
}

func (f *filterIn) tree() (filter.Node, error) {
	if f.Type == "" {
		return filter.Parse(f.text)
	}
	return f.node()
}

// synonymOps are operators that mean the same as others.
var synonymOps = map[string]filter.Op{"before": filter.Lt, "after": filter.Gt}

// node returns the tree. The decoder bounds how deep it is.
func (x FilterExpression) node() (filter.Node, error) {
	if x.Type == "primitive" {
		return x.primitive()
	}
	n := filter.Node{Op: filter.Op(x.Type), Field: x.Field}
	inner := x.Expressions
	if x.Expression != nil {
		inner = append(inner, *x.Expression)
	}
	switch joins := x.Type == "and" || x.Type == "or"; {
	case joins && (x.Expression != nil || len(inner) == 0):
		return n, errs.NotPermitted("filter", "%s needs expressions", x.Type)
	case !joins && (x.Expression == nil || len(inner) > 1):
		return n, errs.NotPermitted("filter", "%s needs one expression", x.Type)
	}
	for _, e := range inner {
		child, err := e.node()
		if err != nil {
			return n, err
		}
		n.Nodes = append(n.Nodes, child)
	}
	return n, nil
}

func (x FilterExpression) primitive() (filter.Node, error) {
	n := filter.Node{Op: filter.Op(x.Operator), Field: x.Field}
	if op, ok := synonymOps[x.Operator]; ok {
		n.Op = op
	}
	var err error
	n.Values, err = values(x.Field, x.Values)
	return n, err
}

// values writes values as text.
func values(field string, list []any) ([]string, error) {
	var out []string
	for i, v := range list {
		switch v.(type) {
		case map[string]any, []any, nil:
			return nil, errs.NotPermitted("filter", "%s: values[%d] is neither a text, a number nor a boolean", field, i)
		}
		out = append(out, fmt.Sprint(v))
	}
	return out, nil
}
