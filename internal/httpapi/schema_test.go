package httpapi_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// everyType defines a field of each type.
const everyType = `{"type":"tenant_fragment","leaf_type":"rev_user","description":"Ours","fields":[
	{"name":"plan","field_type":"enum","allowed_values":["gold","silver",{"label":"tin","is_deprecated":true}],"is_filterable":true,"ui":{"display_name":"Plan","is_groupable":true}},
	{"name":"seats","field_type":"int","gte":1,"lte":100000,"is_filterable":true},
	{"name":"score","field_type":"double","gt":-10,"is_filterable":true},
	{"name":"trial","field_type":"bool","is_filterable":true,"default_value":false},
	{"name":"renewal","field_type":"date","is_filterable":true},
	{"name":"seen","field_type":"timestamp","is_filterable":true},
	{"name":"site","field_type":"text","format":"url","max_len":50},
	{"name":"mobile","field_type":"text","format":"phone"},
	{"name":"code","field_type":"tokens","pattern":"^[A-Z]{2}-[0-9]+$","is_immutable":true,"is_filterable":true},
	{"name":"notes","field_type":"rich_text","is_filterable":true},
	{"name":"boss","field_type":"id","id_type":["rev_user"],"is_filterable":true},
	{"name":"langs","field_type":"array","base_type":"enum","allowed_values":["de","en","fr"],"max_items":2,"is_filterable":true},
	{"name":"level","field_type":"uenum","allowed_values":[{"id":1,"label":"low","ordinal":1},{"id":2,"label":"high","ordinal":2}],"is_filterable":true},
	{"name":"raw","field_type":"json_value"},
	{"name":"must","field_type":"text","is_required":true}]}`

const ours = `"custom_schema_spec":{"tenant_fragment":true}`

