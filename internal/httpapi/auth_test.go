package httpapi_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server"
	"github.com/kith-id/kith/internal/server/servertest"
)

const (
	urn = "urn:devrev:params:oauth:"
	pat = urn + "token-type:pat"

	aat    = urn + "token-type:aat"
	public = urn + "token-type:aat:public"
)

// both returns a scenario as POST with a JSON body and as GET.
func both(s apitest.Scenario, query string) []apitest.Scenario {
	get := s
	get.Name, get.Method, get.Body = s.Name+"/GET", http.MethodGet, nil
	if query != "" {
		get.Path += "?" + query
	}
	s.Name += "/POST"
	return []apitest.Scenario{s, get}
}

func TestReadsOfTheCaller(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, acme := k.Admin(t, "Acme")
		var all []apitest.Scenario
		all = append(all, both(apitest.Scenario{
			Name: "self", Path: "/dev-users.self", Body: struct{}{}, Status: 200,
			Want: `{"dev_user":{"type":"dev_user","id":"` + acme.Member.ID + `","display_id":"DEVU-1","email":"admin@acme.example","state":"active","created_date":"<any>"}}`,
		}, "")...)
		all = append(all, both(apitest.Scenario{
			Name: "org", Path: "/internal/dev-orgs.get", Body: struct{}{}, Status: 200,
			Want: `{"dev_org":{"id":"` + acme.Org.ID + `","display_id":"` + acme.Org.DisplayID + `","display_name":"Acme","dev_slug":"acme"}}`,
		}, "")...)
		all = append(all, both(apitest.Scenario{
			Name: "info", Path: "/auth-tokens.info", Body: struct{}{}, Status: 200,
			Want: `{"organization":{"id":"` + acme.Org.ID + `","slug":"acme"},"user":{"type":"dev_user","email":"admin@acme.example"},
				"token":{"issuer":"http://127.0.0.1:8080/","subject":"` + acme.Member.ID + `","issued_at":"<any>","expiry":"<any>"}}`,
		}, "")...)
		all = append(all, both(apitest.Scenario{
			Name: "by display id", Path: "/dev-users.get", Body: `{"id":"DEVU-1"}`, Status: 200, Want: `{"dev_user":{"email":"admin@acme.example"}}`,
		}, `id=%22DEVU-1%22`)...)
		all = append(all, both(apitest.Scenario{
			Name: "by DON", Path: "/dev-users.get", Body: `{"id":"` + acme.Member.ID + `"}`, Status: 200, Want: `{"dev_user":{"display_id":"DEVU-1"}}`,
		}, "id="+acme.Member.ID)...)
		all = append(all, both(apitest.Scenario{Name: "nobody", Path: "/dev-users.get", Body: `{"id":"DEVU-9"}`, Status: 404, Want: `{"type":"not_found"}`}, "id=DEVU-9")...)
		all = append(all, both(apitest.Scenario{
			Name: "no id", Path: "/dev-users.get", Body: `{}`, Status: 400, Want: `{"type":"missing_required_field","field_name":"id"}`,
		}, "")...)
		all = append(all, both(apitest.Scenario{
			Name: "bad id", Path: "/dev-users.get", Body: `{"id":"x"}`, Status: 400, Want: `{"type":"invalid_id","field_name":"id"}`,
		}, "id=x")...)
		all = append(all, both(apitest.Scenario{
			Name: "other type", Path: "/dev-users.get", Body: `{"id":"REVU-1"}`, Status: 400, Want: `{"type":"unexpected_id_type","field_name":"id"}`,
		}, "id=REVU-1")...)
		all = append(all, both(apitest.Scenario{
			Name: "unknown field", Path: "/dev-users.self", Body: `{"x":1}`, Status: 400, Want: `{"type":"invalid_field","field_name":"x"}`,
		}, "x=1")...)
		c.Run(t, all)
	})
}

