package desk

import (
	"context"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/timeline"
)

type reactionTx interface {
	React(ctx context.Context, c *timeline.Comment, emoji string, on bool) (bool, error)
	DropReactions(ctx context.Context, c *timeline.Comment) error
	Reactions(ctx context.Context, of don.ID, ids []int64) (map[int64][]timeline.Reaction, error)
	Reactors(ctx context.Context, of don.ID, id int64, emoji, behind string, limit int) ([]timeline.Reactor, error)
}

// React lets the caller react to a comment with an emoji, or no more. Errors:
// not_found for a comment that the caller may not read and for one that was
// deleted, invalid for more reactions than a comment takes.
func (s *Service) React(ctx context.Context, sc org.Scope, id don.Child, emoji string, on bool) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		c, err := readable(ctx, tx, id, true)
		if err == nil && c.Deleted {
			err = errs.Gone("the comment")
		}
		if err != nil {
			return err
		}
		if on {
			if err := reactable(ctx, tx, c, emoji); err != nil {
				return err
			}
		}
		_, err = tx.React(ctx, c, emoji, on)
		return err
	})
}

// reactable refuses more reactions than a comment takes.
func reactable(ctx context.Context, tx Tx, c *timeline.Comment, emoji string) error {
	all, err := tx.Reactions(ctx, c.Of, []int64{c.ID})
	if err != nil {
		return err
	}
	for _, r := range all[c.ID] {
		if r.Emoji != emoji {
			continue
		}
		if r.N >= timeline.MaxReactors && !r.Mine {
			return errs.NotPermitted("emoji", "%d users have reacted with it already, which is all that a comment takes", r.N)
		}
		return nil
	}
	if n := len(all[c.ID]); n >= timeline.MaxEmoji {
		return errs.NotPermitted("emoji", "the comment has %d different ones already; react with one of them", n)
	}
	return nil
}

// Reactors returns a page of who reacted to a comment with an emoji, behind the
// one given. Its edge is the tail of an id. Errors: not_found.
func (s *Service) Reactors(ctx context.Context, sc org.Scope, id don.Child, emoji, behind string, limit int) (directory.Page[timeline.Reactor], error) {
	var got directory.Page[timeline.Reactor]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		c, err := readable(ctx, tx, id, false)
		if err != nil {
			return err
		}
		all, err := tx.Reactors(ctx, c.Of, c.ID, emoji, behind, limit+1)
		if err != nil {
			return err
		}
		rows := directory.Rows[timeline.Reactor]{Items: all[:min(limit, len(all))], More: len(all) > limit}
		if n := len(rows.Items); n > 0 {
			rows.Last = []any{rows.Items[n-1].By}
		}
		got, err = directory.PageWith(ctx, tx, func(w *directory.Wanted, r timeline.Reactor) { w.Tails(r.By) }, directory.Query{}, rows)
		return err
	})
	return got, err
}

// withMore reads what hangs on the comments among some entries, the reactions to
// them, how many answers they have, and what their records are now.
func withMore(ctx context.Context, tx Tx, items ...timeline.Item) error {
	if err := readWith(ctx, tx, items); err != nil {
		return err
	}
	if err := withFiles(ctx, tx, items...); err != nil {
		return err
	}
	comments := map[don.ID]map[int64]*timeline.Comment{}
	ids := map[don.ID][]int64{}
	for _, i := range items {
		if c := i.Comment; c != nil {
			if comments[c.Of] == nil {
				comments[c.Of] = map[int64]*timeline.Comment{}
			}
			comments[c.Of][c.ID] = c
			ids[c.Of] = append(ids[c.Of], c.ID)
			c.Reactions, c.Replies = nil, 0
		}
	}
	for of, all := range ids {
		reactions, err := tx.Reactions(ctx, of, all)
		if err != nil {
			return err
		}
		for id, list := range reactions {
			comments[of][id].Reactions = list
		}
		if err := countReplies(ctx, tx, of, all, comments[of]); err != nil {
			return err
		}
	}
	return nil
}
