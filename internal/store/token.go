package store

import (
	"context"
	"time"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

const tokenColumns = "id, kind, hash, subject, hint, scopes, client_id, parent, via, kid, created_at, expires_at, revoked_at"

type tokenRow struct {
	auth.Token
	subject, via string
}

func scanToken(r *tokenRow) []any {
	return []any{&r.ID, (*string)(&r.Kind), &r.Hash, &r.subject, &r.Hint, &r.Scopes, &r.ClientID, &r.Parent, &r.via, &r.KeyID, &r.CreatedAt, &r.ExpiresAt, &r.RevokedAt}
}

func (tx *Tx) tokens(ctx context.Context, where string, args ...any) ([]auth.Token, error) {
	got, err := collect(ctx, tx.q, "SELECT "+tokenColumns+" FROM token WHERE org_id = $1 AND "+where, append([]any{tx.scope.OrgID}, args...), scanToken)
	out := make([]auth.Token, len(got))
	for i, r := range got {
		out[i] = r.Token
		out[i].Subject, out[i].Via = don.FromTail(r.subject), don.FromTail(r.via)
	}
	return out, err
}

// InsertToken adds a token and, unless it is known by its id, its route.
func (tx *Tx) InsertToken(ctx context.Context, t auth.Token) error {
	via := ""
	if t.Via.Type != "" {
		via = t.Via.Tail()
	}
	_, err := tx.q.exec(ctx, "INSERT INTO token (org_id, "+tokenColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULL)",
		tx.scope.OrgID, t.ID, string(t.Kind), t.Hash, t.Subject.Tail(), t.Hint, t.Scopes, t.ClientID, t.Parent, via, t.KeyID, t.CreatedAt, t.ExpiresAt)
	if err != nil {
		return err
	}
	if t.Kind.Routed() {
		if err := tx.AddRoute(ctx, auth.RouteToken, t.Hash); err != nil {
			return err
		}
	}
	return tx.recordToken(ctx, t, nil, factOf(t))
}

// tokenFact is what the history of a token's subject tells of it.
type tokenFact struct {
	ID   string    `json:"id"`
	Kind auth.Kind `json:"kind,omitempty"`
	Hint string    `json:"hint,omitempty"`
	Via  string    `json:"via,omitempty"` // who acts as the subject
}

func factOf(t auth.Token) *tokenFact {
	f := &tokenFact{ID: t.ID, Kind: t.Kind, Hint: t.Hint}
	if t.Via.Type != "" {
		f.Via = t.Via.Tail()
	}
	return f
}

// recordToken notes in the history of its subject that a token came or went.
func (tx *Tx) recordToken(ctx context.Context, t auth.Token, before, after *tokenFact) error {
	if !t.Kind.Told() {
		return nil
	}
	d, err := delta(map[string]*tokenFact{"Token": before}, map[string]*tokenFact{"Token": after})
	if err != nil {
		return err
	}
	return tx.record(ctx, change{t.Subject, opUpdated, d})
}

// TokenByHash returns a token whether it is still valid or not, or not_found.
func (tx *Tx) TokenByHash(ctx context.Context, hash string) (auth.Token, error) {
	return only(tx.tokens(ctx, "hash = $2", hash))
}

// TokenByID returns a token or not_found.
func (tx *Tx) TokenByID(ctx context.Context, id string) (auth.Token, error) {
	return only(tx.tokens(ctx, "id = $2", id))
}

func only(ts []auth.Token, err error) (auth.Token, error) {
	if err != nil {
		return auth.Token{}, err
	}
	if len(ts) == 0 {
		return auth.Token{}, errs.Gone("the token")
	}
	return ts[0], nil
}

// TokensOf returns a subject's tokens of a kind, the newest first, at most 1,000.
func (tx *Tx) TokensOf(ctx context.Context, subject don.ID, kind auth.Kind) ([]auth.Token, error) {
	return tx.tokens(ctx, "subject = $2 AND kind = $3 ORDER BY created_at DESC LIMIT 1000", subject.Tail(), string(kind))
}

// RenameToken saves a token's hint.
func (tx *Tx) RenameToken(ctx context.Context, t auth.Token) error {
	_, err := tx.q.exec(ctx, "UPDATE token SET hint = $3 WHERE org_id = $1 AND id = $2", tx.scope.OrgID, t.ID, t.Hint)
	return err
}

