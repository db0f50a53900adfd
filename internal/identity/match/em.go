package match

import (
	"context"
	"math"
	"math/rand/v2"
)

// How much is looked at to learn, whatever the size of the table.
const (
	learnPairs  = 150_000 // compared because a block has both
	randomPairs = 150_000
	rounds      = 18
	treeRound   = 5 // after so many rounds, and again, dependences are looked for
	// What is expected of a field's levels counts as so many true pairs, and as
	// a share of those found: without labels nothing else keeps the estimate
	// from calling some other regularity of the data "the same person".
	expectedPairs = 10
	expectedShare = 0.3
	// A table is assumed to have at most so many true pairs a row, on average.
	mostPairs = 30
)

// A sample is a set of compared pairs.
type sample struct {
	levels []uint8   // pair after pair
	rarity []int8    // likewise, in half bits
	count  []float32 // how many pairs one stands for
	width  int
	scale  float64 // how many pairs of the table each counted one stands for
	known  map[string]int
}

func newSample(fr *frame) *sample { return &sample{width: len(fr.fields), known: map[string]int{}} }

// add compares two rows. Pairs that look alike are kept once and counted.
func (s *sample) add(fr *frame, m *Model, cache *levelCache, a, b int) {
	at := len(s.levels)
	s.levels = append(s.levels, make([]uint8, s.width)...)
	s.rarity = append(s.rarity, make([]int8, s.width)...)
	levels, rarity := s.levels[at:], s.rarity[at:]
	fr.compare(a, b, levels, cache)
	key := make([]byte, 2*s.width)
	for i, l := range levels {
		if l != missing {
			rarity[i] = int8(math.Round(2 * fr.rarity(i, l, a, b, m.Fields[i].Chance)))
		}
		key[2*i], key[2*i+1] = l, byte(rarity[i])
	}
	if n, ok := s.known[string(key)]; ok {
		s.count[n]++
		s.levels, s.rarity = s.levels[:at], s.rarity[:at]
		return
	}
	s.known[string(key)] = len(s.count)
	s.count = append(s.count, 1)
}

func (s *sample) of(pair int) ([]uint8, []int8) {
	return s.levels[pair*s.width : (pair+1)*s.width], s.rarity[pair*s.width : (pair+1)*s.width]
}

// learn estimates a model without labels by expectation maximisation. Two
// samples stand for all pairs of the table: random pairs for how records of
// different persons agree by chance, blocked pairs for what is too rare to be
// among those. So the share of true pairs is one of all pairs, whatever the
// blocking.
func learn(ctx context.Context, r *Run, seed uint64) (*Model, error) {
	fr := r.frame
	m := newModel(fr, seed)
	random := rand.New(rand.NewPCG(seed, 0x6b697468))
	cache := newLevelCache()
	e := &expectation{m: m, rows: float64(fr.table.Len())}
	e.all = r.table.pairs(r.rules.OneToOne)
	if e.all < 1 {
		m.Prior = -1
		return m, nil
	}
	e.chance = randomSample(r, m, random, cache, e.all)
	e.blocked = blockedSample(fr, m, r.index, random, cache)
	m.Prior = math.Log2(math.Max(e.rows/4, 1) / math.Max(e.all, 2))
	m.KinPrior = noKin
	if fr.people() {
		m.KinPrior = m.Prior
	}
	e.start()
	for i := range rounds {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		e.round(i%treeRound == 1 && i < rounds-2)
	}
	return m, nil
}

func randomSample(r *Run, m *Model, random *rand.Rand, cache *levelCache, all float64) *sample {
	n := r.table.Len()
	s := newSample(r.frame)
	count := int(min(float64(randomPairs), all))
	for taken := 0; taken < count; {
		a, b := random.IntN(n), random.IntN(n-1)
		if b >= a {
			b++
		}
		if r.rules.OneToOne && r.table.Source(a) == r.table.Source(b) {
			continue
		}
		s.add(r.frame, m, cache, a, b)
		taken++
	}
	s.scale = all / math.Max(float64(count), 1)
	return s
}

