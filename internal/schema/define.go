package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Limits of definitions.
const (
	MaxFields     = 200
	maxChoices    = 500
	maxConditions = 100
	maxPattern    = 500 // characters
	maxName       = 63
	maxLabel      = 256
	maxSentence   = 4096
)

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// Leaves are the kinds of records that can have custom fields.
var Leaves = []don.Type{don.Contact, don.Account, don.Workspace, don.Ticket, don.Opportunity, don.Conversation}

func checkName(field, name string) error {
	if !nameForm.MatchString(name) || len(name) > maxName {
		return errs.NotPermitted(field, "%q is no name; use at most %d lower-case letters, digits and single underscores, a letter first", clip(name), maxName)
	}
	return nil
}

// Define checks a new version of a fragment against those before, the one in
// force last. Deleted are the names of fields that the new one leaves out on
// purpose. Errors: invalid, naming the field of the definition.
func Define(earlier []*Fragment, f *Fragment, deleted []string, env Env) error {
	if f.Kind != Tenant {
		field := map[Kind]string{Subtype: "subtype", App: "app"}[f.Kind]
		if err := checkName(field, f.Name); err != nil {
			return err
		}
	}
	if len(f.Fields) > MaxFields {
		return errs.NotPermitted("fields", "has %d fields; at most %d are allowed", len(f.Fields), MaxFields)
	}
	if len(f.Description) > maxSentence || len(f.DisplayName) > maxLabel {
		return errs.NotPermitted("description", "is too long; at most %d bytes are allowed", maxSentence)
	}
	if err := f.defineComposites(env); err != nil {
		return err
	}
	if err := defineFields("fields", f.Fields, env); err != nil {
		return err
	}
	for _, e := range earlier {
		if err := keepTypes("fields", f.Fields, e.Fields); err != nil {
			return err
		}
	}
	before := &Fragment{}
	if len(earlier) > 0 {
		before = earlier[len(earlier)-1]
	}
	if err := f.succeed(earlier, before, deleted); err != nil {
		return err
	}
	if err := f.defineOverrides(); err != nil {
		return err
	}
	return f.defineConditions(env)
}

func defineFields(field string, list []Field, env Env) error {
	seen := map[string]bool{}
	for i := range list {
		at := fmt.Sprintf("%s[%d]", field, i)
		if err := list[i].define(at, env); err != nil {
			return err
		}
		if seen[list[i].Name] {
			return errs.NotPermitted(at+".name", "%q is there twice", list[i].Name)
		}
		seen[list[i].Name] = true
	}
	return nil
}

// keepTypes checks that no field has another type than one of its name had in a
// version before: records may have values of that.
func keepTypes(field string, list, before []Field) error {
	for i, is := range list {
		for _, was := range before {
			switch {
			case was.Name != is.Name:
			case is.Type != was.Type || is.Base != was.Base:
				return errs.NotPermitted(fmt.Sprintf("%s[%d].field_type", field, i), "is not %s, of which records may have values; use another name", was.Type)
			case is.Composite != was.Composite:
				return errs.NotPermitted(fmt.Sprintf("%s[%d].composite_type", field, i), "is not %s, of which records may have values; use another name", was.Composite)
			}
		}
	}
	return nil
}

// succeed checks what a version may change about the one before: everything but
// what would orphan values.
func (f *Fragment) succeed(earlier []*Fragment, before *Fragment, deleted []string) error {
	for i, name := range deleted {
		at, bare := fmt.Sprintf("deleted_fields[%d]", i), strings.TrimPrefix(name, f.Prefix())
		_, was := before.field(bare)
		_, inside := before.member(bare)
		if !was && !inside {
			return errs.NotPermitted(at, "there is no field %q", clip(name))
		}
		_, is := f.field(bare)
		if _, still := f.member(bare); is || still {
			return errs.NotPermitted(at, "%q stands among the fields as well", clip(name))
		}
	}
	dropped := func(name string) bool {
		return slices.Contains(deleted, name) || slices.Contains(deleted, f.Prefix()+name)
	}
	if err := keepFields("fields", f.Fields, before.Fields, dropped); err != nil {
		return err
	}
	return f.keepComposites(earlier, before, deleted)
}

