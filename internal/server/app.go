package server

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/config"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/webui"
	"github.com/kith-id/kith/web"
)

// Options are what the caller of Open supplies beside the settings.
type Options struct {
	Version string
	Log     *slog.Logger
	Purpose string // who holds the data folder, for the message to others

	Passwords auth.Cost // of their hashes; zero except in tests
}

// App is the whole program over an open database, not yet reachable by anybody.
type App struct {
	cfg      config.Config
	log      *slog.Logger
	version  string
	lock     *lock
	db       *store.DB
	svc      *services
	operator *httpapi.API
	web      http.Handler
	widget   http.Handler
	metrics  *metrics
	setup    string
	draining chan struct{}
	stopping atomic.Bool

	stopWorkers context.CancelFunc
	working     sync.WaitGroup
}

// Open takes the data folder, opens and migrates the database and builds the
// services. Close must follow. Errors of kind unavailable say what is in the way.
func Open(ctx context.Context, cfg config.Config, opt Options) (_ *App, err error) {
	a := &App{cfg: cfg, log: opt.Log, version: opt.Version, metrics: newMetrics(opt.Version), draining: make(chan struct{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if err := a.takeFolder(opt.Purpose); err != nil {
		return nil, err
	}
	if a.db, err = store.Open(ctx, store.Config{URL: cfg.DatabaseURL, Dir: cfg.Data}); err != nil {
		return nil, unreachable(cfg, err)
	}
	if err := a.db.Migrate(ctx); err != nil {
		return nil, unreachable(cfg, err)
	}
	a.metrics.watchStore(a.db)
	secret, err := a.secret(ctx)
	if err != nil {
		return nil, err
	}
	if a.setup = cfg.SetupCode; a.setup == "" {
		a.setup = rand.Text()[:16]
	}
	a.svc, err = build(ctx, parts{cfg: cfg, db: a.db, secret: secret, setup: a.setup, log: a.log, version: opt.Version, metrics: a.metrics,
		owner: a.lock != nil, cost: opt.Passwords})
	if err != nil {
		return nil, err
	}
	a.operator = operatorAPI(a)
	if a.web, err = webui.New(web.Dist()); err != nil {
		return nil, err
	}
	a.widget, err = webui.NewWidget(web.Dist(), a.widgetPages)
	return a, err
}

// takeFolder makes the data folder and locks it. With PostgreSQL several
// processes may run beside each other; then the first has the folder.
func (a *App) takeFolder(purpose string) error {
	if err := os.MkdirAll(a.cfg.Data, 0o700); err != nil {
		return errs.New(errs.Unavailable, "service_unavailable", "the data folder %s cannot be created: %v", a.cfg.Data, err)
	}
	l, err := lockFolder(a.cfg.LockFile(), a.cfg.Data, purpose)
	if err != nil && (a.cfg.DatabaseURL == "" || !errors.Is(err, errLocked)) {
		return err
	}
	a.lock = l
	return nil
}

// unreachable explains an error in opening the database.
func unreachable(cfg config.Config, err error) error {
	switch {
	case errs.As(err) != nil:
		return err
	case cfg.DatabaseURL != "":
		return errs.New(errs.Unavailable, "service_unavailable", "the database cannot be used: %v", redacted(cfg.DatabaseURL, err)).Because(err)
	default:
		return errs.New(errs.Unavailable, "service_unavailable", "the database in %s cannot be used: %v", cfg.Data, err).Because(err)
	}
}

// secret returns the installation's secret and makes it on the first start. It
// never makes one beside keys that another has sealed.
func (a *App) secret(ctx context.Context) (auth.Secret, error) {
	if a.cfg.SecretKey != "" {
		return auth.ParseSecret("KITH_SECRET_KEY", a.cfg.SecretKey)
	}
	file := a.cfg.SecretFile()
	if key, err := auth.ReadSecret(file); key != nil || err != nil {
		return key, err
	}
	keys, err := a.db.SigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	if len(keys) > 0 {
		return nil, errs.New(errs.Unavailable, "service_unavailable",
			"the secret key is missing: %s is gone, but the database was sealed with it; restore the file from a backup, or set KITH_SECRET_KEY", file)
	}
	return auth.CreateSecret(file)
}

// Close stops the workers, closes the database and gives the folder up.
func (a *App) Close() error {
	if a.stopWorkers != nil {
		a.stopWorkers()
		a.working.Wait()
	}
	var err error
	if a.db != nil {
		err = a.db.Close()
	}
	return errors.Join(err, a.lock.release())
}

// StartWorkers runs what works without being asked, such as imports, until Close.
func (a *App) StartWorkers(ctx context.Context) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	a.stopWorkers = cancel
	for _, w := range a.svc.workers {
		a.working.Go(func() {
			a.log.Debug("worker started", "worker", w.name)
			w.run(ctx)
		})
	}
}

// Handler answers the requests of everybody: the API, the web app and what
// monitoring asks.
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", a.metrics.handler())
	mux.HandleFunc("GET /.well-known/jwks.json", a.jwks)
	for _, at := range []string{webui.LoaderPath, webui.OldLoaderPath, webui.WidgetPath} {
		mux.Handle(at, a.widget)
	}
	mux.HandleFunc("/", a.route)
	return limitBodies(mux)
}

// widgetPages returns the origins of the pages that may show a widget.
func (a *App) widgetPages(ctx context.Context, appID string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	w, _, err := a.svc.widgets.Find(ctx, appID)
	if err != nil && !errs.Is(err, errs.NotFound) {
		a.log.WarnContext(ctx, "a widget cannot be looked for", "error", err)
	}
	if err != nil {
		return nil, err
	}
	return w.Origins, nil
}

// route tells the API from the web app. Only the API is ever written to, so it
// has the answer to every request that is not one for a page.
func (a *App) route(w http.ResponseWriter, r *http.Request) {
	p := r.URL.Path
	page := r.Method == http.MethodGet || r.Method == http.MethodHead
	if !page || webui.IsAPIPath(p) || path.Ext(p) == "" && a.svc.api.Owns(p) {
		a.svc.api.ServeHTTP(w, r)
		return
	}
	a.web.ServeHTTP(w, r)
}

func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	if a.stopping.Load() {
		plain(w, http.StatusServiceUnavailable, "stopping")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := a.db.Ping(ctx); err != nil {
		a.log.Warn("the database does not answer", "error", err)
		plain(w, http.StatusServiceUnavailable, "the database does not answer")
		return
	}
	plain(w, http.StatusOK, "ready")
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the client has gone; nobody is left to tell
}

func (a *App) jwks(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
	defer cancel()
	keys, err := a.svc.auth.JWKS(ctx)
	if err != nil {
		a.log.Warn("the signing keys cannot be read", "error", err)
		plain(w, http.StatusServiceUnavailable, "the database does not answer")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(keys) // the client has gone; nobody is left to tell
}
