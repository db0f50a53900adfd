package httpapi

import (
	"context"
	"maps"
	"net/http"
	"strings"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/schema"
)

// RevOrg is a workspace of an account.
type RevOrg struct {
	Atom
	Account       *AccountSummary `json:"account,omitempty"`
	Description   string          `json:"description,omitempty"`
	DisplayName   string          `json:"display_name"`
	Domain        string          `json:"domain,omitempty"`
	Environment   string          `json:"environment" enum:"production,staging,test"`
	ExternalRef   string          `json:"external_ref" doc:"When nobody gave one: the account's full id for its default workspace, else the display id."`
	RefIssuer     string          `json:"external_ref_issuer,omitempty" doc:"Marks the default workspace of an account."`
	OwnedBy       []UserSummary   `json:"owned_by"`
	PrimaryRevOrg *RecordSummary  `json:"primary_rev_org,omitempty" doc:"The workspace that this one was merged into."`
	StockFragment string          `json:"stock_schema_fragment"`
	Subtype       string          `json:"subtype,omitempty"`
	CustomFields  schema.Values   `json:"custom_fields,omitempty" doc:"Values of custom fields by name."`
	Fragments     []string        `json:"custom_schema_fragments,omitempty" doc:"The definitions that the values follow, as schemas.custom.get takes them."`
	Tags          []TagWithValue  `json:"tags,omitempty"`
	Tier          string          `json:"tier,omitempty"`
}

// defaultIssuer is how clients tell an account's default workspace.
const defaultIssuer = "devrev:platform:revorg:account"

func (v view) workspace(w *account.Workspace) RevOrg {
	id := don.Of(don.Workspace, w.N)
	out := RevOrg{
		Atom:    v.atom(id, w.CreatedAt, w.CreatedBy, w.ModifiedAt, w.ModifiedBy),
		Account: v.account(w.AccountN), DisplayName: w.DisplayName, Description: w.Description, Domain: w.Domain, Environment: w.Environment,
		Tier: w.Tier, ExternalRef: w.Ref, OwnedBy: v.users(w.Owners), Tags: v.tags(w.Tags), StockFragment: v.stock(stockWorkspace),
		Subtype: w.Subtype,
	}
	out.CustomFields, out.Fragments = v.custom(don.Workspace, w.Subtype, w.Custom)
	if w.Survivor != 0 {
		primary := v.record(don.Of(don.Workspace, w.Survivor))
		out.PrimaryRevOrg = &primary
	}
	if w.Default {
		out.RefIssuer = defaultIssuer
	}
	switch {
	case out.ExternalRef != "":
	case w.Default:
		out.ExternalRef = v.format(don.Of(don.Account, w.AccountN))
	default:
		out.ExternalRef = id.Display()
	}
	return out
}

type revOrgOut struct {
	RevOrg RevOrg `json:"rev_org"`
}

func (c call) revOrg(f directory.WorkspaceFound, err error) (*revOrgOut, error) {
	if err != nil {
		return nil, err
	}
	return &revOrgOut{c.view(f.Names).workspace(f.Item)}, nil
}

// workspaceFields are what a workspace can be given on creation and on update.
type workspaceFields struct {
	recordLinks
	extras
	Description     wire.Opt[string] `json:"description" doc:"At most 64 KiB."`
	Domain          wire.Opt[string] `json:"domain" deprecated:"true" doc:"A host name."`
	Environment     wire.Opt[string] `json:"environment" enum:"production,staging,test" doc:"production when absent."`
	ExternalRef     wire.Opt[string] `json:"external_ref" doc:"The workspace's id in your own system, unique in the org."`
	Tier            wire.Opt[string] `json:"tier" doc:"At most 64 characters."`
	SchemaFragments []string         `json:"custom_schema_fragments" doc:"The org's own fragment; use custom_schema_spec."`
}

