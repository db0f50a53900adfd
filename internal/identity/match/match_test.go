package match_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity/match"
	"github.com/kith-id/kith/internal/identity/match/hardset"
)

// people is a small hard list with its labels.
func people(t testing.TB, n int) (*match.Table, []string) {
	t.Helper()
	rows := hardset.Rows(hardset.Options{Persons: n, Seed: 5})
	var truth []string
	for _, r := range rows {
		truth = append(truth, r[hardset.Label])
	}
	return tableOf(t, hardset.Header, rows), truth
}

var options = match.Options{Exclude: []string{"person"}, Seed: 7}

func TestSameSeedSameResult(t *testing.T) {
	t.Parallel()
	first, _ := people(t, 1500)
	second, _ := people(t, 1500)
	a, b := train(t, first, options), train(t, second, options)
	if diff := cmp.Diff(a.Model, b.Model); diff != "" {
		t.Errorf("the models differ: %s", diff)
	}
	if diff := cmp.Diff(found(t, a, 0.1), found(t, b, 0.1)); diff != "" {
		t.Errorf("the results differ: %s", diff)
	}
}

// TestExcludedColumnsTellNothing changes what the label says: nothing else may.
func TestExcludedColumnsTellNothing(t *testing.T) {
	t.Parallel()
	rows := hardset.Rows(hardset.Options{Persons: 800, Seed: 2})
	with := found(t, train(t, tableOf(t, hardset.Header, rows), options), 0.1)
	for i := range rows {
		rows[i][hardset.Label] = fmt.Sprint(i % 3)
	}
	without := found(t, train(t, tableOf(t, hardset.Header, rows), options), 0.1)
	if diff := cmp.Diff(with, without); diff != "" {
		t.Errorf("the label reached the matcher: %s", diff)
	}
}

func TestExplainAddsUp(t *testing.T) {
	t.Parallel()
	table, _ := people(t, 1200)
	run := train(t, table, options)
	pairs := found(t, run, 0.5).Pairs
	if len(pairs) < 100 {
		t.Fatalf("only %d pairs", len(pairs))
	}
	x := run.Explainer()
	for _, p := range pairs {
		e := x.Explain(int(p.A), int(p.B))
		sum := e.Prior + e.Relatives
		for _, f := range e.Fields {
			sum += f.Bits
		}
		if diff := sum - float64(p.Bits); diff > 0.01 || diff < -0.01 {
			t.Fatalf("rows %d and %d: reasons add up to %.3f, the score is %.3f: %+v", p.A, p.B, sum, p.Bits, e)
		}
		if s := run.Score(int(p.B), int(p.A)); s-float64(p.Bits) > 0.01 || s-float64(p.Bits) < -0.01 {
			t.Fatalf("rows %d and %d the other way round: %.3f, not %.3f", p.A, p.B, s, p.Bits)
		}
	}
}

func TestModelSurvivesJSON(t *testing.T) {
	t.Parallel()
	table, _ := people(t, 1200)
	run := train(t, table, options)
	run.Teach([]match.Judgement{{Why: run.Explainer().Explain(0, 1), Same: true}})
	text, err := json.Marshal(run.Model)
	if err != nil {
		t.Fatal(err)
	}
	var m match.Model
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	again, _ := people(t, 1200)
	used, err := match.Use(t.Context(), again, &m, options)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(found(t, run, 0.3), found(t, used, 0.3)); diff != "" {
		t.Errorf("a model that was stored matches otherwise: %s", diff)
	}
}

