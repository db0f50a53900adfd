package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// resting waits until a bulk action has nothing more to do.
func resting(t *testing.T, c apitest.Client, id string) apitest.Response {
	t.Helper()
	for range 3000 {
		res := c.Post(t, "bulk-actions.get", `{"id":"`+id+`"}`, 200)
		switch res.Text(t, "bulk_action.state") {
		case "queued", "running", "undoing":
			time.Sleep(10 * time.Millisecond)
		default:
			return res
		}
	}
	t.Fatalf("%s does not end", id)
	return apitest.Response{}
}

// rests compares a bulk action once it has nothing more to do.
func rests(t *testing.T, c apitest.Client, id, want string) {
	t.Helper()
	res := resting(t, c, id)
	for _, d := range apitest.Diff([]byte(`{"bulk_action":`+want+`}`), res.Body, false) {
		t.Errorf("%s: %s; %s", id, d, res.Body)
	}
}

// TestBulkWalk goes the way of the page "All 3,000 that match".
func TestBulkWalk(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		k.App.StartWorkers(t.Context())
		c, _ := k.Admin(t, "acme")
		var file strings.Builder
		file.WriteString("external_ref,display_name,email\n")
		for i := range 3000 {
			fmt.Fprintf(&file, "u%d,Person %d,p%d@x.test\n", i, i, i)
		}
		wants(t, c, importing(t, c, "contacts", "{}", file.String()), `{"import":{"state":"completed","progress":{"created":3000}}}`)
		c.Run(t, []apitest.Scenario{
			made("tags.create", `{"name":"vip","allowed_values":["gold"]}`, `{}`),
			made("rev-users.create", `{"display_name":"Other","tags":[{"id":"TAG-1"}]}`, `{}`),
			made("bulk-actions.create", `{"object":"rev_user","filter":"name contains Person","action":{"type":"add_tags","tags":[{"id":"TAG-1","value":"gold"}]},"hold":true}`,
				`{"bulk_action":{"display_id":"BULK-1","object":"rev_user","state":"queued","hold":true,"created_by":{"type":"dev_user"},
				  "action":{"type":"add_tags","tags":[{"tag":{"display_id":"TAG-1","name":"vip"},"value":"gold"}]},"progress":{"matched":0}}}`),
		})
		rests(t, c, "BULK-1", `{"state":"pinned","progress":{"matched":3000,"done":0,"pinned_date":"<any>"}}`)
		c.Run(t, []apitest.Scenario{
			done("rev-users.delete", `{"id":"REVU-7"}`, `{}`),
			done("bulk-actions.start", `{"id":"BULK-1"}`, `{"bulk_action":{"state":"running"}}`),
		})
		rests(t, c, "BULK-1", `{"state":"completed","progress":{"matched":3000,"done":3000,"changed":2999,"unchanged":0,"skipped":1,"failed":0,"ended_date":"<any>"}}`)
		c.Run(t, []apitest.Scenario{
			done("rev-users.count", `{"tags":["TAG-1=gold"]}`, `{"count":2999}`),
			done("bulk-actions.undo", `{"id":"BULK-1"}`, `{"bulk_action":{"state":"undoing","undone_by":{"type":"dev_user"}}}`),
		})
		rests(t, c, "BULK-1", `{"state":"undone","progress":{"reverted":2999,"left":0}}`)
		c.Run(t, append(forms("report", "bulk-actions.report", "id=BULK-1", `{"id":"BULK-1"}`, 200,
			`{"records":[{"record":{"type":"rev_user","display_id":"REVU-7"},"outcome":"skipped","code":"not_found","message":"REVU-7 was deleted after it was pinned"}]}`),
			done("rev-users.count", `{"tags":["TAG-1"]}`, `{"count":1}`),
			refused("undone twice", "bulk-actions.undo", `{"id":"BULK-1"}`, 400, `{"type":"bad_request"}`),
			refused("started too late", "bulk-actions.start", `{"id":"BULK-1"}`, 400, `{"type":"bad_request"}`),
			refused("cancelled too late", "bulk-actions.cancel", `{"id":"BULK-1"}`, 400, `{"type":"bad_request"}`),
		))
	})
}

