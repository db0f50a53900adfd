package testpg

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// query returns the one text that sql selects.
func query(t *testing.T, dsn, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	var text string
	if err := conn.QueryRow(t.Context(), sql).Scan(&text); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return text
}

func TestDSNIsOwnAndEmpty(t *testing.T) {
	t.Parallel()
	a, b := DSN(t), DSN(t)
	if err := execute(context.Background(), a, "CREATE TABLE x (n int)"); err != nil {
		t.Fatal(err)
	}
	if got := query(t, b, "SELECT (to_regclass('x') IS NULL)::text"); got != "true" {
		t.Error("a table made in one database is seen in the other")
	}
	if got := query(t, a, "SELECT current_setting('fsync')"); got != "off" {
		t.Errorf("fsync = %s: every commit of every test waits for the disk", got)
	}
}

func TestDatabaseIsDropped(t *testing.T) {
	t.Parallel()
	var dsn string
	t.Run("test", func(t *testing.T) { dsn = DSN(t) })
	if err := execute(context.Background(), dsn, "SELECT 1"); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("connect after the test: %v, want: does not exist", err)
	}
}

func TestTemplateIsPreparedOnce(t *testing.T) {
	t.Parallel()
	prepare := func(dsn string) error {
		return execute(context.Background(), dsn, "CREATE TABLE x AS SELECT clock_timestamp() AS t")
	}
	a, b := Template(t, "once", prepare), Template(t, "once", prepare)
	if err := execute(context.Background(), a, "ALTER TABLE x ADD COLUMN own int"); err != nil {
		t.Fatal(err)
	}
	if ta, tb := query(t, a, "SELECT t::text FROM x"), query(t, b, "SELECT t::text FROM x"); ta != tb {
		t.Errorf("prepared at %s and at %s, want once", ta, tb)
	}
	if got := query(t, b, "SELECT count(*)::text FROM pg_attribute WHERE attname = 'own'"); got != "0" {
		t.Error("a change to one copy is seen in the other")
	}
}

// TestLanguageOrder keeps the server's order different from byte order.
func TestLanguageOrder(t *testing.T) {
	t.Parallel()
	dsn := DSN(t)
	if query(t, dsn, "SELECT current_setting('server_version_num')") < "150000" {
		return // no ICU default collation before PostgreSQL 15
	}
	got := query(t, dsn, "SELECT string_agg(s, '' ORDER BY s) FROM unnest('{B,a,C}'::text[]) s")
	if got != "aBC" {
		t.Errorf("order %s, want aBC", got)
	}
}

func TestClusterRestartsAndStops(t *testing.T) {
	t.Parallel()
	//nolint:usetesting // its folder is too deep for a socket and closed to the server's account
	dir, err := os.MkdirTemp("/tmp", "kith-testpg-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	c, err := newCluster(dir)
	if err != nil {
		t.Fatal(err)
	}
	c.idle = time.Second
	if err := c.ensure(); err != nil {
		t.Fatal(err)
	}
	killPostmaster(t, c)
	first := c.inUse
	if err := c.ensure(); err != nil {
		t.Fatalf("after kill -9: %v", err)
	}
	if !c.alive() {
		t.Fatal("not alive after the restart")
	}
	_ = first.Close()
	time.Sleep(2 * c.idle)
	if !c.alive() {
		t.Fatal("stopped although in use")
	}
	_ = c.inUse.Close()
	waitFor(t, "the idle server to stop", func() bool { return !c.alive() })
	waitFor(t, "its files to go", func() bool { _, err := os.Stat(c.data()); return os.IsNotExist(err) })
}

func killPostmaster(t *testing.T, c *cluster) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the killed server to be gone", func() bool { return syscall.Kill(pid, 0) != nil })
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited 30 s for %s", what)
		}
	}
}

func TestForeignFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "open")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	c := &cluster{dir: dir}
	if err := c.makeDir(); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a folder open to all: %v, want an error that names it", err)
	}
}

