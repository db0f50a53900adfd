package identity

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// MergeAccounts merges an account into another, as MergeContacts does contacts.
// Its workspaces come to be the primary's; the accounts below it and contacts'
// places are read as the primary's. Errors: invalid for an account that was
// merged away, for both being the same or the primary being far below the
// secondary; not_found.
func MergeAccounts(ctx context.Context, tx AccountTx, primary, secondary int64) (Merge, error) {
	return merge(ctx, tx, accounts{tx}, primary, secondary, Why{})
}

// UnmergeAccounts takes a merge of accounts back, see unmerge. Merges of
// workspaces that would cross accounts then are taken back with it.
func UnmergeAccounts(ctx context.Context, tx AccountTx, mergeN int64) (*Parted[account.Account], error) {
	return unmerge(ctx, tx, accounts{tx}, mergeN)
}

// AccountMergedAway is MergedAway for accounts.
func AccountMergedAway(ctx context.Context, tx AccountTx, n int64) (*account.Account, error) {
	a, s, err := mergedAway(ctx, tx, accounts{tx}, n)
	if err != nil {
		return nil, err
	}
	a.Survivor = s
	return a, nil
}

// ChangeMergedAccount saves an account that a member edited if others were
// merged into it, and reports whether they were. After is the account as it is
// shown then.
func ChangeMergedAccount(ctx context.Context, tx AccountTx, before, after *account.Account) (merged, changed bool, err error) {
	return changeIfMerged(ctx, tx, accounts{tx}, before.N, before, after)
}

func changeIfMerged[T any](ctx context.Context, tx Tx, of kind[T], n int64, before, after *T) (merged, changed bool, err error) {
	all, err := kinOf(ctx, tx, of, n)
	k := all[n]
	if err != nil || k == nil {
		return false, false, err
	}
	changed, err = k.change(ctx, tx, before, after)
	return true, changed, err
}

// AccountBehind returns the account that a key belongs to as it would be alone:
// the account itself, or one of those that were merged into it.
func AccountBehind(ctx context.Context, tx AccountTx, a *account.Account, key string) (*account.Account, error) {
	return behind(ctx, tx, accounts{tx}, a.N, a, key)
}

func behind[T any](ctx context.Context, tx Tx, of kind[T], n int64, r *T, key string) (*T, error) {
	all, err := kinOf(ctx, tx, of, n)
	if k := all[n]; k != nil {
		return k.origin(key).Own, err
	}
	return r, err
}

// ObserveMergedAccount is ChangeMergedAccount for what came through a key: it
// changes the member that has it.
func ObserveMergedAccount(ctx context.Context, tx AccountTx, a *account.Account, via Via, kind contact.Kind, value string, apply func(*account.Account) *account.Account) (merged, changed bool, after *account.Account, err error) {
	of := accounts{tx}
	all, err := kinOf(ctx, tx, of, a.N)
	g := all[a.N]
	if err != nil || g == nil {
		return false, false, nil, err
	}
	m := g.origin(Key(kind, value))
	own := of.clone(apply(of.clone(m.Own)))
	for _, kind := range accountKinds {
		list := keys(own, kind)
		*list = slices.DeleteFunc(slices.Clone(*list), func(v string) bool { // another member's stay there
			o := g.origin(Key(kind, v))
			return o != m && slices.Contains(*keys(o.Own, kind), v)
		})
	}
	note := Note{ID: don.Of(don.Account, m.N), Op: OpUpdated, Before: m.was, After: own, Via: via, Tell: don.Of(don.Account, a.N)}
	m.Own = own
	m.changed(tx)
	view, changed, err := g.save(ctx, tx, a)
	if err != nil {
		return true, false, nil, err
	}
	_, err = tx.Record(ctx, note)
	return true, changed, view, err
}

// RestoreMergedAccount notes what a merged account that comes back from the
// trash does without, since others have taken it.
func RestoreMergedAccount(ctx context.Context, tx AccountTx, was, a *account.Account) error {
	all, err := kinOf(ctx, tx, accounts{tx}, a.N)
	g := all[a.N]
	if err != nil || g == nil {
		return err
	}
	for _, kind := range accountKinds {
		for _, v := range *keys(was, kind) {
			if !slices.Contains(*keys(a, kind), v) {
				releaseKey(tx, g, kind, v, Lost{Reason: TakenBy})
			}
		}
	}
	return g.store(ctx, tx)
}

