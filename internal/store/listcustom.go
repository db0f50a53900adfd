package store

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/schema"
)

// A list that is sorted by custom fields is put together from lists that are not.
//
// The inverted index has the values of one field in order, those of a record in
// none. So the records without a value are a list of their own, before or behind
// the others, in the order of the other keys; and so are those of each value, as
// long as the field has few. Of a field with many, and of any other that comes
// before a custom one, whole runs of one value are read and put in order here.
// Where a filter leaves few records, these are read and put in order at once.

// orderedFew is how many records are put in order at once.
func (l limits) orderedFew() int { return 2 * l.few }

// valuesFew is how many values a field may have of which each is a list of its own.
func (l limits) valuesFew() int { return l.listed / 16 }

// tiesMost is how long runs may be that are put in order.
const tiesMost = 20_000

// isCustom reports whether a sort is by a custom field.
func isCustom(field string) bool { return customName.MatchString(field) }

// sortKey is what a custom value sorts by: as the index has it, nil for none.
func sortKey(v schema.Values, name string) any {
	x, ok := v.At(name)
	if !ok {
		return nil
	}
	for _, e := range (schema.Values{name: x}).Index(contact.FoldName) {
		return e.Value
	}
	return nil
}

// page finds the numbers of a page in any order.
func (p *plan) page(ctx context.Context) ([]int64, error) {
	at := slices.IndexFunc(p.order.keys, func(k orderKey) bool { return isCustom(k.field) })
	if at < 0 {
		return p.find(ctx)
	}
	if ns, done, err := p.fewInOrder(ctx); done || err != nil {
		return ns, err
	}
	if at > 0 {
		return p.inRuns(ctx)
	}
	return p.inParts(ctx)
}

// part is a list with other conditions and fewer keys, from its start on.
func (p *plan) part(conds []cond, keys []orderKey, want int) *plan {
	o := order{keys: slices.Clone(keys), start: true, backward: p.order.backward}
	for i := range o.keys {
		o.keys[i].edge = nil
	}
	return &plan{tx: p.tx, l: p.l, conds: conds, order: o, want: want}
}

// from lets a part begin behind the edge of some keys.
func (p *plan) from(keys []orderKey) *plan {
	p.order.start, p.order.keys = false, slices.Clone(keys)
	return p
}

// inParts goes through those with a value of the first key, and those without.
func (p *plan) inParts(ctx context.Context) (ns []int64, err error) {
	first, rest := p.order.keys[0], p.order.keys[1:]
	edged := !p.order.start
	for _, without := range []bool{first.nulls, !first.nulls} {
		if edged && without != (first.edge == nil) {
			continue // the edge lies in the other part, which comes later
		}
		var more []int64
		if without {
			more, err = p.withoutValue(ctx, first, rest, edged, p.want-len(ns))
		} else {
			more, err = p.withValue(ctx, edged, p.want-len(ns))
		}
		if ns = append(ns, more...); err != nil || len(ns) >= p.want {
			return ns, err
		}
		edged = false
	}
	return ns, nil
}

func (p *plan) withoutValue(ctx context.Context, first orderKey, rest []orderKey, edged bool, want int) ([]int64, error) {
	none, _ := customSource(p.l.of, first.field)(filter.Bound{Op: filter.Exists})
	sub := p.part(append(slices.Clone(p.conds), p.l.opposite(none)), rest, want)
	if edged {
		sub.from(rest)
	}
	return sub.page(ctx)
}

func (p *plan) withValue(ctx context.Context, edged bool, want int) ([]int64, error) {
	keys := p.order.keys
	if len(keys) == 2 {
		sub := p.part(p.conds, keys, want)
		if sub.valued = true; edged {
			sub.from(keys)
		}
		return sub.find(ctx)
	}
	values, few, err := p.values(ctx, edged)
	if err != nil {
		return nil, err
	}
	if !few {
		sub := p.part(p.conds, keys, want)
		if edged {
			sub.from(keys)
		}
		return sub.inRuns(ctx)
	}
	var ns []int64
	for _, v := range values {
		sub := p.part(append(slices.Clone(p.conds), attrCond(letters[p.l.of]+keys[0].field, []string{v})), keys[1:], want-len(ns))
		if edged && v == keys[0].edge {
			sub.from(keys[1:])
		}
		more, err := sub.page(ctx)
		if ns = append(ns, more...); err != nil || len(ns) >= want {
			return ns, err
		}
	}
	return ns, nil
}

