package wire

import (
	"math"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/errs"
)

func mismatch(at *place, expected string, n *node) error {
	actual := n.kind.String()
	e := errs.New(errs.Invalid, "unexpected_json_type", "must be %s, not %s", article(expected), article(actual))
	e.Field = at.String()
	return e.With("expected", expected).With("actual", actual)
}

func article(name string) string {
	switch name {
	case "null":
		return name
	case "array", "object":
		return "an " + name
	default:
		return "a " + name
	}
}

// unknown refuses a field and, where a known name differs by a slip of the
// keyboard, proposes that.
func unknown(p *plan, name string, at *place) error {
	hint := "remove it"
	best := 3
	for i := range p.fields {
		if d := distance(name, p.fields[i].name, best); d < best {
			best, hint = d, "did you mean "+p.fields[i].name+"?"
		}
	}
	e := errs.New(errs.Invalid, "invalid_field", "is not a field of this request; %s", hint)
	e.Field = at.String()
	return e
}

// distance is the edit distance of two names, or limit when it is not below.
func distance(a, b string, limit int) int {
	if len(a) > 64 || len(b) > 64 || len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

func setString(p *plan, r *rules, n *node, dst reflect.Value, at *place) error {
	allowed := r.allowed
	if allowed == nil {
		allowed = p.allowed
	}
	if allowed != nil && !slices.Contains(allowed, n.text) {
		return errs.BadEnum(at.String(), clip(n.text), allowed)
	}
	if err := checkLength(r, n.text, at); err != nil {
		return err
	}
	dst.SetString(n.text)
	return nil
}

func checkLength(r *rules, text string, at *place) error {
	if r.maxLength != nil && len(text) > *r.maxLength {
		if got := utf8.RuneCountInString(text); got > *r.maxLength {
			return errs.NotPermitted(at.String(), "has %d characters; at most %d are allowed", got, *r.maxLength)
		}
	}
	if r.minLength != nil && utf8.RuneCountInString(text) < *r.minLength {
		return errs.NotPermitted(at.String(), "must have at least %s", count(*r.minLength, "character"))
	}
	return nil
}

func checkItems(r *rules, got int, at *place) error {
	if r.maxItems != nil && got > *r.maxItems {
		return errs.NotPermitted(at.String(), "has %d elements; at most %d are allowed", got, *r.maxItems)
	}
	if r.minItems != nil && got < *r.minItems {
		return errs.NotPermitted(at.String(), "must have at least %s", count(*r.minItems, "element"))
	}
	return nil
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

func setNumber(p *plan, r *rules, n *node, dst reflect.Value, at *place) error {
	if n.kind == elementText && numberPrefix(n.text) != len(n.text) || n.text == "" {
		return mismatch(at, "number", n)
	}
	if p.shape == floatShape {
		return setFloat(r, n.text, dst, at)
	}
	whole, ok := wholeNumber(n.text)
	if !ok {
		return errs.NotPermitted(at.String(), "%s is not a whole number that fits", clip(n.text))
	}
	if err := checkBounds(r, whole, at); err != nil {
		return err
	}
	if p.shape == uintShape {
		if !whole.IsUint64() || dst.OverflowUint(whole.Uint64()) {
			return outOfRange(p.typ, whole, at)
		}
		dst.SetUint(whole.Uint64())
		return nil
	}
	if !whole.IsInt64() || dst.OverflowInt(whole.Int64()) {
		return outOfRange(p.typ, whole, at)
	}
	dst.SetInt(whole.Int64())
	return nil
}

func outOfRange(t reflect.Type, v *big.Int, at *place) error {
	bits := t.Bits()
	low, high := "0", new(big.Int).SetUint64(math.MaxUint64>>(64-bits)).String()
	if t.Kind() <= reflect.Int64 {
		high = strconv.FormatInt(math.MaxInt64>>(64-bits), 10)
		low = strconv.FormatInt(math.MinInt64>>(64-bits), 10)
	}
	return errs.NotPermitted(at.String(), "%s is out of range; it must be between %s and %s", clip(v.String()), low, high)
}

// wholeNumber reads a JSON number that has no fraction, in whatever notation:
// 5, 5.0 and 5e0 are one number. Numbers of more than 40 digits do not fit
// anywhere and are not expanded.
func wholeNumber(text string) (*big.Int, bool) {
	if v, err := strconv.ParseInt(text, 10, 64); err == nil {
		return big.NewInt(v), true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(f) > 1e40 || math.Abs(f) < 1 {
		mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
		return new(big.Int), err == nil && !strings.ContainsAny(mantissa, "123456789")
	}
	if !strings.ContainsAny(text, ".eE") {
		return new(big.Int).SetString(text, 10)
	}
	v, ok := new(big.Rat).SetString(text)
	if !ok || !v.IsInt() {
		return nil, false
	}
	return v.Num(), true
}

func checkBounds(r *rules, v *big.Int, at *place) error {
	if r.minimum == nil && r.maximum == nil {
		return nil
	}
	f, _ := new(big.Float).SetInt(v).Float64()
	return checkRange(r, f, v.String(), at)
}

func checkRange(r *rules, v float64, text string, at *place) error {
	if r.minimum != nil && v < *r.minimum {
		return errs.NotPermitted(at.String(), "%s is too small; it must be at least %s", clip(text), plain(*r.minimum))
	}
	if r.maximum != nil && v > *r.maximum {
		return errs.NotPermitted(at.String(), "%s is too large; it must be at most %s", clip(text), plain(*r.maximum))
	}
	return nil
}

func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func setFloat(r *rules, text string, dst reflect.Value, at *place) error {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || dst.OverflowFloat(v) {
		return errs.NotPermitted(at.String(), "%s is out of range", clip(text))
	}
	if err := checkRange(r, v, text, at); err != nil {
		return err
	}
	dst.SetFloat(v)
	return nil
}
