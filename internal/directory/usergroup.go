package directory

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

// userGroupTx keeps groups of people.
type userGroupTx interface {
	UserGroup(ctx context.Context, n int64, lock bool) (*group.Group, error)
	UserGroups(ctx context.Context, after int64, limit int) ([]*group.Group, error)
	PutUserGroup(ctx context.Context, g *group.Group) error
	GroupMembers(ctx context.Context, g *group.Group, after int64, limit int) ([]group.Member, error)
	CountGroupMembers(ctx context.Context, g *group.Group, limit int) (int, error)
	AddGroupMember(ctx context.Context, g *group.Group, m group.Member) (bool, error)
	RemoveGroupMember(ctx context.Context, g *group.Group, n int64) (bool, error)
}

// UserGroupPatch says what a group shall be: everything it has on creation, what
// changes on update.
type UserGroupPatch struct {
	Name        *string
	Description *string
	Owner       *int64       // 0 for none
	Tree        *filter.Node // of a dynamic one
}

// UserGroupFound is a group with the names of who made and owns it.
type UserGroupFound = Found[*group.Group]

func (n needs) userGroup(g *group.Group) {
	n.add(don.FromTail(g.CreatedBy), don.FromTail(g.ModifiedBy), don.Of(don.Member, g.Owner))
}

// How history and outbox name who joins and leaves.
const (
	opMemberAdded   = "member_added"
	opMemberRemoved = "member_removed"
)

// CreateUserGroup adds a group of contacts or members. Errors: invalid,
// not_found for the owner, conflict for a name that is taken.
func (s *Service) CreateUserGroup(ctx context.Context, sc org.Scope, of don.Type, dynamic bool, p UserGroupPatch) (UserGroupFound, error) {
	return s.putUserGroup(ctx, sc, p, func(tx Tx) (*group.Group, error) {
		all, err := tx.UserGroups(ctx, 0, group.MaxGroups)
		if err != nil {
			return nil, err
		}
		if err := tooMany("groups", len(all)+1, group.MaxGroups); err != nil {
			return nil, err
		}
		n, err := tx.Next(ctx, don.Group, 1)
		g := &group.Group{N: n, Of: of, Dynamic: dynamic}
		g.CreatedAt, g.CreatedBy = stamp(tx)
		return g, err
	})
}

// UpdateUserGroup changes a group. Errors: invalid, not_found, conflict.
func (s *Service) UpdateUserGroup(ctx context.Context, sc org.Scope, n int64, p UserGroupPatch) (UserGroupFound, error) {
	return s.putUserGroup(ctx, sc, p, func(tx Tx) (*group.Group, error) { return tx.UserGroup(ctx, n, true) })
}

func (s *Service) putUserGroup(ctx context.Context, sc org.Scope, p UserGroupPatch, of func(Tx) (*group.Group, error)) (UserGroupFound, error) {
	var got UserGroupFound
	err := s.write(ctx, sc, func(tx Tx) error {
		g, err := of(tx)
		if err != nil {
			return err
		}
		before := *g
		if err := p.apply(ctx, tx, g); err != nil {
			return err
		}
		g.ModifiedAt, g.ModifiedBy = stamp(tx)
		if err := tx.PutUserGroup(ctx, g); err != nil {
			return ofName(err)
		}
		if err := follow(ctx, tx, &before, g); err != nil {
			return err
		}
		id := don.Of(don.Group, g.N)
		note := identity.Note{ID: id, Op: identity.OpUpdated, Before: &before, After: g, Tell: id}
		if before.ModifiedBy == "" {
			note.Op = opCreated
		}
		if _, err := tx.Record(ctx, note); err != nil {
			return err
		}
		if err := behind(ctx, tx, g); err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.userGroup, g)
		return err
	})
	return got, err
}

