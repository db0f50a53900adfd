package desk

import (
	"context"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/internal/ticket"
)

// partTx keeps the products that works are about.
type partTx interface {
	Part(ctx context.Context, n int64, lock bool) (*ticket.Part, error)
	Parts(ctx context.Context, ns []int64) (map[int64]*ticket.Part, error)
	PartRows(ctx context.Context, f ticket.PartFilter, q directory.Query) (directory.Rows[*ticket.Part], error)
	InsertPart(ctx context.Context, p *ticket.Part) error
	UpdatePart(ctx context.Context, before, after *ticket.Part) error
	DeletePart(ctx context.Context, p *ticket.Part) error
}

// PartPatch says what a part shall be: everything it has on creation, what changes
// on update.
type PartPatch struct {
	Name        *string
	Description *string
	Owners      *[]int64
	Tags        *[]tag.Use
}

// PartFound is a part with the records it refers to.
type PartFound = directory.Found[*ticket.Part]

func wantPart(w *directory.Wanted, p *ticket.Part) {
	w.Tails(p.CreatedBy, p.ModifiedBy)
	w.Members(p.Owners)
	w.Tags(p.Tags)
}

func (p PartPatch) apply(ctx context.Context, tx Tx, part *ticket.Part) (err error) {
	if err := directory.SetText(&part.Name, "name", p.Name, contact.DisplayName); err != nil {
		return err
	}
	if err := directory.SetText(&part.Description, "description", p.Description, contact.Description); err != nil {
		return err
	}
	if err := directory.SetOwners(ctx, tx, &part.Owners, p.Owners); err != nil {
		return err
	}
	return directory.SetTags(ctx, tx, &part.Tags, p.Tags)
}

// CreatePart adds a product. Errors: invalid, not_found for a reference.
func (s *Service) CreatePart(ctx context.Context, sc org.Scope, p PartPatch) (PartFound, error) {
	var made PartFound
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		part := &ticket.Part{Version: 1, CreatedAt: tx.Now(), CreatedBy: sc.Actor.Tail(), ModifiedAt: tx.Now(), ModifiedBy: sc.Actor.Tail()}
		err := p.apply(ctx, tx, part)
		if err != nil {
			return err
		}
		if part.N, err = tx.Next(ctx, don.Product, 1); err != nil {
			return err
		}
		if err := tx.InsertPart(ctx, part); err != nil {
			return err
		}
		made, err = directory.FoundWith(ctx, tx, wantPart, part)
		return err
	})
	return made, err
}

// GetPart returns one part or not_found.
func (s *Service) GetPart(ctx context.Context, sc org.Scope, n int64) (PartFound, error) {
	var got PartFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		part, err := tx.Part(ctx, n, false)
		if err != nil {
			return err
		}
		got, err = directory.FoundWith(ctx, tx, wantPart, part)
		return err
	})
	return got, err
}

// UpdatePart changes a part. Errors: invalid, not_found.
func (s *Service) UpdatePart(ctx context.Context, sc org.Scope, n int64, p PartPatch) (PartFound, error) {
	var got PartFound
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		before, err := tx.Part(ctx, n, true)
		if err != nil {
			return err
		}
		after := *before
		if err := p.apply(ctx, tx, &after); err != nil {
			return err
		}
		if err := tx.UpdatePart(ctx, before, &after); err != nil {
			return err
		}
		got, err = directory.FoundWith(ctx, tx, wantPart, &after)
		return err
	})
	return got, err
}

// DeletePart removes a part for good. One that works or conversations are about is invalid: they
// would be about nothing.
func (s *Service) DeletePart(ctx context.Context, sc org.Scope, n int64) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		part, err := tx.Part(ctx, n, true)
		if err != nil {
			return err
		}
		used, err := tx.CountWorks(ctx, ticket.Filter{Parts: []int64{n}}, directory.CountCap)
		if err != nil {
			return err
		}
		talks, err := tx.CountConversations(ctx, conversation.Filter{Parts: []int64{n}}, directory.CountCap)
		if err != nil {
			return err
		}
		if used+talks > 0 {
			return errs.BadRequest("%s (%s) is the part of %d tickets and opportunities and %d conversations; give them another part or delete them first",
				don.Of(don.Product, n).Display(), part.Name, used, talks)
		}
		return tx.DeletePart(ctx, part)
	})
}

// ListParts returns a page of the parts that match.
func (s *Service) ListParts(ctx context.Context, sc org.Scope, f ticket.PartFilter, q directory.Query) (directory.Page[*ticket.Part], error) {
	var got directory.Page[*ticket.Part]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		tags, none, err := liveTags(ctx, tx, f.Tags)
		if none || err != nil {
			return err
		}
		f.Tags = tags
		rows, err := tx.PartRows(ctx, f, q)
		if err != nil {
			return err
		}
		got, err = directory.PageWith(ctx, tx, wantPart, q, rows)
		return err
	})
	return got, err
}
