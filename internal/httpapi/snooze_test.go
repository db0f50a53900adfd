package httpapi_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/server/servertest"
	"github.com/kith-id/kith/internal/store"
)

// snoozed is the body that puts CONV-1 off.
func snoozed(until time.Time) string {
	return fmt.Sprintf(`{"id":"CONV-1","snoozed_until":%q}`, until.Format(time.RFC3339Nano))
}

func TestSnooze(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		shop := newShop(t, k, "Acme")
		c, customer := shop.admin, shop.signIn(t, `{"user_ref":"ada","user_traits":{"display_name":"Ada"}}`)
		bob := memberClient(t, k, "bob@acme.example")
		c.Post(t, "conversations.create", `{"type":"support","title":"Later","members":["REVU-1"],"owned_by":["DEVU-2"]}`, 201)
		c.Post(t, "conversations.create", `{"type":"support","title":"Now"}`, 201)
		hour := time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond)
		asleep := `{"conversation":{"stage":{"name":"hold"},"snoozed_until":"` + hour.Format("2006-01-02T15:04:05.000Z") + `"}}`
		back := func(s apitest.Scenario) apitest.Scenario { return absent(s, "conversation.snoozed_until") }
		bad := func(name, body string) apitest.Scenario {
			return refused(name, "conversations.update", body, 400, `{"type":"value_not_permitted","field_name":"snoozed_until"}`)
		}
		c.Run(t, []apitest.Scenario{
			bad("in the past", snoozed(time.Now().Add(-time.Second))),
			bad("too far ahead", snoozed(time.Now().AddDate(1, 0, 1))),
			bad("beside another stage", fmt.Sprintf(`{"id":"CONV-1","stage":{"name":"resolved"},"snoozed_until":%q}`, hour.Format(time.RFC3339))),
			refused("no time", "conversations.update", `{"id":"CONV-1","snoozed_until":"tomorrow"}`, 400, `{"field_name":"snoozed_until"}`),
			back(done("conversations.get", `{"id":"CONV-1"}`, `{"conversation":{"stage":{"name":"new"}}}`)),
			done("conversations.update", snoozed(time.Now().AddDate(1, 0, -1)), `{"conversation":{"stage":{"name":"hold"}}}`),
			done("conversations.update", snoozed(hour), asleep),
			done("conversations.get", `{"id":"CONV-1"}`, asleep),
			done("conversations.list", `{"is_snoozed":true}`, convs(1)),
			done("conversations.list", `{"is_snoozed":false}`, convs(2)),
			done("conversations.update", `{"id":"CONV-1","stage":{"name":"hold"},"title":"Still"}`, asleep),
			done("conversations.delete", `{"id":"CONV-1"}`, `{}`),
			done("conversations.count", `{"is_snoozed":true}`, `{"count":0}`),
			done("conversations.restore", `{"id":"CONV-1"}`, asleep),
			done("conversations.count", `{"is_snoozed":true}`, `{"count":1}`),
			back(done("conversations.update", `{"id":"CONV-1","stage":{"name":"waiting_on_user"}}`, `{"conversation":{"stage":{"name":"waiting_on_user"}}}`)),
			back(done("conversations.update", `{"id":"CONV-1","snoozed_until":null}`, `{"conversation":{"stage":{"name":"waiting_on_user"}}}`)),
			done("conversations.update", snoozed(hour), asleep),
			back(done("conversations.update", `{"id":"CONV-1","snoozed_until":null}`, `{"conversation":{"stage":{"name":"needs_response"}}}`)),
			done("conversations.update", snoozed(hour), asleep),
			back(done("conversations.update", `{"id":"CONV-1","snoozed_until":null,"stage":{"name":"hold"}}`, `{"conversation":{"stage":{"name":"hold"}}}`)),
			done("conversations.update", snoozed(hour), asleep),
		})
		comment(t, c, "CONV-1", `"body":"We are on it.","visibility":"external"`)
		c.Run(t, []apitest.Scenario{done("conversations.get", `{"id":"CONV-1"}`, asleep)})
		customer.Run(t, []apitest.Scenario{back(done("conversations.get", `{"id":"CONV-1"}`, `{}`))})
		comment(t, customer, "CONV-1", `"body":"Hello?"`)
		c.Run(t, []apitest.Scenario{back(done("conversations.get", `{"id":"CONV-1"}`, `{"conversation":{"stage":{"name":"needs_response"}}}`))})
		if got := followers(t, c, "CONV-1"); got != "DEVU-1 DEVU-2" {
			t.Errorf("followers: %q; who puts it off is one", got)
		}
		c.Post(t, "notifications.mark-read", `{"all":true}`, 200)
		bob.Post(t, "notifications.mark-read", `{"all":true}`, 200)

		k.App.StartWorkers(t.Context())
		c.Post(t, "conversations.update", snoozed(time.Now().Add(time.Second)), 200)
		deadline := time.Now().Add(30 * time.Second)
		for c.Post(t, "conversations.get", `{"id":"CONV-1"}`, 200).Text(t, "conversation.stage.name") == "hold" {
			if time.Now().After(deadline) {
				t.Fatal("the time has come, and the conversation is on hold still")
			}
			time.Sleep(100 * time.Millisecond)
		}
		c.Run(t, []apitest.Scenario{
			back(done("conversations.get", `{"id":"CONV-1"}`, `{"conversation":{"stage":{"name":"needs_response"}}}`)),
			done("timeline-entries.list", `{"object":"CONV-1","collections":["events"],"mode":"before","limit":1}`, `{"timeline_entries":[{"created_by":{"display_id":"SYSU-1"},
				"event":{"type":"updated","operation":"woken","updated":{"field_deltas":[{"name":"snoozed_until","old_value":{"type":"date_time"}},{"name":"stage","new_value":{"value":"needs_response"}}]}}}]}`),
		})
		for name, who := range map[string]apitest.Client{"owner": bob, "who put it off": c} {
			if got := noticed(t, who, `{"state":"unread"}`); got != "woken CONV-1 by SYSU-1" {
				t.Errorf("the %s is told %q", name, got)
			}
		}
	})
}

