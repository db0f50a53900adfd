package cli

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/kith-id/kith/internal/identity/match"
)

// matchReport prints what was found.
type matchReport struct {
	cmd     matchCmd
	in      *matchInput
	run     *match.Run
	result  match.Result
	metrics *match.Metrics
}

// matchPair is a pair as --json prints it. Rows count from 1.
type matchPair struct {
	A           uint32         `json:"a"`
	B           uint32         `json:"b"`
	IDA         string         `json:"id_a,omitempty"`
	IDB         string         `json:"id_b,omitempty"`
	Probability float64        `json:"probability"`
	Bits        float64        `json:"bits"`
	Decision    match.Decision `json:"decision"`
	Reasons     []matchReason  `json:"reasons"`
}

type matchReason struct {
	Field string  `json:"field"`
	Level string  `json:"level"`
	Bits  float64 `json:"bits"`
}

// matchCluster is a cluster as --json prints it.
type matchCluster struct {
	Rows []uint32 `json:"rows"`
	IDs  []string `json:"ids,omitempty"`
}

// json prints one object. Pairs and clusters go out one by one: there may be
// millions.
func (r matchReport) json(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(out, `{"rows":%d,"files":`, r.in.table.Len())
	r.value(out, r.in.files)
	fmt.Fprintf(out, `,"seed":%d,"fields":`, r.cmd.Seed)
	r.value(out, r.run.Fields)
	fmt.Fprint(out, `,"pairs":[`)
	x := r.run.Explainer()
	for i, p := range r.result.Pairs {
		comma(out, i)
		r.value(out, r.pair(x.Explain(int(p.A), int(p.B))))
	}
	fmt.Fprint(out, `],"clusters":[`)
	for i, rows := range r.result.Clusters {
		comma(out, i)
		r.value(out, r.cluster(rows))
	}
	fmt.Fprint(out, `]`)
	if len(r.run.Alarms) > 0 {
		fmt.Fprint(out, `,"alarms":`)
		r.value(out, r.run.Alarms)
	}
	if r.metrics != nil {
		fmt.Fprint(out, `,"metrics":`)
		r.value(out, r.metrics)
	}
	fmt.Fprintln(out, `}`)
	return out.Flush()
}

func comma(w io.Writer, i int) {
	if i > 0 {
		fmt.Fprint(w, ",")
	}
}

// value prints a value of the report's own types, all of which JSON can hold.
func (r matchReport) value(w io.Writer, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("kith: a report that is no JSON: %v", err))
	}
	fmt.Fprintf(w, "%s", text)
}

func (r matchReport) pair(e match.Explanation) matchPair {
	p := matchPair{
		A: uint32(e.A) + 1, B: uint32(e.B) + 1, Probability: rounded(e.Probability, 6), Bits: rounded(e.Bits, 2), Decision: e.Decision,
		IDA: r.id(uint32(e.A)), IDB: r.id(uint32(e.B)), Reasons: []matchReason{},
	}
	for _, f := range e.Fields {
		if f.Level != match.NotSaid {
			p.Reasons = append(p.Reasons, matchReason{f.Field, f.Level, rounded(f.Bits, 2)})
		}
	}
	return p
}

func (r matchReport) cluster(rows []uint32) matchCluster {
	var c matchCluster
	for _, row := range rows {
		c.Rows = append(c.Rows, row+1)
		if r.in.id >= 0 {
			c.IDs = append(c.IDs, r.id(row))
		}
	}
	return c
}

func (r matchReport) id(row uint32) string {
	if r.in.id < 0 {
		return ""
	}
	return r.in.table.Cell(int(row), r.in.id)
}

func rounded(v float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(v*scale) / scale
}

// text prints the report for people.
func (r matchReport) text(w io.Writer) error {
	out := bufio.NewWriter(w)
	r.columns(out)
	r.pairs(out)
	r.clusters(out)
	r.alarms(out)
	if r.metrics != nil {
		fmt.Fprintln(out, "\nAgainst the truth      precision  recall  F1")
		for _, m := range []struct {
			name string
			q    match.Quality
		}{{"by pairs", r.metrics.Pairwise}, {"B-cubed", r.metrics.BCubed}} {
			fmt.Fprintf(out, "  %-20s %.4f     %.4f  %.4f\n", m.name, m.q.Precision, m.q.Recall, m.q.F1)
		}
	}
	fmt.Fprintf(out, "\nSeed %d.\n", r.cmd.Seed)
	return out.Flush()
}

