package desk

import (
	"context"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/tag"
)

// liveTags leaves out tags that were deleted: records that still have them are
// not shown with them. None tells that none of those looked for is left.
func liveTags(ctx context.Context, tx Tx, uses []tag.Use) (live []tag.Use, none bool, err error) {
	if len(uses) == 0 {
		return nil, false, nil
	}
	ns := make([]int64, len(uses))
	for i, u := range uses {
		ns[i] = u.N
	}
	known, err := tx.Tags(ctx, ns)
	for _, u := range uses {
		if known[u.N] != nil {
			live = append(live, u)
		}
	}
	return live, len(live) == 0, err
}

// idsOf makes ids of numbers; 0 is none.
func idsOf(t don.Type, ns []int64) []don.ID {
	out := make([]don.ID, 0, len(ns))
	for _, n := range ns {
		if n != 0 {
			out = append(out, don.Of(t, n))
		}
	}
	return out
}

func numbers(ids []don.ID) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = id.N
	}
	return out
}

// distinct returns the list without repetitions, in the order of first appearance.
func distinct[T comparable](list []T) []T {
	var out []T
	seen := make(map[T]bool, len(list))
	for _, v := range list {
		if !seen[v] {
			out = append(out, v)
		}
		seen[v] = true
	}
	return out
}