// values returns the values that the first key has, from the edge on, unless they
// are many.
func (p *plan) values(ctx context.Context, edged bool) (values []string, few bool, err error) {
	first := p.order.keys[0]
	least, next := "MIN", ">"
	if first.desc {
		least, next = "MAX", "<"
	}
	b := p.builder()
	of := "attr x WHERE x.org_id = $1 AND x.field = '" + letters[p.l.of] + first.field + "'"
	from := ""
	if edged {
		from = " AND x.value " + next + "= " + b.arg(first.edge)
	}
	b.WriteString("WITH RECURSIVE v(value) AS (SELECT " + least + "(x.value) FROM " + of + from +
		" UNION ALL SELECT (SELECT " + least + "(x.value) FROM " + of + " AND x.value " + next + " v.value) FROM v WHERE v.value IS NOT NULL)" +
		" SELECT v.value FROM v WHERE v.value IS NOT NULL LIMIT " + b.arg(planLimits.valuesFew()+1))
	values, err = collect(ctx, p.tx.q, b.String(), b.args, func(v *string) []any { return []any{v} })
	return values, len(values) <= planLimits.valuesFew(), err
}

// inRuns reads whole runs of one value of the first key and puts each in order.
func (p *plan) inRuns(ctx context.Context) ([]int64, error) {
	first, last := p.order.keys[0], p.order.keys[len(p.order.keys)-1]
	last.desc = first.desc // as the index has it
	for want := 2*p.want + 100; ; want *= 3 {
		sub := p.part(p.conds, []orderKey{first, last}, want)
		if sub.valued = isCustom(first.field); !p.order.start {
			last.edge = int64(math.MinInt64) // from the beginning of the edge's run
			if last.desc {
				last.edge = int64(math.MaxInt64)
			}
			sub.from([]orderKey{first, last})
		}
		ns, err := sub.find(ctx)
		if err != nil {
			return nil, err
		}
		rows, err := p.keysOf(ctx, ns)
		if err != nil {
			return nil, err
		}
		complete := len(ns) < want
		if !complete { // the last run may go on
			end := rows[len(rows)-1].keys[0]
			rows = rows[:slices.IndexFunc(rows, func(r keyed) bool { return r.keys[0] == end })]
		}
		if out := p.inOrder(rows); complete || len(out) == p.want {
			return out, nil
		}
		if want > tiesMost {
			return nil, errs.NotPermitted("sort_by", "more than %d records have the same %s, and are not put in order by the fields behind it; sort by another field first, or filter", tiesMost, first.field)
		}
	}
}

// fewInOrder puts all records that meet the conditions in order when one
// condition's members are known to be few.
func (p *plan) fewInOrder(ctx context.Context) (ns []int64, done bool, err error) {
	few := plan{tx: p.tx, l: p.l, conds: slices.Clone(p.conds), order: p.order, want: p.want, sets: make([]*numberSet, len(p.conds))}
	if err := few.sample(ctx, planLimits.orderedFew()); err != nil {
		return nil, false, err
	}
	at := few.smallest()
	if at < 0 {
		return nil, false, nil
	}
	ns, err = few.gathered(ctx, at)
	return ns, true, err
}

// keyed is a record's place in an order: a value for each key.
type keyed struct {
	n    int64
	keys []any
}

// ordered puts the records that a statement selects in order, and returns the
// numbers of the page.
func (p *plan) ordered(ctx context.Context, b *builder) ([]int64, error) {
	rows, err := p.readKeys(ctx, b.String(), b.args)
	if err != nil {
		return nil, err
	}
	if p.valued {
		rows = slices.DeleteFunc(rows, func(r keyed) bool { return r.keys[0] == nil })
	}
	return p.inOrder(rows), nil
}

