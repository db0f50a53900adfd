-- compatible: adds only
-- Until when the team has put a conversation off, NULL for one that it has not.
-- Few are, and only those stand in the index by which they are found when it is time.
ALTER TABLE conversation ADD COLUMN snoozed_until TIMESTAMPTZ;
CREATE INDEX conversation_snoozed ON conversation (org_id, snoozed_until, n) WHERE snoozed_until IS NOT NULL;

-- Texts that members keep for their answers. owner_n is whose one is alone, 0 for
-- those of all members.
CREATE TABLE canned_reply (
	org_id      BIGINT NOT NULL,
	n           BIGINT NOT NULL,
	owner_n     BIGINT NOT NULL,
	shortcut    TEXT COLLATE "C" NOT NULL,
	title       TEXT NOT NULL,
	body        TEXT NOT NULL,
	created_at  TIMESTAMPTZ NOT NULL,
	created_by  TEXT COLLATE "C" NOT NULL,
	modified_at TIMESTAMPTZ NOT NULL,
	modified_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
CREATE UNIQUE INDEX canned_reply_shortcut ON canned_reply (org_id, owner_n, shortcut);

-- Actions that are done to a conversation or ticket at one press. body has them.
CREATE TABLE macro (
	org_id      BIGINT NOT NULL,
	n           BIGINT NOT NULL,
	name        TEXT NOT NULL,
	name_key    TEXT COLLATE "C" NOT NULL,
	body        TEXT NOT NULL,
	version     BIGINT NOT NULL,
	created_at  TIMESTAMPTZ NOT NULL,
	created_by  TEXT COLLATE "C" NOT NULL,
	modified_at TIMESTAMPTZ NOT NULL,
	modified_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
CREATE UNIQUE INDEX macro_name ON macro (org_id, name_key);
