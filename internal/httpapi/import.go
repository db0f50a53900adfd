package httpapi

import (
	"context"
	"net/http"
	"reflect"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/page"
)

// ImportDeps is what the operations on imports need.
type ImportDeps struct {
	Service *importer.Service
	Cursors *page.Codec
}

// RegisterImports adds the operations imports.*.
func RegisterImports(api *API, d ImportDeps) {
	const tag = "imports"
	up := &uploads{held: map[int64]int{}}
	raw(api, previewOp, up.bounded(d.preview))
	raw(api, createImportOp, up.bounded(d.create))
	operate(api, readOp("imports.get", "Get an import", tag), d.get)
	operate(api, readOp("imports.list", "List imports, the newest first", tag), d.list)
	rawIn(api, importErrorsOp, d.errors)
	rawIn(api, importEventsOp, d.events)
	rawIn(api, sampleOp, d.sample)
	operate(api, writeOp("imports.cancel", "Stop an import; what it has applied stays", tag, http.StatusNotFound), d.cancel)
	operate(api, writeOp("imports.undo", "Take back what a finished import did", tag, http.StatusNotFound), d.undo)
}

// raw registers an operation that reads and writes HTTP itself and knows its
// caller. An error that the handler returns is answered; once the answer has
// begun, only breaking the connection tells the client that it is not whole.
func raw(api *API, op Op, h func(w http.ResponseWriter, r *http.Request, c call) error) {
	RegisterRaw(api, op, func(w http.ResponseWriter, r *http.Request) {
		a, _ := auth.From(r.Context())
		c := call{a, op.Path}
		err := h(w, r, c)
		rec, ok := w.(*recorder)
		switch {
		case err == nil:
		case !ok || rec.status == 0:
			w.Header().Del("Content-Disposition")
			api.WriteError(w, r, c.shown(err))
		default:
			if r.Context().Err() == nil {
				_ = api.hide(r, err) // for the log; the client is beyond an answer
			}
			panic(http.ErrAbortHandler)
		}
	})
}

// rawIn is raw for operations that have an ordinary request.
func rawIn[In any](api *API, op Op, h func(w http.ResponseWriter, r *http.Request, c call, in *In) error) {
	wire.Check(reflect.TypeFor[In]())
	raw(api, op, func(w http.ResponseWriter, r *http.Request, c call) error {
		in := new(In)
		if err := wire.Decode(r, in, wire.Options{MaxBody: api.maxBody(op), Lenient: api.cfg.Lenient}); err != nil {
			return err
		}
		return h(w, r, c, in)
	})
}

// importType is what a file holds.
type importType string

const (
	contactsFile importType = "contacts"
	accountsFile importType = "accounts"
)

// Allowed returns the types of import.
func (importType) Allowed() []string { return []string{string(contactsFile), string(accountsFile)} }

func (t importType) record() don.Type {
	if t == accountsFile {
		return don.Account
	}
	return don.Contact
}

func importTypeOf(t don.Type) importType {
	if t == don.Account {
		return accountsFile
	}
	return contactsFile
}

// ImportOptions are what the user chose for an import.
type ImportOptions struct {
	Update         bool              `json:"update,omitempty" doc:"Rows whose reference exists update that record: lists are united, a value replaces the one before, a blank clears nothing. Otherwise such a row fails."`
	DryRun         bool              `json:"dry_run,omitempty" doc:"Count and compare, but change nothing."`
	Tags           []string          `json:"tags,omitempty" maxItems:"50" doc:"Names of tags that every record gets. They must exist."`
	Map            map[string]string `json:"map,omitempty" doc:"Columns by field name, where their headers do not say it. Several columns are joined with ' + ' between them."`
	Preset         string            `json:"preset,omitempty" maxLength:"64" doc:"The product whose export the file is."`
	RefFrom        string            `json:"ref_from,omitempty" maxLength:"512" doc:"Where a contact's reference comes from when the file has no column for it: email, phone or a column."`
	DefaultCountry string            `json:"default_country,omitempty" maxLength:"2" doc:"Where phone numbers without a country code are dialled, such as DE."`
}

// ImportProgress is how far an import is, and what came of its rows.
type ImportProgress importer.Progress

