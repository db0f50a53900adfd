package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/errs"
)

func world(in string) (IO, *bytes.Buffer, *bytes.Buffer) {
	var out, errs bytes.Buffer
	return IO{In: strings.NewReader(in), Out: &out, Err: &errs, Getenv: func(string) string { return "" }}, &out, &errs
}

func TestExitCodes(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want int
	}{
		"none":        {nil, 0},
		"partial":     {errPartial, 1},
		"invalid":     {errs.Missing("x"), 2},
		"not found":   {errs.Gone("x"), 3},
		"conflict":    {errs.Clash("x", "taken"), 4},
		"forbidden":   {errs.Denied("no"), 5},
		"unavailable": {errs.New(errs.Unavailable, "", "busy"), 6},
		"too large":   {errs.New(errs.TooLarge, "", "big"), 7},
		"unknown":     {io.ErrUnexpectedEOF, 70},
		"interrupted": {fmt.Errorf("reading: %w", context.Canceled), 130},
		"joined":      {errors.Join(errs.Gone("x"), io.EOF), 3},
	} {
		w, _, stderr := world("")
		if got := report(w, c.err); got != c.want {
			t.Errorf("%s: exit code %d, want %d", name, got, c.want)
		}
		if said := stderr.Len() > 0; said != (c.err != nil && !errors.Is(c.err, errPartial)) {
			t.Errorf("%s: says %q", name, stderr)
		}
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		out  string
		err  string
	}{
		{"--help", 0, "Exit codes", ""},
		{"", 0, "Exit codes", ""},
		{"serve --help", 0, "KITH_SECRET_KEY", ""},
		{"admin create --help", 0, "conflict", ""},
		{"nonsense", 2, "", "nonsense"},
		{"admin create", 2, "", "--email"},
		{"token create --email x --expires soon", 2, "", `--expires: "soon"`},
		{"version", 0, "kith dev", ""},
		{"version --json", 0, `"version":"dev"`, ""},
	} {
		w, out, stderr := world("")
		if got := run(t.Context(), strings.Fields(c.args), w); got != c.code {
			t.Errorf("kith %s: exit code %d, want %d", c.args, got, c.code)
		}
		if !strings.Contains(out.String(), c.out) || !strings.Contains(stderr.String(), c.err) {
			t.Errorf("kith %s says %q and %q, want %q and %q", c.args, out, stderr, c.out, c.err)
		}
	}
}

func TestParseDays(t *testing.T) {
	for text, want := range map[string]uint32{"90d": 90, "2w": 14, "1y": 365, "4294967295d": 4294967295} {
		if got, err := parseDays(text); err != nil || got != want {
			t.Errorf("parseDays(%s) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "0d", "-1d", "90", "1.5d", "9999999999y", "90 d"} {
		if got, err := parseDays(text); !errs.Is(err, errs.Invalid) {
			t.Errorf("parseDays(%q) = %d, %v, want an error", text, got, err)
		}
	}
}

func TestFirstLine(t *testing.T) {
	for in, want := range map[string]string{
		"a password, long\n": "a password, long", "a password, long": "a password, long", "a password, long\r\nmore\n": "a password, long", " spaces stay \n": " spaces stay ",
	} {
		if got, err := firstLine(strings.NewReader(in)); err != nil || got != want {
			t.Errorf("firstLine(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "\n", "short\n", strings.Repeat("x", 5000)} {
		if _, err := firstLine(strings.NewReader(in)); !errs.Is(err, errs.Invalid) {
			t.Errorf("firstLine of %d bytes: %v, want an error", len(in), err)
		}
	}
}

func TestClientReadsErrors(t *testing.T) {
	answers := map[string]struct {
		status int
		body   string
		kind   errs.Kind
		text   string
	}{
		"conflict": {409, `{"type":"conflict","message":"email: is taken","field_name":"email"}`, errs.Conflict, "email: is taken"},
		"limit":    {429, `{"type":"too_many_requests","message":"wait"}`, errs.TooMany, "wait"},
		"no-json":  {502, `<html>`, errs.Internal, "502 Bad Gateway"},
		"denied":   {401, `{"type":"token_revoked","message":"the token was revoked"}`, errs.Unauthenticated, "revoked"},
	}
	var seen http.Header
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header
		a := answers[strings.TrimPrefix(r.URL.Path, "/")]
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.body) // the client notices
	}))
	defer srv.Close()
	c, err := remote(srv.URL+"/", "tok")
	if err != nil {
		t.Fatal(err)
	}
	for op, want := range answers {
		err := c.call(t.Context(), op, struct{}{}, nil)
		if !errs.Is(err, want.kind) || !strings.Contains(err.Error(), want.text) {
			t.Errorf("%s: %v, want %s: %s", op, err, want.kind, want.text)
		}
	}
	if got := seen.Get("Authorization"); got != "Bearer tok" {
		t.Errorf("Authorization is %q", got)
	}
	srv.Close()
	if err := c.call(t.Context(), "x", struct{}{}, nil); !errs.Is(err, errs.Unavailable) {
		t.Errorf("a server that is gone: %v", err)
	}
}

func TestRemoteChecksItsArguments(t *testing.T) {
	for _, c := range [][2]string{{"", "t"}, {"kith.example", "t"}, {"ftp://x", "t"}, {"https://", "t"}, {"https://x", ""}} {
		if _, err := remote(c[0], c[1]); !errs.Is(err, errs.Invalid) {
			t.Errorf("remote(%q, %q): %v, want an error", c[0], c[1], err)
		}
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"Zoë שלום 👩‍👧": "Zoë שלום 👩‍👧", "a\x1b[31mb": "a?[31mb", "x\u202egpj.exe": "x?gpj.exe", "a\u009bb\nc": "a?b?c",
	} {
		if got := printable(in); got != want {
			t.Errorf("printable(%q) = %q, want %q", in, got, want)
		}
	}
	var out bytes.Buffer
	report(IO{Err: &out}, errs.BadRequest("column \x1b[2J"))
	if out.String() != "kith: column ?[2J\n" {
		t.Errorf("reported %q", out.String())
	}
}
