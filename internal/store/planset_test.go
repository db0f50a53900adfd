package store

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestNumberSets compares sets with maps: members far apart and close together,
// what keeping and dropping leaves, and that a clone is a set of its own.
func TestNumberSets(t *testing.T) {
	number := rapid.OneOf(rapid.Int64Range(1, 200), rapid.Int64Range(1, 1<<20), rapid.Int64Range(1, 1<<40))
	rapid.Check(t, func(t *rapid.T) {
		mine := rapid.SliceOf(number).Draw(t, "mine")
		others := append(rapid.SliceOf(number).Draw(t, "others"), mine[:len(mine)/2]...)
		drop := rapid.Bool().Draw(t, "drop")
		whole := newNumberSet(mine)
		part := whole.clone()
		part.keep(newNumberSet(others), drop)
		checkSet(t, whole, mine)
		checkSet(t, part, slices.DeleteFunc(slices.Clone(mine), func(n int64) bool { return slices.Contains(others, n) == drop }))
	})
}

func checkSet(t *rapid.T, s *numberSet, want []int64) {
	want = slices.Clone(want)
	slices.Sort(want)
	want = slices.Compact(want)
	got := s.numbers()
	slices.Sort(got)
	if !slices.Equal(got, want) || s.size != len(want) {
		t.Fatalf("%d members %v, want %v", s.size, got, want)
	}
	if len(want) > 0 && (s.min != want[0] || s.max != want[len(want)-1]) {
		t.Fatalf("bounds %d to %d, want those of %v", s.min, s.max, want)
	}
	for _, n := range want {
		if !s.has(n) {
			t.Fatalf("%d is missed", n)
		}
	}
}

func TestUnpackNumbers(t *testing.T) {
	packed := make([]byte, arrayHeader)
	binary.BigEndian.PutUint32(packed[12:], 2)
	for _, n := range []int64{7, 1 << 40} {
		packed = binary.BigEndian.AppendUint32(packed, 8)
		packed = binary.BigEndian.AppendUint64(packed, uint64(n))
	}
	for _, tt := range []struct {
		name   string
		packed []byte
		want   []int64
		broken bool
	}{
		{"two", packed, []int64{7, 1 << 40}, false},
		{"null", nil, nil, false},
		{"none", make([]byte, 12), nil, false},
		{"cut", packed[:len(packed)-4], nil, true},
	} {
		got, err := unpackNumbers(tt.packed)
		if !cmp.Equal(got, tt.want) || (err != nil) != tt.broken {
			t.Errorf("%s: %v, %v; want %v, broken %t", tt.name, got, err, tt.want, tt.broken)
		}
	}
}
