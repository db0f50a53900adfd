package directory

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/timeline"
)

// fileTx keeps what hangs on customers.
type fileTx interface {
	Artifacts(ctx context.Context, ns []int64, lock bool) (map[int64]*artifact.Artifact, error)
	PutArtifact(ctx context.Context, a *artifact.Artifact, at artifact.Place, until *time.Time) error
	FreeArtifact(ctx context.Context, a *artifact.Artifact) error
	Comment(ctx context.Context, of don.ID, id int64, lock bool) (*timeline.Comment, error)
}

// Attachable refuses a file that cannot be hung on something: one that the caller
// does not know, that is not there yet, or that hangs somewhere already.
func Attachable(sc org.Scope, field string, at artifact.Place, n int64, a *artifact.Artifact, known bool) error {
	id := don.Of(don.Artifact, n)
	switch {
	case !known:
		return InField(field, errs.Gone(id.Display()))
	case a.Version == 0:
		return errs.NotPermitted(field, "%s was not uploaded yet; send the file to its url first", id.Display())
	case a.At.Of.N == 0:
		return nil
	}
	e := errs.New(errs.Invalid, "artifact_already_attached_to_a_parent", "%s hangs on %s already; upload the file again for another place", id.Display(), a.At.Of.Display())
	e.Field = field
	parent := sc.Space.Format(a.At.Of)
	if !a.At.Itself() {
		parent = sc.Space.FormatChild(don.Child{Of: a.At.Of, Kind: don.Comment, N: a.At.Entry})
	}
	return e.With("existing_parent", parent).With("is_same", a.At == at)
}

// knowsFile reports whether the caller may hang a file on a customer: what it sent,
// and members what hangs where they may read.
func knowsFile(ctx context.Context, tx Tx, a *artifact.Artifact) (bool, error) {
	sc := tx.Scope()
	switch {
	case a.CreatedBy == sc.Actor.Tail():
		return !sc.Claimed || a.Claimed, nil
	case sc.Actor.Type == don.Contact, a.At.Of.N == 0:
		return false, nil
	case a.At.Itself():
		return true, nil
	}
	c, err := tx.Comment(ctx, a.At.Of, a.At.Entry, false)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil && c.ReadableBy(sc.Actor.Tail()), err
}

// hung is a change of what hangs on a customer.
type hung struct{ add, remove []*artifact.Artifact }

// hang makes the change at a place that is there by now.
func (h hung) hang(ctx context.Context, tx Tx, at artifact.Place) error {
	for _, a := range h.remove {
		if err := tx.FreeArtifact(ctx, a); err != nil {
			return err
		}
	}
	for _, a := range h.add {
		if err := tx.PutArtifact(ctx, a, at, nil); err != nil {
			return err
		}
	}
	return nil
}

// attached returns files that are to be hung on a place where they do not hang yet,
// locked, in the order of their numbers.
func attached(ctx context.Context, tx Tx, field string, at artifact.Place, ns []int64) ([]*artifact.Artifact, error) {
	found, err := tx.Artifacts(ctx, ns, true)
	if err != nil {
		return nil, err
	}
	var out []*artifact.Artifact
	for _, n := range slices.Sorted(slices.Values(ns)) {
		a := found[n]
		known := a != nil
		if known {
			if known, err = knowsFile(ctx, tx, a); err != nil {
				return nil, err
			}
		}
		if err := Attachable(tx.Scope(), field, at, n, a, known); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}
