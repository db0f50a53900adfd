package store

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/tag"
)

// Query says which page of a list. Items of a page are always in the order of
// the sort.
type Query struct {
	Sorts []Sort // none: created_date, the latest first
	// Edge is what EdgeOf returned for the row beside the page, nil at the start
	// (at the end when Backward).
	Edge     []any
	Backward bool // the page lies before the edge
	Limit    int  // rows of the page, at least 1
}

// ListContacts returns a page of the contacts that match, and whether more lie
// in its direction. A sort or edge that fits no list of contacts is invalid.
func (tx *Tx) ListContacts(ctx context.Context, f contact.Filter, q Query) ([]*contact.Contact, bool, error) {
	if err := f.Check(); err != nil {
		return nil, false, err
	}
	return list(ctx, tx, contactList, contactConds(f), q, scanContact, (*contactRow).contact)
}

// CountContacts returns how many contacts match, at most limit.
func (tx *Tx) CountContacts(ctx context.Context, f contact.Filter, limit int) (int, error) {
	if err := f.Check(); err != nil {
		return 0, err
	}
	return count(ctx, tx, contactList, contactConds(f), limit)
}

// ListAccounts is ListContacts for accounts.
func (tx *Tx) ListAccounts(ctx context.Context, f account.Filter, q Query) ([]*account.Account, bool, error) {
	if err := f.Check(); err != nil {
		return nil, false, err
	}
	return list(ctx, tx, accountList, accountConds(f), q, scanAccount, (*accountRow).account)
}

// CountAccounts returns how many accounts match, at most limit.
func (tx *Tx) CountAccounts(ctx context.Context, f account.Filter, limit int) (int, error) {
	if err := f.Check(); err != nil {
		return 0, err
	}
	return count(ctx, tx, accountList, accountConds(f), limit)
}

// ListWorkspaces is ListContacts for workspaces.
func (tx *Tx) ListWorkspaces(ctx context.Context, f account.WorkspaceFilter, q Query) ([]*account.Workspace, bool, error) {
	if err := f.Check(); err != nil {
		return nil, false, err
	}
	return list(ctx, tx, spaceList, spaceConds(f), q, scanSpace, (*spaceRow).workspace)
}

// CountWorkspaces returns how many workspaces match, at most limit.
func (tx *Tx) CountWorkspaces(ctx context.Context, f account.WorkspaceFilter, limit int) (int, error) {
	if err := f.Check(); err != nil {
		return 0, err
	}
	return count(ctx, tx, spaceList, spaceConds(f), limit)
}

// ListTags is ListContacts for tags.
func (tx *Tx) ListTags(ctx context.Context, f tag.Filter, q Query) ([]*tag.Tag, bool, error) {
	if err := f.Check(); err != nil {
		return nil, false, err
	}
	return list(ctx, tx, tagList, tagConds(f), q, scanTag, func(r *tagRow) (*tag.Tag, error) {
		t := r.Tag
		return &t, unpack(r.allowed, &t.AllowedValues)
	})
}

// list reads one page: the plan finds which records, this reads them.
func list[R, T any](ctx context.Context, tx *Tx, l *listing, conds []cond, q Query, scan func(*R) []any, build func(*R) (*T, error)) ([]*T, bool, error) {
	order, err := l.order(q)
	if err != nil {
		return nil, false, err
	}
	if err := tx.q.choosy(ctx); err != nil {
		return nil, false, err
	}
	limit := max(q.Limit, 1)
	p := plan{tx: tx, l: l, conds: conds, order: order, want: limit + 1}
	ns, err := p.page(ctx)
	if err != nil {
		return nil, false, err
	}
	more := len(ns) > limit
	ns = ns[:min(len(ns), limit)]
	if q.Backward {
		slices.Reverse(ns)
	}
	items, err := read(ctx, tx, l, ns, scan, build)
	return items, more, err
}

// NumbersWhere returns the numbers of up to limit records of a type that meet a
// filter which indexes serve, in their order; more reports that there are others.
func (tx *Tx) NumbersWhere(ctx context.Context, t don.Type, served filter.Bound, limit int) (ns []int64, more bool, err error) {
	if err := tx.q.choosy(ctx); err != nil {
		return nil, false, err
	}
	l := listings[t]
	p := plan{tx: tx, l: l, conds: whereConds(l, served), order: order{keys: []orderKey{{field: SortID}}, start: true}, want: limit + 1}
	ns, err = p.find(ctx)
	more = len(ns) > limit
	return ns[:min(len(ns), limit)], more, err
}

// read returns the records with the numbers given, in their order.
func read[R, T any](ctx context.Context, tx *Tx, l *listing, ns []int64, scan func(*R) []any, build func(*R) (*T, error)) ([]*T, error) {
	at := make(map[int64]int, len(ns))
	for i, n := range ns {
		at[n] = i
	}
	out := make([]*T, len(ns))
	for chunk := range slices.Chunk(ns, chunkSize) {
		marks, args := inList([]any{tx.scope.OrgID}, chunk)
		got, err := collect(ctx, tx.q, "SELECT "+l.columns+" FROM "+l.table+" WHERE org_id = $1 AND n IN "+marks, args, scan)
		if err != nil {
			return nil, err
		}
		for i := range got {
			n := *scan(&got[i])[0].(*int64) // the number is the first column of every listing
			if out[at[n]], err = build(&got[i]); err != nil {
				return nil, err
			}
		}
	}
	return slices.DeleteFunc(out, func(t *T) bool { return t == nil }), nil
}
