package httpapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
)

// support is an org with contacts of two accounts, a group and tags.
func support(t *testing.T, c apitest.Client) {
	t.Helper()
	company(t, c) // ACC-1 with REV-1 and REV-2, ACC-2 with REV-3, TAG-1, TAG-2
	c.Post(t, "rev-users.create", `{"display_name":"Bo","email":"bo@acme.com","rev_org":"REV-2"}`, 201)
	c.Post(t, "rev-users.create", `{"display_name":"Cy","email":"cy@bolt.com","account":"ACC-2"}`, 201)
	c.Post(t, "rev-users.create", `{"display_name":"Di"}`, 201)
	c.Post(t, "groups.create", `{"name":"Helpers","description":"","type":"static","member_type":"dev_user"}`, 201)
}

// convs is the list of conversations with these numbers, in their order.
func convs(ns ...int) string {
	out := make([]string, len(ns))
	for i, n := range ns {
		out[i] = fmt.Sprintf(`{"display_id":"CONV-%d"}`, n)
	}
	return `{"conversations":[` + strings.Join(out, ",") + `]}`
}

func TestConversations(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		support(t, c)
		don := "don:core:kith:devo/" + w.actors["acme"].Org.Public
		bad := func(name, rest, field string) apitest.Scenario {
			return refused(name, "conversations.create", `{"type":"support",`+rest+`}`, 400, `{"type":"value_not_permitted","field_name":"`+field+`"}`)
		}
		many := func(id string, n int) string { return strings.Repeat(`"`+id+`",`, n) + `"` + id + `"` }
		c.Run(t, slices.Concat([]apitest.Scenario{
			made("conversations.create", `{"type":"support","title":" No login ","description":"d","members":["REVU-1","DEVU-1","REVU-1"],"owned_by":["DEVU-1"],"group":"GROUP-4","tags":[{"id":"TAG-1","value":"gold"}],
				"metadata":{"url_context":"https://acme.com/x"},"source_channel":"email","source_channel_v2":"ch-1","channels":["ch-1","ch-2"],"is_spam":true,"is_frozen":true,"stage":{"name":"needs_response"}}`,
				`{"conversation":{"id":"`+don+`:conversation/1","display_id":"CONV-1","title":"No login","description":"d","members":[{"type":"rev_user","display_id":"REVU-1","display_name":"Bo"},{"type":"dev_user","display_id":"DEVU-1"}],
				"owned_by":[{"display_id":"DEVU-1"}],"group":{"display_id":"GROUP-4","name":"Helpers","member_type":"dev_user"},"tags":[{"tag":{"name":"vip"},"value":"gold"}],"metadata":{"url_context":"https://acme.com/x"},
				"source_channel":"email","source_channel_v2":{"id":"ch-1"},"channels":[{"id":"ch-1"},{"id":"ch-2"}],"is_spam":true,"is_frozen":true,"created_by":{"display_id":"DEVU-1"},
				"stage":{"name":"needs_response","ordinal":2,"stage":{"id":"`+don+`:custom_stage/42"},"state":{"name":"in_progress","is_final":false}},"account":{"display_id":"ACC-1"},"rev_org":{"display_id":"REV-2"}}}`),
			absent(made("conversations.create", `{"type":"support"}`, `{"conversation":{"display_id":"CONV-2","members":[],"owned_by":[],"is_spam":false,"stage":{"name":"new","state":{"name":"open"}}}}`),
				"conversation.title", "conversation.account", "conversation.group", "conversation.tags", "conversation.last_external_message_date", "conversation.actual_close_date"),
			absent(made("conversations.create", `{"type":"support","title":"Zoo","members":["DEVU-1","REVU-2","REVU-1"],"stage":{"id":"`+don+`:custom_stage/46"},"tags":[{"id":"TAG-2"}]}`,
				`{"conversation":{"display_id":"CONV-3","account":{"display_id":"ACC-2"},"stage":{"name":"resolved","state":{"name":"closed","is_final":true}},"actual_close_date":"<any>"}}`), "conversation.rev_org"),
			made("conversations.create", `{"type":"support","title":"alpha","members":["REVU-3"],"rev_org":"REV-1"}`, `{"conversation":{"display_id":"CONV-4","account":{"display_id":"ACC-1"},"rev_org":{"display_id":"REV-1"}}}`),
			refused("no type", "conversations.create", `{}`, 400, `{"type":"missing_required_field","field_name":"type"}`),
			refused("type", "conversations.create", `{"type":"chat"}`, 400, `{"type":"invalid_enum_value","field_name":"type"}`),
			bad("title", `"title":"`+strings.Repeat("x", 257)+`"`, "title"),
			bad("description", `"description":"`+strings.Repeat("x", 64<<10+1)+`"`, "description"),
			bad("url", `"metadata":{"url_context":"`+strings.Repeat("x", 2049)+`"}`, "metadata.url_context"),
			bad("source", `"source_channel":"`+strings.Repeat("x", 257)+`"`, "source_channel"),
			bad("source v2", `"source_channel_v2":"a\u0000b"`, "source_channel_v2"),
			bad("members", `"members":[`+many("REVU-1", 100)+`]`, "members"),
			bad("channels", `"channels":[`+many("x", 100)+`]`, "channels"),
			bad("channel", `"channels":["x",""]`, "channels[1]"),
			bad("tag value", `"tags":[{"id":"TAG-2","value":"x"}]`, "tags[0].value"),
			bad("another's workspace", `"account":"ACC-2","rev_org":"REV-2"`, "rev_org"),
			bad("no stage of conversations", `"stage":{"id":"`+don+`:custom_stage/1"}`, "stage.id"),
			refused("stage", "conversations.create", `{"type":"support","stage":{"name":"queued"}}`, 400, `{"type":"invalid_enum_value","field_name":"stage.name","value":"queued"}`),
			refused("unknown member", "conversations.create", `{"type":"support","members":["REVU-9"]}`, 404, `{"type":"not_found","field_name":"members"}`),
			refused("no member", "conversations.create", `{"type":"support","members":["ACC-1"]}`, 400, `{"type":"unexpected_id_type","field_name":"members[0]"}`),
			refused("unknown owner", "conversations.create", `{"type":"support","owned_by":["DEVU-9"]}`, 404, `{"type":"not_found","field_name":"owned_by[0]"}`),
			refused("unknown group", "conversations.create", `{"type":"support","group":"GROUP-9"}`, 404, `{"type":"not_found","field_name":"group"}`),
			refused("unknown account", "conversations.create", `{"type":"support","account":"ACC-9"}`, 404, `{"type":"not_found","field_name":"account"}`),
			refused("custom field", "conversations.create", `{"type":"support","custom_fields":{"tnt__a":1}}`, 400, `{"type":"customization_validation_error","subtype":"field_not_in_schema"}`),
			refused("subtype", "conversations.create", `{"type":"support","custom_schema_spec":{"subtype":"a"}}`, 400, `{"type":"customization_validation_error"}`),
		},
			forms("get", "conversations.get", "id=CONV-1", `{"id":"`+don+`:conversation/1"}`, 200, `{"conversation":{"title":"No login"}}`),
			forms("get unknown", "conversations.get", "id=CONV-9", `{"id":"CONV-9"}`, 404, `{"type":"not_found"}`),
			forms("get another", "conversations.get", "id=ACC-1", `{"id":"ACC-1"}`, 400, `{"type":"unexpected_id_type","field_name":"id"}`),
			conversationLists(),
			[]apitest.Scenario{
				done("conversations.update", `{"id":"CONV-1","title":null,"description":"","members":{"set":["REVU-3"]},"owned_by":{"set":[]},"tags":{"add":[{"id":"TAG-2"}]},"stage":{"stage":"`+don+`:custom_stage/47"},"group":null,"is_spam":false,"is_frozen":false,"account":"ACC-2","metadata":{"url_context":"u"},"source_channel_v2":null,"channels":{"set":[]}}`,
					`{"conversation":{"members":[{"display_id":"REVU-3"}],"owned_by":[],"tags":[{"tag":{"name":"vip"},"value":"gold"},{"tag":{"name":"beta"}}],"stage":{"name":"archived"},"account":{"display_id":"ACC-2"},"is_spam":false,"metadata":{"url_context":"u"}}}`),
				absent(done("conversations.update", `{"id":"CONV-1","tags":{"remove":[{"id":"TAG-1"}]},"stage":{"name":"hold"}}`, `{"conversation":{"tags":[{"tag":{"name":"beta"}}],"stage":{"name":"hold"}}}`),
					"conversation.title", "conversation.description", "conversation.group", "conversation.rev_org", "conversation.source_channel_v2", "conversation.channels", "conversation.actual_close_date"),
				done("conversations.update", `{"id":"CONV-1","rev_org":"REV-2","tags":{"set":[{"id":"TAG-1"}]}}`, `{"conversation":{"account":{"display_id":"ACC-1"},"rev_org":{"display_id":"REV-2"},"tags":[{"tag":{"name":"vip"}}]}}`),
				absent(done("conversations.update", `{"id":"CONV-1","account":null,"rev_org":null}`, `{}`), "conversation.account", "conversation.rev_org"),
				refused("set and add", "conversations.update", `{"id":"CONV-1","tags":{"set":[],"add":[{"id":"TAG-1"}]}}`, 400, `{"type":"value_not_permitted","field_name":"tags.set"}`),
				refused("unknown tag", "conversations.update", `{"id":"CONV-1","tags":{"add":[{"id":"TAG-9"}]}}`, 404, `{"type":"not_found"}`),
				refused("update unknown", "conversations.update", `{"id":"CONV-9"}`, 404, `{"type":"not_found"}`),
				done("tags.delete", `{"id":"TAG-1"}`, `{}`),
				absent(done("conversations.get", `{"id":"CONV-1"}`, `{}`), "conversation.tags"),
				done("conversations.list", `{"tags":["TAG-1"]}`, convs()),
				done("conversations.delete", `{"id":"CONV-3"}`, `{}`),
				refused("get deleted", "conversations.get", `{"id":"CONV-3"}`, 404, `{"type":"not_found"}`),
				refused("delete twice", "conversations.delete", `{"id":"CONV-3"}`, 404, `{"type":"not_found"}`),
				done("conversations.list", `{"members":["REVU-2"]}`, convs()),
				done("conversations.restore", `{"id":"CONV-3"}`, `{"conversation":{"title":"Zoo","account":{"display_id":"ACC-2"}}}`),
				refused("restore twice", "conversations.restore", `{"id":"CONV-3"}`, 404, `{"type":"not_found"}`),
				done("conversations.list", `{"members":["REVU-2"]}`, convs(3)),
				done("rev-users.delete", `{"id":"REVU-2"}`, `{}`),
				done("conversations.get", `{"id":"CONV-3"}`, `{"conversation":{"members":[{"display_id":"DEVU-1"},{"display_id":"REVU-1"}]}}`),
				done("conversations.list", `{"members":["REVU-2"]}`, convs()),
			}))
	})
}

