package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/importer"
)

var _ importer.Tx = (*Tx)(nil)

const importColumns = `n, type, state, file_name, node, options, progress, n_from, n_to, done_row, error, lease, lease_until,
	created_at, created_by, modified_at`

type importRow struct {
	importer.Import
	code              int16
	options, progress []byte
}

func scanImport(r *importRow) []any {
	return []any{
		&r.N, &r.code, (*string)(&r.State), &r.FileName, &r.Node, &r.options, &r.progress, &r.From, &r.To, &r.DoneRow, &r.Error,
		&r.Lease, &r.LeaseUntil, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt,
	}
}

func (tx *Tx) imports(ctx context.Context, where string, args ...any) ([]*importer.Import, error) {
	got, err := collect(ctx, tx.q, "SELECT "+importColumns+" FROM import WHERE org_id = $1 AND "+where, append([]any{tx.scope.OrgID}, args...), scanImport)
	out := make([]*importer.Import, len(got))
	for i := range got {
		m := got[i].Import
		m.Type = typeOf(got[i].code)
		if err := unpack(got[i].options, &m.Options, got[i].progress, &m.Progress); err != nil {
			return nil, err
		}
		out[i] = &m
	}
	return out, err
}

// Import returns one import or not_found. With lock it stays as it is until the
// transaction ends.
func (tx *Tx) Import(ctx context.Context, n int64, lock bool) (*importer.Import, error) {
	where := "n = $2"
	if lock {
		where += tx.q.lock()
	}
	got, err := tx.imports(ctx, where, n)
	if err != nil {
		return nil, err
	}
	if len(got) == 0 {
		return nil, errs.Gone(don.Of(don.Import, n).Display())
	}
	return got[0], nil
}

// Imports returns up to limit imports below before, the newest first.
func (tx *Tx) Imports(ctx context.Context, before int64, limit int) ([]*importer.Import, error) {
	return tx.imports(ctx, "n < $2 ORDER BY n DESC LIMIT $3", before, limit)
}

