package store

import (
	"context"
	"strings"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/identity"
)

// Importing reports whether an import of the org is under way.
func (tx *Tx) Importing(ctx context.Context) (bool, error) {
	var n int64
	return one(ctx, tx.q, "SELECT n FROM import_due WHERE org_id = $1 LIMIT 1", []any{tx.scope.OrgID}, &n)
}

// emailKeys are the bounds of the keys of e-mail addresses.
func emailKeys() (first, end string) {
	first = identity.Key(contact.KindEmail, "")
	return first, first[:len(first)-1] + string(first[len(first)-1]+1)
}

// EmailsOfSeveral returns, in order, up to limit addresses behind one that
// several contacts have.
func (tx *Tx) EmailsOfSeveral(ctx context.Context, after string, limit int) ([]string, error) {
	first, end := emailKeys()
	got, err := collect(ctx, tx.q, "SELECT key FROM identifier WHERE org_id = $1 AND key > $2 AND key < $3 GROUP BY key HAVING COUNT(*) > 1 ORDER BY key LIMIT $4",
		[]any{tx.scope.OrgID, first + after, end, limit}, func(k *string) []any { return []any{k} })
	for i := range got {
		got[i] = strings.TrimPrefix(got[i], first)
	}
	return got, err
}

// OwnEmails makes the addresses exclusive that one contact alone has.
func (tx *Tx) OwnEmails(ctx context.Context) error {
	first, end := emailKeys()
	_, err := tx.q.exec(ctx, `UPDATE identifier SET holder = 0 WHERE org_id = $1 AND key > $2 AND key < $3 AND holder <> 0 AND NOT EXISTS
		(SELECT 1 FROM identifier o WHERE o.org_id = identifier.org_id AND o.key = identifier.key AND o.holder <> identifier.holder)`, tx.scope.OrgID, first, end)
	return err
}
