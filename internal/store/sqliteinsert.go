package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// Bulk inserts into SQLite. Binding a value costs about as much as storing it,
// so a statement takes many rows, and what they have in common is bound once.

const (
	// statementValues is how many values one statement binds: enough to make the
	// cost of starting it small.
	statementValues = 400
	// statementRows bounds the rows of a statement.
	statementRows = 200
)

func (c *sqliteConn) insert(ctx context.Context, t table, m clash, count int, fill func(int, *record)) ([]int, error) {
	if m == report {
		return c.insertEach(t, count, fill)
	}
	own := len(t.cols) - len(t.alike)
	per := min(statementRows, max(1, statementValues/own))
	buf := &rowBuffer{width: len(t.cols)}
	r := &record{bind: buf}
	for from := 0; from < count; from += per {
		for per > count-from {
			per = (per + 1) / 2 // few sizes, so that their statements stay prepared
		}
		buf.cells = buf.cells[:0]
		for i := range per {
			fill(from+i, r)
		}
		if err := c.insertRows(t, m, buf, per); err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (c *sqliteConn) insertRows(t table, m clash, buf *rowBuffer, count int) error {
	common := buf.common(t.alike)
	st, err := c.prepareInsert(insertShape{t.name, len(t.cols), m != refuse, count, common}, t)
	if err != nil {
		return err
	}
	at := 0
	for i, cell := range buf.cells {
		if col := i % buf.width; i >= buf.width && common&(1<<col) != 0 {
			continue
		}
		at++
		if err = cell.bind(st.s, at); err != nil {
			break
		}
	}
	if err == nil {
		err = st.s.Exec()
	}
	return errors.Join(err, st.done())
}

// insertEach inserts row by row and returns the indexes of those that stood.
func (c *sqliteConn) insertEach(t table, count int, fill func(int, *record)) ([]int, error) {
	buf := &rowBuffer{width: len(t.cols)}
	r := &record{bind: buf}
	var stood []int
	for i := range count {
		buf.cells = buf.cells[:0]
		fill(i, r)
		if err := c.insertRows(t, ignore, buf, 1); err != nil {
			return nil, err
		}
		if c.c.Changes() == 0 {
			stood = append(stood, i)
		}
	}
	return stood, nil
}

// insertShape is what tells the statements of bulk inserts apart.
type insertShape struct {
	table  string
	width  int // how many of its columns
	skip   bool
	count  int
	common uint32 // bits of the columns that are the same in all rows
}

// prepareInsert returns the shape's statement; its text is built once.
func (c *sqliteConn) prepareInsert(s insertShape, t table) (*sqliteStmt, error) {
	text, known := c.inserts[s]
	if !known {
		if len(c.inserts) >= maxStatements {
			clear(c.inserts)
		}
		text = s.text(t)
		c.inserts[s] = text
	}
	return c.prepare(text)
}

// text numbers its parameters in the order in which they are bound: the first
// row has all, further rows only what is their own. A statement that fails is
// undone with its transaction, so SQLite need not keep pages for undoing it alone.
func (s insertShape) text(t table) string {
	var b strings.Builder
	b.WriteString("INSERT OR FAIL INTO " + t.name + " (" + t.names() + ") VALUES ")
	next := 0
	for row := range s.count {
		sep := "("
		if row > 0 {
			sep = ", ("
		}
		for col := range t.cols {
			at := col + 1
			if row == 0 || s.common&(1<<col) == 0 {
				next++
				at = next
			}
			b.WriteString(sep + "?" + strconv.Itoa(at))
			sep = ", "
		}
		b.WriteByte(')')
	}
	if s.skip {
		b.WriteString(" ON CONFLICT DO NOTHING")
	}
	return b.String()
}

// rowBuffer gathers the cells of the rows of one statement.
type rowBuffer struct {
	width int
	cells []cell
}

func (b *rowBuffer) bindInt(v int64)      { b.cells = append(b.cells, cell{kind: intCell, num: v}) }
func (b *rowBuffer) bindText(v []byte)    { b.cells = append(b.cells, cell{kind: textCell, text: v}) }
func (b *rowBuffer) bindBlob(v []byte)    { b.cells = append(b.cells, cell{kind: blobCell, text: v}) }
func (b *rowBuffer) bindTime(t time.Time) { b.cells = append(b.cells, cell{kind: timeCell, time: t}) }
func (b *rowBuffer) bindBool(v bool) {
	n := int64(0)
	if v {
		n = 1
	}
	b.bindInt(n)
}

// common returns which of the columns have the same value in every row.
func (b *rowBuffer) common(alike []int) (bits uint32) {
	if len(b.cells) <= b.width {
		return 0
	}
	for _, col := range alike {
		same := true
		for at := col + b.width; at < len(b.cells) && same; at += b.width {
			same = b.cells[at].equal(&b.cells[col])
		}
		if same {
			bits |= 1 << col
		}
	}
	return bits
}

// cell is one value of a row.
type cell struct {
	kind cellKind
	num  int64
	text []byte
	time time.Time
}

type cellKind byte

const (
	intCell cellKind = iota
	textCell
	blobCell
	timeCell
)

func (c *cell) equal(d *cell) bool {
	return c.num == d.num && c.time.Equal(d.time) && string(c.text) == string(d.text)
}

func (c *cell) bind(s *sqlite3.Stmt, at int) error {
	switch c.kind {
	case intCell:
		return s.BindInt64(at, c.num)
	case textCell:
		if len(c.text) == 0 {
			return s.BindText(at, "") // a nil slice would bind NULL
		}
		return s.BindRawText(at, c.text)
	case blobCell:
		if len(c.text) == 0 {
			return s.BindZeroBlob(at, 0) // a nil slice would bind NULL
		}
		return s.BindBlob(at, c.text)
	case timeCell:
		return s.BindText(at, formatTime(c.time))
	}
	return fmt.Errorf("a cell of kind %d", c.kind)
}
