package httpapi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

func TestSharedEmailsCanBeSwitched(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		set := func(body string, status int, want string) {
			t.Helper()
			s.admin.Play(t, apitest.Scenario{Path: "/dev-orgs.settings.update", Body: body, Status: status, Want: want})
		}
		first := s.person(t, `"email":"a@x.example"`)
		create := func(mail string, status int) apitest.Response {
			t.Helper()
			return s.admin.Post(t, "rev-users.create", `{"email":"`+mail+`"}`, status)
		}
		create("A@x.example", 409)
		set(`{"shared_emails":true}`, 200, `{"settings":{"shared_emails":true}}`)
		second := create("a@x.example", 201).Text(t, "rev_user.display_id")
		only := create("only@x.example", 201).Text(t, "rev_user.display_id")
		set(`{"shared_emails":false}`, 409, `{"type":"conflict","field_name":"shared_emails","clashes":[{"field_name":"email","value":"a@x.example"}]}`)
		create("a@x.example", 201) // nothing has changed
		s.admin.Post(t, "rev-users.delete", `{"id":"REVU-4"}`, 200)
		// The first one came when addresses were exclusive; it gives its own up all the same.
		s.admin.Post(t, "rev-users.identifiers.remove", `{"id":"`+first+`","kind":"email","value":"a@x.example"}`, 200)
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.list", Body: `{"email":["a@x.example"]}`, Status: 200, Want: `{"rev_users":[{"display_id":"` + second + `"}]}`})
		set(`{"shared_emails":false}`, 200, `{"settings":{"shared_emails":false}}`)
		for _, mail := range []string{"a@x.example", "only@x.example"} {
			for range 3 { // the way that looks first, and the one that does not
				create(mail, 409)
			}
		}
		s.admin.Post(t, "rev-users.delete", `{"id":"`+only+`"}`, 200)
		create("only@x.example", 201)
	})
}

func TestBlockedValues(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		k.App.StartWorkers(t.Context())
		settings := func(body string, status int, want string) {
			t.Helper()
			s.admin.Play(t, apitest.Scenario{Path: "/dev-orgs.settings.update", Body: body, Status: status, Want: want})
		}
		before := s.person(t, `"email":"info@a.example"`)
		for _, bad := range []string{"info", "x y@", "@", "+1", ""} {
			settings(`{"blocked_values":["`+bad+`"]}`, 400, `{"field_name":"blocked_values[0]"}`)
		}
		settings(`{"blocked_values":["Info@","@own.example","Test@b.example","+1 415 555 0100","zeros","info@"]}`, 200,
			`{"settings":{"blocked_values":["+14155550100","@own.example","info@","test@b.example","zeros"]}}`)
		// Several have them, nobody is found by them, filters find them all.
		for _, mail := range []string{"INFO@a.example", "me@own.example", "test@b.example"} {
			a := s.person(t, `"email":"`+mail+`"`)
			b := who(t, s.signIn(t, `{"user_ref":"`+mail+`","user_traits":{"email":"`+mail+`"}}`))
			if a == b || a == before || b == before {
				t.Errorf("%s: %s and %s", mail, a, b)
			}
			list := s.admin.Post(t, "rev-users.list", `{"email":["`+strings.ToLower(mail)+`"]}`, 200)
			for _, id := range []string{a, b} {
				if !strings.Contains(string(list.Body), `"`+id+`"`) {
					t.Errorf("%s is not listed by %s", id, mail)
				}
			}
			s.admin.Post(t, "rev-users.delete", `{"id":"`+a+`"}`, 200)
			s.admin.Post(t, "rev-users.restore", `{"id":"`+a+`"}`, 200)
			s.admin.Post(t, "rev-users.merge", `{"primary_user":"`+a+`","secondary_user":"`+b+`"}`, 200)
			s.admin.Post(t, "merges.undo", `{"id":"`+s.wantMerge(t, "member", a, b)+`"}`, 200)
		}
		s.person(t, `"phone_numbers":["+14155550100"]`)
		s.admin.Play(t, apitest.Scenario{Path: "/identities.resolve", Body: `{"observation":{"phone_numbers":["+14155550100"]}}`, Status: 200, Want: `{"decision":"created","rules":[{},{},{"rule":"phone","result":"blocked"}]}`})
		wants(t, s.admin, importing(t, s.admin, "contacts", `{}`, "external_ref,display_name,email\ni1,A,info@a.example\ni2,B,Info@a.example\ni3,C,c@a.example\n"), `{"import":{"progress":{"created":3,"failed":0}}}`)

		settings(`{"blocked_values":["@own.example"]}`, 409, `{"field_name":"blocked_values","clashes":[{"value":"info@a.example"},{"value":"test@b.example"}]}`)
		settings(`{"blocked_values":["@own.example","info@","test@b.example","@x.example"]}`, 200, `{}`)
		s.person(t, `"email":"solo@x.example"`)
		settings(`{"blocked_values":["@own.example","info@","test@b.example"]}`, 200, `{}`)
		for range 2 {
			s.admin.Post(t, "rev-users.create", `{"email":"solo@x.example"}`, 409)
		}
	})
}

