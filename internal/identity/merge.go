package identity

import (
	"cmp"
	"context"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// mergeTx is what merging needs of a transaction.
type mergeTx interface {
	// Survivors returns, of the records given, those that were merged away, each
	// with the record that stands for it now.
	Survivors(ctx context.Context, t don.Type, ns []int64) (map[int64]int64, error)
	// Aliases returns all members of the groups of the survivors given.
	Aliases(ctx context.Context, t don.Type, survivors []int64) ([]Alias, error)
	PutAlias(ctx context.Context, a Alias) error
	DropAliases(ctx context.Context, t don.Type, ns []int64) error

	InsertMerge(ctx context.Context, m Merge) error
	Merge(ctx context.Context, n int64) (Merge, error)
	// EndMerge notes that a merge was undone and reports whether it stood.
	EndMerge(ctx context.Context, n int64) (bool, error)
	NoteEdit(ctx context.Context, id don.ID, mergeN, historyID int64) error
	// Edits returns what NoteEdit noted of the records since a merge, the latest
	// first.
	Edits(ctx context.Context, t don.Type, ns []int64, mergeN int64, limit int) ([]Edit, error)

	// RewriteContact is UpdateContact without history.
	RewriteContact(ctx context.Context, before, after *contact.Contact) (bool, error)
	// ObserveContact is UpdateContact for what arrived through an identifier.
	ObserveContact(ctx context.Context, before, after *contact.Contact, via Via) (bool, error)
	// AbsorbContact takes a contact's row out of lists; PutContact adds one.
	AbsorbContact(ctx context.Context, c *contact.Contact) error
	PutContact(ctx context.Context, c *contact.Contact) error
	// ReplaceDiscarded changes a record of the trash; DiscardLike adds one that
	// counts as deleted together with another.
	ReplaceDiscarded(ctx context.Context, id don.ID, body any) error
	DiscardLike(ctx context.Context, id, like don.ID, body any) error

	Record(ctx context.Context, notes ...Note) ([]int64, error)
	// HistoryVia returns up to limit changes of a record above an id that came
	// through one of the keys, in their order.
	HistoryVia(ctx context.Context, id don.ID, keys []string, after int64, limit int) ([]Past, error)
	CountHistory(ctx context.Context, id don.ID, limit int) (int, error)
	RevokeAllTokens(ctx context.Context, subjects []don.ID) error
}

// Operations of merges in history and outbox.
const (
	OpMerged   = "rev_user_merged"
	OpUnmerged = "rev_user_unmerged"
	OpSplit    = "rev_user_split"
	OpUpdated  = "updated"
)

// Note is an entry for the history of a record.
type Note struct {
	ID            don.ID
	Op            string
	Before, After any // what differs between them is the entry's delta; nil for nothing
	Extra         map[string]any
	Via           Via
	Tell          don.ID // the record that readers of changes are told of; zero tells nobody
}

// Via says through which identifier a change came. The zero Via is a member's.
type Via struct {
	Key    string // the identity key
	N      int64  // in the place of a key: the contact whose own id was given
	Source string // api, import/12, …
}

// Name is how history keeps it.
func (v Via) Name() string {
	if v.Key == "" && v.N != 0 {
		return don.Of(don.Contact, v.N).Tail()
	}
	return v.Key
}

// Merge is one merge of two records, undone or not.
type Merge struct {
	N                  int64
	Type               don.Type
	Primary, Secondary int64
	State              string // active, undone, or purged: removed for good with its record
	At                 time.Time
	By                 string // tail of the actor's DON
	UndoneAt           *time.Time
	UndoneBy           string
}

// The states of a merge.
const (
	Active = "active"
	Undone = "undone"
	Purged = "purged"
)

// Edit is a change that a member made to a merged record.
type Edit struct {
	N     int64 // of the record
	At    time.Time
	Actor string
	Delta []byte // as in history
}

// Past is an entry of history.
type Past struct {
	ID    int64
	Via   string
	Delta []byte
}

// IDMap says which record stands for another after a merge, or no longer does
// after its undo.
type IDMap map[string]string

// pair loads the two contacts of a merge and refuses what cannot be merged.
func pair(ctx context.Context, tx Tx, primary, secondary int64, lock bool) (p, s *contact.Contact, err error) {
	if primary == secondary {
		return nil, nil, errs.BadRequest("%s cannot be merged with itself; give the id of another contact", don.Of(don.Contact, primary).Display())
	}
	found, err := tx.Contacts(ctx, []int64{primary, secondary}, lock)
	if err != nil {
		return nil, nil, err
	}
	for _, n := range []int64{primary, secondary} {
		if found[n] == nil {
			return nil, nil, Absent(ctx, tx, don.Of(don.Contact, n))
		}
	}
	return found[primary], found[secondary], nil
}

// Absent returns why a record is not there to be changed: it was merged into
// another, which the error names, or it does not exist.
func Absent(ctx context.Context, tx Tx, id don.ID) error {
	err := instead(ctx, tx, id, errs.Gone(id.Display()))
	if id.Type != don.Contact || !errs.Is(err, errs.NotFound) {
		return err
	}
	// A merge took it away, and was undone before it could be seen.
	if back, e := tx.Contacts(ctx, []int64{id.N}, false); e != nil || back[id.N] != nil {
		return cmp.Or(e, ErrAgain)
	}
	return err
}

// instead replaces an error about a record that is not there by one that names
// the record it was merged into, if it was.
func instead(ctx context.Context, tx Tx, id don.ID, err error) error {
	survivors, e := tx.Survivors(ctx, id.Type, []int64{id.N})
	if e != nil {
		return e
	}
	if s, ok := survivors[id.N]; ok {
		now := don.Of(id.Type, s)
		return errs.BadRequest("%s was merged into %s; use %s", id.Display(), now.Display(), now.Display()).With("primary_identity", now)
	}
	return err
}

// MergedAway returns a contact that was merged into another as it would be
// alone, in state deleted and with its survivor; not_found if it was not, or if
// the survivor is in the trash.
func MergedAway(ctx context.Context, tx Tx, n int64) (*contact.Contact, error) {
	gone := errs.Gone(don.Of(don.Contact, n).Display())
	survivors, err := tx.Survivors(ctx, don.Contact, []int64{n})
	if err != nil {
		return nil, err
	}
	s, ok := survivors[n]
	if !ok {
		return nil, gone
	}
	found, err := tx.Contacts(ctx, []int64{s}, false)
	if err != nil {
		return nil, err
	}
	all, err := groups(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	if found[s] == nil || all[s] == nil {
		return nil, gone
	}
	c := all[s].members[n].Own
	c.State, c.Survivor = "deleted", s
	return c, nil
}

// MergeContacts merges a contact into another: the primary keeps its values,
// gets those it has not, and all identifiers, places, owners and tags of both.
// The secondary's id leads to the primary from then on. Errors: invalid for a
// contact that was merged away or both being the same, not_found.
func MergeContacts(ctx context.Context, tx Tx, primary, secondary int64) (Merge, error) {
	p, s, err := pair(ctx, tx, primary, secondary, true)
	if err != nil {
		return Merge{}, err
	}
	g, moved, err := join(ctx, tx, p, s)
	if err != nil {
		return Merge{}, err
	}
	m := Merge{Type: don.Contact, Primary: p.N, Secondary: s.N, State: Active, At: tx.Now(), By: tx.Scope().Actor.Tail()}
	if m.N, err = tx.Next(ctx, don.Merge, 1); err != nil {
		return Merge{}, err
	}
	g.members[s.N].MergeN = m.N
	if err := tx.RemoveIdentifiers(ctx, Entries(s, tx.Scope().Settings.SharedEmails)); err != nil {
		return Merge{}, err
	}
	if err := tx.AbsorbContact(ctx, s); err != nil {
		return Merge{}, err
	}
	after, _, err := g.save(ctx, tx, p)
	if err != nil {
		return Merge{}, err
	}
	if err := tx.InsertMerge(ctx, m); err != nil {
		return Merge{}, err
	}
	if err := tx.RevokeAllTokens(ctx, contactIDs(moved)); err != nil {
		return Merge{}, err
	}
	return m, m.tell(ctx, tx, OpMerged, p, after, moved, p.N)
}

// join puts the members of two contacts into one group, without a merge's
// number yet, and returns it with those that came along.
func join(ctx context.Context, tx Tx, p, s *contact.Contact) (*group, []int64, error) {
	g, err := groupOf(ctx, tx, p)
	if err != nil {
		return nil, nil, err
	}
	h, err := groupOf(ctx, tx, s)
	if err != nil {
		return nil, nil, err
	}
	g.root().touch(p.Version)
	h.root().touch(s.Version)
	moved := h.within(s.N)
	h.root().Into = p.N
	for n, m := range h.members {
		m.Survivor, m.dirty = p.N, true
		g.members[n] = m
	}
	return g, moved, nil
}

// save writes the view of a group's survivor, from the one that stands, with
// its index, and the members that changed.
func (g *group) save(ctx context.Context, tx Tx, before *contact.Contact) (after *contact.Contact, changed bool, err error) {
	after = g.view(g.survivor)
	if err := reindex(ctx, tx, before, after); err != nil {
		return nil, false, err
	}
	if changed, err = tx.RewriteContact(ctx, before, after); err != nil {
		return nil, false, err
	}
	return after, changed, g.store(ctx, tx)
}

// tell writes the history of a merge or its undo on both records, and one note
// for readers of changes, with the record that each id leads to now.
func (m Merge) tell(ctx context.Context, tx Tx, op string, before, after *contact.Contact, moved []int64, to int64) error {
	ids := IDMap{}
	for _, n := range moved {
		ids[don.Of(don.Contact, n).Tail()] = don.Of(don.Contact, to).Tail()
	}
	extra := map[string]any{"merge": don.Of(don.Merge, m.N).Tail(), "ids": ids}
	id := don.Of(don.Contact, after.N)
	_, err := tx.Record(ctx,
		Note{ID: id, Op: op, Before: before, After: after, Extra: extra, Tell: id},
		Note{ID: don.Of(don.Contact, m.Secondary), Op: op, Extra: extra})
	return err
}

func contactIDs(ns []int64) []don.ID {
	out := make([]don.ID, len(ns))
	for i, n := range ns {
		out[i] = don.Of(don.Contact, n)
	}
	return out
}
