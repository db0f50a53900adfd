package httpapi_test

import (
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// TestSignInByMergedID lets a backend go on naming a contact by the id that it knows.
func TestSignInByMergedID(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ann, bob := s.person(t, `"display_name":"Ann"`), s.person(t, `"display_name":"Bob"`)
		s.admin.Post(t, "rev-users.merge", `{"primary_user":"`+ann+`","secondary_user":"`+bob+`"}`, 200)
		if got := who(t, s.signIn(t, `{"user_id":"`+bob+`","user_traits":{"email":"bob@x.example"}}`)); got != ann {
			t.Errorf("the merged id leads to %s, want %s", got, ann)
		}
		s.admin.Post(t, "merges.undo", `{"id":"`+s.wantMerge(t, "member", ann, bob)+`"}`, 200)
		// What came by Bob's id was Bob's.
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + bob + `"}`, Status: 200, Want: `{"rev_user":{"email":"bob@x.example"}}`})
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + ann + `"}`, Status: 200, Want: `{"rev_user":{"display_name":"Ann"}}`, Absent: []string{"rev_user.email"}})
		s.admin.Post(t, "rev-users.delete", `{"id":"`+bob+`"}`, 200)
		s.aat.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Body: `{"rev_info":{"user_id":"` + bob + `"}}`, Status: 404, Want: `{"type":"not_found"}`})
	})
}

// TestCompaniesOfMergedAccounts is about what tokens say of accounts that are one.
func TestCompaniesOfMergedAccounts(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		s.admin.Post(t, "dev-orgs.settings.update", `{"single_association":true}`, 200)
		s.signIn(t, `{"user_ref":"ann","account_ref":"one"}`)
		bob := who(t, s.signIn(t, `{"user_ref":"bob","account_ref":"two"}`))
		s.admin.Post(t, "accounts.merge", `{"primary_account":"ACC-1","secondary_account":"ACC-2"}`, 200)
		s.signIn(t, `{"user_ref":"bob","account_ref":"two","account_traits":{"description":"Number two","domains":["two.example"]}}`)
		s.admin.Play(t, apitest.Scenario{Path: "/accounts.get", Body: `{"id":"ACC-1"}`, Status: 200, Want: `{"account":{"description":"Number two"}}`})
		s.admin.Post(t, "merges.undo", `{"id":"MERGE-1"}`, 200)
		s.admin.Play(t, apitest.Scenario{Path: "/accounts.get", Body: `{"id":"ACC-2"}`, Status: 200, Want: `{"account":{"description":"Number two","domains":["two.example"],"external_refs":["two"]}}`})
		s.admin.Play(t, apitest.Scenario{Path: "/accounts.get", Body: `{"id":"ACC-1"}`, Status: 200, Want: `{"account":{"external_refs":["one"]}}`, Absent: []string{"account.description", "account.domains"}})
		// Nobody moved: the application said of Bob what it had said before.
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.associations.list", Body: `{"rev_user_id":"` + bob + `"}`, Status: 200, Want: `{"associations":[{"associated_to":{"display_id":"ACC-2"}}]}`})
	})
}

// TestTraitsBehindMergedOnes is about what tokens say of an account and workspace
// to which the ones they were merged into have an answer already.
func TestTraitsBehindMergedOnes(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		const told = `,"account_traits":{"description":"Of %[1]s","websites":["%[1]s.example"]},"workspace_traits":{"description":"Of %[1]s","tier":"gold"}`
		in := func(ref, traits string) string {
			return `{"user_ref":"u","account_ref":"acme-` + ref + `","workspace_ref":"space-` + ref + `"` + strings.ReplaceAll(traits, "%[1]s", ref) + `}`
		}
		s.signIn(t, in("one", told))
		s.signIn(t, in("two", ""))
		s.admin.Post(t, "accounts.merge", `{"primary_account":"ACC-1","secondary_account":"ACC-2"}`, 200)
		one := s.admin.Post(t, "rev-orgs.list", `{"external_ref":["space-one"]}`, 200).Text(t, "rev_orgs.0.display_id")
		two := s.admin.Post(t, "rev-orgs.list", `{"external_ref":["space-two"]}`, 200).Text(t, "rev_orgs.0.display_id")
		s.admin.Post(t, "rev-orgs.merge", `{"primary_rev_org":"`+one+`","secondary_rev_org":"`+two+`"}`, 200)
		s.signIn(t, in("two", told))
		s.admin.Play(t, apitest.Scenario{Path: "/accounts.get", Body: `{"id":"ACC-1"}`, Status: 200, Want: `{"account":{"description":"Of one"}}`})
		s.harmed(t, func() { s.signIn(t, in("two", told)) }) // once more changes nothing
		s.admin.Post(t, "merges.undo", `{"id":"MERGE-1"}`, 200)
		s.admin.Run(t, []apitest.Scenario{
			done("accounts.get", `{"id":"ACC-1"}`, `{"account":{"description":"Of one","websites":["one.example"]}}`),
			done("accounts.get", `{"id":"ACC-2"}`, `{"account":{"description":"Of two","websites":["two.example"]}}`),
			done("rev-orgs.get", `{"id":"`+one+`"}`, `{"rev_org":{"description":"Of one"}}`),
			done("rev-orgs.get", `{"id":"`+two+`"}`, `{"rev_org":{"description":"Of two","tier":"gold"}}`),
		})
	})
}
