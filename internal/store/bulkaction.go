package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kith-id/kith/internal/bulkaction"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

var _ bulkaction.Tx = (*Tx)(nil)

const bulkColumns = "n, type, state, spec, progress, at_part, error, lease, lease_until, created_at, created_by, modified_at"

type bulkRow struct {
	bulkaction.Action
	code           int16
	spec, progress []byte
}

func scanBulk(r *bulkRow) []any {
	return []any{
		&r.N, &r.code, (*string)(&r.State), &r.spec, &r.progress, &r.At, &r.Error, &r.Lease, &r.LeaseUntil, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt,
	}
}

func (tx *Tx) bulkActions(ctx context.Context, where string, args ...any) ([]*bulkaction.Action, error) {
	got, err := collect(ctx, tx.q, "SELECT "+bulkColumns+" FROM bulk_action WHERE org_id = $1 AND "+where, append([]any{tx.scope.OrgID}, args...), scanBulk)
	out := make([]*bulkaction.Action, len(got))
	for i := range got {
		a := got[i].Action
		a.Type = typeOf(got[i].code)
		if err := unpack(got[i].spec, &a.Spec, got[i].progress, &a.Progress); err != nil {
			return nil, err
		}
		out[i] = &a
	}
	return out, err
}

// BulkAction returns one bulk action or not_found. With lock it stays as it is
// until the transaction ends.
func (tx *Tx) BulkAction(ctx context.Context, n int64, lock bool) (*bulkaction.Action, error) {
	where := "n = $2"
	if lock {
		where += tx.q.lock()
	}
	got, err := tx.bulkActions(ctx, where, n)
	if err == nil && len(got) == 0 {
		err = errs.Gone(don.Of(don.BulkAction, n).Display())
	}
	if err != nil {
		return nil, err
	}
	return got[0], nil
}

// BulkActions returns up to limit bulk actions below before, the newest first.
func (tx *Tx) BulkActions(ctx context.Context, before int64, limit int) ([]*bulkaction.Action, error) {
	return tx.bulkActions(ctx, "n < $2 ORDER BY n DESC LIMIT $3", before, limit)
}

// InsertBulkAction adds a bulk action.
func (tx *Tx) InsertBulkAction(ctx context.Context, a *bulkaction.Action) error {
	spec, progress, err := bulkTexts(a)
	if err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, "INSERT INTO bulk_action (org_id, "+bulkColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
		tx.scope.OrgID, a.N, typeCodes[a.Type], string(a.State), spec, progress, a.At, a.Error, a.Lease, a.LeaseUntil, a.CreatedAt, a.CreatedBy, a.ModifiedAt)
	if err != nil {
		return err
	}
	return tx.record(ctx, change{a.ID(), opCreated, ""})
}

func bulkTexts(a *bulkaction.Action) (spec, progress string, err error) {
	s, err := json.Marshal(a.Spec)
	if err != nil {
		return "", "", err
	}
	p, err := json.Marshal(a.Progress)
	return string(s), string(p), err
}

// SaveBulkAction stores what changes about a bulk action.
func (tx *Tx) SaveBulkAction(ctx context.Context, a *bulkaction.Action) error {
	spec, progress, err := bulkTexts(a)
	if err != nil {
		return err
	}
	a.ModifiedAt = tx.now
	return tx.q.send(ctx, `UPDATE bulk_action SET state = $3, spec = $4, progress = $5, at_part = $6, error = $7, lease = $8, lease_until = $9, modified_at = $10
		WHERE org_id = $1 AND n = $2`, tx.scope.OrgID, a.N, string(a.State), spec, progress, a.At, a.Error, a.Lease, a.LeaseUntil, a.ModifiedAt)
}

// SetBulkDue notes whether a bulk action has work to do.
func (tx *Tx) SetBulkDue(ctx context.Context, n int64, due bool) error {
	sql := "DELETE FROM bulk_action_due WHERE org_id = $1 AND n = $2"
	if due {
		sql = "INSERT INTO bulk_action_due (org_id, n) VALUES ($1, $2) ON CONFLICT DO NOTHING"
	}
	return tx.q.send(ctx, sql, tx.scope.OrgID, n)
}

// CountBulkDue returns how many bulk actions of the org have work to do.
func (tx *Tx) CountBulkDue(ctx context.Context) (n int, err error) {
	_, err = one(ctx, tx.q, "SELECT COUNT(*) FROM bulk_action_due WHERE org_id = $1", []any{tx.scope.OrgID}, &n)
	return n, err
}

// DueBulkActions returns bulk actions that have work to do, of any org.
func (d *DB) DueBulkActions(ctx context.Context) (out []bulkaction.Due, err error) {
	err = d.e.read(ctx, func(q querier) error {
		out, err = collect(ctx, q, "SELECT org_id, n FROM bulk_action_due ORDER BY org_id, n LIMIT 1000", nil,
			func(r *bulkaction.Due) []any { return []any{&r.OrgID, &r.N} })
		return err
	})
	return out, err
}

var bulkPartTable = table{"bulk_action_part", []column{
	{"org_id", "bigint"}, {"action_n", "bigint"}, {"up_to", "bigint"}, {"body", "text"}, {"done", "text"},
}, []int{1, 2}, []int{0, 1, 4}}

