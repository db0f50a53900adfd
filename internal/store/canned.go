package store

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/kith-id/kith/internal/canned"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
)

const replyColumns = "n, owner_n, shortcut, title, body, created_at, created_by, modified_at, modified_by"

func scanReply(r *canned.Reply) []any {
	return []any{&r.N, &r.OwnerN, &r.Shortcut, &r.Title, &r.Body, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy}
}

// CannedReply returns one canned reply or not_found, whosever it is. With lock it
// stays unchanged by others until the transaction ends.
func (tx *Tx) CannedReply(ctx context.Context, n int64, lock bool) (*canned.Reply, error) {
	sql := "SELECT " + replyColumns + " FROM canned_reply WHERE org_id = $1 AND n = $2"
	if lock {
		sql += tx.q.lock()
	}
	got, err := collect(ctx, tx.q, sql, []any{tx.scope.OrgID, n}, scanReply)
	if err != nil {
		return nil, err
	}
	if len(got) == 0 {
		return nil, errs.Gone(don.Of(don.CannedReply, n).Display())
	}
	return &got[0], nil
}

// CannedReplyHeads returns the replies that a member may see, without their texts, of
// which there may be much.
func (tx *Tx) CannedReplyHeads(ctx context.Context, memberN int64) ([]*canned.Reply, error) {
	got, err := collect(ctx, tx.q, "SELECT n, owner_n, shortcut, title FROM canned_reply WHERE org_id = $1 AND owner_n IN (0, $2)",
		[]any{tx.scope.OrgID, memberN}, func(r *canned.Reply) []any { return []any{&r.N, &r.OwnerN, &r.Shortcut, &r.Title} })
	return pointers(got), err
}

func pointers[T any](list []T) []*T {
	out := make([]*T, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

// CannedReplies returns the replies with the numbers given, by number.
func (tx *Tx) CannedReplies(ctx context.Context, ns []int64) (map[int64]*canned.Reply, error) {
	out := make(map[int64]*canned.Reply, len(ns))
	for chunk := range slices.Chunk(ns, chunkSize) {
		list, args := inList([]any{tx.scope.OrgID}, chunk)
		got, err := collect(ctx, tx.q, "SELECT "+replyColumns+" FROM canned_reply WHERE org_id = $1 AND n IN "+list, args, scanReply)
		if err != nil {
			return nil, err
		}
		for i := range got {
			out[got[i].N] = &got[i]
		}
	}
	return out, nil
}

// CountCannedReplies returns how many replies belong to a member alone, or, for 0,
// to all.
func (tx *Tx) CountCannedReplies(ctx context.Context, ownerN int64) (n int, err error) {
	_, err = one(ctx, tx.q, "SELECT COUNT(*) FROM canned_reply WHERE org_id = $1 AND owner_n = $2", []any{tx.scope.OrgID, ownerN}, &n)
	return n, err
}

// freeShortcut reports a shortcut that another reply of the same owner has.
func (tx *Tx) freeShortcut(ctx context.Context, r *canned.Reply) error {
	var n int64
	var title string
	found, err := one(ctx, tx.q, "SELECT n, title FROM canned_reply WHERE org_id = $1 AND owner_n = $2 AND shortcut = $3 AND n <> $4",
		[]any{tx.scope.OrgID, r.OwnerN, r.Shortcut, r.N}, &n, &title)
	if err != nil || !found {
		return err
	}
	return identity.Taken("shortcut", r.Shortcut, don.Of(don.CannedReply, n), title)
}

// InsertCannedReply adds a reply; a shortcut that its owner has already is a conflict.
func (tx *Tx) InsertCannedReply(ctx context.Context, r *canned.Reply) error {
	if err := tx.freeShortcut(ctx, r); err != nil {
		return err
	}
	added, err := tx.q.exec(ctx, "INSERT INTO canned_reply (org_id, "+replyColumns+") VALUES ("+marks(1, 10)+") ON CONFLICT DO NOTHING",
		tx.scope.OrgID, r.N, r.OwnerN, r.Shortcut, r.Title, r.Body, r.CreatedAt, r.CreatedBy, r.ModifiedAt, r.ModifiedBy)
	if err != nil {
		return err
	}
	if added == 0 {
		return identity.ErrAgain // another transaction has just taken the shortcut
	}
	return tx.record(ctx, change{don.Of(don.CannedReply, r.N), opCreated, ""})
}

// UpdateCannedReply replaces a reply by its changed form.
func (tx *Tx) UpdateCannedReply(ctx context.Context, before, after *canned.Reply) error {
	d, err := delta(before, after)
	if err != nil || d == "{}" {
		return err
	}
	if err := tx.freeShortcut(ctx, after); err != nil {
		return err
	}
	after.ModifiedAt, after.ModifiedBy = tx.now, tx.scope.Actor.Tail()
	_, err = tx.q.exec(ctx, `UPDATE canned_reply SET owner_n = $3, shortcut = $4, title = $5, body = $6, modified_at = $7, modified_by = $8
		WHERE org_id = $1 AND n = $2`, tx.scope.OrgID, after.N, after.OwnerN, after.Shortcut, after.Title, after.Body, after.ModifiedAt, after.ModifiedBy)
	if err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.CannedReply, after.N), opUpdated, d})
}

