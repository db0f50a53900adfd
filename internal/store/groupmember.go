package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/org"
)

// contactGroup is the field of the inverted index that has the groups of contacts.
const contactGroup = "c.group"

// regroup leaves word that groups are to be worked out for records that changed.
// Only orgs with groups of contacts are told.
func (tx *Tx) regroup(ctx context.Context, t don.Type, runs ...recordRun) error {
	if len(runs) == 0 {
		return nil
	}
	if len(runs) == 1 {
		return tx.q.send(ctx, `INSERT INTO group_todo (org_id, id, type, n, n_to) SELECT k.org_id, $2, $3, $4, $5 FROM group_keeper k WHERE k.org_id = $1
			ON CONFLICT (org_id, id, type, n) DO NOTHING`, tx.scope.OrgID, nextID(tx.now), typeCodes[t], runs[0].n, runs[0].to)
	}
	var kept int64
	if found, err := one(ctx, tx.q, "SELECT org_id FROM group_keeper WHERE org_id = $1", []any{tx.scope.OrgID}, &kept); err != nil || !found {
		return err
	}
	return tx.addTodo(ctx, groupTodoTable, t, runs)
}

// regroupSurvivor leaves the same word for what stands for a record that is about to
// be another's part or its own: who belongs to the others of it may change, too.
func (tx *Tx) regroupSurvivor(ctx context.Context, t don.Type, n int64) error {
	return tx.q.send(ctx, `INSERT INTO group_todo (org_id, id, type, n, n_to) SELECT k.org_id, $2, $3, a.survivor, a.survivor
		FROM group_keeper k JOIN alias a ON a.org_id = k.org_id AND a.type = $3 AND a.n = $4 WHERE k.org_id = $1
		ON CONFLICT (org_id, id, type, n) DO NOTHING`, tx.scope.OrgID, nextID(tx.now), typeCodes[t], n)
}

// sooner asks for groups to be worked out whole at $2, unless they are to be before.
const sooner = "UPDATE user_group SET asked = asked + 1, due_at = CASE WHEN due_at <= $2 THEN due_at ELSE $2 END WHERE org_id = $1 AND "

// FollowGroup asks for a group of contacts to be worked out whole at a time, and
// makes the org one that has such groups.
func (tx *Tx) FollowGroup(ctx context.Context, n int64, at time.Time) error {
	err := tx.q.send(ctx, `INSERT INTO group_keeper (org_id, lease, lease_until, timed, timed_at) VALUES ($1, '', $2, FALSE, $2) ON CONFLICT (org_id) DO NOTHING`,
		tx.scope.OrgID, tx.now)
	if err != nil {
		return err
	}
	return tx.q.send(ctx, sooner+"n = $3", tx.scope.OrgID, at, n)
}

// FollowGroups asks for all dynamic groups that are followed to be worked out whole.
func (tx *Tx) FollowGroups(ctx context.Context) error {
	return tx.q.send(ctx, sooner+"dynamic = TRUE AND due_at IS NOT NULL", tx.scope.OrgID, tx.now)
}

// GroupDone notes that a group was worked out whole for those who had asked by
// then, or why it cannot be. It is to be again at next, and if somebody has asked
// meanwhile as soon as at soon.
func (tx *Tx) GroupDone(ctx context.Context, g *group.Group, fault string, next, soon time.Time) error {
	worked := g.Built || fault == ""
	err := tx.q.send(ctx, "UPDATE user_group SET fault = $3, built = $4, checked_at = $5, due_at = $6 WHERE org_id = $1 AND n = $2",
		tx.scope.OrgID, g.N, fault, worked, tx.now, soon)
	if err != nil {
		return err
	}
	return tx.q.send(ctx, "UPDATE user_group SET due_at = $4 WHERE org_id = $1 AND n = $2 AND asked = $3", tx.scope.OrgID, g.N, g.Asked, next)
}

