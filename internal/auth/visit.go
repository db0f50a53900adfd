package auth

import (
	"strconv"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// Limits on what strangers make Kith write. They are kept in memory as those on
// sign-ins are, but apart from them: no flood of visitors makes the failures of
// somebody who tries passwords forgotten.
const (
	visitorReturns  = 300      // of one visitor
	widgetContacts  = 5000     // contacts that a widget makes, from anywhere
	addressMessages = 1000     // what the visitors of one address write
	dayContacts     = 2000     // contacts of one address in a day
	dayMessages     = 5000     // what the visitors of one address write in a day
	contactBatches  = 60       // lists of events of one contact in a minute
	addressBatches  = 1000     // those of the visitors of one address
	dayBatches      = 5000     // those of the visitors of one address in a day
	visitorBody     = 16 << 10 // bytes of what a visitor writes at once
	day             = 24 * time.Hour
)

// provenShare is how much more often than visitors contacts call who have proved who
// they are: a token that was stolen must not be able to fill an org.
const provenShare = 4

// paces bounds what one visitor calls.
var paces = map[string]struct {
	most   int
	window time.Duration
}{
	"conversations.create":    {30, time.Hour},
	"works.create":            {30, time.Hour},
	"timeline-entries.create": {20, time.Minute},
	"timeline-entries.update": {20, time.Minute},
	"timeline-entries.delete": {20, time.Minute},
	"artifacts.prepare":       {60, time.Hour},
	opSelfUpdate:              {60, time.Hour},
}

// AllowVisitor returns an error of kind too_many when an address has brought
// too many visitors.
func (s *Service) AllowVisitor(address string) error {
	return s.visits.allow(attempt{address: network(address), visitor: true})
}

// CountVisitor counts a visitor of an address, who may have been here before.
func (s *Service) CountVisitor(address string, isNew bool) {
	s.visits.failed(attempt{address: network(address), visitor: true, back: !isNew})
}

// TakeVisit counts that an address asks to be known as a visitor, or returns an
// error of kind too_many.
func (s *Service) TakeVisit(address string) error {
	return crowded(s.visits.take(limit{"t " + network(address), visitorTokens, failureWindow}))
}

// TakeReturn counts that a visitor, known by the hash of their secret, is back.
func (s *Service) TakeReturn(secret string) error {
	return crowded(s.visits.take(limit{"s " + secret, visitorReturns, failureWindow}))
}

// TakeContact counts that a widget makes a contact for somebody at an address.
func (s *Service) TakeContact(sc org.Scope, widget don.ID, address string) error {
	return crowded(s.visits.take(
		limit{"v " + network(address), visitorContacts, failureWindow}, limit{"vd " + network(address), dayContacts, day},
		limit{"w " + strconv.FormatInt(sc.OrgID, 10) + " " + widget.Tail(), widgetContacts, failureWindow}))
}

func crowded(wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	return errs.New(errs.TooMany, "too_many_requests", "too many visitors; wait %d minutes", int(wait.Minutes())+1).With("retry_after", wait)
}

// Pace counts a call of a contact. It returns how many bytes the request may have, 0
// for no bound of its own, or an error of kind too_many when the contact writes too
// much, or all at the same address who prove nothing.
func (s *Service) Pace(a Actor, operation, address string) (maxBody int64, err error) {
	if operation == opPublish {
		return s.paceEvents(a, address)
	}
	p, bounded := paces[operation]
	if a.Token.Kind != Visitor && a.Token.Kind != Customer || !bounded {
		return 0, nil
	}
	own := limit{"c " + operation + " " + strconv.FormatInt(a.Scope.OrgID, 10) + " " + a.Token.Subject.Tail(), p.most, p.window}
	limits := []limit{own}
	if a.Token.Kind == Visitor {
		limits = append(limits, limit{"m " + network(address), addressMessages, failureWindow}, limit{"md " + network(address), dayMessages, day})
		maxBody = visitorBody
	} else {
		limits[0].key, limits[0].most = "proven "+own.key, own.most*provenShare
	}
	if wait := s.visits.take(limits...); wait > 0 {
		err = errs.New(errs.TooMany, "too_many_requests", "that is more than a contact may write at a time; wait %d seconds", int(wait.Seconds())+1).With("retry_after", wait)
	}
	return maxBody, err
}

// paceEvents is Pace for what pages tell of their users, apart from what these say:
// however much it is, nobody is kept from writing to the team.
func (s *Service) paceEvents(a Actor, address string) (maxBody int64, err error) {
	if a.Contact == nil {
		return 0, nil
	}
	limits := []limit{{"c " + opPublish + " " + strconv.FormatInt(a.Scope.OrgID, 10) + " " + a.Token.Subject.Tail(), contactBatches, time.Minute}}
	if a.Token.Kind == Visitor {
		limits = append(limits, limit{"e " + network(address), addressBatches, failureWindow}, limit{"ed " + network(address), dayBatches, day})
		maxBody = visitorBody
	}
	if wait := s.visits.take(limits...); wait > 0 {
		err = errs.New(errs.TooMany, "too_many_requests", "that is more than a contact may tell at a time; gather events and publish up to 100 at once, again in %d seconds",
			int(wait.Seconds())+1).With("retry_after", wait)
	}
	return maxBody, err
}
