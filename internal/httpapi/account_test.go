package httpapi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
)

func TestAccountCreate(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		don := "don:identity:kith:devo/" + w.actors["acme"].Org.Public
		c.Post(t, "tags.create", `{"name":"vip","allowed_values":["gold"]}`, 201)
		c.Run(t, []apitest.Scenario{
			absent(made("accounts.create", `{"display_name":"Acme"}`,
				`{"account":{"id":"`+don+`:account/1","display_id":"ACC-1","display_name":"Acme","external_refs":["`+don+`:account/1"],"owned_by":[],"stock_schema_fragment":"don:core:kith:stock_sf/32028","created_by":{"display_id":"DEVU-1"}},
				"default_rev_org":{"id":"`+don+`:revo/1","display_id":"REV-1","display_name":"Acme","external_ref":"`+don+`:account/1","external_ref_issuer":"devrev:platform:revorg:account",
				"environment":"production","account":{"id":"`+don+`:account/1","display_id":"ACC-1","display_name":"Acme"},"stock_schema_fragment":"don:core:kith:stock_sf/32027"}}`),
				"account.tier", "account.domains", "account.websites", "account.tags", "account.parent", "account.description"),
			made("accounts.create", `{"display_name":"Bolt","description":"d","tier":"T1","external_refs":["b-1","b-2","b-1"],"domains":["Bolt.com","bolt.io"],"websites":["https://www.bolt.dev/about","bolt.com","https://linkedin.com/company/bolt","https://gmail.com"],
				"owned_by":["DEVU-1"],"tags":[{"id":"TAG-1","value":"gold"}],"parent":"ACC-1","schema_fragment_ids":[],"custom_schema_spec":{"validate_required_fields":true}}`,
				`{"account":{"display_id":"ACC-2","external_refs":["b-1","b-2"],"domains":["bolt.com","bolt.io","bolt.dev"],"websites":["https://www.bolt.dev/about","bolt.com","https://linkedin.com/company/bolt","https://gmail.com"],
				"tier":"T1","parent":{"display_id":"ACC-1","display_name":"Acme"},"owned_by":[{"display_name":"ann"}],"tags":[{"value":"gold"}]}}`),
			absent(made("accounts.create", `{"display_name":"Cell","websites":["https://bolt.dev"]}`, `{"account":{"websites":["https://bolt.dev"]}}`), "account.domains"),
			made("accounts.create", `{"display_name":"Bolt"}`, `{"account":{"display_id":"ACC-4"}}`),

			refused("no name", "accounts.create", `{}`, 400, `{"type":"missing_required_field","field_name":"display_name"}`),
			refused("empty name", "accounts.create", `{"display_name":""}`, 400, `{"type":"missing_required_field","field_name":"display_name"}`),
			refused("blank name", "accounts.create", `{"display_name":" "}`, 400, `{"type":"value_not_permitted","field_name":"display_name"}`),
			refused("reference taken", "accounts.create", `{"display_name":"x","external_refs":["new","b-2"]}`, 409, `{"type":"conflict","message":"external_refs: \"b-2\" is already in use by ACC-2 (Bolt)","field_name":"external_refs","value":"b-2","holder":{"type":"account","display_id":"ACC-2","display_name":"Bolt"}}`),
			refused("domain taken", "accounts.create", `{"display_name":"x","external_refs":["new"],"domains":["BOLT.io"]}`, 409, `{"type":"conflict","field_name":"domains","value":"bolt.io","holder":{"display_id":"ACC-2"}}`),
			refused("domain with a scheme", "accounts.create", `{"display_name":"x","domains":["https://x.com"]}`, 400, `{"type":"value_not_permitted","field_name":"domains"}`),
			refused("domain with www", "accounts.create", `{"display_name":"x","domains":["www.x.com"]}`, 400, `{"type":"value_not_permitted","field_name":"domains"}`),
			refused("website", "accounts.create", `{"display_name":"x","websites":["not a site"]}`, 400, `{"type":"value_not_permitted","field_name":"websites"}`),
			refused("tier", "accounts.create", `{"display_name":"x","tier":"`+strings.Repeat("t", 65)+`"}`, 400, `{"type":"value_not_permitted","field_name":"tier"}`),
			refused("many references", "accounts.create", `{"display_name":"x","external_refs":`+listOf(51, "r%d")+`}`, 400, `{"type":"value_not_permitted","field_name":"external_refs"}`),
			refused("many domains", "accounts.create", `{"display_name":"x","domains":`+listOf(101, "d%d.com")+`}`, 400, `{"type":"value_not_permitted","field_name":"domains"}`),
			refused("parent", "accounts.create", `{"display_name":"x","parent":"ACC-99"}`, 404, `{"type":"not_found","field_name":"parent"}`),
			refused("parent of another type", "accounts.create", `{"display_name":"x","parent":"REVU-1"}`, 400, `{"type":"unexpected_id_type","field_name":"parent"}`),
			refused("owner", "accounts.create", `{"display_name":"x","owned_by":["DEVU-7"]}`, 404, `{"type":"not_found","field_name":"owned_by[0]"}`),
			refused("owner of another type", "accounts.create", `{"display_name":"x","owned_by":["REVU-7"]}`, 400, `{"type":"unexpected_id_type","field_name":"owned_by[0]"}`),
			refused("tag", "accounts.create", `{"display_name":"x","tags":[{"id":"TAG-7"}]}`, 404, `{"type":"not_found","field_name":"tags[0].id"}`),
			refused("custom field", "accounts.create", `{"display_name":"x","custom_fields":{"tnt__a":1}}`, 400, `{"type":"customization_validation_error","subtype":"field_not_in_schema"}`),
			refused("fragment", "accounts.create", `{"display_name":"x","schema_fragment_ids":["a"]}`, 400, `{"type":"customization_validation_error"}`),
			refused("artifact", "accounts.create", `{"display_name":"x","artifacts":["ARTIFACT-1"]}`, 400, `{"type":"value_not_permitted","field_name":"artifacts"}`),
			refused("unknown field", "accounts.create", `{"display_name":"x","name":"y"}`, 400, `{"type":"invalid_field","field_name":"name"}`),
			made("accounts.create", `{"display_name":"the refused kept nothing","external_refs":["new"]}`, `{}`),
		})
	})
}