// TestCustomFields defines fields of every type, gives them values and finds
// records by them.
func TestCustomFields(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := newShop(t, k, "Acme").admin
		c.Run(t, []apitest.Scenario{
			refused("before there are any", "rev-users.create", `{"custom_fields":{"tnt__plan":"gold"},`+ours+`}`, 400,
				`{"type":"customization_validation_error","subtype":"field_not_in_schema","field_name":"custom_fields.tnt__plan"}`),
			made("schemas.custom.set", everyType, `{"id":"<any>"}`),
		})
		c.Run(t, forms("the whole", "schemas.aggregated.get", "leaf_type=rev_user", `{"leaf_type":"rev_user"}`, 200,
			`{"schema":{"leaf_type":"revu","custom_fields":[{"name":"tnt__plan","field_type":"enum","allowed_values":["gold","silver","tin"],"is_filterable":true,"ui":{"display_name":"Plan"}},{},{},{},{},{},{},{},{},{},{},{},{},{},{"name":"tnt__must","is_required":true}]}}`))
		const all = `"tnt__plan":"gold","tnt__seats":25,"tnt__score":-0.5,"tnt__renewal":"2027-01-31","tnt__seen":"2026-11-26T10:00:00+01:00","tnt__site":"https://x.example/a",
			"tnt__mobile":"+49 151 12345678","tnt__code":"AB-12","tnt__notes":"Likes *tea*","tnt__langs":["de","en"],"tnt__level":"high","tnt__raw":{"a":[1,null]},"tnt__must":"x"`
		c.Run(t, []apitest.Scenario{
			made("rev-users.create", `{"display_name":"Ann","custom_fields":{`+all+`},"custom_schema_spec":{"tenant_fragment":true,"validate_required_fields":true}}`,
				`{"rev_user":{"custom_fields":{"tnt__plan":"gold","tnt__seats":25,"tnt__score":-0.5,"tnt__trial":false,"tnt__renewal":"2027-01-31","tnt__seen":"2026-11-26T09:00:00.000000Z",
				"tnt__mobile":"+4915112345678","tnt__level":2,"tnt__raw":{"a":[1,null]},"tnt__langs":["de","en"]}}}`),
			made("rev-users.create", `{"display_name":"Bo","custom_fields":{"tnt__plan":"silver","tnt__seats":3,"tnt__trial":true,"tnt__boss":"REVU-1","tnt__langs":["fr"],"tnt__level":1},`+ours+`}`,
				`{"rev_user":{"custom_fields":{"tnt__boss":"<any>","tnt__trial":true}}}`),
			made("rev-users.create", `{"display_name":"Cy"}`, `{"rev_user":{"display_name":"Cy"}}`),
		})
		customRefusals(t, c)
		customFilters(t, c)
		c.Run(t, []apitest.Scenario{
			done("rev-users.update", `{"id":"REVU-1","custom_fields":{"tnt__seats":null,"tnt__langs":[],"tnt__plan":"silver"},`+ours+`}`, `{"rev_user":{"custom_fields":{"tnt__plan":"silver","tnt__must":"x"}}}`),
			absent(done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"custom_fields":{"tnt__code":"AB-12"}}}`), "rev_user.custom_fields.tnt__seats", "rev_user.custom_fields.tnt__langs"),
			done("rev-users.list", `{"filter":"tnt__seats not empty"}`, `{"rev_users":[{"display_name":"Bo"}]}`),
			done("rev-users.upsert", `{"external_ref":"new","custom_fields":{"tnt__seats":7},`+ours+`}`, `{"created":true,"rev_user":{"custom_fields":{"tnt__seats":7,"tnt__trial":false}}}`),
			done("rev-users.upsert", `{"external_ref":"new","custom_fields":{"tnt__seats":8},`+ours+`}`, `{"created":false,"rev_user":{"custom_fields":{"tnt__seats":8}}}`),
			done("rev-users.delete", `{"id":"REVU-2"}`, `{}`),
			done("rev-users.list", `{"filter":"tnt__plan = silver"}`, `{"rev_users":[{"display_name":"Ann"}]}`),
			done("rev-users.restore", `{"id":"REVU-2"}`, `{"rev_user":{"custom_fields":{"tnt__trial":true}}}`),
			done("rev-users.list", `{"filter":"tnt__plan = silver"}`, `{"rev_users":[{"display_name":"Bo"},{"display_name":"Ann"}]}`),
		})
	})
}

func customRefusals(t *testing.T, c apitest.Client) {
	t.Helper()
	wrong := func(name, value, subtype string) apitest.Scenario {
		return refused(name+" "+value, "rev-users.update", `{"id":"REVU-3","custom_fields":{"`+name+`":`+value+`},`+ours+`}`, 400,
			`{"type":"customization_validation_error","subtype":"`+subtype+`","reason":"<any>"}`)
	}
	c.Run(t, []apitest.Scenario{
		wrong("tnt__plan", `"lead"`, "enum_out_of_range"), wrong("tnt__plan", `"tin"`, "enum_out_of_range"), wrong("tnt__plan", `5`, "wrong_type"),
		wrong("tnt__seats", `"5"`, "wrong_type"), wrong("tnt__seats", `1.5`, "wrong_type"), wrong("tnt__seats", `0`, "invalid_argument"), wrong("tnt__seats", `1e30`, "wrong_type"),
		wrong("tnt__score", `-10`, "invalid_argument"), wrong("tnt__trial", `"yes"`, "wrong_type"), wrong("tnt__renewal", `"31.1.2027"`, "date_parse_error"),
		wrong("tnt__seen", `"today"`, "timestamp_parse_error"), wrong("tnt__site", `"javascript:alert(1)"`, "invalid_argument"), wrong("tnt__mobile", `"12"`, "invalid_argument"),
		wrong("tnt__site", `"https://`+strings.Repeat("x", 60)+`"`, "invalid_argument"), wrong("tnt__code", `"ab-12"`, "invalid_argument"), wrong("tnt__boss", `"ACC-1"`, "id_type_not_allowed"), wrong("tnt__boss", `"me"`, "id_parse_error"),
		wrong("tnt__langs", `"de"`, "wrong_type"), wrong("tnt__langs", `["de","en","fr"]`, "invalid_argument"), wrong("tnt__langs", `["it"]`, "enum_out_of_range"),
		wrong("tnt__level", `3`, "enum_out_of_range"), wrong("tnt__must", `null`, "field_required"), wrong("tnt__nope", `1`, "field_not_in_schema"), wrong("plan", `"gold"`, "field_not_in_schema"),
		refused("set for good", "rev-users.update", `{"id":"REVU-1","custom_fields":{"tnt__code":"CD-1"},`+ours+`}`, 400, `{"subtype":"field_immutable"}`),
		done("rev-users.update", `{"id":"REVU-1","custom_fields":{"tnt__code":"AB-12"},`+ours+`}`, `{"rev_user":{}}`),
		refused("no spec", "rev-users.update", `{"id":"REVU-1","custom_fields":{"tnt__plan":"gold"}}`, 400, `{"subtype":"field_not_in_schema"}`),
		refused("required", "rev-users.create", `{"custom_fields":{},"custom_schema_spec":{"tenant_fragment":true,"validate_required_fields":true}}`, 400, `{"subtype":"field_required","field_name":"custom_fields.tnt__must"}`),
		refused("no subtype", "rev-users.create", `{"custom_schema_spec":{"subtype":"lead"}}`, 400, `{"subtype":"fragment_not_found"}`),
		refused("no app", "rev-users.create", `{"custom_schema_spec":{"apps":["crm"]}}`, 400, `{"subtype":"fragment_not_found"}`),
	})
	if got := c.Post(t, "rev-users.get", `{"id":"REVU-3"}`, 200); strings.Contains(string(got.Body), "custom_fields") {
		t.Errorf("a refused value was kept: %s", got.Body)
	}
}

// customFilters asks by every type; REVU-1 and REVU-2 have values, REVU-3 none.
func customFilters(t *testing.T, c apitest.Client) {
	t.Helper()
	for text, want := range map[string]string{
		"tnt__plan = GOLD": "1", "tnt__plan in (gold, silver)": "12", "tnt__plan != gold": "23", "tnt__plan empty": "3",
		"tnt__seats = 25": "1", "tnt__seats > 3": "1", "tnt__seats >= 3": "12", "tnt__seats between 1 and 3": "2", "tnt__seats != 3": "13", "tnt__seats < 1e9": "12",
		"tnt__score < 0": "1", "tnt__score > -0.6": "1", "tnt__score >= 0": "", "tnt__trial = true": "2", "tnt__trial = false": "1",
		"tnt__renewal = 2027-01-31": "1", "tnt__renewal > 2027-01-30": "1", "tnt__renewal < 2027-01-31": "", "tnt__renewal between 2027-01-01 and 2027-01-31": "1",
		"tnt__seen = 2026-11-26T09:00:00Z": "1", "tnt__seen > 2026-11-26T09:00:00Z": "", "tnt__seen < 2026-11-27": "1", "tnt__seen empty": "23",
		"tnt__code ^= ab-": "1", "tnt__code = ab-12": "1", "tnt__notes ~ TEA": "1", "tnt__notes ^= likes": "1", "tnt__boss = REVU-1": "2", "tnt__boss empty": "13",
		"tnt__langs = de": "1", "tnt__langs in (de, fr)": "12", "tnt__langs != de": "23", "tnt__level = high": "1", "tnt__level = 1": "2", "tnt__level in (low, high)": "12",
		"tnt__plan = gold and not tnt__seats < 10": "1", "tnt__plan = gold or tnt__langs = fr": "12",
	} {
		got := c.Send(t, "GET", "/rev-users.list?sort_by=display_id:asc&filter="+url.QueryEscape(text), nil, nil)
		found := ""
		for at := range 3 {
			if name, ok := got.Lookup("rev_users." + string(rune('0'+at)) + ".display_id"); ok {
				found += strings.TrimPrefix(name.(string), "REVU-")
			}
		}
		if got.Status != 200 || found != want {
			t.Errorf("%s found %q, want %q: %d %.200s", text, found, want, got.Status, got.Body)
		}
	}
	c.Run(t, []apitest.Scenario{
		refused("a value that is no choice", "rev-users.list", `{"filter":"tnt__plan = lead"}`, 400, `{"field_name":"filter"}`),
		refused("not filterable", "rev-users.list", `{"filter":"tnt__site = x"}`, 400, `{"field_name":"custom_fields.tnt__site"}`),
		done("rev-users.list", `{"custom_fields":{"tnt__plan":["gold"],"tnt__trial":false}}`, `{"rev_users":[{"display_name":"Ann"}]}`),
		refused("as a parameter", "rev-users.list", `{"custom_fields":{"plan":"gold"}}`, 400, `{"subtype":"field_not_in_schema"}`),
	})
	c.Run(t, forms("as a parameter", "rev-users.list", "custom_fields.tnt__seats=3", `{"custom_fields":{"tnt__seats":3}}`, 200, `{"rev_users":[{"display_name":"Bo"}]}`))
}

// TestSchemaVersions changes definitions, which leaves values alone.
func TestSchemaVersions(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := newShop(t, k, "Acme").admin
		set := func(fields, more string) string {
			return `{"type":"tenant_fragment","leaf_type":"account","fields":[` + fields + `]` + more + `}`
		}
		const plan = `{"name":"plan","field_type":"enum","allowed_values":["a","b"]}`
		first := c.Post(t, "schemas.custom.set", set(plan+`,{"name":"old","field_type":"text"}`, ""), 201).Text(t, "id")
		c.Post(t, "accounts.create", `{"display_name":"X","custom_fields":{"tnt__plan":"a","tnt__old":"kept"},`+ours+`}`, 201)
		c.Run(t, []apitest.Scenario{
			refused("dropped by oversight", "schemas.custom.set", set(plan, ""), 400, `{"type":"customization_validation_error","subtype":"field_dropped"}`),
			refused("another type", "schemas.custom.set", set(`{"name":"plan","field_type":"text"},{"name":"old","field_type":"text"}`, ""), 400, `{"field_name":"fields[0].field_type"}`),
			refused("a choice less", "schemas.custom.set", set(`{"name":"plan","field_type":"enum","allowed_values":["a"]},{"name":"old","field_type":"text"}`, ""), 400, `{"field_name":"fields[0].allowed_values"}`),
			refused("dropped and kept", "schemas.custom.set", set(plan+`,{"name":"old","field_type":"text"}`, `,"deleted_fields":["old"]`), 400, `{"field_name":"deleted_fields[0]"}`),
			refused("no such", "schemas.custom.set", set(plan, `,"deleted_fields":["older"]`), 400, `{"field_name":"deleted_fields[0]"}`),
			done("accounts.list", `{"filter":"name ~ x"}`, `{"accounts":[{"custom_fields":{"tnt__plan":"a"}}]}`),
			refused("not yet", "accounts.list", `{"filter":"tnt__plan = a"}`, 400, `{"field_name":"custom_fields.tnt__plan"}`),
			// Filterable from now on, also by what was there before.
			made("schemas.custom.set", set(`{"name":"plan","field_type":"enum","allowed_values":["a","b","c"],"is_filterable":true}`, `,"deleted_fields":["tnt__old"]`), `{"id":"<any>"}`),
			done("accounts.list", `{"filter":"tnt__plan = a"}`, `{"accounts":[{"display_name":"X"}]}`),
			refused("once something else", "schemas.custom.set", set(`{"name":"plan","field_type":"enum","allowed_values":["a","b","c"]},{"name":"old","field_type":"int"}`, ""), 400, `{"field_name":"fields[1].field_type"}`),
			absent(done("accounts.get", `{"id":"ACC-1"}`, `{"account":{"custom_fields":{"tnt__plan":"a"},"custom_schema_fragments":["<any>"]}}`), "account.custom_fields.tnt__old", "account.custom_schema_fragments.1"),
			refused("gone", "accounts.update", `{"id":"ACC-1","custom_fields":{"tnt__old":"new"},`+ours+`}`, 400, `{"subtype":"field_not_in_schema"}`),
			done("accounts.update", `{"id":"ACC-1","custom_fields":{"tnt__plan":"c"},`+ours+`}`, `{"account":{"custom_fields":{"tnt__plan":"c"}}}`),
			done("rev-users.list", `{"filter":"account.tnt__plan = c"}`, `{"rev_users":[]}`),
			done("schemas.custom.get", `{"id":"`+first+`"}`, `{"fragment":{"version":1,"new_fragment_ref":"<any>","fields":[{"name":"plan"},{"name":"old"}]}}`),
			absent(done("schemas.custom.list", `{"leaf_type":["account"]}`, `{"result":[{"version":2,"old_fragment_ref":{"id":"`+first+`"},"leaf_type":"account","type":"tenant_fragment"}]}`), "result.0.new_fragment_ref"),
			done("schemas.custom.list", `{"all_versions":true,"prune":["fields"]}`, `{"result":[{"fields":[]},{"fields":[]}]}`),
			done("schemas.custom.list", `{"types":["app_fragment"]}`, `{"result":[]}`),
			refused("by no id", "schemas.custom.get", `{"id":"REVU-1"}`, 400, `{"type":"unexpected_id_type"}`),
		})
		paged := c.Post(t, "schemas.custom.list", `{"all_versions":true,"limit":1}`, 200)
		c.Run(t, []apitest.Scenario{
			absent(done("schemas.custom.list", `{"all_versions":true,"limit":1,"cursor":"`+paged.Text(t, "next_cursor")+`"}`, `{"result":[{"version":2}]}`), "next_cursor"),
			done("schemas.stock.get", `{"leaf_type":"rev_org"}`, `{"fragment":{"leaf_type":"revo","id":"don:core:kith:stock_sf/32027"}}`),
			done("schemas.stock.get", `{"id":"don:core:kith:stock_sf/32026"}`, `{"fragment":{"leaf_type":"revu"}}`),
			done("schemas.stock.list", `{"leaf_type":["account"],"prune":["fields"]}`, `{"result":[{"leaf_type":"account","fields":[]}]}`),
			refused("of nothing", "schemas.stock.get", `{}`, 400, `{"field_name":"leaf_type"}`),
			refused("of tickets", "schemas.aggregated.get", `{"leaf_type":"issue"}`, 400, `{"type":"invalid_enum_value","field_name":"leaf_type"}`),
		})
	})
}

func TestSchemaRefusals(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := newShop(t, k, "Acme").admin
		field := func(name, definition, at string) apitest.Scenario {
			return refused(name, "schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"rev_user","fields":[`+definition+`]}`, 400, `{"field_name":"`+at+`"}`)
		}
		c.Run(t, []apitest.Scenario{
			field("upper case", `{"name":"Plan","field_type":"text"}`, "fields[0].name"), field("prefix", `{"name":"tnt__plan","field_type":"text"}`, "fields[0].name"),
			field("no type", `{"name":"a"}`, "fields[0].field_type"), field("other type", `{"name":"a","field_type":"blob"}`, "fields[0].field_type"),
			field("lists of lists", `{"name":"a","field_type":"array","base_type":"array"}`, "fields[0].base_type"), field("base", `{"name":"a","field_type":"text","base_type":"int"}`, "fields[0].base_type"),
			field("twice", `{"name":"a","field_type":"text"},{"name":"a","field_type":"int"}`, "fields[1].name"), field("no choices", `{"name":"a","field_type":"enum"}`, "fields[0].allowed_values"),
			field("same choices", `{"name":"a","field_type":"enum","allowed_values":["X","x"]}`, "fields[0].allowed_values[1]"), field("choices of text", `{"name":"a","field_type":"text","allowed_values":["x"]}`, "fields[0].allowed_values"),
			field("same ids", `{"name":"a","field_type":"uenum","allowed_values":[{"id":1,"label":"x"},{"id":1,"label":"y"}]}`, "fields[0].allowed_values[1].id"),
			field("no choice", `{"name":"a","field_type":"enum","allowed_values":[{"lable":"x"}]}`, "fields[0].allowed_values[0]"),
			field("pattern", `{"name":"a","field_type":"text","pattern":"("}`, "fields[0].pattern"), field("pattern of a number", `{"name":"a","field_type":"int","pattern":"x"}`, "fields[0]"),
			field("bounds of text", `{"name":"a","field_type":"text","gt":1}`, "fields[0]"), field("items of text", `{"name":"a","field_type":"text","min_items":1}`, "fields[0]"),
			field("lengths", `{"name":"a","field_type":"text","min_len":3,"max_len":2}`, "fields[0].min_len"), field("format", `{"name":"a","field_type":"int","format":"email"}`, "fields[0].format"),
			field("id type", `{"name":"a","field_type":"id","id_type":["ticket"]}`, "fields[0].id_type[0]"), field("sortable", `{"name":"a","field_type":"int","ui":{"is_sortable":true}}`, "fields[0].ui.is_sortable"),
			field("default", `{"name":"a","field_type":"int","default_value":"x"}`, "fields[0].default_value"), field("filterable json", `{"name":"a","field_type":"json_value","is_filterable":true}`, "fields[0].is_filterable"),
			refused("kind", "schemas.custom.set", `{"type":"other","leaf_type":"rev_user"}`, 400, `{"field_name":"type"}`),
			refused("leaf", "schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"issue"}`, 400, `{"field_name":"leaf_type"}`),
			refused("subtype", "schemas.custom.set", `{"type":"custom_type_fragment","leaf_type":"rev_user"}`, 400, `{"field_name":"subtype"}`),
			refused("app", "schemas.custom.set", `{"type":"app_fragment","leaf_type":"rev_user","app":"a__b"}`, 400, `{"field_name":"app"}`),
			refused("stock field", "schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"rev_user","stock_field_overrides":[{"name":"nope"}]}`, 400, `{"field_name":"stock_field_overrides[0].name"}`),
			refused("expression", "schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"rev_user","conditions":[{"expression":"tnt__a =","effects":[]}]}`, 400, `{"subtype":"expression_parse_error"}`),
			refused("effect", "schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"rev_user","fields":[{"name":"a","field_type":"text"}],"conditions":[{"expression":"tnt__a = x","effects":[{"fields":["tnt__b"]}]}]}`, 400, `{"subtype":"field_not_in_schema"}`),
		})
	})
}

// TestSubtypes gives records a subtype with fields of its own, and apps, and
// makes fields depend on others.
func TestSubtypes(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := newShop(t, k, "Acme").admin
		c.Post(t, "schemas.custom.set", `{"type":"custom_type_fragment","leaf_type":"account","subtype":"partner","subtype_display_name":"Partner","fields":[
			{"name":"level","field_type":"enum","allowed_values":["a","b"],"is_filterable":true},{"name":"reason","field_type":"text"},{"name":"fee","field_type":"int"}],
			"conditions":[{"expression":"ctype__level = b","effects":[{"fields":["ctype__reason"],"require":true},{"fields":["ctype__fee"],"show":true}]}]}`, 201)
		c.Post(t, "schemas.custom.set", `{"type":"custom_type_fragment","leaf_type":"account","subtype":"lead","fields":[]}`, 201)
		c.Post(t, "schemas.custom.set", `{"type":"app_fragment","leaf_type":"account","app":"crm","fields":[{"name":"score","field_type":"int","is_filterable":true}]}`, 201)
		partner := func(id, fields string) string {
			return `{"id":"` + id + `","custom_fields":{` + fields + `},"custom_schema_spec":{"subtype":"partner","validate_required_fields":true}}`
		}
		c.Post(t, "accounts.create", `{"display_name":"One"}`, 201)
		c.Run(t, []apitest.Scenario{
			done("accounts.update", partner("ACC-1", `"ctype__level":"a"`), `{"account":{"subtype":"partner","custom_fields":{"ctype__level":"a"}}}`),
			refused("required by another", "accounts.update", partner("ACC-1", `"ctype__level":"b"`), 400, `{"subtype":"field_required","field_name":"custom_fields.ctype__reason"}`),
			refused("hidden by another", "accounts.update", partner("ACC-1", `"ctype__fee":5`), 400, `{"subtype":"invalid_argument","field_name":"custom_fields.ctype__fee"}`),
			done("accounts.update", partner("ACC-1", `"ctype__level":"b","ctype__reason":"r","ctype__fee":5`), `{"account":{"custom_fields":{"ctype__fee":5}}}`),
			refused("of the org's own", "accounts.update", `{"id":"ACC-1","custom_fields":{"ctype__level":"a"},`+ours+`}`, 400, `{"subtype":"field_not_in_schema"}`),
			done("accounts.update", `{"id":"ACC-1","custom_fields":{"app_crm__score":3},"custom_schema_spec":{"apps":["crm"]}}`, `{"account":{"subtype":"partner","custom_fields":{"app_crm__score":3,"ctype__fee":5}}}`),
			done("accounts.list", `{"subtype":["partner"]}`, `{"accounts":[{"display_name":"One"}]}`),
			done("accounts.list", `{"subtype":["lead"]}`, `{"accounts":[]}`),
			done("accounts.list", `{"filter":"subtype = partner and ctype__level = b and app_crm__score > 2"}`, `{"accounts":[{"display_name":"One"}]}`),
			done("schemas.subtypes.list", `{"leaf_types":["account"]}`, `{"subtypes":[{"value":"lead","leaf_type":"account"},{"value":"partner","display_name":"Partner"}]}`),
			done("schemas.aggregated.get", `{"leaf_type":"account","custom_schema_spec":{"subtype":"partner"}}`, `{"schema":{"custom_fields":[{"name":"ctype__level"},{},{}],"conditions":[{"expression":"ctype__level = b"}]}}`),
			absent(done("accounts.update", `{"id":"ACC-1","custom_schema_spec":{"subtype":"lead"}}`, `{"account":{"subtype":"lead","custom_fields":{"app_crm__score":3}}}`), "account.custom_fields.ctype__level"),
			absent(done("accounts.update", `{"id":"ACC-1","custom_schema_spec":{"drop":{"subtype":true,"apps":["crm"]}}}`, `{"account":{"display_name":"One"}}`), "account.subtype", "account.custom_fields"),
		})
		c.Post(t, "schemas.custom.set", `{"type":"custom_type_fragment","leaf_type":"account","subtype":"lead","fields":[],"deprecated":true}`, 201)
		c.Run(t, []apitest.Scenario{
			refused("no longer", "accounts.update", `{"id":"ACC-1","custom_schema_spec":{"subtype":"lead"}}`, 400, `{"subtype":"fragment_not_found"}`),
		})
	})
}

