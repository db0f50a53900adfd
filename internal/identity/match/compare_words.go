package match

import (
	"math/bits"
	"slices"
	"strings"
)

// similarities are the lower bounds of the levels of wordsKind between the
// first and the last.
var similarities = [...]float64{0.9, 0.75, 0.55, 0.35, 0.15}

func compareWords(f *field, a, b uint32) int {
	s := f.similarity(a, b)
	if s == 1 {
		return 0
	}
	for i, bound := range similarities {
		if s >= bound {
			return i + 1
		}
	}
	return len(similarities) + 1
}

// similarity returns the share of two values' words that they have in common,
// from 0 to 1: words weigh by rarity, and words that differ by a typing error
// count in part. Order makes no difference.
func (f *field) similarity(a, b uint32) float64 {
	if joined := f.joinedSimilarity(a, b); joined > 0 {
		return joined
	}
	x, y := f.words.of(a), f.words.of(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	w := f.words.weight
	var total, shorter, common float64
	for _, n := range y {
		total += float64(w[n])
	}
	for _, n := range x {
		shorter += float64(w[n])
	}
	var usedX, usedY uint64
	for i, n := range x {
		for j, m := range y {
			if n == m && usedY&(1<<j) == 0 {
				usedX |= 1 << i
				usedY |= 1 << j
				common += float64(w[n])
				break
			}
		}
	}
	if usedX == 1<<len(x)-1 && len(x) == len(y) {
		return 1
	}
	for i, n := range x {
		if usedX&(1<<i) != 0 {
			continue
		}
		best, at := 0.0, -1
		for j, m := range y {
			if usedY&(1<<j) == 0 {
				if c := f.alike(n, m); c > best {
					best, at = c, j
				}
			}
		}
		if at >= 0 {
			usedX |= 1 << i
			usedY |= 1 << at
			common += best * float64(w[n]+w[y[at]]) / 2
		}
	}
	smaller := min(shorter, total)
	if smaller == 0 {
		return 0
	}
	s := 2 * common / (shorter + total)
	if bits.OnesCount64(usedX) >= 2 {
		s = max(s, 0.85*common/smaller)
	}
	return min(f.byNumbers(x, y, s), 0.99)
}

// byNumbers corrects a similarity by the words with digits: two models of one
// make, or two houses in one street, read alike and are not; and a model's
// number settles what else is said about it.
func (f *field) byNumbers(x, y []uint32, s float64) float64 {
	inX, inY := 0, 0
	for _, n := range y {
		inY += count(f.words.traits[n].digits)
	}
	for _, n := range x {
		if !f.words.traits[n].digits {
			continue
		}
		inX++
		if slices.Contains(y, n) {
			if word := f.words.vocabulary.view(n); f.role == Text && len(word) >= 5 && countDigits(word) < len(word) {
				return max(s, similarities[1])
			}
			return s
		}
	}
	if inX > 0 && inY > 0 && (f.role == Text || f.role == Address) {
		return 0.6 * s
	}
	return s
}

// joinedSimilarity compares values as if they had no spaces, 0 when they differ
// by more than a typing error.
func (f *field) joinedSimilarity(a, b uint32) float64 {
	x, y := f.text(a), f.text(b)
	if d := len(x) - len(y); d > 4 || d < -4 {
		return 0
	}
	if strings.IndexByte(x, ' ') >= 0 || strings.IndexByte(y, ' ') >= 0 {
		x, y = strings.ReplaceAll(x, " ", ""), strings.ReplaceAll(y, " ", "")
	}
	if x == y {
		return 1
	}
	if countDigits(x)+countDigits(y) > 0 && onlyDigitsDiffer(x, y) {
		return 0
	}
	switch d := edits(x, y, 2); {
	case d == 1 && min(len(x), len(y)) >= 4:
		return 0.95
	case d == 2 && min(len(x), len(y)) >= 7:
		return 0.9
	case d == 2 && min(len(x), len(y)) >= 5:
		return 0.75
	}
	return 0
}

// alike returns how far two different words count as one, from 0 to 1. Words
// with digits are names of models, houses or years: near is not the same.
func (f *field) alike(n, m uint32) float64 {
	x, y := f.words.traits[n], f.words.traits[m]
	if x.digits || y.digits {
		return 0
	}
	a, b := f.words.vocabulary.view(n), f.words.vocabulary.view(m)
	if x.apart(y) > apartLimit && min(len(a), len(b)) > 1 {
		if x.spelling == y.spelling {
			return 0.9
		}
		return 0
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	switch {
	case len(a) == 1:
		if a[0] == b[0] && len(b) > 1 && b[0] > '9' {
			return 0.5 // an initial
		}
		return 0
	case len(a) < 3:
		return 0
	}
	switch d := edits(a, b, 2); {
	case d == 1 && len(a) >= 4:
		return 0.85
	case d == 2 && len(a) >= 8:
		return 0.75
	case x.spelling == y.spelling:
		return 0.9
	}
	switch s := jaroWinkler(a, b); {
	case s >= 0.92:
		return 0.75
	case strings.HasPrefix(b, a):
		return 0.6
	case s >= 0.86:
		return 0.45
	}
	return 0
}
