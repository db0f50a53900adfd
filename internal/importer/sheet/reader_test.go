package sheet

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/errs"
)

// row is a Row as the tests write it: cells joined by "|", the problem's code
// and message behind.
type row struct {
	Line, Number int
	Cells        string
	Code         string
}

func readAll(t testing.TB, in io.Reader, opt Options) (header []string, rows []row, info Info) {
	t.Helper()
	r, err := Open(in, opt)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	for {
		next, err := r.Next()
		if err == io.EOF {
			return r.Header(), rows, r.Info()
		}
		if err != nil {
			t.Fatalf("Next: %v", err)
		}
		got := row{next.Line, next.Number, strings.Join(next.Cells, "|"), ""}
		if next.Err != nil {
			got.Code = fmt.Sprintf("%s %d:%d", next.Err.Code, next.Err.Line, next.Err.Column)
		}
		rows = append(rows, got)
	}
}

func TestRows(t *testing.T) {
	cases := []struct {
		name, in string
		opt      Options
		want     []row
	}{
		{name: "no end of line", in: "a,b\n1,2", want: []row{{2, 1, "1|2", ""}}},
		{name: "blank lines", in: "\n\na,b\n\n1,2\n\n ,\n3,4\n", want: []row{{5, 1, "1|2", ""}, {8, 2, "3|4", ""}}},
		{name: "blank rows kept", in: "a,b\n,\n", opt: Options{KeepBlank: true}, want: []row{{2, 1, "|", ""}}},
		{name: "CRLF", in: "a,b\r\n1,\"2\r\n3\"\r\n4,5\r\n", want: []row{{2, 1, "1|2\n3", ""}, {4, 2, "4|5", ""}}},
		{name: "CR", in: "a,b\r1,\"2\n3\"\r4,5\r", want: []row{{2, 1, "1|2\n3", ""}, {3, 2, "4|5", ""}}},
		{name: "Excel's separator line", in: "sep=;\r\na;b\r\n1,5;2\r\n", want: []row{{3, 1, "1,5|2", ""}}},
		{name: "quoted separator line", in: "\"sep=|\"\na|b\n1;2|3\n", want: []row{{3, 1, "1;2|3", ""}}},
		{name: "doubled quotes", in: "a,b\n\"say \"\"hi\"\"\",\"\"\n", want: []row{{2, 1, `say "hi"|`, ""}}},
		{name: "lone quote inside", in: "a,b\n5\" disk,x\n", want: []row{{2, 1, `5" disk|x`, ""}}},
		{name: "too few", in: "a,b,c\n1,2\n3,4,5\n", want: []row{{2, 1, "1|2", "ragged_row 2:0"}, {3, 2, "3|4|5", ""}}},
		{name: "too many", in: "a,b\n1,2,3\n", want: []row{{2, 1, "1|2|3", "ragged_row 2:0"}}},
		{name: "blank cells too many", in: "a,b,\n1,2, ,\n", want: []row{{2, 1, "1|2", ""}}},
		{name: "text after quote", in: "a,b\n1,\"x\"y,z\n3,4\n", want: []row{{2, 1, `1|"x"y|z`, "bad_quote 2:2"}, {3, 2, "3|4", ""}}},
		{name: "never closed", in: "a,b\n1,\"x\n3,4\n5,6\n", want: []row{{2, 1, `1|"x`, "bad_quote 2:2"}, {3, 2, "3|4", ""}, {4, 3, "5|6", ""}}},
		{name: "closed by a later quote", in: "a,b\n\"1,2\n\"3\",4\n", want: []row{{2, 1, `"1|2`, "bad_quote 2:1"}, {3, 2, "3|4", ""}}},
		{name: "never closed after a good break", in: "a,b,c\n\"1\n2\",\"x,\n3,4,5\n", want: []row{{2, 1, "1\n2|\"x|", "bad_quote 3:2"}, {4, 2, "3|4|5", ""}}},
		{name: "opened in the last line", in: "a,b\n1,\"", want: []row{{2, 1, `1|"`, "bad_quote 2:2"}}},
		{name: "zero byte", in: "a,b\n1,x\x00y\n3,4\n", want: []row{{2, 1, "1|x\x00y", "nul_byte 2:2"}, {3, 2, "3|4", ""}}},
		{name: "broken UTF-8", in: "a,b\nü,é\nx,\xff\n", want: []row{{2, 1, "ü|é", ""}, {3, 2, "x|\xff", "invalid_encoding 3:2"}}},
		{name: "long cell", in: "a,b\n1,123456\n3,4\n", opt: Options{MaxCellBytes: 5}, want: []row{{2, 1, "1|123456", "too_long 2:2"}, {3, 2, "3|4", ""}}},
		{name: "many columns", in: "a,b\n1,2,3,4\n", opt: Options{MaxColumns: 2}, want: []row{{2, 1, "1|2|3|4", "too_long 2:0"}}},
		{name: "tabs", in: "a\tb\n1,2\t3\n", want: []row{{2, 1, "1,2|3", ""}}},
		{name: "one column", in: "email\nx@y.z\n", want: []row{{2, 1, "x@y.z", ""}}},
		{name: "decimal commas", in: "name;price\nA;1,5\nB;2,5\n", want: []row{{2, 1, "A|1,5", ""}, {3, 2, "B|2,5", ""}}},
		{name: "delimiter in quotes of the header", in: "\"a;b;c\",d\n1,2\n", want: []row{{2, 1, "1|2", ""}}},
		{name: "given delimiter", in: "a,b;c\n1;2\n", opt: Options{Delimiter: ';'}, want: []row{{2, 1, "1|2", ""}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, in := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
				_, got, _ := readAll(t, in, c.opt)
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestProblemsSayWhatToDo(t *testing.T) {
	r, err := Open(strings.NewReader("a,b\n1\n1,\"x\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"has 1 cells, but the header has 2; a value that contains the separator or a line break must stand in double quotes",
		"column 2: the quote that opens on line 3 is never closed; close it, or double it if it belongs to the text",
	} {
		row, err := r.Next()
		if err != nil || row.Err == nil || row.Err.Error() != want {
			t.Errorf("got %v, %v; want %q", row.Err, err, want)
		}
	}
}

// TestLongRecords puts lines and quotes without end between good rows.
func TestLongRecords(t *testing.T) {
	opt := Options{MaxRecordBytes: 1000, MaxCellBytes: 1000}
	long := strings.Repeat("x", 1_500_000)
	for name, c := range map[string]struct{ in, code string }{
		"line":           {"1," + long, "too_long 2:0"},
		"line a bit":     {"1," + long[:1100], "too_long 2:0"},
		"line and quote": {"1,y\"" + long, "too_long 2:0"},
		"quote":          {"1,\"" + long, "bad_quote 2:2"},
		"quoted":         {"1,\"" + long[:1100] + "\"", "bad_quote 2:2"},
		"quoted lines":   {"1,\"" + strings.Repeat("y\"\"z", 250), "bad_quote 2:2"},
		"just enough":    {"1,\"" + long[:996] + "\"", ""},
		"bare enough":    {"1," + long[:998], ""},
	} {
		_, got, _ := readAll(t, strings.NewReader("a,b\n"+c.in+"\n3,4\n"), opt)
		if len(got) != 2 || got[0].Line != 2 || got[0].Code != c.code || got[1] != (row{3, 2, "3|4", ""}) {
			t.Errorf("%s: %.300s", name, fmt.Sprint(got))
		}
	}
}

func TestLoneQuoteCostsOneRow(t *testing.T) {
	var in strings.Builder
	in.WriteString("a,b\n1,\"oops\n")
	for i := range 200_000 {
		fmt.Fprintf(&in, "%d,x\n", i)
	}
	_, got, _ := readAll(t, strings.NewReader(in.String()), Options{})
	if len(got) != 200_001 || got[0].Code != "bad_quote 2:2" || got[200_000] != (row{200_002, 200_001, "199999|x", ""}) {
		t.Errorf("%d rows, first %v, last %v", len(got), got[0], got[len(got)-1])
	}
}

func encode(s string, enc Encoding, bom bool) []byte {
	if bom {
		s = "\ufeff" + s
	}
	var out []byte
	switch enc {
	case UTF16LE, UTF16BE:
		var order binary.AppendByteOrder = binary.LittleEndian
		if enc == UTF16BE {
			order = binary.BigEndian
		}
		for _, u := range utf16.Encode([]rune(s)) {
			out = order.AppendUint16(out, u)
		}
	case Windows1252:
		for _, r := range s {
			b := byte(r)
			for i, w := range windows1252 {
				if w == r {
					b = byte(0x80 + i)
				}
			}
			out = append(out, b)
		}
	default:
		out = []byte(s)
	}
	return out
}

func TestEncodings(t *testing.T) {
	const table = "name;note\nZoë;“5 €” Größe\n"
	var late strings.Builder
	late.WriteString("name;note\n")
	for range 300_000 {
		late.WriteString("a;b\n")
	}
	late.WriteString("Zoë;“5 €” Größe\n")
	for _, c := range []struct {
		in   string
		enc  Encoding
		bom  bool
		gzip bool
	}{
		{table, UTF8, false, false}, {table, UTF8, true, false}, {table, UTF16LE, true, false}, {table, UTF16BE, true, false},
		{table, UTF16LE, false, false}, {table, UTF16BE, false, false}, {table, Windows1252, false, false},
		{table, UTF8, true, true}, {table, UTF16LE, true, true}, {table, Windows1252, false, true},
		{late.String(), UTF8, false, false}, {late.String(), Windows1252, false, false}, {late.String(), UTF16BE, false, true},
		{strings.ReplaceAll(table, "Größe", "😀漢字"), UTF16LE, false, false},
	} {
		data := encode(c.in, c.enc, c.bom)
		if c.gzip {
			data = compress(data)
		}
		t.Logf("%s, mark %v, gzip %v", c.enc, c.bom, c.gzip)
		_, rows, info := readAll(t, bytes.NewReader(data), Options{})
		want := Info{Gzip: c.gzip, Encoding: c.enc, BOM: c.bom, Delimiter: ';'}
		last := strings.Split(strings.TrimSpace(c.in), "\n")
		cells := strings.ReplaceAll(last[len(last)-1], ";", "|")
		if info != want || rows[len(rows)-1].Cells != cells || rows[len(rows)-1].Code != "" {
			t.Errorf("want %+v and %q, got %+v and %+v", want, cells, info, rows[len(rows)-1])
		}
	}
}

func TestGivenEncoding(t *testing.T) {
	_, rows, info := readAll(t, strings.NewReader("a,b\nx,\xc3\xa9\n"), Options{Encoding: Windows1252})
	if rows[0].Cells != "x|Ã©" || info.Encoding != Windows1252 {
		t.Errorf("got %v, %+v", rows, info)
	}
	_, err := Open(strings.NewReader("a,b\n"), Options{Encoding: "EBCDIC"})
	if !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), "EBCDIC") {
		t.Errorf("got %v", err)
	}
}

func TestHalfCharacters(t *testing.T) {
	for name, units := range map[string][]byte{
		"lone surrogate": {0x3d, 0xd8, 'x', 0}, "at the end": {0x3d, 0xd8}, "half a unit": {0x41},
	} {
		data := append(encode("a,b\n1,", UTF16LE, true), units...)
		_, rows, _ := readAll(t, bytes.NewReader(data), Options{})
		if len(rows) != 1 || rows[0].Code != "invalid_encoding 2:2" {
			t.Errorf("%s: %v", name, rows)
		}
	}
}

func compress(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Bytes()
}

func TestRefusedFiles(t *testing.T) {
	bomb := compress(bytes.Repeat([]byte("a,b\n"), 1<<20))
	cut := compress([]byte(strings.Repeat(fmt.Sprint("a,b\n", rand.Uint64(), "\n"), 500)))
	for _, c := range []struct {
		in   string
		kind errs.Kind
		want string
	}{
		{"", errs.Invalid, "is empty"},
		{"\xef\xbb\xbf\r\n\r\n", errs.Invalid, "is empty"},
		{"PK\x03\x04rest", errs.Invalid, "Excel"},
		{"a,\"b\n1,2\n", errs.Invalid, "the header, line 1, column 2: the quote"},
		{string(bomb), errs.TooLarge, "larger than 1000000 bytes"},
		{string(cut[:len(cut)-9]), errs.Invalid, "damaged"},
		{"\x1f\x8b\x00", errs.Invalid, "damaged"},
	} {
		r, err := Open(strings.NewReader(c.in), Options{MaxBytes: 1_000_000})
		for err == nil {
			_, err = r.Next()
		}
		if errs.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.20q: got %v, want %s with %q", c.in, err, c.kind, c.want)
		}
	}
}

func TestReadErrorsAreKept(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, in := range []string{"", "a,b\n", "a,b\n1,2\n\"3"} {
		r, err := Open(io.MultiReader(strings.NewReader(in), iotest.ErrReader(broken)), Options{})
		for err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, broken) {
			t.Errorf("%q: got %v", in, err)
		}
	}
}

func TestOffsets(t *testing.T) {
	in := "a,b\nü,2\n\"x\ny\",3\n"
	r, err := Open(strings.NewReader(in), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int64{9, 17} {
		if _, err := r.Next(); err != nil || r.Offset() != want {
			t.Errorf("Offset = %d, %v; want %d", r.Offset(), err, want)
		}
	}
	if r.InputOffset() != int64(len(in)) {
		t.Errorf("InputOffset = %d of %d", r.InputOffset(), len(in))
	}
}

// sameAsStandard reads a well-formed table with encoding/csv too.
func sameAsStandard(t testing.TB, data []byte, comma byte) {
	t.Helper()
	std := csv.NewReader(bytes.NewReader(data))
	std.Comma, std.FieldsPerRecord = rune(comma), -1
	want, err := std.ReadAll()
	if err != nil || len(want) == 0 || (Row{Cells: want[0]}).Blank() {
		return // a header of blanks is passed over
	}
	r, err := Open(bytes.NewReader(data), Options{Delimiter: comma, Encoding: UTF8, KeepBlank: true, MaxCellBytes: 1 << 20})
	if err != nil {
		t.Fatalf("%q: Open: %v; encoding/csv reads %q", data, err, want)
	}
	for i, record := range want[1:] {
		row, err := r.Next()
		if err != nil {
			t.Fatalf("%q: row %d: %v, want %q", data, i, err, record)
		}
		if n := len(r.Header()); len(record) > n && len(row.Cells) == n {
			record = record[:n] // only blank cells were dropped
		}
		if !cmp.Equal(row.Cells, record) || row.Number != i+1 {
			t.Fatalf("%q: row %d is %q, want %q", data, i, row.Cells, record)
		}
	}
	if row, err := r.Next(); err != io.EOF {
		t.Fatalf("%q: there is a row more: %q, %v", data, row.Cells, err)
	}
}

func TestSameAsEncodingCSV(t *testing.T) {
	cell := rapid.StringOfN(rapid.SampledFrom([]rune("ab ,;\"\n\r\tü'")), 0, 6, -1)
	rapid.Check(t, func(r *rapid.T) {
		columns := rapid.IntRange(1, 5).Draw(r, "columns")
		records := rapid.SliceOfN(rapid.SliceOfN(cell, columns, columns), 1, 8).Draw(r, "records")
		records[0] = []string{"h1", "h2", "h3", "h4", "h5"}[:columns]
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.UseCRLF = rapid.Bool().Draw(r, "crlf")
		if err := w.WriteAll(records); err != nil {
			r.Fatal(err)
		}
		sameAsStandard(t, b.Bytes(), ',')
	})
}

func TestSameAsEncodingCSVOverBlocks(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for b.Len() < 5*blockBytes {
		record := make([]string, 4)
		for i := range record {
			record[i] = strings.Repeat([]string{"x", "\"", ",", "\n", "é"}[rnd.IntN(5)], rnd.IntN(200))
		}
		if record[0] = "k"; rnd.IntN(50) == 0 {
			record[1] = strings.Repeat("\n", rnd.IntN(200_000))
		}
		_ = w.Write(record)
		w.Flush()
	}
	sameAsStandard(t, b.Bytes(), ',')
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "sep=;\na;b\n", "\"a\"\"b\",c\r\n\"d\ne\",f\r\n", "a\rb\r", "\xff\xfea\x00,\x00b\x00\n\x00",
		"a,b\n\"x", "a;b\n\xe9;2", "\x1f\x8b\x08", "a,b\n\"1\"2,3\n\n4"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if plainTable(data) {
			sameAsStandard(t, data, ',')
		}
		r, err := Open(bytes.NewReader(data), Options{MaxBytes: 1 << 20, MaxRecordBytes: 500, MaxColumns: 20})
		line := 0
		for err == nil {
			var row Row
			if row, err = r.Next(); err == nil {
				if row.Line <= line || len(row.Cells) != len(r.Header()) && row.Err == nil {
					t.Fatalf("after line %d comes %+v", line, row)
				}
				line = row.Line
			}
		}
		if err != io.EOF && errs.KindOf(err) == errs.Internal {
			t.Fatal(err)
		}
	})
}

