package search

import (
	"context"
	"time"
)

// Growing is for how long a block that grows is left alone.
const Growing = growing + growing/10

// Sweep makes blocks anew that are older than a time and changed since.
func (x *Indexer) Sweep(ctx context.Context, before time.Time) error { return x.sweep(ctx, before) }
