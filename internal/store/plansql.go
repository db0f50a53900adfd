package store

import (
	"slices"
	"strings"
	"time"
)

// some selects members of a condition with several values, up to limit of each, one
// value after the other.
func (c cond) some(b *builder, limit int) string {
	if c.part == nil {
		return c.members(b)
	}
	return b.q.perValue(b, c.values, func(is string) string { return c.part(is) + " ORDER BY x.n LIMIT " + b.arg(limit) })
}

// gather writes a statement that selects the members of one condition that meet
// the others, for taken to end.
func (p *plan) gather(b *builder, from int) {
	c := p.conds[from]
	distinct := ""
	if c.repeats {
		distinct = "DISTINCT "
	}
	b.WriteString("WITH d(dn) AS MATERIALIZED (SELECT " + distinct + "m.n FROM (" + c.members(b) + ") m)" +
		" SELECT " + p.taking() + " FROM d" + b.q.lookup(p.l.table, "d.dn") + " WHERE t.org_id = $1 AND t.n = d.dn")
	p.test(b, "d.dn", "t", without(p.conds, from))
}

// listed names those of the numbers that are records' d. They are looked up apart,
// lest an engine walks along another index for them.
func (p *plan) listed(b *builder, ns []int64) string {
	return "WITH d(dn) AS MATERIALIZED (SELECT x.n FROM " + p.l.table + " x WHERE x.org_id = $1 AND x.n IN (" + padded(b, ns) + "))"
}

// gatherList does as gather of those of the numbers that meet the conditions.
func (p *plan) gatherList(b *builder, ns []int64, conds []cond) {
	b.WriteString(p.listed(b, ns) +
		" SELECT " + p.taking() + " FROM d" + b.q.lookup(p.l.table, "d.dn") + " WHERE t.org_id = $1 AND t.n = d.dn")
	p.test(b, "d.dn", "t", conds)
}

// sorted ends a statement over rows t.
func (p *plan) sorted(b *builder) {
	terms := p.rowTerms("t")
	if !p.order.start {
		b.WriteString(" AND " + beyond(b, terms))
	}
	b.WriteString(orderBy(terms) + " LIMIT " + b.arg(p.want))
}

// test writes the conditions on a row t whose number is n as well.
func (p *plan) test(b *builder, n, t string, conds []cond) {
	for _, c := range conds {
		if c.test != nil {
			b.WriteString(" AND " + c.test(b, t))
		} else {
			b.WriteString(" AND " + c.probe(b, n))
		}
	}
}

func without(conds []cond, at int) []cond {
	return append(append([]cond{}, conds[:at]...), conds[at+1:]...)
}

// padded writes the numbers as arguments, evened.
func padded(b *builder, ns []int64) string {
	var marks []string
	for _, n := range evened(ns) {
		marks = append(marks, b.arg(n))
	}
	return strings.Join(marks, ", ")
}

// rowTerms are the terms of the order over a whole row.
func (p *plan) rowTerms(t string) []term {
	var out []term
	for _, k := range p.order.keys {
		expr := t + "." + p.l.sorts[k.field]
		if k.field == SortEmail {
			out = append(out, term{"(" + expr + " = '')", p.order.backward, k.edge == ""})
		}
		out = append(out, term{expr, k.desc, k.edge})
	}
	return out
}

// leg is a part of a walk that one index has in order.
type leg struct {
	from   string // the index's table as s, and t where the order needs the record
	where  string
	n      string // the expression of the number
	terms  []term
	edged  bool       // begins behind the edge that the terms hold
	own    bool       // s is the record's own table, so what it names exists
	column string     // the column that s runs along
	span   span       // the range of that column, where the filter has one
	among  *numberSet // only numbers in its range matter; nil for all
	loose  bool       // the index does not order entries of one key by number
	check  string     // what a row x must meet besides, in terms of w.k
	shown  string     // the expression of w.k
	// field and start tell how all values of s begin, low and high on which sides that
	// bounds them.
	field, start string
	low, high    bool
}

