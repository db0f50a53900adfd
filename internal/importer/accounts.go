package importer

import (
	"fmt"
	"slices"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
)

// Accounts are few beside contacts and each brings a workspace, so their rows
// are written one by one.

// writeAccounts decides the account rows of a slice in the file's order.
func (r *run) writeAccounts(tx Tx, s *slice, res *result) error {
	for _, p := range s.rest {
		if err := r.writeAccount(tx, p, res); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) writeAccount(tx Tx, p *pending, res *result) error {
	d := &p.entry.draft
	holder, ref, err := r.accountWith(tx, d.account.Refs)
	if err != nil {
		return err
	}
	if holder == nil && r.planned(d.account.Refs) {
		if r.imp.Options.Update {
			res.repeated++
			return nil
		}
		return r.fail(tx, p, res, repeatedAccount(d.ref))
	}
	if holder == nil {
		return r.insertAccount(tx, p, res)
	}
	if !r.imp.Options.Update {
		if holder.ImportN == r.imp.N {
			return r.fail(tx, p, res, repeatedAccount(d.ref))
		}
		e := identity.Taken("external_refs", d.ref, don.Of(don.Account, holder.N), holder.DisplayName)
		return r.fail(tx, p, res, Problem{Column: "external_refs", Value: d.ref, Code: RefTaken, Message: e.Message + "; import with update to change that record"})
	}
	if wrong := r.plan.table.custom.refuses(d, holder.Custom, holder.Subtype); wrong != nil {
		return r.fail(tx, p, res, *wrong)
	}
	again, err := r.metBefore(tx, holder, res)
	if err != nil {
		return err
	}
	via := identity.Via{Key: identity.Key(identity.KindAccountRef, ref), Source: r.source()}
	after, changed, whole, err := r.svc.Accounts.Observe(r.ctx, tx, holder, via, ref, func(a *account.Account) *account.Account { return r.unitedAccount(a, d) })
	if e := errs.As(err); e != nil && e.Kind == errs.Conflict && e.Field != "" {
		return r.fail(tx, p, res, accountProblem(e))
	}
	if err != nil {
		return err
	}
	if changed {
		r.compare(res, p, don.Of(don.Account, holder.N), after.DisplayName, accountFields(holder), accountFields(after))
	}
	switch {
	case again:
		res.repeated++
	case changed:
		res.updated++
		res.changed = append(res.changed, holder.N)
	default:
		res.unchanged++
		res.met = append(res.met, holder.N)
	}
	if !changed {
		return nil
	}
	version := after.Version
	if !whole {
		version = -1 // no version is: a merged account counts as touched
	}
	return tx.NoteChange(r.ctx, r.imp.N, don.Of(don.Account, holder.N), version, holder)
}

func repeatedAccount(ref string) Problem {
	return Problem{Column: "external_refs", Value: ref, Code: DuplicateInFile,
		Message: fmt.Sprintf("an earlier row of the file has the reference %q; keep one of them or import with update", cut(ref))}
}

// metBefore reports whether an earlier row of the file made or matched the
// account.
func (r *run) metBefore(tx Tx, a *account.Account, res *result) (bool, error) {
	if a.ImportN == r.imp.N || slices.Contains(res.met, a.N) || slices.Contains(res.changed, a.N) || r.seen.ns[a.N] {
		return true, nil
	}
	if r.imp.DoneRow == 0 || r.imp.Options.DryRun {
		return false, nil
	}
	own, err := tx.Changes(r.ctx, r.imp.N, don.Account, a.N-1, 1)
	if err != nil || len(own) == 1 && own[0].N == a.N {
		return true, err
	}
	met, err := tx.Matched(r.ctx, r.imp.N-1, don.Account, []int64{a.N}) // by this import or a later one
	return met[a.N], err
}

// seenAccounts are the accounts that earlier slices led to: those that a dry run
// would have made by their references, others by number.
type seenAccounts struct {
	refs map[string]bool
	ns   map[int64]bool
}

// planned reports whether a dry run would have made an account with one of the
// references by now.
func (r *run) planned(refs []string) bool {
	return r.imp.Options.DryRun && slices.ContainsFunc(refs, func(ref string) bool { return r.seen.refs[ref] })
}

// remember keeps what a slice that was committed led to.
func (r *run) remember(res *result) {
	if r.seen.refs == nil {
		r.seen = seenAccounts{map[string]bool{}, map[int64]bool{}}
	}
	for _, ref := range res.made {
		r.seen.refs[ref] = true
	}
	for _, n := range slices.Concat(res.met, res.changed) {
		r.seen.ns[n] = true
	}
}

// accountWith returns the account that has one of the references, and which, or,
// being without any, is named by its full id as in exports; nil when there is
// none.
func (r *run) accountWith(tx Tx, refs []string) (*account.Account, string, error) {
	keys := make([]string, len(refs))
	for i, ref := range refs {
		keys[i] = identity.Key(identity.KindAccountRef, ref)
	}
	held, err := tx.Identifiers(r.ctx, keys)
	if err != nil {
		return nil, "", err
	}
	n, ref := r.named(don.Account, refs...), ""
	if len(held) > 0 {
		n, ref = held[0].Subject.N, held[0].Key[2:]
	}
	if n == 0 {
		return nil, "", nil
	}
	moved, err := tx.Survivors(r.ctx, don.Account, []int64{n})
	if err != nil {
		return nil, "", err
	}
	if s, ok := moved[n]; ok {
		n = s
	}
	found, err := tx.Accounts(r.ctx, []int64{n}, true)
	return found[n], ref, err
}

func (r *run) insertAccount(tx Tx, p *pending, res *result) error {
	d := &p.entry.draft
	if lacks := r.plan.table.lacks(d); len(lacks) > 0 {
		return r.fail(tx, p, res, lacks...)
	}
	now, actor := tx.Now(), tx.Scope().Actor.Tail()
	a := &account.Account{
		DisplayName: d.name, Description: d.about, Refs: d.account.Refs, Domains: d.account.Domains, Websites: d.account.Websites,
		Tier: d.account.Tier, Owners: d.owners, Tags: d.tags, Subtype: d.subtype, Custom: d.all(), ImportN: r.imp.N, Version: 1,
		CreatedAt: now, CreatedBy: actor, ModifiedAt: now, ModifiedBy: actor,
	}
	err := r.svc.Accounts.Insert(r.ctx, tx, a)
	if e := errs.As(err); e != nil && e.Kind == errs.Conflict && e.Field != "" {
		return r.fail(tx, p, res, accountProblem(e))
	}
	if err != nil {
		return err
	}
	res.created++
	if r.imp.Options.DryRun {
		res.made = append(res.made, a.Refs...)
	}
	return nil
}

func accountProblem(e *errs.Error) Problem {
	value, _ := e.Details["value"].(string)
	out := Problem{Column: e.Field, Value: value, Code: RefTaken, Message: e.Message}
	if e.Field == "domains" {
		out.Code = DomainTaken
	}
	return out
}

// unitedAccount returns a as an update by the draft makes it.
func (r *run) unitedAccount(a *account.Account, d *draft) *account.Account {
	after := *a
	for _, f := range []struct {
		field *string
		value string
	}{{&after.DisplayName, d.name}, {&after.Description, d.about}, {&after.Tier, d.account.Tier}} {
		if f.value != "" {
			*f.field = f.value
		}
	}
	self := r.scope.Space.Format(don.Of(don.Account, a.N))
	after.Refs = union(a.Refs, slices.DeleteFunc(slices.Clone(d.account.Refs), func(ref string) bool { return ref == self }))
	after.Domains = union(a.Domains, d.account.Domains)
	after.Websites = union(a.Websites, d.account.Websites)
	after.Owners = union(a.Owners, d.owners)
	after.Tags = slices.Clone(a.Tags)
	for _, t := range d.tags {
		after.Tags = uniteTag(after.Tags, t)
	}
	d.over(&after.Custom, &after.Subtype)
	return &after
}

func union[T comparable](have, more []T) []T {
	out := slices.Clone(have)
	for _, v := range more {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
