package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
)

type thingFilter struct {
	After *time.Time `json:"after" doc:"Not before this."`
}

type thingListIn struct {
	page.Request
	Name    []string       `json:"name" doc:"Any of these names." maxItems:"3"`
	Fail    string         `json:"fail"`
	Created thingFilter    `json:"created_date"`
	Custom  map[string]any `json:"custom_fields"`
}

type thingUpdateIn struct {
	ID   string           `json:"id" required:"true" doc:"The thing."`
	Name wire.Opt[string] `json:"name" maxLength:"10" doc:"null clears it."`
	Kind string           `json:"kind" enum:"small,large"`
	Part *thingPart       `json:"part" doc:"A part of it."`
}

type thingPart struct {
	Parts []thingPart `json:"parts"`
}

type thing struct {
	ID      string    `json:"id"`
	Created wire.Time `json:"created_date,omitzero"`
	Owners  []string  `json:"owned_by"`
}

type thingListOut struct {
	Things []thing `json:"things"`
	page.Links
}

type thingOut struct {
	Thing thing `json:"thing"`
}

type callerKey struct{}

// bench is an API with a handful of operations, and what it logged and observed.
type bench struct {
	*API
	apitest.Client
	log      bytes.Buffer
	observed []string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{}
	b.API = New(Config{
		Version: "1.2.3", MaxBody: 1000, Log: slog.New(slog.NewTextHandler(&b.log, nil)),
		Observe: func(op string, status int, _ time.Duration) {
			b.observed = append(b.observed, fmt.Sprintf("%s %d", op, status))
		},
		Authenticate: func(r *http.Request, op Op) (context.Context, error) {
			token := BearerToken(r.Header)
			switch {
			case token == "" && op.Auth != Public:
				return nil, errs.New(errs.Unauthenticated, "unauthenticated", "send a token")
			case token == "stale":
				return nil, errs.New(errs.Unauthenticated, "token_expired", "the token has expired")
			case token == "eager":
				return nil, errs.New(errs.TooMany, "", "slow down").With("retry_after", 1500*time.Millisecond)
			}
			return context.WithValue(r.Context(), callerKey{}, token), nil
		},
	})
	b.Client = apitest.Client{Handler: b.API, Token: "tok"}
	registerThings(b.API)
	return b
}

func registerThings(a *API) {
	Register(a, Op{Path: "things.list", Summary: "List things", Tags: []string{"things"}, Read: true}, listThings)
	Register(a, Op{Path: "things.update", Summary: "Change a thing", Description: "At once."}, func(ctx context.Context, in *thingUpdateIn) (*thingOut, error) {
		return &thingOut{thing{ID: in.ID + "/" + ctx.Value(callerKey{}).(string), Owners: []string{}}}, nil
	})
	Register(a, Op{Path: "things.create", Status: http.StatusCreated}, func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
	Register(a, Op{Path: "things.parts.remove", Status: http.StatusNoContent}, func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
	Register(a, Op{Path: "things.slow", Timeout: time.Millisecond}, func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	Register(a, Op{Path: "things.stopped", Timeout: time.Millisecond}, func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		<-ctx.Done()
		return nil, context.Canceled // as a database says it that was told to stop
	})
	Register(a, Op{Path: "things.odd"}, func(context.Context, *struct{}) (*struct {
		C chan int `json:"-"`
		F badJSON  `json:"f"`
	}, error) {
		return new(struct {
			C chan int `json:"-"`
			F badJSON  `json:"f"`
		}), nil
	})
	RegisterRaw(a, Op{Path: "things.upload", Input: uploadIn{}, Consumes: "multipart/form-data", Produces: "text/csv", MaxBody: 20, Auth: Public}, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			a.WriteError(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "text/csv")
		_, _ = w.Write(body)
	})
	RegisterRaw(a, Op{Path: "things.stream", Read: true, Timeout: -1, Produces: "text/event-stream"}, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "data: 1\n\n")
		w.(http.Flusher).Flush()
		if _, ok := r.Context().Deadline(); ok {
			_, _ = io.WriteString(w, "data: deadline\n\n")
		}
		if r.URL.Query().Has("panic") {
			panic("midway")
		}
	})
}

type badJSON struct{}

func (badJSON) MarshalJSON() ([]byte, error) { return nil, errors.New("secret reason") }

type uploadIn struct {
	File string `json:"file" format:"binary" required:"true" doc:"The file."`
}

