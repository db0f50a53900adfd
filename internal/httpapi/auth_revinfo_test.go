package httpapi_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// refused plays a rev_info that must be turned down and leave nothing behind.
func (s shop) refuses(t *testing.T, name, revInfo string, status int, want string) {
	t.Helper()
	before := state(t, s.admin)
	s.aat.Play(t, apitest.Scenario{Name: name, Path: "/auth-tokens.create", Body: `{"rev_info":` + revInfo + `}`, Status: status, Want: want})
	if d := cmp.Diff(before, state(t, s.admin)); d != "" {
		t.Errorf("%s: it was refused, but something changed: %s", name, d)
	}
}

// places returns the display ids of a contact's accounts and workspaces.
func (s shop) places(t *testing.T, id string) []string {
	t.Helper()
	var out struct {
		Associations []struct {
			To struct {
				ID string `json:"display_id"`
			} `json:"associated_to"`
		} `json:"associations"`
	}
	s.admin.Post(t, "rev-users.associations.list", `{"rev_user_id":"`+id+`"}`, 200).Decode(t, &out)
	ids := []string{}
	for _, a := range out.Associations {
		ids = append(ids, a.To.ID)
	}
	slices.Sort(ids)
	return ids
}

// who returns the display id of the contact that a session is of.
func who(t *testing.T, c apitest.Client) string {
	t.Helper()
	return c.Post(t, "rev-users.self.get", `{}`, 200).Text(t, "rev_user.display_id")
}

// TestResolutionTable walks through the ways in which rev_info names a person
// with or without account and workspace.
func TestResolutionTable(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		known := s.admin.Post(t, "accounts.create", `{"display_name":"Known","external_refs":["acc-known"]}`, 201).Text(t, "account.display_id")
		other := s.admin.Post(t, "accounts.create", `{"display_name":"Other","external_refs":["acc-other"]}`, 201).Text(t, "account.display_id")
		space := s.admin.Post(t, "rev-orgs.create", `{"account":"`+known+`","display_name":"Space","external_ref":"ws-known"}`, 201).Text(t, "rev_org.display_id")
		s.admin.Post(t, "rev-users.create", `{"display_name":"Ann","external_ref":"u-known"}`, 201)
		for _, c := range []struct {
			name, info string
			places     []string // NEW-ACC and NEW-REV stand for what is made
			accounts   int      // made
			workspaces int      // made, beside the accounts' default ones
		}{
			{"known user", `"user_ref":"u-known"`, []string{}, 0, 0},
			{"unknown user", `"user_ref":"u-1"`, []string{}, 0, 0},
			{"new account", `"user_ref":"u-2","account_ref":"acc-2"`, []string{"NEW-ACC"}, 1, 0},
			{"known account", `"user_ref":"u-3","account_ref":"acc-known"`, []string{known}, 0, 0},
			{"known account by its id", `"user_ref":"u-3b","account_ref":"` + other + `"`, []string{"NEW-ACC"}, 1, 0},
			{"new account, new workspace", `"user_ref":"u-4","account_ref":"acc-4","workspace_ref":"ws-4"`, []string{"NEW-ACC", "NEW-REV"}, 1, 1},
			{"known account, new workspace", `"user_ref":"u-5","account_ref":"acc-known","workspace_ref":"ws-5"`, []string{known, "NEW-REV"}, 0, 1},
			{"known account and its workspace", `"user_ref":"u-6","account_ref":"acc-known","workspace_ref":"ws-known"`, []string{known, space}, 0, 0},
			{"new workspace alone", `"user_ref":"u-7","workspace_ref":"ws-7"`, []string{"NEW-ACC", "NEW-REV"}, 1, 1},
			{"known workspace alone", `"user_ref":"u-8","workspace_ref":"ws-known"`, []string{known, space}, 0, 0},
			{"org_ref", `"user_ref":"u-9","org_ref":"ws-known"`, []string{known, space}, 0, 0},
		} {
			before := s.count(t)
			mine := s.signIn(t, "{"+c.info+"}")
			id := who(t, mine)
			again := s.signIn(t, "{"+c.info+"}")
			if other := who(t, again); other != id {
				t.Errorf("%s: the second time it is %s, not %s", c.name, other, id)
			}
			after := s.count(t)
			if made := after.accounts - before.accounts; made != c.accounts {
				t.Errorf("%s: %d accounts made, want %d", c.name, made, c.accounts)
			}
			if made := after.workspaces - before.workspaces; made != c.accounts+c.workspaces {
				t.Errorf("%s: %d workspaces made, want %d", c.name, made, c.accounts+c.workspaces)
			}
			got := s.places(t, id)
			want := slices.Clone(c.places)
			for i, p := range want {
				if p == "NEW-ACC" {
					want[i] = fmt.Sprintf("ACC-%d", after.accounts)
				}
				if p == "NEW-REV" {
					want[i] = fmt.Sprintf("REV-%d", after.workspaces)
				}
			}
			slices.Sort(want)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s: %s", c.name, d)
			}
		}
		s.refuses(t, "workspace of another account", `{"user_ref":"u-x","account_ref":"acc-other","workspace_ref":"ws-known"}`, 409,
			`{"type":"conflict","field_name":"rev_info.workspace_ref"}`)
		s.refuses(t, "workspace of another account, which is new", `{"user_ref":"u-x","account_ref":"acc-new","workspace_ref":"ws-known"}`, 409,
			`{"field_name":"rev_info.workspace_ref"}`)
		made := s.admin.Post(t, "rev-users.list", `{"external_ref":["u-1"]}`, 200)
		if by := made.Text(t, "rev_users.0.created_by.display_id"); by != "SYSU-1" {
			t.Errorf("made by %s", by)
		}
		if verified, _ := made.Lookup("rev_users.0.is_verified"); verified != true {
			t.Error("what the backend vouches for is not verified")
		}
	})
}

