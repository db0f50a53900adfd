package desk

import (
	"context"
	"regexp"
	"slices"
	"strconv"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/timeline"
)

type timelineTx interface {
	InsertComment(ctx context.Context, c *timeline.Comment) error
	Comment(ctx context.Context, of don.ID, id int64, lock bool) (*timeline.Comment, error)
	CommentByRef(ctx context.Context, of don.ID, ref string) (*timeline.Comment, error)
	UpdateComment(ctx context.Context, after *timeline.Comment) error
	// Comments and Events return up to limit entries of a record beyond the id
	// edge: below it and downwards, or above it and upwards.
	Comments(ctx context.Context, of don.ID, thread, edge int64, down bool, limit int) ([]*timeline.Comment, error)
	Events(ctx context.Context, of don.ID, edge int64, down bool, limit int) ([]*timeline.Event, error)
}

// EntryFound is an entry with the records that it refers to.
type EntryFound = directory.Found[timeline.Item]

// wantItem asks for what an entry names.
func wantItem(w *directory.Wanted, i timeline.Item) {
	if c := i.Comment; c != nil {
		w.Tails(c.CreatedBy, c.ModifiedBy)
		w.Tails(c.PrivateTo...)
		w.IDs(c.Of)
		w.IDs(Mentions(c.Body)...)
		return
	}
	w.Tails(i.Event.Actor)
	w.IDs(i.Event.Of)
	if l := i.Event.Link; l != nil {
		wantLink(w, l)
	}
	for _, d := range i.Event.Deltas {
		for _, v := range []timeline.Value{d.Old, d.New} {
			w.IDs(v.IDs...)
			w.Tags(v.Tags)
		}
	}
}

// mention is how Markdown names a record: <don:…>. Only the end of the id counts,
// since no text can name another org's.
var mention = regexp.MustCompile(`<don:[a-z]+:[^:<>\s]+:devo/[^:<>\s]+:([a-z_]+/[0-9A-Za-z]+)>`)

// Mentions returns the records that a comment's text names, each once.
func Mentions(body string) []don.ID {
	var out []don.ID
	for _, m := range mention.FindAllStringSubmatch(body, -1) {
		if id := don.FromTail(m[1]); id.N != 0 && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// CreateComment writes a comment on a record. Errors: invalid, not_found for the
// record and for readers, conflict for an external reference that is taken, and for
// a key that came with another request.
func (s *Service) CreateComment(ctx context.Context, sc org.Scope, c timeline.Comment, files []int64, only directory.Once) (EntryFound, error) {
	var made EntryFound
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		c := c
		if c.Parent == 0 { // an answer is where the other comment is
			now, err := directory.NowOf(ctx, tx, []don.ID{c.Of})
			if err != nil {
				return err
			}
			c.Of = now[0]
		}
		id, err := madeOnce(ctx, tx, only, func() (int64, error) {
			err := comment(ctx, tx, &c, files)
			return c.ID, err
		})
		if err != nil {
			return err
		}
		if c.ID == 0 { // the request came before
			if err := existed(ctx, tx, c.Of); err != nil {
				return err
			}
			before, err := commentOfOne(ctx, tx, c.Of, id)
			if err != nil {
				return err
			}
			c = *before
		}
		made, err = shownEntry(ctx, tx, &c)
		return err
	})
	return made, err
}

// commentOfOne returns a comment on a record, or on what was merged into it since.
func commentOfOne(ctx context.Context, tx Tx, of don.ID, id int64) (*timeline.Comment, error) {
	all, err := directory.OnOneOf(ctx, tx, []don.ID{of})
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		c, err := tx.Comment(ctx, one, id, false)
		if !errs.Is(err, errs.NotFound) {
			return c, err
		}
	}
	return nil, errs.Gone("the comment")
}

