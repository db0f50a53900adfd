package httpapi_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// face uploads the picture of a person and returns its display id.
func face(t *testing.T, c apitest.Client) string {
	t.Helper()
	to := prepare(t, c, `{"file_name":"me.png","file_type":"image/png","configuration_set":"user_profile_picture"}`)
	if res := to.send(t, c, string(pngOf(t, 300, 400))); res.Status != http.StatusNoContent {
		t.Fatalf("status %d: %s", res.Status, res.Body)
	}
	return "ARTIFACT-" + to.ID[len(to.ID)-1:]
}

// TestPictures gives contacts pictures, and takes them away.
func TestPictures(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		c := s.admin
		first, second, third := face(t, c), face(t, c), face(t, c)
		plain := attachable(t, c, "a.png", string(pngOf(t, 4, 4)))
		to := prepare(t, c, `{"file_name":"b.png","configuration_set":"user_profile_picture"}`)
		shown := func(id string) string {
			return `{"rev_user":{"display_picture":{"display_id":"` + id + `","id":"<any>","file":{"name":"me.png","type":"image/png","size":"<any>"}}}}`
		}
		c.Run(t, []apitest.Scenario{
			made("rev-users.create", `{"display_name":"Ann","display_picture":"`+first+`","tags":[]}`, shown(first)),
			absent(made("rev-users.create", `{"display_name":"Bo","display_picture":""}`, `{"rev_user":{"display_id":"REVU-2"}}`), "rev_user.display_picture"),
			done("rev-users.get", `{"id":"REVU-1"}`, shown(first)),
			done("rev-users.list", `{}`, `{"rev_users":[{"display_id":"REVU-2"},{"display_picture":{"display_id":"`+first+`"}}]}`),
			done("rev-users.query", `{"columns":["display_picture"],"filter":"id = REVU-1"}`, `{"rev_users":[{"display_id":"REVU-1","display_picture":{"display_id":"`+first+`"}}]}`),
			absent(done("rev-users.query", `{"columns":["name"],"filter":"id = REVU-1"}`, `{"rev_users":[{"display_id":"REVU-1"}]}`), "rev_users.0.display_picture"),
			refused("that of another", "rev-users.update", `{"id":"REVU-2","display_picture":"`+first+`"}`, 400,
				`{"type":"artifact_already_attached_to_a_parent","field_name":"display_picture","existing_parent":"<any>","is_same":false}`),
			refused("no picture of a person", "rev-users.update", `{"id":"REVU-2","display_picture":"`+plain+`"}`, 400, `{"type":"value_not_permitted","field_name":"display_picture"}`),
			refused("not there yet", "rev-users.update", `{"id":"REVU-2","display_picture":"`+to.ID+`"}`, 400, `{"type":"value_not_permitted","field_name":"display_picture"}`),
			refused("unknown", "rev-users.update", `{"id":"REVU-2","display_picture":"ARTIFACT-99"}`, 404, `{"type":"not_found","field_name":"display_picture"}`),
			refused("no file", "rev-users.create", `{"display_picture":"REVU-1"}`, 400, `{"type":"unexpected_id_type","field_name":"display_picture"}`),
			refused("by upsert", "rev-users.upsert", `{"external_ref":"x","display_picture":"`+second+`"}`, 400, `{"type":"value_not_permitted","field_name":"display_picture"}`),
			refused("on a comment", "timeline-entries.create", `{"type":"timeline_comment","object":"REVU-1","artifacts":["`+first+`"]}`, 400, `{"type":"artifact_already_attached_to_a_parent"}`),
			done("rev-users.update", `{"id":"REVU-1","display_name":"Ann B","display_picture":"`+first+`"}`, shown(first)),
			done("rev-users.update", `{"id":"REVU-1","display_picture":"`+second+`"}`, shown(second)),
			done("timeline-entries.list", `{"object":"REVU-1","collections":["events"]}`, `{"timeline_entries":[{},{},{"event":{"updated":{"field_deltas":[
				{"name":"display_picture","old_value":{"type":"id","value":"<any>"},"new_value":{"type":"id","value":"<any>","names":[{"type":"artifact","display_name":"me.png"}]}}]}}}]}`),
			done("rev-users.update", `{"id":"REVU-2","display_picture":"`+first+`"}`, shown(first)), // it is free again
			absent(done("artifacts.list", `{"parent_id":"REVU-1"}`, `{"artifacts":[]}`), "artifacts.0"),
			made("conversations.create", `{"type":"support","members":["REVU-1"]}`, `{"conversation":{"members":[{"display_picture":{"display_id":"`+second+`"}}]}}`),
		})
		got := c.Send(t, http.MethodGet, "/artifacts.picture?id="+second, nil, nil)
		if got.Status != 200 || got.Header.Get("Content-Type") != "image/png" || got.Header.Get("Cache-Control") != "private, max-age=3600" || got.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("the picture: %d %v", got.Status, got.Header)
		}
		if again := c.Send(t, http.MethodGet, "/artifacts.picture?id="+second, map[string]string{"If-None-Match": got.Header.Get("ETag")}, nil); again.Status != http.StatusNotModified {
			t.Errorf("asked again: %d", again.Status)
		}
		if res := c.Send(t, http.MethodGet, "/artifacts.picture?id="+plain, nil, nil); res.Status != 404 {
			t.Errorf("a file that is no picture of a person: %d %s", res.Status, res.Body)
		}
		c.Run(t, []apitest.Scenario{
			done("rev-users.delete", `{"id":"REVU-1"}`, `{}`),
			refused("in the trash", "artifacts.picture", `{"id":"`+second+`"}`, 404, `{"type":"not_found"}`),
			done("rev-users.restore", `{"id":"REVU-1"}`, shown(second)),
			absent(done("rev-users.update", `{"id":"REVU-1","display_picture":null}`, `{}`), "rev_user.display_picture"),
			done("artifacts.versions.delete", `{"id":"`+first+`"}`, `{}`), // a picture without a content is none
			absent(done("rev-users.get", `{"id":"REVU-2"}`, `{}`), "rev_user.display_picture"),
		})
		ownPictures(t, s, third)
	})
}