// follow has a group of contacts worked out that is new or has another filter.
func follow(ctx context.Context, tx Tx, before, g *group.Group) error {
	if g.Of != don.Contact || before.ModifiedBy != "" && before.Filter == g.Filter {
		return nil
	}
	g.Fault = ""
	return tx.FollowGroup(ctx, g.N, tx.Now())
}

func (p UserGroupPatch) apply(ctx context.Context, tx Tx, g *group.Group) error {
	if p.Tree != nil && g.Plain() {
		return errs.NotPermitted("dynamic_group_info", "%s is a group that every organisation has, and cannot have other members; make one of your own", g.Name)
	}
	if p.Tree != nil {
		c := &catalogue{ctx: ctx, tx: tx, forGroup: true}
		if _, err := filter.Bind(*p.Tree, c.of(don.Contact), tx.Now()); err != nil {
			return InField("dynamic_group_info.membership_expression", err)
		}
		if c.err != nil {
			return c.err
		}
		g.Filter = filter.Format(*p.Tree)
	}
	if err := SetText(&g.Name, "name", p.Name, contact.FullName); err != nil {
		return err
	}
	if err := SetText(&g.Description, "description", p.Description, contact.Description); err != nil {
		return err
	}
	if p.Owner != nil && *p.Owner != 0 && *p.Owner != g.Owner {
		if err := knownMember(ctx, tx, "owner", *p.Owner); err != nil {
			return err
		}
	}
	set(&g.Owner, p.Owner)
	return g.Check()
}

// GetUserGroup returns one group. Errors: not_found.
func (s *Service) GetUserGroup(ctx context.Context, sc org.Scope, n int64) (UserGroupFound, error) {
	var got UserGroupFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		g, err := tx.UserGroup(ctx, n, false)
		if err != nil {
			return err
		}
		if err := behind(ctx, tx, g); err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.userGroup, g)
		return err
	})
	return got, err
}

// ListUserGroups returns a page of the groups that take holds for, in the order in
// which they were made where the query does not say otherwise. They are sorted by
// created_date, modified_date, name or display_id.
func (s *Service) ListUserGroups(ctx context.Context, sc org.Scope, q Query, take func(*group.Group) bool) (Page[*group.Group], error) {
	return listPage(ctx, s, sc, q, needs.userGroup, func(tx Tx) (Rows[*group.Group], error) {
		pages := func(after int64, limit int) ([]*group.Group, error) { return tx.UserGroups(ctx, after, limit) }
		rows, err := few(q, pages, func(g *group.Group) int64 { return g.N }, take,
			func(g *group.Group, by string) any { return sortKey(by, g.N, g.Name, g.CreatedAt, g.ModifiedAt) })
		if err != nil {
			return rows, err
		}
		return rows, behind(ctx, tx, rows.Items...)
	})
}

// Joining is who joins a group or leaves it.
type Joining struct {
	ID    don.ID // a contact or member
	Place int64  // a workspace of the contact's as which it joins, 0 for none
}

// JoinGroup adds somebody to a static group. Who is in it stays, as the workspace
// that is given now. Errors: invalid for a dynamic group and for somebody of
// another kind, not_found.
func (s *Service) JoinGroup(ctx context.Context, sc org.Scope, n int64, j Joining) error {
	return s.changeGroup(ctx, sc, n, j, opMemberAdded, func(tx Tx, g *group.Group) (bool, error) {
		if err := joinable(ctx, tx, j); err != nil {
			return false, err
		}
		m := group.Member{N: j.ID.N, Place: j.Place}
		m.AddedAt, m.AddedBy = stamp(tx)
		added, err := tx.AddGroupMember(ctx, g, m)
		if err == nil && added && g.Standard != "" { // nothing follows it before somebody is in it
			err = tx.FollowGroup(ctx, g.N, tx.Now())
		}
		return added, err
	})
}

