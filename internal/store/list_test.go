package store_test

import (
	"testing"

	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
	"github.com/kith-id/kith/internal/testpg"
)

// TestListPlans runs the lists' suite as if tables were so large that each plan
// must serve them.
func TestListPlans(t *testing.T) {
	for name, limits := range map[string][2]int{"walks": {0, 1000}, "short walks": {0, 8}, "mixed": {20, 40}} {
		t.Run(name, func(t *testing.T) {
			t.Cleanup(store.SetPlanLimits(limits[0], limits[1]))
			t.Run("SQLite", func(t *testing.T) {
				storetest.RunLists(t, func(t *testing.T) *store.DB { return open(t, store.Config{Dir: t.TempDir()}) })
			})
			t.Run("Postgres", func(t *testing.T) {
				storetest.RunLists(t, func(t *testing.T) *store.DB { return open(t, store.Config{URL: testpg.DSN(t)}) })
			})
		})
	}
}