// TestDateInThreeColumns: the parts of a date are one field, and a stored model
// knows that, as it knows the parts of a full name.
func TestDateInThreeColumns(t *testing.T) {
	t.Parallel()
	header := []string{"name", "bd", "bm", "by"}
	table := func() *match.Table {
		var rows [][]string
		for _, r := range hardset.Rows(hardset.Options{Persons: 600, Seed: 9}) {
			y, m, d := "", "", ""
			if len(r[5]) == 10 && r[5][5:7] <= "12" && r[5][8:] <= "31" && r[5][:4] > "1800" && r[5][:4] < "2100" && r[5][5:7] > "00" && r[5][8:] > "00" {
				y, m, d = r[5][:4], r[5][5:7], r[5][8:]
			}
			rows = append(rows, []string{r[0] + " " + r[1], d, m, y})
		}
		return tableOf(t, header, rows)
	}
	run := train(t, table(), match.Options{Seed: 1})
	want := []match.FieldRole{{Column: "name", Role: match.FullName}, {Column: "bd", Role: match.BirthDay}, {Column: "bm", Role: match.BirthMonth}, {Column: "by", Role: match.BirthYear}}
	if diff := cmp.Diff(want, run.Fields); diff != "" {
		t.Fatal(diff)
	}
	if n := len(run.Model.Fields); n != 3 {
		t.Fatalf("%d fields, want two of names and one date", n)
	}
	used, err := match.Use(t.Context(), table(), run.Model, match.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(found(t, run, 0.5), found(t, used, 0.5)); diff != "" {
		t.Errorf("a model that was stored matches otherwise: %s", diff)
	}
}

func TestUseRefusesOtherTables(t *testing.T) {
	t.Parallel()
	table, _ := people(t, 300)
	m := train(t, table, options).Model
	other := tableOf(t, []string{"first_name", "last_name"}, [][]string{{"Ann", "Lee"}, {"Bob", "Ray"}})
	if _, err := match.Use(t.Context(), other, m, options); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), `"email"`) {
		t.Errorf("a table without the model's columns: %v", err)
	}
	damaged := *m
	damaged.Fields = slices.Clone(m.Fields)
	damaged.Fields[0].Levels = damaged.Fields[0].Levels[:2]
	again, _ := people(t, 300)
	if _, err := match.Use(t.Context(), again, &damaged, options); !errs.Is(err, errs.Invalid) {
		t.Errorf("a model with other levels: %v", err)
	}
}

// TestRules checks that clusters respect what the caller knows, through third
// rows, too.
func TestRules(t *testing.T) {
	t.Parallel()
	header := []string{"first_name", "last_name", "email", "born", "key"}
	rows := [][]string{
		{"Greta", "Lindholm", "greta.lindholm@example.org", "1971-03-02", "a"},
		{"Greta", "Lindholm", "greta.lindholm@example.org", "1971-03-02", ""},
		{"Greta", "Lindholm", "greta.lindholm@example.org", "1971-03-02", "b"},
	}
	for _, r := range hardset.Rows(hardset.Options{Persons: 400, Seed: 3}) {
		rows = append(rows, []string{r[0], r[1], r[2], r[5], ""})
	}
	cluster := func(rules match.Rules) []uint32 {
		opt := match.Options{Exclude: []string{"key"}, Seed: 1, Rules: rules}
		for _, c := range found(t, train(t, tableOf(t, header, rows), opt), 0.5).Clusters {
			if c[0] < 3 {
				return c
			}
		}
		return nil
	}
	if got := cluster(match.Rules{}); !slices.Equal(got, []uint32{0, 1, 2}) {
		t.Errorf("without rules: %v", got)
	}
	if got := cluster(match.Rules{Exclusive: []string{"key"}}); len(got) != 2 || !slices.Contains(got, 1) {
		t.Errorf("two keys, one person: %v", got)
	}
	forbid := func(a, b int) match.Verdict {
		if a+b == 2 && a != b { // rows 0 and 2
			return match.Forbidden
		}
		return match.Open
	}
	if got := cluster(match.Rules{Judge: forbid}); len(got) != 2 || !slices.Contains(got, 1) {
		t.Errorf("a forbidden pair met through a third row: %v", got)
	}
	require := func(a, b int) match.Verdict {
		if min(a, b) == 0 && max(a, b) == 10 {
			return match.Required
		}
		return match.Open
	}
	if got := cluster(match.Rules{Judge: require, Required: [][2]int{{0, 10}}}); !slices.Contains(got, 10) {
		t.Errorf("a required pair is apart: %v", got)
	}
}

func TestOneToOne(t *testing.T) {
	t.Parallel()
	rows := hardset.Rows(hardset.Options{Persons: 900, Seed: 4})
	table := match.NewTable(hardset.Header)
	for i, r := range rows {
		if err := table.Add(i%2, r); err != nil {
			t.Fatal(err)
		}
	}
	opt := options
	opt.Rules.OneToOne = true
	res := found(t, train(t, table, opt), 0.5)
	if len(res.Clusters) < 100 {
		t.Fatalf("only %d clusters", len(res.Clusters))
	}
	for _, c := range res.Clusters {
		if len(c) != 2 || c[0]%2 == c[1]%2 {
			t.Errorf("cluster %v has two rows of one file", c)
		}
	}
	for _, p := range res.Pairs {
		if p.A%2 == p.B%2 {
			t.Errorf("pair %v is of one file", p)
		}
	}
}

