package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/timeline"
)

var newsTable = table{"news", []column{
	{"org_id", "bigint"}, {"seq", "bigint"}, {"type", "smallint"}, {"op", "text"}, {"n", "bigint"}, {"n_to", "bigint"}, {"at", "timestamptz"},
}, []int{1}, []int{0, 2, 3, 6}}

type newsRow struct {
	timeline.News
	id   int64
	code int16
	n    int64
}

// Number gives up to limit rows of the org's outbox their numbers, in the order
// of their ids, and returns how many there were. One transaction numbers at a
// time, so numbers become visible in their order. What is from before since is
// dropped: nobody waits for it.
func (tx *Tx) Number(ctx context.Context, since time.Time, limit int) (int, error) {
	if _, err := tx.q.exec(ctx, "INSERT INTO news_seq (org_id, seq) VALUES ($1, 0) ON CONFLICT DO NOTHING", tx.scope.OrgID); err != nil {
		return 0, err
	}
	var seq int64
	if _, err := one(ctx, tx.q, "SELECT seq FROM news_seq WHERE org_id = $1"+tx.q.lock(), []any{tx.scope.OrgID}, &seq); err != nil {
		return 0, err
	}
	got, err := collect(ctx, tx.q, "SELECT id, type, op, n, n_to, at FROM outbox WHERE org_id = $1 ORDER BY id LIMIT $2", []any{tx.scope.OrgID, limit},
		func(r *newsRow) []any { return []any{&r.id, &r.code, &r.Op, &r.n, &r.To, &r.At} })
	if err != nil || len(got) == 0 {
		return 0, err
	}
	fresh := slices.DeleteFunc(slices.Clone(got), func(r newsRow) bool { return r.At.Before(since) })
	if _, err := tx.q.insert(ctx, newsTable, refuse, len(fresh), func(i int, w *record) {
		r := fresh[i]
		w.Int(tx.scope.OrgID)
		w.Int(seq + 1 + int64(i))
		w.Small(r.code)
		w.Text(r.Op)
		w.Int(r.n)
		w.Int(r.To)
		w.Time(r.At)
	}); err != nil {
		return 0, err
	}
	if err := tx.dropWaiting(ctx, got); err != nil {
		return 0, err
	}
	if len(fresh) == 0 {
		return len(got), nil
	}
	if _, err := tx.q.exec(ctx, "UPDATE news_seq SET seq = $2 WHERE org_id = $1", tx.scope.OrgID, seq+int64(len(fresh))); err != nil {
		return 0, err
	}
	return len(got), tx.q.tell(ctx, newsChannel, strconv.FormatInt(tx.scope.OrgID, 10))
}

func (tx *Tx) dropWaiting(ctx context.Context, rows []newsRow) error {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.id
	}
	for chunk := range slices.Chunk(ids, chunkSize) {
		list, args := inList([]any{tx.scope.OrgID}, chunk)
		if _, err := tx.q.exec(ctx, "DELETE FROM outbox WHERE org_id = $1 AND id IN "+list, args...); err != nil {
			return err
		}
	}
	return nil
}

// News returns up to limit news behind a number, in their order.
func (tx *Tx) News(ctx context.Context, after int64, limit int) ([]timeline.News, error) {
	got, err := collect(ctx, tx.q, "SELECT seq, type, op, n, n_to, at FROM news WHERE org_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
		[]any{tx.scope.OrgID, after, limit}, func(r *newsRow) []any { return []any{&r.Seq, &r.code, &r.Op, &r.n, &r.To, &r.At} })
	out := make([]timeline.News, len(got))
	for i, r := range got {
		out[i] = r.News
		out[i].Of = don.Of(typeOf(r.code), r.n)
	}
	return out, err
}

// NewsKept returns the numbers of the first and of the last news that are kept. With
// none, first is the number that the next will have.
func (tx *Tx) NewsKept(ctx context.Context) (first, last int64, err error) {
	if _, err := one(ctx, tx.q, "SELECT seq FROM news_seq WHERE org_id = $1", []any{tx.scope.OrgID}, &last); err != nil {
		return 0, 0, err
	}
	ok, err := one(ctx, tx.q, "SELECT seq FROM news WHERE org_id = $1 ORDER BY seq LIMIT 1", []any{tx.scope.OrgID}, &first)
	if err == nil && !ok {
		first = last + 1
	}
	return first, last, err
}

// PurgeNews removes up to limit news from before a time, and returns how many it has removed.
func (tx *Tx) PurgeNews(ctx context.Context, before time.Time, limit int) (int, error) {
	oldest, err := collect(ctx, tx.q, "SELECT seq, at FROM news WHERE org_id = $1 ORDER BY seq LIMIT $2", []any{tx.scope.OrgID, limit},
		func(r *timeline.News) []any { return []any{&r.Seq, &r.At} })
	if err != nil {
		return 0, err
	}
	// A transaction that took long stands behind younger ones: what is kept begins
	// with the first that is young.
	if young := slices.IndexFunc(oldest, func(r timeline.News) bool { return !r.At.Before(before) }); young >= 0 {
		oldest = oldest[:young]
	}
	if len(oldest) == 0 {
		return 0, nil
	}
	n, err := tx.q.exec(ctx, "DELETE FROM news WHERE org_id = $1 AND seq <= $2", tx.scope.OrgID, oldest[len(oldest)-1].Seq)
	return int(n), err
}

// Waiting returns the orgs in whose outbox something waits for its number.
func (d *DB) Waiting(ctx context.Context) ([]int64, error) {
	var out []int64
	err := d.e.read(ctx, func(q querier) error {
		out = nil
		for last := int64(0); ; {
			ok, err := one(ctx, q, "SELECT org_id FROM outbox WHERE org_id > $1 ORDER BY org_id LIMIT 1", []any{last}, &last)
			if err != nil || !ok {
				return err
			}
			out = append(out, last)
		}
	})
	return out, err
}

// Where PostgreSQL tells the processes which org has news, and what is gone when
// nobody hears it.
const (
	newsChannel   = "kith_news"
	signalChannel = "kith_signal"
)

// OnOutbox has fn called after every transaction of this process that put
// something into an org's outbox. It must not block.
func (d *DB) OnOutbox(fn func(orgID int64)) { d.onOutbox.Store(&fn) }

// Listen calls news for every org that any process has numbered news of, and
// signal with what another process says to all, until the context ends or the
// connection is lost. Where there is one process only it waits for the context.
func (d *DB) Listen(ctx context.Context, news func(orgID int64), signal func(text string)) error {
	return d.e.listen(ctx, []string{newsChannel, signalChannel}, func(channel, payload string) {
		if channel == signalChannel {
			signal(payload)
		} else if n, err := strconv.ParseInt(payload, 10, 64); err == nil {
			news(n)
		}
	})
}

// Signal says something of at most 8,000 bytes to all processes that listen, this
// one too. It is false where there is one process only.
func (d *DB) Signal(ctx context.Context, text string) (bool, error) {
	return d.e.notify(ctx, signalChannel, text)
}