// TestWakers lets several processes look at once, and finds that each conversation
// came back once; those whose time has not come stay.
func TestWakers(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		const due = 250
		sc := w.actors["acme"].Scope
		err := w.db.Write(t.Context(), sc, func(tx *store.Tx) error {
			for n := int64(1); n <= due+1; n++ {
				long := tx.Now().AddDate(0, 0, -7)
				conv := &conversation.Conversation{N: n, Owners: []int64{1}, Version: 1, CreatedAt: long, CreatedBy: "revu/1", ModifiedAt: long, ModifiedBy: "revu/1"}
				conv.Snooze(tx.Now().Add(time.Duration(n-due)*time.Hour/2), long)
				if err := tx.InsertConversation(t.Context(), conv); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 3 {
			waker := &desk.Waker{
				DB: store.Runner[desk.Tx]{DB: w.db}, Log: slog.New(slog.DiscardHandler),
				Scopes: func(context.Context, int64) (org.Scope, error) {
					system := sc
					system.Actor = org.System
					return system, nil
				},
			}
			all.Go(func() {
				if err := waker.Round(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		c.Run(t, []apitest.Scenario{
			done("conversations.count", `{"stage":{"name":["needs_response"]}}`, `{"count":`+fmt.Sprint(due)+`}`),
			done("conversations.list", `{"is_snoozed":true}`, convs(due+1)),
			done("notifications.count", `{}`, `{"count":`+fmt.Sprint(due)+`}`),
		})
		told := timelineOf(t, c, `{"object":"CONV-7","collections":["events"]}`)
		if n := strings.Count(told.said(), "woken"); n != 1 {
			t.Errorf("the timeline tells %d times that it came back: %s", n, told.said())
		}
	})
}
