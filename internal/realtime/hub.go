// Package realtime tells those who listen what has just happened, in one order
// for everybody and across server processes.
package realtime

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/timeline"
)

// Tx is what the hub needs of a transaction.
type Tx interface {
	desk.Tx
	// Number gives rows of the outbox their numbers and returns how many there were.
	Number(ctx context.Context, since time.Time, limit int) (int, error)
	News(ctx context.Context, after int64, limit int) ([]timeline.News, error)
	NewsKept(ctx context.Context) (first, last int64, err error)
}

// DB runs transactions and knows about the outbox of every process.
type DB interface {
	Write(ctx context.Context, s org.Scope, fn func(Tx) error) error
	Read(ctx context.Context, s org.Scope, fn func(Tx) error) error
	OnOutbox(fn func(orgID int64))
	Listen(ctx context.Context, news func(orgID int64), signal func(text string)) error
	// Signal has every process hear a text; false when this is the only one.
	Signal(ctx context.Context, text string) (bool, error)
	Waiting(ctx context.Context) ([]int64, error)
}

const (
	// Kept is for how long news can be asked for again.
	Kept = 7 * 24 * time.Hour

	pause    = 50 * time.Millisecond // between two rounds, so 20 of them a second
	pollTime = 2 * time.Second       // between looks for what nobody has told of
	passTime = 10 * time.Second      // for one org in a round
	batch    = 500                   // news in a transaction, at most
	servers  = 4                     // orgs that are served at a time
	caught   = 100                   // of those that came before somebody listened
	catchers = 3                     // who read such at a time
	backoff  = 5 * time.Second       // before listening again
)

// Hub numbers what happens and hands it to those who listen. Its zero value
// needs all exported fields; Work must run.
type Hub struct {
	DB     DB
	Scopes func(ctx context.Context, orgID int64) (org.Scope, error) // the system's in an org
	Log    *slog.Logger

	once     sync.Once
	wake     chan struct{}
	catching chan struct{} // a slot for each listener that reads what came before
	mu       sync.Mutex
	unread   map[int64]bool // orgs of which there may be news, true when they wait for numbers too
	rooms    map[int64]*room
	shares   map[string]int       // listeners by what they count to
	signs    map[string]time.Time // when each last gave one
	open     int                  // all of them
	closed   bool
}

// room is an org to which somebody listens.
type room struct {
	told int64 // the number of the last news that was told
	part int   // how many are read at a time: fewer after what took too long
	all  map[*Listener]bool
}

func (h *Hub) init() {
	h.once.Do(func() {
		h.wake, h.catching = make(chan struct{}, 1), make(chan struct{}, catchers)
		h.unread, h.rooms, h.shares, h.signs = map[int64]bool{}, map[int64]*room{}, map[string]int{}, map[string]time.Time{}
	})
}

// Work numbers and tells until the context ends; then everybody's listening ends.
func (h *Hub) Work(ctx context.Context) {
	h.init()
	defer h.dismiss()
	h.DB.OnOutbox(func(orgID int64) { h.hint(orgID, true) })
	var listening sync.WaitGroup
	defer listening.Wait()
	listening.Go(func() { h.listen(ctx) })
	poll := time.NewTicker(pollTime)
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.wake:
			h.round(ctx)
			select { // others may gather meanwhile
			case <-time.After(pause):
			case <-ctx.Done():
				return
			}
		case <-poll.C:
			h.look(ctx)
		}
	}
}

// hint notes that there may be news of an org.
func (h *Hub) hint(orgID int64, unnumbered bool) {
	h.mu.Lock()
	h.unread[orgID] = h.unread[orgID] || unnumbered
	h.mu.Unlock()
	select {
	case h.wake <- struct{}{}:
	default: // it is awake
	}
}

