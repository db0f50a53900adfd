package directory

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/timeline"
)

type noticeTx interface {
	// Muting returns which members want to be told nothing of a conversation.
	Muting(ctx context.Context, n int64) ([]int64, error)
	InsertNotices(ctx context.Context, all []timeline.Notice) error
}

// Tell notifies members of what the caller does in this transaction: nobody of
// their own doing, and no more than timeline.MaxTold. Who has muted a conversation
// is told of it only that it is the member's now.
func Tell(ctx context.Context, tx Tx, kind timeline.NoticeKind, of don.ID, comment int64, members []int64) error {
	members = slices.DeleteFunc(Distinct(members), func(n int64) bool { return don.Of(don.Member, n) == tx.Scope().Actor })
	if of.Type == don.Conversation && kind != timeline.Assigned {
		now, err := NowOf(ctx, tx, []don.ID{of})
		if err != nil {
			return err
		}
		muting, err := tx.Muting(ctx, now[0].N)
		if err != nil {
			return err
		}
		members = without(members, muting)
	}
	known, err := tx.MembersByN(ctx, members)
	if err != nil {
		return err
	}
	var all []timeline.Notice
	for _, n := range members {
		if m, there := known[n]; there && m.State == org.Active && len(all) < timeline.MaxTold {
			all = append(all, timeline.Notice{MemberN: n, Kind: kind, Of: of, Comment: comment})
		}
	}
	return tx.InsertNotices(ctx, all)
}

// Assigned tells the members who became owners of a record. Imports and bulk
// actions do not call it: a member would be told thousands of times at once.
func Assigned(ctx context.Context, tx Tx, of don.ID, before, after []int64) error {
	fresh := slices.DeleteFunc(slices.Clone(after), func(n int64) bool { return slices.Contains(before, n) })
	if len(fresh) == 0 {
		return nil
	}
	return Tell(ctx, tx, timeline.Assigned, of, 0, fresh)
}