// plainTable reports whether data has nothing that encoding/csv does not know.
func plainTable(data []byte) bool {
	for _, s := range []string{"\x00", "\ufeff", "sep="} {
		if bytes.Contains(data, []byte(s)) {
			return false
		}
	}
	return utf8.Valid(data) && lineEnd(data) == '\n' && otherFormat(data) == "" && !bytes.HasPrefix(data, []byte{0x1f, 0x8b})
}

func benchTable(rows int) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"display_name", "external_ref", "email", "phone_numbers", "description", "full_name", "tier", "tags.name", "account_external_reference"})
	for i := range rows {
		description := "Met at the fair; wants the big plan"
		if i%4 == 0 {
			description = `Says "call me", always`
		}
		_ = w.Write([]string{"Ada Lovelace", fmt.Sprintf("usr_%08x", i*2654435761), fmt.Sprintf("ada.lovelace%d@example.com", i),
			fmt.Sprintf("+4930%07d", i), description, "Augusta Ada King", "gold", "vip", fmt.Sprintf("acc_%05d", i%5000)})
	}
	w.Flush()
	return b.Bytes()
}

func BenchmarkReader(b *testing.B) {
	data := benchTable(50_000)
	b.Run("sheet", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			r, err := Open(bytes.NewReader(data), Options{})
			for err == nil {
				_, err = r.Next()
			}
		}
	})
	b.Run("encoding_csv", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			r := csv.NewReader(bytes.NewReader(data))
			r.ReuseRecord = true
			var err error
			for err == nil {
				_, err = r.Read()
			}
		}
	})
}
