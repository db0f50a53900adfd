package sheet

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/kith-id/kith/internal/errs"
)

// A Field is a column that a table may have.
type Field struct {
	Name     string
	Aliases  []string // other headers it goes by, the best first
	Compose  []string // headers that together make its value, before Aliases
	Required bool
	Array    bool // its cells are lists (SplitArray)
	Absent   bool // only an override gives it a column
}

// A Column is a column of the table; Index counts from 0.
type Column struct {
	Index  int
	Header string
}

// A Mapping says which columns hold the values of which fields. Columns has an
// entry for each field, in the order given: no index when the table lacks the
// field, several when columns are joined.
type Mapping struct {
	Columns [][]int
	Unknown []Column // columns that no field takes
	Missing []string // required fields without a column
	array   []bool
}

// Has reports whether the table has a column for the field.
func (m Mapping) Has(field int) bool { return len(m.Columns[field]) > 0 }

// Cell returns the value of a field in a row, "" when the table or a short row
// lacks it. Of several columns it joins those that are not blank, with a space,
// or with a comma when the field is an array.
func (m Mapping) Cell(row Row, field int) string {
	columns := m.Columns[field]
	if len(columns) == 1 {
		return cellAt(row, columns[0])
	}
	var parts []string
	for _, c := range columns {
		if v := strings.TrimSpace(cellAt(row, c)); v != "" {
			parts = append(parts, v)
		}
	}
	if m.array[field] {
		return strings.Join(parts, ", ")
	}
	return strings.Join(parts, " ")
}

func cellAt(row Row, column int) string {
	if column >= len(row.Cells) {
		return ""
	}
	return row.Cells[column]
}

// MatchHeaders finds the column of each field. Upper and lower case, spaces and
// punctuation make no difference: "External Ref", "external_ref" and
// "externalRef" are one. A field takes the column of its name, else all those
// present of Compose, else the first present of Aliases. overrides, by field
// name, names the column to take instead, or several with " + " between them,
// or none with "".
//
// It refuses with errs.Invalid two columns that are the same field, and
// overrides that name a field or a column that does not exist.
func MatchHeaders(headers []string, fields []Field, overrides map[string]string) (Mapping, error) {
	m := matcher{headers: headers, byKey: map[string][]int{}, taken: map[int]string{}, shared: map[int]bool{}}
	for i, h := range headers {
		if k := headerKey(h); k != "" {
			m.byKey[k] = append(m.byKey[k], i)
		}
	}
	out := Mapping{Columns: make([][]int, len(fields)), array: make([]bool, len(fields))}
	for i, f := range fields {
		out.array[i] = f.Array
	}
	if err := m.override(out, fields, overrides); err != nil {
		return Mapping{}, err
	}
	if err := m.match(out, fields, overrides); err != nil {
		return Mapping{}, err
	}
	for i, f := range fields {
		if f.Required && !out.Has(i) {
			out.Missing = append(out.Missing, f.Name)
		}
	}
	for i, h := range headers {
		if m.taken[i] == "" {
			out.Unknown = append(out.Unknown, Column{i, h})
		}
	}
	return out, nil
}

type matcher struct {
	headers []string
	byKey   map[string][]int
	taken   map[int]string // field name by column
	shared  map[int]bool   // columns taken by composition
}

// override applies the mapping the caller asks for.
func (m *matcher) override(out Mapping, fields []Field, overrides map[string]string) error {
	for _, name := range sortedKeys(overrides) {
		i := slices.IndexFunc(fields, func(f Field) bool { return headerKey(f.Name) == headerKey(name) })
		if i < 0 {
			return errs.NotPermitted("map", "there is no field %q; fields are %s", name, fieldNames(fields))
		}
		if strings.TrimSpace(overrides[name]) == "" {
			continue
		}
		columns, err := m.columns(overrides[name])
		if err != nil {
			return err
		}
		out.Columns[i] = columns
		m.take(columns, fields[i].Name)
	}
	return nil
}