// legs cuts the walk into parts that an index has in order: e-mails are in the
// identity index, and contacts without one follow by number.
func (p *plan) legs() []leg {
	first := p.order.keys[0]
	switch {
	case isCustom(first.field):
		return []leg{p.customLeg()}
	case first.field == SortEmail:
		return p.emailLegs(!p.order.start && first.edge == "")
	case (first.field == SortName || first.field == SortTagName) && p.l.names != "":
		return []leg{p.nameLeg()}
	}
	return []leg{p.columnLeg()}
}

// emailLegs are those with and those without an e-mail; bare tells that the
// edge is one without.
func (p *plan) emailLegs(bare bool) []leg {
	edged := !p.order.start
	switch {
	case p.order.backward && edged && !bare:
		return []leg{p.emailLeg(true)}
	case p.order.backward:
		return []leg{p.bareLeg(edged), p.emailLeg(false)}
	case bare:
		return []leg{p.bareLeg(true)}
	}
	return []leg{p.emailLeg(edged), p.bareLeg(false)}
}

// columnLeg runs along a column of the table, within the filter's range of it.
// The edge replaces the bound on its side unless that is the narrower, for of
// two bounds on one side an engine may use the wider.
func (p *plan) columnLeg() leg {
	first := p.order.keys[0]
	g := leg{
		from: p.l.table + " s", where: "s.org_id = $1", n: "s.n", terms: p.rowTerms("s"), edged: !p.order.start,
		own: true, column: p.l.sorts[first.field],
	}
	for _, c := range p.conds {
		if c.span == nil || c.span.column != g.column {
			continue
		}
		g.span = *c.span
		at, _ := first.edge.(time.Time)
		bound, narrower := &g.span.after, at.Before
		if first.desc {
			bound, narrower = &g.span.before, at.After
		}
		if !g.edged || *bound == nil {
			continue
		}
		if narrower(**bound) {
			g.edged = false
		} else {
			*bound = nil
		}
	}
	return g
}

// nameLeg runs along the names that begin as the filter says, if it does. The edge
// stands for the bound on its side, for of two an engine may use the wider.
func (p *plan) nameLeg() leg {
	g := leg{from: "attr s", where: "s.org_id = $1 AND s.field = '" + p.l.names + "'", n: "s.n", edged: !p.order.start}
	at := slices.IndexFunc(p.conds, p.along)
	if at < 0 {
		return p.indexed(g, "s.value", "", p.order.keys)
	}
	g.field, g.start = p.conds[at].field, p.conds[at].start
	first := p.order.keys[0]
	edge, _ := first.edge.(string)
	begun := g.edged && edge >= g.start && edge < behind(g.start)
	g.low, g.high = !begun || first.desc, !begun || !first.desc
	return p.indexed(g, "s.value", "", p.order.keys)
}

// customLeg are those with a value of a custom field.
func (p *plan) customLeg() leg {
	field := letters[p.l.of] + p.order.keys[0].field
	g := leg{from: "attr s", where: "s.org_id = $1 AND s.field = '" + field + "'", n: "s.n", edged: !p.order.start}
	return p.indexed(g, "s.value", "", p.order.keys)
}

// emailLeg bounds the keys on both sides once: of two bounds on one side an
// engine may use the wider.
func (p *plan) emailLeg(edged bool) leg {
	g := leg{
		from: "identifier s", where: "s.org_id = $1 AND s.type = 1 AND s.main", n: "s.n", edged: edged,
		check: "x.email_key = substr(w.k, 3)", shown: "s.key",
	}
	desc := p.order.keys[0].desc
	if !g.edged || desc {
		g.where += " AND s.key >= 'e:'"
	}
	if !g.edged || !desc {
		g.where += " AND s.key < 'e;'"
	}
	return p.indexed(g, "s.key", "e:", p.order.keys)
}

