package httpapi_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// harmed fails the test when an attack has changed what an org has.
func (s shop) harmed(t *testing.T, attack func()) {
	t.Helper()
	before := state(t, s.admin)
	attack()
	if d := cmp.Diff(before, state(t, s.admin)); d != "" {
		t.Errorf("the attack changed something: %s", d)
	}
}

// publicKey reads the key that the server publishes.
func publicKey(t *testing.T, k *servertest.Kith) (kid string, key *rsa.PublicKey) {
	t.Helper()
	var set struct{ Keys []struct{ Kid, N, E string } }
	loose(k, "").Send(t, "GET", "/.well-known/jwks.json", nil, nil).Decode(t, &set)
	number := func(text string) *big.Int {
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return new(big.Int).SetBytes(raw)
	}
	return set.Keys[0].Kid, &rsa.PublicKey{N: number(set.Keys[0].N), E: int(number(set.Keys[0].E).Int64())}
}

// TestForgedTokens makes tokens out of real ones without having the key.
func TestForgedTokens(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		mine := s.signIn(t, `{"user_ref":"mallory"}`)
		victim := who(t, s.signIn(t, `{"user_ref":"victim"}`))
		kid, key := publicKey(t, k)
		parts := strings.Split(mine.Token, ".")
		claims := jwt.MapClaims{}
		raw, _ := base64.RawURLEncoding.DecodeString(parts[1])
		if err := json.Unmarshal(raw, &claims); err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		block := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
		sign := func(method jwt.SigningMethod, key any, head map[string]any) string {
			unsigned := jwt.NewWithClaims(method, claims)
			for name, v := range head {
				unsigned.Header[name] = v
			}
			text, err := unsigned.SignedString(key)
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		edited := func(from, to string) string {
			return parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(strings.ReplaceAll(string(raw), from, to))) + "." + parts[2]
		}
		id := func(display string) string { return "revu/" + strings.TrimPrefix(display, "REVU-") }
		none, unsafe := jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType
		for name, token := range map[string]string{
			"another subject":                 edited(id(who(t, mine)), id(victim)),
			"a later end":                     edited(`"exp":`, `"exp":9`),
			"another type":                    edited("session:rev", "pat"),
			"alg none":                        sign(none, unsafe, map[string]any{"kid": kid}),
			"alg None":                        sign(none, unsafe, map[string]any{"kid": kid, "alg": "None"}),
			"HS256 with the public key":       sign(jwt.SigningMethodHS256, block, map[string]any{"kid": kid}),
			"HS256 with the public key's DER": sign(jwt.SigningMethodHS256, der, map[string]any{"kid": kid}),
			"HS256 with the modulus":          sign(jwt.SigningMethodHS256, key.N.Bytes(), map[string]any{"kid": kid}),
			"HS256 without a key id":          sign(jwt.SigningMethodHS256, []byte(""), nil),
			"HS256 that calls itself RS256":   sign(jwt.SigningMethodHS256, block, map[string]any{"kid": kid, "alg": "RS256"}),
			"kid of a file":                   sign(jwt.SigningMethodHS256, []byte(""), map[string]any{"kid": "../../dev/null"}),
			"kid with SQL":                    sign(jwt.SigningMethodHS256, []byte("x"), map[string]any{"kid": kid + "' OR '1'='1"}),
			"kid that is no text":             sign(jwt.SigningMethodHS256, []byte("x"), map[string]any{"kid": []string{kid}}),
			"key in the head":                 sign(jwt.SigningMethodHS256, []byte("x"), map[string]any{"kid": "mine", "jwk": map[string]string{"kty": "oct", "k": "eA"}, "jku": "http://127.0.0.1/jwks"}),
			"no signature":                    parts[0] + "." + parts[1] + ".",
			"two parts":                       parts[0] + "." + parts[1],
			"four parts":                      mine.Token + ".x",
			"padding":                         mine.Token + "==",
			"an oversized one":                mine.Token + strings.Repeat("A", 64<<10),
			"an oversized head":               strings.Repeat("A", 512<<10),
		} {
			s.harmed(t, func() {
				for _, op := range []string{"rev-users.self.get", "rev-users.self.update", "auth-tokens.create", "rev-users.list"} {
					res := loose(k, token).Send(t, "", "/"+op, nil, `{}`)
					if res.Status != 401 {
						t.Errorf("%s: %s answers %d %s", name, op, res.Status, clipped(res.Body))
					}
				}
			})
		}
		mine.Post(t, "rev-users.self.get", `{}`, 200)
	})
}

