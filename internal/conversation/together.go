package conversation

// Together moves a conversation to the stage that it has as one with another: what is
// open is not closed by the other, what waits for the team still does, and neither is
// put off any more.
func (c *Conversation) Together(o *Conversation) {
	a, b := c.awake(), o.awake()
	at, _ := StageNamed(a)
	other, _ := StageNamed(b)
	waits := func(stage string) bool { return stage == stageNew || stage == needsReply }
	switch {
	case a == b:
	case waits(a) || waits(b): // in one it has been answered, and in the other it has not
		a = needsReply
	case at.State.Final() && !other.State.Final():
		a = b
	default: // that of the one that is kept
	}
	c.Stage, c.SnoozedUntil = a, nil
	if now, _ := StageNamed(a); !now.State.Final() {
		c.ClosedAt = nil
	}
}

// awake is the stage of a conversation that is not put off any more.
func (c *Conversation) awake() string {
	if c.SnoozedUntil != nil {
		return needsReply
	}
	return c.Stage
}
