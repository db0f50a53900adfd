package sheet

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/errs"
)

// Encoding is how characters are written as bytes.
type Encoding string

// The encodings that are read.
const (
	UTF8        Encoding = "UTF-8"
	UTF16LE     Encoding = "UTF-16LE"
	UTF16BE     Encoding = "UTF-16BE"
	Windows1252 Encoding = "Windows-1252"

	undecided Encoding = "" // nothing but ASCII so far: UTF-8 or Windows-1252
)

// Encodings lists the encodings that are read.
var Encodings = []Encoding{UTF8, UTF16LE, UTF16BE, Windows1252}

const (
	windowBytes = 4096 // looked at to tell encodings apart
	badByte     = 0xff // stands in decoded text for what is no character
)

// text is a reader of UTF-8, whatever the encoding of src. It decides between
// UTF-8 and Windows-1252 at the first byte outside ASCII, so a file is read
// alike wherever that byte is.
type text struct {
	src  *bufio.Reader
	enc  Encoding
	gzip bool
	raw  *counter
	unit [utf8.UTFMax]byte // a decoded character that did not fit
	left []byte            // of unit, still to be returned
}

// openText finds out compression and encoding and notes them in info.
func openText(raw *counter, opt Options, info *Info) (*text, error) {
	t := &text{src: bufio.NewReaderSize(raw, blockBytes), enc: opt.Encoding, raw: raw}
	head, err := t.src.Peek(8)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, t.wrap(err)
	}
	if what := otherFormat(head); what != "" {
		return nil, errs.BadRequest("the file is %s, not a table of text; export it as CSV", what)
	}
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		zr, err := gzip.NewReader(t.src)
		t.gzip = true
		if err != nil {
			return nil, t.wrap(err)
		}
		t.src = bufio.NewReaderSize(zr, blockBytes)
	}
	info.Gzip = t.gzip
	sample, err := t.src.Peek(windowBytes)
	if err != nil && !errors.Is(err, io.EOF) && len(sample) == 0 {
		return nil, t.wrap(err)
	}
	enc, bom := guessEncoding(sample)
	if info.BOM = bom > 0; info.BOM {
		_, _ = t.src.Discard(bom)
	}
	if t.enc == undecided {
		t.enc = enc
	}
	return t, nil
}

// otherFormat names well-known files that are no text.
func otherFormat(head []byte) string {
	for magic, what := range map[string]string{
		"PK\x03\x04": "an Excel workbook or a zip archive", "\xd0\xcf\x11\xe0": "an old Excel workbook",
		"%PDF": "a PDF", "\x28\xb5\x2f\xfd": "compressed with zstd", "BZh": "compressed with bzip2", "\xfd7zXZ": "compressed with xz",
		"SQLite f": "a SQLite database", "PAR1": "a Parquet file",
		"\x89PNG\r\n": "a picture", "\xff\xd8\xff": "a picture", "GIF8": "a picture",
	} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return what
		}
	}
	return ""
}

// guessEncoding tells the encoding from the first bytes, and the length of the
// byte order mark. UTF-16 without a mark shows by the zero bytes of its ASCII
// characters, which all stand on the same side.
func guessEncoding(b []byte) (enc Encoding, bom int) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return UTF8, 3
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return UTF16LE, 2
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return UTF16BE, 2
	}
	var zero, ascii, breaks [2]int // by parity of the index
	for i := 0; i+1 < len(b); i += 2 {
		for side := range 2 {
			if hi, lo := b[i+side], b[i+1-side]; hi == 0 {
				zero[side]++
				if lo == '\n' || lo == '\r' {
					breaks[side]++
				}
				if lo >= ' ' && lo < 0x7f || lo == '\n' || lo == '\r' || lo == '\t' {
					ascii[side]++
				}
			}
		}
	}
	all := bytes.Count(b, []byte("\n")) + bytes.Count(b, []byte("\r"))
	for side, enc := range []Encoding{UTF16BE, UTF16LE} {
		// At least a twentieth are ASCII, the other side has few zeros,
		// and line breaks are characters, not halves of some.
		if n := ascii[side]; n >= 3 && n*20 > len(b)/2 && zero[1-side]*5 <= zero[side] && breaks[side]*2 >= all {
			return enc, 0
		}
	}
	return undecided, 0
}

// encoding returns the encoding as far as it is known.
func (t *text) encoding() Encoding {
	if t.enc == undecided {
		return UTF8
	}
	return t.enc
}

