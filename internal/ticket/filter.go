package ticket

import (
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/tag"
)

// MaxFilterValues is how many values one field of a filter may list.
const MaxFilterValues = 200

// Filter says which works a list or count takes. A work matches when it meets
// every field that is set, and it meets a field when any of the field's values
// fits. The zero value takes all.
type Filter struct {
	Types         []don.Type
	Parts         []int64
	Owners        []int64
	Owned         *bool    // whether anybody looks after it
	Reporters     []don.ID // contacts and members
	People        []int64  // contacts who reported it or take part in it
	Contacts      []int64  // of opportunities
	CreatedBy     []string // tails of actors' DONs, such as devu/1
	ModifiedBy    []string
	Stages        []string
	States        []string
	Tags          []tag.Use
	Refs          []string
	Severities    []string
	Groups        []int64
	Channels      []string
	Sources       []string
	Subtypes      []string
	Forecasts     []string
	NeedsResponse *bool
	Spam          *bool
	Frozen        *bool
	Where         filter.Bound // over custom fields, which the store's indexes serve; the zero one takes all
	// Places are accounts and workspaces; every list is a condition of its own, and
	// an empty one finds nothing.
	Places [][]don.ID
	// Bounds of the dates belong to the range.
	CreatedAfter, CreatedBefore   *time.Time
	ModifiedAfter, ModifiedBefore *time.Time
	TargetAfter, TargetBefore     *time.Time
	ActualAfter, ActualBefore     *time.Time
}

// Check reports as invalid, by the API's name of the field, what has more than
// MaxFilterValues values.
func (f Filter) Check() error {
	return checkSizes(map[string]int{
		"applies_to_part": len(f.Parts), "owned_by": len(f.Owners), "reported_by": len(f.Reporters), "contacts": len(f.People),
		"opportunity.contacts": len(f.Contacts), "created_by": len(f.CreatedBy), "modified_by": len(f.ModifiedBy), "stage.name": len(f.Stages),
		"state": len(f.States), "tags": len(f.Tags), "external_ref": len(f.Refs), "ticket.severity": len(f.Severities), "ticket.group": len(f.Groups),
		"ticket.channels": len(f.Channels), "ticket.source_channel": len(f.Sources), "ticket.subtype": len(f.Subtypes),
	})
}

// PartFilter says which parts a list takes, as Filter does for works.
type PartFilter struct {
	Names      []string // compared folded
	Owners     []int64
	Tags       []tag.Use
	CreatedBy  []string // tails of actors' DONs, such as devu/1
	ModifiedBy []string
}

// Check reports as invalid, by the API's name of the field, what has more than
// MaxFilterValues values.
func (f PartFilter) Check() error {
	return checkSizes(map[string]int{
		"name": len(f.Names), "owned_by": len(f.Owners), "tags": len(f.Tags), "created_by": len(f.CreatedBy), "modified_by": len(f.ModifiedBy),
	})
}

func checkSizes(sizes map[string]int) error {
	for field, n := range sizes {
		if n > MaxFilterValues {
			return errs.NotPermitted(field, "lists %d values; a filter takes at most %d, so ask in several requests", n, MaxFilterValues)
		}
	}
	return nil
}
