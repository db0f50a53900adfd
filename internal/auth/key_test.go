package auth

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// memoryKeys keeps sealed keys like the store does: the first of an id stays.
type memoryKeys struct {
	mu     sync.Mutex
	keys   []SigningKey
	looked atomic.Int64
}

func (m *memoryKeys) SigningKeys(context.Context) ([]SigningKey, error) {
	m.looked.Add(1)
	m.mu.Lock()
	defer m.mu.Unlock()
	out := append([]SigningKey(nil), m.keys...)
	slices.SortFunc(out, func(a, b SigningKey) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return out, nil
}

func (m *memoryKeys) DropSigningKey(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keys = slices.DeleteFunc(m.keys, func(k SigningKey) bool { return k.ID == id })
	return nil
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
	// Signed with the right key, but not for us, or not by what we know.
	signed := func(c claims, head map[string]any) string {
		unsigned := jwt.NewWithClaims(jwt.SigningMethodRS256, c)
		unsigned.Header["kid"] = firstKeyID
		for name, v := range head {
			unsigned.Header[name] = v
		}
		text, err := unsigned.SignedString(testKeys(t).state.Load().current)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	ours := claims{TokenType: TypePersonal, RegisteredClaims: jwt.RegisteredClaims{Audience: []string{defaultAudience}, ExpiresAt: jwt.NewNumericDate(now.Add(time.Hour))}}
	elsewhere, unborn, unknown := ours, ours, ours
	elsewhere.Audience = []string{"janus"}
	unborn.NotBefore = jwt.NewNumericDate(now.Add(time.Minute))
	unknown.TokenType = TypePrefix + "super"
	nowhere, over := ours, elsewhere
	nowhere.Audience = nil
	over.ExpiresAt = jwt.NewNumericDate(now.Add(-time.Hour))
	for name, c := range map[string]struct {
		secret string
		want   error
	}{
		"ours":                       {signed(ours, nil), nil},
		"another audience":           {signed(elsewhere, nil), errBadToken},
		"no audience":                {signed(nowhere, nil), errBadToken},
		"another audience, expired":  {signed(over, nil), errBadToken},
		"not yet":                    {signed(unborn, nil), errBadToken},
		"a type that we do not know": {signed(unknown, nil), errBadToken},
		"an extension":               {signed(ours, map[string]any{"crit": []string{"b64"}}), errBadToken},
		"another key id":             {signed(ours, map[string]any{"kid": "kith-2"}), errBadToken},
		"too long":                   {signed(ours, map[string]any{"x": strings.Repeat("x", maxSecret)}), errBadToken},
		"good":                       {good, nil},
		"empty":                      {"", errBadToken},
		"cut":                        {good[:len(good)-5], errBadToken},
		"foreign":                    {foreign, errBadToken},
		"HMAC":                       {hmac, errBadToken},
		"no expiry":                  {endless, errBadToken},
		"no kid":                     {"eyJhbGciOiJSUzI1NiJ9.e30.AA", errBadToken},
		"no algorithm":               {"eyJhbGciOiJub25lIn0.e30.", errBadToken},
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

// keyDB is a database of keys and of one org, whose tokens were signed by some.
type keyDB struct {
	DB
	*memoryKeys
	used map[string]bool
}

func (d keyDB) SigningKeys(ctx context.Context) ([]SigningKey, error) {
	return d.memoryKeys.SigningKeys(ctx)
}
func (d keyDB) AddSigningKey(ctx context.Context, k SigningKey) error {
	return d.memoryKeys.AddSigningKey(ctx, k)
}
func (d keyDB) DropSigningKey(ctx context.Context, id string) error {
	return d.memoryKeys.DropSigningKey(ctx, id)
}
func (d keyDB) Orgs(context.Context) ([]org.Org, error) { return []org.Org{{ID: 1}}, nil }
func (d keyDB) Read(_ context.Context, _ org.Scope, fn func(Tx) error) error {
	return fn(keyTx{used: d.used})
}

type keyTx struct {
	Tx
	used map[string]bool
}

func (tx keyTx) SignedBy(_ context.Context, id string) (bool, error) { return tx.used[id], nil }

// TestRotation follows a key from signing over verifying to its removal, seen by
// the process that rotates and by another one.
func TestRotation(t *testing.T) {
	db := keyDB{memoryKeys: &memoryKeys{}, used: map[string]bool{firstKeyID: true}}
	now := time.Now()
	process := func() *Service {
		ring, err := openKeys(t.Context(), db, testSecret)
		if err != nil {
			t.Fatal(err)
		}
		s := &Service{db: db, keys: ring, issuer: "https://kith.example/", now: func() time.Time { return now }}
		ring.now = s.now
		return s
	}
	here, there := process(), process()
	now = time.Now()
	a := Actor{Scope: org.Scope{OrgID: 1}}
	token := func(s *Service) (secret, kid string) {
		secret, made, err := s.signed(t.Context(), a, don.Of(don.Member, 1), TokenRequest{Days: 9}, now)
		if err != nil {
			t.Fatal(err)
		}
		return secret, made.KeyID
	}
	valid := func(s *Service, secret string) bool {
		_, err := s.checkSignature(t.Context(), secret)
		return err == nil
	}
	old, _ := token(here)
	keys, err := here.RotateKeys(t.Context())
	if err != nil || len(keys) != 2 || !keys[0].Signs || keys[1].Signs || keys[1].ID != firstKeyID {
		t.Fatalf("after the rotation: %+v, %v", keys, err)
	}
	fresh, kid := token(here)
	if kid != keys[0].ID || kid == firstKeyID {
		t.Errorf("signed with %s", kid)
	}
	if !valid(here, old) || !valid(here, fresh) {
		t.Error("the process that rotated refuses a token")
	}
	if _, kid := token(there); kid != firstKeyID {
		t.Errorf("the other process signs with %s at once", kid)
	}
	if !valid(there, fresh) || !valid(there, old) {
		t.Error("the other process does not find the new key")
	}
	madeUp := func(id string) string {
		unsigned := jwt.New(jwt.SigningMethodHS256)
		unsigned.Header["kid"], unsigned.Header["alg"] = id, "RS256"
		text, err := unsigned.SignedString([]byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	looked := db.looked.Load()
	for i := range 50 {
		if valid(there, madeUp(string(rune('a'+i)))) {
			t.Error("a made-up key id is accepted")
		}
	}
	if n := db.looked.Load() - looked; n != 1 {
		t.Errorf("made-up key ids made the server look %d times", n)
	}
	now = now.Add(keyLife)
	if _, kid := token(there); kid != keys[0].ID {
		t.Errorf("the other process still signs with %s after %v", kid, keyLife)
	}
	var set struct{ Keys []struct{ Kid string } }
	text, err := there.JWKS(t.Context())
	if err == nil {
		err = json.Unmarshal(text, &set)
	}
	if err != nil || len(set.Keys) != 2 || set.Keys[0].Kid != keys[0].ID {
		t.Errorf("published: %s, %v", text, err)
	}
	for _, step := range []struct {
		name  string
		after time.Duration
		used  bool
		want  int
	}{{"at once", 0, false, 2}, {"while a token is valid", 2 * keyRest, true, 2}, {"then", 2 * keyRest, false, 1}} {
		now = now.Add(step.after)
		db.used[firstKeyID] = step.used
		if err := here.DropKeys(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(db.memoryKeys.keys); n != step.want {
			t.Errorf("%s: %d keys, want %d", step.name, n, step.want)
		}
	}
	if valid(here, old) || !valid(here, fresh) {
		t.Error("a removed key verifies, or the other does not")
	}
	if again := process(); len(again.keys.state.Load().stored) != 1 {
		t.Error("a start after the removal made another first key")
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
