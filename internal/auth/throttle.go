package auth

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"github.com/kith-id/kith/internal/errs"
)

// Limits on failed attempts to sign in, and on visitors. They are kept in memory:
// a restart forgets them, several processes count each for itself.
const (
	pairFailures    = 5    // of one address for one account
	addressFailures = 50   // of one address
	accountFailures = 100  // for one account, from anywhere
	visitorContacts = 300  // contacts that visitors of one address make with public tokens
	visitorTokens   = 3000 // tokens that they obtain
	failureWindow   = 15 * time.Minute
	throttleEntries = 20_000 // the longest unused are forgotten first
)

// throttle counts failures by key within a window.
type throttle struct {
	mu      sync.Mutex
	now     func() time.Time
	entries map[string]*list.Element
	order   *list.List // the latest used in front
}

type failures struct {
	key   string
	count int
	until time.Time
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, entries: map[string]*list.Element{}, order: list.New()}
}

// attempt is one try to prove something from an address.
type attempt struct {
	address, account string
	visitor          bool // to come as a visitor, which counts like a failure
	back             bool // the visitor was here before
}

// limits returns the counters an attempt falls under, and their bounds.
func (a attempt) limits() map[string]int {
	keys := map[string]int{}
	if a.visitor {
		if keys["t "+a.address] = visitorTokens; !a.back {
			keys["v "+a.address] = visitorContacts
		}
		return keys
	}
	if a.address != "" {
		keys["a "+a.address] = addressFailures
		keys["p "+a.address+" "+a.account] = pairFailures
	}
	if a.account != "" {
		keys["u "+a.account] = accountFailures
	}
	return keys
}

// allow returns an error of kind too_many, with the seconds to wait, when the
// attempt must not be made.
func (t *throttle) allow(a attempt) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	var wait time.Duration
	for key, limit := range a.limits() {
		if f := t.find(key, now); f != nil && f.count >= limit {
			wait = max(wait, f.until.Sub(now))
		}
	}
	if wait <= 0 {
		return nil
	}
	if a.visitor {
		return errs.New(errs.TooMany, "too_many_requests", "too many visitors from this address; wait %d minutes", int(wait.Minutes())+1).With("retry_after", wait)
	}
	return errs.New(errs.TooMany, "too_many_requests", "too many failed attempts; wait %d minutes, or ask an admin for a new password link",
		int(wait.Minutes())+1).With("retry_after", wait)
}

// failed counts a failure.
func (t *throttle) failed(a attempt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	for key := range a.limits() {
		f := t.find(key, now)
		if f == nil {
			f = t.insert(key)
			f.until = now.Add(failureWindow)
		}
		f.count++
	}
}

// limit bounds how often something happens under a key.
type limit struct {
	key    string
	most   int
	window time.Duration
}

// take counts one more under every limit, or under none of them when one is
// reached, and returns how long to wait then.
func (t *throttle) take(limits ...limit) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	for _, l := range limits {
		if f := t.find(l.key, now); f != nil && f.count >= l.most {
			wait = max(wait, f.until.Sub(now))
		}
	}
	if wait > 0 {
		return wait
	}
	for _, l := range limits {
		f := t.find(l.key, now)
		if f == nil {
			f = t.insert(l.key)
			f.until = now.Add(l.window)
		}
		f.count++
	}
	return 0
}

// succeeded forgets the failures of this address for this account.
func (t *throttle) succeeded(a attempt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e, ok := t.entries["p "+a.address+" "+a.account]; ok {
		t.remove(e)
	}
}

// pardon forgets the failures for an account and of an address for it: its
// owner has proved to be that by other means.
func (t *throttle) pardon(a attempt) {
	t.succeeded(a)
	t.mu.Lock()
	defer t.mu.Unlock()
	if e, ok := t.entries["u "+a.account]; ok {
		t.remove(e)
	}
}

func (t *throttle) find(key string, now time.Time) *failures {
	e, ok := t.entries[key]
	if !ok {
		return nil
	}
	f := e.Value.(*failures)
	if !now.Before(f.until) {
		t.remove(e)
		return nil
	}
	t.order.MoveToFront(e)
	return f
}

func (t *throttle) insert(key string) *failures {
	if t.order.Len() >= throttleEntries {
		t.remove(t.order.Back())
	}
	f := &failures{key: key}
	t.entries[key] = t.order.PushFront(f)
	return f
}

func (t *throttle) remove(e *list.Element) {
	delete(t.entries, e.Value.(*failures).key)
	t.order.Remove(e)
}

// network returns what counts as one address: an IPv4 address, or the /64 that
// a single IPv6 customer has to choose from.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	p, err := ip.Prefix(64)
	if err != nil {
		return ip.String()
	}
	return p.String()
}
