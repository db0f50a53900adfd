package httpapi_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// joinTalks merges the second conversation into the first and returns the merge's id.
func joinTalks(t *testing.T, c apitest.Client, primary, secondary string) string {
	t.Helper()
	return c.Post(t, "conversations.merge", `{"primary_conversation":"`+primary+`","secondary_conversation":"`+secondary+`"}`, 200).Text(t, "merge.display_id")
}

func undoMerge(t *testing.T, c apitest.Client, merge string) {
	t.Helper()
	c.Post(t, "merges.undo", `{"id":"`+merge+`"}`, 200)
}

// listed is the display ids of the conversations that a caller lists.
func listedTalks(t *testing.T, c apitest.Client, body string) string {
	t.Helper()
	var p struct {
		Conversations []struct {
			DisplayID string `json:"display_id"`
		}
	}
	c.Post(t, "conversations.list", body, 200).Decode(t, &p)
	var out []string
	for _, one := range p.Conversations {
		out = append(out, one.DisplayID)
	}
	return strings.Join(out, " ")
}

func TestConversationMerge(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada, bob := s.signIn(t, `{"user_ref":"ada"}`), memberClient(t, k, "bob@acme.example")
		s.admin.Post(t, "tags.create", `{"name":"vip"}`, 201)
		s.admin.Post(t, "tags.create", `{"name":"late"}`, 201)
		one, two := begin(t, ada, "My order is late"), begin(t, ada, "It is me again")
		say(t, bob, one, "external", "We look into it")
		say(t, bob, two, "internal", "same matter")
		say(t, ada, two, "external", "Hello?")
		s.admin.Run(t, []apitest.Scenario{
			done("conversations.update", `{"id":"CONV-1","title":"Order","owned_by":{"set":["DEVU-1"]},"tags":{"set":[{"id":"TAG-1"}]},"stage":{"name":"resolved"}}`, `{}`),
			done("conversations.update", `{"id":"CONV-2","title":"Again","owned_by":{"set":["DEVU-2"]},"tags":{"set":[{"id":"TAG-2"}]}}`, `{}`),
		})
		s.admin.Run(t, forms("preview", "merges.preview", "primary=CONV-1&secondary=CONV-2", `{"primary":"CONV-1","secondary":"CONV-2"}`, 200,
			`{"conversation":{"display_id":"CONV-1","title":"Order","stage":{"name":"needs_response"},"owned_by":[{"display_id":"DEVU-1"},{"display_id":"DEVU-2"}]},
			"moves":{"comments":3,"owned_by":1,"tags":1},"fields":[{"field":"title","dropped":[{"value":"Again"}]},{"field":"stage","adopted":[{"value":"needs_response"}],"dropped":[{"value":"resolved"}]},
			{"field":"owned_by"},{"field":"tags","joined":[{"record":{"display_id":"TAG-2"}}]}]}`))
		if got := waiting(t, s.admin); got != "CONV-2 2" {
			t.Errorf("unread before is %q", got)
		}
		merge := joinTalks(t, s.admin, one, two)
		const said = "My order is late|It is me again|We look into it|Hello?"
		for name, c := range map[string]apitest.Client{"contact": ada, "old id": ada} {
			id := map[string]string{"contact": one, "old id": two}[name]
			if got := told(t, c, id); got != said {
				t.Errorf("%s: the timeline is %q", name, got)
			}
		}
		if a, b := listedTalks(t, ada, `{}`), listedTalks(t, s.admin, `{}`); a != "CONV-1" || b != a {
			t.Errorf("listed %q and %q", a, b)
		}
		if got := waiting(t, s.admin); got != "CONV-1 3" {
			t.Errorf("unread together is %q", got)
		}
		s.admin.Run(t, []apitest.Scenario{
			done("conversations.get", `{"id":"CONV-2"}`, `{"conversation":{"display_id":"CONV-1","title":"Order","stage":{"name":"needs_response"},
				"owned_by":[{"display_id":"DEVU-1"},{"display_id":"DEVU-2"}],"tags":[{"tag":{"display_id":"TAG-1"}},{"tag":{"display_id":"TAG-2"}}]}}`),
			done("conversations.count", `{}`, `{"count":1}`),
			done("merges.list", `{"record":"CONV-1"}`, `{"merges":[{"type":"conversation","primary":{"display_id":"CONV-1"},"secondary":{"display_id":"CONV-2"},"state":"active"}]}`),
			done("conversations.merge", `{"primary_conversation":"CONV-1","secondary_conversation":"CONV-2"}`, `{"merge":{"display_id":"`+merge+`"}}`), // repeated
			refused("the other way round", "conversations.merge", `{"primary_conversation":"CONV-2","secondary_conversation":"CONV-1"}`, 400, `{"type":"bad_request"}`),
			refused("with itself", "conversations.merge", `{"primary_conversation":"CONV-1","secondary_conversation":"CONV-1"}`, 400, `{"type":"bad_request"}`),
			refused("another type", "conversations.merge", `{"primary_conversation":"CONV-1","secondary_conversation":"REVU-1"}`, 400, `{"type":"unexpected_id_type"}`),
			refused("not there", "conversations.merge", `{"primary_conversation":"CONV-1","secondary_conversation":"CONV-9"}`, 404, `{"type":"not_found"}`),
			refused("delete by the old id", "conversations.delete", `{"id":"CONV-2"}`, 400, `{"type":"bad_request"}`),
			done("subscribers.list", `{"id":"CONV-1"}`, `{"users":[{"display_id":"DEVU-1"},{"display_id":"DEVU-2"}]}`),
			done("conversations.mark-read", `{"id":"CONV-2"}`, `{}`),
		})
		ada.Post(t, "conversations.merge", `{"primary_conversation":"CONV-1","secondary_conversation":"CONV-2"}`, 403)
		if got := waiting(t, s.admin); got != "" {
			t.Errorf("read, and unread is %q", got)
		}
		if got := waiting(t, bob); got != "CONV-1 3" {
			t.Errorf("another member has %q to read", got)
		}
		ada.Play(t, done("timeline-entries.list", `{"object":"CONV-2","limit":1}`, `{"timeline_entries":[{"object_display_id":"CONV-1"}]}`))
		say(t, ada, two, "external", "Anybody?")
		if a, b := told(t, ada, two), waiting(t, s.admin); a != said+"|Anybody?" || b != "CONV-1 1" {
			t.Errorf("what was said at the old id makes %q, unread %q", a, b)
		}
		undoMerge(t, s.admin, merge)
		if a, b := told(t, ada, one), told(t, ada, two); a != "My order is late|We look into it|Anybody?" || b != "It is me again|Hello?" {
			t.Errorf("parted: %q and %q", a, b)
		}
		if a, b := waiting(t, s.admin), waiting(t, bob); a != "CONV-1 1" || b != "CONV-1 2, CONV-2 2" {
			t.Errorf("parted, unread is %q and %q", a, b)
		}
		s.admin.Run(t, []apitest.Scenario{
			done("conversations.get", `{"id":"CONV-1"}`, `{"conversation":{"title":"Order","stage":{"name":"needs_response"},"owned_by":[{"display_id":"DEVU-1"}],"tags":[{"tag":{"display_id":"TAG-1"}}]}}`),
			done("conversations.get", `{"id":"CONV-2"}`, `{"conversation":{"title":"Again","stage":{"name":"new"},"owned_by":[{"display_id":"DEVU-2"}],"tags":[{"tag":{"display_id":"TAG-2"}}]}}`),
			refused("again", "merges.undo", `{"id":"`+merge+`"}`, 400, `{"type":"bad_request"}`),
			done("conversations.count", `{}`, `{"count":2}`),
		})
	})
}

