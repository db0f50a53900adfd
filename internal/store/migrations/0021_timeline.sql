-- compatible: adds only
-- What people write on records. Changes of records stand in history; ids of both
-- rise with time and never meet, so that a timeline is read from the two by id.
-- n is the record as it was when the comment came: merges leave it there, and
-- reads take the comments of all that are one record.
CREATE TABLE comment (
	org_id      BIGINT NOT NULL,
	type        SMALLINT NOT NULL,
	n           BIGINT NOT NULL,
	id          BIGINT NOT NULL,
	body        TEXT NOT NULL,
	body_type   TEXT NOT NULL,
	visibility  TEXT COLLATE "C" NOT NULL,
	private_to  TEXT NOT NULL,
	labels      TEXT NOT NULL,
	ref         TEXT COLLATE "C" NOT NULL,
	expires_at  TIMESTAMPTZ,
	deleted     BOOLEAN NOT NULL,
	created_at  TIMESTAMPTZ NOT NULL,
	created_by  TEXT COLLATE "C" NOT NULL,
	modified_at TIMESTAMPTZ NOT NULL,
	modified_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, type, n, id)
) /* clustered */;
CREATE UNIQUE INDEX comment_ref ON comment (org_id, type, n, ref) WHERE ref <> '';
