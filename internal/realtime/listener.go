package realtime

import (
	"context"
	"sync"
	"time"

	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// Limits of listening.
const (
	maxListeners = 20_000 // in a process
	maxGuests    = 15_000 // of those, contacts
	maxOfOne     = 20     // that count to one token or contact
	maxAddress   = 500    // contacts from one address
	backlog      = 64     // deliveries that wait for a listener, before it has to ask for them again
)

// Told is news on their way to several listeners, who may share what it takes
// to spell them.
type Told struct {
	*desk.Announcement
	Sign     *Sign // what is going on and nobody keeps; then there is no number
	spelling sync.Once
	spelt    []byte
}

// Spell returns what spell returned when it was first called.
func (t *Told) Spell(spell func() []byte) []byte {
	t.spelling.Do(func() { t.spelt = spell() })
	return t.spelt
}

// new reports whether the listener has yet to hear of it: of signs everything but
// its own, and what members look at is not for contacts.
func (t *Told) new(l *Listener) bool {
	if t.Sign == nil {
		return t.Seq > l.at
	}
	return t.Sign.By != l.scope.Actor.Tail() && (t.Sign.Kind == Typing || l.scope.Actor.Type != don.Contact)
}

// Listener receives what its scope may know of.
type Listener struct {
	hub   *Hub
	scope org.Scope
	who   Who
	room  *room

	// Reset tells that not everything since the number asked for is kept: what was
	// read before has to be read again.
	Reset bool
	at    int64 // the number up to which the listener knows everything
	live  int64 // from which on news are put into the inbox
	inbox chan []*Told
	gone  bool // by the hub's lock: nothing more will be put
}

// Who tells to whom a listener counts.
type Who struct {
	Holder  string // the token or contact
	Guest   bool   // a contact, of whom there may be any number
	Address string // where a guest comes from
}

// shares returns what a listener counts to beside all of them, and how many may.
func (w Who) shares() map[string]int {
	out := map[string]int{"of " + w.Holder: maxOfOne}
	if w.Guest {
		out["guests"], out["from "+w.Address] = maxGuests, maxAddress
	}
	return out
}

// Listen begins to listen in a scope, behind the news with the number after; with
// a negative one, to what happens from now on. Close must follow. Errors: too_many,
// unavailable while the server stops.
func (h *Hub) Listen(ctx context.Context, sc org.Scope, who Who, after int64) (*Listener, error) {
	h.init()
	var first, last int64
	err := h.DB.Read(ctx, sc, func(tx Tx) (err error) {
		first, last, err = tx.NewsKept(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	l := &Listener{hub: h, scope: sc, who: who, inbox: make(chan []*Told, backlog)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.admit(who); err != nil {
		return nil, err
	}
	l.room = h.rooms[sc.OrgID]
	if l.room == nil {
		l.room = &room{told: last, part: batch, all: map[*Listener]bool{}}
		h.rooms[sc.OrgID] = l.room
	}
	l.room.all[l] = true
	for share := range who.shares() {
		h.shares[share]++
	}
	h.open++
	l.live = l.room.told
	switch {
	case after < 0:
		l.at = l.live
	case after < first-1 || after > last:
		l.at, l.Reset = l.live, true
	default:
		l.at = after
	}
	return l, nil
}

// admit reports whether one more may listen. The lock is held.
func (h *Hub) admit(who Who) error {
	for share, most := range who.shares() {
		if h.shares[share] >= most {
			return errs.New(errs.TooMany, "too_many_requests", "%d streams are open already where yours counts to; share one among windows, or close some", most).With("retry_after", time.Minute)
		}
	}
	switch {
	case h.closed:
		return errs.New(errs.Unavailable, "service_unavailable", "the server is shutting down; try again in a moment")
	case h.open >= maxListeners:
		return errs.New(errs.TooMany, "too_many_requests", "the server has %d open streams, which is all it takes; try again later", maxListeners).With("retry_after", time.Minute)
	}
	return nil
}

// Close ends the listening.
func (l *Listener) Close() {
	h := l.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(l.room.all, l)
	if len(l.room.all) == 0 && h.rooms[l.scope.OrgID] == l.room {
		delete(h.rooms, l.scope.OrgID)
	}
	h.open--
	for share := range l.who.shares() {
		if h.shares[share]--; h.shares[share] <= 0 {
			delete(h.shares, share)
		}
	}
}

// put hands news over; who lets too many wait is let go, and may ask for the
// rest. The hub's lock is held.
func (l *Listener) put(told []*Told) {
	if l.gone {
		return
	}
	select {
	case l.inbox <- told:
	default:
		l.end()
	}
}

func (l *Listener) end() {
	if !l.gone {
		l.gone = true
		close(l.inbox)
	}
}

// At returns the number up to which the listener knows everything.
func (l *Listener) At() int64 { return l.at }

// Next waits for news that the listener may know of. It returns none when the
// time is over, and false when the listening has ended, here or by stop: whoever
// still wants to know asks again behind At.
func (l *Listener) Next(ctx context.Context, over <-chan time.Time, stop <-chan struct{}) (told []*Told, ok bool, err error) {
	for l.at < l.live {
		missed, last, more, err := l.catchUp(ctx, stop)
		if err != nil {
			return nil, false, err
		}
		if !more && last < l.live {
			last = l.live
		}
		told, l.at = l.mine(missed), last
		if len(told) > 0 {
			return told, true, nil
		}
	}
	for {
		select {
		case batch, open := <-l.inbox:
			if !open {
				return nil, false, nil
			}
			told = l.mine(batch)
			if n := len(batch); n > 0 && batch[n-1].Sign == nil {
				l.at = max(l.at, batch[n-1].Seq)
			}
			if len(told) > 0 {
				return told, true, nil
			}
		case <-over:
			return nil, true, nil
		case <-stop:
			return nil, false, nil
		case <-ctx.Done():
			return nil, false, nil
		}
	}
}

// catchUp reads a batch of what came before the listening. Few do so at a time: it
// reads far more than what is told to most.
func (l *Listener) catchUp(ctx context.Context, stop <-chan struct{}) (told []*Told, last int64, more bool, err error) {
	select {
	case l.hub.catching <- struct{}{}:
	case <-stop:
		return nil, 0, false, errs.New(errs.Unavailable, "service_unavailable", "the server is shutting down; try again in a moment")
	case <-ctx.Done():
		return nil, 0, false, ctx.Err()
	}
	defer func() { <-l.hub.catching }()
	ctx, cancel := context.WithTimeout(ctx, passTime)
	defer cancel()
	return l.hub.read(ctx, l.scope, l.at, caught)
}

// mine leaves what the listener may know of and has not been told.
func (l *Listener) mine(batch []*Told) []*Told {
	var out []*Told
	for _, t := range batch {
		if t.new(l) && t.ToldTo(l.scope) {
			out = append(out, t)
		}
	}
	return out
}