// TestConversationMergeTold is about what the timeline, links and the record's trash
// make of merges.
func TestConversationMergeTold(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada := s.signIn(t, `{"user_ref":"ada"}`)
		one, two := begin(t, ada, "First"), begin(t, ada, "Second")
		s.admin.Post(t, "parts.create", `{"type":"product","name":"Shop","owned_by":["DEVU-1"]}`, 201)
		s.admin.Post(t, "works.create", `{"type":"ticket","title":"Late","applies_to_part":"PROD-1","owned_by":["DEVU-1"]}`, 201)
		link := func(source string) {
			s.admin.Post(t, "links.create", `{"link_type":"is_converted_to","source":"`+source+`","target":"TKT-1"}`, 201)
		}
		link(one)
		link(two)
		s.admin.Post(t, "links.create", `{"link_type":"is_related_to","source":"CONV-1","target":"CONV-2"}`, 201)
		merge := joinTalks(t, s.admin, one, two)
		s.admin.Run(t, []apitest.Scenario{
			done("timeline-entries.list", `{"object":"CONV-1","collections":["events"]}`, `{"timeline_entries":[{"event":{"type":"created"}},{"event":{"type":"created"}},
				{"event":{"operation":"linked"}},{"event":{"operation":"linked"}},{"event":{"operation":"linked"}},{"event":{"operation":"linked"}},
				{"event":{"operation":"conversation_merged","merged":{"primary":{"display_id":"CONV-1"},"secondary":{"display_id":"CONV-2"}}}}]}`),
			done("links.list", `{"object":"CONV-1"}`, `{"links":[{"source":{"display_id":"CONV-1"},"target":{"display_id":"TKT-1"}}]}`),
			done("links.list", `{"object":"TKT-1"}`, `{"links":[{"source":{"display_id":"CONV-1"},"target":{"display_id":"TKT-1"}}]}`),
			refused("with itself", "links.create", `{"link_type":"is_related_to","source":"CONV-1","target":"CONV-2"}`, 400, `{"type":"bad_request"}`),
			done("conversations.delete", `{"id":"CONV-1"}`, `{}`),
			refused("in the trash", "conversations.get", `{"id":"CONV-2"}`, 404, `{"type":"not_found"}`),
			done("conversations.restore", `{"id":"CONV-1"}`, `{}`),
			done("conversations.get", `{"id":"CONV-2"}`, `{"conversation":{"display_id":"CONV-1"}}`),
			done("conversations.delete", `{"id":"CONV-1"}`, `{}`),
			done("merges.undo", `{"id":"`+merge+`"}`, `{"in_trash":true,"conversation":{"display_id":"CONV-2"},"survivor_conversation":{"display_id":"CONV-1"}}`),
			done("conversations.restore", `{"id":"CONV-2"}`, `{"conversation":{"display_id":"CONV-2"}}`),
		})
		if got := told(t, ada, two); got != "Second" {
			t.Errorf("restored alone: %q", got)
		}
		s.admin.Play(t, done("conversations.restore", `{"id":"CONV-1"}`, `{}`))

		// Merged twice over, and taken back in the order in which it was done.
		three := begin(t, ada, "Third")
		first, then := joinTalks(t, s.admin, two, three), joinTalks(t, s.admin, one, two)
		if got := told(t, ada, three); got != "First|Second|Third" {
			t.Errorf("all three: %q", got)
		}
		undoMerge(t, s.admin, first)
		if a, b := told(t, ada, one), told(t, ada, three); a != "First|Second" || b != "Third" {
			t.Errorf("without the third: %q and %q", a, b)
		}
		undoMerge(t, s.admin, then)
		if a, b := listedTalks(t, s.admin, `{"sort_by":["display_id:asc"]}`), told(t, ada, two); a != "CONV-1 CONV-2 CONV-3" || b != "Second" {
			t.Errorf("parted: %q, %q", a, b)
		}
	})
}

