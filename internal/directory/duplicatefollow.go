package directory

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/identity/match"
	"github.com/kith-id/kith/internal/org"
)

// How what changes after a search is compared.
const (
	followEvery = 2 * time.Second
	followLease = 2 * time.Minute
	// A transaction's changes carry the time at which it began: so long after that
	// they may still come to sight.
	followLag = 10 * time.Second
	// An org of more contacts is searched anew, once a day, instead of keeping
	// what the search learnt in memory: some 350 bytes a contact.
	followRows = 300_000
	bigOrg     = 24 * time.Hour
	// After a restart, or when much has changed, nothing is learnt that could be
	// followed: then there is a search, at most so often.
	searchAgain = 10 * time.Minute
	followPairs = 20 // of one contact that are filed
)

// follower compares the contacts of an org that change after a search with all
// others, as the search did.
type follower struct {
	run  *match.Run
	live *match.Live
	ns   []int64       // the contact of each row
	rows map[int64]int // of contacts that changed since the search
	seen map[int64]int64
	// Changes up to here were compared, save for those of the last moments.
	since time.Time
	grown int
	renew time.Time // when the lease is to be renewed
}

// follow compares what has changed in the orgs that were searched once.
func (m *Matcher) follow(ctx context.Context) error {
	scopes, err := m.Scopes(ctx)
	if err != nil {
		return err
	}
	for _, sc := range scopes {
		if err := m.followOrg(ctx, sc); err != nil {
			delete(m.live, sc.OrgID) // the next search begins anew
			return err
		}
	}
	return nil
}

func (m *Matcher) followOrg(ctx context.Context, sc org.Scope) error {
	f := m.live[sc.OrgID]
	if f == nil {
		return m.searchAgain(ctx, sc)
	}
	holds, err := m.holds(ctx, sc, f)
	if err != nil || !holds {
		delete(m.live, sc.OrgID)
		return err
	}
	if f.grown > len(f.ns)/5+1000 {
		delete(m.live, sc.OrgID)
		return nil
	}
	return m.changes(ctx, sc, f)
}

// searchAgain asks for a search when contacts have changed since the last one
// and nobody follows.
func (m *Matcher) searchAgain(ctx context.Context, sc org.Scope) error {
	due := false
	err := m.DB.Read(ctx, sc, func(tx Tx) error {
		due = false
		s, err := tx.DuplicateScan(ctx, false)
		if err != nil || s == nil || s.State != ScanDone || s.LeaseUntil != nil && s.LeaseUntil.After(tx.Now()) {
			return err
		}
		p, err := s.Read()
		if err != nil {
			return err
		}
		wait := searchAgain
		if p.Rows > followRows {
			wait = bigOrg
		}
		if s.EndedAt == nil || tx.Now().Sub(*s.EndedAt) < wait {
			return nil
		}
		changed, err := tx.ContactsChanged(ctx, s.AskedAt, 0, 1)
		due = len(changed) > 0
		return err
	})
	if err != nil || !due {
		return err
	}
	if _, err := m.Start(ctx, sc); !errs.Is(err, errs.Conflict) {
		return err
	}
	return nil
}

// holds reports whether the search that a follower goes on with is still the
// latest one and this process's, and renews the lease in time.
func (m *Matcher) holds(ctx context.Context, sc org.Scope, f *follower) (bool, error) {
	holds := func(s *Scan) bool { return s != nil && s.State == ScanDone && s.Lease == m.Name }
	var s *Scan
	err := m.DB.Read(ctx, sc, func(tx Tx) (err error) {
		s, err = tx.DuplicateScan(ctx, false)
		return err
	})
	if err != nil || !holds(s) || time.Now().Before(f.renew) {
		return err == nil && holds(s), err
	}
	err = m.DB.Write(ctx, sc, func(tx Tx) (err error) {
		if s, err = tx.DuplicateScan(ctx, true); err != nil || !holds(s) {
			return err
		}
		until := tx.Now().Add(followLease)
		s.LeaseUntil = &until
		return tx.PutDuplicateScan(ctx, s)
	})
	f.renew = time.Now().Add(followLease / 2)
	return err == nil && holds(s), err
}