type counts struct{ accounts, workspaces, contacts int }

func (s shop) count(t *testing.T) counts {
	t.Helper()
	n := func(op, list string) int {
		v, _ := s.admin.Post(t, op, `{"limit":100}`, 200).Lookup(list)
		return len(v.([]any))
	}
	return counts{n("accounts.list", "accounts"), n("rev-orgs.list", "rev_orgs"), n("rev-users.list", "rev_users")}
}

func TestTraits(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		info := `{"user_ref":"u-1","account_ref":"a-1","workspace_ref":"w-1",
			"user_traits":{"display_name":"Ann","full_name":"Ann Example","email":"Ann@Example.com","phone_numbers":["+14155550100"],"description":"VIP","custom_fields":{}},
			"account_traits":{"display_name":"Acme","domains":["acme.com"],"tier":"gold"},"workspace_traits":{"display_name":"Acme EU","tier":"silver"}}`
		id := who(t, s.signIn(t, info))
		get := `{"id":"` + id + `"}`
		want := `{"rev_user":{"display_name":"Ann","full_name":"Ann Example","email":"Ann@Example.com","phone_numbers":["+14155550100"],"description":"VIP","external_ref":"u-1"}}`
		read := apitest.Scenario{Path: "/rev-users.get", Body: get, Status: 200, Want: want}
		s.admin.Play(t, read)
		account := apitest.Scenario{Path: "/accounts.list", Body: `{"external_refs":["a-1"]}`, Status: 200, Want: `{"accounts":[{"display_name":"Acme","domains":["acme.com"],"tier":"gold"}]}`}
		s.admin.Play(t, account)
		s.admin.Play(t, apitest.Scenario{Path: "/rev-orgs.list", Body: `{"external_ref":["w-1"]}`, Status: 200, Want: `{"rev_orgs":[{"display_name":"Acme EU","tier":"silver"}]}`})
		modified := s.admin.Post(t, "rev-users.get", get, 200).Text(t, "rev_user.modified_date")

		// What is empty says nothing, and what is the same changes nothing.
		s.signIn(t, `{"user_ref":"u-1","account_ref":"a-1","user_traits":{"display_name":"","email":"","phone_numbers":[],"description":""},"account_traits":{"display_name":""}}`)
		s.signIn(t, info)
		s.admin.Play(t, read)
		if now := s.admin.Post(t, "rev-users.get", get, 200).Text(t, "rev_user.modified_date"); now != modified {
			t.Error("signing in with the same traits changed the contact")
		}
		// What is not empty replaces; a company keeps its name.
		s.signIn(t, `{"user_ref":"u-1","account_ref":"a-1","workspace_ref":"w-1","user_traits":{"display_name":"Ann B","email":"ann@new.example","phone_numbers":["+14155550199"]},
			"account_traits":{"display_name":"Evil Corp","tier":"none","domains":["acme.org"]},"workspace_traits":{"display_name":"Evil"}}`)
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: get, Status: 200,
			Want: `{"rev_user":{"display_name":"Ann B","full_name":"Ann Example","email":"ann@new.example","phone_numbers":["+14155550199","+14155550100"]}}`})
		s.admin.Play(t, apitest.Scenario{Path: "/accounts.list", Body: `{"external_refs":["a-1"]}`, Status: 200, Want: `{"accounts":[{"display_name":"Acme","tier":"gold","domains":["acme.com","acme.org"]}]}`})
		s.admin.Play(t, apitest.Scenario{Path: "/rev-orgs.list", Body: `{"external_ref":["w-1"]}`, Status: 200, Want: `{"rev_orgs":[{"display_name":"Acme EU"}]}`})
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.list", Body: `{"email":["ann@example.com"]}`, Status: 200, Want: `{"rev_users":[{"display_id":"` + id + `"}]}`})
		for _, c := range []struct{ name, info, want string }{
			{"no user_ref", `{}`, `{"type":"missing_required_field","field_name":"rev_info.user_ref"}`},
			{"custom field", `{"user_ref":"u-9","user_traits":{"custom_fields":{"tnt__x":1}}}`, `{"type":"customization_validation_error","subtype":"field_not_in_schema"}`},
			{"account's custom field", `{"user_ref":"u-9","account_ref":"a-9","account_traits":{"custom_fields":{"tnt__x":1}}}`, `{"type":"customization_validation_error"}`},
			{"unknown trait", `{"user_ref":"u-9","user_traits":{"nick":"x"}}`, `{"type":"invalid_field","field_name":"rev_info.user_traits.nick"}`},
			{"phone that is not E.164", `{"user_ref":"u-9","user_traits":{"phone_numbers":["(415) 555-0100"]}}`, `{"type":"value_not_permitted","field_name":"rev_info.user_traits.phone_numbers"}`},
			{"phone with spaces", `{"user_ref":"u-9","user_traits":{"phone_numbers":["+1 415 555 0100"]}}`, `{"type":"value_not_permitted"}`},
			{"bad e-mail", `{"user_ref":"u-9","user_traits":{"email":"ann"}}`, `{"field_name":"rev_info.user_traits.email"}`},
			{"domain with a scheme", `{"user_ref":"u-9","account_ref":"a-9","account_traits":{"domains":["https://x.example"]}}`, `{"field_name":"rev_info.account_traits.domains"}`},
			{"domain with www", `{"user_ref":"u-9","account_ref":"a-9","account_traits":{"domains":["www.x.example"]}}`, `{"field_name":"rev_info.account_traits.domains"}`},
			{"long name", `{"user_ref":"u-9","account_ref":"a-9","user_traits":{"display_name":"` + strings.Repeat("x", 257) + `"}}`, `{"field_name":"rev_info.user_traits.display_name"}`},
			{"two workspaces", `{"user_ref":"u-9","org_ref":"a","workspace_ref":"b"}`, `{"field_name":"rev_info.org_ref"}`},
			{"an id of another type", `{"user_id":"ACC-1"}`, `{"type":"unexpected_id_type","field_name":"rev_info.user_id"}`},
		} {
			s.refuses(t, c.name, c.info, 400, c.want)
		}
		s.refuses(t, "an id of nobody", `{"user_id":"REVU-999","account_ref":"a-9"}`, 404, `{"type":"not_found"}`)
	})
}

