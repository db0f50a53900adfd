package bulkaction

import (
	"fmt"
	"slices"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/errs"
)

// The undo goes through the parts from the last to the first. It gives records
// back what the action has changed about them where that is still as the action
// left it; what somebody has changed since stays, and stands in the report.

// undoPart takes the part before the last one back, and reports whether none is left.
func (r *run) undoPart() (last bool, err error) {
	return r.each("undo", func(tx Tx, a *Action) (*Part, error) { return tx.DoneBulkPart(r.ctx, a.N, a.At) }, func(b *batch) error {
		switch b.act.Spec.Kind {
		case Merge:
			return b.backward(b.unmerge)
		case Delete:
			return b.reverter(func() error { return b.backward(b.restore) })
		default: // edits
			return b.reverter(b.revert)
		}
	})
}

// backward calls back with what was done to the part, the latest first, and
// leaves those records that refuse.
func (b *batch) backward(back func(Done) error) error {
	for _, d := range slices.Backward(b.part.Done) {
		if e := b.refused[d.N]; e != nil {
			b.left(d.N, e.Code, e.Field, e.Message)
			continue
		}
		if err := back(d); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) left(n int64, code, field, message string) {
	b.act.Progress.Left++
	b.note(n, Kept, code, field, message)
}

// unmerge takes a merge back.
func (b *batch) unmerge(d Done) error {
	_, err := directory.UnmergeContacts(b.ctx, b.tx, d.Merge)
	if e := refuses(err); e != nil {
		return &refusal{d.N, e}
	}
	if err == nil {
		b.act.Progress.Reverted++
	}
	return err
}

func (b *batch) reverter(then func() error) (err error) {
	if b.editor, err = directory.NewReverter(b.ctx, b.tx, b.act.Type, b.act.Spec.Edit); err != nil {
		return err
	}
	return then()
}

// restore brings a deleted record back.
func (b *batch) restore(d Done) error {
	err := b.editor.Restore(b.ctx, d.Edited)
	e := refuses(err)
	switch {
	case e != nil && (e.Kind == errs.NotFound || e.Details["clashes"] != nil): // nothing was written
		b.left(d.N, e.Code, e.Field, e.Message)
		return nil
	case e != nil:
		return &refusal{d.N, e}
	case err == nil:
		b.act.Progress.Reverted++
	}
	return err
}

// revert gives the part's records back what they had.
func (b *batch) revert() error {
	ns := make([]int64, len(b.part.Done))
	for i, d := range b.part.Done {
		ns[i] = d.N
	}
	if err := b.editor.Load(b.ctx, ns); err != nil {
		return err
	}
	moved, err := b.tx.Survivors(b.ctx, b.act.Type, slices.DeleteFunc(ns, b.editor.Has))
	if err != nil {
		return err
	}
	return b.backward(func(d Done) error {
		to, merged := moved[d.N]
		switch {
		case b.editor.Has(d.N):
			return b.revertOne(d)
		case merged:
			b.left(d.N, "merged", "", fmt.Sprintf("%s was merged into %s since; take that merge back and change it by itself", b.display(d.N), b.display(to)))
		default: // it is in the trash
			b.left(d.N, "not_found", "", b.display(d.N)+" was deleted since; restore it and change it by itself")
		}
		return nil
	})
}

func (b *batch) revertOne(d Done) error {
	changed, kept := b.editor.Revert(d.N, d.Edited)
	if changed {
		if _, err := b.editor.Save(b.ctx, d.N); err != nil {
			if e := refuses(err); e != nil {
				return &refusal{d.N, e}
			}
			return err
		}
	}
	if kept != "" {
		b.left(d.N, "changed", kept, "was changed since, so it stays as it is")
		return nil
	}
	b.act.Progress.Reverted++
	return nil
}