// TestConversationMergeOfPeople: nobody reads through a merge what somebody else said.
func TestConversationMergeOfPeople(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada, eve := s.signIn(t, `{"user_ref":"ada"}`), s.signIn(t, `{"user_ref":"eve"}`)
		one, two := begin(t, ada, "Of Ada"), begin(t, eve, "Of Eve")
		s.admin.Run(t, []apitest.Scenario{
			refused("two people", "conversations.merge", `{"primary_conversation":"CONV-1","secondary_conversation":"CONV-2"}`, 400, `{"type":"bad_request"}`),
			refused("two people, before", "merges.preview", `{"primary":"CONV-1","secondary":"CONV-2"}`, 400, `{"type":"bad_request"}`),
			done("rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, `{}`),
		})
		joinTalks(t, s.admin, one, two)
		ada = s.signIn(t, `{"user_ref":"ada"}`)
		if got := told(t, ada, two); got != "Of Ada|Of Eve" {
			t.Errorf("one person reads %q", got)
		}
		// The undo of the contacts' merge parts their conversations too.
		s.admin.Play(t, done("merges.undo", `{"id":"MERGE-1"}`, `{"also_undone":[{"type":"conversation","secondary":{"display_id":"CONV-2"}}]}`))
		ada, eve = s.signIn(t, `{"user_ref":"ada"}`), s.signIn(t, `{"user_ref":"eve"}`)
		if a, b := told(t, ada, one), told(t, eve, two); a != "Of Ada" || b != "Of Eve" {
			t.Errorf("parted, they read %q and %q", a, b)
		}
		ada.Post(t, "conversations.get", `{"id":"CONV-2"}`, 404)

		// What is moved to somebody else is moved whole.
		three := begin(t, ada, "Of Ada, too")
		merge := joinTalks(t, s.admin, one, three)
		s.admin.Post(t, "conversations.move", `{"id":"CONV-3","rev_user":"REVU-2"}`, 200)
		if got := told(t, eve, one); got != "Of Ada|Of Ada, too" {
			t.Errorf("moved, it reads %q", got)
		}
		undoMerge(t, s.admin, merge)
		ada.Post(t, "conversations.get", `{"id":"CONV-3"}`, 404)
		if a, b := told(t, eve, three), listedTalks(t, ada, `{}`); a != "Of Ada, too" || b != "" {
			t.Errorf("parted after the move: %q, and Ada has %q", a, b)
		}
	})
}

