package directory

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/internal/ticket"
)

// Names holds the records that others refer to, loaded in one go for a whole
// page. What is missing in it was deleted.
type Names struct {
	Members    map[int64]org.Member
	Contacts   map[int64]*contact.Contact
	Accounts   map[int64]*account.Account
	Workspaces map[int64]*account.Workspace
	Tags       map[int64]*tag.Tag
	Pictures   map[int64]*artifact.Artifact // of persons
	Parts      map[int64]*ticket.Part
	// Moved are accounts and workspaces that were merged into others, with what
	// they are now. Accounts and Workspaces have the other in their place.
	Moved map[don.ID]don.ID
	// Schemas are the custom fields of the kinds of records of which some have any.
	Schemas map[don.Type]*schema.Set
	at      time.Time // when they were read
}

// Now returns the account or workspace that stands for one that was merged into
// it; any other id as it is.
func (n *Names) Now(id don.ID) don.ID {
	if s, ok := n.Moved[id]; ok {
		return s
	}
	return id
}

// Places returns the live places of a contact, each account and workspace as
// what it is now and once.
func (n *Names) Places(c *contact.Contact) []contact.Association {
	var out []contact.Association
	for _, a := range c.Associations {
		if !n.Live(a) {
			continue
		}
		a.N = n.Now(don.Of(a.Type, a.N)).N
		at := slices.IndexFunc(out, func(o contact.Association) bool { return o.Type == a.Type && o.N == a.N })
		if at < 0 {
			out = append(out, a)
		} else {
			out[at].Primary = out[at].Primary || a.Primary
		}
	}
	return out
}

// Of returns the display name of a record, "" when it is not among the names.
func (n *Names) Of(id don.ID) string {
	switch id.Type {
	case don.Member:
		return n.Members[id.N].DisplayName
	case don.Contact:
		if c := n.Contacts[id.N]; c != nil {
			return c.DisplayName
		}
	case don.Account:
		if a := n.Accounts[id.N]; a != nil {
			return a.DisplayName
		}
	case don.Workspace:
		if w := n.Workspaces[id.N]; w != nil {
			return w.DisplayName
		}
	case don.Tag:
		if t := n.Tags[id.N]; t != nil {
			return t.Name
		}
	case don.Product:
		if p := n.Parts[id.N]; p != nil {
			return p.Name
		}
	case don.Artifact:
		if a := n.Pictures[id.N]; a != nil {
			return a.Name
		}
	default: // the others have no names among these
	}
	return ""
}

// Live reports whether the account or workspace of an association exists. One
// that is in the trash keeps its associations, so that restoring it restores
// them, but nobody is shown them meanwhile.
func (n *Names) Live(a contact.Association) bool {
	if a.Type == don.Account {
		return n.Accounts[a.N] != nil
	}
	return n.Workspaces[a.N] != nil
}

// Customer returns the association that stands for a contact's customer, nil
// when it has none: the live one marked primary, else the first live one. One
// that has ended gives way to one that has not.
func (n *Names) Customer(c *contact.Contact) *contact.Association {
	var best *contact.Association
	rank := 0
	for i := range c.Associations {
		a := &c.Associations[i]
		if r := n.rank(a); r > rank {
			best, rank = a, r
		}
	}
	return best
}

// rank says how well an association stands for the contact's customer, 0 when
// it does not.
func (n *Names) rank(a *contact.Association) int {
	if !n.Live(*a) {
		return 0
	}
	rank := 1
	if a.Until == nil || a.Until.After(n.at) {
		rank += 2
	}
	if a.Primary {
		rank++
	}
	return rank
}

// needs collects what a page refers to.
type needs map[don.ID]struct{}

func newNeeds() needs { return needs{} }

func (n needs) add(ids ...don.ID) needs {
	for _, id := range ids {
		if id.N != 0 {
			n[id] = struct{}{}
		}
	}
	return n
}

