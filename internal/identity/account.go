package identity

import (
	"context"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/tag"
)

// Places of contacts and accounts below keep the account they were made with and
// are read as the survivor's. Workspaces are few and belong to one account, so
// they move.

// AccountTx is what merging accounts needs of a transaction.
type AccountTx interface {
	Tx
	Accounts(ctx context.Context, ns []int64, lock bool) (map[int64]*account.Account, error)
	UpdateAccount(ctx context.Context, before, after *account.Account) (bool, error)
	// RewriteAccount is UpdateAccount without history.
	RewriteAccount(ctx context.Context, before, after *account.Account) (bool, error)
	// AbsorbAccount takes an account's row out of lists; PutAccount adds one.
	AbsorbAccount(ctx context.Context, a *account.Account) error
	PutAccount(ctx context.Context, a *account.Account) error
	WorkspacesOf(ctx context.Context, accountN int64) ([]int64, error)
	Workspaces(ctx context.Context, ns []int64, lock bool) (map[int64]*account.Workspace, error)
	UpdateWorkspace(ctx context.Context, before, after *account.Workspace) (bool, error)
	// RewriteWorkspace is UpdateWorkspace without history.
	RewriteWorkspace(ctx context.Context, before, after *account.Workspace) (bool, error)
	AbsorbWorkspace(ctx context.Context, w *account.Workspace) error
	PutWorkspace(ctx context.Context, w *account.Workspace) error
}

// Operations of merges of accounts in history and outbox.
const (
	OpAccountMerged   = "account_merged"
	OpAccountUnmerged = "account_unmerged"
)

// accounts are the kind of accounts.
type accounts struct{ tx AccountTx }

func (accounts) of() don.Type                      { return don.Account }
func (accounts) ops() (merged, unmerged string)    { return OpAccountMerged, OpAccountUnmerged }
func (accounts) blank(n int64) *account.Account    { return &account.Account{N: n} }
func (accounts) names(v *account.Account) []string { return accountNames(v) }

// clone copies an account; its lists are replaced, never changed in place.
func (accounts) clone(a *account.Account) *account.Account {
	n := *a
	return &n
}

func (accounts) edition(a *account.Account) edition {
	return edition{&a.Version, &a.ModifiedAt, &a.ModifiedBy}
}

func (accounts) carries(a *account.Account, key string) bool {
	for _, kind := range accountKinds {
		if value, ok := strings.CutPrefix(key, letters[kind]); ok {
			return slices.Contains(*keys(a, kind), value)
		}
	}
	return false
}

func (accounts) renew(*kin[account.Account], *account.Account) {}

func (accounts) begin(k *kin[account.Account], _ *kinsman[account.Account], v *account.Account) {
	if k.members[v.ParentN] != nil {
		v.ParentN = 0 // it was below an account that it is one with now
	}
}

func (accounts) finish(*kinsman[account.Account], *account.Account, bool) {}

func (k accounts) load(ctx context.Context, ns []int64, lock bool) (map[int64]*account.Account, error) {
	return k.tx.Accounts(ctx, ns, lock)
}

func (k accounts) reindex(ctx context.Context, before, after *account.Account) error {
	return reclaimAccount(ctx, k.tx, before, after)
}

func (k accounts) rewrite(ctx context.Context, before, after *account.Account) (bool, error) {
	return k.tx.RewriteAccount(ctx, before, after)
}

func (k accounts) absorb(ctx context.Context, a *account.Account) error {
	return k.tx.AbsorbAccount(ctx, a)
}
func (k accounts) put(ctx context.Context, a *account.Account) error { return k.tx.PutAccount(ctx, a) }

// Names of what the view of an account adopts.
const (
	nameTier   = "tier"
	nameParent = "parent"
)

func nameSite(s string) string { return "website:" + s }

func (accounts) adopt(g *kin[account.Account], v, from *account.Account, hidden []string) {
	shown := func(name string) bool { return !slices.Contains(hidden, name) }
	if shown(nameDescription) {
		fill(&v.Description, from.Description)
	}
	if shown(nameTier) {
		fill(&v.Tier, from.Tier)
	}
	if v.ParentN == 0 && g.members[from.ParentN] == nil && shown(nameParent) {
		v.ParentN = from.ParentN
	}
	v.Refs = unite(v.Refs, from.Refs, func(string) bool { return true }, same[string])
	v.Domains = unite(v.Domains, from.Domains, func(string) bool { return true }, same[string])
	v.Websites = unite(v.Websites, from.Websites, func(s string) bool { return shown(nameSite(s)) }, same[string])
	v.Owners = unite(v.Owners, from.Owners, func(o int64) bool { return shown(nameOwner(o)) }, same[int64])
	v.Tags = unite(v.Tags, from.Tags, func(t tag.Use) bool { return shown(nameTag(t.N)) }, func(a, b tag.Use) bool { return a.N == b.N })
	custom{&v.Custom, &v.Subtype}.adopt(custom{&from.Custom, &from.Subtype}, shown)
}

