package httpapi_test

import (
	"slices"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
)

// worksWorld gives an org customers and a part: ACC-1 with the workspaces REV-1, its
// default one, and REV-2; ACC-2; the contacts REVU-1 in REV-2, REVU-2 in ACC-2, and
// REVU-3; TAG-1.
func worksWorld(t *testing.T, c apitest.Client) {
	t.Helper()
	c.Run(t, []apitest.Scenario{
		made("accounts.create", `{"display_name":"Acme"}`, `{"account":{"display_id":"ACC-1"}}`),
		made("rev-orgs.create", `{"account":"ACC-1","display_name":"Plant"}`, `{"rev_org":{"display_id":"REV-2"}}`),
		made("accounts.create", `{"display_name":"Bolt"}`, `{"account":{"display_id":"ACC-2"}}`),
		made("rev-users.create", `{"display_name":"Ada","rev_org":"REV-2"}`, `{"rev_user":{"display_id":"REVU-1"}}`),
		made("rev-users.create", `{"display_name":"Bo","account":"ACC-2"}`, `{"rev_user":{"display_id":"REVU-2"}}`),
		made("rev-users.create", `{"display_name":"Cy"}`, `{"rev_user":{"display_id":"REVU-3"}}`),
		made("tags.create", `{"name":"vip","allowed_values":["gold"]}`, `{"tag":{"display_id":"TAG-1"}}`),
		made("parts.create", `{"type":"product","name":"Rocket","owned_by":["DEVU-1"]}`, `{"part":{"display_id":"PROD-1","type":"product","name":"Rocket","owned_by":[{"display_id":"DEVU-1"}]}}`),
		made("groups.create", `{"name":"Crew","description":"","type":"static","member_type":"dev_user"}`, `{"group":{"display_id":"GROUP-4"}}`),
	})
}

func works(ids ...string) string {
	out := `{"works":[`
	for i, id := range ids {
		if i > 0 {
			out += ","
		}
		out += `{"display_id":"` + id + `"}`
	}
	return out + `]}`
}

// found lists works by a filter, in the order of their ids.
func found(filter string, ids ...string) apitest.Scenario {
	return done("works.list", `{"sort_by":["display_id:asc"],`+filter[1:], works(ids...))
}

