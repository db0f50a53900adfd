package bulkaction_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/bulkaction"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
	"github.com/kith-id/kith/internal/tag"
)

// TestEdits makes every kind of edit and takes it back to exactly what was.
func TestEdits(t *testing.T) {
	bulkaction.SmallParts(t)
	onBothEngines(t, func(w *world) {
		w.people(30)
		w.fields(don.Contact)
		w.edit(4, directory.ContactPatch{Custom: &schema.Change{Given: map[string]any{"tnt__plan": "iron"}, Spec: schema.Spec{Tenant: true}}})
		acme, _, err := w.dir.CreateAccount(w.Context(), w.scope, directory.AccountPatch{DisplayName: ptr("Acme")})
		must(acme, err)(w)
		other, _, err := w.dir.CreateAccount(w.Context(), w.scope, directory.AccountPatch{DisplayName: ptr("Other")})
		must(other, err)(w)
		must(w.dir.Associate(w.Context(), w.scope, 7, []directory.Place{{ID: don.Of(don.Account, acme.Item.N), Field: "x.id"}}))(w)
		must(w.dir.Associate(w.Context(), w.scope, 8, []directory.Place{{ID: don.Of(don.Account, other.Item.N), Field: "x.id", Primary: ptr(true)}}))(w)
		before := w.state()

		for _, tt := range []struct {
			kind bulkaction.Kind
			edit directory.BulkEdit
			want string
		}{
			{bulkaction.AddTags, directory.BulkEdit{AddTags: []tag.Use{{N: vip}, {N: odd, Value: "gold"}}}, "30 changed, 0 unchanged"},
			{bulkaction.AddTags, directory.BulkEdit{AddTags: []tag.Use{{N: odd}}}, "20 changed, 10 unchanged"},
			{bulkaction.RemoveTags, directory.BulkEdit{RemoveTags: []int64{old, vip}}, "15 changed, 15 unchanged"},
			{bulkaction.SetOwners, directory.BulkEdit{Owners: &[]int64{2, 1}}, "30 changed, 0 unchanged"},
			{bulkaction.SetOwners, directory.BulkEdit{Owners: &[]int64{}}, "6 changed, 24 unchanged"},
			{bulkaction.SetAccount, directory.BulkEdit{AccountN: acme.Item.N}, "29 changed, 1 unchanged"},
			{bulkaction.SetCustom, directory.BulkEdit{Custom: schema.Values{"tnt__plan": "iron"}}, "29 changed, 1 unchanged"},
			{bulkaction.SetCustom, directory.BulkEdit{Custom: schema.Values{"tnt__plan": nil}}, "1 changed, 29 unchanged"},
		} {
			a := w.done(don.Contact, bulkaction.Spec{Kind: tt.kind, Edit: tt.edit})
			w.counts(a, "completed: 30 of 30, "+tt.want+", 0 skipped, 0 failed, 0 reverted, 0 left")
			if tt.kind == bulkaction.AddTags && w.with(odd) != 30 {
				w.Errorf("%d contacts are found by the tag, want 30", w.with(odd))
			}
			changed := a.Progress.Changed
			if u := w.undone(a.N); u.State != bulkaction.Undone || u.Progress.Reverted != changed || u.Progress.Left != 0 {
				w.Errorf("%s: undo: %s %+v", tt.kind, u.State, u.Progress)
			}
			w.same(before)
			if w.with(odd) != 10 {
				w.Errorf("%d contacts are found by the tag after the undo, want 10", w.with(odd))
			}
		}
	})
}