// TestTokensStayInTheirOrg takes the tokens of one org to another's records.
func TestTokensStayInTheirOrg(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		a, b := newShop(t, k, "a"), newShop(t, k, "b")
		mine := a.signIn(t, `{"user_ref":"u"}`)
		theirs := who(t, b.signIn(t, `{"user_ref":"u","user_traits":{"display_name":"Bo"}}`))
		full := b.admin.Post(t, "rev-users.get", `{"id":"`+theirs+`"}`, 200).Text(t, "rev_user.id")
		once := issue(t, a.aat, `{"requested_token_type":"`+onetime+`","rev_info":{"user_ref":"u"}}`)
		b.harmed(t, func() {
			mine.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Want: `{"rev_user":{"display_id":"REVU-1"}}`, Absent: []string{"rev_user.full_name"}})
			mine.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + full + `"}`, Status: 403, Want: `{"type":"forbidden"}`})
			a.aat.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Body: `{"rev_info":{"user_id":"` + full + `"}}`, Status: 404, Want: `{"type":"not_found"}`})
			a.aat.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Body: `{"act_as":"` + full + `"}`, Status: 404})
			b.aat.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Body: `{"subject_token":"` + once + `"}`, Status: 401, Want: `{"field_name":"subject_token"}`})
		})
		// It was not used up by the attempt.
		a.aat.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Body: `{"grant_type":"` + swap + `","subject_token_type":"` + session + `","subject_token":"` + once + `"}`, Status: 201})
	})
}

func TestOneTimeTokens(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		make1 := func() apitest.Client {
			return loose(k, issue(t, s.aat, `{"grant_type":"`+swap+`","requested_token_type":"`+onetime+`","subject_token_type":"`+urn+`token-type:revinfo","rev_info":{"user_ref":"u","user_traits":{"email":"ann@x.example"}}}`))
		}
		once := make1()
		once.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 403})
		once.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Body: `{"requested_token_type":"` + pat + `"}`, Status: 400})
		once.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Body: `{"rev_info":{"user_ref":"somebody else"}}`, Status: 403})
		mine := loose(k, issue(t, once, `{"grant_type":"`+swap+`","requested_token_type":"`+session+`"}`))
		mine.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Want: `{"rev_user":{"email":"ann@x.example"}}`})
		untouched := make1()

		// Replayed, it ends what it has obtained.
		for _, replay := range []func() apitest.Response{
			func() apitest.Response { return once.Send(t, "", "/auth-tokens.create", nil, `{}`) },
			func() apitest.Response {
				return s.aat.Send(t, "", "/auth-tokens.create", nil, `{"subject_token":"`+once.Token+`"}`)
			},
		} {
			if res := replay(); res.Status != 401 || !strings.Contains(string(res.Body), "used already") {
				t.Errorf("a replay gets %d %s", res.Status, res.Body)
			}
			wantRevoked(t, mine)
		}
		s.admin.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Body: `{"subject_token":"` + untouched.Token + `"}`, Status: 403})
		s.public.Play(t, apitest.Scenario{Path: "/auth-tokens.create", Body: `{"subject_token":"` + once.Token + `"}`, Status: 403})
		issue(t, untouched, `{}`)
		for name, c := range map[string]apitest.Client{"a session": s.signIn(t, `{"user_ref":"u"}`), "itself": s.aat} {
			s.aat.Play(t, apitest.Scenario{Name: name, Path: "/auth-tokens.create", Body: `{"subject_token":"` + c.Token + `"}`, Status: 403})
		}
	})
}

