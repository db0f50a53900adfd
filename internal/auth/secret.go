package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/kith-id/kith/internal/errs"
)

// SecretSize is the length of the installation's secret in bytes.
const SecretSize = 32

// Secret is what seals keys in the database and cursors in the hands of
// clients. It is never stored beside what it protects.
type Secret []byte

// ParseSecret reads a secret as KITH_SECRET_KEY or the secret file has it:
// 32 bytes in base64. From says where it came from, for the error.
func ParseSecret(from, text string) (Secret, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if key, err := e.DecodeString(text); err == nil && len(key) == SecretSize {
			return key, nil
		}
	}
	return nil, errs.BadRequest("%s is not a secret key; it must be %d bytes in base64, as from: openssl rand -base64 %d", from, SecretSize, SecretSize)
}

// ReadSecret returns the secret in a file, or nil when there is no file.
func ReadSecret(path string) (Secret, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, errs.New(errs.Unavailable, "service_unavailable", "the secret key %s cannot be read: %v", path, err)
	}
	return ParseSecret(path, string(text))
}

// CreateSecret makes a new secret in a file that only its owner can read. When
// another process was faster, its secret is returned.
func CreateSecret(path string) (Secret, error) {
	key := make(Secret, SecretSize)
	_, _ = rand.Read(key) // never fails, see crypto/rand
	// Written aside and linked into place: a crash leaves no half secret, and an
	// existing one is never replaced.
	draft, err := os.CreateTemp(dirOf(path), ".secret-*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	_, err = draft.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(draft.Name(), path); errors.Is(err, fs.ErrExist) {
		return ReadSecret(path)
	} else if err != nil {
		return nil, err
	}
	return key, nil
}

func dirOf(path string) string {
	if i := strings.LastIndexByte(path, os.PathSeparator); i >= 0 {
		return path[:i+1]
	}
	return "."
}

// Derive returns a key of its own for a purpose.
func (s Secret) Derive(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, s, nil, "kith "+purpose, SecretSize)
	if err != nil {
		panic("auth: derive a key: " + err.Error()) // only an absurd length can fail
	}
	return key
}

func (s Secret) aead(purpose string) cipher.AEAD {
	block, err := aes.NewCipher(s.Derive(purpose))
	if err != nil {
		panic("auth: " + err.Error()) // only a wrong key size can fail
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("auth: " + err.Error())
	}
	return gcm
}

// seal encrypts data for a purpose; label is bound to it, so that one sealed
// thing cannot stand in for another.
func (s Secret) seal(purpose, label string, data []byte) []byte {
	return s.aead(purpose).Seal(nil, nil, data, []byte(label))
}

func (s Secret) open(purpose, label string, sealed []byte) ([]byte, error) {
	return s.aead(purpose).Open(nil, nil, sealed, []byte(label))
}