// laterID is the first id of a moment.
func laterID(at time.Time) int64 { return at.Sub(epoch).Microseconds() << 11 }

type groupTodoRow struct {
	directory.GroupTodo
	code int16
}

// GroupTodo returns up to limit of what groups are to be worked out for by now,
// that which waits longest first.
func (tx *Tx) GroupTodo(ctx context.Context, limit int) ([]directory.GroupTodo, error) {
	got, err := collect(ctx, tx.q, "SELECT id, type, n, n_to FROM group_todo WHERE org_id = $1 AND id < $2 ORDER BY id LIMIT $3",
		[]any{tx.scope.OrgID, laterID(tx.now), limit}, func(r *groupTodoRow) []any { return []any{&r.ID, &r.code, &r.N, &r.NTo} })
	out := make([]directory.GroupTodo, len(got))
	for i, r := range got {
		r.Type = typeOf(r.code)
		out[i] = r.GroupTodo
	}
	return out, err
}

// DropGroupTodo takes off what groups were worked out for.
func (tx *Tx) DropGroupTodo(ctx context.Context, todo []directory.GroupTodo) error {
	for _, t := range todo {
		err := tx.q.send(ctx, "DELETE FROM group_todo WHERE org_id = $1 AND id = $2 AND type = $3 AND n = $4", tx.scope.OrgID, t.ID, typeCodes[t.Type], t.N)
		if err != nil {
			return err
		}
	}
	return nil
}

// GroupsBehind returns for how long what groups wait for has waited, 0 when nothing
// waits.
func (tx *Tx) GroupsBehind(ctx context.Context) (lag time.Duration, err error) {
	var id int64
	found, err := one(ctx, tx.q, "SELECT id FROM group_todo WHERE org_id = $1 AND id < $2 ORDER BY id LIMIT 1", []any{tx.scope.OrgID, laterID(tx.now)}, &id)
	if err != nil {
		return 0, err
	}
	if found {
		lag = age(tx.now, id)
	}
	var due time.Time
	found, err = one(ctx, tx.q, "SELECT due_at FROM user_group WHERE org_id = $1 AND due_at < $2 ORDER BY due_at LIMIT 1", []any{tx.scope.OrgID, tx.now}, &due)
	if found {
		lag = max(lag, age(tx.now, laterID(due)))
	}
	return lag, err
}

// GroupOrgs returns the orgs in which something is to be done for groups: those
// with changes or a group that is due, and those with conditions that move with the
// clock.
func (d *DB) GroupOrgs(ctx context.Context) (due, timed []int64, err error) {
	err = d.e.read(ctx, func(q querier) error {
		now := d.now().UTC()
		due, err = collect(ctx, q, `SELECT k.org_id FROM group_keeper k WHERE EXISTS (SELECT 1 FROM group_todo t WHERE t.org_id = k.org_id AND t.id < $1)
			OR EXISTS (SELECT 1 FROM user_group g WHERE g.org_id = k.org_id AND g.due_at < $2) ORDER BY k.org_id`,
			[]any{laterID(now), now}, func(n *int64) []any { return []any{n} })
		if err != nil {
			return err
		}
		timed, err = collect(ctx, q, "SELECT org_id FROM group_keeper WHERE timed = TRUE ORDER BY org_id", nil, func(n *int64) []any { return []any{n} })
		return err
	})
	return due, timed, err
}