// TestMergeCustomFields merges records with custom values and parts them.
func TestMergeCustomFields(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := newShop(t, k, "Acme").admin
		for _, leaf := range []string{"rev_user", "account"} {
			c.Post(t, "schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"`+leaf+`","fields":[{"name":"a","field_type":"text","is_filterable":true},{"name":"b","field_type":"int","is_filterable":true}]}`, 201)
		}
		c.Post(t, "rev-users.create", `{"external_ref":"1","custom_fields":{"tnt__a":"one"},`+ours+`}`, 201)
		c.Post(t, "rev-users.create", `{"external_ref":"2","custom_fields":{"tnt__a":"two","tnt__b":2},`+ours+`}`, 201)
		c.Post(t, "accounts.create", `{"display_name":"1","custom_fields":{"tnt__b":1},`+ours+`}`, 201)
		c.Post(t, "accounts.create", `{"display_name":"2","custom_fields":{"tnt__a":"two"},`+ours+`}`, 201)
		c.Run(t, []apitest.Scenario{
			done("merges.preview", `{"primary":"REVU-1","secondary":"REVU-2"}`, `{"fields":"<any>"}`),
			done("rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, `{}`),
			done("accounts.merge", `{"primary_account":"ACC-1","secondary_account":"ACC-2"}`, `{}`),
			done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"custom_fields":{"tnt__a":"one","tnt__b":2}}}`),
			done("accounts.get", `{"id":"ACC-1"}`, `{"account":{"custom_fields":{"tnt__a":"two","tnt__b":1}}}`),
			done("rev-users.list", `{"filter":"tnt__b = 2"}`, `{"rev_users":[{"display_id":"REVU-1"}]}`),
			done("rev-users.list", `{"filter":"tnt__a = two"}`, `{"rev_users":[]}`),
			// What a member takes off stays off, and is the other's again after all.
			absent(done("rev-users.update", `{"id":"REVU-1","custom_fields":{"tnt__b":null,"tnt__a":"edited"},`+ours+`}`, `{"rev_user":{"custom_fields":{"tnt__a":"edited"}}}`), "rev_user.custom_fields.tnt__b"),
			done("merges.undo", `{"id":"MERGE-1"}`, `{"rev_user":{"custom_fields":{"tnt__a":"two","tnt__b":2}}}`),
			absent(done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"custom_fields":{"tnt__a":"edited"}}}`), "rev_user.custom_fields.tnt__b"),
			done("merges.undo", `{"id":"MERGE-2"}`, `{}`),
			done("rev-users.get", `{"id":"REVU-2"}`, `{"rev_user":{"custom_fields":{"tnt__a":"two","tnt__b":2}}}`),
			absent(done("accounts.get", `{"id":"ACC-1"}`, `{"account":{"custom_fields":{"tnt__b":1}}}`), "account.custom_fields.tnt__a"),
			done("rev-users.list", `{"filter":"tnt__b = 2"}`, `{"rev_users":[{"display_id":"REVU-2"}]}`),
			done("accounts.list", `{"filter":"tnt__a = two"}`, `{"accounts":[{"display_id":"ACC-2"}]}`),
		})
	})
}

