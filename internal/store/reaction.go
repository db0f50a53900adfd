package store

import (
	"context"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/timeline"
)

// React notes that the caller reacts to a comment with an emoji, or no more, and
// reports whether that is new.
func (tx *Tx) React(ctx context.Context, c *timeline.Comment, emoji string, on bool) (bool, error) {
	sql := "INSERT INTO reaction (org_id, type, n, comment_id, emoji, reacted_by, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"
	args := []any{tx.scope.OrgID, typeCodes[c.Of.Type], c.Of.N, c.ID, emoji, tx.scope.Actor.Tail(), tx.now}
	if !on {
		sql = "DELETE FROM reaction WHERE org_id = $1 AND type = $2 AND n = $3 AND comment_id = $4 AND emoji = $5 AND reacted_by = $6"
		args = args[:6]
	}
	n, err := tx.q.exec(ctx, sql, args...)
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.tellOfComment(ctx, c, timeline.CommentChanged)
}

// DropReactions takes all reactions off a comment.
func (tx *Tx) DropReactions(ctx context.Context, c *timeline.Comment) error {
	_, err := tx.q.exec(ctx, "DELETE FROM reaction WHERE org_id = $1 AND type = $2 AND n = $3 AND comment_id = $4",
		tx.scope.OrgID, typeCodes[c.Of.Type], c.Of.N, c.ID)
	return err
}

// Reactions returns the reactions to comments on a record, by the comment's id: each
// emoji with how many reacted so, in the order in which the first of them did.
func (tx *Tx) Reactions(ctx context.Context, of don.ID, ids []int64) (map[int64][]timeline.Reaction, error) {
	type row struct {
		timeline.Reaction
		comment int64
		mine    int
	}
	list, args := inList([]any{tx.scope.OrgID, typeCodes[of.Type], of.N, tx.scope.Actor.Tail()}, ids)
	got, err := collect(ctx, tx.q, `SELECT comment_id, emoji, COUNT(*), SUM(CASE WHEN reacted_by = $4 THEN 1 ELSE 0 END) FROM reaction
		WHERE org_id = $1 AND type = $2 AND n = $3 AND comment_id IN `+list+" GROUP BY comment_id, emoji ORDER BY MIN(at), emoji",
		args, func(r *row) []any { return []any{&r.comment, &r.Emoji, &r.N, &r.mine} })
	out := map[int64][]timeline.Reaction{}
	for _, r := range got {
		r.Mine = r.mine > 0
		out[r.comment] = append(out[r.comment], r.Reaction)
	}
	return out, err
}

// Reactors returns who reacted to a comment with an emoji, behind the one given, in
// the order of their ids' tails.
func (tx *Tx) Reactors(ctx context.Context, of don.ID, id int64, emoji, behind string, limit int) ([]timeline.Reactor, error) {
	return collect(ctx, tx.q, `SELECT reacted_by, at FROM reaction WHERE org_id = $1 AND type = $2 AND n = $3 AND comment_id = $4 AND emoji = $5 AND reacted_by > $6
		ORDER BY reacted_by LIMIT $7`, []any{tx.scope.OrgID, typeCodes[of.Type], of.N, id, emoji, behind, limit},
		func(r *timeline.Reactor) []any { return []any{&r.By, &r.At} })
}
