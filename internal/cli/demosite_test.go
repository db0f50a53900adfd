package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// lines is an output that others read while it is written.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// command runs a command until the function returned is called, which returns
// the exit code. It waits for the output to match and returns what did.
func command(t *testing.T, match string, args ...string) (found string, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out := &lines{}
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, args, IO{In: strings.NewReader(""), Out: out, Err: out, Getenv: func(string) string { return "" }})
	}()
	stop = sync.OnceValue(func() int {
		cancel()
		return <-done
	})
	t.Cleanup(func() { stop() })
	want := regexp.MustCompile(match)
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if m := want.FindStringSubmatch(out.String()); m != nil {
			return m[1], stop
		}
	}
	stop()
	t.Fatalf("kith %v prints %q, want %s", args, out.String(), match)
	return "", nil
}

// once runs a command to its end.
func once(t *testing.T, args ...string) (code int, out, problems string) {
	t.Helper()
	world, stdout, stderr := world("correct horse battery\n")
	code = run(t.Context(), args, world)
	return code, stdout.String(), stderr.String()
}

func TestDemoSite(t *testing.T) {
	data := t.TempDir()
	if code, _, problems := once(t, "demo-site", "--data", data, "--listen", "127.0.0.1:0"); code != exitCodes["unavailable"] || !strings.Contains(problems, "kith serve") {
		t.Fatalf("without a server: %d %s", code, problems)
	}
	code, out, problems := once(t, "admin", "create", "--data", data, "--org", "Acme", "--email", "a@example.com", "--password-stdin", "--json")
	if code != 0 {
		t.Fatalf("admin create: %d %s", code, problems)
	}
	var admin struct {
		Secret string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(out), &admin); err != nil {
		t.Fatal(err)
	}
	kith, stopKith := command(t, `Kith is ready at (http://\S+)\n`, "serve", "--data", data, "--listen", "127.0.0.1:0", "--log-level", "error")

	shop, stopShop := command(t, `demo shop is at (http://\S+), with the widget WID-1, which it made\.\n`, "demo-site", "--data", data, "--listen", "127.0.0.1:0", "--kith", kith)
	browser := newBrowser(t)
	if page := browser.get(shop + "/"); !strings.Contains(page, kith+"/widget.js") || !regexp.MustCompile(`data-app-id="DvRv\w{28}"`).MatchString(page) {
		t.Errorf("the page lacks the snippet: %s", page)
	}
	browser.form(shop+"/sign-in", url.Values{"customer": {"demo-ada"}})
	var session struct {
		Token string `json:"session_token"`
	}
	if err := json.Unmarshal([]byte(browser.get(shop+"/session")), &session); err != nil || session.Token == "" {
		t.Fatalf("Ada gets no session token: %v", err)
	}
	customer, err := remote(kith, session.Token)
	if err != nil {
		t.Fatal(err)
	}
	var self struct {
		User struct {
			Name string `json:"display_name"`
		} `json:"rev_user"`
	}
	if err := customer.call(t.Context(), "rev-users.self.get", struct{}{}, &self); err != nil || self.User.Name != "Ada Lund" {
		t.Errorf("the session is %+v's: %v", self, err)
	}
	if code := stopShop(); code != 0 {
		t.Errorf("stopped with %d", code)
	}
	if err := customer.call(t.Context(), "rev-users.self.get", struct{}{}, nil); err == nil {
		t.Error("the session outlives the shop")
	}

	// Again, and by a token: the widget is the same.
	_, stopShop = command(t, `demo shop is at (\S+), with the widget WID-1, which it turned on and let these pages show\.\n`, "demo-site", "--kith", kith, "--token", admin.Secret, "--listen", "127.0.0.1:0")
	if code := stopShop(); code != 0 {
		t.Errorf("stopped with %d", code)
	}
	for want, args := range map[string][]string{
		"--listen":        {"--listen", "0.0.0.0:8081"},
		"--kith":          {"--kith", "nonsense"},
		"does not answer": {"--kith", "http://127.0.0.1:1", "--listen", "127.0.0.1:0"},
	} {
		if code, _, problems := once(t, append([]string{"demo-site", "--data", data}, args...)...); code == 0 || !strings.Contains(problems, want) {
			t.Errorf("%v: %d %s", args, code, problems)
		}
	}
	if code := stopKith(); code != 0 {
		t.Errorf("Kith stopped with %d", code)
	}
}

type browser struct {
	t    *testing.T
	http http.Client
}

func newBrowser(t *testing.T) browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return browser{t, http.Client{Jar: jar, Timeout: 10 * time.Second}}
}

func (b browser) get(address string) string {
	b.t.Helper()
	res, err := b.http.Get(address)
	return b.body(res, err)
}

func (b browser) form(address string, values url.Values) {
	b.t.Helper()
	res, err := b.http.PostForm(address, values)
	b.body(res, err)
}

func (b browser) body(res *http.Response, err error) string {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.t.Fatalf("%d %v: %s", res.StatusCode, err, text)
	}
	return string(text)
}
