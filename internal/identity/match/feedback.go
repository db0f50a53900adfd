package match

import "math"

// A Judgement is what a person said about a pair of rows.
type Judgement struct {
	A, B int
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
// knew already changes nothing. It returns the weights that moved, in the
// order of the fields. The same judgements in the same order give the same model.
func (r *Run) Teach(judged []Judgement) []Shift {
	before := r.Model.feedback()
	s := newScorer(r.frame, r.Model)
	for _, j := range judged {
		p := probability(s.score(j.A, j.B))
		surprise := -p
		if j.Same {
			surprise = 1 - p
		}
		r.Model.FeedbackPrior = shifted(r.Model.FeedbackPrior, surprise)
		for i, l := range s.levels {
			if l != missing {
				level := &r.Model.Fields[i].Levels[l]
				level.Feedback = shifted(level.Feedback, surprise)
			}
		}
	}
	return r.Model.shifts(before)
}

func shifted(bits, surprise float64) float64 {
	return math.Max(-feedbackMost, math.Min(feedbackMost, bits+feedbackStep*surprise))
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
