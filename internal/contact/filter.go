package contact

import (
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/tag"
)

// MaxFilterValues is how many values one field of a filter may list.
const MaxFilterValues = 200

// Filter says which contacts a list, scan or count takes. A contact matches
// when it meets every field that is set, and it meets a field when any of the
// field's values fits. The zero value takes all.
type Filter struct {
	Places    []don.ID  // accounts and workspaces it is associated with
	Spaces    []don.ID  // the same once more: a contact must meet both
	Emails    []string  // normalised, main or further
	Refs      []string  // external references, normalised
	Phones    []string  // normalised
	Tags      []tag.Use // without a value: the tag with any or none
	Owners    []int64   // member numbers
	CreatedBy []string  // tails of actors' DONs, such as devu/1
	Verified  *bool
	Numbers   []int64      // these contacts only
	Where     filter.Bound // which the store's indexes serve; the zero one takes all
	// Bounds of the dates belong to the range.
	CreatedAfter, CreatedBefore   *time.Time
	ModifiedAfter, ModifiedBefore *time.Time
}

// Check reports as invalid, by the API's name of the field, what has more than
// MaxFilterValues values.
func (f Filter) Check() error {
	for field, n := range map[string]int{
		"associations": len(f.Places), "rev_org": len(f.Spaces), "email": len(f.Emails), "external_refs": len(f.Refs), "phone_numbers": len(f.Phones),
		"tags": len(f.Tags), "owned_by": len(f.Owners), "created_by": len(f.CreatedBy), "id": len(f.Numbers),
	} {
		if n > MaxFilterValues {
			return errs.NotPermitted(field, "lists %d values; a filter takes at most %d, so ask in several requests", n, MaxFilterValues)
		}
	}
	return nil
}
