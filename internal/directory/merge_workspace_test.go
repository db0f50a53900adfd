package directory_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
)

// space reads a workspace, the zero one when it is not there.
func (b bench) space(t *testing.T, n int64) account.Workspace {
	t.Helper()
	w, err := b.GetWorkspace(t.Context(), b.scope, don.Of(don.Workspace, n))
	if errs.Is(err, errs.NotFound) {
		return account.Workspace{}
	}
	if err != nil {
		t.Fatal(err)
	}
	return *w.Item
}

func (b bench) mergeSpaces(t *testing.T, primary, secondary int64) int64 {
	t.Helper()
	m, err := b.MergeWorkspaces(t.Context(), b.scope, primary, secondary)
	if err != nil {
		t.Fatal(err)
	}
	return m.Item.N
}

func (b bench) undoSpaces(t *testing.T, n int64) identity.Parted[account.Workspace] {
	t.Helper()
	u, err := b.UndoMerge(t.Context(), b.scope, n)
	if err != nil {
		t.Fatal(err)
	}
	return *u.Item.Workspaces
}

// TestWorkspaceRefs: the reference of the secondary leads to the primary; one
// that a member replaces is free and does not come back.
func TestWorkspaceRefs(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		b.companies(t) // REV-1 is the default workspace of ACC-1, REV-2 has the reference more1
		made, err := b.CreateWorkspace(t.Context(), b.scope, 1, directory.WorkspacePatch{DisplayName: ptr("Lab"), Ref: ptr("lab")})
		if err != nil {
			t.Fatal(err)
		}
		lab := made.Item.N
		m := b.mergeSpaces(t, lab, 2)
		if got := b.space(t, lab); got.Ref != "lab" || !slices.Equal(got.OtherRefs, []string{"more1"}) || got.Description != "more of 1" {
			t.Errorf("merged: %+v", got)
		}
		for _, ref := range []string{"lab", "more1"} {
			p, err := b.ListWorkspaces(t.Context(), b.scope, account.WorkspaceFilter{Refs: []string{ref}}, nil, directory.Query{Limit: 10})
			if err != nil || len(p.Items) != 1 || p.Items[0].N != lab {
				t.Errorf("%s leads to %v, %v", ref, p.Items, err)
			}
		}
		if _, err := b.CreateWorkspace(t.Context(), b.scope, 3, directory.WorkspacePatch{DisplayName: ptr("x"), Ref: ptr("more1")}); !errs.Is(err, errs.Conflict) {
			t.Errorf("a reference of the secondary given again: %v", err)
		}
		for _, ref := range []string{"", "new"} { // takes lab off, then what the secondary brings stays behind
			if _, err := b.UpdateWorkspace(t.Context(), b.scope, lab, directory.WorkspacePatch{Ref: &ref}); err != nil {
				t.Fatal(err)
			}
		}
		if got := b.space(t, lab); got.Ref != "new" || !slices.Equal(got.OtherRefs, []string{"more1"}) {
			t.Errorf("after the edits: %+v", got)
		}
		p := b.undoSpaces(t, m)
		if len(p.Lost) != 0 || len(p.Edits) != 2 || b.space(t, 2).Ref != "more1" || b.space(t, lab).Ref != "new" || b.space(t, lab).OtherRefs != nil {
			t.Errorf("after the undo: %+v, %+v, %+v", p, b.space(t, 2), b.space(t, lab))
		}
	})
}

// TestAdoptedWorkspaceRef: a reference that the primary shows since the merge
// and that a member takes off is lost for the secondary.
func TestAdoptedWorkspaceRef(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		b.companies(t)
		m := b.mergeSpaces(t, 1, 2)
		if got := b.space(t, 1); got.Ref != "more1" || !got.Default {
			t.Errorf("merged: %+v", got)
		}
		if _, err := b.UpdateWorkspace(t.Context(), b.scope, 1, directory.WorkspacePatch{Ref: ptr("mine")}); err != nil {
			t.Fatal(err)
		}
		want := []identity.Lost{{Kind: identity.KindWorkspaceRef, Value: "more1", Reason: identity.Released, MergeN: m}}
		if d := cmp.Diff(want, b.undoSpaces(t, m).Lost); d != "" {
			t.Error(d)
		}
		if b.space(t, 2).Ref != "" || b.space(t, 1).Ref != "mine" {
			t.Errorf("%+v, %+v", b.space(t, 1), b.space(t, 2))
		}
	})
}

// TestTrashOfMergedWorkspace deletes a merged workspace, and an account with one,
// parts them in the trash and restores both.
func TestTrashOfMergedWorkspace(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		b.companies(t)
		made, err := b.CreateWorkspace(t.Context(), b.scope, 1, directory.WorkspacePatch{DisplayName: ptr("Lab"), Ref: ptr("lab")})
		if err != nil {
			t.Fatal(err)
		}
		lab, before := made.Item.N, b.families(t)
		m := b.mergeSpaces(t, lab, 2)
		if err := b.DeleteWorkspace(t.Context(), b.scope, lab); err != nil {
			t.Fatal(err)
		}
		if got := b.space(t, 2); got.N != 0 {
			t.Errorf("a member of a deleted workspace: %+v", got)
		}
		if !b.undoSpaces(t, m).InTrash {
			t.Error("the undo does not say that both are in the trash")
		}
		for _, n := range []int64{lab, 2} {
			if _, err := b.RestoreWorkspace(t.Context(), b.scope, n, false); err != nil {
				t.Fatal(err)
			}
		}
		m = b.mergeSpaces(t, lab, 1) // the default one
		if err := b.DeleteAccount(t.Context(), b.scope, 1); err != nil {
			t.Fatal(err)
		}
		b.undoSpaces(t, m)
		if _, err := b.RestoreAccount(t.Context(), b.scope, 1, false); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(before, b.families(t)); d != "" {
			t.Errorf("not as before: %s", d)
		}
	})
}
