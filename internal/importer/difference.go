package importer

import (
	"maps"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/importer/sheet"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// A Difference is what a dry run would change about one record.
type Difference struct {
	Line    int           `json:"line"`
	Record  string        `json:"record" doc:"The display id."`
	Name    string        `json:"display_name"`
	Changes []FieldChange `json:"changes"`
}

// A FieldChange is a field before and after; either may be empty. Values are
// cut after 200 bytes.
type FieldChange struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// MaxDifferences is how many changed records a dry run shows.
const MaxDifferences = 20

// compare notes what a dry run would change about a record.
func (r *run) compare(res *result, p *pending, id don.ID, name string, before, after fields) {
	if !r.imp.Options.DryRun || len(r.imp.Progress.Plan)+len(res.plan) >= MaxDifferences {
		return
	}
	d := Difference{Line: p.entry.line, Record: id.Display(), Name: name}
	was := map[string]string{}
	for _, f := range before {
		was[f.name] = f.value
	}
	for _, f := range after {
		if was[f.name] != f.value {
			d.Changes = append(d.Changes, FieldChange{f.name, cut(was[f.name]), cut(f.value)})
		}
	}
	res.plan = append(res.plan, d)
}

// fields are a record's values as people read them, in the order of an import's
// columns.
type fields []struct{ name, value string }

func contactFields(c *contact.Contact) fields {
	var places []string
	for _, a := range c.Associations {
		places = append(places, don.Of(a.Type, a.N).Display())
	}
	return fields{
		{"display_name", c.DisplayName},
		{"external_ref", sheet.JoinArray(c.Values(contact.KindRef))},
		{"email", sheet.JoinArray(c.Values(contact.KindEmail))},
		{"phone_numbers", sheet.JoinArray(c.Values(contact.KindPhone))},
		{"full_name", c.FullName},
		{"description", c.Description},
		{"associations", strings.Join(places, ", ")},
		{"tags", tagText(c.Tags)},
		{"owned_by", memberText(c.Owners)},
	}.custom(c.Subtype, c.Custom)
}

// custom adds a subtype and custom values. Imports take none of them off.
func (f fields) custom(subtype string, values schema.Values) fields {
	f = append(f, struct{ name, value string }{subtypeColumn, subtype})
	for _, name := range slices.Sorted(maps.Keys(values)) {
		f = append(f, struct{ name, value string }{name, schema.ToText(values[name], sheet.JoinArray)})
	}
	return f
}

func accountFields(a *account.Account) fields {
	return fields{
		{"display_name", a.DisplayName},
		{"external_refs", sheet.JoinArray(a.Refs)},
		{"domains", sheet.JoinArray(a.Domains)},
		{"websites", sheet.JoinArray(a.Websites)},
		{"description", a.Description},
		{"tier", a.Tier},
		{"tags", tagText(a.Tags)},
		{"owned_by", memberText(a.Owners)},
	}.custom(a.Subtype, a.Custom)
}

func tagText(uses []tag.Use) string {
	var out []string
	for _, u := range uses {
		text := don.Of(don.Tag, u.N).Display()
		if u.Value != "" {
			text += "=" + u.Value
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

func memberText(ns []int64) string {
	var out []string
	for _, n := range ns {
		out = append(out, don.Of(don.Member, n).Display())
	}
	return strings.Join(out, ", ")
}

// maxShown is how much of a value reports show, in bytes.
const maxShown = 200

func cut(value string) string {
	if len(value) > maxShown {
		return strings.ToValidUTF8(value[:maxShown], "") + "…"
	}
	return value
}
