package desk

import (
	"context"
	"maps"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/ticket"
)

// WorkNames are the records that works refer to.
type WorkNames struct {
	*directory.Names
	Parts  map[int64]*ticket.Part
	Groups map[int64]*group.Group
	Files  map[don.ID][]*artifact.Artifact // what hangs on the works themselves
}

// WorkFound is a work with the records it refers to.
type WorkFound struct {
	Item  *ticket.Work
	Names *WorkNames
}

// WorkPage is a page of works with the records they refer to.
type WorkPage struct {
	directory.Page[*ticket.Work]
	Names *WorkNames
}

func wantWork(want *directory.Wanted, w *ticket.Work) {
	want.Tails(w.CreatedBy, w.ModifiedBy)
	want.Tails(w.ReportedBy...)
	want.Members(w.Owners)
	want.Tags(w.Tags)
	want.IDs(don.Of(don.Account, w.AccountN), don.Of(don.Workspace, w.WorkspaceN))
	for _, n := range w.Contacts {
		want.IDs(don.Of(don.Contact, n))
	}
	want.Custom(w.Type, w.Subtype, w.Custom)
}

// workNames reads what works refer to. The accounts of their workspaces, and the
// members who own their parts, are known only then.
func workNames(ctx context.Context, tx Tx, works ...*ticket.Work) (*WorkNames, error) {
	want := &directory.Wanted{}
	var spaces, parts, groups []int64
	for _, w := range works {
		wantWork(want, w)
		spaces, parts = append(spaces, w.WorkspaceN), append(parts, w.PartN)
		if w.GroupN != 0 {
			groups = append(groups, w.GroupN)
		}
	}
	out := &WorkNames{}
	var err error
	if out.Parts, err = tx.Parts(ctx, directory.Distinct(parts)); err != nil {
		return nil, err
	}
	for _, p := range out.Parts {
		want.Members(p.Owners)
	}
	if out.Groups, err = tx.UserGroupsOf(ctx, directory.Distinct(groups)); err != nil {
		return nil, err
	}
	places, err := directory.NowOf(ctx, tx, idsOf(don.Workspace, directory.Distinct(spaces)))
	if err != nil {
		return nil, err
	}
	live, err := tx.Workspaces(ctx, numbers(places), false)
	if err != nil {
		return nil, err
	}
	for _, w := range live {
		want.IDs(don.Of(don.Account, w.AccountN))
	}
	if out.Files, err = workFiles(ctx, tx, works); err != nil {
		return nil, err
	}
	if err := ownFiles(ctx, tx, out.Files); err != nil {
		return nil, err
	}
	out.Names, err = want.Names(ctx, tx)
	return out, err
}

func workFiles(ctx context.Context, tx Tx, works []*ticket.Work) (map[don.ID][]*artifact.Artifact, error) {
	out := map[don.ID][]*artifact.Artifact{}
	for _, t := range ticket.Types {
		var ns []int64
		for _, w := range works {
			if w.Type == t {
				ns = append(ns, w.N)
			}
		}
		found, err := filesOf(ctx, tx, t, ns)
		if err != nil {
			return nil, err
		}
		maps.Copy(out, found)
	}
	return out, nil
}

func workFound(ctx context.Context, tx Tx, w *ticket.Work) (WorkFound, error) {
	names, err := workNames(ctx, tx, w)
	return WorkFound{w, names}, err
}

// ListWorks returns a page of the works that match. The query's filter is of works
// of one type, which the other one has to name. Custom are conditions on custom
// fields of any type.
func (s *Service) ListWorks(ctx context.Context, sc org.Scope, f ticket.Filter, custom directory.Where, q directory.Query) (WorkPage, error) {
	var got WorkPage
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		f := f
		none, err := widen(ctx, tx, &f, custom)
		if none || err != nil {
			return err
		}
		var rows directory.Rows[*ticket.Work]
		if q.Where.Tree.Op == "" {
			rows, err = tx.WorkRows(ctx, f, q)
		} else {
			rows, err = directory.WorkRows(ctx, tx, f.Types[0], f, q)
		}
		if err != nil {
			return err
		}
		got, err = shownWorks(ctx, tx, q, rows)
		return err
	})
	return got, err
}

// shownWorks completes a page with what its works refer to.
func shownWorks(ctx context.Context, tx Tx, q directory.Query, rows directory.Rows[*ticket.Work]) (WorkPage, error) {
	names, err := workNames(ctx, tx, rows.Items...)
	if err != nil {
		return WorkPage{}, err
	}
	page, err := directory.PageWith(ctx, tx, func(*directory.Wanted, *ticket.Work) {}, q, rows)
	return WorkPage{page, names}, err
}

// CountWorks counts the works that match, as ListWorks takes them.
func (s *Service) CountWorks(ctx context.Context, sc org.Scope, f ticket.Filter, custom, where directory.Where) (directory.Counted, error) {
	var got directory.Counted
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		f := f
		none, err := widen(ctx, tx, &f, custom)
		if none || err != nil {
			return err
		}
		if where.Tree.Op != "" {
			got, err = directory.CountWorks(ctx, tx, f.Types[0], f, where)
			return err
		}
		n, err := tx.CountWorks(ctx, f, directory.CountCap+1)
		got = directory.Counted{N: min(n, directory.CountCap), More: n > directory.CountCap}
		return err
	})
	return got, err
}

// widen makes a filter ask for customers with all that is one with them, and for
// accounts with their workspaces. It reports whether the filter is for what does
// not exist, so that nothing matches.
func widen(ctx context.Context, tx Tx, f *ticket.Filter, where directory.Where) (none bool, err error) {
	if err := f.Check(); err != nil {
		return false, err
	}
	leaves := f.Types
	if len(leaves) == 0 {
		leaves = ticket.Types
	}
	if f.Where, err = directory.CustomWhere(ctx, tx, leaves, where); err != nil {
		return false, err
	}
	if f.Tags, none, err = liveTags(ctx, tx, f.Tags); none || err != nil {
		return none, err
	}
	if f.Reporters, none, err = alive(ctx, tx, f.Reporters); none || err != nil {
		return none, err
	}
	for _, list := range []*[]int64{&f.People, &f.Contacts} {
		ids, none, err := alive(ctx, tx, idsOf(don.Contact, *list))
		if none || err != nil {
			return none, err
		}
		*list = numbers(ids)
	}
	places := make([][]don.ID, len(f.Places))
	for i, ids := range f.Places {
		if places[i], err = within(ctx, tx, ids); err != nil || len(places[i]) == 0 {
			return true, err
		}
	}
	f.Places = places
	return false, nil
}

// maxBelow bounds the workspaces of accounts that a filter looks for one by one.
const maxBelow = 10_000

// within returns accounts, their workspaces and workspaces that are given, with all
// that is one with them.
func within(ctx context.Context, tx Tx, ids []don.ID) ([]don.ID, error) {
	out, _, err := alive(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var below []don.ID
	for _, id := range out {
		if id.Type != don.Account {
			continue
		}
		spaces, err := tx.WorkspacesOf(ctx, id.N)
		if err != nil {
			return nil, err
		}
		if below = append(below, idsOf(don.Workspace, spaces)...); len(below) > maxBelow {
			return nil, errs.NotPermitted("account", "has more than %d workspaces; ask for some of them by rev_org", maxBelow)
		}
	}
	below, err = directory.OnOneOf(ctx, tx, below)
	return directory.Distinct(append(out, below...)), err
}
