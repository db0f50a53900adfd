package httpapi

import (
	"maps"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

type userTraits struct {
	DisplayName  string         `json:"display_name" doc:"At most 256 characters."`
	FullName     string         `json:"full_name" doc:"At most 256 characters."`
	Email        string         `json:"email" doc:"Becomes the main address; others stay."`
	PhoneNumbers []string       `json:"phone_numbers" maxItems:"20" doc:"In E.164 form. Come before those that stand."`
	Description  string         `json:"description" doc:"At most 64 KiB. Not kept of what a visitor says with a public token."`
	CustomFields map[string]any `json:"custom_fields" doc:"Of the org's own fields, such as tnt__plan. Not kept of what a visitor says with a public token."`
}

type workspaceTraits struct {
	DisplayName  string         `json:"display_name" doc:"Only for a new workspace."`
	Description  string         `json:"description" doc:"Where there is none yet."`
	PhoneNumbers []string       `json:"phone_numbers" doc:"Workspaces have no phone numbers; must be empty."`
	Tier         string         `json:"tier" doc:"Where there is none yet."`
	Domain       string         `json:"domain" deprecated:"true" doc:"Where there is none yet."`
	CustomFields map[string]any `json:"custom_fields" doc:"Of the org's own fields, where there is no value yet."`
}

type accountTraits struct {
	DisplayName  string         `json:"display_name" doc:"Only for a new account."`
	Description  string         `json:"description" doc:"Where there is none yet."`
	Domains      []string       `json:"domains" doc:"Host names such as example.com. Those that nobody has are added; a new account_ref joins the account that has one and no reference yet."`
	PhoneNumbers []string       `json:"phone_numbers" doc:"Accounts have no phone numbers; must be empty."`
	Tier         string         `json:"tier" doc:"Where there is none yet."`
	Websites     []string       `json:"websites" doc:"Where there are none yet."`
	CustomFields map[string]any `json:"custom_fields" doc:"Of the org's own fields, where there is no value yet."`
}

type revInfoIn struct {
	UserRef         string          `json:"user_ref" doc:"The person's stable id in your own system. Required unless user_id is given; with a public token who gives none is an anonymous visitor."`
	UserID          string          `json:"user_id" format:"id" doc:"An existing contact."`
	AccountRef      string          `json:"account_ref" doc:"The account's id in your own system; a new account is made when it is not known."`
	WorkspaceRef    string          `json:"workspace_ref" doc:"The workspace's id in your own system; a new one is made when it is not known."`
	OrgRef          string          `json:"org_ref" deprecated:"true" doc:"An older name of workspace_ref."`
	UserTraits      userTraits      `json:"user_traits" doc:"What is not empty replaces what the contact has."`
	AccountTraits   accountTraits   `json:"account_traits"`
	WorkspaceTraits workspaceTraits `json:"workspace_traits"`
	OrgTraits       workspaceTraits `json:"org_traits" deprecated:"true" doc:"An older name of workspace_traits."`
}

// read turns rev_info into what package directory takes.
func (in revInfoIn) read(c call) (directory.RevInfo, error) {
	if in.OrgRef != "" && in.WorkspaceRef != "" && in.OrgRef != in.WorkspaceRef {
		return directory.RevInfo{}, errs.NotPermitted("rev_info.org_ref", "names another workspace than workspace_ref; give workspace_ref alone")
	}
	space := in.WorkspaceTraits
	if space.empty() {
		space = in.OrgTraits
	}
	err := first(
		noPhones("account_traits", in.AccountTraits.PhoneNumbers), noPhones("workspace_traits", space.PhoneNumbers),
	)
	if err != nil {
		return directory.RevInfo{}, err
	}
	out := directory.RevInfo{
		Ref: in.UserRef, AccountRef: in.AccountRef, WorkspaceRef: in.WorkspaceRef,
		User: directory.UserTraits{
			DisplayName: in.UserTraits.DisplayName, FullName: in.UserTraits.FullName, Email: in.UserTraits.Email,
			Description: in.UserTraits.Description, Phones: in.UserTraits.PhoneNumbers, Custom: stated(in.UserTraits.CustomFields),
		},
		Account: directory.CompanyTraits{
			DisplayName: in.AccountTraits.DisplayName, Description: in.AccountTraits.Description, Tier: in.AccountTraits.Tier,
			Domains: in.AccountTraits.Domains, Websites: in.AccountTraits.Websites,
			Custom: stated(in.AccountTraits.CustomFields),
		},
		Workspace: directory.CompanyTraits{DisplayName: space.DisplayName, Description: space.Description, Tier: space.Tier, Custom: stated(space.CustomFields)},
	}
	if out.WorkspaceRef == "" {
		out.WorkspaceRef = in.OrgRef
	}
	if space.Domain != "" {
		out.Workspace.Domains = []string{space.Domain}
	}
	if in.UserID != "" {
		id, err := c.reference("rev_info.user_id", in.UserID, don.Contact)
		if err != nil {
			return directory.RevInfo{}, err
		}
		out.ContactN = id.N
	}
	return out, nil
}

func (t workspaceTraits) empty() bool {
	return t.DisplayName == "" && t.Description == "" && t.Tier == "" && t.Domain == "" && len(t.PhoneNumbers) == 0 && len(t.CustomFields) == 0
}

// stated leaves out what is null: an empty trait says nothing.
func stated(fields map[string]any) map[string]any {
	out := maps.Clone(fields)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

func noPhones(of string, numbers []string) error {
	if len(numbers) == 0 {
		return nil
	}
	return errs.NotPermitted("rev_info."+of+".phone_numbers", "accounts and workspaces have no phone numbers yet; give those of the person in user_traits")
}
