package sheet

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// record reads one record, passing over empty lines. It returns io.EOF or a
// fatal error when there is none.
func (r *Reader) record() (Row, error) {
	for scanned := 0; ; { // bytes after pos known to hold no line end
		text := r.buf[r.pos:r.end]
		i := bytes.IndexByte(text[scanned:], r.term)
		if i < 0 && !r.eof {
			if scanned = len(text); scanned > r.opt.MaxRecordBytes {
				return r.overlong(text)
			}
			r.fill()
			continue
		}
		if i < 0 && (len(text) == 0 || r.err != nil) {
			return Row{}, r.finished()
		}
		size := len(text)
		if i >= 0 {
			text, size = text[:scanned+i], scanned+i+1
		}
		text = r.trimCR(text)
		switch {
		case len(text) == 0:
			r.advance(size, 1)
			scanned = 0
		case len(text) > r.opt.MaxRecordBytes:
			return r.overlong(text)
		case bytes.IndexByte(text, '"') < 0:
			row := r.check(r.split(text), Row{Line: r.line})
			r.advance(size, 1)
			return row, nil
		default:
			return r.quoted()
		}
	}
}

func (r *Reader) advance(size, lines int) {
	r.pos += size
	r.line += lines
}

// trimCR removes the first half of a CRLF.
func (r *Reader) trimCR(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' && r.term == '\n' {
		return line[:n-1]
	}
	return line
}

// split makes cells of a line without regard to quotes and returns the string
// they share. It looks at eight bytes at a time, which for the short cells of
// real tables is much faster than a search for each.
func (r *Reader) split(line []byte) string {
	rec := string(line)
	cells := r.cells[:0]
	start, i := 0, 0
	delimiter := r.info.Delimiter
	for ; i+8 <= len(line); i += 8 {
		for m := matches(binary.LittleEndian.Uint64(line[i:]), delimiter); m != 0; m &= m - 1 {
			at := i + bits.TrailingZeros64(m)>>3
			cells = append(cells, rec[start:at])
			start = at + 1
		}
		if len(cells) > r.opt.MaxColumns {
			break
		}
	}
	for ; i < len(line) && len(cells) <= r.opt.MaxColumns; i++ {
		if line[i] == delimiter {
			cells = append(cells, rec[start:i])
			start = i + 1
		}
	}
	r.cells = append(cells, rec[start:])
	return rec
}

// matches returns word with the high bit set in each byte that is c, and no
// other bit.
func matches(word uint64, c byte) uint64 {
	const low7 = 0x7f7f7f7f7f7f7f7f
	word ^= 0x0101010101010101 * uint64(c)
	return ^(word&low7 + low7 | word | low7)
}

// check completes a row with the cells just split, which share rec, and looks
// for what no cell may hold.
func (r *Reader) check(rec string, row Row) Row {
	row.Cells = r.cells
	switch {
	case row.Err != nil:
	case len(r.cells) > r.opt.MaxColumns:
		row.Err = &Problem{Code: TooLong, Line: row.Line, Message: fmt.Sprintf("has more than %d cells; remove columns", r.opt.MaxColumns)}
	case len(rec) > r.opt.MaxCellBytes:
		row.Err = r.cellProblem(row.Line, TooLong, fmt.Sprintf("is longer than %d bytes; shorten it", r.opt.MaxCellBytes),
			func(c string) bool { return len(c) > r.opt.MaxCellBytes })
	}
	if row.Err == nil && strings.IndexByte(rec, 0) >= 0 {
		row.Err = r.cellProblem(row.Line, NulByte, "contains a zero byte; the file is damaged there or is no text",
			func(c string) bool { return strings.IndexByte(c, 0) >= 0 })
	}
	if row.Err == nil && !utf8.ValidString(rec) {
		row.Err = r.cellProblem(row.Line, BadEncoding, fmt.Sprintf("has bytes that are not %s text; save the file as UTF-8", r.text.encoding()),
			func(c string) bool { return !utf8.ValidString(c) })
	}
	return row
}

