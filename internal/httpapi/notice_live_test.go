package httpapi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// TestAssignedCustomers makes members owners of customers.
func TestAssignedCustomers(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		bob := memberClient(t, k, "bob@acme.example")
		c.Run(t, []apitest.Scenario{
			made("accounts.create", `{"display_name":"Acme","owned_by":["DEVU-2","DEVU-1"]}`, `{}`),
			done("accounts.update", `{"id":"ACC-1","display_name":"Acme Ltd"}`, `{}`), // he stays
			made("rev-orgs.create", `{"account":"ACC-1","display_name":"Production"}`, `{}`),
			done("rev-orgs.update", `{"id":"REV-2","owned_by":["DEVU-2"]}`, `{}`),
			made("rev-users.create", `{"display_name":"Ada","external_ref":"ada"}`, `{}`),
			done("rev-users.update", `{"id":"REVU-1","owned_by":["DEVU-2"]}`, `{}`),
			done("rev-users.update", `{"id":"REVU-1","owned_by":[]}`, `{}`),
			done("rev-users.upsert", `{"external_ref":"ada","owned_by":["DEVU-2"]}`, `{}`),
			done("rev-users.upsert", `{"external_ref":"ada","owned_by":["DEVU-2"]}`, `{}`),
			made("rev-users.create", `{"display_name":"Bo","owned_by":["DEVU-2"]}`, `{}`),
		})
		const want = "assigned REVU-2 by DEVU-1, assigned REVU-1 by DEVU-1, assigned REVU-1 by DEVU-1, assigned REV-2 by DEVU-1, assigned ACC-1 by DEVU-1"
		if got, own := noticed(t, bob, `{}`), noticed(t, c, `{}`); got != want || own != "" {
			t.Errorf("told\n%s, want\n%s; of one's own acts: %q", got, want, own)
		}
		bob.Play(t, done("notifications.list", `{"limit":1}`, `{"notifications":[{"object":{"type":"rev_user","display_name":"Bo"}}]}`))
	})
}

// TestNoticesLive is about who hears of notices as they come.
func TestNoticesLive(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ada, bob := s.signIn(t, `{"user_ref":"ada"}`), memberClient(t, k, "bob@acme.example")
		other := newShop(t, k, "Bolt")
		url := serveTo(t, k)
		bobs := listen(t, url, bob.Token, "")
		others := []*feed{listen(t, url, s.admin.Token, ""), listen(t, url, ada.Token, ""), listen(t, url, other.admin.Token, "")}
		for _, f := range slices.Concat(others, []*feed{bobs}) {
			if e := f.next(t); e.name != "ready" {
				t.Fatalf("begins with %v", e)
			}
		}
		at := bobs.notice(t, func() {
			s.admin.Post(t, "conversations.create", `{"type":"support","title":"Down","owned_by":["DEVU-2"]}`, 201)
		}, "notification_created")
		if n := at.data.Notification; n == nil || n.Type != "assigned" || n.Object.DisplayID != "CONV-1" || n.Object.DisplayName != "Down" || n.CreatedBy.DisplayID != "DEVU-1" {
			t.Errorf("told %+v of %+v", at, at.data.Notification)
		}
		if at.data.ObjectDisplayID != "DEVU-2" || at.id == "" {
			t.Errorf("told %+v", at)
		}
		read := fmt.Sprintf(`{"ids":[%q]}`, at.data.Notification.ID)
		if e := bobs.notice(t, func() { bob.Post(t, "notifications.mark-read", read, 200) }, "notification_updated"); e.data.Notification != nil {
			t.Errorf("told %+v", e)
		}
		bob.Post(t, "notifications.mark-read", read, 200) // again, which changes nothing and is told to nobody
		begin(t, ada, "the end")
		for _, f := range []*feed{others[0], others[1], bobs} {
			for e := f.next(t); ; e = f.next(t) {
				if strings.HasPrefix(e.name, "notification_") {
					t.Errorf("told %+v", e)
				}
				if e.data.TimelineEntry != nil {
					break
				}
			}
		}
		other.admin.Post(t, "tags.create", `{"name":"theirs"}`, 201)
		for e := others[2].next(t); e.name != "tag_created"; e = others[2].next(t) {
			if strings.HasPrefix(e.name, "notification_") {
				t.Errorf("another organisation is told %+v", e)
			}
		}

		// Who comes back hears what was missed, and only that member does.
		back := listen(t, url, bob.Token, "0")
		for e := back.next(t); e.name != "notification_created"; e = back.next(t) {
			if e.data.TimelineEntry != nil {
				t.Fatal("what was missed is not told")
			}
		}
		late := listen(t, url, s.admin.Token, "0")
		for e := late.next(t); e.data.TimelineEntry == nil; e = late.next(t) {
			if strings.HasPrefix(e.name, "notification_") {
				t.Errorf("another member is told %+v", e)
			}
		}
	})
}

// notice waits for an event of a name that something leads to.
func (f *feed) notice(t *testing.T, do func(), name string) heard {
	t.Helper()
	do()
	e := f.next(t)
	for ; e.name != name; e = f.next(t) {
	}
	return e
}
