package directory

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/org"
)

// Periods are the lengths of time by which records are grouped.
var Periods = []string{"day", "week", "month"}

// GroupDates counts records by the period in which they were made or last changed
// (field is created or modified), the latest first, in the time zone of the
// filter. Periods without records are left out. Before is the first day of the
// period that the page before ended with, "" for the first page; next is that of
// this page, "" on the last one.
func (s *Service) GroupDates(ctx context.Context, sc org.Scope, leaf don.Type, where Where, field, period, before string, limit int) (groups []Group, next string, err error) {
	if field != fieldCreated && field != fieldModified || !slices.Contains(Periods, period) {
		return nil, "", errs.NotPermitted("group_by", "%q is no way to group by a date; write created:day, created:week or created:month, or the same of modified", clip(field+":"+period))
	}
	zone := where.Zone
	if zone == nil {
		zone = time.UTC
	}
	for {
		until := where.Tree
		if before != "" {
			until = both(until, filter.Node{Op: filter.Lt, Field: field, Values: []string{before}})
		}
		last, err := s.latest(ctx, sc, leaf, Where{Tree: until, Zone: where.Zone, At: where.At}, field)
		if err != nil || last == nil {
			return groups, "", err
		}
		if len(groups) == limit {
			return groups, before, nil
		}
		first, end := periodOf(last.In(zone), period)
		before = first.Format(time.DateOnly)
		in := filter.Node{Op: filter.Between, Field: field, Values: []string{before, end.Format(time.DateOnly)}}
		if before == in.Values[1] {
			in = filter.Node{Op: filter.Eq, Field: field, Values: []string{before}}
		}
		n, err := s.Count(ctx, sc, SoughtBy(leaf, Where{Tree: both(where.Tree, in), Zone: where.Zone, At: where.At}))
		if err != nil {
			return nil, "", err
		}
		groups = append(groups, Group{Value: before, Label: labelOf(first, period), Filter: filter.Format(in), Count: n.N, More: n.More})
	}
}

func both(a, b filter.Node) filter.Node {
	return filter.Node{Op: filter.And, Nodes: []filter.Node{a, b}}.Canonical()
}

// periodOf returns the first and the last day of the period that a time lies in.
func periodOf(t time.Time, period string) (first, last time.Time) {
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	switch period {
	case "week": // begins on Monday
		first = day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
		return first, first.AddDate(0, 0, 6)
	case "month":
		first = day.AddDate(0, 0, 1-day.Day())
		return first, first.AddDate(0, 1, -1)
	}
	return day, day
}

func labelOf(first time.Time, period string) string {
	if period == "month" {
		return first.Format("January 2006")
	}
	return first.Format("2 January 2006")
}

// latest returns the latest date of the records that meet a filter, nil when none do.
func (s *Service) latest(ctx context.Context, sc org.Scope, leaf don.Type, where Where, field string) (*time.Time, error) {
	q := Query{Sorts: []Sort{{Field: field + "_date", Desc: true}}, Limit: 1, Where: where}
	switch leaf {
	case don.Account:
		p, err := s.ListAccounts(ctx, sc, account.Filter{}, q)
		return dateOf(p, err, field, func(a *account.Account) (created, modified time.Time) { return a.CreatedAt, a.ModifiedAt })
	case don.Workspace:
		p, err := s.ListWorkspaces(ctx, sc, account.WorkspaceFilter{}, nil, q)
		return dateOf(p, err, field, func(w *account.Workspace) (created, modified time.Time) { return w.CreatedAt, w.ModifiedAt })
	default: // don.Contact
		p, err := s.ListContacts(ctx, sc, contact.Filter{}, q)
		return dateOf(p, err, field, func(c *contact.Contact) (created, modified time.Time) { return c.CreatedAt, c.ModifiedAt })
	}
}

// dateOf returns one of the dates of a page's first record, nil when it has none.
func dateOf[T any](p Page[T], err error, field string, dates func(T) (created, modified time.Time)) (*time.Time, error) {
	if err != nil || len(p.Items) == 0 {
		return nil, err
	}
	created, modified := dates(p.Items[0])
	if field == fieldModified {
		return &modified, nil
	}
	return &created, nil
}
