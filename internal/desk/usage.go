package desk

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/usage"
)

type usageTx interface {
	InsertTracked(ctx context.Context, events []*usage.Event) ([]*usage.Event, error)
	TrackedRefs(ctx context.Context, contacts []int64, refs []string) ([]struct {
		ContactN int64
		Ref      string
	}, error)
	// Tracked and Tallies are about exactly the records given.
	Tracked(ctx context.Context, q usage.Query) ([]*usage.Event, error)
	Tallies(ctx context.Context, of []don.ID, since int64, limit int) ([]usage.Tally, error)
	CountTracked(ctx context.Context, all []usage.Tally) error
	CountPublished(ctx context.Context, by usage.Publisher, count int) (total int64, err error)
	TrackedOn(ctx context.Context, contactN, day int64) (n int64, err error)
}

// Tracked is an event that somebody publishes, of the contact that it names.
type Tracked struct {
	usage.Event
	Field   string // where it stands in the request
	Contact don.ID // whom it is about, or
	UserRef string // by external reference
	By      string // the field that says so
}

// Publish keeps events: all of them or none. What came before, by the contact
// and the sender's id of it, is not kept again. Errors: invalid, not_found for a
// contact, too_many for more than an organisation or a contact may publish in a day.
func (s *Service) Publish(ctx context.Context, sc org.Scope, list []Tracked) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		events := make([]*usage.Event, len(list))
		contacts, err := whoDid(ctx, tx, list)
		if err != nil {
			return err
		}
		for i, t := range list {
			e := t.Event
			e.ContactN = contacts[i]
			if e.At.IsZero() || byCustomer(sc) && e.At.After(tx.Now()) { // a browser's clock
				e.At = tx.Now()
			}
			if err := e.Check(t.Field, tx.Now(), byCustomer(sc)); err != nil {
				return err
			}
			events[i] = &e
		}
		if err := placed(ctx, tx, list, events); err != nil {
			return err
		}
		if events, err = unknown(ctx, tx, events); err != nil || len(events) == 0 {
			return err
		}
		if events, err = tx.InsertTracked(ctx, events); err != nil || len(events) == 0 {
			return err
		}
		if err := tx.CountTracked(ctx, usage.Tallies(events)); err != nil {
			return err
		}
		if err := withinOwn(ctx, tx, events); err != nil {
			return err
		}
		return s.withinDay(ctx, tx, len(events))
	})
}

// whoDid returns the contacts that events are about. One that is named by a
// reference is the one that has it by itself, also where that was merged away.
func whoDid(ctx context.Context, tx Tx, list []Tracked) ([]int64, error) {
	out := make([]int64, len(list))
	var keys []string
	for i, t := range list {
		if t.UserRef == "" {
			out[i] = t.Contact.N
			continue
		}
		keys = append(keys, identity.Key(contact.KindRef, t.UserRef))
	}
	if len(keys) == 0 {
		return out, nil
	}
	entries, err := tx.Identifiers(ctx, directory.Distinct(keys))
	if err != nil {
		return nil, err
	}
	origins, err := identity.ContactOrigins(ctx, tx, entries)
	if err != nil {
		return nil, err
	}
	has := map[string]int64{}
	for _, e := range entries {
		has[e.Key] = e.Subject.N
		if n, merged := origins[e.Key]; merged {
			has[e.Key] = n
		}
	}
	for i, t := range list {
		if t.UserRef == "" {
			continue
		}
		n, known := has[identity.Key(contact.KindRef, t.UserRef)]
		if !known {
			e := errs.New(errs.NotFound, "not_found", "no contact has the external reference %q; create it first, or obtain a token for it", t.UserRef)
			e.Field = t.By
			return nil, e
		}
		out[i] = n
	}
	return out, nil
}

// placed notes with events the customers of their contacts, who must be there.
func placed(ctx context.Context, tx Tx, list []Tracked, events []*usage.Event) error {
	w := &directory.Wanted{}
	for _, e := range events {
		w.IDs(don.Of(don.Contact, e.ContactN))
	}
	names, err := w.Names(ctx, tx)
	if err != nil {
		return err
	}
	for i, e := range events {
		c := names.Contacts[e.ContactN]
		if c == nil {
			err := errs.Gone(don.Of(don.Contact, e.ContactN).Display())
			err.Field = list[i].By
			return err
		}
		switch at := names.Customer(c); {
		case at == nil:
		case at.Type == don.Account:
			e.AccountN = at.N
		default:
			e.WorkspaceN, e.AccountN = at.N, names.Workspaces[at.N].AccountN
		}
	}
	return nil
}

// unknown leaves out what came before, also for a contact that is one with the
// event's, and what comes twice.
func unknown(ctx context.Context, tx Tx, events []*usage.Event) ([]*usage.Event, error) {
	var contacts []int64
	var refs []string
	for _, e := range events {
		if e.Ref != "" {
			contacts, refs = append(contacts, e.ContactN), append(refs, e.Ref)
		}
	}
	if len(refs) == 0 {
		return events, nil
	}
	now, all, err := oneOf(ctx, tx, contacts)
	if err != nil {
		return nil, err
	}
	found, err := tx.TrackedRefs(ctx, all, directory.Distinct(refs))
	if err != nil {
		return nil, err
	}
	type mark struct {
		n   int64
		ref string
	}
	seen := map[mark]bool{}
	for _, f := range found {
		seen[mark{now(f.ContactN), f.Ref}] = true
	}
	return slices.DeleteFunc(events, func(e *usage.Event) bool {
		m := mark{now(e.ContactN), e.Ref}
		was := e.Ref != "" && seen[m]
		seen[m] = true
		return was
	}), nil
}

