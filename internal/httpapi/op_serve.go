package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
)

const defaultTimeout = 30 * time.Second

// Config is what the server supplies.
type Config struct {
	Version string        // of Kith, for the document
	Timeout time.Duration // a request's deadline; 0 means 30 s
	MaxBody int64         // bytes of a request body; 0 means 1 MiB
	Lenient bool          // ignore unknown request fields instead of refusing them
	Log     *slog.Logger  // nil means slog.Default()

	// Authenticate returns the request's context with the caller in it, or an
	// error of kind unauthenticated, forbidden or too_many. It is called for
	// public operations too, which may know a caller, with their Op. When it is
	// nil only public operations answer.
	Authenticate func(*http.Request, Op) (context.Context, error)

	// Observe is told of every request answered. op is "" when no operation was
	// found. May be nil.
	Observe func(op string, status int, took time.Duration)
}

// API is the set of operations, served over HTTP.
type API struct {
	cfg       Config
	mux       *http.ServeMux
	huma      huma.API
	describer *wire.Describer
	methods   map[string][]string // by path, with the leading slash
	handlers  map[string]http.HandlerFunc
	ops       []Op

	describing  sync.Mutex
	undescribed []func() // put what was registered since into the document
}

// New returns an API that has /ping, /openapi.json and /docs.
func New(cfg Config) *API {
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.MaxBody == 0 {
		cfg.MaxBody = wire.DefaultMaxBody
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	a := &API{cfg: cfg, mux: http.NewServeMux(), methods: map[string][]string{}, handlers: map[string]http.HandlerFunc{}}
	a.huma = humago.New(a.mux, documentConfig(cfg.Version))
	a.describer = wire.NewDescriber(a.registry())
	registerPing(a)
	a.addPages()
	return a
}

type pingOut struct {
	Timestamp wire.Time `json:"timestamp" doc:"When the server answered."`
}

func registerPing(a *API) {
	Register(a, Op{Path: "ping", Summary: "Check that the server answers", Tags: []string{"server"}, Read: true, Auth: Public},
		func(context.Context, *struct{}) (*pingOut, error) {
			return &pingOut{Timestamp: wire.At(time.Now())}, nil
		})
}

func (a *API) maxBody(op Op) int64 {
	if op.MaxBody > 0 {
		return op.MaxBody
	}
	return a.cfg.MaxBody
}

// add routes an operation under both of its paths and documents it.
func (a *API) add(op Op, in, out reflect.Type, h http.HandlerFunc) {
	path := "/" + op.Path
	if !opPath.MatchString(op.Path) || a.methods[path] != nil {
		panic("httpapi: the path " + op.Path + " is misspelt or taken")
	}
	if op.Auth == "" {
		op.Auth = Token
	}
	a.ops = append(a.ops, op)
	a.handlers[op.Path] = h
	checkDocumented(op, out)
	a.undescribed = append(a.undescribed, func() { a.describe(op, in, out) })
	serve := a.around(op, h)
	for _, method := range op.methods() {
		for _, prefix := range []string{"", "/internal"} {
			a.methods[prefix+path] = op.methods()
			a.huma.Adapter().Handle(&huma.Operation{Method: method, Path: prefix + path}, func(c huma.Context) {
				r, w := humago.Unwrap(c)
				serve(w, r)
			})
		}
	}
}

// Operations returns the registered operations in the order of registration.
func (a *API) Operations() []Op { return slices.Clone(a.ops) }

var operationLike = regexp.MustCompile(`^/[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$`)

// Owns reports whether the API answers for a path: an operation, the document,
// or anything that is shaped like an operation and so deserves the API's 404
// rather than a page. A server that also serves files should look for the file
// first.
func (a *API) Owns(path string) bool {
	return a.methods[path] != nil || strings.HasPrefix(path, "/internal/") || operationLike.MatchString(path)
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	allowed := a.methods[r.URL.Path]
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	switch {
	case allowed == nil:
		a.around(Op{Auth: unrouted}, routeNotFound)(w, r)
	case !slices.Contains(allowed, method):
		a.around(Op{Auth: unrouted}, methodNotAllowed(allowed))(w, r)
	default:
		a.mux.ServeHTTP(w, r)
	}
}

// unrouted marks requests that reach no operation and need no caller.
const unrouted Auth = "unrouted"

func routeNotFound(w http.ResponseWriter, _ *http.Request) {
	writeBody(w, http.StatusNotFound, []byte(`{"message":"route not found"}`))
}

func methodNotAllowed(allowed []string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		names := strings.Join(allowed, " or ")
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		body, _ := json.Marshal(map[string]string{
			"type":    "method_not_allowed",
			"message": strings.TrimPrefix(r.URL.Path, "/") + " is called with " + names + ", not " + clipMethod(r.Method),
		})
		writeBody(w, http.StatusMethodNotAllowed, body)
	}
}

