package store

import (
	"context"
	"slices"
)

// count returns how many records meet the conditions, up to limit. Where indexes
// have the members of all by number it reads them in windows of numbers; else it
// tests those of the condition that has the fewest.
func count(ctx context.Context, tx *Tx, l *listing, conds []cond, limit int) (int, error) {
	if err := tx.q.choosy(ctx); err != nil {
		return 0, err
	}
	p := &plan{tx: tx, l: l, order: order{keys: []orderKey{{field: SortID}}, start: true}, want: limit}
	p.conds, p.sets = slices.Clone(conds), make([]*numberSet, len(conds))
	if err := p.sample(ctx, planLimits.few); err != nil {
		return 0, err
	}
	seek := len(conds) > 0
	for i, c := range p.conds {
		seek = seek && (c.seek || p.sets[i] != nil)
	}
	if seek {
		return p.countWindows(ctx, limit)
	}
	if err := p.sample(ctx, limit); err != nil {
		return 0, err
	}
	return p.countTested(ctx, limit)
}

// countTested counts by tests of the members of one condition, or of all records.
func (p *plan) countTested(ctx context.Context, limit int) (int, error) {
	loose, err := p.tx.importing(ctx)
	if err != nil {
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
		b.WriteString(p.l.table + " t WHERE t.org_id = $1")
		p.test(b, "t.n", "t", p.conds)
	} else {
		c, distinct := p.conds[at], ""
		if c.repeats {
			distinct = "DISTINCT "
		}
		b.WriteString("(SELECT " + distinct + "m.n FROM (" + c.members(b) + ") m) ")
		if len(p.conds) == 1 && !loose {
			b.WriteString("t")
		} else {
			b.WriteString("d" + b.q.lookup(p.l.table, "d.n") + " WHERE t.org_id = $1 AND t.n = d.n")
			p.test(b, "d.n", "t", without(p.conds, at))
		}
	}
	b.WriteString(" LIMIT " + b.arg(limit) + ") y")
	var n int
	_, err = one(ctx, p.tx.q, b.String(), b.args, &n)
	return n, err
}

// windowGrowth bounds by how much a window of numbers is longer than the one before.
const windowGrowth = 4

// countWindows counts in one window of numbers after the other.
func (p *plan) countWindows(ctx context.Context, limit int) (int, error) {
	if err := p.learnTotal(ctx); err != nil {
		return 0, err
	}
	conds := slices.Clone(p.conds)
	sets := slices.Clone(p.sets)
	if loose, err := p.tx.importing(ctx); err != nil {
		return 0, err
	} else if loose || !someIn(conds) {
		conds, sets = append(conds, liveCond(p.l.table)), append(sets, nil)
	}
	counted, span := 0, int64(float64(limit)/max(p.share(conds), 0.01))
	for from := int64(1); from <= int64(p.total) && counted < limit; {
		to := from + span
		n, err := p.countWithin(ctx, conds, sets, from, to)
		if err != nil {
			return 0, err
		}
		counted += n
		missing := float64(limit-counted) * float64(to) / float64(max(counted, 1))
		from, span = to, min(max(int64(missing*1.1), span/windowGrowth, 1), span*windowGrowth)
	}
	return min(counted, limit), nil
}

// countWithin counts the records with numbers in a window.
func (p *plan) countWithin(ctx context.Context, conds []cond, sets []*numberSet, from, to int64) (int, error) {
	var met *numberSet
	for _, not := range []bool{false, true} {
		for i, c := range conds {
			if c.not != not || met != nil && met.size == 0 {
				continue
			}
			set := sets[i]
			if set == nil || met == nil {
				b := p.builder()
				b.WriteString("SELECT m.n FROM (" + c.members(b) + ") m WHERE m.n >= " + b.arg(from) + " AND m.n < " + b.arg(to))
				ns, err := p.numbers(ctx, b)
				if err != nil {
					return 0, err
				}
				set = newNumberSet(ns)
			}
			if met == nil {
				met = set
			} else {
				met.keep(set, not)
			}
		}
	}
	return met.size, nil
}

// importing reports whether an index may have entries of records that do not exist:
// those that an import has reserved or not yet cleared away. It is one in any state
// but completed and undone, beside which an index has the others.
func (tx *Tx) importing(ctx context.Context) (bool, error) {
	const from = "SELECT 1 FROM import WHERE org_id = $1 AND state "
	var n int
	return one(ctx, tx.q, from+"< 'completed' UNION ALL "+from+"> 'completed' AND state < 'undone' UNION ALL "+from+"> 'undone' LIMIT 1", []any{tx.scope.OrgID}, &n)
}
