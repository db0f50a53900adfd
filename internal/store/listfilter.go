package store

import (
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/tag"
)

// builder gathers a statement's text and arguments. Argument 1 is the org.
type builder struct {
	strings.Builder
	args []any
	q    querier // whose dialect it writes
}

func (b *builder) arg(v any) string {
	b.args = append(b.args, v)
	return "$" + itoa(len(b.args))
}

// in writes = $n or IN ($n, …).
func in[T any](b *builder, values []T) string {
	if len(values) == 1 {
		return " = " + b.arg(values[0])
	}
	marks := make([]string, len(values))
	for i, v := range values {
		marks[i] = b.arg(v)
	}
	return " IN (" + strings.Join(marks, ", ") + ")"
}

// cond is one condition of a filter in the forms that plans use. Members and
// probe read an index alone; they may tell of records that do not exist.
type cond struct {
	// members selects the numbers of those that meet it, or with not set of
	// those that do not. Further terms may follow.
	members func(b *builder) string
	not     bool
	// part are members for one of the values where there are several: only one value's
	// are in the order of an index, and only what has an order is sure to be read
	// from the index when few are asked for.
	part    func(is string) string
	values  []string
	order   string // the column in whose order an index has the members, "" with part or when there is none
	repeats bool   // members may give a number more than once
	seek    bool   // an index has the members by number, or those of each value
	weight  int    // lookups that a probe takes
	size    int    // how many members there are as far as a plan knows, 0 when it does not
	// probe tests the record whose number the expression n is; nil when no index
	// can tell.
	probe func(b *builder, n string) string
	// test tests a row of the table under an alias; nil when the row does not tell.
	test func(b *builder, t string) string
	span *span // the range that the condition is, nil for others
	// field and start are of a condition on how a value of the inverted index begins.
	field, start string
}

// exists makes a probe of a sub-select. This spelling, unlike EXISTS, is a
// lookup for each row on both engines, never a join that the planner may turn round.
func exists(from, where string) string {
	return "(SELECT 1 FROM " + from + " WHERE " + where + " LIMIT 1) IS NOT NULL"
}

// attrCond asks for any of the values in a field of the inverted index.
func attrCond(field string, values []string) cond {
	values = unique(values)
	where := func(is string) string { return "x.org_id = $1 AND x.field = '" + field + "' AND x.value" + is }
	c := cond{
		weight:  len(values),
		repeats: len(values) > 1,
		seek:    true,
		probe:   func(b *builder, n string) string { return exists("attr x", where(in(b, values))+" AND x.n = "+n) },
	}
	c.each(values, func(is string) string { return "SELECT x.n FROM attr x WHERE " + where(is) })
	return c
}

// each sets members and parts from a select for what a value is, such as = $2, of
// which an index has them by number for each value.
func (c *cond) each(values []string, of func(is string) string) {
	c.members = func(b *builder) string { return of(in(b, values)) }
	if len(values) == 1 {
		c.order = "x.n"
		return
	}
	c.values, c.part = values, of
}

// keyCond asks for any of the identity keys.
func keyCond(of don.Type, kind contact.Kind, values []string) cond {
	keys := make([]string, len(values))
	for i, v := range values {
		keys[i] = identity.Key(kind, v)
	}
	keys = unique(keys)
	where := func(b *builder) string {
		return "x.org_id = $1 AND x.key" + in(b, keys) + " AND x.type = " + itoa(int(typeCodes[of]))
	}
	return cond{
		members: func(b *builder) string { return "SELECT x.n FROM identifier x WHERE " + where(b) },
		weight:  len(keys),
		repeats: len(keys) > 1,
		probe: func(b *builder, n string) string {
			return exists("identifier x", where(b)+" AND x.holder IN (0, "+n+") AND x.n = "+n)
		},
	}
}

// authorCond asks for any of the creators.
func authorCond(table string, tails []string) cond { return columnCond(table, "created_by", tails) }

