package httpapi_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/search"
	"github.com/kith-id/kith/internal/store"
)

// TestSearchDesk finds conversations and tickets by their words and customers: as
// they are written, and then from the index.
func TestSearchDesk(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		support(t, c) // REVU-1 Bo of ACC-1, REVU-2 Cy of ACC-2, REVU-3 Di
		other := colleague(t, w, "acme", "bob")
		index := func() {
			t.Helper()
			x := &search.Indexer{DB: store.Runner[search.IndexTx]{DB: w.db}, Name: don.Random(8), Log: slog.New(slog.DiscardHandler)}
			if err := x.Round(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		c.Post(t, "parts.create", `{"type":"product","name":"Engine","owned_by":["DEVU-1"]}`, 201)
		c.Post(t, "conversations.create", `{"type":"support","title":"Cannot log in","members":["REVU-1"]}`, 201)
		c.Post(t, "conversations.create", `{"type":"support","members":["REVU-2"],"description":"about the parcel"}`, 201)
		c.Post(t, "conversations.create", `{"type":"support","title":"Zebra crossing","members":["REVU-3"]}`, 201)
		c.Post(t, "works.create", `{"type":"ticket","title":"Engine smokes","body":"Black smoke at dawn","applies_to_part":"PROD-1","owned_by":[],"reported_by":["REVU-1"],"external_ref":"JIRA-77"}`, 201)
		c.Post(t, "works.create", `{"type":"opportunity","title":"Engines for dawn","applies_to_part":"PROD-1","owned_by":[],"contacts":["REVU-1"],"account":"ACC-1"}`, 201)
		said := func(by apitest.Client, of, rest string) string {
			t.Helper()
			return by.Post(t, "timeline-entries.create", fmt.Sprintf(`{"type":"timeline_comment","object":%q,%s}`, of, rest), 201).Text(t, "timeline_entry.id")
		}
		said(c, "CONV-2", `"visibility":"external","body":"Where is my **kettle** <b>now</b>?"`)
		said(other, "CONV-2", `"visibility":"private","body":"secret walrus"`)
		said(other, "CONV-2", `"visibility":"private","private_to":["DEVU-1"],"body":"shared penguin"`)
		gone := said(c, "CONV-1", `"visibility":"internal","body":"forgotten ostrich"`)
		c.Post(t, "timeline-entries.delete", `{"id":"`+gone+`"}`, 200)
		changed := said(c, "TKT-1", `"visibility":"internal","body":"needs a gasket"`)
		c.Post(t, "timeline-entries.update", `{"type":"timeline_comment","id":"`+changed+`","body":"needs a piston"}`, 200)

		find := func(by apitest.Client, when, query, want string) {
			t.Helper()
			for _, ns := range []string{"conversation", "ticket"} {
				res := by.Post(t, "search.core", fmt.Sprintf(`{"query":%q,"namespaces":[%q]}`, query, ns), 200)
				var wanted []string
				for _, id := range strings.Fields(want) {
					if strings.HasPrefix(id, "CONV") == (ns == "conversation") {
						wanted = append(wanted, id)
					}
				}
				var got []string
				hits, _ := res.Lookup("results")
				for _, h := range hits.([]any) {
					for _, kind := range []string{"conversation", "work"} {
						if r, ok := h.(map[string]any)[kind].(map[string]any); ok {
							got = append(got, r["display_id"].(string))
						}
					}
				}
				if strings.Join(got, " ") != strings.Join(wanted, " ") {
					t.Errorf("%s, %q among %ss: got %v, want %v", when, query, ns, got, wanted)
				}
			}
		}
		for _, when := range []string{"at once", "from the index"} {
			for query, want := range map[string]string{
				"log in": "CONV-1", "kettle": "CONV-2", "ketle": "CONV-2", "parcel kettle": "CONV-2", "zebra": "CONV-3", "Bo": "CONV-1 CONV-2 TKT-1", "bo@acme.com": "CONV-1 TKT-1", "cy kettle": "CONV-2",
				"CONV-3": "CONV-3", "TKT-1": "TKT-1", "smoke dawn": "TKT-1", "piston": "TKT-1", "gasket": "", "jira-77": "TKT-1", "ostrich": "", "walrus": "", "penguin": "CONV-2", "engines": "TKT-1",
			} {
				find(c, when, query, want)
			}
			find(other, when, "walrus", "CONV-2")
			find(other, when, "penguin", "CONV-2")
			index()
		}
		c.Run(t, []apitest.Scenario{
			done("search.core", `{"query":"kettle","namespaces":["conversation"]}`, `{"results":[{"type":"conversation","snippet":"Where is my **<em>kettle</em>** &lt;b&gt;now&lt;/b&gt;?","conversation":{"display_id":"CONV-2","account":{"display_id":"ACC-2"},"stage":{"name":"waiting_on_user"}}}]}`),
			done("search.core", `{"query":"smoke","namespaces":["ticket"],"sort_by":"created_date"}`, `{"results":[{"type":"work","work":{"display_id":"TKT-1","applies_to_part":{"name":"Engine"}}}]}`),
			done("search.core", `{"query":"bo","namespaces":["conversation","ticket"],"sort_by":"modified_date","sort_order":"asc"}`, `{"results":[{"conversation":{"display_id":"CONV-1"}},{"work":{"display_id":"TKT-1"}},{"conversation":{"display_id":"CONV-2"}}]}`),
			done("search.core", `{"query":"zebra"}`, `{"results":[{"type":"conversation","conversation":{"display_id":"CONV-3"}}]}`),
			done("search.hybrid", `{"query":"zebra","namespace":"conversation"}`, `{"results":[{"conversation":{"display_id":"CONV-3"}}]}`),
		})

		// What changes is found as it is by then.
		c.Post(t, "rev-users.update", `{"id":"REVU-3","display_name":"Dora Quill"}`, 200)
		c.Post(t, "rev-users.merge", `{"primary_user":"REVU-3","secondary_user":"REVU-1"}`, 200)
		c.Post(t, "conversations.update", `{"id":"CONV-2","title":"Copper kettle"}`, 200)
		c.Post(t, "works.update", `{"id":"TKT-1","type":"ticket","title":"Motor smokes"}`, 200)
		for _, when := range []string{"changed", "changed, from the index"} {
			find(c, when, "quill", "CONV-3 CONV-1 TKT-1")
			find(c, when, "copper", "CONV-2")
			find(c, when, "motor", "TKT-1")
			find(c, when, "engine", "")
			index()
		}
		c.Post(t, "conversations.delete", `{"id":"CONV-2"}`, 200)
		c.Post(t, "works.delete", `{"id":"TKT-1"}`, 200)
		find(c, "deleted", "kettle", "")
		find(c, "deleted", "motor", "")
		index()
		find(c, "deleted, from the index", "kettle", "")
		c.Post(t, "conversations.restore", `{"id":"CONV-2"}`, 200)
		index()
		find(c, "restored", "kettle", "CONV-2")
	})
}

// colleague adds another member to an org and returns a client of that member.
func colleague(t *testing.T, w *world, of, name string) apitest.Client {
	t.Helper()
	a := w.actors[of]
	err := w.db.Write(t.Context(), a.Scope, func(tx *store.Tx) error {
		n, err := tx.Next(t.Context(), don.Member, 1)
		if err != nil {
			return err
		}
		a.Scope.Actor = don.Of(don.Member, n)
		a.Member = org.Member{
			N: n, Email: name + "@" + of + ".test", DisplayName: name, FullName: name,
			State: org.Active, Role: org.Admin, CreatedAt: tx.Now(), ModifiedAt: tx.Now(),
		}
		return tx.InsertMember(t.Context(), a.Member, a.Member.Email)
	})
	if err != nil {
		t.Fatal(err)
	}
	w.actors[name] = a
	return apitest.Client{Handler: w.api, Token: name, Spec: apitest.Load(t)}
}
