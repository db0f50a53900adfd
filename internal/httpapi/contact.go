package httpapi

import (
	"context"
	"net/http"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/schema"
)

// RevUser is a contact.
type RevUser struct {
	Atom
	Description   string           `json:"description,omitempty"`
	DisplayName   string           `json:"display_name"`
	Picture       *ArtifactSummary `json:"display_picture,omitempty" doc:"Shows the person; artifacts.picture has it."`
	Email         string           `json:"email,omitempty" doc:"The main address."`
	ExternalRef   string           `json:"external_ref" doc:"The main reference; the display id when nobody gave one."`
	ExternalRefs  []string         `json:"external_refs"`
	FullName      string           `json:"full_name,omitempty"`
	IsBlocked     bool             `json:"is_blocked,omitempty" doc:"Nothing that the contact writes is taken. Absent when it is."`
	IsVerified    bool             `json:"is_verified" doc:"Known by more than claims."`
	OwnedBy       []UserSummary    `json:"owned_by" doc:"The members who look after the contact."`
	PhoneNumbers  []string         `json:"phone_numbers,omitempty" doc:"In E.164 form."`
	Primary       *UserSummary     `json:"primary_identity,omitempty" doc:"The contact that this one was merged into."`
	RevOrg        *OrgSummary      `json:"rev_org,omitempty" doc:"The contact's workspace or, when it is in none, account."`
	State         string           `json:"state" enum:"active,deactivated,deleted,locked,shadow,unassigned"`
	StockFragment string           `json:"stock_schema_fragment"`
	Subtype       string           `json:"subtype,omitempty"`
	CustomFields  schema.Values    `json:"custom_fields,omitempty" doc:"Values of custom fields by name."`
	Fragments     []string         `json:"custom_schema_fragments,omitempty" doc:"The definitions that the values follow, as schemas.custom.get takes them."`
	Tags          []TagWithValue   `json:"tags,omitempty"`
}

func (v view) contact(c *contact.Contact) RevUser {
	u := RevUser{
		Atom:        v.atom(don.Of(don.Contact, c.N), c.CreatedAt, c.CreatedBy, c.ModifiedAt, c.ModifiedBy),
		DisplayName: c.DisplayName, FullName: c.FullName, Description: c.Description,
		Email: c.Email(), PhoneNumbers: c.Values(contact.KindPhone), ExternalRef: shownRef(c), ExternalRefs: c.Values(contact.KindRef),
		IsVerified: c.Verified, IsBlocked: c.Blocked, State: c.State, OwnedBy: v.users(c.Owners), RevOrg: v.customer(c), Tags: v.tags(c.Tags),
		StockFragment: v.stock(stockContact), Subtype: c.Subtype, Picture: v.picture(c.Picture),
	}
	u.CustomFields, u.Fragments = v.custom(don.Contact, c.Subtype, c.Custom)
	if len(u.ExternalRefs) == 0 {
		u.ExternalRefs = []string{u.ExternalRef}
	}
	if c.Survivor != 0 {
		primary := v.user(don.Of(don.Contact, c.Survivor))
		u.Primary = &primary
	}
	return u
}

// shownRef is a contact's external reference, its display id when it has none.
func shownRef(c *contact.Contact) string {
	if ref := c.Ref(); ref != "" {
		return ref
	}
	return don.Of(don.Contact, c.N).Display()
}

type revUserOut struct {
	RevUser RevUser `json:"rev_user"`
}

func (c call) revUser(f directory.ContactFound, err error) (*revUserOut, error) {
	if err != nil {
		return nil, err
	}
	return &revUserOut{c.view(f.Names).contact(f.Item)}, nil
}

// contactFields are what a contact can be given on creation and on update.
type contactFields struct {
	recordLinks
	extras
	DisplayName    wire.Opt[string]   `json:"display_name" doc:"At most 256 characters. One is invented when absent or cleared."`
	FullName       wire.Opt[string]   `json:"full_name" doc:"At most 256 characters."`
	Description    wire.Opt[string]   `json:"description" doc:"At most 64 KiB."`
	Email          wire.Opt[string]   `json:"email" doc:"The main address. It replaces the main one; other addresses stay."`
	PhoneNumbers   wire.Opt[[]string] `json:"phone_numbers" doc:"With country code. Replaces the list."`
	ExternalRef    wire.Opt[string]   `json:"external_ref" doc:"The contact's id in your own system, unique in the org. It replaces the main one; cleared, the display id is shown."`
	ExternalRefs   wire.Opt[[]string] `json:"external_refs" doc:"All references, the main one first. Replaces the list."`
	DisplayPicture wire.Opt[string]   `json:"display_picture" format:"id" doc:"A file that shows the person, uploaded with the configuration_set user_profile_picture, see artifacts.prepare; it hangs nowhere else. null takes it away."`
}

func (f contactFields) patch(c call, fragments []string) (directory.ContactPatch, error) {
	owners, tags, err := f.read(c)
	custom, err2 := f.change(c, "custom_schema_fragments", fragments)
	picture, err3 := c.optional("display_picture", f.DisplayPicture, don.Artifact)
	if err := first(err, err2, err3); err != nil {
		return directory.ContactPatch{}, err
	}
	return directory.ContactPatch{
		DisplayName: given(f.DisplayName), FullName: given(f.FullName), Description: given(f.Description),
		Email: given(f.Email), Phones: given(f.PhoneNumbers), Ref: given(f.ExternalRef), Refs: given(f.ExternalRefs),
		Owners: owners, Tags: tags, Custom: custom, Picture: picture,
	}, nil
}

