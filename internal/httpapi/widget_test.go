package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

func TestWidgets(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, acme := k.Admin(t, "Acme")
		c.Spec = nil // the published API calls parts of dashboards widgets
		bad := func(name, rest, field string) apitest.Scenario {
			return refused(name, "widgets.update", `{"id":"WID-1",`+rest+`}`, 400, `{"type":"value_not_permitted","field_name":"`+field+`"}`)
		}
		origin := func(o string) apitest.Scenario {
			return bad("origin "+o, `"allowed_origins":["https://ok.example","`+o+`"]`, "allowed_origins[1]")
		}
		scenarios := []apitest.Scenario{
			made("widgets.create", `{"name":" Shop "}`, `{"widget":{"type":"widget","id":"don:core:kith:devo/`+strings.TrimPrefix(acme.Org.DisplayID, "DEV-")+`:widget/1","display_id":"WID-1","name":"Shop","app_id":"<any>","is_enabled":true,
				"allowed_origins":[],"allow_anonymous":true,"allow_claimed_identity":true,"created_by":{"display_id":"DEVU-1"},
				"appearance":{"accent_color":"#007469","theme":"light","alignment":"right","spacing":{"bottom":"20px","side":"20px"},"launcher":true}}}`),
			made("widgets.create", `{"name":"Docs","is_enabled":false,"allowed_origins":["https://Docs.Example.com:443/","https://*.example.com","http://localhost:8081","http://127.0.0.1","https://bücher.example"," https://docs.example.com"],
				"appearance":{"accent_color":"#ABC","theme":"system","alignment":"left","spacing":{"bottom":"0","side":"1.5rem"},"team_name":"Docs team","greeting":"Hello","welcome_text":"a\r\nb","launcher":false},"allow_anonymous":false,"allow_claimed_identity":false}`,
				`{"widget":{"display_id":"WID-2","is_enabled":false,"allowed_origins":["https://docs.example.com","https://*.example.com","http://localhost:8081","http://127.0.0.1","https://xn--bcher-kva.example"],
				"appearance":{"accent_color":"#aabbcc","theme":"system","alignment":"left","spacing":{"bottom":"0px","side":"1.5rem"},"team_name":"Docs team","greeting":"Hello","welcome_text":"a\nb","launcher":false},"allow_anonymous":false,"allow_claimed_identity":false}}`),
			done("widgets.update", `{"id":"WID-2","appearance":{"spacing":{"side":"4px"},"greeting":null,"team_name":"","launcher":true}}`,
				`{"widget":{"name":"Docs","appearance":{"accent_color":"#aabbcc","spacing":{"bottom":"0px","side":"4px"},"greeting":"Hi there","welcome_text":"a\nb","launcher":true}}}`),
			done("widgets.update", `{"id":"WID-2","name":"Help","allowed_origins":["*"],"is_enabled":true}`, `{"widget":{"name":"Help","allowed_origins":["*"],"is_enabled":true}}`),
			refused("no name", "widgets.create", `{}`, 400, `{"type":"missing_required_field","field_name":"name"}`),
			bad("empty name", `"name":" "`, "name"),
			origin("https://a.example/path"), origin("https://a.example?x"), origin("https://u:p@a.example"), origin("http://a.example"), origin("ftp://a.example"), origin("a.example"),
			origin("https://*.com"), origin("https://*.co.uk"), origin("https://*.github.io"), origin("https://*"), origin("https://a.*.example"), origin("https://a.example;script-src *"), origin("https://a.example 'self'"),
			origin("https://a.example:0"), origin("https://a.example:99999"), origin("https://[::1]"), origin(""), origin("'self'"), origin("null"), origin("data:"), origin("*"), origin("https://" + strings.Repeat("a", 300)),
			bad("too many origins", `"allowed_origins":["https://a.example"`+strings.Repeat(`,"https://a.example"`, 50)+`]`, "allowed_origins"),
			bad("colour", `"appearance":{"accent_color":"red;}"}`, "appearance.accent_color"),
			bad("length", `"appearance":{"spacing":{"side":"calc(1px)"}}`, "appearance.spacing.side"),
			bad("long greeting", `"appearance":{"greeting":"`+strings.Repeat("ü", 121)+`"}`, "appearance.greeting"),
			refused("theme", "widgets.update", `{"id":"WID-1","appearance":{"theme":"pink"}}`, 400, `{"type":"invalid_enum_value","field_name":"appearance.theme","allowed_values":["light","dark","system"]}`),
			refused("unknown", "widgets.update", `{"id":"WID-9"}`, 404, `{"type":"not_found"}`),
			refused("another type", "widgets.get", `{"id":"REVU-1"}`, 400, `{"type":"unexpected_id_type"}`),
			done("widgets.get", `{"id":"WID-1"}`, `{"widget":{"name":"Shop","modified_by":{"display_id":"DEVU-1"}}}`),
			done("widgets.list", `{}`, `{"widgets":[{"display_id":"WID-1"},{"display_id":"WID-2","name":"Help"}]}`),
			done("widgets.delete", `{"id":"WID-1"}`, `{}`),
			refused("deleted", "widgets.get", `{"id":"WID-1"}`, 404, `{"type":"not_found"}`),
			refused("deleted twice", "widgets.delete", `{"id":"WID-1"}`, 404, `{"type":"not_found"}`),
			done("widgets.list", `{}`, `{"widgets":[{"display_id":"WID-2"}]}`),
		}
		c.Run(t, scenarios)
		first := c.Post(t, "widgets.create", `{"name":"x"}`, 201).Text(t, "widget.app_id")
		second := c.Post(t, "widgets.create", `{"name":"x"}`, 201).Text(t, "widget.app_id")
		if first == second || !strings.HasPrefix(first, "DvRv") || len(first) < 28 {
			t.Errorf("app ids %q and %q", first, second)
		}
	})
}

