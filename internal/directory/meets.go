package directory

import (
	"context"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
)

// ContactFilter checks a filter over contacts and returns its normal text. Errors:
// invalid, naming the field.
func ContactFilter(ctx context.Context, tx Tx, field, text string) (string, error) {
	tree, err := filter.Parse(text)
	if err != nil {
		return "", InField(field, err)
	}
	if err := CheckWhere(ctx, tx, don.Contact, Where{Tree: tree}); err != nil {
		return "", InField(field, err)
	}
	return filter.Format(tree), nil
}

// Meets reports whether a contact, or what it was merged into, meets a filter over
// contacts in its text form; one that is not there meets none. Errors: invalid for a
// filter that means nothing any more.
func Meets(ctx context.Context, tx Tx, n int64, text string) (bool, error) {
	tree, err := filter.Parse(text)
	if err != nil {
		return false, err
	}
	g := &catalogue{ctx: ctx, tx: tx}
	now := tx.Now().In(tx.Scope().Settings.Zone())
	bound, err := filter.Bind(tree, g.of(don.Contact), now)
	if err == nil {
		err = g.err
	}
	if err != nil {
		return false, err
	}
	is, err := NowOf(ctx, tx, []don.ID{don.Of(don.Contact, n)})
	if err != nil {
		return false, err
	}
	live, err := tx.Contacts(ctx, []int64{is[0].N}, false)
	c := live[is[0].N]
	if err != nil || c == nil {
		return false, err
	}
	w := &rowReader{ctx: ctx, tx: tx}
	w.next([]any{c})
	met := bound.Match(contactRecord{w, c})
	return met && w.err == nil, w.err
}
