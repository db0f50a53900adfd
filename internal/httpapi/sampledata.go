package httpapi

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/sampledata"
)

// SampleDataDeps is what loading sample data needs.
type SampleDataDeps struct {
	Records *directory.Service
	Matcher *directory.Matcher
	Imports ImportDeps
}

// RegisterSampleData adds the operation sample-data.load.
func RegisterSampleData(api *API, d SampleDataDeps) {
	op := writeOp("sample-data.load", "Load an invented customer base to try Kith with", "imports", http.StatusConflict)
	op.Description = "200 accounts and 2,000 contacts, of whom some are there twice; a few of these are merged, and duplicates are searched for. " +
		"The accounts and the contacts are two imports: imports.undo of the contacts, then of the accounts, takes them back."
	op.Timeout = time.Minute
	operate(api, op, d.load)
}

type sampleDataOut struct {
	Imports []Import `json:"imports" doc:"Of the accounts, and of the contacts."`
	Merges  int      `json:"merges" doc:"How many contacts were merged into another."`
}

func (d SampleDataDeps) load(ctx context.Context, c call, _ *struct{}) (*sampleDataOut, error) {
	pairs := sampledata.Pairs()
	if n, err := d.find(ctx, c, pairs[0].First); err != nil || n != 0 {
		if err == nil {
			err = errs.New(errs.Conflict, "conflict", "the sample data is there already; undo its imports to load it again")
		}
		return nil, err
	}
	newest, err := d.Imports.Service.List(ctx, c.Scope, 0, 1)
	if err != nil {
		return nil, err
	}
	if len(newest) > 0 && !newest[0].Over() {
		return nil, errs.New(errs.Conflict, "conflict", "%s is under way; load the sample data when it is done", newest[0].ID().Display())
	}
	if err := d.makeTags(ctx, c); err != nil {
		return nil, err
	}
	out := &sampleDataOut{}
	for _, file := range []struct {
		of    don.Type
		name  string
		write func(io.Writer) error
	}{{don.Account, "sample-accounts.csv", sampledata.WriteAccounts}, {don.Contact, "sample-contacts.csv", sampledata.WriteContacts}} {
		m, err := d.importFile(ctx, c, file.of, file.name, file.write)
		if err != nil {
			return nil, err
		}
		shown, err := d.Imports.imports(ctx, c, m)
		if err != nil {
			return nil, err
		}
		out.Imports = append(out.Imports, shown...)
	}
	for _, p := range pairs[:sampledata.Joined] {
		if err := d.merge(ctx, c, p); err != nil {
			return nil, err
		}
		out.Merges++
	}
	_, err = d.Matcher.Start(ctx, c.Scope)
	if errs.Is(err, errs.Conflict) { // one is under way and will see them, or the next one
		err = nil
	}
	return out, err
}

// makeTags makes the tags that the rows name, where there are none of that name.
func (d SampleDataDeps) makeTags(ctx context.Context, c call) error {
	for name, color := range sampledata.Tags {
		if _, err := d.Records.CreateTag(ctx, c.Scope, directory.TagPatch{Name: &name, Color: &color}); err != nil && !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	return nil
}

// beginning is how long an import may wait for a worker: longer than any does
// while no other import is under way, for workers look every 2 seconds.
const beginning = 5 * time.Second

// ahead is how many of the newest imports may be the one that a load waits for:
// every load at the same time adds two.
const ahead = 20

// importFile imports a file and waits until it is in.
func (d SampleDataDeps) importFile(ctx context.Context, c call, of don.Type, name string, write func(io.Writer) error) (*importer.Import, error) {
	var file bytes.Buffer
	if err := write(&file); err != nil {
		return nil, err
	}
	// The accounts may be there already: of a load that a stop of the server cut short.
	m, err := d.Imports.Service.Create(ctx, c.Scope, of, name, &file, importer.Options{Update: of == don.Account})
	late := time.After(beginning)
	for err == nil && !m.Over() {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-late:
			if m.State != importer.Queued {
				break
			}
			// Of two loads at once, one waits for the other's import.
			if newest, err := d.Imports.Service.List(ctx, c.Scope, 0, ahead); err != nil {
				return nil, err
			} else if slices.ContainsFunc(newest, func(o *importer.Import) bool { return o.State == importer.Running }) {
				late = time.After(beginning)
			} else {
				return nil, errs.New(errs.Unavailable, "service_unavailable", "%s waits for a worker; it goes on by itself, see imports.list", m.ID().Display())
			}
		case <-time.After(100 * time.Millisecond):
			m, err = d.Imports.Service.Get(ctx, c.Scope, m.N)
		}
	}
	return m, err
}

// merge merges the second row of a person into the first.
func (d SampleDataDeps) merge(ctx context.Context, c call, p sampledata.Pair) error {
	first, err := d.find(ctx, c, p.First)
	if err != nil {
		return err
	}
	second, err := d.find(ctx, c, p.Second)
	if err != nil || first == 0 || second == 0 || first == second { // another request was faster
		return err
	}
	_, err = d.Records.MergeContacts(ctx, c.Scope, first, second)
	if errs.Is(err, errs.Invalid) { // faster, since then
		if now, findErr := d.find(ctx, c, p.Second); findErr == nil && now == first {
			return nil
		}
	}
	return err
}

// find returns the number of the contact with an external reference, 0 for none.
func (d SampleDataDeps) find(ctx context.Context, c call, ref string) (int64, error) {
	key, _ := contact.Ref(ref)
	found, err := d.Records.ListContacts(ctx, c.Scope, contact.Filter{Refs: []string{key}}, directory.Query{Limit: 1})
	if err != nil || len(found.Items) == 0 {
		return 0, err
	}
	return found.Items[0].N, nil
}
