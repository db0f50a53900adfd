package store_test

import (
	"testing"

	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
)

func TestListsSQLite(t *testing.T) { storetest.RunLists(t, openSQLite) }

func TestListsPostgres(t *testing.T) { storetest.RunLists(t, openPostgres) }

// TestListPlans runs the lists' suite as if tables were so large that each plan
// must serve them.
func TestListPlans(t *testing.T) {
	for name, l := range map[string][6]int{
		"probe":  {0, 0, 1e6, 1e6, 0, 0},
		"sample": {0, 100, 4, 1e6, 0, 16},
		"sieve":  {0, 0, 4, 8, 0, 16},
		"listed": {5, 50, 4, 8, 20, 16},
		"gather": {1e6, 1e6, 4, 8, 20, 16},
	} {
		t.Run(name, func(t *testing.T) {
			t.Cleanup(store.SetPlanLimits(l[0], l[1], l[2], l[3], l[4], l[5]))
			t.Run("SQLite", func(t *testing.T) { storetest.RunListPlans(t, openSQLite) })
			t.Run("Postgres", func(t *testing.T) { storetest.RunListPlans(t, openPostgres) })
		})
	}
}
