package store

import (
	"context"
	"strings"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
)

// customerRefs are the fields of the inverted index by which records on the desk
// name customers, with what the values of these begin with.
var customerRefs = map[don.Type]map[string][2]string{
	don.Conversation: {"contact": {convMember, string(don.Contact) + "/"}, "account": {convAccount}, "workspace": {convWorkspace}},
	don.Ticket:       {"contact": {workPerson}, "account": {workPlace}, "workspace": {workPlace, string(don.Workspace) + "/"}},
}

var relatedTypes = map[string]don.Type{"contact": don.Contact, "account": don.Account, "workspace": don.Workspace}

// GroupedVia counts the records of a type on the desk that meet a filter which
// indexes serve, by each value of a field of the customers that a relation leads
// to; it has no more than limit values, and more reports that there are others.
// Without is how many have no value. It reads three ranges of the inverted index,
// of which that of the customers' field is as long as the org has values.
func (tx *Tx) GroupedVia(ctx context.Context, t don.Type, served filter.Bound, relation, field string, limit int) (counts map[string]int, without int, more bool, err error) {
	if err := tx.q.choosy(ctx); err != nil {
		return nil, 0, false, err
	}
	p := plan{tx: tx, l: listings[t], conds: append(typedConds(t, served), liveCond(listings[t].table))}
	among, err := p.all(ctx)
	if err != nil {
		return nil, 0, false, err
	}
	of, err := tx.customersOf(ctx, t, relation, among)
	if err != nil {
		return nil, 0, false, err
	}
	to := relatedTypes[relation]
	at, known := groupFields[to][field]
	if !known {
		if !customName.MatchString(field) {
			panic("store: customers are not grouped by " + field)
		}
		at[0] = letters[to] + field
	}
	counts = map[string]int{}
	counted, turn, last := map[int64]int{}, 0, ""
	err = tx.entries(ctx, at, func(value string, n int64) {
		if field == "tag" && strings.Contains(value, "=") { // a tag stands once more with its value
			return
		}
		if value != last {
			last, turn = value, turn+1
		}
		for _, d := range of[n] {
			if counted[d] == turn {
				continue // by another of its customers
			}
			counted[d] = turn
			if _, seen := counts[value]; !seen && len(counts) == limit {
				more = true
				continue
			}
			counts[value]++
		}
	})
	return counts, among.size - len(counted), more, err
}

// customersOf returns, by customer as what it is now, the records of a set that
// name it.
func (tx *Tx) customersOf(ctx context.Context, t don.Type, relation string, among *numberSet) (map[int64][]int64, error) {
	if t == don.Opportunity {
		t = don.Ticket
	}
	to, spaces := relatedTypes[relation], map[int64][]int64{}
	of := map[int64][]int64{}
	err := tx.entries(ctx, customerRefs[t][relation], func(value string, n int64) {
		if !among.has(n) {
			return
		}
		id := don.FromTail(value)
		if id.N == 0 {
			id = don.FromTail(string(to) + "/" + value)
		}
		if id.Type == don.Workspace && to == don.Account {
			spaces[id.N] = append(spaces[id.N], n)
		} else {
			of[id.N] = append(of[id.N], n)
		}
	})
	if err != nil {
		return nil, err
	}
	if len(spaces) > 0 { // their accounts
		if err := tx.merged(ctx, don.Workspace, spaces); err != nil {
			return nil, err
		}
		err := tx.entries(ctx, [2]string{spaceAccount}, func(value string, n int64) {
			a := don.FromTail(string(don.Account) + "/" + value).N
			of[a] = append(of[a], spaces[n]...)
		})
		if err != nil {
			return nil, err
		}
	}
	return of, tx.merged(ctx, to, of)
}

// merged moves what hangs on records that were merged into others to these.
func (tx *Tx) merged(ctx context.Context, t don.Type, of map[int64][]int64) error {
	rs, err := tx.q.query(ctx, "SELECT n, survivor FROM alias WHERE org_id = $1 AND type = $2", tx.scope.OrgID, typeCodes[t])
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		var n, survivor int64
		if err := rs.Scan(&n, &survivor); err != nil {
			return err
		}
		if list := of[n]; n != survivor && len(list) > 0 {
			of[survivor] = append(of[survivor], list...)
			delete(of, n)
		}
	}
	return rs.Err()
}

// entries visits what the inverted index has of a field, in the order of values.
func (tx *Tx) entries(ctx context.Context, at [2]string, visit func(value string, n int64)) error {
	b := &builder{args: []any{tx.scope.OrgID}, q: tx.q}
	sql := "SELECT x.value, x.n FROM attr x WHERE x.org_id = $1 AND x.field = '" + at[0] + "'"
	if at[1] != "" {
		sql += " AND x.value >= " + b.arg(at[1]) + " AND x.value < " + b.arg(behind(at[1]))
	}
	rs, err := tx.q.query(ctx, sql+" ORDER BY x.value, x.n", b.args...)
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		var value string
		var n int64
		if err := rs.Scan(&value, &n); err != nil {
			return err
		}
		visit(value, n)
	}
	return rs.Err()
}
