package directory_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/tag"
)

// TestUnnamed looks up what records refer to as far as it is shown, and no more.
func TestUnnamed(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		err := b.db.Write(t.Context(), b.scope, func(tx *store.Tx) error {
			return tx.InsertMember(t.Context(), org.Member{N: b.scope.Actor.N, Email: "ada@acme.example", DisplayName: "Ada", State: org.Active, Role: org.Admin, CreatedAt: tx.Now()}, "ada@acme.example")
		})
		if err != nil {
			t.Fatal(err)
		}
		vip, err := b.CreateTag(t.Context(), b.scope, directory.TagPatch{Name: ptr("vip")})
		if err != nil {
			t.Fatal(err)
		}
		top := b.account(t, "Top")
		tags, owners := ptr([]tag.Use{{N: vip.Item.N}}), ptr([]int64{b.scope.Actor.N})
		if _, _, err := b.CreateAccount(t.Context(), b.scope, directory.AccountPatch{DisplayName: ptr("Low"), Parent: &top, Tags: tags, Owners: owners}); err != nil {
			t.Fatal(err)
		}
		b.contact(t, directory.ContactPatch{DisplayName: ptr("Ann"), Tags: tags, Owners: owners}, don.Of(don.Account, top))
		workspaces, err := b.ListWorkspaces(t.Context(), b.scope, account.WorkspaceFilter{}, nil, directory.Query{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.UpdateWorkspace(t.Context(), b.scope, workspaces.Items[0].N, directory.WorkspacePatch{Tags: tags, Owners: owners}); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			hidden directory.Refs
			want   string // members, accounts and tags that are looked up
		}{
			{directory.Refs{}, "1 1 1"},
			{directory.Refs{Tags: true}, "1 1 0"},
			{directory.Refs{Places: true}, "1 0 1"},
			{directory.Refs{Owners: true}, "1 1 1"}, // who made it is the same member
			{directory.Refs{CreatedBy: true, ModifiedBy: true}, "1 1 1"},
			{directory.Refs{CreatedBy: true, Owners: true}, "1 1 1"},
			{directory.Refs{CreatedBy: true, ModifiedBy: true, Owners: true}, "0 1 1"},
			{directory.Refs{CreatedBy: true, ModifiedBy: true, Owners: true, Tags: true, Places: true}, "0 0 0"},
		} {
			q := directory.Query{Limit: 1, Unnamed: tt.hidden}
			contacts, err := b.ListContacts(t.Context(), b.scope, contact.Filter{}, q)
			accounts, err2 := b.ListAccounts(t.Context(), b.scope, account.Filter{}, q)
			workspaces, err3 := b.ListWorkspaces(t.Context(), b.scope, account.WorkspaceFilter{}, nil, q)
			if err != nil || err2 != nil || err3 != nil {
				t.Fatal(err, err2, err3)
			}
			for of, n := range map[string]*directory.Names{"contacts": contacts.Names, "accounts": accounts.Names, "workspaces": workspaces.Names} {
				if got := fmt.Sprint(len(n.Members), len(n.Accounts), len(n.Tags)); got != tt.want {
					t.Errorf("%s without %+v look up %s, want %s", of, tt.hidden, got, tt.want)
				}
			}
			if d := cmp.Diff([]tag.Use{{N: vip.Item.N}}, contacts.Items[0].Tags); d != "" {
				t.Errorf("the contact itself lost something: %s", d)
			}
		}
	})
}
