package httpapi_test

import (
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// addresses are composites of the org's own fields of contacts.
func addresses(members, fields, more string) string {
	return `{"type":"tenant_fragment","leaf_type":"rev_user","composite_schemas":[{"name":"address","description":"Where","fields":[` + members + `]}],"fields":[` + fields + `]` + more + `}`
}

const (
	addressMembers = `{"name":"street","field_type":"text"},{"name":"city","field_type":"text","is_filterable":true,"is_required":true},
		{"name":"floor","field_type":"int","gte":-5,"is_filterable":true},{"name":"kind","field_type":"enum","allowed_values":["home","work"],"default_value":"home","is_filterable":true}`
	addressFields = `{"name":"home","field_type":"composite","composite_type":"address"},{"name":"homes","field_type":"array","base_type":"composite","composite_type":"address","max_items":2},
		{"name":"extra","field_type":"struct"},{"name":"extras","field_type":"array","base_type":"struct"}`
)

// TestComposites defines fields that consist of others, gives them values, whole
// and in parts, and finds, sorts and groups records by their members.
func TestComposites(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := newShop(t, k, "Acme").admin
		first := c.Post(t, "schemas.custom.set", addresses(addressMembers, addressFields, ""), 201).Text(t, "id")
		compositeValues(t, c)
		c.Run(t, []apitest.Scenario{
			done("schemas.custom.get", `{"id":"`+first+`"}`, `{"fragment":{"composite_schemas":[{"name":"address","description":"Where","fields":[{"name":"street"},{"name":"city","is_required":true},{},{}]}],
				"fields":[{"name":"home","field_type":"composite","composite_type":"address"},{"base_type":"composite","composite_type":"address"},{},{}]}}`),
			done("schemas.aggregated.get", `{"leaf_type":"rev_user"}`, `{"schema":{"custom_composite_schemas":[{"name":"tnt__address"}],"custom_fields":[{"name":"tnt__home","composite_type":"tnt__address"},{},{},{}]}}`),
			done("rev-users.list", `{"filter":"tnt__home.city = KÖLN"}`, `{"rev_users":[{"display_name":"Ann"}]}`),
			done("rev-users.list", `{"custom_fields":{"tnt__homes.city":["bonn"]}}`, `{"rev_users":[{"display_name":"Bo"},{"display_name":"Ann"}]}`),
			done("rev-users.list", `{"filter":"tnt__home.floor > 1","sort_by":["tnt__home.floor:desc"]}`, `{"rev_users":[{"display_name":"Bo"},{"display_name":"Ann"}]}`),
			refused("sorted by several", "rev-users.list", `{"sort_by":["tnt__homes.city:asc"]}`, 400, `{"field_name":"sort_by[0]"}`),
			refused("sorted by the whole", "rev-users.list", `{"sort_by":["tnt__home:asc"]}`, 400, `{"field_name":"sort_by[0]"}`),
			refused("the whole", "rev-users.list", `{"filter":"tnt__home = x"}`, 400, `{"field_name":"custom_fields.tnt__home"}`),
			refused("not filterable", "rev-users.list", `{"filter":"tnt__home.street = x"}`, 400, `{"field_name":"custom_fields.tnt__home.street"}`),
			done("rev-users.query", `{"group_by":"tnt__home.kind","columns":["name","tnt__home"]}`, `{"groups":[{"value":"home","count":1,"rev_users":[{"custom_fields":{"tnt__home":{"city":"Köln"}}}]},{"value":"work","count":1},{"count":1}]}`),
			made("vistas.create", `{"type":"dynamic","name":"Near","filter_type":"rev_users","filter":"tnt__home.city = Ulm","custom_view":{"group_by":"tnt__home.kind","sort_by":["tnt__home.floor:asc"],"column_properties":[{"name":"tnt__home.city","width":"90"}]}}`, `{}`),
			absent(done("rev-users.query", `{"vista":"VISTA-1","group_by":""}`, `{"rev_users":[{"custom_fields":{"tnt__home":{"city":"Ulm"}}}]}`), "dropped_fields", "rev_users.0.custom_fields.tnt__homes"),
			made("schemas.custom.set", addresses(addressMembers, "", `,"deleted_fields":["home","homes","extra","extras"]`), `{}`),
			done("rev-users.query", `{"vista":"VISTA-1"}`, `{"dropped_fields":["tnt__home.city","tnt__home.floor","tnt__home.kind"],"count":3}`),
		})
	})
}

