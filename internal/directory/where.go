package directory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/schema"
)

// A filter tree is answered in three steps. Conditions on related records are
// turned into conditions on the references to them where these are few. What
// indexes serve, by the store's word, narrows the rows that are read. Whatever
// is left is matched against the rows one by one.

const (
	// maxRelated is how many related records a condition may be turned into.
	maxRelated = 1000
	// maxServed is how many conditions a statement has: engines take many more,
	// but one of them keeps its stack in memory that is not guarded.
	maxServed = 40
	// sieveFor is how long rows are read that a filter without an index leaves out,
	// and siftPage how many at a time.
	sieveFor = 10 * time.Second
	siftPage = 500
)

// asked is a filter ready to be answered.
type asked struct {
	served filter.Bound // by indexes
	rest   filter.Bound // row by row
}

// ask prepares a query's filter for records of a type.
func ask(ctx context.Context, tx Tx, t don.Type, q Query) (asked, error) {
	if q.Where.Tree.Op == "" {
		return asked{served: filter.Bound{Op: filter.And}, rest: filter.Bound{Op: filter.And}}, nil
	}
	now := tx.Now()
	if !q.Where.At.IsZero() {
		now = q.Where.At
	}
	if q.Where.Zone != nil {
		now = now.In(q.Where.Zone)
	}
	g := &catalogue{ctx: ctx, tx: tx}
	bound, err := filter.Bind(q.Where.Tree, g.of(t), now)
	if err := cmp.Or(g.err, err); err != nil {
		return asked{}, err
	}
	return split(ctx, tx, t, bound)
}

// split tells what of a filter indexes serve.
func split(ctx context.Context, tx Tx, t don.Type, b filter.Bound) (asked, error) {
	b, err := related(ctx, tx, t, b)
	if err != nil {
		return asked{}, err
	}
	out := asked{served: filter.Bound{Op: filter.And}, rest: filter.Bound{Op: filter.And}}
	parts := []filter.Bound{b}
	if b.Op == filter.And {
		parts = b.Nodes
	}
	room := maxServed
	for _, p := range parts {
		if n := p.Leaves(); n <= room && tx.Serves(t, p) {
			room -= n
			out.served.Nodes = append(out.served.Nodes, p)
		} else {
			out.rest.Nodes = append(out.rest.Nodes, p)
		}
	}
	return out, nil
}

// related turns conditions on related records into conditions on the field that
// refers to them, where these records are few.
func related(ctx context.Context, tx Tx, t don.Type, b filter.Bound) (filter.Bound, error) {
	switch {
	case b.Op == filter.Some:
		return someOf(ctx, tx, t, b)
	case t == don.Contact && b.Field.Name == fieldGroup:
		return groupsNamed(ctx, tx, b)
	}
	out := b
	out.Nodes = slices.Clone(b.Nodes)
	for i, n := range b.Nodes {
		var err error
		if out.Nodes[i], err = related(ctx, tx, t, n); err != nil {
			return b, err
		}
	}
	return out, nil
}

// groupsNamed turns conditions on groups into those that an index serves: being in
// any group into being in one of all, as none is kept of the standard ones that
// have most contacts, and being in one of these, or in one that is not worked out
// yet, into what it asks for.
func groupsNamed(ctx context.Context, tx Tx, b filter.Bound) (filter.Bound, error) {
	all, err := tx.UserGroups(ctx, 0, group.MaxGroups)
	if err != nil {
		return b, err
	}
	kept, out := filter.Bound{Op: filter.Any, Field: b.Field}, filter.Bound{Op: filter.Or}
	for _, g := range all {
		switch named := slices.Contains(b.Keys, num(g.N)); {
		case named && (g.Plain() || g.Dynamic && !g.Built):
			part, err := meansNow(ctx, tx, g)
			if err != nil || part.IsAll() {
				return part, err
			}
			out.Nodes = append(out.Nodes, part)
		case !g.Plain() && (named || b.Op == filter.Exists):
			kept.Keys = append(kept.Keys, num(g.N))
		}
	}
	slices.Sort(kept.Keys)
	out.Nodes = append(out.Nodes, kept)
	return out, nil
}

