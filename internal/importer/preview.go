package importer

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/importer/sheet"
	"github.com/kith-id/kith/internal/org"
)

// PreviewRows is how many rows a preview shows.
const PreviewRows = 10

// HeadBytes is how much of the beginning of a file is enough for a preview, and
// to tell whether an import can take the file at all.
const HeadBytes = 1 << 20

// Preview says what an import would make of a file, judged by its beginning.
type Preview struct {
	Encoding  string         `json:"encoding" doc:"As far as the beginning of the file shows."`
	Delimiter string         `json:"delimiter"`
	Gzip      bool           `json:"gzip"`
	Header    []string       `json:"header" doc:"The columns of the file, in its order."`
	Fields    []PreviewField `json:"fields" doc:"What an import of this type reads."`
	Ignored   []string       `json:"ignored_columns" doc:"Columns that no field takes; the import goes on without them."`
	Missing   []string       `json:"missing_fields" doc:"Mandatory fields that no column holds; the import would be refused."`
	Presets   []string       `json:"presets" doc:"The presets that there are for this type."`
	Rows      []PreviewRow   `json:"rows" doc:"The first rows, at most 10."`
}

// PreviewField is a field with the columns that fill it.
type PreviewField struct {
	Name     string   `json:"name"`
	Required bool     `json:"required"`
	List     bool     `json:"list" doc:"The cell holds several values, separated by commas."`
	Columns  []string `json:"columns" doc:"The columns that fill it; none when the file has none."`
	Samples  []string `json:"samples" doc:"Its values in the first rows."`
}

// PreviewRow is a row with what is wrong with it, as far as can be told without
// comparing it with others.
type PreviewRow struct {
	Line     int       `json:"line"`
	Cells    []string  `json:"cells"`
	Problems []Problem `json:"problems"`
}

// Preview reads the beginning of a file and returns what an import by the
// options would make of it. It stores nothing. Errors are of kind invalid: no
// table, or options that do not fit it.
func (s *Service) Preview(ctx context.Context, sc org.Scope, t don.Type, file io.Reader, opt Options) (*Preview, error) {
	r := s.rehearsal(ctx, sc, t, opt)
	in, tab, err := r.match(file)
	if err != nil {
		return nil, err
	}
	c := &chunk{}
	for len(c.rows) < PreviewRows && err == nil {
		var row sheet.Row
		if row, err = in.Next(); err == nil {
			row.Cells = slices.Clone(row.Cells)
			c.rows = append(c.rows, row)
		}
	}
	if err != nil && !errors.Is(err, io.EOF) && len(c.rows) == 0 {
		return nil, err
	}
	look := newLookups(s.DB, sc)
	if err := look.prepare(ctx, tab, c.rows); err != nil {
		return nil, err
	}
	fileInfo(&r.imp.Progress, in.Info())
	return tab.preview(&r.imp.Progress, c.rows, look), nil
}

// Check returns the error by which an import would refuse a file, judged by its
// beginning, or nil.
func (s *Service) Check(ctx context.Context, sc org.Scope, t don.Type, head io.Reader, opt Options) error {
	_, _, err := s.rehearsal(ctx, sc, t, opt).open(head)
	return err
}

// rehearsal is a run that never starts.
func (s *Service) rehearsal(ctx context.Context, sc org.Scope, t don.Type, opt Options) *run {
	return &run{svc: s, ctx: ctx, scope: sc, imp: &Import{Type: t, Options: opt}}
}

func (t *table) preview(p *Progress, rows []sheet.Row, known known) *Preview {
	out := &Preview{
		Encoding: p.Encoding, Delimiter: p.Delimiter, Gzip: p.Gzip, Header: t.header, Presets: presetsFor(t.kind),
		Ignored: append([]string{}, p.Ignored...), Missing: append([]string{}, t.missing()...),
		Rows: []PreviewRow{},
	}
	for i, f := range t.fields {
		field := PreviewField{Name: f.Name, Required: t.required(i), List: f.Array, Columns: []string{}, Samples: []string{}}
		for _, c := range t.mapping.Columns[i] {
			field.Columns = append(field.Columns, t.header[c])
		}
		for _, row := range rows {
			if len(field.Columns) > 0 && row.Err == nil {
				field.Samples = append(field.Samples, t.cell(row, i))
			}
		}
		out.Fields = append(out.Fields, field)
	}
	for _, row := range rows {
		e := t.validate(row, known)
		out.Rows = append(out.Rows, PreviewRow{Line: e.line, Cells: append([]string{}, e.cells...), Problems: append([]Problem{}, e.failure...)})
	}
	return out
}

// required reports whether the import needs a column for the field.
func (t *table) required(field int) bool {
	if t.kind == don.Contact && t.refFrom >= 0 {
		return field == t.refFrom || field != fRef && t.fields[field].Required
	}
	return t.fields[field].Required
}

// ignored returns the columns of the file that no field takes, without those
// that Kith itself adds to its exports and reports.
func (t *table) ignored() []string {
	own := append(slices.Clone(reportColumns), ExportColumns(t.kind)...)
	var out []string
	for _, c := range t.mapping.Unknown {
		if c.Header != "" && !slices.Contains(own, c.Header) {
			out = append(out, c.Header)
		}
	}
	return out
}

func presetsFor(t don.Type) []string {
	names := []string{}
	for _, p := range presets {
		if len(p.columns(t)) > 0 {
			names = append(names, p.Name)
		}
	}
	slices.Sort(names)
	return names
}
