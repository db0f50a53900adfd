-- compatible: adds only
-- Until when the team has put a conversation off, NULL for one that it has not.
-- Few are, and only those stand in the index by which they are found when it is time.
ALTER TABLE conversation ADD COLUMN snoozed_until TIMESTAMPTZ;
CREATE INDEX conversation_snoozed ON conversation (org_id, snoozed_until, n) WHERE snoozed_until IS NOT NULL;
