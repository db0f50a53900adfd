package auth

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// SigningKey is a sealed private key for tokens.
type SigningKey struct {
	ID        string
	Sealed    []byte
	CreatedAt time.Time
}

const (
	keyPurpose = "signing key"
	keyBits    = 2048
	// The first key has a fixed id, so that of two processes that start at the
	// same time on an empty database one stores it and both use it.
	firstKeyID = "kith-1"
)

// keyring holds the keys that tokens are signed and checked with, and looks for
// those that other processes have made.
type keyring struct {
	db     keyStore
	secret Secret
	now    func() time.Time

	loading sync.Mutex // held while reading the stored keys
	missed  time.Time  // when a key was last looked for in vain
	state   atomic.Pointer[keySet]
}

// keySet is what a keyring knew at a moment.
type keySet struct {
	at      time.Time
	current *rsa.PrivateKey
	id      string // of the current key
	public  map[string]*rsa.PublicKey
	stored  []SigningKey // the newest first
}

// keyStore is where sealed keys are kept.
type keyStore interface {
	SigningKeys(ctx context.Context) ([]SigningKey, error)
	AddSigningKey(ctx context.Context, k SigningKey) error
}

const (
	// keyLife is how long a process signs with a key that another process may
	// have replaced.
	keyLife = time.Minute
	// keyPause bounds how often tokens with made-up key ids make it look.
	keyPause = 100 * time.Millisecond
)

// openKeys unseals the stored keys, and makes the first one when there is none.
func openKeys(ctx context.Context, db keyStore, secret Secret) (*keyring, error) {
	ring := &keyring{db: db, secret: secret, now: time.Now}
	stored, err := db.SigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	if len(stored) == 0 {
		if err := ring.add(ctx, firstKeyID, ring.now()); err != nil {
			return nil, err
		}
	}
	return ring, ring.load(ctx, 0)
}

// load reads the stored keys, unless they were read less than the time ago.
func (r *keyring) load(ctx context.Context, younger time.Duration) error {
	r.loading.Lock()
	defer r.loading.Unlock()
	old := r.state.Load()
	if old != nil && younger > 0 && r.now().Sub(old.at) < younger {
		return nil
	}
	return r.read(ctx)
}

func (r *keyring) read(ctx context.Context) error {
	stored, err := r.db.SigningKeys(ctx)
	if err != nil {
		return err
	}
	set := &keySet{at: r.now(), public: map[string]*rsa.PublicKey{}, stored: stored}
	for i, s := range stored {
		key, err := unseal(r.secret, s)
		if err != nil {
			return err
		}
		set.public[s.ID] = &key.PublicKey
		if i == 0 {
			set.current, set.id = key, s.ID
		}
	}
	r.state.Store(set)
	return nil
}

// signing returns the key to sign with and its id.
func (r *keyring) signing(ctx context.Context) (*rsa.PrivateKey, string, error) {
	if r.now().Sub(r.state.Load().at) >= keyLife {
		if err := r.load(ctx, keyLife); err != nil {
			return nil, "", err
		}
	}
	set := r.state.Load()
	return set.current, set.id, nil
}

// verifying returns the key with an id, and looks for one that it does not
// know; ok is false when there is none.
func (r *keyring) verifying(ctx context.Context, id string) (key *rsa.PublicKey, ok bool, err error) {
	if key, ok = r.state.Load().public[id]; ok {
		return key, true, nil
	}
	r.loading.Lock()
	defer r.loading.Unlock()
	if key, ok = r.state.Load().public[id]; ok || r.now().Sub(r.missed) < keyPause {
		return key, ok, nil
	}
	if err := r.read(ctx); err != nil {
		return nil, false, err
	}
	if key, ok = r.state.Load().public[id]; !ok {
		r.missed = r.now()
	}
	return key, ok, nil
}

// add makes a key and stores it.
func (r *keyring) add(ctx context.Context, id string, at time.Time) error {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return r.db.AddSigningKey(ctx, SigningKey{ID: id, Sealed: r.secret.seal(keyPurpose, id, der), CreatedAt: at.UTC().Truncate(time.Microsecond)})
}

