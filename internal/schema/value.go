package schema

import (
	"encoding/json"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Limits of values.
const (
	MaxText     = 64 << 10 // bytes of one text
	MaxElements = 200      // of a list
	MaxValues   = 256 << 10
	maxInt      = 1 << 53
)

// Env is what checking values needs of its surroundings.
type Env struct {
	Space don.Space
	Email func(string) (string, error) // normalise, or refuse
	Phone func(string) (string, error)
	Fold  func(string) string
}

// TimestampLayout is how a timestamp is stored: UTC, in fixed width.
const TimestampLayout = "2006-01-02T15:04:05.000000Z"

// refuse says what is wrong with a custom field.
func refuse(field, subtype, reason string, args ...any) error {
	return errs.Customization(field, subtype, reason, args...)
}

// Check brings a value into the form in which it is stored. Errors: invalid, of
// the field that at names.
func (f Field) Check(at string, x any, env Env) (any, error) { return f.check(at, x, env) }

// FromText reads a value from a cell of a file, which split cuts into the
// elements of a list. What is no value of the field's type is for Check to refuse.
func (f Field) FromText(text string, split func(string) []string) any {
	if f.Type != Array {
		return fromText(f.Type, text)
	}
	list := []any{}
	for _, part := range split(text) {
		list = append(list, fromText(f.Base, part))
	}
	return list
}

func fromText(t Type, text string) any {
	switch t {
	case Bool:
		switch strings.ToLower(text) {
		case "true", "yes", "1":
			return true
		case "false", "no", "0":
			return false
		}
	case Int, Double, UEnum:
		var n json.Number
		if json.Unmarshal([]byte(text), &n) == nil && n != "" && text[0] != '"' {
			return n
		}
	case JSON, Struct, Composite:
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var v any
		if d.Decode(&v) == nil && !d.More() {
			return v
		}
	default: // the others follow
	}
	return text
}

// ToText writes a value as FromText reads it; join puts the elements of a list
// together.
func (f Field) ToText(x any, join func([]string) string) string {
	switch {
	case f.Type == JSON:
		return jsonText(x)
	case f.of() == JSON:
		list := elements(x)
		out := make([]string, len(list))
		for i, v := range list {
			out[i] = jsonText(v)
		}
		return join(out)
	}
	return ToText(x, join)
}

// ToText writes a value of whatever field for people.
func ToText(x any, join func([]string) string) string {
	list, several := x.([]any)
	if !several {
		return toText(x)
	}
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = toText(v)
	}
	return join(out)
}

func toText(x any) string {
	if text, ok := x.(string); ok {
		return text
	}
	return jsonText(x)
}

func jsonText(x any) string {
	text, err := json.Marshal(x)
	if err != nil {
		panic(err) // values come from JSON
	}
	return string(text)
}

