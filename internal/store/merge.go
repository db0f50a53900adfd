package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
)

// Survivors returns, of the records given, those that were merged away, each
// with the record that stands for it now.
func (tx *Tx) Survivors(ctx context.Context, t don.Type, ns []int64) (map[int64]int64, error) {
	type row struct{ n, survivor int64 }
	out := map[int64]int64{}
	for chunk := range slices.Chunk(ns, chunkSize) {
		list, args := inList([]any{tx.scope.OrgID, typeCodes[t]}, chunk)
		got, err := collect(ctx, tx.q, "SELECT n, survivor FROM alias WHERE org_id = $1 AND type = $2 AND survivor <> n AND n IN "+list, args,
			func(r *row) []any { return []any{&r.n, &r.survivor} })
		if err != nil {
			return nil, err
		}
		for _, r := range got {
			out[r.n] = r.survivor
		}
	}
	return out, nil
}

// Aliases returns all members of the groups of the survivors given.
func (tx *Tx) Aliases(ctx context.Context, t don.Type, survivors []int64) ([]identity.Alias, error) {
	var out []identity.Alias
	for chunk := range slices.Chunk(survivors, chunkSize) {
		list, args := inList([]any{tx.scope.OrgID, typeCodes[t]}, chunk)
		got, err := collect(ctx, tx.q, "SELECT n, survivor, into_n, merge_n, body FROM alias WHERE org_id = $1 AND type = $2 AND survivor IN "+list+" ORDER BY n",
			args, func(a *identity.Alias) []any { return []any{&a.N, &a.Survivor, &a.Into, &a.MergeN, &a.Body} })
		if err != nil {
			return nil, err
		}
		for i := range got {
			got[i].Type = t
		}
		out = append(out, got...)
	}
	return out, nil
}

// PutAlias adds or replaces a member of a group.
func (tx *Tx) PutAlias(ctx context.Context, a identity.Alias) error {
	if a.Type != don.Conversation { // which no group is made of
		if err := tx.regroupSurvivor(ctx, a.Type, a.N); err != nil {
			return err
		}
	}
	_, err := tx.q.exec(ctx, `INSERT INTO alias (org_id, type, n, survivor, into_n, merge_n, body) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (org_id, type, n) DO UPDATE SET survivor = excluded.survivor, into_n = excluded.into_n, merge_n = excluded.merge_n, body = excluded.body`,
		tx.scope.OrgID, typeCodes[a.Type], a.N, a.Survivor, a.Into, a.MergeN, string(a.Body))
	if err != nil {
		return err
	}
	if a.Type == don.Conversation {
		return tx.partOf(ctx, a.N, a.Survivor)
	}
	if err := tx.renamed(ctx, a.Type, a.N); err != nil {
		return err
	}
	return tx.regroup(ctx, a.Type, recordRun{a.N, a.N}, recordRun{a.Survivor, a.Survivor})
}

// DropAliases removes members of groups.
func (tx *Tx) DropAliases(ctx context.Context, t don.Type, ns []int64) error {
	for _, n := range ns {
		if t != don.Conversation {
			if err := tx.regroupSurvivor(ctx, t, n); err != nil {
				return err
			}
		}
		if _, err := tx.q.exec(ctx, "DELETE FROM alias WHERE org_id = $1 AND type = $2 AND n = $3", tx.scope.OrgID, typeCodes[t], n); err != nil {
			return err
		}
		if t == don.Conversation {
			if err := tx.partOf(ctx, n, n); err != nil {
				return err
			}
			continue
		}
		if err := tx.renamed(ctx, t, n); err != nil {
			return err
		}
		if err := tx.regroup(ctx, t, recordRun{n, n}); err != nil {
			return err
		}
	}
	return nil
}

const mergeColumns = "n, type, primary_n, secondary_n, state, made_at, made_by, undone_at, undone_by, rule, evidence"

type mergeRow struct {
	identity.Merge
	code     int16
	evidence string
}

func scanMerge(r *mergeRow) []any {
	return []any{&r.N, &r.code, &r.Primary, &r.Secondary, &r.State, &r.At, &r.By, &r.UndoneAt, &r.UndoneBy, &r.Rule, &r.evidence}
}

// evidenceSeparator parts identity keys, which have no line breaks.
const evidenceSeparator = "\n"

// InsertMerge adds a merge.
func (tx *Tx) InsertMerge(ctx context.Context, m identity.Merge) error {
	_, err := tx.q.exec(ctx, "INSERT INTO merge (org_id, "+mergeColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, '', $9, $10)",
		tx.scope.OrgID, m.N, typeCodes[m.Type], m.Primary, m.Secondary, m.State, m.At, m.By, m.Rule, strings.Join(m.Keys, evidenceSeparator))
	return err
}

