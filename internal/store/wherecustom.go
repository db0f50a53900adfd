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

// customName is the form of a custom field's name, or of a composite's member. It
// becomes part of a statement.
var customName = regexp.MustCompile(`^[a-z0-9_]+__[a-z0-9_]+(\.[a-z0-9_]+)?$`)

// customSource is a custom field: all values stand in the inverted index, and in
// the record's row as JSON.
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
			if b.Field.Multi && strings.Contains(name, ".") {
				return cond{}, false // the row cannot tell of a list's members
			}
			c := attrRange(field, "", func(b *builder, t string) string { return b.q.jsonText(t+".custom", name) + " IS NOT NULL" })
			c.weight = rowWeight
			return c, true
		case filter.Within:
			return customWithin(field, b)
		default: // the others follow
		}
		// The row cannot tell how a text begins, for it is not folded there, and the
		// index would be read for each row that is tested.
		return cond{}, false
	}
}

// rowWeight is what a test of a row's JSON costs, in lookups.
const rowWeight = 4

func customAny(field string, b filter.Bound) (cond, bool) {
	keys := slices.Clone(b.Keys)
	for i, k := range keys {
		if utf8.RuneCountInString(k) >= schema.MaxIndexed {
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

// bound is one end of a range: as the index has it, and as the row does.
type bound struct {
	operator string
	key      string
	value    any
}

// customWithin asks for a range. Of several values the row cannot tell.
func customWithin(field string, b filter.Bound) (cond, bool) {
	ends, ok := boundsOf(b)
	if !ok || b.Field.Multi {
		return cond{}, false
	}
	name := b.Field.Name
	return cond{
		weight: rowWeight,
		members: func(b *builder) string {
			sql := "SELECT x.n FROM attr x WHERE x.org_id = $1 AND x.field = '" + field + "'"
			for _, e := range ends {
				sql += " AND x.value " + e.operator + " " + b.arg(e.key)
			}
			return sql
		},
		test: func(b *builder, t string) string {
			parts := make([]string, len(ends))
			for i, e := range ends {
				expr := b.q.jsonText(t+".custom", name)
				if _, isNumber := e.value.(float64); isNumber {
					expr = b.q.jsonNumber(t+".custom", name)
				}
				// NULL is neither in a range nor out of it; its opposite is out.
				parts[i] = "COALESCE(" + expr + " " + e.operator + " " + b.arg(e.value) + ", 1 = 0)"
			}
			return "(" + strings.Join(parts, " AND ") + ")"
		},
	}, true
}

func boundsOf(b filter.Bound) (ends []bound, ok bool) {
	r := b.Range
	switch b.Field.Type {
	case filter.Number:
		if r.Low != nil {
			ends = append(ends, bound{map[bool]string{true: ">", false: ">="}[r.AboveLow], schema.NumberKey(*r.Low), *r.Low})
		}
		if r.High != nil {
			ends = append(ends, bound{map[bool]string{true: "<", false: "<="}[r.BelowHigh], schema.NumberKey(*r.High), *r.High})
		}
	case filter.Date, filter.Time:
		layout := schema.TimestampLayout
		if b.Field.Type == filter.Date {
			layout = time.DateOnly
		}
		add := func(operator string, at *time.Time) {
			if at != nil {
				text := storable(*at).Format(layout)
				ends = append(ends, bound{operator, strings.ToLower(text), text})
			}
		}
		add(">=", r.From)
		add("<", r.To)
	default: // the others follow
	}
	return ends, len(ends) > 0
}
