package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi"
	"github.com/kith-id/kith/internal/importer"
)

// shownProblems is how many failed rows the summary shows.
const shownProblems = 5

// summary is the object that --json prints.
type summary struct {
	Import     string   `json:"import"`
	Type       string   `json:"type"`
	State      string   `json:"state"`
	DryRun     bool     `json:"dry_run,omitempty"`
	Error      string   `json:"error,omitempty"`
	Rows       int64    `json:"rows"`
	Created    int64    `json:"created"`
	Updated    int64    `json:"updated"`
	Unchanged  int64    `json:"unchanged"`
	Repeated   int64    `json:"repeated"`
	Skipped    int64    `json:"skipped"`
	Failed     int64    `json:"failed"`
	Seconds    float64  `json:"seconds"`
	RowsPerSec float64  `json:"rows_per_second"`
	Encoding   string   `json:"encoding,omitempty"`
	Ignored    []string `json:"ignored_columns,omitempty"`

	ByCode map[string]int64 `json:"failed_by_code,omitempty"`

	ErrorsFile string `json:"errors_file,omitempty"`

	Plan []importer.Difference `json:"plan,omitempty"`
}

func summaryOf(m *httpapi.Import) summary {
	p := m.Progress
	s := summary{
		Import: m.DisplayID, Type: string(m.Type), State: m.State, DryRun: m.Options.DryRun, Error: m.Error,
		Rows: p.Rows, Created: p.Created, Updated: p.Updated, Unchanged: p.Unchanged, Repeated: p.Repeated, Skipped: p.Skipped,
		Failed: p.Failed, ByCode: p.ByCode, Seconds: p.Seconds, Encoding: p.Encoding, Ignored: p.Ignored, Plan: p.Plan,
	}
	if p.Seconds > 0 {
		s.RowsPerSec = float64(p.Rows) / p.Seconds
	}
	return s
}

// finish reports an import that is over and returns what decides the exit code.
func (c importCmd) finish(e *environment, kith *client, m *httpapi.Import) error {
	ctx := context.WithoutCancel(e.ctx) // a Ctrl-C that cancelled the import still gets the report
	s := summaryOf(m)
	if c.wantsReport(m) {
		// The import is done whatever becomes of its report.
		if name, err := c.report(ctx, kith, m); err != nil {
			fmt.Fprintf(e.Err, "The rows that failed could not be written to %s: %s\n", name, message(err))
		} else {
			s.ErrorsFile = name
		}
	}
	if c.JSON {
		if err := printJSON(e.Out, s); err != nil {
			return err
		}
	} else if err := c.print(ctx, e, kith, m, s); err != nil {
		return err
	}
	switch {
	case m.State == string(importer.Failed):
		return errs.BadRequest("%s was not imported: %s", c.fileName(), m.Error)
	case m.State == string(importer.Cancelled):
		return context.Canceled
	case s.Failed > 0:
		return errPartial
	}
	return nil
}

func (c importCmd) wantsReport(m *httpapi.Import) bool {
	if m.Progress.Failed == 0 {
		return false
	}
	return c.Errors != "" || c.File != "-" && !c.DryRun
}

// report writes the failed rows beside the input and returns the file's name.
// Unless it was asked for, no file is written over: somebody may be correcting it.
func (c importCmd) report(ctx context.Context, kith *client, m *httpapi.Import) (string, error) {
	if c.Errors != "" {
		return c.Errors, download(ctx, kith, m.DisplayID, c.Errors)
	}
	base := strings.TrimSuffix(c.File, ".gz")
	base = strings.TrimSuffix(base, filepath.Ext(base)) + ".failed"
	name := base + ".csv"
	for i := 2; ; i++ {
		if _, err := os.Lstat(name); errors.Is(err, os.ErrNotExist) {
			return name, download(ctx, kith, m.DisplayID, name)
		}
		name = base + "-" + strconv.Itoa(i) + ".csv"
	}
}

// download writes the failed rows of an import to a file.
func download(ctx context.Context, kith *client, id, name string) error {
	query := url.Values{"id": {id}, "format": {"csv"}}
	return saveAs(name, func(w io.Writer) error { return kith.stream(ctx, "imports.errors?"+query.Encode(), w) })
}

// stream copies the answer of a read operation, given with its query.
func (c *client) stream(ctx context.Context, op string, w io.Writer) error {
	r, err := c.request(ctx, http.MethodGet, op, nil)
	if err != nil {
		return err
	}
	res, err := c.do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if _, err = io.Copy(w, res.Body); err != nil {
		return errs.New(errs.Unavailable, "service_unavailable", "the answer ended early: %v", err)
	}
	return nil
}

