package wire

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/errs"
)

// parser reads JSON text as RFC 8259 has it, and refuses duplicate names,
// which the RFC leaves open and in which two readers could see two requests.
type parser struct {
	in     string
	pos    int
	values int
}

func parseJSON(body []byte) (node, error) {
	p := parser{in: string(body)}
	p.space()
	root, err := p.value(0)
	if err != nil {
		return node{}, err
	}
	p.space()
	if p.pos < len(p.in) {
		return node{}, p.fail("there is more after the end of the value")
	}
	return root, nil
}

func (p *parser) fail(what string) error {
	return errs.New(errs.Invalid, "parse_error", "the body is not valid JSON: %s, at byte %d", what, p.pos)
}

func (p *parser) unexpected() error {
	if p.pos >= len(p.in) {
		return p.fail("it ends too early")
	}
	r, _ := utf8.DecodeRuneInString(p.in[p.pos:])
	if r < ' ' || r == utf8.RuneError {
		return p.fail("unexpected control character or broken UTF-8")
	}
	return p.fail("unexpected " + string(r))
}

func (p *parser) space() {
	for p.pos < len(p.in) {
		switch p.in[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

// take consumes c, after white space, and reports whether it was there.
func (p *parser) take(c byte) bool {
	p.space()
	if p.pos < len(p.in) && p.in[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *parser) value(depth int) (node, error) {
	if p.values++; p.values > maxValues {
		return node{}, p.fail("there are too many values; send less at once")
	}
	if depth > maxDepth {
		return node{}, p.fail("it is nested too deeply")
	}
	if p.pos >= len(p.in) {
		return node{}, p.unexpected()
	}
	switch c := p.in[p.pos]; {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		text, f, err := p.str()
		return node{kind: stringKind, text: text, flaw: f}, err
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	default:
		return p.word()
	}
}

func (p *parser) word() (node, error) {
	for word, n := range words {
		if strings.HasPrefix(p.in[p.pos:], word) {
			p.pos += len(word)
			return n, nil
		}
	}
	return node{}, p.unexpected()
}

var words = map[string]node{
	"null":  {kind: nullKind},
	"true":  {kind: boolKind, text: "true"},
	"false": {kind: boolKind},
}

func (p *parser) array(depth int) (node, error) {
	n := node{kind: arrayKind}
	p.pos++
	if p.take(']') {
		return n, nil
	}
	for {
		p.space()
		item, err := p.value(depth + 1)
		if err != nil {
			return node{}, err
		}
		n.items = append(n.items, item)
		if p.take(']') {
			return n, nil
		}
		if !p.take(',') {
			return node{}, p.unexpected()
		}
	}
}

func (p *parser) object(depth int) (node, error) {
	n := node{kind: objectKind}
	var seen nameSet
	p.pos++
	if p.take('}') {
		return n, nil
	}
	for {
		m, err := p.member(depth)
		if err != nil {
			return node{}, err
		}
		if !seen.add(m.name, n.members) {
			return node{}, duplicate(m.name)
		}
		n.members = append(n.members, m)
		if p.take('}') {
			return n, nil
		}
		if !p.take(',') {
			return node{}, p.unexpected()
		}
	}
}

func duplicate(name string) error {
	return errs.New(errs.Invalid, "parse_error", "the name %q occurs twice in one object; give it once", clip(name))
}

func (p *parser) member(depth int) (member, error) {
	p.space()
	if p.pos >= len(p.in) || p.in[p.pos] != '"' {
		return member{}, p.unexpected()
	}
	name, f, err := p.str()
	if err != nil {
		return member{}, err
	}
	if f != sound {
		return member{}, p.fail("a name " + f.reason())
	}
	if !p.take(':') {
		return member{}, p.unexpected()
	}
	p.space()
	v, err := p.value(depth + 1)
	return member{name: name, value: v}, err
}

// nameSet finds duplicate names: by looking through the few members of an
// ordinary object, and with a map once there are many.
type nameSet struct{ many map[string]struct{} }

func (s *nameSet) add(name string, members []member) bool {
	const few = 24
	if len(members) < few {
		for i := range members {
			if members[i].name == name {
				return false
			}
		}
		return true
	}
	if s.many == nil {
		s.many = make(map[string]struct{}, 2*few)
		for i := range members {
			s.many[members[i].name] = struct{}{}
		}
	}
	_, dup := s.many[name]
	s.many[name] = struct{}{}
	return !dup
}

func (p *parser) number() (node, error) {
	n := numberPrefix(p.in[p.pos:])
	if n == 0 {
		p.pos++
		return node{}, p.unexpected()
	}
	if n > maxIntLiteral {
		return node{}, p.fail("a number has too many digits")
	}
	text := p.in[p.pos : p.pos+n]
	p.pos += n
	return node{kind: numberKind, text: text}, nil
}

// numberPrefix returns the length of the JSON number s starts with, 0 if none.
func numberPrefix(s string) int {
	i := 0
	if i < len(s) && s[i] == '-' {
		i++
	}
	whole := digits(s[i:])
	if whole == 0 || whole > 1 && s[i] == '0' {
		return 0
	}
	i += whole
	if i < len(s) && s[i] == '.' {
		frac := digits(s[i+1:])
		if frac == 0 {
			return 0
		}
		i += 1 + frac
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		exp := digits(s[j:])
		if exp == 0 {
			return 0
		}
		i = j + exp
	}
	return i
}

func digits(s string) int {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}

// str reads a quoted string. Text that is readable but must not be stored is
// returned with its flaw, so that the error can name the field it is in.
func (p *parser) str() (string, flaw, error) {
	p.pos++
	start := p.pos
	for p.pos < len(p.in) {
		switch c := p.in[p.pos]; {
		case c == '"':
			text := p.in[start:p.pos]
			p.pos++
			return text, flawOf(text), nil
		case c == '\\':
			return p.escaped(start)
		case c < ' ':
			return "", sound, p.fail("a line break or control character inside a string; write it as an escape")
		default:
			p.pos++
		}
	}
	return "", sound, p.unexpected()
}

func flawOf(text string) flaw {
	switch {
	case !utf8.ValidString(text):
		return badUTF8
	case strings.IndexByte(text, 0) >= 0:
		return hasNUL
	default:
		return sound
	}
}

// escaped goes on reading a string at its first backslash.
func (p *parser) escaped(start int) (string, flaw, error) {
	var b strings.Builder
	worst := sound
	for p.pos < len(p.in) {
		c := p.in[p.pos]
		switch {
		case c == '"':
			b.WriteString(p.in[start:p.pos])
			p.pos++
			text := b.String()
			return text, max(worst, flawOf(text)), nil
		case c == '\\':
			b.WriteString(p.in[start:p.pos])
			r, f, ok := p.escape()
			if !ok {
				return "", sound, p.fail("unknown escape in a string")
			}
			b.WriteRune(r)
			worst = max(worst, f)
			start = p.pos
		case c < ' ':
			return "", sound, p.fail("a line break or control character inside a string; write it as an escape")
		default:
			p.pos++
		}
	}
	return "", sound, p.unexpected()
}

const escapes = "\"\\/bfnrt"
const escaped = "\"\\/\b\f\n\r\t"

func (p *parser) escape() (rune, flaw, bool) {
	if p.pos+1 >= len(p.in) {
		return 0, sound, false
	}
	c := p.in[p.pos+1]
	if i := strings.IndexByte(escapes, c); i >= 0 {
		p.pos += 2
		return rune(escaped[i]), sound, true
	}
	r, ok := p.hex(p.pos)
	if !ok {
		return 0, sound, false
	}
	p.pos += 6
	if !utf16.IsSurrogate(r) {
		return r, sound, true
	}
	low, ok := p.hex(p.pos)
	if full := utf16.DecodeRune(r, low); ok && full != utf8.RuneError {
		p.pos += 6
		return full, sound, true
	}
	return utf8.RuneError, halfSurrogate, true
}

// hex reads \uXXXX at the position.
func (p *parser) hex(at int) (rune, bool) {
	if at+6 > len(p.in) || p.in[at] != '\\' || p.in[at+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range []byte(p.in[at+2 : at+6]) {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
