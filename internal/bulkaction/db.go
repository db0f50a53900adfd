package bulkaction

import (
	"context"
	"time"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/org"
)

// DB runs transactions. Bulk lets small writes go first, and is durable once a
// later Write is.
type DB interface {
	Write(ctx context.Context, s org.Scope, fn func(Tx) error) error
	Bulk(ctx context.Context, s org.Scope, fn func(Tx) error) error
	Read(ctx context.Context, s org.Scope, fn func(Tx) error) error
	DueBulkActions(ctx context.Context) ([]Due, error)
	Org(ctx context.Context, id int64) (org.Org, error)
}

// Due is an action that has work to do.
type Due struct{ OrgID, N int64 }

// Tx is what bulk actions need of a transaction.
type Tx interface {
	directory.Tx

	// BulkAction returns one action or not_found. With lock it stays as it is until
	// the transaction ends.
	BulkAction(ctx context.Context, n int64, lock bool) (*Action, error)
	// BulkActions returns up to limit actions below before, the newest first.
	BulkActions(ctx context.Context, before int64, limit int) ([]*Action, error)
	InsertBulkAction(ctx context.Context, a *Action) error
	// SaveBulkAction stores what changes about an action.
	SaveBulkAction(ctx context.Context, a *Action) error
	// SetBulkDue notes whether an action has work to do; CountBulkDue counts those
	// of the org that have.
	SetBulkDue(ctx context.Context, n int64, due bool) error
	CountBulkDue(ctx context.Context) (int, error)

	AddBulkParts(ctx context.Context, n int64, parts []Part) error
	DropBulkParts(ctx context.Context, n int64) error
	// NextBulkPart returns the first part above a place, nil behind the last;
	// DoneBulkPart the last one below a place in which something was changed.
	NextBulkPart(ctx context.Context, n, above int64) (*Part, error)
	DoneBulkPart(ctx context.Context, n, below int64) (*Part, error)
	SaveBulkPart(ctx context.Context, n int64, p *Part) error

	AddBulkNotes(ctx context.Context, n int64, notes []Note) error
	BulkNotes(ctx context.Context, n, after int64, limit int) ([]Note, error)
}

// leaseTime is how long a process may be silent before another takes its action.
const leaseTime = 20 * time.Second
