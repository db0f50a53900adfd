package desk

import (
	"cmp"
	"context"
	"slices"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/link"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/ticket"
	"github.com/kith-id/kith/internal/timeline"
)

type linkTx interface {
	Link(ctx context.Context, n int64, lock bool) (*link.Link, error)
	LinksOf(ctx context.Context, of don.ID, limit int) ([]*link.Link, error)
	InsertLink(ctx context.Context, l *link.Link) error
	DeleteLink(ctx context.Context, l *link.Link) error
	Conversations(ctx context.Context, ns []int64, lock bool) (map[int64]*conversation.Conversation, error)
	Works(ctx context.Context, ids []don.ID) (map[don.ID]*ticket.Work, error)
}

// LinkFound is a link with the records that it refers to.
type LinkFound = directory.Found[*link.Link]

func wantLink(w *directory.Wanted, l *link.Link) {
	w.Tails(l.CreatedBy, l.ModifiedBy)
	w.Members(l.Source.Owners)
	w.Members(l.Target.Owners)
}

// ends looks up what records, as what they are now, are called that links have at their
// ends. It returns those of them that are there.
func ends(ctx context.Context, tx Tx, ids []don.ID) (map[don.ID]link.End, error) {
	now, err := directory.NowOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var conversations []int64
	var works []don.ID
	for _, id := range now {
		switch id.Type {
		case don.Conversation:
			conversations = append(conversations, id.N)
		case don.Ticket, don.Opportunity:
			works = append(works, id)
		default: // others are known by their names
		}
	}
	known := make(map[don.ID]link.End, len(ids))
	cs, err := tx.Conversations(ctx, conversations, false)
	if err != nil {
		return nil, err
	}
	for n, c := range cs {
		id := don.Of(don.Conversation, n)
		known[id] = link.End{ID: id, Title: c.Title, Owners: c.Owners}
	}
	ws, err := tx.Works(ctx, works)
	for id, w := range ws {
		known[id] = link.End{ID: id, Title: w.Title, Owners: w.Owners}
	}
	out := make(map[don.ID]link.End, len(ids))
	for i, id := range ids {
		if end, there := known[now[i]]; there {
			out[id] = end
		}
	}
	return out, err
}

// whole completes links with what their records are called, and leaves out those
// of which a record is not there.
func whole(ctx context.Context, tx Tx, links []*link.Link) ([]*link.Link, error) {
	var ids []don.ID
	for _, l := range links {
		ids = append(ids, l.Source.ID, l.Target.ID)
	}
	known, err := ends(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var out []*link.Link
	for _, l := range links {
		source, one := known[l.Source.ID]
		target, two := known[l.Target.ID]
		if one && two && source.ID != target.ID { // else they have been merged
			l.Source, l.Target = source, target
			out = append(out, l)
		}
	}
	return out, nil
}

// nameLinks completes the links that entries of a timeline tell of. Of a record that
// is not there any more only the id is told.
func nameLinks(ctx context.Context, tx Tx, items []timeline.Item) error {
	var ids []don.ID
	var told []*link.Link
	for _, i := range items {
		if i.Event != nil && i.Event.Link != nil {
			told = append(told, i.Event.Link)
			ids = append(ids, i.Event.Link.Source.ID, i.Event.Link.Target.ID)
		}
	}
	if len(told) == 0 {
		return nil
	}
	known, err := ends(ctx, tx, ids)
	for _, l := range told {
		for _, end := range []*link.End{&l.Source, &l.Target} {
			if k, there := known[end.ID]; there {
				*end = k
			}
		}
	}
	return err
}

// lockEnds makes sure that both records of a link are there and stay so until the
// transaction ends; always in the same order, lest two wait for each other.
func lockEnds(ctx context.Context, tx Tx, l *link.Link) error {
	both := []don.ID{l.Source.ID, l.Target.ID}
	slices.SortFunc(both, func(a, b don.ID) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.N, b.N)) })
	for _, id := range both {
		var err error
		if id.Type == don.Conversation {
			_, err = conversationNow(ctx, tx, id.N, true)
		} else {
			_, err = tx.Work(ctx, id, true)
		}
		if err != nil {
			return directory.InField(l.FieldOf(id), err)
		}
	}
	return nil
}

// allLinks returns the links of a record and of all that is one with it, by number, as
// of what their records are now.
func allLinks(ctx context.Context, tx Tx, of don.ID) ([]*link.Link, error) {
	parts, err := directory.OnOneOf(ctx, tx, []don.ID{of})
	if err != nil {
		return nil, err
	}
	var all []*link.Link
	var ids []don.ID
	for _, id := range parts {
		more, err := tx.LinksOf(ctx, id, link.Max+1)
		if err != nil {
			return nil, err
		}
		for _, l := range more {
			all, ids = append(all, l), append(ids, l.Source.ID, l.Target.ID)
		}
	}
	now, err := directory.NowOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for i, l := range all {
		l.Source.ID, l.Target.ID = now[2*i], now[2*i+1]
	}
	slices.SortFunc(all, func(a, b *link.Link) int { return cmp.Compare(a.N, b.N) })
	return slices.CompactFunc(all, func(a, b *link.Link) bool { return a.N == b.N }), nil
}