// oneOf returns all contacts that are one with the contacts given, and what tells
// which one each of them is now.
func oneOf(ctx context.Context, tx Tx, contacts []int64) (now func(int64) int64, all []int64, err error) {
	moved, err := tx.Survivors(ctx, don.Contact, contacts)
	if err != nil {
		return nil, nil, err
	}
	now = func(n int64) int64 {
		if s, ok := moved[n]; ok {
			return s
		}
		return n
	}
	for _, n := range contacts {
		all = append(all, now(n))
	}
	all = directory.Distinct(all)
	members, err := tx.Aliases(ctx, don.Contact, all)
	for _, m := range members {
		moved[m.N] = m.Survivor
		all = append(all, m.N)
	}
	return now, directory.Distinct(all), err
}

// withinOwn refuses more than a contact may tell of itself.
func withinOwn(ctx context.Context, tx Tx, events []*usage.Event) error {
	if !byCustomer(tx.Scope()) {
		return nil
	}
	days := map[int64]bool{}
	for _, e := range events {
		days[usage.DayOf(e.At)] = true
	}
	for day := range days {
		n, err := tx.TrackedOn(ctx, tx.Scope().Actor.N, day)
		if err != nil {
			return err
		}
		if n > usage.ContactMost {
			return errs.New(errs.TooMany, "too_many_requests", "a session token may publish %d events of a day, and %s has them for %s; publish the rest from your backend",
				usage.ContactMost, tx.Scope().Actor.Display(), usage.Start(day).Format(time.DateOnly)).With("retry_after", untilTomorrow(tx.Now()))
		}
	}
	return nil
}

// contactsShare is the part of a day's events that contacts may publish themselves.
const contactsShare = 2

// withinDay refuses more than an organisation may publish in a day.
func (s *Service) withinDay(ctx context.Context, tx Tx, count int) error {
	if byCustomer(tx.Scope()) {
		// Whoever comes with a public token must not keep the backend's events out.
		total, err := tx.CountPublished(ctx, usage.ByContacts, count)
		if err != nil {
			return err
		}
		if total > int64(s.EventsPerDay/contactsShare) {
			return errs.New(errs.TooMany, "too_many_requests", "enough events came from session tokens today; publish them from your backend, or tomorrow").
				With("retry_after", untilTomorrow(tx.Now()))
		}
	}
	total, err := tx.CountPublished(ctx, usage.ByAll, count)
	if err != nil || total <= int64(s.EventsPerDay) {
		return err
	}
	return errs.New(errs.TooMany, "too_many_requests",
		"the organisation may publish %d events a day (UTC), and these %d would be more; publish them tomorrow, or let events_per_day be raised in the server's settings",
		s.EventsPerDay, count).With("retry_after", untilTomorrow(tx.Now()))
}

func untilTomorrow(now time.Time) time.Duration { return usage.Start(usage.DayOf(now) + 1).Sub(now) }

// TrackedEvents returns a page of what a contact or the contacts of an account or
// workspace did, the latest first. Its edges are a time in microseconds and an id.
// Errors: not_found for the record.
func (s *Service) TrackedEvents(ctx context.Context, sc org.Scope, q usage.Query) (directory.Page[*usage.Event], error) {
	var got directory.Page[*usage.Event]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		one, err := usedBy(ctx, tx, q.Of)
		if err != nil {
			return err
		}
		var all []*usage.Event
		for _, id := range one {
			q := q
			q.Of, q.Limit = id, q.Limit+1
			some, err := tx.Tracked(ctx, q)
			if err != nil {
				return err
			}
			all = append(all, some...)
		}
		slices.SortFunc(all, func(a, b *usage.Event) int { return a.Edge().Compare(b.Edge()) })
		rows := directory.Rows[*usage.Event]{Items: all[:min(q.Limit, len(all))], More: len(all) > q.Limit}
		if n := len(rows.Items); n > 0 {
			rows.Last = []any{rows.Items[n-1].At.UnixMicro(), rows.Items[n-1].ID}
		}
		got, err = directory.PageWith(ctx, tx, wantTracked, directory.Query{}, rows)
		return err
	})
	return got, err
}

func wantTracked(w *directory.Wanted, e *usage.Event) {
	w.IDs(don.Of(don.Contact, e.ContactN), don.Of(don.Account, e.AccountN), don.Of(don.Workspace, e.WorkspaceN))
	w.Tails(e.PublishedBy)
}

// usedBy returns all that are one with a record that is there.
func usedBy(ctx context.Context, tx Tx, of don.ID) ([]don.ID, error) {
	if err := existed(ctx, tx, of); err != nil {
		return nil, err
	}
	return directory.OnOneOf(ctx, tx, []don.ID{of})
}

// Usage returns what the events of a record come to. Errors: not_found for it.
func (s *Service) Usage(ctx context.Context, sc org.Scope, of don.ID) (usage.Summary, time.Time, error) {
	var got usage.Summary
	var at time.Time
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		one, err := usedBy(ctx, tx, of)
		if err != nil {
			return err
		}
		at = tx.Now()
		tallies, err := tx.Tallies(ctx, one, usage.DayOf(at)-usage.ShownDays+1, usage.MaxTallies)
		got = usage.Sum(tallies, at)
		return err
	})
	return got, at, err
}
