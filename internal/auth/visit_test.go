package auth

import (
	"fmt"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

func visits() (*Service, *time.Time) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	clock := func() time.Time { return now }
	return &Service{throttle: newThrottle(clock), visits: newThrottle(clock), now: clock}, &now
}

// counted returns how many of many tries are allowed.
func counted(t *testing.T, tries int, try func(i int) error) (allowed int) {
	t.Helper()
	for i := range tries {
		err := try(i)
		if err == nil {
			allowed++
			continue
		}
		if e := errs.As(err); e == nil || e.Kind != errs.TooMany || e.Details["retry_after"].(time.Duration) <= 0 {
			t.Fatalf("refused with %v", err)
		}
	}
	return allowed
}

func TestPace(t *testing.T) {
	s, now := visits()
	visitor := func(orgID, n int64) Actor {
		return Actor{Scope: org.Scope{OrgID: orgID}, Token: Token{Kind: Visitor, Subject: don.Of(don.Contact, n)}}
	}
	write := func(a Actor, op, address string) func(int) error {
		return func(int) error {
			_, err := s.Pace(a, op, address)
			return err
		}
	}
	for _, c := range []struct {
		name, op string
		a        Actor
		want     int
	}{
		{"messages", "timeline-entries.create", visitor(1, 1), 20},
		{"conversations", "conversations.create", visitor(1, 1), 30},
		{"another visitor", "timeline-entries.create", visitor(1, 2), 20},
		{"another org's", "timeline-entries.create", visitor(2, 1), 20},
		{"reading", "conversations.list", visitor(1, 1), 500},
		{"who is proven", "timeline-entries.create", Actor{Token: Token{Kind: Customer}}, 80},
		{"an application in their name", "timeline-entries.create", Actor{Token: Token{Kind: ActAsCustomer}}, 500},
		{"a member", "timeline-entries.create", Actor{Token: Token{Kind: Personal}}, 500},
	} {
		if got := counted(t, 500, write(c.a, c.op, "192.0.2.1")); got != c.want {
			t.Errorf("%s: %d allowed, want %d", c.name, got, c.want)
		}
	}
	*now = now.Add(time.Minute)
	if got := counted(t, 50, write(visitor(1, 1), "timeline-entries.create", "192.0.2.1")); got != 20 {
		t.Errorf("a minute later: %d allowed", got)
	}
	many := func(i int) error {
		_, err := s.Pace(visitor(3, int64(i)), "timeline-entries.create", "192.0.2.9")
		return err
	}
	for i, want := range []int{addressMessages, addressMessages, addressMessages, addressMessages, addressMessages, 0} {
		if got := counted(t, 1500, many); got != want {
			t.Errorf("of one address, quarter of an hour %d: %d allowed, want %d", i, got, want)
		}
		*now = now.Add(failureWindow)
	}
}

func TestVisitsAreBounded(t *testing.T) {
	s, now := visits()
	sc, id := org.Scope{OrgID: 1}, don.Of(don.Widget, 1)
	if got := counted(t, 400, func(int) error { return s.TakeContact(sc, id, "192.0.2.1") }); got != visitorContacts {
		t.Errorf("contacts of one address: %d", got)
	}
	// Public tokens and widgets share what an address has.
	if err := s.AllowVisitor("192.0.2.1"); !errs.Is(err, errs.TooMany) {
		t.Errorf("a public token goes on: %v", err)
	}
	from := func(i int) string { return fmt.Sprintf("2001:db8:%x:%x::1", i>>16, i&0xffff) }
	if got := counted(t, 6000, func(i int) error { return s.TakeContact(sc, id, from(i)) }); got != widgetContacts-visitorContacts {
		t.Errorf("contacts of one widget: %d", got)
	}
	if err := s.TakeContact(sc, don.Of(don.Widget, 2), from(1)); err != nil {
		t.Errorf("another widget: %v", err)
	}
	if got := counted(t, 400, func(int) error { return s.TakeReturn("x") }); got != visitorReturns {
		t.Errorf("returns of one visitor: %d", got)
	}
	if got := counted(t, 4000, func(int) error { return s.TakeVisit("192.0.2.2") }); got != visitorTokens {
		t.Errorf("visits of one address: %d", got)
	}
	s.throttle.failed(attempt{address: "192.0.2.1", account: "ann"})
	for i := range 50_000 {
		_ = s.TakeVisit(from(i))
	}
	if n := s.visits.order.Len(); n != throttleEntries || len(s.visits.entries) != n {
		t.Errorf("%d entries are kept", n)
	}
	if s.throttle.find("u ann", *now) == nil {
		t.Error("a flood of visitors makes failed sign-ins forgotten")
	}
	*now = now.Add(failureWindow)
	if err := s.TakeContact(sc, id, "192.0.2.1"); err != nil {
		t.Errorf("after the window: %v", err)
	}
	made := 0
	for range 10 {
		*now = now.Add(failureWindow)
		made += counted(t, 400, func(int) error { return s.TakeContact(sc, id, "192.0.2.7") })
	}
	if made != dayContacts {
		t.Errorf("contacts of one address in a day: %d", made)
	}
}
