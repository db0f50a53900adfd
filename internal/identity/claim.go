package identity

import (
	"context"
	"crypto/subtle"
	"time"

	"github.com/kith-id/kith/internal/contact"
)

// Kinds of claims that are no identifiers of contacts.
const (
	KindName     contact.Kind = "display_name"
	KindFullName contact.Kind = "full_name"
	KindVisit    contact.Kind = "visit" // that there is a visitor, who may have said nothing
)

// Statement is one thing that a visitor says of themselves without proof. Claims
// are not unique and give no key: whoever holds a value for real neither shows
// through them nor stands in their way.
type Statement struct {
	N      int64 // the visitor's contact
	Key    string
	Value  string // as given
	Secret string // hash of what the visitor's browser keeps
	SeenAt time.Time
}

// ClaimTx is what claims need of a transaction beside identity's.
type ClaimTx interface {
	Tx
	ClaimsBySecret(ctx context.Context, secret string) ([]Statement, error)
	ClaimsOf(ctx context.Context, n int64) ([]Statement, error)
	// Claimants returns up to limit contacts whose visitors claim a key.
	Claimants(ctx context.Context, key string, limit int) ([]int64, error)
	// UndoneBetween reports whether a merge of one of a with one of b was undone.
	UndoneBetween(ctx context.Context, a, b []int64) (bool, error)
	PutClaims(ctx context.Context, claims []Statement) error
	DropClaims(ctx context.Context, n int64, keys []string) error
	SeeClaims(ctx context.Context, n int64) error
}

// Visit is what an unauthenticated visitor says of themselves. Identifiers are
// normalised; a reference comes first, and who gives none is anonymous. Accounts
// and workspaces are only named: a visitor gets a place in none.
type Visit struct {
	Secret      string // hash of what the visitor brings, may be of nothing
	Fresh       string // hash of what a new visitor is given: nobody chooses their own
	Known       bool   // who is not known by what they bring stays unknown
	DisplayName string
	FullName    string
	Identifiers []contact.Identifier
	Account     string // the account's reference
	Workspace   string // the workspace's
}

// seenStep is how often a visitor's return is noted.
const seenStep = time.Hour

// Welcome returns the contact of a visitor: the one that the same secret made
// under the same reference or before it gave any, else a new one, or ErrUnknown.
// It never looks at what anybody else has or claims.
func Welcome(ctx context.Context, tx ClaimTx, v Visit) (c *contact.Contact, created bool, err error) {
	known, err := resume(ctx, tx, v)
	if err != nil {
		return nil, false, err
	}
	if known != nil {
		return known, false, Say(ctx, tx, known, v)
	}
	if v.Known {
		return nil, false, ErrUnknown
	}
	b := newBatch(tx)
	out := b.create(&Observation{DisplayName: v.DisplayName, FullName: v.FullName, Identifiers: claimed(v.Identifiers)})
	out.Contact.Verified = false // also who has not even claimed anything
	if err := b.save(ctx); err != nil {
		return nil, false, err
	}
	v.Secret = v.Fresh
	return out.Contact, true, tx.PutClaims(ctx, v.claims(out.Contact.N, tx.Now()))
}

// resume finds the contact that the visit's secret made under its reference, or
// while its visitor was anonymous.
func resume(ctx context.Context, tx ClaimTx, v Visit) (*contact.Contact, error) {
	made, err := tx.ClaimsBySecret(ctx, v.Secret)
	if err != nil {
		return nil, err
	}
	m := v.mine(made)
	if m == nil {
		return nil, nil
	}
	found, err := tx.Contacts(ctx, []int64{m.N}, true)
	if err != nil || found[m.N] == nil {
		return nil, err // deleted: a new one is made
	}
	if tx.Now().Sub(m.SeenAt) >= seenStep {
		err = tx.SeeClaims(ctx, m.N)
	}
	return found[m.N], err
}

// mine returns a claim of the contact that is the visit's, of those that its
// secret made.
func (v Visit) mine(made []Statement) *Statement {
	ref := ""
	if len(v.Identifiers) > 0 && v.Identifiers[0].Kind == contact.KindRef {
		ref = Key(contact.KindRef, v.Identifiers[0].Norm())
	}
	var anonymous *Statement
	named := false
	for at, m := range made {
		if subtle.ConstantTimeCompare([]byte(m.Secret), []byte(v.Secret)) != 1 {
			continue
		}
		anonymous = &made[at]
		if kindOf(m.Key) == contact.KindRef {
			if named = true; m.Key == ref {
				return &made[at]
			}
		}
	}
	if named {
		return nil
	}
	return anonymous
}

