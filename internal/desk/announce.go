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
	Entry  *EntryFound // the comment that the news are of
	Notice *Notices    // the one notice that they are of

	Audience
}

// Audience are the contacts who may know what happens in a conversation or to a ticket.
type Audience struct {
	Customers []int64 // who take part or reported it, as what they are now
	Only      int64   // the one contact that may know of it without proof, 0 for none
}

// ToldTo reports whether whoever asks in a scope may know of it.
func (a *Announcement) ToldTo(sc org.Scope) bool {
	if a.Entry != nil && !reads(sc, a.Entry.Item.Comment) {
		return false
	}
	only := a.Member()
	switch {
	case only != 0:
		return sc.Actor == don.Of(don.Member, only)
	case !byCustomer(sc):
		return true
	case sc.Claimed:
		return a.Only == sc.Actor.N
	default:
		return slices.Contains(a.Customers, sc.Actor.N)
	}
}

// Announce finds out about news whom they concern and, of comments, what they
// say. News of comments that are gone by now are left out.
//
// For a contact who asks it finds out only about what may concern that one.
func Announce(ctx context.Context, tx Tx, news []timeline.News) ([]*Announcement, error) {
	var out []*Announcement
	sc := tx.Scope()
	known := map[don.ID]*Audience{} // of conversations and tickets
	for _, n := range news {
		a := &Announcement{News: n}
		if n.Member() != 0 {
			there, err := a.toMember(ctx, tx)
			if err != nil {
				return nil, err
			}
			if there {
				out = append(out, a)
			}
			continue
		}
		if n.Of.Type == don.Conversation || n.Of.Type == don.Ticket {
			if known[n.Of] == nil {
				found, err := audienceNow(ctx, tx, n.Of)
				if err != nil {
					return nil, err
				}
				known[n.Of] = found
			}
			a.Audience = *known[n.Of]
		}
		if byCustomer(sc) && !a.ToldTo(sc) {
			continue
		}
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
		out = append(out, a)
	}
	return out, nil
}

// toMember completes news for one member, and reports whether anything is to be
// told: not to others who ask, nor of a notice that is gone.
func (a *Announcement) toMember(ctx context.Context, tx Tx) (bool, error) {
	if sc := tx.Scope(); (sc.Actor.Type == don.Member || byCustomer(sc)) && !a.ToldTo(sc) {
		return false, nil
	}
	if a.Op != timeline.Told {
		return true, nil
	}
	n, err := tx.Notice(ctx, a.Of.N, a.To)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	found, err := shownNotices(ctx, tx, directory.Rows[timeline.Notice]{Items: []timeline.Notice{n}})
	a.Notice = &found
	return true, err
}

// audienceNow returns whom the news of a conversation or ticket concern; of one that is
// gone they concern members only.
func audienceNow(ctx context.Context, tx Tx, of don.ID) (*Audience, error) {
	if of.Type == don.Ticket {
		return workAudience(ctx, tx, of)
	}
	c, err := conversationNow(ctx, tx, of.N, false)
	if errs.Is(err, errs.NotFound) {
		return &Audience{}, nil
	}
	if err != nil {
		return nil, err
	}
	a, err := audience(ctx, tx, c)
	if err != nil || c.N == of.N {
		return a, err
	}
	// What becomes of what was said in a part is not for who does not know the part.
	if a.Only != 0 {
		parts, err := partsOf(ctx, tx, c.N)
		if err != nil {
			return nil, err
		}
		for _, p := range parts[c.N] {
			if p.N == of.N && !slices.Contains(p.Members, don.Of(don.Contact, a.Only).Tail()) {
				a.Only = 0
			}
		}
	}
	return a, nil
}

func announced(ctx context.Context, tx Tx, n timeline.News) (EntryFound, error) {
	c, err := tx.Comment(ctx, n.Of, n.To, false)
	if err != nil {
		return EntryFound{}, err
	}
	return shownEntry(ctx, tx, c)
}

func audience(ctx context.Context, tx Tx, c *conversation.Conversation) (*Audience, error) {
	out := &Audience{}
	contacts := contactsOf(c)
	if len(contacts) == 1 && said(org.Scope{Actor: contacts[0]}, c.CreatedBy, c.Claimed) {
		hidden, err := hiddenFrom(ctx, tx, contacts[0], []int64{c.N})
		if err != nil {
			return nil, err
		}
		if len(hidden) == 0 {
			out.Only = contacts[0].N
		}
	}
	now, err := directory.NowOf(ctx, tx, contacts)
	out.Customers = numbers(now)
	return out, err
}

// AudienceOf returns who may know what happens to a record that the caller may
// know itself; otherwise it is not_found, or forbidden for what a contact may only read.
func AudienceOf(ctx context.Context, tx Tx, of don.ID) (Audience, error) {
	err := exists(ctx, tx, of)
	if err != nil || of.Type != don.Conversation && of.Type != don.Ticket {
		return Audience{}, err
	}
	if err := answers(ctx, tx, of); err != nil {
		return Audience{}, err
	}
	if of.Type == don.Ticket {
		out, err := workAudience(ctx, tx, of)
		if err != nil {
			return Audience{}, err
		}
		return *out, nil
	}
	c, err := conversationFor(ctx, tx, of.N)
	if err != nil {
		return Audience{}, err
	}
	out, err := audience(ctx, tx, c)
	return *out, err
}

func contactsOf(c *conversation.Conversation) []don.ID {
	return slices.DeleteFunc(c.MemberIDs(), func(id don.ID) bool { return id.Type != don.Contact })
}
