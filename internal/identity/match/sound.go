package match

import (
	"math/bits"
	"strings"
)

// sound returns a short code that is the same for spellings that sound alike in
// the languages around us: the first letter's class and the consonants after
// it, vowels and doubled letters dropped. "" for text without letters.
func sound(word string) string {
	w := soundPairs.Replace(word)
	out := make([]byte, 0, 8)
	for i := range len(w) {
		c := w[i]
		class := soundClass(c)
		switch {
		case class == 0:
			continue
		case class == 'a' && len(out) > 0:
			continue
		case len(out) > 0 && out[len(out)-1] == class:
			continue
		}
		if out = append(out, class); len(out) == 6 {
			break
		}
	}
	return string(out)
}

// soundPairs are the letters that only together stand for a sound.
var soundPairs = strings.NewReplacer(
	"shch", "s", "sch", "s", "tsch", "s", "tch", "s", "sh", "s", "ch", "s", "cz", "s", "zh", "s", "ph", "f", "gh", "g", "kh", "k", "th", "t", "wh", "v",
	"ck", "k", "ce", "se", "ci", "si", "cy", "si", "qu", "k", "dt", "t", "ts", "s", "tz", "s", "x", "ks", "ge", "ie", "gi", "ii", "dj", "i", "ii", "i",
)

func soundClass(c byte) byte {
	switch c {
	case 'a', 'e', 'i', 'o', 'u', 'y', 'j', 'h':
		return 'a'
	case 'b', 'p':
		return 'p'
	case 'v', 'w', 'f':
		return 'f'
	case 'g', 'k', 'q', 'c':
		return 'k'
	case 'd', 't':
		return 't'
	case 's', 'z':
		return 's'
	case 'm', 'n':
		return 'n'
	case 'l', 'r':
		return c
	}
	return 0
}

// spelling undoes differences of transliteration, not of sound: ue for ü, y and
// j for i, doubled letters.
func spelling(word string) string {
	w := spellingPairs.Replace(word)
	out := make([]byte, 0, len(w))
	for i := range len(w) {
		c := w[i]
		if c == 'y' || c == 'j' {
			c = 'i'
		}
		if c == ' ' || len(out) > 0 && out[len(out)-1] == c {
			continue
		}
		out = append(out, c)
	}
	return string(out)
}

var spellingPairs = strings.NewReplacer("ae", "a", "oe", "o", "ue", "u", "ph", "f", "ck", "k", "c", "k", "iy", "i", "ij", "i", "w", "v", "kh", "h", "tz", "ts")

// A trait is what is known of a word before it is compared with another, to
// tell quickly that two words are far apart.
type trait struct {
	letters  uint32 // a bit for each letter it has, one for all digits
	spelling uint32 // hash of its spelling
	digits   bool
	usual    bool // a usual given name
}

func traitOf(word string) trait {
	t := trait{spelling: uint32(hash(spelling(word))), usual: usualName(word)}
	for i := range len(word) {
		switch c := word[i]; {
		case 'a' <= c && c <= 'z':
			t.letters |= 1 << (c - 'a')
		case '0' <= c && c <= '9':
			t.letters |= 1 << 26
			t.digits = true
		case c != ' ':
			t.letters |= 1 << 27
		}
	}
	return t
}

// apart returns how many kinds of letters only one of two words has. Each edit
// changes it by at most two.
func (t trait) apart(u trait) int { return bits.OnesCount32(t.letters ^ u.letters) }

// Words that differ in more kinds of letters than this are not alike.
const apartLimit = 6
