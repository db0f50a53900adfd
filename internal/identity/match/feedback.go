package match

import (
	"math"
	"slices"
)

// A Judgement is what a person said about a pair of rows, with the explanation
// that the pair had then.
type Judgement struct {
	Why  Explanation
	Same bool
}

// A Shift is how judgements moved a weight.
type Shift struct {
	Field  string  `json:"field"` // "" for the prior of all pairs
	Level  string  `json:"level"`
	Before float64 `json:"before_bits"`
	After  float64 `json:"after_bits"`
}

// How far judgements move weights: so many bits for one that was a complete
// surprise, and never further than the most.
const (
	feedbackStep = 0.5
	feedbackMost = 6
)

// Teach moves the weights of the run's model toward what people said: each
// judgement in proportion to how much it surprises, so that what the model
// knew already changes nothing. The rows need not be there any more; what an
// explanation says of fields and levels that the model lacks is passed over. It
// returns the weights that moved, in the order of the fields. The same
// judgements in the same order give the same model.
func (r *Run) Teach(judged []Judgement) []Shift {
	m := r.Model
	before := m.feedback()
	for _, j := range judged {
		moved := m.feedbackOf(j.Why.Fields)
		bits := j.Why.Bits - j.Why.Learnt
		for _, f := range moved {
			bits += *f
		}
		surprise := -probability(bits)
		if j.Same {
			surprise++
		}
		for _, f := range moved {
			*f = math.Max(-feedbackMost, math.Min(feedbackMost, *f+feedbackStep*surprise))
		}
	}
	return m.shifts(before)
}

// Rescore returns the score that a pair would have by the run's model, from an
// explanation by an earlier one: a model that was learnt anew, or taught, gives
// other scores.
func (r *Run) Rescore(why Explanation) float64 {
	m := r.Model
	levels, rarity := make([]uint8, len(m.Fields)), make([]float64, len(m.Fields))
	for i := range levels {
		levels[i] = missing
	}
	for _, reason := range why.Fields {
		if i, l, ok := m.find(reason.Field, reason.Level); ok {
			levels[i], rarity[i] = uint8(l), reason.Rarity
		}
	}
	one, kin := 0.0, 0.0
	for i, l := range levels {
		if l != missing {
			o, k := m.bits(i, levels, rarity[i])
			one, kin = one+o, kin+k
		}
	}
	return m.odds(one, kin)
}

// feedbackOf returns what judgements have added to the weights that a pair's
// score is made of.
func (m *Model) feedbackOf(reasons []FieldReason) []*float64 {
	out := []*float64{&m.FeedbackPrior}
	for _, reason := range reasons {
		if i, l, ok := m.find(reason.Field, reason.Level); ok {
			out = append(out, &m.Fields[i].Levels[l].Feedback)
		}
	}
	return out
}

// find finds a level of a field by their names.
func (m *Model) find(field, label string) (i, level int, ok bool) {
	i = slices.IndexFunc(m.Fields, func(f ModelField) bool { return f.Name == field })
	if i < 0 {
		return 0, 0, false
	}
	level = slices.IndexFunc(m.Fields[i].Levels, func(l ModelLevel) bool { return l.Label == label })
	return i, level, level >= 0
}

// feedback lists what judgements have added so far, the prior's last.
func (m *Model) feedback() []float64 {
	var out []float64
	for _, f := range m.Fields {
		for _, l := range f.Levels {
			out = append(out, l.Feedback)
		}
	}
	return append(out, m.FeedbackPrior)
}

// shifts returns what changed since before.
func (m *Model) shifts(before []float64) []Shift {
	var out []Shift
	n := 0
	for _, f := range m.Fields {
		for _, l := range f.Levels {
			if l.Feedback != before[n] {
				out = append(out, Shift{f.Name, l.Label, l.Weight + before[n], l.Weight + l.Feedback})
			}
			n++
		}
	}
	if m.FeedbackPrior != before[n] {
		out = append(out, Shift{"", "prior", m.Prior + before[n], m.Prior + m.FeedbackPrior})
	}
	return out
}