// TestTraitsCarryCustomFields signs somebody in with custom fields: the person's
// replace what stands, those of companies fill what is empty.
func TestTraitsCarryCustomFields(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		for _, leaf := range []string{"rev_user", "account", "rev_org"} {
			s.admin.Post(t, "schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"`+leaf+`","fields":[{"name":"plan","field_type":"text"},{"name":"seats","field_type":"int"}]}`, 201)
		}
		info := func(user, company string) string {
			return `{"user_ref":"u","account_ref":"a","workspace_ref":"w","user_traits":{"custom_fields":` + user + `},"account_traits":{"custom_fields":` + company + `},"workspace_traits":{"custom_fields":` + company + `}}`
		}
		id := who(t, s.signIn(t, info(`{"tnt__plan":"gold"}`, `{"tnt__plan":"one"}`)))
		s.signIn(t, info(`{"tnt__plan":"tin","tnt__seats":null}`, `{"tnt__plan":"two","tnt__seats":5}`))
		s.admin.Run(t, []apitest.Scenario{
			done("rev-users.get", `{"id":"`+id+`"}`, `{"rev_user":{"custom_fields":{"tnt__plan":"tin"}}}`),
			done("accounts.list", `{"external_refs":["a"]}`, `{"accounts":[{"custom_fields":{"tnt__plan":"one","tnt__seats":5}}]}`),
			done("rev-orgs.list", `{"external_ref":["w"]}`, `{"rev_orgs":[{"custom_fields":{"tnt__plan":"one","tnt__seats":5}}]}`),
		})
		for field, body := range map[string]string{
			"rev_info.user_traits.custom_fields.tnt__seats":    info(`{"tnt__seats":"many"}`, `{}`),
			"rev_info.account_traits.custom_fields.tnt__seats": info(`{}`, `{"tnt__seats":"many"}`),
			"rev_info.user_traits.custom_fields.ctype__x":      info(`{"ctype__x":1}`, `{}`),
		} {
			s.aat.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Status: 400, Want: `{"type":"customization_validation_error","field_name":"` + field + `"}`,
				Body: `{"requested_token_type":"urn:devrev:params:oauth:token-type:session","rev_info":` + body + `}`})
		}
	})
}
