package httpapi_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
)

func TestAssociations(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		company(t, c)
		c.Post(t, "rev-users.create", `{"display_name":"Bo"}`, 201)
		c.Run(t, slices.Concat([]apitest.Scenario{
			{Name: "add", Path: "/rev-users.associations.add", Status: 201, Want: `{}`, Exact: true,
				Body: `{"rev_user_id":"REVU-1","associations":[{"associated_to":"REV-2","role":"buyer","since":"2020-01-02T03:04:05Z","until":"2030-01-01T00:00:00Z"},{"associated_to":"ACC-2"}]}`},
			done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"rev_org":{"type":"rev_org","display_id":"REV-2"}}}`),
		},
			forms("list", "rev-users.associations.list", "rev_user_id=REVU-1", `{"rev_user_id":"REVU-1"}`, 200, `{"associations":[
				{"associated_to":{"type":"account","display_id":"ACC-1","display_name":"Acme"},"source":"api","since":"<any>"},
				{"associated_to":{"type":"account","display_id":"ACC-2","display_name":"Bolt"}},
				{"associated_to":{"type":"rev_org","display_id":"REV-2","display_name":"Lab"},"role":"buyer","since":"2020-01-02T03:04:05.000Z","until":"2030-01-01T00:00:00.000Z"}]}`),
			forms("list of nobody", "rev-users.associations.list", "rev_user_id=REVU-9", `{"rev_user_id":"REVU-9"}`, 404, `{"type":"not_found"}`),
			forms("list without id", "rev-users.associations.list", "", `{}`, 400, `{"type":"missing_required_field","field_name":"rev_user_id"}`),
			forms("list with a made-up cursor", "rev-users.associations.list", "rev_user_id=REVU-1&cursor=x", `{"rev_user_id":"REVU-1","cursor":"x"}`, 400, `{"type":"bad_request"}`),
			[]apitest.Scenario{
				made("rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"ACC-2","primary":true}]}`, `{}`),
				done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"rev_org":{"type":"account","display_id":"ACC-2"}}}`),
				made("rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"REV-2","primary":true,"role":"owner"}]}`, `{}`),
				absent(done("rev-users.associations.list", `{"rev_user_id":"REVU-1"}`, `{"associations":[{},{},{"primary":true,"role":"owner","since":"2020-01-02T03:04:05.000Z"}]}`), "associations.1.primary"),
				made("rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"REV-2","until":null,"role":null}]}`, `{}`),
				absent(done("rev-users.associations.list", `{"rev_user_id":"REVU-1"}`, `{"associations":[{},{},{"primary":true,"since":"2020-01-02T03:04:05.000Z"}]}`), "associations.2.until", "associations.2.role"),
				refused("unknown contact", "rev-users.associations.add", `{"rev_user_id":"REVU-9","associations":[{"associated_to":"ACC-1"}]}`, 404, `{"type":"not_found"}`),
				refused("unknown account", "rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"ACC-2"},{"associated_to":"ACC-9"}]}`, 404, `{"type":"not_found","field_name":"associations[1].associated_to"}`),
				refused("another type", "rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"TAG-1"}]}`, 400, `{"type":"unexpected_id_type","field_name":"associations[0].associated_to"}`),
				refused("none", "rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[]}`, 400, `{"type":"value_not_permitted","field_name":"associations"}`),
				refused("absent", "rev-users.associations.add", `{"rev_user_id":"REVU-1"}`, 400, `{"type":"missing_required_field","field_name":"associations"}`),
				refused("no target", "rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{}]}`, 400, `{"type":"missing_required_field","field_name":"associations[0].associated_to"}`),
				refused("plain ids", "rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":["ACC-1"]}`, 400, `{"type":"unexpected_json_type"}`),
				refused("ends before it begins", "rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"ACC-2","since":"2020-01-01T00:00:00Z","until":"2019-01-01T00:00:00Z"}]}`, 400, `{"type":"value_not_permitted","field_name":"associations[0].until"}`),
				refused("beyond the calendar", "rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"ACC-2","until":"9999-12-31T23:59:59-01:00"}]}`, 400, `{"type":"value_not_permitted","field_name":"associations[0].until"}`),
				{Name: "remove a workspace", Path: "/rev-users.associations.remove", Body: `{"rev_user_id":"REVU-1","associations":["REV-2"]}`, Status: 204},
				done("rev-users.associations.list", `{"rev_user_id":"REVU-1"}`, `{"associations":[{"associated_to":{"display_id":"ACC-1"}},{"associated_to":{"display_id":"ACC-2"}}]}`),
				refused("remove it twice", "rev-users.associations.remove", `{"rev_user_id":"REVU-1","associations":["REV-2"]}`, 404, `{"type":"not_found","field_name":"associations[0]"}`),
				refused("remove nothing", "rev-users.associations.remove", `{"rev_user_id":"REVU-1","associations":[]}`, 400, `{"type":"value_not_permitted"}`),
				refused("remove another type", "rev-users.associations.remove", `{"rev_user_id":"REVU-1","associations":["TAG-1"]}`, 400, `{"type":"unexpected_id_type","field_name":"associations[0]"}`),
				done("rev-users.link", `{"id":"REVU-1","rev_org":"REV-1"}`, `{}`),
				done("rev-users.link", `{"user_don":"REVU-1","rev_org_don":"REV-1"}`, `{}`),
				refused("link without contact", "rev-users.link", `{"rev_org":"REV-1"}`, 400, `{"type":"missing_required_field","field_name":"id"}`),
				refused("link without workspace", "rev-users.link", `{"id":"REVU-1"}`, 400, `{"type":"missing_required_field","field_name":"rev_org"}`),
				refused("link the unknown", "rev-users.link", `{"id":"REVU-9","rev_org":"REV-1"}`, 404, `{"type":"not_found"}`),
				{Name: "remove an account with its workspaces", Path: "/rev-users.associations.remove", Body: `{"rev_user_id":"REVU-1","associations":["ACC-1"]}`, Status: 204},
				done("rev-users.associations.list", `{"rev_user_id":"REVU-1"}`, `{"associations":[{"associated_to":{"display_id":"ACC-2"}}]}`),
				done("rev-users.link", `{"id":"REVU-1","rev_org":"REV-3"}`, `{}`),
				done("rev-users.unlink", `{"id":"REVU-1","rev_org":"REV-3"}`, `{}`),
				refused("unlink twice", "rev-users.unlink", `{"id":"REVU-1","rev_org":"REV-3"}`, 404, `{"type":"not_found"}`),
				refused("unlink nothing", "rev-users.unlink", `{}`, 400, `{"type":"missing_required_field"}`),
			}))
	})
}