// TestAccountsAndWorkspaces does the same to other records.
func TestAccountsAndWorkspaces(t *testing.T) {
	bulkaction.SmallParts(t)
	onBothEngines(t, func(w *world) {
		for i := range 10 {
			made, _, err := w.dir.CreateAccount(w.Context(), w.scope, directory.AccountPatch{DisplayName: ptr(fmt.Sprint("A", i)), Refs: &[]string{fmt.Sprint("a", i)}})
			must(made, err)(w)
			must(w.dir.CreateWorkspace(w.Context(), w.scope, made.Item.N, directory.WorkspacePatch{DisplayName: ptr("site"), Ref: ptr(fmt.Sprint("w", i))}))(w)
		}
		before := w.state()
		for _, of := range []don.Type{don.Account, don.Workspace} {
			all := map[don.Type]int{don.Account: 10, don.Workspace: 20}[of]
			a := w.done(of, addTags("", tag.Use{N: vip}))
			w.counts(a, fmt.Sprintf("completed: %d of %[1]d, %[1]d changed, 0 unchanged, 0 skipped, 0 failed, 0 reverted, 0 left", all))
			w.undone(a.N)
			w.same(before)
			if of == don.Account {
				a = w.done(of, bulkaction.Spec{Kind: bulkaction.Delete, Edit: directory.BulkEdit{Delete: true}})
				w.counts(a, "completed: 10 of 10, 10 changed, 0 unchanged, 0 skipped, 0 failed, 0 reverted, 0 left")
			} else {
				a = w.done(of, bulkaction.Spec{Kind: bulkaction.Delete, Edit: directory.BulkEdit{Delete: true}})
				w.counts(a, "completed: 20 of 20, 10 changed, 0 unchanged, 0 skipped, 10 failed, 0 reverted, 0 left")
				if got := w.notes(a.N)[0]; got != "REV-1 failed bad_request : REV-1 is the default workspace of ACC-1 and is deleted only with it" {
					w.Error(got)
				}
			}
			u := w.undone(a.N)
			if u.Progress.Reverted != 10 || u.Progress.Left != 0 {
				w.Errorf("undo: %+v %v", u.Progress, w.notes(a.N))
			}
			w.same(before)
		}
	})
}

func TestDelete(t *testing.T) {
	bulkaction.SmallParts(t)
	onBothEngines(t, func(w *world) {
		w.people(20)
		before := w.state()
		a := w.done(don.Contact, bulkaction.Spec{Kind: bulkaction.Delete, Filter: "tag:old", Edit: directory.BulkEdit{Delete: true}})
		w.counts(a, "completed: 10 of 10, 10 changed, 0 unchanged, 0 skipped, 0 failed, 0 reverted, 0 left")
		if n := len(w.state().Contacts); n != 10 {
			w.Errorf("%d contacts are left, want 10", n)
		}
		must(w.dir.RestoreContact(w.Context(), w.scope, 3, false))(w)
		must(w.dir.CreateContact(w.Context(), w.scope, directory.ContactPatch{Email: ptr("p4@x.test")}, nil))(w)
		w.counts(w.undone(a.N), "undone: 10 of 10, 10 changed, 0 unchanged, 0 skipped, 0 failed, 8 reverted, 2 left")
		w.wantNotes(a.N,
			"REVU-5 left conflict : 1 of its values now clash with other records; restore it without them or free them first",
			"REVU-3 left not_found : REVU-3 is not in the trash since the bulk action: it was restored, or removed for good")
		must(struct{}{}, w.dir.DeleteContact(w.Context(), w.scope, 21))(w)
		must(w.dir.RestoreContact(w.Context(), w.scope, 5, false))(w)
		w.same(before)
	})
}

