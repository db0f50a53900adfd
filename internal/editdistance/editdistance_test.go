package editdistance_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/editdistance"
)

// defined is the distance as its definition says it, without any bound.
func defined(a, b string) int {
	if len(a) == 0 || len(b) == 0 {
		return len(a) + len(b)
	}
	cost := 1
	if a[0] == b[0] {
		cost = 0
	}
	d := min(defined(a[1:], b)+1, defined(a, b[1:])+1, defined(a[1:], b[1:])+cost)
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		d = min(d, defined(a[2:], b[2:])+1)
	}
	return d
}

func TestOSA(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("abc")), 0, 7, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b, most := text.Draw(t, "a"), text.Draw(t, "b"), rapid.IntRange(0, 4).Draw(t, "most")
		want := min(defined(a, b), most+1)
		if got := editdistance.OSA([]byte(a), []byte(b), most); got != want {
			t.Fatalf("OSA(%q, %q, %d) = %d, want %d", a, b, most, got, want)
		}
		if got := editdistance.OSA([]rune(b), []rune(a), most); got != want {
			t.Fatalf("OSA(%q, %q, %d) = %d, want %d", b, a, most, got, want)
		}
	})
}

func TestLongTexts(t *testing.T) {
	long := strings.Repeat("a", 99)
	if got := editdistance.OSA([]byte(long+"b"), []byte(long+"c"), 2); got != 1 {
		t.Errorf("one mistake at the end of a long text counts %d", got)
	}
	if got := editdistance.OSA([]byte(strings.Repeat("ab", 99)), []byte(strings.Repeat("ba", 99)), 2); got != 3 {
		t.Errorf("long texts that differ count %d", got)
	}
}
