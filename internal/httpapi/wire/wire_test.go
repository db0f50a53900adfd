package wire

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/errs"
)

type dates struct {
	After  *time.Time `json:"after"`
	Before *time.Time `json:"before"`
}

type tagged struct {
	ID    string `json:"id" required:"true"`
	Value string `json:"value"`
}

type paging struct {
	Cursor string `json:"cursor"`
	Limit  int    `json:"limit" minimum:"1" maximum:"100"`
}

type direction string

func (direction) Allowed() []string { return []string{"after", "before"} }

// upper reads itself from text, and from an object as well.
type upper struct {
	Name string `json:"name" required:"true"`
}

func (u *upper) UnmarshalText(text []byte) error {
	switch string(text) {
	case "bad":
		return errs.BadID("ignored", "bad")
	case "worse":
		return fmt.Errorf("secret")
	}
	u.Name = strings.ToUpper(string(text))
	return nil
}

type tree struct {
	Name     string `json:"name"`
	Children []tree `json:"children"`
}

type request struct {
	paging
	ID       string              `json:"id"`
	Names    []string            `json:"names" maxLength:"20" maxItems:"3"`
	Email    []string            `json:"email"`
	SortBy   []string            `json:"sort_by" enum:"created_date:desc,created_date:asc"`
	Mode     direction           `json:"mode"`
	Kind     string              `json:"kind" enum:"person,company"`
	Verified *bool               `json:"is_verified"`
	Created  dates               `json:"created_date"`
	Custom   map[string]any      `json:"custom_fields"`
	Any      any                 `json:"any"`
	Tags     []tagged            `json:"tags"`
	Title    Opt[string]         `json:"title" maxLength:"5"`
	Phones   Opt[[]string]       `json:"phones" maxItems:"2"`
	Small    int8                `json:"small"`
	Count    uint32              `json:"count"`
	Ratio    float64             `json:"ratio" minimum:"0" maximum:"1"`
	Seen     Time                `json:"seen"`
	Upper    []upper             `json:"upper"`
	Tree     tree                `json:"tree"`
	Labels   map[string][]string `json:"labels"`
	Short    string              `json:"short" minLength:"2"`
	Several  []int               `json:"several" minItems:"1"`
}

func ptr[T any](v T) *T { return &v }

var noon = time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)