func (f workspaceFields) patch(c call) (directory.WorkspacePatch, error) {
	owners, tags, err := f.read(c)
	custom, err2 := f.change(c, "custom_schema_fragments", f.SchemaFragments)
	if err := first(err, err2); err != nil {
		return directory.WorkspacePatch{}, err
	}
	return directory.WorkspacePatch{
		Description: given(f.Description), Domain: given(f.Domain), Environment: given(f.Environment), Ref: given(f.ExternalRef),
		Tier: given(f.Tier), Owners: owners, Tags: tags, Custom: custom,
	}, nil
}

type revOrgCreateIn struct {
	Account     string `json:"account" required:"true" format:"id" doc:"The account that the workspace belongs to."`
	DisplayName string `json:"display_name" required:"true" doc:"At most 256 characters."`
	workspaceFields
	Artifacts []string `json:"artifacts" doc:"Files hang on comments and works; must be empty."`
}

type revOrgUpdateIn struct {
	ID          string           `json:"id" required:"true" format:"id"`
	Account     string           `json:"account" format:"id" deprecated:"true" doc:"The account that the workspace belongs to; it cannot change."`
	DisplayName wire.Opt[string] `json:"display_name" doc:"At most 256 characters."`
	workspaceFields
	Artifacts setList `json:"artifacts" doc:"Files hang on comments and works; must be empty."`
}

type revOrgGetIn struct {
	ID      string `json:"id" format:"id" doc:"The workspace."`
	Account string `json:"account" format:"id" doc:"The account whose default workspace is wanted, in place of id."`
}

func registerWorkspaces(api *API, d DirectoryDeps) {
	const tag = "rev-orgs"
	operate(api, createOp("rev-orgs.create", "Create a workspace", tag), d.createWorkspace)
	operate(api, readOp("rev-orgs.get", "Get a workspace, or the default one of an account", tag), d.getWorkspace)
	operate(api, readOp("rev-orgs.list", "List workspaces", tag), d.listWorkspaces)
	operate(api, writeOp("rev-orgs.update", "Update a workspace", tag), d.updateWorkspace)
	operate(api, writeOp("rev-orgs.delete", "Move a workspace to the trash", tag), d.deleteWorkspace)
	operate(api, writeOp("rev-orgs.restore", "Bring a workspace back from the trash", tag, http.StatusConflict), d.restoreWorkspace)
}

func (d DirectoryDeps) createWorkspace(ctx context.Context, c call, in *revOrgCreateIn) (*revOrgOut, error) {
	id, err := c.reference("account", in.Account, don.Account)
	patch, err2 := in.patch(c)
	if err := first(err, err2, noFiles("artifacts", in.Artifacts...)); err != nil {
		return nil, err
	}
	patch.DisplayName = &in.DisplayName
	return c.revOrg(d.Service.CreateWorkspace(ctx, c.Scope, id.N, patch))
}

func (d DirectoryDeps) getWorkspace(ctx context.Context, c call, in *revOrgGetIn) (*revOrgOut, error) {
	if in.ID != "" && in.Account != "" {
		return nil, errs.NotPermitted("account", "cannot be combined with id; give one of them")
	}
	field, text, of := "id", in.ID, don.Workspace
	if in.Account != "" {
		field, text, of = "account", in.Account, don.Account
	}
	if text == "" {
		return nil, errs.Missing("id")
	}
	id, err := c.object(field, text, of)
	if err != nil {
		return nil, err
	}
	return c.revOrg(d.Service.GetWorkspace(ctx, c.Scope, id))
}

func (d DirectoryDeps) updateWorkspace(ctx context.Context, c call, in *revOrgUpdateIn) (*revOrgOut, error) {
	id, err := c.object("id", in.ID, don.Workspace)
	patch, err2 := in.patch(c)
	if err := first(err, err2, noFiles("artifacts", in.Artifacts.Set.Value...)); err != nil {
		return nil, err
	}
	if in.Account != "" {
		above, err := c.reference("account", in.Account, don.Account)
		if err != nil {
			return nil, err
		}
		patch.AccountN = above.N
	}
	patch.DisplayName = given(in.DisplayName)
	return c.revOrg(d.Service.UpdateWorkspace(ctx, c.Scope, id.N, patch))
}

