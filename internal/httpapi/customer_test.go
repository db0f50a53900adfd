package httpapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// begin lets a contact begin a conversation, and returns its display id.
func begin(t *testing.T, c apitest.Client, body string) string {
	t.Helper()
	return c.Post(t, "conversations.create", `{"type":"support","source_channel":"plug","metadata":{"url_context":"https://shop.example/cart"},"messages":[{"body":"`+body+`"}]}`, 201).
		Text(t, "conversation.display_id")
}

// say writes a comment and returns its id.
func say(t *testing.T, c apitest.Client, conversation, visibility, body string) string {
	t.Helper()
	return c.Post(t, "timeline-entries.create", `{"type":"timeline_comment","object":"`+conversation+`","visibility":"`+visibility+`","body":"`+body+`"}`, 201).Text(t, "timeline_entry.id")
}

// told is the bodies on a conversation's timeline as the caller reads it.
func told(t *testing.T, c apitest.Client, conversation string) string {
	t.Helper()
	res := c.Post(t, "timeline-entries.list", `{"object":"`+conversation+`"}`, 200)
	var out []string
	for i := 0; ; i++ {
		if _, ok := res.Lookup(fmt.Sprintf("timeline_entries.%d", i)); !ok {
			break
		}
		if body, ok := res.Lookup(fmt.Sprintf("timeline_entries.%d.body", i)); ok {
			out = append(out, body.(string))
		}
	}
	return strings.Join(out, "|")
}

func stageOf(t *testing.T, admin apitest.Client, conversation string) string {
	t.Helper()
	return admin.Post(t, "conversations.get", `{"id":"`+conversation+`"}`, 200).Text(t, "conversation.stage.name")
}

