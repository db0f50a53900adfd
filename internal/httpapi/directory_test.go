package httpapi_test

import (
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
)

func TestTutorial(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		c.Run(t, []apitest.Scenario{
			{Name: "tag", Path: "/tags.create", Body: `{"name":"vip","allowed_values":["gold"],"style_new":{"color":"#112233"}}`, Status: 201,
				Want: `{"tag":{"display_id":"TAG-1","name":"vip","allowed_values":["gold"],"style_new":{"color":"#112233"},"created_by":{"type":"dev_user","display_id":"DEVU-1"}}}`},
			{Name: "account", Path: "/accounts.create", Body: `{"display_name":"Acme","external_refs":["acme.com"],"domains":["acme.com"],"tags":[{"id":"TAG-1","value":"gold"}]}`, Status: 201,
				Want: `{"account":{"display_id":"ACC-1","external_refs":["acme.com"],"domains":["acme.com"],"owned_by":[],"tags":[{"tag":{"name":"vip"},"value":"gold"}]},
				        "default_rev_org":{"display_id":"REV-1","display_name":"Acme","account":{"display_id":"ACC-1","display_name":"Acme"}}}`},
			{Name: "contact", Path: "/rev-users.create", Body: `{"rev_org":"REV-1","email":"Bo@Acme.com"}`, Status: 201,
				Want: `{"rev_user":{"display_id":"REVU-1","email":"Bo@Acme.com","external_ref":"REVU-1","external_refs":["REVU-1"],"is_verified":true,"state":"active",
				        "rev_org":{"type":"rev_org","display_id":"REV-1","display_name":"Acme"}}}`},
			{Name: "list by query", Method: "GET", Path: `/rev-users.list?email=%22bo%40acme.com%22&limit=5&sort_by=%22created_date:desc%22&rev_org=REV-1`, Status: 200,
				Want: `{"rev_users":[{"display_id":"REVU-1"}]}`, Absent: []string{"next_cursor", "prev_cursor"}},
			{Name: "update", Path: "/rev-users.update", Body: `{"id":"REVU-1","display_name":"Bo","phone_numbers":["+49 30 1234567"],"tags":[{"id":"TAG-1"}],"external_ref":"u-1"}`, Status: 200,
				Want: `{"rev_user":{"display_name":"Bo","phone_numbers":["+49301234567"],"external_ref":"u-1","tags":[{"tag":{"display_id":"TAG-1"}}]}}`},
			{Name: "clash", Path: "/rev-users.create", Body: `{"email":"bo@acme.com"}`, Status: 409,
				Want: `{"type":"conflict","field_name":"email","value":"bo@acme.com","holder":{"type":"rev_user","display_id":"REVU-1","display_name":"Bo"}}`},
			{Name: "delete", Path: "/rev-users.delete", Body: `{"id":"REVU-1"}`, Status: 200, Want: `{}`, Exact: true},
			{Name: "gone", Path: "/rev-users.get", Body: `{"id":"REVU-1"}`, Status: 404, Want: `{"type":"not_found"}`},
			{Name: "restore", Path: "/rev-users.restore", Body: `{"id":"REVU-1"}`, Status: 200, Want: `{"rev_user":{"display_id":"REVU-1","email":"Bo@Acme.com"}}`},
		})
	})
}