// linksOf is allLinks without those between what is one now, and each once: those of
// several parts may say the same.
func linksOf(ctx context.Context, tx Tx, of don.ID) ([]*link.Link, error) {
	all, err := allLinks(ctx, tx, of)
	var out []*link.Link
	for _, l := range all {
		if l.Source.ID != l.Target.ID && !slices.ContainsFunc(out, func(o *link.Link) bool { return says(o, l) }) {
			out = append(out, l)
		}
	}
	return out, err
}

// says reports whether two links say the same of the same records.
func says(a, b *link.Link) bool {
	return a.Type == b.Type && a.Source.ID == b.Source.ID && a.Target.ID == b.Target.ID
}

// sameLinks returns all links that say the same as one that is there.
func sameLinks(ctx context.Context, tx Tx, l *link.Link) ([]*link.Link, error) {
	all, err := allLinks(ctx, tx, l.Source.ID)
	return slices.DeleteFunc(all, func(o *link.Link) bool { return !says(o, l) }), err
}

// standing returns the link that says the same as a new one, nil when there is
// none. Errors: invalid when the new one cannot be true beside those that stand,
// or is one too many.
func standing(ctx context.Context, tx Tx, l *link.Link, but int64) (*link.Link, error) {
	for _, id := range []don.ID{l.Source.ID, l.Target.ID} {
		all, err := linksOf(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(all, func(o *link.Link) bool { return o.N == but })
		for _, o := range all {
			if o.Other(id) != l.Other(id) {
				continue
			}
			same, err := l.Beside(o)
			if same || err != nil {
				return o, err
			}
		}
		if len(all) >= link.Max {
			return nil, errs.BadRequest("%s has %d links, and more are not allowed; delete one first", id.Display(), len(all))
		}
	}
	return nil, nil
}

// CreateLink links two records. One that stands already is returned as it is.
// Errors: invalid, not_found for a record.
func (s *Service) CreateLink(ctx context.Context, sc org.Scope, l link.Link) (LinkFound, error) {
	return s.putLink(ctx, sc, l, func(tx Tx, l *link.Link) (*link.Link, error) {
		same, err := standing(ctx, tx, l, 0)
		if same != nil || err != nil {
			return same, err
		}
		if l.N, err = tx.Next(ctx, don.Link, 1); err != nil {
			return nil, err
		}
		return l, tx.InsertLink(ctx, l)
	})
}

// ReplaceLink puts another link in the place of one, under its number. Errors:
// invalid, not_found, conflict when a third says the same.
func (s *Service) ReplaceLink(ctx context.Context, sc org.Scope, n int64, l link.Link) (LinkFound, error) {
	return s.putLink(ctx, sc, l, func(tx Tx, l *link.Link) (*link.Link, error) {
		before, err := linkThere(ctx, tx, n, true)
		if err != nil {
			return nil, err
		}
		same, err := standing(ctx, tx, l, n)
		switch {
		case err != nil:
			return nil, err
		case same != nil:
			return nil, errs.Clash("target", "%s says that already; delete one of the two", don.Of(don.Link, same.N).Display())
		case l.Type == before.Type && l.Source.ID == before.Source.ID && l.Target.ID == before.Target.ID:
			return before, nil
		}
		if err := tx.DeleteLink(ctx, before); err != nil {
			return nil, err
		}
		l.N, l.CreatedAt, l.CreatedBy = n, before.CreatedAt, before.CreatedBy
		return l, tx.InsertLink(ctx, l)
	})
}

func (s *Service) putLink(ctx context.Context, sc org.Scope, l link.Link, put func(Tx, *link.Link) (*link.Link, error)) (LinkFound, error) {
	var got LinkFound
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		fresh := l
		now, err := directory.NowOf(ctx, tx, []don.ID{l.Source.ID, l.Target.ID})
		if err != nil {
			return err
		}
		fresh.Source.ID, fresh.Target.ID = now[0], now[1]
		if err := fresh.Check(); err != nil {
			return err
		}
		fresh.CreatedAt, fresh.CreatedBy, fresh.ModifiedAt, fresh.ModifiedBy = tx.Now(), sc.Actor.Tail(), tx.Now(), sc.Actor.Tail()
		if err := lockEnds(ctx, tx, &fresh); err != nil {
			return err
		}
		made, err := put(tx, &fresh)
		if err != nil {
			return err
		}
		got, err = linkFound(ctx, tx, made)
		return err
	})
	return got, err
}