func TestWorks(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		worksWorld(t, c)
		const ticket, deal = `{"type":"ticket","title":"x","owned_by":[],"applies_to_part":"PROD-1"`, `{"type":"opportunity","title":"x","owned_by":[],"account":"ACC-1"`
		stage := "don:core:kith:devo/" + w.actors["acme"].Org.Public + ":custom_stage/"
		c.Run(t, slices.Concat([]apitest.Scenario{
			made("works.create", `{"type":"ticket","title":"It leaks","owned_by":["DEVU-1"],"applies_to_part":"PROD-1","body":"b","reported_by":["REVU-1","DEVU-1"],"severity":"high","group":"GROUP-4","channels":["email"],"source_channel":"email","needs_response":true,"is_spam":false,"tags":[{"id":"TAG-1","value":"gold"}],"external_ref":"t-1","target_close_date":"2030-01-02T00:00:00Z"}`,
				`{"work":{"type":"ticket","display_id":"TKT-1","title":"It leaks","body":"b","applies_to_part":{"type":"product","display_id":"PROD-1","name":"Rocket"},"owned_by":[{"display_id":"DEVU-1"}],"reported_by":[{"type":"rev_user","display_id":"REVU-1","display_name":"Ada"},{"type":"dev_user"}],"account":{"display_id":"ACC-1"},"rev_org":{"type":"rev_org","display_id":"REV-2"},"severity":"high","group":{"display_id":"GROUP-4","name":"Crew"},"channels":["email"],"source_channel":"email","needs_response":true,"is_spam":false,"is_frozen":false,"stage":{"name":"queued","ordinal":1,"stage":{"id":"`+stage+`1","name":"queued"},"state":{"name":"open","is_final":false}},"state":"open","tags":[{"value":"gold"}],"external_ref":"t-1","target_close_date":"2030-01-02T00:00:00.000Z"}}`),
			absent(made("works.create", `{"type":"ticket","title":"Beep","owned_by":[],"applies_to_part":"PROD-1","account":"ACC-2","stage":{"name":"resolved"},"artifacts":[]}`, `{"work":{"display_id":"TKT-2","external_ref":"TKT-2","account":{"display_id":"ACC-2"},"stage":{"name":"resolved","state":{"is_final":true}},"state":"closed","owned_by":[]}}`), "work.rev_org", "work.reported_by", "work.contacts"),
			made("works.create", `{"type":"opportunity","title":"Big deal","owned_by":["DEVU-1"],"account":"ACC-1","contacts":["REVU-1","REVU-3"],"amount":1200.5,"customer_budget":2000,"probability":0.25,"forecast_category":"upside","priority":"p1","annual_contract_value":{"amount":"1200.50","currency":"eur"},"value":{"amount":"3","currency":"EUR"}}`,
				`{"work":{"type":"opportunity","display_id":"OPP-1","account":{"display_id":"ACC-1"},"contacts":[{"display_id":"REVU-1"},{"display_id":"REVU-3"}],"amount":1200.5,"customer_budget":2000,"probability":0.25,"forecast_category":"upside","forecast_category_v2":{"id":3,"label":"upside"},"priority":"p1","annual_contract_value":{"amount":"1200.50","currency":"EUR"},"value":{"amount":"3"},"stage":{"name":"qualification"},"state":"open"}}`),
			made("works.create", `{"type":"opportunity","title":"Small deal","owned_by":[],"account":"ACC-2","applies_to_part":"PROD-1","forecast_category_v2":6,"stage":{"id":"`+stage+`25"}}`, `{"work":{"display_id":"OPP-2","forecast_category":"won","stage":{"name":"closed_won"},"state":"closed"}}`),
			refused("issue", "works.create", `{"type":"issue","title":"x","owned_by":[],"applies_to_part":"PROD-1"}`, 400, `{"type":"invalid_enum_value","field_name":"type","allowed_values":["opportunity","ticket"]}`),
			refused("no part", "works.create", `{"type":"ticket","title":"x","owned_by":[]}`, 400, `{"type":"missing_required_field","field_name":"applies_to_part"}`),
			refused("no account", "works.create", `{"type":"opportunity","title":"x","owned_by":[]}`, 400, `{"type":"missing_required_field","field_name":"account"}`),
			refused("no title", "works.create", `{"type":"ticket","owned_by":[],"applies_to_part":"PROD-1"}`, 400, `{"type":"missing_required_field","field_name":"title"}`),
			refused("empty title", "works.create", `{"type":"ticket","title":" ","owned_by":[],"applies_to_part":"PROD-1"}`, 400, `{"type":"value_not_permitted","field_name":"title"}`),
			refused("no owners", "works.create", `{"type":"ticket","title":"x","applies_to_part":"PROD-1"}`, 400, `{"type":"missing_required_field","field_name":"owned_by"}`),
			refused("unknown part", "works.create", `{"type":"ticket","title":"x","owned_by":[],"applies_to_part":"PROD-9"}`, 404, `{"type":"not_found","field_name":"applies_to_part"}`),
			refused("severity of a deal", "works.create", deal+`,"severity":"low"}`, 400, `{"type":"invalid_field","field_name":"severity"}`),
			refused("amount of a ticket", "works.create", ticket+`,"amount":1}`, 400, `{"type":"invalid_field","field_name":"amount"}`),
			refused("contacts of a ticket", "works.create", ticket+`,"contacts":["REVU-1"]}`, 400, `{"type":"invalid_field","field_name":"contacts"}`),
			refused("bad amount", "works.create", deal+`,"value":{"amount":"a lot","currency":"EUR"}}`, 400, `{"type":"value_not_permitted","field_name":"value.amount"}`),
			refused("probability", "works.create", deal+`,"probability":2}`, 400, `{"type":"value_not_permitted","field_name":"probability"}`),
			refused("severity", "works.create", ticket+`,"severity":"huge"}`, 400, `{"type":"invalid_enum_value","field_name":"severity"}`),
			refused("stage of the other type", "works.create", deal+`,"stage":{"name":"queued"}}`, 400, `{"type":"invalid_enum_value","field_name":"stage.name"}`),
			refused("stage by a bad id", "works.create", ticket+`,"stage":{"id":"x"}}`, 400, `{"type":"invalid_id","field_name":"stage.id"}`),
			refused("stage by another type's id", "works.create", ticket+`,"stage":{"id":"`+stage+`21"}}`, 400, `{"type":"value_not_permitted","field_name":"stage"}`),
			refused("reporter", "works.create", ticket+`,"reported_by":["REVU-99"]}`, 404, `{"type":"not_found","field_name":"reported_by"}`),
			refused("owner", "works.create", `{"type":"ticket","title":"x","owned_by":["DEVU-9"],"applies_to_part":"PROD-1"}`, 404, `{"type":"not_found"}`),
			refused("group of contacts", "works.create", ticket+`,"group":"GROUP-1"}`, 400, `{"type":"value_not_permitted","field_name":"group"}`),
			refused("unknown group", "works.create", ticket+`,"group":"GROUP-99"}`, 404, `{"type":"not_found","field_name":"group"}`),
			refused("not together", "works.create", ticket+`,"account":"ACC-2","rev_org":"REV-2"}`, 400, `{"type":"value_not_permitted","field_name":"rev_org"}`),
			refused("artifact", "works.create", ticket+`,"artifacts":["ARTIFACT-1"]}`, 404, `{"type":"not_found","field_name":"artifacts"}`),
			refused("reference taken", "works.create", deal+`,"external_ref":"t-1"}`, 409, `{"type":"conflict","field_name":"external_ref","value":"t-1","holder":{"type":"ticket","display_id":"TKT-1","display_name":"It leaks"}}`),
			refused("custom field", "works.create", ticket+`,"custom_fields":{"a":1}}`, 400, `{"type":"customization_validation_error"}`),
			found(`{"limit":50}`, "TKT-1", "OPP-1", "TKT-2", "OPP-2"),
		},
			forms("get", "works.get", "id=TKT-1", `{"id":"TKT-1"}`, 200, `{"work":{"title":"It leaks"}}`),
			forms("get unknown", "works.get", "id=OPP-9", `{"id":"OPP-9"}`, 404, `{"type":"not_found"}`),
			forms("get another type", "works.get", "id=ACC-1", `{"id":"ACC-1"}`, 400, `{"type":"unexpected_id_type","field_name":"id"}`),
			forms("first page", "works.list", "sort_by=title:asc&limit=1", `{"sort_by":["title:asc"],"limit":1}`, 200, works("TKT-2")),
			forms("by parameters", "works.list", "ticket.severity=high&stage.name=queued&type=ticket", `{"ticket":{"severity":["high"]},"stage":{"name":["queued"]},"type":["ticket"]}`, 200, works("TKT-1")),
			forms("count", "works.count", "type=ticket", `{"type":["ticket"]}`, 200, `{"count":2,"more":false}`),
			forms("export", "works.export", "first=2&sort_by=title:asc", `{"first":2,"sort_by":["title:asc"]}`, 200, works("TKT-2", "OPP-1")),
		))
		for filter, ids := range map[string][]string{
			`{"type":["issue"]}`: {}, `{"type":["opportunity"]}`: {"OPP-1", "OPP-2"}, `{"applies_to_part":["PROD-1"]}`: {"TKT-1", "TKT-2", "OPP-2"}, `{"applies_to_part":["PROD-9"]}`: {},
			`{"owned_by":["DEVU-1"]}`: {"TKT-1", "OPP-1"}, `{"reported_by":["REVU-1"]}`: {"TKT-1"}, `{"reported_by":["DEVU-1"]}`: {"TKT-1"}, `{"reported_by":["REVU-99"]}`: {},
			`{"created_by":["DEVU-1"],"modified_by":["DEVU-1"],"state":["closed"]}`: {"TKT-2", "OPP-2"}, `{"modified_by":["DEVU-2"]}`: {}, `{"stage":{"name":["queued","closed_won"]}}`: {"TKT-1", "OPP-2"},
			`{"tags":["TAG-1"]}`: {"TKT-1"}, `{"tags":["TAG-1=gold"]}`: {"TKT-1"}, `{"tags":["TAG-9"]}`: {}, `{"external_ref":["t-1"]}`: {"TKT-1"}, `{"external_ref":["t-9"]}`: {},
			`{"account":["ACC-1"]}`: {"TKT-1", "OPP-1"}, `{"account":["ACC-2"]}`: {"TKT-2", "OPP-2"}, `{"account":["ACC-9"]}`: {}, `{"rev_org":["REV-2"]}`: {"TKT-1"}, `{"rev_org":["REV-1"]}`: {},
			`{"contact":["REVU-1"]}`: {"TKT-1", "OPP-1"}, `{"contact":["REVU-3"]}`: {"OPP-1"}, `{"contact":["REVU-2"]}`: {}, `{"contact":["REVU-99"]}`: {},
			`{"ticket":{"rev_org":["REV-2"]}}`: {"TKT-1"}, `{"ticket":{"group":["GROUP-4"],"channels":["email"],"source_channel":["email"],"needs_response":true,"is_spam":false,"is_frozen":false}}`: {"TKT-1"},
			`{"ticket":{"needs_response":false}}`: {"TKT-2"}, `{"has_owner":false}`: {"TKT-2", "OPP-2"}, `{"has_owner":true,"type":["ticket"]}`: {"TKT-1"}, `{"ticket":{"is_spam":true}}`: {}, `{"ticket":{"severity":["low"]}}`: {}, `{"ticket":{"is_spam":false},"type":["opportunity"]}`: {},
			`{"opportunity":{"account":["ACC-1"],"contacts":["REVU-3"]}}`: {"OPP-1"}, `{"opportunity":{"forecast_category_v2":[6]}}`: {"OPP-2"}, `{"opportunity":{"forecast_category_v2":[9]}}`: {}, `{"ticket":{"subtype":["x"]}}`: {},
			`{"created_date":{"type":"preset","preset_type":"last_n_days","days":1}}`:                {"TKT-1", "OPP-1", "TKT-2", "OPP-2"},
			`{"modified_date":{"type":"range","before":"2001-01-01T00:00:00Z"}}`:                     {},
			`{"target_close_date":{"after":"2030-01-02T00:00:00Z","before":"2030-01-02T00:00:00Z"}}`: {"TKT-1"},
			`{"actual_close_date":{"type":"range","after":"2001-01-01T00:00:00Z"}}`:                  {"TKT-2", "OPP-2"},
			`{"target_close_date":{"type":"preset","preset_type":"next_n_days","days":1}}`:           {},
			`{"account":["ACC-1"],"opportunity":{"account":["ACC-2"]}}`:                              {},
		} {
			c.Run(t, []apitest.Scenario{found(filter, ids...)})
		}
		c.Run(t, []apitest.Scenario{
			refused("preset without its type", "works.list", `{"created_date":{"type":"preset","days":1}}`, 400, `{"type":"missing_required_field"}`),
			refused("days of a range", "works.list", `{"created_date":{"days":1}}`, 400, `{"type":"value_not_permitted","field_name":"created_date"}`),
			refused("unknown custom field", "works.list", `{"custom_fields":{"tnt__x":1}}`, 400, `{}`),
			refused("sort", "works.list", `{"sort_by":["stage:asc"]}`, 400, `{"type":"invalid_enum_value"}`),
			refused("subtype twice", "works.list", `{"ticket":{"subtype":["a"]},"opportunity":{"subtype":["b"]}}`, 400, `{"type":"value_not_permitted"}`),
		})
	})
}

