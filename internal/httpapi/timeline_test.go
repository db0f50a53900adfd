package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server"
	"github.com/kith-id/kith/internal/server/servertest"
)

type entryPage struct {
	Entries []struct {
		ID, Type, Body, Visibility string
		Object                     string `json:"object_display_id"`
		Event                      struct{ Type, Operation string }
	} `json:"timeline_entries"`
	Next string `json:"next_cursor"`
	Prev string `json:"prev_cursor"`
}

// said returns the bodies of comments and the operations of changes, in order.
func (p entryPage) said() string {
	var out []string
	for _, e := range p.Entries {
		if e.Type == "timeline_comment" {
			out = append(out, e.Body)
		} else {
			out = append(out, "("+e.Event.Operation+")")
		}
	}
	return strings.Join(out, " ")
}

func timelineOf(t *testing.T, c apitest.Client, body string) entryPage {
	t.Helper()
	var p entryPage
	c.Post(t, "timeline-entries.list", body, 200).Decode(t, &p)
	return p
}

func comment(t *testing.T, c apitest.Client, object, rest string) string {
	t.Helper()
	return c.Post(t, "timeline-entries.create", fmt.Sprintf(`{"type":"timeline_comment","object":%q,%s}`, object, rest), 201).Text(t, "timeline_entry.id")
}

