package directory

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/identity/match"
)

var scanTableColumns = []string{"name", "email", "phone", "company", "description"}

// read puts every contact into the table.
func (r *search) read(ctx context.Context) error {
	for after := int64(0); ; {
		var page []*contact.Contact
		var companies map[int64]*account.Account
		err := r.m.DB.Read(ctx, r.sc, func(tx Tx) (err error) {
			if page, err = tx.ContactsAfter(ctx, after, scanPage); err != nil {
				return err
			}
			companies, err = tx.Accounts(ctx, accountsOf(page), false)
			return err
		})
		if err != nil {
			return err
		}
		for _, c := range page {
			if err := r.table.Add(0, cellsOf(c, companies)); err != nil {
				return err
			}
			r.ns = append(r.ns, c.N)
			after = c.N
		}
		r.progress.set(func(p *ScanProgress) { p.Rows = len(r.ns) })
		if len(page) < scanPage {
			return nil
		}
	}
}

// signedColumn is what a person's own application calls them: two of these are
// two persons, however alike.
const signedColumn = "signed reference"

func cellsOf(c *contact.Contact, companies map[int64]*account.Account) []string {
	name := cmp.Or(c.FullName, c.DisplayName)
	if contact.Invented(name) {
		name = ""
	}
	var emails, phones, signed, places []string
	for _, i := range c.Identifiers {
		switch {
		case i.Kind == contact.KindEmail:
			emails = append(emails, i.Value)
		case i.Kind == contact.KindPhone:
			phones = append(phones, i.Value)
		case i.Kind == contact.KindRef && i.Proof == contact.Signed && len(signed) == 0:
			signed = append(signed, i.Value)
		}
	}
	for _, a := range c.Associations {
		if at := companies[a.N]; a.Type == don.Account && at != nil {
			places = append(places, at.DisplayName)
		}
	}
	return []string{name, match.Several(emails...), match.Several(phones...), match.Several(places...), c.Description, match.Several(signed...)}
}

// parted returns the pairs of rows that were found to be two persons.
func (r *search) parted(ctx context.Context) (map[[2]int]bool, error) {
	out := map[[2]int]bool{}
	after := identity.Duplicate{Likely: -1}
	for {
		var page []identity.Duplicate
		var survivors map[int64]int64
		err := r.m.DB.Read(ctx, r.sc, func(tx Tx) (err error) {
			if page, err = tx.PartedPairs(ctx, after, scanPage); err != nil {
				return err
			}
			var ns []int64
			for _, d := range page {
				ns = append(ns, d.A, d.B)
			}
			survivors, err = tx.Survivors(ctx, don.Contact, ns)
			return err
		})
		if err != nil {
			return nil, err
		}
		row := func(n int64) (int, bool) {
			if s, ok := survivors[n]; ok {
				n = s
			}
			return slices.BinarySearch(r.ns, n)
		}
		for _, d := range page {
			a, okA := row(d.A)
			b, okB := row(d.B)
			if okA && okB {
				out[[2]int{min(a, b), max(a, b)}] = true
			}
			after = d
		}
		if len(page) < scanPage {
			return out, nil
		}
	}
}

// maxTaught bounds the decisions that a search learns from.
const maxTaught = 10_000

// learn moves the weights toward what members decided about pairs before, and
// gives these pairs the scores that they would have now: what decisions tell of
// the search is then told of this one.
func (r *search) learn(ctx context.Context, run *match.Run) error {
	var decisions []identity.Duplicate
	err := r.m.DB.Read(ctx, r.sc, func(tx Tx) error {
		decisions = nil
		for _, state := range []string{identity.DuplicateAccepted, identity.DuplicateRejected} {
			judged, err := tx.JudgedPairs(ctx, state, maxTaught)
			if err != nil {
				return err
			}
			decisions = append(decisions, judged...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(decisions, func(a, b identity.Duplicate) int { return a.DecidedAt.Compare(*b.DecidedAt) })
	judgements := make([]match.Judgement, len(decisions))
	for at, d := range decisions {
		judgements[at].Same = d.State == identity.DuplicateAccepted
		if err := json.Unmarshal(d.Reasons, &judgements[at].Why); err != nil {
			return err
		}
	}
	shifts := run.Teach(judgements)
	r.progress.set(func(p *ScanProgress) { p.Learnt = shifts })
	for at := range decisions {
		decisions[at].Likely = likelihood(run.Rescore(judgements[at].Why))
	}
	for batch := range slices.Chunk(decisions, fileBatch) {
		if err := r.m.DB.Write(ctx, r.sc, func(tx Tx) error { return tx.RescoreDuplicates(ctx, batch) }); err != nil {
			return err
		}
	}
	return nil
}
