package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/kith-id/kith/internal/don"
)

// A page of a list is found in one of three ways.
//
// Gather: an index has few records for one of the filter's conditions. They are
// read and sorted.
//
// Probe: the records are visited in the order of the sort, from the edge on,
// until the page is full. Each is tested by lookups in indexes.
//
// Sieve: the numbers of the records that meet a condition are read from its
// index into a set; then the records are visited in order as before, but tested
// against the set, which costs a tenth of a lookup.
//
// Nothing is known of how a filter's values are spread, so the plan reads a few
// members of each condition, guesses from these how many there are, and takes the
// way that is the cheapest if the conditions have nothing to do with each other and
// the order. Each walk has a budget, and one that ends in vain shows that they do:
// then the members of the conditions are read whole. All ways find the numbers of
// the page's records, reading indexes alone where they can; the records are then
// read by number.

// limits are where plans change over. They are variables for tests' sake alone.
type limits struct {
	few    int // members of a condition that are gathered at once
	sample int // members that are read before longer walks
	short  int // lookups of the first walk
	long   int // lookups of the second
	listed int // numbers that may be named in a statement
	sieved int // steps of the first sieve, at least
}

var planLimits = limits{few: 1000, sample: 16_000, short: 3000, long: 6000, listed: 1024, sieved: 2000}

// What steps cost, in steps of a walk along an index; measured on SQLite.
const (
	lookupCost = 8  // finding an index entry in no order
	recordCost = 16 // reading a record
)

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
	// Whether those without a value of the first key, a custom field, are another
	// plan's.
	valued bool

	sets    []*numberSet // of each condition, nil when not read whole
	total   int          // the highest number, 0 until it is needed
	pressed bool         // whether a walk has ended in vain: the conditions have to do with each other
}

func (p *plan) builder() *builder { return &builder{args: []any{p.tx.scope.OrgID}, q: p.tx.q} }

func (p *plan) numbers(ctx context.Context, b *builder) ([]int64, error) {
	return p.tx.q.numbers(ctx, b.String(), b.args...)
}

// find returns the numbers of up to want records in the direction of the query.
func (p *plan) find(ctx context.Context) ([]int64, error) {
	p.conds, p.sets = slices.Clone(p.conds), make([]*numberSet, len(p.conds))
	if err := p.sample(ctx, planLimits.few); err != nil {
		return nil, err
	}
	if at := p.smallest(); at >= 0 {
		known := p.known()
		if err := p.readSets(ctx); err != nil {
			return nil, err
		}
		if p.known() > known {
			return p.sift(ctx)
		}
		return p.gathered(ctx, at)
	}
	lookups := p.worthwhile()
	if lookups > 0 {
		if ns, done, err := p.probe(ctx, lookups); done || err != nil {
			return ns, err
		}
		p.pressed = p.share(p.conds) < 1 // it had three times what it was to take
	}
	if err := p.sample(ctx, planLimits.sample); err != nil {
		return nil, err
	}
	if p.smallest() < 0 && !p.pressed {
		if long := p.long(); lookups < long {
			if ns, done, err := p.probe(ctx, long); done || err != nil {
				return ns, err
			}
		}
	}
	if err := p.readSets(ctx); err != nil {
		return nil, err
	}
	return p.sift(ctx)
}

// worthwhile returns how many lookups the first walk may take: enough for what
// the samples promise, 0 when larger samples cost less than that.
func (p *plan) worthwhile() int {
	if p.share(p.conds) == 1 {
		return planLimits.short
	}
	expect := p.lookups()
	if expect*lookupCost > planLimits.sample*len(p.conds) {
		return 0
	}
	return 3 * expect
}

// long is how many lookups the second walk may take: many where reading the
// members of the conditions costs far more than what the samples promise, none
// where it costs less. Where sets come whole they are read so much faster than
// records are looked up that it ends sooner.
func (p *plan) long() int {
	long := planLimits.long
	if !p.tx.q.streams() {
		long /= 3
	}
	sets := 0 // what a sieve takes
	for _, c := range p.conds {
		if !p.along(c) {
			sets += c.size
		}
	}
	sets += p.expected(&sieve{rest: p.conds})
	switch expect := p.lookups(); {
	case p.share(p.conds) == 1:
	case expect*lookupCost > sets*2/3:
		return 0
	default:
		return max(long, 2*expect)
	}
	return long
}

// lookups is how many lookups a walk may be expected to take.
func (p *plan) lookups() int {
	return int(float64(p.expected(&sieve{rest: p.conds})) * p.weight(p.conds))
}

