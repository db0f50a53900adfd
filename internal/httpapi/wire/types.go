package wire

import (
	"time"
)

// Opt is a field of an update request that can be absent, null or a value.
// Absent leaves the stored value alone and null clears it.
type Opt[T any] struct {
	Set   bool // the field was given, be it null
	Null  bool // it was given as null
	Value T    // the value when Set and not Null
}

// Some returns an Opt that holds v.
func Some[T any](v T) Opt[T] { return Opt[T]{Set: true, Value: v} }

// Null returns an Opt that clears.
func Null[T any]() Opt[T] { return Opt[T]{Set: true, Null: true} }

// Get returns the value and whether there is one: false when absent or null.
func (o Opt[T]) Get() (T, bool) { return o.Value, o.Set && !o.Null }

// Or returns what the field is after the update when it was old before: old
// when absent, the zero value when null, else the value.
func (o Opt[T]) Or(old T) T {
	if !o.Set {
		return old
	}
	return o.Value
}

func (Opt[T]) optional() {}

type optional interface{ optional() }

// Text is a value inside an any-typed field, such as custom_fields, that came
// from a query string. Only the schema of the field knows its type; the same
// value in a JSON body arrives as a bool, json.Number or string.
type Text string

// Time is an instant on the wire: RFC 3339 in UTC with milliseconds. The zero
// Time is omitted by the json option omitzero.
type Time struct{ time.Time }

const timeLayout = "2006-01-02T15:04:05.000Z"

// At returns t for the wire.
func At(t time.Time) Time { return Time{t} }

// MarshalJSON returns the time in quotes.
func (t Time) MarshalJSON() ([]byte, error) {
	return t.UTC().AppendFormat(make([]byte, 0, len(timeLayout)+2), `"`+timeLayout+`"`), nil
}

// String returns the time as it stands on the wire.
func (t Time) String() string { return t.UTC().Format(timeLayout) }
