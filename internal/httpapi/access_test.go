package httpapi_test

import (
	"net/http"
	"testing"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
)

// TestEveryOperationAsksTheGate calls each operation without a caller and as
// callers who may do nothing.
func TestEveryOperationAsksTheGate(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		company(t, c)
		w.actors["guest"] = as(w.actors["acme"], func(m *org.Member) { m.Role = "guest" })
		w.actors["gone"] = as(w.actors["acme"], func(m *org.Member) { m.State = org.Deactivated })
		for _, op := range w.api.Operations() {
			if op.Path == "ping" {
				continue
			}
			methods := []string{http.MethodPost}
			if op.Read {
				methods = append(methods, http.MethodGet)
			}
			for _, method := range methods {
				for _, path := range []string{"/" + op.Path, "/internal/" + op.Path} {
					c.Token = ""
					c.Play(t, apitest.Scenario{Method: method, Path: path, Status: 401, Want: `{"type":"unauthenticated","message":"<any>"}`})
					for _, token := range []string{"guest", "gone"} {
						c.Token = token
						c.Play(t, apitest.Scenario{Method: method, Path: path, Status: 403, Want: `{"type":"forbidden","message":"<any>"}`})
					}
				}
			}
		}
	})
}

func as(a auth.Actor, change func(*org.Member)) auth.Actor {
	change(&a.Member)
	return a
}
