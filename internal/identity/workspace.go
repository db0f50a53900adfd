package identity

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/tag"
)

// Operations of merges of workspaces in history and outbox.
const (
	OpWorkspaceMerged   = "rev_org_merged"
	OpWorkspaceUnmerged = "rev_org_unmerged"
)

// MergeWorkspaces merges a workspace into another of the same account, as
// MergeContacts does contacts. Contacts' places are read as the primary's, its
// reference leads to the primary, and if it was the account's default workspace,
// the primary is. Errors: invalid for a workspace that was merged away, for both
// being the same or of two accounts; not_found.
func MergeWorkspaces(ctx context.Context, tx AccountTx, primary, secondary int64) (Merge, error) {
	return merge(ctx, tx, workspaces{tx}, primary, secondary, Why{})
}

// UnmergeWorkspaces takes a merge of workspaces back, see unmerge.
func UnmergeWorkspaces(ctx context.Context, tx AccountTx, mergeN int64) (*Parted[account.Workspace], error) {
	return unmerge(ctx, tx, workspaces{tx}, mergeN)
}

// WorkspaceMergedAway is MergedAway for workspaces.
func WorkspaceMergedAway(ctx context.Context, tx AccountTx, n int64) (*account.Workspace, error) {
	w, s, err := mergedAway(ctx, tx, workspaces{tx}, n)
	if err != nil {
		return nil, err
	}
	w.Survivor = s
	return w, nil
}

// ChangeMergedWorkspace is ChangeMergedAccount for workspaces.
func ChangeMergedWorkspace(ctx context.Context, tx AccountTx, before, after *account.Workspace) (merged, changed bool, err error) {
	return changeIfMerged(ctx, tx, workspaces{tx}, before.N, before, after)
}

// WorkspaceBehind is AccountBehind for workspaces.
func WorkspaceBehind(ctx context.Context, tx AccountTx, w *account.Workspace, key string) (*account.Workspace, error) {
	return behind(ctx, tx, workspaces{tx}, w.N, w, key)
}

// ObserveMergedWorkspace is ChangeMergedWorkspace for what arrived under a
// reference: apply changes the member that has it.
func ObserveMergedWorkspace(ctx context.Context, tx AccountTx, w *account.Workspace, via Via, apply func(*account.Workspace)) (after *account.Workspace, merged bool, err error) {
	all, err := kinOf(ctx, tx, workspaces{tx}, w.N)
	k := all[w.N]
	if err != nil || k == nil {
		return nil, false, err
	}
	m := k.origin(via.Key)
	apply(m.Own)
	m.changed(tx)
	note := Note{ID: don.Of(don.Workspace, m.N), Op: OpUpdated, Before: m.was, After: workspaces{}.clone(m.Own), Via: via, Tell: don.Of(don.Workspace, w.N)}
	if after, _, err = k.save(ctx, tx, w); err != nil {
		return nil, true, err
	}
	_, err = tx.Record(ctx, note)
	return after, true, err
}

// RestoreMergedWorkspace is RestoreMergedAccount for workspaces.
func RestoreMergedWorkspace(ctx context.Context, tx AccountTx, was, w *account.Workspace) error {
	of := workspaces{tx}
	all, err := kinOf(ctx, tx, of, w.N)
	k := all[w.N]
	if err != nil || k == nil {
		return err
	}
	for _, ref := range without(WorkspaceRefs(was), WorkspaceRefs(w)) {
		of.release(k, ref, Lost{Reason: TakenBy})
	}
	return k.store(ctx, tx)
}

