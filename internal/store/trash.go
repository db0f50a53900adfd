package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
)

// TrashDays is how long a deleted record can be restored.
const TrashDays = directory.TrashDays

// discard moves a record into the trash.
func (tx *Tx) discard(ctx context.Context, from string, id don.ID, body any, attrs []attr) error {
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
	if err := tx.said(ctx, id); err != nil {
		return err
	}
	if id.Type != don.Conversation { // which no group is made of
		if err := tx.written(ctx, id.Type, id.N); err != nil {
			return err
		}
	}
	return tx.intoTrash(ctx, id, body)
}

// intoTrash keeps a record that is taken away.
func (tx *Tx) intoTrash(ctx context.Context, id don.ID, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
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

// DiscardedAt returns when a record went to the trash, zero when it is not there.
func (tx *Tx) DiscardedAt(ctx context.Context, id don.ID) (at time.Time, err error) {
	_, err = one(ctx, tx.q, "SELECT deleted_at FROM trash WHERE org_id = $1 AND type = $2 AND n = $3"+tx.q.lock(),
		[]any{tx.scope.OrgID, typeCodes[id.Type], id.N}, &at)
	return at, err
}

// DiscardedWith returns the records of a type that went to the trash in the
// same transaction as another.
func (tx *Tx) DiscardedWith(ctx context.Context, id don.ID, t don.Type) ([]don.ID, error) {
	ns, err := collect(ctx, tx.q, `SELECT n FROM trash WHERE org_id = $1 AND type = $2 AND deleted_at =
		(SELECT deleted_at FROM trash WHERE org_id = $1 AND type = $3 AND n = $4) ORDER BY n`,
		[]any{tx.scope.OrgID, typeCodes[t], typeCodes[id.Type], id.N}, func(n *int64) []any { return []any{n} })
	out := make([]don.ID, len(ns))
	for i, n := range ns {
		out[i] = don.Of(t, n)
	}
	return out, err
}

// Trash returns deleted records, the latest first.
func (tx *Tx) Trash(ctx context.Context, q directory.TrashQuery) ([]directory.Discarded, error) {
	type row struct {
		directory.Discarded
		code int16
	}
	sql := "SELECT type, n, body, deleted_at, deleted_by FROM trash WHERE org_id = $1"
	args := []any{tx.scope.OrgID}
	if len(q.Types) > 0 {
		codes := make([]int16, len(q.Types))
		for i, t := range q.Types {
			codes[i] = typeCodes[t]
		}
		list, all := inList(args, codes)
		sql, args = sql+" AND type IN "+list, all
	}
	if !q.Before.IsZero() {
		at := len(args)
		args = append(args, q.Before, typeCodes[q.Below.Type], q.Below.N)
		sql += " AND (deleted_at, type, n) < ($" + itoa(at+1) + ", $" + itoa(at+2) + ", $" + itoa(at+3) + ")"
	}
	args = append(args, q.Limit)
	sql += " ORDER BY deleted_at DESC, type DESC, n DESC LIMIT $" + itoa(len(args))
	got, err := collect(ctx, tx.q, sql, args, func(r *row) []any { return []any{&r.code, &r.ID.N, &r.Body, &r.DeletedAt, &r.DeletedBy} })
	out := make([]directory.Discarded, len(got))
	for i, r := range got {
		r.ID.Type = typeOf(r.code)
		out[i] = r.Discarded
	}
	return out, err
}

// PurgeTrash removes for good up to limit records deleted before the time, and
// returns how many it removed.
func (tx *Tx) PurgeTrash(ctx context.Context, before time.Time, limit int) (int, error) {
	old, err := tx.Trash(ctx, directory.TrashQuery{Before: before, Limit: limit})
	if err != nil {
		return 0, err
	}
	ids := make([]don.ID, len(old))
	for i, d := range old {
		ids[i] = d.ID
	}
	return len(ids), tx.DropTrash(ctx, ids)
}

// DropTrash removes records of the trash for good, and what visitors claimed of them.
func (tx *Tx) DropTrash(ctx context.Context, ids []don.ID) error {
	for _, id := range ids {
		_, err := tx.q.exec(ctx, "DELETE FROM trash WHERE org_id = $1 AND type = $2 AND n = $3", tx.scope.OrgID, typeCodes[id.Type], id.N)
		if err != nil {
			return err
		}
		members, err := tx.Aliases(ctx, id.Type, []int64{id.N})
		if err != nil {
			return err
		}
		if err := tx.forgetGroup(ctx, id); err != nil {
			return err
		}
		if err := tx.forgetComments(ctx, append(members, identity.Alias{Type: id.Type, N: id.N})); err != nil {
			return err
		}
		for _, m := range append(members, identity.Alias{N: id.N}) {
			if err := tx.forgetLinks(ctx, don.Of(id.Type, m.N)); err != nil {
				return err
			}
		}
		if id.Type != don.Contact {
			continue
		}
		for _, m := range append(members, identity.Alias{N: id.N}) {
			if err := tx.forgetContact(ctx, m.N); err != nil {
				return err
			}
		}
	}
	return nil
}

// forgetComments removes what was written on records, who is told about them and how
// often they were used, and takes their files off.
func (tx *Tx) forgetComments(ctx context.Context, of []identity.Alias) error {
	for _, a := range of {
		for _, sql := range []string{
			"DELETE FROM comment WHERE org_id = $1 AND type = $2 AND n = $3",
			"DELETE FROM reaction WHERE org_id = $1 AND type = $2 AND n = $3",
			"DELETE FROM subscriber WHERE org_id = $1 AND type = $2 AND n = $3",
			"DELETE FROM tally WHERE org_id = $1 AND type = $2 AND n = $3",
		} {
			if _, err := tx.q.exec(ctx, sql, tx.scope.OrgID, typeCodes[a.Type], a.N); err != nil {
				return err
			}
		}
		if a.Type == don.Conversation {
			if err := tx.forgetUnread(ctx, a.N); err != nil {
				return err
			}
		}
		if err := tx.freeArtifacts(ctx, don.Of(a.Type, a.N)); err != nil {
			return err
		}
	}
	return nil
}

// forgetContact removes what is kept of a contact beside its row: what its
// visitor claimed, its places in groups, the pairs with their reasons, and what
// it did.
func (tx *Tx) forgetContact(ctx context.Context, n int64) error {
	for _, sql := range []string{
		"DELETE FROM claim WHERE org_id = $1 AND n = $2",
		"DELETE FROM tracked WHERE org_id = $1 AND contact_n = $2",
		"DELETE FROM user_group_member WHERE org_id = $1 AND type = 1 AND n = $2",
		"DELETE FROM duplicate WHERE org_id = $1 AND a_n = $2",
		"DELETE FROM duplicate WHERE org_id = $1 AND a_n IN (SELECT a_n FROM duplicate WHERE org_id = $1 AND b_n = $2) AND b_n = $2",
	} {
		if err := tx.q.send(ctx, sql, tx.scope.OrgID, n); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) takeOut(ctx context.Context, id don.ID) error {
	n, err := tx.q.exec(ctx, "DELETE FROM trash WHERE org_id = $1 AND type = $2 AND n = $3", tx.scope.OrgID, typeCodes[id.Type], id.N)
	if err == nil && n == 0 {
		return errs.Gone(id.Display())
	}
	return err
}
