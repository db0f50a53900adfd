package httpapi_test

import (
	"slices"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
)

// A record to which nobody gave a reference shows its id there, and whoever
// reads that and asks for it must find the record.
func TestFilterByShownReference(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		company(t, c)
		c.Post(t, "rev-orgs.create", `{"account":"ACC-2","display_name":"Annex"}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Bo"}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Cy","external_ref":"c-1"}`, 201)
		own := c.Post(t, "accounts.get", `{"id":"ACC-2"}`, 200).Text(t, "account.external_refs.0")
		first := c.Post(t, "accounts.get", `{"id":"ACC-1"}`, 200).Text(t, "account.id")
		c.Run(t, slices.Concat(
			forms("contact", "rev-users.list", "external_ref=REVU-1", `{"external_ref":["REVU-1"]}`, 200, `{"rev_users":[{"display_id":"REVU-1"}]}`),
			forms("among others", "rev-users.list", "external_refs=REVU-1,c-1,REVU-9", `{"external_refs":["REVU-1","c-1","REVU-9"]}`, 200, `{"rev_users":[{"display_id":"REVU-2"},{"display_id":"REVU-1"}]}`),
			forms("of a contact that has another", "rev-users.list", "external_ref=REVU-2", `{"external_ref":["REVU-2"]}`, 200, `{"rev_users":[]}`),
			forms("with another filter", "rev-users.list", "external_ref=REVU-1&tags=TAG-1", `{"external_ref":["REVU-1"],"tags":["TAG-1"]}`, 200, `{"rev_users":[]}`),
			forms("scan", "rev-users.scan", "external_ref=REVU-1", `{"external_ref":["REVU-1"]}`, 200, `{"rev_users":[{"display_id":"REVU-1"}]}`),
			forms("account", "accounts.list", "external_refs="+own, `{"external_refs":["`+own+`"]}`, 200, `{"accounts":[{"display_id":"ACC-2"}]}`),
			forms("account and another", "accounts.list", "external_refs=acme,"+own, `{"external_refs":["acme","`+own+`"]}`, 200, `{"accounts":[{"display_id":"ACC-2"},{"display_id":"ACC-1"}]}`),
			forms("of an account that has another", "accounts.list", "external_refs="+first, `{"external_refs":["`+first+`"]}`, 200, `{"accounts":[]}`),
			forms("default workspace", "rev-orgs.list", "external_ref="+own, `{"external_ref":["`+own+`"]}`, 200, `{"rev_orgs":[{"display_id":"REV-3"}]}`),
			forms("further workspace", "rev-orgs.list", "external_ref=REV-4,lab", `{"external_ref":["REV-4","lab"]}`, 200, `{"rev_orgs":[{"display_id":"REV-4"},{"display_id":"REV-2"}]}`),
			forms("not what the default one is shown with", "rev-orgs.list", "external_ref=REV-3", `{"external_ref":["REV-3"]}`, 200, `{"rev_orgs":[]}`),
			[]apitest.Scenario{
				done("rev-users.delete", `{"id":"REVU-1"}`, `{}`),
				done("rev-users.list", `{"external_ref":["REVU-1"]}`, `{"rev_users":[]}`),
			},
		))
	})
}

// Times are shown in milliseconds; a filter by the time shown includes the record.
func TestFilterByShownDate(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		for range 20 { // so that some are not at a full millisecond
			c.Post(t, "rev-users.create", `{}`, 201)
		}
		for _, id := range []string{"REVU-1", "REVU-10", "REVU-20"} {
			got := c.Post(t, "rev-users.get", `{"id":"`+id+`"}`, 200)
			for _, field := range []string{"created_date", "modified_date"} {
				at := got.Text(t, "rev_user."+field)
				list := c.Post(t, "rev-users.list", `{"`+field+`":{"after":"`+at+`","before":"`+at+`"}}`, 200)
				if !slices.Contains(displayIDs(t, list), id) {
					t.Errorf("%s: %s from and to %s finds %v", id, field, at, displayIDs(t, list))
				}
			}
		}
	})
}

func displayIDs(t *testing.T, r apitest.Response) []string {
	t.Helper()
	var list struct {
		Users []struct {
			DisplayID string `json:"display_id"`
		} `json:"rev_users"`
	}
	r.Decode(t, &list)
	var out []string
	for _, u := range list.Users {
		out = append(out, u.DisplayID)
	}
	return out
}