func (f Field) check(at string, x any, env Env) (any, error) {
	if f.Type != Array {
		return f.scalar(f.Type, at, x, env)
	}
	list, ok := x.([]any)
	if !ok {
		return nil, refuse(at, "wrong_type", "takes a list, not %s", kindOf(x))
	}
	if err := f.count(at, len(list)); err != nil {
		return nil, err
	}
	out := make([]any, len(list))
	for i, v := range list {
		var err error
		if out[i], err = f.scalar(f.Base, at+"["+strconv.Itoa(i)+"]", v, env); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (f Field) count(at string, n int) error {
	switch {
	case n > MaxElements:
		return refuse(at, "invalid_argument", "has %d elements; at most %d are allowed", n, MaxElements)
	case f.EqItems != nil && n != *f.EqItems:
		return refuse(at, "invalid_argument", "has %d elements; it takes %d", n, *f.EqItems)
	case f.MinItems != nil && n < *f.MinItems:
		return refuse(at, "invalid_argument", "has %d elements; at least %d are needed", n, *f.MinItems)
	case f.MaxItems != nil && n > *f.MaxItems:
		return refuse(at, "invalid_argument", "has %d elements; at most %d are allowed", n, *f.MaxItems)
	}
	return nil
}

func (f Field) scalar(t Type, at string, x any, env Env) (any, error) {
	switch t {
	case Bool:
		if _, ok := x.(bool); !ok {
			return nil, refuse(at, "wrong_type", "takes true or false, not %s", kindOf(x))
		}
		return x, nil
	case Int, Double:
		return f.number(t, at, x)
	case UEnum:
		return f.uenum(at, x)
	case JSON:
		return x, sized(at, x)
	case Struct:
		if _, ok := x.(map[string]any); !ok {
			return nil, refuse(at, "wrong_type", "takes an object, not %s", kindOf(x))
		}
		return x, sized(at, x)
	case Composite:
		return f.object(at, x, nil, env)
	default: // the others follow
	}
	text, ok := x.(string)
	if !ok {
		return nil, refuse(at, "wrong_type", "takes a text, not %s", kindOf(x))
	}
	if len(text) > MaxText || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, refuse(at, "invalid_argument", "is no text of at most %d bytes", MaxText)
	}
	switch t {
	case Enum:
		if !slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Label == text && !c.Deprecated }) {
			return nil, refuse(at, "enum_out_of_range", "%q is none of %s", clip(text), labels(f.Choices))
		}
		return text, nil
	case Date:
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return nil, refuse(at, "date_parse_error", "%q is no date; write 2026-01-31", clip(text))
		}
		return day.Format(time.DateOnly), nil
	case Timestamp:
		when, err := time.Parse(time.RFC3339Nano, text)
		if err != nil || when.UTC().Year() < 0 || when.UTC().Year() > 9999 {
			return nil, refuse(at, "timestamp_parse_error", "%q is no time; write 2026-01-31T10:00:00Z", clip(text))
		}
		return when.UTC().Format(TimestampLayout), nil
	case ID:
		return f.id(at, text, env)
	default: // the others follow
	}
	return f.text(at, text, env)
}

func (f Field) text(at, text string, env Env) (any, error) {
	n := utf8.RuneCountInString(text)
	switch {
	case f.EqLen != nil && n != *f.EqLen:
		return nil, refuse(at, "invalid_argument", "has %d characters; it takes %d", n, *f.EqLen)
	case f.MinLen != nil && n < *f.MinLen:
		return nil, refuse(at, "invalid_argument", "has %d characters; at least %d are needed", n, *f.MinLen)
	case f.MaxLen != nil && n > *f.MaxLen:
		return nil, refuse(at, "invalid_argument", "has %d characters; at most %d are allowed", n, *f.MaxLen)
	case !strings.HasPrefix(text, f.Prefix):
		return nil, refuse(at, "invalid_argument", "%q does not begin with %q", clip(text), f.Prefix)
	case !strings.HasSuffix(text, f.Suffix):
		return nil, refuse(at, "invalid_argument", "%q does not end with %q", clip(text), f.Suffix)
	case !strings.Contains(text, f.Contains):
		return nil, refuse(at, "invalid_argument", "%q does not contain %q", clip(text), f.Contains)
	}
	if f.Pattern != "" {
		p, err := regexp.Compile(f.Pattern)
		if err != nil {
			return nil, err // it was compiled when it was defined
		}
		if !p.MatchString(text) {
			return nil, refuse(at, "invalid_argument", "%q does not match the pattern %s", clip(text), f.Pattern)
		}
	}
	return f.formatted(at, text, env)
}

func (f Field) formatted(at, text string, env Env) (any, error) {
	var err error
	switch f.Format {
	case Email:
		_, err = env.Email(text)
	case Phone:
		text, err = env.Phone(text)
	case URL:
		if u, e := url.Parse(text); e != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			return nil, refuse(at, "invalid_argument", "%q is no web address; write it with https://", clip(text))
		}
	default: // the others follow
	}
	if err != nil {
		return nil, refuse(at, "invalid_argument", "%q is no %s", clip(text), f.Format)
	}
	return text, nil
}