func TestSmallTables(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string][][]string{
		"none":  {},
		"one":   {{"Ann", "Lee", "ann@example.com"}},
		"two":   {{"Ann", "Lee", "ann@example.com"}, {"Bob", "Ray", "bob@example.com"}},
		"blank": {{"", "", ""}, {"", "", ""}, {"n/a", "", "-"}},
	} {
		run := train(t, tableOf(t, []string{"first_name", "last_name", "email"}, rows), match.Options{Seed: 1})
		if res := found(t, run, 0.5); len(res.Clusters) > 0 || len(res.Pairs) > 0 {
			t.Errorf("%s: %+v", name, res)
		}
	}
}

// TestAlarm: an address of many people is reported and joins nobody.
func TestAlarm(t *testing.T) {
	t.Parallel()
	var rows [][]string
	for _, r := range hardset.Rows(hardset.Options{Persons: 500, Seed: 6}) {
		rows = append(rows, []string{r[0], r[1], r[2]})
	}
	for _, name := range []string{"Olga Petrova", "Rahul Sharma", "Wei Chen", "Carmen Ruiz", "Hiroshi Tanaka", "Amara Okafor"} {
		first, last, _ := strings.Cut(name, " ")
		rows = append(rows, []string{first, last, "kiosk@library.example"})
	}
	run := train(t, tableOf(t, []string{"first_name", "last_name", "email"}, rows), match.Options{Seed: 1})
	at := slices.IndexFunc(run.Alarms, func(a match.Alarm) bool { return a.Value == "kiosk@library.example" })
	if at < 0 || run.Alarms[at].People != 6 || run.Alarms[at].Rows != 6 {
		t.Fatalf("the kiosk is not among %+v", run.Alarms)
	}
	if e := run.Explainer().Explain(len(rows)-1, len(rows)-2); e.Fields[2].Level != match.NotSaid || e.Decision != match.Apart {
		t.Errorf("the kiosk's address still counts: %+v", e)
	}
}

func TestPeople(t *testing.T) {
	t.Parallel()
	for want, names := range map[int][]string{
		0: nil,
		1: {"Robert", "Bob", "Rob", "Robret", ""},
		4: {"Anna", "Omar", "Wei", "Chidi", "Ann"},
	} {
		if got := match.People(names); got != want {
			t.Errorf("People(%q) = %d, want %d", names, got, want)
		}
	}
}

func TestTeach(t *testing.T) {
	t.Parallel()
	table, truth := people(t, 1500)
	run := train(t, table, options)
	var wrong []match.Judgement
	for _, p := range found(t, run, 0.5).Pairs {
		if truth[p.A] != truth[p.B] {
			wrong = append(wrong, match.Judgement{Why: run.Explainer().Explain(int(p.A), int(p.B))})
		}
	}
	if len(wrong) == 0 {
		t.Fatal("nothing to correct")
	}
	first := wrong[0].Why
	before := run.Score(first.A, first.B)
	shifts := run.Teach(wrong[:1])
	if after := run.Score(first.A, first.B); after >= before || len(shifts) == 0 {
		t.Errorf("a rejected pair went from %.2f to %.2f bits by %+v", before, after, shifts)
	}
	for _, s := range shifts {
		if s.After > s.Before {
			t.Errorf("a rejection raised a weight: %+v", s)
		}
	}
	for range 200 {
		run.Teach(wrong)
	}
	for _, w := range wrong {
		if now, was := run.Score(w.Why.A, w.Why.B), run.Rescore(w.Why); now-was > 0.01 || was-now > 0.01 {
			t.Errorf("by an explanation from before the lessons %.3f bits, anew %.3f", was, now)
		}
	}
	for _, f := range run.Model.Fields {
		for _, l := range f.Levels {
			if l.Feedback < -6 || l.Feedback > 6 {
				t.Errorf("%s %s moved by %.1f bits", f.Name, l.Label, l.Feedback)
			}
		}
	}
}

