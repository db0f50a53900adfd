package conversation

import (
	"time"

	"github.com/kith-id/kith/internal/errs"
)

// Hold is the stage of what is put off.
const Hold = "hold"

// SnoozeYears is how far ahead a conversation may be put off.
const SnoozeYears = 1

// CheckSnooze reports as invalid a time until which no conversation can be put off.
func CheckSnooze(until, now time.Time) error {
	switch limit := now.AddDate(SnoozeYears, 0, 0); {
	case !until.After(now):
		return errs.NotPermitted("snoozed_until", "%s is not in the future; give a later time, or null to wake the conversation now", until.Format(time.RFC3339))
	case until.After(limit):
		return errs.NotPermitted("snoozed_until", "%s is more than a year ahead; give a time up to %s", until.Format(time.RFC3339), limit.Format(time.RFC3339))
	}
	return nil
}

// Snooze puts the conversation off until a time: it is on hold until then.
func (c *Conversation) Snooze(until, now time.Time) {
	c.enterNamed(Hold, now)
	until = until.UTC().Truncate(time.Microsecond) // as the store keeps it
	c.SnoozedUntil = &until
}

// Wake brings a conversation back that was put off: it waits for the team. Any
// other stays as it is.
func (c *Conversation) Wake(now time.Time) {
	if c.SnoozedUntil != nil {
		c.enterNamed(needsReply, now)
	}
}

// Due reports whether the conversation was put off until a time that has come.
func (c *Conversation) Due(now time.Time) bool {
	return c.SnoozedUntil != nil && !c.SnoozedUntil.After(now)
}

func (c *Conversation) enterNamed(name string, now time.Time) {
	s, _ := StageNamed(name)
	c.Enter(s, now)
}
