package conversation

import (
	"testing"
	"time"
)

func TestTogether(t *testing.T) {
	until, closed := time.Unix(9, 0), time.Unix(1, 0)
	snoozed := &Conversation{Stage: Hold, SnoozedUntil: &until}
	at := func(stage string) *Conversation {
		c := &Conversation{Stage: stage}
		if s, _ := StageNamed(stage); s.State.Final() {
			c.ClosedAt = &closed
		}
		return c
	}
	for _, c := range []struct {
		one, other *Conversation
		want       string
	}{
		{at("new"), at("new"), "new"},
		{at("new"), at("waiting_on_user"), "needs_response"},
		{at("waiting_on_user"), at("needs_response"), "needs_response"},
		{at("waiting_on_user"), at("hold"), "waiting_on_user"},
		{at("resolved"), at("new"), "needs_response"},
		{at("new"), at("resolved"), "needs_response"},
		{at("resolved"), at("waiting_on_user"), "waiting_on_user"},
		{at("waiting_on_user"), at("archived"), "waiting_on_user"},
		{at("resolved"), at("archived"), "resolved"},
		{snoozed, at("resolved"), "needs_response"},
		{at("archived"), snoozed, "needs_response"},
		{snoozed, snoozed, "needs_response"},
	} {
		got := *c.one
		got.Together(c.other)
		stage, _ := StageNamed(c.want)
		if got.Stage != c.want || got.SnoozedUntil != nil || (got.ClosedAt != nil) != stage.State.Final() {
			t.Errorf("%s with %s is %s, put off until %v, closed at %v; want %s", c.one.Stage, c.other.Stage, got.Stage, got.SnoozedUntil, got.ClosedAt, c.want)
		}
	}
}
