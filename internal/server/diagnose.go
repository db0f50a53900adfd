package server

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/kith-id/kith/internal/errs"
)

// Finding is one line of a diagnosis.
type Finding struct {
	Name    string `json:"name"`
	Problem string `json:"problem,omitempty" doc:"What is wrong; absent when nothing is."`
	Remedy  string `json:"remedy,omitempty"`
	Detail  string `json:"detail,omitempty"`
}

// DiagnosisView is the answer of diagnosis.get.
type DiagnosisView struct {
	Findings []Finding `json:"findings"`
}

// diagnose checks what only the holder of the database can. That it runs at all
// says that the database is reachable and the secret key fits.
func (a *App) diagnose(ctx context.Context, _ *struct{}) (*DiagnosisView, error) {
	return &DiagnosisView{[]Finding{a.findSchema(ctx), a.findDamage(ctx), {Name: "secret key", Detail: "opens the signing key"}, a.findOrgs(ctx)}}, nil
}

func (a *App) findSchema(ctx context.Context) Finding {
	f := Finding{Name: "database"}
	at, newest, err := a.db.Schema(ctx)
	switch {
	case err != nil:
		f.Problem, f.Remedy = err.Error(), "see the server's log"
	case at > newest:
		f.Detail = fmt.Sprintf("%s, schema %d, made by a newer Kith that this one (schema %d) can work with", a.db.Engine(), at, newest)
	case at < newest:
		f.Problem, f.Remedy = fmt.Sprintf("schema %d is older than this Kith's %d", at, newest), "run: kith migrate"
	default:
		f.Detail = fmt.Sprintf("%s, schema %d", a.db.Engine(), at)
	}
	return f
}

func (a *App) findDamage(ctx context.Context) Finding {
	if err := a.db.Check(ctx); err != nil {
		return Finding{Name: "integrity", Problem: err.Error(), Remedy: "stop Kith, keep a copy of the data folder and restore a backup"}
	}
	return Finding{Name: "integrity", Detail: "no damage found"}
}

func (a *App) findOrgs(ctx context.Context) Finding {
	all, err := a.svc.auth.Scopes(ctx)
	switch {
	case err != nil:
		return Finding{Name: "organisations", Problem: err.Error(), Remedy: "see the server's log"}
	case len(all) == 0:
		return Finding{Name: "organisations", Detail: "none yet; open Kith in a browser or run: kith admin create"}
	default:
		return Finding{Name: "organisations", Detail: fmt.Sprint(len(all))}
	}
}

// redacted returns an error's text without the password of the database URL.
func redacted(databaseURL string, err error) string {
	text := err.Error()
	if e := errs.As(err); e != nil {
		return e.Error()
	}
	u, bad := url.Parse(databaseURL)
	if bad != nil {
		return "its URL cannot be read"
	}
	text = strings.ReplaceAll(text, databaseURL, u.Redacted())
	if p, ok := u.User.Password(); ok && p != "" {
		text = strings.ReplaceAll(text, p, "xxxxx")
	}
	return text
}
