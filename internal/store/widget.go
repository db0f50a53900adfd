package store

import (
	"context"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/widget"
)

const widgetColumns = "n, app_id, name, body, account_n, root, version, created_at, created_by, modified_at, modified_by"

type widgetRow struct {
	widget.Widget
	body []byte
}

func scanWidget(r *widgetRow) []any {
	return []any{&r.N, &r.AppID, &r.Name, &r.body, &r.AccountN, &r.Root, &r.Version, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy}
}

func (tx *Tx) widgets(ctx context.Context, where string, args ...any) ([]*widget.Widget, error) {
	got, err := collect(ctx, tx.q, "SELECT "+widgetColumns+" FROM widget WHERE org_id = $1 AND "+where, append([]any{tx.scope.OrgID}, args...), scanWidget)
	if err != nil {
		return nil, err
	}
	out := make([]*widget.Widget, len(got))
	for i := range got {
		w := got[i].Widget
		if err := unpack(got[i].body, &w.Settings); err != nil {
			return nil, err
		}
		out[i] = &w
	}
	return out, nil
}

// Widgets returns the org's widgets in the order of their making, at most limit.
func (tx *Tx) Widgets(ctx context.Context, limit int) ([]*widget.Widget, error) {
	return tx.widgets(ctx, "n > 0 ORDER BY n LIMIT $2", limit)
}

// Widget returns one widget or not_found. With lock it stays unchanged by others
// until the transaction ends.
func (tx *Tx) Widget(ctx context.Context, n int64, lock bool) (*widget.Widget, error) {
	where := "n = $2"
	if lock {
		where += tx.q.lock()
	}
	got, err := tx.widgets(ctx, where, n)
	if err == nil && len(got) == 0 {
		err = errs.Gone(don.Of(don.Widget, n).Display())
	}
	if err != nil {
		return nil, err
	}
	return got[0], nil
}

// WidgetByApp returns the widget that pages name by an app id, or not_found.
func (tx *Tx) WidgetByApp(ctx context.Context, appID string) (*widget.Widget, error) {
	got, err := tx.widgets(ctx, "app_id = $2", appID)
	if err == nil && len(got) == 0 {
		err = errs.Gone("the widget")
	}
	if err != nil {
		return nil, err
	}
	return got[0], nil
}

// InsertWidget adds a widget with its route and history.
func (tx *Tx) InsertWidget(ctx context.Context, w *widget.Widget) error {
	_, err := tx.q.exec(ctx, `INSERT INTO widget (org_id, `+widgetColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		tx.scope.OrgID, w.N, w.AppID, w.Name, packed(w.Settings), w.AccountN, w.Root, w.Version, w.CreatedAt, w.CreatedBy, w.ModifiedAt, w.ModifiedBy)
	if err != nil {
		return err
	}
	if err := tx.AddRoute(ctx, widget.Route, w.AppID); err != nil {
		return err
	}
	return tx.record(ctx, change{w.ID(), opCreated, ""})
}

// UpdateWidget replaces a widget by its changed form.
func (tx *Tx) UpdateWidget(ctx context.Context, before, after *widget.Widget) error {
	d, err := delta(before, after)
	if err != nil || d == "{}" {
		return err
	}
	after.Version = before.Version + 1
	after.ModifiedAt, after.ModifiedBy = tx.now, tx.scope.Actor.Tail()
	_, err = tx.q.exec(ctx, `UPDATE widget SET name = $3, body = $4, root = $5, version = $6, modified_at = $7, modified_by = $8 WHERE org_id = $1 AND n = $2`,
		tx.scope.OrgID, after.N, after.Name, packed(after.Settings), after.Root, after.Version, after.ModifiedAt, after.ModifiedBy)
	if err != nil {
		return err
	}
	return tx.record(ctx, change{after.ID(), opUpdated, d})
}

// DeleteWidget removes a widget and its route for good.
func (tx *Tx) DeleteWidget(ctx context.Context, w *widget.Widget) error {
	if _, err := tx.q.exec(ctx, "DELETE FROM widget WHERE org_id = $1 AND n = $2", tx.scope.OrgID, w.N); err != nil {
		return err
	}
	if err := tx.DropRoute(ctx, widget.Route, w.AppID); err != nil {
		return err
	}
	return tx.record(ctx, change{w.ID(), opDeleted, ""})
}

var _ widget.Tx = (*Tx)(nil)
