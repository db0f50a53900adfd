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
	"github.com/kith-id/kith/internal/schema"
)

// revPlaces finds or makes the account and workspace that the application names.
func revPlaces(ctx context.Context, tx Tx, in RevInfo) ([]Place, error) {
	var w *account.Workspace
	var a *account.Account
	var err error
	if in.WorkspaceRef != "" {
		if w, err = workspaceByRef(ctx, tx, in.WorkspaceRef); err != nil {
			return nil, err
		}
	}
	if in.AccountRef != "" {
		if a, err = accountByRef(ctx, tx, in); err != nil {
			return nil, err
		}
	}
	if w != nil && in.AccountRef != "" && (a == nil || w.AccountN != a.N) {
		return nil, errs.Clash("rev_info.workspace_ref", "%q belongs to another account than %q; a workspace cannot have two", clip(in.WorkspaceRef), clip(in.AccountRef))
	}
	if w != nil && a == nil {
		if a, err = tx.Account(ctx, w.AccountN, false); err != nil {
			return nil, err
		}
	}
	if a, err = haveAccount(ctx, tx, a, in); err != nil || a == nil {
		return nil, err
	}
	if w, err = haveWorkspace(ctx, tx, w, a, in); err != nil {
		return nil, err
	}
	if w == nil {
		return []Place{{ID: accountOf(a.N), Field: "rev_info.account_ref"}}, nil
	}
	return []Place{{ID: workspaceOf(w.N), Field: "rev_info.workspace_ref"}, {ID: accountOf(a.N), Field: "rev_info.account_ref"}}, nil
}

func workspaceByRef(ctx context.Context, tx Tx, ref string) (*account.Workspace, error) {
	id, ok, err := identity.Find(ctx, tx, identity.KindWorkspaceRef, ref)
	if err != nil || !ok {
		return nil, err
	}
	found, err := tx.Workspaces(ctx, []int64{id.N}, false)
	return found[id.N], err
}

// accountByRef finds an account by reference, or by domain when it has no
// reference yet.
func accountByRef(ctx context.Context, tx Tx, in RevInfo) (*account.Account, error) {
	id, ok, err := identity.Find(ctx, tx, identity.KindAccountRef, in.AccountRef)
	if err == nil && !ok {
		id, err = accountByDomain(ctx, tx, in.Account.Domains)
	}
	if err != nil {
		return nil, err
	}
	found, err := tx.Accounts(ctx, []int64{id.N}, false)
	if a := found[id.N]; a != nil && (ok || len(a.Refs) == 0) {
		return a, err
	}
	return nil, err
}

// accountByDomain returns the one account that has some of the domains.
func accountByDomain(ctx context.Context, tx Tx, domains []string) (don.ID, error) {
	var only don.ID
	for _, d := range domains {
		id, ok, err := identity.Find(ctx, tx, identity.KindDomain, d)
		if err != nil {
			return don.ID{}, err
		}
		if ok && id.Type == don.Account && only.N != 0 && only != id {
			return don.ID{}, nil
		}
		if ok && id.Type == don.Account {
			only = id
		}
	}
	return only, nil
}

// haveAccount makes the account when it is new, else adds to it what it lacks.
func haveAccount(ctx context.Context, tx Tx, a *account.Account, in RevInfo) (*account.Account, error) {
	if a == nil && in.AccountRef == "" && in.WorkspaceRef == "" {
		return nil, nil
	}
	if a == nil {
		made := &account.Account{Version: 1, DisplayName: nameOf(in.Account.DisplayName, in.AccountRef, in.Workspace.DisplayName, in.WorkspaceRef)}
		if err := describeAccount(ctx, tx, made, in); err != nil {
			return nil, err
		}
		return made, raced(InsertAccount(ctx, tx, made))
	}
	// Most calls have nothing new to say, and need not wait for each other.
	if news, err := in.newsOf(ctx, tx, a); err != nil || !news {
		return a, err
	}
	before, err := tx.Account(ctx, a.N, true)
	if err != nil {
		return nil, err
	}
	return observeAccount(ctx, tx, before, in)
}

// newsOf reports whether the application says anything of an account, or of the
// one it was merged from that it names, which that lacks.
func (in RevInfo) newsOf(ctx context.Context, tx Tx, a *account.Account) (bool, error) {
	news, err := in.addsTo(ctx, tx, a)
	if news || err != nil || in.Account.silent() {
		return news, err
	}
	own, err := identity.AccountBehind(ctx, tx, a, in.accountKey())
	if err != nil || own == a {
		return false, err
	}
	return in.addsTo(ctx, tx, own)
}

func (in RevInfo) addsTo(ctx context.Context, tx Tx, a *account.Account) (bool, error) {
	after := *a
	err := describeAccount(ctx, tx, &after, in)
	return err == nil && !sameAccount(a, &after), err
}

func (in RevInfo) accountKey() string { return identity.Key(identity.KindAccountRef, in.AccountRef) }

// silent reports whether traits say nothing beside a name.
func (t CompanyTraits) silent() bool {
	return t.Description == "" && t.Tier == "" && len(t.Domains)+len(t.Websites)+len(t.Custom) == 0
}

// observeAccount adds to an account, or to the one it was merged from that the
// application names, what that lacks.
func observeAccount(ctx context.Context, tx Tx, a *account.Account, in RevInfo) (*account.Account, error) {
	var refused error
	via := identity.Via{Source: SourceAPI}
	if in.AccountRef != "" {
		via.Key = in.accountKey()
	}
	after, _, _, err := ObserveAccount(ctx, tx, a, via, in.AccountRef, func(own *account.Account) *account.Account {
		described := *own
		refused = cmp.Or(refused, describeAccount(ctx, tx, &described, in))
		return &described
	})
	return after, cmp.Or(refused, raced(err))
}