// rotate makes a new key and signs with it from now on.
func (r *keyring) rotate(ctx context.Context) error {
	if err := r.load(ctx, 0); err != nil {
		return err
	}
	// The newest key signs, also when this machine's clock is behind another's.
	at := r.now()
	if newest := r.state.Load().stored[0].CreatedAt; !at.After(newest) {
		at = newest.Add(time.Microsecond)
	}
	if err := r.add(ctx, "kith-"+don.Random(8), at); err != nil {
		return err
	}
	return r.load(ctx, 0)
}

func unseal(secret Secret, s SigningKey) (*rsa.PrivateKey, error) {
	der, err := secret.open(keyPurpose, s.ID, s.Sealed)
	if err != nil {
		return nil, errWrongSecret.Because(err)
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, err
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("signing key %s is a %T", s.ID, key)
	}
	return private, nil
}

var errWrongSecret = errs.New(errs.Unavailable, "service_unavailable",
	"the secret key does not open the signing key in the database: it was sealed with another one; "+
		"restore secret.key from a backup of the data folder, or set KITH_SECRET_KEY to the key used so far")

type jwk struct {
	Kty string `json:"kty"`
	Use string `json:"use"`
	Alg string `json:"alg"`
	Kid string `json:"kid"`
	N   string `json:"n"`
	E   string `json:"e"`
}

// JWKS returns the public keys as a JSON Web Key Set, the one that signs first.
// Errors are of kind unavailable or the store's.
func (s *Service) JWKS(ctx context.Context) ([]byte, error) {
	if _, _, err := s.keys.signing(ctx); err != nil { // so that a key made elsewhere is in it
		return nil, err
	}
	set := s.keys.state.Load()
	out := struct {
		Keys []jwk `json:"keys"`
	}{}
	for _, stored := range set.stored {
		key := set.public[stored.ID]
		out.Keys = append(out.Keys, jwk{
			Kty: "RSA", Use: "sig", Alg: "RS256", Kid: stored.ID,
			N: base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
			E: base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
		})
	}
	return json.Marshal(out)
}

// KeyInfo describes a key without its secret part.
type KeyInfo struct {
	ID        string
	CreatedAt time.Time
	Signs     bool // new tokens are signed with it; the others only verify
}

// Keys returns the keys by which tokens are signed and verified, the newest first.
func (s *Service) Keys(ctx context.Context) ([]KeyInfo, error) {
	if err := s.keys.load(ctx, 0); err != nil {
		return nil, err
	}
	set := s.keys.state.Load()
	out := make([]KeyInfo, len(set.stored))
	for i, k := range set.stored {
		out[i] = KeyInfo{ID: k.ID, CreatedAt: k.CreatedAt, Signs: k.ID == set.id}
	}
	return out, nil
}

// RotateKeys makes a new key, which signs from now on; other processes follow
// within a minute. The old ones verify until the last of their tokens has
// ended. It returns all keys, the newest first.
func (s *Service) RotateKeys(ctx context.Context) ([]KeyInfo, error) {
	if err := s.keys.rotate(ctx); err != nil {
		return nil, err
	}
	return s.Keys(ctx)
}

// keyRest is how long an old key is kept in any case: other processes may have
// signed with it for a while, see keyLife.
const keyRest = 24 * time.Hour

// DropKeys removes the keys that sign no more and whose tokens have all ended.
func (s *Service) DropKeys(ctx context.Context) error {
	keys, err := s.Keys(ctx)
	if err != nil || s.now().Sub(keys[0].CreatedAt) < keyRest {
		return err
	}
	scopes, err := s.Scopes(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys[1:] {
		used, err := s.keyUsed(ctx, scopes, k.ID)
		if err != nil {
			return err
		}
		if used {
			continue
		}
		if err := s.db.DropSigningKey(ctx, k.ID); err != nil {
			return err
		}
	}
	return s.keys.load(ctx, 0)
}

func (s *Service) keyUsed(ctx context.Context, scopes []org.Scope, id string) (used bool, err error) {
	for _, sc := range scopes {
		err = s.db.Read(ctx, sc, func(tx Tx) error {
			used, err = tx.SignedBy(ctx, id)
			return err
		})
		if used || err != nil {
			return used, err
		}
	}
	return false, nil
}
