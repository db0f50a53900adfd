package httpapi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server"
	"github.com/kith-id/kith/internal/server/servertest"
)

// TestFewSorted sorts groups and vistas, and reads them forwards and backwards.
func TestFewSorted(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		k.Do(t, "members.add", "", server.NewMember{Email: "bob@acme.example"}, nil)
		for _, name := range []string{"delta", "Bravo", "charlie", "Alpha", "echo"} {
			c.Post(t, "groups.create", `{"name":"z`+name+`","description":"","type":"static","member_type":"rev_user"}`, 201)
			c.Post(t, "vistas.create", `{"type":"dynamic","name":"z`+name+`","filter_type":"rev_users"}`, 201)
		}
		c.Post(t, "vistas.create", `{"type":"dynamic","name":"zBravo","filter_type":"accounts","shared_with":[{"member":"DEVU-2"}]}`, 201)
		c.Post(t, "vistas.update", `{"id":"VISTA-2","description":"later"}`, 200)
		names := func(list string, res apitest.Response) (out []string) {
			at, _ := res.Lookup(list)
			for _, x := range at.([]any) {
				out = append(out, strings.TrimPrefix(x.(map[string]any)["name"].(string), "z"))
			}
			return out
		}
		groups := `"name":["zdelta","zBravo","zcharlie","zAlpha","zecho"],`
		for _, tt := range []struct{ op, filter, by, want string }{
			{"groups", groups, ``, "delta Bravo charlie Alpha echo"},
			{"groups", groups, `"name:asc"`, "Alpha Bravo charlie delta echo"},
			{"groups", groups, `"name:desc"`, "echo delta charlie Bravo Alpha"},
			{"groups", groups, `"created_date:desc"`, "echo Alpha charlie Bravo delta"},
			{"groups", groups, `"display_id:desc"`, "echo Alpha charlie Bravo delta"},
			{"vistas", ``, `"name:asc"`, "Alpha Bravo Bravo charlie delta echo"},
			{"vistas", ``, `"name:desc","display_id:desc"`, "echo delta charlie Bravo Bravo Alpha"},
			{"vistas", ``, `"modified_date:desc"`, "Bravo Bravo echo Alpha charlie delta"},
		} {
			for _, mode := range []string{"after", "before"} {
				var got []string
				for cursor, more := any(""), true; more && len(got) < 20; {
					res := c.Post(t, tt.op+".list", fmt.Sprintf(`{%s"sort_by":[%s],"limit":2,"mode":%q,"cursor":%q}`, tt.filter, tt.by, mode, cursor), 200)
					if mode == "after" {
						got = append(got, names(tt.op, res)...)
						cursor, more = res.Lookup("next_cursor")
					} else {
						got = slices.Concat(names(tt.op, res), got)
						cursor, more = res.Lookup("prev_cursor")
					}
				}
				if strings.Join(got, " ") != tt.want {
					t.Errorf("%s by %s, %s: %s, want %s", tt.op, tt.by, mode, got, tt.want)
				}
			}
		}
		c.Run(t, []apitest.Scenario{
			absent(done("vistas.list", `{"shared_with":[{"member":"DEVU-2"}]}`, `{"vistas":[{"name":"zBravo","filter_type":"accounts"}]}`), "vistas.1"),
			absent(done("vistas.list", `{"members":["DEVU-2"]}`, `{"vistas":[{"name":"zBravo","filter_type":"accounts"}]}`), "vistas.1"),
			done("vistas.list", `{"members":["DEVU-1"],"skip_items":true,"limit":1}`, `{"vistas":[{"name":"zdelta"}]}`),
			absent(done("vistas.list", `{"flavor":["nnl"]}`, `{"vistas":[]}`), "vistas.0"),
			absent(done("vistas.list", `{"state":["active"]}`, `{"vistas":[]}`), "vistas.0"),
			refused("a sort", "vistas.list", `{"sort_by":["size:asc"]}`, 400, `{"field_name":"sort_by[0]"}`),
			refused("a sort", "groups.list", `{"sort_by":["size:asc"]}`, 400, `{"field_name":"sort_by[0]"}`),
		})
	})
}
