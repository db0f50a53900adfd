-- compatible: adds only
-- What customers do in the product. contact_n is the contact as the event named
-- it, account_n and workspace_n the customer that it belonged to then: merges
-- leave them there, and reads take the events of all that are one record.
CREATE TABLE tracked (
	org_id       BIGINT NOT NULL,
	contact_n    BIGINT NOT NULL,
	at           TIMESTAMPTZ NOT NULL,
	id           BIGINT NOT NULL,
	account_n    BIGINT NOT NULL,
	workspace_n  BIGINT NOT NULL,
	name         TEXT COLLATE "C" NOT NULL,
	ref          TEXT COLLATE "C" NOT NULL,
	payload      TEXT NOT NULL,
	context      TEXT NOT NULL,
	published_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, contact_n, at, id)
) /* clustered */;
CREATE INDEX tracked_account ON tracked (org_id, account_n, at, id) WHERE account_n <> 0;
CREATE INDEX tracked_workspace ON tracked (org_id, workspace_n, at, id) WHERE workspace_n <> 0;
CREATE UNIQUE INDEX tracked_once ON tracked (org_id, contact_n, ref) WHERE ref <> '';
CREATE INDEX tracked_age ON tracked (org_id, at);

-- How many events of a name a contact, account or workspace had on a day, which
-- is counted in days since 1970. Day 0 is all time, without a name. The
-- organisation's own are what came on a day, for its limit.
CREATE TABLE tally (
	org_id   BIGINT NOT NULL,
	type     SMALLINT NOT NULL,
	n        BIGINT NOT NULL,
	day      BIGINT NOT NULL,
	name     TEXT COLLATE "C" NOT NULL,
	events   BIGINT NOT NULL,
	first_at TIMESTAMPTZ NOT NULL,
	last_at  TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (org_id, type, n, day, name)
) /* clustered */;
CREATE INDEX tally_age ON tally (org_id, day);

-- Who reacted to a comment, with which emoji. emoji is its code points in hex.
CREATE TABLE reaction (
	org_id     BIGINT NOT NULL,
	type       SMALLINT NOT NULL,
	n          BIGINT NOT NULL,
	comment_id BIGINT NOT NULL,
	emoji      TEXT COLLATE "C" NOT NULL,
	reacted_by TEXT COLLATE "C" NOT NULL,
	at         TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (org_id, type, n, comment_id, emoji, reacted_by)
) /* clustered */;

-- The comment on the same record that a comment answers, 0 for none.
ALTER TABLE comment ADD COLUMN parent BIGINT NOT NULL DEFAULT 0;
CREATE INDEX comment_thread ON comment (org_id, type, n, parent, id) WHERE parent <> 0;