// TestContactsConverse is about what contacts say and read with their own tokens.
func TestContactsConverse(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada := s.signIn(t, `{"user_ref":"ada","account_ref":"acme","user_traits":{"email":"ada@acme.example","display_name":"Ada"}}`)
		bo := s.signIn(t, `{"user_ref":"bo","account_ref":"acme","user_traits":{"email":"bo@acme.example","display_name":"Bo"}}`)
		adas := begin(t, ada, "My order is late")
		ada.Play(t, apitest.Scenario{
			Path: "/conversations.get", Body: `{"id":"` + adas + `"}`, Status: 200,
			Want:   `{"conversation":{"members":[{"display_name":"Ada","email":"ada@acme.example"}],"messages":[{"body":"My order is late","visibility":"external","created_by":{"display_name":"Ada"}}],"stage":{"name":"new"},"source_channel":"plug"}}`,
			Absent: []string{"conversation.account", "conversation.rev_org", "conversation.tags"},
		})
		// The team sees the customer's account, notes something and answers.
		s.admin.Play(t, apitest.Scenario{Path: "/conversations.get", Body: `{"id":"` + adas + `"}`, Status: 200, Want: `{"conversation":{"account":{"display_name":"acme"},"created_by":{"display_name":"Ada"}}}`})
		tag := s.admin.Post(t, "tags.create", `{"name":"late"}`, 201).Text(t, "tag.display_id")
		s.admin.Post(t, "conversations.update", `{"id":"`+adas+`","description":"angry","tags":{"set":[{"id":"`+tag+`"}]},"owned_by":{"set":["DEVU-1"]},"is_spam":true}`, 200)
		note := say(t, s.admin, adas, "internal", "she is right")
		answer := say(t, s.admin, adas, "external", "It is on its way")
		s.admin.Post(t, "timeline-entries.update", `{"id":"`+answer+`","type":"timeline_comment","labels":{"set":["secret"]},"external_ref":"secret-7"}`, 200)
		if got := stageOf(t, s.admin, adas); got != "waiting_on_user" {
			t.Errorf("answered, the stage is %q", got)
		}
		if got := told(t, ada, adas); got != "My order is late|It is on its way" {
			t.Errorf("she reads %q", got)
		}
		res := ada.Post(t, "conversations.get", `{"id":"`+adas+`"}`, 200)
		entry := ada.Post(t, "timeline-entries.get", `{"id":"`+answer+`"}`, 200)
		for _, secret := range []string{"angry", "late\"", "secret", "DEVU-1@", "@acme.com", s.admin.Post(t, "dev-users.self", `{}`, 200).Text(t, "dev_user.email"), "is right"} {
			if strings.Contains(string(res.Body)+string(entry.Body), secret) && secret != "late\"" {
				t.Errorf("she is shown %q: %s %s", secret, res.Body, entry.Body)
			}
		}
		if res.Text(t, "conversation.owned_by.0.display_name") == "" {
			t.Error("she is not shown who looks after it")
		}
		ada.Post(t, "timeline-entries.get", `{"id":"`+note+`"}`, 404)

		// What she says now waits for the team, also when the matter was closed.
		for _, stage := range []string{"waiting_on_user", "hold", "resolved", "archived", "needs_response"} {
			s.admin.Post(t, "conversations.update", `{"id":"`+adas+`","stage":{"name":"`+stage+`"}}`, 200)
			say(t, s.admin, adas, "internal", "note")
			if got := stageOf(t, s.admin, adas); got != stage {
				t.Errorf("a note moves it from %s to %s", stage, got)
			}
			say(t, ada, adas, "external", "Hello?")
			if got := stageOf(t, s.admin, adas); got != "needs_response" {
				t.Errorf("from %s her message leads to %s", stage, got)
			}
		}

		// Bo of the same account knows nothing of it, nor do others.
		bos := begin(t, bo, "Do you ship to Ulm?")
		wantOwn(t, bo, bos)
		wantOwn(t, ada, adas)
		for _, c := range []apitest.Client{bo, s.signIn(t, `{"user_ref":"cy"}`), newShop(t, k, "Bolt").signIn(t, `{"user_ref":"ada"}`)} {
			for _, op := range []string{"conversations.get", "timeline-entries.list"} {
				field := map[bool]string{true: "id", false: "object"}[op == "conversations.get"]
				c.Post(t, op, `{"`+field+`":"`+adas+`"}`, 404)
			}
			c.Post(t, "timeline-entries.create", `{"type":"timeline_comment","object":"`+adas+`","body":"x"}`, 404)
		}
		// Added to it by a member, Bo reads along, and knows Ada by name only.
		s.admin.Post(t, "conversations.update", `{"id":"`+adas+`","members":{"set":["REVU-1","REVU-2"]}}`, 200)
		res = bo.Post(t, "conversations.get", `{"id":"`+adas+`"}`, 200)
		if strings.Contains(string(res.Body), "ada@acme") || !strings.Contains(string(res.Body), `"Ada"`) {
			t.Errorf("Bo is shown %s", res.Body)
		}
		s.admin.Post(t, "conversations.delete", `{"id":"`+adas+`"}`, 200)
		ada.Post(t, "conversations.get", `{"id":"`+adas+`"}`, 404)
		wantOwn(t, ada)
	})
}

// wantOwn lists a contact's conversations.
func wantOwn(t *testing.T, c apitest.Client, want ...string) {
	t.Helper()
	res := c.Post(t, "conversations.list", `{"sort_by":["created_date:asc"]}`, 200)
	var got []string
	for i := 0; ; i++ {
		id, ok := res.Lookup(fmt.Sprintf("conversations.%d.display_id", i))
		if !ok {
			break
		}
		got = append(got, id.(string))
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("lists %v, want %v", got, want)
	}
}

