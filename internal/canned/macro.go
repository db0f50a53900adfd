package canned

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/internal/ticket"
)

// Kind is what an action does.
type Kind string

// The kinds of actions.
const (
	Answer     Kind = "reply"        // writes to the customer
	Note       Kind = "note"         // writes to the team
	Assign     Kind = "set_owner"    // makes one member its owner
	Stage      Kind = "set_stage"    // moves it
	AddTags    Kind = "add_tags"     // puts tags on
	RemoveTags Kind = "remove_tags"  // takes tags off
	Snooze     Kind = "snooze"       // puts a conversation off
	Spam       Kind = "set_spam"     // says whether it is spam
	Severity   Kind = "set_severity" // of a ticket
)

// Kinds are all of them.
var Kinds = []Kind{Answer, Note, Assign, Stage, AddTags, RemoveTags, Snooze, Spam, Severity}

// Action is one thing that a macro does.
type Action struct {
	Kind     Kind      `json:"kind"`
	Body     string    `json:"body,omitempty"`    // of Answer and Note: Markdown with placeholders
	MemberN  int64     `json:"member,omitempty"`  // of Assign; 0 for who runs the macro
	Stage    string    `json:"stage,omitempty"`   // of Stage
	Tags     []tag.Use `json:"tags,omitempty"`    // of AddTags and RemoveTags
	Minutes  int       `json:"minutes,omitempty"` // of Snooze
	Spam     bool      `json:"spam,omitempty"`    // of Spam
	Severity string    `json:"severity,omitempty"`
}

// MaxMinutes is for how long a macro puts a conversation off at most: a year.
const MaxMinutes = 365 * 24 * 60

// Macro is a list of actions that are done together.
type Macro struct {
	N          int64
	Name       string
	Actions    []Action // replaced, never changed in place
	Version    int64
	CreatedAt  time.Time
	CreatedBy  string // tail of the actor's id
	ModifiedAt time.Time
	ModifiedBy string
}

// Objects are the types of records that macros are for.
var Objects = []don.Type{don.Conversation, don.Ticket}

// For returns the types of records to which all of the macro's actions can be done.
func (m *Macro) For() []don.Type {
	return slices.DeleteFunc(slices.Clone(Objects), func(t don.Type) bool {
		return slices.ContainsFunc(m.Actions, func(a Action) bool { return !a.fits(t) })
	})
}

// fits reports whether the action can be done to records of a type.
func (a Action) fits(t don.Type) bool {
	switch a.Kind {
	case Snooze:
		return t == don.Conversation
	case Severity:
		return t == don.Ticket
	case Stage:
		if t == don.Conversation {
			_, ok := conversation.StageNamed(a.Stage)
			return ok
		}
		_, err := ticket.StageNamed(t, a.Stage)
		return err == nil
	default: // the rest is for both
		return true
	}
}

// Operation returns the operation that does by hand to a record what the action does.
func (a Action) Operation(t don.Type) string {
	switch {
	case a.Kind == Answer || a.Kind == Note:
		return "timeline-entries.create"
	case t == don.Conversation:
		return "conversations.update"
	default:
		return "works.update"
	}
}

// Check trims the name and reports the first thing that is wrong.
func (m *Macro) Check() error {
	m.Name = strings.TrimSpace(m.Name)
	switch n := utf8.RuneCountInString(m.Name); {
	case m.Name == "":
		return errs.Missing("name")
	case n > MaxTitle || !utf8.ValidString(m.Name) || strings.ContainsFunc(m.Name, isControl):
		return errs.NotPermitted("name", "must be one line of at most %d characters; it has %d", MaxTitle, n)
	case len(m.Actions) == 0:
		return errs.Missing("actions")
	case len(m.Actions) > MaxActions:
		return errs.NotPermitted("actions", "has %d actions; at most %d are allowed", len(m.Actions), MaxActions)
	}
	for i, a := range m.Actions {
		field := fmt.Sprintf("actions[%d]", i)
		if slices.ContainsFunc(m.Actions[:i], func(o Action) bool { return o.Kind == a.Kind }) {
			return errs.NotPermitted(field+".type", "%q is there twice; a macro does each thing once", a.Kind)
		}
		if err := a.check(field); err != nil {
			return err
		}
	}
	return m.checkTogether()
}

func (a Action) check(field string) error {
	switch a.Kind {
	case Answer, Note:
		return CheckText(field+".body", a.Body)
	case Stage:
		if a.Stage == "" {
			return errs.Missing(field + ".stage")
		}
		if !slices.ContainsFunc(Objects, a.fits) {
			return errs.NotPermitted(field+".stage", "%q is no stage of conversations or tickets; give one such as resolved", firstOf(a.Stage))
		}
	case AddTags, RemoveTags:
		if len(a.Tags) == 0 {
			return errs.Missing(field + ".tags")
		}
	case Snooze:
		if a.Minutes < 1 || a.Minutes > MaxMinutes {
			return errs.NotPermitted(field+".minutes", "%d is not from 1 to %d, which is a year", a.Minutes, MaxMinutes)
		}
	case Severity:
		if !slices.Contains(ticket.Severities, a.Severity) {
			return errs.BadEnum(field+".severity", a.Severity, ticket.Severities)
		}
	case Assign, Spam: // whatever they say
	default: // of a newer program
		return errs.NotPermitted(field+".type", "%q is no action", firstOf(string(a.Kind)))
	}
	return nil
}

// checkTogether refuses actions that could never be done to one record.
func (m *Macro) checkTogether() error {
	at := func(k Kind) int { return slices.IndexFunc(m.Actions, func(a Action) bool { return a.Kind == k }) }
	snooze, stage := at(Snooze), at(Stage)
	if snooze >= 0 && stage >= 0 && m.Actions[stage].Stage != conversation.Hold {
		return errs.NotPermitted(fmt.Sprintf("actions[%d].stage", stage), "%q contradicts snooze, which puts on hold; leave one of the two out", m.Actions[stage].Stage)
	}
	if len(m.For()) == 0 {
		return errs.NotPermitted("actions", "can be done together neither to a conversation nor to a ticket; make a macro for each")
	}
	return nil
}
