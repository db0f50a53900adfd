// Package sheet reads and writes tables as people really have them: CSV in any
// common encoding, separated by comma, semicolon, tab or bar, gzipped or not,
// with rows that are too short and quotes that never close. It reads as a
// stream, in memory bounded by its limits, and reports what is wrong with a row
// beside the row instead of giving up.
package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/kith-id/kith/internal/errs"
)

// Options change how a table is read. The zero value detects everything and
// uses the default limits.
type Options struct {
	Delimiter byte     // ',', ';', tab or '|'; 0 detects it
	Encoding  Encoding // "" detects it

	MaxCellBytes   int   // of one cell, decoded; 0 means DefaultMaxCellBytes
	MaxRecordBytes int   // of one row, decoded; 0 means DefaultMaxRecordBytes
	MaxColumns     int   // 0 means DefaultMaxColumns
	MaxBytes       int64 // of the whole text after decompression; 0 means DefaultMaxBytes

	KeepBlank bool // return rows whose cells are all blank instead of skipping them
}

// The limits that the zero Options set.
const (
	DefaultMaxCellBytes   = 256 << 10
	DefaultMaxRecordBytes = 1 << 20
	DefaultMaxColumns     = 1000
	DefaultMaxBytes       = 16 << 30
)

const (
	sampleBytes = 64 << 10  // looked at to detect delimiter and line ending
	blockBytes  = 256 << 10 // read at a time
)

// Info says how the table is written. Encoding is certain only after the first
// character outside ASCII; until then it is UTF8.
type Info struct {
	Gzip      bool
	Encoding  Encoding
	BOM       bool // the text starts with a byte order mark
	Delimiter byte
}

// A Row is one record below the header. Cells is reused by the next call of
// Next; the strings in it stay valid, all of them holding the memory of one
// row, so keep copies (strings.Clone) of what outlives many rows.
type Row struct {
	Line   int // physical line on which the row starts, from 1
	Number int // data row, from 1; blank lines do not count
	Cells  []string
	Err    *Problem // what is wrong with the row as a whole, or nil
}