func (p *plan) bareLeg(edged bool) leg {
	return leg{
		from: "contact s", where: "s.org_id = $1 AND s.email_key = ''", n: "s.n", edged: edged,
		terms: p.restTerms("s", p.order.keys[1:]), own: true,
	}
}

// indexed completes a leg over an index whose entries hold the first key.
func (p *plan) indexed(g leg, expr, prefix string, keys []orderKey) leg {
	edge := keys[0].edge
	if s, ok := edge.(string); ok {
		edge = prefix + s
	}
	g.terms = []term{{expr, keys[0].desc, edge}}
	if len(keys) > 2 { // the number alone is in the index
		g.from += " CROSS JOIN " + p.l.table + " t"
		g.where += " AND t.org_id = $1 AND t.n = s.n"
		g.terms = append(g.terms, p.restTerms("t", keys[1:])...)
		return g
	}
	last := keys[1]
	g.loose = g.shown != ""
	g.terms = append(g.terms, term{"s.n", last.desc, last.edge})
	return g
}

func (p *plan) restTerms(t string, keys []orderKey) []term {
	rest := plan{l: p.l, order: order{keys: keys, backward: p.order.backward}}
	return rest.rowTerms(t)
}

// meets reports whether all steps meet a condition because of their range.
func (g leg) meets(c cond) bool {
	return c.span != nil && g.own && c.span.column == g.column || c.start != "" && c.start == g.start && c.field == g.field
}

// tests reports whether a leg's steps need a test.
func (p *plan) tests(g leg) bool { return !g.own || len(p.rest(g)) > 0 }

// rest returns the conditions that the leg's own range does not meet.
func (p *plan) rest(g leg) []cond {
	var out []cond
	for _, c := range p.conds {
		if !g.meets(c) {
			out = append(out, c)
		}
	}
	return out
}

// steps writes the leg's index in order, from the edge on.
func (p *plan) steps(b *builder, g leg) { p.entries(b, g, g.terms) }

// entries writes the leg's index from the edge on, in the order of some terms.
func (p *plan) entries(b *builder, g leg, by []term) {
	shown := ""
	if g.shown != "" {
		shown = ", " + g.shown + " AS k"
	}
	b.WriteString("SELECT " + g.n + " AS n" + shown + " FROM " + g.from + " WHERE " + g.where)
	if bounds := g.span.test(b, "s"); bounds != "" {
		b.WriteString(" AND " + bounds)
	}
	if g.low {
		b.WriteString(" AND s.value >= " + b.arg(g.start))
	}
	if g.high {
		b.WriteString(" AND s.value < " + b.arg(behind(g.start)))
	}
	if g.edged {
		b.WriteString(" AND " + beyond(b, g.terms))
	}
	if g.among != nil {
		// The sign keeps the range from being taken for the index's.
		b.WriteString(" AND +" + g.n + " BETWEEN " + b.arg(g.among.min) + " AND " + b.arg(g.among.max))
	}
	b.WriteString(orderBy(by))
}

// walk writes a statement that takes at most window steps and keeps want of
// those that meet the conditions.
func (p *plan) walk(b *builder, g leg, window, want int) {
	if !p.tests(g) {
		p.steps(b, g)
		b.WriteString(" LIMIT " + b.arg(want))
		return
	}
	b.WriteString("SELECT w.n FROM (")
	p.steps(b, g)
	b.WriteString(" LIMIT " + b.arg(window) + ") w WHERE ")
	var parts, row []string
	for _, c := range p.rest(g) {
		if c.probe != nil {
			parts = append(parts, c.probe(b, "w.n"))
		} else {
			row = append(row, c.test(b, "x"))
		}
	}
	if g.check != "" {
		row = append(row, g.check)
	}
	if !g.own || len(row) > 0 {
		row = append([]string{"x.org_id = $1 AND x.n = w.n"}, row...)
		parts = append(parts, exists(p.l.table+" x", strings.Join(row, " AND ")))
	}
	b.WriteString(strings.Join(parts, " AND ") + " LIMIT " + b.arg(want))
}
