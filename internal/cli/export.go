package cli

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/config"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/org"
)

type exportCmd struct {
	target
	Type    string   `arg:"" enum:"contacts,accounts" help:"What to export: contacts or accounts."`
	Filter  []string `sep:"none" help:"Only records that match; may be repeated." placeholder:"KEY=VALUE"`
	Where   string   `help:"Only records that meet a filter, such as tag:vip and account.tier = gold." placeholder:"FILTER"`
	Explain bool     `help:"Tell how the filter of --where is answered, and export nothing."`
	Out     string   `help:"Write to this file instead of standard output." placeholder:"FILE"`
}

// Help tells what filters there are.
func (exportCmd) Help() string {
	return `The file has the columns of an import and some more; "kith import --update" of it reports every row unchanged. Filters are
the parameters of rev-users.list and accounts.list, such as tags=TAG-1, email=ann@example.com, created_date.after=2026-01-01
or owned_by=DEVU-1. Several values of one key match any of them; several keys must all match. --where takes a whole filter,
which docs/filters.md explains; --explain tells which of its conditions indexes answer, and which are looked up row by row.`
}

var exportOps = map[string]string{"contacts": "rev-users.export-csv", "accounts": "accounts.export-csv"}

// Run writes the file.
func (c exportCmd) Run(e *environment) (err error) {
	query, err := c.query()
	if err != nil {
		return err
	}
	kith, err := c.connect(e, false)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	if c.Explain {
		return c.explain(e, kith)
	}
	write := func(w io.Writer) error { return kith.stream(e.ctx, exportOps[c.Type]+"?"+query, w) }
	if c.Out == "" || c.Out == "-" {
		return write(e.Out)
	}
	if err := saveAs(c.Out, write); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Err, "Wrote %s.\n", c.Out)
	return err
}

// explain prints each condition of the filter with how it is answered.
func (c exportCmd) explain(e *environment, kith *client) error {
	if c.Where == "" {
		return errs.NotPermitted("--explain", "needs a filter to explain; give one with --where")
	}
	in := map[string]any{"object": map[string]string{"contacts": "rev_user", "accounts": "account"}[c.Type], "filter": c.Where}
	var out struct {
		Conditions []struct {
			Condition string
			By        string `json:"answered_by"`
		}
	}
	if err := kith.call(e.ctx, "filters.explain", in, &out); err != nil {
		return err
	}
	for _, x := range out.Conditions {
		how := "from an index"
		if x.By == "rows" {
			how = "row by row   "
		}
		if _, err := fmt.Fprintf(e.Out, "%s  %s\n", how, x.Condition); err != nil {
			return err
		}
	}
	return nil
}

// query returns the filters as a query string.
func (c exportCmd) query() (string, error) {
	var pairs []string
	for _, f := range c.Filter {
		key, value, ok := strings.Cut(f, "=")
		if !ok || strings.TrimSpace(key) == "" {
			return "", errs.NotPermitted("--filter", "%q has no form key=value, such as tags=TAG-1", f)
		}
		key = strings.TrimSpace(key)
		pairs = append(pairs, url.QueryEscape(key)+"="+url.QueryEscape(wholeDay(key, value)))
	}
	if c.Where != "" {
		pairs = append(pairs, "filter="+url.QueryEscape(c.Where))
	}
	return strings.Join(pairs, "&"), nil
}

// wholeDay completes a date that stands for a time: after means from its
// beginning, before until its end, by UTC.
func wholeDay(key, value string) string {
	if _, err := time.Parse(time.DateOnly, value); err != nil {
		return value
	}
	switch {
	case strings.HasSuffix(key, "_date.after"):
		return value + "T00:00:00.000Z"
	case strings.HasSuffix(key, "_date.before"):
		return value + "T23:59:59.999Z"
	}
	return value
}

type sampleCSVCmd struct {
	target
	Type string `arg:"" enum:"contacts,accounts" help:"What the file is to hold: contacts or accounts."`
}

// Run prints the sample file: that of the organisation's settings when there is
// a Kith to ask.
func (c sampleCSVCmd) Run(e *environment) (err error) {
	cfg, err := e.load(nil)
	if err != nil {
		return err
	}
	if c.Server == "" && !hasDatabase(cfg) {
		return c.plain(e)
	}
	kith, err := c.connect(e, false)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	err = kith.stream(e.ctx, "imports.sample?type="+c.Type, e.Out)
	if errs.Is(err, errs.NotFound) {
		return c.plain(e) // there is no organisation yet
	}
	return err
}

// plain prints the sample file of an organisation as it is at first.
func (c sampleCSVCmd) plain(e *environment) error {
	t := don.Contact
	if c.Type == "accounts" {
		t = don.Account
	}
	return importer.WriteSample(e.Out, t, org.Settings{}, nil)
}

// hasDatabase reports whether a Kith has been at work with these settings.
func hasDatabase(cfg config.Config) bool {
	_, err := os.Stat(filepath.Join(cfg.Data, "kith.db"))
	return err == nil || cfg.DatabaseURL != ""
}