func TestWorkUpdates(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		worksWorld(t, c)
		c.Run(t, []apitest.Scenario{
			made("works.create", `{"type":"ticket","title":"a","owned_by":["DEVU-1"],"applies_to_part":"PROD-1","reported_by":["REVU-1"],"external_ref":"t-1","severity":"low","tags":[{"id":"TAG-1"}],"group":"GROUP-4","target_close_date":"2030-01-02T00:00:00Z","body":"b"}`, `{"work":{"display_id":"TKT-1"}}`),
			made("works.create", `{"type":"opportunity","title":"o","owned_by":[],"account":"ACC-1","amount":5}`, `{"work":{"display_id":"OPP-1"}}`),
			done("works.update", `{"id":"TKT-1","title":"b","stage":{"name":"resolved"},"reported_by":{"add":["REVU-2","REVU-2"]},"is_frozen":true,"channels":{"set":["slack","slack"]}}`, `{"work":{"title":"b","state":"closed","reported_by":[{"display_id":"REVU-1"},{"display_id":"REVU-2"}],"is_frozen":true,"channels":["slack"]}}`),
			absent(done("works.update", `{"id":"TKT-1","type":"ticket","stage":{"name":"in_development"},"reported_by":{"remove":["REVU-1"]},"tags":{"remove":[{"id":"TAG-1"}]},"severity":null,"group":null,"external_ref":null,"target_close_date":null,"body":"","owned_by":{"set":[]}}`, `{"work":{"state":"in_progress","reported_by":[{"display_id":"REVU-2"}],"external_ref":"TKT-1","owned_by":[]}}`),
				"work.actual_close_date", "work.severity", "work.group", "work.tags", "work.target_close_date", "work.body"),
			done("works.update", `{"id":"TKT-1","tags":{"add":[{"id":"TAG-1","value":"gold"}]},"rev_org":"REV-1"}`, `{"work":{"tags":[{"value":"gold"}],"rev_org":{"display_id":"REV-1"},"account":{"display_id":"ACC-1"}}}`),
			absent(done("works.update", `{"id":"TKT-1","rev_org":null}`, `{"work":{"account":{"display_id":"ACC-1"}}}`), "work.rev_org"),
			done("works.update", `{"id":"TKT-1","account":"ACC-2"}`, `{"work":{"account":{"display_id":"ACC-2"}}}`),
			absent(done("works.update", `{"id":"TKT-1","account":null}`, `{"work":{"display_id":"TKT-1"}}`), "work.account"),
			done("works.update", `{"id":"OPP-1","contacts":{"set":["REVU-1"]},"stage":{"name":"closed_lost"},"probability":0}`, `{"work":{"contacts":[{"display_id":"REVU-1"}],"state":"closed","amount":5,"probability":0}}`),
			absent(done("works.update", `{"id":"OPP-1","amount":null,"contacts":{"remove":["REVU-1"]}}`, `{"work":{"display_id":"OPP-1"}}`), "work.amount", "work.contacts"),
			refused("type", "works.update", `{"id":"OPP-1","type":"ticket"}`, 400, `{"type":"value_not_permitted","field_name":"type"}`),
			refused("set and add", "works.update", `{"id":"TKT-1","reported_by":{"set":[],"add":["REVU-1"]}}`, 400, `{"type":"value_not_permitted","field_name":"reported_by"}`),
			refused("account of a deal", "works.update", `{"id":"OPP-1","account":null}`, 400, `{"type":"value_not_permitted","field_name":"account"}`),
			refused("part of a ticket", "works.update", `{"id":"TKT-1","applies_to_part":null}`, 400, `{"type":"value_not_permitted","field_name":"applies_to_part"}`),
			refused("artifacts", "works.update", `{"id":"TKT-1","artifacts":{"add":["ARTIFACT-1"]}}`, 404, `{"type":"not_found","field_name":"artifacts"}`),
			refused("unknown", "works.update", `{"id":"TKT-9"}`, 404, `{"type":"not_found"}`),
			refused("part in use", "parts.delete", `{"id":"PROD-1"}`, 400, `{"type":"bad_request"}`),
			done("works.update", `{"id":"TKT-1","external_ref":"t-2"}`, `{"work":{"external_ref":"t-2"}}`),
			done("works.delete", `{"id":"TKT-1"}`, `{}`),
			refused("deleted", "works.get", `{"id":"TKT-1"}`, 404, `{"type":"not_found"}`),
			done("works.list", `{"tags":["TAG-1"]}`, works()),
			done("trash.list", `{"type":["ticket"]}`, `{"trash":[{"type":"ticket","display_id":"TKT-1","display_name":"b"}]}`),
			done("works.update", `{"id":"OPP-1","external_ref":"t-2"}`, `{}`),
			refused("clash", "works.restore", `{"id":"TKT-1"}`, 409, `{"type":"conflict","clashes":[{"field_name":"external_ref","value":"t-2","holder":{"display_id":"OPP-1"}}]}`),
			done("works.restore", `{"id":"TKT-1","without_clashes":true}`, `{"work":{"external_ref":"TKT-1","tags":[{"value":"gold"}]}}`),
			refused("restore twice", "works.restore", `{"id":"TKT-1"}`, 404, `{"type":"not_found"}`),
			done("tags.delete", `{"id":"TAG-1"}`, `{}`),
			done("works.list", `{"tags":["TAG-1"]}`, works()),
			made("tags.create", `{"name":"new"}`, `{"tag":{"display_id":"TAG-2"}}`),
			done("works.update", `{"id":"TKT-1","tags":{"add":[{"id":"TAG-2"}]}}`, `{"work":{"tags":[{"tag":{"name":"new"}}]}}`),
			made("schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"opportunity","fields":[{"name":"region","field_type":"text","is_filterable":true}]}`, `{}`),
			done("works.update", `{"id":"OPP-1","custom_fields":{"tnt__region":"North"},"custom_schema_spec":{"tenant_fragment":true}}`, `{"work":{"custom_fields":{"tnt__region":"North"}}}`),
			done("works.list", `{"custom_fields":{"tnt__region":"north"}}`, works("OPP-1")),
			done("works.list", `{"custom_fields":{"tnt__region":"south"}}`, works()),
		})
	})
}

