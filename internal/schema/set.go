package schema

import (
	"maps"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/don"
)

// Set is the fields of one kind of record: the fragments that are in force.
type Set struct {
	Leaf     don.Type
	Tenant   *Fragment            // nil for none
	Subtypes map[string]*Fragment // by name
	Apps     map[string]*Fragment
}

// NewSet gathers the fragments of a kind of record.
func NewSet(leaf don.Type, all []*Fragment) *Set {
	s := &Set{Leaf: leaf, Subtypes: map[string]*Fragment{}, Apps: map[string]*Fragment{}}
	for _, f := range all {
		switch {
		case f.Leaf != leaf:
		case f.Kind == Tenant:
			s.Tenant = f
		case f.Kind == Subtype:
			s.Subtypes[f.Name] = f
		default:
			s.Apps[f.Name] = f
		}
	}
	return s
}

// Spec says which fragments a change is about. Others are left alone.
type Spec struct {
	Tenant      bool
	Subtype     string // "" leaves the subtype
	Apps        []string
	DropSubtype bool
	DropApps    []string
	Required    bool // whether required fields must have values
	Partial     bool // whether composites may lack what they require: another change has it
}

// Change is what shall become of a record's values.
type Change struct {
	Given map[string]any // null takes a value off; tnt__home.city changes one member of a composite
	Spec  Spec
}

// Empty reports whether the change says nothing.
func (c Change) Empty() bool {
	return len(c.Given) == 0 && !c.Spec.Tenant && c.Spec.Subtype == "" && len(c.Spec.Apps) == 0 && !c.Spec.DropSubtype && len(c.Spec.DropApps) == 0
}

// Record is what a change starts from; the zero Record is a new one's.
type Record struct {
	Values  Values
	Subtype string
}

// at is how errors name a custom field.
func at(name string) string { return "custom_fields." + name }

// Apply returns the record with a change made. Create fills in defaults. Errors:
// invalid, naming the field.
func (s *Set) Apply(was Record, c Change, create bool, env Env) (Record, error) {
	out := Record{Values: maps.Clone(was.Values), Subtype: was.Subtype}
	if out.Values == nil {
		out.Values = Values{}
	}
	about, err := s.about(&out, c.Spec)
	if err != nil {
		return out, err
	}
	given, err := s.whole(about, was.Values, c.Given)
	if err != nil {
		return out, err
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		f, err := field(about, name, s)
		if err != nil {
			return out, err
		}
		if c.Spec.Partial {
			f.Field = f.relaxed()
		}
		if err := f.give(name, given[name], was.Values, out.Values, env); err != nil {
			return out, err
		}
	}
	for _, f := range about {
		if err := f.complete(out.Values, create, c.Spec.Required, env); err != nil {
			return out, err
		}
		if err := f.depend(was.Values, out.Values, c.Spec.Required, env); err != nil {
			return out, err
		}
	}
	if len(out.Values.Pack()) > MaxValues {
		return out, refuse("custom_fields", "invalid_argument", "are larger than %d bytes together", MaxValues)
	}
	if len(out.Values) == 0 {
		out.Values = nil
	}
	return out, nil
}

// about returns the fragments that a change names, and takes off what it drops.
func (s *Set) about(r *Record, spec Spec) ([]*Fragment, error) {
	var out []*Fragment
	if spec.Tenant && s.Tenant != nil {
		out = append(out, s.Tenant)
	}
	if spec.DropSubtype || spec.Subtype != "" && spec.Subtype != r.Subtype {
		r.Values, r.Subtype = r.Values.without("ctype__"), ""
	}
	if spec.Subtype != "" {
		f := s.Subtypes[spec.Subtype]
		if f == nil || f.Deprecated {
			return nil, refuse("custom_schema_spec.subtype", "fragment_not_found", "there is no subtype %q", clip(spec.Subtype))
		}
		out, r.Subtype = append(out, f), spec.Subtype
	}
	for _, name := range spec.Apps {
		f := s.Apps[name]
		if f == nil || f.Deprecated {
			return nil, refuse("custom_schema_spec.apps", "fragment_not_found", "there is no app %q", clip(name))
		}
		out = append(out, f)
	}
	for _, name := range spec.DropApps {
		r.Values = r.Values.without("app_" + name + "__")
	}
	return out, nil
}

// Named is a field with its name in values.
type Named struct {
	Name string
	Field
}

// Columns returns all fields that records can be given, as All has them, each as
// one cell of a row: the members of a composite have cells of their own.
func (s *Set) Columns() []Named {
	var out []Named
	for _, f := range s.All() {
		for _, x := range f.Fields {
			name := f.Prefix() + x.Name
			switch {
			case f.Deprecated:
			case x.Type == Composite:
				for _, m := range x.members {
					m.Required = m.Required && x.Required
					out = append(out, Named{name + "." + m.Name, m})
				}
			default:
				out = append(out, Named{name, x})
			}
		}
	}
	return out
}

// AppOf returns the app that a field belongs to, "" for none.
func AppOf(name string) string {
	rest, ok := strings.CutPrefix(name, "app_")
	if !ok {
		return ""
	}
	app, _, _ := strings.Cut(rest, "__")
	return app
}

