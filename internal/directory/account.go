package directory

import (
	"cmp"
	"context"
	"slices"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// AccountPatch says what an account shall be: everything it has on creation,
// what changes on update.
type AccountPatch struct {
	DisplayName *string
	Description *string
	Tier        *string
	Refs        *[]string // external references, the main one first
	Domains     *[]string
	Websites    *[]string
	Parent      *int64 // the account above, 0 for none
	Owners      *[]int64
	Tags        *[]tag.Use
	Custom      *schema.Change
}

// AccountFound is an account with the records it refers to.
type AccountFound = Found[*account.Account]

// CreateAccount adds an account and its default workspace. Errors: invalid,
// not_found for a reference, conflict for a reference or domain that is taken.
func (s *Service) CreateAccount(ctx context.Context, sc org.Scope, p AccountPatch) (AccountFound, WorkspaceFound, error) {
	var made AccountFound
	var space WorkspaceFound
	if p.DisplayName == nil {
		return made, space, errs.Missing("display_name")
	}
	err := s.write(ctx, sc, func(tx Tx) error {
		a := &account.Account{Version: 1}
		if err := p.apply(ctx, tx, a); err != nil {
			return err
		}
		w, err := insertAccount(ctx, tx, a)
		if err != nil {
			return err
		}
		if err := Assigned(ctx, tx, accountOf(a.N), nil, a.Owners); err != nil {
			return err
		}
		if made, err = found(ctx, tx, needs.account, a); err != nil {
			return err
		}
		space, err = found(ctx, tx, needs.workspace, w)
		return err
	})
	return made, space, err
}

// insertAccount numbers a new account, takes its keys and writes it with its
// default workspace.
func insertAccount(ctx context.Context, tx Tx, a *account.Account) (*account.Workspace, error) {
	var err error
	if a.N, err = tx.Next(ctx, don.Account, 1); err != nil {
		return nil, err
	}
	if a.WorkspaceN, err = tx.Next(ctx, don.Workspace, 1); err != nil {
		return nil, err
	}
	if err := claimAccount(ctx, tx, &account.Account{N: a.N}, a); err != nil {
		return nil, err
	}
	a.CreatedAt, a.CreatedBy = stamp(tx)
	a.ModifiedAt, a.ModifiedBy = a.CreatedAt, a.CreatedBy
	w := &account.Workspace{
		N: a.WorkspaceN, AccountN: a.N, DisplayName: a.DisplayName, Environment: Production, Default: true, Version: 1,
		CreatedAt: a.CreatedAt, CreatedBy: a.CreatedBy, ModifiedAt: a.CreatedAt, ModifiedBy: a.CreatedBy,
	}
	if err := tx.InsertAccount(ctx, a); err != nil {
		return nil, err
	}
	return w, tx.InsertWorkspace(ctx, w)
}

// GetAccount returns one account or not_found. One that was merged into another
// is as it would be alone and names its survivor.
func (s *Service) GetAccount(ctx context.Context, sc org.Scope, n int64) (AccountFound, error) {
	var got AccountFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		a, err := shownAccount(ctx, tx, n)
		if err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.account, a)
		return err
	})
	return got, err
}

// shownAccount returns an account for reading; it may have been merged away.
func shownAccount(ctx context.Context, tx Tx, n int64) (*account.Account, error) {
	found, err := tx.Accounts(ctx, []int64{n}, false)
	if err != nil || found[n] != nil {
		return found[n], err
	}
	return identity.AccountMergedAway(ctx, tx, n)
}

// liveAccount returns an account that is to be changed. One that was merged into
// another is invalid, and the error names that other.
func liveAccount(ctx context.Context, tx Tx, n int64) (*account.Account, error) {
	found, err := tx.Accounts(ctx, []int64{n}, true)
	if err != nil || found[n] != nil {
		return found[n], err
	}
	return nil, identity.Absent(ctx, tx, accountOf(n))
}

// saveAccount saves an edited account with its keys.
func saveAccount(ctx context.Context, tx Tx, before, after *account.Account) (bool, error) {
	merged, changed, err := identity.ChangeMergedAccount(ctx, tx, before, after)
	if merged || err != nil {
		return changed, err
	}
	if err := claimAccount(ctx, tx, before, after); err != nil {
		return false, err
	}
	return tx.UpdateAccount(ctx, before, after)
}

// UpdateAccount changes an account. Its default workspace is renamed with it as
// long as it has the account's name. Errors: invalid, not_found, conflict.
func (s *Service) UpdateAccount(ctx context.Context, sc org.Scope, n int64, p AccountPatch) (AccountFound, error) {
	var got AccountFound
	err := s.write(ctx, sc, func(tx Tx) error {
		before, err := liveAccount(ctx, tx, n)
		if err != nil {
			return err
		}
		after := *before
		if err := p.apply(ctx, tx, &after); err != nil {
			return err
		}
		if _, err := saveAccount(ctx, tx, before, &after); err != nil {
			return err
		}
		if err := renameDefault(ctx, tx, before, &after); err != nil {
			return err
		}
		if err := Assigned(ctx, tx, accountOf(n), before.Owners, after.Owners); err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.account, &after)
		return err
	})
	return got, err
}

