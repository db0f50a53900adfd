package filter

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Value is one value of a record's field: Text in the form of the field's Keys,
// with true and false for a Bool, Number or Time by the field's type. Days are
// UTC midnights.
type Value struct {
	Text   string
	Number float64
	Time   time.Time
}

// Record is what a filter is matched against in memory.
type Record interface {
	// Values returns the values of a field, by the name in Field.
	Values(field string) []Value
	// Some reports whether a record that a relation leads to meets a filter.
	Some(relation string, b Bound) bool
}

// Match reports whether a record meets the filter.
func (b Bound) Match(r Record) bool {
	switch b.Op {
	case And:
		return !slices.ContainsFunc(b.Nodes, func(n Bound) bool { return !n.Match(r) })
	case Or:
		return slices.ContainsFunc(b.Nodes, func(n Bound) bool { return n.Match(r) })
	case Not:
		return !b.Nodes[0].Match(r)
	case Some:
		return r.Some(b.Field.Name, b.Nodes[0])
	default: // the others follow
	}
	return slices.ContainsFunc(r.Values(b.Field.Name), b.meets)
}

func (b Bound) meets(v Value) bool {
	switch b.Op {
	case Any:
		text := v.Text
		if b.Field.Type == Number {
			text = strconv.FormatFloat(v.Number+0, 'g', -1, 64)
		}
		_, found := slices.BinarySearch(b.Keys, text)
		return found
	case Has:
		return strings.Contains(v.Text, b.Keys[0])
	case Prefix:
		return strings.HasPrefix(v.Text, b.Keys[0])
	case Within:
		if b.Field.Type == Number {
			return b.Range.number(v.Number)
		}
		return b.Range.time(v.Time)
	default: // the others follow
	}
	return true // Exists
}

func (r Bounds) number(x float64) bool {
	if r.Low != nil && (x < *r.Low || r.AboveLow && x == *r.Low) {
		return false
	}
	return r.High == nil || x < *r.High || !r.BelowHigh && x == *r.High
}

func (r Bounds) time(t time.Time) bool {
	return (r.From == nil || !t.Before(*r.From)) && (r.To == nil || t.Before(*r.To))
}
