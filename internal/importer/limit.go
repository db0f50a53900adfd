package importer

import (
	"strconv"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
)

// maxPlaces bounds how many accounts and workspaces a contact may belong to.
const maxPlaces = 100

// overLimit returns what a contact would have too much of once a row's values
// are united with its own, or nil.
func (r *run) overLimit(c *contact.Contact) *Problem {
	t, s := r.plan.table, r.scope.Settings
	for _, l := range []struct {
		field, have, most int
		what              string
	}{
		{fOtherRefs, len(c.Values(contact.KindRef)), s.AtMost(contact.MaxRefs), "references"},
		{fOtherEmails, len(c.Values(contact.KindEmail)), s.AtMost(contact.MaxEmails), "e-mail addresses"},
		{fPhones, len(c.Values(contact.KindPhone)), s.AtMost(contact.MaxPhones), "phone numbers"},
		{fTags, len(c.Tags), contact.MaxTags, "tags"},
		{fOwners, len(c.Owners), contact.MaxOwners, "owners"},
		{fOtherAccounts, len(c.Associations), maxPlaces, "accounts and workspaces"},
	} {
		if l.have > l.most {
			return &Problem{Column: t.column(l.field), Code: TooLong,
				Message: "the contact would have " + strconv.Itoa(l.have) + " " + l.what + ", more than " + strconv.Itoa(l.most) + "; remove some"}
		}
	}
	if r.scope.Settings.SingleAssociation {
		return r.overSingle(c)
	}
	return nil
}

// overSingle refuses more than the organisation lets a contact have.
func (r *run) overSingle(c *contact.Contact) *Problem {
	count := map[don.Type]int{}
	for _, a := range c.Associations {
		count[a.Type]++
	}
	t := r.plan.table
	switch {
	case count[don.Account] > 1:
		return &Problem{Column: t.column(fAccount), Code: InvalidValue, Message: "this organisation lets a contact belong to one account, and it belongs to another; take it out of that one first"}
	case count[don.Workspace] > 1:
		return &Problem{Column: t.column(fSpace), Code: InvalidValue, Message: "this organisation lets a contact belong to one workspace, and it belongs to another; take it out of that one first"}
	case len(c.Values(contact.KindRef)) > 1:
		return &Problem{Column: t.column(fOtherRefs), Code: InvalidValue, Message: "this organisation lets a contact have one reference; leave the others out"}
	}
	return nil
}