// keepFields checks that the fields before are there still, save for those that
// are dropped on purpose, with the choices that they had.
func keepFields(field string, list, before []Field, dropped func(name string) bool) error {
	for _, was := range before {
		i := slices.IndexFunc(list, func(x Field) bool { return x.Name == was.Name })
		if i < 0 {
			if !dropped(was.Name) {
				return refuse(field, "field_dropped", "lack %q, which the version before has; give all fields, and name those to drop in deleted_fields", was.Name)
			}
			continue
		}
		for _, c := range was.Choices {
			if !slices.ContainsFunc(list[i].Choices, func(o Choice) bool { return o.Label == c.Label || list[i].UEnum() && o.ID == c.ID }) {
				return errs.NotPermitted(fmt.Sprintf("%s[%d].allowed_values", field, i), "lacks %q, which records may have; keep it and set is_deprecated", c.Label)
			}
		}
	}
	return nil
}

// UEnum reports whether the field's values are choices by number.
func (f Field) UEnum() bool { return f.Type == UEnum || f.Base == UEnum }

// of is the type of a field's values, or of the elements of its lists.
func (f Field) of() Type {
	if f.Type == Array {
		return f.Base
	}
	return f.Type
}

func (f *Field) define(at string, env Env) error {
	if err := checkName(at+".name", f.Name); err != nil {
		return err
	}
	if !slices.Contains(types, f.Type) {
		return refuse(at+".field_type", "unsupported_type", "%q is not supported; use one of %s", clip(string(f.Type)), typeNames())
	}
	if f.Type == Array && (!slices.Contains(types, f.Base) || f.Base == Array) {
		return refuse(at+".base_type", "unsupported_type", "an array of %q is not supported", clip(string(f.Base)))
	}
	if f.Type != Array && f.Base != "" {
		return errs.NotPermitted(at+".base_type", "belongs to arrays alone")
	}
	if len(f.Description) > maxSentence {
		return errs.NotPermitted(at+".description", "is too long; at most %d bytes are allowed", maxSentence)
	}
	for _, check := range []func(string) error{f.defineText, f.defineNumbers, f.defineItems, f.defineChoices, f.defineIDs, f.defineUI} {
		if err := check(at); err != nil {
			return err
		}
	}
	if f.Default == nil {
		return nil
	}
	var err error
	f.Default, err = f.check(at+".default_value", f.Default, env)
	return err
}

func typeNames() string {
	out := make([]string, len(types))
	for i, t := range types {
		out[i] = string(t)
	}
	return strings.Join(out, ", ")
}

func (f *Field) defineText(at string) error {
	isText := slices.Contains([]Type{Text, RichText, Tokens}, f.of())
	given := f.MinLen != nil || f.MaxLen != nil || f.EqLen != nil || f.Pattern+f.Prefix+f.Suffix+f.Contains != ""
	if given && !isText {
		return errs.NotPermitted(at, "%s has no lengths or patterns; they belong to texts", f.Name)
	}
	if f.MinLen != nil && f.MaxLen != nil && *f.MinLen > *f.MaxLen {
		return errs.NotPermitted(at+".min_len", "is above max_len")
	}
	if len(f.Pattern) > maxPattern {
		return errs.NotPermitted(at+".pattern", "has more than %d characters", maxPattern)
	}
	if _, err := regexp.Compile(f.Pattern); err != nil {
		return errs.NotPermitted(at+".pattern", "%q is no RE2 expression", clip(f.Pattern))
	}
	switch f.Format {
	case "":
	case URL, Email, Phone:
		if !isText {
			return errs.NotPermitted(at+".format", "%s belongs to texts", f.Format)
		}
	case Currency, Rating:
		if f.of() != Int && f.of() != Double {
			return errs.NotPermitted(at+".format", "%s belongs to numbers", f.Format)
		}
	default:
		return errs.BadEnum(at+".format", string(f.Format), []string{"url", "email", "phone", "currency", "rating"})
	}
	return nil
}

func (f *Field) defineNumbers(at string) error {
	if (f.GT != nil || f.GTE != nil || f.LT != nil || f.LTE != nil) && f.of() != Int && f.of() != Double {
		return errs.NotPermitted(at, "%s has no bounds; they belong to numbers", f.Name)
	}
	return nil
}