func (r matchReport) columns(w io.Writer) {
	fmt.Fprintf(w, "%s rows. Columns were taken for:\n", grouped(int64(r.in.table.Len())))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range r.run.Fields {
		fmt.Fprintf(t, "  %s\t%s\n", f.Column, f.Role)
	}
	_ = t.Flush() // the writer below remembers
}

// shownReasons is how many reasons the table gives for a pair.
const shownReasons = 4

// pairs prints the surest pairs.
func (r matchReport) pairs(w io.Writer) {
	best := slices.Clone(r.result.Pairs)
	slices.SortStableFunc(best, func(a, b match.Pair) int { return cmp.Compare(b.Bits, a.Bits) })
	total := len(best)
	best = best[:min(len(best), r.cmd.Pairs)]
	fmt.Fprintf(w, "\n%s pairs of at least %.0f %%", grouped(int64(total)), 100*r.cmd.Min)
	if len(best) == 0 {
		fmt.Fprintln(w, ".")
		return
	}
	if len(best) < total {
		fmt.Fprintf(w, "; the %d surest", len(best))
	}
	fmt.Fprintln(w, ":")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "  ROW\tROW\tPROBABILITY\tBITS\tDECISION\tREASONS\n")
	x := r.run.Explainer()
	for _, p := range best {
		e := x.Explain(int(p.A), int(p.B))
		fmt.Fprintf(t, "  %s\t%s\t%.4f\t%.1f\t%s\t%s\n", r.name(p.A), r.name(p.B), math.Floor(e.Probability*1e4)/1e4, e.Bits, e.Decision, reasons(e))
	}
	_ = t.Flush() // the writer below remembers
}

// name returns how a row is called: by its id, else by its number.
func (r matchReport) name(row uint32) string {
	if id := r.id(row); id != "" {
		return id
	}
	return fmt.Sprint(row + 1)
}

// reasons writes what weighs most for and against a pair.
func reasons(e match.Explanation) string {
	fields := slices.DeleteFunc(slices.Clone(e.Fields), func(f match.FieldReason) bool { return f.Level == match.NotSaid })
	slices.SortStableFunc(fields, func(a, b match.FieldReason) int { return cmp.Compare(math.Abs(b.Bits), math.Abs(a.Bits)) })
	var parts []string
	for _, f := range fields[:min(len(fields), shownReasons)] {
		parts = append(parts, fmt.Sprintf("%s %s (%+.1f)", f.Field, f.Level, f.Bits))
	}
	if e.Relatives <= -1 {
		parts = append(parts, fmt.Sprintf("may be family or colleagues (%+.1f)", e.Relatives))
	}
	return strings.Join(parts, ", ")
}

// clusters prints how many clusters of which size there are, and the largest.
func (r matchReport) clusters(w io.Writer) {
	list := slices.Clone(r.result.Clusters)
	if len(list) == 0 {
		fmt.Fprintln(w, "\nNo clusters: every row stands alone.")
		return
	}
	rows := 0
	sizes := map[int]int{}
	for _, c := range list {
		rows += len(c)
		sizes[len(c)]++
	}
	fmt.Fprintf(w, "\n%s clusters with %s rows; without the copies %s rows would be left.\n",
		grouped(int64(len(list))), grouped(int64(rows)), grouped(int64(r.in.table.Len()-rows+len(list))))
	var known []int
	for size := range sizes {
		known = append(known, size)
	}
	slices.Sort(known)
	for _, size := range known {
		fmt.Fprintf(w, "  %s of %d rows\n", grouped(int64(sizes[size])), size)
	}
	slices.SortStableFunc(list, func(a, b []uint32) int { return cmp.Compare(len(b), len(a)) })
	fmt.Fprintln(w, "The largest:")
	for _, c := range list[:min(5, len(list))] {
		fmt.Fprintf(w, "  %s\n", r.listed(c))
	}
}

// listedRows is how many rows of a cluster are written out.
const listedRows = 12

func (r matchReport) listed(c []uint32) string {
	var names []string
	for _, row := range c[:min(len(c), listedRows)] {
		names = append(names, r.name(row))
	}
	if len(c) > listedRows {
		names = append(names, fmt.Sprintf("and %d more", len(c)-listedRows))
	}
	return strings.Join(names, ", ")
}

// alarms prints the values that were left out because too many people have them.
func (r matchReport) alarms(w io.Writer) {
	if len(r.run.Alarms) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s values belong to many people and were not matched by:\n", grouped(int64(len(r.run.Alarms))))
	for _, a := range r.run.Alarms[:min(5, len(r.run.Alarms))] {
		fmt.Fprintf(w, "  %s %s: %d rows, %d names\n", a.Column, a.Value, a.Rows, a.People)
	}
}
