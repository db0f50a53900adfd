// Package timeline knows what stands on the timeline of a record: comments that
// people write, and the changes that history tells of.
package timeline

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/link"
)

// Visibility says who may read a comment.
type Visibility string

// The visibilities, from the narrowest.
const (
	Private  Visibility = "private"  // who wrote it and those it names
	Internal Visibility = "internal" // members of the org
	External Visibility = "external" // these and the customers whom the record is about
	Public   Visibility = "public"   // whoever may see the record
)

// Visibilities are all of them.
var Visibilities = []Visibility{Private, Internal, External, Public}

// Body types.
const (
	Text = "text" // Markdown, of which a safe part is shown
	Data = "data" // for programs; people are not shown it
)

// Comment is what somebody wrote on a record.
type Comment struct {
	// Of is the record as it was when the comment came: an undone merge takes it
	// back there, and reads take the comments of all that are one record now.
	Of         don.ID
	ID         int64 // rises with time, together with the ids of history
	Body       string
	BodyType   string
	Visibility Visibility
	PrivateTo  []string // tails of ids of users
	Labels     []string
	Ref        string     // external reference, unique on the record
	ExpiresAt  *time.Time // when it goes by itself
	Deleted    bool       // its place stays, without what it said
	CreatedAt  time.Time
	CreatedBy  string
	ModifiedAt time.Time
	ModifiedBy string
	Claimed    bool  // who wrote it only said who they are
	Parent     int64 // the comment on the same record that it answers, 0 for none

	// Where they were read: what hangs on it, how users reacted, how many answers
	// whoever asks may read.
	Files     []*artifact.Artifact
	Reactions []Reaction
	Replies   int
}

// Shown reports whether the customers whom the record is about may read the comment.
func (c *Comment) Shown() bool { return c.Visibility == External || c.Visibility == Public }

// Over reports whether the comment has gone by itself.
func (c *Comment) Over(now time.Time) bool { return c.ExpiresAt != nil && !c.ExpiresAt.After(now) }

// ReadableBy reports whether a user, named by the tail of its id, may read a
// comment that members may read.
func (c *Comment) ReadableBy(tail string) bool {
	return c.Visibility != Private || c.CreatedBy == tail || slices.Contains(c.PrivateTo, tail)
}

// Whole is the thread of all comments: those that answer none, and all answers.
const Whole = -1

// Event is a change of a record.
type Event struct {
	Of     don.ID // as it was then, see Comment
	ID     int64  // rises with time, together with the ids of comments
	At     time.Time
	Actor  string // tail of an id
	Op     string // created, updated, deleted, restored, rev_user_merged, …
	Deltas []Delta
	Link   *link.Link // that came or went
	Merge  *Merge     // of conversations, that was made or undone
}

// Item is one entry of a timeline: one of the two.
type Item struct {
	Comment *Comment
	Event   *Event
}

// ID returns the entry's id.
func (i Item) ID() int64 {
	if i.Comment != nil {
		return i.Comment.ID
	}
	return i.Event.ID
}

// Limits of a comment.
const (
	MaxBody   = 64 << 10 // bytes
	MaxLabels = 16
	MaxLabel  = 64  // characters
	MaxRef    = 512 // characters
	MaxReader = 100
	MinLife   = time.Minute // of what goes by itself
)

// Check reports the first thing that is wrong with a comment that is to be kept at
// a time.
func (c *Comment) Check(now time.Time) error {
	switch {
	case !slices.Contains(Visibilities, c.Visibility):
		return errs.BadEnum("visibility", string(c.Visibility), names(Visibilities))
	case c.BodyType != Text && c.BodyType != Data:
		return errs.BadEnum("body_type", c.BodyType, []string{Text, Data})
	case strings.TrimSpace(c.Body) == "" && len(c.Files) == 0:
		return errs.Missing("body")
	case len(c.Body) > MaxBody:
		return errs.NotPermitted("body", "has %d bytes; at most %d are allowed", len(c.Body), MaxBody)
	case !utf8.ValidString(c.Body) || strings.ContainsRune(c.Body, 0):
		return errs.NotPermitted("body", "is not UTF-8 text")
	case len(c.PrivateTo) > 0 && c.Visibility != Private:
		return errs.NotPermitted("private_to", "is for comments whose visibility is private, not %s", c.Visibility)
	case len(c.PrivateTo) > MaxReader:
		return errs.NotPermitted("private_to", "has %d values; at most %d are allowed", len(c.PrivateTo), MaxReader)
	case len(c.Labels) > MaxLabels:
		return errs.NotPermitted("labels", "has %d values; at most %d are allowed", len(c.Labels), MaxLabels)
	case utf8.RuneCountInString(c.Ref) > MaxRef:
		return errs.NotPermitted("external_ref", "has %d characters; at most %d are allowed", utf8.RuneCountInString(c.Ref), MaxRef)
	case c.ExpiresAt != nil && c.ExpiresAt.Before(now.Add(MinLife)):
		return errs.NotPermitted("expires_at", "%s is less than a minute from now", c.ExpiresAt.Format(time.RFC3339))
	}
	for i, l := range c.Labels {
		if n := utf8.RuneCountInString(l); n < 1 || n > MaxLabel {
			return errs.NotPermitted("labels["+strconv.Itoa(i)+"]", "has %d characters; 1 to %d are allowed", n, MaxLabel)
		}
	}
	return nil
}

func names(all []Visibility) []string {
	out := make([]string, len(all))
	for i, v := range all {
		out[i] = string(v)
	}
	return out
}

// News is that something has happened to a record, told in the order in which it
// became visible.
type News struct {
	Seq int64  // its number in the org, from 1
	Of  don.ID // the record
	Op  string // created, updated, deleted, restored, comment_created, rev_user_merged, …
	To  int64  // the last number of a range of records, or the id of a comment
	At  time.Time
}

// How news name what happens to comments.
const (
	Commented        = "comment_created"
	CommentChanged   = "comment_updated"
	CommentWithdrawn = "comment_deleted"
)

// How news name what one member alone is told.
const (
	Told = "notification_created" // a notice, whose id is To; Of is the member
	Read = "notification_updated" // the member, Of, has read notices
	Seen = "seen"                 // the member with the number To has looked at a conversation, or laid it aside unread
)

// Member returns the number of the one member whom the news are for, 0 when they
// are for everybody who may know the record.
func (n News) Member() int64 {
	switch {
	case n.Of.Type == don.Member && (n.Op == Told || n.Op == Read):
		return n.Of.N
	case n.Of.Type == don.Conversation && n.Op == Seen:
		return n.To
	default:
		return 0
	}
}

// Comment reports whether the news are of a comment, whose id is To.
func (n News) Comment() bool {
	return n.Op == Commented || n.Op == CommentChanged || n.Op == CommentWithdrawn
}