// conversationLists asks for the four conversations of TestConversations by each
// filter, in both forms.
func conversationLists() []apitest.Scenario {
	var out []apitest.Scenario
	for _, f := range []struct {
		query, body string
		want        []int
	}{
		{"", ``, []int{1, 2, 3, 4}},
		{"members=REVU-1", `"members":["REVU-1"]`, []int{1, 3}},
		{"members=REVU-3,REVU-99", `"members":["REVU-3","REVU-99"]`, []int{4}},
		{"members=REVU-99", `"members":["REVU-99"]`, nil},
		{"owned_by=DEVU-1", `"owned_by":["DEVU-1"]`, []int{1}},
		{"account=ACC-1", `"account":["ACC-1"]`, []int{1, 4}},
		{"account=ACC-99", `"account":["ACC-99"]`, nil},
		{"rev_orgs=REV-2", `"rev_orgs":["REV-2"]`, []int{1}},
		{"rev_org=REV-1", `"rev_org":["REV-1"]`, []int{4}},
		{"group=GROUP-4", `"group":["GROUP-4"]`, []int{1}},
		{"is_spam=true", `"is_spam":true`, []int{1}},
		{"has_owner=true", `"has_owner":true`, []int{1}},
		{"has_owner=false", `"has_owner":false`, []int{2, 3, 4}},
		{"is_spam=false", `"is_spam":false`, []int{2, 3, 4}},
		{"is_frozen=true&is_spam=true", `"is_frozen":true,"is_spam":true`, []int{1}},
		{"source_channel=email", `"source_channel":["email"]`, []int{1}},
		{"source_channels=slack", `"source_channels":["slack"]`, nil},
		{"source_channel_v2=ch-1", `"source_channel_v2":["ch-1"]`, []int{1}},
		{"channels=ch-2,ch-3", `"channels":["ch-2","ch-3"]`, []int{1}},
		{"stage.name=new,resolved", `"stage":{"name":["new","resolved"]}`, []int{2, 3, 4}},
		{"stage.name=lost", `"stage":{"name":["lost"]}`, nil},
		{"state=open,closed", `"state":["open","closed"]`, []int{2, 3, 4}},
		{"state=gone", `"state":["gone"]`, nil},
		{"subtype=x", `"subtype":["x"]`, nil},
		{"tags=TAG-1=gold", `"tags":["TAG-1=gold"]`, []int{1}},
		{"tags=TAG-1,TAG-2", `"tags_v2":[{"id":"TAG-1"},{"id":"TAG-2"}]`, []int{1, 3}},
		{"tags=TAG-1=silver", `"tags_v2":[{"id":"TAG-1","value":"silver"}]`, nil},
		{"created_by=DEVU-1", `"created_by":["DEVU-1"]`, []int{1, 2, 3, 4}},
		{"created_date.after=2100-01-01T00:00:00Z", `"created_date":{"type":"range","after":"2100-01-01T00:00:00Z"}`, nil},
		{"modified_date.type=preset&modified_date.preset_type=last_n_days&modified_date.days=1", `"modified_date":{"type":"preset","preset_type":"last_n_days","days":1}`, []int{1, 2, 3, 4}},
		{"actual_close_date.after=2001-01-01T00:00:00Z", `"actual_close_date":{"after":"2001-01-01T00:00:00Z"}`, []int{3}},
		{"last_message_date.before=2001-01-01T00:00:00Z", `"last_message_date":{"before":"2001-01-01T00:00:00Z"}`, nil},
		{"applies_to_parts=PROD-1", `"applies_to_parts":["PROD-1"]`, nil},
		{"brand=x", `"brand":["x"]`, nil},
	} {
		and := ""
		if f.body != "" {
			and = ","
		}
		out = append(out, forms("list by "+f.query, "conversations.list", f.query+"&sort_by=display_id:asc", `{`+f.body+and+`"sort_by":["display_id:asc"]}`, 200, convs(f.want...))...)
		out = append(out,
			done("conversations.export", `{`+f.body+and+`"sort_by":["display_id:asc"]}`, convs(f.want...)),
			done("conversations.count", `{`+f.body+`}`, fmt.Sprintf(`{"count":%d,"more":false}`, len(f.want))))
	}
	return append(out,
		done("conversations.list", `{"sort_by":["title:asc"],"limit":3}`, convs(2, 4, 1)),
		done("conversations.list", `{"sort_by":["last_message_date:desc"],"mode":"before","limit":2}`, convs(2, 1)),
		done("conversations.list", `{}`, convs(4, 3, 2, 1)),
		done("conversations.export", `{"first":1}`, convs(4)),
		refused("sort", "conversations.list", `{"sort_by":["members:asc"]}`, 400, `{"type":"invalid_enum_value","field_name":"sort_by[0]"}`),
		refused("custom", "conversations.list", `{"custom_fields":{"tnt__x":["1"]}}`, 400, `{"type":"customization_validation_error"}`),
		refused("preset", "conversations.list", `{"created_date":{"type":"preset"}}`, 400, `{"type":"missing_required_field","field_name":"created_date.preset_type"}`),
		refused("both", "conversations.list", `{"rev_org":["REV-1"],"rev_orgs":["REV-1"]}`, 400, `{"type":"value_not_permitted","field_name":"rev_orgs"}`),
		refused("many", "conversations.list", `{"members":[`+strings.Repeat(`"REVU-1",`, 200)+`"REVU-1"]}`, 400, `{"type":"value_not_permitted","field_name":"members"}`),
		refused("type", "conversations.list", `{"account":["REVU-1"]}`, 400, `{"type":"unexpected_id_type","field_name":"account[0]"}`))
}

