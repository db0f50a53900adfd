package directory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/identity/match"
	"github.com/kith-id/kith/internal/org"
)

// Scan is a search for duplicates among all contacts of an org.
type Scan struct {
	State      string
	AskedAt    time.Time
	AskedBy    string // tail of the member's id
	EndedAt    *time.Time
	Lease      string // who works on it
	LeaseUntil *time.Time
	Progress   []byte // JSON of ScanProgress
}

// The states of a search.
const (
	ScanWaiting   = "waiting"
	ScanRunning   = "running"
	ScanDone      = "done"
	ScanCancelled = "cancelled"
	ScanFailed    = "failed"
)

// ScanProgress is how far a search is and what it found.
type ScanProgress struct {
	Phase   string        `json:"phase"` // reading, comparing, filing, merging
	Rows    int           `json:"rows"`  // contacts read
	Pairs   int           `json:"pairs"` // found
	Filed   int           `json:"filed"`
	Groups  int           `json:"groups"` // persons that have several contacts, as far as scores tell
	Merged  int           `json:"merged"` // pairs that were merged without asking
	Alarms  []match.Alarm `json:"alarms,omitempty"`
	Learnt  []match.Shift `json:"learnt,omitempty"`  // how members' decisions moved the weights
	Message string        `json:"message,omitempty"` // why it failed
}

// Active reports whether a search has not ended.
func (s *Scan) Active() bool { return s.State == ScanWaiting || s.State == ScanRunning }

// Read returns the progress.
func (s *Scan) Read() (ScanProgress, error) {
	var p ScanProgress
	if len(s.Progress) == 0 {
		return p, nil
	}
	return p, json.Unmarshal(s.Progress, &p)
}

func (s *Scan) note(p ScanProgress) error {
	text, err := json.Marshal(p)
	s.Progress = text
	return err
}

// Matcher searches for duplicates. Its methods may be called from several
// goroutines; Work runs one search at a time.
type Matcher struct {
	DB     DB
	Scopes func(context.Context) ([]org.Scope, error) // of all orgs
	Name   string                                     // of this process, for leases
	Log    *slog.Logger
	wake   chan struct{}

	// Of Work's goroutine: the orgs whose changes are compared as they come.
	live map[int64]*follower
}

// NewMatcher returns a matcher.
func NewMatcher(db DB, scopes func(context.Context) ([]org.Scope, error), log *slog.Logger) *Matcher {
	return &Matcher{DB: db, Scopes: scopes, Name: don.Random(16), Log: log, wake: make(chan struct{}, 1), live: map[int64]*follower{}}
}

const (
	scanEvery = time.Minute // how often searches are looked for that others asked for
	scanLease = 30 * time.Second
	scanPage  = 1000
	fileBatch = 200
	// Pairs that are less likely one than not help nobody, and nobody looks
	// through more than these.
	leastLikely = 0.5
	maxFiled    = 100_000
	scanSeed    = 1
	maxAlarms   = 100
)

// Start asks for a search. Errors: conflict when one is under way.
func (m *Matcher) Start(ctx context.Context, sc org.Scope) (*Scan, error) {
	var s *Scan
	err := m.DB.Write(ctx, sc, func(tx Tx) error {
		old, err := tx.DuplicateScan(ctx, true)
		if err != nil {
			return err
		}
		if old != nil && old.Active() {
			return errs.Clash("", "a search for duplicates is under way since %s; wait for its end or cancel it", old.AskedAt.UTC().Format(time.RFC3339))
		}
		s = &Scan{State: ScanWaiting, AskedAt: tx.Now(), AskedBy: tx.Scope().Actor.Tail()}
		return cmp.Or(s.note(ScanProgress{}), tx.PutDuplicateScan(ctx, s))
	})
	if err == nil {
		select {
		case m.wake <- struct{}{}:
		default: // it is awake already
		}
	}
	return s, err
}

// Scan returns the latest search, not_found when there was none.
func (m *Matcher) Scan(ctx context.Context, sc org.Scope) (s *Scan, err error) {
	err = m.DB.Read(ctx, sc, func(tx Tx) error {
		s, err = tx.DuplicateScan(ctx, false)
		return err
	})
	if err == nil && s == nil {
		err = errs.Gone("a search for duplicates")
	}
	return s, err
}

// Cancel ends the search that is under way. Errors: not_found, invalid when it
// has ended.
func (m *Matcher) Cancel(ctx context.Context, sc org.Scope) (*Scan, error) {
	var s *Scan
	err := m.DB.Write(ctx, sc, func(tx Tx) (err error) {
		if s, err = tx.DuplicateScan(ctx, true); err != nil {
			return err
		}
		if s == nil {
			return errs.Gone("a search for duplicates")
		}
		if !s.Active() {
			return errs.BadRequest("the search for duplicates has ended already")
		}
		now := tx.Now()
		s.State, s.EndedAt, s.Lease, s.LeaseUntil = ScanCancelled, &now, "", nil
		return tx.PutDuplicateScan(ctx, s)
	})
	return s, err
}

