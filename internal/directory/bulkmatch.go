package directory

import (
	"context"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
)

// CheckWhere refuses a filter that means nothing for records of a type. Errors:
// invalid.
func CheckWhere(ctx context.Context, tx Tx, t don.Type, w Where) error {
	_, err := ask(ctx, tx, t, Query{Where: w})
	return err
}

// EachMatch calls take with the numbers of all records of a type that meet a
// filter, in rising order. It reads so many records at a time as the size says, and
// looks at each of those that indexes find once.
func EachMatch(ctx context.Context, tx Tx, t don.Type, w Where, size int, take func(ns []int64) error) error {
	a, err := ask(ctx, tx, t, Query{Where: w})
	if err != nil {
		return err
	}
	reader := &rowReader{ctx: ctx, tx: tx}
	for edge, more := []any(nil), true; more; {
		page, err := rowsByNumber(ctx, tx, t, a.served, edge, size)
		if err != nil {
			return err
		}
		if !a.rest.IsAll() {
			reader.next(page.Items)
		}
		ns := make([]int64, 0, len(page.Items))
		for _, r := range page.Items {
			if a.rest.IsAll() || a.rest.Match(reader.record(r)) {
				ns = append(ns, numberOf(r))
			}
		}
		if reader.err != nil {
			return reader.err
		}
		if err := take(ns); err != nil {
			return err
		}
		edge, more = page.Last, page.More
	}
	return nil
}

func numberOf(r any) int64 {
	switch r := r.(type) {
	case *account.Account:
		return r.N
	case *account.Workspace:
		return r.N
	}
	return r.(*contact.Contact).N
}
