package importer

import (
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/importer/sheet"
)

// A Preset knows the headers of a product's export, so that the file can be
// imported without mapping its columns by hand.
type Preset struct {
	Name     string
	Contacts []PresetField // empty when the product exports no people
	Accounts []PresetField // empty when no source names the columns of its companies
}

// A PresetField says which columns of the export hold one of our fields: the
// first present of Headers, or with Join all of them, or with None no column.
type PresetField struct {
	Field   string
	Join    bool
	None    bool
	Headers []PresetHeader
}

// A PresetHeader is a header of the export and the public page that says so.
type PresetHeader struct {
	Name   string
	Source string // URL
}

// PresetNames returns the names of the presets in alphabetical order.
func PresetNames() []string {
	var names []string
	for _, p := range presets {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return names
}

// ApplyPreset returns fields, made by Fields for the type, with the preset's
// headers before their own aliases. Upper and lower case of name make no
// difference; "" changes nothing. It refuses with errs.Invalid an unknown
// preset, and one that does not have the type.
func ApplyPreset(name string, t don.Type, fields []sheet.Field) ([]sheet.Field, error) {
	if name == "" {
		return fields, nil
	}
	i := slices.IndexFunc(presets, func(p Preset) bool { return strings.EqualFold(p.Name, name) })
	if i < 0 {
		return nil, errs.BadEnum("preset", name, PresetNames())
	}
	columns := presets[i].columns(t)
	if len(columns) == 0 {
		return nil, errs.NotPermitted("preset", "%s has no columns for %s; name them one by one with a mapping", presets[i].Name, plural(t))
	}
	out := slices.Clone(fields)
	for _, c := range columns {
		if f := slices.IndexFunc(out, func(f sheet.Field) bool { return f.Name == c.Field }); f >= 0 {
			out[f] = c.apply(out[f])
		}
	}
	return out, nil
}

func (p Preset) columns(t don.Type) []PresetField {
	if t == don.Account {
		return p.Accounts
	}
	return p.Contacts
}

func plural(t don.Type) string {
	if t == don.Account {
		return "accounts"
	}
	return "contacts"
}

// apply returns f with the preset's headers; what else f goes by comes after.
func (p PresetField) apply(f sheet.Field) sheet.Field {
	if p.None {
		f.Absent = true
		return f
	}
	var names []string
	for _, h := range p.Headers {
		names = append(names, h.Name)
	}
	if p.Join {
		f.Compose = names
		return f
	}
	f.Compose = nil
	f.Aliases = append(names, f.Aliases...)
	return f
}
