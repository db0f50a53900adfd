package match_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/identity/match"
	"github.com/kith-id/kith/internal/identity/match/hardset"
	"github.com/kith-id/kith/internal/importer/sheet"
)

// dataEnv names the folder with labelled person data.
const dataEnv = "KITH_ER_DATA"

// labelled is a table with the truth, which the matcher does not see.
type labelled struct {
	table   *match.Table
	truth   []string
	exclude []string
}

// read reads files of one layout; label makes the truth of the label's cell.
func read(t *testing.T, column string, label func(string) string, paths ...string) labelled {
	t.Helper()
	l := labelled{exclude: []string{column}}
	for source, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		r, err := sheet.Open(f, sheet.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if l.table == nil {
			l.table = match.NewTable(r.Header())
		}
		at := slices.Index(r.Header(), column)
		for {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || row.Err != nil {
				t.Fatalf("%s: %v %v", path, err, row.Err)
			}
			if err := l.table.Add(source, row.Cells); err != nil {
				t.Fatal(err)
			}
			l.truth = append(l.truth, label(strings.TrimSpace(row.Cells[at])))
		}
	}
	return l
}

// febrlLabel returns the number in rec-123-dup-0.
func febrlLabel(id string) string { return strings.Split(id, "-")[1] }

func same(s string) string { return s }

// TestBars holds the matcher to its bars on published labelled data, with the
// one default configuration.
func TestBars(t *testing.T) {
	t.Parallel()
	dir := os.Getenv(dataEnv)
	if dir == "" {
		fmt.Println(dataEnv + " is not set: duplicate detection is not measured on published labelled data")
		return
	}
	for _, c := range []struct {
		name                  string
		files                 []string
		column                string
		label                 func(string) string
		oneToOne              bool
		precision, recall, f1 float64
	}{
		{name: "febrl1", files: []string{"febrl1.csv"}, column: "rec_id", label: febrlLabel, f1: 0.99},
		{name: "febrl2", files: []string{"febrl2.csv"}, column: "rec_id", label: febrlLabel, f1: 0.99},
		{name: "febrl4", files: []string{"febrl4a.csv", "febrl4b.csv"}, column: "rec_id", label: febrlLabel, precision: 0.999, recall: 0.992},
		{name: "febrl4 one to one", files: []string{"febrl4a.csv", "febrl4b.csv"}, column: "rec_id", label: febrlLabel, oneToOne: true, precision: 0.999, recall: 0.992},
		{name: "fake_1000", files: []string{"fake_1000.csv"}, column: "cluster", label: same, f1: 0.87},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var paths []string
			for _, f := range c.files {
				paths = append(paths, filepath.Join(dir, f))
			}
			l := read(t, c.column, c.label, paths...)
			run := train(t, l.table, match.Options{Exclude: l.exclude, Seed: 1, Rules: match.Rules{OneToOne: c.oneToOne}})
			m := match.Evaluate(found(t, run, 0.5).Clusters, l.truth)
			t.Logf("%s: %+v", c.name, m)
			if q := m.Pairwise; q.Precision < c.precision || q.Recall < c.recall || q.F1 < c.f1 {
				t.Errorf("precision %.4f, recall %.4f, F1 %.4f; want at least %.4f, %.4f, %.4f", q.Precision, q.Recall, q.F1, c.precision, c.recall, c.f1)
			}
		})
	}
}

// tableOf makes a table of generated rows.
func tableOf(t testing.TB, header []string, rows [][]string) *match.Table {
	t.Helper()
	table := match.NewTable(header)
	for _, r := range rows {
		if err := table.Add(0, r); err != nil {
			t.Fatal(err)
		}
	}
	return table
}

// pairsOf counts the pairs that share a label.
func pairsOf(truth []string) int {
	seen, pairs := map[string]int{}, 0
	for _, l := range truth {
		pairs += seen[l]
		seen[l]++
	}
	return pairs
}

// TestHardSet holds merging without asking to its bar on twins, households,
// shared mailboxes, recycled numbers and colleagues of one name.
func TestHardSet(t *testing.T) {
	t.Parallel()
	const seed = 20261126
	const decisions, precision, recall = 20_000, 0.9995, 0.6
	rows := hardset.Rows(hardset.Options{Persons: 47_000, Seed: seed})
	var truth []string
	for _, r := range rows {
		truth = append(truth, r[hardset.Label])
	}
	run := train(t, tableOf(t, hardset.Header, rows), match.Options{Exclude: []string{"person"}, Seed: seed})
	result := found(t, run, 0.5)
	merged, wrong := 0, 0
	for i, d := range run.Decide(result.Pairs) {
		if d == match.Merge {
			merged++
			if p := result.Pairs[i]; truth[p.A] != truth[p.B] {
				wrong++
			}
		}
	}
	gotPrecision := 1 - float64(wrong)/float64(max(merged, 1))
	gotRecall := float64(merged-wrong) / float64(pairsOf(truth))
	fmt.Printf("hard set, seed %d: %d rows, %d merged without asking, %d wrongly: precision %.5f, recall %.4f; clusters %+v\n",
		seed, len(rows), merged, wrong, gotPrecision, gotRecall, match.Evaluate(result.Clusters, truth))
	if merged < decisions || gotPrecision < precision || gotRecall < recall {
		t.Errorf("want at least %d decisions, precision %.4f, recall %.1f", decisions, precision, recall)
	}
}

// TestOtherLayouts matches lists of things and people in columns that nobody
// set the matcher up for. The bars are what must not get lost.
func TestOtherLayouts(t *testing.T) {
	t.Parallel()
	bars := map[string]float64{"restaurants": 0.97, "publications": 0.97, "products": 0.85, "members": 0.95, "voters": 0.97}
	for _, l := range hardset.Layouts(3) {
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			run := train(t, tableOf(t, l.Header, l.Rows), match.Options{Seed: 1})
			m := match.Evaluate(found(t, run, 0.5).Clusters, l.Labels)
			t.Logf("%v\n%+v", run.Fields, m)
			if m.Pairwise.F1 < bars[l.Name] {
				t.Errorf("F1 %.4f, want at least %.2f", m.Pairwise.F1, bars[l.Name])
			}
		})
	}
}

func train(t testing.TB, table *match.Table, opt match.Options) *match.Run {
	t.Helper()
	run, err := match.Train(t.Context(), table, opt)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func found(t testing.TB, run *match.Run, least float64) match.Result {
	t.Helper()
	res, err := run.Match(t.Context(), least)
	if err != nil {
		t.Fatal(err)
	}
	return res
}
