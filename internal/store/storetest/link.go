package storetest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/link"
	"github.com/kith-id/kith/internal/store"
)

// testLinks keeps links, told of on both records, until one is gone for good.
func testLinks(t *testing.T, open Open) {
	db, _ := open(t)
	s, other := Scope(t, db, "acme"), Scope(t, db, "beta")
	conv, tkt, opp := don.Of(don.Conversation, 7), don.Of(don.Ticket, 7), don.Of(don.Opportunity, 7)
	var made []*link.Link
	for i, ends := range [][2]don.ID{{conv, tkt}, {tkt, opp}, {opp, conv}} {
		l := &link.Link{
			N: int64(i + 1), Type: link.RelatedTo, Source: link.End{ID: ends[0]}, Target: link.End{ID: ends[1]},
			CreatedAt: listStart, CreatedBy: "devu/1", ModifiedAt: listStart, ModifiedBy: "devu/1",
		}
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertLink(ctx, l) })
		made = append(made, l)
	}
	of := func(tx *store.Tx, id don.ID, limit int, want ...*link.Link) {
		t.Helper()
		got, err := tx.LinksOf(t.Context(), id, limit)
		if d := cmp.Diff(append([]*link.Link{}, want...), got); err != nil || d != "" {
			t.Errorf("of %s: %v %s", id.Display(), err, d)
		}
	}
	read(t, db, s, func(tx *store.Tx) {
		of(tx, conv, 9, made[0], made[2])
		of(tx, tkt, 9, made[0], made[1])
		of(tx, tkt, 1, made[0])
		of(tx, don.Of(don.Ticket, 8), 9)
		events, err := tx.Events(t.Context(), tkt, 0, false, 9)
		if err != nil || len(events) != 2 || events[0].Op != "linked" || events[0].Link == nil || events[0].Link.Source.ID != conv || events[0].Link.N != 1 {
			t.Errorf("told: %+v, %v", events, err)
		}
	})
	read(t, db, other, func(tx *store.Tx) {
		of(tx, conv, 9)
		if _, err := tx.Link(t.Context(), 1, false); !errs.Is(err, errs.NotFound) {
			t.Errorf("another organisation's: %v", err)
		}
	})
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.DeleteLink(ctx, made[2]); err != nil {
			return err
		}
		return tx.DropTrash(ctx, []don.ID{opp})
	})
	read(t, db, s, func(tx *store.Tx) {
		of(tx, conv, 9, made[0])
		of(tx, tkt, 9, made[0])
	})
}
