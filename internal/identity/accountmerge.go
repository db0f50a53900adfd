package identity

import (
	"cmp"
	"context"
	"slices"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Operations of merges of accounts in history and outbox.
const (
	OpAccountMerged   = "account_merged"
	OpAccountUnmerged = "account_unmerged"
)

// maxMoved bounds how many workspaces a merge moves.
const maxMoved = 1000

// MergeAccounts merges an account into another, as MergeContacts does contacts.
// Its workspaces come to be the primary's; the accounts below it and contacts'
// places are read as the primary's. Errors: invalid for an account that was
// merged away, for both being the same or the primary being far below the
// secondary; not_found.
func MergeAccounts(ctx context.Context, tx AccountTx, primary, secondary int64) (Merge, error) {
	p, s, err := accountPair(ctx, tx, primary, secondary, true)
	if err != nil {
		return Merge{}, err
	}
	g, moved, err := joinAccounts(ctx, tx, p, s)
	if err != nil {
		return Merge{}, err
	}
	m := Merge{Type: don.Account, Primary: p.N, Secondary: s.N, State: Active, At: tx.Now(), By: tx.Scope().Actor.Tail()}
	if m.N, err = tx.Next(ctx, don.Merge, 1); err != nil {
		return Merge{}, err
	}
	g.members[s.N].MergeN = m.N
	if err := reclaimAccount(ctx, tx, s, &account.Account{N: s.N}); err != nil {
		return Merge{}, err
	}
	if err := tx.AbsorbAccount(ctx, s); err != nil {
		return Merge{}, err
	}
	after, err := g.save(ctx, tx, p)
	if err != nil {
		return Merge{}, err
	}
	if err := g.moveSpacesOf(ctx, tx, g.members[s.N]); err != nil {
		return Merge{}, err
	}
	return m, inOrder(
		func() error { return g.store(ctx, tx) },
		func() error { return tx.InsertMerge(ctx, m) },
		func() error { return m.tellAccounts(ctx, tx, OpAccountMerged, p, after, moved, p.N) })
}

func accountPair(ctx context.Context, tx AccountTx, primary, secondary int64, lock bool) (p, s *account.Account, err error) {
	if primary == secondary {
		return nil, nil, errs.BadRequest("%s cannot be merged with itself; give the id of another account", don.Of(don.Account, primary).Display())
	}
	found, err := tx.Accounts(ctx, []int64{primary, secondary}, lock)
	if err != nil {
		return nil, nil, err
	}
	for _, n := range []int64{primary, secondary} {
		if found[n] == nil {
			return nil, nil, Absent(ctx, tx, don.Of(don.Account, n))
		}
	}
	return found[primary], found[secondary], nil
}

// joinAccounts puts the members of two accounts into one group.
func joinAccounts(ctx context.Context, tx AccountTx, p, s *account.Account) (*accountGroup, []int64, error) {
	g, err := accountGroupOf(ctx, tx, p)
	if err != nil {
		return nil, nil, err
	}
	h, err := accountGroupOf(ctx, tx, s)
	if err != nil {
		return nil, nil, err
	}
	g.root().touch(p.Version)
	h.root().touch(s.Version)
	moved := h.within(s.N)
	h.root().Into = p.N
	own := g.view(p.N).ParentN
	for n, m := range h.members {
		m.Survivor, m.dirty = p.N, true
		g.members[n] = m
	}
	return g, moved, g.unknot(ctx, tx, p, s, own != 0 && own != s.N)
}

// unknot sees to it that a merged account is not below itself. A place that it
// would only adopt it does not get.
func (g *accountGroup) unknot(ctx context.Context, tx AccountTx, p, s *account.Account, owned bool) error {
	circle, err := climbs(ctx, tx, g.view(p.N).ParentN, false, func(n int64) bool { return g.members[n] != nil })
	if err != nil || !circle {
		return err
	}
	if owned {
		return errs.BadRequest("%s is below %s, with others between them; move it from there first", don.Of(don.Account, p.N).Display(), don.Of(don.Account, s.N).Display())
	}
	g.members[s.N].Hidden = append(g.members[s.N].Hidden, nameParent)
	return nil
}

// maxClimb bounds how far up the tree of accounts is followed.
const maxClimb = 100

// climbs reports whether the way up from an account leads to one that meets the
// condition.
func climbs(ctx context.Context, tx AccountTx, at int64, lock bool, is func(int64) bool) (bool, error) {
	for level := 0; at != 0 && level < maxClimb; level++ {
		if is(at) {
			return true, nil
		}
		up, err := Above(ctx, tx, at, lock)
		if err != nil || up == nil {
			return false, err
		}
		if is(up.N) {
			return true, nil
		}
		at = up.ParentN
	}
	return false, nil
}

// Above returns the account that a child names as the one above it: itself, or
// what it was merged into; nil when it is in the trash.
func Above(ctx context.Context, tx AccountTx, n int64, lock bool) (*account.Account, error) {
	found, err := tx.Accounts(ctx, []int64{n}, lock)
	if err != nil || found[n] != nil {
		return found[n], err
	}
	survivors, err := tx.Survivors(ctx, don.Account, []int64{n})
	if err != nil || survivors[n] == 0 {
		return nil, err
	}
	found, err = tx.Accounts(ctx, []int64{survivors[n]}, lock)
	return found[survivors[n]], err
}

// save writes the row and the index of a group's survivor.
func (g *accountGroup) save(ctx context.Context, tx AccountTx, before *account.Account) (*account.Account, error) {
	after := g.view(g.survivor)
	if err := reclaimAccount(ctx, tx, before, after); err != nil {
		return nil, err
	}
	_, err := tx.RewriteAccount(ctx, before, after)
	return after, err
}

// moveSpacesOf moves a member's workspaces to the survivor and remembers which.
func (g *accountGroup) moveSpacesOf(ctx context.Context, tx AccountTx, m *accountMember) error {
	spaces, err := tx.WorkspacesOf(ctx, m.N)
	if err != nil {
		return err
	}
	if len(spaces) > maxMoved {
		return errs.BadRequest("%s has more than %d workspaces; merge the other way round", don.Of(don.Account, m.N).Display(), maxMoved)
	}
	m.Spaces, m.dirty = spaces, true
	return moveSpaces(ctx, tx, spaces, m.N, g.survivor, 0)
}

// moveSpaces gives those of the workspaces that are one account's to another,
// with home as its default one.
func moveSpaces(ctx context.Context, tx AccountTx, ns []int64, from, to, home int64) error {
	found, err := tx.Workspaces(ctx, ns, true)
	if err != nil {
		return err
	}
	for _, n := range ns {
		w := found[n]
		if w == nil {
			if err := moveDiscarded(ctx, tx, n, from, to, home); err != nil {
				return err
			}
			continue
		}
		if w.AccountN != from {
			continue
		}
		after := *w
		after.AccountN, after.Default = to, n == home
		if _, err := tx.UpdateWorkspace(ctx, w, &after); err != nil {
			return err
		}
	}
	return nil
}

// moveDiscarded does the same for a workspace in the trash.
func moveDiscarded(ctx context.Context, tx AccountTx, n, from, to, home int64) error {
	w, id := &account.Workspace{}, don.Of(don.Workspace, n)
	err := tx.Discarded(ctx, id, w)
	if errs.Is(err, errs.NotFound) || err == nil && w.AccountN != from {
		return nil
	}
	if err != nil {
		return err
	}
	w.AccountN, w.Default = to, n == home
	return tx.ReplaceDiscarded(ctx, id, w)
}

func (m Merge) tellAccounts(ctx context.Context, tx Tx, op string, before, after *account.Account, moved []int64, to int64) error {
	ids := IDMap{}
	for _, n := range moved {
		ids[don.Of(don.Account, n).Tail()] = don.Of(don.Account, to).Tail()
	}
	extra := map[string]any{"merge": don.Of(don.Merge, m.N).Tail(), "ids": ids}
	id := don.Of(don.Account, after.N)
	_, err := tx.Record(ctx,
		Note{ID: id, Op: op, Before: before, After: after, Extra: extra, Tell: id},
		Note{ID: don.Of(don.Account, m.Secondary), Op: op, Extra: extra})
	return err
}

// PartedAccounts is what the undo of a merge of accounts did; see Parted.
type PartedAccounts struct {
	Merge               Merge
	Survivor, Secondary *account.Account
	InTrash             bool
	Lost                []Lost
	Edits               []Edit
	MoreEdits           bool
}

// UnmergeAccounts takes a merge of accounts back, as UnmergeContacts does.
func UnmergeAccounts(ctx context.Context, tx AccountTx, mergeN int64) (PartedAccounts, error) {
	m, err := standing(ctx, tx, mergeN)
	if err != nil {
		return PartedAccounts{}, err
	}
	g, before, trashed, err := accountGroupWith(ctx, tx, m)
	if err != nil {
		return PartedAccounts{}, err
	}
	if ok, err := tx.EndMerge(ctx, m.N); err != nil || !ok {
		return PartedAccounts{}, cmp.Or(err, undone(m))
	}
	out := PartedAccounts{Merge: m, InTrash: trashed}
	var above []int64
	for _, a := range g.path(m.Primary) {
		above = append(above, a.N)
	}
	if out.Edits, err = tx.Edits(ctx, m.Type, above, m.N, maxEdits+1); err != nil {
		return PartedAccounts{}, err
	}
	out.MoreEdits = len(out.Edits) > maxEdits
	out.Edits = out.Edits[:min(len(out.Edits), maxEdits)]
	moved := g.within(m.Secondary)
	h, spaces := g.part(m)
	out.Lost = h.lostSince(m)
	restore := out.bringBack
	if trashed {
		restore = out.replaceDiscarded
	}
	return out, inOrder(
		func() error { return restore(ctx, tx, g, h, before) },
		func() error { return moveSpaces(ctx, tx, spaces, g.survivor, h.survivor, h.root().Own.WorkspaceN) },
		func() error { return g.settle(ctx, tx) },
		func() error { return h.settle(ctx, tx) },
		func() error { return out.untie(ctx, tx, g, h) },
		func() error {
			return m.tellAccounts(ctx, tx, OpAccountUnmerged, before, out.Survivor, moved, m.Secondary)
		})
}

func accountGroupWith(ctx context.Context, tx AccountTx, m Merge) (g *accountGroup, a *account.Account, trashed bool, err error) {
	survivors, err := tx.Survivors(ctx, don.Account, []int64{m.Secondary})
	if err != nil {
		return nil, nil, false, err
	}
	n, ok := survivors[m.Secondary]
	if !ok {
		return nil, nil, false, purged(m)
	}
	found, err := tx.Accounts(ctx, []int64{n}, true)
	if err != nil {
		return nil, nil, false, err
	}
	if a = found[n]; a == nil {
		a, trashed = &account.Account{}, true
		if err := tx.Discarded(ctx, don.Of(don.Account, n), a); errs.Is(err, errs.NotFound) {
			return nil, nil, false, ErrAgain
		} else if err != nil {
			return nil, nil, false, err
		}
	}
	all, err := accountGroups(ctx, tx, n)
	if err != nil {
		return nil, nil, false, err
	}
	if g = all[n]; g == nil || g.members[m.Secondary] == nil || g.members[m.Secondary].MergeN != m.N {
		return nil, nil, false, ErrAgain
	}
	return g, a, trashed, nil
}

// part takes a merge's secondary out of the group and returns it with what its
// merge moved, which those above it no longer answer for.
func (g *accountGroup) part(m Merge) (h *accountGroup, spaces []int64) {
	above := g.path(m.Primary)
	h = &accountGroup{survivor: m.Secondary, members: map[int64]*accountMember{}}
	for _, n := range g.within(m.Secondary) {
		h.members[n] = g.members[n]
		h.members[n].Survivor, h.members[n].dirty = m.Secondary, true
		delete(g.members, n)
	}
	r := h.root()
	spaces = r.Spaces
	r.Into, r.MergeN, r.Hidden, r.Spaces = 0, 0, nil, nil
	for _, a := range above {
		a.Spaces = slices.DeleteFunc(slices.Clone(a.Spaces), func(n int64) bool { return slices.Contains(spaces, n) })
		a.dirty = true
	}
	return h, spaces
}

func (g *accountGroup) lostSince(m Merge) []Lost {
	var out []Lost
	for _, x := range g.each() {
		for _, l := range x.Lost {
			if l.MergeN >= m.N {
				out = append(out, l)
			}
		}
	}
	return out
}

func (g *accountGroup) alone(tx Tx, version int64) *account.Account {
	v := g.view(g.survivor)
	v.Version = max(v.Version, version) + 1
	v.ModifiedAt, v.ModifiedBy = tx.Now(), tx.Scope().Actor.Tail()
	return v
}

func (p *PartedAccounts) bringBack(ctx context.Context, tx AccountTx, g, h *accountGroup, before *account.Account) error {
	from := *before
	from.Version = max(from.Version, g.root().Own.Version)
	p.Survivor = g.view(g.survivor)
	if err := reclaimAccount(ctx, tx, before, p.Survivor); err != nil {
		return err
	}
	if _, err := tx.RewriteAccount(ctx, &from, p.Survivor); err != nil {
		return err
	}
	p.Secondary = h.alone(tx, 0)
	if err := reclaimAccount(ctx, tx, &account.Account{N: p.Secondary.N}, p.Secondary); err != nil {
		return err
	}
	return tx.PutAccount(ctx, p.Secondary)
}

// untie sees to it that neither part is below itself: it may be when accounts
// were moved, merged or parted since. The part then does without the account
// above it, and the answer says so. It reads what has been stored, for each
// account on the way up may be part of another.
func (p *PartedAccounts) untie(ctx context.Context, tx AccountTx, g, h *accountGroup) error {
	if p.InTrash {
		return nil // whoever brings one back looks then
	}
	return inOrder(
		func() error { return p.untiePart(ctx, tx, h, &p.Secondary) },
		func() error { return p.untiePart(ctx, tx, g, &p.Survivor) })
}

func (p *PartedAccounts) untiePart(ctx context.Context, tx AccountTx, g *accountGroup, shown **account.Account) error {
	before := *shown
	circle, err := climbs(ctx, tx, before.ParentN, true, func(n int64) bool { return n == before.N })
	if err != nil || !circle {
		return err
	}
	g.detach()
	after := cloneAccount(before)
	after.ParentN = 0
	if _, err := tx.RewriteAccount(ctx, before, after); err != nil {
		return err
	}
	*shown = after
	above := don.Of(don.Account, before.ParentN)
	p.Lost = append(p.Lost, Lost{Kind: KindParent, Value: above.Display(), Reason: Circle, Holder: above, MergeN: p.Merge.N})
	return g.settle(ctx, tx)
}

// detach takes the account above off the survivor's view, whoever brings it.
func (g *accountGroup) detach() {
	if r := g.root(); g.members[r.Own.ParentN] == nil {
		r.Own.ParentN, r.dirty = 0, true
	}
	g.hide(nameParent)
}

func (p *PartedAccounts) replaceDiscarded(ctx context.Context, tx AccountTx, g, h *accountGroup, before *account.Account) error {
	p.Survivor, p.Secondary = g.alone(tx, before.Version), h.alone(tx, 0)
	id := don.Of(don.Account, g.survivor)
	if err := tx.ReplaceDiscarded(ctx, id, p.Survivor); err != nil {
		return err
	}
	return tx.DiscardLike(ctx, don.Of(don.Account, h.survivor), id, p.Secondary)
}

// ChangeMergedAccount saves an account that a member edited if others were
// merged into it, and reports whether they were. After is the account as it is
// shown then.
func ChangeMergedAccount(ctx context.Context, tx AccountTx, before, after *account.Account) (merged, changed bool, err error) {
	all, err := accountGroups(ctx, tx, before.N)
	g := all[before.N]
	if err != nil || g == nil {
		return false, false, err
	}
	g.edit(tx, before, after)
	view, err := g.save(ctx, tx, before)
	if err != nil {
		return true, false, err
	}
	*after = *view
	if err := g.store(ctx, tx); err != nil || view.Version == before.Version {
		return true, false, err
	}
	id := don.Of(don.Account, view.N)
	ids, err := tx.Record(ctx, Note{ID: id, Op: OpUpdated, Before: before, After: view, Tell: id})
	if err != nil {
		return true, false, err
	}
	return true, true, tx.NoteEdit(ctx, id, g.latest(), ids[0])
}

// ObserveMergedAccount is ChangeMergedAccount for what came through a key: it
// changes the member that has it.
func ObserveMergedAccount(ctx context.Context, tx AccountTx, a *account.Account, via Via, kind contact.Kind, value string, apply func(*account.Account) *account.Account) (merged, changed bool, after *account.Account, err error) {
	all, err := accountGroups(ctx, tx, a.N)
	g := all[a.N]
	if err != nil || g == nil {
		return false, false, nil, err
	}
	m := g.origin(kind, value)
	own := cloneAccount(apply(cloneAccount(m.Own)))
	for _, kind := range []contact.Kind{KindAccountRef, KindDomain} {
		list := keys(own, kind)
		*list = slices.DeleteFunc(slices.Clone(*list), func(v string) bool { // another member's stay there
			o := g.origin(kind, v)
			return o != m && slices.Contains(*keys(o.Own, kind), v)
		})
	}
	note := Note{ID: don.Of(don.Account, m.N), Op: OpUpdated, Before: m.was, After: own, Via: via, Tell: don.Of(don.Account, a.N)}
	m.Own = own
	m.changed(tx)
	view, err := g.save(ctx, tx, a)
	if err != nil {
		return true, false, nil, err
	}
	if err := g.store(ctx, tx); err != nil {
		return true, false, nil, err
	}
	_, err = tx.Record(ctx, note)
	return true, view.Version != a.Version, view, err
}

// RestoreMergedAccount notes what a merged account that comes back from the
// trash does without, since others have taken it.
func RestoreMergedAccount(ctx context.Context, tx Tx, was, a *account.Account) error {
	all, err := accountGroups(ctx, tx, a.N)
	g := all[a.N]
	if err != nil || g == nil {
		return err
	}
	for _, kind := range []contact.Kind{KindAccountRef, KindDomain} {
		for _, v := range *keys(was, kind) {
			if !slices.Contains(*keys(a, kind), v) {
				g.release(tx, kind, v, Lost{Reason: TakenBy})
			}
		}
	}
	return g.store(ctx, tx)
}

// AccountMergedAway is MergedAway for accounts.
func AccountMergedAway(ctx context.Context, tx AccountTx, n int64) (*account.Account, error) {
	gone := errs.Gone(don.Of(don.Account, n).Display())
	survivors, err := tx.Survivors(ctx, don.Account, []int64{n})
	if err != nil {
		return nil, err
	}
	s, ok := survivors[n]
	if !ok {
		return nil, gone
	}
	found, err := tx.Accounts(ctx, []int64{s}, false)
	if err != nil {
		return nil, err
	}
	all, err := accountGroups(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	if found[s] == nil || all[s] == nil {
		return nil, gone
	}
	a := all[s].members[n].Own
	a.Survivor = s
	return a, nil
}

// AccountOrigins returns, of index rows of accounts, those whose key belongs to
// an account that was merged into the row's, each with that account.
func AccountOrigins(ctx context.Context, tx Tx, entries []Entry) (map[string]int64, error) {
	var ns []int64
	for _, e := range entries {
		if e.Subject.Type == don.Account {
			ns = append(ns, e.Subject.N)
		}
	}
	out := map[string]int64{}
	if len(ns) == 0 {
		return out, nil
	}
	all, err := accountGroups(ctx, tx, ns...)
	for _, e := range entries {
		if g := all[e.Subject.N]; g != nil && e.Subject.Type == don.Account {
			for _, kind := range []contact.Kind{KindAccountRef, KindDomain} {
				if letter := letters[kind]; e.Key[:len(letter)] == letter {
					out[e.Key] = g.origin(kind, e.Key[len(letter):]).N
				}
			}
		}
	}
	return out, err
}

// PreviewAccounts tells what MergeAccounts would do, with its errors.
func PreviewAccounts(ctx context.Context, tx AccountTx, primary, secondary int64) (result *account.Account, fields []Outlook, err error) {
	p, s, err := accountPair(ctx, tx, primary, secondary, false)
	if err != nil {
		return nil, nil, err
	}
	g, _, err := joinAccounts(ctx, tx, p, s)
	if err != nil {
		return nil, nil, err
	}
	result = g.view(p.N)
	text := func(v string) string { return v }
	plain := func(v string) Value { return Value{Text: v} }
	fields = []Outlook{
		scalar("display_name", p.DisplayName, s.DisplayName, result.DisplayName), scalar("description", p.Description, s.Description, result.Description),
		scalar("tier", p.Tier, s.Tier, result.Tier),
		elements("external_refs", p.Refs, s.Refs, text, plain, same[string]), elements("domains", p.Domains, s.Domains, text, plain, same[string]),
		elements("websites", p.Websites, s.Websites, text, plain, same[string]), ownerOutlook(p.Owners, s.Owners), tagOutlook(p.Tags, s.Tags),
	}
	return result, meant(fields), nil
}
