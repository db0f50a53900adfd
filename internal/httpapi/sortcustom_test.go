package httpapi_test

import (
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// TestSortByCustomFields places those without a value, and refuses by name what
// records are not sorted by.
func TestSortByCustomFields(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		c.Post(t, "schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"rev_user","description":"","fields":[
			{"name":"plan","field_type":"text","is_filterable":true},{"name":"seats","field_type":"int","is_filterable":true},
			{"name":"note","field_type":"text"},{"name":"hidden","field_type":"text","is_filterable":true,"ui":{"is_sortable":false}},
			{"name":"many","field_type":"array","base_type":"text","is_filterable":true}]}`, 201)
		spec := `"custom_schema_spec":{"tenant_fragment":true}`
		for _, fields := range []string{`{"tnt__plan":"Silver","tnt__seats":10}`, `{"tnt__plan":"gold","tnt__seats":9}`, `{"tnt__seats":-1}`, `{"tnt__plan":"gold","tnt__seats":100}`} {
			c.Post(t, "rev-users.create", `{"display_name":"A",`+spec+`,"custom_fields":`+fields+`}`, 201)
		}
		order := func(sorts, want string) {
			t.Helper()
			got, cursor := "", ""
			for more := true; more; {
				res := c.Post(t, "rev-users.list", `{"limit":1,"sort_by":`+sorts+`,"cursor":"`+cursor+`"}`, 200)
				got += res.Text(t, "rev_users.0.display_id") + " "
				var next any
				if next, more = res.Lookup("next_cursor"); more {
					cursor = next.(string)
				}
			}
			if got != want {
				t.Errorf("%s: %s, want %s", sorts, got, want)
			}
		}
		order(`["tnt__plan:asc","tnt__seats:desc"]`, "REVU-4 REVU-2 REVU-1 REVU-3 ")
		order(`["tnt__plan:desc:nulls_first","tnt__seats:asc"]`, "REVU-3 REVU-1 REVU-2 REVU-4 ")
		order(`["tnt__seats:asc"]`, "REVU-3 REVU-2 REVU-1 REVU-4 ")
		order(`["display_name:asc","tnt__seats:desc:nulls_last"]`, "REVU-4 REVU-1 REVU-2 REVU-3 ")
		refusal := func(name, sorts, field string) apitest.Scenario {
			return refused(name, "rev-users.list", `{"sort_by":`+sorts+`}`, 400, `{"field_name":"`+field+`"}`)
		}
		c.Run(t, []apitest.Scenario{
			refusal("unknown", `["display_name:asc","tnt__none:asc"]`, "sort_by[1]"), refusal("not filterable", `["tnt__note:asc"]`, "sort_by[0]"),
			refusal("not sortable", `["tnt__hidden:asc"]`, "sort_by[0]"), refusal("several values", `["tnt__many:asc"]`, "sort_by[0]"),
			refusal("no direction", `["tnt__plan"]`, "sort_by[0]"), refusal("placed otherwise", `["tnt__plan:asc:last"]`, "sort_by[0]"),
			refusal("stock placed", `["email:asc:nulls_first"]`, "sort_by[0]"),
			refusal("too many", `["tnt__a:asc","tnt__b:asc","tnt__c:asc","tnt__d:asc","tnt__e:asc","tnt__f:asc","tnt__g:asc","tnt__h:asc","tnt__i:asc"]`, "sort_by"),
		})
	})
}
