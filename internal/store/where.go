package store

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/identity"
)

// A filter tree becomes conditions as those of lists. The set of records that
// meet a condition is known by its members or by the members of its opposite,
// so joins are worked out with sets of both kinds: what meets neither of two is
// the opposite of what meets either.

// source makes the condition of one field from a leaf of a tree, false when no
// index serves it.
type source func(b filter.Bound) (cond, bool)

// sources are the fields that indexes serve, by kind of record.
var sources = map[don.Type]map[string]source{
	don.Contact: {
		"id": numberSource("contact"), "subtype": attrSource("c.subtype", "subtype"), "name": attrSource(contactName, "name_key"),
		"owner": attrSource(contactOwner, "owners"), "tag": attrSource(contactTag, "tags"),
		"account": placeSource(don.Account), "workspace": placeSource(don.Workspace),
		"email": keySource(don.Contact, contact.KindEmail), "phone": keySource(don.Contact, contact.KindPhone), "ref": keySource(don.Contact, contact.KindRef),
		"verified": verifiedSource, "group": groupSource, "created_by": authorSource("contact"),
		"created": dateSource("contact", "created_at"), "modified": dateSource("contact", "modified_at"),
	},
	don.Account: {
		"id": numberSource("account"), "subtype": attrSource("a.subtype", "subtype"), "name": attrSource(accountName, "name_key"),
		"owner": attrSource(accountOwner, "owners"), "tag": attrSource(accountTag, "tags"),
		"tier": attrSource(accountTier, "tier"), "website": attrSource(accountSite, "websites"), "parent": attrSource(accountParent, "parent_n"),
		"ref": keySource(don.Account, identity.KindAccountRef), "domain": keySource(don.Account, identity.KindDomain),
		"created_by": authorSource("account"), "created": dateSource("account", "created_at"), "modified": dateSource("account", "modified_at"),
	},
	don.Workspace: {
		"id": numberSource("workspace"), "subtype": attrSource("W.subtype", "subtype"), "name": attrSource(spaceName, "name_key"),
		"owner": attrSource(spaceOwner, "owners"), "tag": attrSource(spaceTag, "tags"),
		"account": attrSource(spaceAccount, "account_n"), "tier": attrSource(spaceTier, "tier"), "environment": attrSource(spaceEnv, "environment"),
		"ref":        keySource(don.Workspace, identity.KindWorkspaceRef),
		"created_by": authorSource("workspace"), "created": dateSource("workspace", "created_at"), "modified": dateSource("workspace", "modified_at"),
	},
	don.Conversation: conversationSources, don.Ticket: workSources,
}

var listings = map[don.Type]*listing{don.Contact: contactList, don.Account: accountList, don.Workspace: spaceList, don.Tag: tagList,
	don.Conversation: conversationList, don.Ticket: workList, don.Opportunity: workList}

// Serves reports whether indexes can tell which records of a type meet a filter.
func (tx *Tx) Serves(t don.Type, b filter.Bound) bool {
	_, ok := listings[t].where(b, false)
	return ok
}

// whereConds returns the conditions that a filter's parts are, all of which must
// hold. The zero Bound has none; of others every part must be served.
func whereConds(l *listing, b filter.Bound) []cond {
	parts := []filter.Bound{b}
	if b.Op == "" {
		return nil
	}
	if b.Op == filter.And {
		parts = b.Nodes
	}
	var out []cond
	for _, p := range parts {
		c, ok := l.where(p, false)
		if !ok {
			panic("store: a filter that no index serves was not left to its caller")
		}
		out = append(out, c)
	}
	return out
}

// where returns the condition that a part of a filter is, or with not its
// opposite; false when no index serves it.
func (l *listing) where(b filter.Bound, not bool) (cond, bool) {
	switch b.Op {
	case filter.Not:
		return l.where(b.Nodes[0], !not)
	case filter.And, filter.Or:
		var all []cond
		for _, n := range b.Nodes {
			c, ok := l.where(n, not)
			if !ok {
				return cond{}, false
			}
			all = append(all, c)
		}
		if (b.Op == filter.And) != not {
			return l.every(all), true
		}
		return l.any(all), true
	default: // the others follow
	}
	of := sources[l.of][b.Field.Name]
	if of == nil {
		of = customSource(l.of, b.Field.Name)
	}
	c, ok := of(b)
	if ok && not {
		c = l.opposite(c)
	}
	return c, ok
}

