package httpapi_test

import (
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
