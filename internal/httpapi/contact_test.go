package httpapi_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
)

// company makes ACC-1 with REV-1 and REV-2, ACC-2 with REV-3, TAG-1 and TAG-2.
func company(t *testing.T, c apitest.Client) {
	t.Helper()
	c.Post(t, "accounts.create", `{"display_name":"Acme","external_refs":["acme"],"domains":["acme.com"]}`, 201)
	c.Post(t, "rev-orgs.create", `{"account":"ACC-1","display_name":"Lab","external_ref":"lab"}`, 201)
	c.Post(t, "accounts.create", `{"display_name":"Bolt"}`, 201)
	c.Post(t, "tags.create", `{"name":"vip","allowed_values":["gold","silver"]}`, 201)
	c.Post(t, "tags.create", `{"name":"beta"}`, 201)
}

func TestContactCreate(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		company(t, c)
		don := "don:identity:kith:devo/" + w.actors["acme"].Org.Public
		c.Run(t, []apitest.Scenario{
			{Name: "nothing", Path: "/rev-users.create", Body: `{}`, Status: 201,
				Want:   `{"rev_user":{"id":"` + don + `:revu/1","display_id":"REVU-1","external_ref":"REVU-1","external_refs":["REVU-1"],"owned_by":[],"state":"active","is_verified":true,"stock_schema_fragment":"don:core:kith:stock_sf/32026"}}`,
				Absent: []string{"rev_user.email", "rev_user.rev_org", "rev_user.tags", "rev_user.phone_numbers", "rev_user.description", "rev_user.full_name"},
				Check: func(t testing.TB, r apitest.Response) {
					if name := r.Text(t, "rev_user.display_name"); !regexp.MustCompile(`^Unknown [A-Z][a-z]+\d{4}$`).MatchString(name) {
						t.Errorf("invented name %q", name)
					}
					if at := r.Text(t, "rev_user.created_date"); !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`).MatchString(at) {
						t.Errorf("created_date %q", at)
					}
				}},
			made("rev-users.create", `{"display_name":" Bo ","full_name":"Bo Berg","description":"a\r\nb","email":"Bo@Acme.com","phone_numbers":["+49 30 1234567","+49 (30) 123-4567"],
				"external_ref":"u-1","external_refs":["u-2","u-1"],"tags":[{"id":"TAG-1","value":"gold"},{"id":"`+strings.Replace(don, "identity", "core", 1)+`:tag/2"}],
				"owned_by":["DEVU-1"],"rev_org":"REV-2","account":"ACC-2"}`,
				`{"rev_user":{"display_id":"REVU-2","display_name":"Bo","full_name":"Bo Berg","description":"a\nb","email":"Bo@Acme.com","phone_numbers":["+49301234567"],
				"external_ref":"u-1","external_refs":["u-1","u-2"],"rev_org":{"type":"rev_org","display_id":"REV-2","display_name":"Lab"},
				"owned_by":[{"type":"dev_user","display_id":"DEVU-1","display_name":"ann","email":"ann@acme.test","full_name":"Ann Admin","state":"active"}],
				"created_by":{"type":"dev_user","id":"`+don+`:devu/1"},"modified_by":{"type":"dev_user","id":"`+don+`:devu/1"},
				"tags":[{"tag":{"display_id":"TAG-1","name":"vip"},"value":"gold"},{"tag":{"display_id":"TAG-2","name":"beta"}}]}}`),
			made("rev-users.create", `{"org_id":"REV-1","external_ref":null,"email":"","tags":[],"custom_fields":{},"artifacts":[],"custom_schema_spec":{"tenant_fragment":true}}`,
				`{"rev_user":{"display_id":"REVU-3","rev_org":{"display_id":"REV-1"}}}`),
			made("rev-users.create", `{"account":"acc-1"}`, `{"rev_user":{"display_id":"REVU-4","rev_org":{"type":"account","display_id":"ACC-1","display_name":"Acme"}}}`),

			refused("email taken", "rev-users.create", `{"email":"BO@acme.com"}`, 409, `{"type":"conflict","field_name":"email","value":"BO@acme.com","holder":{"type":"rev_user","id":"`+don+`:revu/2","display_id":"REVU-2","display_name":"Bo"}}`),
			refused("reference taken", "rev-users.create", `{"external_refs":["x","u-2"]}`, 409, `{"type":"conflict","field_name":"external_ref","value":"u-2","holder":{"display_id":"REVU-2"}}`),
			refused("taken, with references", "rev-users.create", `{"email":"bo@acme.com","account":"ACC-1"}`, 409, `{"type":"conflict","holder":{"display_name":"Bo"}}`),
			refused("unknown field", "rev-users.create", `{"emial":"a@b.co"}`, 400, `{"type":"invalid_field","field_name":"emial"}`),
			refused("wrong JSON kind", "rev-users.create", `{"phone_numbers":"+49301234567"}`, 400, `{"type":"unexpected_json_type","field_name":"phone_numbers","expected":"array","actual":"string"}`),
			refused("broken JSON", "rev-users.create", `{"email":`, 400, `{"type":"parse_error"}`),
			refused("bad email", "rev-users.create", `{"email":"bo"}`, 400, `{"type":"value_not_permitted","field_name":"email"}`),
			refused("bad phone", "rev-users.create", `{"phone_numbers":["12"]}`, 400, `{"type":"value_not_permitted","field_name":"phone_numbers"}`),
			refused("bad reference", "rev-users.create", `{"external_refs":[""]}`, 400, `{"type":"value_not_permitted","field_name":"external_refs"}`),
			refused("long name", "rev-users.create", `{"display_name":"`+strings.Repeat("x", 257)+`"}`, 400, `{"type":"value_not_permitted","field_name":"display_name"}`),
			refused("long full name", "rev-users.create", `{"full_name":"`+strings.Repeat("x", 257)+`"}`, 400, `{"type":"value_not_permitted","field_name":"full_name"}`),
			refused("long description", "rev-users.create", `{"description":"`+strings.Repeat("x", 64<<10+1)+`"}`, 400, `{"type":"value_not_permitted","field_name":"description"}`),
			refused("long reference", "rev-users.create", `{"external_ref":"`+strings.Repeat("x", 513)+`"}`, 400, `{"type":"value_not_permitted","field_name":"external_ref"}`),
			refused("too many references", "rev-users.create", `{"external_refs":`+listOf(51, "r%d")+`}`, 400, `{"type":"value_not_permitted","field_name":"external_refs"}`),
			refused("too many phones", "rev-users.create", `{"phone_numbers":`+listOf(21, "+4930123%04d")+`}`, 400, `{"type":"value_not_permitted","field_name":"phone_numbers"}`),
			refused("too large", "rev-users.create", `{"description":"`+strings.Repeat("x", 1<<20)+`"}`, 413, `{"type":"request_entity_too_large","max_bytes":1048576}`),
			refused("id of another type", "rev-users.create", `{"rev_org":"ACC-1"}`, 400, `{"type":"unexpected_id_type","field_name":"rev_org","value":"ACC-1","allowed_types":["rev_org"]}`),
			refused("no id", "rev-users.create", `{"account":"acme"}`, 400, `{"type":"invalid_id","field_name":"account"}`),
			refused("two workspaces", "rev-users.create", `{"rev_org":"REV-1","org_id":"REV-2"}`, 400, `{"type":"value_not_permitted","field_name":"org_id"}`),
			refused("no such account", "rev-users.create", `{"account":"ACC-99"}`, 404, `{"type":"not_found","field_name":"account"}`),
			refused("no such workspace", "rev-users.create", `{"rev_org":"REV-99","email":"new@acme.com"}`, 404, `{"type":"not_found","field_name":"rev_org"}`),
			refused("no such tag", "rev-users.create", `{"tags":[{"id":"TAG-2"},{"id":"TAG-99"}]}`, 404, `{"type":"not_found","field_name":"tags[1].id"}`),
			refused("no such owner", "rev-users.create", `{"owned_by":["DEVU-99"]}`, 404, `{"type":"not_found","field_name":"owned_by[0]"}`),
			refused("tag without id", "rev-users.create", `{"tags":[{"value":"gold"}]}`, 400, `{"type":"missing_required_field","field_name":"tags[0].id"}`),
			refused("value not allowed", "rev-users.create", `{"tags":[{"id":"TAG-1","value":"tin"}]}`, 400, `{"type":"value_not_permitted","field_name":"tags[0].value","allowed_values":["gold","silver"]}`),
			refused("tag takes no value", "rev-users.create", `{"tags":[{"id":"TAG-2","value":"tin"}]}`, 400, `{"type":"value_not_permitted","field_name":"tags[0].value"}`),
			refused("tag twice", "rev-users.create", `{"tags":[{"id":"TAG-1","value":"gold"},{"id":"TAG-1"}]}`, 400, `{"type":"value_not_permitted","field_name":"tags"}`),
			refused("custom field", "rev-users.create", `{"custom_fields":{"tnt__plan":"gold"}}`, 400, `{"type":"customization_validation_error","subtype":"field_not_in_schema","field_name":"custom_fields.tnt__plan"}`),
			refused("subtype", "rev-users.create", `{"custom_schema_spec":{"subtype":"x"}}`, 400, `{"type":"customization_validation_error","subtype":"fragment_not_found"}`),
			refused("fragment", "rev-users.create", `{"custom_schema_fragments":["don:core:kith:devo/x:tenant_fragment/1"]}`, 400, `{"type":"customization_validation_error","subtype":"fragment_not_found"}`),
			refused("artifact", "rev-users.create", `{"artifacts":["ARTIFACT-1"]}`, 400, `{"type":"value_not_permitted","field_name":"artifacts"}`),
			refused("picture", "rev-users.create", `{"display_picture":"ARTIFACT-1"}`, 404, `{"type":"not_found","field_name":"display_picture"}`),
			{Name: "nothing of the refused was kept", Path: "/rev-users.list", Body: `{"email":["new@acme.com"]}`, Status: 200, Want: `{"rev_users":[]}`},
			{Name: "wrong method", Method: "GET", Path: "/rev-users.create", Status: 405},
		})
	})
}

func listOf(n int, format string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprintf("%q", fmt.Sprintf(format, i))
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func TestContactUpdate(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		company(t, c)
		c.Post(t, "rev-users.create", `{"display_name":"Bo","full_name":"Bo B","description":"d","email":"bo@acme.com","external_refs":["u-1","u-2"],
			"phone_numbers":["+49301234567"],"tags":[{"id":"TAG-1","value":"gold"}],"owned_by":["DEVU-1"]}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Cy","email":"cy@acme.com","external_ref":"u-9"}`, 201)
		c.Run(t, []apitest.Scenario{
			done("rev-users.update", `{"id":"REVU-1"}`, `{"rev_user":{"display_name":"Bo","full_name":"Bo B","email":"bo@acme.com","external_refs":["u-1","u-2"],"phone_numbers":["+49301234567"],"tags":[{"value":"gold"}],"owned_by":[{"display_id":"DEVU-1"}]}}`),
			done("rev-users.update", `{"id":"REVU-1","email":"BO@acme.com"}`, `{"rev_user":{"email":"BO@acme.com"}}`),
			done("rev-users.identifiers.add", `{"id":"REVU-1","kind":"email","value":"bo@home.test"}`, `{"identifiers":[{"value":"BO@acme.com","main":true},{"value":"bo@home.test","main":false},{},{},{}]}`),
			done("rev-users.update", `{"id":"REVU-1","email":"bo@work.test"}`, `{"rev_user":{"email":"bo@work.test"}}`),
			done("rev-users.identifiers.list", `{"id":"REVU-1"}`, `{"identifiers":[{"value":"bo@work.test","main":true},{"value":"bo@home.test","main":false},{"kind":"phone"},{"value":"u-1","main":true},{"value":"u-2"}]}`),
			made("rev-users.create", `{"email":"bo@acme.com"}`, `{"rev_user":{"display_id":"REVU-3"}}`), // free again
			refused("email of another", "rev-users.update", `{"id":"REVU-1","email":"cy@acme.com"}`, 409, `{"type":"conflict","field_name":"email","holder":{"display_id":"REVU-2","display_name":"Cy"}}`),
			refused("reference of another", "rev-users.update", `{"id":"REVU-1","display_name":"Never","external_ref":"u-9"}`, 409, `{"type":"conflict","field_name":"external_ref","value":"u-9"}`),
			done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"display_name":"Bo","email":"bo@work.test","external_refs":["u-1","u-2"]}}`),
			done("rev-users.update", `{"id":"REVU-1","external_ref":"u-3"}`, `{"rev_user":{"external_ref":"u-3","external_refs":["u-3","u-2"]}}`),
			done("rev-users.update", `{"id":"REVU-1","external_refs":["u-4","u-2"],"external_ref":"u-2"}`, `{"rev_user":{"external_ref":"u-2","external_refs":["u-2","u-4"]}}`),
			done("rev-users.update", `{"id":"REVU-1","external_ref":null}`, `{"rev_user":{"external_ref":"u-4","external_refs":["u-4"]}}`),
			done("rev-users.update", `{"id":"REVU-1","external_ref":""}`, `{"rev_user":{"external_ref":"REVU-1","external_refs":["REVU-1"]}}`),
			done("rev-users.update", `{"id":"REVU-1","external_ref":"REVU-1","external_refs":["REVU-1"]}`, `{"rev_user":{"external_ref":"REVU-1","external_refs":["REVU-1"]}}`),
			absent(done("rev-users.update", `{"id":"REVU-1","full_name":null,"description":"","phone_numbers":[],"tags":null,"owned_by":[]}`, `{"rev_user":{"display_name":"Bo","owned_by":[]}}`),
				"rev_user.full_name", "rev_user.description", "rev_user.phone_numbers", "rev_user.tags"),
			done("rev-users.update", `{"id":"REVU-1","email":null}`, `{"rev_user":{"email":"bo@home.test"}}`),
			absent(done("rev-users.update", `{"id":"REVU-1","email":null}`, `{"rev_user":{"display_id":"REVU-1"}}`), "rev_user.email"),
			refused("empty name", "rev-users.update", `{"id":"REVU-1","display_name":"  "}`, 400, `{"type":"value_not_permitted","field_name":"display_name"}`),
			refused("no id", "rev-users.update", `{"display_name":"x"}`, 400, `{"type":"missing_required_field","field_name":"id"}`),
			refused("bad id", "rev-users.update", `{"id":"x"}`, 400, `{"type":"invalid_id","field_name":"id"}`),
			refused("id of another type", "rev-users.update", `{"id":"ACC-1"}`, 400, `{"type":"unexpected_id_type","field_name":"id","allowed_types":["rev_user"]}`),
			refused("unknown contact", "rev-users.update", `{"id":"REVU-99"}`, 404, `{"type":"not_found"}`),
			refused("move by rev_org", "rev-users.update", `{"id":"REVU-1","rev_org":"REV-1"}`, 400, `{"type":"invalid_field","field_name":"rev_org"}`),
			refused("custom field", "rev-users.update", `{"id":"REVU-1","custom_fields":{"tnt__a":1}}`, 400, `{"type":"customization_validation_error"}`),
			refused("artifact", "rev-users.update", `{"id":"REVU-1","artifacts":{"set":["ARTIFACT-1"]}}`, 400, `{"type":"value_not_permitted","field_name":"artifacts"}`),
			done("rev-users.update", `{"id":"REVU-1","artifacts":{"set":[]},"custom_schema_fragments":{"set":[]}}`, `{}`),
		})
	})
}

func TestContactGetDeleteRestore(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		company(t, c)
		don := "don:identity:kith:devo/" + w.actors["acme"].Org.Public + ":revu/1"
		c.Post(t, "rev-users.create", `{"display_name":"Bo","email":"bo@acme.com","external_ref":"u-1","rev_org":"REV-1","tags":[{"id":"TAG-2"}]}`, 201)
		c.Run(t, slices.Concat(
			forms("display id", "rev-users.get", "id=REVU-1", `{"id":"REVU-1"}`, 200, `{"rev_user":{"display_name":"Bo"}}`),
			forms("full id", "rev-users.get", "id="+don, `{"id":"`+don+`"}`, 200, `{"rev_user":{"display_name":"Bo"}}`),
			forms("quoted id", "rev-users.get", "id=%22revu-1%22", `{"id":"\"REVU-1\""}`, 200, `{"rev_user":{"display_name":"Bo"}}`),
			forms("no id", "rev-users.get", "", `{}`, 400, `{"type":"missing_required_field","field_name":"id"}`),
			forms("bad id", "rev-users.get", "id=Bo", `{"id":"Bo"}`, 400, `{"type":"invalid_id","field_name":"id"}`),
			forms("other type", "rev-users.get", "id=ACC-1", `{"id":"ACC-1"}`, 400, `{"type":"unexpected_id_type"}`),
			forms("unknown", "rev-users.get", "id=REVU-2", `{"id":"REVU-2"}`, 404, `{"type":"not_found"}`),
			forms("unknown field", "rev-users.get", "id=REVU-1&x=1", `{"id":"REVU-1","x":1}`, 400, `{"type":"invalid_field","field_name":"x"}`),
			[]apitest.Scenario{
				refused("restore what is not deleted", "rev-users.restore", `{"id":"REVU-1"}`, 404, `{"type":"not_found"}`),
				done("rev-users.delete", `{"id":"REVU-1"}`, `{}`),
				refused("delete twice", "rev-users.delete", `{"id":"REVU-1"}`, 404, `{"type":"not_found"}`),
				refused("update the deleted", "rev-users.update", `{"id":"REVU-1"}`, 404, `{"type":"not_found"}`),
				done("rev-users.list", `{}`, `{"rev_users":[]}`),
				made("rev-users.create", `{"display_name":"Cy","email":"bo@acme.com"}`, `{"rev_user":{"display_id":"REVU-2"}}`),
				refused("clash", "rev-users.restore", `{"id":"REVU-1"}`, 409, `{"type":"conflict","clashes":[{"field_name":"email","value":"bo@acme.com","holder":{"type":"rev_user","display_id":"REVU-2","display_name":"Cy"}}]}`),
				absent(done("rev-users.restore", `{"id":"REVU-1","without_clashes":true}`,
					`{"rev_user":{"display_name":"Bo","external_ref":"u-1","rev_org":{"display_id":"REV-1"},"tags":[{"tag":{"name":"beta"}}]}}`), "rev_user.email"),
				done("rev-users.list", `{"external_ref":["u-1"],"rev_org":["REV-1"],"tags":["TAG-2"]}`, `{"rev_users":[{"display_id":"REVU-1"}]}`),
			},
		))
	})
}

func TestContactList(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		company(t, c)
		for _, body := range []string{
			`{"display_name":"Eve","email":"user1@example.com","external_refs":["e-1","e-2"],"rev_org":"REV-2","tags":[{"id":"TAG-1","value":"gold"}],"owned_by":["DEVU-1"]}`,
			`{"display_name":"bob","email":"a+b@x.io","phone_numbers":["+49301234567"],"account":"ACC-1","tags":[{"id":"TAG-1"}]}`,
			`{"display_name":"Cy","external_ref":"He said \"hi\", twice","account":"ACC-2","tags":[{"id":"TAG-2"}]}`,
			`{"display_name":"Dan"}`,
		} {
			c.Post(t, "rev-users.create", body, 201)
		}
		one := func(id string) string { return `{"rev_users":[{"display_id":"` + id + `"}]}` }
		const none = `{"rev_users":[]}`
		c.Run(t, slices.Concat(
			forms("all", "rev-users.list", "", `{}`, 200, `{"rev_users":[{"display_id":"REVU-4"},{"display_id":"REVU-3"},{"display_id":"REVU-2"},{"display_id":"REVU-1"}]}`),
			forms("by name", "rev-users.list", "sort_by=%22display_name:asc%22", `{"sort_by":["display_name:asc"]}`, 200, `{"rev_users":[{"display_name":"bob"},{"display_name":"Cy"},{"display_name":"Dan"},{"display_name":"Eve"}]}`),
			forms("by e-mail", "rev-users.list", "sort_by=email:desc,display_id:asc", `{"sort_by":["email:desc","display_id:asc"]}`, 200, `{"rev_users":[{"display_name":"Eve"},{"display_name":"bob"},{"display_name":"Cy"},{"display_name":"Dan"}]}`),
			forms("e-mails", "rev-users.list", "email=%22user1%40example.com%22,%22A%2BB%40x.io%22&is_verified=true&created_date.after=2024-01-01T00:00:00Z&sort_by=%22created_date:asc%22&tags=%22TAG-1%22&limit=5",
				`{"email":["user1@example.com","A+B@x.io"],"is_verified":true,"created_date":{"after":"2024-01-01T00:00:00Z"},"sort_by":["created_date:asc"],"tags":["TAG-1"],"limit":5}`, 200, `{"rev_users":[{"display_id":"REVU-1"},{"display_id":"REVU-2"}]}`),
			forms("quoted reference", "rev-users.list", `external_ref=%22He+said+%22hi%22,+twice%22`, `{"external_ref":["He said \"hi\", twice"]}`, 200, one("REVU-3")),
			forms("further reference", "rev-users.list", "external_refs=e-2", `{"external_refs":["e-2"]}`, 200, one("REVU-1")),
			forms("phone in any form", "rev-users.list", "phone_numbers=%2B49+30+1234567", `{"phone_numbers":["+49 (30) 1234567"]}`, 200, one("REVU-2")),
			forms("workspace", "rev-users.list", "rev_org=REV-2", `{"rev_org":["REV-2"]}`, 200, one("REVU-1")),
			forms("account", "rev-users.list", "associations=ACC-1", `{"associations":["ACC-1"]}`, 200, `{"rev_users":[{"display_id":"REVU-2"},{"display_id":"REVU-1"}]}`),
			forms("account or workspace", "rev-users.list", "associations=ACC-2,REV-2", `{"associations":["ACC-2","REV-2"]}`, 200, `{"rev_users":[{"display_id":"REVU-3"},{"display_id":"REVU-1"}]}`),
			forms("account and workspace", "rev-users.list", "associations=ACC-1,ACC-2&rev_org=REV-2", `{"associations":["ACC-1","ACC-2"],"rev_org":["REV-2"]}`, 200, one("REVU-1")),
			forms("workspace of another account", "rev-users.list", "associations=ACC-2&rev_org=REV-2", `{"associations":["ACC-2"],"rev_org":["REV-2"]}`, 200, none),
			forms("tag with value", "rev-users.list", "tags=TAG-1=gold", `{"tags":["TAG-1=gold"]}`, 200, one("REVU-1")),
			forms("any of two tags", "rev-users.list", "tags=%22TAG-2%22,%22TAG-1=gold%22", `{"tags":["TAG-2","TAG-1=gold"]}`, 200, `{"rev_users":[{"display_id":"REVU-3"},{"display_id":"REVU-1"}]}`),
			forms("owner", "rev-users.list", "owned_by=DEVU-1", `{"owned_by":["DEVU-1"]}`, 200, one("REVU-1")),
			forms("author", "rev-users.list", "created_by=DEVU-1&limit=1", `{"created_by":["DEVU-1"],"limit":1}`, 200, one("REVU-4")),
			forms("unverified", "rev-users.list", "is_verified=false", `{"is_verified":false}`, 200, none),
			forms("future", "rev-users.list", "created_date.after=2999-01-01T00:00:00Z", `{"created_date":{"after":"2999-01-01T00:00:00Z"}}`, 200, none),
			forms("past", "rev-users.list", "modified_date.before=1999-01-01T00:00:00Z", `{"modified_date":{"before":"1999-01-01T00:00:00Z"}}`, 200, none),
			forms("unknown account", "rev-users.list", "associations=ACC-99", `{"associations":["ACC-99"]}`, 200, none),
			forms("unknown tag", "rev-users.list", "tags=TAG-99", `{"tags":["TAG-99"]}`, 200, none),
			forms("unknown author", "rev-users.list", "created_by=DEVU-99", `{"created_by":["DEVU-99"]}`, 200, none),
			forms("known and unknown", "rev-users.list", "associations=ACC-99,ACC-2", `{"associations":["ACC-99","ACC-2"]}`, 200, one("REVU-3")),
			forms("impossible e-mail", "rev-users.list", "email=nobody", `{"email":["nobody"]}`, 200, none),
			forms("bad phone", "rev-users.list", "phone_numbers=12", `{"phone_numbers":["12"]}`, 400, `{"type":"value_not_permitted","field_name":"phone_numbers[0]"}`),
			forms("bad id", "rev-users.list", "associations=acme", `{"associations":["acme"]}`, 400, `{"type":"invalid_id","field_name":"associations[0]"}`),
			forms("other type", "rev-users.list", "rev_org=ACC-1", `{"rev_org":["ACC-1"]}`, 400, `{"type":"unexpected_id_type","field_name":"rev_org[0]"}`),
			forms("two names of one filter", "rev-users.list", "external_ref=a&external_refs=b", `{"external_ref":["a"],"external_refs":["b"]}`, 400, `{"type":"value_not_permitted","field_name":"external_ref"}`),
			forms("sort by what is no field", "rev-users.list", "sort_by=age:asc", `{"sort_by":["age:asc"]}`, 400, `{"type":"invalid_enum_value","field_name":"sort_by[0]","value":"age:asc"}`),
			forms("sort without direction", "rev-users.list", "sort_by=email", `{"sort_by":["email"]}`, 400, `{"type":"invalid_enum_value","field_name":"sort_by[0]"}`),
			forms("mode", "rev-users.list", "mode=sideways", `{"mode":"sideways"}`, 400, `{"type":"invalid_enum_value","field_name":"mode","value":"sideways","allowed_values":["after","before"]}`),
			forms("negative limit", "rev-users.list", "limit=-1", `{"limit":-1}`, 400, `{"type":"value_not_permitted","field_name":"limit"}`),
			forms("made-up cursor", "rev-users.list", "cursor=%22u4hf9fd%22", `{"cursor":"u4hf9fd"}`, 400, `{"type":"bad_request","field_name":"cursor"}`),
			forms("display_name is no filter", "rev-users.list", "display_name=Eve", `{"display_name":["Eve"]}`, 400, `{"type":"invalid_field","field_name":"display_name"}`),
			forms("custom field", "rev-users.list", "custom_fields%5Btnt__plan%5D%5B0%5D=gold&custom_fields%5Btnt__plan%5D%5B1%5D=silver", `{"custom_fields":{"tnt__plan":["gold","silver"]}}`, 400,
				`{"type":"customization_validation_error","subtype":"field_not_in_schema","field_name":"custom_fields.tnt__plan"}`),
			forms("e-mail is a list", "rev-users.list", "limit=many", `{"email":"a@b.co"}`, 400, `{"type":"unexpected_json_type"}`),
			forms("scan", "rev-users.scan", "tags=TAG-1", `{"tags":["TAG-1"]}`, 200, `{"rev_users":[{"display_id":"REVU-1"},{"display_id":"REVU-2"}]}`),
			forms("scan has no limit", "rev-users.scan", "limit=1", `{"limit":1}`, 400, `{"type":"invalid_field","field_name":"limit"}`),
			forms("scan with a made-up cursor", "rev-users.scan", "cursor=x", `{"cursor":"x"}`, 400, `{"type":"bad_request","field_name":"cursor"}`),
		))
	})
}

// TestPaging goes through a list in both directions while rows come and go.
func TestPaging(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		for i := range 7 {
			c.Post(t, "rev-users.create", fmt.Sprintf(`{"display_name":"P%d"}`, i), 201)
		}
		ask := func(more string) apitest.Response {
			t.Helper()
			return c.Post(t, "rev-users.list", `{"sort_by":["display_name:asc"],"limit":3`+more+`}`, 200)
		}
		expect := func(r apitest.Response, names string, next, prev bool) {
			t.Helper()
			if got := namesIn(t, r); got != names {
				t.Errorf("page %q, want %q", got, names)
			}
			if _, ok := r.Lookup("next_cursor"); ok != next {
				t.Errorf("page %s: next_cursor is there: %v", names, ok)
			}
			if _, ok := r.Lookup("prev_cursor"); ok != prev {
				t.Errorf("page %s: prev_cursor is there: %v", names, ok)
			}
		}
		first := ask("")
		expect(first, "P0 P1 P2", true, false)
		c.Post(t, "rev-users.create", `{"display_name":"P1a"}`, 201) // behind the cursor
		c.Post(t, "rev-users.delete", `{"id":"REVU-3"}`, 200)        // the row of the cursor
		second := ask(`,"cursor":"` + first.Text(t, "next_cursor") + `"`)
		expect(second, "P3 P4 P5", true, true)
		third := ask(`,"cursor":"` + second.Text(t, "next_cursor") + `"`)
		expect(third, "P6", false, true)
		expect(ask(`,"mode":"before","cursor":"`+third.Text(t, "prev_cursor")+`"`), "P3 P4 P5", true, true)
		expect(ask(`,"mode":"before","cursor":"`+second.Text(t, "prev_cursor")+`"`), "P0 P1 P1a", true, false)
		expect(ask(`,"mode":"before"`), "P4 P5 P6", false, true)
		cursor := first.Text(t, "next_cursor")
		c.Run(t, []apitest.Scenario{
			refused("of another sort", "rev-users.list", `{"cursor":"`+cursor+`"}`, 400, `{"type":"bad_request","field_name":"cursor"}`),
			refused("of another filter", "rev-users.list", `{"sort_by":["display_name:asc"],"is_verified":true,"cursor":"`+cursor+`"}`, 400, `{"type":"bad_request"}`),
			refused("of another list", "rev-users.scan", `{"cursor":"`+cursor+`"}`, 400, `{"type":"bad_request"}`),
			refused("changed", "rev-users.list", `{"sort_by":["display_name:asc"],"cursor":"`+cursor[:len(cursor)-1]+flip(cursor[len(cursor)-1])+`"}`, 400, `{"type":"bad_request"}`),
		})
		other := w.join(t, "other", org.Settings{})
		other.Play(t, refused("of another org", "rev-users.list", `{"sort_by":["display_name:asc"],"limit":3,"cursor":"`+cursor+`"}`, 400, `{"type":"bad_request"}`))
	})
}

func flip(c byte) string {
	if c == 'A' {
		return "Q"
	}
	return "A"
}

func namesIn(t *testing.T, r apitest.Response) string {
	t.Helper()
	var body struct {
		RevUsers []struct {
			DisplayName string `json:"display_name"`
		} `json:"rev_users"`
	}
	r.Decode(t, &body)
	var names []string
	for _, u := range body.RevUsers {
		names = append(names, u.DisplayName)
	}
	return strings.Join(names, " ")
}

// TestScanEnds checks that a scan ends at the state it began with.
func TestScanEnds(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		const before = 501 // one more than a page
		for i := range before {
			c.Post(t, "rev-users.create", fmt.Sprintf(`{"display_name":"P%d"}`, i), 201)
		}
		first := c.Post(t, "rev-users.scan", `{}`, 200)
		for range 3 {
			c.Post(t, "rev-users.create", `{"display_name":"late"}`, 201)
		}
		second := c.Send(t, http.MethodGet, "/rev-users.scan?cursor=%22"+first.Text(t, "next_cursor")+"%22", nil, nil)
		if got := namesIn(t, second); got != "P500" {
			t.Errorf("the second page has %q", got)
		}
		if _, more := second.Lookup("next_cursor"); more {
			t.Error("the scan goes on")
		}
	})
}

func TestSingleAssociation(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{SingleAssociation: true})
		company(t, c)
		c.Run(t, []apitest.Scenario{
			made("rev-users.create", `{"rev_org":"REV-2","external_ref":"a"}`, `{"rev_user":{"rev_org":{"display_id":"REV-2"}}}`),
			made("rev-users.create", `{"rev_org":"REV-1","account":"ACC-1"}`, `{}`),
			refused("two accounts", "rev-users.create", `{"rev_org":"REV-1","account":"ACC-2"}`, 400, `{"type":"value_not_permitted","field_name":"rev_org"}`),
			refused("two references", "rev-users.create", `{"external_refs":["x","y"]}`, 400, `{"type":"value_not_permitted","field_name":"external_refs"}`),
			refused("second reference", "rev-users.identifiers.add", `{"id":"REVU-1","kind":"external_ref","value":"b"}`, 400, `{"type":"value_not_permitted"}`),
			refused("second account", "rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"ACC-2"}]}`, 400, `{"type":"value_not_permitted"}`),
			refused("second workspace", "rev-users.link", `{"id":"REVU-1","rev_org":"REV-1"}`, 400, `{"type":"value_not_permitted"}`),
			done("accounts.delete", `{"id":"ACC-1"}`, `{}`),
			made("rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"ACC-2"}]}`, `{}`),
		})
	})
}

// What a contact has from before its org allowed it one account and one
// reference does not keep it from being changed.
func TestSingleAssociationLater(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		company(t, c)
		c.Post(t, "rev-users.create", `{"external_refs":["a","b"],"account":"ACC-1"}`, 201)
		c.Post(t, "rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"ACC-2"}]}`, 201)
		c.Post(t, "accounts.create", `{"display_name":"Crow"}`, 201)
		a := w.actors["acme"]
		a.Scope.Settings.SingleAssociation = true
		w.actors["acme"] = a
		c.Run(t, []apitest.Scenario{
			done("rev-users.update", `{"id":"REVU-1","display_name":"Bo"}`, `{"rev_user":{"display_name":"Bo","external_refs":["a","b"]}}`),
			done("rev-users.update", `{"id":"REVU-1","external_refs":["b","a"]}`, `{"rev_user":{"external_refs":["b","a"]}}`),
			made("rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"ACC-2","role":"buyer"}]}`, `{}`),
			refused("another reference", "rev-users.update", `{"id":"REVU-1","external_refs":["a","c"]}`, 400, `{"type":"value_not_permitted","field_name":"external_refs"}`),
			refused("a third account", "rev-users.link", `{"id":"REVU-1","rev_org":"REV-4"}`, 400, `{"type":"value_not_permitted","field_name":"rev_org"}`),
			done("rev-users.update", `{"id":"REVU-1","external_refs":["c"]}`, `{"rev_user":{"external_refs":["c"]}}`),
		})
	})
}

func TestSharedEmails(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{SharedEmails: true})
		c.Run(t, []apitest.Scenario{
			made("rev-users.create", `{"email":"desk@acme.com","phone_numbers":["+49301234567"]}`, `{}`),
			made("rev-users.create", `{"email":"desk@acme.com","phone_numbers":["+49301234567"]}`, `{"rev_user":{"display_id":"REVU-2"}}`),
			done("rev-users.list", `{"email":["desk@acme.com"]}`, `{"rev_users":[{"display_id":"REVU-2"},{"display_id":"REVU-1"}]}`),
			done("rev-users.delete", `{"id":"REVU-1"}`, `{}`),
			done("rev-users.list", `{"email":["desk@acme.com"]}`, `{"rev_users":[{"display_id":"REVU-2"}]}`),
			done("rev-users.restore", `{"id":"REVU-1"}`, `{"rev_user":{"email":"desk@acme.com"}}`),
		})
	})
}
