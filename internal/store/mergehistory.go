package store

import (
	"context"
	"encoding/json"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
)

// noted is a change with the identifier that it came through and the record
// that readers of changes are told of.
type noted struct {
	change
	via  identity.Via
	tell don.ID // zero: nobody is told
}

// Record writes entries of history, and of the outbox for those that tell, and
// returns the ids of the entries.
func (tx *Tx) Record(ctx context.Context, notes ...identity.Note) ([]int64, error) {
	list := make([]noted, len(notes))
	for i, n := range notes {
		d, err := detail(n)
		if err != nil {
			return nil, err
		}
		list[i] = noted{change{n.ID, n.Op, d}, n.Via, n.Tell}
	}
	return tx.recordNotes(ctx, list)
}

// detail is the delta of a note: what differs, and what is told besides.
func detail(n identity.Note) (string, error) {
	text := "{}"
	if n.Before != nil {
		var err error
		if text, err = delta(n.Before, n.After); err != nil {
			return "", err
		}
	}
	if len(n.Extra) == 0 {
		return text, nil
	}
	all := map[string]any{}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		return "", err
	}
	for k, v := range fields {
		all[k] = v
	}
	for k, v := range n.Extra {
		all[k] = v
	}
	out, err := json.Marshal(all)
	return string(out), err
}

func (tx *Tx) recordNotes(ctx context.Context, notes []noted) ([]int64, error) {
	actor := tx.scope.Actor.Tail()
	ids := make([]int64, len(notes))
	var told []int
	for i := range ids {
		ids[i] = nextID(tx.now)
		if notes[i].tell.N != 0 {
			told = append(told, i)
		}
	}
	_, err := tx.q.insert(ctx, historyViaTable, refuse, len(notes), func(i int, w *record) {
		tx.writeHistory(w, ids[i], actor, notes[i].change)
		w.Text(notes[i].via.Name())
		w.Text(notes[i].via.Source)
	})
	if err != nil {
		return nil, err
	}
	changes := make([]change, len(notes))
	for i := range notes {
		changes[i] = notes[i].change
	}
	if err := tx.recordVia(ctx, ids, changes); err != nil {
		return nil, err
	}
	_, err = tx.q.insert(ctx, outboxTable, refuse, len(told), func(i int, w *record) {
		n := &notes[told[i]]
		tx.writeOutbox(w, ids[told[i]], n.tell, n.op, n.tell.N)
	})
	return ids, err
}

// HistoryVia returns up to limit changes of a record above an id that came
// through one of the keys, in their order.
func (tx *Tx) HistoryVia(ctx context.Context, id don.ID, keys []string, after int64, limit int) ([]identity.Past, error) {
	list, args := inList([]any{tx.scope.OrgID, typeCodes[id.Type], id.N, after, limit}, keys)
	return collect(ctx, tx.q, `SELECT id, via, delta FROM history WHERE org_id = $1 AND type = $2 AND n = $3 AND id > $4 AND via <> '' AND via IN `+list+`
		ORDER BY id LIMIT $5`, args, func(p *identity.Past) []any { return []any{&p.ID, &p.Via, &p.Delta} })
}

// CountHistory returns how many entries a record's history has, at most limit.
func (tx *Tx) CountHistory(ctx context.Context, id don.ID, limit int) (int, error) {
	var n int
	_, err := one(ctx, tx.q, "SELECT COUNT(*) FROM (SELECT id FROM history WHERE org_id = $1 AND type = $2 AND n = $3 LIMIT $4) h",
		[]any{tx.scope.OrgID, typeCodes[id.Type], id.N, limit}, &n)
	return n, err
}
