package match

import (
	"strconv"
	"strings"
)

// A dateOrder says how a column writes days of which only numbers are given.
type dateOrder uint8

const (
	yearFirst dateOrder = iota
	dayFirst
	monthFirst
)

var dateOrders = [...]string{"year_first", "day_first", "month_first"}

// String returns the name that a model keeps.
func (o dateOrder) String() string { return dateOrders[o] }

// foldDate returns a day as eight digits, year first, or what digits there are
// when it is no day, so that a damaged date can still be near the right one.
func foldDate(s string, order dateOrder) string {
	if y, m, d, ok := parseDate(s, order); ok {
		return eightDigits(y, m, d)
	}
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			out = append(out, s[i])
		}
	}
	if len(out) < 4 {
		return ""
	}
	return string(out[:min(len(out), 8)])
}

func eightDigits(y, m, d int) string {
	n := y*10000 + m*100 + d
	var b [8]byte
	for i := 7; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return string(b[:])
}

// parseDate reads a day in one of the usual forms: 1980-02-01, 19800201,
// 1/2/80, 1. Feb 1980, with or without a time behind it.
func parseDate(s string, order dateOrder) (y, m, d int, ok bool) {
	parts, month := dateParts(s)
	switch {
	case len(parts) == 1 && len(parts[0]) == 8 && month == 0:
		p := parts[0]
		parts = []string{p[:4], p[4:6], p[6:]}
		if order != yearFirst {
			parts = []string{p[:2], p[2:4], p[4:]}
		}
	case len(parts) >= 2 && month > 0:
		parts, order = withMonth(parts, month), dayFirst
	}
	if len(parts) < 3 || len(parts) > 6 {
		return 0, 0, 0, false
	}
	var n [3]int
	for i := range n {
		v, err := strconv.Atoi(parts[i])
		if err != nil {
			return 0, 0, 0, false
		}
		n[i] = v
	}
	switch {
	case len(parts[0]) == 4:
		y, m, d = n[0], n[1], n[2]
	case order == monthFirst:
		y, m, d = n[2], n[0], n[1]
	default:
		y, m, d = n[2], n[1], n[0]
	}
	if len(parts[0]) != 4 && len(parts[2]) <= 2 {
		y = century(y)
	}
	if m > 12 && d <= 12 {
		m, d = d, m
	}
	return y, m, d, 1000 <= y && y <= 2999 && 1 <= m && m <= 12 && 1 <= d && d <= 31
}

// century completes a year of two digits: nobody is born in the future.
func century(y int) int {
	if y > 30 {
		return 1900 + y
	}
	return 2000 + y
}

// dateParts returns the groups of digits, up to six, and the month named in
// letters, 0 for none. Other words make it no date.
func dateParts(s string) (parts []string, month int) {
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && '0' <= s[j] && s[j] <= '9' {
			j++
		}
		if j > i {
			parts = append(parts, s[i:j])
			i = j
			continue
		}
		for j < len(s) && (s[j]|0x20 >= 'a' && s[j]|0x20 <= 'z') {
			j++
		}
		if j-i >= 3 {
			m := strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(s[i:i+3]))
			if m < 0 || m%3 != 0 {
				return nil, 0
			}
			month = m/3 + 1
		}
		i = max(j, i+1)
	}
	if len(parts) > 6 {
		return nil, 0
	}
	return parts, month
}

// withMonth puts a named month where a numbered one would stand.
func withMonth(parts []string, month int) []string {
	m := strconv.Itoa(month)
	if len(parts[0]) == 4 {
		return append([]string{parts[0], m}, parts[1:]...)
	}
	return append([]string{parts[0], m}, parts[1:]...)
}

// dayNumber counts days from year 0 for the eight digits of a date; ok is false
// for anything else.
func dayNumber(s string) (days int, ok bool) {
	if len(s) != 8 {
		return 0, false
	}
	n := 0
	for i := range 8 {
		n = n*10 + int(s[i]-'0')
	}
	y, m, d := n/10000, n/100%100, n%100
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, false
	}
	if m <= 2 {
		y, m = y-1, m+12
	}
	return 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d, true
}
