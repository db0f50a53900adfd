package webui_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kith-id/kith/internal/webui"
	"github.com/kith-id/kith/web"
)

const indexHTML = "<!doctype html><title>Kith</title>"

var script = strings.Repeat("export const answer = 42;\n", 200)

func built() fstest.MapFS {
	return fstest.MapFS{
		".gitkeep":                {},
		"index.html":              {Data: []byte(indexHTML)},
		"favicon.svg":             {Data: []byte("<svg/>")},
		"assets/index-a1b2.js":    {Data: []byte(script)},
		"assets/inter-a1b2.woff2": {Data: bytes.Repeat([]byte{7}, 4096)},
	}
}

func newHandler(t *testing.T, dist fs.FS) *webui.Handler {
	t.Helper()
	h, err := webui.New(dist)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return h
}

func do(t *testing.T, h http.Handler, method, target string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func bodyOf(t *testing.T, res *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("read body: %v", err)
	}
	return string(body)
}

func TestServe(t *testing.T) {
	const html, json, text = "text/html; charset=utf-8", "application/json", "text/plain; charset=utf-8"
	const routeNotFound = `{"message":"route not found"}` + "\n"
	const noFile = "404: there is no such file.\n"
	tests := []struct {
		path, contentType, cache, body string
		status                         int
	}{
		{"/", html, "no-cache", indexHTML, 200},
		{"/index.html", html, "no-cache", indexHTML, 200},
		{"/contacts", html, "no-cache", indexHTML, 200},
		{"/contacts?sort=name", html, "no-cache", indexHTML, 200},
		{"/settings/tokens", html, "no-cache", indexHTML, 200},
		{"/reset/Zm9vYmFy-_", html, "no-cache", indexHTML, 200},
		{"/docsy", html, "no-cache", indexHTML, 200},
		{"/favicon.svg", "image/svg+xml", "no-cache", "<svg/>", 200},
		{"/assets/index-a1b2.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", script, 200},
		{"/assets/index-gone.js", text, "no-store", noFile, 404},
		{"/missing.svg", text, "no-store", noFile, 404},
		{"/.gitkeep", json, "no-store", routeNotFound, 404},
		{"/../index.html", json, "no-store", routeNotFound, 404},
		{"/assets/../../etc/passwd.txt", text, "no-store", noFile, 404},
		{"/rev-users.list", json, "no-store", routeNotFound, 404},
		{"/rev-users.associations.add", json, "no-store", routeNotFound, 404},
		{"/rev-users.list/x", json, "no-store", routeNotFound, 404},
		{"/internal/rev-users.list", json, "no-store", routeNotFound, 404},
		{"/internal", json, "no-store", routeNotFound, 404},
		{"/healthz", json, "no-store", routeNotFound, 404},
		{"/readyz", json, "no-store", routeNotFound, 404},
		{"/metrics", json, "no-store", routeNotFound, 404},
		{"/openapi.json", json, "no-store", routeNotFound, 404},
		{"/docs", json, "no-store", routeNotFound, 404},
	}
	h := newHandler(t, built())
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			res := do(t, h, "GET", tt.path)
			if res.StatusCode != tt.status {
				t.Errorf("status = %d, want %d", res.StatusCode, tt.status)
			}
			if got := res.Header.Get("Content-Type"); got != tt.contentType {
				t.Errorf("Content-Type = %q, want %q", got, tt.contentType)
			}
			if got := res.Header.Get("Cache-Control"); got != tt.cache {
				t.Errorf("Cache-Control = %q, want %q", got, tt.cache)
			}
			if got := bodyOf(t, res); got != tt.body {
				t.Errorf("body = %q, want %q", got, tt.body)
			}
		})
	}
}

func TestSecurityHeadersOnEveryAnswer(t *testing.T) {
	h := newHandler(t, built())
	for _, path := range []string{"/", "/assets/index-a1b2.js", "/assets/gone.js", "/rev-users.list"} {
		res := do(t, h, "GET", path)
		csp := res.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'self'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: Content-Security-Policy %q lacks %q", path, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: Content-Security-Policy %q allows something unsafe", path, csp)
		}
		if got := res.Header.Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s: X-Content-Type-Options = %q, want nosniff", path, got)
		}
		if got := res.Header.Get("Referrer-Policy"); got != "no-referrer" {
			t.Errorf("%s: Referrer-Policy = %q, want no-referrer", path, got)
		}
	}
}

