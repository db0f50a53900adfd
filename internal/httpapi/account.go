package httpapi

import (
	"context"
	"net/http"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/schema"
)

// Account is a customer company.
type Account struct {
	Atom
	Description   string          `json:"description,omitempty"`
	DisplayName   string          `json:"display_name"`
	Domains       []string        `json:"domains,omitempty"`
	ExternalRefs  []string        `json:"external_refs" doc:"The main one first; the account's full id when nobody gave one."`
	OwnedBy       []UserSummary   `json:"owned_by"`
	Parent        *AccountSummary `json:"parent,omitempty" doc:"The account above this one."`
	Primary       *AccountSummary `json:"primary_account,omitempty" doc:"The account that this one was merged into."`
	StockFragment string          `json:"stock_schema_fragment"`
	Subtype       string          `json:"subtype,omitempty"`
	CustomFields  schema.Values   `json:"custom_fields,omitempty" doc:"Values of custom fields by name."`
	Fragments     []string        `json:"custom_schema_fragments,omitempty" doc:"The definitions that the values follow, as schemas.custom.get takes them."`
	Tags          []TagWithValue  `json:"tags,omitempty"`
	Tier          string          `json:"tier,omitempty"`
	Websites      []string        `json:"websites,omitempty"`
}

func (v view) accountBody(a *account.Account) Account {
	id := don.Of(don.Account, a.N)
	out := Account{
		Atom:        v.atom(id, a.CreatedAt, a.CreatedBy, a.ModifiedAt, a.ModifiedBy),
		DisplayName: a.DisplayName, Description: a.Description, Domains: a.Domains, Websites: a.Websites, Tier: a.Tier,
		ExternalRefs: a.Refs, OwnedBy: v.users(a.Owners), Parent: v.account(a.ParentN), Tags: v.tags(a.Tags),
		StockFragment: v.stock(stockAccount), Subtype: a.Subtype, Primary: v.account(a.Survivor),
	}
	out.CustomFields, out.Fragments = v.custom(don.Account, a.Subtype, a.Custom)
	if len(out.ExternalRefs) == 0 {
		out.ExternalRefs = []string{v.format(id)}
	}
	return out
}

type accountOut struct {
	Account Account `json:"account"`
}

type accountCreateOut struct {
	Account       Account `json:"account"`
	DefaultRevOrg RevOrg  `json:"default_rev_org" doc:"The workspace that every account has."`
}

func (c call) account(f directory.AccountFound, err error) (*accountOut, error) {
	if err != nil {
		return nil, err
	}
	return &accountOut{c.view(f.Names).accountBody(f.Item)}, nil
}

// accountFields are what an account can be given on creation and on update.
type accountFields struct {
	recordLinks
	extras
	Description     wire.Opt[string]   `json:"description" doc:"At most 64 KiB."`
	Tier            wire.Opt[string]   `json:"tier" doc:"At most 64 characters."`
	ExternalRefs    wire.Opt[[]string] `json:"external_refs" doc:"The account's ids in your own systems, unique in the org, the main one first. Replaces the list."`
	Domains         wire.Opt[[]string] `json:"domains" doc:"Host names such as example.com, unique in the org. Replaces the list."`
	Parent          wire.Opt[string]   `json:"parent" format:"id" doc:"The account above this one."`
	SchemaFragments []string           `json:"schema_fragment_ids" deprecated:"true" doc:"The org's own fragment; use custom_schema_spec."`
}

func (f accountFields) patch(c call) (directory.AccountPatch, error) {
	owners, tags, err := f.read(c)
	custom, err2 := f.change(c, "schema_fragment_ids", f.SchemaFragments)
	if err := first(err, err2); err != nil {
		return directory.AccountPatch{}, err
	}
	p := directory.AccountPatch{
		Description: given(f.Description), Tier: given(f.Tier), Refs: given(f.ExternalRefs), Domains: given(f.Domains), Owners: owners, Tags: tags,
		Custom: custom,
	}
	if f.Parent.Set {
		p.Parent = new(int64)
	}
	if f.Parent.Value != "" {
		id, err := c.reference("parent", f.Parent.Value, don.Account)
		if err != nil {
			return directory.AccountPatch{}, err
		}
		p.Parent = &id.N
	}
	return p, nil
}

