package store

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/schema"
)

const fragmentColumns = "n, leaf, kind, name, version, prev_n, next_n, body, created_at, created_by"

type fragmentRow struct {
	schema.Fragment
	leaf, kind string
	body       []byte
}

func scanFragment(r *fragmentRow) []any {
	return []any{&r.N, &r.leaf, &r.kind, &r.Name, &r.Version, &r.Old, &r.New, &r.body, &r.CreatedAt, &r.CreatedBy}
}

// fragmentBody is what is stored as JSON.
type fragmentBody struct {
	DisplayName string                   `json:"display_name,omitempty"`
	Description string                   `json:"description,omitempty"`
	Fields      []schema.Field           `json:"fields"`
	Composites  []schema.CompositeSchema `json:"composites,omitempty"`
	Overrides   []schema.Override        `json:"overrides,omitempty"`
	Conditions  []schema.Condition       `json:"conditions,omitempty"`
	Deprecated  bool                     `json:"deprecated,omitempty"`
}

func (r *fragmentRow) fragment() (*schema.Fragment, error) {
	f := r.Fragment
	f.Leaf, f.Kind = don.Type(r.leaf), schema.Kind(r.kind)
	var b fragmentBody
	d := json.NewDecoder(bytes.NewReader(r.body))
	d.UseNumber() // defaults are values
	if err := d.Decode(&b); err != nil {
		return nil, err
	}
	f.DisplayName, f.Description, f.Fields, f.Composites = b.DisplayName, b.Description, b.Fields, b.Composites
	f.Overrides, f.Conditions, f.Deprecated = b.Overrides, b.Conditions, b.Deprecated
	f.Link()
	return &f, nil
}

func (tx *Tx) fragments(ctx context.Context, where string, args ...any) ([]*schema.Fragment, error) {
	got, err := collect(ctx, tx.q, "SELECT "+fragmentColumns+" FROM schema_fragment WHERE org_id = $1 AND "+where, append([]any{tx.scope.OrgID}, args...), scanFragment)
	if err != nil {
		return nil, err
	}
	out := make([]*schema.Fragment, len(got))
	for i := range got {
		if out[i], err = got[i].fragment(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Fragments returns the fragments of a kind of record that are in force.
func (tx *Tx) Fragments(ctx context.Context, leaf don.Type) ([]*schema.Fragment, error) {
	return tx.fragments(ctx, "leaf = $2 AND next_n = 0 ORDER BY kind, name", string(leaf))
}

// FragmentsAfter returns up to limit versions of fragments with numbers above n.
func (tx *Tx) FragmentsAfter(ctx context.Context, n int64, limit int) ([]*schema.Fragment, error) {
	return tx.fragments(ctx, "n > $2 ORDER BY n LIMIT $3", n, limit)
}

// Fragment returns one version of a fragment, nil when there is none.
func (tx *Tx) Fragment(ctx context.Context, n int64) (*schema.Fragment, error) {
	got, err := tx.fragments(ctx, "n = $2", n)
	if err != nil || len(got) == 0 {
		return nil, err
	}
	return got[0], nil
}

// LockFragment returns the version of a fragment that is in force, nil for none;
// nobody replaces it until the transaction ends.
func (tx *Tx) LockFragment(ctx context.Context, leaf don.Type, kind schema.Kind, name string) (*schema.Fragment, error) {
	got, err := tx.fragments(ctx, "leaf = $2 AND kind = $3 AND name = $4 AND next_n = 0"+tx.q.lock(), string(leaf), string(kind), name)
	if err != nil || len(got) == 0 {
		return nil, err
	}
	return got[0], nil
}

// PutFragment adds a version of a fragment in place of the one before. It
// reports false when another transaction has just added one.
func (tx *Tx) PutFragment(ctx context.Context, f *schema.Fragment) (bool, error) {
	body, err := json.Marshal(fragmentBody{f.DisplayName, f.Description, f.Fields, f.Composites, f.Overrides, f.Conditions, f.Deprecated})
	if err != nil {
		return false, err
	}
	if f.Old != 0 {
		if _, err := tx.q.exec(ctx, "UPDATE schema_fragment SET next_n = $3 WHERE org_id = $1 AND n = $2", tx.scope.OrgID, f.Old, f.N); err != nil {
			return false, err
		}
	}
	n, err := tx.q.exec(ctx, `INSERT INTO schema_fragment (org_id, `+fragmentColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10) ON CONFLICT DO NOTHING`,
		tx.scope.OrgID, f.N, string(f.Leaf), string(f.Kind), f.Name, f.Version, f.Old, string(body), f.CreatedAt, f.CreatedBy)
	return n > 0, err
}