// TestReuse: what a test did to its database is not seen by the next one, whether
// the database is put back or dropped.
func TestReuse(t *testing.T) {
	t.Parallel()
	prepare := func(dsn string) error {
		return execute(context.Background(), dsn, "CREATE TABLE x AS SELECT 1 AS n; CREATE TABLE y (text text PRIMARY KEY); CREATE TABLE untouched (n int)")
	}
	state := func(t *testing.T, dsn string) string {
		return query(t, dsn, `SELECT concat_ws(' ', (SELECT string_agg(n::text, ',' ORDER BY n) FROM x), (SELECT count(*) FROM y), (SELECT count(*) FROM untouched),
			(SELECT count(*) FROM pg_attribute WHERE attrelid = 'x'::regclass AND attnum > 0), (SELECT max(reltuples) FROM pg_class WHERE oid = 'y'::regclass))`)
	}
	const fresh = "1 0 0 1 -1"
	var last string
	for _, c := range []struct {
		does string // what this test does
		sql  string
		kept bool // whether the next one gets the same database
	}{
		{"nothing", "SELECT 1", true},
		{"change rows", "UPDATE x SET n = 2; INSERT INTO x VALUES (3); INSERT INTO y VALUES ('a'), ('b')", true},
		{"delete rows", "DELETE FROM x", true},
		{"add many rows", "INSERT INTO y SELECT g FROM generate_series(1, 5000) g", true},
		{"gather statistics", "INSERT INTO y VALUES ('a'); ANALYZE", false},
		{"change a table", "ALTER TABLE x ADD COLUMN own int", false},
		{"add an index", "CREATE INDEX own ON x (n)", false},
		{"set the database", "DO $$BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET work_mem = 65536'; END$$", false},
		{"nothing", "SELECT 1", true},
	} {
		var dsn string
		t.Run(c.does, func(t *testing.T) {
			dsn = Template(t, "reuse", prepare)
			if got := state(t, dsn); got != fresh {
				t.Errorf("found %s, want %s", got, fresh)
			}
			if last != "" && dsn != last {
				t.Errorf("the database is %s, want %s again", dsn, last)
			}
			// It stays connected, in a transaction.
			conn, err := pgx.Connect(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Exec(t.Context(), c.sql); err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Exec(t.Context(), "BEGIN; LOCK TABLE x"); err != nil {
				t.Fatal(err)
			}
		})
		last = dsn
		if !c.kept {
			last = ""
			if err := execute(context.Background(), dsn, "SELECT 1"); err == nil || !strings.Contains(err.Error(), "does not exist") {
				t.Errorf("after a test did %s: %v, want: does not exist", c.does, err)
			}
		}
	}
}

// TestLeftDatabasesGo: the databases of a process that has ended are dropped, those
// of one that lives are not.
func TestLeftDatabasesGo(t *testing.T) {
	t.Parallel()
	base := server(t)
	for _, name := range []string{"kith_test_0_1", "kith_test_0_2"} {
		if err := execute(context.Background(), base, "CREATE DATABASE "+name); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = dropDatabase(context.Background(), base, name) })
	}
	mine := DSN(t)
	living, err := pgx.Connect(t.Context(), base)
	if err != nil {
		t.Fatal(err)
	}
	if err := own(t.Context(), living, "kith_test_0"); err != nil {
		t.Fatal(err)
	}
	left := func() string {
		return query(t, base, "SELECT count(*)::text FROM pg_database WHERE datname LIKE 'kith\\_test\\_0\\_%'")
	}
	if err := sweep(t.Context(), base, "kith_test_0"); err != nil || left() != "2" {
		t.Errorf("while the process lives: %v, %s of 2 databases left", err, left())
	}
	if err := living.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the databases to go", func() bool { return sweep(t.Context(), base, "kith_test_0") == nil && left() == "0" })
	if query(t, mine, "SELECT 'there'") != "there" {
		t.Error("the database of a living process was dropped")
	}
}
