package directory

import (
	"context"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

// A record to which nobody gave a reference is shown with its id in that place.
// Clients read it there and ask for it again, so a filter by references has to
// find such records, although no identifier says so.

// named returns the numbers of the records of a type whose own id is among refs.
func named(sc org.Scope, refs []string, t don.Type) []int64 {
	var out []int64
	for _, ref := range refs {
		if id, err := sc.Space.Parse("", ref, t); err == nil && OwnRef(sc, id, ref) {
			out = append(out, id.N)
		}
	}
	return Distinct(out)
}

// bare returns the numbers of the records that are shown with an id.
func bare[T any](found map[int64]T, is func(T) bool) []int64 {
	var out []int64
	for n, record := range found {
		if is(record) {
			out = append(out, n)
		}
	}
	return out
}

// orNamed lets a filter take the records with the numbers beside the holders of
// its references: it names all of them by number instead.
func orNamed(ctx context.Context, tx Tx, id don.Type, kind contact.Kind, refs *[]string, numbers *[]int64, ns []int64) error {
	if len(ns) == 0 {
		return nil
	}
	keys := make([]string, len(*refs))
	for i, ref := range *refs {
		keys[i] = identity.Key(kind, ref)
	}
	entries, err := tx.Identifiers(ctx, Distinct(keys))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Subject.Type == id {
			ns = append(ns, e.Subject.N)
		}
	}
	*refs, *numbers = nil, ns
	return nil
}

func shownContacts(ctx context.Context, tx Tx, f *contact.Filter) error {
	found, err := tx.Contacts(ctx, named(tx.Scope(), f.Refs, don.Contact), false)
	if err != nil {
		return err
	}
	ns := bare(found, func(c *contact.Contact) bool { return len(c.Values(contact.KindRef)) == 0 })
	return orNamed(ctx, tx, don.Contact, contact.KindRef, &f.Refs, &f.Numbers, ns)
}

func shownAccounts(ctx context.Context, tx Tx, f *account.Filter) error {
	found, err := tx.Accounts(ctx, named(tx.Scope(), f.Refs, don.Account), false)
	if err != nil {
		return err
	}
	ns := bare(found, func(a *account.Account) bool { return len(a.Refs) == 0 })
	return orNamed(ctx, tx, don.Account, identity.KindAccountRef, &f.Refs, &f.Numbers, ns)
}

// shownWorkspaces also knows that the default workspace of an account is shown
// with the account's id.
func shownWorkspaces(ctx context.Context, tx Tx, f *account.WorkspaceFilter) error {
	ns := named(tx.Scope(), f.Refs, don.Workspace)
	above, err := tx.Accounts(ctx, named(tx.Scope(), f.Refs, don.Account), false)
	if err != nil {
		return err
	}
	for _, a := range above {
		n, err := defaultWorkspace(ctx, tx, a)
		if err != nil {
			return err
		}
		ns = append(ns, n)
	}
	found, err := tx.Workspaces(ctx, ns, false)
	if err != nil {
		return err
	}
	ns = bare(found, func(w *account.Workspace) bool { return w.Ref == "" && (!w.Default || above[w.AccountN] != nil) })
	return orNamed(ctx, tx, don.Workspace, identity.KindWorkspaceRef, &f.Refs, &f.Numbers, ns)
}
