package wire

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Describer describes request structs for the API document. It belongs to one
// registry, whose components it fills.
type Describer struct {
	reg   huma.Registry
	types map[string]reflect.Type // of the components made, by name
}

// NewDescriber returns a Describer for reg.
func NewDescriber(reg huma.Registry) *Describer {
	return &Describer{reg: reg, types: map[string]reflect.Type{}}
}

// Schema describes the body form of the request struct t: every field with its
// doc tag and rules, no others allowed. Named structs inside t become components
// under their type's name with Input behind it; two types of one name panic.
func (d *Describer) Schema(t reflect.Type) *huma.Schema { return d.structure(planOf(t)) }

// Params describes the query string form of the request struct t: lists as
// comma-joined values, nested objects under dotted names, free-form objects in
// brackets.
func (d *Describer) Params(t reflect.Type) []*huma.Param { return d.params(planOf(t), "", nil) }

func (d *Describer) structure(p *plan) *huma.Schema {
	s := &huma.Schema{Type: "object", AdditionalProperties: false, Properties: map[string]*huma.Schema{}}
	for i := range p.fields {
		f := &p.fields[i]
		s.Properties[f.name] = d.field(f)
		if f.required {
			s.Required = append(s.Required, f.name)
		}
	}
	return s
}

func (d *Describer) field(f *field) *huma.Schema {
	s := d.schema(f.plan, &f.rules, f.tag.Get("format"))
	if doc := f.tag.Get("doc"); doc != "" {
		if s.Ref != "" {
			s = &huma.Schema{AllOf: []*huma.Schema{s}}
		}
		s.Description = doc
	}
	if example := f.tag.Get("example"); example != "" {
		s.Examples = []any{exampleOf(f.plan, example)}
	}
	s.Deprecated = f.tag.Get("deprecated") == "true"
	return s
}

// exampleOf turns the text of an example tag into a value of the field's kind.
func exampleOf(p *plan, text string) any {
	switch p.wants() {
	case arrayKind:
		list := []any{}
		for _, item := range strings.Split(text, ",") {
			list = append(list, item)
		}
		return list
	case numberKind:
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			return v
		}
	case boolKind:
		return text == "true"
	default:
	}
	return text
}

func (d *Describer) schema(p *plan, r *rules, format string) *huma.Schema {
	switch p.shape {
	case optShape:
		s := d.schema(p.elem, r, format)
		if s.Ref != "" {
			return &huma.Schema{OneOf: []*huma.Schema{s, {Type: "null"}}}
		}
		s.Nullable = s.Type != ""
		return s
	case pointerShape:
		return d.schema(p.elem, r, format)
	case listShape:
		return &huma.Schema{Type: "array", Items: d.schema(p.elem, r, format), MinItems: r.minItems, MaxItems: r.maxItems}
	case mapShape:
		return &huma.Schema{Type: "object", AdditionalProperties: d.schema(p.elem, r, format)}
	case anyShape:
		return &huma.Schema{}
	case structShape:
		return d.reference(p)
	case textShape:
		text := &huma.Schema{Type: "string", Format: format}
		if p.inner == nil || len(p.inner.fields) == 0 {
			return text
		}
		return &huma.Schema{OneOf: []*huma.Schema{text, d.structure(p.inner)}}
	default:
		return scalarSchema(p, r, format)
	}
}

// reference puts a named struct among the components. Anonymous ones are
// described in place.
func (d *Describer) reference(p *plan) *huma.Schema {
	name := p.typ.Name()
	if name == "" {
		return d.structure(p)
	}
	name = strings.ToUpper(name[:1]) + name[1:] + "Input"
	switch known := d.types[name]; known {
	case p.typ:
	case nil:
		d.types[name] = p.typ // at once, for the type may refer to itself
		d.reg.Map()[name] = d.structure(p)
	default:
		panic(fmt.Sprintf("wire: %s and %s are both called %s in the document; rename one", known, p.typ, name))
	}
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}

func scalarSchema(p *plan, r *rules, format string) *huma.Schema {
	s := &huma.Schema{Type: "string", Format: format}
	switch p.shape {
	case boolShape:
		s.Type = "boolean"
	case intShape, uintShape:
		s.Type, s.Format = "integer", "int"+strconv.Itoa(p.typ.Bits())
		s.Minimum, s.Maximum = r.minimum, r.maximum
	case floatShape:
		s.Type, s.Format = "number", "double"
		s.Minimum, s.Maximum = r.minimum, r.maximum
	case timeShape:
		s.Format = "date-time"
	default:
		s.MinLength, s.MaxLength = r.minLength, r.maxLength
		for _, v := range allowedFor(p, r) {
			s.Enum = append(s.Enum, v)
		}
	}
	return s
}

func allowedFor(p *plan, r *rules) []string {
	if r.allowed != nil {
		return r.allowed
	}
	return p.allowed
}

// params lists the query keys of a struct. Structs under way are left out when
// they come again, for a query string has no recursive keys.
func (d *Describer) params(p *plan, prefix string, under []*plan) []*huma.Param {
	var out []*huma.Param
	for i := range p.fields {
		f := &p.fields[i]
		target := f.plan
		for target.shape == pointerShape || target.shape == optShape {
			target = target.elem
		}
		if target.shape != structShape {
			out = append(out, d.param(f, target, prefix+f.name))
		} else if !slices.Contains(under, target) {
			out = append(out, d.params(target, prefix+f.name+".", append(under, target))...)
		}
	}
	return out
}

func (d *Describer) param(f *field, target *plan, name string) *huma.Param {
	s := d.field(f)
	doc := s.Description
	s.Description, s.Nullable = "", false
	q := &huma.Param{Name: name, In: "query", Description: doc, Required: f.required && !strings.Contains(name, "."), Schema: s}
	joined := false
	switch target.shape {
	case listShape:
		q.Style, q.Explode = "form", &joined
	case mapShape, anyShape:
		q.Style = "deepObject"
	default: // as parameters are by themselves
	}
	return q
}

// Schema describes a Time in responses.
func (Time) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Format: "date-time", Description: "RFC 3339 in UTC with milliseconds."}
}
