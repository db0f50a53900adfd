package store

import (
	"context"
	"time"

	"github.com/kith-id/kith/internal/directory"
)

// TakeKey takes an idempotency key for the caller, unless it stands since after
// the time given. Then it returns what stands; another transaction that has just
// taken the key is waited for.
func (tx *Tx) TakeKey(ctx context.Context, key, request string, since time.Time) (stands *directory.Answered, err error) {
	n, err := tx.q.exec(ctx, `INSERT INTO idempotency (org_id, caller, key, request, answer, created_at) VALUES ($1, $2, $3, $4, '', $5)
		ON CONFLICT (org_id, caller, key) DO UPDATE SET request = excluded.request, answer = '', created_at = excluded.created_at
		WHERE idempotency.created_at < $6`, tx.scope.OrgID, tx.scope.Actor.Tail(), key, request, tx.now, since)
	if err != nil || n > 0 {
		return nil, err
	}
	stands = &directory.Answered{}
	_, err = one(ctx, tx.q, "SELECT request, answer FROM idempotency WHERE org_id = $1 AND caller = $2 AND key = $3",
		[]any{tx.scope.OrgID, tx.scope.Actor.Tail(), key}, &stands.Request, &stands.Answer)
	return stands, err
}

// StandingKey returns what any of some callers were answered for a key since a time, nil
// for nothing.
func (tx *Tx) StandingKey(ctx context.Context, callers []string, key string, since time.Time) (*directory.Answered, error) {
	list, args := inList([]any{tx.scope.OrgID, key, since}, callers)
	out := &directory.Answered{}
	found, err := one(ctx, tx.q, "SELECT request, answer FROM idempotency WHERE org_id = $1 AND key = $2 AND created_at >= $3 AND caller IN "+list+" ORDER BY created_at LIMIT 1",
		args, &out.Request, &out.Answer)
	if err != nil || !found {
		return nil, err
	}
	return out, nil
}

// AnswerKey keeps the answer for a key that was taken.
func (tx *Tx) AnswerKey(ctx context.Context, key string, answer []byte) error {
	_, err := tx.q.exec(ctx, "UPDATE idempotency SET answer = $4 WHERE org_id = $1 AND caller = $2 AND key = $3",
		tx.scope.OrgID, tx.scope.Actor.Tail(), key, string(answer))
	return err
}

// DropKeys removes up to limit keys that were taken before a time and returns
// how many it removed.
func (tx *Tx) DropKeys(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := tx.q.exec(ctx, `DELETE FROM idempotency WHERE org_id = $1 AND (caller, key) IN
		(SELECT caller, key FROM idempotency WHERE org_id = $1 AND created_at < $2 ORDER BY created_at LIMIT $3)`, tx.scope.OrgID, before, limit)
	return int(n), err
}
