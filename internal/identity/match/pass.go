package match

import (
	"math"
	"slices"
	"strings"
)

// A pass is one way to block all rows. Blocks above most are left out; 0
// thins them instead.
type pass struct {
	name string
	keys func(row int, emit func(uint64))
	most int
}

// passes chooses how to block: features that are selective by themselves, pairs
// of those that are not, names in any order, rare words.
func (fr *frame) passes() []pass {
	n := fr.table.Len()
	features := fr.features()
	for _, x := range features {
		x.measure(n)
	}
	out := choose(features, n)
	out = append(out, fr.namePasses()...)
	return append(out, fr.wordPasses(n)...)
}

// An option is a pass that could be chosen and the pairs a row it would bring.
type option struct {
	a, b *feature // b nil for a single feature
	cost float64
}

// choose takes the cheapest options, but so that every feature gets its turn:
// a pair of records is found when any one of the passes finds it.
func choose(features []*feature, n int) []pass {
	var options []option
	perRow := math.Max(float64(rowBudget)/math.Max(float64(n), 1), rowMinimum)
	add := func(a, b *feature, chance, filled float64) {
		if cost := chance * float64(n) / 2; cost <= perRow && filled > 0.02 {
			options = append(options, option{a, b, cost})
		}
	}
	for i, a := range features {
		add(a, nil, a.chance, a.filled)
		for _, b := range features[i+1:] {
			if !slices.ContainsFunc(a.fields, func(f int) bool { return slices.Contains(b.fields, f) }) && min(a.chance, b.chance)*float64(n) > 4 {
				add(a, b, a.chance*b.chance, min(a.filled, b.filled))
			}
		}
	}
	count := 24
	if n > 100_000 {
		count = 12
	}
	uses := map[*feature]int{}
	var out []pass
	for len(out) < count && len(options) > 0 {
		best := 0
		price := func(o option) float64 {
			p := math.Log2(o.cost+0.5) + 1.5*float64(uses[o.a])
			if o.b != nil {
				return p + 1.5*float64(uses[o.b]) + 1 - math.Log2(o.a.filled*o.b.filled)
			}
			return p - math.Log2(o.a.filled)
		}
		for i := range options {
			if price(options[i]) < price(options[best]) {
				best = i
			}
		}
		o := options[best]
		options = slices.Delete(options, best, best+1)
		uses[o.a]++
		if o.b != nil {
			uses[o.b]++
		}
		out = append(out, o.pass())
	}
	return out
}

func (o option) pass() pass {
	if o.b == nil {
		return pass{name: o.a.name, keys: o.a.keys}
	}
	return pass{name: o.a.name + " + " + o.b.name, keys: func(row int, emit func(uint64)) {
		o.a.keys(row, func(k uint64) {
			o.b.keys(row, func(l uint64) { emit(mix(k*3 + l)) })
		})
	}}
}

// namePasses blocks by two names in either order, and by one name with the
// beginning of the other.
func (fr *frame) namePasses() []pass {
	if fr.given < 0 {
		return nil
	}
	given, last := fr.fields[fr.given], fr.fields[fr.last]
	return []pass{{name: "both names", keys: func(row int, emit func(uint64)) {
		if given.rows[row] == 0 || last.rows[row] == 0 {
			return
		}
		a := sound(strings.ReplaceAll(given.text(given.rows[row]), " ", ""))
		b := sound(strings.ReplaceAll(last.text(last.rows[row]), " ", ""))
		emit(hash(a) + hash(b))
	}}}
}

// Words are rare enough to block by when at most this many rows have them.
const (
	rareWord   = 40
	wordsOfRow = 5 // the rarest words of a row that block it
)

// wordPasses blocks by the rarest words of each field that is compared word by
// word, alone when they are rare and in pairs when they are not.
func (fr *frame) wordPasses(n int) []pass {
	var out []pass
	for _, f := range fr.fields {
		if f.words == nil {
			continue
		}
		out = append(out, pass{name: f.name + " (rare words)", keys: func(row int, emit func(uint64)) {
			if f.rows[row] == 0 {
				return
			}
			rare := f.rarest(f.rows[row])
			for i, w := range rare {
				emit(mix(uint64(w) + 1))
				for _, v := range rare[i+1:] {
					emit(mix(mix(uint64(min(w, v))+1) + uint64(max(w, v))))
				}
			}
		}, most: max(rareWord, min(2_000_000/max(n, 1), 200))})
	}
	return out
}

// rarest returns the rarest words of a value that more than one row has.
func (f *field) rarest(value uint32) []uint32 {
	var out []uint32
	once := float32(math.Log2(1 + float64(f.filled)))
	for _, v := range f.parts(value) {
		for _, w := range f.words.of(v) {
			if f.words.weight[w] < once && !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	slices.SortFunc(out, func(a, b uint32) int {
		switch wa, wb := f.words.weight[a], f.words.weight[b]; {
		case wa > wb:
			return -1
		case wa < wb:
			return 1
		}
		return int(a) - int(b)
	})
	return out[:min(len(out), wordsOfRow)]
}