// Blank reports whether every cell is empty or white space.
func (r Row) Blank() bool {
	for _, c := range r.Cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// The codes of a Problem.
const (
	RaggedRow   = "ragged_row"       // more or fewer cells than the header
	BadQuote    = "bad_quote"        // a quote that never closes or closes too early
	NulByte     = "nul_byte"         // a byte of value zero
	BadEncoding = "invalid_encoding" // bytes that are no text in the encoding
	TooLong     = "too_long"         // a cell, the row or the number of columns over its limit
)

// A Problem is what is wrong with a row as a whole. Message is a sentence that
// can stand after the row's number.
type Problem struct {
	Code    string
	Line    int // where the problem is, which may be below the row's first line
	Column  int // from 1; 0 when it is not in one column
	Message string
}

// Error returns the message.
func (p *Problem) Error() string { return p.Message }

// A Reader reads a table row by row. It is for one goroutine.
type Reader struct {
	opt    Options
	raw    *counter
	text   *text
	info   Info
	header []string

	buf      []byte // decoded text; buf[pos:end] is unread
	pos, end int
	base     int64 // offset of buf[0] in the decoded text
	eof      bool  // no text after buf[end]
	err      error // fatal, returned once the text before it is used up

	term   byte // ends a line: '\n', or '\r' in files that only have those
	line   int  // of buf[pos], from 1
	number int  // of the last data row

	cells []string
	arena []byte // cells of a record with quotes, one after the other
	ends  []int  // of each cell in arena
}

// Open prepares to read a table: it detects compression, encoding, line ending
// and delimiter and reads the header. Errors are *errs.Error: errs.Invalid when
// r holds no table, errs.TooLarge when it is over a limit; those of r itself
// are wrapped.
func Open(r io.Reader, opt Options) (*Reader, error) {
	opt.setDefaults()
	s := &Reader{opt: opt, raw: &counter{r: r}, line: 1}
	var err error
	if s.text, err = openText(s.raw, opt, &s.info); err != nil {
		return nil, err
	}
	s.buf = make([]byte, blockBytes)
	for s.end < sampleBytes && !s.eof {
		s.fill()
	}
	s.sniff()
	if err := s.readHeader(); err != nil {
		return nil, err
	}
	return s, nil
}

func (o *Options) setDefaults() {
	if o.MaxCellBytes == 0 {
		o.MaxCellBytes = DefaultMaxCellBytes
	}
	if o.MaxRecordBytes == 0 {
		o.MaxRecordBytes = DefaultMaxRecordBytes
	}
	if o.MaxColumns == 0 {
		o.MaxColumns = DefaultMaxColumns
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = DefaultMaxBytes
	}
}

// Info says how the table is written.
func (r *Reader) Info() Info {
	i := r.info
	i.Encoding = r.text.encoding()
	return i
}

// Header returns the names of the columns, trimmed, without empty ones at the
// end.
func (r *Reader) Header() []string { return r.header }

// Offset returns how many bytes of decoded text the rows so far have taken.
func (r *Reader) Offset() int64 { return r.base + int64(r.pos) }

// InputOffset returns how many bytes of the input have been read, which is
// ahead of the rows by what is buffered.
func (r *Reader) InputOffset() int64 { return r.raw.n }

// Next returns the next row, or io.EOF after the last. A row with Err set could
// not be read whole; reading goes on after it. Any other error is final.
func (r *Reader) Next() (Row, error) {
	for {
		row, err := r.record()
		if err != nil {
			return Row{}, err
		}
		if !r.opt.KeepBlank && row.Err == nil && row.Blank() {
			continue
		}
		r.number++
		row.Number = r.number
		if row.Err == nil && len(row.Cells) != len(r.header) {
			r.fit(&row)
		}
		return row, nil
	}
}

// fit drops blank cells beyond the header and reports any other difference in
// the number of cells.
func (r *Reader) fit(row *Row) {
	want, got := len(r.header), len(row.Cells)
	if got > want && (Row{Cells: row.Cells[want:]}).Blank() {
		row.Cells = row.Cells[:want]
		return
	}
	hint := "a value that contains the separator or a line break must stand in double quotes"
	row.Err = &Problem{Code: RaggedRow, Line: row.Line, Message: fmt.Sprintf(
		"has %d cells, but the header has %d; %s", got, want, hint)}
}

// readHeader reads the first record, which must be whole.
func (r *Reader) readHeader() error {
	row, err := r.record()
	for err == nil && row.Err == nil && row.Blank() {
		row, err = r.record()
	}
	switch {
	case errors.Is(err, io.EOF):
		return errs.BadRequest("the file is empty; it needs a line with the names of its columns and one line for each record")
	case err != nil:
		return err
	case row.Err != nil:
		return errs.BadRequest("the header, line %d, %s", row.Line, row.Err.Message)
	}
	for i, c := range row.Cells {
		// No name has one, and files that are no text do.
		if at := strings.IndexFunc(c, isControl); at >= 0 {
			return errs.BadRequest("column %d of the header, line %d, contains the control character %U; the file is damaged or no table of text: export it as CSV",
				i+1, row.Line, c[at])
		}
		r.header = append(r.header, strings.TrimSpace(c))
	}
	for r.header[len(r.header)-1] == "" {
		r.header = r.header[:len(r.header)-1]
	}
	return nil
}

func isControl(c rune) bool {
	return c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f
}

// fill makes room and reads until the buffer is full or the text ends. It grows
// the buffer when a record already fills half of it.
func (r *Reader) fill() {
	if r.pos > 0 {
		r.base += int64(r.pos)
		r.end = copy(r.buf, r.buf[r.pos:r.end])
		r.pos = 0
	}
	if r.end > len(r.buf)/2 {
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
	}
	for r.end < len(r.buf) && !r.eof {
		n, err := r.text.Read(r.buf[r.end:])
		r.end += n
		if r.base+int64(r.end) > r.opt.MaxBytes {
			err = errs.New(errs.TooLarge, "request_entity_too_large",
				"the table is larger than %d bytes when decompressed; split it into several files", r.opt.MaxBytes)
		}
		if err != nil {
			r.eof = true
			if !errors.Is(err, io.EOF) {
				r.err = err
			}
		}
	}
}

// finished returns the error to give when no text is left.
func (r *Reader) finished() error {
	if r.err != nil {
		return r.err
	}
	return io.EOF
}

// skipLine drops text up to and with the next line end, however far that is.
func (r *Reader) skipLine() {
	for {
		if i := bytes.IndexByte(r.buf[r.pos:r.end], r.term); i >= 0 {
			r.pos += i + 1
			r.line++
			return
		}
		r.pos = r.end
		if r.eof {
			return
		}
		r.fill()
	}
}

// counter counts the bytes read through it.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