// TestContactsAreRefused is about what contacts cannot say or ask.
func TestContactsAreRefused(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada := s.signIn(t, `{"user_ref":"ada"}`)
		adas := begin(t, ada, "hi")
		ticket := func() string {
			part := s.admin.Post(t, "parts.create", `{"type":"product","name":"Shop","owned_by":["DEVU-1"]}`, 201).Text(t, "part.id")
			return s.admin.Post(t, "works.create", `{"type":"ticket","title":"t","applies_to_part":"`+part+`","owned_by":["DEVU-1"],"reported_by":["`+who(t, s.signIn(t, `{"user_ref":"bo"}`))+`"]}`, 201).Text(t, "work.display_id")
		}()
		refuse := func(op, body, field string) {
			t.Helper()
			ada.Play(t, apitest.Scenario{Path: "/" + op, Body: body, Status: 400, Want: `{"type":"value_not_permitted","field_name":"` + field + `"}`})
		}
		for field, value := range map[string]string{
			"members": `["REVU-1"]`, "owned_by": `["DEVU-1"]`, "tags": `[]`, "channels": `["x"]`, "account": `""`, "rev_org": `""`, "group": `""`, "description": `"x"`,
			"is_frozen": `false`, "is_spam": `false`, "stage": `{"name":"new"}`,
		} {
			refuse("conversations.create", `{"type":"support","`+field+`":`+value+`}`, field)
		}
		for field, value := range map[string]string{"visibility": `"internal"`, "labels": `["x"]`, "external_ref": `"x"`, "body_type": `"data"`, "private_to": `["REVU-1"]`, "expires_at": `"2099-01-01T00:00:00Z"`} {
			refuse("timeline-entries.create", `{"type":"timeline_comment","object":"`+adas+`","body":"x","`+field+`":`+value+`}`, field)
		}
		refuse("timeline-entries.create", `{"type":"timeline_comment","object":"`+adas+`","body":"x","visibility":"private"}`, "visibility")
		for field, value := range map[string]string{
			"members": `["REVU-9"]`, "owned_by": `["DEVU-1"]`, "tags": `["TAG-1"]`, "is_spam": `true`, "is_snoozed": `false`, "is_frozen": `true`, "group": `[]`, "account": `["ACC-1"]`, "created_by": `["DEVU-1"]`,
			"source_channel": `["plug"]`, "rev_orgs": `[]`, "subtype": `["x"]`,
		} {
			refuse("conversations.list", `{"`+field+`":`+value+`}`, field)
		}
		for _, object := range []string{"REVU-1", ticket, "DEVU-1"} {
			if res := ada.Send(t, "POST", "/timeline-entries.list", nil, `{"object":"`+object+`"}`); res.Status < 400 {
				t.Errorf("reads the timeline of %s: %s", object, res.Body)
			}
			if res := ada.Send(t, "POST", "/timeline-entries.create", nil, `{"type":"timeline_comment","object":"`+object+`","body":"x"}`); res.Status < 400 {
				t.Errorf("comments on %s: %s", object, res.Body)
			}
		}
		ada.Post(t, "timeline-entries.get", `{"object":"`+adas+`","external_ref":"x"}`, 403)
		ada.Play(t, apitest.Scenario{Path: "/conversations.list", Body: `{"members":["REVU-1"],"state":["open"]}`, Status: 200, Want: `{"conversations":[{"display_id":"` + adas + `"}]}`})
		ada.Play(t, apitest.Scenario{Path: "/conversations.list", Body: `{"state":["closed"]}`, Status: 200, Want: `{"conversations":[]}`})
	})
}

