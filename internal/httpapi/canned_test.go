package httpapi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// replies is the list of canned replies with these shortcuts, in their order.
func replies(shortcuts ...string) string {
	out := make([]string, len(shortcuts))
	for i, s := range shortcuts {
		out[i] = fmt.Sprintf(`{"shortcut":%q}`, s)
	}
	return `{"canned_replies":[` + strings.Join(out, ",") + `]}`
}

func TestCannedReplies(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		bob := memberClient(t, k, "bob@acme.example")
		bad := func(name, shortcut, body, field string) apitest.Scenario {
			return refused(name, "canned-replies.create", fmt.Sprintf(`{"shortcut":%q,"title":"X","body":%q}`, shortcut, body), 400, `{"type":"value_not_permitted","field_name":"`+field+`"}`)
		}
		taken := `{"type":"conflict","field_name":"shortcut","holder":{"display_id":"CANNED-1","display_name":"Refunds"}}`
		c.Run(t, slices.Concat([]apitest.Scenario{
			made("canned-replies.create", `{"shortcut":" Refund ","title":" Refunds ","body":"Hi {{contact.first_name|there}}","visibility":"shared"}`,
				`{"canned_reply":{"display_id":"CANNED-1","shortcut":"refund","title":"Refunds","body":"Hi {{contact.first_name|there}}","visibility":"shared","created_by":{"display_id":"DEVU-1"}}}`),
			made("canned-replies.create", `{"shortcut":"refund","title":"Mine","body":"b"}`, `{"canned_reply":{"display_id":"CANNED-2","visibility":"private"}}`),
			made("canned-replies.create", `{"shortcut":"bye","title":"Good refund bye","body":"b","visibility":"shared"}`, `{"canned_reply":{"display_id":"CANNED-3"}}`),
			refused("shortcut taken", "canned-replies.create", `{"shortcut":"REFUND","title":"x","body":"b","visibility":"shared"}`, 409, taken),
			refused("own shortcut taken", "canned-replies.create", `{"shortcut":"refund","title":"x","body":"b"}`, 409, `{"type":"conflict","field_name":"shortcut"}`),
			refused("no title", "canned-replies.create", `{"shortcut":"x","body":"b"}`, 400, `{"type":"missing_required_field","field_name":"title"}`),
			refused("visibility", "canned-replies.create", `{"shortcut":"x","title":"x","body":"b","visibility":"public"}`, 400, `{"type":"invalid_enum_value","field_name":"visibility"}`),
			bad("shortcut", "two words", "x", "shortcut"),
			bad("placeholder", "x", "Hi {{contact.nickname}}", "body"),
			bad("open braces", "x", "Hi {{", "body"),
			bad("long", "x", strings.Repeat("x", 64<<10+1), "body"),
		},
			forms("get", "canned-replies.get", "id=CANNED-1", `{"id":"CANNED-1"}`, 200, `{"canned_reply":{"title":"Refunds"}}`),
			forms("get unknown", "canned-replies.get", "id=CANNED-9", `{"id":"CANNED-9"}`, 404, `{"type":"not_found"}`),
			forms("list", "canned-replies.list", "", `{}`, 200, replies("bye", "refund", "refund")),
			forms("shared", "canned-replies.list", "visibility=shared", `{"visibility":"shared"}`, 200, replies("bye", "refund")),
			// What begins with the text is first, then what has it in the title.
			forms("found", "canned-replies.list", "query=Ref", `{"query":"Ref"}`, 200, replies("refund", "refund", "bye")),
			forms("not found", "canned-replies.list", "query=zz", `{"query":"zz"}`, 200, replies()),
		))
		page := c.Post(t, "canned-replies.list", `{"limit":2}`, 200)
		c.Run(t, []apitest.Scenario{
			done("canned-replies.list", `{"limit":2,"cursor":"`+page.Text(t, "next_cursor")+`"}`, replies("refund")),
			refused("a cursor of another list", "canned-replies.list", `{"query":"x","cursor":"`+page.Text(t, "next_cursor")+`"}`, 400, `{}`),
		})
		bob.Run(t, []apitest.Scenario{
			done("canned-replies.list", `{}`, replies("bye", "refund")),
			refused("another's", "canned-replies.get", `{"id":"CANNED-2"}`, 404, `{"type":"not_found"}`),
			refused("another's", "canned-replies.update", `{"id":"CANNED-2","title":"x"}`, 404, `{"type":"not_found"}`),
			refused("another's", "canned-replies.delete", `{"id":"CANNED-2"}`, 404, `{"type":"not_found"}`),
			refused("another's", "canned-replies.render", `{"id":"CANNED-2"}`, 404, `{"type":"not_found"}`),
			made("canned-replies.create", `{"shortcut":"refund","title":"Bob's","body":"b"}`, `{"canned_reply":{"display_id":"CANNED-4","visibility":"private"}}`),
			done("canned-replies.update", `{"id":"CANNED-1","title":"Money back","body":"c"}`, `{"canned_reply":{"title":"Money back","body":"c","shortcut":"refund","modified_by":{"display_id":"DEVU-2"}}}`),
			refused("shared under a shortcut that is taken", "canned-replies.update", `{"id":"CANNED-4","visibility":"shared"}`, 409, `{"type":"conflict","field_name":"shortcut"}`),
			refused("no body", "canned-replies.update", `{"id":"CANNED-4","body":null}`, 400, `{"type":"missing_required_field","field_name":"body"}`),
			done("canned-replies.update", `{"id":"CANNED-3","visibility":"private"}`, `{"canned_reply":{"visibility":"private"}}`),
			done("canned-replies.delete", `{"id":"CANNED-1"}`, `{}`),
			refused("delete twice", "canned-replies.delete", `{"id":"CANNED-1"}`, 404, `{"type":"not_found"}`),
		})
		c.Run(t, []apitest.Scenario{done("canned-replies.list", `{}`, replies("refund"))})
	})
}

