package httpapi_test

import (
	"slices"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
)

func TestWorkspaces(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		company(t, c)
		don := "don:identity:kith:devo/" + w.actors["acme"].Org.Public
		one := func(id string) string { return `{"rev_orgs":[{"display_id":"` + id + `"}]}` }
		const none = `{"rev_orgs":[]}`
		c.Run(t, slices.Concat([]apitest.Scenario{
			made("rev-orgs.create", `{"account":"ACC-2","display_name":"Plant","description":"d","domain":"Plant.com","environment":"staging","external_ref":"p-1","tier":"T1","tags":[{"id":"TAG-1","value":"gold"}],"owned_by":["DEVU-1"]}`,
				`{"rev_org":{"display_id":"REV-4","display_name":"Plant","description":"d","domain":"plant.com","environment":"staging","external_ref":"p-1","tier":"T1","account":{"display_id":"ACC-2","display_name":"Bolt"},"tags":[{"value":"gold"}],"owned_by":[{"display_id":"DEVU-1"}]}}`),
			absent(made("rev-orgs.create", `{"account":"`+don+`:account/2","display_name":"Shop","custom_schema_fragments":[]}`, `{"rev_org":{"display_id":"REV-5","external_ref":"REV-5","environment":"production","owned_by":[]}}`), "rev_org.external_ref_issuer", "rev_org.tags"),
			refused("no account", "rev-orgs.create", `{"display_name":"x"}`, 400, `{"type":"missing_required_field","field_name":"account"}`),
			refused("no name", "rev-orgs.create", `{"account":"ACC-1"}`, 400, `{"type":"missing_required_field","field_name":"display_name"}`),
			refused("unknown account", "rev-orgs.create", `{"account":"ACC-9","display_name":"x"}`, 404, `{"type":"not_found","field_name":"account"}`),
			refused("no id", "rev-orgs.create", `{"account":"acme","display_name":"x"}`, 400, `{"type":"invalid_id","field_name":"account"}`),
			refused("environment", "rev-orgs.create", `{"account":"ACC-1","display_name":"x","environment":"moon"}`, 400, `{"type":"invalid_enum_value","field_name":"environment","value":"moon","allowed_values":["production","staging","test"]}`),
			refused("domain", "rev-orgs.create", `{"account":"ACC-1","display_name":"x","domain":"x"}`, 400, `{"type":"value_not_permitted","field_name":"domain"}`),
			refused("reference taken", "rev-orgs.create", `{"account":"ACC-1","display_name":"x","external_ref":"p-1"}`, 409, `{"type":"conflict","field_name":"external_ref","value":"p-1","holder":{"type":"rev_org","display_id":"REV-4","display_name":"Plant"}}`),
			refused("custom field", "rev-orgs.create", `{"account":"ACC-1","display_name":"x","custom_fields":{"a":1}}`, 400, `{"type":"customization_validation_error"}`),
			refused("artifact", "rev-orgs.create", `{"account":"ACC-1","display_name":"x","artifacts":["ARTIFACT-1"]}`, 400, `{"type":"value_not_permitted"}`),
		},
			forms("get", "rev-orgs.get", "id=REV-4", `{"id":"`+don+`:revo/4"}`, 200, `{"rev_org":{"display_name":"Plant"}}`),
			forms("get the default", "rev-orgs.get", "account=ACC-2", `{"account":"ACC-2"}`, 200, `{"rev_org":{"display_id":"REV-3","external_ref":"`+don+`:account/2","external_ref_issuer":"devrev:platform:revorg:account"}}`),
			forms("get both", "rev-orgs.get", "id=REV-4&account=ACC-2", `{"id":"REV-4","account":"ACC-2"}`, 400, `{"type":"value_not_permitted","field_name":"account"}`),
			forms("get neither", "rev-orgs.get", "", `{}`, 400, `{"type":"missing_required_field","field_name":"id"}`),
			forms("get unknown", "rev-orgs.get", "id=REV-9", `{"id":"REV-9"}`, 404, `{"type":"not_found"}`),
			forms("get of unknown account", "rev-orgs.get", "account=ACC-9", `{"account":"ACC-9"}`, 404, `{"type":"not_found"}`),
			forms("get by another type", "rev-orgs.get", "id=ACC-1", `{"id":"ACC-1"}`, 400, `{"type":"unexpected_id_type","field_name":"id"}`),
			forms("list", "rev-orgs.list", "sort_by=display_id:asc", `{"sort_by":["display_id:asc"]}`, 200, `{"rev_orgs":[{"display_id":"REV-1"},{"display_id":"REV-2"},{"display_id":"REV-3"},{"display_id":"REV-4"},{"display_id":"REV-5"}]}`),
			forms("list by account", "rev-orgs.list", "account=ACC-1&sort_by=display_id:asc", `{"account":["ACC-1"],"sort_by":["display_id:asc"]}`, 200, `{"rev_orgs":[{"display_id":"REV-1"},{"display_id":"REV-2"}]}`),
			forms("list by reference of the account", "rev-orgs.list", "account=%22acme%22&limit=1", `{"account":["acme"],"limit":1}`, 200, one("REV-2")),
			forms("list by unknown reference", "rev-orgs.list", "account=nobody", `{"account":["nobody"]}`, 200, none),
			forms("list by reference", "rev-orgs.list", "external_ref=p-1", `{"external_ref":["p-1"]}`, 200, one("REV-4")),
			forms("list by name", "rev-orgs.list", "display_name=plant", `{"display_name":["plant"]}`, 200, one("REV-4")),
			forms("list by tag", "rev-orgs.list", "tags=TAG-1=gold", `{"tags":["TAG-1=gold"]}`, 200, one("REV-4")),
			forms("list by owner", "rev-orgs.list", "owned_by=DEVU-1", `{"owned_by":["DEVU-1"]}`, 200, one("REV-4")),
			forms("list by date", "rev-orgs.list", "modified_date.before=2001-01-01T00:00:00Z", `{"modified_date":{"before":"2001-01-01T00:00:00Z"}}`, 200, none),
			forms("list by custom field", "rev-orgs.list", "custom_field_filter=a:1&custom_field_filter=b:2", `{"custom_field_filter":["a:1","b:2"]}`, 400, `{"type":"customization_validation_error"}`),
			forms("list sorted by what is no field", "rev-orgs.list", "sort_by=x:asc", `{"sort_by":["x:asc"]}`, 400, `{"type":"invalid_enum_value"}`),
			[]apitest.Scenario{
				done("rev-orgs.update", `{"id":"REV-4","display_name":"Plant 2","environment":"test","account":"ACC-2","external_ref":"p-2","tags":[]}`, `{"rev_org":{"display_name":"Plant 2","environment":"test","external_ref":"p-2","tier":"T1"}}`),
				absent(done("rev-orgs.update", `{"id":"REV-4","environment":null,"external_ref":null,"domain":"","tier":null,"description":null}`, `{"rev_org":{"environment":"production","external_ref":"REV-4"}}`), "rev_org.tier", "rev_org.domain", "rev_org.description"),
				done("rev-orgs.update", `{"id":"REV-3","external_ref":"`+don+`:account/2"}`, `{"rev_org":{"external_ref":"`+don+`:account/2"}}`),
				made("rev-orgs.create", `{"account":"ACC-1","display_name":"free","external_ref":"p-1"}`, `{"rev_org":{"display_id":"REV-6"}}`),
				refused("reference taken", "rev-orgs.update", `{"id":"REV-4","external_ref":"p-1"}`, 409, `{"type":"conflict","field_name":"external_ref","holder":{"display_id":"REV-6"}}`),
				refused("move", "rev-orgs.update", `{"id":"REV-4","account":"ACC-1"}`, 400, `{"type":"value_not_permitted","field_name":"account"}`),
				refused("custom fields", "rev-orgs.update", `{"id":"REV-4","custom_fields":{"a":1}}`, 400, `{"type":"customization_validation_error"}`),
				refused("unknown", "rev-orgs.update", `{"id":"REV-9"}`, 404, `{"type":"not_found"}`),
				refused("no id", "rev-orgs.update", `{}`, 400, `{"type":"missing_required_field"}`),
				refused("delete the default", "rev-orgs.delete", `{"id":"REV-1"}`, 400, `{"type":"bad_request"}`),
				made("rev-users.create", `{"rev_org":"REV-6"}`, `{"rev_user":{"display_id":"REVU-1"}}`),
				done("rev-orgs.delete", `{"id":"REV-6"}`, `{}`),
				refused("delete twice", "rev-orgs.delete", `{"id":"REV-6"}`, 404, `{"type":"not_found"}`),
				done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"rev_org":{"display_id":"ACC-1"}}}`),
				done("rev-orgs.update", `{"id":"REV-5","external_ref":"p-1"}`, `{}`),
				refused("clash", "rev-orgs.restore", `{"id":"REV-6"}`, 409, `{"type":"conflict","clashes":[{"field_name":"external_ref","value":"p-1","holder":{"display_id":"REV-5"}}]}`),
				done("rev-orgs.restore", `{"id":"REV-6","without_clashes":true}`, `{"rev_org":{"external_ref":"REV-6"}}`),
				done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"rev_org":{"display_id":"REV-6"}}}`),
				refused("restore the unknown", "rev-orgs.restore", `{"id":"REV-9"}`, 404, `{"type":"not_found"}`),
			}))
	})
}
