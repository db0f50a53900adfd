package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server"
	"github.com/kith-id/kith/internal/server/servertest"
)

// deskShop is an org with customers, conversations and tickets of theirs:
// Ann (vip, pro) at One (gold), Ben (free) at Two (tin), Cid nowhere.
func deskShop(t *testing.T, k *servertest.Kith) apitest.Client {
	t.Helper()
	c, _ := k.Admin(t, "acme")
	k.Do(t, "members.add", "", server.NewMember{Email: "bob@acme.example"}, nil)
	for _, call := range [][2]string{
		{"tags.create", `{"name":"vip"}`}, {"tags.create", `{"name":"bug"}`},
		{"schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"rev_user","fields":[{"name":"plan","field_type":"enum","allowed_values":["pro","free"],"is_filterable":true}]}`},
		{"schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"ticket","fields":[{"name":"area","field_type":"enum","allowed_values":["web","app"],"is_filterable":true}]}`},
		{"accounts.create", `{"display_name":"One","tier":"gold"}`}, {"accounts.create", `{"display_name":"Two","tier":"tin"}`},
		{"rev-users.create", `{"display_name":"Ann","email":"ann@one.example","account":"ACC-1","tags":[{"id":"TAG-1"}],"custom_schema_spec":{"tenant_fragment":true},"custom_fields":{"tnt__plan":"pro"}}`},
		{"rev-users.create", `{"display_name":"Ben","email":"ben@two.example","account":"ACC-2","custom_schema_spec":{"tenant_fragment":true},"custom_fields":{"tnt__plan":"free"}}`},
		{"rev-users.create", `{"display_name":"Cid"}`},
		{"groups.create", `{"name":"Helpers","description":"","type":"static","member_type":"dev_user"}`},
		{"parts.create", `{"name":"Engine","type":"product","owned_by":["DEVU-1"]}`}, {"parts.create", `{"name":"Wheel","type":"product","owned_by":["DEVU-1"]}`},
		{"conversations.create", `{"type":"support","title":"Login fails","members":["REVU-1","DEVU-2"],"owned_by":["DEVU-1"],"tags":[{"id":"TAG-2"}],"source_channel":"email","stage":{"name":"needs_response"}}`},
		{"conversations.create", `{"type":"support","title":"Refund","members":["REVU-2"],"owned_by":["DEVU-2"],"source_channel":"plug","is_spam":true}`},
		{"conversations.create", `{"type":"support","title":"Refund again","members":["REVU-3"],"is_frozen":true,"stage":{"name":"waiting_on_user"}}`},
		{"conversations.create", `{"type":"support","title":"Thanks","members":["REVU-1","REVU-2"],"account":"ACC-1","owned_by":["DEVU-1","DEVU-2"],"stage":{"name":"resolved"}}`},
	} {
		c.Post(t, call[0], call[1], 201)
	}
	groups := c.Post(t, "groups.list", `{"member_type":["dev_user"]}`, 200).Body
	helpers := "GROUP-" + strings.SplitN(strings.SplitN(string(groups)[strings.Index(string(groups), `"display_id":"GROUP-`):], `GROUP-`, 2)[1], `"`, 2)[0]
	for _, body := range []string{
		`"title":"Engine smokes","applies_to_part":"PROD-1","reported_by":["REVU-1"],"owned_by":["DEVU-1"],"severity":"high","tags":[{"id":"TAG-2"}],"custom_schema_spec":{"tenant_fragment":true},"custom_fields":{"tnt__area":"web"},"group":"` + helpers + `"`,
		`"title":"Wheel squeaks","applies_to_part":"PROD-2","reported_by":["REVU-2"],"owned_by":["DEVU-2"],"severity":"low","source_channel":"email","needs_response":true,"target_close_date":"2030-01-02T00:00:00Z"`,
		`"title":"Old engine","applies_to_part":"PROD-1","reported_by":["REVU-3","DEVU-1"],"owned_by":["DEVU-1"],"stage":{"name":"resolved"},"is_spam":true,"custom_schema_spec":{"tenant_fragment":true},"custom_fields":{"tnt__area":"app"}`,
	} {
		c.Post(t, "works.create", `{"type":"ticket",`+body+`}`, 201)
	}
	c.Post(t, "works.create", `{"type":"opportunity","title":"Engines for One","applies_to_part":"PROD-1","owned_by":["DEVU-1"],"contacts":["REVU-1"],"account":"ACC-1"}`, 201)
	return c
}

// TestDeskFilters asks for conversations and tickets by each of their fields and by
// those of their customers, from indexes and row by row.
func TestDeskFilters(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := deskShop(t, k)
		today := time.Now().UTC().Format(time.DateOnly)
		check := func(op, list, prefix, rest string, filters map[string]string) {
			t.Helper()
			for text, want := range filters {
				for _, f := range []string{text, fmt.Sprintf(`(%s) or description contains "no such words"`, text)} {
					res := c.Post(t, op, fmt.Sprintf(`{"filter":%q,"sort_by":["display_id:asc"]%s}`, f, rest), 200)
					got := ""
					records, _ := res.Lookup(list)
					for _, r := range records.([]any) {
						got += strings.TrimPrefix(r.(map[string]any)["display_id"].(string), prefix)
					}
					count, _ := res.Lookup("count")
					if got != want || fmt.Sprint(count) != fmt.Sprint(len(want)) {
						t.Errorf("%s %s: got %q, counted %v, want %q", op, f, got, count, want)
					}
				}
			}
		}
		check("conversations.query", "conversations", "CONV-", "", map[string]string{
			"id = CONV-2": "2", "title = refund": "2", "title starts refund": "23", "title contains AIL": "1", "stage = new": "2", "stage in (new, resolved)": "24",
			"state = open": "2", "state != closed": "123", "needs_response = true": "12", "needs_response = false": "34", "owner = me": "14", "owner = bob@acme.example": "24",
			"has_owner = false": "3", "owner empty": "3", "has_owner = true and not owner = me": "2", "tag = bug": "1", "tag empty": "234", "spam = true": "2", "is_spam = false": "134",
			"frozen = true": "3", "source_channel = email": "1", "source_channel empty": "34", "member = bob@acme.example": "1", "member not empty": "1",
			"created = today": "1234", "created > " + today: "", "last_message >= " + today: "1234", "last_message_date < " + today: "", "closed = today": "4", "closed empty": "123", "not closed < " + today: "1234",
			"contact = REVU-1": "14", "contact = ben@two.example": "24", "contact != REVU-1": "23", "contact.tag = vip": "14", "contact.tnt__plan = pro": "14", "contact.tnt__plan != pro": "23",
			"contact.tnt__plan in (pro, free)": "124", "contact.email = ben@two.example": "24", "contact.name starts ci": "3", "contact.account.tier = tin": "24",
			"account = ACC-1": "14", "account empty": "3", "account.tier = gold": "14", "account.tier = gold or account.tier = tin": "124", "account.name contains tw": "2", "workspace not empty": "",
			"contact(tag = vip and tnt__plan = pro) and state = closed": "4", "contact.group = none": "",
		})
		check("works.query", "works", "TKT-", "", map[string]string{
			"id = TKT-2": "2", "title starts engine": "1", "stage = resolved": "3", "state = open": "12", "owner = me": "13", "has_owner = false": "", "tag = bug": "1", "severity = high": "1",
			"severity empty": "3", "severity in (high, low)": "12", "part = Engine": "13", "part = PROD-2": "2", "applies_to_part != engine": "2", "group = helpers": "1", "group empty": "23",
			"source_channel = email": "2", "source_channel not empty": "2", "needs_response = true": "2", "spam = true": "3", "tnt__area = web": "1", "tnt__area empty": "2",
			"target_close < 2031-01-01": "2", "target_close empty": "13", "closed = today": "3", "reported_by = REVU-1": "1", "reported_by = me": "3", "contact = REVU-3": "3", "contact not empty": "123",
			"contact.tag = vip": "1", "account.tier = tin": "2", "account = ACC-1": "1", "account empty": "3", "modified >= " + today + " and created_by = me": "123",
		})
		check("works.query", "works", "OPP-", `,"type":"opportunity"`, map[string]string{"contact = REVU-1": "1", "account.tier = gold": "1", "account.tier = tin": "", "part = engine": "1"})
		c.Run(t, []apitest.Scenario{
			done("conversations.list", `{"filter":"contact.tag = vip","state":["closed"]}`, convs(4)),
			done("conversations.count", `{"filter":"account.tier = gold"}`, `{"count":2,"more":false}`),
			done("works.list", `{"type":["ticket"],"filter":"severity = high"}`, `{"works":[{"display_id":"TKT-1"}]}`),
			done("works.count", `{"type":["ticket"],"filter":"severity = high or part = wheel"}`, `{"count":2}`),
			refused("of two types", "works.list", `{"filter":"severity = high"}`, 400, `{"field_name":"filter"}`),
			refused("a field of others", "conversations.query", `{"filter":"severity = high"}`, 400, `{"type":"value_not_permitted","field_name":"filter"}`),
			refused("near a field", "conversations.list", `{"filter":"ownr = me"}`, 400, `{"field_name":"filter","message":"filter: \"ownr\" is not a field; did you mean owner?"}`),
			refused("a stage of others", "conversations.query", `{"filter":"stage = queued"}`, 400, `{"field_name":"filter"}`),
			refused("a customer's field", "conversations.query", `{"filter":"account.colour = red"}`, 400, `{"field_name":"filter"}`),
			done("filters.explain", `{"object":"conversation","filter":"owner = me and contact.tag = vip and title contains x"}`, `{"indexed":false,"conditions":[{"answered_by":"index"},{"answered_by":"index"},{"answered_by":"rows"}]}`),
			done("filters.explain", `{"object":"ticket","filter":"severity = high"}`, `{"indexed":true}`),
		})
	})
}

