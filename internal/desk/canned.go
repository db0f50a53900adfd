package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/canned"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// cannedTx keeps what a team prepares for its answers.
type cannedTx interface {
	CannedReply(ctx context.Context, n int64, lock bool) (*canned.Reply, error)
	CannedReplyHeads(ctx context.Context, memberN int64) ([]*canned.Reply, error)
	CannedReplies(ctx context.Context, ns []int64) (map[int64]*canned.Reply, error)
	CountCannedReplies(ctx context.Context, ownerN int64) (int, error)
	InsertCannedReply(ctx context.Context, r *canned.Reply) error
	UpdateCannedReply(ctx context.Context, before, after *canned.Reply) error
	DeleteCannedReply(ctx context.Context, n int64) error
	Macro(ctx context.Context, n int64, lock bool) (*canned.Macro, error)
	Macros(ctx context.Context, behind string, limit int) ([]*canned.Macro, error)
	CountMacros(ctx context.Context) (int, error)
	InsertMacro(ctx context.Context, m *canned.Macro) error
	UpdateMacro(ctx context.Context, before, after *canned.Macro) error
	DeleteMacro(ctx context.Context, n int64) error
}

// ReplyPatch says what a canned reply shall be: everything it has on creation, what
// changes on update.
type ReplyPatch struct {
	Shortcut *string
	Title    *string
	Body     *string
	Shared   *bool // whether it is all members', or the caller's alone
}

// ReplyFound is a canned reply with who wrote it.
type ReplyFound = directory.Found[*canned.Reply]

func wantReply(w *directory.Wanted, r *canned.Reply) { w.Tails(r.CreatedBy, r.ModifiedBy) }

func (p ReplyPatch) apply(tx Tx, r *canned.Reply) error {
	set(&r.Shortcut, p.Shortcut)
	set(&r.Title, p.Title)
	set(&r.Body, p.Body)
	if p.Shared != nil {
		r.OwnerN = 0
		if !*p.Shared {
			r.OwnerN = tx.Scope().Actor.N
		}
	}
	return r.Check()
}

// roomFor reports as invalid that the owner of a reply has as many as one may have.
func roomFor(ctx context.Context, tx Tx, r *canned.Reply) error {
	n, err := tx.CountCannedReplies(ctx, r.OwnerN)
	if err == nil && n >= canned.MaxReplies {
		err = errs.NotPermitted("visibility", "has %d canned replies already, which is the limit; delete some first", n)
	}
	return err
}

// replyFor returns a reply that the caller may see and change.
func replyFor(ctx context.Context, tx Tx, n int64, lock bool) (*canned.Reply, error) {
	r, err := tx.CannedReply(ctx, n, lock)
	if err == nil && !r.Shown(tx.Scope().Actor) {
		err = errs.Gone(don.Of(don.CannedReply, n).Display())
	}
	return r, err
}

// CreateReply adds a canned reply. Errors: invalid, conflict for a shortcut that the
// caller, or the team, has already.
func (s *Service) CreateReply(ctx context.Context, sc org.Scope, p ReplyPatch) (ReplyFound, error) {
	var made ReplyFound
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		r := &canned.Reply{CreatedAt: tx.Now(), CreatedBy: sc.Actor.Tail(), ModifiedAt: tx.Now(), ModifiedBy: sc.Actor.Tail()}
		if err := p.apply(tx, r); err != nil {
			return err
		}
		err := roomFor(ctx, tx, r)
		if err != nil {
			return err
		}
		if r.N, err = tx.Next(ctx, don.CannedReply, 1); err != nil {
			return err
		}
		if err := tx.InsertCannedReply(ctx, r); err != nil {
			return err
		}
		made, err = directory.FoundWith(ctx, tx, wantReply, r)
		return err
	})
	return made, err
}

// GetReply returns one canned reply, or not_found, also for one that is another's alone.
func (s *Service) GetReply(ctx context.Context, sc org.Scope, n int64) (ReplyFound, error) {
	var got ReplyFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		r, err := replyFor(ctx, tx, n, false)
		if err != nil {
			return err
		}
		got, err = directory.FoundWith(ctx, tx, wantReply, r)
		return err
	})
	return got, err
}

// UpdateReply changes a canned reply. Errors: invalid, not_found, conflict.
func (s *Service) UpdateReply(ctx context.Context, sc org.Scope, n int64, p ReplyPatch) (ReplyFound, error) {
	var got ReplyFound
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		before, err := replyFor(ctx, tx, n, true)
		if err != nil {
			return err
		}
		after := *before
		if err := p.apply(tx, &after); err != nil {
			return err
		}
		if after.OwnerN != before.OwnerN {
			if err := roomFor(ctx, tx, &after); err != nil {
				return err
			}
		}
		if err := tx.UpdateCannedReply(ctx, before, &after); err != nil {
			return err
		}
		got, err = directory.FoundWith(ctx, tx, wantReply, &after)
		return err
	})
	return got, err
}

// DeleteReply removes a canned reply for good.
func (s *Service) DeleteReply(ctx context.Context, sc org.Scope, n int64) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		if _, err := replyFor(ctx, tx, n, true); err != nil {
			return err
		}
		return tx.DeleteCannedReply(ctx, n)
	})
}

// ReplyQuery says which canned replies.
type ReplyQuery struct {
	Text   string // what the shortcut or title contains, however it is written
	Shared *bool  // all members', or the caller's alone; nil: both
	Behind string // the place in the order behind which the page begins, "" for the first one
	Limit  int
}

