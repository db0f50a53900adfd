package httpapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
)

func TestDocument(t *testing.T) {
	b := newBench(t)
	doc, err := b.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
		"openapi": "3.1.0",
		"info": {"title": "Kith", "version": "1.2.3"},
		"components": {
			"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
			"schemas": {
				"ThingsUpdateRequest": {
					"type": "object", "additionalProperties": false, "required": ["id"],
					"properties": {
						"id": {"type": "string", "description": "The thing."},
						"name": {"type": ["string", "null"], "maxLength": 10, "description": "null clears it."},
						"kind": {"type": "string", "enum": ["small", "large"]},
						"part": {"allOf": [{"$ref": "#/components/schemas/ThingPartInput"}], "description": "A part of it."}
					}
				},
				"ThingPartInput": {"properties": {"parts": {"type": "array", "items": {"$ref": "#/components/schemas/ThingPartInput"}}}},
				"ThingsUploadRequest": {"required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}},
				"Thing": {
					"type": "object", "required": ["id", "owned_by"],
					"properties": {"id": {"type": "string"}, "created_date": {"type": "string", "format": "date-time"}, "owned_by": {"type": "array"}}
				},
				"ThingListOut": {"properties": {"things": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}, "next_cursor": {"type": "string"}}, "required": ["things"]},
				"ErrorBadRequest": {"required": ["type", "message"], "properties": {"field_name": {"type": "string"}}}
			}
		},
		"paths": {
			"/things.list": {
				"get": {
					"operationId": "things-list", "summary": "List things", "tags": ["things"], "security": [{"token": []}],
					"parameters": [
						{"name": "cursor", "in": "query"},
						{"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 0}},
						{"name": "mode", "in": "query", "schema": {"type": "string", "enum": ["after", "before"]}},
						{"name": "name", "in": "query", "description": "Any of these names.", "style": "form", "explode": false, "schema": {"type": "array", "maxItems": 3, "items": {"type": "string"}}},
						{"name": "fail", "in": "query"},
						{"name": "created_date.after", "in": "query", "schema": {"type": "string", "format": "date-time"}},
						{"name": "custom_fields", "in": "query", "style": "deepObject"}
					],
					"responses": {
						"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ThingListOut"}}}},
						"400": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBadRequest"}}}},
						"401": {}, "403": {}, "404": {}, "429": {"headers": {"Retry-After": {}}}, "500": {}, "503": {}
					}
				},
				"post": {
					"operationId": "things-list-post",
					"requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ThingsListRequest"}}}},
					"responses": {"200": {}, "413": {}}
				}
			},
			"/things.update": {"post": {"operationId": "things-update", "description": "At once.", "responses": {"200": {}, "404": {}, "409": {}}}},
			"/things.create": {"post": {"responses": {"201": {"content": {"application/json": {"schema": {"type": "object"}}}}, "409": {}}}},
			"/things.parts.remove": {"post": {"responses": {"204": {"description": "Success."}}}},
			"/things.upload": {"post": {
				"requestBody": {"content": {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/ThingsUploadRequest"}}}},
				"responses": {"200": {"content": {"text/csv": {"schema": {"type": "string"}}}}}
			}},
			"/things.stream": {"get": {"responses": {"200": {"content": {"text/event-stream": {}}}}}}
		}
	}`
	for _, p := range apitest.Diff([]byte(want), doc, false) {
		t.Error(p)
	}
	if s := b.document().Components.Schemas.Map()["Thing"]; s.AdditionalProperties != nil {
		t.Errorf("answers say additionalProperties: %v", s.AdditionalProperties)
	}
	res := apitest.Response{Body: doc}
	for _, absent := range []string{"paths./things.update.get", "paths./internal/things.list", "paths./ping.get.security", "paths./things.create.post.responses.404"} {
		if _, ok := lookupSlash(t, res, absent); ok {
			t.Errorf("%s is there", absent)
		}
	}
}

// lookupSlash looks a path up whose names contain dots after a slash.
func lookupSlash(t *testing.T, res apitest.Response, path string) (any, bool) {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]map[string]any `json:"paths"`
	}
	res.Decode(t, &doc)
	_, rest, _ := strings.Cut(path, ".")
	for name, item := range doc.Paths {
		tail, ok := strings.CutPrefix(rest, name)
		if !ok {
			continue
		}
		if tail == "" {
			return item, true
		}
		body, err := json.Marshal(item)
		if err != nil {
			t.Fatal(err)
		}
		return apitest.Response{Body: body}.Lookup(tail[1:])
	}
	return nil, false
}

func TestDocumentIsDeterministic(t *testing.T) {
	first, err := newBench(t).OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := newBench(t).OpenAPI()
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("the document changes from call to call: %v", err)
		}
	}
}

// TestReferencesLeadSomewhere is that every $ref of the document has a target.
func TestReferencesLeadSomewhere(t *testing.T) {
	doc, err := newBench(t).OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var parsed struct {
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(doc, &parsed); err != nil {
		t.Fatal(err)
	}
	refs := 0
	for _, line := range strings.Split(string(doc), "\n") {
		_, rest, ok := strings.Cut(line, schemaPrefix)
		if !ok {
			continue
		}
		refs++
		name, _, _ := strings.Cut(rest, `"`)
		if parsed.Components.Schemas[name] == nil {
			t.Errorf("no schema %s", name)
		}
	}
	if refs == 0 {
		t.Error("the document has no references at all")
	}
}

func TestPages(t *testing.T) {
	b := newBench(t)
	b.Token = ""
	res := b.Send(t, http.MethodGet, "/openapi.json", nil, nil)
	want, _ := b.OpenAPI()
	if res.Status != 200 || !bytes.Equal(res.Body, want) {
		t.Errorf("/openapi.json: status %d, %d bytes", res.Status, len(res.Body))
	}
	res = b.Send(t, http.MethodGet, "/docs", nil, nil)
	page := string(res.Body)
	for _, want := range []string{
		`id="things.list"`, `id="ErrorBadRequest"`, `<a href="#Thing">Thing</a>`, `list of <a href="#ThingPartInput">`, "Any of these names.", "at most 3 elements", "one of small, large",
		"no token needed", "text/csv", "string or null", "1.2.3",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("/docs has no %s", want)
		}
	}
	for _, bad := range []string{"<script", "style=", "http://", "https://"} {
		if strings.Contains(page, bad) {
			t.Errorf("/docs has %s", bad)
		}
	}
	if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("/docs: policy %q", csp)
	}
	res = b.Send(t, http.MethodGet, "/docs/style.css", nil, nil)
	if res.Status != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/css") {
		t.Errorf("style: %d %v", res.Status, res.Header)
	}
}
