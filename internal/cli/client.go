package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/kith-id/kith/internal/config"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi"
	"github.com/kith-id/kith/internal/server"
)

// client calls operations of a Kith, here or elsewhere.
type client struct {
	http  *http.Client
	base  string // without a slash at the end
	token string // for a Kith elsewhere
	org   string // for the one here
	close func() error

	running bool // a server answers, not the command's own process
}

// Close gives up what the client holds.
func (c *client) Close() error { return c.close() }

// connect returns a client for the data folder. With workers the command's own
// process does what a running server would, such as imports.
func (e *environment) connect(workers bool) (*client, error) {
	cfg, err := e.load(nil)
	if err != nil {
		return nil, err
	}
	return e.connectTo(cfg, workers)
}

func (e *environment) connectTo(cfg config.Config, workers bool) (*client, error) {
	opt := server.Options{Version: version, Log: e.logger(cfg, max(cfg.LogLevel, slog.LevelWarn)), Purpose: "a kith command"}
	conn, err := server.Connect(e.ctx, cfg, opt, workers)
	if err != nil {
		return nil, err
	}
	return &client{http: conn.Client, base: "http://kith", org: e.globals.Org, close: conn.Close, running: conn.Running}, nil
}

// remote returns a client for a Kith elsewhere.
func remote(base, token string) (*client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		e := errs.BadRequest("%q is not the address of a Kith; give a URL such as https://kith.example.com", base)
		e.Field = "--server"
		return nil, e
	}
	if token == "" {
		return nil, errs.Missing("--token")
	}
	return &client{http: &http.Client{}, base: strings.TrimRight(base, "/"), token: token, close: func() error { return nil }}, nil
}

// call runs an operation with in as JSON and reads the answer into out, which
// may be nil. Errors of the API come back as *errs.Error.
func (c *client) call(ctx context.Context, op string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := c.request(ctx, http.MethodPost, op, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := c.do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if out == nil {
		_, err = io.Copy(io.Discard, res.Body)
		return err
	}
	return json.NewDecoder(res.Body).Decode(out)
}

// request returns a request for an operation, which may have a query string.
func (c *client) request(ctx context.Context, method, op string, body io.Reader) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+"/"+op, body)
	if err != nil {
		return nil, err
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.org != "" {
		r.Header.Set(httpapi.OrgHeader, c.org)
	}
	return r, nil
}

// do sends a request and turns an answer other than 2xx into an error.
func (c *client) do(r *http.Request) (*http.Response, error) {
	res, err := c.http.Do(r)
	if err != nil {
		if cause := r.Context().Err(); cause != nil {
			return nil, cause
		}
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err // without the URL, which says nothing for the socket
		}
		return nil, errs.New(errs.Unavailable, "service_unavailable", "Kith does not answer: %v", err)
	}
	if res.StatusCode/100 == 2 {
		return res, nil
	}
	defer func() { _ = res.Body.Close() }()
	return nil, errorOf(res)
}

var kindOfStatus = map[int]errs.Kind{
	http.StatusBadRequest:            errs.Invalid,
	http.StatusUnauthorized:          errs.Unauthenticated,
	http.StatusForbidden:             errs.Forbidden,
	http.StatusNotFound:              errs.NotFound,
	http.StatusConflict:              errs.Conflict,
	http.StatusRequestEntityTooLarge: errs.TooLarge,
	http.StatusTooManyRequests:       errs.TooMany,
	http.StatusServiceUnavailable:    errs.Unavailable,
}

// errorOf reads the API's error body.
func errorOf(res *http.Response) error {
	raw, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return err
	}
	var body struct {
		Type    string `json:"type"`
		Message string `json:"message"`
		Field   string `json:"field_name"`
	}
	kind, ok := kindOfStatus[res.StatusCode]
	if !ok {
		kind = errs.Internal
	}
	if err := json.Unmarshal(raw, &body); err != nil || body.Message == "" {
		return errs.New(kind, "", "Kith answered %s", res.Status)
	}
	message := strings.TrimPrefix(body.Message, body.Field+": ")
	e := errs.New(kind, body.Type, "%s", message)
	e.Field = body.Field
	return e
}

// printJSON writes v as one JSON object on a line.
func printJSON(w io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", text)
	return err
}
