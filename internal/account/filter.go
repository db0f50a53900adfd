package account

import (
	"time"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/tag"
)

// MaxFilterValues is how many values one field of a filter may list.
const MaxFilterValues = 200

// Filter says which accounts a list or count takes. An account matches when it
// meets every field that is set, and it meets a field when any of the field's
// values fits. The zero value takes all.
type Filter struct {
	Names     []string // display names, compared folded
	Domains   []string // normalised
	Refs      []string // external references, normalised
	Owners    []int64  // member numbers
	Tags      []tag.Use
	Tiers     []string
	Websites  []string
	Parents   []int64      // account numbers
	CreatedBy []string     // tails of actors' DONs, such as devu/1
	Numbers   []int64      // these accounts only
	Where     filter.Bound // which the store\'s indexes serve; the zero one takes all
	// Bounds of the dates belong to the range.
	CreatedAfter, CreatedBefore   *time.Time
	ModifiedAfter, ModifiedBefore *time.Time
}

// Check reports as invalid, by the API's name of the field, what has more than
// MaxFilterValues values.
func (f Filter) Check() error {
	return checkSizes(map[string]int{
		"display_name": len(f.Names), "domains": len(f.Domains), "external_refs": len(f.Refs), "owned_by": len(f.Owners), "tags": len(f.Tags),
		"tier": len(f.Tiers), "websites": len(f.Websites), "parent": len(f.Parents), "created_by": len(f.CreatedBy), "id": len(f.Numbers),
	})
}

// WorkspaceFilter says which workspaces a list or count takes, as Filter does
// for accounts.
type WorkspaceFilter struct {
	Accounts  []int64  // account numbers
	Names     []string // display names, compared folded
	Refs      []string // external references, normalised
	Tags      []tag.Use
	Owners    []int64      // member numbers
	CreatedBy []string     // tails of actors' DONs, such as devu/1
	Numbers   []int64      // these workspaces only
	Where     filter.Bound // which the store\'s indexes serve; the zero one takes all
	// Bounds of the dates belong to the range.
	CreatedAfter, CreatedBefore   *time.Time
	ModifiedAfter, ModifiedBefore *time.Time
}

// Check reports as invalid, by the API's name of the field, what has more than
// MaxFilterValues values.
func (f WorkspaceFilter) Check() error {
	return checkSizes(map[string]int{
		"account": len(f.Accounts), "display_name": len(f.Names), "external_ref": len(f.Refs), "tags": len(f.Tags),
		"owned_by": len(f.Owners), "created_by": len(f.CreatedBy), "id": len(f.Numbers),
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