// saveAs writes a file that appears under its name only when it is whole.
func saveAs(name string, write func(io.Writer) error) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return writeInto(name, write)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".kith-*")
	if err != nil {
		return errs.NotPermitted("FILE", "%s cannot be written: %v", name, err)
	}
	err = errors.Join(write(f), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// writeInto writes to what is no file, such as /dev/null or a pipe.
func writeInto(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return errs.NotPermitted("FILE", "%s cannot be written: %v", name, err)
	}
	return errors.Join(write(f), f.Close())
}

func (c importCmd) print(ctx context.Context, e *environment, kith *client, m *httpapi.Import, s summary) error {
	printCounts(e.Out, c.fileName(), m, s)
	if s.Encoding != "" && !strings.EqualFold(s.Encoding, "utf-8") {
		fmt.Fprintf(e.Out, "The file was read as %s; look whether letters with accents came out right.\n", s.Encoding)
	}
	printPlan(e.Out, s)
	if s.Failed == 0 {
		return nil
	}
	fmt.Fprintln(e.Out, "Rows that fail:")
	if err := printProblems(ctx, e.Out, kith, m.DisplayID); err != nil {
		return err
	}
	if s.ErrorsFile != "" {
		fmt.Fprintf(e.Out, "The rows that failed are in %s with the reasons: correct them there and import that file.\n", s.ErrorsFile)
	} else {
		fmt.Fprintf(e.Out, "For a file of the rows that failed: kith imports show %s --errors failed.csv\n", m.DisplayID)
	}
	return nil
}

var verbs = map[string]string{
	string(importer.Completed): "Imported", string(importer.Cancelled): "Cancelled", string(importer.Failed): "Could not import",
	string(importer.Undone): "Took back",
}

func printCounts(w io.Writer, name string, m *httpapi.Import, s summary) {
	verb := verbs[m.State]
	if s.DryRun && m.State == string(importer.Completed) {
		verb = "Planned, without changing anything:"
	}
	fmt.Fprintf(w, "%s %s (%s): %s rows in %.1f s, %s rows/s\n", verb, name, m.DisplayID, grouped(s.Rows), s.Seconds, grouped(int64(s.RowsPerSec)))
	for _, line := range []struct {
		what   string
		count  int64
		always bool
		note   string
	}{
		{"created", s.Created, true, ""},
		{"updated", s.Updated, true, ""},
		{"unchanged", s.Unchanged, true, ""},
		{"repeated", s.Repeated, false, "later rows of a reference that the file has more than once"},
		{"skipped", s.Skipped, false, "rows that still are the sample row"},
		{"failed", s.Failed, true, ""},
		{"removed", m.Progress.Removed, false, ""},
		{"restored", m.Progress.Restored, false, ""},
		{"left", m.Progress.Left, false, "touched since, so left as they are"},
	} {
		if line.always || line.count > 0 {
			fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %-10s %12s  %s", line.what, grouped(line.count), line.note), " "))
		}
		if line.what == "failed" {
			printCodes(w, s.ByCode)
		}
	}
}

// printCodes says how many rows have which problem, the most frequent first.
func printCodes(w io.Writer, counts map[string]int64) {
	codes := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(codes, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
	for _, code := range codes {
		fmt.Fprintf(w, "    %-20s %s\n", code, grouped(counts[code]))
	}
}

// printPlan shows what a dry run would change.
func printPlan(w io.Writer, s summary) {
	if len(s.Plan) == 0 {
		return
	}
	fmt.Fprintln(w, "Records that would change:")
	for _, d := range s.Plan {
		fmt.Fprintf(w, "  line %d: %s %s\n", d.Line, d.Record, printable(d.Name))
		for _, c := range d.Changes {
			fmt.Fprintf(w, "    %s: %q → %q\n", c.Field, c.Before, c.After)
		}
	}
	if more := s.Updated + s.Repeated - int64(len(s.Plan)); more > 0 {
		fmt.Fprintf(w, "  … and up to %s more\n", grouped(more))
	}
}

// printProblems shows the first failed rows.
func printProblems(ctx context.Context, w io.Writer, kith *client, id string) error {
	var out struct {
		Errors []importer.Failure `json:"errors"`
	}
	if err := kith.call(ctx, "imports.errors", map[string]any{"id": id, "limit": shownProblems}, &out); err != nil {
		return err
	}
	for _, f := range out.Errors {
		for _, p := range f.Problems {
			fmt.Fprintf(w, "  line %d: %s\n", f.Line, printable(p.Text()))
		}
	}
	return nil
}
