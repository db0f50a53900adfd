package httpapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server"
	"github.com/kith-id/kith/internal/server/servertest"
)

// viewed makes an org with contacts in accounts, tags and custom fields.
func viewed(t *testing.T, k *servertest.Kith) apitest.Client {
	t.Helper()
	c, _ := k.Admin(t, "Acme")
	c.Post(t, "tags.create", `{"name":"vip"}`, 201)
	for _, leaf := range []string{"rev_user", "account"} {
		c.Post(t, "schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"`+leaf+`","fields":[{"name":"plan","field_type":"enum","allowed_values":["gold","tin"],"is_filterable":true},{"name":"note","field_type":"text"}]}`, 201)
	}
	c.Post(t, "accounts.create", `{"display_name":"Top"}`, 201)
	c.Post(t, "accounts.create", `{"display_name":"One","tier":"a","parent":"ACC-1","owned_by":["DEVU-1"],"domains":["one.example"],"websites":["https://one.example"],"tags":[{"id":"TAG-1"}],"custom_fields":{"tnt__plan":"gold","tnt__note":"n"},"custom_schema_spec":{"tenant_fragment":true}}`, 201)
	for i, plan := range []string{`"gold"`, `"gold"`, `"tin"`, `null`} {
		c.Post(t, "rev-users.create", fmt.Sprintf(`{"display_name":"C%d","full_name":"Cee","email":"c%d@one.example","external_ref":"r%d","account":"ACC-2","owned_by":["DEVU-1"],"tags":[{"id":"TAG-1"}],
			"custom_fields":{"tnt__plan":%s,"tnt__note":"<n>"},"custom_schema_spec":{"tenant_fragment":true}}`, i, i, i, plan), 201)
	}
	return c
}

// keysAt returns the names of an object's fields, those of custom_fields among them.
func keysAt(t *testing.T, res apitest.Response, path string) string {
	t.Helper()
	at, ok := res.Lookup(path)
	if !ok {
		t.Fatalf("no %s in %s", path, res.Body)
	}
	object := at.(map[string]any)
	keys := slices.Collect(maps.Keys(object))
	if custom, some := object["custom_fields"].(map[string]any); some {
		keys = append(keys, slices.Collect(maps.Keys(custom))...)
	}
	slices.Sort(keys)
	return strings.Join(keys, " ")
}

// TestColumns asks for some fields of records alone.
func TestColumns(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := viewed(t, k)
		for _, tt := range []struct{ op, list, columns, want string }{
			{"rev-users.query", "rev_users", `"name"`, "display_id display_name id"},
			{"rev-users.query", "rev_users", `"display_name","full_name","email"`, "display_id display_name email full_name id"},
			{"rev-users.query", "rev_users", `"ref","verified","owner","tag"`, "display_id external_ref external_refs id is_verified owned_by tags"},
			{"rev-users.query", "rev_users", `"account"`, "display_id id rev_org"},
			{"rev-users.query", "rev_users", `"created","modified_date","created_by","state"`, "created_by created_date display_id id modified_date state"},
			{"rev-users.query", "rev_users", `"tnt__plan"`, "custom_fields display_id id tnt__plan"},
			{"rev-users.query", "rev_users", `"custom_fields","id","display_id"`, "custom_fields display_id id tnt__note tnt__plan"},
			{"accounts.query", "accounts", `"name","tier","parent"`, "display_id display_name id parent tier"},
			{"accounts.query", "accounts", `"domain","website","external_refs","tnt__note"`, "custom_fields display_id domains external_refs id tnt__note websites"},
			{"rev-orgs.query", "rev_orgs", `"account","environment","ref"`, "account display_id environment external_ref id"},
		} {
			res := c.Post(t, tt.op, `{"limit":1,"filter":"not name ~ C3","sort_by":["created_date:desc"],"columns":[`+tt.columns+`]}`, 200)
			if got := keysAt(t, res, tt.list+".0"); got != tt.want {
				t.Errorf("%s of %s has %s, want %s", tt.op, tt.columns, got, tt.want)
			}
		}
		c.Run(t, append([]apitest.Scenario{
			done("rev-users.query", `{"columns":["owner","tag","account","created_by","tnt__note"],"filter":"id = REVU-1"}`, `{"rev_users":[{"owned_by":[{"display_id":"DEVU-1","email":"<any>"}],"tags":[{"tag":{"name":"vip"}}],
				"rev_org":{"display_name":"One"},"created_by":{"email":"<any>"},"custom_fields":{"tnt__note":"<n>"}}]}`),
			done("rev-users.query", `{"columns":[],"filter":"id = REVU-1"}`, `{"rev_users":[{"display_name":"C0","is_verified":true,"custom_fields":{"tnt__note":"<n>","tnt__plan":"gold"}}]}`),
			absent(done("rev-users.query", `{"columns":["name"],"group_by":"tnt__plan"}`, `{"groups":[{"count":2,"rev_users":[{"display_name":"C1"},{"display_name":"C0"}]},{},{}]}`), "groups.0.rev_users.0.email", "groups.0.rev_users.0.custom_fields"),
			absent(done("rev-users.query", `{"columns":["tnt__plan"],"filter":"id = REVU-4"}`, `{"rev_users":[{"display_id":"REVU-4"}]}`), "rev_users.0.custom_fields"),
			refused("a field of others", "rev-users.query", `{"columns":["name","tier"]}`, 400, `{"field_name":"columns[1]","message":"<any>"}`),
			refused("a field of others", "accounts.query", `{"columns":["workspace"]}`, 400, `{"field_name":"columns[0]"}`),
			refused("a field of a related record", "rev-users.query", `{"columns":["account.tier"]}`, 400, `{"field_name":"columns[0]"}`),
			refused("an unknown custom field", "rev-users.query", `{"columns":["tnt__plan","tnt__nope"]}`, 400, `{"field_name":"columns[1]"}`),
			refused("another kind's custom field", "rev-orgs.query", `{"columns":["tnt__plan"]}`, 400, `{"field_name":"columns[0]"}`),
			refused("too many", "rev-users.query", `{"columns":[`+strings.Repeat(`"name",`, 100)+`"name"]}`, 400, `{"field_name":"columns"}`),
		}, forms("by POST and GET", "rev-users.query", "columns=name,tnt__plan&limit=1", `{"columns":["name","tnt__plan"],"limit":1}`, 200, `{"rev_users":[{"display_name":"C3"}]}`)...))
	})
}