// DeleteCannedReply removes a reply for good.
func (tx *Tx) DeleteCannedReply(ctx context.Context, n int64) error {
	if _, err := tx.q.exec(ctx, "DELETE FROM canned_reply WHERE org_id = $1 AND n = $2", tx.scope.OrgID, n); err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.CannedReply, n), opDeleted, ""})
}

const macroColumns = "n, name, body, version, created_at, created_by, modified_at, modified_by"

type macroRow struct {
	canned.Macro
	body []byte
}

func scanMacro(r *macroRow) []any {
	return []any{&r.N, &r.Name, &r.body, &r.Version, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy}
}

func (tx *Tx) macros(ctx context.Context, where string, args ...any) ([]*canned.Macro, error) {
	got, err := collect(ctx, tx.q, "SELECT "+macroColumns+" FROM macro WHERE org_id = $1 AND "+where, append([]any{tx.scope.OrgID}, args...), scanMacro)
	if err != nil {
		return nil, err
	}
	out := make([]*canned.Macro, len(got))
	for i := range got {
		m := got[i].Macro
		if err := json.Unmarshal(got[i].body, &m.Actions); err != nil {
			return nil, err
		}
		out[i] = &m
	}
	return out, nil
}

// Macro returns one macro or not_found. With lock it stays unchanged by others until
// the transaction ends.
func (tx *Tx) Macro(ctx context.Context, n int64, lock bool) (*canned.Macro, error) {
	where := "n = $2"
	if lock {
		where += tx.q.lock()
	}
	got, err := tx.macros(ctx, where, n)
	if err == nil && len(got) == 0 {
		err = errs.Gone(don.Of(don.Macro, n).Display())
	}
	if err != nil {
		return nil, err
	}
	return got[0], nil
}

// Macros returns up to limit macros in the order of their names, behind the one with
// a folded name, "" for the first of all.
func (tx *Tx) Macros(ctx context.Context, behind string, limit int) ([]*canned.Macro, error) {
	return tx.macros(ctx, "name_key > $2 ORDER BY name_key LIMIT $3", behind, limit)
}

// CountMacros returns how many macros there are.
func (tx *Tx) CountMacros(ctx context.Context) (n int, err error) {
	_, err = one(ctx, tx.q, "SELECT COUNT(*) FROM macro WHERE org_id = $1", []any{tx.scope.OrgID}, &n)
	return n, err
}

// freeMacroName reports a name that another macro has.
func (tx *Tx) freeMacroName(ctx context.Context, m *canned.Macro) error {
	same, err := tx.macros(ctx, "name_key = $2 AND n <> $3", contact.FoldName(m.Name), m.N)
	if err != nil || len(same) == 0 {
		return err
	}
	return identity.Taken("name", m.Name, don.Of(don.Macro, same[0].N), same[0].Name)
}

// InsertMacro adds a macro; a name that stands already is a conflict.
func (tx *Tx) InsertMacro(ctx context.Context, m *canned.Macro) error {
	if err := tx.freeMacroName(ctx, m); err != nil {
		return err
	}
	added, err := tx.q.exec(ctx, "INSERT INTO macro (org_id, "+macroColumns+", name_key) VALUES ("+marks(1, 10)+") ON CONFLICT DO NOTHING",
		tx.scope.OrgID, m.N, m.Name, packed(m.Actions), m.Version, m.CreatedAt, m.CreatedBy, m.ModifiedAt, m.ModifiedBy, contact.FoldName(m.Name))
	if err != nil {
		return err
	}
	if added == 0 {
		return identity.ErrAgain // another transaction has just taken the name
	}
	return tx.record(ctx, change{don.Of(don.Macro, m.N), opCreated, ""})
}

// UpdateMacro replaces a macro by its changed form.
func (tx *Tx) UpdateMacro(ctx context.Context, before, after *canned.Macro) error {
	d, err := delta(before, after)
	if err != nil || d == "{}" {
		return err
	}
	if err := tx.freeMacroName(ctx, after); err != nil {
		return err
	}
	after.Version = before.Version + 1
	after.ModifiedAt, after.ModifiedBy = tx.now, tx.scope.Actor.Tail()
	_, err = tx.q.exec(ctx, "UPDATE macro SET name = $3, name_key = $4, body = $5, version = $6, modified_at = $7, modified_by = $8 WHERE org_id = $1 AND n = $2",
		tx.scope.OrgID, after.N, after.Name, contact.FoldName(after.Name), packed(after.Actions), after.Version, after.ModifiedAt, after.ModifiedBy)
	if err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.Macro, after.N), opUpdated, d})
}

// DeleteMacro removes a macro for good.
func (tx *Tx) DeleteMacro(ctx context.Context, n int64) error {
	if _, err := tx.q.exec(ctx, "DELETE FROM macro WHERE org_id = $1 AND n = $2", tx.scope.OrgID, n); err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.Macro, n), opDeleted, ""})
}
