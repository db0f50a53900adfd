package desk

import (
	"context"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// FileQuery says which files.
type FileQuery struct {
	Of    don.ID // on this record and on what is written there
	Entry int64  // only on this comment of it, 0 for all
	Below int64  // only those put there before, 0 for all; see artifact.Artifact.Attached
	Limit int
}

// FileList is some files with the records that they refer to.
type FileList struct {
	Items []*artifact.Artifact
	Names *directory.Names
}

// List returns files on a record, the one put there last first. A contact, account or
// workspace has also those of its conversations and works. Errors: not_found.
func (f *Files) List(ctx context.Context, sc org.Scope, q FileQuery) (FileList, error) {
	var got FileList
	err := f.db.Read(ctx, sc, func(tx Tx) error {
		s, err := searched(ctx, tx, q)
		if err != nil {
			return err
		}
		if got.Items, err = tx.ArtifactRows(ctx, s); err != nil {
			return err
		}
		w := &directory.Wanted{}
		for _, a := range got.Items {
			w.Tails(a.CreatedBy, a.ModifiedBy)
			w.IDs(a.At.Of)
		}
		got.Names, err = w.Names(ctx, tx)
		return err
	})
	return got, err
}

// maxFilePlaces bounds the workspaces of an account whose files are looked for.
const maxFilePlaces = 5000

func searched(ctx context.Context, tx Tx, q FileQuery) (artifact.Search, error) {
	s := artifact.Search{Entry: q.Entry, Reader: tx.Scope().Actor.Tail(), Below: q.Below, Limit: q.Limit}
	if q.Entry != 0 {
		s.Records = []don.ID{q.Of}
		_, err := readable(ctx, tx, don.Child{Of: q.Of, Kind: don.Comment, N: q.Entry}, false)
		return s, err
	}
	if err := existed(ctx, tx, q.Of); err != nil {
		return s, err
	}
	all, err := directory.OnOneOf(ctx, tx, []don.ID{q.Of})
	if err != nil {
		return s, err
	}
	s.Records = all
	switch q.Of.Type {
	case don.Contact:
		s.Members, s.People = tailsOf(all), numbers(all)
	case don.Account, don.Workspace:
		if s.Places, err = within(ctx, tx, []don.ID{q.Of}); err != nil {
			return s, err
		}
		if len(s.Places) > maxFilePlaces {
			return s, errs.NotPermitted("parent_id", "has more than %d workspaces; ask for one of them", maxFilePlaces)
		}
		for _, id := range s.Places {
			if id.Type == don.Account {
				s.Accounts = append(s.Accounts, id.N)
			} else {
				s.Workspaces = append(s.Workspaces, id.N)
				s.Records = append(s.Records, id)
			}
		}
		s.Records = directory.Distinct(s.Records)
	default: // the others have nothing below them
	}
	return s, nil
}

// filesOf reads what hangs on some records of one type themselves.
func filesOf(ctx context.Context, tx Tx, t don.Type, ns []int64) (map[don.ID][]*artifact.Artifact, error) {
	out := map[don.ID][]*artifact.Artifact{}
	found, err := tx.ArtifactsOf(ctx, t, ns)
	for _, a := range found {
		out[a.At.Of] = append(out[a.At.Of], a)
	}
	return out, err
}

// filesOn is that for one.
func filesOn(ctx context.Context, tx Tx, of don.ID) ([]*artifact.Artifact, error) {
	found, err := filesOf(ctx, tx, of.Type, []int64{of.N})
	return found[of], err
}
