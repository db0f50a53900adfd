package match

// birthParts are the roles of three columns that hold one birth date.
var birthParts = [3]Role{BirthYear, BirthMonth, BirthDay}

// partWords are the headers of such columns.
var partWords = [3][]string{
	split("by year yyyy yob birthyear byear"),
	split("bm month mon mm mob birthmonth bmonth"),
	split("bd day dd birthday bday"),
}

// partMost are the greatest numbers in them.
var partMost = [3]float64{2999, 12, 31}

// findDateParts finds three neighbouring columns with the year, month and day of
// one date.
func (t *Table) findDateParts(roles []FieldRole) {
	for c := 0; c+2 < len(roles); c++ {
		var at [3]int // column of each part, 1 added
		for i := c; i < c+3; i++ {
			if p := t.datePart(i, roles[i]); p >= 0 {
				at[p] = i + 1
			}
		}
		if at[0] > 0 && at[1] > 0 && at[2] > 0 {
			for p, column := range at {
				roles[column-1].Role = birthParts[p]
			}
			return
		}
	}
}

// datePart returns which part of a date a column holds by header and content,
// -1 for none.
func (t *Table) datePart(column int, f FieldRole) int {
	words := headerWords(f.Column)
	for p, list := range partWords {
		for _, w := range list {
			if words[w] && f.Role != Excluded && t.holdsNumbers(column, partMost[p]) {
				return p
			}
		}
	}
	return -1
}

// holdsNumbers reports whether the filled cells of a column are whole numbers
// from 1 to most.
func (t *Table) holdsNumbers(column int, most float64) bool {
	cells := &t.cells[column]
	filled := 0
	for n := range min(cells.len(), profiled) {
		s := cells.string(uint32(n))
		if blankRaw([]byte(s)) {
			continue
		}
		filled++
		if v, ok, fraction := parseNumber(s); !ok || fraction || v < 1 || v > most {
			return false
		}
	}
	return filled > 1
}

// joinDate writes the parts of a date as one, "" when the year is missing.
func joinDate(year, month, day string) string {
	if year == "" {
		return ""
	}
	return year + "-" + month + "-" + day
}