func TestDecodeJSON(t *testing.T) {
	tests := []struct {
		name, body string
		want       request
	}{
		{"nothing", `{}`, request{}},
		{"white space", " \t\r\n{ \"id\" : \"x\" }\n", request{ID: "x"}},
		{"embedded", `{"cursor":"c","limit":5}`, request{paging: paging{"c", 5}}},
		{"escapes", `{"id":"a\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00"}`, request{ID: "a\"\\/\b\f\n\r\tä😀"}},
		{"lists", `{"names":["a","b"],"email":[]}`, request{Names: []string{"a", "b"}, Email: []string{}}},
		{"null is absent", `{"id":null,"names":null,"is_verified":null,"created_date":null,"limit":null}`, request{}},
		{"pointer", `{"is_verified":false}`, request{Verified: ptr(false)}},
		{"nested", `{"created_date":{"after":"2024-01-01T13:00:00+01:00"}}`, request{Created: dates{After: ptr(noon)}}},
		{"objects", `{"tags":[{"id":"TAG-1"},{"id":"TAG-2","value":"v"}]}`, request{Tags: []tagged{{"TAG-1", ""}, {"TAG-2", "v"}}}},
		{"free", `{"custom_fields":{"a":["x",1,true,null,{"b":1.5}]}}`, request{Custom: map[string]any{
			"a": []any{"x", json.Number("1"), true, nil, map[string]any{"b": json.Number("1.5")}},
		}}},
		{"free null", `{"any":null}`, request{}},
		{"digits as names", `{"any":{"0":"x"}}`, request{Any: map[string]any{"0": "x"}}},
		{"opt value", `{"title":"t"}`, request{Title: Some("t")}},
		{"opt empty", `{"title":""}`, request{Title: Some("")}},
		{"opt null", `{"title":null,"phones":null}`, request{Title: Null[string](), Phones: Null[[]string]()}},
		{"opt list", `{"phones":["+1"]}`, request{Phones: Some([]string{"+1"})}},
		{"enums", `{"mode":"before","kind":"person","sort_by":["created_date:asc"]}`, request{Mode: "before", Kind: "person", SortBy: []string{"created_date:asc"}}},
		{"whole numbers", `{"small":-128,"count":4294967295,"limit":1e2}`, request{Small: -128, Count: 4294967295, paging: paging{Limit: 100}}},
		{"fraction of zero", `{"small":5.0,"count":0e99999}`, request{Small: 5}},
		{"float", `{"ratio":0.25}`, request{Ratio: 0.25}},
		{"time", `{"seen":"2024-01-01T12:00:00Z"}`, request{Seen: At(noon)}},
		{"text and object", `{"upper":["x",{"name":"y"}]}`, request{Upper: []upper{{"X"}, {"y"}}}},
		{"recursive", `{"tree":{"children":[{"name":"a","children":[{"name":"b"}]}]}}`, request{Tree: tree{Children: []tree{{"a", []tree{{Name: "b"}}}}}}},
		{"map of lists", `{"labels":{"x":["a"]}}`, request{Labels: map[string][]string{"x": {"a"}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got request
			if err := DecodeJSON([]byte(tt.body), &got, Options{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, unexported); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// unexported lets cmp see the embedded paging.
var unexported = cmp.AllowUnexported(request{})

type failure struct {
	name, in, code, field string
	details               map[string]any
}

func (f failure) check(t *testing.T, err error) {
	t.Helper()
	e := errs.As(err)
	if e == nil {
		t.Fatalf("got %v, want %s on %q", err, f.code, f.field)
	}
	if e.Code != f.code || e.Field != f.field {
		t.Errorf("got %s on %q (%s), want %s on %q", e.Code, e.Field, e.Message, f.code, f.field)
	}
	for key, want := range f.details {
		if diff := cmp.Diff(want, e.Details[key]); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
}

func wrongType(expected, actual string) map[string]any {
	return map[string]any{"expected": expected, "actual": actual}
}

func TestDecodeJSONRefuses(t *testing.T) {
	deep := strings.Repeat(`{"any":`, 40) + "1" + strings.Repeat("}", 40)
	tests := []failure{
		{"empty", ``, "parse_error", "", nil},
		{"no object", `[1]`, "parse_error", "", nil},
		{"cut off", `{"id":`, "parse_error", "", nil},
		{"cut off string", `{"id":"x`, "parse_error", "", nil},
		{"cut off escape", `{"id":"\u00`, "parse_error", "", nil},
		{"trailing", `{} {}`, "parse_error", "", nil},
		{"trailing comma", `{"id":"x",}`, "parse_error", "", nil},
		{"trailing comma in list", `{"names":["x",]}`, "parse_error", "", nil},
		{"no colon", `{"id" "x"}`, "parse_error", "", nil},
		{"bare name", `{id:1}`, "parse_error", "", nil},
		{"bad word", `{"id":nul}`, "parse_error", "", nil},
		{"leading zero", `{"limit":01}`, "parse_error", "", nil},
		{"lonely minus", `{"limit":-}`, "parse_error", "", nil},
		{"bad fraction", `{"limit":1.}`, "parse_error", "", nil},
		{"bad exponent", `{"limit":1e}`, "parse_error", "", nil},
		{"many digits", `{"limit":` + strings.Repeat("9", 500) + `}`, "parse_error", "", nil},
		{"bad escape", `{"id":"\x"}`, "parse_error", "", nil},
		{"line break", "{\"id\":\"a\nb\"}", "parse_error", "", nil},
		{"line break after escape", "{\"id\":\"\\ta\nb\"}", "parse_error", "", nil},
		{"duplicate", `{"id":"a","id":"b"}`, "parse_error", "", nil},
		{"duplicate in free", `{"custom_fields":{"a":1,"a":2}}`, "parse_error", "", nil},
		{"duplicate by escape", `{"id":"a","\u0069d":"b"}`, "parse_error", "", nil},
		{"broken name", "{\"\xff\":1}", "parse_error", "", nil},
		{"byte order mark", "\ufeff{}", "parse_error", "", nil},
		{"deep", deep, "parse_error", "", nil},
		{"many values", `{"any":[` + strings.Repeat("1,", maxValues) + `1]}`, "parse_error", "", nil},

		{"unknown", `{"nme":1}`, "invalid_field", "nme", nil},
		{"unknown case", `{"ID":"x"}`, "invalid_field", "ID", nil},
		{"unknown nested", `{"created_date":{"afterr":"x"}}`, "invalid_field", "created_date.afterr", nil},
		{"unknown in list", `{"tags":[{"idd":"x"}]}`, "invalid_field", "tags[0].idd", nil},
		{"unknown long", `{"` + strings.Repeat("x", 999) + `":1}`, "invalid_field", strings.Repeat("x", 200) + "…", nil},

		{"string for list", `{"email":"x"}`, "unexpected_json_type", "email", wrongType("array", "string")},
		{"number in list", `{"email":[1]}`, "unexpected_json_type", "email[0]", wrongType("string", "number")},
		{"null in list", `{"email":["a",null]}`, "unexpected_json_type", "email[1]", wrongType("string", "null")},
		{"null object in list", `{"tags":[null]}`, "unexpected_json_type", "tags[0]", wrongType("object", "null")},
		{"bool for string", `{"id":true}`, "unexpected_json_type", "id", wrongType("string", "bool")},
		{"object for string", `{"id":{}}`, "unexpected_json_type", "id", wrongType("string", "object")},
		{"object for list", `{"email":{"0":"x"}}`, "unexpected_json_type", "email", wrongType("array", "object")},
		{"string for number", `{"limit":"5"}`, "unexpected_json_type", "limit", wrongType("number", "string")},
		{"string for bool", `{"is_verified":"true"}`, "unexpected_json_type", "is_verified", wrongType("bool", "string")},
		{"list for object", `{"created_date":[]}`, "unexpected_json_type", "created_date", wrongType("object", "array")},
		{"list for map", `{"custom_fields":[]}`, "unexpected_json_type", "custom_fields", wrongType("object", "array")},
		{"number for time", `{"seen":5}`, "unexpected_json_type", "seen", wrongType("string", "number")},
		{"number in opt", `{"title":5}`, "unexpected_json_type", "title", wrongType("string", "number")},
		{"number for text", `{"upper":[5]}`, "unexpected_json_type", "upper[0]", wrongType("string", "number")},

		{"required", `{"tags":[{"id":"a"},{"value":"v"}]}`, "missing_required_field", "tags[1].id", nil},
		{"required null", `{"tags":[{"id":null}]}`, "missing_required_field", "tags[0].id", nil},
		{"required empty", `{"tags":[{"id":""}]}`, "missing_required_field", "tags[0].id", nil},
		{"required in text object", `{"upper":[{}]}`, "missing_required_field", "upper[0].name", nil},

		{"enum", `{"kind":"dog"}`, "invalid_enum_value", "kind", map[string]any{"value": "dog", "allowed_values": []string{"person", "company"}}},
		{"enum empty", `{"kind":""}`, "invalid_enum_value", "kind", nil},
		{"enum of type", `{"mode":"sideways"}`, "invalid_enum_value", "mode", map[string]any{"allowed_values": []string{"after", "before"}}},
		{"enum in list", `{"sort_by":["created_date:asc","x"]}`, "invalid_enum_value", "sort_by[1]", nil},

		{"too small", `{"limit":0}`, "value_not_permitted", "limit", map[string]any{"reason": "0 is too small; it must be at least 1"}},
		{"too large", `{"limit":101}`, "value_not_permitted", "limit", nil},
		{"fraction", `{"limit":1.5}`, "value_not_permitted", "limit", nil},
		{"small fraction", `{"small":0.5}`, "value_not_permitted", "small", nil},
		{"tiny", `{"small":1e-999999999}`, "value_not_permitted", "small", nil},
		{"vast", `{"small":1e999999999}`, "value_not_permitted", "small", nil},
		{"overflow", `{"small":128}`, "value_not_permitted", "small", map[string]any{"reason": "128 is out of range; it must be between -128 and 127"}},
		{"negative", `{"count":-1}`, "value_not_permitted", "count", map[string]any{"reason": "-1 is out of range; it must be between 0 and 4294967295"}},
		{"float too large", `{"ratio":1.01}`, "value_not_permitted", "ratio", nil},
		{"float overflow", `{"ratio":1e999}`, "value_not_permitted", "ratio", nil},
		{"long", `{"title":"abcdef"}`, "value_not_permitted", "title", map[string]any{"reason": "has 6 characters; at most 5 are allowed"}},
		{"long in list", `{"names":["` + strings.Repeat("ä", 21) + `"]}`, "value_not_permitted", "names[0]", nil},
		{"short", `{"short":"ä"}`, "value_not_permitted", "short", map[string]any{"reason": "must have at least 2 characters"}},
		{"many", `{"names":["a","b","c","d"]}`, "value_not_permitted", "names", nil},
		{"few", `{"several":[]}`, "value_not_permitted", "several", map[string]any{"reason": "must have at least 1 element"}},
		{"many in opt", `{"phones":["a","b","c"]}`, "value_not_permitted", "phones", nil},
		{"time", `{"created_date":{"before":"yesterday"}}`, "value_not_permitted", "created_date.before", nil},
		{"no time", `{"seen":"2024-01-01"}`, "value_not_permitted", "seen", nil},
		{"NUL", `{"id":"a\u0000"}`, "value_not_permitted", "id", nil},
		{"raw UTF-8", "{\"names\":[\"\xff\"]}", "value_not_permitted", "names[0]", nil},
		{"half a pair", `{"id":"\ud83d"}`, "value_not_permitted", "id", nil},
		{"half a pair twice", `{"id":"\ud83d\ud83d"}`, "value_not_permitted", "id", nil},
		{"flaw in free", `{"custom_fields":{"a":["\u0000"]}}`, "value_not_permitted", "custom_fields.a[0]", nil},
		{"own error", `{"upper":["bad"]}`, "invalid_id", "upper[0]", nil},
		{"foreign error", `{"upper":["worse"]}`, "value_not_permitted", "upper[0]", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.check(t, DecodeJSON([]byte(tt.in), &request{}, Options{}))
		})
	}
}

func TestUnknownFieldProposes(t *testing.T) {
	err := DecodeJSON([]byte(`{"created_date":{"afterr":"x"}}`), &request{}, Options{})
	if want := "did you mean after?"; !strings.Contains(err.Error(), want) {
		t.Errorf("got %q, want it to say %q", err, want)
	}
}

func TestLenient(t *testing.T) {
	var got request
	if err := DecodeJSON([]byte(`{"id":"x","foo":1,"created_date":{"bar":2}}`), &got, Options{Lenient: true}); err != nil || got.ID != "x" {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := DecodeQuery("id=x&foo=1", &got, Options{Lenient: true}); err != nil {
		t.Error(err)
	}
	if err := DecodeJSON([]byte(`{"foo":1,"foo":2}`), &got, Options{Lenient: true}); err == nil {
		t.Error("duplicate names were accepted")
	}
}

func TestDecodeBody(t *testing.T) {
	tests := []struct {
		name, media, body string
		opt               Options
		code              string
	}{
		{"json", "application/json", `{"id":"x"}`, Options{}, ""},
		{"charset", "application/json; charset=UTF-8", `{"id":"x"}`, Options{}, ""},
		{"json by suffix", "application/merge-patch+json", `{"id":"x"}`, Options{}, ""},
		{"no type", "", `{"id":"x"}`, Options{}, ""},
		{"nothing at all", "", ``, Options{}, ""},
		{"empty json", "application/json", ``, Options{}, "parse_error"},
		{"form", "application/x-www-form-urlencoded", `id=x`, Options{}, "invalid_content_type"},
		{"no media type", "json", `{}`, Options{}, "invalid_content_type"},
		{"latin", "application/json; charset=latin1", `{}`, Options{}, "invalid_content_type"},
		{"large", "application/json", `{"id":"` + strings.Repeat("x", DefaultMaxBody) + `"}`, Options{}, "request_entity_too_large"},
		{"large by option", "application/json", `{"id":"xxxxx"}`, Options{MaxBody: 10}, "request_entity_too_large"},
		{"just small enough", "application/json", `{"id":"x"}`, Options{MaxBody: 10}, ""},
	}
	for _, tt := range tests {
		for _, chunked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/chunked=%t", tt.name, chunked), func(t *testing.T) {
				r := httptest.NewRequest(http.MethodPost, "/x", strings.NewReader(tt.body))
				if tt.media != "" {
					r.Header.Set("Content-Type", tt.media)
				}
				if chunked {
					r.ContentLength = -1
				}
				err := Decode(r, &request{}, tt.opt)
				if tt.code == "" {
					if err != nil {
						t.Fatal(err)
					}
					return
				}
				failure{code: tt.code}.check(t, err)
			})
		}
	}
}

func TestDecodeBodyLimits(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/x", strings.NewReader(`{"id":"xxxxx"}`))
	err := Decode(r, &request{}, Options{MaxBody: 3})
	failure{code: "request_entity_too_large", details: map[string]any{"max_bytes": int64(3)}}.check(t, err)

	r = httptest.NewRequest(http.MethodPost, "/x", strings.NewReader("x"))
	r.Header.Set("Content-Encoding", "gzip")
	failure{code: "invalid_content_type"}.check(t, Decode(r, &request{}, Options{}))

	r = httptest.NewRequest(http.MethodPost, "/x", brokenReader{})
	failure{code: "parse_error"}.check(t, Decode(r, &request{}, Options{}))
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, fmt.Errorf("connection reset") }

func TestOpt(t *testing.T) {
	if got := (Opt[string]{}).Or("old"); got != "old" {
		t.Errorf("absent: got %q", got)
	}
	if got := Null[string]().Or("old"); got != "" {
		t.Errorf("null: got %q", got)
	}
	if got := Some("new").Or("old"); got != "new" {
		t.Errorf("value: got %q", got)
	}
	if v, ok := Some(3).Get(); v != 3 || !ok {
		t.Errorf("got %d, %t", v, ok)
	}
	if _, ok := Null[int]().Get(); ok {
		t.Error("null has a value")
	}
}

func TestTimeOnTheWire(t *testing.T) {
	local := time.Date(2026, 1, 2, 4, 4, 5, 678_901_234, time.FixedZone("", 3600))
	got, err := json.Marshal(struct {
		At   Time `json:"at"`
		None Time `json:"none,omitzero"`
	}{At: At(local)})
	if want := `{"at":"2026-01-02T03:04:05.678Z"}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if got := At(local).String(); got != "2026-01-02T03:04:05.678Z" {
		t.Errorf("got %s", got)
	}
}

func TestCheckPanicsOnMistakes(t *testing.T) {
	for name, typ := range map[string]reflect.Type{
		"channel": reflect.TypeFor[struct {
			C chan int `json:"c"`
		}](),
		"map by number": reflect.TypeFor[struct {
			M map[int]string `json:"m"`
		}](),
		"rule": reflect.TypeFor[struct {
			N int `json:"n" minimum:"one"`
		}](),
		"twice": reflect.TypeFor[struct {
			paging
			Limit int `json:"limit"`
		}](),
		"interface": reflect.TypeFor[struct {
			E error `json:"e"`
		}](),
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			Check(typ)
		}()
	}
}

func TestDecodePanicsOnNoStruct(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	_ = DecodeJSON([]byte(`{}`), request{}, Options{})
}
