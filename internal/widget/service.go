package widget

import (
	"context"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// Route is the kind of route by which an app id leads to its org.
const Route = "widget"

// Tx is what widgets need of a transaction.
type Tx interface {
	directory.Tx
	auth.WidgetTx
	Widgets(ctx context.Context, limit int) ([]*Widget, error)
	Widget(ctx context.Context, n int64, lock bool) (*Widget, error)
	WidgetByApp(ctx context.Context, appID string) (*Widget, error)
	InsertWidget(ctx context.Context, w *Widget) error
	UpdateWidget(ctx context.Context, before, after *Widget) error
	DeleteWidget(ctx context.Context, w *Widget) error
}

// DB runs transactions and finds the org of an app id. Bodies of Write may run again.
type DB interface {
	Write(ctx context.Context, s org.Scope, fn func(Tx) error) error
	Read(ctx context.Context, s org.Scope, fn func(Tx) error) error
	Routes(ctx context.Context, kind, key string) ([]int64, error)
}

// Service looks after widgets and lets their visitors in. It is safe for
// concurrent use.
type Service struct {
	DB      DB
	Auth    *auth.Service
	Records *directory.Service
}

// MaxWidgets bounds how many an org can have: they are listed at once.
const MaxWidgets = 100

// appPrefix begins every app id, as clients of DevRev's widget expect.
const (
	appPrefix = "DvRv"
	appRandom = 28 // characters behind it
)

// Found is a widget with those who made and changed it.
type Found = directory.Found[*Widget]

func want(w *directory.Wanted, x *Widget) { w.Tails(x.CreatedBy, x.ModifiedBy) }

// Create adds a widget with its service account. Errors: invalid, too_many.
func (s *Service) Create(ctx context.Context, sc org.Scope, p Patch) (made Found, err error) {
	w := Widget{Settings: defaults(), AppID: appPrefix + don.Random(appRandom), Version: 1}
	if err := p.apply(&w); err != nil {
		return made, err
	}
	err = s.DB.Write(ctx, sc, func(tx Tx) error {
		all, err := tx.Widgets(ctx, MaxWidgets)
		if err != nil {
			return err
		}
		if len(all) >= MaxWidgets {
			return errs.New(errs.TooMany, "too_many_requests", "an organisation can have at most %d widgets; delete one first", MaxWidgets)
		}
		w := w
		if w.N, err = tx.Next(ctx, don.Widget, 1); err != nil {
			return err
		}
		account, err := auth.AddWidgetAccount(ctx, tx, w.ID(), w.AppID)
		if err != nil {
			return err
		}
		w.AccountN = account.N
		if w.Enabled {
			if w.Root, err = auth.OpenWidget(ctx, tx, account.ID()); err != nil {
				return err
			}
		}
		w.CreatedAt, w.CreatedBy = tx.Now(), sc.Actor.Tail()
		w.ModifiedAt, w.ModifiedBy = w.CreatedAt, w.CreatedBy
		if err := tx.InsertWidget(ctx, &w); err != nil {
			return err
		}
		made, err = directory.FoundWith(ctx, tx, want, &w)
		return err
	})
	return made, err
}

// Get returns one widget or not_found.
func (s *Service) Get(ctx context.Context, sc org.Scope, n int64) (got Found, err error) {
	err = s.DB.Read(ctx, sc, func(tx Tx) error {
		w, err := tx.Widget(ctx, n, false)
		if err != nil {
			return err
		}
		got, err = directory.FoundWith(ctx, tx, want, w)
		return err
	})
	return got, err
}

// List returns the org's widgets in the order of their making.
func (s *Service) List(ctx context.Context, sc org.Scope) (got []Found, err error) {
	err = s.DB.Read(ctx, sc, func(tx Tx) error {
		all, err := tx.Widgets(ctx, MaxWidgets)
		got = nil
		for _, w := range all {
			f, err := directory.FoundWith(ctx, tx, want, w)
			if err != nil {
				return err
			}
			got = append(got, f)
		}
		return err
	})
	return got, err
}

// Update changes a widget. One that is turned off ends the sessions of its
// visitors at once. Errors: invalid, not_found.
func (s *Service) Update(ctx context.Context, sc org.Scope, n int64, p Patch) (got Found, err error) {
	err = s.DB.Write(ctx, sc, func(tx Tx) error {
		before, err := tx.Widget(ctx, n, true)
		if err != nil {
			return err
		}
		after := *before
		if err := p.apply(&after); err != nil {
			return err
		}
		if err := after.settle(ctx, tx); err != nil {
			return err
		}
		if err := tx.UpdateWidget(ctx, before, &after); err != nil {
			return err
		}
		got, err = directory.FoundWith(ctx, tx, want, &after)
		return err
	})
	return got, err
}

// settle gives a widget that was turned on a token for its visitors' sessions to
// hang on, and takes it from one that was turned off.
func (w *Widget) settle(ctx context.Context, tx Tx) (err error) {
	switch {
	case w.Enabled && w.Root == "":
		w.Root, err = auth.OpenWidget(ctx, tx, w.account())
	case !w.Enabled && w.Root != "":
		err = auth.ShutWidget(ctx, tx, w.Root)
		w.Root = ""
	}
	return err
}

func (w *Widget) account() don.ID { return don.Of(don.ServiceAccount, w.AccountN) }

// Delete removes a widget for good and ends the sessions of its visitors at once.
// What they wrote stays. Errors: not_found.
func (s *Service) Delete(ctx context.Context, sc org.Scope, n int64) error {
	return s.DB.Write(ctx, sc, func(tx Tx) error {
		w, err := tx.Widget(ctx, n, true)
		if err != nil {
			return err
		}
		if w.Root != "" {
			if err := auth.ShutWidget(ctx, tx, w.Root); err != nil {
				return err
			}
		}
		return tx.DeleteWidget(ctx, w)
	})
}
