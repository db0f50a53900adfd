package httpapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server"
	"github.com/kith-id/kith/internal/server/servertest"
)

const (
	session = urn + "token-type:session"
	onetime = urn + "token-type:session:onetime"
	swap    = "urn:ietf:params:oauth:grant-type:token-exchange"
)

// shop is an application of an org: its tokens, and clients that hold them.
type shop struct {
	k      *servertest.Kith
	admin  apitest.Client
	aat    apitest.Client
	public apitest.Client
}

// loose returns a client whose answers are not held against the published API,
// whose enumerations lack newer token types.
func loose(k *servertest.Kith, token string) apitest.Client {
	return apitest.Client{Handler: k.Handler, Token: token}
}

func newShop(t *testing.T, k *servertest.Kith, org string) shop {
	t.Helper()
	admin, _ := k.Admin(t, org)
	s := shop{k: k, admin: admin}
	s.aat = loose(k, issue(t, admin, map[string]any{"requested_token_type": aat, "token_hint": "Shop", "scope": "act-as"}))
	s.public = loose(k, issue(t, admin, map[string]any{"requested_token_type": public, "token_hint": "Page"}))
	return s
}

// issue returns the secret of a new token.
func issue(t *testing.T, c apitest.Client, body any) string {
	t.Helper()
	return c.Post(t, "auth-tokens.create", body, 201).Text(t, "access_token")
}

// signIn returns a client with a token for the contact of rev_info.
func (s shop) signIn(t *testing.T, revInfo string) apitest.Client {
	t.Helper()
	return loose(s.k, issue(t, s.aat, `{"rev_info":`+revInfo+`}`))
}

// kind is one way to come, and what it may call.
type kind struct {
	name   string
	token  func(t *testing.T) string
	status int      // of what it may not call
	may    []string // the operations that it may call; nil for a member: all but those of contacts
}

// selfOps are about the calling contact and closed to members.
var selfOps = []string{"rev-users.self.get", "rev-users.self.update"}

// publicOps need no caller.
var publicOps = []string{"artifacts.download", "artifacts.upload", "password-resets.redeem", "ping", "sessions.create", "setup.create", "setup.get", "widget.start"}

func kinds(t *testing.T, s shop) []kind {
	fixed := func(token string) func(*testing.T) string { return func(*testing.T) string { return token } }
	fresh := func(c apitest.Client, body any) func(*testing.T) string {
		return func(t *testing.T) string { return issue(t, c, body) }
	}
	gone := issue(t, s.admin, struct{}{})
	loose(s.k, gone).Post(t, "auth-tokens.delete", struct{}{}, 200)
	ended := s.signIn(t, `{"user_ref":"kinds"}`)
	ended.Post(t, "auth-tokens.delete", struct{}{}, 200)
	none := []string{}
	own := append([]string{
		"artifacts.get", "artifacts.locate", "artifacts.prepare", "auth-tokens.delete", "auth-tokens.info", "conversations.create", "conversations.get", "conversations.list",
		"events.signal", "events.stream", "timeline-entries.create", "timeline-entries.get", "timeline-entries.list",
		"track-events.publish",
	}, selfOps...)
	proven := []string{"works.create", "works.get", "works.list"} // of contacts who have proved who they are
	asMember := []string{                                         // an application in a member's name
		"auth-tokens.create", "auth-tokens.update", "auth-tokens.self.delete", "dev-orgs.settings.update", "rev-users.identifiers.verify", "service-accounts.create", "service-accounts.update",
	}
	return []kind{
		{"pat", fixed(s.admin.Token), 403, nil},
		{"aat", fresh(s.admin, map[string]any{"requested_token_type": aat}), 403, []string{"auth-tokens.create", "auth-tokens.delete", "auth-tokens.info", "track-events.publish"}},
		{"aat:public", fixed(s.public.Token), 403, []string{"auth-tokens.create", "auth-tokens.info"}},
		{"session", fresh(s.aat, `{"rev_info":{"user_ref":"kinds"}}`), 403, slices.Concat([]string{"auth-tokens.self.delete"}, own, proven)},
		{"session:rev:public", fresh(s.public, `{"rev_info":{"user_ref":"kinds"}}`), 403, append([]string{"auth-tokens.self.delete"}, own...)},
		{"session:onetime", fresh(s.aat, `{"requested_token_type":"`+onetime+`","rev_info":{"user_ref":"kinds"}}`), 403, []string{"auth-tokens.create"}},
		{"pat:act-as", fresh(s.aat, `{"act_as":"DEVU-1"}`), 403, append([]string{"!"}, asMember...)},
		{"aat:act-as", fresh(s.aat, `{"act_as":"SVCACC-2"}`), 403, []string{"auth-tokens.create", "auth-tokens.delete", "auth-tokens.info", "track-events.publish"}},
		{"session:rev:act-as", fresh(s.aat, `{"act_as":"REVU-1"}`), 403, slices.Concat(own, proven)},
		{"revoked", fixed(gone), 401, none},
		{"revoked session", fixed(ended.Token), 401, none},
		{"forged", fixed(s.admin.Token[:len(s.admin.Token)-8] + "AAAAAAAA"), 401, none},
		{"signed by nobody", fixed(symmetric(t)), 401, none},
		{"none", fixed(""), 401, none},
		{"garbage", fixed("x.y.z"), 401, none},
	}
}

