package importer

import (
	"context"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kith-id/kith/internal/importer/sheet"
	"github.com/kith-id/kith/internal/org"
)

// reportColumns stand behind the file's own columns in the report of its failed
// rows. An import ignores them, so that the report can be corrected and
// imported as it is.
var reportColumns = []string{"line", "error_codes", "errors"}

// reportPage is how many failed rows are read at a time.
const reportPage = 500

// WriteReport writes the rows of an import that were not taken as CSV: the
// columns of the file in its order, then the line, the codes of the row's
// problems and a sentence for each. Cells beyond the header come last, so that
// a row that was too long shows it still.
func (s *Service) WriteReport(ctx context.Context, sc org.Scope, m *Import, w io.Writer) error {
	width := len(m.Progress.Header)
	own := width // columns of the file without those of an earlier report
	if own >= len(reportColumns) && slices.Equal(m.Progress.Header[own-len(reportColumns):], reportColumns) {
		own -= len(reportColumns)
	}
	out := sheet.NewWriter(w, sheet.WriterOptions{})
	if err := out.Write(append(slices.Clone(m.Progress.Header[:own]), reportColumns...)); err != nil {
		return err
	}
	for after := int64(0); ; {
		page, err := s.Failures(ctx, sc, m.N, after, reportPage)
		if err != nil {
			return err
		}
		for _, f := range page {
			after = f.Row
			if err := out.Write(f.record(own, width)); err != nil {
				return err
			}
		}
		if len(page) < reportPage {
			return out.Flush()
		}
	}
}

// record returns the row of a report. Cells are written as the import read
// them, so the guard that the file may have had comes off: the writer puts on
// its own.
func (f *Failure) record(own, width int) []string {
	out := make([]string, own, own+len(reportColumns))
	for i := range min(own, len(f.Cells)) {
		out[i] = sheet.Unguard(f.Cells[i])
	}
	var codes, texts []string
	for _, p := range f.Problems {
		if !slices.Contains(codes, string(p.Code)) {
			codes = append(codes, string(p.Code))
		}
		texts = append(texts, p.Text())
	}
	out = append(out, strconv.Itoa(f.Line), strings.Join(codes, ", "), strings.Join(texts, " | "))
	if len(f.Cells) > width {
		for _, c := range f.Cells[width:] {
			out = append(out, sheet.Unguard(c))
		}
	}
	return out
}

// Text returns the problem as a sentence that names its column.
func (p Problem) Text() string {
	if p.Column == "" || strings.HasPrefix(p.Message, p.Column+" ") {
		return p.Message
	}
	return p.Column + ": " + p.Message
}

// count adds failed rows to ByCode, which others may be reading: it becomes a
// new map.
func (p *Progress) count(failures []Failure) {
	if len(failures) == 0 {
		return
	}
	counts := maps.Clone(p.ByCode)
	if counts == nil {
		counts = map[string]int64{}
	}
	for _, f := range failures {
		for i, problem := range f.Problems {
			if !slices.ContainsFunc(f.Problems[:i], func(before Problem) bool { return before.Code == problem.Code }) {
				counts[string(problem.Code)]++
			}
		}
	}
	p.ByCode = counts
}
