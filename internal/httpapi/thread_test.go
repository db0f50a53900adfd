package httpapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// reply answers a comment.
func reply(t *testing.T, c apitest.Client, to, rest string) string {
	t.Helper()
	return comment(t, c, to, rest)
}

func TestReactions(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		c := s.admin
		bob := memberClient(t, k, "bob@acme.example")
		c.Post(t, "rev-users.create", `{"display_name":"Ada","external_ref":"ada"}`, 201)
		c.Post(t, "conversations.create", `{"type":"support","members":["REVU-1"]}`, 201)
		public := comment(t, c, "CONV-1", `"body":"hi"`)
		note := comment(t, c, "CONV-1", `"body":"for us","visibility":"internal"`)
		private := comment(t, c, "CONV-1", `"body":"mine","visibility":"private"`)
		react := func(c apitest.Client, id, emoji, action string) apitest.Scenario {
			body := fmt.Sprintf(`{"object":%q,"emoji":%q,"action":%q}`, id, emoji, action)
			return done("reactions.update", body, `{}`)
		}
		for _, r := range []struct {
			by            apitest.Client
			emoji, action string
		}{
			{c, "+1", "add"}, {c, "1f44d", "add"}, {bob, "👍", "add"}, {bob, "tada", "add"}, {bob, "tada", "remove"}, {bob, "tada", "remove"}, {bob, "2764-fe0f", "add"},
		} {
			r.by.Play(t, react(r.by, public, r.emoji, r.action))
		}
		get := fmt.Sprintf(`{"id":%q}`, public)
		c.Run(t, []apitest.Scenario{
			done("timeline-entries.get", get, `{"timeline_entry":{"reactions":[{"emoji":"1f44d","reacted":true,"total_users":2},{"emoji":"2764","total_users":1}]}}`),
			absent(done("timeline-entries.list", `{"object":"CONV-1","visibility":["external"],"collections":["discussions"]}`,
				`{"timeline_entries":[{"reactions":[{"emoji":"1f44d"},{"emoji":"2764"}]}]}`), "timeline_entries.0.reactions.1.reacted"),
			done("conversations.get", `{"id":"CONV-1"}`, `{"conversation":{"messages":[{"reactions":[{"emoji":"1f44d"},{"emoji":"2764"}]}]}}`),
			absent(done("reactions.list", fmt.Sprintf(`{"object":%q,"emoji":"thumbsup"}`, public), `{"reactors":[{"display_id":"DEVU-1"},{"display_id":"DEVU-2"}]}`), "next_cursor"),
			absent(done("reactions.list", fmt.Sprintf(`{"object":%q,"emoji":"+1","limit":1}`, public), `{"reactors":[{"display_id":"DEVU-1"}],"next_cursor":"<any>"}`), "reactors.1"),
			done("reactions.list", fmt.Sprintf(`{"object":%q,"emoji":"tada"}`, public), `{"reactors":[]}`),
			refused("no emoji", "reactions.update", fmt.Sprintf(`{"object":%q,"emoji":"hello","action":"add"}`, public), 400, `{"type":"value_not_permitted","field_name":"emoji"}`),
			refused("no action", "reactions.update", fmt.Sprintf(`{"object":%q,"emoji":"+1","action":"toggle"}`, public), 400, `{"field_name":"action"}`),
			refused("no comment", "reactions.update", `{"object":"CONV-1","emoji":"+1","action":"add"}`, 400, `{"type":"invalid_id","field_name":"object"}`),
		})
		next := c.Post(t, "reactions.list", fmt.Sprintf(`{"object":%q,"emoji":"+1","limit":1}`, public), 200).Text(t, "next_cursor")
		c.Play(t, absent(done("reactions.list", fmt.Sprintf(`{"object":%q,"emoji":"+1","limit":1,"cursor":%q}`, public, next), `{"reactors":[{"display_id":"DEVU-2"}]}`), "next_cursor"))
		bob.Run(t, []apitest.Scenario{
			refused("another's private one", "reactions.update", fmt.Sprintf(`{"object":%q,"emoji":"+1","action":"add"}`, private), 404, `{"type":"not_found"}`),
			refused("another's private one", "reactions.list", fmt.Sprintf(`{"object":%q,"emoji":"+1"}`, private), 404, `{"type":"not_found"}`),
		})
		ada := s.signIn(t, `{"user_ref":"ada"}`)
		ada.Run(t, []apitest.Scenario{
			done("timeline-entries.get", get, `{"timeline_entry":{"reactions":[{"emoji":"1f44d","total_users":2},{"emoji":"2764","total_users":1}]}}`),
			refused("a contact", "reactions.update", fmt.Sprintf(`{"object":%q,"emoji":"+1","action":"add"}`, public), 403, `{"type":"forbidden"}`),
		})
		bob.Play(t, react(bob, note, "eyes", "add"))
		for i := range 19 {
			bob.Play(t, react(bob, note, fmt.Sprintf("1f60%x", i%16)+strings.Repeat("-1f3fb", i/16), "add"))
		}
		bob.Play(t, refused("21 emojis", "reactions.update", fmt.Sprintf(`{"object":%q,"emoji":"+1","action":"add"}`, note), 400, `{"type":"value_not_permitted","field_name":"emoji"}`))
		c.Play(t, react(c, note, "eyes", "add"))
		c.Post(t, "timeline-entries.delete", fmt.Sprintf(`{"id":%q}`, note), 200)
		c.Run(t, []apitest.Scenario{
			absent(done("timeline-entries.get", fmt.Sprintf(`{"id":%q}`, note), `{"timeline_entry":{"is_deleted":true}}`), "timeline_entry.reactions"),
			refused("a deleted one", "reactions.update", fmt.Sprintf(`{"object":%q,"emoji":"+1","action":"add"}`, note), 404, `{"type":"not_found"}`),
		})
	})
}

