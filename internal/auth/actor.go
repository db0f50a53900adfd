// Package auth knows who calls and what they may do: members and their
// passwords, personal tokens, browser sessions, one-time links, and the gate in
// front of every operation.
package auth

import (
	"context"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// Actor is a caller whose identity has been established.
type Actor struct {
	Org    org.Org
	Scope  org.Scope
	Member org.Member // zero for whoever does not act for a member
	Token  Token      // how the caller came in; zero for the operator
	Local  bool       // the operator of the machine, who reached the data folder itself

	Account ServiceAccount   // the application that calls, else zero
	Contact *contact.Contact // the contact who calls, else nil
}

type actorKey struct{}

// Into returns a context that carries the caller.
func Into(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// From returns the caller of a context; ok is false when nobody is known.
func From(ctx context.Context) (a Actor, ok bool) {
	a, ok = ctx.Value(actorKey{}).(Actor)
	return a, ok
}

// Scope returns the scope of the context's caller. Without a caller it is the
// zero scope, in which the store finds nothing.
func Scope(ctx context.Context) org.Scope {
	a, _ := From(ctx)
	return a.Scope
}

// Allow reports whether the caller may run an operation, such as
// rev-users.update, on an object; the zero object asks about the operation as a
// whole. The error is of kind unauthenticated without a caller and of kind
// forbidden when the caller may not.
func Allow(a Actor, operation string, object don.ID) error {
	switch {
	case a.Local:
		return nil
	case a.Scope.OrgID == 0:
		return errUnauthenticated
	case a.isMember():
		return allowMember(a, operation, object)
	default:
		return allowKind(a, operation, object)
	}
}

// Filter says which objects of a type a caller may see in lists, counts,
// exports and streams. The zero Filter shows none.
type Filter struct {
	All bool // every object of the org
}

// Restrict returns what the caller may see of a type.
func Restrict(a Actor, _ don.Type) Filter {
	may := a.Local || a.isMember() && a.Member.State == org.Active && a.Member.Role == org.Admin
	return Filter{All: may && a.Scope.OrgID != 0}
}

var (
	errUnauthenticated = errs.New(errs.Unauthenticated, "unauthenticated", "sign in, or send a personal access token in the Authorization header")
	errBadToken        = errs.New(errs.Unauthenticated, "unauthenticated", "the token is not valid; create a new one under Settings, or with: kith token create")
	errTokenExpired    = errs.New(errs.Unauthenticated, "token_expired", "the token has expired; create a new one")
	errTokenRevoked    = errs.New(errs.Unauthenticated, "token_revoked", "the token was revoked; create a new one")
	errTokenUsed       = errs.New(errs.Unauthenticated, "token_revoked", "the one-time token was used already, so the sessions obtained with it were ended; ask for a new one")
	errSessionOver     = errs.New(errs.Unauthenticated, "unauthenticated", "the session has ended; sign in again")
)
