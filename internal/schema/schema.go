// Package schema is about custom attributes: which fields an org has added to
// contacts, accounts and workspaces, and which values they may have.
//
// Fields come in fragments: one of the org's own fields for each kind of record,
// one for each subtype, and one for each app. A fragment is never changed; setting
// it makes a new version. Values stand under the field's name with the prefix of
// its fragment: tnt__plan, ctype__seats, app_crm__score.
package schema

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/don"
)

// Kind tells where a fragment's fields belong.
type Kind string

// The kinds of fragments.
const (
	Tenant  Kind = "tenant_fragment"      // of all records of a kind
	Subtype Kind = "custom_type_fragment" // of those of a subtype
	App     Kind = "app_fragment"         // of what an app adds
)

// Type is what the values of a field are.
type Type string

// The types. An Array has one of the others as its base.
const (
	Array     Type = "array"
	Bool      Type = "bool"
	Composite Type = "composite" // fields of its own, as one of the fragment's composites has them
	Date      Type = "date"      // a day: 2026-01-31
	Double    Type = "double"
	Enum      Type = "enum"
	ID        Type = "id"
	Int       Type = "int" // within ±2^53
	JSON      Type = "json_value"
	RichText  Type = "rich_text"
	Struct    Type = "struct" // any object
	Text      Type = "text"
	Timestamp Type = "timestamp"
	Tokens    Type = "tokens" // text that is compared as a whole
	UEnum     Type = "uenum"  // a choice by number, with a label
)

var types = []Type{Array, Bool, Composite, Date, Double, Enum, ID, Int, JSON, RichText, Struct, Text, Timestamp, Tokens, UEnum}

// Format is a hint at what a text is, which is checked as well.
type Format string

// The formats.
const (
	URL      Format = "url"
	Email    Format = "email"
	Phone    Format = "phone"
	Currency Format = "currency" // of numbers, with ui.unit as the currency
	Rating   Format = "rating"   // of ints
)

// Choice is a value that a field of choices may have.
type Choice struct {
	ID         int64  `json:"id,omitempty"` // of a uenum
	Label      string `json:"label"`        // of an enum the value itself
	Ordinal    int64  `json:"ordinal,omitempty"`
	Deprecated bool   `json:"is_deprecated,omitempty"` // stays where it stands, and cannot be chosen any more
	Tooltip    string `json:"tooltip,omitempty"`
}

// Field describes one field.
type Field struct {
	Name        string   `json:"name"`
	Type        Type     `json:"field_type"`
	Base        Type     `json:"base_type,omitempty"`      // of an array
	Composite   string   `json:"composite_type,omitempty"` // the name of a composite's definition
	Description string   `json:"description,omitempty"`
	Format      Format   `json:"format,omitempty"`
	Filterable  bool     `json:"is_filterable,omitempty"`
	Immutable   bool     `json:"is_immutable,omitempty"`
	PII         bool     `json:"is_pii,omitempty"`
	Required    bool     `json:"is_required,omitempty"`
	Default     any      `json:"default_value,omitempty"`
	Choices     []Choice `json:"allowed_values,omitempty"`
	IDTypes     []string `json:"id_type,omitempty"`
	// Of arrays: how many elements.
	MinItems, MaxItems, EqItems *int `json:",omitempty"`
	// Of text: characters and what must be in it. Pattern is an RE2 expression.
	MinLen, MaxLen, EqLen             *int   `json:",omitempty"`
	Pattern, Prefix, Suffix, Contains string `json:",omitempty"`
	// Of numbers.
	GT, GTE, LT, LTE *float64 `json:",omitempty"`
	// UI is how the field is shown: display_name, is_hidden, is_sortable and others.
	UI map[string]any `json:"ui,omitempty"`

	members []Field // of a composite, once linked
}

// Unsorted says why records are not sorted by the field, "" when they are.
func (f Field) Unsorted() string {
	switch shown, told := f.UI["is_sortable"].(bool); {
	case !f.Filterable:
		return "is not filterable, so records are not sorted by it"
	case f.Type == Array:
		return "has several values, so records are not sorted by it"
	case told && !shown:
		return "is defined as not sortable"
	}
	return ""
}

// Ungrouped says why records are not grouped by the field, "" when they are.
func (f Field) Ungrouped() string {
	if shown, told := f.UI["is_groupable"].(bool); told && !shown {
		return "is defined as not groupable"
	}
	return ""
}

