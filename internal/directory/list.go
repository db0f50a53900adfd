package directory

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// Sort is one key of a list's order.
type Sort struct {
	Field      string // as the API names it, such as created_date, or a custom field
	Desc       bool
	NullsFirst bool // whether records without a value of a custom field come first, not last
}

// checkSorts refuses custom fields that records are not sorted by.
func checkSorts(ctx context.Context, tx Tx, t don.Type, sorts []Sort) error {
	var set *schema.Set
	for i, s := range sorts {
		if !strings.Contains(s.Field, "__") {
			continue
		}
		if set == nil {
			var err error
			if set, err = schemaOf(ctx, tx, t); err != nil {
				return err
			}
		}
		f, known := set.Field(s.Field)
		if why := f.Unsorted(); !known || why != "" {
			if !known {
				why = "is no custom field of " + t.Wire()
			}
			return errs.NotPermitted("sort_by["+strconv.Itoa(i)+"]", "%q %s", clip(s.Field), why)
		}
	}
	return nil
}

// Query says which page of a list.
type Query struct {
	Sorts    []Sort    // none: created_date, the latest first
	Edge     []any     // of the row beside the page, nil at the start (at the end when Backward)
	Backward bool      // the page lies before the edge
	Limit    int       // rows, at least 1
	Until    time.Time // when not zero, only what existed then, in the order of creation: a scan
	Where    Where     // a filter beside that of the operation
	Unnamed  Refs      // what the records refer to and nobody is shown: it is not looked up
}

// Refs are kinds of references that records have.
type Refs struct {
	CreatedBy, ModifiedBy, Owners, Tags bool
	Places                              bool // accounts and workspaces
	Picture                             bool
}

// hide takes away what is not looked up.
func (r Refs) hide(createdBy, modifiedBy *string, owners *[]int64, tags *[]tag.Use) {
	if r.CreatedBy {
		*createdBy = ""
	}
	if r.ModifiedBy {
		*modifiedBy = ""
	}
	if r.Owners {
		*owners = nil
	}
	if r.Tags {
		*tags = nil
	}
}

func (r Refs) contact(n needs, c *contact.Contact) {
	rest := *c
	r.hide(&rest.CreatedBy, &rest.ModifiedBy, &rest.Owners, &rest.Tags)
	if r.Places {
		rest.Associations = nil
	}
	if r.Picture {
		rest.Picture = 0
	}
	n.contact(&rest)
}

func (r Refs) account(n needs, a *account.Account) {
	rest := *a
	r.hide(&rest.CreatedBy, &rest.ModifiedBy, &rest.Owners, &rest.Tags)
	if r.Places {
		rest.ParentN = 0
	}
	n.account(&rest)
}

func (r Refs) workspace(n needs, w *account.Workspace) {
	rest := *w
	r.hide(&rest.CreatedBy, &rest.ModifiedBy, &rest.Owners, &rest.Tags)
	if r.Places {
		rest.AccountN = 0
	}
	n.workspace(&rest)
}

// Where is a filter tree. The zero one takes all.
type Where struct {
	Tree filter.Node
	Zone *time.Location // in which it counts days; nil for UTC
	At   time.Time      // from when it counts them; zero for now
}

// Rows are a page of a list with the edges of its first and last row, and
// whether more lie in the direction of the query.
type Rows[T any] struct {
	Items       []T
	More        bool
	First, Last []any
	EdgeOf      func(T) []any // the edge of any row
}

type listTx interface {
	ContactRows(ctx context.Context, f contact.Filter, q Query) (Rows[*contact.Contact], error)
	AccountRows(ctx context.Context, f account.Filter, q Query) (Rows[*account.Account], error)
	WorkspaceRows(ctx context.Context, f account.WorkspaceFilter, q Query) (Rows[*account.Workspace], error)
	NumbersWhere(ctx context.Context, t don.Type, served filter.Bound, limit int) (ns []int64, more bool, err error)
	// Serves reports whether indexes can tell which records of a type meet a
	// filter, so that it may be part of a list's own filter.
	Serves(t don.Type, b filter.Bound) bool
	TagRows(ctx context.Context, f tag.Filter, q Query) (Rows[*tag.Tag], error)
}

// Page is a page of a list with the records it refers to. Next and Prev are the
// edges to go on from, nil when nothing lies that way.
type Page[T any] struct {
	Items      []T
	Names      *Names
	Next, Prev []any
}

