// Package testpg gives every test its own database on a private PostgreSQL
// server. The server is started once, shared by all test processes of the user
// and stops by itself half a minute after the last of them. It is durable
// (fsync on), listens on a Unix socket only, and sorts text by language rules,
// so that a query which forgets COLLATE "C" on a key shows.
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
	counter    atomic.Int64
	templates  sync.Map // name -> func() (database string, err error)
)

// DSN returns the URL of a new, empty database that is dropped when t ends.
func DSN(t testing.TB) string {
	t.Helper()
	return create(t, server(t), "template1")
}

// Template returns the URL of a new copy of the database that prepare filled,
// dropped when t ends. prepare runs once per test binary and name: name it
// after what it does, such as "migrated". It must close its connections.
func Template(t testing.TB, name string, prepare func(dsn string) error) string {
	t.Helper()
	base := server(t)
	once, _ := templates.LoadOrStore(name, sync.OnceValues(func() (string, error) {
		return template(base, name, prepare)
	}))
	database, err := once.(func() (string, error))()
	if err != nil {
		t.Fatalf("testpg: prepare template %s: %v", name, err)
	}
	return create(t, base, database)
}

// server returns the URL of the server's maintenance database.
func server(t testing.TB) string {
	t.Helper()
	if base := os.Getenv("KITH_TEST_DATABASE_URL"); base != "" {
		return base
	}
	serverOnce.Do(func() { private, serverErr = startCluster() })
	if serverErr != nil {
		t.Fatalf("testpg: %v", serverErr)
	}
	return private.url()
}

// create makes a database as a copy of template and drops it when t ends.
func create(t testing.TB, base, template string) string {
	t.Helper()
	name := fmt.Sprintf("kith_test_%d_%d", os.Getpid(), counter.Add(1))
	if err := execute(base, "CREATE DATABASE "+quote(name)+" TEMPLATE "+quote(template)); err != nil {
		t.Fatalf("testpg: create database: %v", err)
	}
	t.Cleanup(func() {
		// FORCE: a test may leave connections behind; that is not what it tests.
		if err := execute(base, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)"); err != nil {
			t.Errorf("testpg: drop database: %v", err)
		}
	})
	return withDatabase(base, name)
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

func execute(dsn, sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, sql)
	return err
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
