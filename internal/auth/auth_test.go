package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

func TestPasswordHash(t *testing.T) {
	h := newHasher(Cost{})
	encoded, err := h.hash(t.Context(), "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(encoded, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash does not state its cost: %s", encoded)
	}
	again, err := h.hash(t.Context(), "correct horse battery")
	if err != nil || again == encoded {
		t.Errorf("two hashes of one password are the same (%v)", err)
	}
	for _, c := range []struct {
		name, hash, password string
		want                 bool
	}{
		{"right", encoded, "correct horse battery", true},
		{"wrong", encoded, "correct horse batterz", false},
		{"empty", encoded, "", false},
		{"no hash", "", "", false},
		{"damaged hash", encoded[:len(encoded)-4], "correct horse battery", false},
		{"other algorithm", strings.Replace(encoded, "argon2id", "argon2i", 1), "correct horse battery", false},
		{"cost of a terabyte", strings.Replace(encoded, "m=19456", "m=1073741824", 1), "correct horse battery", false},
		{"cost of a day", strings.Replace(encoded, "t=2", "t=100000", 1), "correct horse battery", false},
		{"too long", encoded, strings.Repeat("x", MaxPassword+1), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := h.verify(t.Context(), c.hash, c.password); err != nil || got != c.want {
				t.Errorf("verify is %v, %v, want %v", got, err, c.want)
			}
		})
	}
}

func TestCheckPassword(t *testing.T) {
	for password, code := range map[string]string{
		"":                                 "missing_required_field",
		"eleven chars"[:11]:                "value_not_permitted",
		"twelve chars":                     "",
		"äöüäöüäöüäöü":                     "",
		strings.Repeat("x", MaxPassword):   "",
		strings.Repeat("x", MaxPassword+1): "value_not_permitted",
		"twelve chars but \xff bad UTF-8":  "value_not_permitted",
	} {
		err := CheckPassword("password", password)
		if e := errs.As(err); code == "" && err != nil || code != "" && (e == nil || e.Code != code || e.Field != "password") {
			t.Errorf("a password of %d bytes: %v, want %q", len(password), err, code)
		}
	}
}

func TestHashingWaitsItsTurn(t *testing.T) {
	h := newHasher(Cost{})
	for range hashing {
		if err := h.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for range hashQueue {
		h.waiting <- struct{}{}
	}
	if _, err := h.hash(t.Context(), "correct horse battery"); !errs.Is(err, errs.TooMany) {
		t.Errorf("a full queue gives %v, want too_many", err)
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=0,t=0,p=0$$")
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := parseHash(text)
		if ok && (p.memory > 64<<10 || p.time > 10 || p.lanes == 0 || len(p.key) > 64) {
			t.Errorf("%q is accepted with an absurd cost", text)
		}
	})
}

func TestThrottle(t *testing.T) {
	now := time.Now()
	th := newThrottle(func() time.Time { return now })
	try := attempt{address: "192.0.2.1", account: "ada@acme.example"}
	for i := range pairFailures {
		if err := th.allow(try); err != nil {
			t.Fatalf("attempt %d: %v", i, err)
		}
		th.failed(try)
	}
	err := th.allow(try)
	if e := errs.As(err); e == nil || e.Kind != errs.TooMany || e.Details["retry_after"] != failureWindow {
		t.Errorf("after %d failures: %v", pairFailures, err)
	}
	for name, other := range map[string]attempt{"account": {address: try.address, account: "bob@acme.example"}, "address": {address: "192.0.2.2", account: try.account}} {
		if err := th.allow(other); err != nil {
			t.Errorf("another %s is refused too: %v", name, err)
		}
	}
	now = now.Add(failureWindow)
	if err := th.allow(try); err != nil {
		t.Errorf("after the window: %v", err)
	}
	th.failed(try)
	th.succeeded(try)
	if f := th.find("p "+try.address+" "+try.account, now); f != nil {
		t.Errorf("a success leaves %d failures", f.count)
	}
}

func TestThrottleOfAnAddress(t *testing.T) {
	th := newThrottle(time.Now)
	for i := range addressFailures {
		th.failed(attempt{address: "192.0.2.1", account: string(rune('a' + i))})
	}
	if err := th.allow(attempt{address: "192.0.2.1", account: "someone new"}); !errs.Is(err, errs.TooMany) {
		t.Errorf("an address with %d failures gets %v", addressFailures, err)
	}
}

