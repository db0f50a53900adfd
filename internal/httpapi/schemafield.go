package httpapi

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/schema"
)

// fieldIn describes a field to define.
type fieldIn struct {
	Name        string         `json:"name" required:"true" maxLength:"63" doc:"Lower-case letters, digits and single underscores; without the prefix."`
	FieldType   string         `json:"field_type" required:"true" doc:"array, bool, composite, date, double, enum, id, int, json_value, rich_text, struct, text, timestamp, tokens or uenum. It cannot change."`
	BaseType    string         `json:"base_type" doc:"Of an array: the type of its elements."`
	Composite   string         `json:"composite_type" doc:"Of a composite, or an array of these: its name among composite_schemas."`
	Description string         `json:"description"`
	Format      string         `json:"format" enum:"currency,email,phone,rating,url" doc:"What a text or number is; values are checked for it."`
	Filterable  bool           `json:"is_filterable" doc:"Whether lists can be filtered by it. It may change at any time."`
	Immutable   bool           `json:"is_immutable" doc:"Whether a value that was set stays."`
	PII         bool           `json:"is_pii" doc:"Whether it is personal data."`
	Required    bool           `json:"is_required" doc:"Whether requests with validate_required_fields must leave a value."`
	Default     any            `json:"default_value" doc:"What new records get."`
	Allowed     []any          `json:"allowed_values" doc:"Of an enum: texts. Of a uenum: objects with id and label. Either may be objects with label, is_deprecated, ordinal and tooltip."`
	IDType      []string       `json:"id_type" doc:"Of an id: rev_user, account, rev_org, dev_user, tag; any of them when absent."`
	MinItems    *int           `json:"min_items" minimum:"0"`
	MaxItems    *int           `json:"max_items" minimum:"0"`
	EqItems     *int           `json:"eq_items" minimum:"0"`
	MinLen      *int           `json:"min_len" minimum:"0"`
	MaxLen      *int           `json:"max_len" minimum:"0"`
	EqLen       *int           `json:"eq_len" minimum:"0"`
	Pattern     string         `json:"pattern" doc:"An RE2 expression that values must match."`
	Prefix      string         `json:"prefix" maxLength:"256"`
	Suffix      string         `json:"suffix" maxLength:"256"`
	Contains    string         `json:"contains" maxLength:"256"`
	GT          *float64       `json:"gt"`
	GTE         *float64       `json:"gte"`
	LT          *float64       `json:"lt"`
	LTE         *float64       `json:"lte"`
	UI          map[string]any `json:"ui" doc:"How the field is shown: display_name, is_hidden, order, unit and others. is_sortable and is_groupable need is_filterable."`
}

func (f fieldIn) field(at string) (schema.Field, error) {
	out := schema.Field{
		Name: f.Name, Type: schema.Type(f.FieldType), Base: schema.Type(f.BaseType), Composite: f.Composite, Description: f.Description, Format: schema.Format(f.Format),
		Filterable: f.Filterable, Immutable: f.Immutable, PII: f.PII, Required: f.Required, Default: f.Default, IDTypes: f.IDType,
		MinItems: f.MinItems, MaxItems: f.MaxItems, EqItems: f.EqItems, MinLen: f.MinLen, MaxLen: f.MaxLen, EqLen: f.EqLen,
		Pattern: f.Pattern, Prefix: f.Prefix, Suffix: f.Suffix, Contains: f.Contains, GT: f.GT, GTE: f.GTE, LT: f.LT, LTE: f.LTE, UI: f.UI,
	}
	for i, v := range f.Allowed {
		c, err := choice(fmt.Sprintf("%s.allowed_values[%d]", at, i), v)
		if err != nil {
			return out, err
		}
		out.Choices = append(out.Choices, c)
	}
	return out, nil
}

// choice reads one allowed value: a text, or an object.
func choice(at string, v any) (schema.Choice, error) {
	if text, ok := v.(string); ok {
		return schema.Choice{Label: text}, nil
	}
	var c schema.Choice
	text, err := json.Marshal(v)
	if err == nil {
		d := json.NewDecoder(strings.NewReader(string(text)))
		d.DisallowUnknownFields()
		err = d.Decode(&c)
	}
	if err != nil {
		return c, errs.NotPermitted(at, "is neither a text nor an object with id, label, ordinal, is_deprecated and tooltip")
	}
	return c, nil
}

