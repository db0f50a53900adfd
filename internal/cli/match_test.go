package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/identity/match"
	"github.com/kith-id/kith/internal/identity/match/hardset"
)

// matchFileOf writes a generated list and returns its path.
func matchFileOf(t *testing.T, persons int) string {
	t.Helper()
	var text strings.Builder
	if err := hardset.Write(&text, hardset.Options{Persons: persons, Seed: 11}); err != nil {
		t.Fatal(err)
	}
	return fileOf(t, "people.csv", text.String())
}

func fileOf(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// matchOutput is what --json prints.
type matchOutput struct {
	Rows     int               `json:"rows"`
	Files    []matchFile       `json:"files"`
	Seed     uint64            `json:"seed"`
	Fields   []match.FieldRole `json:"fields"`
	Pairs    []matchPair       `json:"pairs"`
	Clusters []matchCluster    `json:"clusters"`
	Metrics  *match.Metrics    `json:"metrics"`
	Alarms   []json.RawMessage `json:"alarms"`
}

func runMatch(t *testing.T, args ...string) (matchOutput, string) {
	t.Helper()
	w, out, stderr := world("")
	if code := run(t.Context(), append([]string{"match"}, args...), w); code != 0 {
		t.Fatalf("kith match %q: exit code %d: %s", args, code, stderr)
	}
	var got matchOutput
	decoder := json.NewDecoder(strings.NewReader(out.String()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&got); err != nil {
		t.Fatalf("kith match %q prints no such object: %v", args, err)
	}
	return got, out.String()
}

func TestMatchJSON(t *testing.T) {
	path := matchFileOf(t, 600)
	got, text := runMatch(t, path, "--truth", "person", "--json", "--seed", "3")
	if got.Rows < 600 || got.Seed != 3 || len(got.Files) != 1 || got.Files[0] != (matchFile{"people.csv", got.Rows}) {
		t.Errorf("rows %d, seed %d, files %v", got.Rows, got.Seed, got.Files)
	}
	if got.Metrics == nil || got.Metrics.Pairwise.F1 < 0.7 || got.Metrics.BCubed.F1 < 0.8 {
		t.Errorf("metrics %+v", got.Metrics)
	}
	want := map[string]match.Role{"person": match.Excluded, "first_name": match.GivenName, "birth_date": match.BirthDate, "postcode": match.Code}
	for _, f := range got.Fields {
		if r, ok := want[f.Column]; ok && r != f.Role {
			t.Errorf("%s was taken for %s, want %s", f.Column, f.Role, r)
		}
	}
	if len(got.Pairs) < 100 || len(got.Clusters) < 100 {
		t.Fatalf("%d pairs, %d clusters", len(got.Pairs), len(got.Clusters))
	}
	for _, p := range got.Pairs {
		if p.A >= p.B || p.A == 0 || p.Probability < 0.5 || len(p.Reasons) == 0 || p.Decision == "" {
			t.Errorf("pair %+v", p)
		}
	}
	if _, again := runMatch(t, path, "--truth", "person", "--json", "--seed", "3"); again != text {
		t.Error("the same seed printed something else")
	}
	few, _ := runMatch(t, path, "--json", "--id", "person", "--min", "0.999")
	if few.Metrics != nil || len(few.Pairs) >= len(got.Pairs) || few.Pairs[0].IDA == "" || len(few.Clusters[0].IDs) != len(few.Clusters[0].Rows) {
		t.Errorf("with --min and --id: metrics %v, %d pairs, first %+v", few.Metrics, len(few.Pairs), few.Pairs[0])
	}
}

func TestMatchText(t *testing.T) {
	path := matchFileOf(t, 400)
	w, out, stderr := world("")
	if code := run(t.Context(), []string{"match", path, "--truth", "person", "--pairs", "3"}, w); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, want := range []string{"Columns were taken for:", "given_name", "the 3 surest", "PROBABILITY", "(+", " clusters with ", "B-cubed", "Seed 1."} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out)
		}
	}
	if n := strings.Count(out.String(), "(+"); n > 3*(shownReasons+1) {
		t.Errorf("%d reasons of 3 pairs in:\n%s", n, out)
	}
}

