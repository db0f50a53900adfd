package importer

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
)

// The second pass: keys are matched against the database and those of new
// records reserved, in key order, which touches each page of the index once
// however large the file is.

// fate is what the second pass found out about a row.
type fate byte

const (
	fateNone   fate = iota // not valid
	fateCreate             // new, its keys are reserved
	fateMatch              // its reference belongs to a contact that exists
	fateClash              // its e-mail belongs to another contact
	fateLater              // an earlier row of the file has its reference or e-mail
	fateSlow               // a reservation stands in the way: decided when its turn comes
)

// fates holds what is known of every row, a few bytes each.
type fates struct {
	of     []fate
	mu     sync.Mutex
	holder []int64  // who has the reference or e-mail; nil until one is known
	later  []repeat // rows whose key an earlier row has, sorted by row
}

// repeat says that row has the same key as an earlier one.
type repeat struct {
	row, first uint32
	email      bool
}

// hold notes who has a row's key. Batches that run at once may call it.
func (f *fates) hold(row uint32, n int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.holder == nil {
		f.holder = make([]int64, len(f.of))
	}
	f.holder[row-1] = n
}

// take notes that the row is a record of its own now.
func (f *fates) take(row uint32) {
	f.of[row-1] = fateCreate
	if f.holder != nil {
		f.holder[row-1] = 0
	}
}

// repeats returns which earlier rows have the row's keys.
func (f *fates) repeats(row uint32) []repeat {
	i := sort.Search(len(f.later), func(i int) bool { return f.later[i].row >= row })
	j := i
	for j < len(f.later) && f.later[j].row == row {
		j++
	}
	return f.later[i:j]
}

// keyBatch is how many keys are reserved in one transaction: short enough that
// a waiting request hardly notices.
var keyBatch = 20_000

// number returns the record number of a row. A dry run, which takes no numbers,
// gives numbers that no record has.
func (r *run) number(row uint32) int64 {
	if r.imp.To == 0 {
		return -int64(row)
	}
	return r.imp.From + int64(row) - 1
}

// own reports whether n is reserved for a row of this import.
func (r *run) own(n int64) bool { return n >= r.imp.From && n <= r.imp.To }

// reserve runs the second pass.
func (r *run) reserve(p *plan) (*fates, error) {
	f := &fates{of: make([]fate, p.rows)}
	steps := []struct {
		keys *runs
		kind contact.Kind
		from float64
	}{{p.refs, contact.KindRef, 0.25}, {p.emails, contact.KindEmail, 0.37}, {p.phones, contact.KindPhone, 0.49}, {p.attrs, "", 0.61}}
	for _, s := range steps {
		k := &keeper{run: r, fates: f, kind: s.kind, total: p.rows, from: s.from, lanes: newLanes(r.svc.DB.Lanes())}
		err := s.keys.sorted(k.add)
		if err == nil {
			err = k.flush()
		}
		if err = cmp.Or(k.lanes.wait(), err); err != nil {
			return nil, err
		}
		slices.SortFunc(f.later, func(a, b repeat) int { return int(a.row) - int(b.row) })
	}
	return f, r.recall(f)
}

// recall notes what became of the rows that were applied before a restart.
// Those that had to wait for their turn and did not fail are records now.
func (r *run) recall(f *fates) error {
	for row := range r.imp.DoneRow {
		if of := f.of[row]; of == fateLater || of == fateSlow || of == fateClash {
			f.take(uint32(row + 1))
		}
	}
	after := int64(0)
	for r.imp.DoneRow > 0 {
		failed, err := r.svc.Failures(r.ctx, r.scope, r.imp.N, after, 1000)
		if err != nil || len(failed) == 0 {
			return err
		}
		for _, row := range failed {
			f.of[row.Row-1] = fateNone
		}
		after = failed[len(failed)-1].Row
	}
	return nil
}

// keeper takes the sorted keys of one kind.
type keeper struct {
	run   *run
	fates *fates
	kind  contact.Kind // "" for attributes
	batch *keys
	lanes *lanes
	done  int64
	total int64
	from  float64
	last  []byte // the key before, to see repeats
	first uint32 // the row that has it
	turn  []byte // the last key that a row decided in its turn may take
}