// meansNow returns what a group asks for, related records as conditions on the
// references to them; nobody meets what cannot be asked.
func meansNow(ctx context.Context, tx Tx, g *group.Group) (filter.Bound, error) {
	tree, err := filter.Parse(g.Filter)
	if err != nil {
		return filter.Bound{}, err
	}
	c := &catalogue{ctx: ctx, tx: tx, forGroup: true}
	bound, err := filter.Bind(tree, c.of(don.Contact), tx.Now().In(tx.Scope().Settings.Zone()))
	switch err = cmp.Or(c.err, err); {
	case errs.Is(err, errs.Invalid):
		return filter.Bound{Op: filter.Or}, nil
	case err != nil:
		return filter.Bound{}, err
	}
	return related(ctx, tx, don.Contact, bound)
}

func someOf(ctx context.Context, tx Tx, t don.Type, b filter.Bound) (filter.Bound, error) {
	relation := b.Field.Name
	to := relate(relation)
	found, few, err := matching(ctx, tx, t, to, b.Nodes[0])
	if err != nil || !few {
		return b, err
	}
	var keys []string
	name := relation
	if onDesk(t) {
		if keys, few, err = leadTo(ctx, tx, relation, idsIn(found)); err != nil || !few {
			return b, err
		}
	} else {
		keys, name, err = refersTo(ctx, tx, t, relation, found)
	}
	slices.Sort(keys)
	return filter.Bound{Op: filter.Any, Field: filter.Field{Name: name, Type: filter.Ref}, Keys: slices.Compact(keys)}, err
}

// matching returns the records of the type to, to which a relation of records of
// the type from leads, that meet a filter, if indexes serve it and they are at most
// maxRelated: as ids where these lead back, else as records.
func matching(ctx context.Context, tx Tx, from, to don.Type, b filter.Bound) (found []any, few bool, err error) {
	a, err := split(ctx, tx, to, b)
	if err != nil || !a.rest.IsAll() {
		return nil, false, err
	}
	if !onDesk(from) && (to == don.Contact || to == don.Workspace && from == don.Account) {
		found, more, err := rowsWhere(ctx, tx, to, a.served, maxRelated)
		return found, !more, err
	}
	ns, more, err := tx.NumbersWhere(ctx, to, a.served, maxRelated)
	for _, n := range ns {
		found = append(found, don.Of(to, n))
	}
	return found, !more, err
}

// idsIn returns the ids among some records.
func idsIn(found []any) []don.ID {
	out := make([]don.ID, 0, len(found))
	for _, r := range found {
		if id, ok := r.(don.ID); ok {
			out = append(out, id)
		}
	}
	return out
}

// rowsWhere returns some of the records of a type that meet a filter which
// indexes serve, and whether there are more.
func rowsWhere(ctx context.Context, tx Tx, t don.Type, served filter.Bound, limit int) ([]any, bool, error) {
	r, err := rowsByNumber(ctx, tx, t, served, nil, limit)
	return r.Items, r.More, err
}

// rowsByNumber returns a page of the records of a type that meet a filter which
// indexes serve, in the order of their numbers. After is the Last of the page
// before, nil for the first.
func rowsByNumber(ctx context.Context, tx Tx, t don.Type, served filter.Bound, after []any, limit int) (Rows[any], error) {
	q := Query{Limit: limit, Edge: after, Sorts: []Sort{{Field: "display_id"}}}
	switch t {
	case don.Account:
		r, err := tx.AccountRows(ctx, account.Filter{Where: served}, q)
		return Rows[any]{Items: anyOf(r.Items), More: r.More, Last: r.Last}, err
	case don.Workspace:
		r, err := tx.WorkspaceRows(ctx, account.WorkspaceFilter{Where: served}, q)
		return Rows[any]{Items: anyOf(r.Items), More: r.More, Last: r.Last}, err
	default: // the others follow
	}
	r, err := tx.ContactRows(ctx, contact.Filter{Where: served}, q)
	return Rows[any]{Items: anyOf(r.Items), More: r.More, Last: r.Last}, err
}

