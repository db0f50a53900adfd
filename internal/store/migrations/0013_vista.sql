-- compatible: adds only
-- Saved views of records. body is what they show; shared_with lists members as
-- JSON, '' for none.
CREATE TABLE vista (
	org_id      BIGINT NOT NULL,
	n           BIGINT NOT NULL,
	leaf        TEXT COLLATE "C" NOT NULL,
	name        TEXT NOT NULL,
	description TEXT NOT NULL,
	body        TEXT NOT NULL,
	is_public   BOOLEAN NOT NULL,
	shared_with TEXT NOT NULL,
	created_at  TIMESTAMPTZ NOT NULL,
	created_by  TEXT COLLATE "C" NOT NULL,
	modified_at TIMESTAMPTZ NOT NULL,
	modified_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;

-- Which vista a member sees first of a kind of record.
CREATE TABLE vista_default (
	org_id     BIGINT NOT NULL,
	created_by TEXT COLLATE "C" NOT NULL,
	leaf       TEXT COLLATE "C" NOT NULL,
	n          BIGINT NOT NULL,
	PRIMARY KEY (org_id, created_by, leaf)
) /* clustered */;