// joinable reports whether who joins exists and has the workspace.
func joinable(ctx context.Context, tx Tx, j Joining) error {
	if j.ID.Type == don.Member {
		return knownMember(ctx, tx, "member", j.ID.N)
	}
	c, err := liveContact(ctx, tx, j.ID.N, true)
	if err != nil || j.Place == 0 {
		return InField("member", err)
	}
	names, err := namesOf(ctx, tx, needs.contact, c)
	if err != nil {
		return err
	}
	for _, a := range names.Places(c) {
		if a.Type == don.Workspace && a.N == j.Place {
			return nil
		}
	}
	return errs.NotPermitted("member_rev_org", "%s does not belong to %s; link it first", j.ID.Display(), don.Of(don.Workspace, j.Place).Display())
}

// LeaveGroup takes somebody out of a static group. Errors: invalid for a dynamic
// group, not_found also for who is not in it.
func (s *Service) LeaveGroup(ctx context.Context, sc org.Scope, n int64, j Joining) error {
	return s.changeGroup(ctx, sc, n, j, opMemberRemoved, func(tx Tx, g *group.Group) (bool, error) {
		if j.ID.Type == don.Contact {
			if _, err := liveContact(ctx, tx, j.ID.N, true); err != nil {
				return false, InField("member", err) // also for one that was merged away
			}
		}
		left, err := tx.RemoveGroupMember(ctx, g, j.ID.N)
		if err == nil && !left {
			err = missing("member", j.ID)
		}
		return left, err
	})
}

func (s *Service) changeGroup(ctx context.Context, sc org.Scope, n int64, j Joining, op string, change func(Tx, *group.Group) (bool, error)) error {
	return s.write(ctx, sc, func(tx Tx) error {
		g, err := tx.UserGroup(ctx, n, true)
		if err != nil {
			return err
		}
		id := don.Of(don.Group, n)
		switch {
		case g.Dynamic:
			return errs.NotPermitted("group", "%s is dynamic: who meets its membership_expression belongs to it; change that", id.Display())
		case g.Of != j.ID.Type:
			return errs.NotPermitted("member", "%s cannot be in %s, whose member_type is another", j.ID.Display(), id.Display())
		}
		changed, err := change(tx, g)
		if err != nil || !changed {
			return err
		}
		_, err = tx.Record(ctx, identity.Note{ID: id, Op: op, Extra: map[string]any{"member": j.ID.Tail()}, Tell: id})
		return err
	})
}

// InGroup is a page of a group's members.
type InGroup struct {
	Of      don.Type
	Members []group.Member
	More    bool // whether others follow
}

func (n needs) inGroup(g InGroup) {
	for _, m := range g.Members {
		n.add(don.Of(g.Of, m.Now), workspaceOf(m.Place))
	}
}

// GroupMembers returns up to limit members of a group above a number, in the
// order of their numbers. Errors: not_found, invalid for a dynamic group that was
// never worked out and whose filter names what is no longer there.
func (s *Service) GroupMembers(ctx context.Context, sc org.Scope, n, after int64, limit int) (Found[InGroup], error) {
	var got Found[InGroup]
	var asked *filter.Node
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		g, err := tx.UserGroup(ctx, n, false)
		if err != nil {
			return err
		}
		if asked, err = s.live(ctx, tx, g); asked != nil || err != nil {
			return err
		}
		in := InGroup{Of: g.Of}
		if g.Dynamic {
			in.Members, err = followedMembers(ctx, tx, n, after, limit+1)
		} else {
			in.Members, err = tx.GroupMembers(ctx, g, after, limit+1)
		}
		if err != nil {
			return err
		}
		in.Members, in.More = in.Members[:min(limit, len(in.Members))], len(in.Members) > limit
		got, err = found(ctx, tx, needs.inGroup, in)
		return err
	})
	if err != nil || asked == nil {
		return got, err
	}
	return s.whoMeets(ctx, sc, *asked, after, limit)
}

