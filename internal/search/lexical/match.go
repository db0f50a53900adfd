package lexical

import (
	"html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// PassOf returns the pass that a record is shown in, Passes for none: the first
// one that finds it. Those with mistakes count only after Spell.
func (q *Query) PassOf(d Doc) Pass {
	folded := d.folded()
	equal := func(text []rune) bool { return len(text) > 0 && slices.Equal(text[1:len(text)-1], q.phrase) }
	if slices.ContainsFunc(folded, equal) {
		return Equal
	}
	if q.allIn(folded, func(text, token []rune) bool { return indexOf(text, spaced(token)) >= 0 }) || q.endsPhone(d, folded) {
		return Whole
	}
	if q.allIn(folded, func(text, token []rune) bool { return indexOf(text, append([]rune{' '}, token...)) >= 0 }) {
		return Begin
	}
	for p := Within; p < Passes; p++ {
		if p > Within && len(q.plans[p]) == 0 {
			continue
		}
		if _, ok := q.find(p, d, folded); ok {
			return p
		}
	}
	return Passes
}

// folded returns the record's fields folded.
func (d Doc) folded() [][]rune {
	out := make([][]rune, len(d.Fields))
	for i, f := range d.Fields {
		out[i] = fold(nil, f.Text, nil)
	}
	return out
}

// allIn reports whether each of the query's words is in one of the texts.
func (q *Query) allIn(texts [][]rune, is func(text, token []rune) bool) bool {
	for _, token := range q.tokens {
		if !slices.ContainsFunc(texts, func(text []rune) bool { return is(text, token) }) {
			return false
		}
	}
	return true
}

// endsPhone reports whether a phone number ends in the query.
func (q *Query) endsPhone(d Doc, folded [][]rune) bool {
	for i, f := range d.Fields {
		if f.Phone && q.digits != nil && indexOf(folded[i], append(slices.Clone(q.digits), ' ')) >= 0 {
			return true
		}
	}
	return false
}

// Matches reports whether a record is what a pass looks for, or one before it. The
// passes up to Within are one to it.
func (q *Query) Matches(p Pass, d Doc) bool {
	_, ok := q.find(p, d, d.folded())
	return ok
}

// IsKey reports whether the query is a whole address, reference or domain of a
// record: whoever typed it made no mistake.
func (q *Query) IsKey(d Doc) bool {
	for i, folded := range d.folded() {
		f := d.Fields[i]
		if f.Title || len(folded) == 0 {
			continue
		}
		text := folded[1 : len(folded)-1]
		if slices.Equal(text, q.phrase) || f.Phone && q.digits != nil && slices.Equal(text, q.digits) {
			return true
		}
	}
	return false
}

// span is a part of a folded field.
type span struct{ from, to int }

// find returns what of each field, given folded as well, a pass looks for.
func (q *Query) find(p Pass, d Doc, texts [][]rune) ([][]span, bool) {
	found := make([][]span, len(d.Fields))
	seen := make([]bool, len(q.tokens))
	direct := false
	for i, folded := range texts {
		f := d.Fields[i]
		if len(folded) == 0 {
			continue
		}
		if f.Phone && q.digits != nil {
			if at := indexOf(folded, q.digits); at >= 0 {
				found[i] = append(found[i], span{at, at + len(q.digits)})
				direct = true
				continue
			}
		}
		if len(q.tokens) > 1 && len(q.phrase) > 2 {
			if at := indexOf(folded, q.phrase); at >= 0 {
				found[i] = append(found[i], span{at, at + len(q.phrase)})
				direct = true
				continue
			}
		}
		for t, token := range q.tokens {
			s, ok := locate(folded, token)
			if n := national(token); !ok && f.Phone && n != nil {
				s, ok = locate(folded, n)
			}
			if !ok && p > Within {
				s, ok = q.locateAlike(folded, t, int(p-Within))
			}
			if ok {
				seen[t] = true
				found[i] = append(found[i], s)
			}
		}
	}
	return found, direct || !slices.Contains(seen, false)
}

// locate finds a word in folded text, best where a word begins; one of one or two
// characters only there.
func locate(folded, word []rune) (span, bool) {
	if at := indexOf(folded, append([]rune{' '}, word...)); at >= 0 {
		return span{at + 1, at + 1 + len(word)}, true
	}
	if len(word) < 3 && !unspaced(word[0]) {
		return span{}, false
	}
	at := indexOf(folded, word)
	return span{at, at + len(word)}, at >= 0
}

func (q *Query) locateAlike(folded []rune, token, most int) (span, bool) {
	if q.near == nil {
		return span{}, false
	}
	for _, a := range q.near[token] {
		if a.distance > most {
			break
		}
		if at := indexOf(folded, spaced(a.word)); at >= 0 {
			return span{at + 1, at + 1 + len(a.word)}, true
		}
	}
	return span{}, false
}

func indexOf(text, part []rune) int {
	for at := 0; at+len(part) <= len(text); at++ {
		if text[at] == part[0] && slices.Equal(text[at:at+len(part)], part) {
			return at
		}
	}
	return -1
}

// maxSnippet is how many bytes of a value a snippet shows, about.
const maxSnippet = 200

// Snippet returns the value that a record was found by, as HTML: escaped, and
// with what fits in em elements. It is "" when none fits.
func (q *Query) Snippet(p Pass, d Doc) string {
	found, _ := q.find(p, d, d.folded())
	best, most := -1, 0
	for i, spans := range found {
		marked := 0
		for _, s := range spans {
			marked += s.to - s.from
		}
		if marked > most {
			best, most = i, marked
		}
	}
	if best < 0 {
		return ""
	}
	return mark(d.Fields[best].Text, found[best])
}

// mark escapes a text and marks parts of its folded form.
func mark(text string, spans []span) string {
	var from, to []int
	fold(nil, text, func(f, t int) { from, to = append(from, f), append(to, t) })
	marked := make([]bool, len(text)+1)
	begin := len(text)
	for _, s := range spans {
		a, b := from[s.from], to[s.to-1]
		for b < len(text) { // what folds to nothing belongs to what it follows
			r, size := utf8.DecodeRuneInString(text[b:])
			if !unicode.Is(unicode.Mn, r) {
				break
			}
			b += size
		}
		for at := a; at < b; at++ {
			marked[at] = true
		}
		begin = min(begin, a)
	}
	// A long value is shown from shortly before its first part that fits.
	at, lead := 0, ""
	if len(text) > maxSnippet && begin > maxSnippet/2 {
		at, lead = begin-maxSnippet/4, "…"
		for at > 0 && text[at]&0xc0 == 0x80 {
			at--
		}
	}
	var b strings.Builder
	b.WriteString(lead)
	end := min(len(text), at+maxSnippet)
	for end < len(text) && text[end]&0xc0 == 0x80 {
		end++
	}
	for at < end {
		next := at + 1
		for next < end && marked[next] == marked[at] {
			next++
		}
		part := html.EscapeString(strings.ToValidUTF8(strings.Map(visible, text[at:next]), "\uFFFD"))
		if marked[at] {
			part = "<em>" + part + "</em>"
		}
		b.WriteString(part)
		at = next
	}
	if end < len(text) {
		b.WriteString("…")
	}
	return b.String()
}

func visible(r rune) rune {
	if unicode.IsControl(r) {
		return ' '
	}
	return r
}
