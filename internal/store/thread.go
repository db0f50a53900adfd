package store

import (
	"context"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/timeline"
)

// CountReplies returns how many answers comments on a record have that all
// members may read, and the private ones, at most limit. Deleted ones do not count.
func (tx *Tx) CountReplies(ctx context.Context, of don.ID, parents []int64, limit int) (map[int64]int, []*timeline.Comment, error) {
	type row struct {
		parent int64
		n      int
	}
	list, args := inList([]any{tx.scope.OrgID, typeCodes[of.Type], of.N, tx.now, string(timeline.Private)}, parents)
	living := "type = $2 AND n = $3 AND parent <> 0 AND NOT deleted AND (expires_at IS NULL OR expires_at > $4) AND parent IN " + list
	got, err := collect(ctx, tx.q, "SELECT parent, COUNT(*) FROM comment WHERE org_id = $1 AND "+living+" AND visibility <> $5 GROUP BY parent", args,
		func(r *row) []any { return []any{&r.parent, &r.n} })
	if err != nil {
		return nil, nil, err
	}
	out := map[int64]int{}
	for _, r := range got {
		out[r.parent] = r.n
	}
	args = append(args, limit)
	private, err := tx.comments(ctx, living+" AND visibility = $5 ORDER BY id LIMIT $"+itoa(len(args)), args...)
	return out, private, err
}

// ThreadAuthors returns who wrote a comment and who answered it: tails of ids, at
// most limit.
func (tx *Tx) ThreadAuthors(ctx context.Context, of don.ID, parent int64, limit int) ([]string, error) {
	return collect(ctx, tx.q, `SELECT created_by FROM comment WHERE org_id = $1 AND type = $2 AND n = $3 AND id = $4
		UNION SELECT created_by FROM comment WHERE org_id = $1 AND type = $2 AND n = $3 AND parent = $4 AND parent <> 0 ORDER BY created_by LIMIT $5`,
		[]any{tx.scope.OrgID, typeCodes[of.Type], of.N, parent, limit}, func(s *string) []any { return []any{s} })
}