// TestBulkActionKinds makes the other kinds, and pages through lists and reports.
func TestBulkActionKinds(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		k.App.StartWorkers(t.Context())
		c, _ := k.Admin(t, "acme")
		for i := range 5 {
			c.Post(t, "rev-users.create", fmt.Sprintf(`{"display_name":"Person %d"}`, i), 201)
		}
		c.Post(t, "accounts.create", `{"display_name":"Acme"}`, 201)
		c.Post(t, "schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"rev_user","fields":[{"name":"code","field_type":"text","is_immutable":true}]}`, 201)
		c.Post(t, "rev-users.update", `{"id":"REVU-1","custom_fields":{"tnt__code":"a"},"custom_schema_spec":{"tenant_fragment":true}}`, 200)
		c.Post(t, "rev-users.update", `{"id":"REVU-2","custom_fields":{"tnt__code":"a"},"custom_schema_spec":{"tenant_fragment":true}}`, 200)

		for _, tt := range []struct{ object, filter, action, want string }{
			{"rev_user", `"name = 'Person 1'"`, `{"type":"set_owners","owned_by":["DEVU-1"]}`, `{"action":{"type":"set_owners","owned_by":[{"display_id":"DEVU-1"}]},"progress":{"matched":1,"changed":1}}`},
			{"rev_user", `{"type":"primitive","field":"owner","operator":"eq","values":["DEVU-1"]}`, `{"type":"set_account","account":"ACC-1"}`, `{"action":{"account":{"display_id":"ACC-1","display_name":"Acme"}},"progress":{"matched":1,"changed":1}}`},
			{"rev_user", `""`, `{"type":"set_custom_fields","custom_fields":{"tnt__code":"b"}}`, `{"action":{"custom_fields":{"tnt__code":"b"}},"progress":{"matched":5,"changed":3,"failed":2}}`},
			{"rev_org", `""`, `{"type":"delete"}`, `{"object":"rev_org","progress":{"matched":1,"failed":1}}`},
			{"account", `"name:acme"`, `{"type":"delete"}`, `{"object":"account","progress":{"matched":1,"changed":1}}`},
		} {
			body := fmt.Sprintf(`{"object":%q,"filter":%s,"action":%s}`, tt.object, tt.filter, tt.action)
			rests(t, c, c.Post(t, "bulk-actions.create", body, 201).Text(t, "bulk_action.display_id"), tt.want)
		}
		merge := c.Post(t, "bulk-actions.create", `{"object":"rev_user","action":{"type":"merge","plan":[{"primary":"REVU-1","secondaries":["REVU-2","REVU-3"]}]}}`, 201)
		rests(t, c, merge.Text(t, "bulk_action.id"), `{"state":"completed","progress":{"matched":2,"changed":2}}`)
		c.Post(t, "bulk-actions.undo", `{"id":"BULK-6"}`, 200)
		rests(t, c, "BULK-6", `{"state":"undone","progress":{"reverted":2}}`)

		page := c.Post(t, "bulk-actions.report", `{"id":"BULK-3","limit":1}`, 200)
		for _, d := range apitest.Diff([]byte(`{"records":[{"record":{"display_id":"REVU-1","display_name":"Person 0"},"outcome":"failed","code":"customization_validation_error","field_name":"custom_fields.tnt__code","message":"cannot be changed once it is set"}]}`), page.Body, false) {
			t.Error(d)
		}
		next := fmt.Sprintf(`{"id":"BULK-3","limit":1,"cursor":%q}`, page.Text(t, "next_cursor"))
		c.Run(t, []apitest.Scenario{
			absent(done("bulk-actions.report", next, `{"records":[{"record":{"display_id":"REVU-2"}}]}`), "next_cursor"),
			refused("another report's cursor", "bulk-actions.report", strings.Replace(next, "BULK-3", "BULK-4", 1), 400, `{}`),
		})
		page = c.Post(t, "bulk-actions.list", `{"limit":4}`, 200)
		for _, d := range apitest.Diff([]byte(`{"bulk_actions":[{"display_id":"BULK-6"},{"display_id":"BULK-5"},{"display_id":"BULK-4"},{"display_id":"BULK-3"}]}`), page.Body, false) {
			t.Error(d)
		}
		c.Run(t, []apitest.Scenario{
			absent(done("bulk-actions.list", fmt.Sprintf(`{"cursor":%q}`, page.Text(t, "next_cursor")), `{"bulk_actions":[{"display_id":"BULK-2"},{"display_id":"BULK-1"}]}`), "next_cursor"),
		})
	})
}

