package httpapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// TestSessionsEndWithUndo is about tokens that were obtained for a merged contact
// through an identifier that is another contact's again.
func TestSessionsEndWithUndo(t *testing.T) {
	for name, trashed := range map[string]bool{"live": false, "in the trash": true} {
		t.Run(name, func(t *testing.T) {
			servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
				s := newShop(t, k, "Acme")
				early := s.signIn(t, `{"user_ref":"ann","user_traits":{"email":"ann@x.example"}}`)
				ann, bob := who(t, early), who(t, s.signIn(t, `{"user_ref":"bob","user_traits":{"email":"bob@x.example"}}`))
				s.admin.Post(t, "rev-users.merge", `{"primary_user":"`+ann+`","secondary_user":"`+bob+`"}`, 200)
				bobs := s.signIn(t, `{"user_ref":"bob"}`)
				once := loose(k, issue(t, s.aat, `{"requested_token_type":"`+onetime+`","rev_info":{"user_ref":"bob"}}`))
				if got := who(t, bobs); got != ann {
					t.Fatalf("while they are one, Bob is %s", got)
				}
				merge := s.wantMerge(t, "member", ann, bob)
				if trashed {
					s.admin.Post(t, "rev-users.delete", `{"id":"`+ann+`"}`, 200)
				}
				s.admin.Post(t, "merges.undo", `{"id":"`+merge+`"}`, 200)
				if trashed {
					s.admin.Post(t, "rev-users.restore", `{"id":"`+ann+`"}`, 200)
				}
				wantRevoked(t, bobs) // else Bob would read what is Ann's
				once.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Body: `{}`, Status: 401})
				if trashed {
					wantRevoked(t, early)
					return
				}
				early.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Want: `{"rev_user":{"display_id":"` + ann + `"}}`})
			})
		})
	}
}

// TestSessionsEndWithSplit is the same about what is split off.
func TestSessionsEndWithSplit(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ann := s.signIn(t, `{"user_ref":"ann"}`)
		s.admin.Post(t, "rev-users.identifiers.add", `{"id":"`+who(t, ann)+`","kind":"external_ref","value":"bob"}`, 200)
		bobs := s.signIn(t, `{"user_ref":"bob"}`)
		id := who(t, bobs)
		s.admin.Post(t, "rev-users.split", `{"id":"`+id+`","identifiers":[{"kind":"external_ref","value":"bob"}]}`, 201)
		wantRevoked(t, bobs)
		if got := who(t, s.signIn(t, `{"user_ref":"bob"}`)); got == id {
			t.Error("what was split off leads to where it was")
		}
	})
}

// TestSessionsEndWithDeletion shows that a session that ended with its contact
// does not come back with it.
func TestSessionsEndWithDeletion(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ann := s.signIn(t, `{"user_ref":"ann"}`)
		visitor, _ := s.visit(t, "vic", "", "")
		for _, c := range []apitest.Client{ann, visitor} {
			id := who(t, c)
			s.admin.Post(t, "rev-users.delete", `{"id":"`+id+`"}`, 200)
			wantRevoked(t, c)
			s.admin.Post(t, "rev-users.restore", `{"id":"`+id+`"}`, 200)
			wantRevoked(t, c)
		}
	})
}

// TestUsedTokensProveNothing is about one-time tokens in the debugger.
func TestUsedTokensProveNothing(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		once := issue(t, s.aat, `{"requested_token_type":"`+onetime+`","rev_info":{"user_ref":"u"}}`)
		ask := apitest.Scenario{Path: "/identities.resolve", Body: `{"token":"` + once + `"}`, Status: 200, Want: `{"token":{"valid":true,"proof":"signed"}}`}
		s.admin.Play(t, ask)
		issue(t, loose(k, once), `{}`)
		ask.Want, ask.Absent = `{"token":{"valid":false,"reason":"<any>"}}`, []string{"token.proof", "token.subject"}
		s.admin.Play(t, ask)
	})
}

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

