// Package timeline knows what stands on the timeline of a record: comments that
// people write, and the changes that history tells of.
package timeline

import (
	"time"

	"github.com/kith-id/kith/internal/don"
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
	Artifacts  []int64
	Labels     []string
	Ref        string     // external reference, unique on the record
	Thread     int64      // the comment that this one answers, else 0
	ExpiresAt  *time.Time // when it goes by itself
	Deleted    bool       // its place stays, without what it said
	CreatedAt  time.Time
	CreatedBy  string
	ModifiedAt time.Time
	ModifiedBy string
}
