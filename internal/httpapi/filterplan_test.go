package httpapi_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// What is said to be answered by indexes can be grouped, which takes indexes, and
// what is not cannot.
func TestFiltersExplained(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		c.Post(t, "tags.create", `{"name":"vip"}`, 201)
		c.Post(t, "accounts.create", `{"display_name":"Acme","tier":"gold"}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Ann","account":"ACC-1","tags":[{"id":"TAG-1"}]}`, 201)
		c.Run(t, append(forms("explain", "filters.explain", "object=rev_user&filter="+url.QueryEscape("tag:vip and (name ~ a or owner empty) and account.tier = gold"),
			`{"object":"rev_user","filter":"tag:vip and (name ~ a or owner empty) and account.tier = gold"}`, 200, `{"filter":"tag = vip and (name ~ a or owner empty) and account.tier = gold","indexed":false,"conditions":[
				{"condition":"tag = vip","answered_by":"index"},{"condition":"name ~ a or owner empty","answered_by":"rows"},{"condition":"account.tier = gold","answered_by":"index"}]}`),
			done("filters.explain", `{"object":"rev_org"}`, `{"filter":"","indexed":true,"conditions":[]}`),
			done("filters.explain", `{"object":"rev_user","filter":"not tag:vip and account(tier in (gold, 7) or name empty)"}`, `{"expression":{"type":"and","expressions":[
				{"type":"not","expression":{"type":"primitive","field":"tag","operator":"eq","values":["vip"]}},
				{"type":"some","field":"account","expression":{"type":"or","expressions":[
					{"type":"primitive","field":"tier","operator":"in","values":["gold","7"]},{"type":"primitive","field":"name","operator":"empty"}]}}]}}`),
			done("filters.explain", `{"object":"account","filter":"not tier = gold"}`, `{"filter":"not tier = gold","indexed":true,"conditions":[{"condition":"not tier = gold","answered_by":"index"}]}`),
			refused("no object", "filters.explain", `{"filter":"tag = vip"}`, 400, `{"field_name":"object"}`),
			refused("another object", "filters.explain", `{"object":"tag"}`, 400, `{"field_name":"object"}`),
			refused("an unknown field", "filters.explain", `{"object":"account","filter":"verified = true"}`, 400, `{"field_name":"filter"}`),
			refused("a tag that is not there", "filters.explain", `{"object":"account","filter":"tag ="}`, 400, `{"field_name":"filter"}`),
		))
		for _, text := range []string{"tag:vip", "name ~ ann", "name ^= ann", "created > -1d", "email empty", "account.tier = gold", "account.name ~ ac", "description ~ x", "not (tag:vip or owner:me)", "phone ~ 12", "id = REVU-1"} {
			res := c.Post(t, "filters.explain", fmt.Sprintf(`{"object":"rev_user","filter":%q}`, text), 200)
			status := 200
			if strings.Contains(string(res.Body), `"indexed":false`) {
				status = 400
			}
			c.Play(t, apitest.Scenario{Name: "group " + text, Path: "/rev-users.group", Body: fmt.Sprintf(`{"group_by":"tag","filter":%q}`, text), Status: status})
		}
	})
}
