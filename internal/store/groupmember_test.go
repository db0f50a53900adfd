package store

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/testpg"
)

// The groups that there were before are asked to be worked out.
func TestMigrationAsksForGroups(t *testing.T) {
	onEngines(t, func(t *testing.T, db *DB) {
		migrateTo(t, db, 17)
		exec(t, db, `INSERT INTO org (org_id, name, slug, public, settings, created_at) VALUES (2, 'Two', 'two', 'two', '{}', '2024-01-01T00:00:00.000000Z')`,
			`INSERT INTO counter (org_id, type, n) VALUES (2, 'group', 1)`,
			`INSERT INTO user_group (org_id, n, name, name_key, description, dynamic, of_type, filter, owner, created_at, created_by, modified_at, modified_by) VALUES
			(1, 1, 'Gold', 'gold', '', TRUE, 1, 'tag:gold', 0, '2024-01-01T00:00:00.000000Z', 'devu/1', '2024-01-01T00:00:00.000000Z', 'devu/1'),
			(1, 2, 'Crew', 'crew', '', FALSE, 5, '', 0, '2024-01-01T00:00:00.000000Z', 'devu/1', '2024-01-01T00:00:00.000000Z', 'devu/1'),
			(2, 1, 'Customers', 'customers', '', FALSE, 5, '', 0, '2024-01-01T00:00:00.000000Z', 'devu/1', '2024-01-01T00:00:00.000000Z', 'devu/1')`)
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		due, timed, err := db.GroupOrgs(t.Context())
		if !slices.Equal(due, []int64{1}) || len(timed) > 0 || err != nil {
			t.Errorf("due are %v, %v, %v", due, timed, err)
		}
		err = db.Read(t.Context(), org.Scope{OrgID: 1}, func(tx *Tx) error {
			all, err := tx.UserGroups(t.Context(), 0, 10)
			if len(all) != 2 || all[0].DueAt.IsZero() || !all[1].DueAt.IsZero() {
				t.Errorf("due are the groups %v", all)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Write(t.Context(), org.Scope{OrgID: 2}, func(tx *Tx) error {
			all, err := tx.UserGroups(t.Context(), 0, 10)
			var got []string
			for _, g := range all {
				got = append(got, fmt.Sprint(g.N, g.Name, g.Dynamic, g.Standard))
			}
			want := []string{"1Customersfalse", "2Customers 2truecustomers", "3Verified Customerstrueverified_customers", "4Customer Adminsfalsecustomer_admins"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if n, err := tx.Next(t.Context(), don.Group, 1); n != 5 || err != nil {
				t.Errorf("the next group is %d, %v", n, err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if lag, err := db.GroupLag(t.Context()); err != nil || lag != 24*time.Hour {
			t.Errorf("the lag is %v, %v", lag, err)
		}
	})
}

// What no statement that works groups out may do.
var (
	liteGroupScan = regexp.MustCompile(`(?m)^SCAN (contact|attr|m|a|x|group_todo)\b|\(org_id=\?\)$|\(org_id=\? AND field=\?\)$|AUTOMATIC`)
	pgGroupScan   = regexp.MustCompile(`Seq Scan on (contact|attr|alias)`)
)

// TestGroupPlans explains the statements that work groups out, and holds that a
// contact is looked up in a group by its number.
func TestGroupPlans(t *testing.T) {
	for engine, config := range map[string]func() Config{
		"sqlite":   func() Config { return Config{Dir: t.TempDir()} },
		"postgres": func() Config { return Config{URL: testpg.DSN(t)} },
	} {
		t.Run(engine, func(t *testing.T) {
			db, s := planDatabase(t, config())
			ctx := t.Context()
			g := &group.Group{N: 1, Name: "One", Of: don.Contact}
			var even []int64
			for n := int64(2); n <= planRows; n += 2 {
				even = append(even, n)
			}
			err := db.Write(ctx, s, func(tx *Tx) error {
				if err := tx.PutUserGroup(ctx, g); err != nil {
					return err
				}
				if err := tx.FollowGroup(ctx, 1, tx.Now()); err != nil {
					return err
				}
				if err := tx.regroup(ctx, don.Contact, recordRun{1, 9}, recordRun{20, 20}); err != nil {
					return err
				}
				return tx.PutInGroup(ctx, 1, even)
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Analyze(ctx); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
			known := map[string]bool{}
			scan := liteGroupScan
			if engine == "postgres" {
				scan = pgGroupScan
			}
			err = db.Write(ctx, s, func(tx *Tx) error {
				tx.q = explainer{tx.q, engine, known, func(sql, plan string) {
					if scan.MatchString(plan) {
						t.Errorf("reads too much:\n%s\n%s", sql, plan)
					}
				}}
				return groupStatements(ctx, t, tx, even)
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(known) < 4 {
				t.Errorf("only %d statements were explained", len(known))
			}
		})
	}
}

func groupStatements(ctx context.Context, t *testing.T, tx *Tx, even []int64) error {
	got, err := tx.GroupsOf(ctx, []int64{1, 2, 3, 4, 5}, []int64{1, 2, 3, 4})
	if diff := cmp.Diff(map[int64][]int64{2: {1}, 4: {1}}, got); diff != "" || err != nil {
		t.Errorf("%s %v", diff, err)
	}
	if _, err := tx.StaticGroupsOf(ctx, []int64{1, 2}); err != nil {
		return err
	}
	in, err := tx.InGroup(ctx, 1, 6, 2)
	if !slices.Equal(in, []int64{8, 10}) || err != nil {
		t.Errorf("in the group are %v, %v", in, err)
	}
	if n, err := tx.CountInGroup(ctx, 1, 5); n != 5 || err != nil {
		t.Errorf("counted %d, %v", n, err)
	}
	if err := tx.TakeFromGroup(ctx, 1, []int64{2, 999_999}); err != nil {
		return err
	}
	if all, err := tx.AllInGroup(ctx, 1); len(all) != len(even)-1 || err != nil {
		t.Errorf("%d are left, %v", len(all), err)
	}
	todo, err := tx.GroupTodo(ctx, 10)
	if err != nil {
		return err
	}
	want := []directory.GroupTodo{{Type: don.Contact, N: 1, NTo: 9}, {Type: don.Contact, N: 20, NTo: 20}}
	for i := range todo {
		todo[i].ID = 0
	}
	if diff := cmp.Diff(want, todo); diff != "" {
		t.Error(diff)
	}
	lag, err := tx.GroupsBehind(ctx)
	if lag == 0 {
		t.Error("nothing waits")
	}
	return err
}
