package httpapi_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// person creates a contact and vouches for the identifiers named.
func (s shop) person(t *testing.T, fields string, verified ...string) string {
	t.Helper()
	id := s.admin.Post(t, "rev-users.create", `{`+fields+`}`, 201).Text(t, "rev_user.display_id")
	for _, v := range verified {
		kind, value, _ := strings.Cut(v, " ")
		s.admin.Post(t, "rev-users.identifiers.verify", `{"id":"`+id+`","kind":"`+kind+`","value":"`+value+`"}`, 200)
	}
	return id
}

// TestSignedLink is about tokens whose identifiers several contacts hold.
func TestSignedLink(t *testing.T) {
	const (
		mail, phone   = `"email":"ann@x.example"`, `"phone_numbers":["+14155550100"]`
		byMail, byTel = "email ann@x.example", "phone +14155550100"
		both          = `{"user_ref":"ann","user_traits":{"email":"ann@x.example","phone_numbers":["+14155550100"]}}`
	)
	for _, c := range []struct {
		name   string
		setup  func(t *testing.T, s shop) (anchor string, others []string)
		linked bool
		info   string
	}{
		{"an attested address", func(t *testing.T, s shop) (string, []string) {
			return s.person(t, `"external_ref":"ann"`), []string{s.person(t, mail, byMail)}
		}, true, both},
		{"an attested address and an attested number", func(t *testing.T, s shop) (string, []string) {
			return s.person(t, `"external_ref":"ann"`), []string{s.person(t, mail, byMail), s.person(t, phone, byTel)}
		}, true, both},
		{"the address leads, the number is attested", func(t *testing.T, s shop) (string, []string) {
			return s.person(t, mail), []string{s.person(t, phone, byTel)}
		}, true, both},
		{"one of those who share the number is attested", func(t *testing.T, s shop) (string, []string) {
			s.person(t, phone)
			return s.person(t, `"external_ref":"ann"`), []string{s.person(t, phone, byTel)}
		}, true, both},
		{"an address that somebody entered", func(t *testing.T, s shop) (string, []string) {
			return s.person(t, `"external_ref":"ann"`), []string{s.person(t, mail)}
		}, false, both},
		{"a number that somebody entered", func(t *testing.T, s shop) (string, []string) {
			return s.person(t, `"external_ref":"ann"`), []string{s.person(t, phone)}
		}, false, both},
		{"a number that two have attested", func(t *testing.T, s shop) (string, []string) {
			return s.person(t, `"external_ref":"ann"`), []string{s.person(t, phone, byTel), s.person(t, phone, byTel)}
		}, false, both},
		{"an attested address beside one that somebody entered", func(t *testing.T, s shop) (string, []string) {
			return s.person(t, `"external_ref":"ann","phone_numbers":["+14155550101"]`), []string{s.person(t, phone, byTel), s.person(t, mail)}
		}, false, both},
		{"another reference", func(t *testing.T, s shop) (string, []string) {
			return s.person(t, `"external_ref":"ann"`), []string{s.person(t, mail+`,"external_ref":"other"`, byMail)}
		}, false, both},
		{"another signed user", func(t *testing.T, s shop) (string, []string) {
			other := who(t, s.signIn(t, `{"user_ref":"other","user_traits":{"email":"ann@x.example"}}`))
			return who(t, s.signIn(t, `{"user_ref":"ann"}`)), []string{other}
		}, false, both},
		{"an id and a reference that another has", func(t *testing.T, s shop) (string, []string) {
			anchor := s.person(t, `"display_name":"Anchor"`)
			return anchor, []string{who(t, s.signIn(t, `{"user_ref":"ann"}`))}
		}, true, `{"user_id":"REVU-1","user_ref":"ann"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
				s := newShop(t, k, "Acme")
				anchor, others := c.setup(t, s)
				for range 2 { // the second time is like the first
					if got := who(t, s.signIn(t, c.info)); got != anchor {
						t.Fatalf("signed in as %s, want %s", got, anchor)
					}
				}
				if !c.linked {
					s.wantNoMerge(t)
					for _, o := range others {
						s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + o + `"}`, Status: 200, Want: `{"rev_user":{"display_id":"` + o + `"}}`, Absent: []string{"rev_user.primary_identity"}})
					}
					return
				}
				before := s.kinds(t, anchor)
				for _, o := range slices.Backward(others) {
					merge := s.wantMerge(t, "signed_link", anchor, o)
					s.admin.Post(t, "merges.undo", `{"id":"`+merge+`"}`, 200)
					s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + o + `"}`, Status: 200, Want: `{"rev_user":{"state":"active"}}`, Absent: []string{"rev_user.primary_identity"}})
				}
				// What a member has parted no rule joins again.
				who(t, s.signIn(t, c.info))
				for _, o := range others {
					s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + o + `"}`, Status: 200, Want: `{"rev_user":{"state":"active"}}`})
				}
				if after := s.kinds(t, anchor); len(after) > len(before) {
					t.Errorf("%v became %v", before, after)
				}
			})
		})
	}
}