func TestWorksOfMergedCustomers(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		worksWorld(t, c)
		c.Run(t, []apitest.Scenario{
			made("works.create", `{"type":"ticket","title":"a","owned_by":[],"applies_to_part":"PROD-1","reported_by":["REVU-1","REVU-3"],"rev_org":"REV-2"}`, `{"work":{"display_id":"TKT-1"}}`),
			made("works.create", `{"type":"opportunity","title":"o","owned_by":[],"account":"ACC-1","contacts":["REVU-1"]}`, `{"work":{"display_id":"OPP-1"}}`),
			made("works.create", `{"type":"ticket","title":"b","owned_by":[],"applies_to_part":"PROD-1","reported_by":["REVU-3"],"account":"ACC-2"}`, `{"work":{"display_id":"TKT-2"}}`),
			done("rev-users.merge", `{"primary_user":"REVU-3","secondary_user":"REVU-1"}`, `{}`),
			done("accounts.merge", `{"primary_account":"ACC-2","secondary_account":"ACC-1"}`, `{}`),
			absent(done("works.get", `{"id":"TKT-1"}`, `{"work":{"reported_by":[{"display_id":"REVU-3","display_name":"Cy"}],"account":{"display_id":"ACC-2"},"rev_org":{"display_id":"REV-2"}}}`), "work.reported_by.1"),
			done("works.get", `{"id":"OPP-1"}`, `{"work":{"contacts":[{"display_id":"REVU-3"}],"account":{"display_id":"ACC-2"}}}`),
			found(`{"reported_by":["REVU-1"]}`, "TKT-1", "TKT-2"), found(`{"contact":["REVU-3"]}`, "TKT-1", "OPP-1", "TKT-2"),
			found(`{"account":["ACC-1"]}`, "TKT-1", "OPP-1", "TKT-2"), found(`{"account":["ACC-2"]}`, "TKT-1", "OPP-1", "TKT-2"), found(`{"opportunity":{"contacts":["REVU-3"]}}`, "OPP-1"),
			done("works.update", `{"id":"TKT-1","reported_by":{"set":["REVU-3"]},"account":"ACC-2"}`, `{"work":{"reported_by":[{"display_id":"REVU-3"}],"rev_org":{"display_id":"REV-2"}}}`),
			made("works.create", `{"type":"ticket","title":"c","owned_by":[],"applies_to_part":"PROD-1","reported_by":["REVU-1"],"rev_org":"REV-2"}`, `{"work":{"display_id":"TKT-3","reported_by":[{"display_id":"REVU-3"}]}}`),
			done("merges.undo", `{"id":"MERGE-2"}`, `{}`),
			done("merges.undo", `{"id":"MERGE-1"}`, `{}`),
			done("works.get", `{"id":"TKT-1"}`, `{"work":{"reported_by":[{"display_id":"REVU-1","display_name":"Ada"},{"display_id":"REVU-3"}],"account":{"display_id":"ACC-1"},"rev_org":{"display_id":"REV-2"}}}`),
			done("works.get", `{"id":"OPP-1"}`, `{"work":{"contacts":[{"display_id":"REVU-1"}],"account":{"display_id":"ACC-1"}}}`),
			found(`{"reported_by":["REVU-1"]}`, "TKT-1"), found(`{"account":["ACC-1"]}`, "TKT-1", "OPP-1", "TKT-3"), found(`{"account":["ACC-2"]}`, "TKT-2"),
			found(`{"contact":["REVU-3"]}`, "TKT-1", "TKT-2", "TKT-3"),
			done("rev-users.delete", `{"id":"REVU-3"}`, `{}`),
			found(`{"contact":["REVU-3"]}`),
			absent(done("works.get", `{"id":"TKT-2"}`, `{"work":{"display_id":"TKT-2"}}`), "work.reported_by"),
		})
	})
}