func listThings(_ context.Context, in *thingListIn) (*thingListOut, error) {
	switch in.Fail {
	case "":
	case "panic":
		panic("secret panic")
	case "abort":
		panic(http.ErrAbortHandler)
	case "plain":
		return nil, errors.New("secret cause")
	case "internal":
		return nil, errs.New(errs.Internal, "", "secret message").Because(errors.New("secret cause"))
	default:
		return nil, failures[in.Fail]
	}
	out := &thingListOut{Things: []thing{}}
	for _, name := range in.Name {
		out.Things = append(out.Things, thing{ID: name, Owners: []string{}})
	}
	if in.Created.After != nil {
		out.Things = append(out.Things, thing{ID: "after", Created: wire.At(*in.Created.After), Owners: []string{}})
	}
	return out, nil
}

var failures = map[string]error{
	"missing":     errs.Missing("display_name"),
	"enum":        errs.BadEnum("mode", "sideways", []string{"after", "before"}),
	"permitted":   errs.NotPermitted("phone_numbers", "not E.164"),
	"id":          errs.BadID("id", "x"),
	"gone":        errs.Gone("REVU-9"),
	"clash":       errs.Clash("external_ref", "already in use").With("holder", map[string]string{"id": "REVU-1"}),
	"denied":      errs.Denied("not yours").With("object_ids", []string{"REVU-1"}),
	"wrapped":     fmt.Errorf("store: %w", errs.Gone("REVU-9")),
	"busy":        errs.New(errs.Unavailable, "", "later").With("retry_after", 3),
	"kind":        &errs.Error{Kind: "odd", Message: "secret"},
	"no code":     &errs.Error{Kind: errs.Invalid, Message: "wrong"},
	"odd detail":  errs.BadRequest("wrong").With("f", func() {}).With("type", "x").With("z", 1),
	"cancelled":   fmt.Errorf("query: %w", context.Canceled),
	"subtype":     errs.New(errs.Invalid, "customization_validation_error", "no such field").With("subtype", "field_not_in_schema"),
	"large":       errs.New(errs.TooLarge, "", "too large").With("max_bytes", 5),
	"many":        errs.New(errs.TooMany, "", "slow down").With("retry_after", int64(17)),
	"many simply": errs.New(errs.TooMany, "", "slow down"),
}

func TestOperations(t *testing.T) {
	const csv = `{"things":[{"id":"a","owned_by":[]},{"id":"b","owned_by":[]}]}`
	newBench(t).Run(t, []apitest.Scenario{
		{Name: "read by GET", Method: "GET", Path: "/things.list?name=%22a%22,%22b%22", Status: 200, Want: csv, Exact: true},
		{Name: "read by POST", Path: "/things.list", Body: `{"name":["a","b"]}`, Status: 200, Want: csv, Exact: true},
		{Name: "internal by GET", Method: "GET", Path: "/internal/things.list?name=a&name=b", Status: 200, Want: csv, Exact: true},
		{Name: "internal by POST", Path: "/internal/things.list", Body: `{"name":["a","b"]}`, Status: 200, Want: csv},
		{Name: "time", Method: "GET", Path: "/things.list?created_date.after=2024-01-01T01:00:00.5%2B01:00", Status: 200, Want: `{"things":[{"id":"after","created_date":"2024-01-01T00:00:00.500Z"}]}`},
		{Name: "HEAD", Method: "HEAD", Path: "/things.list", Status: 200},
		{Name: "caller", Path: "/things.update", Body: `{"id":"T-1"}`, Status: 200, Want: `{"thing":{"id":"T-1/tok","owned_by":[]}}`, Exact: true},
		{Name: "nil answer", Path: "/things.create", Body: `{}`, Status: 201, Want: `{}`, Exact: true},
		{Name: "no content", Path: "/things.parts.remove", Body: `{}`, Status: 204, Check: func(t testing.TB, r apitest.Response) {
			if len(r.Body) != 0 {
				t.Errorf("got a body: %s", r.Body)
			}
		}},
		{Name: "ping", Method: "GET", Path: "/ping", Header: map[string]string{"Authorization": ""}, Status: 200, Want: `{"timestamp":"<any>"}`, Exact: true},
		{Name: "ping by POST", Path: "/ping", Body: `{}`, Status: 200, Want: `{"timestamp":"<any>"}`},
		{Name: "ping with nothing", Path: "/ping", Body: ``, Status: 400, Want: `{"type":"parse_error"}`},
		{Name: "unknown field", Path: "/things.list", Body: `{"nam":[]}`, Status: 400, Want: `{"type":"invalid_field","field_name":"nam"}`},
		{Name: "too large", Path: "/things.list", Body: `{"fail":"` + strings.Repeat("x", 1000) + `"}`, Status: 413, Want: `{"type":"request_entity_too_large","max_bytes":1000}`},
		{Name: "raw", Path: "/things.upload", Body: "a,b", Status: 200, Check: func(t testing.TB, r apitest.Response) {
			if string(r.Body) != "a,b" {
				t.Errorf("got %s", r.Body)
			}
		}},
		{Name: "raw too large", Path: "/things.upload", Body: strings.Repeat("x", 21), Status: 413, Want: `{"type":"request_entity_too_large","max_bytes":20}`},
		{Name: "stream", Method: "GET", Path: "/things.stream", Status: 200, Check: func(t testing.TB, r apitest.Response) {
			if string(r.Body) != "data: 1\n\n" {
				t.Errorf("got %q", r.Body)
			}
		}},
	})
}

