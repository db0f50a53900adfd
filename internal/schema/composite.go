package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/errs"
)

// Limits of composites.
const (
	maxComposites = 50
	maxMembers    = 50
)

// CompositeSchema is what the values of composite fields consist of: an address of
// street, postcode and city. Filters, sorts and groups name a member with the
// field's name before it, as in tnt__home.city.
type CompositeSchema struct {
	Name        string  `json:"name"`
	Description string  `json:"description,omitempty"`
	Fields      []Field `json:"fields"` // its members, whose names have no prefix
}

// Link gives composite fields the members that the fragment's composites say.
// Whoever reads or makes a fragment calls it once.
func (f *Fragment) Link() {
	for i := range f.Fields {
		f.Fields[i].members = nil
		if c, ok := f.composite(f.Fields[i].Composite); ok && f.Fields[i].of() == Composite {
			f.Fields[i].members = c.Fields
		}
	}
}

func (f *Fragment) composite(name string) (CompositeSchema, bool) {
	i := slices.IndexFunc(f.Composites, func(c CompositeSchema) bool { return c.Name == name })
	if i < 0 {
		return CompositeSchema{}, false
	}
	return f.Composites[i], true
}

// Lookups returns the fields that filters can name, with their names in values: a
// composite's members stand in its place. Those of a list have several values.
func (f *Fragment) Lookups() []Named {
	var out []Named
	for _, x := range f.Fields {
		name := f.Prefix() + x.Name
		if x.of() != Composite {
			out = append(out, Named{name, x})
			continue
		}
		for _, m := range x.members {
			if x.Type == Array && m.Type != Array {
				m.Type, m.Base = Array, m.Type
			}
			out = append(out, Named{name + "." + m.Name, m})
		}
	}
	return out
}

// whole returns what is given with the parts of composites put into the values
// that stand, or that are given beside them.
func (s *Set) whole(about []*Fragment, was Values, given map[string]any) (map[string]any, error) {
	out := maps.Clone(given)
	for _, name := range slices.Sorted(maps.Keys(given)) {
		head, member, inside := strings.Cut(name, ".")
		if !inside {
			continue
		}
		f, err := field(about, head, s)
		if err != nil {
			return nil, err
		}
		if f.Type != Composite || !slices.ContainsFunc(f.members, func(m Field) bool { return m.Name == member }) {
			return nil, refuse(at(name), "field_not_in_schema", "there is no %q in %s", clip(member), head)
		}
		base, ok := out[head]
		if !ok {
			base = f.known(was[head])
		}
		object, _ := base.(map[string]any)
		if object = maps.Clone(object); object == nil {
			object = map[string]any{}
		}
		if object[member] = given[name]; given[name] == nil {
			delete(object, member)
		}
		out[head] = object
		delete(out, name)
	}
	return out, nil
}

// known returns a composite value, or a list of these, without members that are no
// longer there.
func (f Field) known(x any) any {
	if list, several := x.([]any); several {
		out := make([]any, len(list))
		for i, e := range list {
			out[i] = f.known(e)
		}
		return out
	}
	object, ok := x.(map[string]any)
	if !ok {
		return x
	}
	out := map[string]any{}
	for _, m := range f.members {
		if v, has := object[m.Name]; has {
			out[m.Name] = v
		}
	}
	return out
}

// relaxed is the field with nothing that its values must have.
func (f Field) relaxed() Field {
	f.members = slices.Clone(f.members)
	for i := range f.members {
		f.members[i].Required = false
	}
	return f
}

// RequiresMembers reports whether a value of the field must have some members.
func (f Field) RequiresMembers() bool {
	return slices.ContainsFunc(f.members, func(m Field) bool { return m.Required })
}

// over checks a value that takes the place of another. Members that stay as they
// are may, even as a choice that is no longer one.
func (f Field) over(old any, at string, x any, env Env) (any, error) {
	given, isObject := x.(map[string]any)
	stands, _ := old.(map[string]any)
	if f.Type != Composite || !isObject || stands == nil {
		return f.check(at, x, env)
	}
	fresh, stay := map[string]any{}, map[string]any{}
	for name, v := range given {
		if was, has := stands[name]; has && v != nil && same(was, v) {
			stay[name] = v
		} else {
			fresh[name] = v
		}
	}
	return f.object(at, fresh, stay, env)
}

