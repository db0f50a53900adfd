package httpapi

import "context"

type drainKey struct{}

// WithDrain returns a context whose Draining is the channel.
func WithDrain(ctx context.Context, draining <-chan struct{}) context.Context {
	return context.WithValue(ctx, drainKey{}, draining)
}

// Draining returns a channel that is closed when the server wants to stop:
// streams without an end of their own should end then. It is nil, and so never
// closed, outside a server.
func Draining(ctx context.Context) <-chan struct{} {
	ch, _ := ctx.Value(drainKey{}).(<-chan struct{})
	return ch
}
