package httpapi

import (
	"net/http"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/exporter"
)

// ExportDeps is what the operations that write files need.
type ExportDeps struct {
	Service *directory.Service
}

const exportText = "All that match as of now, in the order in which they were created, with the columns of an import and some more. " +
	"Imported with update, every row is unchanged. Cells that a spreadsheet would run as a formula have a quote in front, which an import takes off."

// RegisterExports adds the operations rev-users.export-csv and accounts.export-csv.
func RegisterExports(api *API, d ExportDeps) {
	rawIn(api, Op{
		Path: "rev-users.export-csv", Summary: "Get contacts as a CSV file", Description: exportText, Tags: []string{"rev-users"},
		Read: true, Input: revUsersExportIn{}, Produces: "text/csv", Timeout: -1,
	}, d.contacts)
	rawIn(api, Op{
		Path: "accounts.export-csv", Summary: "Get accounts as a CSV file", Description: exportText, Tags: []string{"accounts"},
		Read: true, Input: accountsExportCSVIn{}, Produces: "text/csv", Timeout: -1,
	}, d.accounts)
}

type revUsersExportIn struct {
	contactFilter
}

type accountsExportCSVIn struct {
	accountFilter
}

func (d ExportDeps) contacts(w http.ResponseWriter, r *http.Request, c call, in *revUsersExportIn) error {
	f, none, err := in.read(c)
	if err != nil {
		return err
	}
	where, err := in.where(in.CustomFields, nil)
	if err != nil {
		return err
	}
	csvHeader(w.Header(), "contacts.csv")
	if none {
		return exporter.Empty(r.Context(), d.Service, don.Contact, c.Scope, w)
	}
	return exporter.Contacts(r.Context(), d.Service, c.Scope, f, where, w)
}

func (d ExportDeps) accounts(w http.ResponseWriter, r *http.Request, c call, in *accountsExportCSVIn) error {
	f, none, err := in.read(c)
	if err != nil {
		return err
	}
	where, err := in.where(in.CustomFields, in.Subtype)
	if err != nil {
		return err
	}
	csvHeader(w.Header(), "accounts.csv")
	if none {
		return exporter.Empty(r.Context(), d.Service, don.Account, c.Scope, w)
	}
	return exporter.Accounts(r.Context(), d.Service, c.Scope, f, where, w)
}
