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

// Production is the environment of a workspace that names none.
const Production = "production"

// Environments are what a workspace's environment can be.
var Environments = []string{Production, "staging", "test"}

// WorkspacePatch says what a workspace shall be: everything it has on creation,
// what changes on update.
type WorkspacePatch struct {
	AccountN    int64 // when not 0, the account that it must belong to
	DisplayName *string
	Description *string
	Ref         *string // external reference
	Domain      *string
	Environment *string
	Tier        *string
	Owners      *[]int64
	Tags        *[]tag.Use
	Custom      *schema.Change
}

// WorkspaceFound is a workspace with the records it refers to.
type WorkspaceFound = Found[*account.Workspace]

// CreateWorkspace adds a workspace to an account. Errors: invalid, not_found
// for a reference, conflict for an external reference that is taken.
func (s *Service) CreateWorkspace(ctx context.Context, sc org.Scope, accountN int64, p WorkspacePatch) (WorkspaceFound, error) {
	var made WorkspaceFound
	if p.DisplayName == nil {
		return made, errs.Missing("display_name")
	}
	err := s.write(ctx, sc, func(tx Tx) error {
		// Locked, so that the account is not deleted without this workspace.
		if _, err := liveAccount(ctx, tx, accountN); err != nil {
			return InField("account", err)
		}
		w := &account.Workspace{AccountN: accountN, Environment: Production, Version: 1}
		if err := p.apply(ctx, tx, w); err != nil {
			return err
		}
		var err error
		if w.N, err = tx.Next(ctx, don.Workspace, 1); err != nil {
			return err
		}
		if err := claimWorkspace(ctx, tx, &account.Workspace{N: w.N}, w); err != nil {
			return err
		}
		w.CreatedAt, w.CreatedBy = stamp(tx)
		w.ModifiedAt, w.ModifiedBy = w.CreatedAt, w.CreatedBy
		if err := tx.InsertWorkspace(ctx, w); err != nil {
			return err
		}
		if err := Assigned(ctx, tx, workspaceOf(w.N), nil, w.Owners); err != nil {
			return err
		}
		made, err = found(ctx, tx, needs.workspace, w)
		return err
	})
	return made, err
}

// GetWorkspace returns one workspace, or the default one of an account when id
// names that. It is not_found when either does not exist.
func (s *Service) GetWorkspace(ctx context.Context, sc org.Scope, id don.ID) (WorkspaceFound, error) {
	var got WorkspaceFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		n := id.N
		if id.Type == don.Account {
			a, err := shownAccount(ctx, tx, id.N)
			if err != nil {
				return err
			}
			if n, err = defaultWorkspace(ctx, tx, a); err != nil {
				return err
			}
		}
		w, err := shownWorkspace(ctx, tx, n)
		if err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.workspace, w)
		return err
	})
	return got, err
}

// defaultWorkspace returns the number of an account's default workspace, which
// may have been merged into another.
func defaultWorkspace(ctx context.Context, tx Tx, a *account.Account) (int64, error) {
	moved, err := tx.Survivors(ctx, don.Workspace, []int64{a.WorkspaceN})
	if s, ok := moved[a.WorkspaceN]; ok && a.Survivor == 0 {
		return s, err
	}
	return a.WorkspaceN, err
}

// shownWorkspace returns a workspace for reading; it may have been merged away.
func shownWorkspace(ctx context.Context, tx Tx, n int64) (*account.Workspace, error) {
	found, err := tx.Workspaces(ctx, []int64{n}, false)
	if err != nil || found[n] != nil {
		return found[n], err
	}
	return identity.WorkspaceMergedAway(ctx, tx, n)
}

// liveWorkspace returns a workspace that is to be changed. One that was merged
// into another is invalid, and the error names that other.
func liveWorkspace(ctx context.Context, tx Tx, n int64) (*account.Workspace, error) {
	found, err := tx.Workspaces(ctx, []int64{n}, true)
	if err != nil || found[n] != nil {
		return found[n], err
	}
	return nil, identity.Absent(ctx, tx, workspaceOf(n))
}

// saveWorkspace saves an edited workspace with its reference.
func saveWorkspace(ctx context.Context, tx Tx, before, after *account.Workspace) error {
	merged, _, err := identity.ChangeMergedWorkspace(ctx, tx, before, after)
	if merged || err != nil {
		return inWorkspace(err)
	}
	if err := claimWorkspace(ctx, tx, before, after); err != nil {
		return err
	}
	_, err = tx.UpdateWorkspace(ctx, before, after)
	return err
}

// UpdateWorkspace changes a workspace. Errors: invalid, not_found, conflict.
func (s *Service) UpdateWorkspace(ctx context.Context, sc org.Scope, n int64, p WorkspacePatch) (WorkspaceFound, error) {
	var got WorkspaceFound
	err := s.write(ctx, sc, func(tx Tx) error {
		before, err := liveWorkspace(ctx, tx, n)
		if err != nil {
			return err
		}
		now, err := nowAccounts(ctx, tx, []int64{p.AccountN})
		if err != nil {
			return err
		}
		if p.AccountN != 0 && now[0] != before.AccountN {
			return errs.NotPermitted("account", "%s belongs to %s; a workspace cannot move to another account", workspaceOf(n).Display(), accountOf(before.AccountN).Display())
		}
		after := *before
		if err := p.apply(ctx, tx, &after); err != nil {
			return err
		}
		if err := saveWorkspace(ctx, tx, before, &after); err != nil {
			return err
		}
		if err := Assigned(ctx, tx, workspaceOf(n), before.Owners, after.Owners); err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.workspace, &after)
		return err
	})
	return got, err
}

