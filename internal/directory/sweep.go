package directory

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/tag"
)

// Bounds of the work that deleting leaves behind: records of one transaction,
// which holds up other writers, and of one call.
const (
	sweepBatch = 200
	sweepLimit = 10_000
)

// Sweep does the housekeeping of an org: it removes for good what has been in
// the trash for TrashDays, forgets idempotency keys, and takes deleted accounts,
// workspaces and tags off the records that still name them. It works in small transactions and returns
// how many records it changed; call it again until that is 0.
func (s *Service) Sweep(ctx context.Context, sc org.Scope, now time.Time) (int, error) {
	done, err := s.purge(ctx, sc, now.AddDate(0, 0, -TrashDays))
	if err != nil {
		return done, err
	}
	err = s.write(ctx, sc, func(tx Tx) error {
		_, err := tx.DropKeys(ctx, now.Add(-KeyLife), sweepLimit)
		return err
	})
	if err != nil {
		return done, err
	}
	var stale []int64
	err = s.db.Read(ctx, sc, func(tx Tx) (err error) {
		stale, err = tx.StaleTags(ctx)
		return err
	})
	for _, n := range stale {
		if err != nil || done >= sweepLimit {
			break
		}
		var more int
		more, err = s.untag(ctx, sc, n, sweepLimit-done)
		done += more
	}
	return done, err
}

// purge removes what went to the trash before a time. Contacts give up their
// places in an account or workspace before that leaves the trash, so that an
// interruption loses nothing.
func (s *Service) purge(ctx context.Context, sc org.Scope, before time.Time) (int, error) {
	var old []Discarded
	err := s.db.Read(ctx, sc, func(tx Tx) (err error) {
		old, err = tx.Trash(ctx, TrashQuery{Before: before, Limit: sweepBatch})
		return err
	})
	done := 0
	for _, d := range old {
		if err != nil || done >= sweepLimit {
			break
		}
		var more int
		if err = s.orphan(ctx, sc, d.ID); err != nil {
			break
		}
		if more, err = s.vacateAll(ctx, sc, d.ID, sweepLimit-done); err != nil {
			break
		}
		if done += more; done < sweepLimit {
			err = s.write(ctx, sc, func(tx Tx) error { return tx.DropTrash(ctx, []don.ID{d.ID}) })
			done++
		}
	}
	return done, err
}

// vacateAll is vacate for an account and all that was merged into it.
func (s *Service) vacateAll(ctx context.Context, sc org.Scope, of don.ID, limit int) (done int, err error) {
	ids := []don.ID{of}
	err = s.db.Read(ctx, sc, func(tx Tx) (err error) {
		ids, err = withMembers(ctx, tx, ids)
		return err
	})
	for _, id := range ids {
		if err != nil || done >= limit {
			break
		}
		var more int
		more, err = s.vacate(ctx, sc, id, limit-done)
		done += more
	}
	return done, err
}

// vacate takes away the places that contacts have in a deleted account or
// workspace, at most limit of them, and returns how many it took.
func (s *Service) vacate(ctx context.Context, sc org.Scope, of don.ID, limit int) (int, error) {
	if of.Type != don.Account && of.Type != don.Workspace {
		return 0, nil
	}
	return inBatches(limit, func(after int64, size int) (ns []int64, err error) {
		err = s.write(ctx, sc, func(tx Tx) (err error) {
			if ns, err = tx.ContactsOf(ctx, of, after, size); err != nil {
				return err
			}
			return eachContact(ctx, tx, ns, func(c *contact.Contact) {
				c.Associations = slices.DeleteFunc(c.Associations, func(a contact.Association) bool { return a.Type == of.Type && a.N == of.N })
			})
		})
		return ns, err
	})
}

// orphan takes a deleted account's place above others away.
func (s *Service) orphan(ctx context.Context, sc org.Scope, parent don.ID) error {
	if parent.Type != don.Account {
		return nil
	}
	return s.write(ctx, sc, func(tx Tx) error {
		below, err := childAccounts(ctx, tx, parent.N)
		if err != nil {
			return err
		}
		return eachAccount(ctx, tx, below, func(a *account.Account) { a.ParentN = 0 })
	})
}

// inBatches repeats step, which works on up to size records above a number,
// until limit records are done or none is left, and returns how many were done.
func inBatches(limit int, step func(after int64, size int) ([]int64, error)) (int, error) {
	done, after := 0, int64(0)
	for done < limit {
		size := min(sweepBatch, limit-done)
		ns, err := step(after, size)
		if err != nil {
			return done, err
		}
		if done += len(ns); len(ns) < size {
			break
		}
		after = ns[len(ns)-1]
	}
	return done, nil
}

func eachContact(ctx context.Context, tx Tx, ns []int64, change func(*contact.Contact)) error {
	all, err := tx.Contacts(ctx, ns, true)
	if err != nil {
		return err
	}
	for _, n := range ns {
		if all[n] == nil {
			continue
		}
		if err := identity.Everywhere(ctx, tx, all[n], change); err != nil {
			return err
		}
	}
	return nil
}

// untag takes a deleted tag off at most limit records.
func (s *Service) untag(ctx context.Context, sc org.Scope, n int64, limit int) (int, error) {
	total := 0
	for _, t := range []don.Type{don.Contact, don.Account, don.Workspace} {
		done, err := inBatches(limit-total, func(after int64, size int) ([]int64, error) { return s.untagBatch(ctx, sc, t, n, after, size) })
		total += done
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

func (s *Service) untagBatch(ctx context.Context, sc org.Scope, t don.Type, tagN, after int64, size int) (ns []int64, err error) {
	err = s.write(ctx, sc, func(tx Tx) (err error) {
		if ns, err = tx.Tagged(ctx, t, tagN, after, size); err != nil || len(ns) == 0 {
			return err
		}
		switch t {
		case don.Contact:
			return eachContact(ctx, tx, ns, func(c *contact.Contact) { c.Tags = untagged(c.Tags, tagN) })
		case don.Account:
			return eachAccount(ctx, tx, ns, func(a *account.Account) { a.Tags = untagged(a.Tags, tagN) })
		default:
			return eachWorkspace(ctx, tx, ns, func(w *account.Workspace) { w.Tags = untagged(w.Tags, tagN) })
		}
	})
	return ns, err
}

func untagged(uses []tag.Use, n int64) []tag.Use {
	return slices.DeleteFunc(slices.Clone(uses), func(u tag.Use) bool { return u.N == n })
}

func eachAccount(ctx context.Context, tx Tx, ns []int64, change func(*account.Account)) error {
	all, err := tx.Accounts(ctx, ns, true)
	if err != nil {
		return err
	}
	for _, before := range all {
		after := *before
		change(&after)
		if _, err := saveAccount(ctx, tx, before, &after); err != nil {
			return err
		}
	}
	return nil
}

func eachWorkspace(ctx context.Context, tx Tx, ns []int64, change func(*account.Workspace)) error {
	all, err := tx.Workspaces(ctx, ns, true)
	if err != nil {
		return err
	}
	for _, before := range all {
		after := *before
		change(&after)
		if err := saveWorkspace(ctx, tx, before, &after); err != nil {
			return err
		}
	}
	return nil
}
