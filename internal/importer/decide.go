package importer

import (
	"fmt"
	"maps"
	"slices"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/tag"
)

// Rows that are not simply new are decided one by one, in the order of the file.

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
	if wrong := w.run.plan.table.custom.refuses(d, c.Custom, c.Subtype); wrong != nil {
		w.res.refuse(p, *wrong)
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
	d.over(&after.Custom, &after.Subtype)
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