// blockedSample compares the candidates of rows taken at random.
func blockedSample(fr *frame, m *Model, x *index, random *rand.Rand, cache *levelCache) *sample {
	n := fr.table.Len()
	s := newSample(fr)
	seen := newMarks(n)
	taken, compared := 0, 0
	for _, row := range random.Perm(n) {
		if compared >= learnPairs {
			break
		}
		taken++
		x.candidates(uint32(row), seen, func(other uint32) {
			compared++
			s.add(fr, m, cache, row, int(other))
		})
	}
	s.scale = float64(n) / math.Max(float64(taken), 1)
	return s
}

// expectation is the state of the estimate.
type expectation struct {
	m               *Model
	rows, all       float64 // rows and pairs of the table
	blocked, chance *sample
}

// The states of the field that another depends on.
const (
	anyState = iota
	agreeing
	differing
	states
)

// A tally counts pairs by field, by the state of the field it depends on, and
// by level. Counts are fractions of pairs.
type tally [][states][]float64

func (m *Model) tally() tally {
	t := make(tally, len(m.Fields))
	for i, f := range m.Fields {
		for s := range t[i] {
			t[i][s] = make([]float64, len(f.Levels))
		}
	}
	return t
}

func (t tally) add(m *Model, levels []uint8, weight float64) {
	for i, l := range levels {
		if l == missing {
			continue
		}
		t[i][anyState][l] += weight
		if d := m.Fields[i].DependsOn; d >= 0 && levels[d] != missing {
			state := differing
			if agrees(m.Fields[d].Role, levels[d]) {
				state = agreeing
			}
			t[i][state][l] += weight
		}
	}
}

// start sets how fields agree by chance, as if all random pairs were of two
// persons.
func (e *expectation) start() {
	t := e.m.tallies()
	for i, c := range e.chance.count {
		levels, _ := e.chance.of(i)
		t.random.add(e.m, levels, float64(c))
	}
	e.set(t)
}

// round takes one step: who is one person, and who belongs together, given the
// weights; then the weights, given that.
func (e *expectation) round(lookForDependence bool) {
	n := len(e.blocked.count)
	one, kin := make([]float64, n), make([]float64, n)
	ones, kins := 0.0, 0.0
	for i, c := range e.blocked.count {
		one[i], kin[i] = e.classes(e.blocked, i)
		ones += one[i] * float64(c)
		kins += kin[i] * float64(c)
	}
	random := make([]float64, len(e.chance.count))
	for i := range random {
		o, k := e.classes(e.chance, i)
		random[i] = max(0, 1-o-k)
	}
	strangers := make([]float64, n)
	for i := range strangers {
		strangers[i] = max(0, 1-one[i]-kin[i])
	}
	if lookForDependence {
		e.findDependence(strangers, random)
	}
	t := e.m.tallies()
	for i, c := range e.blocked.count {
		levels, _ := e.blocked.of(i)
		t.one.add(e.m, levels, one[i]*float64(c))
		t.kin.add(e.m, levels, kin[i]*float64(c))
		t.rest.add(e.m, levels, strangers[i]*float64(c))
	}
	for i, c := range e.chance.count {
		levels, _ := e.chance.of(i)
		t.random.add(e.m, levels, random[i]*float64(c))
	}
	e.set(t)
	most := math.Min(mostPairs*e.rows/3, e.all/4)
	e.m.Prior = math.Log2(math.Min(ones*e.blocked.scale+0.5, most) / e.all)
	if e.m.KinPrior != noKin {
		e.m.KinPrior = math.Log2(math.Min(kins*e.blocked.scale+0.5, most) / e.all)
	}
}

// classes returns the probabilities that a pair is one person, and that it is
// two who belong together.
func (e *expectation) classes(s *sample, i int) (one, kin float64) {
	levels, rarity := s.of(i)
	for f, l := range levels {
		if l != missing {
			o, k := e.m.bits(f, levels, float64(rarity[f])/2)
			one, kin = one+o, kin+k
		}
	}
	one, kin = math.Exp2(e.m.Prior+one), math.Exp2(e.m.KinPrior+kin)
	sum := 1 + one + kin
	return one / sum, kin / sum
}

