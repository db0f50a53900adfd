package server

import (
	"context"

	"github.com/kith-id/kith/internal/bulkaction"
)

// bulkActing runs bulk actions. A process that has the database for itself first
// frees those that the process before it left; others wait for their lease to end.
func bulkActing(actions *bulkaction.Service, alone bool) worker {
	return worker{"bulk actions", func(ctx context.Context) {
		if alone {
			if err := actions.Recover(ctx); err != nil && ctx.Err() == nil {
				actions.Log.Error("bulk actions of the process before could not be freed; they go on when their lease ends", "error", err)
			}
		}
		actions.Work(ctx)
	}}
}
