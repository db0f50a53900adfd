package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

const contactColumns = `n, display_name, full_name, description, identifiers, associations, owners, tags,
	verified, state, import_n, version, created_at, created_by, modified_at, modified_by, merged, custom, subtype, blocked, picture`

// contactRow is a contact as it is stored: lists are JSON.
type contactRow struct {
	contact.Contact
	identifiers, associations, owners, tags, custom []byte
}

func scanContact(r *contactRow) []any {
	return []any{
		&r.N, &r.DisplayName, &r.FullName, &r.Description, &r.identifiers, &r.associations, &r.owners, &r.tags,
		&r.Verified, &r.State, &r.ImportN, &r.Version, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy, &r.Merged, &r.custom, &r.Subtype, &r.Blocked, &r.Picture,
	}
}

func (r *contactRow) contact() (*contact.Contact, error) {
	c := r.Contact
	err := unpack(r.identifiers, &c.Identifiers, r.associations, &c.Associations, r.owners, &c.Owners, r.tags, &c.Tags, r.custom, &c.Custom)
	return &c, err
}

// unpack decodes pairs of stored JSON and destination; empty text is no list.
func unpack(pairs ...any) error {
	for i := 0; i < len(pairs); i += 2 {
		text := pairs[i].([]byte)
		if len(text) == 0 {
			continue
		}
		if err := json.Unmarshal(text, pairs[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// pack encodes a list for storage; an empty list is empty text.
func pack[T any](list []T) string {
	if len(list) == 0 {
		return ""
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // lists of plain structs always encode
	}
	return string(text)
}

// Contacts returns the live contacts with the numbers given, by number. With
// lock they stay unchanged by others until the transaction ends.
func (tx *Tx) Contacts(ctx context.Context, ns []int64, lock bool) (map[int64]*contact.Contact, error) {
	ns = slices.Clone(ns)
	slices.Sort(ns)
	out := make(map[int64]*contact.Contact, len(ns))
	for chunk := range slices.Chunk(slices.Compact(ns), chunkSize) {
		list, args := inList([]any{tx.scope.OrgID}, chunk)
		sql := "SELECT " + contactColumns + " FROM contact WHERE org_id = $1 AND n IN " + list + " ORDER BY n"
		if lock {
			sql += tx.q.lock()
		}
		got, err := collect(ctx, tx.q, sql, args, scanContact)
		if err != nil {
			return nil, err
		}
		for i := range got {
			c, err := got[i].contact()
			if err != nil {
				return nil, err
			}
			out[c.N] = c
		}
	}
	return out, nil
}

// ContactsAfter returns up to limit live contacts with numbers above n, in order.
func (tx *Tx) ContactsAfter(ctx context.Context, n int64, limit int) ([]*contact.Contact, error) {
	return tx.contactRows(ctx, "SELECT "+contactColumns+" FROM contact WHERE org_id = $1 AND n > $2 ORDER BY n LIMIT $3", tx.scope.OrgID, n, limit)
}

// ContactsChanged returns up to limit live contacts that were changed after a
// time, or at it and have numbers above n, in the order of their changes.
func (tx *Tx) ContactsChanged(ctx context.Context, since time.Time, n int64, limit int) ([]*contact.Contact, error) {
	return tx.contactRows(ctx, "SELECT "+contactColumns+` FROM contact WHERE org_id = $1 AND (modified_at, n) > ($2, $3)
		ORDER BY modified_at, n LIMIT $4`, tx.scope.OrgID, since, n, limit)
}

func (tx *Tx) contactRows(ctx context.Context, sql string, args ...any) ([]*contact.Contact, error) {
	got, err := collect(ctx, tx.q, sql, args, scanContact)
	if err != nil {
		return nil, err
	}
	out := make([]*contact.Contact, len(got))
	for i := range got {
		if out[i], err = got[i].contact(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Contact returns one live contact or not_found.
func (tx *Tx) Contact(ctx context.Context, n int64, lock bool) (*contact.Contact, error) {
	found, err := tx.Contacts(ctx, []int64{n}, lock)
	if err != nil {
		return nil, err
	}
	if c := found[n]; c != nil {
		return c, nil
	}
	return nil, errs.Gone(don.Of(don.Contact, n).Display())
}

// InsertContacts adds contacts with their index entries and history.
func (tx *Tx) InsertContacts(ctx context.Context, cs []*contact.Contact) error {
	if len(cs) == 0 {
		return nil
	}
	if err := tx.copyContacts(ctx, cs); err != nil {
		return err
	}
	var entries []attrEntry
	changes := make([]change, len(cs))
	for i, c := range cs {
		for _, a := range contactAttrs(c) {
			entries = append(entries, attrEntry{a, c.N})
		}
		changes[i] = change{don.Of(don.Contact, c.N), opCreated, ""}
	}
	if err := tx.addAttrs(ctx, entries); err != nil {
		return err
	}
	return tx.record(ctx, changes...)
}

func (tx *Tx) copyContacts(ctx context.Context, cs []*contact.Contact) error {
	packed := make([]contact.Packed, len(cs))
	for i, c := range cs {
		packed[i] = contact.Pack(c)
	}
	if err := tx.copyPacked(ctx, cs, packed); err != nil {
		return err
	}
	for _, c := range cs { // what few have stands in no copy
		if !c.Merged && !c.Blocked && c.Picture == 0 {
			continue
		}
		_, err := tx.q.exec(ctx, "UPDATE contact SET merged = $3, blocked = $4, picture = $5 WHERE org_id = $1 AND n = $2", tx.scope.OrgID, c.N, c.Merged, c.Blocked, c.Picture)
		if err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) copyPacked(ctx context.Context, cs []*contact.Contact, packed []contact.Packed) error {
	target, custom := contactTable, slices.ContainsFunc(cs, func(c *contact.Contact) bool { return len(c.Custom) > 0 || c.Subtype != "" })
	if custom {
		target = contactCustomTable
	}
	_, err := tx.q.insert(ctx, target, refuse, len(cs), func(i int, w *record) {
		c, p := cs[i], &packed[i]
		w.Int(tx.scope.OrgID)
		w.Int(c.N)
		w.Text(c.DisplayName)
		w.Text(p.NameKey)
		w.Text(p.EmailKey)
		w.Text(c.FullName)
		w.Text(c.Description)
		w.Text(p.Identifiers)
		w.Text(p.Associations)
		w.Text(p.Owners)
		w.Text(p.Tags)
		w.Bool(c.Verified)
		w.Text(c.State)
		w.Int(c.ImportN)
		w.Int(c.Version)
		w.Time(c.CreatedAt)
		w.Text(c.CreatedBy)
		w.Time(c.ModifiedAt)
		w.Text(c.ModifiedBy)
		if custom {
			w.Text(c.Custom.Pack())
			w.Text(c.Subtype)
		}
	})
	if err != nil {
		return err
	}
	ns := make([]int64, len(cs))
	for i, c := range cs {
		ns[i] = c.N
	}
	return tx.written(ctx, don.Contact, ns...)
}

// UpdateContact replaces a contact by its changed form, with index and history.
// It reports whether anything but version and modification differs; without a
// difference nothing is written.
func (tx *Tx) UpdateContact(ctx context.Context, before, after *contact.Contact) (bool, error) {
	d, changed, err := tx.rewrite(ctx, before, after)
	if err != nil || !changed {
		return false, err
	}
	return true, tx.record(ctx, change{don.Of(don.Contact, after.N), opUpdated, d})
}

// RewriteContact is UpdateContact without history.
func (tx *Tx) RewriteContact(ctx context.Context, before, after *contact.Contact) (bool, error) {
	_, changed, err := tx.rewrite(ctx, before, after)
	if !changed {
		after.Version, after.ModifiedAt, after.ModifiedBy = before.Version, before.ModifiedAt, before.ModifiedBy
	}
	return changed, err
}

// rewrite replaces a contact's row and index, and returns what differs.
func (tx *Tx) rewrite(ctx context.Context, before, after *contact.Contact) (string, bool, error) {
	d, err := delta(before, after)
	if err != nil || d == "{}" {
		return d, false, err
	}
	after.Version = before.Version + 1
	after.ModifiedAt, after.ModifiedBy = tx.now, tx.scope.Actor.Tail()
	err = tx.q.send(ctx, `UPDATE contact SET display_name = $3, full_name = $4, description = $5, identifiers = $6, associations = $7,
		owners = $8, tags = $9, verified = $10, email_key = $11, state = $12, version = $13, modified_at = $14, modified_by = $15, name_key = $16, merged = $17, custom = $18, subtype = $19, blocked = $20, picture = $21
		WHERE org_id = $1 AND n = $2`,
		tx.scope.OrgID, after.N, after.DisplayName, after.FullName, after.Description, pack(after.Identifiers), pack(after.Associations),
		pack(after.Owners), pack(after.Tags), after.Verified, after.EmailKey(), after.State, after.Version, after.ModifiedAt, after.ModifiedBy,
		contact.FoldName(after.DisplayName), after.Merged, after.Custom.Pack(), after.Subtype, after.Blocked, after.Picture)
	if err != nil {
		return d, false, err
	}
	if err := tx.rewritten(ctx, don.Contact, docOfContact(before), docOfContact(after)); err != nil {
		return d, true, err
	}
	return d, true, tx.changeAttrs(ctx, after.N, contactAttrs(before), contactAttrs(after))
}

// DeleteContact moves a contact to the trash. Its identifiers are the caller's
// to release.
func (tx *Tx) DeleteContact(ctx context.Context, c *contact.Contact) error {
	return tx.discard(ctx, "contact", don.Of(don.Contact, c.N), c, contactAttrs(c))
}

// RestoreContact brings a contact back from the trash as it was.
func (tx *Tx) RestoreContact(ctx context.Context, c *contact.Contact) error {
	if err := tx.takeOut(ctx, don.Of(don.Contact, c.N)); err != nil {
		return err
	}
	if err := tx.PutContact(ctx, c); err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.Contact, c.N), opRestored, ""})
}

// indexed returns the numbers of up to limit records above after that hold
// an index value.
func (tx *Tx) indexed(ctx context.Context, field, value string, after int64, limit int) ([]int64, error) {
	return collect(ctx, tx.q, "SELECT n FROM attr WHERE org_id = $1 AND field = $2 AND value = $3 AND n > $4 ORDER BY n LIMIT $5",
		[]any{tx.scope.OrgID, field, value, after, limit}, func(n *int64) []any { return []any{n} })
}

// ContactsOf returns the numbers of up to limit contacts above after that are
// associated with an account or workspace.
func (tx *Tx) ContactsOf(ctx context.Context, of don.ID, after int64, limit int) ([]int64, error) {
	return tx.indexed(ctx, contactPlace, place(of.Type, of.N), after, limit)
}