// ExtendToken saves a token's expiry, unless it was revoked meanwhile.
func (tx *Tx) ExtendToken(ctx context.Context, t auth.Token) error {
	_, err := tx.q.exec(ctx, "UPDATE token SET expires_at = $3 WHERE org_id = $1 AND id = $2 AND revoked_at IS NULL", tx.scope.OrgID, t.ID, t.ExpiresAt)
	return err
}

// RevokeToken ends a token now and reports whether it had not ended before. Its
// route stays, so that its bearer is told that it was revoked.
func (tx *Tx) RevokeToken(ctx context.Context, t auth.Token) (bool, error) {
	n, err := tx.q.exec(ctx, "UPDATE token SET revoked_at = $3 WHERE org_id = $1 AND id = $2 AND revoked_at IS NULL", tx.scope.OrgID, t.ID, tx.now)
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.recordToken(ctx, t, factOf(t), nil)
}

// RevokeTokensOf ends every token of a kind that a subject has.
func (tx *Tx) RevokeTokensOf(ctx context.Context, subject don.ID, kind auth.Kind) error {
	ended, err := collect(ctx, tx.q, "UPDATE token SET revoked_at = $4 WHERE org_id = $1 AND subject = $2 AND kind = $3 AND revoked_at IS NULL RETURNING "+tokenColumns,
		[]any{tx.scope.OrgID, subject.Tail(), string(kind), tx.now}, scanToken)
	if err != nil {
		return err
	}
	for _, r := range ended {
		r.Subject, r.Via = subject, don.FromTail(r.via)
		if err := tx.recordToken(ctx, r.Token, factOf(r.Token), nil); err != nil {
			return err
		}
	}
	return nil
}

// RevokeChildren ends the tokens that were obtained with another one.
func (tx *Tx) RevokeChildren(ctx context.Context, parent string) error {
	_, err := tx.q.exec(ctx, "UPDATE token SET revoked_at = $3 WHERE org_id = $1 AND parent = $2 AND parent <> '' AND revoked_at IS NULL",
		tx.scope.OrgID, parent, tx.now)
	return err
}

// SignedBy reports whether a token that is still valid was signed with a key.
func (tx *Tx) SignedBy(ctx context.Context, keyID string) (bool, error) {
	var id string
	return one(ctx, tx.q, "SELECT id FROM token WHERE org_id = $1 AND expires_at > $2 AND kid = $3 AND revoked_at IS NULL LIMIT 1",
		[]any{tx.scope.OrgID, tx.now, keyID}, &id)
}

// TokensOfClient returns application tokens, the newest first, at most 1,000;
// those of one application when its client id is given.
func (tx *Tx) TokensOfClient(ctx context.Context, clientID string) ([]auth.Token, error) {
	if clientID == "" {
		return tx.tokens(ctx, "client_id <> '' AND kind IN ($2, $3) ORDER BY created_at DESC LIMIT 1000", string(auth.Application), string(auth.PublicApplication))
	}
	return tx.tokens(ctx, "client_id <> '' AND client_id = $2 AND kind IN ($3, $4) ORDER BY created_at DESC LIMIT 1000",
		clientID, string(auth.Application), string(auth.PublicApplication))
}

// PurgeBrief forgets up to limit tokens that live for minutes and expired
// before the time, and returns how many it forgot. They have no routes.
func (tx *Tx) PurgeBrief(ctx context.Context, before time.Time, limit int) (int, error) {
	kinds, args := inList([]any{tx.scope.OrgID, before, limit}, auth.BriefKinds())
	n, err := tx.q.exec(ctx, `DELETE FROM token WHERE org_id = $1 AND id IN
		(SELECT id FROM token WHERE org_id = $1 AND expires_at < $2 AND kind IN `+kinds+` ORDER BY expires_at LIMIT $3)`, args...)
	return int(n), err
}

// PurgeTokens forgets up to limit tokens that ended before the time, with their
// routes, and returns how many it forgot.
func (tx *Tx) PurgeTokens(ctx context.Context, before time.Time, limit int) (int, error) {
	old, err := tx.tokens(ctx, "(expires_at < $2 OR revoked_at < $2) ORDER BY id LIMIT $3", before, limit)
	if err != nil {
		return 0, err
	}
	for _, t := range old {
		if err := tx.DropRoute(ctx, auth.RouteToken, t.Hash); err != nil {
			return 0, err
		}
		if _, err := tx.q.exec(ctx, "DELETE FROM token WHERE org_id = $1 AND id = $2", tx.scope.OrgID, t.ID); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}
