// Package assignment holds the rules that say who of the team looks after what
// customers begin.
package assignment

import (
	"slices"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Limits of rules.
const (
	MaxRules    = 100 // of an org
	MaxMembers  = 100 // among whom one rule chooses
	MaxChannels = 20
	MaxOpen     = 1000 // that a rule can let a member have open
	CountMost   = 1000 // up to which it is counted what a member has open
)

// Strategy is how a rule chooses among its members.
type Strategy string

// The strategies.
const (
	RoundRobin Strategy = "round_robin" // one after the other
	LeastOpen  Strategy = "least_open"  // who has least open; among several, one after the other
)

// Strategies are all of them.
var Strategies = []string{string(RoundRobin), string(LeastOpen)}

// Rule is one of them. Rules are asked in their order until one knows who.
type Rule struct {
	N        int64
	Name     string
	Position int64 // the order of rules; of one position, that of their numbers
	Settings

	Last int64 `json:"-"` // the member whom the rule chose last, 0 for none yet

	Version    int64
	CreatedAt  time.Time
	CreatedBy  string // tail of the actor's DON
	ModifiedAt time.Time
	ModifiedBy string
}

// Settings are what members choose of a rule.
type Settings struct {
	Enabled  bool
	For      []don.Type // conversations, tickets
	Channels []string   // source channels; none: all
	Contact  string     // a filter over contacts in its text form, which the first contact meets; "": all, and those without contact
	Strategy Strategy
	Members  []int64 // among whom it chooses, in this order
	GroupN   int64   // or those of a group of members, 0 for none
	MaxOpen  int64   // who has as much open is passed over; 0 for no limit
}

// Kinds are what rules can be for.
var Kinds = []don.Type{don.Conversation, don.Ticket}

// ID returns the rule's id.
func (r *Rule) ID() don.ID { return don.Of(don.AssignmentRule, r.N) }

// Check validates the rule; errors name the field of the API.
func (r *Rule) Check() error {
	name, err := contact.DisplayName(r.Name)
	if err != nil {
		return err
	}
	r.Name = name
	switch {
	case len(r.For) == 0:
		return errs.NotPermitted("applies_to", "is empty; give conversation, ticket or both")
	case len(r.Channels) > MaxChannels:
		return errs.NotPermitted("source_channels", "has %d values; at most %d are allowed", len(r.Channels), MaxChannels)
	case len(r.Members) > 0 && r.GroupN != 0:
		return errs.NotPermitted("group", "stands beside members; a rule chooses among one or the other")
	case len(r.Members) == 0 && r.GroupN == 0:
		return errs.NotPermitted("members", "is empty; give members, or a group of them")
	case len(r.Members) > MaxMembers:
		return errs.NotPermitted("members", "has %d values; at most %d are allowed", len(r.Members), MaxMembers)
	case r.MaxOpen < 0 || r.MaxOpen > MaxOpen:
		return errs.NotPermitted("max_open", "%d is not between 0 and %d; 0 means no limit", r.MaxOpen, MaxOpen)
	case !slices.Contains(Strategies, string(r.Strategy)):
		return errs.NotPermitted("strategy", "%q is not one of %v", r.Strategy, Strategies)
	}
	return nil
}

// Fits reports whether the rule is for what comes by a channel.
func (r *Rule) Fits(t don.Type, channel string) bool {
	return r.Enabled && slices.Contains(r.For, t) && (len(r.Channels) == 0 || slices.Contains(r.Channels, channel))
}

// Counts reports whether the rule must know what its members have open.
func (r *Rule) Counts() bool { return r.Strategy == LeastOpen || r.MaxOpen > 0 }

// Choose returns who of the members, in their order, is next, 0 for nobody. Open
// has what each of them has open when the rule counts that.
func (r *Rule) Choose(members []int64, open map[int64]int) int64 {
	after := slices.Index(members, r.Last) + 1 // who is no longer there is as if nobody was chosen yet
	var best int64
	for i := range members {
		n := members[(after+i)%len(members)]
		switch {
		case r.MaxOpen > 0 && int64(open[n]) >= r.MaxOpen:
		case best == 0, r.Strategy == LeastOpen && open[n] < open[best]:
			best = n
		}
	}
	return best
}