// SchemaField describes a field of a schema.
type SchemaField struct {
	Name        string         `json:"name"`
	FieldType   string         `json:"field_type"`
	BaseType    string         `json:"base_type,omitempty"`
	Composite   string         `json:"composite_type,omitempty"`
	Description string         `json:"description,omitempty"`
	Format      string         `json:"format,omitempty"`
	Filterable  bool           `json:"is_filterable"`
	Immutable   bool           `json:"is_immutable"`
	PII         bool           `json:"is_pii"`
	Required    bool           `json:"is_required"`
	Default     any            `json:"default_value,omitempty"`
	Allowed     []any          `json:"allowed_values,omitempty" doc:"Texts of an enum, objects of a uenum."`
	Choices     []Choice       `json:"choices,omitempty" doc:"The same, always as objects."`
	IDType      []string       `json:"id_type,omitempty"`
	MinItems    *int           `json:"min_items,omitempty"`
	MaxItems    *int           `json:"max_items,omitempty"`
	EqItems     *int           `json:"eq_items,omitempty"`
	MinLen      *int           `json:"min_len,omitempty"`
	MaxLen      *int           `json:"max_len,omitempty"`
	EqLen       *int           `json:"eq_len,omitempty"`
	Pattern     string         `json:"pattern,omitempty"`
	Prefix      string         `json:"prefix,omitempty"`
	Suffix      string         `json:"suffix,omitempty"`
	Contains    string         `json:"contains,omitempty"`
	GT          *float64       `json:"gt,omitempty"`
	GTE         *float64       `json:"gte,omitempty"`
	LT          *float64       `json:"lt,omitempty"`
	LTE         *float64       `json:"lte,omitempty"`
	UI          map[string]any `json:"ui,omitempty"`
}

// Choice is a value that a field of choices may have.
type Choice struct {
	ID         int64  `json:"id,omitempty"`
	Label      string `json:"label"`
	Ordinal    int64  `json:"ordinal,omitempty"`
	Deprecated bool   `json:"is_deprecated,omitempty"`
	Tooltip    string `json:"tooltip,omitempty"`
}

func schemaField(f schema.Field, prefix string) SchemaField {
	out := SchemaField{
		Name: prefix + f.Name, FieldType: string(f.Type), BaseType: string(f.Base), Composite: f.Composite, Description: f.Description, Format: string(f.Format),
		Filterable: f.Filterable, Immutable: f.Immutable, PII: f.PII, Required: f.Required, Default: f.Default, IDType: f.IDTypes,
		MinItems: f.MinItems, MaxItems: f.MaxItems, EqItems: f.EqItems, MinLen: f.MinLen, MaxLen: f.MaxLen, EqLen: f.EqLen,
		Pattern: f.Pattern, Prefix: f.Prefix, Suffix: f.Suffix, Contains: f.Contains, GT: f.GT, GTE: f.GTE, LT: f.LT, LTE: f.LTE, UI: f.UI,
	}
	for _, c := range f.Choices {
		out.Choices = append(out.Choices, Choice(c))
		if f.UEnum() {
			out.Allowed = append(out.Allowed, Choice(c))
		} else {
			out.Allowed = append(out.Allowed, c.Label)
		}
	}
	return out
}

func schemaFields(list []schema.Field, prefix string) []SchemaField {
	out := make([]SchemaField, len(list))
	for i, f := range list {
		out[i] = schemaField(f, prefix)
	}
	return out
}

// compositeIn describes a composite to define.
type compositeIn struct {
	Name        string    `json:"name" required:"true" maxLength:"63" doc:"Lower-case letters, digits and single underscores."`
	Description string    `json:"description"`
	Fields      []fieldIn `json:"fields" required:"true" doc:"What a value has; none of them a composite or immutable."`
}

func (x compositeIn) composite(at string) (schema.CompositeSchema, error) {
	out := schema.CompositeSchema{Name: x.Name, Description: x.Description}
	for i, f := range x.Fields {
		field, err := f.field(element(at+".fields", i))
		if err != nil {
			return out, err
		}
		out.Fields = append(out.Fields, field)
	}
	return out, nil
}

// SchemaComposite describes what the values of composite fields consist of.
type SchemaComposite struct {
	Name        string        `json:"name"`
	Description string        `json:"description,omitempty"`
	Fields      []SchemaField `json:"fields"`
}

func composites(list []schema.CompositeSchema) []SchemaComposite {
	out := make([]SchemaComposite, len(list))
	for i, c := range list {
		out[i] = SchemaComposite{c.Name, c.Description, schemaFields(c.Fields, "")}
	}
	return out
}