// TestOneTimeTokensRace exchanges one one-time token twice at the same time:
// one wins, and the loser, who may be a thief, ends what the winner got.
func TestOneTimeTokensRace(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		for range 8 {
			once := loose(k, issue(t, s.aat, `{"requested_token_type":"`+onetime+`","rev_info":{"user_ref":"u"}}`))
			answers := make([]apitest.Response, 2)
			var wg sync.WaitGroup
			for i := range answers {
				wg.Go(func() { answers[i] = once.Send(t, "", "/auth-tokens.create", nil, `{}`) })
			}
			wg.Wait()
			won := 0
			for _, a := range answers {
				if a.Status == 201 {
					won++
					wantRevoked(t, loose(k, a.Text(t, "access_token")))
				} else if a.Status != 401 {
					t.Errorf("%d %s", a.Status, a.Body)
				}
			}
			if won != 1 {
				t.Errorf("%d of 2 exchanged a one-time token", won)
			}
		}
	})
}

// impostor is a visitor who claims to be somebody, in every way there is.
const impostor = `{"rev_info":{"user_ref":"victim","account_ref":"bank","workspace_ref":"bank-eu",
	"user_traits":{"email":"Victim@Bank.example","phone_numbers":["+14155550100"],"display_name":"Vic"},
	"account_traits":{"display_name":"Mine","domains":["bank.example"]}}%s}`

// TestClaimsBeforeAndAfter lets an impostor claim to be a victim before the
// victim is known and after, and looks for any effect of one on the other.
func TestClaimsBeforeAndAfter(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		claim := func(more string) (apitest.Client, apitest.Response) {
			res := s.public.Post(t, "auth-tokens.create", fmt.Sprintf(impostor, more), 201)
			return loose(k, res.Text(t, "access_token")), res
		}
		early, first := claim("")
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.list", Body: `{}`, Status: 200, Want: `{"rev_users":[{"is_verified":false,"display_name":"Vic"}]}`})
		for _, op := range []string{"accounts.list", "rev-orgs.list"} {
			if res := s.admin.Post(t, op, `{}`, 200); strings.Contains(string(res.Body), "don:") {
				t.Errorf("a claim made a company: %s", res.Body)
			}
		}
		// The victim comes as if nobody had claimed anything.
		victim := s.signIn(t, `{"user_ref":"victim","account_ref":"bank","user_traits":{"email":"victim@bank.example","phone_numbers":["+14155550100"],"full_name":"Victoria"},"account_traits":{"domains":["bank.example"]}}`)
		if who(t, victim) == who(t, early) {
			t.Fatal("the victim got the impostor's contact")
		}
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + who(t, victim) + `"}`, Status: 200,
			Want: `{"rev_user":{"external_ref":"victim","email":"victim@bank.example","phone_numbers":["+14155550100"],"is_verified":true,"rev_org":{"display_name":"bank"}}}`})
		for _, filter := range []string{`{"email":["victim@bank.example"]}`, `{"external_ref":["victim"]}`, `{"phone_numbers":["+14155550100"]}`} {
			s.admin.Play(t, apitest.Scenario{Path: "/rev-users.list", Body: filter, Status: 200, Want: `{"rev_users":[{"display_id":"` + who(t, victim) + `"}]}`})
		}

		// Before and after the victim is known, an impostor sees the same.
		late, second := claim("")
		shape := func(r apitest.Response) string {
			var out map[string]any
			r.Decode(t, &out)
			return strings.Join(slices.Sorted(maps.Keys(out)), " ")
		}
		if shape(first) != shape(second) {
			t.Errorf("the answers differ: %s and %s", first.Body, second.Body)
		}
		for _, c := range []apitest.Client{early, late} {
			c.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Absent: []string{"rev_user.full_name", "rev_user.rev_org"},
				Want: `{"rev_user":{"display_name":"Vic","email":"Victim@Bank.example","external_ref":"victim","is_verified":false}}`})
			if who(t, c) == who(t, victim) {
				t.Error("a claim leads to the victim")
			}
		}
		if who(t, early) == who(t, late) {
			t.Error("two visitors without a secret share a contact")
		}
		// Nor does an export make facts of claims.
		file := s.admin.Send(t, "GET", "/rev-users.export-csv", nil, nil)
		if n := strings.Count(strings.ToLower(string(file.Body)), "victim@bank.example"); n != 1 {
			t.Errorf("the export has the victim's address %d times: %s", n, file.Body)
		}
		victim.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Want: `{"rev_user":{"full_name":"Victoria","email":"victim@bank.example","phone_numbers":["+14155550100"]}}`})
	})
}

