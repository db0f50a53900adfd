package store

import (
	"context"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/tag"
)

// Directory returns the database as package directory sees it.
func (d *DB) Directory() directory.DB { return directoryDB{d} }

type directoryDB struct{ db *DB }

func (d directoryDB) Write(ctx context.Context, s org.Scope, fn func(directory.Tx) error) error {
	return d.db.Write(ctx, s, func(tx *Tx) error { return fn(tx) })
}

func (d directoryDB) Read(ctx context.Context, s org.Scope, fn func(directory.Tx) error) error {
	return d.db.Read(ctx, s, func(tx *Tx) error { return fn(tx) })
}

func (d directoryDB) Writers() int { return d.db.Writers() }

var _ directory.Tx = (*Tx)(nil)

// ContactRows returns a page of a list or scan of contacts with its edges.
func (tx *Tx) ContactRows(ctx context.Context, f contact.Filter, q directory.Query) (directory.Rows[*contact.Contact], error) {
	if !q.Until.IsZero() {
		items, more, err := tx.ScanContacts(ctx, f, ScanQuery{Until: q.Until, Edge: q.Edge, Limit: q.Limit})
		return rowsOf(items, more, scanOrder), err
	}
	own := query(q)
	items, more, err := tx.ListContacts(ctx, f, own)
	return rowsOf(items, more, own.Sorts), err
}

// AccountRows returns a page of a list of accounts with its edges.
func (tx *Tx) AccountRows(ctx context.Context, f account.Filter, q directory.Query) (directory.Rows[*account.Account], error) {
	own := query(q)
	items, more, err := tx.ListAccounts(ctx, f, own)
	return rowsOf(items, more, own.Sorts), err
}

// WorkspaceRows returns a page of a list of workspaces with its edges.
func (tx *Tx) WorkspaceRows(ctx context.Context, f account.WorkspaceFilter, q directory.Query) (directory.Rows[*account.Workspace], error) {
	own := query(q)
	items, more, err := tx.ListWorkspaces(ctx, f, own)
	return rowsOf(items, more, own.Sorts), err
}

// TagRows returns a page of a list of tags with its edges.
func (tx *Tx) TagRows(ctx context.Context, f tag.Filter, q directory.Query) (directory.Rows[*tag.Tag], error) {
	own := query(q)
	items, more, err := tx.ListTags(ctx, f, own)
	return rowsOf(items, more, own.Sorts), err
}

func query(q directory.Query) Query {
	sorts := make([]Sort, len(q.Sorts))
	for i, s := range q.Sorts {
		sorts[i] = Sort(s)
	}
	return Query{Sorts: sorts, Edge: q.Edge, Backward: q.Backward, Limit: q.Limit}
}

// rowsOf adds the edges of a page's first and last row.
func rowsOf[T Record](items []T, more bool, sorts []Sort) directory.Rows[T] {
	r := directory.Rows[T]{Items: items, More: more, EdgeOf: func(item T) []any { return EdgeOf(item, sorts) }}
	if len(items) > 0 {
		r.First, r.Last = EdgeOf(items[0], sorts), EdgeOf(items[len(items)-1], sorts)
	}
	return r
}
