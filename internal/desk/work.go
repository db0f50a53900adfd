package desk

import (
	"context"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/ticket"
)

// workTx keeps tickets and opportunities.
type workTx interface {
	Work(ctx context.Context, id don.ID, lock bool) (*ticket.Work, error)
	WorkWithRef(ctx context.Context, ref string) (*ticket.Work, error)
	WorkRows(ctx context.Context, f ticket.Filter, q directory.Query) (directory.Rows[*ticket.Work], error)
	CountWorks(ctx context.Context, f ticket.Filter, limit int) (int, error)
	InsertWork(ctx context.Context, w *ticket.Work) error
	UpdateWork(ctx context.Context, before, after *ticket.Work) (bool, error)
	DeleteWork(ctx context.Context, w *ticket.Work) error
	RestoreWork(ctx context.Context, w *ticket.Work) error
	UserGroupsOf(ctx context.Context, ns []int64) (map[int64]*group.Group, error)
}

// CreateWork adds a ticket or an opportunity. Errors: invalid, not_found for a
// reference, conflict for an external reference that is taken.
func (s *Service) CreateWork(ctx context.Context, sc org.Scope, t don.Type, p WorkPatch) (WorkFound, error) {
	var made WorkFound
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		w := &ticket.Work{Type: t, Stage: ticket.FirstStage(t), Version: 1, CreatedAt: tx.Now(), CreatedBy: sc.Actor.Tail(), ModifiedAt: tx.Now(), ModifiedBy: sc.Actor.Tail()}
		err := p.apply(ctx, tx, w)
		if err != nil {
			return err
		}
		if err := complete(ctx, tx, w); err != nil {
			return err
		}
		f, err := changedFiles(ctx, tx, "artifacts", artifact.Place{}, nil, p.Files)
		if err != nil {
			return err
		}
		if w.N, err = tx.Next(ctx, t, 1); err != nil {
			return err
		}
		if err := tx.InsertWork(ctx, w); err != nil {
			return err
		}
		if err := f.hang(ctx, tx, artifact.Place{Of: w.ID()}, nil); err != nil {
			return err
		}
		if err := directory.Assigned(ctx, tx, w.ID(), nil, w.Owners); err != nil {
			return err
		}
		made, err = workFound(ctx, tx, w)
		return err
	})
	return made, err
}

// complete checks that a new work has what it needs. A ticket without an owner gets
// the one whom the rules choose; one whose customer is not given is the company's of
// the first contact who reported it.
func complete(ctx context.Context, tx Tx, w *ticket.Work) error {
	if w.Type == don.Opportunity {
		if w.AccountN == 0 {
			return errs.Missing("account")
		}
		return nil
	}
	if w.PartN == 0 && !byCustomer(tx.Scope()) { // who may not know what there is
		return errs.Missing("applies_to_part")
	}
	if len(w.Owners) == 0 && !w.Spam {
		n, err := owner(ctx, tx, don.Ticket, w.SourceChannel, w.Reporters())
		if err != nil {
			return err
		}
		w.Owners = some(n)
	}
	if w.AccountN != 0 || w.WorkspaceN != 0 {
		return nil
	}
	place, err := customerOf(ctx, tx, w.Reporters())
	put(w, place)
	return err
}

// put makes a work an account's or workspace's.
func put(w *ticket.Work, customer don.ID) {
	w.AccountN, w.WorkspaceN = 0, 0
	if customer.Type == don.Workspace {
		w.WorkspaceN = customer.N
	} else {
		w.AccountN = customer.N
	}
}

// GetWork returns one work or not_found.
func (s *Service) GetWork(ctx context.Context, sc org.Scope, id don.ID) (WorkFound, error) {
	var got WorkFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		w, err := workFor(ctx, tx, id)
		if err != nil {
			return err
		}
		got, err = workFound(ctx, tx, w)
		return err
	})
	return got, err
}

// UpdateWork changes a work. Errors: invalid, not_found, conflict.
func (s *Service) UpdateWork(ctx context.Context, sc org.Scope, id don.ID, p WorkPatch) (WorkFound, error) {
	var got WorkFound
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		before, err := tx.Work(ctx, id, true)
		if err != nil {
			return err
		}
		after := *before
		if err := p.apply(ctx, tx, &after); err != nil {
			return err
		}
		f, err := refile(ctx, tx, id, p.Files, &before.Files, &after.Files)
		if err != nil {
			return err
		}
		if _, err := tx.UpdateWork(ctx, before, &after); err != nil {
			return err
		}
		if err := f.hang(ctx, tx, artifact.Place{Of: id}, nil); err != nil {
			return err
		}
		if err := directory.Assigned(ctx, tx, id, before.Owners, after.Owners); err != nil {
			return err
		}
		got, err = workFound(ctx, tx, &after)
		return err
	})
	return got, err
}

// DeleteWork moves a work to the trash.
func (s *Service) DeleteWork(ctx context.Context, sc org.Scope, id don.ID) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		w, err := tx.Work(ctx, id, true)
		if err != nil {
			return err
		}
		return tx.DeleteWork(ctx, w)
	})
}

// RestoreWork brings a work back from the trash. A reference that another took
// meanwhile is a conflict, and a part that was deleted is invalid, unless
// withoutClashes leaves them out.
func (s *Service) RestoreWork(ctx context.Context, sc org.Scope, id don.ID, withoutClashes bool) (WorkFound, error) {
	var got WorkFound
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		w := &ticket.Work{}
		if err := tx.Discarded(ctx, id, w); err != nil {
			return err
		}
		holder, err := tx.WorkWithRef(ctx, w.Ref)
		if err != nil {
			return err
		}
		if holder != nil && !withoutClashes {
			clash := map[string]any{"field_name": "external_ref", "value": w.Ref, "holder": identity.Holder{ID: holder.ID(), Name: holder.Title}}
			return errs.New(errs.Conflict, "conflict", "its external_ref is now that of %s; restore it without it or free it first", holder.ID().Display()).
				With("clashes", []map[string]any{clash})
		}
		if holder != nil {
			w.Ref = ""
		}
		if err := keepPart(ctx, tx, w, withoutClashes); err != nil {
			return err
		}
		if err := tx.RestoreWork(ctx, w); err != nil {
			return err
		}
		got, err = workFound(ctx, tx, w)
		return err
	})
	return got, err
}

// keepPart checks that the part of a work that comes back is still there, or takes
// it off.
func keepPart(ctx context.Context, tx Tx, w *ticket.Work, withoutClashes bool) error {
	if w.PartN == 0 {
		return nil
	}
	_, err := tx.Part(ctx, w.PartN, true)
	if !errs.Is(err, errs.NotFound) {
		return err
	}
	if !withoutClashes {
		return errs.BadRequest("its part %s was deleted; restore it with without_clashes, and give it another", don.Of(don.Product, w.PartN).Display())
	}
	w.PartN = 0
	return nil
}
