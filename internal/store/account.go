package store

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

const accountColumns = `n, display_name, description, refs, domains, websites, tier, parent_n, workspace_n, owners, tags,
	import_n, version, created_at, created_by, modified_at, modified_by, custom, subtype`

type accountRow struct {
	account.Account
	refs, domains, websites, owners, tags, custom []byte
}

func scanAccount(r *accountRow) []any {
	return []any{
		&r.N, &r.DisplayName, &r.Description, &r.refs, &r.domains, &r.websites, &r.Tier, &r.ParentN, &r.WorkspaceN, &r.owners, &r.tags,
		&r.ImportN, &r.Version, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy, &r.custom, &r.Subtype,
	}
}

func (r *accountRow) account() (*account.Account, error) {
	a := r.Account
	err := unpack(r.refs, &a.Refs, r.domains, &a.Domains, r.websites, &a.Websites, r.owners, &a.Owners, r.tags, &a.Tags, r.custom, &a.Custom)
	return &a, err
}

func accountAttrs(a *account.Account) []attr {
	out := []attr{{accountName, contact.FoldName(a.DisplayName)}}
	if a.Tier != "" {
		out = append(out, attr{accountTier, a.Tier})
	}
	if a.ParentN != 0 {
		out = append(out, attr{accountParent, num(a.ParentN)})
	}
	for _, s := range a.Websites {
		out = append(out, attr{accountSite, s})
	}
	out = tagAttrs(out, accountTag, a.Tags)
	return customAttrs(numAttrs(out, accountOwner, a.Owners), don.Account, a.Subtype, a.Custom)
}

// Accounts returns the live accounts with the numbers given, by number.
func (tx *Tx) Accounts(ctx context.Context, ns []int64, lock bool) (map[int64]*account.Account, error) {
	ns = slices.Clone(ns)
	slices.Sort(ns)
	out := make(map[int64]*account.Account, len(ns))
	for chunk := range slices.Chunk(slices.Compact(ns), chunkSize) {
		list, args := inList([]any{tx.scope.OrgID}, chunk)
		sql := "SELECT " + accountColumns + " FROM account WHERE org_id = $1 AND n IN " + list + " ORDER BY n"
		if lock {
			sql += tx.q.lock()
		}
		got, err := collect(ctx, tx.q, sql, args, scanAccount)
		if err != nil {
			return nil, err
		}
		for i := range got {
			a, err := got[i].account()
			if err != nil {
				return nil, err
			}
			out[a.N] = a
		}
	}
	return out, nil
}

// Account returns one live account or not_found.
func (tx *Tx) Account(ctx context.Context, n int64, lock bool) (*account.Account, error) {
	found, err := tx.Accounts(ctx, []int64{n}, lock)
	if err != nil {
		return nil, err
	}
	if a := found[n]; a != nil {
		return a, nil
	}
	return nil, errs.Gone(don.Of(don.Account, n).Display())
}

// InsertAccount adds an account with its index entries and history.
func (tx *Tx) InsertAccount(ctx context.Context, a *account.Account) error {
	if err := tx.putAccount(ctx, a); err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.Account, a.N), opCreated, ""})
}

