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
	"time"

	"github.com/kith-id/kith/internal/errs"
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

// keyring holds the keys that tokens are signed and checked with. It does not
// change while the process runs.
type keyring struct {
	current *rsa.PrivateKey
	id      string
	public  map[string]*rsa.PublicKey
}

// keyStore is where sealed keys are kept.
type keyStore interface {
	SigningKeys(ctx context.Context) ([]SigningKey, error)
	AddSigningKey(ctx context.Context, k SigningKey) error
}

// openKeys unseals the stored keys, and makes the first one when there is none.
func openKeys(ctx context.Context, db keyStore, secret Secret) (*keyring, error) {
	sealed, err := db.SigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	if len(sealed) == 0 {
		if err := addKey(ctx, db, secret); err != nil {
			return nil, err
		}
		if sealed, err = db.SigningKeys(ctx); err != nil {
			return nil, err
		}
	}
	ring := &keyring{public: map[string]*rsa.PublicKey{}}
	for i, s := range sealed {
		key, err := unseal(secret, s)
		if err != nil {
			return nil, err
		}
		ring.public[s.ID] = &key.PublicKey
		if i == 0 {
			ring.current, ring.id = key, s.ID
		}
	}
	return ring, nil
}

func addKey(ctx context.Context, db keyStore, secret Secret) error {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	sealed := secret.seal(keyPurpose, firstKeyID, der)
	return db.AddSigningKey(ctx, SigningKey{ID: firstKeyID, Sealed: sealed, CreatedAt: time.Now().UTC()})
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

// JWKS returns the public keys as a JSON Web Key Set.
func (s *Service) JWKS() []byte {
	set := struct {
		Keys []jwk `json:"keys"`
	}{}
	for id, key := range s.keys.public {
		set.Keys = append(set.Keys, jwk{
			Kty: "RSA", Use: "sig", Alg: "RS256", Kid: id,
			N: base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
			E: base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
		})
	}
	text, err := json.Marshal(set)
	if err != nil {
		panic("auth: " + err.Error()) // strings always have a JSON form
	}
	return text
}
