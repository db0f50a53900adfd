package wire

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/errs"
)

func TestDecodeQuery(t *testing.T) {
	tests := []struct {
		name, query string
		want        request
	}{
		{"nothing", "", request{}},
		{
			"as the official client writes it",
			"email=%22user1%40example.com%22,%22a%2Bb%40x.io%22&limit=5&is_verified=true&created_date.after=2024-01-01T12:00:00Z&sort_by=%22created_date:desc%22&names=%22TAG-1%22",
			request{
				Email: []string{"user1@example.com", "a+b@x.io"}, paging: paging{Limit: 5}, Verified: ptr(true),
				Created: dates{After: ptr(noon)}, SortBy: []string{"created_date:desc"}, Names: []string{"TAG-1"},
			},
		},
		{"inner quotes", "names=%22He+said+%22hi%22%22", request{Names: []string{`He said "hi"`}}},
		{"free-form object", "custom_fields%5Btnt__plan%5D%5B0%5D=gold&custom_fields%5Btnt__plan%5D%5B1%5D=silver&custom_fields%5Btnt__n%5D=3", request{
			Custom: map[string]any{"tnt__plan": []any{Text("gold"), Text("silver")}, "tnt__n": Text("3")},
		}},
		{"no quotes", "email=user%40x.com", request{Email: []string{"user@x.com"}}},
		{"no quotes, several", "email=a@x.io,b@x.io", request{Email: []string{"a@x.io", "b@x.io"}}},
		{"one quoted", `email="user@x.com"`, request{Email: []string{"user@x.com"}}},
		{"repeated", "email=a:1&email=b:2,c", request{Email: []string{"a:1", "b:2", "c"}}},
		{"quoted scalar", "cursor=%22u4hf9fd%22&id=%22REVU-1%22", request{paging: paging{Cursor: "u4hf9fd"}, ID: "REVU-1"}},
		{"quoted number and bool", "limit=%225%22&is_verified=%22false%22", request{paging: paging{Limit: 5}, Verified: ptr(false)}},
		{"empty brackets", "email[]=a&email[]=b,c", request{Email: []string{"a", "b,c"}}},
		{"brackets and plain", "email=a,b&email[]=c", request{Email: []string{"a", "b", "c"}}},
		{"index", "email[1]=b&email[0]=%22a%22&email[10]=c", request{Email: []string{"a", "b", "c"}}},
		{"nested by brackets", "created_date[after]=2024-01-01T12:00:00Z", request{Created: dates{After: ptr(noon)}}},
		{"plus not escaped", "created_date.after=2024-01-01T14:00:00+02:00", request{Created: dates{After: ptr(noon)}}},
		{"plus escaped", "created_date.after=2024-01-01T14:00:00%2B02:00", request{Created: dates{After: ptr(noon)}}},
		{"objects by index", "tags[0].id=TAG-1&tags[1][id]=TAG-2&tags[1].value=v", request{Tags: []tagged{{"TAG-1", ""}, {"TAG-2", "v"}}}},
		{"objects by parallel lists", "tags.id=%22TAG-1%22,%22TAG-2%22&tags.value=%22v%22,%22w%22", request{Tags: []tagged{{"TAG-1", "v"}, {"TAG-2", "w"}}}},
		{"empty list", "email=", request{Email: []string{}}},
		{"empty element", `email=""`, request{Email: []string{""}}},
		{"empty pairs", "&&id=x&", request{ID: "x"}},
		{"equals in value", "id=a=b", request{ID: "a=b"}},
		{"lonely quote", `id="`, request{ID: `"`}},
		{"free text with comma", "custom_fields[a]=x,y", request{Custom: map[string]any{"a": Text("x,y")}}},
		{"free quoted", "custom_fields[a]=%22x%22", request{Custom: map[string]any{"a": Text("x")}}},
		{"free quoted list", "custom_fields[a]=%22x%22,%22y%22", request{Custom: map[string]any{"a": []any{Text("x"), Text("y")}}}},
		{"free repeated", "custom_fields[a]=x&custom_fields[a]=y", request{Custom: map[string]any{"a": []any{Text("x"), Text("y")}}}},
		{"free by dot", "custom_fields.a=x", request{Custom: map[string]any{"a": Text("x")}}},
		{"free one in a list", "custom_fields[a][]=x", request{Custom: map[string]any{"a": []any{Text("x")}}}},
		{"free empty", "custom_fields[a]=", request{Custom: map[string]any{"a": Text("")}}},
		{"opt", "title=t&phones=a,b", request{Title: Some("t"), Phones: Some([]string{"a", "b"})}},
		{"reads itself", "upper=a,b", request{Upper: []upper{{"A"}, {"B"}}}},
		{"map of lists", "labels[x]=a,b", request{Labels: map[string][]string{"x": {"a", "b"}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got request
			r := httptest.NewRequest(http.MethodGet, "/x", nil)
			r.URL.RawQuery = tt.query
			if err := Decode(r, &got, Options{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, unexported); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeQueryRefuses(t *testing.T) {
	tests := []failure{
		{"unknown", "foo=1", "invalid_field", "foo", nil},
		{"unknown nested", "created_date.afterr=x", "invalid_field", "created_date.afterr", nil},
		{"unknown by index", "tags[0].idd=x", "invalid_field", "tags[0].idd", nil},
		{"unknown after brackets", "tags[0]idd=x", "invalid_field", "tags[0]idd", nil},
		{"unbalanced", "email[=x", "invalid_field", "email[", nil},
		{"no name", "=x", "invalid_field", "", nil},
		{"number", "limit=five", "unexpected_json_type", "limit", wrongType("number", "string")},
		{"empty number", "limit=", "unexpected_json_type", "limit", wrongType("number", "string")},
		{"number with sign", "limit=%2B5", "unexpected_json_type", "limit", nil},
		{"bool", "is_verified=yes", "unexpected_json_type", "is_verified", wrongType("bool", "string")},
		{"flag", "is_verified", "unexpected_json_type", "is_verified", wrongType("bool", "string")},
		{"object", "created_date=2024", "unexpected_json_type", "created_date", wrongType("object", "string")},
		{"map", "custom_fields=x", "unexpected_json_type", "custom_fields", wrongType("object", "string")},
		{"list by name", "email.foo=x", "unexpected_json_type", "email", wrongType("array", "object")},
		{"scalar by name", "id.foo=x", "unexpected_json_type", "id", wrongType("string", "object")},
		{"twice", "id=a&id=b", "value_not_permitted", "id", nil},
		{"twice nested", "tags[0].id=a&tags[0].id=b", "value_not_permitted", "tags[0].id", nil},
		{"two forms", "created_date=a&created_date.after=b", "value_not_permitted", "created_date", nil},
		{"two forms of a list", "email[0]=a&email=b", "value_not_permitted", "email", nil},
		{"parallel lists of other lengths", "tags.id=a,b&tags.value=v", "value_not_permitted", "tags.value", nil},
		{"percent in value", "id=100%", "value_not_permitted", "id", nil},
		{"percent in key", "%zz=1", "bad_request", "", nil},
		{"UTF-8 in value", "email=a,%ff", "value_not_permitted", "email[0]", nil},
		{"UTF-8 in free", "custom_fields[a]=%ff", "value_not_permitted", "custom_fields.a", nil},
		{"UTF-8 in key", "%ff=1", "bad_request", "", nil},
		{"NUL", "id=%00", "value_not_permitted", "id", nil},
		{"deep", "any" + strings.Repeat("[a]", 40) + "=1", "bad_request", "", nil},
		{"long", "id=" + strings.Repeat("x", MaxQuery), "request_entity_too_large", "", nil},
		{"many", strings.Repeat("id=&", maxQueryKeys+1), "bad_request", "", nil},
		{"enum", "mode=sideways", "invalid_enum_value", "mode", nil},
		{"required", "tags[0].value=x", "missing_required_field", "tags[0].id", nil},
		{"range", "limit=101", "value_not_permitted", "limit", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.check(t, DecodeQuery(tt.in, &request{}, Options{}))
		})
	}
}

func TestSplitList(t *testing.T) {
	tests := []struct {
		in   string
		want []string
	}{
		{``, nil},
		{`a`, []string{"a"}},
		{`a,b`, []string{"a", "b"}},
		{`a,`, []string{"a", ""}},
		{`"a","b"`, []string{"a", "b"}},
		{`"a","","b"`, []string{"a", "", "b"}},
		{`"",""`, []string{"", ""}},
		{`","`, []string{","}},
		{`",","b"`, []string{",", "b"}},
		{`"a, b"`, []string{"a, b"}},
		{`"Acme, Inc.","Beta, Ltd."`, []string{"Acme, Inc.", "Beta, Ltd."}},
		{`"a",b`, []string{"a", "b"}},
		{`"a",b,"c"`, []string{"a", "b", "c"}},
		{`a,"b,c",d`, []string{"a", "b,c", "d"}},
		{`"He said "hi""`, []string{`He said "hi"`}},
		{`"He said "hi", then left"`, []string{`He said "hi", then left`}},
		{`"He said "hi", then left","b"`, []string{`He said "hi", then left`, "b"}},
		{`"a "b, c" d"`, []string{`a "b, c" d`}},
		{`"5" pipe","6" pipe"`, []string{`5" pipe`, `6" pipe`}},
		{`"5", 6""`, []string{`5", 6"`}},
		{`"a"","b"`, []string{`a"`, "b"}},
		{`"""`, []string{`"`}},
		{`""",","`, []string{`"`, ","}},
		{`"`, []string{`"`}},
		{`"a`, []string{`"a`}},
		{`a"b,c"d`, []string{`a"b`, `c"d`}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, splitList(tt.in)); diff != "" {
			t.Errorf("%s: %s", tt.in, diff)
		}
	}
}

// TestSplitListOfOfficialClient is that any list without the sequences that
// the official encoding cannot tell apart is read as it was written.
func TestSplitListOfOfficialClient(t *testing.T) {
	value := rapid.StringOfN(rapid.RuneFrom([]rune(`ab ",é`)), 0, 12, -1).Filter(func(s string) bool {
		return !strings.Contains(s, `",`)
	})
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(value, 1, 5).Draw(t, "list")
		if diff := cmp.Diff(want, splitList(quoted(want))); diff != "" {
			t.Fatalf("%s: %s", quoted(want), diff)
		}
	})
}

// quoted writes a list as the official client does.
func quoted(list []string) string {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = `"` + s + `"`
	}
	return strings.Join(parts, ",")
}

// escape escapes a query value as the official client does, which leaves
// commas and colons bare.
func escape(s string) string {
	return strings.NewReplacer("%3A", ":", "%2C", ",").Replace(url.QueryEscape(s))
}

// listRequest is a list operation in the forms that both encodings have.
type listRequest struct {
	Cursor   string     `json:"cursor,omitempty"`
	Limit    int        `json:"limit,omitempty"`
	Ratio    float64    `json:"ratio,omitempty"`
	Verified *bool      `json:"is_verified,omitempty"`
	Email    []string   `json:"email,omitempty"`
	Counts   []int64    `json:"counts,omitempty"`
	Created  listDates  `json:"created_date"`
	Filters  []listPart `json:"filters,omitempty"`
}

type listDates struct {
	After  *time.Time `json:"after,omitempty"`
	Before *time.Time `json:"before,omitempty"`
}

type listPart struct {
	Field  string   `json:"field"`
	Values []string `json:"values,omitempty"`
}

// query writes a listRequest the way the official client does.
func (l listRequest) query() string {
	var out []string
	add := func(key, value string) { out = append(out, escape(key)+"="+escape(value)) }
	if l.Cursor != "" {
		add("cursor", l.Cursor)
	}
	if l.Limit != 0 {
		add("limit", strconv.Itoa(l.Limit))
	}
	if l.Ratio != 0 {
		add("ratio", strconv.FormatFloat(l.Ratio, 'g', -1, 64))
	}
	if l.Verified != nil {
		add("is_verified", strconv.FormatBool(*l.Verified))
	}
	if len(l.Email) > 0 {
		add("email", quoted(l.Email))
	}
	for _, n := range l.Counts {
		add("counts", strconv.FormatInt(n, 10))
	}
	for key, at := range map[string]*time.Time{"after": l.Created.After, "before": l.Created.Before} {
		if at != nil {
			add("created_date."+key, at.Format(time.RFC3339Nano))
		}
	}
	for i, part := range l.Filters {
		key := "filters[" + strconv.Itoa(i) + "]"
		add(key+"[field]", part.Field)
		for j, v := range part.Values {
			add(key+"[values]["+strconv.Itoa(j)+"]", v)
		}
	}
	return strings.Join(out, "&")
}

func drawList(t *rapid.T) listRequest {
	text := rapid.StringOfN(rapid.RuneFrom([]rune(`ab ",éZ%&=+.[]😀`)), 0, 10, -1).Filter(func(s string) bool {
		return !strings.Contains(s, `",`) && !strings.HasPrefix(s, `"`)
	})
	moment := rapid.Map(rapid.Int64Range(0, 1<<33), func(n int64) time.Time { return time.Unix(n, n%1000*1e6).UTC() })
	l := listRequest{
		Cursor: text.Draw(t, "cursor"), Limit: rapid.Int().Draw(t, "limit"), Ratio: rapid.Float64().Draw(t, "ratio"),
		Verified: rapid.Ptr(rapid.Bool(), true).Draw(t, "verified"),
		Email:    rapid.SliceOfN(text, 0, 4).Draw(t, "email"), Counts: rapid.SliceOfN(rapid.Int64(), 0, 3).Draw(t, "counts"),
		Created: listDates{rapid.Ptr(moment, true).Draw(t, "after"), rapid.Ptr(moment, true).Draw(t, "before")},
	}
	for range rapid.IntRange(0, 12).Draw(t, "filters") {
		l.Filters = append(l.Filters, listPart{text.Draw(t, "field"), rapid.SliceOfN(text, 0, 3).Draw(t, "values")})
	}
	return l
}

// TestTwoForms is that the same request means the same as a query string and
// as a JSON body.
func TestTwoForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawList(t)
		body, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var byJSON, byQuery listRequest
		if err := DecodeJSON(body, &byJSON, Options{}); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if err := DecodeQuery(want.query(), &byQuery, Options{}); err != nil {
			t.Fatalf("%s: %v", want.query(), err)
		}
		if diff := cmp.Diff(byJSON, byQuery); diff != "" {
			t.Fatalf("%s: %s", want.query(), diff)
		}
		var standard listRequest
		if err := json.Unmarshal(body, &standard); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(standard, byJSON); diff != "" {
			t.Fatalf("%s: %s", body, diff)
		}
	})
}

