// Package httpapi is the HTTP API: flat operations named resource.verb, reads
// as GET and POST, writes as POST, each also under /internal/. This file and
// its neighbours op_*.go are the frame: registering operations, serving them,
// writing errors and generating the OpenAPI document. One file a resource holds
// the operations themselves.
package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"time"

	"github.com/kith-id/kith/internal/httpapi/wire"
)

// Auth says who may call an operation at all. It is handed to the Authenticate
// hook unread; what the caller may do to which object is decided later.
type Auth string

// The two classes that every deployment has. The zero Auth counts as Token, so
// that forgetting it closes an operation rather than opens it.
const (
	Token  Auth = "token"
	Public Auth = "public"
)

// Op describes an operation.
type Op struct {
	Path        string        // resource.verb, without a slash: rev-users.list
	Summary     string        // one line for the document
	Description string        // further text for the document
	Tags        []string      // groups in the document
	Read        bool          // callable with GET as well as POST
	Status      int           // of success; 0 means 200
	Auth        Auth          // see Auth
	Framed      bool          // of a public one: browsers may call it from Kith's own pages alone
	MaxBody     int64         // bytes; 0 means the API's limit
	Timeout     time.Duration // 0 means the API's, negative means none (streams)
	Errors      []int         // statuses to document beyond the usual ones

	// For raw operations only: how the document describes them.
	Input    any    // a request struct, such as importForm{}
	Output   any    // a response struct; nil when Produces is not JSON
	Consumes string // media type of the body; "" means application/json
	Produces string // media type of the response; "" means application/json
}

func (o Op) status() int {
	if o.Status == 0 {
		return http.StatusOK
	}
	return o.Status
}

func (o Op) methods() []string {
	if o.Read {
		return []string{http.MethodGet, http.MethodPost}
	}
	return []string{http.MethodPost}
}

var opPath = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z][a-z0-9]*(-[a-z0-9]+)*)*$`)

// Register adds an operation whose request is decoded into In and whose answer
// is Out as JSON; a nil *Out is the empty object. It panics on a mistake in the
// program: a path taken or misspelt, or an In that cannot be decoded into.
//
// The handler gets the context that the Authenticate hook returned. Errors
// should be *errs.Error; every other one is logged and answered as
// internal_error.
func Register[In, Out any](api *API, op Op, h func(ctx context.Context, in *In) (*Out, error)) {
	in := reflect.TypeFor[In]()
	if in.Kind() != reflect.Struct {
		panic(fmt.Sprintf("httpapi: %s: request type %s is not a struct", op.Path, in))
	}
	wire.Check(in)
	api.add(op, in, reflect.TypeFor[Out](), func(w http.ResponseWriter, r *http.Request) {
		req := new(In)
		opt := wire.Options{MaxBody: api.maxBody(op), Lenient: api.cfg.Lenient}
		if err := wire.Decode(r, req, opt); err != nil {
			api.WriteError(w, r, err)
			return
		}
		out, err := h(r.Context(), req)
		if err != nil {
			api.WriteError(w, r, err)
			return
		}
		if out == nil {
			api.WriteJSON(w, r, op.status(), struct{}{})
			return
		}
		api.WriteJSON(w, r, op.status(), out)
	})
}

// RegisterRaw adds an operation that reads and writes HTTP itself, such as an
// upload or a stream of events. Everything around it, from authentication to the
// access log, is as for the others; WriteError and WriteJSON are there for it.
// The body is cut off behind Op.MaxBody.
func RegisterRaw(api *API, op Op, h http.HandlerFunc) {
	api.add(op, typeOf(op.Input), typeOf(op.Output), func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, api.maxBody(op))
		h(w, r)
	})
}

func typeOf(v any) reflect.Type {
	if v == nil {
		return reflect.TypeFor[struct{}]()
	}
	return reflect.TypeOf(v)
}
