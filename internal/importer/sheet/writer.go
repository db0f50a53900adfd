package sheet

import (
	"bufio"
	"io"
	"strings"
)

// WriterOptions change how a table is written.
type WriterOptions struct {
	CRLF      bool // end lines in CRLF, as RFC 4180 and some old programs want
	Delimiter byte // 0 means a comma
	BOM       bool // start with a byte order mark, by which Excel knows UTF-8
}

// A Writer writes a table as RFC 4180 CSV in UTF-8, each cell guarded against
// being run as a formula (Guard). Reading it with a Reader and Unguard gives
// the same cells, except that CRLF inside a cell becomes a line feed.
type Writer struct {
	w   *bufio.Writer
	opt WriterOptions
	bom bool // still to be written
}

// NewWriter returns a Writer on w. Call Flush at the end.
func NewWriter(w io.Writer, opt WriterOptions) *Writer {
	if opt.Delimiter == 0 {
		opt.Delimiter = ','
	}
	return &Writer{w: bufio.NewWriterSize(w, blockBytes), opt: opt, bom: opt.BOM}
}

// Write writes one record. It returns the first error of the underlying writer.
func (w *Writer) Write(cells []string) error {
	if w.bom {
		w.bom = false
		_, _ = w.w.WriteString("\ufeff")
	}
	for i, c := range cells {
		if i > 0 {
			_ = w.w.WriteByte(w.opt.Delimiter)
		}
		w.cell(Guard(c), len(cells) == 1)
	}
	if w.opt.CRLF {
		_ = w.w.WriteByte('\r')
	}
	return w.w.WriteByte('\n') // a bufio.Writer keeps its first error
}

// Flush writes what is buffered and returns the first error of the underlying
// writer.
func (w *Writer) Flush() error { return w.w.Flush() }

// cell writes a cell, in quotes when it needs them. An empty cell that is alone
// does: its line would count as blank.
func (w *Writer) cell(c string, alone bool) {
	if !w.needsQuotes(c) && (c != "" || !alone) {
		_, _ = w.w.WriteString(c)
		return
	}
	_ = w.w.WriteByte('"')
	for {
		i := strings.IndexByte(c, '"')
		if i < 0 {
			break
		}
		_, _ = w.w.WriteString(c[:i+1])
		_ = w.w.WriteByte('"')
		c = c[i+1:]
	}
	_, _ = w.w.WriteString(c)
	_ = w.w.WriteByte('"')
}

func (w *Writer) needsQuotes(c string) bool {
	if c == "" {
		return false
	}
	for i := 0; i < len(c); i++ {
		switch c[i] {
		case '"', '\n', '\r', w.opt.Delimiter:
			return true
		}
	}
	return c[0] == ' ' || c[len(c)-1] == ' ' || strings.HasPrefix(c, "sep=") || strings.HasPrefix(c, "\ufeff")
}