func (d DirectoryDeps) deleteWorkspace(ctx context.Context, c call, in *idIn) (*struct{}, error) {
	id, err := c.object("id", in.ID, don.Workspace)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.DeleteWorkspace(ctx, c.Scope, id.N)
}

func (d DirectoryDeps) restoreWorkspace(ctx context.Context, c call, in *restoreIn) (*revOrgOut, error) {
	id, err := c.object("id", in.ID, don.Workspace)
	if err != nil {
		return nil, err
	}
	return c.revOrg(d.Service.RestoreWorkspace(ctx, c.Scope, id.N, in.Without))
}

type workspaceFilter struct {
	madeFilter
	Account           []string `json:"account" doc:"Of any of these accounts, by id or external reference."`
	CustomFieldFilter []string `json:"custom_field_filter" doc:"Custom fields with values, each as tnt__plan:gold; all must fit."`
	DisplayName       []string `json:"display_name" doc:"With any of these names; upper and lower case are the same."`
	ExternalRef       []string `json:"external_ref" doc:"With any of these references."`
}

// read also returns the external references of accounts to look for.
func (f workspaceFilter) read(c call) (filter account.WorkspaceFilter, refs []string, none bool, err error) {
	s := sieve{c: c}
	filter = account.WorkspaceFilter{
		Names: f.DisplayName, Refs: s.values(f.ExternalRef, contact.Ref), Tags: s.tags(f.Tags),
		Owners: s.numbers("owned_by", f.OwnedBy, don.Member), CreatedBy: s.authors(f.CreatedBy),
	}
	filter.CreatedAfter, filter.CreatedBefore = f.CreatedDate.bounds()
	filter.ModifiedAfter, filter.ModifiedBefore = f.ModifiedDate.bounds()
	for _, text := range f.Account {
		if id, err := c.Scope.Space.Parse("account", text, don.Account); err == nil {
			filter.Accounts = append(filter.Accounts, id.N)
		} else if ref, err := contact.Ref(text); err == nil {
			refs = append(refs, ref)
		}
	}
	s.left(f.Account, len(filter.Accounts)+len(refs))
	return filter, refs, s.none || !c.sees(don.Workspace), s.err
}

type revOrgsListIn struct {
	page.Request
	workspaceFilter
	SortBy []string `json:"sort_by" doc:"Fields to sort by, each as field:asc or field:desc: created_date, modified_date, display_name, display_id. created_date:desc when absent."`
}

type revOrgsOut struct {
	RevOrgs []RevOrg `json:"rev_orgs"`
	page.Links
}

func (d DirectoryDeps) listWorkspaces(ctx context.Context, c call, in *revOrgsListIn) (*revOrgsOut, error) {
	out := &revOrgsOut{RevOrgs: []RevOrg{}}
	l, err := d.listing(c, in.Request, in.SortBy, recordSorts, in.workspaceFilter)
	if err != nil {
		return nil, err
	}
	filter, refs, none, err := in.read(c)
	if err != nil || none {
		return out, err
	}
	if l.query.Where, err = in.where(in.custom(), nil); err != nil {
		return out, err
	}
	p, err := d.Service.ListWorkspaces(ctx, c.Scope, filter, refs, l.query)
	if err != nil {
		return nil, err
	}
	v := c.view(p.Names)
	for _, w := range p.Items {
		out.RevOrgs = append(out.RevOrgs, v.workspace(w))
	}
	out.Links = l.links(p.Next, p.Prev)
	return out, nil
}

// custom joins the two ways of asking for custom fields.
func (f workspaceFilter) custom() map[string]any {
	out := maps.Clone(f.CustomFields)
	for _, text := range f.CustomFieldFilter {
		name, value, _ := strings.Cut(text, ":")
		if out == nil {
			out = map[string]any{}
		}
		out[name] = value
	}
	return out
}
