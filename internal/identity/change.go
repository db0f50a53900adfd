package identity

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// Change saves a contact that a member edited: identifiers that it gained are
// assigned, those that it lost are released. It reports whether anything
// changed. An identifier that another record holds is a conflict naming that
// record, and then nothing is written. What arrives through an identifier is
// for Observe.
func Change(ctx context.Context, tx Tx, before, after *contact.Contact) (bool, error) {
	if before.Merged {
		return changeMerged(ctx, tx, before, after)
	}
	settle(before, after)
	if err := reindex(ctx, tx, before, after); err != nil {
		return false, err
	}
	return tx.UpdateContact(ctx, before, after)
}

// settle completes the changed form of a contact.
func settle(before, after *contact.Contact) {
	after.Identifiers = mainFirst(after.Identifiers)
	// Losing the last claim proves nothing.
	after.Verified = before.Verified || len(after.Identifiers) > 0 && verified(after)
}

// reindex brings the identity index from what a contact had to what it has.
func reindex(ctx context.Context, tx Tx, before, after *contact.Contact) error {
	settings := tx.Scope().Settings
	var gained []contact.Identifier
	for _, i := range after.Identifiers {
		if !holds(before, i) {
			gained = append(gained, i)
		}
	}
	if err := assign(ctx, tx, gained, after.N, settings); err != nil {
		return err
	}
	var lost []Entry
	for _, i := range before.Identifiers {
		if !holds(after, i) {
			lost = append(lost, entryOf(i, before.N, settings))
		}
	}
	if err := tx.RemoveIdentifiers(ctx, lost); err != nil {
		return err
	}
	return remain(ctx, tx, before, after, settings)
}

// holds reports whether a contact has an identifier as more than a claim, and
// so its key.
func holds(c *contact.Contact, want contact.Identifier) bool {
	return slices.ContainsFunc(c.Identifiers, func(i contact.Identifier) bool {
		return i.Proof != contact.Claimed && i.Kind == want.Kind && i.Norm() == want.Norm()
	})
}

// remain updates which of the kept identifiers is the main one of its kind.
func remain(ctx context.Context, tx Tx, before, after *contact.Contact, s org.Settings) error {
	for _, i := range after.Identifiers {
		at := slices.IndexFunc(before.Identifiers, func(b contact.Identifier) bool { return b.Kind == i.Kind && b.Norm() == i.Norm() })
		if at >= 0 && before.Identifiers[at].Main != i.Main {
			if err := tx.SetMain(ctx, entryOf(i, after.N, s)); err != nil {
				return err
			}
		}
	}
	return nil
}

// assign gives identifiers to contact n.
func assign(ctx context.Context, tx Tx, ids []contact.Identifier, n int64, s org.Settings) error {
	if len(ids) == 0 {
		return nil
	}
	b := newBatch(tx)
	b.settings = s
	if err := b.look(ctx, ids); err != nil {
		return err
	}
	if err := b.clash(ids, n); err != nil {
		return err
	}
	for _, i := range ids {
		b.take(i, n)
	}
	return b.save(ctx)
}

// look reads who holds the keys of identifiers and locks nobody: the caller has
// locked the contacts that it changes, and another lock behind those, such as of
// everybody who shares a phone, could close a circle of waiting. The index
// itself refuses a key that is taken meanwhile.
func (b *batch) look(ctx context.Context, ids []contact.Identifier) error {
	keys := make([]string, len(ids))
	for at, i := range ids {
		keys[at] = Key(i.Kind, i.Norm())
	}
	entries, err := b.tx.Identifiers(ctx, keys)
	if err != nil {
		return err
	}
	var ns []int64
	for _, e := range entries {
		b.holders[e.Key] = append(b.holders[e.Key], e)
		if e.Subject.Type == don.Contact && e.Holder == 0 {
			ns = append(ns, e.Subject.N)
		}
	}
	found, err := b.tx.Contacts(ctx, ns, false)
	if err != nil {
		return err
	}
	for n, c := range found {
		b.touched[n] = &work{before: c, after: clone(c)}
	}
	return b.loadGroups(ctx, ns, found)
}

