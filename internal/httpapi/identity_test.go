package httpapi_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

func TestUpsert(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		up := func(body string, status int, want string) apitest.Response {
			t.Helper()
			s.admin.Play(t, apitest.Scenario{Path: "/rev-users.upsert", Body: body, Status: status, Want: want})
			return apitest.Response{}
		}
		up(`{"external_ref":"a","email":"A@x.example","display_name":"Ann"}`, 200, `{"created":true,"candidates":[],"rev_user":{"display_id":"REVU-1","email":"A@x.example"}}`)
		up(`{"external_ref":"a","email":"a2@x.example","display_name":"Anna"}`, 200,
			`{"created":false,"matched_by":{"rule":"external_ref","by":{"kind":"external_ref","value":"a"}},"rev_user":{"display_id":"REVU-1","display_name":"Anna","email":"A@x.example"}}`)
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.list", Body: `{"email":["a2@x.example"]}`, Status: 200, Want: `{"rev_users":[{"display_id":"REVU-1"}]}`})
		up(`{"email":"a@X.example","full_name":"Ann Example"}`, 200, `{"created":false,"matched_by":{"rule":"email"},"rev_user":{"display_id":"REVU-1","display_name":"Anna","full_name":"Ann Example"}}`)
		up(`{"phone_numbers":["+14155550100"],"email":"b@x.example"}`, 200, `{"created":true,"rev_user":{"display_id":"REVU-2"}}`)
		up(`{"phone_numbers":["+1 415 555 0100"],"display_name":"Bo"}`, 200, `{"created":false,"matched_by":{"rule":"phone"},"rev_user":{"display_id":"REVU-2","display_name":"Bo"}}`)
		// What another has stays there, and is told.
		up(`{"external_ref":"a","email":"b@x.example"}`, 200, `{"created":false,"candidates":[{"rule":"held","by":{"kind":"email","value":"b@x.example"},"rev_user":{"display_id":"REVU-2"}}],"rev_user":{"display_id":"REVU-1"}}`)
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.list", Body: `{"email":["b@x.example"]}`, Status: 200, Want: `{"rev_users":[{"display_id":"REVU-2"}]}`})
		s.harmed(t, func() {
			up(`{"display_name":"Nobody"}`, 400, `{"type":"missing_required_field","field_name":"external_ref"}`)
			up(`{"email":"x"}`, 400, `{"field_name":"email"}`)
			up(`{"external_ref":"n","rev_org":"REV-99"}`, 404, `{"type":"not_found"}`)
			up(`{"external_ref":"n","idempotency_key":"`+strings.Repeat("k", 256)+`"}`, 400, `{"field_name":"idempotency_key"}`)
		})
		// An entered word takes no proof away.
		signed := who(t, s.signIn(t, `{"user_ref":"signed","user_traits":{"email":"signed@x.example"}}`))
		up(`{"external_ref":"signed","email":"signed@x.example"}`, 200, `{"rev_user":{"display_id":"`+signed+`"}}`)
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.identifiers.list", Body: `{"id":"` + signed + `"}`, Status: 200, Want: `{"identifiers":[{"proof":"signed"},{"proof":"signed"}]}`})
	})
}

// TestIdempotencyKeys repeats requests.
func TestIdempotencyKeys(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		body := `{"external_ref":"a","display_name":"Ann","idempotency_key":"k-1"}`
		first := string(s.admin.Post(t, "rev-users.upsert", body, 200).Body)
		s.admin.Post(t, "rev-users.update", `{"id":"REVU-1","display_name":"Changed"}`, 200)
		s.harmed(t, func() {
			if again := string(s.admin.Post(t, "rev-users.upsert", body, 200).Body); again != first {
				t.Errorf("the same request gets %s, then %s", first, again)
			}
			s.admin.Play(t, apitest.Scenario{Path: "/rev-users.upsert", Body: `{"external_ref":"b","idempotency_key":"k-1"}`, Status: 409, Want: `{"type":"conflict","field_name":"idempotency_key"}`})
		})
		// A request that failed may be repeated.
		s.admin.Post(t, "rev-users.upsert", `{"external_ref":"n","rev_org":"REV-99","idempotency_key":"k-2"}`, 404)
		s.admin.Post(t, "rev-users.upsert", `{"external_ref":"n","idempotency_key":"k-2"}`, 200)
		// Keys are each caller's own.
		other := newShop(t, k, "Other")
		other.admin.Play(t, apitest.Scenario{Path: "/rev-users.upsert", Body: `{"external_ref":"z","idempotency_key":"k-1"}`, Status: 200, Want: `{"created":true}`})

		var wg sync.WaitGroup
		answers := make([]string, 8)
		for i := range answers {
			wg.Go(func() {
				answers[i] = string(s.admin.Post(t, "rev-users.upsert", `{"display_name":"Once","phone_numbers":["+14155550111"],"email":"once@x.example","idempotency_key":"k-3"}`, 200).Body)
			})
		}
		wg.Wait()
		for _, a := range answers {
			if a != answers[0] || !strings.Contains(a, `"created":true`) {
				t.Errorf("one request gets %s and %s", answers[0], a)
			}
		}
	})
}

