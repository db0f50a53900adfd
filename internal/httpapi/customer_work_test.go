package httpapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// report lets a contact report a ticket, and returns its display id.
func report(t *testing.T, c apitest.Client, title string) string {
	t.Helper()
	return c.Post(t, "works.create", `{"type":"ticket","title":"`+title+`","body":"It smokes","owned_by":[]}`, 201).Text(t, "work.display_id")
}

// tickets lists a caller's tickets by the display ids, the oldest first.
func tickets(t *testing.T, c apitest.Client, filter string) string {
	t.Helper()
	res := c.Post(t, "works.list", `{`+filter+`"sort_by":["created_date:asc"]}`, 200)
	var out []string
	for i := 0; ; i++ {
		id, there := res.Lookup(fmt.Sprintf("works.%d.display_id", i))
		if !there {
			return strings.Join(out, " ")
		}
		out = append(out, id.(string))
	}
}

// TestContactsReportTickets is about tickets that contacts make and follow with their
// own tokens.
func TestContactsReportTickets(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		url := serveTo(t, k)
		ada := s.signIn(t, `{"user_ref":"ada","account_ref":"acme","user_traits":{"email":"ada@acme.example","display_name":"Ada"}}`)
		bo := s.signIn(t, `{"user_ref":"bo","account_ref":"acme","user_traits":{"display_name":"Bo"}}`)
		foreign := newShop(t, k, "Bolt").signIn(t, `{"user_ref":"ada"}`)
		adas := report(t, ada, "Printer")
		ada.Play(t, apitest.Scenario{
			Path: "/works.get", Body: `{"id":"` + adas + `"}`, Status: 200,
			Want: `{"work":{"type":"ticket","title":"Printer","body":"It smokes","stage":{"name":"queued"},"owned_by":[],"external_ref":"` + adas + `",` +
				`"created_by":{"display_name":"Ada"},"reported_by":[{"display_name":"Ada","email":"ada@acme.example"}]}}`,
			Absent: []string{"work.account", "work.rev_org", "work.tags", "work.severity", "work.needs_response", "work.is_spam", "work.group"},
		})
		// The team finds it with its customer, and notes what only the team reads.
		s.admin.Play(t, apitest.Scenario{Path: "/works.get", Body: `{"id":"` + adas + `"}`, Status: 200, Want: `{"work":{"account":{"display_name":"acme"},"needs_response":true}}`})
		part := s.admin.Post(t, "parts.create", `{"type":"product","name":"Shop","owned_by":["DEVU-1"]}`, 201).Text(t, "part.id")
		tag := s.admin.Post(t, "tags.create", `{"name":"secret"}`, 201).Text(t, "tag.display_id")
		s.admin.Post(t, "works.update", `{"id":"`+adas+`","type":"ticket","applies_to_part":"`+part+`","severity":"high","external_ref":"secret-1","target_close_date":"2031-01-02T00:00:00Z","tags":{"set":[{"id":"`+tag+`"}]},"owned_by":{"set":["DEVU-1"]}}`, 200)
		stream := listen(t, url, ada.Token, "")
		stream.next(t)
		other := listen(t, url, bo.Token, "")
		other.next(t)
		note := say(t, s.admin, adas, "internal", "secret note")
		say(t, s.admin, adas, "external", "Which one?")
		stream.until(t, "Which one?", "secret", "2031")
		if got := told(t, ada, adas); got != "Which one?" {
			t.Errorf("she reads %q", got)
		}
		ada.Post(t, "timeline-entries.get", `{"id":"`+note+`"}`, 404)
		res := ada.Post(t, "works.get", `{"id":"`+adas+`"}`, 200)
		for _, secret := range []string{"secret", "high", "2031", s.admin.Post(t, "dev-users.self", `{}`, 200).Text(t, "dev_user.email")} {
			if strings.Contains(string(res.Body), secret) {
				t.Errorf("she is shown %q: %s", secret, res.Body)
			}
		}
		if res.Text(t, "work.owned_by.0.display_name") == "" || strings.Contains(string(res.Body), "Shop") {
			t.Errorf("of who sees to it, and to what, she is shown %s", res.Body)
		}

		// What she says is work to do, also when the ticket was closed; what the team says is not.
		for stage, want := range map[string]string{
			"queued": "queued", "awaiting_customer_response": "work_in_progress", "in_development": "in_development", "resolved": "work_in_progress", "canceled": "work_in_progress",
		} {
			s.admin.Post(t, "works.update", `{"id":"`+adas+`","type":"ticket","stage":{"name":"`+stage+`"},"needs_response":false}`, 200)
			say(t, s.admin, adas, "internal", "note")
			s.admin.Play(t, apitest.Scenario{Path: "/works.get", Body: `{"id":"` + adas + `"}`, Status: 200, Want: `{"work":{"stage":{"name":"` + stage + `"},"needs_response":false}}`})
			say(t, ada, adas, "external", "The old one")
			s.admin.Play(t, apitest.Scenario{Path: "/works.get", Body: `{"id":"` + adas + `"}`, Status: 200, Want: `{"work":{"stage":{"name":"` + want + `"},"needs_response":true}}`, Absent: []string{"work.actual_close_date"}})
			say(t, s.admin, adas, "external", "Thanks")
			s.admin.Play(t, apitest.Scenario{Path: "/works.get", Body: `{"id":"` + adas + `"}`, Status: 200, Want: `{"work":{"stage":{"name":"` + want + `"},"needs_response":false}}`})
		}
		s.admin.Play(t, apitest.Scenario{Path: "/notifications.list", Body: `{"limit":1}`, Status: 200, Want: `{"notifications":[{"object":{"display_id":"` + adas + `"}}]}`})

		// Bo of the same account knows nothing of it, nor do others; a word with the team is not his.
		bos := report(t, bo, "Mine")
		for name, c := range map[string]apitest.Client{"bo": bo, "cy": s.signIn(t, `{"user_ref":"cy"}`), "foreign": foreign} {
			for op, body := range map[string]string{
				"works.get": `{"id":"` + adas + `"}`, "timeline-entries.list": `{"object":"` + adas + `"}`, "events.signal": `{"object":"` + adas + `","kind":"typing"}`,
				"timeline-entries.create": `{"type":"timeline_comment","object":"` + adas + `","body":"x"}`,
			} {
				if res := c.Send(t, "POST", "/"+op, nil, body); res.Status != 404 {
					t.Errorf("%s: %s answers %d: %s", name, op, res.Status, res.Body)
				}
			}
		}
		if got := tickets(t, ada, "") + "|" + tickets(t, bo, ""); got != adas+"|"+bos {
			t.Errorf("they list %q", got)
		}
		if got := tickets(t, ada, `"type":["opportunity"],`) + tickets(t, ada, `"state":["closed"],`); got != "" {
			t.Errorf("she lists %q", got)
		}
		for len(other.events) > 0 {
			if e := other.next(t); e.data.ObjectDisplayID == adas {
				t.Errorf("Bo is told of %v", e)
			}
		}
		// Reported for her by a member, it is hers too, without the words of the team; handed to Bo it is his.
		s.admin.Post(t, "works.create", `{"type":"ticket","title":"By phone","body":"she shouts","applies_to_part":"`+part+`","owned_by":[],"reported_by":["REVU-1"]}`, 201)
		if res := ada.Post(t, "works.list", `{}`, 200); strings.Contains(string(res.Body), "shouts") || !strings.Contains(string(res.Body), "By phone") {
			t.Errorf("she lists %s", res.Body)
		}
		s.admin.Post(t, "works.update", `{"id":"`+adas+`","type":"ticket","reported_by":{"set":["REVU-2"]}}`, 200)
		ada.Post(t, "works.get", `{"id":"`+adas+`"}`, 404)
		if res := bo.Post(t, "works.get", `{"id":"`+adas+`"}`, 200); strings.Contains(string(res.Body), "ada@acme") {
			t.Errorf("he is shown %s", res.Body)
		}
		// Of files on the ticket itself he has those that he sent.
		attachable(t, bo, "photo.png", "x")
		attachable(t, s.admin, "team.txt", "x")
		mine := bo.Post(t, "works.create", `{"type":"ticket","title":"Photo","owned_by":[],"artifacts":["ARTIFACT-1"]}`, 201).Text(t, "work.display_id")
		s.admin.Post(t, "works.update", `{"id":"`+mine+`","type":"ticket","artifacts":{"add":["ARTIFACT-2"]}}`, 200)
		if res := bo.Post(t, "works.get", `{"id":"`+mine+`"}`, 200); !strings.Contains(string(res.Body), "photo.png") || strings.Contains(string(res.Body), "team.txt") {
			t.Errorf("he is shown the files of %s", res.Body)
		}
		bo.Post(t, "artifacts.locate", `{"id":"ARTIFACT-1"}`, 200)
		bo.Post(t, "artifacts.locate", `{"id":"ARTIFACT-2"}`, 404)
		bo.Post(t, "works.create", `{"type":"ticket","title":"Theft","owned_by":[],"artifacts":["ARTIFACT-2"]}`, 404)
		// Blocked she reads on, and reports nothing.
		s.admin.Post(t, "rev-users.update", `{"id":"REVU-1","is_blocked":true}`, 200)
		ada.Post(t, "works.create", `{"type":"ticket","title":"x","owned_by":[]}`, 403)
		ada.Post(t, "works.list", `{}`, 200)
	})
}