// GroupLag returns for how long what waits longest in any org has waited for groups
// to be worked out, 0 when nothing waits.
func (d *DB) GroupLag(ctx context.Context) (lag time.Duration, err error) {
	due, _, err := d.GroupOrgs(ctx)
	for _, id := range due {
		err := d.Read(ctx, org.Scope{OrgID: id}, func(tx *Tx) error {
			behind, err := tx.GroupsBehind(ctx)
			lag = max(lag, behind)
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return lag, err
}

// LeaseGroups makes name the one who works the org's groups out until a time. It
// reports false when another one does.
func (tx *Tx) LeaseGroups(ctx context.Context, name string, until time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, "UPDATE group_keeper SET lease = $2, lease_until = $3 WHERE org_id = $1 AND (lease = $2 OR lease_until < $4)",
		tx.scope.OrgID, name, until, tx.now)
	return n > 0, err
}

// GroupClock returns until when conditions that move with the clock were followed.
func (tx *Tx) GroupClock(ctx context.Context) (at time.Time, err error) {
	_, err = one(ctx, tx.q, "SELECT timed_at FROM group_keeper WHERE org_id = $1", []any{tx.scope.OrgID}, &at)
	return at, err
}

// SetGroupClock notes until when conditions that move with the clock were followed,
// and whether there are any.
func (tx *Tx) SetGroupClock(ctx context.Context, at time.Time, timed bool) error {
	return tx.q.send(ctx, "UPDATE group_keeper SET timed = $2, timed_at = $3 WHERE org_id = $1", tx.scope.OrgID, timed, at)
}

// FaultGroup notes why a group cannot be worked out.
func (tx *Tx) FaultGroup(ctx context.Context, n int64, fault string) error {
	return tx.q.send(ctx, "UPDATE user_group SET fault = $3 WHERE org_id = $1 AND n = $2", tx.scope.OrgID, n, fault)
}

// MatchingNumbers returns the numbers of the records of a type that meet a filter
// which indexes serve, in rising order. Some may be of records that do not exist.
func (tx *Tx) MatchingNumbers(ctx context.Context, t don.Type, served filter.Bound) ([]int64, error) {
	if err := tx.q.choosy(ctx); err != nil {
		return nil, err
	}
	p := plan{tx: tx, l: listings[t], conds: whereConds(listings[t], served)}
	if len(p.conds) == 0 {
		p.conds = []cond{liveCond(p.l.table)}
	}
	set, err := p.all(ctx)
	if err != nil || set == nil {
		return nil, err
	}
	ns := set.numbers()
	slices.Sort(ns)
	return ns, nil
}

// InGroup returns up to limit members of a group with numbers above after, in
// their order, as the groups were worked out last.
func (tx *Tx) InGroup(ctx context.Context, n, after int64, limit int) ([]int64, error) {
	return tx.indexed(ctx, contactGroup, strconv.FormatInt(n, 10), after, limit)
}

// AllInGroup returns all members of a group in the order of their numbers.
func (tx *Tx) AllInGroup(ctx context.Context, n int64) ([]int64, error) {
	return tx.q.numbers(ctx, "SELECT n FROM attr WHERE org_id = $1 AND field = '"+contactGroup+"' AND value = $2 ORDER BY n", tx.scope.OrgID, strconv.FormatInt(n, 10))
}

// CountInGroup returns how many members a group has, at most limit.
func (tx *Tx) CountInGroup(ctx context.Context, n int64, limit int) (count int, err error) {
	_, err = one(ctx, tx.q, "SELECT COUNT(*) FROM (SELECT n FROM attr WHERE org_id = $1 AND field = '"+contactGroup+"' AND value = $2 LIMIT $3) counted",
		[]any{tx.scope.OrgID, strconv.FormatInt(n, 10), limit}, &count)
	return count, err
}

// How many contacts and groups are looked up in one statement.
const (
	askedContacts = 256
	askedGroups   = 16
)

// GroupsOf returns which of some groups each of some contacts is in, as the groups
// were worked out last.
func (tx *Tx) GroupsOf(ctx context.Context, groups, ns []int64) (map[int64][]int64, error) {
	out := map[int64][]int64{}
	for of := range slices.Chunk(groups, askedGroups) {
		for chunk := range slices.Chunk(ns, askedContacts) {
			if err := tx.groupsOf(ctx, evened(of), chunk, out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// groupsOf looks each contact up in each group: of lists of both an engine may read
// whole groups instead.
func (tx *Tx) groupsOf(ctx context.Context, groups, ns []int64, out map[int64][]int64) error {
	args := []any{tx.scope.OrgID}
	var rows, columns []string
	for _, n := range evened(ns) {
		args = append(args, n)
		rows = append(rows, "(CAST($"+itoa(len(args))+" AS BIGINT))")
	}
	for _, g := range groups {
		args = append(args, strconv.FormatInt(g, 10))
		columns = append(columns, ", COALESCE((SELECT x.n FROM attr x WHERE x.org_id = $1 AND x.field = '"+contactGroup+"' AND x.value = $"+itoa(len(args))+" AND x.n = d.dn), 0)")
	}
	rs, err := tx.q.query(ctx, "WITH d(dn) AS (VALUES "+strings.Join(rows, ", ")+") SELECT d.dn"+strings.Join(columns, "")+" FROM d", args...)
	if err != nil {
		return err
	}
	defer rs.Close()
	var n int64
	in := make([]int64, len(groups))
	dest := []any{&n}
	for i := range in {
		dest = append(dest, &in[i])
	}
	for rs.Next() {
		if err := rs.Scan(dest...); err != nil {
			return err
		}
		for i, g := range groups {
			if in[i] != 0 && !slices.Contains(out[n], g) {
				out[n] = append(out[n], g)
			}
		}
	}
	return rs.Err()
}

// StaticGroupsOf returns in which static groups each of some contacts is, by
// itself or by one that was merged into it.
func (tx *Tx) StaticGroupsOf(ctx context.Context, ns []int64) (map[int64][]int64, error) {
	out := map[int64][]int64{}
	type pair struct{ group, n int64 }
	for chunk := range slices.Chunk(ns, chunkSize) {
		list, args := inList([]any{tx.scope.OrgID}, evened(chunk))
		for _, sql := range []string{
			"SELECT m.group_n, m.n FROM user_group_member m WHERE m.org_id = $1 AND m.type = 1 AND m.n IN " + list,
			"SELECT m.group_n, a.survivor FROM alias a JOIN user_group_member m ON m.org_id = a.org_id AND m.type = 1 AND m.n = a.n WHERE a.org_id = $1 AND a.type = 1 AND a.survivor IN " + list,
		} {
			got, err := collect(ctx, tx.q, sql, args, func(p *pair) []any { return []any{&p.group, &p.n} })
			if err != nil {
				return nil, err
			}
			for _, p := range got {
				if !slices.Contains(out[p.n], p.group) {
					out[p.n] = append(out[p.n], p.group)
				}
			}
		}
	}
	return out, nil
}

// PutInGroup and TakeFromGroup change which contacts are told to be in a group.
func (tx *Tx) PutInGroup(ctx context.Context, n int64, contacts []int64) error {
	entries := make([]attrEntry, len(contacts))
	for i, c := range contacts {
		entries[i] = attrEntry{attr{contactGroup, strconv.FormatInt(n, 10)}, c}
	}
	return tx.addAttrs(ctx, entries)
}

// TakeFromGroup see PutInGroup.
func (tx *Tx) TakeFromGroup(ctx context.Context, n int64, contacts []int64) error {
	contacts = slices.Sorted(slices.Values(contacts))
	for chunk := range slices.Chunk(contacts, chunkSize) {
		// The bounds keep PostgreSQL from reading the whole group, which it takes for
		// small as long as it has not counted it.
		list, args := inList([]any{tx.scope.OrgID, strconv.FormatInt(n, 10), chunk[0], chunk[len(chunk)-1]}, evened(chunk))
		if err := tx.q.send(ctx, "DELETE FROM attr WHERE org_id = $1 AND field = '"+contactGroup+"' AND value = $2 AND n BETWEEN $3 AND $4 AND n IN "+list, args...); err != nil {
			return err
		}
	}
	return nil
}