// TestVisitorsComeBack is about the secret by which a visitor is the same one.
func TestVisitorsComeBack(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		come := func(ref, secret, traits string) (apitest.Client, string) {
			res := s.public.Post(t, "auth-tokens.create", `{"visitor_secret":"`+secret+`","rev_info":{"user_ref":"`+ref+`","user_traits":{`+traits+`}}}`, 201)
			return loose(k, res.Text(t, "access_token")), res.Text(t, "visitor_secret")
		}
		ann, secret := come("ann", "", `"display_name":"Ann"`)
		back, same := come("ann", secret, `"display_name":"Annie","email":"ann@x.example"`)
		if who(t, ann) != who(t, back) || same != secret {
			t.Error("the visitor is not the same one")
		}
		back.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Want: `{"rev_user":{"display_name":"Annie","email":"ann@x.example"}}`})
		for name, c := range map[string][2]string{"a guessed secret": {"ann", "1"}, "another's secret": {"bob", secret}} {
			other, given := come(c[0], c[1], "")
			if who(t, other) == who(t, ann) || given == c[1] {
				t.Errorf("%s leads to the visitor's contact, or is taken for one's own", name)
			}
			other.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Absent: []string{"rev_user.email"}})
		}
		// What members find out about the visitor is not the visitor's to read.
		id := who(t, ann)
		s.admin.Post(t, "rev-users.update", `{"id":"`+id+`","display_name":"Dr. Ann Secret","full_name":"Ann Secret","email":"real@x.example","description":"under observation"}`, 200)
		back.Play(t, apitest.Scenario{Path: "/rev-users.self.get", Body: `{}`, Status: 200, Absent: []string{"rev_user.full_name", "rev_user.description"},
			Want: `{"rev_user":{"display_name":"Annie","email":"ann@x.example","is_verified":false}}`})
		back.Play(t, apitest.Scenario{Path: "/auth-tokens.info", Body: `{}`, Status: 200, Want: `{"user":{"type":"rev_user","display_name":"Annie","email":"ann@x.example","full_name":""}}`})
		back.Play(t, apitest.Scenario{Path: "/rev-users.self.update", Body: `{"display_name":"Annabel"}`, Status: 200, Want: `{"rev_user":{"display_name":"Annabel"}}`})
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + id + `"}`, Status: 200,
			Want: `{"rev_user":{"display_name":"Dr. Ann Secret","full_name":"Ann Secret","email":"real@x.example","is_verified":true}}`})
		// In the trash and back, claims take no keys.
		s.signIn(t, `{"user_ref":"ann","user_traits":{"email":"ann@x.example"}}`)
		s.admin.Post(t, "rev-users.delete", `{"id":"`+id+`"}`, 200)
		wantRevoked(t, back)
		s.admin.Post(t, "rev-users.restore", `{"id":"`+id+`"}`, 200)
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.list", Body: `{"external_ref":["ann"]}`, Status: 200, Want: `{"rev_users":[{"is_verified":true,"email":"ann@x.example"}]}`})
	})
}

