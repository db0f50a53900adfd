package desk

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/timeline"
)

// Announcement is news with whom it may be told to.
type Announcement struct {
	timeline.News
	Entry *EntryFound // the comment that the news are of

	customers []int64 // contacts who take part in the conversation, as what they are now
	only      int64   // the one contact that the conversation names, 0 when there are others
}

// ToldTo reports whether whoever asks in a scope may know of it.
func (a *Announcement) ToldTo(sc org.Scope) bool {
	if a.Entry != nil && !reads(sc, a.Entry.Item.Comment) {
		return false
	}
	switch {
	case !byCustomer(sc):
		return true
	case sc.Claimed:
		return a.only == sc.Actor.N
	default:
		return slices.Contains(a.customers, sc.Actor.N)
	}
}

// Announce finds out about news whom they concern and, of comments, what they
// say. News of comments that are gone by now are left out.
func Announce(ctx context.Context, tx Tx, news []timeline.News) ([]*Announcement, error) {
	var out []*Announcement
	known := map[int64]*Announcement{} // what was found out about conversations
	for _, n := range news {
		a := &Announcement{News: n}
		if n.Comment() {
			entry, err := announced(ctx, tx, n)
			if errs.Is(err, errs.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			a.Entry = &entry
		}
		if n.Of.Type == don.Conversation {
			if known[n.Of.N] == nil {
				known[n.Of.N] = &Announcement{}
				if err := known[n.Of.N].audience(ctx, tx, n.Of.N); err != nil {
					return nil, err
				}
			}
			a.customers, a.only = known[n.Of.N].customers, known[n.Of.N].only
		}
		out = append(out, a)
	}
	return out, nil
}

func announced(ctx context.Context, tx Tx, n timeline.News) (EntryFound, error) {
	c, err := tx.Comment(ctx, n.Of, n.To, false)
	if err != nil {
		return EntryFound{}, err
	}
	return directory.FoundWith(ctx, tx, wantItem, timeline.Item{Comment: c})
}

// audience notes which contacts take part in a conversation; none in one that is gone.
func (a *Announcement) audience(ctx context.Context, tx Tx, n int64) error {
	c, err := tx.Conversation(ctx, n, false)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	contacts := contactsOf(c)
	if len(contacts) == 1 {
		a.only = contacts[0].N
	}
	now, err := directory.NowOf(ctx, tx, contacts)
	a.customers = numbers(now)
	return err
}

func contactsOf(c *conversation.Conversation) []don.ID {
	return slices.DeleteFunc(c.MemberIDs(), func(id don.ID) bool { return id.Type != don.Contact })
}