// SchemaOverride changes how a stock field is shown.
type SchemaOverride struct {
	Name     string         `json:"name" required:"true"`
	Required *bool          `json:"is_required,omitempty"`
	UI       map[string]any `json:"ui,omitempty"`
}

// SchemaCondition makes fields depend on others.
type SchemaCondition struct {
	Expression string         `json:"expression" required:"true" doc:"A filter over the fragment's own fields, such as tnt__plan = enterprise. While it holds, the effects do."`
	Effects    []SchemaEffect `json:"effects" required:"true" maxItems:"50"`
}

// SchemaEffect is what a condition does to fields.
type SchemaEffect struct {
	Fields    []string `json:"fields" required:"true" maxItems:"50" doc:"Names with their prefix."`
	Require   bool     `json:"require,omitempty"`
	Show      *bool    `json:"show,omitempty" doc:"A field that is not shown cannot be given."`
	Immutable bool     `json:"immutable,omitempty"`
	Allowed   []string `json:"allowed_values,omitempty"`
	Invalid   bool     `json:"invalid,omitempty" doc:"The fields cannot be given at all."`
}

// custom returns a record's custom values as they are shown, and the ids of the
// definitions that they follow.
func (v view) custom(leaf don.Type, subtype string, values schema.Values) (schema.Values, []string) {
	shown, versions := v.names.Custom(leaf, subtype, values)
	var ids []string
	for _, id := range versions {
		ids = append(ids, v.format(id))
	}
	return shown, ids
}

// Fragment is one version of a set of custom fields.
type Fragment struct {
	Atom
	Type           string            `json:"type" enum:"app_fragment,custom_type_fragment,tenant_fragment"`
	LeafType       string            `json:"leaf_type" enum:"account,conversation,opportunity,revo,revu,ticket"`
	Subtype        string            `json:"subtype,omitempty"`
	SubtypeName    string            `json:"subtype_display_name,omitempty"`
	App            string            `json:"app,omitempty"`
	AppName        string            `json:"app_display_name,omitempty"`
	Description    string            `json:"description,omitempty"`
	Fields         []SchemaField     `json:"fields"`
	Composites     []SchemaComposite `json:"composite_schemas,omitempty"`
	Overrides      []SchemaOverride  `json:"stock_field_overrides,omitempty"`
	Conditions     []SchemaCondition `json:"conditions,omitempty"`
	Deprecated     bool              `json:"is_deprecated"`
	Version        int64             `json:"version"`
	OldFragmentRef *FragmentRef      `json:"old_fragment_ref,omitempty" doc:"The version before this one."`
	NewFragmentRef *FragmentRef      `json:"new_fragment_ref,omitempty" doc:"The version that took this one's place; absent for the one in force."`
}

// FragmentRef names a version of a fragment.
type FragmentRef struct {
	ID   string `json:"id"`
	Type string `json:"type" enum:"app_fragment,custom_type_fragment,tenant_fragment"`
}

func (v view) fragment(f *schema.Fragment) Fragment {
	id := directory.FragmentID(f)
	out := Fragment{
		Atom: v.atom(id, f.CreatedAt, f.CreatedBy, f.CreatedAt, f.CreatedBy), Type: string(f.Kind), LeafType: string(f.Leaf),
		Description: f.Description, Fields: schemaFields(f.Fields, ""), Deprecated: f.Deprecated, Version: f.Version,
	}
	switch f.Kind {
	case schema.Subtype:
		out.Subtype, out.SubtypeName = f.Name, f.DisplayName
	case schema.App:
		out.App, out.AppName = f.Name, f.DisplayName
	default: // the others follow
	}
	out.Composites, out.Overrides, out.Conditions = composites(f.Composites), overrides(f.Overrides), conditions(f.Conditions)
	if f.Old != 0 {
		out.OldFragmentRef = &FragmentRef{v.format(don.Of(id.Type, f.Old)), out.Type}
	}
	if f.New != 0 {
		out.NewFragmentRef = &FragmentRef{v.format(don.Of(id.Type, f.New)), out.Type}
	}
	return out
}

func overrides(list []schema.Override) []SchemaOverride {
	var out []SchemaOverride
	for _, o := range list {
		out = append(out, SchemaOverride(o))
	}
	return out
}

func conditions(list []schema.Condition) []SchemaCondition {
	var out []SchemaCondition
	for _, c := range list {
		x := SchemaCondition{Expression: c.Expression, Effects: []SchemaEffect{}}
		for _, e := range c.Effects {
			x.Effects = append(x.Effects, SchemaEffect(e))
		}
		out = append(out, x)
	}
	return out
}