// kinds lists the kinds of a contact's identifiers.
func (s shop) kinds(t *testing.T, id string) []string {
	t.Helper()
	var out struct{ Identifiers []struct{ Kind string } }
	s.admin.Post(t, "rev-users.identifiers.list", `{"id":"`+id+`"}`, 200).Decode(t, &out)
	var kinds []string
	for _, i := range out.Identifiers {
		kinds = append(kinds, i.Kind)
	}
	return kinds
}

// TestSignedObservationsOfMerged is about what tokens say of a contact that is
// several: it goes with the one whose identifier it came through.
func TestSignedObservationsOfMerged(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		a := who(t, s.signIn(t, `{"user_ref":"a","user_traits":{"email":"a@x.example"}}`))
		b := who(t, s.signIn(t, `{"user_ref":"b","user_traits":{"email":"b@x.example"}}`))
		s.admin.Post(t, "rev-users.merge", `{"primary_user":"`+a+`","secondary_user":"`+b+`"}`, 200)
		if got := who(t, s.signIn(t, `{"user_ref":"b","user_traits":{"email":"b2@x.example","full_name":"Bo Two"}}`)); got != a {
			t.Errorf("the merged reference leads to %s", got)
		}
		merge := s.wantMerge(t, "member", a, b)
		s.admin.Post(t, "merges.undo", `{"id":"`+merge+`"}`, 200)
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + b + `"}`, Status: 200, Want: `{"rev_user":{"email":"b2@x.example","full_name":"Bo Two","external_ref":"b"}}`})
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + a + `"}`, Status: 200, Want: `{"rev_user":{"email":"a@x.example","external_refs":["a"]}}`, Absent: []string{"rev_user.full_name"}})
	})
}

// TestVerifyByHand lets members vouch for identifiers.
func TestVerifyByHand(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		visitor, _ := s.visit(t, "ann", "", `"email":"Ann@x.example"`)
		id := who(t, visitor)
		verify := func(id, status string, want int) {
			t.Helper()
			s.admin.Play(t, apitest.Scenario{Path: "/rev-users.identifiers.verify", Body: `{"id":"` + id + `","kind":"email","value":"ann@X.example"}`, Status: want, Want: status})
		}
		verify(id, `{"identifiers":[{"kind":"email","proof":"attested","value":"Ann@x.example"},{"kind":"external_ref","proof":"claimed"}]}`, 200)
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.list", Body: `{"email":["ann@x.example"]}`, Status: 200, Want: `{"rev_users":[{"display_id":"` + id + `","is_verified":true}]}`})
		nobody := s.person(t, `"display_name":"Nobody"`)
		s.harmed(t, func() {
			verify(id, `{}`, 200) // twice is as good as once
			verify(nobody, `{"type":"not_found"}`, 404)
		})
		second, _ := s.visit(t, "ann", "", `"email":"ann@x.example"`)
		verify(who(t, second), `{"type":"conflict","field_name":"value","holder":{"display_id":"`+id+`"}}`, 409)
		signed := who(t, s.signIn(t, `{"user_ref":"ann"}`))
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.identifiers.verify", Body: `{"id":"` + signed + `","kind":"external_ref","value":"ann"}`, Status: 200, Want: `{"identifiers":[{"proof":"signed"}]}`})
	})
}
