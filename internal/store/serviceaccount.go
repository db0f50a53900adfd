package store

import (
	"context"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

const serviceAccountColumns = "n, display_name, client_id, created_at, created_by, modified_at, modified_by"

func scanServiceAccount(a *auth.ServiceAccount) []any {
	return []any{&a.N, &a.DisplayName, &a.ClientID, &a.CreatedAt, &a.CreatedBy, &a.ModifiedAt, &a.ModifiedBy}
}

// ServiceAccounts returns the org's service accounts in the order of their
// making, at most 1,000.
func (tx *Tx) ServiceAccounts(ctx context.Context) ([]auth.ServiceAccount, error) {
	return collect(ctx, tx.q, "SELECT "+serviceAccountColumns+" FROM service_account WHERE org_id = $1 ORDER BY n LIMIT 1000",
		[]any{tx.scope.OrgID}, scanServiceAccount)
}

// ServiceAccount returns one service account or not_found.
func (tx *Tx) ServiceAccount(ctx context.Context, n int64) (auth.ServiceAccount, error) {
	var a auth.ServiceAccount
	found, err := one(ctx, tx.q, "SELECT "+serviceAccountColumns+" FROM service_account WHERE org_id = $1 AND n = $2",
		[]any{tx.scope.OrgID, n}, scanServiceAccount(&a)...)
	if err == nil && !found {
		err = errs.Gone(don.Of(don.ServiceAccount, n).Display())
	}
	return a, err
}

// ServiceAccountByClient returns the service account with a client id or not_found.
func (tx *Tx) ServiceAccountByClient(ctx context.Context, clientID string) (auth.ServiceAccount, error) {
	var a auth.ServiceAccount
	found, err := one(ctx, tx.q, "SELECT "+serviceAccountColumns+" FROM service_account WHERE org_id = $1 AND client_id = $2",
		[]any{tx.scope.OrgID, clientID}, scanServiceAccount(&a)...)
	if err == nil && !found {
		err = errs.Gone("the application")
	}
	return a, err
}

// InsertServiceAccount adds a service account; a name that stands already is a
// conflict.
func (tx *Tx) InsertServiceAccount(ctx context.Context, a auth.ServiceAccount) error {
	if err := tx.serviceNameFree(ctx, a); err != nil {
		return err
	}
	_, err := tx.q.exec(ctx, `INSERT INTO service_account (org_id, n, display_name, name_key, client_id, created_at, created_by, modified_at, modified_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.scope.OrgID, a.N, a.DisplayName, contact.FoldName(a.DisplayName), a.ClientID, a.CreatedAt, a.CreatedBy, a.ModifiedAt, a.ModifiedBy)
	if err != nil {
		return err
	}
	return tx.record(ctx, change{a.ID(), opCreated, ""})
}

func (tx *Tx) serviceNameFree(ctx context.Context, a auth.ServiceAccount) error {
	var n int64
	taken, err := one(ctx, tx.q, "SELECT n FROM service_account WHERE org_id = $1 AND name_key = $2 AND n <> $3",
		[]any{tx.scope.OrgID, contact.FoldName(a.DisplayName), a.N}, &n)
	if err == nil && taken {
		err = errs.Clash("display_name", "%q is already the name of %s", a.DisplayName, don.Of(don.ServiceAccount, n).Display())
	}
	return err
}

// UpdateServiceAccount saves a service account's name; one that stands already
// is a conflict.
func (tx *Tx) UpdateServiceAccount(ctx context.Context, before, after auth.ServiceAccount) error {
	if err := tx.serviceNameFree(ctx, after); err != nil {
		return err
	}
	d, err := delta(before, after)
	if err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, "UPDATE service_account SET display_name = $3, name_key = $4, modified_at = $5, modified_by = $6 WHERE org_id = $1 AND n = $2",
		tx.scope.OrgID, after.N, after.DisplayName, contact.FoldName(after.DisplayName), after.ModifiedAt, after.ModifiedBy)
	if err != nil {
		return err
	}
	return tx.record(ctx, change{after.ID(), opUpdated, d})
}
