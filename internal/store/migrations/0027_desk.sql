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