// InsertImport adds an import.
func (tx *Tx) InsertImport(ctx context.Context, m *importer.Import) error {
	options, err := json.Marshal(m.Options)
	if err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, "INSERT INTO import (org_id, "+importColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '{}', 0, 0, 0, '', '', NULL, $8, $9, $8)`,
		tx.scope.OrgID, m.N, typeCodes[m.Type], string(m.State), m.FileName, m.Node, string(options), m.CreatedAt, m.CreatedBy)
	if err != nil {
		return err
	}
	return tx.record(ctx, change{m.ID(), opCreated, ""})
}

// SaveImport stores what changes about an import while it runs.
func (tx *Tx) SaveImport(ctx context.Context, m *importer.Import) error {
	progress, err := json.Marshal(m.Progress)
	if err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, `UPDATE import SET state = $3, progress = $4, n_from = $5, n_to = $6, done_row = $7, error = $8, lease = $9,
		lease_until = $10, modified_at = $11 WHERE org_id = $1 AND n = $2`,
		tx.scope.OrgID, m.N, string(m.State), string(progress), m.From, m.To, m.DoneRow, m.Error, m.Lease, m.LeaseUntil, tx.now)
	return err
}

// SetDue notes whether an import has work to do.
func (tx *Tx) SetDue(ctx context.Context, n int64, due bool) error {
	sql := "DELETE FROM import_due WHERE org_id = $1 AND n = $2"
	if due {
		sql = "INSERT INTO import_due (org_id, n) VALUES ($1, $2) ON CONFLICT DO NOTHING"
	}
	_, err := tx.q.exec(ctx, sql, tx.scope.OrgID, n)
	return err
}

// DueImports returns which imports of which orgs have work to do.
func (d *DB) DueImports(ctx context.Context) (map[int64][]int64, error) {
	type row struct{ org, n int64 }
	due := map[int64][]int64{}
	err := d.e.read(ctx, func(q querier) error {
		got, err := collect(ctx, q, "SELECT org_id, n FROM import_due ORDER BY org_id, n LIMIT 1000", nil, func(r *row) []any { return []any{&r.org, &r.n} })
		for _, r := range got {
			due[r.org] = append(due[r.org], r.n)
		}
		return err
	})
	return due, err
}

var failureTable = table{"import_failure", []column{
	{"org_id", "bigint"}, {"import_n", "bigint"}, {"row_n", "bigint"}, {"body", "text"},
}, []int{1, 2}, []int{0, 1}}

// AddFailures stores rows that were not taken.
func (tx *Tx) AddFailures(ctx context.Context, importN int64, fs []importer.Failure) error {
	texts := make([]string, len(fs))
	for i := range fs {
		text, err := json.Marshal(fs[i])
		if err != nil {
			return err
		}
		texts[i] = string(text)
	}
	if len(fs) == 0 {
		return nil
	}
	_, err := tx.q.insert(ctx, failureTable, refuse, len(fs), func(i int, w *record) {
		w.Int(tx.scope.OrgID)
		w.Int(importN)
		w.Int(fs[i].Row)
		w.Text(texts[i])
	})
	return err
}

// Failures returns up to limit failed rows after a row, in the file's order.
func (tx *Tx) Failures(ctx context.Context, importN, after int64, limit int) ([]importer.Failure, error) {
	texts, err := collect(ctx, tx.q, "SELECT body FROM import_failure WHERE org_id = $1 AND import_n = $2 AND row_n > $3 ORDER BY row_n LIMIT $4",
		[]any{tx.scope.OrgID, importN, after, limit}, func(b *[]byte) []any { return []any{b} })
	out := make([]importer.Failure, len(texts))
	for i := range texts {
		if err := json.Unmarshal(texts[i], &out[i]); err != nil {
			return nil, err
		}
	}
	return out, err
}

// KeysBetween returns up to limit index rows from key first to key last.
func (tx *Tx) KeysBetween(ctx context.Context, first, last string, limit int) ([]identity.Entry, error) {
	got, err := collect(ctx, tx.q, "SELECT key, holder, type, n, main FROM identifier WHERE org_id = $1 AND key >= $2 AND key <= $3 ORDER BY key, holder LIMIT $4",
		[]any{tx.scope.OrgID, first, last, limit}, scanEntry)
	out := make([]identity.Entry, len(got))
	for i, r := range got {
		r.Subject = don.Of(typeOf(r.code), r.Subject.N)
		out[i] = r.Entry
	}
	return out, err
}

func clashMode(fresh bool) clash {
	if fresh {
		return refuse
	}
	return ignore
}

// Reserve adds index rows of records that come later, in key order. Unless
// fresh, rows that stand already are left as they are; with fresh a row that
// stands is a conflict.
func (tx *Tx) Reserve(ctx context.Context, keys []importer.Key, t don.Type, fresh bool) error {
	code := typeCodes[t]
	_, err := tx.q.insert(ctx, identifierTable, clashMode(fresh), len(keys), func(i int, w *record) {
		k := &keys[i]
		w.Int(tx.scope.OrgID)
		w.Bytes(k.Text)
		if k.Shared {
			w.Int(k.N)
		} else {
			w.Int(0)
		}
		w.Small(code)
		w.Int(k.N)
		w.Bool(k.Main)
	})
	return err
}

// ReserveAttrs adds index entries of records that come later; the key's text is
// the field, a zero byte and the value.
func (tx *Tx) ReserveAttrs(ctx context.Context, keys []importer.Key, fresh bool) error {
	_, err := tx.q.insert(ctx, attrTable, clashMode(fresh), len(keys), func(i int, w *record) {
		field, value := importer.CutAttr(keys[i].Text)
		w.Int(tx.scope.OrgID)
		w.Bytes(field)
		w.Bytes(value)
		w.Int(keys[i].N)
	})
	return err
}

// Unreserve takes back index rows of records that did not come.
func (tx *Tx) Unreserve(ctx context.Context, keys []importer.Key, t don.Type) error {
	for _, k := range keys {
		holder := int64(0)
		if k.Shared {
			holder = k.N
		}
		err := tx.RemoveIdentifiers(ctx, []identity.Entry{{Key: string(k.Text), Holder: holder, Subject: don.Of(t, k.N)}})
		if err != nil {
			return err
		}
	}
	return nil
}

// UnreserveAttrs takes back index entries of records that did not come.
func (tx *Tx) UnreserveAttrs(ctx context.Context, keys []importer.Key) error {
	for _, k := range keys {
		field, value := importer.CutAttr(k.Text)
		_, err := tx.q.exec(ctx, "DELETE FROM attr WHERE org_id = $1 AND field = $2 AND value = $3 AND n = $4",
			tx.scope.OrgID, string(field), string(value), k.N)
		if err != nil {
			return err
		}
	}
	return nil
}

// ImportContacts adds contacts whose index entries stand already, in the order
// of their numbers. Their history is the import that they name.
func (tx *Tx) ImportContacts(ctx context.Context, importN int64, cs []importer.NewContact) error {
	if len(cs) == 0 {
		return nil
	}
	actor := tx.scope.Actor.Tail()
	target, custom := contactTable, slices.ContainsFunc(cs, func(c importer.NewContact) bool { return len(c.Custom)+len(c.Subtype) > 0 })
	if custom {
		target = contactCustomTable
	}
	_, err := tx.q.insert(ctx, target, refuse, len(cs), func(i int, w *record) {
		c := &cs[i]
		w.Int(tx.scope.OrgID)
		w.Int(c.N)
		w.Bytes(c.DisplayName)
		w.Bytes(c.NameKey)
		w.Bytes(c.EmailKey)
		w.Bytes(c.FullName)
		w.Bytes(c.Description)
		w.Bytes(c.Identifiers)
		w.Bytes(c.Associations)
		w.Bytes(c.Owners)
		w.Bytes(c.Tags)
		w.Bool(true)
		w.Text("active")
		w.Int(importN)
		w.Int(1)
		w.Time(tx.now)
		w.Text(actor)
		w.Time(tx.now)
		w.Text(actor)
		if custom {
			w.Bytes(c.Custom)
			w.Bytes(c.Subtype)
		}
	})
	if err != nil {
		return err
	}
	if err := tx.WrittenRange(ctx, don.Contact, cs[0].N, cs[len(cs)-1].N); err != nil {
		return err
	}
	return tx.recordRange(ctx, don.Of(don.Contact, cs[0].N), opCreated, cs[len(cs)-1].N)
}

// WithdrawContacts removes contacts that the transaction has just added with
// ImportContacts; their index entries are the caller's to release.
func (tx *Tx) WithdrawContacts(ctx context.Context, ns []int64) error {
	for chunk := range slices.Chunk(ns, chunkSize) {
		list, args := inList([]any{tx.scope.OrgID}, chunk)
		if _, err := tx.q.exec(ctx, "DELETE FROM contact WHERE org_id = $1 AND n IN "+list, args...); err != nil {
			return err
		}
	}
	return nil
}

// Lost returns the numbers from first to last whose reservation another writer
// has taken.
func (tx *Tx) Lost(ctx context.Context, t don.Type, first, last int64) (map[int64]string, error) {
	type row struct {
		n   int64
		key string
	}
	got, err := collect(ctx, tx.q, "SELECT n, key FROM import_lost WHERE org_id = $1 AND type = $2 AND n >= $3 AND n <= $4",
		[]any{tx.scope.OrgID, typeCodes[t], first, last}, func(r *row) []any { return []any{&r.n, &r.key} })
	out := map[int64]string{}
	for _, r := range got {
		out[r.n] = r.key
	}
	return out, err
}

// ForgetLost removes the notes of Lost.
func (tx *Tx) ForgetLost(ctx context.Context, t don.Type, first, last int64) error {
	_, err := tx.q.exec(ctx, "DELETE FROM import_lost WHERE org_id = $1 AND type = $2 AND n >= $3 AND n <= $4",
		tx.scope.OrgID, typeCodes[t], first, last)
	return err
}

// NoteChange remembers a record as it was before the import's first change, and
// its version after the last.
func (tx *Tx) NoteChange(ctx context.Context, importN int64, id don.ID, version int64, before any) error {
	text, err := json.Marshal(before)
	if err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, `INSERT INTO import_change (org_id, import_n, type, n, version, before) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (org_id, import_n, type, n) DO UPDATE SET version = excluded.version`,
		tx.scope.OrgID, importN, typeCodes[id.Type], id.N, version, string(text))
	return err
}

// Changes returns up to limit records that an import changed, with numbers
// above after.
func (tx *Tx) Changes(ctx context.Context, importN int64, t don.Type, after int64, limit int) ([]importer.Change, error) {
	return collect(ctx, tx.q, `SELECT n, version, before FROM import_change WHERE org_id = $1 AND import_n = $2 AND type = $3 AND n > $4 ORDER BY n LIMIT $5`,
		[]any{tx.scope.OrgID, importN, typeCodes[t], after, limit}, func(c *importer.Change) []any { return []any{&c.N, &c.Version, &c.Before} })
}

// EraseContacts removes contacts for good with their index entries; their
// identifiers are the caller's to release.
func (tx *Tx) EraseContacts(ctx context.Context, cs []*contact.Contact) error {
	changes, ns := make([]change, len(cs)), make([]int64, len(cs))
	for i, c := range cs {
		ns[i] = c.N
		if _, err := tx.q.exec(ctx, "DELETE FROM contact WHERE org_id = $1 AND n = $2", tx.scope.OrgID, c.N); err != nil {
			return err
		}
		if err := tx.changeAttrs(ctx, c.N, contactAttrs(c), nil); err != nil {
			return err
		}
		changes[i] = change{don.Of(don.Contact, c.N), opDeleted, ""}
	}
	if err := tx.written(ctx, don.Contact, ns...); err != nil {
		return err
	}
	if len(changes) == 0 {
		return nil
	}
	if err := tx.forgetPairs(ctx, ns); err != nil {
		return err
	}
	return tx.record(ctx, changes...)
}

// Lease gives a run of the import until the time to the bearer of token, or
// reports false when another has it.
func (tx *Tx) Lease(ctx context.Context, n int64, token string, until time.Time) (bool, error) {
	got, err := tx.q.exec(ctx, `UPDATE import SET lease = $3, lease_until = $4
		WHERE org_id = $1 AND n = $2 AND (lease = '' OR lease = $3 OR lease_until < $5)`, tx.scope.OrgID, n, token, until, tx.now)
	return got == 1, err
}

// CreatedAccounts returns up to limit accounts with numbers above after that an
// import created or changed.
func (tx *Tx) CreatedAccounts(ctx context.Context, importN, after int64, limit int) ([]*account.Account, error) {
	got, err := collect(ctx, tx.q, "SELECT "+accountColumns+` FROM account WHERE org_id = $1 AND n > $2
		AND (import_n = $3 OR n IN (SELECT n FROM import_change WHERE org_id = $1 AND import_n = $3 AND type = $4)) ORDER BY n LIMIT $5`+tx.q.lock(),
		[]any{tx.scope.OrgID, after, importN, typeCodes[don.Account], limit}, scanAccount)
	out := make([]*account.Account, len(got))
	for i := range got {
		if out[i], err = got[i].account(); err != nil {
			return nil, err
		}
	}
	return out, err
}
