package httpapi_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

func TestSampleData(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		k.App.StartWorkers(t.Context())
		c, _ := k.Admin(t, "acme")
		c.Run(t, []apitest.Scenario{
			done("sample-data.load", `{}`, `{"merges":12,"imports":[
				{"type":"accounts","state":"completed","progress":{"created":200,"failed":0}},{"type":"contacts","state":"completed","progress":{"created":2000,"failed":0}}]}`),
			done("rev-users.count", `{}`, `{"count":1988}`),
			done("rev-users.count", `{"filter":"tag = vip and account.tier = enterprise"}`, `{"more":false}`),
			done("merges.list", `{"limit":100}`, `{"merges":[{"state":"active"},{},{},{},{},{},{},{},{},{},{},{}]}`),
			refused("twice", "sample-data.load", `{}`, 409, `{"type":"conflict"}`),
			done("rev-users.count", `{}`, `{"count":1988}`),
		})
	})
}

// Of two requests at the same instant both may load, and nobody is there once more.
func TestSampleDataAtOnce(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		k.App.StartWorkers(t.Context())
		c, _ := k.Admin(t, "acme")
		var wg sync.WaitGroup
		statuses := make([]int, 3)
		for i := range statuses {
			wg.Go(func() { statuses[i] = c.Send(t, "", "/sample-data.load", nil, `{}`).Status })
		}
		wg.Wait()
		if !slices.Contains(statuses, 200) || slices.ContainsFunc(statuses, func(s int) bool { return s != 200 && s != 409 }) {
			t.Errorf("answers %v", statuses)
		}
		c.Run(t, []apitest.Scenario{
			done("rev-users.count", `{}`, `{"count":1988}`),
			done("accounts.count", `{}`, `{"count":200}`),
		})
	})
}
