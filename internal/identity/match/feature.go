package match

import (
	"math"
	"strings"
)

// A feature is something coarse that copies of one record usually share. It
// gives a row no, one or several keys.
type feature struct {
	name   string
	fields []int
	keys   func(row int, emit func(uint64))
	chance float64 // that two random rows share a key
	filled float64 // share of rows with a key
}

// features returns what records can be blocked by.
func (fr *frame) features() []*feature {
	var out []*feature
	var names []int
	for i, f := range fr.fields {
		if f.role == GivenName || f.role == Surname {
			names = append(names, i)
		}
		out = append(out, fr.ofField(i, f)...)
	}
	if len(names) > 0 {
		out = append(out, fr.ofNames(names))
	}
	return out
}

func (fr *frame) ofField(i int, f *field) []*feature {
	exact := &feature{name: f.name, fields: []int{i}, keys: func(row int, emit func(uint64)) {
		if v := f.rows[row]; v != 0 {
			for _, p := range f.parts(v) {
				emit(hash(f.text(p)))
			}
		}
	}}
	switch f.role {
	case GivenName, MiddleName, Surname, Place, Address, Company, Text:
		exact.keys = f.soundKeys
		return []*feature{exact}
	case Phone:
		exact.keys = f.phoneKeys
		return []*feature{exact}
	case Email:
		local := &feature{name: f.name + " (mailbox)", fields: []int{i}, keys: f.mailboxKeys}
		return []*feature{exact, local}
	case Date, BirthDate:
		part := &feature{name: f.name + " (day and month)", fields: []int{i}, keys: f.dayKeys}
		return []*feature{exact, part}
	default:
		return []*feature{exact}
	}
}

// soundKeys emits how a value sounds, all of its words together.
func (f *field) soundKeys(row int, emit func(uint64)) {
	v := f.rows[row]
	if v == 0 {
		return
	}
	for _, p := range f.parts(v) {
		text := f.text(p)
		if countDigits(text) > 0 {
			emit(hash(text))
			continue
		}
		if s := sound(strings.ReplaceAll(text, " ", "")); s != "" {
			emit(hash(s))
		}
	}
}

func (f *field) phoneKeys(row int, emit func(uint64)) {
	v := f.rows[row]
	if v == 0 {
		return
	}
	for _, p := range f.parts(v) {
		text := f.text(p)
		emit(hash(text[max(0, len(text)-7):]))
	}
}

func (f *field) mailboxKeys(row int, emit func(uint64)) {
	v := f.rows[row]
	if v == 0 {
		return
	}
	for _, p := range f.parts(v) {
		local, _, _ := strings.Cut(f.text(p), "@")
		if len(local) >= 4 && !roleMailbox[local] {
			emit(hash(local))
		}
	}
}

// dayKeys emits the day and month in either order: the year, or their order,
// may be wrong.
func (f *field) dayKeys(row int, emit func(uint64)) {
	v := f.rows[row]
	if v == 0 {
		return
	}
	if s := f.text(f.parts(v)[0]); len(s) == 8 {
		a, b := s[4:6], s[6:]
		if a > b {
			a, b = b, a
		}
		emit(hash(a + b))
	}
}

// ofNames returns the sounds of all names of a row, whichever column they
// stand in.
func (fr *frame) ofNames(names []int) *feature {
	return &feature{name: "any name", fields: names, keys: func(row int, emit func(uint64)) {
		for _, i := range names {
			f := fr.fields[i]
			if v := f.rows[row]; v != 0 {
				for _, word := range strings.Fields(f.text(f.parts(v)[0])) {
					if s := sound(word); len(s) > 0 && len(word) > 1 {
						emit(hash(s))
					}
				}
			}
		}
	}}
}

// measured is how many rows are looked at to tell how selective a feature is.
const measured = 100_000

// measure estimates how often two random rows share a key.
func (x *feature) measure(rows int) {
	counts := map[uint64]int32{}
	step := max(1, rows/measured)
	looked, filled := 0, 0
	for row := 0; row < rows; row += step {
		any := false
		looked++
		x.keys(row, func(k uint64) { counts[k]++; any = true })
		if any {
			filled++
		}
	}
	x.filled = float64(filled) / math.Max(float64(looked), 1)
	sum := 0.0
	for _, c := range counts {
		sum += float64(c) * float64(c-1)
	}
	x.chance = sum / math.Max(float64(looked)*float64(looked-1), 1)
}