func (f *Field) defineItems(at string) error {
	if (f.MinItems != nil || f.MaxItems != nil || f.EqItems != nil) && f.Type != Array {
		return errs.NotPermitted(at, "%s has no number of items; that belongs to arrays", f.Name)
	}
	if f.MinItems != nil && f.MaxItems != nil && *f.MinItems > *f.MaxItems {
		return errs.NotPermitted(at+".min_items", "is above max_items")
	}
	return nil
}

// defineChoices asks for choices that no filter mixes up.
func (f *Field) defineChoices(at string) error {
	at += ".allowed_values"
	if t := f.of(); t != Enum && t != UEnum {
		if len(f.Choices) > 0 {
			return errs.NotPermitted(at, "belong to enums")
		}
		return nil
	}
	if len(f.Choices) == 0 || len(f.Choices) > maxChoices {
		return errs.NotPermitted(at, "has %d values; from 1 to %d are allowed", len(f.Choices), maxChoices)
	}
	labels, ids := map[string]bool{}, map[int64]bool{}
	for i, c := range f.Choices {
		label := strings.ToLower(c.Label)
		switch {
		case c.Label == "" || len(c.Label) > maxLabel:
			return errs.NotPermitted(fmt.Sprintf("%s[%d]", at, i), "has no label of 1 to %d bytes", maxLabel)
		case labels[label]:
			return errs.NotPermitted(fmt.Sprintf("%s[%d]", at, i), "%q is there twice", c.Label)
		case f.UEnum() && ids[c.ID]:
			return errs.NotPermitted(fmt.Sprintf("%s[%d].id", at, i), "%d is there twice", c.ID)
		}
		labels[label], ids[c.ID] = true, true
	}
	return nil
}

func (f *Field) defineIDs(at string) error {
	if len(f.IDTypes) > 0 && f.of() != ID {
		return errs.NotPermitted(at+".id_type", "belongs to ids")
	}
	for i, t := range f.IDTypes {
		if _, known := idTypes[t]; !known {
			return errs.BadEnum(fmt.Sprintf("%s.id_type[%d]", at, i), t, []string{"rev_user", "account", "rev_org", "dev_user", "tag"})
		}
	}
	return nil
}

func (f *Field) defineUI(at string) error {
	if err := sized(at+".ui", f.UI); err != nil {
		return err
	}
	for _, key := range []string{"is_sortable", "is_groupable"} {
		if on, _ := f.UI[key].(bool); on && !f.Filterable {
			return errs.NotPermitted(at+".ui."+key, "needs is_filterable")
		}
	}
	switch t := f.of(); {
	case f.Filterable && t == Composite:
		return errs.NotPermitted(at+".is_filterable", "cannot be set for a composite; set it for its fields")
	case f.Filterable && (t == JSON || t == Struct):
		return errs.NotPermitted(at+".is_filterable", "cannot be set for a %s", t)
	}
	return nil
}

func (f *Fragment) defineOverrides() error {
	stock := Stock(f.Leaf)
	for i, o := range f.Overrides {
		at := fmt.Sprintf("stock_field_overrides[%d]", i)
		if !slices.ContainsFunc(stock, func(x Field) bool { return x.Name == o.Name }) {
			return errs.NotPermitted(at+".name", "there is no stock field %q", clip(o.Name))
		}
		if err := sized(at+".ui", o.UI); err != nil {
			return err
		}
	}
	return nil
}

func (f *Fragment) defineConditions(env Env) error {
	if len(f.Conditions) > maxConditions {
		return errs.NotPermitted("conditions", "has %d conditions; at most %d are allowed", len(f.Conditions), maxConditions)
	}
	for i, c := range f.Conditions {
		at := fmt.Sprintf("conditions[%d]", i)
		if _, err := f.bind(c, env); err != nil {
			e := errs.As(err)
			if e == nil {
				return err
			}
			return refuse(at+".expression", "expression_parse_error", "%s", e.Message)
		}
		for j, e := range c.Effects {
			for k, name := range e.Fields {
				if _, ok := f.field(strings.TrimPrefix(name, f.Prefix())); !ok || !strings.HasPrefix(name, f.Prefix()) {
					return refuse(fmt.Sprintf("%s.effects[%d].fields[%d]", at, j, k), "field_not_in_schema", "there is no field %q in the fragment; write it with its prefix, %s", clip(name), f.Prefix())
				}
			}
		}
	}
	return nil
}
