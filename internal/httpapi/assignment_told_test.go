package httpapi_test

import (
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// TestAssignmentTold: the timeline and who was chosen are told by which rule, also when
// that is gone.
func TestAssignmentTold(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		rule := s.rule(t, `{"name":"Norway","members":["DEVU-1"]}`)
		begin(t, s.signIn(t, `{"user_ref":"ann"}`), "Hei")
		s.admin.Post(t, "assignment-rules.delete", `{"id":"`+rule+`"}`, 200)
		begin(t, s.signIn(t, `{"user_ref":"ann"}`), "Hallo")
		s.admin.Run(t, []apitest.Scenario{
			done("timeline-entries.list", `{"object":"CONV-1","collections":["events"]}`, `{"timeline_entries":[{"event":{"type":"created"}},
				{"event":{"type":"updated","operation":"assigned","rule":"Norway","updated":{"field_deltas":[{"name":"owned_by","new_value":{"names":[{"display_id":"DEVU-1"}]}}]}}}]}`),
			done("timeline-entries.list", `{"object":"CONV-2","collections":["events"]}`, `{"timeline_entries":[{"event":{"type":"created"}}]}`),
			done("notifications.list", `{}`, `{"notifications":[{"type":"assigned","rule":"Norway","object":{"display_id":"CONV-1"}}]}`),
		})
	})
}

// TestLostAnswerOfVisitor: who signs in before the answer came, and asks again with the
// same key, has begun one conversation.
func TestLostAnswerOfVisitor(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		const create = `{"type":"support","messages":[{"body":"Hello"}],"idempotency_key":"k-1"}`
		res := s.public.Post(t, "auth-tokens.create", `{"rev_info":{}}`, 201)
		visitor := loose(k, res.Text(t, "access_token"))
		one := visitor.Post(t, "conversations.create", create, 201).Text(t, "conversation.display_id")
		ada := loose(k, issue(t, s.aat, `{"rev_info":{"user_ref":"ada"},"visitor_secret":"`+res.Text(t, "visitor_secret")+`"}`))
		if again := ada.Post(t, "conversations.create", create, 201).Text(t, "conversation.display_id"); again != one {
			t.Errorf("begun again as %s, want %s", again, one)
		}
		if got := listedTalks(t, ada, `{}`); got != one {
			t.Errorf("there are %q, want %s", got, one)
		}
		// Another request by the key of somebody that it was is its own.
		other := ada.Post(t, "conversations.create", `{"type":"support","messages":[{"body":"Something else"}],"idempotency_key":"k-1"}`, 201).Text(t, "conversation.display_id")
		if other == one {
			t.Error("another request got the answer of the first")
		}
		eve := s.signIn(t, `{"user_ref":"eve"}`)
		if eves := eve.Post(t, "conversations.create", create, 201).Text(t, "conversation.display_id"); eves == one {
			t.Error("somebody else got the answer")
		}
	})
}
