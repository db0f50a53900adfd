package store

import (
	"context"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

const groupColumns = "n, name, description, dynamic, of_type, filter, owner, created_at, created_by, modified_at, modified_by"

type groupRow struct {
	group.Group
	code         int16
	checked, due *time.Time
}

func scanGroup(r *groupRow) []any {
	return []any{&r.N, &r.Name, &r.Description, &r.Dynamic, &r.code, &r.Filter, &r.Owner, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy, (*string)(&r.Standard), &r.Built, &r.checked, &r.Fault, &r.due, &r.Asked}
}

func (tx *Tx) userGroups(ctx context.Context, where string, args ...any) ([]*group.Group, error) {
	got, err := collect(ctx, tx.q, "SELECT "+groupColumns+", standard, built, checked_at, fault, due_at, asked FROM user_group WHERE org_id = $1 AND "+where, append([]any{tx.scope.OrgID}, args...), scanGroup)
	if err != nil {
		return nil, err
	}
	out := make([]*group.Group, len(got))
	for i := range got {
		g := got[i].Group
		g.Of = typeOf(got[i].code)
		if got[i].checked != nil {
			g.CheckedAt = *got[i].checked
		}
		if got[i].due != nil {
			g.DueAt = *got[i].due
		}
		out[i] = &g
	}
	return out, nil
}

// UserGroup returns one group or not_found. With lock it stays unchanged by
// others until the transaction ends.
func (tx *Tx) UserGroup(ctx context.Context, n int64, lock bool) (*group.Group, error) {
	where := "n = $2"
	if lock {
		where += tx.q.lock()
	}
	got, err := tx.userGroups(ctx, where, n)
	if err == nil && len(got) == 0 {
		err = errs.Gone(don.Of(don.Group, n).Display())
	}
	if err != nil {
		return nil, err
	}
	return got[0], nil
}

// UserGroups returns up to limit groups with numbers above after, in their order.
func (tx *Tx) UserGroups(ctx context.Context, after int64, limit int) ([]*group.Group, error) {
	return tx.userGroups(ctx, "n > $2 ORDER BY n LIMIT $3", after, limit)
}

// PutUserGroup adds a group, or replaces it by its changed form. Errors: conflict
// for a name that is taken.
func (tx *Tx) PutUserGroup(ctx context.Context, g *group.Group) error {
	key := contact.FoldName(g.Name)
	same, err := tx.userGroups(ctx, "name_key = $2", key)
	if err != nil {
		return err
	}
	if len(same) > 0 && same[0].N != g.N {
		return identity.Taken("name", g.Name, don.Of(don.Group, same[0].N), same[0].Name)
	}
	_, err = tx.q.exec(ctx, `INSERT INTO user_group (org_id, name_key, `+groupColumns+`, standard) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (org_id, n) DO UPDATE SET name_key = excluded.name_key, name = excluded.name, description = excluded.description,
			filter = excluded.filter, owner = excluded.owner, modified_at = excluded.modified_at, modified_by = excluded.modified_by`,
		tx.scope.OrgID, key, g.N, g.Name, g.Description, g.Dynamic, typeCodes[g.Of], g.Filter, g.Owner, g.CreatedAt, g.CreatedBy, g.ModifiedAt, g.ModifiedBy, string(g.Standard))
	return err
}

// addStandardGroups gives a new org the groups that every one has.
func (tx *Tx) addStandardGroups(ctx context.Context) error {
	for _, g := range group.Standards() {
		n, err := tx.Next(ctx, don.Group, 1)
		if err != nil {
			return err
		}
		g.N, g.CreatedAt, g.CreatedBy, g.ModifiedAt, g.ModifiedBy = n, tx.now, org.System.Tail(), tx.now, org.System.Tail()
		if err := tx.PutUserGroup(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

// onePerPerson takes members m of a group that exist, each with the survivor of the
// contact that was added, NULL when it was never merged. Of several that were
// merged into one contact it takes the survivor, else the first. $1 is the org, $2
// the group, $3 the type.
const onePerPerson = ` FROM (SELECT g.org_id, g.group_n, g.type, g.n, g.place_n, g.added_at, g.added_by,
		(SELECT a.survivor FROM alias a WHERE a.org_id = g.org_id AND a.type = g.type AND a.n = g.n) AS survivor
		FROM user_group_member g WHERE g.org_id = $1 AND g.group_n = $2 AND g.type = $3) m
	WHERE (m.type <> 1 OR EXISTS (SELECT 1 FROM contact c WHERE c.org_id = m.org_id AND c.n = COALESCE(m.survivor, m.n)))
	AND (m.survivor IS NULL OR m.survivor = m.n
		OR NOT EXISTS (SELECT 1 FROM user_group_member s WHERE s.org_id = m.org_id AND s.group_n = m.group_n AND s.type = m.type AND s.n = m.survivor)
		AND NOT EXISTS (SELECT 1 FROM alias b JOIN user_group_member s ON s.org_id = b.org_id AND s.group_n = m.group_n AND s.type = b.type AND s.n = b.n
			WHERE b.org_id = m.org_id AND b.type = m.type AND b.survivor = m.survivor AND b.n < m.n))`

// GroupMembers returns up to limit members of a static group that were added
// under numbers above after, in the order of these.
func (tx *Tx) GroupMembers(ctx context.Context, g *group.Group, after int64, limit int) ([]group.Member, error) {
	return collect(ctx, tx.q, "SELECT m.n, COALESCE(m.survivor, m.n), m.place_n, m.added_at, m.added_by"+onePerPerson+" AND m.n > $4 ORDER BY m.n LIMIT $5",
		[]any{tx.scope.OrgID, g.N, typeCodes[g.Of], after, limit},
		func(m *group.Member) []any { return []any{&m.N, &m.Now, &m.Place, &m.AddedAt, &m.AddedBy} })
}

// CountGroupMembers returns how many members GroupMembers has, at most limit.
func (tx *Tx) CountGroupMembers(ctx context.Context, g *group.Group, limit int) (int, error) {
	var n int
	_, err := one(ctx, tx.q, "SELECT COUNT(*) FROM (SELECT m.n"+onePerPerson+" LIMIT $4) counted", []any{tx.scope.OrgID, g.N, typeCodes[g.Of], limit}, &n)
	return n, err
}

// samePerson takes the rows of a member, also of those merged into it. $4 is its number.
const samePerson = "group_n = $2 AND type = $3 AND (n = $4 OR n IN (SELECT n FROM alias WHERE org_id = $1 AND type = $3 AND survivor = $4))"

// AddGroupMember adds somebody to a static group, or gives who is in it another
// workspace. It reports whether anything changed.
func (tx *Tx) AddGroupMember(ctx context.Context, g *group.Group, m group.Member) (bool, error) {
	var n, place int64
	there, err := one(ctx, tx.q, "SELECT n, place_n FROM user_group_member WHERE org_id = $1 AND "+samePerson+" ORDER BY n LIMIT 1",
		[]any{tx.scope.OrgID, g.N, typeCodes[g.Of], m.N}, &n, &place)
	switch {
	case err != nil:
	case !there:
		_, err = tx.q.exec(ctx, "INSERT INTO user_group_member (org_id, group_n, type, n, place_n, added_at, added_by) VALUES ($1, $2, $3, $4, $5, $6, $7)",
			tx.scope.OrgID, g.N, typeCodes[g.Of], m.N, m.Place, m.AddedAt, m.AddedBy)
	case m.Place == 0 || m.Place == place:
		return false, nil
	default:
		_, err = tx.q.exec(ctx, "UPDATE user_group_member SET place_n = $5 WHERE org_id = $1 AND "+samePerson, tx.scope.OrgID, g.N, typeCodes[g.Of], m.N, m.Place)
	}
	if err != nil || g.Of != don.Contact {
		return err == nil, err
	}
	if err := tx.PutInGroup(ctx, g.N, []int64{m.N}); err != nil {
		return false, err
	}
	return true, tx.regroup(ctx, don.Contact, recordRun{m.N, m.N}) // lest what was worked out before takes it back
}

// RemoveGroupMember takes a member out of a static group, with all that was
// merged into it, and reports whether it was in.
func (tx *Tx) RemoveGroupMember(ctx context.Context, g *group.Group, n int64) (bool, error) {
	gone, err := tx.q.exec(ctx, "DELETE FROM user_group_member WHERE org_id = $1 AND "+samePerson, tx.scope.OrgID, g.N, typeCodes[g.Of], n)
	if err != nil || gone == 0 || g.Of != don.Contact {
		return gone > 0, err
	}
	if err := tx.TakeFromGroup(ctx, g.N, []int64{n}); err != nil {
		return false, err
	}
	return true, tx.regroup(ctx, don.Contact, recordRun{n, n})
}