// cellProblem reports the first cell that is bad, or nil.
func (r *Reader) cellProblem(line int, code, message string, bad func(string) bool) *Problem {
	for i, c := range r.cells {
		if bad(c) {
			return &Problem{Code: code, Line: line, Column: i + 1, Message: fmt.Sprintf("column %d %s", i+1, message)}
		}
	}
	return nil
}

// overlong passes over a line that is longer than a record may be. Its row has
// no cells.
func (r *Reader) overlong(text []byte) (Row, error) {
	if bytes.IndexByte(text[:r.opt.MaxRecordBytes], '"') >= 0 {
		return r.quoted()
	}
	row := r.overlongRow()
	r.skipLine()
	return row, nil
}

func (r *Reader) overlongRow() Row {
	return Row{Line: r.line, Err: &Problem{Code: TooLong, Line: r.line,
		Message: fmt.Sprintf("is longer than %d bytes; check that its lines end where they should", r.opt.MaxRecordBytes)}}
}

// quoted reads a record that has a quote.
func (r *Reader) quoted() (Row, error) {
	for {
		text := r.buf[r.pos:r.end]
		whole := r.eof && r.err == nil
		if limit := r.window(); len(text) > limit {
			text, whole = text[:limit], false
		}
		s := scan{Reader: r, text: text, whole: whole, lineEnd: -1}
		switch s.record() {
		case complete:
			row := r.check(s.collect(), Row{Line: r.line})
			r.advance(s.at, s.lines+1)
			return row, nil
		case misquoted:
			return s.giveUp(), nil
		case unfinished:
			if r.eof && r.err != nil {
				return Row{}, r.err
			}
			if len(text) == r.window() {
				row := r.overlongRow()
				r.advance(s.at, s.lines)
				r.skipLine()
				return row, nil
			}
			r.fill()
		}
	}
}

// window is how much text is looked at for one record: the longest record and
// the end of its line.
func (r *Reader) window() int { return r.opt.MaxRecordBytes + len("\r\n") }

// A scan goes once over the text of a record with quotes, which starts at
// text[0].
type scan struct {
	*Reader
	text    []byte
	whole   bool // nothing follows text
	at      int  // read so far; after a complete record, its size
	lines   int  // line ends in quotes so far
	lineEnd int  // index of the line end at or after at; -1 when not known
	opened  int  // index of the last opening quote
	above   int  // lines when it opened
	problem *Problem
}

type outcome int

const (
	complete   outcome = iota
	unfinished         // more text is needed
	misquoted          // problem says where
)

// record reads cells into arena until the record ends.
func (s *scan) record() outcome {
	s.arena, s.ends = s.arena[:0], s.ends[:0]
	for {
		var last bool
		var o outcome
		if s.at < len(s.text) && s.text[s.at] == '"' {
			last, o = s.quotedCell()
		} else {
			last, o = s.plainCell()
		}
		if o != complete {
			return o
		}
		s.ends = append(s.ends, len(s.arena))
		if last {
			return complete
		}
	}
}

// plainCell reads a cell that does not start with a quote; quotes further in
// stand for themselves, as in spreadsheets.
func (s *scan) plainCell() (last bool, o outcome) {
	cell := s.text[s.at:]
	if s.lineEnd < s.at {
		if i := bytes.IndexByte(cell, s.term); i >= 0 {
			s.lineEnd = s.at + i
		} else if s.whole {
			s.lineEnd = len(s.text)
		}
	}
	if s.lineEnd >= s.at {
		cell = s.text[s.at:s.lineEnd]
	}
	if i := bytes.IndexByte(cell, s.info.Delimiter); i >= 0 {
		s.arena = append(s.arena, cell[:i]...)
		s.at += i + 1
		return false, complete
	}
	if s.lineEnd < s.at {
		return false, unfinished
	}
	s.arena = append(s.arena, s.trimCR(cell)...)
	s.at = min(s.lineEnd+1, len(s.text))
	return true, complete
}