const goldView = `{"type":"dynamic","name":"Plans","filter_type":"rev_users","filter":"name ^= C and not id = REVU-4","custom_view":{"group_by":"tnt__plan","sort_by":["display_name:asc"],"column_properties":[{"name":"name"},{"name":"tnt__note"},{"name":"sparkle"}]}}`

// TestQueryVista runs saved views, whole and in part.
func TestQueryVista(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := viewed(t, k)
		c.Post(t, "vistas.create", goldView, 201)
		c.Post(t, "vistas.create", `{"type":"dynamic","name":"Tops","filter_type":"accounts","filter":"tier = a"}`, 201)
		c.Run(t, append([]apitest.Scenario{
			absent(done("rev-users.query", `{"vista":"VISTA-1"}`, `{"count":3,"dropped_fields":["sparkle"],"groups":[
				{"value":"gold","count":2,"filter":"name ^= C and not id = REVU-4 and tnt__plan = gold","rev_users":[{"display_name":"C0","custom_fields":{"tnt__note":"<n>"}},{"display_name":"C1"}]},
				{"value":"tin","count":1,"rev_users":[{"display_name":"C2"}]}]}`), "groups.0.rev_users.0.email", "groups.0.rev_users.0.custom_fields.tnt__plan", "groups.2"),
			absent(done("rev-users.query", `{"vista":"VISTA-1","group_by":"","limit":2}`, `{"count":3,"rev_users":[{"display_name":"C0"},{"display_name":"C1"}],"next_cursor":"<any>"}`), "groups", "rev_users.2"),
			absent(done("rev-users.query", `{"vista":"VISTA-1","group_by":"","filter":""}`, `{"count":4,"rev_users":[{"display_name":"C0"},{},{},{"display_name":"C3"}]}`), "rev_users.0.email"),
			done("rev-users.query", `{"vista":"VISTA-1","group_by":"created:month","group_limit":1}`, `{"groups":[{"count":3}]}`),
			made("vistas.create", `{"type":"dynamic","name":"Months","filter_type":"rev_users","custom_view":{"group_by":"created:month"}}`, `{"vista":{"custom_view":{"group_by":"created:month"}}}`),
			done("vistas.groups", `{"id":"VISTA-3"}`, `{"groups":[{"count":4,"label":"<any>","filter":"<any>"}]}`),
			refused("no such period", "vistas.update", `{"id":"VISTA-3","custom_view":{"group_by":"created:year"}}`, 400, `{"field_name":"custom_view.group_by"}`),
			refused("no date", "vistas.update", `{"id":"VISTA-3","custom_view":{"group_by":"tnt__plan:month"}}`, 400, `{"field_name":"custom_view.group_by"}`),
			done("rev-users.query", `{"vista":"VISTA-1","group_by":"","sort_by":["display_name:desc"]}`, `{"rev_users":[{"display_name":"C2"},{},{"display_name":"C0"}]}`),
			absent(done("rev-users.query", `{"vista":"VISTA-1","group_by":"account","columns":["email"]}`, `{"groups":[{"value":"ACC-2","count":3,"rev_users":[{"email":"c0@one.example"},{},{}]}]}`), "dropped_fields", "groups.0.rev_users.0.display_name"),
			done("rev-users.query", `{"vista":"VISTA-1","group_by":"","columns":[]}`, `{"rev_users":[{"email":"c0@one.example","display_name":"C0"},{},{}]}`),
			absent(done("accounts.query", `{"vista":"VISTA-2"}`, `{"count":1,"accounts":[{"display_name":"One","tier":"a"}]}`), "dropped_fields", "groups"),
			refused("of another kind", "rev-users.query", `{"vista":"VISTA-2"}`, 400, `{"field_name":"vista","message":"<any>"}`),
			refused("of another kind", "rev-orgs.query", `{"vista":"VISTA-1"}`, 400, `{"field_name":"vista"}`),
			refused("no vista", "rev-users.query", `{"vista":"REVU-1"}`, 400, `{"field_name":"vista"}`),
			refused("none", "rev-users.query", `{"vista":"VISTA-9"}`, 404, `{"type":"not_found"}`),
		}, forms("by POST and GET", "rev-users.query", "vista=VISTA-1&group_by=&limit=1", `{"vista":"VISTA-1","group_by":"","limit":1}`, 200, `{"count":3,"rev_users":[{"display_name":"C0"}]}`)...))

		// The group's cursor goes on within the vista.
		res := c.Post(t, "rev-users.query", `{"vista":"VISTA-1","limit":1}`, 200)
		c.Play(t, absent(done("rev-users.query", fmt.Sprintf(`{"vista":"VISTA-1","group_by":"","limit":1,"filter":%q,"cursor":%q}`, res.Text(t, "groups.0.filter"), res.Text(t, "groups.0.next_cursor")),
			`{"count":2,"rev_users":[{"display_name":"C1"}]}`), "next_cursor"))
	})
}