// TestVisitorsConverse is about those who only claim to be somebody.
func TestVisitorsConverse(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada := s.signIn(t, `{"user_ref":"ada","account_ref":"acme","user_traits":{"email":"ada@acme.example","display_name":"Ada"}}`)
		adas := begin(t, ada, "private matter")
		claims, _ := s.visit(t, "ada", "", `"email":"ada@acme.example"`) // says the same, proves nothing
		wantOwn(t, claims)
		claims.Post(t, "conversations.get", `{"id":"`+adas+`"}`, 404)
		visitor, secret := s.visit(t, "", "", "")
		visits := begin(t, visitor, "hello")
		wantOwn(t, visitor, visits)
		wantOwn(t, ada, adas)
		s.admin.Play(t, apitest.Scenario{Path: "/conversations.get", Body: `{"id":"` + visits + `"}`, Status: 200, Want: `{"conversation":{"members":[{"display_id":"` + who(t, visitor) + `"}]}}`, Absent: []string{"conversation.account"}})

		// A member's word about the visitor is not the visitor's to read, and
		// neither is what somebody else says in the same conversation.
		s.admin.Post(t, "rev-users.update", `{"id":"`+who(t, visitor)+`","display_name":"Surely Ada"}`, 200)
		if res := visitor.Post(t, "conversations.get", `{"id":"`+visits+`"}`, 200); strings.Contains(string(res.Body), "Surely") {
			t.Errorf("the visitor is shown %s", res.Body)
		}
		s.admin.Post(t, "conversations.update", `{"id":"`+visits+`","members":{"set":["`+who(t, visitor)+`","`+who(t, ada)+`"]}}`, 200)
		wantOwn(t, visitor)
		visitor.Post(t, "timeline-entries.list", `{"object":"`+visits+`"}`, 404)
		wantOwn(t, ada, adas, visits)
		s.admin.Post(t, "conversations.update", `{"id":"`+visits+`","members":{"set":["`+who(t, visitor)+`","DEVU-1"]}}`, 200)
		wantOwn(t, visitor, visits)

		// Signed in at the same browser, the history comes along; an undone merge
		// takes it away again.
		shop, kept := s.visit(t, "", "", "")
		before := begin(t, shop, "before signing in")
		signed := s.signInAt(t, kept, `{"user_ref":"cy"}`)
		wantOwn(t, signed, before)
		if got := told(t, signed, before); got != "before signing in" {
			t.Errorf("reads %q", got)
		}
		say(t, signed, before, "external", "it is me")
		wantRevoked(t, shop)
		next, _ := s.visit(t, "", kept, "")
		wantOwn(t, next)
		next.Post(t, "conversations.get", `{"id":"`+before+`"}`, 404)
		merge := s.admin.Post(t, "merges.list", `{"record":"`+who(t, signed)+`"}`, 200).Text(t, "merges.0.display_id")
		s.admin.Post(t, "merges.undo", `{"id":"`+merge+`"}`, 200)
		wantOwn(t, s.signIn(t, `{"user_ref":"cy"}`))
		_ = secret
	})
}

// TestOnceOnly is about requests that are sent again because their answer was lost.
func TestOnceOnly(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		for name, c := range map[string]apitest.Client{"member": s.admin, "contact": s.signIn(t, `{"user_ref":"ada"}`)} {
			create := `{"type":"support","idempotency_key":"k-1","messages":[{"body":"hi"}]}`
			first := c.Post(t, "conversations.create", create, 201).Text(t, "conversation.display_id")
			if again := c.Post(t, "conversations.create", create, 201).Text(t, "conversation.display_id"); again != first {
				t.Errorf("%s: twice makes %s and %s", name, first, again)
			}
			c.Post(t, "conversations.create", `{"type":"support","idempotency_key":"k-1","messages":[{"body":"other"}]}`, 409)
			comment := `{"type":"timeline_comment","object":"` + first + `","idempotency_key":"k-2","body":"more"}`
			made := c.Post(t, "timeline-entries.create", comment, 201)
			again := c.Post(t, "timeline-entries.create", comment, 201)
			if string(made.Body) != string(again.Body) {
				t.Errorf("%s: %s, then %s", name, made.Body, again.Body)
			}
			if got := told(t, c, first); !strings.HasSuffix(got, "hi|more") {
				t.Errorf("%s: the conversation says %q", name, got)
			}
		}
	})
}