// TestConversationMergeWithoutProof: who only claims to be somebody reads nothing more.
func TestConversationMergeWithoutProof(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		claims := loose(k, issue(t, s.public, `{"rev_info":{"user_ref":"ada"}}`))
		one := begin(t, claims, "Who am I?")
		ada := s.signIn(t, `{"user_ref":"ada"}`)
		two := begin(t, ada, "My secret")
		say(t, s.admin, two, "external", "Kept well")
		s.admin.Post(t, "rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, 200)
		joinTalks(t, s.admin, one, two)
		claims.Post(t, "conversations.get", `{"id":"`+one+`"}`, 404)
		claims.Post(t, "timeline-entries.list", `{"object":"`+one+`"}`, 404)
		if got := listedTalks(t, claims, `{}`); got != "" {
			t.Errorf("without proof it is listed as %q", got)
		}
		if got := told(t, s.signIn(t, `{"user_ref":"ada"}`), one); got != "Who am I?|My secret|Kept well" {
			t.Errorf("with proof it reads %q", got)
		}
	})
}

// TestConversationMergeAtOnce: of many merges of the same two one stands.
func TestConversationMergeAtOnce(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada := s.signIn(t, `{"user_ref":"ada"}`)
		one, two := begin(t, ada, "First"), begin(t, ada, "Second")
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				p, o := one, two
				if i%4 == 3 {
					p, o = two, one
				}
				res := s.admin.Send(t, "POST", "/conversations.merge", nil, `{"primary_conversation":"`+p+`","secondary_conversation":"`+o+`"}`)
				if res.Status != 200 && res.Status != 400 {
					t.Errorf("a merge answers %d", res.Status)
				}
				say(t, ada, two, "external", "more")
			})
		}
		wg.Wait()
		if got := len(strings.Split(told(t, ada, two), "|")); got != 10 {
			t.Errorf("%d messages are left of 10", got)
		}
		s.admin.Play(t, done("conversations.count", `{}`, `{"count":1}`))
	})
}