// TestMatchFiles links two files whose columns stand in another order.
func TestMatchFiles(t *testing.T) {
	one := fileOf(t, "one.csv", "first_name,last_name,email\nGreta,Lindholm,greta@lindholm.example\nOmar,Haddad,omar.haddad@example.org\nGreta,Lindholm,greta@lindholm.example\n")
	two := fileOf(t, "two.csv", "email;last_name;first_name\ngreta@lindholm.example;Lindholm;Greta\nwei@chen.example;Chen;Wei\n")
	got, _ := runMatch(t, one, two, "--json", "--one-to-one")
	want := []matchFile{{"one.csv", 3}, {"two.csv", 2}}
	if diff := cmp.Diff(want, got.Files); diff != "" {
		t.Error(diff)
	}
	for _, p := range got.Pairs {
		if p.B < 4 || p.A > 3 {
			t.Errorf("a pair of one file: %+v", p)
		}
	}
	for _, c := range got.Clusters {
		if len(c.Rows) != 2 || c.Rows[1] != 4 {
			t.Errorf("cluster %v", c.Rows)
		}
	}
}

func TestMatchStandardInput(t *testing.T) {
	w, out, stderr := world("name,city\nAnn Lee,Bonn\n")
	if code := run(t.Context(), []string{"match", "-"}, w); code != 0 || !strings.Contains(out.String(), "1 rows.") || !strings.Contains(out.String(), "No clusters") {
		t.Errorf("exit code %d: %s%s", code, out, stderr)
	}
}

func TestMatchRefuses(t *testing.T) {
	good := fileOf(t, "good.csv", "name,email\nAnn Lee,ann@example.com\n")
	other := fileOf(t, "other.csv", "name,phone\nAnn Lee,5551234\n")
	wider := fileOf(t, "wider.csv", "name,email,phone\nAnn Lee,ann@example.com,5551234\n")
	empty := fileOf(t, "empty.csv", "name,email\n")
	ragged := fileOf(t, "ragged.csv", "name,email\nAnn Lee,ann@example.com\nBob,x,y,z\n")
	for name, c := range map[string]struct {
		args []string
		code int
		err  string
	}{
		"no file":        {nil, 2, "FILE"},
		"absent":         {[]string{"absent.csv"}, 2, "absent.csv"},
		"folder":         {[]string{t.TempDir()}, 2, "is a folder"},
		"no rows":        {[]string{empty}, 2, "no rows"},
		"id":             {[]string{good, "--id", "nr"}, 2, `--id: there is no column "nr"`},
		"truth":          {[]string{good, "--truth", "x"}, 2, `--truth: there is no column "x"`},
		"exclusive":      {[]string{good, "--exclusive", "x"}, 2, "--exclusive"},
		"min":            {[]string{good, "--min", "1.5"}, 2, "--min"},
		"pairs":          {[]string{good, "--pairs=-1"}, 2, "--pairs"},
		"one file":       {[]string{good, "--one-to-one"}, 2, "several files"},
		"other columns":  {[]string{good, other}, 2, `other.csv has no column "email"`},
		"more columns":   {[]string{good, wider}, 2, "wider.csv has 3 columns"},
		"rows left out":  {[]string{ragged}, 1, "1 rows could not be read and were left out, the first because line 3 of ragged.csv has 4 cells"},
		"everything all": {[]string{good, "--json"}, 0, ""},
	} {
		w, _, stderr := world("")
		if code := run(t.Context(), append([]string{"match"}, c.args...), w); code != c.code || !strings.Contains(stderr.String(), c.err) {
			t.Errorf("%s: exit code %d, says %q; want %d and %q", name, code, stderr, c.code, c.err)
		}
	}
}