func (tx *Tx) putAccount(ctx context.Context, a *account.Account) error {
	_, err := tx.q.exec(ctx, `INSERT INTO account (org_id, `+accountColumns+`, name_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		tx.scope.OrgID, a.N, a.DisplayName, a.Description, pack(a.Refs), pack(a.Domains), pack(a.Websites), a.Tier, a.ParentN, a.WorkspaceN,
		pack(a.Owners), pack(a.Tags), a.ImportN, a.Version, a.CreatedAt, a.CreatedBy, a.ModifiedAt, a.ModifiedBy, a.Custom.Pack(), a.Subtype, contact.FoldName(a.DisplayName))
	if err != nil {
		return err
	}
	if err := tx.written(ctx, don.Account, a.N); err != nil {
		return err
	}
	return tx.changeAttrs(ctx, a.N, nil, accountAttrs(a))
}

// UpdateAccount replaces an account by its changed form and reports whether it
// differed.
func (tx *Tx) UpdateAccount(ctx context.Context, before, after *account.Account) (bool, error) {
	d, changed, err := tx.rewriteAccount(ctx, before, after)
	if err != nil || !changed {
		return false, err
	}
	return true, tx.record(ctx, change{don.Of(don.Account, after.N), opUpdated, d})
}

// RewriteAccount is UpdateAccount without history.
func (tx *Tx) RewriteAccount(ctx context.Context, before, after *account.Account) (bool, error) {
	_, changed, err := tx.rewriteAccount(ctx, before, after)
	if !changed {
		after.Version, after.ModifiedAt, after.ModifiedBy = before.Version, before.ModifiedAt, before.ModifiedBy
	}
	return changed, err
}

func (tx *Tx) rewriteAccount(ctx context.Context, before, after *account.Account) (string, bool, error) {
	d, err := delta(before, after)
	if err != nil || d == "{}" {
		return d, false, err
	}
	after.Version = before.Version + 1
	after.ModifiedAt, after.ModifiedBy = tx.now, tx.scope.Actor.Tail()
	_, err = tx.q.exec(ctx, `UPDATE account SET display_name = $3, description = $4, refs = $5, domains = $6, websites = $7, tier = $8,
		parent_n = $9, owners = $10, tags = $11, version = $12, modified_at = $13, modified_by = $14, workspace_n = $15, name_key = $16, custom = $17, subtype = $18 WHERE org_id = $1 AND n = $2`,
		tx.scope.OrgID, after.N, after.DisplayName, after.Description, pack(after.Refs), pack(after.Domains), pack(after.Websites), after.Tier,
		after.ParentN, pack(after.Owners), pack(after.Tags), after.Version, after.ModifiedAt, after.ModifiedBy, after.WorkspaceN, contact.FoldName(after.DisplayName),
		after.Custom.Pack(), after.Subtype)
	if err != nil {
		return d, false, err
	}
	if err := tx.rewritten(ctx, don.Account, accountDoc(before), accountDoc(after)); err != nil {
		return d, true, err
	}
	return d, true, tx.changeAttrs(ctx, after.N, accountAttrs(before), accountAttrs(after))
}

// AbsorbAccount takes an account's row out of lists and indexes.
func (tx *Tx) AbsorbAccount(ctx context.Context, a *account.Account) error {
	return tx.absorb(ctx, "account", don.Of(don.Account, a.N), accountAttrs(a))
}

// PutAccount adds an account's row with its index entries, without history.
func (tx *Tx) PutAccount(ctx context.Context, a *account.Account) error { return tx.putAccount(ctx, a) }

// DeleteAccount moves an account to the trash; its workspaces, identifiers and
// contacts' associations are the caller's to take away.
func (tx *Tx) DeleteAccount(ctx context.Context, a *account.Account) error {
	return tx.discard(ctx, "account", don.Of(don.Account, a.N), a, accountAttrs(a))
}

// RestoreAccount brings an account back from the trash as it was.
func (tx *Tx) RestoreAccount(ctx context.Context, a *account.Account) error {
	if err := tx.takeOut(ctx, don.Of(don.Account, a.N)); err != nil {
		return err
	}
	if err := tx.putAccount(ctx, a); err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.Account, a.N), opRestored, ""})
}

// ChildAccounts returns the numbers of the accounts below one.
func (tx *Tx) ChildAccounts(ctx context.Context, parent int64) ([]int64, error) {
	return tx.indexed(ctx, accountParent, num(parent), 0, 1000)
}

const spaceColumns = `n, account_n, display_name, description, ref, other_refs, domain, environment, tier, is_default, owners, tags,
	import_n, version, created_at, created_by, modified_at, modified_by, custom, subtype`

type spaceRow struct {
	account.Workspace
	refs, owners, tags, custom []byte
}

func scanSpace(r *spaceRow) []any {
	return []any{
		&r.N, &r.AccountN, &r.DisplayName, &r.Description, &r.Ref, &r.refs, &r.Domain, &r.Environment, &r.Tier, &r.Default, &r.owners, &r.tags,
		&r.ImportN, &r.Version, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy, &r.custom, &r.Subtype,
	}
}

func (r *spaceRow) workspace() (*account.Workspace, error) {
	w := r.Workspace
	return &w, unpack(r.refs, &w.OtherRefs, r.owners, &w.Owners, r.tags, &w.Tags, r.custom, &w.Custom)
}

func spaceAttrs(w *account.Workspace) []attr {
	out := []attr{{spaceName, contact.FoldName(w.DisplayName)}, {spaceAccount, num(w.AccountN)}}
	if w.Tier != "" {
		out = append(out, attr{spaceTier, w.Tier})
	}
	if w.Environment != "" {
		out = append(out, attr{spaceEnv, w.Environment})
	}
	out = tagAttrs(out, spaceTag, w.Tags)
	return customAttrs(numAttrs(out, spaceOwner, w.Owners), don.Workspace, w.Subtype, w.Custom)
}

// Workspaces returns the live workspaces with the numbers given, by number.
func (tx *Tx) Workspaces(ctx context.Context, ns []int64, lock bool) (map[int64]*account.Workspace, error) {
	ns = slices.Clone(ns)
	slices.Sort(ns)
	out := make(map[int64]*account.Workspace, len(ns))
	for chunk := range slices.Chunk(slices.Compact(ns), chunkSize) {
		list, args := inList([]any{tx.scope.OrgID}, chunk)
		sql := "SELECT " + spaceColumns + " FROM workspace WHERE org_id = $1 AND n IN " + list + " ORDER BY n"
		if lock {
			sql += tx.q.lock()
		}
		got, err := collect(ctx, tx.q, sql, args, scanSpace)
		if err != nil {
			return nil, err
		}
		for i := range got {
			w, err := got[i].workspace()
			if err != nil {
				return nil, err
			}
			out[w.N] = w
		}
	}
	return out, nil
}

// Workspace returns one live workspace or not_found.
func (tx *Tx) Workspace(ctx context.Context, n int64, lock bool) (*account.Workspace, error) {
	found, err := tx.Workspaces(ctx, []int64{n}, lock)
	if err != nil {
		return nil, err
	}
	if w := found[n]; w != nil {
		return w, nil
	}
	return nil, errs.Gone(don.Of(don.Workspace, n).Display())
}

// InsertWorkspace adds a workspace with its index entries and history.
func (tx *Tx) InsertWorkspace(ctx context.Context, w *account.Workspace) error {
	if err := tx.putWorkspace(ctx, w); err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.Workspace, w.N), opCreated, ""})
}

func (tx *Tx) putWorkspace(ctx context.Context, w *account.Workspace) error {
	_, err := tx.q.exec(ctx, `INSERT INTO workspace (org_id, `+spaceColumns+`, name_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
		tx.scope.OrgID, w.N, w.AccountN, w.DisplayName, w.Description, w.Ref, pack(w.OtherRefs), w.Domain, w.Environment, w.Tier, w.Default,
		pack(w.Owners), pack(w.Tags), w.ImportN, w.Version, w.CreatedAt, w.CreatedBy, w.ModifiedAt, w.ModifiedBy, w.Custom.Pack(), w.Subtype, contact.FoldName(w.DisplayName))
	if err != nil {
		return err
	}
	if err := tx.written(ctx, don.Workspace, w.N); err != nil {
		return err
	}
	return tx.changeAttrs(ctx, w.N, nil, spaceAttrs(w))
}

// UpdateWorkspace replaces a workspace by its changed form and reports whether
// it differed.
func (tx *Tx) UpdateWorkspace(ctx context.Context, before, after *account.Workspace) (bool, error) {
	d, changed, err := tx.rewriteWorkspace(ctx, before, after)
	if err != nil || !changed {
		return false, err
	}
	return true, tx.record(ctx, change{don.Of(don.Workspace, after.N), opUpdated, d})
}

// RewriteWorkspace is UpdateWorkspace without history.
func (tx *Tx) RewriteWorkspace(ctx context.Context, before, after *account.Workspace) (bool, error) {
	_, changed, err := tx.rewriteWorkspace(ctx, before, after)
	if !changed {
		after.Version, after.ModifiedAt, after.ModifiedBy = before.Version, before.ModifiedAt, before.ModifiedBy
	}
	return changed, err
}

func (tx *Tx) rewriteWorkspace(ctx context.Context, before, after *account.Workspace) (string, bool, error) {
	d, err := delta(before, after)
	if err != nil || d == "{}" {
		return d, false, err
	}
	after.Version = before.Version + 1
	after.ModifiedAt, after.ModifiedBy = tx.now, tx.scope.Actor.Tail()
	_, err = tx.q.exec(ctx, `UPDATE workspace SET display_name = $3, description = $4, ref = $5, domain = $6, environment = $7, tier = $8,
		owners = $9, tags = $10, version = $11, modified_at = $12, modified_by = $13, account_n = $14, is_default = $15, name_key = $16, other_refs = $17, custom = $18, subtype = $19 WHERE org_id = $1 AND n = $2`,
		tx.scope.OrgID, after.N, after.DisplayName, after.Description, after.Ref, after.Domain, after.Environment, after.Tier,
		pack(after.Owners), pack(after.Tags), after.Version, after.ModifiedAt, after.ModifiedBy, after.AccountN, after.Default, contact.FoldName(after.DisplayName), pack(after.OtherRefs),
		after.Custom.Pack(), after.Subtype)
	if err != nil {
		return d, false, err
	}
	if err := tx.rewritten(ctx, don.Workspace, workspaceDoc(before), workspaceDoc(after)); err != nil {
		return d, true, err
	}
	return d, true, tx.changeAttrs(ctx, after.N, spaceAttrs(before), spaceAttrs(after))
}

// AbsorbWorkspace takes a workspace's row out of lists and indexes.
func (tx *Tx) AbsorbWorkspace(ctx context.Context, w *account.Workspace) error {
	return tx.absorb(ctx, "workspace", don.Of(don.Workspace, w.N), spaceAttrs(w))
}

// PutWorkspace adds a workspace's row with its index entries, without history.
func (tx *Tx) PutWorkspace(ctx context.Context, w *account.Workspace) error {
	return tx.putWorkspace(ctx, w)
}

// DeleteWorkspace moves a workspace to the trash; its identifier and contacts'
// associations are the caller's to take away.
func (tx *Tx) DeleteWorkspace(ctx context.Context, w *account.Workspace) error {
	return tx.discard(ctx, "workspace", don.Of(don.Workspace, w.N), w, spaceAttrs(w))
}

// RestoreWorkspace brings a workspace back from the trash as it was.
func (tx *Tx) RestoreWorkspace(ctx context.Context, w *account.Workspace) error {
	if err := tx.takeOut(ctx, don.Of(don.Workspace, w.N)); err != nil {
		return err
	}
	if err := tx.putWorkspace(ctx, w); err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.Workspace, w.N), opRestored, ""})
}

// WorkspacesOf returns the numbers of an account's workspaces.
func (tx *Tx) WorkspacesOf(ctx context.Context, accountN int64) ([]int64, error) {
	return tx.indexed(ctx, spaceAccount, num(accountN), 0, 10000)
}
