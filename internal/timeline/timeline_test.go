package timeline

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/tag"
)

func TestReadDeltas(t *testing.T) {
	const text = `{"DisplayName":{"old":"Ada","new":"Ada L."},"Owners":{"old":null,"new":[2]},"ParentN":{"old":7,"new":0},
		"Tags":{"new":[{"n":3,"v":"gold"}]},"Associations":{"old":[{"t":"account","n":4,"role":"cto"}]},"Verified":{"old":false,"new":true},
		"Identifiers":{"new":[{"k":"email","v":"ada@acme.example","p":2}]},"Members":{"new":["revu/1","devu/2"]},"Merged":{"old":false,"new":true},
		"Custom":{"old":{"tnt__plan":"gold","tnt__n":1},"new":{"tnt__n":2}},"merge":5,"ClosedAt":{"new":"2026-01-02T03:04:05.678901Z"},"Title":{"new":"2026-01-02T03:04:05Z"}}`
	got, err := ReadDeltas(text)
	if err != nil {
		t.Fatal(err)
	}
	one := func(s string) Value { return Value{Kind: String, Texts: []string{s}} }
	number := func(s string) Value { return Value{Kind: Other, Other: json.RawMessage(s)} }
	want := []Delta{
		{"associations", Value{Kind: IDList, IDs: []don.ID{don.Of(don.Account, 4)}}, Value{}},
		{"actual_close_date", Value{}, Value{Kind: Time, Texts: []string{"2026-01-02T03:04:05.678Z"}}},
		{"tnt__n", number("1"), number("2")},
		{"tnt__plan", one("gold"), Value{}},
		{"display_name", one("Ada"), one("Ada L.")},
		{"identifiers", Value{}, Value{Kind: List, Texts: []string{"email ada@acme.example"}}},
		{"members", Value{}, Value{Kind: IDList, IDs: []don.ID{don.Of(don.Contact, 1), don.Of(don.Member, 2)}}},
		{"owned_by", Value{}, Value{Kind: IDList, IDs: []don.ID{don.Of(don.Member, 2)}}},
		{"parent_account", Value{Kind: ID, IDs: []don.ID{don.Of(don.Account, 7)}}, Value{}},
		{"tags", Value{}, Value{Kind: Tags, Tags: []tag.Use{{N: 3, Value: "gold"}}}},
		{"title", Value{}, one("2026-01-02T03:04:05Z")},
		{"is_verified", Value{Kind: Bool}, Value{Kind: Bool, Bool: true}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, none := range []string{"", "{}"} {
		if got, err := ReadDeltas(none); got != nil || err != nil {
			t.Errorf("%q is read as %v, %v", none, got, err)
		}
	}
	if _, err := ReadDeltas(`{"Owners":{"new":"x"}}`); err == nil {
		t.Error("what is no list of numbers is read as owners")
	}
}

func TestCheck(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	good := Comment{Body: "x", BodyType: Text, Visibility: Internal}
	soon := now.Add(59 * time.Second)
	for _, tc := range []struct {
		field  string
		change func(*Comment)
	}{
		{"", func(*Comment) {}},
		{"body", func(c *Comment) { c.Body = " \n" }},
		{"body", func(c *Comment) { c.Body = strings.Repeat("x", MaxBody+1) }},
		{"body", func(c *Comment) { c.Body = "\xff" }},
		{"body_type", func(c *Comment) { c.BodyType = "snap_kit" }},
		{"visibility", func(c *Comment) { c.Visibility = "all" }},
		{"private_to", func(c *Comment) { c.PrivateTo = []string{"devu/2"} }},
		{"labels", func(c *Comment) { c.Labels = make([]string, MaxLabels+1) }},
		{"labels[0]", func(c *Comment) { c.Labels = []string{""} }},
		{"labels[1]", func(c *Comment) { c.Labels = []string{"x", strings.Repeat("ü", MaxLabel+1)} }},
		{"external_ref", func(c *Comment) { c.Ref = strings.Repeat("x", MaxRef+1) }},
		{"expires_at", func(c *Comment) { c.ExpiresAt = &soon }},
	} {
		c := good
		tc.change(&c)
		got := ""
		if e := errs.As(c.Check(now)); e != nil {
			got = e.Field
		}
		if got != tc.field {
			t.Errorf("%+.200v: error about %q, want %q", c, got, tc.field)
		}
	}
}

func TestReaders(t *testing.T) {
	c := Comment{Visibility: Private, CreatedBy: "devu/1", PrivateTo: []string{"devu/2"}}
	for tail, want := range map[string]bool{"devu/1": true, "devu/2": true, "devu/3": false, "": false} {
		if got := c.ReadableBy(tail); got != want {
			t.Errorf("a private comment is readable by %q: %v", tail, got)
		}
	}
}
