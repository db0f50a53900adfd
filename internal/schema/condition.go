package schema

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
)

// FilterField returns a custom field as filters know it, by its name in values;
// ok is false for one whose values cannot be compared.
func (f Field) FilterField(name string, env Env) (filter.Field, bool) {
	t := f.of()
	out := filter.Field{Name: name, Multi: f.Type == Array}
	switch t {
	case Text, RichText, Tokens:
		out.Type, out.Fold = filter.Text, env.Fold
		out.Keys = func(v string) ([]string, error) { return []string{env.Fold(v)}, nil }
	case Enum, UEnum:
		out.Type, out.Keys = filter.Ref, f.choice(t, env)
	case ID:
		out.Type = filter.Ref
		out.Keys = func(v string) ([]string, error) {
			id, err := f.id(name, v, env)
			if err != nil {
				return nil, err
			}
			return []string{env.Fold(id.(string))}, nil
		}
	case Bool:
		out.Type = filter.Bool
	case Int, Double:
		out.Type = filter.Number
	case Date:
		out.Type = filter.Date
	case Timestamp:
		out.Type = filter.Time
	default:
		return out, false
	}
	return out, true
}

// choice finds a choice by its label, or number.
func (f Field) choice(t Type, env Env) func(string) ([]string, error) {
	return func(v string) ([]string, error) {
		for _, c := range f.Choices {
			if env.Fold(c.Label) == env.Fold(v) && t == Enum {
				return []string{env.Fold(c.Label)}, nil
			}
			if t == UEnum && (env.Fold(c.Label) == env.Fold(v) || number(float64(c.ID)).String() == v) {
				return []string{NumberKey(float64(c.ID))}, nil
			}
		}
		return nil, errs.NotPermitted("", "is none of %s", labels(f.Choices))
	}
}

// FilterValues returns a field's values as filters compare them.
func (v Values) FilterValues(name string, f Field, env Env) []filter.Value {
	x, has := v.At(name)
	if !has {
		return nil
	}
	list := elements(x)
	out := make([]filter.Value, 0, len(list))
	for _, x := range list {
		if value, ok := filterValue(f.of(), x, env); ok {
			out = append(out, value)
		}
	}
	return out
}

func filterValue(t Type, x any, env Env) (out filter.Value, ok bool) {
	switch x := x.(type) {
	case bool:
		if out.Text = "false"; x {
			out.Text = "true"
		}
		return out, true
	case json.Number:
		n, err := x.Float64()
		if out.Number = n; t == UEnum {
			out.Text = NumberKey(n)
		}
		return out, err == nil
	case string:
		layout := TimestampLayout
		switch t {
		case Date:
			layout = time.DateOnly
		case Timestamp:
		default:
			out.Text = env.Fold(x)
			return out, true
		}
		at, err := time.Parse(layout, x)
		out.Time = at
		return out, err == nil
	}
	return out, false
}

// holder shows values to filters.
type holder struct {
	fields map[string]Field
	values Values
	env    Env
}

// Values implements filter.Record.
func (h holder) Values(name string) []filter.Value {
	return h.values.FilterValues(name, h.fields[name], h.env)
}

// Some implements filter.Record; values have no relations.
func (h holder) Some(string, filter.Bound) bool { return false }

// lookups are a fragment's fields by their names in filters.
func (f *Fragment) lookups() map[string]Field {
	out := map[string]Field{}
	for _, x := range f.Lookups() {
		out[x.Name] = x.Field
	}
	return out
}

// bind reads a condition's expression, a filter over the fragment's own fields.
func (f *Fragment) bind(c Condition, env Env) (filter.Bound, error) {
	tree, err := filter.Parse(c.Expression)
	if err != nil {
		return filter.Bound{}, err
	}
	catalog := &filter.Catalog{Fields: map[string]filter.Field{}}
	for name, x := range f.lookups() {
		if field, ok := x.FilterField(name, env); ok {
			catalog.Fields[name] = field
		}
	}
	return filter.Bind(tree, catalog, time.Now())
}

// depend checks what a fragment's conditions ask of new values.
func (f *Fragment) depend(was, values Values, required bool, env Env) error {
	shown, hidden := map[string]bool{}, map[string]bool{}
	for _, c := range f.Conditions {
		b, err := f.bind(c, env)
		if err != nil {
			return err
		}
		holds := b.Match(holder{f.lookups(), values, env})
		for _, e := range c.Effects {
			for _, name := range e.Fields {
				switch {
				case e.Show != nil && *e.Show == holds:
					shown[name] = true
				case e.Show != nil:
					hidden[name] = true
				}
				if !holds {
					continue
				}
				if err := e.check(name, c.Expression, was, values, required); err != nil {
					return err
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(hidden)) {
		if v, has := values[name]; has && !shown[name] && !same(v, was[name]) {
			return refuse(at(name), "invalid_argument", "cannot be given, for a condition hides it")
		}
	}
	return nil
}

// check asks of one field what an effect says while its condition holds.
func (e Effect) check(name, expression string, was, values Values, required bool) error {
	v, has := values[name]
	switch {
	case e.Invalid && has:
		return refuse(at(name), "invalid_argument", "cannot be given while %s", expression)
	case e.Require && required && !has:
		return refuse(at(name), "field_required", "is required while %s", expression)
	case e.Immutable && !same(v, was[name]) && was[name] != nil:
		return refuse(at(name), "field_immutable", "cannot be changed while %s", expression)
	case len(e.Allowed) == 0 || !has:
		return nil
	}
	list, several := v.([]any)
	if !several {
		list = []any{v}
	}
	for _, x := range list {
		if text, ok := x.(string); !ok || !slices.Contains(e.Allowed, text) {
			return refuse(at(name), "enum_out_of_range", "is none of %s while %s", strings.Join(e.Allowed, ", "), expression)
		}
	}
	return nil
}
