package webui_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/webui"
	"github.com/kith-id/kith/web"
)

func builtWidget() fstest.MapFS {
	return fstest.MapFS{
		"index.html":            {Data: []byte(indexHTML)},
		"widget/.gitkeep":       {},
		"widget/widget.js":      {Data: []byte(script)},
		"widget/frame.js":       {Data: []byte("frame();")},
		"widget/frame.css":      {Data: []byte("body{}")},
		"widget/assets/x-12.js": {Data: []byte("x();")},
	}
}

var allowed = map[string][]string{
	"one": {"https://shop.example", "https://*.shop.example", "http://localhost:8081"}, "none": {}, "all": {"*"},
}

func newWidget(t *testing.T, dist fs.FS) *webui.Widget {
	t.Helper()
	h, err := webui.NewWidget(dist, func(_ context.Context, appID string) ([]string, error) {
		origins, ok := allowed[appID]
		switch {
		case appID == "broken":
			return nil, errors.New("the disk is on fire")
		case !ok:
			return nil, errs.Gone("the widget")
		}
		return origins, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestWidgetFrame(t *testing.T) {
	const fence = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
	const closed = "default-src 'none'; frame-ancestors 'none'"
	h := newWidget(t, builtWidget())
	for _, c := range []struct {
		app, policy, body string
		status            int
	}{
		{"one", fence + "https://shop.example https://*.shop.example http://localhost:8081", "/widget/frame.js", 200},
		{"none", fence + "'none'", "/widget/frame.js", 200},
		{"all", fence + "*", "/widget/frame.js", 200},
		{"stolen", closed, "no widget", 404},
		{"", closed, "no widget", 404},
		{"broken", closed, "Try again", 503},
	} {
		res := do(t, h, "GET", "/widget/frame?app_id="+c.app)
		if got := res.Header.Get("Content-Security-Policy"); got != c.policy {
			t.Errorf("%s: policy %q, want %q", c.app, got, c.policy)
		}
		body := bodyOf(t, res)
		if res.StatusCode != c.status || !strings.Contains(body, c.body) || strings.Contains(body, "fire") {
			t.Errorf("%s: %d %s", c.app, res.StatusCode, body)
		}
		for name, want := range map[string]string{"X-Frame-Options": "", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": ""} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", c.app, name, got, want)
			}
		}
	}
	own := builtWidget()
	own["widget/frame.html"] = &fstest.MapFile{Data: []byte("<!doctype html><title>Own</title>")}
	if body := bodyOf(t, do(t, newWidget(t, own), "GET", "/widget/frame?app_id=one")); !strings.Contains(body, "Own") {
		t.Errorf("a built document is not used: %s", body)
	}
}

func TestWidgetLoader(t *testing.T) {
	h := newWidget(t, builtWidget())
	for _, path := range []string{"/widget.js", "/static/plug.js"} {
		res := do(t, h, "GET", path)
		if res.StatusCode != 200 || bodyOf(t, res) != script {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
		for name, want := range map[string]string{
			"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		etag := res.Header.Get("ETag")
		if again := do(t, h, "GET", path, "If-None-Match", etag); etag == "" || again.StatusCode != http.StatusNotModified || again.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s with its ETag %q: %d", path, etag, again.StatusCode)
		}
		if zipped := do(t, h, "GET", path, "Accept-Encoding", "gzip"); zipped.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s is not compressed", path)
		}
	}
	if res := do(t, h, "POST", "/widget.js"); res.StatusCode != 405 {
		t.Errorf("POST: %d", res.StatusCode)
	}
}

func TestWidgetFiles(t *testing.T) {
	h := newWidget(t, builtWidget())
	for path, want := range map[string]int{
		"/widget/frame.js": 200, "/widget/frame.css": 200, "/widget/assets/x-12.js": 200, "/widget/": 404, "/widget/index.html": 404, "/widget/../index.html": 404,
		"/widget/.gitkeep": 404, "/widget/widget.js": 404, "/widget/frame.html": 404, "/widget/gone.js": 404,
	} {
		res := do(t, h, "GET", path)
		if res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
		if res.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s is for every page", path)
		}
	}
	if got := do(t, h, "GET", "/widget/assets/x-12.js").Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("a hashed file has Cache-Control %q", got)
	}
	if got := do(t, h, "GET", "/widget/frame.js").Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("frame.js has Cache-Control %q", got)
	}
}

// TestWithoutWidget is about a binary that was compiled before the web build, as
// the one of this test may be.
func TestWithoutWidget(t *testing.T) {
	if _, err := webui.NewWidget(web.Dist(), nil); err != nil {
		t.Fatal(err)
	}
	h := newWidget(t, fstest.MapFS{"index.html": {Data: []byte(indexHTML)}})
	for _, path := range []string{"/widget.js", "/static/plug.js", "/widget/frame.js", "/widget/frame?app_id=one"} {
		if res := do(t, h, "GET", path); res.StatusCode != 503 || !strings.Contains(bodyOf(t, res), "make build") {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	app := newHandler(t, builtWidget())
	if res := do(t, app, "GET", "/widget/frame.js"); res.StatusCode != 404 {
		t.Errorf("the web app serves the widget's files too: %d", res.StatusCode)
	}
}
