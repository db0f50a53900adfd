package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/config"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi"
	"github.com/kith-id/kith/internal/store"
)

func options() Options {
	return Options{Version: "test", Log: slog.New(slog.DiscardHandler), Purpose: "a test"}
}

func settings(t *testing.T) config.Config {
	cfg := config.Defaults()
	cfg.Data = t.TempDir()
	cfg.Listen = "127.0.0.1:0"
	return cfg
}

func open(t *testing.T, cfg config.Config) *App {
	t.Helper()
	a, err := Open(t.Context(), cfg, options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// start serves a in the background and returns its address and a stop that
// returns what Serve returned.
func start(t *testing.T, a *App) (address string, stop func() error) {
	t.Helper()
	l, err := listen(t.Context(), a.cfg.Listen)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- a.serve(ctx, l, w) }()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	stop = func() error {
		cancel()
		err := <-done
		done <- err
		return err
	}
	t.Cleanup(func() { _ = stop() })
	return strings.TrimSpace(strings.TrimPrefix(line, "Kith is ready at ")), stop
}

func TestOneProcessHasTheFolder(t *testing.T) {
	cfg := settings(t)
	open(t, cfg)
	_, err := Open(t.Context(), cfg, options())
	if !errs.Is(err, errs.Unavailable) || !strings.Contains(err.Error(), fmt.Sprintf("process %d, a test", os.Getpid())) {
		t.Errorf("a second Kith on the folder: %v", err)
	}
}

func TestAFolderIsGivenUpOnFailure(t *testing.T) {
	cfg := settings(t)
	cfg.SecretKey = "nonsense"
	if _, err := Open(t.Context(), cfg, options()); !errs.Is(err, errs.Invalid) {
		t.Fatalf("a bad secret: %v", err)
	}
	cfg.SecretKey = ""
	open(t, cfg)
}

func TestALongPathHasASocketToo(t *testing.T) {
	cfg := settings(t)
	cfg.Data = filepath.Join(cfg.Data, strings.Repeat("long/", 30))
	a := open(t, cfg)
	_, stop := start(t, a)
	c, err := Connect(t.Context(), cfg, options(), false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if !c.Running {
		t.Error("the running server was not found")
	}
	info, err := os.Stat(cfg.SocketFile())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket's mode is %v (%v), want 0600", info.Mode(), err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(cfg.SocketFile()); !os.IsNotExist(err) {
		t.Errorf("the socket stays behind: %v", err)
	}
}

func TestADeadSocketIsReplaced(t *testing.T) {
	cfg := settings(t)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: cfg.SocketFile()})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	start(t, open(t, cfg))
	c, err := Connect(t.Context(), cfg, options(), false)
	if err != nil || !c.Running {
		t.Fatalf("connect: %v", err)
	}
	_ = c.Close()
}

