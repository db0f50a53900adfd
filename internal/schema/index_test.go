package schema_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/schema"
)

// TestNumberKey checks that the order of keys is that of numbers.
func TestNumberKey(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		a, b := rapid.Float64().Draw(rt, "a"), rapid.Float64().Draw(rt, "b")
		if got, want := strings.Compare(schema.NumberKey(a), schema.NumberKey(b)), compare(a, b); got != want {
			rt.Fatalf("%v and %v compare as %d, want %d", a, b, got, want)
		}
	})
	if schema.NumberKey(0) != schema.NumberKey(math.Copysign(0, -1)) {
		t.Error("there are two zeros")
	}
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func TestIndex(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Ä", 150)
	large := map[string]any{}
	for i := range 51 {
		large["m"+strings.Repeat("a", i)] = "x"
	}
	v := schema.Values{
		"tnt__h": []any{map[string]any{"city": "B", "floor": json.Number("1")}, map[string]any{"city": []any{"A", "b"}}}, "tnt__i": map[string]any{"No name": "x", "in": map[string]any{"deep": "x"}}, "tnt__j": large,
		"tnt__a": "Ab", "tnt__b": json.Number("2"), "tnt__c": true, "tnt__d": []any{"x", "X", "y"}, "tnt__e": map[string]any{"k": "v"}, "tnt__f": long, "tnt__g": nil,
	}
	want := []schema.Entry{
		{"tnt__a", "ab"}, {"tnt__b", schema.NumberKey(2)}, {"tnt__c", "true"}, {"tnt__d", "x"}, {"tnt__d", "y"}, {"tnt__e.k", "v"}, {"tnt__f", strings.Repeat("ä", 100)},
		{"tnt__h.city", "a"}, {"tnt__h.city", "b"}, {"tnt__h.floor", schema.NumberKey(1)},
	}
	if diff := cmp.Diff(want, v.Index(strings.ToLower)); diff != "" {
		t.Error(diff)
	}
}

// TestValuesKeepNumbers checks that values survive their stored form.
func TestValuesKeepNumbers(t *testing.T) {
	t.Parallel()
	v := schema.Values{"tnt__n": json.Number("9007199254740991"), "tnt__x": []any{json.Number("0.1"), "a"}, "tnt__raw": map[string]any{"a": nil}}
	var got schema.Values
	if err := json.Unmarshal([]byte(v.Pack()), &got); err != nil || !got.Equal(v) {
		t.Errorf("%v became %v, %v", v, got, err)
	}
	if none := (schema.Values{}).Pack(); none != "" {
		t.Errorf("nothing became %q", none)
	}
}
