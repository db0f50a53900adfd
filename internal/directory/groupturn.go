package directory

import (
	"errors"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/identity"
)

const (
	// reachedMost is how many contacts are worked out before what waits is looked at again.
	reachedMost = 50_000
	// For so long a group is worked out anew before what changed meanwhile has a turn.
	rebuildSlice = 300 * time.Millisecond
)

var errSlow = errors.New("working groups out stopped for longer than its lease; it begins again")

// work brings groups up to what waits, and goes on with one that is to be worked out
// anew. It reports whether there is more.
func (t *turn) work() (more bool, err error) {
	if err := t.write(time.Now(), func(Tx) error { return nil }); err != nil {
		return false, err
	}
	reached, err := t.reach()
	if err != nil {
		return false, err
	}
	ns := slices.Concat(reached.contacts, t.moved)
	slices.Sort(ns)
	ns = slices.Compact(ns)
	for len(ns) > settled {
		if _, err := t.settle(t.groups, ns[:settled], nil); err != nil {
			return false, err
		}
		ns = ns[settled:]
	}
	_, err = t.settle(t.groups, ns, func(tx Tx) error {
		if err := tx.DropGroupTodo(t.ctx, reached.todo); err != nil {
			return err
		}
		for _, g := range t.slow {
			reached.anew[g.N] = slowRest
		}
		for n, in := range reached.anew {
			if err := tx.FollowGroup(t.ctx, n, tx.Now().Add(in)); err != nil {
				return err
			}
		}
		return tx.SetGroupClock(t.ctx, t.now, t.timed())
	})
	if err != nil {
		return false, err
	}
	t.f.clocks[t.sc.OrgID] = clock{t.now, t.now}
	working, err := t.rebuild()
	return working || len(reached.todo) < len(t.todo) || len(t.todo) == todoLimit, err
}

// write runs a transaction as long as this process follows the org's groups. What
// was read at a time that is too long ago may be out of date by another process.
func (t *turn) write(read time.Time, fn func(Tx) error) error {
	return t.f.DB.Bulk(t.ctx, t.sc, func(tx Tx) error {
		ours, err := tx.LeaseGroups(t.ctx, t.f.Name, tx.Now().Add(groupLease))
		switch {
		case err != nil:
			return err
		case !ours:
			return errNotOurs
		case time.Since(read) > groupLease/2:
			return errSlow
		}
		return fn(tx)
	})
}

// reached is what some changes may have moved.
type reached struct {
	todo     []GroupTodo
	contacts []int64
	anew     map[int64]time.Duration // groups that are to be worked out, and in how long
}

