package httpapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// bulk makes a bulk action and returns its id.
func bulk(t *testing.T, c apitest.Client, body string) string {
	t.Helper()
	return c.Post(t, "bulk-actions.create", body, 201).Text(t, "bulk_action.display_id")
}

// bulkIn waits for the rest of a bulk action and compares it, state and all.
func bulkIn(t *testing.T, c apitest.Client, id, state, want string) {
	t.Helper()
	rests(t, c, id, `{"state":"`+state+`",`+want[1:])
}

// undone takes a bulk action back.
func undone(t *testing.T, c apitest.Client, id, want string) {
	t.Helper()
	c.Post(t, "bulk-actions.undo", `{"id":"`+id+`"}`, 200)
	bulkIn(t, c, id, "undone", want)
}

// allShown is what the lists show of the records, but for when and by whom they were changed.
func allShown(t *testing.T, c apitest.Client) string {
	t.Helper()
	var out strings.Builder
	for _, op := range []string{"rev-users.list", "accounts.list", "rev-orgs.list"} {
		for line := range strings.SplitSeq(string(c.Post(t, op, `{"limit":100,"sort_by":["display_id:asc"]}`, 200).Body), ",") {
			if !strings.Contains(line, `"modified_date"`) {
				out.WriteString(line + "\n")
			}
		}
	}
	return out.String()
}

