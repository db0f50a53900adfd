package directory

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// normaliser says how the values of a kind of identifier are read and how many
// of them a contact may have.
type normaliser struct {
	norm  func(string) (string, error)
	limit int
}

var normalisers = map[contact.Kind]normaliser{
	contact.KindEmail: {contact.Email, contact.MaxEmails},
	contact.KindPhone: {func(s string) (string, error) { return contact.Phone(s, "") }, contact.MaxPhones},
	contact.KindRef:   {contact.Ref, contact.MaxRefs},
}

// Kinds lists the kinds of identifiers that can be given by hand.
func Kinds() []string {
	return []string{string(contact.KindEmail), string(contact.KindPhone), string(contact.KindRef)}
}

// identifier reads a value of a kind. E-mail keeps how it was written; phones
// are shown in their international form.
func identifier(kind contact.Kind, field, value string) (contact.Identifier, error) {
	norm, err := check(field, value, normalisers[kind].norm)
	if err != nil {
		return contact.Identifier{}, err
	}
	i := contact.Identifier{Kind: kind, Value: norm, Proof: contact.Entered, Source: SourceAPI}
	if shown := strings.TrimSpace(value); kind == contact.KindEmail && shown != norm {
		i.Value, i.Key = shown, norm
	}
	return i, nil
}

// edit changes the identifiers of a contact.
type edit struct {
	c     *contact.Contact
	since time.Time
	refs  []string // that it had
	org   org.Settings
}

func editOf(c *contact.Contact, since time.Time, s org.Settings) edit {
	return edit{c, since, c.Values(contact.KindRef), s}
}

func (e edit) index(kind contact.Kind, norm string) int {
	return slices.IndexFunc(e.c.Identifiers, func(i contact.Identifier) bool { return i.Kind == kind && i.Norm() == norm })
}

// known returns an identifier with the history it has if the contact has it.
func (e edit) known(i contact.Identifier) contact.Identifier {
	i.Since = e.since
	at := e.index(i.Kind, i.Norm())
	if at < 0 {
		return i
	}
	old := e.c.Identifiers[at]
	old.Value, old.Key, old.Proof = i.Value, i.Key, max(old.Proof, i.Proof)
	return old
}

func (e edit) drop(kind contact.Kind) {
	e.c.Identifiers = slices.DeleteFunc(e.c.Identifiers, func(i contact.Identifier) bool { return i.Kind == kind })
}

// replaceAll makes values all identifiers of a kind, the first the main one.
func (e edit) replaceAll(kind contact.Kind, field string, values []string) error {
	var list []contact.Identifier
	for _, v := range values {
		i, err := identifier(kind, field, v)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(list, func(o contact.Identifier) bool { return o.Norm() == i.Norm() }) {
			i = e.known(i)
			i.Main = len(list) == 0
			list = append(list, i)
		}
	}
	return e.put(kind, field, list)
}

// replaceMain puts value in the place of the main identifier of a kind, or
// takes that away when value is empty; others of the kind stay.
func (e edit) replaceMain(kind contact.Kind, field, value string) error {
	var next []contact.Identifier
	if value != "" {
		i, err := identifier(kind, field, value)
		if err != nil {
			return err
		}
		i = e.known(i)
		i.Main = true
		next = append(next, i)
	}
	main := e.main(kind)
	for _, i := range e.c.Identifiers {
		if i.Kind == kind && i.Norm() != main && (len(next) == 0 || i.Norm() != next[0].Norm()) {
			i.Main = false
			next = append(next, i)
		}
	}
	return e.put(kind, field, next)
}

// put makes identifiers all of their kind.
func (e edit) put(kind contact.Kind, field string, list []contact.Identifier) error {
	e.drop(kind)
	e.c.Identifiers = append(e.c.Identifiers, list...)
	return e.limit(kind, field)
}

// limit refuses more identifiers of a kind than a contact may have. What a
// visitor claims takes no room.
func (e edit) limit(kind contact.Kind, field string) error {
	return tooMany(field, e.c.Known(kind), e.org.AtMost(normalisers[kind].limit))
}

func (e edit) main(kind contact.Kind) string {
	first := ""
	for _, i := range e.c.Identifiers {
		if i.Kind != kind {
			continue
		}
		if i.Main {
			return i.Norm()
		}
		if first == "" {
			first = i.Norm()
		}
	}
	return first
}

// lead makes value the first of the identifiers of a kind that were given
// together with it.
func (e edit) lead(kind contact.Kind, field, value string, sc org.Scope) error {
	if value == "" {
		return e.singleRef(sc)
	}
	values := []string{value}
	for _, i := range e.c.Identifiers {
		if i.Kind == kind {
			values = append(values, i.Value)
		}
	}
	if err := e.replaceAll(kind, field, values); err != nil {
		return err
	}
	return e.singleRef(sc)
}