// add takes the next key. Of rows with the same exclusive key the first has it.
func (k *keeper) add(key []byte, row uint32) error {
	k.done++
	exclusive := k.exclusive()
	if k.kind != contact.KindRef && k.fates.of[row-1] != fateCreate {
		// Settled by its reference or e-mail. It may still gain this address when
		// its turn comes, before a later row does: so that one waits for its turn.
		if exclusive {
			k.turn = append(k.turn[:0], key...)
		}
		return nil
	}
	if exclusive && k.blocked(key) {
		k.fates.of[row-1] = fateSlow // several may have it
		return nil
	}
	if exclusive && len(k.turn) > 0 && string(k.turn) == string(key) {
		k.fates.of[row-1] = fateSlow
		return nil
	}
	if exclusive {
		if string(k.last) == string(key) && k.first != 0 {
			k.fates.of[row-1] = fateLater
			k.fates.later = append(k.fates.later, repeat{row: row, first: k.first, email: k.kind == contact.KindEmail})
			return nil
		}
		k.last = append(k.last[:0], key...)
		k.first = row
	}
	if k.kind == contact.KindRef {
		k.fates.of[row-1] = fateCreate
	}
	if k.batch == nil {
		k.batch = &keys{keeper: k, list: make([]Key, 0, keyBatch), text: make([]byte, 0, keyBatch*keySize)}
	}
	k.batch.add(key, Key{N: k.run.number(row), Row: row, Shared: !exclusive, Main: true})
	if len(k.batch.list) < keyBatch {
		return nil
	}
	return k.flush()
}

// blocked reports whether the org lets the key match nobody.
func (k *keeper) blocked(key []byte) bool {
	s := k.run.scope.Settings
	if len(s.BlockedValues) == 0 {
		return false
	}
	kind, norm := identity.ParseKey(string(key))
	return identity.Blocked(s, contact.Identifier{Kind: kind, Value: norm})
}

func (k *keeper) exclusive() bool {
	switch k.kind {
	case contact.KindRef:
		return true
	case contact.KindEmail:
		return !k.run.scope.Settings.SharedEmails
	case contact.KindPhone:
	}
	return false
}

// flush hands the gathered keys to a lane, which matches them and reserves those
// that are free, while the next ones are gathered.
func (k *keeper) flush() error {
	if k.batch == nil {
		return nil
	}
	err := k.lanes.run(k.batch.write)
	k.batch = nil
	if err != nil {
		return err
	}
	return k.run.report(Matching, k.from+0.12*float64(k.done)/float64(max(k.total, k.done)), k.run.plan.rows)
}

// keys are neighbours in the index that are reserved in one transaction.
type keys struct {
	*keeper
	text []byte
	list []Key
}

// keySize is a guess at the size of a key.
const keySize = 40

func (b *keys) add(text []byte, key Key) {
	from := len(b.text)
	b.text = append(b.text, text...)
	key.Text = b.text[from:len(b.text):len(b.text)]
	b.list = append(b.list, key)
}

func (b *keys) write() error {
	err := b.run.bulk("reserve", b.reserve)
	for try := 0; errs.Is(err, errs.Conflict) && b.exclusive() && try < 10; try++ {
		err = b.run.bulk("reserve", b.reserve) // someone took one of them meanwhile: look again
	}
	return err
}

func (b *keys) reserve(tx Tx) error {
	r := b.run
	free := b.list
	if b.exclusive() {
		held, err := b.held(tx)
		if err != nil {
			return err
		}
		free = b.settle(free, held)
	}
	if r.imp.DoneRow > 0 {
		// Rows that were applied before a restart have what they could have.
		free = slices.DeleteFunc(slices.Clone(free), func(key Key) bool { return int64(key.Row) <= r.imp.DoneRow })
	}
	if r.imp.Options.DryRun || len(free) == 0 {
		return nil
	}
	// After a restart shared keys may stand already; exclusive ones were seen.
	fresh := b.exclusive() || !r.resumed
	if b.kind == "" {
		return tx.ReserveAttrs(r.ctx, free, fresh)
	}
	return tx.Reserve(r.ctx, free, don.Contact, fresh)
}

