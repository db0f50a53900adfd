package store

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

const duplicateColumns = "a_n, b_n, state, likely, rule, identity_key, reasons, filed_at, decided_at, decided_by"

func scanDuplicate(d *identity.Duplicate) []any {
	return []any{&d.A, &d.B, &d.State, &d.Likely, &d.Rule, &d.Key, &d.Reasons, &d.FiledAt, &d.DecidedAt, &d.DecidedBy}
}

// FileDuplicates adds pairs. One that stands open keeps the better of both, one
// that was decided stays as it is.
func (tx *Tx) FileDuplicates(ctx context.Context, pairs []identity.Duplicate) error {
	pairs = slices.Clone(pairs)
	slices.SortFunc(pairs, comparePairs) // locks in one order
	for _, d := range pairs {
		err := tx.q.send(ctx, `INSERT INTO duplicate (org_id, `+duplicateColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, '')
			ON CONFLICT (org_id, a_n, b_n) DO UPDATE SET likely = excluded.likely, rule = excluded.rule, identity_key = excluded.identity_key,
				reasons = excluded.reasons, filed_at = excluded.filed_at
			WHERE duplicate.state = $4 AND (duplicate.likely <= excluded.likely OR duplicate.rule = $10 AND excluded.rule = $10)`,
			tx.scope.OrgID, d.A, d.B, identity.DuplicateOpen, d.Likely, d.Rule, d.Key, string(d.Reasons), tx.now, identity.RuleMatch)
		if err != nil {
			return err
		}
	}
	return nil
}

func comparePairs(a, b identity.Duplicate) int {
	if a.A != b.A {
		return int(min(max(a.A-b.A, -1), 1))
	}
	return int(min(max(a.B-b.B, -1), 1))
}

// DecideDuplicate notes what became of a pair. A rejection is kept for pairs
// that nobody filed, too.
func (tx *Tx) DecideDuplicate(ctx context.Context, d identity.Duplicate) error {
	if d.State == identity.DuplicateAccepted {
		return tx.q.send(ctx, "UPDATE duplicate SET state = $4, decided_at = $5, decided_by = $6 WHERE org_id = $1 AND a_n = $2 AND b_n = $3",
			tx.scope.OrgID, d.A, d.B, d.State, tx.now, tx.scope.Actor.Tail())
	}
	return tx.q.send(ctx, `INSERT INTO duplicate (org_id, `+duplicateColumns+`) VALUES ($1, $2, $3, $4, 0, $5, '', '', $6, $6, $7)
		ON CONFLICT (org_id, a_n, b_n) DO UPDATE SET state = excluded.state, decided_at = excluded.decided_at, decided_by = excluded.decided_by`,
		tx.scope.OrgID, d.A, d.B, d.State, d.Rule, tx.now, tx.scope.Actor.Tail())
}

// Duplicate returns one pair, false when it was not filed.
func (tx *Tx) Duplicate(ctx context.Context, a, b int64) (identity.Duplicate, bool, error) {
	got, err := collect(ctx, tx.q, "SELECT "+duplicateColumns+" FROM duplicate WHERE org_id = $1 AND a_n = $2 AND b_n = $3",
		[]any{tx.scope.OrgID, a, b}, scanDuplicate)
	if err != nil || len(got) == 0 {
		return identity.Duplicate{}, false, err
	}
	return got[0], true, nil
}

// Duplicates returns pairs of a state, the most likely first.
func (tx *Tx) Duplicates(ctx context.Context, q directory.DuplicateQuery) ([]identity.Duplicate, error) {
	if len(q.Of) > 0 {
		return tx.PairsOf(ctx, q.State, q.Of, q.Limit)
	}
	below := q.Below
	if below == nil {
		below = &identity.Duplicate{Likely: identity.Certain + 1}
	}
	return collect(ctx, tx.q, "SELECT "+duplicateColumns+` FROM duplicate WHERE org_id = $1 AND state = $2 AND (likely, a_n, b_n) < ($3, $4, $5)
		ORDER BY likely DESC, a_n DESC, b_n DESC LIMIT $6`, []any{tx.scope.OrgID, q.State, below.Likely, below.A, below.B, q.Limit}, scanDuplicate)
}

// PairsOf returns the pairs of contacts that are in a state, up to limit of each
// contact on each side, the most likely first.
func (tx *Tx) PairsOf(ctx context.Context, state string, ns []int64, limit int) ([]identity.Duplicate, error) {
	var out []identity.Duplicate
	for _, n := range ns {
		for _, where := range []string{
			"a_n = $2",
			// The second index has all that the inner part reads; for more, SQLite
			// would rather read all pairs of the org.
			"a_n IN (SELECT a_n FROM duplicate WHERE org_id = $1 AND b_n = $2) AND b_n = $2",
		} {
			got, err := collect(ctx, tx.q, "SELECT "+duplicateColumns+" FROM duplicate WHERE org_id = $1 AND "+where+" AND state = $3 LIMIT $4",
				[]any{tx.scope.OrgID, n, state, limit}, scanDuplicate)
			if err != nil {
				return nil, err
			}
			out = append(out, got...)
		}
	}
	slices.SortFunc(out, func(a, b identity.Duplicate) int {
		if a.Likely != b.Likely {
			return int(min(max(b.Likely-a.Likely, -1), 1))
		}
		return comparePairs(b, a)
	})
	return slices.CompactFunc(out, func(a, b identity.Duplicate) bool { return a.A == b.A && a.B == b.B }), nil
}

// PairsBetween returns the pairs of one of a with one of b that are in a state.
func (tx *Tx) PairsBetween(ctx context.Context, state string, a, b []int64) ([]identity.Duplicate, error) {
	var out []identity.Duplicate
	for _, sides := range [2][2][]int64{{a, b}, {b, a}} {
		for first := range slices.Chunk(sides[0], chunkSize) {
			for second := range slices.Chunk(sides[1], chunkSize) {
				firsts, args := inList([]any{tx.scope.OrgID, state}, first)
				seconds, args := inList(args, second)
				got, err := collect(ctx, tx.q, "SELECT "+duplicateColumns+" FROM duplicate WHERE org_id = $1 AND state = $2 AND a_n IN "+firsts+" AND b_n IN "+seconds,
					args, scanDuplicate)
				if err != nil {
					return nil, err
				}
				out = append(out, got...)
			}
		}
	}
	return out, nil
}

// PartedPairs returns the pairs above a pair that were found to be two persons.
func (tx *Tx) PartedPairs(ctx context.Context, after identity.Duplicate, limit int) ([]identity.Duplicate, error) {
	return collect(ctx, tx.q, "SELECT "+duplicateColumns+` FROM duplicate WHERE org_id = $1 AND state = $2 AND (likely, a_n, b_n) > ($3, $4, $5)
		ORDER BY likely, a_n, b_n LIMIT $6`, []any{tx.scope.OrgID, identity.DuplicateRejected, after.Likely, after.A, after.B, limit}, scanDuplicate)
}

// MatchScores returns the likelihoods, and who decided, of the pairs of a state that were found by
// comparing, the most likely first.
func (tx *Tx) MatchScores(ctx context.Context, state string, limit int) ([]identity.Duplicate, error) {
	return collect(ctx, tx.q, "SELECT a_n, b_n, likely, decided_by FROM duplicate WHERE org_id = $1 AND state = $2 AND rule = $3 ORDER BY likely DESC, a_n DESC, b_n DESC LIMIT $4",
		[]any{tx.scope.OrgID, state, identity.RuleMatch, limit}, func(d *identity.Duplicate) []any { return []any{&d.A, &d.B, &d.Likely, &d.DecidedBy} })
}

// JudgedPairs returns pairs of a state that were found by comparing and about
// which a member decided, the most likely first.
func (tx *Tx) JudgedPairs(ctx context.Context, state string, limit int) ([]identity.Duplicate, error) {
	return collect(ctx, tx.q, "SELECT "+duplicateColumns+` FROM duplicate WHERE org_id = $1 AND state = $2 AND rule = $3 AND decided_by <> $4 AND reasons <> ''
		ORDER BY likely DESC, a_n DESC, b_n DESC LIMIT $5`,
		[]any{tx.scope.OrgID, state, identity.RuleMatch, org.System.Tail(), limit}, scanDuplicate)
}

// RescoreDuplicates sets the likelihood of pairs.
func (tx *Tx) RescoreDuplicates(ctx context.Context, pairs []identity.Duplicate) error {
	pairs = slices.Clone(pairs)
	slices.SortFunc(pairs, comparePairs) // locks in one order
	for _, d := range pairs {
		err := tx.q.send(ctx, "UPDATE duplicate SET likely = $4 WHERE org_id = $1 AND a_n = $2 AND b_n = $3", tx.scope.OrgID, d.A, d.B, d.Likely)
		if err != nil {
			return err
		}
	}
	return nil
}

// DropDuplicates removes those of the pairs that stand open.
func (tx *Tx) DropDuplicates(ctx context.Context, pairs []identity.Duplicate) error {
	pairs = slices.Clone(pairs)
	slices.SortFunc(pairs, comparePairs) // locks in one order
	for _, d := range pairs {
		err := tx.q.send(ctx, "DELETE FROM duplicate WHERE org_id = $1 AND a_n = $2 AND b_n = $3 AND state = $4", tx.scope.OrgID, d.A, d.B, identity.DuplicateOpen)
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetPairs removes the pairs of contacts whose numbers lie together. Most
// have none, so it looks first which there are.
func (tx *Tx) forgetPairs(ctx context.Context, ns []int64) error {
	var pairs []identity.Duplicate
	for _, side := range []string{"a_n", "b_n"} {
		got, err := collect(ctx, tx.q, "SELECT a_n, b_n FROM duplicate WHERE org_id = $1 AND "+side+" >= $2 AND "+side+" <= $3",
			[]any{tx.scope.OrgID, slices.Min(ns), slices.Max(ns)}, func(d *identity.Duplicate) []any { return []any{&d.A, &d.B} })
		if err != nil {
			return err
		}
		pairs = append(pairs, got...)
	}
	gone := make(map[int64]bool, len(ns))
	for _, n := range ns {
		gone[n] = true
	}
	slices.SortFunc(pairs, comparePairs) // locks in one order
	for _, d := range pairs {
		if !gone[d.A] && !gone[d.B] {
			continue
		}
		if err := tx.q.send(ctx, "DELETE FROM duplicate WHERE org_id = $1 AND a_n = $2 AND b_n = $3", tx.scope.OrgID, d.A, d.B); err != nil {
			return err
		}
	}
	return nil
}

// DropStale removes up to limit open pairs that were found by comparing before a
// time, and returns how many.
func (tx *Tx) DropStale(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := tx.q.exec(ctx, `DELETE FROM duplicate WHERE org_id = $1 AND (a_n, b_n) IN
		(SELECT a_n, b_n FROM duplicate WHERE org_id = $1 AND state = $2 AND rule = $3 AND filed_at < $4 LIMIT $5)`,
		tx.scope.OrgID, identity.DuplicateOpen, identity.RuleMatch, before, limit)
	return int(n), err
}

const scanColumns = "state, asked_at, asked_by, ended_at, lease, lease_until, progress"

// DuplicateScan returns the latest search of the org, nil when there was none.
// With lock nobody else changes it until the transaction ends.
func (tx *Tx) DuplicateScan(ctx context.Context, lock bool) (*directory.Scan, error) {
	sql := "SELECT " + scanColumns + " FROM duplicate_scan WHERE org_id = $1"
	if lock {
		sql += tx.q.lock()
	}
	got, err := collect(ctx, tx.q, sql, []any{tx.scope.OrgID}, func(s *directory.Scan) []any {
		return []any{&s.State, &s.AskedAt, &s.AskedBy, &s.EndedAt, &s.Lease, &s.LeaseUntil, &s.Progress}
	})
	if err != nil || len(got) == 0 {
		return nil, err
	}
	return &got[0], nil
}

// PutDuplicateScan stores the search of the org in place of the one before.
func (tx *Tx) PutDuplicateScan(ctx context.Context, s *directory.Scan) error {
	return tx.q.send(ctx, `INSERT INTO duplicate_scan (org_id, `+scanColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (org_id) DO UPDATE SET state = excluded.state, asked_at = excluded.asked_at, asked_by = excluded.asked_by,
			ended_at = excluded.ended_at, lease = excluded.lease, lease_until = excluded.lease_until, progress = excluded.progress`,
		tx.scope.OrgID, s.State, s.AskedAt, s.AskedBy, s.EndedAt, s.Lease, s.LeaseUntil, string(s.Progress))
}
