package bulkaction

import (
	"context"
	"log/slog"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

// Service runs bulk actions and answers for them. It is safe for concurrent use;
// Work is for one goroutine.
type Service struct {
	DB        DB
	Partition string // of DONs
	Log       *slog.Logger
	// Step, when set, is told before and after each write; tests stop there.
	Step func(name string)

	tries map[Due]int // of Work
	wake  chan struct{}
	start sync.Once
}

func (s *Service) init() {
	s.start.Do(func() { s.tries, s.wake = map[Due]int{}, make(chan struct{}, 1) })
}

func (s *Service) at(step string) {
	if s.Step != nil {
		s.Step(step)
	}
}

func (s *Service) nudge() {
	select {
	case s.wake <- struct{}{}:
	default: // it is awake already
	}
}

// where returns the filter of an action. Days count from when it was made, so
// that it means one thing however long it waits.
func (a *Action) where() (directory.Where, error) {
	w := directory.Where{Zone: time.UTC, At: a.CreatedAt}
	var err error
	if a.Spec.Zone != "" {
		if w.Zone, err = time.LoadLocation(a.Spec.Zone); err != nil {
			return w, err
		}
	}
	w.Tree, err = filter.Parse(a.Spec.Filter)
	return w, err
}

// Create queues an action on the records of a type that its filter finds; on the
// pairs of a plan if it merges. Errors: invalid and not_found, naming the field;
// too_many when enough others wait.
func (s *Service) Create(ctx context.Context, sc org.Scope, t don.Type, spec Spec, plan []Pair) (*Action, error) {
	s.init()
	a := &Action{Type: t, State: Queued, Spec: spec, CreatedBy: sc.Actor.Tail()}
	if sc.Via.Type != "" {
		a.Spec.Via = sc.Via.Tail()
	}
	err := s.DB.Write(ctx, sc, func(tx Tx) error {
		a.CreatedAt, a.ModifiedAt = tx.Now(), tx.Now()
		if err := a.check(ctx, tx, plan); err != nil {
			return err
		}
		due, err := tx.CountBulkDue(ctx)
		if err != nil {
			return err
		}
		if due >= MaxWaiting {
			return errs.New(errs.TooMany, "too_many_requests", "%d bulk actions wait or are at work; wait for some of them or cancel them", due)
		}
		if a.N, err = tx.Next(ctx, don.BulkAction, 1); err != nil {
			return err
		}
		if spec.Kind == Merge {
			a.pinned(tx, int64(len(plan)))
		}
		if err := tx.InsertBulkAction(ctx, a); err != nil {
			return err
		}
		if err := tx.AddBulkParts(ctx, a.N, partsOf(plan)); err != nil {
			return err
		}
		return tx.SetBulkDue(ctx, a.N, !a.Over())
	})
	if err != nil {
		return nil, err
	}
	s.nudge()
	return a, nil
}

// check refuses what cannot be done to any record.
func (a *Action) check(ctx context.Context, tx Tx, plan []Pair) error {
	if a.Spec.Kind == Merge {
		return checkPlan(ctx, tx, plan)
	}
	w, err := a.where()
	if err != nil {
		return err
	}
	if err := directory.CheckWhere(ctx, tx, a.Type, w); err != nil {
		return err
	}
	_, err = directory.NewEditor(ctx, tx, a.Type, a.Spec.Edit)
	return err
}

// checkPlan refuses a plan of which some pair can be no merge.
func checkPlan(ctx context.Context, tx Tx, plan []Pair) error {
	if len(plan) > MaxPairs {
		return errs.NotPermitted("plan", "names %d merges; at most %d are allowed, so make several bulk actions", len(plan), MaxPairs)
	}
	var ns []int64
	away := map[int64]bool{}
	for _, p := range plan {
		id := don.Of(don.Contact, p.Secondary).Display()
		if p.Primary == p.Secondary {
			return errs.NotPermitted("plan", "merges %s with itself; take it out of its own secondaries", id)
		}
		if away[p.Secondary] {
			return errs.NotPermitted("plan", "names %s as a secondary twice; leave it out once", id)
		}
		away[p.Secondary] = true
		ns = append(ns, p.Primary, p.Secondary)
	}
	found, err := tx.Contacts(ctx, ns, false)
	if err != nil {
		return err
	}
	for _, n := range ns {
		if found[n] == nil {
			return inPlan(identity.Absent(ctx, tx, don.Of(don.Contact, n)))
		}
	}
	return nil
}

func inPlan(err error) error {
	e := errs.As(err)
	if e == nil {
		return err
	}
	named := *e
	named.Field = "plan"
	return &named
}

// partsOf cuts a plan into parts.
func partsOf(plan []Pair) []Part {
	var out []Part
	for from := 0; from < len(plan); from += slowPart {
		to := min(from+slowPart, len(plan))
		out = append(out, Part{UpTo: int64(to), Pairs: plan[from:to]})
	}
	return out
}

// pinned notes how many records the action is about.
func (a *Action) pinned(tx Tx, matched int64) {
	now := tx.Now()
	a.Progress.Matched, a.Progress.PinnedAt = matched, &now
	if a.State = Pinned; !a.Spec.Hold {
		a.State, a.Progress.StartedAt = Running, &now
	}
}

// Get returns one action as it stands this moment, or not_found.
func (s *Service) Get(ctx context.Context, sc org.Scope, n int64) (a *Action, err error) {
	err = s.DB.Read(ctx, sc, func(tx Tx) error {
		a, err = tx.BulkAction(ctx, n, false)
		return err
	})
	return a, err
}

// List returns up to limit actions below before (0 for the newest), newest first.
func (s *Service) List(ctx context.Context, sc org.Scope, before int64, limit int) (out []*Action, err error) {
	if before == 0 {
		before = math.MaxInt64
	}
	err = s.DB.Read(ctx, sc, func(tx Tx) error {
		out, err = tx.BulkActions(ctx, before, limit)
		return err
	})
	return out, err
}

// Report is a page of an action's report.
type Report struct {
	Type  don.Type // of the records
	Notes []Note
	Names *directory.Names // of the records that there still are
}

// Report returns up to limit entries of an action's report after a place in it.
func (s *Service) Report(ctx context.Context, sc org.Scope, n, after int64, limit int) (out Report, err error) {
	err = s.DB.Read(ctx, sc, func(tx Tx) error {
		a, err := tx.BulkAction(ctx, n, false)
		if err != nil {
			return err
		}
		out.Type = a.Type
		if out.Notes, err = tx.BulkNotes(ctx, n, after, limit); err != nil {
			return err
		}
		ids := make([]don.ID, len(out.Notes))
		for i, note := range out.Notes {
			ids[i] = don.Of(a.Type, note.N)
		}
		out.Names, err = directory.LoadNames(ctx, tx, ids...)
		return err
	})
	return out, err
}

// Names loads the records that actions name: the members and service accounts
// who made them, and the tags, members and account of their edits.
func (s *Service) Names(ctx context.Context, sc org.Scope, as ...*Action) (names *directory.Names, err error) {
	var ids []don.ID
	for _, a := range as {
		ids = append(ids, don.FromTail(a.CreatedBy), don.FromTail(a.Spec.UndoneBy), don.Of(don.Account, a.Spec.Edit.AccountN))
		for _, u := range a.Spec.Edit.AddTags {
			ids = append(ids, don.Of(don.Tag, u.N))
		}
		for _, n := range a.Spec.Edit.RemoveTags {
			ids = append(ids, don.Of(don.Tag, n))
		}
		if o := a.Spec.Edit.Owners; o != nil {
			for _, n := range *o {
				ids = append(ids, don.Of(don.Member, n))
			}
		}
	}
	err = s.DB.Read(ctx, sc, func(tx Tx) error {
		names, err = directory.LoadNames(ctx, tx, ids...)
		return err
	})
	return names, err
}

// Start lets an action change the records that it has pinned. Errors: not_found,
// invalid unless it waits for that.
func (s *Service) Start(ctx context.Context, sc org.Scope, n int64) (*Action, error) {
	return s.turn(ctx, sc, n, func(tx Tx, a *Action) error {
		if a.State != Pinned {
			return errs.BadRequest("%s is %s; only one that is pinned can be started", a.ID().Display(), a.State)
		}
		now := tx.Now()
		if now.Sub(*a.Progress.PinnedAt) > startWithin {
			return errs.BadRequest("the records of %s were pinned more than %s ago; make another bulk action for those that match now",
				a.ID().Display(), hours(startWithin))
		}
		a.State, a.Progress.StartedAt = Running, &now
		return nil
	})
}

func hours(d time.Duration) string { return strconv.Itoa(int(d/time.Hour)) + " hours" }

// Cancel ends an action. What it has changed stays so and can be undone. Errors:
// not_found, invalid when it has ended.
func (s *Service) Cancel(ctx context.Context, sc org.Scope, n int64) (*Action, error) {
	return s.turn(ctx, sc, n, func(tx Tx, a *Action) error {
		if a.State != Queued && a.State != Pinned && a.State != Running {
			return errs.BadRequest("%s is %s; only one that has not ended can be cancelled", a.ID().Display(), a.State)
		}
		a.end(tx, Cancelled, "")
		return nil
	})
}

func (a *Action) end(tx Tx, to State, message string) {
	now := tx.Now()
	a.State, a.Error, a.Progress.EndedAt = to, message, &now
}

// Undo takes back what an action that has ended did; an undo that failed goes on.
// Errors: not_found, invalid unless the action has ended and was not undone.
func (s *Service) Undo(ctx context.Context, sc org.Scope, n int64) (*Action, error) {
	return s.turn(ctx, sc, n, func(tx Tx, a *Action) error {
		if a.State != Completed && a.State != Cancelled && a.State != Failed {
			return errs.BadRequest("%s is %s; only one that has ended can be undone, and once", a.ID().Display(), a.State)
		}
		now := tx.Now()
		if a.Progress.EndedAt.AddDate(0, 0, UndoDays).Before(now) {
			return errs.BadRequest("%s ended more than %d days ago; what it did can no longer be undone", a.ID().Display(), UndoDays)
		}
		if a.Spec.UndoneBy == "" { // one that failed goes on where it was
			a.At = math.MaxInt64
		}
		a.Progress.StartedAt = &now
		a.State, a.Error, a.Progress.EndedAt = Undoing, "", nil
		a.Spec.UndoneBy = sc.Actor.Tail()
		if sc.Via.Type != "" {
			a.Spec.UndoVia = sc.Via.Tail()
		}
		return nil
	})
}

// turn gives an action another state and wakes a worker. A run that is at work
// on it sees that the action is no longer its own.
func (s *Service) turn(ctx context.Context, sc org.Scope, n int64, change func(Tx, *Action) error) (*Action, error) {
	s.init()
	var a *Action
	err := s.DB.Write(ctx, sc, func(tx Tx) (err error) {
		if a, err = tx.BulkAction(ctx, n, true); err != nil {
			return err
		}
		if err := change(tx, a); err != nil {
			return err
		}
		a.Lease, a.LeaseUntil = "", nil
		if err := tx.SaveBulkAction(ctx, a); err != nil {
			return err
		}
		return tx.SetBulkDue(ctx, n, !a.Over())
	})
	s.nudge()
	return a, err
}
