package filter

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/errs"
)

// units are what relative times count in.
var units = []struct {
	word, short string
	add         func(t time.Time, n int) time.Time
}{
	{"hour", "h", func(t time.Time, n int) time.Time { return t.Add(time.Duration(n) * time.Hour) }},
	{"day", "d", func(t time.Time, n int) time.Time { return t.AddDate(0, 0, n) }},
	{"week", "w", func(t time.Time, n int) time.Time { return t.AddDate(0, 0, 7*n) }},
	{"month", "mo", addMonths},
	{"year", "y", func(t time.Time, n int) time.Time { return addMonths(t, 12*n) }},
}

// addMonths is AddDate that stays within the month: a month after 31 January is
// the last of February.
func addMonths(t time.Time, n int) time.Time {
	out := t.AddDate(0, n, 0)
	if out.Day() != t.Day() {
		out = out.AddDate(0, 0, -out.Day())
	}
	return out
}

// when is a point or a stretch of time: from from to before to, which is from
// for a point.
type when struct{ from, to time.Time }

func (w when) point() bool { return w.from.Equal(w.to) }

var relative = regexp.MustCompile(`^([+-])(\d{1,5})(h|d|w|mo|y)$`)

// stretches are the words for stretches of the calendar.
var stretches = map[string]func(day time.Time) when{
	"today":      func(d time.Time) when { return when{d, d.AddDate(0, 0, 1)} },
	"yesterday":  func(d time.Time) when { return when{d.AddDate(0, 0, -1), d} },
	"tomorrow":   func(d time.Time) when { return when{d.AddDate(0, 0, 1), d.AddDate(0, 0, 2)} },
	"this-week":  func(d time.Time) when { return week(d, 0) },
	"last-week":  func(d time.Time) when { return week(d, -1) },
	"next-week":  func(d time.Time) when { return week(d, 1) },
	"this-month": func(d time.Time) when { return month(d, 0) },
	"last-month": func(d time.Time) when { return month(d, -1) },
	"next-month": func(d time.Time) when { return month(d, 1) },
	"this-year":  func(d time.Time) when { return year(d, 0) },
	"last-year":  func(d time.Time) when { return year(d, -1) },
}

// week begins on Monday, as in ISO 8601.
func week(d time.Time, n int) when {
	monday := d.AddDate(0, 0, -(int(d.Weekday())+6)%7+7*n)
	return when{monday, monday.AddDate(0, 0, 7)}
}

func month(d time.Time, n int) when {
	first := time.Date(d.Year(), d.Month()+time.Month(n), 1, 0, 0, 0, 0, d.Location())
	return when{first, first.AddDate(0, 1, 0)}
}

func year(d time.Time, n int) when {
	first := time.Date(d.Year()+n, 1, 1, 0, 0, 0, 0, d.Location())
	return when{first, first.AddDate(1, 0, 0)}
}

func dayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// read reads a time as it is written in a filter, in the zone of now: an instant
// (2026-01-31T10:00:00Z, now, -30d) or a stretch (2026-01-31, today, last-month).
func readTime(name, v string, now time.Time) (when, error) {
	word := strings.ToLower(v)
	if word == "now" {
		return when{now, now}, nil
	}
	if of, ok := stretches[word]; ok {
		return of(dayOf(now)), nil
	}
	if m := relative.FindStringSubmatch(word); m != nil {
		n, _ := strconv.Atoi(m[1] + m[2]) // five digits and a sign
		for _, u := range units {
			if u.short == m[3] {
				t := u.add(now, n)
				return when{t, t}, nil
			}
		}
	}
	if d, err := time.ParseInLocation(time.DateOnly, v, now.Location()); err == nil {
		return when{d, d.AddDate(0, 0, 1)}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, v, now.Location()); err == nil {
			return when{t, t}, nil
		}
	}
	return when{}, errs.NotPermitted(field, "%s: %q is no time; write 2026-01-31, 2026-01-31T10:00:00Z, today, last-month, or -30d for 30 days ago", name, v)
}