// TestKnownByMoreThanClaims is about a visitor whose contact members find to be
// somebody: whoever brings the visitor's secret then reads nothing of that one.
func TestKnownByMoreThanClaims(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		visitor, secret := s.visit(t, "", "", "")
		id := who(t, visitor)
		hello := begin(t, visitor, "hello")
		s.signIn(t, `{"user_ref":"ada","user_traits":{"email":"ada@acme.example"}}`)
		s.admin.Post(t, "rev-users.merge", `{"primary_user":"`+id+`","secondary_user":"REVU-2"}`, 200)
		ada := s.signIn(t, `{"user_ref":"ada"}`)
		if who(t, ada) != id {
			t.Fatalf("ada is %s", who(t, ada))
		}
		secrets := begin(t, ada, "for the team alone")
		say(t, ada, hello, "external", "with proof")
		say(t, s.admin, hello, "external", "the team's")
		back, _ := s.visit(t, "", secret, "")
		for _, c := range []apitest.Client{visitor, back} {
			wantOwn(t, c, hello)
			c.Post(t, "conversations.get", `{"id":"`+secrets+`"}`, 404)
			if got := told(t, c, hello); got != "hello|the team's" {
				t.Errorf("without proof one reads %q", got)
			}
		}
		// So it is with files, those that hang nowhere included.
		loose, sent := attachable(t, ada, "passport.txt", "p"), attachable(t, visitor, "mine.txt", "m")
		for _, op := range []string{"artifacts.get", "artifacts.locate"} {
			visitor.Post(t, op, `{"id":"`+loose+`"}`, 404)
			visitor.Post(t, op, `{"id":"`+sent+`"}`, 200)
		}
		visitor.Post(t, "timeline-entries.create", `{"type":"timeline_comment","object":"`+hello+`","body":"x","artifacts":["`+loose+`"]}`, 404)
		ada.Post(t, "artifacts.get", `{"id":"`+sent+`"}`, 200)
		wantOwn(t, ada, hello, secrets)
		if got := told(t, ada, hello); got != "hello|with proof|the team's" {
			t.Errorf("ada reads %q", got)
		}
	})
}

// TestOthersWords is about a visitor who is put alone into a conversation in which
// somebody else has spoken.
func TestOthersWords(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada := s.signIn(t, `{"user_ref":"ada"}`)
		visitor, _ := s.visit(t, "", "", "")
		hers, his := begin(t, ada, "ada's"), begin(t, visitor, "his")
		s.admin.Post(t, "conversations.update", `{"id":"`+his+`","members":{"set":["`+who(t, visitor)+`","`+who(t, ada)+`"]}}`, 200)
		said := say(t, ada, his, "external", "between us")
		for _, conv := range []string{hers, his} {
			s.admin.Post(t, "conversations.update", `{"id":"`+conv+`","members":{"set":["`+who(t, visitor)+`"]}}`, 200)
		}
		wantOwn(t, visitor, his)
		if got := told(t, visitor, his); got != "his" {
			t.Errorf("the visitor reads %q", got)
		}
		visitor.Post(t, "timeline-entries.get", `{"id":"`+said+`"}`, 404)
		if res := visitor.Post(t, "conversations.get", `{"id":"`+his+`"}`, 200); strings.Contains(string(res.Body), "between us") {
			t.Errorf("the visitor is shown %s", res.Body)
		}
		// Whom a contact names it is not told about.
		team := s.admin.Post(t, "dev-users.self", `{}`, 200).Text(t, "dev_user.id")
		if res := visitor.Post(t, "timeline-entries.create", `{"type":"timeline_comment","object":"`+his+`","body":"<`+team+`>"}`, 201); strings.Contains(string(res.Body), "references") {
			t.Errorf("the visitor learns who is in the team: %s", res.Body)
		}
		for op, body := range map[string]string{"timeline-entries.list": `{"object":"` + his + `","labels":["vip"]}`, "conversations.list": `{"has_owner":true}`, "events.signal": `{"object":"` + his + `","kind":"viewing"}`} {
			visitor.Post(t, op, body, 400)
		}
	})
}