// page finds out which ways lead on from rows.
func page[T any](q Query, r Rows[T], names *Names) Page[T] {
	p := Page[T]{Items: r.Items, Names: names}
	if len(r.Items) == 0 {
		return p
	}
	came := q.Edge != nil // the row we came from lies behind
	if q.Backward && came || !q.Backward && r.More {
		p.Next = r.Last
	}
	if !q.Backward && came || q.Backward && r.More {
		p.Prev = r.First
	}
	return p
}

// ListContacts returns a page of the contacts that match.
func (s *Service) ListContacts(ctx context.Context, sc org.Scope, f contact.Filter, q Query) (Page[*contact.Contact], error) {
	return listPage(ctx, s, sc, q, q.Unnamed.contact, func(tx Tx) (Rows[*contact.Contact], error) {
		if err := checkSorts(ctx, tx, don.Contact, q.Sorts); err != nil {
			return Rows[*contact.Contact]{}, err
		}
		none, err := livePlaces(ctx, tx, &f)
		if none || err != nil {
			return Rows[*contact.Contact]{}, err
		}
		if err := shownContacts(ctx, tx, &f); err != nil {
			return Rows[*contact.Contact]{}, err
		}
		a, err := ask(ctx, tx, don.Contact, q)
		if err != nil {
			return Rows[*contact.Contact]{}, err
		}
		f.Where = a.served
		return sift(ctx, tx, a.rest, q, func(w *rowReader, c *contact.Contact) filter.Record { return contactRecord{w, c} },
			func(q Query) (Rows[*contact.Contact], error) { return tx.ContactRows(ctx, f, q) })
	})
}

// livePlaces takes from a filter the accounts and workspaces that are deleted:
// contacts in them are in nobody's sight. It reports whether the filter is for
// such places only, so that nothing matches.
func livePlaces(ctx context.Context, tx Tx, f *contact.Filter) (none bool, err error) {
	if len(f.Places)+len(f.Spaces) == 0 {
		return false, nil
	}
	names := &Names{}
	if err := names.load(ctx, tx, newNeeds().add(f.Places...).add(f.Spaces...)); err != nil {
		return false, err
	}
	for _, list := range []*[]don.ID{&f.Places, &f.Spaces} {
		var live []don.ID
		for _, id := range *list {
			if names.Live(contact.Association{Type: id.Type, N: id.N}) {
				live = append(live, names.Now(id))
			}
		}
		none = none || len(*list) > 0 && len(live) == 0
		var err error
		if *list, err = withMembers(ctx, tx, live); err != nil {
			return false, err
		}
	}
	return none, nil
}

// withMembers adds to accounts and workspaces those that were merged into them:
// places keep the one that they were made with.
func withMembers(ctx context.Context, tx Tx, of []don.ID) ([]don.ID, error) {
	out := slices.Clone(of)
	for _, t := range []don.Type{don.Account, don.Workspace} {
		members, err := tx.Aliases(ctx, t, numbersOf(t, of))
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			out = append(out, don.Of(t, m.N))
		}
	}
	return Distinct(out), nil
}

// numbersOf returns the numbers of those of the ids that are of a type.
func numbersOf(t don.Type, of []don.ID) []int64 {
	var out []int64
	for _, id := range of {
		if id.Type == t {
			out = append(out, id.N)
		}
	}
	return out
}

// allMembers returns accounts with all that are one with them.
func allMembers(ctx context.Context, tx Tx, ns []int64) ([]int64, error) {
	now, err := nowAccounts(ctx, tx, ns)
	if err != nil || len(now) == 0 {
		return now, err
	}
	all, err := withMembers(ctx, tx, ids(don.Account, now))
	out := make([]int64, len(all))
	for i, id := range all {
		out[i] = id.N
	}
	return out, err
}

// childAccounts returns the accounts below one or below what was merged into it.
func childAccounts(ctx context.Context, tx Tx, n int64) ([]int64, error) {
	above, err := allMembers(ctx, tx, []int64{n})
	var out []int64
	for _, a := range above {
		below, err := tx.ChildAccounts(ctx, a)
		if err != nil {
			return nil, err
		}
		out = append(out, below...)
	}
	return out, err
}

// nowAccounts turns accounts that were merged into others into those.
func nowAccounts(ctx context.Context, tx Tx, ns []int64) ([]int64, error) {
	moved, err := tx.Survivors(ctx, don.Account, ns)
	out := slices.Clone(ns)
	for i, n := range out {
		if s, ok := moved[n]; ok {
			out[i] = s
		}
	}
	return out, err
}