// stand is a shop with a widget on its pages.
type stand struct {
	shop
	app string
}

func newStand(t *testing.T, k *servertest.Kith, org, settings string) stand {
	t.Helper()
	s := newShop(t, k, org)
	return stand{s, s.admin.Post(t, "widgets.create", `{"name":"Shop"`+settings+`}`, 201).Text(t, "widget.app_id")}
}

// guest is a visitor's browser.
type guest struct {
	apitest.Client
	user, kind, secret string
}

// start starts the widget with further fields of the request.
func (s stand) start(t *testing.T, rest string) guest {
	t.Helper()
	res := loose(s.k, "").Post(t, "widget.start", `{"app_id":"`+s.app+`"`+rest+`}`, 200)
	text := func(path string) string {
		v, _ := res.Lookup(path)
		got, _ := v.(string)
		return got
	}
	return guest{loose(s.k, text("access_token")), text("user.display_id"), text("user.kind"), text("visitor_secret")}
}

func (s stand) begin(t *testing.T, rest string) guest {
	t.Helper()
	g := s.start(t, `,"begin":true`+rest)
	if g.user == "" || g.Token == "" {
		t.Fatalf("a visitor who begins is nobody: %+v", g)
	}
	return g
}

func (g guest) keeps() string { return `,"visitor_secret":"` + g.secret + `"` }

func (s stand) session(t *testing.T, revInfo string) string {
	t.Helper()
	return issue(t, s.aat, `{"rev_info":`+revInfo+`}`)
}

func (s stand) contacts(t *testing.T) int {
	t.Helper()
	v, _ := s.admin.Post(t, "rev-users.count", `{}`, 200).Lookup("count")
	return atoi(t, fmt.Sprint(v))
}

