package httpapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// waiting returns what a member has to read as "CONV-1 2, …", by the list, and checks
// that get and count say the same.
func waiting(t *testing.T, c apitest.Client) string {
	t.Helper()
	var p struct {
		Conversations []struct {
			DisplayID string `json:"display_id"`
			Unread    bool   `json:"is_unread"`
			Count     int    `json:"unread_count"`
		}
	}
	c.Post(t, "conversations.list", `{"is_unread":true,"sort_by":["display_id:asc"]}`, 200).Decode(t, &p)
	var out []string
	for _, one := range p.Conversations {
		out = append(out, fmt.Sprint(one.DisplayID, " ", one.Count))
		c.Play(t, done("conversations.get", fmt.Sprintf(`{"id":%q}`, one.DisplayID), fmt.Sprintf(`{"conversation":{"is_unread":true,"unread_count":%d}}`, one.Count)))
		if !one.Unread {
			t.Errorf("%s is listed as unread and is not", one.DisplayID)
		}
	}
	c.Play(t, done("conversations.count", `{"is_unread":true}`, fmt.Sprintf(`{"count":%d}`, len(out))))
	return strings.Join(out, ", ")
}

func TestUnread(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada, bob := s.signIn(t, `{"user_ref":"ada"}`), memberClient(t, k, "bob@acme.example")
		one, two := begin(t, ada, "My order is late"), begin(t, ada, "And the other one")
		say(t, ada, one, "external", "Hello?")
		if a, b := waiting(t, s.admin), waiting(t, bob); a != "CONV-1 2, CONV-2 1" || b != a {
			t.Errorf("unread %q and %q", a, b)
		}
		ada.Play(t, absent(done("conversations.get", `{"id":"CONV-1"}`, `{}`), "conversation.is_unread", "conversation.unread_count"))

		// Each has an own mark, and what comes after what was seen stays unread.
		seen := commentsOn(t, s.admin, one)[0]
		say(t, bob, one, "external", "We look into it") // not the customer's
		bob.Run(t, []apitest.Scenario{
			done("conversations.mark-read", fmt.Sprintf(`{"id":"CONV-1","timeline_entry":%q}`, seen), `{}`),
			done("conversations.count-unread", `{}`, `{"count":2,"more":false}`),
			refused("another's entry", "conversations.mark-read", fmt.Sprintf(`{"id":"CONV-2","timeline_entry":%q}`, seen), 400, `{"type":"value_not_permitted","field_name":"timeline_entry"}`),
			refused("no entry", "conversations.mark-read", `{"id":"CONV-1","timeline_entry":"x"}`, 400, `{"type":"invalid_id","field_name":"timeline_entry"}`),
			refused("unknown", "conversations.mark-read", `{"id":"CONV-9"}`, 404, `{"type":"not_found"}`),
		})
		if a, b := waiting(t, s.admin), waiting(t, bob); a != "CONV-1 2, CONV-2 1" || b != "CONV-1 1, CONV-2 1" {
			t.Errorf("unread %q and %q", a, b)
		}
		bob.Post(t, "conversations.mark-read", `{"id":"CONV-1"}`, 200)
		bob.Post(t, "conversations.mark-read", fmt.Sprintf(`{"id":"CONV-1","timeline_entry":%q}`, seen), 200) // an older look takes nothing back
		if b := waiting(t, bob); b != "CONV-2 1" {
			t.Errorf("unread %q", b)
		}
		bob.Post(t, "conversations.mark-unread", `{"id":"CONV-1"}`, 200)
		bob.Post(t, "conversations.mark-unread", `{"id":"CONV-1"}`, 200)
		if b := waiting(t, bob); b != "CONV-1 1, CONV-2 1" {
			t.Errorf("unread %q", b)
		}

		// What is closed, spam or deleted waits for nobody, until it is open again.
		for _, c := range []struct{ away, back string }{
			{`conversations.update {"id":"CONV-1","stage":{"name":"resolved"}}`, `conversations.update {"id":"CONV-1","stage":{"name":"hold"}}`},
			{`conversations.update {"id":"CONV-1","is_spam":true}`, `conversations.update {"id":"CONV-1","is_spam":false}`},
			{`conversations.delete {"id":"CONV-1"}`, `conversations.restore {"id":"CONV-1"}`},
		} {
			for i, call := range []string{c.away, c.back} {
				op, body, _ := strings.Cut(call, " ")
				bob.Post(t, op, body, 200)
				if got, want := waiting(t, bob), []string{"CONV-2 1", "CONV-1 1, CONV-2 1"}[i]; got != want {
					t.Errorf("after %s %s: unread %q, want %q", op, body, got, want)
				}
			}
		}
		bob.Post(t, "conversations.update", `{"id":"CONV-2","stage":{"name":"resolved"}}`, 200)
		s.admin.Post(t, "conversations.create", `{"type":"support"}`, 201)
		bob.Run(t, []apitest.Scenario{
			refused("closed", "conversations.mark-unread", `{"id":"CONV-2"}`, 400, `{"type":"value_not_permitted","field_name":"id"}`),
			refused("nothing", "conversations.mark-unread", `{"id":"CONV-3"}`, 400, `{"type":"value_not_permitted","field_name":"id"}`),
			refused("unknown", "conversations.mark-unread", `{"id":"CONV-9"}`, 404, `{"type":"not_found"}`),
			done("conversations.list", `{"is_unread":false,"sort_by":["display_id:asc"]}`, convs(2, 3)),
		})
		say(t, ada, two, "external", "Not solved") // opens it again
		if b := waiting(t, bob); b != "CONV-1 1, CONV-2 2" {
			t.Errorf("unread %q", b)
		}

		// Whose it is counts for what waits for somebody.
		bob.Post(t, "conversations.update", `{"id":"CONV-2","owned_by":{"set":["DEVU-1"]}}`, 200)
		for _, c := range []struct {
			of   apitest.Client
			want int
		}{{s.admin, 2}, {bob, 1}} {
			c.of.Play(t, done("conversations.count-unread", `{}`, fmt.Sprintf(`{"count":%d}`, c.want)))
		}
		for _, op := range []string{"conversations.mark-read", "conversations.mark-unread", "conversations.count-unread"} {
			ada.Play(t, refused("a contact", op, `{"id":"CONV-1"}`, 403, `{"type":"forbidden"}`))
		}
		ada.Play(t, refused("a contact", "conversations.list", `{"is_unread":true}`, 400, `{"type":"value_not_permitted","field_name":"is_unread"}`))

		// Who comes later has not missed what was written before.
		carl := memberClient(t, k, "carl@acme.example")
		if c := waiting(t, carl); c != "" {
			t.Errorf("a new member has to read %q", c)
		}
	})
}

