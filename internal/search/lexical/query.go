package lexical

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/kith-id/kith/internal/errs"
)

// MaxQuery is how many characters a query may have.
const MaxQuery = 400

// Pass is a round of answering a query: all that is found in one comes before
// what only later ones find.
type Pass int

// The passes.
const (
	Equal   Pass = iota // a value that is the query
	Whole               // the query's words, or a phone number that ends in it
	Begin               // words that begin with the query's
	Within              // values with the query's words anywhere in them
	OneSlip             // the same with a mistake in a word
	TwoSlip             // with two mistakes in longer words
	Passes              // how many there are
)

// Query is what somebody looks for.
type Query struct {
	text   string
	phrase []rune   // folded, without the spaces at its ends
	tokens [][]rune // its words
	digits []rune   // of what may be a phone number, without what is dialled before the country or the area
	near   [][]alike
	plans  [Passes]Plan
}

// Parse reads a query. Errors: invalid on the field query when it is too long or
// has nothing to look for.
func Parse(text string) (*Query, error) {
	if n := utf8.RuneCountInString(text); n > MaxQuery {
		e := errs.BadRequest("has %d characters; at most %d are looked for", n, MaxQuery)
		e.Field = "query"
		return nil, e
	}
	folded := fold(nil, text, nil)
	if len(folded) == 0 {
		e := errs.BadRequest("has neither a letter nor a digit to look for")
		e.Field = "query"
		return nil, e
	}
	q := &Query{text: text, phrase: folded[1 : len(folded)-1], tokens: distinctWords(words(folded)), digits: phoneDigits(text)}
	for p := Equal; p <= Within; p++ {
		q.plans[p] = q.plan(p)
	}
	return q, nil
}

func distinctWords(list [][]rune) (out [][]rune) {
	for _, w := range list {
		if !slices.ContainsFunc(out, func(o []rune) bool { return slices.Equal(o, w) }) {
			out = append(out, w)
		}
	}
	return out
}

// minDigits is from how many digits on a query may be part of a phone number.
const minDigits = 3

// phoneDigits returns the digits of a text that is written as phone numbers are:
// without letters, but for a leading tel:. It returns nil for others. What is
// dialled before them, and the zero in brackets that is dialled only within a
// country, do not count.
func phoneDigits(text string) []rune {
	text = norm.NFKC.String(strings.ReplaceAll(text, "(0)", ""))
	if len(text) > 4 && strings.EqualFold(text[:4], "tel:") {
		text = text[4:]
	}
	var out []rune
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			out = append(out, r)
		case unicode.IsLetter(r), unicode.IsNumber(r), r == '@':
			return nil
		}
	}
	return undialled(out)
}

// undialled returns digits without what is dialled before them, nil when too few
// are left.
func undialled(digits []rune) []rune {
	for len(digits) > 0 && digits[0] == '0' {
		digits = digits[1:]
	}
	if len(digits) < minDigits {
		return nil
	}
	return digits
}

// national returns what a word of a query stands for as part of a phone number,
// nil when it is the word itself or no such part.
func national(word []rune) []rune {
	if word[0] != '0' || slices.ContainsFunc(word, func(r rune) bool { return r < '0' || r > '9' }) {
		return nil
	}
	return undialled(word)
}

// plan returns how a pass that looks through no mistakes finds places.
func (q *Query) plan(p Pass) Plan {
	switch p {
	case Equal:
		return Plan{{{wholeValue(q.phrase)}}}
	case Whole:
		out := Plan{q.each(wholeWord)}
		if q.digits != nil {
			out = append(out, way{{endOf(q.digits)}})
		}
		return out
	case Begin:
		return Plan{q.each(beginOf)}
	default: // Within
		out := Plan{q.parts()}
		if len(q.tokens) > 1 && len(q.phrase) > 2 {
			out = append(out, way{{partOf(q.phrase)}})
		}
		if q.digits != nil {
			out = append(out, way{{partOf(q.digits)}})
		}
		return out
	}
}

// each joins what finds each of the query's words.
func (q *Query) each(of func(token []rune) conjunction) way {
	var all conjunction
	for _, t := range q.tokens {
		all.join(of(t))
	}
	return way{{all}}
}

// parts finds each of the query's words anywhere.
func (q *Query) parts() way {
	var all conjunction
	var out way
	for _, t := range q.tokens {
		if n := national(t); n != nil {
			out = append(out, clause{partOf(t), partOf(n)})
		} else {
			all.join(partOf(t))
		}
	}
	if len(all.grams) > 0 {
		out = append(out, clause{all})
	}
	return out
}

// Literal reports whether the query looks copied rather than typed from memory:
// it has parts of an address, or digits among its letters.
func (q *Query) Literal() bool {
	return strings.ContainsRune(q.text, '@') || slices.ContainsFunc(q.tokens, func(t []rune) bool { return !letters(t) })
}

// Spelled reports whether Spell was called.
func (q *Query) Spelled() bool { return q.near != nil }

// Slips reports whether the query has words in which mistakes are looked through.
func (q *Query) Slips() bool { return len(q.slipping()) > 0 }

func (q *Query) slipping() (out [][]rune) {
	for _, t := range q.tokens {
		if slips(len(t)) > 0 && letters(t) {
			out = append(out, t)
		}
	}
	return out
}

// Spell looks for words like the query's in stored lists of words, so that the
// passes that look through mistakes can be asked for.
func (q *Query) Spell(lists [][]byte) {
	of := q.slipping()
	scan := newWordScan(of)
	for _, list := range lists {
		scan.list(list)
	}
	q.near = make([][]alike, len(q.tokens))
	found := scan.alike()
	for at, t := range q.tokens {
		if len(of) > 0 && slices.Equal(of[0], t) {
			q.near[at], of, found = found[0], of[1:], found[1:]
		}
	}
	q.plans[OneSlip], q.plans[TwoSlip] = q.spelled(1), q.spelled(2)
}

// spelled returns how places are found when each word may have up to so many
// mistakes; nil when no other word would do.
func (q *Query) spelled(most int) Plan {
	var out way
	other := false
	for at, t := range q.tokens {
		c := clause{partOf(t)}
		if n := national(t); n != nil {
			c = append(c, partOf(n))
		}
		for _, a := range q.near[at] {
			if a.distance <= most {
				c = append(c, wholeWord(a.word))
				other = other || a.distance == most
			}
		}
		out = append(out, c)
	}
	if !other {
		return nil
	}
	return Plan{out}
}

// Plan returns how a pass finds places. Those of the passes that look through
// mistakes are empty before Spell.
func (q *Query) Plan(p Pass) Plan { return q.plans[p] }