// changes compares the contacts that changed since it was called last.
func (m *Matcher) changes(ctx context.Context, sc org.Scope, f *follower) error {
	began := time.Now()
	var found []identity.Duplicate
	since, after := f.since, int64(0)
	for {
		var page []*contact.Contact
		var companies map[int64]*account.Account
		err := m.DB.Read(ctx, sc, func(tx Tx) (err error) {
			if page, err = tx.ContactsChanged(ctx, since, after, scanPage); err != nil {
				return err
			}
			companies, err = tx.Accounts(ctx, accountsOf(page), false)
			return err
		})
		if err != nil {
			return err
		}
		for _, c := range page {
			since, after = c.ModifiedAt, c.N
			if f.seen[c.N] == c.Version {
				continue
			}
			f.seen[c.N] = c.Version
			pairs, err := m.compare(ctx, sc, f, c, companies)
			if err != nil {
				return err
			}
			found = append(found, pairs...)
		}
		if len(page) < scanPage {
			break
		}
	}
	f.since = began.Add(-followLag)
	if len(found) == 0 {
		return nil
	}
	return m.mergeThese(ctx, sc, found)
}

// compare files what a new or changed contact has in common with others, and
// drops what it no longer has.
func (m *Matcher) compare(ctx context.Context, sc org.Scope, f *follower, c *contact.Contact, companies map[int64]*account.Account) (found []identity.Duplicate, err error) {
	row, err := f.put(c, companies)
	if err != nil {
		return nil, err
	}
	err = m.DB.Write(ctx, sc, func(tx Tx) error {
		alike, err := f.standing(ctx, tx, f.live.Candidates(row, 0))
		if err != nil {
			return err
		}
		if found, err = reasoned(f.run.Explainer(), f.ns, alike); err != nil {
			return err
		}
		if err := dropOthers(ctx, tx, c.N, found); err != nil {
			return err
		}
		return tx.FileDuplicates(ctx, found)
	})
	return found, err
}

// put replaces a contact in the index.
func (f *follower) put(c *contact.Contact, companies map[int64]*account.Account) (int, error) {
	if before, ok := f.row(c.N); ok {
		f.live.Remove(before)
	}
	row, err := f.live.Add(cellsOf(c, companies))
	if err != nil {
		return 0, err
	}
	f.ns = append(f.ns, c.N)
	f.rows[c.N] = row
	f.grown++
	return row, nil
}

func (f *follower) row(n int64) (int, bool) {
	if row, ok := f.rows[n]; ok {
		return row, true
	}
	return slices.BinarySearch(f.ns[:len(f.ns)-f.grown], n)
}

// standing returns the first of the candidates that are still contacts, and that
// nobody said are other persons.
func (f *follower) standing(ctx context.Context, tx Tx, candidates []match.Pair) ([]match.Pair, error) {
	candidates = candidates[:min(len(candidates), 2*followPairs)]
	var ns []int64
	for _, p := range candidates {
		ns = append(ns, f.ns[p.B])
	}
	there, err := tx.Contacts(ctx, ns, false)
	if err != nil {
		return nil, err
	}
	var out []match.Pair
	for _, p := range candidates {
		if there[f.ns[p.B]] == nil || len(out) == followPairs {
			continue
		}
		apart, err := identity.Rejected(ctx, tx, f.ns[p.A], f.ns[p.B])
		if err != nil {
			return nil, err
		}
		if !apart {
			out = append(out, p)
		}
	}
	return out, nil
}

// dropOthers drops the open pairs of a contact that comparing filed once and
// does not find any more.
func dropOthers(ctx context.Context, tx Tx, n int64, found []identity.Duplicate) error {
	filed, err := tx.PairsOf(ctx, identity.DuplicateOpen, []int64{n}, maxExplained)
	if err != nil {
		return err
	}
	filed = slices.DeleteFunc(filed, func(d identity.Duplicate) bool {
		return d.Rule != identity.RuleMatch || slices.ContainsFunc(found, func(o identity.Duplicate) bool {
			return o.A == d.A && o.B == d.B
		})
	})
	return tx.DropDuplicates(ctx, filed)
}
