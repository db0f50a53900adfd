-- compatible: adds only
-- Contacts from whom the team takes no messages.
ALTER TABLE contact ADD COLUMN blocked BOOLEAN NOT NULL DEFAULT FALSE;

-- Of each conversation the last message that a customer wrote, by the id of the
-- comment. Conversations that nobody has written in since have none.
CREATE TABLE heard (
	org_id BIGINT NOT NULL,
	n      BIGINT NOT NULL,
	id     BIGINT NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;

-- How far a member has read a conversation: the id of the last comment seen.
CREATE TABLE seen (
	org_id   BIGINT NOT NULL,
	member_n BIGINT NOT NULL,
	n        BIGINT NOT NULL,
	id       BIGINT NOT NULL,
	PRIMARY KEY (org_id, member_n, n)
) /* clustered */;
CREATE INDEX seen_conversation ON seen (org_id, n, member_n);

-- Conversations of which members want to be told nothing.
CREATE TABLE muted (
	org_id   BIGINT NOT NULL,
	n        BIGINT NOT NULL,
	member_n BIGINT NOT NULL,
	PRIMARY KEY (org_id, n, member_n)
) /* clustered */;
