package demosite_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/demosite"
)

func shop(t *testing.T, session func(context.Context, demosite.Customer) (string, error)) http.Handler {
	t.Helper()
	h, err := demosite.New(demosite.Config{Kith: "http://127.0.0.1:8080", AppID: "DvRvAPP", Session: session, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func tokenOf(_ context.Context, c demosite.Customer) (string, error) { return "token of " + c.Ref, nil }

func ask(t *testing.T, h http.Handler, r *http.Request) (*http.Response, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func form(path, customer string, header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(url.Values{"customer": {customer}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func TestPages(t *testing.T) {
	h := shop(t, tokenOf)
	for path, want := range map[string]string{
		"/": `data-app-id="DvRvAPP"`, "/orders": "Sign in above", "/static/shop.css": "--clay", "/static/shop.js": "plugSDK", "/static/icon.svg": "<svg",
	} {
		res, body := ask(t, h, httptest.NewRequest(http.MethodGet, path, nil))
		if res.StatusCode != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
		policy := res.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "script-src 'self' http://127.0.0.1:8080;") || !strings.Contains(policy, "frame-src http://127.0.0.1:8080;") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
	}
	if _, body := ask(t, h, httptest.NewRequest(http.MethodGet, "/", nil)); !strings.Contains(body, `src="http://127.0.0.1:8080/widget.js"`) || strings.Contains(body, " style=") || strings.Contains(body, "<style") {
		t.Errorf("the page lacks the snippet, or has styles that its policy refuses: %s", body)
	}
	if res, _ := ask(t, h, httptest.NewRequest(http.MethodGet, "/gone", nil)); res.StatusCode != 404 {
		t.Errorf("/gone: %d", res.StatusCode)
	}
	if _, err := demosite.New(demosite.Config{Kith: "nonsense"}); err == nil {
		t.Error("an address that is none is taken")
	}
}

func TestSignInAndOut(t *testing.T) {
	h := shop(t, tokenOf)
	session := func(cookies []*http.Cookie) string {
		r := httptest.NewRequest(http.MethodGet, "/session", nil)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		_, body := ask(t, h, r)
		return strings.TrimSpace(body)
	}
	if got := session(nil); got != "{}" {
		t.Errorf("a stranger gets %s", got)
	}
	res, _ := ask(t, h, form("/sign-in", "demo-ada"))
	ada := res.Cookies()
	if res.StatusCode != http.StatusSeeOther || len(ada) != 1 || !ada[0].HttpOnly {
		t.Fatalf("signed in with %d %v", res.StatusCode, ada)
	}
	if got := session(ada); got != `{"session_token":"token of demo-ada"}` {
		t.Errorf("Ada gets %s", got)
	}
	r := httptest.NewRequest(http.MethodGet, "/orders", nil)
	r.AddCookie(ada[0])
	if _, body := ask(t, h, r); !strings.Contains(body, "L-1042") || strings.Contains(body, "L-1051") {
		t.Errorf("Ada's orders: %s", body)
	}
	if res, _ := ask(t, h, form("/sign-out", "")); len(res.Cookies()) != 1 || res.Cookies()[0].MaxAge >= 0 {
		t.Errorf("signed out with %v", res.Cookies())
	}
	for name, r := range map[string]*http.Request{
		"nobody": form("/sign-in", "eve"), "another site": form("/sign-in", "demo-bo", "Sec-Fetch-Site", "cross-site"), "another page": form("/sign-out", "", "Origin", "http://evil.example"),
	} {
		if res, _ := ask(t, h, r); res.StatusCode < 400 || len(res.Cookies()) > 0 {
			t.Errorf("%s: %d %v", name, res.StatusCode, res.Cookies())
		}
	}
	broken := shop(t, func(context.Context, demosite.Customer) (string, error) { return "", errors.New("secret reason") })
	r = httptest.NewRequest(http.MethodGet, "/session", nil)
	r.AddCookie(ada[0])
	if res, body := ask(t, broken, r); res.StatusCode != http.StatusBadGateway || strings.Contains(body, "secret reason") {
		t.Errorf("without Kith: %d %s", res.StatusCode, body)
	}
}
