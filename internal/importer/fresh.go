package importer

import (
	"github.com/kith-id/kith/internal/contact"
)

// A row that becomes a new contact and nothing else goes from the row file to
// the database as bytes: neither its draft nor a contact is ever made of it.

// NewContact is a contact as an import stores it: entered by the import's
// member at the time of the transaction, active and verified. Lists are in
// their stored form, see contact.Packed.
type NewContact struct {
	N                                       int64
	DisplayName, NameKey, EmailKey          []byte
	FullName, Description                   []byte
	Identifiers, Associations, Owners, Tags []byte
	Custom, Subtype                         []byte
}

// freshRow is such a row, with its entry for the case that it fails after all.
type freshRow struct {
	row   int64
	entry []byte
}

// packer makes new contacts of entries.
type packer struct {
	source string
	ids    []byte // scratch
	lists  map[string]*packedLists
}

// packedLists are the lists by which contacts refer to other records. Few
// combinations are common, so they are made once.
type packedLists struct{ associations, owners, tags []byte }

// maxPacked bounds how many combinations are remembered.
const maxPacked = 10_000

func newPacker(source string) *packer {
	return &packer{source: source, lists: map[string]*packedLists{}}
}

// pack makes the new contact of a valid entry. The contact shares the entry's
// memory; what it needs beside that is appended to arena, which is returned.
func (p *packer) pack(entry, arena []byte, c *NewContact) ([]byte, error) {
	d := decoder[[]byte]{s: entry}
	kind := d.byte()
	d.int()
	for range d.count() {
		d.string() // cells
	}
	if kind&markCustom != 0 {
		c.Custom = d.string()
		d.string() // which of them were given
		c.Subtype = d.string()
	}
	ref := d.string()
	c.DisplayName, c.NameKey, c.FullName, c.Description = d.string(), d.string(), d.string(), d.string()
	email, emailKey := d.string(), d.string()
	c.EmailKey = emailKey
	if string(email) == string(emailKey) {
		emailKey = nil
	}
	ids := contact.AppendIdentifier(p.ids[:0], contact.KindRef, ref, nil, contact.Entered, "", true)
	if len(email) > 0 {
		ids = contact.AppendIdentifier(ids, contact.KindEmail, email, emailKey, contact.Entered, "", true)
	}
	for i := range d.count() {
		ids = contact.AppendIdentifier(ids, contact.KindPhone, d.string(), nil, contact.Entered, "", i == 0)
	}
	p.ids = append(ids, ']')
	for range 3 {
		if d.count() > 0 { // more references or addresses
			return arena, errDamaged
		}
	}
	if d.bad {
		return arena, errDamaged
	}
	l, err := p.refers(d.s)
	if err != nil {
		return arena, err
	}
	c.Associations, c.Owners, c.Tags = l.associations, l.owners, l.tags
	from := len(arena)
	arena = append(arena, p.ids...)
	c.Identifiers = arena[from:len(arena):len(arena)]
	return arena, nil
}

// refers returns the packed form of the part of an entry that leads to other
// records.
func (p *packer) refers(text []byte) (*packedLists, error) {
	if l := p.lists[string(text)]; l != nil {
		return l, nil
	}
	var d draft
	if !decodeRefers(string(text), &d) {
		return nil, errDamaged
	}
	l := &packedLists{
		associations: []byte(contact.PackList(d.associations(p.source))),
		owners:       []byte(contact.PackList(d.owners)),
		tags:         []byte(contact.PackList(d.tags)),
	}
	if len(p.lists) >= maxPacked {
		clear(p.lists)
	}
	p.lists[string(text)] = l
	return l, nil
}
