package apitest

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// schema is the part of an OpenAPI 3.0 schema that says what an answer may be.
type schema struct {
	Ref           string             `yaml:"$ref"`
	Type          string             `yaml:"type"`
	Format        string             `yaml:"format"`
	Nullable      bool               `yaml:"nullable"`
	Enum          []string           `yaml:"enum"`
	Required      []string           `yaml:"required"`
	Properties    map[string]*schema `yaml:"properties"`
	Additional    additional         `yaml:"additionalProperties"`
	Items         *schema            `yaml:"items"`
	AllOf         []*schema          `yaml:"allOf"`
	OneOf         []*schema          `yaml:"oneOf"`
	AnyOf         []*schema          `yaml:"anyOf"`
	Discriminator *struct {
		PropertyName string            `yaml:"propertyName"`
		Mapping      map[string]string `yaml:"mapping"`
	} `yaml:"discriminator"`
	Minimum   *float64 `yaml:"minimum"`
	Maximum   *float64 `yaml:"maximum"`
	MinLength *int     `yaml:"minLength"`
	MaxLength *int     `yaml:"maxLength"`
	MinItems  *int     `yaml:"minItems"`
	MaxItems  *int     `yaml:"maxItems"`
	Pattern   string   `yaml:"pattern"`
}

// additional is a schema, or a bool, which says nothing here: answers may
// always have more members.
type additional struct{ *schema }

// UnmarshalYAML reads either form.
func (a *additional) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return nil
	}
	return n.Decode(&a.schema)
}

// walker holds values against schemas.
type walker struct{ spec *Spec }

func (w *walker) walk(s *schema, v any, at string) []string {
	if s == nil {
		return nil
	}
	if s.Ref != "" {
		name := s.Ref[strings.LastIndex(s.Ref, "/")+1:]
		target, ok := w.spec.Components.Schemas[name]
		if !ok {
			return []string{fmt.Sprintf("%s: the file has no schema %s", at, name)}
		}
		return w.walk(target, v, at)
	}
	if v == nil {
		if s.Nullable {
			return nil
		}
		return []string{at + " is null"}
	}
	var out []string
	for _, part := range s.AllOf {
		out = append(out, w.walk(part, v, at)...)
	}
	out = append(out, w.alternatives(s, v, at)...)
	return append(out, w.own(s, v, at)...)
}

// alternatives checks oneOf and anyOf: the schema that the discriminator
// names, or else that some schema fits.
func (w *walker) alternatives(s *schema, v any, at string) []string {
	if object, ok := v.(map[string]any); ok && s.Discriminator != nil && len(s.Discriminator.Mapping) > 0 {
		name := s.Discriminator.PropertyName
		value, _ := object[name].(string)
		ref, ok := s.Discriminator.Mapping[value]
		if !ok {
			return []string{fmt.Sprintf("%s.%s is %q, want one of %v", at, name, value, slices.Sorted(maps.Keys(s.Discriminator.Mapping)))}
		}
		return w.walk(&schema{Ref: ref}, v, at)
	}
	options := slices.Concat(s.OneOf, s.AnyOf)
	var last []string
	for _, option := range options {
		if last = w.walk(option, v, at); len(last) == 0 {
			return nil
		}
	}
	if len(options) > 1 {
		return []string{fmt.Sprintf("%s fits none of %d alternatives, the last because: %s", at, len(options), strings.Join(last, "; "))}
	}
	return last
}

func (w *walker) own(s *schema, v any, at string) []string {
	switch s.Type {
	case "object":
		if v, ok := v.(map[string]any); ok {
			return w.object(s, v, at)
		}
	case "array":
		if v, ok := v.([]any); ok {
			return w.array(s, v, at)
		}
	case "string":
		if v, ok := v.(string); ok {
			return text(s, v, at)
		}
	case "integer", "number":
		if v, ok := v.(json.Number); ok {
			return number(s, v, at)
		}
	case "boolean":
		if _, ok := v.(bool); ok {
			return nil
		}
	default:
		if v, ok := v.(map[string]any); ok {
			return w.object(s, v, at)
		}
		return nil
	}
	return []string{fmt.Sprintf("%s is %s, want %s", at, show(v), s.Type)}
}

func (w *walker) object(s *schema, v map[string]any, at string) []string {
	var out []string
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			out = append(out, fmt.Sprintf("%s.%s is missing", at, name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		member := s.Properties[name]
		if member == nil {
			member = s.Additional.schema
		}
		out = append(out, w.walk(member, v[name], at+"."+name)...)
	}
	return out
}

func (w *walker) array(s *schema, v []any, at string) []string {
	out := span(s.MinItems, s.MaxItems, len(v), at, "elements")
	for i, item := range v {
		out = append(out, w.walk(s.Items, item, fmt.Sprintf("%s[%d]", at, i))...)
	}
	return out
}

func span(low, high *int, n int, at, unit string) []string {
	if low != nil && n < *low || high != nil && n > *high {
		return []string{fmt.Sprintf("%s has %d %s, which is out of bounds", at, n, unit)}
	}
	return nil
}

func text(s *schema, v, at string) []string {
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		return []string{fmt.Sprintf("%s is %q, want one of %v", at, v, s.Enum)}
	}
	out := span(s.MinLength, s.MaxLength, utf8.RuneCountInString(v), at, "characters")
	if s.Pattern != "" {
		if ok, err := regexp.MatchString(s.Pattern, v); err == nil && !ok {
			out = append(out, fmt.Sprintf("%s is %q, which does not match %s", at, v, s.Pattern))
		}
	}
	layout := map[string]string{"date-time": time.RFC3339, "date": time.DateOnly}[s.Format]
	if layout != "" {
		if _, err := time.Parse(layout, v); err != nil {
			out = append(out, fmt.Sprintf("%s is %q, which is no %s", at, v, s.Format))
		}
	}
	if s.Format == "id" && v == "" {
		out = append(out, at+" is an empty id")
	}
	return out
}

var intBits = map[string]int{"int32": 32, "int64": 64, "": 64}

func number(s *schema, v json.Number, at string) []string {
	if s.Type == "integer" {
		if _, err := strconv.ParseInt(v.String(), 10, intBits[s.Format]); err != nil {
			return []string{fmt.Sprintf("%s is %s, which is no %s", at, v, strings.TrimSpace("integer "+s.Format))}
		}
	}
	f, err := v.Float64()
	if err != nil || s.Minimum != nil && f < *s.Minimum || s.Maximum != nil && f > *s.Maximum {
		return []string{fmt.Sprintf("%s is %s, which is out of bounds", at, v)}
	}
	return nil
}
