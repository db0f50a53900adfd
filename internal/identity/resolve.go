package identity

import (
	"context"
	"errors"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// ErrAgain asks the store to run the transaction once more: another one has
// just taken an identifier that this one was about to take.
var ErrAgain = errors.New("an identifier was taken meanwhile")

// Tx is what identity needs of a transaction.
type Tx interface {
	Now() time.Time
	Scope() org.Scope
	Next(ctx context.Context, t don.Type, count int) (int64, error)
	Identifiers(ctx context.Context, keys []string) ([]Entry, error)
	AddIdentifiers(ctx context.Context, entries []Entry) (stood []int, err error)
	AddNewIdentifiers(ctx context.Context, entries []Entry) error
	RemoveIdentifiers(ctx context.Context, entries []Entry) error
	SetMain(ctx context.Context, e Entry) error
	Seize(ctx context.Context, e Entry, from int64) (bool, error)
	Contacts(ctx context.Context, ns []int64, lock bool) (map[int64]*contact.Contact, error)
	InsertContacts(ctx context.Context, cs []*contact.Contact) error
	UpdateContact(ctx context.Context, before, after *contact.Contact) (bool, error)
	DeleteContact(ctx context.Context, c *contact.Contact) error
	RestoreContact(ctx context.Context, c *contact.Contact) error
	Discarded(ctx context.Context, id don.ID, body any) error
	mergeTx
	duplicateTx
}

// Mode says what Resolve may do with an observation.
type Mode int

// The modes.
const (
	FindOrCreate Mode = iota
	CreateOnly        // a taken exclusive identifier is a conflict
	UpdateOnly        // nobody found is not_found
)

// Observation is what a channel, an import row or an API call says about a
// person. Identifiers are normalised, see Normalise.
type Observation struct {
	Mode         Mode
	DisplayName  string // empty: one is invented
	FullName     string
	Description  string
	Identifiers  []contact.Identifier
	Associations []contact.Association
	Owners       []int64
	Tags         []tag.Use
	Subtype      string
	Custom       schema.Values
	Picture      int64   // of a new contact
	Source       string  // api, import/12, …
	Channel      Channel // which rules find the contact
	// Trace is told of each look of a rule, where there is one.
	Trace *[]Tried
}

// Outcome is what became of an observation.
type Outcome struct {
	Contact *contact.Contact
	Created bool
	Changed bool
	By      Match            // how the contact was found
	Before  *contact.Contact // as it was, nil for a new one
	// Held lists identifiers that were not attached because another record
	// holds them: a hint that two records may be one person.
	Held   []Entry
	Linked []Merge     // contacts that became part of Contact
	Doubts []Suspicion // contacts that may be Contact
	Err    error
}

// Resolve finds or creates the contact of each observation, in order, as one
// set: every key is looked up once and every row written in bulk. An
// observation that fails leaves nothing behind and does not disturb the others.
// See RulesOf for how a contact is found.
func Resolve(ctx context.Context, tx Tx, obs []Observation) ([]Outcome, error) {
	b := newBatch(tx)
	if err := b.load(ctx, obs); err != nil {
		return nil, err
	}
	out := make([]Outcome, len(obs))
	for i := range obs {
		out[i] = b.resolve(&obs[i])
	}
	if err := b.save(ctx); err != nil {
		return nil, err
	}
	for i := range out {
		b.settle(&out[i])
	}
	return out, suspect(ctx, tx, out...)
}

// batch is the state of one Resolve: what the keys lead to, and what changes.
type batch struct {
	tx       Tx
	settings org.Settings
	holders  map[string][]Entry
	touched  map[int64]*work
	order    []*work
	added    []Entry
	seized   []seizure
	made     int64 // contacts made so far, counted down; numbers are given when saving
	first    int64 // the number of the first of them
}

type work struct {
	before, after *contact.Contact // before is nil for a new contact
	seen          *seen            // what arrived for a known contact
}

type seizure struct {
	entry Entry
	from  int64
}

func (b *batch) load(ctx context.Context, obs []Observation) error {
	var keys []string
	seen := map[string]bool{}
	for _, o := range obs {
		for _, i := range o.Identifiers {
			if k := Key(i.Kind, i.Norm()); !seen[k] {
				seen[k] = true
				keys = append(keys, k)
			}
		}
	}
	entries, err := b.tx.Identifiers(ctx, keys)
	if err != nil {
		return err
	}
	var ns []int64
	for _, e := range entries {
		b.holders[e.Key] = append(b.holders[e.Key], e)
		if e.Subject.Type == don.Contact {
			ns = append(ns, e.Subject.N)
		}
	}
	found, err := b.tx.Contacts(ctx, ns, true)
	if err != nil {
		return err
	}
	for n, c := range found {
		b.touched[n] = &work{before: c, after: clone(c)}
	}
	return b.loadGroups(ctx, ns, found)
}

func clone(c *contact.Contact) *contact.Contact {
	n := *c
	n.Identifiers = append([]contact.Identifier(nil), c.Identifiers...)
	n.Associations = append([]contact.Association(nil), c.Associations...)
	n.Owners = append([]int64(nil), c.Owners...)
	n.Tags = append([]tag.Use(nil), c.Tags...)
	return &n
}

// live returns the contacts that hold a key. A key may also be reserved by a
// running import, which is no contact yet.
func (b *batch) live(key string) []*work {
	var out []*work
	for _, e := range b.holders[key] {
		if w := b.touched[e.Subject.N]; w != nil && e.Subject.Type == don.Contact {
			out = append(out, w)
		}
	}
	return out
}

func (b *batch) resolve(o *Observation) Outcome {
	if o.Mode == CreateOnly {
		if err := b.clash(o.Identifiers, 0); err != nil {
			return Outcome{Err: err}
		}
		return b.create(o)
	}
	w, by := b.find(o)
	if w == nil {
		if o.Mode == UpdateOnly {
			return Outcome{Err: errs.Gone("a contact with these identifiers")}
		}
		return b.create(o)
	}
	out := b.enrich(w, by.Key, o)
	out.By, out.Before = by, w.before
	return out
}

// clash returns the conflict of the first exclusive identifier that another
// contact than n holds.
func (b *batch) clash(ids []contact.Identifier, n int64) error {
	for _, i := range ids {
		e := entryOf(i, 0, b.settings)
		if i.Proof == contact.Claimed || !exclusive(i, b.settings) {
			continue
		}
		for _, w := range b.live(e.Key) {
			if w.after.N != n {
				return Taken(Field(i.Kind), i.Value, don.Of(don.Contact, w.after.N), w.after.DisplayName)
			}
		}
	}
	return nil
}

// Taken reports that holder already has a value.
func Taken(field, value string, holder don.ID, name string) *errs.Error {
	shown := holder.Display()
	if name != "" {
		shown += " (" + name + ")"
	}
	e := errs.Clash(field, "%q is already in use by %s", value, shown)
	return e.With("value", value).With("holder", Holder{holder, name})
}

// Holder names the record that has a clashing identifier. The HTTP layer shows
// it to callers who may see that record.
type Holder struct {
	ID   don.ID
	Name string
}

func (b *batch) create(o *Observation) Outcome {
	b.made--
	c := newContact(b.tx, o, b.made)
	w := &work{after: c}
	b.touched[c.N] = w
	b.order = append(b.order, w)
	for _, i := range c.Identifiers {
		b.take(i, c.N)
	}
	return Outcome{Contact: c, Created: true, Changed: true}
}

// verified reports whether the contact is known by more than claims.
func verified(c *contact.Contact) bool {
	for _, i := range c.Identifiers {
		if i.Proof >= contact.Entered {
			return true
		}
	}
	return len(c.Identifiers) == 0 // nothing claimed: made by a member or the API
}

// mainFirst marks the first identifier of each kind as its main one, where none
// is. What is only claimed leads nothing that is known. One that is given twice
// counts once.
func mainFirst(ids []contact.Identifier) []contact.Identifier {
	if len(ids) == 0 {
		return nil // as stored: nothing has changed then
	}
	c := &contact.Contact{Identifiers: make([]contact.Identifier, 0, len(ids))}
	for _, i := range ids {
		if !has(c, i) {
			c.Identifiers = append(c.Identifiers, i)
		}
	}
	led := map[contact.Kind]bool{}
	may := func(i contact.Identifier) bool { return i.Proof != contact.Claimed || c.Known(i.Kind) == 0 }
	for at := range c.Identifiers {
		i := &c.Identifiers[at]
		i.Main = i.Main && may(*i)
		led[i.Kind] = led[i.Kind] || i.Main
	}
	for at := range c.Identifiers {
		if i := &c.Identifiers[at]; !led[i.Kind] && may(*i) {
			i.Main, led[i.Kind] = true, true
		}
	}
	return c.Identifiers
}

// take notes that contact n now holds an identifier, unless it only claims it.
func (b *batch) take(i contact.Identifier, n int64) {
	if i.Proof == contact.Claimed {
		return
	}
	e := entryOf(i, n, b.settings)
	for _, held := range b.holders[e.Key] {
		if held.Subject == e.Subject {
			return // given twice
		}
	}
	if e.Holder == 0 {
		// What stands at an exclusive key without a contact is a reservation.
		for _, held := range b.holders[e.Key] {
			if b.touched[held.Subject.N] == nil {
				b.seized = append(b.seized, seizure{e, held.Subject.N})
				b.holders[e.Key] = []Entry{e}
				return
			}
		}
	}
	b.holders[e.Key] = append(b.holders[e.Key], e)
	b.added = append(b.added, e)
}

// enrich adds to a known contact what the observation knows and it does not. If
// others were merged into the contact, it adds to the one that the key belongs to.
func (b *batch) enrich(w *work, key string, o *Observation) Outcome {
	c := w.through(Via{Key: key, Source: o.Source})
	add, held, err := b.missing(w, c, o)
	if err != nil {
		return Outcome{Err: err}
	}
	out := Outcome{Held: held}
	for _, i := range add {
		i.Main = c.Values(i.Kind) == nil
		c.Identifiers = append(c.Identifiers, i)
	}
	fill(&c.FullName, o.FullName)
	fill(&c.Description, o.Description)
	if o.DisplayName != "" && contact.Invented(c.DisplayName) {
		c.DisplayName = o.DisplayName
	}
	for _, a := range o.Associations {
		if !associated(c, a) {
			c.Associations = append(c.Associations, a)
		}
	}
	if w.before != nil && !contains(b.order, w) {
		b.order = append(b.order, w)
	}
	w.seen.settle(w)
	for _, i := range add {
		shown, _ := find(w.after, i)
		b.take(shown, w.after.N)
	}
	out.Contact, out.Changed = w.after, len(add) > 0
	return out
}

// missing returns the observation's identifiers that c lacks and may have, and
// those that others hold.
func (b *batch) missing(w *work, c *contact.Contact, o *Observation) (add []contact.Identifier, held []Entry, err error) {
	for _, i := range o.Identifiers {
		if has(c, i) || has(&contact.Contact{Identifiers: add}, i) {
			continue
		}
		e := entryOf(i, 0, b.settings)
		if others := b.live(e.Key); len(others) > 0 && exclusive(i, b.settings) {
			if others[0] != w { // else another member of the same contact has it
				held = append(held, entryOf(i, others[0].after.N, b.settings))
			}
			continue
		}
		if i.Kind == contact.KindRef && c.Ref() != "" && b.tx.Scope().Settings.SingleAssociation {
			return nil, nil, Taken("external_ref", c.Ref(), don.Of(don.Contact, w.after.N), w.after.DisplayName).With("given", i.Value)
		}
		add = append(add, i)
	}
	return add, held, nil
}

func has(c *contact.Contact, want contact.Identifier) bool {
	for _, i := range c.Identifiers {
		if i.Kind == want.Kind && i.Norm() == want.Norm() {
			return true
		}
	}
	return false
}

func associated(c *contact.Contact, want contact.Association) bool {
	for _, a := range c.Associations {
		if a.Type == want.Type && a.N == want.N {
			return true
		}
	}
	return false
}

func fill(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

func contains(list []*work, w *work) bool {
	for _, v := range list {
		if v == w {
			return true
		}
	}
	return false
}

// save numbers the new contacts and writes everything.
func (b *batch) save(ctx context.Context) error {
	created, err := b.number(ctx)
	if err != nil {
		return err
	}
	stood, err := b.tx.AddIdentifiers(ctx, b.added)
	if err != nil {
		return err
	}
	if len(stood) > 0 {
		return ErrAgain
	}
	for _, s := range b.seized {
		ok, err := b.tx.Seize(ctx, s.entry, s.from)
		if err != nil {
			return err
		}
		if !ok {
			return ErrAgain
		}
	}
	if err := b.tx.InsertContacts(ctx, created); err != nil {
		return err
	}
	for _, w := range b.order {
		if w.before == nil {
			continue // a new one
		}
		if err := w.seen.save(ctx, b.tx, w); err != nil {
			return err
		}
	}
	return nil
}

// number replaces the provisional numbers of new contacts, which are negative.
func (b *batch) number(ctx context.Context) ([]*contact.Contact, error) {
	if b.made == 0 {
		return nil, nil
	}
	first, err := b.tx.Next(ctx, don.Contact, int(-b.made))
	if err != nil {
		return nil, err
	}
	b.first = first
	var created []*contact.Contact
	for _, w := range b.order {
		if w.before == nil {
			w.after.N = b.final(w.after.N)
			b.touched[w.after.N] = w
			created = append(created, w.after)
		}
	}
	for i := range b.added {
		b.renumber(&b.added[i])
	}
	for i := range b.seized {
		b.renumber(&b.seized[i].entry)
	}
	return created, nil
}

// final returns the number that a provisional one stands for.
func (b *batch) final(n int64) int64 {
	if n < 0 {
		return b.first - n - 1
	}
	return n
}

func (b *batch) renumber(e *Entry) {
	e.Subject.N, e.Holder = b.final(e.Subject.N), b.final(e.Holder)
}

// settle puts final numbers where an outcome names a contact that its own batch
// made.
func (b *batch) settle(o *Outcome) {
	for i := range o.Held {
		b.renumber(&o.Held[i])
	}
	e := errs.As(o.Err)
	if e == nil {
		return
	}
	h, ok := e.Details["holder"].(Holder)
	if !ok || h.ID.N >= 0 {
		return
	}
	value, _ := e.Details["value"].(string)
	settled := Taken(e.Field, value, don.Of(don.Contact, b.final(h.ID.N)), h.Name)
	if given, ok := e.Details["given"]; ok {
		settled = settled.With("given", given)
	}
	o.Err = settled
}