// bulkWorld has two tags, an account, and contacts of whom those with odd numbers are Odd.
func bulkWorld(t *testing.T, c apitest.Client, contacts int) {
	t.Helper()
	c.Post(t, "schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"rev_user","fields":[{"name":"plan","field_type":"enum","allowed_values":["free","paid"],"is_filterable":true},
		{"name":"fixed","field_type":"text","is_immutable":true}]}`, 201)
	c.Post(t, "tags.create", `{"name":"vip"}`, 201)
	c.Post(t, "tags.create", `{"name":"old"}`, 201)
	c.Post(t, "accounts.create", `{"display_name":"Big"}`, 201)
	for i := 1; i <= contacts; i++ {
		name := "Even"
		if i%2 == 1 {
			name = "Odd"
		}
		c.Post(t, "rev-users.create", fmt.Sprintf(`{"display_name":"%s","email":"c%d@example.org","tags":[{"id":"TAG-2"}]}`, name, i), 201)
	}
}

const tagOdd = `{"object":"rev_user","filter":"name = Odd","action":{"type":"add_tags","tags":[{"id":"TAG-1"}]}}`

// TestBulkActions makes every change, and takes each back to what was before.
func TestBulkActions(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		k.App.StartWorkers(t.Context())
		c, _ := k.Admin(t, "Acme")
		bulkWorld(t, c, 10)
		before := allShown(t, c)
		for _, step := range []struct{ action, filter, seen string }{
			{`{"type":"add_tags","tags":[{"id":"TAG-1"}]}`, "tag:vip", `5`},
			{`{"type":"remove_tags","tags":[{"id":"TAG-2"}]}`, "not tag:old", `5`},
			{`{"type":"set_owners","owned_by":["DEVU-1"]}`, "owner = DEVU-1", `5`},
			{`{"type":"set_account","account":"ACC-1"}`, "account = ACC-1", `5`},
			{`{"type":"set_custom_fields","custom_fields":{"tnt__plan":"paid"}}`, "tnt__plan = paid", `5`},
			{`{"type":"delete"}`, "name = Even", `5`},
		} {
			id := bulk(t, c, `{"object":"rev_user","filter":"name = Odd","action":`+step.action+`}`)
			bulkIn(t, c, id, "completed", `{"object":"rev_user","progress":{"matched":5,"done":5,"changed":5,"unchanged":0,"skipped":0,"failed":0}}`)
			c.Play(t, done("internal/rev-users.count", `{"filter":"`+step.filter+`"}`, `{"count":`+step.seen+`}`))
			if allShown(t, c) == before {
				t.Errorf("%s changed nothing", step.action)
			}
			again := bulk(t, c, `{"object":"rev_user","filter":"name = Odd","action":`+step.action+`}`)
			if step.action != `{"type":"delete"}` {
				bulkIn(t, c, again, "completed", `{"progress":{"matched":5,"changed":0,"unchanged":5}}`)
			} else {
				bulkIn(t, c, again, "completed", `{"progress":{"matched":0,"done":0}}`)
			}
			undone(t, c, id, `{"progress":{"reverted":5,"left":0}}`)
			if after := allShown(t, c); after != before {
				t.Errorf("after the undo of %s:\n%s\nwant\n%s", step.action, after, before)
			}
		}
		id := bulk(t, c, `{"object":"rev_user","action":{"type":"merge","plan":[{"primary":"REVU-1","secondaries":["REVU-2","REVU-3"]},{"primary":"REVU-4","secondaries":["REVU-5"]}]}}`)
		bulkIn(t, c, id, "completed", `{"progress":{"matched":3,"changed":3}}`)
		c.Play(t, done("internal/rev-users.count", `{}`, `{"count":7}`))
		undone(t, c, id, `{"progress":{"reverted":3,"left":0}}`)
		if after := allShown(t, c); after != before {
			t.Errorf("after the undo of merges:\n%s\nwant\n%s", after, before)
		}
	})
}

// TestBulkHold pins records, changes what matches, and starts: those that were
// pinned are changed, and whoever went meanwhile is in the report.
func TestBulkHold(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		k.App.StartWorkers(t.Context())
		c, _ := k.Admin(t, "Acme")
		bulkWorld(t, c, 10)
		id := bulk(t, c, strings.Replace(tagOdd, `{"object"`, `{"hold":true,"object"`, 1))
		bulkIn(t, c, id, "pinned", `{"hold":true,"filter":"name = Odd","progress":{"matched":5,"done":0},"action":{"type":"add_tags","tags":[{"tag":{"name":"vip"}}]}}`)
		c.Post(t, "rev-users.create", `{"display_name":"Odd"}`, 201)                             // too late
		c.Post(t, "rev-users.update", `{"id":"REVU-3","display_name":"Changed"}`, 200)           // stays pinned
		c.Post(t, "rev-users.delete", `{"id":"REVU-5"}`, 200)                                    // gone
		c.Post(t, "rev-users.merge", `{"primary_user":"REVU-2","secondary_user":"REVU-7"}`, 200) // another is changed instead
		c.Post(t, "rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-9"}`, 200) // into one that is pinned
		c.Play(t, done("internal/rev-users.count", `{"filter":"tag:vip"}`, `{"count":0}`))
		c.Post(t, "bulk-actions.start", `{"id":"`+id+`"}`, 200)
		bulkIn(t, c, id, "completed", `{"progress":{"matched":5,"done":5,"changed":3,"skipped":2,"failed":0}}`)
		c.Run(t, []apitest.Scenario{
			done("internal/rev-users.list", `{"filter":"tag:vip","sort_by":["display_id:asc"]}`, `{"rev_users":[{"display_id":"REVU-1"},{"display_id":"REVU-2"},{"display_id":"REVU-3"}]}`),
			done("internal/bulk-actions.report", `{"id":"`+id+`"}`, `{"records":[{"record":{"display_id":"REVU-5"},"outcome":"skipped","code":"not_found","message":"<any>"},
				{"record":{"display_id":"REVU-7"},"outcome":"merged"},{"record":{"display_id":"REVU-9"},"outcome":"skipped"}]}`),
			refused("twice", "bulk-actions.start", `{"id":"`+id+`"}`, 400, `{"message":"<any>"}`),
			refused("over", "bulk-actions.cancel", `{"id":"`+id+`"}`, 400, `{"message":"<any>"}`),
		})
		first := c.Post(t, "internal/bulk-actions.report", `{"id":"`+id+`","limit":2}`, 200)
		c.Play(t, done("internal/bulk-actions.report", `{"id":"`+id+`","limit":2,"cursor":"`+first.Text(t, "next_cursor")+`"}`, `{"records":[{"record":{"display_id":"REVU-9"}}]}`))
		c.Post(t, "rev-users.update", `{"id":"REVU-3","tags":[{"id":"TAG-2"}]}`, 200) // by hand: as before the action
		undone(t, c, id, `{"progress":{"reverted":3,"left":0}}`)
		c.Play(t, done("internal/rev-users.count", `{"filter":"tag:vip"}`, `{"count":0}`))
	})
}