func TestTimeline(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		c.Run(t, []apitest.Scenario{
			made("rev-users.create", `{"display_name":"Ada","email":"ada@acme.example"}`, `{}`),
			made("rev-users.create", `{"display_name":"Bo"}`, `{}`),
			made("accounts.create", `{"display_name":"Acme"}`, `{}`),
			made("tags.create", `{"name":"vip"}`, `{}`),
			made("timeline-entries.create", `{"type":"timeline_comment","object":"ACC-1","body":"first","visibility":"internal","labels":["call"],"external_ref":"x-1"}`,
				`{"timeline_entry":{"type":"timeline_comment","object_display_id":"ACC-1","object_type":"account","body":"first","body_type":"text","visibility":"internal",
				"labels":["call"],"external_ref":"x-1","panels":["discussions"],"created_by":{"display_id":"DEVU-1"}}}`),
			made("timeline-entries.create", `{"type":"timeline_comment","object":"REV-1","body":"of the workspace"}`, `{"timeline_entry":{"visibility":"external","object_type":"rev_org"}}`),
			done("rev-users.update", `{"id":"REVU-1","display_name":"Ada L.","tags":[{"id":"TAG-1"}]}`, `{}`),
			done("timeline-entries.list", `{"object":"REVU-1"}`, `{"timeline_entries":[
				{"type":"timeline_change_event","visibility":"internal","panels":["events"],"event":{"type":"created","created":{"object":{"display_id":"REVU-1"}}}},
				{"event":{"type":"updated","updated":{"object_type":"rev_user","field_deltas":[
					{"name":"display_name","old_value":{"type":"string","value":"Ada"},"new_value":{"type":"string","value":"Ada L."}},
					{"name":"tags","new_value":{"type":"tag_summary_list","values":[{"tag_id":"<any>"}],"names":[{"display_id":"TAG-1","display_name":"vip"}]}}]}}}]}`),
			done("timeline-entries.get", `{"object":"ACC-1","external_ref":"x-1"}`, `{"timeline_entry":{"body":"first"}}`),
			refused("not_found ", "timeline-entries.get", `{"object":"ACC-1","external_ref":"x-2"}`, 404, `{"type":"not_found"}`),
			refused("missing_required_field id", "timeline-entries.get", `{}`, 400, `{"type":"missing_required_field","field_name":"id"}`),
			refused("conflict external_ref", "timeline-entries.create", `{"type":"timeline_comment","object":"ACC-1","body":"again","external_ref":"x-1"}`, 409, `{"type":"conflict","field_name":"external_ref"}`),
			refused("not_found ", "timeline-entries.create", `{"type":"timeline_comment","object":"ACC-9","body":"x"}`, 404, `{"type":"not_found"}`),
			refused("unexpected_id_type object", "timeline-entries.create", `{"type":"timeline_comment","object":"TAG-1","body":"x"}`, 400, `{"type":"unexpected_id_type","field_name":"object"}`),
			refused("missing_required_field body", "timeline-entries.create", `{"type":"timeline_comment","object":"ACC-1"}`, 400, `{"type":"missing_required_field","field_name":"body"}`),
			refused("not_found private_to", "timeline-entries.create", `{"type":"timeline_comment","object":"ACC-1","body":"x","visibility":"private","private_to":["DEVU-9"]}`, 404, `{"type":"not_found","field_name":"private_to"}`),
			refused("value_not_permitted collections", "timeline-entries.create", `{"type":"timeline_comment","object":"ACC-1","body":"x","collections":["events"]}`, 400, `{"type":"value_not_permitted","field_name":"collections"}`),
			refused("not_found ", "timeline-entries.list", `{"object":"REVU-99"}`, 404, `{"type":"not_found"}`),
			refused("invalid_id id", "timeline-entries.get", `{"id":"REVU-1"}`, 400, `{"type":"invalid_id","field_name":"id"}`),
		})

		id := comment(t, c, "REVU-1", `"body":"about <don:identity:kith:devo/x:revu/2>","visibility":"internal"`)
		c.Run(t, []apitest.Scenario{
			done("timeline-entries.get", fmt.Sprintf(`{"id":%q}`, id), `{"timeline_entry":{"references":[{"display_id":"REVU-2","display_name":"Bo"}]}}`),
			done("timeline-entries.update", fmt.Sprintf(`{"id":%q,"type":"timeline_comment","body":"changed","external_ref":"r","labels":{"set":["a"]}}`, id),
				`{"timeline_entry":{"body":"changed","external_ref":"r","labels":["a"],"visibility":"internal"}}`),
			absent(done("timeline-entries.update", fmt.Sprintf(`{"id":%q,"type":"timeline_comment","external_ref":null}`, id), `{}`), "timeline_entry.external_ref"),
		})
		if got := timelineOf(t, c, `{"object":"REVU-1","collections":["discussions"],"labels":["a","b"]}`).said(); got != "changed" {
			t.Errorf("comments with the label: %q", got)
		}
		c.Run(t, []apitest.Scenario{
			done("timeline-entries.delete", fmt.Sprintf(`{"id":%q}`, id), `{}`),
			absent(done("timeline-entries.list", `{"object":"REVU-1","collections":["discussions"]}`, `{"timeline_entries":[{"is_deleted":true}]}`), "timeline_entries.0.body"),
			refused("deleted", "timeline-entries.update", fmt.Sprintf(`{"id":%q,"type":"timeline_comment","body":"back"}`, id), 404, `{"type":"not_found"}`),
		})

		// Of private comments others learn nothing, and nobody changes others' comments.
		private := comment(t, c, "ACC-1", `"body":"mine","visibility":"private"`)
		public := comment(t, c, "ACC-1", `"body":"all's","visibility":"public"`)
		k.Do(t, "members.add", "", server.NewMember{Email: "bob@acme.example"}, nil)
		var bob server.TokenView
		k.Do(t, "tokens.create", "", server.NewToken{Kind: "pat", Email: "bob@acme.example"}, &bob)
		other := k.Client(t, bob.Secret)
		other.Run(t, []apitest.Scenario{
			refused("private", "timeline-entries.get", fmt.Sprintf(`{"id":%q}`, private), 404, `{"type":"not_found"}`),
			refused("private", "timeline-entries.delete", fmt.Sprintf(`{"id":%q}`, private), 404, `{"type":"not_found"}`),
			refused("another's", "timeline-entries.delete", fmt.Sprintf(`{"id":%q}`, public), 403, `{"type":"forbidden"}`),
		})
		if got := timelineOf(t, other, `{"object":"ACC-1","collections":["discussions"]}`).said(); got != "first all's" {
			t.Errorf("another member reads %q", got)
		}
		if got := timelineOf(t, c, `{"object":"ACC-1","visibility":["private","public"]}`).said(); got != "mine all's" {
			t.Errorf("the two visibilities: %q", got)
		}
		goes := time.Now().Add(time.Minute + time.Second).UTC().Format(time.RFC3339)
		comment(t, c, "ACC-1", fmt.Sprintf(`"body":"for a minute","expires_at":%q`, goes))
		c.Play(t, refused("over", "timeline-entries.create", `{"type":"timeline_comment","object":"ACC-1","body":"x","expires_at":"2026-01-01T00:00:00Z"}`, 400, `{"field_name":"expires_at"}`))
	})
}