func atoi(t *testing.T, s string) (n int) {
	t.Helper()
	if _, err := fmt.Sscan(s, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWidgetVisitorBeginsLazily(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newStand(t, k, "Acme", `,"appearance":{"accent_color":"#112233"}`)
		loose(k, "").Play(t, apitest.Scenario{Path: "/widget.start", Body: `{"app_id":"` + s.app + `"}`, Status: 200,
			Want: `{"appearance":{"accent_color":"#112233","theme":"light"},"team_name":"Acme","allow_anonymous":true}`, Absent: []string{"user", "access_token", "visitor_secret", "expires_in"}})
		for _, rest := range []string{"", `,"visitor_secret":"made up"`, `,"identity":{"user_ref":"ann","user_traits":{"email":"ann@x.example"}}`} {
			if g := s.start(t, rest); g.user != "" || g.Token != "" || g.secret != "" {
				t.Errorf("who only looks is %+v", g)
			}
		}
		if n := s.contacts(t); n != 0 {
			t.Fatalf("%d contacts of visitors who only looked", n)
		}
		one := s.begin(t, "")
		if one.kind != "anonymous" || len(one.secret) < 32 {
			t.Errorf("began as %+v", one)
		}
		back := s.start(t, one.keeps())
		if back.user != one.user || back.secret != one.secret || back.Token == one.Token {
			t.Errorf("came back as %+v", back)
		}
		one.Post(t, "rev-users.self.get", `{}`, 200)
		if two := s.begin(t, `,"visitor_secret":"made up"`); two.user == one.user || two.secret == "made up" {
			t.Errorf("nobody chooses a secret: %+v", two)
		}
		if n := s.contacts(t); n != 2 {
			t.Errorf("%d contacts, want 2", n)
		}
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + one.user + `"}`, Status: 200, Want: `{"rev_user":{"is_verified":false,"created_by":{"display_id":"SYSU-1"}}}`})
	})
}

func TestWidgetIdentityIsAClaim(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newStand(t, k, "Acme", "")
		ann := loose(k, s.session(t, `{"user_ref":"ann","user_traits":{"email":"ann@x.example","display_name":"Ann Secret"}}`))
		annID := who(t, ann)
		claim := `,"identity":{"user_ref":"ann","user_traits":{"email":"ann@x.example","display_name":"Annie"}}`
		thief := s.begin(t, claim)
		if thief.kind != "claimed" || thief.user == annID {
			t.Errorf("a claim leads to %+v", thief)
		}
		thief.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Want: `{"rev_user":{"display_name":"Annie","email":"ann@x.example"}}`})
		if res := thief.Send(t, "", "/rev-users.self.get", nil, `{}`); strings.Contains(string(res.Body), "Secret") {
			t.Errorf("the claimed one reads %s", res.Body)
		}
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + annID + `"}`, Status: 200, Want: `{"rev_user":{"display_name":"Ann Secret"}}`})
		if again := s.start(t, claim+thief.keeps()); again.user != thief.user {
			t.Errorf("the same visitor is %+v", again)
		}
		if other := s.begin(t, claim); other.user == thief.user {
			t.Error("two browsers with one claim are one visitor")
		}
		// An anonymous visitor becomes who the page says, in place.
		anon := s.begin(t, "")
		if named := s.start(t, anon.keeps()+`,"identity":{"user_ref":"bo"}`); named.user != anon.user || named.kind != "claimed" {
			t.Errorf("named: %+v", named)
		}
		// The next person at the browser says another name, or none.
		for _, rest := range []string{"", `,"identity":{"user_ref":"cy"}`} {
			if g := s.start(t, anon.keeps()+rest); g.user != "" {
				t.Errorf("the next person with %q is %+v", rest, g)
			}
			if g := s.begin(t, anon.keeps()+rest); g.user == anon.user || g.secret == anon.secret {
				t.Errorf("the next person who writes with %q is %+v", rest, g)
			}
		}
		loose(k, "").Play(t, refused("bad", "widget.start", `{"app_id":"`+s.app+`","identity":{"user_ref":"x","user_traits":{"email":"nonsense"}}}`, 400, `{"field_name":"identity.user_traits.email"}`))
		loose(k, "").Play(t, refused("bad phone", "widget.start", `{"app_id":"`+s.app+`","begin":true,"identity":{"user_traits":{"phone_numbers":["12"]}}}`, 400, `{"field_name":"identity.user_traits.phone_numbers"}`))
	})
}

