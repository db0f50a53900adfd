package identity

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// memory is a database of identifiers and contacts for one org. A write that
// fails leaves it as it was.
type memory struct {
	mu       sync.Mutex
	n        int64
	index    map[string]Entry
	contacts map[int64]*contact.Contact
	looked   int           // how many writes looked keys up
	sizes    []int         // how many contacts each successful write added
	hold     chan struct{} // writes wait until it is closed
}

func newMemory() *memory {
	m := &memory{index: map[string]Entry{}, contacts: map[int64]*contact.Contact{}, hold: make(chan struct{})}
	close(m.hold)
	return m
}

var errSpoiled = errors.New("spoiled")

// Write implements DB.
func (m *memory) Write(_ context.Context, s org.Scope, fn func(Tx) error) error {
	<-m.hold
	m.mu.Lock()
	defer m.mu.Unlock()
	tx := &memoryTx{memory: m, scope: s, index: maps.Clone(m.index), contacts: maps.Clone(m.contacts), n: m.n}
	if err := fn(tx); err != nil {
		return err
	}
	m.sizes = append(m.sizes, len(tx.contacts)-len(m.contacts))
	m.index, m.contacts, m.n = tx.index, tx.contacts, tx.n
	return nil
}

type memoryTx struct {
	Tx       // what Resolve does not use here
	memory   *memory
	scope    org.Scope
	n        int64
	index    map[string]Entry
	contacts map[int64]*contact.Contact
}

func (t *memoryTx) Now() time.Time   { return time.Unix(1_700_000_000, 0).UTC() }
func (t *memoryTx) Scope() org.Scope { return t.scope }

func (t *memoryTx) Next(_ context.Context, _ don.Type, count int) (int64, error) {
	t.n += int64(count)
	return t.n - int64(count) + 1, nil
}

func (t *memoryTx) Identifiers(_ context.Context, keys []string) (out []Entry, err error) {
	t.memory.looked++
	for _, k := range keys {
		if e, ok := t.index[k]; ok {
			out = append(out, e)
		}
	}
	return out, nil
}

func (t *memoryTx) AddIdentifiers(_ context.Context, entries []Entry) (stood []int, err error) {
	for i, e := range entries {
		if _, ok := t.index[e.Key]; ok {
			stood = append(stood, i)
			continue
		}
		t.index[e.Key] = e
	}
	return stood, nil
}

func (t *memoryTx) AddNewIdentifiers(ctx context.Context, entries []Entry) error {
	stood, err := t.AddIdentifiers(ctx, entries)
	if err == nil && len(stood) > 0 {
		return errs.New(errs.Conflict, "conflict", "a value that must be unique is already in use")
	}
	return err
}

func (t *memoryTx) Contacts(_ context.Context, ns []int64, _ bool) (map[int64]*contact.Contact, error) {
	out := map[int64]*contact.Contact{}
	for _, n := range ns {
		if c := t.contacts[n]; c != nil {
			out[n] = c
		}
	}
	return out, nil
}

func (t *memoryTx) InsertContacts(_ context.Context, cs []*contact.Contact) error {
	for _, c := range cs {
		if c.DisplayName == "spoil" {
			return errSpoiled
		}
		t.contacts[c.N] = c
	}
	return nil
}

func (t *memoryTx) UpdateContact(context.Context, *contact.Contact, *contact.Contact) (bool, error) {
	return false, nil
}

const atOnce = 2

func stranger(email string) Observation {
	return Observation{Mode: CreateOnly, DisplayName: email, Identifiers: []contact.Identifier{
		{Kind: contact.KindEmail, Value: email, Proof: contact.Entered},
	}}
}