// TestConversationPages walks through a list both ways.
func TestConversationPages(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		for i := range 7 {
			c.Post(t, "conversations.create", fmt.Sprintf(`{"type":"support","title":"t%d"}`, i%3), 201)
		}
		for _, by := range []string{"created_date:desc", "modified_date:asc", "last_message_date:desc", "title:asc", "display_id:desc"} {
			var got []string
			cursor := ""
			for range 9 {
				r := c.Post(t, "conversations.list", `{"limit":3,"sort_by":["`+by+`"],"cursor":"`+cursor+`"}`, 200)
				got = append(got, walkedIDs(r)...)
				next, more := r.Lookup("next_cursor")
				if !more {
					break
				}
				cursor = next.(string)
			}
			all := c.Post(t, "conversations.list", `{"sort_by":["`+by+`"]}`, 200)
			if !slices.Equal(got, walkedIDs(all)) || len(got) != 7 {
				t.Errorf("by %s: pages %v, whole %v", by, got, walkedIDs(all))
			}
		}
	})
}

func walkedIDs(r apitest.Response) []string {
	var out []string
	for i := 0; ; i++ {
		id, ok := r.Lookup(fmt.Sprintf("conversations.%d.display_id", i))
		if !ok {
			return out
		}
		out = append(out, id.(string))
	}
}