func renameDefault(ctx context.Context, tx Tx, before, after *account.Account) error {
	if before.DisplayName == after.DisplayName {
		return nil
	}
	n, err := defaultWorkspace(ctx, tx, after)
	if err != nil {
		return err
	}
	spaces, err := tx.Workspaces(ctx, []int64{n}, true)
	w := spaces[n]
	if err != nil || w == nil || w.DisplayName != before.DisplayName {
		return err
	}
	renamed := *w
	renamed.DisplayName = after.DisplayName
	return saveWorkspace(ctx, tx, w, &renamed)
}

// apply changes an account as the patch says. It replaces lists and never
// changes one in place, so a shallow copy keeps what was before.
func (p AccountPatch) apply(ctx context.Context, tx Tx, a *account.Account) error {
	if err := SetText(&a.DisplayName, "display_name", p.DisplayName, contact.DisplayName); err != nil {
		return err
	}
	if err := SetText(&a.Description, "description", p.Description, contact.Description); err != nil {
		return err
	}
	if err := SetText(&a.Tier, "tier", p.Tier, contact.Tier); err != nil {
		return err
	}
	if err := p.applyKeys(ctx, tx, a); err != nil {
		return err
	}
	if err := SetCustom(ctx, tx, don.Account, p.Custom, a.N == 0, &a.Custom, &a.Subtype); err != nil {
		return err
	}
	if err := setParent(ctx, tx, a, p.Parent); err != nil {
		return err
	}
	if err := SetOwners(ctx, tx, &a.Owners, p.Owners); err != nil {
		return err
	}
	return SetTags(ctx, tx, &a.Tags, p.Tags)
}

func (p AccountPatch) applyKeys(ctx context.Context, tx Tx, a *account.Account) error {
	if p.Refs != nil {
		given := slices.DeleteFunc(slices.Clone(*p.Refs), func(r string) bool { return OwnRef(tx.Scope(), accountOf(a.N), r) })
		refs, err := normalised("external_refs", given, contact.MaxRefs, contact.Ref)
		if err != nil {
			return err
		}
		a.Refs = refs
	}
	if p.Domains != nil {
		domains, err := normalised("domains", *p.Domains, contact.MaxDomains, contact.Domain)
		if err != nil {
			return err
		}
		a.Domains = domains
	}
	if p.Websites != nil {
		return setWebsites(ctx, tx, a, *p.Websites)
	}
	return nil
}

// normalised returns the distinct values of a list in their normal form.
func normalised(field string, values []string, limit int, norm func(string) (string, error)) ([]string, error) {
	if err := tooMany(field, len(values), limit); err != nil {
		return nil, err
	}
	out := make([]string, len(values))
	for i, v := range values {
		n, err := check(field, v, norm)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return Distinct(out), nil
}

// claimAccount takes the references and domains that an account gained and
// frees those that it lost.
func claimAccount(ctx context.Context, tx Tx, before, after *account.Account) error {
	id := accountOf(after.N)
	if err := reclaim(ctx, tx, id, identity.KindAccountRef, before.Refs, after.Refs); err != nil {
		return err
	}
	return reclaim(ctx, tx, id, identity.KindDomain, before.Domains, after.Domains)
}

func reclaim(ctx context.Context, tx Tx, id don.ID, kind contact.Kind, before, after []string) error {
	if err := identity.Claim(ctx, tx, id, kind, without(after, before)); err != nil {
		return err
	}
	return identity.Unclaim(ctx, tx, id, kind, without(before, after))
}

// without returns the elements of list that are not in other.
func without[T comparable](list, other []T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(v T) bool { return slices.Contains(other, v) })
}

// maxLevels bounds how deep accounts nest.
const maxLevels = 32

// setParent puts an account below another.
func setParent(ctx context.Context, tx Tx, a *account.Account, parent *int64) error {
	if parent == nil || *parent == a.ParentN {
		return nil
	}
	now, err := nowAccounts(ctx, tx, []int64{*parent}) // its id may be that of an account merged into it
	if err != nil {
		return err
	}
	if err := climb(ctx, tx, a.N, now[0]); err != nil {
		return err
	}
	a.ParentN = now[0]
	return nil
}

// climb goes up from the account that n shall be placed below. That must exist,
// and the way must not lead back to n; the accounts on it are locked, so that
// two changes at once cannot close a circle together.
func climb(ctx context.Context, tx Tx, n, parent int64) error {
	at := parent
	for level := 0; at != 0; level++ {
		if at == n {
			return errs.NotPermitted("parent", "%s is below this account itself; an account cannot be above and below another", accountOf(parent).Display())
		}
		if level == maxLevels {
			return errs.NotPermitted("parent", "%s is nested %d levels deep already; that is the most", accountOf(parent).Display(), maxLevels)
		}
		up, err := identity.Above(ctx, tx, at, true)
		if err != nil {
			return err
		}
		if up == nil && level == 0 {
			return missing("parent", accountOf(at))
		}
		if up == nil {
			return nil // an account further up is in the trash
		}
		if up.N == n {
			at = n // by way of an account that was merged into this one
			continue
		}
		at = up.ParentN
	}
	return nil
}

