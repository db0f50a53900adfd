package directory

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/identity/match"
	"github.com/kith-id/kith/internal/org"
)

// duplicateTx keeps pairs of contacts that may be one person, and the searches
// for them.
type duplicateTx interface {
	Duplicate(ctx context.Context, a, b int64) (identity.Duplicate, bool, error)
	Duplicates(ctx context.Context, q DuplicateQuery) ([]identity.Duplicate, error)
	PartedPairs(ctx context.Context, after identity.Duplicate, limit int) ([]identity.Duplicate, error)
	MatchScores(ctx context.Context, state string, limit int) ([]identity.Duplicate, error)
	JudgedPairs(ctx context.Context, state string, limit int) ([]identity.Duplicate, error)
	RescoreDuplicates(ctx context.Context, pairs []identity.Duplicate) error
	DropDuplicates(ctx context.Context, pairs []identity.Duplicate) error
	DropStale(ctx context.Context, before time.Time, limit int) (int, error)
	DuplicateScan(ctx context.Context, lock bool) (*Scan, error)
	PutDuplicateScan(ctx context.Context, s *Scan) error
	ContactsAfter(ctx context.Context, n int64, limit int) ([]*contact.Contact, error)
	ContactsChanged(ctx context.Context, since time.Time, after int64, limit int) ([]*contact.Contact, error)
}

// DuplicateQuery selects pairs of one state, the most likely first.
type DuplicateQuery struct {
	State string
	Of    []int64             // only pairs of these contacts, all in one page
	Below *identity.Duplicate // only those behind this one
	Limit int
}

// Suspected is a pair with the contacts that it is about now.
type Suspected struct {
	identity.Duplicate
	First, Second *contact.Contact
}

// Evidence is what speaks for and against two contacts being one.
type Evidence = match.Explanation

// Evidence returns what a search found to speak for and against the pair, nil
// for a pair that no search filed.
func (s Suspected) Evidence() (*Evidence, error) {
	if len(s.Reasons) == 0 {
		return nil, nil
	}
	e := &Evidence{}
	return e, json.Unmarshal(s.Reasons, e)
}

// duplicateRounds bounds how often a page is filled up for pairs that are not
// shown: those whose contacts are one by now, or in the trash.
const duplicateRounds = 10

// ListDuplicates returns pairs of a state, the most likely first, and where the
// next page begins, nil at the end. With of only those of one contact. Open
// pairs whose contacts have become one or are in the trash are left out.
func (s *Service) ListDuplicates(ctx context.Context, sc org.Scope, of int64, q DuplicateQuery) (found Found[[]Suspected], next *identity.Duplicate, err error) {
	err = s.db.Read(ctx, sc, func(tx Tx) (err error) {
		found.Item, next = nil, nil
		if of != 0 {
			if _, err = liveContact(ctx, tx, of, false); err != nil {
				return err
			}
			if q.Of, err = membersOf(ctx, tx, of); err != nil {
				return err
			}
		}
		if found.Item, next, err = suspected(ctx, tx, q); err != nil {
			return err
		}
		found.Names, err = namesOf(ctx, tx, needs.suspected, found.Item...)
		return err
	})
	return found, next, err
}

// membersOf returns the contacts that are one contact now.
func membersOf(ctx context.Context, tx Tx, n int64) ([]int64, error) {
	all, err := tx.Aliases(ctx, don.Contact, []int64{n})
	out := []int64{n}
	for _, a := range all {
		if a.N != n {
			out = append(out, a.N)
		}
	}
	return out, err
}

func suspected(ctx context.Context, tx Tx, q DuplicateQuery) (out []Suspected, next *identity.Duplicate, err error) {
	ask := q
	ask.Limit = q.Limit + 1
	for range duplicateRounds {
		page, err := tx.Duplicates(ctx, ask)
		if err != nil {
			return nil, nil, err
		}
		more := len(page) > q.Limit && len(q.Of) == 0
		page = page[:min(len(page), q.Limit)]
		shown, err := showPairs(ctx, tx, page)
		if err != nil {
			return nil, nil, err
		}
		for at, s := range shown {
			if len(out) == q.Limit { // what is left of this page is the next one's
				return out, &page[at-1], nil
			}
			there, err := s.shown(ctx, tx, q.State)
			if err != nil {
				return nil, nil, err
			}
			if there {
				out = append(out, s)
			}
		}
		if !more {
			return out, nil, nil
		}
		next = &page[len(page)-1]
		if ask.Below = next; len(out) == q.Limit {
			break
		}
	}
	return out, next, nil
}

// shown reports whether there is something to decide or to see about a pair. Of
// contacts that others were merged into somebody may have decided by another pair.
func (s Suspected) shown(ctx context.Context, tx Tx, state string) (bool, error) {
	switch {
	case s.First == nil || s.Second == nil:
		return false, nil
	case state != identity.DuplicateOpen:
		return true, nil
	case s.First.N == s.Second.N:
		return false, nil
	case !s.First.Merged && !s.Second.Merged:
		return true, nil
	}
	apart, err := identity.Rejected(ctx, tx, s.First.N, s.Second.N)
	return !apart, err
}

// showPairs finds the contacts that pairs are about now.
func showPairs(ctx context.Context, tx Tx, pairs []identity.Duplicate) ([]Suspected, error) {
	var ns []int64
	for _, d := range pairs {
		ns = append(ns, d.A, d.B)
	}
	survivors, err := tx.Survivors(ctx, don.Contact, ns)
	if err != nil {
		return nil, err
	}
	now := func(n int64) int64 {
		if s, ok := survivors[n]; ok {
			return s
		}
		return n
	}
	for at, n := range ns {
		ns[at] = now(n)
	}
	live, err := tx.Contacts(ctx, ns, false)
	if err != nil {
		return nil, err
	}
	out := make([]Suspected, len(pairs))
	for at, d := range pairs {
		out[at] = Suspected{d, live[now(d.A)], live[now(d.B)]}
	}
	return out, nil
}

