package apitest

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDiff(t *testing.T) {
	tests := []struct {
		name, want, got string
		exact           bool
		diff            []string
	}{
		{"same", `{"a":[1,"x",null,true]}`, `{"a":[1,"x",null,true]}`, true, nil},
		{"more", `{"a":{"b":1}}`, `{"a":{"b":1,"c":2},"d":3}`, false, nil},
		{"more, exactly", `{"a":1}`, `{"a":1,"d":3}`, true, []string{"body.d is not wanted"}},
		{"missing", `{"a":1}`, `{}`, false, []string{"body.a is missing, want 1"}},
		{"other", `{"a":[{"b":1}]}`, `{"a":[{"b":2}]}`, false, []string{"body.a[0].b is 2, want 1"}},
		{"other kind", `{"a":{}}`, `{"a":[]}`, false, []string{"body.a is [], want {}"}},
		{"longer", `{"a":[1]}`, `{"a":[1,2]}`, false, []string{"body.a has 2 elements, want 1"}},
		{"any", `{"a":"<any>"}`, `{"a":{"b":1}}`, true, nil},
		{"any but null", `{"a":"<any>"}`, `{"a":null}`, true, []string{`body.a is null, want "\u003cany\u003e"`}},
		{"large numbers", `{"a":9007199254740993}`, `{"a":9007199254740992}`, false, []string{"body.a is 9007199254740992, want 9007199254740993"}},
		{"no JSON", `{}`, `{} {}`, false, []string{"the body is no JSON: there is more after the JSON value"}},
		{"empty body", `{}`, ``, false, []string{"the body is no JSON: EOF"}},
		{"broken want", `{`, `{}`, false, []string{"the wanted JSON is broken: unexpected EOF"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.diff, Diff([]byte(tt.want), []byte(tt.got), tt.exact)); d != "" {
				t.Error(d)
			}
		})
	}
}

func echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Method", r.Method)
	w.WriteHeader(http.StatusTeapot)
	fmt.Fprintf(w, `{"path":%q,"token":%q,"type":%q,"things":[{"n":7}]}`, r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("Content-Type"))
}

func TestClient(t *testing.T) {
	c := Client{Handler: http.HandlerFunc(echo), Token: "secret"}
	c.Run(t, []Scenario{
		{Name: "no body", Path: "/a.b?c=d", Status: 418, Want: `{"path":"/a.b","token":"secret","type":""}`, Absent: []string{"things.1", "things.0.m", "path.x"}},
		{Name: "body", Method: "PUT", Path: "/a.b", Body: map[string]int{"x": 1}, Status: 418, Want: `{"type":"application/json"}`, Check: func(t testing.TB, r Response) {
			if got := r.Header.Get("X-Method"); got != "PUT" {
				t.Errorf("got %s", got)
			}
		}},
		{Name: "own header", Path: "/", Header: map[string]string{"Authorization": "other", "Content-Type": "text/csv"}, Body: "a,b", Status: 418, Want: `{"path":"/","token":"other","type":"text/csv","things":[{"n":7}]}`, Exact: true},
	})
	res := c.Post(t, "a.b", []byte(`{}`), 418)
	if got := res.Text(t, "path"); got != "/a.b" {
		t.Errorf("got %s", got)
	}
	var body struct{ Things []struct{ N int } }
	if res.Decode(t, &body); body.Things[0].N != 7 {
		t.Errorf("got %+v", body)
	}
}

// witness collects what a failing test would report.
type witness struct {
	testing.TB
	errors []string
}

func (w *witness) Helper() {}
func (w *witness) Errorf(format string, args ...any) {
	w.errors = append(w.errors, fmt.Sprintf(format, args...))
}

func TestPlayReportsEveryDifference(t *testing.T) {
	spec, err := ReadSpec("testdata/spec.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c := Client{Spec: spec, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"thing":{"type":"dog","name":"rex"}}`)
	})}
	w := &witness{TB: t}
	c.Play(w, Scenario{Path: "/things.get", Status: 404, Want: `{"thing":{"type":"cat"}}`, Absent: []string{"thing.name"}})
	for i, want := range []string{"body.thing.id is missing", "status 200, want 404", `body.thing.type is "dog", want "cat"`, "thing.name is there: rex"} {
		if i >= len(w.errors) || !strings.Contains(w.errors[i], want) {
			t.Fatalf("report %d: got %q, want %q", i, w.errors, want)
		}
	}
	if len(w.errors) != 4 {
		t.Errorf("got %q", w.errors)
	}
}

