package directory

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// MaxAssociations bounds how many accounts and workspaces a contact may belong to.
const MaxAssociations = 100

// Place says in which account or workspace a contact has a place, and which.
// Nil fields leave what stands; the zero time clears.
type Place struct {
	ID      don.ID
	Field   string // where the request gives the id, for errors
	Role    *string
	Primary *bool
	Since   *time.Time
	Until   *time.Time
}

// beside returns the path of another field of the object that has the place's id.
func (p Place) beside(name string) string { return p.Field[:strings.LastIndex(p.Field, ".")+1] + name }

// Associate gives a contact places in accounts and workspaces, or changes those
// it has. A workspace brings its account along. Errors: invalid, not_found.
func (s *Service) Associate(ctx context.Context, sc org.Scope, n int64, places []Place) (ContactFound, error) {
	return s.editContact(ctx, sc, n, func(tx Tx, c *contact.Contact) error {
		now := tx.Now()
		return place(ctx, tx, c, places, &now)
	})
}

// place adds or changes places of a contact. Since is when those begin that do
// not say, nil for a new contact's: they are as old as it is.
func place(ctx context.Context, tx Tx, c *contact.Contact, places []Place, since *time.Time) error {
	targets, err := targetsOf(ctx, tx, places, c)
	if err != nil {
		return err
	}
	return targets.place(c, places, since, tx.Scope().Settings)
}

// place is place for a contact and places whose targets are loaded.
func (t targets) place(c *contact.Contact, places []Place, since *time.Time, settings org.Settings) error {
	had := slices.Clone(c.Associations)
	for _, p := range places {
		if err := t.put(c, p, since); err != nil {
			return err
		}
		if w := t.Workspaces[p.ID.N]; p.ID.Type == don.Workspace {
			if err := t.put(c, Place{ID: accountOf(w.AccountN)}, since); err != nil {
				return err
			}
		}
	}
	if err := tooMany("associations", len(c.Associations), MaxAssociations); err != nil {
		return err
	}
	if settings.SingleAssociation {
		return t.single(c, had, places)
	}
	return nil
}

// targets are the accounts and workspaces that a contact belongs or shall belong to.
type targets struct{ *Names }

// targetsOf loads the accounts and workspaces of contacts and of the places
// given, which must exist.
func targetsOf(ctx context.Context, tx Tx, places []Place, of ...*contact.Contact) (targets, error) {
	want := newNeeds()
	for _, c := range of {
		want.places(c.Associations)
	}
	for _, p := range places {
		want.add(p.ID)
	}
	names := &Names{}
	if err := names.load(ctx, tx, want); err != nil {
		return targets{}, err
	}
	above := newNeeds()
	for _, w := range names.Workspaces {
		above.add(accountOf(w.AccountN))
	}
	above.add(ids(don.Account, want.of(don.Account))...)
	if err := names.loadAccounts(ctx, tx, above.of(don.Account)); err != nil {
		return targets{}, err
	}
	t := targets{names}
	for _, p := range places {
		if !t.Live(contact.Association{Type: p.ID.Type, N: p.ID.N}) {
			return targets{}, missing(p.Field, p.ID)
		}
	}
	return t, nil
}

func ids(t don.Type, ns []int64) []don.ID {
	out := make([]don.ID, len(ns))
	for i, n := range ns {
		out[i] = don.Of(t, n)
	}
	return out
}

// put adds a place to a contact or changes the one it has there.
func (t targets) put(c *contact.Contact, p Place, since *time.Time) error {
	at := slices.IndexFunc(c.Associations, func(a contact.Association) bool { return t.Now(don.Of(a.Type, a.N)) == t.Now(p.ID) })
	if at < 0 {
		c.Associations = append(c.Associations, contact.Association{Type: p.ID.Type, N: p.ID.N, Since: since, Source: SourceAPI})
		at = len(c.Associations) - 1
	}
	a := &c.Associations[at]
	if err := SetText(&a.Role, p.beside("role"), p.Role, contact.FullName); err != nil {
		return err
	}
	if err := setTime(&a.Since, p.beside("since"), p.Since); err != nil {
		return err
	}
	if err := setTime(&a.Until, p.beside("until"), p.Until); err != nil {
		return err
	}
	if a.Since != nil && a.Until != nil && a.Until.Before(*a.Since) {
		return errs.NotPermitted(p.beside("until"), "%s is before since, %s", a.Until.UTC().Format(time.RFC3339), a.Since.UTC().Format(time.RFC3339))
	}
	if p.Primary != nil {
		for i := range c.Associations {
			c.Associations[i].Primary = c.Associations[i].Primary && !*p.Primary
		}
		a.Primary = *p.Primary
	}
	return nil
}

// setTime stores a time that JSON can hold.
func setTime(dst **time.Time, field string, given *time.Time) error {
	if given == nil {
		return nil
	}
	if given.IsZero() {
		*dst = nil
		return nil
	}
	at := given.UTC()
	if at.Year() < 1 || at.Year() > 9999 {
		return errs.NotPermitted(field, "is not between the years 1 and 9999")
	}
	*dst = &at
	return nil
}

// single enforces that a contact gets no second account and no second workspace
// where the org says so. What it had before the org said so may stay and be
// changed. Places in the trash give way.
func (t targets) single(c *contact.Contact, had []contact.Association, places []Place) error {
	c.Associations = slices.DeleteFunc(c.Associations, func(a contact.Association) bool { return !t.Live(a) })
	for _, kind := range []don.Type{don.Account, don.Workspace} {
		now, before := placesOf(kind, t.Places(c)), placesOf(kind, t.Places(&contact.Contact{Associations: had}))
		isNew := func(id don.ID) bool { return !slices.Contains(before, id) }
		if len(now) <= 1 || !slices.ContainsFunc(now, isNew) {
			continue
		}
		return errs.NotPermitted(places[0].Field, "this org lets a contact belong to one account and one workspace; remove %s first", now[0].Display())
	}
	return nil
}

func placesOf(kind don.Type, as []contact.Association) []don.ID {
	var out []don.ID
	for _, a := range as {
		if a.Type == kind {
			out = append(out, don.Of(a.Type, a.N))
		}
	}
	return out
}

// Dissociate takes a contact out of accounts and workspaces. Out of an account
// means out of its workspaces too. A place it does not have is not_found. Of the
// places only the ids count.
func (s *Service) Dissociate(ctx context.Context, sc org.Scope, n int64, from []Place) (ContactFound, error) {
	return s.editContact(ctx, sc, n, func(tx Tx, c *contact.Contact) error {
		want := newNeeds()
		want.contact(c)
		for _, p := range from {
			want.add(p.ID)
		}
		names := &Names{}
		if err := names.load(ctx, tx, want); err != nil {
			return err
		}
		for _, p := range from {
			had := len(c.Associations)
			c.Associations = slices.DeleteFunc(c.Associations, func(a contact.Association) bool {
				a.N = names.Now(don.Of(a.Type, a.N)).N
				return names.Live(a) && within(a, names.Now(p.ID), names.Workspaces)
			})
			if len(c.Associations) == had {
				e := errs.New(errs.NotFound, "not_found", "%s does not belong to %s", contactOf(n).Display(), p.ID.Display())
				e.Field = p.Field
				return e
			}
		}
		return nil
	})
}

// within reports whether a place is the record id or a workspace of it.
func within(a contact.Association, id don.ID, workspaces map[int64]*account.Workspace) bool {
	if a.Type == id.Type {
		return a.N == id.N
	}
	w := workspaces[a.N]
	return a.Type == don.Workspace && id.Type == don.Account && w != nil && w.AccountN == id.N
}
