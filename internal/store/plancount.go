package store

import (
	"context"
	"slices"
)

// count returns how many records meet the conditions, up to limit. It looks at
// the records of the condition that has the fewest, as far as limit shows.
func count(ctx context.Context, tx *Tx, l *listing, conds []cond, limit int) (int, error) {
	if err := tx.q.choosy(ctx); err != nil {
		return 0, err
	}
	p := plan{tx: tx, l: l, conds: conds, order: order{keys: []orderKey{{field: SortID}}, start: true}}
	p.conds, p.sets = slices.Clone(conds), make([]*numberSet, len(conds))
	if err := p.sample(ctx, limit); err != nil {
		return 0, err
	}
	at := p.smallest()
	if at < 0 {
		for i, c := range p.conds {
			if !c.not && (at < 0 || c.size < p.conds[at].size) {
				at = i
			}
		}
	}
	b := p.builder()
	b.WriteString("SELECT COUNT(*) FROM (SELECT t.n FROM ")
	if at < 0 {
		b.WriteString(l.table + " t WHERE t.org_id = $1")
		p.test(b, "t.n", "t", conds)
	} else {
		distinct := ""
		if conds[at].repeats {
			distinct = "DISTINCT "
		}
		b.WriteString("(SELECT " + distinct + "m.n FROM (" + conds[at].members(b) + ") m) d" + b.q.lookup(l.table, "d.n") + " WHERE t.org_id = $1 AND t.n = d.n")
		p.test(b, "d.n", "t", without(conds, at))
	}
	b.WriteString(" LIMIT " + b.arg(limit) + ") y")
	var n int
	_, err := one(ctx, tx.q, b.String(), b.args, &n)
	return n, err
}
