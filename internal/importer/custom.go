package importer

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/importer/sheet"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
)

// customDraft is what a row says of custom fields.
type customDraft struct {
	custom  string // JSON of the values of a new record, defaults with them
	given   string // the names of those that the row has, joined by commas
	subtype string
	values  schema.Values // as custom, while the row is validated
}

// all returns the values of a new record.
func (d *customDraft) all() schema.Values {
	if d.custom == "" {
		return nil
	}
	var v schema.Values
	if err := json.Unmarshal([]byte(d.custom), &v); err != nil {
		panic(err) // it was made by Pack
	}
	return v
}

// change returns what the row asks of a record that is there.
func (d *customDraft) change() schema.Change {
	c := schema.Change{Given: map[string]any{}, Spec: schema.Spec{Tenant: true, Subtype: d.subtype}}
	all := d.all()
	for _, name := range strings.FieldsFunc(d.given, func(r rune) bool { return r == ',' }) {
		c.Given[name], _ = all.At(name)
		if app := schema.AppOf(name); app != "" && !slices.Contains(c.Spec.Apps, app) {
			c.Spec.Apps = append(c.Spec.Apps, app)
		}
	}
	return c
}

// over puts what the row has over a record's values.
func (d *customDraft) over(values *schema.Values, subtype *string) {
	change := d.change()
	if d.subtype != "" {
		*subtype = d.subtype
	}
	for name, x := range change.Given {
		*values = values.With(name, x)
	}
}

// customColumns are the columns of custom fields.
type customColumns struct {
	set     *schema.Set
	fields  []schema.Named
	first   int  // the field number of the first of them
	subtype int  // of the subtype's column, -1 for none
	needs   bool // whether anything is required
	env     schema.Env
}

// Schema returns the custom fields of a kind of record.
func (s *Service) Schema(ctx context.Context, sc org.Scope, t don.Type) (set *schema.Set, err error) {
	err = s.DB.Read(ctx, sc, func(tx Tx) error {
		all, err := tx.Fragments(ctx, t)
		set = schema.NewSet(t, all)
		return err
	})
	return set, err
}

// newCustomColumns finds the custom fields among an import's fields, of which
// they are the last.
func newCustomColumns(set *schema.Set, fields []sheet.Field, space don.Space) *customColumns {
	c := &customColumns{set: set, fields: set.Columns(), subtype: -1, env: contact.SchemaEnv(space)}
	c.first = len(fields) - len(c.fields)
	if len(set.Subtypes) > 0 {
		c.subtype = c.first - 1
	}
	for _, f := range set.All() {
		c.needs = c.needs || slices.ContainsFunc(f.Fields, func(x schema.Field) bool { return x.Required || x.RequiresMembers() })
	}
	return c
}

// custom reads the cells of custom fields.
func (c *check) custom(d *customDraft) {
	cols := c.t.custom
	if cols == nil || len(cols.fields) == 0 && cols.subtype < 0 {
		return
	}
	before := len(c.problems)
	change := schema.Change{Given: map[string]any{}, Spec: schema.Spec{Tenant: true, Required: !c.t.update, Partial: c.t.update}}
	if cols.subtype >= 0 {
		change.Spec.Subtype = strings.TrimSpace(c.t.cell(c.row, cols.subtype))
	}
	for i, f := range cols.fields {
		cell := strings.TrimSpace(c.t.cell(c.row, cols.first+i))
		if cell == "" {
			if c.t.fields[cols.first+i].Required && !c.t.update {
				c.missing(cols.first + i)
			}
			continue
		}
		value, err := f.Check("custom_fields."+f.Name, f.FromText(cell, sheet.SplitArray), cols.env)
		if err != nil {
			c.invalid(cols.first+i, cell, InvalidValue, err)
			continue
		}
		change.Given[f.Name] = value
		if app := schema.AppOf(f.Name); app != "" && !slices.Contains(change.Spec.Apps, app) {
			change.Spec.Apps = append(change.Spec.Apps, app)
		}
	}
	if len(c.problems) > before {
		return // the rest would only follow from these
	}
	made, err := cols.set.Apply(schema.Record{}, change, true, cols.env)
	if err != nil {
		c.problems = append(c.problems, cols.problem(err))
		return
	}
	d.values, d.custom, d.subtype = made.Values, made.Values.Pack(), made.Subtype
	d.given = strings.Join(slices.Sorted(maps.Keys(change.Given)), ",")
}

// lacks returns what a valid row lacks to become a new record, nil for nothing.
func (cols *customColumns) lacks(d *customDraft) *Problem {
	if cols == nil || !cols.needs {
		return nil
	}
	change := d.change()
	change.Spec.Required = true
	if _, err := cols.set.Apply(schema.Record{}, change, true, cols.env); err != nil {
		p := cols.problem(err)
		return &p
	}
	return nil
}

// refuses returns why a row cannot change a record that is there, nil when it can.
func (cols *customColumns) refuses(d *draft, values schema.Values, subtype string) *Problem {
	change := d.change()
	if len(change.Given) == 0 && d.subtype == "" {
		return nil
	}
	if _, err := cols.set.Apply(schema.Record{Values: values, Subtype: subtype}, change, false, cols.env); err != nil {
		p := cols.problem(err)
		return &p
	}
	return nil
}

// problem tells an error about a custom field as a row's.
func (cols *customColumns) problem(err error) Problem {
	e := errs.As(err)
	if e == nil {
		return Problem{Code: InvalidValue, Message: "its custom fields could not be checked"}
	}
	p := Problem{Column: strings.TrimPrefix(e.Field, "custom_fields."), Code: InvalidValue, Message: e.Message}
	switch {
	case e.Field == "custom_schema_spec.subtype":
		p.Column = subtypeColumn
	case e.Details["subtype"] == "field_required":
		p.Code = MissingRequired
	}
	return p
}
