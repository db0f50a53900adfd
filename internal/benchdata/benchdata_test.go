package benchdata

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"net/mail"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

const (
	ref = iota
	displayName
	fullName
	email
	phone
	description
	account
	tags
	ownedBy
	columns
)

// file generates, and returns the rows and each listed row's kind by its index.
func file(t *testing.T, o Options) (rows [][]string, kinds map[int]string, totals Totals) {
	t.Helper()
	var contacts, manifest bytes.Buffer
	totals, err := Generate(&contacts, &manifest, o)
	if err != nil {
		t.Fatal(err)
	}
	reader := csv.NewReader(&contacts)
	reader.FieldsPerRecord = -1
	rows, err = reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(rows[0], ","); got != Header {
		t.Fatalf("header %s", got)
	}
	listed, err := csv.NewReader(&manifest).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	kinds = map[int]string{}
	for _, line := range listed[1:] {
		n, err := strconv.Atoi(line[0])
		if err != nil {
			t.Fatal(err)
		}
		kinds[n-1] = line[1]
	}
	return rows[1:], kinds, totals
}

func TestSameBytesEverywhere(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		o    Options
		want string
	}{
		{"dirty", Options{Rows: 20_000, Seed: 42}, "d5f4a95f17195215aa7f1625cada0119d1e5711ad046aa84595f5bb63b1dc0de"},
		{"clean", Options{Rows: 20_000, Seed: 42, Clean: true}, "53da309f95ad5062dcb8bb497dccd4aa1c0909fbd145f34ce58a3d9422761eb7"},
	}
	for _, test := range tests {
		hash := sha256.New()
		if _, err := Generate(hash, hash, test.o); err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(hash.Sum(nil)); got != test.want {
			t.Errorf("%s: sha256 %s, want %s: published figures rest on the old bytes", test.name, got, test.want)
		}
	}
}

func TestValidRowsAreValidAndDistinct(t *testing.T) {
	t.Parallel()
	rows, kinds, _ := file(t, Options{Rows: 60_000, Seed: 7})
	seen := map[string]int{}
	for i, row := range rows {
		if kinds[i] != "" {
			continue
		}
		if len(row) != columns {
			t.Fatalf("row %d has %d cells", i, len(row))
		}
		if row[displayName] == "" || !utf8.ValidString(row[displayName]) || row[ownedBy] != "" {
			t.Fatalf("row %d: %q", i, row)
		}
		if a, err := mail.ParseAddress(row[email]); err != nil || a.Address != row[email] {
			t.Fatalf("row %d: e-mail %q: %v", i, row[email], err)
		}
		if n, err := phonenumbers.Parse(row[phone], ""); err != nil || !phonenumbers.IsValidNumber(n) {
			t.Fatalf("row %d: phone %q is not valid: %v", i, row[phone], err)
		}
		for _, key := range []string{row[ref], row[email], row[phone]} {
			if other, ok := seen[key]; ok {
				t.Fatalf("rows %d and %d both have %s", other, i, key)
			}
			seen[key] = i
		}
	}
}

func TestPersonAt(t *testing.T) {
	t.Parallel()
	rows, _, _ := file(t, Options{Rows: 1000, Seed: 7, Clean: true})
	for i, row := range rows {
		want := Person{Ref: row[ref], Name: row[displayName], Email: row[email], Phone: row[phone]}
		if got := PersonAt(7, i); got != want {
			t.Fatalf("PersonAt(7, %d) = %+v, the file has %+v", i, got, want)
		}
	}
}

func TestInvalidRows(t *testing.T) {
	t.Parallel()
	broken := map[string]func(row []string) bool{
		InvalidEmail: func(row []string) bool { _, err := mail.ParseAddress(row[email]); return err != nil },
		InvalidPhone: func(row []string) bool {
			n, err := phonenumbers.Parse(row[phone], "")
			return err != nil || !phonenumbers.IsValidNumber(n)
		},
		Missing:    func(row []string) bool { return row[displayName] == "" },
		TooLong:    func(row []string) bool { return len(row[displayName]) > 256 || len(row[description]) > 64<<10 },
		Ragged:     func(row []string) bool { return len(row) == columns-1 || len(row) == columns+1 },
		UnknownTag: func(row []string) bool { return row[tags] == "no-such-tag" },
	}
	rows, kinds, totals := file(t, Options{Rows: 60_000, Seed: 7})
	counts := map[string]int{}
	for i, kind := range kinds {
		counts[kind]++
		if kind != Repeated && !broken[kind](rows[i]) {
			t.Errorf("row %d is listed as %s: %q", i, kind, rows[i])
		}
	}
	for _, kind := range invalidKinds {
		if n := counts[kind]; n < 400 || n > 600 {
			t.Errorf("%d rows of 60,000 are %s, want about 500", n, kind)
		}
	}
	want := Totals{Rows: len(rows), Invalid: len(kinds) - counts[Repeated], Repeated: counts[Repeated]}
	if totals != want {
		t.Errorf("totals %+v, want %+v", totals, want)
	}
}

