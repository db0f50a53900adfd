package directory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/ticket"
)

// CountCap is up to where records are counted; beyond, there are more.
const CountCap = 10_000

// Counted is how many records there are.
type Counted struct {
	N    int
	More bool // whether there are more than N
}

func capped(n int) Counted { return Counted{min(n, CountCap), n > CountCap} }

// groupTx counts records.
type groupTx interface {
	CountContacts(ctx context.Context, f contact.Filter, limit int) (int, error)
	CountAccounts(ctx context.Context, f account.Filter, limit int) (int, error)
	CountWorkspaces(ctx context.Context, f account.WorkspaceFilter, limit int) (int, error)
	// Grouped counts the records of a type that meet a filter which indexes serve,
	// by each value of a field, which has no more than limit; more reports that it
	// has. A record with several values counts for each.
	Grouped(ctx context.Context, t don.Type, served filter.Bound, field string, limit int) (counts map[string]int, more bool, err error)
}

// Sought are the records of one kind that a list's filters take. One of the first
// three is set, or Desk is the kind of conversations, tickets or opportunities.
type Sought struct {
	Contacts   *contact.Filter
	Accounts   *account.Filter
	Workspaces *account.WorkspaceFilter
	Desk       don.Type
	Where      Where
}

// SoughtBy are the records of a kind that meet a filter tree alone.
func SoughtBy(leaf don.Type, where Where) Sought {
	w := Sought{Where: where}
	switch leaf {
	case don.Account:
		w.Accounts = &account.Filter{}
	case don.Workspace:
		w.Workspaces = &account.WorkspaceFilter{}
	case don.Conversation, don.Ticket, don.Opportunity:
		w.Desk = leaf
	default:
		w.Contacts = &contact.Filter{}
	}
	return w
}

func (s Sought) leaf() don.Type {
	switch {
	case s.Accounts != nil:
		return don.Account
	case s.Workspaces != nil:
		return don.Workspace
	}
	return don.Contact
}

// Count returns how many records there are, up to CountCap. Errors: invalid, also
// for a filter that no index serves and that takes too long.
func (s *Service) Count(ctx context.Context, sc org.Scope, w Sought) (Counted, error) {
	if w.Desk != "" {
		var out Counted
		err := s.db.Read(ctx, sc, func(tx Tx) (err error) {
			if w.Desk == don.Conversation {
				out, err = CountConversations(ctx, tx, conversation.Filter{}, w.Where)
			} else {
				out, err = CountWorks(ctx, tx, w.Desk, ticket.Filter{}, w.Where)
			}
			return err
		})
		return out, err
	}
	if rest, err := s.unserved(ctx, sc, w); err != nil || rest {
		if err != nil {
			return Counted{}, err
		}
		return s.countRows(ctx, sc, w)
	}
	var out Counted
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		n, err := count(ctx, tx, w, CountCap+1)
		out = capped(n)
		return err
	})
	return out, err
}

// unserved reports whether some of a filter is left to be matched row by row.
func (s *Service) unserved(ctx context.Context, sc org.Scope, w Sought) (rest bool, err error) {
	err = s.db.Read(ctx, sc, func(tx Tx) error {
		a, err := ask(ctx, tx, w.leaf(), Query{Where: w.Where})
		rest = !a.rest.IsAll()
		return err
	})
	return rest, err
}

// countRows counts by reading.
func (s *Service) countRows(ctx context.Context, sc org.Scope, w Sought) (Counted, error) {
	q := Query{Limit: CountCap + 1, Where: w.Where, Sorts: []Sort{{Field: "display_id"}}}
	switch {
	case w.Accounts != nil:
		p, err := s.ListAccounts(ctx, sc, *w.Accounts, q)
		return capped(len(p.Items)), err
	case w.Workspaces != nil:
		p, err := s.ListWorkspaces(ctx, sc, *w.Workspaces, nil, q)
		return capped(len(p.Items)), err
	}
	p, err := s.ListContacts(ctx, sc, *w.Contacts, q)
	return capped(len(p.Items)), err
}

// count counts records by a filter of which indexes serve all.
func count(ctx context.Context, tx Tx, w Sought, limit int) (int, error) {
	a, err := ask(ctx, tx, w.leaf(), Query{Where: w.Where})
	if err != nil {
		return 0, err
	}
	switch {
	case w.Workspaces != nil:
		f := *w.Workspaces
		f.Where = a.served
		if f.Accounts, err = nowAccounts(ctx, tx, f.Accounts); err != nil {
			return 0, err
		}
		if err := shownWorkspaces(ctx, tx, &f); err != nil {
			return 0, err
		}
		return tx.CountWorkspaces(ctx, f, limit)
	case w.Accounts != nil:
		f := *w.Accounts
		f.Where = a.served
		if f.Parents, err = allMembers(ctx, tx, f.Parents); err != nil {
			return 0, err
		}
		if err := shownAccounts(ctx, tx, &f); err != nil {
			return 0, err
		}
		return tx.CountAccounts(ctx, f, limit)
	}
	f := *w.Contacts
	f.Where = a.served
	if none, err := livePlaces(ctx, tx, &f); none || err != nil {
		return 0, err
	}
	if err := shownContacts(ctx, tx, &f); err != nil {
		return 0, err
	}
	return tx.CountContacts(ctx, f, limit)
}

