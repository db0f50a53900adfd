package httpapi

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// columns are the fields that the records of an answer are cut to, by their names
// in it. nil takes all.
type columns map[string]bool

// customFields is the field of answers that has the values of custom fields.
const customFields = "custom_fields"

// alwaysShown are what clients need to know which record they see.
var alwaysShown = []string{"id", "display_id", "subtype"}

// columnFields are the fields of answers that columns stand for that are called
// otherwise. Of several, a kind of record has some.
var columnFields = map[string][]string{
	"name": {"display_name"}, "phone": {"phone_numbers"}, "verified": {"is_verified"}, "owner": {"owned_by"}, "tag": {"tags"},
	"ref": {"external_ref", "external_refs"}, "external_ref": {"external_ref", "external_refs"}, "external_refs": {"external_ref", "external_refs"},
	"account": {"account", "rev_org"}, "workspace": {"rev_org"}, "parent_account": {"parent"},
	"domain": {"domain", "domains"}, "domains": {"domain", "domains"}, "website": {"websites"},
	"created": {"created_date"}, "modified": {"modified_date"},
	"contact": {"members", "reported_by"}, "part": {"applies_to_part", "applies_to_parts"}, "applies_to_part": {"applies_to_part", "applies_to_parts"}, "applies_to_parts": {"applies_to_part", "applies_to_parts"}, "spam": {"is_spam"}, "frozen": {"is_frozen"}, "closed": {"actual_close_date"},
	"last_message": {"last_external_message_date"}, "channel": {"channels"}, "body": {"body", "description"}, "title": {"title"},
}

// answerTypes are what kinds of records look like in answers.
var answerTypes = map[don.Type]reflect.Type{don.Contact: reflect.TypeFor[RevUser](), don.Account: reflect.TypeFor[Account](), don.Workspace: reflect.TypeFor[RevOrg](),
	don.Conversation: reflect.TypeFor[Conversation](), don.Ticket: reflect.TypeFor[Work](), don.Opportunity: reflect.TypeFor[Work]()}

// shownAs returns the fields of answers that a column stands for, none for one
// that no record of the kind has. Custom fields stand for themselves.
func shownAs(leaf don.Type, column string) []string {
	if strings.Contains(column, "__") {
		return []string{column}
	}
	names, other := columnFields[column]
	if !other {
		names = []string{column}
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !hasField(answerTypes[leaf], name) })
}

func hasField(t reflect.Type, name string) bool {
	return slices.ContainsFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return tag == name
	})
}

// columns reads which fields of the records are wanted. Errors: invalid for what
// no record of the kind has.
func (d DirectoryDeps) columns(ctx context.Context, c call, leaf don.Type, names []string) (columns, error) {
	if len(names) == 0 {
		return nil, nil
	}
	absent, err := d.Service.NoFields(ctx, c.Scope, leaf, slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.Contains(n, "__") }))
	if err != nil {
		return nil, err
	}
	out := columns{}
	for _, name := range alwaysShown {
		out[name] = true
	}
	for i, name := range names {
		fields := shownAs(leaf, name)
		if len(fields) == 0 || slices.Contains(absent, name) {
			return nil, errs.NotPermitted(element("columns", i), "%q is no field of %s; give names as filters have them, such as name or a custom field", name, vistaKind(leaf))
		}
		for _, f := range fields {
			f, _, _ = strings.Cut(f, ".") // a composite is shown as a whole
			out[f] = true
		}
	}
	return out, nil
}

// unnamed are the references that need not be looked up.
func (c columns) unnamed() directory.Refs {
	if c == nil {
		return directory.Refs{}
	}
	return directory.Refs{
		CreatedBy: !c["created_by"], ModifiedBy: !c["modified_by"], Owners: !c["owned_by"], Tags: !c["tags"],
		Picture: !c["display_picture"], Places: !c["rev_org"] && !c["account"] && !c["parent"],
	}
}

// chosen is a record of which an answer has some fields alone.
type chosen[T any] struct {
	record T
	only   columns
}

// chosenOf cuts records to columns.
func chosenOf[T any](records []T, only columns) []chosen[T] {
	out := make([]chosen[T], len(records))
	for i, r := range records {
		out[i] = chosen[T]{r, only}
	}
	return out
}

// MarshalJSON returns the record, cut to its columns.
func (c chosen[T]) MarshalJSON() ([]byte, error) {
	text, err := json.Marshal(c.record)
	if err != nil || c.only == nil {
		return text, err
	}
	var fields, custom map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	if values, some := fields[customFields]; some && !c.only[customFields] {
		if err := json.Unmarshal(values, &custom); err != nil {
			return nil, err
		}
	}
	absent := func(name string, _ json.RawMessage) bool { return !c.only[name] }
	maps.DeleteFunc(fields, absent)
	maps.DeleteFunc(custom, absent)
	if len(custom) > 0 {
		if fields[customFields], err = json.Marshal(custom); err != nil {
			return nil, err
		}
	}
	return json.Marshal(fields)
}

// Schema describes the record, of which only what is always shown can be relied on.
func (chosen[T]) Schema(r huma.Registry) *huma.Schema {
	t := reflect.TypeFor[T]()
	name := "Chosen" + t.Name()
	if r.Map()[name] == nil {
		s := *r.Schema(t, false, "")
		s.Required = slices.DeleteFunc(slices.Clone(s.Required), func(f string) bool { return !slices.Contains(alwaysShown, f) })
		r.Map()[name] = &s
	}
	return &huma.Schema{Ref: schemaPrefix + name}
}