// symmetric is a token that a verifier which trusts alg could take.
func symmetric(t *testing.T) string {
	t.Helper()
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour))}).SignedString([]byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// mayCall tells what the table says of an operation. A list that starts with !
// is of what a member's stand-in may not call.
func (k kind) mayCall(op string) bool {
	switch {
	case slices.Contains(publicOps, op):
		return true
	case k.may == nil:
		return !slices.Contains(selfOps, op)
	case len(k.may) > 0 && k.may[0] == "!":
		return !slices.Contains(k.may, op) && !slices.Contains(selfOps, op)
	default:
		return slices.Contains(k.may, op)
	}
}

// ending are the operations that end the token that calls them.
var ending = []string{"auth-tokens.create", "auth-tokens.delete", "auth-tokens.self.delete"}

// TestEveryKindOnEveryOperation tries each kind of token on each operation that
// the server has by its own account, in each of its forms. An operation that
// nobody thought of here is closed to everybody but members.
func TestEveryKindOnEveryOperation(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ops := operations(t, s.admin)
		for _, kind := range kinds(t, s) {
			token := kind.token(t)
			for _, op := range ops {
				methods := []string{http.MethodPost}
				if op.read {
					methods = append(methods, http.MethodGet)
				}
				for _, method := range methods {
					if slices.Contains(ending, op.path) {
						token = kind.token(t) // these end it
					}
					if kind.name == "pat" && op.path == "auth-tokens.delete" {
						continue // TestTokens does it
					}
					kind.try(t, k, method, op.path, token)
					if slices.Contains(ending, op.path) {
						token = kind.token(t)
					}
				}
			}
		}
	})
}

func (k kind) try(t *testing.T, kith *servertest.Kith, method, op, token string) {
	t.Helper()
	var body any
	if method == http.MethodPost {
		body = `{}`
	}
	for _, prefix := range []string{"/", "/internal/"} {
		if prefix != "/" && (op == "auth-tokens.delete" || op == "auth-tokens.self.delete") {
			continue // the token is gone now
		}
		path := prefix + op
		if op == "events.stream" {
			// A stream has no end: ask for one that is refused.
			if path += "?cursor=x"; method == http.MethodPost {
				path, body = prefix+op, `{"cursor":"x"}`
			}
		}
		res := loose(kith, token).Send(t, method, path, nil, body)
		denied := res.Status == 401 || res.Status == 403
		switch {
		case k.mayCall(op) && denied && !k.refused(op, res):
			t.Errorf("%s may not call %s %s%s: %d %s", k.name, method, prefix, op, res.Status, clipped(res.Body))
		case !k.mayCall(op) && res.Status != k.status:
			t.Errorf("%s calling %s %s%s gets %d, want %d: %s", k.name, method, prefix, op, res.Status, k.status, clipped(res.Body))
		}
	}
}

