package identity

import (
	"context"
	"maps"
	"slices"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
)

// Why says why records were merged.
type Why struct {
	Rule string   // "" for a member, who needs none
	Keys []string // the identity keys that it went by
}

// Suspicion is a hint that two contacts are one person, which is not enough to
// merge them.
type Suspicion struct {
	A, B int64
	Rule string
	Key  string // the identity key that both have or claim
}

// claimants bounds how many of those who claim one identifier are suspected.
const claimants = 10

// links returns the contacts that a signed observation proves to be its anchor,
// with the keys that say so: those that hold its identifiers, if each of them
// holds one as attested at least and all have no more than one external
// reference among them. The word of the token is proof enough for the anchor. An
// identifier that contacts may share counts only when one alone holds it
// attested. If anything speaks against it nobody is linked. The contacts are
// suspicions then.
func (b *batch) links(anchor *work, o *Observation) (linked []*work, keys []string, doubts []Suspicion) {
	sure := true
	refs := map[string]bool{}
	addRefs(refs, anchor.after.Identifiers)
	addRefs(refs, o.Identifiers)
	for _, i := range o.Identifiers {
		key := Key(i.Kind, i.Norm())
		w, attested := b.rival(anchor, i)
		if w == nil {
			continue
		}
		doubts = append(doubts, Suspicion{A: anchor.after.N, B: w.after.N, Rule: RuleHeld, Key: key})
		sure = sure && attested
		addRefs(refs, w.after.Identifiers)
		keys = append(keys, key)
		if !contains(linked, w) {
			linked = append(linked, w)
		}
	}
	if !sure || len(refs) > 1 {
		return nil, nil, doubts
	}
	return linked, keys, doubts
}

// partedBefore reports whether a member took a merge of two contacts back or said
// that they are two persons, also of what either is made of: no rule may join them.
func partedBefore(ctx context.Context, tx ClaimTx, a, b *contact.Contact) (bool, error) {
	var ns [2][]int64
	for at, c := range []*contact.Contact{a, b} {
		g, err := groupOf(ctx, tx, c)
		if err != nil {
			return false, err
		}
		ns[at] = slices.Collect(maps.Keys(g.members))
	}
	if undone, err := tx.UndoneBetween(ctx, ns[0], ns[1]); err != nil || undone {
		return undone, err
	}
	rejected, err := tx.PairsBetween(ctx, DuplicateRejected, ns[0], ns[1])
	return len(rejected) > 0, err
}

// rival returns the contact other than the anchor that an identifier speaks
// for, and whether that one holds it attested.
func (b *batch) rival(anchor *work, i contact.Identifier) (*work, bool) {
	found := b.live(Key(i.Kind, i.Norm()))
	if Blocked(b.settings, i) {
		return nil, false
	}
	if exclusive(i, b.settings) {
		if len(found) != 1 || found[0].after.N == anchor.after.N {
			return nil, false
		}
		return found[0], proofOf(found[0].after, i) >= contact.Attested
	}
	found = slices.DeleteFunc(slices.Clone(found), func(w *work) bool { return proofOf(w.after, i) < contact.Attested })
	if len(found) != 1 || found[0].after.N == anchor.after.N {
		return nil, false
	}
	return found[0], true
}

func proofOf(c *contact.Contact, i contact.Identifier) contact.Proof {
	got, _ := find(c, i)
	return got.Proof
}

// addRefs collects the external references that are more than claims.
func addRefs(refs map[string]bool, ids []contact.Identifier) {
	for _, i := range ids {
		if i.Kind == contact.KindRef && i.Proof != contact.Claimed {
			refs[i.Norm()] = true
		}
	}
}

