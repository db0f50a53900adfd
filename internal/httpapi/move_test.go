package httpapi_test

import (
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// TestMove gives a conversation and a ticket to another contact.
func TestMove(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada := s.signIn(t, `{"user_ref":"ada","account_ref":"acme","user_traits":{"display_name":"Ada"}}`)
		bo := s.signIn(t, `{"user_ref":"bo","account_ref":"bolt","user_traits":{"display_name":"Bo"}}`)
		talk := begin(t, ada, "It smokes")
		bos := bo.Post(t, "rev-users.self.get", `{}`, 200).Text(t, "rev_user.id")
		adas := ada.Post(t, "rev-users.self.get", `{}`, 200).Text(t, "rev_user.id")
		s.admin.Post(t, "conversations.update", `{"id":"`+talk+`","members":{"set":["`+adas+`","DEVU-1"]}}`, 200)
		s.admin.Post(t, "parts.create", `{"type":"product","name":"Shop","owned_by":[]}`, 201)
		ticket := s.admin.Post(t, "works.create", `{"type":"ticket","title":"Smoke","applies_to_part":"PROD-1","owned_by":[],"reported_by":["`+adas+`","DEVU-1"]}`, 201).Text(t, "work.display_id")
		lone := s.admin.Post(t, "rev-users.create", `{"display_name":"Lone"}`, 201).Text(t, "rev_user.display_id")
		for _, sc := range []apitest.Scenario{
			refused("nobody", "conversations.move", `{"id":"`+talk+`","rev_user":"REVU-99"}`, 404, `{"field_name":"rev_user"}`),
			refused("no contact", "conversations.move", `{"id":"`+talk+`","rev_user":"DEVU-1"}`, 400, `{"field_name":"rev_user"}`),
			refused("no conversation", "conversations.move", `{"id":"CONV-99","rev_user":"`+bos+`"}`, 404, `{"message":"<any>"}`),
			done("conversations.move", `{"id":"`+talk+`","rev_user":"`+bos+`"}`, `{"conversation":{"account":{"display_name":"bolt"},"messages":[{"body":"It smokes","created_by":{"display_name":"Ada"}}]}}`),
			refused("nobody", "works.move", `{"id":"`+ticket+`","rev_user":"REVU-99"}`, 404, `{"field_name":"rev_user"}`),
			done("works.move", `{"id":"`+ticket+`","rev_user":"`+bos+`"}`, `{"work":{"account":{"display_name":"bolt"}}}`),
		} {
			s.admin.Play(t, sc)
		}
		people := func(op, id, list string) string {
			t.Helper()
			res := s.admin.Post(t, op, `{"id":"`+id+`"}`, 200)
			out := ""
			for _, at := range []string{"0", "1", "2"} {
				if name, there := res.Lookup(list + "." + at + ".display_name"); there {
					out += name.(string) + " "
				}
			}
			return out
		}
		self := s.admin.Post(t, "dev-users.self", `{}`, 200).Text(t, "dev_user.display_name")
		if got := people("conversations.get", talk, "conversation.members"); got != self+" Bo " && got != "Bo "+self+" " {
			t.Errorf("in the conversation are %q", got)
		}
		if got := people("works.get", ticket, "work.reported_by"); got != self+" Bo " && got != "Bo "+self+" " {
			t.Errorf("the ticket was reported by %q", got)
		}
		ada.Post(t, "conversations.get", `{"id":"`+talk+`"}`, 404)
		if got := told(t, bo, talk); got != "It smokes" {
			t.Errorf("he reads %q", got)
		}
		// To who has no customer: neither has the conversation then.
		s.admin.Play(t, absent(done("conversations.move", `{"id":"`+talk+`","rev_user":"`+lone+`"}`, `{"conversation":{"members":"<any>"}}`), "conversation.account", "conversation.rev_org"))
		s.admin.Play(t, absent(done("works.move", `{"id":"`+ticket+`","rev_user":"`+lone+`"}`, `{"work":{"reported_by":"<any>"}}`), "work.account", "work.rev_org"))
	})
}