// TestMembersLiftClaims is about members who find a claim to be true.
func TestMembersLiftClaims(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		claimed := func() string {
			return who(t, loose(k, issue(t, s.public, `{"rev_info":{"user_ref":"ann","user_traits":{"email":"ann@x.example"}}}`)))
		}
		first, second := claimed(), claimed()
		held := apitest.Scenario{Path: "/rev-users.list", Body: `{"email":["ann@x.example"]}`, Status: 200, Want: `{"rev_users":[]}`}
		s.admin.Play(t, held)
		s.admin.Post(t, "rev-users.identifiers.add", `{"id":"`+first+`","kind":"email","value":"ann@x.example"}`, 200)
		held.Want = `{"rev_users":[{"display_id":"` + first + `","is_verified":true}]}`
		s.admin.Play(t, held)
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.update", Body: `{"id":"` + second + `","email":"ann@x.example"}`, Status: 409, Want: `{"holder":{"display_id":"` + first + `"}}`})
		s.admin.Post(t, "rev-users.identifiers.remove", `{"id":"`+second+`","kind":"email","value":"ann@x.example"}`, 200)
		s.admin.Post(t, "rev-users.identifiers.remove", `{"id":"`+second+`","kind":"external_ref","value":"ann"}`, 200)
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.get", Body: `{"id":"` + second + `"}`, Status: 200, Want: `{"rev_user":{"is_verified":false}}`})
		s.admin.Play(t, held)
	})
}

// TestLookalikes is about addresses that look or sort like another's.
func TestLookalikes(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ann := s.admin.Post(t, "rev-users.create", `{"display_name":"Ann","email":"Ann@Bank.example"}`, 201).Text(t, "rev_user.display_id")
		if got := who(t, s.signIn(t, `{"user_ref":"1","user_traits":{"email":" aNN@bAnK.eXample "}}`)); got != ann {
			t.Errorf("another case leads to %s", got)
		}
		for name, email := range map[string]string{
			"Cyrillic a in the name": "аnn@bank.example", "Cyrillic a in the domain": "ann@bаnk.example", "full width": "ａnn@bank.example ",
			"plus tag": "ann+x@bank.example", "dot": "a.nn@bank.example", "Turkish i": "ann@bank.examplе",
		} {
			res := s.aat.Send(t, "", "/auth-tokens.create", nil, map[string]any{"rev_info": map[string]any{"user_ref": name, "user_traits": map[string]any{"email": email}}})
			if res.Status == 400 {
				continue // refused is as good
			}
			if got := who(t, loose(k, res.Text(t, "access_token"))); got == ann {
				t.Errorf("%s: %q leads to Ann", name, email)
			}
		}
		for name, ref := range map[string]string{"Cyrillic": "аnn", "upper case": "ANN", "long s": "aſn"} {
			s.signIn(t, `{"user_ref":"ann"}`)
			if got := who(t, s.signIn(t, `{"user_ref":"`+ref+`"}`)); got == who(t, s.signIn(t, `{"user_ref":"ann"}`)) {
				t.Errorf("%s: %q is ann", name, ref)
			}
		}
		// A visitor with a lookalike learns and changes nothing either.
		s.public.Post(t, "auth-tokens.create", `{"rev_info":{"user_ref":"x","user_traits":{"email":"ANN@BANK.EXAMPLE"}}}`, 201)
		s.admin.Play(t, apitest.Scenario{Path: "/rev-users.list", Body: `{"email":["ann@bank.example"]}`, Status: 200, Want: `{"rev_users":[{"display_id":"` + ann + `"}]}`})
	})
}

// TestHostileTexts puts markup and giant values into what is shown later.
func TestHostileTexts(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		hint := `<script>alert(1)</script>"'&`
		res := s.admin.Post(t, "auth-tokens.create", map[string]any{"token_hint": hint}, 201)
		if media := res.Header.Get("Content-Type"); media != "application/json" || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("answered as %s", media)
		}
		list := s.admin.Post(t, "auth-tokens.list", patsOf, 200)
		if got := list.Text(t, "tokens.0.token_hint"); got != hint || strings.Contains(string(list.Body), "<script") {
			t.Errorf("the hint is %q in %s", got, clipped(list.Body))
		}
		s.harmed(t, func() {
			for name, body := range map[string]map[string]any{
				"hint": {"token_hint": strings.Repeat("x", 257)}, "scope": {"scope": strings.Repeat("x", 4097)}, "client": {"client_id": strings.Repeat("x", 257)},
				"subject token": {"subject_token": strings.Repeat("x", 16385)}, "audience": {"aud": make([]string, 21)},
				"hint of an application": {"requested_token_type": aat, "token_hint": "a\u0000b"},
			} {
				if res := s.admin.Send(t, "", "/auth-tokens.create", nil, body); res.Status != 400 {
					t.Errorf("%s: %d %s", name, res.Status, clipped(res.Body))
				}
			}
			if res := s.aat.Send(t, "", "/auth-tokens.create", nil, map[string]any{"rev_info": map[string]string{"user_ref": strings.Repeat("x", 2<<20)}}); res.Status != 413 {
				t.Errorf("a giant body: %d", res.Status)
			}
		})
		s.refuses(t, "a long reference", `{"user_ref":"`+strings.Repeat("x", 513)+`"}`, 400, `{"field_name":"rev_info.user_ref"}`)
	})
}

