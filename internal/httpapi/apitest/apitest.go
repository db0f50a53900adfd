// Package apitest tests HTTP handlers: tables of requests with the answers
// they should get, and a check of every answer against a published OpenAPI
// file. It is for tests only.
package apitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// Any, as a value in wanted JSON, stands for any value but null.
const Any = "<any>"

// Scenario is one request and what should come of it.
type Scenario struct {
	Name   string
	Method string            // POST when empty
	Path   string            // with the query string, if any
	Header map[string]string // beside the client's own
	Body   any               // text goes out as it is, other values as JSON; nil is no body
	Status int               // wanted
	Want   string            // wanted JSON: objects may have more members, lists may not have more elements
	Exact  bool              // Want is the whole body
	Absent []string          // paths, such as rev_users.0.email, that must not be there
	Check  func(testing.TB, Response)
}

// Client calls a handler. The zero Spec checks nothing.
type Client struct {
	Handler http.Handler
	Token   string // sent as Authorization, unless empty
	Spec    *Spec  // checks every answer, unless nil
}

// Response is an answer.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Run plays the scenarios as subtests, in order.
func (c Client) Run(t *testing.T, scenarios []Scenario) {
	t.Helper()
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) { c.Play(t, s) })
	}
}

// Play sends one scenario's request, reports every difference from what is
// wanted, and returns the answer.
func (c Client) Play(t testing.TB, s Scenario) Response {
	t.Helper()
	res := c.Send(t, s.Method, s.Path, s.Header, s.Body)
	if res.Status != s.Status {
		t.Errorf("%s: status %d, want %d; body: %s", s.Path, res.Status, s.Status, res.Body)
	}
	if s.Want != "" {
		for _, p := range Diff([]byte(s.Want), res.Body, s.Exact) {
			t.Errorf("%s: %s; body: %s", s.Path, p, res.Body)
		}
	}
	for _, path := range s.Absent {
		if v, ok := res.Lookup(path); ok {
			t.Errorf("%s: %s is there: %v", s.Path, path, v)
		}
	}
	if s.Check != nil {
		s.Check(t, res)
	}
	return res
}

// Post calls an operation with a JSON body, fails the test at once unless the
// answer has the status, and returns the answer.
func (c Client) Post(t testing.TB, operation string, body any, status int) Response {
	t.Helper()
	res := c.Send(t, http.MethodPost, "/"+operation, nil, body)
	if res.Status != status {
		t.Fatalf("%s: status %d, want %d; body: %s", operation, res.Status, status, res.Body)
	}
	return res
}

// Send sends one request and returns the answer, checked against the Spec.
func (c Client) Send(t testing.TB, method, path string, header map[string]string, body any) Response {
	t.Helper()
	if method == "" {
		method = http.MethodPost
	}
	r := httptest.NewRequestWithContext(t.Context(), method, path, reader(t, body))
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.Token != "" {
		r.Header.Set("Authorization", c.Token)
	}
	for key, value := range header {
		r.Header.Set(key, value)
	}
	w := httptest.NewRecorder()
	c.Handler.ServeHTTP(w, r)
	res := Response{Status: w.Code, Header: w.Result().Header, Body: w.Body.Bytes()}
	c.Spec.Check(t, method, r.URL.Path, res)
	return res
}

func reader(t testing.TB, body any) io.Reader {
	t.Helper()
	switch body := body.(type) {
	case nil:
		return nil
	case string:
		return strings.NewReader(body)
	case []byte:
		return bytes.NewReader(body)
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(text)
}

// Decode reads the body into dst or fails the test.
func (r Response) Decode(t testing.TB, dst any) {
	t.Helper()
	if err := json.Unmarshal(r.Body, dst); err != nil {
		t.Fatalf("%v: %s", err, r.Body)
	}
}

// Lookup returns the value at a path of names and indexes joined by dots, and
// whether it is there. Numbers are json.Number.
func (r Response) Lookup(path string) (any, bool) {
	v, err := parse(r.Body)
	if err != nil {
		return nil, false
	}
	for name := range strings.SplitSeq(path, ".") {
		var ok bool
		if v, ok = child(v, name); !ok {
			return nil, false
		}
	}
	return v, true
}

// Text returns the string at a path or fails the test. See Lookup.
func (r Response) Text(t testing.TB, path string) string {
	t.Helper()
	v, _ := r.Lookup(path)
	s, ok := v.(string)
	if !ok {
		t.Fatalf("%s is no string in %s", path, r.Body)
	}
	return s
}

func child(v any, name string) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		c, ok := v[name]
		return c, ok
	case []any:
		var i int
		if _, err := fmt.Sscanf(name, "%d", &i); err != nil || i < 0 || i >= len(v) {
			return nil, false
		}
		return v[i], true
	default:
		return nil, false
	}
}

func parse(text []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("there is more after the JSON value")
	}
	return v, nil
}

// Diff returns the differences of a JSON text from a wanted one, one sentence
// each. Unless exact, objects may have members that are not wanted.
func Diff(want, got []byte, exact bool) []string {
	w, err := parse(want)
	if err != nil {
		return []string{fmt.Sprintf("the wanted JSON is broken: %v", err)}
	}
	g, err := parse(got)
	if err != nil {
		return []string{fmt.Sprintf("the body is no JSON: %v", err)}
	}
	return diff("body", w, g, exact)
}

func diff(at string, want, got any, exact bool) []string {
	if want == Any && got != nil {
		return nil
	}
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			return diffObjects(at, want, got, exact)
		}
	case []any:
		if got, ok := got.([]any); ok {
			return diffLists(at, want, got, exact)
		}
	default:
		if want == got {
			return nil
		}
	}
	return []string{fmt.Sprintf("%s is %s, want %s", at, show(got), show(want))}
}

func diffObjects(at string, want, got map[string]any, exact bool) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		v, ok := got[name]
		if !ok {
			out = append(out, fmt.Sprintf("%s.%s is missing, want %s", at, name, show(want[name])))
			continue
		}
		out = append(out, diff(at+"."+name, want[name], v, exact)...)
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[name]; exact && !ok {
			out = append(out, fmt.Sprintf("%s.%s is not wanted", at, name))
		}
	}
	return out
}

func diffLists(at string, want, got []any, exact bool) []string {
	if len(want) != len(got) {
		return []string{fmt.Sprintf("%s has %d elements, want %d", at, len(got), len(want))}
	}
	var out []string
	for i := range want {
		out = append(out, diff(fmt.Sprintf("%s[%d]", at, i), want[i], got[i], exact)...)
	}
	return out
}

func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
