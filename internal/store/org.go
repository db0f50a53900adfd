package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

// takeNumbers moves a counter and returns the last number taken.
const takeNumbers = `INSERT INTO counter (org_id, type, n) VALUES ($1, $2, $3)
	ON CONFLICT (org_id, type) DO UPDATE SET n = counter.n + excluded.n RETURNING n`

// Next takes count numbers of a type and returns the first.
func (tx *Tx) Next(ctx context.Context, t don.Type, count int) (int64, error) {
	return tx.q.next(ctx, tx.scope.OrgID, string(t), count)
}

// AddRoute lets key find the scope's org.
func (tx *Tx) AddRoute(ctx context.Context, kind, key string) error {
	_, err := tx.q.exec(ctx, "INSERT INTO routes (kind, key, org_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", kind, key, tx.scope.OrgID)
	return err
}

// DropRoute takes a route away.
func (tx *Tx) DropRoute(ctx context.Context, kind, key string) error {
	_, err := tx.q.exec(ctx, "DELETE FROM routes WHERE kind = $1 AND key = $2 AND org_id = $3", kind, key, tx.scope.OrgID)
	return err
}

// Routes returns the orgs that a key leads to. It needs no scope.
func (d *DB) Routes(ctx context.Context, kind, key string) ([]int64, error) {
	var out []int64
	err := d.e.read(ctx, func(q querier) (err error) {
		out, err = collect(ctx, q, "SELECT org_id FROM routes WHERE kind = $1 AND key = $2", []any{kind, key}, func(n *int64) []any { return []any{n} })
		return err
	})
	return out, err
}

const orgColumns = "org_id, name, slug, public, settings, created_at"

type orgRow struct {
	org.Org
	settings []byte
}

func scanOrg(r *orgRow) []any {
	return []any{&r.ID, &r.Name, &r.Slug, &r.Public, &r.settings, &r.CreatedAt}
}

// Orgs returns every org, in the order of their making.
func (d *DB) Orgs(ctx context.Context) ([]org.Org, error) {
	return d.orgs(ctx, "SELECT "+orgColumns+" FROM org ORDER BY org_id")
}

// Org returns one org, or not_found.
func (d *DB) Org(ctx context.Context, id int64) (org.Org, error) {
	return d.oneOrg(ctx, "SELECT "+orgColumns+" FROM org WHERE org_id = $1", id)
}

// OrgByPublic returns the org whose DONs carry the random id given, or not_found.
func (d *DB) OrgByPublic(ctx context.Context, public string) (org.Org, error) {
	return d.oneOrg(ctx, "SELECT "+orgColumns+" FROM org WHERE public = $1", public)
}

func (d *DB) oneOrg(ctx context.Context, sql string, arg any) (org.Org, error) {
	got, err := d.orgs(ctx, sql, arg)
	if err != nil {
		return org.Org{}, err
	}
	if len(got) == 0 {
		return org.Org{}, errs.Gone("the organisation")
	}
	return got[0], nil
}

func (d *DB) orgs(ctx context.Context, sql string, args ...any) ([]org.Org, error) {
	var out []org.Org
	err := d.e.read(ctx, func(q querier) error {
		got, err := collect(ctx, q, sql, args, scanOrg)
		out = make([]org.Org, len(got))
		for i, r := range got {
			if err := json.Unmarshal(r.settings, &r.Settings); err != nil {
				return err
			}
			out[i] = r.Org
		}
		return err
	})
	return out, err
}

// CreateOrg adds an org and returns it with its id. A slug that stands already
// is a conflict.
func (d *DB) CreateOrg(ctx context.Context, o org.Org) (org.Org, error) {
	return d.Found(ctx, o, "", false, func(*Tx) error { return nil })
}

