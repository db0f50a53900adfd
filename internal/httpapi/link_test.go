package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

type linkPage struct {
	Links []struct {
		Display string `json:"display_id"`
		Type    string `json:"link_type"`
		Source  struct {
			Display string `json:"display_id"`
		} `json:"source"`
		Target struct {
			Display string `json:"display_id"`
		} `json:"target"`
	} `json:"links"`
	Next string `json:"next_cursor"`
	Prev string `json:"prev_cursor"`
}

// linksOf returns a record's links as "CONV-1 is_converted_to TKT-1, …".
func linksOf(t *testing.T, c apitest.Client, body string) (string, linkPage) {
	t.Helper()
	var p linkPage
	c.Post(t, "links.list", body, 200).Decode(t, &p)
	var out []string
	for _, l := range p.Links {
		out = append(out, l.Source.Display+" "+l.Type+" "+l.Target.Display)
	}
	return strings.Join(out, ", "), p
}

// desk makes a conversation, two tickets and an opportunity.
func deskRecords(t *testing.T, c apitest.Client) {
	t.Helper()
	c.Run(t, []apitest.Scenario{
		made("accounts.create", `{"display_name":"Acme"}`, `{}`),
		made("parts.create", `{"type":"product","name":"App","owned_by":[]}`, `{}`),
		made("conversations.create", `{"type":"support","title":"It is down"}`, `{}`),
		made("works.create", `{"type":"ticket","title":"Down","owned_by":["DEVU-1"],"applies_to_part":"PROD-1"}`, `{}`),
		made("works.create", `{"type":"ticket","title":"Down too","owned_by":[],"applies_to_part":"PROD-1"}`, `{}`),
		made("works.create", `{"type":"opportunity","title":"More","owned_by":[],"account":"ACC-1"}`, `{}`),
	})
}

func link(source, linkType, target string) string {
	return fmt.Sprintf(`{"link_type":%q,"source":%q,"target":%q}`, linkType, source, target)
}

