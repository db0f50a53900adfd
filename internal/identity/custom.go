package identity

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/schema"
)

// custom is the custom values of a record with its subtype. In a merge each value
// counts for itself: the primary keeps its own and gets those it has not, and
// those of a subtype only from records of that subtype.
type custom struct {
	values  *schema.Values
	subtype *string
}

const nameSubtype = "subtype"

func nameCustom(name string) string { return "custom:" + name }

// ofSubtype reports whether a value belongs to the record's subtype.
func ofSubtype(name string) bool { return strings.HasPrefix(name, "ctype__") }

func (c custom) names() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(*c.values)) {
		out = append(out, nameCustom(name))
	}
	if *c.subtype != "" {
		out = append(out, nameSubtype)
	}
	return out
}

// adopt adds what another has and this one has not.
func (c custom) adopt(from custom, shown func(string) bool) {
	if shown(nameSubtype) {
		fill(c.subtype, *from.subtype)
	}
	out := maps.Clone(*c.values)
	for name, v := range *from.values {
		_, has := out[name]
		if has || !shown(nameCustom(name)) || ofSubtype(name) && *c.subtype != *from.subtype {
			continue
		}
		if out == nil {
			out = schema.Values{}
		}
		out[name] = v
	}
	*c.values = out
}

// editCustom changes a record's own values as a member changed before to after.
// Hide is told what the member took off.
func editCustom(hide func(string), own, before, after custom) {
	out := maps.Clone(*own.values)
	if out == nil {
		out = schema.Values{}
	}
	for name, v := range *after.values {
		if was, had := (*before.values)[name]; !had || !sameValue(was, v) {
			out[name] = v
		}
	}
	for name := range *before.values {
		if _, has := (*after.values)[name]; !has {
			delete(out, name)
			hide(nameCustom(name))
		}
	}
	if len(out) == 0 {
		out = nil
	}
	*own.values = out
	if *before.subtype != *after.subtype {
		if *own.subtype = *after.subtype; *after.subtype == "" {
			hide(nameSubtype)
		}
	}
}

func sameValue(a, b any) bool { return schema.Values{"": a}.Equal(schema.Values{"": b}) }

// giveCustom gives a record the values that a change brought.
func giveCustom(d *was[schema.Values], values *schema.Values) {
	if d == nil {
		return
	}
	out := maps.Clone(*values)
	for name, v := range d.New {
		if old, had := d.Old[name]; had && sameValue(old, v) {
			continue
		}
		if out == nil {
			out = schema.Values{}
		}
		out[name] = v
	}
	*values = out
}

// giveBackCustom puts back what a change replaced, where it still stands.
func giveBackCustom(d *was[schema.Values], values *schema.Values) {
	if d == nil {
		return
	}
	out := maps.Clone(*values)
	for name, v := range d.New {
		old, had := d.Old[name]
		if now, has := out[name]; !has || !sameValue(now, v) || had && sameValue(old, v) {
			continue
		}
		if delete(out, name); had {
			out[name] = old
		}
	}
	if len(out) == 0 {
		out = nil
	}
	*values = out
}

// customOutlooks says what a merge would do to each custom field.
func customOutlooks(p, s, result custom) []Outlook {
	out := []Outlook{scalar("subtype", *p.subtype, *s.subtype, *result.subtype)}
	for _, name := range slices.Sorted(maps.Keys(*s.values)) {
		out = append(out, scalar("custom_fields."+name, shownValue(*p.values, name), shownValue(*s.values, name), shownValue(*result.values, name)))
	}
	return out
}

// shownValue is a value as text, "" for none.
func shownValue(v schema.Values, name string) string {
	x, has := v[name]
	if !has {
		return ""
	}
	if text, ok := x.(string); ok {
		return text
	}
	text, err := json.Marshal(x)
	if err != nil {
		panic(err) // values come from JSON
	}
	return string(text)
}
