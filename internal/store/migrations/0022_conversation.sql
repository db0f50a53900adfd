-- compatible: adds only
-- What customers and the team say to each other. It names contacts, accounts and
-- workspaces as they were when it was written; reads show what they are now.
-- active_at is the last message's time, or that of its creation, for lists.
CREATE TABLE conversation (
	org_id            BIGINT NOT NULL,
	n                 BIGINT NOT NULL,
	title             TEXT NOT NULL,
	title_key         TEXT COLLATE "C" NOT NULL,
	description       TEXT NOT NULL,
	members           TEXT NOT NULL,
	owners            TEXT NOT NULL,
	account_n         BIGINT NOT NULL,
	workspace_n       BIGINT NOT NULL,
	group_n           BIGINT NOT NULL,
	stage             TEXT COLLATE "C" NOT NULL,
	tags              TEXT NOT NULL,
	source_channel    TEXT NOT NULL,
	source_channel_v2 TEXT NOT NULL,
	channels          TEXT NOT NULL,
	is_spam           BOOLEAN NOT NULL,
	is_frozen         BOOLEAN NOT NULL,
	url_context       TEXT NOT NULL,
	subtype           TEXT COLLATE "C" NOT NULL,
	custom            TEXT NOT NULL,
	last_message_at   TIMESTAMPTZ,
	active_at         TIMESTAMPTZ NOT NULL,
	closed_at         TIMESTAMPTZ,
	version           BIGINT NOT NULL,
	created_at        TIMESTAMPTZ NOT NULL,
	created_by        TEXT COLLATE "C" NOT NULL,
	modified_at       TIMESTAMPTZ NOT NULL,
	modified_by       TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
);
CREATE INDEX conversation_created ON conversation (org_id, created_at, n);
CREATE INDEX conversation_modified ON conversation (org_id, modified_at, n);
CREATE INDEX conversation_active ON conversation (org_id, active_at, n);
CREATE INDEX conversation_closed ON conversation (org_id, closed_at, n);
CREATE INDEX conversation_title ON conversation (org_id, title_key, n);
CREATE INDEX conversation_author ON conversation (org_id, created_by, n);
