package desk

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/timeline"
)

// A contact who calls finds the conversations in which it takes part and the tickets
// that it reported, and on them what customers may read. Customer admins find those of
// their customer, too.
// Everything else is not there for it.

// byCustomer reports whether a contact calls.
func byCustomer(sc org.Scope) bool { return sc.Actor.Type == don.Contact }

// self returns the contacts that are one with the contact who calls. Whoever
// only claims to be somebody is nobody else: a merge brings the records of two
// together for members, and what is known of one of them is not for a browser
// that has merely said its name.
func self(ctx context.Context, tx Tx) ([]don.ID, error) {
	me := []don.ID{tx.Scope().Actor}
	if tx.Scope().Claimed {
		return me, nil
	}
	return directory.OnOneOf(ctx, tx, me)
}

// takesPart reports whether the caller may know a conversation: members know
// all. Whoever only claims to be somebody knows those without another contact,
// for what that one says there is not said to everybody.
func takesPart(ctx context.Context, tx Tx, c *conversation.Conversation) (bool, error) {
	if !byCustomer(tx.Scope()) {
		return true, nil
	}
	me, err := self(ctx, tx)
	if err != nil {
		return false, err
	}
	if !partOf(tx.Scope(), me, c) || !tx.Scope().Claimed {
		return partOf(tx.Scope(), me, c), nil
	}
	hidden, err := hiddenFrom(ctx, tx, tx.Scope().Actor, []int64{c.N})
	return len(hidden) == 0, err
}

func partOf(sc org.Scope, me []don.ID, c *conversation.Conversation) bool {
	if sc.Claimed && !said(sc, c.CreatedBy, c.Claimed) {
		return false
	}
	among := false
	for _, id := range c.MemberIDs() {
		if id.Type != don.Contact {
			continue
		}
		if slices.Contains(me, id) {
			among = true
		} else if sc.Claimed {
			return false
		}
	}
	return among
}

// said reports whether words are for a caller who only claims to be somebody: those
// of the team, and those that it wrote itself as such. What the same contact says
// with proof is not for a browser that has none, and neither is what others say.
func said(sc org.Scope, by string, claimed bool) bool {
	who := don.FromTail(by)
	return who.Type != don.Contact || claimed && who == sc.Actor
}

// conversationFor returns a conversation that the caller may know, or not_found.
func conversationFor(ctx context.Context, tx Tx, n int64) (*conversation.Conversation, error) {
	c, err := conversationNow(ctx, tx, n, false)
	if err != nil {
		return nil, err
	}
	known, err := knows(ctx, tx, c)
	if err == nil && !known {
		err = errs.Gone(don.Of(don.Conversation, n).Display())
	}
	return c, err
}

// answers reports as forbidden that the caller may read a record and not write on it.
func answers(ctx context.Context, tx Tx, of don.ID) error {
	if !byCustomer(tx.Scope()) {
		return nil
	}
	if of.Type == don.Ticket {
		return answersTicket(ctx, tx, of)
	}
	c, err := conversationNow(ctx, tx, of.N, false)
	if err != nil {
		return err
	}
	part, err := takesPart(ctx, tx, c)
	if err == nil && !part {
		err = errs.Denied("only who takes part in %s may write in it", of.Display())
	}
	return err
}

func answersTicket(ctx context.Context, tx Tx, of don.ID) error {
	w, err := tx.Work(ctx, of, false)
	if err != nil {
		return err
	}
	mine, err := reports(ctx, tx, w)
	if err == nil && !mine {
		err = errs.Denied("only who reported %s may write on it", of.Display())
	}
	return err
}

// reads reports whether the caller may read a comment on a record that it knows.
func reads(sc org.Scope, c *timeline.Comment) bool {
	if byCustomer(sc) {
		return c.Shown() && (!sc.Claimed || said(sc, c.CreatedBy, c.Claimed))
	}
	return c.ReadableBy(sc.Actor.Tail())
}

// ListOwnConversations is ListConversations for a contact: of what the filter
// takes, those in which it takes part.
func (s *Service) ListOwnConversations(ctx context.Context, sc org.Scope, f conversation.Filter, q directory.Query) (Conversations, error) {
	var got Conversations
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		me, err := self(ctx, tx)
		if err != nil {
			return err
		}
		f := f
		f.Members = tailsOf(me)
		rows, err := tx.ConversationRows(ctx, f, q)
		if err != nil {
			return err
		}
		var hidden []int64
		if sc.Claimed {
			ns := make([]int64, len(rows.Items))
			for i, c := range rows.Items {
				ns[i] = c.N
			}
			if hidden, err = hiddenFrom(ctx, tx, sc.Actor, ns); err != nil {
				return err
			}
		}
		rows.Items = slices.DeleteFunc(rows.Items, func(c *conversation.Conversation) bool { return !partOf(sc, me, c) || slices.Contains(hidden, c.N) })
		got, err = shownConversations(ctx, tx, q, rows)
		return err
	})
	return got, err
}

// proceedConversation moves a conversation on when somebody has said something that the other
// side may read: what customers say waits for the team, also where the matter was
// closed or put aside, and what the team says waits for the customers.
func proceedConversation(ctx context.Context, tx Tx, n int64) error {
	before, err := conversationNow(ctx, tx, n, true)
	if err != nil {
		return err
	}
	next := conversation.AfterMessage(before.Stage, tx.Scope().Actor.Type)
	if next == before.Stage {
		return identity.SettleStage(ctx, tx, before)
	}
	after := *before
	stage, _ := conversation.StageNamed(next)
	after.Enter(stage, tx.Now())
	_, err = changeConversation(ctx, tx, before, &after)
	return err
}
