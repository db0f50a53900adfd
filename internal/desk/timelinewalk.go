package desk

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/timeline"
)

// TimelineQuery says which entries of a record.
type TimelineQuery struct {
	Of           don.ID
	Thread       int64                 // the comment on the record whose answers are wanted, 0 for the record's entries
	Comments     bool                  // whether comments are among them
	Events       bool                  // whether changes are
	Visibilities []timeline.Visibility // none: all
	Labels       []string              // none: all, else with any of these
	Edge         int64                 // the id beside the page, 0 at an end
	Backward     bool                  // the page lies before the edge, or at the end
	Limit        int
}

// takes reports whether an entry is asked for.
func (q TimelineQuery) takes(i timeline.Item, reader org.Scope, now time.Time) bool {
	v, labels := timeline.Internal, []string(nil)
	if c := i.Comment; c != nil {
		if c.Over(now) || !reads(reader, c) {
			return false
		}
		v, labels = c.Visibility, c.Labels
	}
	return (len(q.Visibilities) == 0 || slices.Contains(q.Visibilities, v)) &&
		(len(q.Labels) == 0 || slices.ContainsFunc(q.Labels, func(l string) bool { return slices.Contains(labels, l) }))
}

// Timeline returns a page of a record's entries, the oldest first: of all
// records that are one with it. Its edges are ids.
func (s *Service) Timeline(ctx context.Context, sc org.Scope, q TimelineQuery) (directory.Page[timeline.Item], error) {
	var got directory.Page[timeline.Item]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		all, err := walked(ctx, tx, q)
		if err != nil {
			return err
		}
		q := q
		q.Events = q.Events && !byCustomer(sc) && q.Thread == 0
		if q.Thread == 0 && byCustomer(sc) { // who sees no threads
			q.Thread = timeline.Whole
		}
		m := &merging{ctx: ctx, tx: tx, q: q}
		m.add(all)
		rows, err := m.page()
		if err != nil {
			return err
		}
		if err := withMore(ctx, tx, rows.Items...); err != nil {
			return err
		}
		if err := nameLinks(ctx, tx, rows.Items); err != nil {
			return err
		}
		got, err = directory.PageWith(ctx, tx, wantItem, directory.Query{Edge: edgeAt(q.Edge), Backward: q.Backward}, rows)
		return err
	})
	return got, err
}

// walked returns the records whose entries make a timeline, or that of a thread.
func walked(ctx context.Context, tx Tx, q TimelineQuery) ([]don.ID, error) {
	if q.Thread != 0 {
		_, err := readable(ctx, tx, don.Child{Of: q.Of, Kind: don.Comment, N: q.Thread}, false)
		return []don.ID{q.Of}, err
	}
	if err := existed(ctx, tx, q.Of); err != nil {
		return nil, err
	}
	return readableParts(ctx, tx, q.Of)
}

// existed is exists for reading: also what was merged away has its timeline.
func existed(ctx context.Context, tx Tx, of don.ID) error {
	now, err := directory.NowOf(ctx, tx, []don.ID{of})
	if err != nil {
		return err
	}
	if err := exists(ctx, tx, now[0]); !errs.Is(err, errs.NotFound) {
		return err
	}
	return errs.Gone(of.Display())
}

// merging reads several walks along ids as one.
type merging struct {
	ctx   context.Context
	tx    Tx
	q     TimelineQuery
	of    []don.ID
	walks []*walk
}

// walk is one of them: the comments or the changes of one record.
type walk struct {
	read func(edge int64, limit int) ([]timeline.Item, error)
	edge int64
	rows []timeline.Item // read and not taken yet
	over bool            // nothing follows the rows
}

// batch is how many entries of one walk are read at a time, at least.
const batch = 50

// twice reports whether an entry tells of a merge that the other conversation, which is
// read too, tells of as well.
func (m *merging) twice(i timeline.Item) bool {
	return i.Event != nil && i.Event.Merge != nil && i.Event.Of == i.Event.Merge.Secondary && slices.Contains(m.of, i.Event.Merge.Primary)
}

func (m *merging) add(of []don.ID) {
	m.of = of
	edge := m.q.Edge
	if edge == 0 && m.q.Backward {
		edge = math.MaxInt64
	}
	for _, id := range of {
		if m.q.Comments {
			m.walks = append(m.walks, &walk{edge: edge, read: func(edge int64, limit int) ([]timeline.Item, error) {
				rows, err := m.tx.Comments(m.ctx, id, m.q.Thread, edge, m.q.Backward, limit)
				return items(rows, func(c *timeline.Comment) timeline.Item { return timeline.Item{Comment: c} }), err
			}})
		}
		if m.q.Events {
			m.walks = append(m.walks, &walk{edge: edge, read: func(edge int64, limit int) ([]timeline.Item, error) {
				rows, err := m.tx.Events(m.ctx, id, edge, m.q.Backward, limit)
				return items(rows, func(e *timeline.Event) timeline.Item { return timeline.Item{Event: e} }), err
			}})
		}
	}
}

func items[T any](rows []T, of func(T) timeline.Item) []timeline.Item {
	out := make([]timeline.Item, len(rows))
	for i, r := range rows {
		out[i] = of(r)
	}
	return out
}

// next returns the next entry of all walks; ok is false behind the last one.
func (m *merging) next() (item timeline.Item, ok bool, err error) {
	var first *walk
	for _, w := range m.walks {
		if len(w.rows) == 0 && !w.over {
			limit := max(batch/len(m.walks), m.q.Limit+1)
			if w.rows, err = w.read(w.edge, limit); err != nil {
				return item, false, err
			}
			w.over = len(w.rows) < limit
		}
		if len(w.rows) > 0 && (first == nil || (w.rows[0].ID() < first.rows[0].ID()) != m.q.Backward) {
			first = w
		}
	}
	if first == nil {
		return item, false, nil
	}
	item, first.rows = first.rows[0], first.rows[1:]
	first.edge = item.ID()
	return item, true, nil
}

// page gathers the entries asked for.
func (m *merging) page() (directory.Rows[timeline.Item], error) {
	var out directory.Rows[timeline.Item]
	for {
		item, ok, err := m.next()
		if err != nil {
			return out, err
		}
		if !ok {
			break
		}
		if !m.q.takes(item, m.tx.Scope(), m.tx.Now()) || m.twice(item) {
			continue
		}
		if len(out.Items) == m.q.Limit {
			out.More = true
			break
		}
		out.Items = append(out.Items, item)
	}
	if m.q.Backward {
		slices.Reverse(out.Items)
	}
	if n := len(out.Items); n > 0 {
		out.First, out.Last = []any{out.Items[0].ID()}, []any{out.Items[n-1].ID()}
	}
	return out, nil
}
