package httpapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
)

// guesser makes up requests from the API's own document: fields that exist,
// with values that fit often enough to get past the decoder.
type guesser struct {
	*rand.Rand
	schemas map[string]any
}

// odd are values for any text: ids that exist and that do not, and what has
// broken other programs.
var odd = []string{
	"", "a", "REVU-1", "REVU-2", "REVU-9", "ACC-1", "ACC-2", "REV-1", "REV-2", "TAG-1", "TAG-2", "DEVU-1", "TAG-1=gold", "TAG-1=", "=",
	"REVU-9223372036854775807", "don:identity:kith:devo/x:revu/1", "don:core", "x@y.de", "X@Y.de", "+4930123456", "acme.com", "https://acme.com",
	"2024-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "0000-01-01T00:00:00Z", "created_date:desc", "email:asc", "gold", "production",
	"email", "phone", "external_ref", "%", "'", `"`, `\`, `a","b`, "😀", strings.Repeat("é", 300), "a@" + strings.Repeat("b.", 120) + "de",
}

var misfits = []any{nil, 1, -1, 1.5, 1e30, true, "x", []any{}, map[string]any{}, []any{[]any{}}, map[string]any{"a": map[string]any{"b": 1}}}

func (g guesser) object(s map[string]any) map[string]any {
	out := map[string]any{}
	fields, _ := s["properties"].(map[string]any)
	required, _ := s["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if slices.Contains(required, any(name)) || g.Float64()*float64(len(fields)) < 2.5 {
			out[name] = g.value(fields[name])
		}
	}
	return out
}

func (g guesser) value(schema any) any {
	s, _ := schema.(map[string]any)
	if ref, ok := s["$ref"].(string); ok {
		s, _ = g.schemas[ref[strings.LastIndex(ref, "/")+1:]].(map[string]any)
	}
	if g.IntN(12) == 0 {
		return misfits[g.IntN(len(misfits))]
	}
	if options, ok := s["anyOf"].([]any); ok {
		return g.value(options[g.IntN(len(options))])
	}
	if values, ok := s["enum"].([]any); ok {
		return values[g.IntN(len(values))]
	}
	kind := s["type"]
	if kinds, ok := kind.([]any); ok {
		kind = kinds[g.IntN(len(kinds))]
	}
	switch kind {
	case "array":
		out := make([]any, g.IntN(4))
		for i := range out {
			out[i] = g.value(s["items"])
		}
		return out
	case "object":
		return g.object(s)
	case "integer", "number":
		return []any{0, 1, 50, 100, 1 << 31, uint64(1 << 63)}[g.IntN(6)]
	case "boolean":
		return g.IntN(2) == 0
	case "null":
		return nil
	}
	return odd[g.IntN(len(odd))]
}

// query writes a body as clients write it into a query string.
func (g guesser) query(body map[string]any) string {
	q := url.Values{}
	for name, v := range body {
		switch v := v.(type) {
		case []any:
			parts := make([]string, len(v))
			for i := range v {
				parts[i] = fmt.Sprintf(`"%v"`, v[i])
			}
			q.Add(name, strings.Join(parts, ","))
		case map[string]any:
			for inner, w := range v {
				q.Add(fmt.Sprintf([]string{"%s.%s", "%s[%s]"}[g.IntN(2)], name, inner), fmt.Sprint(w))
			}
		default:
			q.Add(name, fmt.Sprint(v))
		}
	}
	return q.Encode()
}

// Whatever is asked, the answer is a success or says what is wrong with the
// question; it is never a fault of the server.
func TestRandomRequests(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		company(t, c)
		c.Post(t, "rev-users.create", `{"display_name":"Bo","email":"x@y.de","account":"ACC-1"}`, 201)
		var document struct {
			Paths      map[string]map[string]any
			Components struct{ Schemas map[string]any }
		}
		c.Send(t, http.MethodGet, "/openapi.json", nil, nil).Decode(t, &document)
		g := guesser{rand.New(rand.NewPCG(7, 11)), document.Components.Schemas}
		paths := slices.DeleteFunc(slices.Sorted(maps.Keys(document.Paths)), func(p string) bool { return p == "/accounts.delete" })
		statuses := map[int]int{}
		for range 1500 {
			path := paths[g.IntN(len(paths))]
			body := g.request(path, document.Paths[path])
			var res apitest.Response
			if document.Paths[path]["get"] != nil && g.IntN(2) == 0 {
				path += "?" + g.query(body)
				res = c.Send(t, http.MethodGet, path, nil, nil)
			} else {
				res = c.Send(t, http.MethodPost, path, nil, body)
			}
			statuses[res.Status]++
			if complaint := unanswered(res); complaint != "" {
				text, _ := json.Marshal(body)
				t.Errorf("%s %s: %s: %d %s", path, text, complaint, res.Status, res.Body)
			}
		}
		if statuses[200] < 50 || statuses[400] < 50 {
			t.Errorf("too few requests were answered or refused to mean anything: %v", statuses)
		}
	})
}

// request makes up the body of an operation.
func (g guesser) request(path string, item map[string]any) map[string]any {
	var op struct {
		RequestBody struct {
			Content map[string]struct{ Schema map[string]any }
		}
	}
	text, _ := json.Marshal(item["post"])
	_ = json.Unmarshal(text, &op) // the document was JSON before
	schema := op.RequestBody.Content["application/json"].Schema
	if ref, ok := schema["$ref"].(string); ok {
		schema, _ = g.schemas[ref[strings.LastIndex(ref, "/")+1:]].(map[string]any)
	}
	if schema == nil && path != "/ping" {
		return map[string]any{}
	}
	return g.object(schema)
}

// unanswered says what is wrong with an answer as such, "" when nothing is.
func unanswered(res apitest.Response) string {
	if res.Status >= 500 {
		return "a fault of the server"
	}
	if res.Status < 400 {
		return ""
	}
	kind, _ := res.Lookup("type")
	message, _ := res.Lookup("message")
	if kind == nil || message == nil {
		return "an error without type or message"
	}
	return ""
}
