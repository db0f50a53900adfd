package directory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

// TrashDays is how long a deleted record can be restored.
const TrashDays = 90

// Discarded is a record in the trash.
type Discarded struct {
	ID        don.ID
	Body      []byte // the record as JSON
	DeletedAt time.Time
	DeletedBy string // tail of the actor's DON
}

// Name returns the display name that the record had.
func (d Discarded) Name() string {
	var named struct{ DisplayName, Title string }
	if err := json.Unmarshal(d.Body, &named); err != nil {
		return ""
	}
	return cmp.Or(named.DisplayName, named.Title)
}

// Purge returns when the record is removed for good.
func (d Discarded) Purge() time.Time { return d.DeletedAt.AddDate(0, 0, TrashDays) }

// TrashQuery selects records of the trash, the latest deleted first.
type TrashQuery struct {
	Types  []don.Type // none means all
	Before time.Time  // only those deleted before; zero means all
	Below  don.ID     // with Before: among those deleted at that very moment, those after this one
	Limit  int
}

// Trash returns records of the trash and the members who deleted them.
func (s *Service) Trash(ctx context.Context, sc org.Scope, q TrashQuery) (Found[[]Discarded], error) {
	var got Found[[]Discarded]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		list, err := tx.Trash(ctx, q)
		if err != nil {
			return err
		}
		want := newNeeds()
		for _, d := range list {
			want.add(don.FromTail(d.DeletedBy))
		}
		got = Found[[]Discarded]{list, &Names{}}
		return got.Names.load(ctx, tx, want)
	})
	return got, err
}

// restore gathers what stands against bringing a record back.
type restore struct {
	tx      Tx
	clashes []map[string]any
	err     error
}

// keep takes from values those that another record holds now.
func (r *restore) keep(ctx context.Context, id don.ID, kind contact.Kind, values *[]string) {
	var kept []string
	for _, v := range *values {
		holder, taken, err := identity.Find(ctx, r.tx, kind, v)
		if err != nil {
			r.err = err
			return
		}
		if !taken || holder == id {
			kept = append(kept, v)
			continue
		}
		r.clash(ctx, identity.Field(kind), v, holder)
	}
	*values = kept
}

// clash notes that a value of a field cannot come back because of a record.
func (r *restore) clash(ctx context.Context, field, value string, with don.ID) {
	name, err := displayName(ctx, r.tx, with)
	r.err = errors.Join(r.err, err)
	r.clashes = append(r.clashes, map[string]any{"field_name": field, "value": value, "holder": identity.Holder{ID: with, Name: name}})
}

// keepParent takes the account above away when it has come to be below, or so
// deep that this one has no place below it. One in the trash may stay: nobody
// is shown it meanwhile.
func (r *restore) keepParent(ctx context.Context, a *account.Account) {
	err := climb(ctx, r.tx, a.N, a.ParentN)
	switch {
	case err == nil || errs.Is(err, errs.NotFound):
	case errs.Is(err, errs.Invalid):
		above := accountOf(a.ParentN)
		r.clash(ctx, "parent", above.Display(), above)
		a.ParentN = 0
	default:
		r.err = errors.Join(r.err, err)
	}
}

// keepRef does the same for the reference of a workspace.
func (r *restore) keepRef(ctx context.Context, w *account.Workspace) {
	refs := identity.WorkspaceRefs(w)
	r.keep(ctx, workspaceOf(w.N), identity.KindWorkspaceRef, &refs)
	if !slices.Contains(refs, w.Ref) {
		w.Ref = ""
	}
	w.OtherRefs = slices.DeleteFunc(refs, func(ref string) bool { return ref == w.Ref })
}

// verdict refuses to go on with clashes unless it shall go on without them.
func (r *restore) verdict(_ context.Context, without bool) error {
	if r.err != nil || without || len(r.clashes) == 0 {
		return r.err
	}
	return errs.New(errs.Conflict, "conflict", "%d of its values now clash with other records; restore it without them or free them first",
		len(r.clashes)).With("clashes", r.clashes)
}