// ownedRefs returns the references that are more than the contact's own id.
func (e edit) ownedRefs(sc org.Scope, refs []string) []string {
	return slices.DeleteFunc(slices.Clone(refs), func(r string) bool { return OwnRef(sc, contactOf(e.c.N), r) })
}

// singleRef enforces that a contact gets no second reference where the org says
// so. Those that it had before the org said so may stay.
func (e edit) singleRef(sc org.Scope) error {
	has := e.c.Values(contact.KindRef)
	isNew := func(ref string) bool { return !slices.Contains(e.refs, ref) }
	if sc.Settings.SingleAssociation && len(has) > 1 && slices.ContainsFunc(has, isNew) {
		return errs.NotPermitted("external_refs", "has %d values; this org lets a contact have one reference", len(has))
	}
	return nil
}

// AddIdentifier gives a contact one more identifier; one that it has already
// stays. An identifier that another record holds is a conflict.
func (s *Service) AddIdentifier(ctx context.Context, sc org.Scope, n int64, kind contact.Kind, value string, main bool) (ContactFound, error) {
	given, err := identifier(kind, "value", value)
	if err != nil {
		return ContactFound{}, err
	}
	return s.editContact(ctx, sc, n, func(tx Tx, c *contact.Contact) error {
		e := editOf(c, tx.Now(), tx.Scope().Settings)
		if at := e.index(kind, given.Norm()); at < 0 {
			i := e.known(given)
			i.Main = e.main(kind) == ""
			c.Identifiers = append(c.Identifiers, i)
		} else {
			c.Identifiers[at].Proof = max(c.Identifiers[at].Proof, given.Proof) // it may have been a claim
		}
		if main {
			e.setMain(kind, given.Norm())
		}
		if err := e.limit(kind, "value"); err != nil {
			return err
		}
		return e.singleRef(sc)
	})
}

// RemoveIdentifier takes an identifier from a contact, or is not_found.
func (s *Service) RemoveIdentifier(ctx context.Context, sc org.Scope, n int64, kind contact.Kind, value string) (ContactFound, error) {
	return s.editIdentifier(ctx, sc, n, kind, value, func(e edit, at int) error {
		e.c.Identifiers = slices.Delete(e.c.Identifiers, at, at+1)
		return nil
	})
}

// SetMainIdentifier makes an identifier the main one of its kind, or is not_found.
// One that is only claimed cannot lead others: invalid.
func (s *Service) SetMainIdentifier(ctx context.Context, sc org.Scope, n int64, kind contact.Kind, value string) (ContactFound, error) {
	return s.editIdentifier(ctx, sc, n, kind, value, func(e edit, at int) error {
		i := e.c.Identifiers[at]
		if i.Proof == contact.Claimed && e.c.Known(kind) > 0 {
			return errs.NotPermitted("value", "%q is only claimed by a visitor and cannot stand before what is known; verify it first", i.Value)
		}
		e.setMain(kind, i.Norm())
		return nil
	})
}

// VerifyIdentifier makes an identifier count as attested: the caller has checked
// that it is the contact's. One that another record holds is a conflict.
func (s *Service) VerifyIdentifier(ctx context.Context, sc org.Scope, n int64, kind contact.Kind, value string) (ContactFound, error) {
	return s.editIdentifier(ctx, sc, n, kind, value, func(e edit, at int) error {
		i := &e.c.Identifiers[at]
		i.Proof = max(i.Proof, contact.Attested)
		return nil
	})
}

func (e edit) setMain(kind contact.Kind, norm string) {
	for i := range e.c.Identifiers {
		if at := &e.c.Identifiers[i]; at.Kind == kind {
			at.Main = at.Norm() == norm
		}
	}
}

// editIdentifier changes an identifier that the contact must have.
func (s *Service) editIdentifier(ctx context.Context, sc org.Scope, n int64, kind contact.Kind, value string, change func(edit, int) error) (ContactFound, error) {
	given, err := identifier(kind, "value", value)
	if err != nil {
		return ContactFound{}, err
	}
	return s.editContact(ctx, sc, n, func(tx Tx, c *contact.Contact) error {
		e := editOf(c, tx.Now(), tx.Scope().Settings)
		at := e.index(kind, given.Norm())
		if at < 0 {
			return errs.Gone(string(kind) + " " + given.Value + " of " + contactOf(n).Display())
		}
		return change(e, at)
	})
}
