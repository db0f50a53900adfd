// Package usage knows what customers do in the product that they are customers
// of, as its pages and its backend tell: events that happened to one contact at
// one time.
package usage

import (
	"encoding/json"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Event is something that a contact did.
type Event struct {
	// ContactN is the contact as it was named when the event came, AccountN and
	// WorkspaceN the customer that it belonged to then, 0 for none: merges leave
	// them, reads take the events of all that are one record now.
	ContactN    int64
	AccountN    int64
	WorkspaceN  int64
	ID          int64 // of events of one moment, the later ones have the higher
	At          time.Time
	Name        string
	Ref         string          // the sender's id of the event, "" for none: one of a contact counts once
	Payload     json.RawMessage // an object
	Context     json.RawMessage // the device and page that it happened on, "" for none
	PublishedBy string          // tail of an id
}

// Limits of events.
const (
	MaxBatch    = 100     // events that are published at once
	MaxName     = 128     // characters
	MaxRef      = 128     // characters
	MaxPayload  = 4 << 10 // bytes
	MaxContext  = 2 << 10 // bytes
	KeptDays    = 90      // for which events are kept
	ContactDays = 7       // how far back contacts may tell of themselves
	ContactMost = 2000    // events of one day that a contact may tell of itself
	Ahead       = 5 * time.Minute

	// PerDay is how many events an organisation may publish in a day unless the
	// installation says otherwise.
	PerDay = 100_000
)

// Check reports the first thing that is wrong with an event that is to be kept
// at a time. Field is the event's, such as events_list[2].
func (e *Event) Check(field string, now time.Time, byContact bool) error {
	days := KeptDays
	if byContact {
		days = ContactDays
	}
	switch {
	case e.Name == "":
		return errs.Missing(field + ".name")
	case !plain(e.Name, MaxName):
		return errs.NotPermitted(field+".name", "must have 1 to %d printable characters, such as report_exported", MaxName)
	case !plain(e.Ref, MaxRef):
		return errs.NotPermitted(field+".event_id", "must have at most %d printable characters", MaxRef)
	case len(e.Payload) > MaxPayload:
		return errs.NotPermitted(field+".payload", "has %d bytes; at most %d are allowed", len(e.Payload), MaxPayload)
	case len(e.Context) > MaxContext:
		return errs.NotPermitted(field+".client_context", "has %d bytes; at most %d are allowed", len(e.Context), MaxContext)
	case e.At.After(now.Add(Ahead)):
		return errs.NotPermitted(field+".event_time", "%s lies ahead; give when the event happened, or leave it out for now", spell(e.At))
	case e.At.Before(now.AddDate(0, 0, -days)):
		return errs.NotPermitted(field+".event_time", "%s is more than %d days ago; leave the event out", spell(e.At), days)
	}
	return nil
}

func spell(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func plain(s string, most int) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > most {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// Query says which events of a record.
type Query struct {
	Of            don.ID // a contact, account or workspace
	Names         []string
	After, Before *time.Time // both included
	Edge          Edge       // of the event in front of the page, the zero one at the start
	Limit         int
}

// Edge is an event's place in the list, which has the latest first.
type Edge struct {
	At time.Time
	ID int64
}

// Edge returns the event's place.
func (e *Event) Edge() Edge { return Edge{e.At, e.ID} }

// Compare orders places as lists do.
func (e Edge) Compare(o Edge) int {
	if c := o.At.Compare(e.At); c != 0 {
		return c
	}
	switch {
	case e.ID > o.ID:
		return -1
	case e.ID < o.ID:
		return 1
	}
	return 0
}

// Tally is how many events of a name a record had on a day.
type Tally struct {
	Of    don.ID
	Day   int64 // see DayOf; EverDay for all days
	Name  string
	N     int64
	First time.Time
	Last  time.Time
}

// Publisher says whose events of a day are counted together.
type Publisher string

// The publishers.
const (
	ByAll      Publisher = ""
	ByContacts Publisher = "contacts" // with their own session tokens
)

// EverDay is the day of the tallies of all time, which have no name.
const EverDay = 0

// DayOf returns the day of a time, in UTC, as the number of days since 1970.
func DayOf(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// Start returns when a day begins.
func Start(day int64) time.Time { return time.Unix(day*24*60*60, 0).UTC() }

// Limits of summaries.
const (
	ShownDays  = 30     // days that a summary tells of
	ShownNames = 20     // names that it has, the most frequent ones
	MaxTallies = 20_000 // tallies that are read for it
)

// Summary is what a record's events come to.
type Summary struct {
	N           int64 // of all time
	First, Last time.Time
	Days        []int64 // events of each of the last ShownDays days, the last one today
	Names       []Named // of these days, the most frequent first
	More        bool    // there are more of them
}

// Named is how often events of a name happened.
type Named struct {
	Name string
	N    int64
	Last time.Time
}
