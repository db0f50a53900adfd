-- compatible: adds only
-- Parts are the products that works are about.
CREATE TABLE part (
	org_id      BIGINT NOT NULL,
	n           BIGINT NOT NULL,
	name        TEXT NOT NULL,
	name_key    TEXT COLLATE "C" NOT NULL,
	description TEXT NOT NULL,
	owners      TEXT NOT NULL,
	tags        TEXT NOT NULL,
	version     BIGINT NOT NULL,
	created_at  TIMESTAMPTZ NOT NULL,
	created_by  TEXT COLLATE "C" NOT NULL,
	modified_at TIMESTAMPTZ NOT NULL,
	modified_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
CREATE INDEX part_created ON part (org_id, created_at, n);
CREATE INDEX part_modified ON part (org_id, modified_at, n);
CREATE INDEX part_name ON part (org_id, name_key, n);

-- Tickets and opportunities in one table, so that a list of both is one walk. n is
-- the record's number four times and its kind (1 ticket, 2 opportunity): each type
-- counts from 1, and both have one key and one number in the inverted index.
-- care and deal are what only tickets and only opportunities have, as JSON.
CREATE TABLE work (
	org_id      BIGINT NOT NULL,
	n           BIGINT NOT NULL,
	title       TEXT NOT NULL,
	name_key    TEXT COLLATE "C" NOT NULL,
	body        TEXT NOT NULL,
	part_n      BIGINT NOT NULL,
	owners      TEXT NOT NULL,
	reported_by TEXT NOT NULL,
	account_n   BIGINT NOT NULL,
	workspace_n BIGINT NOT NULL,
	stage       TEXT NOT NULL,
	tags        TEXT NOT NULL,
	ref         TEXT COLLATE "C" NOT NULL,
	target_at   TIMESTAMPTZ,
	closed_at   TIMESTAMPTZ,
	care        TEXT NOT NULL,
	deal        TEXT NOT NULL,
	subtype     TEXT NOT NULL,
	custom      TEXT NOT NULL,
	version     BIGINT NOT NULL,
	created_at  TIMESTAMPTZ NOT NULL,
	created_by  TEXT COLLATE "C" NOT NULL,
	modified_at TIMESTAMPTZ NOT NULL,
	modified_by TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, n)
) /* clustered */;
CREATE INDEX work_created ON work (org_id, created_at, n);
CREATE INDEX work_modified ON work (org_id, modified_at, n);
CREATE INDEX work_name ON work (org_id, name_key, n);
CREATE INDEX work_target ON work (org_id, target_at, n);
CREATE INDEX work_closed ON work (org_id, closed_at, n);
CREATE UNIQUE INDEX work_ref ON work (org_id, ref) WHERE ref <> '';
