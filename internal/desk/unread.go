package desk

import (
	"cmp"
	"context"
	"slices"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/timeline"
)

type unreadTx interface {
	Hear(ctx context.Context, n, id int64) error
	Marks(ctx context.Context, by conversation.Reader, ns []int64) (map[int64][]conversation.Mark, error)
	MarkSeen(ctx context.Context, memberN, n int64, m conversation.Mark, back bool) error
	CountHeard(ctx context.Context, n, after int64, limit int) (int, error)
	Mute(ctx context.Context, memberN, n int64, is bool) error
	Muted(ctx context.Context, memberN int64, ns []int64) ([]int64, error)
	UnreadOf(ctx context.Context, memberN int64, of don.ID, upTo int64) ([]int64, error)
}

// hear notes what a customer says, which members have not read by that.
func hear(ctx context.Context, tx Tx, c *timeline.Comment) error {
	if tx.Scope().Actor.Type != don.Contact {
		return nil
	}
	return tx.Hear(ctx, c.Of.N, c.ID)
}

// reader returns the member who calls; anybody else has read everything.
func reader(ctx context.Context, tx Tx) (conversation.Reader, bool, error) {
	me := tx.Scope().Actor
	if me.Type != don.Member {
		return conversation.Reader{}, false, nil
	}
	known, err := tx.MembersByN(ctx, []int64{me.N})
	return conversation.Reader{N: me.N, Since: known[me.N].CreatedAt}, true, err
}

// ofReader completes conversations with what the caller, a member, has to read in
// them, and which are muted.
func ofReader(ctx context.Context, tx Tx, out *Conversations) error {
	by, member, err := reader(ctx, tx)
	if err != nil || !member || len(out.Items) == 0 {
		return err
	}
	ns := make([]int64, len(out.Items))
	for i, c := range out.Items {
		ns[i] = c.N
	}
	marks, err := tx.Marks(ctx, by, ns)
	if err != nil {
		return err
	}
	out.Unread = map[int64]int{}
	for _, c := range out.Items {
		if m := marks[c.N]; c.Unread(m...) {
			if out.Unread[c.N], err = countHeard(ctx, tx, m); err != nil {
				return err
			}
		}
	}
	out.Muted, err = tx.Muted(ctx, by.N, ns)
	return err
}

// countHeard counts what a member has to read of a conversation that is unread.
func countHeard(ctx context.Context, tx Tx, marks []conversation.Mark) (int, error) {
	sum := 0
	for _, m := range marks {
		if !m.Fresh() || sum >= conversation.MaxUnread {
			continue
		}
		n, err := tx.CountHeard(ctx, m.Part, m.Seen, conversation.MaxUnread-sum)
		if err != nil {
			return 0, err
		}
		sum += max(n, 1)
	}
	return sum, nil
}

// MuteConversation stores whether the caller, a member, wants to be told nothing of
// a conversation. Errors: not_found.
func (s *Service) MuteConversation(ctx context.Context, sc org.Scope, n int64, is bool) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		c, err := conversationNow(ctx, tx, n, false)
		if err != nil {
			return err
		}
		return tx.Mute(ctx, sc.Actor.N, c.N, is)
	})
}

// ReadConversation notes that the caller, a member, has read a conversation up to
// a comment, 0 for all that there is, and with it what that member was told about
// it. It writes nothing when there was nothing to read. Errors: not_found.
func (s *Service) ReadConversation(ctx context.Context, sc org.Scope, n, upTo int64) error {
	var fresh bool
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		_, seen, notices, err := toRead(ctx, tx, n, upTo)
		fresh = len(seen) > 0 || len(notices) > 0
		return err
	})
	if err != nil || !fresh {
		return err
	}
	return s.db.Write(ctx, sc, func(tx Tx) error {
		now, seen, notices, err := toRead(ctx, tx, n, upTo)
		if err != nil {
			return err
		}
		for _, m := range seen {
			if err := tx.MarkSeen(ctx, sc.Actor.N, now, m, false); err != nil {
				return err
			}
		}
		return tx.MarkRead(ctx, sc.Actor.N, notices, false)
	})
}

// toRead returns what a look at a conversation, now with another number perhaps, is to
// store: how far it goes in each part of which the member has not read that before, and
// the notices that are read with it.
func toRead(ctx context.Context, tx Tx, n, upTo int64) (now int64, seen []conversation.Mark, notices []int64, err error) {
	c, err := conversationNow(ctx, tx, n, false)
	if err != nil {
		return 0, nil, nil, err
	}
	by, _, err := reader(ctx, tx)
	if err != nil {
		return 0, nil, nil, err
	}
	marks, err := tx.Marks(ctx, by, []int64{c.N})
	if err != nil {
		return 0, nil, nil, err
	}
	if upTo == 0 {
		upTo = timeline.LastID
	}
	for _, m := range marks[c.N] {
		if m.Fresh() && upTo > m.Seen {
			m.Seen = min(upTo, m.Heard)
			seen = append(seen, m)
		}
	}
	parts, err := directory.OnOneOf(ctx, tx, []don.ID{don.Of(don.Conversation, c.N)})
	if err != nil {
		return 0, nil, nil, err
	}
	for _, id := range parts {
		more, err := tx.UnreadOf(ctx, by.N, id, upTo)
		if err != nil {
			return 0, nil, nil, err
		}
		notices = append(notices, more...)
	}
	return c.N, seen, notices, nil
}

// UnreadConversation lays a conversation aside: what a customer wrote last is new
// to the caller, a member, again. Errors: not_found, and invalid for one that is
// unread to nobody.
func (s *Service) UnreadConversation(ctx context.Context, sc org.Scope, n int64) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		c, err := conversationNow(ctx, tx, n, false)
		if err != nil {
			return err
		}
		by, _, err := reader(ctx, tx)
		if err != nil {
			return err
		}
		marks, err := tx.Marks(ctx, by, []int64{c.N})
		if err != nil {
			return err
		}
		all, name := marks[c.N], don.Of(don.Conversation, c.N).Display()
		switch {
		case len(all) == 0:
			return errs.NotPermitted("id", "%s has no message of a customer, so there is nothing to read in it", name)
		case !c.Unread(conversation.Mark{Heard: 1}):
			return errs.NotPermitted("id", "%s is closed or spam, which is never unread; reopen it first", name)
		case c.Unread(all...):
			return nil
		}
		last := slices.MaxFunc(all, func(a, b conversation.Mark) int { return cmp.Compare(a.Heard, b.Heard) })
		last.Seen = last.Heard - 1
		return tx.MarkSeen(ctx, by.N, c.N, last, true)
	})
}

// CountWaiting returns how many conversations the caller, a member, has something
// to read in, of those that are the member's or nobody's: at most limit.
func (s *Service) CountWaiting(ctx context.Context, sc org.Scope, limit int) (directory.Counted, error) {
	var out directory.Counted
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		by, _, err := reader(ctx, tx)
		if err != nil {
			return err
		}
		yes, no := true, false // what is put off waits for its time
		n, err := tx.CountConversations(ctx, conversation.Filter{Unread: &yes, Snoozed: &no, Reader: by, WaitsFor: by.N}, limit+1)
		out = directory.Counted{N: min(n, limit), More: n > limit}
		return err
	})
	return out, err
}