func compositeValues(t *testing.T, c apitest.Client) {
	t.Helper()
	give := func(value string) string {
		return `{"id":"REVU-1","custom_fields":{` + value + `},` + ours + `}`
	}
	wrong := func(value, field, subtype string) apitest.Scenario {
		return refused(value, "rev-users.update", give(value), 400, `{"type":"customization_validation_error","field_name":"custom_fields.`+field+`","subtype":"`+subtype+`"}`)
	}
	c.Run(t, []apitest.Scenario{
		made("rev-users.create", `{"display_name":"Ann","custom_fields":{"tnt__home":{"city":"Köln","floor":2,"street":null},"tnt__homes":[{"city":"Bonn"},{"city":"Köln","kind":"work"}],"tnt__extra":{"a":{"b":[1]}}},`+ours+`}`,
			`{"rev_user":{"custom_fields":{"tnt__home":{"city":"Köln","floor":2,"kind":"home"},"tnt__homes":[{"city":"Bonn","kind":"home"},{"city":"Köln","kind":"work"}],"tnt__extra":{"a":{"b":[1]}}}}}`),
		made("rev-users.create", `{"display_name":"Bo","custom_fields":{"tnt__home.city":"Ulm","tnt__home.floor":11,"tnt__home.kind":"work","tnt__homes":[{"city":"bonn"}],"tnt__extras":[{},{"x":1}]},`+ours+`}`,
			`{"rev_user":{"custom_fields":{"tnt__home":{"city":"Ulm","floor":11,"kind":"work"},"tnt__extras":[{},{"x":1}]}}}`),
		made("rev-users.create", `{"display_name":"Cy","custom_fields":{"tnt__home":{}},`+ours+`}`, `{"rev_user":{"display_name":"Cy"}}`),
		wrong(`"tnt__home":"Köln"`, "tnt__home", "wrong_type"), wrong(`"tnt__home":[{"city":"x"}]`, "tnt__home", "wrong_type"), wrong(`"tnt__homes":{"city":"x"}`, "tnt__homes", "wrong_type"),
		wrong(`"tnt__home":{"city":1}`, "tnt__home.city", "wrong_type"), wrong(`"tnt__home":{"floor":1}`, "tnt__home.city", "field_required"), wrong(`"tnt__home":{"city":"x","floor":-6}`, "tnt__home.floor", "invalid_argument"),
		wrong(`"tnt__home":{"city":"x","zip":"1"}`, "tnt__home.zip", "field_not_in_schema"), wrong(`"tnt__homes":[{"city":"x"},{"city":"y","kind":"shop"}]`, "tnt__homes[1].kind", "enum_out_of_range"),
		wrong(`"tnt__homes":[{"city":"1"},{"city":"2"},{"city":"3"}]`, "tnt__homes", "invalid_argument"), wrong(`"tnt__home.zip":"1"`, "tnt__home.zip", "field_not_in_schema"),
		wrong(`"tnt__home.city":null`, "tnt__home.city", "field_required"), wrong(`"tnt__homes.city":"x"`, "tnt__homes.city", "field_not_in_schema"), wrong(`"tnt__extra":[1]`, "tnt__extra", "wrong_type"),
		wrong(`"tnt__extra.a":1`, "tnt__extra.a", "field_not_in_schema"), wrong(`"tnt__extras":[1]`, "tnt__extras[0]", "wrong_type"),
		done("rev-users.update", give(`"tnt__home.floor":3,"tnt__home.kind":null`), `{"rev_user":{"custom_fields":{"tnt__home":{"city":"Köln","floor":3,"kind":"home"}}}}`),
		absent(done("rev-users.get", `{"id":"REVU-3"}`, `{"rev_user":{"display_name":"Cy"}}`), "rev_user.custom_fields"),
	})
}