func TestThreads(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		bob, eve := memberClient(t, k, "bob@acme.example"), memberClient(t, k, "eve@acme.example")
		c.Post(t, "accounts.create", `{"display_name":"Acme"}`, 201)
		root := comment(t, c, "ACC-1", `"body":"root","visibility":"internal"`)
		comment(t, c, "ACC-1", `"body":"other","visibility":"internal"`)
		one := reply(t, bob, root, `"body":"one"`)
		reply(t, c, root, `"body":"two"`)
		whisper := reply(t, bob, root, `"body":"psst","visibility":"private","private_to":["DEVU-1"]`)
		thread := fmt.Sprintf(`{"object":%q}`, root)
		c.Run(t, []apitest.Scenario{
			done("timeline-entries.get", fmt.Sprintf(`{"id":%q}`, one), fmt.Sprintf(`{"timeline_entry":{"object":%q,"object_type":"timeline_comment","object_display_id":"ACC-1","visibility":"internal"}}`, root)),
			absent(done("timeline-entries.list", `{"object":"ACC-1","collections":["discussions"]}`,
				`{"timeline_entries":[{"body":"root","object_type":"account","thread":{"total_replies":3}},{"body":"other"}]}`), "timeline_entries.1.thread"),
			refused("an answer's answer", "timeline-entries.create", fmt.Sprintf(`{"type":"timeline_comment","object":%q,"body":"x"}`, one), 400, `{"type":"value_not_permitted","field_name":"object"}`),
			refused("wider", "timeline-entries.create", fmt.Sprintf(`{"type":"timeline_comment","object":%q,"body":"x","visibility":"external"}`, root), 400, `{"type":"value_not_permitted","field_name":"visibility"}`),
			refused("nothing", "timeline-entries.create", `{"type":"timeline_comment","object":"don:identity:kith:devo/x:account/1:comment/1","body":"x"}`, 404, `{"type":"not_found"}`),
		})
		if got := timelineOf(t, c, thread).said(); got != "one two psst" {
			t.Errorf("the thread: %q", got)
		}
		if got := timelineOf(t, eve, thread).said(); got != "one two" {
			t.Errorf("the thread, for whom a private answer is not: %q", got)
		}
		eve.Play(t, done("timeline-entries.get", fmt.Sprintf(`{"id":%q}`, root), `{"timeline_entry":{"thread":{"total_replies":2}}}`))
		p := timelineOf(t, c, fmt.Sprintf(`{"object":%q,"limit":1}`, root))
		if next := timelineOf(t, c, fmt.Sprintf(`{"object":%q,"limit":1,"cursor":%q}`, root, p.Next)).said(); p.said() != "one" || next != "two" {
			t.Errorf("page by page: %q, %q", p.said(), next)
		}
		if n := len(timelineOf(t, c, fmt.Sprintf(`{"object":%q,"mode":"before"}`, root)).Entries); n != 3 {
			t.Errorf("from the end: %d", n)
		}
		bob.Post(t, "timeline-entries.delete", fmt.Sprintf(`{"id":%q}`, whisper), 200)
		c.Play(t, done("timeline-entries.get", fmt.Sprintf(`{"id":%q}`, root), `{"timeline_entry":{"thread":{"total_replies":2}}}`))
		c.Post(t, "timeline-entries.delete", fmt.Sprintf(`{"id":%q}`, root), 200)
		c.Run(t, []apitest.Scenario{
			done("timeline-entries.list", `{"object":"ACC-1","collections":["discussions"]}`, `{"timeline_entries":[{"is_deleted":true,"thread":{"total_replies":2}},{"body":"other"}]}`),
			done("timeline-entries.list", thread, `{"timeline_entries":[{"body":"one"},{"body":"two"},{"is_deleted":true}]}`),
			refused("on what was deleted", "timeline-entries.create", fmt.Sprintf(`{"type":"timeline_comment","object":%q,"body":"x"}`, root), 400, `{"type":"value_not_permitted","field_name":"object"}`),
		})
	})
}