// Found adds an org and what fn writes in its scope, or nothing. A slug that
// stands already is a conflict; with first any other org is.
func (d *DB) Found(ctx context.Context, o org.Org, partition string, first bool, fn func(*Tx) error) (org.Org, error) {
	settings, err := json.Marshal(o.Settings)
	if err != nil {
		return o, err
	}
	o.CreatedAt = d.now().UTC().Truncate(time.Microsecond)
	err = d.e.write(ctx, func(q querier) error {
		if err := freeForOrg(ctx, q, o, first); err != nil {
			return err
		}
		if _, err := one(ctx, q, "SELECT COALESCE(MAX(org_id), 0) + 1 FROM org", nil, &o.ID); err != nil {
			return err
		}
		n, err := q.exec(ctx, "INSERT INTO org ("+orgColumns+") VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
			o.ID, o.Name, o.Slug, o.Public, string(settings), o.CreatedAt)
		if err != nil {
			return err
		}
		if n == 0 {
			return identity.ErrAgain // another process has just taken the number or the slug
		}
		space := don.Space{Partition: partition, Org: o.Public}
		tx := d.tx(q, org.Scope{OrgID: o.ID, Space: space, Settings: o.Settings, Actor: org.System})
		if err := tx.addStandardGroups(ctx); err != nil {
			return err
		}
		return fn(tx)
	})
	return o, err
}

func freeForOrg(ctx context.Context, q querier, o org.Org, first bool) error {
	var count, same int64
	_, err := one(ctx, q, "SELECT COUNT(*), COUNT(CASE WHEN slug = $1 THEN 1 END) FROM org", []any{o.Slug}, &count, &same)
	switch {
	case err != nil:
		return err
	case first && count > 0:
		return errs.New(errs.Conflict, "conflict", "Kith has been set up already; sign in instead")
	case same > 0:
		return errs.Clash("dev_org_name", "there is an organisation %q already (its short name would be %s too); choose another name", o.Name, o.Slug)
	}
	return nil
}

// Settings returns the org's settings and keeps them from changing until the
// transaction ends. The scope's may be a second old.
func (tx *Tx) Settings(ctx context.Context) (s org.Settings, err error) {
	var text []byte
	if _, err := one(ctx, tx.q, "SELECT settings FROM org WHERE org_id = $1"+tx.q.lock(), []any{tx.scope.OrgID}, &text); err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}

// SaveSettings replaces the org's settings.
func (tx *Tx) SaveSettings(ctx context.Context, before, after org.Settings) error {
	d, err := delta(before, after)
	if err != nil {
		return err
	}
	text, err := json.Marshal(after)
	if err != nil {
		return err
	}
	if _, err := tx.q.exec(ctx, "UPDATE org SET settings = $2 WHERE org_id = $1", tx.scope.OrgID, string(text)); err != nil {
		return err
	}
	if before.TimeZone != after.TimeZone {
		if err := tx.FollowGroups(ctx); err != nil {
			return err
		}
	}
	return tx.record(ctx, change{don.Of(don.Org, tx.scope.OrgID), opUpdated, d})
}

const memberColumns = "n, email, display_name, full_name, state, role, password, created_at, modified_at"

func scanMember(m *org.Member) []any {
	return []any{&m.N, &m.Email, &m.DisplayName, &m.FullName, (*string)(&m.State), (*string)(&m.Role), &m.Password, &m.CreatedAt, &m.ModifiedAt}
}

// Members returns the org's members in the order of their making, at most 10,000.
func (tx *Tx) Members(ctx context.Context) ([]org.Member, error) {
	return collect(ctx, tx.q, "SELECT "+memberColumns+" FROM member WHERE org_id = $1 ORDER BY n LIMIT 10000", []any{tx.scope.OrgID}, scanMember)
}

// Member returns one member or not_found.
func (tx *Tx) Member(ctx context.Context, n int64) (org.Member, error) {
	var m org.Member
	found, err := one(ctx, tx.q, "SELECT "+memberColumns+" FROM member WHERE org_id = $1 AND n = $2", []any{tx.scope.OrgID, n}, scanMember(&m)...)
	if err == nil && !found {
		err = errs.Gone(don.Of(don.Member, n).Display())
	}
	return m, err
}

// LockAdmins returns the numbers of the active admins and keeps them from
// changing until the transaction ends.
func (tx *Tx) LockAdmins(ctx context.Context) ([]int64, error) {
	return collect(ctx, tx.q, "SELECT n FROM member WHERE org_id = $1 AND state = $2 AND role = $3 ORDER BY n"+tx.q.lock(),
		[]any{tx.scope.OrgID, string(org.Active), string(org.Admin)}, func(n *int64) []any { return []any{n} })
}