// PreviewWorkspaces tells what MergeWorkspaces would do, with its errors.
func PreviewWorkspaces(ctx context.Context, tx AccountTx, primary, secondary int64) (result *account.Workspace, fields []Outlook, err error) {
	k, p, s, err := previewed(ctx, tx, workspaces{tx}, primary, secondary)
	if err != nil {
		return nil, nil, err
	}
	result = k.view(primary)
	text := func(v string) string { return v }
	plain := func(v string) Value { return Value{Text: v} }
	fields = []Outlook{
		scalar("display_name", p.DisplayName, s.DisplayName, result.DisplayName), scalar("description", p.Description, s.Description, result.Description),
		scalar("domain", p.Domain, s.Domain, result.Domain), scalar("environment", p.Environment, s.Environment, result.Environment),
		scalar("tier", p.Tier, s.Tier, result.Tier),
		elements("external_ref", WorkspaceRefs(p), WorkspaceRefs(s), text, plain, same[string]),
		ownerOutlook(p.Owners, s.Owners), tagOutlook(p.Tags, s.Tags),
	}
	fields = append(fields, customOutlooks(custom{&p.Custom, &p.Subtype}, custom{&s.Custom, &s.Subtype}, custom{&result.Custom, &result.Subtype})...)
	return result, meant(fields), nil
}

// WorkspaceRefs returns all references that lead to a workspace, the shown one first.
func WorkspaceRefs(w *account.Workspace) []string {
	if w.Ref == "" {
		return w.OtherRefs
	}
	return append([]string{w.Ref}, w.OtherRefs...)
}

// workspaces are the kind of workspaces.
type workspaces struct{ tx AccountTx }

func (workspaces) of() don.Type                     { return don.Workspace }
func (workspaces) ops() (merged, unmerged string)   { return OpWorkspaceMerged, OpWorkspaceUnmerged }
func (workspaces) blank(n int64) *account.Workspace { return &account.Workspace{N: n} }
func (workspaces) clone(w *account.Workspace) *account.Workspace {
	n := *w // its lists are replaced, never changed in place
	return &n
}

func (workspaces) edition(w *account.Workspace) edition {
	return edition{&w.Version, &w.ModifiedAt, &w.ModifiedBy}
}

func (workspaces) carries(w *account.Workspace, key string) bool {
	return w.Ref != "" && Key(KindWorkspaceRef, w.Ref) == key
}

// Names of what the view of a workspace adopts.
const (
	nameRef  = "external_ref"
	nameSpot = "domain"
)

func (workspaces) names(v *account.Workspace) []string {
	var out []string
	for _, s := range []struct{ name, value string }{{nameDescription, v.Description}, {nameTier, v.Tier}, {nameSpot, v.Domain}, {nameRef, v.Ref}} {
		if s.value != "" {
			out = append(out, s.name)
		}
	}
	for _, o := range v.Owners {
		out = append(out, nameOwner(o))
	}
	for _, t := range v.Tags {
		out = append(out, nameTag(t.N))
	}
	return append(out, custom{&v.Custom, &v.Subtype}.names()...)
}

func (workspaces) renew(*kin[account.Workspace], *account.Workspace) {}

func (workspaces) begin(*kin[account.Workspace], *kinsman[account.Workspace], *account.Workspace) {}

func (workspaces) adopt(_ *kin[account.Workspace], v, from *account.Workspace, hidden []string) {
	shown := func(name string) bool { return !slices.Contains(hidden, name) }
	for _, f := range []struct {
		name string
		dst  *string
		src  string
	}{{nameDescription, &v.Description, from.Description}, {nameTier, &v.Tier, from.Tier}, {nameSpot, &v.Domain, from.Domain}} {
		if shown(f.name) {
			fill(f.dst, f.src)
		}
	}
	for i, ref := range WorkspaceRefs(from) {
		if v.Ref == "" && shown(nameRef) && (i == 0 && from.Ref != "") {
			v.Ref = ref
		} else if v.Ref != ref && !slices.Contains(v.OtherRefs, ref) {
			v.OtherRefs = append(slices.Clone(v.OtherRefs), ref)
		}
	}
	v.Default = v.Default || from.Default
	v.Owners = unite(v.Owners, from.Owners, func(o int64) bool { return shown(nameOwner(o)) }, same[int64])
	v.Tags = unite(v.Tags, from.Tags, func(t tag.Use) bool { return shown(nameTag(t.N)) }, func(a, b tag.Use) bool { return a.N == b.N })
	custom{&v.Custom, &v.Subtype}.adopt(custom{&from.Custom, &from.Subtype}, shown)
}

func (workspaces) finish(*kinsman[account.Workspace], *account.Workspace, bool) {}

