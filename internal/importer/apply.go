package importer

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
)

// The third pass: rows become records, in the file's order. A slice of rows and
// the import's place in the file are one transaction.

// sliceRows bounds the rows of a slice, sliceWork those of them that need more
// than an insert.
var (
	sliceRows int64 = 8_000
	sliceWork       = 400
)

// slice is a run of rows on its way into the database.
type slice struct {
	first, last int64
	fresh       []NewContact // to insert as they are
	freshRows   []freshRow   // where each comes from
	arena       []byte       // the memory of both
	rest        []*pending   // everything else, in order
	failures    []Failure
	samples     int64
}

// clear makes a slice ready to take rows from first.
func (s *slice) clear(first int64) {
	*s = slice{first: first, fresh: s.fresh[:0], freshRows: s.freshRows[:0], arena: s.arena[:0]}
}

// pending is a row that waits for its slice.
type pending struct {
	row   int64
	entry entry
	fate  fate
}

// result is what became of the rows of a slice.
type result struct {
	created, updated, unchanged, repeated int64
	failures                              []Failure
	plan                                  []Difference
	took                                  []int64 // rows that are records now, of those others may repeat
	met                                   []int64 // records that are as their rows say
	// Of accounts: those that were changed, and references of those that a dry run would make.
	changed []int64
	made    []string
}

// apply runs the third pass from the row after DoneRow. Where the database has
// several lanes, a slice's new contacts are written while those before it still
// are; the slices are committed in order.
func (r *run) apply(p *plan, f *fates) error {
	rows, err := openRows(p.path)
	if err != nil {
		return err
	}
	defer func() { _ = rows.close() }() // it is only read
	ctx, cancel := context.WithCancelCause(r.ctx)
	defer cancel(nil)
	lanes := newLanes(r.svc.DB.Lanes())
	alive := cap(lanes.free) + 2 // one waits and one is being cut
	c := &cutter{run: r, rows: rows, done: r.imp.DoneRow, fates: f, packer: newPacker(r.source()),
		out: make(chan *slice, 1), spent: make(chan *slice, alive)}
	for range alive {
		c.spent <- &slice{}
	}
	cutErr := make(chan error, 1)
	go func() { cutErr <- c.cut(ctx) }()
	turn := make(chan struct{})
	close(turn)
	for s := range c.out {
		mine, next := turn, make(chan struct{})
		turn = next
		err = lanes.run(func() error {
			defer func() { c.spent <- s }()
			if err := r.commit(ctx, s, f, mine); err != nil {
				cancel(err)
				return err
			}
			close(next)
			return nil
		})
		if err != nil {
			break
		}
	}
	err = lanes.wait()
	if err != nil {
		cancel(err)
		for range c.out { //nolint:revive // drain, so that the cutter ends
		}
	}
	return cmp.Or(err, <-cutErr)
}

// cutter reads the row file and forms slices.
type cutter struct {
	run    *run
	rows   *rowReader
	done   int64 // rows up to this one are applied
	fates  *fates
	packer *packer
	out    chan *slice
	spent  chan *slice
}

