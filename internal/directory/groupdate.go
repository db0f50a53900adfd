package directory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
)

// Periods are the lengths of time by which records are grouped.
var Periods = []string{"day", "week", "month"}

// byDate is a field of dates by which records are grouped, as created:month.
type byDate struct {
	field, period string
	zone          *time.Location // in which its periods begin
	of            func(schema.Values) *time.Time
}

// byDateOf reads a field and a period of the records of a kind: created, modified
// or a custom date or timestamp. Errors: invalid, of the parameter at.
func (g *catalogue) byDateOf(at string, leaf don.Type, field, period string, zone *time.Location) (byDate, error) {
	out := byDate{field: field, period: period, zone: cmp.Or(zone, time.UTC)}
	f, known := g.of(leaf).Fields[field]
	if g.err != nil {
		return out, g.err
	}
	custom := strings.Contains(f.Name, "__")
	dated := known && !f.Multi && (f.Type == filter.Date || f.Type == filter.Time)
	if !dated || !slices.Contains(Periods, period) {
		return out, errs.NotPermitted(at, "%q is no way to group by a date; write created:day, created:week or created:month, or the same of modified or of a filterable custom date", clip(field+":"+period))
	}
	if out.field = f.Name; !custom {
		if onDesk(leaf) && !slices.Contains([]string{fieldCreated, fieldModified, fieldLastMessage}, f.Name) {
			return out, errs.NotPermitted(at, "%q is no date to group by; use created, modified or, of conversations, last_message", clip(field))
		}
		return out, nil
	}
	def, _ := g.set(leaf).Field(field)
	if why := def.Ungrouped(); why != "" {
		return out, errs.NotPermitted(at, "%q %s", clip(field), why)
	}
	if f.Type == filter.Date {
		out.zone = time.UTC // a day is the same everywhere
	}
	env := env(g.tx.Scope())
	out.of = func(v schema.Values) *time.Time {
		if values := v.FilterValues(field, def, env); len(values) > 0 {
			return &values[0].Time
		}
		return nil
	}
	return out, nil
}

// GroupDates counts records by the period in which they were made or last changed
// (field is created or modified) or in which a custom date lies, the latest first,
// in the time zone of the filter. Periods without records are left out; those
// without a custom date come last. Before is the first day of the period that the
// page before ended with, "" for the first page; next is that of this page, "" on
// the last one. Errors: invalid.
func (s *Service) GroupDates(ctx context.Context, sc org.Scope, leaf don.Type, where Where, field, period, before string, limit int) (groups []Group, next string, err error) {
	var by byDate
	err = s.db.Read(ctx, sc, func(tx Tx) (err error) {
		by, err = (&catalogue{ctx: ctx, tx: tx}).byDateOf(groupBy, leaf, field, period, where.Zone)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	field = by.field
	for {
		until := where.Tree
		if before != "" {
			until = both(until, filter.Node{Op: filter.Lt, Field: field, Values: []string{before}})
		}
		last, err := s.latest(ctx, sc, leaf, Where{Tree: until, Zone: where.Zone, At: where.At}, by)
		if err != nil || last == nil && by.of == nil {
			return groups, "", err
		}
		var g Group
		var in filter.Node
		first := before
		if last == nil {
			in = filter.Node{Op: filter.Empty, Field: field}
		} else {
			begin, end := periodOf(last.In(by.zone), period)
			first = begin.Format(time.DateOnly)
			g.Value, g.Label = first, labelOf(begin, period)
			if in = (filter.Node{Op: filter.Between, Field: field, Values: []string{first, end.Format(time.DateOnly)}}); first == in.Values[1] {
				in = filter.Node{Op: filter.Eq, Field: field, Values: []string{first}}
			}
		}
		if len(groups) == limit && last != nil {
			return groups, before, nil
		}
		n, err := s.Count(ctx, sc, SoughtBy(leaf, Where{Tree: both(where.Tree, in), Zone: where.Zone, At: where.At}))
		switch {
		case err != nil || last == nil && n.N == 0:
			return groups, "", err
		case len(groups) == limit:
			return groups, before, nil
		}
		before = first
		g.Filter, g.Count, g.More = filter.Format(in), n.N, n.More
		if groups = append(groups, g); last == nil {
			return groups, "", nil
		}
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

// latest returns the latest date of the records that meet a filter, nil when none has one.
func (s *Service) latest(ctx context.Context, sc org.Scope, leaf don.Type, where Where, by byDate) (*time.Time, error) {
	q := Query{Sorts: []Sort{{Field: by.field, Desc: true}}, Limit: 1, Where: where}
	if by.of == nil {
		q.Sorts[0].Field += "_date"
	}
	switch leaf {
	case don.Conversation, don.Ticket, don.Opportunity:
		return s.latestOnDesk(ctx, sc, leaf, q, by)
	case don.Account:
		p, err := s.ListAccounts(ctx, sc, account.Filter{}, q)
		return dateOf(p, err, by, func(a *account.Account) (created, modified time.Time, custom schema.Values) {
			return a.CreatedAt, a.ModifiedAt, a.Custom
		})
	case don.Workspace:
		p, err := s.ListWorkspaces(ctx, sc, account.WorkspaceFilter{}, nil, q)
		return dateOf(p, err, by, func(w *account.Workspace) (created, modified time.Time, custom schema.Values) {
			return w.CreatedAt, w.ModifiedAt, w.Custom
		})
	default: // don.Contact
		p, err := s.ListContacts(ctx, sc, contact.Filter{}, q)
		return dateOf(p, err, by, func(c *contact.Contact) (created, modified time.Time, custom schema.Values) {
			return c.CreatedAt, c.ModifiedAt, c.Custom
		})
	}
}

// dateOf returns one of the dates of a page's first record, nil when it has none.
func dateOf[T any](p Page[T], err error, by byDate, dates func(T) (created, modified time.Time, custom schema.Values)) (*time.Time, error) {
	if err != nil || len(p.Items) == 0 {
		return nil, err
	}
	created, modified, custom := dates(p.Items[0])
	switch {
	case by.of != nil:
		return by.of(custom), nil
	case by.field == fieldModified:
		return &modified, nil
	}
	return &created, nil
}
