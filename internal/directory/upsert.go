package directory

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

// KeyLife is for how long the answer to an idempotency key is kept.
const KeyLife = 24 * time.Hour

// keyTx keeps the answers to requests with an idempotency key.
type keyTx interface {
	TakeKey(ctx context.Context, key, request string, since time.Time) (stands *Answered, err error)
	// StandingKey returns what others were answered for a key since a time, nil for nothing.
	StandingKey(ctx context.Context, callers []string, key string, since time.Time) (*Answered, error)
	AnswerKey(ctx context.Context, key string, answer []byte) error
	DropKeys(ctx context.Context, before time.Time, limit int) (int, error)
}

// Answered is a request that was answered before.
type Answered struct {
	Request string // a hash of what was asked
	Answer  []byte
}

// Once is how a request is told from others: the zero Once is not.
type Once struct {
	Key     string
	Request string // a hash of what is asked
}

// DecidedFound is what became of an observation, with the names of what it is about.
type DecidedFound = Found[identity.Outcome]

func (n needs) outcome(o identity.Outcome) {
	if o.Contact != nil {
		n.contact(o.Contact)
		n.add(contactOf(o.Contact.N))
	}
	for _, s := range o.Suspicions() {
		n.add(contactOf(s.B))
	}
	for _, m := range o.Linked {
		n.merge(m)
	}
}

// upserted is outcome without the contact itself, which is shown in full.
func (n needs) upserted(o identity.Outcome) {
	n.contact(o.Contact)
	for _, s := range o.Suspicions() {
		n.add(contactOf(s.B))
	}
}

// UpsertContact finds the contact that has the references, addresses or numbers
// given, or creates it, and makes it what is given. An identifier that another
// contact has stays there. A request that was answered within KeyLife gets the
// same answer, which answer has written. Errors: invalid, not_found, and conflict
// for a key that came with another request.
func (s *Service) UpsertContact(ctx context.Context, sc org.Scope, p ContactPatch, places []Place, only Once, answer func(DecidedFound) ([]byte, error)) ([]byte, error) {
	draft := &contact.Contact{}
	if p.DisplayName != nil && *p.DisplayName == "" {
		p.DisplayName = nil
	}
	if err := p.identify(sc, draft, time.Time{}); err != nil {
		return nil, err
	}
	if err := p.describe(draft); err != nil {
		return nil, err
	}
	if len(draft.Identifiers) == 0 {
		return nil, errs.Missing("external_ref")
	}
	run := func(tx Tx, known bool) ([]byte, error) {
		got, err := upsert(ctx, tx, p, draft, places, known)
		if err != nil {
			return nil, err
		}
		return answer(got)
	}
	if only.Key == "" {
		out, done, err := s.quickly(ctx, sc, run, p, draft, places, answer)
		if done || err != nil {
			return out, err
		}
	}
	var out []byte
	err := s.write(ctx, sc, func(tx Tx) (err error) {
		out, err = Repeat(ctx, tx, only, func() ([]byte, error) { return run(tx, false) })
		return err
	})
	return out, err
}

// quickly answers the two kinds of upserts that come in masses: of somebody who
// is known and as they are given, which a reading transaction can tell without
// waiting for writers, and of somebody whom nobody knows, who is created together
// with others. It leaves all else, and done is false.
func (s *Service) quickly(ctx context.Context, sc org.Scope, run func(Tx, bool) ([]byte, error), p ContactPatch, draft *contact.Contact, places []Place,
	answer func(DecidedFound) ([]byte, error)) (out []byte, done bool, err error) {
	err = s.db.Read(ctx, sc, func(tx Tx) (err error) {
		out, err = run(tx, true)
		return err
	})
	if err == nil {
		return out, true, nil
	}
	if !errors.Is(err, identity.ErrUnknown) || p.Owners != nil || p.Tags != nil || p.Custom != nil || len(places) > 0 {
		return nil, false, nil // something is to be written, or whatever failed is told by the writer
	}
	made, err := s.resolve.Resolve(ctx, sc, observation(draft))
	if errs.Is(err, errs.Conflict) { // somebody was quicker, or has one of the identifiers
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	out, err = answer(DecidedFound{Item: made, Names: &Names{}})
	return out, true, err
}

func upsert(ctx context.Context, tx Tx, p ContactPatch, draft *contact.Contact, places []Place, known bool) (DecidedFound, error) {
	var before []int64
	out, err := identity.Upsert(ctx, tx, identity.Word{
		Observation: observation(draft), Field: "external_ref", Known: known,
		Edit: func(c *contact.Contact) error {
			if err := limits(tx, c); err != nil {
				return err
			}
			before = slices.Clone(c.Owners)
			if err := p.refer(ctx, tx, c, isNew(tx, c)); err != nil {
				return err
			}
			return place(ctx, tx, c, places, sinceNow(tx, c))
		},
	})
	if err != nil {
		return DecidedFound{}, err
	}
	if p.Owners != nil {
		if err := Assigned(ctx, tx, contactOf(out.Contact.N), before, out.Contact.Owners); err != nil {
			return DecidedFound{}, err
		}
	}
	return found(ctx, tx, needs.upserted, out)
}

// limits refuses a contact that has too many identifiers of a kind.
func limits(tx Tx, c *contact.Contact) error {
	for kind, n := range normalisers {
		if err := tooMany(identity.Field(kind), c.Known(kind), tx.Scope().Settings.AtMost(n.limit)); err != nil {
			return err
		}
	}
	return nil
}

// asWhoItWas returns what the contact who calls was answered before it became part of
// another one: a visitor whose answer was lost may have signed in meanwhile. Who only
// claims to be somebody is nobody else.
func asWhoItWas(ctx context.Context, tx Tx, o Once) (*Answered, error) {
	me := tx.Scope().Actor
	if me.Type != don.Contact || tx.Scope().Claimed {
		return nil, nil
	}
	all, err := OnOneOf(ctx, tx, []don.ID{me})
	if err != nil || len(all) < 2 {
		return nil, err
	}
	var others []string
	for _, id := range all {
		if id != me {
			others = append(others, id.Tail())
		}
	}
	stands, err := tx.StandingKey(ctx, others, o.Key, tx.Now().Add(-KeyLife))
	if err != nil || stands == nil || stands.Request != o.Request {
		return nil, err // another's own, which keys of theirs may be
	}
	return stands, nil
}

// Repeat answers a request, or repeats the answer that it got before.
func Repeat(ctx context.Context, tx Tx, o Once, run func() ([]byte, error)) ([]byte, error) {
	if o.Key == "" {
		return run()
	}
	stands, err := asWhoItWas(ctx, tx, o)
	if stands == nil && err == nil {
		stands, err = tx.TakeKey(ctx, o.Key, o.Request, tx.Now().Add(-KeyLife))
	}
	if err != nil {
		return nil, err
	}
	if stands != nil && stands.Request != o.Request {
		return nil, errs.Clash("idempotency_key", "%q came with another request within a day; give each request a key of its own", clip(o.Key))
	}
	if stands != nil {
		return stands.Answer, nil
	}
	answer, err := run()
	if err != nil {
		return nil, err
	}
	return answer, tx.AnswerKey(ctx, o.Key, answer)
}
