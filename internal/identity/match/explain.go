package match

import (
	"math"
	"strings"
)

// An Explanation is why two rows have their score. Prior, the bits of the
// fields and Relatives add up to Bits.
type Explanation struct {
	A           int           `json:"a"` // rows, from 0
	B           int           `json:"b"`
	Prior       float64       `json:"prior_bits"` // of two records taken at random
	Fields      []FieldReason `json:"fields"`
	Relatives   float64       `json:"relatives_bits"` // at most 0: how well two of a family or office would explain the same
	Learnt      float64       `json:"learnt_bits"`    // what of the others judgements of people added
	Bits        float64       `json:"bits"`
	Probability float64       `json:"probability"`
	Decision    Decision      `json:"decision"`
	// Alike tells that nothing speaks for two people, who have one name, one phone
	// number, and besides a company, a mailbox's own name or a fact of one person:
	// short of Merge by what only a senior and a junior of one house would share.
	Alike bool `json:"alike"`
}

// A FieldReason is what one field says about a pair.
type FieldReason struct {
	Field string  `json:"field"`
	Role  Role    `json:"role"`
	Level string  `json:"level"` // how far the values agree; "not said" when one is missing
	Bits  float64 `json:"bits"`
	// Rarity is what Bits has for a value that is rarer, or more common, than the
	// average one, before it is weighed against what else is known.
	Rarity float64 `json:"rarity_bits"`
	A      string  `json:"value_a"` // normalised
	B      string  `json:"value_b"`
	// Given names the field whose agreement, or not, was taken into account.
	Given string `json:"given,omitempty"`
}

// NotSaid is the level of a field that one of two rows lacks.
const NotSaid = "not said"

// An Explainer explains pairs of one run. It is for one goroutine.
type Explainer struct {
	run    *Run
	scorer *scorer
}

// Explainer returns an explainer for many pairs.
func (r *Run) Explainer() *Explainer { return &Explainer{r, newScorer(r.frame, r.Model)} }

// Explain returns why two rows have their score.
func (x *Explainer) Explain(a, b int) Explanation {
	r, s := x.run, x.scorer
	e := Explanation{A: a, B: b, Prior: r.Model.Prior + r.Model.FeedbackPrior}
	r.frame.compare(a, b, s.levels, s.cache)
	one, kin := 0.0, 0.0
	for i, l := range s.levels {
		f := r.frame.fields[i]
		reason := FieldReason{Field: f.name, Role: f.role, Level: NotSaid, A: shown(f.text(f.rows[a])), B: shown(f.text(f.rows[b]))}
		if l != missing {
			reason.Rarity = r.frame.rarity(i, l, a, b, r.Model.Fields[i].Chance)
			o, k := r.Model.bits(i, s.levels, reason.Rarity)
			one, kin = one+o, kin+k
			reason.Bits, reason.Level = o, f.kind.levels[l].label
			if d := r.Model.Fields[i].DependsOn; d >= 0 && s.levels[d] != missing {
				reason.Given = r.Model.Fields[d].Name
			}
		}
		e.Fields = append(e.Fields, reason)
	}
	for _, f := range r.Model.feedbackOf(e.Fields) {
		e.Learnt += *f
	}
	e.Bits = r.Model.odds(one, kin)
	e.Relatives = -math.Log2(1 + math.Exp2(r.Model.KinPrior+kin))
	e.Probability = probability(e.Bits)
	e.Alike = r.frame.alike(a, b, s.levels)
	e.Decision = r.decide(s, Pair{A: uint32(a), B: uint32(b), Bits: float32(e.Bits)})
	return e
}

// shown writes a value that holds several for people.
func shown(v string) string { return strings.ReplaceAll(v, separator, ", ") }
