package directory

import (
	"context"
	"time"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// ContactPatch says what a contact shall be: everything it has on creation,
// what changes on update.
type ContactPatch struct {
	DisplayName *string // cleared or absent on creation: one is invented
	FullName    *string
	Description *string
	Email       *string   // the main e-mail; others stay
	Phones      *[]string // in any form that has a country code
	Ref         *string   // the main external reference
	Refs        *[]string // all external references, the main one first
	Owners      *[]int64  // members
	Tags        *[]tag.Use
	Custom      *schema.Change
	Blocked     *bool  // whether what the contact writes is refused
	Picture     *int64 // a file that shows the person, 0 for none
}

// ContactFound is a contact with the records it refers to.
type ContactFound = Found[*contact.Contact]

// CreateContact adds a contact that belongs to the accounts and workspaces
// given. It never matches an existing one: an identifier that is taken is a
// conflict. Other errors: invalid, and not_found for a reference.
func (s *Service) CreateContact(ctx context.Context, sc org.Scope, p ContactPatch, places []Place) (ContactFound, error) {
	draft := &contact.Contact{}
	if err := p.identify(sc, draft, time.Time{}); err != nil {
		return ContactFound{}, err
	}
	if err := p.describe(draft); err != nil {
		return ContactFound{}, err
	}
	if p.Owners == nil && p.Tags == nil && p.Custom == nil && p.Picture == nil && len(places) == 0 {
		// Nothing to look up: the observation may share a transaction with others.
		out, err := s.resolve.Resolve(ctx, sc, observation(draft))
		return ContactFound{out.Contact, &Names{}}, err
	}
	var made ContactFound
	err := s.write(ctx, sc, func(tx Tx) error {
		c := cloneContact(draft)
		if err := p.refer(ctx, tx, c, true); err != nil {
			return err
		}
		if err := place(ctx, tx, c, places, nil); err != nil {
			return err
		}
		pictured, err := setPicture(ctx, tx, c, p.Picture)
		if err != nil {
			return err
		}
		out, err := identity.Resolve(ctx, tx, []identity.Observation{observation(c)})
		if err != nil {
			return err
		}
		if out[0].Err != nil {
			return out[0].Err
		}
		if err := pictured.hang(ctx, tx, artifact.Place{Of: contactOf(out[0].Contact.N), Entry: artifact.OfPerson}); err != nil {
			return err
		}
		if err := Assigned(ctx, tx, contactOf(out[0].Contact.N), nil, c.Owners); err != nil {
			return err
		}
		made, err = found(ctx, tx, needs.contact, out[0].Contact)
		return err
	})
	return made, err
}

// observation states a draft as a contact to create.
func observation(c *contact.Contact) identity.Observation {
	return identity.Observation{
		Mode: identity.CreateOnly, Source: SourceAPI,
		DisplayName: c.DisplayName, FullName: c.FullName, Description: c.Description,
		Identifiers: c.Identifiers, Associations: c.Associations, Owners: c.Owners, Tags: c.Tags,
		Subtype: c.Subtype, Custom: c.Custom, Picture: c.Picture,
	}
}

// GetContact returns one contact or not_found. One that was merged into another
// is as it would be alone, in state deleted, and names its survivor.
func (s *Service) GetContact(ctx context.Context, sc org.Scope, n int64) (ContactFound, error) {
	var got ContactFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		c, err := shownContact(ctx, tx, n)
		if err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.contact, c)
		return err
	})
	return got, err
}

// shownContact returns a contact for reading; it may have been merged away.
func shownContact(ctx context.Context, tx Tx, n int64) (*contact.Contact, error) {
	all, err := tx.Contacts(ctx, []int64{n}, false)
	if err != nil || all[n] != nil {
		return all[n], err
	}
	return identity.MergedAway(ctx, tx, n)
}

// liveContact returns a contact that is to be changed. One that was merged into
// another is invalid, and the error names that other.
func liveContact(ctx context.Context, tx Tx, n int64, lock bool) (*contact.Contact, error) {
	all, err := tx.Contacts(ctx, []int64{n}, lock)
	if err != nil {
		return nil, err
	}
	if all[n] == nil {
		return nil, identity.Absent(ctx, tx, contactOf(n))
	}
	return all[n], nil
}

// UpdateContact changes a contact. Errors: invalid, not_found, conflict.
func (s *Service) UpdateContact(ctx context.Context, sc org.Scope, n int64, p ContactPatch) (ContactFound, error) {
	return s.editContact(ctx, sc, n, func(tx Tx, c *contact.Contact) error {
		if err := p.identify(sc, c, tx.Now()); err != nil {
			return err
		}
		if err := p.describe(c); err != nil {
			return err
		}
		pictured, err := setPicture(ctx, tx, c, p.Picture)
		if err != nil {
			return err
		}
		if err := pictured.hang(ctx, tx, artifact.Place{Of: contactOf(n), Entry: artifact.OfPerson}); err != nil {
			return err
		}
		return p.refer(ctx, tx, c, false)
	})
}