// probing returns the test of a record by its number.
func (l *listing) probing(c cond) func(b *builder, n string) string {
	if c.probe != nil {
		return c.probe
	}
	return func(b *builder, n string) string {
		return exists(l.table+" x", "x.org_id = $1 AND x.n = "+n+" AND "+c.test(b, "x"))
	}
}

// testing returns the test of a row.
func (l *listing) testing(c cond) func(b *builder, t string) string {
	if c.test != nil {
		return c.test
	}
	return func(b *builder, t string) string { return c.probe(b, t+".n") }
}

// opposite returns the condition that holds when c does not.
func (l *listing) opposite(c cond) cond {
	probe, test := l.probing(c), l.testing(c)
	out := c
	out.not, out.span, out.start = !c.not, nil, ""
	out.probe = func(b *builder, n string) string { return "NOT (" + probe(b, n) + ")" }
	out.test = func(b *builder, t string) string { return "NOT (" + test(b, t) + ")" }
	return out
}

// every joins conditions that must all hold.
func (l *listing) every(all []cond) cond {
	switch len(all) {
	case 0:
		return liveCond(l.table)
	case 1:
		return all[0]
	}
	out := l.joined(all, " AND ")
	if at := slices.IndexFunc(all, func(c cond) bool { return !c.not }); at >= 0 {
		out.members = l.within(all[at], without(all, at), false)
		out.repeats = all[at].repeats
		return out
	}
	out.members, out.not, out.repeats = union(all), true, true
	out.seek = !slices.ContainsFunc(all, func(c cond) bool { return !c.seek })
	return out
}

// any joins conditions of which one must hold.
func (l *listing) any(all []cond) cond {
	switch len(all) {
	case 0:
		return nobody()
	case 1:
		return all[0]
	}
	out := l.joined(all, " OR ")
	if at := slices.IndexFunc(all, func(c cond) bool { return c.not }); at >= 0 {
		out.members, out.not = l.within(all[at], without(all, at), true), true
		out.repeats = all[at].repeats
		return out
	}
	out.members, out.repeats = union(all), true
	out.seek = !slices.ContainsFunc(all, func(c cond) bool { return !c.seek })
	return out
}

// joined tests several conditions in one.
func (l *listing) joined(all []cond, by string) cond {
	probes, tests := make([]func(*builder, string) string, len(all)), make([]func(*builder, string) string, len(all))
	out := cond{}
	for i, c := range all {
		probes[i], tests[i] = l.probing(c), l.testing(c)
		out.weight += max(c.weight, 1)
	}
	out.probe = func(b *builder, n string) string { return each(b, n, by, probes) }
	out.test = func(b *builder, t string) string { return each(b, t, by, tests) }
	return out
}

func each(b *builder, of, by string, tests []func(*builder, string) string) string {
	parts := make([]string, len(tests))
	for i, t := range tests {
		parts[i] = "(" + t(b, of) + ")"
	}
	return "(" + strings.Join(parts, by) + ")"
}

// within selects the members of one condition that meet the others, or with
// none those that meet none of them.
func (l *listing) within(c cond, others []cond, none bool) func(b *builder) string {
	return func(b *builder) string {
		sql := "SELECT m.n FROM (" + c.members(b) + ") m WHERE "
		for i, o := range others {
			if i > 0 {
				sql += " AND "
			}
			if none {
				sql += "NOT "
			}
			sql += "(" + l.probing(o)(b, "m.n") + ")"
		}
		return sql
	}
}

// union selects the members of any of the conditions.
func union(all []cond) func(b *builder) string {
	return func(b *builder) string {
		parts := make([]string, len(all))
		for i, c := range all {
			parts[i] = "SELECT u.n FROM (" + c.members(b) + ") u"
		}
		return strings.Join(parts, " UNION ALL ")
	}
}

// nobody is the condition that no record meets.
func nobody() cond {
	never := func(*builder, string) string { return "1 = 0" }
	return cond{
		members: func(*builder) string { return "SELECT x.n FROM attr x WHERE x.org_id = $1 AND 1 = 0" },
		order:   "x.n", weight: 1, probe: never, test: never,
	}
}

// attrSource is a field whose values stand in the inverted index, and in a
// column of the table: text, or a list or number, of which an empty one is none.
func attrSource(field, column string) source {
	none := "''"
	if strings.HasSuffix(column, "_n") {
		none = "0"
	}
	return func(b filter.Bound) (cond, bool) {
		switch b.Op {
		case filter.Any:
			return attrAny(field, b.Keys), true
		case filter.Exists:
			return attrRange(field, "", func(_ *builder, t string) string { return t + "." + column + " <> " + none }), true
		case filter.Prefix:
			from := b.Keys[0]
			return attrRange(field, from, func(b *builder, t string) string {
				return t + "." + column + " >= " + b.arg(from) + " AND " + t + "." + column + " < " + b.arg(behind(from))
			}), column == "name_key" || column == "tier"
		default: // the others follow
		}
		return cond{}, false
	}
}