// columns finds the columns that an override names.
func (m *matcher) columns(spec string) ([]int, error) {
	parts := strings.Split(spec, " + ")
	if m.find(spec) != nil {
		parts = []string{spec}
	}
	var columns []int
	for _, p := range parts {
		found := m.find(p)
		switch len(found) {
		case 0:
			return nil, errs.NotPermitted("map", "there is no column %q; columns are %s", p, Names(m.headers))
		case 1:
			columns = append(columns, found[0])
		default:
			return nil, m.duplicate(p, found)
		}
	}
	return columns, nil
}

// find returns the columns with a header, exactly if there are any, else by
// key.
func (m *matcher) find(header string) []int {
	var exact []int
	for i, h := range m.headers {
		if h == header {
			exact = append(exact, i)
		}
	}
	if exact != nil {
		return exact
	}
	return m.byKey[headerKey(header)]
}

// match finds columns for the fields that have none yet: first those of the
// fields' own names, so that no alias takes them.
func (m *matcher) match(out Mapping, fields []Field, overrides map[string]string) error {
	steps := []func(Field) ([]int, error){m.byName, m.composed, m.aliased}
	for _, step := range steps {
		for i, f := range fields {
			if f.Absent || out.Has(i) || isOverridden(overrides, f.Name) {
				continue
			}
			columns, err := step(f)
			if err != nil {
				return err
			}
			out.Columns[i] = columns
			m.take(columns, f.Name)
		}
	}
	return nil
}

func (m *matcher) byName(f Field) ([]int, error) { return m.untaken(f.Name, nil) }

// composed allows several fields to be made of the same columns.
func (m *matcher) composed(f Field) ([]int, error) {
	var all []int
	for _, h := range f.Compose {
		columns, err := m.untaken(h, m.shared)
		if err != nil {
			return nil, err
		}
		all = append(all, columns...)
	}
	for _, c := range all {
		m.shared[c] = true
	}
	return all, nil
}

func (m *matcher) aliased(f Field) ([]int, error) {
	for _, a := range f.Aliases {
		if columns, err := m.untaken(a, nil); err != nil || columns != nil {
			return columns, err
		}
	}
	return nil, nil
}

// untaken returns the one column with the header that no field has taken, or
// nil; columns in shared count as free.
func (m *matcher) untaken(header string, shared map[int]bool) ([]int, error) {
	var columns []int
	for _, c := range m.byKey[headerKey(header)] {
		if m.taken[c] == "" || shared[c] {
			columns = append(columns, c)
		}
	}
	if len(columns) > 1 {
		return nil, m.duplicate(header, columns)
	}
	return columns, nil
}

func (m *matcher) take(columns []int, field string) {
	for _, c := range columns {
		m.taken[c] = field
	}
}

func (m *matcher) duplicate(header string, columns []int) error {
	a, b := columns[0], columns[1]
	return errs.BadRequest("columns %d (%q) and %d (%q) are both %q; rename or remove one", a+1, m.headers[a], b+1, m.headers[b], header)
}

// headerKey reduces a header to its letters and digits in lower case.
func headerKey(header string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, header)
}

func isOverridden(overrides map[string]string, field string) bool {
	for name := range overrides {
		if headerKey(name) == headerKey(field) {
			return true
		}
	}
	return false
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func fieldNames(fields []Field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}

// What Names shows of a header.
const (
	shownNames = 40
	shownBytes = 60 // of each
)

// Names lists column names for a message, the first of them when they are many.
func Names(headers []string) string {
	var quoted []string
	for _, h := range headers[:min(len(headers), shownNames)] {
		if len(h) > shownBytes {
			h = strings.ToValidUTF8(h[:shownBytes], "") + "…"
		}
		quoted = append(quoted, fmt.Sprintf("%q", h))
	}
	if more := len(headers) - len(quoted); more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(quoted, ", ")
}
