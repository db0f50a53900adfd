package directory

import (
	"context"
	"math"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/identity/match"
	"github.com/kith-id/kith/internal/org"
)

// Estimate is how good the pairs above a threshold are.
type Estimate = match.Estimate

// Quality is how good the pairs of searches are, as far as members' decisions
// about them tell.
type Quality struct {
	Strata    []match.Stratum
	Estimates []match.Estimate // by threshold, the lowest first
	// Threshold is the lowest one at which the precision that was asked for is
	// shown with 95 % confidence, nil when the decisions do not show that.
	Threshold *match.Estimate
}

// bits returns the log2 odds of a likelihood in millionths.
func bits(likely int64) float64 {
	p := float64(min(max(likely, 1), identity.Certain-1)) / identity.Certain
	return math.Log2(p / (1 - p))
}

// likelihood is the inverse of bits.
func likelihood(bits float64) int64 { return int64(Probability(bits) * identity.Certain) }

// Probability returns the probability of a score in bits.
func Probability(bits float64) float64 { return 1 / (1 + math.Exp2(-bits)) }

// DuplicateQuality estimates precision and recall of the pairs that searches
// found, for each threshold. Precision is what is asked for, between 0 and 1.
// Errors: invalid.
func (s *Service) DuplicateQuality(ctx context.Context, sc org.Scope, precision float64) (Quality, error) {
	if precision <= 0 || precision >= 1 {
		return Quality{}, errs.NotPermitted("precision", "%v is not between 0 and 1", precision)
	}
	return quality(ctx, s.db, sc, precision)
}

// quality is DuplicateQuality. What was merged without asking is no decision.
func quality(ctx context.Context, db DB, sc org.Scope, precision float64) (Quality, error) {
	var pairs []match.Pair
	var opinions []match.Opinion
	err := db.Read(ctx, sc, func(tx Tx) error {
		pairs, opinions = nil, nil
		for _, state := range []string{identity.DuplicateOpen, identity.DuplicateAccepted, identity.DuplicateRejected} {
			scored, err := tx.MatchScores(ctx, state, maxFiled)
			if err != nil {
				return err
			}
			for _, d := range scored {
				pairs = append(pairs, match.Pair{Bits: float32(bits(d.Likely))})
				if state != identity.DuplicateOpen && d.DecidedBy != org.System.Tail() {
					opinions = append(opinions, match.Opinion{Bits: bits(d.Likely), Same: state == identity.DuplicateAccepted})
				}
			}
		}
		return nil
	})
	if err != nil {
		return Quality{}, err
	}
	q := Quality{Strata: match.Strata(pairs, opinions)}
	q.Estimates = match.Estimates(q.Strata, scanSeed)
	// Above a threshold that no pair reaches everything is right.
	if best, ok := match.Recommend(q.Estimates, precision); ok && best.Recall.High > 0 {
		q.Threshold = &best
	}
	return q, nil
}

// SampleDuplicates returns up to count open pairs of searches, about as many
// from each range of scores and in random order, for members to decide about:
// what DuplicateQuality says rests on that.
func (s *Service) SampleDuplicates(ctx context.Context, sc org.Scope, count int) (Found[[]Suspected], error) {
	var got Found[[]Suspected]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		scored, err := tx.MatchScores(ctx, identity.DuplicateOpen, maxFiled)
		if err != nil {
			return err
		}
		pairs := make([]match.Pair, len(scored))
		for at, d := range scored {
			pairs[at] = match.Pair{A: uint32(at), Bits: float32(bits(d.Likely))}
		}
		got.Item = nil
		for _, p := range match.Sample(pairs, count, scanSeed) {
			d, filed, err := tx.Duplicate(ctx, scored[p.A].A, scored[p.A].B)
			if err != nil {
				return err
			}
			shown, err := showPairs(ctx, tx, []identity.Duplicate{d})
			if err != nil {
				return err
			}
			there, err := shown[0].shown(ctx, tx, identity.DuplicateOpen)
			if err != nil {
				return err
			}
			if filed && there {
				got.Item = append(got.Item, shown[0])
			}
		}
		got.Names, err = namesOf(ctx, tx, needs.suspected, got.Item...)
		return err
	})
	return got, err
}
