package store

import (
	"context"
	"math"
	"slices"

	"github.com/kith-id/kith/internal/don"
)

// A page is found in one of two ways.
//
// Gather: an index has few records for one of the filter's conditions. They are
// looked at one by one and sorted.
//
// Walk: the records are visited in the order of the sort, from the edge on,
// until the page is full. Each is tested by lookups in indexes.
//
// Both find the numbers of the page's records, reading nothing but indexes
// where they can; the records are then read by number.

// limits are where plans change over.
type limits struct {
	gather int // records looked at one by one rather than walked to: one costs about as much as three steps
	window int // steps that a walk takes before it is thought again
}

// planLimits are variables for tests' sake alone.
var planLimits = limits{gather: 4096, window: 20_000}

// listing describes a table to plans.
type listing struct {
	of      don.Type
	table   string
	columns string
	names   string            // the field of the inverted index that sorts by name; empty: name_key is indexed
	sorts   map[string]string // the column of each sort
}

var (
	contactList = &listing{don.Contact, "contact", contactColumns, contactName, map[string]string{
		SortCreated: "created_at", SortModified: "modified_at", SortName: "name_key", SortEmail: "email_key", SortID: "n"}}
	accountList = &listing{don.Account, "account", accountColumns, accountName, map[string]string{
		SortCreated: "created_at", SortModified: "modified_at", SortName: "name_key", SortID: "n"}}
	spaceList = &listing{don.Workspace, "workspace", spaceColumns, spaceName, map[string]string{
		SortCreated: "created_at", SortModified: "modified_at", SortName: "name_key", SortID: "n"}}
	tagList = &listing{don.Tag, "tag", tagColumns, "", map[string]string{
		SortCreated: "created_at", SortModified: "modified_at", SortTagName: "name_key", SortID: "n"}}
)

func (l *listing) sortNames() []string {
	var out []string
	for name := range l.sorts {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// plan finds the numbers of one page.
type plan struct {
	tx    *Tx
	l     *listing
	conds []cond
	order order
	want  int
}

func (p *plan) builder() *builder { return &builder{args: []any{p.tx.scope.OrgID}} }

func (p *plan) numbers(ctx context.Context, b *builder) ([]int64, error) {
	return collect(ctx, p.tx.q, b.String(), b.args, func(n *int64) []any { return []any{n} })
}

// find returns the numbers of up to want records in the direction of the query.
func (p *plan) find(ctx context.Context) ([]int64, error) {
	from, err := p.smallest(ctx)
	if err != nil {
		return nil, err
	}
	if from >= 0 {
		b := p.builder()
		p.gather(b, from)
		return p.numbers(ctx, b)
	}
	var ns []int64
	for _, g := range p.legs() {
		more, err := p.walkLeg(ctx, g, p.want-len(ns))
		if err != nil {
			return nil, err
		}
		if ns = append(ns, more...); len(ns) == p.want {
			break
		}
	}
	return ns, nil
}

// smallest returns the condition with the fewest members if they are few
// enough to gather, else -1.
func (p *plan) smallest(ctx context.Context) (int, error) {
	at, least := -1, planLimits.gather+1
	for i, c := range p.conds {
		if c.members == nil || c.column != "" && c.column == p.l.sorts[p.order.keys[0].field] {
			continue
		}
		n, err := p.size(ctx, c, least)
		if err != nil {
			return -1, err
		}
		if n < least {
			at, least = i, n
		}
		if least <= p.want {
			break
		}
	}
	return at, nil
}

// size counts the members of a condition, up to limit.
func (p *plan) size(ctx context.Context, c cond, limit int) (int, error) {
	b := p.builder()
	b.WriteString("SELECT COUNT(*) FROM (" + c.members(b) + " LIMIT " + b.arg(limit) + ") y")
	var n int
	_, err := one(ctx, p.tx.q, b.String(), b.args, &n)
	return n, err
}

// walkLeg walks one leg. A window that ends before the page is full is walked
// again without its bound.
func (p *plan) walkLeg(ctx context.Context, g leg, want int) ([]int64, error) {
	for window := planLimits.window; ; window = math.MaxInt32 {
		b := p.builder()
		p.walk(b, g, window, want)
		ns, err := p.numbers(ctx, b)
		if err != nil || len(ns) == want || window > planLimits.window || !p.tests(g) {
			return ns, err
		}
		left, err := p.longer(ctx, g, window)
		if err != nil || !left {
			return ns, err
		}
	}
}

// longer reports whether a leg has more steps than the window.
func (p *plan) longer(ctx context.Context, g leg, window int) (bool, error) {
	b := p.builder()
	b.WriteString("SELECT w.n FROM (")
	p.steps(b, g)
	b.WriteString(" LIMIT 1 OFFSET " + b.arg(window) + ") w")
	ns, err := p.numbers(ctx, b)
	return len(ns) > 0, err
}

// count returns how many records meet the conditions, up to limit.
func count(ctx context.Context, tx *Tx, l *listing, conds []cond, limit int) (int, error) {
	p := plan{tx: tx, l: l, conds: conds, order: order{keys: []orderKey{{field: SortID}}, start: true}}
	from, least := -1, math.MaxInt
	for i, c := range conds {
		if c.members == nil {
			continue
		}
		n, err := p.size(ctx, c, limit+1)
		if err != nil {
			return 0, err
		}
		if n < least {
			from, least = i, n
		}
	}
	b := p.builder()
	b.WriteString("SELECT COUNT(*) FROM (")
	if from >= 0 {
		p.members(b, from)
	} else {
		b.WriteString("SELECT t.n FROM " + l.table + " t WHERE t.org_id = $1")
		p.testRow(b, "t", -1)
	}
	b.WriteString(" LIMIT " + b.arg(limit) + ") y")
	var n int
	_, err := one(ctx, tx.q, b.String(), b.args, &n)
	return n, err
}

// Analyze brings the database's statistics up to date. Plans are fixed by the
// shape of the statements, but PostgreSQL estimates badly without, so call it
// after large loads. On SQLite, which needs none, it does nothing.
func (d *DB) Analyze(ctx context.Context) error {
	if d.e.name() == "sqlite" {
		return nil
	}
	return d.e.write(ctx, func(q querier) error {
		for _, table := range []string{"contact", "account", "workspace", "attr", "identifier"} {
			if _, err := q.exec(ctx, "ANALYZE "+table); err != nil {
				return err
			}
		}
		return nil
	})
}
