package httpapi

import (
	"context"
	"net/http"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/org"
)

type serviceAccount struct {
	Type        string    `json:"type" doc:"Always service_account."`
	ID          string    `json:"id"`
	DisplayID   string    `json:"display_id"`
	DisplayName string    `json:"display_name"`
	ClientID    string    `json:"client_id" doc:"By which the application knows itself; in the tokens of the application."`
	State       string    `json:"state" doc:"Always active."`
	CreatedAt   wire.Time `json:"created_date"`
	ModifiedAt  wire.Time `json:"modified_date"`
}

func serviceAccountOf(space don.Space, s auth.ServiceAccount) serviceAccount {
	return serviceAccount{
		Type: don.ServiceAccount.Wire(), ID: space.Format(s.ID()), DisplayID: s.ID().Display(), DisplayName: s.DisplayName, ClientID: s.ClientID,
		State: string(org.Active), CreatedAt: wire.At(s.CreatedAt), ModifiedAt: wire.At(s.ModifiedAt),
	}
}

type serviceAccountOut struct {
	Account serviceAccount `json:"service_account"`
}

type serviceAccountsOut struct {
	Accounts []serviceAccount `json:"service_accounts"`
}

type serviceAccountCreateIn struct {
	DisplayName string `json:"display_name" required:"true" doc:"At most 256 characters, unique in the org."`
	GenKeyring  bool   `json:"gen_keyring" doc:"Keyrings are not supported; must be false."`
}

type serviceAccountUpdateIn struct {
	ID          string `json:"id" required:"true" format:"id"`
	DisplayName string `json:"display_name" doc:"At most 256 characters, unique in the org."`
}

func registerServiceAccounts(api *API, d AuthDeps) {
	const tag = "service-accounts"
	create := createOp("service-accounts.create", "Create a service account", tag)
	create.Errors = []int{http.StatusConflict, http.StatusTooManyRequests}
	operate(api, create, d.createServiceAccount)
	get := readOp("service-accounts.get", "Get a service account", tag)
	get.Errors = []int{http.StatusNotFound}
	operate(api, get, d.getServiceAccount)
	operate(api, readOp("service-accounts.list", "List service accounts", tag), d.listServiceAccounts)
	operate(api, writeOp("service-accounts.update", "Rename a service account", tag, http.StatusNotFound, http.StatusConflict), d.updateServiceAccount)
}

func (c call) serviceAccount(s auth.ServiceAccount, err error) (*serviceAccountOut, error) {
	if err != nil {
		return nil, err
	}
	return &serviceAccountOut{serviceAccountOf(c.Scope.Space, s)}, nil
}

func (d AuthDeps) createServiceAccount(ctx context.Context, c call, in *serviceAccountCreateIn) (*serviceAccountOut, error) {
	if in.GenKeyring {
		return nil, errs.NotPermitted("gen_keyring", "keyrings are not supported; create an application token with auth-tokens.create instead")
	}
	return c.serviceAccount(d.Service.CreateServiceAccount(ctx, c.Actor, in.DisplayName))
}

func (d AuthDeps) getServiceAccount(ctx context.Context, c call, in *idIn) (*serviceAccountOut, error) {
	id, err := c.object("id", in.ID, don.ServiceAccount)
	if err != nil {
		return nil, err
	}
	return c.serviceAccount(d.Service.ServiceAccount(ctx, c.Actor, id.N))
}

func (d AuthDeps) listServiceAccounts(ctx context.Context, c call, _ *struct{}) (*serviceAccountsOut, error) {
	all, err := d.Service.ServiceAccounts(ctx, c.Actor)
	out := &serviceAccountsOut{Accounts: []serviceAccount{}}
	for _, s := range all {
		out.Accounts = append(out.Accounts, serviceAccountOf(c.Scope.Space, s))
	}
	return out, err
}

func (d AuthDeps) updateServiceAccount(ctx context.Context, c call, in *serviceAccountUpdateIn) (*serviceAccountOut, error) {
	id, err := c.object("id", in.ID, don.ServiceAccount)
	if err != nil {
		return nil, err
	}
	if in.DisplayName == "" {
		return c.serviceAccount(d.Service.ServiceAccount(ctx, c.Actor, id.N))
	}
	return c.serviceAccount(d.Service.RenameServiceAccount(ctx, c.Actor, id.N, in.DisplayName))
}