func linkFound(ctx context.Context, tx Tx, l *link.Link) (LinkFound, error) {
	if _, err := whole(ctx, tx, []*link.Link{l}); err != nil {
		return LinkFound{}, err
	}
	return directory.FoundWith(ctx, tx, wantLink, l)
}

// linkThere returns a link both of whose records are there, or not_found.
func linkThere(ctx context.Context, tx Tx, n int64, lock bool) (*link.Link, error) {
	l, err := tx.Link(ctx, n, lock)
	if lock && errs.Is(err, errs.NotFound) {
		// A transaction that it waited for may have put another one in its place.
		l, err = tx.Link(ctx, n, lock)
	}
	if err != nil {
		return nil, err
	}
	there, err := whole(ctx, tx, []*link.Link{l})
	if err == nil && len(there) == 0 {
		err = errs.Gone(don.Of(don.Link, n).Display())
	}
	return l, err
}

// GetLink returns one link or not_found.
func (s *Service) GetLink(ctx context.Context, sc org.Scope, n int64) (LinkFound, error) {
	var got LinkFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		l, err := linkThere(ctx, tx, n, false)
		if err != nil {
			return err
		}
		got, err = directory.FoundWith(ctx, tx, wantLink, l)
		return err
	})
	return got, err
}

// DeleteLink takes a link away. Errors: not_found.
func (s *Service) DeleteLink(ctx context.Context, sc org.Scope, n int64) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		l, err := linkThere(ctx, tx, n, true)
		if err != nil {
			return err
		}
		same, err := sameLinks(ctx, tx, l)
		if err != nil {
			return err
		}
		for _, l := range same {
			if err := tx.DeleteLink(ctx, l); err != nil {
				return err
			}
		}
		return nil
	})
}

// LinkQuery says which links of a record.
type LinkQuery struct {
	Of               don.ID
	Outbound, Inward bool       // links of which it is the source, and the target
	Types            []string   // none: all
	Others           []don.Type // of the record at the other end; none: all
	Edge             int64      // the link's number beside the page, 0 at an end
	Backward         bool       // the page lies before the edge, or at the end
	Limit            int
}

func (q LinkQuery) takes(l *link.Link) bool {
	return (q.Outbound && l.Source.ID == q.Of || q.Inward && l.Target.ID == q.Of) &&
		(len(q.Types) == 0 || slices.Contains(q.Types, l.Type)) && (len(q.Others) == 0 || slices.Contains(q.Others, l.Other(q.Of).Type))
}

// Links returns a page of a record's links, in the order in which they were made.
// Its edges are the links' numbers. Errors: not_found for the record.
func (s *Service) Links(ctx context.Context, sc org.Scope, q LinkQuery) (directory.Page[*link.Link], error) {
	var got directory.Page[*link.Link]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		if err := exists(ctx, tx, q.Of); err != nil {
			return err
		}
		now, err := directory.NowOf(ctx, tx, []don.ID{q.Of})
		if err != nil {
			return err
		}
		q := q
		q.Of = now[0]
		all, err := linksOf(ctx, tx, q.Of)
		if err != nil {
			return err
		}
		if all, err = whole(ctx, tx, slices.DeleteFunc(all, func(l *link.Link) bool { return !q.takes(l) })); err != nil {
			return err
		}
		rows := rowsAt(all, func(l *link.Link) int64 { return l.N }, q.Edge, q.Backward, q.Limit)
		got, err = directory.PageWith(ctx, tx, wantLink, directory.Query{Edge: edgeAt(q.Edge), Backward: q.Backward}, rows)
		return err
	})
	return got, err
}

// rowsAt cuts the page beside an edge out of all there is, which is in the order
// of its numbers.
func rowsAt[T any](all []T, number func(T) int64, edge int64, backward bool, limit int) directory.Rows[T] {
	var out directory.Rows[T]
	if backward {
		if edge != 0 {
			all = slices.DeleteFunc(all, func(i T) bool { return number(i) >= edge })
		}
		out.More = len(all) > limit
		out.Items = all[max(0, len(all)-limit):]
	} else {
		all = slices.DeleteFunc(all, func(i T) bool { return number(i) <= edge })
		out.More = len(all) > limit
		out.Items = all[:min(limit, len(all))]
	}
	if n := len(out.Items); n > 0 {
		out.First, out.Last = []any{number(out.Items[0])}, []any{number(out.Items[n-1])}
	}
	return out
}

func edgeAt(n int64) []any {
	if n == 0 {
		return nil
	}
	return []any{n}
}