// TestConversationMergeMembers: a part stays with who wrote it when the members of the
// whole change, and goes back to them.
func TestConversationMergeMembers(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada, eve, cy := s.signIn(t, `{"user_ref":"ada"}`), s.signIn(t, `{"user_ref":"eve"}`), s.signIn(t, `{"user_ref":"cy"}`)
		one, two := begin(t, ada, "Of Ada"), begin(t, eve, "Of Eve")
		s.admin.Post(t, "conversations.update", `{"id":"CONV-1","members":{"set":["REVU-1","REVU-3"]}}`, 200)
		s.admin.Post(t, "conversations.update", `{"id":"CONV-2","members":{"set":["REVU-2","REVU-3"]}}`, 200)
		s.admin.Post(t, "rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, 200)
		joinTalks(t, s.admin, one, two)
		if got := told(t, cy, two); got != "Of Ada|Of Eve" {
			t.Errorf("who takes part in both reads %q", got)
		}
		s.admin.Post(t, "conversations.update", `{"id":"CONV-1","members":{"set":["REVU-1"]}}`, 200)
		cy.Post(t, "conversations.get", `{"id":"CONV-1"}`, 404)
		s.admin.Post(t, "merges.undo", `{"id":"MERGE-1"}`, 200)
		ada, eve = s.signIn(t, `{"user_ref":"ada"}`), s.signIn(t, `{"user_ref":"eve"}`)
		if a, b := told(t, ada, one), told(t, eve, two); a != "Of Ada" || b != "Of Eve" {
			t.Errorf("parted, they read %q and %q", a, b)
		}
		ada.Post(t, "conversations.get", `{"id":"CONV-2"}`, 404)
		eve.Post(t, "conversations.get", `{"id":"CONV-1"}`, 404)
		for _, id := range []string{"CONV-1", "CONV-2"} {
			cy.Post(t, "conversations.get", `{"id":"`+id+`"}`, 404)
		}
	})
}

// TestConversationMergeOfVisitors: of two strangers neither learns what the other one's
// conversation is about, nor what the team says there.
func TestConversationMergeOfVisitors(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		v1, _ := s.visit(t, "", "", "")
		v2, _ := s.visit(t, "", "", "")
		one := begin(t, v1, "Hello")
		two := v2.Post(t, "conversations.create", `{"type":"support","title":"Refund for order 991","messages":[{"body":"Where is it?"}]}`, 201).Text(t, "conversation.display_id")
		s.admin.Post(t, "rev-users.merge", `{"primary_user":"`+who(t, v1)+`","secondary_user":"`+who(t, v2)+`"}`, 200)
		merge := joinTalks(t, s.admin, one, two)
		say(t, s.admin, two, "external", "It is lost")
		v1.Post(t, "conversations.get", `{"id":"`+one+`"}`, 404)
		v1.Post(t, "timeline-entries.list", `{"object":"`+one+`"}`, 404)
		if got := listedTalks(t, v1, `{}`); got != "" {
			t.Errorf("the first stranger lists %q", got)
		}
		undoMerge(t, s.admin, merge)
		if got := listedTalks(t, v1, `{}`); got != one {
			t.Errorf("parted, the first stranger lists %q", got)
		}
		// Two conversations of one stranger are that one's as before.
		three := begin(t, v1, "Hello again")
		joinTalks(t, s.admin, one, three)
		if got := told(t, v1, three); !strings.HasSuffix(got, "Hello again") {
			t.Errorf("the stranger reads %q", got)
		}
	})
}