// columnCond asks for any of the values of a column that has an index of its own.
func columnCond(table, column string, values []string) cond {
	values = unique(values)
	test := func(b *builder, t string) string { return t + "." + column + in(b, values) }
	c := cond{
		probe: func(b *builder, n string) string {
			return exists(table+" x", "x.org_id = $1 AND "+test(b, "x")+" AND x.n = "+n)
		},
		weight: len(values),
		test:   test,
	}
	c.each(values, func(is string) string {
		return "SELECT x.n FROM " + table + " x WHERE x.org_id = $1 AND x." + column + is
	})
	return c
}

// numberCond asks for any of the records that have the numbers.
func numberCond(table string, ns []int64) cond {
	test := func(b *builder, t string) string { return t + ".n" + in(b, ns) }
	return cond{
		members: func(b *builder) string {
			return "SELECT x.n FROM " + table + " x WHERE x.org_id = $1 AND " + test(b, "x")
		},
		order:  "x.n",
		weight: 1,
		seek:   true,
		test:   test,
		probe: func(b *builder, n string) string {
			return exists(table+" x", "x.org_id = $1 AND "+test(b, "x")+" AND x.n = "+n)
		},
	}
}

// verifiedCond asks for verified contacts or the others. Only the others, who
// are few as a rule, have an index.
func verifiedCond(want bool) cond {
	c := cond{
		members: func(*builder) string { return "SELECT x.n FROM contact x WHERE x.org_id = $1 AND x.verified = FALSE" },
		not:     want,
		seek:    true,
		order:   "x.n",
		weight:  1,
	}
	value := "FALSE"
	if want {
		value = "TRUE"
	}
	c.test = func(_ *builder, t string) string { return t + ".verified = " + value }
	c.probe = func(_ *builder, n string) string {
		p := exists("contact x", "x.org_id = $1 AND x.verified = FALSE AND x.n = "+n)
		if want {
			return "NOT (" + p + ")"
		}
		return p
	}
	return c
}

// liveCond asks for what exists.
func liveCond(table string) cond {
	return cond{
		members: func(*builder) string { return "SELECT x.n FROM " + table + " x WHERE x.org_id = $1" },
		seek:    true,
		test:    func(*builder, string) string { return "TRUE" },
	}
}

// span is a range of an indexed column of dates, both ends included.
type span struct {
	column        string
	after, before *time.Time
}

// test writes the bounds on a row t.
func (s span) test(b *builder, t string) string {
	var parts []string
	if s.after != nil {
		parts = append(parts, t+"."+s.column+" >= "+b.arg(*s.after))
	}
	if s.before != nil {
		parts = append(parts, t+"."+s.column+" <= "+b.arg(*s.before))
	}
	return strings.Join(parts, " AND ")
}

// dateCond asks for a date within bounds, both included.
func dateCond(table, column string, after, before *time.Time) cond {
	s := span{column: column}
	if after != nil {
		t := storable(after.Add(time.Microsecond - 1))
		s.after = &t
	}
	if before != nil {
		t := storable(*before)
		s.before = &t
	}
	return cond{
		members: func(b *builder) string {
			return "SELECT x.n FROM " + table + " x WHERE x.org_id = $1 AND " + s.test(b, "x")
		},
		order:  "x." + column,
		weight: 1,
		test:   s.test,
		span:   &s,
	}
}

// storable cuts a time to what is stored: microseconds, years of four digits.
func storable(t time.Time) time.Time {
	t = t.UTC().Truncate(time.Microsecond)
	switch {
	case t.Year() > 9999:
		return time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC)
	case t.Year() < 0:
		return time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return t
}

func unique(values []string) []string {
	values = slices.Clone(values)
	slices.Sort(values)
	return slices.Compact(values)
}

// conds gathers the conditions of the fields that are set.
type conds []cond

func (cs *conds) attrs(field string, values []string) {
	if len(values) > 0 {
		*cs = append(*cs, attrCond(field, values))
	}
}

func (cs *conds) numbers(field string, ns []int64) {
	values := make([]string, len(ns))
	for i, n := range ns {
		values[i] = num(n)
	}
	cs.attrs(field, values)
}

func (cs *conds) names(field string, names []string) {
	values := make([]string, len(names))
	for i, n := range names {
		values[i] = contact.FoldName(n)
	}
	cs.attrs(field, values)
}