// TestWhoIsMeant is about references, addresses and ids that lead to contacts.
func TestWhoIsMeant(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		plain := s.admin.Post(t, "rev-users.create", `{"display_name":"Plain","email":"plain@x.example"}`, 201).Text(t, "rev_user.display_id")
		named := s.admin.Post(t, "rev-users.create", `{"display_name":"Named","email":"named@x.example","external_ref":"old"}`, 201).Text(t, "rev_user.display_id")
		for _, c := range []struct{ name, info, want string }{
			{"by address", `{"user_ref":"u-1","user_traits":{"email":"PLAIN@x.example"}}`, plain},
			{"by the reference that was installed", `{"user_ref":"u-1"}`, plain},
			{"one more reference", `{"user_ref":"u-2","user_traits":{"email":"named@x.example"}}`, named},
			{"either of them", `{"user_ref":"old"}`, named},
			{"by id", `{"user_id":"` + plain + `"}`, plain},
			{"the reference before the address", `{"user_ref":"u-1","user_traits":{"email":"named@x.example"}}`, plain},
		} {
			if got := who(t, s.signIn(t, c.info)); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
		// The address that another has stays there.
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + plain + `"}`, Status: 200, Want: `{"rev_user":{"email":"PLAIN@x.example","external_refs":["u-1"]}}`})
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + named + `"}`, Status: 200, Want: `{"rev_user":{"email":"named@x.example","external_refs":["old","u-2"]}}`})
		s.admin.Play(t, apitest.Scenario{
			Path: "/rev-users.identifiers.list", Body: `{"id":"` + plain + `"}`, Status: 200,
			Want: `{"identifiers":[{"kind":"email","proof":"signed","source":"api"},{"kind":"external_ref","proof":"signed","source":"token"}]}`,
		})
		// The ids that are shown where there is no reference are none: whoever may
		// choose a user name must not become somebody by it.
		bare := s.admin.Post(t, "rev-users.create", `{"display_name":"Bare"}`, 201).Text(t, "rev_user.external_ref")
		account := s.admin.Post(t, "accounts.create", `{"display_name":"X","domains":["x.example"]}`, 201)
		shown, id := account.Text(t, "account.external_refs.0"), account.Text(t, "account.display_id")
		for _, ref := range []string{shown, id} {
			other := who(t, s.signIn(t, `{"user_ref":"`+bare+`","account_ref":"`+ref+`","workspace_ref":"REV-1"}`))
			if got := s.places(t, other); other == bare || slices.Contains(got, id) || slices.Contains(got, "REV-1") {
				t.Errorf("%s and %s as references lead to %s in %v", bare, ref, other, got)
			}
			s.admin.Post(t, "rev-users.delete", `{"id":"`+other+`"}`, 200)
			s.admin.Post(t, "accounts.delete", `{"id":"`+s.admin.Post(t, "accounts.list", `{"external_refs":["`+ref+`"]}`, 200).Text(t, "accounts.0.id")+`"}`, 200)
		}
		if got := s.places(t, who(t, s.signIn(t, `{"user_ref":"u-4","account_ref":"x-corp","account_traits":{"domains":["x.example"]}}`))); !slices.Equal(got, []string{id}) {
			t.Errorf("the domain of %s leads to %v", id, got)
		}
		if got := s.places(t, who(t, s.signIn(t, `{"user_ref":"u-5","account_ref":"x-two","account_traits":{"domains":["x.example"]}}`))); slices.Equal(got, []string{id}) {
			t.Error("a second reference took over the account of the first")
		}
	})
}