// TestConversationMergeOfCustomers: a customer admin reads nothing that was of nobody, or
// of another customer, because it was merged with what is of the own one.
func TestConversationMergeOfCustomers(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		boss, ada := s.signIn(t, `{"user_ref":"boss","account_ref":"acme"}`), s.signIn(t, `{"user_ref":"ada","account_ref":"acme"}`)
		private, of := begin(t, ada, "Between us"), begin(t, ada, "The bill")
		account := s.admin.Post(t, "conversations.get", `{"id":"`+of+`"}`, 200).Text(t, "conversation.account.display_id")
		s.admin.Post(t, "conversations.update", `{"id":"`+private+`","account":null}`, 200)
		makeCustomerAdmin(t, s.admin, who(t, boss))
		if got := told(t, boss, of); got != "The bill" {
			t.Errorf("reads %q", got)
		}
		boss.Post(t, "conversations.get", `{"id":"`+private+`"}`, 404)
		joinTalks(t, s.admin, private, of)
		boss.Post(t, "conversations.get", `{"id":"`+private+`"}`, 404)
		boss.Post(t, "timeline-entries.list", `{"object":"`+of+`"}`, 404)
		if got := listedTalks(t, boss, `{"account":["`+account+`"]}`); got != "" {
			t.Errorf("lists %q", got)
		}
		if got := told(t, ada, of); got != "Between us|The bill" {
			t.Errorf("she reads %q", got)
		}
	})
}

// TestConversationMergeWhileParted: two conversations of a contact that is parted at the same
// instant are never left as one.
func TestConversationMergeWhileParted(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada, eve := s.signIn(t, `{"user_ref":"ada"}`), s.signIn(t, `{"user_ref":"eve"}`)
		one, two := begin(t, ada, "Of Ada"), begin(t, eve, "Of Eve")
		for range 12 {
			merge := s.admin.Post(t, "rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, 200)
			made := s.admin.Post(t, "merges.list", `{"record":"REVU-2","limit":1}`, 200).Text(t, "merges.0.display_id")
			var wg sync.WaitGroup
			wg.Go(func() {
				if res := s.admin.Send(t, "POST", "/merges.undo", nil, `{"id":"`+made+`"}`); res.Status != 200 {
					t.Errorf("the undo answers %d: %s, after %s", res.Status, res.Body, merge.Body)
				}
			})
			wg.Go(func() {
				res := s.admin.Send(t, "POST", "/conversations.merge", nil, `{"primary_conversation":"`+one+`","secondary_conversation":"`+two+`"}`)
				if res.Status != 200 && res.Status != 400 {
					t.Errorf("the merge answers %d: %s", res.Status, res.Body)
				}
			})
			wg.Wait()
			ada, eve = s.signIn(t, `{"user_ref":"ada"}`), s.signIn(t, `{"user_ref":"eve"}`)
			if a, b := told(t, ada, one), told(t, eve, two); a != "Of Ada" || b != "Of Eve" {
				t.Fatalf("parted, they read %q and %q", a, b)
			}
			ada.Post(t, "conversations.get", `{"id":"`+two+`"}`, 404)
		}
	})
}

// TestConversationMergePreview: the preview tells what comes along besides what was said.
func TestConversationMergePreview(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada := s.signIn(t, `{"user_ref":"ada"}`)
		begin(t, ada, "First")
		begin(t, ada, "Second")
		part := s.admin.Post(t, "parts.create", `{"type":"product","name":"Shop","owned_by":[]}`, 201).Text(t, "part.id")
		group := s.admin.Post(t, "groups.create", `{"name":"Night shift","description":"","type":"static","member_type":"dev_user"}`, 201).Text(t, "group.id")
		s.admin.Post(t, "conversations.update", `{"id":"CONV-2","applies_to_parts":{"set":["`+part+`"]},"group":"`+group+`"}`, 200)
		res := s.admin.Post(t, "merges.preview", `{"primary":"CONV-1","secondary":"CONV-2"}`, 200)
		for _, want := range []string{`"applies_to_parts"`, `"group"`, part, group} {
			if !strings.Contains(string(res.Body), want) {
				t.Errorf("the preview does not tell of %s: %s", want, res.Body)
			}
		}
		joinTalks(t, s.admin, "CONV-1", "CONV-2")
		s.admin.Play(t, done("conversations.get", `{"id":"CONV-1"}`, `{"conversation":{"applies_to_parts":[{"name":"Shop"}],"group":{"name":"Night shift"}}}`))
	})
}
