package store

import (
	"context"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/timeline"
)

const commentColumns = "type, n, id, body, body_type, visibility, private_to, labels, ref, expires_at, deleted, created_at, created_by, modified_at, modified_by, claimed, parent"

type commentRow struct {
	timeline.Comment
	code              int16
	n                 int64
	privateTo, labels []byte
}

func scanComment(r *commentRow) []any {
	return []any{
		&r.code, &r.n, &r.ID, &r.Body, &r.BodyType, (*string)(&r.Visibility), &r.privateTo, &r.labels, &r.Ref, &r.ExpiresAt, &r.Deleted,
		&r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy, &r.Claimed, &r.Parent,
	}
}

func (tx *Tx) comments(ctx context.Context, where string, args ...any) ([]*timeline.Comment, error) {
	got, err := collect(ctx, tx.q, "SELECT "+commentColumns+" FROM comment WHERE org_id = $1 AND "+where, args, scanComment)
	if err != nil {
		return nil, err
	}
	out := make([]*timeline.Comment, len(got))
	for i := range got {
		c := got[i].Comment
		c.Of = don.Of(typeOf(got[i].code), got[i].n)
		if err := unpack(got[i].privateTo, &c.PrivateTo, got[i].labels, &c.Labels); err != nil {
			return nil, err
		}
		out[i] = &c
	}
	return out, nil
}