func TestMemberList(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		for _, name := range []string{"Zoe", "bob", "Ana"} {
			k.Do(t, "members.add", "", server.NewMember{Email: name + "@acme.example", Name: name}, nil)
		}
		k.Do(t, "members.deactivate", "", server.NamedMember{Member: "bob@acme.example"}, nil)
		emails := func(list ...string) string {
			for i, e := range list {
				list[i] = `{"email":"` + e + `"}`
			}
			return `{"dev_users":[` + strings.Join(list, ",") + `]}`
		}
		var all []apitest.Scenario
		all = append(all, both(apitest.Scenario{
			Name: "newest first", Path: "/dev-users.list", Body: `{}`, Status: 200,
			Want: emails("Ana@acme.example", "bob@acme.example", "Zoe@acme.example", "admin@acme.example"), Absent: []string{"next_cursor", "prev_cursor"},
		}, "")...)
		all = append(all, both(apitest.Scenario{
			Name: "by address", Path: "/dev-users.list", Body: `{"email":["zoe@ACME.example","nobody@x.example"]}`, Status: 200, Want: emails("Zoe@acme.example"),
		}, `email=%22zoe%40ACME.example%22,%22nobody%40x.example%22`)...)
		all = append(all, both(apitest.Scenario{
			Name: "by state", Path: "/dev-users.list", Body: `{"state":["deactivated"]}`, Status: 200, Want: emails("bob@acme.example"),
		}, "state=deactivated")...)
		all = append(all, both(apitest.Scenario{
			Name: "by name", Path: "/dev-users.list", Body: `{"sort_by":["display_name:asc"]}`, Status: 200,
			Want: emails("admin@acme.example", "Ana@acme.example", "bob@acme.example", "Zoe@acme.example"),
		}, `sort_by=%22display_name:asc%22`)...)
		all = append(all, both(apitest.Scenario{
			Name: "made long ago", Path: "/dev-users.list", Body: `{"created_date":{"type":"range","before":"2020-01-01T00:00:00Z"}}`, Status: 200, Want: `{"dev_users":[]}`,
		}, "created_date.type=range&created_date.before=2020-01-01T00:00:00Z")...)
		all = append(all, both(apitest.Scenario{
			Name: "made of late", Path: "/dev-users.list", Body: `{"created_date":{"type":"preset","preset_type":"last_n_days","days":1},"state":["deactivated"]}`, Status: 200,
			Want: emails("bob@acme.example"),
		}, "created_date.type=preset&created_date.preset_type=last_n_days&created_date.days=1&state=deactivated")...)
		all = append(all, both(apitest.Scenario{
			Name: "changed in days to come", Path: "/dev-users.list", Body: `{"modified_date":{"type":"preset","preset_type":"next_n_days","days":1}}`, Status: 200, Want: `{"dev_users":[]}`,
		}, "modified_date.type=preset&modified_date.preset_type=next_n_days&modified_date.days=1")...)
		at := c.Post(t, "dev-users.self", `{}`, 200).Text(t, "dev_user.created_date")
		all = append(all, both(apitest.Scenario{
			Name: "made when it says", Path: "/dev-users.list", Body: `{"created_date":{"after":"` + at + `","before":"` + at + `"},"email":["admin@acme.example"]}`, Status: 200,
			Want: emails("admin@acme.example"),
		}, "created_date.after="+at+"&created_date.before="+at+"&email=admin@acme.example")...)
		all = append(all, both(apitest.Scenario{
			Name: "preset of nothing", Path: "/dev-users.list", Body: `{"created_date":{"type":"preset","days":1}}`, Status: 400, Want: `{"type":"missing_required_field","field_name":"created_date.preset_type"}`,
		}, "created_date.type=preset&created_date.days=1")...)
		all = append(all, both(apitest.Scenario{
			Name: "preset without days", Path: "/dev-users.list", Body: `{"modified_date":{"type":"preset","preset_type":"last_n_days"}}`, Status: 400, Want: `{"type":"missing_required_field","field_name":"modified_date.days"}`,
		}, "modified_date.type=preset&modified_date.preset_type=last_n_days")...)
		all = append(all, both(apitest.Scenario{
			Name: "custom field", Path: "/dev-users.list", Body: `{"custom_fields":{"tnt__desk":["a"]}}`, Status: 400, Want: `{"type":"customization_validation_error","field_name":"custom_fields.tnt__desk"}`,
		}, "custom_fields.tnt__desk=a")...)
		all = append(all, both(apitest.Scenario{
			Name: "bad state", Path: "/dev-users.list", Body: `{"state":["x"]}`, Status: 400, Want: `{"type":"invalid_enum_value","field_name":"state[0]","allowed_values":"<any>"}`,
		}, "state=x")...)
		all = append(all, both(apitest.Scenario{
			Name: "bad sort", Path: "/dev-users.list", Body: `{"sort_by":["x:asc"]}`, Status: 400, Want: `{"type":"invalid_enum_value","field_name":"sort_by[0]"}`,
		}, "sort_by=x:asc")...)
		all = append(all, both(apitest.Scenario{
			Name: "bad cursor", Path: "/dev-users.list", Body: `{"cursor":"x"}`, Status: 400, Want: `{"field_name":"cursor"}`,
		}, "cursor=x")...)
		c.Run(t, all)
		for _, sort := range []string{"", "email:asc", "created_date:desc", "display_id:desc", "modified_date:asc"} {
			checkPaging(t, c, sort, 4)
		}
	})
}

