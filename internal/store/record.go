package store

import (
	"encoding/binary"
	"time"
)

// record takes the fields of one row of a bulk insert, in the order of the
// table's columns. On SQLite it binds them to a statement, on PostgreSQL it
// writes COPY's binary form; neither boxes a value.
type record struct {
	bind sink
	copy []byte // PostgreSQL: the row so far
}

// sink is a statement that takes values by position.
type sink interface {
	bindInt(v int64)
	bindText(v []byte)
	bindBlob(v []byte)
	bindBool(v bool)
	bindTime(t time.Time)
}

// Int adds a BIGINT.
func (r *record) Int(v int64) {
	if r.bind != nil {
		r.bind.bindInt(v)
		return
	}
	r.copy = binary.BigEndian.AppendUint32(r.copy, 8)
	r.copy = binary.BigEndian.AppendUint64(r.copy, uint64(v))
}

// Small adds a SMALLINT.
func (r *record) Small(v int16) {
	if r.bind != nil {
		r.bind.bindInt(int64(v))
		return
	}
	r.copy = binary.BigEndian.AppendUint32(r.copy, 2)
	r.copy = binary.BigEndian.AppendUint16(r.copy, uint16(v))
}

// Text adds a TEXT.
func (r *record) Text(v string) { r.Bytes(bytesOf(v)) }

// Bytes is Text for text that is no string yet.
func (r *record) Bytes(v []byte) {
	if r.bind != nil {
		r.bind.bindText(v)
		return
	}
	r.raw(v)
}

// Blob adds a BYTEA.
func (r *record) Blob(v []byte) {
	if r.bind != nil {
		r.bind.bindBlob(v)
		return
	}
	r.raw(v)
}

func (r *record) raw(v []byte) {
	r.copy = binary.BigEndian.AppendUint32(r.copy, uint32(len(v)))
	r.copy = append(r.copy, v...)
}

// Bool adds a BOOLEAN.
func (r *record) Bool(v bool) {
	if r.bind != nil {
		r.bind.bindBool(v)
		return
	}
	r.copy = binary.BigEndian.AppendUint32(r.copy, 1)
	if v {
		r.copy = append(r.copy, 1)
	} else {
		r.copy = append(r.copy, 0)
	}
}

// pgEpoch is where PostgreSQL counts its microseconds from.
var pgEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Time adds a TIMESTAMPTZ.
func (r *record) Time(t time.Time) {
	if r.bind != nil {
		r.bind.bindTime(t)
		return
	}
	r.copy = binary.BigEndian.AppendUint32(r.copy, 8)
	r.copy = binary.BigEndian.AppendUint64(r.copy, uint64(t.Sub(pgEpoch).Microseconds()))
}