// placeSource is the field of a contact's places of a type, whose values share
// an entry of the index with those of other types.
func placeSource(t don.Type) source {
	return func(b filter.Bound) (cond, bool) {
		switch b.Op {
		case filter.Any:
			return placesAny(b.Keys), true
		case filter.Exists:
			mark := `"t":"` + string(t) + `"`
			return attrRange(contactPlace, string(t)+"/", func(b *builder, t string) string {
				return "replace(" + t + ".associations, " + b.arg(mark) + ", '') <> " + t + ".associations"
			}), true
		default: // the others follow
		}
		return cond{}, false
	}
}

// placesLooked is how many places are looked up in the index for a record: of more
// its row is read.
const placesLooked = 8

// placesAny asks for any of the places.
func placesAny(keys []string) cond {
	c := attrAny(contactPlace, keys)
	if len(keys) > placesLooked {
		c.probe, c.weight = nil, rowWeight
		c.test = func(b *builder, t string) string {
			item := b.q.jsonItems(t + ".associations")
			return "EXISTS (SELECT 1 FROM " + item + " WHERE (j.value->>'t') || '/' || (j.value->>'n')" + in(b, keys) + ")"
		}
	}
	return c
}

func attrAny(field string, keys []string) cond {
	if len(keys) == 0 {
		return nobody()
	}
	c := attrCond(field, keys)
	if len(keys) > contact.MaxFilterValues {
		c.part = nil // a statement has no room for so many
	}
	return c
}

// attrRange asks for values of the inverted index that begin with a text, all
// when it is empty; test asks a row the same.
func attrRange(field, from string, test func(b *builder, t string) string) cond {
	return cond{
		weight: 1, test: test, field: field, start: from,
		repeats: true, // a record may have several values in the range
		members: func(b *builder) string {
			sql := "SELECT x.n FROM attr x WHERE x.org_id = $1 AND x.field = '" + field + "'"
			if from != "" {
				sql += " AND x.value >= " + b.arg(from) + " AND x.value < " + b.arg(behind(from))
			}
			return sql
		},
	}
}

// behind returns a text behind all that begin with another, in the order of bytes.
func behind(prefix string) string { return prefix + "\U0010ffff" }

// keySource is a field whose values are identifiers.
func keySource(of don.Type, kind contact.Kind) source {
	return func(b filter.Bound) (cond, bool) {
		if b.Op != filter.Any {
			return cond{}, false
		}
		if len(b.Keys) == 0 {
			return nobody(), true
		}
		return keyCond(of, kind, b.Keys), true
	}
}

func verifiedSource(b filter.Bound) (cond, bool) {
	if b.Op != filter.Any {
		return liveCond("contact"), b.Op == filter.Exists
	}
	return verifiedCond(slices.Contains(b.Keys, "true")), len(b.Keys) == 1
}

// groupSource is the field of the groups that contacts are in.
func groupSource(b filter.Bound) (cond, bool) {
	return attrAny(contactGroup, b.Keys), b.Op == filter.Any
}

func authorSource(table string) source {
	return func(b filter.Bound) (cond, bool) {
		if b.Op == filter.Any && len(b.Keys) == 0 {
			return nobody(), true
		}
		return authorCond(table, b.Keys), b.Op == filter.Any
	}
}

func numberSource(table string) source {
	return func(b filter.Bound) (cond, bool) {
		if b.Op != filter.Any {
			return cond{}, false
		}
		var ns []int64
		for _, k := range b.Keys {
			if n, err := strconv.ParseInt(k, 10, 64); err == nil {
				ns = append(ns, n)
			}
		}
		if len(ns) == 0 {
			return nobody(), true
		}
		return numberCond(table, ns), true
	}
}

func dateSource(table, column string) source {
	return func(b filter.Bound) (cond, bool) {
		if b.Op != filter.Within {
			return liveCond(table), b.Op == filter.Exists
		}
		var before *time.Time
		if b.Range.To != nil {
			t := b.Range.To.Add(-time.Microsecond)
			before = &t
		}
		if b.Range.From == nil && before == nil {
			return liveCond(table), true
		}
		return dateCond(table, column, b.Range.From, before), true
	}
}