// listen hears of what other processes have numbered.
func (h *Hub) listen(ctx context.Context) {
	for ctx.Err() == nil {
		err := h.DB.Listen(ctx, func(orgID int64) { h.hint(orgID, false) }, h.heard)
		if ctx.Err() != nil {
			return
		}
		h.Log.Warn("news of other processes come late; listening is tried again", "error", err)
		select {
		case <-time.After(backoff):
		case <-ctx.Done():
		}
	}
}

// look finds what nobody has told of: what a process left that ended before it
// could number it, and what was missed while nobody listened.
func (h *Hub) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, passTime)
	defer cancel()
	orgs, err := h.DB.Waiting(ctx)
	if err != nil {
		h.failed(ctx, err)
		return
	}
	for _, id := range orgs {
		h.hint(id, true)
	}
	h.mu.Lock()
	var listened []int64
	for id := range h.rooms {
		listened = append(listened, id)
	}
	h.mu.Unlock()
	for _, id := range listened {
		h.hint(id, false)
	}
}

func (h *Hub) failed(ctx context.Context, err error) {
	if ctx.Err() == nil {
		h.Log.Error("news could not be told; it is tried again", "error", err)
	}
}

// round serves every org that there was a hint of.
func (h *Hub) round(ctx context.Context) {
	h.mu.Lock()
	orgs := h.unread
	h.unread = map[int64]bool{}
	h.mu.Unlock()
	// One org whose news take long must not keep the others waiting.
	var serving sync.WaitGroup
	slots := make(chan struct{}, servers)
	for id, unnumbered := range orgs {
		slots <- struct{}{}
		serving.Go(func() {
			defer func() { <-slots }()
			if err := h.serve(ctx, id, unnumbered); err != nil {
				h.failed(ctx, err)
			}
		})
	}
	serving.Wait()
}

func (h *Hub) serve(ctx context.Context, orgID int64, unnumbered bool) error {
	ctx, cancel := context.WithTimeout(ctx, passTime)
	defer cancel()
	sc, err := h.Scopes(ctx, orgID)
	if err != nil {
		return err
	}
	for unnumbered {
		var n int
		err := h.DB.Write(ctx, sc, func(tx Tx) (err error) {
			n, err = tx.Number(ctx, tx.Now().Add(-Kept), batch)
			return err
		})
		if err != nil {
			return err
		}
		if err := h.tell(ctx, sc); err != nil {
			return err
		}
		unnumbered = n == batch
	}
	return h.tell(ctx, sc)
}

// tell hands what is new in an org to those who listen there.
func (h *Hub) tell(ctx context.Context, sc org.Scope) error {
	for {
		h.mu.Lock()
		r := h.rooms[sc.OrgID]
		h.mu.Unlock()
		if r == nil {
			return nil
		}
		told, last, more, err := h.read(ctx, sc, r.told, r.part)
		if err != nil {
			r.part = max(1, r.part/2)
			return err
		}
		r.part = min(batch, 2*r.part)
		if last == r.told {
			return nil
		}
		h.mu.Lock()
		r.told = last
		for l := range r.all {
			l.put(told)
		}
		h.mu.Unlock()
		if !more {
			return nil
		}
	}
}

// read returns news behind a number, as they are to be told, and the last of
// their numbers.
func (h *Hub) read(ctx context.Context, sc org.Scope, after int64, limit int) (told []*Told, last int64, more bool, err error) {
	err = h.DB.Read(ctx, sc, func(tx Tx) error {
		news, err := tx.News(ctx, after, limit)
		if err != nil {
			return err
		}
		last, more = after, len(news) == limit
		if len(news) > 0 {
			last = news[len(news)-1].Seq
		}
		list, err := desk.Announce(ctx, tx, news)
		told = make([]*Told, len(list))
		for i, a := range list {
			told[i] = &Told{Announcement: a}
		}
		return err
	})
	return told, last, more, err
}

// dismiss ends everybody's listening.
func (h *Hub) dismiss() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, r := range h.rooms {
		for l := range r.all {
			l.end()
		}
	}
}
