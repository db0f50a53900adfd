package identity

import (
	"context"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
)

// createAll creates the contacts of observations without looking who has their
// identifiers: the index refuses one that is taken, with kind conflict, and then
// nothing is written. Resolve tells whose it is.
func createAll(ctx context.Context, tx Tx, obs []Observation) ([]Outcome, error) {
	first, err := tx.Next(ctx, don.Contact, len(obs))
	if err != nil {
		return nil, err
	}
	settings := tx.Scope().Settings
	out := make([]Outcome, len(obs))
	made := make([]*contact.Contact, len(obs))
	entries := make([]Entry, 0, 3*len(obs))
	for i := range obs {
		c := newContact(tx, &obs[i], first+int64(i))
		for _, id := range c.Identifiers {
			entries = append(entries, entryOf(id, c.N, settings))
		}
		made[i], out[i] = c, Outcome{Contact: c, Created: true, Changed: true}
	}
	if err := tx.AddNewIdentifiers(ctx, entries); err != nil {
		return nil, err
	}
	return out, tx.InsertContacts(ctx, made)
}

// strangers reports whether the observations all ask for a new contact and, as
// far as they show, may all have one: no two name the same identifier.
func strangers(obs []Observation) bool {
	seen := make(map[string]bool, 3*len(obs))
	for i := range obs {
		if obs[i].Mode != CreateOnly {
			return false
		}
		for _, id := range obs[i].Identifiers {
			k := Key(id.Kind, id.Norm())
			if seen[k] {
				return false
			}
			seen[k] = true
		}
	}
	return true
}

func newContact(tx Tx, o *Observation, n int64) *contact.Contact {
	now, author := tx.Now(), tx.Scope().Actor.Tail()
	c := &contact.Contact{
		N: n, DisplayName: o.DisplayName, FullName: o.FullName, Description: o.Description,
		Identifiers: mainFirst(o.Identifiers), Associations: o.Associations, Owners: o.Owners, Tags: o.Tags, Subtype: o.Subtype, Custom: o.Custom, Picture: o.Picture,
		State: "active", Version: 1, CreatedAt: now, CreatedBy: author, ModifiedAt: now, ModifiedBy: author,
	}
	c.Verified = verified(c)
	if c.DisplayName == "" {
		c.DisplayName = contact.InventName()
	}
	return c
}
