package identity

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
)

// Records that were merged are kin. Each keeps the state it would have alone,
// and what arrives through one of its identifiers changes that state and no
// other. What lists and reads show, the survivor's view, is put together from
// the members' states each time one of them changes. So taking a merge back is
// no more than parting the kin: nothing has to be worked out.

// Alias is the stored form of one of kin.
type Alias struct {
	Type     don.Type
	N        int64
	Survivor int64 // the member that the others' ids lead to
	Into     int64 // the member it was merged into, 0 for the survivor
	MergeN   int64 // by which merge, 0 for the survivor
	Body     []byte
}

// kind is what differs between contacts, accounts and workspaces when they are
// merged and parted: all else is the same for them.
type kind[T any] interface {
	of() don.Type
	// ops are the names of a merge and its undo in history and outbox.
	ops() (merged, unmerged string)
	clone(*T) *T
	blank(n int64) *T
	edition(*T) edition

	// begin and finish do to a member's view what is not adopting from another.
	begin(k *kin[T], m *kinsman[T], v *T)
	adopt(k *kin[T], v, from *T, hidden []string)
	finish(m *kinsman[T], v *T, merged bool)
	// names lists what of a view others can adopt or be refused.
	names(v *T) []string
	carries(own *T, key string) bool
	// edit applies to the members what a member of the org changed about the view.
	edit(k *kin[T], before, after *T)

	load(ctx context.Context, ns []int64, lock bool) (map[int64]*T, error)
	reindex(ctx context.Context, before, after *T) error
	rewrite(ctx context.Context, before, after *T) (bool, error)
	absorb(ctx context.Context, r *T) error
	put(ctx context.Context, r *T) error

	// renew takes over into the survivor's own state what its row has got past the kin.
	renew(k *kin[T], row *T)
	// admit refuses a merge of p and s, which k already has together, or prepares it.
	admit(ctx context.Context, k *kin[T], p, s *T) error
	// follow does what a merge does to other records, leave takes that back.
	follow(ctx context.Context, k *kin[T], moved *kinsman[T]) error
	// yield takes from gone what k has too and one record alone can have by now.
	yield(k, gone *kin[T], m Merge)
	leave(ctx context.Context, k, gone *kin[T], spaces []int64, p *Parted[T]) error
}

// edition is what every change of a record sets.
type edition struct {
	version *int64
	at      *time.Time
	by      *string
}

func (e edition) stamp(tx Tx) { *e.at, *e.by = tx.Now(), tx.Scope().Actor.Tail() }

// kinsman is one of the records that are one record now.
type kinsman[T any] struct {
	Alias
	kinBody[T]
	was   *T   // its own state when it was loaded
	dirty bool // whether it must be stored
	kind  kind[T]
}

// kinBody is what is kept of a member.
type kinBody[T any] struct {
	Own    *T                      // as it would be alone
	Hidden []string                `json:",omitempty"` // what members took off the view that the member it was merged into gets from it
	Main   map[contact.Kind]string `json:",omitempty"` // identifiers that members made the main ones of the view, where its own would be
	Lost   []Lost                  `json:",omitempty"`
	Spaces []int64                 `json:",omitempty"` // workspaces that the merge of an account moved
}

// kin are the records that are one, by number.
type kin[T any] struct {
	kind     kind[T]
	survivor int64
	members  map[int64]*kinsman[T]
}

// solo makes kin of a record that nothing was merged into yet.
func solo[T any](of kind[T], n int64, r *T) *kin[T] {
	m := &kinsman[T]{Alias: Alias{Type: of.of(), N: n, Survivor: n}, kinBody: kinBody[T]{Own: of.clone(r)}, was: of.clone(r), dirty: true, kind: of}
	return &kin[T]{of, n, map[int64]*kinsman[T]{n: m}}
}

// kinOf loads those of the records that others were merged into.
func kinOf[T any](ctx context.Context, tx Tx, of kind[T], survivors ...int64) (map[int64]*kin[T], error) {
	out := map[int64]*kin[T]{}
	if len(survivors) == 0 {
		return out, nil
	}
	rows, err := tx.Aliases(ctx, of.of(), survivors)
	if err != nil {
		return nil, err
	}
	for _, a := range rows {
		m := &kinsman[T]{Alias: a, kind: of}
		if err := json.Unmarshal(a.Body, &m.kinBody); err != nil {
			return nil, err
		}
		m.was = of.clone(m.Own)
		k := out[a.Survivor]
		if k == nil {
			k = &kin[T]{of, a.Survivor, map[int64]*kinsman[T]{}}
			out[a.Survivor] = k
		}
		k.members[a.N] = m
	}
	return out, nil
}

func (k *kin[T]) root() *kinsman[T] { return k.members[k.survivor] }

// each returns the members in the order of their numbers.
func (k *kin[T]) each() []*kinsman[T] {
	var out []*kinsman[T]
	for _, n := range slices.Sorted(maps.Keys(k.members)) {
		out = append(out, k.members[n])
	}
	return out
}

// children returns what was merged into a member, the earliest first.
func (k *kin[T]) children(n int64) []*kinsman[T] {
	var out []*kinsman[T]
	for _, m := range k.members {
		if m.Into == n {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b *kinsman[T]) int { return int(a.MergeN - b.MergeN) })
	return out
}

// within returns the numbers of a member and of all that was merged into it.
func (k *kin[T]) within(n int64) []int64 {
	out := []int64{n}
	for _, c := range k.children(n) {
		out = append(out, k.within(c.N)...)
	}
	return out
}

