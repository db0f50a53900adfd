// Package group holds named groups of contacts or members.
package group

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Limits of groups.
const (
	MaxName        = 128 // characters
	MaxDescription = 4096
	MaxGroups      = 1000 // of an org
)

// Group is a group of contacts or of members. A static one has those that were
// added, a dynamic one all contacts that meet its filter.
type Group struct {
	N           int64
	Name        string // unique in the org, compared folded
	Description string
	Dynamic     bool
	Of          don.Type // Contact or Member
	Filter      string   // of a dynamic one, in its text form
	Owner       int64    // a member, 0 for none
	Standard    Standard // empty for one that somebody made
	CreatedAt   time.Time
	CreatedBy   string
	ModifiedAt  time.Time
	ModifiedBy  string

	// How far a group of contacts is worked out. It is not part of its form.
	Built     bool      `json:"-"` // a dynamic one was worked out once
	CheckedAt time.Time `json:"-"` // when it was worked out whole, zero for never
	Fault     string    `json:"-"` // why it cannot be
	DueAt     time.Time `json:"-"` // when it is to be worked out whole, zero for never
	Asked     int64     `json:"-"` // how often that was asked for
	// For how long what changed has waited to be worked out.
	Behind time.Duration `json:"-"`
}

// Standard says which of the groups that every org has from the beginning one is.
type Standard string

// The standard groups.
const (
	Customers         Standard = "customers"          // all contacts
	VerifiedCustomers Standard = "verified_customers" // those of whom it is proved who they are
	CustomerAdmins    Standard = "customer_admins"    // who may act for their accounts; members say who
)

// Standards returns the groups that an org begins with.
func Standards() []*Group {
	return []*Group{
		{Standard: Customers, Name: "Customers", Description: "All contacts.", Dynamic: true, Of: don.Contact},
		{Standard: VerifiedCustomers, Name: "Verified Customers", Description: "Contacts of whom it is proved who they are.", Dynamic: true, Of: don.Contact, Filter: "verified = true"},
		{Standard: CustomerAdmins, Name: "Customer Admins", Description: "Contacts who act for their accounts.", Of: don.Contact},
	}
}

// Plain reports whether the group's filter alone says who belongs to it, so that
// nothing is kept of it: the standard groups that have most contacts.
func (g *Group) Plain() bool { return g.Dynamic && g.Standard != "" }

// Member is who belongs to a static group.
type Member struct {
	N       int64 // of the contact or member that was added
	Now     int64 // of the contact that it was merged into, else N
	Place   int64 // the contact's workspace as which it belongs, 0 for none
	AddedAt time.Time
	AddedBy string
}

// Check trims and validates the group; errors name the field.
func (g *Group) Check() error {
	g.Name = strings.TrimSpace(g.Name)
	switch {
	case g.Name == "":
		return errs.Missing("name")
	case utf8.RuneCountInString(g.Name) > MaxName:
		return errs.NotPermitted("name", "is longer than %d characters", MaxName)
	case len(g.Description) > MaxDescription:
		return errs.NotPermitted("description", "is longer than %d bytes", MaxDescription)
	case g.Dynamic && g.Of != don.Contact:
		return errs.NotPermitted("member_type", "dynamic groups are of contacts; use rev_user, or a static group")
	case g.Dynamic && g.Filter == "" && g.Standard == "":
		return errs.NotPermitted("dynamic_group_info", "a dynamic group needs a membership_expression such as account.tier = gold")
	case !g.Dynamic && g.Filter != "":
		return errs.NotPermitted("dynamic_group_info", "a static group has no membership_expression; make it dynamic, or add its members")
	}
	return nil
}