// Origins returns, of index rows of accounts and workspaces, those whose key
// belongs to a record that was merged into the row's, each with that record.
func Origins(ctx context.Context, tx Tx, entries []Entry) (map[string]int64, error) {
	out := map[string]int64{}
	if err := originsOf(ctx, tx, accounts{}, entries, out); err != nil {
		return nil, err
	}
	return out, originsOf(ctx, tx, workspaces{}, entries, out)
}

func originsOf[T any](ctx context.Context, tx Tx, of kind[T], entries []Entry, out map[string]int64) error {
	var ns []int64
	for _, e := range entries {
		if e.Subject.Type == of.of() {
			ns = append(ns, e.Subject.N)
		}
	}
	all, err := kinOf(ctx, tx, of, ns...)
	for _, e := range entries {
		if k := all[e.Subject.N]; k != nil && e.Subject.Type == of.of() {
			out[e.Key] = k.origin(e.Key).N
		}
	}
	return err
}

// admit sees to it that a merged account is not below itself. A place that it
// would only adopt it does not get.
func (k accounts) admit(ctx context.Context, g *kin[account.Account], p, s *account.Account) error {
	own := g.members[p.N].Own.ParentN
	circle, err := climbs(ctx, k.tx, g.view(p.N).ParentN, false, func(n int64) bool { return g.members[n] != nil })
	if err != nil || !circle {
		return err
	}
	if own != 0 && g.members[own] == nil {
		return errs.BadRequest("%s is below %s, with others between them; move it from there first", don.Of(don.Account, p.N).Display(), don.Of(don.Account, s.N).Display())
	}
	g.members[s.N].Hidden = append(g.members[s.N].Hidden, nameParent)
	return nil
}

// yield has nothing to do: one account alone has a reference or domain at any time.
func (accounts) yield(*kin[account.Account], *kin[account.Account], Merge) {}

// maxClimb bounds how far up the tree of accounts is followed.
const maxClimb = 100

// climbs reports whether the way up from an account leads to one that meets the
// condition.
func climbs(ctx context.Context, tx AccountTx, at int64, lock bool, is func(int64) bool) (bool, error) {
	for level := 0; at != 0 && level < maxClimb; level++ {
		if is(at) {
			return true, nil
		}
		up, err := Above(ctx, tx, at, lock)
		if err != nil || up == nil {
			return false, err
		}
		if is(up.N) {
			return true, nil
		}
		at = up.ParentN
	}
	return false, nil
}

// Above returns the account that a child names as the one above it: itself, or
// what it was merged into; nil when it is in the trash.
func Above(ctx context.Context, tx AccountTx, n int64, lock bool) (*account.Account, error) {
	found, err := tx.Accounts(ctx, []int64{n}, lock)
	if err != nil || found[n] != nil {
		return found[n], err
	}
	survivors, err := tx.Survivors(ctx, don.Account, []int64{n})
	if err != nil || survivors[n] == 0 {
		return nil, err
	}
	found, err = tx.Accounts(ctx, []int64{survivors[n]}, lock)
	return found[survivors[n]], err
}

// untie sees to it that neither part is below itself: it may be when accounts
// were moved, merged or parted since. The part then does without the account
// above it, and the answer says so. It reads what has been stored, for each
// account on the way up may be part of another.
func (k accounts) untie(ctx context.Context, g *kin[account.Account], p *Parted[account.Account], shown **account.Account) error {
	before := *shown
	circle, err := climbs(ctx, k.tx, before.ParentN, true, func(n int64) bool { return n == before.N })
	if err != nil || !circle {
		return err
	}
	if r := g.root(); g.members[r.Own.ParentN] == nil {
		r.Own.ParentN, r.dirty = 0, true
	}
	g.hide(nameParent)
	after := k.clone(before)
	after.ParentN = 0
	if _, err := k.tx.RewriteAccount(ctx, before, after); err != nil {
		return err
	}
	*shown = after
	above := don.Of(don.Account, before.ParentN)
	p.Lost = append(p.Lost, Lost{Kind: KindParent, Value: above.Display(), Reason: Circle, Holder: above, MergeN: p.Merge.N})
	return g.settle(ctx, k.tx)
}
