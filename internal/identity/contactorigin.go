package identity

import "context"

// ContactOrigins is Origins for index rows of contacts.
func ContactOrigins(ctx context.Context, tx Tx, entries []Entry) (map[string]int64, error) {
	out := map[string]int64{}
	return out, originsOf(ctx, tx, contacts{tx}, entries, out)
}
