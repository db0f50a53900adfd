package store

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/usage"
)

var trackedTable = table{"tracked", []column{
	{"org_id", "bigint"}, {"contact_n", "bigint"}, {"at", "timestamptz"}, {"id", "bigint"}, {"account_n", "bigint"}, {"workspace_n", "bigint"},
	{"name", "text"}, {"ref", "text"}, {"payload", "text"}, {"context", "text"}, {"published_by", "text"},
}, []int{3}, []int{0, 1, 4, 5, 10}} // an id is nobody else's

// InsertTracked adds events, which get their ids, and returns those that are new:
// the others came before, by their references.
func (tx *Tx) InsertTracked(ctx context.Context, events []*usage.Event) ([]*usage.Event, error) {
	for _, e := range events {
		e.ID, e.PublishedBy = nextID(tx.now), tx.scope.Actor.Tail()
		e.At = e.At.UTC().Truncate(time.Microsecond)
	}
	stood, err := tx.q.insert(ctx, trackedTable, report, len(events), func(i int, w *record) {
		e := events[i]
		w.Int(tx.scope.OrgID)
		w.Int(e.ContactN)
		w.Time(e.At)
		w.Int(e.ID)
		w.Int(e.AccountN)
		w.Int(e.WorkspaceN)
		w.Text(e.Name)
		w.Text(e.Ref)
		w.Bytes(e.Payload)
		w.Bytes(e.Context)
		w.Text(e.PublishedBy)
	})
	if err != nil {
		return nil, err
	}
	var added []*usage.Event
	for i, e := range events {
		if !slices.Contains(stood, i) {
			added = append(added, e)
		}
	}
	return added, nil
}

// TrackedRef names an event by its contact and its sender's id of it.
type TrackedRef = struct {
	ContactN int64
	Ref      string
}

// TrackedRefs returns which events there are among some contacts and references.
func (tx *Tx) TrackedRefs(ctx context.Context, contacts []int64, refs []string) ([]TrackedRef, error) {
	var out []TrackedRef
	for some := range slices.Chunk(contacts, chunkSize) {
		for named := range slices.Chunk(refs, chunkSize) {
			inContacts, args := inList([]any{tx.scope.OrgID}, some)
			inRefs, args := inList(args, named)
			got, err := collect(ctx, tx.q, "SELECT contact_n, ref FROM tracked WHERE org_id = $1 AND ref <> '' AND contact_n IN "+inContacts+" AND ref IN "+inRefs,
				args, func(r *TrackedRef) []any { return []any{&r.ContactN, &r.Ref} })
			if err != nil {
				return nil, err
			}
			out = append(out, got...)
		}
	}
	return out, nil
}

// usageColumns are the columns by which events are found.
var usageColumns = map[don.Type]string{don.Contact: "contact_n", don.Account: "account_n", don.Workspace: "workspace_n"}

// Tracked returns up to q.Limit events of exactly the record q.Of behind the
// edge, the latest first.
func (tx *Tx) Tracked(ctx context.Context, q usage.Query) ([]*usage.Event, error) {
	column := usageColumns[q.Of.Type]
	edge := q.Edge
	if edge == (usage.Edge{}) {
		edge = usage.Edge{At: tx.now.Add(2 * usage.Ahead), ID: math.MaxInt64} // none lies further ahead
	}
	if q.Before != nil && q.Before.Before(edge.At) {
		edge = usage.Edge{At: *q.Before, ID: math.MaxInt64}
	}
	args := []any{tx.scope.OrgID, q.Of.N, edge.At, edge.ID, q.Limit}
	sql := "SELECT contact_n, account_n, workspace_n, id, at, name, ref, payload, context, published_by FROM tracked WHERE org_id = $1 AND " +
		column + " = $2 AND " + column + " <> 0 AND (at, id) < ($3, $4)"
	if q.After != nil {
		args = append(args, *q.After)
		sql += " AND at >= $" + itoa(len(args))
	}
	if len(q.Names) > 0 {
		var list string
		list, args = inList(args, q.Names)
		sql += " AND name IN " + list
	}
	got, err := collect(ctx, tx.q, sql+" ORDER BY at DESC, id DESC LIMIT $5", args, func(r *trackedRow) []any {
		return []any{&r.ContactN, &r.AccountN, &r.WorkspaceN, &r.ID, &r.At, &r.Name, &r.Ref, &r.payload, &r.context, &r.PublishedBy}
	})
	out := make([]*usage.Event, len(got))
	for i := range got {
		e := got[i].Event
		e.Payload, e.Context = []byte(got[i].payload), []byte(got[i].context)
		out[i] = &e
	}
	return out, err
}