// followedMembers are those whom the group was told to have when it was worked out
// last.
func followedMembers(ctx context.Context, tx Tx, n, after int64, limit int) (out []group.Member, err error) {
	for len(out) < limit {
		ns, err := tx.InGroup(ctx, n, after, limit)
		if err != nil || len(ns) == 0 {
			return out, err
		}
		live, err := tx.Contacts(ctx, ns, false)
		if err != nil {
			return nil, err
		}
		for _, n := range ns {
			if live[n] != nil && len(out) < limit {
				out = append(out, group.Member{N: n, Now: n})
			}
		}
		after = ns[len(ns)-1]
		if len(ns) < limit {
			break
		}
	}
	return out, nil
}

// live returns the filter that tells who belongs to a dynamic group by now, as long
// as what was worked out may be behind and indexes serve the filter; else nil.
func (s *Service) live(ctx context.Context, tx Tx, g *group.Group) (*filter.Node, error) {
	if !g.Dynamic {
		return nil, nil
	}
	lag, err := tx.GroupsBehind(ctx)
	if err != nil || lag == 0 && g.Built || g.Built && g.Fault != "" {
		return nil, err
	}
	tree, err := filter.Parse(g.Filter)
	if err != nil || !g.Built {
		return &tree, err
	}
	a, err := ask(ctx, tx, don.Contact, Query{Where: Where{Tree: tree, Zone: tx.Scope().Settings.Zone()}})
	switch {
	case errs.Is(err, errs.Invalid):
		return nil, nil // not told yet: the group is as it was
	case err != nil || !a.rest.IsAll():
		return nil, err
	}
	return &tree, nil
}

// whoMeets returns a page of the members of a dynamic group.
func (s *Service) whoMeets(ctx context.Context, sc org.Scope, tree filter.Node, after int64, limit int) (Found[InGroup], error) {
	q := Query{Limit: limit, Where: Where{Tree: tree, Zone: sc.Settings.Zone()}, Sorts: []Sort{{Field: "display_id"}}}
	if after > 0 {
		q.Edge = []any{after}
	}
	p, err := s.ListContacts(ctx, sc, contact.Filter{}, q)
	if err != nil {
		return Found[InGroup]{}, InField("group", err)
	}
	got := Found[InGroup]{InGroup{Of: don.Contact, More: p.Next != nil}, p.Names}
	got.Names.Contacts = make(map[int64]*contact.Contact, len(p.Items))
	for _, c := range p.Items {
		got.Item.Members = append(got.Item.Members, group.Member{N: c.N, Now: c.N})
		got.Names.Contacts[c.N] = c
	}
	return got, nil
}

// CountGroup returns how many members a group has, up to CountCap. Errors as
// GroupMembers.
func (s *Service) CountGroup(ctx context.Context, sc org.Scope, n int64) (Counted, error) {
	var got Counted
	var asked *filter.Node
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		g, err := tx.UserGroup(ctx, n, false)
		if err != nil {
			return err
		}
		if asked, err = s.live(ctx, tx, g); asked != nil || err != nil {
			return err
		}
		var count int
		if g.Dynamic {
			count, err = tx.CountInGroup(ctx, n, CountCap+1)
		} else {
			count, err = tx.CountGroupMembers(ctx, g, CountCap+1)
		}
		got = capped(count)
		return err
	})
	if err != nil || asked == nil {
		return got, err
	}
	got, err = s.Count(ctx, sc, Sought{Contacts: &contact.Filter{}, Where: Where{Tree: *asked, Zone: sc.Settings.Zone()}})
	return got, InField("group", err)
}

// behind notes for how long dynamic groups have waited for what has changed.
func behind(ctx context.Context, tx Tx, groups ...*group.Group) error {
	if !slices.ContainsFunc(groups, func(g *group.Group) bool { return g.Dynamic }) {
		return nil
	}
	lag, err := tx.GroupsBehind(ctx)
	for _, g := range groups {
		g.Behind = lag
	}
	return err
}
