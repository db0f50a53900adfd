package match

import (
	"cmp"
	"slices"
)

// A Verdict is what the caller knows about a pair, by proof and not by
// likeness.
type Verdict int8

// The verdicts.
const (
	Open      Verdict = iota // nothing is known: the score decides
	Forbidden                // two persons; nothing may join them, not even a third record
	Required                 // one person; nothing may part them but a forbidden pair
)

// Rules are what clusters have to respect beside the scores.
type Rules struct {
	// Judge says what is known about two rows; nil knows nothing. It must be
	// symmetric and safe for concurrent use.
	Judge func(a, b int) Verdict
	// Required lists the pairs for which Judge says so.
	Required [][2]int
	// OneToOne forbids two rows of one source in a cluster: no file has
	// anybody twice.
	OneToOne bool
	// Exclusive names columns of which two different values are two persons,
	// such as the key in another system. Empty cells say nothing.
	Exclusive []string
}

// Two clusters are joined when one pair says so and all pairs between them
// together do not speak against it.
const (
	linkSample = 48   // pairs between two clusters that are looked at
	linkBound  = 12.0 // bits; a single pair counts at most so much
	linkMean   = -2.0 // bits; the least mean over the pairs
)

// clusters joins rows along pairs of at least threshold bits, the surest first.
func (r *Run) cluster(pairs []Pair, threshold float64) [][]uint32 {
	c := newClusterer(r)
	for _, p := range r.rules.Required {
		c.join(uint32(p[0]), uint32(p[1]), true)
	}
	edges := slices.DeleteFunc(slices.Clone(pairs), func(p Pair) bool { return float64(p.Bits) < threshold })
	slices.SortStableFunc(edges, func(a, b Pair) int { return cmp.Compare(b.Bits, a.Bits) })
	for _, p := range edges {
		c.join(p.A, p.B, false)
	}
	return c.list()
}

type clusterer struct {
	run    *Run
	scorer *scorer
	root   []uint32
	rows   map[uint32][]uint32 // of clusters of two and more, by root
}

func newClusterer(r *Run) *clusterer {
	c := &clusterer{run: r, scorer: newScorer(r.frame, r.Model), root: make([]uint32, r.table.Len()), rows: map[uint32][]uint32{}}
	for i := range c.root {
		c.root[i] = uint32(i)
	}
	return c
}

func (c *clusterer) find(row uint32) uint32 {
	for c.root[row] != row {
		c.root[row] = c.root[c.root[row]]
		row = c.root[row]
	}
	return row
}

func (c *clusterer) of(root uint32) []uint32 {
	if rows, ok := c.rows[root]; ok {
		return rows
	}
	return []uint32{root}
}

// join joins the clusters of two rows if it may.
func (c *clusterer) join(a, b uint32, required bool) {
	ra, rb := c.find(a), c.find(b)
	if ra == rb {
		return
	}
	x, y := c.of(ra), c.of(rb)
	if !c.allowed(x, y) || !required && !c.likely(x, y) {
		return
	}
	if len(x) < len(y) {
		ra, rb, x, y = rb, ra, y, x
	}
	c.root[rb] = ra
	c.rows[ra] = append(slices.Clip(x), y...)
	delete(c.rows, rb)
}

// allowed reports whether no pair between two clusters is forbidden.
func (c *clusterer) allowed(x, y []uint32) bool {
	for _, a := range x {
		for _, b := range y {
			if c.run.verdict(int(a), int(b)) == Forbidden {
				return false
			}
		}
	}
	return true
}

// likely reports whether the pairs between two clusters allow to join them.
func (c *clusterer) likely(x, y []uint32) bool {
	if len(x) == 1 && len(y) == 1 {
		return true
	}
	count := len(x) * len(y)
	step := max(1, count/linkSample)
	sum, n := 0.0, 0
	for i := 0; i < count; i += step {
		bits := c.scorer.score(int(x[i/len(y)]), int(y[i%len(y)]))
		sum += max(-linkBound, min(linkBound, bits))
		n++
	}
	return sum/float64(n) >= linkMean
}

// list returns the clusters of two and more rows, rows and clusters in order.
func (c *clusterer) list() [][]uint32 {
	out := make([][]uint32, 0, len(c.rows))
	for _, rows := range c.rows {
		slices.Sort(rows)
		out = append(out, rows)
	}
	slices.SortFunc(out, func(a, b []uint32) int { return cmp.Compare(a[0], b[0]) })
	return out
}