type accountCreateIn struct {
	DisplayName string `json:"display_name" required:"true" doc:"At most 256 characters."`
	accountFields
	Websites  wire.Opt[[]string] `json:"websites" doc:"Their domains are added to domains, unless they are another account's."`
	Artifacts []string           `json:"artifacts" doc:"Files hang on comments and works; must be empty."`
}

type accountUpdateIn struct {
	ID          string           `json:"id" required:"true" format:"id"`
	DisplayName wire.Opt[string] `json:"display_name" doc:"At most 256 characters."`
	accountFields
	Websites  setList `json:"websites" doc:"The domains of new ones are added to domains, unless they are another account's."`
	Artifacts setList `json:"artifacts" doc:"Files hang on comments and works; must be empty."`
}

func registerAccounts(api *API, d DirectoryDeps) {
	const tag = "accounts"
	operate(api, createOp("accounts.create", "Create an account and its default workspace", tag), d.createAccount)
	operate(api, readOp("accounts.get", "Get an account", tag), d.getAccount)
	operate(api, readOp("accounts.list", "List accounts", tag), d.listAccounts)
	operate(api, readOp("accounts.export", "Get many accounts at once", tag), d.exportAccounts)
	operate(api, writeOp("accounts.update", "Update an account", tag), d.updateAccount)
	operate(api, writeOp("accounts.delete", "Move an account and its workspaces to the trash", tag), d.deleteAccount)
	operate(api, writeOp("accounts.restore", "Bring an account and its workspaces back from the trash", tag, http.StatusConflict), d.restoreAccount)
}

func (d DirectoryDeps) createAccount(ctx context.Context, c call, in *accountCreateIn) (*accountCreateOut, error) {
	patch, err := in.patch(c)
	if err := first(err, noFiles("artifacts", in.Artifacts...)); err != nil {
		return nil, err
	}
	patch.DisplayName, patch.Websites = &in.DisplayName, given(in.Websites)
	a, w, err := d.Service.CreateAccount(ctx, c.Scope, patch)
	if err != nil {
		return nil, err
	}
	return &accountCreateOut{c.view(a.Names).accountBody(a.Item), c.view(w.Names).workspace(w.Item)}, nil
}

func (d DirectoryDeps) getAccount(ctx context.Context, c call, in *idIn) (*accountOut, error) {
	id, err := c.object("id", in.ID, don.Account)
	if err != nil {
		return nil, err
	}
	return c.account(d.Service.GetAccount(ctx, c.Scope, id.N))
}

func (d DirectoryDeps) updateAccount(ctx context.Context, c call, in *accountUpdateIn) (*accountOut, error) {
	id, err := c.object("id", in.ID, don.Account)
	patch, err2 := in.patch(c)
	if err := first(err, err2, noFiles("artifacts", in.Artifacts.Set.Value...)); err != nil {
		return nil, err
	}
	patch.DisplayName = given(in.DisplayName)
	patch.Websites = in.Websites.list()
	return c.account(d.Service.UpdateAccount(ctx, c.Scope, id.N, patch))
}

func (d DirectoryDeps) deleteAccount(ctx context.Context, c call, in *idIn) (*struct{}, error) {
	id, err := c.object("id", in.ID, don.Account)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.DeleteAccount(ctx, c.Scope, id.N)
}

func (d DirectoryDeps) restoreAccount(ctx context.Context, c call, in *restoreIn) (*accountOut, error) {
	id, err := c.object("id", in.ID, don.Account)
	if err != nil {
		return nil, err
	}
	return c.account(d.Service.RestoreAccount(ctx, c.Scope, id.N, in.Without))
}