// TestDryRun compares what the debugger says with what then happens.
func TestDryRun(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ann := s.person(t, `"external_ref":"ann","display_name":"Ann"`)
		bo := s.person(t, `"email":"bo@x.example","display_name":"Bo"`, "email bo@x.example")
		cy := s.person(t, `"email":"cy@x.example","external_ref":"cy"`)
		try := func(body, want string) {
			t.Helper()
			s.harmed(t, func() {
				s.admin.Play(t, apitest.Scenario{Path: "/identities.resolve", Body: body, Status: 200, Want: want})
			})
		}
		try(`{"observation":{"emails":["NEW@x.example"]}}`, `{"decision":"created","identifiers":[{"kind":"email","value":"new@x.example","given":"NEW@x.example","proof":"entered"}],
			"rules":[{"rule":"external_ref","result":"no_identifier"},{"rule":"email","value":"new@x.example","result":"unknown"},{"rule":"phone","result":"no_identifier"}]}`)
		try(`{"observation":{"external_refs":["ann"],"emails":["cy@x.example"],"full_name":"Ann Example"}}`, `{"decision":"matched","matched_by":{"rule":"external_ref"},"rev_user":{"display_id":"`+ann+`"},
			"rules":[{"rule":"external_ref","result":"matched","holders":[{"display_id":"`+ann+`"}]},{"rule":"email","result":"decided_before","holders":[{"display_id":"`+cy+`"}]},{}],
			"candidates":[{"rule":"held","rev_user":{"display_id":"`+cy+`"}}],"changes":[{"field":"full_name","from":"","to":"Ann Example"}],"attaches":[]}`)
		try(`{"observation":{"channel":"visitor","external_refs":["ann"]}}`, `{"decision":"created","rules":[],"identifiers":[{"proof":"claimed"}],"candidates":[]}`)
		try(`{"observation":{"channel":"email","emails":["bo@x.example"],"external_refs":["ann"]}}`, `{"decision":"matched","matched_by":{"rule":"email"},"rev_user":{"display_id":"`+bo+`"}}`)
		try(`{"rev_info":{"user_ref":"ann","user_traits":{"email":"bo@x.example"},"account_ref":"acme"}}`, `{"decision":"matched","rev_user":{"display_id":"`+ann+`","email":"bo@x.example"},
			"merges":[{"rule":"signed_link","evidence":[{"kind":"email","value":"bo@x.example"}],"secondary":{"display_id":"`+bo+`"}}]}`)
		try(`{"rev_info":{"user_ref":"new","user_traits":{"email":"bo@x.example"}}}`, `{"decision":"matched","matched_by":{"rule":"email"},"rev_user":{"display_id":"`+bo+`"},"attaches":[{"kind":"external_ref","proof":"signed"},{"kind":"email","proof":"signed"}]}`)
		for _, bad := range []string{`{}`, `{"token":"x","observation":{}}`, `{"observation":{"emails":["x"]}}`, `{"observation":{},"visitor_secret":"x"}`, `{"observation":{"channel":"pigeon"}}`} {
			s.admin.Play(t, apitest.Scenario{Path: "/identities.resolve", Body: bad, Status: 400})
		}
		// It was the truth.
		if got := who(t, s.signIn(t, `{"user_ref":"ann","user_traits":{"email":"bo@x.example"},"account_ref":"acme"}`)); got != ann {
			t.Errorf("signed in as %s", got)
		}
		s.wantMerge(t, "signed_link", ann, bo)
	})
}