// TestTimelinePages reads the entries of a record that others were merged into
// forwards and backwards, and again after the merge was undone.
func TestTimelinePages(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		c.Run(t, []apitest.Scenario{
			made("rev-users.create", `{"display_name":"Ada","email":"ada@acme.example"}`, `{}`),
			made("rev-users.create", `{"display_name":"Ada","email":"ada@home.example"}`, `{}`),
		})
		for i := range 4 {
			comment(t, c, "REVU-1", fmt.Sprintf(`"body":"a%d"`, i))
			comment(t, c, "REVU-2", fmt.Sprintf(`"body":"b%d"`, i))
		}
		c.Post(t, "rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, 200)
		comment(t, c, "REVU-2", `"body":"later"`) // the secondary's id leads to the primary
		want := "a0 b0 a1 b1 a2 b2 a3 b3 later"
		for _, of := range []string{"REVU-1", "REVU-2"} {
			if got := timelineOf(t, c, fmt.Sprintf(`{"object":%q,"collections":["discussions"]}`, of)).said(); got != want {
				t.Errorf("%s: %q, want %q", of, got, want)
			}
		}
		var all []string
		first := timelineOf(t, c, `{"object":"REVU-1","collections":["discussions"],"limit":4}`)
		for p := first; ; {
			all = append(all, p.said())
			if p.Next == "" {
				break
			}
			p = timelineOf(t, c, fmt.Sprintf(`{"object":"REVU-1","collections":["discussions"],"limit":4,"cursor":%q}`, p.Next))
		}
		if got := strings.Join(all, " | "); got != "a0 b0 a1 b1 | a2 b2 a3 b3 | later" {
			t.Errorf("pages forwards: %q", got)
		}
		all = nil
		for p := timelineOf(t, c, `{"object":"REVU-1","collections":["discussions"],"limit":4,"mode":"before"}`); ; {
			all = append(all, p.said())
			if p.Prev == "" {
				break
			}
			p = timelineOf(t, c, fmt.Sprintf(`{"object":"REVU-1","collections":["discussions"],"limit":4,"mode":"before","cursor":%q}`, p.Prev))
		}
		if got := strings.Join(all, " | "); got != "b2 a3 b3 later | b0 a1 b1 a2 | a0" {
			t.Errorf("pages backwards: %q", got)
		}
		c.Post(t, "timeline-entries.list", fmt.Sprintf(`{"object":"REVU-2","limit":4,"cursor":%q}`, first.Next), 400)

		c.Post(t, "merges.undo", `{"id":"MERGE-1"}`, 200)
		for of, want := range map[string]string{"REVU-1": "a0 a1 a2 a3 later", "REVU-2": "b0 b1 b2 b3"} {
			if got := timelineOf(t, c, fmt.Sprintf(`{"object":%q,"collections":["discussions"]}`, of)).said(); got != want {
				t.Errorf("%s after the undo: %q, want %q", of, got, want)
			}
		}
		if got := timelineOf(t, c, `{"object":"REVU-2","collections":["events"]}`).said(); got != "(created) (rev_user_merged) (rev_user_unmerged)" {
			t.Errorf("changes of the one that was merged: %q", got)
		}
	})
}

