package httpapi_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// TestGroups counts records, in all and by the values of fields, and lists each
// group by the filter that it comes with.
func TestGroups(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := newShop(t, k, "Acme").admin
		c.Post(t, "schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"rev_user","fields":[
			{"name":"plan","field_type":"enum","allowed_values":["Gold","Tin=1"],"is_filterable":true},{"name":"seats","field_type":"int","is_filterable":true},
			{"name":"langs","field_type":"array","base_type":"text","is_filterable":true},{"name":"level","field_type":"uenum","allowed_values":[{"id":7,"label":"High"}],"is_filterable":true},
			{"name":"hidden","field_type":"text"}]}`, 201)
		c.Post(t, "tags.create", `{"name":"vip","allowed_values":["a"]}`, 201)
		c.Post(t, "tags.create", `{"name":"odd"}`, 201)
		for i, name := range []string{"One", "Two", "Three"} {
			c.Post(t, "accounts.create", fmt.Sprintf(`{"display_name":"%s","tier":"%s"}`, name, []string{"gold", "tin", "gold"}[i]), 201)
		}
		for i := range 12 {
			tags := ""
			if i%2 == 0 {
				tags = `{"id":"TAG-1","value":"a"}`
			}
			if i%3 == 0 && tags != "" {
				tags += `,{"id":"TAG-2"}`
			}
			c.Post(t, "rev-users.create", fmt.Sprintf(`{"display_name":"C %d","account":"ACC-%d","tags":[%s],"owned_by":["DEVU-1"],
				"custom_fields":{"tnt__plan":"%s","tnt__seats":%d,"tnt__langs":["de","x%d"],"tnt__level":7},%s}`, i, 1+i%3, tags, []string{"Gold", "Tin=1"}[i%4/3], -i%2, i%2, ours), 201)
		}
		group := func(query, body, want string) {
			t.Helper()
			c.Run(t, forms(body, "rev-users.group", query, body, 200, `{"more":false,"groups":[`+want+`]}`))
		}
		group("group_by=tnt__plan", `{"group_by":"tnt__plan"}`, `{"value":"Gold","label":"Gold","count":9,"filter":"tnt__plan = Gold"},{"value":"Tin=1","count":3}`)
		group("group_by=tag", `{"group_by":"tag"}`, `{"value":"TAG-1","label":"vip","count":6,"filter":"tag = TAG-1"},{"label":"odd","count":2}`)
		group("group_by=owned_by", `{"group_by":"owned_by"}`, `{"value":"DEVU-1","label":"admin","count":12}`)
		group("group_by=account", `{"group_by":"account"}`, `{"value":"ACC-1","label":"One","count":4},{"value":"ACC-2","count":4},{"value":"ACC-3","count":4}`)
		group("group_by=tnt__langs", `{"group_by":"tnt__langs"}`, `{"value":"de","count":12},{"value":"x0","count":6},{"value":"x1","count":6}`)
		group("group_by=tnt__level", `{"group_by":"tnt__level"}`, `{"value":"High","count":12}`)
		group("group_by=tnt__seats&filter="+url.QueryEscape("tag:vip or tnt__plan = \"tin=1\""), `{"group_by":"tnt__seats","filter":"tag:vip or tnt__plan = \"tin=1\""}`, `{"value":"0","count":6},{"value":"-1","count":3}`)
		group("group_by=tag&filter="+url.QueryEscape("not tnt__plan = gold"), `{"group_by":"tag","filter":"not tnt__plan = gold"}`, ``)
		group("group_by=account&filter=account.tier:tin", `{"group_by":"account","filter":"account.tier:tin"}`, `{"value":"ACC-2","count":4}`)
		c.Run(t, []apitest.Scenario{
			done("rev-users.list", `{"filter":"tag:vip and account = ACC-1"}`, `{"rev_users":[{},{}]}`),
			done("accounts.group", `{"group_by":"tier"}`, `{"groups":[{"value":"gold","count":2},{"value":"tin","count":1}]}`),
			done("rev-orgs.group", `{"group_by":"account"}`, `{"groups":[{"value":"ACC-1","count":1},{},{}]}`),
			made("rev-orgs.create", `{"display_name":"Test bed","account":"ACC-1","tier":"gold","environment":"test"}`, `{}`),
			done("rev-orgs.group", `{"group_by":"environment"}`, `{"groups":[{"value":"production","count":3},{"value":"test","label":"test","count":1,"filter":"environment = test"}]}`),
			done("rev-orgs.group", `{"group_by":"tier","filter":"environment = test"}`, `{"groups":[{"value":"gold","count":1}]}`),
			done("rev-orgs.list", `{"filter":"tier = gold and environment in (test, staging)"}`, `{"rev_orgs":[{"display_name":"Test bed"}]}`),
			done("rev-orgs.delete", `{"id":"REV-4"}`, `{}`),
			done("rev-orgs.group", `{"group_by":"tier"}`, `{"groups":[]}`),
			done("rev-users.count", `{}`, `{"count":12,"more":false}`),
			done("rev-users.count", `{"tags":["TAG-1"],"filter":"tnt__plan = gold"}`, `{"count":6,"more":false}`),
			done("rev-users.count", `{"filter":"name ~ 1"}`, `{"count":3,"more":false}`),
			done("rev-users.count", `{"associations":["ACC-99"]}`, `{"count":0,"more":false}`),
			done("accounts.count", `{"filter":"contacts.tag = vip"}`, `{"count":3,"more":false}`),
			refused("by nothing", "rev-users.group", `{}`, 400, `{"field_name":"group_by"}`),
			refused("by a name", "rev-users.group", `{"group_by":"name"}`, 400, `{"field_name":"group_by"}`),
			refused("by what is hidden", "rev-users.group", `{"group_by":"tnt__hidden"}`, 400, `{"field_name":"group_by"}`),
			refused("without an index", "rev-users.group", `{"group_by":"tag","filter":"name ~ x"}`, 400, `{"field_name":"filter"}`),
			refused("count of nonsense", "rev-users.count", `{"filter":"nonsense"}`, 400, `{"field_name":"filter"}`),
			done("accounts.merge", `{"primary_account":"ACC-1","secondary_account":"ACC-2"}`, `{}`),
			done("rev-users.group", `{"group_by":"account"}`, `{"groups":[{"value":"ACC-1","count":8},{"value":"ACC-3","count":4}]}`),
			done("accounts.delete", `{"id":"ACC-3"}`, `{}`),
			done("rev-users.group", `{"group_by":"account"}`, `{"groups":[{"value":"ACC-1","count":8}]}`),
		})
	})
}
