package canned

import (
	"slices"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/tag"
)

func TestReplyCheck(t *testing.T) {
	for _, tt := range []struct{ shortcut, title, body, field string }{
		{" Refund-Policy_2 ", " Refunds ", "x", ""},
		{"", "x", "x", "shortcut"},
		{"two words", "x", "x", "shortcut"},
		{"größe", "x", "x", "shortcut"},
		{strings.Repeat("a", MaxShortcut), strings.Repeat("ä", MaxTitle), strings.Repeat("x", MaxBody), ""},
		{strings.Repeat("a", MaxShortcut+1), "x", "x", "shortcut"},
		{"x", " ", "x", "title"},
		{"x", "two\nlines", "x", "title"},
		{"x", strings.Repeat("ä", MaxTitle+1), "x", "title"},
		{"x", "x", " \n", "body"},
		{"x", "x", strings.Repeat("x", MaxBody+1), "body"},
		{"x", "x", "a\x00b", "body"},
		{"x", "x", "Hi {{contact.firstname}}", "body"},
	} {
		r := &Reply{Shortcut: tt.shortcut, Title: tt.title, Body: tt.body}
		err := r.Check()
		if (err != nil) != (tt.field != "") || err != nil && errs.As(err).Field != tt.field {
			t.Errorf("%q %q %q: %v, want a complaint about %q", tt.shortcut, firstOf(tt.title), firstOf(tt.body), err, tt.field)
		}
	}
	r := &Reply{Shortcut: " Refund-Policy_2 ", Title: " Refunds ", Body: "x"}
	if err := r.Check(); err != nil || r.Shortcut != "refund-policy_2" || r.Title != "Refunds" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestFill(t *testing.T) {
	values := map[string]string{
		"contact.first_name": "Ada", "contact.name": "[Ada](https://evil.example)\n<don:x> {{agent.name}}", "agent.name": "Bob", "account.name": "",
	}
	for _, tt := range []struct{ text, want, missing string }{
		{"plain { } }} text", "plain { } }} text", ""},
		{"Hi {{contact.first_name}}{{ contact.first_name | there }}!", "Hi AdaAda!", ""},
		{"Hi {{contact.email|there}}, {{contact.email| }}.", "Hi there, .", ""},
		{"At {{account.name}} and {{account.name}} by {{ agent.first_name }}", "At {{account.name}} and {{account.name}} by {{ agent.first_name }}", "account.name agent.first_name"},
		{"{{contact.name}}", `\[Ada\](https://evil.example) \<don:x\> ((agent.name))`, ""},
	} {
		if err := CheckText("body", tt.text); err != nil {
			t.Errorf("%q: %v", tt.text, err)
		}
		got, missing := Fill(tt.text, values)
		if got != tt.want || strings.Join(missing, " ") != tt.missing {
			t.Errorf("%q: %q, missing %v; want %q, missing %s", tt.text, got, missing, tt.want, tt.missing)
		}
	}
}

func TestBadPlaceholders(t *testing.T) {
	for _, text := range []string{
		"{{", "{{}}", "{{name}}", "{{contact.first_name", "{{contact.first_name}", "{{{contact.first_name}}}", "{{contact.first_name|{{agent.name}}}}",
		"{{CONTACT.NAME}}", "ok {{agent.name}} and {{agent.email}}", "{{contact first_name}}",
	} {
		if err := CheckText("body", text); !errs.Is(err, errs.Invalid) || errs.As(err).Field != "body" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzFill checks that a text that is accepted leaves no braces open once all values
// are known, whatever they are.
func FuzzFill(f *testing.F) {
	f.Add("Hi {{contact.first_name|there}}, {{ agent.name }}", "Ada {{x}}")
	f.Add("{{contact.name|}}{", "{")
	f.Fuzz(func(t *testing.T, text, value string) {
		if CheckText("body", text) != nil {
			return
		}
		values := map[string]string{}
		for _, name := range Placeholders {
			values[name] = value
		}
		filled, missing := Fill(text, values)
		if value != "" && (len(missing) > 0 || placeholder.MatchString(filled)) {
			t.Errorf("%q with %q: %q, missing %v", text, value, filled, missing)
		}
	})
}

func TestFirstName(t *testing.T) {
	for name, want := range map[string]string{"Ada Lovelace": "Ada", " Ada ": "Ada", "ada@navy.example": "", "": ""} {
		if got := FirstName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestMacroCheck(t *testing.T) {
	some := []tag.Use{{N: 1}}
	all := []don.Type{don.Conversation, don.Ticket}
	for name, tt := range map[string]struct {
		actions []Action
		field   string
		of      []don.Type
	}{
		"everything for both":  {[]Action{{Kind: Answer, Body: "Hi {{contact.name|you}}"}, {Kind: Note, Body: "x"}, {Kind: Assign}, {Kind: AddTags, Tags: some}, {Kind: RemoveTags, Tags: some}, {Kind: Spam}, {Kind: Stage, Stage: "resolved"}}, "", all},
		"of conversations":     {[]Action{{Kind: Snooze, Minutes: MaxMinutes}, {Kind: Stage, Stage: "hold"}}, "", all[:1]},
		"of tickets":           {[]Action{{Kind: Severity, Severity: "high"}, {Kind: Stage, Stage: "queued"}}, "", all[1:]},
		"nothing":              {nil, "actions", nil},
		"too much":             {make([]Action, MaxActions+1), "actions", nil},
		"twice":                {[]Action{{Kind: Assign}, {Kind: Assign, MemberN: 2}}, "actions[1].type", nil},
		"no text":              {[]Action{{Kind: Assign}, {Kind: Note}}, "actions[1].body", nil},
		"unknown placeholder":  {[]Action{{Kind: Answer, Body: "{{x}}"}}, "actions[0].body", nil},
		"no stage":             {[]Action{{Kind: Stage}}, "actions[0].stage", nil},
		"unknown stage":        {[]Action{{Kind: Stage, Stage: "gone"}}, "actions[0].stage", nil},
		"no tags":              {[]Action{{Kind: AddTags}}, "actions[0].tags", nil},
		"no time":              {[]Action{{Kind: Snooze}}, "actions[0].minutes", nil},
		"too long":             {[]Action{{Kind: Snooze, Minutes: MaxMinutes + 1}}, "actions[0].minutes", nil},
		"unknown severity":     {[]Action{{Kind: Severity, Severity: "x"}}, "actions[0].severity", nil},
		"unknown kind":         {[]Action{{Kind: "x"}}, "actions[0].type", nil},
		"snoozed and resolved": {[]Action{{Kind: Snooze, Minutes: 1}, {Kind: Stage, Stage: "resolved"}}, "actions[1].stage", nil},
		"for neither":          {[]Action{{Kind: Snooze, Minutes: 1}, {Kind: Severity, Severity: "high"}}, "actions", nil},
	} {
		m := &Macro{Name: " M ", Actions: tt.actions}
		err := m.Check()
		if (err != nil) != (tt.field != "") || err != nil && errs.As(err).Field != tt.field {
			t.Errorf("%s: %v, want a complaint about %q", name, err, tt.field)
		}
		if err == nil && (m.Name != "M" || !slices.Equal(m.For(), tt.of)) {
			t.Errorf("%s: %q is for %v, want %v", name, m.Name, m.For(), tt.of)
		}
	}
	for _, name := range []string{"", " ", "a\nb", strings.Repeat("x", MaxTitle+1)} {
		if err := (&Macro{Name: name, Actions: []Action{{Kind: Assign}}}).Check(); err == nil || errs.As(err).Field != "name" {
			t.Errorf("%q: %v", firstOf(name), err)
		}
	}
}