// TestQueryHiddenVista keeps a member's own views from others, and leaves out of
// views what has been deleted.
func TestQueryHiddenVista(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		c := s.admin
		k.Do(t, "members.add", "", server.NewMember{Email: "bob@acme.example"}, nil)
		other := loose(k, issue(t, s.aat, `{"act_as":"DEVU-2","requested_token_type":"`+urn+`token-type:pat:act-as"}`))
		c.Post(t, "schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"rev_user","fields":[{"name":"plan","field_type":"text","is_filterable":true},{"name":"note","field_type":"text"}]}`, 201)
		c.Post(t, "vistas.create", `{"type":"dynamic","name":"Mine","filter_type":"rev_users","filter":"tnt__plan = x","custom_view":{"group_by":"tnt__plan","column_properties":[{"name":"name"},{"name":"tnt__note"}]}}`, 201)
		hidden := []apitest.Scenario{
			refused("hidden", "rev-users.query", `{"vista":"VISTA-1"}`, 404, `{"type":"not_found"}`),
			refused("hidden", "vistas.groups", `{"id":"VISTA-1"}`, 404, `{"type":"not_found"}`),
		}
		other.Run(t, hidden)
		c.Post(t, "vistas.update", `{"id":"VISTA-1","shared_with":[{"member":"DEVU-2"}]}`, 200)
		other.Run(t, []apitest.Scenario{done("rev-users.query", `{"vista":"VISTA-1"}`, `{"count":0}`), done("vistas.groups", `{"id":"VISTA-1"}`, `{"groups":[]}`)})
		c.Post(t, "vistas.update", `{"id":"VISTA-1","shared_with":[]}`, 200)
		other.Run(t, hidden)
		c.Post(t, "schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"rev_user","fields":[{"name":"note","field_type":"text"}],"deleted_fields":["plan"]}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Ann"}`, 201)
		c.Run(t, []apitest.Scenario{
			absent(done("rev-users.query", `{"vista":"VISTA-1"}`, `{"count":1,"rev_users":[{"display_name":"Ann"}],"dropped_fields":["tnt__plan"]}`), "groups", "rev_users.0.state"),
			refused("no groups any more", "vistas.groups", `{"id":"VISTA-1"}`, 400, `{"field_name":"id","message":"<any>"}`),
		})
	})
}

// TestVistaGroups counts the groups of saved views, page by page.
func TestVistaGroups(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := viewed(t, k)
		c.Post(t, "vistas.create", goldView, 201)
		c.Post(t, "vistas.create", `{"type":"dynamic","name":"All","filter_type":"rev_users","custom_view":{"group_by":"tnt__plan"}}`, 201)
		c.Post(t, "vistas.create", `{"type":"dynamic","name":"Flat","filter_type":"accounts"}`, 201)
		c.Post(t, "vistas.create", `{"type":"dynamic","name":"Tiers","filter_type":"accounts","custom_view":{"group_by":"tier"}}`, 201)
		c.Run(t, append([]apitest.Scenario{
			absent(done("vistas.groups", `{"id":"VISTA-1"}`, `{"groups":[
				{"value":"gold","label":"gold","count":2,"more":false,"filter":"name ^= C and not id = REVU-4 and tnt__plan = gold"},{"value":"tin","count":1}]}`), "groups.2", "next_cursor", "groups.0.rev_users", "dropped_fields"),
			absent(done("vistas.groups", `{"id":"VISTA-2"}`, `{"groups":[{"value":"gold","count":2,"filter":"tnt__plan = gold"},{"value":"tin","count":1},{"value":"","count":1,"filter":"tnt__plan empty"}]}`), "next_cursor"),
			done("vistas.groups", `{"id":"VISTA-4"}`, `{"groups":[{"value":"a","count":1},{"value":"","count":1}]}`),
			refused("no groups", "vistas.groups", `{"id":"VISTA-3"}`, 400, `{"field_name":"id","message":"<any>"}`),
			refused("none", "vistas.groups", `{"id":"VISTA-9"}`, 404, `{"type":"not_found"}`),
			refused("no vista", "vistas.groups", `{"id":"REVU-1"}`, 400, `{"field_name":"id"}`),
			refused("a zone", "vistas.groups", `{"id":"VISTA-2","time_zone":"Mars"}`, 400, `{"field_name":"time_zone"}`),
		}, forms("by POST and GET", "vistas.groups", "id=VISTA-2&limit=1", `{"id":"VISTA-2","limit":1}`, 200, `{"groups":[{"value":"gold"}],"next_cursor":"<any>"}`)...))

		var values []string
		for cursor, more := any(""), true; more && len(values) < 5; {
			res := c.Post(t, "vistas.groups", fmt.Sprintf(`{"id":"VISTA-2","limit":1,"cursor":%q}`, cursor), 200)
			values = append(values, res.Text(t, "groups.0.value"))
			n, _ := res.Lookup("groups.0.count")
			count := c.Post(t, "rev-users.count", fmt.Sprintf(`{"filter":%q}`, res.Text(t, "groups.0.filter")), 200)
			if got, _ := count.Lookup("count"); got.(json.Number) != n.(json.Number) {
				t.Errorf("the group %s counts %v, and its filter %v", values[len(values)-1], n, got)
			}
			cursor, more = res.Lookup("next_cursor")
		}
		if got := strings.Join(values, " "); got != "gold tin " {
			t.Errorf("one group after the other: %s", got)
		}
		first := c.Post(t, "vistas.groups", `{"id":"VISTA-2","limit":1}`, 200).Text(t, "next_cursor")
		c.Play(t, refused("another vista's cursor", "vistas.groups", `{"id":"VISTA-1","limit":1,"cursor":"`+first+`"}`, 400, `{"field_name":"cursor"}`))
	})
}
