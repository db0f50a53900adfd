package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/config"
	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

type eventPage struct {
	Events []struct {
		Name string `json:"name"`
		User struct {
			ID string `json:"display_id"`
		} `json:"rev_user"`
	} `json:"events_list"`
	Next string `json:"next_cursor"`
}

// did returns the names of events, the latest first.
func did(t *testing.T, c apitest.Client, body string) string {
	t.Helper()
	var p eventPage
	c.Post(t, "track-events.list", body, 200).Decode(t, &p)
	var out []string
	for _, e := range p.Events {
		out = append(out, e.Name)
	}
	return strings.Join(out, " ")
}

// tracked is an event by its name, of a contact that its payload names.
func tracked(name, who, rest string) string {
	return fmt.Sprintf(`{"name":%q,"payload":{%s}%s}`, name, who, rest)
}

func publish(t *testing.T, c apitest.Client, events ...string) {
	t.Helper()
	c.Post(t, "track-events.publish", `{"events_list":[`+strings.Join(events, ",")+`]}`, 201)
}

func ago(d time.Duration) string {
	return fmt.Sprintf(`,"event_time":%q`, time.Now().UTC().Add(-d).Format(time.RFC3339Nano))
}

func TestTrackEvents(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		c := s.admin
		c.Run(t, []apitest.Scenario{
			made("accounts.create", `{"display_name":"Acme"}`, `{}`),
			made("rev-users.create", `{"display_name":"Ada","external_ref":"ada","account":"ACC-1"}`, `{}`),
			made("rev-users.create", `{"display_name":"Bo","external_ref":"bo","rev_org":"REV-1"}`, `{}`),
			made("track-events.publish", `{"events_list":[{"name":"opened","payload":{"rev_user":"REVU-1","n":12345678901234567890},"event_id":"e1",
				"client_context":{"browser":{"name":"Firefox","version":"140"},"page":{"url":"https://acme.example/x"}}}]}`, `{}`),
			done("track-events.list", `{"rev_user":"REVU-1"}`, `{"events_list":[{"name":"opened","event_id":"e1","payload":{"n":12345678901234567890},"event_time":"<any>",
				"client_context":{"browser":{"name":"Firefox"},"page":{"url":"https://acme.example/x"}},
				"rev_user":{"display_id":"REVU-1"},"account":{"display_id":"ACC-1"},"created_by":{"display_id":"DEVU-1"}}]}`),
		})
		publish(t, c, tracked("opened", `"rev_user":"REVU-1"`, `,"event_id":"e1"`)) // as before
		publish(t, s.aat, tracked("paid", `"user_ref":"bo"`, ago(time.Hour)), tracked("seen", `"user_ref":"ada"`, ago(26*time.Hour)),
			tracked("left", `"user_ref":"ada"`, ago(2*time.Hour)+`,"event_id":"e2"`), tracked("again", `"user_ref":"ada"`, `,"event_id":"e2"`))
		for body, want := range map[string]string{
			`{"rev_user":"REVU-1"}`: "opened left seen", `{"rev_user":"REVU-2"}`: "paid", `{"account":"ACC-1"}`: "opened paid left seen", `{"rev_org":"REV-1"}`: "paid",
			`{"rev_user":"REVU-1","name":["left","paid"]}`: "left", `{"rev_user":"REVU-1","event_time":{"before":"` + time.Now().UTC().Add(-time.Hour).Format(time.RFC3339) + `"}}`: "left seen",
		} {
			if got := did(t, c, body); got != want {
				t.Errorf("%s: %q, want %q", body, got, want)
			}
		}
		var walked []string
		for next := ""; ; {
			var p eventPage
			c.Post(t, "track-events.list", map[string]any{"account": "ACC-1", "limit": 1, "cursor": next}, 200).Decode(t, &p)
			for _, e := range p.Events {
				walked = append(walked, e.Name)
			}
			if next = p.Next; next == "" {
				break
			}
		}
		if got := strings.Join(walked, " "); got != "opened paid left seen" {
			t.Errorf("page by page: %q", got)
		}
		c.Play(t, done("track-events.summary", `{"account":"ACC-1"}`, `{"total":4,"first_seen":"<any>","last_seen":"<any>","more":false}`))
		sum := c.Post(t, "track-events.summary", `{"rev_user":"REVU-1"}`, 200)
		if days, _ := sum.Lookup("days"); len(days.([]any)) != 30 || sum.Text(t, "days.29.date") != time.Now().UTC().Format(time.DateOnly) {
			t.Errorf("days: %s", sum.Body)
		}
		if names, _ := sum.Lookup("names"); len(names.([]any)) != 3 {
			t.Errorf("names: %s", sum.Body)
		}
		c.Post(t, "rev-orgs.create", `{"account":"ACC-1","display_name":"EU"}`, 201)
		c.Play(t, absent(done("track-events.summary", `{"rev_org":"REV-2"}`, `{"total":0,"names":[]}`), "first_seen", "last_seen"))
	})
}