func anyOf[T any](items []T) []any {
	out := make([]any, len(items))
	for i := range items {
		out[i] = items[i]
	}
	return out
}

// refersTo returns the field of records of a type by which they are related to
// others, and the values that lead to these.
func refersTo(ctx context.Context, tx Tx, t don.Type, relation string, found []any) (keys []string, name string, err error) {
	var ids []don.ID
	for _, r := range found {
		switch r := r.(type) {
		case *contact.Contact:
			for _, p := range r.Associations {
				if p.Type == t {
					ids = append(ids, don.Of(t, p.N))
				}
			}
		case *account.Workspace:
			ids = append(ids, don.Of(t, r.AccountN))
		case don.ID:
			ids = append(ids, r)
		}
	}
	if relation == toContacts || relation == toWorkspaces {
		return survivorsOf(ctx, tx, t, ids)
	}
	all, err := withMembers(ctx, tx, Distinct(ids))
	for _, id := range all {
		if t == don.Contact {
			keys = append(keys, id.Tail())
		} else {
			keys = append(keys, num(id.N))
		}
	}
	return keys, relation, err
}

// survivorsOf returns records as what they are now, by number.
func survivorsOf(ctx context.Context, tx Tx, t don.Type, ids []don.ID) (keys []string, name string, err error) {
	ns := numbersOf(t, ids)
	moved, err := tx.Survivors(ctx, t, ns)
	for _, n := range ns {
		if s, ok := moved[n]; ok {
			n = s
		}
		keys = append(keys, num(n))
	}
	return keys, fieldID, err
}

// sift answers a query by rows of which some are left out: it reads on until
// the page is full.
func sift[T any](ctx context.Context, tx Tx, rest filter.Bound, q Query, record func(*rowReader, T) filter.Record, rows func(Query) (Rows[T], error)) (Rows[T], error) {
	if rest.IsAll() {
		return rows(q)
	}
	w := &rowReader{ctx: ctx, tx: tx}
	step, began := q, time.Now()
	step.Limit = siftPage
	var out Rows[T]
	for looked := 0; ; looked += step.Limit {
		r, err := rows(step)
		if err != nil {
			return out, err
		}
		w.next(anyOf(r.Items))
		order := slices.Clone(r.Items)
		if q.Backward {
			slices.Reverse(order)
		}
		for _, item := range order {
			met := rest.Match(record(w, item))
			if w.err != nil {
				return out, w.err
			}
			if !met {
				continue
			}
			if len(out.Items) == q.Limit {
				return out.cut(q, r.EdgeOf, true), nil
			}
			out.Items = append(out.Items, item)
		}
		if !r.More {
			return out.cut(q, r.EdgeOf, false), nil
		}
		if time.Since(began) > sieveFor {
			return out, errs.BadRequest("filter: no index serves %q, and %d records that were looked at did not fill a page; add a condition that leaves fewer, such as created > -30d",
				filter.Format(q.Where.Tree), looked+step.Limit)
		}
		if step.Edge = r.Last; q.Backward {
			step.Edge = r.First
		}
	}
}

// cut completes a page that was put together row by row.
func (r Rows[T]) cut(q Query, edgeOf func(T) []any, more bool) Rows[T] {
	if r.More = more; q.Backward {
		slices.Reverse(r.Items)
	}
	if len(r.Items) > 0 {
		r.First, r.Last = edgeOf(r.Items[0]), edgeOf(r.Items[len(r.Items)-1])
	}
	return r
}

// rowReader answers what filters ask of rows, with the records that they refer
// to, which it reads for all rows of a step at once.
type rowReader struct {
	ctx      context.Context
	tx       Tx
	err      error // the first one that kept it from answering
	accounts map[int64]*account.Account
	spaces   map[int64]*account.Workspace
	moved    map[don.ID]don.ID
	sets     map[don.Type]*schema.Set
	contacts []int64                    // of the step
	groups   map[int64][]int64          // of these, once asked for
	people   map[int64]*contact.Contact // of what is on the desk, by the numbers that it names
}