func unite[T any](have, more []T, shown func(T) bool, same func(a, b T) bool) []T {
	out := slices.Clone(have)
	for _, v := range more {
		if shown(v) && !slices.ContainsFunc(out, func(o T) bool { return same(o, v) }) {
			out = append(out, v)
		}
	}
	return out
}

func accountNames(v *account.Account) []string {
	var out []string
	for _, s := range []struct {
		name string
		has  bool
	}{{nameDescription, v.Description != ""}, {nameTier, v.Tier != ""}, {nameParent, v.ParentN != 0}} {
		if s.has {
			out = append(out, s.name)
		}
	}
	for _, s := range v.Websites {
		out = append(out, nameSite(s))
	}
	for _, o := range v.Owners {
		out = append(out, nameOwner(o))
	}
	for _, t := range v.Tags {
		out = append(out, nameTag(t.N))
	}
	return append(out, custom{&v.Custom, &v.Subtype}.names()...)
}

func (k accounts) edit(g *kin[account.Account], before, after *account.Account) {
	r := g.root()
	for _, t := range []struct {
		name          string
		own           *string
		before, after string
	}{
		{nameDisplay, &r.Own.DisplayName, before.DisplayName, after.DisplayName},
		{nameDescription, &r.Own.Description, before.Description, after.Description}, {nameTier, &r.Own.Tier, before.Tier, after.Tier},
	} {
		if t.before != t.after {
			if *t.own = t.after; t.after == "" {
				g.hide(t.name)
			}
		}
	}
	if before.ParentN != after.ParentN {
		if r.Own.ParentN = after.ParentN; after.ParentN == 0 {
			g.hide(nameParent)
		}
	}
	text := func(s string) string { return s }
	r.Own.Websites = editList(g.hide, r.Own.Websites, before.Websites, after.Websites, text, nameSite, same[string])
	r.Own.Owners = editList(g.hide, r.Own.Owners, before.Owners, after.Owners, func(o int64) int64 { return o }, nameOwner, same[int64])
	r.Own.Tags = editList(g.hide, r.Own.Tags, before.Tags, after.Tags, func(t tag.Use) int64 { return t.N }, nameTag, same[tag.Use])
	r.Own.Refs = editList(k.releasing(g, KindAccountRef), r.Own.Refs, before.Refs, after.Refs, text, text, same[string])
	r.Own.Domains = editList(k.releasing(g, KindDomain), r.Own.Domains, before.Domains, after.Domains, text, text, same[string])
	editCustom(g.hide, custom{&r.Own.Custom, &r.Own.Subtype}, custom{&before.Custom, &before.Subtype}, custom{&after.Custom, &after.Subtype})
	r.changed(k.tx)
}

// accountKinds are the kinds of keys that accounts have.
var accountKinds = []contact.Kind{KindAccountRef, KindDomain}

// keys returns the list of an account's keys of a kind.
func keys(a *account.Account, kind contact.Kind) *[]string {
	if kind == KindDomain {
		return &a.Domains
	}
	return &a.Refs
}

// releasing takes keys that a member took off from whoever has them.
func (k accounts) releasing(g *kin[account.Account], kind contact.Kind) func(string) {
	return func(value string) { releaseKey(k.tx, g, kind, value, Lost{Reason: Released}) }
}

// releaseKey takes a key from every member that has it.
func releaseKey(tx Tx, g *kin[account.Account], kind contact.Kind, value string, why Lost) {
	for _, m := range g.each() {
		list := keys(m.Own, kind)
		at := slices.Index(*list, value)
		if at < 0 {
			continue
		}
		*list = slices.Delete(slices.Clone(*list), at, at+1)
		m.changed(tx)
		if m != g.root() {
			why.Kind, why.Value, why.MergeN = kind, value, g.latest()
			m.Lost = append(m.Lost, why)
		}
	}
}

// reclaimAccount brings the identity index from what an account had to what it has.
func reclaimAccount(ctx context.Context, tx Tx, before, after *account.Account) error {
	for _, kind := range accountKinds {
		if err := reclaim(ctx, tx, don.Of(don.Account, after.N), kind, *keys(before, kind), *keys(after, kind)); err != nil {
			return err
		}
	}
	return nil
}
