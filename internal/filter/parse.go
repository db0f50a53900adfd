package filter

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/kith-id/kith/internal/errs"
)

// Parse reads a filter from its text, such as
//
//	tag:vip and created > -30d and account.tier in (gold, silver)
//
// An empty text is All. Errors are invalid and tell the column, in characters
// from 1, and what was expected there.
func Parse(text string) (Node, error) {
	if err := tooLong(len(text)); err != nil {
		return Node{}, err
	}
	p := &parser{text: []rune(text)}
	if p.skip(); p.done() {
		return All, nil
	}
	n, err := p.either(1)
	if err != nil {
		return Node{}, err
	}
	if p.skip(); !p.done() {
		return Node{}, p.wrong("and, or, or the end")
	}
	return n.Canonical(), nil
}

type parser struct {
	text []rune
	at   int
	budget
}

func (p *parser) done() bool { return p.at >= len(p.text) }

func (p *parser) skip() {
	for !p.done() && unicode.IsSpace(p.text[p.at]) {
		p.at++
	}
}

// wrong returns the error that something else was expected here.
func (p *parser) wrong(expected string) error {
	found := "the filter ends"
	if !p.done() {
		found = strconv.Quote(clip(string(p.text[p.at:min(p.at+40, len(p.text))]))) + " stands there"
	}
	return errs.NotPermitted(field, "column %d: %s where %s is expected", p.at+1, found, expected).With("column", p.at+1)
}

// clip cuts a text at its first space after some letters, for an error.
func clip(s string) string {
	if i := strings.IndexFunc(s, unicode.IsSpace); i > 0 {
		return s[:i]
	}
	return s
}

// either reads terms joined by or.
func (p *parser) either(depth int) (Node, error) { return p.join(Or, "or", depth, p.both) }

// both reads terms joined by and.
func (p *parser) both(depth int) (Node, error) { return p.join(And, "and", depth, p.term) }

func (p *parser) join(op Op, word string, depth int, read func(int) (Node, error)) (Node, error) {
	n, err := read(depth)
	if err != nil {
		return Node{}, err
	}
	all := []Node{n}
	for p.keyword(word) {
		if n, err = read(depth); err != nil {
			return Node{}, err
		}
		all = append(all, n)
	}
	if len(all) == 1 {
		return n, nil
	}
	return Node{Op: op, Nodes: all}, nil
}

func (p *parser) term(depth int) (Node, error) {
	if err := tooDeep(depth); err != nil {
		return Node{}, err
	}
	if p.keyword("not") {
		n, err := p.term(depth + 1)
		return Node{Op: Not, Nodes: []Node{n}}, err
	}
	if p.symbol("(") {
		return p.closed(depth + 1)
	}
	name := p.name()
	if name == "" {
		return Node{}, p.wrong("a field, not or (")
	}
	if p.symbol("(") {
		n, err := p.closed(depth + 1)
		return Node{Op: Some, Field: name, Nodes: []Node{n}}, err
	}
	return p.condition(name)
}

func (p *parser) closed(depth int) (Node, error) {
	n, err := p.either(depth)
	if err == nil && !p.symbol(")") {
		err = p.wrong("and, or, or )")
	}
	return n, err
}

// symbols are the operators that are no words; longer ones come first.
var symbols = []struct {
	text string
	op   Op
}{{"!=", Ne}, {"!~", NotContains}, {"^=", StartsWith}, {"<=", Lte}, {">=", Gte}, {"=", Eq}, {":", Eq}, {"~", Contains}, {"<", Lt}, {">", Gt}}

var words = map[string]Op{
	"is": Eq, "contains": Contains, "starts": StartsWith, "before": Lt, "after": Gt, "in": In, "between": Between, "empty": Empty,
}

// negated are the words that may follow not.
var negated = map[string]Op{"contains": NotContains, "in": NotIn, "empty": NotEmpty}

const operators = "an operator (= != ~ !~ ^= < <= > >= in, not in, contains, starts, before, after, between, last, next, empty or not empty)"