// TestPrivateThreads is about answers to comments that few may read.
func TestPrivateThreads(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		bob, eve := memberClient(t, k, "bob@acme.example"), memberClient(t, k, "eve@acme.example")
		c.Post(t, "accounts.create", `{"display_name":"Acme"}`, 201)
		root := comment(t, c, "ACC-1", `"body":"root","visibility":"private","private_to":["DEVU-2"]`)
		thread := fmt.Sprintf(`{"object":%q}`, root)
		reply(t, bob, root, `"body":"one"`)
		if got := timelineOf(t, c, thread).said(); got != "one" {
			t.Errorf("who is answered reads %q", got)
		}
		eve.Run(t, []apitest.Scenario{
			refused("another's", "timeline-entries.list", thread, 404, `{"type":"not_found"}`),
			refused("another's", "timeline-entries.create", fmt.Sprintf(`{"type":"timeline_comment","object":%q,"body":"x"}`, root), 404, `{"type":"not_found"}`),
		})
		bob.Play(t, refused("to others", "timeline-entries.create", fmt.Sprintf(`{"type":"timeline_comment","object":%q,"body":"x","visibility":"private","private_to":["DEVU-3"]}`, root),
			400, `{"type":"value_not_permitted","field_name":"private_to"}`))
	})
}

