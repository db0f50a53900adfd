// Package link knows how conversations, tickets and opportunities hang together:
// which kinds of links there are, and between which records.
package link

import (
	"slices"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Link says what one record is to another.
type Link struct {
	N          int64
	Type       string
	Source     End
	Target     End
	CreatedAt  time.Time
	CreatedBy  string
	ModifiedAt time.Time
	ModifiedBy string
}

// End is a record at one end of a link. What it is called is looked up, not kept.
type End struct {
	ID     don.ID
	Title  string
	Owners []int64
}

// Max bounds the links of one record, so that they are read at once.
const Max = 500

// Linkable are the types of records that have links.
var Linkable = []don.Type{don.Conversation, don.Ticket, don.Opportunity}

// The types of links that Kith makes.
const (
	ConvertedTo = "is_converted_to"
	DependsOn   = "is_dependent_on"
	DuplicateOf = "is_duplicate_of"
	FollowUpOf  = "is_follow_up_of"
	MergedInto  = "is_merged_into"
	ParentOf    = "is_parent_of"
	RelatedTo   = "is_related_to"
)

// Types are all that clients may name. Those that Kith does not make are between
// records that it does not have.
var Types = []string{
	"custom_link", "developed_with", "imports", "is_analyzed_by", ConvertedTo, DependsOn, DuplicateOf, FollowUpOf, MergedInto, ParentOf, "is_part_of",
	RelatedTo, "serves",
}

// pair is what a link of a type may be between.
func pair(linkType string, source, target don.Type) bool {
	switch linkType {
	case RelatedTo, FollowUpOf:
		return true
	case DuplicateOf, MergedInto, ParentOf:
		return source == target
	case DependsOn:
		return source != don.Conversation && target != don.Conversation
	case ConvertedTo:
		return target == don.Ticket && source == don.Conversation || target == don.Opportunity && source != don.Opportunity
	default: // of records that there are none of
		return false
	}
}

// Symmetric reports whether a link says the same in both directions.
func Symmetric(linkType string) bool { return linkType == RelatedTo }

// Check reports what is wrong with a link, whatever else there is.
func (l *Link) Check() error {
	s, t := l.Source.ID, l.Target.ID
	switch {
	case !slices.Contains(Types, l.Type):
		return errs.BadEnum("link_type", l.Type, Types)
	case s == t:
		return errs.BadRequest("%s cannot be linked with itself; give another target", s.Display())
	case !pair(l.Type, s.Type, t.Type):
		return errs.BadRequest("a %s cannot be linked with a %s by %s", s.Type.Wire(), t.Type.Wire(), l.Type)
	}
	return nil
}

// Beside checks a link against another one between the same two records. Same
// reports that it says the same; an error, that both cannot be true.
func (l *Link) Beside(o *Link) (same bool, err error) {
	switch turned := l.Source.ID == o.Target.ID; {
	case l.Type != o.Type:
		return false, nil
	case !turned || Symmetric(l.Type):
		return true, nil
	}
	return false, errs.BadRequest("%s is linked with %s by %s already; delete that link first", o.Source.ID.Display(), o.Target.ID.Display(), o.Type)
}

// Other returns the end that is not the record.
func (l *Link) Other(than don.ID) don.ID {
	if l.Source.ID == than {
		return l.Target.ID
	}
	return l.Source.ID
}

// FieldOf returns the field in which a record was given.
func (l *Link) FieldOf(id don.ID) string {
	if l.Source.ID == id {
		return "source"
	}
	return "target"
}
