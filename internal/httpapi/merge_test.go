package httpapi_test

import (
	"net/http"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
)

// twins makes the company and two contacts that are one person: REVU-1, with a
// reference, and REVU-2, with an e-mail address.
func twins(t *testing.T, c apitest.Client) {
	t.Helper()
	company(t, c)
	c.Post(t, "rev-users.create", `{"display_name":"Ann Lee","external_ref":"u-1","phone_numbers":["+49301234567"],"rev_org":"REV-1","tags":[{"id":"TAG-1","value":"gold"}],"owned_by":["DEVU-1"]}`, 201)
	c.Post(t, "rev-users.create", `{"display_name":"A. Lee","full_name":"Ann B. Lee","email":"ann@x.test","external_ref":"u-2","account":"ACC-2","tags":[{"id":"TAG-1","value":"silver"},{"id":"TAG-2"}]}`, 201)
}

func TestMerge(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		twins(t, c)
		const preview = `{"rev_user":{"display_id":"REVU-1","display_name":"Ann Lee","email":"ann@x.test"},
			"moves":{"identifiers":2,"associations":1,"owned_by":0,"tags":1,"rev_users":1,"history":1,"history_more":false},
			"fields":[{"field":"display_name","adopted":[],"joined":[],"dropped":[{"value":"A. Lee"}]},
			          {"field":"full_name","adopted":[{"value":"Ann B. Lee"}],"joined":[],"dropped":[]},
			          {"field":"email","adopted":[{"value":"ann@x.test"}],"joined":[],"dropped":[]},
			          {"field":"external_ref","adopted":[],"joined":[{"value":"u-2"}],"dropped":[]},
			          {"field":"associations","adopted":[],"joined":[{"record":{"type":"account","display_id":"ACC-2","display_name":"Bolt"}}],"dropped":[]},
			          {"field":"tags","adopted":[],"joined":[{"record":{"display_id":"TAG-2","display_name":"beta"}}],"dropped":[{"record":{"display_id":"TAG-1"},"value":"silver"}]}]}`
		c.Run(t, forms("preview", "merges.preview", "primary=REVU-1&secondary=REVU-2", `{"primary":"REVU-1","secondary":"REVU-2"}`, 200, preview))
		c.Run(t, []apitest.Scenario{
			absent(done("rev-users.get", `{"id":"REVU-2"}`, `{"rev_user":{"state":"active"}}`), "rev_user.primary_identity"),
			{Name: "merge", Path: "/rev-users.merge", Body: `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, Status: 200, Want: `{}`, Exact: true},
			done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"display_name":"Ann Lee","full_name":"Ann B. Lee","email":"ann@x.test","external_ref":"u-1","external_refs":["u-1","u-2"],
				"tags":[{"tag":{"display_id":"TAG-1"},"value":"gold"},{"tag":{"display_id":"TAG-2"}}],"rev_org":{"display_id":"REV-1"}}}`),
			done("rev-users.get", `{"id":"REVU-2"}`, `{"rev_user":{"display_id":"REVU-2","display_name":"A. Lee","state":"deleted","primary_identity":{"type":"rev_user","display_id":"REVU-1","display_name":"Ann Lee","external_ref":"u-1"}}}`),
			done("rev-users.list", `{}`, `{"rev_users":[{"display_id":"REVU-1"}]}`),
			done("rev-users.list", `{"email":["ann@x.test"]}`, `{"rev_users":[{"display_id":"REVU-1"}]}`),
			done("rev-users.list", `{"external_ref":["u-2"]}`, `{"rev_users":[{"display_id":"REVU-1"}]}`),
			done("rev-users.list", `{"associations":["ACC-2"]}`, `{"rev_users":[{"display_id":"REVU-1"}]}`),
			done("rev-users.list", `{"tags":["TAG-2"]}`, `{"rev_users":[{"display_id":"REVU-1"}]}`),
			done("rev-users.identifiers.list", `{"id":"REVU-1"}`, `{"identifiers":[{"kind":"email","main":true},{"kind":"phone"},{"kind":"external_ref","value":"u-1","main":true},{"kind":"external_ref","value":"u-2","main":false}]}`),
			done("merges.list", `{"record":"REVU-2"}`, `{"merges":[{"display_id":"MERGE-1","type":"rev_user","state":"active","primary":{"display_id":"REVU-1","display_name":"Ann Lee"},"secondary":{"display_id":"REVU-2"},"made_by":{"display_id":"DEVU-1"}}]}`),
			refused("e-mail of the merged", "rev-users.create", `{"email":"ann@x.test"}`, 409, `{"type":"conflict","holder":{"display_id":"REVU-1"}}`),
			done("rev-users.update", `{"id":"REVU-1","description":"called","tags":[{"id":"TAG-1","value":"gold"}]}`, `{"rev_user":{"description":"called","tags":[{"tag":{"display_id":"TAG-1"}}]}}`),
		})
		c.Run(t, forms("get", "merges.get", "id=MERGE-1", `{"id":"MERGE-1"}`, 200, `{"merge":{"display_id":"MERGE-1","state":"active"}}`))
		c.Run(t, []apitest.Scenario{
			done("merges.undo", `{"id":"MERGE-1"}`, `{"merge":{"display_id":"MERGE-1","state":"undone","undone_by":{"display_id":"DEVU-1"},"undone_date":"<any>"},"in_trash":false,"not_restored":[],"more_edits":false,
				"rev_user":{"display_id":"REVU-2","display_name":"A. Lee","full_name":"Ann B. Lee","email":"ann@x.test","external_refs":["u-2"],"state":"active","tags":[{"tag":{"display_id":"TAG-1"},"value":"silver"},{"tag":{"display_id":"TAG-2"}}]},
				"survivor":{"display_id":"REVU-1","description":"called","external_refs":["u-1"],"tags":[{"tag":{"display_id":"TAG-1"},"value":"gold"}]},
				"kept_edits":[{"by":{"display_id":"DEVU-1"},"fields":["description","tags"]}]}`),
			absent(done("rev-users.get", `{"id":"REVU-1"}`, `{"rev_user":{"display_name":"Ann Lee"}}`), "rev_user.email", "rev_user.full_name"),
			absent(done("rev-users.get", `{"id":"REVU-2"}`, `{"rev_user":{"rev_org":{"display_id":"ACC-2"}}}`), "rev_user.primary_identity"),
			done("rev-users.list", `{"email":["ann@x.test"]}`, `{"rev_users":[{"display_id":"REVU-2"}]}`),
			done("merges.get", `{"id":"MERGE-1"}`, `{"merge":{"state":"undone","undone_by":{"display_id":"DEVU-1"}}}`),
			refused("again", "merges.undo", `{"id":"MERGE-1"}`, 400, `{"type":"bad_request"}`),
			refused("unknown", "merges.undo", `{"id":"MERGE-9"}`, 404, `{"type":"not_found"}`),
			refused("get unknown", "merges.get", `{"id":"MERGE-9"}`, 404, `{"type":"not_found"}`),
			refused("another type", "merges.get", `{"id":"REVU-1"}`, 400, `{"type":"unexpected_id_type"}`),
		})
	})
}

