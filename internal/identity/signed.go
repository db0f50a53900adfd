package identity

import (
	"context"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Vouch finds or creates the contact of whom the org's own backend speaks, and
// makes it what the backend says: its word counts, so what it gives replaces
// what stood, and it names who it means by its own reference.
//
// With n the backend names the contact itself. Otherwise the observation's
// reference decides; a reference that nobody has may join a contact that the
// e-mail address leads to, when that one has no reference yet or the org allows
// several. An identifier that another contact holds stays there and is returned
// in Outcome.Held. Edit may change the contact further before it is written.
func Vouch(ctx context.Context, tx Tx, o Observation, n int64, edit func(*contact.Contact) error) (Outcome, error) {
	b := &batch{tx: tx, shared: tx.Scope().Settings.SharedEmails, touched: map[int64]*work{}, holders: map[string][]Entry{}}
	for at := range o.Identifiers {
		o.Identifiers[at].Proof = contact.Signed
	}
	if err := b.load(ctx, []Observation{o}); err != nil {
		return Outcome{}, err
	}
	w, err := b.vouched(ctx, &o, n)
	if err != nil {
		return Outcome{}, err
	}
	if w == nil {
		return b.vouchNew(ctx, o, edit)
	}
	return b.vouchKnown(ctx, w, o, edit)
}

// vouched finds the contact that is meant, nil when it is a new one.
func (b *batch) vouched(ctx context.Context, o *Observation, n int64) (*work, error) {
	if n != 0 {
		found, err := b.tx.Contacts(ctx, []int64{n}, true)
		if err != nil {
			return nil, err
		}
		if found[n] == nil {
			return nil, errs.Gone(don.Of(don.Contact, n).Display())
		}
		return &work{before: found[n], after: clone(found[n])}, nil
	}
	for _, i := range o.Identifiers {
		if found := b.live(Key(i.Kind, i.Norm())); i.Kind == contact.KindRef && len(found) == 1 {
			return found[0], nil
		}
	}
	for _, i := range o.Identifiers {
		found := b.live(Key(i.Kind, i.Norm()))
		if i.Kind == contact.KindEmail && len(found) == 1 && b.takesRef(found[0].after) {
			return found[0], nil
		}
	}
	return nil, nil
}

// takesRef reports whether a contact may get one more external reference.
func (b *batch) takesRef(c *contact.Contact) bool {
	refs := len(c.Values(contact.KindRef))
	return refs == 0 || !b.tx.Scope().Settings.SingleAssociation && refs < contact.MaxRefs
}

// free parts the identifiers that a contact may have from those that others hold.
func (b *batch) free(ids []contact.Identifier, n int64) (free []contact.Identifier, held []Entry) {
	for _, i := range ids {
		if b.clash([]contact.Identifier{i}, n) == nil {
			free = append(free, i)
			continue
		}
		held = append(held, b.holders[Key(i.Kind, i.Norm())]...)
	}
	return free, held
}

func (b *batch) vouchNew(ctx context.Context, o Observation, edit func(*contact.Contact) error) (Outcome, error) {
	var held []Entry
	o.Identifiers, held = b.free(o.Identifiers, 0)
	out := b.create(&o)
	out.Held = held
	if err := edit(out.Contact); err != nil {
		return Outcome{}, err
	}
	return out, b.save(ctx)
}

func (b *batch) vouchKnown(ctx context.Context, w *work, o Observation, edit func(*contact.Contact) error) (Outcome, error) {
	c := w.after
	free, held := b.free(o.Identifiers, c.N)
	for at, i := range free {
		if i.Kind == contact.KindRef && !has(c, i) && !b.takesRef(c) {
			return Outcome{}, errs.NotPermitted("user_ref", "%s has another reference already, and this org lets a contact have one", don.Of(don.Contact, c.N).Display())
		}
		free[at].Since = b.tx.Now()
	}
	c.Identifiers = vouchedFor(c.Identifiers, free)
	for field, now := range map[*string]string{&c.DisplayName: o.DisplayName, &c.FullName: o.FullName, &c.Description: o.Description} {
		if now != "" {
			*field = now
		}
	}
	if err := edit(c); err != nil {
		return Outcome{}, err
	}
	changed, err := Change(ctx, b.tx, w.before, c)
	return Outcome{Contact: c, Changed: changed, Held: held}, err
}

// vouchedFor puts signed identifiers before those of their kind that stand, of
// which it drops none: mail from an older address still comes from this person.
func vouchedFor(stand, signed []contact.Identifier) []contact.Identifier {
	out := make([]contact.Identifier, 0, len(stand)+len(signed))
	main := map[contact.Kind]bool{}
	for _, i := range signed {
		for _, s := range stand {
			if s.Kind == i.Kind && s.Norm() == i.Norm() && s.Proof != contact.Claimed {
				i.Since, i.Source, i.Main = s.Since, s.Source, s.Main
			}
		}
		if i.Kind != contact.KindRef { // the application's latest word on address and number
			i.Main = !main[i.Kind]
			main[i.Kind] = true
		}
		out = append(out, i)
	}
	for _, s := range stand {
		if has(&contact.Contact{Identifiers: signed}, s) {
			continue
		}
		s.Main = s.Main && !main[s.Kind]
		out = append(out, s)
	}
	return out
}
