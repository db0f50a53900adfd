package artifact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/errs"
)

// Pass lets its bearer send or fetch one content of a file for a while.
type Pass struct {
	Do       string `json:"do"`  // Send or Fetch
	Org      string `json:"org"` // its public part
	N        int64  `json:"n"`
	Version  int64  `json:"v"`
	By       string `json:"by,omitempty"`   // who sends: the tail of an id
	Type     string `json:"type,omitempty"` // declared by who sends
	MaxBytes int64  `json:"max,omitempty"`
	Until    int64  `json:"until"` // in seconds since 1970
}

// What passes are for.
const (
	Send  = "send"
	Fetch = "fetch"
)

// How long passes live.
const (
	SendLife = 15 * time.Minute
	// Passes to fetch end at full steps, so that all of one step are the same and
	// browsers keep what they have fetched.
	FetchLife = 10 * time.Minute
	fetchStep = 5 * time.Minute
)

// FetchUntil returns when a pass to fetch that is made now ends.
func FetchUntil(now time.Time) time.Time { return now.Truncate(fetchStep).Add(fetchStep + FetchLife) }

// Signer signs passes.
type Signer struct{ key []byte }

// NewSigner returns a signer with a secret key.
func NewSigner(key []byte) *Signer { return &Signer{key} }

// Sign returns a pass as text, in two parts: what it says and its signature.
func (s *Signer) Sign(p Pass) (policy, signature string) {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // of texts and numbers, which always encode
	}
	policy = base64.RawURLEncoding.EncodeToString(text)
	return policy, base64.RawURLEncoding.EncodeToString(s.mac(policy))
}

// Token returns a pass as one text.
func (s *Signer) Token(p Pass) string {
	policy, signature := s.Sign(p)
	return policy + "." + signature
}

func (s *Signer) mac(policy string) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(policy))
	return h.Sum(nil)
}

// maxPass bounds what is looked at; what Sign makes is far shorter.
const maxPass = 4096 // bytes

// Verify returns the pass that Sign made, if it is for doing this and its time is
// not over. Errors: forbidden.
func (s *Signer) Verify(policy, signature, do string, now time.Time) (Pass, error) {
	var p Pass
	given, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || len(policy) > maxPass || !hmac.Equal(given, s.mac(policy)) {
		return p, errs.Denied("the address is not as Kith made it; ask for a new one")
	}
	text, err := base64.RawURLEncoding.DecodeString(policy)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil || p.Do != do {
		return p, errs.Denied("the address is for something else; ask for a new one")
	}
	if now.Unix() >= p.Until {
		return p, errs.Denied("the address has expired; ask for a new one")
	}
	return p, nil
}

// Open is Verify for what Token made.
func (s *Signer) Open(token, do string, now time.Time) (Pass, error) {
	policy, signature, _ := strings.Cut(token, ".")
	return s.Verify(policy, signature, do, now)
}
