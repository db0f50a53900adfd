package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// TrashDays is how long a deleted record can be restored.
const TrashDays = 90

// Discarded is a record in the trash.
type Discarded struct {
	ID        don.ID
	Body      []byte // the record as JSON
	DeletedAt time.Time
	DeletedBy string
}

// discard moves a record into the trash.
func (tx *Tx) discard(ctx context.Context, from string, id don.ID, body any, attrs []attr) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	n, err := tx.q.exec(ctx, "DELETE FROM "+from+" WHERE org_id = $1 AND n = $2", tx.scope.OrgID, id.N)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.Gone(id.Display())
	}
	if err := tx.changeAttrs(ctx, id.N, attrs, nil); err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, "INSERT INTO trash (org_id, type, n, body, deleted_at, deleted_by) VALUES ($1, $2, $3, $4, $5, $6)",
		tx.scope.OrgID, typeCodes[id.Type], id.N, string(text), tx.now, tx.scope.Actor.Tail())
	if err != nil {
		return err
	}
	return tx.record(ctx, change{id, opDeleted, ""})
}

// Discarded returns a record of the trash, decoded into body, or not_found.
func (tx *Tx) Discarded(ctx context.Context, id don.ID, body any) error {
	var text []byte
	found, err := one(ctx, tx.q, "SELECT body FROM trash WHERE org_id = $1 AND type = $2 AND n = $3"+tx.q.lock(),
		[]any{tx.scope.OrgID, typeCodes[id.Type], id.N}, &text)
	if err != nil {
		return err
	}
	if !found {
		return errs.New(errs.NotFound, "not_found", "%s is not in the trash; deleted records are kept for %d days", id.Display(), TrashDays)
	}
	return json.Unmarshal(text, body)
}

// Trash returns up to limit deleted records, the latest first.
func (tx *Tx) Trash(ctx context.Context, limit int) ([]Discarded, error) {
	type row struct {
		Discarded
		code int16
	}
	got, err := collect(ctx, tx.q, "SELECT type, n, body, deleted_at, deleted_by FROM trash WHERE org_id = $1 ORDER BY deleted_at DESC LIMIT $2",
		[]any{tx.scope.OrgID, limit}, func(r *row) []any { return []any{&r.code, &r.ID.N, &r.Body, &r.DeletedAt, &r.DeletedBy} })
	out := make([]Discarded, len(got))
	for i, r := range got {
		r.ID.Type = typeOf(r.code)
		out[i] = r.Discarded
	}
	return out, err
}

// PurgeTrash removes for good up to limit records deleted before the time, and
// returns how many it removed.
func (tx *Tx) PurgeTrash(ctx context.Context, before time.Time, limit int) (int, error) {
	type row struct {
		code int16
		n    int64
	}
	old, err := collect(ctx, tx.q, "SELECT type, n FROM trash WHERE org_id = $1 AND deleted_at < $2 ORDER BY deleted_at LIMIT $3",
		[]any{tx.scope.OrgID, before, limit}, func(r *row) []any { return []any{&r.code, &r.n} })
	if err != nil {
		return 0, err
	}
	for _, r := range old {
		if _, err := tx.q.exec(ctx, "DELETE FROM trash WHERE org_id = $1 AND type = $2 AND n = $3", tx.scope.OrgID, r.code, r.n); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}

func (tx *Tx) takeOut(ctx context.Context, id don.ID) error {
	n, err := tx.q.exec(ctx, "DELETE FROM trash WHERE org_id = $1 AND type = $2 AND n = $3", tx.scope.OrgID, typeCodes[id.Type], id.N)
	if err == nil && n == 0 {
		return errs.Gone(id.Display())
	}
	return err
}
