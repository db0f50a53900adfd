package identity

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Word is what the org's own backend says of a person.
type Word struct {
	Observation
	N       int64  // the contact that it names itself, 0 for none
	Visitor string // hash of the secret that the person's browser keeps, "" for none
	Field   string // where the caller gives a reference, for errors
	// Edit may change the contact further before it is written. It may run again.
	Edit func(*contact.Contact) error
	// Known makes it ErrUnknown that nobody is found.
	Known bool
}

// ErrUnknown says that an observation leads to no contact.
var ErrUnknown = errors.New("nobody is known by these identifiers")

// Vouch finds or creates the contact of whom the org's own backend speaks, and
// makes it what the backend says: its word counts, so what it gives replaces
// what stood, and it names who it means by its own reference.
//
// With N the backend names the contact itself. Otherwise the observation's
// reference decides; a reference that nobody has may join a contact that the
// e-mail address leads to, when that one has no reference yet or the org allows
// several. Contacts that hold the other identifiers become part of it where the
// rule signed_link allows it, and so does the contact of a visitor whose secret
// comes along. An identifier that another contact keeps is returned in
// Outcome.Held.
func Vouch(ctx context.Context, tx ClaimTx, word Word) (Outcome, error) {
	o := word.Observation
	o.Channel, o.Identifiers = ChannelToken, slices.Clone(o.Identifiers)
	for at := range o.Identifiers {
		o.Identifiers[at].Proof = contact.Signed
	}
	b, w, by, err := vouched(ctx, tx, &o, word.N)
	if err != nil {
		return Outcome{}, err
	}
	var out Outcome
	gained := o.Identifiers
	if w == nil {
		out, err = b.vouchNew(ctx, o, word.Edit)
	} else {
		gained = missingFrom(w.after, o.Identifiers)
		out, err = b.vouchLinked(ctx, tx, w, by, o, word)
	}
	if err != nil {
		return Outcome{}, err
	}
	if word.Visitor != "" {
		if err := adoptVisitor(ctx, tx, word.Visitor, &out); err != nil {
			return Outcome{}, err
		}
	}
	if err := suspectClaims(ctx, tx, gained, &out); err != nil {
		return Outcome{}, err
	}
	return out, suspect(ctx, tx, out)
}

// Upsert finds the contact of whom a member speaks and makes it what the member
// says, or creates it. What is given replaces what stood, save that identifiers
// come beside those that stand and never take those of others.
func Upsert(ctx context.Context, tx Tx, word Word) (Outcome, error) {
	o := word.Observation
	o.Identifiers = slices.Clone(o.Identifiers)
	b, w, by, err := vouched(ctx, tx, &o, word.N)
	if err != nil {
		return Outcome{}, err
	}
	var out Outcome
	switch {
	case w != nil:
		out, err = b.vouchKnown(ctx, w, by, o, word)
	case word.Known:
		err = ErrUnknown
	default:
		out, err = b.vouchNew(ctx, o, word.Edit)
	}
	if err != nil {
		return Outcome{}, err
	}
	return out, suspect(ctx, tx, out)
}

// missingFrom returns the identifiers that a contact does not hold.
func missingFrom(c *contact.Contact, ids []contact.Identifier) []contact.Identifier {
	return slices.DeleteFunc(slices.Clone(ids), func(i contact.Identifier) bool { return holds(c, i) })
}

// vouched loads what a word's identifiers lead to and finds the contact that is
// meant, nil when it is a new one.
func vouched(ctx context.Context, tx Tx, o *Observation, n int64) (*batch, *work, Match, error) {
	b := newBatch(tx)
	if err := b.load(ctx, []Observation{*o}); err != nil {
		return nil, nil, Match{}, err
	}
	if n == 0 {
		w, by := b.find(o)
		return b, w, by, nil
	}
	w, err := b.named(ctx, n)
	return b, w, Match{Rule: RuleID}, err
}

