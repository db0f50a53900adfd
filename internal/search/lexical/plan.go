package lexical

import (
	"cmp"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// Plan finds places by their grams.
type Plan []way

type (
	way    []clause      // all of them
	clause []conjunction // any of them
	// conjunction is grams that a place has all of. The first ones, keep of them,
	// tell a pass from the next.
	conjunction struct {
		grams []Gram
		keep  int
	}
)

func (c *conjunction) add(g Gram) {
	if !slices.Contains(c.grams, g) {
		c.grams = append(c.grams, g)
	}
}

// join makes c what has all grams of both.
func (c *conjunction) join(d conjunction) {
	var all conjunction
	for _, part := range [][]Gram{c.grams[:c.keep], d.grams[:d.keep]} {
		for _, g := range part {
			all.add(g)
		}
	}
	all.keep = len(all.grams)
	for _, part := range [][]Gram{c.grams[c.keep:], d.grams[d.keep:]} {
		for _, g := range part {
			all.add(g)
		}
	}
	*c = all
}

func conjunctionOf(text []rune, keep ...Gram) conjunction {
	var c conjunction
	for _, g := range keep {
		c.add(g)
	}
	c.keep = len(c.grams)
	inside(text, c.add)
	return c
}

func spaced(text []rune) []rune { return append(append([]rune{' '}, text...), ' ') }

func wholeValue(text []rune) conjunction {
	var keep []Gram
	text = spaced(text)
	whole(text, func(g Gram) { keep = append(keep, g) })
	return conjunctionOf(text, keep...)
}

func wholeWord(w []rune) conjunction {
	if len(w) == 2 || len(w) == 3 {
		return conjunction{grams: []Gram{short(w)}, keep: 1}
	}
	text := spaced(w)
	last := len(text) - 1
	return conjunctionOf(text, gram(' ', text[1], text[2]), gram(text[last-2], text[last-1], ' '))
}

func beginOf(w []rune) conjunction {
	if len(w) == 1 {
		return conjunction{grams: []Gram{initial(w[0])}}
	}
	return conjunctionOf(append([]rune{' '}, w...), gram(' ', w[0], w[1]))
}

func endOf(w []rune) conjunction {
	text := append(slices.Clone(w), ' ')
	last := len(text) - 1
	return conjunctionOf(text, gram(text[last-2], text[last-1], ' '))
}

// partOf finds a text anywhere; one of one or two characters where words begin.
func partOf(text []rune) conjunction {
	if len(text) < 3 {
		return beginOf(text)
	}
	return conjunctionOf(text)
}

// Grams returns what postings are read of, in order.
func (p Plan) Grams() []Gram {
	var out []Gram
	for _, w := range p {
		for _, c := range w {
			for _, all := range c {
				out = append(out, all.grams...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// How many grams lead to few places that have them all and are nevertheless not
// what is looked for, and how many tell one pass from the next well enough.
const (
	enough     = 8
	enoughKept = 4
)

// Thin returns a plan that reads fewer postings: of many grams that a place must
// have, those that tell the pass and the rarest. It finds no less. Size says how
// many places have a gram.
func (p Plan) Thin(size func(Gram) uint64) Plan {
	out := make(Plan, len(p))
	for i, w := range p {
		out[i] = make(way, len(w))
		for j, c := range w {
			out[i][j] = make(clause, len(c))
			for k, all := range c {
				out[i][j][k] = all.thin(size)
			}
		}
	}
	return out
}

func (c conjunction) thin(size func(Gram) uint64) conjunction {
	rarest := func(grams []Gram, most int) []Gram {
		grams = slices.Clone(grams)
		slices.SortStableFunc(grams, func(a, b Gram) int { return cmp.Compare(size(a), size(b)) })
		return grams[:min(len(grams), most)]
	}
	keep := rarest(c.grams[:c.keep], enoughKept)
	return conjunction{append(keep, rarest(c.grams[c.keep:], enough)...), len(keep)}
}

// Candidates returns the places of a block that a plan finds.
func (p Plan) Candidates(post Postings) *roaring.Bitmap {
	out := roaring.New()
	for _, w := range p {
		out.Or(w.places(post))
	}
	return out
}

func (w way) places(post Postings) *roaring.Bitmap {
	var out *roaring.Bitmap
	for _, c := range w {
		found := roaring.New()
		for _, all := range c {
			if set := all.places(post); set != nil {
				found.Or(set)
			}
		}
		if out == nil {
			out = found
		} else {
			out.And(found)
		}
		if out.IsEmpty() {
			break
		}
	}
	return out
}

// places are those that have all grams, nil for none.
func (c conjunction) places(post Postings) *roaring.Bitmap {
	sets := make([]*roaring.Bitmap, len(c.grams))
	for i, g := range c.grams {
		if sets[i] = post(g); sets[i] == nil {
			return nil
		}
	}
	slices.SortFunc(sets, func(a, b *roaring.Bitmap) int { return cmp.Compare(a.GetCardinality(), b.GetCardinality()) })
	out := sets[0].Clone()
	for _, s := range sets[1:] {
		if out.IsEmpty() {
			return nil
		}
		out.And(s)
	}
	return out
}
