// Package servertest runs all of Kith inside a test's process, on a database of
// its own. It is for tests only.
package servertest

import (
	"bytes"
	"context"
	"encoding/base64"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/config"
	"github.com/kith-id/kith/internal/httpapi"
	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server"
	"github.com/kith-id/kith/internal/testpg"
)

// Engines are the databases a test runs on.
var Engines = []string{"sqlite", "postgres"}

// Each runs a test on every engine.
func Each(t *testing.T, test func(t *testing.T, k *Kith)) {
	t.Helper()
	for _, engine := range Engines {
		t.Run(engine, func(t *testing.T) { test(t, New(t, engine)) })
	}
}

// Kith is a running Kith that listens nowhere.
type Kith struct {
	App      *server.App
	Config   config.Config
	Handler  http.Handler // as everybody reaches it, under the name 127.0.0.1
	Operator http.Handler // as the commands reach it
}

// New returns an empty Kith that ends with the test. It has been started once
// before, with the other tests of the process: migrations ran and its signing key
// was made then. Tests of a first start call Open with settings of their own.
func New(t testing.TB, engine string) *Kith {
	t.Helper()
	cfg := settings(t.TempDir())
	if engine == "postgres" {
		cfg.DatabaseURL = testpg.Template(t, "started", func(dsn string) error {
			return start(t.TempDir(), dsn)
		})
		return Open(t, cfg)
	}
	started, err := startedFolder()
	if err == nil {
		err = os.WriteFile(filepath.Join(cfg.Data, databaseFile), started, 0o600)
	}
	if err != nil {
		t.Fatalf("servertest: %v", err)
	}
	return Open(t, cfg)
}

// settings are those of every Kith here. The secret is given, because the keys
// in a database that was copied were sealed with it.
func settings(data string) config.Config {
	cfg := config.Defaults()
	cfg.Data, cfg.SetupCode, cfg.SecretKey = data, "SETUP-CODE", base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0x5e}, auth.SecretSize))
	return cfg
}

// databaseFile is what SQLite's database is called in the data folder.
const databaseFile = "kith.db"

// startedFolder returns the database of a Kith that was started and stopped.
var startedFolder = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "servertest-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := start(dir, ""); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, databaseFile))
})

// start starts a Kith and stops it.
func start(data, url string) error {
	cfg := settings(data)
	cfg.DatabaseURL = url
	app, err := server.Open(context.Background(), cfg, server.Options{Version: "test", Log: slog.New(slog.DiscardHandler), Purpose: "servertest"})
	if err != nil {
		return err
	}
	return app.Close()
}

// cheap hashes of passwords: what hashing should cost is for the tests of auth.
var cheap = auth.Cost{Memory: 64, Passes: 1}

// Open returns a Kith with the settings given.
func Open(t testing.TB, cfg config.Config) *Kith {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	app, err := server.Open(t.Context(), cfg, server.Options{Version: "test", Log: log, Purpose: t.Name(), Passwords: cheap})
	if err != nil {
		t.Fatalf("servertest: %v", err)
	}
	t.Cleanup(func() {
		if err := app.Close(); err != nil {
			t.Errorf("servertest: close: %v", err)
		}
	})
	operator := app.OperatorHandler()
	return &Kith{App: app, Config: cfg, Handler: named("127.0.0.1:8080", app.Handler()), Operator: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operator.ServeHTTP(w, r.WithContext(httpapi.AsOperator(r.Context())))
	})}
}

// named gives requests the host that a client of a local server would send.
func named(host string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "example.com" {
			r.Host = host
		}
		next.ServeHTTP(w, r)
	})
}

// Admin creates an org and returns a client with its admin's token, which
// checks every answer against the published API.
func (k *Kith) Admin(t testing.TB, org string) (apitest.Client, server.AdminView) {
	t.Helper()
	var out server.AdminView
	email := "admin@" + strings.ToLower(strings.ReplaceAll(org, " ", "-")) + ".example"
	k.Do(t, "admins.create", "", server.NewAdmin{Org: org, Email: email, Password: Password}, &out)
	return k.Client(t, out.Secret), out
}

// Password is the password of every admin that Admin makes.
const Password = "correct horse battery"

// Client returns a client with a token.
func (k *Kith) Client(t testing.TB, token string) apitest.Client {
	t.Helper()
	return apitest.Client{Handler: k.Handler, Token: token, Spec: apitest.Load(t)}
}

// Do runs one of the operator's operations in an org, named by its slug, and
// fails the test unless it succeeds.
func (k *Kith) Do(t testing.TB, op, org string, in, out any) {
	t.Helper()
	c := apitest.Client{Handler: k.Operator}
	res := c.Send(t, http.MethodPost, "/"+op, map[string]string{httpapi.OrgHeader: org}, in)
	if res.Status/100 != 2 {
		t.Fatalf("%s: status %d: %s", op, res.Status, res.Body)
	}
	if out != nil {
		res.Decode(t, out)
	}
}