// checkPaging walks the list forth and back in pages of one.
func checkPaging(t *testing.T, c apitest.Client, sort string, want int) {
	t.Helper()
	req := map[string]any{"limit": 1}
	if sort != "" {
		req["sort_by"] = []string{sort}
	}
	var forth, back []string
	walk := func(link string) (seen []string) {
		for range want + 1 {
			res := c.Post(t, "dev-users.list", req, 200)
			if v, ok := res.Lookup("dev_users.0.id"); ok {
				seen = append(seen, v.(string))
			}
			cursor, more := res.Lookup(link)
			if !more {
				return seen
			}
			req["cursor"] = cursor
		}
		t.Fatalf("sort %q: the list does not end", sort)
		return nil
	}
	forth = walk("next_cursor")
	delete(req, "cursor")
	req["mode"] = "before"
	back = walk("prev_cursor")
	if len(forth) != want || len(back) != want {
		t.Fatalf("sort %q: %d forth, %d back, want %d", sort, len(forth), len(back), want)
	}
	for i := range forth {
		if forth[i] != back[want-1-i] {
			t.Errorf("sort %q: row %d is %s forth and %s back", sort, i, forth[i], back[want-1-i])
		}
	}
}

func TestTokens(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, acme := k.Admin(t, "Acme")
		c.Run(t, []apitest.Scenario{
			{Name: "not for members", Path: "/auth-tokens.create", Body: `{"requested_token_type":"` + urn + `token-type:super"}`, Status: 400,
				Want: `{"type":"value_not_permitted","field_name":"requested_token_type","allowed_values":["` + pat + `","` + aat + `","` + public + `"]}`},
			{Name: "no such type", Path: "/auth-tokens.create", Body: `{"requested_token_type":"x"}`, Status: 400,
				Want: `{"type":"invalid_enum_value","field_name":"requested_token_type","value":"x"}`},
			{Name: "exchange", Path: "/auth-tokens.create", Body: `{"grant_type":"urn:ietf:params:oauth:grant-type:token-exchange"}`, Status: 400,
				Want: `{"type":"value_not_permitted","field_name":"grant_type"}`},
			{Name: "with a subject token", Path: "/auth-tokens.create", Body: `{"subject_token":"x"}`, Status: 403, Want: `{"type":"forbidden"}`},
			{Name: "as somebody else", Path: "/auth-tokens.create", Body: `{"act_as":"DEVU-2"}`, Status: 403, Want: `{"type":"forbidden"}`},
			{Name: "for a contact", Path: "/auth-tokens.create", Body: `{"rev_info":{"user_ref":"u-1"}}`, Status: 403, Want: `{"type":"forbidden"}`},
			{Name: "days too many", Path: "/auth-tokens.create", Body: `{"expires_in":4294967296}`, Status: 400, Want: `{"field_name":"expires_in"}`},
			{Name: "days below nothing", Path: "/auth-tokens.create", Body: `{"expires_in":-1}`, Status: 400, Want: `{"field_name":"expires_in"}`},
			{Name: "hint too long", Path: "/auth-tokens.create", Body: map[string]string{"token_hint": strings.Repeat("x", 257)}, Status: 400,
				Want: `{"type":"value_not_permitted","field_name":"token_hint"}`},
			{Name: "for ever", Path: "/auth-tokens.create", Body: `{"expires_in":4294967295}`, Status: 201, Want: `{"token_type":"bearer","expires_in":253402214400}`},
			{Name: "not by GET", Method: "GET", Path: "/auth-tokens.create", Status: 405},
		})
		created := c.Post(t, "auth-tokens.create", map[string]any{
			"grant_type": urn + "grant-type:token-issue", "requested_token_type": pat, "expires_in": 7, "token_hint": "CI", "scope": "a  b", "aud": []string{"x"}, "client_id": "app",
		}, 201)
		expires, _ := created.Lookup("expires_in")
		if got, want := time.Unix(number(t, expires), 0), time.Now().AddDate(0, 0, 7); got.Sub(want).Abs() > time.Minute {
			t.Errorf("expires_in is %v, want about %v", got, want)
		}
		mine := k.Client(t, created.Text(t, "access_token"))
		id := mine.Post(t, "auth-tokens.list", struct{}{}, 200).Text(t, "tokens.0.id")
		var all []apitest.Scenario
		all = append(all, both(apitest.Scenario{
			Name: "get", Path: "/auth-tokens.get", Body: `{"token_id":"` + id + `"}`, Status: 200, Absent: []string{"token.access_token", "token.hash"},
			Want: `{"token":{"id":"` + id + `","status":"active","requested_token_type":"` + pat + `","subject":"` + acme.Member.ID + `","token_hint":"CI","scopes":["a","b"]}}`,
		}, "token_id="+id)...)
		all = append(all, both(apitest.Scenario{Name: "get nothing", Path: "/auth-tokens.get", Body: `{}`, Status: 400, Want: `{"field_name":"token_id"}`}, "")...)
		all = append(all, both(apitest.Scenario{Name: "get unknown", Path: "/auth-tokens.get", Body: `{"token_id":"abc"}`, Status: 404, Want: `{"type":"not_found"}`}, "token_id=abc")...)
		all = append(all, both(apitest.Scenario{
			Name: "list by type", Path: "/auth-tokens.list", Body: `{"requested_token_type":"` + urn + `token-type:aat"}`, Status: 200, Want: `{"tokens":[]}`,
		}, "requested_token_type="+urn+"token-type:aat")...)
		all = append(all, both(apitest.Scenario{
			Name: "list of nobody", Path: "/auth-tokens.list", Body: `{"subject":"DEVU-9"}`, Status: 404, Want: `{"type":"not_found"}`,
		}, "subject=DEVU-9")...)
		all = append(all, both(apitest.Scenario{
			Name: "list of one", Path: "/auth-tokens.list", Body: `{"subject":"DEVU-1","requested_token_type":"` + pat + `"}`, Status: 200,
			Want: `{"tokens":[{"token_hint":"CI"},{"status":"active"},{"token_hint":"kith admin create"}]}`,
		}, "subject=DEVU-1&requested_token_type="+pat)...)
		all = append(all,
			apitest.Scenario{Name: "rename", Path: "/auth-tokens.update", Body: `{"token_id":"` + id + `","token_hint":"other"}`, Status: 200, Want: `{"token":{"token_hint":"other"}}`},
			apitest.Scenario{Name: "rename unknown", Path: "/auth-tokens.update", Body: `{"token_id":"abc","token_hint":"other"}`, Status: 404},
			apitest.Scenario{Name: "delete unknown", Path: "/auth-tokens.delete", Body: `{"token_id":"abc"}`, Status: 404},
			apitest.Scenario{Name: "delete", Path: "/auth-tokens.delete", Body: `{"token_id":"` + id + `"}`, Status: 200, Want: `{}`, Exact: true},
			apitest.Scenario{Name: "deleted", Path: "/auth-tokens.get", Body: `{"token_id":"` + id + `"}`, Status: 200, Want: `{"token":{"status":"revoked"}}`},
		)
		c.Run(t, all)
		revoked(t, mine)
		other := k.Client(t, c.Post(t, "auth-tokens.create", struct{}{}, 201).Text(t, "access_token"))
		other.Post(t, "auth-tokens.delete", struct{}{}, 200)
		revoked(t, other)
		c.Post(t, "auth-tokens.self.delete", map[string]string{"requested_token_type": pat}, 200)
		revoked(t, c)
	})
}

