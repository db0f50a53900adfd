package directory

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

type ruleTx interface {
	EmailsOfSeveral(ctx context.Context, after string, limit int) ([]string, error)
}

// RulePlace is how far a preview of rules has come: first through the addresses
// that several have, then through the merges, the latest first.
type RulePlace struct {
	Email  string // the last address that was looked at
	Merges bool   // whether all addresses were
	Below  int64  // the last merge that was looked at, 0 for none
}

// RuleEffect is what other settings would do to contacts.
type RuleEffect struct {
	Key      string  // the identity key that it is about, "" for a merge
	Contacts []int64 // who would be one: they have the key
	Merge    *identity.Merge
}

// RuleEffects is a page of what other settings would do.
type RuleEffects struct {
	Effects []RuleEffect
	Next    *RulePlace // nil on the last page
}

// PreviewRules tells, page by page, which contacts would be one by other
// settings, and which merges no rule would have made. Limit is how many records
// a page looks at.
func (s *Service) PreviewRules(ctx context.Context, sc org.Scope, after org.Settings, from RulePlace, limit int) (Found[RuleEffects], error) {
	var got Found[RuleEffects]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		look := wouldJoin
		if from.Merges {
			look = wouldPart
		}
		out, err := look(ctx, tx, after, from, limit)
		if err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.effects, out)
		return err
	})
	return got, err
}

// wouldJoin finds addresses that several contacts have and one alone could.
func wouldJoin(ctx context.Context, tx Tx, after org.Settings, from RulePlace, limit int) (RuleEffects, error) {
	emails, err := tx.EmailsOfSeveral(ctx, from.Email, limit)
	if err != nil {
		return RuleEffects{}, err
	}
	next := RulePlace{Merges: true}
	if len(emails) == limit {
		next = RulePlace{Email: emails[limit-1]}
	}
	var keys []string
	for _, e := range emails {
		if after.ExclusiveEmail(e) && !tx.Scope().Settings.ExclusiveEmail(e) {
			keys = append(keys, identity.Key(contact.KindEmail, e))
		}
	}
	held, err := tx.Identifiers(ctx, keys)
	if err != nil {
		return RuleEffects{}, err
	}
	holders := map[string][]int64{}
	for _, h := range held {
		if h.Subject.Type == don.Contact && len(holders[h.Key]) < maxShownHolders {
			holders[h.Key] = append(holders[h.Key], h.Subject.N)
		}
	}
	out := RuleEffects{Next: &next}
	for _, k := range keys {
		slices.Sort(holders[k])
		out.Effects = append(out.Effects, RuleEffect{Key: k, Contacts: holders[k]})
	}
	return out, nil
}

// maxShownHolders bounds how many of those who have an address are shown.
const maxShownHolders = 20

// wouldPart finds merges that a rule made by values which would be blocked.
func wouldPart(ctx context.Context, tx Tx, after org.Settings, from RulePlace, limit int) (RuleEffects, error) {
	list, err := tx.Merges(ctx, MergeQuery{Below: from.Below, Limit: limit})
	if err != nil {
		return RuleEffects{}, err
	}
	var out RuleEffects
	for _, m := range list {
		baseless := len(m.Keys) > 0 && !slices.ContainsFunc(m.Keys, func(k string) bool { return !blockedKey(after, k) })
		if m.State == identity.Active && m.Rule == identity.RuleSignedLink && baseless {
			out.Effects = append(out.Effects, RuleEffect{Merge: &m})
		}
	}
	if len(list) == limit {
		out.Next = &RulePlace{Merges: true, Below: list[limit-1].N}
	}
	return out, nil
}

func blockedKey(s org.Settings, key string) bool {
	kind, norm := identity.ParseKey(key)
	return identity.Blocked(s, contact.Identifier{Kind: kind, Value: norm})
}

func (n needs) effects(e RuleEffects) {
	for _, f := range e.Effects {
		for _, c := range f.Contacts {
			n.add(contactOf(c))
		}
		if f.Merge != nil {
			n.merge(*f.Merge)
		}
	}
}