func clipMethod(m string) string {
	if len(m) > 16 {
		return m[:16] + "…"
	}
	return m
}

// around is what every request gets: an id, a deadline, a caller, and whatever
// happens an answer, a log line and an observation.
func (a *API) around(op Op, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := requestID(r)
		rec := &recorder{ResponseWriter: w}
		rec.Header().Set("X-Request-Id", id)
		ctx, cancel := a.deadline(context.WithValue(r.Context(), requestIDKey{}, id), op)
		defer cancel()
		boundReading(ctx, w)
		r = r.WithContext(ctx)
		defer a.finish(op, rec, r, start)
		a.enter(op, h, rec, r) //nolint:contextcheck // the request carries it
	}
}

func (a *API) deadline(ctx context.Context, op Op) (context.Context, context.CancelFunc) {
	switch {
	case op.Timeout < 0:
		return context.WithCancel(ctx)
	case op.Timeout > 0:
		return context.WithTimeout(ctx, op.Timeout)
	default:
		return context.WithTimeout(ctx, a.cfg.Timeout)
	}
}

// boundReading lets the deadline also end the reading of a body that trickles
// in, which a context alone cannot. The server sets the connection's own
// deadline again before the next request.
func boundReading(ctx context.Context, w http.ResponseWriter) {
	if at, ok := ctx.Deadline(); ok {
		_ = http.NewResponseController(w).SetReadDeadline(at) // a writer without a connection has none to bound
	}
}

// enter authenticates and runs the handler.
func (a *API) enter(op Op, h http.HandlerFunc, w http.ResponseWriter, r *http.Request) {
	if op.Auth == unrouted {
		h(w, r)
		return
	}
	ctx, err := a.authenticate(op, r)
	if err == nil {
		err = checkVersion(r.Header)
	}
	if err != nil {
		a.WriteError(w, r, err)
		return
	}
	h(w, r.WithContext(ctx))
}

func (a *API) authenticate(op Op, r *http.Request) (context.Context, error) {
	if a.cfg.Authenticate != nil {
		return a.cfg.Authenticate(r, op)
	}
	if op.Auth == Public {
		return r.Context(), nil
	}
	return nil, errs.New(errs.Unauthenticated, "unauthenticated", "this server has no way to sign in configured")
}

// finish turns a panic into an answer and tells the log and the metrics.
func (a *API) finish(op Op, rec *recorder, r *http.Request, start time.Time) {
	if p := recover(); p != nil {
		a.recovered(p, rec, r)
	}
	took := time.Since(start)
	status := rec.code()
	a.cfg.Log.LogAttrs(r.Context(), accessLevel(status), "request",
		slog.String("id", RequestID(r.Context())), slog.String("op", op.Path), slog.String("method", clipMethod(r.Method)),
		slog.Int("status", status), slog.Int64("bytes", rec.bytes), slog.Duration("took", took))
	if a.cfg.Observe != nil {
		a.cfg.Observe(op.Path, status, took)
	}
}

func accessLevel(status int) slog.Level {
	if status >= http.StatusInternalServerError {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

func (a *API) recovered(p any, rec *recorder, r *http.Request) {
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	a.cfg.Log.ErrorContext(r.Context(), "panic", "id", RequestID(r.Context()), "panic", p, "stack", string(debug.Stack()))
	if rec.status == 0 {
		a.WriteError(rec, r, errs.New(errs.Internal, "internal_error", "a panic was recovered"))
		return
	}
	// The answer is under way; only breaking the connection tells the client.
	panic(http.ErrAbortHandler)
}

// WriteJSON answers with v as JSON. Status 204 has no body.
func (a *API) WriteJSON(w http.ResponseWriter, r *http.Request, status int, v any) {
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	var body bytes.Buffer
	if err := json.NewEncoder(&body).Encode(v); err != nil {
		a.WriteError(w, r, err)
		return
	}
	writeBody(w, status, bytes.TrimSuffix(body.Bytes(), []byte("\n")))
}

func writeBody(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client has gone; nobody is left to tell
}