// InsertComment adds a comment, and gives it its id and dates. A reference that
// another comment of the record has is a conflict.
func (tx *Tx) InsertComment(ctx context.Context, c *timeline.Comment) error {
	c.ID = nextID(tx.now)
	if err := tx.freeRef(ctx, c); err != nil {
		return err
	}
	c.CreatedAt, c.CreatedBy = tx.now, tx.scope.Actor.Tail()
	c.ModifiedAt, c.ModifiedBy, c.Claimed = c.CreatedAt, c.CreatedBy, tx.scope.Claimed
	added, err := tx.q.exec(ctx, "INSERT INTO comment (org_id, "+commentColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING`,
		tx.scope.OrgID, typeCodes[c.Of.Type], c.Of.N, c.ID, c.Body, c.BodyType, string(c.Visibility), pack(c.PrivateTo), pack(c.Labels), c.Ref, c.ExpiresAt,
		c.Deleted, c.CreatedAt, c.CreatedBy, c.ModifiedAt, c.ModifiedBy, c.Claimed, c.Parent)
	if err != nil {
		return err
	}
	if added == 0 {
		return identity.ErrAgain // another transaction has just taken the reference
	}
	if err := tx.said(ctx, c.Of); err != nil {
		return err
	}
	return tx.tellOfComment(ctx, c, timeline.Commented)
}

func (tx *Tx) freeRef(ctx context.Context, c *timeline.Comment) error {
	if c.Ref == "" {
		return nil
	}
	_, err := tx.q.exec(ctx, "UPDATE comment SET ref = '' WHERE org_id = $1 AND type = $2 AND n = $3 AND ref = $4 AND expires_at <= $5",
		tx.scope.OrgID, typeCodes[c.Of.Type], c.Of.N, c.Ref, tx.now) // what has gone by itself holds none
	if err != nil {
		return err
	}
	same, err := tx.comments(ctx, "type = $2 AND n = $3 AND ref = $4 AND id <> $5", tx.scope.OrgID, typeCodes[c.Of.Type], c.Of.N, c.Ref, c.ID)
	if err != nil || len(same) == 0 {
		return err
	}
	return errs.Clash("external_ref", "%q is the external reference of another comment on %s", c.Ref, c.Of.Display())
}

// tellOfComment puts a comment into the outbox: n is the record's, n_to the comment's id.
func (tx *Tx) tellOfComment(ctx context.Context, c *timeline.Comment, op string) error {
	_, err := tx.q.insert(ctx, outboxTable, refuse, 1, func(_ int, w *record) {
		tx.writeOutbox(w, nextID(tx.now), c.Of, op, c.ID)
	})
	return err
}

// Comment returns the comment id of a record or not_found; with lock it stays
// unchanged by others until the transaction ends.
func (tx *Tx) Comment(ctx context.Context, of don.ID, id int64, lock bool) (*timeline.Comment, error) {
	where := "type = $2 AND n = $3 AND id = $4"
	if lock {
		where += tx.q.lock()
	}
	return tx.oneComment(ctx, where, tx.scope.OrgID, typeCodes[of.Type], of.N, id)
}

// CommentByRef returns the comment of a record that has an external reference.
func (tx *Tx) CommentByRef(ctx context.Context, of don.ID, ref string) (*timeline.Comment, error) {
	return tx.oneComment(ctx, "type = $2 AND n = $3 AND ref = $4 AND ref <> ''", tx.scope.OrgID, typeCodes[of.Type], of.N, ref)
}

func (tx *Tx) oneComment(ctx context.Context, where string, args ...any) (*timeline.Comment, error) {
	got, err := tx.comments(ctx, where, args...)
	if err != nil {
		return nil, err
	}
	if len(got) == 0 || got[0].Over(tx.now) {
		return nil, errs.Gone("the comment")
	}
	return got[0], nil
}

// UpdateComment replaces a comment by its changed form.
func (tx *Tx) UpdateComment(ctx context.Context, after *timeline.Comment) error {
	if err := tx.freeRef(ctx, after); err != nil {
		return err
	}
	op := timeline.CommentChanged
	if after.Deleted {
		op = timeline.CommentWithdrawn
	}
	after.ModifiedAt, after.ModifiedBy = tx.now, tx.scope.Actor.Tail()
	_, err := tx.q.exec(ctx, `UPDATE comment SET body = $5, body_type = $6, labels = $7, ref = $8, deleted = $9, modified_at = $10, modified_by = $11
		WHERE org_id = $1 AND type = $2 AND n = $3 AND id = $4`,
		tx.scope.OrgID, typeCodes[after.Of.Type], after.Of.N, after.ID, after.Body, after.BodyType, pack(after.Labels), after.Ref, after.Deleted,
		after.ModifiedAt, after.ModifiedBy)
	if err != nil {
		return err
	}
	if err := tx.said(ctx, after.Of); err != nil {
		return err
	}
	return tx.tellOfComment(ctx, after, op)
}

// Comments returns up to limit comments on a record beyond the id edge: below it
// and downwards, or above it and upwards. They are the answers to the comment
// thread, or with 0 those that answer none, or with timeline.Whole all.
func (tx *Tx) Comments(ctx context.Context, of don.ID, thread, edge int64, down bool, limit int) ([]*timeline.Comment, error) {
	args := []any{tx.scope.OrgID, typeCodes[of.Type], of.N, edge, limit}
	where := "type = $2 AND n = $3 AND "
	switch {
	case thread == 0:
		where += "parent = 0 AND "
	case thread != timeline.Whole:
		args = append(args, thread)
		where += "parent = $6 AND parent <> 0 AND "
	}
	return tx.comments(ctx, where+pastID(down), args...)
}

// pastID is the part of a walk along ids beyond the one in $4, of $5 rows.
func pastID(down bool) string {
	if down {
		return "id < $4 ORDER BY id DESC LIMIT $5"
	}
	return "id > $4 ORDER BY id LIMIT $5"
}

// CountComments returns how many comments a record has, at most limit.
func (tx *Tx) CountComments(ctx context.Context, of don.ID, limit int) (n int, err error) {
	_, err = one(ctx, tx.q, "SELECT COUNT(*) FROM (SELECT id FROM comment WHERE org_id = $1 AND type = $2 AND n = $3 AND deleted = FALSE LIMIT $4) AS written",
		[]any{tx.scope.OrgID, typeCodes[of.Type], of.N, limit}, &n)
	return n, err
}

type eventRow struct {
	timeline.Event
	delta string
}

// Events is Comments for what history tells of a record.
func (tx *Tx) Events(ctx context.Context, of don.ID, edge int64, down bool, limit int) ([]*timeline.Event, error) {
	got, err := collect(ctx, tx.q, "SELECT id, at, actor, op, delta FROM history WHERE org_id = $1 AND type = $2 AND n = $3 AND "+pastID(down),
		[]any{tx.scope.OrgID, typeCodes[of.Type], of.N, edge, limit},
		func(r *eventRow) []any { return []any{&r.ID, &r.At, &r.Actor, &r.Op, &r.delta} })
	if err != nil {
		return nil, err
	}
	out := make([]*timeline.Event, 0, len(got))
	for i := range got {
		e := got[i].Event
		e.Of = of
		if e.Deltas, err = timeline.ReadDeltas(got[i].delta); err != nil {
			return nil, err
		}
		if e.Link, err = timeline.ReadLink(e.Op, got[i].delta); err != nil {
			return nil, err
		}
		if e.Merge, err = timeline.ReadMerge(e.Op, got[i].delta); err != nil {
			return nil, err
		}
		out = append(out, &e)
	}
	return out, nil
}
