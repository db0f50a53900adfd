package auth

import (
	"context"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
)

// WidgetTx is what a widget's secrets need of somebody else's transaction.
type WidgetTx = Tx

// AddWidgetAccount adds the service account in whose name a widget makes contacts.
// It outlives the widget, for the history names it. Errors: conflict, too_many.
func AddWidgetAccount(ctx context.Context, tx WidgetTx, id don.ID, appID string) (ServiceAccount, error) {
	return addServiceAccount(ctx, tx, ServiceAccount{DisplayName: "Widget " + id.Display(), ClientID: appID})
}

// OpenWidget returns the id of a new token that the sessions of a widget's
// visitors hang on. It is nobody's secret: there is nothing to present.
func OpenWidget(ctx context.Context, tx WidgetTx, account don.ID) (string, error) {
	id := don.Random(20)
	return id, tx.InsertToken(ctx, Token{ID: id, Kind: Widget, Hash: briefHash(id), Subject: account, CreatedAt: tx.Now()})
}

// ShutWidget ends the token, and with it at once whatever session hangs on it.
func ShutWidget(ctx context.Context, tx WidgetTx, root string) error {
	_, err := tx.RevokeToken(ctx, Token{ID: root, Kind: Widget})
	return err
}

// WidgetGrant prepares a visitor's session that hangs on a widget's token.
func (s *Service) WidgetGrant(ctx context.Context, root string, account don.ID) (*Grant, error) {
	return s.newGrant(ctx, Actor{Token: Token{ID: root, Subject: account}}, TokenRequest{Kind: Visitor}, CustomerLife, MaxCustomerLife)
}

// Signed returns the caller that a session token of a contact of the org stands
// for, whom the org's own backend has vouched for. Errors are of kind
// unauthenticated; a token of another org is as unknown as one that nobody issued.
func (s *Service) Signed(ctx context.Context, sc org.Scope, field, secret string) (Actor, error) {
	a, err := s.Inspect(ctx, Actor{Scope: sc}, secret)
	if err == nil && (a.Token.Kind != Customer || a.Contact == nil) {
		err = errBadToken
	}
	return a, about(field, err)
}