// refused reports whether an allowed operation itself said no: a one-time
// token is exchanged by the first call, and its second is an attack.
func (k kind) refused(op string, res apitest.Response) bool {
	return k.name == "session:onetime" && op == "auth-tokens.create" && strings.Contains(string(res.Body), "used already")
}

func clipped(b []byte) string { return string(b[:min(len(b), 200)]) }

func TestSessionsEndWithWhatTheyCameFrom(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		backend := loose(k, issue(t, s.admin, map[string]any{"requested_token_type": aat}))
		s.aat = backend
		mine := s.signIn(t, `{"user_ref":"u-1","user_traits":{"email":"ann@acme.example"}}`)
		res := mine.Post(t, "rev-users.self.get", struct{}{}, 200)
		id := res.Text(t, "rev_user.display_id")
		if err := res.Text(t, "rev_user.email"); err != "ann@acme.example" {
			t.Errorf("e-mail %q", err)
		}
		other := s.signIn(t, `{"user_ref":"u-1"}`)
		once := issue(t, backend, `{"requested_token_type":"`+onetime+`","rev_info":{"user_ref":"u-1"}}`)
		exchanged := loose(k, issue(t, loose(k, once), `{"grant_type":"`+swap+`"}`))
		exchanged.Post(t, "rev-users.self.get", struct{}{}, 200)

		mine.Post(t, "auth-tokens.delete", struct{}{}, 200)
		wantRevoked(t, mine)
		other.Post(t, "rev-users.self.get", struct{}{}, 200)
		backend.Post(t, "auth-tokens.delete", struct{}{}, 200)
		wantRevoked(t, backend, other, exchanged)

		s = shop{k: k, admin: s.admin, aat: loose(k, issue(t, s.admin, map[string]any{"requested_token_type": aat}))}
		mine = s.signIn(t, `{"user_ref":"u-1"}`)
		s.admin.Post(t, "rev-users.delete", `{"id":"`+id+`"}`, 200)
		wantRevoked(t, mine)
		all := s.signIn(t, `{"user_ref":"u-2"}`)
		all.Post(t, "auth-tokens.self.delete", `{"requested_token_type":"`+session+`"}`, 200)
		wantRevoked(t, all)
	})
}

func wantRevoked(t *testing.T, clients ...apitest.Client) {
	t.Helper()
	for _, c := range clients {
		for _, op := range []string{"rev-users.self.get", "auth-tokens.info"} {
			res := c.Send(t, "", "/"+op, nil, `{}`)
			if kind, _ := res.Lookup("type"); res.Status != 401 || kind != "token_revoked" {
				t.Errorf("%s: %d %s, want 401 token_revoked", op, res.Status, res.Body)
			}
		}
	}
}

func TestActingAsSomebodyElse(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		k.Do(t, "members.add", "", server.NewMember{Email: "bob@acme.example"}, nil)
		plain := loose(k, issue(t, s.admin, map[string]any{"requested_token_type": aat}))
		plain.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Body: `{"act_as":"DEVU-1"}`, Status: 403, Want: `{"type":"forbidden"}`})
		s.public.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Body: `{"act_as":"DEVU-1"}`, Status: 403})
		s.aat.Run(t, []apitest.Scenario{
			{Name: "nobody", Path: "/auth-tokens.create", Body: `{"act_as":"DEVU-9"}`, Status: 404, Want: `{"field_name":"act_as"}`},
			{Name: "another kind", Path: "/auth-tokens.create", Body: `{"act_as":"DEVU-1","requested_token_type":"` + urn + `token-type:aat:act-as"}`, Status: 400},
			{Name: "and for a contact", Path: "/auth-tokens.create", Body: `{"act_as":"DEVU-1","rev_info":{"user_ref":"x"}}`, Status: 400},
		})
		s.admin.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Body: `{"requested_token_type":"` + public + `","scope":"act-as"}`, Status: 400, Want: `{"field_name":"scope"}`})

		bob := loose(k, issue(t, s.aat, `{"act_as":"DEVU-2","requested_token_type":"`+urn+`token-type:pat:act-as","expires_in_mins":5}`))
		bob.Play(t, apitest.Scenario{Path: "/auth-tokens.info", Body: `{}`, Status: 200, Want: `{"user":{"type":"dev_user","display_id":"DEVU-2"}}`})
		bob.Play(t, apitest.Scenario{Path: "/rev-users.create", Body: `{"display_name":"made by bob"}`, Status: 201, Want: `{"rev_user":{"created_by":{"display_id":"DEVU-2"}}}`})
		list := s.admin
		list.Spec = nil
		list.Play(t, apitest.Scenario{
			Path: "/auth-tokens.list", Body: `{"subject":"DEVU-2"}`, Status: 200,
			Want: `{"tokens":[{"requested_token_type":"` + urn + `token-type:pat:act-as","status":"active","acted_by":"<any>"}]}`,
		})
		id := list.Post(t, "auth-tokens.list", `{"subject":"DEVU-1"}`, 200).Text(t, "tokens.0.id")
		bob.Play(t, apitest.Scenario{Path: "/auth-tokens.delete", Body: `{"token_id":"` + id + `"}`, Status: 403})
		k.Do(t, "members.deactivate", "", server.NamedMember{Member: "bob@acme.example"}, nil)
		wantRevoked(t, bob)
		s.aat.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Body: `{"act_as":"DEVU-2"}`, Status: 403})
	})
}