func (n needs) suspected(s Suspected) {
	for _, c := range []*contact.Contact{s.First, s.Second} {
		if c != nil {
			n.contact(c)
			n.add(contactOf(c.N))
		}
	}
	n.add(don.FromTail(s.DecidedBy))
}

// pairShown returns a pair that was filed, with its contacts; not_found when it
// was not or when one of them is deleted.
func pairShown(ctx context.Context, tx Tx, a, b int64) (Suspected, error) {
	d, filed, err := tx.Duplicate(ctx, min(a, b), max(a, b))
	if err != nil {
		return Suspected{}, err
	}
	if !filed {
		return Suspected{}, errs.Gone("a pair of " + contactOf(a).Display() + " and " + contactOf(b).Display())
	}
	shown, err := showPairs(ctx, tx, []identity.Duplicate{d})
	if err != nil {
		return Suspected{}, err
	}
	for _, at := range []struct {
		c *contact.Contact
		n int64
	}{{shown[0].First, d.A}, {shown[0].Second, d.B}} {
		if at.c == nil {
			return Suspected{}, errs.Gone(contactOf(at.n).Display())
		}
	}
	return shown[0], nil
}

// pairHeld is pairShown for a decision: the contacts stay as they are until the
// transaction ends, so that a merge and a rejection cannot both be the last.
func pairHeld(ctx context.Context, tx Tx, a, b int64) (Suspected, error) {
	seen, err := pairShown(ctx, tx, a, b)
	if err != nil {
		return seen, err
	}
	if _, err := tx.Contacts(ctx, []int64{seen.First.N, seen.Second.N}, true); err != nil {
		return seen, err
	}
	p, err := pairShown(ctx, tx, a, b)
	if err == nil && (p.First.N != seen.First.N || p.Second.N != seen.Second.N) {
		err = identity.ErrAgain
	}
	return p, err
}

// GetDuplicate returns one pair. Errors: not_found.
func (s *Service) GetDuplicate(ctx context.Context, sc org.Scope, a, b int64) (Found[Suspected], error) {
	var got Found[Suspected]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		p, err := pairShown(ctx, tx, a, b)
		if err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.suspected, p)
		return err
	})
	return got, err
}

// AcceptDuplicate merges the contacts of a pair as MergeContacts does; into the
// primary if one of them is named, else into the one that is better known, else
// into the older one. Errors: not_found, invalid when they are one already.
func (s *Service) AcceptDuplicate(ctx context.Context, sc org.Scope, a, b, primary int64) (MergeFound, error) {
	return s.merge(ctx, sc, func(tx Tx) (identity.Merge, error) {
		p, err := pairHeld(ctx, tx, a, b)
		if err != nil {
			return identity.Merge{}, err
		}
		if p.First.N == p.Second.N {
			return identity.Merge{}, errs.BadRequest("%s and %s are one contact already", contactOf(p.A).Display(), contactOf(p.B).Display())
		}
		first, second, err := p.kept(primary)
		if err != nil {
			return identity.Merge{}, err
		}
		m, err := identity.MergeContacts(ctx, tx, first, second)
		if err != nil {
			return identity.Merge{}, err
		}
		return m, p.settled(ctx, tx, identity.DuplicateAccepted)
	})
}

// settled notes what became of a pair.
func (s Suspected) settled(ctx context.Context, tx Tx, state string) error {
	d := s.Duplicate
	d.State = state
	return tx.DecideDuplicate(ctx, d)
}

// kept returns which contact of the pair is kept, and the other one.
func (s Suspected) kept(primary int64) (first, second int64, err error) {
	first, second = s.First.N, s.Second.N
	switch primary {
	case first, s.A:
		return first, second, nil
	case second, s.B:
		return second, first, nil
	case 0:
	default:
		return 0, 0, errs.NotPermitted("primary_user", "%s is not one of the pair; name %s or %s, or leave it out",
			contactOf(primary).Display(), contactOf(first).Display(), contactOf(second).Display())
	}
	if s.Second.Verified && !s.First.Verified || s.First.Verified == s.Second.Verified && s.Second.CreatedAt.Before(s.First.CreatedAt) {
		return second, first, nil
	}
	return first, second, nil
}

// RejectDuplicate says that the contacts of a pair are two persons. The pair is
// not suggested again. Errors: not_found, invalid when they are one already.
func (s *Service) RejectDuplicate(ctx context.Context, sc org.Scope, a, b int64) error {
	return s.write(ctx, sc, func(tx Tx) error {
		p, err := pairHeld(ctx, tx, a, b)
		if err != nil {
			return err
		}
		if p.First.N == p.Second.N {
			return errs.BadRequest("%s and %s are one contact; take the merge back with merges.undo", contactOf(p.A).Display(), contactOf(p.B).Display())
		}
		if err := p.settled(ctx, tx, identity.DuplicateRejected); err != nil || p.First.N == p.A && p.Second.N == p.B {
			return err
		}
		now := identity.PairOf(p.First.N, p.Second.N) // merged since the pair was filed
		now.State, now.Rule = identity.DuplicateRejected, p.Rule
		return tx.DecideDuplicate(ctx, now)
	})
}

// accountsOf returns the accounts that contacts belong to.
func accountsOf(cs []*contact.Contact) []int64 {
	var out []int64
	for _, c := range cs {
		for _, a := range c.Associations {
			if a.Type == don.Account {
				out = append(out, a.N)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