func TestMethods(t *testing.T) {
	h := newHandler(t, built())
	head := do(t, h, "HEAD", "/contacts")
	if head.StatusCode != 200 || bodyOf(t, head) != "" || head.ContentLength != int64(len(indexHTML)) {
		t.Errorf("HEAD = %d, length %d; want 200, %d and no body", head.StatusCode, head.ContentLength, len(indexHTML))
	}
	post := do(t, h, "POST", "/contacts")
	if post.StatusCode != 405 || post.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST = %d, Allow %q; want 405, \"GET, HEAD\"", post.StatusCode, post.Header.Get("Allow"))
	}
	api := do(t, h, "POST", "/no-such.verb")
	if api.StatusCode != 404 {
		t.Errorf("POST of an unknown verb = %d, want 404", api.StatusCode)
	}
}

func TestGzip(t *testing.T) {
	tests := []struct {
		path, accept string
		want         bool
	}{
		{"/assets/index-a1b2.js", "gzip, deflate, br", true},
		{"/assets/index-a1b2.js", "br, GZIP;q=0.5", true},
		{"/assets/index-a1b2.js", "*", true},
		{"/assets/index-a1b2.js", "", false},
		{"/assets/index-a1b2.js", "br", false},
		{"/assets/index-a1b2.js", "gzip;q=0", false},
		{"/assets/index-a1b2.js", "gzip; q=0.000, *", false},
		{"/assets/index-a1b2.js", "*;q=0", false},
		{"/assets/inter-a1b2.woff2", "gzip", false},
		{"/favicon.svg", "gzip", false},
	}
	h := newHandler(t, built())
	for _, tt := range tests {
		t.Run(tt.path+" "+tt.accept, func(t *testing.T) {
			res := do(t, h, "GET", tt.path, "Accept-Encoding", tt.accept)
			if got := res.Header.Get("Content-Encoding") == "gzip"; got != tt.want {
				t.Fatalf("gzipped = %v, want %v", got, tt.want)
			}
			if !tt.want {
				return
			}
			if got := res.Header.Get("Vary"); got != "Accept-Encoding" {
				t.Errorf("Vary = %q, want Accept-Encoding", got)
			}
			zr, err := gzip.NewReader(res.Body)
			if err != nil {
				t.Fatalf("gzip header: %v", err)
			}
			plain, err := io.ReadAll(zr)
			if err != nil || string(plain) != script {
				t.Errorf("unpacked %d bytes, err %v; want the script", len(plain), err)
			}
		})
	}
}

func TestNotModified(t *testing.T) {
	h := newHandler(t, built())
	plain := do(t, h, "GET", "/").Header.Get("ETag")
	packed := do(t, h, "GET", "/assets/index-a1b2.js", "Accept-Encoding", "gzip").Header.Get("ETag")
	if plain == "" || packed == do(t, h, "GET", "/assets/index-a1b2.js").Header.Get("ETag") {
		t.Fatalf("ETags: index %q, packed %q; want one for each representation", plain, packed)
	}
	tests := []struct {
		path, match string
		want        int
	}{
		{"/", plain, 304},
		{"/contacts", `"other", W/` + plain, 304},
		{"/", "*", 304},
		{"/", `"other"`, 200},
		{"/", "", 200},
	}
	for _, tt := range tests {
		res := do(t, h, "GET", tt.path, "If-None-Match", tt.match)
		if res.StatusCode != tt.want {
			t.Errorf("GET %s If-None-Match %s = %d, want %d", tt.path, tt.match, res.StatusCode, tt.want)
		}
	}
}

func TestNotBuilt(t *testing.T) {
	h := newHandler(t, fstest.MapFS{".gitkeep": {}})
	res := do(t, h, "GET", "/contacts")
	if body := bodyOf(t, res); res.StatusCode != 503 || !strings.Contains(body, "make build") {
		t.Errorf("GET = %d %q, want 503 and a hint to run make build", res.StatusCode, body)
	}
	if got := do(t, h, "GET", "/assets/index.js").StatusCode; got != 404 {
		t.Errorf("GET of an asset = %d, want 404", got)
	}
}

func TestEmbedded(t *testing.T) {
	h := newHandler(t, web.Dist())
	res := do(t, h, "GET", "/")
	if res.StatusCode != 200 && res.StatusCode != 503 {
		t.Errorf("GET / = %d, want 200, or 503 before the web app was built", res.StatusCode)
	}
}

type brokenFS struct{ fstest.MapFS }

func (b brokenFS) ReadFile(string) ([]byte, error) { return nil, errors.New("disk on fire") }

func TestNewReportsUnreadableFile(t *testing.T) {
	if _, err := webui.New(brokenFS{built()}); err == nil || !strings.Contains(err.Error(), "disk on fire") {
		t.Errorf("New = %v, want the read error", err)
	}
}
