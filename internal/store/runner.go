package store

import (
	"context"

	"github.com/kith-id/kith/internal/org"
)

// Runner gives a package the store behind that package's own transaction
// interface T, which Tx must satisfy.
type Runner[T any] struct{ *DB }

// Write is DB.Write.
func (r Runner[T]) Write(ctx context.Context, s org.Scope, fn func(T) error) error {
	return r.DB.Write(ctx, s, func(tx *Tx) error { return fn(any(tx).(T)) })
}

// Read is DB.Read.
func (r Runner[T]) Read(ctx context.Context, s org.Scope, fn func(T) error) error {
	return r.DB.Read(ctx, s, func(tx *Tx) error { return fn(any(tx).(T)) })
}

// Bulk is DB.Bulk.
func (r Runner[T]) Bulk(ctx context.Context, s org.Scope, fn func(T) error) error {
	return r.DB.Bulk(ctx, s, func(tx *Tx) error { return fn(any(tx).(T)) })
}
