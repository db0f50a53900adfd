package match

import (
	"math"
	"strings"
)

// missing is the level of a pair of which one side says nothing. It counts
// neither for nor against.
const missing = 0xff

// level compares two values of the field.
func (f *field) level(a, b uint32) uint8 {
	switch {
	case a == 0 || b == 0:
		return missing
	case a == b:
		return 0
	case f.multi == nil:
		return uint8(f.kind.compare(f, a, b))
	}
	best := len(f.kind.levels) - 1
	for _, p := range f.parts(a) {
		for _, q := range f.parts(b) {
			if p == q {
				return 0
			}
			best = min(best, f.kind.compare(f, p, q))
		}
	}
	return uint8(best)
}

// Levels of names, in the order of nameKind.
const (
	nameSame = iota
	nameVariant
	nameSwapped
	nameElsewhere
	nameTypo
	nameInitial
	nameSimilar
	nameAlike
	nameDifferent
	nameTwo
)

func compareNames(f *field, a, b uint32) int {
	l := nameLevel(f.text(a), f.text(b), f.traits[a], f.traits[b])
	switch {
	case l == nameDifferent && f.bothUsual(a, b):
		return nameTwo
	case (l == nameTypo || l == nameSimilar) && f.bothUsual(a, b):
		return nameAlike
	}
	return l
}

// bothUsual reports whether two different names are both too common to be a
// slip of the other: Anna and Hanna, Meyer and Mayer.
func (f *field) bothUsual(a, b uint32) bool {
	x, y := f.share[a], f.share[b]
	few, many := min(x, y), max(x, y)
	if f.role != Surname && f.traits[a].usual && f.traits[b].usual {
		return true
	}
	return few*float32(f.filled) >= 3 && few >= many/20
}

func usualName(name string) bool { return nickGroups[name] != nil }

