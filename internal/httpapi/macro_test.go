package httpapi_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// macro is the body that makes a macro.
func macro(name, actions string) string {
	return fmt.Sprintf(`{"name":%q,"actions":[%s]}`, name, actions)
}

// helped is an org with a contact, two conversations, a ticket and a tag.
func helped(t *testing.T, c apitest.Client) {
	t.Helper()
	c.Post(t, "tags.create", `{"name":"vip","allowed_values":["gold"]}`, 201)
	c.Post(t, "tags.create", `{"name":"old"}`, 201)
	c.Post(t, "rev-users.create", `{"display_name":"Grace Hopper","email":"grace@navy.example"}`, 201)
	c.Post(t, "parts.create", `{"type":"product","name":"P","owned_by":[]}`, 201)
	c.Post(t, "conversations.create", `{"type":"support","members":["REVU-1"],"tags":[{"id":"TAG-2"}]}`, 201)
	c.Post(t, "conversations.create", `{"type":"support"}`, 201)
	c.Post(t, "works.create", `{"type":"ticket","title":"T","owned_by":["DEVU-1"],"applies_to_part":"PROD-1","reported_by":["REVU-1"]}`, 201)
}

func TestMacros(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		helped(t, c)
		bad := func(actions, field string) apitest.Scenario {
			return refused(actions, "macros.create", macro("x", actions), 400, `{"type":"value_not_permitted","field_name":"`+field+`"}`)
		}
		c.Run(t, slices.Concat([]apitest.Scenario{
			made("macros.create", macro("Later", `{"type":"reply","body":"Hi {{contact.first_name}}"},{"type":"set_owner"},{"type":"snooze","minutes":60},{"type":"add_tags","tags":[{"id":"TAG-1","value":"gold"}]}`),
				`{"macro":{"display_id":"MACRO-1","name":"Later","version":1,"object_types":["conversation"],"created_by":{"display_id":"DEVU-1"},"actions":[{"type":"reply","body":"Hi {{contact.first_name}}"},{"type":"set_owner"},
				{"type":"snooze","minutes":60},{"type":"add_tags","tags":[{"tag":{"name":"vip"},"value":"gold"}]}]}}`),
			made("macros.create", macro("close", `{"type":"set_owner","owner":"DEVU-1"},{"type":"set_spam"},{"type":"set_stage","stage":"resolved"}`),
				`{"macro":{"display_id":"MACRO-2","object_types":["conversation","ticket"],"actions":[{"type":"set_owner","owner":{"display_id":"DEVU-1"}},{"type":"set_spam","is_spam":true},{"type":"set_stage","stage":"resolved"}]}}`),
			made("macros.create", macro("Urgent", `{"type":"set_severity","severity":"blocker"}`), `{"macro":{"object_types":["ticket"]}}`),
			refused("name taken", "macros.create", macro("LATER", `{"type":"set_owner"}`), 409, `{"type":"conflict","field_name":"name","holder":{"display_id":"MACRO-1"}}`),
			refused("no actions", "macros.create", macro("x", ``), 400, `{"type":"missing_required_field","field_name":"actions"}`),
			refused("no such action", "macros.create", macro("x", `{"type":"delete"}`), 400, `{"type":"invalid_enum_value","field_name":"actions[0].type"}`),
			refused("unknown owner", "macros.create", macro("x", `{"type":"set_owner","owner":"DEVU-9"}`), 404, `{"type":"not_found","field_name":"actions[0].owner"}`),
			refused("unknown tag", "macros.create", macro("x", `{"type":"add_tags","tags":[{"id":"TAG-9"}]}`), 404, `{"type":"not_found","field_name":"actions[0].tags[0].id"}`),
			bad(`{"type":"set_owner","minutes":5}`, "actions[0].minutes"),
			bad(`{"type":"set_spam"},{"type":"set_spam"}`, "actions[1].type"),
			bad(`{"type":"reply","body":"{{contact.nick}}"}`, "actions[0].body"),
			bad(`{"type":"set_stage","stage":"gone"}`, "actions[0].stage"),
			bad(`{"type":"snooze","minutes":525601}`, "actions[0].minutes"),
			bad(`{"type":"snooze","minutes":1},{"type":"set_severity","severity":"low"}`, "actions"),
			bad(`{"type":"add_tags","tags":[{"id":"TAG-1","value":"silver"}]}`, "actions[0].tags[0].value"),
		},
			forms("get", "macros.get", "id=MACRO-1", `{"id":"MACRO-1"}`, 200, `{"macro":{"name":"Later"}}`),
			forms("list", "macros.list", "", `{}`, 200, `{"macros":[{"name":"close"},{"name":"Later"},{"name":"Urgent"}]}`),
			[]apitest.Scenario{
				done("macros.update", `{"id":"MACRO-3","name":"Urgent"}`, `{"macro":{"version":1}}`),
				done("macros.update", `{"id":"MACRO-3","name":"Now","actions":[{"type":"note","body":"n"}]}`, `{"macro":{"name":"Now","version":2,"actions":[{"type":"note"}]}}`),
				refused("name taken", "macros.update", `{"id":"MACRO-3","name":"later"}`, 409, `{"type":"conflict","field_name":"name"}`),
				refused("no actions", "macros.update", `{"id":"MACRO-3","actions":[]}`, 400, `{"type":"missing_required_field","field_name":"actions"}`),
				done("macros.delete", `{"id":"MACRO-3"}`, `{}`),
				refused("get deleted", "macros.get", `{"id":"MACRO-3"}`, 404, `{"type":"not_found"}`),
				refused("delete twice", "macros.delete", `{"id":"MACRO-3"}`, 404, `{"type":"not_found"}`),
			}))
		page := c.Post(t, "macros.list", `{"limit":1}`, 200)
		c.Run(t, []apitest.Scenario{absent(done("macros.list", `{"limit":1,"cursor":"`+page.Text(t, "next_cursor")+`"}`, `{"macros":[{"name":"Later"}]}`), "next_cursor")})
	})
}

