package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/tag"
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
	if fate == fateCreate && text[0] == rowValid && c.run.imp.Type == don.Contact {
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
		Verified: true, State: "active", ImportN: r.imp.N, Version: 1,
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
	if err := tx.RemoveIdentifiers(r.ctx, identity.Entries(c, r.scope.Settings.SharedEmails)); err != nil {
		return err
	}
	var keys []Key
	for _, a := range contact.Attrs(d.name, d.associations(""), d.tags, d.owners) {
		keys = append(keys, Key{Text: []byte(a.Field + "\x00" + a.Value), N: n})
	}
	return tx.UnreserveAttrs(r.ctx, keys)
}

// writeRest decides the rows that are not simply new.
func (r *run) writeRest(tx Tx, s *slice, f *fates, res *result) error {
	if len(s.rest) == 0 {
		return nil
	}
	if r.imp.Type == don.Account {
		return r.writeAccounts(tx, s, res)
	}
	known, moved, err := r.holders(tx, s, f)
	if err != nil {
		return err
	}
	w := &restWriter{run: r, tx: tx, res: res, fates: f, known: known, moved: moved, slice: s}
	for _, p := range s.rest {
		if err := w.row(p); err != nil {
			return err
		}
	}
	return nil
}

// holders loads the contacts that the slice's rows lead to. Moved says what
// became of those that were merged into others since the rows were matched.
func (r *run) holders(tx Tx, s *slice, f *fates) (known map[int64]*contact.Contact, moved map[int64]int64, err error) {
	var ns []int64
	for _, p := range s.rest {
		if f.holder != nil && f.holder[p.row-1] != 0 {
			ns = append(ns, f.holder[p.row-1])
		}
		for _, rep := range f.repeats(uint32(p.row)) {
			ns = append(ns, r.recordOf(f, rep.first))
		}
	}
	if known, err = tx.Contacts(r.ctx, ns, r.imp.Options.Update); err != nil {
		return nil, nil, err
	}
	absent := slices.DeleteFunc(ns, func(n int64) bool { return known[n] != nil })
	if moved, err = tx.Survivors(r.ctx, don.Contact, absent); err != nil || len(moved) == 0 {
		return known, moved, err
	}
	now, err := tx.Contacts(r.ctx, slices.Collect(maps.Values(moved)), r.imp.Options.Update)
	maps.Copy(known, now)
	return known, moved, err
}

// recordOf returns the contact that a row became or matched.
func (r *run) recordOf(f *fates, row uint32) int64 {
	if f.holder != nil && f.holder[row-1] != 0 && f.of[row-1] != fateClash {
		return f.holder[row-1]
	}
	return r.number(row)
}

// restWriter decides rows one by one, in the file's order.
type restWriter struct {
	run   *run
	tx    Tx
	res   *result
	fates *fates
	known map[int64]*contact.Contact
	moved map[int64]int64 // contacts that were merged into others
	slice *slice
}

// at returns the number of what a contact is now.
func (w *restWriter) at(n int64) int64 {
	if s, ok := w.moved[n]; ok {
		return s
	}
	return n
}

func (w *restWriter) row(p *pending) error {
	switch p.fate {
	case fateMatch:
		return w.match(p, w.fates.holder[p.row-1], false)
	case fateClash:
		holder := w.known[w.at(w.fates.holder[p.row-1])]
		if holder == nil {
			return w.create(p) // only reserved: whoever writes first has it
		}
		return w.run.fail(w.tx, p, w.res, emailTaken(p, holder))
	case fateLater:
		return w.later(p)
	case fateNone, fateCreate, fateSlow:
	}
	return w.create(p)
}

