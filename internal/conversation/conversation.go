// Package conversation knows what customers and the team say to each other: the
// record that their messages stand on, and the stages that it goes through.
package conversation

import (
	"slices"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// Limits of a conversation.
const (
	MaxMembers  = 100 // members
	MaxChannels = 100 // channels
	MaxProducts = 50  // that it is about
	MaxURLBytes = 2048
	MaxMerged   = 100 // conversations that are one
)

// Conversation is what customers and members say to each other about one matter.
// It names contacts, accounts and workspaces as they were when it was written:
// an undone merge so takes it back to whom it was with, and reads show what
// these are now.
type Conversation struct {
	N               int64
	Title           string
	Description     string
	Members         []string // tails of ids of contacts and members, replaced, never changed in place
	Owners          []int64
	AccountN        int64   // the customer, 0 for none
	WorkspaceN      int64   // the customer's workspace, 0 for none
	GroupN          int64   // the group of the team that sees to it, 0 for none
	Parts           []int64 `json:",omitempty"` // the products that it is about, replaced, never changed in place
	Stage           string
	Tags            []tag.Use
	SourceChannel   string
	SourceChannelV2 string   // as whoever wrote it knows the channel
	Channels        []string // the same
	Spam            bool
	Frozen          bool
	URLContext      string        // the page on which it began
	Subtype         string        `json:",omitempty"`
	Custom          schema.Values `json:",omitempty"` // replaced, never changed in place
	LastMessageAt   *time.Time    `json:",omitempty"` // when customers were last shown something new, or said something
	ClosedAt        *time.Time    `json:",omitempty"` // since when the stage is a closed one
	SnoozedUntil    *time.Time    `json:",omitempty"` // until when it is put off, and then comes back by itself
	Version         int64
	CreatedAt       time.Time
	CreatedBy       string
	ModifiedAt      time.Time
	ModifiedBy      string
	Claimed         bool `json:",omitempty"` // who began it only said who they are
}

// ActiveAt returns when something last happened in the conversation: its last
// message, or its beginning.
func (c *Conversation) ActiveAt() time.Time {
	if c.LastMessageAt != nil {
		return *c.LastMessageAt
	}
	return c.CreatedAt
}

// MemberIDs returns the contacts and members as the conversation names them.
func (c *Conversation) MemberIDs() []don.ID {
	out := make([]don.ID, len(c.Members))
	for i, tail := range c.Members {
		out[i] = don.FromTail(tail)
	}
	return out
}

// State is what stages have in common.
type State string

// The states.
const (
	Open       State = "open"
	InProgress State = "in_progress"
	Closed     State = "closed"
)

// States are all of them, in their order.
var States = []State{Open, InProgress, Closed}

// OpenStates are those in which something is to be done.
var OpenStates = []State{Open, InProgress}

// Final reports whether nothing more is to be done in the state.
func (s State) Final() bool { return s == Closed }

// Stage is how far a conversation has come.
type Stage struct {
	Name    string
	Ordinal int // by which stages are in order
	State   State
}

// Stages are all of them, in their order. New ones begin with the first.
var Stages = []Stage{
	{"new", 1, Open},
	{"needs_response", 2, InProgress},
	{"waiting_on_user", 3, InProgress},
	{"hold", 4, InProgress},
	{"suspended", 5, InProgress},
	{"resolved", 6, Closed},
	{"archived", 7, Closed},
}

// StageNames are the names of the stages.
func StageNames() []string {
	out := make([]string, len(Stages))
	for i, s := range Stages {
		out[i] = s.Name
	}
	return out
}

// StageNamed returns the stage with a name, false when there is none.
func StageNamed(name string) (Stage, bool) {
	return stageWhere(func(s Stage) bool { return s.Name == name })
}

// firstStage is the number of the first stage's id: stages of other records have
// those before.
const firstStage = 41

// Number returns the number of the stage's id.
func (s Stage) Number() int64 { return int64(s.Ordinal) - 1 + firstStage }

// StageNumbered returns the stage with the number, false when there is none.
func StageNumbered(n int64) (Stage, bool) {
	return stageWhere(func(s Stage) bool { return s.Number() == n })
}

func stageWhere(fits func(Stage) bool) (Stage, bool) {
	at := slices.IndexFunc(Stages, fits)
	if at < 0 {
		return Stage{}, false
	}
	return Stages[at], true
}

// Enter moves the conversation to a stage and notes when that closes it. One that
// was put off until a time and goes elsewhere does not come back at that time.
func (c *Conversation) Enter(s Stage, now time.Time) {
	if c.Stage != s.Name {
		c.SnoozedUntil = nil
	}
	c.Stage = s.Name
	switch {
	case !s.State.Final():
		c.ClosedAt = nil
	case c.ClosedAt == nil:
		c.ClosedAt = &now
	}
}

// Stages that messages lead to and from.
const (
	stageNew     = "new"
	needsReply   = "needs_response"
	waitsForUser = "waiting_on_user"
)

// Waiting reports whether the team is to say something next: nobody has answered
// yet, or not since the customer wrote last.
func (c *Conversation) Waiting() bool { return c.Stage == stageNew || c.Stage == needsReply }

// AfterMessage returns the stage in which a conversation is after somebody has
// said something in it that customers may read, by who that was. What nobody has
// answered yet stays new.
func AfterMessage(stage string, who don.Type) string {
	switch {
	case who == don.Contact && stage != stageNew:
		return needsReply
	case who == don.Member && (stage == stageNew || stage == needsReply):
		return waitsForUser
	default:
		return stage
	}
}
