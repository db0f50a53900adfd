package conversation

import (
	"slices"
	"time"
)

// Reader is a member of whom it is known what that one has read.
type Reader struct {
	N     int64
	Since time.Time // when the member came: what was written before is unread to nobody
}

// Mark tells how far a member has read a conversation, or one that was merged into
// it, by the ids of comments.
type Mark struct {
	Part  int64 // the number of the one in which this was written
	Heard int64 // the last message that a customer wrote
	Seen  int64 // the last comment that the member saw
}

// Unread reports whether a customer has written something that the member has not
// seen. What is closed has been seen to, and spam is not worth it.
func (c *Conversation) Unread(marks ...Mark) bool {
	stage, _ := StageNamed(c.Stage)
	return !stage.State.Final() && !c.Spam && slices.ContainsFunc(marks, Mark.Fresh)
}

// Fresh reports whether the member has not seen what a customer wrote last.
func (m Mark) Fresh() bool { return m.Heard > m.Seen }

// MaxUnread is how many unread messages are counted.
const MaxUnread = 100
