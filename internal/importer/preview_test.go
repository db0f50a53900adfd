package importer_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/store"
)

func TestPreview(t *testing.T) {
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	w.tag(1, "vip")
	utf16 := func(s string) string {
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	type want struct {
		Encoding, Delimiter string
		Gzip                bool
		Columns             map[string]string // of the fields that have some
		Ignored, Missing    []string
		Rows                int
	}
	for name, c := range map[string]struct {
		text string
		of   don.Type
		opt  importer.Options
		want want
	}{
		"windows": {"Name;External-ID;Stra\xdfe\nJ\xfcrgen;1;Weg 2\n", don.Contact, importer.Options{},
			want{"Windows-1252", ";", false, map[string]string{"display_name": "Name", "external_ref": "External-ID"}, []string{"Straße"}, []string{}, 1}},
		"utf-16": {utf16("display_name\texternal_ref\nJürgen\t1\n"), don.Contact, importer.Options{},
			want{"UTF-16LE", "\t", false, map[string]string{"display_name": "display_name", "external_ref": "external_ref"}, []string{}, []string{}, 1}},
		"gzip": {zipped(t, "display_name,email\n"+strings.Repeat("Ann,ann@example.com\n", 99)), don.Contact, importer.Options{RefFrom: "phone"},
			want{"UTF-8", ",", true, map[string]string{"display_name": "display_name", "email": "email"}, []string{}, []string{"phone_numbers"}, 10}},
		"reference from email": {"first name,last name,email\nAnn,Lee,a@b.de\n", don.Contact, importer.Options{RefFrom: "email"},
			want{"UTF-8", ",", false, map[string]string{"display_name": "first name+last name", "email": "email"}, []string{}, []string{}, 1}},
		"nothing fits": {"a,b\n", don.Account, importer.Options{Map: map[string]string{"tier": "b"}},
			want{"UTF-8", ",", false, map[string]string{"tier": "b"}, []string{"a"}, []string{"display_name", "external_refs"}, 0}},
		"own columns are not strange": {"display_name,external_ref,is_verified,line,error_codes,errors,note\nA,1,,2,x,y,z\n", don.Contact, importer.Options{},
			want{"UTF-8", ",", false, map[string]string{"display_name": "display_name", "external_ref": "external_ref"}, []string{"note"}, []string{}, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := w.svc.Preview(t.Context(), w.scope, c.of, strings.NewReader(c.text), c.opt)
			if err != nil {
				t.Fatal(err)
			}
			got := want{p.Encoding, p.Delimiter, p.Gzip, map[string]string{}, p.Ignored, p.Missing, len(p.Rows)}
			for _, f := range p.Fields {
				if len(f.Columns) > 0 {
					got.Columns[f.Name] = strings.Join(f.Columns, "+")
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			check := w.svc.Check(t.Context(), w.scope, c.of, strings.NewReader(c.text), c.opt)
			if (check != nil) != (len(p.Missing) > 0) {
				t.Errorf("check: %v, with %v missing", check, p.Missing)
			}
		})
	}
	list, err := w.svc.List(t.Context(), w.scope, 0, 10)
	if err != nil || len(list) > 0 {
		t.Errorf("previews stored %v, %v", list, err)
	}
}

func zipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestPreviewRefuses(t *testing.T) {
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	for name, c := range map[string]struct {
		text string
		opt  importer.Options
	}{
		"empty":          {"", importer.Options{}},
		"same column":    {"email,E-Mail,email\n", importer.Options{}},
		"unknown preset": {"a\n", importer.Options{Preset: "x"}},
		"unknown field":  {"a\n", importer.Options{Map: map[string]string{"x": "a"}}},
		"unknown tag":    {"a\n", importer.Options{Tags: []string{"x"}}},
	} {
		if _, err := w.svc.Preview(t.Context(), w.scope, don.Contact, strings.NewReader(c.text), c.opt); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestReport reports rows of every shape, and reports the report.
func TestReport(t *testing.T) {
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	file := "external_ref,display_name,email,note\n" +
		"u1,A,bad,'=guarded\n" +
		"u2,B,bad,=formula\n" +
		"u3,C,c@example.com,\"a, b\",one,too many\n" +
		"u4\n" +
		"u5,\"never closed,x@example.com,n\n"
	m := w.run(file, importer.Options{})
	w.want(m, counts{Rows: 5, Failed: 5})
	first := w.report(m)
	want := []string{
		"external_ref,display_name,email,note,line,error_codes,errors",
		`u1,A,bad,'=guarded,2,invalid_email,"email: ""bad"" has no @; write it as name@example.com"`,
		`u2,B,bad,'=formula,3,invalid_email,"email: ""bad"" has no @; write it as name@example.com"`,
		`u3,C,c@example.com,"a, b",4,ragged_row,"has 6 cells, but the header has 4; a value that contains the separator or a line break must stand in double quotes",one,too many`,
		`u4,,,,5,ragged_row,"has 1 cells, but the header has 4; a value that contains the separator or a line break must stand in double quotes"`,
	}
	lines := strings.Split(first, "\n")
	if d := cmp.Diff(want, lines[:len(want)]); d != "" {
		t.Errorf("report (-want +got):\n%s", d)
	}
	if !strings.Contains(lines[5], "invalid_value") || !strings.Contains(lines[5], "never closed") {
		t.Errorf("the row with the open quote: %s", lines[5])
	}
	again := w.run(first, importer.Options{})
	second := strings.Split(w.report(again), "\n")
	if d := cmp.Diff(want[:3], second[:3]); d != "" {
		t.Errorf("report of the report (-want +got):\n%s", d)
	}
	if again.Progress.Ignored == nil || again.Progress.Ignored[0] != "note" || len(again.Progress.Ignored) != 1 {
		t.Errorf("ignored columns: %v", again.Progress.Ignored)
	}
}

func (w *world) report(m *importer.Import) string {
	w.t.Helper()
	var out bytes.Buffer
	if err := w.svc.WriteReport(w.t.Context(), w.scope, m, &out); err != nil {
		w.t.Fatal(err)
	}
	return out.String()
}

func TestProblemText(t *testing.T) {
	for _, c := range []struct{ column, message, want string }{
		{"", "has 1 cells", "has 1 cells"},
		{"email", "is taken", "email: is taken"},
		{"email", "email is empty", "email is empty"},
		{"E-mail", "email is empty", "E-mail: email is empty"},
	} {
		if got := (importer.Problem{Column: c.column, Message: c.message}).Text(); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
