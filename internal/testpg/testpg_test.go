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
	if err := execute(a, "CREATE TABLE x (n int)"); err != nil {
		t.Fatal(err)
	}
	if got := query(t, b, "SELECT (to_regclass('x') IS NULL)::text"); got != "true" {
		t.Error("a table made in one database is seen in the other")
	}
	if got := query(t, a, "SELECT current_setting('fsync')"); got != "on" {
		t.Errorf("fsync = %s", got)
	}
}

func TestDatabaseIsDropped(t *testing.T) {
	t.Parallel()
	var dsn string
	t.Run("test", func(t *testing.T) { dsn = DSN(t) })
	if err := execute(dsn, "SELECT 1"); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("connect after the test: %v, want: does not exist", err)
	}
}

func TestTemplateIsPreparedOnce(t *testing.T) {
	t.Parallel()
	prepare := func(dsn string) error {
		return execute(dsn, "CREATE TABLE x AS SELECT clock_timestamp() AS t")
	}
	a, b := Template(t, "once", prepare), Template(t, "once", prepare)
	if err := execute(a, "ALTER TABLE x ADD COLUMN own int"); err != nil {
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