func TestMergePlan(t *testing.T) {
	bulkaction.SmallParts(t)
	onBothEngines(t, func(w *world) {
		w.people(12)
		before := w.state()
		plan := []bulkaction.Pair{{1, 2}, {1, 3}, {4, 5}, {6, 4}, {7, 8}, {8, 9}, {10, 11}}
		a := w.create(don.Contact, bulkaction.Spec{Kind: bulkaction.Merge, Hold: true}, plan...)
		if a.State != bulkaction.Pinned || a.Progress.Matched != 7 {
			w.Errorf("the plan is %s with %d merges", a.State, a.Progress.Matched)
		}
		must(struct{}{}, w.dir.DeleteContact(w.Context(), w.scope, 11))(w)
		must(w.svc.Start(w.Context(), w.scope, a.N))(w)
		w.counts(w.finish(a.N), "completed: 7 of 7, 5 changed, 0 unchanged, 0 skipped, 2 failed, 0 reverted, 0 left")
		w.wantNotes(a.N, "REVU-9 failed bad_request : REVU-8 was merged into REVU-7; use REVU-7", "REVU-11 failed not_found : REVU-11 does not exist")
		w.counts(w.undone(a.N), "undone: 7 of 7, 5 changed, 0 unchanged, 0 skipped, 2 failed, 5 reverted, 0 left")
		must(w.dir.RestoreContact(w.Context(), w.scope, 11, false))(w)
		w.same(before)

		for want, plan := range map[string][]bulkaction.Pair{
			"plan: merges REVU-1 with itself; take it out of its own secondaries":               {{1, 1}},
			"plan: names REVU-2 as a secondary twice; leave it out once":                        {{1, 2}, {3, 2}},
			"plan: REVU-99 does not exist":                                                      {{1, 99}},
			"plan: names 10001 merges; at most 10000 are allowed, so make several bulk actions": make([]bulkaction.Pair, bulkaction.MaxPairs+1),
		} {
			_, err := w.svc.Create(w.Context(), w.scope, don.Contact, bulkaction.Spec{Kind: bulkaction.Merge}, plan)
			if err == nil || err.Error() != want {
				w.Errorf("got %v, want %s", err, want)
			}
		}
	})
}

// TestPinnedSetStays changes what the filter asks of between pinning and start:
// the set stays, and who left it meanwhile is told.
func TestPinnedSetStays(t *testing.T) {
	bulkaction.SmallParts(t)
	onBothEngines(t, func(w *world) {
		w.people(20)
		spec := addTags("tag:old", tag.Use{N: vip})
		spec.Hold = true
		a := w.done(don.Contact, spec)
		w.counts(a, "pinned: 0 of 10, 0 changed, 0 unchanged, 0 skipped, 0 failed, 0 reverted, 0 left")

		w.edit(2, directory.ContactPatch{Tags: &[]tag.Use{{N: old}}})                // matches now
		w.edit(3, directory.ContactPatch{Tags: &[]tag.Use{}})                        // matches no longer
		w.edit(5, directory.ContactPatch{Tags: &[]tag.Use{{N: vip, Value: "gold"}}}) // has it already
		must(struct{}{}, w.dir.DeleteContact(w.Context(), w.scope, 7))(w)            // gone
		must(w.dir.MergeContacts(w.Context(), w.scope, 4, 9))(w)                     // survivor is not pinned
		must(w.dir.MergeContacts(w.Context(), w.scope, 11, 13))(w)                   // survivor is pinned
		must(w.dir.CreateContact(w.Context(), w.scope, directory.ContactPatch{Tags: &[]tag.Use{{N: old}}}, nil))(w)
		must(w.svc.Start(w.Context(), w.scope, a.N))(w)
		w.counts(w.finish(a.N), "completed: 10 of 10, 7 changed, 1 unchanged, 2 skipped, 0 failed, 0 reverted, 0 left")
		w.wantNotes(a.N,
			"REVU-7 skipped not_found : REVU-7 was deleted after it was pinned",
			"REVU-9 merged merged : REVU-9 was merged into REVU-4 after it was pinned; that was changed in its place",
			"REVU-13 skipped not_found : REVU-13 was merged into REVU-11 after it was pinned, which is among the records itself")
		if w.with(vip) != 8 { // 1 3 5 4 11 15 17 19
			w.Errorf("%d have the tag, want 8", w.with(vip))
		}
		w.counts(w.undone(a.N), "undone: 10 of 10, 7 changed, 1 unchanged, 2 skipped, 0 failed, 7 reverted, 0 left")
		if w.with(vip) != 1 {
			w.Errorf("%d have the tag after the undo, want the one who had it before", w.with(vip))
		}
	})
}