// Merge returns one merge or not_found.
func (tx *Tx) Merge(ctx context.Context, n int64) (identity.Merge, error) {
	got, err := tx.merges(ctx, "SELECT "+mergeColumns+" FROM merge WHERE org_id = $1 AND n = $2", tx.scope.OrgID, n)
	if err != nil {
		return identity.Merge{}, err
	}
	if len(got) == 0 {
		return identity.Merge{}, errs.Gone(don.Of(don.Merge, n).Display())
	}
	return got[0], nil
}

func (tx *Tx) merges(ctx context.Context, sql string, args ...any) ([]identity.Merge, error) {
	got, err := collect(ctx, tx.q, sql, args, scanMerge)
	out := make([]identity.Merge, len(got))
	for i, r := range got {
		out[i] = r.Merge
		out[i].Type = typeOf(r.code)
		if r.evidence != "" {
			out[i].Keys = strings.Split(r.evidence, evidenceSeparator)
		}
	}
	return out, err
}

// Merges returns merges, the latest first.
func (tx *Tx) Merges(ctx context.Context, q directory.MergeQuery) ([]identity.Merge, error) {
	before := q.Below
	if before == 0 {
		before = 1<<63 - 1
	}
	if q.Of.N == 0 {
		return tx.merges(ctx, "SELECT "+mergeColumns+" FROM merge WHERE org_id = $1 AND n < $2 ORDER BY n DESC LIMIT $3", tx.scope.OrgID, before, q.Limit)
	}
	// Each branch is a walk along one index, as far as the page goes.
	branch := func(where string) string {
		return "SELECT * FROM (SELECT " + mergeColumns + " FROM merge WHERE org_id = $1 AND n < $2 AND " + where + " ORDER BY n DESC LIMIT $3) b"
	}
	return tx.merges(ctx, "SELECT "+mergeColumns+" FROM ("+branch("type = $4 AND primary_n = $5")+" UNION "+branch("type = $4 AND secondary_n = $5")+" UNION "+
		branch("n IN (SELECT merge_n FROM alias WHERE org_id = $1 AND type = $4 AND survivor = $5)")+") u ORDER BY n DESC LIMIT $3",
		tx.scope.OrgID, before, q.Limit, typeCodes[q.Of.Type], q.Of.N)
}

// EndMerge notes that a merge was undone and reports whether it stood.
func (tx *Tx) EndMerge(ctx context.Context, n int64) (bool, error) {
	got, err := tx.q.exec(ctx, "UPDATE merge SET state = $3, undone_at = $4, undone_by = $5 WHERE org_id = $1 AND n = $2 AND state = $6",
		tx.scope.OrgID, n, identity.Undone, tx.now, tx.scope.Actor.Tail(), identity.Active)
	return got == 1, err
}

// NoteEdit remembers a change that a member made to a merged record.
func (tx *Tx) NoteEdit(ctx context.Context, id don.ID, mergeN, historyID int64) error {
	_, err := tx.q.exec(ctx, "INSERT INTO merge_edit (org_id, type, n, merge_n, id) VALUES ($1, $2, $3, $4, $5)",
		tx.scope.OrgID, typeCodes[id.Type], id.N, mergeN, historyID)
	return err
}

// Edits returns what members changed about records since a merge, the latest first.
func (tx *Tx) Edits(ctx context.Context, t don.Type, ns []int64, mergeN int64, limit int) ([]identity.Edit, error) {
	type key struct{ n, id int64 }
	var keys []key
	for _, n := range ns {
		got, err := collect(ctx, tx.q, "SELECT n, id FROM merge_edit WHERE org_id = $1 AND type = $2 AND n = $3 AND merge_n >= $4 ORDER BY merge_n DESC, id DESC LIMIT $5",
			[]any{tx.scope.OrgID, typeCodes[t], n, mergeN, limit}, func(k *key) []any { return []any{&k.n, &k.id} })
		if err != nil {
			return nil, err
		}
		keys = append(keys, got...)
	}
	slices.SortFunc(keys, func(a, b key) int { return cmp.Compare(b.id, a.id) })
	var out []identity.Edit
	for _, k := range keys[:min(len(keys), limit)] {
		got, err := collect(ctx, tx.q, "SELECT n, at, actor, delta FROM history WHERE org_id = $1 AND type = $2 AND n = $3 AND id = $4",
			[]any{tx.scope.OrgID, typeCodes[t], k.n, k.id}, func(e *identity.Edit) []any { return []any{&e.N, &e.At, &e.Actor, &e.Delta} })
		if err != nil {
			return nil, err
		}
		out = append(out, got...)
	}
	return out, nil
}