// taking are the columns of the records that a page is taken from.
func (p *plan) taking() string {
	if slices.ContainsFunc(p.order.keys, func(k orderKey) bool { return isCustom(k.field) }) {
		return p.keyColumns()
	}
	return "t.n"
}

// keysOf returns the places of records, in the order of their numbers given.
func (p *plan) keysOf(ctx context.Context, ns []int64) ([]keyed, error) {
	at := make(map[int64]int, len(ns))
	for i, n := range ns {
		at[n] = i
	}
	out := make([]keyed, len(ns))
	for chunk := range slices.Chunk(ns, 4*chunkSize) {
		b := p.builder()
		list := padded(b, chunk)
		rows, err := p.readKeys(ctx, "SELECT "+p.keyColumns()+" FROM "+p.l.table+" t WHERE t.org_id = $1 AND t.n IN ("+list+")", b.args)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[at[r.n]] = r
		}
	}
	return slices.DeleteFunc(out, func(r keyed) bool { return r.keys == nil }), nil
}

func (p *plan) keyColumns() string {
	email := "''"
	if p.l.of == don.Contact {
		email = "t.email_key"
	}
	return "t.n, t.created_at, t.modified_at, t.name_key, " + email + ", t.custom"
}

type keyRow struct {
	n                 int64
	created, modified time.Time
	name, email       string
	custom            []byte
}

func (p *plan) readKeys(ctx context.Context, sql string, args []any) ([]keyed, error) {
	got, err := collect(ctx, p.tx.q, sql, args, func(r *keyRow) []any { return []any{&r.n, &r.created, &r.modified, &r.name, &r.email, &r.custom} })
	if err != nil {
		return nil, err
	}
	out := make([]keyed, len(got))
	for i, r := range got {
		var custom schema.Values
		if err := unpack(r.custom, &custom); err != nil {
			return nil, err
		}
		stock := map[string]any{SortCreated: r.created.UTC(), SortModified: r.modified.UTC(), SortName: r.name, SortEmail: r.email, SortID: r.n}
		out[i] = keyed{r.n, make([]any, len(p.order.keys))}
		for at, k := range p.order.keys {
			if isCustom(k.field) {
				out[i].keys[at] = sortKey(custom, k.field)
			} else {
				out[i].keys[at] = stock[k.field]
			}
		}
	}
	return out, nil
}

// inOrder returns the numbers of the page among some records.
func (p *plan) inOrder(rows []keyed) []int64 {
	if !p.order.start {
		edge := keyed{keys: make([]any, len(p.order.keys))}
		for i, k := range p.order.keys {
			edge.keys[i] = k.edge
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(r keyed) bool { return p.compare(r, edge) <= 0 })
	}
	slices.SortFunc(rows, p.compare)
	out := make([]int64, min(len(rows), p.want))
	for i := range out {
		out[i] = rows[i].n
	}
	return out
}

func (p *plan) compare(a, b keyed) int {
	for i, k := range p.order.keys {
		if c := k.compare(a.keys[i], b.keys[i], p.order.backward); c != 0 {
			return c
		}
	}
	return 0
}

func (k orderKey) compare(a, b any, backward bool) int {
	if k.field == SortEmail && (a == "") != (b == "") {
		return first(a == "", backward)
	}
	if (a == nil) != (b == nil) {
		return first(a == nil, k.nulls)
	}
	c := 0
	switch a := a.(type) {
	case string:
		c = strings.Compare(a, b.(string))
	case int64:
		c = cmp.Compare(a, b.(int64))
	case time.Time:
		c = a.Compare(b.(time.Time))
	}
	if k.desc {
		return -c
	}
	return c
}

// first is the order of two of which one has no value: whether it is the first of
// them, and whether that one comes first.
func first(is, comes bool) int {
	if is == comes {
		return -1
	}
	return 1
}
