package directory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/ticket"
)

// deskGroups are the fields by which conversations, tickets and opportunities are
// grouped, beside custom ones and those of their customers.
var deskGroups = []string{fieldOwner, fieldStage, fieldState, fieldTag, fieldContact, fieldAccount, fieldWorkspace, fieldSource, fieldChannel,
	fieldSeverity, fieldPart, fieldGroup, fieldSubtype}

// deskGrouped returns the name of a field by which records on the desk can be
// counted, and the relation to the customers whose field it is, "" for one of their
// own. Errors: invalid, of the parameter at, for others.
func (g *catalogue) deskGrouped(at string, leaf don.Type, by string) (via, field string, err error) {
	if relation, rest, dotted := strings.Cut(by, "."); dotted && slices.Contains([]string{fieldContact, fieldAccount, fieldWorkspace}, relation) {
		field, err := g.grouped(at, relate(relation), rest)
		return relation, field, err
	}
	f, known := g.of(leaf).Fields[by]
	if g.err != nil {
		return "", "", g.err
	}
	if known && strings.Contains(f.Name, "__") {
		def, _ := g.set(leaf).Field(f.Name)
		if why := def.Ungrouped(); why != "" {
			return "", "", errs.NotPermitted(at, "%q %s", clip(by), why)
		}
		known = f.Type != filter.Time
	} else {
		known = known && slices.Contains(deskGroups, f.Name)
	}
	if !known {
		return "", "", errs.NotPermitted(at, "%s records cannot be grouped by %q; use owner, stage, tag, contact, account, source_channel, severity or part, a field of the customer as account.tier or contact.tnt__plan, or a date as created:month",
			leaf.Wire(), clip(by))
	}
	return "", f.Name, nil
}

// groupDesk counts the records on the desk that meet a filter by each value of a
// field of their own or of their customers.
func (s *Service) groupDesk(ctx context.Context, sc org.Scope, leaf don.Type, where Where, by string) (Groups, error) {
	var out Groups
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		out = Groups{}
		via, field, err := (&catalogue{ctx: ctx, tx: tx}).deskGrouped(groupBy, leaf, by)
		if err != nil {
			return err
		}
		a, err := ask(ctx, tx, leaf, Query{Where: where})
		if err != nil {
			return err
		}
		if !a.rest.IsAll() {
			return errs.NotPermitted("filter", "cannot be grouped, for no index serves all of it; leave out conditions such as contains, and those that more than %d customers meet", maxRelated)
		}
		var counts map[string]int
		if via == "" {
			counts, out.More, err = tx.Grouped(ctx, leaf, a.served, field, maxGroups)
		} else {
			var none int
			counts, none, out.More, err = tx.GroupedVia(ctx, leaf, a.served, via, field, maxGroups)
			out.None = new(capped(none))
		}
		if err != nil {
			return err
		}
		for value, n := range counts {
			out.Groups = append(out.Groups, Group{Value: value, Count: n})
		}
		slices.SortFunc(out.Groups, largest)
		if out.Groups, err = deskLabelled(ctx, tx, leaf, via, field, out.Groups); err != nil {
			return err
		}
		for i := range out.Groups {
			n := capped(out.Groups[i].Count)
			out.Groups[i].Count, out.Groups[i].More = n.N, n.More
		}
		return nil
	})
	return out, err
}

func largest(a, b Group) int {
	return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
}

// deskLabelled gives groups the names that people know their values by, and the
// filters that take them.
func deskLabelled(ctx context.Context, tx Tx, leaf don.Type, via, field string, groups []Group) (out []Group, err error) {
	switch {
	case via != "":
		out, err = labelled(ctx, tx, relate(via), field, groups)
		field = via + "." + field
	case field == fieldGroup, field == fieldPart:
		out, err = numberLabelled(ctx, tx, field, groups)
	case slices.Contains([]string{fieldContact, fieldAccount, fieldWorkspace}, field):
		out, err = customerLabelled(ctx, tx, field, groups)
	default:
		out, err = labelled(ctx, tx, leaf, field, groups)
	}
	for i := range out {
		out[i].Filter = filter.Format(filter.Node{Op: filter.Eq, Field: field, Values: []string{out[i].Value}})
	}
	return out, err
}