func TestAccountUpdate(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		don := "don:identity:kith:devo/" + w.actors["acme"].Org.Public + ":account/1"
		c.Post(t, "accounts.create", `{"display_name":"Acme","external_refs":["a-1"],"domains":["acme.com"],"websites":["acme.com"],"tier":"T1","owned_by":["DEVU-1"]}`, 201)
		c.Post(t, "accounts.create", `{"display_name":"Bolt","external_refs":["b-1"],"domains":["bolt.com"]}`, 201)
		c.Post(t, "accounts.create", `{"display_name":"Cell","parent":"ACC-2"}`, 201)
		c.Run(t, []apitest.Scenario{
			done("accounts.update", `{"id":"ACC-1"}`, `{"account":{"external_refs":["a-1"],"domains":["acme.com"],"websites":["acme.com"],"tier":"T1","owned_by":[{"display_id":"DEVU-1"}]}}`),
			done("accounts.update", `{"id":"`+don+`","external_refs":["a-2","a-1"],"domains":["acme.io"],"websites":{"set":["https://acme.dev"]},"owned_by":[]}`,
				`{"account":{"external_refs":["a-2","a-1"],"domains":["acme.io","acme.dev"],"websites":["https://acme.dev"],"owned_by":[]}}`),
			made("accounts.create", `{"display_name":"free","domains":["acme.com"]}`, `{}`),
			refused("domain taken", "accounts.update", `{"id":"ACC-1","domains":["bolt.com"]}`, 409, `{"type":"conflict","field_name":"domains","value":"bolt.com","holder":{"display_id":"ACC-2","display_name":"Bolt"}}`),
			refused("reference taken", "accounts.update", `{"id":"ACC-1","external_refs":["b-1"]}`, 409, `{"type":"conflict","field_name":"external_refs"}`),
			done("accounts.update", `{"id":"ACC-1","websites":{}}`, `{"account":{"websites":["https://acme.dev"]}}`),
			absent(done("accounts.update", `{"id":"ACC-1","websites":{"set":[]},"tier":null,"external_refs":["`+don+`"],"domains":null}`, `{"account":{"external_refs":["`+don+`"]}}`),
				"account.websites", "account.tier", "account.domains"),
			done("accounts.update", `{"id":"ACC-1","display_name":"Acme Ltd"}`, `{"account":{"display_name":"Acme Ltd"}}`),
			done("rev-orgs.get", `{"account":"ACC-1"}`, `{"rev_org":{"display_name":"Acme Ltd"}}`),
			done("rev-orgs.update", `{"id":"REV-1","display_name":"HQ"}`, `{"rev_org":{"display_name":"HQ"}}`),
			done("accounts.update", `{"id":"ACC-1","display_name":"Acme Inc"}`, `{}`),
			done("rev-orgs.get", `{"id":"REV-1"}`, `{"rev_org":{"display_name":"HQ","account":{"display_name":"Acme Inc"}}}`),
			done("accounts.update", `{"id":"ACC-2","parent":"ACC-1"}`, `{"account":{"parent":{"display_id":"ACC-1"}}}`),
			refused("own parent", "accounts.update", `{"id":"ACC-1","parent":"ACC-1"}`, 400, `{"type":"value_not_permitted","field_name":"parent"}`),
			refused("circle", "accounts.update", `{"id":"ACC-1","parent":"ACC-3"}`, 400, `{"type":"value_not_permitted","field_name":"parent"}`),
			refused("no parent", "accounts.update", `{"id":"ACC-1","parent":"ACC-99"}`, 404, `{"type":"not_found","field_name":"parent"}`),
			done("accounts.list", `{"parent":["ACC-1"]}`, `{"accounts":[{"display_id":"ACC-2"}]}`),
			absent(done("accounts.update", `{"id":"ACC-2","parent":null}`, `{}`), "account.parent"),
			refused("empty name", "accounts.update", `{"id":"ACC-1","display_name":null}`, 400, `{"type":"value_not_permitted","field_name":"display_name"}`),
			refused("no id", "accounts.update", `{}`, 400, `{"type":"missing_required_field","field_name":"id"}`),
			refused("bad id", "accounts.update", `{"id":"acme"}`, 400, `{"type":"invalid_id","field_name":"id"}`),
			refused("other type", "accounts.update", `{"id":"REV-1"}`, 400, `{"type":"unexpected_id_type","field_name":"id"}`),
			refused("unknown", "accounts.update", `{"id":"ACC-99"}`, 404, `{"type":"not_found"}`),
			refused("websites are an object", "accounts.update", `{"id":"ACC-1","websites":["x.com"]}`, 400, `{"type":"unexpected_json_type","field_name":"websites"}`),
		})
	})
}