// TestUndoLeavesLaterEdits: what somebody has changed since in the same field
// stays; what was changed in others goes on.
func TestUndoLeavesLaterEdits(t *testing.T) {
	bulkaction.SmallParts(t)
	onBothEngines(t, func(w *world) {
		w.people(10)
		w.fields(don.Contact)
		tags := w.done(don.Contact, addTags("", tag.Use{N: vip, Value: "gold"}, tag.Use{N: odd, Value: "gold"}))
		owners := w.done(don.Contact, bulkaction.Spec{Kind: bulkaction.SetOwners, Edit: directory.BulkEdit{Owners: &[]int64{2}}})
		custom := w.done(don.Contact, bulkaction.Spec{Kind: bulkaction.SetCustom, Edit: directory.BulkEdit{Custom: schema.Values{"tnt__plan": "gold", "tnt__code": "x"}}})
		w.edit(1, directory.ContactPatch{Tags: &[]tag.Use{{N: vip, Value: "iron"}, {N: odd, Value: "gold"}, {N: old}}, DisplayName: ptr("new")})
		w.edit(2, directory.ContactPatch{Tags: &[]tag.Use{{N: vip, Value: "gold"}, {N: odd, Value: "gold"}, {N: old}}}) // another tag besides
		w.edit(3, directory.ContactPatch{Owners: &[]int64{1, 2}})
		w.edit(4, directory.ContactPatch{Custom: &schema.Change{Given: map[string]any{"tnt__plan": "iron"}, Spec: schema.Spec{Tenant: true}}})
		must(struct{}{}, w.dir.DeleteContact(w.Context(), w.scope, 5))(w)
		must(w.dir.MergeContacts(w.Context(), w.scope, 6, 7))(w)

		gone := []string{
			"REVU-7 left merged : REVU-7 was merged into REVU-6 since; take that merge back and change it by itself",
			"REVU-5 left not_found : REVU-5 was deleted since; restore it and change it by itself",
		}
		w.undone(custom.N)
		w.wantNotes(custom.N, gone[0], gone[1], "REVU-4 left changed custom_fields.tnt__plan: was changed since, so it stays as it is")
		w.undone(owners.N)
		w.wantNotes(owners.N, gone[0], gone[1], "REVU-3 left changed owned_by: was changed since, so it stays as it is")
		w.counts(w.undone(tags.N), "undone: 10 of 10, 10 changed, 0 unchanged, 0 skipped, 0 failed, 7 reverted, 3 left")
		w.wantNotes(tags.N, gone[0], gone[1], "REVU-1 left changed tags: was changed since, so it stays as it is")

		got := map[int64]string{}
		for _, c := range w.state().Contacts {
			got[c.N] = fmt.Sprint(c.DisplayName, " ", c.Tags, c.Owners, c.Custom)
		}
		for n, want := range map[int64]string{
			1: "new [{1 iron} {3 iron} {2 }] [1] map[]", // odd=iron is back, vip=iron is the later edit
			2: "P1 [{2 }] [] map[]",
			3: "P2 [{2 }] [1 2] map[]",
			4: "P3 [{3 iron}] [] map[tnt__plan:iron]",
			8: "P7 [] [] map[]",
		} {
			want = strings.Replace(want, "] [", "][", 1)
			if strings.Replace(strings.ReplaceAll(got[n], "] [", "]["), "]map", "] map", 1) != want {
				w.Errorf("REVU-%d: %s, want %s", n, got[n], want)
			}
		}
	})
}

func TestRefusedRecordsAreReported(t *testing.T) {
	bulkaction.SmallParts(t)
	onBothEngines(t, func(w *world) {
		w.people(20)
		w.fields(don.Contact)
		w.edit(9, directory.ContactPatch{Custom: &schema.Change{Given: map[string]any{"tnt__code": "a"}, Spec: schema.Spec{Tenant: true}}})
		a := w.done(don.Contact, bulkaction.Spec{Kind: bulkaction.SetCustom, Edit: directory.BulkEdit{Custom: schema.Values{"tnt__code": "b"}}})
		w.counts(a, "completed: 20 of 20, 19 changed, 0 unchanged, 0 skipped, 1 failed, 0 reverted, 0 left")
		w.wantNotes(a.N, "REVU-9 failed customization_validation_error custom_fields.tnt__code: cannot be changed once it is set")
	})
}