func (p *parser) condition(name string) (Node, error) {
	for _, s := range symbols {
		if p.symbol(s.text) {
			return p.operands(Node{Op: s.op, Field: name})
		}
	}
	start := p.at
	for _, w := range []string{"last", "next"} {
		if p.keyword(w) {
			return p.span(name, w)
		}
	}
	from := words
	if p.keyword("not") {
		from = negated
	}
	for word, op := range from {
		if p.keyword(word) {
			return p.operands(Node{Op: op, Field: name})
		}
	}
	p.at = start
	p.skip()
	return Node{}, p.wrong(operators)
}

// operands reads the values of a condition.
func (p *parser) operands(n Node) (Node, error) {
	var err error
	switch n.Op.arity() {
	case 0:
	case 1:
		n.Values, err = p.values(1)
	case 2:
		n.Values, err = p.range2()
	default:
		n.Values, err = p.list()
	}
	if err != nil {
		return Node{}, err
	}
	return n, p.budget.condition(n.Values...)
}

func (p *parser) values(count int) ([]string, error) {
	out := make([]string, count)
	var err error
	for i := range out {
		if out[i], err = p.value(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (p *parser) range2() ([]string, error) {
	low, err := p.value()
	if err != nil {
		return nil, err
	}
	if !p.keyword("and") {
		return nil, p.wrong("and")
	}
	high, err := p.value()
	return []string{low, high}, err
}

func (p *parser) list() ([]string, error) {
	if !p.symbol("(") {
		return nil, p.wrong("(")
	}
	var out []string
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		if out = append(out, v); len(out) > MaxValues {
			return out, nil // the caller refuses so many
		}
		if p.symbol(")") {
			return out, nil
		}
		if !p.symbol(",") {
			return nil, p.wrong(", or )")
		}
	}
}

// span reads last 30 days and next 2 weeks.
func (p *parser) span(name, which string) (Node, error) {
	p.skip()
	start := p.at
	for !p.done() && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
		p.at++
	}
	count := string(p.text[start:p.at])
	if count == "" || len(count) > 5 {
		p.at = start
		return Node{}, p.wrong("a number up to 99999")
	}
	for _, u := range units {
		if p.keyword(u.word) || p.keyword(u.word+"s") {
			n := Node{Op: Between, Field: name, Values: []string{"-" + count + u.short, "now"}}
			if which == "next" {
				n.Values = []string{"now", "+" + count + u.short}
			}
			return n, p.budget.condition(n.Values...)
		}
	}
	p.skip()
	return Node{}, p.wrong("hours, days, weeks, months or years")
}

// symbol takes a symbol if it is next.
func (p *parser) symbol(s string) bool {
	p.skip()
	if !strings.HasPrefix(string(p.text[p.at:min(p.at+2, len(p.text))]), s) {
		return false
	}
	p.at += len(s)
	return true
}

// keyword takes a word if it is next, in whichever case.
func (p *parser) keyword(w string) bool {
	p.skip()
	end := p.at + len(w)
	if end > len(p.text) || !strings.EqualFold(string(p.text[p.at:end]), w) || end < len(p.text) && inName(p.text[end]) {
		return false
	}
	p.at = end
	return true
}

func inName(r rune) bool {
	return r == '_' || r == '.' || r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// name reads a field's name, "" when none is next.
func (p *parser) name() string {
	p.skip()
	start := p.at
	for !p.done() && inName(p.text[p.at]) {
		p.at++
	}
	return string(p.text[start:p.at])
}

// value reads one value, in quotes or up to a space, comma or parenthesis.
func (p *parser) value() (string, error) {
	p.skip()
	if !p.done() && (p.text[p.at] == '"' || p.text[p.at] == '\'') {
		return p.quoted()
	}
	start := p.at
	for !p.done() && !endsValue(p.text[p.at]) {
		p.at++
	}
	if p.at == start {
		return "", p.wrong("a value")
	}
	return string(p.text[start:p.at]), nil
}

func endsValue(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`(),"'`, r) }

func (p *parser) quoted() (string, error) {
	start := p.at
	quote := p.text[p.at]
	var out strings.Builder
	for p.at++; !p.done(); p.at++ {
		switch r := p.text[p.at]; {
		case r == quote:
			p.at++
			return out.String(), nil
		case r == '\\' && p.at+1 < len(p.text):
			p.at++
			out.WriteRune(p.text[p.at])
		default:
			out.WriteRune(r)
		}
	}
	p.at = start
	return "", errs.NotPermitted(field, "column %d: the quoted value has no end", start+1).With("column", start+1)
}