func TestMacroRun(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		bob := memberClient(t, k, "bob@acme.example")
		helped(t, c)
		c.Post(t, "macros.create", macro("All", `{"type":"snooze","minutes":60},{"type":"reply","body":"Hi {{contact.first_name}}, {{agent.first_name|we}} look."},{"type":"note","body":"Looking"},
			{"type":"set_owner"},{"type":"add_tags","tags":[{"id":"TAG-1"}]},{"type":"remove_tags","tags":[{"id":"TAG-2"}]},{"type":"set_spam","is_spam":false}`), 201)
		c.Post(t, "macros.create", macro("Ticket", `{"type":"set_severity","severity":"blocker"},{"type":"reply","body":"Seen, {{contact.name}}"},{"type":"set_stage","stage":"in_development"},{"type":"set_owner","owner":"DEVU-2"}`), 201)
		run := func(rest, want string) apitest.Scenario { return done("macros.run", `{`+rest+`}`, want) }
		unchanged := done("conversations.get", `{"id":"CONV-2"}`, `{"conversation":{"stage":{"name":"new"},"owned_by":[],"is_spam":false}}`)
		bob.Run(t, []apitest.Scenario{
			run(`"id":"MACRO-1","object":"CONV-1","version":1,"idempotency_key":"once"`, `{"conversation":{"display_id":"CONV-1","stage":{"name":"hold"},"snoozed_until":"<any>","owned_by":[{"display_id":"DEVU-2"}],"tags":[{"tag":{"name":"vip"}}],
				"messages":[{"body":"Hi Grace, bob look."}]}}`),
			run(`"id":"MACRO-1","object":"CONV-1","version":1,"idempotency_key":"once"`, `{"conversation":{"display_id":"CONV-1","messages":[{"body":"Hi Grace, bob look."}]}}`),
			run(`"id":"MACRO-2","object":"TKT-1"`, `{"work":{"display_id":"TKT-1","severity":"blocker","stage":{"name":"in_development"},"owned_by":[{"display_id":"DEVU-2"}]}}`),
			refused("what tickets cannot", "macros.run", `{"id":"MACRO-1","object":"TKT-1"}`, 400, `{"type":"value_not_permitted","field_name":"object","action":"snooze"}`),
			refused("what conversations cannot", "macros.run", `{"id":"MACRO-2","object":"CONV-1"}`, 400, `{"action":"set_severity"}`),
			// Nobody's name is known of this one, so nothing is done, the note neither.
			refused("nothing known", "macros.run", `{"id":"MACRO-1","object":"CONV-2"}`, 400, `{"type":"value_not_permitted","field_name":"object","action":"reply"}`),
			unchanged,
			refused("no record for macros", "macros.run", `{"id":"MACRO-1","object":"REVU-1"}`, 400, `{"type":"unexpected_id_type","field_name":"object"}`),
			refused("unknown", "macros.run", `{"id":"MACRO-9","object":"CONV-1"}`, 404, `{"type":"not_found"}`),
			refused("unknown conversation", "macros.run", `{"id":"MACRO-1","object":"CONV-9"}`, 404, `{"type":"not_found"}`),
		})
		told := timelineOf(t, c, `{"object":"CONV-1"}`)
		if got, want := told.said(), "(created) Hi Grace, bob look. (updated) Looking (updated)"; got != want {
			t.Errorf("the timeline says %q, want %q", got, want)
		}
		if got := timelineOf(t, c, `{"object":"CONV-2"}`).said(); got != "(created)" {
			t.Errorf("a macro that was refused left %q", got)
		}
		if got := timelineOf(t, c, `{"object":"TKT-1"}`).said(); got != "(created) Seen, Grace Hopper (updated)" {
			t.Errorf("the ticket's timeline says %q", got)
		}

		c.Post(t, "macros.create", macro("Tagged", `{"type":"note","body":"n"},{"type":"set_spam"},{"type":"add_tags","tags":[{"id":"TAG-1"}]}`), 201)
		c.Post(t, "macros.update", `{"id":"MACRO-3","name":"Tagged well"}`, 200)
		c.Post(t, "tags.delete", `{"id":"TAG-1"}`, 200)
		c.Run(t, []apitest.Scenario{
			refused("changed since", "macros.run", `{"id":"MACRO-3","object":"CONV-2","version":1}`, 409, `{"type":"conflict","field_name":"version"}`),
			refused("a tag that is gone", "macros.run", `{"id":"MACRO-3","object":"CONV-2","version":2}`, 404, `{"action":"add_tags"}`),
			unchanged,
		})
		if got := timelineOf(t, c, `{"object":"CONV-2"}`).said(); got != "(created)" {
			t.Errorf("a macro that was refused left %q", got)
		}
	})
}