func TestRepeatedRowsShowEarlierValidPerson(t *testing.T) {
	t.Parallel()
	rows, kinds, totals := file(t, Options{Rows: 20_000, Seed: 7})
	if totals.Repeated < 340 || totals.Repeated > 460 {
		t.Errorf("%d rows of 20,000 are repeated, want about 400", totals.Repeated)
	}
	valid := map[string]int{}
	for i, row := range rows {
		switch kinds[i] {
		case "":
			valid[row[ref]] = i
		case Repeated:
			j, ok := valid[row[ref]]
			if !ok {
				t.Fatalf("row %d repeats %s, which no valid earlier row has", i, row[ref])
			}
			if rows[j][email] != row[email] || rows[j][phone] != row[phone] || rows[j][displayName] != row[displayName] {
				t.Errorf("row %d repeats %q as %q", i, rows[j], row)
			}
		}
	}
}

func TestOptionalCells(t *testing.T) {
	t.Parallel()
	rows, _, totals := file(t, Options{Rows: 60_000, Seed: 7, Clean: true})
	if totals.Invalid+totals.Repeated != 0 {
		t.Errorf("a clean file has %+v", totals)
	}
	var accounts, vips, quoted int
	for _, row := range rows {
		if n, ok := strings.CutPrefix(row[account], "acc-"); ok && n >= "000001" && n <= "001000" {
			accounts++
		}
		if row[tags] == "vip" {
			vips++
		}
		if strings.Contains(row[description], `"`) || strings.Contains(row[description], ",") {
			quoted++
		}
	}
	for _, c := range []struct {
		what      string
		got, want int
	}{{"accounts", accounts, 6000}, {"tags", vips, 3000}, {"quoted descriptions", quoted, 7500}} {
		if c.got < c.want*9/10 || c.got > c.want*11/10 {
			t.Errorf("%d rows of 60,000 have %s, want about %d", c.got, c.what, c.want)
		}
	}
}

func TestNamesAreHundredByHundredTen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		names []word
		want  int
	}{{firstNames, 100}, {lastNames, 110}} {
		distinct := map[string]bool{}
		for _, name := range c.names {
			distinct[name.text] = true
			if strings.Trim(name.ascii, "abcdefghijklmnopqrstuvwxyz") != "" {
				t.Errorf("%s is spelt %q in addresses", name.text, name.ascii)
			}
		}
		if len(distinct) != c.want {
			t.Errorf("%d distinct names, want %d", len(distinct), c.want)
		}
	}
	if len(mailDomains) != 20 {
		t.Errorf("%d mail domains, want 20", len(mailDomains))
	}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := GenerateAccounts(&out, 42); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != Accounts+1 || rows[1][1] != "acc-000001" || rows[Accounts][1] != "acc-001000" {
		t.Errorf("%d lines from %q to %q", len(rows), rows[1], rows[len(rows)-1])
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestGenerateErrors(t *testing.T) {
	t.Parallel()
	if _, err := Generate(failing{}, io.Discard, Options{Rows: 1}); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("failed write: %v", err)
	}
	if _, err := Generate(io.Discard, failing{}, Options{Rows: 1}); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("failed manifest: %v", err)
	}
	if err := GenerateAccounts(failing{}, 1); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("failed accounts: %v", err)
	}
	for _, rows := range []int{-1, MaxRows + 1} {
		if _, err := Generate(io.Discard, io.Discard, Options{Rows: rows}); err == nil || !strings.Contains(err.Error(), strconv.Itoa(rows)) {
			t.Errorf("%d rows: %v, want an error that names the number", rows, err)
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	if _, err := Generate(io.Discard, io.Discard, Options{Rows: b.N, Seed: 1}); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