// DeleteAccount moves an account to the trash together with its workspaces and
// frees their keys. Contacts keep their places there unseen, so deleting costs
// the same for a million of them and restoring gives each its place back.
func (s *Service) DeleteAccount(ctx context.Context, sc org.Scope, n int64) error {
	return s.write(ctx, sc, func(tx Tx) error {
		a, err := liveAccount(ctx, tx, n)
		if err != nil {
			return err
		}
		return discardAccount(ctx, tx, a)
	})
}

func discardAccount(ctx context.Context, tx Tx, a *account.Account) error {
	if err := discardWorkspaces(ctx, tx, a.N); err != nil {
		return err
	}
	if err := claimAccount(ctx, tx, a, &account.Account{N: a.N}); err != nil {
		return err
	}
	return tx.DeleteAccount(ctx, a)
}

// discardWorkspaces moves all workspaces of an account to the trash.
func discardWorkspaces(ctx context.Context, tx Tx, accountN int64) error {
	for {
		ns, err := tx.WorkspacesOf(ctx, accountN)
		if err != nil || len(ns) == 0 {
			return err
		}
		spaces, err := tx.Workspaces(ctx, ns, true)
		if err != nil {
			return err
		}
		if len(spaces) == 0 {
			return nil // index entries of records that do not exist yet
		}
		for _, n := range ns {
			if spaces[n] == nil {
				continue
			}
			if err := discardWorkspace(ctx, tx, spaces[n]); err != nil {
				return err
			}
		}
	}
}

// RestoreAccount brings an account back from the trash with the workspaces that
// went there with it. References and domains that others took meanwhile, and an
// account above that is now below, are a conflict that lists them, unless
// withoutClashes leaves them out.
func (s *Service) RestoreAccount(ctx context.Context, sc org.Scope, n int64, withoutClashes bool) (AccountFound, error) {
	var got AccountFound
	err := s.write(ctx, sc, func(tx Tx) error {
		a, err := restoreAccount(ctx, tx, n, withoutClashes)
		if err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.account, a)
		return err
	})
	return got, err
}

func restoreAccount(ctx context.Context, tx Tx, n int64, withoutClashes bool) (*account.Account, error) {
	a, spaces, err := discardedAccount(ctx, tx, n)
	if errs.Is(err, errs.NotFound) {
		return nil, cmp.Or(asMerged(ctx, tx, accountOf(n)), err)
	}
	if err != nil {
		return nil, err
	}
	was := *a
	wereSpaces := make([]account.Workspace, len(spaces))
	for i, w := range spaces {
		wereSpaces[i] = *w
	}
	r := restore{tx: tx}
	r.keep(ctx, accountOf(n), identity.KindAccountRef, &a.Refs)
	r.keep(ctx, accountOf(n), identity.KindDomain, &a.Domains)
	r.keepParent(ctx, a)
	for _, w := range spaces {
		r.keepRef(ctx, w)
	}
	if err := r.verdict(ctx, withoutClashes); err != nil {
		return nil, err
	}
	if err := claimAccount(ctx, tx, &account.Account{N: n}, a); err != nil {
		return nil, err
	}
	if err := identity.RestoreMergedAccount(ctx, tx, &was, a); err != nil {
		return nil, err
	}
	if err := tx.RestoreAccount(ctx, a); err != nil {
		return nil, err
	}
	for i, w := range spaces {
		if err := reviveWorkspace(ctx, tx, &wereSpaces[i], w); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// asMerged returns the error that names what a record was merged into, nil if it
// was not.
func asMerged(ctx context.Context, tx Tx, id don.ID) error {
	if err := identity.Absent(ctx, tx, id); !errs.Is(err, errs.NotFound) {
		return err
	}
	return nil
}

// discardedAccount returns an account of the trash and the workspaces that went
// there in the same transaction.
func discardedAccount(ctx context.Context, tx Tx, n int64) (*account.Account, []*account.Workspace, error) {
	a := &account.Account{}
	if err := tx.Discarded(ctx, accountOf(n), a); err != nil {
		return nil, nil, err
	}
	together, err := tx.DiscardedWith(ctx, accountOf(n), don.Workspace)
	if err != nil {
		return nil, nil, err
	}
	var spaces []*account.Workspace
	for _, id := range together {
		w := &account.Workspace{}
		if err := tx.Discarded(ctx, id, w); err != nil {
			return nil, nil, err
		}
		if w.AccountN == n {
			spaces = append(spaces, w)
		}
	}
	return a, spaces, nil
}
