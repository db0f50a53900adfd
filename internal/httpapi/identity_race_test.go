package httpapi_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// TestMixedChannelsMeet lets sign-ins, the API, imports and visitors speak of the
// same people at the same time: in the end there are as many contacts as people.
func TestMixedChannelsMeet(t *testing.T) {
	const people, seed = 40, 7
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		k.App.StartWorkers(t.Context())
		secrets := make([]string, people)
		for i := range secrets {
			if i%4 == 0 {
				_, secrets[i] = s.visit(t, fmt.Sprint("p-", i), "", "")
			}
		}
		ways := []func(i int) apitest.Response{
			func(i int) apitest.Response {
				return s.aat.Send(t, "", "/auth-tokens.create", nil, fmt.Sprintf(`{"visitor_secret":"%[2]s","rev_info":{"user_ref":"p-%[1]d","user_traits":{"email":"P%[1]d@x.example"}}}`, i, secrets[i]))
			},
			func(i int) apitest.Response {
				return s.admin.Send(t, "", "/rev-users.create", nil, fmt.Sprintf(`{"external_ref":"p-%[1]d","email":"p%[1]d@x.example"}`, i))
			},
			func(i int) apitest.Response {
				return s.admin.Send(t, "", "/rev-users.upsert", nil, fmt.Sprintf(`{"external_ref":"p-%[1]d","email":"p%[1]d@X.example","full_name":"Person %[1]d","idempotency_key":"k%[1]d"}`, i))
			},
		}
		var rows strings.Builder
		rows.WriteString("external_ref,display_name,email\n")
		for i := range people {
			fmt.Fprintf(&rows, "p-%[1]d,Person %[1]d,p%[1]d@x.example\n", i)
		}
		rng := rand.New(rand.NewPCG(seed, seed))
		var wg sync.WaitGroup
		var imports []string
		for round := range 2 {
			wg.Go(func() {
				for range 2 {
					imports = append(imports, importing(t, s.admin, "contacts", `{"update":true}`, rows.String()))
				}
			})
			for _, way := range ways {
				order := rng.Perm(people)
				wg.Go(func() {
					for _, i := range order {
						res := way(i)
						if conflict := res.Status == 409 && strings.Contains(string(res.Body), "already in use"); res.Status >= 300 && !conflict {
							t.Errorf("round %d, person %d: %d %s", round, i, res.Status, clipped(res.Body))
						}
					}
				})
			}
			wg.Wait()
			for _, id := range imports {
				follow(t, s.admin, id)
			}
		}
		var out struct {
			Users []struct {
				ID   string   `json:"display_id"`
				Refs []string `json:"external_refs"`
			} `json:"rev_users"`
		}
		s.admin.Post(t, "rev-users.list", `{"limit":100}`, 200).Decode(t, &out)
		if len(out.Users) != people {
			t.Errorf("%d contacts for %d people: %v", len(out.Users), people, out.Users)
		}
		for i := range people {
			ref := s.admin.Post(t, "rev-users.list", fmt.Sprintf(`{"external_ref":["p-%d"]}`, i), 200)
			mail := s.admin.Post(t, "rev-users.list", fmt.Sprintf(`{"email":["p%d@x.example"]}`, i), 200)
			if a, b := ref.Text(t, "rev_users.0.display_id"), mail.Text(t, "rev_users.0.display_id"); a != b {
				t.Errorf("person %d is %s by reference and %s by address", i, a, b)
			}
		}
		res := s.admin.Post(t, "merges.list", `{"limit":100}`, 200)
		if got := strings.Count(string(res.Body), `"visitor_return"`); got != people/4 {
			t.Errorf("%d visitors came along, want %d", got, people/4)
		}
	})
}

// TestTokensRaceMerge obtains tokens for a contact while it is merged away: none
// of them is worth anything, not even when the merge is undone.
func TestTokensRaceMerge(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ann := s.person(t, `"display_name":"Ann"`)
		for i := range 10 {
			ref := fmt.Sprintf(`{"user_ref":"bob-%d"}`, i)
			bob := who(t, s.signIn(t, ref))
			once := loose(k, issue(t, s.aat, `{"requested_token_type":"`+onetime+`","rev_info":`+ref+`}`))
			answers := make([]apitest.Response, 2)
			var wg sync.WaitGroup
			wg.Go(func() { answers[0] = once.Send(t, "", "/auth-tokens.create", nil, `{}`) })
			wg.Go(func() { answers[1] = s.aat.Send(t, "", "/auth-tokens.create", nil, `{"act_as":"`+bob+`"}`) })
			wg.Go(func() {
				s.admin.Post(t, "rev-users.merge", `{"primary_user":"`+ann+`","secondary_user":"`+bob+`"}`, 200)
			})
			wg.Wait()
			s.admin.Post(t, "merges.undo", `{"id":"`+s.wantMerge(t, "member", ann, bob)+`"}`, 200)
			for _, a := range answers {
				if a.Status == 201 {
					wantRevoked(t, loose(k, a.Text(t, "access_token")))
				}
			}
		}
	})
}