func (cs *conds) tags(field string, uses []tag.Use) {
	values := make([]string, len(uses))
	for i, u := range uses {
		values[i] = num(u.N)
		if u.Value != "" {
			values[i] += "=" + u.Value
		}
	}
	cs.attrs(field, values)
}

func (cs *conds) places(ids []don.ID) {
	values := make([]string, len(ids))
	for i, p := range ids {
		values[i] = place(p.Type, p.N)
	}
	cs.attrs(contactPlace, values)
}

func (cs *conds) keys(of don.Type, kind contact.Kind, values []string) {
	if len(values) > 0 {
		*cs = append(*cs, keyCond(of, kind, values))
	}
}

func (cs *conds) author(table string, tails []string) {
	if len(tails) > 0 {
		*cs = append(*cs, authorCond(table, tails))
	}
}

func (cs *conds) only(table string, ns []int64) {
	if len(ns) > 0 {
		*cs = append(*cs, numberCond(table, ns))
	}
}

func (cs *conds) date(table, column string, after, before *time.Time) {
	if after != nil || before != nil {
		*cs = append(*cs, dateCond(table, column, after, before))
	}
}

func contactConds(f contact.Filter) conds {
	var cs conds
	cs.keys(don.Contact, contact.KindEmail, f.Emails)
	cs.keys(don.Contact, contact.KindRef, f.Refs)
	cs.keys(don.Contact, contact.KindPhone, f.Phones)
	cs.places(f.Places)
	cs.places(f.Spaces)
	cs.tags(contactTag, f.Tags)
	cs.numbers(contactOwner, f.Owners)
	cs.author("contact", f.CreatedBy)
	if f.Verified != nil {
		cs = append(cs, verifiedCond(*f.Verified))
	}
	cs.only("contact", f.Numbers)
	cs.date("contact", "created_at", f.CreatedAfter, f.CreatedBefore)
	cs.date("contact", "modified_at", f.ModifiedAfter, f.ModifiedBefore)
	return append(cs, whereConds(contactList, f.Where)...)
}

func accountConds(f account.Filter) conds {
	var cs conds
	cs.keys(don.Account, identity.KindDomain, f.Domains)
	cs.keys(don.Account, identity.KindAccountRef, f.Refs)
	cs.names(accountName, f.Names)
	cs.numbers(accountParent, f.Parents)
	cs.attrs(accountSite, f.Websites)
	cs.attrs(accountTier, f.Tiers)
	cs.tags(accountTag, f.Tags)
	cs.numbers(accountOwner, f.Owners)
	cs.author("account", f.CreatedBy)
	cs.only("account", f.Numbers)
	cs.date("account", "created_at", f.CreatedAfter, f.CreatedBefore)
	cs.date("account", "modified_at", f.ModifiedAfter, f.ModifiedBefore)
	return append(cs, whereConds(accountList, f.Where)...)
}

func spaceConds(f account.WorkspaceFilter) conds {
	var cs conds
	cs.keys(don.Workspace, identity.KindWorkspaceRef, f.Refs)
	cs.numbers(spaceAccount, f.Accounts)
	cs.names(spaceName, f.Names)
	cs.tags(spaceTag, f.Tags)
	cs.numbers(spaceOwner, f.Owners)
	cs.author("workspace", f.CreatedBy)
	cs.only("workspace", f.Numbers)
	cs.date("workspace", "created_at", f.CreatedAfter, f.CreatedBefore)
	cs.date("workspace", "modified_at", f.ModifiedAfter, f.ModifiedBefore)
	return append(cs, whereConds(spaceList, f.Where)...)
}

func tagConds(f tag.Filter) conds {
	var cs conds
	if len(f.Names) > 0 {
		names := make([]string, len(f.Names))
		for i, n := range f.Names {
			names[i] = contact.FoldName(n)
		}
		test := func(b *builder, t string) string { return t + ".name_key" + in(b, names) }
		cs = append(cs, cond{
			members: func(b *builder) string { return "SELECT x.n FROM tag x WHERE x.org_id = $1 AND " + test(b, "x") },
			weight:  1,
			test:    test,
		})
	}
	cs.date("tag", "created_at", f.CreatedAfter, f.CreatedBefore)
	cs.date("tag", "modified_at", f.ModifiedAfter, f.ModifiedBefore)
	return cs
}
