package auth

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// ServiceAccount is a program that acts for the org: the subject of
// application tokens.
type ServiceAccount struct {
	N           int64
	DisplayName string // unique in the org
	ClientID    string // by which the application knows itself, unique in the org
	CreatedAt   time.Time
	CreatedBy   string // tail of the actor's DON
	ModifiedAt  time.Time
	ModifiedBy  string
}

// ID returns the service account's id.
func (s ServiceAccount) ID() don.ID { return don.Of(don.ServiceAccount, s.N) }

// maxServiceAccounts bounds how many an org can have: they are listed at once.
const maxServiceAccounts = 1000

// CreateServiceAccount adds a service account. Errors: invalid, conflict when
// the name is taken.
func (s *Service) CreateServiceAccount(ctx context.Context, a Actor, name string) (sa ServiceAccount, err error) {
	if name, err = accountName(name); err != nil {
		return sa, err
	}
	err = s.db.Write(ctx, a.Scope, func(tx Tx) error {
		sa, err = addServiceAccount(ctx, tx, ServiceAccount{DisplayName: name})
		return err
	})
	return sa, err
}

func accountName(name string) (string, error) {
	clean, err := contact.DisplayName(name)
	return clean, about("display_name", err)
}

func addServiceAccount(ctx context.Context, tx Tx, sa ServiceAccount) (ServiceAccount, error) {
	all, err := tx.ServiceAccounts(ctx)
	if err != nil {
		return sa, err
	}
	if len(all) >= maxServiceAccounts {
		return sa, errs.New(errs.TooMany, "too_many_requests", "an organisation can have at most %d service accounts", maxServiceAccounts)
	}
	if sa.ClientID == "" {
		sa.ClientID = don.Random(20)
	}
	if sa.N, err = tx.Next(ctx, don.ServiceAccount, 1); err != nil {
		return sa, err
	}
	sa.CreatedAt, sa.CreatedBy = tx.Now(), tx.Scope().Actor.Tail()
	sa.ModifiedAt, sa.ModifiedBy = sa.CreatedAt, sa.CreatedBy
	return sa, tx.InsertServiceAccount(ctx, sa)
}

// ServiceAccount returns one service account, or not_found.
func (s *Service) ServiceAccount(ctx context.Context, a Actor, n int64) (sa ServiceAccount, err error) {
	err = s.db.Read(ctx, a.Scope, func(tx Tx) error {
		sa, err = tx.ServiceAccount(ctx, n)
		return err
	})
	return sa, err
}

// ServiceAccounts returns the org's service accounts in the order of their making.
func (s *Service) ServiceAccounts(ctx context.Context, a Actor) (out []ServiceAccount, err error) {
	err = s.db.Read(ctx, a.Scope, func(tx Tx) error {
		out, err = tx.ServiceAccounts(ctx)
		return err
	})
	return out, err
}

// RenameServiceAccount changes a service account's name. Errors: invalid,
// not_found, conflict when the name is taken.
func (s *Service) RenameServiceAccount(ctx context.Context, a Actor, n int64, name string) (after ServiceAccount, err error) {
	if name, err = accountName(name); err != nil {
		return after, err
	}
	defer s.cache.clear()
	err = s.db.Write(ctx, a.Scope, func(tx Tx) error {
		before, err := tx.ServiceAccount(ctx, n)
		if err != nil {
			return err
		}
		after = before
		after.DisplayName, after.ModifiedAt, after.ModifiedBy = name, tx.Now(), tx.Scope().Actor.Tail()
		if name == before.DisplayName {
			after = before
			return nil
		}
		return tx.UpdateServiceAccount(ctx, before, after)
	})
	return after, err
}

// applicationOf returns the service account that an application token is for:
// the one named, the one with the client id, or a new one.
func applicationOf(ctx context.Context, tx Tx, r TokenRequest) (ServiceAccount, error) {
	if r.Account != 0 {
		return tx.ServiceAccount(ctx, r.Account)
	}
	if r.ClientID != "" {
		sa, err := tx.ServiceAccountByClient(ctx, r.ClientID)
		if !errs.Is(err, errs.NotFound) {
			return sa, err
		}
	}
	name, err := accountName(cmp.Or(strings.TrimSpace(r.Hint), "Application") + " " + don.Random(6)) // names are unique
	if err != nil {
		return ServiceAccount{}, about("token_hint", err)
	}
	return addServiceAccount(ctx, tx, ServiceAccount{DisplayName: name, ClientID: r.ClientID})
}
