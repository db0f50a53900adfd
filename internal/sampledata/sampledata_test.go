package sampledata

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
)

func read(t *testing.T, write func(*bytes.Buffer) error) [][]string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// What must be unique for every row to be taken is unique, and what rows refer to exists.
func TestRowsFitTogether(t *testing.T) {
	accounts := read(t, func(b *bytes.Buffer) error { return WriteAccounts(b) })
	contacts := read(t, func(b *bytes.Buffer) error { return WriteContacts(b) })
	if len(accounts) != Companies || len(contacts) != People+Twice {
		t.Fatalf("%d accounts and %d contacts", len(accounts), len(contacts))
	}
	column := func(rows [][]string, i int) []string {
		out := make([]string, len(rows))
		for n, row := range rows {
			out[n] = row[i]
		}
		return out
	}
	for name, values := range map[string][]string{
		"account name": column(accounts, 0), "account ref": column(accounts, 1), "domain": column(accounts, 2),
		"contact ref": column(contacts, 0), "e-mail": column(contacts, 2),
	} {
		slices.Sort(values)
		if n := len(values); len(slices.Compact(values)) != n {
			t.Errorf("some %s occurs twice", name)
		}
	}
	refs := column(accounts, 1)
	for _, row := range contacts {
		if !slices.Contains(refs, row[5]) {
			t.Fatalf("%s works for %s, which is not there", row[0], row[5])
		}
		for tag := range strings.SplitSeq(row[6], ",") {
			if _, known := Tags[tag]; tag != "" && !known {
				t.Fatalf("tag %q is not among Tags", tag)
			}
		}
	}
	for _, p := range Pairs() {
		if !slices.Contains(column(contacts, 0), p.First) || !slices.Contains(column(contacts, 0), p.Second) {
			t.Errorf("%v is not in the list", p)
		}
	}
}