// TestReadWithNotices reads what a member was told about a conversation together
// with it, and tells that member alone.
func TestReadWithNotices(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada, bob := s.signIn(t, `{"user_ref":"ada"}`), memberClient(t, k, "bob@acme.example")
		one := begin(t, ada, "My order is late")
		url := serveTo(t, k)
		bobs, admins := listen(t, url, bob.Token, ""), listen(t, url, s.admin.Token, "")
		bobs.next(t)
		admins.next(t)
		s.admin.Post(t, "conversations.update", `{"id":"CONV-1","owned_by":{"set":["DEVU-2"]}}`, 200)
		say(t, ada, one, "external", "Hello?")
		seen := commentsOn(t, s.admin, one)[1]
		comment(t, s.admin, one, `"body":"<don:identity:kith:devo/x:devu/2> please","visibility":"internal"`)
		if got := noticed(t, bob, `{"state":"unread"}`); got != "mentioned CONV-1 by DEVU-1, replied CONV-1 by REVU-1, assigned CONV-1 by DEVU-1" {
			t.Fatalf("told %q", got)
		}
		e := bobs.notice(t, func() {
			bob.Post(t, "conversations.mark-read", fmt.Sprintf(`{"id":"CONV-1","timeline_entry":%q}`, seen), 200)
		}, "conversation_seen")
		if e.data.ObjectDisplayID != "CONV-1" || e.data.LastObject != "" {
			t.Errorf("told %+v", e.data)
		}
		if got := noticed(t, bob, `{"state":"unread"}`); got != "mentioned CONV-1 by DEVU-1" {
			t.Errorf("unread %q", got)
		}
		if got := waiting(t, bob); got != "" {
			t.Errorf("unread %q", got)
		}
		bob.Post(t, "conversations.mark-read", `{"id":"CONV-1"}`, 200) // the mention alone was left
		if got := noticed(t, bob, `{"state":"unread"}`); got != "" {
			t.Errorf("unread %q", got)
		}
		s.admin.Post(t, "tags.create", `{"name":"the end"}`, 201)
		for e := admins.next(t); e.name != "tag_created"; e = admins.next(t) {
			if e.name == "conversation_seen" {
				t.Errorf("another member is told %+v", e)
			}
		}
		// Nothing is written, and so nothing told, when nothing is new.
		for e := bobs.next(t); e.name != "tag_created"; e = bobs.next(t) {
		}
		bob.Post(t, "conversations.mark-read", `{"id":"CONV-1"}`, 200)
		s.admin.Post(t, "tags.create", `{"name":"the very end"}`, 201)
		if e := bobs.next(t); e.name != "tag_created" {
			t.Errorf("told %+v", e)
		}
	})
}

// commentsOn returns the ids of the comments on a record, the oldest first.
func commentsOn(t *testing.T, c apitest.Client, object string) []string {
	t.Helper()
	var p struct {
		Entries []struct{ ID string } `json:"timeline_entries"`
	}
	c.Post(t, "timeline-entries.list", fmt.Sprintf(`{"object":%q,"collections":["discussions"]}`, object), 200).Decode(t, &p)
	var out []string
	for _, e := range p.Entries {
		out = append(out, e.ID)
	}
	return out
}
