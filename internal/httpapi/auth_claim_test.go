package httpapi_test

import (
	"fmt"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

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
