// Package org holds the tenant, its members and the scope in which every
// operation runs.
package org

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Org is a tenant: the company that runs Kith for its team.
type Org struct {
	ID        int64 // internal, never shown
	Name      string
	Slug      string
	Public    string // the random part of DEV-<public> and of every DON
	Settings  Settings
	CreatedAt time.Time
}

// Settings are the choices of an org. The zero value is the default.
type Settings struct {
	// SharedEmails lets several contacts hold one e-mail address.
	SharedEmails bool `json:"shared_emails,omitempty"`
	// SingleAssociation limits a contact to one account and one reference.
	SingleAssociation bool `json:"single_association,omitempty"`
	// RequireAccount makes account_external_reference mandatory in imports of contacts.
	RequireAccount bool `json:"require_account,omitempty"`
	// NamedWhatsApp makes a WhatsApp number match only together with the name.
	NamedWhatsApp bool `json:"named_whatsapp,omitempty"`
	// BlockedValues are matched never: an e-mail address, a local part such as
	// info@, a domain such as @example.com, a phone number, or BlockZeros.
	BlockedValues []string `json:"blocked_values,omitempty"`
	// MaxIdentifiers is how many identifiers of one kind a contact may have, 0 for
	// what is possible.
	MaxIdentifiers int `json:"max_identifiers,omitempty"`
	// AutoMergePrecision is the share of pairs that must be right, as far as
	// members' decisions show, for pairs that searches find to be merged without
	// asking; 0 merges none.
	AutoMergePrecision float64 `json:"auto_merge_precision,omitempty"`
	// TimeZone is in which days are counted where no zone is asked for, as of
	// dynamic groups; empty for UTC.
	TimeZone string `json:"time_zone,omitempty"`
}

// Zone returns the org's time zone.
func (s Settings) Zone() *time.Location {
	zone, err := ParseZone(s.TimeZone)
	if err != nil {
		return time.UTC // the name was good when it was given
	}
	return zone
}

// ParseZone returns the time zone of a name, UTC for an empty one. Errors: invalid.
func ParseZone(name string) (*time.Location, error) {
	at, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, errs.NotPermitted("time_zone", "%q is not a time zone; use a name such as Europe/Berlin", name)
	}
	return at, nil
}

// BlockZeros among the blocked values stands for phone numbers of zeros alone.
const BlockZeros = "zeros"

// Equal reports whether two orgs chose the same.
func (s Settings) Equal(o Settings) bool {
	blocked := slices.Equal(s.BlockedValues, o.BlockedValues)
	s.BlockedValues, o.BlockedValues = nil, nil
	return blocked && reflect.DeepEqual(s, o)
}

// BlocksEmail reports whether a normalised address shall match nobody.
func (s Settings) BlocksEmail(norm string) bool {
	at := strings.LastIndexByte(norm, '@')
	return len(s.BlockedValues) > 0 && at >= 0 &&
		(slices.Contains(s.BlockedValues, norm) || slices.Contains(s.BlockedValues, norm[:at+1]) || slices.Contains(s.BlockedValues, norm[at:]))
}

// BlocksPhone reports whether a number in E.164 form shall match nobody.
func (s Settings) BlocksPhone(norm string) bool {
	zeros := len(strings.TrimRight(norm, "0")) <= len("+999")
	return slices.Contains(s.BlockedValues, norm) || zeros && slices.Contains(s.BlockedValues, BlockZeros)
}

// ExclusiveEmail reports whether one contact alone may have a normalised address.
func (s Settings) ExclusiveEmail(norm string) bool { return !s.SharedEmails && !s.BlocksEmail(norm) }

// AtMost is how many identifiers of a kind a contact may have of which n are possible.
func (s Settings) AtMost(n int) int {
	if s.MaxIdentifiers > 0 {
		return min(n, s.MaxIdentifiers)
	}
	return n
}

// MemberState tells whether a member may sign in.
type MemberState string

// The member states.
const (
	Active      MemberState = "active"
	Deactivated MemberState = "deactivated"
)

// Role is what a member may do; see package auth.
type Role string

// Admin may do everything. It is the only role so far.
const Admin Role = "admin"

// Member is a teammate of the org.
type Member struct {
	N           int64
	Email       string
	DisplayName string
	FullName    string
	State       MemberState
	Role        Role
	Password    string // argon2id encoded hash, empty when none is set
	CreatedAt   time.Time
	ModifiedAt  time.Time
}

// ID returns the member's id.
func (m Member) ID() don.ID { return don.Of(don.Member, m.N) }

// Scope says for which org, and for whom, an operation runs. Every store method
// works inside one scope and sees nothing else.
type Scope struct {
	OrgID    int64
	Space    don.Space
	Settings Settings
	Actor    don.ID // who acts: a member, a contact, or SYSU-1 for the system itself
	Via      don.ID // the service account that acts as the actor, else zero
	Claimed  bool   // the actor only says who it is
}

// System is the actor of what Kith does by itself.
var System = don.Of(don.SysUser, 1)
