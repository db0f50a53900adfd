package tag

import (
	"time"

	"github.com/kith-id/kith/internal/errs"
)

// MaxFilterValues is how many values one field of a filter may list.
const MaxFilterValues = 200

// Filter says which tags a list or count takes: those that meet every field
// that is set. The zero value takes all.
type Filter struct {
	Names []string // any of them, compared folded
	// Bounds of the dates belong to the range.
	CreatedAfter, CreatedBefore   *time.Time
	ModifiedAfter, ModifiedBefore *time.Time
}

// Check reports as invalid when name has more than MaxFilterValues values.
func (f Filter) Check() error {
	if n := len(f.Names); n > MaxFilterValues {
		return errs.NotPermitted("name", "lists %d values; a filter takes at most %d, so ask in several requests", n, MaxFilterValues)
	}
	return nil
}
