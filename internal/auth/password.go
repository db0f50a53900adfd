package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/kith-id/kith/internal/errs"
)

// Bounds of a password. Length is what makes one strong, so there are no rules
// about its characters; the upper bound keeps hashing cheap.
const (
	MinPassword = 12   // characters
	MaxPassword = 1024 // bytes
)

// Cost is what a password's hash takes. Changing it is safe: every hash names the
// cost it was made with.
type Cost struct {
	Memory uint32 // KiB
	Passes uint32
}

// argonCost is OWASP's second recommendation for argon2id, 19 MiB and two passes.
var argonCost = Cost{Memory: 19 << 10, Passes: 2}

const (
	argonLanes = 1
	argonSalt  = 16
	argonKey   = 32
)

// hashing bounds how many hashes are computed at once (38 MiB) and how many
// callers wait for their turn, so that a flood of sign-ins cannot take the
// server's memory.
const (
	hashing      = 2
	hashQueue    = 64
	hashPatience = 10 * time.Second
)

// CheckPassword reports what is wrong with a new password, or nil.
func CheckPassword(field, password string) error {
	switch {
	case password == "":
		return errs.Missing(field)
	case len(password) > MaxPassword:
		return errs.NotPermitted(field, "has %d bytes; at most %d are allowed", len(password), MaxPassword)
	case !utf8.ValidString(password):
		return errs.NotPermitted(field, "is not UTF-8")
	case utf8.RuneCountInString(password) < MinPassword:
		return errs.NotPermitted(field, "must have at least %d characters; a few unrelated words make a good one", MinPassword)
	}
	return nil
}

// hasher computes password hashes, a few at a time.
type hasher struct {
	cost    Cost
	running chan struct{}
	waiting chan struct{}
}

func newHasher(cost Cost) *hasher {
	if cost == (Cost{}) {
		cost = argonCost
	}
	return &hasher{cost: cost, running: make(chan struct{}, hashing), waiting: make(chan struct{}, hashQueue)}
}

// enter waits for a turn. Leave must follow when it returns nil.
func (h *hasher) enter(ctx context.Context) error {
	busy := errs.New(errs.TooMany, "too_many_requests", "too many people are signing in at once; try again in a moment").With("retry_after", 5)
	select {
	case h.waiting <- struct{}{}:
	default:
		return busy
	}
	defer func() { <-h.waiting }()
	timer := time.NewTimer(hashPatience)
	defer timer.Stop()
	select {
	case h.running <- struct{}{}:
		return nil
	case <-timer.C:
		return busy
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *hasher) leave() { <-h.running }

// hash returns the encoded argon2id hash of a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails, see crypto/rand
	key := argon2.IDKey([]byte(password), salt, h.cost.Passes, h.cost.Memory, argonLanes, argonKey)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.Memory, h.cost.Passes, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// verify reports whether password has the encoded hash. An empty or damaged
// hash takes as long as a good one and matches nothing.
func (h *hasher) verify(ctx context.Context, encoded, password string) (bool, error) {
	if len(password) > MaxPassword {
		return false, nil
	}
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	p, ok := parseHash(encoded)
	if !ok {
		p = phc{memory: h.cost.Memory, time: h.cost.Passes, lanes: argonLanes, salt: make([]byte, argonSalt), key: make([]byte, argonKey)}
	}
	got := argon2.IDKey([]byte(password), p.salt, p.time, p.memory, p.lanes, uint32(len(p.key)))
	return subtle.ConstantTimeCompare(got, p.key) == 1 && ok, nil
}

// phc is a hash in the format of the password hashing competition, taken apart.
type phc struct {
	memory, time uint32
	lanes        uint8
	salt, key    []byte
}

// parseHash reads what hash wrote. Costs beyond what this server would ever
// have set are refused: they would be a way to stall it.
func parseHash(encoded string) (p phc, ok bool) {
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, false
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.lanes); err != nil || n != 3 {
		return p, false
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return p, false
	}
	if p.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return p, false
	}
	sane := p.memory >= 8 && p.memory <= 64<<10 && p.time >= 1 && p.time <= 10 && p.lanes >= 1 && p.lanes <= 4 &&
		len(p.salt) >= 8 && len(p.key) >= 16 && len(p.key) <= 64
	return p, sane
}
