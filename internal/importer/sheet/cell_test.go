package sheet

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSplitArray(t *testing.T) {
	for in, want := range map[string][]string{
		"":                        nil,
		" , ,,":                   nil,
		"a, b ,c":                 {"a", "b", "c"},
		"`Acme, Inc.`, Globex":    {"Acme, Inc.", "Globex"},
		" `a,b` ":                 {"a,b"},
		"lone ` here, b":          {"lone ` here", "b"},
		"`lone at the start, b":   {"`lone at the start", "b"},
		"a`b, c`d":                {"a`b", "c`d"},
		"`a`b, c":                 {"`a`b", "c"},
		"`a``b, c`":               {"a`b, c"},
		"` a `,b":                 {" a ", "b"},
		"``,b":                    {"b"},
		"`":                       {"`"},
		"````":                    {"`"},
		"a\u00a0,\tb\n":           {"a", "b"},
		"+4930123456,+4930123457": {"+4930123456", "+4930123457"},
	} {
		if diff := cmp.Diff(want, SplitArray(in)); diff != "" {
			t.Errorf("SplitArray(%q): %s", in, diff)
		}
	}
	if got := JoinArray([]string{"a", "Acme, Inc.", "", "`x"}); got != "a, `Acme, Inc.`, ```x`" {
		t.Errorf("JoinArray gives %s", got)
	}
}

func checkArray(t interface{ Errorf(string, ...any) }, values []string) {
	var want []string
	for _, v := range values {
		if strings.TrimSpace(v) != "" {
			want = append(want, v)
		}
	}
	if got := SplitArray(JoinArray(values)); !cmp.Equal(got, want) {
		t.Errorf("%q joined is %q, and split %q", want, JoinArray(values), got)
	}
}

func TestArraysRoundTrip(t *testing.T) {
	value := rapid.OneOf(rapid.StringOfN(rapid.SampledFrom([]rune("a`, \n'")), 0, 6, -1), rapid.String())
	rapid.Check(t, func(r *rapid.T) { checkArray(r, rapid.SliceOfN(value, 0, 5).Draw(r, "values")) })
}

func FuzzArray(f *testing.F) {
	f.Add("`a, b`", "c`")
	f.Add("```", " ")
	f.Fuzz(func(t *testing.T, a, b string) {
		checkArray(t, []string{a, b})
		checkArray(t, SplitArray(a))
	})
}

func TestGuard(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1":                  "'=1+1",
		"=cmd|' /C calc'!A0":    "'=cmd|' /C calc'!A0",
		"@SUM(A1)":              "'@SUM(A1)",
		"+HYPERLINK(\"x\")":     "'+HYPERLINK(\"x\")",
		"-2+3+cmd|' /C calc'!A": "'-2+3+cmd|' /C calc'!A",
		"+1+1":                  "'+1+1",
		"\t=1":                  "'\t=1",
		"\r=1":                  "'\r=1",
		"＝1+1":                  "'＝1+1",
		"-":                     "'-",
		"'=1":                   "''=1",
		"'quoted'":              "'quoted'",
		"+4930123456":           "+4930123456",
		"+49 30 123456":         "+49 30 123456",
		"+4930, +4931":          "+4930, +4931",
		"-12.5":                 "-12.5",
		"-1,5":                  "-1,5",
		"plain":                 "plain",
		"a=b":                   "a=b",
		"":                      "",
		"'":                     "'",
	} {
		if got := Guard(in); got != want || Unguard(got) != in {
			t.Errorf("Guard(%q) = %q, want %q; back %q", in, got, want, Unguard(got))
		}
	}
}

func TestGuardCanBeUndone(t *testing.T) {
	cell := rapid.OneOf(rapid.StringOfN(rapid.SampledFrom([]rune("'=+-@1 .,a\t\r＝")), 0, 6, -1), rapid.String())
	rapid.Check(t, func(r *rapid.T) { checkGuard(r, cell.Draw(r, "cell")) })
}

func checkGuard(t interface{ Errorf(string, ...any) }, cell string) {
	guarded := Guard(cell)
	if Unguard(guarded) != cell {
		t.Errorf("%q becomes %q and then %q", cell, guarded, Unguard(guarded))
	}
	if guarded != "" && strings.IndexByte("=@\t\r\n", guarded[0]) >= 0 {
		t.Errorf("%q is exported as %q", cell, guarded)
	}
}

func FuzzGuard(f *testing.F) {
	for _, s := range []string{"=1", "''=1", "+49", "-1-1", "＝"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cell string) { checkGuard(t, cell) })
}

func TestWriter(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b, WriterOptions{CRLF: true, BOM: true, Delimiter: ';'})
	for _, record := range [][]string{{"a", "b"}, {"=1;2", `say "hi"`}, {"", "x\ny"}, {""}, {" pad ", "1,5"}} {
		if err := w.Write(record); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	want := "\ufeffa;b\r\n\"'=1;2\";\"say \"\"hi\"\"\"\r\n;\"x\ny\"\r\n\"\"\r\n\" pad \";1,5\r\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestWriterKeepsItsError(t *testing.T) {
	w := NewWriter(fullDisk{}, WriterOptions{})
	var err error
	for range blockBytes {
		if err = w.Write([]string{"abc"}); err != nil {
			break
		}
	}
	if !errors.Is(err, io.ErrShortWrite) || !errors.Is(w.Flush(), io.ErrShortWrite) {
		t.Errorf("Write says %v, Flush %v", err, w.Flush())
	}
}

// TestWrittenTablesReadBack checks the promise of Writer for any cells.
func TestWrittenTablesReadBack(t *testing.T) {
	cell := rapid.OneOf(rapid.StringOfN(rapid.SampledFrom([]rune("a=+'\"\n, ;\tü")), 0, 6, -1), rapid.String())
	rapid.Check(t, func(r *rapid.T) {
		columns := rapid.IntRange(1, 4).Draw(r, "columns")
		rows := rapid.SliceOfN(rapid.SliceOfN(cell.Filter(func(s string) bool {
			return !strings.ContainsAny(s, "\r\x00")
		}), columns, columns), 0, 5).Draw(r, "rows")
		var b bytes.Buffer
		opt := WriterOptions{CRLF: rapid.Bool().Draw(r, "crlf"), BOM: rapid.Bool().Draw(r, "bom"), Delimiter: rapid.SampledFrom([]byte(",;\t")).Draw(r, "delimiter")}
		w := NewWriter(&b, opt)
		_ = w.Write([]string{"h1", "h2", "h3", "h4"}[:columns])
		for _, row := range rows {
			_ = w.Write(row)
		}
		_ = w.Flush()
		in, err := Open(&b, Options{Delimiter: opt.Delimiter, Encoding: UTF8, KeepBlank: true})
		if err != nil {
			r.Fatal(err)
		}
		for _, want := range rows {
			row, err := in.Next()
			if err != nil || row.Err != nil {
				r.Fatalf("%q: %v, %v", want, err, row.Err)
			}
			for i := range want {
				if got := Unguard(row.Cells[i]); got != want[i] {
					r.Fatalf("wrote %q, read %q", want[i], got)
				}
			}
		}
		if _, err := in.Next(); err != io.EOF {
			r.Fatalf("after the last row: %v", err)
		}
	})
}
