package httpapi

import (
	"strconv"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// given turns a field into what package directory takes: nil when absent, the
// zero value when null.
func given[T any](o wire.Opt[T]) *T {
	if !o.Set {
		return nil
	}
	return &o.Value
}

func element(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }

// setTag is a tag to put on a record.
type setTag struct {
	ID    string `json:"id" required:"true" format:"id" doc:"The tag."`
	Value string `json:"value" maxLength:"64" doc:"One of the tag's allowed values."`
}

// links are the fields by which contacts, accounts and workspaces refer to
// members and tags.
type recordLinks struct {
	OwnedBy wire.Opt[[]string] `json:"owned_by" doc:"The members who look after the record. Replaces the list."`
	Tags    wire.Opt[[]setTag] `json:"tags" doc:"The record's tags. Replaces the list."`
}

func (l recordLinks) read(c call) (owners *[]int64, tags *[]tag.Use, err error) {
	if l.OwnedBy.Set {
		ns, err := c.numbers("owned_by", l.OwnedBy.Value, don.Member)
		if err != nil {
			return nil, nil, err
		}
		owners = &ns
	}
	if l.Tags.Set {
		uses, err := c.tagUses("tags", l.Tags.Value)
		if err != nil {
			return nil, nil, err
		}
		tags = &uses
	}
	return owners, tags, nil
}

// tagUses reads tags that a record shall have.
func (c call) tagUses(field string, tags []setTag) ([]tag.Use, error) {
	uses := make([]tag.Use, len(tags))
	for i, t := range tags {
		id, err := c.reference(element(field, i)+".id", t.ID, don.Tag)
		if err != nil {
			return nil, err
		}
		uses[i] = tag.Use{N: id.N, Value: t.Value}
	}
	return uses, nil
}

// setList replaces a list in an update.
type setList struct {
	Set wire.Opt[[]string] `json:"set" doc:"The whole new list."`
}

// list returns the new list, nil when none was given.
func (l setList) list() *[]string { return given(l.Set) }

// schemaSpec names the schemas of custom fields.
type schemaSpec struct {
	TenantFragment *bool      `json:"tenant_fragment" doc:"The org's own fields."`
	Subtype        string     `json:"subtype" maxLength:"64" doc:"The record's subtype, which it gets with this request if it has another; its fields begin with ctype__."`
	Apps           []string   `json:"apps" maxItems:"20" doc:"Apps; their fields begin with app_<app>__."`
	Drop           schemaDrop `json:"drop" doc:"Takes the subtype or apps off the record, with their values."`
	Validate       *bool      `json:"validate_required_fields" doc:"Whether required custom fields must have values."`
}

type schemaDrop struct {
	Subtype bool     `json:"subtype"`
	Apps    []string `json:"apps"`
}

// extras are a record's custom values.
type extras struct {
	CustomFields map[string]any `json:"custom_fields" doc:"Values of custom fields by name, such as tnt__plan; null takes one off, others stay."`
	SchemaSpec   schemaSpec     `json:"custom_schema_spec" doc:"Which schemas the custom fields belong to."`
}

// change returns what shall become of custom values, nil for nothing.
func (e extras) change(c call, field string, fragments []string) (*schema.Change, error) {
	out := &schema.Change{Given: e.CustomFields, Spec: schema.Spec{
		Tenant: e.SchemaSpec.TenantFragment != nil && *e.SchemaSpec.TenantFragment, Subtype: e.SchemaSpec.Subtype, Apps: e.SchemaSpec.Apps,
		DropSubtype: e.SchemaSpec.Drop.Subtype, DropApps: e.SchemaSpec.Drop.Apps, Required: e.SchemaSpec.Validate != nil && *e.SchemaSpec.Validate,
	}}
	for i, text := range fragments {
		id, err := c.Scope.Space.Parse(element(field, i), text, don.TenantFragment)
		if err != nil {
			return nil, errs.Customization(element(field, i), "fragment_not_found", "%q is not the org's own fragment; name subtypes and apps in custom_schema_spec", text)
		}
		out.Spec.Tenant = out.Spec.Tenant || id.N > 0
	}
	if out.Empty() {
		return nil, nil
	}
	return out, nil
}

// noFiles refuses files on records that have none of their own.
func noFiles(field string, ids ...string) error {
	for _, id := range ids {
		if id != "" {
			return errs.NotPermitted(field, "files hang on comments and on tickets and opportunities; leave %q out", id)
		}
	}
	return nil
}

// first returns the first error of several checks.
func first(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}
