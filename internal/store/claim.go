package store

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
)

const claimColumns = "n, key, value, secret, seen_at"

func scanClaim(c *identity.Statement) []any {
	return []any{&c.N, &c.Key, &c.Value, &c.Secret, &c.SeenAt}
}

// ClaimsBySecret returns what was claimed with a visitor's secret, given by its hash.
func (tx *Tx) ClaimsBySecret(ctx context.Context, secret string) ([]identity.Statement, error) {
	// The index has all that this reads; for more, SQLite would rather read all
	// claims of the org.
	ns, err := collect(ctx, tx.q, "SELECT n FROM claim WHERE org_id = $1 AND secret = $2", []any{tx.scope.OrgID, secret}, func(n *int64) []any { return []any{n} })
	slices.Sort(ns)
	var out []identity.Statement
	for _, n := range slices.Compact(ns) {
		all, err := tx.ClaimsOf(ctx, n)
		if err != nil {
			return nil, err
		}
		out = append(out, slices.DeleteFunc(all, func(s identity.Statement) bool { return s.Secret != secret })...)
	}
	return out, err
}

// ClaimsOf returns what the visitor of a contact has claimed.
func (tx *Tx) ClaimsOf(ctx context.Context, n int64) ([]identity.Statement, error) {
	return collect(ctx, tx.q, "SELECT "+claimColumns+" FROM claim WHERE org_id = $1 AND n = $2 ORDER BY created_at, key",
		[]any{tx.scope.OrgID, n}, scanClaim)
}

// Claimants returns up to limit contacts whose visitors claim a key.
func (tx *Tx) Claimants(ctx context.Context, key string, limit int) ([]int64, error) {
	return collect(ctx, tx.q, "SELECT n FROM claim WHERE org_id = $1 AND key = $2 LIMIT $3", []any{tx.scope.OrgID, key, limit},
		func(n *int64) []any { return []any{n} })
}

// UndoneBetween reports whether a merge of one of a with one of b was undone.
func (tx *Tx) UndoneBetween(ctx context.Context, a, b []int64) (bool, error) {
	for _, s := range [2][2][]int64{{a, b}, {b, a}} {
		for secondaries := range slices.Chunk(s[0], chunkSize) {
			list, args := inList([]any{tx.scope.OrgID, typeCodes[don.Contact], identity.Undone}, secondaries)
			got, err := collect(ctx, tx.q, "SELECT primary_n FROM merge WHERE org_id = $1 AND type = $2 AND state = $3 AND secondary_n IN "+list, args,
				func(n *int64) []any { return []any{n} })
			if err != nil || slices.ContainsFunc(got, func(n int64) bool { return slices.Contains(s[1], n) }) {
				return err == nil, err
			}
		}
	}
	return false, nil
}

// PutClaims adds claims; those that stand stay as old as they are.
func (tx *Tx) PutClaims(ctx context.Context, claims []identity.Statement) error {
	for _, c := range claims {
		_, err := tx.q.exec(ctx, `INSERT INTO claim (org_id, n, key, value, secret, created_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
			ON CONFLICT (org_id, n, key) DO UPDATE SET value = excluded.value`,
			tx.scope.OrgID, c.N, c.Key, c.Value, c.Secret, tx.now)
		if err != nil {
			return err
		}
	}
	return nil
}

// DropClaims removes claims of a contact.
func (tx *Tx) DropClaims(ctx context.Context, n int64, keys []string) error {
	for _, key := range keys {
		if _, err := tx.q.exec(ctx, "DELETE FROM claim WHERE org_id = $1 AND n = $2 AND key = $3", tx.scope.OrgID, n, key); err != nil {
			return err
		}
	}
	return nil
}

// SeeClaims notes that the visitor of a contact has come again.
func (tx *Tx) SeeClaims(ctx context.Context, n int64) error {
	_, err := tx.q.exec(ctx, "UPDATE claim SET seen_at = $3 WHERE org_id = $1 AND n = $2", tx.scope.OrgID, n, tx.now)
	return err
}

var _ identity.ClaimTx = (*Tx)(nil)