func TestWidgetVisitorIsProvenToBeSomebody(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newStand(t, k, "Acme", "")
		visitor := s.begin(t, `,"identity":{"user_traits":{"email":"annie@claimed.example"}}`)
		token := s.session(t, `{"user_ref":"ann","user_traits":{"email":"ann@x.example","display_name":"Ann"}}`)
		proof := `,"session_token":"` + token + `"`

		// Without the secret the two stay apart.
		ann := s.start(t, proof)
		if ann.kind != "verified" || ann.Token != token || ann.secret != "" || ann.user == visitor.user {
			t.Fatalf("verified: %+v", ann)
		}
		s.wantNoMerge(t)
		visitor.Post(t, "rev-users.self.get", `{}`, 200)

		// With it, and even with another's identity beside it, the visitor becomes Ann.
		both := s.start(t, proof+visitor.keeps()+`,"identity":{"user_ref":"bo","user_traits":{"email":"bo@x.example"}}`)
		if both.user != ann.user || both.kind != "verified" || both.secret != "" {
			t.Errorf("both proofs: %+v", both)
		}
		s.wantMerge(t, "visitor_return", ann.user, visitor.user)
		wantRevoked(t, visitor.Client)
		ann.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Want: `{"rev_user":{"display_id":"` + ann.user + `","email":"ann@x.example"}}`})

		// After it the secret leads nowhere, and the next person sees nothing of Ann.
		if g := s.start(t, visitor.keeps()); g.user != "" {
			t.Errorf("the secret leads to %+v", g)
		}
		next := s.begin(t, visitor.keeps())
		if next.user == ann.user || next.user == visitor.user || next.secret == visitor.secret {
			t.Errorf("the next person is %+v", next)
		}
		next.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Want: `{"rev_user":{"external_ref":"` + next.user + `","display_name":""}}`, Absent: []string{"rev_user.email"}})

		// Once more changes nothing.
		s.start(t, proof+visitor.keeps())
		if n := strings.Count(string(s.admin.Post(t, "merges.list", `{}`, 200).Body), `"MERGE-`); n != 1 {
			t.Errorf("%d merges, want 1", n)
		}

		// Replay after logout.
		ann.Post(t, "auth-tokens.self.delete", `{"requested_token_type":"urn:devrev:params:oauth:token-type:session"}`, 200)
		for _, rest := range []string{proof, proof + next.keeps()} {
			loose(k, "").Play(t, refused("replay", "widget.start", `{"app_id":"`+s.app+`"`+rest+`}`, 401, `{"type":"token_revoked"}`))
		}
		next.Post(t, "rev-users.self.get", `{}`, 200)
		next.Post(t, "auth-tokens.self.delete", `{"requested_token_type":"urn:devrev:params:oauth:token-type:session:rev:public"}`, 200)
		wantRevoked(t, next.Client)
	})
}

// TestWidgetLogout is about what the frame calls when its page shuts it down.
func TestWidgetLogout(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newStand(t, k, "Acme", "")
		here, there := loose(k, s.session(t, `{"user_ref":"ann"}`)), loose(k, s.session(t, `{"user_ref":"ann"}`))
		here.Post(t, "auth-tokens.self.delete", `{}`, 200)
		wantRevoked(t, here)
		there.Post(t, "rev-users.self.get", `{}`, 200) // at another machine
		tab := s.begin(t, "")
		other := s.start(t, tab.keeps())
		tab.Post(t, "auth-tokens.self.delete", `{}`, 200)
		wantRevoked(t, tab.Client)
		wantRevoked(t, other.Client)
		s.admin.Play(t, refused("a member", "auth-tokens.self.delete", `{}`, 400, `{"type":"missing_required_field","field_name":"requested_token_type"}`))
	})
}

// TestWidgetKeepsOthersApart is about a signed person at a browser whose visitor's
// contact is known by more than claims: it is not that visitor's to bring.
func TestWidgetKeepsOthersApart(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newStand(t, k, "Acme", "")
		visitor := s.begin(t, "")
		s.admin.Post(t, "rev-users.update", `{"id":"`+visitor.user+`","email":"real@x.example"}`, 200)
		s.start(t, visitor.keeps()+`,"session_token":"`+s.session(t, `{"user_ref":"ann"}`)+`"`)
		s.wantNoMerge(t)
	})
}

