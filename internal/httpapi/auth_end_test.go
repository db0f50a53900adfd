package httpapi_test

import (
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