// comment checks and writes a comment with what hangs on it.
func comment(ctx context.Context, tx Tx, c *timeline.Comment, ns []int64) error {
	if c.Parent != 0 {
		if err := answer(ctx, tx, c); err != nil {
			return err
		}
	}
	f, err := filesOfComment(ctx, tx, "artifacts", c, ListPatch[int64]{Set: &ns})
	if err != nil {
		return err
	}
	if err := c.Check(tx.Now()); err != nil {
		return err
	}
	if err := existed(ctx, tx, c.Of); err != nil {
		return err
	}
	if err := answers(ctx, tx, c.Of); err != nil {
		return err
	}
	readers := make([]don.ID, len(c.PrivateTo))
	for i, t := range c.PrivateTo {
		readers[i] = don.FromTail(t)
	}
	if _, err := directory.Writable(ctx, tx, "private_to", readers); err != nil {
		return err
	}
	if err := inTurn(ctx, tx, c); err != nil {
		return err
	}
	if err := write(ctx, tx, c); err != nil {
		return err
	}
	if err := f.hang(ctx, tx, placeOfComment(c), c.ExpiresAt); err != nil {
		return err
	}
	if !c.Shown() {
		return nil
	}
	return proceed(ctx, tx, c.Of)
}

// inTurn has those who write to each other in a conversation, and whoever merges it,
// wait for each other, and takes what has just been merged into another for that.
func inTurn(ctx context.Context, tx Tx, c *timeline.Comment) error {
	if c.Of.Type != don.Conversation || !c.Shown() {
		return nil
	}
	now, err := conversationNow(ctx, tx, c.Of.N, true)
	if err == nil && c.Parent == 0 {
		c.Of.N = now.N
	}
	return err
}

// madeOnce makes something and returns its number, or returns that of what the
// same request has made before.
func madeOnce(ctx context.Context, tx Tx, only directory.Once, do func() (int64, error)) (int64, error) {
	answer, err := directory.Repeat(ctx, tx, only, func() ([]byte, error) {
		n, err := do()
		return strconv.AppendInt(nil, n, 10), err
	})
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(answer), 10, 64)
}

// write adds a comment to a record's timeline.
func write(ctx context.Context, tx Tx, c *timeline.Comment) error {
	if err := keep(ctx, tx, c); err != nil {
		return err
	}
	return spread(ctx, tx, c)
}

// keep is write without telling anybody.
func keep(ctx context.Context, tx Tx, c *timeline.Comment) error {
	if err := tx.InsertComment(ctx, c); err != nil {
		return err
	}
	if c.Of.Type != don.Conversation || !c.Shown() {
		return nil
	}
	if err := hear(ctx, tx, c); err != nil {
		return err
	}
	return tx.TouchConversation(ctx, c.Of.N, c.CreatedAt)
}

// exists reports as not_found a record that has no timeline since it is not there,
// at least for the caller.
func exists(ctx context.Context, tx Tx, of don.ID) error {
	if byCustomer(tx.Scope()) && of.Type != don.Conversation && of.Type != don.Ticket {
		return errs.Gone(of.Display())
	}
	switch of.Type {
	case don.Conversation:
		_, err := conversationFor(ctx, tx, of.N)
		return err
	case don.Ticket, don.Opportunity:
		_, err := workFor(ctx, tx, of)
		return err
	default: // customers are among the names
	}
	w := &directory.Wanted{}
	w.IDs(of)
	names, err := w.Names(ctx, tx)
	if err == nil && !names.Has(of) {
		err = errs.Gone(of.Display())
	}
	return err
}

// readable returns a comment that the caller may read.
func readable(ctx context.Context, tx Tx, id don.Child, lock bool) (*timeline.Comment, error) {
	c, err := tx.Comment(ctx, id.Of, id.N, lock)
	if err == nil && !reads(tx.Scope(), c) {
		err = errs.Gone("the comment")
	}
	if err != nil {
		return nil, err
	}
	if err := existed(ctx, tx, c.Of); err != nil {
		return nil, err
	}
	return c, inReadablePart(ctx, tx, c.Of)
}

// shownEntry completes a comment with what hangs on it and what it refers to.
func shownEntry(ctx context.Context, tx Tx, c *timeline.Comment) (EntryFound, error) {
	item := timeline.Item{Comment: c}
	if err := withMore(ctx, tx, item); err != nil {
		return EntryFound{}, err
	}
	return directory.FoundWith(ctx, tx, wantItem, item)
}