// field finds the field of a name among fragments.
func field(about []*Fragment, name string, s *Set) (Named, error) {
	for _, f := range about {
		if rest, ok := strings.CutPrefix(name, f.Prefix()); ok {
			if x, known := f.field(rest); known {
				return Named{name, x}, nil
			}
		}
	}
	if head, _, inside := strings.Cut(name, "."); inside {
		if _, known := s.Field(name); known {
			return Named{}, refuse(at(name), "field_not_in_schema", "is a part of a value that is given as a whole; give %s as an object", head)
		}
	} else if _, known := s.Field(name); known {
		return Named{}, refuse(at(name), "field_not_in_schema", "belongs to a schema that custom_schema_spec does not name; add %s", specOf(name))
	}
	return Named{}, refuse(at(name), "field_not_in_schema", "there is no custom field %q; names begin with tnt__, ctype__ or app_<app>__", clip(name))
}

// specOf is the part of custom_schema_spec that a field needs.
func specOf(name string) string {
	switch {
	case strings.HasPrefix(name, "tnt__"):
		return `"tenant_fragment": true`
	case strings.HasPrefix(name, "ctype__"):
		return `"subtype"`
	}
	return `"apps"`
}

// Field finds a field by its name in values, or that of a composite's member, in
// whichever fragment.
func (s *Set) Field(name string) (Field, bool) {
	for _, f := range s.All() {
		rest, ok := strings.CutPrefix(name, f.Prefix())
		if !ok {
			continue
		}
		if x, known := f.field(rest); known {
			return x, true
		}
		lookups := f.Lookups()
		if i := slices.IndexFunc(lookups, func(x Named) bool { return x.Name == name }); i >= 0 {
			return lookups[i].Field, true
		}
	}
	return Field{}, false
}

// HasField reports whether a field of a name with prefix belongs to a subtype.
func (s *Set) HasField(subtype, name string) bool {
	f := s.Subtypes[subtype]
	if f == nil {
		return false
	}
	_, known := f.field(strings.TrimPrefix(name, f.Prefix()))
	return known
}

// Takes refuses a value that no record can have in a field: there is no such
// field, or none of those with the name takes it. Nil takes a value off.
func (s *Set) Takes(name string, x any, env Env) error {
	_, err := field(nil, name, s)
	if _, known := s.Field(name); !known || strings.Contains(name, ".") {
		return err
	}
	for _, f := range s.All() {
		rest, ok := strings.CutPrefix(name, f.Prefix())
		if !ok || f.Deprecated {
			continue
		}
		known, has := f.field(rest)
		if !has {
			continue
		}
		if err = (Named{name, known}).give(name, x, nil, Values{}, env); err == nil {
			return nil
		}
	}
	return err
}

// Of returns the fragments that a record of a subtype follows: the subtype's, and
// the org's own and those of apps of which it has values.
func (s *Set) Of(subtype string, values Values) []*Fragment {
	return slices.DeleteFunc(s.All(), func(f *Fragment) bool {
		if f.Kind == Subtype {
			return f.Name != subtype
		}
		for name := range values {
			if strings.HasPrefix(name, f.Prefix()) {
				return false
			}
		}
		return true
	})
}

// Shown returns the values of fields that there are, without members of composites
// that there are no longer.
func (s *Set) Shown(subtype string, values Values) Values {
	out := Values{}
	for _, f := range s.Of(subtype, values) {
		for _, x := range f.Fields {
			v, has := values[f.Prefix()+x.Name]
			if !has {
				continue
			}
			if x.of() == Composite {
				v = x.known(v)
			}
			out[f.Prefix()+x.Name] = v
		}
	}
	return out
}

// All returns the fragments: the org's own, then subtypes and apps by name.
func (s *Set) All() []*Fragment {
	var out []*Fragment
	if s.Tenant != nil {
		out = append(out, s.Tenant)
	}
	for _, group := range []map[string]*Fragment{s.Subtypes, s.Apps} {
		for _, name := range slices.Sorted(maps.Keys(group)) {
			out = append(out, group[name])
		}
	}
	return out
}

// give sets one value.
func (f Named) give(name string, x any, was, values Values, env Env) error {
	old, had := was[name]
	if x == nil {
		if had && f.Immutable {
			return refuse(at(name), "field_immutable", "cannot be changed once it is set")
		}
		if f.Required {
			return refuse(at(name), "field_required", "cannot be taken off, for it is required")
		}
		delete(values, name)
		return nil
	}
	v, err := f.over(old, at(name), x, env)
	if err != nil && !(had && same(old, x)) { // what stands stays, even a choice that is no longer one
		return err
	}
	if err != nil {
		v = old
	}
	if had && f.Immutable && !same(old, v) {
		return refuse(at(name), "field_immutable", "cannot be changed once it is set")
	}
	if nothing(f.of(), v) {
		if f.Required {
			return refuse(at(name), "field_required", "cannot be set to %s without anything in it, for it is required", kindOf(v))
		}
		delete(values, name)
		return nil
	}
	values[name] = v
	return nil
}

// nothing reports whether a value is a list or composite without anything in it.
func nothing(t Type, v any) bool {
	switch v := v.(type) {
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0 && t == Composite
	}
	return false
}

func same(a, b any) bool { return Values{"": a}.Equal(Values{"": b}) }

// complete fills in defaults of a new record, and asks for what is required.
func (f *Fragment) complete(values Values, create, required bool, env Env) error {
	for _, x := range f.Fields {
		name := f.Prefix() + x.Name
		if _, has := values[name]; has {
			continue
		}
		if create && x.Default != nil {
			v, err := x.check(at(name), x.Default, env)
			if err != nil {
				return err
			}
			values[name] = v
			continue
		}
		if x.Required && required {
			return refuse(at(name), "field_required", "is required")
		}
	}
	return nil
}