func nameLevel(a, b string, x, y trait) int {
	switch apart := x.apart(y); {
	case a == b:
		return nameSame
	case strings.IndexByte(a, ' ') >= 0 || strings.IndexByte(b, ' ') >= 0:
		return longNameLevel(a, b)
	case x.usual && y.usual && sameNickname(a, b):
		return nameVariant
	case apart > apartLimit && x.spelling != y.spelling && min(len(a), len(b)) > 1:
		return nameDifferent
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	switch {
	case len(a) == 1:
		if a[0] == b[0] {
			return nameInitial
		}
		return nameDifferent
	case len(a) >= 3 && x.spelling == y.spelling:
		return nameVariant
	}
	switch d := edits(a, b, 2); {
	case d == 1 && len(a) >= 3 || d == 2 && len(a) >= 7:
		return nameTypo
	case d == 1:
		return nameSimilar
	}
	switch similarity := jaroWinkler(a, b); {
	case similarity >= 0.93 && len(a) >= 4:
		return nameTypo
	case similarity >= 0.84:
		return nameSimilar
	case len(a) >= 3 && strings.HasPrefix(b, a):
		return nameSimilar
	}
	return nameDifferent
}

// wordLevel compares two names of which nothing is known beforehand.
func wordLevel(a, b string) int { return nameLevel(a, b, traitOf(a), traitOf(b)) }

// longNameLevel compares names of which one has several words: written
// together, or with a word that the other lacks.
func longNameLevel(a, b string) int {
	joinedA, joinedB := strings.ReplaceAll(a, " ", ""), strings.ReplaceAll(b, " ", "")
	if joinedA == joinedB {
		return nameSame
	}
	best := nameDifferent
	if l := wordLevel(joinedA, joinedB); l != nameInitial {
		best = l
	}
	wordsA, wordsB := strings.Fields(a), strings.Fields(b)
	if len(wordsA) == len(wordsB) && len(wordsA) > 1 {
		worst := nameSame
		for i := range wordsA {
			worst = max(worst, wordLevel(wordsA[i], wordsB[i]))
		}
		return min(best, max(worst, nameVariant))
	}
	for _, p := range wordsA {
		for _, q := range wordsB {
			if l := wordLevel(p, q); l <= nameTypo && len(p) > 2 && len(q) > 2 {
				best = min(best, max(nameVariant, min(l+1, nameTypo)))
			}
		}
	}
	return best
}

// Levels of e-mail addresses, in the order of their kind.
const (
	emailSame = iota
	emailTypo
	emailOther
	emailSimilar
	emailDigits
	emailDomain
	emailDifferent
)

func compareEmails(f *field, a, b uint32) int {
	x, y := f.text(a), f.text(b)
	localX, domainX, okX := strings.Cut(x, "@")
	localY, domainY, okY := strings.Cut(y, "@")
	if !okX || !okY {
		if edits(x, y, 2) <= 2 {
			return emailTypo
		}
		return emailDifferent
	}
	domains := edits(domainX, domainY, 2)
	switch {
	case domains <= 2 && len(domainX) > 5 && onlyDigitsDiffer(localX, localY):
		return emailDigits
	case edits(x, y, 2) <= 2 && len(localX) > 2:
		return emailTypo
	case localX == localY && len(localX) >= 4 && !roleMailbox[localX]:
		return emailOther
	case domains <= 2 && len(domainX) > 5 && (edits(localX, localY, 3) <= 3 && len(localX) >= 6 || jaroWinkler(localX, localY) >= 0.9):
		return emailSimilar
	case domains > 2 && len(localX) >= 6 && edits(localX, localY, 1) <= 1:
		return emailOther
	case domainX == domainY && !freeMail[domainX]:
		return emailDomain
	}
	return emailDifferent
}

func comparePhones(f *field, a, b uint32) int {
	x, y := f.text(a), f.text(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	switch {
	case len(x) >= 7 && strings.HasSuffix(y, x):
		return 0
	case edits(x, y, 1) <= 1:
		return 1
	case len(x) >= 8 && len(y)-len(x) >= 1 && edits(x, y[len(y)-len(x):], 1) <= 1:
		return 1
	case len(x) >= 7 && x[len(x)-7:] == y[len(y)-7:]:
		return 2
	}
	return 3
}

func compareDates(f *field, a, b uint32) int {
	const (
		oneDigit = 1 + iota
		month
		twoParts
		year
		tenYears
		different
	)
	x, y := f.text(a), f.text(b)
	if len(x) != 8 || len(y) != 8 {
		if edits(x, y, 1) <= 1 {
			return oneDigit
		}
		return different
	}
	swapped := x[:4] == y[:4] && x[4:6] == y[6:] && x[6:] == y[4:6]
	typed := edits(x, y, 2)
	if typed <= 1 || swapped {
		return oneDigit
	}
	days := math.MaxInt
	if dx, ok := dayNumber(x); ok {
		if dy, ok := dayNumber(y); ok {
			days = max(dx-dy, dy-dx)
		}
	}
	same := 0
	for _, part := range [][2]int{{0, 4}, {4, 6}, {6, 8}} {
		if x[part[0]:part[1]] == y[part[0]:part[1]] {
			same++
		}
	}
	switch {
	case days <= 31:
		return month
	case same >= 2 || typed == 2:
		return twoParts
	case days <= 366:
		return year
	case days <= 3653:
		return tenYears
	}
	return different
}

func compareCodes(f *field, a, b uint32) int {
	x, y := f.text(a), f.text(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	typed := edits(x, y, 2)
	switch {
	case typed == 1 && len(x) >= 3:
		return 1
	case typed == 2 && len(x) >= 5, len(x) >= 4 && (strings.HasPrefix(y, x) || strings.HasSuffix(y, x)):
		return 2
	}
	return 3
}

func compareNumbers(f *field, a, b uint32) int {
	x, y := f.numbers[a], f.numbers[b]
	far := math.Abs(x - y)
	// Of years or coordinates, which all are alike, a hundredth means nothing.
	size := math.Min(math.Max(math.Abs(x), math.Abs(y)), 4*f.spread)
	switch {
	case far <= 0.01*size:
		return 1
	case far <= 0.05*size:
		return 2
	case far <= 0.2*size:
		return 3
	}
	return 4
}

func compareCategories(f *field, a, b uint32) int {
	x, y := f.text(a), f.text(b)
	if min(len(x), len(y)) >= 4 && (edits(x, y, 1) <= 1 || jaroWinkler(x, y) >= 0.93) {
		return 1
	}
	return 2
}

func compareURLs(f *field, a, b uint32) int {
	x, _, _ := strings.Cut(f.text(a), "/")
	y, _, _ := strings.Cut(f.text(b), "/")
	if x == y {
		return 1
	}
	return 2
}