// path returns the members from one up to the survivor.
func (k *kin[T]) path(n int64) []*kinsman[T] {
	var out []*kinsman[T]
	for m := k.members[n]; m != nil; m = k.members[m.Into] {
		out = append(out, m)
	}
	return out
}

// latest returns the number of the latest merge among the members.
func (k *kin[T]) latest() int64 {
	var n int64
	for _, m := range k.members {
		n = max(n, m.MergeN)
	}
	return n
}

// origin returns the member whose own state has the key: the survivor before
// others, so that what nobody has counts as the survivor's.
func (k *kin[T]) origin(key string) *kinsman[T] {
	if k.root().hasKey(key) {
		return k.root()
	}
	for _, m := range k.each() {
		if m.hasKey(key) {
			return m
		}
	}
	return k.root()
}

// hasKey reports whether a member has a key; a claim is none.
func (m *kinsman[T]) hasKey(key string) bool { return m.kind.carries(m.Own, key) }

// view puts together what a member is with everything that was merged into it.
// It has a value of its own wherever it is not empty, and of lists all elements.
func (k *kin[T]) view(n int64) *T {
	m := k.members[n]
	v := k.kind.clone(m.Own)
	k.kind.begin(k, m, v)
	children := k.children(n)
	for _, c := range children {
		k.kind.adopt(k, v, k.view(c.N), c.Hidden)
	}
	k.kind.finish(m, v, len(children) > 0)
	return v
}

// hide takes a value off what the survivor's view gets from others.
func (k *kin[T]) hide(name string) {
	for _, c := range k.children(k.survivor) {
		if slices.Contains(k.kind.names(k.view(c.N)), name) && !slices.Contains(c.Hidden, name) {
			c.Hidden, c.dirty = append(slices.Clone(c.Hidden), name), true
		}
	}
}

// show lets a view have again what a member has just been given.
func (k *kin[T]) show(n int64, names []string) {
	for _, m := range k.path(n) {
		kept := slices.DeleteFunc(slices.Clone(m.Hidden), func(h string) bool { return slices.Contains(names, h) })
		if len(kept) != len(m.Hidden) {
			m.Hidden, m.dirty = kept, true
		}
	}
}

// changed notes that a member's own state was changed now.
func (m *kinsman[T]) changed(tx Tx) {
	e := m.kind.edition(m.Own)
	*e.version++
	e.stamp(tx)
	m.dirty = true
}

// touch makes a member's version higher than any that its record had.
func (m *kinsman[T]) touch(version int64) {
	e := m.kind.edition(m.Own)
	*e.version = max(*e.version, version) + 1
	m.dirty = true
}

// store writes the members that changed.
func (k *kin[T]) store(ctx context.Context, tx Tx) error {
	for _, m := range k.each() {
		if !m.dirty {
			continue
		}
		body, err := json.Marshal(m.kinBody)
		if err != nil {
			return err
		}
		m.Body = body
		if err := tx.PutAlias(ctx, m.Alias); err != nil {
			return err
		}
		m.dirty, m.was = false, k.kind.clone(m.Own)
	}
	return nil
}

// settle stores the members, or forgets about them when there is but one.
func (k *kin[T]) settle(ctx context.Context, tx Tx) error {
	if len(k.members) > 1 {
		return k.store(ctx, tx)
	}
	return tx.DropAliases(ctx, k.kind.of(), []int64{k.survivor})
}

// save writes the survivor's view, from the one that stands, with its index, and
// the members that changed.
func (k *kin[T]) save(ctx context.Context, tx Tx, before *T) (after *T, changed bool, err error) {
	after = k.view(k.survivor)
	if err := k.kind.reindex(ctx, before, after); err != nil {
		return nil, false, err
	}
	if changed, err = k.kind.rewrite(ctx, before, after); err != nil {
		return nil, false, err
	}
	return after, changed, k.store(ctx, tx)
}

// touched returns notes of what changed about members other than the survivor.
func (k *kin[T]) touched() []Note {
	var out []Note
	for _, m := range k.each() {
		if m.dirty && m.N != k.survivor {
			out = append(out, Note{ID: don.Of(m.Type, m.N), Op: OpUpdated, Before: m.was, After: k.kind.clone(m.Own)})
		}
	}
	return out
}

// change saves a record that a member of the org edited, whoever of the members
// brought what was changed, and reports whether anything changed. After is the
// record as it is shown then.
func (k *kin[T]) change(ctx context.Context, tx Tx, before, after *T) (bool, error) {
	return k.changeAs(ctx, tx, OpUpdated, before, after)
}

// changeAs is change by another name in history.
func (k *kin[T]) changeAs(ctx context.Context, tx Tx, op string, before, after *T) (bool, error) {
	k.kind.renew(k, before)
	k.kind.edit(k, before, after)
	touched := k.touched()
	view, changed, err := k.save(ctx, tx, before)
	if err != nil {
		return false, err
	}
	*after = *view
	if !changed {
		return false, nil
	}
	id := don.Of(k.kind.of(), k.survivor)
	notes := []Note{{ID: id, Op: op, Before: before, After: view, Tell: id}}
	ids, err := tx.Record(ctx, append(notes, touched...)...)
	if err != nil {
		return false, err
	}
	return true, tx.NoteEdit(ctx, id, k.latest(), ids[0])
}

// lostSince returns what the members lost since a merge.
func (k *kin[T]) lostSince(m Merge) []Lost {
	var out []Lost
	for _, x := range k.each() {
		for _, l := range x.Lost {
			if l.MergeN >= m.N {
				out = append(out, l)
			}
		}
	}
	return out
}