// link merges contacts into the anchor, all or, where a member has parted one
// from it before, none.
func link(ctx context.Context, tx ClaimTx, anchor *contact.Contact, others []*work, keys []string) ([]Merge, error) {
	for _, w := range others {
		if parted, err := partedBefore(ctx, tx, anchor, w.after); err != nil || parted {
			return nil, err
		}
	}
	var out []Merge
	for _, w := range others {
		m, err := merge(ctx, tx, contacts{tx}, anchor.N, w.after.N, Why{Rule: RuleSignedLink, Keys: keys})
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// Adopt is the part of Vouch that is about a visitor: the contact has been proven
// already, and the visitor's secret comes along.
func Adopt(ctx context.Context, tx ClaimTx, c *contact.Contact, secret string) (Outcome, error) {
	out := Outcome{Contact: c, Before: c}
	if err := adoptVisitor(ctx, tx, secret, &out); err != nil {
		return Outcome{}, err
	}
	return out, suspect(ctx, tx, out)
}

// adoptVisitor makes the contact of a visitor part of the outcome's, whom a token
// proves to be at the same browser. The visitor's tokens end with it. A contact
// that has become known by more than the visitor's own claims stays apart:
// what others found out about it is not the visitor's to bring. So does one that
// a member has parted from it before.
func adoptVisitor(ctx context.Context, tx ClaimTx, secret string, out *Outcome) error {
	said, err := tx.ClaimsBySecret(ctx, secret)
	if err != nil {
		return err
	}
	var ns []int64
	for _, s := range said {
		if s.N != out.Contact.N && !slices.Contains(ns, s.N) {
			ns = append(ns, s.N)
		}
	}
	found, err := tx.Contacts(ctx, ns, true)
	if err != nil {
		return err
	}
	for _, n := range ns {
		v := found[n]
		if v == nil {
			continue // deleted, or part of another contact already
		}
		parted, err := partedBefore(ctx, tx, out.Contact, v)
		if err != nil {
			return err
		}
		if v.Verified || v.Merged || parted {
			out.Doubts = append(out.Doubts, Suspicion{A: out.Contact.N, B: n, Rule: RuleVisitor})
			continue
		}
		m, err := merge(ctx, tx, contacts{tx}, out.Contact.N, n, Why{Rule: RuleVisitor})
		if err != nil {
			return err
		}
		out.Linked, out.Changed = append(out.Linked, m), true
	}
	return out.reload(ctx, tx)
}

// reload brings the outcome's contact up to date after merges.
func (o *Outcome) reload(ctx context.Context, tx Tx) error {
	if len(o.Linked) == 0 {
		return nil
	}
	found, err := tx.Contacts(ctx, []int64{o.Contact.N}, false)
	if err != nil {
		return err
	}
	if found[o.Contact.N] == nil {
		return ErrAgain
	}
	o.Contact = found[o.Contact.N]
	return nil
}

// suspectClaims notes the visitors who claim an identifier that a contact has
// just been given.
func suspectClaims(ctx context.Context, tx ClaimTx, gained []contact.Identifier, out *Outcome) error {
	for _, i := range gained {
		if Blocked(tx.Scope().Settings, i) {
			continue
		}
		key := Key(i.Kind, i.Norm())
		ns, err := tx.Claimants(ctx, key, claimants)
		if err != nil {
			return err
		}
		live, err := tx.Contacts(ctx, ns, false)
		if err != nil {
			return err
		}
		for _, n := range ns {
			if live[n] != nil && n != out.Contact.N {
				out.Doubts = append(out.Doubts, Suspicion{A: out.Contact.N, B: n, Rule: RuleClaim, Key: key})
			}
		}
	}
	return nil
}

// Suspicions lists the contacts, other than its own, that an outcome says may be
// the same person, each once.
func (o *Outcome) Suspicions() []Suspicion {
	var out []Suspicion
	add := func(s Suspicion) {
		if s.B != s.A && !slices.ContainsFunc(out, func(k Suspicion) bool { return k.B == s.B }) {
			out = append(out, s)
		}
	}
	for _, d := range o.Doubts {
		add(d)
	}
	for _, e := range o.Held {
		if e.Subject.Type == don.Contact && o.Contact != nil {
			add(Suspicion{A: o.Contact.N, B: e.Subject.N, Rule: RuleHeld, Key: e.Key})
		}
	}
	return out
}