// revoked checks that a token has stopped working, at once and with the type
// that only newer editions of the published API name.
func revoked(t *testing.T, c apitest.Client) {
	t.Helper()
	c.Spec = nil
	res := c.Post(t, "dev-users.self", struct{}{}, 401)
	if got := res.Text(t, "type"); got != "token_revoked" {
		t.Errorf("type is %s, want token_revoked", got)
	}
}

func number(t *testing.T, v any) int64 {
	t.Helper()
	n, ok := v.(interface{ Int64() (int64, error) })
	if !ok {
		t.Fatalf("%v is no number", v)
	}
	i, err := n.Int64()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestCallersWithoutARight(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		good, _ := k.Admin(t, "Acme")
		forged := good.Token[:len(good.Token)-8] + "AAAAAAAA"
		none := k.Client(t, "")
		for name, header := range map[string]map[string]string{
			"nothing": {}, "garbage": {"Authorization": "x"}, "bearer garbage": {"Authorization": "Bearer x.y.z"}, "forged": {"Authorization": forged},
			"no algorithm": {"Authorization": "eyJhbGciOiJub25lIn0.e30."}, "stale cookie": {"Cookie": "kith_session=abc", "X-Kith-Csrf": "1"},
		} {
			for _, method := range []string{"GET", "POST"} {
				none.Play(t, apitest.Scenario{Name: name, Method: method, Path: "/dev-users.self", Header: header, Status: 401, Want: `{"type":"unauthenticated","message":"<any>"}`})
			}
		}
		for _, form := range []string{"Bearer ", "bearer ", "BEARER  ", ""} {
			none.Play(t, apitest.Scenario{Path: "/dev-users.self", Header: map[string]string{"Authorization": form + good.Token}, Status: 200})
		}
	})
}