func TestRouting(t *testing.T) {
	b := newBench(t)
	allow := func(want string) func(testing.TB, apitest.Response) {
		return func(t testing.TB, r apitest.Response) {
			if got := r.Header.Get("Allow"); got != want {
				t.Errorf("Allow: got %q, want %q", got, want)
			}
		}
	}
	b.Run(t, []apitest.Scenario{
		{Name: "unrouted", Path: "/things.frobnicate", Body: `{}`, Status: 404, Want: `{"message":"route not found"}`, Exact: true},
		{Name: "unrouted by GET", Method: "GET", Path: "/internal/nothing", Status: 404, Want: `{"message":"route not found"}`, Exact: true},
		{Name: "trailing slash", Path: "/things.list/", Status: 404, Want: `{"message":"route not found"}`},
		{Name: "write by GET", Method: "GET", Path: "/things.update?id=x", Status: 405, Want: `{"type":"method_not_allowed","message":"things.update is called with POST, not GET"}`, Check: allow("POST")},
		{Name: "read by DELETE", Method: "DELETE", Path: "/internal/things.list", Status: 405, Want: `{"message":"internal/things.list is called with GET or POST, not DELETE"}`, Check: allow("GET, POST")},
		{Name: "document by POST", Path: "/openapi.json", Status: 405, Check: allow("GET")},
	})
	for path, want := range map[string]bool{
		"/things.list": true, "/internal/anything": true, "/docs": true, "/openapi.json": true, "/no-such.operation": true, "/things.parts.remove": true,
		"/": false, "/contacts": false, "/assets/app.js": false, "/contacts/REVU-1": false,
	} {
		if got := b.Owns(path); got != want {
			t.Errorf("Owns(%s) is %t", path, got)
		}
	}
}

func TestErrors(t *testing.T) {
	retry := func(want string) func(testing.TB, apitest.Response) {
		return func(t testing.TB, r apitest.Response) {
			if got := r.Header.Get("Retry-After"); got != want {
				t.Errorf("Retry-After: got %q, want %q", got, want)
			}
		}
	}
	tests := []struct {
		fail   string
		status int
		want   string
		check  func(testing.TB, apitest.Response)
	}{
		{"missing", 400, `{"type":"missing_required_field","message":"display_name: is required","field_name":"display_name"}`, nil},
		{"enum", 400, `{"type":"invalid_enum_value","message":"<any>","field_name":"mode","value":"sideways","allowed_values":["after","before"]}`, nil},
		{"permitted", 400, `{"type":"value_not_permitted","message":"<any>","field_name":"phone_numbers","reason":"not E.164"}`, nil},
		{"id", 400, `{"type":"invalid_id","message":"<any>","field_name":"id","value":"x"}`, nil},
		{"gone", 404, `{"type":"not_found","message":"REVU-9 does not exist"}`, nil},
		{"wrapped", 404, `{"type":"not_found","message":"REVU-9 does not exist"}`, nil},
		{"clash", 409, `{"type":"conflict","message":"external_ref: already in use","field_name":"external_ref","holder":{"id":"REVU-1"}}`, nil},
		{"denied", 403, `{"type":"forbidden","message":"not yours","object_ids":["REVU-1"]}`, nil},
		{"busy", 503, `{"type":"service_unavailable","message":"later","retry_after":3}`, retry("3")},
		{"many", 429, `{"type":"too_many_requests","message":"slow down","retry_after":17}`, retry("17")},
		{"many simply", 429, `{"type":"too_many_requests","message":"slow down"}`, retry("")},
		{"large", 413, `{"type":"request_entity_too_large","message":"too large","max_bytes":5}`, nil},
		{"cancelled", 503, `{"type":"service_unavailable","message":"the request was cancelled"}`, nil},
		{"no code", 400, `{"type":"bad_request","message":"wrong"}`, nil},
		{"odd detail", 400, `{"type":"bad_request","message":"wrong","z":1}`, nil},
		{"subtype", 400, `{"type":"customization_validation_error","message":"no such field","subtype":"field_not_in_schema"}`, nil},
	}
	b := newBench(t)
	for _, tt := range tests {
		b.Run(t, []apitest.Scenario{{
			Name: tt.fail, Path: "/things.list", Body: map[string]string{"fail": tt.fail}, Status: tt.status, Want: tt.want, Exact: true, Check: tt.check,
		}})
	}
	for _, path := range []string{"/things.slow", "/things.stopped"} {
		b.Run(t, []apitest.Scenario{{Name: "deadline", Path: path, Body: `{}`, Status: 503,
			Want: `{"type":"service_unavailable","message":"the server did not finish in time; ask for less at once, such as by a narrower filter, or try again"}`}})
	}
}