// Override changes how a stock field is shown and whether it is required.
type Override struct {
	Name     string         `json:"name"`
	Required *bool          `json:"is_required,omitempty"`
	UI       map[string]any `json:"ui,omitempty"`
}

// Condition makes fields depend on others: while the expression, a filter over
// the custom fields, holds, its effects do.
type Condition struct {
	Expression string   `json:"expression"`
	Effects    []Effect `json:"effects"`
}

// Effect is what a condition does to fields.
type Effect struct {
	Fields    []string `json:"fields"` // with their prefix
	Require   bool     `json:"require,omitempty"`
	Show      *bool    `json:"show,omitempty"` // a field that is not shown cannot be given
	Immutable bool     `json:"immutable,omitempty"`
	Allowed   []string `json:"allowed_values,omitempty"`
	Invalid   bool     `json:"invalid,omitempty"` // the values together are refused
}

// Fragment is one version of a set of fields.
type Fragment struct {
	N           int64
	Leaf        don.Type // the kind of record
	Kind        Kind
	Name        string // of the subtype or app
	DisplayName string // of the subtype or app
	Description string
	Fields      []Field
	Composites  []CompositeSchema
	Overrides   []Override
	Conditions  []Condition
	Deprecated  bool
	Version     int64
	Old, New    int64 // the fragments before and after this one, 0 for none
	CreatedAt   time.Time
	CreatedBy   string // tail of the member's id
}

// Prefix is what stands before the names of a fragment's fields in values.
func (f *Fragment) Prefix() string {
	switch f.Kind {
	case Tenant:
		return "tnt__"
	case Subtype:
		return "ctype__"
	default: // the others follow
	}
	return "app_" + f.Name + "__"
}

// field returns the field of a name without prefix.
func (f *Fragment) field(name string) (Field, bool) {
	i := slices.IndexFunc(f.Fields, func(x Field) bool { return x.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return f.Fields[i], true
}

// Values are a record's custom values, by name with prefix: string, bool,
// json.Number, an object of these for a composite, or a list of any; anything for
// a json_value.
type Values map[string]any

// UnmarshalJSON keeps numbers as they are written.
func (v *Values) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var m map[string]any
	err := d.Decode(&m)
	*v = m
	return err
}

// Equal reports whether two sets of values are the same.
func (v Values) Equal(o Values) bool {
	return len(v) == len(o) && (len(v) == 0 || reflect.DeepEqual(map[string]any(v), map[string]any(o)))
}

// Pack returns the stored form, "" for no values.
func (v Values) Pack() string {
	if len(v) == 0 {
		return ""
	}
	text, err := json.Marshal(map[string]any(v))
	if err != nil {
		panic(err) // values come from JSON
	}
	return string(text)
}

// At returns the value of a name as filters have it, such as tnt__plan or
// tnt__home.city; ok is false where there is none. Members of a list of composites
// come as one list.
func (v Values) At(name string) (x any, ok bool) {
	head, member, inside := strings.Cut(name, ".")
	if x, ok = v[head]; !inside || !ok {
		return x, ok
	}
	switch x := x.(type) {
	case map[string]any:
		m, ok := x[member]
		return m, ok
	case []any:
		out := []any{}
		for _, e := range x {
			if m, has := (Values{head: e}).At(name); has {
				out = append(out, elements(m)...)
			}
		}
		return out, len(out) > 0
	}
	return nil, false
}

// With returns the values with another one, named as At does.
func (v Values) With(name string, x any) Values {
	out := maps.Clone(v)
	if out == nil {
		out = Values{}
	}
	head, member, inside := strings.Cut(name, ".")
	if !inside {
		out[name] = x
		return out
	}
	object, _ := out[head].(map[string]any)
	object = maps.Clone(object)
	if object == nil {
		object = map[string]any{}
	}
	object[member], out[head] = x, object
	return out
}

// elements returns the values of a list, or the one that is none.
func elements(x any) []any {
	if list, several := x.([]any); several {
		return list
	}
	return []any{x}
}

// without returns the values whose names do not begin with a prefix.
func (v Values) without(prefix string) Values {
	out := Values{}
	for name, x := range v {
		if !strings.HasPrefix(name, prefix) {
			out[name] = x
		}
	}
	return out
}
