-- Who belongs to groups of contacts stands in attr, as values of the field c.group.
-- Older programs must not write beside it: they would not say what has changed.

-- Records that changed since groups were last worked out, n to n_to; a group that
-- is itself to be worked out; ids tell from when on. Whoever changes a record of an
-- org with such groups leaves a row in the same transaction.
CREATE TABLE group_todo (
	org_id BIGINT NOT NULL,
	id     BIGINT NOT NULL,
	type   SMALLINT NOT NULL,
	n      BIGINT NOT NULL,
	n_to   BIGINT NOT NULL,
	PRIMARY KEY (org_id, id, type, n)
) /* clustered */;

-- The orgs that have groups of contacts, and who works them out. timed tells that
-- some condition moves with the clock; timed_at is until when that was followed.
CREATE TABLE group_keeper (
	org_id      BIGINT NOT NULL,
	lease       TEXT COLLATE "C" NOT NULL,
	lease_until TIMESTAMPTZ NOT NULL,
	timed       BOOLEAN NOT NULL,
	timed_at    TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (org_id)
) /* clustered */;

-- built tells that a dynamic group was worked out once, checked_at when last; fault
-- is why it cannot be.
ALTER TABLE user_group ADD COLUMN built BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE user_group ADD COLUMN checked_at TIMESTAMPTZ;
ALTER TABLE user_group ADD COLUMN fault TEXT NOT NULL DEFAULT '';

-- The groups that there are already are to be worked out.
INSERT INTO group_keeper (org_id, lease, lease_until, timed, timed_at)
	SELECT DISTINCT g.org_id, '', g.at, FALSE, g.at FROM (SELECT org_id, MIN(created_at) AS at FROM user_group WHERE of_type = 1 GROUP BY org_id) g;
INSERT INTO group_todo (org_id, id, type, n, n_to) SELECT org_id, 1, 25, n, n FROM user_group WHERE of_type = 1;