func TestAccountNesting(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		c.Post(t, "accounts.create", `{"display_name":"top"}`, 201)
		for i := 2; i <= 32; i++ {
			c.Post(t, "accounts.create", fmt.Sprintf(`{"display_name":"A%d","parent":"ACC-%d"}`, i, i-1), 201)
		}
		c.Post(t, "accounts.create", `{"display_name":"deepest","parent":"ACC-32"}`, 201)
		c.Play(t, refused("deeper", "accounts.create", `{"display_name":"x","parent":"ACC-33"}`, 400, `{"type":"value_not_permitted","field_name":"parent"}`))
	})
}

func TestAccountDeleteAndRestore(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		company(t, c)
		c.Post(t, "accounts.create", `{"display_name":"Below","parent":"ACC-1"}`, 201)
		c.Post(t, "rev-orgs.create", `{"account":"ACC-1","display_name":"Old lab"}`, 201)
		c.Post(t, "rev-orgs.delete", `{"id":"REV-5"}`, 200)
		c.Post(t, "rev-users.create", `{"display_name":"Bo","rev_org":"REV-2"}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Cy","account":"ACC-1"}`, 201)
		c.Post(t, "rev-users.associations.add", `{"rev_user_id":"REVU-1","associations":[{"associated_to":"ACC-2","role":"buyer"}]}`, 201)
		c.Run(t, []apitest.Scenario{
			done("accounts.delete", `{"id":"ACC-1"}`, `{}`),
			refused("gone", "accounts.get", `{"id":"ACC-1"}`, 404, `{"type":"not_found"}`),
			refused("its default workspace", "rev-orgs.get", `{"account":"ACC-1"}`, 404, `{"type":"not_found"}`),
			refused("its workspace", "rev-orgs.get", `{"id":"REV-2"}`, 404, `{"type":"not_found"}`),
			done("rev-orgs.list", `{"account":["ACC-1"]}`, `{"rev_orgs":[]}`),
			done("rev-users.list", `{"associations":["ACC-1"]}`, `{"rev_users":[]}`),
			done("rev-users.list", `{"associations":["ACC-1","ACC-2"]}`, `{"rev_users":[{"display_id":"REVU-1","rev_org":{"type":"account","display_id":"ACC-2"}}]}`),
			absent(done("rev-users.get", `{"id":"REVU-2"}`, `{}`), "rev_user.rev_org"),
			absent(done("accounts.get", `{"id":"ACC-3"}`, `{"account":{"display_name":"Below"}}`), "account.parent"),
			done("rev-users.associations.list", `{"rev_user_id":"REVU-1"}`, `{"associations":[{"associated_to":{"display_id":"ACC-2"},"role":"buyer"}]}`),
			refused("join the deleted", "rev-users.create", `{"account":"ACC-1"}`, 404, `{"type":"not_found"}`),
			refused("leave the deleted", "rev-users.associations.remove", `{"rev_user_id":"REVU-2","associations":["ACC-1"]}`, 404, `{"type":"not_found"}`),
			refused("workspace alone", "rev-orgs.restore", `{"id":"REV-2"}`, 400, `{"type":"bad_request"}`),
			made("accounts.create", `{"display_name":"New","domains":["acme.com"]}`, `{"account":{"display_id":"ACC-4"}}`),
			made("rev-orgs.create", `{"account":"ACC-4","display_name":"x","external_ref":"lab"}`, `{}`),
			refused("restore with clashes", "accounts.restore", `{"id":"ACC-1"}`, 409,
				`{"type":"conflict","clashes":[{"field_name":"domains","value":"acme.com","holder":{"type":"account","display_id":"ACC-4","display_name":"New"}},{"field_name":"external_ref","value":"lab","holder":{"type":"rev_org","display_name":"x"}}]}`),
			absent(done("accounts.restore", `{"id":"ACC-1","without_clashes":true}`, `{"account":{"display_name":"Acme","external_refs":["acme"]}}`), "account.domains"),
			refused("restore twice", "accounts.restore", `{"id":"ACC-1"}`, 404, `{"type":"not_found"}`),
			done("rev-orgs.get", `{"account":"ACC-1"}`, `{"rev_org":{"display_id":"REV-1"}}`),
			done("rev-orgs.get", `{"id":"REV-2"}`, `{"rev_org":{"display_name":"Lab","external_ref":"REV-2"}}`),
			refused("deleted before it", "rev-orgs.get", `{"id":"REV-5"}`, 404, `{"type":"not_found"}`),
			done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"rev_org":{"display_id":"REV-2"}}}`),
			done("rev-users.list", `{"associations":["ACC-1"]}`, `{"rev_users":[{"display_id":"REVU-2"},{"display_id":"REVU-1"}]}`),
			done("accounts.get", `{"id":"ACC-3"}`, `{"account":{"parent":{"display_id":"ACC-1"}}}`),
			refused("delete the unknown", "accounts.delete", `{"id":"ACC-99"}`, 404, `{"type":"not_found"}`),
			refused("delete without id", "accounts.delete", `{}`, 400, `{"type":"missing_required_field"}`),
			refused("restore another type", "accounts.restore", `{"id":"REVU-1"}`, 400, `{"type":"unexpected_id_type"}`),
		})
	})
}

func TestAccountList(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		c.Post(t, "tags.create", `{"name":"vip","allowed_values":["gold"]}`, 201)
		for _, body := range []string{
			`{"display_name":"Acme","external_refs":["a-1","a-2"],"domains":["acme.com"],"websites":["https://acme.com"],"tier":"T1","tags":[{"id":"TAG-1","value":"gold"}],"owned_by":["DEVU-1"]}`,
			`{"display_name":"bolt","tier":"T2","tags":[{"id":"TAG-1"}]}`,
			`{"display_name":"Cell","parent":"ACC-1"}`,
		} {
			c.Post(t, "accounts.create", body, 201)
		}
		one := func(id string) string { return `{"accounts":[{"display_id":"` + id + `"}]}` }
		const none = `{"accounts":[]}`
		var all []apitest.Scenario
		for _, op := range []string{"accounts.list", "accounts.export"} {
			all = slices.Concat(all,
				forms(op+" all", op, "sort_by=display_name:asc", `{"sort_by":["display_name:asc"]}`, 200, `{"accounts":[{"display_name":"Acme"},{"display_name":"bolt"},{"display_name":"Cell"}]}`),
				forms(op+" default order", op, "", `{}`, 200, `{"accounts":[{"display_name":"Cell"},{"display_name":"bolt"},{"display_name":"Acme"}]}`),
				forms(op+" name", op, "display_name=BOLT", `{"display_name":["BOLT"]}`, 200, one("ACC-2")),
				forms(op+" reference", op, "external_refs=%22a-2%22", `{"external_refs":["a-2"]}`, 200, one("ACC-1")),
				forms(op+" domain", op, "domains=ACME.com", `{"domains":["ACME.com"]}`, 200, one("ACC-1")),
				forms(op+" website", op, "websites=https://acme.com", `{"websites":["https://acme.com"]}`, 200, one("ACC-1")),
				forms(op+" tier", op, "tier=T1,T9", `{"tier":["T1","T9"]}`, 200, one("ACC-1")),
				forms(op+" tag", op, "tags=TAG-1=gold", `{"tags":["TAG-1=gold"]}`, 200, one("ACC-1")),
				forms(op+" owner", op, "owned_by=DEVU-1", `{"owned_by":["DEVU-1"]}`, 200, one("ACC-1")),
				forms(op+" parent", op, "parent=ACC-1", `{"parent":["ACC-1"]}`, 200, one("ACC-3")),
				forms(op+" author", op, "created_by=SYSU-1", `{"created_by":["SYSU-1"]}`, 200, none),
				forms(op+" dates", op, "created_date.before=2001-01-01T00:00:00Z", `{"created_date":{"before":"2001-01-01T00:00:00Z"}}`, 200, none),
				forms(op+" stage", op, "stage=x", `{"stage":["x"]}`, 200, none),
				forms(op+" subtype", op, "subtype=x", `{"subtype":["x"]}`, 200, none),
				forms(op+" bad domain", op, "domains=x", `{"domains":["x"]}`, 200, none),
				forms(op+" sort", op, "sort_by=email:asc", `{"sort_by":["email:asc"]}`, 400, `{"type":"invalid_enum_value","field_name":"sort_by[0]"}`),
				forms(op+" owner id", op, "owned_by=x", `{"owned_by":["x"]}`, 400, `{"type":"invalid_id","field_name":"owned_by[0]"}`),
				forms(op+" unknown field", op, "name=x", `{"name":["x"]}`, 400, `{"type":"invalid_field","field_name":"name"}`),
				forms(op+" custom field", op, "custom_fields%5Ba%5D=1", `{"custom_fields":{"a":1}}`, 400, `{"type":"customization_validation_error"}`),
			)
		}
		c.Run(t, slices.Concat(all,
			forms("get", "accounts.get", "id=ACC-1", `{"id":"acc-1"}`, 200, `{"account":{"display_name":"Acme"}}`),
			forms("get unknown", "accounts.get", "id=ACC-9", `{"id":"ACC-9"}`, 404, `{"type":"not_found"}`),
			forms("get nothing", "accounts.get", "", `{}`, 400, `{"type":"missing_required_field"}`),
			forms("get no id", "accounts.get", "id=a-1", `{"id":"a-1"}`, 400, `{"type":"invalid_id"}`),
			forms("first", "accounts.export", "first=1", `{"first":1}`, 200, one("ACC-3")),
			forms("first 0", "accounts.export", "first=0", `{"first":0}`, 400, `{"type":"value_not_permitted","field_name":"first"}`),
			forms("first 501", "accounts.export", "first=501", `{"first":501}`, 400, `{"type":"value_not_permitted","field_name":"first"}`),
			forms("export has no cursor", "accounts.export", "cursor=x", `{"cursor":"x"}`, 400, `{"type":"invalid_field"}`),
			forms("limit", "accounts.list", "limit=2", `{"limit":2}`, 200, `{"accounts":[{},{}],"next_cursor":"<any>"}`),
			forms("last page", "accounts.list", "limit=2&mode=before", `{"limit":2,"mode":"before"}`, 200, `{"accounts":[{"display_name":"bolt"},{"display_name":"Acme"}],"prev_cursor":"<any>"}`),
		))
	})
}

// While an account is in the trash, the ones that were above and below it can be
// rearranged. Restoring it must not close a circle.
func TestRestoredAccountClosesNoCircle(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		for _, body := range []string{`{"display_name":"Top"}`, `{"display_name":"Middle","parent":"ACC-1"}`, `{"display_name":"Bottom","parent":"ACC-2"}`} {
			c.Post(t, "accounts.create", body, 201)
		}
		c.Run(t, []apitest.Scenario{
			done("accounts.delete", `{"id":"ACC-2"}`, `{}`),
			done("accounts.update", `{"id":"ACC-1","parent":"ACC-3"}`, `{"account":{"parent":{"display_id":"ACC-3"}}}`),
			refused("circle", "accounts.restore", `{"id":"ACC-2"}`, 409, `{"type":"conflict","clashes":[{"field_name":"parent","value":"ACC-1","holder":{"type":"account","display_id":"ACC-1","display_name":"Top"}}]}`),
			absent(done("accounts.restore", `{"id":"ACC-2","without_clashes":true}`, `{"account":{"display_name":"Middle"}}`), "account.parent"),
			done("accounts.get", `{"id":"ACC-3"}`, `{"account":{"parent":{"display_id":"ACC-2"}}}`),
			refused("circle by hand", "accounts.update", `{"id":"ACC-2","parent":"ACC-1"}`, 400, `{"type":"value_not_permitted","field_name":"parent"}`),
			done("accounts.delete", `{"id":"ACC-1"}`, `{}`),
			done("accounts.delete", `{"id":"ACC-3"}`, `{}`),
			done("accounts.restore", `{"id":"ACC-1"}`, `{"account":{"display_name":"Top"}}`), // below what is in the trash
			done("accounts.restore", `{"id":"ACC-3"}`, `{"account":{"parent":{"display_id":"ACC-2"}}}`),
			done("accounts.get", `{"id":"ACC-1"}`, `{"account":{"parent":{"display_id":"ACC-3"}}}`),
		})
	})
}