func (f Field) number(t Type, at string, x any) (any, error) {
	text, ok := x.(json.Number)
	if !ok {
		return nil, refuse(at, "wrong_type", "takes a number, not %s", kindOf(x))
	}
	n, err := text.Float64()
	if err != nil || math.IsInf(n, 0) {
		return nil, refuse(at, "invalid_argument", "%s is too large a number", clip(text.String()))
	}
	if t == Int && (n != math.Trunc(n) || math.Abs(n) > maxInt) {
		return nil, refuse(at, "wrong_type", "takes a whole number within 2^53, not %s", clip(text.String()))
	}
	switch {
	case f.GT != nil && n <= *f.GT:
		return nil, refuse(at, "invalid_argument", "%v is not above %v", n, *f.GT)
	case f.GTE != nil && n < *f.GTE:
		return nil, refuse(at, "invalid_argument", "%v is below %v", n, *f.GTE)
	case f.LT != nil && n >= *f.LT:
		return nil, refuse(at, "invalid_argument", "%v is not below %v", n, *f.LT)
	case f.LTE != nil && n > *f.LTE:
		return nil, refuse(at, "invalid_argument", "%v is above %v", n, *f.LTE)
	}
	return number(n), nil
}

// number writes a number as JSON does.
func number(n float64) json.Number {
	text, err := json.Marshal(n + 0) // no two zeros
	if err != nil {
		panic(err) // it is finite
	}
	return json.Number(text)
}

// uenum takes a choice by number or label, and keeps the number.
func (f Field) uenum(at string, x any) (any, error) {
	for _, c := range f.Choices {
		n, isNumber := x.(json.Number)
		if !c.Deprecated && (isNumber && n.String() == strconv.FormatInt(c.ID, 10) || x == c.Label) {
			return number(float64(c.ID)), nil
		}
	}
	return nil, refuse(at, "enum_out_of_range", "is none of %s", labels(f.Choices))
}

// idTypes are the names of types that an id field may hold.
var idTypes = map[string]don.Type{
	"rev_user": don.Contact, "revu": don.Contact, "account": don.Account, "rev_org": don.Workspace, "revo": don.Workspace,
	"dev_user": don.Member, "devu": don.Member, "tag": don.Tag,
}

func (f Field) id(at, text string, env Env) (any, error) {
	var allowed []don.Type
	for _, t := range f.IDTypes {
		allowed = append(allowed, idTypes[t])
	}
	if len(allowed) == 0 {
		allowed = []don.Type{don.Contact, don.Account, don.Workspace, don.Member, don.Tag}
	}
	id, err := env.Space.Parse(at, text, allowed...)
	if e := errs.As(err); e != nil && e.Code == "unexpected_id_type" {
		return nil, refuse(at, "id_type_not_allowed", "%q is the id of something else; allowed are %s", clip(text), strings.Join(f.IDTypes, ", "))
	}
	if err != nil {
		return nil, refuse(at, "id_parse_error", "%q is no id, such as ACC-1", clip(text))
	}
	return env.Space.Format(id), nil
}

func sized(at string, x any) error {
	text, err := json.Marshal(x)
	if err != nil || len(text) > MaxText {
		return refuse(at, "invalid_argument", "is larger than %d bytes", MaxText)
	}
	return nil
}

// kindOf names the JSON type of a value.
func kindOf(x any) string {
	switch x.(type) {
	case nil:
		return "null"
	case bool:
		return "true or false"
	case json.Number:
		return "a number"
	case string:
		return "a text"
	case []any:
		return "a list"
	}
	return "an object"
}

func labels(choices []Choice) string {
	var out []string
	for _, c := range choices {
		if !c.Deprecated {
			out = append(out, strconv.Quote(c.Label))
		}
	}
	return strings.Join(out, ", ")
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
