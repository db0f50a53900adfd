package directory

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/org"
)

// Who belongs to groups of contacts is kept in the inverted index, so that filters
// can ask for it and those who listen can be told who joins and leaves. Whoever
// writes a record leaves word; what follows is worked out here, in small
// transactions, from the records as they are by then: so it does not matter in
// which order, or how often.

// GroupTodo is word that records changed, N to NTo.
type GroupTodo struct {
	ID     int64
	Type   don.Type
	N, NTo int64
}

// groupFollowTx keeps who belongs to groups of contacts.
type groupFollowTx interface {
	FollowGroup(ctx context.Context, n int64, at time.Time) error
	FollowGroups(ctx context.Context) error
	GroupTodo(ctx context.Context, limit int) ([]GroupTodo, error)
	DropGroupTodo(ctx context.Context, todo []GroupTodo) error
	GroupsBehind(ctx context.Context) (time.Duration, error)
	LeaseGroups(ctx context.Context, name string, until time.Time) (bool, error)
	GroupClock(ctx context.Context) (time.Time, error)
	SetGroupClock(ctx context.Context, at time.Time, timed bool) error
	GroupDone(ctx context.Context, g *group.Group, fault string, next, soon time.Time) error
	FaultGroup(ctx context.Context, n int64, fault string) error
	MatchingNumbers(ctx context.Context, t don.Type, served filter.Bound) ([]int64, error)
	InGroup(ctx context.Context, n, after int64, limit int) ([]int64, error)
	AllInGroup(ctx context.Context, n int64) ([]int64, error)
	CountInGroup(ctx context.Context, n int64, limit int) (int, error)
	GroupsOf(ctx context.Context, groups, ns []int64) (map[int64][]int64, error)
	StaticGroupsOf(ctx context.Context, ns []int64) (map[int64][]int64, error)
	PutInGroup(ctx context.Context, n int64, contacts []int64) error
	TakeFromGroup(ctx context.Context, n int64, contacts []int64) error
}

// FollowDB runs the transactions of a Follower. Those of Bulk let small writes go first.
type FollowDB interface {
	Read(ctx context.Context, s org.Scope, fn func(Tx) error) error
	Bulk(ctx context.Context, s org.Scope, fn func(Tx) error) error
	// GroupOrgs returns the orgs with changes that groups are to be worked out for,
	// and those with groups that move with the clock.
	GroupOrgs(ctx context.Context) (due, timed []int64, err error)
}

// Follower keeps groups of contacts up to what changes. Of several processes one
// works for an org at a time, under a lease.
type Follower struct {
	DB     FollowDB
	Scopes func(context.Context) ([]org.Scope, error)
	Name   string // of this process, for leases
	Log    *slog.Logger

	clocks map[int64]clock
	anew   map[int64]*rebuild // that of each org that is under way
}

// clock is until when groups of an org that move with time were followed, and when
// that was written down.
type clock struct{ at, noted time.Time }

const (
	// Between rounds the follower rests as long as the last one took, within these
	// bounds: what changes is to show within a second.
	followRestLeast = 200 * time.Millisecond
	followRestMost  = time.Second

	groupLease = 30 * time.Second
	todoLimit  = 2000 // of what waits, taken at a time
	settled    = 1000 // contacts worked out in a transaction
	// The clock is written down so often, lest a start of the program has much to
	// catch up with, and not at each step, lest an idle program writes all the time.
	clockNoted = time.Minute
	// Each group is worked out anew so often, should anything have gone past it.
	groupAnew = 24 * time.Hour
	// A group that asks what else is related to a contact's account is worked out
	// whole after changes, so often.
	wideRest = 5 * time.Second
	// So is one whose condition moves with the clock, if no index tells what it moves.
	slowRest = 10 * time.Minute
	// A transaction may have begun to write before an org had groups, and left no word:
	// so long after it was worked out first a group is worked out again.
	groupSettles = time.Minute
)

// Work follows until ctx ends.
func (f *Follower) Work(ctx context.Context) {
	rest := time.NewTimer(followRestLeast)
	defer rest.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-rest.C:
		}
		began := time.Now()
		if err := f.Round(ctx); err != nil && ctx.Err() == nil {
			f.Log.Error("groups could not be brought up to date; it will be tried again", "error", err)
		}
		rest.Reset(min(max(followRestLeast, time.Since(began)), followRestMost))
	}
}

// Round works out what waits. Orgs have turns, so that a large one does not keep
// the others waiting, and one that fails is left out.
func (f *Follower) Round(ctx context.Context) error {
	due, timed, err := f.DB.GroupOrgs(ctx)
	orgs := slices.Concat(due, timed)
	if err != nil || len(orgs) == 0 {
		return err
	}
	slices.Sort(orgs)
	orgs = slices.Compact(orgs)
	scopes, err := f.Scopes(ctx)
	if err != nil {
		return err
	}
	for len(orgs) > 0 && ctx.Err() == nil {
		var left []int64
		for _, sc := range scopes {
			if !slices.Contains(orgs, sc.OrgID) {
				continue
			}
			more, failed := f.org(ctx, sc)
			if failed != nil {
				err = errors.Join(err, fmt.Errorf("org %d: %w", sc.OrgID, failed))
			} else if more {
				left = append(left, sc.OrgID)
			}
		}
		orgs = left
	}
	return errors.Join(err, ctx.Err())
}

// errNotOurs ends work that another process does.
var errNotOurs = errors.New("another process follows the groups")

