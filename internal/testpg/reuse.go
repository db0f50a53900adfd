package testpg

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Making a database and dropping it cost the server a third of a second of work,
// and the first connection to a new one pays for the server's caches. So a
// database goes from test to test: after each it is put back to what it was as
// a copy of its template. One that a test has left otherwise than by changing
// rows (other definitions, statistics, connections that do not end) is dropped.

// reused are the databases of a template that no test has at the moment.
type reused struct {
	base, template string

	mu   sync.Mutex
	free []*database
}

// database is a copy of a template with what is needed to restore it.
type database struct {
	base, name  string
	conn        *pgx.Conn         // to the database itself, open while the process lives
	rows        map[string][]byte // the template's rows by table, as COPY gives them
	definitions string
}

// take returns a database as the template is. give takes it back.
func (r *reused) take(ctx context.Context) (*database, error) {
	r.mu.Lock()
	if last := len(r.free) - 1; last >= 0 {
		d := r.free[last]
		r.free = r.free[:last]
		r.mu.Unlock()
		return d, nil
	}
	r.mu.Unlock()
	d := &database{base: r.base, name: newName()}
	if err := execute(ctx, r.base, "CREATE DATABASE "+quote(d.name)+" TEMPLATE "+quote(r.template)); err != nil {
		return nil, err
	}
	if err := d.remember(ctx); err != nil {
		return nil, fmt.Errorf("%w; and %w", err, d.drop(ctx))
	}
	return d, nil
}

func (r *reused) give(ctx context.Context, d *database) error {
	same, err := d.restore(ctx)
	if err != nil || !same {
		// What the test broke is its own affair as long as the next one starts clean.
		return d.drop(ctx)
	}
	r.mu.Lock()
	r.free = append(r.free, d)
	r.mu.Unlock()
	return nil
}

// remember connects to a new copy and notes what is in it.
func (d *database) remember(ctx context.Context) error {
	var err error
	if d.conn, err = pgx.Connect(ctx, withDatabase(d.base, d.name)); err != nil {
		return err
	}
	// A lost restoration is a lost database, not lost data.
	if _, err := d.conn.Exec(ctx, "SET synchronous_commit = off"); err != nil {
		return err
	}
	tables, err := d.filled(ctx)
	if err != nil {
		return err
	}
	d.rows = make(map[string][]byte, len(tables))
	for _, t := range tables {
		var out bytes.Buffer
		if _, err := d.conn.PgConn().CopyTo(ctx, &out, "COPY "+t.Name+" TO STDOUT"); err != nil {
			return err
		}
		d.rows[t.Name] = out.Bytes()
	}
	d.definitions, err = d.describe(ctx)
	return err
}

// restore puts the rows back, and reports whether all else is as it was.
func (d *database) restore(ctx context.Context) (bool, error) {
	if left, err := d.disconnect(ctx); err != nil || left {
		return false, err
	}
	if _, err := d.conn.Exec(ctx, "BEGIN"); err != nil {
		return false, err
	}
	tables, err := d.filled(ctx)
	if err != nil {
		return false, err
	}
	if _, err := d.conn.Exec(ctx, empty(tables)); err != nil {
		return false, err
	}
	for name, rows := range d.rows {
		if _, err := d.conn.PgConn().CopyFrom(ctx, bytes.NewReader(rows), "COPY "+name+" FROM STDIN"); err != nil {
			return false, err
		}
	}
	if _, err := d.conn.Exec(ctx, "COMMIT"); err != nil {
		return false, err
	}
	now, err := d.describe(ctx)
	return now == d.definitions, err
}

// disconnect ends the connections that the test left, and reports whether one stays.
func (d *database) disconnect(ctx context.Context) (bool, error) {
	for range 200 {
		var others int
		err := d.conn.QueryRow(ctx, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`).Scan(&others)
		if err != nil || others == 0 {
			return false, err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return true, nil
}

// filled are the tables that have pages, whether rows are in them or not.
func (d *database) filled(ctx context.Context) ([]table, error) {
	rows, err := d.conn.Query(ctx, `SELECT oid::regclass::text, pg_relation_size(oid) FROM pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[table])
}

type table struct {
	Name  string
	Bytes int64
}

// aFew is up to which size of a table its rows are deleted. To make its files
// anew costs more, but what deleted rows leave behind must not pile up.
const aFew = 64 << 10

// empty is the SQL that empties the tables.
func empty(tables []table) string {
	var sql strings.Builder
	var large []string
	for _, t := range tables {
		if t.Bytes > aFew {
			large = append(large, t.Name)
		} else {
			sql.WriteString("DELETE FROM " + t.Name + ";")
		}
	}
	if len(large) > 0 {
		sql.WriteString("TRUNCATE " + strings.Join(large, ", "))
	}
	return sql.String()
}

// describe returns a text that changes with the tables, indexes and columns, with
// what the planner has learnt about them, and with settings of the database.
func (d *database) describe(ctx context.Context) (text string, err error) {
	err = d.conn.QueryRow(ctx, `SELECT concat_ws(' ',
		(SELECT md5(string_agg(concat_ws(' ', oid, relname, relkind, relnatts, relchecks, relhastriggers), ',' ORDER BY oid))
			FROM pg_class WHERE relnamespace = 'public'::regnamespace),
		(SELECT md5(string_agg(concat_ws(' ', oid, relpages, reltuples), ',' ORDER BY oid))
			FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'),
		(SELECT sum(hashtextextended(concat_ws(' ', attname, atttypid, attnotnull), attrelid::bigint)) FROM pg_attribute),
		(SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_namespace),
		(SELECT count(*) FROM pg_statistic JOIN pg_class ON pg_class.oid = starelid WHERE relnamespace = 'public'::regnamespace),
		(SELECT count(*) FROM pg_sequence), (SELECT count(*) FROM pg_db_role_setting))`).Scan(&text)
	return text, err
}

// drop removes the database.
func (d *database) drop(ctx context.Context) error {
	if d.conn != nil {
		_ = d.conn.Close(ctx) // it may be what failed
	}
	return dropDatabase(ctx, d.base, d.name)
}

// newName returns a name no database has, which tells whose it is.
func newName() string { return fmt.Sprintf("%s_%d", process(), counter.Add(1)) }

// process is what the names of this process's databases begin with.
func process() string { return fmt.Sprintf("kith_test_%d", os.Getpid()) }

// own marks a process as living for as long as the connection is open.
func own(ctx context.Context, conn *pgx.Conn, process string) error {
	_, err := conn.Exec(ctx, "SELECT pg_advisory_lock_shared(hashtext($1))", process)
	return err
}

// sweep drops the databases that processes left which have ended, of those whose
// names begin with prefix.
func sweep(ctx context.Context, base, prefix string) error {
	conn, err := pgx.Connect(ctx, base)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, `SELECT datname FROM pg_database
		WHERE starts_with(datname, $1) AND datname ~ '^kith_test_[0-9]+_[0-9]+$'`, prefix)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		owner := name[:strings.LastIndexByte(name, '_')]
		var gone bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock(hashtext($1))", owner).Scan(&gone); err != nil {
			return err
		}
		if gone {
			if err := dropDatabase(ctx, base, name); err != nil {
				return err
			}
		}
	}
	return nil
}