// TestThreadsTell is about who learns of an answer.
func TestThreadsTell(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		c := s.admin
		bob, eve := memberClient(t, k, "bob@acme.example"), memberClient(t, k, "eve@acme.example")
		c.Post(t, "accounts.create", `{"display_name":"Acme"}`, 201)
		root := comment(t, c, "ACC-1", `"body":"root","visibility":"internal"`)
		comment(t, eve, "ACC-1", `"body":"besides","visibility":"internal"`) // follows, and takes no part
		reply(t, bob, root, `"body":"one"`)
		if a, b, e := noticed(t, c, `{}`), noticed(t, bob, `{}`), noticed(t, eve, `{}`); a != "replied ACC-1 by DEVU-2" || b != "" || e != "" {
			t.Errorf("of the first answer: %q, %q and %q", a, b, e)
		}
		c.Post(t, "subscribers.update", `{"id":"ACC-1","subscribers":{"remove":["DEVU-2"]}}`, 200)
		reply(t, eve, root, `"body":"two <don:identity:kith:devo/x:devu/1>"`)
		if a, b := noticed(t, c, `{}`), noticed(t, bob, `{}`); a != "mentioned ACC-1 by DEVU-3, replied ACC-1 by DEVU-2" || b != "" {
			t.Errorf("of the second one: %q and %q", a, b) // told once; who does not follow is not
		}
	})
}

// TestThreadsOfContacts shows contacts one row of messages.
func TestThreadsOfContacts(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		c := s.admin
		ada := s.signIn(t, `{"user_ref":"ada"}`)
		c.Post(t, "conversations.create", `{"type":"support","members":["REVU-1"]}`, 201)
		root := comment(t, c, "CONV-1", `"body":"root"`)
		reply(t, c, root, `"body":"for us","visibility":"internal"`)
		reply(t, c, root, `"body":"answer"`)
		note := comment(t, c, "CONV-1", `"body":"note","visibility":"internal"`)
		id := reply(t, ada, root, `"body":"thanks"`)
		if got := timelineOf(t, ada, `{"object":"CONV-1"}`).said(); got != "root answer thanks" {
			t.Errorf("the contact reads %q", got)
		}
		ada.Run(t, []apitest.Scenario{
			absent(done("timeline-entries.get", fmt.Sprintf(`{"id":%q}`, root), `{"timeline_entry":{"body":"root"}}`), "timeline_entry.thread"),
			done("timeline-entries.get", fmt.Sprintf(`{"id":%q}`, id), `{"timeline_entry":{"object_display_id":"CONV-1","object_type":"conversation"}}`),
			refused("a note", "timeline-entries.list", fmt.Sprintf(`{"object":%q}`, note), 404, `{"type":"not_found"}`),
			refused("a note", "timeline-entries.create", fmt.Sprintf(`{"type":"timeline_comment","object":%q,"body":"x"}`, note), 404, `{"type":"not_found"}`),
		})
		if got := timelineOf(t, c, fmt.Sprintf(`{"object":%q}`, root)).said(); got != "for us answer thanks" {
			t.Errorf("the thread, for members: %q", got)
		}
	})
}

// TestThreadsOfMerged follows threads through a merge and its undo.
func TestThreadsOfMerged(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		c.Run(t, []apitest.Scenario{made("rev-users.create", `{"display_name":"Ada"}`, `{}`), made("rev-users.create", `{"display_name":"Ada L."}`, `{}`)})
		root := comment(t, c, "REVU-2", `"body":"root","visibility":"internal"`)
		reply(t, c, root, `"body":"one"`)
		c.Post(t, "rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, 200)
		reply(t, c, root, `"body":"two"`)
		shows := func(on string) {
			t.Helper()
			c.Play(t, done("timeline-entries.list", fmt.Sprintf(`{"object":%q,"collections":["discussions"]}`, on), `{"timeline_entries":[{"body":"root","thread":{"total_replies":2}}]}`))
			if got := timelineOf(t, c, fmt.Sprintf(`{"object":%q}`, root)).said(); got != "one two" {
				t.Errorf("the thread: %q", got)
			}
		}
		shows("REVU-1")
		c.Post(t, "merges.undo", `{"id":"MERGE-1"}`, 200)
		shows("REVU-2")
		if got := timelineOf(t, c, `{"object":"REVU-1","collections":["discussions"]}`).said(); got != "" {
			t.Errorf("of the other: %q", got)
		}
	})
}
