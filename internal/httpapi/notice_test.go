package httpapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server"
	"github.com/kith-id/kith/internal/server/servertest"
)

// noticed returns what a member is told, the latest first, as "mentioned CONV-1 by DEVU-1, …".
func noticed(t *testing.T, c apitest.Client, body string) string {
	t.Helper()
	var p struct {
		Notifications []struct {
			Type   string
			Object struct {
				Display string `json:"display_id"`
			}
			By struct {
				Display string `json:"display_id"`
			} `json:"created_by"`
		}
	}
	c.Post(t, "notifications.list", body, 200).Decode(t, &p)
	var out []string
	for _, n := range p.Notifications {
		out = append(out, n.Type+" "+n.Object.Display+" by "+n.By.Display)
	}
	return strings.Join(out, ", ")
}

func followers(t *testing.T, c apitest.Client, object string) string {
	t.Helper()
	var p struct {
		Users []struct {
			Display string `json:"display_id"`
		}
	}
	c.Post(t, "subscribers.list", fmt.Sprintf(`{"id":%q}`, object), 200).Decode(t, &p)
	var out []string
	for _, u := range p.Users {
		out = append(out, u.Display)
	}
	return strings.Join(out, " ")
}

// member adds one and returns a client of that member.
func memberClient(t *testing.T, k *servertest.Kith, email string) apitest.Client {
	t.Helper()
	var token server.TokenView
	k.Do(t, "members.add", "", server.NewMember{Email: email}, nil)
	k.Do(t, "tokens.create", "", server.NewToken{Kind: "pat", Email: email}, &token)
	return k.Client(t, token.Secret)
}

