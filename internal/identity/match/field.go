package match

import (
	"math"
	"strings"
)

// A field is what one or several columns say about the records, ready to be
// compared. Value 0 is the empty one.
type field struct {
	name    string
	columns []int
	role    Role
	kind    *kind
	order   dateOrder
	part    part
	area    bool // a code of a town or house

	values interner
	rows   []uint32            // value by row
	multi  map[uint32][]uint32 // the values in a value that holds several
	share  []float32           // of the filled cells that hold the value
	filled int

	traits  []trait   // by value, of names
	numbers []float64 // by value, of quantities
	spread  float64   // their standard deviation
	words   *words    // of values that are compared word by word
}

// words are the words of a field's values.
type words struct {
	vocabulary interner
	ends       []uint32 // of each value in list
	list       []uint32
	weight     []float32 // bits that a word is worth, by word
	traits     []trait   // by word
}

// maxWords bounds the words of one value that are compared.
const maxWords = 48

func (w *words) of(value uint32) []uint32 {
	start := uint32(0)
	if value > 0 {
		start = w.ends[value-1]
	}
	return w.list[start:w.ends[value]]
}

// newField fills a field from its columns of a table; incremental lets it grow.
func newField(t *Table, f *field, incremental bool) *field {
	f.kind = kinds[f.role]
	f.area = isArea(f.name)
	f.values.add("")
	f.rows = make([]uint32, t.Len())
	if len(f.columns) == 1 {
		f.fillOne(t, f.columns[0])
	} else {
		f.fillSeveral(t)
	}
	f.count()
	if f.kind.byWords {
		f.splitWords()
	}
	if !incremental {
		f.freeze()
	}
	if f.role == GivenName || f.role == MiddleName || f.role == Surname {
		f.traits = f.values.traits()
	}
	if f.role == Number {
		f.readNumbers()
	}
	return f
}

// fillOne normalises each distinct value of a column once.
func (f *field) fillOne(t *Table, column int) {
	cells := &t.cells[column]
	normal := make([]uint32, cells.len())
	for n := range normal {
		normal[n] = f.value(cells.string(uint32(n)))
	}
	for row, n := range t.rows[column] {
		f.rows[row] = normal[n]
	}
}

// fillSeveral joins what a row has in several columns.
func (f *field) fillSeveral(t *Table) {
	for row := range f.rows {
		f.rows[row] = f.value(f.raw(t, row))
	}
}

// raw returns what the table holds for a row.
func (f *field) raw(t *Table, row int) string {
	if len(f.columns) == 1 {
		return t.Cell(row, f.columns[0])
	}
	if f.role == BirthDate {
		return joinDate(t.Cell(row, f.columns[0]), t.Cell(row, f.columns[1]), t.Cell(row, f.columns[2]))
	}
	var parts []string
	for _, c := range f.columns {
		if s := t.Cell(row, c); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, separator)
}

// value returns the number of what a raw cell holds.
func (f *field) value(raw string) uint32 {
	if !strings.Contains(raw, separator) {
		return f.values.add(f.normal(raw))
	}
	var parts []uint32
	var texts []string
	for _, p := range strings.Split(raw, separator) {
		if s := f.normal(p); s != "" {
			texts = append(texts, s)
			parts = append(parts, f.values.add(s))
		}
	}
	switch len(parts) {
	case 0:
		return 0
	case 1:
		return parts[0]
	}
	n := f.values.add(strings.Join(texts, separator))
	if f.multi == nil {
		f.multi = map[uint32][]uint32{}
	}
	f.multi[n] = parts
	return n
}

// normal returns the form in which one value is compared, "" for a blank one.
func (f *field) normal(raw string) string {
	if raw == "" {
		return ""
	}
	var s string
	switch f.role {
	case Email:
		s = foldEmail(raw)
	case Phone:
		return foldPhone(raw)
	case Date, BirthDate:
		return foldDate(raw, f.order)
	case Code:
		s = code(raw)
	case URL:
		s = foldURL(raw)
	case Address:
		s = mapWords(fold(raw), addressWords, addressNoise)
	case Place:
		s = mapWords(fold(raw), placeWords, nil)
	case Company:
		s = mapWords(fold(raw), nil, legalForms)
	case GivenName, MiddleName, Surname:
		if f.part != "" {
			s = f.part.of(raw)
		} else {
			s = cleanName(raw)
		}
	case Number:
		if v, ok, _ := parseNumber(raw); ok {
			return trimFloat(v)
		}
		return ""
	default:
		s = fold(raw)
	}
	if len(s) < 16 && blank(s) {
		return ""
	}
	return s
}

// count finds how common each value is.
func (f *field) count() {
	f.share = make([]float32, f.values.len())
	f.filled = 0
	for _, v := range f.rows {
		if v != 0 {
			f.filled++
			for _, p := range f.parts(v) {
				f.share[p]++
			}
		}
	}
	for v := range f.share {
		f.share[v] /= float32(max(f.filled, 1))
	}
}

// parts returns the single values of a value.
func (f *field) parts(v uint32) []uint32 {
	if parts, ok := f.multi[v]; ok {
		return parts
	}
	return []uint32{v}
}

// splitWords makes the vocabulary; a word weighs by how few values have it.
func (f *field) splitWords() {
	w := &words{ends: make([]uint32, f.values.len())}
	var rows []float32 // rows with the word
	for v := range uint32(f.values.len()) {
		if _, several := f.multi[v]; !several {
			w.split(f.values.view(v), func(n uint32) {
				if int(n) == len(rows) {
					rows = append(rows, 0)
				}
				rows[n] += max(f.share[v]*float32(f.filled), 1)
			})
		}
		w.ends[v] = uint32(len(w.list))
	}
	w.weight = rows
	for n, c := range rows {
		w.weight[n] = float32(math.Log2(1 + float64(f.filled)/math.Max(float64(c), 1)))
	}
	w.traits = w.vocabulary.traits()
	f.words = w
}

// split appends the words of a text to the list.
func (w *words) split(text string, each func(word uint32)) {
	for i, word := range strings.Fields(text) {
		if i == maxWords {
			break
		}
		n := w.vocabulary.add(word)
		w.list = append(w.list, n)
		each(n)
	}
}

// freeze gives back the memory that only new values need.
func (f *field) freeze() {
	f.values.slots = nil
	if f.words != nil {
		f.words.vocabulary.slots = nil
	}
}

// traits returns the traits of all texts.
func (t *interner) traits() []trait {
	out := make([]trait, t.len())
	for n := range out {
		out[n] = traitOf(t.view(uint32(n)))
	}
	return out
}

func (f *field) readNumbers() {
	f.numbers = make([]float64, f.values.len())
	for v := range f.numbers {
		f.numbers[v], _, _ = parseNumber(f.values.string(uint32(v)))
	}
	sum, squares := 0.0, 0.0
	for v := 1; v < len(f.numbers); v++ {
		sum += f.numbers[v] * float64(f.share[v])
		squares += f.numbers[v] * f.numbers[v] * float64(f.share[v])
	}
	f.spread = math.Sqrt(math.Max(squares-sum*sum, 0))
}

// text returns a value as a view.
func (f *field) text(v uint32) string { return f.values.view(v) }