// TestCustomerAdmins is about contacts who act for their account.
func TestCustomerAdmins(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		boss := s.signIn(t, `{"user_ref":"boss","account_ref":"acme","user_traits":{"display_name":"Boss"}}`)
		ada := s.signIn(t, `{"user_ref":"ada","account_ref":"acme","workspace_ref":"acme-eu","user_traits":{"display_name":"Ada"}}`)
		eve := s.signIn(t, `{"user_ref":"eve","account_ref":"evil","user_traits":{"display_name":"Eve"}}`)
		adas, eves, own := begin(t, ada, "It smokes"), begin(t, eve, "Mine"), begin(t, boss, "Bill")
		say(t, s.admin, adas, "internal", "she is right")
		say(t, s.admin, adas, "external", "We look")
		acme := s.admin.Post(t, "conversations.get", `{"id":"`+own+`"}`, 200).Text(t, "conversation.account.id")
		evil := s.admin.Post(t, "conversations.get", `{"id":"`+eves+`"}`, 200).Text(t, "conversation.account.id")
		id := boss.Post(t, "rev-users.self.get", `{}`, 200).Text(t, "rev_user.display_id")
		listed := func(body string) string {
			t.Helper()
			res := boss.Post(t, "conversations.list", body, 200)
			var out []string
			for i := range 5 {
				if v, there := res.Lookup(fmt.Sprintf("conversations.%d.display_id", i)); there {
					out = append(out, v.(string))
				}
			}
			return strings.Join(out, " ")
		}
		refusedAll := func(when string) {
			t.Helper()
			for _, sc := range []apitest.Scenario{
				refused(when, "conversations.get", `{"id":"`+adas+`"}`, 404, `{"type":"not_found"}`),
				refused(when, "timeline-entries.list", `{"object":"`+adas+`"}`, 404, `{"type":"not_found"}`),
				refused(when, "conversations.list", `{"account":["`+acme+`"]}`, 400, `{"field_name":"account"}`),
			} {
				boss.Play(t, sc)
			}
		}
		refusedAll("nobody has said so")
		admins := ""
		for i := range 5 {
			res := s.admin.Post(t, "groups.list", `{}`, 200)
			if name, _ := res.Lookup(fmt.Sprintf("groups.%d.name", i)); name == "Customer Admins" {
				admins = res.Text(t, fmt.Sprintf("groups.%d.display_id", i))
			}
		}
		s.admin.Post(t, "groups.members.add", `{"group":"`+admins+`","member":"`+id+`"}`, 200)

		if got := told(t, boss, adas); got != "It smokes|We look" {
			t.Errorf("reads %q", got)
		}
		if got := listed(`{"account":["` + acme + `"],"sort_by":["created_date:asc"]}`); got != adas+" "+own {
			t.Errorf("lists %q of the account", got)
		}
		if got := listed(`{}`); got != own {
			t.Errorf("lists %q as its own", got)
		}
		for _, sc := range []apitest.Scenario{
			refused("what others began is read only", "timeline-entries.create", `{"type":"timeline_comment","object":"`+adas+`","visibility":"external","body":"x"}`, 403, `{"type":"forbidden"}`),
			refused("of another account", "conversations.get", `{"id":"`+eves+`"}`, 404, `{"type":"not_found"}`),
			refused("the list of another account", "conversations.list", `{"account":["`+evil+`"]}`, 400, `{"field_name":"account"}`),
			refused("the list of what there is not", "conversations.list", `{"account":["ACC-99"]}`, 400, `{"field_name":"account"}`),
			refused("one of them is another's", "conversations.list", `{"account":["`+acme+`","`+evil+`"]}`, 400, `{"field_name":"account"}`),
			refused("typing there", "events.signal", `{"kind":"typing","object":"`+adas+`"}`, 403, `{"type":"forbidden"}`),
		} {
			boss.Play(t, sc)
		}
		eve.Play(t, refused("an admin of nothing", "conversations.list", `{"account":["`+acme+`"]}`, 400, `{"field_name":"account"}`))

		// Who no longer belongs to the account, and who is no longer an admin, reads nothing of it.
		s.admin.Post(t, "rev-users.associations.remove", `{"rev_user_id":"`+id+`","associations":["`+acme+`"]}`, 204)
		refusedAll("has left the account")
		s.admin.Post(t, "rev-users.associations.add", `{"rev_user_id":"`+id+`","associations":[{"associated_to":"`+acme+`"}]}`, 201)
		boss.Post(t, "conversations.get", `{"id":"`+adas+`"}`, 200)
		s.admin.Post(t, "groups.members.remove", `{"group":"`+admins+`","member":"`+id+`"}`, 200)
		refusedAll("is no longer an admin")
	})
}