// TestRefusedAtOnce are actions that make no sense for any record.
func TestRefusedAtOnce(t *testing.T) {
	onBothEngines(t, func(w *world) {
		w.fields(don.Contact)
		for _, tt := range []struct {
			of   don.Type
			spec bulkaction.Spec
			kind errs.Kind
			want string
		}{
			{don.Contact, addTags("", tag.Use{N: 9}), errs.NotFound, "tags[0].id: TAG-9 does not exist"},
			{don.Contact, addTags("", tag.Use{N: vip, Value: "tin"}), errs.Invalid, `tags[0].value: "tin" is not an allowed value of the tag "vip"`},
			{don.Contact, addTags("nonsense = 1", tag.Use{N: vip}), errs.Invalid, ""},
			{don.Contact, bulkaction.Spec{Kind: bulkaction.RemoveTags, Edit: directory.BulkEdit{RemoveTags: []int64{9}}}, errs.NotFound, "tags[0].id: TAG-9 does not exist"},
			{don.Contact, bulkaction.Spec{Kind: bulkaction.SetOwners, Edit: directory.BulkEdit{Owners: &[]int64{1, 7}}}, errs.NotFound, "owned_by[1]: DEVU-7 does not exist"},
			{don.Contact, bulkaction.Spec{Kind: bulkaction.SetAccount, Edit: directory.BulkEdit{AccountN: 5}}, errs.NotFound, "account: ACC-5 does not exist"},
			{don.Account, bulkaction.Spec{Kind: bulkaction.SetAccount, Edit: directory.BulkEdit{AccountN: 5}}, errs.Invalid, "account: only contacts have a place in an account; account records do not"},
			{don.Contact, bulkaction.Spec{Kind: bulkaction.SetCustom, Edit: directory.BulkEdit{Custom: schema.Values{"tnt__plan": "tin"}}}, errs.Invalid, ""},
			{don.Contact, bulkaction.Spec{Kind: bulkaction.SetCustom, Edit: directory.BulkEdit{Custom: schema.Values{"tnt__none": "x"}}}, errs.Invalid, ""},
			{don.Account, bulkaction.Spec{Kind: bulkaction.SetCustom, Edit: directory.BulkEdit{Custom: schema.Values{"tnt__plan": "gold"}}}, errs.Invalid, ""},
		} {
			_, err := w.svc.Create(w.Context(), w.scope, tt.of, tt.spec, nil)
			if !errs.Is(err, tt.kind) || tt.want != "" && err.Error() != tt.want {
				w.Errorf("%+v: got %s %v, want %s %s", tt.spec, errs.KindOf(err), err, tt.kind, tt.want)
			}
		}
		if n := len(must(w.svc.List(w.Context(), w.scope, 0, 10))(w)); n != 0 {
			w.Errorf("%d bulk actions were made", n)
		}
	})
}

func TestTooManyMatch(t *testing.T) {
	bulkaction.AtMost(t, 9)
	onBothEngines(t, func(w *world) {
		w.people(10)
		a := w.done(don.Contact, addTags("", tag.Use{N: vip}))
		if want := "more than 9 records match, which is the most that one bulk action takes; narrow the filter and make several"; a.State != bulkaction.Failed || a.Error != want {
			w.Errorf("%s: %s", a.State, a.Error)
		}
		if w.with(vip) != 0 {
			w.Error("some were changed")
		}
	})
}

// TestTagIsDeletedMeanwhile ends the action with a reason, and lets its undo run.
func TestTagIsDeletedMeanwhile(t *testing.T) {
	bulkaction.SmallParts(t)
	onBothEngines(t, func(w *world) {
		w.people(10)
		before := w.state()
		ctx, cancel := context.WithCancel(w.Context())
		w.stopAt("apply after", 1, cancel)
		a := w.create(don.Contact, addTags("", tag.Use{N: vip}))
		_ = w.svc.Round(ctx)
		must(struct{}{}, w.dir.DeleteTag(w.Context(), w.scope, vip))(w)
		w.svc = w.service()
		must(struct{}{}, w.svc.Recover(w.Context()))(w)
		a = w.finish(a.N)
		if a.State != bulkaction.Failed || a.Error != "tags[0].id: TAG-1 does not exist" || a.Progress.Changed != 7 {
			w.Errorf("%s: %s %+v", a.State, a.Error, a.Progress)
		}
		w.undone(a.N)
		w.same(before)
	})
}

