package directory

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/identity/match"
	"github.com/kith-id/kith/internal/org"
)

// mergeFound merges the open pairs that are as sure as the org's settings ask
// for, if they ask for any, and tells of each. It leaves to members whatever sure
// does not vouch for.
func (m *Matcher) mergeFound(ctx context.Context, sc org.Scope, merged func()) error {
	least, ok, err := m.mergeFrom(ctx, sc)
	if err != nil || !ok {
		return err
	}
	var pairs []identity.Duplicate
	err = m.DB.Read(ctx, sc, func(tx Tx) (err error) {
		pairs, err = tx.MatchScores(ctx, identity.DuplicateOpen, maxFiled)
		return err
	})
	if err != nil {
		return err
	}
	return m.mergeAll(ctx, sc, pairs, least, merged)
}

// mergeThese is mergeFound for pairs that were just filed.
func (m *Matcher) mergeThese(ctx context.Context, sc org.Scope, pairs []identity.Duplicate) error {
	least, ok, err := m.mergeFrom(ctx, sc)
	if err != nil || !ok {
		return err
	}
	return m.mergeAll(ctx, sc, pairs, least, func() {})
}

func (m *Matcher) mergeAll(ctx context.Context, sc org.Scope, pairs []identity.Duplicate, least float64, merged func()) error {
	for _, p := range pairs {
		if bits(p.Likely) < least {
			continue
		}
		done, err := m.mergeSure(ctx, sc, p)
		if err != nil {
			return err
		}
		if done {
			merged()
		}
	}
	return nil
}

// mergeFrom returns the bits from which pairs are merged without asking, false
// when none are: the org does not want it, or members' decisions do not show
// the precision that it asks for at any threshold.
func (m *Matcher) mergeFrom(ctx context.Context, sc org.Scope) (float64, bool, error) {
	if sc.Settings.AutoMergePrecision == 0 {
		return 0, false, nil
	}
	q, err := quality(ctx, m.DB, sc, sc.Settings.AutoMergePrecision)
	if err != nil || q.Threshold == nil {
		return 0, false, err
	}
	return q.Threshold.Threshold, true, nil
}

// mergeSure merges the contacts of a pair if that is beyond doubt.
func (m *Matcher) mergeSure(ctx context.Context, sc org.Scope, pair identity.Duplicate) (done bool, err error) {
	err = m.DB.Write(ctx, sc, func(tx Tx) error {
		done = false
		p, err := pairHeld(ctx, tx, pair.A, pair.B)
		if err != nil {
			return err
		}
		if ok, err := p.sure(ctx, tx); err != nil || !ok {
			return err
		}
		first, second, err := p.kept(0)
		if err != nil {
			return err
		}
		if _, err := identity.MergeAlike(ctx, tx, first, second); err != nil {
			return err
		}
		done = true
		return p.settled(ctx, tx, identity.DuplicateAccepted)
	})
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict) {
		return false, nil // not these two, or no longer
	}
	return done, err
}

// sure reports whether a pair may be merged without asking: it stands open, no
// evidence speaks for two people, what is shared is more than a name and a
// household or an employer, both contacts are known by more than claims and none
// of what they were compared by is one, their own applications do not call them
// two persons, and no member said so of any two of those that they were merged from.
func (s Suspected) sure(ctx context.Context, tx Tx) (bool, error) {
	if s.State != identity.DuplicateOpen || s.First.N == s.Second.N || signedApart(s.First, s.Second) {
		return false, nil
	}
	for _, c := range []*contact.Contact{s.First, s.Second} {
		if !c.Verified || claiming(c) {
			return false, nil
		}
	}
	var why Evidence
	if err := json.Unmarshal(s.Reasons, &why); err != nil || why.Decision != match.Merge && !why.Alike {
		return false, err
	}
	apart, err := identity.Rejected(ctx, tx, s.First.N, s.Second.N)
	return !apart, err
}

// claiming reports whether a contact has identifiers that its visitor only claims
// to have: with a victim's anybody would look like the victim.
func claiming(c *contact.Contact) bool {
	return slices.ContainsFunc(c.Identifiers, func(i contact.Identifier) bool { return i.Proof == contact.Claimed })
}

// signedApart reports whether two contacts have references that the customer's
// own backend signed, and none in common.
func signedApart(a, b *contact.Contact) bool {
	of := func(c *contact.Contact) map[string]bool {
		out := map[string]bool{}
		for _, i := range c.Identifiers {
			if i.Kind == contact.KindRef && i.Proof == contact.Signed {
				out[i.Value] = true
			}
		}
		return out
	}
	x, y := of(a), of(b)
	for ref := range x {
		if y[ref] {
			return false
		}
	}
	return len(x) > 0 && len(y) > 0
}
