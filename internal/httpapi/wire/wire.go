// Package wire reads requests. It turns a JSON body or the query string of a
// GET into a request struct, under one set of rules for both, and reports the
// first thing that is wrong with the name of the field it found it in.
//
// A request struct is an ordinary struct with json tags. Further tags set
// rules, which the API document shows as well:
//
//	required:"true"                 absent, null or "" is missing_required_field
//	enum:"after,before"             other values are invalid_enum_value
//	minimum:"1" maximum:"100"       bounds of a number, both inclusive
//	minLength:"1" maxLength:"256"   bounds of a string, in characters
//	minItems:"1" maxItems:"50"      bounds of a list
//	doc, example, format            for the document only
//
// On a list, the enum, number and string rules apply to each element. A type
// may bring its own values by a method Allowed() []string. Fields of embedded
// structs count as fields of the struct itself.
//
// A field that must tell absent from null is an [Opt]. For every other optional
// field null means absent.
package wire

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"reflect"
	"strings"

	"github.com/kith-id/kith/internal/errs"
)

// Limits on what one request may hold. They bound the memory a request can
// take before any handler has seen it.
const (
	DefaultMaxBody = 1 << 20  // bytes of a JSON body
	MaxQuery       = 64 << 10 // bytes of a query string
	maxDepth       = 32       // nested arrays and objects
	maxValues      = 100_000  // values in one body
	maxQueryKeys   = 1_000    // key=value pairs in one query string
	maxIntLiteral  = 400      // characters of a number
)

// Options change how a request is read.
type Options struct {
	MaxBody int64 // bytes; 0 means DefaultMaxBody
	Lenient bool  // ignore unknown fields instead of refusing them
}

// Decode fills dst, a pointer to a struct, from the query string when the
// method is GET or HEAD and from the JSON body otherwise. Errors are of kind
// invalid or too_large and carry the code, field and details of the API's error
// body. After an error dst may be partly filled.
func Decode(r *http.Request, dst any, opt Options) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return DecodeQuery(r.URL.RawQuery, dst, opt)
	}
	body, err := readBody(r, opt)
	if err != nil {
		return err
	}
	return DecodeJSON(body, dst, opt)
}

// DecodeJSON fills dst, a pointer to a struct, from one JSON object. See Decode.
func DecodeJSON(body []byte, dst any, opt Options) error {
	root, err := parseJSON(body)
	if err != nil {
		return err
	}
	if root.kind != objectKind {
		return errs.New(errs.Invalid, "parse_error", "the body must be a JSON object, not %s", root.kind.article())
	}
	return bind(&root, dst, opt)
}

// DecodeQuery fills dst, a pointer to a struct, from a raw query string.
// See Decode.
func DecodeQuery(raw string, dst any, opt Options) error {
	root, err := parseQuery(raw)
	if err != nil {
		return err
	}
	return bind(&root, dst, opt)
}

func bind(root *node, dst any, opt Options) error {
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		panic("wire: dst must be a non-nil pointer to a struct")
	}
	b := binder{lenient: opt.Lenient}
	return b.structure(planOf(v.Elem().Type()), root, v.Elem(), nil)
}

// readBody returns the body, never longer than the limit. A request without
// any body and without a content type counts as {}, so that `curl -X POST`
// works; one that announces JSON must bring some.
func readBody(r *http.Request, opt Options) ([]byte, error) {
	limit := opt.MaxBody
	if limit <= 0 {
		limit = DefaultMaxBody
	}
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	if err := checkContentType(r.Header); err != nil {
		return nil, err
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = readAll(r, limit); err != nil {
			return nil, err
		}
	}
	if len(body) > 0 {
		return body, nil
	}
	if r.Header.Get("Content-Type") == "" {
		return []byte("{}"), nil
	}
	return nil, errs.New(errs.Invalid, "parse_error", "the body is empty; send {} when there is nothing to say")
}

func readAll(r *http.Request, limit int64) ([]byte, error) {
	var buf bytes.Buffer
	if r.ContentLength > 0 {
		buf.Grow(int(r.ContentLength))
	}
	n, err := io.Copy(&buf, io.LimitReader(r.Body, limit+1))
	var cut *http.MaxBytesError // whoever handed the request on allows less
	if errors.As(err, &cut) {
		return nil, tooLarge(cut.Limit)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, errs.New(errs.Unavailable, "service_unavailable", "the body did not arrive in time; send it again").Because(err)
	}
	if ctxErr := r.Context().Err(); err != nil && ctxErr != nil {
		return nil, ctxErr
	}
	if err != nil {
		return nil, errs.New(errs.Invalid, "parse_error", "the body ended before it was complete; send it again").Because(err)
	}
	if n > limit {
		return nil, tooLarge(limit)
	}
	return buf.Bytes(), nil
}

func tooLarge(limit int64) error {
	return errs.New(errs.TooLarge, "request_entity_too_large",
		"the request is larger than %d bytes; send less at once", limit).With("max_bytes", limit)
}

func checkContentType(h http.Header) error {
	if enc := h.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return errs.New(errs.Invalid, "invalid_content_type", "content encoding %q is not supported; send the body uncompressed", enc)
	}
	header := h.Get("Content-Type")
	if header == "" {
		return nil
	}
	media, params, err := mime.ParseMediaType(header)
	isJSON := err == nil && (media == "application/json" || strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json"))
	if !isJSON {
		return errs.New(errs.Invalid, "invalid_content_type", "content type %q is not supported; send application/json", header)
	}
	if cs := params["charset"]; cs != "" && !strings.EqualFold(cs, "utf-8") {
		return errs.New(errs.Invalid, "invalid_content_type", "charset %q is not supported; send UTF-8", cs)
	}
	return nil
}
