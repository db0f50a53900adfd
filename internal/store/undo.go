package store

import (
	"context"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/importer"
)

// What the undo of an import reads and writes.

var matchTable = table{"import_match", []column{
	{"org_id", "bigint"}, {"type", "smallint"}, {"n", "bigint"}, {"import_n", "bigint"},
}, []int{1, 2, 3}, []int{0, 1, 3}}

// NoteMatches remembers that an import met records and left them unchanged.
func (tx *Tx) NoteMatches(ctx context.Context, importN int64, t don.Type, ns []int64) error {
	if len(ns) == 0 {
		return nil
	}
	_, err := tx.q.insert(ctx, matchTable, ignore, len(ns), func(i int, w *record) {
		w.Int(tx.scope.OrgID)
		w.Small(typeCodes[t])
		w.Int(ns[i])
		w.Int(importN)
	})
	return err
}

// Created returns up to limit contacts that an import created, with numbers
// from first to last in ascending order. They stay unchanged by others until
// the transaction ends.
func (tx *Tx) Created(ctx context.Context, importN, first, last int64, limit int) ([]importer.Created, error) {
	return collect(ctx, tx.q, `SELECT n, display_name,
			version <> COALESCE((SELECT version FROM import_change c WHERE c.org_id = $1 AND c.import_n = $4 AND c.type = $5 AND c.n = contact.n), 1),
			(SELECT MAX(import_n) FROM import_match m WHERE m.org_id = $1 AND m.type = $5 AND m.n = contact.n AND m.import_n > $4) IS NOT NULL
		FROM contact WHERE org_id = $1 AND n >= $2 AND n <= $3 AND import_n = $4 ORDER BY n LIMIT $6`+tx.q.lock(),
		[]any{tx.scope.OrgID, first, last, importN, typeCodes[don.Contact], limit},
		func(c *importer.Created) []any { return []any{&c.N, &c.Name, &c.Changed, &c.Matched} })
}

// Matched returns which of the records an import after the one given met and
// left unchanged.
func (tx *Tx) Matched(ctx context.Context, importN int64, t don.Type, ns []int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	for len(ns) > 0 {
		chunk := ns[:min(len(ns), chunkSize)]
		ns = ns[len(chunk):]
		list, args := inList([]any{tx.scope.OrgID, typeCodes[t], importN}, chunk)
		got, err := collect(ctx, tx.q, "SELECT n FROM import_match WHERE org_id = $1 AND type = $2 AND import_n > $3 AND n IN "+list,
			args, func(n *int64) []any { return []any{n} })
		if err != nil {
			return nil, err
		}
		for _, n := range got {
			out[n] = true
		}
	}
	return out, nil
}

// EraseCreated removes the contacts that an import created with numbers from
// the first of ns to the last, which are those in ns and no others. Their index
// entries stay: they count for nothing without the contact, and SweepKeys and
// SweepAttrs take them away.
func (tx *Tx) EraseCreated(ctx context.Context, importN int64, ns []int64) error {
	if len(ns) == 0 {
		return nil
	}
	first, last := ns[0], ns[len(ns)-1]
	_, err := tx.q.exec(ctx, "DELETE FROM contact WHERE org_id = $1 AND n >= $2 AND n <= $3 AND import_n = $4", tx.scope.OrgID, first, last, importN)
	if err != nil {
		return err
	}
	if err := tx.forgetPairs(ctx, ns); err != nil {
		return err
	}
	actor := tx.scope.Actor.Tail()
	_, err = tx.q.insert(ctx, historyTable, refuse, len(ns), func(i int, w *record) {
		tx.writeHistory(w, nextID(tx.now), actor, change{don.Of(don.Contact, ns[i]), opDeleted, ""})
	})
	if err != nil {
		return err
	}
	if err := tx.WrittenRange(ctx, don.Contact, first, last); err != nil { // what the index has of them goes
		return err
	}
	return tx.recordRange(ctx, don.Of(don.Contact, first), opDeleted, last)
}

// SweepKeys removes, of up to limit identifiers after a place, those of contacts
// with numbers from first to last that no longer exist. It returns the next
// place, or nil at the end.
func (tx *Tx) SweepKeys(ctx context.Context, first, last int64, from importer.Place, limit int) (*importer.Place, error) {
	to, err := tx.sweepEnd(ctx, "SELECT '', key, holder FROM identifier WHERE org_id = $1 AND (key, holder) > ($2, $3) ORDER BY key, holder LIMIT 1 OFFSET $4",
		tx.scope.OrgID, from.Value, from.N, limit)
	if err != nil {
		return nil, err
	}
	sql := `DELETE FROM identifier WHERE org_id = $1 AND (key, holder) > ($2, $3) AND type = $4 AND n >= $5 AND n <= $6
		AND (SELECT n FROM contact c WHERE c.org_id = $1 AND c.n = identifier.n) IS NULL`
	args := []any{tx.scope.OrgID, from.Value, from.N, typeCodes[don.Contact], first, last}
	if to != nil {
		sql += " AND (key, holder) <= ($7, $8)"
		args = append(args, to.Value, to.N)
	}
	_, err = tx.q.exec(ctx, sql, args...)
	return to, err
}

// The fields of contacts in the lists' index stand between these.
const (
	contactFields       = "c."
	behindContactFields = "c/"
)

// SweepAttrs does the same to the entries of the lists' index.
func (tx *Tx) SweepAttrs(ctx context.Context, first, last int64, from importer.Place, limit int) (*importer.Place, error) {
	from.Field = max(from.Field, contactFields)
	to, err := tx.sweepEnd(ctx, `SELECT field, value, n FROM attr WHERE org_id = $1 AND (field, value, n) > ($2, $3, $4) AND field < $5
		ORDER BY field, value, n LIMIT 1 OFFSET $6`, tx.scope.OrgID, from.Field, from.Value, from.N, behindContactFields, limit)
	if err != nil {
		return nil, err
	}
	sql := `DELETE FROM attr WHERE org_id = $1 AND (field, value, n) > ($2, $3, $4) AND field < $5 AND n >= $6 AND n <= $7
		AND (SELECT n FROM contact c WHERE c.org_id = $1 AND c.n = attr.n) IS NULL`
	args := []any{tx.scope.OrgID, from.Field, from.Value, from.N, behindContactFields, first, last}
	if to != nil {
		sql += " AND (field, value, n) <= ($8, $9, $10)"
		args = append(args, to.Field, to.Value, to.N)
	}
	_, err = tx.q.exec(ctx, sql, args...)
	return to, err
}

// sweepEnd returns where a batch of a sweep ends, nil when that is the end.
func (tx *Tx) sweepEnd(ctx context.Context, sql string, args ...any) (*importer.Place, error) {
	to := &importer.Place{}
	found, err := one(ctx, tx.q, sql, args, &to.Field, &to.Value, &to.N)
	if err != nil || !found {
		return nil, err
	}
	return to, nil
}
