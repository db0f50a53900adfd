package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// twice makes count persons who have two contacts each, with one phone and one
// mailbox name, and returns the number of the first contact.
func twice(t *testing.T, c apitest.Client, count int) int {
	t.Helper()
	first := []string{"Amaru", "Birgit", "Cosmo", "Delphine", "Eamon", "Fatou"}
	last := []string{"Quackenbush", "Rautiainen", "Szymborska", "Tiongson", "Uzoma", "Vandersloot", "Wolstenholme", "Xanthopoulos", "Yamashiro", "Zubizarreta", "Aldebaran", "Bogdanovic", "Czerniawska"}
	mailbox := []string{"blue.kestrel", "nightowl", "sunny.side", "oldharbour", "redwagon", "mapleleaf"}
	n := 0
	for i := range count {
		f, l := first[i%6], last[i/6%13]
		for copied, host := range []string{"one.example", "two.example"} {
			made := c.Post(t, "rev-users.create", fmt.Sprintf(`{"external_ref":"t-%d-%d","display_name":"%s %s","email":"%s%d@%s","phone_numbers":["+49151%07d"]}`,
				i, copied, f, l, mailbox[i/15%6], 10+i, host, 2_000_000+i*7919), 201)
			if n == 0 {
				n = revu(t, made.Text(t, "rev_user.display_id"))
			}
		}
	}
	return n
}

func revu(t *testing.T, display string) (n int) {
	t.Helper()
	if _, err := fmt.Sscanf(display, "REVU-%d", &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAutoMerge lets members judge pairs until their decisions show that the
// search is right, and then merge what is beyond doubt without asking.
func TestAutoMerge(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		k.App.StartWorkers(t.Context())
		s := newShop(t, k, "Acme")
		c := s.admin
		crowd(t, c)
		from := twice(t, c, 75)
		victim := s.person(t, `"display_name":"Delphine Tiongson","email":"mapleleaf88@one.example","phone_numbers":["+491517654321"]`)
		// Somebody who has an account of their own claims to be the victim at the same browser.
		_, secret := s.visit(t, "", "", `"display_name":"Delphine Tiongson","email":"mapleleaf88@two.example","phone_numbers":["+491517654321"]`)
		mallory := s.signInAt(t, secret, `{"user_ref":"mallory"}`)
		pair := func(i int) string {
			return fmt.Sprintf(`{"rev_user":"REVU-%d","other":"REVU-%d"}`, from+2*i, from+2*i+1)
		}
		c.Post(t, "dev-orgs.settings.update", `{"auto_merge_precision":0.9}`, 200)
		scan(t, c)
		type state struct {
			Scan struct {
				Pairs, Merged int
				Learnt        []struct{ Field string }
			} `json:"duplicate_scan"`
		}
		var before, after state
		if c.Post(t, "duplicate-scans.get", `{}`, 200).Decode(t, &before); before.Scan.Merged != 0 || before.Scan.Pairs < 70 || len(before.Scan.Learnt) > 0 {
			t.Fatalf("before anybody judged: %+v", before)
		}
		for i := range 60 {
			c.Post(t, "duplicates.accept", pair(i), 200)
		}
		c.Post(t, "duplicates.reject", pair(70), 200)
		scan(t, c)
		// The comparing of what changed may have merged some before the search did.
		merged := 0
		for i := range 75 {
			merged += strings.Count(string(c.Post(t, "merges.list", fmt.Sprintf(`{"record":"REVU-%d"}`, from+2*i), 200).Body), `"rule":"match"`)
		}
		if c.Post(t, "duplicate-scans.get", `{}`, 200).Decode(t, &after); merged < 10 || merged > 14 || len(after.Scan.Learnt) == 0 {
			t.Errorf("of 14 pairs that were left %d are merged: %+v", merged, after)
		}
		c.Run(t, []apitest.Scenario{
			done("merges.list", fmt.Sprintf(`{"record":"REVU-%d"}`, from+2*72), `{"merges":[{"state":"active","rule":"match","made_by":{"type":"sys_user"}}]}`),
			done("merges.list", fmt.Sprintf(`{"record":"REVU-%d"}`, from+2*70), `{"merges":[]}`),
			done("duplicates.list", `{"state":"rejected"}`, `{"duplicates":[{"rule":"match"}]}`),
			// Claims suggest, and prove nothing.
			done("duplicates.list", `{"rev_user":"`+victim+`"}`, `{"duplicates":[{"rule":"match","other":{"display_id":"`+who(t, mallory)+`"}}]}`),
			done("merges.list", `{"record":"`+victim+`"}`, `{"merges":[]}`),
		})
		undone := c.Post(t, "merges.list", fmt.Sprintf(`{"record":"REVU-%d"}`, from+2*72), 200).Text(t, "merges.0.id")
		c.Post(t, "merges.undo", `{"id":"`+undone+`"}`, 200)
		scan(t, c)
		c.Run(t, []apitest.Scenario{
			done("merges.list", fmt.Sprintf(`{"record":"REVU-%d"}`, from+2*72), `{"merges":[{"state":"undone"}]}`), // and none after it
			refused("careless", "dev-orgs.settings.update", `{"auto_merge_precision":0.5}`, 400, `{"field_name":"auto_merge_precision"}`),
			refused("nowhere", "dev-orgs.settings.update", `{"time_zone":"Mars/Olympus"}`, 400, `{"field_name":"time_zone"}`),
			refused("certain", "dev-orgs.settings.update", `{"auto_merge_precision":1}`, 400, `{"field_name":"auto_merge_precision"}`),
		})
	})
}

// TestDuplicatesFollow creates and changes contacts after a search: each is
// compared at once, and what no longer matches is dropped.
func TestDuplicatesFollow(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		k.App.StartWorkers(t.Context())
		c := newShop(t, k, "Acme").admin
		crowd(t, c)
		from := twice(t, c, 12)
		scan(t, c)
		listed := func(n, want int) {
			t.Helper()
			var got apitest.Response
			for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
				got = c.Post(t, "duplicates.list", fmt.Sprintf(`{"rev_user":"REVU-%d"}`, n), 200)
				if strings.Count(string(got.Body), `"rule":"match"`) == want {
					return
				}
			}
			t.Fatalf("REVU-%d: %s", n, got.Body)
		}
		made := c.Post(t, "rev-users.create", `{"external_ref":"new","display_name":"Greta Castellano","email":"brightside77@new.example","phone_numbers":["+4930179000001"]}`, 201)
		n := revu(t, made.Text(t, "rev_user.display_id"))
		listed(n, 0)
		// The same once more: a third record of one that has two.
		c.Post(t, "rev-users.update", fmt.Sprintf(`{"id":"REVU-%d","display_name":"Amaru Quackenbush","email":"blue.kestrel10@three.example","phone_numbers":["+491512000000"]}`, n), 200)
		listed(n, 2)
		c.Post(t, "rev-users.delete", fmt.Sprintf(`{"id":"REVU-%d"}`, from), 200)
		listed(n, 1)
		c.Post(t, "rev-users.update", fmt.Sprintf(`{"id":"REVU-%d","display_name":"Greta Castellano","email":"brightside77@new.example","phone_numbers":["+4930179000001"]}`, n), 200)
		listed(n, 0)
	})
}