func TestTenantsDoNotMeet(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		a, acme := k.Admin(t, "Acme")
		b, beta := k.Admin(t, "Beta")
		if acme.Org.ID == beta.Org.ID {
			t.Fatal("two orgs have one id")
		}
		a.Run(t, []apitest.Scenario{
			{Name: "member", Path: "/dev-users.get", Body: `{"id":"` + beta.Member.ID + `"}`, Status: 404},
			{Name: "members", Path: "/dev-users.list", Body: `{}`, Status: 200, Want: `{"dev_users":[{"email":"admin@acme.example"}]}`},
			{Name: "token", Path: "/auth-tokens.get", Body: `{"token_id":"` + beta.TokenView.ID + `"}`, Status: 404},
			{Name: "token by its random part", Path: "/auth-tokens.get", Body: `{"token_id":"` + beta.TokenView.ID[strings.LastIndex(beta.TokenView.ID, "/")+1:] + `"}`, Status: 404},
			{Name: "tokens", Path: "/auth-tokens.list", Body: `{"subject":"` + beta.Member.ID + `"}`, Status: 404},
			{Name: "rename", Path: "/auth-tokens.update", Body: `{"token_id":"` + beta.TokenView.ID + `","token_hint":"x"}`, Status: 404},
			{Name: "revoke", Path: "/auth-tokens.delete", Body: `{"token_id":"` + beta.TokenView.ID + `"}`, Status: 404},
		})
		b.Play(t, apitest.Scenario{Path: "/dev-orgs.get", Body: `{}`, Status: 200, Want: `{"dev_org":{"display_name":"Beta"}}`})
	})
}

func TestSetup(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := k.Client(t, "")
		form := map[string]string{"dev_org_name": "Acme", "display_name": "Ada", "email": "ada@acme.example", "password": "a long enough one"}
		with := func(field, value string) map[string]string {
			out := map[string]string{}
			for k, v := range form {
				out[k] = v
			}
			out[field] = value
			return out
		}
		c.Run(t, both(apitest.Scenario{Name: "state", Path: "/setup.get", Body: `{}`, Status: 200, Want: `{"needs_setup":true,"code_required":false}`, Exact: true}, ""))
		c.Run(t, []apitest.Scenario{
			{Name: "short password", Path: "/setup.create", Body: with("password", "short"), Status: 400, Want: `{"type":"value_not_permitted","field_name":"password"}`},
			{Name: "no password", Path: "/setup.create", Body: with("password", ""), Status: 400, Want: `{"type":"missing_required_field","field_name":"password"}`},
			{Name: "bad e-mail", Path: "/setup.create", Body: with("email", "ada"), Status: 400, Want: `{"type":"value_not_permitted","field_name":"email"}`},
			{Name: "no name", Path: "/setup.create", Body: with("dev_org_name", " "), Status: 400, Want: `{"type":"missing_required_field","field_name":"dev_org_name"}`},
			{Name: "from another site", Path: "/setup.create", Body: form, Header: map[string]string{"Sec-Fetch-Site": "cross-site"}, Status: 403},
			{Name: "by a proxy without the code", Path: "/setup.create", Body: form, Header: map[string]string{"X-Forwarded-For": "1.2.3.4"}, Status: 400, Want: `{"field_name":"code"}`},
			{Name: "by a proxy with a wrong code", Path: "/setup.create", Body: with("code", "x"), Header: map[string]string{"X-Forwarded-For": "1.2.3.4"}, Status: 403, Want: `{"field_name":"code"}`},
		})
		// Of many at once one is the first.
		codes := make([]int, 8)
		var wg sync.WaitGroup
		for i := range codes {
			wg.Go(func() { codes[i] = c.Send(t, "", "/setup.create", nil, form).Status })
		}
		wg.Wait()
		made := 0
		for _, code := range codes {
			switch code {
			case 201:
				made++
			case 409:
			default:
				t.Errorf("status %d", code)
			}
		}
		if made != 1 {
			t.Errorf("%d of %d set up Kith, want 1", made, len(codes))
		}
		c.Run(t, []apitest.Scenario{
			{Name: "state after", Path: "/setup.get", Body: `{}`, Status: 200, Want: `{"needs_setup":false}`},
			{Name: "again", Path: "/setup.create", Body: form, Status: 409, Want: `{"type":"conflict"}`},
		})
	})
}

