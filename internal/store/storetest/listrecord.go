package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/tag"
)

func scopeOf(orgID int64) org.Scope {
	return org.Scope{OrgID: orgID, Space: don.Space{Partition: "kith", Org: "x"}, Actor: don.Of(don.Member, 1)}
}

// walked lists all records page by page, in one direction.
func walked[T store.Record](t *testing.T, q store.Query, page func(store.Query) ([]T, bool, error)) []T {
	t.Helper()
	var all []T
	for {
		items, more, err := page(q)
		if err != nil {
			t.Fatal(err)
		}
		edge := len(items) - 1
		if q.Backward {
			all, edge = append(slices.Clone(items), all...), 0
		} else {
			all = append(all, items...)
		}
		if !more {
			return all
		}
		q.Edge = throughJSON(t, store.EdgeOf(items[edge], q.Sorts))
	}
}

// ordered checks that both directions give the numbers wanted.
func ordered[T store.Record](t *testing.T, sorts []store.Sort, want []int64, n func(T) int64, page func(store.Query) ([]T, bool, error)) {
	t.Helper()
	for _, backward := range []bool{false, true} {
		var got []int64
		for _, item := range walked(t, store.Query{Sorts: sorts, Limit: 3, Backward: backward}, page) {
			got = append(got, n(item))
		}
		if !slices.Equal(got, want) {
			t.Errorf("by %+v, backward %v: got %v, want %v", sorts, backward, got, want)
		}
	}
}

var byName = []store.Sort{{Field: store.SortName}}

func someAccounts() []*account.Account {
	var out []*account.Account
	for n := int64(1); n <= 14; n++ {
		at := listStart.Add(time.Duration(n%5) * time.Hour)
		out = append(out, &account.Account{
			N: n, DisplayName: fmt.Sprintf("Größe %c", 'A'+rune(n%6)), Refs: []string{fmt.Sprint("acc-", n)}, Domains: []string{fmt.Sprintf("c%d.example", n)},
			Websites: []string{fmt.Sprintf("https://c%d.example", n%3)}, Tier: []string{"", "gold", "silver"}[n%3], ParentN: n / 8, Owners: []int64{1 + n%2},
			Tags: []tag.Use{{N: 1 + n%2, Value: "eu"}}, Version: 1, CreatedAt: at, CreatedBy: fmt.Sprint("devu/", 1+n%2), ModifiedAt: at.Add(time.Minute), ModifiedBy: "devu/1",
		})
	}
	return out
}

