package store

import (
	"context"
	"encoding/binary"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// packedArray is a one-dimensional array in PostgreSQL's binary form.
type packedArray []byte

// elementTypes are the types that the columns of bulk inserts have.
var elementTypes = map[string]uint32{
	"bigint": pgtype.Int8OID, "smallint": pgtype.Int2OID, "text": pgtype.TextOID, "boolean": pgtype.BoolOID, "timestamptz": pgtype.TimestamptzOID,
	"bytea": pgtype.ByteaOID,
}

// arrayHeader is how many bytes stand before the first element: dimensions,
// flags, type, length and lower bound, of four bytes each.
const arrayHeader = 20

// packRows turns rows into one array a column. A row as COPY has it is its fields,
// each behind its length, and so is an array.
func packRows(t table, count int, fill func(int, *record)) []any {
	columns := make([]packedArray, len(t.cols))
	var r record
	for i := range count {
		r.copy = r.copy[:0]
		fill(i, &r)
		rest := r.copy
		for c := range columns {
			size := 4 + binary.BigEndian.Uint32(rest)
			if i == 0 {
				columns[c] = make(packedArray, arrayHeader, arrayHeader+count*(int(size)+8))
			}
			columns[c] = append(columns[c], rest[:size]...)
			rest = rest[size:]
		}
	}
	args := make([]any, len(columns))
	for c, a := range columns {
		binary.BigEndian.PutUint32(a, 1)
		binary.BigEndian.PutUint32(a[8:], elementTypes[t.cols[c].typ])
		binary.BigEndian.PutUint32(a[12:], uint32(count))
		binary.BigEndian.PutUint32(a[16:], 1)
		args[c] = a
	}
	return args
}

// keysOf spells the primary keys of packed rows as returning does.
func keysOf(t table, args []any, count int) []string {
	keys := make([]string, count)
	for p, c := range t.key {
		rest := args[c].(packedArray)[arrayHeader:]
		for i := range keys {
			size := binary.BigEndian.Uint32(rest)
			value := string(rest[4 : 4+size])
			if t.cols[c].typ == "bigint" {
				value = strconv.FormatInt(int64(binary.BigEndian.Uint64([]byte(value))), 10)
			}
			if p > 0 {
				value = "\x1f" + value
			}
			keys[i] += value
			rest = rest[4+size:]
		}
	}
	return keys
}

// passArrays makes a connection send packed arrays as they are.
func passArrays(_ context.Context, conn *pgx.Conn) error {
	types := conn.TypeMap()
	for _, oid := range elementTypes {
		element, _ := types.TypeForOID(oid)
		array, _ := types.TypeForName("_" + element.Name)
		types.RegisterType(&pgtype.Type{Name: array.Name, OID: array.OID, Codec: passingCodec{array.Codec}})
	}
	return nil
}

type passingCodec struct{ pgtype.Codec }

// PlanEncode is pgtype.Codec's.
func (c passingCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.(packedArray); ok && format == pgtype.BinaryFormatCode {
		return passingPlan{}
	}
	return c.Codec.PlanEncode(m, oid, format, value)
}

type passingPlan struct{}

// Encode is pgtype.EncodePlan's.
func (passingPlan) Encode(value any, buf []byte) ([]byte, error) {
	return append(buf, value.(packedArray)...), nil
}

// arrayShape is what tells the statements that insert packed rows apart.
type arrayShape struct {
	table string
	cols  int // a table may be inserted into without its last columns
	mode  clash
}

var arrayInserts sync.Map // arrayShape → string

// arrayInsert returns the statement that inserts packed rows; its text is built once.
func arrayInsert(t table, m clash) string {
	shape := arrayShape{t.name, len(t.cols), m}
	if text, known := arrayInserts.Load(shape); known {
		return text.(string)
	}
	text := shape.text(t)
	arrayInserts.Store(shape, text)
	return text
}

func (s arrayShape) text(t table) string {
	switch s.mode {
	case report:
		return unnestText(t, returning(t))
	case ignore:
		return unnestText(t, "") + " ON CONFLICT DO NOTHING"
	default:
		return unnestText(t, "")
	}
}