// TestVisitorsEndTheirOwnSessions shows that who only claims to be a contact does
// not sign out whom the org's backend has proven to be it.
func TestVisitorsEndTheirOwnSessions(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		visitor, secret := s.visit(t, "ann", "", "")
		again, _ := s.visit(t, "ann", secret, "")
		ann := s.signIn(t, `{"user_id":"`+who(t, visitor)+`"}`)
		if who(t, ann) != who(t, visitor) {
			t.Fatal("the id leads elsewhere")
		}
		for _, kind := range []string{session, onetime, urn + "token-type:session:rev:act-as"} {
			visitor.Post(t, "auth-tokens.self.delete", `{"requested_token_type":"`+kind+`"}`, 200)
		}
		ann.Post(t, "rev-users.self.get", `{}`, 200)
		again.Post(t, "rev-users.self.get", `{}`, 200)
		visitor.Post(t, "auth-tokens.self.delete", `{"requested_token_type":"`+urn+`token-type:session:rev:public"}`, 200)
		wantRevoked(t, visitor, again)
		ann.Post(t, "auth-tokens.self.delete", `{"requested_token_type":"`+session+`"}`, 200)
		wantRevoked(t, ann)
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

// TestClaimsTakeNoRoom lets a visitor claim all that there is room for: who the
// contact is proven to be, and members, still get theirs on it.
func TestClaimsTakeNoRoom(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		s.admin.Post(t, "dev-orgs.settings.update", `{"max_identifiers":3}`, 200)
		visitor, secret := s.visit(t, "ann", "", "")
		for i := range 25 {
			s.visit(t, "ann", secret, fmt.Sprintf(`"email":"claimed-%[1]d@x.example","phone_numbers":["+141555501%02[1]d"]`, i))
		}
		id := who(t, visitor)
		s.signIn(t, `{"user_id":"`+id+`","user_ref":"ann","user_traits":{"email":"ann@x.example","phone_numbers":["+4930123456"]}}`)
		s.admin.Run(t, []apitest.Scenario{
			done("rev-users.identifiers.add", `{"id":"`+id+`","kind":"email","value":"second@x.example"}`, `{}`),
			done("rev-users.update", `{"id":"`+id+`","email":"third@x.example"}`, `{"rev_user":{"email":"third@x.example"}}`),
			done("rev-users.identifiers.add", `{"id":"`+id+`","kind":"email","value":"fourth@x.example"}`, `{}`),
			refused("one too many", "rev-users.identifiers.add", `{"id":"`+id+`","kind":"email","value":"fifth@x.example"}`, 400, `{"field_name":"value"}`),
		})
	})
}

// TestPublicTokensChooseNothing is about what stands in a visitor's token: it
// must not look like more than it is to others who verify it.
func TestPublicTokensChooseNothing(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		s.harmed(t, func() {
			for field, value := range map[string]string{"aud": `["payments"]`, "scope": `"admin"`} {
				s.public.Play(t, apitest.Scenario{Name: field, Path: "/auth-tokens.create", Body: `{"` + field + `":` + value + `,"rev_info":{"user_ref":"ann"}}`, Status: 400, Want: `{"field_name":"` + field + `"}`})
			}
		})
		issue(t, s.aat, `{"aud":["payments"],"scope":"read","rev_info":{"user_ref":"ann"}}`)
	})
}

// TestClaimsLeadNothing shows that an address that is only claimed is not what a
// contact is shown with, and written to, where one is known.
func TestClaimsLeadNothing(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		claimed := func() string {
			c, _ := s.visit(t, "ann", "", `"email":"evil@claimed.example","phone_numbers":["+14155550100"]`)
			return who(t, c)
		}
		added, merged, named := claimed(), claimed(), claimed()
		ann := s.person(t, `"email":"ann@x.example","phone_numbers":["+14155550101"]`)
		const known = `{"rev_user":{"email":"ann@x.example","phone_numbers":["+14155550101","+14155550100"]}}`
		s.admin.Run(t, []apitest.Scenario{
			done("rev-users.get", `{"id":"`+merged+`"}`, `{"rev_user":{"email":"evil@claimed.example"}}`), // there is no other
			done("rev-users.merge", `{"primary_user":"`+merged+`","secondary_user":"`+ann+`"}`, `{}`),
			done("rev-users.get", `{"id":"`+merged+`"}`, known),
			refused("lead by a claim", "rev-users.identifiers.set-main", `{"id":"`+merged+`","kind":"email","value":"evil@claimed.example"}`, 400, `{"field_name":"value"}`),
			done("merges.undo", `{"id":"MERGE-1"}`, `{"rev_user":{"email":"ann@x.example"},"survivor":{"email":"evil@claimed.example"}}`),
			done("rev-users.identifiers.add", `{"id":"`+added+`","kind":"email","value":"bob@x.example"}`, `{}`),
			done("rev-users.get", `{"id":"`+added+`"}`, `{"rev_user":{"email":"bob@x.example"}}`),
			done("rev-users.identifiers.remove", `{"id":"`+added+`","kind":"email","value":"bob@x.example"}`, `{}`),
			done("rev-users.get", `{"id":"`+added+`"}`, `{"rev_user":{"email":"evil@claimed.example"}}`),
			done("rev-users.identifiers.verify", `{"id":"`+added+`","kind":"email","value":"evil@claimed.example"}`, `{}`),
			done("rev-users.identifiers.set-main", `{"id":"`+added+`","kind":"email","value":"evil@claimed.example"}`, `{}`),
		})
		s.signIn(t, `{"user_id":"`+named+`","user_ref":"cy"}`)
		s.admin.Post(t, "rev-users.upsert", `{"external_ref":"cy","email":"cy@x.example"}`, 200)
		s.admin.Run(t, []apitest.Scenario{done("rev-users.get", `{"id":"`+named+`"}`, `{"rev_user":{"email":"cy@x.example","external_ref":"cy"}}`)})
	})
}