// Work runs searches as they are asked for, and compares what changes after
// them, until ctx ends.
func (m *Matcher) Work(ctx context.Context) {
	look := time.NewTimer(time.Second) // searches that the process before left
	defer look.Stop()
	follow := time.NewTicker(followEvery)
	defer follow.Stop()
	for {
		round := m.round
		select {
		case <-ctx.Done():
			return
		case <-follow.C:
			round = m.follow
		case <-look.C:
		case <-m.wake:
		}
		if err := round(ctx); err != nil && ctx.Err() == nil {
			m.Log.Error("searches for duplicates could not be looked for", "error", err)
		}
		look.Reset(scanEvery)
	}
}

func (m *Matcher) round(ctx context.Context) error {
	scopes, err := m.Scopes(ctx)
	if err != nil {
		return err
	}
	for _, sc := range scopes {
		s, err := m.take(ctx, sc)
		if err != nil {
			return err
		}
		if s == nil {
			continue
		}
		if err := m.run(ctx, sc, s); err != nil && ctx.Err() == nil {
			m.Log.Error("a search for duplicates failed", "org", sc.OrgID, "error", err)
		}
	}
	return nil
}

// take leases the org's search if there is one that nobody works on.
func (m *Matcher) take(ctx context.Context, sc org.Scope) (*Scan, error) {
	var s *Scan
	err := m.DB.Read(ctx, sc, func(tx Tx) (err error) {
		s, err = tx.DuplicateScan(ctx, false)
		return err
	})
	if err != nil || s == nil || !s.Active() {
		return nil, err
	}
	err = m.DB.Write(ctx, sc, func(tx Tx) (err error) {
		if s, err = tx.DuplicateScan(ctx, true); err != nil || s == nil {
			return err
		}
		if !s.Active() || s.LeaseUntil != nil && s.LeaseUntil.After(tx.Now()) {
			s = nil
			return nil
		}
		until := tx.Now().Add(scanLease)
		s.State, s.Lease, s.LeaseUntil = ScanRunning, m.Name, &until
		return tx.PutDuplicateScan(ctx, s)
	})
	return s, err
}

// errLeft ends a search that was cancelled or that another process took over.
var errLeft = errors.New("the search is no longer this process's")

// run carries a search out and stores its end, unless it was cancelled.
func (m *Matcher) run(ctx context.Context, sc org.Scope, s *Scan) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r := &search{m: m, sc: sc, scan: s, began: time.Now()}
	done := make(chan struct{})
	go func() { // the comparing takes minutes without a word
		defer close(done)
		r.keep(ctx, stop)
	}()
	err := r.all(ctx)
	cause := context.Cause(ctx)
	stop(nil)
	<-done
	if errors.Is(cause, errLeft) {
		return nil
	}
	if ctxErr := cmp.Or(cause, err); ctxErr != nil && errors.Is(ctxErr, context.Canceled) {
		return ctxErr // the process stops; the lease runs out and another one starts over
	}
	if end := r.end(context.WithoutCancel(ctx), err); end != nil || err != nil {
		return errors.Join(err, end)
	}
	if r.live != nil && r.scan.Lease == m.Name {
		m.live[sc.OrgID] = r.live
	}
	return nil
}

// search is a search under way.
type search struct {
	m     *Matcher
	sc    org.Scope
	scan  *Scan
	began time.Time

	table *match.Table
	ns    []int64 // the contact of each row, ascending

	progress progressCell
	live     *follower // to go on with, nil when there are too many contacts
}

