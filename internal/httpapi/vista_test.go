package httpapi_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server"
	"github.com/kith-id/kith/internal/server/servertest"
)

const goldVista = `{"type":"dynamic","name":"Gold","description":"Who pays","filter_type":"rev_users","filter":"tnt__plan = gold and created > -30d","is_default":true,
	"custom_view":{"column_properties":[{"name":"display_name","width":"220px"},{"name":"tnt__plan"},{"name":"tnt__site"}],"group_by":"tnt__plan","sort_by":["display_name:asc"],"layout":"board"}}`

// TestVistas saves views, shares them, and drops a field that they use.
func TestVistas(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		c := s.admin
		k.Do(t, "members.add", "", server.NewMember{Email: "bob@acme.example"}, nil)
		other := loose(k, issue(t, s.aat, `{"act_as":"DEVU-2","requested_token_type":"`+urn+`token-type:pat:act-as"}`))
		c.Run(t, []apitest.Scenario{
			made("schemas.custom.set", everyType, `{"id":"<any>"}`),
			made("vistas.create", goldVista, `{"vista":{"display_id":"VISTA-1","type":"dynamic","filter_type":"rev_users","filter":"tnt__plan = gold and created > -30d","is_default":true,"is_public":false,
				"shared_with":[],"dropped_fields":[],"created_by":{"type":"dev_user"},
				"custom_view":{"column_properties":[{"name":"display_name","width":"220px"},{"name":"tnt__plan"},{"name":"tnt__site"}],"group_by":"tnt__plan","sort_by":["display_name:asc"],"layout":"board"}}}`),
			made("vistas.create", `{"type":"dynamic","name":"Big","filter_type":"accounts"}`, `{"vista":{"filter":"","is_default":false,"custom_view":{"column_properties":[],"sort_by":[],"layout":"list"}}}`),
			made("vistas.create", `{"type":"dynamic","name":"Mine","filter_type":"rev_users","is_default":true}`, `{"vista":{"is_default":true}}`),
		})
		c.Run(t, forms("another one is the default", "vistas.get", "id=VISTA-1", `{"id":"VISTA-1"}`, 200, `{"vista":{"name":"Gold","is_default":false}}`))
		c.Run(t, []apitest.Scenario{
			done("vistas.list", `{}`, `{"vistas":[{"name":"Gold"},{"name":"Big"},{"name":"Mine"}]}`),
			done("vistas.list", `{"object_type":["accounts"]}`, `{"vistas":[{"name":"Big"}]}`),
			done("vistas.list", `{"is_default":true,"type":["dynamic"],"created_by":["DEVU-1"]}`, `{"vistas":[{"name":"Mine"}]}`),
			done("vistas.list", `{"type":["curated"]}`, `{"vistas":[]}`),
			done("vistas.list", `{"created_by":["DEVU-2"]}`, `{"vistas":[]}`),
		})
		pagesOfVistas(t, c)
		vistaRefusals(t, c)
		sharedVistas(t, c, other)
		defaultsAtOnce(t, c)
		droppedFields(t, c)
		c.Run(t, []apitest.Scenario{
			done("vistas.delete", `{"id":"VISTA-1"}`, `{}`),
			refused("deleted", "vistas.get", `{"id":"VISTA-1"}`, 404, `{"type":"not_found"}`),
			refused("deleted", "vistas.delete", `{"id":"VISTA-1"}`, 404, `{"type":"not_found"}`),
			done("vistas.list", `{}`, `{"vistas":[{"name":"Big"},{"name":"Mine"}]}`),
		})
	})
}

func pagesOfVistas(t *testing.T, c apitest.Client) {
	t.Helper()
	first := c.Post(t, "vistas.list", `{"limit":2}`, 200)
	cursor := first.Text(t, "next_cursor")
	last := c.Post(t, "vistas.list", `{"limit":2,"cursor":"`+cursor+`"}`, 200)
	if got := last.Text(t, "vistas.0.name"); got != "Mine" {
		t.Errorf("the second page has %q", got)
	}
	if _, more := last.Lookup("next_cursor"); more {
		t.Errorf("a page follows the last one: %s", last.Body)
	}
	c.Post(t, "vistas.list", `{"limit":2,"is_default":true,"cursor":"`+cursor+`"}`, 400)
}

