package importer

import (
	"strings"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/importer/sheet"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
)

// The columns of an import, by the record's type. Positions in these lists are
// the field numbers that validation uses.
const (
	fName = iota
	fRef
	fEmail
	fPhones
	fFullName
	fAbout
	fAccount
	fSpace
	fTags
	fOwners
	fOtherEmails
	fOtherRefs
	fOtherAccounts
	fOtherSpaces
)

const (
	aName = iota
	aRefs
	aDomains
	aWebsites
	aAbout
	aTier
	aTags
	aOwners
)

// Fields returns the columns that an import of the type reads, in the order of
// the sample file. Settings decide what is mandatory; custom are the org's own
// fields of the type, nil for none, which come last.
func Fields(t don.Type, s org.Settings, custom *schema.Set) []sheet.Field {
	return append(stockFields(t, s), customFields(custom)...)
}

// subtypeColumn is the column of a record's subtype.
const subtypeColumn = "subtype"

// customFields are the columns of custom fields, behind one for the subtype where
// there are any.
func customFields(custom *schema.Set) []sheet.Field {
	if custom == nil {
		return nil
	}
	var out []sheet.Field
	if len(custom.Subtypes) > 0 {
		out = append(out, sheet.Field{Name: subtypeColumn})
	}
	for _, f := range custom.Columns() {
		out = append(out, sheet.Field{Name: f.Name, Array: f.Type == schema.Array, Required: f.Required && strings.HasPrefix(f.Name, "tnt__")})
	}
	return out
}

func stockFields(t don.Type, s org.Settings) []sheet.Field {
	if t == don.Account {
		return []sheet.Field{
			aName:     {Name: "display_name", Aliases: []string{"name", "account name", "company name", "company"}, Required: true},
			aRefs:     {Name: "external_refs", Aliases: []string{"external_ref", "external id", "account id", "external reference"}, Required: true, Array: true},
			aDomains:  {Name: "domains", Aliases: []string{"domain"}, Array: true},
			aWebsites: {Name: "websites", Aliases: []string{"website", "url"}, Array: true},
			aAbout:    {Name: "description", Aliases: []string{"notes"}},
			aTier:     {Name: "tier"},
			aTags:     {Name: "tags.name", Aliases: []string{"tags", "labels"}, Array: true},
			aOwners:   {Name: "owned_by", Aliases: []string{"owner", "owners"}, Array: true},
		}
	}
	return []sheet.Field{
		fName:     {Name: "display_name", Aliases: []string{"name", "contact name"}, Compose: []string{"first name", "last name"}, Required: true},
		fRef:      {Name: "external_ref", Aliases: []string{"external_refs", "external id", "external reference", "customer id", "user id"}, Required: true},
		fEmail:    {Name: "email", Aliases: []string{"email address", "e-mail", "e-mail address"}},
		fPhones:   {Name: "phone_numbers", Aliases: []string{"phone", "phone number", "mobile", "telephone"}, Array: true},
		fFullName: {Name: "full_name"},
		fAbout:    {Name: "description", Aliases: []string{"notes"}},
		fAccount:  {Name: "account_external_reference", Aliases: []string{"account external ref", "account reference"}, Required: s.RequireAccount},
		fSpace:    {Name: "workspace_external_reference", Aliases: []string{"workspace external ref", "workspace reference"}},
		fTags:     {Name: "tags.name", Aliases: []string{"tags", "labels"}, Array: true},
		fOwners:   {Name: "owned_by", Aliases: []string{"owner", "owners"}, Array: true},
		// What a contact has beside the one that comes first.
		fOtherEmails:   {Name: "other_emails", Array: true},
		fOtherRefs:     {Name: "other_external_refs", Array: true},
		fOtherAccounts: {Name: "other_account_external_references", Array: true},
		fOtherSpaces:   {Name: "other_workspace_external_references", Array: true},
	}
}

// SampleWord marks the required cells of the sample file.
const SampleWord = "mandatory"

// Sample returns the header and the one row of the sample file.
func Sample(t don.Type, s org.Settings, custom *schema.Set) (header, row []string) {
	examples := map[string]string{
		"email": "ann@example.com", "phone_numbers": "+493012345678", "full_name": "Ann Example", "description": "Met at the fair",
		"account_external_reference": "acme-1", "workspace_external_reference": "", "tags.name": "", "owned_by": "",
		"domains": "example.com", "websites": "https://example.com", "tier": "gold",
	}
	for _, f := range Fields(t, s, custom) {
		header = append(header, f.Name)
		if f.Required {
			row = append(row, SampleWord)
		} else {
			row = append(row, examples[f.Name])
		}
	}
	return header, row
}

// fieldsFor returns the columns of an import with its preset applied.
func fieldsFor(t don.Type, s org.Settings, opt Options, custom *schema.Set) ([]sheet.Field, error) {
	return ApplyPreset(opt.Preset, t, Fields(t, s, custom))
}
