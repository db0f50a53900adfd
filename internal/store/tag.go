package store

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/tag"
)

const tagColumns = "n, name, description, allowed_values, color, created_at, created_by, modified_at, modified_by"

type tagRow struct {
	tag.Tag
	allowed []byte
}

func scanTag(r *tagRow) []any {
	return []any{&r.N, &r.Name, &r.Description, &r.allowed, &r.Color, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy}
}

func (tx *Tx) tags(ctx context.Context, where string, args []any) ([]*tag.Tag, error) {
	got, err := collect(ctx, tx.q, "SELECT "+tagColumns+" FROM tag WHERE org_id = $1 AND "+where, args, scanTag)
	if err != nil {
		return nil, err
	}
	out := make([]*tag.Tag, len(got))
	for i := range got {
		t := got[i].Tag
		if err := unpack(got[i].allowed, &t.AllowedValues); err != nil {
			return nil, err
		}
		out[i] = &t
	}
	return out, nil
}

// Tags returns the tags with the numbers given, by number.
func (tx *Tx) Tags(ctx context.Context, ns []int64) (map[int64]*tag.Tag, error) {
	out := make(map[int64]*tag.Tag, len(ns))
	if len(ns) == 0 {
		return out, nil
	}
	list, args := inList([]any{tx.scope.OrgID}, ns)
	got, err := tx.tags(ctx, "n IN "+list, args)
	for _, t := range got {
		out[t.N] = t
	}
	return out, err
}

// Tag returns one tag or not_found. With lock it stays unchanged by others until
// the transaction ends.
func (tx *Tx) Tag(ctx context.Context, n int64, lock bool) (*tag.Tag, error) {
	where := "n = $2"
	if lock {
		where += tx.q.lock()
	}
	got, err := tx.tags(ctx, where, []any{tx.scope.OrgID, n})
	if err != nil {
		return nil, err
	}
	if len(got) == 0 {
		return nil, errs.Gone(don.Of(don.Tag, n).Display())
	}
	return got[0], nil
}

// TagsNamed returns the tags with the names given, by folded name.
func (tx *Tx) TagsNamed(ctx context.Context, names []string) (map[string]*tag.Tag, error) {
	out := make(map[string]*tag.Tag, len(names))
	if len(names) == 0 {
		return out, nil
	}
	keys := make([]string, len(names))
	for i, n := range names {
		keys[i] = contact.FoldName(n)
	}
	list, args := inList([]any{tx.scope.OrgID}, keys)
	got, err := tx.tags(ctx, "name_key IN "+list, args)
	for _, t := range got {
		out[contact.FoldName(t.Name)] = t
	}
	return out, err
}

// InsertTag adds a tag; a name that stands already is a conflict.
func (tx *Tx) InsertTag(ctx context.Context, t *tag.Tag) error {
	if err := tx.freeName(ctx, t); err != nil {
		return err
	}
	added, err := tx.q.exec(ctx, `INSERT INTO tag (org_id, n, name, name_key, description, allowed_values, color, created_at, created_by, modified_at, modified_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
		tx.scope.OrgID, t.N, t.Name, contact.FoldName(t.Name), t.Description, pack(t.AllowedValues), t.Color,
		t.CreatedAt, t.CreatedBy, t.ModifiedAt, t.ModifiedBy)
	if err != nil {
		return err
	}
	if added == 0 {
		return identity.ErrAgain // another transaction has just taken the name
	}
	if err := tx.written(ctx, don.Tag, t.N); err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.Tag, t.N), opCreated, ""})
}

func (tx *Tx) freeName(ctx context.Context, t *tag.Tag) error {
	same, err := tx.TagsNamed(ctx, []string{t.Name})
	if err != nil {
		return err
	}
	if held := same[contact.FoldName(t.Name)]; held != nil && held.N != t.N {
		return identity.Taken("name", t.Name, don.Of(don.Tag, held.N), held.Name)
	}
	return nil
}

// UpdateTag replaces a tag by its changed form.
func (tx *Tx) UpdateTag(ctx context.Context, before, after *tag.Tag) error {
	d, err := delta(before, after)
	if err != nil || d == "{}" {
		return err
	}
	if err := tx.freeName(ctx, after); err != nil {
		return err
	}
	after.ModifiedAt, after.ModifiedBy = tx.now, tx.scope.Actor.Tail()
	_, err = tx.q.exec(ctx, `UPDATE tag SET name = $3, name_key = $4, description = $5, allowed_values = $6, color = $7, modified_at = $8, modified_by = $9
		WHERE org_id = $1 AND n = $2`,
		tx.scope.OrgID, after.N, after.Name, contact.FoldName(after.Name), after.Description, pack(after.AllowedValues), after.Color,
		after.ModifiedAt, after.ModifiedBy)
	if err != nil {
		return err
	}
	if err := tx.rewritten(ctx, don.Tag, tagDoc(before), tagDoc(after)); err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.Tag, after.N), opUpdated, d})
}

// DeleteTag removes a tag for good; its uses are the caller's to take away.
func (tx *Tx) DeleteTag(ctx context.Context, n int64) error {
	gone, err := tx.q.exec(ctx, "DELETE FROM tag WHERE org_id = $1 AND n = $2", tx.scope.OrgID, n)
	if err == nil && gone == 0 {
		return errs.Gone(don.Of(don.Tag, n).Display())
	}
	if err != nil {
		return err
	}
	if err := tx.written(ctx, don.Tag, n); err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.Tag, n), opDeleted, ""})
}

// Tagged returns the numbers of up to limit records of a type, above after, that
// carry a tag.
func (tx *Tx) Tagged(ctx context.Context, t don.Type, tagN, after int64, limit int) ([]int64, error) {
	return tx.indexed(ctx, tagFields[t], num(tagN), after, limit)
}

var tagFields = map[don.Type]string{don.Contact: contactTag, don.Account: accountTag, don.Workspace: spaceTag}

// StaleTags returns the numbers of deleted tags that records still carry. It
// looks at each distinct tag once, not at each record.
func (tx *Tx) StaleTags(ctx context.Context) ([]int64, error) {
	used := map[int64]bool{}
	for _, field := range tagFields {
		value := ""
		for {
			found, err := one(ctx, tx.q, "SELECT value FROM attr WHERE org_id = $1 AND field = $2 AND value > $3 ORDER BY value LIMIT 1",
				[]any{tx.scope.OrgID, field, value}, &value)
			if err != nil {
				return nil, err
			}
			if !found {
				break
			}
			digits, _, _ := strings.Cut(value, "=")
			if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
				used[n] = true
			}
		}
	}
	ns := slices.Sorted(maps.Keys(used))
	for chunk := range slices.Chunk(ns, chunkSize) {
		live, err := tx.Tags(ctx, chunk)
		if err != nil {
			return nil, err
		}
		for n := range live {
			delete(used, n)
		}
	}
	return slices.Sorted(maps.Keys(used)), nil
}