// TestConversationsFollowMerges merges contacts and accounts and takes it back.
func TestConversationsFollowMerges(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		support(t, c)
		c.Post(t, "conversations.create", `{"type":"support","members":["REVU-1","REVU-2"]}`, 201)
		c.Post(t, "conversations.create", `{"type":"support","members":["REVU-2"]}`, 201)
		list := func(filter string, ns ...int) apitest.Scenario {
			return done("conversations.list", `{`+filter+`,"sort_by":["display_id:asc"]}`, convs(ns...))
		}
		members := func(n int, ids string) apitest.Scenario {
			return done("conversations.get", fmt.Sprintf(`{"id":"CONV-%d"}`, n), `{"conversation":{"members":[`+ids+`]}}`)
		}
		const bo, cy = `{"display_id":"REVU-1","display_name":"Bo"}`, `{"display_id":"REVU-2","display_name":"Cy"}`
		undo := func(n string) apitest.Scenario {
			return apitest.Scenario{Name: "undo " + n, Method: http.MethodPost, Path: "/merges.undo", Body: `{"id":"` + n + `"}`, Status: 200}
		}
		before := []string{string(c.Post(t, "conversations.get", `{"id":"CONV-1"}`, 200).Body), string(c.Post(t, "conversations.get", `{"id":"CONV-2"}`, 200).Body)}
		c.Run(t, []apitest.Scenario{
			list(`"members":["REVU-1"]`, 1), list(`"account":["ACC-2"]`, 2),
			done("rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, `{}`),
			members(1, bo), members(2, bo),
			list(`"members":["REVU-1"]`, 1, 2), list(`"members":["REVU-2"]`, 1, 2),
			// What is given as what it is now changes nothing that an undo would need.
			done("conversations.update", `{"id":"CONV-2","members":{"set":["REVU-1"]},"account":"ACC-2"}`, `{}`),
			made("conversations.create", `{"type":"support","members":["REVU-2"]}`, `{"conversation":{"display_id":"CONV-3","members":[`+bo+`],"account":{"display_id":"ACC-1"}}}`),
			done("accounts.merge", `{"primary_account":"ACC-1","secondary_account":"ACC-2"}`, `{}`),
			done("conversations.get", `{"id":"CONV-2"}`, `{"conversation":{"account":{"display_id":"ACC-1"}}}`),
			list(`"account":["ACC-1"]`, 1, 2, 3), list(`"account":["ACC-2"]`, 1, 2, 3),
			made("conversations.create", `{"type":"support","rev_org":"REV-3"}`, `{"conversation":{"display_id":"CONV-4","account":{"display_id":"ACC-1"}}}`),
			undo("MERGE-2"),
			list(`"account":["ACC-1"]`, 1, 3, 4), list(`"account":["ACC-2"]`, 2, 4),
			undo("MERGE-1"),
			members(1, bo+","+cy), members(2, cy),
			list(`"members":["REVU-1"]`, 1, 3), list(`"members":["REVU-2"]`, 1, 2),
		})
		for i, want := range before {
			if got := string(c.Post(t, "conversations.get", fmt.Sprintf(`{"id":"CONV-%d"}`, i+1), 200).Body); got != want {
				t.Errorf("after the undo %s, before the merge %s", got, want)
			}
		}
	})
}
