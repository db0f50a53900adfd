package store

import (
	"context"
	"time"
)

// dayOf numbers days in UTC from 1970-01-01.
func dayOf(t time.Time) int64 { return t.Unix() / int64(24*time.Hour/time.Second) }

// sentByClaimed counts what those have sent together who only said who they are.
const sentByClaimed = "?"

// BytesSent returns how many bytes a contact has sent in files today, in UTC, how
// many all contacts of the org together, and how many of these without proof of who
// they are.
func (tx *Tx) BytesSent(ctx context.Context, by string) (own, all, claimed int64, err error) {
	type row struct {
		by    string
		bytes int64
	}
	got, err := collect(ctx, tx.q, "SELECT sent_by, bytes FROM artifact_day WHERE org_id = $1 AND day = $2 AND sent_by IN ('', $3, $4)",
		[]any{tx.scope.OrgID, dayOf(tx.now), by, sentByClaimed}, func(r *row) []any { return []any{&r.by, &r.bytes} })
	for _, r := range got {
		switch r.by {
		case "":
			all = r.bytes
		case sentByClaimed:
			claimed = r.bytes
		default:
			own = r.bytes
		}
	}
	return own, all, claimed, err
}

// CountBytesSent adds to what a contact has sent in files today.
func (tx *Tx) CountBytesSent(ctx context.Context, by string, claimed bool, bytes int64) error {
	all := []string{"", by} // always in this order, so that two do not wait for each other
	if claimed {
		all = []string{"", sentByClaimed, by}
	}
	for _, who := range all {
		_, err := tx.q.exec(ctx, `INSERT INTO artifact_day (org_id, day, sent_by, bytes) VALUES ($1, $2, $3, $4)
			ON CONFLICT (org_id, day, sent_by) DO UPDATE SET bytes = artifact_day.bytes + excluded.bytes`, tx.scope.OrgID, dayOf(tx.now), who, bytes)
		if err != nil {
			return err
		}
	}
	return nil
}

// ForgetBytesSent removes the counts of days before that of a moment.
func (tx *Tx) ForgetBytesSent(ctx context.Context, before time.Time) error {
	_, err := tx.q.exec(ctx, "DELETE FROM artifact_day WHERE org_id = $1 AND day < $2", tx.scope.OrgID, dayOf(before))
	return err
}
