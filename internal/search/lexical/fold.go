package lexical

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Folded text is lower case without accents, one space between words and one at
// either end. Apostrophes are dropped, so that O'Neil is a word; whatever else is
// neither letter nor digit parts words.

// apart are letters that Unicode does not take apart, or not as people type them.
var apart = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'þ': "th", 'ħ': "h", 'ı': "i", 'ŋ': "n", 'ŧ': "t", 'ς': "σ",
	'\'': "", '’': "", '‘': "", 'ʼ': "", 'ʻ': "", '`': "", '´': "",
}

// near holds what the characters fold to that most names are made of.
var near = func() (out [0x250][]rune) {
	for r := range out {
		out[r] = foldRune(rune(r))
	}
	return out
}()

// foldRune returns what a character folds to: nothing, a space, or characters.
func foldRune(r rune) []rune {
	if to, ok := apart[unicode.ToLower(r)]; ok {
		return []rune(to)
	}
	var out []rune
	for _, d := range norm.NFKD.String(string(unicode.ToLower(r))) {
		d = unicode.ToLower(d)
		to, ok := apart[d]
		switch {
		case ok:
			out = append(out, []rune(to)...)
		case unicode.Is(unicode.Mn, d):
		case unicode.IsLetter(d), unicode.IsNumber(d), unicode.IsMark(d):
			out = append(out, d)
		default:
			return []rune{' '}
		}
	}
	return out
}

// fold appends the folded form of s to dst; a text of nothing to search by has
// none. Each is called, when it is not nil, with the bytes from and to in s that
// the character appended comes from.
func fold(dst []rune, s string, each func(from, to int)) []rune {
	begin := len(dst)
	put := func(r rune, from, to int) {
		if r == ' ' && dst[len(dst)-1] == ' ' {
			return
		}
		dst = append(dst, r)
		if each != nil {
			each(from, to)
		}
	}
	dst = append(dst, ' ')
	if each != nil {
		each(0, 0)
	}
	for at, r := range s {
		var as []rune
		if int(r) < len(near) {
			as = near[r]
		} else {
			as = foldRune(r)
		}
		to := at + runeLen(r, s[at:])
		for _, c := range as {
			put(c, at, to)
		}
	}
	if len(dst) == begin+1 {
		return dst[:begin]
	}
	put(' ', len(s), len(s))
	return dst
}

// runeLen is how many bytes the character at the begin of s takes, which is one
// when they are not UTF-8.
func runeLen(r rune, s string) int {
	switch {
	case r < 0x80:
		return 1
	case r < 0x800:
		return 2
	case r == unicode.ReplacementChar && (len(s) < 3 || s[0] != 0xef):
		return 1
	case r < 0x10000:
		return 3
	}
	return 4
}

// words cuts folded text at its spaces.
func words(folded []rune) (out [][]rune) {
	begin := 1
	for at := 1; at < len(folded); at++ {
		if folded[at] == ' ' {
			out = append(out, folded[begin:at])
			begin = at + 1
		}
	}
	return out
}

// unspaced reports whether a character is of a script that has no spaces between
// words: any of its characters may begin one.
func unspaced(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