// TestMergeRefusals shows that nothing changes when a merge is refused, and that
// nothing is written to a contact that was merged away.
func TestMergeRefusals(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		twins(t, c)
		c.Post(t, "rev-users.create", `{"display_name":"Gone","email":"gone@x.test"}`, 201)
		c.Post(t, "rev-users.delete", `{"id":"REVU-3"}`, 200)
		c.Post(t, "rev-users.create", `{"display_name":"Third","email":"third@x.test"}`, 201)
		c.Post(t, "rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, 200)
		other := w.join(t, "bolt", org.Settings{})
		other.Post(t, "rev-users.create", `{"display_name":"Foreign"}`, 201)
		foreign := other.Post(t, "rev-users.get", `{"id":"REVU-1"}`, 200).Text(t, "rev_user.id")
		before := everything(t, c)
		const useFirst = `{"type":"bad_request","primary_identity":"<any>","message":"REVU-2 was merged into REVU-1; use REVU-1"}`
		pairs := []struct{ name, primary, secondary, want string }{
			{"with itself", "REVU-1", "REVU-1", `{"type":"bad_request"}`},
			{"with itself, in two forms", "REVU-4", "revu-4", `{"type":"bad_request"}`},
			{"merged secondary", "REVU-1", "REVU-2", useFirst},
			{"merged primary", "REVU-2", "REVU-4", useFirst},
			{"account", "REVU-1", "ACC-1", `{"type":"unexpected_id_type"}`},
			{"into an account", "ACC-1", "REVU-1", `{"type":"unexpected_id_type"}`},
			{"no id", "REVU-1", "Ann", `{"type":"invalid_id"}`},
		}
		var all []apitest.Scenario
		for _, p := range pairs {
			all = append(all, refused(p.name, "rev-users.merge", `{"primary_user":"`+p.primary+`","secondary_user":"`+p.secondary+`"}`, 400, p.want),
				refused("preview: "+p.name, "merges.preview", `{"primary":"`+p.primary+`","secondary":"`+p.secondary+`"}`, 400, p.want))
		}
		for _, p := range [][2]string{{"REVU-1", "REVU-3"}, {"REVU-3", "REVU-1"}, {"REVU-1", "REVU-99"}, {"REVU-1", foreign}, {foreign, "REVU-1"}} {
			all = append(all, refused("not there", "rev-users.merge", `{"primary_user":"`+p[0]+`","secondary_user":"`+p[1]+`"}`, 404, `{"type":"not_found"}`),
				refused("not there", "merges.preview", `{"primary":"`+p[0]+`","secondary":"`+p[1]+`"}`, 404, `{"type":"not_found"}`))
		}
		all = append(all,
			refused("nothing", "rev-users.merge", `{}`, 400, `{"type":"missing_required_field"}`),
			refused("update", "rev-users.update", `{"id":"REVU-2","display_name":"x"}`, 400, useFirst),
			refused("delete", "rev-users.delete", `{"id":"REVU-2"}`, 400, useFirst),
			refused("restore", "rev-users.restore", `{"id":"REVU-2"}`, 400, useFirst),
			refused("associate", "rev-users.associations.add", `{"rev_user_id":"REVU-2","associations":[{"associated_to":"ACC-1"}]}`, 400, useFirst),
			refused("dissociate", "rev-users.associations.remove", `{"rev_user_id":"REVU-2","associations":["ACC-2"]}`, 400, useFirst),
			refused("link", "rev-users.link", `{"id":"REVU-2","rev_org":"REV-1"}`, 400, useFirst),
			refused("add", "rev-users.identifiers.add", `{"id":"REVU-2","kind":"email","value":"z@x.test"}`, 400, useFirst),
			refused("remove", "rev-users.identifiers.remove", `{"id":"REVU-2","kind":"email","value":"ann@x.test"}`, 400, useFirst),
			refused("main", "rev-users.identifiers.set-main", `{"id":"REVU-2","kind":"email","value":"ann@x.test"}`, 400, useFirst),
			refused("split", "rev-users.split", `{"id":"REVU-2","identifiers":[{"kind":"email","value":"ann@x.test"}]}`, 400, useFirst),
			refused("split nothing", "rev-users.split", `{"id":"REVU-1","identifiers":[]}`, 400, `{"field_name":"identifiers"}`),
			refused("split what is not there", "rev-users.split", `{"id":"REVU-1","identifiers":[{"kind":"email","value":"nobody@x.test"}]}`, 404, `{"type":"not_found","field_name":"identifiers[0].value"}`),
			refused("split a bad value", "rev-users.split", `{"id":"REVU-1","identifiers":[{"kind":"email","value":"nobody"}]}`, 400, `{"type":"value_not_permitted","field_name":"identifiers[0].value"}`),
			refused("split a bad kind", "rev-users.split", `{"id":"REVU-1","identifiers":[{"kind":"fax","value":"1"}]}`, 400, `{"type":"invalid_enum_value"}`),
			refused("bad cursor", "merges.list", `{"cursor":"x"}`, 400, `{"type":"bad_request"}`),
		)
		c.Run(t, all)
		if after := everything(t, c); after != before {
			t.Errorf("a refusal changed something:\n%s\n%s", before, after)
		}
	})
}