// reach finds out what the changes that wait longest may have moved.
func (t *turn) reach() (reached, error) {
	var out reached
	err := t.f.DB.Read(t.ctx, t.sc, func(tx Tx) error {
		out = reached{anew: map[int64]time.Duration{}}
		for _, todo := range t.todo {
			if len(out.contacts) >= reachedMost {
				break
			}
			out.todo = append(out.todo, todo)
			if err := t.reachFrom(tx, todo, &out); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

func (t *turn) reachFrom(tx Tx, todo GroupTodo, out *reached) (err error) {
	places := false
	for _, g := range t.groups {
		switch {
		case todo.Type == don.Tag && g.tags:
			out.anew[g.N] = 0
		case todo.Type != don.Tag && g.wide:
			out.anew[g.N] = wideRest
		}
		places = places || g.places
	}
	for n := todo.N; n <= todo.NTo; n++ {
		switch {
		case todo.Type == don.Contact:
			out.contacts = append(out.contacts, n)
		case todo.Type == don.Tag || !places:
			return nil
		default:
			if out.contacts, err = t.below(tx, don.Of(todo.Type, n), out.contacts); err != nil {
				return err
			}
		}
	}
	return nil
}

// below adds the contacts of an account or workspace, of all that are one with it,
// and of what lies below an account as far as groups look up from there.
func (t *turn) below(tx Tx, of don.ID, ns []int64) ([]int64, error) {
	now, err := tx.Survivors(t.ctx, of.Type, []int64{of.N})
	if err != nil {
		return nil, err
	}
	if s, moved := now[of.N]; moved {
		of.N = s
	}
	from := []don.ID{of}
	if of.Type == don.Account && t.name(fieldParent) {
		children, err := childAccounts(t.ctx, tx, of.N)
		if err != nil {
			return nil, err
		}
		from = append(from, ids(don.Account, children)...)
	}
	if of.Type == don.Account && t.name(fieldWorkspace) {
		spaces, err := tx.WorkspacesOf(t.ctx, of.N)
		if err != nil {
			return nil, err
		}
		from = append(from, ids(don.Workspace, spaces)...)
	}
	all, err := withMembers(t.ctx, tx, from)
	if err != nil {
		return nil, err
	}
	for _, id := range all {
		for after := int64(0); ; {
			page, err := tx.ContactsOf(t.ctx, id, after, settled)
			if err != nil {
				return nil, err
			}
			ns = append(ns, page...)
			if len(page) < settled {
				break
			}
			after = page[len(page)-1]
		}
	}
	return ns, nil
}

// name reports whether some group asks for a field or leads over a relation.
func (t *turn) name(field string) bool {
	return slices.ContainsFunc(t.groups, func(g *followed) bool { return g.bound.Names(field) })
}

// difference is who joins groups and leaves them.
type difference struct {
	group         *followed
	joins, leaves []int64
	fault         string
}

// settle brings groups up to what some contacts are now, and runs finish in the
// same transaction. It returns how many have joined or left.
func (t *turn) settle(groups []*followed, ns []int64, finish func(Tx) error) (changed int, err error) {
	began := time.Now()
	var found []difference
	err = t.f.DB.Read(t.ctx, t.sc, func(tx Tx) (err error) {
		found, err = t.differences(tx, groups, ns)
		return err
	})
	if err != nil || len(found) == 0 && finish == nil {
		return 0, err
	}
	return changedIn(found), t.write(began, func(tx Tx) error {
		for _, d := range found {
			if err := t.apply(tx, d); err != nil {
				return err
			}
		}
		if finish == nil {
			return nil
		}
		return finish(tx)
	})
}

func changedIn(found []difference) (n int) {
	for _, d := range found {
		n += len(d.joins) + len(d.leaves)
	}
	return n
}

// differences finds out who of some contacts joins groups and who leaves them.
func (t *turn) differences(tx Tx, groups []*followed, ns []int64) ([]difference, error) {
	if len(ns) == 0 || len(groups) == 0 {
		return nil, nil
	}
	live, err := tx.Contacts(t.ctx, ns, false)
	if err != nil {
		return nil, err
	}
	rows := make([]any, 0, len(live))
	for _, c := range live {
		rows = append(rows, c)
	}
	w := &rowReader{ctx: t.ctx, tx: tx}
	w.next(rows)
	numbers := make([]int64, len(groups))
	for i, g := range groups {
		numbers[i] = g.N
	}
	was, err := tx.GroupsOf(t.ctx, numbers, ns)
	if err != nil {
		return nil, err
	}
	var static map[int64][]int64
	if slices.ContainsFunc(groups, func(g *followed) bool { return !g.Dynamic }) {
		if static, err = tx.StaticGroupsOf(t.ctx, ns); err != nil {
			return nil, err
		}
	}
	var out []difference
	for _, g := range groups {
		d := difference{group: g}
		for _, n := range ns {
			if g.fault != "" && live[n] != nil {
				continue // nobody is moved by a group that cannot be worked out, save who is no more
			}
			in := t.belongs(w, g, live[n], static[n])
			switch before := slices.Contains(was[n], g.N); {
			case in && !before:
				d.joins = append(d.joins, n)
			case !in && before:
				d.leaves = append(d.leaves, n)
			}
		}
		if e := errs.As(w.err); e != nil && e.Kind == errs.Invalid { // as of a group that looks at too much
			g.fault = e.Message
			d, w.err = difference{group: g, fault: g.fault}, nil
		}
		if w.err != nil {
			return nil, w.err
		}
		if len(d.joins)+len(d.leaves) > 0 || d.fault != "" {
			out = append(out, d)
		}
	}
	return out, nil
}

// belongs reports whether a contact is to be in a group.
func (t *turn) belongs(w *rowReader, g *followed, c *contact.Contact, static []int64) bool {
	switch {
	case c == nil:
		return false
	case g.Dynamic:
		return g.bound.Match(contactRecord{w, c})
	}
	return slices.Contains(static, g.N)
}

func (t *turn) apply(tx Tx, d difference) error {
	if d.fault != "" {
		return tx.FaultGroup(t.ctx, d.group.N, d.fault)
	}
	if err := tx.TakeFromGroup(t.ctx, d.group.N, d.leaves); err != nil {
		return err
	}
	if err := tx.PutInGroup(t.ctx, d.group.N, d.joins); err != nil {
		return err
	}
	if !d.group.Dynamic || !d.group.Built { // whom a group begins with is no news
		return nil
	}
	id := don.Of(don.Group, d.group.N)
	notes := make([]identity.Note, 0, len(d.joins)+len(d.leaves))
	for _, n := range d.joins {
		notes = append(notes, identity.Note{ID: id, Op: opMemberAdded, Extra: map[string]any{"member": contactOf(n).Tail()}, Tell: id})
	}
	for _, n := range d.leaves {
		notes = append(notes, identity.Note{ID: id, Op: opMemberRemoved, Extra: map[string]any{"member": contactOf(n).Tail()}, Tell: id})
	}
	_, err := tx.Record(t.ctx, notes...)
	return err
}

// rebuild is a group that is worked out whole: the contacts that are left to look at.
type rebuild struct {
	of      *group.Group // as it was when that began
	left    []int64
	changed int
}

// rebuild goes on with the group that is worked out whole, or begins with the next
// one that is due. It reports whether there is more to do.
func (t *turn) rebuild() (more bool, err error) {
	r := t.f.anew[t.sc.OrgID]
	if r == nil {
		if r, err = t.begin(); r == nil || err != nil {
			return false, err
		}
		t.f.anew[t.sc.OrgID] = r
	}
	at := slices.IndexFunc(t.groups, func(g *followed) bool { return g.N == r.of.N })
	g := t.groups[at] // groups are not deleted
	for until := time.Now().Add(rebuildSlice); len(r.left) > 0 && g.fault == ""; {
		if time.Now().After(until) {
			return true, nil
		}
		chunk := r.left[:min(len(r.left), settled)]
		changed, err := t.settle([]*followed{g}, chunk, nil)
		if err != nil {
			return false, err
		}
		r.left, r.changed = r.left[len(chunk):], r.changed+changed
	}
	if r.changed > 0 && g.Built && g.ModifiedAt.Before(g.CheckedAt) && !g.wide && !g.tags {
		t.f.Log.Warn("a group was not what its contacts say; it is now", "org", t.sc.OrgID, "group", g.N, "contacts", r.changed)
	}
	return true, t.end(r, g)
}

// end notes that a group was worked out whole, and when it is to be again.
func (t *turn) end(r *rebuild, g *followed) error {
	delete(t.f.anew, t.sc.OrgID)
	next, soon := groupAnew, time.Duration(0)
	if !g.Built {
		next = groupSettles
	}
	if g.wide {
		soon = wideRest
	}
	return t.write(time.Now(), func(tx Tx) error {
		return tx.GroupDone(t.ctx, r.of, g.fault, tx.Now().Add(next), tx.Now().Add(soon))
	})
}

// begin finds out which contacts the group that is due is to be worked out for:
// those in it or to be in it, and of what indexes tell those that differ.
func (t *turn) begin() (*rebuild, error) {
	g := t.due()
	if g == nil {
		return nil, nil
	}
	r := &rebuild{of: g.Group}
	if g.fault != "" {
		return r, nil
	}
	err := t.f.DB.Read(t.ctx, t.sc, func(tx Tx) (err error) {
		r.left, err = t.candidates(tx, g)
		return err
	})
	return r, err
}

func (t *turn) candidates(tx Tx, g *followed) ([]int64, error) {
	has, err := tx.AllInGroup(t.ctx, g.N)
	if err != nil {
		return nil, err
	}
	if !g.Dynamic {
		for after := int64(0); ; {
			page, err := tx.GroupMembers(t.ctx, g.Group, after, settled)
			if err != nil {
				return nil, err
			}
			for _, m := range page {
				has = append(has, m.Now)
			}
			if len(page) < settled {
				slices.Sort(has)
				return slices.Compact(has), nil
			}
			after = page[len(page)-1].N
		}
	}
	a, err := split(t.ctx, tx, don.Contact, g.bound)
	if err != nil {
		return nil, err
	}
	wants, err := tx.MatchingNumbers(t.ctx, don.Contact, a.served)
	if err != nil {
		return nil, err
	}
	return unlike(has, wants, a.rest), nil
}

// unlike returns what is in one of two rising lists alone, or with a rest of a filter
// all that is in either.
func unlike(a, b []int64, rest filter.Bound) []int64 {
	out := make([]int64, 0, len(a))
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0] < b[0]:
			out, a = append(out, a[0]), a[1:]
		case len(a) == 0 || b[0] < a[0]:
			out, b = append(out, b[0]), b[1:]
		default:
			if !rest.IsAll() {
				out = append(out, a[0])
			}
			a, b = a[1:], b[1:]
		}
	}
	return out
}
