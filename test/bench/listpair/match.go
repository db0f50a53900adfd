package listpair

import (
	"slices"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/tag"
)

// Matches reports whether a seeded contact meets those fields of a filter that
// pairs use.
func Matches(f contact.Filter, c *contact.Contact) bool {
	return within(c.CreatedAt, f.CreatedAfter, f.CreatedBefore) && within(c.ModifiedAt, f.ModifiedAfter, f.ModifiedBefore) &&
		(f.Verified == nil || *f.Verified == c.Verified) && (f.CreatedBy == nil || slices.Contains(f.CreatedBy, c.CreatedBy)) &&
		(f.Owners == nil || slices.ContainsFunc(c.Owners, func(n int64) bool { return slices.Contains(f.Owners, n) })) &&
		(f.Places == nil || slices.ContainsFunc(c.Associations, func(a contact.Association) bool {
			return slices.Contains(f.Places, don.Of(a.Type, a.N))
		})) &&
		(f.Tags == nil || slices.ContainsFunc(c.Tags, func(u tag.Use) bool {
			return slices.Contains(f.Tags, u) || slices.Contains(f.Tags, tag.Use{N: u.N})
		}))
}

func within(t time.Time, after, before *time.Time) bool {
	return (after == nil || !t.Before(*after)) && (before == nil || !t.After(*before))
}