// everything is what an org's lists show of contacts.
func everything(t *testing.T, c apitest.Client) string {
	t.Helper()
	out := ""
	for _, op := range []string{"rev-users.list", "trash.list", "merges.list"} {
		out += string(c.Post(t, op, `{}`, 200).Body)
	}
	for _, id := range []string{"REVU-1", "REVU-2", "REVU-4"} {
		out += string(c.Post(t, "rev-users.get", `{"id":"`+id+`"}`, 200).Body) + string(c.Post(t, "rev-users.identifiers.list", `{"id":"`+id+`"}`, 200).Body)
	}
	return out
}

func TestMergesList(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		for range 4 {
			c.Post(t, "rev-users.create", `{}`, 201)
		}
		for _, s := range []string{"REVU-2", "REVU-3"} { // MERGE-1, MERGE-2
			c.Post(t, "rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"`+s+`"}`, 200)
		}
		c.Post(t, "rev-users.merge", `{"primary_user":"REVU-4","secondary_user":"REVU-1"}`, 200) // MERGE-3
		c.Post(t, "merges.undo", `{"id":"MERGE-2"}`, 200)
		c.Run(t, []apitest.Scenario{
			done("merges.list", `{}`, `{"merges":[{"display_id":"MERGE-3"},{"display_id":"MERGE-2","state":"undone"},{"display_id":"MERGE-1"}]}`),
			done("merges.list", `{"record":"REVU-4"}`, `{"merges":[{"display_id":"MERGE-3"},{"display_id":"MERGE-1"}]}`),
			done("merges.list", `{"record":"REVU-1"}`, `{"merges":[{"display_id":"MERGE-3"},{"display_id":"MERGE-2"},{"display_id":"MERGE-1"}]}`),
			done("merges.list", `{"record":"REVU-3"}`, `{"merges":[{"display_id":"MERGE-2"}]}`),
			done("merges.list", `{"record":"REVU-99"}`, `{"merges":[]}`),
		})
		first := c.Post(t, "merges.list", `{"limit":2,"record":"REVU-1"}`, 200)
		cursor := first.Text(t, "next_cursor")
		c.Run(t, []apitest.Scenario{
			absent(done("merges.list", `{"limit":2,"record":"REVU-1","cursor":"`+cursor+`"}`, `{"merges":[{"display_id":"MERGE-1"}]}`), "next_cursor"),
			refused("cursor of another list", "merges.list", `{"cursor":"`+cursor+`"}`, 400, `{"type":"bad_request"}`),
		})
	})
}