func (n needs) members(ns []int64) {
	for _, m := range ns {
		n.add(don.Of(don.Member, m))
	}
}

func (n needs) tags(uses []tag.Use) {
	for _, u := range uses {
		n.add(don.Of(don.Tag, u.N))
	}
}

// schema asks for the fields of a kind of record when one of it has values.
func (n needs) schema(leaf don.Type, subtype string, values schema.Values) {
	if subtype != "" || len(values) > 0 {
		n[don.ID{Type: don.TenantFragment, N: int64(slices.Index(schema.Leaves, leaf))}] = struct{}{}
	}
}

func (n needs) contact(c *contact.Contact) {
	n.schema(don.Contact, c.Subtype, c.Custom)
	n.add(don.FromTail(c.CreatedBy), don.FromTail(c.ModifiedBy), contactOf(c.Survivor))
	n.members(c.Owners)
	n.tags(c.Tags)
	n.places(c.Associations)
	n.add(don.Of(don.Artifact, c.Picture))
}

func (n needs) places(as []contact.Association) {
	for _, a := range as {
		n.add(don.Of(a.Type, a.N))
	}
}

func (n needs) account(a *account.Account) {
	n.schema(don.Account, a.Subtype, a.Custom)
	n.add(don.FromTail(a.CreatedBy), don.FromTail(a.ModifiedBy), accountOf(a.ParentN), accountOf(a.Survivor))
	n.members(a.Owners)
	n.tags(a.Tags)
}

func (n needs) workspace(w *account.Workspace) {
	n.schema(don.Workspace, w.Subtype, w.Custom)
	n.add(don.FromTail(w.CreatedBy), don.FromTail(w.ModifiedBy), accountOf(w.AccountN), workspaceOf(w.Survivor))
	n.members(w.Owners)
	n.tags(w.Tags)
}

func (n needs) tag(t *tag.Tag) { n.add(don.FromTail(t.CreatedBy), don.FromTail(t.ModifiedBy)) }

func (n needs) of(t don.Type) []int64 {
	var out []int64
	for id := range maps.Keys(n) {
		if id.Type == t {
			out = append(out, id.N)
		}
	}
	slices.Sort(out)
	return out
}

// load fetches everything needed, one query a type. Contacts may be authors,
// and an author's customer is shown with it, so contacts come first.
func (n *Names) load(ctx context.Context, tx Tx, want needs) (err error) {
	n.at = tx.Now()
	if ns := want.of(don.Contact); len(ns) > 0 {
		if n.Contacts, err = survivingContacts(ctx, tx, ns); err != nil {
			return err
		}
		for _, c := range n.Contacts {
			want.places(c.Associations)
			want.add(don.Of(don.Artifact, c.Picture))
		}
	}
	if ns := want.of(don.Member); len(ns) > 0 {
		if n.Members, err = tx.MembersByN(ctx, ns); err != nil {
			return err
		}
	}
	if ns := want.of(don.Account); len(ns) > 0 {
		if err = n.loadAccounts(ctx, tx, ns); err != nil {
			return err
		}
	}
	if ns := want.of(don.Workspace); len(ns) > 0 {
		if n.Workspaces, err = surviving(ctx, tx, n, don.Workspace, ns, tx.Workspaces); err != nil {
			return err
		}
	}
	if ns := want.of(don.Tag); len(ns) > 0 {
		if n.Tags, err = tx.Tags(ctx, ns); err != nil {
			return err
		}
	}
	if ns := want.of(don.Product); len(ns) > 0 {
		if n.Parts, err = tx.Parts(ctx, ns); err != nil {
			return err
		}
	}
	if ns := want.of(don.Artifact); len(ns) > 0 {
		if n.Pictures, err = tx.Artifacts(ctx, ns, false); err != nil {
			return err
		}
	}
	for _, at := range want.of(don.TenantFragment) {
		if n.Schemas == nil {
			n.Schemas = map[don.Type]*schema.Set{}
		}
		leaf := schema.Leaves[at]
		if n.Schemas[leaf], err = schemaOf(ctx, tx, leaf); err != nil {
			return err
		}
	}
	return nil
}