// browser is a client with the cookie of a session.
func browser(t *testing.T, k *servertest.Kith, org string) (apitest.Client, map[string]string) {
	t.Helper()
	c := k.Client(t, "")
	res := c.Play(t, apitest.Scenario{
		Path: "/sessions.create", Body: map[string]string{"email": "Admin@" + org + ".example", "password": servertest.Password}, Status: 201,
		Want: `{"dev_user":{"display_id":"DEVU-1"},"dev_org":{"dev_slug":"` + org + `"}}`,
	})
	cookie := res.Header.Get("Set-Cookie")
	for _, part := range []string{"kith_session=", "Path=/", "HttpOnly", "SameSite=Strict"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %q lacks %s", cookie, part)
		}
	}
	if strings.Contains(cookie, "Secure") {
		t.Errorf("the cookie %q is Secure without TLS", cookie)
	}
	pair, _, _ := strings.Cut(cookie, ";")
	return c, map[string]string{"Cookie": pair}
}

func TestSessions(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		token, _ := k.Admin(t, "Acme")
		c, cookie := browser(t, k, "acme")
		safe := map[string]string{"Cookie": cookie["Cookie"], "X-Kith-Csrf": "1"}
		foreign := map[string]string{"Cookie": cookie["Cookie"], "X-Kith-Csrf": "1", "Sec-Fetch-Site": "cross-site"}
		origin := map[string]string{"Cookie": cookie["Cookie"], "X-Kith-Csrf": "1", "Origin": "https://evil.example"}
		ours := map[string]string{"Cookie": cookie["Cookie"], "X-Kith-Csrf": "1", "Origin": "http://127.0.0.1:8080"}
		c.Run(t, []apitest.Scenario{
			{Name: "wrong password", Path: "/sessions.create", Body: `{"email":"admin@acme.example","password":"wrong"}`, Status: 401, Want: `{"type":"unauthenticated"}`},
			{Name: "nobody", Path: "/sessions.create", Body: `{"email":"nobody@acme.example","password":"wrong"}`, Status: 401},
			{Name: "no password", Path: "/sessions.create", Body: `{"email":"nobody@acme.example"}`, Status: 400, Want: `{"field_name":"password"}`},
			{Name: "no address", Path: "/sessions.create", Body: `{"email":"nobody","password":"x"}`, Status: 400, Want: `{"field_name":"email"}`},
			{Name: "other org", Path: "/sessions.create", Body: `{"email":"admin@acme.example","password":"` + servertest.Password + `","dev_org":"other"}`, Status: 401},
			{Name: "read", Method: "GET", Path: "/dev-users.self", Header: cookie, Status: 200},
			{Name: "without the header", Path: "/dev-users.self", Body: `{}`, Header: cookie, Status: 403, Want: `{"type":"forbidden"}`},
			{Name: "from another site", Path: "/dev-users.self", Body: `{}`, Header: foreign, Status: 403},
			{Name: "from another origin", Path: "/dev-users.self", Body: `{}`, Header: origin, Status: 403},
			{Name: "from our origin", Path: "/dev-users.self", Body: `{}`, Header: ours, Status: 200},
			{Name: "own sessions", Path: "/auth-tokens.list", Body: `{"requested_token_type":"` + urn + `token-type:session:dev0"}`, Header: safe, Status: 200,
				Want: `{"tokens":[{"status":"active"}]}`},
			{Name: "sign out", Path: "/sessions.delete", Body: `{}`, Header: safe, Status: 200, Want: `{}`, Check: func(t testing.TB, r apitest.Response) {
				if got := r.Header.Get("Set-Cookie"); !strings.Contains(got, "Max-Age=0") {
					t.Errorf("the cookie stays: %q", got)
				}
			}},
			{Name: "signed out", Path: "/dev-users.self", Body: `{}`, Header: safe, Status: 401, Want: `{"type":"unauthenticated"}`},
			{Name: "sign out again", Path: "/sessions.delete", Body: `{}`, Header: safe, Status: 401},
		})
		token.Post(t, "dev-users.self", struct{}{}, 200)
	})
}

