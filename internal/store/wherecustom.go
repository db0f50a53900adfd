package store

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/schema"
)

// customName is the form of a custom field's name. It becomes part of a statement.
var customName = regexp.MustCompile(`^[a-z0-9_]+__[a-z0-9_]+$`)

// customSource is a custom field: all values stand in the inverted index.
func customSource(of don.Type, name string) source {
	field := letters[of] + name
	return func(b filter.Bound) (cond, bool) {
		if !customName.MatchString(name) {
			return cond{}, false
		}
		switch b.Op {
		case filter.Any:
			return customAny(field, b)
		case filter.Exists:
			return attrSpan(field, textSpan{}), true
		case filter.Prefix:
			if short(b.Keys[0]) {
				return attrSpan(field, textSpan{from: b.Keys[0], below: behind(b.Keys[0])}), true
			}
		case filter.Within:
			return customWithin(field, b)
		}
		return cond{}, false
	}
}

// short reports whether the index holds all of a text.
func short(text string) bool { return utf8.RuneCountInString(text) < schema.MaxIndexed }

func customAny(field string, b filter.Bound) (cond, bool) {
	keys := slices.Clone(b.Keys)
	for i, k := range keys {
		if !short(k) {
			return cond{}, false
		}
		if b.Field.Type == filter.Number {
			n, err := strconv.ParseFloat(k, 64)
			if err != nil {
				return cond{}, false
			}
			keys[i] = schema.NumberKey(n)
		}
	}
	return attrAny(field, keys), true
}

func customWithin(field string, b filter.Bound) (cond, bool) {
	r := b.Range
	var s textSpan
	switch b.Field.Type {
	case filter.Number:
		if r.Low != nil {
			s.from, s.above = schema.NumberKey(*r.Low), r.AboveLow
		}
		if r.High != nil {
			s.below, s.upTo = schema.NumberKey(*r.High), !r.BelowHigh
		}
	case filter.Date, filter.Time:
		write := func(t time.Time) string {
			if b.Field.Type == filter.Date {
				return t.Format(time.DateOnly)
			}
			return strings.ToLower(storable(t).Format(schema.TimestampLayout))
		}
		if r.From != nil {
			s.from = write(*r.From)
		}
		if r.To != nil {
			s.below = write(*r.To)
		}
	default:
		return cond{}, false
	}
	return attrSpan(field, s), true
}

// textSpan is a range of textSpan in the order of bytes; "" is an open end.
type textSpan struct {
	from, below string
	above, upTo bool // the lower end is left out, the upper end is in
}

// spanWeight is what a probe of a range may take: it reads the range until it
// finds the record.
const spanWeight = 1000

// attrSpan asks for values in a range of the inverted index.
func attrSpan(field string, s textSpan) cond {
	where := func(b *builder) string {
		sql := "x.org_id = $1 AND x.field = '" + field + "'"
		if s.from != "" {
			sql += " AND x.value " + map[bool]string{true: "> ", false: ">= "}[s.above] + b.arg(s.from)
		}
		if s.below != "" {
			sql += " AND x.value " + map[bool]string{true: "<= ", false: "< "}[s.upTo] + b.arg(s.below)
		}
		return sql
	}
	return cond{
		weight: spanWeight, repeats: true,
		members: func(b *builder) string { return "SELECT x.n FROM attr x WHERE " + where(b) },
		probe:   func(b *builder, n string) string { return exists("attr x", where(b)+" AND x.n = "+n) },
	}
}