// Delete moves a contact to the trash, frees its identifiers at once and ends its
// tokens, which do not come back with it.
func Delete(ctx context.Context, tx Tx, c *contact.Contact) error {
	if err := tx.RevokeAllTokens(ctx, []don.ID{don.Of(don.Contact, c.N)}, time.Time{}); err != nil {
		return err
	}
	if err := tx.RemoveIdentifiers(ctx, Entries(c, tx.Scope().Settings)); err != nil {
		return err
	}
	return tx.DeleteContact(ctx, c)
}

// Restore brings a contact back from the trash. An identifier that someone
// else has taken meanwhile is a conflict that lists every such clash; nothing
// is restored then, unless without is set, which leaves those identifiers out.
func Restore(ctx context.Context, tx Tx, n int64, without bool) (*contact.Contact, error) {
	c := &contact.Contact{}
	if err := tx.Discarded(ctx, don.Of(don.Contact, n), c); err != nil {
		return nil, instead(ctx, tx, don.Of(don.Contact, n), err)
	}
	b := newBatch(tx)
	if err := b.load(ctx, []Observation{{Identifiers: c.Identifiers}}); err != nil {
		return nil, err
	}
	var kept []contact.Identifier
	var clashes []map[string]any
	for _, i := range c.Identifiers {
		err := errs.As(b.clash([]contact.Identifier{i}, n))
		if err == nil {
			kept = append(kept, i)
			continue
		}
		clashes = append(clashes, map[string]any{"field_name": err.Field, "value": i.Value, "holder": err.Details["holder"]})
	}
	if len(clashes) > 0 && !without {
		return nil, errs.New(errs.Conflict, "conflict", "%d of its values now clash with other records; restore it without them or free them first",
			len(clashes)).With("clashes", clashes)
	}
	if err := forgo(ctx, tx, c, kept, clashes); err != nil {
		return nil, err
	}
	for _, i := range c.Identifiers {
		b.take(i, n)
	}
	if err := b.save(ctx); err != nil {
		return nil, err
	}
	return c, tx.RestoreContact(ctx, c)
}

// Claim gives exclusive keys (references and domains of accounts, references of
// workspaces) to a record. A key that another record holds is a conflict naming
// it, and then nothing is taken.
func Claim(ctx context.Context, tx Tx, owner don.ID, kind contact.Kind, values []string) error {
	if len(values) == 0 {
		return nil
	}
	entries := make([]Entry, len(values))
	keys := make([]string, len(values))
	shown := map[string]string{}
	for i, v := range values {
		keys[i] = Key(kind, v)
		shown[keys[i]] = v
		entries[i] = Entry{Key: keys[i], Subject: owner, Main: i == 0}
	}
	held, err := tx.Identifiers(ctx, keys)
	if err != nil {
		return err
	}
	for _, h := range held {
		if h.Subject != owner {
			return Taken(Field(kind), shown[h.Key], h.Subject, "")
		}
		entries = slices.DeleteFunc(entries, func(e Entry) bool { return e.Key == h.Key })
	}
	stood, err := tx.AddIdentifiers(ctx, entries)
	if err == nil && len(stood) > 0 {
		return ErrAgain
	}
	return err
}

// Unclaim frees keys of a record.
func Unclaim(ctx context.Context, tx Tx, owner don.ID, kind contact.Kind, values []string) error {
	entries := make([]Entry, len(values))
	for i, v := range values {
		entries[i] = Entry{Key: Key(kind, v), Subject: owner}
	}
	return tx.RemoveIdentifiers(ctx, entries)
}

// Find returns the record that holds an exclusive key; ok is false when nobody does.
func Find(ctx context.Context, tx Tx, kind contact.Kind, value string) (id don.ID, ok bool, err error) {
	held, err := tx.Identifiers(ctx, []string{Key(kind, value)})
	if err != nil || len(held) != 1 {
		return don.ID{}, false, err
	}
	return held[0].Subject, true, nil
}

// Create adds a contact whose number is given already, such as an import's row.
// An identifier that another contact holds is a conflict naming it, and then
// nothing is written.
func Create(ctx context.Context, tx Tx, c *contact.Contact) error {
	c.Identifiers = mainFirst(c.Identifiers)
	if err := assign(ctx, tx, c.Identifiers, c.N, tx.Scope().Settings); err != nil {
		return err
	}
	return tx.InsertContacts(ctx, []*contact.Contact{c})
}
