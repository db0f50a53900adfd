// Package ticket knows what is to be done for customers: tickets and opportunities, and the products that they are about.
package ticket

import (
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// Sizes of the fields of works and parts.
const (
	MaxReporters = 100 // reported_by of one work
	MaxContacts  = 100 // contacts of one opportunity
)

// Work is a ticket or an opportunity. Members, contacts, accounts and workspaces
// stand in it as what they were when they were written; what was merged since is
// shown as what it is now.
type Work struct {
	Type        don.Type // don.Ticket or don.Opportunity
	N           int64
	Title       string
	Body        string
	PartN       int64
	Owners      []int64
	ReportedBy  []string // tails of contacts and members
	AccountN    int64    // 0 when WorkspaceN is set: the account is the workspace's
	WorkspaceN  int64
	Stage       string // the name of one of Stages
	Tags        []tag.Use
	Ref         string // external reference
	TargetClose *time.Time
	ActualClose *time.Time // since when the stage has been one of the closed ones
	Care
	Deal
	Subtype    string
	Custom     schema.Values
	Version    int64
	CreatedAt  time.Time
	CreatedBy  string // tail of the actor's DON
	ModifiedAt time.Time
	ModifiedBy string

	Files []int64 `json:",omitempty"` // artifact numbers, where a change of them is told
}

// Care is what only tickets have.
type Care struct {
	Severity      string   `json:",omitempty"`
	GroupN        int64    `json:",omitempty"`
	Channels      []string `json:",omitempty"`
	SourceChannel string   `json:",omitempty"`
	NeedsResponse bool     `json:",omitempty"`
	Spam          bool     `json:",omitempty"`
	Frozen        bool     `json:",omitempty"`
}

// Deal is what only opportunities have.
type Deal struct {
	Contacts       []int64  `json:",omitempty"` // contact numbers
	Amount         *float64 `json:",omitempty"`
	CustomerBudget *float64 `json:",omitempty"`
	Probability    *float64 `json:",omitempty"` // from 0 to 1
	Forecast       string   `json:",omitempty"`
	Priority       string   `json:",omitempty"`
	AnnualValue    *Money   `json:",omitempty"` // annual contract value
	Value          *Money   `json:",omitempty"`
}

// Money is an amount, as it was given, in a currency.
type Money struct{ Amount, Currency string }

// Reporters returns who reported the work.
func (w *Work) Reporters() []don.ID {
	out := make([]don.ID, len(w.ReportedBy))
	for i, tail := range w.ReportedBy {
		out[i] = don.FromTail(tail)
	}
	return out
}

// ID returns the work's id.
func (w *Work) ID() don.ID { return don.Of(w.Type, w.N) }

// Types are the types of works.
var Types = []don.Type{don.Ticket, don.Opportunity}

// kinds tell works of the two types apart that have the same number.
var kinds = map[don.Type]int64{don.Ticket: 1, don.Opportunity: 2}

// kindBits are the lowest bits of a key, which have the kind.
const kindBits = 2

// Key returns one number for works of both types: the number four times and the
// kind. So works of all types are in one table, which a list of several types
// walks along as of one, while each type counts from 1.
func Key(id don.ID) int64 { return id.N<<kindBits | kinds[id.Type] }

// OfKey returns the id of which Key is the number; the zero ID for no key.
func OfKey(key int64) don.ID {
	for t, k := range kinds {
		if key&(1<<kindBits-1) == k {
			return don.Of(t, key>>kindBits)
		}
	}
	return don.ID{}
}

// Part is a product that works are about.
type Part struct {
	N           int64
	Name        string
	Description string
	Owners      []int64
	Tags        []tag.Use
	Version     int64
	CreatedAt   time.Time
	CreatedBy   string // tail of the actor's DON
	ModifiedAt  time.Time
	ModifiedBy  string
}