// TestNothingIsToldOfHolders checks that whoever is no member gets no word of
// the records in the way.
func TestNothingIsToldOfHolders(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		s.signIn(t, `{"user_ref":"secret","account_ref":"bank","workspace_ref":"bank-eu","account_traits":{"display_name":"Secret Bank"}}`)
		res := s.aat.Send(t, "", "/auth-tokens.create", nil, `{"rev_info":{"user_ref":"x","account_ref":"other","workspace_ref":"bank-eu"}}`)
		if res.Status != 409 || strings.Contains(string(res.Body), "Secret") || strings.Contains(string(res.Body), "ACC-") || strings.Contains(string(res.Body), "don:") {
			t.Errorf("%d %s", res.Status, res.Body)
		}
	})
}

// TestFloodOfVisitors bounds what a public token lets a stranger write.
func TestFloodOfVisitors(t *testing.T) {
	k := servertest.New(t, "sqlite")
	s := newShop(t, k, "Acme")
	made := 0
	for i := range 400 {
		res := s.public.Send(t, "", "/auth-tokens.create", nil, fmt.Sprintf(`{"rev_info":{"user_ref":"v-%d"}}`, i))
		if res.Status == 429 {
			break
		}
		made++
	}
	if made != 300 {
		t.Errorf("%d contacts made by one address, want 300", made)
	}
	s.signIn(t, `{"user_ref":"u"}`) // the backend is not bounded
}

// TestRevocationReachesOtherServers is about two servers on one database.
func TestRevocationReachesOtherServers(t *testing.T) {
	first := servertest.New(t, "postgres")
	cfg := first.Config
	cfg.Data = t.TempDir()
	second := servertest.Open(t, cfg)
	s := newShop(t, first, "Acme")
	there := func(c apitest.Client) apitest.Client { return loose(second, c.Token) }
	mine, kept := s.signIn(t, `{"user_ref":"u"}`), s.signIn(t, `{"user_ref":"u"}`)
	for _, c := range []apitest.Client{mine, kept} {
		there(c).Post(t, "rev-users.self.get", `{}`, 200)
	}
	mine.Post(t, "auth-tokens.delete", `{}`, 200)
	wantRevoked(t, there(mine)) // at once

	personal := loose(first, issue(t, s.admin, struct{}{}))
	there(personal).Post(t, "dev-users.self", `{}`, 200)
	personal.Post(t, "auth-tokens.delete", `{}`, 200)
	if res := personal.Send(t, "", "/dev-users.self", nil, `{}`); res.Status != 401 {
		t.Errorf("the server that revoked answers %d", res.Status)
	}
	time.Sleep(time.Second + 50*time.Millisecond) // the bound that is documented
	if res := there(personal).Send(t, "", "/dev-users.self", nil, `{}`); res.Status != 401 {
		t.Errorf("the other server answers %d after a second", res.Status)
	}

	// A key made by one server is found by the other.
	first.Do(t, "keys.rotate", "", struct{}{}, nil)
	there(s.signIn(t, `{"user_ref":"u"}`)).Post(t, "rev-users.self.get", `{}`, 200)
	there(kept).Post(t, "rev-users.self.get", `{}`, 200)
}
