package desk

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/ticket"
)

// A contact who has proved who it is makes tickets and follows those that it reported.
// Customer admins read those of their customer, too. Whoever only claims to be
// somebody has none: what a ticket says was not said to everybody.

// workFor returns a work that the caller may know, or not_found.
func workFor(ctx context.Context, tx Tx, id don.ID) (*ticket.Work, error) {
	w, err := tx.Work(ctx, id, false)
	if err != nil {
		return nil, err
	}
	known, err := knowsWork(ctx, tx, w)
	if err == nil && !known {
		err = errs.Gone(id.Display())
	}
	return w, err
}

func knowsWork(ctx context.Context, tx Tx, w *ticket.Work) (bool, error) {
	reported, err := reports(ctx, tx, w)
	if reported || err != nil || w.Type != don.Ticket || !byContacts(w) {
		return reported, err
	}
	places, err := actsFor(ctx, tx)
	if len(places) == 0 || err != nil {
		return false, err
	}
	return ofOneOf(ctx, tx, places, w.AccountN, w.WorkspaceN)
}

// reports reports whether the caller is among those who reported a ticket. Members
// have to do with all works.
func reports(ctx context.Context, tx Tx, w *ticket.Work) (bool, error) {
	if !byCustomer(tx.Scope()) {
		return true, nil
	}
	if tx.Scope().Claimed || w.Type != don.Ticket {
		return false, nil
	}
	me, err := self(ctx, tx)
	return err == nil && reportedBy(w, me), err
}

// byContacts reports whether a contact reported a ticket. What the team opens for itself
// is not for customer admins, whatever customer it is about.
func byContacts(w *ticket.Work) bool {
	return slices.ContainsFunc(w.Reporters(), func(id don.ID) bool { return id.Type == don.Contact })
}

func reportedBy(w *ticket.Work, any []don.ID) bool {
	return slices.ContainsFunc(w.Reporters(), func(id don.ID) bool { return slices.Contains(any, id) })
}

// CreateOwnTicket is CreateWork for a contact, who reports the ticket.
func (s *Service) CreateOwnTicket(ctx context.Context, sc org.Scope, p WorkPatch) (WorkFound, error) {
	p.Reporters = ListPatch[don.ID]{Set: &[]don.ID{sc.Actor}}
	needs := true
	p.NeedsResponse = &needs
	return s.CreateWork(ctx, sc, don.Ticket, p)
}

// ListOwnTickets is ListWorks for a contact: of what the filter takes, the tickets
// that it reported.
func (s *Service) ListOwnTickets(ctx context.Context, sc org.Scope, f ticket.Filter, q directory.Query) (WorkPage, error) {
	var got WorkPage
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		me, err := self(ctx, tx)
		if err != nil || sc.Claimed {
			return err
		}
		f := f
		f.Types, f.Reporters = []don.Type{don.Ticket}, me
		rows, err := tx.WorkRows(ctx, f, q)
		if err != nil {
			return err
		}
		rows.Items = slices.DeleteFunc(rows.Items, func(w *ticket.Work) bool { return !reportedBy(w, me) })
		got, err = shownWorks(ctx, tx, q, rows)
		return err
	})
	return got, err
}

// ListCustomersTickets is ListWorks for a contact who acts for the accounts and
// workspaces of the filter. Errors: invalid for others.
func (s *Service) ListCustomersTickets(ctx context.Context, sc org.Scope, f ticket.Filter, q directory.Query) (WorkPage, error) {
	var got WorkPage
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		places, err := actsFor(ctx, tx)
		if err != nil {
			return err
		}
		for _, ids := range f.Places {
			if err := allActedFor(ctx, tx, places, ids); err != nil {
				return err
			}
		}
		f := f
		f.Types = []don.Type{don.Ticket}
		none, err := widen(ctx, tx, &f, directory.Where{})
		if none || err != nil {
			return err
		}
		rows, err := tx.WorkRows(ctx, f, q)
		if err != nil {
			return err
		}
		var out []*ticket.Work
		for _, w := range rows.Items {
			of, err := ofOneOf(ctx, tx, places, w.AccountN, w.WorkspaceN)
			if err != nil {
				return err
			}
			if of && byContacts(w) {
				out = append(out, w)
			}
		}
		rows.Items = out
		got, err = shownWorks(ctx, tx, q, rows)
		return err
	})
	return got, err
}

// ownFiles leaves of the files on tickets those that the contact who calls sent: the
// others are the team's.
func ownFiles(ctx context.Context, tx Tx, files map[don.ID][]*artifact.Artifact) error {
	if !byCustomer(tx.Scope()) {
		return nil
	}
	me, err := self(ctx, tx)
	if err != nil {
		return err
	}
	for id, list := range files {
		files[id] = slices.DeleteFunc(list, func(a *artifact.Artifact) bool { return !sentBy(tx.Scope(), me, a) })
	}
	return nil
}

// workAudience returns whom a work's news concern; of opportunities and of what is
// gone they concern members only.
func workAudience(ctx context.Context, tx Tx, id don.ID) (*Audience, error) {
	out := &Audience{}
	w, err := tx.Work(ctx, id, false)
	if errs.Is(err, errs.NotFound) || err == nil && w.Type != don.Ticket {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	contacts := slices.DeleteFunc(w.Reporters(), func(id don.ID) bool { return id.Type != don.Contact })
	now, err := directory.NowOf(ctx, tx, contacts)
	out.Customers = numbers(now)
	return out, err
}

// advance moves a ticket on when somebody has said something that the other side may
// read: what customers say needs a response, also where it was closed, and what the
// team says is one.
func advance(ctx context.Context, tx Tx, id don.ID) error {
	who := tx.Scope().Actor.Type
	if who != don.Contact && who != don.Member {
		return nil
	}
	before, err := tx.Work(ctx, id, true)
	if err != nil {
		return err
	}
	after := *before
	after.NeedsResponse = who == don.Contact
	if after.NeedsResponse {
		if err := (WorkPatch{StageName: ticket.AfterAnswer(before.Stage)}).stage(ctx, tx, &after); err != nil {
			return err
		}
	}
	_, err = tx.UpdateWork(ctx, before, &after)
	return err
}

// proceed moves on the conversation or ticket in which somebody has said something
// that the other side may read.
func proceed(ctx context.Context, tx Tx, of don.ID) error {
	switch of.Type {
	case don.Conversation:
		return proceedConversation(ctx, tx, of.N)
	case don.Ticket:
		return advance(ctx, tx, of)
	default: // nothing is awaited there
		return nil
	}
}