// held returns who has the gathered keys. A scan of the range is much cheaper
// than single lookups unless the database has far more keys in it.
func (b *keys) held(tx Tx) (map[string]identity.Entry, error) {
	first, last := string(b.list[0].Text), string(b.list[len(b.list)-1].Text)
	limit := 4 * len(b.list)
	got, err := tx.KeysBetween(b.run.ctx, first, last, limit)
	if err == nil && len(got) == limit {
		texts := make([]string, len(b.list))
		for i := range b.list {
			texts[i] = string(b.list[i].Text)
		}
		got, err = tx.Identifiers(b.run.ctx, texts)
	}
	if err != nil {
		return nil, err
	}
	held := make(map[string]identity.Entry, len(got))
	for _, e := range got {
		held[e.Key] = e
	}
	return held, b.byID(tx, held)
}

// byID adds to held the contacts that rows name by their full id instead of a
// reference, as exports do for those without one. A reference wins.
func (b *keys) byID(tx Tx, held map[string]identity.Entry) error {
	if b.kind != contact.KindRef {
		return nil
	}
	named := map[int64]string{}
	for i := range b.list {
		key := b.list[i].Text
		if _, taken := held[string(key)]; taken || !bytes.HasPrefix(key[2:], []byte(donPrefix)) {
			continue
		}
		if n := b.run.named(don.Contact, string(key[2:])); n != 0 {
			named[n] = string(key)
		}
	}
	if len(named) == 0 {
		return nil
	}
	ns := slices.Collect(maps.Keys(named))
	found, err := tx.Contacts(b.run.ctx, ns, false)
	if err != nil {
		return err
	}
	for n := range found {
		held[named[n]] = identity.Entry{Key: named[n], Subject: don.Of(don.Contact, n)}
	}
	survivors, err := tx.Survivors(b.run.ctx, don.Contact, ns)
	for n, s := range survivors {
		held[named[n]] = identity.Entry{Key: named[n], Subject: don.Of(don.Contact, s)}
	}
	return err
}

// donPrefix begins every full id.
const donPrefix = "don:"

// named returns the record of the type that the first of the references that is
// a full id of this org's names, or 0.
func (r *run) named(t don.Type, refs ...string) int64 {
	for _, ref := range refs {
		if !strings.HasPrefix(ref, donPrefix) {
			continue
		}
		if id, err := r.scope.Space.Parse("", ref, t); err == nil && ref == r.scope.Space.Format(id) {
			return id.N
		}
	}
	return 0
}

// settle decides the fate of rows whose key is held and returns the other keys.
func (b *keys) settle(list []Key, held map[string]identity.Entry) []Key {
	if len(held) == 0 {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(key Key) bool {
		e, taken := held[string(key.Text)]
		if !taken {
			return false
		}
		f := b.fates
		switch {
		case e.Subject.N == key.N: // reserved before a restart
		case b.run.own(e.Subject.N) || e.Subject.Type != don.Contact:
			f.of[key.Row-1] = fateSlow
		case b.kind == contact.KindRef:
			f.of[key.Row-1] = fateMatch
			f.hold(key.Row, e.Subject.N)
		default:
			f.of[key.Row-1] = fateClash
			f.hold(key.Row, e.Subject.N)
		}
		return true
	})
}

// release takes back every reservation of rows that were not applied.
func (r *run) release(p *plan) error {
	for _, s := range []struct {
		keys   *runs
		shared bool
		attrs  bool
	}{{p.refs, false, false}, {p.emails, r.scope.Settings.SharedEmails, false}, {p.phones, true, false}, {p.attrs, false, true}} {
		var batch []Key
		flush := func() error {
			if len(batch) == 0 {
				return nil
			}
			err := r.bulk("release", func(tx Tx) error {
				if s.attrs {
					return tx.UnreserveAttrs(r.ctx, batch)
				}
				return tx.Unreserve(r.ctx, batch, don.Contact)
			})
			batch = nil
			return err
		}
		err := s.keys.sorted(func(key []byte, row uint32) error {
			if int64(row) <= r.imp.DoneRow {
				return nil
			}
			batch = append(batch, Key{Text: slices.Clone(key), N: r.number(row), Row: row, Shared: s.shared})
			if len(batch) < 2000 {
				return nil
			}
			return flush()
		})
		if err != nil {
			return err
		}
		if err := flush(); err != nil {
			return err
		}
	}
	return nil
}