// Group is the records that have one value of a field.
type Group struct {
	Value  string // as a filter takes it
	Label  string // for people
	Filter string // the condition that takes this group
	Count  int
	More   bool // whether there are more than Count; by dates alone
}

// Groups are the records by one field, the largest group first.
type Groups struct {
	Groups []Group
	More   bool     // whether there are more values than are told
	None   *Counted // those without a value, where the field is not their own
}

// maxGroups bounds the values of a field by which records are grouped.
const maxGroups = 1000

// Group counts the records that meet a filter by each value of a field. A record
// with several values, such as tags, counts for each. Errors: invalid for a field
// that records are not grouped by, and for a filter of which indexes do not serve
// everything.
func (s *Service) Group(ctx context.Context, sc org.Scope, leaf don.Type, where Where, by string) (Groups, error) {
	if onDesk(leaf) {
		return s.groupDesk(ctx, sc, leaf, where, by)
	}
	var out Groups
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		out = Groups{}
		g := &catalogue{ctx: ctx, tx: tx}
		field, err := g.grouped(groupBy, leaf, by)
		if err != nil {
			return err
		}
		a, err := ask(ctx, tx, leaf, Query{Where: where})
		if err != nil {
			return err
		}
		if !a.rest.IsAll() {
			return errs.NotPermitted("filter", "cannot be grouped, for no index serves all of it; leave out conditions such as contains")
		}
		counts, more, err := tx.Grouped(ctx, leaf, a.served, field, maxGroups)
		if err != nil {
			return err
		}
		out.More = more
		for value, n := range counts {
			out.Groups = append(out.Groups, Group{Value: value, Count: n})
		}
		slices.SortFunc(out.Groups, largest)
		out.Groups, err = labelled(ctx, tx, leaf, field, out.Groups)
		return err
	})
	return out, err
}

// groupBy is the parameter that says what records are grouped by.
const groupBy = "group_by"

// grouped returns the name of a field whose values stand in an index by which
// records can be counted. Errors: invalid, of the parameter at, for others.
func (g *catalogue) grouped(at string, leaf don.Type, by string) (string, error) {
	if onDesk(leaf) {
		_, field, err := g.deskGrouped(at, leaf, by)
		return field, err
	}
	f := g.of(leaf).Fields[by]
	if g.err != nil {
		return "", g.err
	}
	var counted bool
	if strings.Contains(f.Name, "__") {
		def, _ := g.set(leaf).Field(f.Name)
		if why := def.Ungrouped(); why != "" {
			return "", errs.NotPermitted(at, "%q %s", clip(by), why)
		}
		counted = f.Type != filter.Time
	} else {
		counted = slices.Contains([]string{fieldTag, fieldOwner, fieldAccount, fieldWorkspace, fieldTier, fieldEnvironment, fieldParent, fieldSubtype}, f.Name)
	}
	if !counted {
		return "", errs.NotPermitted(at, "records cannot be grouped by %q; use tag, owner, account, tier, subtype, a custom field with few values, or a date as created:month", clip(by))
	}
	return f.Name, nil
}

// labelled gives groups the names that people know their values by, and joins
// those of records that are one. Groups of what was deleted are left out.
func labelled(ctx context.Context, tx Tx, leaf don.Type, field string, groups []Group) ([]Group, error) {
	set, err := schemaOf(ctx, tx, leaf)
	if err != nil {
		return nil, err
	}
	need := newNeeds()
	ids := make([]don.ID, len(groups))
	for i, g := range groups {
		ids[i] = refOf(leaf, field, g.Value)
		need.add(ids[i])
	}
	names := &Names{}
	if err := names.load(ctx, tx, need); err != nil {
		return nil, err
	}
	var out []Group
	at := map[don.ID]int{}
	custom, isCustom := set.Field(field)
	for i, g := range groups {
		id := names.Now(ids[i])
		switch seen, again := at[id]; {
		case id.N == 0 && isCustom:
			g.Value, g.Label = custom.Label(g.Value, env(tx.Scope()))
		case id.N == 0:
			g.Label = g.Value
		case names.Of(id) == "":
			continue
		case again:
			out[seen].Count += g.Count
			continue
		default:
			at[id] = len(out)
			g.Value, g.Label = id.Display(), names.Of(id)
		}
		g.Filter = filter.Format(filter.Node{Op: filter.Eq, Field: field, Values: []string{g.Value}})
		out = append(out, g)
	}
	slices.SortStableFunc(out, func(a, b Group) int { return cmp.Compare(b.Count, a.Count) })
	return out, nil
}

// refOf returns the record that a field's value stands for, the zero ID for none.
func refOf(leaf don.Type, field, value string) don.ID {
	tail := value
	switch {
	case field == fieldTag:
		tail = string(don.Tag) + "/" + value
	case field == fieldOwner:
		tail = string(don.Member) + "/" + value
	case field == fieldParent, field == fieldAccount && leaf == don.Workspace:
		tail = string(don.Account) + "/" + value
	case field != fieldAccount && field != fieldWorkspace:
		return don.ID{}
	}
	return don.FromTail(tail)
}
