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

// maxRejected bounds the rejected pairs of one contact that are looked at.
const maxRejected = 1000

// Rejected reports whether somebody said, of any contact that is now the one and
// any that is now the other, that they are two persons.
func Rejected(ctx context.Context, tx Tx, one, other int64) (bool, error) {
	members := map[int64]int64{one: one, other: other}
	all, err := tx.Aliases(ctx, don.Contact, []int64{one, other})
	if err != nil {
		return false, err
	}
	ns := []int64{one}
	for _, a := range all {
		members[a.N] = a.Survivor
		if a.Survivor == one && a.N != one {
			ns = append(ns, a.N)
		}
	}
	rejected, err := tx.PairsOf(ctx, DuplicateRejected, ns, maxRejected)
	for _, d := range rejected {
		if a, b := members[d.A], members[d.B]; a != b && a != 0 && b != 0 {
			return true, err
		}
	}
	return false, err
}

// decided notes that two contacts were merged, or that a merge of them was
// undone: then they are two persons, and nothing suggests them again.
func decided(ctx context.Context, tx Tx, m Merge, state string) error {
	if m.Type != don.Contact {
		return nil
	}
	d := PairOf(m.Primary, m.Secondary)
	d.State, d.Rule = state, m.Rule
	return tx.DecideDuplicate(ctx, d)
}
