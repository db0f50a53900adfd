package identity

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/tag"
)

// MergeContacts merges a contact into another: the primary keeps its values,
// gets those it has not, and all identifiers, places, owners and tags of both.
// The secondary's id leads to the primary from then on. Errors: invalid for a
// contact that was merged away or both being the same, not_found.
func MergeContacts(ctx context.Context, tx Tx, primary, secondary int64) (Merge, error) {
	return merge(ctx, tx, contacts{tx}, primary, secondary, Why{})
}

// MergeAlike is MergeContacts for two contacts that were found by comparing.
func MergeAlike(ctx context.Context, tx Tx, primary, secondary int64) (Merge, error) {
	return merge(ctx, tx, contacts{tx}, primary, secondary, Why{Rule: RuleMatch})
}

// UnmergeContacts takes a merge of contacts back, see unmerge.
func UnmergeContacts(ctx context.Context, tx Tx, mergeN int64) (*Parted[contact.Contact], error) {
	return unmerge(ctx, tx, contacts{tx}, mergeN)
}

// MergedAway returns a contact that was merged into another as it would be
// alone, in state deleted and with its survivor; not_found if it was not, or if
// the survivor is in the trash.
func MergedAway(ctx context.Context, tx Tx, n int64) (*contact.Contact, error) {
	c, s, err := mergedAway(ctx, tx, contacts{tx}, n)
	if err != nil {
		return nil, err
	}
	c.State, c.Survivor = "deleted", s
	return c, nil
}

// member is one of the contacts that are one contact now, group are all of them.
type (
	member = kinsman[contact.Contact]
	group  struct{ *kin[contact.Contact] }
)

// Lost is an identifier that a record had when it was merged and has no longer,
// or the account above it that it cannot be below again.
type Lost struct {
	Kind   contact.Kind // an identifier's, or KindParent
	Value  string
	Reason string // released, taken, split or circle
	Holder don.ID // who has it, when it was taken or split off; the account above
	MergeN int64  // the latest merge of its contact at that time
}

// Why an identifier was lost.
const (
	Released = "released"
	TakenBy  = "taken"
	SplitOff = "split"
	Circle   = "circle" // the account above has come to be below
)

// KindParent is the account above, among what an undo does not restore.
const KindParent contact.Kind = "parent"

// groups loads the members of merged contacts, by the survivor's number.
func groups(ctx context.Context, tx Tx, survivors ...int64) (map[int64]*group, error) {
	all, err := kinOf(ctx, tx, contacts{tx}, survivors...)
	out := make(map[int64]*group, len(all))
	for n, k := range all {
		out[n] = &group{k}
	}
	return out, err
}

// groupOf loads the group of one contact, which may be alone.
func groupOf(ctx context.Context, tx Tx, c *contact.Contact) (*group, error) {
	if !c.Merged {
		return &group{solo[contact.Contact](contacts{tx}, c.N, c)}, nil
	}
	all, err := groups(ctx, tx, c.N)
	return all[c.N], err
}

// contacts are the kind of contacts.
type contacts struct{ tx Tx }

func (contacts) of() don.Type                              { return don.Contact }
func (contacts) ops() (merged, unmerged string)            { return OpMerged, OpUnmerged }
func (contacts) clone(c *contact.Contact) *contact.Contact { return clone(c) }
func (contacts) blank(n int64) *contact.Contact            { return &contact.Contact{N: n} }
func (contacts) names(v *contact.Contact) []string         { return names(v) }

func (contacts) carries(c *contact.Contact, key string) bool { return carries(c, key) }

func (contacts) edition(c *contact.Contact) edition {
	return edition{&c.Version, &c.ModifiedAt, &c.ModifiedBy}
}

func (contacts) renew(*kin[contact.Contact], *contact.Contact) {}

func (contacts) begin(*kin[contact.Contact], *member, *contact.Contact) {}

func (contacts) adopt(_ *kin[contact.Contact], v, from *contact.Contact, hidden []string) {
	adopt(v, from, hidden)
}

func (contacts) finish(m *member, v *contact.Contact, merged bool) {
	lead(m, v)
	v.Merged = merged
}

func (k contacts) edit(all *kin[contact.Contact], before, after *contact.Contact) {
	settle(before, after)
	(&group{all}).edit(k.tx, before, after)
}

func (k contacts) load(ctx context.Context, ns []int64, lock bool) (map[int64]*contact.Contact, error) {
	return k.tx.Contacts(ctx, ns, lock)
}

func (k contacts) reindex(ctx context.Context, before, after *contact.Contact) error {
	return reindex(ctx, k.tx, before, after)
}

func (k contacts) rewrite(ctx context.Context, before, after *contact.Contact) (bool, error) {
	return k.tx.RewriteContact(ctx, before, after)
}

func (k contacts) absorb(ctx context.Context, c *contact.Contact) error {
	return k.tx.AbsorbContact(ctx, c)
}
func (k contacts) put(ctx context.Context, c *contact.Contact) error { return k.tx.PutContact(ctx, c) }

func (contacts) admit(context.Context, *kin[contact.Contact], *contact.Contact, *contact.Contact) error {
	return nil
}

// follow ends the tokens of those whose ids lead elsewhere now.
func (k contacts) follow(ctx context.Context, all *kin[contact.Contact], moved *member) error {
	var ids []don.ID
	for _, n := range all.within(moved.N) {
		ids = append(ids, don.Of(don.Contact, n))
	}
	return k.tx.RevokeAllTokens(ctx, ids, time.Time{})
}