func TestWidgetRefuses(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newStand(t, k, "Acme", "")
		other := newStand(t, k, "Other", "")
		anyone := loose(k, "")
		session := s.session(t, `{"user_ref":"ann"}`)
		visitor := s.begin(t, "")
		deny := func(name, rest string, status int, want string) {
			t.Helper()
			anyone.Play(t, refused(name, "widget.start", `{"app_id":"`+s.app+`"`+rest+`}`, status, want))
		}
		badToken := `{"type":"unauthenticated","field_name":"session_token"}`
		for name, token := range map[string]string{
			"another org's token": other.session(t, `{"user_ref":"ann"}`), "garbage": "x.y.z", "a member's token": s.admin.Token, "an application's token": s.aat.Token,
			"a visitor's own token": visitor.Token, "a public token": s.public.Token, "act-as": issue(t, s.aat, `{"act_as":"REVU-1"}`),
			"a one-time token": issue(t, s.aat, `{"requested_token_type":"`+onetime+`","rev_info":{"user_ref":"ann"}}`),
		} {
			deny(name, `,"session_token":"`+token+`"`+visitor.keeps(), 401, badToken)
		}
		visitor.Post(t, "rev-users.self.get", `{}`, 200)
		if g := other.start(t, visitor.keeps()); g.user != "" {
			t.Errorf("another org's widget knows the visitor as %+v", g)
		}
		if g := other.begin(t, visitor.keeps()); g.secret == visitor.secret {
			t.Error("another org's widget takes the secret")
		}
		for _, app := range []string{"", "x", "DvRv", s.app + "x", strings.ToLower(s.app), s.app[:len(s.app)-1] + "!"} {
			status, want := 404, `{"type":"not_found","field_name":"app_id"}`
			if app == "" {
				status, want = 400, `{"type":"missing_required_field","field_name":"app_id"}`
			}
			anyone.Play(t, refused("app id "+app, "widget.start", `{"app_id":"`+app+`"}`, status, want))
		}

		s.admin.Post(t, "widgets.update", `{"id":"WID-1","allow_anonymous":false,"allow_claimed_identity":false}`, 200)
		deny("anonymous", `,"begin":true`, 403, `{"type":"forbidden"}`)
		deny("claimed", `,"identity":{"user_ref":"x"}`, 403, `{"type":"forbidden","field_name":"identity"}`)
		anyone.Play(t, apitest.Scenario{Path: "/widget.start", Body: `{"app_id":"` + s.app + `"` + visitor.keeps() + `}`, Status: 200, Want: `{"allow_anonymous":false}`, Absent: []string{"user", "access_token"}})
		if g := s.start(t, `,"session_token":"`+session+`"`); g.kind != "verified" {
			t.Errorf("who is proven is %+v", g)
		}
	})
}

func TestWidgetTurnedOffEndsItsSessions(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newStand(t, k, "Acme", "")
		spare := s
		spare.app = s.admin.Post(t, "widgets.create", `{"name":"Other"}`, 201).Text(t, "widget.app_id")
		visitor, elsewhere := s.begin(t, ""), spare.begin(t, "")
		signed := loose(k, s.session(t, `{"user_ref":"ann"}`))
		s.admin.Post(t, "widgets.update", `{"id":"WID-1","is_enabled":false}`, 200)
		wantRevoked(t, visitor.Client)
		for _, rest := range []string{"", `,"begin":true`, visitor.keeps(), `,"session_token":"` + signed.Token + `"`} {
			loose(k, "").Play(t, refused("off", "widget.start", `{"app_id":"`+s.app+`"`+rest+`}`, 404, `{"type":"not_found","field_name":"app_id"}`))
		}
		elsewhere.Post(t, "rev-users.self.get", `{}`, 200)
		signed.Post(t, "rev-users.self.get", `{}`, 200) // the backend's word, not the widget's

		s.admin.Post(t, "widgets.update", `{"id":"WID-1","is_enabled":true}`, 200)
		wantRevoked(t, visitor.Client)
		back := s.start(t, visitor.keeps())
		if back.user != visitor.user {
			t.Errorf("turned on again the visitor is %+v", back)
		}
		s.admin.Post(t, "widgets.delete", `{"id":"WID-1"}`, 200)
		wantRevoked(t, back.Client)
		loose(k, "").Play(t, refused("deleted", "widget.start", `{"app_id":"`+s.app+`"}`, 404, `{"type":"not_found"}`))
		s.admin.Post(t, "rev-users.get", `{"id":"`+visitor.user+`"}`, 200)
		// What the sessions hung on is no token that anybody may meddle with.
		list := s.admin.Post(t, "auth-tokens.list", `{"subject":"SVCACC-3"}`, 200)
		if strings.Contains(string(list.Body), "widget") {
			t.Errorf("the widget's own token shows: %s", list.Body)
		}
	})
}

