package bulkaction

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
)

// A record that refuses a change before anything is written is noted, and the
// others of its part go on. One that does so in the middle of its writes takes
// the transaction with it, so the part is worked on again without it.

// refusal is the error of a record in the middle of its writes.
type refusal struct {
	n   int64
	err *errs.Error
}

func (r *refusal) Error() string { return fmt.Sprintf("record %d: %v", r.n, r.err) }

// batch is a part at work in one transaction.
type batch struct {
	*run
	tx      Tx
	act     *Action
	part    *Part
	editor  *directory.Editor
	refused map[int64]*errs.Error // by earlier tries of this part
	stands  map[int64]bool        // records that are changed in the place of what was merged into them
	notes   []Note
}

// applyPart changes the next part of the records, and reports whether none is left.
func (r *run) applyPart() (last bool, err error) {
	return r.each("apply", func(tx Tx, a *Action) (*Part, error) { return tx.NextBulkPart(r.ctx, a.N, a.At) }, func(b *batch) error {
		b.part.Done = nil
		if b.act.Spec.Kind == Merge {
			return b.merge()
		}
		return b.edit()
	})
}

// each runs work on a part as one transaction, again without those records that
// took it down.
func (r *run) each(name string, next func(Tx, *Action) (*Part, error), work func(*batch) error) (last bool, err error) {
	refused := map[int64]*errs.Error{}
	for {
		err := r.bulk(name, func(tx Tx, a *Action) error {
			p, err := next(tx, a)
			if last = p == nil; err != nil || last {
				return err
			}
			if tx.Now().Sub(*a.Progress.StartedAt) > runWithin {
				return errs.BadRequest("it was not done within %s of its start; what it has done stays, and can be undone", hours(runWithin))
			}
			b := &batch{run: r, tx: tx, act: a, part: p, refused: refused}
			if err := work(b); err != nil {
				return err
			}
			a.At = p.UpTo
			if err := tx.SaveBulkPart(r.ctx, a.N, p); err != nil {
				return err
			}
			return tx.AddBulkNotes(r.ctx, a.N, b.notes)
		})
		var re *refusal
		if !errors.As(err, &re) {
			return last, err
		}
		refused[re.n] = re.err
	}
}

// refuses tells an error that is about a record from one of Kith's own.
func refuses(err error) *errs.Error {
	e := errs.As(err)
	if e == nil || e.Kind == errs.Internal || e.Kind == errs.Unavailable {
		return nil
	}
	return e
}

func (b *batch) note(n int64, o Outcome, code, field, message string) {
	b.act.Progress.Notes++
	b.notes = append(b.notes, Note{At: b.act.Progress.Notes, N: n, Outcome: o, Code: code, Field: field, Message: message})
}

func (b *batch) failed(n int64, e *errs.Error) {
	b.act.Progress.Failed++
	b.note(n, NotChanged, e.Code, e.Field, e.Message)
}

func (b *batch) skipped(n int64, format string, args ...any) {
	b.act.Progress.Skipped++
	b.note(n, Gone, "not_found", "", fmt.Sprintf(format, args...))
}

func (b *batch) display(n int64) string { return don.Of(b.act.Type, n).Display() }

// edit makes the action's edit on the part's records.
func (b *batch) edit() (err error) {
	if b.editor, err = directory.NewEditor(b.ctx, b.tx, b.act.Type, b.act.Spec.Edit); err != nil {
		return err
	}
	if err := b.editor.Load(b.ctx, b.part.Ns); err != nil {
		return err
	}
	instead, err := b.moved()
	if err != nil {
		return err
	}
	for _, n := range b.part.Ns {
		b.act.Progress.Done++
		switch to, moved := instead[n]; {
		case b.editor.Has(n):
			err = b.one(n)
		case !moved:
			b.skipped(n, "%s was deleted after it was pinned", b.display(n))
		case b.stands[to]:
			b.note(n, Instead, "merged", "", fmt.Sprintf("%s was merged into %s after it was pinned; that was changed in its place", b.display(n), b.display(to)))
			err = b.one(to)
		case b.act.Spec.Kind == Delete:
			b.skipped(n, "%s was merged into %s after it was pinned, which stays; delete that by itself if it shall go, too", b.display(n), b.display(to))
		default: // its turn comes, or has come
			b.skipped(n, "%s was merged into %s after it was pinned, which is among the records itself", b.display(n), b.display(to))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// moved returns what those of the part's records have become that were merged
// since they were pinned, and loads what shall be changed in their place: what is
// not among the pinned itself, and never to delete it.
func (b *batch) moved() (map[int64]int64, error) {
	var absent []int64
	for _, n := range b.part.Ns {
		if !b.editor.Has(n) {
			absent = append(absent, n)
		}
	}
	if len(absent) == 0 {
		return nil, nil
	}
	survivors, err := b.tx.Survivors(b.ctx, b.act.Type, absent)
	if err != nil || b.act.Spec.Kind == Delete {
		return survivors, err
	}
	b.stands = map[int64]bool{}
	for _, to := range survivors {
		if b.editor.Has(to) || b.stands[to] {
			continue
		}
		among, err := b.among(to)
		if err != nil {
			return nil, err
		}
		if !among {
			b.stands[to] = true
		}
	}
	return survivors, b.editor.Load(b.ctx, slices.Sorted(maps.Keys(b.stands)))
}

// one makes the edit on a loaded record.
func (b *batch) one(n int64) error {
	if e := b.refused[n]; e != nil {
		b.failed(n, e)
		return nil
	}
	changed, err := b.editor.Change(n)
	if err != nil {
		e := refuses(err)
		if e == nil {
			return err
		}
		b.failed(n, e)
		return nil
	}
	if !changed {
		b.act.Progress.Unchanged++
		return nil
	}
	d, err := b.editor.Save(b.ctx, n)
	if e := refuses(err); e != nil {
		return &refusal{n, e}
	}
	if err != nil {
		return err
	}
	b.act.Progress.Changed++
	b.part.Done = append(b.part.Done, Done{Edited: d})
	return nil
}

// merge makes the merges of the part.
func (b *batch) merge() error {
	for _, p := range b.part.Pairs {
		b.act.Progress.Done++
		if e := b.refused[p.Secondary]; e != nil {
			b.failed(p.Secondary, e)
			continue
		}
		m, err := identity.MergeContacts(b.ctx, b.tx, p.Primary, p.Secondary)
		if e := refuses(err); e != nil {
			return &refusal{p.Secondary, e}
		}
		if err != nil {
			return err
		}
		b.act.Progress.Changed++
		b.part.Done = append(b.part.Done, Done{Edited: directory.Edited{N: p.Secondary}, Merge: m.N})
	}
	return nil
}
