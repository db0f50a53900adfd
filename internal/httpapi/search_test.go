package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

func TestSearch(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		c.Post(t, "tags.create", `{"name":"Müller fan","style_new":{"color":"#FF0000"}}`, 201)
		c.Post(t, "accounts.create", `{"display_name":"Müller & <Sons>","external_refs":["crm-4711"],"domains":["mueller.example"]}`, 201)
		c.Post(t, "rev-orgs.create", `{"account":"ACC-1","display_name":"Müller EU"}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Ann Müller","email":"ann@x.example","phone_numbers":["+4915112345678"],"account":"ACC-1"}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Bob Muller"}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Mullerson"}`, 201)
		find := func(query, body, want string) {
			t.Helper()
			c.Run(t, forms("search "+query, "search.core", query, body, 200, want))
		}
		find("query=m%C3%BCller&namespaces=rev_user", `{"query":"müller","namespaces":["rev_user"]}`, `{"results":[
			{"type":"user","snippet":"Bob <em>Muller</em>","modified_date":"<any>","user":{"type":"rev_user","display_id":"REVU-2","display_name":"Bob Muller","id":"<any>","state":"active"}},
			{"type":"user","snippet":"Ann <em>Müller</em>","user":{"display_id":"REVU-1","email":"ann@x.example","rev_org":{"type":"account","display_id":"ACC-1"}}},
			{"type":"user","snippet":"<em>Muller</em>son","user":{"display_id":"REVU-3"}}]}`)
		find("query=muller", `{"query":"muller"}`, `{"results":[
			{"type":"account","snippet":"<em>Müller</em> &amp; &lt;Sons&gt;","account":{"display_id":"ACC-1","display_name":"Müller & <Sons>","id":"<any>"}},
			{"type":"user"},{"type":"user"},
			{"type":"org","snippet":"<em>Müller</em> EU","org":{"type":"rev_org","display_id":"REV-2","display_name":"Müller EU","id":"<any>"}},
			{"type":"org","org":{"display_id":"REV-1"}},
			{"type":"tag","snippet":"<em>Müller</em> fan","tag":{"display_id":"TAG-1","name":"Müller fan","id":"<any>","style_new":{"color":"#FF0000"}}},
			{"type":"user","user":{"display_id":"REVU-3"}}]}`)
		find("query=REVU-3", `{"query":"REVU-3"}`, `{"results":[{"type":"user","user":{"display_id":"REVU-3"}}]}`)
		find("query=4711", `{"query":"4711"}`, `{"results":[{"type":"account","snippet":"crm-<em>4711</em>"}]}`)
		find("query=0151-123", `{"query":"0151-123"}`, `{"results":[{"user":{"display_id":"REVU-1"}}]}`)
		find("query=mulelrson", `{"query":"mulelrson"}`, `{"results":[{"user":{"display_id":"REVU-3"}}]}`)
		find("query=nobody", `{"query":"nobody"}`, `{"results":[]}`)
		find("query=muller&namespaces=ticket&namespaces=article", `{"query":"muller","namespaces":["ticket","article"]}`, `{"results":[]}`)
		c.Run(t, append([]apitest.Scenario{
			done("search.hybrid", `{"query":"muller","namespace":"rev_org","semantic_weight":0.5,"limit":1}`, `{"results":[{"type":"org","org":{"display_id":"REV-2"}}]}`),
			done("search.hybrid", `{"query":"muller","namespace":"dashboard"}`, `{"results":[]}`),
			done("search.core", `{"query":"muller","sort_by":"created_date","sort_order":"asc","limit":2}`, `{"results":[{"type":"tag"},{"type":"account"}],"next_cursor":"<any>"}`),
			done("search.core", `{"query":"muller","sort_by":"modified_date","limit":100}`, `{"results":[{"user":{"display_id":"REVU-3"}},{"user":{"display_id":"REVU-2"}},{},{},{},{},{"type":"tag"}]}`),
		}, forms("refused", "search.core", "", `{}`, 400, `{"type":"missing_required_field","field_name":"query"}`)...))
		for body, field := range map[string]string{
			`{"query":"?!"}`: "query", `{"query":"a","namespaces":["people"]}`: "namespaces[0]", `{"query":"a","sort_by":"name"}`: "sort_by", `{"query":"a","sort_order":"down"}`: "sort_order",
			`{"query":"a","limit":-1}`: "limit", `{"query":"a","mode":"up"}`: "mode", `{"query":"a","cursor":"x"}`: "cursor", `{"query":1}`: "query", fmt.Sprintf(`{"query":%q}`, strings.Repeat("a", 401)): "query",
		} {
			c.Play(t, refused(body, "search.core", body, 400, `{"field_name":"`+field+`"}`))
		}
		for body, field := range map[string]string{
			`{"query":"a"}`: "namespace", `{"query":"a","namespace":"people"}`: "namespace", `{"query":"a","namespace":"tag","limit":51}`: "limit", `{"query":"a","namespace":"tag","semantic_weight":2}`: "semantic_weight",
		} {
			c.Play(t, refused(body, "search.hybrid", body, 400, `{"field_name":"`+field+`"}`))
		}
		next := c.Post(t, "search.core", `{"query":"muller","limit":2}`, 200).Text(t, "next_cursor")
		c.Play(t, refused("another query's cursor", "search.core", fmt.Sprintf(`{"query":"mull","limit":2,"cursor":%q}`, next), 400, `{"field_name":"cursor"}`))
		page := c.Post(t, "search.core", fmt.Sprintf(`{"query":"muller","limit":2,"cursor":%q}`, next), 200)
		c.Play(t, absent(done("search.core", fmt.Sprintf(`{"query":"muller","limit":2,"mode":"before","cursor":%q}`, page.Text(t, "prev_cursor")), `{"results":[{"type":"account"},{"type":"user","user":{"display_id":"REVU-2"}}],"next_cursor":"<any>"}`), "prev_cursor"))
		// What is deleted is found no more, and what comes back is.
		c.Post(t, "rev-users.delete", `{"id":"REVU-3"}`, 200)
		find("query=mullerson", `{"query":"mullerson"}`, `{"results":[]}`)
		c.Post(t, "rev-users.restore", `{"id":"REVU-3"}`, 200)
		find("query=mullerson", `{"query":"mullerson"}`, `{"results":[{"user":{"display_id":"REVU-3"}}]}`)
	})
}

// The worker indexes what is written; afterwards the same is found by the index.
func TestSearchIsIndexed(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		for i := range 30 {
			c.Post(t, "rev-users.create", fmt.Sprintf(`{"display_name":"Ann %d Müller"}`, i), 201)
		}
		before := c.Post(t, "search.core", `{"query":"ann muller","limit":100}`, 200)
		k.App.StartWorkers(t.Context())
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			if strings.Contains(string(c.Send(t, http.MethodGet, "/metrics", nil, nil).Body), "kith_search_lag_seconds 0\n") {
				break
			}
			if time.Now().After(end) {
				t.Fatal("the records are not indexed")
			}
		}
		after := c.Post(t, "search.core", `{"query":"ann muller","limit":100}`, 200)
		if string(before.Body) != string(after.Body) || strings.Count(string(after.Body), `"type":"user"`) != 30 {
			t.Errorf("found before it was indexed: %s\nand after: %s", before.Body, after.Body)
		}
	})
}
