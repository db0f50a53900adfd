package desk

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/link"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/timeline"
)

type noticeTx interface {
	Subscriptions(ctx context.Context, of don.ID) ([]timeline.Subscription, error)
	Follow(ctx context.Context, of don.ID, memberN int64) error
	Subscribe(ctx context.Context, of don.ID, memberN int64, off bool) error
	Notices(ctx context.Context, memberN int64, unread bool, below int64, limit int) ([]timeline.Notice, error)
	Notice(ctx context.Context, memberN, id int64) (timeline.Notice, error)
	CountUnread(ctx context.Context, memberN int64, limit int) (int, error)
	MarkRead(ctx context.Context, memberN int64, ids []int64, all bool) error
}

// named returns the members whom a comment names and who may read it.
func named(c *timeline.Comment) []int64 {
	var out []int64
	for _, id := range Mentions(c.Body) {
		if id.Type == don.Member && c.ReadableBy(id.Tail()) {
			out = append(out, id.N)
		}
	}
	return out[:min(len(out), timeline.MaxTold)]
}

// spread tells members of a comment: those whom it names and those in whose thread
// it answers when a member wrote it, and of what a customer says those who follow
// the conversation or ticket. Who writes and who is named follows the record from then on.
func spread(ctx context.Context, tx Tx, c *timeline.Comment) error {
	author := tx.Scope().Actor
	if author.Type != don.Member {
		if c.Of.Type != don.Conversation && c.Of.Type != don.Ticket || !c.Shown() {
			return nil
		}
		followers, err := subscribers(ctx, tx, c.Of)
		if err != nil {
			return err
		}
		return directory.Tell(ctx, tx, timeline.Replied, c.Of, c.ID, followers)
	}
	if err := tx.Follow(ctx, c.Of, author.N); err != nil {
		return err
	}
	if err := mentioned(ctx, tx, c, named(c)); err != nil {
		return err
	}
	return answered(ctx, tx, c)
}

// mentioned tells members that a comment names them.
func mentioned(ctx context.Context, tx Tx, c *timeline.Comment, members []int64) error {
	if len(members) == 0 || c.BodyType == timeline.Data {
		return nil
	}
	known, err := tx.MembersByN(ctx, members)
	if err != nil {
		return err
	}
	members = slices.DeleteFunc(members, func(n int64) bool { _, there := known[n]; return !there })
	for _, n := range members {
		if err := tx.Follow(ctx, c.Of, n); err != nil {
			return err
		}
	}
	return directory.Tell(ctx, tx, timeline.Mentioned, c.Of, c.ID, members)
}

// mentionedAnew tells the members whom a comment names only since it was changed.
func mentionedAnew(ctx context.Context, tx Tx, before, after *timeline.Comment) error {
	was := named(before)
	return mentioned(ctx, tx, after, slices.DeleteFunc(named(after), func(n int64) bool { return slices.Contains(was, n) }))
}

// ownersOf returns the owners of a record that is there.
func ownersOf(ctx context.Context, tx Tx, of don.ID) ([]int64, error) {
	switch of.Type {
	case don.Conversation:
		c, err := conversationNow(ctx, tx, of.N, false)
		if err != nil {
			return nil, err
		}
		return c.Owners, nil
	case don.Ticket, don.Opportunity:
		w, err := tx.Work(ctx, of, false)
		if err != nil {
			return nil, err
		}
		return w.Owners, nil
	default: // customers
	}
	names, err := directory.LoadNames(ctx, tx, of)
	switch {
	case err != nil:
		return nil, err
	case !names.Has(of):
		return nil, errs.Gone(of.Display())
	case of.Type == don.Contact:
		return names.Contacts[of.N].Owners, nil
	case of.Type == don.Account:
		return names.Accounts[of.N].Owners, nil
	default:
		return names.Workspaces[of.N].Owners, nil
	}
}

