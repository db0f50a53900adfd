package server

import (
	"context"
	"log/slog"
)

// resumer is work that outlives processes, such as imports.
type resumer interface {
	Recover(ctx context.Context) error
	Work(ctx context.Context)
}

// resuming runs such work. A process that has it for itself first frees what the
// process before it left; others wait for the leases to end.
func resuming(name string, r resumer, alone bool, log *slog.Logger) worker {
	return worker{name, func(ctx context.Context) {
		if alone {
			if err := r.Recover(ctx); err != nil && ctx.Err() == nil {
				log.Error("what the process before left could not be freed; it goes on when its lease ends", "worker", name, "error", err)
			}
		}
		r.Work(ctx)
	}}
}