func (r *search) all(ctx context.Context) error {
	r.progress.set(func(p *ScanProgress) { p.Phase = "reading" })
	r.table = match.NewTable(append(slices.Clone(scanTableColumns), signedColumn))
	if err := r.read(ctx); err != nil {
		return err
	}
	forbidden, err := r.parted(ctx)
	if err != nil {
		return err
	}
	r.progress.set(func(p *ScanProgress) { p.Phase = "comparing" })
	run, err := match.Train(ctx, r.table, match.Options{
		Seed: scanSeed, Exclude: []string{signedColumn}, Incremental: len(r.ns) <= followRows,
		Rules: match.Rules{
			Exclusive: []string{signedColumn},
			Judge: func(a, b int) match.Verdict {
				if forbidden[[2]int{min(a, b), max(a, b)}] {
					return match.Forbidden
				}
				return match.Open
			},
		},
	})
	if err != nil {
		return err
	}
	if err := r.learn(ctx, run); err != nil {
		return err
	}
	found, err := run.Match(ctx, leastLikely)
	if err != nil {
		return err
	}
	pairs := slices.DeleteFunc(found.Pairs, func(p match.Pair) bool { return forbidden[[2]int{int(p.A), int(p.B)}] })
	r.progress.set(func(p *ScanProgress) {
		p.Phase, p.Pairs, p.Groups, p.Alarms = "filing", len(pairs), len(found.Clusters), run.Alarms[:min(len(run.Alarms), maxAlarms)]
	})
	slices.SortStableFunc(pairs, func(a, b match.Pair) int { return cmp.Compare(b.Bits, a.Bits) })
	if err := r.file(ctx, run, pairs[:min(len(pairs), maxFiled)]); err != nil {
		return err
	}
	r.progress.set(func(p *ScanProgress) { p.Phase = "merging" })
	if err := r.m.mergeFound(ctx, r.sc, func() { r.progress.set(func(p *ScanProgress) { p.Merged++ }) }); err != nil {
		return err
	}
	if len(r.ns) <= followRows {
		r.live = &follower{run: run, live: run.Live(), ns: r.ns, rows: map[int64]int{}, seen: map[int64]int64{}, since: r.began.Add(-followLag)}
	}
	return nil
}

// reasoned returns pairs of rows as pairs of contacts, with their reasons.
func reasoned(x *match.Explainer, ns []int64, pairs []match.Pair) ([]identity.Duplicate, error) {
	out := make([]identity.Duplicate, len(pairs))
	for at, p := range pairs {
		d := identity.PairOf(ns[p.A], ns[p.B])
		d.Rule, d.Likely = identity.RuleMatch, likelihood(float64(p.Bits))
		a, b := int(p.A), int(p.B)
		if ns[a] != d.A {
			a, b = b, a
		}
		var err error
		if d.Reasons, err = json.Marshal(x.Explain(a, b)); err != nil {
			return nil, err
		}
		out[at] = d
	}
	return out, nil
}

// file stores the pairs with their reasons and drops what earlier searches found
// and this one did not.
func (r *search) file(ctx context.Context, run *match.Run, pairs []match.Pair) error {
	explainer := run.Explainer()
	for batch := range slices.Chunk(pairs, fileBatch) {
		found, err := reasoned(explainer, r.ns, batch)
		if err != nil {
			return err
		}
		if err := r.m.DB.Write(ctx, r.sc, func(tx Tx) error { return tx.FileDuplicates(ctx, found) }); err != nil {
			return err
		}
		r.progress.set(func(p *ScanProgress) { p.Filed += len(batch) })
	}
	for {
		var n int
		err := r.m.DB.Write(ctx, r.sc, func(tx Tx) (err error) {
			n, err = tx.DropStale(ctx, r.began, fileBatch)
			return err
		})
		if err != nil || n < fileBatch {
			return err
		}
	}
}

// keep renews the lease and stores the progress until the search ends, and ends
// the search when it is no longer this process's.
func (r *search) keep(ctx context.Context, stop context.CancelCauseFunc) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := r.store(ctx, func(now time.Time) {
			until := now.Add(scanLease)
			r.scan.LeaseUntil = &until
		})
		if errors.Is(err, errLeft) {
			stop(errLeft)
			return
		}
	}
}

// store writes the search down if it is still this process's.
func (r *search) store(ctx context.Context, change func(now time.Time)) error {
	return r.m.DB.Write(ctx, r.sc, func(tx Tx) error {
		stands, err := tx.DuplicateScan(ctx, true)
		if err != nil {
			return err
		}
		if stands == nil || stands.Lease != r.m.Name || !stands.Active() {
			return errLeft
		}
		change(tx.Now())
		return cmp.Or(r.scan.note(r.progress.get()), tx.PutDuplicateScan(ctx, r.scan))
	})
}

// end stores how a search ended.
func (r *search) end(ctx context.Context, failed error) error {
	ctx, cancel := context.WithTimeout(ctx, scanLease)
	defer cancel()
	err := r.store(ctx, func(now time.Time) {
		r.scan.State, r.scan.EndedAt, r.scan.Lease, r.scan.LeaseUntil = ScanDone, &now, "", nil
		switch {
		case failed != nil:
			r.scan.State = ScanFailed
			r.progress.set(func(p *ScanProgress) { p.Message = "the server met an error; see its log" })
		case r.live != nil:
			until := now.Add(followLease)
			r.scan.Lease, r.scan.LeaseUntil = r.m.Name, &until
		}
	})
	if errors.Is(err, errLeft) {
		return nil
	}
	return err
}