func TestNotifications(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		shop := newShop(t, k, "Acme")
		c, customer := shop.admin, shop.signIn(t, `{"user_ref":"ada","user_traits":{"email":"ada@acme.example","display_name":"Ada"}}`)
		bob, eve := memberClient(t, k, "bob@acme.example"), memberClient(t, k, "eve@acme.example")
		deskRecords(t, c)
		c.Post(t, "conversations.update", `{"id":"CONV-1","members":{"set":["REVU-1"]},"owned_by":{"set":["DEVU-1","DEVU-2"]}}`, 200)
		if got, own := noticed(t, bob, `{}`), noticed(t, c, `{}`); got != "assigned CONV-1 by DEVU-1" || own != "" {
			t.Errorf("assigned: %q; of one's own acts: %q", got, own)
		}
		c.Post(t, "conversations.update", `{"id":"CONV-1","title":"Down again"}`, 200) // owners stay
		comment(t, c, "TKT-1", `"body":"<don:identity:kith:devo/x:devu/2> see <don:identity:kith:devo/x:devu/1>","visibility":"internal"`)
		comment(t, c, "TKT-1", `"body":"<don:identity:kith:devo/x:devu/2> not for you","visibility":"private"`)
		id := comment(t, c, "TKT-2", `"body":"<don:identity:kith:devo/x:devu/3>","visibility":"private","private_to":["DEVU-3"]`)
		c.Post(t, "timeline-entries.update", fmt.Sprintf(`{"id":%q,"type":"timeline_comment","body":"again <don:identity:kith:devo/x:devu/3>"}`, id), 200)
		if b, e := noticed(t, bob, `{}`), noticed(t, eve, `{}`); b != "mentioned TKT-1 by DEVU-1, assigned CONV-1 by DEVU-1" || e != "mentioned TKT-2 by DEVU-1" {
			t.Errorf("mentioned: %q and %q", b, e)
		}
		for object, want := range map[string]string{"CONV-1": "DEVU-1 DEVU-2", "TKT-1": "DEVU-1 DEVU-2", "TKT-2": "DEVU-1 DEVU-3", "OPP-1": ""} {
			if got := followers(t, c, object); got != want {
				t.Errorf("followers of %s: %q, want %q", object, got, want)
			}
		}

		// What a customer says reaches those who follow the conversation.
		eve.Post(t, "subscribers.update", `{"id":"CONV-1","subscribers":{"add":["DEVU-3"],"remove":["DEVU-1"]}}`, 200)
		if got := followers(t, c, "CONV-1"); got != "DEVU-2 DEVU-3" {
			t.Errorf("followers %q", got)
		}
		comment(t, customer, "CONV-1", `"body":"still down"`)
		if a, b, e := noticed(t, c, `{}`), noticed(t, bob, `{"limit":1}`), noticed(t, eve, `{"limit":1}`); a != "" || b != "replied CONV-1 by REVU-1" || b != e {
			t.Errorf("replied: %q, %q and %q", a, b, e)
		}
		comment(t, c, "CONV-1", `"body":"we look"`) // removed, she writes, and stays so
		if got := followers(t, c, "CONV-1"); got != "DEVU-2 DEVU-3" {
			t.Errorf("followers %q", got)
		}

		first := bob.Post(t, "notifications.list", `{}`, 200).Text(t, "notifications.0.id")
		bob.Run(t, []apitest.Scenario{
			done("notifications.list", `{"limit":1}`, `{"notifications":[{"object":{"type":"conversation","display_name":"Down again"},"comment":"<any>"}],"next_cursor":"<any>"}`),
			done("notifications.count", `{}`, `{"count":3,"more":false}`),
			done("notifications.mark-read", fmt.Sprintf(`{"ids":[%q]}`, first), `{}`),
			done("notifications.mark-read", fmt.Sprintf(`{"ids":[%q]}`, first), `{}`),
			done("notifications.count", `{}`, `{"count":2}`),
			refused("nothing", "notifications.mark-read", `{}`, 400, `{"type":"missing_required_field","field_name":"ids"}`),
			refused("both", "notifications.mark-read", fmt.Sprintf(`{"ids":[%q],"all":true}`, first), 400, `{"type":"value_not_permitted","field_name":"all"}`),
			refused("no id", "notifications.mark-read", `{"ids":["CONV-1"]}`, 400, `{"type":"invalid_id"}`),
			refused("none", "subscribers.update", `{"id":"CONV-1","subscribers":{"add":["DEVU-9"]}}`, 404, `{"type":"not_found","field_name":"subscribers.add[0]"}`),
			refused("none", "subscribers.list", `{"id":"CONV-9"}`, 404, `{"type":"not_found"}`),
		})
		if got := noticed(t, bob, `{"state":"unread"}`); got != "mentioned TKT-1 by DEVU-1, assigned CONV-1 by DEVU-1" {
			t.Errorf("unread: %q", got)
		}
		eve.Play(t, refused("another's", "notifications.mark-read", fmt.Sprintf(`{"ids":[%q]}`, first), 404, `{"type":"not_found"}`))
		bob.Post(t, "notifications.mark-read", `{"all":true}`, 200)
		bob.Play(t, done("notifications.count", `{}`, `{"count":0}`))
		eve.Play(t, done("notifications.count", `{}`, `{"count":2}`))
		customer.Play(t, refused("a contact", "notifications.list", `{}`, 403, `{"type":"forbidden"}`))
	})
}

// TestSubscribersOfMerged follows contacts through a merge and its undo.
func TestSubscribersOfMerged(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		memberClient(t, k, "bob@acme.example")
		c.Run(t, []apitest.Scenario{
			made("rev-users.create", `{"display_name":"Ada"}`, `{}`), made("rev-users.create", `{"display_name":"Ada L."}`, `{}`),
			done("subscribers.update", `{"id":"REVU-1","subscribers":{"add":["DEVU-1"]}}`, `{}`),
			done("subscribers.update", `{"id":"REVU-2","subscribers":{"add":["DEVU-2"]}}`, `{}`),
			done("rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, `{}`),
		})
		if got := followers(t, c, "REVU-2"); got != "DEVU-1 DEVU-2" {
			t.Errorf("of both: %q", got)
		}
		c.Post(t, "subscribers.update", `{"id":"REVU-2","subscribers":{"remove":["DEVU-2"]}}`, 200)
		if got := followers(t, c, "REVU-1"); got != "DEVU-1" {
			t.Errorf("after a member left: %q", got)
		}
		c.Post(t, "merges.undo", `{"id":"MERGE-1"}`, 200)
		if one, two := followers(t, c, "REVU-1"), followers(t, c, "REVU-2"); one != "DEVU-1" || two != "DEVU-2" {
			t.Errorf("after the undo: %q and %q", one, two)
		}
	})
}
