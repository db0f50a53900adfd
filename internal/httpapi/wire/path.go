package wire

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// place is where in a request a value is: a chain of names and indexes that
// costs nothing until an error needs it as text.
type place struct {
	up     *place
	name   string
	index  int
	inList bool // the place is an index rather than a name
}

func (p *place) String() string {
	if p == nil {
		return ""
	}
	up := p.up.String()
	if p.inList {
		return up + "[" + strconv.Itoa(p.index) + "]"
	}
	if up == "" {
		return clip(p.name)
	}
	return up + "." + clip(p.name)
}

// fieldPath renders the path of a query key as field names are shown.
func fieldPath(path []string) string {
	var b strings.Builder
	for i, name := range path {
		switch {
		case isIndex(name):
			b.WriteString("[" + name + "]")
		case i > 0:
			b.WriteString("." + clip(name))
		default:
			b.WriteString(clip(name))
		}
	}
	return b.String()
}

// clip shortens text that a client sent, for use in a message.
func clip(s string) string {
	const limit = 200
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= limit {
		return s
	}
	cut := limit
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
