package httpapi_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server"
	"github.com/kith-id/kith/internal/server/servertest"
)

// ownerOf is who looks after a conversation, "" for nobody.
func (s shop) ownerOf(t *testing.T, conversation string) string {
	t.Helper()
	owner, _ := s.admin.Post(t, "conversations.get", `{"id":"`+conversation+`"}`, 200).Lookup("conversation.owned_by.0.display_id")
	text, _ := owner.(string)
	return text
}

// owners lets a customer begin conversations one after the other, and returns who
// looks after them.
func (s shop) owners(t *testing.T, c apitest.Client, n int) string {
	t.Helper()
	var out []string
	for range n {
		out = append(out, s.ownerOf(t, begin(t, c, "Hello")))
	}
	return strings.Join(out, " ")
}

func (s shop) rule(t *testing.T, body string) string {
	t.Helper()
	return s.admin.Post(t, "assignment-rules.create", body, 201).Text(t, "assignment_rule.display_id")
}

// TestAssignment is about rules at work.
func TestAssignment(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		for _, name := range []string{"bob", "cy"} {
			k.Do(t, "members.add", "", server.NewMember{Email: name + "@acme.example", Name: name}, nil)
		}
		s.admin.Post(t, "accounts.create", `{"display_name":"Gold Ltd","external_refs":["gold"],"tier":"gold"}`, 201)
		ann := s.signIn(t, `{"user_ref":"ann","user_traits":{"display_name":"Ann"}}`)
		rich := s.signIn(t, `{"user_ref":"rich","account_ref":"gold","user_traits":{"display_name":"Rich"}}`)
		want := func(name, want, got string) {
			t.Helper()
			if got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		want("no rules", "", s.owners(t, ann, 1))
		turns := s.rule(t, `{"name":"Everybody","members":["DEVU-3","DEVU-1","DEVU-2"]}`)
		want("one after the other", "DEVU-3 DEVU-1 DEVU-2 DEVU-3", s.owners(t, ann, 4))
		if told := s.admin.Post(t, "notifications.list", `{}`, 200); strings.Count(string(told.Body), `"assigned"`) != 1 || strings.Contains(string(told.Body), `"replied"`) {
			t.Errorf("who was chosen is told %s", told.Body)
		}

		// What a member begins, what came by another channel, and spam is nobody's.
		made := s.admin.Post(t, "conversations.create", `{"type":"support","source_channel":"plug"}`, 201).Text(t, "conversation.display_id")
		want("begun by a member", "", s.ownerOf(t, made))
		s.admin.Post(t, "assignment-rules.update", `{"id":"`+turns+`","source_channels":["email"]}`, 200)
		want("another channel", "", s.owners(t, ann, 1))
		s.admin.Post(t, "assignment-rules.update", `{"id":"`+turns+`","source_channels":["email","plug"],"is_enabled":false}`, 200)
		want("turned off", "", s.owners(t, ann, 1))
		s.admin.Post(t, "assignment-rules.update", `{"id":"`+turns+`","is_enabled":true}`, 200)

		// The first rule that fits decides; it goes by the customer's attributes.
		gold := s.rule(t, `{"name":"Gold","members":["DEVU-2"],"contact_filter":"account.tier = gold"}`)
		s.admin.Post(t, "assignment-rules.reorder", `{"ids":["`+gold+`","`+turns+`"]}`, 200)
		want("of a gold account", "DEVU-2 DEVU-2", s.owners(t, rich, 2))
		want("of no account", "DEVU-1", s.owners(t, ann, 1))

		// Who is gone or has enough is passed over; with nobody left, the next rule is asked.
		k.Do(t, "members.deactivate", "", server.NamedMember{Member: "bob@acme.example"}, nil)
		want("who is gone", "DEVU-3 DEVU-1 DEVU-3", s.owners(t, rich, 3))
		s.admin.Post(t, "assignment-rules.update", `{"id":"`+turns+`","members":["DEVU-1","DEVU-3"],"strategy":"least_open"}`, 200)
		open := map[string]int{}
		for i := range 40 {
			c := s.admin.Post(t, "conversations.list", `{"limit":100}`, 200)
			id, there := c.Lookup(fmt.Sprintf("conversations.%d.display_id", i))
			if !there {
				break
			}
			open[s.ownerOf(t, id.(string))]++
			if s.ownerOf(t, id.(string)) == "DEVU-3" {
				s.admin.Post(t, "conversations.update", `{"id":"`+id.(string)+`","stage":{"name":"resolved"}}`, 200)
			}
		}
		if open["DEVU-1"] < 2 || open["DEVU-3"] < 2 {
			t.Fatalf("open: %v", open)
		}
		want("who has least", strings.TrimSpace(strings.Repeat("DEVU-3 ", open["DEVU-1"])), s.owners(t, ann, open["DEVU-1"]))
		s.admin.Post(t, "assignment-rules.update", fmt.Sprintf(`{"id":"%s","max_open":%d}`, turns, open["DEVU-1"]), 200)
		want("all have enough", "", s.owners(t, ann, 1))
	})
}

