package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/widget"
)

// someWidget is a widget that has everything.
func someWidget(n int64) *widget.Widget {
	return &widget.Widget{
		N: n, AppID: fmt.Sprintf("DvRv%028d", n), Name: "Shop", AccountN: 7, Root: "root", Version: 1, CreatedBy: "devu/1", ModifiedBy: "devu/1",
		Settings: widget.Settings{
			Enabled: true, Origins: []string{"https://shop.example"}, AllowAnonymous: true, AllowClaimed: true,
			Appearance: widget.Appearance{
				AccentColor: "#112233", Theme: "dark", Alignment: "left", Bottom: "1px", Side: "2px", TeamName: "Team", Greeting: "Hi", Welcome: "Welcome", Launcher: true,
			},
		},
	}
}

func testWidget(t *testing.T, open Open) {
	db, other := open(t)
	acme, bolt := Scope(t, db, "acme"), Scope(t, db, "bolt")
	first, second := someWidget(1), someWidget(2)
	Write(t, db, acme, func(ctx context.Context, tx *store.Tx) error {
		for _, w := range []*widget.Widget{first, second} {
			w.CreatedAt, w.ModifiedAt = tx.Now(), tx.Now()
			if err := tx.InsertWidget(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
	check := func(name string, s org.Scope, want *widget.Widget, get func(ctx context.Context, tx *store.Tx) (*widget.Widget, error)) {
		t.Helper()
		read(t, other, s, func(tx *store.Tx) {
			got, err := get(t.Context(), tx)
			if d := cmp.Diff(want, got); d != "" || want == nil && !errs.Is(err, errs.NotFound) || want != nil && err != nil {
				t.Errorf("%s: %v %s", name, err, d)
			}
		})
	}
	byN := func(n int64) func(context.Context, *store.Tx) (*widget.Widget, error) {
		return func(ctx context.Context, tx *store.Tx) (*widget.Widget, error) { return tx.Widget(ctx, n, false) }
	}
	byApp := func(app string) func(context.Context, *store.Tx) (*widget.Widget, error) {
		return func(ctx context.Context, tx *store.Tx) (*widget.Widget, error) { return tx.WidgetByApp(ctx, app) }
	}
	check("by number", acme, first, byN(1))
	check("by app id", acme, second, byApp(second.AppID))
	check("no such number", acme, nil, byN(3))
	check("of another org", bolt, nil, byN(1))
	check("of another org by app id", bolt, nil, byApp(first.AppID))
	if got, err := db.Routes(t.Context(), widget.Route, first.AppID); err != nil || !cmp.Equal(got, []int64{acme.OrgID}) {
		t.Errorf("the app id leads to %v %v", got, err)
	}

	after := *first
	after.Name, after.Root, after.Settings = "Other", "", widget.Settings{Origins: []string{}}
	Write(t, db, bolt, func(ctx context.Context, tx *store.Tx) error {
		stolen := after
		return tx.UpdateWidget(ctx, first, &stolen) // in another org there is none to change
	})
	check("changed by another org", acme, first, byN(1))
	Write(t, db, acme, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Widget(ctx, 1, true); err != nil {
			return err
		}
		return tx.UpdateWidget(ctx, first, &after)
	})
	if after.Version != 2 || after.ModifiedBy != "devu/1" {
		t.Errorf("changed to %+v", after)
	}
	check("changed", acme, &after, byN(1))
	read(t, other, acme, func(tx *store.Tx) {
		got, err := tx.Widgets(t.Context(), 10)
		if d := cmp.Diff([]*widget.Widget{&after, second}, got); d != "" || err != nil {
			t.Errorf("list: %v %s", err, d)
		}
		if n, err := tx.CountHistory(t.Context(), don.Of(don.Widget, 1), 10); err != nil || n != 2 {
			t.Errorf("%d entries of history, want 2: %v", n, err)
		}
	})
	Write(t, db, acme, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteWidget(ctx, &after) })
	check("deleted", acme, nil, byN(1))
	if got, err := db.Routes(t.Context(), widget.Route, first.AppID); err != nil || len(got) != 0 {
		t.Errorf("the app id of a deleted widget leads to %v %v", got, err)
	}
}
