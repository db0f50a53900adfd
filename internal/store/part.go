package store

import (
	"context"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/ticket"
)

const partColumns = "n, name, description, owners, tags, version, created_at, created_by, modified_at, modified_by"

type partRow struct {
	ticket.Part
	owners, tags []byte
}

func scanPart(r *partRow) []any {
	return []any{&r.N, &r.Name, &r.Description, &r.owners, &r.tags, &r.Version, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy}
}

func (r *partRow) part() (*ticket.Part, error) {
	p := r.Part
	return &p, unpack(r.owners, &p.Owners, r.tags, &p.Tags)
}

// Fields of the inverted index for parts.
const (
	partNamed  = "P.name"
	partOwner  = "P.owner"
	partTag    = "P.tag"
	partAuthor = "P.created_by"
	partEditor = "P.modified_by"
)

func partAttrs(p *ticket.Part) []attr {
	out := []attr{{partNamed, contact.FoldName(p.Name)}, {partAuthor, p.CreatedBy}, {partEditor, p.ModifiedBy}}
	return tagAttrs(numAttrs(out, partOwner, p.Owners), partTag, p.Tags)
}

var partList = &listing{don.Product, "part", partColumns, "", map[string]string{
	SortCreated: "created_at", SortModified: "modified_at", SortTagName: "name_key", SortID: "n"}}

// ListParts is ListContacts for parts.
func (tx *Tx) ListParts(ctx context.Context, f ticket.PartFilter, q Query) ([]*ticket.Part, bool, error) {
	if err := f.Check(); err != nil {
		return nil, false, err
	}
	var cs conds
	cs.names(partNamed, f.Names)
	cs.numbers(partOwner, f.Owners)
	cs.tags(partTag, f.Tags)
	cs.attrs(partAuthor, f.CreatedBy)
	cs.attrs(partEditor, f.ModifiedBy)
	return list(ctx, tx, partList, cs, q, scanPart, (*partRow).part)
}

// Parts returns the parts with the numbers given, by number.
func (tx *Tx) Parts(ctx context.Context, ns []int64) (map[int64]*ticket.Part, error) {
	out := make(map[int64]*ticket.Part, len(ns))
	if len(ns) == 0 {
		return out, nil
	}
	list, args := inList([]any{tx.scope.OrgID}, ns)
	got, err := collect(ctx, tx.q, "SELECT "+partColumns+" FROM part WHERE org_id = $1 AND n IN "+list, args, scanPart)
	for i := range got {
		p, err := got[i].part()
		if err != nil {
			return nil, err
		}
		out[p.N] = p
	}
	return out, err
}

// Part returns one part or not_found. With lock it stays unchanged by others until
// the transaction ends.
func (tx *Tx) Part(ctx context.Context, n int64, lock bool) (*ticket.Part, error) {
	sql := "SELECT " + partColumns + " FROM part WHERE org_id = $1 AND n = $2"
	if lock {
		sql += tx.q.lock()
	}
	got, err := collect(ctx, tx.q, sql, []any{tx.scope.OrgID, n}, scanPart)
	if err != nil {
		return nil, err
	}
	if len(got) == 0 {
		return nil, errs.Gone(don.Of(don.Product, n).Display())
	}
	return got[0].part()
}

// InsertPart adds a part with its index entries and history.
func (tx *Tx) InsertPart(ctx context.Context, p *ticket.Part) error {
	_, err := tx.q.exec(ctx, `INSERT INTO part (org_id, `+partColumns+`, name_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		tx.scope.OrgID, p.N, p.Name, p.Description, pack(p.Owners), pack(p.Tags), p.Version, p.CreatedAt, p.CreatedBy, p.ModifiedAt, p.ModifiedBy, contact.FoldName(p.Name))
	if err != nil {
		return err
	}
	if err := tx.changeAttrs(ctx, p.N, nil, partAttrs(p)); err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.Product, p.N), opCreated, ""})
}

// UpdatePart replaces a part by its changed form.
func (tx *Tx) UpdatePart(ctx context.Context, before, after *ticket.Part) error {
	d, err := delta(before, after)
	if err != nil || d == "{}" {
		return err
	}
	after.Version = before.Version + 1
	after.ModifiedAt, after.ModifiedBy = tx.now, tx.scope.Actor.Tail()
	_, err = tx.q.exec(ctx, `UPDATE part SET name = $3, description = $4, owners = $5, tags = $6, version = $7, modified_at = $8, modified_by = $9, name_key = $10
		WHERE org_id = $1 AND n = $2`,
		tx.scope.OrgID, after.N, after.Name, after.Description, pack(after.Owners), pack(after.Tags), after.Version, after.ModifiedAt, after.ModifiedBy, contact.FoldName(after.Name))
	if err != nil {
		return err
	}
	if err := tx.changeAttrs(ctx, after.N, partAttrs(before), partAttrs(after)); err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.Product, after.N), opUpdated, d})
}

// DeletePart removes a part for good.
func (tx *Tx) DeletePart(ctx context.Context, p *ticket.Part) error {
	if _, err := tx.q.exec(ctx, "DELETE FROM part WHERE org_id = $1 AND n = $2", tx.scope.OrgID, p.N); err != nil {
		return err
	}
	if err := tx.changeAttrs(ctx, p.N, partAttrs(p), nil); err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.Product, p.N), opDeleted, ""})
}

// WorkRows returns a page of a list of works with its edges.
func (tx *Tx) WorkRows(ctx context.Context, f ticket.Filter, q directory.Query) (directory.Rows[*ticket.Work], error) {
	own := query(q)
	items, more, err := tx.ListWorks(ctx, f, own)
	return rowsOf(items, more, own.Sorts), err
}

// PartRows returns a page of a list of parts with its edges.
func (tx *Tx) PartRows(ctx context.Context, f ticket.PartFilter, q directory.Query) (directory.Rows[*ticket.Part], error) {
	own := query(q)
	items, more, err := tx.ListParts(ctx, f, own)
	return rowsOf(items, more, own.Sorts), err
}
