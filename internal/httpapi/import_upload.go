package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/page"
)

// What uploads may take of the server.
const (
	maxUpload      = 4<<30 + maxOptions // bytes of a request; the importer has a limit of its own for the file
	maxOptions     = 64 << 10           // bytes of the part options
	maxUploads     = 8                  // at a time
	maxOrgUploads  = 4                  // of one org at a time
	uploadPatience = time.Minute        // without a byte from the client
	maxDrained     = 16 << 20           // bytes read of a file that was refused, so that its sender sees why
	retryUpload    = 5                  // seconds
	maxWaiting     = 20                 // imports of one org that are not over, each with its file
)

// importForm is an upload. The file comes last, so that what is wrong with the
// rest shows before it travels.
type importForm struct {
	Type    importType    `json:"type" required:"true"`
	Options ImportOptions `json:"options" doc:"As JSON. May be absent."`
	File    string        `json:"file" required:"true" format:"binary" doc:"The last part: CSV, separated by comma, semicolon, tab or bar, in UTF-8, UTF-16 or Windows-1252, gzipped or not."`
}

var (
	previewOp = Op{
		Path: "imports.preview", Summary: "Tell what an import would make of a file", Tags: []string{"imports"},
		Description: "Nothing is stored. The first MiB of the file is enough.",
		Input:       importForm{}, Output: importPreview{}, Consumes: "multipart/form-data", MaxBody: maxUpload, Timeout: -1,
		Errors: []int{http.StatusTooManyRequests},
	}
	createImportOp = Op{
		Path: "imports.create", Summary: "Import a file", Tags: []string{"imports"},
		Description: "The file is kept until the import is over, which goes on after this call has returned, and after a restart of the server.",
		Input:       importForm{}, Output: importOut{}, Status: http.StatusCreated, Consumes: "multipart/form-data", MaxBody: maxUpload, Timeout: -1,
		Errors: []int{http.StatusTooManyRequests},
	}
)

type importPreview struct {
	Type importType `json:"type"`
	importer.Preview
}

// uploads bounds how many files come in at a time.
type uploads struct {
	mu    sync.Mutex
	total int
	held  map[int64]int // by org
}

func (u *uploads) take(orgID int64) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.total >= maxUploads || u.held[orgID] >= maxOrgUploads {
		return false
	}
	u.total++
	u.held[orgID]++
	return true
}

func (u *uploads) give(orgID int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.total--
	if u.held[orgID]--; u.held[orgID] == 0 {
		delete(u.held, orgID)
	}
}

// bounded returns a handler of an upload that is refused while too many others
// are under way.
func (u *uploads) bounded(h func(http.ResponseWriter, *http.Request, call, *upload) error) func(http.ResponseWriter, *http.Request, call) error {
	return func(w http.ResponseWriter, r *http.Request, c call) error {
		if !u.take(c.Scope.OrgID) {
			return errs.New(errs.TooMany, "too_many_requests", "too many files are being uploaded; try again in a moment").With("retry_after", retryUpload)
		}
		defer u.give(c.Scope.OrgID)
		body := &patientBody{r.Body, http.NewResponseController(w)}
		in, err := readUpload(r, body)
		if err == nil {
			err = h(w, r, c, in)
		}
		if err != nil {
			_, _ = io.CopyN(io.Discard, body, maxDrained) // best effort: the sender listens once it has sent
		}
		body.rest()
		return err
	}
}

// patientBody ends an upload from which nothing comes for a while.
type patientBody struct {
	io.ReadCloser
	control *http.ResponseController
}

// Read implements io.Reader.
func (b *patientBody) Read(p []byte) (int, error) {
	_ = b.control.SetReadDeadline(time.Now().Add(uploadPatience)) // a body without a connection needs none
	return b.ReadCloser.Read(p)
}

// rest lifts the deadline, for the answer may take its time.
func (b *patientBody) rest() { _ = b.control.SetReadDeadline(time.Time{}) }

// upload is an upload whose file is still to be read.
type upload struct {
	importForm
	name  string
	parts *multipart.Reader
	file  *multipart.Part
	end   error // io.EOF, or what was wrong, once the file has been read
}

// readUpload reads an upload up to its file.
func readUpload(r *http.Request, body io.ReadCloser) (*upload, error) {
	r.Body = body
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, errs.BadRequest("the request is no upload; send multipart/form-data with the parts type, options and file")
	}
	in := &upload{parts: parts}
	seen := map[string]bool{}
	for in.file == nil {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, errs.Missing("file")
		}
		if err != nil {
			return nil, uploadError(err)
		}
		name := part.FormName()
		if seen[name] {
			return nil, errs.NotPermitted(name, "is given twice; give it once")
		}
		seen[name] = true
		if err := in.take(name, part); err != nil {
			return nil, err
		}
	}
	if in.Type == "" {
		e := errs.Missing("type")
		e.Message = "is required; send it before the file, which comes last"
		return nil, e
	}
	return in, nil
}