// TestLateUndo: what has ended long ago is forgotten, and cannot be undone.
func TestLateUndo(t *testing.T) {
	onBothEngines(t, func(w *world) {
		w.people(5)
		a := w.done(don.Contact, addTags("", tag.Use{N: vip}))
		var dropped int
		purge := func(before time.Time) {
			storetest.Write(w.T, w.db, w.scope, func(ctx context.Context, tx *store.Tx) (err error) {
				dropped, err = tx.PurgeBulkActions(ctx, before, 500)
				return err
			})
		}
		if purge(time.Now().Add(-time.Hour)); dropped != 0 {
			w.Errorf("%d rows of what has just ended were dropped", dropped)
		}
		if purge(time.Now().Add(time.Hour)); dropped != 1 {
			w.Errorf("%d rows were dropped, want 1", dropped)
		}
		long := time.Now().AddDate(0, 0, -bulkaction.UndoDays-1)
		storetest.Write(w.T, w.db, w.scope, func(ctx context.Context, tx *store.Tx) error {
			a.Progress.EndedAt = &long
			return tx.SaveBulkAction(ctx, a)
		})
		_, err := w.svc.Undo(w.Context(), w.scope, a.N)
		w.refuses(err, errs.Invalid, "BULK-1 ended more than 90 days ago; what it did can no longer be undone")
	})
}

// TestDeadlines: pinned records do not stay good for ever, and work ends.
func TestDeadlines(t *testing.T) {
	onBothEngines(t, func(w *world) {
		w.people(5)
		spec := addTags("", tag.Use{N: vip})
		spec.Hold = true
		long := time.Now().Add(-25 * time.Hour)
		save := func(a *bulkaction.Action) {
			storetest.Write(w.T, w.db, w.scope, func(ctx context.Context, tx *store.Tx) error { return tx.SaveBulkAction(ctx, a) })
		}
		a := w.done(don.Contact, spec)
		a.Progress.PinnedAt = &long
		save(a)
		_, err := w.svc.Start(w.Context(), w.scope, a.N)
		w.refuses(err, errs.Invalid, "the records of BULK-1 were pinned more than 24 hours ago; make another bulk action for those that match now")

		b := w.done(don.Contact, spec)
		b = must(w.svc.Start(w.Context(), w.scope, b.N))(w)
		b.Progress.StartedAt = &long
		save(b)
		b = w.finish(b.N)
		if want := "it was not done within 24 hours of its start; what it has done stays, and can be undone"; b.State != bulkaction.Failed || b.Error != want {
			w.Errorf("%s: %s", b.State, b.Error)
		}
	})
}

// TestUndoGoesOn: an undo that failed in the middle goes on where it was.
func TestUndoGoesOn(t *testing.T) {
	bulkaction.SmallParts(t)
	onBothEngines(t, func(w *world) {
		w.people(20)
		before := w.state()
		a := w.done(don.Contact, bulkaction.Spec{Kind: bulkaction.Delete, Edit: directory.BulkEdit{Delete: true}})
		parts, long := 0, time.Now().Add(-25*time.Hour)
		w.svc.Step = func(name string) {
			if name != "undo before" {
				return
			}
			if parts++; parts == 2 {
				storetest.Write(w.T, w.db, w.scope, func(ctx context.Context, tx *store.Tx) error {
					u, err := tx.BulkAction(ctx, a.N, true)
					if err != nil {
						return err
					}
					u.Progress.StartedAt = &long
					return tx.SaveBulkAction(ctx, u)
				})
			}
		}
		must(w.svc.Undo(w.Context(), w.scope, a.N))(w)
		w.counts(w.finish(a.N), "failed: 20 of 20, 20 changed, 0 unchanged, 0 skipped, 0 failed, 6 reverted, 0 left")
		w.svc = w.service()
		must(w.svc.Undo(w.Context(), w.scope, a.N))(w)
		w.counts(w.finish(a.N), "undone: 20 of 20, 20 changed, 0 unchanged, 0 skipped, 0 failed, 20 reverted, 0 left")
		w.same(before)
	})
}
