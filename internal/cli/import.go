package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/importer/sheet"
)

// target says which Kith a command works on: the data folder's, or one
// elsewhere.
type target struct {
	Server string `help:"A Kith elsewhere instead of the data folder." placeholder:"URL"`
	Token  string `help:"A personal access token for it (KITH_TOKEN)." placeholder:"T"`
}

func (t target) connect(e *environment, workers bool) (*client, error) {
	if t.Server != "" {
		return remote(t.Server, cmp.Or(t.Token, e.Getenv("KITH_TOKEN")))
	}
	if t.Token != "" {
		return nil, errs.NotPermitted("--token", "is for a Kith elsewhere; name it with --server")
	}
	return e.connect(workers)
}

type importCmd struct {
	target
	Type           string            `arg:"" enum:"contacts,accounts" help:"What the file holds: contacts or accounts."`
	File           string            `arg:"" help:"The CSV file, gzipped or not; - for standard input."`
	Update         bool              `help:"Update records whose reference is there already; without it such a row fails."`
	DryRun         bool              `name:"dry-run" help:"Say what would happen, change nothing."`
	Tag            []string          `sep:"none" help:"Put this tag, which must exist, on every record; may be repeated." placeholder:"NAME"`
	Map            map[string]string `mapsep:"none" help:"Take a field from this column; may be repeated. 'First + Last' joins two." placeholder:"FIELD=COLUMN"`
	Preset         string            `help:"The product whose export the file is, such as hubspot." placeholder:"NAME"`
	RefFrom        string            `name:"ref-from" help:"Where external_ref comes from: email, phone or a column." placeholder:"COLUMN"`
	DefaultCountry string            `name:"default-country" help:"Country of phone numbers without a country code." placeholder:"DE"`
	Errors         string            `help:"File for the rows that fail (FILE.failed.csv beside the input)." placeholder:"FILE"`
	JSON           bool              `name:"json" help:"Print one JSON object at the end."`
}

// Help tells what happens to rows and to the exit code.
func (importCmd) Help() string {
	return `A row is taken whole or not at all; the others go on. Rows that are not taken are written to a file with the reasons
beside each, which can be corrected and imported as it is. Mandatory for contacts: display_name and external_ref (or
--ref-from); for accounts: display_name and external_refs. See also: kith sample-csv contacts.

Exit codes: 0 every row was taken; 1 some rows were not; 2 the file or an option cannot be used; 130 cancelled.`
}

func (c importCmd) options() httpapi.ImportOptions {
	return httpapi.ImportOptions{
		Update: c.Update, DryRun: c.DryRun, Tags: c.Tag, Map: c.Map, Preset: c.Preset, RefFrom: c.RefFrom, DefaultCountry: c.DefaultCountry,
	}
}

// Run imports the file and waits for the end.
func (c importCmd) Run(e *environment) (err error) {
	file, size, err := c.open(e)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	kith, err := c.connect(e, true)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	s := &sending{cmd: c, kith: kith, file: file, size: size, show: newDisplay(e)}
	if err = s.look(e); err != nil {
		return err
	}
	m, err := s.send(e.ctx)
	if err != nil {
		return err
	}
	f := &follower{env: e, kith: kith, show: s.show}
	if m, err = f.follow(m); err != nil {
		return err
	}
	return c.finish(e, kith, m)
}

// open opens the file; size is 0 when it is not known.
func (c importCmd) open(e *environment) (io.ReadCloser, int64, error) {
	if c.File == "-" {
		return io.NopCloser(e.In), 0, nil
	}
	f, err := os.Open(c.File)
	if err != nil {
		return nil, 0, errs.NotPermitted("FILE", "%v", err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errs.NotPermitted("FILE", "%s is a folder; give a CSV file", c.File)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

func (c importCmd) fileName() string {
	if c.File == "-" {
		return "standard input"
	}
	return filepath.Base(c.File)
}

// sending brings a file to Kith.
type sending struct {
	cmd  importCmd
	kith *client
	file io.Reader
	size int64
	sent int64
	show *display
}

// look shows what Kith makes of the beginning of the file, and asks whether to
// go on when it would leave columns out and there is somebody to ask.
func (s *sending) look(e *environment) error {
	head, err := io.ReadAll(io.LimitReader(s.file, importer.HeadBytes))
	if err != nil {
		return err
	}
	s.file = io.MultiReader(strings.NewReader(string(head)), s.file)
	var p importer.Preview
	if err := s.upload(e.ctx, "imports.preview", strings.NewReader(string(head)), &p); err != nil {
		return err
	}
	if len(p.Missing) > 0 {
		return errs.BadRequest("the file has no column for %s; its columns are %s: name the column with --map%s",
			strings.Join(p.Missing, ", "), sheet.Names(p.Header), s.hint(p.Missing))
	}
	if len(p.Ignored) == 0 {
		return nil
	}
	fmt.Fprintf(e.Err, "Columns that are not imported: %s\n", printable(strings.Join(p.Ignored, ", ")))
	if s.cmd.File == "-" || !isTerminal(e.In) || !isTerminal(e.Err) {
		return nil
	}
	return e.confirm("Go on without them?")
}

func (s *sending) hint(missing []string) string {
	for _, m := range missing {
		if m == "external_ref" {
			return " or take it from another one with --ref-from"
		}
	}
	return ""
}

// confirm asks a question to which Enter means yes.
func (e *environment) confirm(question string) error {
	fmt.Fprintf(e.Err, "%s [Y/n] ", question)
	line, err := readLine(e.In)
	if err != nil {
		return err
	}
	if answer := strings.ToLower(strings.TrimSpace(line)); answer != "" && !strings.HasPrefix(answer, "y") {
		return errs.BadRequest("nothing was imported")
	}
	return nil
}

// readLine reads a line byte by byte, so that nothing behind it is lost.
func readLine(r io.Reader) (string, error) {
	var line []byte
	for b := make([]byte, 1); len(line) < 1024; {
		n, err := r.Read(b)
		if n == 1 && b[0] == '\n' || errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
		line = append(line, b[:n]...)
	}
	return string(line), nil
}

// send uploads the file and returns the import that it became.
func (s *sending) send(ctx context.Context) (*httpapi.Import, error) {
	var out struct {
		Import httpapi.Import `json:"import"`
	}
	err := s.upload(ctx, "imports.create", s, &out)
	s.show.clear()
	return &out.Import, err
}

// Read reads the file and shows how far it is.
func (s *sending) Read(p []byte) (int, error) {
	n, err := s.file.Read(p)
	s.sent += int64(n)
	s.show.sending(s.sent, s.size)
	return n, err
}

// upload calls an operation with the file as a stream.
func (s *sending) upload(ctx context.Context, op string, file io.Reader, out any) error {
	pr, pw := io.Pipe()
	form := multipart.NewWriter(pw)
	r, err := s.kith.request(ctx, http.MethodPost, op, pr)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = pw.CloseWithError(s.form(form, file)) // never fails; the request gets the error
	}()
	res, err := s.kith.do(r)
	_ = pr.Close() // never fails; ends the form when the answer came before its end
	<-done
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	return json.NewDecoder(res.Body).Decode(out)
}

// form writes the parts of the upload, the file last.
func (s *sending) form(form *multipart.Writer, file io.Reader) error {
	options, err := json.Marshal(s.cmd.options())
	if err != nil {
		return err
	}
	if err := errors.Join(form.WriteField("type", s.cmd.Type), form.WriteField("options", string(options))); err != nil {
		return err
	}
	part, err := form.CreateFormFile("file", s.cmd.fileName())
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, file); err != nil {
		return err
	}
	return form.Close()
}
