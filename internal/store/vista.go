package store

import (
	"context"
	"encoding/json"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/vista"
)

const vistaColumns = "n, leaf, name, description, body, is_public, shared_with, created_at, created_by, modified_at, modified_by"

const isDefault = "EXISTS (SELECT 1 FROM vista_default d WHERE d.org_id = v.org_id AND d.created_by = v.created_by AND d.leaf = v.leaf AND d.n = v.n)"

type vistaRow struct {
	vista.Vista
	leaf       string
	body, with []byte
}

func scanVista(r *vistaRow) []any {
	return []any{
		&r.N, &r.leaf, &r.Name, &r.Description, &r.body, &r.Public, &r.with, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy, &r.Default,
	}
}

func (tx *Tx) vistas(ctx context.Context, where string, args ...any) ([]*vista.Vista, error) {
	got, err := collect(ctx, tx.q, "SELECT "+vistaColumns+", "+isDefault+" FROM vista v WHERE org_id = $1 AND "+where, append([]any{tx.scope.OrgID}, args...), scanVista)
	if err != nil {
		return nil, err
	}
	out := make([]*vista.Vista, len(got))
	for i := range got {
		v := got[i].Vista
		v.Leaf = don.Type(got[i].leaf)
		if err := unpack(got[i].body, &v.View, got[i].with, &v.With); err != nil {
			return nil, err
		}
		out[i] = &v
	}
	return out, nil
}

// Vista returns one vista or not_found, whoever may see it.
func (tx *Tx) Vista(ctx context.Context, n int64, lock bool) (*vista.Vista, error) {
	where := "n = $2"
	if lock {
		where += tx.q.lock()
	}
	got, err := tx.vistas(ctx, where, n)
	if err == nil && len(got) == 0 {
		err = errs.Gone(don.Of(don.Vista, n).Display())
	}
	if err != nil {
		return nil, err
	}
	return got[0], nil
}

// VistasAfter returns up to limit vistas with numbers above n, in their order.
func (tx *Tx) VistasAfter(ctx context.Context, n int64, limit int) ([]*vista.Vista, error) {
	return tx.vistas(ctx, "n > $2 ORDER BY n LIMIT $3", n, limit)
}

// CountVistas returns how many vistas a member has, by the tail of its id.
func (tx *Tx) CountVistas(ctx context.Context, createdBy string) (n int, err error) {
	_, err = one(ctx, tx.q, "SELECT COUNT(*) FROM vista WHERE org_id = $1 AND created_by = $2", []any{tx.scope.OrgID, createdBy}, &n)
	return n, err
}

// PutVista adds a vista, or replaces it by its changed form; LeadVista keeps
// which is the default one.
func (tx *Tx) PutVista(ctx context.Context, v *vista.Vista) error {
	body, err := json.Marshal(v.View)
	if err != nil {
		return err
	}
	return tx.q.send(ctx, `INSERT INTO vista (org_id, `+vistaColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (org_id, n) DO UPDATE SET name = excluded.name, description = excluded.description, body = excluded.body,
			is_public = excluded.is_public, shared_with = excluded.shared_with, modified_at = excluded.modified_at, modified_by = excluded.modified_by`,
		tx.scope.OrgID, v.N, string(v.Leaf), v.Name, v.Description, string(body), v.Public, pack(v.With), v.CreatedAt, v.CreatedBy, v.ModifiedAt, v.ModifiedBy)
}

// LeadVista makes a vista the default one of its owner's for its kind of record,
// or makes it cease to be, as it says.
func (tx *Tx) LeadVista(ctx context.Context, v *vista.Vista) error {
	if !v.Default {
		return tx.q.send(ctx, "DELETE FROM vista_default WHERE org_id = $1 AND created_by = $2 AND leaf = $3 AND n = $4", tx.scope.OrgID, v.CreatedBy, string(v.Leaf), v.N)
	}
	return tx.q.send(ctx, "INSERT INTO vista_default (org_id, created_by, leaf, n) VALUES ($1, $2, $3, $4) ON CONFLICT (org_id, created_by, leaf) DO UPDATE SET n = excluded.n",
		tx.scope.OrgID, v.CreatedBy, string(v.Leaf), v.N)
}

// DeleteVista removes a vista for good.
func (tx *Tx) DeleteVista(ctx context.Context, v *vista.Vista) error {
	ceased := *v
	ceased.Default = false
	if err := tx.LeadVista(ctx, &ceased); err != nil {
		return err
	}
	return tx.q.send(ctx, "DELETE FROM vista WHERE org_id = $1 AND n = $2", tx.scope.OrgID, v.N)
}
