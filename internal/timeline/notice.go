package timeline

import (
	"time"

	"github.com/kith-id/kith/internal/don"
)

// NoticeKind is why a member is told something.
type NoticeKind string

// The kinds of notices.
const (
	Mentioned NoticeKind = "mentioned" // a comment names the member
	Assigned  NoticeKind = "assigned"  // the member became an owner
	Replied   NoticeKind = "replied"   // a customer wrote in a conversation that the member follows, or somebody in a thread of the member's
	Woken     NoticeKind = "woken"     // a conversation that the member follows was put off, and its time has come
)

// Notice is what one member is told.
type Notice struct {
	ID      int64 // rises with time
	MemberN int64
	Kind    NoticeKind
	Of      don.ID // the record as it was then
	Comment int64  // the comment's id, 0 for none
	Actor   string // who did it: the tail of an id
	At      time.Time
	ReadAt  *time.Time
	Rule    string // the name of the rule that made the member an owner, as it was then
}

// LastID is behind the ids of all comments and notices.
const LastID = 1<<63 - 1

// Limits of notices.
const (
	MaxTold    = 100 // members who are told of one thing
	NoticeDays = 90  // for which notices are kept
)

// Subscription is a member's word on being told about a record.
type Subscription struct {
	MemberN int64
	Off     bool
	At      time.Time
}
