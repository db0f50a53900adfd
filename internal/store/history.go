package store

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"

	"github.com/kith-id/kith/internal/don"
)

// Operations as history and the outbox name them.
const (
	opCreated  = "created"
	opUpdated  = "updated"
	opDeleted  = "deleted"
	opRestored = "restored"
)

type change struct {
	id    don.ID
	op    string
	delta string
}

// record writes history and outbox rows for the changes.
func (tx *Tx) record(ctx context.Context, changes ...change) error {
	actor := tx.scope.Actor.Tail()
	ids := make([]int64, len(changes))
	for i := range ids {
		ids[i] = nextID(tx.now)
	}
	_, err := tx.q.insert(ctx, historyTable, refuse, len(changes), func(i int, w *record) {
		tx.writeHistory(w, ids[i], actor, changes[i])
	})
	if err != nil {
		return err
	}
	if err := tx.recordVia(ctx, ids, changes); err != nil {
		return err
	}
	_, err = tx.q.insert(ctx, outboxTable, refuse, len(changes), func(i int, w *record) {
		tx.writeOutbox(w, ids[i], changes[i].id, changes[i].op, changes[i].id.N)
	})
	return err
}

func (tx *Tx) writeHistory(w *record, id int64, actor string, c change) {
	w.Int(tx.scope.OrgID)
	w.Small(typeCodes[c.id.Type])
	w.Int(c.id.N)
	w.Int(id)
	w.Time(tx.now)
	w.Text(actor)
	w.Text(c.op)
	w.Text(c.delta)
}

// recordVia notes who acted as the actor, when somebody else did.
func (tx *Tx) recordVia(ctx context.Context, ids []int64, changes []change) error {
	if tx.scope.Via.Type == "" {
		return nil
	}
	via := tx.scope.Via.Tail()
	_, err := tx.q.insert(ctx, actedTable, refuse, len(changes), func(i int, w *record) {
		w.Int(tx.scope.OrgID)
		w.Small(typeCodes[changes[i].id.Type])
		w.Int(changes[i].id.N)
		w.Int(ids[i])
		w.Text(via)
	})
	return err
}

func (tx *Tx) writeOutbox(w *record, id int64, of don.ID, op string, to int64) {
	tx.told = true
	w.Int(tx.scope.OrgID)
	w.Int(id)
	w.Small(typeCodes[of.Type])
	w.Text(op)
	w.Int(of.N)
	w.Int(to)
	w.Time(tx.now)
}

// recordRange writes one outbox row: for records created or erased in bulk, of
// which the history of those created is the import that they name, and for what
// has no history.
func (tx *Tx) recordRange(ctx context.Context, of don.ID, op string, to int64) error {
	_, err := tx.q.insert(ctx, outboxTable, refuse, 1, func(_ int, w *record) {
		tx.writeOutbox(w, nextID(tx.now), of, op, to)
	})
	return err
}

// delta returns what differs between two records as {"Field":{"old":…,"new":…}}.
func delta(before, after any) (string, error) {
	if reflect.DeepEqual(before, after) { // far cheaper than to find that out below
		return "{}", nil
	}
	b, err := fields(before)
	if err != nil {
		return "", err
	}
	a, err := fields(after)
	if err != nil {
		return "", err
	}
	type pair struct {
		Old json.RawMessage `json:"old,omitempty"`
		New json.RawMessage `json:"new,omitempty"`
	}
	d := map[string]pair{}
	for k, v := range a {
		if !bytes.Equal(v, b[k]) {
			d[k] = pair{b[k], v}
		}
	}
	for k, v := range b {
		if _, still := a[k]; !still {
			d[k] = pair{Old: v}
		}
	}
	for _, own := range []string{"Version", "ModifiedAt", "ModifiedBy"} {
		delete(d, own)
	}
	text, err := json.Marshal(d)
	return string(text), err
}

func fields(v any) (map[string]json.RawMessage, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var m map[string]json.RawMessage
	return m, json.Unmarshal(text, &m)
}