// raced turns a conflict about a key that has just been free into another try:
// somebody else has made the record meanwhile, and it will be found.
func raced(err error) error {
	if errs.Is(err, errs.Conflict) {
		return identity.ErrAgain
	}
	return err
}

func sameAccount(a, b *account.Account) bool {
	return a.Description == b.Description && a.Tier == b.Tier && slices.Equal(a.Refs, b.Refs) && slices.Equal(a.Domains, b.Domains) &&
		slices.Equal(a.Websites, b.Websites) && a.Custom.Equal(b.Custom)
}

// describeAccount fills in what an account lacks. A name that stands stays: the
// login of any user would rename the company.
func describeAccount(ctx context.Context, tx Tx, a *account.Account, in RevInfo) error {
	fillEmpty(&a.Description, in.Account.Description)
	fillEmpty(&a.Tier, in.Account.Tier)
	if in.AccountRef != "" && !slices.Contains(a.Refs, in.AccountRef) {
		a.Refs = append(slices.Clone(a.Refs), in.AccountRef)
	}
	if len(a.Websites) == 0 {
		a.Websites = in.Account.Websites
	}
	custom, err := companyTraits(ctx, tx, don.Account, "account_traits", in.Account.Custom)
	if err != nil {
		return err
	}
	fillCustom(&a.Custom, custom)
	domains, err := freeDomains(ctx, tx, a, in.Account.Domains)
	a.Domains = domains
	return err
}

// nameOf returns the first text that there is, cut to the length of a name:
// references may be longer.
func nameOf(texts ...string) string {
	for _, t := range texts {
		if r := []rune(t); len(r) > contact.MaxNameChars {
			return string(r[:contact.MaxNameChars])
		}
		if t != "" {
			return t
		}
	}
	return ""
}

// freeDomains are an account's domains and those given that nobody else has.
func freeDomains(ctx context.Context, tx Tx, a *account.Account, given []string) ([]string, error) {
	out := a.Domains
	for _, d := range given {
		if slices.Contains(out, d) || len(out) >= contact.MaxDomains {
			continue
		}
		_, taken, err := identity.Find(ctx, tx, identity.KindDomain, d)
		if err != nil {
			return nil, err
		}
		if !taken {
			out = append(slices.Clone(out), d)
		}
	}
	return out, nil
}

// haveWorkspace makes the workspace when it is new, else adds to it what it lacks.
func haveWorkspace(ctx context.Context, tx Tx, w *account.Workspace, a *account.Account, in RevInfo) (*account.Workspace, error) {
	if in.WorkspaceRef == "" {
		return nil, nil
	}
	custom, err := companyTraits(ctx, tx, don.Workspace, "workspace_traits", in.Workspace.Custom)
	if err != nil {
		return nil, err
	}
	if w != nil {
		return observeWorkspace(ctx, tx, w, in, custom)
	}
	// Locked, so that the account is not deleted without this workspace.
	if _, err := tx.Account(ctx, a.N, true); err != nil {
		return nil, err
	}
	w = &account.Workspace{AccountN: a.N, DisplayName: nameOf(in.Workspace.DisplayName, in.WorkspaceRef), Ref: in.WorkspaceRef, Environment: Production, Version: 1}
	describeWorkspace(w, in.Workspace, custom)
	return w, raced(insertWorkspace(ctx, tx, w))
}

// observeWorkspace adds to a workspace, or to the one it was merged from that the
// application names, what that lacks.
func observeWorkspace(ctx context.Context, tx Tx, w *account.Workspace, in RevInfo, custom schema.Values) (*account.Workspace, error) {
	if in.Workspace.silent() {
		return w, nil
	}
	via := identity.Via{Key: identity.Key(identity.KindWorkspaceRef, in.WorkspaceRef), Source: SourceAPI}
	own, err := identity.WorkspaceBehind(ctx, tx, w, via.Key)
	if err != nil {
		return nil, err
	}
	after := *own
	describeWorkspace(&after, in.Workspace, custom)
	if after.Description == own.Description && after.Tier == own.Tier && after.Domain == own.Domain && after.Custom.Equal(own.Custom) {
		return w, nil
	}
	before, err := tx.Workspace(ctx, w.N, true)
	if err != nil {
		return nil, err
	}
	seen, merged, err := identity.ObserveMergedWorkspace(ctx, tx, before, via, func(w *account.Workspace) { describeWorkspace(w, in.Workspace, custom) })
	if merged || err != nil {
		return seen, err
	}
	after = *before
	describeWorkspace(&after, in.Workspace, custom)
	_, err = tx.UpdateWorkspace(ctx, before, &after)
	return &after, err
}

func describeWorkspace(w *account.Workspace, t CompanyTraits, custom schema.Values) {
	fillCustom(&w.Custom, custom)
	fillEmpty(&w.Description, t.Description)
	fillEmpty(&w.Tier, t.Tier)
	if len(t.Domains) > 0 {
		fillEmpty(&w.Domain, t.Domains[0])
	}
}

// insertWorkspace numbers a new workspace, takes its reference and writes it.
func insertWorkspace(ctx context.Context, tx Tx, w *account.Workspace) error {
	var err error
	if w.N, err = tx.Next(ctx, don.Workspace, 1); err != nil {
		return err
	}
	if err := claimWorkspace(ctx, tx, &account.Workspace{N: w.N}, w); err != nil {
		return err
	}
	w.CreatedAt, w.CreatedBy = stamp(tx)
	w.ModifiedAt, w.ModifiedBy = w.CreatedAt, w.CreatedBy
	return tx.InsertWorkspace(ctx, w)
}

func fillEmpty(dst *string, value string) {
	if *dst == "" {
		*dst = value
	}
}