func (k workspaces) edit(g *kin[account.Workspace], before, after *account.Workspace) {
	r := g.root()
	for _, t := range []struct {
		name          string
		own           *string
		before, after string
	}{
		{nameDisplay, &r.Own.DisplayName, before.DisplayName, after.DisplayName}, {nameDescription, &r.Own.Description, before.Description, after.Description},
		{nameTier, &r.Own.Tier, before.Tier, after.Tier}, {nameSpot, &r.Own.Domain, before.Domain, after.Domain},
		{"environment", &r.Own.Environment, before.Environment, after.Environment},
	} {
		if t.before != t.after {
			if *t.own = t.after; t.after == "" {
				g.hide(t.name)
			}
		}
	}
	if before.Ref != after.Ref {
		k.release(g, before.Ref, Lost{Reason: Released})
		if r.Own.Ref = after.Ref; after.Ref == "" {
			g.hide(nameRef)
		}
	}
	r.Own.Owners = editList(g.hide, r.Own.Owners, before.Owners, after.Owners, func(o int64) int64 { return o }, nameOwner, same[int64])
	r.Own.Tags = editList(g.hide, r.Own.Tags, before.Tags, after.Tags, func(t tag.Use) int64 { return t.N }, nameTag, same[tag.Use])
	editCustom(g.hide, custom{&r.Own.Custom, &r.Own.Subtype}, custom{&before.Custom, &before.Subtype}, custom{&after.Custom, &after.Subtype})
	r.changed(k.tx)
}

// release takes a reference from the member that has it.
func (k workspaces) release(g *kin[account.Workspace], ref string, why Lost) {
	for _, m := range g.each() {
		if ref == "" || m.Own.Ref != ref {
			continue
		}
		m.Own.Ref = ""
		m.changed(k.tx)
		if m != g.root() {
			why.Kind, why.Value, why.MergeN = KindWorkspaceRef, ref, g.latest()
			m.Lost = append(m.Lost, why)
		}
	}
}

func (k workspaces) load(ctx context.Context, ns []int64, lock bool) (map[int64]*account.Workspace, error) {
	return k.tx.Workspaces(ctx, ns, lock)
}

// reindex brings the identity index from the references that a workspace had to
// those that it has.
func (k workspaces) reindex(ctx context.Context, before, after *account.Workspace) error {
	return reclaim(ctx, k.tx, don.Of(don.Workspace, after.N), KindWorkspaceRef, WorkspaceRefs(before), WorkspaceRefs(after))
}

func reclaim(ctx context.Context, tx Tx, id don.ID, kind contact.Kind, was, is []string) error {
	if err := Claim(ctx, tx, id, kind, without(is, was)); err != nil {
		return err
	}
	return Unclaim(ctx, tx, id, kind, without(was, is))
}

func (k workspaces) rewrite(ctx context.Context, before, after *account.Workspace) (bool, error) {
	return k.tx.RewriteWorkspace(ctx, before, after)
}

func (k workspaces) absorb(ctx context.Context, w *account.Workspace) error {
	return k.tx.AbsorbWorkspace(ctx, w)
}

func (k workspaces) put(ctx context.Context, w *account.Workspace) error {
	return k.tx.PutWorkspace(ctx, w)
}

// admit refuses workspaces of two accounts: contacts with a place in one of them
// would come to belong to a customer that nobody put them with.
func (k workspaces) admit(_ context.Context, _ *kin[account.Workspace], p, s *account.Workspace) error {
	if p.AccountN == s.AccountN {
		return nil
	}
	return errs.BadRequest("%s belongs to %s and %s to %s; workspaces of one account can be merged, so merge the accounts first",
		don.Of(don.Workspace, p.N).Display(), don.Of(don.Account, p.AccountN).Display(),
		don.Of(don.Workspace, s.N).Display(), don.Of(don.Account, s.AccountN).Display())
}

func (workspaces) follow(context.Context, *kin[account.Workspace], *kinsman[account.Workspace]) error {
	return nil
}

func (workspaces) yield(*kin[account.Workspace], *kin[account.Workspace], Merge) {}

func (workspaces) leave(context.Context, *kin[account.Workspace], *kin[account.Workspace], []int64, *Parted[account.Workspace]) error {
	return nil
}
