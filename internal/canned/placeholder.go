package canned

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/errs"
)

// Placeholders are what a text may leave open, as {{contact.first_name}}, or with
// what stands there when nothing is known as {{contact.first_name|there}}.
var Placeholders = []string{
	"contact.first_name", "contact.name", "contact.email", "account.name", "agent.name", "agent.first_name", "conversation.id",
}

var (
	open        = "{{"
	placeholder = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_.]+)\s*(\|[^{}]*)?\}\}`)
)

// checkPlaceholders refuses what would be left in a text when it is filled in.
func checkPlaceholders(field, text string) error {
	rest := text
	for {
		at := strings.Index(rest, open)
		if at < 0 {
			return nil
		}
		rest = rest[at:]
		m := placeholder.FindStringSubmatchIndex(rest)
		if m == nil || m[0] != 0 {
			return errs.NotPermitted(field, "has {{ that begins no placeholder: %q; write one such as {{contact.first_name|there}}, or leave the braces out", firstOf(rest))
		}
		if name := rest[m[2]:m[3]]; !slices.Contains(Placeholders, name) {
			return errs.NotPermitted(field, "has the unknown placeholder %q; use one of %s", firstOf(rest[:m[1]]), strings.Join(Placeholders, ", "))
		}
		rest = rest[m[1]:]
	}
}

// firstOf shortens a text for a message.
func firstOf(text string) string {
	const limit = 40
	if r := []rune(text); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return text
}

// Fill puts values in the place of placeholders. Where there is none, and nothing to
// stand for it, the placeholder stays and is among the missing ones, each once.
func Fill(text string, values map[string]string) (filled string, missing []string) {
	filled = placeholder.ReplaceAllStringFunc(text, func(found string) string {
		m := placeholder.FindStringSubmatch(found)
		name, instead := m[1], m[2]
		switch v := values[name]; {
		case v != "":
			return plain(v)
		case instead != "":
			return strings.TrimSpace(instead[1:])
		}
		if !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
		return found
	})
	return filled, missing
}

var escapes = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "{", "(", "}", ")")

// plain makes a value stand in Markdown as it is: what customers call themselves
// brings no links along, names nobody, and begins no placeholder.
func plain(value string) string { return escapes.Replace(strings.Join(strings.Fields(value), " ")) }

// Example are values to show a text with.
var Example = map[string]string{
	"contact.first_name": "Grace", "contact.name": "Grace Hopper", "contact.email": "grace@example.com", "account.name": "Example Inc.", "conversation.id": "CONV-1",
}

// FirstName returns the first word of a name, or "" for what is no name but an address.
func FirstName(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 || strings.Contains(words[0], "@") {
		return ""
	}
	return words[0]
}