func TestCannedReplyRender(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		c.Post(t, "accounts.create", `{"display_name":"Navy"}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"grace","full_name":"Grace <b> Hopper","email":"grace@navy.example","account":"ACC-1"}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"no@name.example"}`, 201)
		c.Post(t, "parts.create", `{"type":"product","name":"P","owned_by":[]}`, 201)
		c.Post(t, "conversations.create", `{"type":"support","members":["DEVU-1","REVU-1"]}`, 201)
		c.Post(t, "conversations.create", `{"type":"support","members":["REVU-2"]}`, 201)
		c.Post(t, "works.create", `{"type":"ticket","title":"T","owned_by":[],"applies_to_part":"PROD-1","reported_by":["REVU-1"]}`, 201)
		const every = "{{contact.first_name|you}}, {{contact.name}}, {{contact.email}}, {{account.name}}, {{agent.name}}, {{conversation.id}}"
		c.Post(t, "canned-replies.create", `{"shortcut":"every","title":"E","body":"`+every+`"}`, 201)
		render := func(rest, want string) apitest.Scenario { return done("canned-replies.render", `{`+rest+`}`, want) }
		c.Run(t, []apitest.Scenario{
			render(`"id":"CANNED-1","object":"CONV-1"`, `{"body":"Grace, Grace \\<b\\> Hopper, grace@navy.example, Navy, admin, CONV-1","missing":[]}`),
			render(`"id":"CANNED-1","object":"CONV-2"`, `{"body":"you, no@name.example, {{contact.email}}, {{account.name}}, admin, CONV-2","missing":["contact.email","account.name"]}`),
			render(`"id":"CANNED-1","object":"TKT-1"`, `{"body":"Grace, Grace \\<b\\> Hopper, grace@navy.example, Navy, admin, {{conversation.id}}","missing":["conversation.id"]}`),
			render(`"id":"CANNED-1"`, `{"body":"Grace, Grace Hopper, grace@example.com, Example Inc., admin, CONV-1","missing":[]}`),
			render(`"body":"Dear {{contact.first_name}}","object":"CONV-1"`, `{"body":"Dear Grace"}`),
			refused("unknown placeholder", "canned-replies.render", `{"body":"{{x}}"}`, 400, `{"type":"value_not_permitted","field_name":"body"}`),
			refused("neither", "canned-replies.render", `{}`, 400, `{"type":"missing_required_field","field_name":"id"}`),
			refused("both", "canned-replies.render", `{"id":"CANNED-1","body":"x"}`, 400, `{"type":"value_not_permitted","field_name":"body"}`),
			refused("no conversation", "canned-replies.render", `{"id":"CANNED-1","object":"REVU-1"}`, 400, `{"type":"unexpected_id_type","field_name":"object"}`),
			refused("unknown conversation", "canned-replies.render", `{"id":"CANNED-1","object":"CONV-9"}`, 404, `{"type":"not_found"}`),
		})
	})
}