// numberLabelled names groups of members and parts; those that are gone are left out.
func numberLabelled(ctx context.Context, tx Tx, field string, groups []Group) (out []Group, err error) {
	names := map[string]Group{}
	if field == fieldGroup {
		all, err := tx.UserGroups(ctx, 0, group.MaxGroups)
		if err != nil {
			return nil, err
		}
		for _, x := range all {
			names[num(x.N)] = Group{Value: don.Of(don.Group, x.N).Display(), Label: x.Name}
		}
	} else {
		ns := make([]int64, 0, len(groups))
		for _, g := range groups {
			ns = append(ns, don.FromTail(string(don.Product)+"/"+g.Value).N)
		}
		parts, err := tx.Parts(ctx, ns)
		if err != nil {
			return nil, err
		}
		for n, p := range parts {
			names[num(n)] = Group{Value: don.Of(don.Product, n).Display(), Label: p.Name}
		}
	}
	for _, g := range groups {
		if known, ok := names[g.Value]; ok {
			g.Value, g.Label = known.Value, known.Label
			out = append(out, g)
		}
	}
	return out, nil
}

// customerLabelled names groups by customers as what these are now, and joins those
// of customers that are one: works name workspaces in the place of their accounts.
func customerLabelled(ctx context.Context, tx Tx, field string, groups []Group) ([]Group, error) {
	need := newNeeds()
	of := make([]don.ID, len(groups))
	for i, g := range groups {
		of[i] = customerOf(field, g.Value)
		need.add(of[i])
	}
	names := &Names{}
	if err := names.load(ctx, tx, need); err != nil {
		return nil, err
	}
	for i, id := range of {
		if w := names.Workspaces[id.N]; field == fieldAccount && id.Type == don.Workspace && w != nil {
			of[i] = don.Of(don.Account, w.AccountN)
			need.add(of[i])
		}
	}
	if err := names.load(ctx, tx, need); err != nil {
		return nil, err
	}
	var out []Group
	at := map[don.ID]int{}
	for i, g := range groups {
		id := names.Now(of[i])
		if c := names.Contacts[id.N]; id.Type == don.Contact && c != nil {
			id.N = c.N
		}
		switch seen, again := at[id]; {
		case names.Of(id) == "":
			continue
		case again:
			out[seen].Count += g.Count
		default:
			at[id] = len(out)
			g.Value, g.Label = id.Display(), names.Of(id)
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b Group) int { return cmp.Compare(b.Count, a.Count) })
	return out, nil
}

// customerOf returns the customer that a value of the index stands for.
func customerOf(field, value string) don.ID {
	if strings.Contains(value, "/") {
		return don.FromTail(value)
	}
	t := map[string]don.Type{fieldContact: don.Contact, fieldAccount: don.Account, fieldWorkspace: don.Workspace}[field]
	return don.FromTail(string(t) + "/" + value)
}

// latestOnDesk is latest for records on the desk. Tickets are not in the order of
// a custom date in any index, so they are not grouped by one.
func (s *Service) latestOnDesk(ctx context.Context, sc org.Scope, leaf don.Type, q Query, by byDate) (at *time.Time, err error) {
	err = s.db.Read(ctx, sc, func(tx Tx) error {
		if leaf == don.Conversation {
			rows, err := ConversationRows(ctx, tx, conversation.Filter{}, q)
			at, _ = dateOf(Page[*conversation.Conversation]{Items: rows.Items}, err, by, func(c *conversation.Conversation) (created, modified time.Time, custom schema.Values) {
				if by.field == fieldLastMessage {
					return c.ActiveAt(), c.ModifiedAt, nil
				}
				return c.CreatedAt, c.ModifiedAt, nil
			})
			return err
		}
		rows, err := WorkRows(ctx, tx, leaf, ticket.Filter{}, q)
		at, _ = dateOf(Page[*ticket.Work]{Items: rows.Items}, err, by, func(t *ticket.Work) (created, modified time.Time, custom schema.Values) {
			return t.CreatedAt, t.ModifiedAt, t.Custom
		})
		return err
	})
	return at, err
}
