package directory

import (
	"context"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
)

// InsertAccount numbers a new account and adds it with its default workspace,
// inside the caller's transaction. A reference or domain that is taken is a
// conflict, and then nothing is written.
func InsertAccount(ctx context.Context, tx Tx, a *account.Account) error {
	if err := accountKeysFree(ctx, tx, don.ID{}, a); err != nil {
		return err
	}
	if err := fillDomains(ctx, tx, a, a.Websites); err != nil {
		return err
	}
	_, err := insertAccount(ctx, tx, a)
	return err
}

// ChangeAccount saves an edited account inside the caller's transaction and
// reports whether anything changed. A reference or domain that is taken is a
// conflict, and then nothing is written.
func ChangeAccount(ctx context.Context, tx Tx, before, after *account.Account) (bool, error) {
	if err := accountKeysFree(ctx, tx, accountOf(after.N), after); err != nil {
		return false, err
	}
	if err := fillDomains(ctx, tx, after, without(after.Websites, before.Websites)); err != nil {
		return false, err
	}
	changed, err := saveAccount(ctx, tx, before, after)
	if err != nil || !changed {
		return changed, err
	}
	return true, renameDefault(ctx, tx, before, after)
}

// ObserveAccount changes an account by what arrived under one of its references:
// apply returns what that makes of a state. If others were merged into the
// account, it is given the state of the one that has the reference, and whole is
// false. Errors are as of ChangeAccount.
func ObserveAccount(ctx context.Context, tx Tx, a *account.Account, via identity.Via, ref string, apply func(*account.Account) *account.Account) (after *account.Account, changed, whole bool, err error) {
	after = apply(a)
	if err := accountKeysFree(ctx, tx, accountOf(a.N), after); err != nil {
		return nil, false, false, err
	}
	merged, changed, view, err := identity.ObserveMergedAccount(ctx, tx, a, via, identity.KindAccountRef, ref, apply)
	if merged || err != nil {
		return view, changed, false, err
	}
	changed, err = ChangeAccount(ctx, tx, a, after)
	return after, changed, true, err
}

// EraseAccount moves an account that nothing refers to into the trash with its
// default workspace, and reports whether it did: contacts, accounts below it or
// further workspaces keep it.
func EraseAccount(ctx context.Context, tx Tx, a *account.Account) (bool, error) {
	spaces, err := tx.WorkspacesOf(ctx, a.N)
	if err != nil {
		return false, err
	}
	for _, id := range append(ids(don.Workspace, spaces), accountOf(a.N)) {
		contacts, err := tx.ContactsOf(ctx, id, 0, 1)
		if err != nil || len(contacts) > 0 {
			return false, err
		}
	}
	below, err := childAccounts(ctx, tx, a.N)
	if err != nil || len(below) > 0 || len(spaces) > 1 {
		return false, err
	}
	found, err := tx.Workspaces(ctx, spaces, true)
	if err != nil {
		return false, err
	}
	for _, w := range found {
		if err := discardWorkspace(ctx, tx, w); err != nil {
			return false, err
		}
	}
	if err := claimAccount(ctx, tx, a, &account.Account{N: a.N}); err != nil {
		return false, err
	}
	return true, tx.DeleteAccount(ctx, a)
}

// accountKeysFree returns the conflict of the first reference or domain that
// another record than owner holds.
func accountKeysFree(ctx context.Context, tx Tx, owner don.ID, a *account.Account) error {
	for _, k := range []struct {
		kind   contact.Kind
		values []string
	}{{identity.KindAccountRef, a.Refs}, {identity.KindDomain, a.Domains}} {
		for _, v := range k.values {
			id, taken, err := identity.Find(ctx, tx, k.kind, v)
			if err != nil {
				return err
			}
			if taken && id != owner {
				return identity.Taken(identity.Field(k.kind), v, id, "")
			}
		}
	}
	return nil
}
