package store

import (
	"context"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
)

// typeCodes are the stored forms of the record types.
var typeCodes = map[don.Type]int16{
	don.Contact: 1, don.Account: 2, don.Workspace: 3, don.Tag: 4, don.Member: 5, don.Import: 6, don.Org: 7, don.Token: 8, don.ServiceAccount: 9,
	don.Merge:          20,
	don.TenantFragment: 21, don.SubtypeFragment: 22, don.AppFragment: 23, don.Vista: 24, don.Group: 25,
	don.BulkAction: 27, don.Conversation: 28, don.Ticket: 29, don.Opportunity: 30, don.Product: 31, don.Artifact: 36,
	don.Link:           34,
	don.Widget:         37,
	don.CannedReply:    38,
	don.Macro:          39,
	don.AssignmentRule: 48,
}

func typeOf(code int16) don.Type {
	for t, c := range typeCodes {
		if c == code {
			return t
		}
	}
	return ""
}

// inList writes ($2, $3, …) for the values and appends them to args.
func inList[T any](args []any, values []T) (string, []any) {
	var b strings.Builder
	b.WriteByte('(')
	for i, v := range values {
		if i > 0 {
			b.WriteString(", ")
		}
		args = append(args, v)
		b.WriteString("$" + itoa(len(args)))
	}
	b.WriteByte(')')
	return b.String(), args
}

// chunkSize bounds the values of one IN list. One size for full chunks keeps
// the number of distinct statements small.
const chunkSize = 100

// Identifiers returns the index rows that have one of the keys; a shared key has one for
// each holder.
func (tx *Tx) Identifiers(ctx context.Context, keys []string) ([]identity.Entry, error) {
	var out []identity.Entry
	for chunk := range slices.Chunk(keys, chunkSize) {
		list, args := inList([]any{tx.scope.OrgID}, chunk)
		got, err := collect(ctx, tx.q, "SELECT key, holder, type, n, main FROM identifier WHERE org_id = $1 AND key IN "+list, args, scanEntry)
		if err != nil {
			return nil, err
		}
		for _, r := range got {
			r.Subject = don.Of(typeOf(r.code), r.Subject.N)
			out = append(out, r.Entry)
		}
	}
	return out, nil
}

type entryRow struct {
	identity.Entry
	code int16
}

func scanEntry(r *entryRow) []any {
	return []any{&r.Key, &r.Holder, &r.code, &r.Subject.N, &r.Main}
}

// AddIdentifiers adds index rows in key order and returns the positions of
// those whose key stood already; they are left as they are.
func (tx *Tx) AddIdentifiers(ctx context.Context, entries []identity.Entry) ([]int, error) {
	order := keyOrder(entries)
	stood, err := tx.q.insert(ctx, identifierTable, report, len(entries), func(i int, w *record) {
		tx.writeEntry(w, entries[order[i]])
	})
	for i, at := range stood {
		stood[i] = order[at]
	}
	return stood, err
}

// AddNewIdentifiers adds index rows in key order. One whose key stands already is
// a conflict, which may show only at the end of the transaction.
func (tx *Tx) AddNewIdentifiers(ctx context.Context, entries []identity.Entry) error {
	order := keyOrder(entries)
	_, err := tx.q.insert(ctx, identifierTable, refuse, len(entries), func(i int, w *record) {
		tx.writeEntry(w, entries[order[i]])
	})
	return err
}

// keyOrder returns the positions of entries by key: whoever takes several keys
// takes them in the same order, so that nobody waits in a circle.
func keyOrder(entries []identity.Entry) []int {
	order := make([]int, len(entries))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(entries[a].Key, entries[b].Key) })
	return order
}

func (tx *Tx) writeEntry(w *record, e identity.Entry) {
	w.Int(tx.scope.OrgID)
	w.Text(e.Key)
	w.Int(e.Holder)
	w.Small(typeCodes[e.Subject.Type])
	w.Int(e.Subject.N)
	w.Bool(e.Main)
}

// RemoveIdentifiers removes index rows if they still belong to their subject,
// whether they were added as exclusive or as shared: an org may change its mind.
func (tx *Tx) RemoveIdentifiers(ctx context.Context, entries []identity.Entry) error {
	for _, e := range entries {
		err := tx.q.send(ctx, "DELETE FROM identifier WHERE org_id = $1 AND key = $2 AND holder IN (0, $4) AND type = $3 AND n = $4",
			tx.scope.OrgID, e.Key, typeCodes[e.Subject.Type], e.Subject.N)
		if err != nil {
			return err
		}
	}
	return nil
}

// SetMain changes whether an index row is its record's main one of its kind.
func (tx *Tx) SetMain(ctx context.Context, e identity.Entry) error {
	return tx.q.send(ctx, "UPDATE identifier SET main = $4 WHERE org_id = $1 AND key = $2 AND holder IN (0, $3) AND n = $3",
		tx.scope.OrgID, e.Key, e.Subject.N, e.Main)
}

// Seize takes a key from the reservation of a running import and tells that
// import. It reports false when the reserved record has come to exist meanwhile.
func (tx *Tx) Seize(ctx context.Context, e identity.Entry, from int64) (bool, error) {
	// The import's own row is what its batches lock first, so either the batch
	// sees the loss or this sees the record.
	rs, err := tx.q.query(ctx, "SELECT n FROM import WHERE org_id = $1 AND n_from <= $2 AND n_to >= $2 AND type = $3"+tx.q.lock(),
		tx.scope.OrgID, from, typeCodes[e.Subject.Type])
	if err != nil {
		return false, err
	}
	rs.Close()
	if rs.Err() != nil {
		return false, rs.Err()
	}
	found, err := tx.Contacts(ctx, []int64{from}, false)
	if err != nil || len(found) > 0 {
		return false, err
	}
	n, err := tx.q.exec(ctx, "UPDATE identifier SET n = $5, main = $6 WHERE org_id = $1 AND key = $2 AND holder = $3 AND n = $4",
		tx.scope.OrgID, e.Key, e.Holder, from, e.Subject.N, e.Main)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.q.exec(ctx, "INSERT INTO import_lost (org_id, type, n, key) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
		tx.scope.OrgID, typeCodes[e.Subject.Type], from, e.Key)
	return true, err
}

var _ identity.Tx = (*Tx)(nil)