// TestThrottleOfVisitors bounds the contacts that visitors of an address make and
// the tokens that they obtain, also for one contact again and again.
func TestThrottleOfVisitors(t *testing.T) {
	s := &Service{visits: newThrottle(time.Now)}
	count := func(address string, isNew bool) (n int) {
		for ; n < visitorTokens+10 && s.AllowVisitor(address) == nil; n++ {
			s.CountVisitor(address, isNew)
		}
		return n
	}
	if n := count("192.0.2.1", true); n != visitorContacts {
		t.Errorf("%d new visitors, want %d", n, visitorContacts)
	}
	if n := count("192.0.2.2", false); n != visitorTokens {
		t.Errorf("%d tokens of visitors who come back, want %d", n, visitorTokens)
	}
	if err := s.AllowVisitor("192.0.2.3"); err != nil {
		t.Errorf("another address: %v", err)
	}
}

func TestThrottleIsBounded(t *testing.T) {
	th := newThrottle(time.Now)
	for i := range throttleEntries {
		th.failed(attempt{address: string(rune(i)), account: "x"})
	}
	if n := th.order.Len(); n > throttleEntries || n != len(th.entries) {
		t.Errorf("%d entries, %d in the map, want at most %d", n, len(th.entries), throttleEntries)
	}
}

func TestNetwork(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "@": "@",
	} {
		if got := network(in); got != want {
			t.Errorf("network(%s) = %s, want %s", in, got, want)
		}
	}
}

func TestSecretFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret.key")
	if key, err := ReadSecret(path); key != nil || err != nil {
		t.Fatalf("a file that is not there gives %v, %v", key, err)
	}
	made, err := CreateSecret(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
	read, err := ReadSecret(path)
	if err != nil || !bytes.Equal(made, read) {
		t.Errorf("read %x, %v, want %x", read, err, made)
	}
	again, err := CreateSecret(path)
	if err != nil || !bytes.Equal(again, made) {
		t.Errorf("a second creation replaced the secret (%v)", err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".secret-*")); len(left) > 0 || err != nil {
		t.Errorf("drafts are left behind: %v, %v", left, err)
	}
	if bytes.Equal(made.Derive("a"), made.Derive("b")) {
		t.Error("two purposes share a key")
	}
}

func TestParseSecret(t *testing.T) {
	key := bytes.Repeat([]byte{0xfb}, SecretSize)
	for name, text := range map[string]string{
		"standard": base64.StdEncoding.EncodeToString(key), "url": base64.URLEncoding.EncodeToString(key),
		"unpadded": base64.RawStdEncoding.EncodeToString(key), "line": base64.StdEncoding.EncodeToString(key) + "\n",
	} {
		if got, err := ParseSecret("X", text); err != nil || !bytes.Equal(got, key) {
			t.Errorf("%s: %x, %v", name, got, err)
		}
	}
	for _, text := range []string{"", "short", base64.StdEncoding.EncodeToString(key[1:]), "%%%"} {
		err := func() error { _, err := ParseSecret("X", text); return err }()
		if !errs.Is(err, errs.Invalid) || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%q gives %v; it must be refused without being shown", text, err)
		}
	}
}

func TestSealedThingsAreBound(t *testing.T) {
	s := Secret(bytes.Repeat([]byte{1}, SecretSize))
	sealed := s.seal("p", "label", []byte("data"))
	if got, err := s.open("p", "label", sealed); err != nil || string(got) != "data" {
		t.Errorf("open: %q, %v", got, err)
	}
	other := Secret(bytes.Repeat([]byte{2}, SecretSize))
	for name, open := range map[string]func() ([]byte, error){
		"another label":   func() ([]byte, error) { return s.open("p", "other", sealed) },
		"another purpose": func() ([]byte, error) { return s.open("q", "label", sealed) },
		"another secret":  func() ([]byte, error) { return other.open("p", "label", sealed) },
	} {
		if got, err := open(); err == nil {
			t.Errorf("%s opens it: %q", name, got)
		}
	}
}

