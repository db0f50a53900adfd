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

// Conversations that were merged are one: its parts. What was said stays with the part
// that it was said in, every number leads to the one that lists show, and what is said
// from then on is said there.

// conversationNow returns the conversation that a number leads to, or not_found.
func conversationNow(ctx context.Context, tx Tx, n int64, lock bool) (*conversation.Conversation, error) {
	const tries = 3 // one may be merged or parted between two looks
	at := n
	for range tries {
		c, err := tx.Conversation(ctx, at, lock)
		if !errs.Is(err, errs.NotFound) {
			return c, err
		}
		now, err := tx.Survivors(ctx, don.Conversation, []int64{n})
		if err != nil {
			return nil, err
		}
		next, moved := now[n]
		if !moved {
			next = n
		}
		if next == at {
			break
		}
		at = next
	}
	return nil, errs.Gone(don.Of(don.Conversation, n).Display())
}

// SameNow reports whether two ids lead to the same record.
func (s *Service) SameNow(ctx context.Context, sc org.Scope, a, b don.ID) (same bool, err error) {
	if a == b {
		return true, nil
	}
	err = s.db.Read(ctx, sc, func(tx Tx) error {
		now, err := directory.NowOf(ctx, tx, []don.ID{a, b})
		same = err == nil && now[0] == now[1]
		return err
	})
	return same, err
}

// readWith notes with comments what their records are now.
func readWith(ctx context.Context, tx Tx, items []timeline.Item) error {
	var of []don.ID
	for _, i := range items {
		if i.Comment != nil {
			of = append(of, i.Comment.Of)
		}
	}
	of = directory.Distinct(of)
	now, err := directory.NowOf(ctx, tx, of)
	if err != nil {
		return err
	}
	for _, i := range items {
		if c := i.Comment; c != nil {
			c.In = now[slices.Index(of, c.Of)]
		}
	}
	return nil
}

// changeConversation saves a changed conversation, and reports whether it differed.
// After is the conversation as it is shown then.
func changeConversation(ctx context.Context, tx Tx, before, after *conversation.Conversation) (bool, error) {
	merged, changed, err := identity.ChangeMergedConversation(ctx, tx, identity.OpUpdated, before, after)
	if merged || err != nil {
		return changed, err
	}
	return tx.UpdateConversation(ctx, before, after)
}

// wakeConversation is changeConversation for one whose time has come.
func wakeConversation(ctx context.Context, tx Tx, before, after *conversation.Conversation) error {
	merged, _, err := identity.ChangeMergedConversation(ctx, tx, timeline.OpWoken, before, after)
	if !merged && err == nil {
		_, err = tx.WakeConversation(ctx, before, after)
	}
	return err
}

// partsOf returns the parts of conversations, each as it would be alone, by the number of
// the one that they are part of, which is among them. Others have none.
func partsOf(ctx context.Context, tx Tx, ns ...int64) (map[int64][]*conversation.Conversation, error) {
	all, err := tx.Aliases(ctx, don.Conversation, ns)
	if err != nil {
		return nil, err
	}
	out := map[int64][]*conversation.Conversation{}
	for _, a := range all {
		c, err := identity.OwnConversation(a)
		if err != nil {
			return nil, err
		}
		out[a.Survivor] = append(out[a.Survivor], c)
	}
	return out, nil
}

// hiddenFrom returns those of some conversations of which a contact who only claims to be
// somebody would not know every part alone. It knows them no more: their title, and what
// the team says from then on, are of all parts.
func hiddenFrom(ctx context.Context, tx Tx, me don.ID, ns []int64) ([]int64, error) {
	parts, err := partsOf(ctx, tx, ns...)
	claims := org.Scope{Actor: me, Claimed: true}
	var out []int64
	for n, all := range parts {
		if slices.ContainsFunc(all, func(c *conversation.Conversation) bool { return !partOf(claims, []don.ID{me}, c) }) {
			out = append(out, n)
		}
	}
	return out, err
}

// readableParts returns all that is one with a record, but of a conversation only the
// parts that the caller would know alone.
func readableParts(ctx context.Context, tx Tx, of don.ID) ([]don.ID, error) {
	all, err := directory.OnOneOf(ctx, tx, []don.ID{of})
	if err != nil || of.Type != don.Conversation || len(all) == 1 || !byCustomer(tx.Scope()) {
		return all, err
	}
	parts, err := partsOf(ctx, tx, numbers(all)...)
	if err != nil {
		return nil, err
	}
	var out []don.ID
	for _, id := range all {
		known, err := knowsPart(ctx, tx, parts, id.N)
		if err != nil {
			return nil, err
		}
		if known {
			out = append(out, id)
		}
	}
	return out, nil
}

// knowsPart reports whether the caller would know a part alone.
func knowsPart(ctx context.Context, tx Tx, parts map[int64][]*conversation.Conversation, n int64) (bool, error) {
	for _, list := range parts {
		if at := slices.IndexFunc(list, func(c *conversation.Conversation) bool { return c.N == n }); at >= 0 {
			return knows(ctx, tx, list[at])
		}
	}
	return true, nil
}

// inReadablePart reports as not_found that a contact may not know the part in which
// something was said.
func inReadablePart(ctx context.Context, tx Tx, of don.ID) error {
	if of.Type != don.Conversation || !byCustomer(tx.Scope()) {
		return nil
	}
	all, err := readableParts(ctx, tx, of)
	if err == nil && !slices.Contains(all, of) {
		err = errs.Gone(of.Display())
	}
	return err
}