// TestTicketsOfContactsAreRefused is about what contacts cannot say or ask of tickets.
func TestTicketsOfContactsAreRefused(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada, bo := s.signIn(t, `{"user_ref":"ada","account_ref":"acme"}`), s.signIn(t, `{"user_ref":"bo"}`)
		adas := report(t, ada, "Printer")
		account := s.admin.Post(t, "works.get", `{"id":"`+adas+`"}`, 200).Text(t, "work.account.display_id")
		deal := s.admin.Post(t, "works.create", `{"type":"opportunity","title":"Big","account":"`+account+`","owned_by":[],"contacts":["REVU-1"]}`, 201).Text(t, "work.display_id")
		refuse := func(op, body, field string) {
			t.Helper()
			ada.Play(t, apitest.Scenario{Path: "/" + op, Body: body, Status: 400, Want: `{"type":"value_not_permitted","field_name":"` + field + `"}`})
		}
		for field, value := range map[string]string{
			"reported_by": `["REVU-2"]`, "tags": `[{"id":"TAG-1"}]`, "channels": `["email"]`, "account": `"` + account + `"`, "group": `""`, "severity": `"high"`,
			"is_frozen": `false`, "is_spam": `false`, "stage": `{"name":"queued"}`, "needs_response": `true`, "external_ref": `"x"`, "target_close_date": `"2031-01-02T00:00:00Z"`,
			"applies_to_part": `"PROD-1"`, "source_channel": `"plug"`,
		} {
			refuse("works.create", `{"type":"ticket","title":"x","owned_by":[],"`+field+`":`+value+`}`, field)
		}
		refuse("works.create", `{"type":"ticket","title":"x","owned_by":["DEVU-1"]}`, "owned_by")
		refuse("works.create", `{"type":"opportunity","title":"x","owned_by":[]}`, "type")
		for field, value := range map[string]string{
			"reported_by": `["REVU-2"]`, "owned_by": `["DEVU-1"]`, "tags": `["TAG-1"]`, "has_owner": `true`, "created_by": `["DEVU-1"]`, "filter": `"severity = high"`, "contact": `["REVU-1"]`,
			"applies_to_part": `["PROD-1"]`, "external_ref": `["x"]`, "account": `["` + account + `"]`,
		} {
			refuse("works.list", `{"`+field+`":`+value+`}`, field)
		}
		refuse("works.list", `{"ticket":{"severity":["high"]}}`, "ticket.severity")
		refuse("works.list", `{"account":[]}`, "account")
		for _, op := range []string{"works.update", "works.delete", "works.count", "works.export"} {
			ada.Post(t, op, `{"id":"`+adas+`"}`, 403)
		}
		// Opportunities are nothing that customers know of.
		if res := ada.Send(t, "POST", "/works.get", nil, `{"id":"`+deal+`"}`); res.Status < 403 {
			t.Errorf("reads an opportunity: %s", res.Body)
		}
		if res := ada.Send(t, "POST", "/timeline-entries.list", nil, `{"object":"`+deal+`"}`); res.Status < 403 {
			t.Errorf("reads the timeline of an opportunity: %s", res.Body)
		}

		// Whoever only claims to be her has no tickets, also not by the timeline.
		claims, _ := s.visit(t, "ada", "", "")
		visitor, secret := s.visit(t, "", "", "")
		s.admin.Post(t, "works.update", `{"id":"`+adas+`","type":"ticket","reported_by":{"add":["`+who(t, visitor)+`"]}}`, 200)
		for _, c := range []apitest.Client{claims, visitor} {
			c.Post(t, "works.list", `{}`, 403)
			c.Post(t, "works.get", `{"id":"`+adas+`"}`, 403)
			c.Post(t, "works.create", `{"type":"ticket","title":"x","owned_by":[]}`, 403)
			c.Post(t, "timeline-entries.list", `{"object":"`+adas+`"}`, 404)
			c.Post(t, "timeline-entries.create", `{"type":"timeline_comment","object":"`+adas+`","body":"x"}`, 404)
			c.Post(t, "events.signal", `{"object":"`+adas+`","kind":"typing"}`, 404)
		}
		// With the proof, what was reported for the visitor is hers.
		signed := s.signInAt(t, secret, `{"user_ref":"dee"}`)
		if got := tickets(t, signed, ""); got != adas {
			t.Errorf("signed in, lists %q", got)
		}
		if got := tickets(t, bo, ""); got != "" {
			t.Errorf("Bo lists %q", got)
		}
	})
}