// TestWidgetStartIsForTheFrame sends what browsers send along.
func TestWidgetStartIsForTheFrame(t *testing.T) {
	k := servertest.New(t, "sqlite")
	s := newStand(t, k, "Acme", "")
	for _, c := range []struct {
		name   string
		header map[string]string
		status int
	}{
		{"the frame", map[string]string{"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"}, 200},
		{"an older browser's frame", map[string]string{"Origin": "http://127.0.0.1:8080"}, 200},
		{"a program", nil, 200},
		{"another site", map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, 403},
		{"an older browser at another site", map[string]string{"Origin": "https://evil.example"}, 403},
		{"a sandbox", map[string]string{"Origin": "null"}, 403},
		{"a sibling domain", map[string]string{"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-site"}, 403},
		{"another port", map[string]string{"Origin": "http://127.0.0.1:8081"}, 403},
		{"a typed address", map[string]string{"Sec-Fetch-Site": "none"}, 403},
		{"another site's origin", map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, 403},
	} {
		if res := loose(k, "").Send(t, http.MethodPost, "/widget.start", c.header, `{"app_id":"`+s.app+`","begin":true}`); res.Status != c.status {
			t.Errorf("%s: %d %s", c.name, res.Status, res.Body)
		}
	}
	if n := s.contacts(t); n != 3 {
		t.Errorf("%d contacts, want those of 3 requests that were let in", n)
	}
}

// TestFloodOfWidgetVisitors sends thousands of requests that must leave little.
func TestFloodOfWidgetVisitors(t *testing.T) {
	k := servertest.New(t, "sqlite")
	s := newStand(t, k, "Acme", "")
	post := func(address, rest string) int {
		r := httptest.NewRequest(http.MethodPost, "/widget.start", strings.NewReader(`{"app_id":"`+s.app+`"`+rest+`}`))
		r.Header.Set("Content-Type", "application/json")
		r.RemoteAddr = address
		w := httptest.NewRecorder()
		k.Handler.ServeHTTP(w, r)
		return w.Code
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for i := range 500 {
				if got := post("192.0.2.1:1", ""); got != 200 {
					t.Errorf("a look gets %d", got)
				}
				post("192.0.2.2:1", fmt.Sprintf(`,"visitor_secret":"guess %d"`, i))
				post("192.0.2.3:1", `,"begin":true`)
			}
		})
	}
	wait.Wait()
	if n := s.contacts(t); n != 300 {
		t.Errorf("%d contacts of one address, want 300", n)
	}
	if got := post("192.0.2.3:1", `,"begin":true`); got != http.StatusTooManyRequests {
		t.Errorf("one more gets %d", got)
	}
	if got := post("192.0.2.4:1", `,"begin":true`); got != 200 {
		t.Errorf("another address gets %d", got)
	}
	tokens := loose(k, s.admin.Token).Post(t, "auth-tokens.list", `{"subject":"REVU-1","requested_token_type":"urn:devrev:params:oauth:token-type:session:rev:public"}`, 200)
	if n := strings.Count(string(tokens.Body), `"requested_token_type"`); n != 1 {
		t.Errorf("%d tokens of the first visitor", n)
	}
}

