package httpapi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// gotWithout are operations that get something which has no id.
var gotWithout = []string{"atoms.get", "duplicate-scans.get", "setup.get", "rev-users.self.get", "dev-orgs.settings.get", "schemas.aggregated.get", "schemas.stock.get"}

// gotElsewhere get what is no record: fragments of a schema, which have versions.
var gotElsewhere = []string{"schemas.custom.get"}

func TestAtoms(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, admin := k.Admin(t, "b")
		loose := loose(k, c.Token)
		full, display := settle(t, c)
		full["devu"], display["devu"] = admin.Member.ID, "DEVU-1"
		full["token"] = c.Post(t, "auth-tokens.list", patsOf, 200).Text(t, "tokens.0.id")
		full["artifact"], display["artifact"] = attachable(t, c, "b.txt", "text"), ""
		org := c.Post(t, "dev-orgs.get", `{}`, 200)
		full["org"], display["org"] = org.Text(t, "dev_org.id"), org.Text(t, "dev_org.display_id")
		reached := []string{}
		for name, op := range map[string][3]string{
			"revu": {"rev-users.get", "rev_user", "rev_user"}, "merged_revu": {"rev-users.get", "rev_user", "rev_user"}, "acc": {"accounts.get", "account", "account"},
			"revo": {"rev-orgs.get", "rev_org", "rev_org"}, "devu": {"dev-users.get", "dev_user", "dev_user"}, "svcacc": {"service-accounts.get", "service_account", "service_account"},
			"token": {"auth-tokens.get", "token", "auth_token"}, "org": {"dev-orgs.get", "dev_org", "dev_org"}, "group": {"groups.get", "group", "group"}, "tag": {"tags.get", "tag", "tag"},
			"imp": {"imports.get", "import", "import"}, "artifact": {"artifacts.get", "artifact", "artifact"}, "merge": {"merges.get", "merge", "merge"}, "vista": {"vistas.get", "vista", "vista"},
			"bulk": {"bulk-actions.get", "bulk_action", "bulk_action"}, "conv": {"conversations.get", "conversation", "conversation"}, "ticket": {"works.get", "work", "ticket"},
			"opp": {"works.get", "work", "opportunity"}, "part": {"parts.get", "part", "product"}, "widget": {"widgets.get", "widget", "widget"}, "link": {"links.get", "link", "link"}, "rule": {"assignment-rules.get", "assignment_rule", "assignment_rule"}, "canned": {"canned-replies.get", "canned_reply", "canned_reply"}, "macro": {"macros.get", "macro", "macro"},
			"comment": {"timeline-entries.get", "timeline_entry", "timeline_comment"},
		} {
			reached = append(reached, op[0])
			request := map[string]string{"id": full[name]}
			switch name {
			case "token":
				request = map[string]string{"token_id": full[name]}
			case "org":
				request = map[string]string{}
			default: // the others go by id
			}
			want, _ := loose.Post(t, op[0], request, 200).Lookup(op[1])
			record := want.(map[string]any)
			if own, has := record["type"]; has && own != op[2] {
				record[op[2]+"_type"] = own
			}
			record["type"] = op[2]
			for _, id := range []string{full[name], display[name]} {
				if id == "" {
					continue
				}
				got, _ := loose.Post(t, "atoms.get", map[string]string{"id": id}, 200).Lookup("atom")
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("%s: %s", id, d)
				}
			}
		}
		for _, op := range operations(t, c) {
			if strings.HasSuffix(op.path, ".get") && !slices.Contains(slices.Concat(reached, gotWithout, gotElsewhere), op.path) {
				t.Errorf("atoms.get does not get what %s gets", op.path)
			}
		}
		loose.Run(t, slices.Concat([]apitest.Scenario{
			refused("nothing", "atoms.get", `{}`, 400, `{"type":"missing_required_field","field_name":"id"}`),
			refused("no id", "atoms.get", `{"id":"x"}`, 400, `{"type":"invalid_id","field_name":"id"}`),
			refused("the system", "atoms.get", `{"id":"SYSU-1"}`, 400, `{"type":"unexpected_id_type","field_name":"id"}`),
			refused("none", "atoms.get", `{"id":"REVU-99"}`, 404, `{"type":"not_found"}`),
			refused("deleted", "atoms.get", fmt.Sprintf(`{"id":%q}`, full["gone_ticket"]), 404, `{"type":"not_found"}`),
			refused("unknown field", "atoms.get", `{"id":"REVU-1","x":1}`, 400, `{"field_name":"x"}`),
		}, forms("a tag", "atoms.get", "id=TAG-1", `{"id":"TAG-1"}`, 200, `{"atom":{"type":"tag","display_id":"TAG-1"}}`)))
	})
}