// TestAssignmentOfTickets is about rules for tickets, in groups.
func TestAssignmentOfTickets(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		k.Do(t, "members.add", "", server.NewMember{Email: "bob@acme.example", Name: "bob"}, nil)
		part := s.admin.Post(t, "parts.create", `{"type":"product","name":"Shop","owned_by":[]}`, 201).Text(t, "part.display_id")
		g := s.admin.Post(t, "groups.create", `{"name":"Agents","description":""}`, 201).Text(t, "group.display_id")
		for _, n := range []string{"DEVU-1", "DEVU-2"} {
			s.admin.Post(t, "groups.members.add", `{"group":"`+g+`","member":"`+n+`"}`, 200)
		}
		s.rule(t, `{"name":"Tickets","applies_to":["ticket"],"group":"`+g+`"}`)
		ann := s.signIn(t, `{"user_ref":"ann"}`)
		if got := s.owners(t, ann, 1); got != "" {
			t.Errorf("a rule for tickets gave a conversation to %q", got)
		}
		// A member's ticket stays without an owner, as nobody else makes tickets here yet.
		res := s.admin.Post(t, "works.create", `{"type":"ticket","title":"Smoke","applies_to_part":"`+part+`","owned_by":[]}`, 201)
		if _, there := res.Lookup("work.owned_by.0"); there {
			t.Errorf("a member's ticket got an owner: %s", res.Body)
		}
		s.admin.Play(t, apitest.Scenario{Path: "/assignment-rules.list", Body: `{}`, Status: 200,
			Want: `{"assignment_rules":[{"name":"Tickets","applies_to":["ticket"],"group":{"display_id":"` + g + `","name":"Agents"},"members":[],"strategy":"round_robin","max_open":0,"is_enabled":true}]}`})
	})
}

// TestAssignmentIsFair lets many customers begin at once.
func TestAssignmentIsFair(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		k.Do(t, "members.add", "", server.NewMember{Email: "bob@acme.example", Name: "bob"}, nil)
		s.rule(t, `{"name":"Two","members":["DEVU-1","DEVU-2"]}`)
		ann := s.signIn(t, `{"user_ref":"ann"}`)
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { begin(t, ann, "Hello") })
		}
		all.Wait()
		for _, n := range []string{"DEVU-1", "DEVU-2"} {
			res := s.admin.Post(t, "conversations.count", `{"owned_by":["`+n+`"]}`, 200)
			if got, _ := res.Lookup("count"); fmt.Sprint(got) != "5" {
				t.Errorf("%s has %v of 10", n, got)
			}
		}
	})
}

func TestAssignmentRules(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		contacts := s.admin.Post(t, "groups.create", `{"name":"VIPs","description":"","member_type":"rev_user"}`, 201).Text(t, "group.display_id")
		first := s.rule(t, `{"name":"First","members":["DEVU-1"],"contact_filter":"verified=true"}`)
		second := s.rule(t, `{"name":"Second","members":["DEVU-1"]}`)
		for _, sc := range []apitest.Scenario{
			done("assignment-rules.get", `{"id":"`+first+`"}`, `{"assignment_rule":{"type":"assignment_rule","contact_filter":"verified = true"}}`),
			refused("no members", "assignment-rules.create", `{"name":"x"}`, 400, `{"field_name":"members"}`),
			refused("a stranger", "assignment-rules.create", `{"name":"x","members":["DEVU-9"]}`, 404, `{"field_name":"members[0]"}`),
			refused("a group of contacts", "assignment-rules.create", `{"name":"x","group":"`+contacts+`"}`, 400, `{"field_name":"group"}`),
			refused("a bad filter", "assignment-rules.create", `{"name":"x","members":["DEVU-1"],"contact_filter":"colour = red"}`, 400, `{"field_name":"contact_filter"}`),
			refused("for nothing", "assignment-rules.update", `{"id":"`+first+`","applies_to":[]}`, 400, `{"field_name":"applies_to"}`),
			refused("half an order", "assignment-rules.reorder", `{"ids":["`+first+`"]}`, 400, `{"field_name":"ids"}`),
			refused("one twice", "assignment-rules.reorder", `{"ids":["`+first+`","`+second+`","`+first+`"]}`, 400, `{"field_name":"ids"}`),
			done("assignment-rules.reorder", `{"ids":["`+second+`","`+first+`"]}`, `{"assignment_rules":[{"name":"Second"},{"name":"First"}]}`),
			done("assignment-rules.delete", `{"id":"`+second+`"}`, `{}`),
			refused("gone", "assignment-rules.get", `{"id":"`+second+`"}`, 404, `{"message":"<any>"}`),
		} {
			s.admin.Play(t, sc)
		}
	})
}
