package identity

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/tag"
)

// Contacts that were merged are a group. Each member keeps the state it would
// have alone, and what arrives through one of its identifiers changes that
// state and no other. What lists and reads show, the survivor's view, is put
// together from the members' states each time one of them changes. So taking a
// merge back is no more than parting the group: nothing has to be worked out.

// Alias is the stored form of a group's member.
type Alias struct {
	Type     don.Type
	N        int64
	Survivor int64 // the member that the others' ids lead to
	Into     int64 // the member it was merged into, 0 for the survivor
	MergeN   int64 // by which merge, 0 for the survivor
	Body     []byte
}

// member is one of the contacts that are one contact now.
type member struct {
	Alias
	memberBody
	was   *contact.Contact // its own state when it was loaded
	dirty bool             // whether it must be stored
}

type memberBody struct {
	Own    *contact.Contact        // as it would be alone
	Hidden []string                `json:",omitempty"` // what members took off the view that the member it was merged into gets from it
	Main   map[contact.Kind]string `json:",omitempty"` // identifiers that members made the main ones of the view, where its own would be
	Lost   []Lost                  `json:",omitempty"`
}

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

type group struct {
	survivor int64
	members  map[int64]*member
}

// solo is the group of a contact that nothing was merged into yet.
func solo(c *contact.Contact) *group {
	own := clone(c)
	m := &member{Alias: Alias{Type: don.Contact, N: c.N, Survivor: c.N}, memberBody: memberBody{Own: own}, was: clone(own), dirty: true}
	return &group{survivor: c.N, members: map[int64]*member{c.N: m}}
}

// groups loads the members of merged contacts, by the survivor's number.
func groups(ctx context.Context, tx Tx, survivors ...int64) (map[int64]*group, error) {
	out := map[int64]*group{}
	if len(survivors) == 0 {
		return out, nil
	}
	rows, err := tx.Aliases(ctx, don.Contact, survivors)
	if err != nil {
		return nil, err
	}
	for _, a := range rows {
		m := &member{Alias: a}
		if err := json.Unmarshal(a.Body, &m.memberBody); err != nil {
			return nil, err
		}
		m.was = clone(m.Own)
		g := out[a.Survivor]
		if g == nil {
			g = &group{survivor: a.Survivor, members: map[int64]*member{}}
			out[a.Survivor] = g
		}
		g.members[a.N] = m
	}
	return out, nil
}

// groupOf loads the group of one contact, which may be alone.
func groupOf(ctx context.Context, tx Tx, c *contact.Contact) (*group, error) {
	if !c.Merged {
		return solo(c), nil
	}
	all, err := groups(ctx, tx, c.N)
	return all[c.N], err
}

func (g *group) root() *member { return g.members[g.survivor] }

// each returns the members in the order of their numbers.
func (g *group) each() []*member {
	var out []*member
	for _, n := range slices.Sorted(maps.Keys(g.members)) {
		out = append(out, g.members[n])
	}
	return out
}

// children returns what was merged into a member, the earliest first.
func (g *group) children(n int64) []*member {
	var out []*member
	for _, m := range g.members {
		if m.Into == n {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b *member) int { return int(a.MergeN - b.MergeN) })
	return out
}

// within returns the numbers of a member and of all that was merged into it.
func (g *group) within(n int64) []int64 {
	out := []int64{n}
	for _, c := range g.children(n) {
		out = append(out, g.within(c.N)...)
	}
	return out
}

// path returns the members from one up to the survivor.
func (g *group) path(n int64) []*member {
	var out []*member
	for m := g.members[n]; m != nil; m = g.members[m.Into] {
		out = append(out, m)
	}
	return out
}

// latest returns the number of the latest merge within the group.
func (g *group) latest() int64 {
	var n int64
	for _, m := range g.members {
		n = max(n, m.MergeN)
	}
	return n
}

// origin returns the member whose own state has the key: the survivor before
// others, so that what nobody has counts as the survivor's.
func (g *group) origin(key string) *member {
	if g.root().hasKey(key) {
		return g.root()
	}
	for _, m := range g.each() {
		if m.hasKey(key) {
			return m
		}
	}
	return g.root()
}

// hasKey reports whether a member has a key; a claim is none.
func (m *member) hasKey(key string) bool { return carries(m.Own, key) }

// view puts together what a member is with everything that was merged into it.
// It has a value of its own wherever it is not empty, and of lists all elements.
func (g *group) view(n int64) *contact.Contact {
	m := g.members[n]
	v := clone(m.Own)
	children := g.children(n)
	for _, c := range children {
		adopt(v, g.view(c.N), c.Hidden)
	}
	m.lead(v)
	v.Merged = len(children) > 0
	return v
}

// lead makes those identifiers of a view the main ones that a member chose.
func (m *member) lead(v *contact.Contact) {
	for kind, norm := range m.Main {
		if !has(v, contact.Identifier{Kind: kind, Value: norm}) {
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
	v.Verified = v.Verified || from.Verified
}

// adoptIdentifiers unites identifiers; those adopted say for themselves where
// and since when they are known, and give way to the view's main ones.
func adoptIdentifiers(v, from *contact.Contact) {
	led := map[contact.Kind]bool{}
	for _, i := range v.Identifiers {
		led[i.Kind] = true
	}
	for _, i := range from.Identifiers {
		at := position(v, i)
		if at >= 0 && (v.Identifiers[at].Proof != contact.Claimed || i.Proof == contact.Claimed) {
			continue
		}
		i.Main = i.Main && !led[i.Kind]
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

// changed notes that a member's own state was changed now.
func (m *member) changed(tx Tx) {
	m.Own.Version++
	m.Own.ModifiedAt, m.Own.ModifiedBy = tx.Now(), tx.Scope().Actor.Tail()
	m.dirty = true
}

// touch makes a member's version higher than any that its record had.
func (m *member) touch(version int64) {
	m.Own.Version = max(m.Own.Version, version) + 1
	m.dirty = true
}

// show lets a view have again what a member of the group has just been given.
func (g *group) show(n int64, names []string) {
	for _, m := range g.path(n) {
		kept := slices.DeleteFunc(slices.Clone(m.Hidden), func(h string) bool { return slices.Contains(names, h) })
		if len(kept) != len(m.Hidden) {
			m.Hidden, m.dirty = kept, true
		}
	}
}

// store writes the members that changed.
func (g *group) store(ctx context.Context, tx Tx) error {
	for _, m := range g.each() {
		if !m.dirty {
			continue
		}
		body, err := json.Marshal(m.memberBody)
		if err != nil {
			return err
		}
		m.Body = body
		if err := tx.PutAlias(ctx, m.Alias); err != nil {
			return err
		}
		m.dirty, m.was = false, clone(m.Own)
	}
	return nil
}
