package httpapi_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

func TestQuery(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		c.Post(t, "tags.create", `{"name":"vip"}`, 201)
		c.Post(t, "tags.create", `{"name":"odd"}`, 201)
		for i, name := range []string{"One", "Two", "Three"} {
			c.Post(t, "accounts.create", fmt.Sprintf(`{"display_name":"%s","tier":"%s"}`, name, []string{"gold", "tin", "gold"}[i]), 201)
		}
		for i := range 12 {
			tags := []string{``, `{"id":"TAG-1"}`, `{"id":"TAG-1"},{"id":"TAG-2"}`}[i%3]
			c.Post(t, "rev-users.create", fmt.Sprintf(`{"display_name":"C %02d","account":"ACC-%d","tags":[%s]}`, i, 1+i%2, tags), 201)
		}
		month := time.Now().UTC().Format("2006-01-02")[:8] + "01"
		c.Run(t, append([]apitest.Scenario{
			absent(done("rev-users.query", `{"limit":2,"sort_by":["display_name:asc"]}`, `{"count":12,"more":false,"rev_users":[{"display_name":"C 00"},{"display_name":"C 01"}],"next_cursor":"<any>"}`), "groups", "prev_cursor", "next_group_cursor"),
			absent(done("rev-users.query", `{"filter":"tag = vip and account = ACC-1","group_by":"tag","limit":1,"sort_by":["display_name:desc"]}`, `{"count":4,"groups":[
				{"value":"TAG-1","label":"vip","count":4,"more":false,"filter":"tag = vip and account = ACC-1 and tag = TAG-1","rev_users":[{"display_name":"C 10"}],"next_cursor":"<any>"},
				{"value":"TAG-2","label":"odd","count":2,"rev_users":[{"display_name":"C 08"}],"next_cursor":"<any>"}]}`), "rev_users.0", "next_group_cursor"),
			// Those without a value are a group, too.
			done("rev-users.query", `{"group_by":"tag","limit":2}`, `{"count":12,"groups":[{"value":"TAG-1","count":8},{"value":"TAG-2","count":4},{"value":"","label":"","count":4,"filter":"tag empty","rev_users":[{"display_name":"C 09"},{"display_name":"C 06"}]}]}`),
			done("rev-users.query", `{"group_by":"created:month","time_zone":"UTC"}`, `{"count":12,"groups":[{"value":"`+month+`","count":12,"more":false,"rev_users":[{},{},{},{},{},{},{},{},{},{}]}]}`),
			done("accounts.query", `{"group_by":"tier","sort_by":["display_name:asc"]}`, `{"count":3,"groups":[{"value":"gold","count":2,"accounts":[{"display_name":"One"},{"display_name":"Three"}]},{"value":"tin","count":1,"accounts":[{"display_name":"Two"}]}]}`),
			done("accounts.query", `{"filter":"tier = tin"}`, `{"count":1,"accounts":[{"display_name":"Two"}]}`),
			done("rev-orgs.query", `{"group_by":"account","group_limit":1}`, `{"count":3,"groups":[{"value":"ACC-1","count":1,"rev_orgs":[{}]}],"next_group_cursor":"<any>"}`),
			done("rev-orgs.query", `{"filter":"account.tier = gold"}`, `{"count":2,"rev_orgs":[{},{}]}`),
			absent(done("rev-users.query", `{"filter":"tag = none","group_by":"tag"}`, `{"count":0,"rev_users":[]}`), "groups"),
			refused("by a name", "rev-users.query", `{"group_by":"name"}`, 400, `{"field_name":"group_by"}`),
			refused("by years", "rev-users.query", `{"group_by":"created:year"}`, 400, `{"field_name":"group_by"}`),
			refused("a sort", "rev-users.query", `{"group_by":"tag","sort_by":["size:asc"]}`, 400, `{"field_name":"sort_by[0]"}`),
			refused("a filter", "rev-users.query", `{"group_by":"tag","filter":"size = 1"}`, 400, `{"field_name":"filter"}`),
			refused("a zone", "rev-users.query", `{"time_zone":"Mars"}`, 400, `{"field_name":"time_zone"}`),
			refused("groups of another query", "rev-users.query", `{"group_by":"tag","group_cursor":"x"}`, 400, `{"field_name":"cursor"}`),
			refused("too many groups", "rev-users.query", `{"group_by":"tag","group_limit":51}`, 400, `{"field_name":"group_limit"}`),
		}, forms("by POST and GET", "rev-users.query", "group_by=account&limit=1&filter="+url.QueryEscape("tag:odd"), `{"group_by":"account","limit":1,"filter":"tag:odd"}`, 200,
			`{"count":4,"groups":[{"value":"ACC-1","label":"One","count":2,"rev_users":[{"display_name":"C 08"}]},{"value":"ACC-2","label":"Two","count":2,"rev_users":[{"display_name":"C 11"}]}]}`)...))

		// The pages of each group, one after the other, show what the group counts.
		cursor, groups := "", 0
		for range 5 {
			res := c.Post(t, "rev-users.query", fmt.Sprintf(`{"group_by":"tag","group_limit":1,"limit":3,"group_cursor":%q}`, cursor), 200)
			groups++
			names := queriedNames(string(res.Body))
			want, _ := res.Lookup("groups.0.count")
			text := res.Text(t, "groups.0.filter")
			for next, more := res.Lookup("groups.0.next_cursor"); more; {
				page := c.Post(t, "rev-users.query", fmt.Sprintf(`{"limit":3,"filter":%q,"cursor":%q}`, text, next), 200)
				names = append(names, queriedNames(string(page.Body))...)
				next, more = page.Lookup("next_cursor")
			}
			if fmt.Sprint(len(names)) != fmt.Sprint(want) {
				t.Errorf("group %s shows %v, and counts %v", text, names, want)
			}
			if _, more := res.Lookup("next_group_cursor"); !more {
				break
			}
			cursor = res.Text(t, "next_group_cursor")
		}
		if groups != 3 {
			t.Errorf("there are %d pages of one group, want 3", groups)
		}
	})
}

// queriedNames returns the names of the contacts that an answer shows.
func queriedNames(body string) (out []string) {
	for part := range strings.SplitSeq(body, `"display_name":"C `) {
		out = append(out, part[:2])
	}
	return out[1:]
}