// TestOneReferenceAndAccount is about orgs where a contact has one of each.
func TestOneReferenceAndAccount(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		s.admin.Post(t, "dev-orgs.settings.update", `{"single_association":true}`, 200)
		named := s.admin.Post(t, "rev-users.create", `{"display_name":"Named","email":"named@x.example","external_ref":"old"}`, 201).Text(t, "rev_user.display_id")
		id := who(t, s.signIn(t, `{"user_ref":"u-2","user_traits":{"email":"named@x.example"}}`))
		if id == named {
			t.Error("a contact got a second reference")
		}
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + id + `"}`, Status: 200, Want: `{"rev_user":{"external_refs":["u-2"]}}`, Absent: []string{"rev_user.email"}})
		s.refuses(t, "a second reference by id", `{"user_id":"`+named+`","user_ref":"new"}`, 400, `{"type":"value_not_permitted"}`)

		first := s.places(t, who(t, s.signIn(t, `{"user_ref":"m","account_ref":"a","workspace_ref":"a-w"}`)))
		same := s.places(t, who(t, s.signIn(t, `{"user_ref":"m","account_ref":"a"}`)))
		if d := cmp.Diff(first, same); d != "" {
			t.Errorf("naming the account alone moved the contact: %s", d)
		}
		second := s.places(t, who(t, s.signIn(t, `{"user_ref":"m","account_ref":"a","workspace_ref":"a-2"}`)))
		if len(second) != 2 || second[0] != first[0] || second[1] == first[1] {
			t.Errorf("the move to another workspace went from %v to %v", first, second)
		}
		third := s.places(t, who(t, s.signIn(t, `{"user_ref":"m","account_ref":"b"}`)))
		if len(third) != 1 || third[0] == first[0] {
			t.Errorf("the move to another account went from %v to %v", second, third)
		}
	})
}