// custom returns the values of a custom field.
func (w *rowReader) custom(t don.Type, name string, v schema.Values) []filter.Value {
	if len(v) == 0 || w.err != nil {
		return nil
	}
	if w.sets[t] == nil {
		set, err := schemaOf(w.ctx, w.tx, t)
		if err != nil {
			w.fail(err)
			return nil
		}
		if w.sets == nil {
			w.sets = map[don.Type]*schema.Set{}
		}
		w.sets[t] = set
	}
	f, _ := w.sets[t].Field(name)
	return v.FilterValues(name, f, env(w.tx.Scope()))
}

func (w *rowReader) next(rows []any) {
	need := newNeeds()
	w.contacts, w.groups = nil, nil
	for _, r := range rows {
		switch r := r.(type) {
		case *contact.Contact:
			w.contacts = append(w.contacts, r.N)
			for _, p := range r.Associations {
				need.add(don.Of(p.Type, p.N))
			}
		case *account.Account:
			if r.ParentN != 0 {
				need.add(don.Of(don.Account, r.ParentN))
			}
		case *account.Workspace:
			need.add(don.Of(don.Account, r.AccountN))
		default:
			wantDesk(need, r)
		}
	}
	names := &Names{}
	w.fail(names.load(w.ctx, w.tx, need))
	for _, c := range names.Contacts {
		w.contacts = append(w.contacts, c.N)
	}
	w.people = names.Contacts
	w.accounts, w.spaces, w.moved = maps.Clone(names.Accounts), maps.Clone(names.Workspaces), names.Moved
}

// groupsOf returns the groups that a contact of the step is in.
func (w *rowReader) groupsOf(n int64) []int64 {
	if w.groups == nil && w.err == nil {
		all, err := w.tx.UserGroups(w.ctx, 0, group.MaxGroups)
		w.fail(err)
		ns := make([]int64, len(all))
		for i, g := range all {
			ns[i] = g.N
		}
		w.groups, err = w.tx.GroupsOf(w.ctx, ns, w.contacts)
		w.fail(err)
	}
	return w.groups[n]
}

func (w *rowReader) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// some reports whether a record of a type that refers to another one by a field
// meets a filter.
func (w *rowReader) some(t don.Type, field string, of don.ID, b filter.Bound) bool {
	if w.err != nil {
		return false
	}
	all, err := withMembers(w.ctx, w.tx, []don.ID{of})
	if err != nil {
		w.fail(err)
		return false
	}
	ref := filter.Bound{Op: filter.Any, Field: filter.Field{Name: field, Type: filter.Ref}}
	for _, id := range all {
		if t == don.Contact {
			ref.Keys = append(ref.Keys, id.Tail())
		} else {
			ref.Keys = append(ref.Keys, num(id.N))
		}
	}
	slices.Sort(ref.Keys)
	a, err := split(w.ctx, w.tx, t, filter.Bound{Op: filter.And, Nodes: []filter.Bound{ref, b}})
	if err != nil {
		w.fail(err)
		return false
	}
	found, more, err := rowsWhere(w.ctx, w.tx, t, a.served, maxRelated)
	w.fail(err)
	if a.rest.IsAll() {
		return len(found) > 0
	}
	if more {
		w.fail(errs.BadRequest("filter: %s has more than %d related records, which a filter without an index cannot look at; name it by a condition of its own", of.Display(), maxRelated))
	}
	inner := &rowReader{ctx: w.ctx, tx: w.tx}
	inner.next(found)
	met := slices.ContainsFunc(found, func(r any) bool { return a.rest.Match(inner.record(r)) })
	w.fail(inner.err)
	return met
}

func (w *rowReader) record(r any) filter.Record {
	switch r := r.(type) {
	case *account.Account:
		return accountRecord{w, r}
	case *account.Workspace:
		return workspaceRecord{w, r}
	}
	return contactRecord{w, r.(*contact.Contact)}
}
