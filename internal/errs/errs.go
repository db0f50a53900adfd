// Package errs is the vocabulary in which every layer reports failure: a kind
// that decides what callers do next, a stable code, and a message that is safe
// to show to a person. Causes stay inside the process.
package errs

import (
	"errors"
	"fmt"
	"maps"
	"strings"
)

// Kind decides how an error is answered: the HTTP status, the exit code of the
// command line and whether a job is tried again.
type Kind string

// The kinds. Internal is what every unknown error counts as.
const (
	Invalid         Kind = "invalid"
	Unauthenticated Kind = "unauthenticated"
	Forbidden       Kind = "forbidden"
	NotFound        Kind = "not_found"
	Conflict        Kind = "conflict"
	TooLarge        Kind = "too_large"
	TooMany         Kind = "too_many"
	Unavailable     Kind = "unavailable"
	Internal        Kind = "internal"
)

// Error is a failure with everything a caller may be told. Code is the `type`
// of the API's error body (missing_required_field, value_not_permitted,
// conflict, …). Details are further members of that body, such as
// allowed_values or holder.
type Error struct {
	Kind    Kind
	Code    string
	Message string
	Field   string
	Details map[string]any
	cause   error
}

// Error returns the safe message, preceded by the field it is about.
func (e *Error) Error() string {
	if e.Field != "" {
		return e.Field + ": " + e.Message
	}
	return e.Message
}

// Unwrap returns the cause, which is for logs only.
func (e *Error) Unwrap() error { return e.cause }

// With returns a copy of e that carries one more member for the error body.
func (e *Error) With(key string, value any) *Error {
	c := *e
	c.Details = maps.Clone(e.Details)
	if c.Details == nil {
		c.Details = map[string]any{}
	}
	c.Details[key] = value
	return &c
}

// Because returns a copy of e that remembers cause for the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// New makes an error of a kind; the format must be safe to show.
func New(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// BadRequest reports input that is wrong as a whole.
func BadRequest(format string, args ...any) *Error {
	return New(Invalid, "bad_request", format, args...)
}

// Missing reports a required field that is absent or empty.
func Missing(field string) *Error {
	e := New(Invalid, "missing_required_field", "is required")
	e.Field = field
	return e
}

// NotPermitted reports a value that its field does not accept; reason says why
// and what to do.
func NotPermitted(field, reason string, args ...any) *Error {
	reason = fmt.Sprintf(reason, args...)
	e := New(Invalid, "value_not_permitted", "%s", reason)
	e.Field = field
	return e.With("reason", reason)
}

// BadEnum reports a value outside its field's allowed values.
func BadEnum(field, value string, allowed []string) *Error {
	value = clip(value)
	e := New(Invalid, "invalid_enum_value", "%q is not one of %s", value, strings.Join(allowed, ", "))
	e.Field = field
	return e.With("value", value).With("allowed_values", allowed)
}

// BadID reports an id that cannot be read.
func BadID(field, value string) *Error {
	value = clip(value)
	e := New(Invalid, "invalid_id", "%q is not an id; give a display id such as REVU-12 or a full id that starts with don:", value)
	e.Field = field
	return e.With("value", value)
}

// clip shortens a value that a client sent, so that no answer grows with it.
func clip(value string) string {
	const limit = 200 // bytes
	if len(value) <= limit {
		return value
	}
	return strings.ToValidUTF8(value[:limit], "") + "…"
}

// Gone reports that an object does not exist, or not for this caller.
func Gone(what string) *Error { return New(NotFound, "not_found", "%s does not exist", what) }

// Clash reports that a value is already in use; field names the value's field.
func Clash(field, format string, args ...any) *Error {
	e := New(Conflict, "conflict", format, args...)
	e.Field = field
	return e
}

// Denied reports that the caller may not do this.
func Denied(format string, args ...any) *Error { return New(Forbidden, "forbidden", format, args...) }

// KindOf returns the kind of the first *Error in err's chain, Internal when
// there is none and err is not nil, and "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool { return KindOf(err) == kind }

// As returns the first *Error in err's chain, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Customization reports what is wrong with a custom field; subtype is one of
// those of the API's customization_validation_error.
func Customization(field, subtype, reason string, args ...any) *Error {
	e := New(Invalid, "customization_validation_error", reason, args...)
	e.Field = field
	return e.With("subtype", subtype).With("reason", e.Message)
}