// makeCustomerAdmin puts a contact into the group of customer admins.
func makeCustomerAdmin(t *testing.T, admin apitest.Client, contact string) {
	t.Helper()
	res := admin.Post(t, "groups.list", `{}`, 200)
	for i := 0; ; i++ {
		if res.Text(t, fmt.Sprintf("groups.%d.name", i)) == "Customer Admins" {
			admin.Post(t, "groups.members.add", `{"group":"`+res.Text(t, fmt.Sprintf("groups.%d.display_id", i))+`","member":"`+contact+`"}`, 200)
			return
		}
	}
}

// TestCustomerAdminsReadTickets is about contacts who act for their account.
func TestCustomerAdminsReadTickets(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		boss := s.signIn(t, `{"user_ref":"boss","account_ref":"acme"}`)
		ada, eve := s.signIn(t, `{"user_ref":"ada","account_ref":"acme"}`), s.signIn(t, `{"user_ref":"eve","account_ref":"evil"}`)
		adas, eves, own := report(t, ada, "hers"), report(t, eve, "evil"), report(t, boss, "own")
		say(t, s.admin, adas, "internal", "note")
		say(t, s.admin, adas, "external", "We look")
		acme := s.admin.Post(t, "works.get", `{"id":"`+own+`"}`, 200).Text(t, "work.account.display_id")
		evil := s.admin.Post(t, "works.get", `{"id":"`+eves+`"}`, 200).Text(t, "work.account.display_id")
		boss.Post(t, "works.get", `{"id":"`+adas+`"}`, 404)
		makeCustomerAdmin(t, s.admin, who(t, boss))
		boss.Post(t, "works.get", `{"id":"`+adas+`"}`, 200)
		part := s.admin.Post(t, "parts.create", `{"type":"product","name":"Shop","owned_by":[]}`, 201).Text(t, "part.id")
		inside := s.admin.Post(t, "works.create", `{"type":"ticket","title":"may leave us","account":"`+acme+`","applies_to_part":"`+part+`","owned_by":[],"reported_by":["DEVU-1"]}`, 201).Text(t, "work.display_id")
		boss.Post(t, "works.get", `{"id":"`+inside+`"}`, 404)
		if got := told(t, boss, adas); got != "We look" {
			t.Errorf("reads %q", got)
		}
		if got := tickets(t, boss, `"account":["`+acme+`"],`) + "|" + tickets(t, boss, ""); got != adas+" "+own+"|"+own {
			t.Errorf("lists %q", got)
		}
		for _, sc := range []apitest.Scenario{
			refused("what others reported is read only", "timeline-entries.create", `{"type":"timeline_comment","object":"`+adas+`","visibility":"external","body":"x"}`, 403, `{"type":"forbidden"}`),
			refused("typing there", "events.signal", `{"kind":"typing","object":"`+adas+`"}`, 403, `{"type":"forbidden"}`),
			refused("of another account", "works.get", `{"id":"`+eves+`"}`, 404, `{"type":"not_found"}`),
			refused("the list of another account", "works.list", `{"account":["`+evil+`"]}`, 400, `{"field_name":"account"}`),
			refused("one of them is another's", "works.list", `{"account":["`+acme+`","`+evil+`"]}`, 400, `{"field_name":"account"}`),
		} {
			boss.Play(t, sc)
		}
		eve.Play(t, refused("an admin of nothing", "works.list", `{"account":["`+acme+`"]}`, 400, `{"field_name":"account"}`))
	})
}
