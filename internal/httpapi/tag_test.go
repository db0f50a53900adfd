package httpapi_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
)

func TestTags(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		don := "don:core:kith:devo/" + w.actors["acme"].Org.Public + ":tag/1"
		c.Run(t, slices.Concat([]apitest.Scenario{
			absent(made("tags.create", `{"name":" vip "}`, `{"tag":{"id":"`+don+`","display_id":"TAG-1","name":"vip","created_by":{"display_id":"DEVU-1"}}}`), "tag.allowed_values", "tag.description", "tag.style_new"),
			made("tags.create", `{"name":"plan","description":"d","allowed_values":["gold","silver","gold"],"style_new":{"color":"#AABBCC"}}`, `{"tag":{"display_id":"TAG-2","description":"d","allowed_values":["gold","silver"],"style_new":{"color":"#AABBCC"}}}`),
			refused("no name", "tags.create", `{}`, 400, `{"type":"missing_required_field","field_name":"name"}`),
			refused("blank name", "tags.create", `{"name":" "}`, 400, `{"type":"missing_required_field","field_name":"name"}`),
			refused("long name", "tags.create", `{"name":"`+strings.Repeat("x", 65)+`"}`, 400, `{"type":"value_not_permitted","field_name":"name"}`),
			refused("control character", "tags.create", `{"name":"a\u0007"}`, 400, `{"type":"value_not_permitted","field_name":"name"}`),
			refused("name taken", "tags.create", `{"name":"VIP"}`, 409, `{"type":"conflict","field_name":"name","value":"VIP","message":"name: \"VIP\" is already in use by TAG-1 (vip)","holder":{"type":"tag","display_id":"TAG-1","display_name":"vip"}}`),
			refused("color", "tags.create", `{"name":"x","style_new":{"color":"red"}}`, 400, `{"type":"value_not_permitted","field_name":"style_new.color"}`),
			refused("empty value", "tags.create", `{"name":"x","allowed_values":[""]}`, 400, `{"type":"value_not_permitted","field_name":"allowed_values"}`),
			refused("many values", "tags.create", `{"name":"x","allowed_values":`+listOf(101, "v%d")+`}`, 400, `{"type":"value_not_permitted","field_name":"allowed_values"}`),
			refused("older style", "tags.create", `{"name":"x","style":"{}"}`, 400, `{"type":"invalid_field","field_name":"style"}`),
		},
			forms("get", "tags.get", "id=TAG-1", `{"id":"`+don+`"}`, 200, `{"tag":{"name":"vip"}}`),
			forms("get unknown", "tags.get", "id=TAG-9", `{"id":"TAG-9"}`, 404, `{"type":"not_found"}`),
			forms("get nothing", "tags.get", "", `{}`, 400, `{"type":"missing_required_field"}`),
			forms("get another type", "tags.get", "id=ACC-1", `{"id":"ACC-1"}`, 400, `{"type":"unexpected_id_type"}`),
			forms("list", "tags.list", "sort_by=name:asc", `{"sort_by":["name:asc"]}`, 200, `{"tags":[{"name":"plan"},{"name":"vip"}]}`),
			forms("list by name", "tags.list", "name=%22VIP%22,%22nope%22", `{"name":["VIP","nope"]}`, 200, `{"tags":[{"name":"vip"}]}`),
			forms("list a page", "tags.list", "limit=1", `{"limit":1}`, 200, `{"tags":[{"name":"plan"}],"next_cursor":"<any>"}`),
			forms("list sorted by what is no field", "tags.list", "sort_by=display_name:asc", `{"sort_by":["display_name:asc"]}`, 400, `{"type":"invalid_enum_value"}`),
			[]apitest.Scenario{
				made("accounts.create", `{"display_name":"Acme","tags":[{"id":"TAG-2","value":"gold"},{"id":"TAG-1"}]}`, `{}`),
				made("rev-users.create", `{"tags":[{"id":"TAG-2","value":"gold"}],"rev_org":"REV-1"}`, `{}`),
				done("rev-orgs.update", `{"id":"REV-1","tags":[{"id":"TAG-2"}]}`, `{}`),
				done("tags.update", `{"id":"TAG-2","name":"Plan","allowed_values":{"set":["silver"]},"style_new":null}`, `{"tag":{"name":"Plan","allowed_values":["silver"],"description":"d"}}`),
				done("rev-users.update", `{"id":"REVU-1","tags":[{"id":"TAG-2","value":"gold"},{"id":"TAG-1"}]}`, `{"rev_user":{"tags":[{"tag":{"name":"Plan"},"value":"gold"},{}]}}`),
				refused("no longer allowed", "accounts.create", `{"display_name":"x","tags":[{"id":"TAG-2","value":"gold"}]}`, 400, `{"type":"value_not_permitted"}`),
				refused("name of another", "tags.update", `{"id":"TAG-2","name":"vip"}`, 409, `{"type":"conflict","field_name":"name"}`),
				refused("empty name", "tags.update", `{"id":"TAG-2","name":null}`, 400, `{"type":"missing_required_field","field_name":"name"}`),
				refused("unknown", "tags.update", `{"id":"TAG-9"}`, 404, `{"type":"not_found"}`),
				refused("no id", "tags.update", `{}`, 400, `{"type":"missing_required_field"}`),
				done("tags.delete", `{"id":"TAG-2"}`, `{}`),
				refused("delete twice", "tags.delete", `{"id":"TAG-2"}`, 404, `{"type":"not_found"}`),
				done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"tags":[{"tag":{"name":"vip"}}]}}`),
				done("accounts.get", `{"id":"ACC-1"}`, `{"account":{"tags":[{"tag":{"name":"vip"}}]}}`),
				absent(done("rev-orgs.get", `{"id":"REV-1"}`, `{}`), "rev_org.tags"),
				done("rev-users.list", `{"tags":["TAG-2"]}`, `{"rev_users":[]}`),
				made("tags.create", `{"name":"plan"}`, `{"tag":{"display_id":"TAG-3"}}`),
			}))
	})
}
