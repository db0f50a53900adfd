package store

import (
	"context"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
)

// ScanQuery says where a scan goes on. A scan takes every record that existed
// at Until, in the order of creation, and ends there: what is created while it
// runs is not seen.
type ScanQuery struct {
	Until time.Time // when the scan began; it stays the same from page to page
	Edge  []any     // ScanEdgeOf the last row seen, nil at the start
	Limit int
}

// scanOrder is the order of creation.
var scanOrder = []Sort{{Field: SortCreated}}

// ScanEdgeOf returns the edge of a scan behind the record.
func ScanEdgeOf[T Record](item T) []any { return EdgeOf(item, scanOrder) }

func (q ScanQuery) query() Query { return Query{Sorts: scanOrder, Edge: q.Edge, Limit: q.Limit} }

func earlier(a *time.Time, b time.Time) *time.Time {
	if a != nil && a.Before(b) {
		return a
	}
	return &b
}

// ScanContacts returns the next contacts of a scan and whether more follow.
func (tx *Tx) ScanContacts(ctx context.Context, f contact.Filter, q ScanQuery) ([]*contact.Contact, bool, error) {
	f.CreatedBefore = earlier(f.CreatedBefore, q.Until)
	return tx.ListContacts(ctx, f, q.query())
}

// ScanAccounts returns the next accounts of a scan and whether more follow.
func (tx *Tx) ScanAccounts(ctx context.Context, f account.Filter, q ScanQuery) ([]*account.Account, bool, error) {
	f.CreatedBefore = earlier(f.CreatedBefore, q.Until)
	return tx.ListAccounts(ctx, f, q.query())
}
