package wire

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"
)

type describedRequest struct {
	Limit  int              `json:"limit" minimum:"1" maximum:"9" example:"5" deprecated:"true"`
	Names  Opt[[]string]    `json:"names" maxItems:"2" minLength:"1" example:"a,b" doc:"Names."`
	Part   Opt[tagged]      `json:"part"`
	Live   *bool            `json:"live" example:"true"`
	Either upper            `json:"either"`
	Counts map[string]uint8 `json:"counts"`
	Any    any              `json:"any"`
	Mode   direction        `json:"mode" required:"true"`
	Plain  struct {
		Ratio float64 `json:"ratio" example:"x"`
	} `json:"plain"`
	Tree tree `json:"tree"`
}

func newRegistry() huma.Registry {
	return huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
}

func TestSchema(t *testing.T) {
	reg := newRegistry()
	s := NewDescriber(reg).Schema(reflect.TypeFor[describedRequest]())
	const want = `{
		"type": "object", "additionalProperties": false, "required": ["mode"],
		"properties": {
			"limit": {"type": "integer", "format": "int64", "minimum": 1, "maximum": 9, "examples": [5], "deprecated": true},
			"names": {"type": ["array", "null"], "maxItems": 2, "items": {"type": "string", "minLength": 1}, "examples": [["a", "b"]], "description": "Names."},
			"part": {"oneOf": [{"$ref": "#/components/schemas/TaggedInput"}, {"type": "null"}]},
			"live": {"type": "boolean", "examples": [true]},
			"either": {"oneOf": [{"type": "string"}, {"type": "object", "additionalProperties": false, "required": ["name"], "properties": {"name": {"type": "string"}}}]},
			"counts": {"type": "object", "additionalProperties": {"type": "integer", "format": "int8"}},
			"any": {},
			"mode": {"type": "string", "enum": ["after", "before"]},
			"plain": {"type": "object", "additionalProperties": false, "properties": {"ratio": {"type": "number", "format": "double", "examples": ["x"]}}},
			"tree": {"$ref": "#/components/schemas/TreeInput"}
		}
	}`
	sameJSON(t, want, s)
	sameJSON(t, `{"type": "object", "additionalProperties": false, "properties": {
		"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/components/schemas/TreeInput"}}}}`, reg.Map()["TreeInput"])
}

func TestParams(t *testing.T) {
	params := NewDescriber(newRegistry()).Params(reflect.TypeFor[describedRequest]())
	var names []string
	for _, p := range params {
		names = append(names, p.Name)
		if p.Required != (p.Name == "mode") {
			t.Errorf("%s: required is %t", p.Name, p.Required)
		}
	}
	want := []string{"limit", "names", "part.id", "part.value", "live", "either", "counts", "any", "mode", "plain.ratio", "tree.name", "tree.children"}
	if d := cmp.Diff(want, names); d != "" {
		t.Error(d)
	}
	sameJSON(t, `{"name": "names", "in": "query", "description": "Names.", "style": "form", "explode": false,
		"schema": {"type": "array", "maxItems": 2, "items": {"type": "string", "minLength": 1}, "examples": [["a", "b"]]}}`, params[1])
}

func sameJSON(t *testing.T, want string, got any) {
	t.Helper()
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var w, g any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(w, g); d != "" {
		t.Error(d)
	}
}

func TestTwoTypesOfOneNamePanic(t *testing.T) {
	d := NewDescriber(newRegistry())
	d.Schema(reflect.TypeFor[describedRequest]())
	type tree struct {
		Leaves int `json:"leaves"`
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	d.Schema(reflect.TypeFor[struct {
		Tree tree `json:"tree"`
	}]())
}