// Import is one file on its way into Kith.
type Import struct {
	CreatedBy    *UserSummary   `json:"created_by,omitempty"`
	CreatedDate  wire.Time      `json:"created_date"`
	DisplayID    string         `json:"display_id"`
	Error        string         `json:"error,omitempty" doc:"Why the file as a whole could not be imported."`
	FileName     string         `json:"file_name"`
	ID           string         `json:"id"`
	ModifiedDate wire.Time      `json:"modified_date"`
	Options      ImportOptions  `json:"options"`
	Progress     ImportProgress `json:"progress"`
	State        string         `json:"state" enum:"queued,running,completed,failed,cancelling,cancelled,undoing,undone"`
	Type         importType     `json:"type"`
}

type importOut struct {
	Import Import `json:"import"`
}

type importsOut struct {
	Imports    []Import `json:"imports"`
	NextCursor string   `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

// imports turns imports into answers.
func (d ImportDeps) imports(ctx context.Context, c call, ms ...*importer.Import) ([]Import, error) {
	members, err := d.Service.Authors(ctx, c.Scope, ms...)
	if err != nil {
		return nil, err
	}
	v := c.view(&directory.Names{Members: members})
	out := make([]Import, len(ms))
	for i, m := range ms {
		out[i] = Import{
			ID: v.format(m.ID()), DisplayID: m.ID().Display(), CreatedBy: v.author(m.CreatedBy),
			CreatedDate: wire.At(m.CreatedAt), ModifiedDate: wire.At(m.ModifiedAt),
			Type: importTypeOf(m.Type), State: string(m.State), Error: m.Error, FileName: m.FileName,
			Options: ImportOptions(m.Options), Progress: ImportProgress(m.Progress),
		}
	}
	return out, nil
}

// one answers with one import.
func (d ImportDeps) one(ctx context.Context, c call, m *importer.Import, err error) (*importOut, error) {
	if err != nil {
		return nil, err
	}
	all, err := d.imports(ctx, c, m)
	if err != nil {
		return nil, err
	}
	return &importOut{all[0]}, nil
}

type importIDIn struct {
	ID string `json:"id" required:"true" format:"id" doc:"In full or as IMP-1."`
}

func (d ImportDeps) get(ctx context.Context, c call, in *importIDIn) (*importOut, error) {
	id, err := c.object("id", in.ID, don.Import)
	if err != nil {
		return nil, err
	}
	m, err := d.Service.Get(ctx, c.Scope, id.N)
	return d.one(ctx, c, m, err)
}

func (d ImportDeps) cancel(ctx context.Context, c call, in *importIDIn) (*importOut, error) {
	id, err := c.object("id", in.ID, don.Import)
	if err != nil {
		return nil, err
	}
	m, err := d.Service.Cancel(ctx, c.Scope, id.N)
	return d.one(ctx, c, m, err)
}

func (d ImportDeps) undo(ctx context.Context, c call, in *importIDIn) (*importOut, error) {
	id, err := c.object("id", in.ID, don.Import)
	if err != nil {
		return nil, err
	}
	m, err := d.Service.Undo(ctx, c.Scope, id.N)
	return d.one(ctx, c, m, err)
}

type importsListIn struct {
	Cursor string `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit  int    `json:"limit" minimum:"0" doc:"Imports on a page. 50 when absent; more than 100 gives 100."`
}

func (d ImportDeps) list(ctx context.Context, c call, in *importsListIn) (*importsOut, error) {
	list := page.ListOf(c.op, c.Scope.OrgID)
	before, limit, err := pageAt(d.Cursors, list, in.Cursor, in.Limit)
	if err != nil || !c.sees(don.Import) {
		return &importsOut{Imports: []Import{}}, err
	}
	ms, err := d.Service.List(ctx, c.Scope, before, limit+1)
	if err != nil {
		return nil, err
	}
	out := &importsOut{}
	ms, out.NextCursor = cutAt(d.Cursors, list, ms, limit, func(m *importer.Import) int64 { return m.N })
	out.Imports, err = d.imports(ctx, c, ms...)
	for i := range out.Imports {
		out.Imports[i].Progress.Plan, out.Imports[i].Progress.Kept = nil, nil // imports.get shows them
	}
	return out, err
}
