package httpapi_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// visit lets a visitor come with a public token and returns their client and
// the secret of their browser.
func (s shop) visit(t *testing.T, ref, secret, traits string) (apitest.Client, string) {
	t.Helper()
	res := s.public.Post(t, "auth-tokens.create", `{"visitor_secret":"`+secret+`","rev_info":{"user_ref":"`+ref+`","user_traits":{`+traits+`}}}`, 201)
	return loose(s.k, res.Text(t, "access_token")), res.Text(t, "visitor_secret")
}

// signInAt is signIn at a browser that has kept a visitor's secret.
func (s shop) signInAt(t *testing.T, secret, revInfo string) apitest.Client {
	t.Helper()
	return loose(s.k, issue(t, s.aat, `{"visitor_secret":"`+secret+`","rev_info":`+revInfo+`}`))
}

func (s shop) wantMerge(t *testing.T, rule, primary, secondary string) string {
	t.Helper()
	res := s.admin.Post(t, "merges.list", `{"record":"`+secondary+`"}`, 200)
	if got := res.Text(t, "merges.0.rule"); got != rule || res.Text(t, "merges.0.primary.display_id") != primary || res.Text(t, "merges.0.secondary.display_id") != secondary {
		t.Errorf("merged %s, want %s of %s into %s", res.Body, rule, secondary, primary)
	}
	return res.Text(t, "merges.0.display_id")
}

func (s shop) wantNoMerge(t *testing.T) {
	t.Helper()
	if res := s.admin.Post(t, "merges.list", `{}`, 200); strings.Contains(string(res.Body), "MERGE-") {
		t.Errorf("merged: %s", res.Body)
	}
}

// TestVisitorSignsIn is about a visitor whom the org's backend then proves to be
// somebody, at the same browser.
func TestVisitorSignsIn(t *testing.T) {
	for name, known := range map[string]bool{"known before": true, "known by the token": false} {
		t.Run(name, func(t *testing.T) {
			servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
				s := newShop(t, k, "Acme")
				if known {
					s.signIn(t, `{"user_ref":"ann","user_traits":{"email":"ann@x.example"}}`)
				}
				visitor, secret := s.visit(t, "ann", "", `"display_name":"Annie","email":"annie@claimed.example"`)
				alias := who(t, visitor)
				ann := s.signInAt(t, secret, `{"user_ref":"ann","user_traits":{"email":"ann@x.example"}}`)
				id := who(t, ann)
				if id == alias {
					t.Fatal("the visitor's contact took the reference")
				}
				wantRevoked(t, visitor)
				merge := s.wantMerge(t, "visitor_return", id, alias)
				s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + alias + `"}`, Status: 200, Want: `{"rev_user":{"state":"deleted","primary_identity":{"display_id":"` + id + `"}}}`})
				s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + id + `"}`, Status: 200, Want: `{"rev_user":{"email":"ann@x.example","external_ref":"ann","is_verified":true}}`})
				// A claim stays one: nobody is found by it.
				s.admin.Play(t, apitest.Scenario{Path: "/rev-users.list", Body: `{"email":["annie@claimed.example"]}`, Status: 200, Want: `{"rev_users":[]}`})
				s.admin.Post(t, "rev-users.create", `{"display_name":"Real","email":"annie@claimed.example"}`, 201)

				// Once more changes nothing, and signed out the browser is a new visitor.
				s.harmed(t, func() {
					if got := who(t, s.signInAt(t, secret, `{"user_ref":"ann"}`)); got != id {
						t.Errorf("the second sign-in leads to %s", got)
					}
				})
				again, fresh := s.visit(t, "ann", secret, "")
				if who(t, again) == id || who(t, again) == alias || fresh == secret {
					t.Error("a visitor's secret leads into a proven contact")
				}
				again.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Absent: []string{"rev_user.email"}})

				s.admin.Post(t, "merges.undo", `{"id":"`+merge+`"}`, 200)
				s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + alias + `"}`, Status: 200, Want: `{"rev_user":{"state":"active","display_name":"Annie","is_verified":false}}`})
				wantRevoked(t, visitor)
				s.signInAt(t, secret, `{"user_ref":"ann"}`) // what a member has parted stays apart
				s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + alias + `"}`, Status: 200, Want: `{"rev_user":{"state":"active"}}`})
				ann.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Want: `{"rev_user":{"display_id":"` + id + `","email":"ann@x.example"}}`})
			})
		})
	}
}

// TestSignedWithoutTheVisitor is about a token that comes without the secret of
// the browser that claimed the same, before or after.
func TestSignedWithoutTheVisitor(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		early, secret := s.visit(t, "ann", "", `"email":"ann@x.example"`)
		ann := s.signIn(t, `{"user_ref":"ann","user_traits":{"email":"ann@x.example"}}`)
		late, _ := s.visit(t, "ann", "", `"email":"ann@x.example"`)
		for _, guess := range []string{"", "x", secret + "x", strings.ToUpper(secret)} {
			s.signInAt(t, guess, `{"user_ref":"ann"}`)
		}
		ids := map[string]bool{who(t, early): true, who(t, ann): true, who(t, late): true}
		if len(ids) != 3 {
			t.Errorf("%v, want three contacts", ids)
		}
		s.wantNoMerge(t)
		early.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Want: `{"rev_user":{"is_verified":false}}`})

		// Of another org the secret is worth nothing.
		other := newShop(t, k, "Other")
		other.signInAt(t, secret, `{"user_ref":"mallory"}`)
		other.wantNoMerge(t)
		s.wantNoMerge(t)

		// What members found out about a visitor is not the visitor's to bring.
		s.admin.Post(t, "rev-users.identifiers.add", `{"id":"`+who(t, early)+`","kind":"email","value":"real@x.example"}`, 200)
		mallory := s.signInAt(t, secret, `{"user_ref":"mallory"}`)
		s.wantNoMerge(t)
		mallory.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Absent: []string{"rev_user.email"}})
	})
}

