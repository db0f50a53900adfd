package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kith-id/kith/test/bench/bare"
)

// engine is a database that Kith runs on.
type engine string

const (
	sqlite   engine = "SQLite"
	postgres engine = "PostgreSQL"
)

// site is an org of Kith's with the token of its admin.
type site struct {
	data, url string // the data folder, and PostgreSQL's URL or ""
	token     string
	grouped   bool // whether the groups that slices name are there
}

// args returns what tells a command of Kith's where the data is.
func (s *site) args(command ...string) []string {
	command = append(command, "--data", s.data)
	if s.url != "" {
		command = append(command, "--database-url", s.url)
	}
	return command
}

// seedArgs does the same for seedlist.
func (s *site) seedArgs() []string {
	if s.url != "" {
		return []string{"-database-url", s.url}
	}
	return []string{"-data", s.data}
}

// site returns the engine's org, a new one on the first call.
func (e *env) site(on engine) (*site, error) {
	if s := e.sites[on]; s != nil {
		return s, nil
	}
	return e.newSite(on)
}

// newSite replaces the engine's org by a new one, with the accounts and the tag
// that the contacts file names.
func (e *env) newSite(on engine) (*site, error) {
	s, err := e.emptySite(on, "kith-"+string(on))
	if err != nil {
		return nil, err
	}
	e.sites[on] = s
	if err := e.command(e.kith, s.args("import", "accounts", e.path("accounts.csv"), "--json")...).Run(); err != nil {
		return nil, fmt.Errorf("import accounts: %w", err)
	}
	return s, e.serve(s, func(url string) error {
		return s.call(e.ctx, http.DefaultClient, url+"/tags.create", map[string]any{"name": "vip"}, nil)
	})
}

// emptySite creates an org with an admin, in place of one of that name.
func (e *env) emptySite(on engine, name string) (*site, error) {
	s := &site{data: e.path(name)}
	err := os.RemoveAll(s.data)
	if err == nil && on == postgres {
		s.url, err = e.newDatabase(strings.ToLower(strings.ReplaceAll(name, "-", "_")))
	}
	if err != nil {
		return nil, err
	}
	create := e.command(e.kith, s.args("admin", "create", "--org", "Bench", "--email", "bench@example.com", "--password-stdin", "--json")...)
	create.Stdin = strings.NewReader("correct horse battery staple\n")
	var admin struct {
		Token string `json:"access_token"`
	}
	err = jsonOutput(create, &admin)
	s.token = admin.Token
	return s, err
}

// newDatabase creates a database on the server, in place of one of that name,
// and returns its URL.
func (e *env) newDatabase(name string) (string, error) {
	url, err := e.postgres()
	if err != nil {
		return "", err
	}
	conn, err := pgx.Connect(e.ctx, url)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(e.ctx) }()
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "CREATE DATABASE " + name} {
		if _, err := conn.Exec(e.ctx, sql); err != nil {
			return "", err
		}
	}
	return strings.Replace(url, "/postgres?", "/"+name+"?", 1), nil
}

// serve runs body while `kith serve` runs on a free port of loopback.
func (e *env) serve(s *site, body func(url string) error) error {
	listener, err := (&net.ListenConfig{}).Listen(e.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return err
	}
	server := e.command(e.kith, s.args("serve", "--listen", address)...)
	server.Cancel = func() error { return server.Process.Signal(syscall.SIGTERM) }
	log, err := os.Create(e.path("serve.log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		return err
	}
	err = waitReady(e.ctx, "http://"+address+"/readyz")
	if err == nil {
		err = body("http://" + address)
	}
	_ = server.Process.Signal(syscall.SIGTERM)
	if stopped := server.Wait(); err == nil && stopped != nil {
		err = fmt.Errorf("kith serve: %w", stopped)
	}
	return err
}

func waitReady(ctx context.Context, url string) error {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("kith serve is not ready after a minute: %w", err)
		}
	}
}

// call posts a request and reads the answer into out, unless that is nil.
func (s *site) call(ctx context.Context, client *http.Client, url string, body, out any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+s.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	// Read to the end, or the connection is not used again.
	answer, err := io.ReadAll(bufio.NewReader(response.Body))
	if err != nil {
		return err
	}
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("POST %s %s: %s: %s", url, text, response.Status, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// clients returns a client that keeps so many connections open.
func clients(n int) *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n, MaxConnsPerHost: n}, Timeout: time.Minute}
}

// command prepares a program of the bench; what it complains of goes to the terminal.
func (e *env) command(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(e.ctx, name, args...)
	cmd.Stderr = os.Stderr
	return cmd
}

// rowsFailed is the exit code of an import that did not take every row.
const rowsFailed = 1

// jsonOutput runs a command and reads the last line it prints.
func jsonOutput(cmd *exec.Cmd, out any) error {
	text, err := cmd.Output()
	if failure := (*exec.ExitError)(nil); errors.As(err, &failure) && failure.ExitCode() == rowsFailed && len(text) > 0 {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", strings.Join(cmd.Args, " "), err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return json.Unmarshal([]byte(lines[len(lines)-1]), out)
}

// figures takes time, CPU and memory of a finished command.
func figures(cmd *exec.Cmd, rows int, took time.Duration) bare.Figures {
	use := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	f := bare.Figures{Rows: rows, Seconds: took.Seconds(), RowsPerSecond: float64(rows) / took.Seconds()}
	f.CPUSeconds = float64(use.Utime.Nano()+use.Stime.Nano()) / 1e9
	f.PeakRSSBytes = use.Maxrss * 1024
	return f
}