func TestSignInToOneOfSeveralOrgs(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		_, acme := k.Admin(t, "Acme")
		_, beta := k.Admin(t, "Beta")
		k.Do(t, "members.add", "beta", server.NewMember{Email: "admin@acme.example", Password: servertest.Password}, nil)
		k.Do(t, "members.add", "beta", server.NewMember{Email: "carl@beta.example", Password: "quite another one"}, nil)
		sign := func(org string) map[string]string {
			return map[string]string{"email": "admin@acme.example", "password": servertest.Password, "dev_org": org}
		}
		c := k.Client(t, "")
		c.Run(t, []apitest.Scenario{
			{Name: "which", Path: "/sessions.create", Body: sign(""), Status: 409,
				Want: `{"type":"conflict","dev_orgs":[{"id":"` + acme.Org.ID + `","display_name":"Acme"},{"id":"` + beta.Org.ID + `"}]}`},
			{Name: "by id", Path: "/sessions.create", Body: sign(beta.Org.ID), Status: 201, Want: `{"dev_org":{"display_name":"Beta"}}`},
			{Name: "by display id", Path: "/sessions.create", Body: sign(acme.Org.DisplayID), Status: 201, Want: `{"dev_org":{"display_name":"Acme"}}`},
			{Name: "with a wrong password nothing is told", Path: "/sessions.create", Body: `{"email":"admin@acme.example","password":"wrong"}`, Status: 401, Absent: []string{"dev_orgs"}},
		})
	})
}

func TestThrottle(t *testing.T) {
	k := servertest.New(t, "sqlite")
	k.Admin(t, "Acme")
	c := k.Client(t, "")
	wrong := `{"email":"admin@acme.example","password":"wrong"}`
	for range 5 {
		c.Post(t, "sessions.create", wrong, 401)
	}
	res := c.Play(t, apitest.Scenario{Path: "/sessions.create", Body: wrong, Status: 429, Want: `{"type":"too_many_requests","retry_after":"<any>"}`})
	if res.Header.Get("Retry-After") == "" {
		t.Error("Retry-After is missing")
	}
	c.Post(t, "sessions.create", map[string]string{"email": "admin@acme.example", "password": servertest.Password}, 429)
	c.Post(t, "sessions.create", `{"email":"other@acme.example","password":"wrong"}`, 401)

	// A link from an admin lets the member in at once.
	var link server.AddedView
	k.Do(t, "members.reset-password", "", server.NamedMember{Member: "DEVU-1"}, &link)
	secret := link.Link[strings.LastIndex(link.Link, "/")+1:]
	c.Post(t, "password-resets.redeem", map[string]string{"token": secret, "password": "a new password, long"}, 200)
	c.Post(t, "sessions.create", map[string]string{"email": "admin@acme.example", "password": "a new password, long"}, 201)
}