type revUserCreateIn struct {
	contactFields
	Account         string   `json:"account" format:"id" doc:"An account that the contact belongs to."`
	RevOrg          string   `json:"rev_org" format:"id" doc:"A workspace that the contact belongs to, and with it to its account."`
	OrgID           string   `json:"org_id" format:"id" deprecated:"true" doc:"An older name of rev_org."`
	Artifacts       []string `json:"artifacts" doc:"Files hang on comments and works; must be empty."`
	SchemaFragments []string `json:"custom_schema_fragments" deprecated:"true" doc:"The org's own fragment; use custom_schema_spec."`
}

// places are the workspace and account that a new contact belongs to, the
// workspace first, for it stands for the contact's customer.
func (in *revUserCreateIn) places(c call) ([]directory.Place, error) {
	if in.RevOrg != "" && in.OrgID != "" && in.RevOrg != in.OrgID {
		return nil, errs.NotPermitted("org_id", "names another workspace than rev_org; give rev_org alone")
	}
	var out []directory.Place
	for _, p := range []struct {
		field, text string
		of          don.Type
	}{{"rev_org", in.RevOrg, don.Workspace}, {"org_id", in.OrgID, don.Workspace}, {"account", in.Account, don.Account}} {
		if p.text == "" || p.field == "org_id" && in.RevOrg != "" {
			continue
		}
		id, err := c.reference(p.field, p.text, p.of)
		if err != nil {
			return nil, err
		}
		out = append(out, directory.Place{ID: id, Field: p.field})
	}
	return out, nil
}

type revUserUpdateIn struct {
	ID string `json:"id" required:"true" format:"id"`
	contactFields
	IsBlocked       *bool   `json:"is_blocked" doc:"Take nothing that the contact writes, or take it again. The contact keeps what was said, and is told no more than that its messages are not accepted."`
	Artifacts       setList `json:"artifacts" doc:"Files hang on comments and works; must be empty."`
	SchemaFragments setList `json:"custom_schema_fragments" doc:"The org's own fragment; use custom_schema_spec."`
}

type idIn struct {
	ID string `json:"id" required:"true" format:"id" doc:"In full or as a display id."`
}

type restoreIn struct {
	ID      string `json:"id" required:"true" format:"id" doc:"In full or as a display id."`
	Without bool   `json:"without_clashes" doc:"Restore without the identifiers that other records have taken meanwhile, rather than answer 409."`
}

func registerContacts(api *API, d DirectoryDeps) {
	const tag = "rev-users"
	operate(api, createOp("rev-users.create", "Create a contact", tag), d.createContact)
	operate(api, readOp("rev-users.get", "Get a contact", tag), d.getContact)
	operate(api, readOp("rev-users.list", "List contacts", tag), d.listContacts)
	operate(api, readOp("rev-users.scan", "Read all contacts as of now, page by page", tag), d.scanContacts)
	operate(api, writeOp("rev-users.update", "Update a contact", tag), d.updateContact)
	operate(api, writeOp("rev-users.delete", "Move a contact to the trash", tag), d.deleteContact)
	operate(api, writeOp("rev-users.restore", "Bring a contact back from the trash", tag, http.StatusConflict), d.restoreContact)
}

func (d DirectoryDeps) createContact(ctx context.Context, c call, in *revUserCreateIn) (*revUserOut, error) {
	places, err := in.places(c)
	patch, err2 := in.patch(c, in.SchemaFragments)
	if err := first(err, err2, noFiles("artifacts", in.Artifacts...)); err != nil {
		return nil, err
	}
	return c.revUser(d.Service.CreateContact(ctx, c.Scope, patch, places))
}

func (d DirectoryDeps) getContact(ctx context.Context, c call, in *idIn) (*revUserOut, error) {
	id, err := c.object("id", in.ID, don.Contact)
	if err != nil {
		return nil, err
	}
	return c.revUser(d.Service.GetContact(ctx, c.Scope, id.N))
}

func (d DirectoryDeps) updateContact(ctx context.Context, c call, in *revUserUpdateIn) (*revUserOut, error) {
	id, err := c.object("id", in.ID, don.Contact)
	patch, err2 := in.patch(c, in.SchemaFragments.Set.Value)
	if err := first(err, err2, noFiles("artifacts", in.Artifacts.Set.Value...)); err != nil {
		return nil, err
	}
	patch.Blocked = in.IsBlocked
	return c.revUser(d.Service.UpdateContact(ctx, c.Scope, id.N, patch))
}

func (d DirectoryDeps) deleteContact(ctx context.Context, c call, in *idIn) (*struct{}, error) {
	id, err := c.object("id", in.ID, don.Contact)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.DeleteContact(ctx, c.Scope, id.N)
}

func (d DirectoryDeps) restoreContact(ctx context.Context, c call, in *restoreIn) (*revUserOut, error) {
	id, err := c.object("id", in.ID, don.Contact)
	if err != nil {
		return nil, err
	}
	return c.revUser(d.Service.RestoreContact(ctx, c.Scope, id.N, in.Without))
}

type revUsersOut struct {
	RevUsers []RevUser `json:"rev_users"`
	page.Links
}

type revUsersScanOut struct {
	RevUsers   []RevUser `json:"rev_users"`
	NextCursor string    `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}
