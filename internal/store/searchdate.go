package store

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/search"
)

// dateColumn is the column of a date that searches are sorted by.
func dateColumn(modified bool) string {
	if modified {
		return "modified_at"
	}
	return "created_at"
}

func scanDated(d *search.Dated) []any { return []any{&d.N, &d.At} }

// SearchDates returns when those of some records that exist were made or last changed.
func (tx *Tx) SearchDates(ctx context.Context, t don.Type, modified bool, ns []int64) ([]search.Dated, error) {
	if err := tx.q.choosy(ctx); err != nil {
		return nil, err
	}
	var out []search.Dated
	for chunk := range slices.Chunk(deskKeys(t, ns), 10*chunkSize) {
		// The records are looked up apart, lest an engine reads all of the date's index
		// because it has both columns.
		list, args := inList([]any{tx.scope.OrgID}, evened(chunk))
		from := listings[t].table
		got, err := collect(ctx, tx.q, "WITH d(dn) AS MATERIALIZED (SELECT x.n FROM "+from+" x WHERE x.org_id = $1 AND x.n IN "+list+")"+
			" SELECT t.n, t."+dateColumn(modified)+" FROM d"+tx.q.lookup(from, "d.dn")+" WHERE t.org_id = $1 AND t.n = d.dn", args, scanDated)
		if err != nil {
			return nil, err
		}
		out = append(out, unkeyed(t, got)...)
	}
	return out, nil
}

// SearchByDate returns records of a type in the order of such a date and their
// number, behind a place in that order if there is one.
func (tx *Tx) SearchByDate(ctx context.Context, t don.Type, modified, desc bool, behind *search.Dated, limit int) ([]search.Dated, error) {
	by, way, order := dateColumn(modified), ">", "ASC"
	if desc {
		way, order = "<", "DESC"
	}
	args := []any{tx.scope.OrgID, limit}
	where := "org_id = $1"
	if behind != nil {
		where += " AND (" + by + ", n) " + way + " ($3, $4)"
		args = append(args, behind.At, deskKeys(t, []int64{behind.N})[0])
	}
	if t == don.Ticket {
		where += " AND n % 4 = 1"
	}
	got, err := collect(ctx, tx.q, "SELECT n, "+by+" FROM "+listings[t].table+" WHERE "+where+" ORDER BY "+by+" "+order+", n "+order+" LIMIT $2", args, scanDated)
	return unkeyed(t, got), err
}
