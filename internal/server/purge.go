package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/bulkaction"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/realtime"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/timeline"
	"github.com/kith-id/kith/internal/usage"
)

const (
	purgeEvery = 24 * time.Hour
	purgeFirst = 5 * time.Minute // after the start, which has other things to do
	purgeBatch = 500             // rows in a transaction
	// Ended tokens are kept for as long as somebody may ask what became of them.
	tokenGrace = 30 * 24 * time.Hour
	// Those of contacts are many and live for minutes. They are kept for longer
	// than the longest of them lives.
	briefGrace = 2 * auth.MaxCustomerLife
)

// purger removes for good what has been deleted long enough ago.
func purger(db *store.DB, who *auth.Service, files *desk.Files, log *slog.Logger) worker {
	return worker{"purge", func(ctx context.Context) {
		timer := time.NewTimer(purgeFirst)
		defer timer.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
			}
			if err := errors.Join(purge(ctx, db, who, time.Now()), sweepFiles(ctx, files, who, time.Now())); err != nil && ctx.Err() == nil {
				log.Error("the trash could not be emptied; it is tried again tomorrow", "error", err)
			}
			timer.Reset(purgeEvery)
		}
	}}
}

func purge(ctx context.Context, db *store.DB, who *auth.Service, now time.Time) error {
	scopes, err := who.Scopes(ctx)
	if err != nil {
		return err
	}
	for _, s := range scopes {
		if err := inBatches(ctx, db, s, func(tx *store.Tx) (int, error) {
			return tx.PurgeTrash(ctx, now.AddDate(0, 0, -store.TrashDays), purgeBatch)
		}); err != nil {
			return err
		}
		if err := inBatches(ctx, db, s, func(tx *store.Tx) (int, error) {
			return tx.PurgeBulkActions(ctx, now.AddDate(0, 0, -bulkaction.UndoDays), purgeBatch)
		}); err != nil {
			return err
		}
		if err := inBatches(ctx, db, s, func(tx *store.Tx) (int, error) {
			return tx.PurgeNotices(ctx, now.AddDate(0, 0, -timeline.NoticeDays), purgeBatch)
		}); err != nil {
			return err
		}
		if err := inBatches(ctx, db, s, func(tx *store.Tx) (int, error) {
			return tx.PurgeNews(ctx, now.Add(-realtime.Kept), purgeBatch)
		}); err != nil {
			return err
		}
		if err := inBatches(ctx, db, s, func(tx *store.Tx) (int, error) {
			return tx.PurgeTracked(ctx, now.AddDate(0, 0, -usage.KeptDays), purgeBatch)
		}); err != nil {
			return err
		}
		if err := inBatches(ctx, db, s, func(tx *store.Tx) (int, error) {
			return tx.PurgeBrief(ctx, now.Add(-briefGrace), purgeBatch)
		}); err != nil {
			return err
		}
		if err := inBatches(ctx, db, s, func(tx *store.Tx) (int, error) {
			return tx.PurgeTokens(ctx, now.Add(-tokenGrace), purgeBatch)
		}); err != nil {
			return err
		}
	}
	return who.DropKeys(ctx)
}

// sweepFiles removes the files that hang nowhere. What fails in one org leaves the
// others alone.
func sweepFiles(ctx context.Context, files *desk.Files, who *auth.Service, now time.Time) error {
	scopes, err := who.Scopes(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, s := range scopes {
		for n := purgeBatch; n >= purgeBatch; {
			if n, err = files.Sweep(ctx, s, now, purgeBatch); err != nil {
				failed = errors.Join(failed, err)
			}
		}
	}
	return failed
}

// inBatches repeats a removal until it removes less than a batch.
func inBatches(ctx context.Context, db *store.DB, s org.Scope, remove func(*store.Tx) (int, error)) error {
	for {
		var n int
		err := db.Write(ctx, s, func(tx *store.Tx) (err error) {
			n, err = remove(tx)
			return err
		})
		if err != nil || n < purgeBatch {
			return err
		}
	}
}