// AddBulkParts stores records that a bulk action is about.
func (tx *Tx) AddBulkParts(ctx context.Context, n int64, parts []bulkaction.Part) error {
	texts := make([]string, len(parts))
	for i := range parts {
		var err error
		if texts[i], err = parts[i].Pack(); err != nil {
			return err
		}
	}
	_, err := tx.q.insert(ctx, bulkPartTable, refuse, len(parts), func(i int, w *record) {
		w.Int(tx.scope.OrgID)
		w.Int(n)
		w.Int(parts[i].UpTo)
		w.Text(texts[i])
		w.Text("")
	})
	return err
}

// DropBulkParts removes all records that a bulk action is about.
func (tx *Tx) DropBulkParts(ctx context.Context, n int64) error {
	return tx.q.send(ctx, "DELETE FROM bulk_action_part WHERE org_id = $1 AND action_n = $2", tx.scope.OrgID, n)
}

// NextBulkPart returns the first part above a place, nil behind the last.
func (tx *Tx) NextBulkPart(ctx context.Context, n, above int64) (*bulkaction.Part, error) {
	return tx.bulkPart(ctx, "up_to > $3 ORDER BY up_to", n, above)
}

// DoneBulkPart returns the last part below a place in which something was
// changed, nil before the first.
func (tx *Tx) DoneBulkPart(ctx context.Context, n, below int64) (*bulkaction.Part, error) {
	return tx.bulkPart(ctx, "up_to < $3 AND done <> '' ORDER BY up_to DESC", n, below)
}

func (tx *Tx) bulkPart(ctx context.Context, where string, n, at int64) (*bulkaction.Part, error) {
	p := &bulkaction.Part{}
	var body, done []byte
	found, err := one(ctx, tx.q, "SELECT up_to, body, done FROM bulk_action_part WHERE org_id = $1 AND action_n = $2 AND "+where+" LIMIT 1",
		[]any{tx.scope.OrgID, n, at}, &p.UpTo, &body, &done)
	if err != nil || !found {
		return nil, err
	}
	if err := unpack(done, &p.Done); err != nil {
		return nil, err
	}
	return p, p.Unpack(body)
}

// SaveBulkPart stores what was changed about the records of a part.
func (tx *Tx) SaveBulkPart(ctx context.Context, n int64, p *bulkaction.Part) error {
	return tx.q.send(ctx, "UPDATE bulk_action_part SET done = $4 WHERE org_id = $1 AND action_n = $2 AND up_to = $3",
		tx.scope.OrgID, n, p.UpTo, pack(p.Done))
}

// PurgeBulkActions forgets the records and reports of bulk actions to which nothing
// has happened since a time, up to limit rows of each. It returns how many rows it
// removed of that of which it removed more.
func (tx *Tx) PurgeBulkActions(ctx context.Context, before time.Time, limit int) (int, error) {
	const rested = "(SELECT n FROM bulk_action WHERE org_id = $1 AND modified_at < $2 AND state NOT IN ('queued', 'running', 'undoing'))"
	most := int64(0)
	for _, sql := range []string{
		"DELETE FROM bulk_action_part WHERE org_id = $1 AND (action_n, up_to) IN (SELECT action_n, up_to FROM bulk_action_part WHERE org_id = $1 AND action_n IN " + rested + " LIMIT $3)",
		"DELETE FROM bulk_action_note WHERE org_id = $1 AND (action_n, place) IN (SELECT action_n, place FROM bulk_action_note WHERE org_id = $1 AND action_n IN " + rested + " LIMIT $3)",
	} {
		n, err := tx.q.exec(ctx, sql, tx.scope.OrgID, before, limit)
		if err != nil {
			return 0, err
		}
		most = max(most, n)
	}
	return int(most), nil
}

var bulkNoteTable = table{"bulk_action_note", []column{
	{"org_id", "bigint"}, {"action_n", "bigint"}, {"place", "bigint"}, {"n", "bigint"}, {"outcome", "text"}, {"code", "text"}, {"field", "text"}, {"message", "text"},
}, []int{1, 2}, []int{0, 1, 4, 5, 6}}

// AddBulkNotes adds entries to the report of a bulk action.
func (tx *Tx) AddBulkNotes(ctx context.Context, n int64, notes []bulkaction.Note) error {
	_, err := tx.q.insert(ctx, bulkNoteTable, refuse, len(notes), func(i int, w *record) {
		w.Int(tx.scope.OrgID)
		w.Int(n)
		w.Int(notes[i].At)
		w.Int(notes[i].N)
		w.Text(string(notes[i].Outcome))
		w.Text(notes[i].Code)
		w.Text(notes[i].Field)
		w.Text(notes[i].Message)
	})
	return err
}

// BulkNotes returns up to limit entries of a bulk action's report after a place.
func (tx *Tx) BulkNotes(ctx context.Context, n, after int64, limit int) ([]bulkaction.Note, error) {
	return collect(ctx, tx.q, `SELECT place, n, outcome, code, field, message FROM bulk_action_note
		WHERE org_id = $1 AND action_n = $2 AND place > $3 ORDER BY place LIMIT $4`, []any{tx.scope.OrgID, n, after, limit},
		func(r *bulkaction.Note) []any {
			return []any{&r.At, &r.N, (*string)(&r.Outcome), &r.Code, &r.Field, &r.Message}
		})
}
