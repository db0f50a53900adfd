package httpapi_test

import (
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// TestUndoAfterSharingEnds is about contacts that shared an address when they
// were merged, which one alone can have by the time they are parted: the
// survivor keeps it, and the undo says so.
func TestUndoAfterSharingEnds(t *testing.T) {
	for name, c := range map[string]struct{ before, after string }{
		"addresses":      {`{"shared_emails":true}`, `{"shared_emails":false}`},
		"blocked values": {`{"blocked_values":["info@"]}`, `{"blocked_values":[]}`},
	} {
		t.Run(name, func(t *testing.T) {
			servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
				s := newShop(t, k, "Acme")
				s.admin.Post(t, "dev-orgs.settings.update", c.before, 200)
				ann := s.person(t, `"external_ref":"ann","email":"info@x.example"`)
				bob := s.person(t, `"external_ref":"bob","email":"info@x.example"`)
				s.admin.Post(t, "rev-users.merge", `{"primary_user":"`+ann+`","secondary_user":"`+bob+`"}`, 200)
				s.admin.Post(t, "dev-orgs.settings.update", c.after, 200)
				s.admin.Run(t, []apitest.Scenario{
					done("merges.undo", `{"id":"MERGE-1"}`, `{"rev_user":{"display_id":"`+bob+`"},"not_restored":[{"kind":"email","value":"info@x.example","reason":"taken","holder":{"display_id":"`+ann+`"}}]}`),
					done("rev-users.get", `{"id":"`+ann+`"}`, `{"rev_user":{"email":"info@x.example","external_ref":"ann"}}`),
					absent(done("rev-users.get", `{"id":"`+bob+`"}`, `{"rev_user":{"external_ref":"bob"}}`), "rev_user.email"),
					done("rev-users.list", `{"email":["info@x.example"]}`, `{"rev_users":[{"display_id":"`+ann+`"}]}`),
					refused("taken", "rev-users.update", `{"id":"`+bob+`","email":"info@x.example"}`, 409, `{"holder":{"display_id":"`+ann+`"}}`),
				})
			})
		})
	}
}
