package directory

import (
	"context"
	"errors"
	"slices"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

// Utterance is an observation as people write it down to see what becomes of it.
type Utterance struct {
	Channel     identity.Channel
	DisplayName string
	FullName    string
	Identifiers []Named
}

// Trial is what would become of an observation.
type Trial struct {
	identity.Outcome
	Given   []contact.Identifier // in their normal form, with their proof
	Tried   []identity.Tried
	Refused *errs.Error // why nothing would be written, nil when it would
}

// errTried takes back what was done to see what would be done.
var errTried = errors.New("this was a trial")

// proofs are how far the identifiers of each channel are trusted.
var proofs = map[identity.Channel]contact.Proof{
	identity.ChannelAPI: contact.Entered, identity.ChannelToken: contact.Signed, identity.ChannelVisitor: contact.Claimed,
	identity.ChannelEmail: contact.Attested, identity.ChannelSlack: contact.Attested, identity.ChannelWhatsApp: contact.Attested,
}

// TryObservation tells what Resolve would make of an observation, and changes
// nothing. Errors: invalid.
func (s *Service) TryObservation(ctx context.Context, sc org.Scope, u Utterance) (Found[Trial], error) {
	var ids []contact.Identifier
	for _, n := range u.Identifiers {
		i, err := identifier(n.Kind, "observation."+identity.Field(n.Kind), n.Value)
		if err != nil {
			return Found[Trial]{}, err
		}
		i.Proof, i.Source = proofs[u.Channel], string(u.Channel)
		ids = append(ids, i)
	}
	return s.try(ctx, sc, ids, func(tx Tx, trace *[]identity.Tried) (identity.Outcome, error) {
		if u.Channel == identity.ChannelVisitor {
			c, created, err := identity.Welcome(ctx, tx, identity.Visit{DisplayName: u.DisplayName, FullName: u.FullName, Identifiers: slices.Clone(ids)})
			return identity.Outcome{Contact: c, Created: created, Changed: true}, err
		}
		o := identity.Observation{
			DisplayName: u.DisplayName, FullName: u.FullName, Identifiers: slices.Clone(ids), Source: string(u.Channel), Channel: u.Channel, Trace: trace,
		}
		if u.Channel == identity.ChannelToken {
			return identity.Vouch(ctx, tx, identity.Word{Observation: o, Field: "user_ref", Edit: func(c *contact.Contact) error { return limits(tx, c) }})
		}
		out, err := identity.Resolve(ctx, tx, []identity.Observation{o})
		if err != nil {
			return identity.Outcome{}, err
		}
		return out[0], out[0].Err
	})
}

// TryVouch tells what Vouch would do, and changes nothing.
func (s *Service) TryVouch(ctx context.Context, sc org.Scope, in RevInfo) (Found[Trial], error) {
	ids, err := in.proven()
	if err != nil {
		return Found[Trial]{}, err
	}
	for at := range ids {
		ids[at].Proof = contact.Signed
	}
	return s.try(ctx, sc, ids, func(tx Tx, trace *[]identity.Tried) (identity.Outcome, error) { return vouch(ctx, tx, in, ids, trace) })
}

// try runs a decision in a transaction that it takes back.
func (s *Service) try(ctx context.Context, sc org.Scope, ids []contact.Identifier, decide func(Tx, *[]identity.Tried) (identity.Outcome, error)) (Found[Trial], error) {
	var got Found[Trial]
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		trial := Trial{Given: ids, Tried: []identity.Tried{}}
		out, err := decide(tx, &trial.Tried)
		if e := errs.As(err); e != nil && (e.Kind == errs.Conflict || e.Kind == errs.Invalid) {
			trial.Refused = e
		} else if err != nil {
			return err
		}
		trial.Outcome = out
		if got, err = found(ctx, tx, needs.trial, trial); err != nil {
			return err
		}
		return errTried
	})
	if errors.Is(err, errTried) {
		err = nil
	}
	return got, err
}

func (n needs) trial(t Trial) {
	n.outcome(t.Outcome)
	for _, tried := range t.Tried {
		for _, h := range tried.Holders {
			n.add(contactOf(h))
		}
	}
}