// waitQueued waits until so many requests wait for a batch.
func waitQueued(t *testing.T, r *Resolver, want int) {
	t.Helper()
	for range 2000 {
		r.mu.Lock()
		got := 0
		for _, q := range r.queues {
			got += len(q.waiting)
		}
		r.mu.Unlock()
		if got == want {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("%d requests never waited together", want)
}

// inOneBatch resolves observations so that they run as one batch, behind as
// many others as keep every place busy, and returns what became of each.
func inOneBatch(t *testing.T, m *memory, r *Resolver, obs []Observation, ctx func(i int) context.Context) ([]Outcome, []error) {
	t.Helper()
	m.hold = make(chan struct{})
	var wg sync.WaitGroup
	for i := range atOnce {
		wg.Go(func() {
			if _, err := r.Resolve(t.Context(), org.Scope{OrgID: 1}, stranger(fmt.Sprintf("busy-%d-%d@example.com", len(m.sizes), i))); err != nil {
				t.Error(err)
			}
		})
	}
	for busy := 0; busy < atOnce; time.Sleep(time.Millisecond) {
		r.mu.Lock()
		if q := r.queues[lane{orgID: 1}]; q != nil {
			busy = q.running
		}
		r.mu.Unlock()
	}
	out, failed := make([]Outcome, len(obs)), make([]error, len(obs))
	for i, o := range obs {
		wg.Go(func() { out[i], failed[i] = r.Resolve(ctx(i), org.Scope{OrgID: 1}, o) })
		waitQueued(t, r, i+1) // so that they stand in this order
	}
	close(m.hold)
	wg.Wait()
	return out, failed
}

func background(int) context.Context { return context.Background() }

func TestResolverCreatesTogetherWithoutLooking(t *testing.T) {
	m := newMemory()
	r := NewResolver(m, atOnce)
	var obs []Observation
	for i := range 40 {
		obs = append(obs, stranger(fmt.Sprintf("p%d@example.com", i)))
	}
	out, failed := inOneBatch(t, m, r, obs, background)
	ns := map[int64]bool{}
	for i := range obs {
		if failed[i] != nil || !out[i].Created {
			t.Fatalf("creation %d: %+v, %v", i, out[i], failed[i])
		}
		ns[out[i].Contact.N] = true
	}
	if len(ns) != len(obs) || m.looked != 0 || !slices.Contains(m.sizes, len(obs)) {
		t.Errorf("%d contacts in writes of %v, %d of them looked keys up; want %d in one that did not", len(ns), m.sizes, m.looked, len(obs))
	}
	if len(r.queues) != 0 {
		t.Errorf("%d queues are left behind", len(r.queues))
	}
}

func TestResolverTellsWhoHasAKey(t *testing.T) {
	m := newMemory()
	r := NewResolver(m, atOnce)
	known, err := r.Resolve(t.Context(), org.Scope{OrgID: 1}, stranger("known@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	emails := []string{"a@example.com", "known@example.com", "b@example.com", "a@example.com", "c@example.com"}
	var obs []Observation
	for _, e := range emails {
		obs = append(obs, stranger(e))
	}
	out, failed := inOneBatch(t, m, r, obs, background)
	for i, holder := range map[int]func() int64{1: func() int64 { return known.Contact.N }, 3: func() int64 { return out[0].Contact.N }} {
		e := errs.As(failed[i])
		if e == nil || e.Kind != errs.Conflict || e.Field != "email" {
			t.Fatalf("creating %s again: %v, want a conflict", emails[i], failed[i])
		}
		if got := e.Details["holder"].(Holder).ID; got != don.Of(don.Contact, holder()) {
			t.Errorf("the holder of %s is said to be %v, want REVU-%d", emails[i], got, holder())
		}
	}
	for _, i := range []int{0, 2, 4} {
		if failed[i] != nil || m.contacts[out[i].Contact.N] == nil {
			t.Errorf("creating %s beside conflicts: %v", emails[i], failed[i])
		}
	}
	if len(m.contacts) != 1+atOnce+3 {
		t.Errorf("%d contacts, want %d", len(m.contacts), 1+atOnce+3)
	}
}

func TestResolverIsWaryAfterAConflict(t *testing.T) {
	m := newMemory()
	r := NewResolver(m, atOnce)
	create := func(email string) error {
		_, err := r.Resolve(t.Context(), org.Scope{OrgID: 1}, stranger(email))
		return err
	}
	if err := create("a@example.com"); err != nil || m.looked != 0 {
		t.Fatalf("the first creation: %v, %d looks", err, m.looked)
	}
	if err := create("a@example.com"); !errs.Is(err, errs.Conflict) {
		t.Fatalf("the second: %v, want a conflict", err)
	}
	for i := range 2 * waryBatches {
		if err := create(fmt.Sprintf("%d@example.com", i)); err != nil {
			t.Fatal(err)
		}
	}
	if want := 1 + waryBatches; m.looked != want {
		t.Errorf("%d looks, want %d: for the conflict and the %d batches after it", m.looked, want, waryBatches)
	}
}

// A request that is cancelled while it waits is not done; the others are.
func TestResolverSkipsTheCancelled(t *testing.T) {
	m := newMemory()
	r := NewResolver(m, atOnce)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	obs := []Observation{stranger("a@example.com"), stranger("b@example.com"), stranger("c@example.com")}
	out, failed := inOneBatch(t, m, r, obs, func(i int) context.Context {
		if i == 1 {
			return gone
		}
		return t.Context()
	})
	if failed[0] != nil || failed[2] != nil || !out[0].Created || !out[2].Created {
		t.Errorf("beside a cancelled request: %v, %v", failed[0], failed[2])
	}
	if !errors.Is(failed[1], context.Canceled) || len(m.contacts) != atOnce+2 {
		t.Errorf("the cancelled request: %v, %d contacts", failed[1], len(m.contacts))
	}
}

// A request that makes its transaction fail is alone with that.
func TestResolverSeparatesTheSpoiled(t *testing.T) {
	m := newMemory()
	r := NewResolver(m, atOnce)
	obs := []Observation{stranger("a@example.com"), stranger("b@example.com"), stranger("c@example.com")}
	obs[1].DisplayName = "spoil"
	out, failed := inOneBatch(t, m, r, obs, background)
	if failed[0] != nil || failed[2] != nil || !out[0].Created || !out[2].Created {
		t.Errorf("beside a spoiled request: %v, %v", failed[0], failed[2])
	}
	if !errors.Is(failed[1], errSpoiled) || len(m.contacts) != atOnce+2 {
		t.Errorf("the spoiled request: %v, %d contacts", failed[1], len(m.contacts))
	}
}