// weight is how many lookups a step of a probing walk takes, which tests the
// conditions in their order until one is not met.
func (p *plan) weight(conds []cond) float64 {
	weight, left := 0.0, 1.0
	for _, c := range conds {
		weight += left * float64(max(c.weight, 1))
		left *= p.share([]cond{c})
	}
	return max(weight, 1)
}

// rank puts the conditions into the order in which walks test them: first those
// that leave out the most for what they cost.
func (p *plan) rank() {
	at := make([]int, len(p.conds))
	for i := range at {
		at[i] = i
	}
	price := func(i int) float64 {
		c := p.conds[i]
		return float64(max(c.weight, 1)) / max(1-p.share([]cond{c}), 1e-6)
	}
	slices.SortStableFunc(at, func(a, b int) int { return cmp.Compare(price(a), price(b)) })
	conds, sets := make([]cond, len(at)), make([]*numberSet, len(at))
	for i, from := range at {
		conds[i], sets[i] = p.conds[from], p.sets[from]
	}
	p.conds, p.sets = conds, sets
}

// known is how many conditions' members are known.
func (p *plan) known() (n int) {
	for _, s := range p.sets {
		if s != nil {
			n++
		}
	}
	return n
}

// smallest returns the condition whose members are known to be the fewest, -1
// when none are known.
func (p *plan) smallest() int {
	at := -1
	for i, s := range p.sets {
		if s != nil && !p.conds[i].not && (at < 0 || s.size < p.sets[at].size) {
			at = i
		}
	}
	return at
}

// sample reads up to limit members of each condition. Those that have no more
// are known then; of the others the size is guessed. Those guessed to have far
// more are left alone.
func (p *plan) sample(ctx context.Context, limit int) error {
	for i, c := range p.conds {
		if p.sets[i] != nil || p.along(c) || c.size > 2*limit {
			continue
		}
		ns, err := p.members(ctx, c, limit+1)
		if err != nil {
			return err
		}
		if len(ns) <= limit {
			p.sets[i] = newNumberSet(ns)
			p.conds[i].size = p.sets[i].size
			continue
		}
		if err := p.learnTotal(ctx); err != nil {
			return err
		}
		if p.conds[i].size, err = p.guess(ctx, c, limit); err != nil {
			return err
		}
	}
	p.rank()
	return nil
}

const (
	stretches     = 8   // of all numbers, by which a size is guessed
	stretchSample = 32  // members of each
	partSample    = 8   // members of each part
	rowSample     = 100 // records
)

// guess returns how many members, more than limit, a condition may have: by how
// dense they are where an index has them by number, or by number for each of some
// values; else by the share among records from all over.
func (p *plan) guess(ctx context.Context, c cond, limit int) (int, error) {
	switch {
	case c.order == "x.n":
		size, err := p.sampleStretches(ctx, c)
		return max(size, limit), err
	case c.part != nil:
		b := p.builder()
		b.WriteString("SELECT u.n FROM (" + c.some(b, partSample) + ") u")
		ns, err := p.numbers(ctx, b)
		size, from := 0, 0
		for at := range ns { // each part begins with a number that is not above the one before
			if at+1 < len(ns) && ns[at+1] > ns[at] && at-from+1 < partSample {
				continue
			}
			if n := at - from + 1; n < partSample {
				size += n
			} else {
				size += int(int64(n) * int64(p.total) / max(ns[at], 1))
			}
			from = at + 1
		}
		return min(max(size, limit), p.total), err
	case c.test != nil:
		met, err := p.sampleRows(ctx, c)
		return max(int(float64(p.total)*met), limit), err
	}
	return min(8*limit, p.total), nil
}

// sampleStretches guesses how many members a condition has by how dense they are at
// the beginning of each stretch of numbers.
func (p *plan) sampleStretches(ctx context.Context, c cond) (size int, err error) {
	width := int64(p.total)/stretches + 1
	b := p.builder()
	for i := range int64(stretches) {
		if i > 0 {
			b.WriteString(" UNION ALL ")
		}
		b.WriteString("SELECT * FROM (" + c.members(b) + " AND x.n >= " + b.arg(1+i*width) + " AND x.n < " + b.arg(1+(i+1)*width) +
			" ORDER BY x.n LIMIT " + b.arg(stretchSample) + ") s" + num(i))
	}
	ns, err := p.numbers(ctx, b)
	count, last := make([]int64, stretches), make([]int64, stretches)
	for _, n := range ns {
		i := (n - 1) / width
		count[i]++
		last[i] = max(last[i], n)
	}
	for i, n := range count {
		if n == stretchSample {
			n = n * width / (last[i] - int64(i)*width)
		}
		size += int(n)
	}
	return size, err
}

