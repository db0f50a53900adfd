package hardset

import (
	"bytes"
	"encoding/csv"
	"slices"
	"testing"
)

func TestSameSeedSameRows(t *testing.T) {
	t.Parallel()
	var first, second, other bytes.Buffer
	for w, seed := range map[*bytes.Buffer]uint64{&first: 1, &second: 1, &other: 2} {
		if err := Write(w, Options{Persons: 500, Seed: seed}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) || bytes.Equal(first.Bytes(), other.Bytes()) {
		t.Error("the seed does not decide the rows")
	}
	rows, err := csv.NewReader(&first).ReadAll()
	if err != nil || !slices.Equal(rows[0], Header) || len(rows) < 600 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// TestHard counts what makes the list hard: rows of different people that
// share what should tell them apart.
func TestHard(t *testing.T) {
	t.Parallel()
	type key struct{ a, b, c string }
	shares := map[string]func(r []string) key{
		"twins":             func(r []string) key { return key{r[1], r[5], r[6]} },
		"households":        func(r []string) key { return key{r[1], r[6], r[8]} },
		"shared mailboxes":  func(r []string) key { return key{r[2], "x", "x"} },
		"shared numbers":    func(r []string) key { return key{r[3], "x", "x"} },
		"named colleagues":  func(r []string) key { return key{r[0], r[1], r[4]} },
		"same name in town": func(r []string) key { return key{r[0], r[1], r[8]} },
	}
	rows := Rows(Options{Persons: 5000, Seed: 1})
	for name, of := range shares {
		people := map[key]map[string]bool{}
		for _, r := range rows {
			if k := of(r); k.a != "" && k.b != "" && k.c != "" {
				if people[k] == nil {
					people[k] = map[string]bool{}
				}
				people[k][r[Label]] = true
			}
		}
		hard := 0
		for _, p := range people {
			if len(p) > 1 {
				hard++
			}
		}
		if hard < 20 {
			t.Errorf("%s: only %d", name, hard)
		}
	}
}

func TestLayouts(t *testing.T) {
	t.Parallel()
	for _, l := range Layouts(1) {
		labels := map[string]bool{}
		for i, r := range l.Rows {
			if len(r) != len(l.Header) {
				t.Fatalf("%s: row %d has %d cells", l.Name, i, len(r))
			}
			labels[l.Labels[i]] = true
		}
		if len(l.Labels) != len(l.Rows) || len(labels) >= len(l.Rows) || len(labels) < 500 {
			t.Errorf("%s: %d rows of %d things", l.Name, len(l.Rows), len(labels))
		}
	}
}