func TestTrackEventsRefusals(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		c.Run(t, []apitest.Scenario{
			made("rev-users.create", `{"display_name":"Ada","external_ref":"ada"}`, `{}`), made("rev-users.create", `{"display_name":"Bo"}`, `{}`),
			done("rev-users.delete", `{"id":"REVU-2"}`, `{}`),
		})
		good := tracked("good", `"rev_user":"REVU-1"`, "")
		for _, r := range []struct {
			event  string
			status int
			kind   string
			field  string
		}{
			{tracked("x", "", ""), 400, "missing_required_field", "events_list[1].payload.rev_user"},
			{tracked("x", `"rev_user":"REVU-1","user_ref":"ada"`, ""), 400, "value_not_permitted", "events_list[1].payload.rev_user"},
			{tracked("x", `"rev_user":"REVU-9"`, ""), 404, "not_found", "events_list[1].payload.rev_user"},
			{tracked("x", `"rev_user":"REVU-2"`, ""), 404, "not_found", "events_list[1].payload.rev_user"},
			{tracked("x", `"rev_user":"ACC-1"`, ""), 400, "unexpected_id_type", "events_list[1].payload.rev_user"},
			{tracked("x", `"rev_user":7`, ""), 400, "invalid_id", "events_list[1].payload.rev_user"},
			{tracked("x", `"user_ref":"nobody"`, ""), 404, "not_found", "events_list[1].payload.user_ref"},
			{tracked("x", `"user_ref":{}`, ""), 400, "value_not_permitted", "events_list[1].payload.user_ref"},
			{tracked("", `"rev_user":"REVU-1"`, ""), 400, "missing_required_field", "events_list[1].name"},
			{`{"name":"x"}`, 400, "missing_required_field", "events_list[1].payload"},
			{`{"name":"x","payload":null}`, 400, "missing_required_field", "events_list[1].payload"},
			{tracked("x", `"rev_user":"REVU-1"`, ago(-time.Hour)), 400, "value_not_permitted", "events_list[1].event_time"},
			{tracked("x", `"rev_user":"REVU-1"`, ago(91*24*time.Hour)), 400, "value_not_permitted", "events_list[1].event_time"},
			{tracked("x", `"rev_user":"REVU-1","big":"`+strings.Repeat("x", 4096)+`"`, ""), 400, "value_not_permitted", "events_list[1].payload"},
		} {
			c.Play(t, refused(r.kind, "track-events.publish", `{"events_list":[`+good+`,`+r.event+`]}`, r.status, fmt.Sprintf(`{"type":%q,"field_name":%q}`, r.kind, r.field)))
		}
		many := strings.Repeat(good+",", 100) + good
		c.Run(t, []apitest.Scenario{
			refused("none", "track-events.publish", `{"events_list":[]}`, 400, `{"type":"missing_required_field","field_name":"events_list"}`),
			refused("101", "track-events.publish", `{"events_list":[`+many+`]}`, 400, `{"field_name":"events_list"}`),
			refused("nobody", "track-events.list", `{}`, 400, `{"type":"missing_required_field","field_name":"rev_user"}`),
			refused("two", "track-events.summary", `{"rev_user":"REVU-1","account":"ACC-1"}`, 400, `{"type":"value_not_permitted","field_name":"account"}`),
			refused("a cursor of another list", "track-events.list", `{"rev_user":"REVU-1","cursor":"x"}`, 400, `{"field_name":"cursor"}`),
		})
		if got := did(t, c, `{"rev_user":"REVU-1"}`); got != "" {
			t.Errorf("of refused lists stand %q", got)
		}
	})
}

// TestTrackEventsOfContacts is about what session tokens tell.
func TestTrackEventsOfContacts(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada := s.signIn(t, `{"user_ref":"ada"}`)
		visitor := loose(k, issue(t, s.public, `{"rev_info":{"user_ref":"who"}}`))
		publish(t, ada, tracked("own", `"rev_user":"REVU-2"`, ""), tracked("ahead", "", ago(-3*time.Hour)))
		publish(t, visitor, tracked("claimed", "", ""))
		ada.Run(t, []apitest.Scenario{
			refused("old", "track-events.publish", `{"events_list":[`+tracked("x", "", ago(8*24*time.Hour))+`]}`, 400, `{"field_name":"events_list[0].event_time"}`),
			refused("reading", "track-events.list", `{"rev_user":"REVU-1"}`, 403, `{"type":"forbidden"}`),
		})
		if one, two := did(t, s.admin, `{"rev_user":"REVU-1"}`), did(t, s.admin, `{"rev_user":"REVU-2"}`); one != "ahead own" || two != "claimed" {
			t.Errorf("REVU-1 %q, REVU-2 %q", one, two)
		}
		batch := `{"events_list":[` + strings.TrimSuffix(strings.Repeat(tracked("x", "", "")+",", 100), ",") + `]}`
		written := 0
		for range 25 {
			res := ada.Send(t, http.MethodPost, "/track-events.publish", nil, batch)
			if res.Status == 201 {
				written++
			} else if res.Status != 429 || res.Text(t, "type") != "too_many_requests" {
				t.Fatalf("%d %s", res.Status, res.Body)
			}
		}
		if written != 19 { // 2 stand
			t.Errorf("a contact wrote %d lists of a hundred events", written)
		}
		s.admin.Play(t, done("track-events.summary", `{"rev_user":"REVU-1"}`, `{"total":1902}`))
	})
}