func TestPasswordLink(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		k.Admin(t, "Acme")
		_, cookie := browser(t, k, "acme")
		var first, second server.AddedView
		k.Do(t, "members.reset-password", "", server.NamedMember{Member: "admin@acme.example"}, &first)
		k.Do(t, "members.reset-password", "", server.NamedMember{Member: "DEVU-1"}, &second)
		secret := func(v server.AddedView) string { return v.Link[strings.LastIndex(v.Link, "/")+1:] }
		if !strings.HasPrefix(second.Link, "http://127.0.0.1:8080/reset/") {
			t.Errorf("the link is %s", second.Link)
		}
		body := func(token, password string) map[string]string {
			return map[string]string{"token": token, "password": password}
		}
		c := k.Client(t, "")
		c.Run(t, []apitest.Scenario{
			{Name: "unknown", Path: "/password-resets.redeem", Body: body("x", "a new password, long"), Status: 404, Want: `{"type":"not_found"}`},
			{Name: "replaced by a later one", Path: "/password-resets.redeem", Body: body(secret(first), "a new password, long"), Status: 404},
			{Name: "short", Path: "/password-resets.redeem", Body: body(secret(second), "short"), Status: 400, Want: `{"field_name":"password"}`},
			{Name: "missing", Path: "/password-resets.redeem", Body: `{}`, Status: 400, Want: `{"field_name":"token"}`},
			{Name: "set", Path: "/password-resets.redeem", Body: body(secret(second), "a new password, long"), Status: 200, Want: `{}`, Exact: true},
			{Name: "once", Path: "/password-resets.redeem", Body: body(secret(second), "a new password, long"), Status: 404},
			{Name: "sessions have ended", Method: "GET", Path: "/dev-users.self", Header: cookie, Status: 401},
			{Name: "old password", Path: "/sessions.create", Body: `{"email":"admin@acme.example","password":"` + servertest.Password + `"}`, Status: 401},
			{Name: "new password", Path: "/sessions.create", Body: `{"email":"admin@acme.example","password":"a new password, long"}`, Status: 201},
		})
		// The secret of a link is no token.
		k.Client(t, secret(second)).Post(t, "dev-users.self", struct{}{}, 401)
	})
}

func TestDeactivatedMembersMayNothing(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, acme := k.Admin(t, "Acme")
		_, cookie := browser(t, k, "acme")
		k.Do(t, "members.add", "", server.NewMember{Email: "bob@acme.example", Password: servertest.Password}, nil)
		k.Do(t, "members.deactivate", "", server.NamedMember{Member: acme.Member.Email}, nil)
		revoked(t, c)
		c.Token = ""
		c.Play(t, apitest.Scenario{Method: "GET", Path: "/dev-users.self", Header: cookie, Status: 401})
		c.Play(t, apitest.Scenario{Path: "/sessions.create", Body: map[string]string{"email": acme.Member.Email, "password": servertest.Password}, Status: 403, Want: `{"type":"forbidden"}`})

		operator := apitest.Client{Handler: k.Operator}
		operator.Play(t, apitest.Scenario{Path: "/members.deactivate", Body: `{"member":"bob@acme.example"}`, Status: 409, Want: `{"type":"conflict"}`})
		k.Do(t, "members.activate", "", server.NamedMember{Member: acme.Member.Email}, nil)
		c.Post(t, "sessions.create", map[string]string{"email": acme.Member.Email, "password": servertest.Password}, 201)
	})
}

func TestSettings(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		other, _ := k.Admin(t, "Beta")
		c.Run(t, append(both(apitest.Scenario{
			Name: "defaults", Path: "/dev-orgs.settings.get", Body: `{}`, Status: 200, Exact: true,
			Want: `{"settings":{"shared_emails":false,"single_association":false,"require_account":false,"named_whatsapp":false,"blocked_values":[],"max_identifiers":0,"auto_merge_precision":0,"time_zone":""}}`,
		}, ""), []apitest.Scenario{
			{Name: "two", Path: "/dev-orgs.settings.update", Body: `{"shared_emails":true,"single_association":true}`, Status: 200,
				Want: `{"settings":{"shared_emails":true,"single_association":true,"require_account":false}}`},
			{Name: "one back", Path: "/dev-orgs.settings.update", Body: `{"shared_emails":false}`, Status: 200,
				Want: `{"settings":{"shared_emails":false,"single_association":true}}`},
			{Name: "unknown", Path: "/dev-orgs.settings.update", Body: `{"shared_email":true}`, Status: 400, Want: `{"type":"invalid_field","field_name":"shared_email"}`},
			{Name: "a text", Path: "/dev-orgs.settings.update", Body: `{"shared_emails":"yes"}`, Status: 400, Want: `{"type":"unexpected_json_type"}`},
		}...))
		other.Play(t, apitest.Scenario{Path: "/dev-orgs.settings.get", Body: `{}`, Status: 200, Want: `{"settings":{"single_association":false}}`})
		c.Post(t, "rev-users.create", map[string]string{"display_name": "Ann", "email": "ann@x.example"}, 201)
	})
}