func TestSplit(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		twins(t, c)
		c.Run(t, []apitest.Scenario{
			{Name: "split", Path: "/rev-users.split", Body: `{"id":"REVU-2","identifiers":[{"kind":"external_ref","value":"u-2"}],"display_name":"Other"}`, Status: http.StatusCreated,
				Want: `{"rev_user":{"display_id":"REVU-3","display_name":"Other","external_refs":["u-2"]},"from":{"display_id":"REVU-2","email":"ann@x.test","external_refs":["REVU-2"]}}`},
			done("rev-users.list", `{"external_ref":["u-2"]}`, `{"rev_users":[{"display_id":"REVU-3"}]}`),
			done("rev-users.merge", `{"primary_user":"REVU-2","secondary_user":"REVU-3"}`, `{}`),
			done("rev-users.get", `{"id":"REVU-2"}`, `{"rev_user":{"external_refs":["u-2"]}}`),
		})
	})
}

func TestAccountsMerge(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		twins(t, c) // REVU-1 is in REV-1 of ACC-1, REVU-2 in ACC-2
		c.Post(t, "accounts.update", `{"id":"ACC-2","tier":"gold","external_refs":["bolt"],"domains":["bolt.com"]}`, 200)
		c.Post(t, "accounts.create", `{"display_name":"Below","parent":"ACC-2"}`, 201)
		c.Run(t, forms("preview", "merges.preview", "primary=ACC-1&secondary=ACC-2", `{"primary":"ACC-1","secondary":"ACC-2"}`, 200,
			`{"account":{"display_id":"ACC-1","display_name":"Acme","tier":"gold","external_refs":["acme","bolt"]},"moves":{"identifiers":2,"rev_orgs":1,"accounts":1},
			"fields":[{"field":"display_name","dropped":[{"value":"Bolt"}]},{"field":"tier","adopted":[{"value":"gold"}]},{"field":"external_refs","joined":[{"value":"bolt"}]},{"field":"domains","joined":[{"value":"bolt.com"}]}]}`))
		const useFirst = `{"type":"bad_request","primary_identity":"<any>","message":"ACC-2 was merged into ACC-1; use ACC-1"}`
		c.Run(t, []apitest.Scenario{
			{Name: "merge", Path: "/accounts.merge", Body: `{"primary_account":"ACC-1","secondary_account":"ACC-2"}`, Status: 200, Want: `{}`, Exact: true},
			absent(done("accounts.get", `{"id":"ACC-1"}`, `{"account":{"tier":"gold","domains":["acme.com","bolt.com"]}}`), "account.primary_account"),
			done("accounts.get", `{"id":"ACC-2"}`, `{"account":{"display_name":"Bolt","primary_account":{"display_id":"ACC-1","display_name":"Acme"}}}`),
			done("accounts.list", `{}`, `{"accounts":[{"display_id":"ACC-3","parent":{"display_id":"ACC-1","display_name":"Acme"}},{"display_id":"ACC-1"}]}`),
			done("accounts.list", `{"parent":["ACC-1"]}`, `{"accounts":[{"display_id":"ACC-3"}]}`),
			done("rev-orgs.list", `{"account":["ACC-1"],"sort_by":["display_id:asc"]}`, `{"rev_orgs":[{"display_id":"REV-1"},{"display_id":"REV-2"},{"display_id":"REV-3","account":{"display_id":"ACC-1"}}]}`),
			done("rev-users.list", `{"associations":["ACC-1"],"sort_by":["display_id:asc"]}`, `{"rev_users":[{"display_id":"REVU-1"},{"display_id":"REVU-2","rev_org":{"type":"account","display_id":"ACC-1","display_name":"Acme"}}]}`),
			done("rev-users.associations.list", `{"rev_user_id":"REVU-2"}`, `{"associations":[{"associated_to":{"display_id":"ACC-1","display_name":"Acme"}}]}`),
			made("rev-users.create", `{"account":"ACC-2"}`, `{"rev_user":{"rev_org":{"display_id":"ACC-1"}}}`),
			refused("update", "accounts.update", `{"id":"ACC-2","tier":"x"}`, 400, useFirst),
			refused("delete", "accounts.delete", `{"id":"ACC-2"}`, 400, useFirst),
			refused("merge again", "accounts.merge", `{"primary_account":"ACC-1","secondary_account":"ACC-2"}`, 400, useFirst),
			refused("with itself", "accounts.merge", `{"primary_account":"ACC-1","secondary_account":"ACC-1"}`, 400, `{"type":"bad_request"}`),
			refused("another type", "accounts.merge", `{"primary_account":"ACC-1","secondary_account":"REVU-1"}`, 400, `{"type":"unexpected_id_type"}`),
			refused("preview of two types", "merges.preview", `{"primary":"ACC-1","secondary":"REVU-1"}`, 400, `{"type":"unexpected_id_type"}`),
			refused("not there", "accounts.merge", `{"primary_account":"ACC-1","secondary_account":"ACC-9"}`, 404, `{"type":"not_found"}`),
			refused("domain taken", "accounts.create", `{"display_name":"x","domains":["bolt.com"]}`, 409, `{"holder":{"display_id":"ACC-1"}}`),
			done("merges.list", `{"record":"ACC-1"}`, `{"merges":[{"display_id":"MERGE-1","type":"account","primary":{"display_id":"ACC-1"},"secondary":{"display_id":"ACC-2"}}]}`),
			done("merges.undo", `{"id":"MERGE-1"}`, `{"account":{"display_id":"ACC-2","tier":"gold","external_refs":["bolt"],"domains":["bolt.com"]},"survivor_account":{"display_id":"ACC-1","external_refs":["acme"]}}`),
			done("rev-users.list", `{"associations":["ACC-2"],"sort_by":["display_id:asc"]}`, `{"rev_users":[{"display_id":"REVU-2","rev_org":{"display_id":"ACC-2","display_name":"Bolt"}},{"display_id":"REVU-3"}]}`),
			done("rev-orgs.get", `{"account":"ACC-2"}`, `{"rev_org":{"display_id":"REV-3","account":{"display_id":"ACC-2"}}}`),
		})
	})
}

