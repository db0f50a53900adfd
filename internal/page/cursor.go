package page

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/errs"
)

// A cursor is, in base64url without padding:
//
//	version, 1 byte
//	list, 12 bytes of hash
//	flags, 1 byte
//	values: bound if flagged, then the keys, each a tag byte and its content
//	MAC, 16 bytes over all before it
const (
	version   = 1
	listSize  = 12
	macSize   = 16
	headSize  = 1 + listSize + 1
	maxText   = 8192 // characters of an encoded cursor
	maxKeys   = 16
	flagBack  = 1
	flagBound = 2
)

// List identifies a list: an operation of an org with its filter and sort. A
// cursor is good only for the list it came from.
type List [listSize]byte

// ListOf returns the identity of a list. Everything that decides which rows are
// in it and in which order belongs in parts: the org, the filter, the sort; not
// the cursor, limit and mode. Parts must have a JSON form, else ListOf panics.
func ListOf(operation string, parts ...any) List {
	h := sha256.New()
	for _, part := range append([]any{operation}, parts...) {
		text, err := json.Marshal(part)
		if err != nil {
			panic(fmt.Sprintf("page: a list of %s: %v", operation, err))
		}
		h.Write(text)
		h.Write([]byte{0})
	}
	return List(h.Sum(nil)[:listSize])
}

// Cursor names the row at the edge of a page. Keys are its sort key values, in
// the order of the sort: nil, bool, int64, float64, string or time.Time. Bound
// is one more such value, for lists that must not see what was written after
// they began; nil when there is none. Back tells a prev_cursor from a
// next_cursor.
type Cursor struct {
	Keys  []any
	Bound any
	Back  bool
}

// Codec writes and reads cursors under a key. It is safe for concurrent use.
type Codec struct{ key []byte }

// NewCodec returns a codec for a secret of at least 16 bytes; it panics on a
// shorter one. The secret may serve other ends too, for the codec derives a key
// of its own from it.
func NewCodec(secret []byte) *Codec {
	if len(secret) < 16 {
		panic("page: the secret for cursors is shorter than 16 bytes")
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("kith page cursor"))
	return &Codec{key: mac.Sum(nil)}
}

// Encode returns the text of a cursor into a list. It panics on a key of a type
// that Cursor does not name, and on more than 16 keys.
func (c *Codec) Encode(list List, cur Cursor) string {
	if len(cur.Keys) > maxKeys {
		panic("page: a cursor has too many keys")
	}
	buf := make([]byte, 0, 128)
	buf = append(append(buf, version), list[:]...)
	var flags byte
	if cur.Back {
		flags |= flagBack
	}
	if cur.Bound != nil {
		flags |= flagBound
	}
	buf = append(buf, flags)
	if cur.Bound != nil {
		buf = appendValue(buf, cur.Bound)
	}
	for _, k := range cur.Keys {
		buf = appendValue(buf, k)
	}
	return base64.RawURLEncoding.EncodeToString(append(buf, c.mac(buf)...))
}

func (c *Codec) mac(data []byte) []byte {
	mac := hmac.New(sha256.New, c.key)
	mac.Write(data)
	return mac.Sum(nil)[:macSize]
}

// Decode reads a cursor that Encode made for the same list. Everything else, a
// cursor of another list or one changed by as little as a bit, is bad_request
// on the field cursor. Times come back in UTC.
func (c *Codec) Decode(list List, text string) (Cursor, error) {
	if len(text) > maxText || strings.ContainsAny(text, "\r\n") { // the decoder would skip line breaks
		return Cursor{}, damaged()
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(data) < headSize+macSize {
		return Cursor{}, damaged()
	}
	data, sum := data[:len(data)-macSize], data[len(data)-macSize:]
	if subtle.ConstantTimeCompare(c.mac(data), sum) != 1 {
		return Cursor{}, damaged()
	}
	if data[0] != version {
		return Cursor{}, refuse("was made by another version of the server; begin again at the first page")
	}
	if List(data[1:1+listSize]) != list {
		return Cursor{}, refuse("belongs to a different list; send it with the filter and sort_by it came from, or begin again at the first page")
	}
	return read(data[1+listSize], data[headSize:])
}

func read(flags byte, data []byte) (Cursor, error) {
	cur := Cursor{Back: flags&flagBack != 0}
	if flags&flagBound != 0 {
		var ok bool
		if cur.Bound, data, ok = takeValue(data); !ok {
			return Cursor{}, damaged()
		}
	}
	for len(data) > 0 {
		v, rest, ok := takeValue(data)
		if !ok || len(cur.Keys) == maxKeys {
			return Cursor{}, damaged()
		}
		cur.Keys, data = append(cur.Keys, v), rest
	}
	return cur, nil
}

func damaged() error {
	return refuse("is damaged or not from this server; begin again at the first page")
}

func refuse(reason string) error {
	e := errs.BadRequest("%s", reason)
	e.Field = "cursor"
	return e
}

// Tags of the values.
const (
	tagNull byte = iota
	tagFalse
	tagTrue
	tagInt
	tagFloat
	tagText
	tagTime
)

func appendValue(buf []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(buf, tagNull)
	case bool:
		if v {
			return append(buf, tagTrue)
		}
		return append(buf, tagFalse)
	case int64:
		return binary.AppendVarint(append(buf, tagInt), v)
	case float64:
		return binary.BigEndian.AppendUint64(append(buf, tagFloat), math.Float64bits(v))
	case string:
		buf = binary.AppendUvarint(append(buf, tagText), uint64(len(v)))
		return append(buf, v...)
	case time.Time:
		buf = binary.AppendVarint(append(buf, tagTime), v.Unix())
		return binary.AppendUvarint(buf, uint64(v.Nanosecond()))
	default:
		panic(fmt.Sprintf("page: a cursor cannot hold a %T", v))
	}
}

// takeValue reads the first value of data, which is not empty and whose MAC has
// been checked; ok is false when it is none all the same.
func takeValue(data []byte) (v any, rest []byte, ok bool) {
	if len(data) == 0 {
		return nil, nil, false
	}
	tag, data := data[0], data[1:]
	switch tag {
	case tagNull:
		return nil, data, true
	case tagFalse, tagTrue:
		return tag == tagTrue, data, true
	case tagInt:
		n, size := binary.Varint(data)
		return n, data[max(size, 0):], size > 0
	case tagFloat:
		if len(data) < 8 {
			return nil, nil, false
		}
		return math.Float64frombits(binary.BigEndian.Uint64(data)), data[8:], true
	case tagText:
		n, size := binary.Uvarint(data)
		if size <= 0 || n > uint64(len(data)-size) {
			return nil, nil, false
		}
		return string(data[size : size+int(n)]), data[size+int(n):], true
	case tagTime:
		return takeTime(data)
	default:
		return nil, nil, false
	}
}

func takeTime(data []byte) (any, []byte, bool) {
	sec, a := binary.Varint(data)
	if a <= 0 {
		return nil, nil, false
	}
	nano, b := binary.Uvarint(data[a:])
	if b <= 0 || nano >= 1e9 {
		return nil, nil, false
	}
	return time.Unix(sec, int64(nano)).UTC(), data[a+b:], true
}