// TestMessages writes on conversations and tickets: what customers may read is the
// conversation's messages.
func TestMessages(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		c.Run(t, []apitest.Scenario{
			made("rev-users.create", `{"display_name":"Ada"}`, `{}`),
			made("conversations.create", `{"type":"support","title":"Help","members":["REVU-1"],"messages":[{"body":"hello"},{"body":"anyone?"}]}`,
				`{"conversation":{"messages":[{"type":"timeline_comment","body":"hello","visibility":"external","object_display_id":"CONV-1"},{"body":"anyone?"}],"last_external_message_date":"<any>"}}`),
			absent(made("conversations.create", `{"type":"support","title":"Quiet"}`, `{}`), "conversation.messages", "conversation.last_external_message_date"),
			refused("empty", "conversations.create", `{"type":"support","messages":[{"body":"x"},{"body":" "}]}`, 400, `{"field_name":"messages[1].body"}`),
			refused("file", "conversations.create", `{"type":"support","messages":[{"body":"x","artifacts":["ARTIFACT-1"]}]}`, 404, `{"type":"not_found","field_name":"messages[0].artifacts"}`),
			refused("none", "timeline-entries.create", `{"type":"timeline_comment","object":"CONV-9","body":"x"}`, 404, `{"type":"not_found"}`),
			refused("none", "timeline-entries.list", `{"object":"TKT-9"}`, 404, `{"type":"not_found"}`),
		})
		comment(t, c, "CONV-2", `"body":"between us","visibility":"internal"`)
		c.Play(t, absent(done("conversations.get", `{"id":"CONV-2"}`, `{}`), "conversation.messages", "conversation.last_external_message_date"))
		for i := range 6 {
			comment(t, c, "CONV-2", fmt.Sprintf(`"body":"m%d"`, i))
		}
		c.Run(t, []apitest.Scenario{
			done("conversations.get", `{"id":"CONV-2"}`, `{"conversation":{"messages":[{"body":"m1"},{"body":"m2"},{"body":"m3"},{"body":"m4"},{"body":"m5"}],"last_external_message_date":"<any>"}}`),
			done("conversations.list", `{"sort_by":["last_message_date:desc"]}`, `{"conversations":[{"display_id":"CONV-2"},{"display_id":"CONV-1"}]}`),
			done("conversations.update", `{"id":"CONV-1","stage":{"name":"resolved"}}`, `{"conversation":{"messages":[{"body":"hello"},{"body":"anyone?"}]}}`),
			made("parts.create", `{"type":"product","name":"Shop","owned_by":["DEVU-1"]}`, `{}`),
			made("works.create", `{"type":"ticket","title":"Broken","applies_to_part":"PROD-1","owned_by":["DEVU-1"],"reported_by":["REVU-1"]}`, `{}`),
		})
		comment(t, c, "TKT-1", `"body":"seen","visibility":"internal"`)
		c.Run(t, []apitest.Scenario{ // a ticket whose part went while it was in the trash
			made("parts.create", `{"type":"product","name":"Old","owned_by":["DEVU-1"]}`, `{}`),
			made("works.create", `{"type":"ticket","title":"Old","applies_to_part":"PROD-2","owned_by":[]}`, `{}`),
			done("works.delete", `{"id":"TKT-2"}`, `{}`),
			done("parts.delete", `{"id":"PROD-2"}`, `{}`),
			refused("its part is gone", "works.restore", `{"id":"TKT-2"}`, 400, `{"type":"bad_request"}`),
			absent(done("works.restore", `{"id":"TKT-2","without_clashes":true}`, `{"work":{"title":"Old"}}`), "work.applies_to_part"),
			done("works.update", `{"id":"TKT-2","applies_to_part":"PROD-1"}`, `{"work":{"applies_to_part":{"display_id":"PROD-1"}}}`),
		})
		for object, want := range map[string]string{"CONV-1": "(created) hello anyone? (updated)", "TKT-1": "(created) seen"} {
			if got := timelineOf(t, c, fmt.Sprintf(`{"object":%q}`, object)).said(); got != want {
				t.Errorf("%s: %q, want %q", object, got, want)
			}
		}
		c.Run(t, []apitest.Scenario{
			done("conversations.delete", `{"id":"CONV-2"}`, `{}`),
			refused("deleted", "timeline-entries.list", `{"object":"CONV-2"}`, 404, `{"type":"not_found"}`),
			done("trash.list", `{"type":["conversation"]}`, `{"trash":[{"type":"conversation","display_id":"CONV-2","display_name":"Quiet"}]}`),
			done("conversations.restore", `{"id":"CONV-2"}`, `{"conversation":{"messages":[{"body":"m1"},{"body":"m2"},{"body":"m3"},{"body":"m4"},{"body":"m5"}]}}`),
		})
	})
}

// TestTimelineOfWork reads the changes of an opportunity's contacts, and comments
// on records that are in the trash, and gives a conversation to a group of contacts.
func TestTimelineOfWork(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		c.Run(t, []apitest.Scenario{
			made("rev-users.create", `{"display_name":"Ada"}`, `{}`),
			made("accounts.create", `{"display_name":"Acme"}`, `{}`),
			made("works.create", `{"type":"opportunity","title":"Deal","account":"ACC-1","owned_by":[]}`, `{}`),
			done("works.update", `{"id":"OPP-1","contacts":{"set":["REVU-1"]}}`, `{}`),
			done("timeline-entries.list", `{"object":"OPP-1","collections":["events"]}`,
				`{"timeline_entries":[{},{"event":{"updated":{"field_deltas":[{"name":"contacts","new_value":{"type":"id_list","names":[{"display_id":"REVU-1"}]}}]}}}]}`),
			refused("no text", "timeline-entries.create", `{"type":"timeline_comment","object":"ACC-1","body":"x","external_ref":"a\u0000b"}`, 400, `{"field_name":"external_ref"}`),
			made("groups.create", `{"name":"Patrons","description":"","type":"static","member_type":"rev_user"}`, `{"group":{"display_id":"GROUP-4"}}`),
			refused("of contacts", "conversations.create", `{"type":"support","group":"GROUP-4"}`, 400, `{"field_name":"group"}`),
			made("conversations.create", `{"type":"support","title":"Quiet"}`, `{}`),
		})
		id := comment(t, c, "CONV-1", `"body":"x","external_ref":"r"`)
		c.Run(t, []apitest.Scenario{
			done("conversations.delete", `{"id":"CONV-1"}`, `{}`),
			refused("of the trash", "timeline-entries.get", fmt.Sprintf(`{"id":%q}`, id), 404, `{"type":"not_found"}`),
			refused("of the trash", "timeline-entries.get", `{"object":"CONV-1","external_ref":"r"}`, 404, `{"type":"not_found"}`),
			refused("of the trash", "timeline-entries.update", fmt.Sprintf(`{"id":%q,"type":"timeline_comment","body":"y"}`, id), 404, `{"type":"not_found"}`),
		})
	})
}
