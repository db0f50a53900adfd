package conversation

import (
	"time"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/tag"
)

// MaxFilterValues is how many values one field of a filter may list.
const MaxFilterValues = 200

// Filter says which conversations a list or count takes. A conversation matches
// when it meets every field that is set, and it meets a field when any of the
// field's values fits. The zero value takes all.
type Filter struct {
	Members    []string // tails of ids of contacts and members
	Owners     []int64  // member numbers
	Owned      *bool    // whether anybody looks after it
	Accounts   []int64  // account numbers
	SpacesOf   []int64  // workspaces that fit where Accounts are set, as those of the accounts
	Workspaces []int64  // workspace numbers
	Groups     []int64
	Parts      []int64 // part numbers
	Tags       []tag.Use
	Stages     []string // names
	States     []State
	Sources    []string // source_channel
	SourcesV2  []string // source_channel_v2
	Channels   []string
	Subtypes   []string
	CreatedBy  []string // tails of actors' DONs, such as devu/1
	Spam       *bool
	Frozen     *bool
	Where      filter.Bound // which the store's indexes serve; the zero one takes all
	Snoozed    *bool
	Unread     *bool  // whether Reader has something to read
	Reader     Reader // who asks, for Unread
	WaitsFor   int64  // a member who looks after it, or nobody does
	// Bounds of the dates belong to the range.
	CreatedAfter, CreatedBefore   *time.Time
	ModifiedAfter, ModifiedBefore *time.Time
	ClosedAfter, ClosedBefore     *time.Time
	ActiveAfter, ActiveBefore     *time.Time
}

// Check reports as invalid, by the API's name of the field, what has more than
// MaxFilterValues values. It is for filters as callers give them: those of merged
// records grow when all that are one with them are added.
func (f Filter) Check() error {
	for _, list := range []struct {
		field string
		size  int
	}{
		{"members", len(f.Members)},
		{"owned_by", len(f.Owners)},
		{"account", len(f.Accounts)},
		{"rev_orgs", len(f.Workspaces)},
		{"group", len(f.Groups)},
		{"applies_to_parts", len(f.Parts)},
		{"tags", len(f.Tags)},
		{"stage.name", len(f.Stages)},
		{"state", len(f.States)},
		{"source_channel", len(f.Sources)},
		{"source_channel_v2", len(f.SourcesV2)},
		{"channels", len(f.Channels)},
		{"subtype", len(f.Subtypes)},
		{"created_by", len(f.CreatedBy)},
	} {
		if list.size > MaxFilterValues {
			return errs.NotPermitted(list.field, "lists %d values; a filter takes at most %d, so ask in several requests", list.size, MaxFilterValues)
		}
	}
	return nil
}