func TestBulkActionsRefused(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		c.Post(t, "tags.create", `{"name":"vip","allowed_values":["gold"]}`, 201)
		c.Post(t, "schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"rev_user","fields":[{"name":"plan","field_type":"enum","allowed_values":["gold"]}]}`, 201)
		for name, tt := range map[string]struct{ body, want string }{
			"no filter":        {`{"object":"rev_user","action":{"type":"delete"}}`, `{"type":"missing_required_field","field_name":"filter"}`},
			"no such filter":   {`{"object":"rev_user","filter":"nonsense = 1","action":{"type":"delete"}}`, `{"message":"<any>"}`},
			"no such object":   {`{"object":"tag","filter":"","action":{"type":"delete"}}`, `{"type":"invalid_enum_value","field_name":"object"}`},
			"no such action":   {`{"object":"rev_user","filter":"","action":{"type":"explode"}}`, `{"type":"invalid_enum_value","field_name":"action.type"}`},
			"no tags":          {`{"object":"rev_user","filter":"","action":{"type":"add_tags"}}`, `{"type":"missing_required_field","field_name":"action.tags"}`},
			"no owners":        {`{"object":"rev_user","filter":"","action":{"type":"set_owners"}}`, `{"type":"missing_required_field","field_name":"action.owned_by"}`},
			"no account":       {`{"object":"rev_user","filter":"","action":{"type":"set_account"}}`, `{"type":"missing_required_field","field_name":"action.account"}`},
			"no custom fields": {`{"object":"rev_user","filter":"","action":{"type":"set_custom_fields"}}`, `{"type":"missing_required_field","field_name":"action.custom_fields"}`},
			"no plan":          {`{"object":"rev_user","action":{"type":"merge"}}`, `{"type":"missing_required_field","field_name":"action.plan"}`},
			"plan of accounts": {`{"object":"account","action":{"type":"merge","plan":[]}}`, `{"type":"value_not_permitted","field_name":"object"}`},
			"plan and filter":  {`{"object":"rev_user","filter":"","action":{"type":"merge","plan":[]}}`, `{"type":"value_not_permitted","field_name":"filter"}`},
			"time zone":        {`{"object":"rev_user","filter":"","time_zone":"Mars","action":{"type":"delete"}}`, `{"type":"value_not_permitted","field_name":"time_zone"}`},
			"tag's value":      {`{"object":"rev_user","filter":"","action":{"type":"add_tags","tags":[{"id":"TAG-1","value":"tin"}]}}`, `{"type":"value_not_permitted","field_name":"action.tags[0].value"}`},
			"custom value":     {`{"object":"rev_user","filter":"","action":{"type":"set_custom_fields","custom_fields":{"tnt__plan":"tin"}}}`, `{"type":"customization_validation_error","field_name":"action.custom_fields.tnt__plan"}`},
		} {
			c.Run(t, []apitest.Scenario{refused(name, "bulk-actions.create", tt.body, 400, tt.want)})
		}
		c.Run(t, []apitest.Scenario{
			refused("no such tag", "bulk-actions.create", `{"object":"rev_user","filter":"","action":{"type":"add_tags","tags":[{"id":"TAG-9"}]}}`, 404, `{"type":"not_found"}`),
			refused("no such action", "bulk-actions.get", `{"id":"BULK-9"}`, 404, `{"type":"not_found"}`),
			refused("the id of something else", "bulk-actions.get", `{"id":"TAG-1"}`, 400, `{"type":"unexpected_id_type"}`),
		})
		if list, _ := c.Post(t, "bulk-actions.list", `{}`, 200).Lookup("bulk_actions"); fmt.Sprint(list) != "[]" {
			t.Errorf("bulk actions were made: %v", list)
		}
	})
}