// ObserveContact is UpdateContact for what arrived through an identifier.
func (tx *Tx) ObserveContact(ctx context.Context, before, after *contact.Contact, via identity.Via) (bool, error) {
	d, changed, err := tx.rewrite(ctx, before, after)
	if err != nil || !changed {
		return false, err
	}
	id := don.Of(don.Contact, after.N)
	_, err = tx.recordNotes(ctx, []noted{{change{id, opUpdated, d}, via, id}})
	return true, err
}

// AbsorbContact takes a contact's row out of lists and indexes. Its state is
// kept with the group that it joins, its identifiers are the caller's.
func (tx *Tx) AbsorbContact(ctx context.Context, c *contact.Contact) error {
	return tx.absorb(ctx, "contact", don.Of(don.Contact, c.N), contactAttrs(c))
}

// absorb takes the row of a record that is merged away out of its table.
func (tx *Tx) absorb(ctx context.Context, from string, id don.ID, attrs []attr) error {
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
	return tx.written(ctx, id.Type, id.N)
}

// PutContact adds a contact's row with its index entries, without history.
func (tx *Tx) PutContact(ctx context.Context, c *contact.Contact) error {
	if err := tx.copyContacts(ctx, []*contact.Contact{c}); err != nil {
		return err
	}
	return tx.changeAttrs(ctx, c.N, nil, contactAttrs(c))
}

// ReplaceDiscarded changes a record of the trash.
func (tx *Tx) ReplaceDiscarded(ctx context.Context, id don.ID, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, "UPDATE trash SET body = $4 WHERE org_id = $1 AND type = $2 AND n = $3", tx.scope.OrgID, typeCodes[id.Type], id.N, string(text))
	return err
}

// DiscardLike adds a record to the trash that counts as deleted together with
// another one there.
func (tx *Tx) DiscardLike(ctx context.Context, id, like don.ID, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, `INSERT INTO trash (org_id, type, n, body, deleted_at, deleted_by)
		SELECT org_id, $2, $3, $4, deleted_at, deleted_by FROM trash WHERE org_id = $1 AND type = $5 AND n = $6`,
		tx.scope.OrgID, typeCodes[id.Type], id.N, string(text), typeCodes[like.Type], like.N)
	return err
}

// forgetGroup removes what is kept of a merged record that leaves the trash for
// good; its merges cannot be undone any more.
func (tx *Tx) forgetGroup(ctx context.Context, id don.ID) error {
	code := typeCodes[id.Type]
	_, err := tx.q.exec(ctx, `UPDATE merge SET state = $4 WHERE org_id = $1 AND state = $5
		AND n IN (SELECT merge_n FROM alias WHERE org_id = $1 AND type = $2 AND survivor = $3)`, tx.scope.OrgID, code, id.N, identity.Purged, identity.Active)
	if err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, `DELETE FROM merge_edit WHERE org_id = $1 AND type = $2
		AND n IN (SELECT n FROM alias WHERE org_id = $1 AND type = $2 AND survivor = $3)`, tx.scope.OrgID, code, id.N)
	if err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, "DELETE FROM alias WHERE org_id = $1 AND type = $2 AND survivor = $3", tx.scope.OrgID, code, id.N)
	return err
}

// MergedAway returns how many records from first to last were merged into others.
func (tx *Tx) MergedAway(ctx context.Context, t don.Type, first, last int64) (int64, error) {
	var n int64
	_, err := one(ctx, tx.q, "SELECT COUNT(*) FROM alias WHERE org_id = $1 AND type = $2 AND n >= $3 AND n <= $4 AND survivor <> n",
		[]any{tx.scope.OrgID, typeCodes[t], first, last}, &n)
	return n, err
}

// RevokeAllTokens ends now the tokens of the subjects that were issued after a
// time; all with the zero time.
func (tx *Tx) RevokeAllTokens(ctx context.Context, subjects []don.ID, after time.Time) error {
	for _, s := range subjects {
		_, err := tx.q.exec(ctx, "UPDATE token SET revoked_at = $3 WHERE org_id = $1 AND subject = $2 AND created_at > $4 AND revoked_at IS NULL",
			tx.scope.OrgID, s.Tail(), tx.now, after)
		if err != nil {
			return err
		}
	}
	return nil
}
