package store

import (
	"context"
	"time"

	"github.com/kith-id/kith/internal/org"
)

// engine is a database as the store needs it. Both implementations run the same
// SQL texts; what differs is below this line.
type engine interface {
	// write runs body in a transaction of its own or shared with other small
	// writes, and returns once it is durable. Body may run again.
	write(ctx context.Context, body func(querier) error) error
	// bulk runs body as a transaction that lets small writes go first. It is
	// durable once a later write is.
	bulk(ctx context.Context, body func(querier) error) error
	// read runs body on one snapshot.
	read(ctx context.Context, body func(querier) error) error
	// lanes is how many bulk transactions it pays to run at once.
	lanes() int
	migrate(ctx context.Context, all []migration) error
	ping(ctx context.Context) error
	name() string
	writers() int
	// listen calls fn with what any process tells on the channels, until the
	// context ends or the connection is lost.
	listen(ctx context.Context, channels []string, fn func(channel, payload string)) error
	// notify tells those who listen on a channel, which is false when nobody can.
	notify(ctx context.Context, channel, payload string) (bool, error)
	close() error
}

// querier runs statements inside one transaction.
type querier interface {
	exec(ctx context.Context, sql string, args ...any) (int64, error)
	query(ctx context.Context, sql string, args ...any) (rows, error)
	// numbers runs a query whose only column is a number that is never null. It
	// is for those with many rows.
	numbers(ctx context.Context, sql string, args ...any) ([]int64, error)
	// visit does the same one by one until it is told to stop.
	visit(ctx context.Context, each func(int64) bool, sql string, args ...any) error
	// streams tells that rows are made as they are read, so that those left
	// unread cost nothing. Otherwise a result is made and sent whole.
	streams() bool
	// send is exec for when only its failing matters, which may show as late as
	// at the end of the transaction.
	send(ctx context.Context, sql string, args ...any) error
	// next takes count numbers of an org's counter and returns the first.
	next(ctx context.Context, orgID int64, typ string, count int) (int64, error)
	// insert adds rows in bulk. What becomes of a row whose key stands already
	// is the mode's; the indexes of such rows are returned when it reports them.
	insert(ctx context.Context, t table, m clash, count int, fill func(i int, w *record)) ([]int, error)
	// choosy tells that the statements that follow depend on the values they are
	// given, so that each is planned for them.
	choosy(ctx context.Context) error
	// tell is notify once the transaction is durable.
	tell(ctx context.Context, channel, payload string) error
	// lock ends a SELECT that means to update what it reads.
	lock() string
	// jsonText spells the text of a member of a JSON object in a column, which may
	// be empty, or with a dot that of a member's member; jsonNumber its number. Both
	// are NULL when it has none.
	jsonText(column, member string) string
	jsonNumber(column, member string) string
	// perValue spells the rows that a select finds for each of some values, in their
	// order; of is told what the value is, such as = $2.
	perValue(b *builder, values []string, of func(is string) string) string
	// jsonItems spells the elements j.value of a list in a column that may be empty.
	jsonItems(column string) string
	// lookup spells the join of the rows t of a table whose numbers n come before
	// it, one by one: they are known to be few, of which the engine may know better.
	lookup(table, n string) string
}

// clash says what a bulk insert does with a row whose key stands already.
type clash int

const (
	refuse clash = iota // an error
	ignore              // leave the row that stands
	report              // the same, and say which they were
)

type rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close()
}

// table describes the target of a bulk insert.
type table struct {
	name string
	cols []column
	key  []int // columns of the primary key, for finding rows that stood already
	// alike are columns that tend to be the same in many rows of an insert.
	alike []int
}

type column struct {
	name string
	typ  string // PostgreSQL's name of the type
}

// Tx is a transaction in the scope of one org. It implements the narrow
// interfaces that the domain packages declare.
type Tx struct {
	q     querier
	scope org.Scope
	now   time.Time
	told  bool // something was put into the outbox
}

// Now returns the time of the transaction, read once, in microseconds.
func (tx *Tx) Now() time.Time { return tx.now }

// Scope returns for which org and whom the transaction runs.
func (tx *Tx) Scope() org.Scope { return tx.scope }

// one scans the only row of a query; ok is false when there is none.
func one(ctx context.Context, q querier, sql string, args []any, dest ...any) (ok bool, err error) {
	rs, err := q.query(ctx, sql, args...)
	if err != nil {
		return false, err
	}
	defer rs.Close()
	if !rs.Next() {
		return false, rs.Err()
	}
	if err := rs.Scan(dest...); err != nil {
		return false, err
	}
	return true, nil
}

// collect scans every row of a query.
func collect[T any](ctx context.Context, q querier, sql string, args []any, dest func(*T) []any) ([]T, error) {
	rs, err := q.query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var out []T
	for rs.Next() {
		var v T
		if err := rs.Scan(dest(&v)...); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rs.Err()
}
