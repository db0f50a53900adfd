package identity

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// maxMoved bounds how many workspaces a merge moves.
const maxMoved = 1000

// follow moves a merged account's workspaces to the survivor and remembers which.
func (k accounts) follow(ctx context.Context, all *kin[account.Account], m *kinsman[account.Account]) error {
	live, err := k.tx.WorkspacesOf(ctx, m.N)
	if err != nil {
		return err
	}
	if len(live) > maxMoved {
		return errs.BadRequest("%s has more than %d workspaces; merge the other way round", don.Of(don.Account, m.N).Display(), maxMoved)
	}
	of := workspaces(k)
	groups, err := kinOf(ctx, k.tx, of, live...)
	if err != nil {
		return err
	}
	m.Spaces, m.dirty = slices.Clone(live), true
	for _, n := range live {
		if g := groups[n]; g != nil {
			m.Spaces = append(m.Spaces, without(g.within(n), []int64{n})...)
		}
	}
	return of.move(ctx, m.Spaces, m.N, all.survivor, 0)
}

// leave gives the parted account its workspaces back, and keeps both parts from
// being below themselves.
func (k accounts) leave(ctx context.Context, all, gone *kin[account.Account], spaces []int64, p *Parted[account.Account]) error {
	of := workspaces(k)
	var err error
	if p.Along, err = of.partAcross(ctx, spaces); err != nil {
		return err
	}
	if err := of.move(ctx, spaces, all.survivor, gone.survivor, gone.root().Own.WorkspaceN); err != nil || p.InTrash {
		return err // whoever brings an account back looks what it is below
	}
	if err := k.untie(ctx, gone, p, &p.Secondary); err != nil {
		return err
	}
	return k.untie(ctx, all, p, &p.Survivor)
}

// partAcross undoes the merges of workspaces of which one is among those given
// and the other is not: they are about to belong to different accounts.
func (k workspaces) partAcross(ctx context.Context, ns []int64) ([]Merge, error) {
	all, err := k.groupsWith(ctx, ns)
	if err != nil {
		return nil, err
	}
	var out []Merge
	for _, g := range all {
		for _, m := range g.each() {
			if m.Into == 0 || slices.Contains(ns, m.N) == slices.Contains(ns, m.Into) {
				continue
			}
			p, err := unmerge(ctx, k.tx, k, m.MergeN)
			if err != nil {
				return nil, err
			}
			out = append(out, p.Merge)
		}
	}
	return out, nil
}

// groupsWith loads the kin that any of the workspaces are of, in the order of
// their survivors.
func (k workspaces) groupsWith(ctx context.Context, ns []int64) ([]*kin[account.Workspace], error) {
	now, err := k.tx.Survivors(ctx, don.Workspace, ns)
	if err != nil {
		return nil, err
	}
	roots := slices.Clone(ns)
	for i, n := range roots {
		if s, ok := now[n]; ok {
			roots[i] = s
		}
	}
	slices.Sort(roots)
	roots = slices.Compact(roots)
	all, err := kinOf(ctx, k.tx, k, roots...)
	var out []*kin[account.Workspace]
	for _, n := range roots {
		if all[n] != nil {
			out = append(out, all[n])
		}
	}
	return out, err
}

// move gives those of the workspaces that are one account's to another, with
// home as its default one. Those that are one move together.
func (k workspaces) move(ctx context.Context, ns []int64, from, to, home int64) error {
	found, err := k.tx.Workspaces(ctx, ns, true)
	if err != nil {
		return err
	}
	groups, err := k.groupsWith(ctx, ns)
	if err != nil {
		return err
	}
	give := func(w *account.Workspace) {
		if w.AccountN == from {
			w.AccountN, w.Default = to, w.N == home
		}
	}
	inGroup := map[int64]bool{}
	for _, g := range groups {
		for _, m := range g.each() {
			inGroup[m.N] = true
			give(m.Own)
			m.dirty = true
		}
		if err := k.moveTo(ctx, found[g.survivor], g.view(g.survivor)); err != nil {
			return err
		}
		if err := g.store(ctx, k.tx); err != nil {
			return err
		}
	}
	for _, n := range ns {
		if inGroup[n] {
			continue
		}
		w := found[n]
		if w == nil {
			w = &account.Workspace{}
			if err := k.tx.Discarded(ctx, don.Of(don.Workspace, n), w); errs.Is(err, errs.NotFound) {
				continue // removed for good
			} else if err != nil {
				return err
			}
		}
		after := *w
		give(&after)
		if err := k.moveTo(ctx, found[n], &after); err != nil {
			return err
		}
	}
	return nil
}

// moveTo writes a workspace as it is now, live or in the trash.
func (k workspaces) moveTo(ctx context.Context, before, after *account.Workspace) error {
	if before == nil {
		return k.tx.ReplaceDiscarded(ctx, don.Of(don.Workspace, after.N), after)
	}
	_, err := k.tx.UpdateWorkspace(ctx, before, after)
	return err
}
