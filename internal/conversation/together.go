package conversation

// Together moves a conversation to the stage that it has as one with another: what is
// open is not closed by the other, what waits for the team still does, and neither is
// put off any more.
func (c *Conversation) Together(o *Conversation) {
	a, b := c.awake(), o.awake()
	at, _ := StageNamed(a)
	other, _ := StageNamed(b)
	switch waits := a == stageNew || a == needsReply || b == stageNew || b == needsReply; {
	case at.State.Final() && !other.State.Final():
		a = b
	case other.State.Final() || at.State.Final() || !waits || a == b: // that of the one that is kept
	default:
		a = needsReply // somebody has been answered, and somebody has not
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