func TestSpecProblems(t *testing.T) {
	spec, err := ReadSpec("testdata/spec.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dog := func(members string) string { return `{"thing":{"type":"dog","id":"D-1"` + members + `}}` }
	tests := []struct {
		name, path string
		status     int
		body       string
		want       string // "" for none
	}{
		{"good", "/things.get", 200, dog(`,"created":"2024-01-01T00:00:00.5Z","born":"2024-01-01","name":"rex","count":3,"ratio":0.5,"live":true,"note":null,"list":["a"],"map":{"a":1},"free":{"a":{}},"either":5,"anything":[]`), ""},
		{"more members", "/things.get", 200, `{"thing":{"type":"cat","id":"C","purrs":true,"x":1},"y":2}`, ""},
		{"internal path", "/internal/things.get", 200, `{}`, "body.thing is missing"},
		{"unknown operation", "/others.get", 200, `nonsense`, ""},
		{"undeclared success", "/things.get", 201, `{}`, "status 201 is not declared"},
		{"undeclared error", "/things.get", 413, `{}`, ""},
		{"no content", "/things.delete", 204, ``, ""},
		{"no JSON", "/things.get", 200, `<html>`, "the body is no JSON: invalid character '<' looking for beginning of value"},
		{"error by reference", "/things.get", 404, `{"type":"gone"}`, `body.type is "gone", want one of [not_found]`},
		{"missing", "/things.get", 200, `{}`, "body.thing is missing"},
		{"missing in allOf", "/things.get", 200, `{"thing":{"type":"cat","id":"C"}}`, "body.thing.purrs is missing"},
		{"discriminator", "/things.get", 200, `{"thing":{"type":"cow"}}`, `body.thing.type is "cow", want one of [cat dog]`},
		{"null", "/things.get", 200, dog(`,"name":null`), "body.thing.name is null"},
		{"empty id", "/things.get", 200, `{"thing":{"type":"dog","id":""}}`, "body.thing.id is an empty id"},
		{"time", "/things.get", 200, dog(`,"created":"now"`), `body.thing.created is "now", which is no date-time`},
		{"date", "/things.get", 200, dog(`,"born":"2024-1-1"`), `body.thing.born is "2024-1-1", which is no date`},
		{"length", "/things.get", 200, dog(`,"name":"rover"`), "body.thing.name has 5 characters, which is out of bounds"},
		{"pattern", "/things.get", 200, dog(`,"name":"Rex"`), `body.thing.name is "Rex", which does not match ^[a-z]*$`},
		{"integer", "/things.get", 200, dog(`,"count":1.5`), "body.thing.count is 1.5, which is no integer int32"},
		{"int32", "/things.get", 200, dog(`,"count":2147483648`), "body.thing.count is 2147483648, which is no integer int32"},
		{"minimum", "/things.get", 200, dog(`,"count":-1`), "body.thing.count is -1, which is out of bounds"},
		{"maximum", "/things.get", 200, dog(`,"ratio":1.5`), "body.thing.ratio is 1.5, which is out of bounds"},
		{"bool", "/things.get", 200, dog(`,"live":"yes"`), `body.thing.live is "yes", want boolean`},
		{"list", "/things.get", 200, dog(`,"list":{}`), `body.thing.list is {}, want array`},
		{"short list", "/things.get", 200, dog(`,"list":[]`), "body.thing.list has 0 elements, which is out of bounds"},
		{"element", "/things.get", 200, dog(`,"list":["a",1]`), "body.thing.list[1] is 1, want string"},
		{"map", "/things.get", 200, dog(`,"map":{"a":"x"}`), `body.thing.map.a is "x", want integer`},
		{"oneOf", "/things.get", 200, dog(`,"either":true`), "body.thing.either fits none of 2 alternatives, the last because: body.thing.either is true, want integer"},
		{"broken file", "/things.get", 200, dog(`,"lost":1`), "body.thing.lost: the file has no schema lost"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := spec.Problems(http.MethodPost, tt.path, Response{Status: tt.status, Body: []byte(tt.body)})
			var want []string
			if tt.want != "" {
				want = []string{tt.want}
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestNilSpecChecksNothing(t *testing.T) {
	var spec *Spec
	if got := spec.Problems("POST", "/things.get", Response{Status: 200}); got != nil {
		t.Errorf("got %q", got)
	}
}

func TestLoadShared(t *testing.T) {
	file, err := os.ReadFile("testdata/spec.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, specFile), file, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(SpecEnv, dir)
	if spec, err := loadShared(); err != nil || spec.Components.Schemas["thing"] == nil {
		t.Errorf("folder: got %v, %v", spec, err)
	}
	t.Setenv(SpecEnv, filepath.Join(dir, "nowhere"))
	if _, err := loadShared(); err == nil {
		t.Error("a place that is not there was accepted")
	}
}

// TestPublishedFile is that the published file, where there is one, is read
// in a time that suits a test, and says what it should of one operation.
func TestPublishedFile(t *testing.T) {
	start := time.Now()
	spec := Load(t)
	if spec == nil {
		return // Load has said so
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("reading took %v", took)
	}
	t.Logf("%d operations in %v", len(spec.Paths), time.Since(start))
	got := spec.Problems(http.MethodPost, "/rev-users.get", Response{Status: 200, Body: []byte(`{"rev_user":{"id":"","created_date":"x"}}`)})
	want := []string{`body.rev_user.created_date is "x", which is no date-time`, "body.rev_user.id is an empty id"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