// FuzzJSON compares with encoding/json: what is accepted here is valid there
// and gives the same values.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,2.5e3,"x",null,true,{"b":"\u00e4\ud83d\ude00"}]}`, `{"a":1,"a":2}`, `{"a":"\ud83d"}`, `{} x`, "{\"\xff\":1}", `[]`, `{"a":-0}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var got struct {
			A any `json:"a"`
		}
		err := DecodeJSON(body, &got, Options{Lenient: true})
		var want map[string]any
		dec := json.NewDecoder(strings.NewReader(string(body)))
		dec.UseNumber()
		if err != nil {
			return
		}
		if err := dec.Decode(&want); err != nil {
			t.Fatalf("accepted %q, which is not JSON: %v", body, err)
		}
		if !reflect.DeepEqual(got.A, want["a"]) {
			t.Errorf("%q: got %#v, want %#v", body, got.A, want["a"])
		}
	})
}

// FuzzQuery is that no query string panics and that every refusal has a code.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"email=%22a%22,%22b%22&limit=5", "custom_fields[a][0]=x&custom_fields[a][]=y", "tags[0].id=1&tags.id=2", "tags.id=a,b&tags.value=c", "a[b=1", "any[][x]=1", "any[0][]=1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		err := DecodeQuery(query, &request{}, Options{})
		if err != nil && codeOf(err) == "" {
			t.Errorf("%q: refused without a code: %v", query, err)
		}
	})
}

// FuzzRequest is that no body panics, whatever the shape it is bound to.
func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"tags":[{"id":"x"}],"title":null,"limit":5,"tree":{"children":[{}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		err := DecodeJSON(body, &request{}, Options{})
		if err != nil && codeOf(err) == "" {
			t.Errorf("%q: refused without a code: %v", body, err)
		}
	})
}

func codeOf(err error) string {
	if e := errs.As(err); e != nil {
		return e.Code
	}
	return ""
}