func vistaRefusals(t *testing.T, c apitest.Client) {
	t.Helper()
	no := func(rest, field string) apitest.Scenario {
		return refused(rest, "vistas.create", `{"type":"dynamic","name":"x","filter_type":"rev_users",`+rest+`}`, 400, `{"message":"<any>","field_name":"`+field+`"}`)
	}
	c.Run(t, []apitest.Scenario{
		refused("no name", "vistas.create", `{"type":"dynamic","filter_type":"accounts"}`, 400, `{"field_name":"name"}`),
		refused("empty name", "vistas.create", `{"type":"dynamic","name":"","filter_type":"accounts"}`, 400, `{"field_name":"name"}`),
		refused("type", "vistas.create", `{"type":"grouped","name":"x","filter_type":"accounts"}`, 400, `{"field_name":"type"}`),
		refused("kind", "vistas.create", `{"type":"dynamic","name":"x","filter_type":"meetings"}`, 400, `{"field_name":"filter_type"}`),
		refused("filter", "vistas.create", `{"type":"dynamic","name":"x","filter_type":"accounts","filter":"tier = "}`, 400, `{"field_name":"filter"}`),
		refused("field", "vistas.create", `{"type":"dynamic","name":"x","filter_type":"accounts","filter":"tnt__plan = gold"}`, 400, `{"message":"<any>"}`),
		no(`"custom_view":{"group_by":"nope"}`, "custom_view.group_by"),
		no(`"custom_view":{"layout":"board"}`, "custom_view.layout"),
		no(`"custom_view":{"layout":"cards"}`, "custom_view.layout"),
		no(`"custom_view":{"sort_by":["nope:asc"]}`, "custom_view.sort_by[0]"),
		no(`"custom_view":{"column_properties":[{"name":""}]}`, "custom_view.column_properties[0].name"),
		no(`"custom_view":{"column_properties":[`+strings.Repeat(`{"name":"a"},`, 100)+`{"name":"b"}]}`, "custom_view.column_properties"),
		refused("nobody", "vistas.update", `{"id":"VISTA-1","shared_with":[{"member":"DEVU-77"}]}`, 404, `{"type":"not_found"}`),
		refused("no name any more", "vistas.update", `{"id":"VISTA-1","name":""}`, 400, `{"field_name":"name"}`),
		refused("not there", "vistas.get", `{"id":"VISTA-9"}`, 404, `{"type":"not_found"}`),
		refused("another kind", "vistas.get", `{"id":"REVU-1"}`, 400, `{"field_name":"id"}`),
		done("vistas.list", `{}`, `{"vistas":[{"name":"Gold"},{"name":"Big"},{"name":"Mine"}]}`),
	})
}

// sharedVistas shows a vista of one member's to another one.
func sharedVistas(t *testing.T, owner, other apitest.Client) {
	t.Helper()
	hidden := []apitest.Scenario{
		done("vistas.list", `{}`, `{"vistas":[]}`),
		refused("hidden", "vistas.get", `{"id":"VISTA-1"}`, 404, `{"type":"not_found"}`),
		refused("hidden", "vistas.update", `{"id":"VISTA-1","name":"x"}`, 404, `{"type":"not_found"}`),
		refused("hidden", "vistas.delete", `{"id":"VISTA-1"}`, 404, `{"type":"not_found"}`),
	}
	shown := []apitest.Scenario{
		done("vistas.list", `{}`, `{"vistas":[{"name":"Gold"}]}`),
		done("vistas.get", `{"id":"VISTA-1"}`, `{"vista":{"name":"Gold"}}`),
		refused("another's", "vistas.update", `{"id":"VISTA-1","name":"x"}`, 403, `{"type":"forbidden"}`),
		refused("another's", "vistas.delete", `{"id":"VISTA-1"}`, 403, `{"type":"forbidden"}`),
	}
	other.Run(t, hidden)
	owner.Post(t, "vistas.update", `{"id":"VISTA-1","shared_with":[{"member":"DEVU-2"}]}`, 200)
	other.Run(t, shown)
	owner.Post(t, "vistas.update", `{"id":"VISTA-1","shared_with":[]}`, 200)
	other.Run(t, hidden)
	owner.Post(t, "vistas.update", `{"id":"VISTA-1","is_public":true}`, 200)
	other.Run(t, shown)
	owner.Post(t, "vistas.update", `{"id":"VISTA-1","is_public":false}`, 200)
	other.Run(t, hidden)
	if res := other.Send(t, http.MethodPost, "/vistas.create", nil, `{"type":"dynamic","name":"Theirs","filter_type":"rev_users","is_default":true}`); res.Status != 201 {
		t.Fatalf("a member's own: %s", res.Body)
	}
	owner.Run(t, []apitest.Scenario{ // each member has a default one
		done("vistas.get", `{"id":"VISTA-3"}`, `{"vista":{"name":"Mine","is_default":true}}`),
		done("vistas.list", `{"is_default":true}`, `{"vistas":[{"name":"Mine"}]}`),
	})
}

