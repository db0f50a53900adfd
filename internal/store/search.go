package store

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/search"
	"github.com/kith-id/kith/internal/search/lexical"
)

var _ search.IndexTx = (*Tx)(nil)

// What waits to be indexed, and who does it.

var todoColumns = []column{{"org_id", "bigint"}, {"id", "bigint"}, {"type", "smallint"}, {"n", "bigint"}, {"n_to", "bigint"}}

var (
	todoTable      = table{"search_todo", todoColumns, []int{1, 2, 3}, []int{0, 2}}
	groupTodoTable = table{"group_todo", todoColumns, []int{1, 2, 3}, []int{0, 2}}
)

// recordRun is records from one number to another, both included.
type recordRun struct{ n, to int64 }

// written leaves word that records were written or removed, for the search index
// and for groups, as runs of numbers in a row.
func (tx *Tx) written(ctx context.Context, t don.Type, ns ...int64) error {
	var runs []recordRun
	for _, n := range ns {
		if last := len(runs) - 1; last >= 0 && runs[last].to+1 == n && n%lexical.BlockSize != 0 {
			runs[last].to = n
			continue
		}
		runs = append(runs, recordRun{n, n})
	}
	return tx.writtenRuns(ctx, t, runs)
}

// WrittenRange leaves the same word for all records from one number to another.
func (tx *Tx) WrittenRange(ctx context.Context, t don.Type, from, to int64) error {
	var runs []recordRun
	for n := from; n <= to; {
		block, _ := lexical.Place(n)
		_, last := lexical.Span(block)
		runs = append(runs, recordRun{n, min(last, to)})
		n = last + 1
	}
	return tx.writtenRuns(ctx, t, runs)
}

func (tx *Tx) writtenRuns(ctx context.Context, t don.Type, runs []recordRun) error {
	if err := tx.regroup(ctx, t, runs...); err != nil {
		return err
	}
	return tx.addTodo(ctx, todoTable, t, runs)
}

func (tx *Tx) addTodo(ctx context.Context, to table, t don.Type, runs []recordRun) error {
	// A row that stands is of the same record and moment, by another process.
	_, err := tx.q.insert(ctx, to, ignore, len(runs), func(i int, w *record) {
		w.Int(tx.scope.OrgID)
		w.Int(nextID(tx.now))
		w.Small(typeCodes[t])
		w.Int(runs[i].n)
		w.Int(runs[i].to)
	})
	return err
}

// rewritten leaves the same word for a record that changed: for the search index
// only if it is found by something else than before.
func (tx *Tx) rewritten(ctx context.Context, t don.Type, before, after lexical.Doc) error {
	if !reflect.DeepEqual(before.Fields, after.Fields) {
		if err := tx.renamed(ctx, t, after.N); err != nil {
			return err
		}
		return tx.written(ctx, t, after.N)
	}
	return tx.regroup(ctx, t, recordRun{after.N, after.N})
}

type todoRow struct {
	lexical.Todo
	code int16
}

func scanTodo(r *todoRow) []any { return []any{&r.ID, &r.code, &r.N, &r.NTo} }

// SearchTodo returns up to limit runs of records that are to be indexed, by type:
// those that wait longest, or the latest.
func (tx *Tx) SearchTodo(ctx context.Context, latest bool, limit int) (map[don.Type][]lexical.Todo, error) {
	order := "id"
	if latest {
		order = "id DESC"
	}
	got, err := collect(ctx, tx.q, "SELECT id, type, n, n_to FROM search_todo WHERE org_id = $1 ORDER BY "+order+" LIMIT $2", []any{tx.scope.OrgID, limit}, scanTodo)
	out := map[don.Type][]lexical.Todo{}
	for _, r := range got {
		t := typeOf(r.code)
		r.At = timeOf(r.ID)
		out[t] = append(out[t], r.Todo)
	}
	return out, err
}

// SearchBehind returns for how long what waits longest has waited to be indexed,
// 0 when nothing waits. What was there before there was an index has waited since
// then: it has no age, and counts as a day.
func (tx *Tx) SearchBehind(ctx context.Context) (time.Duration, error) {
	var id int64
	found, err := one(ctx, tx.q, "SELECT id FROM search_todo WHERE org_id = $1 ORDER BY id LIMIT 1", []any{tx.scope.OrgID}, &id)
	if err != nil || !found {
		return 0, err
	}
	return age(tx.now, id), nil
}

func age(now time.Time, id int64) time.Duration {
	return min(max(now.Sub(timeOf(id)), time.Millisecond), 24*time.Hour)
}

// DropSearchTodo takes runs off that were indexed.
func (tx *Tx) DropSearchTodo(ctx context.Context, t don.Type, todo []lexical.Todo) error {
	for chunk := range slices.Chunk(todo, chunkSize) {
		ids, ns := make([]int64, len(chunk)), make([]int64, len(chunk))
		for i, t := range chunk {
			ids[i], ns[i] = t.ID, t.N
		}
		list, args := inList([]any{tx.scope.OrgID, typeCodes[t]}, evened(ids))
		of, args := inList(args, evened(ns))
		if err := tx.q.send(ctx, "DELETE FROM search_todo WHERE org_id = $1 AND type = $2 AND id IN "+list+" AND n IN "+of, args...); err != nil {
			return err
		}
	}
	return nil
}

// SearchOrgs returns the orgs that have records to index.
func (d *DB) SearchOrgs(ctx context.Context) ([]int64, error) {
	first, err := d.firstTodo(ctx)
	return slices.Sorted(maps.Keys(first)), err
}

// SearchLag returns for how long what waits longest in any org has waited to be
// indexed, 0 when nothing waits.
func (d *DB) SearchLag(ctx context.Context) (lag time.Duration, err error) {
	first, err := d.firstTodo(ctx)
	for _, id := range first {
		lag = max(lag, age(time.Now(), id))
	}
	return lag, err
}

// firstTodo returns the org of everything that waits to be indexed, with what
// waits longest there.
func (d *DB) firstTodo(ctx context.Context) (out map[int64]int64, err error) {
	err = d.e.read(ctx, func(q querier) error {
		out = map[int64]int64{}
		for org, id := int64(0), int64(0); ; {
			found, err := one(ctx, q, "SELECT org_id, id FROM search_todo WHERE org_id > $1 ORDER BY org_id, id LIMIT 1", []any{org}, &org, &id)
			if err != nil || !found {
				return err
			}
			out[org] = id
		}
	})
	return out, err
}

// LeaseSearch makes name the one who indexes the org's records until a time. It
// reports false when another one is.
func (tx *Tx) LeaseSearch(ctx context.Context, name string, until time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `INSERT INTO search_lease (org_id, lease, lease_until) VALUES ($1, $2, $3)
		ON CONFLICT (org_id) DO UPDATE SET lease = EXCLUDED.lease, lease_until = EXCLUDED.lease_until
		WHERE search_lease.lease = EXCLUDED.lease OR search_lease.lease_until < $4`, tx.scope.OrgID, name, until, tx.now)
	return n > 0, err
}
