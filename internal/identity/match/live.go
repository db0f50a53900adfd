package match

import (
	"cmp"
	"slices"
	"sort"

	"github.com/kith-id/kith/internal/errs"
)

// A Live index finds the rows that may be one with a row, while rows come and
// go. It is for one goroutine; its run must not be used elsewhere meanwhile.
type Live struct {
	run    *Run
	passes []livePass
	gone   map[uint32]bool
	scorer *scorer
}

// livePass has the keys of one pass: those of the rows that were there at
// first in order, those of rows that came later aside.
type livePass struct {
	pass    pass
	entries []entry
	later   map[uint64][]uint32
}

// Live returns an index of the run's rows; it takes 16 bytes a row and key.
// The run must have been made with Options.Incremental.
func (r *Run) Live() *Live {
	l := &Live{run: r, gone: map[uint32]bool{}, scorer: newScorer(r.frame, r.Model)}
	for _, p := range r.index.passes {
		lp := livePass{pass: p, later: map[uint64][]uint32{}}
		for row := range r.table.Len() {
			p.keys(row, func(k uint64) { lp.entries = append(lp.entries, entry{k, uint32(row)}) })
		}
		slices.SortFunc(lp.entries, func(a, b entry) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.row, b.row)) })
		lp.entries = slices.Compact(lp.entries)
		l.passes = append(l.passes, lp)
	}
	return l
}

// Add adds a record and returns its row. A changed record is removed and added.
// It refuses with errs.Invalid when the run was not made to grow, and as
// Table.Add does.
func (l *Live) Add(cells []string) (row int, err error) {
	t := l.run.table
	if !l.run.incremental {
		return 0, errs.BadRequest("this index was made of a table that cannot grow")
	}
	if err := t.Add(0, cells); err != nil {
		return 0, err
	}
	row = t.Len() - 1
	for _, f := range l.run.frame.fields {
		f.grow(t, row)
	}
	for _, p := range l.passes {
		p.pass.keys(row, func(k uint64) { p.later[k] = append(p.later[k], uint32(row)) })
	}
	return row, nil
}

// Remove takes a row out; it is nobody's candidate any more.
func (l *Live) Remove(row int) { l.gone[uint32(row)] = true }

// Candidates returns the rows that may be one with a row, with their scores of
// at least floor bits, the best first. The row stands first in each pair.
func (l *Live) Candidates(row int, floor float64) []Pair {
	seen := map[uint32]bool{uint32(row): true}
	var out []Pair
	meet := func(other uint32) {
		if seen[other] || l.gone[other] || l.run.verdict(row, int(other)) == Forbidden {
			return
		}
		seen[other] = true
		if bits := l.scorer.score(row, int(other)); bits >= floor {
			out = append(out, Pair{uint32(row), other, float32(bits)})
		}
	}
	for _, p := range l.passes {
		p.pass.keys(row, func(k uint64) {
			for _, other := range p.block(k, l.run.index.limit) {
				meet(other)
			}
		})
	}
	slices.SortFunc(out, func(a, b Pair) int { return cmp.Or(cmp.Compare(b.Bits, a.Bits), cmp.Compare(a.B, b.B)) })
	return out
}

// block returns the rows with a key, none when they are too many to mean
// anything.
func (p livePass) block(key uint64, limit int) []uint32 {
	from := sort.Search(len(p.entries), func(i int) bool { return p.entries[i].key >= key })
	to := from
	for to < len(p.entries) && p.entries[to].key == key {
		to++
	}
	later := p.later[key]
	if to-from+len(later) > limit {
		return nil
	}
	rows := make([]uint32, 0, to-from+len(later))
	for _, e := range p.entries[from:to] {
		rows = append(rows, e.row)
	}
	return append(rows, later...)
}

// grow takes in a row that the table got.
func (f *field) grow(t *Table, row int) {
	known := f.values.len()
	f.rows = append(f.rows, f.value(f.raw(t, row)))
	for v := known; v < f.values.len(); v++ {
		f.share = append(f.share, 1/float32(max(f.filled, 1)))
		if f.traits != nil {
			f.traits = append(f.traits, traitOf(f.values.view(uint32(v))))
		}
		if f.numbers != nil {
			n, _, _ := parseNumber(f.values.string(uint32(v)))
			f.numbers = append(f.numbers, n)
		}
		if f.words != nil {
			f.words.grow(f, uint32(v))
		}
	}
}

// grow takes in the words of a new value; new words are as rare as can be.
func (w *words) grow(f *field, v uint32) {
	rarest := slices.Max(append([]float32{1}, w.weight...))
	if _, several := f.multi[v]; !several {
		w.split(f.values.view(v), func(n uint32) {
			if int(n) == len(w.weight) {
				w.weight = append(w.weight, rarest)
				w.traits = append(w.traits, traitOf(w.vocabulary.view(n)))
			}
		})
	}
	w.ends = append(w.ends, uint32(len(w.list)))
}