// TestBulkLeavesLaterEdits takes an action back of which somebody has changed records.
func TestBulkLeavesLaterEdits(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		k.App.StartWorkers(t.Context())
		c, _ := k.Admin(t, "Acme")
		bulkWorld(t, c, 4)
		id := bulk(t, c, `{"object":"rev_user","filter":"","action":{"type":"set_custom_fields","custom_fields":{"tnt__plan":"paid"}}}`)
		bulkIn(t, c, id, "completed", `{"progress":{"changed":4}}`)
		c.Post(t, "rev-users.update", `{"id":"REVU-2","custom_fields":{"tnt__plan":"free"},"custom_schema_spec":{"tenant_fragment":true}}`, 200)
		c.Post(t, "rev-users.update", `{"id":"REVU-3","display_name":"Else"}`, 200) // another field
		c.Post(t, "rev-users.delete", `{"id":"REVU-4"}`, 200)
		undone(t, c, id, `{"progress":{"reverted":2,"left":2}}`)
		c.Run(t, []apitest.Scenario{
			done("internal/rev-users.count", `{"filter":"tnt__plan = paid"}`, `{"count":0}`),
			done("internal/rev-users.list", `{"filter":"tnt__plan = free"}`, `{"rev_users":[{"display_id":"REVU-2"}]}`),
			done("internal/rev-users.list", `{"filter":"name = Else"}`, `{"rev_users":[{"display_id":"REVU-3"}]}`),
			done("internal/bulk-actions.report", `{"id":"`+id+`"}`, `{"records":[{"record":{"display_id":"REVU-4"},"outcome":"left"},{"record":{"display_id":"REVU-2"},"outcome":"left","code":"changed"}]}`),
			refused("once", "bulk-actions.undo", `{"id":"`+id+`"}`, 400, `{"message":"<any>"}`),
		})
	})
}

// TestBulkRefuses asks for what cannot be, and changes records of which some refuse.
func TestBulkRefuses(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		k.App.StartWorkers(t.Context())
		c, _ := k.Admin(t, "Acme")
		bulkWorld(t, c, 3)
		create := func(name, rest string, status int, want string) apitest.Scenario {
			return refused(name, "bulk-actions.create", `{"object":"rev_user",`+rest+`}`, status, want)
		}
		c.Run(t, []apitest.Scenario{
			create("no filter", `"action":{"type":"delete"}`, 400, `{"field_name":"filter"}`),
			create("bad filter", `"filter":"nme = x","action":{"type":"delete"}`, 400, `{"field_name":"filter"}`),
			create("no tag", `"filter":"","action":{"type":"add_tags","tags":[{"id":"TAG-9"}]}`, 404, `{"message":"<any>"}`),
			create("no tags", `"filter":"","action":{"type":"add_tags"}`, 400, `{"field_name":"action.tags"}`),
			create("no account", `"filter":"","action":{"type":"set_account","account":"ACC-9"}`, 404, `{"field_name":"action.account"}`),
			create("no value", `"filter":"","action":{"type":"set_custom_fields","custom_fields":{"tnt__plan":"gold"}}`, 400, `{"message":"<any>"}`),
			create("no field", `"filter":"","action":{"type":"set_custom_fields","custom_fields":{"tnt__none":1}}`, 400, `{"message":"<any>"}`),
			create("itself", `"action":{"type":"merge","plan":[{"primary":"REVU-1","secondaries":["REVU-1"]}]}`, 400, `{"field_name":"action.plan"}`),
			refused("accounts in accounts", "bulk-actions.create", `{"object":"account","filter":"","action":{"type":"set_account","account":"ACC-1"}}`, 400, `{"field_name":"action.account"}`),
			refused("unknown", "bulk-actions.get", `{"id":"BULK-9"}`, 404, `{"type":"not_found"}`),
		})
		c.Post(t, "rev-users.update", `{"id":"REVU-2","custom_fields":{"tnt__fixed":"a"},"custom_schema_spec":{"tenant_fragment":true}}`, 200)
		id := bulk(t, c, `{"object":"rev_user","filter":"","action":{"type":"set_custom_fields","custom_fields":{"tnt__fixed":"b"}}}`)
		bulkIn(t, c, id, "completed", `{"progress":{"matched":3,"changed":2,"failed":1}}`)
		c.Play(t, done("internal/bulk-actions.report", `{"id":"`+id+`"}`, `{"records":[{"record":{"display_id":"REVU-2"},"outcome":"failed","message":"<any>"}]}`))

		spaces := bulk(t, c, `{"object":"rev_org","filter":"","action":{"type":"delete"}}`) // an account's default workspace stays
		bulkIn(t, c, spaces, "completed", `{"progress":{"matched":1,"changed":0,"failed":1}}`)
		accounts := bulk(t, c, `{"object":"account","filter":"","action":{"type":"set_owners","owned_by":["DEVU-1"]}}`)
		bulkIn(t, c, accounts, "completed", `{"object":"account","progress":{"matched":1,"changed":1}}`)
		held := bulk(t, c, strings.Replace(tagOdd, `{"object"`, `{"hold":true,"object"`, 1))
		c.Post(t, "bulk-actions.cancel", `{"id":"`+held+`"}`, 200)
		bulkIn(t, c, held, "cancelled", `{"progress":{"changed":0}}`)
		c.Play(t, done("internal/bulk-actions.list", `{"limit":1}`, `{"bulk_actions":[{"display_id":"`+held+`"}],"next_cursor":"<any>"}`))
	})
}