type accountFilter struct {
	madeFilter
	DisplayName  []string `json:"display_name" doc:"With any of these names; upper and lower case are the same."`
	Domains      []string `json:"domains" doc:"With any of these domains."`
	ExternalRefs []string `json:"external_refs" doc:"With any of these references."`
	Parent       []string `json:"parent" doc:"Directly below any of these accounts."`
	Stage        []string `json:"stage" doc:"Accounts have no stages in this release, so any value finds none."`
	Subtype      []string `json:"subtype" doc:"Of any of these subtypes."`
	Tier         []string `json:"tier" doc:"With any of these tiers."`
	Websites     []string `json:"websites" doc:"With any of these websites."`
}

func (f accountFilter) read(c call) (account.Filter, bool, error) {
	s := sieve{c: c}
	out := account.Filter{
		Names: f.DisplayName, Domains: s.values(f.Domains, contact.Domain), Refs: s.values(f.ExternalRefs, contact.Ref),
		Owners: s.numbers("owned_by", f.OwnedBy, don.Member), Tags: s.tags(f.Tags), Tiers: f.Tier, Websites: f.Websites,
		Parents: s.numbers("parent", f.Parent, don.Account), CreatedBy: s.authors(f.CreatedBy),
	}
	out.CreatedAfter, out.CreatedBefore = f.CreatedDate.bounds()
	out.ModifiedAfter, out.ModifiedBefore = f.ModifiedDate.bounds()
	s.nothing(f.Stage)
	return out, s.none || !c.sees(don.Account), s.err
}

type accountsListIn struct {
	page.Request
	accountFilter
	SortBy []string `json:"sort_by" doc:"Fields to sort by, each as field:asc or field:desc: created_date, modified_date, display_name, display_id. created_date:desc when absent." example:"display_name:asc"`
}

type accountsOut struct {
	Accounts []Account `json:"accounts"`
	page.Links
}

func (d DirectoryDeps) listAccounts(ctx context.Context, c call, in *accountsListIn) (*accountsOut, error) {
	l, err := d.listing(c, in.Request, in.SortBy, recordSorts, in.accountFilter)
	if err != nil {
		return nil, err
	}
	p, err := d.accounts(ctx, c, in.accountFilter, l.query)
	if err != nil {
		return nil, err
	}
	return &accountsOut{c.accountList(p), l.links(p.Next, p.Prev)}, nil
}

func (d DirectoryDeps) accounts(ctx context.Context, c call, in accountFilter, q directory.Query) (directory.Page[*account.Account], error) {
	filter, none, err := in.read(c)
	if err != nil || none {
		return directory.Page[*account.Account]{}, err
	}
	if q.Where, err = in.where(in.CustomFields, in.Subtype); err != nil {
		return directory.Page[*account.Account]{}, err
	}
	return d.Service.ListAccounts(ctx, c.Scope, filter, q)
}

func (c call) accountList(p directory.Page[*account.Account]) []Account {
	out, v := make([]Account, len(p.Items)), c.view(p.Names)
	for i, a := range p.Items {
		out[i] = v.accountBody(a)
	}
	return out
}

type accountsExportIn struct {
	First int `json:"first" minimum:"1" maximum:"500" doc:"How many accounts; 50 when absent."`
	accountFilter
	SortBy []string `json:"sort_by" doc:"Fields to sort by, each as field:asc or field:desc: created_date, modified_date, display_name, display_id. created_date:desc when absent."`
}

type accountsExportOut struct {
	Accounts []Account `json:"accounts"`
}

func (d DirectoryDeps) exportAccounts(ctx context.Context, c call, in *accountsExportIn) (*accountsExportOut, error) {
	order, err := recordSorts.read(in.SortBy)
	if err != nil {
		return nil, err
	}
	q := directory.Query{Sorts: order, Limit: in.First}
	if in.First == 0 {
		q.Limit = page.Default
	}
	p, err := d.accounts(ctx, c, in.accountFilter, q)
	if err != nil {
		return nil, err
	}
	return &accountsExportOut{c.accountList(p)}, nil
}
