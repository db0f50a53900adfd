package store

import (
	"context"
	"time"

	"github.com/kith-id/kith/internal/conversation"
)

// SnoozeOrgs returns the orgs with conversations whose time has come.
func (d *DB) SnoozeOrgs(ctx context.Context) (due []int64, err error) {
	err = d.e.read(ctx, func(q querier) error {
		due, err = collect(ctx, q, `SELECT o.org_id FROM org o WHERE EXISTS
			(SELECT 1 FROM conversation c WHERE c.org_id = o.org_id AND c.snoozed_until <= $1) ORDER BY o.org_id`,
			[]any{d.now().UTC()}, func(n *int64) []any { return []any{n} })
		return err
	})
	return due, err
}

// DueConversations returns up to limit conversations that were put off until a
// time that has come, in the order of these times: those behind the one given, nil
// for the first of all.
func (tx *Tx) DueConversations(ctx context.Context, behind *conversation.Conversation, limit int) ([]*conversation.Conversation, error) {
	var at time.Time
	var n int64
	if behind != nil {
		at, n = *behind.SnoozedUntil, behind.N
	}
	got, err := collect(ctx, tx.q, "SELECT "+conversationColumns+` FROM conversation
		WHERE org_id = $1 AND snoozed_until <= $2 AND (snoozed_until, n) > ($3, $4) ORDER BY snoozed_until, n LIMIT $5`,
		[]any{tx.scope.OrgID, tx.now, at, n, limit}, scanConversation)
	if err != nil {
		return nil, err
	}
	out := make([]*conversation.Conversation, len(got))
	for i := range got {
		if out[i], err = got[i].conversation(); err != nil {
			return nil, err
		}
	}
	return out, nil
}
