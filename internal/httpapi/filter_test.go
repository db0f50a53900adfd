package httpapi_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// TestFilterTrees asks lists, scans and exports by trees in both forms.
func TestFilterTrees(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := newShop(t, k, "Acme").admin
		c.Post(t, "tags.create", `{"name":"vip"}`, 201)
		c.Post(t, "accounts.create", `{"display_name":"Gold & Co","tier":"gold","external_refs":["g"]}`, 201)
		c.Post(t, "accounts.create", `{"display_name":"Tin","tier":"tin","external_refs":["t"]}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Ann","email":"ann@x.example","account":"ACC-1","tags":[{"id":"TAG-1"}]}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Bo","external_ref":"bo","account":"ACC-2"}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Cy","phone_numbers":["+4930123456"]}`, 201)
		find := func(name, text, tree, want string) {
			t.Helper()
			c.Run(t, forms(name, "rev-users.list", "sort_by=display_id:asc&filter="+url.QueryEscape(text), `{"sort_by":["display_id:asc"],"filter":`+tree+`}`, 200, want))
			c.Run(t, forms(name+" as text", "rev-users.list", "sort_by=display_id:asc&filter="+url.QueryEscape(text), `{"sort_by":["display_id:asc"],"filter":"`+text+`"}`, 200, want))
		}
		find("a condition", `tag:vip`, `{"type":"primitive","field":"tag","operator":"eq","values":["vip"]}`, `{"rev_users":[{"display_name":"Ann"}]}`)
		find("joined", `tag:vip or account.tier in (tin, lead)`,
			`{"type":"or","expressions":[{"type":"primitive","field":"tag","operator":"eq","values":["TAG-1"]},{"type":"primitive","field":"account.tier","operator":"in","values":["tin","lead"]}]}`,
			`{"rev_users":[{"display_name":"Ann"},{"display_name":"Bo"}]}`)
		find("turned round", `not account.tier = gold`, `{"type":"not","expression":{"type":"primitive","field":"account.tier","operator":"eq","values":["gold"]}}`,
			`{"rev_users":[{"display_name":"Bo"},{"display_name":"Cy"}]}`)
		find("of one related", `account(tier = gold and name ~ &)`,
			`{"type":"some","field":"account","expression":{"type":"and","expressions":[{"type":"primitive","field":"tier","operator":"eq","values":["gold"]},{"type":"primitive","field":"name","operator":"contains","values":["&"]}]}}`,
			`{"rev_users":[{"display_name":"Ann"}]}`)
		find("a boolean", `verified = false`, `{"type":"primitive","field":"is_verified","operator":"eq","values":[false]}`, `{"rev_users":[]}`)
		find("words for times", `created after -1h`, `{"type":"primitive","field":"created_date","operator":"after","values":["-1h"]}`, `{"rev_users":[{},{},{}]}`)
		find("with nothing", ``, `{"type":"not","expression":{"type":"primitive","field":"email","operator":"eq","values":["x@y.example"]}}`, `{"rev_users":[{},{},{}]}`)
		c.Run(t, forms("with a parameter", "rev-users.list", "filter="+url.QueryEscape("email empty")+"&associations=ACC-2", `{"filter":"email empty","associations":["ACC-2"]}`, 200, `{"rev_users":[{"display_name":"Bo"}]}`))
		c.Run(t, forms("accounts", "accounts.list", "filter="+url.QueryEscape("contacts.tag = vip"), `{"filter":"contacts.tag = vip"}`, 200, `{"accounts":[{"display_name":"Gold & Co"}]}`))
		c.Run(t, forms("workspaces", "rev-orgs.list", "filter="+url.QueryEscape("account.tier = tin"), `{"filter":"account.tier = tin"}`, 200, `{"rev_orgs":[{"display_name":"Tin"}]}`))
		c.Run(t, forms("a scan", "rev-users.scan", "filter="+url.QueryEscape("name ~ y"), `{"filter":"name ~ y"}`, 200, `{"rev_users":[{"display_name":"Cy"}]}`))
		c.Run(t, forms("an export", "accounts.export", "filter=tier:tin", `{"filter":"tier:tin"}`, 200, `{"accounts":[{"display_name":"Tin"}]}`))
		csv := c.Send(t, "POST", "/rev-users.export-csv", nil, `{"filter":"name in (ann, bo)"}`)
		if rows := strings.Count(string(csv.Body), "\n"); csv.Status != 200 || rows != 3 {
			t.Errorf("the file has %d lines: %s", rows, csv.Body)
		}
		filterPages(t, c)
		filterRefusals(t, c)
	})
}

