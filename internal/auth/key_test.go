package auth

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// memoryKeys keeps sealed keys like the store does: the first of an id stays.
type memoryKeys struct {
	mu   sync.Mutex
	keys []SigningKey
}

func (m *memoryKeys) SigningKeys(context.Context) ([]SigningKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]SigningKey(nil), m.keys...), nil
}

func (m *memoryKeys) AddSigningKey(_ context.Context, k SigningKey) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, old := range m.keys {
		if old.ID == k.ID {
			return nil
		}
	}
	m.keys = append(m.keys, k)
	return nil
}

var testSecret = Secret(bytes.Repeat([]byte{7}, SecretSize))

var sharedKeys = sync.OnceValues(func() (*keyring, error) { return openKeys(context.Background(), &memoryKeys{}, testSecret) })

func testKeys(t testing.TB) *keyring {
	t.Helper()
	ring, err := sharedKeys()
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestKeysAreMadeOnceAndStaySealed(t *testing.T) {
	db := &memoryKeys{}
	rings := make([]*keyring, 2)
	var wg sync.WaitGroup
	for i := range rings {
		wg.Go(func() {
			ring, err := openKeys(context.Background(), db, testSecret)
			if err != nil {
				t.Error(err)
			}
			rings[i] = ring
		})
	}
	wg.Wait()
	if len(db.keys) != 1 || !rings[0].state.Load().current.Equal(rings[1].state.Load().current) {
		t.Errorf("two processes made %d keys and use different ones", len(db.keys))
	}
	if bytes.Contains(db.keys[0].Sealed, rings[0].state.Load().current.D.Bytes()) {
		t.Error("the private key is stored in the open")
	}
	_, err := openKeys(t.Context(), db, bytes.Repeat([]byte{8}, SecretSize))
	if !errs.Is(err, errs.Unavailable) || !strings.Contains(err.Error(), "KITH_SECRET_KEY") {
		t.Errorf("another secret gives %v", err)
	}
	if len(db.keys) != 1 {
		t.Error("a key was added beside one that could not be opened")
	}
}

func signer(t *testing.T, now time.Time) *Service {
	return &Service{keys: testKeys(t), issuer: "https://auth-token.kith.example/", now: func() time.Time { return now }}
}

func TestTokenHasTheClaimsThatClientsRead(t *testing.T) {
	now := time.Now().UTC()
	s := signer(t, now)
	a := Actor{Scope: org.Scope{OrgID: 1, Space: don.Space{Partition: "kith", Org: "AbC"}}}
	secret, token, err := s.signed(t.Context(), a, don.Of(don.Member, 3), TokenRequest{Days: 2, Scope: " a  b ", ClientID: "app"}, now)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(secret, ".")
	read := func(part string) map[string]any {
		raw, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			t.Fatal(err)
		}
		var out map[string]any
		if err := json.Unmarshal(raw, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	head, body := read(parts[0]), read(parts[1])
	for name, want := range map[string]any{"alg": "RS256", "typ": "JWT", "kid": firstKeyID, "iss": s.issuer} {
		if head[name] != want {
			t.Errorf("header %s is %v, want %v", name, head[name], want)
		}
	}
	member := "don:identity:kith:devo/AbC:devu/3"
	for name, want := range map[string]any{
		"iss": s.issuer, "sub": member, "azp": member, "jti": "don:identity:kith:devo/AbC:token/" + token.ID, "scope": TypePersonal + " a b",
		"http://devrev.ai/devo_don": "don:identity:kith:devo/AbC", "http://devrev.ai/devoid": "DEV-AbC", "http://devrev.ai/clientid": "app",
		"http://devrev.ai/tokentype": TypePersonal, "exp": float64(now.Unix() + 2*86400), "iat": float64(now.Unix()),
	} {
		if body[name] != want {
			t.Errorf("claim %s is %v, want %v", name, body[name], want)
		}
	}
	if aud, ok := body["aud"].([]any); !ok || len(aud) != 1 {
		t.Errorf("claim aud is %v, want a list of one", body["aud"])
	}
	if strings.Contains(token.Hash, secret) || token.Hash != hashSecret(secret) {
		t.Error("the token is not known by the hash of its secret")
	}
}

func TestSignature(t *testing.T) {
	now := time.Now()
	s := signer(t, now)
	a := Actor{Scope: org.Scope{OrgID: 1}}
	good, _, err := s.signed(t.Context(), a, don.Of(don.Member, 1), TokenRequest{Days: 1}, now)
	if err != nil {
		t.Fatal(err)
	}
	other, err := openKeys(t.Context(), &memoryKeys{}, testSecret)
	if err != nil {
		t.Fatal(err)
	}
	foreign, _, err := (&Service{keys: other, now: s.now}).signed(t.Context(), a, don.Of(don.Member, 1), TokenRequest{Days: 1}, now)
	if err != nil {
		t.Fatal(err)
	}
	// The public key as an HMAC secret: what a verifier that trusts alg would take.
	confused := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{ExpiresAt: jwt.NewNumericDate(now.Add(time.Hour))})
	confused.Header["kid"] = firstKeyID
	hmac, err := confused.SignedString(testKeys(t).state.Load().current.N.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	eternal := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{})
	eternal.Header["kid"] = firstKeyID
	endless, err := eternal.SignedString(testKeys(t).state.Load().current)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		secret string
		want   error
	}{
		"good":         {good, nil},
		"empty":        {"", errBadToken},
		"cut":          {good[:len(good)-5], errBadToken},
		"foreign":      {foreign, errBadToken},
		"HMAC":         {hmac, errBadToken},
		"no expiry":    {endless, errBadToken},
		"no kid":       {"eyJhbGciOiJSUzI1NiJ9.e30.AA", errBadToken},
		"no algorithm": {"eyJhbGciOiJub25lIn0.e30.", errBadToken},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := s.checkSignature(t.Context(), c.secret); code(err) != code(c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	s.now = func() time.Time { return now.AddDate(0, 0, 2) }
	if _, err := s.checkSignature(t.Context(), good); !errors.Is(err, errTokenExpired) {
		t.Errorf("an expired token gives %v", err)
	}
	if _, err := s.checkSignature(t.Context(), foreign); code(err) != "unauthenticated" {
		t.Errorf("an expired token of somebody else gives %v", err)
	}
}

func code(err error) string {
	if e := errs.As(err); e != nil {
		return e.Code
	}
	return ""
}

func TestStatus(t *testing.T) {
	now := time.Now()
	past, future := now.Add(-time.Hour), now.Add(time.Hour)
	for want, token := range map[string]Token{
		"active": {ExpiresAt: &future}, "expired": {ExpiresAt: &now}, "revoked": {ExpiresAt: &past, RevokedAt: &past},
	} {
		if got := token.Status(now); got != want {
			t.Errorf("status %s, want %s", got, want)
		}
	}
}
