package desk

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/timeline"
)

type threadTx interface {
	CountReplies(ctx context.Context, of don.ID, parents []int64, limit int) (map[int64]int, []*timeline.Comment, error)
	ThreadAuthors(ctx context.Context, of don.ID, parent int64, limit int) ([]string, error)
}

// maxPrivateReplies is how many private answers are looked at to count those that
// the caller may read.
const maxPrivateReplies = 1000

// countReplies notes with comments on a record how many answers the caller may
// read. Contacts see no threads: what they may read stands in one row.
func countReplies(ctx context.Context, tx Tx, of don.ID, ids []int64, comments map[int64]*timeline.Comment) error {
	if byCustomer(tx.Scope()) {
		return nil
	}
	counts, private, err := tx.CountReplies(ctx, of, ids, maxPrivateReplies)
	for id, n := range counts {
		comments[id].Replies = n
	}
	for _, c := range private {
		if reads(tx.Scope(), c) {
			comments[c.Parent].Replies++
		}
	}
	return err
}

// answer checks that a comment may answer another, by which it is read at most as
// widely: by nobody who does not read the other.
func answer(ctx context.Context, tx Tx, c *timeline.Comment) error {
	parent, err := readable(ctx, tx, don.Child{Of: c.Of, Kind: don.Comment, N: c.Parent}, true)
	if err != nil {
		return err
	}
	switch {
	case parent.Parent != 0:
		to := don.Child{Of: parent.Of, Kind: don.Comment, N: parent.Parent}
		return errs.NotPermitted("object", "is an answer itself; answer in its thread, on %s", tx.Scope().Space.FormatChild(to))
	case parent.Deleted:
		return errs.NotPermitted("object", "is a comment that was deleted; comment on %s instead", c.Of.Display())
	case c.Visibility == "":
		c.Visibility = parent.Visibility
	case slices.Index(timeline.Visibilities, c.Visibility) > slices.Index(timeline.Visibilities, parent.Visibility):
		return errs.NotPermitted("visibility", "%s is wider than %s, that of the comment which is answered; leave it out", c.Visibility, parent.Visibility)
	}
	if parent.Visibility != timeline.Private {
		return nil
	}
	readers := slices.DeleteFunc(append([]string{parent.CreatedBy}, parent.PrivateTo...), func(t string) bool { return t == tx.Scope().Actor.Tail() })
	if len(c.PrivateTo) == 0 {
		c.PrivateTo = directory.Distinct(readers)
	}
	for _, t := range c.PrivateTo {
		if t != tx.Scope().Actor.Tail() && !slices.Contains(readers, t) {
			return errs.NotPermitted("private_to", "%s may not read the comment which is answered; leave it out", don.FromTail(t).Display())
		}
	}
	return nil
}

// answered tells the members who take part in a thread of an answer: those who
// follow the record and are not told of it otherwise.
func answered(ctx context.Context, tx Tx, c *timeline.Comment) error {
	if c.Parent == 0 {
		return nil
	}
	authors, err := tx.ThreadAuthors(ctx, c.Of, c.Parent, 2*timeline.MaxTold)
	if err != nil {
		return err
	}
	now, err := directory.NowOf(ctx, tx, []don.ID{c.Of})
	if err != nil {
		return err
	}
	followers, err := subscribers(ctx, tx, now[0])
	if err != nil {
		return err
	}
	told := named(c)
	var members []int64
	for _, tail := range authors {
		id := don.FromTail(tail)
		if id.Type == don.Member && c.ReadableBy(tail) && slices.Contains(followers, id.N) && !slices.Contains(told, id.N) {
			members = append(members, id.N)
		}
	}
	return tell(ctx, tx, timeline.Replied, c.Of, c.ID, members)
}