func TestMaxIdentifiers(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		s.admin.Post(t, "dev-orgs.settings.update", `{"max_identifiers":2}`, 200)
		s.admin.Post(t, "dev-orgs.settings.update", `{"max_identifiers":51}`, 400)
		id := s.person(t, `"email":"a@x.example","external_refs":["a","b"]`)
		s.admin.Post(t, "rev-users.identifiers.add", `{"id":"`+id+`","kind":"email","value":"b@x.example"}`, 200)
		s.harmed(t, func() {
			s.admin.Play(t, apitest.Scenario{Path: "/rev-users.identifiers.add", Body: `{"id":"` + id + `","kind":"email","value":"c@x.example"}`, Status: 400, Want: `{"type":"value_not_permitted","field_name":"value"}`})
			s.admin.Play(t, apitest.Scenario{Path: "/rev-users.create", Body: `{"phone_numbers":["+14155550100","+14155550101","+14155550102"]}`, Status: 400, Want: `{"field_name":"phone_numbers"}`})
			s.admin.Play(t, apitest.Scenario{Path: "/rev-users.upsert", Body: `{"external_ref":"a","email":"c@x.example"}`, Status: 400, Want: `{"field_name":"email"}`})
			s.refuses(t, "a third address", `{"user_ref":"a","user_traits":{"email":"c@x.example"}}`, 400, `{"field_name":"rev_info.user_traits.email"}`)
		})
	})
}

// TestPreviewRules compares the preview of settings with what is there.
func TestPreviewRules(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ann := s.person(t, `"external_ref":"ann"`)
		bo := s.person(t, `"email":"info@x.example"`, "email info@x.example")
		s.signIn(t, `{"user_ref":"ann","user_traits":{"email":"info@x.example"}}`)
		s.wantMerge(t, "signed_link", ann, bo)
		s.admin.Post(t, "dev-orgs.settings.update", `{"shared_emails":true}`, 200)
		for range 3 {
			s.person(t, `"email":"a@x.example"`)
			s.person(t, `"email":"b@x.example"`)
		}
		preview := func(settings string, limit string) (effects []string) {
			t.Helper()
			for cursor := ""; ; {
				res := s.admin.Post(t, "identities.preview-rules", `{"settings":`+settings+`,"limit":`+limit+`,"cursor":"`+cursor+`"}`, 200)
				var out struct {
					Effects []struct {
						Effect   string
						By       struct{ Value string }
						RevUsers []struct{} `json:"rev_users"`
						Merge    struct {
							ID string `json:"display_id"`
						}
					}
					Next string `json:"next_cursor"`
				}
				res.Decode(t, &out)
				for _, e := range out.Effects {
					effects = append(effects, fmt.Sprint(e.Effect, " ", e.By.Value, e.Merge.ID, " ", len(e.RevUsers)))
				}
				if cursor = out.Next; cursor == "" {
					return effects
				}
			}
		}
		s.harmed(t, func() {
			for _, limit := range []string{"1", "2", "100"} {
				for settings, want := range map[string][]string{
					`{"shared_emails":false}`:                                 {"join a@x.example 3", "join b@x.example 3"},
					`{"shared_emails":false,"blocked_values":["a@","info@"]}`: {"join b@x.example 3", "part MERGE-1 2"},
					`{"blocked_values":["@x.example"]}`:                       {"part MERGE-1 2"},
					`{}`:                                                      nil,
				} {
					if got := preview(settings, limit); !slices.Equal(got, want) {
						t.Errorf("%s at %s a page: %v, want %v", settings, limit, got, want)
					}
				}
			}
			s.admin.Play(t, apitest.Scenario{Path: "/identities.preview-rules", Body: `{"settings":{"blocked_values":["x"]}}`, Status: 400, Want: `{"field_name":"blocked_values[0]"}`})
			s.admin.Play(t, apitest.Scenario{Path: "/identities.preview-rules", Body: `{"settings":{},"cursor":"x"}`, Status: 400})
		})
	})
}
