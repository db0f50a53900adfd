package match

import "math"

// A Model is what was learnt about a set of records: how much agreement and
// disagreement of each field says about two records being one. It is plain
// data and survives JSON.
type Model struct {
	Seed  uint64  `json:"seed"`
	Prior float64 `json:"prior_bits"` // log2 of the odds that two records taken at random are one
	// KinPrior is the same for two different persons of one family or office,
	// who share much without being one.
	KinPrior float64 `json:"kin_prior_bits"`
	// FeedbackPrior is what judgements of people added to Prior.
	FeedbackPrior float64      `json:"feedback_prior_bits,omitempty"`
	Fields        []ModelField `json:"fields"`
}

// noKin is the prior where nothing tells people who belong together.
const noKin = -1000

// A ModelField is what was learnt about one field.
type ModelField struct {
	Name    string       `json:"name"`
	Columns []string     `json:"columns"`
	Part    string       `json:"part,omitempty"` // which names of a column with full names
	Role    Role         `json:"role"`
	Order   string       `json:"date_order,omitempty"` // of days written in numbers
	Chance  float64      `json:"chance"`               // that two random values are the same
	Levels  []ModelLevel `json:"levels"`

	// Fields are not independent: who shares a street also shares the town, and
	// often the surname. DependsOn is the field, by position, that explains most
	// of this one's agreement, -1 for none. Agrees and Differs stand for Levels
	// when that field agrees and when it does not.
	DependsOn int          `json:"depends_on"`
	Agrees    []ModelLevel `json:"levels_if_it_agrees,omitempty"`
	Differs   []ModelLevel `json:"levels_if_it_differs,omitempty"`
}

// A ModelLevel is what was learnt about one level of agreement.
type ModelLevel struct {
	Label string  `json:"label"`
	M     float64 `json:"m"`   // share of pairs of one person at this level
	U     float64 `json:"u"`   // share of pairs of two strangers
	Kin   float64 `json:"kin"` // share of pairs of two persons who belong together
	// Weight and KinWeight are log2 of M/U and Kin/U, bounded.
	Weight    float64 `json:"weight_bits"`
	KinWeight float64 `json:"kin_weight_bits"`
	// Feedback is what judgements of people added to Weight.
	Feedback float64 `json:"feedback_bits,omitempty"`
}

// maxBits bounds what one field can say, either way: beyond that the model is
// surer of its numbers than it may be.
const maxBits = 18

func weightOf(m, u float64) float64 {
	return math.Max(-maxBits, math.Min(maxBits, math.Log2(m/u)))
}

// newModel returns the model before anything is learnt.
func newModel(fr *frame, seed uint64) *Model {
	m := &Model{Seed: seed}
	for _, f := range fr.fields {
		mf := ModelField{Name: f.name, Part: string(f.part), Role: f.role, Chance: f.chance(), DependsOn: -1}
		if f.role == Date || f.role == BirthDate {
			mf.Order = f.order.String()
		}
		for _, c := range f.columns {
			mf.Columns = append(mf.Columns, fr.table.columns[c])
		}
		for _, l := range f.kind.levels {
			mf.Levels = append(mf.Levels, ModelLevel{Label: l.label, M: l.m, U: 1 / float64(len(f.kind.levels))})
		}
		m.Fields = append(m.Fields, mf)
	}
	return m
}

// chance returns how often two random filled cells hold the same value.
func (f *field) chance() float64 {
	n := float64(f.filled)
	if n < 2 {
		return 1
	}
	same := 0.0
	for v, s := range f.share {
		if _, several := f.multi[uint32(v)]; !several && v > 0 {
			c := float64(s) * n
			same += c * (c - 1)
		}
	}
	return math.Max(same/(n*(n-1)), 1/(n*n))
}

// levelsFor returns the levels of a field that hold for a pair whose levels in
// all fields are given.
func (m *Model) levelsFor(i int, pair []uint8) []ModelLevel {
	f := &m.Fields[i]
	if f.DependsOn < 0 || f.Agrees == nil {
		return f.Levels
	}
	switch l := pair[f.DependsOn]; {
	case l == missing:
		return f.Levels
	case agrees(m.Fields[f.DependsOn].Role, l):
		return f.Agrees
	}
	return f.Differs
}

// agrees reports whether a level of a role's kind is agreement.
func agrees(r Role, l uint8) bool { return int(l) <= kinds[r].agree }

// bits returns what field i says about a pair with the levels: for one person
// against two strangers, and for two who belong together against two strangers.
// rarity is what the shared value's rarity adds on average.
func (m *Model) bits(i int, pair []uint8, rarity float64) (one, kin float64) {
	levels := m.levelsFor(i, pair)
	l := pair[i]
	one, kin = levels[l].Weight+m.Fields[i].Levels[l].Feedback, levels[l].KinWeight
	if rarity == 0 {
		return one, kin
	}
	if plain := m.Fields[i].Levels[l].Weight; plain > 0 {
		// A rare surname in one house says as little as a common one.
		rarity *= math.Max(0, math.Min(1, one/plain))
	}
	if !kinds[m.Fields[i].Role].personal {
		kin += rarity
	}
	return math.Max(-maxBits, math.Min(maxBits, one+rarity)), math.Max(-maxBits, math.Min(maxBits, kin))
}

// odds returns the log2 odds that a pair is of one person, given what all
// fields say for one person and for two who belong together.
func (m *Model) odds(one, kin float64) float64 {
	return m.Prior + m.FeedbackPrior + one - math.Log2(1+math.Exp2(m.KinPrior+kin))
}

// A scorer applies a model to the rows of a frame. It is for one goroutine.
type scorer struct {
	frame  *frame
	model  *Model
	cache  *levelCache
	levels []uint8
}

func newScorer(fr *frame, m *Model) *scorer {
	return &scorer{frame: fr, model: m, cache: newLevelCache(), levels: make([]uint8, len(fr.fields))}
}

// score returns the log2 odds that two rows are one.
func (s *scorer) score(a, b int) float64 {
	s.frame.compare(a, b, s.levels, s.cache)
	one, kin := 0.0, 0.0
	for i, l := range s.levels {
		if l != missing {
			o, k := s.model.bits(i, s.levels, s.frame.rarity(i, l, a, b, s.model.Fields[i].Chance))
			one, kin = one+o, kin+k
		}
	}
	return s.model.odds(one, kin)
}

// rarity returns the bits by which a shared value of field i counts more, or
// less, than the average one.
func (fr *frame) rarity(i int, l uint8, a, b int, chance float64) float64 {
	f := fr.fields[i]
	r := f.kind.levels[l].rarity
	if r == 0 {
		return 0
	}
	common := max(f.commonest(f.rows[a]), f.commonest(f.rows[b]))
	if common == 0 {
		return 0
	}
	return r * math.Log2(chance/common)
}

// commonest returns the share of the most common value in a value, at least
// that of a value two cells hold: one that was seen once is not known to be rarer.
func (f *field) commonest(v uint32) float64 {
	var s float32
	if f.multi == nil {
		s = f.share[v]
	} else {
		for _, p := range f.parts(v) {
			s = max(s, f.share[p])
		}
	}
	return math.Max(float64(s), 2/float64(max(f.filled, 2)))
}

// probability returns the probability for log2 odds.
func probability(bits float64) float64 { return 1 / (1 + math.Exp2(-bits)) }