func TestCommandsWorkWithoutAServer(t *testing.T) {
	cfg := settings(t)
	c, err := Connect(t.Context(), cfg, options(), true)
	if err != nil {
		t.Fatal(err)
	}
	if c.Running {
		t.Error("a server is said to run")
	}
	res, err := c.Client.Post("http://kith/diagnosis.get", "application/json", strings.NewReader("{}"))
	if err != nil || res.StatusCode != 200 {
		t.Errorf("diagnosis: %v, %v", res, err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	open(t, cfg) // the folder is free again
}

func TestOnlyTheOperatorReachesTheOperatorsOperations(t *testing.T) {
	a := open(t, settings(t))
	address, _ := start(t, a)
	res, err := http.Post(address+"/admins.create", "application/json", strings.NewReader(`{"org":"X","email":"x@x.example"}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusNotFound {
		t.Errorf("over TCP: status %d, want 404", res.StatusCode)
	}
	if needed, err := a.svc.auth.NeedsSetup(t.Context()); err != nil || !needed {
		t.Errorf("an org was made (%v)", err)
	}
	// The handler itself refuses callers that were not marked.
	_, err = a.admitOperator(&http.Request{Header: http.Header{}}, httpapi.Op{Auth: httpapi.Public})
	if !errs.Is(err, errs.Forbidden) {
		t.Errorf("an unmarked request: %v", err)
	}
}

func TestDrain(t *testing.T) {
	a := open(t, settings(t))
	address, stop := start(t, a)
	// A request is under way: half of its body has been sent.
	conn, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	send(t, conn, "POST /setup.get HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{")
	time.Sleep(50 * time.Millisecond)
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	waitFor(t, func() bool { return a.stopping.Load() })
	if _, err := net.DialTimeout("tcp", strings.TrimPrefix(address, "http://"), time.Second); err == nil {
		waitFor(t, func() bool {
			c, err := net.DialTimeout("tcp", strings.TrimPrefix(address, "http://"), time.Second)
			if err == nil {
				_ = c.Close()
			}
			return err != nil
		})
	}
	send(t, conn, "}")
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != 200 {
		t.Errorf("the request under way: %v, %v", res, err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("serve: %v", err)
	}
}

func send(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for range 500 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it does not happen")
}

func TestStreamsAreToldToEnd(t *testing.T) {
	a := open(t, settings(t))
	ctx := httpapi.WithDrain(t.Context(), a.draining)
	select {
	case <-httpapi.Draining(ctx):
		t.Fatal("draining before the end")
	default:
	}
	if err := a.drain(t.Context(), nil, func() {}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-httpapi.Draining(ctx):
	default:
		t.Error("not told")
	}
}

func TestATakenAddress(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	cfg := settings(t)
	cfg.Listen = l.Addr().String()
	err = Serve(t.Context(), cfg, options(), io.Discard)
	if !errs.Is(err, errs.Unavailable) || !strings.Contains(err.Error(), "--listen") {
		t.Errorf("error %v", err)
	}
	open(t, cfg)
}

func TestPurge(t *testing.T) {
	a := open(t, settings(t))
	actor, err := a.svc.auth.Found(t.Context(), auth.NewOrg{Name: "Acme", Admin: auth.NewMember{Email: "ada@acme.example"}}, true)
	if err != nil {
		t.Fatal(err)
	}
	secret, token, err := a.svc.auth.IssueToken(t.Context(), actor, actor.Member.ID(), auth.TokenRequest{Days: 1})
	if err != nil {
		t.Fatal(err)
	}
	exists := func() bool {
		err := a.db.Read(t.Context(), actor.Scope, func(tx *store.Tx) error {
			_, err := tx.TokenByID(t.Context(), token.ID)
			return err
		})
		return err == nil
	}
	now := time.Now()
	for _, c := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {24 * time.Hour, true}, {30 * 24 * time.Hour, true}, {32 * 24 * time.Hour, false}} {
		if err := purge(t.Context(), a.db, a.svc.auth, now.Add(c.after)); err != nil {
			t.Fatal(err)
		}
		if got := exists(); got != c.want {
			t.Errorf("after %v the token exists: %v, want %v", c.after, got, c.want)
		}
	}
	if _, err := a.svc.auth.Bearer(t.Context(), secret); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("a purged token: %v", err)
	}
	if actor.Member.ID() != don.Of(don.Member, 1) {
		t.Errorf("the first member is %v", actor.Member.ID())
	}
}

func TestErrorsDoNotShowTheDatabasePassword(t *testing.T) {
	cfg := settings(t)
	cfg.DatabaseURL = "postgres://kith:topsecret@127.0.0.1:1/kith?connect_timeout=1"
	_, err := Open(t.Context(), cfg, options())
	if err == nil || strings.Contains(err.Error(), "topsecret") {
		t.Errorf("error %v", err)
	}
}

func TestRoutes(t *testing.T) {
	a := open(t, settings(t))
	address, _ := start(t, a)
	for _, c := range []struct {
		method, path string
		status       int
		media        string
	}{
		{"GET", "/healthz", 200, "text/plain"},
		{"GET", "/readyz", 200, "text/plain"},
		{"GET", "/metrics", 200, "text/plain"},
		{"GET", "/ping", 200, "application/json"},
		{"GET", "/openapi.json", 200, "application/json"},
		{"GET", "/docs", 200, "text/html"},
		{"GET", "/internal/openapi.json", 200, "application/json"},
		{"GET", "/internal/docs", 200, "text/html"},
		{"GET", "/nothing.here", 404, "application/json"},
		{"POST", "/nothing", 404, "application/json"},
		{"POST", "/contacts", 404, "application/json"},
		{"GET", "/internal/nothing", 404, "application/json"},
		{"GET", "/.well-known/jwks.json", 200, "application/json"},
		{"DELETE", "/dev-users.self", 405, "application/json"},
	} {
		r, err := http.NewRequest(c.method, address+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != c.status || !strings.HasPrefix(res.Header.Get("Content-Type"), c.media) {
			t.Errorf("%s %s: %d %s, want %d %s", c.method, c.path, res.StatusCode, res.Header.Get("Content-Type"), c.status, c.media)
		}
	}
}
