package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

func (t *pgTx) streams() bool { return false }

func (t *pgTx) jsonText(column, member string) string {
	return "(" + jsonMember(column, member) + `) COLLATE "C"`
}

func (t *pgTx) jsonNumber(column, member string) string {
	return "(" + jsonMember(column, member) + ")::float8"
}

func jsonMember(column, member string) string {
	steps := strings.Split(member, ".")
	last := len(steps) - 1
	for i, s := range steps[:last] {
		steps[i] = "'" + s + "'->"
	}
	return "NULLIF(" + column + ", '')::json->" + strings.Join(steps[:last], "") + ">'" + steps[last] + "'"
}

// perValue takes the values as a list: to plan a part for each takes longer than
// all of them run.
func (t *pgTx) perValue(b *builder, values []string, of func(is string) string) string {
	return "SELECT p.n FROM unnest(" + b.arg(values) + "::text[]) k(v) CROSS JOIN LATERAL (" + of(` = k.v COLLATE "C"`) + ") p"
}

func (t *pgTx) jsonItems(column string) string {
	return "json_array_elements(NULLIF(" + column + ", '')::json) j(value)"
}

// lookup keeps the planner from walking an index for each of the numbers, or the
// whole table, where it takes them for many.
func (t *pgTx) lookup(table, n string) string {
	return " CROSS JOIN LATERAL (SELECT * FROM " + table + " o WHERE o.org_id = $1 AND o.n = " + n + " OFFSET 0) t"
}

func (t *pgTx) visit(ctx context.Context, each func(int64) bool, sql string, args ...any) error {
	ns, err := t.numbers(ctx, sql, args...)
	for _, n := range ns {
		if !each(n) {
			break
		}
	}
	return err
}

// numbers has the server pack the numbers into one array: a row of a result
// costs both sides several times what an element costs.
func (t *pgTx) numbers(ctx context.Context, sql string, args ...any) ([]int64, error) {
	rs, err := t.query(ctx, "SELECT array_agg(y.n) FROM ("+sql+") y(n)", args...)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var out []int64
	for rs.Next() {
		if out, err = unpackNumbers(rs.(pgx.Rows).RawValues()[0]); err != nil {
			return nil, err
		}
	}
	return out, rs.Err()
}

// numberSize is how many bytes a number takes in an array, its length included.
const numberSize = 12

// unpackNumbers reads an array of numbers none of which is null.
func unpackNumbers(packed []byte) ([]int64, error) {
	if len(packed) < arrayHeader {
		return nil, nil // null or without elements
	}
	rest := packed[arrayHeader:]
	if len(rest) != numberSize*int(binary.BigEndian.Uint32(packed[12:])) {
		return nil, fmt.Errorf("an array of numbers has %d bytes for %d of them", len(rest), binary.BigEndian.Uint32(packed[12:]))
	}
	out := make([]int64, len(rest)/numberSize)
	for i := range out {
		out[i] = int64(binary.BigEndian.Uint64(rest[i*numberSize+4:]))
	}
	return out, nil
}
