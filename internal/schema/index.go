package schema

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"strconv"
)

// MaxIndexed is how many characters of a text the index holds.
const MaxIndexed = 100

// Entry is one index entry of a value.
type Entry struct{ Field, Value string }

// Index returns the index entries of values, in the order of their names. All are
// indexed, so a field becomes filterable at once, and members of composites under
// their field's name and their own. Fold brings text into the form
// in which it is compared.
func (v Values) Index(fold func(string) string) []Entry {
	var out []Entry
	add := func(name string, value any) {
		for _, x := range elements(value) {
			if key, ok := indexed(x, fold); ok {
				out = append(out, Entry{name, key})
			}
		}
	}
	for name, value := range v {
		add(name, value)
		for _, x := range elements(value) {
			object, _ := x.(map[string]any)
			if len(object) > maxMembers { // no composite
				continue
			}
			for member, x := range object {
				if nameForm.MatchString(member) {
					add(name+"."+member, x)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b Entry) int {
		if a.Field != b.Field {
			return cmpText(a.Field, b.Field)
		}
		return cmpText(a.Value, b.Value)
	})
	return slices.Compact(out)
}

func cmpText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func indexed(x any, fold func(string) string) (string, bool) {
	switch x := x.(type) {
	case string:
		return Cut(fold(x)), true
	case bool:
		return strconv.FormatBool(x), true
	case json.Number:
		n, err := x.Float64()
		return NumberKey(n), err == nil
	}
	return "", false
}

// Cut returns as much of a folded text as the index holds.
func Cut(text string) string {
	n := 0
	for at := range text {
		if n == MaxIndexed {
			return text[:at]
		}
		n++
	}
	return text
}

// NumberKey writes a number so that the order of bytes is that of numbers.
func NumberKey(x float64) string {
	bits := math.Float64bits(x + 0) // no two zeros
	if bits>>63 == 1 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	var b [8]byte
	for i := range b {
		b[i] = byte(bits >> (56 - 8*i))
	}
	return hex.EncodeToString(b[:])
}

// keyNumber is the inverse of NumberKey.
func keyNumber(key string) (float64, bool) {
	b, err := hex.DecodeString(key)
	if err != nil || len(b) != 8 {
		return 0, false
	}
	var bits uint64
	for _, x := range b {
		bits = bits<<8 | uint64(x)
	}
	if bits>>63 == 1 {
		bits &^= 1 << 63
	} else {
		bits = ^bits
	}
	return math.Float64frombits(bits), true
}

// Label returns an index entry's value as a filter takes it, and as people know it.
func (f Field) Label(key string, env Env) (value, label string) {
	t := f.of()
	n, isNumber := keyNumber(key)
	isNumber = isNumber && (t == Int || t == Double || t == UEnum)
	if isNumber {
		key = strconv.FormatFloat(n, 'g', -1, 64)
	}
	for _, c := range f.Choices {
		if t == Enum && env.Fold(c.Label) == key || t == UEnum && isNumber && float64(c.ID) == n {
			return c.Label, c.Label
		}
	}
	return key, key
}