func TestLinks(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		deskRecords(t, c)
		c.Run(t, []apitest.Scenario{
			made("links.create", link("CONV-1", "is_converted_to", "TKT-1"), `{"link":{"display_id":"LINK-1","link_type":"is_converted_to","created_by":{"display_id":"DEVU-1"},
				"source":{"type":"conversation","display_id":"CONV-1","title":"It is down"},
				"target":{"type":"ticket","display_id":"TKT-1","title":"Down","owned_by":[{"display_id":"DEVU-1"}]}}}`),
			made("links.create", link("TKT-1", "is_related_to", "OPP-1"), `{"link":{"display_id":"LINK-2"}}`),
			made("links.create", link("TKT-1", "is_parent_of", "TKT-2"), `{"link":{"display_id":"LINK-3"}}`),
			// What stands is returned, also turned round where that says the same.
			made("links.create", link("CONV-1", "is_converted_to", "TKT-1"), `{"link":{"display_id":"LINK-1"}}`),
			made("links.create", link("OPP-1", "is_related_to", "TKT-1"), `{"link":{"display_id":"LINK-2","source":{"display_id":"TKT-1"}}}`),
			refused("turned round", "links.create", link("TKT-2", "is_parent_of", "TKT-1"), 400, `{"type":"bad_request"}`),
			refused("with itself", "links.create", link("TKT-1", "is_related_to", "TKT-1"), 400, `{"type":"bad_request"}`),
			refused("a pair that is none", "links.create", link("TKT-1", "is_parent_of", "CONV-1"), 400, `{"type":"bad_request"}`),
			refused("a type without records", "links.create", link("TKT-1", "serves", "TKT-2"), 400, `{"type":"bad_request"}`),
			refused("no type", "links.create", link("TKT-1", "likes", "TKT-2"), 400, `{"type":"invalid_enum_value","field_name":"link_type"}`),
			refused("no record", "links.create", link("TKT-1", "is_related_to", "TKT-9"), 404, `{"type":"not_found","field_name":"target"}`),
			refused("another type", "links.create", link("TKT-1", "is_related_to", "ACC-1"), 400, `{"type":"unexpected_id_type","field_name":"target"}`),
			done("links.get", `{"id":"LINK-3"}`, `{"link":{"link_type":"is_parent_of"}}`),
			refused("none", "links.get", `{"id":"LINK-9"}`, 404, `{"type":"not_found"}`),
			refused("of no record", "links.list", `{"object":"TKT-9"}`, 404, `{"type":"not_found"}`),
		})
		one, two, three := "CONV-1 is_converted_to TKT-1", "TKT-1 is_related_to OPP-1", "TKT-1 is_parent_of TKT-2"
		for body, want := range map[string]string{
			`{"object":"TKT-1"}`:                                            one + ", " + two + ", " + three,
			`{"object":"TKT-1","direction":"is_source"}`:                    two + ", " + three,
			`{"object":"TKT-1","direction":"is_target"}`:                    one,
			`{"object":"TKT-1","link_type":["is_parent_of"]}`:               three,
			`{"object":"TKT-1","object_types":["conversation","account"]}`:  one,
			`{"object":"TKT-1","object_types":["account"]}`:                 "",
			`{"object":"TKT-1","mode":"before","limit":2}`:                  two + ", " + three,
			`{"object":"TKT-2"}`:                                            three,
			`{"object":"OPP-1","direction":"is_target","types":["serves"]}`: "",
		} {
			if got, _ := linksOf(t, c, body); got != want {
				t.Errorf("%s: %q, want %q", body, got, want)
			}
		}
		first, p := linksOf(t, c, `{"object":"TKT-1","limit":2}`)
		rest, last := linksOf(t, c, fmt.Sprintf(`{"object":"TKT-1","limit":2,"cursor":%q}`, p.Next))
		if first != one+", "+two || rest != three || last.Next != "" {
			t.Errorf("pages %q and %q, then %q", first, rest, last.Next)
		}
		c.Run(t, []apitest.Scenario{
			made("links.replace", `{"id":"LINK-3","link_type":"is_duplicate_of","source":"TKT-2","target":"TKT-1"}`, `{"link":{"display_id":"LINK-3","link_type":"is_duplicate_of"}}`),
			refused("said already", "links.replace", `{"id":"LINK-3","link_type":"is_related_to","source":"OPP-1","target":"TKT-1"}`, 409, `{"type":"conflict"}`),
			done("timeline-entries.list", `{"object":"TKT-2","collections":["events"]}`, `{"timeline_entries":[{"event":{"type":"created"}},
				{"event":{"type":"linked","linked":{"link":{"display_id":"LINK-3","link_type":"is_parent_of","source":{"display_id":"TKT-1","title":"Down"},"target":{"display_id":"TKT-2"}}}}},
				{"event":{"type":"annotated","operation":"unlinked"}}, {"event":{"type":"linked","linked":{"link":{"link_type":"is_duplicate_of"}}}}]}`),
			done("timeline-entries.list", `{"object":"CONV-1","collections":["events"]}`, `{"timeline_entries":[{"event":{"type":"created"}}, {"event":{"type":"linked"}}]}`),
			// Links go with a record, and come back with it.
			done("works.delete", `{"id":"TKT-1"}`, `{}`),
			refused("gone", "links.get", `{"id":"LINK-1"}`, 404, `{"type":"not_found"}`),
			refused("gone", "links.delete", `{"id":"LINK-1"}`, 404, `{"type":"not_found"}`),
			done("links.list", `{"object":"CONV-1"}`, `{"links":[]}`),
			done("works.restore", `{"id":"TKT-1"}`, `{}`),
			done("links.list", `{"object":"CONV-1"}`, `{"links":[{"display_id":"LINK-1"}]}`),
			done("links.delete", `{"id":"LINK-1"}`, `{}`),
			done("links.list", `{"object":"CONV-1"}`, `{"links":[]}`),
			refused("deleted", "links.delete", `{"id":"LINK-1"}`, 404, `{"type":"not_found"}`),
		})

		// Of the same link asked for at once, in both directions, there is one.
		var wait sync.WaitGroup
		for i := range 8 {
			ends := []string{"CONV-1", "OPP-1"}
			wait.Go(func() { c.Post(t, "links.create", link(ends[i%2], "is_related_to", ends[1-i%2]), 201) })
		}
		wait.Wait()
		if _, p := linksOf(t, c, `{"object":"CONV-1"}`); len(p.Links) != 1 {
			t.Errorf("%d links, want one: %+v", len(p.Links), p.Links)
		}
		// Replaced by several at once, each puts its own in its place.
		made := c.Post(t, "links.create", link("TKT-1", "is_related_to", "TKT-2"), 201).Text(t, "link.display_id")
		for i := range 8 {
			to := []string{"CONV-1", "TKT-2", "OPP-1"}[i%3]
			wait.Go(func() {
				res := c.Send(t, http.MethodPost, "/links.replace", nil, `{"id":"`+made+`","link_type":"is_follow_up_of","source":"TKT-1","target":"`+to+`"}`)
				if res.Status != http.StatusCreated {
					t.Errorf("to %s: %d %s", to, res.Status, res.Body)
				}
			})
		}
		wait.Wait()
	})
}
