package store

import (
	"context"
	"maps"
	"strings"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
)

// groupFields are the fields of the inverted index by which records are counted,
// with what their values begin with where several fields share an entry's name.
var groupFields = map[don.Type]map[string][2]string{
	don.Contact: {
		"tag": {contactTag}, "owner": {contactOwner}, "subtype": {"c.subtype"},
		"account": {contactPlace, string(don.Account) + "/"}, "workspace": {contactPlace, string(don.Workspace) + "/"},
	},
	don.Account:   {"tag": {accountTag}, "owner": {accountOwner}, "tier": {accountTier}, "parent": {accountParent}, "subtype": {"a.subtype"}},
	don.Workspace: {"tag": {spaceTag}, "owner": {spaceOwner}, "account": {spaceAccount}, "tier": {spaceTier}, "environment": {spaceEnv}, "subtype": {"W.subtype"}},
	don.Conversation: {
		"tag": {convTag}, "owner": {convOwner}, "subtype": {convSubtype}, "stage": {convStage}, "state": {convState}, "group": {convGroup}, "part": {convPart},
		"source_channel": {convSource}, "channel": {convChannel},
		"contact": {convMember, string(don.Contact) + "/"}, "account": {convAccount}, "workspace": {convWorkspace},
	},
	don.Ticket: workGroups, don.Opportunity: workGroups,
}

var workGroups = map[string][2]string{
	"tag": {workTag}, "owner": {workOwner}, "subtype": {workSubtype}, "stage": {workStage}, "state": {workState}, "group": {workGroup}, "part": {workPart},
	"severity": {workSeverity}, "source_channel": {workSource}, "channel": {workChannel},
	"contact": {workPerson}, "account": {workPlace}, "workspace": {workPlace, string(don.Workspace) + "/"},
}

// typedConds are the conditions of a filter for records of one type, also where
// others stand in the same table.
func typedConds(t don.Type, served filter.Bound) conds {
	cs := conds(whereConds(listings[t], served))
	if listings[t] == workList {
		cs.attrs(workType, []string{string(t)})
	}
	return cs
}

// Grouped counts the records of a type that meet a filter which indexes serve, by
// each value of a field, which has no more than limit; more reports that it has.
// A record with several values counts for each. What a running import has
// reserved counts as well.
func (tx *Tx) Grouped(ctx context.Context, t don.Type, served filter.Bound, field string, limit int) (counts map[string]int, more bool, err error) {
	if err := tx.q.choosy(ctx); err != nil {
		return nil, false, err
	}
	p := plan{tx: tx, l: listings[t], conds: typedConds(t, served)}
	among, err := p.all(ctx)
	if err != nil {
		return nil, false, err
	}
	at, known := groupFields[t][field]
	if !known {
		if !customName.MatchString(field) {
			panic("store: records are not grouped by " + field)
		}
		at[0] = letters[t] + field
	}
	counts = map[string]int{}
	b := p.builder()
	where := " FROM attr x WHERE x.org_id = $1 AND x.field = '" + at[0] + "'"
	if at[1] != "" {
		where += " AND x.value >= " + b.arg(at[1]) + " AND x.value < " + b.arg(behind(at[1]))
	}
	sql := "SELECT x.value, x.n" + where
	if among == nil {
		sql = "SELECT x.value, COUNT(*)" + where + " GROUP BY x.value ORDER BY x.value"
	}
	more, err = tx.countValues(ctx, sql, b.args, counts, limit, among)
	if field == "tag" { // a tag stands once more with its value
		maps.DeleteFunc(counts, func(value string, _ int) bool { return strings.Contains(value, "=") })
	}
	return counts, more, err
}

// countValues adds up values: their counts, or with a set one for each member.
func (tx *Tx) countValues(ctx context.Context, sql string, args []any, counts map[string]int, limit int, among *numberSet) (more bool, err error) {
	rs, err := tx.q.query(ctx, sql, args...)
	if err != nil {
		return false, err
	}
	defer rs.Close()
	var value string
	var n int64
	for rs.Next() {
		if err := rs.Scan(&value, &n); err != nil {
			return false, err
		}
		if among != nil {
			if !among.has(n) {
				continue
			}
			n = 1
		}
		if _, seen := counts[value]; !seen && len(counts) == limit {
			more = true
			continue
		}
		counts[value] += int(n)
	}
	return more, rs.Err()
}

// all returns the numbers of all records that meet the conditions, nil when there
// are no conditions.
func (p *plan) all(ctx context.Context) (*numberSet, error) {
	if len(p.conds) == 0 {
		return nil, nil
	}
	if !someIn(p.conds) {
		p.conds = append(p.conds, liveCond(p.l.table))
	}
	var out *numberSet
	for _, positive := range []bool{true, false} {
		for _, c := range p.conds {
			if c.not == positive {
				continue
			}
			ns, err := p.members(ctx, c, 0)
			if err != nil {
				return nil, err
			}
			set := newNumberSet(ns)
			if out == nil {
				out = set
			} else {
				out.keep(set, c.not)
			}
		}
	}
	return out, nil
}

// someIn reports whether the members of some condition are known, rather than
// those of its opposite.
func someIn(conds []cond) bool {
	for _, c := range conds {
		if !c.not {
			return true
		}
	}
	return false
}