// ownPictures is about what contacts say of themselves.
func ownPictures(t *testing.T, s shop, others string) {
	t.Helper()
	ada := s.signIn(t, `{"user_ref":"ada","user_traits":{"display_name":"Ada"}}`)
	mine := face(t, ada)
	ada.Run(t, []apitest.Scenario{
		refused("a member's file", "rev-users.self.update", `{"display_picture":"`+others+`"}`, 404, `{"type":"not_found","field_name":"display_picture"}`),
		done("rev-users.self.update", `{"display_picture":"`+mine+`"}`, `{"rev_user":{"display_picture":{"display_id":"`+mine+`"}}}`),
		done("rev-users.self.get", `{}`, `{"rev_user":{"display_picture":{"display_id":"`+mine+`"}}}`),
		done("artifacts.locate", `{"id":"`+mine+`"}`, `{"url":"<any>"}`),
		refused("as members do", "artifacts.picture", `{"id":"`+mine+`"}`, 403, `{"type":"forbidden"}`),
	})
	talk := begin(t, ada, "Hello")
	s.admin.Play(t, done("conversations.get", `{"id":"`+talk+`"}`, `{"conversation":{"members":[{"display_picture":{"display_id":"`+mine+`"}}]}}`))
	bo := s.signIn(t, `{"user_ref":"bo"}`)
	bo.Play(t, refused("another's", "artifacts.locate", `{"id":"`+mine+`"}`, 404, `{"type":"not_found"}`))
}

// TestMergedPictures merges contacts with pictures, and parts them again.
func TestMergedPictures(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		a, b, e := face(t, c), face(t, c), face(t, c)
		for _, body := range []string{`"display_name":"Ada"`, `"display_name":"Ada L.","display_picture":"` + a + `"`, `"display_name":"A. Lovelace","display_picture":"` + b + `"`} {
			c.Post(t, "rev-users.create", `{`+body+`}`, 201)
		}
		pictures := func(want ...string) {
			t.Helper()
			for i, want := range want {
				r := c.Post(t, "rev-users.get", fmt.Sprintf(`{"id":"REVU-%d"}`, i+1), 200)
				if got, _ := r.Lookup("rev_user.display_picture.display_id"); got != want && (got != nil || want != "") {
					t.Errorf("REVU-%d shows %v, want %q", i+1, got, want)
				}
				if want != "" {
					if res := c.Send(t, http.MethodGet, "/artifacts.picture?id="+want, nil, nil); res.Status != 200 {
						t.Errorf("%s cannot be seen: %d %s", want, res.Status, res.Body)
					}
				}
			}
		}
		set := func(id, picture string) {
			t.Helper()
			c.Post(t, "rev-users.update", fmt.Sprintf(`{"id":%q,"display_picture":%q}`, id, picture), 200)
		}
		merge := func(primary, secondary string) {
			t.Helper()
			c.Post(t, "rev-users.merge", fmt.Sprintf(`{"primary_user":%q,"secondary_user":%q}`, primary, secondary), 200)
		}
		c.Play(t, done("merges.preview", `{"primary":"REVU-1","secondary":"REVU-2"}`, `{"rev_user":{"display_picture":{"display_id":"`+a+`"}},"fields":[{},{"field":"display_picture","adopted":[{}]}]}`))
		c.Play(t, done("merges.preview", `{"primary":"REVU-2","secondary":"REVU-3"}`, `{"fields":[{},{"field":"display_picture","dropped":[{}]}]}`))
		merge("REVU-1", "REVU-2")
		pictures(a)
		merge("REVU-1", "REVU-3") // what is there stays
		pictures(a)
		c.Post(t, "merges.undo", `{"id":"MERGE-1"}`, 200)
		pictures(b, a)
		c.Post(t, "merges.undo", `{"id":"MERGE-2"}`, 200)
		pictures("", a, b)

		// What is given to the survivor stays with it; what it shows no longer, the other has again.
		merge("REVU-1", "REVU-2")
		set("REVU-1", e)
		pictures(e)
		set("REVU-1", "")
		pictures("")
		merge("REVU-1", "REVU-3")
		pictures(b) // nobody took off that one
		c.Post(t, "rev-users.delete", `{"id":"REVU-1"}`, 200)
		c.Post(t, "rev-users.restore", `{"id":"REVU-1"}`, 200)
		pictures(b)
		c.Post(t, "merges.undo", `{"id":"MERGE-4"}`, 200)
		c.Post(t, "merges.undo", `{"id":"MERGE-3"}`, 200)
		pictures("", a, b)
		set("REVU-1", e) // it hangs nowhere since it was taken off
		pictures(e, a, b)
	})
}
