package httpapi_test

import (
	"fmt"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// TestBlocked refuses what a blocked contact writes, and nothing else.
func TestBlocked(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada, bo := s.signIn(t, `{"user_ref":"ada"}`), s.signIn(t, `{"user_ref":"bo"}`)
		one := begin(t, ada, "Buy my things")
		visitor, _ := s.visit(t, "", "", "")
		theirs := begin(t, visitor, "Mine too")
		for _, id := range []string{who(t, ada), who(t, visitor)} {
			s.admin.Play(t, done("rev-users.update", fmt.Sprintf(`{"id":%q,"is_blocked":true}`, id), `{"rev_user":{"is_blocked":true,"state":"active"}}`))
		}
		for name, c := range map[string]struct {
			of   apitest.Client
			conv string
		}{"with proof": {ada, one}, "a visitor": {visitor, theirs}} {
			refusal := `{"type":"forbidden","message":"messages are not accepted here at the moment"}`
			c.of.Run(t, []apitest.Scenario{
				refused(name+" begins", "conversations.create", `{"type":"support","messages":[{"body":"Buy!"}]}`, 403, refusal),
				refused(name+" answers", "timeline-entries.create", fmt.Sprintf(`{"type":"timeline_comment","object":%q,"body":"Buy!"}`, c.conv), 403, refusal),
				refused(name+" sends files", "artifacts.prepare", `{"file_name":"a.png"}`, 403, refusal),
				refused(name+" types", "events.signal", fmt.Sprintf(`{"object":%q,"kind":"typing"}`, c.conv), 403, refusal),
				done("conversations.get", fmt.Sprintf(`{"id":%q}`, c.conv), `{"conversation":{"display_id":"`+c.conv+`"}}`), // what was said stays theirs
				absent(done("rev-users.self.get", `{}`, `{}`), "rev_user.is_blocked"),
				done("rev-users.self.update", `{"display_name":"Still me"}`, `{}`),
			})
		}
		begin(t, bo, "Others write")
		ada.Play(t, refused("herself", "rev-users.self.update", `{"is_blocked":false}`, 400, `{"field_name":"is_blocked"}`))

		// It stands in the history, is taken back, and holds for tokens that come later.
		s.admin.Play(t, done("timeline-entries.list", fmt.Sprintf(`{"object":%q,"collections":["events"],"mode":"before","limit":2}`, who(t, visitor)),
			`{"timeline_entries":[{"event":{"operation":"updated","updated":{"field_deltas":[{"name":"is_blocked","new_value":{"value":true}}]}}},{}]}`))
		again := s.signIn(t, `{"user_ref":"ada"}`)
		again.Post(t, "conversations.create", `{"type":"support"}`, 403)
		s.admin.Post(t, "rev-users.delete", `{"id":"REVU-1"}`, 200)
		s.admin.Play(t, done("rev-users.restore", `{"id":"REVU-1"}`, `{"rev_user":{"is_blocked":true}}`))
		s.admin.Play(t, absent(done("rev-users.update", `{"id":"REVU-1","is_blocked":false}`, `{}`), "rev_user.is_blocked"))
		say(t, s.signIn(t, `{"user_ref":"ada"}`), one, "external", "Sorry")
	})
}

// TestBlockedMerged merges blocked contacts with others, and parts them again.
func TestBlockedMerged(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		for _, name := range []string{"Ada", "Ada L.", "A. Lovelace"} {
			c.Post(t, "rev-users.create", fmt.Sprintf(`{"display_name":%q}`, name), 201)
		}
		blocked := func(want ...bool) {
			t.Helper()
			for i, want := range want {
				r := c.Post(t, "rev-users.get", fmt.Sprintf(`{"id":"REVU-%d"}`, i+1), 200)
				if got, _ := r.Lookup("rev_user.is_blocked"); (got == true) != want {
					t.Errorf("REVU-%d is blocked: %v, want %v", i+1, got, want)
				}
			}
		}
		block := func(id string, is bool) {
			c.Post(t, "rev-users.update", fmt.Sprintf(`{"id":%q,"is_blocked":%v}`, id, is), 200)
		}
		merge := func(primary, secondary string) {
			c.Post(t, "rev-users.merge", fmt.Sprintf(`{"primary_user":%q,"secondary_user":%q}`, primary, secondary), 200)
		}
		block("REVU-2", true)
		c.Play(t, done("merges.preview", `{"primary":"REVU-1","secondary":"REVU-2"}`, `{"rev_user":{"is_blocked":true}}`))
		merge("REVU-1", "REVU-2")
		blocked(true)
		c.Post(t, "merges.undo", `{"id":"MERGE-1"}`, 200)
		blocked(false, true, false)

		// Who is let in again as the survivor is so, until the undo.
		merge("REVU-1", "REVU-2")
		block("REVU-1", false)
		blocked(false)
		block("REVU-3", true)
		merge("REVU-1", "REVU-3") // another one, of whom nobody has said that
		blocked(true)
		c.Post(t, "merges.undo", `{"id":"MERGE-3"}`, 200)
		blocked(false)
		c.Post(t, "merges.undo", `{"id":"MERGE-2"}`, 200)
		blocked(false, true, true)

		// What is said of the survivor stays with it.
		block("REVU-2", false)
		block("REVU-3", false)
		merge("REVU-1", "REVU-2")
		block("REVU-1", true)
		blocked(true)
		c.Post(t, "merges.undo", `{"id":"MERGE-4"}`, 200)
		blocked(true, false, false)
	})
}