// TestCompositeVersions keeps what records have.
func TestCompositeVersions(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := newShop(t, k, "Acme").admin
		const home, city = `{"name":"home","field_type":"composite","composite_type":"address"}`, `{"name":"city","field_type":"text"}`
		bad := func(name, members, fields, more, field string) apitest.Scenario {
			return refused(name, "schemas.custom.set", addresses(members, fields, more), 400, `{"field_name":"`+field+`"}`)
		}
		c.Run(t, []apitest.Scenario{
			bad("no such composite", city, `{"name":"home","field_type":"composite","composite_type":"addresses"}`, "", "fields[0].composite_type"),
			bad("without its name", city, `{"name":"home","field_type":"composite"}`, "", "fields[0].composite_type"),
			bad("of a text", city, `{"name":"home","field_type":"text","composite_type":"address"}`, "", "fields[0].composite_type"),
			bad("nested", city+`,`+home, "", "", "composite_schemas[0].fields[1].field_type"),
			bad("no fields", "", "", "", "composite_schemas[0].fields"),
			bad("twice", city+`,`+city, "", "", "composite_schemas[0].fields[1].name"),
			bad("immutable", `{"name":"city","field_type":"text","is_immutable":true}`, "", "", "composite_schemas[0].fields[0].is_immutable"),
			bad("filterable as a whole", city, `{"name":"home","field_type":"composite","composite_type":"address","is_filterable":true}`, "", "fields[0].is_filterable"),
			bad("struct filterable", city, `{"name":"home","field_type":"struct","is_filterable":true}`, "", "fields[0].is_filterable"),
			bad("default", city, `{"name":"home","field_type":"composite","composite_type":"address","default_value":{"town":"x"}}`, "", "fields[0].default_value.town"),
			made("schemas.custom.set", addresses(city+`,{"name":"zip","field_type":"text"},{"name":"kind","field_type":"enum","allowed_values":["home","work"]}`, home, ""), `{}`),
			made("rev-users.create", `{"display_name":"Ann","custom_fields":{"tnt__home":{"city":"Ulm","zip":"1","kind":"work"}},`+ours+`}`, `{}`),
			bad("dropped by oversight", city+`,{"name":"kind","field_type":"enum","allowed_values":["home","work"]}`, home, "", "composite_schemas[0].fields"),
			bad("a choice lost", city+`,{"name":"zip","field_type":"text"},{"name":"kind","field_type":"enum","allowed_values":["home"]}`, home, "", "composite_schemas[0].fields[2].allowed_values"),
			bad("another type", `{"name":"city","field_type":"int"},{"name":"zip","field_type":"text"},{"name":"kind","field_type":"enum","allowed_values":["home","work"]}`, home, "", "composite_schemas[0].fields[0].field_type"),
			bad("no such", city+`,{"name":"zip","field_type":"text"},{"name":"kind","field_type":"enum","allowed_values":["home","work"]}`, home, `,"deleted_fields":["address.town"]`, "deleted_fields[0]"),
			made("schemas.custom.set", addresses(`{"name":"city","field_type":"text","is_filterable":true},{"name":"kind","field_type":"enum","allowed_values":["home",{"label":"work","is_deprecated":true}]}`, home, `,"deleted_fields":["address.zip"]`), `{}`),
			absent(done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"custom_fields":{"tnt__home":{"city":"Ulm","kind":"work"}},"custom_schema_fragments":["<any>"]}}`), "rev_user.custom_fields.tnt__home.zip"),
			done("rev-users.list", `{"filter":"tnt__home.city = ulm"}`, `{"rev_users":[{"display_name":"Ann"}]}`),
			refused("no choice any more", "rev-users.create", `{"custom_fields":{"tnt__home":{"kind":"work"}},`+ours+`}`, 400, `{"field_name":"custom_fields.tnt__home.kind"}`),
			absent(done("rev-users.update", `{"id":"REVU-1","custom_fields":{"tnt__home.city":"Bonn"},`+ours+`}`, `{"rev_user":{"custom_fields":{"tnt__home":{"city":"Bonn","kind":"work"}}}}`), "rev_user.custom_fields.tnt__home.zip"),
			bad("once something else", city+`,{"name":"zip","field_type":"int"},{"name":"kind","field_type":"enum","allowed_values":["home","work"]}`, home, "", "composite_schemas[0].fields[1].field_type"),
		})
	})
}