// apply changes a workspace as the patch says; lists are replaced, never
// changed in place.
func (p WorkspacePatch) apply(ctx context.Context, tx Tx, w *account.Workspace) error {
	texts := []struct {
		dst   *string
		field string
		given *string
		norm  func(string) (string, error)
	}{
		{&w.DisplayName, "display_name", p.DisplayName, contact.DisplayName},
		{&w.Description, "description", p.Description, contact.Description},
		{&w.Tier, "tier", p.Tier, contact.Tier},
		{&w.Domain, "domain", p.Domain, orEmpty(contact.Domain)},
		{&w.Ref, "external_ref", p.refOf(tx.Scope(), w), orEmpty(contact.Ref)},
	}
	for _, t := range texts {
		if err := SetText(t.dst, t.field, t.given, t.norm); err != nil {
			return err
		}
	}
	if p.Environment != nil {
		if w.Environment = *p.Environment; w.Environment == "" {
			w.Environment = Production
		}
		if !slices.Contains(Environments, w.Environment) {
			return errs.BadEnum("environment", w.Environment, Environments)
		}
	}
	if err := SetCustom(ctx, tx, don.Workspace, p.Custom, w.N == 0, &w.Custom, &w.Subtype); err != nil {
		return err
	}
	if err := SetOwners(ctx, tx, &w.Owners, p.Owners); err != nil {
		return err
	}
	return SetTags(ctx, tx, &w.Tags, p.Tags)
}

// refOf returns the reference given, cleared when it is only what the API shows
// for a workspace without one.
func (p WorkspacePatch) refOf(sc org.Scope, w *account.Workspace) *string {
	if p.Ref != nil && (OwnRef(sc, workspaceOf(w.N), *p.Ref) || w.Default && OwnRef(sc, accountOf(w.AccountN), *p.Ref)) {
		return new(string)
	}
	return p.Ref
}

// orEmpty lets a normaliser accept an empty value, which clears its field.
func orEmpty(norm func(string) (string, error)) func(string) (string, error) {
	return func(s string) (string, error) {
		if s == "" {
			return "", nil
		}
		return norm(s)
	}
}

// claimWorkspace takes the reference that a workspace gained and frees the one
// that it lost.
func claimWorkspace(ctx context.Context, tx Tx, before, after *account.Workspace) error {
	return inWorkspace(reclaim(ctx, tx, workspaceOf(after.N), identity.KindWorkspaceRef, identity.WorkspaceRefs(before), identity.WorkspaceRefs(after)))
}

// inWorkspace names the field that a workspace's reference is given in.
func inWorkspace(err error) error {
	if errs.Is(err, errs.Conflict) {
		return InField("external_ref", err)
	}
	return err
}

// DeleteWorkspace moves a workspace to the trash. An account's default
// workspace goes only with its account. Contacts keep their places there
// unseen; see DeleteAccount.
func (s *Service) DeleteWorkspace(ctx context.Context, sc org.Scope, n int64) error {
	return s.write(ctx, sc, func(tx Tx) error {
		w, err := liveWorkspace(ctx, tx, n)
		if err != nil {
			return err
		}
		if err := deletable(w); err != nil {
			return err
		}
		return discardWorkspace(ctx, tx, w)
	})
}

// deletable refuses to delete a workspace without its account.
func deletable(w *account.Workspace) error {
	if !w.Default {
		return nil
	}
	return errs.BadRequest("%s is the default workspace of %s and is deleted only with it", workspaceOf(w.N).Display(), accountOf(w.AccountN).Display())
}

func discardWorkspace(ctx context.Context, tx Tx, w *account.Workspace) error {
	if err := claimWorkspace(ctx, tx, w, &account.Workspace{N: w.N}); err != nil {
		return err
	}
	return tx.DeleteWorkspace(ctx, w)
}

// RestoreWorkspace brings a workspace back from the trash. Its account must
// exist. A reference that another workspace took meanwhile is a conflict unless
// withoutClashes leaves it out.
func (s *Service) RestoreWorkspace(ctx context.Context, sc org.Scope, n int64, withoutClashes bool) (WorkspaceFound, error) {
	var got WorkspaceFound
	err := s.write(ctx, sc, func(tx Tx) error {
		w, err := restoreWorkspace(ctx, tx, n, withoutClashes)
		if err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.workspace, w)
		return err
	})
	return got, err
}

func restoreWorkspace(ctx context.Context, tx Tx, n int64, withoutClashes bool) (*account.Workspace, error) {
	w := &account.Workspace{}
	if err := tx.Discarded(ctx, workspaceOf(n), w); errs.Is(err, errs.NotFound) {
		return nil, cmp.Or(asMerged(ctx, tx, workspaceOf(n)), err)
	} else if err != nil {
		return nil, err
	}
	was := *w
	above, err := tx.Accounts(ctx, []int64{w.AccountN}, true)
	if err != nil {
		return nil, err
	}
	if above[w.AccountN] == nil {
		return nil, errs.BadRequest("%s belongs to %s, which is in the trash; restore that instead", workspaceOf(n).Display(), accountOf(w.AccountN).Display())
	}
	r := restore{tx: tx}
	r.keepRef(ctx, w)
	if err := r.verdict(ctx, withoutClashes); err != nil {
		return nil, err
	}
	return w, reviveWorkspace(ctx, tx, &was, w)
}

// reviveWorkspace brings back what was in the trash, as w: without references
// that others have taken.
func reviveWorkspace(ctx context.Context, tx Tx, was, w *account.Workspace) error {
	if err := claimWorkspace(ctx, tx, &account.Workspace{N: w.N}, w); err != nil {
		return err
	}
	if err := identity.RestoreMergedWorkspace(ctx, tx, was, w); err != nil {
		return err
	}
	return tx.RestoreWorkspace(ctx, w)
}
