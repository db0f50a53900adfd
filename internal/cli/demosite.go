package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/config"
	"github.com/kith-id/kith/internal/demosite"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/server"
)

type demoSiteCmd struct {
	Listen string `default:"127.0.0.1:8081" help:"Address of this machine to listen on." placeholder:"HOST:PORT"`
	Kith   string `default:"http://127.0.0.1:8080" help:"Where browsers reach Kith." placeholder:"URL"`
	Token  string `help:"An admin's personal access token, for a Kith elsewhere." placeholder:"T"`
}

// Help tells what the command makes in Kith.
func (demoSiteCmd) Help() string {
	return `A sample shop of two pages with the chat widget, where you are a stranger or sign in as one of two invented customers.
In Kith it makes a widget named "Demo shop", once, and an application token that it revokes when it stops. It works with
the Kith that runs over the data folder, or with --token with any that --kith names.`
}

const (
	demoWidget    = "Demo shop"
	demoClient    = "kith-demo-site"
	demoHint      = "kith demo-site"
	demoPatience  = 10 * time.Second
	demoTokenDays = 1
)

// Run serves the shop until the process is told to stop.
func (c demoSiteCmd) Run(e *environment) (err error) {
	if host, _, err := net.SplitHostPort(c.Listen); err != nil || !config.LoopbackHost(host) {
		return errs.NotPermitted("--listen", "%q is not an address of this machine alone; anybody can be anybody in the shop, so give one such as 127.0.0.1:8081", c.Listen)
	}
	kith, err := c.connect(e)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	var lc net.ListenConfig
	l, err := lc.Listen(e.ctx, "tcp", c.Listen)
	if err != nil {
		return errs.New(errs.Unavailable, "service_unavailable", "%s cannot be listened on: %v; choose another address with --listen", c.Listen, err)
	}
	defer func() { _ = l.Close() }() // closed already once it was served
	shop := &demoShop{kith: kith, base: strings.TrimRight(c.Kith, "/"), remote: c.Token != ""}
	did, err := shop.prepare(e.ctx, originsOf(l.Addr()))
	if err != nil {
		return err
	}
	defer shop.revoke(&err)
	handler, err := demosite.New(demosite.Config{Kith: shop.base, AppID: shop.widget.AppID, Session: shop.session, Log: e.logger(config.Defaults(), slog.LevelInfo)})
	if err != nil {
		return err
	}
	fmt.Fprintf(e.Out, "The demo shop is at http://%s, with the widget %s, %s.\n", l.Addr(), shop.widget.DisplayID, did)
	return serveShop(e.ctx, l, handler)
}

func (c demoSiteCmd) connect(e *environment) (*client, error) {
	if c.Token != "" {
		return remote(c.Kith, c.Token)
	}
	if _, err := remote(c.Kith, "none"); err != nil { // only to check the URL
		return nil, about("--kith", err)
	}
	kith, err := e.connect(false)
	if err == nil && !kith.running {
		err = errors.Join(errs.New(errs.Unavailable, "service_unavailable",
			"no Kith runs over the data folder; start one with kith serve, or name one elsewhere with --kith and --token"), kith.Close())
	}
	return kith, err
}

// about names the flag in an error.
func about(flag string, err error) error {
	e := errs.As(err)
	if e == nil {
		return err
	}
	named := *e
	named.Field = flag
	return &named
}

// originsOf returns the origins by which a browser may name an address of this
// machine.
func originsOf(a net.Addr) []string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil || strings.Contains(host, ":") {
		return []string{"http://localhost:" + port}
	}
	return []string{"http://" + host + ":" + port, "http://localhost:" + port}
}

func serveShop(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), demoPatience)
	defer cancel()
	err := srv.Shutdown(stop)
	<-failed
	return err
}

// demoShop is the shop's backend: what it has made in Kith, and the token by
// which it speaks for its customers.
type demoShop struct {
	kith   *client // as an admin
	base   string  // Kith's own address
	remote bool    // the admin comes by the API, not by the data folder

	widget demoApp

	mu     sync.Mutex
	secret string // the application token
}

type demoApp struct {
	DisplayID string   `json:"display_id"`
	AppID     string   `json:"app_id"`
	Name      string   `json:"name"`
	Enabled   bool     `json:"is_enabled"`
	Origins   []string `json:"allowed_origins"`
}

type demoWidgetIn struct {
	ID      string   `json:"id,omitempty"`
	Name    string   `json:"name,omitempty"`
	Enabled bool     `json:"is_enabled"`
	Origins []string `json:"allowed_origins"`
}

