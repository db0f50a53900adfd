package identity

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/tag"
)

// Accounts that were merged are a group, as contacts are. Places of contacts and
// accounts below keep the account they were made with and are read as the
// survivor's. Workspaces are few and their account is fixed, so they move.

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
}

type accountMember struct {
	Alias
	accountBody
	was   *account.Account
	dirty bool
}

type accountBody struct {
	Own    *account.Account
	Hidden []string `json:",omitempty"`
	Lost   []Lost   `json:",omitempty"`
	Spaces []int64  `json:",omitempty"` // workspaces that its merge moved
}

type accountGroup struct {
	survivor int64
	members  map[int64]*accountMember
}

// cloneAccount copies an account; its lists are replaced, never changed in place.
func cloneAccount(a *account.Account) *account.Account {
	n := *a
	return &n
}

func soloAccount(a *account.Account) *accountGroup {
	m := &accountMember{Alias: Alias{Type: don.Account, N: a.N, Survivor: a.N}, accountBody: accountBody{Own: cloneAccount(a)}, was: a, dirty: true}
	return &accountGroup{survivor: a.N, members: map[int64]*accountMember{a.N: m}}
}

// accountGroups loads the groups of those of the accounts that others were
// merged into.
func accountGroups(ctx context.Context, tx Tx, survivors ...int64) (map[int64]*accountGroup, error) {
	out := map[int64]*accountGroup{}
	rows, err := tx.Aliases(ctx, don.Account, survivors)
	if err != nil {
		return nil, err
	}
	for _, a := range rows {
		m := &accountMember{Alias: a}
		if err := json.Unmarshal(a.Body, &m.accountBody); err != nil {
			return nil, err
		}
		m.was = cloneAccount(m.Own)
		g := out[a.Survivor]
		if g == nil {
			g = &accountGroup{survivor: a.Survivor, members: map[int64]*accountMember{}}
			out[a.Survivor] = g
		}
		g.members[a.N] = m
	}
	return out, nil
}

func accountGroupOf(ctx context.Context, tx Tx, a *account.Account) (*accountGroup, error) {
	all, err := accountGroups(ctx, tx, a.N)
	if g := all[a.N]; g != nil || err != nil {
		return g, err
	}
	return soloAccount(a), nil
}

func (g *accountGroup) root() *accountMember { return g.members[g.survivor] }

func (g *accountGroup) each() []*accountMember {
	var out []*accountMember
	for _, n := range slices.Sorted(maps.Keys(g.members)) {
		out = append(out, g.members[n])
	}
	return out
}

func (g *accountGroup) children(n int64) []*accountMember {
	out := slices.DeleteFunc(g.each(), func(m *accountMember) bool { return m.Into != n })
	slices.SortFunc(out, func(a, b *accountMember) int { return int(a.MergeN - b.MergeN) })
	return out
}

func (g *accountGroup) within(n int64) []int64 {
	out := []int64{n}
	for _, c := range g.children(n) {
		out = append(out, g.within(c.N)...)
	}
	return out
}

func (g *accountGroup) path(n int64) []*accountMember {
	var out []*accountMember
	for m := g.members[n]; m != nil; m = g.members[m.Into] {
		out = append(out, m)
	}
	return out
}

func (g *accountGroup) latest() int64 {
	var n int64
	for _, m := range g.members {
		n = max(n, m.MergeN)
	}
	return n
}

// Names of what the view of an account adopts.
const (
	nameTier   = "tier"
	nameParent = "parent"
)

func nameSite(s string) string { return "website:" + s }

// view is what an account is with everything that was merged into it.
func (g *accountGroup) view(n int64) *account.Account {
	v := cloneAccount(g.members[n].Own)
	if g.members[v.ParentN] != nil {
		v.ParentN = 0 // it was below an account that it is one with now
	}
	for _, c := range g.children(n) {
		g.adopt(v, g.view(c.N), c.Hidden)
	}
	return v
}

func (g *accountGroup) adopt(v, from *account.Account, hidden []string) {
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
	return out
}

func (g *accountGroup) hide(name string) {
	for _, c := range g.children(g.survivor) {
		if slices.Contains(accountNames(g.view(c.N)), name) && !slices.Contains(c.Hidden, name) {
			c.Hidden, c.dirty = append(slices.Clone(c.Hidden), name), true
		}
	}
}

// edit applies to the group what a member changed about its view.
func (g *accountGroup) edit(tx Tx, before, after *account.Account) {
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
	r.Own.Refs = editList(g.releasing(tx, KindAccountRef), r.Own.Refs, before.Refs, after.Refs, text, text, same[string])
	r.Own.Domains = editList(g.releasing(tx, KindDomain), r.Own.Domains, before.Domains, after.Domains, text, text, same[string])
	r.changed(tx)
}

func (m *accountMember) changed(tx Tx) {
	m.Own.Version++
	m.Own.ModifiedAt, m.Own.ModifiedBy = tx.Now(), tx.Scope().Actor.Tail()
	m.dirty = true
}

func (m *accountMember) touch(version int64) {
	m.Own.Version = max(m.Own.Version, version) + 1
	m.dirty = true
}

// keys returns the list of an account's keys of a kind.
func keys(a *account.Account, kind contact.Kind) *[]string {
	if kind == KindDomain {
		return &a.Domains
	}
	return &a.Refs
}

// releasing takes keys that a member took off from whoever has them.
func (g *accountGroup) releasing(tx Tx, kind contact.Kind) func(string) {
	return func(value string) { g.release(tx, kind, value, Lost{Reason: Released}) }
}

func (g *accountGroup) release(tx Tx, kind contact.Kind, value string, why Lost) {
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

// origin returns the member that has a key.
func (g *accountGroup) origin(kind contact.Kind, value string) *accountMember {
	for _, m := range append([]*accountMember{g.root()}, g.each()...) {
		if slices.Contains(*keys(m.Own, kind), value) {
			return m
		}
	}
	return g.root()
}

func (g *accountGroup) store(ctx context.Context, tx Tx) error {
	for _, m := range g.each() {
		if !m.dirty {
			continue
		}
		body, err := json.Marshal(m.accountBody)
		if err != nil {
			return err
		}
		m.Body = body
		if err := tx.PutAlias(ctx, m.Alias); err != nil {
			return err
		}
		m.dirty = false
	}
	return nil
}

func (g *accountGroup) settle(ctx context.Context, tx Tx) error {
	if len(g.members) > 1 {
		return g.store(ctx, tx)
	}
	return tx.DropAliases(ctx, don.Account, []int64{g.survivor})
}

// reclaimAccount brings the identity index from what an account had to what it has.
func reclaimAccount(ctx context.Context, tx Tx, before, after *account.Account) error {
	id := don.Of(don.Account, after.N)
	for _, kind := range []contact.Kind{KindAccountRef, KindDomain} {
		was, is := *keys(before, kind), *keys(after, kind)
		fresh := func(list, other []string) []string {
			return slices.DeleteFunc(slices.Clone(list), func(v string) bool { return slices.Contains(other, v) })
		}
		if err := Claim(ctx, tx, id, kind, fresh(is, was)); err != nil {
			return err
		}
		if err := Unclaim(ctx, tx, id, kind, fresh(was, is)); err != nil {
			return err
		}
	}
	return nil
}
