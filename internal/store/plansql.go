package store

import "strings"

// gather writes a statement that sorts the members of one condition that meet
// the others.
func (p *plan) gather(b *builder, from int) {
	p.members(b, from)
	terms := p.rowTerms("t")
	if !p.order.start {
		b.WriteString(" AND " + beyond(b, terms))
	}
	b.WriteString(orderBy(terms) + " LIMIT " + b.arg(p.want))
}

// members writes the select of the numbers of the records among a condition's
// members that meet the other conditions. Further terms may follow.
func (p *plan) members(b *builder, from int) {
	c := p.conds[from]
	distinct := ""
	if c.repeats {
		distinct = "DISTINCT "
	}
	b.WriteString("WITH d(dn) AS MATERIALIZED (SELECT " + distinct + "m.n FROM (" + c.members(b) + ") m)" +
		" SELECT t.n FROM d CROSS JOIN " + p.l.table + " t WHERE t.org_id = $1 AND t.n = d.dn")
	for i, c := range p.conds {
		if i != from && c.test == nil {
			b.WriteString(" AND " + c.probe(b, "d.dn"))
		}
	}
	p.testRow(b, "t", from)
}

// testRow writes the tests of conditions that a row can tell.
func (p *plan) testRow(b *builder, t string, except int) {
	for i, c := range p.conds {
		if i != except && c.test != nil {
			b.WriteString(" AND " + c.test(b, t))
		}
	}
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
	edged  bool   // begins behind the edge that the terms hold
	own    bool   // s is the record's own table, so what it names exists
	column string // the column that s runs along
	check  string // what a row x must meet besides, in terms of w.k
	shown  string // the expression of w.k
}

// legs cuts the walk into parts that an index has in order: e-mails are in the
// identity index, and contacts without one follow by number.
func (p *plan) legs() []leg {
	first := p.order.keys[0]
	switch {
	case first.field == SortEmail:
		with, without := p.emailLeg(), p.bareLeg()
		bare := first.edge == ""
		switch {
		case p.order.start && p.order.backward:
			return []leg{without, with}
		case p.order.start:
			return []leg{with, without}
		case bare && p.order.backward:
			with.edged = false
			return []leg{without, with}
		case bare:
			return []leg{without}
		case p.order.backward:
			return []leg{with}
		}
		without.edged = false
		return []leg{with, without}
	case (first.field == SortName || first.field == SortTagName) && p.l.names != "":
		return []leg{p.nameLeg()}
	}
	return []leg{p.columnLeg()}
}

func (p *plan) columnLeg() leg {
	return leg{
		from: p.l.table + " s", where: "s.org_id = $1", n: "s.n", terms: p.rowTerms("s"), edged: !p.order.start,
		own: true, column: p.l.sorts[p.order.keys[0].field],
	}
}

func (p *plan) nameLeg() leg {
	g := leg{from: "attr s", where: "s.org_id = $1 AND s.field = '" + p.l.names + "'", n: "s.n", edged: !p.order.start}
	return p.along(g, "s.value", "", p.order.keys)
}

func (p *plan) emailLeg() leg {
	g := leg{
		from: "identifier s", where: "s.org_id = $1 AND s.key >= 'e:' AND s.key < 'e;' AND s.type = 1", n: "s.n", edged: !p.order.start,
		check: "x.email_key = substr(w.k, 3)", shown: "s.key",
	}
	return p.along(g, "s.key", "e:", p.order.keys)
}

func (p *plan) bareLeg() leg {
	return leg{
		from: "contact s", where: "s.org_id = $1 AND s.email_key = ''", n: "s.n", edged: !p.order.start,
		terms: p.restTerms("s", p.order.keys[1:]), own: true,
	}
}

// along completes a leg over an index whose entries hold the first key.
func (p *plan) along(g leg, expr, prefix string, keys []orderKey) leg {
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
	g.terms = append(g.terms, term{"s.n", last.desc, last.edge})
	return g
}

func (p *plan) restTerms(t string, keys []orderKey) []term {
	rest := plan{l: p.l, order: order{keys: keys, backward: p.order.backward}}
	return rest.rowTerms(t)
}

// tests reports whether a leg's steps need a test.
func (p *plan) tests(g leg) bool { return !g.own || len(p.rest(g)) > 0 }

// rest returns the conditions that the leg's own range does not meet.
func (p *plan) rest(g leg) []cond {
	var out []cond
	for _, c := range p.conds {
		if c.column == "" || !g.own || c.column != g.column {
			out = append(out, c)
		}
	}
	return out
}

// steps writes the leg's index in order, from the edge on.
func (p *plan) steps(b *builder, g leg) {
	shown := ""
	if g.shown != "" {
		shown = ", " + g.shown + " AS k"
	}
	b.WriteString("SELECT " + g.n + " AS n" + shown + " FROM " + g.from + " WHERE " + g.where)
	for _, c := range p.conds {
		if c.column != "" && g.own && c.column == g.column {
			b.WriteString(" AND " + c.test(b, "s"))
		}
	}
	if g.edged {
		b.WriteString(" AND " + beyond(b, g.terms))
	}
	b.WriteString(orderBy(g.terms))
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
