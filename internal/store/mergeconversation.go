package store

import (
	"context"
	"reflect"
	"slices"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
)

// RewriteConversation is UpdateConversation without history. It also writes when the
// last message came.
func (tx *Tx) RewriteConversation(ctx context.Context, before, after *conversation.Conversation) (bool, error) {
	d, err := delta(before, after)
	moved := !reflect.DeepEqual(before.LastMessageAt, after.LastMessageAt)
	if err != nil || d == "{}" && !moved {
		return false, err
	}
	if err := tx.writeConversation(ctx, before, after); err != nil || !moved {
		return true, err
	}
	_, err = tx.q.exec(ctx, "UPDATE conversation SET last_message_at = $3, active_at = $4 WHERE org_id = $1 AND n = $2",
		tx.scope.OrgID, after.N, after.LastMessageAt, after.ActiveAt())
	return true, err
}

// AbsorbConversation takes a conversation's row out of lists and indexes. Its state is
// kept with those that it joins.
func (tx *Tx) AbsorbConversation(ctx context.Context, c *conversation.Conversation) error {
	id := don.Of(don.Conversation, c.N)
	n, err := tx.q.exec(ctx, "DELETE FROM conversation WHERE org_id = $1 AND n = $2", tx.scope.OrgID, c.N)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.Gone(id.Display())
	}
	if err := tx.changeAttrs(ctx, c.N, conversationAttrs(c), nil); err != nil {
		return err
	}
	return tx.said(ctx, id)
}

// PutConversation adds a conversation's row with its index entries, without history.
func (tx *Tx) PutConversation(ctx context.Context, c *conversation.Conversation) error {
	return tx.putConversation(ctx, c)
}

// partOf has a conversation found under the one that it is part of now.
func (tx *Tx) partOf(ctx context.Context, n, now int64) error {
	if err := tx.hearUnder(ctx, n, now); err != nil {
		return err
	}
	return tx.said(ctx, don.Of(don.Conversation, n))
}

// MergedConversationsOf returns those conversations of contacts into which others were
// merged, by number.
func (tx *Tx) MergedConversationsOf(ctx context.Context, contacts []int64) ([]int64, error) {
	var out []int64
	for chunk := range slices.Chunk(contacts, chunkSize) {
		tails := make([]string, len(chunk))
		for i, n := range chunk {
			tails[i] = don.Of(don.Contact, n).Tail()
		}
		list, args := inList([]any{tx.scope.OrgID, typeCodes[don.Conversation]}, tails)
		ns, err := tx.q.numbers(ctx, "SELECT x.n FROM attr x JOIN alias a ON a.org_id = $1 AND a.type = $2 AND a.n = x.n AND a.survivor = x.n WHERE x.org_id = $1 AND x.field = '"+convMember+"' AND x.value IN "+list, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, ns...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// partsOfConversations returns what is kept of the conversations that were merged into
// some, by the number of that.
func (tx *Tx) partsOfConversations(ctx context.Context, ns []int64) (map[int64][]*conversation.Conversation, error) {
	members, err := tx.Aliases(ctx, don.Conversation, ns)
	if err != nil {
		return nil, err
	}
	out := map[int64][]*conversation.Conversation{}
	for _, m := range members {
		own, err := identity.OwnConversation(m)
		if err != nil {
			return nil, err
		}
		if m.N != m.Survivor {
			out[m.Survivor] = append(out[m.Survivor], own)
		}
	}
	return out, nil
}