// named returns the contact that an id leads to: the one that has it or was
// merged from it.
func (b *batch) named(ctx context.Context, n int64) (*work, error) {
	survivors, err := b.tx.Survivors(ctx, don.Contact, []int64{n})
	if err != nil {
		return nil, err
	}
	now := n
	if s, merged := survivors[n]; merged {
		now = s
	}
	if b.touched[now] != nil {
		return b.touched[now], nil
	}
	found, err := b.tx.Contacts(ctx, []int64{now}, true)
	if err != nil {
		return nil, err
	}
	if found[now] == nil {
		again, err := b.tx.Survivors(ctx, don.Contact, []int64{n})
		if err == nil && again[n] != survivors[n] {
			err = ErrAgain // it was merged meanwhile
		}
		if err == nil {
			err = errs.Gone(don.Of(don.Contact, n).Display())
		}
		return nil, err
	}
	b.touched[now] = &work{before: found[now], after: clone(found[now])}
	return b.touched[now], nil
}

func newBatch(tx Tx) *batch {
	return &batch{tx: tx, settings: tx.Scope().Settings, touched: map[int64]*work{}, holders: map[string][]Entry{}}
}

// takesRef reports whether a contact may get one more external reference.
func (b *batch) takesRef(c *contact.Contact) bool {
	refs := 0
	for _, i := range c.Identifiers {
		if i.Kind == contact.KindRef && i.Proof != contact.Claimed {
			refs++
		}
	}
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

// vouchLinked links what the word proves to be the same person, then makes the
// contact what the word says.
func (b *batch) vouchLinked(ctx context.Context, tx ClaimTx, w *work, by Match, o Observation, word Word) (Outcome, error) {
	before := w.before
	others, keys, doubts := b.links(w, &o)
	linked, err := link(ctx, tx, w.after, others, keys)
	if err != nil {
		return Outcome{}, err
	}
	if len(linked) > 0 {
		if b, w, _, err = vouched(ctx, tx, &o, w.after.N); err != nil {
			return Outcome{}, err
		}
	}
	out, err := b.vouchKnown(ctx, w, by, o, word)
	out.Before = before
	if out.Linked = linked; len(linked) == 0 {
		out.Doubts = doubts
	}
	out.Changed = out.Changed || len(linked) > 0
	return out, err
}

func (b *batch) vouchKnown(ctx context.Context, w *work, by Match, o Observation, word Word) (Outcome, error) {
	n := w.after.N
	free, held := b.free(o.Identifiers, n)
	for at, i := range free {
		if i.Kind == contact.KindRef && !holds(w.after, i) && !b.takesRef(w.after) {
			return Outcome{}, errs.NotPermitted(word.Field, "%s has another reference already, and this org lets a contact have one", don.Of(don.Contact, n).Display())
		}
		free[at].Since = b.tx.Now()
	}
	var refused error
	via := Via{Key: by.Key, Source: o.Source}
	if by.Key == "" {
		via.N = word.N
	}
	got, err := Observe(ctx, b.tx, w.before, via, func(own *contact.Contact) *contact.Contact {
		c := clone(own)
		c.Identifiers = vouchedFor(c.Identifiers, free)
		for field, now := range map[*string]string{&c.DisplayName: o.DisplayName, &c.FullName: o.FullName, &c.Description: o.Description} {
			if now != "" {
				*field = now
			}
		}
		refused = word.Edit(c)
		return c
	})
	if refused != nil || err != nil {
		return Outcome{}, cmp.Or(refused, err)
	}
	return Outcome{Contact: got.Contact, Changed: got.Changed, By: by, Before: w.before, Held: held}, nil
}

// vouchedFor puts given identifiers before those of their kind that stand, of
// which it drops none: mail from an older address still comes from this person.
// Signed ones lead their kind.
func vouchedFor(stand, given []contact.Identifier) []contact.Identifier {
	out := make([]contact.Identifier, 0, len(stand)+len(given))
	main := map[contact.Kind]bool{}
	for _, i := range given {
		leads := i.Proof == contact.Signed && i.Kind != contact.KindRef
		i.Main = false
		for _, s := range stand {
			if s.Kind == i.Kind && s.Norm() == i.Norm() && s.Proof != contact.Claimed {
				i.Since, i.Source, i.Main, i.Proof = s.Since, s.Source, s.Main, max(i.Proof, s.Proof)
			}
		}
		if leads { // the application's latest word on address and number
			i.Main = !main[i.Kind]
			main[i.Kind] = true
		}
		out = append(out, i)
	}
	for _, s := range stand {
		if has(&contact.Contact{Identifiers: given}, s) {
			continue
		}
		s.Main = s.Main && !main[s.Kind]
		out = append(out, s)
	}
	return out
}
