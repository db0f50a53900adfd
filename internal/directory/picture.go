package directory

import (
	"context"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

const fieldPicture = "display_picture"

// setPicture gives a contact another picture, 0 for none, and returns what that
// means for the files; nil changes nothing. One that came with a contact that was
// merged into this one stays with that: the undo of the merge finds it there.
func setPicture(ctx context.Context, tx Tx, c *contact.Contact, n *int64) (hung, error) {
	if n == nil || *n == c.Picture {
		return hung{}, nil
	}
	of := contactOf(c.N)
	var out hung
	if *n != 0 {
		add, err := attached(ctx, tx, fieldPicture, artifact.Place{Of: of, Entry: artifact.OfPerson}, []int64{*n})
		if err != nil {
			return hung{}, err
		}
		if a := add[0]; a.Purpose != artifact.Picture || !artifact.Inline(a.Kind) {
			return hung{}, errs.NotPermitted(fieldPicture, "%s was not uploaded as the picture of a person; prepare it with configuration_set %s, which takes a PNG, JPEG, GIF or WebP",
				don.Of(don.Artifact, *n).Display(), artifact.Picture)
		}
		out.add = add
	}
	if c.Picture != 0 {
		had, err := tx.Artifacts(ctx, []int64{c.Picture}, true)
		if err != nil {
			return hung{}, err
		}
		if a := had[c.Picture]; a != nil && a.At.Of == of {
			out.remove = append(out.remove, a)
		}
	}
	c.Picture = *n
	return out, nil
}