// TestWhatTokensProve pastes tokens into the debugger.
func TestWhatTokensProve(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s, other := newShop(t, k, "Acme"), newShop(t, k, "Other")
		signed := s.signIn(t, `{"user_ref":"ann","user_traits":{"display_name":"Ann"}}`)
		claimed, _ := s.visit(t, "ann", "", "")
		once := issue(t, s.aat, `{"requested_token_type":"`+onetime+`","rev_info":{"user_ref":"ann"}}`)
		ended := s.signIn(t, `{"user_ref":"ann"}`)
		ended.Post(t, "auth-tokens.delete", `{}`, 200)
		theirs := other.signIn(t, `{"user_ref":"secret"}`)
		gone := other.signIn(t, `{"user_ref":"secret"}`)
		gone.Post(t, "auth-tokens.delete", `{}`, 200)
		prove := func(token string) apitest.Response {
			t.Helper()
			return s.admin.Post(t, "identities.resolve", `{"token":"`+token+`"}`, 200)
		}
		for _, c := range []struct{ name, token, want string }{
			{"signed", signed.Token, `{"valid":true,"proof":"signed","subject":{"display_id":"` + who(t, signed) + `","display_name":"Ann"}}`},
			{"claimed", claimed.Token, `{"valid":true,"proof":"claimed","subject":{"display_id":"` + who(t, claimed) + `"}}`},
			{"one-time", once, `{"valid":true,"proof":"signed"}`},
			{"application's", s.aat.Token, `{"valid":true,"subject":{"type":"service_account"}}`},
			{"member's", s.admin.Token, `{"valid":true,"subject":{"type":"dev_user"}}`},
			{"revoked", ended.Token, `{"valid":false}`},
		} {
			s.admin.Play(t, apitest.Scenario{Name: c.name, Path: "/identities.resolve", Body: `{"token":"` + c.token + `"}`, Status: 200, Want: `{"decision":"none","token":` + c.want + `}`})
		}
		// It was not used up.
		issue(t, loose(k, once), `{}`)
		nobodys := prove("x.y.z").Text(t, "token.reason")
		for _, token := range []string{theirs.Token, gone.Token, other.admin.Token, other.aat.Token, other.public.Token, symmetric(t)} {
			res := prove(token)
			if got := res.Text(t, "token.reason"); got != nobodys || strings.Contains(string(res.Body), `"subject"`) {
				t.Errorf("another org's token: %s", res.Body)
			}
		}
	})
}

func TestExplain(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ann := s.person(t, `"external_ref":"ann","display_name":"Ann"`)
		bo := s.person(t, `"email":"bo@x.example","display_name":"Bo"`, "email bo@x.example")
		s.signIn(t, `{"user_ref":"ann","user_traits":{"email":"bo@x.example"}}`)
		cy := s.person(t, `"display_name":"Cy"`)
		s.admin.Post(t, "rev-users.merge", `{"primary_user":"`+ann+`","secondary_user":"`+cy+`"}`, 200)
		s.admin.Play(t, apitest.Scenario{Path: "/identities.explain", Body: `{"id":"` + ann + `"}`, Status: 200, Want: fmt.Sprintf(`{
			"rev_user":{"display_id":"%[1]s"},"identifiers":[{"kind":"email","proof":"attested"},{"kind":"external_ref","proof":"signed","source":"api"}],
			"parts":[{"rev_user":{"display_id":"%[1]s"},"identifiers":[{"kind":"external_ref"}]},
				{"rev_user":{"display_id":"%[2]s","display_name":"Bo"},"into":{"display_id":"%[1]s"},"merge":"MERGE-1"},{"rev_user":{"display_id":"%[3]s","display_name":"Cy"},"merge":"MERGE-2"}],
			"merges":[{"display_id":"MERGE-1","rule":"signed_link","evidence":[{"kind":"email","value":"bo@x.example"}]},{"display_id":"MERGE-2","rule":"member"}],
			"pieces":[{"merge":"MERGE-1","parts":[{"display_id":"%[2]s"}]},{"merge":"MERGE-2","parts":[{"display_id":"%[3]s"}]},
				{"identifier":{"kind":"external_ref"},"baseless_merges":[],"unverified":false},{"identifier":{"kind":"email"},"baseless_merges":["MERGE-1"],"unfindable":false}]}`, ann, bo, cy)})
		s.admin.Play(t, apitest.Scenario{Path: "/identities.explain", Body: `{"id":"` + bo + `"}`, Status: 400, Want: `{"type":"bad_request"}`})
		alone := s.person(t, `"email":"alone@x.example"`)
		s.admin.Play(t, apitest.Scenario{Path: "/identities.explain", Body: `{"id":"` + alone + `"}`, Status: 200,
			Want: `{"parts":[{"rev_user":{"display_id":"` + alone + `"}}],"merges":[],"pieces":[{"unverified":true,"unfindable":true}]}`})
	})
}
