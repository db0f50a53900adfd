package contact

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPackIdentifiersIsJSON(t *testing.T) {
	lists := [][]Identifier{
		nil,
		{{Kind: KindEmail, Value: "a@b.io", Proof: Entered, Main: true}},
		{{Kind: KindEmail, Value: "A@b.io", Key: "a@b.io", Proof: Signed, Source: "import/3"}, {Kind: KindPhone, Value: "+49301234567", Proof: Claimed}},
		{{Kind: KindRef, Value: `quo"te <é>`, Proof: Entered}},
		{{Kind: KindRef, Value: "x", Proof: Entered, Since: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}},
	}
	for _, want := range lists {
		text := packIdentifiers(want)
		if text != pack(want) {
			t.Errorf("packed %s, want %s", text, pack(want))
		}
		var got []Identifier
		if text != "" {
			if err := json.Unmarshal([]byte(text), &got); err != nil {
				t.Fatal(err)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
}
