-- Who belongs to groups of contacts stands in attr, as values of the field c.group.
-- Older programs must not write beside it: they would not say what has changed.

-- Records that changed since groups were last worked out, n to n_to. Whoever
-- changes a record of an org with such groups leaves a row in the same transaction.
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
-- is why it cannot be. due_at is when a group of contacts is to be worked out whole,
-- asked counts who asked for that: it tells whether somebody did while it was.
ALTER TABLE user_group ADD COLUMN built BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE user_group ADD COLUMN checked_at TIMESTAMPTZ;
ALTER TABLE user_group ADD COLUMN fault TEXT NOT NULL DEFAULT '';
ALTER TABLE user_group ADD COLUMN due_at TIMESTAMPTZ;
ALTER TABLE user_group ADD COLUMN asked BIGINT NOT NULL DEFAULT 0;
CREATE INDEX user_group_due ON user_group (org_id, due_at) WHERE due_at IS NOT NULL;

-- standard is which of the groups that every org has one is, '' for none of them.
ALTER TABLE user_group ADD COLUMN standard TEXT NOT NULL DEFAULT '';

-- The groups that there are already are to be worked out.
INSERT INTO group_keeper (org_id, lease, lease_until, timed, timed_at)
	SELECT DISTINCT g.org_id, '', g.at, FALSE, g.at FROM (SELECT org_id, MIN(created_at) AS at FROM user_group WHERE of_type = 1 GROUP BY org_id) g;
UPDATE user_group SET due_at = created_at WHERE of_type = 1;

-- The groups that every org has. One whose name is taken has a number behind it.
INSERT INTO user_group (org_id, n, name, name_key, description, dynamic, of_type, filter, owner, created_at, created_by, modified_at, modified_by, standard)
	SELECT o.org_id, COALESCE((SELECT c.n FROM counter c WHERE c.org_id = o.org_id AND c.type = 'group'), 0) + s.i,
		s.name || CASE WHEN EXISTS (SELECT 1 FROM user_group g WHERE g.org_id = o.org_id AND g.name_key = s.name_key) THEN ' 2' ELSE '' END,
		s.name_key || CASE WHEN EXISTS (SELECT 1 FROM user_group g WHERE g.org_id = o.org_id AND g.name_key = s.name_key) THEN ' 2' ELSE '' END,
		s.description, s.dynamic, 1, s.filter, 0, o.created_at, 'sysu/1', o.created_at, 'sysu/1', s.standard
	FROM org o CROSS JOIN (
		SELECT 1 AS i, 'Customers' AS name, 'customers' AS name_key, 'All contacts.' AS description, TRUE AS dynamic, '' AS filter, 'customers' AS standard
		UNION ALL SELECT 2, 'Verified Customers', 'verified customers', 'Contacts of whom it is proved who they are.', TRUE, 'verified = true', 'verified_customers'
		UNION ALL SELECT 3, 'Customer Admins', 'customer admins', 'Contacts who act for their accounts.', FALSE, '', 'customer_admins') s;
INSERT INTO counter (org_id, type, n) SELECT org_id, 'group', 3 FROM org WHERE TRUE ON CONFLICT (org_id, type) DO UPDATE SET n = counter.n + 3;