type trackedRow struct {
	usage.Event
	payload, context string
}

// CountTracked adds tallies to those that stand.
func (tx *Tx) CountTracked(ctx context.Context, all []usage.Tally) error {
	for _, t := range all {
		err := tx.q.send(ctx, addTally, tx.scope.OrgID, typeCodes[t.Of.Type], t.Of.N, t.Day, t.Name, t.N, t.First, t.Last)
		if err != nil {
			return err
		}
	}
	return nil
}

const addTally = `INSERT INTO tally (org_id, type, n, day, name, events, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
	ON CONFLICT (org_id, type, n, day, name) DO UPDATE SET events = tally.events + excluded.events,
	first_at = CASE WHEN excluded.first_at < tally.first_at THEN excluded.first_at ELSE tally.first_at END,
	last_at = CASE WHEN excluded.last_at > tally.last_at THEN excluded.last_at ELSE tally.last_at END`

// CountPublished counts that events came today, and returns how many that makes of
// the publishers.
func (tx *Tx) CountPublished(ctx context.Context, by usage.Publisher, count int) (total int64, err error) {
	_, err = one(ctx, tx.q, addTally+" RETURNING events",
		[]any{tx.scope.OrgID, typeCodes[don.Org], int64(0), usage.DayOf(tx.now), string(by), int64(count), tx.now, tx.now}, &total)
	return total, err
}

// TrackedOn returns how many events of a day a contact has.
func (tx *Tx) TrackedOn(ctx context.Context, contactN, day int64) (n int64, err error) {
	_, err = one(ctx, tx.q, "SELECT COALESCE(SUM(events), 0) FROM tally WHERE org_id = $1 AND type = $2 AND n = $3 AND day = $4",
		[]any{tx.scope.OrgID, typeCodes[don.Contact], contactN, day}, &n)
	return n, err
}

// Tallies returns the tallies of exactly the records given: those of all time, and
// those of a day and later, the latest days first; of the latter at most limit.
func (tx *Tx) Tallies(ctx context.Context, of []don.ID, since int64, limit int) ([]usage.Tally, error) {
	var out []usage.Tally
	for _, id := range of {
		ever, err := tx.tallies(ctx, id, "day = $4", usage.EverDay, 1)
		if err != nil {
			return nil, err
		}
		days, err := tx.tallies(ctx, id, "day >= $4", since, limit)
		if err != nil {
			return nil, err
		}
		limit -= len(days)
		out = append(append(out, ever...), days...)
	}
	return out, nil
}

func (tx *Tx) tallies(ctx context.Context, of don.ID, where string, day int64, limit int) ([]usage.Tally, error) {
	got, err := collect(ctx, tx.q, "SELECT day, name, events, first_at, last_at FROM tally WHERE org_id = $1 AND type = $2 AND n = $3 AND "+
		where+" ORDER BY day DESC, name DESC LIMIT $5",
		[]any{tx.scope.OrgID, typeCodes[of.Type], of.N, day, limit}, func(t *usage.Tally) []any { return []any{&t.Day, &t.Name, &t.N, &t.First, &t.Last} })
	for i := range got {
		got[i].Of = of
	}
	return got, err
}

// PurgeTracked removes up to limit events from before a time, and the tallies of
// its days; it returns how many events it removed.
func (tx *Tx) PurgeTracked(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := tx.q.exec(ctx, `DELETE FROM tracked WHERE org_id = $1 AND (contact_n, at, id) IN
		(SELECT contact_n, at, id FROM tracked WHERE org_id = $1 AND at < $2 ORDER BY at LIMIT $3)`, tx.scope.OrgID, before, limit)
	if err != nil {
		return 0, err
	}
	counted, err := tx.q.exec(ctx, `DELETE FROM tally WHERE org_id = $1 AND (type, n, day, name) IN
		(SELECT type, n, day, name FROM tally WHERE org_id = $1 AND day > $4 AND day < $2 LIMIT $3)`, tx.scope.OrgID, usage.DayOf(before), limit, int64(usage.EverDay))
	return int(max(n, counted)), err
}
