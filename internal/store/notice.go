package store

import (
	"context"
	"math"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/timeline"
)

// Subscriptions returns what members have said about being told of a record.
func (tx *Tx) Subscriptions(ctx context.Context, of don.ID) ([]timeline.Subscription, error) {
	return collect(ctx, tx.q, "SELECT member_n, off, at FROM subscriber WHERE org_id = $1 AND type = $2 AND n = $3 ORDER BY member_n",
		[]any{tx.scope.OrgID, typeCodes[of.Type], of.N}, func(r *timeline.Subscription) []any { return []any{&r.MemberN, &r.Off, &r.At} })
}

// Follow makes a member a subscriber of a record, unless that member has said
// something about it before.
func (tx *Tx) Follow(ctx context.Context, of don.ID, memberN int64) error {
	_, err := tx.q.exec(ctx, "INSERT INTO subscriber (org_id, type, n, member_n, off, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
		tx.scope.OrgID, typeCodes[of.Type], of.N, memberN, false, tx.now)
	return err
}

// Subscribe stores whether a member wants to be told of a record.
func (tx *Tx) Subscribe(ctx context.Context, of don.ID, memberN int64, off bool) error {
	_, err := tx.q.exec(ctx, `INSERT INTO subscriber (org_id, type, n, member_n, off, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (org_id, type, n, member_n) DO UPDATE SET off = excluded.off, at = excluded.at`,
		tx.scope.OrgID, typeCodes[of.Type], of.N, memberN, off, tx.now)
	return err
}

// InsertNotices tells members something. Each notice gets its id and date.
func (tx *Tx) InsertNotices(ctx context.Context, all []timeline.Notice) error {
	if len(all) == 0 {
		return nil
	}
	ids := make([]int64, len(all))
	for i, n := range all {
		ids[i] = nextID(tx.now)
		err := tx.q.send(ctx, `INSERT INTO notification (org_id, member_n, id, kind, type, n, comment_id, actor, at, rule)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			tx.scope.OrgID, n.MemberN, ids[i], string(n.Kind), typeCodes[n.Of.Type], n.Of.N, n.Comment, tx.scope.Actor.Tail(), tx.now, n.Rule)
		if err != nil {
			return err
		}
	}
	_, err := tx.q.insert(ctx, outboxTable, refuse, len(all), func(i int, w *record) {
		tx.writeOutbox(w, nextID(tx.now), don.Of(don.Member, all[i].MemberN), timeline.Told, ids[i])
	})
	return err
}

// Notices returns what a member was told, the latest first: up to limit below an
// id, 0 for the latest of all.
func (tx *Tx) Notices(ctx context.Context, memberN int64, unread bool, below int64, limit int) ([]timeline.Notice, error) {
	if below == 0 {
		below = math.MaxInt64
	}
	where := "member_n = $2 AND id < $3"
	if unread {
		where += " AND read_at IS NULL"
	}
	return tx.notices(ctx, where+" ORDER BY id DESC LIMIT $4", tx.scope.OrgID, memberN, below, limit)
}

// Notice returns one notice of a member or not_found.
func (tx *Tx) Notice(ctx context.Context, memberN, id int64) (timeline.Notice, error) {
	got, err := tx.notices(ctx, "member_n = $2 AND id = $3", tx.scope.OrgID, memberN, id)
	if err != nil {
		return timeline.Notice{}, err
	}
	if len(got) == 0 {
		return timeline.Notice{}, errs.Gone("the notification")
	}
	return got[0], nil
}

func (tx *Tx) notices(ctx context.Context, where string, args ...any) ([]timeline.Notice, error) {
	type row struct {
		timeline.Notice
		code int16
	}
	got, err := collect(ctx, tx.q, "SELECT id, member_n, kind, type, n, comment_id, actor, at, read_at, rule FROM notification WHERE org_id = $1 AND "+where, args, func(r *row) []any {
		return []any{&r.ID, &r.MemberN, (*string)(&r.Kind), &r.code, &r.Of.N, &r.Comment, &r.Actor, &r.At, &r.ReadAt, &r.Rule}
	})
	out := make([]timeline.Notice, len(got))
	for i, r := range got {
		r.Of.Type = typeOf(r.code)
		out[i] = r.Notice
	}
	return out, err
}

// CountUnread returns how many notices a member has not read, at most limit.
func (tx *Tx) CountUnread(ctx context.Context, memberN int64, limit int) (n int, err error) {
	_, err = one(ctx, tx.q, `SELECT COUNT(*) FROM (SELECT id FROM notification WHERE org_id = $1 AND member_n = $2 AND read_at IS NULL LIMIT $3) AS waiting`,
		[]any{tx.scope.OrgID, memberN, limit}, &n)
	return n, err
}

// MarkRead notes that a member has read notices: those with the ids given, or all.
func (tx *Tx) MarkRead(ctx context.Context, memberN int64, ids []int64, all bool) error {
	sql, args := "UPDATE notification SET read_at = $3 WHERE org_id = $1 AND member_n = $2 AND read_at IS NULL", []any{tx.scope.OrgID, memberN, tx.now}
	if !all {
		if len(ids) == 0 {
			return nil
		}
		var list string
		list, args = inList(args, ids)
		sql += " AND id IN " + list
	}
	n, err := tx.q.exec(ctx, sql, args...)
	if err != nil || n == 0 {
		return err
	}
	return tx.recordRange(ctx, don.Of(don.Member, memberN), timeline.Read, 0)
}

// UnreadOf returns which notices about a record a member has not read, of those
// up to a comment.
func (tx *Tx) UnreadOf(ctx context.Context, memberN int64, of don.ID, upTo int64) ([]int64, error) {
	return collect(ctx, tx.q, `SELECT id FROM notification WHERE org_id = $1 AND member_n = $2 AND read_at IS NULL AND type = $3 AND n = $4 AND comment_id <= $5
		ORDER BY id DESC LIMIT $6`, []any{tx.scope.OrgID, memberN, typeCodes[of.Type], of.N, upTo, chunkSize}, func(n *int64) []any { return []any{n} })
}

// PurgeNotices removes up to limit notices from before a time, and returns how many
// it removed.
func (tx *Tx) PurgeNotices(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := tx.q.exec(ctx, `DELETE FROM notification WHERE org_id = $1 AND (member_n, id) IN
		(SELECT member_n, id FROM notification WHERE org_id = $1 AND at < $2 ORDER BY at LIMIT $3)`, tx.scope.OrgID, before, limit)
	return int(n), err
}
