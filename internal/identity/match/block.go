package match

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"strings"
)

// An index finds the rows that are worth comparing with a row. Rows that share
// a key form a block; of a block above the cap only neighbours in the order of
// the names are compared.
type index struct {
	members []uint32 // rows, block after block, each block in the order of rank
	starts  []uint32 // of each block in members, and the end of the last
	blocks  []uint32 // blocks, row after row
	rows    []uint32 // start of each row in blocks, and the end of the last
	rank    []uint32 // of each row in the first order
	orders  [][]uint32
	places  [][]uint32 // of each row in orders
	limit   int
	window  int
	passes  []pass
	source  []uint16 // of each row; nil when rows of one source may be one
}

// Within a block above the cap, and in the orders of sorted neighbours, this
// many neighbours on each side are compared.
const (
	blockWindow = 6
	rowBudget   = 4_000_000 // pairs of a whole table that one kind of key may bring at most, or
	rowMinimum  = 4         // this many pairs a row
)

// newIndex blocks the rows of a frame; oneToOne leaves out pairs of one source.
func newIndex(ctx context.Context, fr *frame, oneToOne bool) (*index, error) {
	n := fr.table.Len()
	x := &index{limit: min(max(2_000_000/max(n, 1), 48), 500), window: min(max(1_000_000/max(n, 1), 4), 12)}
	if oneToOne {
		x.source = fr.table.source
	}
	x.sortRows(fr)
	x.passes = fr.passes()
	for _, p := range x.passes {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		x.addPass(p, n)
	}
	x.invert(n)
	return x, nil
}

// An entry is a row's key in one pass.
type entry struct {
	key uint64
	row uint32
}

// addPass groups the rows that share a key of the pass.
func (x *index) addPass(p pass, n int) {
	entries := make([]entry, 0, n)
	for row := range n {
		p.keys(row, func(k uint64) { entries = append(entries, entry{k, uint32(row)}) })
	}
	rank := x.rank
	slices.SortFunc(entries, func(a, b entry) int {
		if c := cmp.Compare(a.key, b.key); c != 0 {
			return c
		}
		return cmp.Compare(rank[a.row], rank[b.row])
	})
	entries = slices.Compact(entries)
	for i := 0; i < len(entries); {
		j := i + 1
		for j < len(entries) && entries[j].key == entries[i].key {
			j++
		}
		if j-i > 1 && (p.most == 0 || j-i <= p.most) {
			x.starts = append(x.starts, uint32(len(x.members)))
			for _, e := range entries[i:j] {
				x.members = append(x.members, e.row)
			}
		}
		i = j
	}
}

// invert lists the blocks of each row.
func (x *index) invert(n int) {
	x.starts = append(x.starts, uint32(len(x.members)))
	x.rows = make([]uint32, n+1)
	for _, row := range x.members {
		x.rows[row+1]++
	}
	for i := range n {
		x.rows[i+1] += x.rows[i]
	}
	next := slices.Clone(x.rows)
	x.blocks = make([]uint32, len(x.members))
	for b := range len(x.starts) - 1 {
		for _, row := range x.members[x.starts[b]:x.starts[b+1]] {
			x.blocks[next[row]] = uint32(b)
			next[row]++
		}
	}
}

// sortRows puts the rows into the orders in which neighbours are compared: by
// the most telling words, and by the second most telling.
func (x *index) sortRows(fr *frame) {
	keys := fr.sortFields()
	n := fr.table.Len()
	for turn := range min(2, max(1, len(keys))) {
		order := make([]uint32, n)
		for i := range order {
			order[i] = uint32(i)
		}
		by := slices.Concat(keys[min(turn, len(keys)):], keys[:min(turn, len(keys))])
		slices.SortFunc(order, func(a, b uint32) int {
			for _, f := range by {
				if va, vb := f.rows[a], f.rows[b]; va != vb {
					if c := strings.Compare(f.text(va), f.text(vb)); c != 0 {
						return c
					}
				}
			}
			return cmp.Compare(a, b)
		})
		places := make([]uint32, n)
		for i, row := range order {
			places[row] = uint32(i)
		}
		x.orders, x.places = append(x.orders, order), append(x.places, places)
	}
	x.rank = x.places[0]
}

// sortFields returns up to four fields to sort by, those with many values
// that say most first.
func (fr *frame) sortFields() []*field {
	var out []*field
	for _, f := range fr.fields {
		if f.role != Number && f.role != Category && f.role != Date && f.role != BirthDate {
			out = append(out, f)
		}
	}
	weight := func(f *field) int {
		n := f.values.len()
		if f.role == Surname || f.role == GivenName || f.role == Text {
			n *= 4
		}
		return n
	}
	sort.SliceStable(out, func(i, j int) bool { return weight(out[i]) > weight(out[j]) })
	return out[:min(4, len(out))]
}

// candidates calls visit for each row after the given one that is worth
// comparing with it, once. seen belongs to the caller's goroutine.
func (x *index) candidates(row uint32, seen *marks, visit func(other uint32)) {
	seen.next()
	meet := func(other uint32) {
		if other > row && (x.source == nil || x.source[other] != x.source[row]) && seen.mark(other) {
			visit(other)
		}
	}
	for _, b := range x.blocks[x.rows[row]:x.rows[row+1]] {
		block := x.members[x.starts[b]:x.starts[b+1]]
		if len(block) > x.limit {
			at := sort.Search(len(block), func(i int) bool { return x.rank[block[i]] >= x.rank[row] })
			block = block[max(0, at-blockWindow):min(len(block), at+blockWindow+1)]
		}
		for _, other := range block {
			meet(other)
		}
	}
	for i, order := range x.orders {
		at := int(x.places[i][row])
		for _, other := range order[max(0, at-x.window):min(len(order), at+x.window+1)] {
			meet(other)
		}
	}
}

// marks remembers which rows were met for the current one.
type marks struct {
	stamp []uint32
	now   uint32
}

func newMarks(n int) *marks { return &marks{stamp: make([]uint32, n)} }

func (m *marks) next() { m.now++ }

func (m *marks) mark(row uint32) bool {
	if m.stamp[row] == m.now {
		return false
	}
	m.stamp[row] = m.now
	return true
}