// filterPages walks a list of which rows are left out, there and back.
func filterPages(t *testing.T, c apitest.Client) {
	t.Helper()
	const page = `{"limit":1,"sort_by":["display_id:asc"],"filter":"name ~ o or name ~ a"`
	first := c.Post(t, "rev-users.list", page+`}`, 200)
	second := c.Post(t, "rev-users.list", page+`,"cursor":"`+first.Text(t, "next_cursor")+`"}`, 200)
	if first.Text(t, "rev_users.0.display_name") != "Ann" || second.Text(t, "rev_users.0.display_name") != "Bo" {
		t.Errorf("%s, then %s", first.Body, second.Body)
	}
	if _, more := second.Lookup("next_cursor"); more {
		t.Errorf("after the last: %s", second.Body)
	}
	back := c.Post(t, "rev-users.list", page+`,"mode":"before","cursor":"`+second.Text(t, "prev_cursor")+`"}`, 200)
	if back.Text(t, "rev_users.0.display_name") != "Ann" {
		t.Errorf("back at %s", back.Body)
	}
	c.Run(t, []apitest.Scenario{
		refused("another filter's cursor", "rev-users.list", `{"filter":"name ~ b","sort_by":["display_id:asc"],"cursor":"`+first.Text(t, "next_cursor")+`"}`, 400, `{"field_name":"cursor"}`),
	})
}

func filterRefusals(t *testing.T, c apitest.Client) {
	t.Helper()
	deep := strings.Repeat(`{"type":"not","expression":`, 60) + `{"type":"primitive","field":"tag","operator":"empty"}` + strings.Repeat("}", 60)
	wrong := func(name, tree, message string) apitest.Scenario {
		return refused(name, "rev-users.list", `{"filter":`+tree+`}`, 400, `{"type":"value_not_permitted","field_name":"filter","message":"`+message+`"}`)
	}
	c.Run(t, []apitest.Scenario{
		wrong("text", `"tag vip"`, `filter: column 5: \"vip\" stands there where an operator (= != ~ !~ ^= < <= > >= in, not in, contains, starts, before, after, between, last, next, empty or not empty) is expected`),
		wrong("field", `"tagg:vip"`, `filter: \"tagg\" is not a field; did you mean tag?`),
		wrong("no operator", `{"type":"primitive","field":"tag","values":["x"]}`, `<any>`),
		wrong("a list for a value", `{"type":"primitive","field":"tag","operator":"eq","values":[["x"]]}`, `<any>`),
		wrong("nothing joined", `{"type":"and","expressions":[]}`, `filter: and needs expressions`),
		wrong("two for one", `{"type":"not","expressions":[{"type":"primitive","field":"tag","operator":"empty"}]}`, `filter: not needs one expression`),
		refused("deep", "rev-users.list", `{"filter":`+deep+`}`, 400, `{"type":"parse_error"}`),
		wrong("deep text", `"`+strings.Repeat("(", 60)+`"`, `filter: is nested more than 32 levels deep`),
		refused("no type", "rev-users.list", `{"filter":{"field":"tag"}}`, 400, `{"type":"missing_required_field","field_name":"filter.type"}`),
		refused("another type", "rev-users.list", `{"filter":{"type":"xor"}}`, 400, `{"field_name":"filter.type"}`),
		refused("a number", "rev-users.list", `{"filter":5}`, 400, `{"field_name":"filter"}`),
		refused("no zone", "rev-users.list", `{"filter":"created = today","time_zone":"Berlin"}`, 400, `{"field_name":"time_zone"}`),
		refused("an export", "rev-users.export-csv", `{"filter":"tagg:vip"}`, 400, `{"field_name":"filter"}`),
		done("rev-users.list", `{"filter":"created = today","time_zone":"Europe/Berlin"}`, `{"rev_users":[{},{},{}]}`),
	})
}
