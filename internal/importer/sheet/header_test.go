package sheet

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/errs"
)

var fields = []Field{
	{Name: "display_name", Aliases: []string{"Name"}, Compose: []string{"First name", "Last name"}, Required: true},
	{Name: "external_ref", Aliases: []string{"Record ID", "ID"}, Required: true},
	{Name: "email", Aliases: []string{"E-mail address"}},
	{Name: "phone_numbers", Compose: []string{"Phone", "Mobile"}, Array: true},
	{Name: "tags.name", Array: true},
	{Name: "account_external_reference"},
	{Name: "full_name", Compose: []string{"First name", "Last name"}},
}

func TestMatchHeaders(t *testing.T) {
	none := []int(nil)
	cases := []struct {
		name, headers string
		overrides     map[string]string
		want          [][]int
		unknown       []Column
		missing       []string
	}{
		{name: "own names in any spelling", headers: "Display Name|externalRef|EMAIL|phone-numbers|Tags Name|account_external_reference|FULL_NAME",
			want: [][]int{{0}, {1}, {2}, {3}, {4}, {5}, {6}}},
		{name: "aliases, the best one", headers: "ID|e-mail address|Name|record id",
			want: [][]int{{2}, {3}, {1}, none, none, none, none}, unknown: []Column{{0, "ID"}}},
		{name: "own name before alias", headers: "Name|display_name|external_ref|ID",
			want: [][]int{{1}, {2}, none, none, none, none, none}, unknown: []Column{{0, "Name"}, {3, "ID"}}},
		{name: "composed", headers: "id|First Name|Last Name|Mobile|Name",
			want: [][]int{{1, 2}, {0}, none, {3}, none, none, {1, 2}}, unknown: []Column{{4, "Name"}}},
		{name: "missing", headers: "email|Fax|Fax|", want: [][]int{none, none, {0}, none, none, none, none},
			unknown: []Column{{1, "Fax"}, {2, "Fax"}, {3, ""}}, missing: []string{"display_name", "external_ref"}},
		{name: "overrides", headers: "id|Vor|Nach|Phone|Name", overrides: map[string]string{"Display-Name": "Vor + Nach", "phone_numbers": "", "email": "name"},
			want: [][]int{{1, 2}, {0}, {4}, none, none, none, none}, unknown: []Column{{3, "Phone"}}},
		{name: "override with an exact header", headers: "a + b|A|a", overrides: map[string]string{"display_name": "a + b", "external_ref": "a"},
			want: [][]int{{0}, {2}, none, none, none, none, none}, unknown: []Column{{1, "A"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m, err := MatchHeaders(strings.Split(c.headers, "|"), fields, c.overrides)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, m.Columns); diff != "" {
				t.Error("columns", diff)
			}
			if diff := cmp.Diff(c.unknown, m.Unknown); diff != "" {
				t.Error("unknown", diff)
			}
			if diff := cmp.Diff(c.missing, m.Missing); diff != "" {
				t.Error("missing", diff)
			}
		})
	}
}

func TestMatchHeadersRefuses(t *testing.T) {
	for _, c := range []struct {
		headers   string
		overrides map[string]string
		want      string
	}{
		{headers: "Email|x|e-mail", want: `columns 1 ("Email") and 3 ("e-mail") are both "email"`},
		{headers: "ID|id", want: `columns 1 ("ID") and 2 ("id") are both "ID"`},
		{headers: "a|b", overrides: map[string]string{"colour": "a"}, want: `no field "colour"; fields are display_name, external_ref`},
		{headers: "a|b", overrides: map[string]string{"email": "c"}, want: `no column "c"; columns are "a", "b"`},
		{headers: "a|b", overrides: map[string]string{"email": "a + c"}, want: `no column "c"`},
		{headers: "a|a", overrides: map[string]string{"email": "a"}, want: `columns 1 ("a") and 2 ("a")`},
	} {
		_, err := MatchHeaders(strings.Split(c.headers, "|"), fields, c.overrides)
		if !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %v: got %v, want %q", c.headers, c.overrides, err, c.want)
		}
	}
}

func TestMappingCell(t *testing.T) {
	m, err := MatchHeaders([]string{"First name", "Last name", "Phone", "Mobile", "id"}, fields, nil)
	if err != nil {
		t.Fatal(err)
	}
	row := Row{Cells: []string{" Ada ", "Lovelace", "+491", "+492, +493"}}
	for field, want := range map[int]string{0: "Ada Lovelace", 1: "", 2: "", 3: "+491, +492, +493"} {
		if got := m.Cell(row, field); got != want {
			t.Errorf("%s = %q, want %q", fields[field].Name, got, want)
		}
	}
	row.Cells[0] = ""
	if got := m.Cell(row, 0); got != "Lovelace" {
		t.Errorf("display_name = %q without a first name", got)
	}
	if !m.Has(0) || m.Has(2) {
		t.Error("Has is wrong")
	}
}

func TestNames(t *testing.T) {
	if got := Names([]string{"a", "b\x1b"}); got != `"a", "b\x1b"` {
		t.Errorf("two names: %s", got)
	}
	got := Names(append(make([]string, 999), strings.Repeat("x", 1000)))
	if !strings.HasSuffix(got, `, and 960 more`) || len(got) > 500 {
		t.Errorf("a thousand names: %s", got)
	}
	if got := Names([]string{strings.Repeat("é", 1000)}); len(got) > 80 || !strings.HasSuffix(got, `é…"`) {
		t.Errorf("a long name: %s", got)
	}
}

func TestHeaderOfNoText(t *testing.T) {
	_, err := Open(strings.NewReader("a,\x14b\x02\n1,2\n"), Options{})
	if !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), "column 2 of the header, line 1, contains the control character U+0014") {
		t.Errorf("a header with control characters: %v", err)
	}
}