// TestTrackEventsHaveAPace is about a page that sends one event at a time.
func TestTrackEventsHaveAPace(t *testing.T) {
	k := servertest.New(t, "sqlite")
	s := newShop(t, k, "Acme")
	ada := s.signIn(t, `{"user_ref":"ada"}`)
	for i := range 70 {
		want := 201
		if i >= 60 {
			want = 429
		}
		if res := ada.Send(t, http.MethodPost, "/track-events.publish", nil, `{"events_list":[`+tracked("x", "", "")+`]}`); res.Status != want {
			t.Fatalf("call %d: %d %s", i, res.Status, res.Body)
		}
	}
	s.aat.Post(t, "track-events.publish", `{"events_list":[`+tracked("x", `"user_ref":"ada"`, "")+`]}`, 201) // applications are not held up
}

// TestTrackEventsOfADay is about what an organisation may publish.
func TestTrackEventsOfADay(t *testing.T) {
	cfg := config.Defaults()
	cfg.Data, cfg.SetupCode, cfg.EventsPerDay = t.TempDir(), "SETUP-CODE", 3
	c, _ := servertest.Open(t, cfg).Admin(t, "acme")
	c.Post(t, "rev-users.create", `{"display_name":"Ada"}`, 201)
	one := tracked("x", `"rev_user":"REVU-1"`, `,"event_id":"e"`)
	two := tracked("y", `"rev_user":"REVU-1"`, "")
	publish(t, c, one, two)
	publish(t, c, one) // came before and takes nothing
	c.Play(t, refused("too many", "track-events.publish", `{"events_list":[`+two+`,`+two+`]}`, 429, `{"type":"too_many_requests"}`))
	publish(t, c, two)
	if got := did(t, c, `{"rev_user":"REVU-1"}`); got != "y y x" {
		t.Errorf("stand: %q", got)
	}
}

// TestTrackEventsOfMerged follows events through a merge and its undo.
func TestTrackEventsOfMerged(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		c.Run(t, []apitest.Scenario{
			made("accounts.create", `{"display_name":"Acme"}`, `{}`), made("accounts.create", `{"display_name":"Acme Ltd"}`, `{}`),
			made("rev-users.create", `{"display_name":"Ada","external_ref":"a","account":"ACC-1"}`, `{}`), made("rev-users.create", `{"display_name":"Ada L.","external_ref":"b","account":"ACC-2"}`, `{}`),
		})
		publish(t, c, tracked("a1", `"rev_user":"REVU-1"`, ""), tracked("b1", `"user_ref":"b"`, `,"event_id":"e"`))
		c.Post(t, "rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, 200)
		publish(t, c, tracked("a2", `"user_ref":"a"`, ""), tracked("b2", `"user_ref":"b"`, ""), tracked("b3", `"rev_user":"REVU-2"`, ""),
			tracked("twice", `"rev_user":"REVU-1"`, `,"event_id":"e"`)) // of the one person
		for _, id := range []string{"REVU-1", "REVU-2"} {
			if got := did(t, c, `{"rev_user":"`+id+`"}`); len(strings.Fields(got)) != 5 {
				t.Errorf("of both, by %s: %q", id, got)
			}
		}
		c.Play(t, done("track-events.summary", `{"rev_user":"REVU-2"}`, `{"total":5}`))
		c.Post(t, "merges.undo", `{"id":"MERGE-1"}`, 200)
		if one, two := did(t, c, `{"rev_user":"REVU-1"}`), did(t, c, `{"rev_user":"REVU-2"}`); one != "a2 a1" || two != "b3 b2 b1" {
			t.Errorf("after the undo: %q and %q", one, two)
		}
		if one, two := did(t, c, `{"account":"ACC-1"}`), did(t, c, `{"account":"ACC-2"}`); one != "b3 b2 a2 a1" || two != "b1" {
			t.Errorf("of the accounts: %q and %q", one, two) // those that their contacts belonged to then
		}
		c.Post(t, "accounts.merge", `{"primary_account":"ACC-1","secondary_account":"ACC-2"}`, 200)
		if got := did(t, c, `{"account":"ACC-1"}`); len(strings.Fields(got)) != 5 {
			t.Errorf("of both accounts: %q", got)
		}
	})
}
