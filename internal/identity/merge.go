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
	// RevokeAllTokens ends the tokens of the subjects that were issued after a
	// time; all with the zero time.
	RevokeAllTokens(ctx context.Context, subjects []don.ID, after time.Time) error
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
	Why
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

// pair loads the two records of a merge and refuses what cannot be merged.
func pair[T any](ctx context.Context, tx Tx, of kind[T], primary, secondary int64, lock bool) (p, s *T, err error) {
	if primary == secondary {
		return nil, nil, errs.BadRequest("%s cannot be merged with itself; give the id of another one", don.Of(of.of(), primary).Display())
	}
	found, err := of.load(ctx, []int64{primary, secondary}, lock)
	if err != nil {
		return nil, nil, err
	}
	for _, n := range []int64{primary, secondary} {
		if found[n] == nil {
			return nil, nil, Absent(ctx, tx, don.Of(of.of(), n))
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

// mergedAway returns a record that was merged into another as it would be alone,
// with its survivor; not_found if it was not, or if the survivor is in the trash.
func mergedAway[T any](ctx context.Context, tx Tx, of kind[T], n int64) (own *T, survivor int64, err error) {
	gone := errs.Gone(don.Of(of.of(), n).Display())
	survivors, err := tx.Survivors(ctx, of.of(), []int64{n})
	if err != nil {
		return nil, 0, err
	}
	s, ok := survivors[n]
	if !ok {
		return nil, 0, gone
	}
	found, err := of.load(ctx, []int64{s}, false)
	if err != nil {
		return nil, 0, err
	}
	all, err := kinOf(ctx, tx, of, s)
	if err != nil {
		return nil, 0, err
	}
	if found[s] == nil || all[s] == nil {
		return nil, 0, gone
	}
	return all[s].members[n].Own, s, nil
}

// merge merges a record into another: the primary keeps its values, gets those
// it has not, and all elements of the lists of both. The secondary's id leads to
// the primary from then on.
func merge[T any](ctx context.Context, tx Tx, of kind[T], primary, secondary int64, why Why) (Merge, error) {
	p, s, err := pair(ctx, tx, of, primary, secondary, true)
	if err != nil {
		return Merge{}, err
	}
	k, err := join(ctx, tx, of, p, s, primary, secondary)
	if err != nil {
		return Merge{}, err
	}
	m := Merge{Type: of.of(), Primary: primary, Secondary: secondary, State: Active, At: tx.Now(), By: tx.Scope().Actor.Tail(), Why: why}
	if m.N, err = tx.Next(ctx, don.Merge, 1); err != nil {
		return Merge{}, err
	}
	k.members[secondary].MergeN = m.N
	var after *T
	op, _ := of.ops()
	return m, inOrder(
		func() error { return of.reindex(ctx, s, of.blank(secondary)) },
		func() error { return of.absorb(ctx, s) },
		func() error { after, _, err = k.save(ctx, tx, p); return err },
		func() error { return of.follow(ctx, k, k.members[secondary]) },
		func() error { return k.store(ctx, tx) },
		func() error { return tx.InsertMerge(ctx, m) },
		func() error { return decided(ctx, tx, m) },
		func() error { return m.tell(ctx, tx, op, p, after, primary, k.within(secondary), primary) })
}

// join puts the members of two records together, without a merge's number yet.
func join[T any](ctx context.Context, tx Tx, of kind[T], p, s *T, primary, secondary int64) (*kin[T], error) {
	all, err := kinOf(ctx, tx, of, primary, secondary)
	if err != nil {
		return nil, err
	}
	k, h := all[primary], all[secondary]
	if k == nil {
		k = solo(of, primary, p)
	}
	if h == nil {
		h = solo(of, secondary, s)
	}
	of.renew(k, p)
	of.renew(h, s)
	k.root().touch(*of.edition(p).version)
	h.root().touch(*of.edition(s).version)
	h.root().Into = primary
	for n, m := range h.members {
		m.Survivor, m.dirty = primary, true
		k.members[n] = m
	}
	return k, of.admit(ctx, k, p, s)
}

// tell writes the history of a merge or its undo on both records, and one note
// for readers of changes, with the record that each id leads to now.
func (m Merge) tell(ctx context.Context, tx Tx, op string, before, after any, survivor int64, moved []int64, to int64) error {
	ids := IDMap{}
	for _, n := range moved {
		ids[don.Of(m.Type, n).Tail()] = don.Of(m.Type, to).Tail()
	}
	extra := map[string]any{"merge": don.Of(don.Merge, m.N).Tail(), "ids": ids}
	if m.Rule != "" {
		extra["rule"] = m.Rule
	}
	id, other := don.Of(m.Type, survivor), Note{ID: don.Of(m.Type, m.Secondary), Op: op, Extra: extra}
	if m.Type == don.Conversation { // which somebody may have open
		extra["primary"], extra["secondary"] = don.Of(m.Type, m.Primary).Tail(), don.Of(m.Type, m.Secondary).Tail()
		other.Tell = other.ID
	}
	_, err := tx.Record(ctx, Note{ID: id, Op: op, Before: before, After: after, Extra: extra, Tell: id}, other)
	return err
}

// inOrder runs steps until one fails.
func inOrder(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
