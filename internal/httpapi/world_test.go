package httpapi_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/bulkaction"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi"
	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/search"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
)

// world is a server of the directory's operations over a real store.
type world struct {
	db     *store.DB
	svc    *directory.Service
	api    *httpapi.API
	actors map[string]auth.Actor // by token
}

// onEngines runs a test over SQLite and over PostgreSQL.
func onEngines(t *testing.T, test func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newWorld(t, store.Config{Dir: t.TempDir()}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, newWorld(t, store.Config{URL: storetest.Postgres(t)}))
	})
}

func newWorld(t *testing.T, c store.Config) *world {
	t.Helper()
	db, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := &world{db: db, svc: directory.New(db.Directory()), actors: map[string]auth.Actor{}}
	matcher := directory.NewMatcher(db.Directory(), func(context.Context) ([]org.Scope, error) { return nil, nil }, slog.New(slog.DiscardHandler))
	w.api = newAPI(w.svc, matcher, func(r *http.Request, op httpapi.Op) (context.Context, error) {
		a, ok := w.actors[httpapi.BearerToken(r.Header)]
		if !ok {
			return nil, errs.New(errs.Unauthenticated, "unauthenticated", "who are you")
		}
		if err := auth.Allow(a, op.Path, don.ID{}); err != nil {
			return nil, err
		}
		return auth.Into(r.Context(), a), nil
	})
	cursors := page.NewCodec([]byte("a secret of the tests"))
	httpapi.RegisterBulkActions(w.api, httpapi.BulkActionDeps{
		Service: &bulkaction.Service{DB: store.Runner[bulkaction.Tx]{DB: db}, Partition: "kith", Log: slog.New(slog.DiscardHandler)}, Cursors: cursors,
	})
	httpapi.RegisterDesk(w.api, httpapi.DeskDeps{Service: desk.New(store.Runner[desk.Tx]{DB: db}), Records: w.svc, Cursors: cursors})
	httpapi.RegisterSearch(w.api, httpapi.SearchDeps{
		Service: &search.Service{DB: store.Runner[search.Tx]{DB: db}}, Records: w.svc, Desk: desk.New(store.Runner[desk.Tx]{DB: db}), Cursors: cursors,
	})
	return w
}

// newAPI returns an API with the directory's operations.
func newAPI(svc *directory.Service, matcher *directory.Matcher, authenticate func(*http.Request, httpapi.Op) (context.Context, error)) *httpapi.API {
	api := httpapi.New(httpapi.Config{Version: "test", Log: slog.New(slog.DiscardHandler), Authenticate: authenticate})
	httpapi.RegisterDirectory(api, httpapi.DirectoryDeps{Service: svc, Matcher: matcher, Cursors: page.NewCodec([]byte("a secret of the tests"))})
	return api
}

// join adds an org with one admin and returns a client of that admin.
func (w *world) join(t *testing.T, name string, settings org.Settings) apitest.Client {
	t.Helper()
	o, err := w.db.CreateOrg(t.Context(), org.Org{Name: name, Slug: name, Public: don.Random(10), Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	a := auth.Actor{Org: o, Scope: org.Scope{OrgID: o.ID, Space: don.Space{Partition: "kith", Org: o.Public}, Settings: settings, Actor: don.Of(don.Member, 1)}}
	err = w.db.Write(t.Context(), a.Scope, func(tx *store.Tx) error {
		n, err := tx.Next(t.Context(), don.Member, 1)
		if err != nil {
			return err
		}
		a.Member = org.Member{
			N: n, Email: "ann@" + name + ".test", DisplayName: "ann", FullName: "Ann Admin",
			State: org.Active, Role: org.Admin, CreatedAt: tx.Now(), ModifiedAt: tx.Now(),
		}
		return tx.InsertMember(t.Context(), a.Member, a.Member.Email)
	})
	if err != nil {
		t.Fatal(err)
	}
	w.actors[name] = a
	return apitest.Client{Handler: w.api, Token: name, Spec: apitest.Load(t)}
}

// forms asks for a read in its two forms, which must answer alike.
func forms(name, op, query string, body any, status int, want string) []apitest.Scenario {
	return []apitest.Scenario{
		{Name: name + " by GET", Method: http.MethodGet, Path: "/" + op + "?" + query, Status: status, Want: want},
		{Name: name + " by POST", Path: "/internal/" + op, Body: body, Status: status, Want: want},
	}
}

// refused is a call with a JSON body that answers with an error.
func refused(name, op, body string, status int, want string) apitest.Scenario {
	return apitest.Scenario{Name: name, Path: "/" + op, Body: body, Status: status, Want: want}
}

// made is a call that makes something.
func made(op, body, want string) apitest.Scenario {
	return apitest.Scenario{Name: op + " " + body, Path: "/" + op, Body: body, Status: http.StatusCreated, Want: want}
}

// done is a call that succeeds.
func done(op, body, want string) apitest.Scenario {
	return apitest.Scenario{Name: op + " " + body, Path: "/" + op, Body: body, Status: http.StatusOK, Want: want}
}

// absent also looks for what must not be in the answer.
func absent(s apitest.Scenario, paths ...string) apitest.Scenario {
	s.Absent = paths
	return s
}