// object checks a composite value, which is given as a whole but for what is
// known to be valid.
func (f Field) object(at string, x any, valid map[string]any, env Env) (any, error) {
	given, ok := x.(map[string]any)
	if !ok {
		return nil, refuse(at, "wrong_type", "takes an object, not %s", kindOf(x))
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.ContainsFunc(f.members, func(m Field) bool { return m.Name == name }) {
			return nil, refuse(at+"."+clip(name), "field_not_in_schema", "%s has no field %q; it has %s", f.Composite, clip(name), memberNames(f.members))
		}
	}
	out, empty := map[string]any{}, len(given)+len(valid) == 0
	for _, m := range f.members {
		v, inside := given[m.Name], at+"."+m.Name
		if stands, has := valid[m.Name]; has {
			out[m.Name] = stands
			continue
		}
		if v == nil {
			v = m.Default
		}
		if list, several := v.([]any); several && len(list) == 0 {
			v = nil
		}
		if v == nil && m.Required && !empty {
			return nil, refuse(inside, "field_required", "is required")
		}
		if v == nil {
			continue
		}
		var err error
		if out[m.Name], err = m.check(inside, v, env); err != nil {
			return nil, err
		}
	}
	if empty {
		clear(out) // no value, as an empty list is
	}
	return out, nil
}

func memberNames(members []Field) string {
	out := make([]string, len(members))
	for i, m := range members {
		out[i] = m.Name
	}
	return strings.Join(out, ", ")
}

// defineComposites checks the composites, and links the fields to them.
func (f *Fragment) defineComposites(env Env) error {
	if len(f.Composites) > maxComposites {
		return errs.NotPermitted("composite_schemas", "has %d composites; at most %d are allowed", len(f.Composites), maxComposites)
	}
	for i := range f.Composites {
		c, at := &f.Composites[i], fmt.Sprintf("composite_schemas[%d]", i)
		if err := checkName(at+".name", c.Name); err != nil {
			return err
		}
		if slices.IndexFunc(f.Composites, func(o CompositeSchema) bool { return o.Name == c.Name }) < i {
			return errs.NotPermitted(at+".name", "%q is there twice", c.Name)
		}
		if len(c.Description) > maxSentence {
			return errs.NotPermitted(at+".description", "is too long; at most %d bytes are allowed", maxSentence)
		}
		if len(c.Fields) == 0 || len(c.Fields) > maxMembers {
			return errs.NotPermitted(at+".fields", "has %d fields; from 1 to %d are allowed", len(c.Fields), maxMembers)
		}
		if err := defineFields(at+".fields", c.Fields, env); err != nil {
			return err
		}
		for j, m := range c.Fields {
			inside := fmt.Sprintf("%s.fields[%d]", at, j)
			if m.of() == Composite {
				return refuse(inside+".field_type", "unsupported_type", "a composite in a composite is not supported; use struct")
			}
			if m.Immutable {
				return errs.NotPermitted(inside+".is_immutable", "cannot be set, for a composite's value changes as a whole; set it for the field")
			}
		}
	}
	f.Link()
	for i, x := range f.Fields {
		at := fmt.Sprintf("fields[%d].composite_type", i)
		switch {
		case x.of() != Composite && x.Composite != "":
			return errs.NotPermitted(at, "belongs to composites alone")
		case x.of() == Composite && x.members == nil:
			return errs.NotPermitted(at, "there is no %q among composite_schemas", clip(x.Composite))
		}
	}
	return nil
}

// keepComposites checks that members keep their types, and that none is left out
// but on purpose. Deleted has such as address.postcode.
func (f *Fragment) keepComposites(earlier []*Fragment, before *Fragment, deleted []string) error {
	for i, c := range f.Composites {
		at := fmt.Sprintf("composite_schemas[%d].fields", i)
		for _, e := range earlier {
			if was, ok := e.composite(c.Name); ok {
				if err := keepTypes(at, c.Fields, was.Fields); err != nil {
					return err
				}
			}
		}
		was, _ := before.composite(c.Name)
		dropped := func(name string) bool { return slices.Contains(deleted, c.Name+"."+name) }
		if err := keepFields(at, c.Fields, was.Fields, dropped); err != nil {
			return err
		}
	}
	return nil
}

// member returns the member of a composite that is named as in address.postcode.
func (f *Fragment) member(name string) (Field, bool) {
	head, rest, _ := strings.Cut(name, ".")
	c, _ := f.composite(head)
	i := slices.IndexFunc(c.Fields, func(x Field) bool { return x.Name == rest })
	if i < 0 {
		return Field{}, false
	}
	return c.Fields[i], true
}