// org works out some of what waits in one org and reports whether there is more.
func (f *Follower) org(ctx context.Context, sc org.Scope) (more bool, err error) {
	defer func() {
		if p := recover(); p != nil { // a record that cannot be taken must not end the server
			err = fmt.Errorf("groups: %v", p)
		}
		if err != nil {
			delete(f.anew, sc.OrgID) // it begins again
		}
		if errors.Is(err, errNotOurs) {
			more, err = false, nil
		}
	}()
	if f.clocks == nil {
		f.clocks, f.anew = map[int64]clock{}, map[int64]*rebuild{}
	}
	t := &turn{f: f, ctx: ctx, sc: sc}
	if err := t.look(); err != nil {
		return false, err
	}
	if len(t.todo)+len(t.moved)+len(t.slow) == 0 && t.due() == nil && f.anew[sc.OrgID] == nil && !t.noteClock() {
		if c, known := f.clocks[sc.OrgID]; known {
			f.clocks[sc.OrgID] = clock{t.now, c.noted}
		}
		return false, nil
	}
	more, err = t.work()
	if errors.Is(err, errNotOurs) {
		f.clocks[sc.OrgID] = clock{t.since, t.now} // who does will write it down
	}
	return more, err
}

// turn is some of the work for one org.
type turn struct {
	f     *Follower
	ctx   context.Context //nolint:containedctx // of the turn, which ends with it
	sc    org.Scope
	now   time.Time // from which relative times count
	since time.Time // until when time was followed before

	groups []*followed
	todo   []GroupTodo
	moved  []int64     // contacts that time alone may have moved
	slow   []*followed // groups of which no index tells that
}

// followed is a group with what it asks for.
type followed struct {
	*group.Group
	bound filter.Bound
	moves bool // with the clock
	fault string
	// What a change of an account or workspace, or of a tag's name, may move.
	places, tags bool
	wide         bool // whether it asks for what else is related to an account or workspace
}

// look reads what there is to do.
func (t *turn) look() error {
	return t.f.DB.Read(t.ctx, t.sc, func(tx Tx) (err error) {
		*t = turn{f: t.f, ctx: t.ctx, sc: t.sc, now: tx.Now()}
		if t.todo, err = tx.GroupTodo(t.ctx, todoLimit); err != nil {
			return err
		}
		if t.since, err = t.clock(tx); err != nil {
			return err
		}
		if t.groups, err = followedGroups(t.ctx, tx, t.now); err != nil {
			return err
		}
		return t.shift(tx)
	})
}

func (t *turn) clock(tx Tx) (time.Time, error) {
	if c, known := t.f.clocks[t.sc.OrgID]; known {
		return c.at, nil
	}
	return tx.GroupClock(t.ctx)
}

// due returns the group that has been due to be worked out whole for longest, nil
// for none.
func (t *turn) due() (out *followed) {
	for _, g := range t.groups {
		if !g.DueAt.IsZero() && g.DueAt.Before(t.now) && (out == nil || g.DueAt.Before(out.DueAt)) {
			out = g
		}
	}
	return out
}

// timed reports whether a group moves with the clock.
func (t *turn) timed() bool {
	return slices.ContainsFunc(t.groups, func(g *followed) bool { return g.moves })
}

// noteClock reports whether the clock is to be written down.
func (t *turn) noteClock() bool {
	return t.timed() && t.now.Sub(t.f.clocks[t.sc.OrgID].noted) > clockNoted
}

// shift finds the contacts that time has moved since it was followed last.
func (t *turn) shift(tx Tx) error {
	if !t.timed() {
		return nil
	}
	before, err := followedGroups(t.ctx, tx, t.since)
	if err != nil {
		return err
	}
	for i, g := range t.groups {
		if !g.moves || g.fault != "" || before[i].fault != "" {
			continue
		}
		b, moved := filter.Shifted(before[i].bound, g.bound)
		if !moved {
			continue
		}
		a, err := split(t.ctx, tx, don.Contact, b)
		if err != nil {
			return err
		}
		if !a.rest.IsAll() {
			if g.DueAt.After(t.now.Add(slowRest)) {
				t.slow = append(t.slow, g)
			}
			continue
		}
		ns, err := tx.MatchingNumbers(t.ctx, don.Contact, a.served)
		if err != nil {
			return err
		}
		t.moved = append(t.moved, ns...)
	}
	slices.Sort(t.moved)
	t.moved = slices.Compact(t.moved)
	return nil
}

// followedGroups returns the groups of contacts of an org with what they ask for at
// a moment.
func followedGroups(ctx context.Context, tx Tx, at time.Time) ([]*followed, error) {
	all, err := tx.UserGroups(ctx, 0, group.MaxGroups)
	if err != nil {
		return nil, err
	}
	var out []*followed
	c := &catalogue{ctx: ctx, tx: tx, forGroup: true}
	catalog := c.of(don.Contact)
	later := at.Add(400 * 24 * time.Hour) // by then every relative time has moved
	for _, g := range all {
		if g.Of != don.Contact || g.Plain() {
			continue
		}
		x := &followed{Group: g}
		out = append(out, x)
		if !g.Dynamic {
			continue
		}
		tree, err := filter.Parse(g.Filter)
		if err == nil {
			x.bound, err = filter.Bind(tree, catalog, at.In(tx.Scope().Settings.Zone()))
		}
		if c.err != nil {
			return nil, c.err
		}
		if errs.Is(err, errs.Invalid) {
			x.fault = errs.As(err).Message
			continue
		}
		if err != nil {
			return nil, err
		}
		then, err := filter.Bind(tree, catalog, later.In(tx.Scope().Settings.Zone()))
		if err != nil {
			return nil, err
		}
		_, x.moves = filter.Shifted(x.bound, then)
		x.wide = x.bound.Names(toContacts) || x.bound.Names(toWorkspaces)
		x.places = x.bound.Names(fieldAccount) || x.bound.Names(fieldWorkspace)
		x.tags = x.bound.Names(fieldTag)
	}
	return out, nil
}
