package contact

import (
	"strconv"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/tag"
)

// Fields of the index by which lists of contacts are filtered and sorted.
const (
	AttrName  = "c.name"  // the folded display name
	AttrPlace = "c.place" // account or workspace, as account/7
	AttrTag   = "c.tag"   // a tag's number, and again with =value when it has one
	AttrOwner = "c.owner" // a member's number
)

// Attr is one index entry of a contact.
type Attr struct{ Field, Value string }

// Attrs returns the index entries of a contact with these properties.
func Attrs(name string, places []Association, tags []tag.Use, owners []int64) []Attr {
	return append(Refers(places, tags, owners), Attr{AttrName, FoldName(name)})
}

// Refers returns those of a contact's index entries that lead to other records.
func Refers(places []Association, tags []tag.Use, owners []int64) []Attr {
	out := make([]Attr, 0, 1+len(places)+len(tags)+len(owners))
	for _, a := range places {
		out = append(out, Attr{AttrPlace, don.Of(a.Type, a.N).Tail()})
	}
	for _, t := range tags {
		n := strconv.FormatInt(t.N, 10)
		out = append(out, Attr{AttrTag, n})
		if t.Value != "" {
			out = append(out, Attr{AttrTag, n + "=" + t.Value})
		}
	}
	for _, o := range owners {
		out = append(out, Attr{AttrOwner, strconv.FormatInt(o, 10)})
	}
	return out
}