// Custom returns what there is of a record's custom values by now: those of fields
// that were dropped stay stored and are not shown. Versions are the ids of the
// definitions that the values follow.
func (n *Names) Custom(leaf don.Type, subtype string, values schema.Values) (shown schema.Values, versions []don.ID) {
	set := n.Schemas[leaf]
	if set == nil {
		return values, nil
	}
	for _, f := range set.Of(subtype, values) {
		versions = append(versions, FragmentID(f))
	}
	return set.Shown(subtype, values), versions
}

// survivingContacts returns the contacts with the numbers given; those that
// were merged away are what they are now.
func survivingContacts(ctx context.Context, tx Tx, ns []int64) (map[int64]*contact.Contact, error) {
	found, err := tx.Contacts(ctx, ns, false)
	if err != nil || len(found) == len(ns) {
		return found, err
	}
	absent := slices.DeleteFunc(slices.Clone(ns), func(n int64) bool { return found[n] != nil })
	survivors, err := tx.Survivors(ctx, don.Contact, absent)
	if err != nil || len(survivors) == 0 {
		return found, err
	}
	now, err := tx.Contacts(ctx, slices.Collect(maps.Values(survivors)), false)
	for n, s := range survivors {
		if now[s] != nil {
			found[n] = now[s]
		}
	}
	return found, err
}

func (n *Names) loadAccounts(ctx context.Context, tx Tx, ns []int64) (err error) {
	n.Accounts, err = surviving(ctx, tx, n, don.Account, ns, tx.Accounts)
	return err
}

// surviving does the same for accounts or workspaces, and notes among the names
// which became which.
func surviving[T any](ctx context.Context, tx Tx, names *Names, t don.Type, ns []int64, load func(context.Context, []int64, bool) (map[int64]*T, error)) (map[int64]*T, error) {
	found, err := load(ctx, ns, false)
	if err != nil {
		return nil, err
	}
	absent := slices.DeleteFunc(slices.Clone(ns), func(n int64) bool { return found[n] != nil })
	moved, err := tx.Survivors(ctx, t, absent)
	if err != nil || len(moved) == 0 {
		return found, err
	}
	now, err := load(ctx, slices.Collect(maps.Values(moved)), false)
	if names.Moved == nil {
		names.Moved = map[don.ID]don.ID{}
	}
	for n, s := range moved {
		names.Moved[don.Of(t, n)] = don.Of(t, s)
		if now[s] != nil {
			found[n], found[s] = now[s], now[s]
		}
	}
	return found, err
}

// LoadNames loads the records that ids name; zero ids name none.
func LoadNames(ctx context.Context, tx Tx, ids ...don.ID) (*Names, error) {
	names := &Names{}
	return names, names.load(ctx, tx, newNeeds().add(ids...))
}

// Names loads the records that ids name, with what contacts among them refer to.
func (s *Service) Names(ctx context.Context, sc org.Scope, ids ...don.ID) (names *Names, err error) {
	err = s.db.Read(ctx, sc, func(tx Tx) error {
		names, err = LoadNames(ctx, tx, ids...)
		return err
	})
	return names, err
}

// Found is a record with the records it refers to.
type Found[T any] struct {
	Item  T
	Names *Names
}

// namesOf loads the names that items refer to.
func namesOf[T any](ctx context.Context, tx Tx, collect func(needs, T), items ...T) (*Names, error) {
	want := newNeeds()
	for _, item := range items {
		collect(want, item)
	}
	names := &Names{}
	return names, names.load(ctx, tx, want)
}

// found pairs one record with its names.
func found[T any](ctx context.Context, tx Tx, collect func(needs, T), item T) (Found[T], error) {
	names, err := namesOf(ctx, tx, collect, item)
	return Found[T]{item, names}, err
}