func TestServiceAccounts(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		made := c.Post(t, "service-accounts.create", `{"display_name":"Shop <b>backend</b>"}`, 201)
		id, client := made.Text(t, "service_account.id"), made.Text(t, "service_account.client_id")
		c.Run(t, append(both(apitest.Scenario{
			Name: "get", Path: "/service-accounts.get", Body: `{"id":"SVCACC-1"}`, Status: 200,
			Want: `{"service_account":{"id":"` + id + `","display_name":"Shop <b>backend</b>","type":"service_account","state":"active"}}`,
		}, "id=SVCACC-1"), []apitest.Scenario{
			{Name: "same name", Path: "/service-accounts.create", Body: `{"display_name":"shop <B>BACKEND</B>"}`, Status: 409, Want: `{"field_name":"display_name"}`},
			{Name: "no name", Path: "/service-accounts.create", Body: `{}`, Status: 400, Want: `{"field_name":"display_name"}`},
			{Name: "keyring", Path: "/service-accounts.create", Body: `{"display_name":"x","gen_keyring":true}`, Status: 400, Want: `{"field_name":"gen_keyring"}`},
			{Name: "rename", Path: "/service-accounts.update", Body: `{"id":"` + id + `","display_name":"Shop"}`, Status: 200, Want: `{"service_account":{"display_name":"Shop"}}`},
			{Name: "list", Path: "/service-accounts.list", Body: `{}`, Status: 200, Want: `{"service_accounts":[{"display_name":"Shop"}]}`},
			{Name: "of nobody", Path: "/service-accounts.get", Body: `{"id":"SVCACC-9"}`, Status: 404},
			{Name: "a token for it", Path: "/auth-tokens.create", Body: `{"requested_token_type":"` + aat + `","client_id":"` + client + `"}`, Status: 201, Want: `{"client_id":"` + client + `"}`},
			{Name: "and one by id", Path: "/auth-tokens.create", Body: `{"requested_token_type":"` + public + `","service_account":"SVCACC-1"}`, Status: 201, Want: `{"client_id":"` + client + `"}`},
			{Name: "a new one", Path: "/auth-tokens.create", Body: `{"requested_token_type":"` + aat + `","client_id":"mobile"}`, Status: 201, Want: `{"client_id":"mobile"}`},
			{Name: "tokens of one", Path: "/auth-tokens.list", Body: `{"client_id":"` + client + `"}`, Status: 200,
				Want: `{"tokens":[{"requested_token_type":"` + public + `"},{"requested_token_type":"` + aat + `"}]}`},
			{Name: "tokens of a kind", Path: "/auth-tokens.list", Body: `{"requested_token_type":"` + public + `"}`, Status: 200, Want: `{"tokens":[{"client_id":"` + client + `"}]}`},
			{Name: "tokens of a subject", Path: "/auth-tokens.list", Body: `{"subject":"SVCACC-2"}`, Status: 200, Want: `{"tokens":[{"client_id":"mobile"}]}`},
		}...))
	})
}