// TestLive adds the rows of a table one by one to an index of others: each
// finds the copies that matching everything at once finds.
func TestLive(t *testing.T) {
	t.Parallel()
	rows := hardset.Rows(hardset.Options{Persons: 1500, Seed: 8})
	split := len(rows) * 9 / 10
	opt := options
	opt.Incremental = true
	run := train(t, tableOf(t, hardset.Header, rows[:split]), opt)
	live := run.Live()
	expected, found := 0, 0
	for i, r := range rows[split:] {
		row, err := live.Add(r)
		if err != nil || row != split+i {
			t.Fatalf("row %d, %v", row, err)
		}
		got := live.Candidates(row, 0)
		for j, earlier := range rows[:row] {
			if earlier[hardset.Label] != r[hardset.Label] {
				continue
			}
			expected++
			if slices.ContainsFunc(got, func(p match.Pair) bool { return int(p.B) == j }) {
				found++
			}
		}
	}
	if expected < 50 || found < expected*95/100 {
		t.Errorf("found %d of %d copies", found, expected)
	}
	last := live.Candidates(len(rows)-1, -100)
	if len(last) == 0 {
		t.Fatal("no candidates at all")
	}
	gone := last[0].B
	live.Remove(int(gone))
	if again := live.Candidates(len(rows)-1, -100); slices.ContainsFunc(again, func(p match.Pair) bool { return p.B == gone }) {
		t.Errorf("row %d was removed and still found", gone)
	}
	fixed := train(t, tableOf(t, hardset.Header, rows[:split]), options).Live()
	if _, err := fixed.Add(rows[split]); !errs.Is(err, errs.Invalid) {
		t.Errorf("a table that cannot grow grew: %v", err)
	}
}

// TestQuality judges 50 sampled pairs by the truth: the intervals hold what is
// true of all pairs.
func TestQuality(t *testing.T) {
	t.Parallel()
	table, truth := people(t, 4000)
	run := train(t, table, options)
	pairs := found(t, run, 0.02).Pairs
	judged := match.Sample(pairs, match.JudgedPairs, 1)
	if len(judged) != match.JudgedPairs {
		t.Fatalf("%d pairs to judge", len(judged))
	}
	var opinions []match.Opinion
	for _, p := range judged {
		opinions = append(opinions, match.Opinion{Bits: float64(p.Bits), Same: truth[p.A] == truth[p.B]})
	}
	strata := match.Strata(pairs, opinions)
	estimates := match.Estimates(strata, 1)
	for _, e := range estimates {
		right, all, total := 0, 0, 0
		for _, p := range pairs {
			isSame := truth[p.A] == truth[p.B]
			if isSame {
				total++
			}
			if float64(p.Bits) >= e.Threshold {
				all++
				if isSame {
					right++
				}
			}
		}
		if all == 0 {
			continue
		}
		precision, recall := float64(right)/float64(all), float64(right)/float64(total)
		if precision < e.Precision.Low-0.05 || precision > e.Precision.High+0.05 || recall < e.Recall.Low-0.05 || recall > e.Recall.High+0.05 {
			t.Errorf("at %.0f bits: precision %.3f, recall %.3f, estimated %+v", e.Threshold, precision, recall, e)
		}
	}
	if best, ok := match.Recommend(estimates, 0.5); !ok || best.Precision.Low < 0.5 {
		t.Errorf("recommended %+v, %v", best, ok)
	}
	if best, ok := match.Recommend(estimates, 0.999999); ok {
		t.Errorf("50 opinions prove a precision of 99.9999 %%: %+v", best)
	}
}

func TestEvaluate(t *testing.T) {
	t.Parallel()
	truth := []string{"a", "a", "a", "b", "b", "", ""}
	for _, c := range []struct {
		clusters          [][]uint32
		precision, recall float64
		bPrecision        float64
		bRecall           float64
	}{
		{nil, 1, 0, 1, (1.0/3*3 + 0.5*2 + 2) / 7},
		{[][]uint32{{0, 1, 2}, {3, 4}}, 1, 1, 1, 1},
		{[][]uint32{{0, 1}, {2, 3}}, 0.5, 0.25, 6.0 / 7, (2.0/3*2 + 1.0/3 + 0.5 + 0.5 + 2) / 7},
		{[][]uint32{{5, 6}}, 0, 0, 6.0 / 7, 4.0 / 7},
	} {
		m := match.Evaluate(c.clusters, truth)
		got := [4]float64{m.Pairwise.Precision, m.Pairwise.Recall, m.BCubed.Precision, m.BCubed.Recall}
		for i, want := range [4]float64{c.precision, c.recall, c.bPrecision, c.bRecall} {
			if got[i]-want > 1e-9 || want-got[i] > 1e-9 {
				t.Errorf("%v: number %d is %.4f, want %.4f", c.clusters, i, got[i], want)
			}
		}
	}
}
