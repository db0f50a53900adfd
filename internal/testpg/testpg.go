// Package testpg gives every test its own database on a private PostgreSQL
// server. The server is started once, shared by all test processes of the user
// and stops by itself half a minute after the last of them. It outlives the kill
// of a program, but not of the machine (fsync off), listens on a Unix socket only,
// and sorts text by language rules, so that a query which forgets COLLATE "C" on
// a key shows.
//
// KITH_TEST_DATABASE_URL names another server to use; its user must be allowed
// to create databases. Without that and without the PostgreSQL server programs
// the tests fail with a line that says what to install.
package testpg

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A step that takes longer than this has hung: the machine may be slow, but
// a test must end.
const timeout = 2 * time.Minute

var (
	serverOnce sync.Once
	private    *cluster // nil while KITH_TEST_DATABASE_URL names a server
	serverErr  error
	namedOnce  sync.Once
	namedErr   error
	counter    atomic.Int64
	templates  sync.Map // name -> func() (*reused, error)
)

// DSN returns the URL of a new, empty database that is dropped when t ends.
func DSN(t testing.TB) string {
	t.Helper()
	base, name := server(t), newName()
	if err := execute(t.Context(), base, "CREATE DATABASE "+quote(name)); err != nil {
		t.Fatalf("testpg: create database: %v", err)
	}
	t.Cleanup(func() {
		if err := dropDatabase(context.Background(), base, name); err != nil {
			t.Errorf("testpg: drop database: %v", err)
		}
	})
	return withDatabase(base, name)
}

// Template returns the URL of a database that holds what prepare filled one with,
// and is the test's own until t ends. prepare runs once per test binary and name:
// name it after what it does, such as "migrated". It must close its connections.
// The database may have been another test's before: its rows are as prepare left
// them, but sequences of pages in its files are not. Tests of those use DSN.
func Template(t testing.TB, name string, prepare func(dsn string) error) string {
	t.Helper()
	base := server(t)
	once, _ := templates.LoadOrStore(name, sync.OnceValues(func() (*reused, error) {
		database, err := template(base, name, prepare)
		return &reused{base: base, template: database}, err
	}))
	all, err := once.(func() (*reused, error))()
	if err != nil {
		t.Fatalf("testpg: prepare template %s: %v", name, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	d, err := all.take(ctx)
	if err != nil {
		t.Fatalf("testpg: create database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		if err := all.give(ctx, d); err != nil {
			t.Errorf("testpg: drop database: %v", err)
		}
	})
	return withDatabase(base, d.name)
}

// server returns the URL of the server's maintenance database.
func server(t testing.TB) string {
	t.Helper()
	if base := os.Getenv("KITH_TEST_DATABASE_URL"); base != "" {
		namedOnce.Do(func() { namedErr = enter(base) })
		if namedErr != nil {
			t.Fatalf("testpg: KITH_TEST_DATABASE_URL: %v", namedErr)
		}
		return base
	}
	serverOnce.Do(func() { private, serverErr = startCluster() })
	if serverErr != nil {
		t.Fatalf("testpg: %v", serverErr)
	}
	return private.url()
}

// enter marks this process as a living one on a server that outlives the tests,
// and removes the databases of those that have ended. On the private server they
// go with it.
func enter(base string) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, base) // for the life of the process
	if err != nil {
		return err
	}
	if err := own(ctx, conn, process()); err != nil {
		return err
	}
	return sweep(ctx, base, "kith_test_")
}

// template creates and fills the template database unless a process with the
// same test binary already has. It is filled under another name and renamed,
// so that a run that died half-way leaves nothing that looks finished.
func template(base, name string, prepare func(dsn string) error) (string, error) {
	hash, err := binaryHash()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, base)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()

	done := fmt.Sprintf("kith_template_%s_%s", name, hash)
	draft := done + "_draft"
	// The lock ends with the connection.
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(hashtext($1))", done); err != nil {
		return "", err
	}
	var exists bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", done).Scan(&exists)
	if err != nil || exists {
		return done, err
	}
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + quote(draft) + " WITH (FORCE)", "CREATE DATABASE " + quote(draft)} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return "", err
		}
	}
	if err := prepare(withDatabase(base, draft)); err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+quote(draft)+" RENAME TO "+quote(done))
	return done, err
}

// binaryHash tells test binaries apart: another binary may hold other migrations.
func binaryHash() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)[:6]), nil
}

func execute(ctx context.Context, dsn, sql string) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, sql)
	return err
}

// dropDatabase drops a database with the connections that a test has left: that is
// not what it tests.
func dropDatabase(ctx context.Context, base, name string) error {
	return execute(ctx, base, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)")
}

func withDatabase(base, name string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base // pgx says what is wrong with it when it connects
	}
	u.Path = "/" + name
	return u.String()
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
