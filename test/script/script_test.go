// Package script runs the built binary through what its users do with it, on
// both engines. The scripts are in testdata; beyond testscript's own commands
// they have serve, end, http and exitcode, see below.
package script

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kith-id/kith/internal/testpg"
)

// patience is the most that anything may take on a slow machine.
const patience = 60 * time.Second

var binaries string // the folder with the built kith

func TestMain(m *testing.M) { os.Exit(runMain(m)) }

func runMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "kith-script-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "kith"), "github.com/kith-id/kith/cmd/kith")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build kith: %v\n%s", err, out)
		return 1
	}
	binaries = dir
	return m.Run()
}

func TestSQLite(t *testing.T) {
	run(t, "testdata/*.txtar", func(*testscript.Env) error { return nil })
}

func TestPostgres(t *testing.T) {
	run(t, "testdata/*.txtar", func(env *testscript.Env) error {
		env.Setenv("KITH_DATABASE_URL", testpg.DSN(t))
		return nil
	})
}

func run(t *testing.T, pattern string, database func(*testscript.Env) error) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts at %s (%v)", pattern, err)
	}
	testscript.Run(t, testscript.Params{
		Files:               files,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", binaries+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("KITH_DATA", filepath.Join(env.WorkDir, "data"))
			env.Setenv("KITH_LISTEN", "127.0.0.1:0")
			env.Values[serversKey] = map[string]*server{}
			env.Defer(func() { killAll(env) })
			return database(env)
		},
		Condition: func(cond string) (bool, error) {
			if cond == "sqlite" {
				return strings.HasPrefix(t.Name(), "TestSQLite"), nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"serve": serve, "end": end, "http": request, "until": until, "exitcode": exitCode,
		},
	})
}

type key string

const serversKey key = "servers"

// server is one kith serve in the background.
type server struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
	done   chan error
}

func servers(v interface{ Value(any) any }) map[string]*server {
	return v.Value(serversKey).(map[string]*server)
}

func killAll(env *testscript.Env) {
	for _, s := range env.Values[serversKey].(map[string]*server) {
		_ = s.cmd.Process.Kill() // it may have ended
		s.done <- <-s.done       // for whoever asks again
	}
}

// serve NAME [flags…] starts a server and waits until it is ready; NAME becomes
// a variable with its address. With ! it must end by itself, with a failure;
// its standard error is then in the file NAME.err.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: [!] serve NAME [flags…]")
	}
	name := args[0]
	s := &server{cmd: exec.Command(filepath.Join(binaries, "kith"), append([]string{"serve"}, args[1:]...)...), done: make(chan error, 1)}
	s.cmd.Dir = ts.MkAbs(".")
	s.cmd.Env = environ(ts)
	s.cmd.Stderr = &s.stderr
	out, err := s.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(s.cmd.Start())
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(out).ReadString('\n') // empty when the server ends before
		line <- text
		_, _ = io.Copy(io.Discard, out)
		s.done <- s.cmd.Wait()
	}()
	servers(ts)[name] = s
	select {
	case text := <-line:
		settle(ts, neg, name, s, strings.TrimSpace(text))
	case <-time.After(patience):
		ts.Fatalf("the server said nothing for %v", patience)
	}
}

func settle(ts *testscript.TestScript, neg bool, name string, s *server, text string) {
	address, ready := strings.CutPrefix(text, "Kith is ready at ")
	switch {
	case neg && ready:
		ts.Fatalf("the server started: %s", text)
	case neg:
		err := <-s.done
		s.done <- err
		if err == nil {
			ts.Fatalf("the server ended without a failure")
		}
		ts.Check(os.WriteFile(ts.MkAbs(name+".err"), s.stderr.Bytes(), 0o600))
	case !ready:
		err := <-s.done
		s.done <- err
		ts.Fatalf("the server did not start: %q %v\n%s", text, err, s.stderr.String())
	default:
		ts.Setenv(name, address)
	}
}

// environ returns the script's environment.
func environ(ts *testscript.TestScript) []string {
	env := os.Environ()
	for _, name := range []string{"KITH_DATA", "KITH_LISTEN", "KITH_DATABASE_URL", "KITH_SECRET_KEY", "HOME", "TMPDIR"} {
		if v := ts.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// end NAME [TERM|KILL] ends a server. After TERM it must have ended cleanly.
func end(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: end NAME [TERM|KILL]")
	}
	s := servers(ts)[args[0]]
	if s == nil {
		ts.Fatalf("there is no server %s", args[0])
	}
	sig := syscall.SIGTERM
	if len(args) == 2 && args[1] == "KILL" {
		sig = syscall.SIGKILL
	}
	ts.Check(s.cmd.Process.Signal(sig))
	select {
	case err := <-s.done:
		s.done <- err
		if err != nil && sig == syscall.SIGTERM {
			ts.Fatalf("the server ended with %v\n%s", err, s.stderr.String())
		}
	case <-time.After(patience):
		ts.Fatalf("the server did not end")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".err"), s.stderr.Bytes(), 0o600))
}

// http STATUS METHOD URL [TOKENFILE|-] [BODY] sends a request; the answer's body
// goes to standard output and must have come with the status.
func request(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: http STATUS METHOD URL [TOKENFILE|-] [BODY]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	status, text := send(ts, args[1:])
	_, err = fmt.Fprintf(ts.Stdout(), "%s\n", text)
	ts.Check(err)
	if status != want {
		ts.Fatalf("status %d, want %d: %s", status, want, text)
	}
}

// until PATTERN METHOD URL [TOKENFILE|-] [BODY] sends a request again and again
// until the answer's body matches.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: until PATTERN METHOD URL [TOKENFILE|-] [BODY]")
	}
	pattern, err := regexp.Compile(args[0])
	ts.Check(err)
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		status, text := send(ts, args[1:])
		if status/100 == 2 && pattern.Match(text) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("the answer is still %d %s", status, text)
		}
	}
}

// send sends a request of METHOD URL [TOKENFILE|-] [BODY].
func send(ts *testscript.TestScript, args []string) (status int, text []byte) {
	var body io.Reader
	if len(args) > 3 {
		body = strings.NewReader(args[3])
	}
	r, err := http.NewRequest(args[0], args[1], body)
	ts.Check(err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if len(args) > 2 && args[2] != "-" {
		r.Header.Set("Authorization", strings.TrimSpace(ts.ReadFile(args[2])))
	}
	client := http.Client{Timeout: patience}
	res, err := client.Do(r)
	ts.Check(err)
	defer func() { _ = res.Body.Close() }()
	text, err = io.ReadAll(res.Body)
	ts.Check(err)
	return res.StatusCode, text
}

// exitcode CODE COMMAND… runs a command that must end with the code. Its output
// is in the files out and err.
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode CODE COMMAND…")
	}
	cmd := exec.Command(filepath.Join(binaries, args[1]), args[2:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), environ(ts)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // the code is what counts
	ts.Check(os.WriteFile(ts.MkAbs("out"), out.Bytes(), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("err"), errs.Bytes(), 0o600))
	if got := strconv.Itoa(cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("exit code %s, want %s\n%s%s", got, args[0], out.String(), errs.String())
	}
}