func TestSeveralAccounts(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		s.signIn(t, `{"user_ref":"m","account_ref":"a"}`)
		if got := s.places(t, who(t, s.signIn(t, `{"user_ref":"m","account_ref":"b"}`))); len(got) != 2 {
			t.Errorf("a contact that may belong to several accounts is in %v", got)
		}
	})
}

func TestFormsOfContactTokens(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		now := time.Now()
		ends := func(c apitest.Client, body string, want time.Duration) {
			t.Helper()
			v, _ := c.Post(t, "auth-tokens.create", body, 201).Lookup("expires_in")
			if got := time.Unix(number(t, v), 0).Sub(now); (got - want).Abs() > time.Minute {
				t.Errorf("%s lives for %v, want %v", body, got, want)
			}
		}
		info := `"rev_info":{"user_ref":"u"}`
		ends(s.aat, `{`+info+`}`, time.Hour)
		ends(s.aat, `{`+info+`,"requested_token_type":"`+session+`:rev","expires_in_mins":10}`, 10*time.Minute)
		ends(s.aat, `{`+info+`,"requested_token_type":"`+session+`","expires_in":90}`, 24*time.Hour)
		ends(s.aat, `{`+info+`,"requested_token_type":"`+onetime+`","expires_in":90,"grant_type":"`+swap+`","subject_token_type":"`+urn+`token-type:revinfo"}`, 5*time.Minute)
		ends(s.public, `{`+info+`}`, time.Hour)
		ends(s.public, `{`+info+`,"requested_token_type":"`+session+`"}`, time.Hour)
		s.aat.Run(t, []apitest.Scenario{
			{Name: "nothing", Path: "/auth-tokens.create", Body: `{}`, Status: 400, Want: `{"type":"missing_required_field","field_name":"rev_info"}`},
			{Name: "a member's", Path: "/auth-tokens.create", Body: `{` + info + `,"requested_token_type":"` + pat + `"}`, Status: 400, Want: `{"field_name":"requested_token_type"}`},
			{Name: "a visitor's", Path: "/auth-tokens.create", Body: `{` + info + `,"requested_token_type":"` + session + `:rev:public"}`, Status: 403},
			{Name: "of something else", Path: "/auth-tokens.create", Body: `{` + info + `,"subject_token_type":"` + urn + `token-type:jwt:dev"}`, Status: 400, Want: `{"field_name":"subject_token_type"}`},
		})
		s.public.Run(t, []apitest.Scenario{
			{Name: "one-time by a public token", Path: "/auth-tokens.create", Body: `{` + info + `,"requested_token_type":"` + onetime + `"}`, Status: 403},
			{Name: "an existing contact by a public token", Path: "/auth-tokens.create", Body: `{"rev_info":{"user_id":"REVU-1"}}`, Status: 403, Want: `{"field_name":"rev_info.user_id"}`},
		})
		s.admin.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Body: `{` + info + `}`, Status: 403, Want: `{"type":"forbidden"}`})
		mine := s.signIn(t, `{"user_ref":"u","user_traits":{"display_name":"Ann","email":"ann@x.example"}}`)
		mine.Run(t, []apitest.Scenario{
			{Name: "info", Path: "/auth-tokens.info", Body: `{}`, Status: 200, Want: `{"user":{"type":"rev_user","display_name":"Ann","email":"ann@x.example"},"token":{"expiry":"<any>"}}`},
			{Name: "no session for others", Path: "/auth-tokens.create", Body: `{` + info + `}`, Status: 403},
		})
		s.aat.Play(t, apitest.Scenario{Path: "/auth-tokens.info", Body: `{}`, Status: 200, Want: `{"user":{"type":"service_account","display_id":"SVCACC-1"}}`})
		created := s.admin.Post(t, "auth-tokens.create", `{"requested_token_type":"`+aat+`","aud":["else"]}`, 201)
		loose(k, created.Text(t, "access_token")).Post(t, "auth-tokens.info", `{}`, 200)
	})
}

