package desk

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/assignment"
	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/ticket"
	"github.com/kith-id/kith/internal/timeline"
)

type conversationTx interface {
	Conversation(ctx context.Context, n int64, lock bool) (*conversation.Conversation, error)
	InsertConversation(ctx context.Context, c *conversation.Conversation) error
	UpdateConversation(ctx context.Context, before, after *conversation.Conversation) (bool, error)
	WakeConversation(ctx context.Context, before, after *conversation.Conversation) (bool, error)
	DueConversations(ctx context.Context, behind *conversation.Conversation, limit int) ([]*conversation.Conversation, error)
	TouchConversation(ctx context.Context, n int64, at time.Time) error
	DeleteConversation(ctx context.Context, c *conversation.Conversation) error
	RestoreConversation(ctx context.Context, c *conversation.Conversation) error
	ConversationRows(ctx context.Context, f conversation.Filter, q directory.Query) (directory.Rows[*conversation.Conversation], error)
	CountConversations(ctx context.Context, f conversation.Filter, limit int) (int, error)
}

// Conversations are some of them, with the records that they refer to.
type Conversations struct {
	directory.Page[*conversation.Conversation]
	Groups   map[int64]*group.Group
	Parts    map[int64]*ticket.Part
	Unread   map[int64]int   // how many messages the caller, a member, has to read, of those with any
	Muted    []int64         // those of which the caller, a member, wants to be told nothing
	Messages []timeline.Item // the latest ones, of one conversation that was asked for alone
}

// want asks for what a conversation refers to. Its parts are known by then.
func (cs Conversations) want(w *directory.Wanted, c *conversation.Conversation) {
	w.Tails(c.CreatedBy, c.ModifiedBy)
	w.IDs(c.MemberIDs()...)
	w.IDs(don.Of(don.Account, c.AccountN), don.Of(don.Workspace, c.WorkspaceN))
	w.Members(c.Owners)
	w.Tags(c.Tags)
	for _, n := range c.Parts {
		if p := cs.Parts[n]; p != nil {
			w.Members(p.Owners)
		}
	}
	w.Custom(don.Conversation, c.Subtype, c.Custom)
}

// shownConversations completes a page with what its conversations refer to.
func shownConversations(ctx context.Context, tx Tx, q directory.Query, rows directory.Rows[*conversation.Conversation]) (Conversations, error) {
	var out Conversations
	var err error
	var parts []int64
	for _, c := range rows.Items {
		parts = append(parts, c.Parts...)
	}
	if out.Parts, err = tx.Parts(ctx, directory.Distinct(parts)); err != nil {
		return out, err
	}
	if out.Page, err = directory.PageWith(ctx, tx, out.want, q, rows); err != nil {
		return out, err
	}
	if err := ofReader(ctx, tx, &out); err != nil {
		return out, err
	}
	var groups []int64
	for _, c := range out.Items {
		if c.GroupN != 0 {
			groups = append(groups, c.GroupN)
		}
	}
	out.Groups, err = tx.UserGroupsOf(ctx, directory.Distinct(groups))
	return out, err
}

// shownConversation is that for one, with what was said last.
func shownConversation(ctx context.Context, tx Tx, c *conversation.Conversation) (Conversations, error) {
	messages, err := latestMessages(ctx, tx, c.N)
	if err != nil {
		return Conversations{}, err
	}
	out, err := shownConversations(ctx, tx, directory.Query{}, directory.Rows[*conversation.Conversation]{Items: []*conversation.Conversation{c}})
	if err != nil || len(messages) == 0 {
		return out, err
	}
	w := &directory.Wanted{}
	out.want(w, c)
	for _, m := range messages {
		wantItem(w, m)
	}
	out.Messages = messages
	out.Names, err = w.Names(ctx, tx)
	return out, err
}

// CreateConversation adds a conversation. Without an account or workspace it is
// with the customer to whom the first contact among its members belongs. Errors:
// invalid, not_found for a reference, conflict for a key that came with another
// request.
func (s *Service) CreateConversation(ctx context.Context, sc org.Scope, p ConversationPatch, only directory.Once) (Conversations, error) {
	var made Conversations
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		n, err := madeOnce(ctx, tx, only, func() (int64, error) { return begin(ctx, tx, p) })
		if err != nil {
			return err
		}
		c, err := conversationFor(ctx, tx, n)
		if err != nil {
			return err
		}
		made, err = shownConversation(ctx, tx, c)
		return err
	})
	return made, err
}

// begin writes a new conversation and what is said first, and returns its number.
func begin(ctx context.Context, tx Tx, p ConversationPatch) (int64, error) {
	c := &conversation.Conversation{Version: 1, CreatedAt: tx.Now(), CreatedBy: tx.Scope().Actor.Tail(), Claimed: tx.Scope().Claimed}
	c.ModifiedAt, c.ModifiedBy = c.CreatedAt, c.CreatedBy
	c.Enter(conversation.Stages[0], tx.Now())
	if err := p.apply(ctx, tx, c); err != nil {
		return 0, err
	}
	if p.Account == nil && p.Workspace == nil {
		if err := ofFirstContact(ctx, tx, c); err != nil {
			return 0, err
		}
	}
	var rule *assignment.Rule
	var err error
	if len(c.Owners) == 0 && !c.Spam {
		var n int64
		if n, rule, err = owner(ctx, tx, don.Conversation, c.SourceChannel, c.MemberIDs()); err != nil {
			return 0, err
		}
		c.Owners = some(n)
	}
	if c.N, err = tx.Next(ctx, don.Conversation, 1); err != nil {
		return 0, err
	}
	if err := tx.InsertConversation(ctx, c); err != nil {
		return 0, err
	}
	if err := assigned(ctx, tx, don.Of(don.Conversation, c.N), c.Owners, rule); err != nil {
		return 0, err
	}
	return c.N, say(ctx, tx, c.N, p.Messages)
}

