// Package filter is the one language in which Kith asks for records: lists,
// saved views, exports and bulk work read the same tree, written as text or as
// JSON, bound to the fields of a kind of record, and then either compiled to SQL
// or matched in memory with the same meaning.
//
// A field may have no value, one, or several. A comparison holds when some value
// meets it, and never for a field without one. The negative operators (ne,
// not_in, not_contains, empty) are the opposites of the positive ones: they hold
// when no value meets those, so also for a field without one. A condition on a
// related record, such as account.tier of a contact, holds when some related
// record meets it; each condition asks for one of its own, and
// account(tier = gold and name ~ acme) for one that meets both.
package filter

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/errs"
)

// Op is what a node of a filter does.
type Op string

// The operators. And without nodes holds for every record.
const (
	And Op = "and"
	Or  Op = "or"
	Not Op = "not"
	// Some holds when a related record meets its node.
	Some Op = "some"

	Eq          Op = "eq"
	Ne          Op = "ne"
	In          Op = "in"
	NotIn       Op = "not_in"
	Contains    Op = "contains"
	NotContains Op = "not_contains"
	StartsWith  Op = "starts_with"
	Lt          Op = "lt"
	Lte         Op = "lte"
	Gt          Op = "gt"
	Gte         Op = "gte"
	Between     Op = "between" // both ends included
	Empty       Op = "empty"
	NotEmpty    Op = "not_empty"
)

// Node is a filter, or a part of one.
type Node struct {
	Op     Op
	Nodes  []Node   // of And and Or; one of Not and Some
	Field  string   // of a condition, and the relation of Some
	Values []string // of a condition, as they were written
}

// What a filter may hold at most.
const (
	MaxText       = 64 << 10 // bytes of text or JSON
	MaxDepth      = 32
	MaxConditions = 500
	MaxValues     = 200   // of one condition
	MaxAllValues  = 2_000 // of all conditions
	MaxValue      = 1_024 // characters of one value
	MaxName       = 200   // characters of the name of a field
)

// All holds for every record.
var All = Node{Op: And}

// IsAll reports whether the node is All.
func (n Node) IsAll() bool { return n.Op == And && len(n.Nodes) == 0 }

// joined reports whether the node joins others.
func (n Node) joined() bool { return n.Op == And || n.Op == Or }

// Canonical returns the node without joins inside a join of the same kind, and
// without joins of one.
func (n Node) Canonical() Node {
	out := Node{Op: n.Op, Field: n.Field, Values: n.Values}
	for _, c := range n.Nodes {
		c = c.Canonical()
		if n.joined() && c.Op == n.Op {
			out.Nodes = append(out.Nodes, c.Nodes...)
		} else {
			out.Nodes = append(out.Nodes, c)
		}
	}
	if n.joined() && len(out.Nodes) == 1 {
		return out.Nodes[0]
	}
	return out
}

// budget counts what a filter holds while it is read.
type budget struct{ conditions, values int }

func (b *budget) condition(values ...string) error {
	if b.conditions++; b.conditions > MaxConditions {
		return errs.NotPermitted(field, "has more than %d conditions; ask in several requests", MaxConditions)
	}
	if len(values) > MaxValues {
		return errs.NotPermitted(field, "lists more than %d values in one condition; ask in several requests", MaxValues)
	}
	if b.values += len(values); b.values > MaxAllValues {
		return errs.NotPermitted(field, "lists more than %d values; ask in several requests", MaxAllValues)
	}
	for _, v := range values {
		if utf8.RuneCountInString(v) > MaxValue {
			return errs.NotPermitted(field, "has a value of more than %d characters", MaxValue)
		}
		if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
			return errs.NotPermitted(field, "has a value that is no text")
		}
	}
	return nil
}

// field is what errors name; the caller's parameter is called so everywhere.
const field = "filter"

func tooLong(n int) error {
	if n > MaxText {
		return errs.NotPermitted(field, "is %d bytes long; at most %d are taken", n, MaxText)
	}
	return nil
}

func tooDeep(depth int) error {
	if depth > MaxDepth {
		return errs.NotPermitted(field, "is nested more than %d levels deep", MaxDepth)
	}
	return nil
}

// arity is how many values an operator takes; -1 for one and more.
func (o Op) arity() int {
	switch o {
	case Empty, NotEmpty:
		return 0
	case Between:
		return 2
	case In, NotIn:
		return -1
	default: // the others follow
	}
	return 1
}

var conditionOps = []Op{Eq, Ne, In, NotIn, Contains, NotContains, StartsWith, Lt, Lte, Gt, Gte, Between, Empty, NotEmpty}

func (o Op) condition() bool { return slices.Contains(conditionOps, o) }

// Check reports as invalid what Parse would never return: operators that do not
// exist, a number of values that an operator does not take, names that are no
// names, and more of anything than the limits allow.
func Check(n Node) error {
	var b budget
	return b.check(n, 1)
}

func (b *budget) check(n Node, depth int) error {
	if err := tooDeep(depth); err != nil {
		return err
	}
	switch n.Op {
	case And, Or:
	case Not, Some:
		if len(n.Nodes) != 1 {
			return errs.NotPermitted(field, "has the operator %s over %d expressions; it takes one", n.Op, len(n.Nodes))
		}
	default:
		return b.checkCondition(n)
	}
	if n.Op == Some && !isName(n.Field) {
		return errs.NotPermitted(field, "%q is not the name of a field", clip(n.Field))
	}
	for _, c := range n.Nodes {
		if err := b.check(c, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (b *budget) checkCondition(n Node) error {
	if !n.Op.condition() {
		return errs.NotPermitted(field, "has the operator %q; known are %s", clip(string(n.Op)), opNames(conditionOps))
	}
	if !isName(n.Field) {
		return errs.NotPermitted(field, "%q is not the name of a field", clip(n.Field))
	}
	switch want := n.Op.arity(); {
	case want < 0 && len(n.Values) == 0:
		return errs.NotPermitted(field, "%s %s needs a value", n.Field, n.Op)
	case want >= 0 && len(n.Values) != want:
		return errs.NotPermitted(field, "%s %s has %d values; it takes %d", n.Field, n.Op, len(n.Values), want)
	}
	return b.condition(n.Values...)
}

func isName(s string) bool {
	return s != "" && len(s) <= MaxName && strings.IndexFunc(s, func(r rune) bool { return !inName(r) }) < 0
}

func opNames(ops []Op) string {
	names := make([]string, len(ops))
	for i, o := range ops {
		names[i] = string(o)
	}
	return strings.Join(names, ", ")
}