// defaultsAtOnce makes vistas the default one, and deletes them, at the same time.
func defaultsAtOnce(t *testing.T, c apitest.Client) {
	t.Helper()
	var ids []string
	for range 12 {
		ids = append(ids, c.Post(t, "vistas.create", `{"type":"dynamic","name":"Many","filter_type":"rev_orgs"}`, 201).Text(t, "vista.id"))
	}
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() {
			if i%2 == 0 {
				c.Post(t, "vistas.update", `{"id":"`+id+`","is_default":true}`, 200)
			} else {
				c.Post(t, "vistas.delete", `{"id":"`+id+`"}`, 200)
			}
		})
	}
	all.Wait()
	left, _ := c.Post(t, "vistas.list", `{"object_type":["rev_orgs"]}`, 200).Lookup("vistas")
	leading, _ := c.Post(t, "vistas.list", `{"object_type":["rev_orgs"],"is_default":true}`, 200).Lookup("vistas")
	if len(left.([]any)) != 6 || len(leading.([]any)) != 1 {
		t.Errorf("%d vistas are left, %d of them the default one; want 6 and 1", len(left.([]any)), len(leading.([]any)))
	}
	for i := range ids {
		if i%2 == 0 {
			c.Post(t, "vistas.delete", `{"id":"`+ids[i]+`"}`, 200)
		}
	}
	again := c.Post(t, "vistas.create", `{"type":"dynamic","name":"Lone","filter_type":"rev_orgs","is_default":true}`, 201).Text(t, "vista.id")
	c.Play(t, done("vistas.update", `{"id":"`+again+`","is_default":false}`, `{"vista":{"is_default":false}}`))
	c.Post(t, "vistas.delete", `{"id":"`+again+`"}`, 200)
}

// droppedFields takes fields off that a vista shows, filters and groups by.
func droppedFields(t *testing.T, c apitest.Client) {
	t.Helper()
	c.Run(t, []apitest.Scenario{
		done("vistas.update", `{"id":"VISTA-1","filter":"tnt__plan = gold and (tnt__seats > 5 or display_name = a)"}`, `{"vista":{"dropped_fields":[]}}`),
		made("schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"rev_user","fields":[{"name":"seats","field_type":"int","is_filterable":true}],"deleted_fields":["plan","score","trial","renewal","seen","site","mobile","code","notes","boss","langs","level","raw","must"]}`, `{"id":"<any>"}`),
		done("vistas.get", `{"id":"VISTA-1"}`, `{"vista":{"filter":"tnt__seats > 5 or display_name = a","dropped_fields":["tnt__plan","tnt__site"],
			"custom_view":{"column_properties":[{"name":"display_name","width":"220px"}],"layout":"list","sort_by":["display_name:asc"]}}}`),
		absent(done("vistas.get", `{"id":"VISTA-1"}`, `{"vista":{}}`), "vista.custom_view.group_by"),
		done("vistas.list", `{"object_type":["rev_users"]}`, `{"vistas":[{"dropped_fields":["tnt__plan","tnt__site"]},{"dropped_fields":[]}]}`),
		done("vistas.update", `{"id":"VISTA-2","filter":"contacts(tnt__seats > 5 and name = a) and not contacts.tnt__seats = 1 and tier = gold"}`, `{"vista":{"dropped_fields":[]}}`),
		made("schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"rev_user","fields":[],"deleted_fields":["seats"]}`, `{"id":"<any>"}`),
		done("vistas.get", `{"id":"VISTA-2"}`, `{"vista":{"filter":"contacts(name = a) and tier = gold","dropped_fields":["contacts.tnt__seats"]}}`),
	})
}
