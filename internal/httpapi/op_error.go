package httpapi

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/kith-id/kith/internal/errs"
)

// answer is how a kind of error is answered. The code stands in for an error
// that has none of its own.
type answer struct {
	status int
	code   string
}

var answers = map[errs.Kind]answer{
	errs.Invalid:         {http.StatusBadRequest, "bad_request"},
	errs.Unauthenticated: {http.StatusUnauthorized, "unauthenticated"},
	errs.Forbidden:       {http.StatusForbidden, "forbidden"},
	errs.NotFound:        {http.StatusNotFound, "not_found"},
	errs.Conflict:        {http.StatusConflict, "conflict"},
	errs.TooLarge:        {http.StatusRequestEntityTooLarge, "request_entity_too_large"},
	errs.TooMany:         {http.StatusTooManyRequests, "too_many_requests"},
	errs.Unavailable:     {http.StatusServiceUnavailable, "service_unavailable"},
	errs.Internal:        {http.StatusInternalServerError, "internal_error"},
}

// WriteError answers with the error body of the API. Errors of kind internal,
// and errors of no kind, are logged under a fresh reference id, which is all
// the client gets to see of them.
func (a *API) WriteError(w http.ResponseWriter, r *http.Request, err error) {
	e := a.presentable(r, err)
	ans := answers[e.Kind]
	setErrorHeaders(w.Header(), e, ans)
	writeBody(w, ans.status, errorBody(e, ans.code))
}

// presentable returns the error to show in place of err.
func (a *API) presentable(r *http.Request, err error) *errs.Error {
	var tooLarge *http.MaxBytesError
	known := errs.As(err)
	switch {
	case known != nil && known.Kind != errs.Internal && answers[known.Kind].status != 0:
		return known
	case errors.As(err, &tooLarge):
		return errs.New(errs.TooLarge, "", "the request is larger than %d bytes; send less at once", tooLarge.Limit).With("max_bytes", tooLarge.Limit)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled) && errors.Is(r.Context().Err(), context.DeadlineExceeded):
		return errs.New(errs.Unavailable, "", "the server did not finish in time; ask for less at once, such as by a narrower filter, or try again")
	case errors.Is(err, context.Canceled):
		return errs.New(errs.Unavailable, "", "the request was cancelled")
	}
	return a.hide(r, err)
}

// hide logs an error and returns one that tells nothing but where to look.
func (a *API) hide(r *http.Request, err error) *errs.Error {
	reference := rand.Text()
	attrs := []slog.Attr{
		slog.String("reference_id", reference), slog.String("id", RequestID(r.Context())),
		slog.String("path", r.URL.Path), slog.String("error", err.Error()),
	}
	if cause := errors.Unwrap(err); cause != nil {
		attrs = append(attrs, slog.String("cause", cause.Error()))
	}
	a.cfg.Log.LogAttrs(r.Context(), slog.LevelError, "internal error", attrs...)
	return errs.New(errs.Internal, "internal_error",
		"something went wrong inside the server; its log tells more under the reference id").With("reference_id", reference)
}

func setErrorHeaders(h http.Header, e *errs.Error, ans answer) {
	switch ans.status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	case http.StatusRequestEntityTooLarge:
		h.Set("Connection", "close") // the rest of the body is not read
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if s, ok := seconds(e.Details["retry_after"]); ok {
			h.Set("Retry-After", strconv.FormatInt(s, 10))
		}
	}
}

// seconds reads a retry_after detail, rounding a duration up.
func seconds(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case time.Duration:
		return int64(math.Ceil(v.Seconds())), true
	default:
		return 0, false
	}
}

// errorBody renders an error: type, message and field first, then its details by name.
func errorBody(e *errs.Error, fallbackCode string) []byte {
	code := e.Code
	if code == "" {
		code = fallbackCode
	}
	body := appendMember([]byte{'{'}, "type", code)
	body = appendMember(body, "message", e.Error())
	if e.Field != "" {
		body = appendMember(body, "field_name", e.Field)
	}
	for _, key := range slices.Sorted(maps.Keys(e.Details)) {
		v := e.Details[key]
		if s, ok := seconds(v); ok && key == "retry_after" {
			v = s
		}
		if key != "type" && key != "message" && key != "field_name" {
			body = appendMember(body, key, v)
		}
	}
	return append(body, '}')
}

// appendMember adds one member. A detail that has no JSON form is left out:
// an error must not fail for its decoration.
func appendMember(body []byte, key string, value any) []byte {
	v, err := json.Marshal(value)
	if err != nil {
		return body
	}
	if len(body) > 1 {
		body = append(body, ',')
	}
	body = strconv.AppendQuote(body, key)
	return append(append(body, ':'), v...)
}