func TestSelf(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		s.admin.Post(t, "tags.create", `{"name":"difficult"}`, 201)
		id := who(t, s.signIn(t, `{"user_ref":"u","account_ref":"a","user_traits":{"display_name":"Ann","email":"ann@x.example"}}`))
		s.admin.Post(t, "rev-users.update", `{"id":"`+id+`","description":"never pays","owned_by":["DEVU-1"],"tags":[{"id":"TAG-1"}]}`, 200)
		mine := s.signIn(t, `{"user_ref":"u"}`)
		hidden := []string{"rev_user.description", "rev_user.tags", "rev_user.owned_by.0", "rev_user.created_by", "rev_user.modified_by"}
		var all []apitest.Scenario
		all = append(all, both(apitest.Scenario{
			Name: "get", Path: "/internal/rev-users.self.get", Body: `{}`, Status: 200, Absent: hidden,
			Want: `{"rev_user":{"display_id":"` + id + `","display_name":"Ann","email":"ann@x.example","external_ref":"u","is_verified":true,"rev_org":{"display_name":"a"}}}`,
		}, "")...)
		all = append(all,
			apitest.Scenario{Name: "names", Path: "/internal/rev-users.self.update", Body: `{"display_name":"Annie","full_name":"Ann Example"}`, Status: 200, Absent: hidden,
				Want: `{"rev_user":{"display_name":"Annie","full_name":"Ann Example"}}`},
			apitest.Scenario{Name: "no name", Path: "/rev-users.self.update", Body: `{"display_name":"\u0000"}`, Status: 400, Want: `{"field_name":"display_name"}`},
		)
		for _, field := range []string{`"email":"x@x.example"`, `"external_ref":"x"`, `"phone_numbers":["+14155550100"]`, `"description":"x"`, `"is_verified":true`, `"id":"REVU-1"`, `"tags":[]`, `"user_ref":"x"`} {
			all = append(all, apitest.Scenario{Name: field, Path: "/rev-users.self.update", Body: `{` + field + `}`, Status: 400, Want: `{"type":"invalid_field"}`})
		}
		mine.Run(t, all)
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + id + `"}`, Status: 200,
			Want: `{"rev_user":{"display_name":"Annie","email":"ann@x.example","external_ref":"u","description":"never pays","modified_by":{"type":"rev_user","display_id":"` + id + `"}}}`})
	})
}

// TestManyLoginsAtOnce lets one new person of one new company sign in from many
// places at the same time.
func TestManyLoginsAtOnce(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ids := make([]string, 16)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				res := s.aat.Send(t, "", "/auth-tokens.create", nil, fmt.Sprintf(
					`{"rev_info":{"user_ref":"u","account_ref":"a","workspace_ref":"w","user_traits":{"email":"ann@x.example","display_name":"Ann %d"}}}`, i%2))
				var out struct {
					Token string `json:"access_token"`
				}
				if err := json.Unmarshal(res.Body, &out); err != nil || res.Status != 201 {
					t.Errorf("%d: %s", res.Status, res.Body)
					return
				}
				me := loose(k, out.Token).Send(t, "", "/rev-users.self.get", nil, `{}`)
				v, _ := me.Lookup("rev_user.display_id")
				ids[i], _ = v.(string)
			})
		}
		wg.Wait()
		slices.Sort(ids)
		if len(slices.Compact(ids)) != 1 || ids[0] == "" {
			t.Errorf("one person is %v", ids)
		}
		if n := s.count(t); n != (counts{accounts: 1, workspaces: 2, contacts: 1}) {
			t.Errorf("made %+v", n)
		}
	})
}