// quotedCell reads a cell from its opening quote to the separator behind its
// closing one.
func (s *scan) quotedCell() (last bool, o outcome) {
	s.opened, s.above = s.at, s.lines
	s.at++
	for {
		i := bytes.IndexByte(s.text[s.at:], '"')
		if i < 0 {
			if !s.whole && len(s.text) < s.window() {
				return false, unfinished
			}
			what := "is never closed"
			if !s.whole {
				what = fmt.Sprintf("is not closed within %d bytes", s.opt.MaxRecordBytes)
			}
			return false, s.misquote(what + "; close it, or double it if it belongs to the text")
		}
		s.quotedText(s.text[s.at : s.at+i])
		s.at += i + 1
		switch {
		case s.at == len(s.text) && !s.whole:
			return false, unfinished
		case s.at < len(s.text) && s.text[s.at] == '"':
			s.arena = append(s.arena, '"')
			s.at++
		default:
			return s.afterQuote()
		}
	}
}

// afterQuote reads what follows a closing quote: a separator, a line end or the
// end of the text.
func (s *scan) afterQuote() (last bool, o outcome) {
	rest := s.text[s.at:]
	if len(rest) > 0 && rest[0] == '\r' && s.term == '\n' {
		if len(rest) == 1 && !s.whole {
			return false, unfinished
		}
		if len(rest) == 1 || rest[1] == '\n' {
			s.at++
			rest = rest[1:]
		}
	}
	switch {
	case len(rest) == 0:
		return true, complete
	case rest[0] == s.term:
		s.at++
		return true, complete
	case rest[0] == s.info.Delimiter:
		s.at++
		return false, complete
	}
	return false, s.misquote("closes before the end of its cell; double the quotes that belong to the text")
}

// quotedText adds text from inside quotes; line breaks become "\n".
func (s *scan) quotedText(b []byte) {
	s.lines += bytes.Count(b, []byte{s.term})
	if s.term == '\n' && bytes.IndexByte(b, '\r') >= 0 {
		b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	}
	s.arena = append(s.arena, b...)
}

// misquote reports the quote opened last.
func (s *scan) misquote(what string) outcome {
	line, column := s.Reader.line+s.above, len(s.ends)+1
	s.problem = &Problem{Code: BadQuote, Line: line, Column: column,
		Message: fmt.Sprintf("column %d: the quote that opens on line %d %s", column, line, what)}
	return misquoted
}

// collect makes cells of the arena and returns the string they share.
func (s *scan) collect() string {
	rec := string(s.arena)
	s.cells = s.cells[:0]
	start := 0
	for _, end := range s.ends {
		s.cells = append(s.cells, rec[start:end])
		start = end
	}
	return rec
}

// giveUp ends the record with the line on which the misplaced quote opened, so
// that the quote does not take the rest of the file with it. The row's last
// cells are the raw rest of that line.
func (s *scan) giveUp() Row {
	row := Row{Line: s.Reader.line, Err: s.problem}
	rest := s.text[s.opened:]
	end := bytes.IndexByte(rest, s.term)
	if end >= 0 {
		rest = rest[:end]
	}
	s.arena = s.arena[:s.lastEnd()]
	s.collect()
	done := append([]string(nil), s.cells...)
	s.split(s.trimCR(rest))
	row.Cells = append(done, s.cells...)
	if end >= 0 {
		s.advance(s.opened+end+1, s.above+1)
		return row
	}
	s.advance(s.opened, s.above)
	s.skipLine()
	return row
}

func (s *scan) lastEnd() int {
	if len(s.ends) == 0 {
		return 0
	}
	return s.ends[len(s.ends)-1]
}
