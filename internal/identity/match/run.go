package match

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/kith-id/kith/internal/errs"
)

// Options change how a table is matched. The zero value is the one default
// configuration: nothing in it depends on the file.
type Options struct {
	Exclude []string // columns that take no part: ids and labels
	Seed    uint64   // of everything random
	Rules   Rules
	// MergeAt is the least probability of a pair that is merged without asking;
	// 0 means MergeProbability.
	MergeAt float64
	// Incremental lets the table grow by a Live index, for more memory.
	Incremental bool
}

// A Run is a table with what was learnt about it. Its methods may be called
// from several goroutines.
type Run struct {
	Model  *Model
	Fields []FieldRole // what each column was taken for
	Alarms []Alarm     // values that touch too many people and were left out

	table     *Table
	frame     *frame
	index     *index
	rules     Rules
	exclusive []int // columns
	mergeAt   float64

	incremental bool
}

// Train guesses the roles of a table's columns and learns a model from it,
// without labels. The only error is that of a context that ended.
func Train(ctx context.Context, t *Table, opt Options) (*Run, error) {
	roles, orders := t.guessRoles(opt.Exclude)
	r, err := prepare(ctx, t, opt, roles, orders)
	if err != nil {
		return nil, err
	}
	r.Model, err = learn(ctx, r, opt.Seed)
	return r, err
}

// Use makes a table ready to be matched with a model that was learnt before. It
// refuses with errs.Invalid a model for columns that the table does not have.
func Use(ctx context.Context, t *Table, m *Model, opt Options) (*Run, error) {
	roles := make([]FieldRole, len(t.columns))
	orders := make([]dateOrder, len(t.columns))
	for c, name := range t.columns {
		roles[c] = FieldRole{name, Ignored}
	}
	for _, f := range m.Fields {
		for i, name := range f.Columns {
			c := slices.Index(t.columns, name)
			if c < 0 {
				return nil, errs.BadRequest("the model knows a column %q that the table lacks; train a new one", name)
			}
			if kinds[f.Role] == nil || len(f.Levels) != len(kinds[f.Role].levels) {
				return nil, errs.BadRequest("the model compares %q in a way that this version does not know; train a new one", name)
			}
			roles[c].Role, orders[c] = f.Role, dateOrder(max(0, slices.Index(dateOrders[:], f.Order)))
			switch {
			case f.Part != "":
				roles[c].Role = FullName
			case f.Role == BirthDate && len(f.Columns) == len(birthParts):
				roles[c].Role = birthParts[i]
			}
		}
	}
	r, err := prepare(ctx, t, opt, roles, orders)
	if err != nil {
		return nil, err
	}
	if len(r.frame.fields) != len(m.Fields) {
		return nil, errs.BadRequest("the model has %d fields where the table has %d; train a new one", len(m.Fields), len(r.frame.fields))
	}
	r.Model = m
	return r, nil
}

// prepare makes a table ready to be matched.
func prepare(ctx context.Context, t *Table, opt Options, roles []FieldRole, orders []dateOrder) (*Run, error) {
	if !opt.Incremental {
		t.freeze()
	}
	r := &Run{
		table: t, frame: newFrame(t, roles, orders, opt.Incremental), rules: opt.Rules,
		mergeAt: cmp.Or(opt.MergeAt, MergeProbability), incremental: opt.Incremental,
	}
	for _, name := range opt.Rules.Exclusive {
		if c := slices.Index(t.columns, name); c >= 0 {
			r.exclusive = append(r.exclusive, c)
		}
	}
	r.Fields = r.frame.roles
	r.Alarms = r.frame.findCrowds()
	var err error
	r.index, err = newIndex(ctx, r.frame, opt.Rules.OneToOne)
	return r, err
}

// Score returns the log2 odds that two rows are one.
func (r *Run) Score(a, b int) float64 { return newScorer(r.frame, r.Model).score(a, b) }

// verdict says what is known about two rows beside their likeness.
func (r *Run) verdict(a, b int) Verdict {
	if r.rules.OneToOne && r.table.Source(a) == r.table.Source(b) {
		return Forbidden
	}
	for _, c := range r.exclusive {
		if x, y := r.table.Cell(a, c), r.table.Cell(b, c); x != "" && y != "" && x != y {
			return Forbidden
		}
	}
	if r.rules.Judge != nil {
		return r.rules.Judge(a, b)
	}
	return Open
}

// A Result is what matching a table found.
type Result struct {
	Pairs    []Pair     // in the order of their rows
	Clusters [][]uint32 // rows of one person, two and more; in order
}

// Match scores all rows that may be one and joins those that are more likely
// one than not. The result has the pairs with at least the probability. The only
// error is that of a context that ended.
func (r *Run) Match(ctx context.Context, least float64) (Result, error) {
	pairs, err := scorePairs(ctx, r, math.Min(bitsOf(least), 0))
	if err != nil {
		return Result{}, err
	}
	res := Result{Clusters: r.cluster(pairs, 0)}
	res.Pairs = slices.DeleteFunc(pairs, func(p Pair) bool {
		return float64(p.Bits) < bitsOf(least) || r.verdict(int(p.A), int(p.B)) == Forbidden
	})
	return res, nil
}

// Decide judges pairs with their scores.
func (r *Run) Decide(pairs []Pair) []Decision {
	s := newScorer(r.frame, r.Model)
	out := make([]Decision, len(pairs))
	for i, p := range pairs {
		out[i] = r.decide(s, p)
	}
	return out
}

// bitsOf returns the log2 odds of a probability.
func bitsOf(p float64) float64 { return math.Log2(p / (1 - p)) }