// prepare makes in Kith what is not there yet and says what it did.
func (s *demoShop) prepare(ctx context.Context, origins []string) (did string, err error) {
	ctx, cancel := context.WithTimeout(ctx, demoPatience)
	defer cancel()
	if did, err = s.haveWidget(ctx, origins); err != nil {
		return "", err
	}
	if err := s.newToken(ctx); err != nil {
		return "", err
	}
	// The browser's Kith must be the one that was prepared.
	if err := s.asShop().call(ctx, "auth-tokens.info", struct{}{}, nil); err != nil {
		if errs.Is(err, errs.Unauthenticated) {
			err = errs.NotPermitted("--kith", "%q is another Kith than the one of the data folder; give its address", s.base)
		}
		return "", err
	}
	return did, nil
}

func (s *demoShop) haveWidget(ctx context.Context, origins []string) (did string, err error) {
	var list struct {
		Widgets []demoApp `json:"widgets"`
	}
	if err := s.kith.call(ctx, "widgets.list", struct{}{}, &list); err != nil {
		return "", err
	}
	at := slices.IndexFunc(list.Widgets, func(w demoApp) bool { return w.Name == demoWidget })
	var out struct {
		Widget demoApp `json:"widget"`
	}
	switch {
	case at < 0:
		did, err = "which it made", s.kith.call(ctx, "widgets.create", demoWidgetIn{Name: demoWidget, Enabled: true, Origins: origins}, &out)
	case list.Widgets[at].admits(origins):
		did, out.Widget = "which was there", list.Widgets[at]
	default:
		w := list.Widgets[at]
		did = "which it turned on and let these pages show"
		err = s.kith.call(ctx, "widgets.update", demoWidgetIn{ID: w.DisplayID, Enabled: true, Origins: append(w.others(origins), origins...)}, &out)
	}
	s.widget = out.Widget
	return did, err
}

func (w demoApp) admits(origins []string) bool {
	missing := func(o string) bool { return !slices.Contains(w.Origins, o) }
	return w.Enabled && (slices.Equal(w.Origins, []string{"*"}) || !slices.ContainsFunc(origins, missing))
}

// others are the origins that stand beside those given. The star goes: it stands alone.
func (w demoApp) others(origins []string) []string {
	return slices.DeleteFunc(slices.Clone(w.Origins), func(o string) bool { return o == "*" || slices.Contains(origins, o) })
}

// newToken obtains an application token for the shop. One that is left behind ends
// by itself within a day.
func (s *demoShop) newToken(ctx context.Context) error {
	var out server.TokenView
	var err error
	if s.remote {
		err = s.kith.call(ctx, "auth-tokens.create", map[string]any{
			"requested_token_type": auth.Application.Type(), "client_id": demoClient, "expires_in": demoTokenDays, "token_hint": demoHint,
		}, &out)
	} else {
		err = s.kith.call(ctx, "tokens.create", server.NewToken{Kind: string(auth.Application), ClientID: demoClient, Days: demoTokenDays, Hint: demoHint}, &out)
	}
	s.secret = out.Secret
	return err
}

// asShop returns a client that speaks for the shop.
func (s *demoShop) asShop() *client {
	return &client{http: &http.Client{Timeout: demoPatience}, base: s.base, token: s.secret}
}

// session obtains a session token for a customer, and a new application token
// first where the old one has ended.
func (s *demoShop) session(ctx context.Context, c demosite.Customer) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := map[string]any{"rev_info": map[string]any{
		"user_ref": c.Ref, "account_ref": c.Account,
		"user_traits":    map[string]string{"display_name": c.Name, "email": c.Email},
		"account_traits": map[string]string{"display_name": c.Company},
	}}
	var out struct {
		Secret string `json:"access_token"`
	}
	err := s.asShop().call(ctx, "auth-tokens.create", in, &out)
	if errs.Is(err, errs.Unauthenticated) {
		if err = s.newToken(ctx); err == nil {
			err = s.asShop().call(ctx, "auth-tokens.create", in, &out)
		}
	}
	return out.Secret, err
}

// revoke ends the application token, and with it the sessions of the shop's
// customers. A Kith that has gone meanwhile is no reason to complain.
func (s *demoShop) revoke(err *error) {
	ctx, cancel := context.WithTimeout(context.Background(), demoPatience)
	defer cancel()
	failed := s.asShop().call(ctx, "auth-tokens.delete", struct{}{}, nil)
	if !errs.Is(failed, errs.Unavailable) && !errs.Is(failed, errs.Unauthenticated) {
		*err = errors.Join(*err, failed)
	}
}
