// Package identity decides which record an identifier belongs to. It is the
// only writer of identifiers; everything that names a customer enters through it.
package identity

import (
	"strings"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
)

// Kinds of identifiers that name accounts and workspaces.
const (
	KindAccountRef   contact.Kind = "account_ref"
	KindDomain       contact.Kind = "domain"
	KindWorkspaceRef contact.Kind = "workspace_ref"
)

// letters keep keys short: they are stored once for every identifier. Their
// order is that in which an import adds identifiers, contacts' behind all others,
// so that it appends to the index.
var letters = map[contact.Kind]string{
	contact.KindEmail: "e:", contact.KindPhone: "p:", contact.KindRef: "c:",
	KindAccountRef: "A:", KindDomain: "D:", KindWorkspaceRef: "W:",
	KindName: "n:", KindFullName: "f:", KindVisit: "v:", // of claims only
}

// Key returns the identity key of a normalised value: the kind's letter and the
// value. Two identifiers are the same exactly when their keys are.
func Key(kind contact.Kind, norm string) string { return letters[kind] + norm }

// kindOf returns the kind of a key, "" when it has none.
func kindOf(key string) contact.Kind {
	for kind, letter := range letters {
		if strings.HasPrefix(key, letter) {
			return kind
		}
	}
	return ""
}

// ParseKey returns the kind and normalised value of a key, "" for what is none.
func ParseKey(key string) (contact.Kind, string) {
	kind := kindOf(key)
	return kind, strings.TrimPrefix(key, letters[kind])
}

// Field returns the API field that a kind is given in.
func Field(kind contact.Kind) string {
	switch kind {
	case contact.KindEmail:
		return "email"
	case contact.KindPhone:
		return "phone_numbers"
	case KindDomain:
		return "domains"
	case KindAccountRef:
		return "external_refs"
	case contact.KindRef, KindWorkspaceRef:
		return "external_ref"
	}
	return string(kind)
}

// Entry is one row of the identity index.
type Entry struct {
	Key     string
	Holder  int64 // 0 when the key is exclusive, else the record's number
	Subject don.ID
	Main    bool
}

// Entry returns the index row of an identifier of contact n. Phones may be
// shared, and so may e-mail where the org says so and values that it blocks.
func entryOf(i contact.Identifier, n int64, s org.Settings) Entry {
	e := Entry{Key: Key(i.Kind, i.Norm()), Subject: don.Of(don.Contact, n), Main: i.Main}
	if !exclusive(i, s) {
		e.Holder = n
	}
	return e
}

// exclusive reports whether one record alone can have an identifier.
func exclusive(i contact.Identifier, s org.Settings) bool {
	switch i.Kind {
	case contact.KindPhone:
		return false
	case contact.KindEmail:
		return s.ExclusiveEmail(i.Norm())
	default:
		return true
	}
}

// Blocked reports whether an org lets an identifier match nobody.
func Blocked(s org.Settings, i contact.Identifier) bool {
	switch i.Kind {
	case contact.KindEmail:
		return s.BlocksEmail(i.Norm())
	case contact.KindPhone:
		return s.BlocksPhone(i.Norm())
	default:
		return false
	}
}

// Entries returns the index rows of all of a contact's identifiers.
func Entries(c *contact.Contact, s org.Settings) []Entry {
	out := make([]Entry, len(c.Identifiers))
	for i, id := range c.Identifiers {
		out[i] = entryOf(id, c.N, s)
	}
	return out
}