// ListAccounts returns a page of the accounts that match.
func (s *Service) ListAccounts(ctx context.Context, sc org.Scope, f account.Filter, q Query) (Page[*account.Account], error) {
	return listPage(ctx, s, sc, q, q.Unnamed.account, func(tx Tx) (_ Rows[*account.Account], err error) {
		if err := checkSorts(ctx, tx, don.Account, q.Sorts); err != nil {
			return Rows[*account.Account]{}, err
		}
		if f.Parents, err = allMembers(ctx, tx, f.Parents); err != nil {
			return Rows[*account.Account]{}, err
		}
		if err := shownAccounts(ctx, tx, &f); err != nil {
			return Rows[*account.Account]{}, err
		}
		a, err := ask(ctx, tx, don.Account, q)
		if err != nil {
			return Rows[*account.Account]{}, err
		}
		f.Where = a.served
		return sift(ctx, tx, a.rest, q, func(w *rowReader, a *account.Account) filter.Record { return accountRecord{w, a} },
			func(q Query) (Rows[*account.Account], error) { return tx.AccountRows(ctx, f, q) })
	})
}

// ListWorkspaces returns a page of the workspaces that match. Refs are external
// references of accounts, which the filter takes beside account numbers.
func (s *Service) ListWorkspaces(ctx context.Context, sc org.Scope, f account.WorkspaceFilter, refs []string, q Query) (Page[*account.Workspace], error) {
	return listPage(ctx, s, sc, q, q.Unnamed.workspace, func(tx Tx) (_ Rows[*account.Workspace], err error) {
		if err := checkSorts(ctx, tx, don.Workspace, q.Sorts); err != nil {
			return Rows[*account.Workspace]{}, err
		}
		if f.Accounts, err = nowAccounts(ctx, tx, f.Accounts); err != nil {
			return Rows[*account.Workspace]{}, err
		}
		for _, ref := range refs {
			id, ok, err := identity.Find(ctx, tx, identity.KindAccountRef, ref)
			if err != nil {
				return Rows[*account.Workspace]{}, err
			}
			if ok {
				f.Accounts = append(f.Accounts, id.N)
			}
		}
		if len(refs) > 0 && len(f.Accounts) == 0 {
			return Rows[*account.Workspace]{}, nil
		}
		if err := shownWorkspaces(ctx, tx, &f); err != nil {
			return Rows[*account.Workspace]{}, err
		}
		a, err := ask(ctx, tx, don.Workspace, q)
		if err != nil {
			return Rows[*account.Workspace]{}, err
		}
		f.Where = a.served
		return sift(ctx, tx, a.rest, q, func(w *rowReader, s *account.Workspace) filter.Record { return workspaceRecord{w, s} },
			func(q Query) (Rows[*account.Workspace], error) { return tx.WorkspaceRows(ctx, f, q) })
	})
}

// ListTags returns a page of the tags that match.
func (s *Service) ListTags(ctx context.Context, sc org.Scope, f tag.Filter, q Query) (Page[*tag.Tag], error) {
	return listPage(ctx, s, sc, q, needs.tag, func(tx Tx) (Rows[*tag.Tag], error) { return tx.TagRows(ctx, f, q) })
}

// listPage reads a page and all the names on it from one snapshot.
func listPage[T any](ctx context.Context, s *Service, sc org.Scope, q Query, collect func(needs, T), rows func(Tx) (Rows[T], error)) (Page[T], error) {
	var got Page[T]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		r, err := rows(tx)
		if err != nil {
			return err
		}
		names, err := namesOf(ctx, tx, collect, r.Items...)
		got = page(q, r, names)
		return err
	})
	return got, err
}

// seek returns up to limit of what pages have in the order of numbers, above
// after, and take holds for, and whether more follow.
func seek[T any](after int64, limit int, pages func(after int64, limit int) ([]T, error), number func(T) int64, take func(T) bool) (out []T, more bool, err error) {
	for {
		page, err := pages(after, seekPage)
		if err != nil {
			return nil, false, err
		}
		for _, item := range page {
			if after = number(item); !take(item) {
				continue
			}
			if len(out) == limit {
				return out, true, nil
			}
			out = append(out, item)
		}
		if len(page) < seekPage {
			return out, false, nil
		}
	}
}

// seekPage is how many are read at a time; an org has few.
const seekPage = 200