// TestBrowsersRace signs in at several browsers at once.
func TestBrowsersRace(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		const n = 6
		// One browser, several people: one of them gets the visitor.
		visitor, secret := s.visit(t, "shared", "", "")
		alias := who(t, visitor)
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() { s.signInAt(t, secret, fmt.Sprintf(`{"user_ref":"p-%d"}`, i)) })
		}
		wg.Wait()
		res := s.admin.Post(t, "merges.list", `{}`, 200)
		if got := strings.Count(string(res.Body), `"secondary"`); got != 1 || res.Text(t, "merges.0.secondary.display_id") != alias {
			t.Errorf("%d merges: %s", got, res.Body)
		}
		wantRevoked(t, visitor)

		// Several browsers, one person whom nobody knew: one contact gets them all.
		secrets := make([]string, n)
		for i := range secrets {
			_, secrets[i] = s.visit(t, "ann", "", "")
		}
		clients := make([]apitest.Client, n)
		for i, secret := range secrets {
			wg.Go(func() {
				clients[i] = s.signInAt(t, secret, `{"user_ref":"ann","user_traits":{"email":"ann@x.example"}}`)
			})
		}
		wg.Wait()
		id := who(t, clients[0])
		for _, c := range clients {
			if who(t, c) != id {
				t.Errorf("%s and %s are one person", id, who(t, c))
			}
		}
		res = s.admin.Post(t, "merges.list", `{"record":"`+id+`"}`, 200)
		if got := strings.Count(string(res.Body), `"secondary"`); got != n {
			t.Errorf("%d browsers came along, want %d", got, n)
		}
	})
}

// TestMembersMergeClaims is about members who find that a visitor is somebody.
func TestMembersMergeClaims(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ann := s.signIn(t, `{"user_ref":"ann","user_traits":{"email":"ann@x.example","full_name":"Ann Secret"}}`)
		id := who(t, ann)
		for _, into := range []bool{true, false} {
			visitor, secret := s.visit(t, "ann", "", `"email":"guess@x.example"`)
			alias := who(t, visitor)
			primary, secondary := id, alias
			if !into {
				primary, secondary = alias, id
			}
			s.admin.Play(t, apitest.Scenario{Path: "/merges.preview", Body: `{"primary":"` + primary + `","secondary":"` + secondary + `"}`, Status: 200, Want: `{"rev_user":{"is_verified":true}}`})
			s.admin.Post(t, "rev-users.merge", `{"primary_user":"`+primary+`","secondary_user":"`+secondary+`"}`, 200)
			s.admin.Play(t, apitest.Scenario{Path: "/rev-users.list", Body: `{"email":["guess@x.example"]}`, Status: 200, Want: `{"rev_users":[]}`})
			back, _ := s.visit(t, "ann", secret, "")
			if into {
				wantRevoked(t, visitor)
				if who(t, back) == id {
					t.Error("the visitor's secret follows the merge")
				}
			} else {
				wantRevoked(t, ann)
			}
			for _, c := range []apitest.Client{back} {
				c.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Absent: []string{"rev_user.full_name"}, Want: `{"rev_user":{"is_verified":false}}`})
				if res := c.Post(t, "rev-users.self.get", `{}`, 200); strings.Contains(string(res.Body), "ann@x.example") {
					t.Errorf("the visitor reads the other's address: %s", res.Body)
				}
			}
			merge := s.wantMerge(t, "member", primary, secondary)
			s.admin.Post(t, "merges.undo", `{"id":"`+merge+`"}`, 200)
		}
	})
}

// TestAnonymousVisitors is about visitors who do not say who they are.
func TestAnonymousVisitors(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		anonymous := func(secret string) (apitest.Client, string) {
			res := s.public.Post(t, "auth-tokens.create", `{"visitor_secret":"`+secret+`","rev_info":{}}`, 201)
			return loose(k, res.Text(t, "access_token")), res.Text(t, "visitor_secret")
		}
		first, secret := anonymous("")
		id := who(t, first)
		back, same := anonymous(secret)
		if who(t, back) != id || same != secret {
			t.Error("the anonymous visitor is not the same one")
		}
		if other, _ := anonymous(""); who(t, other) == id {
			t.Error("two anonymous visitors are one")
		}
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + id + `"}`, Status: 200, Want: `{"rev_user":{"is_verified":false}}`})
		// They say who they are: the same contact, which from then on is theirs.
		named, same := s.visit(t, "ann", secret, `"display_name":"Ann"`)
		if who(t, named) != id || same != secret {
			t.Error("naming themselves made another contact")
		}
		named.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Want: `{"rev_user":{"external_ref":"ann","display_name":"Ann","is_verified":false}}`})
		if out, fresh := anonymous(secret); who(t, out) == id || fresh == secret {
			t.Error("signed out, the visitor is still Ann")
		}
		if bo, _ := s.visit(t, "bo", secret, ""); who(t, bo) == id {
			t.Error("another name leads to Ann's contact")
		}
		// And one who signs in right away.
		quiet, hers := anonymous("")
		alias := who(t, quiet)
		s.wantMerge(t, "visitor_return", who(t, s.signInAt(t, hers, `{"user_ref":"cy"}`)), alias)
		wantRevoked(t, quiet)
		s.refuses(t, "a backend that names nobody", `{}`, 400, `{"type":"missing_required_field","field_name":"rev_info.user_ref"}`)
	})
}
