package store

import (
	"context"
	"encoding/json"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/link"
	"github.com/kith-id/kith/internal/ticket"
	"github.com/kith-id/kith/internal/timeline"
)

const linkColumns = "n, link_type, source_type, source_n, target_type, target_n, created_at, created_by, modified_at, modified_by"

type linkRow struct {
	link.Link
	source, target int16
}

func scanLink(r *linkRow) []any {
	return []any{&r.N, &r.Type, &r.source, &r.Source.ID.N, &r.target, &r.Target.ID.N, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy}
}

func (tx *Tx) links(ctx context.Context, where string, args ...any) ([]*link.Link, error) {
	got, err := collect(ctx, tx.q, "SELECT "+linkColumns+" FROM link WHERE org_id = $1 AND "+where, args, scanLink)
	out := make([]*link.Link, len(got))
	for i := range got {
		l := got[i].Link
		l.Source.ID.Type, l.Target.ID.Type = typeOf(got[i].source), typeOf(got[i].target)
		out[i] = &l
	}
	return out, err
}

// Link returns one link or not_found. With lock it stays unchanged by others until
// the transaction ends.
func (tx *Tx) Link(ctx context.Context, n int64, lock bool) (*link.Link, error) {
	where := "n = $2"
	if lock {
		where += tx.q.lock()
	}
	got, err := tx.links(ctx, where, tx.scope.OrgID, n)
	if err == nil && len(got) == 0 {
		err = errs.Gone(don.Of(don.Link, n).Display())
	}
	if err != nil {
		return nil, err
	}
	return got[0], nil
}

// LinksOf returns the links of a record, at most limit, in the order in which they
// were made. Those with records of the trash are among them.
func (tx *Tx) LinksOf(ctx context.Context, of don.ID, limit int) ([]*link.Link, error) {
	return tx.links(ctx, "(source_type = $2 AND source_n = $3 OR target_type = $2 AND target_n = $3) ORDER BY n LIMIT $4",
		tx.scope.OrgID, typeCodes[of.Type], of.N, limit)
}

// InsertLink adds a link, and tells of it in the history of both records.
func (tx *Tx) InsertLink(ctx context.Context, l *link.Link) error {
	_, err := tx.q.exec(ctx, "INSERT INTO link (org_id, "+linkColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		tx.scope.OrgID, l.N, l.Type, typeCodes[l.Source.ID.Type], l.Source.ID.N, typeCodes[l.Target.ID.Type], l.Target.ID.N,
		l.CreatedAt, l.CreatedBy, l.ModifiedAt, l.ModifiedBy)
	if err != nil {
		return err
	}
	return tx.tellOfLink(ctx, l, timeline.OpLinked)
}

// DeleteLink takes a link away, and tells of it in the history of both records.
func (tx *Tx) DeleteLink(ctx context.Context, l *link.Link) error {
	if _, err := tx.q.exec(ctx, "DELETE FROM link WHERE org_id = $1 AND n = $2", tx.scope.OrgID, l.N); err != nil {
		return err
	}
	return tx.tellOfLink(ctx, l, timeline.OpUnlinked)
}

func (tx *Tx) tellOfLink(ctx context.Context, l *link.Link, op string) error {
	told, err := json.Marshal(timeline.LinkTold{N: l.N, Type: l.Type, Source: l.Source.ID.Tail(), Target: l.Target.ID.Tail()})
	if err != nil {
		return err
	}
	return tx.record(ctx, change{l.Source.ID, op, string(told)}, change{l.Target.ID, op, string(told)})
}

// forgetLinks removes the links of a record that is gone for good.
func (tx *Tx) forgetLinks(ctx context.Context, of don.ID) error {
	_, err := tx.q.exec(ctx, "DELETE FROM link WHERE org_id = $1 AND (source_type = $2 AND source_n = $3 OR target_type = $2 AND target_n = $3)",
		tx.scope.OrgID, typeCodes[of.Type], of.N)
	return err
}

// Works returns the live works with the ids given, by id.
func (tx *Tx) Works(ctx context.Context, ids []don.ID) (map[don.ID]*ticket.Work, error) {
	out := make(map[don.ID]*ticket.Work, len(ids))
	keys := make([]int64, len(ids))
	for i, id := range ids {
		keys[i] = ticket.Key(id)
	}
	for len(keys) > 0 {
		chunk := keys[:min(chunkSize, len(keys))]
		keys = keys[len(chunk):]
		list, args := inList([]any{tx.scope.OrgID}, chunk)
		got, err := collect(ctx, tx.q, "SELECT "+workColumns+" FROM work WHERE org_id = $1 AND n IN "+list, args, scanWork)
		if err != nil {
			return nil, err
		}
		for i := range got {
			w, err := got[i].work()
			if err != nil {
				return nil, err
			}
			out[w.ID()] = w
		}
	}
	return out, nil
}
