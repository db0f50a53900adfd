package desk

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/directory"
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

// alive leaves out what does not exist and adds all that is one with the others.
func alive(ctx context.Context, tx Tx, ids []don.ID) (live []don.ID, none bool, err error) {
	if len(ids) == 0 {
		return nil, false, nil
	}
	now, err := directory.NowOf(ctx, tx, ids)
	if err != nil {
		return nil, false, err
	}
	names, err := directory.LoadNames(ctx, tx, now...)
	if err != nil {
		return nil, false, err
	}
	for _, id := range now {
		if names.Has(id) {
			live = append(live, id)
		}
	}
	if len(live) == 0 {
		return nil, true, nil
	}
	live, err = directory.OnOneOf(ctx, tx, live)
	return live, false, err
}

// retag changes the tags of a record. One that is added again gets the value given,
// and those that were deleted meanwhile fall away.
func retag(ctx context.Context, tx Tx, dst *[]tag.Use, p ListPatch[tag.Use]) error {
	if p.empty() || p.Set != nil {
		return directory.SetTags(ctx, tx, dst, p.Set)
	}
	live, _, err := liveTags(ctx, tx, *dst)
	if err != nil {
		return err
	}
	uses := slices.DeleteFunc(live, func(u tag.Use) bool {
		same := func(o tag.Use) bool { return o.N == u.N }
		return slices.ContainsFunc(p.Remove, same) || slices.ContainsFunc(p.Add, same)
	})
	uses = append(uses, p.Add...)
	return directory.SetTags(ctx, tx, dst, &uses)
}

// customerOf returns the account or workspace that the first contact among some
// people belongs to, as what it is now; the zero id when there is none.
func customerOf(ctx context.Context, tx Tx, people []don.ID) (don.ID, error) {
	at := slices.IndexFunc(people, func(id don.ID) bool { return id.Type == don.Contact })
	if at < 0 {
		return don.ID{}, nil
	}
	names, err := directory.LoadNames(ctx, tx, people[at])
	if err != nil || names.Contacts[people[at].N] == nil {
		return don.ID{}, err
	}
	if a := names.Customer(names.Contacts[people[at].N]); a != nil {
		return names.Now(don.Of(a.Type, a.N)), nil
	}
	return don.ID{}, nil
}