// yield is about addresses that contacts could share when they were merged and
// no longer can: the survivor keeps them.
func (k contacts) yield(all, gone *kin[contact.Contact], m Merge) {
	stays, settings := all.view(all.survivor), k.tx.Scope().Settings
	for _, x := range gone.each() {
		kept := slices.DeleteFunc(slices.Clone(x.Own.Identifiers), func(i contact.Identifier) bool {
			return i.Proof != contact.Claimed && exclusive(i, settings) && holds(stays, i)
		})
		for _, i := range x.Own.Identifiers {
			if !has(&contact.Contact{Identifiers: kept}, i) {
				x.Lost = append(x.Lost, Lost{Kind: i.Kind, Value: i.Value, Reason: TakenBy, Holder: don.Of(don.Contact, all.survivor), MergeN: m.N})
			}
		}
		if len(kept) < len(x.Own.Identifiers) {
			x.Own.Identifiers = mainFirst(kept)
			x.changed(k.tx)
		}
	}
}

// leave ends the tokens that may have been obtained by what went, for they lead
// to somebody else now, and forgets which of the identifiers that went members
// had made main ones.
func (k contacts) leave(ctx context.Context, all, gone *kin[contact.Contact], _ []int64, p *Parted[contact.Contact]) error {
	if err := k.tx.RevokeAllTokens(ctx, []don.ID{don.Of(don.Contact, all.survivor)}, p.Merge.At); err != nil {
		return err
	}
	view, forgot := gone.view(gone.survivor), false
	for _, a := range all.path(p.Merge.Primary) {
		for kind, norm := range a.Main {
			if has(view, contact.Identifier{Kind: kind, Value: norm}) {
				delete(a.Main, kind)
				a.dirty, forgot = true, true
			}
		}
	}
	if !forgot {
		return nil
	}
	return all.settle(ctx, k.tx)
}

// lead makes those identifiers of a view the main ones that a member chose.
func lead(m *member, v *contact.Contact) {
	for kind, norm := range m.Main {
		chosen, there := find(v, contact.Identifier{Kind: kind, Value: norm})
		if !there || chosen.Proof == contact.Claimed && v.Known(kind) > 0 {
			continue
		}
		for i := range v.Identifiers {
			if at := &v.Identifiers[i]; at.Kind == kind {
				at.Main = at.Norm() == norm
			}
		}
	}
}

// Names of what a view adopts, for hiding it.
const (
	nameDisplay     = "display_name"
	nameFull        = "full_name"
	nameDescription = "description"
	nameBlocked     = "blocked"
	namePicture     = "picture"
)

func nameOwner(n int64) string               { return "owner:" + strconv.FormatInt(n, 10) }
func nameTag(n int64) string                 { return "tag:" + strconv.FormatInt(n, 10) }
func namePlace(a contact.Association) string { return "place:" + don.Of(a.Type, a.N).Tail() }

// adopt adds to a view what another has and it has not.
func adopt(v, from *contact.Contact, hidden []string) {
	shown := func(name string) bool { return !slices.Contains(hidden, name) }
	if shown(nameDisplay) && contact.Invented(v.DisplayName) && !contact.Invented(from.DisplayName) {
		v.DisplayName = from.DisplayName
	}
	if shown(nameFull) {
		fill(&v.FullName, from.FullName)
	}
	if shown(nameDescription) {
		fill(&v.Description, from.Description)
	}
	adoptIdentifiers(v, from)
	placed := len(v.Associations) > 0
	for _, a := range from.Associations {
		if !associated(v, a) && shown(namePlace(a)) {
			a.Primary = a.Primary && !placed
			v.Associations = append(v.Associations, a)
		}
	}
	for _, o := range from.Owners {
		if !slices.Contains(v.Owners, o) && shown(nameOwner(o)) {
			v.Owners = append(v.Owners, o)
		}
	}
	for _, t := range from.Tags {
		if !slices.ContainsFunc(v.Tags, func(u tag.Use) bool { return u.N == t.N }) && shown(nameTag(t.N)) {
			v.Tags = append(v.Tags, t)
		}
	}
	custom{&v.Custom, &v.Subtype}.adopt(custom{&from.Custom, &from.Subtype}, shown)
	v.Verified = v.Verified || from.Verified
	v.Blocked = v.Blocked || from.Blocked && shown(nameBlocked)
	if v.Picture == 0 && shown(namePicture) {
		v.Picture = from.Picture
	}
}

// adoptIdentifiers unites identifiers; those adopted say for themselves where
// and since when they are known, and give way to the view's main ones.
func adoptIdentifiers(v, from *contact.Contact) {
	led := map[contact.Kind]contact.Proof{}
	for _, i := range v.Identifiers {
		led[i.Kind] = max(led[i.Kind], i.Proof)
	}
	for _, i := range from.Identifiers {
		at := position(v, i)
		if at >= 0 && (v.Identifiers[at].Proof != contact.Claimed || i.Proof == contact.Claimed) {
			continue
		}
		by, any := led[i.Kind]
		i.Main = i.Main && (!any || by == contact.Claimed && i.Proof != contact.Claimed)
		if i.Source == "" {
			i.Source = sourceOf(from)
		}
		if i.Since.IsZero() {
			i.Since = from.CreatedAt
		}
		if at >= 0 { // what one merely claims, the other has
			i.Main = v.Identifiers[at].Main
			v.Identifiers[at] = i
			continue
		}
		v.Identifiers = append(v.Identifiers, i)
	}
	v.Identifiers = mainFirst(v.Identifiers)
}

// sourceOf is where the identifiers of a contact are from that do not say.
func sourceOf(c *contact.Contact) string {
	if c.ImportN != 0 {
		return don.Of(don.Import, c.ImportN).Tail()
	}
	return SourceAPI
}

// SourceAPI is the source of what is given through the API.
const SourceAPI = "api"
