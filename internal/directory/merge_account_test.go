package directory_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
	"github.com/kith-id/kith/internal/tag"
)

// family is what an account has around it, as lists show it.
type family struct {
	Name, Desc, Tier string
	Parent           int64
	Refs, Domains    []string
	Tags, Spaces     []int64
	Children, People []int64
	Rooms            []room
}

// room is a workspace of an account.
type room struct {
	N                                    int64
	Name, Desc, Ref, OtherRefs, Insiders string
}

// families reads everything about the live accounts.
func (b bench) families(t *testing.T) map[int64]family {
	t.Helper()
	ctx, out := t.Context(), map[int64]family{}
	all, err := b.ListAccounts(ctx, b.scope, account.Filter{}, directory.Query{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all.Items {
		f := family{Name: a.DisplayName, Desc: a.Description, Tier: a.Tier, Parent: all.Names.Now(don.Of(don.Account, a.ParentN)).N, Refs: slices.Sorted(slices.Values(a.Refs)), Domains: slices.Sorted(slices.Values(a.Domains))}
		for _, u := range a.Tags {
			f.Tags = append(f.Tags, u.N)
		}
		spaces, err := b.ListWorkspaces(ctx, b.scope, account.WorkspaceFilter{Accounts: []int64{a.N}}, nil, directory.Query{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range spaces.Items {
			if w.AccountN != a.N {
				t.Fatalf("REV-%d belongs to ACC-%d, listed with ACC-%d", w.N, w.AccountN, a.N)
			}
			f.Spaces = append(f.Spaces, w.N)
			f.Rooms = append(f.Rooms, room{w.N, w.DisplayName, w.Description, w.Ref, strings.Join(slices.Sorted(slices.Values(w.OtherRefs)), " "), fmt.Sprint(b.peopleOf(t, don.Of(don.Workspace, w.N)))})
			if w.Default {
				f.Spaces = append(f.Spaces, -w.N)
			}
		}
		below, err := b.ListAccounts(ctx, b.scope, account.Filter{Parents: []int64{a.N}}, directory.Query{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range below.Items {
			f.Children = append(f.Children, c.N)
		}
		f.People = b.peopleOf(t, don.Of(don.Account, a.N))
		home, err := b.GetWorkspace(t.Context(), b.scope, don.Of(don.Account, a.N))
		if err != nil || !home.Item.Default || home.Item.AccountN != a.N {
			t.Fatalf("the default workspace of ACC-%d is %+v, %v", a.N, home.Item, err)
		}
		slices.Sort(f.Tags)
		slices.Sort(f.Spaces)
		slices.SortFunc(f.Rooms, func(a, b room) int { return int(a.N - b.N) })
		slices.Sort(f.Children)
		out[a.N] = f
	}
	return out
}

func (b bench) peopleOf(t *testing.T, of don.ID) []int64 {
	t.Helper()
	got, err := b.ListContacts(t.Context(), b.scope, contact.Filter{Places: []don.ID{of}}, directory.Query{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var out []int64
	for _, c := range got.Items {
		out = append(out, c.N)
		places := got.Names.Places(c)
		if !slices.ContainsFunc(places, func(a contact.Association) bool { return a.Type == of.Type && a.N == of.N }) {
			t.Fatalf("REVU-%d is listed with %s, but has the places %v", c.N, of.Display(), places)
		}
	}
	slices.Sort(out)
	return out
}

// companies makes accounts with workspaces, people and a tree: 2 below 1, 3 below
// 2, and 4 and 5 alone.
func (b bench) companies(t *testing.T) {
	t.Helper()
	for i := int64(1); i <= 5; i++ {
		p := directory.AccountPatch{DisplayName: ptr(fmt.Sprint("A", i)), Refs: &[]string{fmt.Sprint("acc", i)}, Domains: &[]string{fmt.Sprintf("a%d.test", i)}}
		if i == 2 || i == 3 {
			p.Parent = ptr(i - 1)
		}
		if i%2 == 0 {
			p.Description = ptr(fmt.Sprint("about ", i))
		}
		a, w, err := b.CreateAccount(t.Context(), b.scope, p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.CreateWorkspace(t.Context(), b.scope, a.Item.N, directory.WorkspacePatch{DisplayName: ptr("More"), Ref: ptr(fmt.Sprint("more", i)), Description: ptr(fmt.Sprint("more of ", i))}); err != nil {
			t.Fatal(err)
		}
		b.contact(t, directory.ContactPatch{DisplayName: ptr("x")}, don.Of(don.Account, a.Item.N))
		b.contact(t, directory.ContactPatch{DisplayName: ptr("y")}, don.Of(don.Workspace, w.Item.N))
	}
}

func (b bench) undoAccounts(t *testing.T, n int64) identity.Parted[account.Account] {
	t.Helper()
	p, err := b.UndoMerge(t.Context(), b.scope, n)
	if err != nil {
		t.Fatal(err)
	}
	return *p.Item.Accounts
}

// TestMergeAccounts walks through a merge of accounts, edits and its undo.
func TestMergeAccounts(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		b.companies(t)
		before := b.families(t)
		m, err := b.MergeAccounts(t.Context(), b.scope, 4, 2)
		if err != nil {
			t.Fatal(err)
		}
		got := b.families(t)
		want := family{
			Name: "A4", Desc: "about 4", Parent: 1, Refs: []string{"acc2", "acc4"}, Domains: []string{"a2.test", "a4.test"},
			Spaces: []int64{-7, 3, 4, 7, 8}, Children: []int64{3}, People: []int64{3, 4, 7, 8}, Rooms: append(slices.Clone(before[2].Rooms), before[4].Rooms...),
		}
		if d := cmp.Diff(want, got[4]); d != "" {
			t.Error(d)
		}
		if _, there := got[2]; there || got[3].Parent != 4 || !slices.Equal(got[1].Children, []int64{4}) {
			t.Errorf("around it: %+v", got)
		}
		b.expectMergedAccount(t)
		if _, err := b.UpdateAccount(t.Context(), b.scope, 4, directory.AccountPatch{Tier: ptr("gold"), Domains: &[]string{"a4.test"}}); err != nil {
			t.Fatal(err)
		}
		p := b.undoAccounts(t, m.Item.N)
		if len(p.Edits) != 1 || len(p.Lost) != 1 || p.Lost[0].Value != "a2.test" || p.Lost[0].Reason != identity.Released {
			t.Errorf("kept %v, lost %v", p.Edits, p.Lost)
		}
		two, four := before[2], before[4]
		two.Domains, four.Tier = nil, "gold"
		before[2], before[4] = two, four
		if d := cmp.Diff(before, b.families(t)); d != "" {
			t.Errorf("after the undo: %s", d)
		}
	})
}

// expectMergedAccount looks at ACC-2 as part of ACC-4.
func (b bench) expectMergedAccount(t *testing.T) {
	t.Helper()
	a, err := b.GetAccount(t.Context(), b.scope, 2)
	if err != nil || a.Item.Survivor != 4 || a.Item.DisplayName != "A2" {
		t.Errorf("ACC-2: %+v, %v", a.Item, err)
	}
	if got := b.peopleOf(t, don.Of(don.Account, 4)); !slices.Equal(got, []int64{3, 4, 7, 8}) {
		t.Errorf("people of ACC-4: %v", got)
	}
	got, err := b.ListContacts(t.Context(), b.scope, contact.Filter{Places: []don.ID{don.Of(don.Account, 2)}}, directory.Query{Limit: 10})
	if err != nil || len(got.Items) != 4 {
		t.Errorf("people of ACC-2: %d, %v", len(got.Items), err)
	}
	writes := map[string]error{}
	_, writes["update"] = b.UpdateAccount(t.Context(), b.scope, 2, directory.AccountPatch{Tier: ptr("x")})
	writes["delete"] = b.DeleteAccount(t.Context(), b.scope, 2)
	_, writes["restore"] = b.RestoreAccount(t.Context(), b.scope, 2, false)
	_, writes["workspace"] = b.CreateWorkspace(t.Context(), b.scope, 2, directory.WorkspacePatch{DisplayName: ptr("x")})
	_, writes["itself"] = b.MergeAccounts(t.Context(), b.scope, 4, 4)
	_, writes["merged"] = b.MergeAccounts(t.Context(), b.scope, 1, 2)
	_, writes["into merged"] = b.MergeAccounts(t.Context(), b.scope, 2, 1)
	for what, err := range writes {
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// One place more in the merged account is the one that is there.
	if _, err := b.Associate(t.Context(), b.scope, 3, []directory.Place{{ID: don.Of(don.Account, 4)}}); err != nil {
		t.Error(err)
	}
	if got := len(b.stored(t, 3).Associations); got != 1 {
		t.Errorf("REVU-3 has %d places", got)
	}
}

// TestMergeAccountTree merges accounts that are above and below each other.
func TestMergeAccountTree(t *testing.T) {
	tests := map[string]struct {
		primary, secondary, parent int64
		refused                    bool
	}{
		"child into parent":      {1, 2, 0, false},
		"parent into child":      {2, 1, 0, false},
		"grandchild into top":    {1, 3, 0, false},
		"top into grandchild":    {3, 1, 0, true},
		"into one that is above": {4, 3, 2, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, b bench) {
				b.companies(t)
				before := b.families(t)
				m, err := b.MergeAccounts(t.Context(), b.scope, tt.primary, tt.secondary)
				if tt.refused {
					if !errs.Is(err, errs.Invalid) {
						t.Errorf("got %v, want a refusal", err)
					}
				} else if err != nil {
					t.Fatal(err)
				} else {
					if got := b.families(t)[tt.primary].Parent; got != tt.parent {
						t.Errorf("the parent is ACC-%d, want ACC-%d", got, tt.parent)
					}
					b.undoAccounts(t, m.Item.N)
				}
				if d := cmp.Diff(before, b.families(t)); d != "" {
					t.Errorf("not as before: %s", d)
				}
			})
		})
	}
}

// TestTrashOfMergedAccount deletes a merged account and parts it in the trash.
func TestTrashOfMergedAccount(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		b.companies(t)
		before := b.families(t)
		m, err := b.MergeAccounts(t.Context(), b.scope, 4, 5)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.DeleteAccount(t.Context(), b.scope, 4); err != nil {
			t.Fatal(err)
		}
		if p := b.undoAccounts(t, m.Item.N); !p.InTrash {
			t.Error("the undo does not say that both are in the trash")
		}
		if got := b.families(t); len(got) != 3 {
			t.Errorf("the undo brought accounts back to life: %v", slices.Collect(maps.Keys(got)))
		}
		for _, n := range []int64{4, 5} {
			if _, err := b.RestoreAccount(t.Context(), b.scope, n, false); err != nil {
				t.Fatal(err)
			}
		}
		if d := cmp.Diff(before, b.families(t)); d != "" {
			t.Errorf("not as before: %s", d)
		}
	})
}

// TestUndoOfAccountsIsExact merges accounts at random, lets tags arrive under
// their references, moves them below each other, and undoes in any order: each
// account has what arrived under its own references and is where members put it,
// save for what would put it below itself, of which the undo tells; everything
// else is as it was.
func TestUndoOfAccountsIsExact(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		orgs := 0
		rapid.Check(t, func(rt *rapid.T) {
			if orgs++; b.db.Engine() == "postgres" && orgs > 8 {
				return
			}
			b := b
			b.scope = storetest.Scope(t, b.db, fmt.Sprint(strings.ToLower(b.db.Engine()), orgs))
			b.companies(t)
			want := b.families(t)
			var open []int64
			for range 16 {
				open = b.stepAccounts(t, rt, want, open)
			}
			for _, n := range rapid.Permutation(open).Draw(rt, "order") {
				b.undone(t, rt, want, n)
			}
			raise(want)
			if d := cmp.Diff(want, b.families(t)); d != "" {
				rt.Fatalf("not as without merges: %s", d)
			}
		})
	})
}

// raise makes the accounts below those that have them above.
func raise(all map[int64]family) {
	for n, f := range all {
		f.Children = nil
		for c, g := range all {
			if g.Parent == n {
				f.Children = append(f.Children, c)
			}
		}
		slices.Sort(f.Children)
		all[n] = f
	}
}

// stepAccounts makes one random change and returns the merges that stand.
func (b bench) stepAccounts(t *testing.T, rt *rapid.T, want map[int64]family, open []int64) []int64 {
	one := func(name string) int64 { return rapid.Int64Range(1, 5).Draw(rt, name) }
	switch op := rapid.SampledFrom([]string{"merge", "merge", "spaces", "spaces", "row", "move", "move", "undo"}).Draw(rt, "op"); {
	case op == "merge":
		m, err := b.MergeAccounts(t.Context(), b.scope, one("primary"), one("secondary"))
		if err == nil {
			return append(open, m.Item.N)
		}
		if !errs.Is(err, errs.Invalid) {
			rt.Fatal(err)
		}
	case op == "spaces":
		space := func(name string) int64 { return rapid.Int64Range(1, 10).Draw(rt, name) }
		m, err := b.MergeWorkspaces(t.Context(), b.scope, space("kept"), space("merged"))
		if err == nil {
			return append(open, m.Item.N)
		}
		if !errs.Is(err, errs.Invalid) {
			rt.Fatal(err)
		}
	case op == "row":
		n, use := one("account"), one("tag")
		b.rowOfAccount(t, fmt.Sprint("acc", n), use)
		f := want[n]
		if !slices.Contains(f.Tags, use) {
			f.Tags = append(slices.Clone(f.Tags), use)
			slices.Sort(f.Tags)
			want[n] = f
		}
	case op == "move":
		b.moveAccount(t, rt, want, one("account"), rapid.Int64Range(0, 5).Draw(rt, "above"))
	case len(open) > 0:
		at := rapid.IntRange(0, len(open)-1).Draw(rt, "which")
		b.undone(t, rt, want, open[at])
		return slices.Delete(open, at, at+1)
	}
	return open
}

// moveAccount puts an account below another, or below none.
func (b bench) moveAccount(t *testing.T, rt *rapid.T, want map[int64]family, n, above int64) {
	was, err := b.GetAccount(t.Context(), b.scope, n)
	if err != nil {
		rt.Fatal(err)
	}
	is, err := b.UpdateAccount(t.Context(), b.scope, n, directory.AccountPatch{Parent: &above})
	if errs.Is(err, errs.Invalid) {
		return // merged away, or it would be below itself
	}
	if err != nil {
		rt.Fatal(err)
	}
	if f := want[n]; is.Item.ParentN != was.Item.ParentN {
		f.Parent = is.Item.ParentN
		if above == 0 {
			f.Parent = 0
		}
		want[n] = f
	}
}

// undone undoes a merge of accounts, whatever it is in the order of merges, and
// looks that nothing is below itself then.
func (b bench) undone(t *testing.T, rt *rapid.T, want map[int64]family, n int64) {
	u, err := b.UndoMerge(t.Context(), b.scope, n)
	if m, e := b.GetMerge(t.Context(), b.scope, n); e != nil || m.Item.State != identity.Undone {
		rt.Fatalf("MERGE-%d is %+v: %v, %v", n, m.Item, err, e)
	}
	if errs.Is(err, errs.Invalid) {
		return // it was taken back along with that of its accounts
	}
	if err != nil {
		rt.Fatal(err)
	}
	p := u.Item.Accounts
	if p == nil {
		return
	}
	for _, l := range p.Lost {
		if l.Kind != identity.KindParent || l.Reason != identity.Circle {
			rt.Fatalf("lost %+v", l)
		}
		if f := want[p.Secondary.N]; f.Parent == l.Holder.N {
			f.Parent = 0
			want[p.Secondary.N] = f
		}
	}
	all := b.families(t)
	for from := range all {
		at := all[from].Parent
		for level := 0; at != 0; level++ {
			if at == from || level > len(all) {
				rt.Fatalf("after the undo of MERGE-%d, ACC-%d is below itself: %v", n, from, all)
			}
			at = all[at].Parent
		}
	}
}

// rowOfAccount is what an import's row does to the account that has a reference.
func (b bench) rowOfAccount(t *testing.T, ref string, use int64) {
	t.Helper()
	err := b.db.Write(t.Context(), b.scope, func(tx *store.Tx) error {
		id, ok, err := identity.Find(t.Context(), tx, identity.KindAccountRef, ref)
		if err != nil || !ok {
			return fmt.Errorf("%s: %v, %w", ref, ok, err)
		}
		a, err := tx.Account(t.Context(), id.N, true)
		if err != nil {
			return err
		}
		via := identity.Via{Key: identity.Key(identity.KindAccountRef, ref), Source: "import/1"}
		_, _, _, err = directory.ObserveAccount(t.Context(), tx, a, via, ref, func(a *account.Account) *account.Account {
			after := *a
			if !slices.Contains(a.Tags, tag.Use{N: use}) {
				after.Tags = append(slices.Clone(a.Tags), tag.Use{N: use})
			}
			return &after
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
