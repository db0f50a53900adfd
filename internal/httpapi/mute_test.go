package httpapi_test

import (
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// TestMute tells members nothing of what they have muted.
func TestMute(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada, bob := s.signIn(t, `{"user_ref":"ada"}`), memberClient(t, k, "bob@acme.example")
		one, other := begin(t, ada, "My order is late"), begin(t, ada, "Another one")
		for _, c := range []apitest.Client{s.admin, bob} { // both follow both
			for _, id := range []string{one, other} {
				say(t, c, id, "internal", "I look into it")
			}
		}
		bob.Run(t, []apitest.Scenario{
			done("conversations.mute", `{"id":"CONV-1"}`, `{}`),
			done("conversations.mute", `{"id":"CONV-1"}`, `{}`),
			done("conversations.get", `{"id":"CONV-1"}`, `{"conversation":{"is_muted":true}}`),
			done("conversations.list", `{"sort_by":["display_id:asc"]}`, `{"conversations":[{"is_muted":true},{}]}`),
			refused("unknown", "conversations.mute", `{"id":"CONV-9"}`, 404, `{"type":"not_found"}`),
			refused("unknown", "conversations.unmute", `{"id":"CONV-9"}`, 404, `{"type":"not_found"}`),
		})
		s.admin.Play(t, absent(done("conversations.get", `{"id":"CONV-1"}`, `{}`), "conversation.is_muted"))
		ada.Play(t, refused("a contact", "conversations.mute", `{"id":"CONV-1"}`, 403, `{"type":"forbidden"}`))
		say(t, ada, one, "external", "Hello?")
		say(t, ada, other, "external", "Hello?")
		comment(t, s.admin, one, `"body":"<don:identity:kith:devo/x:devu/2> please","visibility":"internal"`)
		if got, others := noticed(t, bob, `{}`), noticed(t, s.admin, `{}`); got != "replied CONV-2 by REVU-1" || others != "replied CONV-2 by REVU-1, replied CONV-1 by REVU-1" {
			t.Errorf("told %q, and another member %q", got, others)
		}
		s.admin.Post(t, "conversations.update", `{"id":"CONV-1","owned_by":{"set":["DEVU-2"]}}`, 200)
		if got := noticed(t, bob, `{"limit":1}`); got != "assigned CONV-1 by DEVU-1" {
			t.Errorf("told %q", got)
		}
		bob.Post(t, "conversations.unmute", `{"id":"CONV-1"}`, 200)
		bob.Post(t, "conversations.unmute", `{"id":"CONV-1"}`, 200)
		say(t, ada, one, "external", "Anybody?")
		if got := noticed(t, bob, `{"limit":1}`); got != "replied CONV-1 by REVU-1" {
			t.Errorf("told %q", got)
		}
	})
}
