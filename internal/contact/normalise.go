package contact

// The functions that normalise are pure and safe for concurrent use. Every
// error is an *errs.Error of kind errs.Invalid without a field, which the caller
// sets; its message says what to write instead.

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Ref returns an external reference without surrounding white space. Nothing
// else changes: references compare byte by byte, because upper and lower case
// may mean different things to the system they come from. It refuses an empty
// reference, more than MaxRefBytes bytes, control characters and bytes that are
// not UTF-8.
func Ref(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", refuse("is empty; give the id this record has in your own system")
	}
	if len(s) > MaxRefBytes {
		return "", tooLong(len(s), MaxRefBytes, "bytes")
	}
	if err := checkText(s, false); err != nil {
		return "", err
	}
	return s, nil
}

// FoldName returns the form of a name in which names are compared and sorted:
// Unicode NFC, case-folded, runs of white space as one space, cut to at most
// MaxFoldedBytes bytes between two characters. A run of bytes that
// are not UTF-8 becomes U+FFFD. FoldName(FoldName(s)) == FoldName(s).
func FoldName(s string) string {
	if clean, ascii := scanName(s); clean {
		return s
	} else if ascii {
		return foldASCII(s)
	}
	return foldUnicode(s)
}

// scanName reports whether s is folded already, and whether it is ASCII.
func scanName(s string) (clean, ascii bool) {
	clean = len(s) <= MaxFoldedBytes
	space := true // a space here would lead or follow another
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			return false, false
		}
		if 'A' <= c && c <= 'Z' || c == ' ' && space || c-'\t' < 5 {
			clean = false
		}
		space = c == ' '
	}
	return clean && (!space || s == ""), true
}

func foldASCII(s string) string {
	var buf [MaxFoldedBytes + 1]byte
	n := 0
	for i := 0; i < len(s) && n < len(buf); i++ {
		c := s[i]
		switch {
		case c == ' ' || c-'\t' < 5: // tab to carriage return
			if n == 0 || buf[n-1] == ' ' {
				continue
			}
			c = ' '
		case 'A' <= c && c <= 'Z':
			c |= 0x20
		}
		buf[n] = c
		n++
	}
	n = min(n, MaxFoldedBytes)
	if n > 0 && buf[n-1] == ' ' {
		n--
	}
	return string(buf[:n])
}

// foldUnicode folds until nothing changes: composing can bring forth a
// character that folds again.
func foldUnicode(s string) string {
	// Names are at most MaxNameChars long; the cut only bounds the work on
	// text that is no name.
	s = cutRunes(strings.ToValidUTF8(s, "\uFFFD"), 64*MaxFoldedBytes)
	for range 4 {
		next := norm.NFC.String(cases.Fold().String(norm.NFC.String(s)))
		if next == s {
			break
		}
		s = next
	}
	s = strings.Join(strings.Fields(s), " ")
	return strings.TrimRight(cutRunes(s, MaxFoldedBytes), " ")
}
