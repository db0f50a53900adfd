package httpapi

import (
	"maps"
	"slices"
	"strconv"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
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
		uses := make([]tag.Use, len(l.Tags.Value))
		for i, t := range l.Tags.Value {
			id, err := c.reference(element("tags", i)+".id", t.ID, don.Tag)
			if err != nil {
				return nil, nil, err
			}
			uses[i] = tag.Use{N: id.N, Value: t.Value}
		}
		tags = &uses
	}
	return owners, tags, nil
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
	Subtype        string     `json:"subtype" doc:"A subtype; there are none in this release."`
	Apps           []string   `json:"apps" doc:"Apps; there are none in this release."`
	Drop           schemaDrop `json:"drop" doc:"What to drop."`
	Validate       *bool      `json:"validate_required_fields" doc:"Whether required custom fields must be given."`
}

type schemaDrop struct {
	Subtype bool     `json:"subtype"`
	Apps    []string `json:"apps"`
}

// extras are fields of DevRev's API for what Kith does not have yet. They may
// be given empty; a value is refused by name rather than lost.
type extras struct {
	CustomFields map[string]any `json:"custom_fields" doc:"Custom fields; the org has none in this release."`
	SchemaSpec   schemaSpec     `json:"custom_schema_spec" doc:"Which schemas the custom fields belong to."`
}

func (e extras) check() error {
	for _, name := range slices.Sorted(maps.Keys(e.CustomFields)) {
		return noSuchField("custom_fields."+name, "field_not_in_schema", "this org has no custom field %q; custom fields are not supported yet", name)
	}
	switch {
	case e.SchemaSpec.Subtype != "":
		return noSuchField("custom_schema_spec.subtype", "fragment_not_found", "there is no subtype %q; subtypes are not supported yet", e.SchemaSpec.Subtype)
	case len(e.SchemaSpec.Apps) > 0:
		return noSuchField("custom_schema_spec.apps", "fragment_not_found", "there is no app %q; apps are not supported yet", e.SchemaSpec.Apps[0])
	}
	return nil
}

func noSuchField(field, subtype, reason string, args ...any) error {
	e := errs.New(errs.Invalid, "customization_validation_error", reason, args...)
	e.Field = field
	return e.With("subtype", subtype).With("reason", e.Message)
}

// noFragments refuses the older way of naming schemas.
func noFragments(field string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return noSuchField(field, "fragment_not_found", "there is no schema fragment %q; custom fields are not supported yet", ids[0])
}

// noFiles refuses artifacts.
func noFiles(field string, ids ...string) error {
	for _, id := range ids {
		if id != "" {
			return errs.NotPermitted(field, "files are not supported yet; leave %q out", id)
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