// TestDeskGroups counts conversations and tickets by their own fields and by those
// of their customers, and saves such views.
func TestDeskGroups(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := deskShop(t, k)
		groups := func(list string) string { return `{"groups":[` + list + `]}` }
		c.Run(t, []apitest.Scenario{
			done("conversations.group", `{"group_by":"owner","filter":"state != closed"}`, groups(`{"value":"DEVU-1","count":1,"more":false},{"value":"DEVU-2","label":"bob","count":1},{"value":"","count":1,"filter":"owner empty"}`)),
			done("conversations.group", `{"group_by":"stage"}`, groups(`{"value":"needs_response","count":1},{"value":"new"},{"value":"resolved"},{"value":"waiting_on_user"}`)),
			done("conversations.group", `{"group_by":"contact"}`, groups(`{"value":"REVU-1","label":"Ann","count":2},{"value":"REVU-2","count":2},{"value":"REVU-3","count":1}`)),
			done("conversations.group", `{"group_by":"account"}`, groups(`{"value":"ACC-1","label":"One","count":2,"filter":"account = ACC-1"},{"value":"ACC-2","count":1},{"value":"","count":1}`)),
			done("conversations.group", `{"group_by":"source_channel"}`, groups(`{"value":"email","count":1},{"value":"plug"},{"value":"","count":2}`)),
			done("conversations.group", `{"group_by":"contact.tnt__plan"}`, groups(`{"value":"free","count":2},{"value":"pro","count":2,"filter":"contact.tnt__plan = pro"},{"value":"","count":1,"filter":"contact.tnt__plan empty"}`)),
			done("conversations.group", `{"group_by":"account.tier","filter":"owner = me"}`, groups(`{"value":"gold","count":2}`)),
			done("conversations.group", `{"group_by":"contact.tag"}`, groups(`{"value":"TAG-1","label":"vip","count":2,"filter":"contact.tag = TAG-1"},{"value":"","count":2}`)),
			done("works.group", `{"group_by":"severity"}`, groups(`{"value":"high","count":1},{"value":"low"},{"value":"","count":1}`)),
			done("works.group", `{"group_by":"part"}`, groups(`{"value":"PROD-1","label":"Engine","count":2,"filter":"part = PROD-1"},{"value":"PROD-2","count":1}`)),
			done("works.group", `{"group_by":"group"}`, groups(`{"label":"Helpers","count":1},{"value":"","count":2}`)),
			done("works.group", `{"group_by":"account"}`, groups(`{"value":"ACC-1","label":"One","count":1},{"value":"ACC-2","count":1},{"value":"","count":1}`)),
			done("works.group", `{"group_by":"account.tier"}`, groups(`{"value":"gold","count":1},{"value":"tin","count":1},{"value":"","count":1}`)),
			done("works.group", `{"group_by":"tnt__area"}`, groups(`{"value":"app","count":1},{"value":"web","count":1},{"value":"","count":1}`)),
			done("works.group", `{"group_by":"contact","type":"opportunity"}`, groups(`{"value":"REVU-1","count":1}`)),
			refused("by a title", "conversations.group", `{"group_by":"title"}`, 400, `{"field_name":"group_by"}`),
			refused("by a customer's name", "conversations.group", `{"group_by":"contact.name"}`, 400, `{"field_name":"group_by"}`),
			refused("no index", "conversations.group", `{"group_by":"owner","filter":"title contains x"}`, 400, `{"field_name":"filter"}`),
			done("conversations.query", `{"group_by":"contact.tnt__plan","sort_by":["last_message_date:desc"],"limit":1}`, `{"count":4,"groups":[{"value":"free","count":2,"next_cursor":"<any>","conversations":[{"display_id":"CONV-4"}]},{"value":"pro","count":2},{"value":"","count":1,"conversations":[{"display_id":"CONV-3"}]}]}`),
			done("conversations.query", `{"group_by":"last_message:month"}`, `{"groups":[{"count":4,"conversations":[{},{},{},{}]}]}`),
			refused("by when it closed", "conversations.query", `{"group_by":"closed:month"}`, 400, `{"field_name":"group_by"}`),
			done("works.query", `{"group_by":"modified:day","columns":["title","part"]}`, `{"groups":[{"count":3,"works":[{"title":"Old engine","applies_to_part":{"name":"Engine"}},{},{}]}]}`),
			made("vistas.create", `{"type":"dynamic","name":"VIP","filter_type":"conversations","filter":"contact.tag = vip and state != closed","is_public":true,"custom_view":{"group_by":"contact.tnt__plan","sort_by":["last_message_date:desc"]}}`,
				`{"vista":{"display_id":"VISTA-1","filter_type":"conversations","custom_view":{"group_by":"contact.tnt__plan"}}}`),
			made("vistas.create", `{"type":"dynamic","name":"Web","filter_type":"works","filter":"tnt__area = web and severity = high","is_default":true}`, `{"vista":{"filter_type":"works"}}`),
			done("conversations.query", `{"vista":"VISTA-1"}`, `{"count":1,"groups":[{"value":"pro","conversations":[{"display_id":"CONV-1"}]}]}`),
			done("works.query", `{"vista":"VISTA-2"}`, `{"count":1,"works":[{"display_id":"TKT-1"}]}`),
			done("vistas.groups", `{"id":"VISTA-1"}`, groups(`{"value":"pro","count":1}`)),
			done("vistas.list", `{"object_type":["conversations"]}`, `{"vistas":[{"name":"VIP"}]}`),
			refused("of others", "works.query", `{"vista":"VISTA-1"}`, 400, `{"field_name":"vista"}`),
			refused("a sort of others", "vistas.create", `{"type":"dynamic","name":"x","filter_type":"works","custom_view":{"sort_by":["last_message_date:desc"]}}`, 400, `{"field_name":"custom_view.sort_by[0]"}`),
			refused("a group of others", "vistas.create", `{"type":"dynamic","name":"x","filter_type":"conversations","custom_view":{"group_by":"severity"}}`, 400, `{"field_name":"custom_view.group_by"}`),
			made("schemas.custom.set", `{"type":"tenant_fragment","leaf_type":"ticket","fields":[],"deleted_fields":["area"]}`, `{"id":"<any>"}`),
			done("vistas.get", `{"id":"VISTA-2"}`, `{"vista":{"filter":"severity = high","dropped_fields":["tnt__area"]}}`),
		})
		// Contacts and accounts that become one are one group.
		c.Post(t, "rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, 200)
		c.Post(t, "accounts.merge", `{"primary_account":"ACC-1","secondary_account":"ACC-2"}`, 200)
		c.Run(t, []apitest.Scenario{
			done("conversations.group", `{"group_by":"account.tier"}`, groups(`{"value":"gold","count":3},{"value":"","count":1}`)),
			done("conversations.group", `{"group_by":"contact.tag"}`, groups(`{"value":"TAG-1","count":3},{"value":"","count":1}`)),
			done("conversations.query", `{"filter":"contact.tag = vip and account = ACC-1"}`, `{"count":3}`),
			done("works.group", `{"group_by":"account"}`, groups(`{"value":"ACC-1","count":2},{"value":"","count":1}`)),
		})
	})
}
