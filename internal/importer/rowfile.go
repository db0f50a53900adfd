package importer

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/tag"
)

// A row file holds every row of an import after the first pass, in order:
// valid rows normalised, invalid ones with their problems, so that the third
// pass neither parses nor validates again.

// Row kinds.
const (
	rowValid   byte = 'v'
	rowSpecial byte = 'w' // valid, but if it is new it has to be looked at by itself
	rowInvalid byte = 'x'
	rowSample  byte = 's'

	// markCustom stands with a valid kind where custom values lie before the draft.
	// Rows without any are as they always were.
	markCustom byte = 0x80
)

// entry is one row of the row file.
type entry struct {
	kind    byte
	line    int
	cells   []string // as read; for reports
	draft   draft
	failure []Problem
}

// appendEntry encodes a row.
func appendEntry(b []byte, e *entry) []byte {
	at := len(b)
	b = append(b, 0, 0, 0, 0) // the size comes last
	kind := e.kind
	if e.draft.custom != "" || e.draft.subtype != "" {
		kind |= markCustom
	}
	b = append(b, kind)
	b = binary.AppendUvarint(b, uint64(e.line))
	b = appendStrings(b, e.cells)
	if kind&markCustom != 0 {
		b = appendString(appendString(appendString(b, e.draft.custom), e.draft.given), e.draft.subtype)
	}
	switch e.kind {
	case rowInvalid:
		text, err := json.Marshal(e.failure)
		if err != nil {
			panic(err) // plain structs always encode
		}
		b = append(b, text...)
	case rowValid, rowSpecial:
		b = appendDraft(b, &e.draft)
	}
	binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}

func appendDraft(b []byte, d *draft) []byte {
	for _, s := range []string{d.ref, d.name, d.nameKey, d.fullName, d.about, d.email, d.emailKey} {
		b = appendString(b, s)
	}
	for _, list := range [][]string{d.phones, d.moreRefs, d.moreEmails, d.moreKeys} {
		b = appendStrings(b, list)
	}
	b = appendPlaces(appendPlaces(b, d.places), d.more)
	b = binary.AppendUvarint(b, uint64(len(d.tags)))
	for _, t := range d.tags {
		b = binary.AppendUvarint(b, uint64(t.N))
		b = appendString(b, t.Value)
	}
	b = binary.AppendUvarint(b, uint64(len(d.owners)))
	for _, o := range d.owners {
		b = binary.AppendUvarint(b, uint64(o))
	}
	if d.account == nil {
		return append(b, 0)
	}
	b = append(b, 1)
	b = appendStrings(b, d.account.Refs)
	b = appendStrings(b, d.account.Domains)
	b = appendStrings(b, d.account.Websites)
	return appendString(b, d.account.Tier)
}

func appendPlaces(b []byte, places []place) []byte {
	b = binary.AppendUvarint(b, uint64(len(places)))
	for _, p := range places {
		b = appendString(b, string(p.t))
		b = binary.AppendUvarint(b, uint64(p.n))
	}
	return b
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func appendStrings(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendString(b, s)
	}
	return b
}

// rowReader reads a row file from the start.
type rowReader struct {
	f   *os.File
	r   *bufio.Reader
	row int64
}

func openRows(path string) (*rowReader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return &rowReader{f: f, r: bufio.NewReaderSize(f, 256<<10)}, nil
}

func (r *rowReader) close() error { return r.f.Close() }

// skip passes over the next row, or reports io.EOF.
func (r *rowReader) skip() error {
	size, err := r.size()
	if err != nil {
		return err
	}
	_, err = r.r.Discard(size)
	return err
}

// next appends the next row's entry to buf, or reports io.EOF.
func (r *rowReader) next(buf []byte) ([]byte, error) {
	size, err := r.size()
	if err != nil {
		return buf, err
	}
	from := len(buf)
	buf = slices.Grow(buf, size)[:from+size]
	if _, err := io.ReadFull(r.r, buf[from:]); err != nil {
		return buf, errors.Join(errDamaged, err)
	}
	return buf, nil
}

// size begins the next row.
func (r *rowReader) size() (int, error) {
	var h [4]byte
	if _, err := io.ReadFull(r.r, h[:]); err != nil {
		return 0, err
	}
	r.row++
	return int(binary.LittleEndian.Uint32(h[:])), nil
}

var errDamaged = errors.New("the row file is damaged")

func decodeEntry(text string, e *entry) error {
	d := decoder[string]{s: text}
	kind := d.byte()
	*e = entry{kind: kind &^ markCustom}
	e.line = int(d.int())
	e.cells = decodeStrings(&d)
	if kind&markCustom != 0 {
		e.draft.custom, e.draft.given, e.draft.subtype = d.string(), d.string(), d.string()
	}
	switch e.kind {
	case rowInvalid:
		if d.bad {
			return errDamaged
		}
		return json.Unmarshal([]byte(d.s), &e.failure)
	case rowValid, rowSpecial:
		decodeDraft(&d, &e.draft)
	}
	if d.bad {
		return errDamaged
	}
	return nil
}

// decoder takes values from the front of a row; all values share its memory.
type decoder[T string | []byte] struct {
	s   T
	bad bool
}

func (d *decoder[T]) byte() byte {
	if len(d.s) == 0 {
		d.bad = true
		return 0
	}
	b := d.s[0]
	d.s = d.s[1:]
	return b
}

func (d *decoder[T]) int() int64 {
	var v uint64
	for shift := 0; shift < 64; shift += 7 {
		b := d.byte()
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return int64(v)
		}
	}
	d.bad = true
	return 0
}

func (d *decoder[T]) string() T {
	n := int(d.int())
	if n < 0 || n > len(d.s) {
		d.bad = true
		n = 0
	}
	s := d.s[:n]
	d.s = d.s[n:]
	return s
}

func (d *decoder[T]) count() int {
	n := int(d.int())
	if n < 0 || n > len(d.s) {
		d.bad = true
		return 0
	}
	return n
}

func decodeStrings(d *decoder[string]) []string {
	n := d.count()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = d.string()
	}
	return list
}

func decodeDraft(d *decoder[string], v *draft) {
	for _, p := range []*string{&v.ref, &v.name, &v.nameKey, &v.fullName, &v.about, &v.email, &v.emailKey} {
		*p = d.string()
	}
	for _, p := range []*[]string{&v.phones, &v.moreRefs, &v.moreEmails, &v.moreKeys} {
		*p = decodeStrings(d)
	}
	decodeRefersOf(d, v)
}

// decodeRefers decodes the part of a draft that leads to other records, and
// reports whether it is whole.
func decodeRefers(text string, v *draft) bool {
	d := decoder[string]{s: text}
	decodeRefersOf(&d, v)
	return !d.bad
}

func decodeRefersOf(d *decoder[string], v *draft) {
	for _, p := range []*[]place{&v.places, &v.more} {
		for range d.count() {
			*p = append(*p, place{don.Type(d.string()), d.int()})
		}
	}
	for range d.count() {
		v.tags = append(v.tags, tag.Use{N: d.int(), Value: d.string()})
	}
	for range d.count() {
		v.owners = append(v.owners, d.int())
	}
	if d.byte() == 1 {
		v.account = &accountDraft{Refs: decodeStrings(d), Domains: decodeStrings(d), Websites: decodeStrings(d), Tier: d.string()}
	}
}
