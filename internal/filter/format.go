package filter

import (
	"strings"
)

var symbolOf = map[Op]string{
	Eq: "=", Ne: "!=", Contains: "~", NotContains: "!~", StartsWith: "^=", Lt: "<", Lte: "<=", Gt: ">", Gte: ">=",
	In: "in", NotIn: "not in", Between: "between", Empty: "empty", NotEmpty: "not empty",
}

// Format writes a filter as text that Parse reads as the canonical form of the
// same filter. All is "".
func Format(n Node) string {
	var b strings.Builder
	write(&b, n.Canonical(), false)
	return b.String()
}

// write writes a canonical node; inside tells that a join stands around it.
func write(b *strings.Builder, n Node, inside bool) {
	switch n.Op {
	case And, Or:
		if inside {
			b.WriteByte('(')
		}
		for i, c := range n.Nodes {
			if i > 0 {
				b.WriteString(" " + string(n.Op) + " ")
			}
			write(b, c, true)
		}
		if inside {
			b.WriteByte(')')
		}
	case Not:
		b.WriteString("not ")
		write(b, n.Nodes[0], true)
	case Some:
		b.WriteString(n.Field + "(")
		write(b, n.Nodes[0], false)
		b.WriteByte(')')
	default:
		b.WriteString(n.Field + " " + symbolOf[n.Op])
		operands(b, n)
	}
}

func operands(b *strings.Builder, n Node) {
	values := make([]string, len(n.Values))
	for i, v := range n.Values {
		values[i] = quote(v)
	}
	switch n.Op.arity() {
	case 0:
	case 1:
		b.WriteString(" " + values[0])
	case 2:
		b.WriteString(" " + strings.Join(values, " and "))
	default:
		b.WriteString(" (" + strings.Join(values, ", ") + ")")
	}
}

// quote writes a value so that it is read as one.
func quote(v string) string {
	if v != "" && strings.IndexFunc(v, endsValue) < 0 {
		return v
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
}