func TestEndedAssociation(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		company(t, c)
		c.Post(t, "rev-users.create", `{"display_name":"Bo"}`, 201)
		c.Run(t, []apitest.Scenario{
			made("rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"REV-2","primary":true,"since":"2020-01-01T00:00:00Z","until":"2021-01-01T00:00:00Z"}]}`, `{}`),
			made("rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"ACC-1","until":"2999-01-01T00:00:00Z"}]}`, `{}`),
			done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"rev_org":{"display_id":"ACC-1"}}}`),
			made("rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"ACC-2"}]}`, `{}`),
			{Name: "leave the account", Path: "/rev-users.associations.remove", Body: `{"rev_user_id":"REVU-1","associations":["ACC-2"]}`, Status: 204},
			made("rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"ACC-1","since":"2020-01-01T00:00:00Z","until":"2021-01-01T00:00:00Z"}]}`, `{}`),
			done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"rev_org":{"display_id":"REV-2"}}}`), // nothing else is left
		})
	})
}

func TestAssociationPages(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		c.Post(t, "rev-users.create", `{"display_name":"Bo"}`, 201)
		for i := range 5 {
			c.Post(t, "accounts.create", fmt.Sprintf(`{"display_name":"A%d"}`, i), 201)
			c.Post(t, "rev-users.associations.add", fmt.Sprintf(`{"rev_user_id":"REVU-1","associations":[{"associated_to":"ACC-%d"}]}`, i+1), 201)
		}
		first := c.Post(t, "rev-users.associations.list", `{"rev_user_id":"REVU-1","limit":2}`, 200)
		c.Post(t, "rev-users.associations.remove", `{"rev_user_id":"REVU-1","associations":["ACC-2"]}`, 204)
		second := c.Post(t, "rev-users.associations.list", `{"rev_user_id":"REVU-1","limit":2,"cursor":"`+first.Text(t, "next_cursor")+`"}`, 200)
		if got := second.Text(t, "associations.0.associated_to.display_id"); got != "ACC-3" {
			t.Errorf("the second page starts with %s", got)
		}
		c.Run(t, []apitest.Scenario{
			absent(done("rev-users.associations.list", `{"rev_user_id":"REVU-1","limit":2,"cursor":"`+second.Text(t, "next_cursor")+`"}`, `{"associations":[{"associated_to":{"display_id":"ACC-5"}}],"prev_cursor":"<any>"}`), "next_cursor"),
			absent(done("rev-users.associations.list", `{"rev_user_id":"REVU-1","limit":2,"mode":"before","cursor":"`+second.Text(t, "prev_cursor")+`"}`, `{"associations":[{"associated_to":{"display_id":"ACC-1"}}],"next_cursor":"<any>"}`), "prev_cursor"),
			absent(done("rev-users.associations.list", `{"rev_user_id":"REVU-1","limit":2,"mode":"before"}`, `{"associations":[{"associated_to":{"display_id":"ACC-4"}},{"associated_to":{"display_id":"ACC-5"}}],"prev_cursor":"<any>"}`), "next_cursor"),
		})
	})
}

func TestIdentifiers(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		c.Post(t, "rev-users.create", `{"display_name":"Bo","email":"bo@acme.com"}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Cy","email":"cy@acme.com","external_ref":"c-1"}`, 201)
		c.Run(t, slices.Concat([]apitest.Scenario{
			done("rev-users.identifiers.add", `{"id":"REVU-1","kind":"email","value":"Bo@home.test"}`,
				`{"identifiers":[{"kind":"email","value":"bo@acme.com","main":true,"proof":"entered","source":"api","since":"<any>"},{"kind":"email","value":"Bo@home.test","main":false}]}`),
			done("rev-users.identifiers.add", `{"id":"REVU-1","kind":"email","value":"BO@home.test"}`, `{"identifiers":[{},{"value":"Bo@home.test"}]}`),
			done("rev-users.identifiers.add", `{"id":"REVU-1","kind":"phone","value":"+49 30 1234567"}`, `{"identifiers":[{},{},{"kind":"phone","value":"+49301234567","main":true}]}`),
			done("rev-users.identifiers.add", `{"id":"REVU-1","kind":"external_ref","value":"b-1"}`, `{"identifiers":[{},{},{},{"kind":"external_ref","value":"b-1","main":true}]}`),
			done("rev-users.identifiers.add", `{"id":"REVU-1","kind":"external_ref","value":"b-2","main":true}`, `{"identifiers":[{},{},{},{"value":"b-2","main":true},{"value":"b-1","main":false}]}`),
			done("rev-users.list", `{"email":["bo@HOME.test"]}`, `{"rev_users":[{"display_id":"REVU-1","email":"bo@acme.com","external_refs":["b-2","b-1"]}]}`),
			done("rev-users.identifiers.set-main", `{"id":"REVU-1","kind":"email","value":"bo@home.test"}`, `{"identifiers":[{"value":"Bo@home.test","main":true},{"value":"bo@acme.com","main":false},{},{},{}]}`),
			done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"email":"Bo@home.test"}}`),
			done("rev-users.list", `{"sort_by":["email:asc"],"limit":1}`, `{"rev_users":[{"display_id":"REVU-1"}]}`),
			done("rev-users.identifiers.remove", `{"id":"REVU-1","kind":"email","value":"bo@home.test"}`, `{"identifiers":[{"value":"bo@acme.com","main":true},{},{},{}]}`),
			done("rev-users.identifiers.add", `{"id":"REVU-2","kind":"email","value":"bo@home.test"}`, `{}`),
			refused("held by another", "rev-users.identifiers.add", `{"id":"REVU-1","kind":"external_ref","value":"c-1"}`, 409, `{"type":"conflict","field_name":"value","holder":{"display_id":"REVU-2","display_name":"Cy"}}`),
			refused("remove what is not there", "rev-users.identifiers.remove", `{"id":"REVU-1","kind":"email","value":"cy@acme.com"}`, 404, `{"type":"not_found"}`),
			refused("main of what is not there", "rev-users.identifiers.set-main", `{"id":"REVU-1","kind":"phone","value":"+49301234568"}`, 404, `{"type":"not_found"}`),
			refused("kind", "rev-users.identifiers.add", `{"id":"REVU-1","kind":"slack","value":"x"}`, 400, `{"type":"invalid_enum_value","field_name":"kind","allowed_values":["email","phone","external_ref"]}`),
			refused("no kind", "rev-users.identifiers.add", `{"id":"REVU-1","value":"x"}`, 400, `{"type":"missing_required_field","field_name":"kind"}`),
			refused("no value", "rev-users.identifiers.remove", `{"id":"REVU-1","kind":"email"}`, 400, `{"type":"missing_required_field","field_name":"value"}`),
			refused("bad value", "rev-users.identifiers.add", `{"id":"REVU-1","kind":"email","value":"x"}`, 400, `{"type":"value_not_permitted","field_name":"value"}`),
			refused("bad id", "rev-users.identifiers.add", `{"id":"x","kind":"email","value":"x@y.co"}`, 400, `{"type":"invalid_id"}`),
			refused("unknown contact", "rev-users.identifiers.add", `{"id":"REVU-9","kind":"email","value":"x@y.co"}`, 404, `{"type":"not_found"}`),
		},
			forms("list", "rev-users.identifiers.list", "id=REVU-2", `{"id":"REVU-2"}`, 200, `{"identifiers":[{"value":"cy@acme.com"},{"value":"bo@home.test"},{"value":"c-1"}]}`),
			forms("list of nobody", "rev-users.identifiers.list", "id=REVU-9", `{"id":"REVU-9"}`, 404, `{"type":"not_found"}`),
		))
	})
}

func TestTrash(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		company(t, c)
		c.Post(t, "rev-users.create", `{"display_name":"Bo"}`, 201)
		c.Post(t, "rev-users.delete", `{"id":"REVU-1"}`, 200)
		c.Post(t, "accounts.delete", `{"id":"ACC-1"}`, 200)
		first := c.Post(t, "trash.list", `{"limit":2}`, 200)
		c.Run(t, slices.Concat(
			forms("all", "trash.list", "", `{}`, 200, `{"trash":[{"type":"rev_org","display_id":"REV-2","display_name":"Lab"},{"type":"rev_org","display_id":"REV-1"},
				{"type":"account","display_id":"ACC-1","display_name":"Acme","deleted_by":{"display_id":"DEVU-1"},"deleted_date":"<any>","purge_date":"<any>"},{"type":"rev_user","display_id":"REVU-1","display_name":"Bo"}]}`),
			forms("one type", "trash.list", "type=rev_user", `{"type":["rev_user"]}`, 200, `{"trash":[{"display_id":"REVU-1"}]}`),
			forms("second page", "trash.list", "limit=2&cursor="+first.Text(t, "next_cursor"), `{"limit":2,"cursor":"`+first.Text(t, "next_cursor")+`"}`, 200, `{"trash":[{"display_id":"ACC-1"},{"display_id":"REVU-1"}]}`),
			forms("no type", "trash.list", "type=tag", `{"type":["tag"]}`, 400, `{"type":"invalid_enum_value","field_name":"type[0]"}`),
			forms("made-up cursor", "trash.list", "cursor=x", `{"cursor":"x"}`, 400, `{"type":"bad_request"}`),
		))
	})
}