// Read fills p with UTF-8. What is no character in the encoding becomes a byte
// 0xff, except that UTF-8 itself passes through unchecked.
func (t *text) Read(p []byte) (n int, err error) {
	if len(t.left) > 0 {
		n = copy(p, t.left)
		t.left = t.left[n:]
		return n, nil
	}
	if t.enc == undecided {
		n, err = t.readASCII(p)
	}
	if n == 0 && err == nil {
		switch t.enc {
		case UTF8:
			n, err = t.src.Read(p)
		case Windows1252:
			n, err = t.readSingle(p)
		case UTF16LE:
			n, err = t.readUTF16(p, binary.LittleEndian)
		case UTF16BE:
			n, err = t.readUTF16(p, binary.BigEndian)
		default:
			return 0, errs.NotPermitted("encoding", "%q is not an encoding that can be read; use one of %v", t.enc, Encodings)
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = t.wrap(err)
	}
	return n, err
}

// readASCII copies ASCII. At the first other byte it decides the encoding and
// returns what stands before it.
func (t *text) readASCII(p []byte) (int, error) {
	b, err := t.buffered(1)
	if err != nil {
		return 0, err
	}
	b = b[:min(len(b), len(p))]
	n := asciiPrefix(b)
	if n == 0 {
		b, _ = t.buffered(windowBytes)
		t.enc = decide(b)
		return 0, nil
	}
	copy(p, b[:n])
	_, _ = t.src.Discard(n)
	return n, nil
}

// buffered returns what is buffered, at least n bytes unless the text ends. err
// is not nil when there is nothing.
func (t *text) buffered(n int) ([]byte, error) {
	if b, err := t.src.Peek(n); len(b) < n {
		if len(b) > 0 {
			err = nil
		}
		return b, err
	}
	return t.src.Peek(t.src.Buffered())
}

// asciiPrefix returns how many bytes at the start of b are ASCII.
func asciiPrefix(b []byte) int {
	const high = 0x8080808080808080
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if binary.LittleEndian.Uint64(b[i:])&high != 0 {
			break
		}
	}
	for i < len(b) && b[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// decide tells UTF-8 from Windows-1252 by which of the two the bytes outside
// ASCII are. A character cut off at the end of b counts for neither.
func decide(b []byte) Encoding {
	valid, invalid := 0, 0
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		switch {
		case size > 1:
			valid++
		case r == utf8.RuneError && utf8.FullRune(b):
			invalid++
		}
		b = b[size:]
	}
	if invalid > valid {
		return Windows1252
	}
	return UTF8
}

// windows1252 holds the characters of the bytes 0x80 to 0x9f. The five bytes
// without one stand for control characters, as on the web.
var windows1252 = [32]rune{
	'€', 0x81, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0x8d, 'Ž', 0x8f,
	0x90, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0x9d, 'ž', 'Ÿ',
}

func (t *text) readSingle(p []byte) (n int, err error) {
	b, err := t.buffered(1)
	if err != nil {
		return 0, err
	}
	used := 0
	for _, c := range b {
		r := rune(c)
		if c >= 0x80 && c < 0xa0 {
			r = windows1252[c-0x80]
		}
		used++
		if n = t.put(p, n, r); n == len(p) {
			break
		}
	}
	_, _ = t.src.Discard(used)
	return n, nil
}

func (t *text) readUTF16(p []byte, order binary.ByteOrder) (n int, err error) {
	b, err := t.buffered(4)
	if err != nil {
		return 0, err
	}
	used := 0
	for len(b)-used >= 2 && n < len(p) {
		r := rune(order.Uint16(b[used:]))
		if utf16.IsSurrogate(r) {
			if len(b)-used < 4 && len(b) >= 4 {
				break // the other half comes with the next read
			}
			low := rune(0)
			if len(b)-used >= 4 {
				low = rune(order.Uint16(b[used+2:]))
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				used += 2
			} else {
				r = badByte - 0x100
			}
		}
		used += 2
		n = t.put(p, n, r)
	}
	if len(b) == 1 { // half a unit at the very end
		used = 1
		n = t.put(p, n, badByte-0x100)
	}
	_, _ = t.src.Discard(used)
	return n, nil
}

// put writes r to p at n and returns the new n; what does not fit is kept for
// the next Read. A negative r is no character.
func (t *text) put(p []byte, n int, r rune) int {
	if r >= 0 && r < utf8.RuneSelf {
		p[n] = byte(r)
		return n + 1
	}
	size := 1
	if r < 0 {
		t.unit[0] = badByte
	} else {
		size = utf8.EncodeRune(t.unit[:], r)
	}
	k := copy(p[n:], t.unit[:size])
	t.left = t.unit[k:size]
	return n + k
}

// wrap gives a failed read a message for people.
func (t *text) wrap(err error) error {
	var corrupt flate.CorruptInputError
	if t.gzip && (errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &corrupt)) {
		return errs.BadRequest("the gzip data is damaged or cut off after about %d bytes; compress or transfer the file again", t.raw.n).Because(err)
	}
	return fmt.Errorf("read table: %w", err)
}
