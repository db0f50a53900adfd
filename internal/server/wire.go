// Package server builds the program out of its parts, serves it, and stops it
// in order.
package server

import (
	"context"
	"log/slog"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/bulkaction"
	"github.com/kith-id/kith/internal/config"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/httpapi"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/realtime"
	"github.com/kith-id/kith/internal/search"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/widget"
)

// founder adds what auth asks of the store beyond transactions.
type founder struct{ store.Runner[auth.Tx] }

func (f founder) Found(ctx context.Context, o org.Org, partition string, first bool, fn func(auth.Tx) error) (org.Org, error) {
	return f.DB.Found(ctx, o, partition, first, func(tx *store.Tx) error { return fn(tx) })
}

// services are the parts that answer requests, and those that work by themselves.
type services struct {
	auth    *auth.Service
	gate    *httpapi.Gate
	cursors *page.Codec
	api     *httpapi.API
	records *directory.Service
	widgets *widget.Service
	imports *importer.Service
	files   *desk.Files
	workers []worker
}

// worker is a task that runs until its context ends.
type worker struct {
	name string
	run  func(ctx context.Context)
}

// parts is what services are built from.
type parts struct {
	cfg     config.Config
	db      *store.DB
	secret  auth.Secret
	setup   string // the setup code
	log     *slog.Logger
	version string
	metrics *metrics
	owner   bool // this process has the data folder for itself
	cost    auth.Cost
}

// build is the one place where services meet.
func build(ctx context.Context, p parts) (*services, error) {
	var s services
	var err error
	s.auth, err = auth.New(ctx, founder{store.Runner[auth.Tx]{DB: p.db}}, auth.Config{
		Partition: p.cfg.Partition, Issuer: p.cfg.Issuer(), Secret: p.secret, SetupCode: p.setup, Shared: p.db.Engine() != "sqlite",
		Passwords: p.cost,
	})
	if err != nil {
		return nil, err
	}
	s.gate = httpapi.NewGate(s.auth, p.cfg)
	s.cursors = page.NewCodec(p.secret.Derive("cursors"))
	s.api = httpapi.New(httpapi.Config{
		Version: p.version, Lenient: p.cfg.Lenient, Log: p.log, Authenticate: s.gate.Authenticate, Observe: p.metrics.observe,
	})
	s.records = directory.New(store.Runner[directory.Tx]{DB: p.db})
	httpapi.RegisterAuth(s.api, httpapi.AuthDeps{Service: s.auth, Records: s.records, Gate: s.gate, Cursors: s.cursors})
	matcher := directory.NewMatcher(store.Runner[directory.Tx]{DB: p.db}, s.auth.Scopes, p.log)
	httpapi.RegisterDirectory(s.api, httpapi.DirectoryDeps{Service: s.records, Matcher: matcher, Cursors: s.cursors})
	if s.files, err = openFiles(p, s.auth); err != nil {
		return nil, err
	}
	httpapi.RegisterFiles(s.api, httpapi.FileDeps{Service: s.files, Cursors: s.cursors, MaxBytes: s.files.MaxBytes()})
	httpapi.RegisterDesk(s.api, httpapi.DeskDeps{Service: desk.New(store.Runner[desk.Tx]{DB: p.db}), Cursors: s.cursors})
	s.widgets = &widget.Service{DB: store.Runner[widget.Tx]{DB: p.db}, Auth: s.auth, Records: s.records}
	httpapi.RegisterWidgets(s.api, httpapi.WidgetDeps{Service: s.widgets})

	hub := &realtime.Hub{DB: store.Runner[realtime.Tx]{DB: p.db}, Scopes: s.auth.ScopeOf, Log: p.log}
	httpapi.RegisterEvents(s.api, httpapi.EventDeps{Hub: hub, Gate: s.gate})

	node, err := nodeID(p.cfg.Data)
	if err != nil {
		return nil, err
	}
	s.imports = &importer.Service{
		DB: store.Runner[importer.Tx]{DB: p.db}, Accounts: accountWriter{}, Dir: p.cfg.Data, Node: node, Partition: p.cfg.Partition, Log: p.log,
	}
	httpapi.RegisterExports(s.api, httpapi.ExportDeps{Service: s.records})
	httpapi.RegisterImports(s.api, httpapi.ImportDeps{Service: s.imports, Cursors: s.cursors})
	httpapi.RegisterSampleData(s.api, httpapi.SampleDataDeps{Records: s.records, Matcher: matcher, Imports: httpapi.ImportDeps{Service: s.imports, Cursors: s.cursors}})
	bulk := &bulkaction.Service{DB: store.Runner[bulkaction.Tx]{DB: p.db}, Partition: p.cfg.Partition, Log: p.log}
	httpapi.RegisterBulkActions(s.api, httpapi.BulkActionDeps{Service: bulk, Cursors: s.cursors})
	httpapi.RegisterSearch(s.api, httpapi.SearchDeps{
		Service: &search.Service{DB: store.Runner[search.Tx]{DB: p.db}}, Records: s.records, Cursors: s.cursors,
	})
	indexer := &search.Indexer{DB: store.Runner[search.IndexTx]{DB: p.db}, Name: don.Random(16), Log: p.log}
	follower := &directory.Follower{DB: store.Runner[directory.Tx]{DB: p.db}, Scopes: s.auth.Scopes, Name: don.Random(16), Log: p.log}
	waker := &desk.Waker{DB: store.Runner[desk.Tx]{DB: p.db}, Scopes: s.auth.ScopeOf, Log: p.log}
	s.workers = append(s.workers, worker{"events", hub.Work}, worker{"snooze", waker.Work}, worker{"search index", indexer.Work}, worker{"groups", follower.Work},
		purger(p.db, s.auth, s.files, p.log), worker{"duplicates", matcher.Work},
		resuming("imports", s.imports, p.owner, p.log), resuming("bulk actions", bulk, p.db.Engine() == "sqlite", p.log))
	return &s, nil
}
