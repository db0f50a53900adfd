package usage

import (
	"cmp"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/don"
)

// Sum puts tallies of one record, and of all that are one with it, together.
func Sum(all []Tally, now time.Time) Summary {
	out := Summary{Days: make([]int64, ShownDays), More: len(all) >= MaxTallies}
	today := DayOf(now)
	names := map[string]*Named{}
	for _, t := range all {
		if t.Day == EverDay {
			out.ever(t)
			continue
		}
		at := ShownDays - 1 - (today - t.Day)
		if at < 0 {
			continue
		}
		out.Days[min(at, ShownDays-1)] += t.N // what a clock puts just behind midnight is of today
		n := names[t.Name]
		if n == nil {
			n = &Named{Name: t.Name}
			names[t.Name] = n
		}
		n.N += t.N
		if t.Last.After(n.Last) {
			n.Last = t.Last
		}
	}
	for _, n := range names {
		out.Names = append(out.Names, *n)
	}
	slices.SortFunc(out.Names, func(a, b Named) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name)) })
	if len(out.Names) > ShownNames {
		out.Names, out.More = out.Names[:ShownNames], true
	}
	return out
}

func (s *Summary) ever(t Tally) {
	if s.N == 0 || t.First.Before(s.First) {
		s.First = t.First
	}
	if t.Last.After(s.Last) {
		s.Last = t.Last
	}
	s.N += t.N
}

// Tallies counts events for each record that they are about, by day and name
// and for all time, in the order in which their rows are written.
func Tallies(events []*Event) []Tally {
	sums := map[place]*Tally{}
	for _, e := range events {
		for _, of := range e.about() {
			add(sums, place{of, DayOf(e.At), e.Name}, e.At)
			add(sums, place{of, EverDay, ""}, e.At)
		}
	}
	out := make([]Tally, 0, len(sums))
	for _, t := range sums {
		out = append(out, *t)
	}
	// Whoever counts takes the rows in one order, so that nobody waits in a circle.
	slices.SortFunc(out, func(a, b Tally) int {
		return cmp.Or(cmp.Compare(a.Of.Type, b.Of.Type), cmp.Compare(a.Of.N, b.Of.N), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Name, b.Name))
	})
	return out
}

type place struct {
	of   don.ID
	day  int64
	name string
}

func add(sums map[place]*Tally, p place, at time.Time) {
	t := sums[p]
	if t == nil {
		t = &Tally{Of: p.of, Day: p.day, Name: p.name, First: at, Last: at}
		sums[p] = t
	}
	t.N++
	if at.Before(t.First) {
		t.First = at
	}
	if at.After(t.Last) {
		t.Last = at
	}
}

// about returns the records that an event is counted for.
func (e *Event) about() []don.ID {
	out := []don.ID{don.Of(don.Contact, e.ContactN)}
	if e.AccountN != 0 {
		out = append(out, don.Of(don.Account, e.AccountN))
	}
	if e.WorkspaceN != 0 {
		out = append(out, don.Of(don.Workspace, e.WorkspaceN))
	}
	return out
}