func (c *cutter) cut(ctx context.Context) error {
	defer close(c.out)
	for c.rows.row < c.done {
		if err := c.rows.skip(); err != nil {
			return err
		}
	}
	for end := false; !end; {
		var s *slice
		select {
		case s = <-c.spent:
		case <-ctx.Done():
			return ctx.Err()
		}
		s.clear(c.rows.row + 1)
		var err error
		if end, err = c.fill(s); err != nil {
			return err
		}
		if s.last = c.rows.row; s.last < s.first {
			return nil
		}
		select {
		case c.out <- s:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// fill takes rows into a slice until it is full, and reports whether the file
// ended.
func (c *cutter) fill(s *slice) (end bool, err error) {
	for c.rows.row-s.first+1 < sliceRows && len(s.rest) < sliceWork {
		from := len(s.arena)
		if s.arena, err = c.rows.next(s.arena); errors.Is(err, io.EOF) {
			return true, nil
		}
		if err == nil {
			err = c.sort(s, s.arena[from:len(s.arena):len(s.arena)])
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

// sort puts the row just read where its slice needs it.
func (c *cutter) sort(s *slice, text []byte) error {
	row := c.rows.row
	fate := c.fates.of[row-1]
	if fate == fateCreate && text[0]&^markCustom == rowValid && c.run.imp.Type == don.Contact {
		n := NewContact{N: c.run.number(uint32(row))}
		var err error
		s.arena, err = c.packer.pack(text, s.arena, &n)
		s.fresh, s.freshRows = append(s.fresh, n), append(s.freshRows, freshRow{row, text})
		return err
	}
	p := &pending{row: row, fate: fate}
	if err := decodeEntry(string(text), &p.entry); err != nil {
		return err
	}
	switch p.entry.kind {
	case rowSample:
		s.samples++
	case rowInvalid:
		s.failures = append(s.failures, Failure{Row: p.row, Line: p.entry.line, Cells: p.entry.cells, Problems: p.entry.failure})
	default:
		s.rest = append(s.rest, p)
	}
	return nil
}

// source names the import on what it brings.
func (r *run) source() string { return "import/" + strconv.FormatInt(r.imp.N, 10) }

// associations returns the draft's places as associations.
func (d *draft) associations(source string) []contact.Association {
	out := make([]contact.Association, 0, len(d.places)+len(d.more))
	for i, p := range d.places {
		out = append(out, contact.Association{Type: p.t, N: p.n, Primary: i == len(d.places)-1, Source: source})
	}
	for _, p := range d.more {
		out = append(out, contact.Association{Type: p.t, N: p.n, Primary: len(out) == 0, Source: source})
	}
	return out
}

// identifiers returns the draft's identifiers, normalised.
func (d *draft) identifiers(source string) []contact.Identifier {
	out := make([]contact.Identifier, 0, 2+len(d.phones)+len(d.moreRefs)+len(d.moreEmails))
	add := func(k contact.Kind, value, key string) {
		if key == value {
			key = ""
		}
		main := !slices.ContainsFunc(out, func(i contact.Identifier) bool { return i.Kind == k })
		out = append(out, contact.Identifier{Kind: k, Value: value, Key: key, Proof: contact.Entered, Source: source, Main: main})
	}
	add(contact.KindRef, d.ref, "")
	for _, ref := range d.moreRefs {
		add(contact.KindRef, ref, "")
	}
	if d.email != "" {
		add(contact.KindEmail, d.email, d.emailKey)
	}
	for i, email := range d.moreEmails {
		add(contact.KindEmail, email, d.moreKeys[i])
	}
	for _, p := range d.phones {
		add(contact.KindPhone, p, "")
	}
	return out
}

// contactOf makes the new contact of a row. Its number and times are set when
// its slice is written.
func (r *run) contactOf(p *pending) *contact.Contact {
	d := &p.entry.draft
	return &contact.Contact{
		N: r.number(uint32(p.row)), DisplayName: d.name, FullName: d.fullName, Description: d.about,
		Identifiers: d.identifiers(""), Associations: d.associations(r.source()), Owners: d.owners, Tags: d.tags,
		Subtype: d.subtype, Custom: d.all(), Verified: true, State: "active", ImportN: r.imp.N, Version: 1,
	}
}

// commit writes a slice and the import's place as one transaction, the new
// contacts at once and the rest when it is the slice's turn. A dry run takes
// everything back.
func (r *run) commit(ctx context.Context, s *slice, f *fates, turn <-chan struct{}) error {
	var res result
	write := func(tx Tx) error {
		res = result{failures: slices.Clone(s.failures), created: int64(len(s.fresh))}
		if !r.imp.Options.DryRun {
			if err := tx.ImportContacts(r.ctx, r.imp.N, s.fresh); err != nil { //nolint:contextcheck // a write that has begun ends
				return err
			}
		}
		r.svc.at("slice fresh")
		select {
		case <-turn:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := r.fence(tx); err != nil {
			return err
		}
		r.svc.at("slice locked")
		if err := r.withdraw(tx, s, &res); err != nil {
			return err
		}
		if err := r.writeRest(tx, s, f, &res); err != nil {
			return err
		}
		r.svc.at("slice rest")
		slices.SortFunc(res.failures, func(a, b Failure) int { return int(a.Row - b.Row) })
		if r.imp.Options.DryRun {
			return errDryRun
		}
		return r.settle(tx, s, &res)
	}
	err := r.bulk("slice", write)
	if errors.Is(err, errDryRun) {
		err = r.bulk("slice", func(tx Tx) error { return r.settle(tx, s, &res) })
	}
	if err != nil {
		return err
	}
	r.imp.DoneRow, r.imp.Progress = r.next.DoneRow, r.next.Progress
	if r.imp.Type == don.Account {
		r.remember(&res)
	}
	for _, row := range res.took {
		f.take(uint32(row))
	}
	for i := range res.failures {
		f.of[res.failures[i].Row-1] = fateNone
	}
	return r.report(Writing, 0.73+0.27*float64(s.last)/float64(r.plan.rows), r.plan.rows)
}

var errDryRun = errors.New("a dry run takes its writes back")

// settle counts a slice and stores the import's place.
func (r *run) settle(tx Tx, s *slice, res *result) error {
	if err := tx.AddFailures(r.ctx, r.imp.N, res.failures); err != nil {
		return err
	}
	r.svc.at("slice failures")
	if !r.imp.Options.DryRun {
		if err := tx.NoteMatches(r.ctx, r.imp.N, r.imp.Type, res.met); err != nil {
			return err
		}
	}
	m := *r.imp
	m.DoneRow = s.last
	p := &m.Progress
	p.Created += res.created
	p.Updated += res.updated
	p.Unchanged += res.unchanged
	p.Repeated += res.repeated
	p.Skipped += s.samples
	p.Failed += int64(len(res.failures))
	p.count(res.failures)
	p.Plan = append(slices.Clip(p.Plan), res.plan...)
	if err := tx.SaveImport(r.ctx, &m); err != nil {
		return err
	}
	r.next = m
	return nil
}

// withdraw takes back those of the slice's new contacts whose reservation was
// taken meanwhile: they fail. The fence keeps further ones from being taken.
func (r *run) withdraw(tx Tx, s *slice, res *result) error {
	if len(s.fresh) == 0 || r.imp.Options.DryRun {
		return nil
	}
	lost, err := tx.Lost(r.ctx, don.Contact, s.fresh[0].N, s.fresh[len(s.fresh)-1].N)
	if err != nil || len(lost) == 0 {
		return err
	}
	if err := tx.WithdrawContacts(r.ctx, slices.Collect(maps.Keys(lost))); err != nil {
		return err
	}
	for i := range s.fresh {
		key, gone := lost[s.fresh[i].N]
		if !gone {
			continue
		}
		res.created--
		p := &pending{row: s.freshRows[i].row}
		if err := decodeEntry(string(s.freshRows[i].entry), &p.entry); err != nil {
			return err
		}
		if err := r.fail(tx, p, res, r.takenBy(key)); err != nil {
			return err
		}
	}
	return nil
}

// takenBy says which identifier another writer took while the import ran.
func (r *run) takenBy(key string) Problem {
	if key[0] == 'e' {
		return Problem{Column: "email", Value: key[2:], Code: EmailTaken, Message: "another record took this address while the import ran; import the row again with update"}
	}
	return Problem{Column: "external_ref", Value: key[2:], Code: RefTaken, Message: "another record took this reference while the import ran; import the row again with update"}
}

// refuse notes a failed row for which nothing was reserved: another record or
// row had its reference.
func (res *result) refuse(p *pending, problems ...Problem) {
	res.failures = append(res.failures, Failure{Row: p.row, Line: p.entry.line, Cells: p.entry.cells, Problems: problems})
}

// fail notes a failed row and frees what was reserved for it.
func (r *run) fail(tx Tx, p *pending, res *result, problems ...Problem) error {
	res.refuse(p, problems...)
	if r.imp.Options.DryRun || r.imp.Type != don.Contact {
		return nil
	}
	d := &p.entry.draft
	n := r.number(uint32(p.row))
	c := &contact.Contact{N: n, Identifiers: d.identifiers("")}
	if err := tx.RemoveIdentifiers(r.ctx, identity.Entries(c, r.scope.Settings)); err != nil {
		return err
	}
	var keys []Key
	for _, a := range append(contact.Attrs(d.name, d.associations(""), d.tags, d.owners), contact.CustomAttrs(d.subtype, d.all())...) {
		keys = append(keys, Key{Text: []byte(a.Field + "\x00" + a.Value), N: n})
	}
	return tx.UnreserveAttrs(r.ctx, keys)
}