// take reads one part of the upload.
func (in *upload) take(name string, part *multipart.Part) error {
	if name == "file" {
		in.file, in.name = part, part.FileName()
		return nil
	}
	if name != "type" && name != "options" {
		e := errs.New(errs.Invalid, "invalid_field", "is not a part of this upload; its parts are type, options and, last, file")
		e.Field = name
		return e
	}
	text, err := io.ReadAll(io.LimitReader(part, maxOptions+1))
	if err != nil {
		return uploadError(err)
	}
	if len(text) > maxOptions {
		return errs.NotPermitted(name, "is longer than %d bytes", maxOptions)
	}
	if name == "options" {
		return inside(name, wire.DecodeJSON(text, &in.Options, wire.Options{}))
	}
	in.Type = importType(text)
	if in.Type != contactsFile && in.Type != accountsFile {
		return errs.BadEnum("type", string(text), in.Type.Allowed())
	}
	return nil
}

// inside puts the name of a part before the field that an error names.
func inside(name string, err error) error {
	e := errs.As(err)
	if e == nil {
		return err
	}
	inner := *e
	if inner.Field != "" {
		name += "." + inner.Field
	}
	inner.Field = name
	return &inner
}

// Read reads the file and, at its end, makes sure that it was the last part.
func (in *upload) Read(p []byte) (int, error) {
	if in.end != nil {
		return 0, in.end
	}
	n, err := in.file.Read(p)
	if errors.Is(err, io.EOF) {
		err = in.last()
	}
	switch {
	case err == nil || errors.Is(err, io.EOF) || errs.As(err) != nil:
		in.end = err
	default:
		in.end = uploadError(err)
	}
	return n, in.end
}

// last returns io.EOF when nothing stands behind the file.
func (in *upload) last() error {
	next, err := in.parts.NextPart()
	if err == nil {
		return errs.BadRequest("the part %q stands behind the file; put the file last", next.FormName())
	}
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return err
}

// uploadError tells a client what was wrong with its sending.
func uploadError(err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errs.New(errs.Unavailable, "service_unavailable", "nothing came for %v; send the file again", uploadPatience).Because(err)
	default:
		return errs.BadRequest("the upload is damaged or ended early; send the file again").Because(err)
	}
}

// head returns the beginning of the file, and the file as if it had not been
// read from.
func (in *upload) head() ([]byte, io.Reader, error) {
	head, err := io.ReadAll(io.LimitReader(in, importer.HeadBytes))
	return head, io.MultiReader(bytes.NewReader(head), in), err
}

func (d ImportDeps) preview(w http.ResponseWriter, r *http.Request, c call, in *upload) error {
	head, _, err := in.head()
	if err != nil {
		return err
	}
	p, err := d.Service.Preview(r.Context(), c.Scope, in.Type.record(), bytes.NewReader(head), importer.Options(in.Options))
	if err != nil {
		return err
	}
	return writeRaw(w, http.StatusOK, importPreview{in.Type, *p})
}

func (d ImportDeps) create(w http.ResponseWriter, r *http.Request, c call, in *upload) error {
	if err := d.room(r.Context(), c); err != nil {
		return err
	}
	head, file, err := in.head()
	if err != nil {
		return err
	}
	opt, of := importer.Options(in.Options), in.Type.record()
	if err := d.Service.Check(r.Context(), c.Scope, of, bytes.NewReader(head), opt); err != nil {
		return err
	}
	m, err := d.Service.Create(r.Context(), c.Scope, of, fileName(in.name, of), file, opt)
	out, err := d.one(r.Context(), c, m, err)
	if err != nil {
		return err
	}
	return writeRaw(w, http.StatusCreated, out)
}

// room refuses another import of an org that has many under way.
func (d ImportDeps) room(ctx context.Context, c call) error {
	latest, err := d.Service.List(ctx, c.Scope, 0, page.Max)
	if err != nil {
		return err
	}
	waiting := 0
	for _, m := range latest {
		if !m.Over() {
			waiting++
		}
	}
	if waiting < maxWaiting {
		return nil
	}
	return errs.New(errs.TooMany, "too_many_requests", "%d imports are not over yet; wait for them or cancel some", waiting).With("retry_after", 10*retryUpload)
}

// fileName is the name to show for a file.
func fileName(name string, t don.Type) string {
	const most = 255 // bytes, as in file systems
	if name == "" {
		return fmt.Sprintf("%s.csv", importTypeOf(t))
	}
	if len(name) > most {
		name = name[len(name)-most:] // the end tells more
	}
	return name
}
