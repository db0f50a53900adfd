package store

import (
	"context"

	"github.com/kith-id/kith/internal/assignment"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

const ruleColumns = "n, name, place, body, last_n, version, created_at, created_by, modified_at, modified_by"

type ruleRow struct {
	assignment.Rule
	body []byte
}

func scanRule(r *ruleRow) []any {
	return []any{&r.N, &r.Name, &r.Position, &r.body, &r.Last, &r.Version, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy}
}

func (tx *Tx) assignmentRules(ctx context.Context, where string, args ...any) ([]*assignment.Rule, error) {
	got, err := collect(ctx, tx.q, "SELECT "+ruleColumns+" FROM assignment_rule WHERE org_id = $1 AND "+where, append([]any{tx.scope.OrgID}, args...), scanRule)
	if err != nil {
		return nil, err
	}
	out := make([]*assignment.Rule, len(got))
	for i := range got {
		r := got[i].Rule
		if err := unpack(got[i].body, &r.Settings); err != nil {
			return nil, err
		}
		out[i] = &r
	}
	return out, nil
}

// AssignmentRules returns the org's rules in their order, at most limit.
func (tx *Tx) AssignmentRules(ctx context.Context, limit int) ([]*assignment.Rule, error) {
	return tx.assignmentRules(ctx, "n > 0 ORDER BY place, n LIMIT $2", limit)
}

// AssignmentRule returns one rule or not_found. With lock it stays unchanged by
// others until the transaction ends.
func (tx *Tx) AssignmentRule(ctx context.Context, n int64, lock bool) (*assignment.Rule, error) {
	where := "n = $2"
	if lock {
		where += tx.q.lock()
	}
	got, err := tx.assignmentRules(ctx, where, n)
	if err == nil && len(got) == 0 {
		err = errs.Gone(don.Of(don.AssignmentRule, n).Display())
	}
	if err != nil {
		return nil, err
	}
	return got[0], nil
}

// InsertAssignmentRule adds a rule with its history.
func (tx *Tx) InsertAssignmentRule(ctx context.Context, r *assignment.Rule) error {
	_, err := tx.q.exec(ctx, `INSERT INTO assignment_rule (org_id, `+ruleColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		tx.scope.OrgID, r.N, r.Name, r.Position, packed(r.Settings), r.Last, r.Version, r.CreatedAt, r.CreatedBy, r.ModifiedAt, r.ModifiedBy)
	if err != nil {
		return err
	}
	return tx.record(ctx, change{r.ID(), opCreated, ""})
}

// UpdateAssignmentRule replaces a rule by its changed form.
func (tx *Tx) UpdateAssignmentRule(ctx context.Context, before, after *assignment.Rule) error {
	d, err := delta(before, after)
	if err != nil || d == "{}" {
		return err
	}
	after.Version = before.Version + 1
	after.ModifiedAt, after.ModifiedBy = tx.now, tx.scope.Actor.Tail()
	_, err = tx.q.exec(ctx, "UPDATE assignment_rule SET name = $3, place = $4, body = $5, version = $6, modified_at = $7, modified_by = $8 WHERE org_id = $1 AND n = $2",
		tx.scope.OrgID, after.N, after.Name, after.Position, packed(after.Settings), after.Version, after.ModifiedAt, after.ModifiedBy)
	if err != nil {
		return err
	}
	return tx.record(ctx, change{after.ID(), opUpdated, d})
}

// NoteChosen keeps whom a rule chose, so that it is another's turn.
func (tx *Tx) NoteChosen(ctx context.Context, ruleN, memberN int64) error {
	_, err := tx.q.exec(ctx, "UPDATE assignment_rule SET last_n = $3 WHERE org_id = $1 AND n = $2", tx.scope.OrgID, ruleN, memberN)
	return err
}

// DeleteAssignmentRule removes a rule for good.
func (tx *Tx) DeleteAssignmentRule(ctx context.Context, r *assignment.Rule) error {
	if _, err := tx.q.exec(ctx, "DELETE FROM assignment_rule WHERE org_id = $1 AND n = $2", tx.scope.OrgID, r.N); err != nil {
		return err
	}
	return tx.record(ctx, change{r.ID(), opDeleted, ""})
}