// match updates the contact that has the row's reference, or refuses the row.
func (w *restWriter) match(p *pending, n int64, repeated bool) error {
	n = w.at(n)
	c := w.known[n]
	if c == nil {
		return w.create(p)
	}
	if !w.run.imp.Options.Update {
		w.res.refuse(p, refTaken(p, c))
		return nil
	}
	d := &p.entry.draft
	if over := w.run.overLimit(w.run.united(c, d)); over != nil {
		w.res.refuse(p, *over)
		return nil
	}
	got, err := identity.Observe(w.run.ctx, w.tx, c, w.run.via(d), func(own *contact.Contact) *contact.Contact { return w.run.united(own, d) })
	if e := errs.As(err); e != nil && e.Kind == errs.Conflict && e.Field != "" {
		w.res.refuse(p, w.conflict(p, e))
		return nil
	}
	if err != nil {
		return err
	}
	w.known[n] = got.Contact
	switch {
	case repeated:
		w.res.repeated++
	case got.Changed:
		w.res.updated++
	default:
		w.res.unchanged++
		w.res.met = append(w.res.met, n)
	}
	if !got.Changed {
		return nil
	}
	w.run.compare(w.res, p, don.Of(don.Contact, n), got.Contact.DisplayName, contactFields(c), contactFields(got.Contact))
	return w.tx.NoteChange(w.run.ctx, w.run.imp.N, don.Of(don.Contact, got.N), got.Version, got.Before)
}

// via says through which identifier a row changes a contact: its reference, or
// the contact's own id where that stands in its place.
func (r *run) via(d *draft) identity.Via {
	if n := r.named(don.Contact, d.ref); n != 0 {
		return identity.Via{N: n, Source: r.source()}
	}
	return identity.Via{Key: identity.Key(contact.KindRef, d.ref), Source: r.source()}
}

// later decides a row whose reference or e-mail an earlier row of the file has.
func (w *restWriter) later(p *pending) error {
	for _, rep := range w.fates.repeats(uint32(p.row)) {
		if !w.stands(rep.first) {
			continue // the earlier row failed, so it has nothing
		}
		if rep.email {
			return w.run.fail(w.tx, p, w.res, repeatedEmail(p, int64(rep.first)))
		}
		if w.run.imp.Options.Update {
			return w.repeat(p, rep.first)
		}
		w.res.refuse(p, Problem{Column: "external_ref", Value: p.entry.draft.ref, Code: DuplicateInFile,
			Message: fmt.Sprintf("data row %d has the reference %q already; keep one of them or import with update", rep.first, cut(p.entry.draft.ref))})
		return nil
	}
	return w.create(p)
}

// repeat updates the record of an earlier row of the file.
func (w *restWriter) repeat(p *pending, first uint32) error {
	n := w.run.recordOf(w.fates, first)
	n = w.at(n)
	if w.run.imp.Options.DryRun && w.known[n] == nil {
		w.res.repeated++ // the record of a dry run's own new row
		return nil
	}
	if w.known[n] == nil {
		found, err := w.tx.Contacts(w.run.ctx, []int64{n}, true)
		if err != nil {
			return err
		}
		w.known[n] = found[n]
	}
	return w.match(p, n, true)
}

// stands reports whether an earlier row became or matched a record.
func (w *restWriter) stands(row uint32) bool {
	if slices.ContainsFunc(w.res.failures, func(f Failure) bool { return f.Row == int64(row) }) {
		return false
	}
	of := w.fates.of[row-1]
	if of == fateLater || of == fateSlow {
		return slices.Contains(w.res.took, int64(row))
	}
	return of == fateCreate || of == fateMatch && w.run.imp.Options.Update
}

// create adds the row's contact one by one.
func (w *restWriter) create(p *pending) error {
	if lacks := w.run.plan.table.lacks(&p.entry.draft); len(lacks) > 0 {
		return w.run.fail(w.tx, p, w.res, lacks...)
	}
	c := w.run.contactOf(p)
	if over := w.run.overLimit(c); over != nil {
		return w.run.fail(w.tx, p, w.res, *over)
	}
	now, actor := w.tx.Now(), w.tx.Scope().Actor.Tail()
	c.CreatedAt, c.CreatedBy, c.ModifiedAt, c.ModifiedBy = now, actor, now, actor
	err := identity.Create(w.run.ctx, w.tx, c)
	if e := errs.As(err); e != nil && e.Kind == errs.Conflict && e.Field != "" {
		return w.run.fail(w.tx, p, w.res, w.conflict(p, e))
	}
	if err != nil {
		return err
	}
	w.known[c.N] = c
	w.res.created++
	w.res.took = append(w.res.took, p.row)
	return nil
}

