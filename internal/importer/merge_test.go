package importer_test

import (
	"context"
	"slices"
	"testing"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/store"
)

const twins = `external_ref,display_name,email
u1,Ann,ann@x.test
u2,Bo,bo@x.test
u3,Cy,cy@x.test
`

func (w *world) merge(primary, secondary int64) (m identity.Merge) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *store.Tx) (err error) {
		m, err = identity.MergeContacts(ctx, tx, primary, secondary)
		return err
	})
	return m
}

func (w *world) unmerge(m identity.Merge) (p *identity.Parted[contact.Contact]) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = identity.UnmergeContacts(ctx, tx, m.N)
		return err
	})
	return p
}

func (w *world) undo(n int64) *importer.Import {
	w.t.Helper()
	if _, err := w.svc.Undo(w.t.Context(), w.scope, n); err != nil {
		w.t.Fatal(err)
	}
	return w.wait(n)
}

// TestImportIntoMerged updates a merged record through the references of both
// of its members. Each row belongs to its own, also after the undo of the
// merge, and the undo of the import takes back what it brought to each.
func TestImportIntoMerged(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.want(w.run(twins, importer.Options{}), counts{Rows: 3, Created: 3})
		ann, bo := w.contacts()["u1"], w.contacts()["u2"]
		m := w.merge(ann.N, bo.N)
		const update = "external_ref,display_name,full_name\nu1,Ann,Ann Lee\nu2,Bo,Bo Berg\n"
		second := w.run(update, importer.Options{Update: true})
		w.want(second, counts{Rows: 2, Updated: 2})
		if got := w.contacts()["u2"]; got.N != ann.N || got.FullName != "Ann Lee" {
			t.Errorf("u2 leads to REVU-%d, %q", got.N, got.FullName)
		}
		third := w.run("external_ref,display_name,full_name\nu2,Bo,Bo B. Berg\n", importer.Options{Update: true})
		if got := w.undo(third.N); got.Progress.Restored != 1 || got.Progress.Left != 0 {
			t.Errorf("undo of an import into a merged record: %+v", got.Progress)
		}
		if p := w.unmerge(m); p.Secondary.FullName != "Bo Berg" || p.Survivor.FullName != "Ann Lee" || len(p.Edits) != 0 {
			t.Errorf("parted into %q and %q with the edits %v", p.Survivor.FullName, p.Secondary.FullName, p.Edits)
		}
		if got := w.undo(second.N); got.Progress.Restored != 0 || got.Progress.Left != 2 {
			t.Errorf("undo of an import before an unmerge: %+v", got.Progress)
		}
		w.want(w.run(update, importer.Options{Update: true}), counts{Rows: 2, Unchanged: 2})
	})
}

// TestImportNamesMerged: a row that names a contact by its full id, as exports
// do, finds what the contact is now, and belongs to the contact that it names.
func TestImportNamesMerged(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		var n int64
		w.write(func(ctx context.Context, tx *store.Tx) error {
			out, err := identity.Resolve(ctx, tx, []identity.Observation{
				{Mode: identity.CreateOnly, DisplayName: "Ann"}, {Mode: identity.CreateOnly, DisplayName: "Bo"},
			})
			n = out[0].Contact.N
			return err
		})
		m := w.merge(n, n+1)
		bo := w.scope.Space.Format(don.Of(don.Contact, n+1))
		w.want(w.run("external_ref,display_name,full_name\n"+bo+",Bo,Bo Berg\n", importer.Options{Update: true}), counts{Rows: 1, Updated: 1})
		p := w.unmerge(m)
		if p.Secondary.FullName != "Bo Berg" || p.Survivor.FullName != "" || len(p.Secondary.Identifiers) != 0 {
			t.Errorf("parted into %+v and %+v", p.Survivor, p.Secondary)
		}
	})
}

// TestUndoImportOfMerged: merged records count as touched, so the undo of the
// import that made them leaves them, merged or parted again.
func TestUndoImportOfMerged(t *testing.T) {
	for name, parted := range map[string]bool{"merged": false, "parted": true} {
		t.Run(name, func(t *testing.T) { testUndoOfMerged(t, parted) })
	}
}

func testUndoOfMerged(t *testing.T, parted bool) {
	onBothEngines(t, func(t *testing.T, w *world) {
		first := w.run(twins, importer.Options{})
		ann, bo := w.contacts()["u1"], w.contacts()["u2"]
		m := w.merge(ann.N, bo.N)
		if parted {
			w.unmerge(m)
		}
		got := w.undo(first.N)
		if got.Progress.Removed != 1 || got.Progress.Left != 2 {
			t.Errorf("undo, parted %v: %+v", parted, got.Progress)
		}
		if !parted {
			w.unmerge(m)
		}
		left := w.contacts()
		if len(left) != 2 || left["u1"].N != ann.N || left["u2"].N != bo.N {
			t.Errorf("left: %v", left)
		}
		for ref, mail := range map[string]string{"u1": "ann@x.test", "u2": "bo@x.test"} {
			if c := left[ref]; c == nil || !slices.Equal(c.Values(contact.KindEmail), []string{mail}) {
				t.Errorf("%s is %+v", ref, c)
			}
		}
	})
}
