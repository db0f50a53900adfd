-- compatible: adds only
-- What conversations, tickets and opportunities are to each other. Links of records
-- in the trash stay, unseen, until these come back or are gone for good.
CREATE TABLE link (
	org_id      BIGINT NOT NULL,
	n           BIGINT NOT NULL,
	link_type   TEXT COLLATE "C" NOT NULL,
	source_type SMALLINT NOT NULL,
	source_n    BIGINT NOT NULL,
	target_type SMALLINT NOT NULL,
	target_n    BIGINT NOT NULL,
	created_at  TIMESTAMPTZ NOT NULL,
	created_by  TEXT COLLATE "C" NOT NULL,
	modified_at TIMESTAMPTZ NOT NULL,
	modified_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
CREATE UNIQUE INDEX link_source ON link (org_id, source_type, source_n, target_type, target_n, link_type);
CREATE INDEX link_target ON link (org_id, target_type, target_n, n);

-- Members who are told about a record, beside its owners, and those who are not
-- though they were to be. n is the record as it was then: of records that are one,
-- the latest word of a member counts, and an undone merge parts them again.
CREATE TABLE subscriber (
	org_id   BIGINT NOT NULL,
	type     SMALLINT NOT NULL,
	n        BIGINT NOT NULL,
	member_n BIGINT NOT NULL,
	off      BOOLEAN NOT NULL,
	at       TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (org_id, type, n, member_n)
) /* clustered */;

-- What members are told. Ids rise with time.
CREATE TABLE notification (
	org_id     BIGINT NOT NULL,
	member_n   BIGINT NOT NULL,
	id         BIGINT NOT NULL,
	kind       TEXT COLLATE "C" NOT NULL,
	type       SMALLINT NOT NULL,
	n          BIGINT NOT NULL,
	comment_id BIGINT NOT NULL,
	actor      TEXT COLLATE "C" NOT NULL,
	at         TIMESTAMPTZ NOT NULL,
	read_at    TIMESTAMPTZ,
	PRIMARY KEY (org_id, member_n, id)
) /* clustered */;
CREATE INDEX notification_unread ON notification (org_id, member_n, id) WHERE read_at IS NULL;
CREATE INDEX notification_age ON notification (org_id, at);