// MembersByEmail returns the members with the normalised addresses given, by address.
func (tx *Tx) MembersByEmail(ctx context.Context, keys []string) (map[string]org.Member, error) {
	type row struct {
		org.Member
		key string
	}
	out := map[string]org.Member{}
	for chunk := range slices.Chunk(keys, chunkSize) {
		list, args := inList([]any{tx.scope.OrgID}, chunk)
		got, err := collect(ctx, tx.q, "SELECT "+memberColumns+", email_key FROM member WHERE org_id = $1 AND email_key IN "+list, args, func(r *row) []any {
			return append(scanMember(&r.Member), &r.key)
		})
		if err != nil {
			return nil, err
		}
		for _, r := range got {
			out[r.key] = r.Member
		}
	}
	return out, nil
}

// MembersByN returns members by number.
func (tx *Tx) MembersByN(ctx context.Context, ns []int64) (map[int64]org.Member, error) {
	out := map[int64]org.Member{}
	for chunk := range slices.Chunk(ns, chunkSize) {
		list, args := inList([]any{tx.scope.OrgID}, chunk)
		got, err := collect(ctx, tx.q, "SELECT "+memberColumns+" FROM member WHERE org_id = $1 AND n IN "+list, args, scanMember)
		if err != nil {
			return nil, err
		}
		for _, m := range got {
			out[m.N] = m
		}
	}
	return out, nil
}

// InsertMember adds a member; an address that stands already is a conflict.
func (tx *Tx) InsertMember(ctx context.Context, m org.Member, emailKey string) error {
	held, err := tx.MembersByEmail(ctx, []string{emailKey})
	if err != nil {
		return err
	}
	if h, taken := held[emailKey]; taken {
		return errs.Clash("email", "%s is already the address of %s", h.Email, h.ID().Display())
	}
	_, err = tx.q.exec(ctx, `INSERT INTO member (org_id, n, email, email_key, display_name, full_name, state, role, password, created_at, modified_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		tx.scope.OrgID, m.N, m.Email, emailKey, m.DisplayName, m.FullName, string(m.State), string(m.Role), m.Password, m.CreatedAt, m.ModifiedAt)
	if err != nil {
		return err
	}
	if err := tx.AddRoute(ctx, auth.RouteMember, emailKey); err != nil {
		return err
	}
	return tx.record(ctx, change{m.ID(), opCreated, ""})
}

// UpdateMember saves a member's name, state, role and password. The password's
// hash stays out of the history.
func (tx *Tx) UpdateMember(ctx context.Context, before, after org.Member) error {
	b, a := before, after
	b.Password, a.Password = "", ""
	d, err := delta(b, a)
	if err != nil {
		return err
	}
	_, err = tx.q.exec(ctx, "UPDATE member SET display_name = $3, full_name = $4, state = $5, role = $6, password = $7, modified_at = $8 WHERE org_id = $1 AND n = $2",
		tx.scope.OrgID, after.N, after.DisplayName, after.FullName, string(after.State), string(after.Role), after.Password, tx.now)
	if err != nil {
		return err
	}
	return tx.record(ctx, change{after.ID(), opUpdated, d})
}

// SigningKeys returns the installation's keys, the newest first.
func (d *DB) SigningKeys(ctx context.Context) ([]auth.SigningKey, error) {
	var out []auth.SigningKey
	err := d.e.read(ctx, func(q querier) (err error) {
		out, err = collect(ctx, q, "SELECT kid, sealed, created_at FROM signing_key ORDER BY created_at DESC", nil, func(k *auth.SigningKey) []any {
			return []any{&k.ID, &k.Sealed, &k.CreatedAt}
		})
		return err
	})
	return out, err
}

// DropSigningKey removes a key for good.
func (d *DB) DropSigningKey(ctx context.Context, id string) error {
	return d.e.write(ctx, func(q querier) error {
		_, err := q.exec(ctx, "DELETE FROM signing_key WHERE kid = $1", id)
		return err
	})
}

// AddSigningKey stores a key.
func (d *DB) AddSigningKey(ctx context.Context, k auth.SigningKey) error {
	return d.e.write(ctx, func(q querier) error {
		_, err := q.exec(ctx, "INSERT INTO signing_key (kid, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", k.ID, k.Sealed, k.CreatedAt)
		return err
	})
}