// TestWidgetVisitorsWriteAtAPace is about one visitor who writes without end.
func TestWidgetVisitorsWriteAtAPace(t *testing.T) {
	k := servertest.New(t, "sqlite")
	s := newStand(t, k, "Acme", "")
	one, two := s.begin(t, ""), s.begin(t, "")
	signed := loose(k, s.session(t, `{"user_ref":"ann"}`))
	for i := range 80 {
		want := 200
		if i >= 60 {
			want = 429
		}
		res := one.Send(t, http.MethodPost, "/rev-users.self.update", nil, fmt.Sprintf(`{"display_name":"n%d"}`, i))
		if res.Status != want {
			t.Fatalf("change %d: %d %s", i, res.Status, res.Body)
		}
		if want == 429 && (res.Header.Get("Retry-After") == "" || res.Text(t, "type") != "too_many_requests") {
			t.Fatalf("%s", res.Body)
		}
		signed.Post(t, "rev-users.self.update", fmt.Sprintf(`{"display_name":"n%d"}`, i), 200)
	}
	two.Post(t, "rev-users.self.update", `{"display_name":"n"}`, 200)
	one.Post(t, "rev-users.self.get", `{}`, 200)
}

// TestWidgetFrameKnowsItsPages asks the whole server for the frame's document.
func TestWidgetFrameKnowsItsPages(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newStand(t, k, "Acme", `,"allowed_origins":["https://shop.example","https://*.acme.example"]`)
		ancestors := func(app string) (int, string) {
			res := loose(k, "").Send(t, http.MethodGet, "/widget/frame?app_id="+app, nil, nil)
			_, after, _ := strings.Cut(res.Header.Get("Content-Security-Policy"), "frame-ancestors ")
			if res.Header.Get("X-Frame-Options") != "" {
				t.Error("X-Frame-Options stands in the way of the pages that are allowed")
			}
			return res.Status, after
		}
		if _, got := ancestors(s.app); got != "https://shop.example https://*.acme.example" {
			t.Errorf("frame-ancestors %s", got)
		}
		for _, app := range []string{"", "x", "DvRv" + strings.Repeat("0", 28)} {
			if status, got := ancestors(app); status != 404 || got != "'none'" {
				t.Errorf("app id %q: %d, frame-ancestors %s", app, status, got)
			}
		}
		s.admin.Post(t, "widgets.update", `{"id":"WID-1","allowed_origins":[]}`, 200)
		if _, got := ancestors(s.app); got != "'none'" {
			t.Errorf("no page is allowed: frame-ancestors %s", got)
		}
		s.admin.Post(t, "widgets.update", `{"id":"WID-1","allowed_origins":["https://shop.example"],"is_enabled":false}`, 200)
		if status, got := ancestors(s.app); status != 404 || got != "'none'" {
			t.Errorf("turned off: %d, frame-ancestors %s", status, got)
		}
	})
}

// says lets a visitor begin a conversation and returns its id.
func (g guest) says(t *testing.T, body string) string {
	t.Helper()
	return g.Post(t, "conversations.create", `{"type":"support","source_channel":"plug","messages":[{"body":"`+body+`"}]}`, 201).Text(t, "conversation.display_id")
}

func (g guest) wantConversations(t *testing.T, ids ...string) {
	t.Helper()
	res := g.Post(t, "conversations.list", `{"sort_by":["created_date:asc"]}`, 200)
	if n := strings.Count(string(res.Body), `"display_id":"CONV-`); n != len(ids) {
		t.Errorf("%s sees %d conversations, want %v: %s", g.user, n, ids, res.Body)
	}
	for i, id := range ids {
		if got := res.Text(t, fmt.Sprintf("conversations.%d.display_id", i)); got != id {
			t.Errorf("%s sees %s, want %s", g.user, got, id)
		}
	}
}