// Say adds to the contact of a visitor what they say of themselves now. What
// others know of the contact stays as it is: a name is replaced only when it is
// the visitor's own, and addresses and numbers come beside those that stand.
func Say(ctx context.Context, tx ClaimTx, before *contact.Contact, v Visit) error {
	said, err := tx.ClaimsOf(ctx, before.N)
	if err != nil {
		return err
	}
	if len(said) > 0 {
		v.Secret = said[0].Secret
	}
	own := values(said)
	after := clone(before)
	rename(&after.DisplayName, own[KindName], v.DisplayName, contact.Invented(before.DisplayName))
	rename(&after.FullName, own[KindFullName], v.FullName, before.FullName == "")
	var taken []contact.Identifier
	for _, i := range claimed(v.Identifiers) {
		if !has(after, i) && len(after.Values(i.Kind)) >= claimLimit {
			continue
		}
		if !has(after, i) {
			after.Identifiers = append(after.Identifiers, i)
		}
		taken = append(taken, i)
	}
	v.Identifiers = taken
	now := v.claims(before.N, tx.Now())
	if err := tx.DropClaims(ctx, before.N, replaced(said, now)); err != nil {
		return err
	}
	if err := tx.PutClaims(ctx, now); err != nil {
		return err
	}
	_, err = Change(ctx, tx, before, after)
	*before = *after
	return err
}

// rename gives a contact the name that its visitor says, where the visitor said
// the old one too or nobody did.
func rename(name *string, own, now string, nobodys bool) {
	if now != "" && (nobodys || *name == own) {
		*name = now
	}
}

// replaced returns the keys of claims of which a visitor has but one, and now
// says another.
func replaced(said, now []Statement) []string {
	var out []string
	for _, n := range now {
		kind := kindOf(n.Key)
		if kind == contact.KindRef || kind == contact.KindEmail || kind == contact.KindPhone {
			continue
		}
		for _, s := range said {
			if kindOf(s.Key) == kind && s.Key != n.Key {
				out = append(out, s.Key)
			}
		}
	}
	return out
}

// claimLimit bounds how many values of a kind a visitor may claim.
const claimLimit = 20

// Said returns what the visitor whose contact this is has said: what they may
// read, whatever else became known of the contact since.
func Said(ctx context.Context, tx ClaimTx, n int64) (*contact.Contact, error) {
	said, err := tx.ClaimsOf(ctx, n)
	if err != nil {
		return nil, err
	}
	own := values(said)
	c := &contact.Contact{N: n, DisplayName: own[KindName], FullName: own[KindFullName]}
	for _, kind := range []contact.Kind{contact.KindRef, contact.KindEmail, contact.KindPhone} {
		for _, s := range said {
			if kindOf(s.Key) == kind {
				c.Identifiers = append(c.Identifiers, contact.Identifier{Kind: kind, Value: s.Value, Proof: contact.Claimed})
			}
		}
	}
	return c, nil
}

func values(said []Statement) map[contact.Kind]string {
	out := map[contact.Kind]string{}
	for _, s := range said {
		out[kindOf(s.Key)] = s.Value
	}
	return out
}

// claimed returns identifiers as no more than claims.
func claimed(ids []contact.Identifier) []contact.Identifier {
	out := make([]contact.Identifier, len(ids))
	for at, i := range ids {
		i.Proof = contact.Claimed
		out[at] = i
	}
	return out
}

// claims are the visit's rows.
func (v Visit) claims(n int64, now time.Time) []Statement {
	var out []Statement
	add := func(kind contact.Kind, norm, value string) {
		if value != "" {
			out = append(out, Statement{N: n, Key: Key(kind, norm), Value: value, Secret: v.Secret, SeenAt: now})
		}
	}
	if len(v.Identifiers) == 0 {
		add(KindVisit, "", "visit")
	}
	for _, i := range v.Identifiers {
		add(i.Kind, i.Norm(), i.Value)
	}
	add(KindName, contact.FoldName(v.DisplayName), v.DisplayName)
	add(KindFullName, contact.FoldName(v.FullName), v.FullName)
	add(KindAccountRef, v.Account, v.Account)
	add(KindWorkspaceRef, v.Workspace, v.Workspace)
	return out
}
