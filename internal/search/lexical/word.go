package lexical

import (
	"cmp"
	"math/bits"
	"slices"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/editdistance"
)

// Words shorter or longer than these, in characters, are not looked for by what
// is like them.
const (
	minWord = 3
	maxWord = 24
	// Words that one of a query is taken for: with one mistake, and in all.
	maxNear  = 64
	maxAlike = 80
)

// slips is how many mistakes are looked through in a word of so many characters,
// as it is or as it should be: a character too many, missing or wrong, or two
// changed over.
func slips(length int) int {
	switch {
	case length < 4 || length > maxWord:
		return 0
	case length < 8:
		return 1
	}
	return 2
}

// alike is a word of the records that is like one of a query.
type alike struct {
	word     []rune
	distance int
}

// mask is which letters a word has, five bits' worth of each.
func mask(w []rune) (m uint32) {
	for _, r := range w {
		m |= 1 << (r & 31)
	}
	return m
}

// wordScan looks through lists of words for those like some others.
type wordScan struct {
	of    [][]rune
	masks []uint32
	found []map[string]int // distances
	buf   []rune
}

func newWordScan(of [][]rune) *wordScan {
	s := &wordScan{of: of}
	for _, w := range of {
		s.masks = append(s.masks, mask(w))
		s.found = append(s.found, map[string]int{})
	}
	return s
}

// list looks through a stored list of words.
func (s *wordScan) list(list []byte) {
	for len(list) > 0 {
		// One pass over the bytes finds the word's end, its length and its mask.
		end, length, m := 0, 0, uint32(0)
		for end < len(list) && list[end] != '\n' {
			if b := list[end]; b < utf8.RuneSelf {
				m |= 1 << (b & 31)
				end++
			} else {
				r, size := utf8.DecodeRune(list[end:])
				m |= 1 << (r & 31)
				end += size
			}
			length++
		}
		for i := range s.of {
			most := slips(max(length, len(s.of[i])))
			if d := length - len(s.of[i]); d > most || -d > most {
				continue
			}
			if bits.OnesCount32(m&^s.masks[i]) > most || bits.OnesCount32(s.masks[i]&^m) > most {
				continue
			}
			s.compare(i, list[:end], most)
		}
		list = list[min(end+1, len(list)):]
	}
}

func (s *wordScan) compare(i int, word []byte, most int) {
	if _, known := s.found[i][string(word)]; known {
		return
	}
	s.buf = s.buf[:0]
	for len(word) > 0 {
		r, size := utf8.DecodeRune(word)
		s.buf = append(s.buf, r)
		word = word[size:]
	}
	if d := editdistance.OSA(s.of[i], s.buf, most); d <= most && d > 0 {
		s.found[i][string(s.buf)] = d
	}
}

// alike returns the nearest of the words found that are like each of those
// looked for.
func (s *wordScan) alike() [][]alike {
	out := make([][]alike, len(s.of))
	for i, found := range s.found {
		for w, d := range found {
			out[i] = append(out[i], alike{[]rune(w), d})
		}
		first := s.of[i][0]
		slices.SortFunc(out[i], func(a, b alike) int {
			return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(away(a.word[0], first), away(b.word[0], first)), slices.Compare(a.word, b.word))
		})
		far := slices.IndexFunc(out[i], func(a alike) bool { return a.distance > 1 })
		if far > maxNear {
			out[i] = slices.Delete(out[i], maxNear, far)
		}
		out[i] = out[i][:min(len(out[i]), maxAlike)]
	}
	return out
}

func away(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}
