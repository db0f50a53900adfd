package match

import (
	"slices"
	"strings"
)

// A profile is what the values of a column look like. Shares are of the filled
// cells that were looked at.
type profile struct {
	rows, filled, distinct int

	email, url, date, year, phone, phonePunct float64
	digits                                    float64 // of all characters
	numeric                                   float64 // cells that are one number
	decimal                                   float64 // cells that are a number with a fraction
	withDigits                                float64 // cells with any digit
	leadingNumber                             float64
	words                                     float64 // on average
	upToFour                                  float64 // cells of at most four words
	named                                     float64 // cells with a usual given name
	old                                       float64 // cells that are a day before 1990
	meanLen                                   float64

	order dateOrder
}

// profiled is how many distinct values of a column are looked at, spread evenly.
const profiled = 5000

// look profiles a column.
func (t *Table) look(column int) profile {
	cells := &t.cells[column]
	counts := make([]uint32, cells.len())
	for _, n := range t.rows[column] {
		counts[n]++
	}
	p := profile{rows: t.Len()}
	for n, c := range counts {
		if !blankRaw(cells.get(uint32(n))) {
			p.filled += int(c)
			p.distinct++
		}
	}
	p.order = t.dateOrder(column)
	step := max(1, cells.len()/profiled)
	weight := 0.0
	for n := 0; n < cells.len(); n += step {
		if s := cells.string(uint32(n)); !blankRaw([]byte(s)) && counts[n] > 0 {
			w := float64(counts[n])
			weight += w
			p.add(firstOf(s), w)
		}
	}
	if weight > 0 {
		p.scale(1 / weight)
	}
	return p
}

func firstOf(s string) string {
	first, _, _ := strings.Cut(s, separator)
	return first
}

func blankRaw(s []byte) bool {
	return len(s) == 0 || len(s) < 16 && blank(fold(string(s)))
}

func (p *profile) add(s string, w float64) {
	count := func(share *float64, is bool) {
		if is {
			*share += w
		}
	}
	digits := countDigits(s)
	words := strings.Fields(s)
	numeric, decimal := isNumber(s)
	at := strings.IndexByte(s, '@')
	count(&p.email, at > 0 && strings.IndexByte(s[at:], '.') > 0 && len(words) == 1)
	count(&p.url, strings.HasPrefix(s, "http") || strings.HasPrefix(s, "www."))
	year, _, _, date := parseDate(s, p.order)
	count(&p.date, date)
	count(&p.old, date && year < 1990)
	count(&p.year, len(s) == 4 && numeric && (s[0] == '1' && s[1] >= '7' || s[0] == '2' && s[1] <= '1'))
	count(&p.phone, digits >= 6 && digits <= 16 && digits*2 >= len(s))
	count(&p.phonePunct, strings.ContainsAny(s, "+()-/ ") && !numeric)
	p.digits += w * float64(digits) / float64(len(s))
	count(&p.numeric, numeric)
	count(&p.decimal, decimal)
	count(&p.withDigits, digits > 0)
	count(&p.leadingNumber, s[0] >= '0' && s[0] <= '9')
	p.words += w * float64(len(words))
	count(&p.upToFour, len(words) <= 4)
	count(&p.named, slices.ContainsFunc(strings.Fields(fold(s)), usualName))
	p.meanLen += w * float64(len(s))
}

func (p *profile) scale(f float64) {
	for _, share := range []*float64{&p.email, &p.url, &p.date, &p.year, &p.phone, &p.phonePunct, &p.digits, &p.numeric, &p.decimal, &p.withDigits,
		&p.leadingNumber, &p.words, &p.upToFour, &p.named, &p.old, &p.meanLen} {
		*share *= f
	}
}

func countDigits(s string) int {
	n := 0
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			n++
		}
	}
	return n
}

// isNumber reports whether a cell is one number, perhaps with a currency sign,
// and whether it has a fraction.
func isNumber(s string) (number, decimal bool) {
	_, ok, fraction := parseNumber(s)
	return ok, fraction
}

// dateOrder finds out how a column writes its days: a number above 12 cannot
// be a month.
func (t *Table) dateOrder(column int) dateOrder {
	cells := &t.cells[column]
	first, second, middle, tail := 0, 0, 0, 0
	for n := 0; n < cells.len(); n += max(1, cells.len()/profiled) {
		parts, _ := dateParts(firstOf(cells.string(uint32(n))))
		switch {
		case len(parts) >= 3 && len(parts[0]) <= 2:
			if small(parts[0]) > 12 {
				first++
			}
			if small(parts[1]) > 12 {
				second++
			}
		case len(parts) == 1 && len(parts[0]) == 8:
			if year := small(parts[0][:4]); year < 1700 || year > 2100 {
				middle++ // the year is not in front
			} else {
				tail++
			}
			if small(parts[0][:2]) > 12 {
				first++
			}
			if small(parts[0][2:4]) > 12 {
				second++
			}
		}
	}
	switch {
	case tail > middle:
		return yearFirst
	case second > first:
		return monthFirst
	}
	return dayFirst
}

func small(digits string) int {
	n := 0
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}