// tallies count pairs of one person, of two who belong together, and of
// strangers: blocked ones and random ones.
type tallies struct{ one, kin, rest, random tally }

func (m *Model) tallies() tallies { return tallies{m.tally(), m.tally(), m.tally(), m.tally()} }

// set sets all shares and weights from counts.
func (e *expectation) set(t tallies) {
	for i := range e.m.Fields {
		f := &e.m.Fields[i]
		expected := kinds[f.Role].levels
		one, kin := t.one[i][anyState], t.kin[i][anyState]
		e.setU(f.Levels, t.random[i][anyState], t.rest[i][anyState], nil)
		e.boundU(f)
		for l := range f.Levels {
			f.Levels[l].M = bounded(toward(one, l, expected[l].m), expected[l].most)
			f.Levels[l].Kin = toward(kin, l, expected[l].kin)
		}
		weigh(f, f.Levels)
		if f.DependsOn >= 0 {
			f.Agrees = e.conditional(f, agreeing, t, i)
			f.Differs = e.conditional(f, differing, t, i)
		}
	}
}

func bounded(m, most float64) float64 {
	if most > 0 {
		return min(m, most)
	}
	return m
}

// toward returns the share of a level among counts and what was expected.
func toward(counts []float64, l int, expected float64) float64 {
	sum := total(counts)
	strength := expectedPairs + expectedShare*sum
	return (counts[l] + strength*expected) / (sum + strength)
}

// A share in a state that few pairs are in stays near the share in all states,
// as if so many pairs had been seen there.
const stateInertia = 30

func (e *expectation) conditional(f *ModelField, state int, t tallies, i int) []ModelLevel {
	out := make([]ModelLevel, len(f.Levels))
	one, kin := t.one[i][state], t.kin[i][state]
	ones, kins := total(one), total(kin)
	for l, plain := range f.Levels {
		out[l] = ModelLevel{
			Label: plain.Label,
			M:     bounded((one[l]+stateInertia*plain.M)/(ones+stateInertia), kinds[f.Role].levels[l].most),
			Kin:   (kin[l] + stateInertia*plain.Kin) / (kins + stateInertia),
		}
	}
	e.setU(out, t.random[i][state], t.rest[i][state], f.Levels)
	weigh(f, out)
	return out
}

// setU sets how a field agrees by chance. Random pairs say how common a level
// is, blocked ones how often it was seen at least, which for what is rare is
// nearly always. near, if given, is what to stay near to where little was seen.
func (e *expectation) setU(levels []ModelLevel, random, rest []float64, near []ModelLevel) {
	counts := make([]float64, len(levels))
	sum := 0.0
	for l, r := range random {
		counts[l] = math.Max((r-math.Sqrt(r))*e.chance.scale, rest[l]*e.blocked.scale)
		sum += counts[l]
	}
	for l := range levels {
		inertia, toward := e.chance.scale, 0.5/float64(len(levels))
		if near != nil {
			inertia, toward = stateInertia, near[l].U
		}
		levels[l].U = (counts[l] + inertia*toward) / (sum + inertia)
	}
}

// boundU keeps the estimate from calling all that agree in something the same
// person, when they are more than there can be.
func (e *expectation) boundU(f *ModelField) {
	least := f.Chance - mostPairs*e.rows/e.all
	f.Levels[0].U = math.Max(f.Levels[0].U, least)
}

func weigh(f *ModelField, levels []ModelLevel) {
	personal := kinds[f.Role].personal
	for l := range levels {
		level := &levels[l]
		level.Weight = weightOf(level.M, level.U)
		if personal {
			level.Kin = level.U
		}
		level.KinWeight = weightOf(level.Kin, level.U)
	}
}

func total(counts []float64) float64 {
	sum := 0.0
	for _, c := range counts {
		sum += c
	}
	return sum
}
