// Package contact holds the people outside the org: their record, the
// normalising of what identifies them, and the limits of each field.
package contact

import (
	"slices"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// Kind is the kind of an identifier.
type Kind string

// The kinds of a contact's identifiers. Channel and source keys are kinds of
// their own, such as slack or hubspot.
const (
	KindEmail Kind = "email"
	KindPhone Kind = "phone"
	KindRef   Kind = "external_ref"
)

// Proof is how far an identifier is trusted, in rising order.
type Proof int

// The proofs. Only Entered and above take an exclusive key.
const (
	Claimed  Proof = iota + 1 // typed by an unauthenticated visitor
	Entered                   // by a member, an import, the API, a connector
	Attested                  // the channel or authenticated mail proves control
	Signed                    // by a token of the customer's own backend
)

// String returns the proof's name in the API.
func (p Proof) String() string {
	switch p {
	case Claimed:
		return "claimed"
	case Entered:
		return "entered"
	case Attested:
		return "attested"
	case Signed:
		return "signed"
	}
	return "unknown"
}

// Identifier is one fact that names a contact. Value is as given, for display;
// Key is its normalised form.
type Identifier struct {
	Kind   Kind      `json:"k"`
	Value  string    `json:"v"`
	Key    string    `json:"y,omitempty"` // only when it differs from Value
	Proof  Proof     `json:"p"`
	Source string    `json:"s,omitempty"` // api, import/12, …; empty means the record's own source
	Main   bool      `json:"m,omitempty"`
	Since  time.Time `json:"t,omitzero"` // zero means when the record was made
}

// Norm returns the normalised value, by which identifiers are compared.
func (i Identifier) Norm() string {
	if i.Key != "" {
		return i.Key
	}
	return i.Value
}

// Association is a contact's place in an account or workspace.
type Association struct {
	Type    don.Type   `json:"t"` // account or workspace
	N       int64      `json:"n"`
	Role    string     `json:"role,omitempty"`
	Primary bool       `json:"primary,omitempty"`
	Since   *time.Time `json:"since,omitempty"`
	Until   *time.Time `json:"until,omitempty"`
	Source  string     `json:"source,omitempty"`
}

// Contact is a person outside the org.
type Contact struct {
	N            int64
	DisplayName  string
	FullName     string
	Description  string
	Identifiers  []Identifier
	Associations []Association
	Owners       []int64 // member numbers
	Tags         []tag.Use
	Subtype      string        `json:",omitempty"`
	Custom       schema.Values `json:",omitempty"` // replaced, never changed in place
	Verified     bool
	Blocked      bool   `json:",omitempty"` // nothing that it writes is taken
	Picture      int64  `json:",omitempty"` // the number of the file that shows the person, 0 for none
	State        string // active
	Merged       bool   `json:",omitempty"` // whether others were merged into it
	Survivor     int64  `json:"-"`          // the contact that this one was merged into, 0 for none; set by reads of one contact
	ImportN      int64  // the import that created it, 0 for none
	Version      int64  // 1 when created, one more with each change
	CreatedAt    time.Time
	CreatedBy    string // tail of the actor's DON, such as devu/1
	ModifiedAt   time.Time
	ModifiedBy   string
}

// Email returns the main e-mail as given, or "".
func (c *Contact) Email() string { return c.main(KindEmail) }

// EmailKey returns the main e-mail normalised, or "".
func (c *Contact) EmailKey() string {
	if i := c.mainOf(KindEmail); i != nil {
		return i.Norm()
	}
	return ""
}

// Ref returns the main external reference, or "" when nobody gave one.
func (c *Contact) Ref() string { return c.main(KindRef) }

func (c *Contact) main(k Kind) string {
	if i := c.mainOf(k); i != nil {
		return i.Value
	}
	return ""
}

func (c *Contact) mainOf(k Kind) *Identifier {
	var first *Identifier
	for at := range c.Identifiers {
		i := &c.Identifiers[at]
		if i.Kind != k {
			continue
		}
		if i.Main {
			return i
		}
		if first == nil {
			first = i
		}
	}
	return first
}

// Known returns how many identifiers of a kind are more than claims.
func (c *Contact) Known(k Kind) int {
	n := 0
	for _, i := range c.Identifiers {
		if i.Kind == k && i.Proof != Claimed {
			n++
		}
	}
	return n
}

// Values returns all values of a kind as given, the main one first.
func (c *Contact) Values(k Kind) []string {
	var out []string
	for _, i := range c.Identifiers {
		if i.Kind != k {
			continue
		}
		if i.Main {
			out = append([]string{i.Value}, out...)
		} else {
			out = append(out, i.Value)
		}
	}
	return out
}

// Proven returns the contact without the identifiers that it only claims.
func (c *Contact) Proven() *Contact {
	out := *c
	out.Identifiers = slices.DeleteFunc(slices.Clone(c.Identifiers), func(i Identifier) bool { return i.Proof == Claimed })
	return &out
}

// Primary returns the association that stands for the contact's customer: the
// one marked primary, else the first; nil when there is none.
func (c *Contact) Primary() *Association {
	for i := range c.Associations {
		if c.Associations[i].Primary {
			return &c.Associations[i]
		}
	}
	if len(c.Associations) > 0 {
		return &c.Associations[0]
	}
	return nil
}