// editContact lets edit change a copy of a contact and saves it.
func (s *Service) editContact(ctx context.Context, sc org.Scope, n int64, edit func(Tx, *contact.Contact) error) (ContactFound, error) {
	var got ContactFound
	err := s.write(ctx, sc, func(tx Tx) error {
		before, err := liveContact(ctx, tx, n, true)
		if err != nil {
			return err
		}
		after := cloneContact(before)
		if err := edit(tx, after); err != nil {
			return err
		}
		if _, err := identity.Change(ctx, tx, before, after); err != nil {
			return err
		}
		if err := Assigned(ctx, tx, contactOf(n), before.Owners, after.Owners); err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.contact, after)
		return err
	})
	return got, err
}

// DeleteContact moves a contact to the trash; its identifiers are free at once.
func (s *Service) DeleteContact(ctx context.Context, sc org.Scope, n int64) error {
	return s.write(ctx, sc, func(tx Tx) error {
		c, err := liveContact(ctx, tx, n, true)
		if err != nil {
			return err
		}
		return identity.Delete(ctx, tx, c)
	})
}

// RestoreContact brings a contact back from the trash. Identifiers that others
// took meanwhile are a conflict that lists them, unless withoutClashes leaves
// them out.
func (s *Service) RestoreContact(ctx context.Context, sc org.Scope, n int64, withoutClashes bool) (ContactFound, error) {
	var got ContactFound
	err := s.write(ctx, sc, func(tx Tx) error {
		c, err := identity.Restore(ctx, tx, n, withoutClashes)
		if err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.contact, c)
		return err
	})
	return got, err
}

// identify applies what the patch says about identifiers. Since is when new
// ones were given, zero for a new contact.
func (p ContactPatch) identify(sc org.Scope, c *contact.Contact, since time.Time) error {
	e := editOf(c, since, sc.Settings)
	if err := p.identifyRefs(sc, e); err != nil {
		return err
	}
	if p.Email != nil {
		if err := e.replaceMain(contact.KindEmail, "email", *p.Email); err != nil {
			return err
		}
	}
	if p.Phones != nil {
		if err := e.replaceAll(contact.KindPhone, "phone_numbers", *p.Phones); err != nil {
			return err
		}
	}
	return nil
}

func (p ContactPatch) identifyRefs(sc org.Scope, e edit) error {
	if p.Refs != nil {
		if err := e.replaceAll(contact.KindRef, "external_refs", e.ownedRefs(sc, *p.Refs)); err != nil {
			return err
		}
	}
	if p.Ref != nil {
		ref := append(e.ownedRefs(sc, []string{*p.Ref}), "")[0]
		if p.Refs != nil {
			return e.lead(contact.KindRef, "external_ref", ref, sc)
		}
		if err := e.replaceMain(contact.KindRef, "external_ref", ref); err != nil {
			return err
		}
	}
	return e.singleRef(sc)
}

// describe applies the fields that need nothing but themselves.
func (p ContactPatch) describe(c *contact.Contact) error {
	if p.Blocked != nil {
		c.Blocked = *p.Blocked
	}
	if p.DisplayName != nil {
		if *p.DisplayName == "" {
			c.DisplayName = contact.InventName()
		} else if err := SetText(&c.DisplayName, "display_name", p.DisplayName, contact.DisplayName); err != nil {
			return err
		}
	}
	if err := SetText(&c.FullName, "full_name", p.FullName, contact.FullName); err != nil {
		return err
	}
	return SetText(&c.Description, "description", p.Description, contact.Description)
}

// refer applies the fields that need a look at other records or definitions.
func (p ContactPatch) refer(ctx context.Context, tx Tx, c *contact.Contact, create bool) error {
	if err := SetCustom(ctx, tx, don.Contact, p.Custom, create, &c.Custom, &c.Subtype); err != nil {
		return err
	}
	if err := SetOwners(ctx, tx, &c.Owners, p.Owners); err != nil {
		return err
	}
	return SetTags(ctx, tx, &c.Tags, p.Tags)
}

// OwnRef reports whether a reference is only what the API shows for a record
// that has none: its display id or full id. Storing it would make an identifier
// of what is none.
func OwnRef(sc org.Scope, id don.ID, ref string) bool {
	return id.N != 0 && (ref == id.Display() || ref == sc.Space.Format(id))
}
