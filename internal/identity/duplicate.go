package identity

import (
	"context"
	"time"

	"github.com/kith-id/kith/internal/don"
)

// Duplicate is a pair of contacts that may be one person, for a member to
// decide about. A is below B; they are the numbers that the contacts had when
// the pair was filed.
type Duplicate struct {
	A, B      int64
	State     string
	Likely    int64  // how probable it is that they are one, in millionths
	Rule      string // what led to the pair
	Key       string // the identity key that both have or claim, "" for none
	Reasons   []byte // JSON of what speaks for and against it, empty for a rule's
	FiledAt   time.Time
	DecidedAt *time.Time
	DecidedBy string // tail of the member's id
}

// The states of a pair.
const (
	DuplicateOpen     = "open"
	DuplicateAccepted = "accepted" // they were merged
	DuplicateRejected = "rejected" // they are two persons: the pair is not filed again
)

// RuleMatch is the rule of pairs that were found by comparing contacts.
const RuleMatch = "match"

// Certain is the likelihood of what is beyond doubt, in millionths.
const Certain = 1_000_000

// likely is how much a rule's pairs promise, beside those that were scored.
var likely = map[string]int64{RuleHeld: 900_000, RuleVisitor: 700_000, RuleClaim: 500_000}

// PairOf returns the open pair of two contacts.
func PairOf(a, b int64) Duplicate {
	return Duplicate{A: min(a, b), B: max(a, b), State: DuplicateOpen}
}

// duplicateTx keeps the pairs.
type duplicateTx interface {
	// FileDuplicates adds pairs. One that stands open keeps the better of both,
	// one that was decided stays as it is.
	FileDuplicates(ctx context.Context, pairs []Duplicate) error
	// PairsOf returns the pairs of contacts that are in a state, up to limit of each
	// contact on each side, the most likely first.
	PairsOf(ctx context.Context, state string, ns []int64, limit int) ([]Duplicate, error)
	// PairsBetween returns the pairs of one of a with one of b that are in a state.
	PairsBetween(ctx context.Context, state string, a, b []int64) ([]Duplicate, error)
	// DecideDuplicate notes what became of a pair, which need not have been filed.
	DecideDuplicate(ctx context.Context, pair Duplicate) error
}

// suspect files what the outcomes of observations leave in doubt.
func suspect(ctx context.Context, tx Tx, outcomes ...Outcome) error {
	var pairs []Duplicate
	for i := range outcomes {
		if outcomes[i].Err != nil {
			continue
		}
		for _, s := range outcomes[i].Suspicions() {
			apart, err := Rejected(ctx, tx, s.A, s.B)
			if err != nil {
				return err
			}
			if apart {
				continue
			}
			d := PairOf(s.A, s.B)
			d.Rule, d.Key, d.Likely = s.Rule, s.Key, likely[s.Rule]
			pairs = append(pairs, d)
		}
	}
	if len(pairs) == 0 {
		return nil
	}
	return tx.FileDuplicates(ctx, pairs)
}

// Rejected reports whether somebody said, of any contact that is now the one and
// any that is now the other, that they are two persons.
func Rejected(ctx context.Context, tx Tx, one, other int64) (bool, error) {
	ns := map[int64][]int64{one: {one}, other: {other}}
	all, err := tx.Aliases(ctx, don.Contact, []int64{one, other})
	if err != nil {
		return false, err
	}
	for _, a := range all {
		if a.N != a.Survivor {
			ns[a.Survivor] = append(ns[a.Survivor], a.N)
		}
	}
	rejected, err := tx.PairsBetween(ctx, DuplicateRejected, ns[one], ns[other])
	return len(rejected) > 0, err
}

// decided notes that two contacts were merged.
func decided(ctx context.Context, tx Tx, m Merge) error {
	if m.Type != don.Contact {
		return nil
	}
	return m.decide(ctx, tx, PairOf(m.Primary, m.Secondary), DuplicateAccepted)
}

// parted notes that the merge of two contacts was undone: then those that they
// are made of are not one person, whatever led to the merge, and nothing suggests
// them again.
func parted(ctx context.Context, tx Tx, m Merge, stay, gone []int64) error {
	if m.Type != don.Contact {
		return nil
	}
	pairs, err := tx.PairsBetween(ctx, DuplicateAccepted, stay, gone)
	if err != nil {
		return err
	}
	for _, d := range append(pairs, PairOf(m.Primary, m.Secondary)) {
		if err := m.decide(ctx, tx, d, DuplicateRejected); err != nil {
			return err
		}
	}
	return nil
}

func (m Merge) decide(ctx context.Context, tx Tx, d Duplicate, state string) error {
	d.State, d.Rule = state, m.Rule
	return tx.DecideDuplicate(ctx, d)
}

// splitOff notes that what was split off contacts is another person than they.
func splitOff(ctx context.Context, tx Tx, from []int64, made int64) error {
	for _, n := range from {
		d := PairOf(n, made)
		d.State = DuplicateRejected
		if err := tx.DecideDuplicate(ctx, d); err != nil {
			return err
		}
	}
	return nil
}