func TestErrorBodyOrder(t *testing.T) {
	got := string(errorBody(errs.BadEnum("mode", "x", []string{"a"}), ""))
	want := `{"type":"invalid_enum_value","message":"mode: \"x\" is not one of a","field_name":"mode","allowed_values":["a"],"value":"x"}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestVersionHeader(t *testing.T) {
	b := newBench(t)
	for version, status := range map[string]int{"2022-10-20": 200, "2024-01-24": 200, "": 200, "banana": 400, "2022-13-40": 400} {
		b.Play(t, apitest.Scenario{Path: "/ping", Header: map[string]string{"X-Devrev-Version": version}, Body: `{}`, Status: status})
	}
	b.Play(t, apitest.Scenario{Path: "/ping", Header: map[string]string{"X-Devrev-Version": "banana"}, Body: `{}`, Status: 400,
		Want: `{"type":"invalid_api_version","value":"banana"}`})
}

func TestInternalErrorsAreHidden(t *testing.T) {
	for _, fail := range []string{"plain", "internal", "panic", "kind"} {
		b := newBench(t)
		res := b.Play(t, apitest.Scenario{Path: "/things.list", Body: map[string]string{"fail": fail}, Status: 500, Want: `{"type":"internal_error","reference_id":"<any>"}`})
		if strings.Contains(string(res.Body), "secret") {
			t.Errorf("%s: the answer tells too much: %s", fail, res.Body)
		}
		if ref := res.Text(t, "reference_id"); !strings.Contains(b.log.String(), ref) || !strings.Contains(b.log.String(), "secret") {
			t.Errorf("%s: the log does not tell the cause under %s: %s", fail, ref, &b.log)
		}
	}
	b := newBench(t)
	b.Play(t, apitest.Scenario{Path: "/things.odd", Body: `{}`, Status: 500, Want: `{"type":"internal_error"}`})
}

func TestPanicInTheMiddleBreaksTheConnection(t *testing.T) {
	for _, path := range []string{"/things.stream?panic=1", "/things.list?fail=abort"} {
		b := newBench(t)
		func() {
			defer func() {
				if p := recover(); p != http.ErrAbortHandler {
					t.Errorf("%s: recovered %v", path, p)
				}
			}()
			b.Send(t, "GET", path, nil, nil)
		}()
	}
}

func TestAuthentication(t *testing.T) {
	b := newBench(t)
	as := func(token string) map[string]string { return map[string]string{"Authorization": token} }
	b.Run(t, []apitest.Scenario{
		{Name: "none", Path: "/things.create", Header: as(""), Body: `{}`, Status: 401, Want: `{"type":"unauthenticated"}`, Check: func(t testing.TB, r apitest.Response) {
			if r.Header.Get("WWW-Authenticate") != "Bearer" {
				t.Error("no WWW-Authenticate")
			}
		}},
		{Name: "before the body is read", Path: "/things.create", Header: as(""), Body: `nonsense`, Status: 401},
		{Name: "expired", Path: "/things.create", Header: as("Bearer stale"), Body: `{}`, Status: 401, Want: `{"type":"token_expired"}`},
		{Name: "too many", Path: "/things.create", Header: as("eager"), Body: `{}`, Status: 429, Want: `{"retry_after":2}`},
		{Name: "bearer", Path: "/things.update", Header: as("bearer  abc"), Body: `{"id":"T"}`, Status: 200, Want: `{"thing":{"id":"T/abc"}}`},
		{Name: "public", Path: "/things.upload", Header: as(""), Body: `x`, Status: 200},
	})
}

func TestWithoutAuthenticateOnlyPublicAnswers(t *testing.T) {
	a := New(Config{Log: slog.New(slog.DiscardHandler)})
	registerThings(a)
	apitest.Client{Handler: a}.Run(t, []apitest.Scenario{
		{Name: "public", Method: "GET", Path: "/ping", Status: 200},
		{Name: "token", Path: "/things.create", Body: `{}`, Status: 401},
	})
}

func TestBearerToken(t *testing.T) {
	for header, want := range map[string]string{
		"": "", "abc": "abc", "Bearer abc": "abc", "bearer abc": "abc", "BEARER\tabc ": "abc", "  abc ": "abc",
		"Bearer": "", "Bearerabc": "Bearerabc", "Basic abc": "Basic abc",
	} {
		if got := BearerToken(http.Header{"Authorization": {header}}); got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}

func TestLogAndObservation(t *testing.T) {
	b := newBench(t)
	res := b.Send(t, "GET", "/things.list?name=secret-query", map[string]string{"X-Request-Id": "req-1", "Authorization": "Bearer secret-token"}, nil)
	if got := res.Header.Get("X-Request-Id"); got != "req-1" {
		t.Errorf("got request id %q", got)
	}
	b.Send(t, "POST", "/things.list", map[string]string{"X-Request-Id": "bad id\n"}, `{"fail":"secret-body"}`)
	res = b.Send(t, "POST", "/nothing", nil, nil)
	if got := res.Header.Get("X-Request-Id"); len(got) != 26 {
		t.Errorf("got request id %q", got)
	}
	log := b.log.String()
	for _, want := range []string{"id=req-1", "op=things.list", "method=GET", "status=200", "took="} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in %s", want, log)
		}
	}
	if strings.Contains(log, "secret") || strings.Contains(log, "bad id") {
		t.Errorf("the log tells too much: %s", log)
	}
	if d := cmp.Diff([]string{"things.list 200", "things.list 200", " 404"}, b.observed); d != "" {
		t.Error(d)
	}
}

func TestRequestIDReachesHandlers(t *testing.T) {
	var got string
	a := New(Config{Log: slog.New(slog.DiscardHandler)})
	Register(a, Op{Path: "who.am-i", Auth: Public}, func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		got = RequestID(ctx)
		return nil, nil
	})
	res := apitest.Client{Handler: a}.Post(t, "who.am-i", `{}`, 200)
	if want := res.Header.Get("X-Request-Id"); got != want || got == "" {
		t.Errorf("got %q, want %q", got, want)
	}
	if RequestID(context.Background()) != "" {
		t.Error("a request id outside a request")
	}
}

func TestLenientIgnoresUnknownFields(t *testing.T) {
	a := New(Config{Lenient: true, Log: slog.New(slog.DiscardHandler)})
	Register(a, Op{Path: "a.b", Auth: Public}, func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
	apitest.Client{Handler: a}.Post(t, "a.b", `{"x":1}`, 200)
}

func TestRegisterPanicsOnMistakes(t *testing.T) {
	nothing := func(context.Context, *struct{}) (*struct{}, error) { return nil, nil }
	for name, register := range map[string]func(*API){
		"taken":    func(a *API) { Register(a, Op{Path: "ping"}, nothing) },
		"misspelt": func(a *API) { Register(a, Op{Path: "/a.b"}, nothing) },
		"no struct": func(a *API) {
			Register(a, Op{Path: "a.b"}, func(context.Context, *string) (*struct{}, error) { return nil, nil })
		},
		"bad field": func(a *API) {
			Register(a, Op{Path: "a.b"}, func(context.Context, *struct {
				C chan int `json:"c"`
			}) (*struct{}, error) {
				return nil, nil
			})
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			register(New(Config{}))
		}()
	}
}

func TestServedOverTheNetwork(t *testing.T) {
	b := newBench(t)
	server := httptest.NewServer(b.API)
	defer server.Close()
	req, _ := http.NewRequest(http.MethodPost, server.URL+"/things.list", strings.NewReader(`{"name":["a"]}`))
	req.Header.Set("Authorization", "tok")
	res, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if want := `{"things":[{"id":"a","owned_by":[]}]}`; string(body) != want {
		t.Errorf("got %s", body)
	}
	for key, want := range map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
		if got := res.Header.Get(key); got != want {
			t.Errorf("%s: got %q", key, got)
		}
	}
}

// TestStalledBody is that a client that stops sending does not hold the server.
func TestStalledBody(t *testing.T) {
	b := newBench(t)
	server := httptest.NewServer(b.API)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST /things.slow HTTP/1.1\r\nHost: x\r\nAuthorization: tok\r\nContent-Length: 10\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got status %d", res.StatusCode)
	}
}
