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
	holder, err := r.accountWith(tx, d.account.Refs)
	if err != nil {
		return err
	}
	if holder == nil {
		return r.insertAccount(tx, p, res)
	}
	own := holder.ImportN == r.imp.N
	if !r.imp.Options.Update {
		problem := Problem{Column: "external_refs", Value: d.ref, Code: RefTaken,
			Message: "is already used by " + don.Of(don.Account, holder.N).Display() + "; import with update to change that record"}
		if own {
			problem.Code = DuplicateInFile
			problem.Message = fmt.Sprintf("an earlier row of the file has the reference %q; keep one of them or import with update", cut(d.ref))
		}
		return r.fail(tx, p, res, problem)
	}
	after := r.unitedAccount(holder, d)
	changed, err := r.svc.Accounts.Change(r.ctx, tx, holder, after)
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
	case own:
		res.repeated++
	case changed:
		res.updated++
	default:
		res.unchanged++
		res.met = append(res.met, holder.N)
	}
	if changed {
		return tx.NoteChange(r.ctx, r.imp.N, don.Of(don.Account, holder.N), after.Version, holder)
	}
	return nil
}

// accountWith returns the account that has one of the references or, being
// without any, is named by its full id as in exports; nil when there is none.
func (r *run) accountWith(tx Tx, refs []string) (*account.Account, error) {
	keys := make([]string, len(refs))
	for i, ref := range refs {
		keys[i] = identity.Key(identity.KindAccountRef, ref)
	}
	held, err := tx.Identifiers(r.ctx, keys)
	if err != nil {
		return nil, err
	}
	n := r.named(don.Account, refs...)
	if len(held) > 0 {
		n = held[0].Subject.N
	}
	if n == 0 {
		return nil, nil
	}
	found, err := tx.Accounts(r.ctx, []int64{n}, true)
	return found[n], err
}

func (r *run) insertAccount(tx Tx, p *pending, res *result) error {
	d := &p.entry.draft
	if lacks := r.plan.table.lacks(d); len(lacks) > 0 {
		return r.fail(tx, p, res, lacks...)
	}
	now, actor := tx.Now(), tx.Scope().Actor.Tail()
	a := &account.Account{
		DisplayName: d.name, Description: d.about, Refs: d.account.Refs, Domains: d.account.Domains, Websites: d.account.Websites,
		Tier: d.account.Tier, Owners: d.owners, Tags: d.tags, ImportN: r.imp.N, Version: 1,
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
