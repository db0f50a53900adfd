package match

import "strings"

// A part says which names of a column with full names a field holds.
type part string

const (
	givenPart   part = "given"
	surnamePart part = "surname"
)

// particles begin a surname of several words.
var particles = setOf("van", "von", "vom", "zu", "zum", "zur", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "do", "du", "la", "le",
	"al", "el", "bin", "ben", "ibn", "abu", "ter", "ten", "te", "st", "san", "mac", "mc", "af", "av", "dal", "lo")

// of returns the given names or the surname of a full name: "Ann Lee",
// "Lee, Ann", "Jan van der Berg". A single name is taken for a given one; that
// it may be a surname is seen to where names are compared crosswise.
func (p part) of(raw string) string {
	var given, last string
	if before, after, ok := strings.Cut(raw, ","); ok && fold(after) != "" {
		given, last = cleanName(after), cleanName(before)
	} else {
		words := strings.Fields(cleanName(raw))
		at := max(len(words)-1, 1)
		for i := 1; i < len(words)-1; i++ {
			if particles[words[i]] {
				at = i
				break
			}
		}
		at = min(at, len(words))
		given, last = strings.Join(words[:at], " "), strings.Join(words[at:], " ")
	}
	if p == givenPart {
		return given
	}
	return last
}

// cleanName folds a name without titles.
func cleanName(raw string) string { return mapWords(fold(raw), nil, honorifics) }