// subscribers returns the members who are told about a record, by number: its
// owners and those who follow it or what was merged into it, but for those who
// said last that they do not want to be told.
func subscribers(ctx context.Context, tx Tx, of don.ID) ([]int64, error) {
	out, err := ownersOf(ctx, tx, of)
	if err != nil {
		return nil, err
	}
	out = slices.Clone(out)
	one, err := directory.OnOneOf(ctx, tx, []don.ID{of})
	if err != nil {
		return nil, err
	}
	latest := map[int64]timeline.Subscription{}
	for _, id := range one {
		list, err := tx.Subscriptions(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			if l, known := latest[s.MemberN]; !known || s.At.After(l.At) {
				latest[s.MemberN] = s
			}
		}
	}
	for n, s := range latest {
		out = slices.DeleteFunc(out, func(o int64) bool { return o == n })
		if !s.Off {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// Subscribers returns a page of the members who are told about a record, by
// number, behind the one given. Errors: not_found for the record.
func (s *Service) Subscribers(ctx context.Context, sc org.Scope, of don.ID, behind int64, limit int) (directory.Page[int64], error) {
	var got directory.Page[int64]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		if err := existed(ctx, tx, of); err != nil {
			return err
		}
		now, err := directory.NowOf(ctx, tx, []don.ID{of})
		if err != nil {
			return err
		}
		all, err := subscribers(ctx, tx, now[0])
		if err != nil {
			return err
		}
		known, err := tx.MembersByN(ctx, all)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(n int64) bool { _, there := known[n]; return !there })
		rows := rowsAt(all, func(n int64) int64 { return n }, behind, false, limit)
		got, err = directory.PageWith(ctx, tx, func(w *directory.Wanted, n int64) { w.Members([]int64{n}) }, directory.Query{Edge: edgeAt(behind)}, rows)
		return err
	})
	return got, err
}

// ChangeSubscribers lets members be told about a record, and others no longer.
// Errors: not_found for the record and for members.
func (s *Service) ChangeSubscribers(ctx context.Context, sc org.Scope, of don.ID, add, remove []int64) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		if err := existed(ctx, tx, of); err != nil {
			return err
		}
		now, err := directory.NowOf(ctx, tx, []don.ID{of})
		if err != nil {
			return err
		}
		for _, list := range []struct {
			field   string
			members []int64
			off     bool
		}{{"subscribers.add", add, false}, {"subscribers.remove", remove, true}} {
			var known []int64
			if err := directory.SetMembers(ctx, tx, list.field, &known, &list.members); err != nil {
				return err
			}
			for _, n := range known {
				if err := tx.Subscribe(ctx, now[0], n, list.off); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Notices are some of what a member was told.
type Notices struct {
	directory.Page[timeline.Notice]
	Titles map[don.ID]link.End // of the conversations and works among the records
}

// Notices returns what the caller was told, the latest first: those below an id, 0
// for the latest of all.
func (s *Service) Notices(ctx context.Context, sc org.Scope, unread bool, below int64, limit int) (Notices, error) {
	var got Notices
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		all, err := tx.Notices(ctx, sc.Actor.N, unread, below, limit+1)
		if err != nil {
			return err
		}
		got, err = shownNotices(ctx, tx, directory.Rows[timeline.Notice]{Items: all[:min(limit, len(all))], More: len(all) > limit})
		return err
	})
	return got, err
}

// shownNotices completes a page with what its notices refer to.
func shownNotices(ctx context.Context, tx Tx, rows directory.Rows[timeline.Notice]) (out Notices, err error) {
	var of []don.ID
	for _, n := range rows.Items {
		of = append(of, n.Of)
		rows.Last = []any{n.ID}
	}
	if out.Titles, err = ends(ctx, tx, of); err != nil {
		return out, err
	}
	out.Page, err = directory.PageWith(ctx, tx, func(w *directory.Wanted, n timeline.Notice) {
		w.Tails(n.Actor)
		w.IDs(n.Of)
	}, directory.Query{}, rows)
	return out, err
}

// CountNotices returns how many notices the caller has not read.
func (s *Service) CountNotices(ctx context.Context, sc org.Scope) (directory.Counted, error) {
	var out directory.Counted
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		n, err := tx.CountUnread(ctx, sc.Actor.N, directory.CountCap+1)
		out = directory.Counted{N: min(n, directory.CountCap), More: n > directory.CountCap}
		return err
	})
	return out, err
}

// ReadNotices notes that the caller has read notices: those with the ids, or all.
func (s *Service) ReadNotices(ctx context.Context, sc org.Scope, ids []int64, all bool) error {
	return s.db.Write(ctx, sc, func(tx Tx) error { return tx.MarkRead(ctx, sc.Actor.N, ids, all) })
}