func testListAccounts(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	as := someAccounts()
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		for _, a := range as {
			if err := identity.Claim(ctx, tx, don.Of(don.Account, a.N), identity.KindAccountRef, a.Refs); err != nil {
				return err
			}
			if err := identity.Claim(ctx, tx, don.Of(don.Account, a.N), identity.KindDomain, a.Domains); err != nil {
				return err
			}
			if err := tx.InsertAccount(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
	hour := listStart.Add(time.Hour)
	for name, c := range map[string]struct {
		f     account.Filter
		match func(*account.Account) bool
	}{
		"all":     {account.Filter{}, func(*account.Account) bool { return true }},
		"name":    {account.Filter{Names: []string{"GRÖSSE  a", "größe b"}}, func(a *account.Account) bool { return a.N%6 < 2 }},
		"domain":  {account.Filter{Domains: []string{"c3.example", "none.example"}}, func(a *account.Account) bool { return a.N == 3 }},
		"ref":     {account.Filter{Refs: []string{"acc-4", "acc-5"}}, func(a *account.Account) bool { return a.N == 4 || a.N == 5 }},
		"number":  {account.Filter{Numbers: []int64{3, 5, 99}}, func(a *account.Account) bool { return a.N == 3 || a.N == 5 }},
		"owner":   {account.Filter{Owners: []int64{2}}, func(a *account.Account) bool { return a.N%2 == 1 }},
		"tag":     {account.Filter{Tags: []tag.Use{{N: 1, Value: "eu"}}}, func(a *account.Account) bool { return a.N%2 == 0 }},
		"tier":    {account.Filter{Tiers: []string{"gold"}}, func(a *account.Account) bool { return a.N%3 == 1 }},
		"website": {account.Filter{Websites: []string{"https://c0.example"}}, func(a *account.Account) bool { return a.N%3 == 0 }},
		"parent":  {account.Filter{Parents: []int64{1}}, func(a *account.Account) bool { return a.N >= 8 }},
		"author":  {account.Filter{CreatedBy: []string{"devu/2"}, CreatedAfter: &hour}, func(a *account.Account) bool { return a.N%2 == 1 && a.N%5 > 0 }},
		"changed": {account.Filter{ModifiedBefore: &hour}, func(a *account.Account) bool { return a.N%5 == 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			want := numbersWhere(as, c.match, func(a *account.Account) (int64, string) { return a.N, contact.FoldName(a.DisplayName) })
			read(t, db, s, func(tx *store.Tx) {
				ordered(t, byName, want, func(a *account.Account) int64 { return a.N }, func(q store.Query) ([]*account.Account, bool, error) {
					return tx.ListAccounts(t.Context(), c.f, q)
				})
				if n, err := tx.CountAccounts(t.Context(), c.f, 100); err != nil || n != len(want) {
					t.Errorf("counts %d, %v; want %d", n, err, len(want))
				}
			})
		})
	}
}

// numbersWhere returns the numbers of those that match, by name and number.
func numbersWhere[T any](all []T, match func(T) bool, key func(T) (int64, string)) []int64 {
	kept := slices.DeleteFunc(slices.Clone(all), func(v T) bool { return !match(v) })
	slices.SortFunc(kept, func(a, b T) int {
		an, aName := key(a)
		bn, bName := key(b)
		return cmp.Or(strings.Compare(aName, bName), cmp.Compare(an, bn))
	})
	var out []int64
	for _, v := range kept {
		n, _ := key(v)
		out = append(out, n)
	}
	return out
}

func read(t *testing.T, db *store.DB, s org.Scope, fn func(*store.Tx)) {
	t.Helper()
	if err := db.Read(t.Context(), s, func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func testListWorkspaces(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	var ws []*account.Workspace
	for n := int64(1); n <= 12; n++ {
		at := listStart.Add(time.Duration(n%4) * time.Hour)
		ws = append(ws, &account.Workspace{
			N: n, AccountN: 1 + n%3, DisplayName: fmt.Sprintf("Site %d", n%5), Ref: fmt.Sprint("ws-", n), Owners: []int64{n % 2}, Tags: []tag.Use{{N: 1 + n%2}},
			Version: 1, CreatedAt: at, CreatedBy: "devu/1", ModifiedAt: at, ModifiedBy: "devu/1",
		})
	}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		for _, w := range ws {
			if err := identity.Claim(ctx, tx, don.Of(don.Workspace, w.N), identity.KindWorkspaceRef, []string{w.Ref}); err != nil {
				return err
			}
			if err := tx.InsertWorkspace(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
	hour := listStart.Add(time.Hour)
	for name, c := range map[string]struct {
		f     account.WorkspaceFilter
		match func(*account.Workspace) bool
	}{
		"all":     {account.WorkspaceFilter{}, func(*account.Workspace) bool { return true }},
		"account": {account.WorkspaceFilter{Accounts: []int64{1, 2}}, func(w *account.Workspace) bool { return w.AccountN < 3 }},
		"name":    {account.WorkspaceFilter{Names: []string{"SITE 2"}}, func(w *account.Workspace) bool { return w.N%5 == 2 }},
		"ref":     {account.WorkspaceFilter{Refs: []string{"ws-7"}}, func(w *account.Workspace) bool { return w.N == 7 }},
		"number":  {account.WorkspaceFilter{Numbers: []int64{2}}, func(w *account.Workspace) bool { return w.N == 2 }},
		"tag":     {account.WorkspaceFilter{Tags: []tag.Use{{N: 2}}, Owners: []int64{1}}, func(w *account.Workspace) bool { return w.N%2 == 1 }},
		"dates":   {account.WorkspaceFilter{CreatedBy: []string{"devu/1"}, CreatedAfter: &hour, CreatedBefore: &hour}, func(w *account.Workspace) bool { return w.N%4 == 1 }},
		"changed": {account.WorkspaceFilter{ModifiedAfter: &hour}, func(w *account.Workspace) bool { return w.N%4 > 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			want := numbersWhere(ws, c.match, func(w *account.Workspace) (int64, string) { return w.N, contact.FoldName(w.DisplayName) })
			read(t, db, s, func(tx *store.Tx) {
				ordered(t, byName, want, func(w *account.Workspace) int64 { return w.N }, func(q store.Query) ([]*account.Workspace, bool, error) {
					return tx.ListWorkspaces(t.Context(), c.f, q)
				})
				if n, err := tx.CountWorkspaces(t.Context(), c.f, 100); err != nil || n != len(want) {
					t.Errorf("counts %d, %v; want %d", n, err, len(want))
				}
			})
		})
	}
}

func testListTags(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	names := []string{"vip", "Über", "beta", "Alpha", "churned", "new"}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		for i, name := range names {
			at := listStart.Add(time.Duration(i%3) * time.Hour)
			if err := tx.InsertTag(ctx, &tag.Tag{N: int64(i + 1), Name: name, CreatedAt: at, CreatedBy: "devu/1", ModifiedAt: at, ModifiedBy: "devu/1"}); err != nil {
				return err
			}
		}
		return nil
	})
	hour := listStart.Add(time.Hour)
	for name, c := range map[string]struct {
		f     tag.Filter
		sorts []store.Sort
		want  []int64
	}{
		"by name":    {tag.Filter{}, []store.Sort{{Field: store.SortTagName}}, []int64{4, 3, 5, 6, 1, 2}},
		"named":      {tag.Filter{Names: []string{"ALPHA", "VIP", "none"}}, []store.Sort{{Field: store.SortTagName, Desc: true}}, []int64{1, 4}},
		"newest":     {tag.Filter{}, nil, []int64{6, 3, 5, 2, 4, 1}},
		"since then": {tag.Filter{CreatedAfter: &hour, ModifiedBefore: &hour}, []store.Sort{{Field: store.SortID}}, []int64{2, 5}},
	} {
		t.Run(name, func(t *testing.T) {
			read(t, db, s, func(tx *store.Tx) {
				ordered(t, c.sorts, c.want, func(g *tag.Tag) int64 { return g.N }, func(q store.Query) ([]*tag.Tag, bool, error) {
					return tx.ListTags(t.Context(), c.f, q)
				})
			})
		})
	}
}