func TestExpiryAfter(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for days, want := range map[uint32]time.Time{
		0: now.AddDate(0, 0, 90), 1: now.AddDate(0, 0, 1), 90: now.AddDate(0, 0, 90), 4294967295: lastExpiry, 3_000_000: lastExpiry,
	} {
		if got := ExpiryAfter(now, days); !got.Equal(want) {
			t.Errorf("%d days end at %v, want %v", days, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Uint32Min(1).Draw(t, "a"), rapid.Uint32Min(1).Draw(t, "b")
		if a <= b && ExpiryAfter(now, a).After(ExpiryAfter(now, b)) {
			t.Errorf("%d days end after %d", a, b)
		}
	})
}

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{
		"Acme Inc.": "acme-inc", "  Über & Söhne GmbH ": "uber-sohne-gmbh", "A--B": "a-b", "42": "42", strings.Repeat("x", 100): strings.Repeat("x", 48),
	} {
		if got := slug(in); got != want {
			t.Errorf("slug(%q) = %q, want %q", in, got, want)
		}
	}
	if got := slug("日本"); !strings.HasPrefix(got, "org-") {
		t.Errorf("slug of a name without Latin letters is %q", got)
	}
}

func TestAllow(t *testing.T) {
	member := func(state org.MemberState, role org.Role) Actor {
		return Actor{Scope: org.Scope{OrgID: 1}, Member: org.Member{N: 1, State: state, Role: role}}
	}
	for _, c := range []struct {
		name  string
		actor Actor
		want  errs.Kind
		sees  bool
	}{
		{"nobody", Actor{}, errs.Unauthenticated, false},
		{"admin", member(org.Active, org.Admin), "", true},
		{"deactivated admin", member(org.Deactivated, org.Admin), errs.Forbidden, false},
		{"unknown role", member(org.Active, "visitor"), errs.Forbidden, false},
		{"operator", Actor{Local: true, Scope: org.Scope{OrgID: 1}}, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := errs.KindOf(Allow(c.actor, "rev-users.delete", don.Of(don.Contact, 1))); got != c.want {
				t.Errorf("Allow is %q, want %q", got, c.want)
			}
			if got := Restrict(c.actor, don.Contact).All; got != c.sees {
				t.Errorf("Restrict shows all: %v, want %v", got, c.sees)
			}
		})
	}
}

func TestContextCarriesTheCaller(t *testing.T) {
	if _, ok := From(t.Context()); ok || Scope(t.Context()).OrgID != 0 {
		t.Error("an empty context has a caller")
	}
	ctx := Into(t.Context(), Actor{Scope: org.Scope{OrgID: 7}})
	if a, ok := From(ctx); !ok || a.Scope.OrgID != 7 || Scope(ctx).OrgID != 7 {
		t.Error("the caller got lost")
	}
}

func TestCacheForgetsWhatWasReadBeforeAChange(t *testing.T) {
	c := newCache(false)
	now := time.Now()
	_, generation, ok := c.get("h", now)
	if ok {
		t.Fatal("an empty cache has an entry")
	}
	c.clear() // a change while the caller was being read
	c.put("h", generation, Actor{Local: true}, now)
	if _, _, ok := c.get("h", now); ok {
		t.Error("what was read before the change is remembered")
	}
	_, generation, _ = c.get("h", now)
	c.put("h", generation, Actor{Local: true}, now)
	if a, _, ok := c.get("h", now.Add(time.Hour)); !ok || !a.Local {
		t.Error("what was read after the change is forgotten")
	}
	for i := range 2 * cacheEntries {
		c.put(string(rune(i)), generation, Actor{}, now)
	}
	if len(c.entries) > cacheEntries {
		t.Errorf("%d entries", len(c.entries))
	}
}

func TestSharedCacheIsShort(t *testing.T) {
	c := newCache(true)
	now := time.Now()
	_, generation, _ := c.get("h", now)
	c.put("h", generation, Actor{}, now)
	if _, _, ok := c.get("h", now.Add(sharedLife-1)); !ok {
		t.Error("forgotten at once")
	}
	if _, _, ok := c.get("h", now.Add(sharedLife)); ok {
		t.Error("remembered for longer than a second")
	}
}

func TestJWKSHasNothingPrivate(t *testing.T) {
	ring := testKeys(t)
	s := &Service{keys: ring}
	var set struct{ Keys []map[string]string }
	text, err := s.JWKS(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &set); err != nil {
		t.Fatal(err)
	}
	for _, k := range set.Keys {
		for name := range k {
			if !strings.Contains(" kty use alg kid n e ", " "+name+" ") {
				t.Errorf("the key set has the member %s", name)
			}
		}
	}
}
