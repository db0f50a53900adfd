package store

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/timeline"
)

// Hear notes that a customer wrote a message in a conversation, or in one that was
// merged into another.
func (tx *Tx) Hear(ctx context.Context, n, id int64) error {
	_, err := tx.q.exec(ctx, `INSERT INTO heard_part (org_id, n, part_n, id)
		VALUES ($1, COALESCE((SELECT a.survivor FROM alias a WHERE a.org_id = $1 AND a.type = $4 AND a.n = $2), $2), $2, $3)
		ON CONFLICT (org_id, n, part_n) DO UPDATE SET id = CASE WHEN heard_part.id < excluded.id THEN excluded.id ELSE heard_part.id END`,
		tx.scope.OrgID, n, id, typeCodes[don.Conversation])
	return err
}

// hearUnder has what customers wrote in a conversation found under the one that it is
// part of now.
func (tx *Tx) hearUnder(ctx context.Context, n, now int64) error {
	_, err := tx.q.exec(ctx, "UPDATE heard_part SET n = $3 WHERE org_id = $1 AND part_n = $2", tx.scope.OrgID, n, now)
	return err
}

// Marks returns of conversations, by part, in which a customer has written the last
// such message and how far a member has read.
func (tx *Tx) Marks(ctx context.Context, by conversation.Reader, ns []int64) (map[int64][]conversation.Mark, error) {
	type row struct {
		n int64
		conversation.Mark
	}
	out := make(map[int64][]conversation.Mark, len(ns))
	for chunk := range slices.Chunk(ns, chunkSize) {
		list, args := inList([]any{tx.scope.OrgID, by.N, firstID(by.Since)}, chunk)
		got, err := collect(ctx, tx.q, `SELECT h.n, h.part_n, h.id, COALESCE(s.id, $3) FROM heard_part h LEFT JOIN seen s ON s.org_id = $1 AND s.member_n = $2 AND s.n = h.part_n
			WHERE h.org_id = $1 AND h.n IN `+list+" ORDER BY h.n, h.part_n", args, func(r *row) []any { return []any{&r.n, &r.Part, &r.Heard, &r.Seen} })
		if err != nil {
			return nil, err
		}
		for _, r := range got {
			out[r.n] = append(out[r.n], r.Mark)
		}
	}
	return out, nil
}

// MarkSeen stores how far a member has read a part of a conversation, and tells that
// member. Unless it goes back, it goes forward alone.
func (tx *Tx) MarkSeen(ctx context.Context, memberN, n int64, m conversation.Mark, back bool) error {
	_, err := tx.q.exec(ctx, `INSERT INTO seen (org_id, member_n, n, id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (org_id, member_n, n) DO UPDATE SET id = excluded.id WHERE $5 OR excluded.id > seen.id`, tx.scope.OrgID, memberN, m.Part, m.Seen, back)
	if err != nil {
		return err
	}
	return tx.recordRange(ctx, don.Of(don.Conversation, n), timeline.Seen, memberN)
}

// CountHeard returns how many messages customers wrote in a conversation behind a
// comment, at most limit.
func (tx *Tx) CountHeard(ctx context.Context, n, after int64, limit int) (count int, err error) {
	_, err = one(ctx, tx.q, `SELECT COUNT(*) FROM (SELECT id FROM comment WHERE org_id = $1 AND type = $2 AND n = $3 AND id > $4
		AND visibility IN ('external', 'public') AND created_by LIKE 'revu/%' AND deleted = FALSE LIMIT $5) AS said`,
		[]any{tx.scope.OrgID, typeCodes[don.Conversation], n, after, limit}, &count)
	return count, err
}

// Mute stores whether a member wants to be told nothing of a conversation.
func (tx *Tx) Mute(ctx context.Context, memberN, n int64, is bool) error {
	sql := "DELETE FROM muted WHERE org_id = $1 AND n = $2 AND member_n = $3"
	if is {
		sql = "INSERT INTO muted (org_id, n, member_n) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
	}
	_, err := tx.q.exec(ctx, sql, tx.scope.OrgID, n, memberN)
	return err
}

// Muting returns which members want to be told nothing of a conversation.
func (tx *Tx) Muting(ctx context.Context, n int64) ([]int64, error) {
	return collect(ctx, tx.q, "SELECT member_n FROM muted WHERE org_id = $1 AND n = $2 ORDER BY member_n", []any{tx.scope.OrgID, n}, func(m *int64) []any { return []any{m} })
}

// Muted returns of which of the conversations a member wants to be told nothing.
func (tx *Tx) Muted(ctx context.Context, memberN int64, ns []int64) ([]int64, error) {
	var out []int64
	for chunk := range slices.Chunk(ns, chunkSize) {
		list, args := inList([]any{tx.scope.OrgID, memberN}, chunk)
		got, err := collect(ctx, tx.q, "SELECT n FROM muted WHERE org_id = $1 AND member_n = $2 AND n IN "+list+" ORDER BY n", args, func(n *int64) []any { return []any{n} })
		if err != nil {
			return nil, err
		}
		out = append(out, got...)
	}
	return out, nil
}

// forgetUnread removes what is kept of who has read or muted a conversation.
func (tx *Tx) forgetUnread(ctx context.Context, n int64) error {
	for _, sql := range []string{
		"DELETE FROM heard_part WHERE org_id = $1 AND part_n = $2", "DELETE FROM seen WHERE org_id = $1 AND n = $2", "DELETE FROM muted WHERE org_id = $1 AND n = $2",
	} {
		if _, err := tx.q.exec(ctx, sql, tx.scope.OrgID, n); err != nil {
			return err
		}
	}
	return nil
}

// firstID is the least id of what is made at a time.
func firstID(at time.Time) int64 { return at.Sub(epoch).Microseconds() << 11 }

// unreadCond asks for conversations in which a customer has written something that
// a member has not seen: only of those that are still somebody's matter, for what
// was closed has been seen to.
func unreadCond(by conversation.Reader) cond {
	where := func(b *builder) string {
		return "x.org_id = $1 AND x.id > COALESCE((SELECT s.id FROM seen s WHERE s.org_id = $1 AND s.member_n = " + b.arg(by.N) + " AND s.n = x.part_n), " + b.arg(firstID(by.Since)) + ")"
	}
	heard := cond{
		members: func(b *builder) string { return "SELECT x.n FROM heard_part x WHERE " + where(b) },
		order:   "x.n",
		repeats: true, // once for each part
		seek:    true,
		weight:  2,
		probe:   func(b *builder, n string) string { return exists("heard_part x", where(b)+" AND x.n = "+n) },
	}
	return conversationList.every([]cond{
		attrCond(convState, []string{string(conversation.Open), string(conversation.InProgress)}),
		heard,
		conversationList.opposite(attrCond(convFlag, []string{flagSpam})),
	})
}

// unread asks for what is unread, or for the others.
func (cs *conds) unread(by conversation.Reader, want *bool) {
	if want == nil {
		return
	}
	c := unreadCond(by)
	if !*want {
		c = conversationList.opposite(c)
	}
	*cs = append(*cs, c)
}

// ownOrNobodys asks for what a member looks after, or nobody does.
func (cs *conds) ownOrNobodys(memberN int64) {
	if memberN == 0 {
		return
	}
	anybodys := attrRange(convOwner, "", func(_ *builder, t string) string { return t + ".owners <> ''" })
	*cs = append(*cs, conversationList.any([]cond{attrCond(convOwner, []string{num(memberN)}), conversationList.opposite(anybodys)}))
}