// conflict turns a taken identifier into the row's problem.
func (w *restWriter) conflict(p *pending, e *errs.Error) Problem {
	value, _ := e.Details["value"].(string)
	out := Problem{Column: e.Field, Value: value, Code: RefTaken, Message: e.Message}
	if e.Field == "email" {
		out.Code = EmailTaken
	}
	switch {
	case slices.Contains(p.entry.draft.moreRefs, value):
		out.Column = w.run.plan.table.column(fOtherRefs)
	case slices.Contains(p.entry.draft.moreEmails, value):
		out.Column = w.run.plan.table.column(fOtherEmails)
	}
	if h, ok := e.Details["holder"].(identity.Holder); ok && w.run.own(h.ID.N) && e.Field == "email" {
		return repeatedEmail(p, h.ID.N-w.run.imp.From+1)
	}
	return out
}

func repeatedEmail(p *pending, first int64) Problem {
	return Problem{Column: "email", Value: p.entry.draft.email, Code: DuplicateInFile,
		Message: fmt.Sprintf("data row %d has the address %q with another reference; keep one of them", first, cut(p.entry.draft.email))}
}

func emailTaken(p *pending, holder *contact.Contact) Problem {
	e := identity.Taken("email", p.entry.draft.email, don.Of(don.Contact, holder.N), holder.DisplayName)
	return Problem{Column: "email", Value: p.entry.draft.email, Code: EmailTaken,
		Message: e.Message + ", which has another reference; correct the address or the reference"}
}

func refTaken(p *pending, holder *contact.Contact) Problem {
	e := identity.Taken("external_ref", p.entry.draft.ref, don.Of(don.Contact, holder.N), holder.DisplayName)
	return Problem{Column: "external_ref", Value: p.entry.draft.ref, Code: RefTaken, Message: e.Message + "; import with update to change that record"}
}

// united returns c as an update by the draft makes it: lists are united, a
// value that the row has replaces the one before, a blank clears nothing.
func (r *run) united(c *contact.Contact, d *draft) *contact.Contact {
	after := *c
	over := func(field *string, value string) {
		if value != "" {
			*field = value
		}
	}
	over(&after.DisplayName, d.name)
	over(&after.FullName, d.fullName)
	over(&after.Description, d.about)
	after.Identifiers = slices.Clone(c.Identifiers)
	for _, i := range d.identifiers(r.source()) {
		if i.Kind != contact.KindRef || i.Value != r.scope.Space.Format(don.Of(don.Contact, c.N)) {
			i.Main = i.Main && i.Kind == contact.KindEmail && d.email != ""
			after.Identifiers = unite(after.Identifiers, i)
		}
	}
	after.Associations = slices.Clone(c.Associations)
	for _, a := range d.associations(r.source()) {
		if !slices.ContainsFunc(after.Associations, func(b contact.Association) bool { return a.Type == b.Type && a.N == b.N }) {
			a.Primary = len(after.Associations) == 0
			after.Associations = append(after.Associations, a)
		}
	}
	after.Owners = slices.Clone(c.Owners)
	for _, o := range d.owners {
		if !slices.Contains(after.Owners, o) {
			after.Owners = append(after.Owners, o)
		}
	}
	after.Tags = slices.Clone(c.Tags)
	for _, t := range d.tags {
		after.Tags = uniteTag(after.Tags, t)
	}
	return &after
}

// unite adds an identifier or, when the contact has it, keeps it. A main one
// becomes the main one of its kind, as a value that replaces the one before.
func unite(ids []contact.Identifier, i contact.Identifier) []contact.Identifier {
	at := slices.IndexFunc(ids, func(b contact.Identifier) bool { return b.Kind == i.Kind && b.Norm() == i.Norm() })
	if at < 0 {
		ids = append(ids, i)
		at = len(ids) - 1
	} else {
		ids[at].Proof = max(ids[at].Proof, i.Proof) // it may have been a claim
	}
	for b := range ids {
		if i.Main && ids[b].Kind == i.Kind {
			ids[b].Main = b == at
		}
	}
	return ids
}

func uniteTag(uses []tag.Use, t tag.Use) []tag.Use {
	for i := range uses {
		if uses[i].N == t.N {
			if t.Value != "" {
				uses[i].Value = t.Value
			}
			return uses
		}
	}
	return append(uses, t)
}