// GetConversation returns one conversation or not_found.
func (s *Service) GetConversation(ctx context.Context, sc org.Scope, n int64) (Conversations, error) {
	var got Conversations
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		c, err := conversationFor(ctx, tx, n)
		if err != nil {
			return err
		}
		got, err = shownConversation(ctx, tx, c)
		return err
	})
	return got, err
}

// UpdateConversation changes a conversation. Errors: invalid, not_found.
func (s *Service) UpdateConversation(ctx context.Context, sc org.Scope, n int64, p ConversationPatch) (Conversations, error) {
	var got Conversations
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		before, err := conversationNow(ctx, tx, n, true)
		if err != nil {
			return err
		}
		after := *before
		if err := p.apply(ctx, tx, &after); err != nil {
			return err
		}
		if _, err := changeConversation(ctx, tx, before, &after); err != nil {
			return err
		}
		if err := conversationChanged(ctx, tx, before, &after); err != nil {
			return err
		}
		got, err = shownConversation(ctx, tx, &after)
		return err
	})
	return got, err
}

// conversationChanged tells members of what a change of a conversation means for them. Who puts
// one off follows it from then on, to be told when it comes back.
func conversationChanged(ctx context.Context, tx Tx, before, after *conversation.Conversation) error {
	id := don.Of(don.Conversation, after.N)
	if who := tx.Scope().Actor; after.SnoozedUntil != nil && who.Type == don.Member {
		if before.SnoozedUntil == nil || !before.SnoozedUntil.Equal(*after.SnoozedUntil) {
			if err := tx.Follow(ctx, id, who.N); err != nil {
				return err
			}
		}
	}
	return directory.Assigned(ctx, tx, id, before.Owners, after.Owners)
}

// DeleteConversation moves a conversation to the trash. Its messages stay with it. One
// that was merged into another is invalid: that one has to be named.
func (s *Service) DeleteConversation(ctx context.Context, sc org.Scope, n int64) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		c, err := tx.Conversation(ctx, n, true)
		if errs.Is(err, errs.NotFound) {
			err = identity.Absent(ctx, tx, don.Of(don.Conversation, n))
		}
		if err != nil {
			return err
		}
		return tx.DeleteConversation(ctx, c)
	})
}

// RestoreConversation brings a conversation back from the trash.
func (s *Service) RestoreConversation(ctx context.Context, sc org.Scope, n int64) (Conversations, error) {
	var got Conversations
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		c := &conversation.Conversation{}
		if err := tx.Discarded(ctx, don.Of(don.Conversation, n), c); err != nil {
			return err
		}
		parts, err := tx.Parts(ctx, c.Parts)
		if err != nil {
			return err
		}
		c.Parts = slices.DeleteFunc(c.Parts, func(n int64) bool { return parts[n] == nil }) // those deleted meanwhile
		if err := tx.RestoreConversation(ctx, c); err != nil {
			return err
		}
		// Merges of contacts may have been undone meanwhile.
		if _, err := identity.PartRestored(ctx, tx, c); err != nil {
			return err
		}
		if c, err = tx.Conversation(ctx, n, false); err != nil {
			return err
		}
		if parts, err = tx.Parts(ctx, c.Parts); err != nil {
			return err
		}
		after := *c // what was merged into it may name parts that are gone, too
		after.Parts = slices.DeleteFunc(slices.Clone(c.Parts), func(n int64) bool { return parts[n] == nil })
		if len(after.Parts) < len(c.Parts) {
			if _, err := changeConversation(ctx, tx, c, &after); err != nil {
				return err
			}
			c = &after
		}
		got, err = shownConversation(ctx, tx, c)
		return err
	})
	return got, err
}

// maxMessages is how many messages are shown with a conversation.
const maxMessages = 5

// latestMessages returns what was said last in a conversation that its customers
// may read, the oldest first.
func latestMessages(ctx context.Context, tx Tx, n int64) ([]timeline.Item, error) {
	m := &merging{ctx: ctx, tx: tx, q: TimelineQuery{
		Comments: true, Visibilities: []timeline.Visibility{timeline.External, timeline.Public}, Backward: true, Limit: maxMessages,
	}}
	parts, err := readableParts(ctx, tx, don.Of(don.Conversation, n))
	if err != nil {
		return nil, err
	}
	m.add(parts)
	rows, err := m.page()
	if err != nil {
		return nil, err
	}
	return rows.Items, withMore(ctx, tx, rows.Items...)
}

// say writes the first messages of a conversation.
func say(ctx context.Context, tx Tx, n int64, messages []Message) error {
	for i, m := range messages {
		field := itemAt("messages", i)
		c := &timeline.Comment{Of: don.Of(don.Conversation, n), Body: m.Body, BodyType: timeline.Text, Visibility: timeline.External}
		f, err := filesOfComment(ctx, tx, field+".artifacts", c, ListPatch[int64]{Set: &m.Files})
		if err != nil {
			return err
		}
		if err := c.Check(tx.Now()); err != nil {
			return directory.InField(field+".body", err)
		}
		if err := keep(ctx, tx, c); err != nil {
			return err
		}
		if tx.Scope().Actor.Type == don.Member { // of what a customer begins, those whom rules chose are told already
			if err := spread(ctx, tx, c); err != nil {
				return err
			}
		}
		if err := f.hang(ctx, tx, placeOfComment(c), nil); err != nil {
			return err
		}
	}
	return nil
}