// GetComment returns one comment or not_found, also for a private one of others.
func (s *Service) GetComment(ctx context.Context, sc org.Scope, id don.Child) (EntryFound, error) {
	var got EntryFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		c, err := readable(ctx, tx, id, false)
		if err != nil {
			return err
		}
		got, err = shownEntry(ctx, tx, c)
		return err
	})
	return got, err
}

// GetCommentByRef is GetComment by the record and the comment's external reference.
func (s *Service) GetCommentByRef(ctx context.Context, sc org.Scope, of don.ID, ref string) (EntryFound, error) {
	var got EntryFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		if err := existed(ctx, tx, of); err != nil {
			return err
		}
		all, err := readableParts(ctx, tx, of)
		if err != nil {
			return err
		}
		for _, of := range all {
			c, err := tx.CommentByRef(ctx, of, ref)
			if errs.Is(err, errs.NotFound) || err == nil && !reads(sc, c) {
				continue
			}
			if err == nil {
				got, err = shownEntry(ctx, tx, c)
			}
			return err
		}
		return errs.Gone("the comment")
	})
	return got, err
}

// CommentPatch says what changes about a comment.
type CommentPatch struct {
	Body     *string
	BodyType *string
	Ref      *string
	Labels   *[]string
	Files    ListPatch[int64]
}

// UpdateComment changes a comment. Errors: invalid, not_found, forbidden for a
// comment that somebody else wrote, conflict.
func (s *Service) UpdateComment(ctx context.Context, sc org.Scope, id don.Child, p CommentPatch) (EntryFound, error) {
	var got EntryFound
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		c, err := own(ctx, tx, id, "change")
		if err != nil {
			return err
		}
		after := *c
		set(&after.Body, p.Body)
		set(&after.BodyType, p.BodyType)
		set(&after.Ref, p.Ref)
		set(&after.Labels, p.Labels)
		f, err := filesOfComment(ctx, tx, "artifacts", &after, p.Files)
		if err != nil {
			return err
		}
		after.ExpiresAt = nil // checked when it was made
		if err := after.Check(tx.Now()); err != nil {
			return err
		}
		after.ExpiresAt = c.ExpiresAt
		if err := tx.UpdateComment(ctx, &after); err != nil {
			return err
		}
		if err := f.hang(ctx, tx, placeOfComment(&after), after.ExpiresAt); err != nil {
			return err
		}
		if err := mentionedAnew(ctx, tx, c, &after); err != nil {
			return err
		}
		got, err = shownEntry(ctx, tx, &after)
		return err
	})
	return got, err
}

func set[T any](dst, given *T) {
	if given != nil {
		*dst = *given
	}
}

// own returns a comment that the caller wrote.
func own(ctx context.Context, tx Tx, id don.Child, verb string) (*timeline.Comment, error) {
	c, err := readable(ctx, tx, id, true)
	switch {
	case err != nil:
		return nil, err
	case c.Deleted:
		return nil, errs.Gone("the comment")
	case c.CreatedBy != tx.Scope().Actor.Tail():
		return nil, errs.Denied("only who wrote a comment may %s it", verb)
	}
	return c, nil
}

// DeleteComment takes away what a comment said and what hangs on it; its place on
// the timeline stays.
func (s *Service) DeleteComment(ctx context.Context, sc org.Scope, id don.Child) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		c, err := own(ctx, tx, id, "delete")
		if err != nil {
			return err
		}
		f, err := filesOfComment(ctx, tx, "artifacts", c, ListPatch[int64]{Set: &[]int64{}})
		if err != nil {
			return err
		}
		if err := f.hang(ctx, tx, placeOfComment(c), nil); err != nil {
			return err
		}
		if err := tx.DropReactions(ctx, c); err != nil {
			return err
		}
		c.Deleted, c.Body, c.Ref, c.Labels = true, "", "", nil
		return tx.UpdateComment(ctx, c)
	})
}