// sampleRows returns which share of records from all over meets a condition.
func (p *plan) sampleRows(ctx context.Context, c cond) (float64, error) {
	ns := make([]int64, rowSample)
	for i := range ns {
		ns[i] = 1 + int64(i)*int64(p.total)/rowSample
	}
	b := p.builder()
	b.WriteString(p.listed(b, ns) + " SELECT COUNT(*), COUNT(CASE WHEN " + c.test(b, "t") + " THEN 1 END) FROM d" + b.q.lookup(p.l.table, "d.dn") + " WHERE t.org_id = $1 AND t.n = d.dn")
	var all, met int
	_, err := one(ctx, p.tx.q, b.String(), b.args, &all, &met)
	return (float64(met) + 0.5) / (float64(all) + 1), err
}

// along reports whether the walk runs within the condition's range anyhow.
func (p *plan) along(c cond) bool {
	first := p.order.keys[0].field
	return c.span != nil && c.span.column == p.l.sorts[first] || c.start != "" && first == SortName && c.field == p.l.names
}

// members reads the members of a condition: all of them, or with a limit the
// first in the order of its index.
func (p *plan) members(ctx context.Context, c cond, limit int) ([]int64, error) {
	b := p.builder()
	switch {
	case limit == 0:
		b.WriteString(c.members(b))
	case c.order != "":
		b.WriteString(c.members(b) + " ORDER BY " + c.order + " LIMIT " + b.arg(limit))
	default:
		b.WriteString("SELECT u.n FROM (" + c.some(b, limit) + ") u LIMIT " + b.arg(limit))
	}
	return p.numbers(ctx, b)
}

// learnTotal learns the highest number, which is about how many records there are.
func (p *plan) learnTotal(ctx context.Context) error {
	if p.total > 0 {
		return nil
	}
	b := p.builder()
	b.WriteString("SELECT COALESCE(MAX(t.n), 1) FROM " + p.l.table + " t WHERE t.org_id = $1")
	_, err := one(ctx, p.tx.q, b.String(), b.args, &p.total)
	return err
}

func (p *plan) gathered(ctx context.Context, at int) ([]int64, error) {
	b := p.builder()
	p.gather(b, at)
	return p.taken(ctx, b)
}

// taken ends a statement that selects the records of few numbers, and returns those
// of the page.
func (p *plan) taken(ctx context.Context, b *builder) ([]int64, error) {
	if slices.ContainsFunc(p.order.keys, func(k orderKey) bool { return isCustom(k.field) }) {
		return p.ordered(ctx, b)
	}
	p.sorted(b)
	return p.numbers(ctx, b)
}

// probe walks until the page is full, with about so many lookups. It reports
// false when they did not suffice.
func (p *plan) probe(ctx context.Context, lookups int) (ns []int64, done bool, err error) {
	window := max(int(float64(lookups)/p.weight(p.conds)), 1)
	for _, g := range p.legs() {
		b := p.builder()
		p.walk(b, g, window, p.want-len(ns))
		more, err := p.numbers(ctx, b)
		if err != nil {
			return nil, false, err
		}
		if ns = append(ns, more...); len(ns) == p.want {
			return ns, true, nil
		}
		if !p.tests(g) {
			continue
		}
		if left, err := p.longer(ctx, g, window); left || err != nil {
			return nil, false, err
		}
	}
	return ns, true, nil
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

// Analyze brings the database's statistics up to date. Plans are fixed by the
// shape of the statements, but PostgreSQL estimates badly without, so call it
// after large loads. On SQLite, which needs none, it does nothing.
func (d *DB) Analyze(ctx context.Context) error {
	if d.e.name() == "sqlite" {
		return nil
	}
	return d.e.write(ctx, func(q querier) error {
		// A tenth of the usual sample tells sizes well enough; whoever imported waits for it.
		if err := q.send(ctx, "SET LOCAL default_statistics_target = 10"); err != nil {
			return err
		}
		for _, table := range []string{"contact", "account", "workspace", "conversation", "work", "attr", "identifier"} {
			if _, err := q.exec(ctx, "ANALYZE "+table); err != nil {
				return err
			}
		}
		return nil
	})
}
