package desk

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/timeline"
)

// knowsFile reports whether the caller may have a file. Contacts have what they sent
// themselves, and what hangs on comments that they may read; members what hangs on
// what they may read. What hangs nowhere is for whoever sent it.
func knowsFile(ctx context.Context, tx Tx, a *artifact.Artifact) (bool, error) {
	if byCustomer(tx.Scope()) {
		me, err := self(ctx, tx)
		if err != nil || sentBy(tx.Scope(), me, a) {
			return err == nil, err
		}
		if a.At.Itself() {
			return false, nil
		}
	}
	var err error
	switch {
	case a.At.Of.N == 0: // perhaps it was on a comment that few could read
		return a.CreatedBy == tx.Scope().Actor.Tail(), nil
	case a.At.Itself():
		err = existed(ctx, tx, a.At.Of)
	default:
		_, err = readable(ctx, tx, don.Child{Of: a.At.Of, Kind: don.Comment, N: a.At.Entry}, false)
	}
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// files is a change of what hangs on a comment or record.
type files struct {
	all         []*artifact.Artifact // afterwards
	add, remove []*artifact.Artifact
}

// changedFiles works out and checks a change of what hangs somewhere. The place's own
// id may be missing while it is made.
func changedFiles(ctx context.Context, tx Tx, field string, at artifact.Place, has []*artifact.Artifact, p ListPatch[int64]) (files, error) {
	var out files
	had := numbersOf(has)
	wanted := directory.Distinct(changed(had, p))
	if len(wanted) > artifact.MaxAttached {
		return out, tooMany(field, len(wanted), artifact.MaxAttached)
	}
	for _, a := range has {
		if slices.Contains(wanted, a.N) {
			out.all = append(out.all, a)
		} else {
			out.remove = append(out.remove, a)
		}
	}
	fresh := slices.DeleteFunc(slices.Clone(wanted), func(n int64) bool { return slices.Contains(had, n) })
	found, err := tx.Artifacts(ctx, fresh, true)
	if err != nil {
		return out, err
	}
	for _, n := range fresh {
		if err := attachable(ctx, tx, field, at, n, found[n]); err != nil {
			return out, err
		}
		out.add, out.all = append(out.add, found[n]), append(out.all, found[n])
	}
	return out, nil
}

// attachable refuses a file that the caller does not have, that is not there yet, or
// that hangs somewhere already.
func attachable(ctx context.Context, tx Tx, field string, at artifact.Place, n int64, a *artifact.Artifact) error {
	known := a != nil
	if known {
		var err error
		if known, err = mayAttach(ctx, tx, a); err != nil {
			return err
		}
	}
	return directory.Attachable(tx.Scope(), field, at, n, a, known)
}

// mayAttach reports whether the caller may hang a file on something: contacts do so
// with what they sent, members with all that they may have.
func mayAttach(ctx context.Context, tx Tx, a *artifact.Artifact) (bool, error) {
	if !byCustomer(tx.Scope()) {
		return knowsFile(ctx, tx, a)
	}
	return sentBy(tx.Scope(), []don.ID{tx.Scope().Actor}, a), nil
}

// sentBy reports whether a file is that of a contact who calls as one of some: what
// was sent with proof is not that of a caller who has none, see said.
func sentBy(sc org.Scope, me []don.ID, a *artifact.Artifact) bool {
	return slices.Contains(tailsOf(me), a.CreatedBy) && (!sc.Claimed || a.Claimed)
}

// hang makes the change at a place that is there by now. What hangs on a comment that
// goes by itself goes with it.
func (f files) hang(ctx context.Context, tx Tx, at artifact.Place, until *time.Time) error {
	for _, a := range f.remove {
		if err := tx.FreeArtifact(ctx, a); err != nil {
			return err
		}
	}
	for _, a := range f.add {
		if err := tx.PutArtifact(ctx, a, at, until); err != nil {
			return err
		}
	}
	return nil
}

// filesOfComment works out a change of what hangs on a comment, and tells the comment.
func filesOfComment(ctx context.Context, tx Tx, field string, c *timeline.Comment, p ListPatch[int64]) (files, error) {
	at := placeOfComment(c)
	var has []*artifact.Artifact
	if c.ID != 0 {
		var err error
		if has, err = tx.ArtifactsAt(ctx, c.Of, []int64{c.ID}); err != nil {
			return files{}, err
		}
	}
	f, err := changedFiles(ctx, tx, field, at, has, p)
	c.Files = f.all
	return f, err
}

// refile works out a change of what hangs on a record itself, and notes for its
// history the numbers from before and after.
func refile(ctx context.Context, tx Tx, of don.ID, p ListPatch[int64], before, after *[]int64) (files, error) {
	if p.empty() {
		return files{}, nil
	}
	has, err := filesOn(ctx, tx, of)
	if err != nil {
		return files{}, err
	}
	f, err := changedFiles(ctx, tx, "artifacts", artifact.Place{Of: of}, has, p)
	*before, *after = numbersOf(has), numbersOf(f.all)
	return f, err
}

func numbersOf(list []*artifact.Artifact) []int64 {
	var out []int64
	for _, a := range list {
		out = append(out, a.N)
	}
	return out
}

func placeOfComment(c *timeline.Comment) artifact.Place {
	return artifact.Place{Of: c.Of, Entry: c.ID}
}

// withFiles reads what hangs on the comments among some entries.
func withFiles(ctx context.Context, tx Tx, items ...timeline.Item) error {
	comments := map[artifact.Place]*timeline.Comment{}
	entries := map[don.ID][]int64{}
	for _, i := range items {
		if c := i.Comment; c != nil && !c.Deleted {
			comments[placeOfComment(c)] = c
			entries[c.Of] = append(entries[c.Of], c.ID)
			c.Files = nil
		}
	}
	for of, ids := range entries {
		found, err := tx.ArtifactsAt(ctx, of, ids)
		if err != nil {
			return err
		}
		for _, a := range found {
			c := comments[a.At]
			c.Files = append(c.Files, a)
		}
	}
	return nil
}
