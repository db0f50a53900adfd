package directory

import (
	"context"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/tag"
)

// TagPatch says what a tag shall be: everything it has on creation, what
// changes on update.
type TagPatch struct {
	Name          *string
	Description   *string
	AllowedValues *[]string
	Color         *string // #RRGGBB
}

// TagFound is a tag with the records it refers to.
type TagFound = Found[*tag.Tag]

// CreateTag adds a tag. Errors: invalid, conflict for a name that is taken.
func (s *Service) CreateTag(ctx context.Context, sc org.Scope, p TagPatch) (TagFound, error) {
	var made TagFound
	draft := tag.Tag{}
	if err := p.apply(&draft); err != nil {
		return made, err
	}
	err := s.write(ctx, sc, func(tx Tx) error {
		t := draft
		var err error
		if t.N, err = tx.Next(ctx, don.Tag, 1); err != nil {
			return err
		}
		t.CreatedAt, t.CreatedBy = stamp(tx)
		t.ModifiedAt, t.ModifiedBy = t.CreatedAt, t.CreatedBy
		if err := tx.InsertTag(ctx, &t); err != nil {
			return ofName(err)
		}
		made, err = found(ctx, tx, needs.tag, &t)
		return err
	})
	return made, err
}

// ofName names the field of a conflict that only the database saw: another
// transaction took the name at the same time.
func ofName(err error) error {
	if errs.Is(err, errs.Conflict) {
		return InField("name", err)
	}
	return err
}

func (p TagPatch) apply(t *tag.Tag) error {
	if err := SetText(&t.Name, "name", p.Name, contact.FullName); err != nil {
		return err
	}
	if err := SetText(&t.Description, "description", p.Description, contact.Description); err != nil {
		return err
	}
	if p.AllowedValues != nil {
		values, err := normalised("allowed_values", *p.AllowedValues, tag.MaxAllowedValues, contact.FullName)
		if err != nil {
			return err
		}
		t.AllowedValues = values
	}
	if p.Color != nil {
		t.Color = *p.Color
	}
	return t.Check()
}

// GetTag returns one tag or not_found.
func (s *Service) GetTag(ctx context.Context, sc org.Scope, n int64) (TagFound, error) {
	var got TagFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		t, err := tx.Tag(ctx, n, false)
		if err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.tag, t)
		return err
	})
	return got, err
}

// UpdateTag changes a tag. Values that records carry stay with them when they
// are no longer allowed. Errors: invalid, not_found, conflict.
func (s *Service) UpdateTag(ctx context.Context, sc org.Scope, n int64, p TagPatch) (TagFound, error) {
	var got TagFound
	err := s.write(ctx, sc, func(tx Tx) error {
		before, err := tx.Tag(ctx, n, true)
		if err != nil {
			return err
		}
		after := *before
		if err := p.apply(&after); err != nil {
			return err
		}
		if err := tx.UpdateTag(ctx, before, &after); err != nil {
			return ofName(err)
		}
		got, err = found(ctx, tx, needs.tag, &after)
		return err
	})
	return got, err
}

// DeleteTag removes a tag for good and from every record. Once the tag is gone
// nobody is shown its uses, so taking them off the records may take a while:
// the first ten thousand are done at once and the rest by Sweep.
func (s *Service) DeleteTag(ctx context.Context, sc org.Scope, n int64) error {
	if err := s.write(ctx, sc, func(tx Tx) error { return tx.DeleteTag(ctx, n) }); err != nil {
		return err
	}
	// The tag is gone, so a call that is cut short has succeeded.
	if _, err := s.untag(ctx, sc, n, sweepLimit); err != nil && ctx.Err() == nil && errs.Is(err, errs.Internal) {
		return err
	}
	return nil
}