// TestWidgetTwoPeopleAtOneBrowser follows what a stranger writes to the person
// who the stranger is proven to be, and not to who sits there next.
func TestWidgetTwoPeopleAtOneBrowser(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newStand(t, k, "Acme", "")
		proof := func(ref string) string {
			return `,"session_token":"` + s.session(t, `{"user_ref":"`+ref+`","user_traits":{"email":"`+ref+`@x.example"}}`) + `"`
		}
		before := s.start(t, proof("ann"))
		old := before.says(t, "from my office")
		stranger := s.begin(t, "")
		asked := stranger.says(t, "is it in stock")
		stranger.wantConversations(t, asked)

		ann := s.start(t, proof("ann")+stranger.keeps())
		ann.wantConversations(t, old, asked)
		before.wantConversations(t, old, asked)
		wantRevoked(t, stranger.Client)

		// Ann leaves the browser; whoever comes next brings what a browser that
		// forgot to clean up would still have.
		next := s.begin(t, stranger.keeps())
		next.wantConversations(t)
		next.Post(t, "conversations.get", `{"id":"`+asked+`"}`, 404)
		bo := s.start(t, proof("bo")+stranger.keeps())
		bo.wantConversations(t)
		claimant := s.begin(t, `,"identity":{"user_ref":"ann","user_traits":{"email":"ann@x.example"}}`)
		claimant.wantConversations(t)
		claimant.Post(t, "conversations.get", `{"id":"`+old+`"}`, 404)
		claimant.Post(t, "timeline-entries.list", `{"object":"`+asked+`"}`, 404)

		// Bo brings a visitor who is not Ann's: Ann's conversations stay hers.
		own := next.says(t, "something else")
		bo = s.start(t, proof("bo")+next.keeps())
		bo.wantConversations(t, own)
		ann.wantConversations(t, old, asked)
	})
}

// TestWidgetMessagesHaveAPace is about the limits on what a visitor writes.
func TestWidgetMessagesHaveAPace(t *testing.T) {
	k := servertest.New(t, "sqlite")
	s := newStand(t, k, "Acme", "")
	one, two := s.begin(t, ""), s.begin(t, "")
	written := func(op, body string) (n int) {
		for range 50 {
			if res := one.Send(t, http.MethodPost, "/"+op, nil, body); res.Status != 201 {
				if res.Status != 429 || res.Text(t, "type") != "too_many_requests" {
					t.Fatalf("%s: %d %s", op, res.Status, res.Body)
				}
				continue
			}
			n++
		}
		return n
	}
	if n := written("conversations.create", `{"type":"support"}`); n != 30 {
		t.Errorf("%d conversations, want 30", n)
	}
	if n := written("timeline-entries.create", `{"type":"timeline_comment","object":"CONV-1","body":"x"}`); n != 20 {
		t.Errorf("%d messages, want 20", n)
	}
	two.Post(t, "conversations.create", `{"type":"support"}`, 201)
	long := `{"type":"support","messages":[{"body":"` + strings.Repeat("x", 17<<10) + `"}]}`
	if res := two.Send(t, http.MethodPost, "/conversations.create", nil, long); res.Status != 413 || res.Text(t, "type") != "request_entity_too_large" {
		t.Errorf("a long message: %d %s", res.Status, res.Body)
	}
	// Who has proved to be somebody may do more, and long, but not without end.
	ann, bea := loose(k, s.session(t, `{"user_ref":"ann"}`)), loose(k, s.session(t, `{"user_ref":"bea"}`))
	ann.Post(t, "conversations.create", long, 201)
	for i := range 120 {
		if res := ann.Send(t, http.MethodPost, "/works.create", nil, `{"type":"ticket","title":"x","owned_by":[]}`); res.Status != 201 {
			t.Fatalf("ticket %d: %d %s", i, res.Status, res.Body)
		}
	}
	if res := ann.Send(t, http.MethodPost, "/works.create", nil, `{"type":"ticket","title":"x","owned_by":[]}`); res.Status != 429 || res.Header.Get("Retry-After") == "" {
		t.Errorf("ticket 121: %d %s", res.Status, res.Body)
	}
	ann.Post(t, "conversations.create", `{"type":"support"}`, 201)
	bea.Post(t, "works.create", `{"type":"ticket","title":"x","owned_by":[]}`, 201)
}