// place is where a reply stands in the order of what a text finds, ok whether it is
// found: shortcuts that begin with the text go first.
func (q ReplyQuery) place(r *canned.Reply) (at string, ok bool) {
	if q.Shared != nil && *q.Shared != (r.OwnerN == 0) {
		return "", false
	}
	text, rank := contact.FoldName(q.Text), "0"
	if !strings.HasPrefix(r.Shortcut, text) {
		rank = "1"
	}
	ok = rank == "0" || strings.Contains(r.Shortcut, text) || strings.Contains(contact.FoldName(r.Title), text)
	return rank + r.Shortcut + "/" + don.Of(don.CannedReply, r.N).Display(), ok
}

// Replies returns a page of the canned replies that the caller may use, and the place
// of its last one when more follow.
func (s *Service) Replies(ctx context.Context, sc org.Scope, q ReplyQuery) (page directory.Page[*canned.Reply], next string, err error) {
	err = s.db.Read(ctx, sc, func(tx Tx) error {
		next = ""
		own := int64(0)
		if sc.Actor.Type == don.Member {
			own = sc.Actor.N
		}
		heads, err := tx.CannedReplyHeads(ctx, own)
		if err != nil {
			return err
		}
		places := make(map[int64]string, len(heads))
		heads = slices.DeleteFunc(heads, func(r *canned.Reply) bool {
			at, ok := q.place(r)
			places[r.N] = at
			return !ok || at <= q.Behind
		})
		slices.SortFunc(heads, func(a, b *canned.Reply) int { return cmp.Compare(places[a.N], places[b.N]) })
		if len(heads) > q.Limit {
			heads = heads[:q.Limit]
			next = places[heads[q.Limit-1].N]
		}
		ns := make([]int64, len(heads))
		for i, r := range heads {
			ns[i] = r.N
		}
		whole, err := tx.CannedReplies(ctx, ns)
		var rows directory.Rows[*canned.Reply]
		for _, n := range ns {
			if r := whole[n]; r != nil {
				rows.Items = append(rows.Items, r)
			}
		}
		if err != nil {
			return err
		}
		page, err = directory.PageWith(ctx, tx, wantReply, directory.Query{}, rows)
		return err
	})
	return page, next, err
}

// Filled is a text with values in the place of its placeholders.
type Filled struct {
	Text    string
	Missing []string // placeholders that stay, since nothing is known
}

// FillReply fills a canned reply, or a text that is no reply yet, with what is known of
// a conversation or ticket, or with an example when of is zero. Errors: invalid,
// not_found.
func (s *Service) FillReply(ctx context.Context, sc org.Scope, n int64, text string, of don.ID) (Filled, error) {
	var out Filled
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		body := text
		if n != 0 {
			r, err := replyFor(ctx, tx, n, false)
			if err != nil {
				return err
			}
			body = r.Body
		} else if err := canned.CheckText("body", body); err != nil {
			return err
		}
		values, err := valuesOf(ctx, tx, of)
		if err != nil {
			return err
		}
		out.Text, out.Missing = canned.Fill(body, values)
		return nil
	})
	return out, err
}

// valuesOf returns what stands in the place of placeholders in what the caller writes
// on a conversation or ticket.
func valuesOf(ctx context.Context, tx Tx, of don.ID) (map[string]string, error) {
	values := map[string]string{}
	people, accountN := []don.ID(nil), int64(0)
	switch of.Type {
	case don.Conversation:
		c, err := conversationNow(ctx, tx, of.N, false)
		if err != nil {
			return nil, err
		}
		people, accountN = c.MemberIDs(), c.AccountN
		values["conversation.id"] = don.Of(don.Conversation, c.N).Display()
	case don.Ticket:
		w, err := tx.Work(ctx, of, false)
		if err != nil {
			return nil, err
		}
		people, accountN = w.Reporters(), w.AccountN
		if w.WorkspaceN != 0 {
			if accountN, err = accountAbove(ctx, tx, w.WorkspaceN); err != nil {
				return nil, err
			}
		}
	default: // an example
		for name, v := range canned.Example {
			values[name] = v
		}
	}
	return values, knownValues(ctx, tx, values, people, accountN)
}

// knownValues adds what is known of the first contact among people, of the company,
// and of the caller.
func knownValues(ctx context.Context, tx Tx, values map[string]string, people []don.ID, accountN int64) error {
	me := tx.Scope().Actor
	ids := []don.ID{me, don.Of(don.Account, accountN)}
	who := slices.IndexFunc(people, func(id don.ID) bool { return id.Type == don.Contact })
	if who >= 0 {
		ids = append(ids, people[who])
	}
	names, err := directory.LoadNames(ctx, tx, ids...)
	if err != nil {
		return err
	}
	if m, ok := names.Members[me.N]; ok && me.Type == don.Member {
		values["agent.name"] = cmp.Or(m.FullName, m.DisplayName)
		values["agent.first_name"] = canned.FirstName(values["agent.name"])
	}
	if a := names.Accounts[accountN]; a != nil {
		values["account.name"] = a.DisplayName
	}
	if who < 0 || names.Contacts[people[who].N] == nil {
		return nil
	}
	c := names.Contacts[people[who].N]
	values["contact.name"], values["contact.email"] = cmp.Or(c.FullName, c.DisplayName), c.Email()
	values["contact.first_name"] = canned.FirstName(values["contact.name"])
	return nil
}