// TestRevOrgsMerge walks through a merge of workspaces over the API, with what
// is refused, and its end with the undo of the merge of their accounts.
func TestRevOrgsMerge(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		twins(t, c) // REV-1 and REV-2 are the default ones of ACC-1 and ACC-2 or of the first's
		home := func(acc string) string {
			return c.Post(t, "rev-orgs.get", `{"account":"`+acc+`"}`, 200).Text(t, "rev_org.display_id")
		}
		one, two := home("ACC-1"), home("ACC-2")
		c.Post(t, "rev-orgs.create", `{"account":"ACC-1","display_name":"Lab","external_ref":"attic","tier":"gold"}`, 201)
		lab := c.Post(t, "rev-orgs.list", `{"external_ref":["attic"]}`, 200).Text(t, "rev_orgs.0.display_id")
		guest := c.Post(t, "rev-users.create", `{"display_name":"Guest","rev_org":"`+lab+`"}`, 201).Text(t, "rev_user.display_id")
		merge := func(p, s string) string { return `{"primary_rev_org":"` + p + `","secondary_rev_org":"` + s + `"}` }
		useFirst := `{"type":"bad_request","primary_identity":"<any>","message":"` + one + ` was merged into ` + lab + `; use ` + lab + `"}`
		c.Run(t, []apitest.Scenario{
			refused("with itself", "rev-orgs.merge", merge(lab, lab), 400, `{"type":"bad_request"}`),
			refused("of two accounts", "rev-orgs.merge", merge(lab, two), 400, `{"type":"bad_request"}`),
			refused("preview of two accounts", "merges.preview", `{"primary":"`+lab+`","secondary":"`+two+`"}`, 400, `{"type":"bad_request"}`),
			refused("another type", "rev-orgs.merge", merge(lab, "ACC-1"), 400, `{"type":"unexpected_id_type"}`),
			refused("not there", "rev-orgs.merge", merge(lab, "REV-99"), 404, `{"type":"not_found"}`),
			refused("nothing", "rev-orgs.merge", `{}`, 400, `{"type":"missing_required_field"}`),
			done("merges.list", `{}`, `{"merges":[]}`),
			done("merges.preview", `{"primary":"`+one+`","secondary":"`+lab+`"}`, `{"rev_org":{"display_id":"`+one+`","external_ref":"attic","tier":"gold"},"moves":{"identifiers":1},
				"fields":[{"field":"display_name","dropped":[{"value":"Lab"}]},{"field":"tier","adopted":[{"value":"gold"}]},{"field":"external_ref","adopted":[{"value":"attic"}]}]}`),
			{Name: "merge", Path: "/rev-orgs.merge", Body: merge(lab, one), Status: 200, Want: `{}`, Exact: true},
			done("rev-orgs.get", `{"account":"ACC-1"}`, `{"rev_org":{"display_id":"`+lab+`","external_ref":"attic","external_ref_issuer":"devrev:platform:revorg:account"}}`),
			done("rev-orgs.get", `{"id":"`+one+`"}`, `{"rev_org":{"display_id":"`+one+`","primary_rev_org":{"display_id":"`+lab+`","display_name":"Lab"}}}`),
			done("rev-users.associations.list", `{"rev_user_id":"REVU-1"}`, `{"associations":[{"associated_to":{"display_id":"ACC-1"}},{"associated_to":{"display_id":"`+lab+`"}}]}`),
			done("rev-users.list", `{"rev_org":["`+lab+`"],"sort_by":["display_id:asc"]}`, `{"rev_users":[{"display_id":"REVU-1"},{"display_id":"`+guest+`"}]}`),
			done("rev-users.list", `{"rev_org":["`+one+`"],"sort_by":["display_id:asc"]}`, `{"rev_users":[{"display_id":"REVU-1"},{"display_id":"`+guest+`"}]}`),
			refused("update", "rev-orgs.update", `{"id":"`+one+`","tier":"x"}`, 400, useFirst),
			refused("delete", "rev-orgs.delete", `{"id":"`+one+`"}`, 400, useFirst),
			refused("restore", "rev-orgs.restore", `{"id":"`+one+`"}`, 400, useFirst),
			refused("merged secondary", "rev-orgs.merge", merge(lab, one), 400, useFirst),
			refused("merged primary", "rev-orgs.merge", merge(one, lab), 400, useFirst),
			refused("the default one", "rev-orgs.delete", `{"id":"`+lab+`"}`, 400, `{"type":"bad_request"}`),
			done("merges.get", `{"id":"MERGE-1"}`, `{"merge":{"type":"rev_org","state":"active","primary":{"display_id":"`+lab+`"},"secondary":{"display_id":"`+one+`"}}}`),
			done("rev-orgs.update", `{"id":"`+lab+`","description":"all"}`, `{"rev_org":{"description":"all"}}`),
			done("merges.undo", `{"id":"MERGE-1"}`, `{"rev_org":{"display_id":"`+one+`","external_ref_issuer":"devrev:platform:revorg:account"},"survivor_rev_org":{"display_id":"`+lab+`","description":"all"},
				"kept_edits":[{"fields":["description"]}],"not_restored":[]}`),
			done("rev-orgs.get", `{"account":"ACC-1"}`, `{"rev_org":{"display_id":"`+one+`"}}`),
			done("rev-users.list", `{"rev_org":["`+lab+`"]}`, `{"rev_users":[{"display_id":"`+guest+`"}]}`),
			done("accounts.merge", `{"primary_account":"ACC-1","secondary_account":"ACC-2"}`, `{}`),
			done("rev-orgs.merge", merge(lab, two), `{}`),
			done("merges.undo", `{"id":"MERGE-2"}`, `{"also_undone":[{"display_id":"MERGE-3","type":"rev_org","state":"undone"}]}`),
			done("rev-orgs.get", `{"account":"ACC-2"}`, `{"rev_org":{"display_id":"`+two+`","account":{"display_id":"ACC-2"}}}`),
			done("merges.get", `{"id":"MERGE-3"}`, `{"merge":{"state":"undone"}}`),
		})
	})
}
