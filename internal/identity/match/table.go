package match

import (
	"strings"

	"github.com/kith-id/kith/internal/errs"
)

// separator stands between the values of a cell that holds several, such as the
// addresses of a contact.
const separator = "\x1f"

// Several returns one cell that holds several values of a column.
func Several(values ...string) string { return strings.Join(values, separator) }

// A Table holds records column by column, each distinct value once. Add rows,
// then hand it to Train or to Model.Match; it must not change afterwards.
type Table struct {
	columns []string
	cells   []interner
	rows    [][]uint32 // value number by column and row
	source  []uint16   // which file a row came from; nil when all are from one
	sources int
}

// NewTable returns an empty table with the columns.
func NewTable(columns []string) *Table {
	return &Table{columns: columns, cells: make([]interner, len(columns)), rows: make([][]uint32, len(columns)), sources: 1}
}

// MaxSources is how many files one table may be made of.
const MaxSources = 1 << 10

// Len returns the number of rows.
func (t *Table) Len() int {
	if len(t.rows) == 0 {
		return 0
	}
	return len(t.rows[0])
}

// Columns returns the names of the columns.
func (t *Table) Columns() []string { return t.columns }

// Add appends a row; source is the number of the file that it came from, from 0.
// Cells beyond the columns are left out, missing ones are empty. It refuses with
// errs.TooLarge what is more than a column can hold.
func (t *Table) Add(source int, cells []string) error {
	if source < 0 || source >= MaxSources {
		return errs.New(errs.TooLarge, "request_entity_too_large", "at most %d files can be matched together", MaxSources)
	}
	t.addSource(source)
	for i := range t.columns {
		cell := ""
		if i < len(cells) {
			cell = strings.TrimSpace(cells[i])
		}
		if len(t.cells[i].text)+len(cell) > maxInterned {
			return errs.New(errs.TooLarge, "request_entity_too_large", "column %q holds more than %d bytes; leave it out or split the file", t.columns[i], maxInterned)
		}
		t.rows[i] = append(t.rows[i], t.cells[i].add(cell))
	}
	return nil
}

func (t *Table) addSource(source int) {
	if source > 0 && t.source == nil {
		t.source = make([]uint16, t.Len(), 2*t.Len()+1)
	}
	if t.source != nil {
		t.source = append(t.source, uint16(source))
	}
	t.sources = max(t.sources, source+1)
}

// Cell returns a cell as it was given, trimmed.
func (t *Table) Cell(row, column int) string { return t.cells[column].string(t.rows[column][row]) }

// Source returns the number of the file that a row came from.
func (t *Table) Source(row int) int {
	if t.source == nil {
		return 0
	}
	return int(t.source[row])
}

// freeze gives back the memory that only Add needs.
func (t *Table) freeze() {
	for i := range t.cells {
		t.cells[i].slots = nil
	}
}

// pairs returns how many pairs of rows there are, with oneToOne only those of
// different files.
func (t *Table) pairs(oneToOne bool) float64 {
	all := pairsOf(t.Len())
	if !oneToOne {
		return all
	}
	rows := make([]int, t.sources)
	for row := range t.Len() {
		rows[t.Source(row)]++
	}
	for _, n := range rows {
		all -= pairsOf(n)
	}
	return all
}
